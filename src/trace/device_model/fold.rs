//! Which message holds what about a device model.

use super::{
    ComponentKey, MOST_MONITORS, REMEMBERED, ReportOddity, SeenAttribute, SeenCharacteristics, SeenEvent, SeenModel,
    SeenMonitor, SeenReport, SeenVariable, VariableKey,
};
use crate::ocpp::device_model::{AttributeKind, VariableMutability};
use crate::trace::FrameKind;
use crate::trace::fields::{BorrowedObject, BorrowedValue, inner, list, member, number, real, text};

/// Longer values are cut: the longest that 2.x allows.
const LONGEST_VALUE: usize = 2_500;
/// The values of a list that are kept.
const MOST_VALUES: usize = 200;

/// Whether a message is about the device model, and whether the call is needed to understand it.
pub(in crate::trace) fn is_about_model(kind: FrameKind, action: &str) -> Option<bool> {
    match (kind, action) {
        (FrameKind::Call, "NotifyReport" | "NotifyMonitoringReport" | "NotifyEvent")
        | (
            FrameKind::Result,
            "GetVariables" | "ClearVariableMonitoring" | "GetBaseReport" | "GetReport" | "GetMonitoringReport",
        ) => Some(false),
        (FrameKind::Result, "SetVariables" | "SetVariableMonitoring") => Some(true),
        _ => None,
    }
}

impl SeenModel {
    /// Takes a message in. `asked` is the call of a result, where it is needed. Returns what is odd about a part of a report.
    pub(in crate::trace) fn take(
        &mut self,
        action: &str,
        payload: &BorrowedObject<'_>,
        asked: Option<&BorrowedObject<'_>>,
        wall_micros: i64,
    ) -> Option<ReportOddity> {
        match action {
            "NotifyReport" => {
                each(payload, "reportData", |data| self.reported(data));
                return self.part(action, payload, wall_micros);
            }
            "NotifyMonitoringReport" => {
                each(payload, "monitor", |data| self.monitored(data));
                return self.part(action, payload, wall_micros);
            }
            "NotifyEvent" => each(payload, "eventData", |event| self.happened(event, wall_micros)),
            "GetVariables" => each(payload, "getVariableResult", |result| self.read(result)),
            "SetVariables" => each(payload, "setVariableResult", |result| self.written(result, asked)),
            "SetVariableMonitoring" => each(payload, "setMonitoringResult", |result| self.monitor_set(result, asked)),
            "ClearVariableMonitoring" => each(payload, "clearMonitoringResult", |result| self.monitor_cleared(result)),
            "GetBaseReport" | "GetReport" | "GetMonitoringReport" => {
                let status = text(payload, "status").filter(|status| &**status != "Accepted");
                self.refusal = status.map(|status| (action.into(), status));
            }
            _ => {}
        }
        None
    }

    fn part(&mut self, action: &str, payload: &BorrowedObject<'_>, wall_micros: i64) -> Option<ReportOddity> {
        let request = number(payload, "requestId").unwrap_or_default();
        let sequence = number(payload, "seqNo");
        let goes_on = flag(payload, "tbc").unwrap_or_default();
        let open = self.reports.iter_mut().rev().find(|report| report.request == request && *report.action == *action);
        if let Some(report) = open.filter(|report| !report.is_over(sequence)) {
            return report.take(sequence, goes_on, wall_micros);
        }
        let mut report = SeenReport::new(request, action);
        let oddity = report.take(sequence, goes_on, wall_micros);
        self.reports.push_back(report);
        if self.reports.len() > REMEMBERED {
            self.reports.pop_front();
        }
        oddity
    }

    /// The variable that an element names.
    fn named(&mut self, element: &BorrowedObject<'_>) -> Option<&mut SeenVariable> {
        let (component, variable) = keys(element)?;
        self.variable_mut(component, variable)
    }

    fn reported(&mut self, data: &BorrowedObject<'_>) {
        let Some(variable) = self.named(data) else { return };
        each(data, "variableAttribute", |reported| {
            let Some(kind) = attribute_kind(reported, "type") else { return };
            let change = variable.attributes.remove(&kind).and_then(|known| known.change);
            variable.attributes.insert(
                kind,
                SeenAttribute {
                    value: value(reported, "value"),
                    mutability: text(reported, "mutability").and_then(|name| VariableMutability::named(&name)),
                    persistent: flag(reported, "persistent"),
                    constant: flag(reported, "constant"),
                    change,
                    refusal: None,
                },
            );
        });
        if let Some(reported) = inner(data, "variableCharacteristics") {
            let values = value(reported, "valuesList").unwrap_or_default();
            let values = values.split(',').map(str::trim).filter(|value| !value.is_empty()).take(MOST_VALUES);
            variable.characteristics = Some(Box::new(SeenCharacteristics {
                data_type: text(reported, "dataType").unwrap_or_default(),
                unit: text(reported, "unit").filter(|unit| !unit.is_empty()),
                least: real(reported, "minLimit"),
                most: real(reported, "maxLimit"),
                values: values.map(Box::from).collect(),
                monitored: flag(reported, "supportsMonitoring").unwrap_or_default(),
            }));
        }
    }

    fn monitored(&mut self, data: &BorrowedObject<'_>) {
        let Some(variable) = self.named(data) else { return };
        each(data, "variableMonitoring", |monitor| {
            if let Some(id) = number(monitor, "id") {
                variable.put_monitor(id, monitor, monitor);
            }
        });
    }

