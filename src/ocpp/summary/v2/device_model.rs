//! Summaries of the device model: variables that are read and set, and reports of them.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::text::SummaryTone;
use super::super::writer::{SummaryWriter, shown};
use super::parts::{granted, reason, report_part, status, statuses, variable_name};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "GetVariables", call: get, result: got },
    ActionSummary { action: "SetVariables", call: set, result: was_set },
    ActionSummary { action: "GetBaseReport", call: base_report, result: status },
    ActionSummary { action: "GetReport", call: report, result: status },
    ActionSummary { action: "NotifyReport", call: notify, result: no_result },
];

/// How many variables are named.
const MOST: usize = 3;

/// Writes the first of a list, and how many more there are.
pub(super) fn first_of(writer: &mut SummaryWriter, list: &Value, one: impl Fn(&mut SummaryWriter, &Value)) {
    let Some(list) = list.as_array() else {
        writer.value(list);
        return;
    };
    for entry in list.iter().take(MOST) {
        one(writer, entry);
    }
    if let Some(more) = list.len().checked_sub(MOST).filter(|more| *more > 0) {
        writer.item(&format!("+{more}"), SummaryTone::Weak);
    }
}

/// The name of the variable that an entry of a list names, with the attribute unless that is the value itself.
fn named(entry: &Value) -> String {
    let name = variable_name(&entry["component"], &entry["variable"]);
    match entry["attributeType"].as_str() {
        Some(attribute) if attribute != "Actual" => format!("{name}.{attribute}"),
        _ => name,
    }
}

fn get(writer: &mut SummaryWriter, call: &Value) {
    first_of(writer, &call["getVariableData"], |writer, entry| {
        writer.word(&named(entry));
    });
}

fn got(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    let results = &result["getVariableResult"];
    let is_only = results.as_array().is_some_and(|results| results.len() == 1);
    first_of(writer, results, |writer, entry| {
        let status = &entry["attributeStatus"];
        let value = shown(&entry["attributeValue"]).filter(|_| status.as_str().is_none_or(|status| status == "Accepted"));
        match (value, is_only) {
            (Some(value), true) => {
                writer.word(&value);
            }
            (Some(value), false) => {
                writer.word(&format!("{}={value}", named(entry)));
            }
            (None, _) => {
                if !is_only {
                    writer.word(&named(entry));
                }
                granted(writer, status);
                reason(writer, &entry["attributeStatusInfo"]);
            }
        }
    });
}

fn set(writer: &mut SummaryWriter, call: &Value) {
    first_of(writer, &call["setVariableData"], |writer, entry| {
        writer.pair(&named(entry), &entry["attributeValue"]);
    });
}

fn was_set(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    let results = &result["setVariableResult"];
    statuses(writer, results, "attributeStatus");
    if let Some([only]) = results.as_array().map(Vec::as_slice) {
        reason(writer, &only["attributeStatusInfo"]);
    }
}

fn base_report(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["reportBase"]).labelled("report", &call["requestId"]);
}

fn report(writer: &mut SummaryWriter, call: &Value) {
    asked_report(writer, call, "componentCriteria");
}

/// What a report is asked of: criteria, and components with their variables.
pub(super) fn asked_report(writer: &mut SummaryWriter, call: &Value, criteria: &str) {
    writer.labelled("report", &call["requestId"]);
    for criterion in call[criteria].as_array().into_iter().flatten().take(MOST) {
        writer.value(criterion);
    }
    if !call["componentVariable"].is_null() {
        first_of(writer, &call["componentVariable"], |writer, entry| {
            writer.word(&named(entry));
        });
    }
}

