//! The position of a cursor in incomplete JSON: its container, whether a key or a value is expected, the typed prefix. `completion`
//! finds the candidates for it.

use std::ops::Range;

use super::lexer::{JsonLexer, JsonToken, JsonTokenKind};
use super::walk::{ExpectedToken, OpenContainer, PathStep, Walker};

/// The place of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorPosition {
    /// The path of the object or list around the cursor; empty also at the top level.
    pub container: Vec<PathStep>,
    /// The step from that container to the value at the cursor: its key or its index. `None` outside every container, and in an
    /// object that has no key yet.
    pub slot: Option<PathStep>,
    /// Whether there is an object around the cursor.
    pub in_object: bool,
    /// What is written or may be written here.
    pub expected: ExpectedToken,
    /// What was typed of it, up to the cursor, without the opening quote.
    pub prefix: String,
    /// All that stands here, without its quotes; `None` where nothing does.
    pub standing: Option<String>,
    /// What an insertion replaces: the key or value at the cursor with its quotes, or nothing.
    pub span: Range<usize>,
    /// The keys of the object around the cursor, before and behind it, without the one being typed.
    pub present: Vec<String>,
    /// The next token behind the cursor that is not blank.
    pub following: Option<JsonToken>,
    /// That token, when it is a punctuation mark.
    pub following_mark: Option<char>,
}

impl CursorPosition {
    /// The path of the value at the cursor.
    pub fn value_path(&self) -> Vec<PathStep> {
        let mut path = self.container.clone();
        path.extend(self.slot.clone());
        path
    }
}

/// Line and column, both from 1, of a byte offset; the column in characters.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Which word a cursor belongs to that is at the end of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordEdge {
    /// To the place behind it, once the word is complete: a user who types goes on.
    Behind,
    /// To the word: a user who came back wants to change it.
    Part,
}

/// Finds the place of a cursor (a byte offset). One beyond the text or inside of a character is moved back to the next place that
/// exists. A cursor in front of the value of a field is at that value.
pub fn position(text: &str, cursor: usize, edge: WordEdge) -> CursorPosition {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let mut walker = Walker::default();
    let mut tokens = JsonLexer::new(text);
    let mut active = None;
    let mut following = None;
    for token in tokens.by_ref() {
        if stands_at(&token, cursor, edge) {
            active = Some(token);
            break;
        }
        if token.span.end > cursor {
            following = Some(token);
            break;
        }
        walker.feed(&token, text);
    }
    let expected = walker.expected();
    let in_object = walker.frames.last().is_some_and(OpenContainer::is_object);
    let mut rest: Vec<JsonToken> =
        following.into_iter().chain(tokens).filter(|token| token.kind != JsonTokenKind::Whitespace).collect();
    let (prefix, mut span) = typed(text, cursor, active.as_ref());
    let mut standing = active.as_ref().map(|token| bare(&token.content(text)).to_owned());
    if active.is_none()
        && expected == ExpectedToken::Value
        && (in_object || walker.frames.is_empty())
        && let Some(count) = value_length(&rest, text)
    {
        span = rest[0].span.start..rest[count - 1].span.end;
        standing = Some(if count == 1 { bare(&rest[0].content(text)).to_owned() } else { text[span.clone()].to_owned() });
        rest.drain(..count);
    }
    let mut present = match walker.frames.last() {
        Some(OpenContainer::Object { keys, .. }) => keys.clone(),
        _ => Vec::new(),
    };
    let mut depth = 0_u32;
    for token in &rest {
        match token.text(text) {
            "{" | "[" => depth += 1,
            "}" | "]" if depth == 0 => break,
            "}" | "]" => depth -= 1,
            _ if depth == 0 && token.kind == JsonTokenKind::Key => present.push(token.content(text)),
            _ => {}
        }
    }
    let next = rest.into_iter().next();
    CursorPosition {
        container: walker.container(),
        slot: if expected == ExpectedToken::Key { None } else { walker.slot() },
        in_object,
        expected,
        prefix,
        standing,
        span,
        present,
        following_mark: next
            .as_ref()
            .filter(|token| token.kind == JsonTokenKind::Punctuation)
            .and_then(|token| token.text(text).chars().next()),
        following: next,
    }
}

/// Whether the cursor is at a word or string, so that typing or accepting a proposal changes it. In front of a key another member can
/// be written, so only there the front does not count.
fn stands_at(token: &JsonToken, cursor: usize, edge: WordEdge) -> bool {
    let inside = token.span.start < cursor && cursor < token.span.end;
    let at_front = cursor == token.span.start;
    let at_end = cursor == token.span.end && (!token.terminated || edge == WordEdge::Part);
    match token.kind {
        JsonTokenKind::Punctuation | JsonTokenKind::Whitespace => false,
        JsonTokenKind::Key => inside || at_end,
        JsonTokenKind::String => inside || at_front || at_end,
        JsonTokenKind::Number | JsonTokenKind::Literal | JsonTokenKind::Error => inside || at_front || cursor == token.span.end,
    }
}

