//! The differences between two versions, and between JSON and XML, computed from the fields.

use std::sync::Arc;

use super::row::occurs;
use crate::ocpp::{ActionDefinition, Catalog, FieldDefinition, FieldKind, Role, Version};

/// What became of an action from one version to the next.
pub(super) struct ActionChange {
    pub name: Arc<str>,
    pub initiator: Role,
    pub what: What,
}

/// What became of it.
pub(super) enum What {
    /// The older version does not have it.
    New,
    /// The newer version does not have it.
    Gone,
    /// Its messages differ.
    Changed { request: Vec<FieldChange>, response: Vec<FieldChange> },
}

/// What became of a field.
pub(super) struct FieldChange {
    /// Its path, with dots.
    pub path: String,
    /// What became of it, in words.
    pub text: String,
}

/// What changed from one version to a later one, by the names of the actions.
pub(super) fn between(catalog: &Catalog, older: Version, newer: Version) -> Vec<ActionChange> {
    let mut changes = Vec::new();
    let mut add = |action: &ActionDefinition, what| {
        changes.push(ActionChange { name: action.name.clone(), initiator: action.initiator, what });
    };
    for action in catalog.actions(newer) {
        match catalog.action(older, action.initiator, &action.name) {
            None => add(action, What::New),
            Some(before) => {
                let request = fields(&before.request.fields, &action.request.fields);
                let response = fields(&before.response.fields, &action.response.fields);
                if !request.is_empty() || !response.is_empty() {
                    add(action, What::Changed { request, response });
                }
            }
        }
    }
    for action in catalog.actions(older) {
        if catalog.action(newer, action.initiator, &action.name).is_none() {
            add(action, What::Gone);
        }
    }
    changes.sort_by(|a, b| a.name.cmp(&b.name).then(a.initiator.cmp(&b.initiator)));
    changes
}

/// How the fields of one message differ from those of another.
pub(super) fn fields(before: &[FieldDefinition], after: &[FieldDefinition]) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(before, after, "", &mut changes);
    changes
}

fn compare(before: &[FieldDefinition], after: &[FieldDefinition], parent: &str, changes: &mut Vec<FieldChange>) {
    let path =
        |field: &FieldDefinition| if parent.is_empty() { field.name.clone() } else { format!("{parent}.{}", field.name) };
    for old in before {
        let Some(new) = after.iter().find(|field| field.name == old.name) else {
            changes.push(FieldChange { path: path(old), text: "is gone".to_owned() });
            continue;
        };
        let mut add = |text: String| changes.push(FieldChange { path: path(old), text });
        let (often, now) = (occurs(old), occurs(new));
        if often != now {
            add(format!("is {now} instead of {often}"));
        }
        match (&old.kind, &new.kind) {
            (FieldKind::Object(old_fields), FieldKind::Object(new_fields))
            | (FieldKind::Map(old_fields), FieldKind::Map(new_fields)) => compare(old_fields, new_fields, &path(old), changes),
            (FieldKind::Enumeration(old_values), FieldKind::Enumeration(new_values)) => {
                let only = |these: &[String], those: &[String]| -> Vec<String> {
                    these.iter().filter(|value| !those.contains(value)).cloned().collect()
                };
                let (gone, added) = (only(old_values, new_values), only(new_values, old_values));
                if !added.is_empty() {
                    add(format!("may also be {}", added.join(", ")));
                }
                if !gone.is_empty() {
                    add(format!("may not be {}", gone.join(", ")));
                }
            }
            (old_kind, new_kind) => {
                let (was, is) = (old_kind.label(), new_kind.label());
                if was != is {
                    add(format!("is {is} instead of {was}"));
                }
            }
        }
    }
    for new in after.iter().filter(|field| before.iter().all(|old| old.name != field.name)) {
        let text = format!("is new: {}, {}", new.kind.label(), occurs(new));
        changes.push(FieldChange { path: path(new), text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(older: Version, newer: Version, action: &str) -> Vec<String> {
        let changes = between(&Catalog::embedded(), older, newer);
        let mut lines = Vec::new();
        for change in changes.iter().filter(|change| &*change.name == action) {
            match &change.what {
                What::New => lines.push("new".to_owned()),
                What::Gone => lines.push("gone".to_owned()),
                What::Changed { request, response } => {
                    lines.extend(request.iter().map(|change| format!("> {} {}", change.path, change.text)));
                    lines.extend(response.iter().map(|change| format!("< {} {}", change.path, change.text)));
                }
            }
        }
        lines
    }

    #[test]
    fn the_known_differences_are_found() {
        let boot = lines(Version::V1_5, Version::V1_6, "BootNotification");
        assert!(boot.contains(&"< status may also be Pending".to_owned()), "{boot:#?}");
        assert!(boot.contains(&"< heartbeatInterval is gone".to_owned()), "{boot:#?}");
        assert!(boot.contains(&"< interval is new: whole number, required".to_owned()), "{boot:#?}");
        assert_eq!(lines(Version::V1_2, Version::V1_5, "ReserveNow"), ["new"]);
        assert_eq!(lines(Version::V1_5, Version::V1_2, "ReserveNow"), ["gone"]);
        assert_eq!(lines(Version::V1_5, Version::V1_6, "Heartbeat"), Vec::<String>::new());
    }

    #[test]
    fn json_and_xml_differ_in_1_6_as_in_the_overlay() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_6, Role::ChargePoint, "MeterValues").unwrap();
        let xml = action.request.xml.as_ref().unwrap();
        let changes = fields(&action.request.fields, &xml.fields);
        let lines: Vec<String> = changes.iter().map(|change| format!("{} {}", change.path, change.text)).collect();
        assert!(
            lines.contains(&"meterValue.sampledValue is required, one or more instead of required, may be empty".to_owned()),
            "{lines:#?}"
        );
        assert!(lines.contains(&"meterValue.sampledValue.unit may not be Celcius".to_owned()), "{lines:#?}");
    }
}
