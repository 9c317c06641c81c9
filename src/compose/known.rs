//! Values that the session has seen, offered where a field of that name is written: the identifiers of tags, transactions,
//! connectors and reservations, and the tokens and EVSEs of OCPP 2.x, which are objects. The caller collects them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::template::TemplateValues;
use crate::ocpp::{FieldDefinition, FieldKind, Version};

/// Known values by field name, the most recent first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownValues {
    by_field: BTreeMap<String, Vec<Value>>,
    /// What was sent last in a field, by its path.
    used: UsedValues,
    template: TemplateValues,
    now: Option<String>,
    version: Option<Version>,
    variables: Vec<KnownVariable>,
}

/// A variable that the station has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownVariable {
    /// The component.
    pub component: String,
    /// Which one of several.
    pub component_instance: Option<String>,
    /// The EVSE of the component.
    pub evse: Option<i64>,
    /// The connector of the component.
    pub connector: Option<i64>,
    /// The variable.
    pub variable: String,
    /// Which one of several.
    pub variable_instance: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// The values that it may have, where they are listed.
    pub values: Vec<String>,
}

impl KnownValues {
    /// The most values of one field, so that the list stays short.
    pub const MOST: usize = 20;

    /// Remembers a value of a field; the oldest is forgotten when there are too many.
    pub fn add(&mut self, field: &str, value: impl Into<Value>) {
        let value = value.into();
        let values = self.by_field.entry(field.to_owned()).or_default();
        values.retain(|known| *known != value);
        values.insert(0, value);
        values.truncate(KnownValues::MOST);
    }

    /// Sets the time that is offered for dates; without it none is.
    pub fn set_now(&mut self, now: impl Into<String>) {
        self.now = Some(now.into());
    }

    /// The values of a field, the most recent first.
    pub fn of(&self, field: &str) -> &[Value] {
        self.by_field.get(field).map_or(&[], Vec::as_slice)
    }

    /// The values that fit a field: several fields have one name, and in OCPP 2.x one of them is a text and another one an object.
    pub fn fitting(&self, field: &FieldDefinition) -> impl Iterator<Item = &Value> {
        let wants_object = matches!(field.kind, FieldKind::Object(_) | FieldKind::Map(_));
        self.of(&field.name).iter().filter(move |value| value.is_object() == wants_object)
    }

    /// Sets the version that the station speaks, and the variables of its device model.
    pub fn set_model(&mut self, version: Version, variables: Vec<KnownVariable>) {
        (self.version, self.variables) = (Some(version), variables);
    }

    /// The version that the station speaks.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// The variables of the station's device model.
    pub fn variables(&self) -> &[KnownVariable] {
        &self.variables
    }

    /// Sets what variables stand for in the first call.
    pub fn set_template(&mut self, template: TemplateValues) {
        self.template = template;
    }

    /// What variables stand for in the first call.
    pub fn template(&self) -> &TemplateValues {
        &self.template
    }

    /// Sets what was sent last in the fields of the message.
    pub fn set_used(&mut self, used: UsedValues) {
        self.used = used;
    }

    /// What was sent last in the field at this path.
    pub fn used(&self, path: &[&str]) -> Option<&Value> {
        self.used.0.get(&path.join("."))
    }

    /// A number that this field has not had in the session, if it has had any.
    pub fn next_number(&self, field: &str) -> Option<i64> {
        self.of(field).iter().filter_map(Value::as_i64).max()?.checked_add(1)
    }

    /// A number that was not there before, for a field of this message that numbers something: a start from afar, a report. A message that
    /// only reports something names a number that there is.
    pub fn next_for(&self, message: &str, field: &str) -> Option<i64> {
        let numbers = message.ends_with("Request") && !message.starts_with("Notify") && !message.contains("Notification");
        let is_number = matches!(field, "remoteStartId" | "requestId");
        if numbers && is_number { self.next_number(field) } else { None }
    }

