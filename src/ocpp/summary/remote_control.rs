//! Summaries of what the central system makes a station do.

use serde_json::Value;

use super::action::{ActionSummary, status};
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "RemoteStartTransaction", call: remote_start, result: status },
    ActionSummary { action: "RemoteStopTransaction", call: remote_stop, result: status },
    ActionSummary { action: "Reset", call: reset, result: status },
    ActionSummary { action: "UnlockConnector", call: unlock, result: status },
    ActionSummary { action: "TriggerMessage", call: trigger, result: status },
    ActionSummary { action: "ExtendedTriggerMessage", call: trigger, result: status },
];

fn remote_start(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]);
    if !call["idTag"].is_null() {
        writer.word("tag").tag(&call["idTag"]);
    }
    writer.labelled("profile", &call["chargingProfile"]["chargingProfileId"]);
}

fn remote_stop(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]);
}

fn reset(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["type"]);
}

fn unlock(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]);
}

fn trigger(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["requestedMessage"]).connector(&call["connectorId"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_5, V1_6};
    &[
        example(
            V1_6,
            "RemoteStartTransaction",
            r#"{"connectorId":1,"idTag":"04A2B3C4D5E6F7"}"#,
            r#"{"status":"Accepted"}"#,
            "#1 tag 04A2…E6F7 ⇒ Accepted",
        ),
        example(V1_5, "RemoteStartTransaction", r#"{"idTag":"77FF"}"#, r#"{"status":"Rejected"}"#, "tag 77FF ⇒ Rejected"),
        example(V1_6, "RemoteStopTransaction", r#"{"transactionId":33}"#, r#"{"status":"Accepted"}"#, "tx 33 ⇒ Accepted"),
        example(V1_6, "Reset", r#"{"type":"Hard"}"#, r#"{"status":"Accepted"}"#, "Hard ⇒ Accepted"),
        example(V1_6, "UnlockConnector", r#"{"connectorId":2}"#, r#"{"status":"UnlockFailed"}"#, "#2 ⇒ UnlockFailed"),
        example(
            V1_6,
            "TriggerMessage",
            r#"{"requestedMessage":"StatusNotification","connectorId":1}"#,
            r#"{"status":"Accepted"}"#,
            "StatusNotification #1 ⇒ Accepted",
        ),
        example(
            V1_6,
            "ExtendedTriggerMessage",
            r#"{"requestedMessage":"LogStatusNotification"}"#,
            r#"{"status":"NotImplemented"}"#,
            "LogStatusNotification ⇒ NotImplemented",
        ),
    ]
};
