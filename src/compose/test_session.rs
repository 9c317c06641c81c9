//! Small messages, built by hand, for the tests of this floor. They have every kind of field, and only that is their point.

use crate::ocpp::{Field, Kind, Message, Role, Version, XmlBody, XmlForm};

/// A required field.
pub(crate) fn required(name: &str, type_name: &str, kind: Kind) -> Field {
    Field {
        name: name.to_owned(),
        kind,
        required: true,
        repeated: None,
        type_name: type_name.to_owned(),
        xml: XmlForm::Element(name.to_owned()),
    }
}

/// An optional field.
pub(crate) fn optional(name: &str, type_name: &str, kind: Kind) -> Field {
    Field { required: false, ..required(name, type_name, kind) }
}

/// A list with at least so many elements.
pub(crate) fn list(minimum: u32, field: Field) -> Field {
    Field { repeated: Some(minimum), ..field }
}

/// An enumeration.
pub(crate) fn one_of(values: &[&str]) -> Kind {
    Kind::Enumeration(values.iter().map(ToString::to_string).collect())
}

/// Text of at most so many characters.
pub(crate) fn text(most: u32) -> Kind {
    Kind::Text { max_length: Some(most) }
}

/// StartTransaction.req of 1.5.
pub(crate) fn start_transaction() -> Message {
    message(vec![
        required("connectorId", "xs:int", Kind::Integer),
        required("idTag", "IdToken", text(20)),
        required("timestamp", "xs:dateTime", Kind::DateTime),
        required("meterStart", "xs:int", Kind::Integer),
        optional("reservationId", "xs:int", Kind::Integer),
    ])
}

/// Authorize.conf.
pub(crate) fn authorize_response() -> Message {
    message(vec![required(
        "idTagInfo",
        "IdTagInfo",
        Kind::Object(vec![
            required("status", "AuthorizationStatus", one_of(&["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"])),
            optional("expiryDate", "xs:dateTime", Kind::DateTime),
            optional("parentIdTag", "IdToken", text(20)),
        ]),
    )])
}

/// MeterValues.req, without the attributes of its values.
pub(crate) fn meter_values() -> Message {
    message(vec![
        required("connectorId", "xs:int", Kind::Integer),
        optional("transactionId", "xs:int", Kind::Integer),
        list(
            0,
            optional(
                "values",
                "MeterValue",
                Kind::Object(vec![
                    required("timestamp", "xs:dateTime", Kind::DateTime),
                    list(1, required("value", "xs:string", Kind::Text { max_length: None })),
                ]),
            ),
        ),
    ])
}

/// A message with the kinds that the others lack.
pub(crate) fn reset() -> Message {
    message(vec![
        required("type", "ResetType", one_of(&["Hard", "Soft"])),
        optional("force", "xs:boolean", Kind::Boolean),
        optional("location", "xs:anyURI", Kind::Uri),
        optional("limit", "xs:decimal", Kind::Decimal { fraction_digits: Some(1) }),
        list(0, optional("key", "CiString50", text(50))),
    ])
}

/// A message with these fields.
pub(crate) fn message(fields: Vec<Field>) -> Message {
    let namespace = Version::V1_6.namespace(Role::CentralSystem).into();
    let xml = XmlBody { namespace, element: "testRequest".to_owned(), fields: fields.clone() };
    Message::new("Test", fields, Some(xml))
}
