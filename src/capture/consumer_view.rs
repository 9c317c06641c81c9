//! What a reader of Open OCPP Trace must find in a record: counts, the type, id and action of each message, which call an answer belongs to,
//! calls without an answer and answers without a call. The form is that of the `expected.json` of the reference traces.

use std::collections::HashMap;

use serde::Serialize;

use super::open_ocpp_trace::line;
use crate::trace::{Contents, Record};

/// The view of the messages that were taken in so far.
#[derive(Debug, Default)]
pub struct ConsumerView {
    messages: Vec<ViewedMessage>,
    counts: ViewCounts,
    /// The calls without an answer, the newest last.
    open: HashMap<CallName, Vec<usize>>,
    orphans: Vec<usize>,
}

/// What an answer names its call by.
#[derive(Debug, PartialEq, Eq, Hash)]
struct CallName {
    station: Option<String>,
    from_charge_point: bool,
    id: String,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewCounts {
    records: usize,
    calls: usize,
    call_results: usize,
    call_errors: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewedMessage {
    index: usize,
    message_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlates_with: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WholeView<'a> {
    schema_version: &'static str,
    counts: ViewCounts,
    records: &'a [ViewedMessage],
    unanswered_calls: Vec<usize>,
    orphan_responses: &'a [usize],
}

impl ConsumerView {
    /// Takes a record in. One that the format has no record for is not seen.
    pub fn take(&mut self, record: &Record<'_>, contents: &Contents) {
        let Some(object) = line(record, contents) else { return };
        let text = |name: &str| object.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let index = self.messages.len();
        let is_call = text("messageType").as_deref() == Some("CALL");
        let message_id = text("messageId");
        let from_charge_point = text("direction").as_deref() == Some("cp-to-csms");
        // An answer goes the other way.
        let call_goes = from_charge_point == is_call;
        let name = message_id.clone().map(|id| CallName { station: text("chargePointId"), from_charge_point: call_goes, id });
        let mut message =
            ViewedMessage { index, message_type: "CALL", message_id, action: text("action"), correlates_with: None };
        self.counts.records += 1;
        if is_call {
            self.counts.calls += 1;
            if let Some(name) = name {
                self.open.entry(name).or_default().push(index);
            }
        } else {
            if text("messageType").as_deref() == Some("CALLRESULT") {
                (message.message_type, self.counts.call_results) = ("CALLRESULT", self.counts.call_results + 1);
            } else {
                (message.message_type, self.counts.call_errors) = ("CALLERROR", self.counts.call_errors + 1);
            }
            // The most recent call with this id that has no answer yet.
            message.correlates_with = name.and_then(|name| self.open.get_mut(&name)).and_then(Vec::pop);
            match message.correlates_with {
                Some(call) => message.action = self.messages.get(call).and_then(|call| call.action.clone()),
                None => {
                    self.orphans.push(index);
                    message.action = None;
                }
            }
        }
        self.messages.push(message);
    }

    /// The view as JSON.
    pub fn json(&self) -> String {
        let mut answered = vec![false; self.messages.len()];
        self.messages.iter().filter_map(|message| message.correlates_with).for_each(|call| answered[call] = true);
        let unanswered = self.messages.iter().filter(|message| message.message_type == "CALL" && !answered[message.index]);
        let view = WholeView {
            schema_version: super::open_ocpp_trace::SCHEMA_VERSION,
            counts: self.counts,
            records: &self.messages,
            unanswered_calls: unanswered.map(|message| message.index).collect(),
            orphan_responses: &self.orphans,
        };
        // It can always be written: its keys are texts.
        serde_json::to_string_pretty(&view).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::capture::{CaptureReader, load};
    use crate::clock::now;
    use crate::ocpp::Catalog;
    use crate::trace;

    fn view_of(file: &Path) -> Value {
        let events = trace::direct(1 << 22, now());
        load(vec![CaptureReader::open(file, Catalog::embedded()).unwrap()], &events);
        let contents = events.trace().read();
        let mut view = ConsumerView::default();
        contents.records().iter(contents.records().range()).for_each(|record| view.take(&record, &contents));
        serde_json::from_str(&view.json()).unwrap()
    }

    fn expected(file: &Path) -> Value {
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    /// Ids that are used again while a call is open, errors, an answer without a call, two stations with the same ids.
    #[test]
    fn a_trace_of_ours_is_viewed_as_written_beside_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/open-ocpp-trace");
        assert_eq!(view_of(&folder.join("trace.jsonl")), expected(&folder.join("expected.json")));
    }

    #[test]
    fn the_reference_traces_are_viewed_exactly_as_their_authors_expect() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/open-ocpp-trace/fixtures");
        let Ok(traces) = std::fs::read_dir(&folder) else {
            return eprintln!("skipped: the reference traces of Open OCPP Trace are not here");
        };
        for trace in traces {
            let folder = trace.unwrap().path();
            assert_eq!(view_of(&folder.join("trace.jsonl")), expected(&folder.join("expected.json")), "{}", folder.display());
        }
    }
}
