//! What is known of transactions after some messages.

mod events;

use super::*;
use crate::trace::filter::{FilterContext, parse};
use crate::trace::station_summary::StationSummaries;
use crate::trace::test_exchanges::Exchanges;

fn start(trace: &mut Exchanges, connector: i64, tag: &str, id: &str) {
    let at = time(trace);
    let payload = format!(r#"{{"connectorId":{connector},"idTag":"{tag}","meterStart":1000,"timestamp":"{at}"}}"#);
    let answer = format!(r#"{{"transactionId":{id},"idTagInfo":{{"status":"Accepted"}}}}"#);
    trace.exchange("CP1", "StartTransaction", &payload, &answer);
}

fn stop(trace: &mut Exchanges, id: &str, meter: i64) {
    let at = time(trace);
    let payload = format!(r#"{{"transactionId":{id},"meterStop":{meter},"timestamp":"{at}","reason":"EVDisconnected"}}"#);
    trace.exchange("CP1", "StopTransaction", &payload, "{}");
}

/// Now, by the clock of the station.
fn time(trace: &Exchanges) -> String {
    jiff::Timestamp::from_microsecond(trace.at_micros).unwrap().to_string()
}

/// Meter values of a power and the register, with or without an id.
fn meter(trace: &mut Exchanges, connector: i64, id: Option<&str>, watts: i64, register: i64) {
    let (at, id) = (time(trace), id.map_or_else(String::new, |id| format!(r#""transactionId":{id},"#)));
    let payload = format!(
        r#"{{"connectorId":{connector},{id}"meterValue":[{{"timestamp":"{at}","sampledValue":[{{"value":"{watts}","measurand":"Power.Active.Import","unit":"W"}},{{"value":"{register}"}}]}}]}}"#
    );
    trace.exchange("CP1", "MeterValues", &payload, "{}");
}

fn only(summaries: &StationSummaries) -> &SeenTransaction {
    let mut all = summaries.transactions().iter();
    let only = all.next().unwrap();
    assert_eq!(all.next(), None);
    only
}

fn odd(transaction: &SeenTransaction) -> Vec<TransactionOddity> {
    transaction.oddities.iter().collect()
}

#[test]
fn a_transaction_is_followed_from_its_start_to_its_stop() {
    let mut trace = Exchanges::new();
    start(&mut trace, 1, "TAG", "33");
    meter(&mut trace, 1, Some("33"), 7_200, 1_400);
    let running = trace.summaries();
    let transaction = running.transactions().running_on(StationKey(0), 1).unwrap();
    assert_eq!((transaction.power(), transaction.energy()), (Some(7_200.0), Some(400.0)));
    meter(&mut trace, 1, None, 3_600, 1_500);
    stop(&mut trace, "33", 1_600);
    let summaries = trace.summaries();
    let transaction = only(&summaries);
    assert_eq!((transaction.id.as_deref(), transaction.connector, &*transaction.id_tag), (Some("33"), Some(1), "TAG"));
    assert_eq!((transaction.meter_start, transaction.meter_stop, transaction.energy()), (Some(1e3), Some(1.6e3), Some(600.0)));
    assert_eq!((transaction.reason.as_deref(), odd(transaction)), (Some("EVDisconnected"), vec![]));
    assert_eq!(
        (transaction.is_running(), transaction.power(), transaction.last_powers(5)),
        (false, None, vec![7_200.0, 3_600.0])
    );
    assert_eq!(summaries.transactions().running(StationKey(0)).count(), 0);
    assert_eq!(transaction.lasted_micros(0), 6_000_000);
}

/// The records that a filter lets pass.
fn found(trace: &Exchanges, text: &str) -> Vec<u64> {
    let (filter, records) = (parse(text).unwrap(), trace.contents.records());
    let context = FilterContext::new(
        &trace.contents,
        &jiff::Timestamp::from_microsecond(trace.at_micros).unwrap().to_zoned(jiff::tz::TimeZone::UTC),
    );
    let passing = records.iter(records.range()).filter(|record| filter.matches(record, &context));
    passing.map(|record| record.sequence).collect()
}

#[test]
fn its_filter_finds_all_of_its_messages_and_no_others() {
    let mut trace = Exchanges::new();
    trace.exchange("CP1", "Heartbeat", "{}", "{}"); // 0, 1
    start(&mut trace, 1, "TAG", "33"); // 2, 3
    start(&mut trace, 2, "OTHER", "34"); // 4, 5
    meter(&mut trace, 1, Some("33"), 7_200, 1_400); // 6, 7
    meter(&mut trace, 2, Some("34"), 7_200, 1_400); // 8, 9
    trace.exchange("CP1", "RemoteStopTransaction", r#"{"transactionId":33}"#, r#"{"status":"Accepted"}"#); // 10, 11
    stop(&mut trace, "33", 1_600); // 12, 13
    let filter = trace.summaries().transactions().iter().next().unwrap().filter();
    assert_eq!((filter.as_str(), found(&trace, &filter)), ("tx:33", vec![2, 3, 6, 7, 10, 11, 12, 13]));
    let mut trace = Exchanges::new();
    start(&mut trace, 1, "TAG", "33"); // 0, 1
    meter(&mut trace, 1, None, 7_200, 1_400); // 2, 3
    meter(&mut trace, 2, None, 7_200, 1_400); // 4, 5
    let filter = only(&trace.summaries()).filter();
    assert_eq!(found(&trace, &filter), [0, 1, 2], "{filter}");
}

#[test]
fn what_is_missing_or_odd_is_noticed() {
    use TransactionOddity::{
        MeterAfterStop, MeterBackwards, NoStart, NoStop, OtherConnector, ReusedId, StartFailed, StartRepeated, StartedOffline,
        StopRepeated, StoppedOffline, TagRefused, TimeBackwards, ZeroId,
    };
    type Case = (&'static str, fn(&mut Exchanges), &'static [&'static [TransactionOddity]]);
    let cases: [Case; 14] = [
        ("a stop without a start", |trace| stop(trace, "7", 5), &[&[NoStart]]),
        ("meter values of an unknown transaction", |trace| meter(trace, 1, Some("8"), 1, 2), &[&[NoStart]]),
        ("no transaction", |trace| meter(trace, 1, Some("0"), 1, 2), &[]),
        (
            "no stop before the next start",
            |trace| {
                start(trace, 1, "A", "1");
                start(trace, 1, "B", "2");
            },
            &[&[NoStop], &[]],
        ),
        (
            "the connector is free",
            |trace| {
                start(trace, 1, "A", "1");
                trace.call("CP1", "StatusNotification", r#"{"connectorId":1,"status":"Available"}"#);
            },
            &[&[NoStop]],
        ),
        (
            "the stop comes after the status",
            |trace| {
                start(trace, 1, "A", "1");
                trace.call("CP1", "StatusNotification", r#"{"connectorId":1,"status":"Available"}"#);
                stop(trace, "1", 2_000);
            },
            &[&[]],
        ),
        (
            "no answer",
            |trace| {
                trace.call("CP1", "StartTransaction", r#"{"connectorId":1,"idTag":"A","meterStart":0}"#);
                trace.timeout("CP1", "StartTransaction");
            },
            &[&[StartFailed]],
        ),
        (
            "an error, and then another try",
            |trace| {
                let payload = r#"{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"2026-03-04T10:00:00Z"}"#;
                trace.call("CP1", "StartTransaction", payload);
                trace.error("CP1", "StartTransaction");
                trace.exchange("CP1", "StartTransaction", payload, r#"{"transactionId":5,"idTagInfo":{"status":"Accepted"}}"#);
            },
            &[&[StartRepeated]],
        ),
        (
            "a refused tag",
            |trace| {
                trace.exchange(
                    "CP1",
                    "StartTransaction",
                    r#"{"connectorId":1,"idTag":"A"}"#,
                    r#"{"transactionId":5,"idTagInfo":{"status":"Blocked"}}"#,
                );
            },
            &[&[TagRefused]],
        ),
        (
            "0, and used before",
            |trace| {
                start(trace, 1, "A", "0");
                stop(trace, "0", 2_000);
                start(trace, 1, "B", "0");
            },
            &[&[ZeroId], &[ZeroId, ReusedId]],
        ),
        (
            "a register that runs backwards",
            |trace| {
                start(trace, 1, "A", "1");
                stop(trace, "1", 900);
            },
            &[&[MeterBackwards]],
        ),
        (
            "reported late",
            |trace| {
                trace.at_micros += 3_600_000_000;
                let payload = r#"{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"2026-03-04T10:00:00Z"}"#;
                trace.exchange("CP1", "StartTransaction", payload, r#"{"transactionId":5}"#);
                trace.call("CP1", "StopTransaction", r#"{"transactionId":5,"meterStop":0,"timestamp":"2026-03-04T10:30:00Z"}"#);
            },
            &[&[StartedOffline, StoppedOffline]],
        ),
        (
            "meter values after the stop, which comes twice",
            |trace| {
                start(trace, 1, "A", "1");
                stop(trace, "1", 2_000);
                meter(trace, 1, Some("1"), 0, 2_000);
                stop(trace, "1", 2_000);
            },
            &[&[MeterAfterStop, StopRepeated]],
        ),
        (
            "another connector, and an end before the beginning",
            |trace| {
                start(trace, 1, "A", "1");
                meter(trace, 2, Some("1"), 10, 2_000);
                trace.call("CP1", "StopTransaction", r#"{"transactionId":1,"timestamp":"2026-03-04T09:59:50Z"}"#);
            },
            &[&[TimeBackwards, OtherConnector]],
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
fn limits_come_from_the_composite_schedule_and_from_what_is_offered() {
    let mut trace = Exchanges::new();
    start(&mut trace, 1, "A", "1");
    let schedule = r#"{"status":"Accepted","connectorId":1,"scheduleStart":"2026-03-04T10:00:10Z","chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16},{"startPeriod":60,"limit":"8"}]}}"#;
    trace.exchange("CP1", "GetCompositeSchedule", r#"{"connectorId":1,"duration":600}"#, schedule);
    let summaries = trace.summaries();
    let at = |second: i64| only(&summaries).limit_at(1_772_618_400_000_000 + second * 1_000_000);
    assert_eq!([at(5), at(10), at(70)], [None, Some(ChargingLimit::Amperes(16.0)), Some(ChargingLimit::Amperes(8.0))]);
}

#[test]
fn what_makes_no_sense_is_passed_over_and_what_a_peer_invents_is_bounded() {
    let mut trace = Exchanges::new();
    trace.exchange("CP1", "StartTransaction", "null", r#"{"transactionId":[]}"#);
    trace.exchange("CP1", "StopTransaction", r#"{"transactionId":null}"#, "{}");
    trace.exchange("CP1", "MeterValues", r#"{"connectorId":"x","transactionId":{},"meterValue":7}"#, "7");
    trace.exchange("CP1", "TransactionEvent", r#"{"transactionInfo":[]}"#, "{}");
    assert_eq!(trace.summaries().transactions().iter().len(), 0);
    for id in 1..=MOST + 10 {
        stop(&mut trace, &id.to_string(), 5);
    }
    let summaries = trace.summaries();
    let table = summaries.transactions();
    assert_eq!((table.iter().len(), table.forgotten(), table.of(StationKey(0)).count()), (MOST, 10, RECENT));
    let last = table.iter().next_back().unwrap();
    assert_eq!((last.id.as_deref(), table.get(last.number)), (Some("5010"), Some(last)));
}
