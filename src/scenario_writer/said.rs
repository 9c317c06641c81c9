//! What a recorded frame says, however it travelled.

use serde_json::Value;

use crate::ocpp::{Catalog, Transport, Version};
use crate::rpc::soap::{self, Body, ReadHint};
use crate::rpc::srpc::{self, SrpcMessage};
use crate::trace::{FrameKind, Record, RecordKind};

/// What a frame says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum DecodedMessage {
    /// A call.
    Call {
        /// The action, as it was spelt.
        action: String,
        /// The payload, whatever it is.
        payload: Value,
    },
    /// A result with this payload.
    Result(Value),
    /// An error.
    Error {
        /// Its code, as it was spelt.
        code: String,
        /// One sentence or nothing.
        description: String,
    },
    /// Nothing that can be read.
    Unreadable,
}

impl DecodedMessage {
    /// What a record says, on a link of this version.
    pub fn of(record: &Record<'_>, version: Option<Version>, catalog: &Catalog) -> DecodedMessage {
        let RecordKind::Frame(_, kind) = record.kind else { return DecodedMessage::Unreadable };
        if kind == FrameKind::Malformed {
            return DecodedMessage::Unreadable;
        }
        if record.transport == Transport::Soap { of_envelope(record, kind, version, catalog) } else { of_text(record, version) }
    }
}

fn of_text(record: &Record<'_>, version: Option<Version>) -> DecodedMessage {
    let Ok(decoded) = srpc::decode(record.text, version.unwrap_or(Version::V1_6)) else { return DecodedMessage::Unreadable };
    match decoded.message {
        SrpcMessage::Call { action, payload, .. } => DecodedMessage::Call { action, payload },
        SrpcMessage::Result { payload, .. } => DecodedMessage::Result(payload),
        SrpcMessage::Error { code, description, .. } => DecodedMessage::Error { code, description },
    }
}

fn of_envelope(record: &Record<'_>, kind: FrameKind, version: Option<Version>, catalog: &Catalog) -> DecodedMessage {
    let Ok(envelope) = soap::read(record.text, catalog, ReadHint { version, ..ReadHint::default() }) else {
        return DecodedMessage::Unreadable;
    };
    match (envelope.body, record.action) {
        (Body::Fault(fault), _) => {
            let known = record.code.map(|code| code.name().to_owned());
            DecodedMessage::Error { code: known.or(fault.subcode).unwrap_or_default(), description: fault.reason }
        }
        (body, Some(action)) => match (body.into_payload(), kind) {
            (Some(payload), FrameKind::Call) => DecodedMessage::Call { action: action.to_owned(), payload },
            (Some(payload), _) => DecodedMessage::Result(payload),
            (None, _) => DecodedMessage::Unreadable,
        },
        (_, None) => DecodedMessage::Unreadable,
    }
}
