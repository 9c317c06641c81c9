//! What text from outside passes before it reaches a terminal: as text, or within JSON or XML. How a line is composed
//! is for the printers.

use std::borrow::Cow;
use std::fmt;

/// Makes control characters, line ends and characters that change the direction of text visible, so that a station's identity or
/// a payload can neither move the cursor nor forge a line. Text without such characters is returned as it is.
pub fn escape_control(text: &str) -> Cow<'_, str> {
    if is_safe(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    push_escaped(text, &mut shown);
    Cow::Owned(shown)
}

/// Joins two pictures to one, such as the members of a family.
const JOINER: char = '\u{200d}';

fn push_escaped(text: &str, out: &mut String) {
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            JOINER if is_picture(before) && characters.peek().is_some_and(|next| is_picture(*next)) => out.push(character),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_unsafe(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
        // The selector of the coloured form belongs to the picture before it.
        if character != '\u{fe0f}' {
            before = character;
        }
    }
}

/// Whether a character is in the blocks of symbols and pictures, between which a joiner is drawn and hides nothing.
fn is_picture(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// A buffer to which everything is appended as [`escape_control`] shows it, so that a line that is written through it stays one line.
pub struct EscapingBuffer<'a>(pub &'a mut String);

impl fmt::Write for EscapingBuffer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if is_safe(text) {
            self.0.push_str(text);
        } else {
            push_escaped(text, self.0);
        }
        Ok(())
    }
}

/// The same for JSON on one line: the characters become escapes of JSON, so its value stays the same. The writers of JSON leave most of
/// them as they are.
pub fn escape_json(json: String) -> String {
    if is_safe(&json) {
        return json;
    }
    let mut shown = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if is_unsafe(character) {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            shown.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The same for JSON in several lines, whose line ends stay.
pub fn escape_json_lines(json: &str) -> String {
    json.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => escape_json(line.to_owned()) + "\n",
            None => escape_json(line.to_owned()),
        })
        .collect()
}

/// A text between tags or quotation marks of XML. Characters that XML 1.0 cannot hold are replaced.
pub fn escape_xml(text: &str) -> String {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    let held: String = text.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect();
    quick_xml::escape::escape(&held).replace('\n', "&#10;")
}

/// Whether nothing is to be escaped. Nearly every text is printable ASCII, which is seen without decoding it, many bytes at a time: a loop
/// that ended at the first other byte would look at each alone.
fn is_safe(text: &str) -> bool {
    let printable = text.bytes().fold(true, |printable, byte| printable & matches!(byte, b' '..=b'~'));
    printable || !text.chars().any(is_unsafe)
}

/// Characters that act on a terminal or on the layout of a line instead of being drawn.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{061c}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(escape_control("CP1 – Größe 5 µm ⚡"), Cow::Borrowed(_)));
    }

    #[test]
    fn escape_sequences_line_ends_and_direction_marks_become_visible() {
        assert_eq!(escape_control("a\x1b[2Jb\r\nc\u{202e}d\u{0}\u{9b}"), "a\\u{1b}[2Jb\\r\\nc\\u{202e}d\\u{0}\\u{9b}");
        assert_eq!(escape_control("\u{2028}\u{2029}\u{85}"), "\\u{2028}\\u{2029}\\u{85}");
    }

    #[test]
    fn a_joiner_is_drawn_between_pictures_only() {
        for text in ["👨\u{200d}👩\u{200d}👧", "🏳\u{fe0f}\u{200d}🌈"] {
            assert_eq!(escape_control(text), text);
        }
        assert_eq!(escape_control("a\u{200d}b👨\u{200d}"), "a\\u{200d}b👨\\u{200d}");
    }

    proptest! {
        #[test]
        fn what_was_escaped_is_safe_and_stays_as_it_is(text in any::<String>()) {
            let shown = escape_control(&text);
            prop_assert!(!shown.chars().any(|character| is_unsafe(character) && character != JOINER));
            prop_assert_eq!(&*escape_control(&shown), &*shown);
            let mut written = String::new();
            write!(EscapingBuffer(&mut written), "{text}").unwrap();
            prop_assert_eq!(written, shown);
        }

        #[test]
        fn escaped_json_is_safe_and_has_the_same_value(text in "(\\PC|[\u{0}-\u{9f}]|\u{2028}|\u{202e}|\u{feff}|\u{e0041}){0,20}") {
            let value = serde_json::json!({ &text: [&text] });
            let shown = escape_json(value.to_string());
            prop_assert!(!shown.chars().any(is_unsafe));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }
}
