//! Control of distributed energy resources: SetDERControl, GetDERControl with ReportDERControl, ClearDERControl, and NotifyDERStartStop
//! when a control begins and ends (OCPP 2.1 part 2, R04). The controls are kept and reported; the simulated power does not follow them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{only_status, result_then, status_because, status_then};
use super::timers::StationTask;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{number, seconds_later, span, text, time, written_time};

/// The most controls of one report.
const CONTROLS_OF_PART: usize = 8;

/// The most controls that are kept.
const MOST_CONTROLS: usize = 100;

/// The controls, the oldest first.
#[derive(Debug, Default)]
pub(super) struct DerControls(Vec<DerControl>);

/// One control.
#[derive(Debug, Clone)]
struct DerControl {
    id: String,
    kind: String,
    is_default: bool,
    priority: i64,
    /// The settings, in the form of SetDERControl.
    settings: Value,
    /// When it begins and ends; `None` for a default and for one without an end.
    begin: Option<Timestamp>,
    end: Option<Timestamp>,
    /// Whether its begin was reported.
    started: bool,
    superseded: bool,
}

/// The field that has the settings of a type, and the field in a report with its name there.
fn settings_fields(kind: &str) -> [&'static str; 3] {
    match kind {
        "EnterService" => ["enterService", "enterService", "enterService"],
        "FreqDroop" => ["freqDroop", "freqDroop", "freqDroop"],
        "FixedPFAbsorb" => ["fixedPFAbsorb", "fixedPFAbsorb", "fixedPF"],
        "FixedPFInject" => ["fixedPFInject", "fixedPFInject", "fixedPF"],
        "FixedVar" => ["fixedVar", "fixedVar", "fixedVar"],
        "Gradients" => ["gradient", "gradient", "gradient"],
        "LimitMaxDischarge" => ["limitMaxDischarge", "limitMaxDischarge", "limitMaxDischarge"],
        _ => ["curve", "curve", "curve"],
    }
}

/// All fields for settings.
const SETTINGS: [&str; 8] =
    ["curve", "enterService", "fixedPFAbsorb", "fixedPFInject", "fixedVar", "freqDroop", "gradient", "limitMaxDischarge"];

/// The units that the second axis of a curve may have (R04.FR.50 to 55); empty is any.
fn curve_units(kind: &str) -> &'static [&'static str] {
    match kind {
        "FreqWatt" | "VoltWatt" => &["PctMaxW", "PctWAvail"],
        "VoltVar" | "WattVar" => &["PctMaxVar", "PctVarAvail"],
        "EnterService" | "FreqDroop" | "FixedPFAbsorb" | "FixedPFInject" | "FixedVar" | "Gradients" | "LimitMaxDischarge" => {
            &[]
        }
        _ => &["Not_Applicable"],
    }
}

