//! What is known of the transactions of OCPP 2.x after some events.

use super::*;

/// An event of transaction `a-7` at the time of the trace, with its number and more members.
fn event(trace: &mut Exchanges, kind: &str, number: i64, more: &str) {
    answered(trace, kind, number, more, "{}");
}

fn answered(trace: &mut Exchanges, kind: &str, number: i64, more: &str, answer: &str) {
    let payload = payload(trace, "a-7", kind, number, more);
    trace.exchange("CP1", "TransactionEvent", &payload, answer);
}

fn payload(trace: &Exchanges, id: &str, kind: &str, number: i64, more: &str) -> String {
    let (at, information) =
        (time(trace), if more.contains("transactionInfo") { "" } else { r#","transactionInfo":{"transactionId":"ID"}"# });
    format!(r#"{{"eventType":"{kind}","timestamp":"{at}","triggerReason":"Trigger","seqNo":{number}{information}{more}}}"#)
        .replace("\"ID\"", &format!("\"{id}\""))
}

fn start_of(trace: &mut Exchanges) {
    event(trace, "Started", 0, r#","evse":{"id":2,"connectorId":1}"#);
}

#[test]
fn events_make_one_transaction_with_its_curve() {
    let mut trace = Exchanges::new();
    event(
        &mut trace,
        "Started",
        0,
        r#","evse":{"id":2,"connectorId":1},"transactionInfo":{"transactionId":"ID","chargingState":"EVConnected"},
            "meterValue":[{"timestamp":"2026-03-04T10:00:00Z","sampledValue":[{"value":1000,"context":"Transaction.Begin"}]}]"#,
    );
    answered(
        &mut trace,
        "Updated",
        1,
        r#","idToken":{"idToken":"TAG","type":"ISO14443"}"#,
        r#"{"idTokenInfo":{"status":"Accepted"},"totalCost":0.5}"#,
    );
    event(
        &mut trace,
        "Updated",
        2,
        r#","transactionInfo":{"transactionId":"ID","chargingState":"Charging"},"meterValue":[{"timestamp":"2026-03-04T10:00:02Z",
            "sampledValue":[{"value":11,"measurand":"Power.Active.Import","unitOfMeasure":{"unit":"W","multiplier":3}},
            {"value":1.4,"unitOfMeasure":{"unit":"kWh"}}]}]"#,
    );
    let running = trace.summaries();
    let transaction = running.transactions().running_on(StationKey(0), 2).unwrap();
    assert_eq!((transaction.power(), transaction.energy()), (Some(11_000.0), Some(400.0)));
    assert_eq!((transaction.charging_state.as_deref(), transaction.cost), (Some("Charging"), Some(0.5)));
    trace.call("CP1", "CostUpdated", r#"{"totalCost":0.75,"transactionId":"a-7"}"#);
    event(
        &mut trace,
        "Ended",
        3,
        r#","transactionInfo":{"transactionId":"ID","stoppedReason":"Local"},"meterValue":[{"timestamp":"2026-03-04T10:00:03Z",
            "sampledValue":[{"value":2000,"context":"Transaction.End"}]}]"#,
    );
    let summaries = trace.summaries();
    let transaction = only(&summaries);
    assert_eq!((transaction.id.as_deref(), transaction.connector, transaction.evse_connector), (Some("a-7"), Some(2), Some(1)));
    assert_eq!(
        (&*transaction.id_tag, transaction.tag_status.as_deref(), transaction.cost),
        ("TAG", Some("Accepted"), Some(0.75))
    );
    assert_eq!((transaction.reason.as_deref(), transaction.energy()), (Some("Local"), Some(1_000.0)));
    assert_eq!((transaction.is_running(), odd(transaction)), (false, vec![]));
    assert_eq!(transaction.filter(), "tx:a-7");
}

#[test]
fn what_is_missing_or_odd_in_events_is_noticed() {
    use TransactionOddity::{
        EventAfterEnd, EventFailed, EventMissing, EventRepeated, HappenedOffline, NoStart, NoStop, OtherConnector, OutOfOrder,
        ReusedId, StartFailed, StartRepeated, StartedOffline, StopRepeated, StoppedOffline, TagRefused,
    };
    type Case = (&'static str, fn(&mut Exchanges), &'static [&'static [TransactionOddity]]);
    let cases: [Case; 15] = [
        ("an update without a start", |trace| event(trace, "Updated", 4, ""), &[&[NoStart]]),
        (
            "a number left out",
            |trace| {
                start_of(trace);
                event(trace, "Updated", 2, "");
            },
            &[&[EventMissing]],
        ),
        (
            "one that came late",
            |trace| {
                start_of(trace);
                event(trace, "Updated", 2, "");
                event(trace, "Updated", 1, "");
            },
            &[&[OutOfOrder]],
        ),
        (
            "an update before the start",
            |trace| {
                event(trace, "Updated", 1, "");
                start_of(trace);
                event(trace, "Updated", 2, "");
            },
            &[&[OutOfOrder]],
        ),
        (
            "an update that was sent twice",
            |trace| {
                start_of(trace);
                event(trace, "Updated", 1, "");
                event(trace, "Updated", 1, "");
            },
            &[&[EventRepeated]],
        ),
        (
            "start and end that were sent twice",
            |trace| {
                start_of(trace);
                start_of(trace);
                event(trace, "Ended", 1, "");
                event(trace, "Ended", 1, "");
            },
            &[&[StartRepeated, StopRepeated]],
        ),
        (
            "an event after the end",
            |trace| {
                start_of(trace);
                event(trace, "Ended", 1, "");
                event(trace, "Updated", 2, "");
            },
            &[&[EventAfterEnd]],
        ),
        (
            "an event that was sent before the end and came after it",
            |trace| {
                start_of(trace);
                event(trace, "Ended", 2, "");
                event(trace, "Updated", 1, "");
            },
            &[&[OutOfOrder]],
        ),
        (
            "all of it offline",
            |trace| {
                event(trace, "Started", 0, r#","offline":true"#);
                event(trace, "Updated", 1, r#","offline":true"#);
                event(trace, "Ended", 2, r#","offline":true"#);
            },
            &[&[StartedOffline, HappenedOffline, StoppedOffline]],
        ),
        (
            "a start that failed, and its second attempt",
            |trace| {
                let payload = payload(trace, "a-7", "Started", 0, "");
                trace.call("CP1", "TransactionEvent", &payload);
                trace.timeout("CP1", "TransactionEvent");
                trace.exchange("CP1", "TransactionEvent", &payload, "{}");
            },
            &[&[StartRepeated]],
        ),
        (
            "a start and an update that failed",
            |trace| {
                let first = payload(trace, "a-7", "Started", 0, "");
                trace.call("CP1", "TransactionEvent", &first);
                trace.error("CP1", "TransactionEvent");
                let next = payload(trace, "a-7", "Updated", 1, "");
                trace.call("CP1", "TransactionEvent", &next);
                trace.error("CP1", "TransactionEvent");
            },
            &[&[StartFailed, EventFailed]],
        ),
        (
            "a token that was refused",
            |trace| {
                answered(
                    trace,
                    "Started",
                    0,
                    r#","idToken":{"idToken":"A","type":"Central"}"#,
                    r#"{"idTokenInfo":{"status":"Blocked"}}"#,
                );
            },
            &[&[TagRefused]],
        ),
        (
            "no end before the next start on the EVSE",
            |trace| {
                start_of(trace);
                let next = payload(trace, "b-8", "Started", 0, r#","evse":{"id":2}"#);
                trace.exchange("CP1", "TransactionEvent", &next, "{}");
            },
            &[&[NoStop], &[]],
        ),
        (
            "another EVSE",
            |trace| {
                start_of(trace);
                event(trace, "Updated", 1, r#","evse":{"id":1}"#);
            },
            &[&[OtherConnector]],
        ),
        (
            "an id that is used again",
            |trace| {
                start_of(trace);
                event(trace, "Ended", 1, "");
                trace.at_micros += 10_000_000;
                start_of(trace);
            },
            &[&[], &[ReusedId]],
        ),
    ];
    for (name, happens, expected) in cases {
        let mut trace = Exchanges::new();
        happens(&mut trace);
        let found: Vec<_> = trace.summaries().transactions().iter().map(odd).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn meter_values_of_an_evse_belong_to_its_transaction() {
    let mut trace = Exchanges::new();
    start_of(&mut trace);
    let values = r#"{"evseId":2,"meterValue":[{"timestamp":"2026-03-04T10:00:02Z","sampledValue":[{"value":7200,"measurand":"Power.Active.Import"}]}]}"#;
    trace.exchange("CP1", "MeterValues", values, "{}");
    let summaries = trace.summaries();
    let transaction = only(&summaries);
    assert_eq!(transaction.power(), Some(7_200.0));
    assert!(transaction.filter().contains("$.evseId=2"), "{}", transaction.filter());
}

#[test]
fn limits_come_from_the_composite_schedule_of_an_evse() {
    let mut trace = Exchanges::new();
    start_of(&mut trace);
    let schedule = r#"{"status":"Accepted","schedule":{"evseId":2,"duration":600,"scheduleStart":"2026-03-04T10:00:10Z",
        "chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":11000},{"startPeriod":60,"limit":3700}]}}"#;
    trace.exchange("CP1", "GetCompositeSchedule", r#"{"evseId":2,"duration":600}"#, schedule);
    let summaries = trace.summaries();
    let at = |second: i64| only(&summaries).limit_at(1_772_618_400_000_000 + second * 1_000_000);
    assert_eq!([at(5), at(10), at(70)], [None, Some(ChargingLimit::Watts(11_000.0)), Some(ChargingLimit::Watts(3_700.0))]);
}

#[test]
fn events_without_sense_are_passed_over_and_missing_numbers_are_bounded() {
    let mut trace = Exchanges::new();
    for payload in [r#"{"transactionInfo":[]}"#, "null", r#"{"transactionInfo":{"transactionId":{}}}"#] {
        trace.exchange("CP1", "TransactionEvent", payload, r#"{"idTokenInfo":7}"#);
    }
    assert_eq!(trace.summaries().transactions().iter().len(), 0);
    start_of(&mut trace);
    event(&mut trace, "Updated", i64::MAX, "");
    event(&mut trace, "Updated", i64::MIN, "");
    assert_eq!(odd(only(&trace.summaries())), [TransactionOddity::EventMissing, TransactionOddity::OutOfOrder]);
}

#[test]
fn the_filter_of_a_transaction_finds_its_events_by_the_whole_id_and_by_both_ends() {
    let mut trace = Exchanges::new();
    for (number, id) in [(0, "3f2a77c0-1f2b-9c1d"), (1, "3f2a77c0-1f2b-7b42")] {
        let payload = payload(&trace, id, "Started", number, "");
        trace.exchange("CP1", "TransactionEvent", &payload, "{}"); // 0, 1 and 2, 3
    }
    trace.exchange("CP1", "RequestStopTransaction", r#"{"transactionId":"3f2a77c0-1f2b-7b42"}"#, r#"{"status":"Accepted"}"#);
    let summaries = trace.summaries();
    let filters: Vec<String> = summaries.transactions().iter().map(SeenTransaction::filter).collect();
    assert_eq!([found(&trace, &filters[0]), found(&trace, "tx:3f2a*9c1d")], [[0, 1], [0, 1]]);
    assert_eq!([found(&trace, &filters[1]), found(&trace, "tx:3f2a*7b42")], [[2, 3, 4, 5], [2, 3, 4, 5]]);
}
