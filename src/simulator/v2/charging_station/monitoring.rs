//! Monitors in messages: SetVariableMonitoring, ClearVariableMonitoring, SetMonitoringBase, SetMonitoringLevel and GetMonitoringReport (OCPP
//! 2.0.1 part 2, N02 to N06), and the look at the monitored variables after each step. When a monitor has something to report is decided in
//! `monitors`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::device_model::{DeviceModel, VariablePath};
use super::effect::{only_status, result_as_sent, status_because, status_then};
use super::events::StationEvent;
use super::monitors::{
    MonitorFault, MonitorFinding, MonitorOrigin, MonitorRule, MonitorSet, MonitorType, VariableMonitor, VariableReading,
};
use super::report_parts::report_parts;
use super::reports::is_named;
use super::timers::StationTask;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::ocpp::device_model::AttributeKind;
use crate::simulator::payload::{integer, list, number, text, written_time};
use crate::simulator::v2::features::StationFeatures;

/// The least severe level.
const LEAST_SEVERE: i32 = 9;
/// How often values are looked at that change by themselves.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// The monitors that a new station has: component, variable, value, severity, and who has set them. All are upper thresholds.
const FACTORY_MONITORS: [(&str, &str, f64, u8, MonitorOrigin); 2] = [
    ("TemperatureSensor", "Temperature", 90.0, 1, MonitorOrigin::HardWired),
    ("TemperatureSensor", "Temperature", 70.0, 4, MonitorOrigin::Preconfigured),
];

/// The monitors of a new station.
pub(super) fn factory_monitors(model: &DeviceModel) -> MonitorSet {
    let rule = |(component, variable, value, severity, origin): (&str, &str, f64, u8, MonitorOrigin)| {
        let variable = model.find(&VariablePath::of(component, variable), Version::V2_0_1).ok()?;
        Some((origin, MonitorRule { variable, kind: MonitorType::UpperThreshold, value, severity, transaction: false }))
    };
    MonitorSet::new(FACTORY_MONITORS.into_iter().filter_map(rule).collect())
}

/// The status of an answer about one monitor, and the reason of a refusal.
type MonitorVerdict = (&'static str, Option<&'static str>);

impl MonitorFault {
    fn verdict(self) -> MonitorVerdict {
        match self {
            MonitorFault::Duplicate => ("Duplicate", None),
            MonitorFault::NotFound => ("Rejected", Some("NotFound")),
            MonitorFault::HardWired => ("Rejected", Some("ReadOnly")),
            MonitorFault::OtherVariable => ("Rejected", Some("InvalidValue")),
        }
    }
}

