//! Turns the errors of a validator into findings: position, rule, one sentence for the user, and whether it is tolerated.

use std::fmt::Write as _;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use serde_json::Value;

use super::format::{self, DateTime};
use crate::ocpp::message::{self, FieldDefinition, FieldKind, XmlForm};
use crate::ocpp::meter_forms::NormalisedPayload;
use crate::ocpp::{Finding, FindingRule, NumberRange, Version, suggest};

/// The most characters of a value that a sentence quotes.
const MAX_QUOTE: usize = 60;
/// The most values of an enumeration that a sentence names.
const MAX_CHOICES: usize = 12;

/// What is needed to understand the errors of one payload.
pub(super) struct Translator<'check> {
    pub fields: &'check [FieldDefinition],
    pub version: Version,
    pub normal: Option<&'check NormalisedPayload>,
}

/// The place of an error.
struct SchemaPlace<'check> {
    /// As a JSON pointer.
    pointer: String,
    /// In words: `meterValue[0].timestamp`; `the payload` at the top.
    name: String,
    /// The field there, when it is one.
    field: Option<&'check FieldDefinition>,
    /// The fields of the object there.
    fields: &'check [FieldDefinition],
    /// Whether it is an element of a list rather than the list.
    in_list: bool,
}

impl SchemaPlace<'_> {
    fn is_int_32(&self) -> bool {
        self.field.is_some_and(|field| matches!(field.kind, FieldKind::Integer(NumberRange::INT_32)))
    }
}