impl DerControl {
    /// Reads a call.
    ///
    /// # Errors
    /// The reason why it is refused.
    fn read(payload: &Value) -> Result<DerControl, &'static str> {
        let kind = text(payload, "controlType").unwrap_or_default();
        let [field, ..] = settings_fields(kind);
        let settings = payload.get(field).ok_or("MissingParam")?;
        if SETTINGS.iter().filter(|name| payload.get(**name).is_some()).count() != 1 {
            return Err("InvalidValue");
        }
        let units = curve_units(kind);
        if !units.is_empty() && !text(settings, "yUnit").is_some_and(|unit| units.contains(&unit)) {
            return Err("InvalidValue");
        }
        let is_default = payload.get("isDefault") == Some(&Value::Bool(true));
        let begin = time(settings, "startTime");
        let duration = number(settings, "duration");
        // a default has no time (R04.FR.13), and some are defaults only (R04.FR.15)
        let timed = begin.is_some() || duration.is_some();
        if (is_default && timed) || (!is_default && ["EnterService", "Gradients"].contains(&kind)) {
            return Err("InvalidValue");
        }
        let end = begin.zip(duration).map(|(begin, seconds)| seconds_later(begin, seconds as i64));
        Ok(DerControl {
            id: text(payload, "controlId").unwrap_or_default().to_owned(),
            kind: kind.to_owned(),
            is_default,
            priority: settings.get("priority").and_then(Value::as_i64).unwrap_or(i64::MAX),
            settings: settings.clone(),
            begin,
            end,
            started: false,
            superseded: false,
        })
    }

    fn has_begun(&self, now: Timestamp) -> bool {
        self.begin.is_none_or(|begin| begin <= now)
    }

    /// Whether it is about the same as another one.
    fn rivals(&self, other: &DerControl) -> bool {
        self.kind == other.kind && self.is_default == other.is_default && self.id != other.id
    }

    /// Whether the criteria of a call name it.
    fn is_named(&self, criteria: &Value) -> bool {
        criteria.get("isDefault").is_none_or(|wanted| *wanted == self.is_default)
            && text(criteria, "controlType").is_none_or(|kind| kind == self.kind)
            && text(criteria, "controlId").is_none_or(|id| id == self.id)
    }

    /// Its entry in a report. Those that are always defaults have no more fields.
    fn entry(&self) -> Value {
        let [_, _, name] = settings_fields(&self.kind);
        let mut entry = json!({ "id": self.id, name: self.settings });
        if !["EnterService", "Gradients"].contains(&self.kind.as_str()) {
            entry["isDefault"] = self.is_default.into();
            entry["isSuperseded"] = self.superseded.into();
        }
        if name == "curve" {
            entry["curveType"] = self.kind.as_str().into();
        }
        entry
    }
}

impl DerControls {
    /// The controls that a new one replaces now or when it begins; a lower number has priority (R04.FR.03 and 06).
    fn replaced_by(&self, new: &DerControl) -> Vec<String> {
        let replaced = |old: &&DerControl| old.rivals(new) && !old.superseded && new.priority < old.priority;
        self.0.iter().filter(replaced).map(|old| old.id.clone()).collect()
    }

    /// Whether one with a higher priority stands against a new one (R04.FR.08).
    fn overrules(&self, new: &DerControl) -> bool {
        self.0.iter().any(|old| old.rivals(new) && !old.superseded && old.priority < new.priority)
    }

    fn supersede(&mut self, ids: &[String]) {
        self.0.iter_mut().filter(|control| ids.contains(&control.id)).for_each(|control| control.superseded = true);
    }

    /// The next time at which one begins or ends.
    fn next_time(&self, now: Timestamp) -> Option<Timestamp> {
        let live = self.0.iter().filter(|control| !control.is_default && !control.superseded);
        let times = live.flat_map(|control| [control.begin.filter(|_| !control.started), control.end]);
        times.flatten().filter(|time| *time > now).min()
    }

