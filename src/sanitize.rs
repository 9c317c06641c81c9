//! The one function that text from outside passes before it reaches a terminal.

use std::borrow::Cow;

/// Makes control characters, line ends and characters that change the direction of text visible, so that a station's identity or
/// a payload can neither move the cursor nor forge a line. Text without such characters is returned as it is.
pub fn escape_control(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_unsafe(character) => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
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
    use super::*;

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(escape_control("CP1 – Größe 5 µm ⚡"), Cow::Borrowed(_)));
    }

    #[test]
    fn escape_sequences_line_ends_and_direction_marks_become_visible() {
        assert_eq!(escape_control("a\x1b[2Jb\r\nc\u{202e}d\u{0}\u{9b}"), "a\\u{1b}[2Jb\\r\\nc\\u{202e}d\\u{0}\\u{9b}");
    }
}
