//! One line of plain English about each action, field, enumeration value and configuration key, from `wsdl/meanings.toml`. Types, limits
//! and what is required come from the definitions and are not repeated here.

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
    configuration: Rows,
}

const TEXT: &str = include_str!("../../wsdl/meanings.toml");

/// The table, read on first use. The file is built in, and a test reads it; should it be unreadable, nothing has a meaning.
fn table() -> &'static MeaningTable {
    static TABLE: OnceLock<MeaningTable> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
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

/// What a value of the enumeration at a path means in messages of an action.
pub fn value(action: &str, path: &[&str], value: &str) -> Option<&'static str> {
    candidates(action, path).find_map(|name| table().value.get(&name)).and_then(|rows| rows.get(value)).map(String::as_str)
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
        // The table is about 1.x.
        for action in Version::SOAP.iter().flat_map(|version| catalog.actions(*version)) {
            for message in [&action.request, &action.response] {
                walk(&action.name, &mut Vec::new(), &message.fields, see);
            }
        }
    }

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
                for text in values.iter().filter(|text| value(name, path, text).is_none()) {
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
    fn the_object_around_a_field_decides_before_the_action() {
        assert_eq!(value("StartTransaction", &["idTagInfo", "status"], "Invalid"), Some("Is not known"));
        assert_eq!(value("StatusNotification", &["status"], "Faulted"), Some("Broken: the error code says why"));
        assert_eq!(field("MeterValues", &["meterValue", "0", "sampledValue", "3", "unit"]), Some("The unit of the reading"));
        assert_eq!(field("MakeCoffee", &["sugar"]), None);
        assert_eq!(field("MakeCoffee", &[]), None);
        assert!(configuration_key("heartbeatinterval").is_some());
    }
}
