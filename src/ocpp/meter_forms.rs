//! The forms of meter values under OCPP 1.5 in JSON. XML has `<value unit="Wh">1</value>`, no document defines the attributes in
//! JSON, and at least six forms are in use. This module converts all of them to the form of the catalog, which the definitions have.
//!
//! | form | looks like |
//! |---|---|
//! | catalog | `{"timestamp", "values": [{"value", "unit"}]}` |
//! | literal | `{"timestamp", "value": [{"value", "unit"}]}` |
//! | parallel lists | `{"timestamp", "value": ["1"], "@value": [{"unit"}]}` |
//! | names of OCPP 1.6 | `"meterValue": [{"timestamp", "sampledValue": [{"value", "unit"}]}]` |
//! | flattened | `{"timestamp", "value": "1", "unit"}` |
//! | bare | `{"timestamp", "value": 1}` |

use serde_json::{Map, Value};

use super::message::{FieldDefinition, XmlForm};
use super::{Finding, FindingRule};

/// The names that OCPP 1.6 gave to the lists.
const ENTRIES_1_6: &str = "meterValue";
const READINGS_1_6: &str = "sampledValue";
/// The prefix of the list of attributes in the form of parallel lists.
pub(super) const ATTRIBUTES: &str = "@";

/// A form other than the one of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeterForm {
    /// The readings under the name of the XML element.
    Literal,
    /// Texts in one list, their attributes in another.
    Parallel,
    /// The names of OCPP 1.6.
    Names16,
    /// One reading with its attributes beside the timestamp.
    Flattened,
    /// One reading without attributes.
    Bare,
}

impl MeterForm {
    /// What the form is, to end the sentence "the meter values are written …".
    fn description(self) -> &'static str {
        match self {
            MeterForm::Literal => "under the name of the XML element",
            MeterForm::Parallel => "as parallel lists of texts and attributes",
            MeterForm::Names16 => "with the names of OCPP 1.6",
            MeterForm::Flattened => "as one value with its attributes beside the timestamp",
            MeterForm::Bare => "as one value without a list, as in OCPP 1.2",
        }
    }
}

/// A payload whose meter values were converted to the form of the catalog.
#[derive(Debug)]
pub struct NormalisedPayload {
    /// The payload in the form of the catalog.
    pub payload: Value,
    /// The forms that were found, and where.
    forms: Vec<(String, MeterForm)>,
    /// Pointers into `payload`, each with its pointer into the original.
    moved: Vec<(String, String)>,
}

impl NormalisedPayload {
    /// One tolerated finding for every place with an unusual form.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        self.forms.iter().map(|(path, form)| Finding {
            path: path.clone(),
            rule: FindingRule::UnknownField,
            message: format!("the meter values are written {}", form.description()),
            tolerated: true,
        })
    }

    /// The pointer into the original payload for one into the normalised payload.
    pub fn original(&self, pointer: &str) -> String {
        let stands_for = |(from, to): &(String, String)| {
            let rest = pointer.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| (from.len(), format!("{to}{rest}")))
        };
        let longest = self.moved.iter().filter_map(stands_for).max_by_key(|(length, _)| *length);
        longest.map_or_else(|| pointer.to_owned(), |(_, original)| original)
    }
}

/// Converts the meter values of a payload to the form of the catalog. `None` when the message has no readings with attributes, or all
/// of them have this form already.
pub fn normalise(payload: &Value, fields: &[FieldDefinition]) -> Option<NormalisedPayload> {
    if !has_readings(fields) {
        return None;
    }
    let mut normal = NormalisedPayload { payload: payload.clone(), forms: Vec::new(), moved: Vec::new() };
    let mut payload = std::mem::take(&mut normal.payload);
    normal.object(&mut payload, fields, "", "");
    normal.payload = payload;
    (!normal.forms.is_empty()).then_some(normal)
}

/// Whether readings are anywhere below these fields.
pub(super) fn has_readings(fields: &[FieldDefinition]) -> bool {
    fields.iter().any(|field| readings(field.kind.fields()).is_some() || has_readings(field.kind.fields()))
}

/// The list of readings among the fields of an entry: elements with text and attributes.
pub(super) fn readings(entry: &[FieldDefinition]) -> Option<&FieldDefinition> {
    entry.iter().find(|field| field.repeated.is_some() && field.kind.fields().iter().any(|inner| inner.xml == XmlForm::Text))
}

impl NormalisedPayload {
    /// `path` is the pointer in the normalised payload, `original` the one in the payload that was sent.
    fn object(&mut self, object: &mut Value, fields: &[FieldDefinition], path: &str, original: &str) {
        let Some(members) = object.as_object_mut() else { return };
        for field in fields {
            let inner = field.kind.fields();
            let is_entry_list = readings(inner).is_some();
            if !is_entry_list && !has_readings(inner) {
                continue;
            }
            let path = format!("{path}/{}", field.name);
            let mut original = format!("{original}/{}", field.name);
            if is_entry_list && !members.contains_key(&field.name) {
                let sampled = members.contains_key("timestamp") && members.contains_key(READINGS_1_6);
                if members.get(ENTRIES_1_6).is_some_and(Value::is_array) {
                    original.truncate(original.len() - field.name.len());
                    original.push_str(ENTRIES_1_6);
                    rename(members, ENTRIES_1_6, &field.name);
                    self.found(&path, &original, MeterForm::Names16);
                } else if sampled {
                    // In OCPP 1.6 the list of a transaction holds the entries themselves.
                    let entry = Value::Object(std::mem::take(members));
                    members.insert(field.name.clone(), Value::Array(vec![entry]));
                    original.truncate(original.len() - field.name.len() - 1);
                    self.moved.push((format!("{path}/0"), original.clone()));
                    if let Some(Value::Array(entries)) = members.get_mut(&field.name) {
                        entries.iter_mut().for_each(|entry| self.entry(entry, inner, &format!("{path}/0"), &original));
                    }
                    continue;
                }
            }
            let Some(Value::Array(list)) = members.get_mut(&field.name) else { continue };
            for (position, element) in list.iter_mut().enumerate() {
                let (path, original) = (format!("{path}/{position}"), format!("{original}/{position}"));
                if is_entry_list {
                    self.entry(element, inner, &path, &original);
                } else {
                    self.object(element, inner, &path, &original);
                }
            }
        }
    }

