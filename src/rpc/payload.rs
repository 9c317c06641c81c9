//! The payload of a message that we send. It keeps the text that the user typed, so that the text, not a copy made from its value,
//! is put into the frame. Faults of a text are found in `compose/`, validation is in `ocpp/`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A payload on its way to the peer: its value, and its text when it was typed.
///
/// Validation, SOAP and everything else that looks into the payload use the value, to which it dereferences. Serialising it writes the
/// text verbatim: number spelling, member order, doubled names, spaces and line ends stay as typed. Without a text the value is
/// written in compact form. Two payloads are equal when value and text are.
#[derive(Debug, Clone, Default)]
pub struct OutgoingPayload {
    value: Value,
    /// JSON whose value is `value`, without blanks around it.
    text: Option<Arc<RawValue>>,
}

impl OutgoingPayload {
    /// Reads a typed text and keeps it.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn parse(text: &str) -> Result<OutgoingPayload, serde_json::Error> {
        let value = serde_json::from_str(text)?;
        let text: Box<RawValue> = serde_json::from_str(text)?;
        Ok(OutgoingPayload { value, text: Some(text.into()) })
    }

    /// The value. Of a name that occurs twice it has the last member.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value alone.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The value, to be changed. The text is dropped, because it will not be the text of the changed value.
    pub fn value_mut(&mut self) -> &mut Value {
        self.text = None;
        &mut self.value
    }

    /// The payload with another value; the text stays when the value is the same.
    pub fn with_value(self, value: Value) -> OutgoingPayload {
        if value == self.value { self } else { OutgoingPayload::from(value) }
    }

    /// The text as it was typed; `None` for a payload that was made from a value.
    pub fn typed_text(&self) -> Option<&str> {
        self.text.as_deref().map(RawValue::get)
    }
}

impl From<Value> for OutgoingPayload {
    fn from(value: Value) -> OutgoingPayload {
        OutgoingPayload { value, text: None }
    }
}

impl Deref for OutgoingPayload {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

impl PartialEq for OutgoingPayload {
    fn eq(&self, other: &OutgoingPayload) -> bool {
        self.value == other.value && self.typed_text() == other.typed_text()
    }
}

impl PartialEq<Value> for OutgoingPayload {
    fn eq(&self, other: &Value) -> bool {
        self.value == *other
    }
}

impl Serialize for OutgoingPayload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.text {
            Some(text) => RawValue::serialize(text, serializer),
            None => self.value.serialize(serializer),
        }
    }
}

/// The JSON that is sent.
impl fmt::Display for OutgoingPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => f.write_str(text.get()),
            None => self.value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TYPED: &str = "{ \"b\":1.10,\n\t\"a\" : 1e2, \"b\": 2.0 }";

    #[test]
    fn a_typed_text_is_kept_until_something_is_assigned() {
        let mut payload = OutgoingPayload::parse(&format!(" {TYPED}\n")).unwrap();
        assert_eq!((payload.typed_text(), payload.to_string().as_str()), (Some(TYPED), TYPED));
        assert_eq!(payload, json!({"b": 2.0, "a": 100.0}), "the last member of a doubled name counts");
        assert_eq!(payload["a"], 100.0);
        let same = payload.clone().with_value(payload.value().clone());
        assert_eq!(same, payload);
        assert_eq!(payload.clone().with_value(json!({})), OutgoingPayload::from(json!({})));
        payload.value_mut()["a"] = json!(1);
        assert_eq!(payload.to_string(), r#"{"b":2.0,"a":1}"#);
        assert_eq!(payload.typed_text(), None);
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        for text in ["", "{", "{}x", "{'a': 1}", "{\"a\": 1.}"] {
            assert!(OutgoingPayload::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_typed_payload_is_not_equal_to_the_one_made_from_its_value() {
        let typed = OutgoingPayload::parse(r#"{"a":1}"#).unwrap();
        assert_ne!(typed, OutgoingPayload::from(json!({"a": 1})));
        assert_eq!(typed, OutgoingPayload::parse(r#"{"a":1}"#).unwrap());
    }
}
