//! What is known of a device model after some messages.

use serde_json::{Value, json};

use super::*;
use crate::trace::StationKey;
use crate::trace::fields::BorrowedValue;
use crate::trace::station_summary::StationSummaries;
use crate::trace::test_exchanges::Exchanges;

fn take(model: &mut SeenModel, action: &str, payload: Value, asked: Option<Value>) -> Option<ReportOddity> {
    let (payload, asked) = (BorrowedValue::of(&payload), asked.as_ref().map(BorrowedValue::of));
    model.take(action, payload.as_object().unwrap(), asked.as_ref().and_then(BorrowedValue::as_object), 7)
}

fn component(name: &str, evse: Option<i64>) -> ComponentKey {
    ComponentKey { name: name.into(), evse, connector: None, instance: None }
}

fn variable(name: &str) -> VariableKey {
    VariableKey { name: name.into(), instance: None }
}

/// A report with one variable, and what more the part has.
fn part(sequence: i64, more: bool) -> Value {
    json!({"requestId": 5, "generatedAt": "2026-03-04T10:00:00Z", "seqNo": sequence, "tbc": more, "reportData": [{
        "component": {"name": "SmartChargingCtrlr", "evse": {"id": 1}},
        "variable": {"name": "LimitChangeSignificance"},
        "variableAttribute": [
            {"type": "Actual", "value": "5", "mutability": "ReadWrite", "persistent": true},
            {"type": "MaxSet", "value": "50"},
        ],
        "variableCharacteristics": {
            "dataType": "decimal", "unit": "Percent", "minLimit": 0, "maxLimit": 100, "supportsMonitoring": true,
        },
    }]})
}

fn names() -> Value {
    json!({"component": {"name": "SmartChargingCtrlr", "evse": {"id": 1}}, "variable": {"name": "LimitChangeSignificance"}})
}