impl ChargingStation {
    /// Answers what is about monitors.
    pub(super) fn propose_monitoring(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "SetVariableMonitoring" => Some(self.set_monitors(call.payload)),
            "ClearVariableMonitoring" => Some(self.clear_monitors(call.payload)),
            "SetMonitoringBase" => Some(set_base(call.payload)),
            "SetMonitoringLevel" => Some(set_level(call.payload)),
            "GetMonitoringReport" => Some(self.monitoring_report(call.payload)),
            _ => None,
        }
    }

    /// SetVariableMonitoring. Each element is judged with those in front of it in place.
    fn set_monitors(&self, payload: &Value) -> Proposal {
        let elements = list(payload, "setMonitoringData");
        if let Some(refusal) = self.refuse_large("MonitoringCtrlr", "SetVariableMonitoring", elements.len(), payload) {
            return refusal.into();
        }
        let mut trial = self.monitors.clone();
        let judged: Vec<Result<(i64, MonitorRule), MonitorVerdict>> = elements
            .iter()
            .map(|element| {
                let rule = self.monitor_rule(element)?;
                let wanted = element.get("id").and_then(Value::as_i64);
                trial.may_set(wanted, &rule).map_err(MonitorFault::verdict)?;
                let id = wanted.unwrap_or(trial.next_id());
                trial.set(id, rule);
                Ok((id, rule))
            })
            .collect();
        let results: Vec<Value> = elements.iter().zip(&judged).map(|(element, judged)| set_result(element, judged)).collect();
        let streams: Vec<Option<Value>> = elements.iter().map(|element| element.get("periodicEventStream").cloned()).collect();
        result_as_sent(json!({ "setMonitoringResult": results }), |station, sent, _, out| {
            for ((judged, stream), sent) in judged.into_iter().zip(streams).zip(list(sent, "setMonitoringResult")) {
                if let (Ok((id, rule)), Some("Accepted")) = (judged, text(sent, "status")) {
                    station.monitors.set(id, rule);
                    if let Some(params) = stream.filter(|_| rule.kind.is_periodic()) {
                        station.open_stream(id, params, out);
                    }
                }
            }
        })
    }

    /// The rule of an element of SetVariableMonitoring.
    fn monitor_rule(&self, element: &Value) -> Result<MonitorRule, MonitorVerdict> {
        const UNSUPPORTED: MonitorVerdict = ("UnsupportedMonitorType", None);
        const OUT_OF_RANGE: MonitorVerdict = ("Rejected", Some("ValueOutOfRange"));
        let found = self.model.find(&VariablePath::read(element), self.version);
        let index = found.map_err(|fault| (fault.status(), None))?;
        let variable = self.model.variable(index).ok_or(("UnknownVariable", None))?;
        let kind = text(element, "type").and_then(MonitorType::named).ok_or(UNSUPPORTED)?;
        let needs_target = matches!(kind, MonitorType::TargetDelta | MonitorType::TargetDeltaRelative);
        let has_target = variable.value(AttributeKind::Target).is_some();
        if !variable.supports_monitoring() || (kind.needs_number() && !variable.is_number()) || (needs_target && !has_target) {
            return Err(UNSUPPORTED);
        }
        let value = number(element, "value").ok_or(OUT_OF_RANGE)?;
        let fits = match kind {
            MonitorType::UpperThreshold | MonitorType::LowerThreshold => variable.allows_number(value),
            MonitorType::Delta => value >= 0.0 || !variable.is_number(),
            MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => value >= 0.0,
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => value >= 1.0,
        };
        let severity = integer(element, "severity").filter(|it| (0..=LEAST_SEVERE).contains(it));
        let severity = severity.and_then(|it| u8::try_from(it).ok()).filter(|_| fits).ok_or(OUT_OF_RANGE)?;
        let transaction = element.get("transaction").and_then(Value::as_bool).unwrap_or_default();
        Ok(MonitorRule { variable: index, kind, value, severity, transaction })
    }

    /// ClearVariableMonitoring. What is part of the machine stays.
    fn clear_monitors(&self, payload: &Value) -> Proposal {
        let ids: Vec<i64> = list(payload, "id").iter().filter_map(Value::as_i64).collect();
        if let Some(refusal) = self.refuse_large("MonitoringCtrlr", "ClearVariableMonitoring", ids.len(), payload) {
            return refusal.into();
        }
        let result = |id: &i64| match self.monitors.may_clear(*id) {
            Ok(()) => json!({ "id": id, "status": "Accepted" }),
            Err(MonitorFault::NotFound) => json!({ "id": id, "status": "NotFound" }),
            Err(_) => json!({ "id": id, "status": "Rejected", "statusInfo": { "reasonCode": "ReadOnly" } }),
        };
        let results: Vec<Value> = ids.iter().map(result).collect();
        result_as_sent(json!({ "clearMonitoringResult": results }), |station, sent, _, _| {
            for (id, sent) in ids.into_iter().zip(list(sent, "clearMonitoringResult")) {
                if text(sent, "status") == Some("Accepted") {
                    station.monitors.clear(id);
                }
            }
        })
    }

    fn monitoring_report(&self, payload: &Value) -> Proposal {
        let named = list(payload, "componentVariable");
        let criteria: Vec<&str> = list(payload, "monitoringCriteria").iter().filter_map(Value::as_str).collect();
        let says_origin = StationFeatures::of(self.version).monitor_origins;
        let mut elements = Vec::new();
        for (index, variable) in self.model.iter(self.version).filter(|(_, variable)| is_named(variable, named)) {
            let wanted = |it: &&VariableMonitor| {
                let kind = it.rule.kind;
                it.rule.variable == index && it.is_active() && (criteria.is_empty() || criteria.contains(&kind.criterion()))
            };
            let monitors: Vec<Value> = self.monitors.iter().filter(wanted).map(|it| written_monitor(it, says_origin)).collect();
            if !monitors.is_empty() {
                let mut element = variable.address();
                element["variableMonitoring"] = monitors.into();
                elements.push(element);
            }
        }
        if elements.is_empty() {
            return only_status("EmptyResultSet");
        }
        let request = payload["requestId"].clone();
        status_then("Accepted", move |station, now, out| {
            station.send_requested("NotifyMonitoringReport", report_parts("monitor", elements, &request, now), out);
        })
    }

    /// Looks at the monitored variables, and sends what their monitors report. It is called after each step of the station, so it looks at
    /// nothing else.
    pub(super) fn watch_variables(&mut self, now: Moment, out: &mut Outbox) {
        if !self.settings.autonomous || !self.power.is_on() {
            return;
        }
        let mut monitors = std::mem::replace(&mut self.monitors, MonitorSet::new(Vec::new()));
        let enabled = self.model.flag("MonitoringCtrlr", "Enabled");
        let level = self.model.integer("MonitoringCtrlr", "ActiveMonitoringLevel").unwrap_or(LEAST_SEVERE.into());
        let mut events = Vec::new();
        for monitor in monitors.iter_mut() {
            let found = self.look(monitor, now).filter(|_| enabled && i64::from(monitor.rule.severity) <= level);
            let Some((finding, value)) = found else { continue };
            if !self.stream_value(monitor.id, &value, now, out) {
                events.push(self.event_of(monitor, finding, value, now));
            }
        }
        let next = monitors.iter().filter_map(VariableMonitor::next).min();
        // values such as the energy change without any step of the station
        let watches = monitors.iter().any(|it| it.origin == MonitorOrigin::Custom && !it.rule.kind.is_periodic());
        self.monitors = monitors;
        self.close_lost_streams(out);
        self.send_events(events, now, out);
        let wait = next.map(|next| next.saturating_duration_since(now.monotonic));
        match wait.into_iter().chain(watches.then_some(LOOK_INTERVAL)).min() {
            Some(wait) => self.schedule(StationTask::WatchVariables, wait, now),
            None => self.timers.cancel(StationTask::WatchVariables),
        }
    }

    /// What a monitor finds now, and the value that it has seen.
    fn look(&self, monitor: &mut VariableMonitor, now: Moment) -> Option<(MonitorFinding, String)> {
        let variable = self.model.variable(monitor.rule.variable)?;
        let value = self.shown_value(monitor.rule.variable, AttributeKind::Actual, now);
        let target = variable.value(AttributeKind::Target);
        let in_transaction = self.monitored_transaction(monitor.rule.variable).is_some();
        let seconds_of_day = now.wall.duration_since(jiff::Timestamp::UNIX_EPOCH).as_secs_f64().rem_euclid(86_400.0);
        let reading = VariableReading { value: &value, target, in_transaction };
        let finding = monitor.judge(reading, now.monotonic, seconds_of_day)?;
        Some((finding, value))
    }

    fn event_of(&mut self, monitor: &VariableMonitor, finding: MonitorFinding, value: String, now: Moment) -> StationEvent {
        let address = self.model.variable(monitor.rule.variable).map(|variable| variable.address());
        let mut data = address.unwrap_or_default();
        data["eventId"] = self.next_event_id().into();
        data["timestamp"] = written_time(now.wall).into();
        data["trigger"] = finding.trigger.into();
        data["actualValue"] = value.into();
        data["eventNotificationType"] = monitor.origin.name().into();
        data["variableMonitoringId"] = monitor.id.into();
        if let Some(cleared) = finding.cleared.filter(|cleared| *cleared) {
            data["cleared"] = cleared.into();
        }
        if let Some(transaction) = self.monitored_transaction(monitor.rule.variable) {
            data["transactionId"] = transaction.into();
        }
        if StationFeatures::of(self.version).event_severity {
            data["severity"] = monitor.rule.severity.into();
        }
        StationEvent { severity: monitor.rule.severity, data }
    }

    /// The id of the transaction that runs where a variable is.
    fn monitored_transaction(&self, variable: usize) -> Option<String> {
        let evse = self.model.variable(variable)?.component().evse?;
        let (id, _) = self.transaction_at(i32::try_from(evse).ok()?)?;
        Some(id.to_owned())
    }

    fn set_monitoring_base(&mut self, base: &str) {
        match base {
            "All" => self.monitors.enable_preconfigured(true),
            "FactoryDefault" => self.monitors.reset_to_factory(),
            _ => {
                self.monitors.clear_custom();
                self.monitors.enable_preconfigured(false);
            }
        }
        for variable in ["MonitoringBase", "ActiveMonitoringBase"] {
            self.model.set("MonitoringCtrlr", variable, base.to_owned());
        }
    }
}

