//! Summaries of charging profiles, schedules, limits from outside, and what the car asks for.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::smart_charging::schedule;
use super::super::text::SummaryTone;
use super::super::writer::SummaryWriter;
use super::parts::{evse_id, status};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SetChargingProfile", call: set, result: status },
    ActionSummary { action: "ClearChargingProfile", call: clear, result: status },
    ActionSummary { action: "GetChargingProfiles", call: get, result: status },
    ActionSummary { action: "ReportChargingProfiles", call: report, result: no_result },
    ActionSummary { action: "GetCompositeSchedule", call: composite, result: composed },
    ActionSummary { action: "NotifyChargingLimit", call: limit, result: no_result },
    ActionSummary { action: "ClearedChargingLimit", call: limit_cleared, result: no_result },
    ActionSummary { action: "NotifyEVChargingNeeds", call: needs, result: status },
    ActionSummary { action: "NotifyEVChargingSchedule", call: car_schedule, result: status },
    ActionSummary { action: "NotifyAllowedEnergyTransfer", call: transfer, result: status },
    ActionSummary { action: "UsePriorityCharging", call: priority, result: status },
    ActionSummary { action: "NotifyPriorityCharging", call: priority, result: no_result },
    ActionSummary { action: "PullDynamicScheduleUpdate", call: dynamic, result: pulled },
    ActionSummary { action: "UpdateDynamicSchedule", call: dynamic, result: status },
];

/// The schedules of a list; of several the first, and how many more there are.
fn schedules(writer: &mut SummaryWriter, list: &Value) {
    let Some(list) = list.as_array() else {
        schedule(writer, list);
        return;
    };
    if let Some(first) = list.first() {
        schedule(writer, first);
    }
    if list.len() > 1 {
        writer.item(&format!("+{} schedules", list.len() - 1), SummaryTone::Weak);
    }
}

fn set(writer: &mut SummaryWriter, call: &Value) {
    let profile = &call["chargingProfile"];
    evse_id(writer, &call["evseId"]);
    writer.transaction(&profile["transactionId"]).value(&profile["chargingProfilePurpose"]);
    writer.labelled("profile", &profile["id"]).labelled("stack", &profile["stackLevel"]);
    schedules(writer, &profile["chargingSchedule"]);
    if profile["chargingProfileKind"] == "Recurring" && !profile["recurrencyKind"].is_null() {
        writer.value(&profile["recurrencyKind"]);
    } else {
        writer.value(&profile["chargingProfileKind"]);
    }
}

fn clear(writer: &mut SummaryWriter, call: &Value) {
    let criteria = &call["chargingProfileCriteria"];
    writer.labelled("profile", &call["chargingProfileId"]);
    criterion(writer, criteria, &criteria["evseId"]);
    if call.as_object().is_some_and(|members| members.is_empty()) {
        writer.word("all profiles");
    }
}

fn criterion(writer: &mut SummaryWriter, criteria: &Value, evse: &Value) {
    evse_id(writer, evse);
    writer.value(&criteria["chargingProfilePurpose"]).labelled("stack", &criteria["stackLevel"]);
}

fn get(writer: &mut SummaryWriter, call: &Value) {
    let criteria = &call["chargingProfile"];
    writer.labelled("report", &call["requestId"]);
    criterion(writer, criteria, &call["evseId"]);
    match criteria["chargingProfileId"].as_array().map(Vec::as_slice) {
        Some([only]) => writer.labelled("profile", only),
        Some(ids) => writer.number_of(ids.len(), "profile", "profiles"),
        None => writer,
    };
    for source in criteria["chargingLimitSource"].as_array().into_iter().flatten() {
        writer.value(source);
    }
}

fn report(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("report", &call["requestId"]);
    evse_id(writer, &call["evseId"]);
    writer.value(&call["chargingLimitSource"]);
    if let Some([only]) = call["chargingProfile"].as_array().map(Vec::as_slice) {
        writer.value(&only["chargingProfilePurpose"]).labelled("profile", &only["id"]);
        schedules(writer, &only["chargingSchedule"]);
    } else {
        writer.count(&call["chargingProfile"], "profile", "profiles");
    }
    if call["tbc"] == true {
        writer.item("more", SummaryTone::Weak);
    }
}

fn composite(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
    writer.seconds(&call["duration"]);
    if !call["chargingRateUnit"].is_null() {
        writer.labelled("in", &call["chargingRateUnit"]);
    }
}

fn composed(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    schedule(writer, &result["schedule"]);
}

