//! The device model of a charging station of OCPP 2.x as its messages show it: components, their variables with attributes, monitors and
//! events, and the reports that brought them. It is the same for real and for simulated stations, because only what was seen counts.
//! Which field of which message holds what is in `fold`; the standard components and variables are in `ocpp`.

mod fold;
mod report;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde_json::{Value, json};

use super::fields::{BorrowedObject, inner, number, text};
use crate::ocpp::device_model::{AttributeKind, VariableMutability};

pub(super) use fold::is_about_model;
pub use report::{ReportOddity, SeenReport};

/// The variables that are kept for one station: a peer may report any number of them.
const MOST_VARIABLES: usize = 5_000;
/// The reports and the events of a variable that are remembered; the oldest leave first.
const REMEMBERED: usize = 20;
/// The monitors of one variable that are kept.
const MOST_MONITORS: usize = 100;

/// What was seen of a device model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeenModel {
    components: BTreeMap<ComponentKey, SeenComponent>,
    reports: VecDeque<SeenReport>,
    variables: usize,
    left_out: u64,
    passed_over: u64,
    refusal: Option<(Box<str>, Box<str>)>,
}

/// The variables of a component.
pub type SeenComponent = BTreeMap<VariableKey, SeenVariable>;

/// Which component: `Connector` of EVSE 1 and connector 2.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentKey {
    /// The name.
    pub name: Box<str>,
    /// The EVSE that it is a part of; `None` for the station as a whole.
    pub evse: Option<i64>,
    /// The connector that it is a part of.
    pub connector: Option<i64>,
    /// Which one of several of its name.
    pub instance: Option<Box<str>>,
}

/// Which variable of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableKey {
    /// The name.
    pub name: Box<str>,
    /// Which one of several of its name.
    pub instance: Option<Box<str>>,
}

/// A variable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeenVariable {
    /// Its attributes, in the order of [`AttributeKind`].
    pub attributes: BTreeMap<AttributeKind, SeenAttribute>,
    /// What a report says of its values.
    pub characteristics: Option<Box<SeenCharacteristics>>,
    /// Its monitors by their ids.
    pub monitors: BTreeMap<i64, SeenMonitor>,
    /// The last events, oldest first.
    pub events: VecDeque<SeenEvent>,
}

/// An attribute as it was last seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeenAttribute {
    /// Its value; `None` where it was not seen or cannot be read.
    pub value: Option<Box<str>>,
    /// Whether it can be read and written; `None` until a report says so.
    pub mutability: Option<VariableMutability>,
    /// Whether it survives a reboot.
    pub persistent: Option<bool>,
    /// Whether it never changes.
    pub constant: Option<bool>,
    /// The status of the last SetVariables of it.
    pub change: Option<Box<str>>,
    /// The status of the last GetVariables of it, when it was refused.
    pub refusal: Option<Box<str>>,
}

/// What a report says of the values of a variable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeenCharacteristics {
    /// The type: `decimal`.
    pub data_type: Box<str>,
    /// The unit.
    pub unit: Option<Box<str>>,
    /// The least value, or length.
    pub least: Option<f64>,
    /// The highest value, or length.
    pub most: Option<f64>,
    /// The values that a list may have.
    pub values: Vec<Box<str>>,
    /// Whether it can be monitored.
    pub monitored: bool,
}

/// A monitor of a variable.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenMonitor {
    /// The type: `UpperThreshold`.
    pub kind: Box<str>,
    /// The threshold, the delta, or the seconds.
    pub value: f64,
    /// From 0, danger, to 9, debug.
    pub severity: i64,
    /// Whether it is active in transactions only.
    pub transaction: bool,
}

/// An event of a variable.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenEvent {
    /// When it was reported, by the wall clock in microseconds.
    pub wall_micros: i64,
    /// Why: `Alerting`, `Delta`, `Periodic`.
    pub trigger: Box<str>,
    /// The value at that moment.
    pub value: Box<str>,
    /// Who set the monitor up: `CustomMonitor`, `HardWiredNotification`.
    pub kind: Box<str>,
    /// The id of the monitor.
    pub monitor: Option<i64>,
    /// Whether what was reported before is over.
    pub cleared: bool,
    /// What the manufacturer says of it.
    pub detail: Option<Box<str>>,
}

impl SeenModel {
    /// The components with their variables, by name.
    pub fn components(&self) -> &BTreeMap<ComponentKey, SeenComponent> {
        &self.components
    }

    /// A variable.
    pub fn variable(&self, component: &ComponentKey, variable: &VariableKey) -> Option<&SeenVariable> {
        self.components.get(component)?.get(variable)
    }

    /// How many variables are known.
    pub fn len(&self) -> usize {
        self.variables
    }

