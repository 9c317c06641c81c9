//! Completion at the cursor: missing fields, values of enumerations, values that occurred in the session. It returns candidates; the
//! caller changes the text.

use std::ops::Range;

use serde_json::Value;

use super::fields::{FieldPlace, describe, field_at, fields_at, type_label};
use super::known::KnownValues;
use super::position::{CursorPosition, position};
use super::skeleton::{element_skeleton, field_skeleton, skeleton};
use super::walk::{ExpectedToken, PathStep};
use crate::ocpp::{FieldDefinition, FieldKind, MessageDefinition};

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCandidate {
    /// What the list shows.
    pub label: String,
    /// What is written, with the quotes, the colon and the comma that the place needs.
    pub insert: String,
    /// Where the cursor goes afterwards: a byte offset into `insert`.
    pub caret: usize,
    /// What is replaced, in bytes of the text.
    pub span: Range<usize>,
    /// The type, in a word or two.
    pub detail: String,
    /// Whether the definitions require it.
    pub required: bool,
    /// One line more about it.
    pub doc: String,
}

/// Proposals for a payload. In an empty object the first one is all required fields at once.
pub fn complete(message: &MessageDefinition, text: &str, cursor: usize, known: &KnownValues) -> Vec<FieldCandidate> {
    complete_value(message, &[], text, cursor, known)
}

/// Proposals for a text that is one value inside of a payload; `base` is the path that leads to it.
pub fn complete_value(
    message: &MessageDefinition,
    base: &[PathStep],
    text: &str,
    cursor: usize,
    known: &KnownValues,
) -> Vec<FieldCandidate> {
    let position = position(text, cursor);
    let under = |path: Vec<PathStep>| -> Vec<PathStep> { base.iter().cloned().chain(path).collect() };
    match position.expected {
        ExpectedToken::Key | ExpectedToken::Separator if position.in_object => {
            fields_at(&message.fields, &under(position.container.clone()))
                .map_or_else(Vec::new, |fields| keys(fields, &position, known))
        }
        ExpectedToken::Value => {
            let path = under(position.value_path());
            if path.is_empty() {
                payload(message, &position, known)
            } else {
                field_at(&message.fields, &path).map_or_else(Vec::new, |place| values(place, &position, known))
            }
        }
        _ => Vec::new(),
    }
}

fn payload(message: &MessageDefinition, position: &CursorPosition, known: &KnownValues) -> Vec<FieldCandidate> {
    if !position.prefix.is_empty() {
        return Vec::new();
    }
    let insert = format!("{{{}}}", members(&message.fields, known));
    vec![FieldCandidate { caret: insert.len() - 1, insert, ..required_fields(position.span.clone()) }]
}

fn required_fields(span: Range<usize>) -> FieldCandidate {
    FieldCandidate {
        label: "required fields".to_owned(),
        insert: String::new(),
        caret: 0,
        span,
        detail: "all of them".to_owned(),
        required: true,
        doc: "writes every required field with a placeholder".to_owned(),
    }
}

fn members(fields: &[FieldDefinition], known: &KnownValues) -> String {
    let members: Vec<_> = skeleton(fields, known).iter().map(|(name, value)| format!("{}: {value}", quoted(name))).collect();
    members.join(", ")
}

fn keys(fields: &[FieldDefinition], position: &CursorPosition, known: &KnownValues) -> Vec<FieldCandidate> {
    let mut candidates = Vec::new();
    if position.expected == ExpectedToken::Key && position.present.is_empty() && position.prefix.is_empty() {
        let insert = members(fields, known);
        if !insert.is_empty() {
            candidates.push(FieldCandidate { caret: insert.len(), insert, ..required_fields(position.span.clone()) });
        }
    }
    let missing = || fields.iter().filter(|field| !position.present.contains(&field.name));
    let sorted = missing().filter(|field| field.required).chain(missing().filter(|field| !field.required));
    let matching = best_first(sorted.map(|field| (field.name.clone(), field)).collect(), &position.prefix);
    candidates.extend(matching.into_iter().map(|(_, field)| key(field, position)));
    candidates
}

