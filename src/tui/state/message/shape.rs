//! What the definitions say about a recorded message: which message of the catalog it is, and its payload as JSON.

use serde_json::Value;

use crate::ocpp::{ActionDefinition, MessageDefinition, Role, Transport, Version};
use crate::trace::{Direction, FrameKind, Record, RecordKind};
use crate::tui::context::ReadContext;
use crate::tui::state::payload_text;

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
            FrameKind::Call => false,
            FrameKind::Result => true,
            FrameKind::Error | FrameKind::Malformed => return None,
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

/// The payload of a call or a result, the whole of anything else that is JSON.
pub(super) fn payload(record: &Record<'_>, outside: &ReadContext<'_>) -> Option<Value> {
    if record.transport == Transport::Soap {
        return serde_json::from_str(&payload_text(record, outside.contents, outside.catalog)).ok();
    }
    let frame: Value = serde_json::from_str(record.text).ok()?;
    let place = match record.kind {
        RecordKind::Frame(_, FrameKind::Call) => 3,
        RecordKind::Frame(_, FrameKind::Result) => 2,
        _ => return Some(frame),
    };
    match frame {
        Value::Array(mut parts) if parts.len() > place => Some(parts.swap_remove(place)),
        other => Some(other),
    }
}