    /// Puts what was seen last into a sample of OCPP 2.x: the token, the EVSE, the transaction, and new numbers.
    pub fn fill(&self, message: &str, payload: &mut Value) {
        match payload {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.fill(message, element)),
            Value::Object(members) => {
                for (name, member) in members {
                    let is_known = match name.as_str() {
                        "idToken" | "evse" => member.is_object(),
                        "transactionId" => member.is_string(),
                        "evseId" => member.is_number(),
                        _ => false,
                    };
                    let fits = |value: &&Value| std::mem::discriminant(*value) == std::mem::discriminant(&*member);
                    let seen = self.of(name).iter().find(fits).filter(|_| is_known).cloned();
                    match (seen, self.next_for(message, name)) {
                        (Some(seen), _) => *member = seen,
                        (None, Some(number)) if member.is_number() => *member = number.into(),
                        _ => self.fill(message, member),
                    }
                }
            }
            _ => {}
        }
    }

    /// The time that is offered for dates.
    pub fn now(&self) -> Option<&str> {
        self.now.as_deref()
    }
}

/// The values of a payload by the paths of their fields, without the places in lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UsedValues(BTreeMap<String, Value>);

impl UsedValues {
    /// The texts, numbers and truth values of a payload; of a list the last ones.
    pub fn of(payload: &Value) -> UsedValues {
        let mut used = UsedValues::default();
        used.collect(payload, "");
        used
    }

    fn collect(&mut self, value: &Value, path: &str) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.collect(element, path)),
            Value::Object(members) => {
                for (name, member) in members {
                    self.collect(member, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") });
                }
            }
            Value::Null => {}
            _ => _ = self.0.insert(path.to_owned(), value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_recent_value_comes_first_and_only_once() {
        let mut known = KnownValues::default();
        for value in ["A", "B", "A"] {
            known.add("idTag", value);
        }
        assert_eq!(known.of("idTag"), ["A", "B"]);
        assert!(known.of("other").is_empty());
    }

    #[test]
    fn what_was_sent_is_found_by_its_path() {
        let payload = serde_json::json!({"a": 1, "o": {"b": "x", "c": null}, "l": [{"d": true}, {"d": false}]});
        let mut known = KnownValues::default();
        known.set_used(UsedValues::of(&payload));
        assert_eq!(known.used(&["o", "b"]), Some(&"x".into()));
        assert_eq!(known.used(&["l", "d"]), Some(&false.into()));
        assert_eq!((known.used(&["o", "c"]), known.used(&["b"])), (None, None));
        known.add("transactionId", 7);
        known.add("transactionId", 3);
        assert_eq!(known.next_number("transactionId"), Some(8));
    }

    #[test]
    fn samples_get_the_token_the_evse_and_new_numbers() {
        let mut known = KnownValues::default();
        known.add("idToken", serde_json::json!({"idToken": "A", "type": "Central"}));
        known.add("idToken", "A");
        known.add("transactionId", "t-1");
        known.add("remoteStartId", 4);
        let mut sample = serde_json::json!({"idToken": {"idToken": "text", "type": "eMAID"}, "remoteStartId": 1, "evseId": 1,
            "chargingProfile": {"transactionId": "text", "id": 1}});
        known.fill("RequestStartTransactionRequest", &mut sample);
        let expected = serde_json::json!({"idToken": {"idToken": "A", "type": "Central"}, "remoteStartId": 5, "evseId": 1,
            "chargingProfile": {"transactionId": "t-1", "id": 1}});
        assert_eq!(sample, expected);
        let mut report = serde_json::json!({"requestId": 1});
        known.add("requestId", 7);
        known.fill("NotifyReportRequest", &mut report);
        assert_eq!(report, serde_json::json!({"requestId": 1}));
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let mut known = KnownValues::default();
        for value in 0..100 {
            known.add("transactionId", value);
        }
        assert_eq!(known.of("transactionId").len(), KnownValues::MOST);
        assert_eq!(known.of("transactionId")[0], 99);
    }
}