    /// The payloads of a report.
    fn reports(&self, criteria: &Value) -> Vec<Value> {
        let named: Vec<&DerControl> = self.0.iter().filter(|control| control.is_named(criteria)).collect();
        let parts = named.chunks(CONTROLS_OF_PART);
        let last = parts.len();
        let report = |(number, controls): (usize, &[&DerControl])| {
            let mut payload = json!({ "requestId": criteria["requestId"], "tbc": number + 1 < last });
            for control in controls {
                let [_, field, _] = settings_fields(&control.kind);
                match payload[field].as_array_mut() {
                    Some(entries) => entries.push(control.entry()),
                    None => payload[field] = Value::Array(vec![control.entry()]),
                }
            }
            payload
        };
        parts.enumerate().map(report).collect()
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_der_control(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        let kind = text(call.payload, "controlType");
        let supported = kind.is_none_or(|kind| self.supports_der_mode(kind));
        match call.action {
            // not of a single control, which has its id (R04.FR.43 and 46)
            "ClearDERControl" if supported || call.payload.get("controlId").is_some() => {
                Some(self.clear_der_control(call.payload))
            }
            "SetDERControl" if supported => Some(self.set_der_control(call.payload)),
            "GetDERControl" if supported => Some(self.get_der_control(call.payload)),
            "SetDERControl" | "GetDERControl" | "ClearDERControl" => Some(only_status("NotSupported")),
            _ => None,
        }
    }

    /// The answer names what is superseded: older controls, or the new one itself (R04.FR.03 to 08).
    fn set_der_control(&self, payload: &Value) -> Proposal {
        let mut new = match DerControl::read(payload) {
            Ok(control) => control,
            Err(reason) => return status_because("Rejected", reason),
        };
        let controls = &self.blocks.der;
        if controls.0.len() >= MOST_CONTROLS && !controls.0.iter().any(|control| control.id == new.id) {
            return status_because("Rejected", "OutOfStorage");
        }
        new.superseded = controls.overrules(&new);
        let superseded = if new.superseded { vec![new.id.clone()] } else { controls.replaced_by(&new) };
        let mut result = json!({ "status": "Accepted" });
        if !superseded.is_empty() {
            result["supersededIds"] = superseded.iter().take(24).map(String::as_str).collect();
        }
        result_then(result, Some("Accepted"), move |station, now, out| station.add_der_control(new, now, out))
    }

    fn add_der_control(&mut self, new: DerControl, now: Moment, out: &mut Outbox) {
        if new.is_default {
            let replaced = if new.superseded { Vec::new() } else { self.blocks.der.replaced_by(&new) };
            self.blocks.der.supersede(&replaced);
        }
        self.blocks.der.0.retain(|control| control.id != new.id);
        self.blocks.der.0.push(new);
        self.step_der_controls(now, out);
    }

    /// Controls begin and end: each is reported, an ended one is deleted (R04.FR.10 and 20 to 22).
    pub(super) fn step_der_controls(&mut self, now: Moment, out: &mut Outbox) {
        let begins = |it: &DerControl| !it.is_default && !it.superseded && !it.started && it.has_begun(now.wall);
        while let Some(place) = self.blocks.der.0.iter().position(begins) {
            self.blocks.der.0[place].started = true;
            let new = self.blocks.der.0[place].clone();
            let replaced = self.blocks.der.replaced_by(&new);
            self.blocks.der.supersede(&replaced);
            self.notify_der(&new.id, true, &replaced, now, out);
        }
        let ended = |it: &DerControl| it.end.is_some_and(|end| end <= now.wall);
        let over: Vec<DerControl> = self.blocks.der.0.extract_if(.., |control| ended(control)).collect();
        for control in over.iter().filter(|control| control.started && !control.superseded) {
            self.notify_der(&control.id, false, &[], now, out);
        }
        self.timers.cancel(StationTask::DerControl);
        if let Some(next) = self.blocks.der.next_time(now.wall) {
            self.timers.set(StationTask::DerControl, span(now.wall, next), now.monotonic);
        }
    }

    fn notify_der(&mut self, id: &str, started: bool, superseded: &[String], now: Moment, out: &mut Outbox) {
        let mut payload = json!({ "controlId": id, "started": started, "timestamp": written_time(now.wall) });
        if !superseded.is_empty() {
            payload["supersededIds"] = superseded.iter().take(24).map(String::as_str).collect();
        }
        self.send_if_allowed("NotifyDERStartStop", payload, out);
    }

    fn get_der_control(&self, payload: &Value) -> Proposal {
        if !self.blocks.der.0.iter().any(|control| control.is_named(payload)) {
            return only_status("NotFound");
        }
        let criteria = payload.clone();
        status_then("Accepted", move |station, _now, out| {
            for report in station.blocks.der.reports(&criteria) {
                station.send_if_allowed("ReportDERControl", report, out);
            }
        })
    }

    /// A control that runs ends with its report.
    fn clear_der_control(&self, payload: &Value) -> Proposal {
        if !self.blocks.der.0.iter().any(|control| control.is_named(payload)) {
            return only_status("NotFound");
        }
        let criteria = payload.clone();
        status_then("Accepted", move |station, now, out| {
            let cleared: Vec<DerControl> = station.blocks.der.0.extract_if(.., |it| it.is_named(&criteria)).collect();
            for control in cleared.iter().filter(|control| control.started && !control.superseded) {
                station.notify_der(&control.id, false, &[], now, out);
            }
            station.step_der_controls(now, out);
        })
    }
}
