//! The summary of meter values: the newest sample, what matters most first. All forms of meter values that are in use are read
//! (`meter_forms` lists them); nothing is converted.

use std::borrow::Cow;

use serde_json::Value;

use super::action::{ActionSummary, no_result};
use super::quantity;
use super::text::SummaryTone;
use super::writer::{SummaryWriter, shown};

pub(super) const AREA: &[ActionSummary] = &[ActionSummary { action: "MeterValues", call: meter_values, result: no_result }];

/// How many readings are shown.
const MOST: usize = 12;

/// The members that hold the list of samples, in OCPP 1.6 and before.
const ENTRIES: [&str; 2] = ["meterValue", "values"];
/// The members of a sample that hold its readings.
const READINGS: [&str; 3] = ["sampledValue", "values", "value"];

fn meter_values(writer: &mut SummaryWriter, call: &Value) {
    if call["transactionId"].is_null() {
        writer.connector(&call["connectorId"])
    } else {
        writer.transaction(&call["transactionId"])
    };
    if let Some(entries) = member(call, &ENTRIES) {
        newest(writer, entries);
    }
}

/// The newest of some samples; of no samples nothing.
pub(super) fn newest(writer: &mut SummaryWriter, entries: &Value) {
    if entries.is_null() {
        return;
    }
    let entries = elements(entries);
    let Some(newest) = entries.last() else { return };
    readings(writer, newest);
    if entries.len() > 1 {
        writer.item(&format!("×{}", entries.len()), SummaryTone::Weak);
    }
}

fn member<'a>(object: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().filter_map(|name| object.get(name)).find(|value| !value.is_null())
}

/// The elements of a list; of what is no list the value itself.
fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// Readings of one measurand: one, or one for each phase.
struct Measured<'a> {
    measurand: &'a str,
    location: &'a str,
    unit: Option<&'a str>,
    total: Option<Cow<'a, str>>,
    phases: Vec<Cow<'a, str>>,
}

fn readings(writer: &mut SummaryWriter, entry: &Value) {
    let Some(list) = member(entry, &READINGS) else { return };
    let mut measured: Vec<Measured<'_>> = Vec::new();
    let mut context = None;
    for (position, reading) in elements(list).iter().take(4 * MOST).enumerate() {
        // Attributes stand in the reading, in a list of their own, or beside the only reading.
        let beside = entry["@value"].get(position).unwrap_or(entry);
        let attribute = |name: &str| match reading {
            Value::Object(members) => members.get(name),
            _ => beside.get(name),
        };
        let text = |name: &str| attribute(name).and_then(Value::as_str);
        let value = if reading.is_object() { &reading["value"] } else { reading };
        let Some(value) = shown(value) else { continue };
        // Since OCPP 2 the unit is an object, with a power of ten.
        let of_unit = attribute("unitOfMeasure");
        let multiplier = of_unit.and_then(|unit| unit.get("multiplier")?.as_i64()).unwrap_or_default();
        let value = if multiplier == 0 { value } else { quantity::times_ten_to(value, multiplier) };
        let value = if text("format") == Some("SignedData") { "signed data".into() } else { value };
        context = context.or(text("context"));
        let measurand = text("measurand").unwrap_or("Energy.Active.Import.Register");
        let location = text("location").filter(|location| *location != "Outlet").unwrap_or_default();
        let unit = text("unit").or_else(|| of_unit?.get("unit")?.as_str());
        let same = |other: &&mut Measured<'_>| (other.measurand, other.location, other.unit) == (measurand, location, unit);
        let known = measured.iter_mut().find(same);
        match (known, text("phase")) {
            (Some(known), Some(_)) => known.phases.push(value),
            (Some(known), None) => known.total = Some(value),
            (None, Some(_)) => measured.push(Measured { measurand, location, unit, total: None, phases: vec![value] }),
            (None, None) => measured.push(Measured { measurand, location, unit, total: Some(value), phases: Vec::new() }),
        }
    }
    measured.sort_by_key(|measured| rank(measured.measurand));
    for measured in measured.iter().take(MOST) {
        one(writer, measured);
    }
    match context {
        Some("Transaction.Begin") => writer.item("at begin", SummaryTone::Weak),
        Some("Transaction.End") => writer.item("at end", SummaryTone::Weak),
        Some("Trigger") => writer.item("triggered", SummaryTone::Weak),
        Some("Interruption.Begin" | "Interruption.End") => writer.item("interruption", SummaryTone::Weak),
        _ => writer,
    };
}

