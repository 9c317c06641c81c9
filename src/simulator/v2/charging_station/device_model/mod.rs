//! The device model of one station (OCPP 2.0.1 part 1 §4): its variables with their present values, and how they are found, read and
//! changed. What the table says about them is in `definition`; which messages read and change them, in `variables` and `reports`.

mod definition;
mod path;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};

use crate::ocpp::Version;
use crate::ocpp::device_model::AttributeKind;
use crate::simulator::settings::ChargePointSettings;

pub(crate) use definition::{AttributeDefinition, ValueFault};
use definition::{ComponentScope, VariableDefinition, VariableLimits, definitions};
pub(crate) use path::{ComponentPath, VariablePath};

/// Why a variable is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LookupFault {
    /// The station has no such component at this place.
    Component,
    /// The component has no such variable.
    Variable,
}

impl LookupFault {
    /// The status of an answer about it.
    pub fn status(self) -> &'static str {
        match self {
            LookupFault::Component => "UnknownComponent",
            LookupFault::Variable => "UnknownVariable",
        }
    }
}

/// A variable as it leaves the factory at stations of one kind.
#[derive(Debug)]
struct FactoryVariable {
    definition: &'static VariableDefinition,
    /// The EVSE and the connector where it is.
    evse: Option<u16>,
    connector: Option<u16>,
    limits: VariableLimits,
    /// The values of its attributes, in the order of the definition.
    values: Box<[Cow<'static, str>]>,
}

/// The kinds of stations that exist in this process. A fleet has thousands of stations of one kind, which differ in a few values.
static KINDS: Mutex<Vec<Weak<[FactoryVariable]>>> = Mutex::new(Vec::new());

/// Values that are others than those of the factory, by the number of the variable and the place among its attributes.
type OwnValues = BTreeMap<(usize, usize), Cow<'static, str>>;

/// The variables of a station, by component.
#[derive(Debug)]
pub(crate) struct DeviceModel {
    /// Shared by all stations of this kind.
    factory: Arc<[FactoryVariable]>,
    own: OwnValues,
}

/// A variable of a station.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModelVariable<'a> {
    factory: &'a FactoryVariable,
    index: usize,
    own: &'a OwnValues,
}

impl FactoryVariable {
    /// Whether another station's variable is the same, but for its values.
    fn is_like(&self, other: &FactoryVariable) -> bool {
        std::ptr::eq(self.definition, other.definition)
            && (self.evse, self.connector, self.limits) == (other.evse, other.connector, other.limits)
    }
}

/// The kind of a station with these variables: that of a station which is there, or a new one.
fn kind_of(variables: Vec<FactoryVariable>) -> (Arc<[FactoryVariable]>, OwnValues) {
    let mut kinds = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
    kinds.retain(|kind| kind.strong_count() > 0);
    let is_like = |kind: &Arc<[FactoryVariable]>| {
        kind.len() == variables.len() && kind.iter().zip(&variables).all(|(one, other)| one.is_like(other))
    };
    let Some(kind) = kinds.iter().filter_map(Weak::upgrade).find(is_like) else {
        let kind: Arc<[FactoryVariable]> = variables.into();
        kinds.push(Arc::downgrade(&kind));
        return (kind, BTreeMap::new());
    };
    let mut own = BTreeMap::new();
    for (index, (factory, variable)) in kind.iter().zip(variables).enumerate() {
        for (place, value) in variable.values.into_iter().enumerate() {
            if value != factory.values[place] {
                own.insert((index, place), value);
            }
        }
    }
    (kind, own)
}

impl DeviceModel {
    /// The variables of a new station.
    pub fn new(settings: &ChargePointSettings) -> DeviceModel {
        let mut variables = Vec::new();
        for definition in definitions() {
            let limits = definition.limits(settings);
            let places: Vec<(Option<u16>, Option<u16>)> = match definition.scope {
                ComponentScope::Station => vec![(None, None)],
                ComponentScope::Evse => (1..=settings.equipment.connectors).map(|evse| (Some(evse), None)).collect(),
                ComponentScope::Connector => (1..=settings.equipment.connectors).map(|evse| (Some(evse), Some(1))).collect(),
            };
            variables.extend(places.into_iter().map(|(evse, connector)| {
                let values = definition.attributes.iter().map(|it| it.first_value(settings, evse)).collect();
                FactoryVariable { definition, evse, connector, limits, values }
            }));
        }
        // stable: variables of a component stay in the order of the table, those of one place together
        variables.sort_by_key(|it| (it.definition.component, it.definition.component_instance, it.evse, it.connector));
        let (factory, own) = kind_of(variables);
        DeviceModel { factory, own }
    }

