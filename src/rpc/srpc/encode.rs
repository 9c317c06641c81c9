//! Writes frames. What is sent has the form of the specification; a typed payload is sent as it was typed.

use serde_json::Value;

use super::id::MessageId;
use crate::ocpp::{Dialect, ErrorCode, MessageType};
use crate::rpc::OutgoingPayload;

/// The text of a call, with a typed payload verbatim.
pub fn encode_call(id: &str, action: &str, payload: &OutgoingPayload) -> String {
    // Values can always be written: their keys are texts.
    serde_json::to_string(&(2, id, action, payload)).unwrap_or_default()
}

/// The text of a message that nothing answers, with a typed payload verbatim.
pub fn encode_send(id: &str, action: &str, payload: &OutgoingPayload) -> String {
    // Values can always be written: their keys are texts.
    serde_json::to_string(&(6, id, action, payload)).unwrap_or_default()
}

/// The text of a result, with a typed payload verbatim.
pub fn encode_result(id: &MessageId, payload: &OutgoingPayload) -> String {
    let mut text = Vec::with_capacity(128);
    text.extend_from_slice(b"[3,");
    text.extend_from_slice(id.as_json().as_bytes());
    text.push(b',');
    // A Vec takes everything, and values can always be written: their keys are texts.
    let _ = serde_json::to_writer(&mut text, payload);
    text.push(b']');
    String::from_utf8(text).unwrap_or_default() // JSON is UTF-8
}

/// The text of an error, with the code as the dialect spells it. The details are always `{}`, as ocppjs sends them.
pub fn encode_error(id: &MessageId, code: ErrorCode, description: &str, dialect: &Dialect) -> String {
    encode_failure(MessageType::Error, id.as_json(), (code, description), dialect)
}

/// The text of the error about a result that cannot be processed.
pub fn encode_result_error(id: &str, code: ErrorCode, description: &str, dialect: &Dialect) -> String {
    encode_failure(MessageType::ResultError, &Value::from(id).to_string(), (code, description), dialect)
}

fn encode_failure(kind: MessageType, id: &str, (code, description): (ErrorCode, &str), dialect: &Dialect) -> String {
    format!("[{},{id},\"{}\",{},{{}}]", kind.number(), dialect.sent_error_name(code), Value::from(description))
}
