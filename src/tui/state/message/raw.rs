//! The raw view: the text as it was on the wire, with its own lines; of a binary frame its bytes.

use super::line::{LineTone, TextLine};
use crate::trace::Record;
use crate::tui::widget::head;

/// Bytes on a line of a binary frame.
const ROW: usize = 16;

/// The lines of a record; no more than `limit` bytes of it.
pub(super) fn lines(record: &Record<'_>, limit: usize) -> Vec<TextLine> {
    let text = record.full_text();
    let text = head(&text, limit);
    let is_binary = record.origin().is_some_and(|origin| origin.binary);
    match if is_binary { bytes_of(text) } else { None } {
        Some(bytes) => dump(&bytes),
        None => as_it_stands(text),
    }
}

/// A line for each line of the text. Nothing of a line is left out where it is broken; the ends of the lines are not shown.
fn as_it_stands(text: &str) -> Vec<TextLine> {
    let line = |line: &str| TextLine { exact: true, hang: Some(0), ..TextLine::new(line, LineTone::Base) };
    if text.is_empty() { vec![line("")] } else { text.lines().map(line).collect() }
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn dump(bytes: &[u8]) -> Vec<TextLine> {
    let row = |(index, row): (usize, &[u8])| {
        let mut digits: String = row.iter().map(|byte| format!("{byte:02x} ")).collect();
        digits.push_str(&" ".repeat(3 * (ROW - row.len())));
        let letters: String =
            row.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' }).collect();
        TextLine::new(format!("{:08x}  ", index * ROW), LineTone::Muted)
            .and(digits, LineTone::Number)
            .and(format!(" {letters}"), LineTone::Base)
    };
    bytes.chunks(ROW).enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: Vec<TextLine>) -> Vec<String> {
        lines.into_iter().map(|line| line.pieces.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn line_ends_of_the_text_are_ends_of_lines() {
        assert_eq!(texts(as_it_stands("<a>\n  <b/>\r\n</a>")), ["<a>", "  <b/>", "</a>"]);
        assert_eq!(texts(as_it_stands("[2,\"\u{1b}[2J\"]")), ["[2,\"\u{1b}[2J\"]"]);
        assert_eq!(texts(as_it_stands("")), [""]);
    }

    #[test]
    fn bytes_are_shown_as_digits_and_letters() {
        let lines = texts(dump(&bytes_of("00ff41").unwrap()));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("00000000  00 ff 41 ") && lines[0].ends_with(" ..A"), "{}", lines[0]);
        assert_eq!(bytes_of("zz"), None);
    }
}
