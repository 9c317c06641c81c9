//! What a message says, in one line: `#1 Charging`, `HeartbeatInterval=300 ⇒ Accepted`. One small describer for each action, one file for
//! each area; an action without one, and a payload in which its describer finds nothing, get the general one. A summary is for readers:
//! no fact is read out of it. Which record is which is decided in `trace`.

mod action;
mod configuration;
mod data_transfer;
mod general;
mod local_list;
mod maintenance;
mod metering;
pub(super) mod quantity;
mod remote_control;
mod reservations;
mod security;
mod smart_charging;
mod station_state;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod transactions;
mod v2;
pub(super) mod writer;

use serde_json::Value;

pub use self::text::{MessageSummary, SummaryTone};
use self::writer::SummaryWriter;
use super::Version;

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub enum AnswerContent<'a> {
    /// With a result of this payload.
    Result(&'a Value),
    /// With an error.
    Error {
        /// Its code, as it was sent.
        code: &'a str,
        /// Its sentence.
        description: Option<&'a str>,
    },
    /// With no answer, for this reason, which is a fault.
    Nothing(&'a str),
    /// With no answer, on purpose: this sentence names who decided it.
    Silence(&'a str),
}

/// What a call says.
pub fn call(version: Version, action: &str, call: &Value) -> MessageSummary {
    let mut writer = SummaryWriter::default();
    if let Some(row) = table::row(version, action) {
        (row.call)(&mut writer, call);
    }
    if writer.is_empty() {
        general::describe(&mut writer, call);
    }
    writer.finish()
}

/// What a result says, given the payload of its call when that is known.
pub fn result(version: Version, action: &str, call: Option<&Value>, result: &Value) -> MessageSummary {
    let mut writer = SummaryWriter::default();
    if let Some(row) = table::row(version, action) {
        (row.result)(&mut writer, result, call.unwrap_or(&Value::Null));
    }
    if writer.is_empty() {
        general::describe(&mut writer, result);
    }
    writer.finish()
}

/// What an error says: `✗ NotImplemented: sentence`.
pub fn error(code: &str, description: Option<&str>) -> MessageSummary {
    let mut summary = MessageSummary::default();
    summary.push("✗ ", SummaryTone::Fault);
    push_error(&mut summary, code, description);
    summary
}

/// A sentence that was made elsewhere, as a summary.
pub fn sentence(text: &str) -> MessageSummary {
    let mut summary = MessageSummary::default();
    summary.push(&writer::short(text, 400), SummaryTone::Plain);
    summary
}

fn push_error(summary: &mut MessageSummary, code: &str, description: Option<&str>) {
    summary.push(&writer::short(code, 60), SummaryTone::Fault);
    if let Some(description) = description.filter(|description| !description.is_empty()) {
        summary.push(": ", SummaryTone::Weak);
        summary.push(&writer::short(description, 200), SummaryTone::Plain);
    }
}

/// A text that could not be read, and the error that answers it: `✗ hello ⇒ FormationViolation: sentence`.
pub fn refusal(text: &str, code: &str, description: Option<&str>) -> MessageSummary {
    let mut summary = MessageSummary::default();
    summary.push("✗ ", SummaryTone::Fault);
    // Its beginning names which one it is; the reason is what one looks for.
    summary.push(&writer::short(text, 24), SummaryTone::Plain);
    summary.push(" ⇒ ", SummaryTone::Weak);
    push_error(&mut summary, code, description);
    summary
}

/// What a call and its answer say: `#1 Charging`, `#1 77FF 950 Wh ⇒ tx 33`, `✗ sugar=2 ⇒ NotImplemented`. An answer that says nothing
/// is left out. The payload of the call is `null` when it is not known.
pub fn exchange(version: Version, action: &str, payload: &Value, answer: AnswerContent<'_>) -> MessageSummary {
    let asked = call(version, action, payload);
    let mut answered = MessageSummary::default();
    let mut whole = MessageSummary::default();
    match answer {
        AnswerContent::Result(found) => answered = result(version, action, Some(payload), found),
        AnswerContent::Error { code, description } => {
            whole.push("✗ ", SummaryTone::Fault);
            push_error(&mut answered, code, description);
        }
        AnswerContent::Nothing(reason) => {
            whole.push("✗ ", SummaryTone::Fault);
            answered.push(&writer::short(reason, 200), SummaryTone::Fault);
        }
        AnswerContent::Silence(sentence) => answered.push(&writer::short(sentence, 200), SummaryTone::Notable),
    }
    whole.append(&asked);
    if !answered.is_empty() {
        whole.push(if asked.is_empty() { "⇒ " } else { " ⇒ " }, SummaryTone::Weak);
        whole.append(&answered);
    }
    whole
}