    fn all(&self) -> impl Iterator<Item = (usize, ModelVariable<'_>)> {
        self.factory.iter().enumerate().map(|(index, factory)| (index, ModelVariable { factory, index, own: &self.own }))
    }

    /// Its variables that exist in a version, each with its number.
    pub fn iter(&self, version: Version) -> impl Iterator<Item = (usize, ModelVariable<'_>)> {
        self.all().filter(move |(_, it)| it.factory.definition.exists_in(version))
    }

    /// A variable by its number.
    pub fn variable(&self, index: usize) -> Option<ModelVariable<'_>> {
        self.factory.get(index).map(|factory| ModelVariable { factory, index, own: &self.own })
    }

    /// The number of a variable that a message of a version names.
    ///
    /// # Errors
    /// When the station does not have it in this version.
    pub fn find(&self, path: &VariablePath<'_>, version: Version) -> Result<usize, LookupFault> {
        let mut fault = LookupFault::Component;
        for (index, variable) in self.iter(version).filter(|(_, it)| it.is_of(&path.component)) {
            if variable.is_named(path) {
                return Ok(index);
            }
            fault = LookupFault::Variable;
        }
        Err(fault)
    }

    fn named(&self, path: &VariablePath<'_>) -> Option<ModelVariable<'_>> {
        self.all().map(|(_, it)| it).find(|it| it.is_named(path) && it.is_of(&path.component))
    }

    /// The actual value of a variable of the station as a whole number. An instance is written behind the name: `ItemsPerMessage.GetReport`.
    pub fn integer(&self, component: &str, variable: &str) -> Option<i64> {
        self.text(component, variable)?.parse().ok()
    }

    /// The actual value of a variable of the station.
    pub fn text(&self, component: &str, variable: &str) -> Option<&str> {
        self.named(&VariablePath::of(component, variable))?.value(AttributeKind::Actual)
    }

    /// Whether a switch of an EVSE is on.
    pub fn evse_flag(&self, component: &str, evse: i32, variable: &str) -> bool {
        let path =
            ComponentPath { name: component, instance: None, evse: Some(evse.into()), connector: None }.variable(variable);
        self.named(&path).and_then(|it| it.value(AttributeKind::Actual)) == Some("true")
    }

    /// The values that a variable of the station may have, separated by commas; empty when there is no list.
    pub fn members(&self, component: &str, variable: &str) -> &'static str {
        self.named(&VariablePath::of(component, variable)).map_or("", |it| it.factory.definition.values)
    }

    /// The highest value that a variable of the station may have.
    pub fn most(&self, component: &str, variable: &str) -> Option<f64> {
        self.named(&VariablePath::of(component, variable))?.factory.limits.most
    }

    /// Whether a switch of the station is on.
    pub fn flag(&self, component: &str, variable: &str) -> bool {
        self.text(component, variable) == Some("true")
    }

    /// Sets the actual value of a variable that the station itself keeps, read-only or not. A variable that the station does not have
    /// stays away.
    pub fn set(&mut self, component: &str, variable: &str, value: impl Into<Cow<'static, str>>) {
        if let Some(index) = self.named(&VariablePath::of(component, variable)).map(|it| it.index) {
            self.set_attribute(index, AttributeKind::Actual, value);
        }
    }

    /// Sets an attribute of a variable, if it has it.
    pub fn set_attribute(&mut self, index: usize, kind: AttributeKind, value: impl Into<Cow<'static, str>>) {
        let Some(variable) = self.factory.get(index) else { return };
        let Some(place) = variable.definition.attributes.iter().position(|it| it.kind == kind) else { return };
        let value = value.into();
        if variable.values[place] == value {
            self.own.remove(&(index, place));
        } else {
            self.own.insert((index, place), value);
        }
    }
}

impl<'a> ModelVariable<'a> {
    /// Whether it is of a component. Without a place in the path it is that of the station.
    fn is_of(&self, path: &ComponentPath<'_>) -> bool {
        path.is(self.factory.definition.component, self.factory.definition.component_instance)
            && path.evse == self.factory.evse.map(i64::from)
            && path.connector == self.factory.connector.map(i64::from)
    }

