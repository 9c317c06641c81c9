//! Walks over the values of a JSON text and replaces some of them; everything else stays as it is written.

use std::borrow::Cow;

use serde_json::Value;

use super::secret_kind::SecretKind;
use crate::ocpp::{FieldDefinition, FieldKind};
use crate::trace::{json_elements, json_members};

/// How many objects in each other are searched.
const DEEPEST: usize = 64;

/// What is known of the place of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ValuePlace<'a> {
    /// What its name says that it holds.
    pub kind: Option<SecretKind>,
    /// Its name; that of a list for its elements.
    pub name: &'a str,
    /// Whether the definitions allow certain texts only.
    pub fixed: bool,
}

/// What is done with a text or a number: `Some` puts another JSON text in its place.
pub(super) trait ValueVisitor {
    /// Looks at a string.
    fn text(&mut self, text: &str, place: ValuePlace<'_>) -> Option<String>;
    /// Looks at a number, as it is written.
    fn number(&mut self, number: &str, place: ValuePlace<'_>) -> Option<String>;
}

/// The text with what the visitor replaced. A text that is no JSON stays as it is.
pub(super) fn walk(json: &str, fields: Option<&[FieldDefinition]>, visitor: &mut impl ValueVisitor) -> String {
    let mut out = String::with_capacity(json.len());
    value(json, ValuePlace::default(), fields, 0, visitor, &mut out);
    out
}

fn value(
    json: &str,
    place: ValuePlace<'_>,
    fields: Option<&[FieldDefinition]>,
    depth: usize,
    visitor: &mut impl ValueVisitor,
    out: &mut String,
) {
    let inner = json.trim();
    let before = json.len() - json.trim_start().len();
    out.push_str(&json[..before]);
    let replaced = match inner.as_bytes().first() {
        _ if depth > DEEPEST => None,
        Some(b'"') => {
            let text: Option<String> = serde_json::from_str(inner).ok();
            text.and_then(|text| visitor.text(&text, place)).map(|text| Value::from(text).to_string())
        }
        Some(b'-' | b'0'..=b'9') => visitor.number(inner, place),
        Some(b'[') => {
            let parts = json_elements(inner);
            let parts = parts.into_iter().map(|part| (part, place, fields)).collect();
            Some(container(inner, parts, depth, visitor))
        }
        Some(b'{') => {
            let members = json_members(inner);
            let about = about_a_kind(&members);
            let is_address = members.iter().any(|(name, _)| name == "address1");
            let parts = members.iter().map(|(name, part)| {
                let is_value = matches!(&**name, "value" | "attributeValue" | "actualValue");
                // Of an address of OCPP 2.1 the name is that of a person or a company.
                let named = if is_address && name == "name" { Some(SecretKind::Person) } else { SecretKind::of_name(name) };
                let within = place.kind.filter(|_| is_value && about.is_none());
                let kind = named.or(about.filter(|_| is_value)).or(within);
                let field = fields.and_then(|fields| fields.iter().find(|field| field.name == **name));
                let fixed = field.is_some_and(|field| matches!(field.kind, FieldKind::Enumeration(_) | FieldKind::DateTime));
                let is_text = !part.starts_with(['{', '[']);
                // What stands in an object with such a name is judged by its own names; its values by the variable's.
                let inherited = if about.is_some() && !is_text { about } else { kind };
                (*part, ValuePlace { kind: inherited, name, fixed }, field.map(|field| field.kind.fields()))
            });
            let parts = parts.collect();
            Some(container(inner, parts, depth, visitor))
        }
        _ => None,
    };
    out.push_str(replaced.as_deref().unwrap_or(inner));
    out.push_str(&json[before + inner.len()..]);
}

/// A list or an object with its parts walked over; what is between them stays.
fn container(
    json: &str,
    parts: Vec<(&str, ValuePlace<'_>, Option<&[FieldDefinition]>)>,
    depth: usize,
    visitor: &mut impl ValueVisitor,
) -> String {
    let mut out = String::with_capacity(json.len());
    let mut done = 0;
    for (part, place, fields) in parts {
        let start = part.as_ptr() as usize - json.as_ptr() as usize; // it is a part of the text, behind those before
        out.push_str(&json[done..start]);
        value(part, place, fields, depth + 1, visitor, &mut out);
        done = start + part.len();
    }
    out.push_str(&json[done..]);
    out
}

/// What the values of an object hold that is about a configuration key (1.x: `key` beside `value`) or a variable (2.x: `variable.name`).
fn about_a_kind(members: &[(Cow<'_, str>, &str)]) -> Option<SecretKind> {
    let kind_of = |raw: &str| SecretKind::of_name(&serde_json::from_str::<String>(raw).ok()?);
    members.iter().find_map(|(name, value)| match &**name {
        "key" => kind_of(value),
        "variable" => json_members(value).iter().find(|(name, _)| name == "name").and_then(|(_, value)| kind_of(value)),
        _ => None,
    })
}
