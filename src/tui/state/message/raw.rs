//! The raw view: the text as it was on the wire, broken only where the line ends on the screen; of a binary frame its bytes.

use super::line::{LineTone, TextLine};
use crate::text_width::{clusters, width_of};
use crate::trace::Record;
use crate::tui::widget::head;

/// Bytes on a line of a binary frame.
const ROW: usize = 16;

/// The lines of a record, of at most this width; no more than `limit` bytes of it.
pub(super) fn lines(record: &Record<'_>, width: usize, limit: usize) -> Vec<TextLine> {
    let text = record.full_text();
    let text = head(&text, limit);
    let is_binary = record.origin().is_some_and(|origin| origin.binary);
    match if is_binary { bytes_of(text) } else { None } {
        Some(bytes) => dump(&bytes),
        None => broken(text, width.max(8)),
    }
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

/// Breaks a text into lines of at most this many columns as they are shown: an unsafe character takes the room of its escape.
fn broken(text: &str, width: usize) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, cluster, columns) in clusters(text) {
        let is_unsafe = cluster.chars().any(crate::sanitize::is_unsafe);
        let columns = if is_unsafe { width_of(&crate::sanitize::escape_control(cluster)) } else { columns };
        if used + columns > width {
            lines.push(TextLine::new(&text[start..at], LineTone::Base));
            (start, used) = (at, 0);
        }
        used += columns;
    }
    if start < text.len() || lines.is_empty() {
        lines.push(TextLine::new(&text[start..], LineTone::Base));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: Vec<TextLine>) -> Vec<String> {
        lines.into_iter().map(|line| line.pieces.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn nothing_is_lost_where_lines_break() {
        let text = "[2,\"ä日本\u{1b}[2J\",{}]";
        assert_eq!(texts(broken(text, 8)).concat(), text);
        assert_eq!(texts(broken("日本語", 5)), ["日本", "語"]);
        assert_eq!(texts(broken("", 5)), [""]);
    }

    #[test]
    fn bytes_are_shown_as_digits_and_letters() {
        let lines = texts(dump(&bytes_of("00ff41").unwrap()));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("00000000  00 ff 41 ") && lines[0].ends_with(" ..A"), "{}", lines[0]);
        assert_eq!(bytes_of("zz"), None);
    }
}
