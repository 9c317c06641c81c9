//! What may be written where a message of OCPP 2.x names a component or a variable of the device model: what the station has, and what
//! the specification names.

use std::ops::Range;

use serde_json::Value;

use super::known::{KnownValues, KnownVariable};
use super::spans::SpanMap;
use super::walk::PathStep;
use crate::ocpp::Version;
use crate::ocpp::device_model::{
    ANY_COMPONENT, PHYSICAL_COMPONENTS, StandardVariable, VariableType, standard_components, standard_variables,
};

/// What is offered, with a word about each.
type Offer = Vec<(Value, &'static str)>;

/// What may be written at a place of a text; nothing where no component and no variable is named.
pub(super) fn model_values(text: &str, place: &[PathStep], known: &KnownValues) -> Offer {
    let names: Vec<&str> =
        place.iter().rev().take(3).map(|step| if let PathStep::Key(name) = step { name.as_str() } else { "" }).collect();
    let above = |steps: usize| &place[..place.len() - steps];
    let version = known.version().unwrap_or(Version::V2_1);
    let mut offer = ModelOffer { offered: Vec::new(), known: known.variables(), version };
    match names[..] {
        ["name", "component", ..] => offer.components(),
        ["instance", "component", ..] => {
            offer.of_component(&NamedPlace::of(text, above(2)), |it| text_of(it.component_instance.as_deref()));
        }
        ["id", "evse", "component"] => offer.of_component(&NamedPlace::of(text, above(3)), |it| it.evse.map(Value::from)),
        ["connectorId", "evse", "component"] => {
            offer.of_component(&NamedPlace::of(text, above(3)), |it| it.connector.map(Value::from));
        }
        ["name", "variable", ..] => offer.variables(&NamedPlace::of(text, above(2))),
        ["instance", "variable", ..] => offer.instances(&NamedPlace::of(text, above(2))),
        ["attributeValue", ..] => offer.values(&NamedPlace::of(text, above(1))),
        _ => {}
    }
    offer.offered
}

/// The component and the variable that a text names around a place, as far as they are there.
#[derive(Debug, Default)]
struct NamedPlace {
    component: Option<String>,
    variable: Option<String>,
    variable_instance: Option<String>,
}

impl NamedPlace {
    fn of(text: &str, element: &[PathStep]) -> NamedPlace {
        let spans = SpanMap::of(text);
        let pointer = element.iter().fold(String::new(), |pointer, step| match step {
            PathStep::Key(name) => format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
            PathStep::Index(index) => format!("{pointer}/{index}"),
        });
        let at = |path: &str| read(text, spans.get(&format!("{pointer}/{path}"))?.value.clone());
        NamedPlace {
            component: at("component/name"),
            variable: at("variable/name"),
            variable_instance: at("variable/instance"),
        }
    }

    fn is_of(&self, known: &KnownVariable) -> bool {
        self.component.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&known.component))
    }
}

/// The text that stands in a span.
fn read(text: &str, span: Range<usize>) -> Option<String> {
    serde_json::from_str(text.get(span)?).ok()
}

fn text_of(text: Option<&str>) -> Option<Value> {
    text.map(Value::from)
}

struct ModelOffer<'a> {
    offered: Offer,
    known: &'a [KnownVariable],
    version: Version,
}

