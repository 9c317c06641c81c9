//! Single values out of payloads, read liberally: summaries use what is there and pass over the rest. A record is taken apart in `decode`.

use serde_json::{Map, Value};

use super::Record;
use super::decode::payload_value;

/// Longer messages are not read for a summary.
const LONGEST: usize = 256 * 1024;
/// Longer texts are cut.
const LONGEST_TEXT: usize = 500;

/// The payload of a call or a result, when it is an object of at most `LONGEST` bytes.
pub(super) fn object(record: &Record<'_>) -> Option<Map<String, Value>> {
    if record.text.len() > LONGEST {
        return None;
    }
    if let Some(Value::Object(payload)) = payload_value(record) { Some(payload) } else { None }
}

/// A text, cut at a length that is worth keeping.
pub(super) fn short(text: &str) -> Box<str> {
    text.chars().take(LONGEST_TEXT).collect::<String>().into()
}

/// The text in a field.
pub(super) fn text(payload: &Map<String, Value>, field: &str) -> Option<Box<str>> {
    payload.get(field)?.as_str().map(short)
}

/// A whole number, also one that is written as a text.
pub(super) fn number(payload: &Map<String, Value>, field: &str) -> Option<i64> {
    let value = payload.get(field)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A number, also one that is written as a text.
pub(super) fn real(payload: &Map<String, Value>, field: &str) -> Option<f64> {
    let value = payload.get(field)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// A number or a text as a text: the ids of transactions are numbers in OCPP 1.x and texts later.
pub(super) fn id(payload: &Map<String, Value>, field: &str) -> Option<Box<str>> {
    match payload.get(field)? {
        Value::String(text) => Some(short(text.trim())).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// The object in a field.
pub(super) fn inner<'a>(payload: &'a Map<String, Value>, field: &str) -> Option<&'a Map<String, Value>> {
    payload.get(field)?.as_object()
}
