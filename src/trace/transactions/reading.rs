//! Meter values of any version and form as points in time: what was measured, in one unit for each quantity. The forms are many (lists under
//! several names, texts beside their attributes, numbers in texts), so the whole payload is walked and whatever has a value is a reading.
//! What happens to the points is in `curve`.

use crate::ocpp::TreeMember;
use crate::trace::fields::{BorrowedObject, BorrowedValue, member};

/// Lists that are nested deeper are not read.
const DEPTH: usize = 6;
/// Of longer messages the rest is not read.
const MOST: usize = 2_000;

/// What is known at one moment, in W, A, %, °C and Wh. `None` where nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MeterPoint {
    /// Microseconds since 1970.
    pub at_micros: i64,
    /// The power that is drawn.
    pub power: Option<f32>,
    /// The current that is drawn, of the phase with most.
    pub current: Option<f32>,
    /// The state of charge of the battery.
    pub charge: Option<f32>,
    /// The temperature.
    pub temperature: Option<f32>,
    /// The register of the meter.
    pub energy: Option<f64>,
    /// The power that the station offers.
    pub power_offered: Option<f32>,
    /// The current that the station offers.
    pub current_offered: Option<f32>,
}

/// The registers of energy in a payload, in its order, in Wh.
pub fn energy_registers(payload: &serde_json::Value) -> Vec<f64> {
    let payload = BorrowedValue::of(payload);
    payload.as_object().map_or_else(Vec::new, |payload| points(payload, 0).into_iter().filter_map(|it| it.energy).collect())
}

/// The points of a payload, in its order. Where a reading has no time of its own, it is that of the message.
pub(in crate::trace) fn points(payload: &BorrowedObject<'_>, message_micros: i64) -> Vec<MeterPoint> {
    let mut walk = Walk { points: Vec::new(), read: 0 };
    for TreeMember { name, value } in payload {
        if matches!(&**name, "meterValue" | "values" | "transactionData" | "value") {
            walk.value(value, message_micros, DEPTH);
        }
    }
    walk.points.into_iter().map(Gathered::point).collect()
}

/// The moment that a text names, in microseconds since 1970.
pub(super) fn moment(value: Option<&BorrowedValue<'_>>) -> Option<i64> {
    let text = value?.as_str()?.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_microsecond());
    }
    // Some stations leave the zone out; OCPP asks for UTC.
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

struct Walk {
    points: Vec<Gathered>,
    read: usize,
}

impl Walk {
    fn value(&mut self, value: &BorrowedValue<'_>, at_micros: i64, depth: usize) {
        if depth == 0 || self.read >= MOST {
            return;
        }
        match value {
            BorrowedValue::Array(items) => items.iter().for_each(|item| self.value(item, at_micros, depth - 1)),
            BorrowedValue::Object(object) => self.object(object, at_micros, depth - 1),
            // A bare value is the register in Wh.
            scalar => self.reading(scalar, None, at_micros),
        }
    }

    fn object(&mut self, object: &BorrowedObject<'_>, at_micros: i64, depth: usize) {
        let at_micros = moment(member(object, "timestamp")).unwrap_or(at_micros);
        for name in ["meterValue", "sampledValue", "values", "transactionData"] {
            if let Some(inner) = member(object, name) {
                self.value(inner, at_micros, depth);
            }
        }
        match member(object, "value").or_else(|| member(object, "$value")) {
            None => {}
            // Texts in one list, their attributes in another.
            Some(BorrowedValue::Array(values)) => {
                let attributes = member(object, "@value").and_then(BorrowedValue::as_array);
                for (index, value) in values.iter().enumerate() {
                    match attributes.and_then(|list| list.get(index)).and_then(BorrowedValue::as_object) {
                        Some(attributes) if value.as_object().is_none() => self.reading(value, Some(attributes), at_micros),
                        _ => self.value(value, at_micros, depth),
                    }
                }
            }
            Some(inner @ BorrowedValue::Object(_)) => self.value(inner, at_micros, depth),
            Some(scalar) => self.reading(scalar, Some(object), at_micros),
        }
    }