    /// Whether no variable is known.
    pub fn is_empty(&self) -> bool {
        self.variables == 0
    }

    /// A message is too long to be read.
    pub(super) fn pass_over(&mut self, bytes: usize) -> ReportOddity {
        self.passed_over += 1;
        ReportOddity::TooLong(bytes)
    }

    /// How many messages were too long to be read.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// How many variables were passed over because there were too many.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The last reports, oldest first.
    pub fn reports(&self) -> impl DoubleEndedIterator<Item = &SeenReport> {
        self.reports.iter()
    }

    /// The action and the status of the last request for a report, when it was refused.
    pub fn refusal(&self) -> Option<(&str, &str)> {
        self.refusal.as_ref().map(|(action, status)| (&**action, &**status))
    }

    /// The variable, which is made when it is new and there is room.
    fn variable_mut(&mut self, component: ComponentKey, variable: VariableKey) -> Option<&mut SeenVariable> {
        let is_known = self.variable(&component, &variable).is_some();
        if !is_known && self.variables >= MOST_VARIABLES {
            self.left_out += 1;
            return None;
        }
        self.variables += usize::from(!is_known);
        Some(self.components.entry(component).or_default().entry(variable).or_default())
    }
}

impl ComponentKey {
    /// Reads a `ComponentType`.
    fn of(component: &BorrowedObject<'_>) -> Option<ComponentKey> {
        let evse = inner(component, "evse");
        Some(ComponentKey {
            name: text(component, "name")?,
            evse: evse.and_then(|evse| number(evse, "id")),
            connector: evse.and_then(|evse| number(evse, "connectorId")),
            instance: text(component, "instance"),
        })
    }

    /// As a message names it.
    pub fn to_json(&self) -> Value {
        let mut component = json!({ "name": self.name });
        if let Some(instance) = &self.instance {
            component["instance"] = json!(instance);
        }
        if let Some(evse) = self.evse {
            component["evse"] = json!({ "id": evse });
            if let Some(connector) = self.connector {
                component["evse"]["connectorId"] = json!(connector);
            }
        }
        component
    }
}

/// `Connector[left] (EVSE 1, connector 2)`.
impl fmt::Display for ComponentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(instance) = &self.instance {
            write!(f, "[{instance}]")?;
        }
        match (self.evse, self.connector) {
            (Some(evse), Some(connector)) => write!(f, " (EVSE {evse}, connector {connector})"),
            (Some(evse), None) => write!(f, " (EVSE {evse})"),
            (None, _) => Ok(()),
        }
    }
}

impl VariableKey {
    /// Reads a `VariableType`.
    fn of(variable: &BorrowedObject<'_>) -> Option<VariableKey> {
        Some(VariableKey { name: text(variable, "name")?, instance: text(variable, "instance") })
    }

    /// As a message names it.
    pub fn to_json(&self) -> Value {
        match &self.instance {
            Some(instance) => json!({ "name": self.name, "instance": instance }),
            None => json!({ "name": self.name }),
        }
    }
}

/// `MessageAttempts[TransactionEvent]`.
impl fmt::Display for VariableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.instance.as_ref().map_or(Ok(()), |instance| write!(f, "[{instance}]"))
    }
}

impl SeenVariable {
    /// The value in force.
    pub fn actual(&self) -> Option<&str> {
        self.attributes.get(&AttributeKind::Actual)?.value.as_deref()
    }

    /// The unit; empty where there is none.
    pub fn unit(&self) -> &str {
        self.characteristics.as_ref().and_then(|known| known.unit.as_deref()).unwrap_or_default()
    }

    /// The values that its list has, or those of a truth value.
    pub fn listed(&self) -> Vec<&str> {
        match &self.characteristics {
            Some(known) if &*known.data_type == "boolean" => vec!["true", "false"],
            Some(known) => known.values.iter().map(|value| &**value).collect(),
            None => Vec::new(),
        }
    }

    /// Those of which exactly one can be chosen. Other lists have several at once.
    pub fn choices(&self) -> Vec<&str> {
        let of = |known: &SeenCharacteristics| matches!(&*known.data_type, "boolean" | "OptionList");
        if self.characteristics.as_deref().is_some_and(of) { self.listed() } else { Vec::new() }
    }
}

impl SeenCharacteristics {
    /// The type with its limits and its unit: `decimal 0–100 Percent`.
    pub fn describe(&self) -> String {
        let limits = match (self.least, self.most) {
            (Some(least), Some(most)) => format!(" {least}–{most}"),
            (Some(least), None) => format!(" ≥ {least}"),
            (None, Some(most)) => format!(" ≤ {most}"),
            (None, None) => String::new(),
        };
        let unit = self.unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
        format!("{}{limits}{unit}", self.data_type)
    }
}

#[cfg(test)]
mod tests;