fn limit(writer: &mut SummaryWriter, call: &Value) {
    let limit = &call["chargingLimit"];
    evse_id(writer, &call["evseId"]);
    writer.value(&limit["chargingLimitSource"]);
    schedules(writer, &call["chargingSchedule"]);
    if limit["isGridCritical"] == true {
        writer.item("grid critical", SummaryTone::Notable);
    }
}

fn limit_cleared(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
    writer.value(&call["chargingLimitSource"]);
}

fn needs(writer: &mut SummaryWriter, call: &Value) {
    let needs = &call["chargingNeeds"];
    let (ac, dc) = (&needs["acChargingParameters"], &needs["dcChargingParameters"]);
    evse_id(writer, &call["evseId"]);
    writer.value(&needs["requestedEnergyTransfer"]);
    let energy = if ac["energyAmount"].is_null() { &dc["energyAmount"] } else { &ac["energyAmount"] };
    writer.quantity(energy, "Wh");
    let current = if ac["evMaxCurrent"].is_null() { &dc["evMaxCurrent"] } else { &ac["evMaxCurrent"] };
    writer.quantity(current, "A").quantity(&dc["evMaxPower"], "W");
    if !dc["stateOfCharge"].is_null() {
        writer.word("SoC").quantity(&dc["stateOfCharge"], "Percent");
    }
    writer.date("until", &needs["departureTime"]);
}

fn car_schedule(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
    schedule(writer, &call["chargingSchedule"]);
    writer.date("from", &call["timeBase"]);
}

fn transfer(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]);
    for mode in call["allowedEnergyTransfer"].as_array().into_iter().flatten().take(6) {
        writer.value(mode);
    }
}

fn priority(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]);
    let active = if call["activate"].is_null() { &call["activated"] } else { &call["activate"] };
    match active {
        Value::Bool(is) => writer.word(if *is { "priority on" } else { "priority off" }),
        other => writer.value(other),
    };
}

fn dynamic(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("profile", &call["chargingProfileId"]);
    updated(writer, &call["scheduleUpdate"]);
}

fn pulled(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    updated(writer, &result["scheduleUpdate"]);
}