    /// One entry: a timestamp and its readings.
    fn entry(&mut self, entry: &mut Value, fields: &[FieldDefinition], path: &str, original: &str) {
        let (Some(members), Some(list)) = (entry.as_object_mut(), readings(fields)) else { return };
        if members.contains_key(&list.name) {
            return;
        }
        let XmlForm::Element(element) = &list.xml else { return };
        let text = list.kind.fields().iter().find(|field| field.xml == XmlForm::Text).map_or("value", |field| &field.name);
        let path = format!("{path}/{}", list.name);
        if members.get(READINGS_1_6).is_some_and(Value::is_array) {
            rename(members, READINGS_1_6, &list.name);
            return self.found(&path, &format!("{original}/{READINGS_1_6}"), MeterForm::Names16);
        }
        let attributes = format!("{ATTRIBUTES}{element}");
        let from = format!("{original}/{element}");
        match members.get(element) {
            Some(Value::Array(found)) if found.iter().any(Value::is_object) || found.is_empty() => {
                rename(members, element, &list.name);
                self.found(&path, &from, MeterForm::Literal);
            }
            Some(Value::Array(_)) => self.parallel(members, list, element, &attributes, text, &path, original),
            Some(Value::Object(_)) => {
                rename(members, element, &list.name);
                if let Some(slot) = members.get_mut(&list.name) {
                    *slot = Value::Array(vec![slot.take()]);
                }
                self.moved.push((format!("{path}/0"), from.clone()));
                self.found(&path, &from, MeterForm::Literal);
            }
            Some(Value::String(_) | Value::Number(_)) => self.single(members, list, element, text, &path, original),
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the names of the form and the two pointers belong to this one call")]
    fn parallel(
        &mut self,
        members: &mut Map<String, Value>,
        list: &FieldDefinition,
        element: &str,
        attributes: &str,
        text: &str,
        path: &str,
        original: &str,
    ) {
        let Some(Value::Array(texts)) = members.shift_remove(element) else { return };
        let mut beside = match members.get(attributes) {
            // Lists of different length cannot be merged: the attributes stay where they are, and validation reports them.
            Some(Value::Array(beside)) if beside.len() == texts.len() => members.shift_remove(attributes),
            _ => None,
        };
        let mut made = Vec::with_capacity(texts.len());
        for (position, value) in texts.into_iter().enumerate() {
            let mut reading = Map::new();
            reading.insert(text.to_owned(), as_text(value));
            match beside.as_mut().and_then(|beside| beside.get_mut(position)).map(Value::take) {
                Some(Value::Object(more)) => {
                    reading.extend(more.into_iter().filter(|(name, _)| name != text));
                }
                Some(other) if !other.is_null() => {
                    self.moved.push((format!("{path}/{position}/{attributes}"), format!("{original}/{attributes}/{position}")));
                    reading.insert(attributes.to_owned(), other);
                }
                _ => {}
            }
            made.push(Value::Object(reading));
            self.moved.push((format!("{path}/{position}"), format!("{original}/{attributes}/{position}")));
            self.moved.push((format!("{path}/{position}/{text}"), format!("{original}/{element}/{position}")));
        }
        members.insert(list.name.clone(), Value::Array(made));
        self.found(path, &format!("{original}/{element}"), MeterForm::Parallel);
    }

    fn single(
        &mut self,
        members: &mut Map<String, Value>,
        list: &FieldDefinition,
        element: &str,
        text: &str,
        path: &str,
        original: &str,
    ) {
        let mut reading = Map::new();
        for field in list.kind.fields() {
            let name = if field.xml == XmlForm::Text { element } else { &field.name };
            if let Some(value) = members.shift_remove(name) {
                let value = if field.xml == XmlForm::Text { as_text(value) } else { value };
                reading.insert(field.name.clone(), value);
            }
        }
        let form = if reading.len() > 1 { MeterForm::Flattened } else { MeterForm::Bare };
        members.insert(list.name.clone(), Value::Array(vec![Value::Object(reading)]));
        self.moved.push((format!("{path}/0"), original.to_owned()));
        self.moved.push((format!("{path}/0/{text}"), format!("{original}/{element}")));
        self.found(path, &format!("{original}/{element}"), form);
    }

    fn found(&mut self, path: &str, original: &str, form: MeterForm) {
        self.moved.push((path.to_owned(), original.to_owned()));
        self.forms.push((original.to_owned(), form));
    }
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.shift_remove(from) {
        members.insert(to.to_owned(), value);
    }
}

/// A number as its text in XML; any other value unchanged.
fn as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        other => other,
    }
}
