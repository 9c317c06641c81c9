//! Small messages with every kind of field of OCPP 1.x, for tests.

use crate::ocpp::{FieldDefinition, FieldKind, MessageDefinition, NumberRange, Role, Version, XmlBody, XmlForm};

/// A required field.
pub(crate) fn required(name: &str, type_name: &str, kind: FieldKind) -> FieldDefinition {
    FieldDefinition {
        name: name.to_owned(),
        kind,
        required: true,
        repeated: None,
        max_items: None,
        type_name: type_name.to_owned(),
        default: None,
        xml: XmlForm::Element(name.to_owned()),
    }
}

/// An optional field.
pub(crate) fn optional(name: &str, type_name: &str, kind: FieldKind) -> FieldDefinition {
    FieldDefinition { required: false, ..required(name, type_name, kind) }
}

/// A list with at least so many elements.
pub(crate) fn list(minimum: u32, field: FieldDefinition) -> FieldDefinition {
    FieldDefinition { repeated: Some(minimum), ..field }
}

/// An enumeration.
pub(crate) fn one_of(values: &[&str]) -> FieldKind {
    FieldKind::Enumeration(values.iter().map(ToString::to_string).collect())
}

/// Text of at most so many characters.
pub(crate) fn text(most: u32) -> FieldKind {
    FieldKind::Text { max_length: Some(most) }
}

/// StartTransaction.req of 1.5.
pub(crate) fn start_transaction() -> MessageDefinition {
    message(vec![
        required("connectorId", "xs:int", FieldKind::Integer(NumberRange::INT_32)),
        required("idTag", "IdToken", text(20)),
        required("timestamp", "xs:dateTime", FieldKind::DateTime),
        required("meterStart", "xs:int", FieldKind::Integer(NumberRange::INT_32)),
        optional("reservationId", "xs:int", FieldKind::Integer(NumberRange::INT_32)),
    ])
}

/// Authorize.conf.
pub(crate) fn authorize_response() -> MessageDefinition {
    message(vec![required(
        "idTagInfo",
        "IdTagInfo",
        FieldKind::Object(vec![
            required("status", "AuthorizationStatus", one_of(&["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"])),
            optional("expiryDate", "xs:dateTime", FieldKind::DateTime),
            optional("parentIdTag", "IdToken", text(20)),
        ]),
    )])
}

/// MeterValues.req, without the attributes of its values.
pub(crate) fn meter_values() -> MessageDefinition {
    message(vec![
        required("connectorId", "xs:int", FieldKind::Integer(NumberRange::INT_32)),
        optional("transactionId", "xs:int", FieldKind::Integer(NumberRange::INT_32)),
        list(
            0,
            optional(
                "values",
                "MeterValue",
                FieldKind::Object(vec![
                    required("timestamp", "xs:dateTime", FieldKind::DateTime),
                    list(1, required("value", "xs:string", FieldKind::Text { max_length: None })),
                ]),
            ),
        ),
    ])
}

/// A message with the kinds that the others lack.
pub(crate) fn reset() -> MessageDefinition {
    message(vec![
        required("type", "ResetType", one_of(&["Hard", "Soft"])),
        optional("force", "xs:boolean", FieldKind::Boolean),
        optional("location", "xs:anyURI", FieldKind::Uri),
        optional("limit", "xs:decimal", FieldKind::Decimal { fraction_digits: Some(1), range: NumberRange::ANY }),
        list(0, optional("key", "CiString50", text(50))),
    ])
}

/// A message with these fields.
pub(crate) fn message(fields: Vec<FieldDefinition>) -> MessageDefinition {
    let namespace = Version::V1_6.namespace(Role::CentralSystem).into();
    let xml = XmlBody { namespace, element: "testRequest".to_owned(), fields: fields.clone() };
    MessageDefinition::new("Test", fields, Some(xml))
}
