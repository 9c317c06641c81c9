//! Summaries of configuration: keys, availability and the cache of tags.

use serde_json::Value;

use super::action::{ActionSummary, nothing, status};
use super::text::SummaryTone;
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "ChangeConfiguration", call: change, result: status },
    ActionSummary { action: "GetConfiguration", call: get, result: got },
    ActionSummary { action: "ChangeAvailability", call: availability, result: status },
    ActionSummary { action: "ClearCache", call: nothing, result: status },
];

fn change(writer: &mut SummaryWriter, call: &Value) {
    match call["key"].as_str() {
        Some(key) if call.get("value").is_some() => writer.pair(key, &call["value"]),
        _ => writer.value(&call["key"]).value(&call["value"]),
    };
}

fn get(writer: &mut SummaryWriter, call: &Value) {
    match call["key"].as_array().map(Vec::as_slice) {
        Some([]) => writer.word("all keys"),
        Some([key]) => writer.value(key),
        Some(keys) => writer.number_of(keys.len(), "key", "keys"),
        None if call["key"].is_null() => writer.word("all keys"),
        None => writer.value(&call["key"]),
    };
}

fn got(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    let asked = call["key"].as_array().map_or(0, Vec::len);
    match result["configurationKey"].as_array().map(Vec::as_slice) {
        Some([entry]) if asked == 1 => {
            match entry["value"].as_str() {
                None if entry["value"].is_null() => writer.item("no value", SummaryTone::Weak),
                _ => writer.value(&entry["value"]),
            };
            if entry["readonly"] == true {
                writer.item("readonly", SummaryTone::Weak);
            }
        }
        Some([]) => {}
        Some(entries) => {
            writer.number_of(entries.len(), "value", "values");
        }
        None => {
            writer.value(&result["configurationKey"]);
        }
    }
    match result["unknownKey"].as_array().map(Vec::as_slice) {
        Some([]) => {}
        Some([_]) if asked == 1 => {
            writer.item("unknown", SummaryTone::Notable);
        }
        Some(unknown) => {
            writer.item(&format!("{} unknown", unknown.len()), SummaryTone::Notable);
        }
        None => {}
    }
}

fn availability(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]).value(&call["type"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_2, V1_5, V1_6};
    &[
        example(
            V1_6,
            "ChangeConfiguration",
            r#"{"key":"HeartbeatInterval","value":"300"}"#,
            r#"{"status":"Accepted"}"#,
            "HeartbeatInterval=300 ⇒ Accepted",
        ),
        example(
            V1_6,
            "ChangeConfiguration",
            r#"{"key":"LightIntensity","value":""}"#,
            r#"{"status":"NotSupported"}"#,
            "LightIntensity=\"\" ⇒ NotSupported",
        ),
        example(
            V1_6,
            "GetConfiguration",
            r#"{"key":["HeartbeatInterval","NumberOfConnectors","Colour"]}"#,
            r#"{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"300"},
                {"key":"NumberOfConnectors","readonly":true,"value":"2"}],"unknownKey":["Colour"]}"#,
            "3 keys ⇒ 2 values 1 unknown",
        ),
        example(
            V1_5,
            "GetConfiguration",
            r#"{"key":["NumberOfConnectors"]}"#,
            r#"{"configurationKey":[{"key":"NumberOfConnectors","readonly":true,"value":"2"}]}"#,
            "NumberOfConnectors ⇒ 2 readonly",
        ),
        example(V1_6, "GetConfiguration", r#"{"key":["Colour"]}"#, r#"{"unknownKey":["Colour"]}"#, "Colour ⇒ unknown"),
        example(
            V1_6,
            "GetConfiguration",
            "{}",
            r#"{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"300"}]}"#,
            "all keys ⇒ 1 value",
        ),
        example(
            V1_2,
            "ChangeAvailability",
            r#"{"connectorId":0,"type":"Inoperative"}"#,
            r#"{"status":"Scheduled"}"#,
            "#0 Inoperative ⇒ Scheduled",
        ),
        example(V1_6, "ClearCache", "{}", r#"{"status":"Rejected"}"#, "⇒ Rejected"),
    ]
};
