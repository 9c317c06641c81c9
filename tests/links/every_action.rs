//! Calling in both directions, for the tests of every transport: each end of a link calls the other with every action that it may send.

use std::sync::Arc;

use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::{ActionDefinition, Role, SampleContext};
use ocpp_tui::trace::{Contents, Direction, FrameKind, FrameVerdict, RecordKind, StationKey};
use serde_json::Value;

use crate::support::{call, until};

/// A result that arrives.
pub const RESULT: RecordKind = RecordKind::Frame(Direction::In, FrameKind::Result);

/// Sends a sample of each action from the end that may send it, and waits for each result. Returns how many were sent.
pub async fn call_both_ways<'a>(
    hub: &Hub,
    at_central: StationKey,
    at_charge_point: StationKey,
    actions: impl Iterator<Item = &'a Arc<ActionDefinition>>,
) -> usize {
    let results = |contents: &Contents| {
        let (records, keys) = (contents.records(), [Some(at_central), Some(at_charge_point)]);
        records.iter(records.range()).filter(|record| record.kind == RESULT && keys.contains(&record.station)).count()
    };
    let context = SampleContext::at(jiff::Timestamp::now());
    let before = results(&hub.trace().read());
    let mut sent = 0;
    for action in actions {
        let sender = if action.initiator == Role::CentralSystem { at_central } else { at_charge_point };
        assert_eq!(hub.submit(&call(sender, &action.name, action.request.sample(&context))).taken, [sender]);
        sent += 1;
        let what = format!("the result of {} in {}", action.name, action.version);
        until(hub.trace(), &what, |contents| (results(contents) == before + sent).then_some(())).await;
    }
    sent
}

/// Calls from one end, and waits for the end of that: its answer, or that a message has left which nothing answers. Returns the record of
/// that, and its text. Other calls may go on meanwhile.
pub async fn call_and_wait(hub: &Hub, sender: StationKey, action: &ActionDefinition, payload: Value) -> (RecordKind, String) {
    let name = &*action.name;
    let last = |contents: &Contents| {
        let records = contents.records();
        let of_action =
            records.iter(records.range()).filter(|record| (record.station, record.action) == (Some(sender), Some(name)));
        let ends = of_action.filter_map(|record| match record.kind {
            RecordKind::Frame(Direction::Out, FrameKind::Call) => records.get(record.partner?),
            RecordKind::Frame(Direction::Out, FrameKind::Send) => Some(record),
            _ => None,
        });
        let (count, last) = ends.fold((0, None), |(count, _), end| (count + 1, Some((end.kind, end.text.to_owned()))));
        (count, last)
    };
    let (before, _) = last(&hub.trace().read());
    assert_eq!(hub.submit(&call(sender, name, payload)).taken, [sender]);
    until(hub.trace(), &format!("the end of {name} in {}", action.version), |contents| {
        let (count, last) = last(contents);
        last.filter(|_| count > before)
    })
    .await
}

/// Nothing in the trace is wrong, and nothing was answered with an error.
pub fn assert_all_valid(hub: &Hub) {
    let contents = hub.trace().read();
    for record in contents.records().iter(contents.records().range()) {
        assert_eq!((record.verdict, record.code), (FrameVerdict::Valid, None), "{}: {}", record.text, record.remarks);
    }
}
