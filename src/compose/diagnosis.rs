//! What is wrong with a payload and where: faults of the JSON, or findings of a check with their pointers turned into
//! spans. The check itself is in the catalog.

use std::ops::Range;

use serde_json::Value;

use super::lexer::{JsonToken, JsonTokenKind, lex};
use super::spans::SpanMap;
use crate::ocpp::{Finding, FindingRule};
use crate::rpc::JsonFault;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiagnosticSeverity {
    /// A peer will probably accept it.
    Warning,
    /// A peer will refuse it.
    Error,
}

/// One fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What to underline, in bytes; never empty unless the text is.
    pub span: Range<usize>,
    /// How bad it is.
    pub severity: DiagnosticSeverity,
    /// One sentence.
    pub message: String,
    /// The rule of the definitions; `None` for faults of the JSON.
    pub rule: Option<FindingRule>,
}

/// Finds the faults of a payload's text, in the order of their places. `check` is called only when the text is JSON.
pub fn diagnose(text: &str, check: impl FnOnce(&Value) -> Vec<Finding>) -> Vec<Diagnostic> {
    let value = match serde_json::from_str::<Value>(text) {
        Ok(value) => value,
        Err(error) => return vec![syntax(text, &error)],
    };
    let map = SpanMap::of(text);
    let repeated = map.repeated_keys().iter().map(|span| Diagnostic {
        span: span.clone(),
        severity: DiagnosticSeverity::Warning,
        message: format!("{} occurs twice in this object: readers differ in which one they take.", &text[span.clone()]),
        rule: None,
    });
    let mut diagnostics: Vec<Diagnostic> =
        check(&value).into_iter().map(|finding| locate(text, &map, finding)).chain(repeated).collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    diagnostics
}

fn locate(text: &str, map: &SpanMap, finding: Finding) -> Diagnostic {
    let span = match map.nearest(&finding.path) {
        None => first_character(text, 0),
        Some(place) => match (finding.rule, &place.key) {
            // A missing field has no position; the opening bracket of its object is used.
            (FindingRule::Required | FindingRule::TooFew, _) => first_character(text, place.value.start),
            (FindingRule::UnknownField | FindingRule::DoubledName, Some(key)) => key.clone(),
            _ => place.value.clone(),
        },
    };
    let severity = if finding.tolerated { DiagnosticSeverity::Warning } else { DiagnosticSeverity::Error };
    Diagnostic { span, severity, message: finding.message, rule: Some(finding.rule) }
}

fn syntax(text: &str, error: &serde_json::Error) -> Diagnostic {
    let offset = offset(text, error.line(), error.column());
    let tokens: Vec<JsonToken> = lex(text)
        .into_iter()
        .take_while(|token| token.span.start <= offset)
        .filter(|token| token.kind != JsonTokenKind::Whitespace)
        .collect();
    // The parser notices a half-written word at the character behind it.
    let half_word = tokens.iter().rev().take(2).find(|token| token.kind == JsonTokenKind::Error && token.span.end == offset);
    let span = match half_word.or(tokens.last()) {
        // The end of the text is reported at the last word, because there is nothing to underline after it.
        Some(token) if offset <= token.span.end || error.is_eof() => token.span.clone(),
        _ => first_character(text, offset),
    };
    let sentence = if text.trim().is_empty() {
        "The payload is empty; a payload is at least {}.".to_owned()
    } else {
        let fault = JsonFault::of(text, error);
        let full = fault.to_string();
        let what = full.split(" at line ").next().unwrap_or(&full);
        let line_start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
        // The parser counts bytes.
        let column = text[line_start..offset].chars().count() + 1;
        let kind = if fault.is_json() { "This cannot be read" } else { "This is not JSON" };
        format!("{kind}: {what} (line {}, column {column}).", error.line())
    };
    Diagnostic { span, severity: DiagnosticSeverity::Error, message: sentence, rule: None }
}

/// The parser counts lines from 1 and columns in bytes from 1; column 0 is the line end before.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The character at a place, or the last one when the place is the end of the text.
fn first_character(text: &str, at: usize) -> Range<usize> {
    match text[at..].chars().next() {
        Some(character) => at..at + character.len_utf8(),
        None => text.char_indices().next_back().map_or(0..0, |(last, _)| last..text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str, rule: FindingRule, tolerated: bool) -> Finding {
        Finding { path: path.to_owned(), rule, message: "A sentence.".to_owned(), tolerated }
    }

    /// The underlined text and the message of the only diagnostic.
    fn only(text: &str) -> (String, String) {
        let diagnostics = diagnose(text, |_| Vec::new());
        let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
        (text[diagnostic.span.clone()].to_owned(), diagnostic.message.clone())
    }

    #[test]
    fn faults_of_the_json_are_shown_where_they_stand() {
        for (text, underlined, message) in [
            ("", "", "The payload is empty; a payload is at least {}."),
            ("{\"a\": }", "}", "This is not JSON: expected value (line 1, column 7)."),
            ("{\"a\": tru}", "tru", "This is not JSON: expected ident (line 1, column 10)."),
            ("{\"a\": 1,}", "}", "This is not JSON: trailing comma (line 1, column 9)."),
            ("{\"a\": 1\n \"b\": 2}", "\"b\"", "This is not JSON: expected `,` or `}` (line 2, column 2)."),
            ("{\"a\": \"é", "\"é", "This is not JSON: EOF while parsing a string (line 1, column 8)."),
            ("{\"a\": [1, 2", "2", "This is not JSON: EOF while parsing a list (line 1, column 11)."),
            ("{} x", "x", "This is not JSON: trailing characters (line 1, column 4)."),
            (
                "{\"a\": 1e400}",
                "1e400",
                "This cannot be read: the number 1e400 is larger than a 64-bit float can hold (line 1, column 11).",
            ),
            ("{\"a\": 1 \"a\": 2}", "\"a\"", "This is not JSON: expected `,` or `}` (line 1, column 9)."),
        ] {
            let (shown, found) = only(text);
            assert_eq!(found, message, "{text}");
            assert_eq!(shown, underlined, "{text}");
        }
    }

    #[test]
    fn findings_are_shown_where_their_pointer_leads() {
        let text = r#"{"idTagInfo": {"status": "No", "extra": [1]}, "values": []}"#;
        for (path, rule, underlined) in [
            ("", FindingRule::Required, "{"),
            ("/idTagInfo", FindingRule::Required, "{"),
            ("/idTagInfo/status", FindingRule::Enumeration, "\"No\""),
            ("/idTagInfo/extra", FindingRule::UnknownField, "\"extra\""),
            ("/idTagInfo/extra/0", FindingRule::Type, "1"),
            ("/values", FindingRule::TooFew, "["),
            ("/nowhere/at/all", FindingRule::Type, text),
        ] {
            let diagnostics = diagnose(text, |_| vec![finding(path, rule, false)]);
            assert_eq!(&text[diagnostics[0].span.clone()], underlined, "{path}");
            assert_eq!(diagnostics[0].rule, Some(rule));
            assert_eq!(diagnostics[0].severity, DiagnosticSeverity::Error);
        }
        assert_eq!(diagnose(text, |_| vec![finding("", FindingRule::Type, true)])[0].severity, DiagnosticSeverity::Warning);
    }

    #[test]
    fn a_key_that_occurs_twice_is_a_warning() {
        let (shown, found) = only(r#"{"a": 1, "a": 2}"#);
        assert_eq!(
            (shown.as_str(), found.as_str()),
            ("\"a\"", "\"a\" occurs twice in this object: readers differ in which one they take.")
        );
    }
}
