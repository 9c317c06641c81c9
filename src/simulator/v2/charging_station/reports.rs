//! GetBaseReport and GetReport (OCPP 2.0.1 part 2, B07 and B08): which variables are reported, and the NotifyReport messages that follow.

use serde_json::{Value, json};

use super::ChargingStation;
use super::device_model::{ComponentPath, ModelVariable};
use super::effect::{only_status, status_then};
use super::report_parts::report_parts;
use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::ocpp::device_model::{AttributeKind, VariableMutability};
use crate::simulator::payload::{list, text};

/// The variables of a summary: what a station can be used for now, and what is wrong with it.
const SUMMARY: [&str; 3] = ["AvailabilityState", "Available", "Problem"];

impl ChargingStation {
    /// Answers requests for reports of the device model.
    pub(super) fn propose_reports(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        match call.action {
            "GetBaseReport" => Some(self.base_report(call.payload, now)),
            "GetReport" => Some(self.custom_report(call.payload, now)),
            _ => None,
        }
    }

    fn base_report(&self, payload: &Value, now: Moment) -> Proposal {
        let is_settable = |variable: &ModelVariable<'_>| {
            variable.attributes().iter().any(|attribute| attribute.access != VariableMutability::ReadOnly)
        };
        let wanted: &dyn Fn(&ModelVariable<'_>) -> bool = match text(payload, "reportBase") {
            Some("FullInventory") => &|_| true,
            Some("ConfigurationInventory") => &is_settable,
            Some("SummaryInventory") => &|variable| SUMMARY.contains(&variable.name()),
            _ => return only_status("NotSupported"),
        };
        self.report(payload, wanted, now)
    }

    fn custom_report(&self, payload: &Value, now: Moment) -> Proposal {
        let named = list(payload, "componentVariable");
        if let Some(refusal) = self.refuse_large("DeviceDataCtrlr", "GetReport", named.len(), payload) {
            return refusal.into();
        }
        let criteria: Vec<&str> = list(payload, "componentCriteria").iter().filter_map(Value::as_str).collect();
        let wanted = |variable: &ModelVariable<'_>| {
            is_named(variable, named) && (criteria.is_empty() || self.meets_any(&variable.component(), &criteria, now))
        };
        self.report(payload, &wanted, now)
    }

    /// Whether a component meets one of these criteria. One that does not say whether it is active, available or enabled is; one that
    /// does not say that it has a problem has none (OCPP 2.0.1 part 2, B08).
    fn meets_any(&self, component: &ComponentPath<'_>, criteria: &[&str], now: Moment) -> bool {
        let meets = |criterion: &&str| match self.model.find(&component.variable(criterion), self.version) {
            Ok(index) => self.shown_value(index, AttributeKind::Actual, now) == "true",
            Err(_) => *criterion != "Problem",
        };
        criteria.iter().any(meets)
    }

    /// The answer to a request for a report, and the report.
    fn report(&self, payload: &Value, wanted: &dyn Fn(&ModelVariable<'_>) -> bool, now: Moment) -> Proposal {
        let found = self.model.iter(self.version).filter(|(_, variable)| wanted(variable));
        let elements: Vec<Value> = found.map(|(index, variable)| self.report_element(index, &variable, now)).collect();
        if elements.is_empty() {
            return Answer::result(json!({ "status": "EmptyResultSet" })).into();
        }
        let request = payload["requestId"].clone();
        status_then("Accepted", move |station, now, out| {
            station.send_requested("NotifyReport", report_parts("reportData", elements, &request, now), out);
        })
    }

    fn report_element(&self, index: usize, variable: &ModelVariable<'_>, now: Moment) -> Value {
        let attributes = variable.attributes().iter().map(|attribute| {
            let mut written = json!({
                "type": attribute.kind.name(),
                "mutability": attribute.access.name(),
                "persistent": attribute.persistent,
                "constant": attribute.constant,
            });
            if attribute.access != VariableMutability::WriteOnly {
                written["value"] = self.shown_value(index, attribute.kind, now).into();
            }
            written
        });
        let mut element = variable.address();
        element["variableAttribute"] = attributes.collect();
        element["variableCharacteristics"] = variable.characteristics();
        element
    }
}

/// Whether a variable is one of those that a list names; without a list it is.
pub(super) fn is_named(variable: &ModelVariable<'_>, named: &[Value]) -> bool {
    let is_meant = |element: &Value| {
        let name = element.get("variable").and_then(|it| Some((text(it, "name")?, text(it, "instance"))));
        variable.is_meant_by(&ComponentPath::read(&element["component"]), name)
    };
    named.is_empty() || named.iter().any(is_meant)
}
