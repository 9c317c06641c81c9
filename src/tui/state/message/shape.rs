//! The definition of a recorded message: which message of the catalog it is, and its payload as JSON.

use std::borrow::Cow;

use serde_json::Value;

use crate::ocpp::{ActionDefinition, MessageDefinition, Role, Version};
use crate::rpc::srpc::frame_body;
use crate::trace::decode::{payload_text, payload_value};
use crate::trace::{Direction, FrameKind, Record, RecordKind};
use crate::tui::context::ReadContext;

/// A message and its definition.
#[derive(Debug, Clone)]
pub(super) struct FrameShape {
    pub definition: std::sync::Arc<ActionDefinition>,
    pub version: Version,
    /// Whether it is the result rather than the call.
    pub is_result: bool,
    pub initiator: Role,
}

impl FrameShape {
    /// The definition of a record's message; `None` when it is none that is known.
    pub fn of(record: &Record<'_>, outside: &ReadContext<'_>) -> Option<FrameShape> {
        let RecordKind::Frame(direction, kind) = record.kind else { return None };
        let is_result = match kind {
            FrameKind::Call | FrameKind::Send => false,
            FrameKind::Result => true,
            FrameKind::Error | FrameKind::ResultError | FrameKind::Malformed => return None,
        };
        let row = outside.contents.stations().get(record.station?)?;
        let version = row.version?;
        // A call goes the way of its initiator, a result the other way.
        let ours = (direction == Direction::Out) != is_result;
        let initiator = if ours { row.our_role } else { row.our_role.peer() };
        let definition = outside.catalog.action(version, initiator, record.action?)?.clone();
        Some(FrameShape { definition, version, is_result, initiator })
    }

    /// The message.
    pub fn message(&self) -> &MessageDefinition {
        if self.is_result { &self.definition.response } else { &self.definition.request }
    }
}

/// The payload of a call or a result, the whole of anything else that is JSON; of an envelope whatever is in its body.
pub(super) fn payload(record: &Record<'_>) -> Option<Value> {
    match (record.kind, record.content) {
        (_, Some(content)) if content.is_fault => None,
        (_, Some(content)) => serde_json::from_str(content.payload).ok(),
        (RecordKind::Frame(_, FrameKind::Call | FrameKind::Send | FrameKind::Result), None) => {
            payload_value(record).or_else(|| serde_json::from_str(frame_body(record.text)).ok())
        }
        _ => serde_json::from_str(frame_body(record.text)).ok(),
    }
}

/// The text of what [`payload`] reads.
pub(super) fn payload_source<'a>(record: &Record<'a>) -> Cow<'a, str> {
    match (record.kind, record.content) {
        (RecordKind::Frame(_, FrameKind::Call | FrameKind::Send | FrameKind::Result), _) | (_, Some(_)) => payload_text(record),
        _ => frame_body(record.text).into(),
    }
}