fn key(field: &FieldDefinition, position: &CursorPosition) -> FieldCandidate {
    let name = quoted(&field.name);
    let (insert, caret) = if position.following_mark == Some(':') {
        (name.clone(), name.len())
    } else {
        let comma = if position.expected == ExpectedToken::Separator { ", " } else { "" };
        let (opening, closing) = match (&field.kind, field.repeated) {
            (_, Some(_)) => ("[", "]"),
            (FieldKind::Object(_) | FieldKind::Map(_), None) => ("{", "}"),
            (FieldKind::Text { .. } | FieldKind::Uri | FieldKind::DateTime, None) => ("\"", "\""),
            _ => ("", ""),
        };
        let before = format!("{comma}{name}: {opening}");
        let caret = before.len();
        (format!("{before}{closing}{}", comma_behind(position)), caret)
    };
    FieldCandidate {
        label: field.name.clone(),
        insert,
        caret,
        span: position.span.clone(),
        detail: type_label(field),
        required: field.required,
        doc: describe(field),
    }
}

fn values(place: FieldPlace<'_>, position: &CursorPosition, known: &KnownValues) -> Vec<FieldCandidate> {
    let field = place.field;
    let mut offered: Vec<(Value, &str)> = Vec::new();
    if place.is_list() {
        offered.push((field_skeleton(field, known), "list"));
    } else {
        match &field.kind {
            FieldKind::Enumeration(values) => offered.extend(values.iter().map(|value| (Value::from(value.as_str()), ""))),
            FieldKind::Boolean => offered.extend([(Value::Bool(true), ""), (Value::Bool(false), "")]),
            FieldKind::Object(_) | FieldKind::Map(_) => offered.push((element_skeleton(field, known), "object")),
            FieldKind::DateTime => offered.extend(known.now().map(|now| (Value::from(now), "now"))),
            FieldKind::Text { .. } | FieldKind::Uri | FieldKind::Integer(_) | FieldKind::Decimal { .. } | FieldKind::Any => {}
        }
        if !matches!(field.kind, FieldKind::Enumeration(_) | FieldKind::Boolean) {
            offered.extend(known.of(&field.name).iter().map(|value| (value.clone(), "seen")));
        }
    }
    let offered = offered.into_iter().map(|(value, detail)| (plain(&value), (value, detail))).collect();
    best_first(offered, &position.prefix)
        .into_iter()
        .map(|(label, (value, detail))| {
            let written = value.to_string();
            let caret = if value.is_object() || value.is_array() { written.len() - 1 } else { written.len() };
            FieldCandidate {
                label,
                caret,
                insert: format!("{written}{}", comma_behind(position)),
                span: position.span.clone(),
                detail: if detail.is_empty() { field.type_name.clone() } else { detail.to_owned() },
                required: false,
                doc: describe(field),
            }
        })
        .collect()
}

/// A comma, when the next member or element is right after the cursor.
fn comma_behind(position: &CursorPosition) -> &'static str {
    let Some(following) = &position.following else { return "" };
    match position.following_mark {
        Some('{' | '[') if !position.in_object => {}
        Some(_) => return "",
        None => {}
    }
    if following.span.start > position.span.end { "," } else { ", " }
}

