//! What the areas of OCPP 2.x share: statuses with their reasons, EVSEs, tokens, names of variables, parts of reports.

use serde_json::Value;

use super::super::text::SummaryTone;
use super::super::writer::{SummaryWriter, shown};

/// Statuses that grant what was asked. Every other status of a result stands out.
const GRANTED: [&str; 9] =
    ["Accepted", "AcceptedCanceled", "Scheduled", "Processing", "RebootRequired", "Unlocked", "Unpublished", "Good", "Settled"];

/// Describes a result that says no more than its status, and the reason for it.
pub(super) fn status(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    granted(writer, &result["status"]);
    reason(writer, &result["statusInfo"]);
}

/// A status of a result.
pub(super) fn granted(writer: &mut SummaryWriter, status: &Value) {
    if let Some(text) = shown(status) {
        let tone = if GRANTED.contains(&&*text) { SummaryTone::Plain } else { SummaryTone::Notable };
        writer.item(&text, tone);
    }
}

/// The reason of a status: its code, and its text.
pub(super) fn reason(writer: &mut SummaryWriter, info: &Value) {
    writer.value(&info["reasonCode"]);
    let text = &info["additionalInfo"];
    if text != "" {
        writer.value(text);
    }
}

/// The statuses of a list of results: one as it is, several with how often each occurs.
pub(super) fn statuses(writer: &mut SummaryWriter, results: &Value, member: &str) {
    let Some(results) = results.as_array() else {
        writer.value(results);
        return;
    };
    if let [only] = results.as_slice() {
        granted(writer, &only[member]);
        return;
    }
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for status in results.iter().filter_map(|result| result[member].as_str()) {
        match counted.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => counted.push((status, 1)),
        }
    }
    for (status, count) in counted {
        writer.word(&count.to_string());
        granted(writer, &Value::from(status));
    }
}

/// An EVSE by its object: `EVSE 1 #2`.
pub(super) fn evse(writer: &mut SummaryWriter, evse: &Value) {
    writer.labelled("EVSE", &evse["id"]).connector(&evse["connectorId"]);
}

/// An EVSE by its number; 0 is the station as a whole.
pub(super) fn evse_id(writer: &mut SummaryWriter, id: &Value) {
    if id == 0 {
        writer.word("station");
    } else {
        writer.labelled("EVSE", id);
    }
}

/// A token by its object. Where it is not the subject its type is left out.
pub(super) fn token<'w>(writer: &'w mut SummaryWriter, token: &Value) -> &'w mut SummaryWriter {
    writer.tag(if token.is_object() { &token["idToken"] } else { token })
}

/// What is said about a token.
pub(super) fn token_info(writer: &mut SummaryWriter, info: &Value) {
    writer.status(&info["status"]);
    let group = &info["groupIdToken"]["idToken"];
    if !group.is_null() {
        writer.word("group").tag(group);
    }
}

/// A variable of a component with its place: `EVSE 1 #2 AvailabilityState`, `OCPPCommCtrlr.HeartbeatInterval`. The components that only
/// stand for the place are left out.
pub(super) fn variable_name(component: &Value, variable: &Value) -> String {
    let mut name = String::new();
    let evse = &component["evse"];
    if let Some(id) = shown(&evse["id"]) {
        name.push_str(&format!("EVSE {id} "));
        if let Some(connector) = shown(&evse["connectorId"]) {
            name.push_str(&format!("#{connector} "));
        }
    }
    let is_place = !evse.is_null() && matches!(component["name"].as_str(), Some("EVSE" | "Connector"));
    let with_instance = |object: &Value| {
        let name = shown(&object["name"])?;
        Some(shown(&object["instance"]).map_or_else(|| name.to_string(), |instance| format!("{name}[{instance}]")))
    };
    let component = if is_place { None } else { with_instance(component) };
    let parts: Vec<String> = component.into_iter().chain(with_instance(variable)).collect();
    name.push_str(&parts.join("."));
    name.truncate(name.trim_end().len());
    name
}

/// The part of a report that is sent in several: `report 3 part 0, 12 variables, more`.
pub(super) fn report_part(writer: &mut SummaryWriter, message: &Value, list: &Value, one: &str, many: &str) {
    writer.labelled("report", &message["requestId"]);
    let mut words = Vec::new();
    if let Some(part) = shown(&message["seqNo"]) {
        words.push(format!("part {part}"));
    }
    match list {
        Value::Array(list) => words.push(format!("{} {}", list.len(), if list.len() == 1 { one } else { many })),
        Value::Null => words.push(format!("no {many}")),
        _ => {}
    }
    if message["tbc"] == true {
        words.push("more".to_owned());
    }
    writer.word(&words.join(", "));
}
