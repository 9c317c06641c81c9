//! The positions of the values of a JSON text: from JSON pointer to span, for diagnostics that name a pointer.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::ops::Range;

use super::lexer::{JsonToken, JsonTokenKind, lex};
use super::walk::{ExpectedToken, PathStep, Walker};

/// Deeper values are not recorded; it is the depth that the JSON parser reads.
const DEEPEST: usize = 128;

/// The position of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSpan {
    /// Its key, with the quotes; `None` for the whole text and for elements of lists.
    pub key: Option<Range<usize>>,
    /// The value; of a container that was never closed, its opening bracket.
    pub value: Range<usize>,
}

/// The positions of all values of a text. Of a key that occurs twice in its object the last one counts, as for the JSON parser.
#[derive(Debug, Default)]
pub struct SpanMap {
    places: HashMap<String, ValueSpan>,
    repeated_keys: Vec<Range<usize>>,
}

impl SpanMap {
    /// Reads a text.
    pub fn of(text: &str) -> SpanMap {
        let mut map = SpanMap::default();
        let mut walker = Walker::default();
        let mut key: Option<Range<usize>> = None;
        let mut pointer = String::new();
        let mut open: Vec<OpenContainer> = Vec::new();
        // The keys seen in each open container; a set, because an object may have a million of them.
        let mut seen: Vec<HashSet<String>> = Vec::new();
        for token in lex(text) {
            let depth = walker.frames.len();
            if token.kind == JsonTokenKind::Key {
                seen.resize_with(depth, HashSet::new);
                if seen.last_mut().is_some_and(|keys| !keys.insert(token.content(text))) {
                    map.repeated_keys.push(token.span.clone());
                }
                key = Some(token.span.clone());
            } else if begins_value(&token, text, walker.expected()) {
                let key = key.take();
                let length_before = pointer.len();
                if depth < DEEPEST {
                    if let Some(step) = walker.slot() {
                        push_step(&mut pointer, &step);
                    }
                    map.places.insert(pointer.clone(), ValueSpan { key, value: token.span.clone() });
                    if token.kind == JsonTokenKind::Punctuation {
                        open.push(OpenContainer { depth, pointer: pointer.clone(), length_before });
                    } else {
                        pointer.truncate(length_before);
                    }
                }
            }
            walker.feed(&token, text);
            seen.truncate(walker.frames.len());
            while let Some(container) = open.pop_if(|container| container.depth >= walker.frames.len()) {
                if let Some(place) = map.places.get_mut(&container.pointer) {
                    place.value.end = token.span.end;
                }
                pointer.truncate(container.length_before);
            }
        }
        map
    }

    /// Finds a value by its JSON pointer; `""` is the whole text.
    pub fn get(&self, pointer: &str) -> Option<&ValueSpan> {
        self.places.get(pointer)
    }

    /// The place of the value, or of the innermost value around it that exists.
    pub fn nearest(&self, pointer: &str) -> Option<&ValueSpan> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return Some(place);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }

    /// The keys that occur in their object for the second time.
    pub fn repeated_keys(&self) -> &[Range<usize>] {
        &self.repeated_keys
    }
}

/// A container whose end was not seen yet.
struct OpenContainer {
    /// How many containers are around it.
    depth: usize,
    pointer: String,
    /// The length of the pointer of what is around it.
    length_before: usize,
}

fn begins_value(token: &JsonToken, text: &str, expected: ExpectedToken) -> bool {
    expected == ExpectedToken::Value
        && match token.kind {
            JsonTokenKind::Whitespace => false,
            JsonTokenKind::Punctuation => token.is('{', text) || token.is('[', text),
            _ => true,
        }
}

fn push_step(pointer: &mut String, step: &PathStep) {
    pointer.push('/');
    match step {
        PathStep::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
        // Writing into a string cannot fail.
        PathStep::Index(index) => _ = write!(pointer, "{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_by_its_pointer() {
        let text = r#"{"a": {"b/c": [1, {"d~": "x"}]}, "e": true}"#;
        let map = SpanMap::of(text);
        for (pointer, value, key) in [
            ("", text, None),
            ("/a", r#"{"b/c": [1, {"d~": "x"}]}"#, Some("\"a\"")),
            ("/a/b~1c", r#"[1, {"d~": "x"}]"#, Some("\"b/c\"")),
            ("/a/b~1c/0", "1", None),
            ("/a/b~1c/1", r#"{"d~": "x"}"#, None),
            ("/a/b~1c/1/d~0", "\"x\"", Some("\"d~\"")),
            ("/e", "true", Some("\"e\"")),
        ] {
            let place = map.get(pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_eq!(&text[place.value.clone()], value, "{pointer}");
            assert_eq!(place.key.clone().map(|span| &text[span]), key, "{pointer}");
        }
        assert_eq!(map.places.len(), 7);
        assert_eq!(map.nearest("/e/x/y"), map.get("/e"));
    }

    #[test]
    fn keys_that_occur_twice_are_reported() {
        let text = r#"{"a": 1, "b": {"a": 2}, "a": 3}"#;
        let map = SpanMap::of(text);
        assert_eq!(map.repeated_keys().len(), 1);
        assert_eq!(map.repeated_keys()[0], 24..27);
        assert_eq!(&text[map.get("/a").unwrap().value.clone()], "3");
    }

    #[test]
    fn the_depth_is_bounded() {
        let text = "[".repeat(100_000);
        assert_eq!(SpanMap::of(&text).places.len(), DEEPEST);
    }
}
