//! Names that occur twice in one object of a payload: which, where, and with which values. Looks at the text, for the few payloads that have
//! any, and for readers of single records.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::span::{end_of_text, words};
use crate::ocpp::{Finding, FindingRule};

/// The most findings of one payload.
const MAX_FINDINGS: usize = 100;
/// The most characters of a value that a sentence quotes.
const MAX_QUOTE: usize = 60;

/// A finding for every name that occurs twice in one object of a text that is JSON; a text that is none gives nothing or something, but no
/// trouble. They are tolerated.
pub fn doubled_names(json: &str) -> Vec<Finding> {
    let mut scan = DoubledScan { json, open: Vec::new(), findings: Vec::new() };
    let bytes = json.as_bytes();
    let mut at = 0;
    while at < bytes.len() && scan.findings.len() < MAX_FINDINGS {
        let start = at;
        at = match bytes[at] {
            b'"' => end_of_text(bytes, at).min(bytes.len()),
            b'-' | b'0'..=b'9' | b'a'..=b'z' => end_of_word(bytes, at),
            _ => at + 1,
        };
        match bytes[start] {
            b'{' => scan.open.push(OpenContainer::new(start, true)),
            b'[' => scan.open.push(OpenContainer::new(start, false)),
            b'}' | b']' => {
                if let Some(container) = scan.open.pop() {
                    scan.value(container.start..at);
                }
            }
            b',' => {
                if let Some(container) = scan.open.last_mut() {
                    container.position += 1;
                    container.name = None;
                }
            }
            b'"' if scan.open.last().is_some_and(|container| container.is_object && container.name.is_none()) => {
                if let Some(container) = scan.open.last_mut() {
                    container.name = Some(words(&json[start..at]));
                }
            }
            b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z' => scan.value(start..at),
            _ => {}
        }
    }
    scan.findings
}

fn end_of_word(bytes: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\t' | b'\n' | b'\r');
    bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length)
}

/// An object or a list whose end was not seen yet.
struct OpenContainer<'a> {
    start: usize,
    is_object: bool,
    /// How many elements or members are before the current one.
    position: usize,
    /// The name of the current member, once it was read.
    name: Option<Cow<'a, str>>,
    /// The last value of every name.
    seen: HashMap<Cow<'a, str>, Range<usize>>,
}

impl OpenContainer<'_> {
    fn new(start: usize, is_object: bool) -> Self {
        OpenContainer { start, is_object, position: 0, name: None, seen: HashMap::new() }
    }
}

struct DoubledScan<'a> {
    json: &'a str,
    open: Vec<OpenContainer<'a>>,
    findings: Vec<Finding>,
}

impl DoubledScan<'_> {
    /// A value has ended.
    fn value(&mut self, span: Range<usize>) {
        let Some(container) = self.open.last_mut() else { return };
        let Some(name) = container.name.clone() else { return };
        let Some(before) = container.seen.insert(name.clone(), span.clone()) else { return };
        let (first, last) = (quote(&self.json[before]), quote(&self.json[span]));
        let message =
            format!("{} occurs twice, {first} and {last}; readers differ in which one they take", name.escape_debug());
        let path = self.path();
        self.findings.push(Finding { path, rule: FindingRule::DoubledName, message, tolerated: true });
    }

    /// The pointer to the current member.
    fn path(&self) -> String {
        let mut path = String::new();
        for container in &self.open {
            // Writing into a string cannot fail.
            let _ = match &container.name {
                Some(name) => write!(path, "/{}", name.replace('~', "~0").replace('/', "~1")),
                None => write!(path, "/{}", container.position),
            };
        }
        path
    }
}

/// A value as it is written, shortened.
fn quote(value: &str) -> String {
    match value.as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        _ => {
            let mut characters = value.chars();
            let start: String = characters.by_ref().take(MAX_QUOTE).collect();
            let more = if characters.next().is_some() { "…" } else { "" };
            format!("{start}{more}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Vec<String> {
        doubled_names(json).into_iter().map(|finding| format!("{}: {}", finding.path, finding.message)).collect()
    }

    #[test]
    fn a_name_that_occurs_twice_is_found_with_its_place_and_its_values() {
        let readers = "readers differ in which one they take";
        for (json, expected) in [
            (r#"{"connectorId":1,"connectorId":2}"#, vec!["/connectorId: connectorId occurs twice, 1 and 2"]),
            (r#"{"a":[{"b":true},{"b" : 1e3 , "c":[1,{}], "\u0062":"x"}]}"#, vec!["/a/1/b: b occurs twice, 1e3 and \"x\""]),
            (r#"{"a/~":{"x":{}},"a/~":[1,"2"]}"#, vec!["/a~1~0: a/~ occurs twice, an object and a list"]),
            (r#"{"a":1,"a":2,"a":3}"#, vec!["/a: a occurs twice, 1 and 2", "/a: a occurs twice, 2 and 3"]),
            (r#"{"a":{"a":1},"b":{"a":"a"},"c":["a","a"]}"#, vec![]),
            ("[]", vec![]),
            ("null", vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|sentence| format!("{sentence}; {readers}")).collect();
            assert_eq!(found(json), expected, "{json}");
        }
    }

    #[test]
    fn any_text_and_any_number_of_names_is_no_trouble() {
        for text in ["", "{", "{\"", "{\"a\\", "}}]", "{\"a\":", "{é:é,é:é}", "{\"é\":é"] {
            let _ = doubled_names(text);
        }
        assert_eq!(doubled_names(&format!("{{{}}}", ["\"a\":1"; 1000].join(","))).len(), MAX_FINDINGS);
    }
}