impl ModelOffer<'_> {
    fn add(&mut self, value: impl Into<Value>, word: &'static str) {
        let value = value.into();
        if !self.offered.iter().any(|(offered, _)| *offered == value) {
            self.offered.push((value, word));
        }
    }

    fn components(&mut self) {
        for known in self.known {
            self.add(known.component.as_str(), "seen");
        }
        for name in standard_components(self.version).into_iter().chain(PHYSICAL_COMPONENTS) {
            self.add(name, "standard");
        }
    }

    /// What the variables of a component say that the station has.
    fn of_component(&mut self, place: &NamedPlace, of: impl Fn(&KnownVariable) -> Option<Value>) {
        for value in self.known.iter().filter(|known| place.is_of(known)).filter_map(of) {
            self.add(value, "seen");
        }
    }

    /// The standard variables of a component, those of every component last.
    fn standard(&self, component: Option<&str>) -> impl Iterator<Item = &'static StandardVariable> + use<> {
        let version = self.version;
        let own = component.map(str::to_owned);
        let of = move |wanted: &str| {
            let wanted = wanted.to_owned();
            let all = standard_variables().iter().filter(move |it| it.exists_in(version));
            all.filter(move |it| it.component.eq_ignore_ascii_case(&wanted))
        };
        own.into_iter().flat_map(move |name| of(&name).chain(of(ANY_COMPONENT)))
    }

    fn variables(&mut self, place: &NamedPlace) {
        self.of_component(place, |known| Some(known.variable.as_str().into()));
        for standard in self.standard(place.component.as_deref()) {
            self.add(standard.name, if standard.component == ANY_COMPONENT { "of any component" } else { "standard" });
        }
    }

    fn instances(&mut self, place: &NamedPlace) {
        let named = place.variable.clone();
        let same = |name: &str| named.as_ref().is_none_or(|named| named.eq_ignore_ascii_case(name));
        self.of_component(place, |known| text_of(known.variable_instance.as_deref()).filter(|_| same(&known.variable)));
        let standard = self.standard(place.component.as_deref()).filter(|it| same(it.name));
        // In angle brackets is what stands for any name.
        let instances: Vec<&str> = standard.filter_map(|it| it.instance).filter(|name| !name.starts_with('<')).collect();
        for name in instances {
            self.add(name, "standard");
        }
    }

    fn values(&mut self, place: &NamedPlace) {
        let (Some(component), Some(variable)) = (&place.component, &place.variable) else { return };
        let known = self.known.iter().find(|known| {
            place.is_of(known)
                && known.variable.eq_ignore_ascii_case(variable)
                && known.variable_instance == place.variable_instance
        });
        if let Some(known) = known {
            let now = known.value.clone();
            for value in &known.values {
                self.add(value.as_str(), if now.as_ref() == Some(value) { "the value now" } else { "listed" });
            }
            if let Some(now) = now {
                self.add(now, "the value now");
            }
        }
        if let Some(standard) = StandardVariable::find(component, variable, place.variable_instance.as_deref()) {
            for value in standard.values.split(',').filter(|value| !value.is_empty()) {
                self.add(value, "standard");
            }
            if standard.data_type == VariableType::Boolean {
                self.add("true", "");
                self.add("false", "");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownValues {
        let mut known = KnownValues::default();
        let variable =
            |component: &str, evse, variable: &str, instance: Option<&str>, value: &str, values: &[&str]| KnownVariable {
                component: component.to_owned(),
                evse,
                variable: variable.to_owned(),
                variable_instance: instance.map(str::to_owned),
                value: Some(value.to_owned()),
                values: values.iter().map(ToString::to_string).collect(),
                ..KnownVariable::default()
            };
        known.set_model(
            Version::V2_0_1,
            vec![
                variable("VendorCtrlr", None, "Colour", None, "blue", &["blue", "red"]),
                variable("Connector", Some(2), "Lock", Some("left"), "on", &[]),
            ],
        );
        known
    }

    /// What is offered at the cursor `|`, which stands in a text of its own.
    fn offered(marked: &str) -> Vec<String> {
        let cursor = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let position = super::super::position::position(&text, cursor, super::super::position::WordEdge::Part);
        let label = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        model_values(&text, &position.value_path(), &known())
            .into_iter()
            .map(|(value, word)| format!("{} {word}", label(value)))
            .collect()
    }

    #[test]
    fn components_of_the_station_come_before_the_standard_ones() {
        let found = offered(r#"{"getVariableData": [{"component": {"name": "|""#);
        assert_eq!(found[..2], ["VendorCtrlr seen", "Connector seen"]);
        assert!(found.contains(&"OCPPCommCtrlr standard".to_owned()) && found.contains(&"TiltSensor standard".to_owned()));
        assert_eq!(offered(r#"{"component": {"name": "Connector", "evse": {"id": |}}}"#), ["2 seen"]);
    }

    #[test]
    fn variables_are_those_of_the_component_that_is_named() {
        let found = offered(r#"{"component": {"name": "vendorctrlr"}, "variable": {"name": "|"}}"#);
        assert_eq!(found[0], "Colour seen");
        assert!(found.contains(&"Enabled of any component".to_owned()), "{found:?}");
        let found = offered(r#"{"setVariableData": [{"variable": {"name": "|"}, "component": {"name": "OCPPCommCtrlr"}}]}"#);
        assert!(
            found.contains(&"HeartbeatInterval standard".to_owned()) && !found.contains(&"Colour seen".to_owned()),
            "{found:?}"
        );
        let found =
            offered(r#"{"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "MessageAttempts", "instance": "|"}}"#);
        assert_eq!(found, ["TransactionEvent standard"]);
        assert_eq!(
            offered(r#"{"component": {"name": "Connector"}, "variable": {"name": "Lock", "instance": "|"}}"#),
            ["left seen"]
        );
    }

    #[test]
    fn values_are_those_that_the_variable_may_have() {
        let at = |component: &str, variable: &str| {
            offered(&format!(
                r#"{{"attributeValue": "|", "component": {{"name": "{component}"}}, "variable": {{"name": "{variable}"}}}}"#
            ))
        };
        assert_eq!(at("VendorCtrlr", "Colour"), ["blue the value now", "red listed"]);
        assert_eq!(at("AuthCtrlr", "Enabled"), ["true ", "false "]);
        assert!(
            at("TxCtrlr", "TxStartPoint").contains(&"EVConnected standard".to_owned()),
            "{:?}",
            at("TxCtrlr", "TxStartPoint")
        );
        assert_eq!(at("Nothing", "Here"), Vec::<String>::new());
    }
}
