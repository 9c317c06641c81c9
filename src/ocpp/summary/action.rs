//! One row of the table of summaries: how the messages of one action are described.

use serde_json::Value;

use super::writer::SummaryWriter;

/// How the messages of an action are described. A describer that writes nothing leaves the message to the general one.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActionSummary {
    /// The action.
    pub action: &'static str,
    /// Describes the payload of a call.
    pub call: fn(&mut SummaryWriter, &Value),
    /// Describes the payload of a result, with that of its call, which is `null` when it is not known.
    pub result: fn(&mut SummaryWriter, &Value, &Value),
}

/// Describes a message that says no more than its status.
pub(super) fn status(writer: &mut SummaryWriter, result: &Value, _call: &Value) {
    writer.status(&result["status"]);
}

/// Describes a message that says nothing.
pub(super) fn nothing(_: &mut SummaryWriter, _: &Value) {}

/// Describes a result that says nothing.
pub(super) fn no_result(_: &mut SummaryWriter, _: &Value, _: &Value) {}

/// An exchange and its summary.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(super) struct SummaryExample {
    pub version: crate::ocpp::Version,
    pub action: &'static str,
    /// The payloads as JSON.
    pub call: &'static str,
    pub result: &'static str,
    pub summary: &'static str,
}

/// Shortens the tables of examples.
#[cfg(test)]
pub(super) const fn example(
    version: crate::ocpp::Version,
    action: &'static str,
    call: &'static str,
    result: &'static str,
    summary: &'static str,
) -> SummaryExample {
    SummaryExample { version, action, call, result, summary }
}
