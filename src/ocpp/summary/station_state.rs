//! Summaries of what a station says of itself: boot, heartbeat, status, and the tag at its reader.

use serde_json::Value;

use super::action::{ActionSummary, no_result, nothing};
use super::writer::{SummaryWriter, refuses};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "BootNotification", call: boot, result: booted },
    ActionSummary { action: "Heartbeat", call: nothing, result: beat },
    ActionSummary { action: "StatusNotification", call: state, result: no_result },
    ActionSummary { action: "Authorize", call: authorize, result: authorized },
];

fn boot(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["chargePointVendor"]).value(&call["chargePointModel"]).labelled("fw", &call["firmwareVersion"]);
}

fn booted(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    let interval = if result["interval"].is_null() { &result["heartbeatInterval"] } else { &result["interval"] };
    writer.status(&result["status"]).seconds(interval);
}

pub(super) fn beat(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.clock(&result["currentTime"]);
}

fn state(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]).status(&call["status"]);
    let code = &call["errorCode"];
    if code != "NoError" && code != "" {
        writer.notable(code);
    }
    for member in ["vendorErrorCode", "info"] {
        let text = &call[member];
        if text != "" && text.as_str() != Some("NoError") {
            writer.value(text);
        }
    }
}

fn authorize(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["idTag"]);
}

fn authorized(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    tag_info(writer, &result["idTagInfo"], true);
}

/// What is said about a tag. That it is accepted is left out where something else is shown.
pub(super) fn tag_info(writer: &mut SummaryWriter, info: &Value, also_accepted: bool) {
    let status = &info["status"];
    if also_accepted || status.as_str().is_none_or(refuses) || status != "Accepted" {
        writer.status(status);
    }
    writer.labelled("parent", &info["parentIdTag"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_2, V1_5, V1_6};
    &[
        example(
            V1_6,
            "BootNotification",
            r#"{"chargePointVendor":"Acme","chargePointModel":"M2","firmwareVersion":"1.0"}"#,
            r#"{"status":"Accepted","currentTime":"2030-01-31T12:00:00Z","interval":300}"#,
            "Acme M2 fw 1.0 ⇒ Accepted 300 s",
        ),
        example(
            V1_2,
            "BootNotification",
            r#"{"chargePointVendor":"Acme","chargePointModel":"M2"}"#,
            r#"{"status":"Rejected","currentTime":"2030-01-31T12:00:00Z","heartbeatInterval":86400}"#,
            "Acme M2 ⇒ Rejected 24 h",
        ),
        example(V1_6, "Heartbeat", "{}", r#"{"currentTime":"2030-01-31T12:00:00.000Z"}"#, "⇒ 12:00:00Z"),
        example(
            V1_6,
            "StatusNotification",
            r#"{"connectorId":1,"errorCode":"NoError","status":"Charging"}"#,
            "{}",
            "#1 Charging",
        ),
        example(
            V1_5,
            "StatusNotification",
            r#"{"connectorId":2,"status":"Faulted","errorCode":"GroundFailure","info":"socket 2"}"#,
            "{}",
            "#2 Faulted GroundFailure socket 2",
        ),
        example(
            V1_6,
            "Authorize",
            r#"{"idTag":"04A2B3C4D5E6F7"}"#,
            r#"{"idTagInfo":{"status":"Accepted"}}"#,
            "04A2B3C4D5E6F7 ⇒ Accepted",
        ),
        example(
            V1_6,
            "Authorize",
            r#"{"idTag":"77FF"}"#,
            r#"{"idTagInfo":{"status":"Expired","parentIdTag":"FLEET"}}"#,
            "77FF ⇒ Expired parent FLEET",
        ),
    ]
};
