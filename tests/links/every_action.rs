//! Calling in both directions, for the tests of every transport: each end of a link calls the other with every action that it may send.

use std::sync::Arc;

use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::{ActionDefinition, Role, SampleContext};
use ocpp_tui::trace::{Contents, Direction, FrameKind, FrameVerdict, RecordKind, StationKey};

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

/// Nothing in the trace is wrong, and nothing was answered with an error.
pub fn assert_all_valid(hub: &Hub) {
    let contents = hub.trace().read();
    for record in contents.records().iter(contents.records().range()) {
        assert_eq!((record.verdict, record.code), (FrameVerdict::Valid, None), "{}: {}", record.text, record.remarks);
    }
}