fn with(base: Value, more: Value) -> Value {
    let mut all = base;
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn seen(model: &SeenModel) -> &SeenVariable {
    model.variable(&component("SmartChargingCtrlr", Some(1)), &variable("LimitChangeSignificance")).unwrap()
}

#[test]
fn a_report_brings_variables_with_everything_that_it_says_of_them() {
    let mut model = SeenModel::default();
    assert_eq!(take(&mut model, "NotifyReport", part(0, false), None), None);
    let known = seen(&model);
    assert_eq!((known.actual(), known.unit(), model.len()), (Some("5"), "Percent", 1));
    assert_eq!(known.characteristics.as_ref().unwrap().describe(), "decimal 0–100 Percent");
    let actual = &known.attributes[&AttributeKind::Actual];
    assert_eq!((actual.mutability, actual.persistent), (Some(VariableMutability::ReadWrite), Some(true)));
    assert_eq!(known.attributes[&AttributeKind::MaxSet].value.as_deref(), Some("50"));
    assert!(model.reports().all(SeenReport::is_complete));
    let (key, _) = model.components().first_key_value().unwrap();
    assert_eq!(key.to_json(), json!({"name": "SmartChargingCtrlr", "evse": {"id": 1}}));
    assert_eq!(key.to_string(), "SmartChargingCtrlr (EVSE 1)");
}

#[test]
fn parts_that_are_missing_doubled_or_too_many_are_odd() {
    for (parts, oddity) in [
        (&[(0, true), (1, false)][..], None),
        (&[(0, true), (2, false)], Some(ReportOddity::Missing(1..=1))),
        (&[(0, true), (0, true)], Some(ReportOddity::Twice(0))),
        (&[(0, false), (1, false)], Some(ReportOddity::AfterLast(1))),
        (&[(1, false)], Some(ReportOddity::Missing(0..=0))),
        (&[(0, true), (2, false), (1, true)], None),
        (&[(0, false), (0, false)], None),
    ] {
        let mut model = SeenModel::default();
        let found = parts.iter().map(|(sequence, more)| take(&mut model, "NotifyReport", part(*sequence, *more), None)).last();
        assert_eq!(found.unwrap(), oddity, "{parts:?}");
    }
    let mut model = SeenModel::default();
    assert_eq!(take(&mut model, "NotifyReport", json!({"requestId": 1}), None), Some(ReportOddity::Unnumbered));
    take(&mut model, "NotifyReport", part(0, true), None);
    take(&mut model, "NotifyReport", part(3, false), None);
    let report = model.reports().last().unwrap();
    assert!(!report.is_complete());
    assert_eq!(report.missing().collect::<Vec<_>>(), [1..=2]);
}

#[test]
fn what_is_read_and_written_replaces_what_was_reported() {
    let mut model = SeenModel::default();
    take(&mut model, "NotifyReport", part(0, false), None);
    let read = with(names(), json!({"attributeStatus": "Accepted", "attributeValue": "6"}));
    take(&mut model, "GetVariables", json!({"getVariableResult": [read]}), None);
    assert_eq!(seen(&model).actual(), Some("6"));
    let write = |value: &str, status: &str| {
        let asked = with(names(), json!({"attributeValue": value}));
        let result = with(names(), json!({"attributeStatus": status, "attributeStatusInfo": {"reasonCode": "ValueTooHigh"}}));
        (json!({"setVariableResult": [result]}), Some(json!({"setVariableData": [asked]})))
    };
    for (value, status, expected, change) in [
        ("7", "Accepted", "7", "Accepted"),
        ("700", "Rejected", "7", "Rejected: ValueTooHigh"),
        ("8", "RebootRequired", "8", "RebootRequired"),
    ] {
        let (result, asked) = write(value, status);
        take(&mut model, "SetVariables", result, asked);
        let actual = &seen(&model).attributes[&AttributeKind::Actual];
        assert_eq!((actual.value.as_deref(), actual.change.as_deref()), (Some(expected), Some(change)));
    }
    let unknown =
        json!({"component": {"name": "Nothing"}, "variable": {"name": "Here"}, "attributeStatus": "UnknownComponent"});
    take(&mut model, "GetVariables", json!({"getVariableResult": [unknown]}), None);
    assert_eq!(model.len(), 1);
}

#[test]
fn monitors_and_events_belong_to_their_variable() {
    let mut model = SeenModel::default();
    let asked = with(names(), json!({"type": "UpperThreshold", "severity": 4, "value": 20, "transaction": true}));
    let set = with(names(), json!({"type": "UpperThreshold", "severity": 4, "status": "Accepted", "id": 3}));
    let asked = json!({"setMonitoringData": [asked]});
    take(&mut model, "SetVariableMonitoring", json!({"setMonitoringResult": [set]}), Some(asked));
    let listed = with(
        names(),
        json!({"variableMonitoring": [{"id": 9, "type": "Periodic", "severity": 8, "value": 60, "transaction": false}]}),
    );
    take(&mut model, "NotifyMonitoringReport", json!({"requestId": 2, "seqNo": 0, "monitor": [listed]}), None);
    let monitors = &seen(&model).monitors;
    let threshold = SeenMonitor { kind: "UpperThreshold".into(), value: 20.0, severity: 4, transaction: true };
    assert_eq!((monitors.len(), &monitors[&3]), (2, &threshold));
    for number in 0..30 {
        let event = with(names(), json!({"actualValue": number.to_string(), "trigger": "Alerting", "variableMonitoringId": 3}));
        take(&mut model, "NotifyEvent", json!({"seqNo": 0, "eventData": [event]}), None);
    }
    assert_eq!((seen(&model).events.len(), seen(&model).actual()), (REMEMBERED, Some("29")));
    let cleared = json!({"clearMonitoringResult": [{"id": 3, "status": "Accepted"}, {"id": 9, "status": "Rejected"}]});
    take(&mut model, "ClearVariableMonitoring", cleared, None);
    assert_eq!(seen(&model).monitors.keys().collect::<Vec<_>>(), [&9]);
}

#[test]
fn a_refused_report_is_known_and_what_makes_no_sense_is_passed_over() {
    let mut model = SeenModel::default();
    take(&mut model, "GetBaseReport", json!({"status": "NotSupported"}), None);
    assert_eq!(model.refusal(), Some(("GetBaseReport", "NotSupported")));
    take(&mut model, "GetBaseReport", json!({"status": "Accepted"}), None);
    assert_eq!(model.refusal(), None);
    for payload in [json!({"reportData": [1, {}, {"component": {}, "variable": 5}]}), json!({"reportData": {}})] {
        take(&mut model, "NotifyReport", payload, None);
    }
    assert!(model.is_empty());
}

#[test]
fn a_report_that_is_too_long_says_so() {
    let mut trace = Exchanges::new();
    let data = |value: &str| with(names(), json!({"variableAttribute": [{"value": value}]}));
    let long = json!({"requestId": 1, "seqNo": 0, "reportData": [data(&"x".repeat(300_000))]}).to_string();
    let short = json!({"requestId": 2, "seqNo": 0, "reportData": [data("7")]}).to_string();
    trace.exchange("CP1", "NotifyReport", &long, "{}");
    trace.exchange("CP1", "NotifyReport", &short, "{}");
    let mut summaries = StationSummaries::default();
    while summaries.catch_up(&trace.contents, 10) {}
    let model = summaries.of(StationKey(0)).unwrap().model.as_deref().unwrap();
    assert_eq!((model.passed_over(), model.len()), (1, 1));
    let examples: Vec<_> = summaries.faults().groups().iter().map(|group| group.example.clone()).collect();
    assert!(examples.len() == 1 && examples[0].contains("more than 256 KiB are not read"), "{examples:?}");
}

#[test]
fn what_a_peer_invents_is_bounded() {
    let mut model = SeenModel::default();
    for number in 0..MOST_VARIABLES + 10 {
        let data = json!({"component": {"name": format!("C{}", number % 7)}, "variable": {"name": format!("V{number}")}});
        take(&mut model, "NotifyReport", json!({"requestId": number, "seqNo": 0, "reportData": [data]}), None);
    }
    assert_eq!((model.len(), model.left_out(), model.reports().count()), (MOST_VARIABLES, 10, REMEMBERED));
}
