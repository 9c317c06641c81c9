//! How messages name components and variables. Names are compared without case (OCPP 2.0.1 part 2, `ComponentType`).

use serde_json::{Value, json};

use crate::simulator::payload::text;

/// A component as messages name it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ComponentPath<'a> {
    pub name: &'a str,
    pub instance: Option<&'a str>,
    pub evse: Option<i64>,
    pub connector: Option<i64>,
}

/// A variable of a component as messages name it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct VariablePath<'a> {
    pub component: ComponentPath<'a>,
    name: &'a str,
    instance: Option<&'a str>,
}

impl<'a> ComponentPath<'a> {
    /// Reads a `component`.
    pub fn read(component: &'a Value) -> ComponentPath<'a> {
        let evse = component.get("evse");
        ComponentPath {
            name: text(component, "name").unwrap_or_default(),
            instance: text(component, "instance"),
            evse: evse.and_then(|evse| evse.get("id")?.as_i64()),
            connector: evse.and_then(|evse| evse.get("connectorId")?.as_i64()),
        }
    }

    /// A variable of this component. An instance is written behind the name and a point.
    pub fn variable(self, name: &'a str) -> VariablePath<'a> {
        let (name, instance) = name.split_once('.').map_or((name, None), |(name, instance)| (name, Some(instance)));
        VariablePath { component: self, name, instance }
    }

    /// Whether this is its name and instance.
    pub fn is(&self, name: &str, instance: Option<&str>) -> bool {
        is(self.name, self.instance, name, instance)
    }

    /// The same, where a path without an instance means all of them.
    pub fn covers(&self, name: &str, instance: Option<&str>) -> bool {
        covers(self.name, self.instance, name, instance)
    }

    /// The field `component` of messages.
    pub fn written(&self) -> Value {
        let mut component = written(self.name, self.instance);
        if let Some(evse) = self.evse {
            component["evse"] = json!({ "id": evse });
        }
        if let Some(connector) = self.connector {
            component["evse"]["connectorId"] = connector.into();
        }
        component
    }
}

impl<'a> VariablePath<'a> {
    /// A variable of a component of the station.
    pub fn of(component: &'a str, name: &'a str) -> VariablePath<'a> {
        ComponentPath { name: component, instance: None, evse: None, connector: None }.variable(name)
    }

    /// Reads `component` and `variable` of an element of a message.
    pub fn read(element: &'a Value) -> VariablePath<'a> {
        let variable = &element["variable"];
        VariablePath {
            component: ComponentPath::read(&element["component"]),
            name: text(variable, "name").unwrap_or_default(),
            instance: text(variable, "instance"),
        }
    }

    /// Whether this is the name and instance of the variable.
    pub fn is(&self, name: &str, instance: Option<&str>) -> bool {
        is(self.name, self.instance, name, instance)
    }
}

fn is(name: &str, instance: Option<&str>, other: &str, other_instance: Option<&str>) -> bool {
    let same_instance = match (instance, other_instance) {
        (None, None) => true,
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    };
    same_instance && name.eq_ignore_ascii_case(other)
}

/// Whether a name with an instance means another one; without an instance it means all of them.
pub(super) fn covers(name: &str, instance: Option<&str>, other: &str, other_instance: Option<&str>) -> bool {
    is(name, instance.or(other_instance), other, other_instance)
}

/// A name with its instance, as in messages.
pub(super) fn written(name: &str, instance: Option<&str>) -> Value {
    let mut written = json!({ "name": name });
    if let Some(instance) = instance {
        written["instance"] = instance.into();
    }
    written
}
