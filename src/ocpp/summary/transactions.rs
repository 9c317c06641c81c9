//! Summaries of the start and the end of transactions.

use serde_json::Value;

use super::action::ActionSummary;
use super::station_state::tag_info;
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "StartTransaction", call: start, result: started },
    ActionSummary { action: "StopTransaction", call: stop, result: stopped },
];

fn start(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]).tag(&call["idTag"]).quantity(&call["meterStart"], "Wh");
    writer.labelled("reservation", &call["reservationId"]);
}

fn started(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.transaction(&result["transactionId"]);
    tag_info(writer, &result["idTagInfo"], result["transactionId"].is_null());
}

fn stop(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]).tag(&call["idTag"]).quantity(&call["meterStop"], "Wh").value(&call["reason"]);
}

fn stopped(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    tag_info(writer, &result["idTagInfo"], true);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_2, V1_6};
    &[
        example(
            V1_6,
            "StartTransaction",
            r#"{"connectorId":1,"idTag":"04A2B3C4D5E6F7","meterStart":950,"timestamp":"2030-01-31T12:00:00Z"}"#,
            r#"{"idTagInfo":{"status":"Accepted"},"transactionId":33}"#,
            "#1 04A2…E6F7 950 Wh ⇒ tx 33",
        ),
        example(
            V1_2,
            "StartTransaction",
            r#"{"connectorId":1,"idTag":"77FF","timestamp":"2030-01-31T12:00:00Z","meterStart":1200}"#,
            r#"{"transactionId":34,"idTagInfo":{"status":"ConcurrentTx"}}"#,
            "#1 77FF 1.2 kWh ⇒ tx 34 ConcurrentTx",
        ),
        example(
            V1_6,
            "StopTransaction",
            r#"{"meterStop":12450,"timestamp":"2030-01-31T12:00:00Z","transactionId":33,"reason":"EVDisconnected"}"#,
            "{}",
            "tx 33 12.45 kWh EVDisconnected",
        ),
        example(
            V1_6,
            "StopTransaction",
            r#"{"idTag":"77FF","meterStop":12450,"timestamp":"2030-01-31T12:00:00Z","transactionId":33}"#,
            r#"{"idTagInfo":{"status":"Accepted"}}"#,
            "tx 33 77FF 12.45 kWh ⇒ Accepted",
        ),
    ]
};
