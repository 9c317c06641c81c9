//! Summaries of streams of periodic values, which OCPP 2.1 added. The values themselves are a SEND, which has no result.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result, nothing};
use super::super::text::SummaryTone;
use super::super::writer::{SummaryWriter, shown};
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "OpenPeriodicEventStream", call: open, result: status },
    ActionSummary { action: "ClosePeriodicEventStream", call: close, result: no_result },
    ActionSummary { action: "AdjustPeriodicEventStream", call: adjust, result: status },
    ActionSummary { action: "GetPeriodicEventStream", call: nothing, result: got },
    ActionSummary { action: "NotifyPeriodicEventStream", call: values, result: no_result },
];

fn parameters(writer: &mut SummaryWriter, parameters: &Value) {
    if !parameters["interval"].is_null() {
        writer.word("every").seconds(&parameters["interval"]);
    }
    if let Some(values) = shown(&parameters["values"]) {
        writer.word(&format!("or {values} values"));
    }
}

fn stream(writer: &mut SummaryWriter, stream: &Value) {
    writer.labelled("stream", &stream["id"]).labelled("of monitor", &stream["variableMonitoringId"]);
    parameters(writer, &stream["params"]);
}

fn open(writer: &mut SummaryWriter, call: &Value) {
    stream(writer, &call["constantStreamData"]);
}

fn close(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("stream", &call["id"]);
}

fn adjust(writer: &mut SummaryWriter, call: &Value) {
    stream(writer, call);
}

fn got(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    match result["constantStreamData"].as_array().map(Vec::as_slice) {
        Some([only]) => stream(writer, only),
        Some(several) => {
            writer.number_of(several.len(), "stream", "streams");
        }
        None => {
            writer.word("no streams");
        }
    }
}

fn values(writer: &mut SummaryWriter, message: &Value) {
    writer.labelled("stream", &message["id"]);
    if let Some(values) = message["data"].as_array() {
        writer.number_of(values.len(), "value", "values");
        if let Some(last) = values.last() {
            writer.labelled("last", &last["v"]);
        }
    }
    if let Some(pending) = message["pending"].as_u64().filter(|pending| *pending > 0) {
        writer.item(&format!("{pending} pending"), SummaryTone::Weak);
    }
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_1;
    &[
        example(
            V2_1,
            "OpenPeriodicEventStream",
            r#"{"constantStreamData":{"id":1,"variableMonitoringId":12,"params":{"interval":5,"values":100}}}"#,
            r#"{"status":"Accepted"}"#,
            "stream 1 of monitor 12 every 5 s or 100 values ⇒ Accepted",
        ),
        example(V2_1, "ClosePeriodicEventStream", r#"{"id":1}"#, "{}", "stream 1"),
        example(
            V2_1,
            "AdjustPeriodicEventStream",
            r#"{"id":1,"params":{"interval":10}}"#,
            r#"{"status":"Rejected"}"#,
            "stream 1 every 10 s ⇒ Rejected",
        ),
        example(
            V2_1,
            "GetPeriodicEventStream",
            "{}",
            r#"{"constantStreamData":[{"id":1,"variableMonitoringId":12,"params":{"interval":5}}]}"#,
            "⇒ stream 1 of monitor 12 every 5 s",
        ),
        example(
            V2_1,
            "NotifyPeriodicEventStream",
            r#"{"id":1,"pending":2,"basetime":"2030-01-31T12:00:00Z","data":[{"t":0,"v":"5.1"},{"t":1.5,"v":"5.2"}]}"#,
            "{}",
            "stream 1 2 values last 5.2 2 pending",
        ),
    ]
};