impl Translator<'_> {
    /// Calls `add` with every finding of an error.
    pub fn translate(&self, error: &ValidationError, add: &mut impl FnMut(Finding)) {
        let place = self.place(error);
        let value: &Value = error.instance();
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let property = property.as_str().unwrap_or_default();
                let message = format!("{property} is missing in {}", place.name);
                add(self.finding(&place, FindingRule::Required, message, false));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for property in unexpected {
                    add(self.unknown(&place, property, value));
                }
            }
            ValidationErrorKind::MinItems { limit } => {
                let message = format!("{} has {} elements where at least {limit} are wanted", place.name, length(value));
                add(self.finding(&place, FindingRule::TooFew, message, false));
            }
            ValidationErrorKind::Type { .. } => {
                // Programs for OCPP 1.2 and 1.5 accept any number.
                let number = value.is_number() && place.field.is_some_and(|field| matches!(field.kind, FieldKind::Integer(_)));
                let message = format!("{} is {} where {} is wanted", place.name, quote(value), wanted(&place));
                add(self.finding(&place, FindingRule::Type, message, number && self.version.dialect().loose_values));
            }
            ValidationErrorKind::MaxItems { limit } => {
                let message = format!("{} has {} elements where at most {limit} are allowed", place.name, length(value));
                add(self.finding(&place, FindingRule::TooMany, message, false));
            }
            ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } if !place.is_int_32() => {
                let message = format!("{} is {}, which is below the limit {limit}", place.name, quote(value));
                add(self.finding(&place, FindingRule::Range, message, false));
            }
            ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } if !place.is_int_32() => {
                let message = format!("{} is {}, which is above the limit {limit}", place.name, quote(value));
                add(self.finding(&place, FindingRule::Range, message, false));
            }
            ValidationErrorKind::Minimum { .. } | ValidationErrorKind::Maximum { .. } => {
                let message = format!("{} is {}, which does not fit into 32 bits", place.name, quote(value));
                add(self.finding(&place, FindingRule::Type, message, self.version.dialect().loose_values));
            }
            ValidationErrorKind::Enum { .. } => {
                if let (Value::String(text), Some(field)) = (value, place.field) {
                    let message = enumeration(&place.name, text, field);
                    // XML attributes are in meter readings of OCPP 1.5, where ocppjs accepts any text.
                    add(self.finding(&place, FindingRule::Enumeration, message, field.xml == XmlForm::Attribute));
                }
            }
            ValidationErrorKind::MaxLength { limit } => {
                let length = value.as_str().map_or(0, |text| text.chars().count());
                let message = format!("{} has {length} characters where at most {limit} are allowed", place.name);
                add(self.finding(&place, FindingRule::Length, message, false));
            }
            ValidationErrorKind::Format { .. } => add(self.format(&place, value)),
            ValidationErrorKind::Custom { .. } => {
                let message =
                    format!("{} is {}, which has too many fraction digits: {}", place.name, quote(value), wanted(&place));
                add(self.finding(&place, FindingRule::Format, message, self.version.dialect().loose_values));
            }
            // Derived schemas use no other keywords.
            _ => add(self.finding(&place, FindingRule::Format, format!("{} is not valid", place.name), false)),
        }
    }

    fn format(&self, place: &SchemaPlace, value: &Value) -> Finding {
        let text = value.as_str().unwrap_or_default();
        let optional = place.field.is_some_and(|field| !field.required);
        let is_date = place.field.is_some_and(|field| matches!(field.kind, FieldKind::DateTime));
        let quoted = quote(value);
        let (message, tolerated) = match format::date_time(text) {
            _ if !is_date => (format!("{} is {quoted}, which is not a URI", place.name), false),
            DateTime::Loose(why) => (format!("{} is {quoted}, an unusual date and time: {why}", place.name), true),
            _ if text.is_empty() && optional => (format!("{} is empty; leave it out instead", place.name), true),
            _ => (format!("{} is {quoted}, which is not a date and time such as 2030-01-31T12:00:00Z", place.name), false),
        };
        self.finding(place, FindingRule::Format, message, tolerated || self.version.dialect().loose_values)
    }

    fn unknown(&self, place: &SchemaPlace, property: &str, object: &Value) -> Finding {
        let is_free = |field: &&FieldDefinition| object.get(&field.name).is_none();
        let meant = suggest(property, place.fields.iter().filter(is_free).map(|field| &*field.name));
        let mut message = format!("{} is not a field of {}", quote_text(property), place.name);
        if let Some(meant) = meant {
            let _ = write!(message, "; did you mean {meant}?");
        }
        let pointer = format!("{}/{}", place.pointer, property.replace('~', "~0").replace('/', "~1"));
        Finding { path: self.original(pointer), rule: FindingRule::UnknownField, message, tolerated: false }
    }

    fn finding(&self, place: &SchemaPlace, rule: FindingRule, message: String, tolerated: bool) -> Finding {
        Finding { path: self.original(place.pointer.clone()), rule, message, tolerated }
    }

    fn original(&self, pointer: String) -> String {
        self.normal.map_or(pointer.clone(), |normal| normal.original(&pointer))
    }

    fn place(&self, error: &ValidationError) -> SchemaPlace<'_> {
        let mut place = SchemaPlace {
            pointer: error.instance_path().as_str().to_owned(),
            name: String::new(),
            field: None,
            fields: self.fields,
            in_list: false,
        };
        for segment in error.instance_path().segments() {
            match segment {
                LocationSegment::Property(name) => {
                    place.field = message::find(place.fields, [&*name]);
                    place.fields = place.field.map_or(&[], |field| field.kind.fields());
                    place.in_list = false;
                    let dot = if place.name.is_empty() { "" } else { "." };
                    let _ = write!(place.name, "{dot}{name}");
                }
                LocationSegment::Index(position) => {
                    place.in_list = true;
                    let _ = write!(place.name, "[{position}]");
                }
            }
        }
        if place.name.is_empty() {
            place.name.push_str("the payload");
        }
        place
    }
}

fn wanted(place: &SchemaPlace) -> String {
    match place.field {
        None => "an object".to_owned(),
        Some(field) if field.repeated.is_some() && !place.in_list => "a list".to_owned(),
        Some(field) => match &field.kind {
            FieldKind::Object(_) | FieldKind::Map(_) => "an object".to_owned(),
            FieldKind::Enumeration(_) | FieldKind::Text { .. } => "text".to_owned(),
            FieldKind::Integer(_) => "a whole number".to_owned(),
            kind => kind.label(),
        },
    }
}

fn enumeration(name: &str, text: &str, field: &FieldDefinition) -> String {
    let choices: Vec<&str> = field.kind.choices().collect();
    let named = choices.len().min(MAX_CHOICES);
    let mut message = format!("{name} is {}, which is not one of {}", quote_text(text), choices[..named].join(", "));
    if choices.len() > named {
        let _ = write!(message, " and {} more", choices.len() - named);
    }
    if let Some(meant) = suggest(text, choices) {
        let _ = write!(message, "; did you mean {meant}?");
    }
    message
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

/// A value as JSON, shortened, with control characters escaped.
fn quote(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) => quote_text(text),
        other => other.to_string(),
    }
}

fn quote_text(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(MAX_QUOTE).collect();
    let more = if characters.next().is_some() { "…" } else { "" };
    format!("\"{}{more}\"", start.escape_debug())
}