/// What stands first.
fn rank(measurand: &str) -> usize {
    const FIRST: [&str; 4] = ["Power.Active.Import", "Current.Import", "Energy.Active.Import.Register", "SoC"];
    FIRST.iter().position(|first| *first == measurand).unwrap_or(FIRST.len())
}

fn one(writer: &mut SummaryWriter, measured: &Measured<'_>) {
    let (label, default_unit) = match measured.measurand {
        "Energy.Active.Import.Register" => ("", "Wh"),
        "Energy.Active.Import.Interval" => ("interval", "Wh"),
        "Energy.Active.Export.Register" => ("export", "Wh"),
        "Energy.Active.Export.Interval" => ("export interval", "Wh"),
        "Power.Active.Import" if measured.unit.is_some() => ("", ""),
        "Power.Active.Export" => ("export", ""),
        "Power.Offered" | "Current.Offered" => ("offered", ""),
        "Power.Factor" => ("power factor", ""),
        "Current.Import" if measured.unit.is_some() => ("", ""),
        "Current.Export" => ("export", ""),
        "Voltage" | "Temperature" if measured.unit.is_some() => ("", ""),
        "SoC" => ("SoC", "Percent"),
        "Frequency" => ("", "Hz"),
        other => (other, if other.starts_with("Energy.Reactive") { "varh" } else { "" }),
    };
    let unit = measured.unit.unwrap_or(default_unit);
    let text = match &measured.total {
        Some(total) => quantity::with_unit(total, unit),
        None => {
            let phases: Vec<&str> = measured.phases.iter().map(|phase| &**phase).collect();
            quantity::several_with_unit(&phases, unit)
        }
    };
    for word in [measured.location, label] {
        if !word.is_empty() {
            writer.item(word, SummaryTone::Weak);
        }
    }
    writer.word(&text);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_2, V1_5, V1_6};
    &[
        example(
            V1_6,
            "MeterValues",
            r#"{"connectorId":1,"transactionId":33,"meterValue":[{"timestamp":"2030-01-31T12:00:00Z","sampledValue":[
                {"value":"1380"},{"value":"32","measurand":"Current.Import","unit":"A"},
                {"value":"7200","measurand":"Power.Active.Import","unit":"W"}]}]}"#,
            "{}",
            "tx 33 7.2 kW 32 A 1.38 kWh",
        ),
        example(
            V1_6,
            "MeterValues",
            r#"{"connectorId":2,"meterValue":[{"timestamp":"2030-01-31T12:00:00Z","sampledValue":[{"value":"1"}]},
                {"timestamp":"2030-01-31T12:01:00Z","sampledValue":[
                {"value":"16.0","measurand":"Current.Import","unit":"A","phase":"L1","context":"Trigger"},
                {"value":"15.5","measurand":"Current.Import","unit":"A","phase":"L2"},
                {"value":"80","measurand":"SoC","unit":"Percent","location":"EV"},
                {"value":"230","measurand":"Voltage","unit":"V"},{"value":"50","measurand":"Frequency"}]}]}"#,
            "{}",
            "#2 16/15.5 A EV SoC 80 % 230 V 50 Hz triggered ×2",
        ),
        example(
            V1_5,
            "MeterValues",
            r#"{"connectorId":1,"transactionId":7,"values":[{"timestamp":"2030-01-31T12:00:00Z","values":[
                {"value":"12450","measurand":"Energy.Active.Import.Register","unit":"Wh"}]}]}"#,
            "{}",
            "tx 7 12.45 kWh",
        ),
        example(
            V1_5,
            "MeterValues",
            r#"{"connectorId":1,"values":[{"timestamp":"2030-01-31T12:00:00Z","value":["12","3"],
                "@value":[{"unit":"kWh"},{"unit":"kW","measurand":"Power.Active.Import"}]}]}"#,
            "{}",
            "#1 3 kW 12 kWh",
        ),
        example(
            V1_2,
            "MeterValues",
            r#"{"connectorId":1,"values":[{"timestamp":"2030-01-31T12:00:00Z","value":12450}]}"#,
            "{}",
            "#1 12.45 kWh",
        ),
    ]
};
