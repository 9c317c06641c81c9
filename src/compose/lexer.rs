//! A tolerant JSON lexer: any text becomes tokens that cover it without gaps, so that incomplete and broken text can be coloured,
//! walked and formatted. `diagnosis` finds out whether the text is JSON.

use std::ops::Range;

/// What a token is; enough to choose a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonTokenKind {
    /// A string in the place of a key.
    Key,
    /// Any other string.
    String,
    /// A number as JSON writes it.
    Number,
    /// `true`, `false` or `null`, or a variable of a template.
    Literal,
    /// One of `{ } [ ] : ,`.
    Punctuation,
    /// Blanks, tabs and line ends.
    Whitespace,
    /// A word that is none of these.
    Error,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonToken {
    /// What it is.
    pub kind: JsonTokenKind,
    /// Its position in bytes; both ends are on character boundaries.
    pub span: Range<usize>,
    /// False for a string without its closing quote. Such a string ends with its line, so that a missing quote affects one line and
    /// not the rest of the text.
    pub terminated: bool,
}

impl JsonToken {
    /// The token's text.
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        &text[self.span.clone()]
    }

    /// Whether it is this punctuation mark.
    pub fn is(&self, mark: char, text: &str) -> bool {
        self.kind == JsonTokenKind::Punctuation && self.text(text).starts_with(mark)
    }

    /// Whether it is a string, key or not.
    pub const fn is_string(&self) -> bool {
        matches!(self.kind, JsonTokenKind::Key | JsonTokenKind::String)
    }

    /// The content of a string, with its escapes resolved as far as possible; of another token its text.
    pub fn content(&self, text: &str) -> String {
        let raw = self.text(text);
        if !self.is_string() {
            return raw.to_owned();
        }
        serde_json::from_str(raw).unwrap_or_else(|_| {
            let inner = raw.strip_prefix('"').unwrap_or(raw);
            let inner = if self.terminated { inner.strip_suffix('"').unwrap_or(inner) } else { inner };
            inner.to_owned()
        })
    }
}

/// All tokens of a text.
pub fn lex(text: &str) -> Vec<JsonToken> {
    JsonLexer::new(text).collect()
}

/// Produces the tokens one by one, for texts of which only the beginning is drawn.
#[derive(Debug)]
pub struct JsonLexer<'a> {
    text: &'a str,
    at: usize,
    /// The containers around the place, outermost first; true for an object.
    containers: Vec<bool>,
    key_comes_next: bool,
}

impl<'a> JsonLexer<'a> {
    /// Begins at the start of the text.
    pub const fn new(text: &'a str) -> JsonLexer<'a> {
        JsonLexer { text, at: 0, containers: Vec::new(), key_comes_next: false }
    }

    fn string(&mut self) -> (JsonTokenKind, bool) {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        let mut terminated = false;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => {
                    end += 1;
                    terminated = true;
                    break;
                }
                b'\n' | b'\r' => break,
                // The escaped character may be wider than a byte; its other bytes are no quotes, so they need no care. A line
                // end is never part of an escape.
                b'\\' if !matches!(bytes.get(end + 1), None | Some(b'\n' | b'\r')) => end += 2,
                _ => end += 1,
            }
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.at = end;
        let before_colon = self.text[end..].trim_start_matches([' ', '\t', '\r', '\n']).starts_with(':');
        let in_object = self.containers.last() == Some(&true);
        let is_key = in_object && (self.key_comes_next || before_colon);
        self.key_comes_next = false;
        (if is_key { JsonTokenKind::Key } else { JsonTokenKind::String }, terminated)
    }

    fn punctuation(&mut self, mark: u8) {
        match mark {
            b'{' | b'[' => {
                self.containers.push(mark == b'{');
                self.key_comes_next = mark == b'{';
            }
            b'}' | b']' => {
                let closing = closed_frames(mark == b'}', self.containers.iter().rev().copied());
                self.containers.truncate(self.containers.len() - closing);
                self.key_comes_next = false;
            }
            _ => self.key_comes_next = mark == b',' && self.containers.last() == Some(&true),
        }
        self.at += 1;
    }

    fn word(&mut self) -> JsonTokenKind {
        let rest = &self.text[self.at..];
        self.key_comes_next = false;
        // A variable stands for a value and has brackets of its own.
        if let Some(end) = rest.find('}').filter(|_| rest.starts_with("${"))
            && rest[2..end].chars().all(|character| character.is_ascii_alphanumeric())
        {
            self.at += end + 1;
            return JsonTokenKind::Literal;
        }
        let length = rest.find(ends_word).unwrap_or(rest.len());
        self.at += length;
        match &rest[..length] {
            "true" | "false" | "null" => JsonTokenKind::Literal,
            word if is_number(word) => JsonTokenKind::Number,
            _ => JsonTokenKind::Error,
        }
    }
}

