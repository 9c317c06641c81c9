//! A message with the kinds of fields that no message of OCPP 1.x has: ranges, free members, any JSON, lists with a most.

use super::{FieldDefinition, FieldKind, MessageDefinition, NumberRange, XmlForm};

fn optional(name: &str, kind: FieldKind) -> FieldDefinition {
    FieldDefinition {
        name: name.to_owned(),
        kind,
        required: false,
        repeated: None,
        max_items: None,
        type_name: String::new(),
        default: None,
        xml: XmlForm::Element(name.to_owned()),
    }
}

/// `soc` from 0 to 100, `priority` from 0, one or two `tags`, any `data`, `customData` with a `vendorId` and more.
pub(crate) fn newer_message() -> MessageDefinition {
    let text = || FieldKind::Text { max_length: Some(5) };
    let soc = NumberRange { minimum: Some(0.0), maximum: Some(100.0) };
    let priority = NumberRange { minimum: Some(3.0), maximum: None };
    let vendor = FieldDefinition { required: true, ..optional("vendorId", text()) };
    let fields = vec![
        FieldDefinition { required: true, ..optional("soc", FieldKind::Decimal { fraction_digits: None, range: soc }) },
        FieldDefinition { required: true, ..optional("priority", FieldKind::Integer(priority)) },
        FieldDefinition { required: true, repeated: Some(1), max_items: Some(2), ..optional("tags", text()) },
        FieldDefinition { required: true, ..optional("data", FieldKind::Any) },
        FieldDefinition { required: true, ..optional("customData", FieldKind::Map(vec![vendor])) },
    ];
    MessageDefinition::new("NewerRequest", fields, None)
}
