//! Properties of any text and any cursor.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_session::{authorize_response, list, message, meter_values, one_of, required, reset, start_transaction};
use super::*;
use crate::ocpp::{FieldKind, Finding, FindingRule, MessageDefinition};

/// Arbitrary text, and text made of the pieces that JSON is made of, in which structures are likely.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("\\"),
        Just(" "),
        Just("\n"),
        Just("\"idTagInfo\""),
        Just("\"values\""),
        Just("\"status\": "),
        Just("12.50"),
        Just("true"),
        Just("é⚡"),
        Just("\\u00"),
        Just("x"),
    ];
    prop_oneof![any::<String>(), prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,4}", inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn significant(text: &str) -> Vec<&str> {
    lex(text).into_iter().filter(|token| token.kind != JsonTokenKind::Whitespace).map(|token| &text[token.span]).collect()
}

const SCOPES: [ProposalScope; 3] = [ProposalScope::Typed, ProposalScope::Asked, ProposalScope::Everything];

/// A message with every kind of field, alone, in objects and in lists.
fn everything() -> MessageDefinition {
    let mut fields = reset().fields;
    fields.extend(authorize_response().fields);
    fields.extend(meter_values().fields);
    fields.push(required("timestamp", "xs:dateTime", FieldKind::DateTime));
    fields.push(list(0, required("kinds", "Kind", one_of(&["A", "B", "C"]))));
    message(fields)
}

/// Payloads of [`everything`]: the fields that are there have values of their type or of another one.
fn payload() -> impl Strategy<Value = Value> {
    let any_value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-50..50_i32).prop_map(Value::from),
        Just(Value::from(1.5)),
        Just(Value::from("Soft")),
        Just(Value::from("")),
        Just(Value::from("a \"b\", {c: 1} é⚡")),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"status": "Blocked", "x": [1]})),
        Just(json!([{"timestamp": "x", "value": ["1", "2"]}, {}])),
        Just(json!(["A", "C"])),
        Just(json!([1, [true], null])),
    ];
    let names =
        ["type", "force", "location", "limit", "key", "idTagInfo", "connectorId", "values", "timestamp", "kinds", "other"];
    let member = (prop::sample::select(names.to_vec()), any_value);
    prop::collection::vec(member, 0..5)
        .prop_map(|members| Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

/// The text of a value with some blanks between all tokens.
fn spaced(value: &Value, blanks: &[&str]) -> String {
    let text = value.to_string();
    let mut blanks = blanks.iter().cycle();
    let mut spaced = String::new();
    for token in lex(&text) {
        spaced.push_str(blanks.next().copied().unwrap_or_default());
        spaced.push_str(&text[token.span]);
    }
    spaced.push_str(blanks.next().copied().unwrap_or_default());
    spaced
}

/// Every pointer of a value.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match value {
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| pointers(element, &format!("{pointer}/{index}"), all));
        }
        Value::Object(members) => members.iter().for_each(|(key, member)| pointers(member, &format!("{pointer}/{key}"), all)),
        _ => {}
    }
}

/// How many insertions into objects and lists lead from one value to the other; `None` when something else has changed.
fn insertions(before: &Value, after: &Value) -> Option<usize> {
    match (before, after) {
        _ if before == after => Some(0),
        (Value::Object(old), Value::Object(new)) => {
            let grown = usize::from(new.len() > old.len());
            old.iter().try_fold(grown, |sum, (key, value)| Some(sum + insertions(value, new.get(key)?)?))
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).try_fold(0, |sum, (old, new)| Some(sum + insertions(old, new)?))
        }
        (Value::Array(old), Value::Array(new)) if old.len() + 1 == new.len() => (0..new.len())
            .any(|gone| new.iter().enumerate().filter(|(index, _)| *index != gone).map(|(_, value)| value).eq(old))
            .then_some(1),
        _ => None,
    }
}

/// Whether only what stands at the span has changed: a value, a key, or nothing but what was inserted there.
fn only_that_changed(text: &str, span: &std::ops::Range<usize>, before: &Value, after: &Value) -> bool {
    if span.is_empty() {
        return insertions(before, after) == Some(1);
    }
    let map = SpanMap::of(text);
    let mut all = Vec::new();
    pointers(before, "", &mut all);
    all.iter().any(|pointer| {
        let Some(place) = map.get(pointer) else { return false };
        if place.value == *span {
            let mut expected = before.clone();
            let new = after.pointer(pointer).cloned();
            return match (expected.pointer_mut(pointer), new) {
                (Some(old), Some(new)) => {
                    *old = new;
                    expected == *after
                }
                _ => false,
            };
        }
        let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
        let (Some(old), Some(new)) = (before.pointer(around), after.pointer(around)) else { return false };
        let values = |value: &Value| value.as_object().map(|members| members.values().cloned().collect::<Vec<_>>());
        let (mut outside_before, mut outside_after) = (before.clone(), after.clone());
        let renamed = place.key.as_ref() == Some(span) && values(old) == values(new);
        *outside_before.pointer_mut(around).unwrap() = Value::Null;
        *outside_after.pointer_mut(around).unwrap() = Value::Null;
        renamed && outside_before == outside_after
    })
}

