//! Why a text cannot be read as JSON: that it is none, or that it breaks a limit of ours. The parser reports both as faults of the syntax.

use std::ops::Range;

use thiserror::Error;

use super::json_mistake::first_mistake;

/// How deep lists and objects may be in each other: the limit of serde_json, which keeps the stack from its end.
const DEPTH: usize = 127;
/// How much of a number is repeated, in characters.
const SHOWN: usize = 20;

/// Why a text has no JSON value here. The text is a clause, to be completed to a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JsonFault {
    /// It is no JSON.
    #[error("{what}")]
    Syntax {
        /// What is wrong, in our words.
        what: String,
        /// The part of the text to look at.
        span: Range<usize>,
    },
    /// It is JSON, deeper than we read.
    #[error("its lists and objects are more than {DEPTH} deep in each other")]
    TooDeep,
    /// It is JSON with a number that no 64-bit float holds.
    #[error("the number {0} is larger than a 64-bit float can hold")]
    LargeNumber(String),
}

impl JsonFault {
    /// The fault of a text that the parser has refused with this error.
    pub fn of(text: &str, error: &serde_json::Error) -> JsonFault {
        if let Some((span, what)) = first_mistake(text) {
            return JsonFault::Syntax { what, span };
        }
        beyond(text).unwrap_or_else(|| {
            let offset = parser_offset(text, error);
            let what = error.to_string();
            JsonFault::Syntax { what: what.split(" at line ").next().unwrap_or_default().to_owned(), span: offset..offset }
        })
    }

    /// The place of the fault; of a limit that of the parser, which has stopped there.
    pub fn span(&self, text: &str, error: &serde_json::Error) -> Range<usize> {
        match self {
            JsonFault::Syntax { span, .. } => span.clone(),
            JsonFault::TooDeep | JsonFault::LargeNumber(_) => {
                let offset = parser_offset(text, error);
                offset..offset
            }
        }
    }

    /// Whether the text is JSON all the same.
    pub fn is_json(&self) -> bool {
        !matches!(self, JsonFault::Syntax { .. })
    }
}

/// Where the parser has stopped. It counts lines from 1 and columns in bytes from 1; column 0 is the line end before.
fn parser_offset(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    text.floor_char_boundary((before + error.column().saturating_sub(1)).min(text.len()))
}

/// The first place in a JSON text that breaks a limit.
fn beyond(text: &str) -> Option<JsonFault> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(byte) = rest.bytes().next() {
        let length = match byte {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => {
                let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
                if rest[..end].parse::<f64>().is_ok_and(f64::is_infinite) {
                    let mut shown: String = rest[..end].chars().take(SHOWN).collect();
                    if end > SHOWN {
                        shown.push('…');
                    }
                    return Some(JsonFault::LargeNumber(shown));
                }
                end
            }
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH {
                    return Some(JsonFault::TooDeep);
                }
                1
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                1
            }
            // Blanks, separators and words; in JSON they are one byte a character.
            _ => 1,
        };
        rest = rest.get(length..)?;
    }
    None
}

/// How long a string is that a text begins with.
fn string_length(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn fault(text: &str) -> Option<JsonFault> {
        serde_json::from_str::<Value>(text).err().map(|error| JsonFault::of(text, &error))
    }

    #[test]
    fn the_limits_are_distinguished_from_what_is_no_json() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(fault(&nested(DEPTH)), None);
        assert_eq!(fault(&nested(DEPTH + 1)), Some(JsonFault::TooDeep));
        assert_eq!(fault(&format!("{{\"[\\\"[\":{}}}", nested(DEPTH))), Some(JsonFault::TooDeep));
        assert_eq!(fault("[\"1e999\", 1, -1.5e400]"), Some(JsonFault::LargeNumber("-1.5e400".to_owned())));
        let long = fault(&"9".repeat(400)).unwrap();
        assert_eq!(long.to_string(), format!("the number {}… is larger than a 64-bit float can hold", "9".repeat(SHOWN)));
        assert!(long.is_json() && !fault("{\"a\"}").unwrap().is_json());
        assert_eq!(fault("{\"a\"}").unwrap().to_string(), "this name has no colon and no value");
        let broken = format!("{}x", "[".repeat(200));
        assert!(!fault(&broken).unwrap().is_json(), "deep, and no JSON");
    }
}
