//! Texts and names as XML can hold them. Characters that XML cannot hold are replaced: they are neither dropped silently nor written so
//! that no reader accepts the document. Ours, because `quick-xml` escapes markup only and leaves these characters to its caller.

use std::fmt::Write as _;

/// Appends a text between two tags.
pub fn escape_text(out: &mut String, text: &str) {
    // Nearly all texts are printable ASCII without markup, which is seen many bytes at a time: a loop that ended at the first other byte
    // would look at each alone.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~') & !matches!(byte, b'&' | b'<' | b'>')) {
        return out.push_str(text);
    }
    let mut rest = text;
    while let Some(place) = rest.bytes().position(may_be_special) {
        let (plain, behind) = rest.split_at(place); // in front of a character, see `may_be_special`
        out.push_str(plain);
        let mut characters = behind.chars();
        match characters.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            // Only `]]>` is forbidden, but all writers escape every one.
            Some('>') => out.push_str("&gt;"),
            // A reader turns a bare carriage return into a line feed (XML 1.0 §2.11).
            Some('\r') => out.push_str("&#13;"),
            other => out.extend(other.map(allowed)),
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Whether a character that begins with this byte may have to be replaced. No byte inside a character is one of these.
fn may_be_special(byte: u8) -> bool {
    // U+FFFE and U+FFFF begin with 0xEF.
    matches!(byte, b'&' | b'<' | b'>' | 0..=8 | 0x0b..=0x1f | 0xef)
}

/// Appends the value of an attribute between double quotation marks.
pub fn escape_attribute(out: &mut String, text: &str) {
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~') & !matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        return out.push_str(text);
    }
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader turns every bare one of these into a blank (XML 1.0 §3.3.3).
            '\t' | '\n' | '\r' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "&#{};", u32::from(character));
            }
            other => out.push(allowed(other)),
        }
    }
}

/// Appends a name without a prefix. What a name cannot hold is written as the number of the character, as SQL/XML does it:
/// `a b` becomes `a_x0020_b`.
pub fn escape_name(out: &mut String, name: &str) {
    if name.is_empty() {
        out.push('_');
    }
    if name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return out.push_str(name);
    }
    for (position, character) in name.chars().enumerate() {
        if if position == 0 { begins_name(character) } else { continues_name(character) } {
            out.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "_x{:04X}_", u32::from(character));
        }
    }
}

/// The characters of XML 1.0 (§2.2). There is no way to write the others, not even as a reference.
fn allowed(character: char) -> char {
    match character {
        '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => character,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The first characters of names (XML 1.0 §2.3), without the colon.
fn begins_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn continues_name(character: char) -> bool {
    begins_name(character)
        || matches!(character, '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_xml_cannot_hold_are_spelt_out() {
        let escaped = |name| {
            let mut out = String::new();
            escape_name(&mut out, name);
            out
        };
        assert_eq!(escaped("idTag"), "idTag");
        assert_eq!(escaped("a b"), "a_x0020_b");
        assert_eq!(escaped("@value"), "_x0040_value");
        assert_eq!(escaped("1x"), "_x0031_x");
        assert_eq!(escaped("o:x></x>"), "o_x003A_x_x003E__x003C__x002F_x_x003E_");
        assert_eq!(escaped(""), "_");
    }

    #[test]
    fn texts_survive_a_reader_and_forbidden_characters_are_replaced() {
        let mut out = String::new();
        escape_text(&mut out, "A<&>\"B]]>\r\n\u{0}\u{fffe}ä");
        assert_eq!(out, "A&lt;&amp;&gt;\"B]]&gt;&#13;\n\u{fffd}\u{fffd}ä");
        out.clear();
        escape_attribute(&mut out, "a\"\n\t<");
        assert_eq!(out, "a&quot;&#10;&#9;&lt;");
    }
}