proptest! {
    /// The promise of completion, at every place of a payload and for everything that is offered there.
    #[test]
    fn an_accepted_proposal_leaves_json_and_changes_one_thing(
        value in payload(),
        blanks in prop::collection::vec(prop::sample::select(vec!["", " ", "\n  "]), 1..7),
    ) {
        let text = spaced(&value, &blanks);
        let message = everything();
        let mut known = KnownValues::default();
        known.add("connectorId", 2);
        known.add("location", "ftp://a");
        known.set_now("2024-05-01T12:00:00Z");
        for (cursor, _) in text.char_indices().chain([(text.len(), ' ')]) {
            for scope in SCOPES {
                for candidate in complete(&message, &text, cursor, &known, scope) {
                    let mut changed = text.clone();
                    changed.replace_range(candidate.span.clone(), &candidate.insert);
                    let after = serde_json::from_str::<Value>(&changed);
                    prop_assert!(after.is_ok(), "{:?} at {} of {:?}: {:?}", candidate, cursor, text, changed);
                    let after = after.unwrap();
                    let near = candidate.span.start <= cursor || text[cursor..candidate.span.start].trim().is_empty();
                    prop_assert!(near && cursor <= candidate.span.end, "{:?} at {} of {:?}", candidate, cursor, text);
                    prop_assert!(
                        after == value || only_that_changed(&text, &candidate.span, &value, &after),
                        "{:?} at {} of {:?}: {:?}", candidate, cursor, text, changed
                    );
                }
            }
        }
    }

    #[test]
    fn tokens_cover_the_text(text in text()) {
        let mut end = 0;
        for token in lex(&text) {
            prop_assert_eq!(token.span.start, end);
            prop_assert!(token.span.end > end && text.is_char_boundary(token.span.end));
            end = token.span.end;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn position_and_completion_stay_in_bounds(text in text(), cursor in 0..200_usize) {
        for edge in [WordEdge::Behind, WordEdge::Part] {
            prop_assert!(text.get(position(&text, cursor, edge).span).is_some());
        }
        let mut known = KnownValues::default();
        known.add("idTag", "\"⚡");
        for message in [start_transaction(), authorize_response(), meter_values()] {
            for scope in SCOPES {
                for candidate in complete(&message, &text, cursor, &known, scope) {
                    prop_assert!(text.get(candidate.span).is_some());
                    prop_assert!(candidate.insert.get(candidate.select).is_some());
                }
            }
        }
    }

    #[test]
    fn diagnostics_stay_in_bounds(text in text(), pointer in "(/(idTagInfo|values|status|[0-3])){0,3}") {
        for rule in [FindingRule::Required, FindingRule::UnknownField, FindingRule::Type] {
            let finding = Finding { path: pointer.clone(), rule, message: String::new(), tolerated: false };
            for diagnostic in diagnose(&text, |_| vec![finding]) {
                prop_assert!(text.get(diagnostic.span.clone()).is_some());
                prop_assert!(!diagnostic.span.is_empty() || text.is_empty());
            }
        }
    }

    #[test]
    fn formatting_keeps_every_token(text in text()) {
        let pretty_text = pretty(&text);
        prop_assert_eq!(significant(&pretty_text), significant(&text));
        prop_assert_eq!(pretty(&pretty_text), pretty_text.clone());
        let compact_text = compact(&text);
        prop_assert_eq!(significant(&compact_text), significant(&text));
        prop_assert_eq!(compact(&compact_text), compact_text.clone());
    }

    #[test]
    fn every_value_of_json_has_its_span(value in json()) {
        let text = pretty(&value.to_string());
        prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
        let map = SpanMap::of(&text);
        let mut open = vec![(String::new(), &value)];
        while let Some((pointer, value)) = open.pop() {
            let place = map.get(&pointer);
            prop_assert!(place.is_some(), "{} in {}", pointer, text);
            let shown: Value = serde_json::from_str(&text[place.unwrap().value.clone()]).unwrap();
            prop_assert_eq!(&shown, value);
            match value {
                Value::Array(elements) => open.extend(elements.iter().enumerate().map(|(i, v)| (format!("{pointer}/{i}"), v))),
                Value::Object(members) => open.extend(members.iter().map(|(key, v)| (format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), v))),
                _ => {}
            }
        }
    }
}
