//! Summaries of what the CSMS makes a charging station do.

use serde_json::Value;

use super::super::action::ActionSummary;
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "Reset", call: reset, result: status },
    ActionSummary { action: "UnlockConnector", call: unlock, result: status },
    ActionSummary { action: "ChangeAvailability", call: availability, result: status },
    ActionSummary { action: "TriggerMessage", call: trigger, result: status },
];

fn reset(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["type"]).labelled("EVSE", &call["evseId"]);
}

fn unlock(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("EVSE", &call["evseId"]).connector(&call["connectorId"]);
}

fn availability(writer: &mut SummaryWriter, call: &Value) {
    if call["evse"].is_null() {
        writer.word("station");
    } else {
        super::parts::evse(writer, &call["evse"]);
    }
    writer.value(&call["operationalStatus"]);
}

fn trigger(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["requestedMessage"]).value(&call["customTrigger"]);
    super::parts::evse(writer, &call["evse"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(V2_0_1, "Reset", r#"{"type":"OnIdle"}"#, r#"{"status":"Scheduled"}"#, "OnIdle ⇒ Scheduled"),
        example(
            V2_1,
            "Reset",
            r#"{"type":"ImmediateAndResume","evseId":2}"#,
            r#"{"status":"Rejected"}"#,
            "ImmediateAndResume EVSE 2 ⇒ Rejected",
        ),
        example(
            V2_0_1,
            "UnlockConnector",
            r#"{"evseId":1,"connectorId":2}"#,
            r#"{"status":"OngoingAuthorizedTransaction"}"#,
            "EVSE 1 #2 ⇒ OngoingAuthorizedTransaction",
        ),
        example(
            V2_0_1,
            "ChangeAvailability",
            r#"{"operationalStatus":"Inoperative","evse":{"id":1,"connectorId":2}}"#,
            r#"{"status":"Scheduled"}"#,
            "EVSE 1 #2 Inoperative ⇒ Scheduled",
        ),
        example(
            V2_0_1,
            "ChangeAvailability",
            r#"{"operationalStatus":"Operative"}"#,
            r#"{"status":"Accepted"}"#,
            "station Operative ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "TriggerMessage",
            r#"{"requestedMessage":"StatusNotification","evse":{"id":1,"connectorId":1}}"#,
            r#"{"status":"NotImplemented"}"#,
            "StatusNotification EVSE 1 #1 ⇒ NotImplemented",
        ),
    ]
};
