//! Summaries of charging profiles and schedules.

use serde_json::Value;

use super::action::{ActionSummary, status};
use super::quantity;
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SetChargingProfile", call: set, result: status },
    ActionSummary { action: "ClearChargingProfile", call: clear, result: status },
    ActionSummary { action: "GetCompositeSchedule", call: composite, result: composed },
];

fn set(writer: &mut SummaryWriter, call: &Value) {
    let profile = &call["csChargingProfiles"];
    writer.connector(&call["connectorId"]).transaction(&profile["transactionId"]).value(&profile["chargingProfilePurpose"]);
    writer.labelled("profile", &profile["chargingProfileId"]).labelled("stack", &profile["stackLevel"]);
    schedule(writer, &profile["chargingSchedule"]);
    if profile["chargingProfileKind"] == "Recurring" && !profile["recurrencyKind"].is_null() {
        writer.value(&profile["recurrencyKind"]);
    } else {
        writer.value(&profile["chargingProfileKind"]);
    }
}

fn clear(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("profile", &call["id"]).connector(&call["connectorId"]).value(&call["chargingProfilePurpose"]);
    writer.labelled("stack", &call["stackLevel"]);
    if call.as_object().is_some_and(|members| members.is_empty()) {
        writer.word("all profiles");
    }
}

fn composite(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]).seconds(&call["duration"]);
    if !call["chargingRateUnit"].is_null() {
        writer.labelled("in", &call["chargingRateUnit"]);
    }
}

fn composed(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.status(&result["status"]);
    schedule(writer, &result["chargingSchedule"]);
}

/// The limits of a schedule: `16 A`, `6–32 A in 4 periods`.
pub(super) fn schedule(writer: &mut SummaryWriter, schedule: &Value) {
    let Some(periods) = schedule["chargingSchedulePeriod"].as_array() else { return };
    let unit = schedule["chargingRateUnit"].as_str().unwrap_or_default();
    if let [period] = periods.as_slice() {
        writer.quantity(limit_of(period), unit);
        return;
    }
    let number = |limit: &Value| limit.as_f64().or_else(|| limit.as_str()?.trim().parse().ok());
    let limits = || periods.iter().filter_map(|period| number(limit_of(period))).filter(|limit| limit.is_finite());
    if let (Some(least), Some(most)) = (limits().reduce(f64::min), limits().reduce(f64::max)) {
        writer.word(&quantity::range(least, most, unit));
    }
    writer.number_of(periods.len(), "period", "periods");
}

/// What a period asks for: in OCPP 2.1 also a setpoint, which is negative for a car that discharges.
fn limit_of(period: &Value) -> &Value {
    ["limit", "setpoint", "dischargeLimit"]
        .iter()
        .map(|member| &period[*member])
        .find(|value| !value.is_null())
        .unwrap_or(&Value::Null)
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::V1_6;
    &[
        example(
            V1_6,
            "SetChargingProfile",
            r#"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"TxDefaultProfile",
                "chargingProfileKind":"Absolute","chargingSchedule":{"chargingRateUnit":"A",
                "chargingSchedulePeriod":[{"startPeriod":0,"limit":16.0}]}}}"#,
            r#"{"status":"Accepted"}"#,
            "#1 TxDefaultProfile profile 1 stack 0 16 A Absolute ⇒ Accepted",
        ),
        example(
            V1_6,
            "SetChargingProfile",
            r#"{"connectorId":1,"csChargingProfiles":{"chargingProfileId":2,"transactionId":33,"stackLevel":3,
                "chargingProfilePurpose":"TxProfile","chargingProfileKind":"Recurring","recurrencyKind":"Daily",
                "chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":11000},
                {"startPeriod":3600,"limit":3500}]}}}"#,
            r#"{"status":"Rejected"}"#,
            "#1 tx 33 TxProfile profile 2 stack 3 3.5–11 kW 2 periods Daily ⇒ Rejected",
        ),
        example(V1_6, "ClearChargingProfile", "{}", r#"{"status":"Unknown"}"#, "all profiles ⇒ Unknown"),
        example(
            V1_6,
            "ClearChargingProfile",
            r#"{"connectorId":0,"chargingProfilePurpose":"TxDefaultProfile","stackLevel":1}"#,
            r#"{"status":"Accepted"}"#,
            "#0 TxDefaultProfile stack 1 ⇒ Accepted",
        ),
        example(
            V1_6,
            "GetCompositeSchedule",
            r#"{"connectorId":1,"duration":3600,"chargingRateUnit":"A"}"#,
            r#"{"status":"Accepted","connectorId":1,"scheduleStart":"2030-01-31T12:00:00Z","chargingSchedule":{
                "chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":6},{"startPeriod":60,"limit":6}]}}"#,
            "#1 1 h in A ⇒ Accepted 6 A 2 periods",
        ),
    ]
};
