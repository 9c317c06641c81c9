//! Every action of the catalog has a describer with an example, the examples are true and valid, and no JSON makes a summary fail.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::action::SummaryExample;
use super::*;
use crate::ocpp::Catalog;
use crate::sanitize::is_unsafe;

fn examples() -> impl Iterator<Item = &'static SummaryExample> {
    [
        station_state::EXAMPLES,
        metering::EXAMPLES,
        transactions::EXAMPLES,
        configuration::EXAMPLES,
        remote_control::EXAMPLES,
        reservations::EXAMPLES,
        smart_charging::EXAMPLES,
        maintenance::EXAMPLES,
        security::EXAMPLES,
        data_transfer::EXAMPLES,
        local_list::EXAMPLES,
    ]
    .into_iter()
    .chain(v2::EXAMPLES.iter().copied())
    .flatten()
}

/// Whether both are described by the same table.
fn same_family(one: Version, other: Version) -> bool {
    let is_2 = |version| matches!(version, Version::V2_0_1 | Version::V2_1);
    is_2(one) == is_2(other)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn examples_read_as_written() {
    for SummaryExample { version, action, call: payload, result: answer, summary } in examples() {
        let whole = exchange(*version, action, &json(payload), AnswerContent::Result(&json(answer)));
        assert_eq!(whole.as_str(), *summary, "{version} {action}");
        let halves = [call(*version, action, &json(payload)), result(*version, action, Some(&json(payload)), &json(answer))];
        for half in halves {
            assert!(summary.contains(half.as_str()), "{summary}: {half}");
        }
    }
}

#[test]
fn every_action_has_a_describer_and_an_example() {
    let catalog = Catalog::embedded();
    for version in Version::SOAP {
        for definition in catalog.actions(version) {
            assert!(table::row(version, &definition.name).is_some(), "{version} {}", definition.name);
            assert!(
                examples().any(|example| same_family(example.version, version) && example.action == &*definition.name),
                "{version} {}",
                definition.name
            );
        }
    }
    for example in examples().filter(|example| !catalog.actions(example.version).is_empty()) {
        assert!(catalog.actions(example.version).iter().any(|action| &*action.name == example.action), "{}", example.action);
    }
}

#[test]
fn refusals_and_faults_stand_out() {
    let summary = exchange(
        Version::V1_6,
        "MakeCoffee",
        &json(r#"{"sugar":2}"#),
        AnswerContent::Error { code: "NotImplemented", description: None },
    );
    assert_eq!(summary.as_str(), "✗ sugar=2 ⇒ NotImplemented");
    let tones: Vec<_> = summary.parts().map(|(_, tone)| tone).collect();
    assert_eq!(tones, [SummaryTone::Fault, SummaryTone::Plain, SummaryTone::Weak, SummaryTone::Fault]);
    let summary = result(Version::V1_6, "Reset", None, &json(r#"{"status":"Rejected"}"#));
    assert_eq!(summary.parts().collect::<Vec<_>>(), [("Rejected", SummaryTone::Notable)]);
    let summary = exchange(Version::V1_6, "Reset", &Value::Null, AnswerContent::Nothing("no answer within 30 s"));
    assert_eq!(summary.as_str(), "✗ ⇒ no answer within 30 s");
    let summary = exchange(Version::V1_6, "Reset", &json(r#"{"type":"Soft"}"#), AnswerContent::Silence("not answered by rule"));
    assert_eq!(summary.parts().last(), Some(("not answered by rule", SummaryTone::Notable)));
    assert_eq!(summary.as_str(), "Soft ⇒ not answered by rule");
    assert_eq!(error("InternalError", Some("no\tmore")).as_str(), "✗ InternalError: no\\tmore");
}

#[test]
fn faulty_payloads_show_what_is_there() {
    for (action, payload, expected) in [
        ("StatusNotification", r#"{"connectorId":"one","status":7}"#, "#one 7"),
        ("StatusNotification", r#"{"state":"Charging"}"#, "state=Charging"),
        ("BootNotification", "[1]", "[1]"),
        ("Reset", "null", ""),
        ("MeterValues", r#"{"connectorId":1,"meterValue":{"sampledValue":{"value":5,"unit":"kWh"}}}"#, "#1 5 kWh"),
        ("MeterValues", r#"{"connectorId":1,"meterValue":[]}"#, "#1"),
        ("GetConfiguration", r#"{"key":"HeartbeatInterval"}"#, "HeartbeatInterval"),
        ("status", r#"{"status":"Accepted"}"#, "Accepted"),
    ] {
        assert_eq!(call(Version::V1_6, action, &json(payload)).as_str(), expected, "{action} {payload}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["\\PC{0,12}", any::<String>(), "[A-Z][a-z]{0,9}", "[0-9.eE+-]{0,9}", "[0-9:TZ.+-]{0,30}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-zA-Z]{0,8}|status|connectorId|value|unit", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Replaces one value somewhere in a payload.
fn replaced(value: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *value = with.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|element| replaced(element, place, with)),
        Value::Object(members) => members.values_mut().for_each(|member| replaced(member, place, with)),
        _ => {}
    }
}

fn check(version: Version, action: &str, payload: &Value, answer: &Value) {
    for answer in [
        AnswerContent::Result(answer),
        AnswerContent::Error { code: answer.as_str().unwrap_or("x"), description: payload.as_str() },
        AnswerContent::Nothing(answer.as_str().unwrap_or("x")),
    ] {
        let summary = exchange(version, action, payload, answer);
        assert!(!summary.as_str().contains(is_unsafe) && summary.as_str().len() < 1_000, "{summary:?}");
        assert_eq!(summary.parts().map(|(text, _)| text).collect::<String>(), summary.as_str());
    }
}

proptest! {
    #[test]
    fn any_json_has_a_summary(payload in any_json(), answer in any_json()) {
        for example in examples() {
            check(example.version, example.action, &payload, &answer);
        }
        check(Version::V1_6, "Unheard", &payload, &answer);
    }

    #[test]
    fn a_payload_with_one_wrong_value_has_a_summary(index in 0..256usize, place in 0..24usize, with in any_json()) {
        let example = examples().nth(index % examples().count()).unwrap();
        let (mut payload, mut answer) = (json(example.call), json(example.result));
        let (mut in_payload, mut in_answer) = (place, place);
        replaced(&mut payload, &mut in_payload, &with);
        replaced(&mut answer, &mut in_answer, &with);
        check(example.version, example.action, &payload, &answer);
    }
}