impl Iterator for JsonLexer<'_> {
    type Item = JsonToken;

    fn next(&mut self) -> Option<JsonToken> {
        let start = self.at;
        let rest = &self.text[start..];
        let mut terminated = true;
        let kind = match *rest.as_bytes().first()? {
            b'"' => {
                let (kind, closed) = self.string();
                terminated = closed;
                kind
            }
            mark @ (b'{' | b'}' | b'[' | b']' | b':' | b',') => {
                self.punctuation(mark);
                JsonTokenKind::Punctuation
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.at += rest.find(|c| !is_blank(c)).unwrap_or(rest.len());
                JsonTokenKind::Whitespace
            }
            _ => self.word(),
        };
        Some(JsonToken { kind, span: start..self.at, terminated })
    }
}

/// How many of the open containers (innermost first, true for an object) a closing mark closes. One that was forgotten is closed
/// with the container around it; a mark that fits neither closes nothing. Deeper containers are not compared, so that hostile text costs linear time.
#[expect(clippy::same_functions_in_if_condition, reason = "each call reads the next container")]
pub(super) fn closed_frames(object: bool, mut innermost_first: impl Iterator<Item = bool>) -> usize {
    if innermost_first.next() == Some(object) {
        1
    } else if innermost_first.next() == Some(object) {
        2
    } else {
        0
    }
}

const fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

const fn ends_word(character: char) -> bool {
    is_blank(character) || matches!(character, '{' | '}' | '[' | ']' | ':' | ',' | '"')
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<&serde_json::value::RawValue>(word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(JsonTokenKind, &str)> {
        lex(text).iter().filter(|t| t.kind != JsonTokenKind::Whitespace).map(|t| (t.kind, t.text(text))).collect()
    }

    #[test]
    fn keys_and_values_are_distinguished() {
        use JsonTokenKind::*;
        assert_eq!(
            kinds(r#"{"a": "b", "c": [1, -2.5e3, true, "d"], "e": null}"#),
            [
                (Punctuation, "{"),
                (Key, "\"a\""),
                (Punctuation, ":"),
                (String, "\"b\""),
                (Punctuation, ","),
                (Key, "\"c\""),
                (Punctuation, ":"),
                (Punctuation, "["),
                (Number, "1"),
                (Punctuation, ","),
                (Number, "-2.5e3"),
                (Punctuation, ","),
                (Literal, "true"),
                (Punctuation, ","),
                (String, "\"d\""),
                (Punctuation, "]"),
                (Punctuation, ","),
                (Key, "\"e\""),
                (Punctuation, ":"),
                (Literal, "null"),
                (Punctuation, "}"),
            ]
        );
    }

    #[test]
    fn a_forgotten_quote_spoils_its_line_only() {
        let text = "{\"a\": \"b,\n \"c\": 1}";
        let tokens = lex(text);
        let open = tokens.iter().find(|t| !t.terminated).unwrap();
        assert_eq!(open.text(text), "\"b,");
        assert!(tokens.iter().any(|t| t.kind == JsonTokenKind::Key && t.text(text) == "\"c\""));
    }

    #[test]
    fn a_key_is_recognised_where_the_comma_before_it_is_missing() {
        assert!(kinds(r#"{"a": 1 "b": 2}"#).contains(&(JsonTokenKind::Key, "\"b\"")));
    }

    #[test]
    fn words_that_are_not_json_are_errors() {
        for word in ["tru", "01", "1.", "+1", "-", "NaN", "'x'", "é", "1e"] {
            assert_eq!(kinds(word), [(JsonTokenKind::Error, word)], "{word}");
        }
    }

    #[test]
    fn a_variable_is_one_word() {
        assert_eq!(kinds("{\"a\": ${tx}}")[3], (JsonTokenKind::Literal, "${tx}"));
        assert_eq!(kinds("$ {}")[0], (JsonTokenKind::Error, "$"));
    }

    #[test]
    fn the_content_of_a_string_is_unescaped_as_far_as_possible() {
        for (text, content) in [(r#""a\"b""#, "a\"b"), (r#""a"#, "a"), (r#""\q""#, "\\q"), ("\"", ""), ("12", "12")] {
            assert_eq!(lex(text)[0].content(text), content, "{text}");
        }
    }
}