    fn reading(&mut self, value: &BorrowedValue<'_>, attributes: Option<&BorrowedObject<'_>>, at_micros: i64) {
        self.read += 1;
        let Some(number) = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
        else {
            return; // signed data, or nothing
        };
        if self.read > MOST {
            return;
        }
        if self.points.last().is_none_or(|last| last.at_micros != at_micros) {
            self.points.push(Gathered { at_micros, ..Gathered::default() });
        }
        if let Some(last) = self.points.last_mut() {
            last.add(number, attributes);
        }
    }
}

/// A quantity whose value comes as a whole or by phases.
#[derive(Debug, Clone, Copy, Default)]
struct PhasedValue {
    whole: Option<f64>,
    sum: Option<f64>,
    most: Option<f64>,
}

impl PhasedValue {
    fn add(&mut self, value: f64, phase: Option<&str>) {
        match phase {
            None | Some("") => self.whole = Some(value),
            Some(phase) if phase.starts_with('L') => {
                self.sum = Some(self.sum.unwrap_or_default() + value);
                self.most = Some(self.most.map_or(value, |most| most.max(value)));
            }
            Some(_) => {} // the neutral conductor
        }
    }
}

/// The readings of one moment.
#[derive(Debug, Clone, Copy, Default)]
struct Gathered {
    at_micros: i64,
    power: PhasedValue,
    current: PhasedValue,
    energy: PhasedValue,
    power_offered: PhasedValue,
    current_offered: PhasedValue,
    charge: Option<f64>,
    temperature: Option<f64>,
}

impl Gathered {
    fn add(&mut self, value: f64, attributes: Option<&BorrowedObject<'_>>) {
        let text = |name: &str| attributes.and_then(|attributes| member(attributes, name)).and_then(BorrowedValue::as_str);
        if text("location") == Some("Inlet") {
            return; // what comes from the grid is not what the car gets
        }
        let of_unit = attributes.and_then(|attributes| member(attributes, "unitOfMeasure")).and_then(BorrowedValue::as_object);
        let unit = text("unit").or_else(|| member(of_unit?, "unit")?.as_str()).unwrap_or_default();
        let multiplier =
            of_unit.and_then(|of_unit| member(of_unit, "multiplier")).and_then(BorrowedValue::as_i64).unwrap_or_default();
        let value = value * 10_f64.powi(i32::try_from(multiplier.clamp(-9, 9)).unwrap_or_default());
        let kilo = if unit.starts_with('k') { value * 1e3 } else { value };
        let phase = text("phase");
        match text("measurand").unwrap_or("Energy.Active.Import.Register") {
            "Energy.Active.Import.Register" => self.energy.add(kilo, phase),
            "Power.Active.Import" => self.power.add(kilo, phase),
            "Power.Active.Export" => self.power.add(-kilo, phase),
            "Current.Import" => self.current.add(value, phase),
            "Power.Offered" => self.power_offered.add(kilo, phase),
            "Current.Offered" => self.current_offered.add(value, phase),
            "SoC" => self.charge = Some(value),
            "Temperature" => {
                self.temperature = Some(match unit {
                    "Fahrenheit" => (value - 32.0) / 1.8,
                    "K" => value - 273.15,
                    _ => value,
                });
            }
            _ => {}
        }
    }