fn notify(writer: &mut SummaryWriter, call: &Value) {
    report_part(writer, call, &call["reportData"], "variable", "variables");
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_0_1;
    &[
        example(
            V2_0_1,
            "SetVariables",
            r#"{"setVariableData":[{"attributeValue":"300","component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}}]}"#,
            r#"{"setVariableResult":[{"attributeStatus":"Accepted","component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}}]}"#,
            "OCPPCommCtrlr.HeartbeatInterval=300 ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "SetVariables",
            r#"{"setVariableData":[
                {"attributeValue":"true","component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"AllowReset"}},
                {"attributeType":"MinSet","attributeValue":"5","component":{"name":"A","instance":"x"},"variable":{"name":"B","instance":"y"}},
                {"attributeValue":"1","component":{"name":"C"},"variable":{"name":"D"}},
                {"attributeValue":"2","component":{"name":"E"},"variable":{"name":"F"}}]}"#,
            r#"{"setVariableResult":[
                {"attributeStatus":"Accepted","component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"AllowReset"}},
                {"attributeStatus":"UnknownComponent","component":{"name":"A"},"variable":{"name":"B"}},
                {"attributeStatus":"RebootRequired","component":{"name":"C"},"variable":{"name":"D"}},
                {"attributeStatus":"Accepted","component":{"name":"E"},"variable":{"name":"F"}}]}"#,
            "EVSE 1 AllowReset=true A[x].B[y].MinSet=5 C.D=1 +1 ⇒ 2 Accepted 1 UnknownComponent 1 RebootRequired",
        ),
        example(
            V2_0_1,
            "GetVariables",
            r#"{"getVariableData":[{"component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}}]}"#,
            r#"{"getVariableResult":[{"attributeStatus":"Accepted","attributeValue":"300","component":{"name":"OCPPCommCtrlr"},
                "variable":{"name":"HeartbeatInterval"}}]}"#,
            "OCPPCommCtrlr.HeartbeatInterval ⇒ 300",
        ),
        example(
            V2_0_1,
            "GetVariables",
            r#"{"getVariableData":[{"component":{"name":"A"},"variable":{"name":"B"}},
                {"component":{"name":"Connector","evse":{"id":1,"connectorId":2}},"variable":{"name":"AvailabilityState"}}]}"#,
            r#"{"getVariableResult":[{"attributeStatus":"UnknownComponent","component":{"name":"A"},"variable":{"name":"B"}},
                {"attributeStatus":"Accepted","attributeValue":"Available","component":{"name":"Connector","evse":{"id":1,"connectorId":2}},
                "variable":{"name":"AvailabilityState"}}]}"#,
            "A.B EVSE 1 #2 AvailabilityState ⇒ A.B UnknownComponent EVSE 1 #2 AvailabilityState=Available",
        ),
        example(
            V2_0_1,
            "GetBaseReport",
            r#"{"requestId":3,"reportBase":"FullInventory"}"#,
            r#"{"status":"Accepted"}"#,
            "FullInventory report 3 ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "GetReport",
            r#"{"requestId":4,"componentCriteria":["Problem"],"componentVariable":[{"component":{"name":"EVSE","evse":{"id":1}}},
                {"component":{"name":"ClockCtrlr"},"variable":{"name":"DateTime"}}]}"#,
            r#"{"status":"EmptyResultSet"}"#,
            "report 4 Problem EVSE 1 ClockCtrlr.DateTime ⇒ EmptyResultSet",
        ),
        example(
            V2_0_1,
            "NotifyReport",
            r#"{"requestId":3,"generatedAt":"2030-01-31T12:00:00Z","seqNo":0,"tbc":true,"reportData":[
                {"component":{"name":"A"},"variable":{"name":"B"},"variableAttribute":[{"value":"1"}]},
                {"component":{"name":"A"},"variable":{"name":"C"},"variableAttribute":[{"value":"2"}]}]}"#,
            "{}",
            "report 3 part 0, 2 variables, more",
        ),
        example(
            V2_0_1,
            "NotifyReport",
            r#"{"requestId":3,"generatedAt":"2030-01-31T12:00:00Z","seqNo":1}"#,
            "{}",
            "report 3 part 1, no variables",
        ),
    ]
};
