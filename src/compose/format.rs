//! Pretty and compact JSON. It works on tokens and only changes blanks, so the order of keys, the text of numbers and whatever is
//! broken stay as they are.

use super::lexer::{JsonToken, JsonTokenKind, lex};

const INDENT: &str = "  ";
/// Deeper levels are not indented further, so that a line of brackets does not grow to the square of its length.
const DEEPEST_INDENT: usize = 64;

/// One value a line, two blanks a level; empty containers stay closed.
pub fn pretty(text: &str) -> String {
    let tokens = significant(text);
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        let opens = token.is('{', text) || token.is('[', text);
        let closes = token.is('}', text) || token.is(']', text);
        if closes {
            depth = depth.saturating_sub(1);
        }
        if let Some(before) = before {
            let after_open = before.is('{', text) || before.is('[', text);
            if !before.terminated || (after_open && !closes) || before.is(',', text) || (closes && !after_open) {
                out.push('\n');
                out.push_str(&INDENT.repeat(depth.min(DEEPEST_INDENT)));
            } else if !(token.is(',', text) || token.is(':', text) || (after_open && closes)) {
                out.push(' ');
            }
        }
        out.push_str(token.text(text));
        if opens {
            depth += 1;
        }
    }
    out
}

/// The text in one line, without blanks. A string without its closing quote keeps its line end, without which it would contain
/// what follows.
pub fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before: Option<JsonToken> = None;
    for token in significant(text) {
        if let Some(before) = before {
            if !before.terminated {
                out.push('\n');
            } else if before.kind != JsonTokenKind::Punctuation && token.kind != JsonTokenKind::Punctuation {
                out.push(' ');
            }
        }
        out.push_str(token.text(text));
        before = Some(token);
    }
    out
}

fn significant(text: &str) -> Vec<JsonToken> {
    lex(text).into_iter().filter(|token| token.kind != JsonTokenKind::Whitespace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_puts_one_value_on_a_line() {
        let text = r#"{"b":[1.10,{"x":1e5}],"a":{},"c":[],"d":"x y"}"#;
        let expected =
            "{\n  \"b\": [\n    1.10,\n    {\n      \"x\": 1e5\n    }\n  ],\n  \"a\": {},\n  \"c\": [],\n  \"d\": \"x y\"\n}";
        assert_eq!(pretty(text), expected);
        assert_eq!(pretty(expected), expected);
        assert_eq!(compact(expected), text);
    }

    #[test]
    fn broken_text_keeps_its_tokens() {
        assert_eq!(compact("{ \"a: 1,\n  foo bar ] }"), "{\"a: 1,\nfoo bar]}");
        assert_eq!(pretty("1 2 tru"), "1 2 tru");
        assert_eq!(pretty(""), "");
        assert_eq!(pretty("}]"), "}\n]");
    }
}