    fn point(self) -> MeterPoint {
        let narrow = |value: Option<f64>| value.map(|value| value as f32);
        MeterPoint {
            at_micros: self.at_micros,
            power: narrow(self.power.whole.or(self.power.sum)),
            current: narrow(self.current.whole.or(self.current.most)),
            charge: narrow(self.charge),
            temperature: narrow(self.temperature),
            energy: self.energy.whole.or(self.energy.sum),
            power_offered: narrow(self.power_offered.whole.or(self.power_offered.sum)),
            current_offered: narrow(self.current_offered.whole.or(self.current_offered.most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(payload: &serde_json::Value) -> Vec<MeterPoint> {
        let text = payload.to_string();
        let payload: serde_json::Value = serde_json::from_str(&text).unwrap();
        let payload = BorrowedValue::of(&payload);
        points(payload.as_object().unwrap(), 5)
    }

    #[test]
    fn every_form_of_meter_values_is_understood() {
        let at = "2026-03-04T10:00:00Z";
        let micros = 1_772_618_400_000_000;
        for payload in [
            json!({ "meterValue": [{ "timestamp": at, "sampledValue": [{ "value": "1.5", "unit": "kWh" }] }] }),
            json!({ "values": [{ "timestamp": at, "values": [{ "value": "1500", "unit": "Wh" }] }] }),
            json!({ "values": [{ "timestamp": at, "value": [{ "value": 1500 }] }] }),
            json!({ "values": [{ "timestamp": at, "value": ["1.5"], "@value": [{ "unit": "kWh" }] }] }),
            json!({ "values": [{ "timestamp": at, "value": "1500", "unit": "Wh" }] }),
            json!({ "values": [{ "timestamp": at, "value": 1500 }] }),
            json!({ "values": { "timestamp": at, "value": { "$value": "1500", "unit": "Wh" } } }),
            json!({ "transactionData": [{ "values": [{ "timestamp": at, "values": [{ "value": "1500" }] }] }] }),
            json!({ "meterValue": [{ "timestamp": at, "sampledValue": [{ "value": 1.5,
                "unitOfMeasure": { "unit": "Wh", "multiplier": 3 } }] }] }),
        ] {
            let expected = MeterPoint { at_micros: micros, energy: Some(1_500.0), ..MeterPoint::default() };
            assert_eq!(read(&payload), [expected], "{payload}");
        }
    }

    #[test]
    fn phases_are_summed_and_what_is_no_number_is_passed_over() {
        let sampled = |measurand: &str, unit: &str, phase: &str, value: &str| json!({ "measurand": measurand, "unit": unit, "phase": phase, "value": value });
        let payload = json!({ "meterValue": [{ "sampledValue": [
            sampled("Power.Active.Import", "kW", "L1", "2.4"), sampled("Power.Active.Import", "W", "L2-N", "2300"),
            sampled("Current.Import", "A", "L1", "10"), sampled("Current.Import", "A", "L2", "12"), sampled("Current.Import", "A", "N", "30"),
            { "measurand": "SoC", "value": "80", "unit": "Percent", "location": "EV" },
            { "measurand": "Temperature", "value": "212", "unit": "Fahrenheit" },
            { "measurand": "Current.Offered", "value": "32" }, { "measurand": "Voltage", "value": "230" },
            { "measurand": "Power.Active.Import", "value": "99999", "location": "Inlet" },
            { "value": "SGVsbG8=", "format": "SignedData" }, { "value": null }, { "value": "NaN" },
        ] }, "odd", 7] });
        let points = read(&payload);
        let MeterPoint { at_micros, power, current, charge, temperature, current_offered, .. } = points[0];
        assert_eq!((at_micros, power, current), (5, Some(4_700.0), Some(12.0)), "the time is that of the message");
        assert_eq!((charge, temperature, current_offered), (Some(80.0), Some(100.0), Some(32.0)));
        assert_eq!(points[0].energy, Some(7.0), "a bare value is the register");
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        for text in ["2026-03-04T10:00:00", "2026-03-04T10:00:00Z", "2026-03-04T11:00:00+01:00"] {
            assert_eq!(moment(Some(&BorrowedValue::Text(text.into()))), Some(1_772_618_400_000_000), "{text}");
        }
        assert_eq!(moment(Some(&BorrowedValue::Text("soon".into()))), None);
    }

    #[test]
    fn hostile_payloads_are_bounded() {
        // Deeper ones are refused by the reader of JSON.
        let mut deep = json!({ "value": 1 });
        for _ in 0..60 {
            deep = json!({ "values": [deep] });
        }
        assert!(read(&deep).is_empty());
        let long = json!({ "values": (0..10_000).map(|n| json!({ "value": n, "timestamp": null })).collect::<Vec<_>>() });
        assert_eq!(read(&long).len(), 1);
    }
}