/// The new values of a dynamic schedule, whose unit is in the profile.
fn updated(writer: &mut SummaryWriter, update: &Value) {
    for (label, member) in [("limit", "limit"), ("discharge limit", "dischargeLimit"), ("setpoint", "setpoint")] {
        writer.labelled(label, &update[member]);
    }
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(
            V2_0_1,
            "SetChargingProfile",
            r#"{"evseId":1,"chargingProfile":{"id":2,"stackLevel":3,"chargingProfilePurpose":"TxProfile","transactionId":"t-1",
                "chargingProfileKind":"Recurring","recurrencyKind":"Daily","chargingSchedule":[{"id":1,"chargingRateUnit":"W",
                "chargingSchedulePeriod":[{"startPeriod":0,"limit":11000},{"startPeriod":3600,"limit":3500}]}]}}"#,
            r#"{"status":"Rejected","statusInfo":{"reasonCode":"TxNotFound","additionalInfo":"t-1 ended"}}"#,
            "EVSE 1 tx t-1 TxProfile profile 2 stack 3 3.5–11 kW 2 periods Daily ⇒ Rejected TxNotFound t-1 ended",
        ),
        example(
            V2_1,
            "SetChargingProfile",
            r#"{"evseId":0,"chargingProfile":{"id":1,"stackLevel":0,"chargingProfilePurpose":"ChargingStationMaxProfile",
                "chargingProfileKind":"Absolute","chargingSchedule":[{"id":1,"chargingRateUnit":"A",
                "chargingSchedulePeriod":[{"startPeriod":0,"setpoint":-16}]},{"id":2,"chargingRateUnit":"W",
                "chargingSchedulePeriod":[{"startPeriod":0,"limit":16}]}]}}"#,
            r#"{"status":"Accepted"}"#,
            "station ChargingStationMaxProfile profile 1 stack 0 -16 A +1 schedules Absolute ⇒ Accepted",
        ),
        example(V2_0_1, "ClearChargingProfile", "{}", r#"{"status":"Unknown"}"#, "all profiles ⇒ Unknown"),
        example(
            V2_0_1,
            "ClearChargingProfile",
            r#"{"chargingProfileId":3,"chargingProfileCriteria":{"evseId":1,"chargingProfilePurpose":"TxDefaultProfile"}}"#,
            r#"{"status":"Accepted"}"#,
            "profile 3 EVSE 1 TxDefaultProfile ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "GetChargingProfiles",
            r#"{"requestId":4,"evseId":1,"chargingProfile":{"chargingProfileId":[3],"chargingLimitSource":["CSO"]}}"#,
            r#"{"status":"NoProfiles"}"#,
            "report 4 EVSE 1 profile 3 CSO ⇒ NoProfiles",
        ),
        example(
            V2_0_1,
            "ReportChargingProfiles",
            r#"{"requestId":4,"evseId":1,"chargingLimitSource":"CSO","tbc":true,"chargingProfile":[{"id":3,"stackLevel":0,
                "chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Absolute","chargingSchedule":[{"id":1,
                "chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16}]}]}]}"#,
            "{}",
            "report 4 EVSE 1 CSO TxDefaultProfile profile 3 16 A more",
        ),
        example(
            V2_0_1,
            "GetCompositeSchedule",
            r#"{"evseId":1,"duration":3600,"chargingRateUnit":"A"}"#,
            r#"{"status":"Accepted","schedule":{"evseId":1,"duration":3600,"scheduleStart":"2030-01-31T12:00:00Z","chargingRateUnit":"A",
                "chargingSchedulePeriod":[{"startPeriod":0,"limit":6},{"startPeriod":60,"limit":6}]}}"#,
            "EVSE 1 1 h in A ⇒ Accepted 6 A 2 periods",
        ),
        example(
            V2_0_1,
            "NotifyChargingLimit",
            r#"{"evseId":1,"chargingLimit":{"chargingLimitSource":"EMS","isGridCritical":true},"chargingSchedule":[{"id":1,
                "chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":10}]}]}"#,
            "{}",
            "EVSE 1 EMS 10 A grid critical",
        ),
        example(V2_0_1, "ClearedChargingLimit", r#"{"chargingLimitSource":"EMS","evseId":1}"#, "{}", "EVSE 1 EMS"),
        example(
            V2_0_1,
            "NotifyEVChargingNeeds",
            r#"{"evseId":1,"chargingNeeds":{"requestedEnergyTransfer":"AC_three_phase","departureTime":"2030-01-31T18:00:00Z",
                "acChargingParameters":{"energyAmount":20000,"evMinCurrent":6,"evMaxCurrent":16,"evMaxVoltage":400}}}"#,
            r#"{"status":"Processing"}"#,
            "EVSE 1 AC_three_phase 20 kWh 16 A until 2030-01-31 18:00Z ⇒ Processing",
        ),
        example(
            V2_0_1,
            "NotifyEVChargingNeeds",
            r#"{"evseId":1,"chargingNeeds":{"requestedEnergyTransfer":"DC",
                "dcChargingParameters":{"evMaxCurrent":200,"evMaxVoltage":800,"evMaxPower":150000,"stateOfCharge":20}}}"#,
            r#"{"status":"Accepted"}"#,
            "EVSE 1 DC 200 A 150 kW SoC 20 % ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "NotifyEVChargingSchedule",
            r#"{"evseId":1,"timeBase":"2030-01-31T12:00:00Z","chargingSchedule":{"id":1,"chargingRateUnit":"A",
                "chargingSchedulePeriod":[{"startPeriod":0,"limit":16}]}}"#,
            r#"{"status":"Accepted"}"#,
            "EVSE 1 16 A from 2030-01-31 12:00Z ⇒ Accepted",
        ),
        example(
            V2_1,
            "NotifyAllowedEnergyTransfer",
            r#"{"transactionId":"t-1","allowedEnergyTransfer":["AC_single_phase","DC"]}"#,
            r#"{"status":"Accepted"}"#,
            "tx t-1 AC_single_phase DC ⇒ Accepted",
        ),
        example(
            V2_1,
            "UsePriorityCharging",
            r#"{"transactionId":"t-1","activate":true}"#,
            r#"{"status":"NoProfile"}"#,
            "tx t-1 priority on ⇒ NoProfile",
        ),
        example(V2_1, "NotifyPriorityCharging", r#"{"transactionId":"t-1","activated":false}"#, "{}", "tx t-1 priority off"),
        example(
            V2_1,
            "PullDynamicScheduleUpdate",
            r#"{"chargingProfileId":3}"#,
            r#"{"status":"Accepted","scheduleUpdate":{"limit":10}}"#,
            "profile 3 ⇒ Accepted limit 10",
        ),
        example(
            V2_1,
            "UpdateDynamicSchedule",
            r#"{"chargingProfileId":3,"scheduleUpdate":{"setpoint":-5}}"#,
            r#"{"status":"Accepted"}"#,
            "profile 3 setpoint -5 ⇒ Accepted",
        ),
    ]
};