/// How many of the tokens make up the value that they begin with; `None` when they begin with none, or when it has no end.
fn value_length(tokens: &[JsonToken], text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.text(text) {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.checked_sub(1)?,
            _ if token.kind == JsonTokenKind::Punctuation && depth == 0 => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// A word without single quotes, which some write for double ones.
fn bare(word: &str) -> &str {
    word.trim_matches('\'')
}

fn typed(text: &str, cursor: usize, active: Option<&JsonToken>) -> (String, Range<usize>) {
    let Some(token) = active else { return (String::new(), cursor..cursor) };
    let start = token.span.start;
    if !token.is_string() {
        return (bare(&text[start..cursor]).to_owned(), token.span.clone());
    }
    let end = if token.terminated {
        token.span.end
    } else {
        // A string without its end contains the brackets after it; only the word at the cursor counts.
        let rest = &text[cursor..token.span.end];
        cursor + rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
    };
    let typed_end = if token.terminated { cursor.min(token.span.end - 1) } else { cursor };
    (text.get(start + 1..typed_end).unwrap_or_default().to_owned(), start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_columns_count_characters() {
        let text = "ä{\n \"é\": 1}";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, text.find(':').unwrap()), (2, 5));
        assert_eq!(line_and_column(text, 1_000), (2, 9));
    }

    /// The place of the `|` in the text.
    fn at(marked: &str) -> CursorPosition {
        let cursor = marked.find('|').unwrap();
        position(&marked.replace('|', ""), cursor, WordEdge::Behind)
    }

    fn key(name: &str) -> PathStep {
        PathStep::Key(name.to_owned())
    }

    #[test]
    fn what_is_expected() {
        for (text, expected, prefix) in [
            ("|", ExpectedToken::Value, ""),
            ("{|", ExpectedToken::Key, ""),
            ("{\"id|", ExpectedToken::Key, "id"),
            ("{id|}", ExpectedToken::Key, "id"),
            ("{\"idTag\"|", ExpectedToken::Colon, ""),
            ("{\"idTag\":|", ExpectedToken::Value, ""),
            ("{\"idTag\": \"A|B\"}", ExpectedToken::Value, "A"),
            ("{\"a\": tr|", ExpectedToken::Value, "tr"),
            ("{\"a\": 1|", ExpectedToken::Value, "1"),
            ("{\"a\": 1 |", ExpectedToken::Separator, ""),
            ("{\"a\": 1, |}", ExpectedToken::Key, ""),
            ("[|]", ExpectedToken::Value, ""),
            ("[1, |", ExpectedToken::Value, ""),
            ("[1 |]", ExpectedToken::Separator, ""),
            ("{} |", ExpectedToken::End, ""),
        ] {
            let position = at(text);
            assert_eq!((position.expected, position.prefix.as_str()), (expected, prefix), "{text}");
        }
    }

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let position = at(r#"{"connectorId": 1, "values": [{"a": 1}, {"value": [{"unit": "W|"#);
        assert_eq!(position.container, [key("values"), PathStep::Index(1), key("value"), PathStep::Index(0)]);
        assert_eq!(position.slot, Some(key("unit")));
        assert_eq!(position.prefix, "W");
        assert_eq!(at(r#"{"a": [1, 2, |"#).value_path(), [key("a"), PathStep::Index(2)]);
    }

    #[test]
    fn keys_on_both_sides_of_the_cursor_are_present() {
        let position = at(r#"{"a": {"x": 1}, "b|": 2, "c": [{"y": 1}], "d": 3}"#);
        assert_eq!(position.present, ["a", "c", "d"]);
        assert_eq!(at(r#"{"o": {|"x": 1}, "b": 1}"#).present, ["x"]);
    }

    #[test]
    fn what_an_insertion_replaces() {
        for (text, replaced) in [
            ("{\"i|d\": 1}", "\"id\""),
            ("{\"id|}", "\"id"),
            ("{\"id|Tag, 1", "\"idTag"),
            ("{\"a\": fa|lse}", "false"),
            ("{|}", ""),
        ] {
            let position = at(text);
            assert_eq!(&text.replace('|', "")[position.span], replaced, "{text}");
        }
    }

    #[test]
    fn a_value_is_replaced_from_both_of_its_edges() {
        for (text, replaced, prefix, standing) in [
            (r#"{"a": |"Soft"}"#, "\"Soft\"", "", Some("Soft")),
            (r#"{"a":|  "Soft"}"#, "\"Soft\"", "", Some("Soft")),
            (r#"{"a": "Soft"|}"#, "\"Soft\"", "Soft", Some("Soft")),
            (r#"{"a": "Soft|"}"#, "\"Soft\"", "Soft", Some("Soft")),
            (r#"{"a": |12, "b": 1}"#, "12", "", Some("12")),
            (r#"{"a": | {"b": [1]}, "c": 1}"#, r#"{"b": [1]}"#, "", Some(r#"{"b": [1]}"#)),
            (r#"{"a|": 1}"#, "\"a\"", "a", Some("a")),
            (r#"{"a"|: 1}"#, "\"a\"", "a", Some("a")),
            (r#"{|"a": 1}"#, "", "", None),
            (r#"{"a": 'So|ft'}"#, "'Soft'", "So", Some("Soft")),
            (r#"[|true, 1]"#, "true", "", Some("true")),
            (r#"[| true]"#, "", "", None),
            (r#"{"a": | {"b": 1"#, "", "", None),
            (r#"|{}"#, "{}", "", Some("{}")),
        ] {
            let cursor = text.find('|').unwrap();
            let plain = text.replace('|', "");
            let found = position(&plain, cursor, WordEdge::Part);
            let standing = standing.map(str::to_owned);
            assert_eq!((&plain[found.span], found.prefix.as_str(), found.standing), (replaced, prefix, standing), "{text}");
        }
    }

    #[test]
    fn a_container_that_was_never_closed_is_closed_with_the_one_around_it() {
        assert_eq!(at(r#"{"a": [1, 2 }, |"#).expected, ExpectedToken::End);
        assert_eq!(at(r#"{"o": {"a": [1}, |"#).container, Vec::<PathStep>::new());
    }
}
