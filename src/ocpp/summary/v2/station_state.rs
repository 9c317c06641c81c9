//! Summaries of what a charging station says of itself: boot, heartbeat, status of a connector.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result, nothing};
use super::super::station_state::beat;
use super::super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "BootNotification", call: boot, result: booted },
    ActionSummary { action: "Heartbeat", call: nothing, result: beat },
    ActionSummary { action: "StatusNotification", call: state, result: no_result },
];

fn boot(writer: &mut SummaryWriter, call: &Value) {
    let station = &call["chargingStation"];
    writer.value(&station["vendorName"]).value(&station["model"]).labelled("fw", &station["firmwareVersion"]);
    writer.value(&call["reason"]);
}

fn booted(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.status(&result["status"]).seconds(&result["interval"]);
    super::parts::reason(writer, &result["statusInfo"]);
}

fn state(writer: &mut SummaryWriter, call: &Value) {
    super::parts::evse_id(writer, &call["evseId"]);
    writer.connector(&call["connectorId"]).status(&call["connectorStatus"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(
            V2_0_1,
            "BootNotification",
            r#"{"chargingStation":{"vendorName":"Acme","model":"M2","firmwareVersion":"1.0"},"reason":"PowerUp"}"#,
            r#"{"status":"Accepted","currentTime":"2030-01-31T12:00:00Z","interval":300}"#,
            "Acme M2 fw 1.0 PowerUp ⇒ Accepted 300 s",
        ),
        example(
            V2_1,
            "BootNotification",
            r#"{"chargingStation":{"vendorName":"Acme","model":"M2"},"reason":"RemoteReset"}"#,
            r#"{"status":"Pending","currentTime":"2030-01-31T12:00:00Z","interval":60,"statusInfo":{"reasonCode":"ReadConfig"}}"#,
            "Acme M2 RemoteReset ⇒ Pending 60 s ReadConfig",
        ),
        example(V2_0_1, "Heartbeat", "{}", r#"{"currentTime":"2030-01-31T12:00:00.000Z"}"#, "⇒ 12:00:00Z"),
        example(
            V2_0_1,
            "StatusNotification",
            r#"{"timestamp":"2030-01-31T12:00:00Z","connectorStatus":"Occupied","evseId":1,"connectorId":1}"#,
            "{}",
            "EVSE 1 #1 Occupied",
        ),
    ]
};
