//! What is wrong with a payload and where: faults of the JSON, or findings of a check with their pointers turned into
//! spans. The check itself is in the catalog.

use std::ops::Range;

use serde_json::Value;

use super::lexer::lex;
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
    let fault = JsonFault::of(text, error);
    let span = fault.span(text, error);
    let token = |at: usize| lex(text).into_iter().find(|token| token.span.start <= at && at < token.span.end);
    let span = match span.is_empty() {
        // Where the parser has stopped, the word there is underlined.
        true => token(span.start).map_or_else(|| first_character(text, span.start), |token| token.span),
        false => span,
    };
    let message = if text.trim().is_empty() {
        "the payload is empty; a payload is at least {}".to_owned()
    } else if fault.is_json() {
        format!("this cannot be read: {fault}")
    } else {
        fault.to_string()
    };
    Diagnostic { span, severity: DiagnosticSeverity::Error, message, rule: None }
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
            ("", "", "the payload is empty; a payload is at least {}"),
            (" ", " ", "the payload is empty; a payload is at least {}"),
            ("{\n  \"a\": \"Soft\n}", "\"Soft", "this text has no closing \""),
            ("{\"a\": }", ":", "a value is missing behind this colon"),
            ("{\"a\": 1\n \"b\": 2}", "1", "a comma is missing behind this"),
            ("{} x", "x", "the JSON ends before this"),
            ("{\"a\": 1e400}", "1e400", "this cannot be read: the number 1e400 is larger than a 64-bit float can hold"),
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
