//! The id of a message, in the spelling of its sender.

use std::fmt;

use serde_json::Value;

/// A message id as the peer wrote it: a text, or a number, which ocppjs accepts and echoes.
///
/// It keeps the JSON: a number beyond 64 bits, or with an exponent, is returned digit by digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId {
    json: Box<str>,
    /// The text, when it is written with escapes.
    text: Option<Box<str>>,
}

/// Why an element is no message id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum IdError {
    /// It is a text that cannot be read.
    #[error("the message id is a text that cannot be read: {0}")]
    Unreadable(String),
    /// It is something else.
    #[error("the message id is {0} instead of a text")]
    Type(&'static str),
}

impl MessageId {
    /// The id with this text.
    pub fn text(text: impl Into<String>) -> MessageId {
        let text = text.into();
        let json = Value::from(text.as_str()).to_string().into_boxed_str();
        let text = json.contains('\\').then(|| text.into_boxed_str());
        MessageId { json, text }
    }

    /// Reads the JSON of an id, without blanks around it.
    pub(super) fn read(json: &str) -> Result<MessageId, IdError> {
        match json.as_bytes().first() {
            Some(b'"') if json.contains('\\') => match serde_json::from_str::<Box<str>>(json) {
                Ok(text) => Ok(MessageId { json: json.into(), text: Some(text) }),
                Err(error) => Err(IdError::Unreadable(error.to_string())),
            },
            Some(b'"' | b'-' | b'0'..=b'9') => Ok(MessageId { json: json.into(), text: None }),
            Some(b'n') | None => Err(IdError::Type(type_name(&Value::Null))),
            Some(b't' | b'f') => Err(IdError::Type(type_name(&Value::Bool(true)))),
            Some(b'[') => Err(IdError::Type(type_name(&Value::Array(Vec::new())))),
            Some(_) => Err(IdError::Type(type_name(&Value::Object(serde_json::Map::new())))),
        }
    }

    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.text {
            Some(text) => Some(text),
            None => self.json.strip_prefix('"')?.strip_suffix('"'),
        }
    }

    /// The id as it is written in a frame.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// The text, or the digits of the number: what an open call is found by.
    pub fn key(&self) -> &str {
        self.as_str().unwrap_or(&self.json)
    }

    pub(super) fn is_longer_than(&self, limit: usize) -> bool {
        // Bytes are counted first: counting characters is slower, and ids are nearly always short.
        let key = self.key();
        key.len() > limit && key.chars().count() > limit
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The type of a value, for a sentence.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
