//! The shape of one message: a tree of fields, the JSON Schema made from it and the compiled validator.

use std::sync::OnceLock;

/// The payload of a call or of a result.
#[derive(Debug)]
pub struct Message {
    /// The fields in the order of the definitions (the order of XML elements).
    pub fields: Vec<Field>,
    // plus whatever `schema`/`check` need, e.g. a lazily compiled validator:
    validator: OnceLock<jsonschema::Validator>,
}

/// A field of a message or of an object in it.
#[derive(Debug, Clone)]
pub struct Field {
    /// The JSON property name.
    pub name: String,
    /// What it holds (for a repeated field: what each element holds).
    pub kind: Kind,
    /// Whether it must be present.
    pub required: bool,
    /// `Some(minimum)` when the field is a list.
    pub repeated: Option<u32>,
    /// The name of its type in the definitions: `IdToken`, `xs:int`.
    pub type_name: String,
}

/// What a field holds.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Text with an optional limit in characters.
    Text { max_length: Option<u32> },
    /// One of these texts.
    Enumeration(Vec<String>),
    /// A 32-bit signed integer.
    Integer,
    /// A decimal number with at most this many fraction digits.
    Decimal { fraction_digits: Option<u32> },
    /// `true` or `false`.
    Boolean,
    /// A date with time, ISO 8601.
    DateTime,
    /// A URI.
    Uri,
    /// An object with these fields.
    Object(Vec<Field>),
}

#[cfg(test)]
impl Message {
    /// Makes a message of these fields.
    pub(crate) fn new(fields: Vec<Field>) -> Message {
        Message { fields, validator: OnceLock::new() }
    }
}