    fn is_named(&self, path: &VariablePath<'_>) -> bool {
        path.is(self.factory.definition.name, self.factory.definition.instance)
    }

    /// Whether it is of a component as reports name them: what the path does not say, matches (OCPP 2.0.1 part 2, B08).
    pub fn is_meant_by(&self, path: &ComponentPath<'_>, name: Option<(&str, Option<&str>)>) -> bool {
        let same = |own: Option<u16>, wanted: Option<i64>| wanted.is_none_or(|wanted| own.map(i64::from) == Some(wanted));
        path.covers(self.factory.definition.component, self.factory.definition.component_instance)
            && same(self.factory.evse, path.evse)
            && same(self.factory.connector, path.connector)
            && name.is_none_or(|(name, instance)| {
                path::covers(name, instance, self.factory.definition.name, self.factory.definition.instance)
            })
    }

    /// The component where it is.
    pub fn component(&self) -> ComponentPath<'static> {
        ComponentPath {
            name: self.factory.definition.component,
            instance: self.factory.definition.component_instance,
            evse: self.factory.evse.map(i64::from),
            connector: self.factory.connector.map(i64::from),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.factory.definition.name
    }

    /// Whether monitors make sense.
    pub fn supports_monitoring(&self) -> bool {
        self.factory.definition.supports_monitoring()
    }

    /// Whether its values are numbers.
    pub fn is_number(&self) -> bool {
        self.factory.definition.data_type.is_number()
    }

    /// Whether a number is within its limits.
    pub fn allows_number(&self, number: f64) -> bool {
        self.factory.limits.least.is_none_or(|least| number >= least)
            && self.factory.limits.most.is_none_or(|most| number <= most)
    }

    /// An attribute and its value.
    pub fn attribute(&self, kind: AttributeKind) -> Option<(&'static AttributeDefinition, &'a str)> {
        let definition = self.factory.definition;
        let place = definition.attributes.iter().position(|it| it.kind == kind)?;
        let value = self.own.get(&(self.index, place)).unwrap_or(&self.factory.values[place]);
        Some((&definition.attributes[place], &**value))
    }

    /// The value of an attribute.
    pub fn value(&self, kind: AttributeKind) -> Option<&'a str> {
        self.attribute(kind).map(|(_, value)| value)
    }

    /// Its attributes.
    pub fn attributes(&self) -> &'static [AttributeDefinition] {
        &self.factory.definition.attributes
    }

    /// Reads a new value for an attribute. A target is between the least and the highest one.
    ///
    /// # Errors
    /// When it is no value of the variable.
    pub fn read_value(&self, kind: AttributeKind, value: &str) -> Result<String, ValueFault> {
        let read = self.factory.definition.read_value(value, self.factory.limits)?;
        let bound = |kind| self.value(kind).and_then(|value| value.parse::<f64>().ok());
        let (least, most) = match kind {
            AttributeKind::Actual => (None, None),
            AttributeKind::Target => (bound(AttributeKind::MinSet), bound(AttributeKind::MaxSet)),
            AttributeKind::MinSet => (None, bound(AttributeKind::MaxSet)),
            AttributeKind::MaxSet => (bound(AttributeKind::MinSet), None),
        };
        match read.parse::<f64>() {
            Ok(number) if least.is_some_and(|least| number < least) => Err(ValueFault::Low),
            Ok(number) if most.is_some_and(|most| number > most) => Err(ValueFault::High),
            _ => Ok(read),
        }
    }

    /// The fields `component` and `variable` of messages.
    pub fn address(&self) -> Value {
        json!({ "component": self.component().written(), "variable": path::written(self.factory.definition.name, self.factory.definition.instance) })
    }

    /// The field `variableCharacteristics` of a report.
    pub fn characteristics(&self) -> Value {
        let definition = self.factory.definition;
        let mut written = json!({
            "dataType": definition.data_type.name(),
            "supportsMonitoring": definition.supports_monitoring(),
        });
        if let Some(unit) = definition.unit {
            written["unit"] = unit.into();
        }
        for (field, limit) in [("minLimit", self.factory.limits.least), ("maxLimit", self.factory.limits.most)] {
            if let Some(limit) = limit {
                written[field] = limit.into();
            }
        }
        if !definition.values.is_empty() {
            written["valuesList"] = definition.values.into();
        }
        written
    }
}
