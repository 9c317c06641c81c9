//! The shape of one message: a tree of fields for JSON, and one for XML. The JSON Schema is in `schema`, validation in `check/`,
//! samples in `sample/`.

use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use serde_json::Value;

use super::BorrowedJson;
use super::number_range::NumberRange;

/// The payload of a call or of a result.
#[derive(Debug)]
pub struct MessageDefinition {
    /// The name of its type in the definitions: `BootNotificationRequest`.
    pub name: Arc<str>,
    /// The fields of the JSON object, in the order in which the definitions list them.
    pub fields: Vec<FieldDefinition>,
    /// The same message in XML, which has its own order and, in OCPP 1.6, other limits. `None` for a message of an extension,
    /// which exists in JSON only.
    pub xml: Option<XmlBody>,
    /// Where its JSON Schema comes from.
    pub schema: SchemaSource,
    /// Compiled on first use by `check`. Compiling takes thousands of times as long as checking, and most messages of a
    /// version never occur on a link.
    pub(super) validator: OnceLock<Option<Validator<BorrowedJson>>>,
}

/// Where the JSON Schema of a message comes from.
#[derive(Debug)]
pub enum SchemaSource {
    /// It is made from the fields on first use: WSDL files have no JSON Schema.
    Derived(OnceLock<Value>),
    /// The definitions have it. It decides what is valid; the fields serve samples, completion and documentation.
    Given {
        /// Its text.
        text: Box<str>,
        /// Parsed on first use.
        schema: OnceLock<Value>,
    },
}

/// A message as the child of a SOAP body.
#[derive(Debug)]
pub struct XmlBody {
    /// The namespace of the element and of every element inside it. It ends in a slash.
    pub namespace: Arc<str>,
    /// The element: `bootNotificationRequest`.
    pub element: String,
    /// The fields in the order of the elements. Their names are the JSON names; [`FieldDefinition::xml`] is how XML writes them.
    pub fields: Vec<FieldDefinition>,
}

/// A field of a message or of an object in it.
#[derive(Debug, Clone)]
pub struct FieldDefinition {
    /// The JSON property name.
    pub name: String,
    /// The kind of its value; of a list, the kind of each element.
    pub kind: FieldKind,
    /// Whether it must be present.
    pub required: bool,
    /// `Some(minimum)` when the field is a list.
    pub repeated: Option<u32>,
    /// The most elements of a list.
    pub max_items: Option<u32>,
    /// The name of its type in the definitions: `IdToken`, `xs:int`. Empty for a type without a name.
    pub type_name: String,
    /// The value that it has when it is left out, as JSON Schema says (`default`); WSDL says none.
    pub default: Option<Box<str>>,
    /// Its form in XML. In a message without XML it is an element of the same name.
    pub xml: XmlForm,
}

/// The place of a field in XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlForm {
    /// A child element of this name. It is the JSON name but for the `value` elements of OCPP 1.5, which JSON calls `values`.
    Element(String),
    /// An attribute of the parent element, without a prefix.
    Attribute,
    /// The text of the parent element.
    Text,
}

/// The kind of a field's value.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// Text with an optional limit in characters.
    Text {
        /// The limit.
        max_length: Option<u32>,
    },
    /// One of these texts.
    Enumeration(Vec<String>),
    /// An integer in this range.
    Integer(NumberRange),
    /// A decimal number with at most this many fraction digits.
    Decimal {
        /// The limit.
        fraction_digits: Option<u32>,
        /// The range.
        range: NumberRange,
    },
    /// `true` or `false`.
    Boolean,
    /// A date with time, ISO 8601.
    DateTime,
    /// A URI.
    Uri,
    /// An object with these fields and no others.
    Object(Vec<FieldDefinition>),
    /// An object with these fields, and with any others.
    Map(Vec<FieldDefinition>),
    /// Any JSON.
    Any,
}

impl MessageDefinition {
    /// The name of its action: its own without what it is of the action, call or result.
    pub fn action(&self) -> &str {
        self.name.strip_suffix("Request").or_else(|| self.name.strip_suffix("Response")).unwrap_or(&self.name)
    }

    /// A message whose schema is derived from its fields.
    pub fn new(name: impl Into<Arc<str>>, fields: Vec<FieldDefinition>, xml: Option<XmlBody>) -> MessageDefinition {
        let schema = SchemaSource::Derived(OnceLock::new());
        MessageDefinition { name: name.into(), fields, xml, schema, validator: OnceLock::new() }
    }

    /// The message with the JSON Schema (draft-07 or older) of the definitions, which is JSON and compiles.
    pub fn with_schema(self, text: impl Into<Box<str>>) -> MessageDefinition {
        let schema = SchemaSource::Given { text: text.into(), schema: OnceLock::new() };
        MessageDefinition { schema, validator: OnceLock::new(), ..self }
    }

    /// The field at a path of property names. Positions in lists may be given or left out: `["meterValue", "0", "timestamp"]` and
    /// `["meterValue", "timestamp"]` are the same field.
    pub fn field_at(&self, path: &[&str]) -> Option<&FieldDefinition> {
        find(&self.fields, path.iter().copied())
    }
}

