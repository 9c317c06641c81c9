//! Properties of any text and any cursor.

use proptest::prelude::*;
use serde_json::Value;

use super::test_session::{authorize_response, meter_values, start_transaction};
use super::*;
use crate::ocpp::{Finding, FindingRule};

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

proptest! {
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
        let position = position(&text, cursor);
        prop_assert!(text.get(position.span.clone()).is_some());
        let mut known = KnownValues::default();
        known.add("idTag", "\"⚡");
        for message in [start_transaction(), authorize_response(), meter_values()] {
            for candidate in complete(&message, &text, cursor, &known) {
                prop_assert!(text.get(candidate.span).is_some());
                prop_assert!(candidate.insert.is_char_boundary(candidate.caret));
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
