//! GetVariables and SetVariables (OCPP 2.0.1 part 2, B05 and B06): what is answered about each variable, and what a new value changes at
//! once. The variables are in `device_model`; what reads them when it is needed has nothing to do here.

use serde_json::{Value, json};

use super::ChargingStation;
use super::device_model::VariablePath;
use super::effect::result_as_sent;
use crate::behaviour::{Answer, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::device_model::{AttributeKind, VariableMutability};
use crate::ocpp::{ErrorCode, StationPassword};
use crate::simulator::payload::{list, text};

/// The answer about one variable: its status, and the reason of a refusal.
type VariableVerdict = (&'static str, Option<&'static str>);

/// A new value of an attribute.
#[derive(Debug)]
struct VariableChange {
    index: usize,
    kind: AttributeKind,
    value: String,
}

impl ChargingStation {
    /// Answers what is about single variables.
    pub(super) fn propose_variables(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        match call.action {
            "GetVariables" => Some(self.get_variables(call.payload, now).into()),
            "SetVariables" => Some(self.set_variables(call.payload)),
            _ => None,
        }
    }

    /// Refuses a message with more elements or bytes than the device model promises.
    pub(super) fn refuse_large(&self, controller: &str, action: &str, elements: usize, payload: &Value) -> Option<Answer> {
        let limit = |name: &str| usize::try_from(self.model.integer(controller, &format!("{name}.{action}"))?).ok();
        if let Some(most) = limit("ItemsPerMessage").filter(|most| elements > *most) {
            let description = format!("{action} has {elements} elements; this station takes {most}.");
            return Some(Answer::Error { code: ErrorCode::OccurenceConstraintViolation, description });
        }
        let most = limit("BytesPerMessage").filter(|most| payload.to_string().len() > *most)?;
        let description = format!("{action} is too large; this station takes {most} bytes.");
        Some(Answer::Error { code: ErrorCode::FormationViolation, description })
    }

    fn get_variables(&self, payload: &Value, now: Moment) -> Answer {
        let elements = list(payload, "getVariableData");
        if let Some(refusal) = self.refuse_large("DeviceDataCtrlr", "GetVariables", elements.len(), payload) {
            return refusal;
        }
        let results: Vec<Value> = elements.iter().map(|element| self.variable_result(element, now)).collect();
        Answer::result(json!({ "getVariableResult": results }))
    }

    fn variable_result(&self, element: &Value, now: Moment) -> Value {
        match self.readable_value(element, now) {
            Ok(value) => {
                let mut result = verdict_result(element, ("Accepted", None));
                result["attributeValue"] = value.into();
                result
            }
            Err(verdict) => verdict_result(element, verdict),
        }
    }

    fn readable_value(&self, element: &Value, now: Moment) -> Result<String, VariableVerdict> {
        let found = self.model.find(&VariablePath::read(element), self.version);
        let index = found.map_err(|fault| (fault.status(), None))?;
        let kind = kind_of(element);
        let attribute = self.model.variable(index).and_then(|it| it.attribute(kind));
        match attribute {
            None => Err(("NotSupportedAttributeType", None)),
            Some((attribute, _)) if attribute.access == VariableMutability::WriteOnly => Err(("Rejected", Some("WriteOnly"))),
            Some(_) => Ok(self.shown_value(index, kind, now)),
        }
    }

    /// SetVariables. Each element is judged and carried out by itself.
    fn set_variables(&self, payload: &Value) -> Proposal {
        let elements = list(payload, "setVariableData");
        if let Some(refusal) = self.refuse_large("DeviceDataCtrlr", "SetVariables", elements.len(), payload) {
            return refusal.into();
        }
        let judged: Vec<_> = elements.iter().map(|element| self.judge_variable(element)).collect();
        let results: Vec<Value> = elements
            .iter()
            .zip(&judged)
            .map(|(element, judged)| {
                let verdict = match judged {
                    Ok((status, _)) => (*status, None),
                    Err(verdict) => *verdict,
                };
                verdict_result(element, verdict)
            })
            .collect();
        result_as_sent(json!({ "setVariableResult": results }), |station, sent, _, out| {
            for (judged, sent) in judged.into_iter().zip(list(sent, "setVariableResult")) {
                let accepted = matches!(text(sent, "attributeStatus"), Some("Accepted" | "RebootRequired"));
                if let Some((_, change)) = judged.ok().filter(|_| accepted) {
                    station.model.set_attribute(change.index, change.kind, change.value);
                    station.variable_was_set(change.index, change.kind, out);
                }
            }
        })
    }

    fn judge_variable(&self, element: &Value) -> Result<(&'static str, VariableChange), VariableVerdict> {
        let found = self.model.find(&VariablePath::read(element), self.version);
        let index = found.map_err(|fault| (fault.status(), None))?;
        let kind = kind_of(element);
        let variable = self.model.variable(index).ok_or(("UnknownVariable", None))?;
        let (attribute, _) = variable.attribute(kind).ok_or(("NotSupportedAttributeType", None))?;
        if attribute.access == VariableMutability::ReadOnly {
            return Err(("Rejected", Some("ReadOnly")));
        }
        let value = variable.read_value(kind, text(element, "attributeValue").unwrap_or_default());
        let value = value.map_err(|fault| ("Rejected", Some(fault.reason())))?;
        let status = if attribute.needs_reboot { "RebootRequired" } else { "Accepted" };
        Ok((status, VariableChange { index, kind, value }))
    }

    /// What the CSMS has set takes effect at once where nothing reads it when it is needed.
    fn variable_was_set(&mut self, index: usize, kind: AttributeKind, out: &mut Outbox) {
        let Some(variable) = self.model.variable(index) else { return };
        // a fan follows its target
        if (variable.component().name, variable.name(), kind) == ("AirCoolingSystem", "FanSpeed", AttributeKind::Target) {
            let target = variable.value(AttributeKind::Target).unwrap_or_default().to_owned();
            self.model.set("AirCoolingSystem", "FanSpeed", target);
        } else if (variable.component().name, variable.name()) == ("SecurityCtrlr", "BasicAuthPassword") {
            let password = StationPassword::of_text(variable.value(kind).unwrap_or_default());
            self.model.set_attribute(index, kind, "");
            self.change_password(&password, out);
        }
    }
}

/// The attribute that an element is about: the actual value, unless it names another one.
fn kind_of(element: &Value) -> AttributeKind {
    text(element, "attributeType").and_then(AttributeKind::named).unwrap_or(AttributeKind::Actual)
}

/// The result of an element, with its address as it came.
fn verdict_result(element: &Value, (status, reason): VariableVerdict) -> Value {
    let mut result = json!({
        "attributeStatus": status,
        "component": element["component"],
        "variable": element["variable"],
    });
    if let Some(kind) = element.get("attributeType") {
        result["attributeType"] = kind.clone();
    }
    if let Some(reason) = reason {
        result["attributeStatusInfo"] = json!({ "reasonCode": reason });
    }
    result
}