fn in_range(label: String, range: NumberRange) -> String {
    range.label().map_or(label.clone(), |range| format!("{label}, {range}"))
}

/// Walks from `fields` along the property names.
pub(super) fn find<'field, 'name>(
    mut fields: &'field [FieldDefinition],
    path: impl IntoIterator<Item = &'name str>,
) -> Option<&'field FieldDefinition> {
    let mut found: Option<&FieldDefinition> = None;
    for step in path {
        if let Some(field) = fields.iter().find(|field| field.name == step) {
            fields = field.kind.fields();
            found = Some(field);
        } else if !(is_position(step) && found.is_some_and(|field| field.repeated.is_some())) {
            return None;
        }
    }
    found
}

fn is_position(step: &str) -> bool {
    !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit())
}

impl FieldDefinition {
    /// The kind of the value, in words: `list of text, at most 20 characters`.
    pub fn label(&self) -> String {
        match (self.repeated, self.max_items) {
            (Some(0), None) => format!("list of {}", self.kind.label()),
            (Some(minimum), None) => format!("list of at least {minimum}: {}", self.kind.label()),
            (Some(0), Some(most)) => format!("list of at most {most}: {}", self.kind.label()),
            (Some(minimum), Some(most)) => format!("list of {minimum} to {most}: {}", self.kind.label()),
            (None, _) => self.kind.label(),
        }
    }
}

impl FieldKind {
    /// The kind, in words.
    pub fn label(&self) -> String {
        match self {
            FieldKind::Text { max_length: None } => "text".to_owned(),
            FieldKind::Text { max_length: Some(limit) } => format!("text, at most {limit} characters"),
            FieldKind::Enumeration(values) => format!("one of {}", values.join(", ")),
            FieldKind::Integer(range) => in_range("whole number".to_owned(), *range),
            FieldKind::Decimal { fraction_digits, range } => {
                let number = match fraction_digits {
                    Some(1) => "number, at most 1 fraction digit".to_owned(),
                    Some(digits) => format!("number, at most {digits} fraction digits"),
                    None => "number".to_owned(),
                };
                in_range(number, *range)
            }
            FieldKind::Boolean => "true or false".to_owned(),
            FieldKind::DateTime => "date and time".to_owned(),
            FieldKind::Uri => "URI".to_owned(),
            FieldKind::Object(_) => "object".to_owned(),
            FieldKind::Map(_) => "object with any fields".to_owned(),
            FieldKind::Any => "any JSON".to_owned(),
        }
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, FieldKind::Object(_) | FieldKind::Map(_))
    }

    /// The known fields of an object; empty for other kinds.
    pub fn fields(&self) -> &[FieldDefinition] {
        match self {
            FieldKind::Object(fields) | FieldKind::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The texts of an enumeration and of a boolean; empty for other kinds.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        const BOOLEAN: [&str; 2] = ["false", "true"];
        let (texts, fixed): (&[String], &[&str]) = match self {
            FieldKind::Enumeration(values) => (values, &[]),
            FieldKind::Boolean => (&[], &BOOLEAN),
            _ => (&[], &[]),
        };
        texts.iter().map(String::as_str).chain(fixed.iter().copied())
    }

    /// Whether JSON writes it between quotation marks.
    pub fn is_quoted(&self) -> bool {
        matches!(self, FieldKind::Text { .. } | FieldKind::Enumeration(_) | FieldKind::DateTime | FieldKind::Uri)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Catalog, Role, Version};

    #[test]
    fn a_field_is_found_with_and_without_positions() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_6, Role::ChargePoint, "MeterValues").unwrap();
        let unit = action.request.field_at(&["meterValue", "0", "sampledValue", "12", "unit"]).unwrap();
        assert!(unit.kind.choices().any(|choice| choice == "Wh"));
        assert_eq!(action.request.field_at(&["meterValue", "sampledValue", "unit"]).unwrap().name, "unit");
        assert!(action.request.field_at(&["connectorId", "0"]).is_none());
        assert!(action.request.field_at(&["0"]).is_none());
        assert!(action.request.field_at(&[]).is_none());
        assert!(action.request.field_at(&["meterValue", "unit"]).is_none());
    }

    #[test]
    fn labels_name_what_a_field_holds() {
        let catalog = Catalog::embedded();
        let boot = catalog.action(Version::V1_6, Role::ChargePoint, "BootNotification").unwrap();
        assert_eq!(boot.request.field_at(&["chargePointModel"]).unwrap().label(), "text, at most 20 characters");
        assert_eq!(boot.response.field_at(&["status"]).unwrap().label(), "one of Accepted, Pending, Rejected");
        let start = catalog.action(Version::V1_6, Role::CentralSystem, "SetChargingProfile").unwrap();
        let periods = ["csChargingProfiles", "chargingSchedule", "chargingSchedulePeriod"];
        assert_eq!(start.request.field_at(&periods).unwrap().label(), "list of object");
    }
}
