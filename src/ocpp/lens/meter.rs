//! Meter values from one version to another. 1.2 has one whole number a time, the energy register in Wh; 1.5 has readings with attributes
//! and packs those of a stopped transaction once more; 1.6 has phases, more measurands and more units. A reading that another version
//! cannot describe is left out, not only its attribute: without it the number would mean something else.

use serde_json::{Map, Value};

use super::loss::{LensLoss, LossKind, shown};
use crate::ocpp::{FieldDefinition, Version};

/// What a reading without attributes means (OCPP 1.6 §7.31, §7.45).
const MEASURAND: &str = "Energy.Active.Import.Register";
/// Attributes whose absence does not change what the number is.
const ASIDE: [&str; 3] = ["context", "location", "format"];
/// Units that have two names: up to 1.5, and in 1.6.
const UNITS: [(&str, &str); 2] = [("Amp", "A"), ("Volt", "V")];

/// One time with its readings, in the names of 1.6.
struct MeterEntry {
    /// Its members but for the readings.
    rest: Map<String, Value>,
    readings: Vec<(Map<String, Value>, String)>,
    pointer: String,
}

/// The name of the field that has the entries, in a message of this version.
pub(super) fn list_name(action: &str, version: Version) -> Option<&'static str> {
    match (action, version) {
        ("MeterValues", Version::V1_2 | Version::V1_5) => Some("values"),
        ("MeterValues", Version::V1_6) => Some("meterValue"),
        ("StopTransaction", Version::V1_5 | Version::V1_6) => Some("transactionData"),
        _ => None,
    }
}

/// The list of a message in another version; `fields` are those of an entry there that has readings. `None` when no entry is left, or when
/// `list` is no list of entries at all.
pub(super) fn carry(
    list: &Value,
    (from, to): (Version, Version),
    packed: (bool, bool),
    (fields, pointer): (&[FieldDefinition], &str),
    losses: &mut Vec<LensLoss>,
) -> Option<Value> {
    let Value::Array(elements) = list else {
        losses.push(LensLoss { pointer: pointer.to_owned(), kind: LossKind::NoField });
        return None;
    };
    let mut entries = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        match element.get("values").and_then(Value::as_array).filter(|_| packed.0) {
            Some(inner) => {
                let inner = inner.iter().enumerate();
                entries.extend(inner.filter_map(|(index, entry)| read(entry, from, format!("{pointer}/values/{index}"))));
            }
            None => entries.extend(read(element, from, pointer)),
        }
    }
    let written: Vec<Value> = entries.into_iter().filter_map(|entry| write(entry, to, fields, losses)).collect();
    if written.is_empty() {
        return None;
    }
    Some(if packed.1 { serde_json::json!([{ "values": written }]) } else { Value::Array(written) })
}

fn read(entry: &Value, from: Version, pointer: String) -> Option<MeterEntry> {
    let mut rest = entry.as_object()?.clone();
    let name = match from {
        Version::V1_2 => "value",
        Version::V1_5 => "values",
        _ => "sampledValue",
    };
    let found = rest.shift_remove(name);
    let readings = match found {
        Some(Value::Array(list)) => {
            let place = |index| format!("{pointer}/{name}/{index}");
            let reading = |(index, reading): (usize, Value)| match reading {
                Value::Object(members) => Some((members, place(index))),
                _ => None,
            };
            list.into_iter().enumerate().filter_map(reading).collect()
        }
        Some(Value::Number(number)) => {
            let members = Map::from_iter([("value".to_owned(), Value::String(number.to_string()))]);
            vec![(members, format!("{pointer}/{name}"))]
        }
        _ => Vec::new(),
    };
    Some(MeterEntry { rest, readings, pointer })
}

fn write(entry: MeterEntry, to: Version, fields: &[FieldDefinition], losses: &mut Vec<LensLoss>) -> Option<Value> {
    let MeterEntry { mut rest, readings, pointer } = entry;
    let mut lose = |pointer: String, kind| losses.push(LensLoss { pointer, kind });
    if to == Version::V1_2 {
        let mut register = None;
        for (reading, pointer) in readings {
            match (whole_watt_hours(&reading), &register) {
                (Some(number), None) => register = Some(number),
                _ => lose(pointer, LossKind::NoReading),
            }
        }
        let Some(register) = register else {
            lose(pointer, LossKind::NoReading);
            return None;
        };
        rest.insert("value".to_owned(), register.into());
        return Some(Value::Object(rest));
    }
    let name = if to == Version::V1_5 { "values" } else { "sampledValue" };
    let known = fields.iter().find(|field| field.name == name).map(|field| field.kind.fields()).unwrap_or_default();
    let mut written = Vec::new();
    for (mut reading, pointer) in readings {
        if let Some(Value::String(unit)) = reading.get_mut("unit") {
            let other = UNITS.iter().find_map(|(old, new)| match to {
                Version::V1_5 => (*new == unit).then_some(*old),
                _ => (*old == unit).then_some(*new),
            });
            if let Some(other) = other {
                other.clone_into(unit);
            }
        }
        let lost: Vec<(String, Value)> =
            reading.iter().filter(|(name, value)| !is_known(known, name, value)).map(|(n, v)| (n.clone(), v.clone())).collect();
        if lost.iter().any(|(name, _)| !ASIDE.contains(&&**name)) {
            lose(pointer, LossKind::NoReading);
            continue;
        }
        for (name, value) in lost {
            reading.shift_remove(&name);
            lose(format!("{pointer}/{name}"), LossKind::NoValue { value: shown(&value) });
        }
        written.push(Value::Object(reading));
    }
    if written.is_empty() {
        lose(pointer, LossKind::NoReading);
        return None;
    }
    rest.insert(name.to_owned(), Value::Array(written));
    Some(Value::Object(rest))
}

/// Whether a version has this member of a reading with this value.
fn is_known(fields: &[FieldDefinition], name: &str, value: &Value) -> bool {
    let Some(field) = fields.iter().find(|field| field.name == name) else { return false };
    let mut choices = field.kind.choices().peekable();
    choices.peek().is_none() || value.as_str().is_none_or(|value| choices.any(|choice| choice == value))
}

/// The number of 1.2: the energy register in whole Wh.
fn whole_watt_hours(reading: &Map<String, Value>) -> Option<i64> {
    let text = |name: &str| reading.get(name).and_then(Value::as_str);
    let is_register = text("measurand").is_none_or(|measurand| measurand == MEASURAND)
        && text("phase").is_none()
        && text("format").is_none_or(|format| format == "Raw");
    let factor = match text("unit") {
        None | Some("Wh") => 1,
        Some("kWh") => 1000,
        Some(_) => return None,
    };
    let value = text("value")?.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = if factor == 1000 { 3 } else { 0 };
    if !is_register || fraction.len() > digits || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let is_negative = whole.starts_with('-');
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: i64 = format!("{fraction:0<digits$}").parse().unwrap_or(0);
    whole.checked_mul(factor)?.checked_add(if is_negative { -fraction } else { fraction })
}
