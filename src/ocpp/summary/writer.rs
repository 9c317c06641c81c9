//! Writes the items of a summary: one method for each kind of value that OCPP has. A value that is missing is left out; one of another
//! type than expected is shown as it is.

use std::borrow::Cow;
use std::io;

use serde_json::Value;

use super::quantity;
use super::text::{MessageSummary, SummaryTone};

/// How many characters of a text are shown.
const TEXT: usize = 48;
/// How many characters a tag or an id may have to be shown whole, where it is not alone.
const TAG: usize = 10;

/// A summary that is being written.
#[derive(Debug, Default)]
pub(super) struct SummaryWriter {
    summary: MessageSummary,
}

impl SummaryWriter {
    pub fn finish(self) -> MessageSummary {
        self.summary
    }

    pub fn is_empty(&self) -> bool {
        self.summary.is_empty()
    }

    /// An item, behind a blank.
    pub fn item(&mut self, text: &str, tone: SummaryTone) -> &mut Self {
        if !self.summary.is_empty() {
            self.summary.push(" ", SummaryTone::Plain);
        }
        self.summary.push(text, tone);
        self
    }

    /// An item of what the message says.
    pub fn word(&mut self, text: &str) -> &mut Self {
        self.item(text, SummaryTone::Plain)
    }

    /// A text or a number as it is.
    pub fn value(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(&text);
        }
        self
    }

    /// A value behind a word that says what it is: `tx 33`.
    pub fn labelled(&mut self, label: &str, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(label).word(&text);
        }
        self
    }

    /// `name=value`.
    pub fn pair(&mut self, name: &str, value: &Value) -> &mut Self {
        self.word(&format!("{}={}", short(name, TEXT), shown(value).unwrap_or(Cow::Borrowed("null"))))
    }

    /// A connector: `#1`.
    pub fn connector(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(&format!("#{text}"));
        }
        self
    }

    /// A transaction: `tx 33`; of a long id both ends, because those of one station may begin alike.
    pub fn transaction(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word("tx").word(&ends_of(&text, TAG));
        }
        self
    }

    /// A tag; of a long one both ends, because cards of one maker begin alike.
    pub fn tag(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(&ends_of(&text, TAG));
        }
        self
    }

    /// A status; one that refuses stands out.
    pub fn status(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            let tone = if refuses(&text) { SummaryTone::Notable } else { SummaryTone::Plain };
            self.item(&text, tone);
        }
        self
    }

    /// A status that stands out.
    pub fn notable(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.item(&text, SummaryTone::Notable);
        }
        self
    }

    /// A quantity with its unit: `7.2 kW`.
    pub fn quantity(&mut self, value: &Value, unit: &str) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(&quantity::with_unit(&text, unit));
        }
        self
    }

    /// A duration in seconds.
    pub fn seconds(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(&quantity::seconds(&text));
        }
        self
    }

    /// A time that is near: `12:00:00Z`.
    pub fn clock(&mut self, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(&quantity::clock(&text));
        }
        self
    }

    /// A time that may be on another day, behind a word: `until 2030-01-31 12:00Z`.
    pub fn date(&mut self, label: &str, value: &Value) -> &mut Self {
        if let Some(text) = shown(value) {
            self.word(label).word(&quantity::date(&text));
        }
        self
    }

    /// How many a list has: `3 keys`. A value that is no list is shown as it is.
    pub fn count(&mut self, value: &Value, one: &str, many: &str) -> &mut Self {
        match value {
            Value::Array(list) => self.number_of(list.len(), one, many),
            value => self.value(value),
        }
    }

    /// A number of things: `1 key`, `3 keys`.
    pub fn number_of(&mut self, count: usize, one: &str, many: &str) -> &mut Self {
        self.word(&format!("{count} {}", if count == 1 { one } else { many }))
    }
}

/// Whether a status is a refusal, or a fault of the station.
pub(super) fn refuses(status: &str) -> bool {
    const BEGINNINGS: [&str; 9] =
        ["Not", "Reject", "Block", "Expired", "Fault", "Concurrent", "Revoked", "Bad", "PermissionDenied"];
    const PARTS: [&str; 6] = ["Fail", "Invalid", "Unknown", "Mismatch", "Error", "Conflict"];
    BEGINNINGS.iter().any(|beginning| status.starts_with(beginning)) || PARTS.iter().any(|part| status.contains(part))
}

/// A value as text; none for `null`. A list or an object is JSON, as far as it fits.
pub(super) fn shown(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => Some("\"\"".into()),
        Value::String(text) => Some(short(text, TEXT)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string().into()),
        Value::Array(_) | Value::Object(_) => {
            let mut head = JsonHead::default();
            // It ends with an error as soon as there is enough of it.
            let whole = serde_json::to_writer(&mut head, value).is_ok();
            let text = String::from_utf8_lossy(&head.bytes).into_owned();
            Some(if whole { short(&text, TEXT).into_owned().into() } else { format!("{}…", start(&text, TEXT - 1)).into() })
        }
    }
}

/// A text, cut with `…` when it has more characters.
pub(super) fn short(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit || text.chars().nth(limit).is_none() {
        return text.into();
    }
    format!("{}…", start(text, limit.saturating_sub(1))).into()
}

fn start(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// A text of more characters than this by both of its ends.
pub(in crate::ocpp) fn ends_of(text: &str, most: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= most {
        return text.into();
    }
    let end: String = text.chars().skip(count - 4).collect();
    format!("{}…{end}", start(text, 4)).into()
}

/// The first bytes of JSON.
#[derive(Default)]
struct JsonHead {
    bytes: Vec<u8>,
}

impl io::Write for JsonHead {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() > 4 * TEXT {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let end = bytes.len().min(4 * TEXT + 1);
        self.bytes.extend_from_slice(&bytes[..end]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_any_type_are_shown_and_long_ones_are_cut() {
        for (value, expected) in [
            (json!("a"), "a"),
            (json!(""), "\"\""),
            (json!(1.50), "1.5"),
            (json!(true), "true"),
            (json!({ "a": [1, null] }), r#"{"a":[1,null]}"#),
        ] {
            assert_eq!(shown(&value).as_deref(), Some(expected));
        }
        assert_eq!(shown(&json!(null)), None);
        for value in [json!("ä".repeat(9_000)), json!(vec!["ä".repeat(9_000)]), json!(vec![1; 9_000])] {
            let text = shown(&value).unwrap().into_owned();
            assert!(text.chars().count() == TEXT && text.ends_with('…'), "{text}");
        }
    }

    #[test]
    fn long_tags_keep_both_ends() {
        let tags = ["04A2B3C4D5E6F7", "RFID-00012", "äöüäöüäöüäöüß"];
        assert_eq!(tags.map(|tag| ends_of(tag, TAG)), ["04A2…E6F7", "RFID-00012", "äöüä…äöüß"]);
    }

    #[test]
    fn refusals_stand_out() {
        for status in ["Rejected", "Blocked", "NotSupported", "UnlockFailed", "UnknownVendorId", "VersionMismatch", "Faulted"] {
            assert!(refuses(status), "{status}");
        }
        for status in ["Accepted", "Charging", "RebootRequired", "Unlocked", "Scheduled", "Unavailable", "Uploaded"] {
            assert!(!refuses(status), "{status}");
        }
    }
}
