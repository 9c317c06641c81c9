//! Parts of the text of a frame: another payload, another id, and the rest as it was written. What is done with the frame is decided elsewhere.

use super::reading::{message_of, with_passage};
use crate::link::intercept::gate::GateFrame;
use crate::ocpp::{MessageType, Version};
use crate::rpc::OutgoingPayload;
use crate::rpc::srpc::{self, SrpcMessage};
use crate::trace::{Frame, FrameKind, FrameText, Intervention, InterventionKind, mask_text};

/// A frame as the gate shows it; `None` for what has no payload to show.
pub(super) fn gate_frame(frame: &Frame, version: Version) -> Option<GateFrame> {
    let (direction, kind, code) = (frame.direction, frame.kind, frame.code);
    let action = frame.action.clone().unwrap_or_else(|| "".into());
    let payload = match message_of(&frame.text, version)? {
        SrpcMessage::Call { payload, .. } | SrpcMessage::Send { payload, .. } | SrpcMessage::Result { payload, .. } => {
            payload_as_written(&frame.text, kind).unwrap_or_else(|| payload.into_value().into())
        }
        SrpcMessage::Error { code, description, details, .. } | SrpcMessage::ResultError { code, description, details, .. } => {
            serde_json::json!({ "code": code, "description": description, "details": details }).into()
        }
    };
    Some(GateFrame { direction, kind, action, payload, code })
}

/// The payload as it stands in the text.
fn payload_as_written(text: &str, kind: FrameKind) -> Option<OutgoingPayload> {
    OutgoingPayload::parse(srpc::payload_span(text, message_type(kind)?)).ok()
}

fn message_type(kind: FrameKind) -> Option<MessageType> {
    Some(match kind {
        FrameKind::Call => MessageType::Call,
        FrameKind::Result => MessageType::Result,
        FrameKind::Error => MessageType::Error,
        FrameKind::ResultError => MessageType::ResultError,
        FrameKind::Send => MessageType::Send,
        FrameKind::Malformed => return None,
    })
}

/// The text with another payload, of this kind; what stands around it stays where the kind does. Of an error the payload is an object of its
/// code, description and details.
pub(super) fn with_payload(text: &str, (was, kind): (FrameKind, FrameKind), payload: &OutgoingPayload) -> Option<String> {
    if kind.is_error() {
        let id = id_as_written(text);
        let number = if kind == FrameKind::Error { 4 } else { 5 };
        let part = |name: &str| payload.get(name).cloned().unwrap_or_default();
        let (code, description, details) = (part("code"), part("description"), part("details"));
        let details = if details.is_null() { serde_json::json!({}) } else { details };
        return Some(format!("[{number},{id},{code},{description},{details}]"));
    }
    let written = serde_json::to_string(payload).ok()?;
    if was != kind {
        return Some(format!("[3,{},{written}]", id_as_written(text)));
    }
    let span = srpc::payload_span(text, message_type(kind)?);
    let at = place_in(text, span)?;
    Some([&text[..at], &written, &text[at + span.len()..]].concat())
}

/// The text of a call with another action.
pub(super) fn with_action(text: &str, action: &str) -> Option<String> {
    let written = srpc::frame_elements(text).get(2)?.get();
    let at = place_in(text, written)?;
    Some([&text[..at], &serde_json::Value::from(action).to_string(), &text[at + written.len()..]].concat())
}

/// Where a part of a text stands in it.
fn place_in(text: &str, part: &str) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (at + part.len() <= text.len() && !part.is_empty()).then_some(at)
}

/// The id of a message as it is written, with its quotation marks.
pub(super) fn id_as_written(text: &str) -> &str {
    id_place(text).map_or("\"\"", |(from, to)| &text[from..to])
}

/// Where the id stands, with its quotation marks.
fn id_place(text: &str) -> Option<(usize, usize)> {
    let span = srpc::id_span(text)?;
    let from = place_in(text, span)?;
    let to = from + span.len();
    let is_quoted = text[..from].ends_with('"') && text[to..].starts_with('"');
    Some(if is_quoted { (from - 1, to + 1) } else { (from, to) })
}

/// The text with another id, which is given as JSON.
pub(super) fn with_id(text: &str, id: &str) -> Option<String> {
    let (from, to) = id_place(text)?;
    Some([&text[..from], id, &text[to..]].concat())
}

/// The text with another id, which is given as JSON, and its frame, which says so.
pub(super) fn renamed(text: &FrameText, id: &str, frame: Frame, by: &str) -> (FrameText, Frame) {
    let Some(changed) = with_id(text, id) else { return (text.clone(), frame) };
    let changed = FrameText::from(changed);
    (changed.clone(), Frame { text: changed, ..marked_edited(frame, text, by) })
}

/// Marks a frame as edited, with the text as it came. Where it was edited before, the first text stays.
pub(super) fn marked_edited(frame: Frame, before: &str, by: &str) -> Frame {
    with_passage(frame, |passage| {
        let first = passage.intervention.take().and_then(|done| done.before);
        let before = first.unwrap_or_else(|| mask_text(before).map_or_else(|| before.into(), Into::into));
        let (kind, before) = (InterventionKind::Edited, Some(before));
        passage.intervention = Some(Box::new(Intervention { kind, by: by.into(), before }));
    })
}
