//! Waiting for the answers to the calls of a command.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::console::GivenCalls;
use crate::trace::{StationKey, Trace, export};

/// What the stations answered: an object each, in the order of the targets, with `station` and `kind`. A station that has not answered
/// when the time is over has the kind `open`, one whose link did not take the call `refused`; the others have the record that ended it.
pub(super) async fn call_answers(trace: &Arc<Trace>, calls: &GivenCalls, wait: Duration) -> Vec<Value> {
    let mut changes = trace.subscribe();
    let mut answers: BTreeMap<StationKey, Value> = BTreeMap::new();
    let mut next = calls.from;
    let collect = async {
        loop {
            changes.mark_unchanged();
            {
                let contents = trace.read();
                let end = contents.records().range().end;
                for record in contents.records().iter(next..end) {
                    if let Some(station) = record.ends_call(&calls.action, calls.from) {
                        answers.entry(station).or_insert_with(|| export::object(&record, contents.stations()).into());
                    }
                }
                next = end;
            }
            if calls.receipt.taken.iter().all(|station| answers.contains_key(station)) || changes.changed().await.is_err() {
                return;
            }
        }
    };
    // what has come by then is the result
    let _ = tokio::time::timeout(wait, collect).await;
    let contents = trace.read();
    let identity = |key: StationKey| contents.stations().get(key).map(|row| row.identity.to_string());
    let taken = calls
        .receipt
        .taken
        .iter()
        .map(|station| answers.remove(station).unwrap_or_else(|| json!({ "station": identity(*station), "kind": "open" })));
    let refused = calls.receipt.refused.iter();
    let refused = refused.map(|(station, why)| json!({ "station": identity(*station), "kind": "refused", "text": why }));
    taken.chain(refused).collect()
}
