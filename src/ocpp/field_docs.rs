//! One line of plain English about each action, field, enumeration value and configuration key, from `wsdl/meanings.toml` and
//! `schemas/meanings.toml`. Types, limits and what is required come from the definitions and are not repeated here.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

type Rows = HashMap<String, String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeaningTable {
    action: Rows,
    field: Rows,
    value: HashMap<String, Rows>,
    #[serde(default)]
    configuration: Rows,
}

/// The files. None has a row of another one; a test compares them.
const TEXTS: [&str; 2] = [include_str!("../../wsdl/meanings.toml"), include_str!("../../schemas/meanings.toml")];

/// The table, read on first use. The files are built in, and a test reads them; should one be unreadable, its rows are missing.
fn table() -> &'static MeaningTable {
    static TABLE: OnceLock<MeaningTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = MeaningTable::default();
        for text in TEXTS {
            let MeaningTable { action, field, value, configuration } = toml::from_str(text).unwrap_or_default();
            table.action.extend(action);
            table.field.extend(field);
            table.value.extend(value);
            table.configuration.extend(configuration);
        }
        table
    })
}

/// What an action is for.
pub fn action(name: &str) -> Option<&'static str> {
    table().action.get(name).map(String::as_str)
}

/// What a configuration key is for. Names are compared without regard to case, as stations do.
pub fn configuration_key(name: &str) -> Option<&'static str> {
    let rows = &table().configuration;
    let found = rows.get(name).or_else(|| rows.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, text)| text));
    found.map(String::as_str)
}

/// What the field at a path of property names means in messages of an action. Positions in lists may be given or left out:
/// `["meterValue", "0", "timestamp"]` and `["meterValue", "timestamp"]` are the same field.
pub fn field(action: &str, path: &[&str]) -> Option<&'static str> {
    candidates(action, path).find_map(|name| table().field.get(&name)).map(String::as_str)
}

/// What a value of the enumeration at a path means in messages of an action. The rows of its type come first.
pub fn value(action: &str, path: &[&str], type_name: &str, value: &str) -> Option<&'static str> {
    let of_type = table().value.get(type_name).and_then(|rows| rows.get(value));
    let by_place = || candidates(action, path).find_map(|name| table().value.get(&name)).and_then(|rows| rows.get(value));
    of_type.or_else(by_place).map(String::as_str)
}

/// The names under which a field may be in the table, the most exact first.
fn candidates(action: &str, path: &[&str]) -> impl Iterator<Item = String> {
    let mut names = path.iter().rev().filter(|step| step.parse::<usize>().is_err());
    let last = names.next().copied().unwrap_or_default();
    let in_parent = names.next().map(|parent| format!("{parent}.{last}"));
    in_parent.into_iter().chain([format!("{action}.{last}"), last.to_owned()])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ocpp::{Catalog, FieldDefinition, FieldKind, Version};

    /// Calls `see` with the action and the path of every field of every message.
    fn every_field(see: &mut dyn FnMut(&str, &[&str], &FieldDefinition)) {
        fn walk<'field>(
            action: &str,
            path: &mut Vec<&'field str>,
            fields: &'field [FieldDefinition],
            see: &mut dyn FnMut(&str, &[&str], &FieldDefinition),
        ) {
            for field in fields {
                path.push(&field.name);
                see(action, path, field);
                walk(action, path, field.kind.fields(), see);
                path.pop();
            }
        }
        let catalog = Catalog::embedded();
        for action in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
            for message in [&action.request, &action.response] {
                walk(&action.name, &mut Vec::new(), &message.fields, see);
            }
        }
    }

    /// Values of 2.x without a meaning: their name says all.
    const SPEAK_FOR_THEMSELVES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    #[test]
    fn every_field_and_value_has_a_meaning() {
        let mut missing = Vec::new();
        every_field(&mut |name, path, definition| {
            if action(name).is_none() {
                missing.push(name.to_owned());
            }
            if field(name, path).is_none() {
                missing.push(format!("{name}: {}", path.join(".")));
            }
            if let FieldKind::Enumeration(values) = &definition.kind {
                let has_meaning = |text: &&String| value(name, path, &definition.type_name, text).is_some();
                for text in values.iter().filter(|text| !has_meaning(text) && !SPEAK_FOR_THEMSELVES.contains(&&***text)) {
                    missing.push(format!("{name}: {} = {text}", path.join(".")));
                }
            }
        });
        missing.dedup();
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn every_row_is_used_and_short() {
        let (mut fields, mut values) = (HashSet::new(), HashSet::new());
        every_field(&mut |action, path, definition| {
            fields.extend(candidates(action, path).find(|name| table().field.contains_key(name)));
            if let (FieldKind::Enumeration(known), Some(rows)) =
                (&definition.kind, candidates(action, path).find(|name| table().value.contains_key(name)))
            {
                values.extend(known.iter().map(|text| (rows.clone(), text.clone())));
            }
            if let FieldKind::Enumeration(known) = &definition.kind {
                values.extend(known.iter().map(|text| (definition.type_name.clone(), text.clone())));
            }
        });
        let mut unused: Vec<String> = table().field.keys().filter(|name| !fields.contains(*name)).cloned().collect();
        for (name, rows) in &table().value {
            let known = |text: &&String| values.contains(&(name.clone(), (*text).clone()));
            unused.extend(rows.keys().filter(|text| !known(text)).map(|text| format!("{name} = {text}")));
        }
        assert!(unused.is_empty(), "{unused:#?}");
        let all = [&table().action, &table().field, &table().configuration].into_iter().chain(table().value.values());
        for (name, text) in all.flatten() {
            assert!(text.chars().count() <= 120 && !text.ends_with('.'), "{name}: {text}");
        }
    }

    #[test]
    fn no_row_is_in_both_files() {
        let [one, two] = TEXTS.map(|text| toml::from_str::<MeaningTable>(text).unwrap());
        let both = |a: &Rows, b: &Rows| a.keys().filter(|name| b.contains_key(*name)).cloned().collect::<Vec<_>>();
        assert_eq!(both(&one.action, &two.action), Vec::<String>::new());
        assert_eq!(both(&one.field, &two.field), Vec::<String>::new());
        assert!(one.value.keys().all(|name| !two.value.contains_key(name)));
    }

    #[test]
    fn the_object_around_a_field_decides_before_the_action() {
        assert_eq!(value("StartTransaction", &["idTagInfo", "status"], "", "Invalid"), Some("Is not known"));
        assert_eq!(value("StatusNotification", &["status"], "", "Faulted"), Some("Broken: the error code says why"));
        assert_eq!(value("StatusNotification", &["connectorStatus"], "ConnectorStatusEnumType", "Faulted"), Some("Broken"));
        assert_eq!(
            value("MeterValues", &["measurand"], "MeasurandEnumType", "SoC"),
            Some("State of charge of the car in percent")
        );
        assert_eq!(field("MeterValues", &["meterValue", "0", "sampledValue", "3", "unit"]), Some("The unit of the reading"));
        assert_eq!(field("MakeCoffee", &["sugar"]), None);
        assert_eq!(field("MakeCoffee", &[]), None);
        assert!(configuration_key("heartbeatinterval").is_some());
    }
}
