//! What holds for all filters: the parser survives everything, printing and parsing undo each other, and the evaluator agrees with an
//! obvious one.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Direction, FilterContext, FrameKind, Role, Scene, everything_once, parse};
use crate::trace::filter::{KnownNames, complete};

/// Conditions of every kind, with values that need quotes and values that do not.
fn condition() -> impl Strategy<Value = String> {
    let word = prop_oneof!["[a-zA-Z0-9*=:!./é-]{1,6}", Just("or".to_owned()), Just("1.50".to_owned()), Just("inf".to_owned())];
    let quoted = "[a-z *()\"'\\\\/=!é1]{0,6}".prop_map(|text| format!("{:?}", text.replace('é', "e")));
    let regex = "[a-z.|+^]{1,5}(/i|/)".prop_map(|text| format!("/a{text}"));
    let value = prop_oneof![4 => word, 2 => quoted, 1 => regex].boxed();
    let operator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">=", "=="]);
    let path = prop::sample::select(vec!["$.a", "$.a.b", "$.a[0].c", "$[\"a b\"]", "$[*]", "$['']"]);
    prop_oneof![
        value.clone(),
        (prop::sample::select(vec!["cp", "action", "id"]), value.clone()).prop_map(|(key, value)| format!("{key}:{value}")),
        prop::sample::subsequence(vec!["call", "result", "error", "p*"], 1..4)
            .prop_map(|kinds| format!("kind:{}", kinds.join(","))),
        (operator.clone(), 0_u64..5_000_000, prop::sample::select(vec!["", "k", "kb", "m"]))
            .prop_map(|(operator, number, unit)| format!("size{operator}{number}{unit}")),
        (operator.clone(), 0_u64..5_000_000, prop::sample::select(vec!["us", "ms", "s", "m30s"]))
            .prop_map(|(operator, number, unit)| format!("latency{operator}{number}{unit}")),
        prop::sample::select(vec![
            "since:5m",
            "before:1h30m",
            "since:9:05",
            "before:2026-11-22T14:30",
            "since:2026-11-22T14:30:00.5Z"
        ])
        .prop_map(str::to_owned),
        path.clone().prop_map(str::to_owned),
        (path, operator, value).prop_map(|(path, operator, value)| format!("{path}{operator}{value}")),
    ]
}

/// Conditions joined in every way; most of them parse.
fn filter(leaf: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} {right}")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} or {right}")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            inner.prop_map(|inner| format!("({inner})")),
        ]
    })
}

fn survives(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            let again =
                parse(&printed).map_err(|error| TestCaseError::fail(format!("{text:?} prints as {printed:?}: {error}")))?;
            prop_assert_eq!(&again, &filter, "{:?} prints as {:?}", text, printed);
            prop_assert_eq!(again.to_string(), printed);
        }
        Err(error) => {
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?}: {:?}", text, error);
            prop_assert_eq!(error.column, text[..error.span.start].chars().count() + 1);
            prop_assert!(error.message.ends_with(['.', '?']), "{}", error);
        }
    }
    Ok(())
}

