//! What reading an envelope found, so that it is read once: its id, and its payload as compact JSON. Frames of OCPP-J have none of this:
//! their text is JSON already. How a record is taken apart is in `decode`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::rpc::soap::{Body, Envelope};

/// What is in an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameContent {
    /// The id of the call: of a call its own, of an answer the one that it relates to, so that both have the same. Empty when there is
    /// none.
    pub id: Box<str>,
    /// The payload as compact JSON; of a fault an array of its code and its reason. Empty for an empty body.
    pub payload: String,
    /// Whether it is a fault.
    pub is_fault: bool,
}

impl FrameContent {
    /// The content of an envelope that was read.
    pub fn of(envelope: &Envelope) -> FrameContent {
        let id = match &envelope.body {
            Body::Response(_) | Body::Fault(_) => envelope.relates_to(),
            Body::Request(_) | Body::Unknown(_) | Body::Empty => envelope.message_id().or(envelope.relates_to()),
        };
        match &envelope.body {
            Body::Request(operation) | Body::Response(operation) => FrameContent::of_payload(id, &operation.payload),
            Body::Unknown(element) => FrameContent::of_payload(id, &element.payload),
            Body::Fault(fault) => {
                let code = fault.subcode.as_deref().or_else(|| fault.code.map(|code| code.name()));
                FrameContent::of_fault(id, code, &fault.reason)
            }
            Body::Empty => FrameContent { id: id.unwrap_or_default().into(), payload: String::new(), is_fault: false },
        }
    }

    /// The content of an envelope with this payload.
    pub fn of_payload(id: Option<&str>, payload: &Value) -> FrameContent {
        // Values can always be written: their keys are texts.
        let payload = serde_json::to_string(payload).unwrap_or_default();
        FrameContent { id: id.unwrap_or_default().into(), payload, is_fault: false }
    }

    /// The content of an envelope with a fault.
    pub fn of_fault(id: Option<&str>, code: Option<&str>, reason: &str) -> FrameContent {
        FrameContent { is_fault: true, ..FrameContent::of_payload(id, &json!([code, reason])) }
    }

    /// The same as a record lends it.
    pub(super) fn as_record(&self) -> RecordContent<'_> {
        RecordContent { id: &self.id, payload: &self.payload, is_fault: self.is_fault }
    }
}

/// The [`FrameContent`] of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordContent<'a> {
    /// See [`FrameContent::id`].
    pub id: &'a str,
    /// See [`FrameContent::payload`].
    pub payload: &'a str,
    /// See [`FrameContent::is_fault`].
    pub is_fault: bool,
}

#[cfg(test)]
impl FrameContent {
    /// What a link finds in a text with the definitions that are built in; nothing when it is no envelope.
    pub(crate) fn in_text(text: &str) -> Option<Box<FrameContent>> {
        let envelope =
            crate::rpc::soap::read(text, &crate::ocpp::Catalog::embedded(), crate::rpc::soap::ReadHint::default()).ok()?;
        Some(Box::new(FrameContent::of(&envelope)))
    }
}
