//! Summaries of monitors of variables and of the events that they report.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::text::SummaryTone;
use super::super::writer::{SummaryWriter, shown};
use super::device_model::{asked_report, first_of};
use super::parts::{reason, report_part, status, statuses, variable_name};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SetVariableMonitoring", call: set, result: was_set },
    ActionSummary { action: "ClearVariableMonitoring", call: clear, result: cleared },
    ActionSummary { action: "SetMonitoringBase", call: base, result: status },
    ActionSummary { action: "SetMonitoringLevel", call: level, result: status },
    ActionSummary { action: "GetMonitoringReport", call: report, result: status },
    ActionSummary { action: "NotifyMonitoringReport", call: notify_report, result: no_result },
    ActionSummary { action: "NotifyEvent", call: event, result: no_result },
];

fn set(writer: &mut SummaryWriter, call: &Value) {
    first_of(writer, &call["setMonitoringData"], |writer, monitor| {
        writer
            .word(&variable_name(&monitor["component"], &monitor["variable"]))
            .value(&monitor["type"])
            .value(&monitor["value"]);
        writer.labelled("severity", &monitor["severity"]);
    });
}

fn was_set(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    let results = &result["setMonitoringResult"];
    statuses(writer, results, "status");
    if let Some([only]) = results.as_array().map(Vec::as_slice) {
        reason(writer, &only["statusInfo"]);
        writer.labelled("monitor", &only["id"]);
    }
}

fn clear(writer: &mut SummaryWriter, call: &Value) {
    let ids = call["id"].as_array().map_or(0, Vec::len);
    writer.word(if ids == 1 { "monitor" } else { "monitors" });
    first_of(writer, &call["id"], |writer, id| {
        writer.value(id);
    });
}

fn cleared(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    statuses(writer, &result["clearMonitoringResult"], "status");
}

fn base(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["monitoringBase"]);
}

fn level(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("severity", &call["severity"]);
}

fn report(writer: &mut SummaryWriter, call: &Value) {
    asked_report(writer, call, "monitoringCriteria");
}

fn notify_report(writer: &mut SummaryWriter, call: &Value) {
    report_part(writer, call, &call["monitor"], "monitored variable", "monitored variables");
}

fn event(writer: &mut SummaryWriter, call: &Value) {
    first_of(writer, &call["eventData"], |writer, event| {
        let name = variable_name(&event["component"], &event["variable"]);
        writer.word(&format!("{name}={}", shown(&event["actualValue"]).unwrap_or_default()));
        if event["cleared"] == true {
            writer.item("cleared", SummaryTone::Weak);
        }
        for member in ["techCode", "techInfo"] {
            if event[member] != "" {
                writer.notable(&event[member]);
            }
        }
    });
    if call["tbc"] == true {
        writer.item("more", SummaryTone::Weak);
    }
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(
            V2_0_1,
            "SetVariableMonitoring",
            r#"{"setMonitoringData":[{"value":60,"type":"UpperThreshold","severity":3,
                "component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"Temperature"}}]}"#,
            r#"{"setMonitoringResult":[{"id":12,"status":"Accepted","type":"UpperThreshold","severity":3,
                "component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"Temperature"}}]}"#,
            "EVSE 1 Temperature UpperThreshold 60 severity 3 ⇒ Accepted monitor 12",
        ),
        example(
            V2_0_1,
            "ClearVariableMonitoring",
            r#"{"id":[1,2]}"#,
            r#"{"clearMonitoringResult":[{"status":"Accepted","id":1},{"status":"NotFound","id":2}]}"#,
            "monitors 1 2 ⇒ 1 Accepted 1 NotFound",
        ),
        example(V2_0_1, "SetMonitoringBase", r#"{"monitoringBase":"All"}"#, r#"{"status":"Accepted"}"#, "All ⇒ Accepted"),
        example(V2_0_1, "SetMonitoringLevel", r#"{"severity":4}"#, r#"{"status":"Rejected"}"#, "severity 4 ⇒ Rejected"),
        example(
            V2_0_1,
            "GetMonitoringReport",
            r#"{"requestId":6,"monitoringCriteria":["ThresholdMonitoring"]}"#,
            r#"{"status":"Accepted"}"#,
            "report 6 ThresholdMonitoring ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "NotifyMonitoringReport",
            r#"{"requestId":6,"seqNo":0,"generatedAt":"2030-01-31T12:00:00Z","monitor":[{"component":{"name":"A"},"variable":{"name":"B"},
                "variableMonitoring":[{"id":1,"transaction":false,"value":5,"type":"Delta","severity":8}]}]}"#,
            "{}",
            "report 6 part 0, 1 monitored variable",
        ),
        example(
            V2_0_1,
            "NotifyEvent",
            r#"{"generatedAt":"2030-01-31T12:00:00Z","seqNo":0,"eventData":[{"eventId":1,"timestamp":"2030-01-31T12:00:00Z",
                "trigger":"Delta","actualValue":"Occupied","eventNotificationType":"HardWiredNotification",
                "component":{"name":"Connector","evse":{"id":1,"connectorId":1}},"variable":{"name":"AvailabilityState"}}]}"#,
            "{}",
            "EVSE 1 #1 AvailabilityState=Occupied",
        ),
        example(
            V2_1,
            "NotifyEvent",
            r#"{"generatedAt":"2030-01-31T12:00:00Z","seqNo":0,"tbc":true,"eventData":[{"eventId":2,"timestamp":"2030-01-31T12:00:00Z",
                "trigger":"Alerting","actualValue":"false","cleared":true,"techCode":"E7","eventNotificationType":"HardWiredMonitor",
                "component":{"name":"ChargingStation"},"variable":{"name":"Problem"}}]}"#,
            "{}",
            "ChargingStation.Problem=false cleared E7 more",
        ),
    ]
};