/// The obvious evaluator of `$.a=1` and its like, over the tree of values.
fn naive_payload(payload: &Value, path: &[&str], operator: &str, wanted: i64) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return match payload {
            Value::Number(number) => {
                let number = number.as_f64().unwrap();
                let wanted = wanted as f64;
                match operator {
                    "=" => number == wanted,
                    "!=" => number != wanted,
                    "<" => number < wanted,
                    _ => number >= wanted,
                }
            }
            Value::String(text) => match operator {
                "=" => *text == wanted.to_string(),
                "!=" => *text != wanted.to_string(),
                _ => text
                    .parse::<f64>()
                    .is_ok_and(|number| if operator == "<" { number < wanted as f64 } else { number >= wanted as f64 }),
            },
            _ => operator == "!=",
        };
    };
    match (*step, payload) {
        ("[*]", Value::Array(elements)) => elements.iter().any(|element| naive_payload(element, rest, operator, wanted)),
        ("[1]", Value::Array(elements)) => {
            elements.get(1).is_some_and(|element| naive_payload(element, rest, operator, wanted))
        }
        (name, Value::Object(fields)) => {
            fields.get(name.trim_start_matches('.')).is_some_and(|field| naive_payload(field, rest, operator, wanted))
        }
        _ => false,
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (-2_i64..3).prop_map(|number| json!(number)),
        (-2_i64..3).prop_map(|number| json!(number.to_string())),
        Just(json!(0.5)),
        Just(json!("x\\")),
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|elements| json!(elements)),
            prop::collection::btree_map("[ab]", inner, 0..3).prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #[test]
    fn the_parser_survives_every_text(text in any::<String>()) {
        survives(&text)?;
    }

    #[test]
    fn the_parser_survives_what_looks_like_filters(text in "[a-c $.:=!<>()/\"'*\\[\\]1kindsizeor,é\\\\-]{0,24}") {
        survives(&text)?;
        for cursor in 0..=text.len() + 1 {
            let completion = complete(&text, cursor, KnownNames { actions: &["Reset"], stations: &["a b"] });
            prop_assert!(text.get(completion.span).is_some());
        }
    }

    #[test]
    fn printing_and_parsing_undo_each_other(text in filter(condition())) {
        survives(&text)?;
    }

    #[test]
    fn logic_is_that_of_its_parts(
        left in filter(condition()), right in filter(condition()),
    ) {
        let (Ok(a), Ok(b)) = (parse(&left), parse(&right)) else { return Ok(()) };
        let scene = everything_once();
        let both = parse(&format!("({left}) ({right})")).unwrap();
        let either = parse(&format!("({left}) or ({right})")).unwrap();
        let neither = parse(&format!("!(({left}) or ({right}))")).unwrap();
        let morgan = parse(&format!("!({left}) !({right})")).unwrap();
        for record in scene.contents.records().iter(0..u64::MAX) {
            let matches = |filter: &super::TraceFilter| filter.matches(&record, &scene.context());
            prop_assert_eq!(matches(&both), matches(&a) && matches(&b));
            prop_assert_eq!(matches(&either), matches(&a) || matches(&b));
            prop_assert_eq!(matches(&neither), !(matches(&a) || matches(&b)));
            prop_assert_eq!(matches(&morgan), matches(&neither));
        }
    }

    #[test]
    fn payloads_are_walked_as_a_tree_would_be(
        payload in value(),
        path in prop::collection::vec(prop::sample::select(vec![".a", ".b", "[*]", "[1]"]), 1..4),
        operator in prop::sample::select(vec!["=", "!=", "<", ">="]),
        wanted in -2_i64..3,
    ) {
        let mut scene = Scene::new();
        let station = scene.contents.station(Role::CentralSystem, "CP");
        let text = json!([2, "1", "X", payload]).to_string();
        scene.frame(station, Direction::In, FrameKind::Call, "X", &text, 0);
        let filter = parse(&format!("${}{operator}{wanted}", path.concat())).unwrap();
        let found = scene.passing(&filter).len() == 1;
        prop_assert_eq!(found, naive_payload(&payload, &path, operator, wanted), "{} in {}", filter, text);
    }

    #[test]
    fn any_clock_is_endured(
        now in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)],
        offset in -86_400_000_000_i64..86_400_000_000) {
        let scene = everything_once();
        let context = FilterContext { now_micros: now, offset_micros: offset, ..scene.context() };
        for text in ["since:14:30", "before:5m", "since:2026-11-22T14:30", "before:2026-11-22T14:30Z"] {
            let filter = parse(text).unwrap();
            for record in scene.contents.records().iter(0..u64::MAX) {
                filter.matches(&record, &context);
            }
        }
    }
}