    fn happened(&mut self, event: &BorrowedObject<'_>, wall_micros: i64) {
        let Some(variable) = self.named(event) else { return };
        let at_that_moment = value(event, "actualValue").unwrap_or_default();
        variable.attributes.entry(AttributeKind::Actual).or_default().value = Some(at_that_moment.clone());
        let detail: Vec<Box<str>> = ["techCode", "techInfo"].iter().filter_map(|field| text(event, field)).collect();
        variable.events.push_back(SeenEvent {
            wall_micros,
            trigger: text(event, "trigger").unwrap_or_default(),
            value: at_that_moment,
            kind: text(event, "eventNotificationType").unwrap_or_default(),
            monitor: number(event, "variableMonitoringId"),
            cleared: flag(event, "cleared").unwrap_or_default(),
            detail: (!detail.is_empty()).then(|| detail.join(" ").into()),
        });
        if variable.events.len() > REMEMBERED {
            variable.events.pop_front();
        }
    }

    fn read(&mut self, result: &BorrowedObject<'_>) {
        let (Some((component, variable)), Some(status)) = (keys(result), text(result, "attributeStatus")) else { return };
        let Some(kind) = attribute_kind(result, "attributeType") else { return };
        let accepted = &*status == "Accepted";
        if !accepted && self.variable(&component, &variable).is_none() {
            return; // what a station does not have is no part of its model
        }
        let Some(variable) = self.variable_mut(component, variable) else { return };
        let attribute = variable.attributes.entry(kind).or_default();
        if accepted {
            attribute.value = value(result, "attributeValue");
        }
        attribute.refusal = (!accepted).then_some(status);
    }

    fn written(&mut self, result: &BorrowedObject<'_>, asked: Option<&BorrowedObject<'_>>) {
        let (Some((component, variable)), Some(status)) = (keys(result), text(result, "attributeStatus")) else { return };
        let Some(kind) = attribute_kind(result, "attributeType") else { return };
        let taken = matches!(&*status, "Accepted" | "RebootRequired");
        if !taken && self.variable(&component, &variable).is_none() {
            return;
        }
        let same = |data: &&BorrowedObject<'_>| {
            keys(data).as_ref() == Some(&(component.clone(), variable.clone()))
                && attribute_kind(data, "attributeType") == Some(kind)
        };
        let asked = asked.and_then(|asked| list(asked, "setVariableData").find(same));
        let Some(variable) = self.variable_mut(component, variable) else { return };
        let attribute = variable.attributes.entry(kind).or_default();
        if taken && let Some(asked) = asked {
            attribute.value = value(asked, "attributeValue");
        }
        let reason = inner(result, "attributeStatusInfo").and_then(|info| text(info, "reasonCode"));
        attribute.change = Some(match reason {
            Some(reason) if !taken => format!("{status}: {reason}").into(),
            _ => status,
        });
    }

    fn monitor_set(&mut self, result: &BorrowedObject<'_>, asked: Option<&BorrowedObject<'_>>) {
        let accepted = text(result, "status").as_deref() == Some("Accepted");
        let (true, Some(id), Some(wanted)) = (accepted, number(result, "id"), keys(result)) else { return };
        let same = |data: &&BorrowedObject<'_>| {
            keys(data).as_ref() == Some(&wanted)
                && ["type", "severity"].iter().all(|field| member(data, field) == member(result, field))
        };
        let asked = asked.and_then(|asked| list(asked, "setMonitoringData").find(same));
        if let (Some(asked), Some(variable)) = (asked, self.variable_mut(wanted.0, wanted.1)) {
            variable.put_monitor(id, result, asked);
        }
    }

    fn monitor_cleared(&mut self, result: &BorrowedObject<'_>) {
        let is_gone = matches!(text(result, "status").as_deref(), Some("Accepted" | "NotFound"));
        let (true, Some(id)) = (is_gone, number(result, "id")) else { return };
        for variable in self.components.values_mut().flat_map(|variables| variables.values_mut()) {
            variable.monitors.remove(&id);
        }
    }
}

impl SeenVariable {
    /// Type and severity are in both messages about a monitor, its value in one of them.
    fn put_monitor(&mut self, id: i64, named: &BorrowedObject<'_>, valued: &BorrowedObject<'_>) {
        if self.monitors.len() < MOST_MONITORS || self.monitors.contains_key(&id) {
            let monitor = SeenMonitor {
                kind: text(named, "type").unwrap_or_default(),
                value: real(valued, "value").unwrap_or_default(),
                severity: number(named, "severity").unwrap_or_default(),
                transaction: flag(valued, "transaction").unwrap_or_default(),
            };
            self.monitors.insert(id, monitor);
        }
    }
}

/// The attribute that an element names; without a name it is the actual value.
fn attribute_kind(element: &BorrowedObject<'_>, field: &str) -> Option<AttributeKind> {
    text(element, field).map_or(Some(AttributeKind::Actual), |name| AttributeKind::named(&name))
}

/// The component and the variable that an element names.
fn keys(element: &BorrowedObject<'_>) -> Option<(ComponentKey, VariableKey)> {
    Some((ComponentKey::of(inner(element, "component")?)?, VariableKey::of(inner(element, "variable")?)?))
}

fn each(payload: &BorrowedObject<'_>, field: &str, take: impl FnMut(&BorrowedObject<'_>)) {
    list(payload, field).for_each(take);
}

/// A value, also one that is a number or a truth value by mistake.
fn value(payload: &BorrowedObject<'_>, field: &str) -> Option<Box<str>> {
    match member(payload, field)? {
        BorrowedValue::Text(text) => Some(text.chars().take(LONGEST_VALUE).collect::<String>().into()),
        BorrowedValue::Number(number) => Some(number.to_string().into()),
        BorrowedValue::Bool(flag) => Some(flag.to_string().into()),
        _ => None,
    }
}

/// The truth value in a field.
fn flag(payload: &BorrowedObject<'_>, field: &str) -> Option<bool> {
    member(payload, field)?.as_bool()
}