/// Those whose label begins with what was typed, then those that contain it; case does not matter.
pub(crate) fn best_first<T>(offered: Vec<(String, T)>, typed: &str) -> Vec<(String, T)> {
    let typed = typed.to_lowercase();
    let (mut beginning, others): (Vec<_>, Vec<_>) =
        offered.into_iter().partition(|(label, _)| label.to_lowercase().starts_with(&typed));
    beginning.extend(others.into_iter().filter(|(label, _)| label.to_lowercase().contains(&typed)));
    beginning
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::test_session::{authorize_response, meter_values, reset, start_transaction};

    fn known() -> KnownValues {
        let mut known = KnownValues::default();
        known.add("idTag", "B4F62CEF");
        known.add("connectorId", 2);
        known.set_now("2024-05-01T12:00:00Z");
        known
    }

    fn at(message: &MessageDefinition, marked: &str) -> (String, Vec<FieldCandidate>) {
        let cursor = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let candidates = complete(message, &text, cursor, &known());
        (text, candidates)
    }

    fn labels(message: &MessageDefinition, marked: &str) -> Vec<String> {
        at(message, marked).1.into_iter().map(|candidate| candidate.label).collect()
    }

    /// The text after accepting the candidate with this label, with `|` at the cursor.
    fn accept(message: &MessageDefinition, marked: &str, label: &str) -> String {
        let (mut text, candidates) = at(message, marked);
        let candidate = candidates.into_iter().find(|candidate| candidate.label == label).unwrap();
        let start = candidate.span.start;
        text.replace_range(candidate.span, &candidate.insert);
        text.insert(start + candidate.caret, '|');
        text
    }

    #[test]
    fn an_empty_payload_begins_with_what_is_required() {
        let message = start_transaction();
        let filled = r#""connectorId": 2, "idTag": "B4F62CEF", "timestamp": "2024-05-01T12:00:00Z", "meterStart": 0"#;
        assert_eq!(accept(&message, "|", "required fields"), format!("{{{filled}|}}"));
        assert_eq!(accept(&message, "{|}", "required fields"), format!("{{{filled}|}}"));
        assert_eq!(at(&message, "{|}").1[0].label, "required fields");
    }

    #[test]
    fn missing_keys_are_offered_required_ones_first() {
        let message = start_transaction();
        assert_eq!(labels(&message, r#"{"idTag": "A", |"meterStart": 1}"#), ["connectorId", "timestamp", "reservationId"]);
        let candidates = at(&message, r#"{"idTag": "A", |}"#).1;
        assert_eq!(candidates.iter().map(|c| c.required).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!(candidates[0].detail, "integer");
        assert_eq!(labels(&message, r#"{"Tag|}"#), ["idTag"]);
    }

    #[test]
    fn keys_bring_quotes_colon_and_comma() {
        let message = start_transaction();
        for (before, label, after) in [
            (r#"{"id|}"#, "idTag", r#"{"idTag": "|"}"#),
            (r#"{id|"#, "idTag", r#"{"idTag": "|""#),
            (r#"{"i|d": 1}"#, "idTag", r#"{"idTag"|: 1}"#),
            (r#"{"idTag": "A" |}"#, "meterStart", r#"{"idTag": "A" , "meterStart": |}"#),
            (r#"{"met|" "idTag": "A"}"#, "meterStart", r#"{"meterStart": |, "idTag": "A"}"#),
            (r#"{|"idTag": "A"}"#, "meterStart", r#"{"meterStart": |, "idTag": "A"}"#),
            (r#"{"met|", "idTag": "A"}"#, "meterStart", r#"{"meterStart": |, "idTag": "A"}"#),
        ] {
            assert_eq!(accept(&message, before, label), after, "{before}");
        }
        assert_eq!(accept(&meter_values(), r#"{"val|"#, "values"), r#"{"values": [|]"#);
        assert_eq!(accept(&authorize_response(), "{id|", "idTagInfo"), r#"{"idTagInfo": {|}"#);
    }

    #[test]
    fn values_come_from_the_definitions_and_from_the_session() {
        assert_eq!(labels(&reset(), r#"{"type": |}"#), ["Hard", "Soft"]);
        assert_eq!(accept(&reset(), r#"{"type": "S|"}"#, "Soft"), r#"{"type": "Soft"|}"#);
        assert_eq!(accept(&reset(), r#"{"force": t|"#, "true"), r#"{"force": true|"#);
        assert_eq!(labels(&start_transaction(), r#"{"idTag": |}"#), ["B4F62CEF"]);
        assert_eq!(accept(&start_transaction(), r#"{"connectorId": |}"#, "2"), r#"{"connectorId": 2|}"#);
        assert_eq!(labels(&start_transaction(), r#"{"timestamp": "|"}"#), ["2024-05-01T12:00:00Z"]);
        assert_eq!(labels(&reset(), r#"{"key": [|]}"#), Vec::<String>::new());
    }

    #[test]
    fn nested_objects_and_lists_are_reached() {
        assert_eq!(labels(&authorize_response(), r#"{"idTagInfo": {"status": "B|"#), ["Blocked"]);
        let place = r#"{"values": [{"timestamp": "x"}, {|}]}"#;
        assert_eq!(labels(&meter_values(), place), ["required fields", "timestamp", "value"]);
        assert_eq!(
            accept(&meter_values(), r#"{"values": |}"#, r#"[{"timestamp":"2024-05-01T12:00:00Z","value":[""]}]"#),
            r#"{"values": [{"timestamp":"2024-05-01T12:00:00Z","value":[""]}|]}"#
        );
        let base = [PathStep::Key("idTagInfo".to_owned())];
        let inner = complete_value(&authorize_response(), &base, "{\"st", 4, &known());
        assert_eq!(inner[0].label, "status");
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_known() {
        for place in [r#"{"nothing": |}"#, r#"{"idTag"|}"#, "{} |", r#"[|]"#, r#"{"idTag": {|}}"#] {
            assert_eq!(labels(&start_transaction(), place), Vec::<String>::new(), "{place}");
        }
    }
}
