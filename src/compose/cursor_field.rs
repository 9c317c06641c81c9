//! The field at the cursor of a payload, in words: its type and limits, what it means, and what its value means.

use super::fields::{describe, field_at};
use super::position::{WordEdge, position};
use super::walk::{ExpectedToken, PathStep};
use crate::ocpp::{MessageDefinition, field_docs};

/// A field in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorField {
    /// Its name; of an object inside of the payload with the names around it: `idTagInfo.status`.
    pub name: String,
    /// Whether it is required, its type, its limits, its values.
    pub kind: String,
    /// What it means.
    pub meaning: Option<&'static str>,
    /// The value that stands there and what it means, for a value of an enumeration.
    pub value: Option<(String, &'static str)>,
}

/// The field whose name or value is at the cursor; between two fields, the object around them. `None` outside of what the definitions
/// know.
pub fn cursor_field(message: &MessageDefinition, text: &str, cursor: usize) -> Option<CursorField> {
    let place = position(text, cursor, WordEdge::Part);
    let mut path = place.container.clone();
    match (&place.expected, &place.standing) {
        (ExpectedToken::Key, Some(name)) => path.push(PathStep::Key(name.clone())),
        (ExpectedToken::Key, None) => {}
        _ => path.extend(place.slot.clone()),
    }
    let found = field_at(&message.fields, &path)?;
    let names: Vec<&str> =
        path.iter().filter_map(|step| if let PathStep::Key(name) = step { Some(name.as_str()) } else { None }).collect();
    let action = message.action();
    let value = place.standing.filter(|_| place.expected == ExpectedToken::Value);
    Some(CursorField {
        name: names.join("."),
        kind: describe(found.field),
        meaning: field_docs::field(action, &names),
        value: value.and_then(|value| {
            field_docs::value(action, &names, &found.field.type_name, &value).map(|meaning| (value, meaning))
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{Catalog, Role, Version};

    #[test]
    fn the_field_is_found_from_its_name_and_from_its_value() {
        let catalog = Catalog::embedded();
        let reset = catalog.action(Version::V1_6, Role::CentralSystem, "Reset").unwrap();
        for text in ["{\"ty|pe\": \"Soft\"}", "{\"type\"|: \"Soft\"}", "{\"type\": |\"Soft\"}", "{\"type\": \"Soft\"|}"] {
            let field = cursor_field(&reset.request, &text.replace('|', ""), text.find('|').unwrap()).unwrap();
            assert_eq!((field.name.as_str(), field.kind.as_str()), ("type", "required, ResetType: Hard, Soft"), "{text}");
            assert!(field.meaning.is_some());
            assert_eq!(field.value.is_some(), text.find('|') > text.find(':'), "{text}");
        }
        let start = catalog.action(Version::V1_6, Role::ChargePoint, "StartTransaction").unwrap();
        let text = r#"{"idTagInfo": {"status": "Blo"#;
        let field = cursor_field(&start.response, text, text.len()).unwrap();
        assert_eq!((field.name.as_str(), field.value), ("idTagInfo.status", None));
        assert_eq!(cursor_field(&start.response, "{", 1), None);
        assert_eq!(cursor_field(&start.response, "{\"x\": 1", 7), None);
        let text = r#"{"idTagInfo": {"#;
        assert_eq!(cursor_field(&start.response, text, text.len()).unwrap().name, "idTagInfo");
    }

    #[test]
    fn a_message_knows_its_action() {
        let catalog = Catalog::embedded();
        for action in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
            assert_eq!((action.request.action(), action.response.action()), (&*action.name, &*action.name));
        }
    }
}