/// SetMonitoringBase (N03).
fn set_base(payload: &Value) -> Proposal {
    match text(payload, "monitoringBase") {
        Some(base @ ("All" | "FactoryDefault" | "HardWiredOnly")) => {
            let base = base.to_owned();
            status_then("Accepted", move |station, _, _| station.set_monitoring_base(&base))
        }
        _ => only_status("NotSupported"),
    }
}

/// SetMonitoringLevel (N05): less severe events are not reported.
fn set_level(payload: &Value) -> Proposal {
    match integer(payload, "severity").filter(|severity| (0..=LEAST_SEVERE).contains(severity)) {
        Some(severity) => status_then("Accepted", move |station, _, _| {
            for variable in ["MonitoringLevel", "ActiveMonitoringLevel"] {
                station.model.set("MonitoringCtrlr", variable, severity.to_string());
            }
        }),
        None => status_because("Rejected", "ValueOutOfRange"),
    }
}

/// The result of an element of SetVariableMonitoring.
fn set_result(element: &Value, judged: &Result<(i64, MonitorRule), MonitorVerdict>) -> Value {
    let mut result = json!({
        "type": element["type"],
        "severity": element["severity"],
        "component": element["component"],
        "variable": element["variable"],
    });
    match judged {
        Ok((id, _)) => {
            result["status"] = "Accepted".into();
            result["id"] = (*id).into();
        }
        Err((status, reason)) => {
            result["status"] = (*status).into();
            if let Some(reason) = reason {
                result["statusInfo"] = json!({ "reasonCode": reason });
            }
            if let Some(id) = element.get("id") {
                result["id"] = id.clone();
            }
        }
    }
    result
}

/// A monitor in a report.
fn written_monitor(monitor: &VariableMonitor, says_origin: bool) -> Value {
    let rule = &monitor.rule;
    let mut written = json!({
        "id": monitor.id,
        "transaction": rule.transaction,
        "value": rule.value,
        "type": rule.kind.name(),
        "severity": rule.severity,
    });
    if says_origin {
        written["eventNotificationType"] = monitor.origin.name().into();
    }
    written
}
