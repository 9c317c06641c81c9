//! Foreign text as JavaScript literals: no character of an identity or a payload may end a string, a comment or a line,
//! or change the direction of the displayed text.

use std::fmt::Write as _;

use crate::sanitize::is_unsafe;

/// A string literal with single quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for character in text.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            _ => push(&mut out, character),
        }
    }
    out.push('\'');
    out
}

/// A regular expression that matches this text, or every text that begins with it.
pub(super) fn expression_of(text: &str, whole: bool) -> String {
    let mut out = String::from("/^");
    for character in text.chars() {
        if r"\^$.*+?()[]{}|/".contains(character) {
            out.push('\\');
            out.push(character);
        } else {
            push(&mut out, character);
        }
    }
    out.push_str(if whole { "$/" } else { "/" });
    out
}

/// A key of an object, without quotes where possible. A plain `__proto__` would set the prototype and no field.
pub(super) fn key(name: &str) -> String {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$');
    let is_plain = begins && characters.all(|other| other.is_ascii_alphanumeric() || other == '_' || other == '$');
    match name {
        "__proto__" => "['__proto__']".to_owned(),
        _ if is_plain => name.to_owned(),
        _ => quoted(name),
    }
}

/// Appends a character; an unsafe one becomes an escape that is valid in strings and regular expressions.
fn push(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if is_unsafe(character) => {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}"); // a String takes everything
            }
        }
        _ => out.push(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_literal() {
        assert_eq!(quoted("it's \\ 2 µm"), r"'it\'s \\ 2 µm'");
        assert_eq!(quoted("a\r\n\u{2028}\u{202e}\u{0}\u{7f}\u{85}`${x}"), r"'a\r\n\u2028\u202e\u0000\u007f\u0085`${x}'");
        assert_eq!(quoted("\u{e0041}⚡"), r"'\udb40\udc41⚡'");
        assert_eq!(expression_of("[2,\"a/b\\", true), r#"/^\[2,"a\/b\\$/"#);
        assert_eq!(expression_of("x\n", false), r"/^x\n/");
    }

    #[test]
    fn keys_are_bare_only_where_that_means_the_same() {
        for (name, written) in
            [("idTag", "idTag"), ("$1", "$1"), ("1a", "'1a'"), ("", "''"), ("a-b", "'a-b'"), ("__proto__", "['__proto__']")]
        {
            assert_eq!(key(name), written);
        }
    }
}
