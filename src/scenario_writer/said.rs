//! What a recorded frame says, however it travelled.

use serde_json::Value;

use crate::ocpp::{Catalog, Transport, Version};
use crate::rpc::soap::{self, Body, Hint};
use crate::rpc::srpc::{self, Message};
use crate::trace::{FrameKind, Record, RecordKind};

/// What a frame says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
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

impl Said {
    /// What a record says, on a link of this version.
    pub fn of(record: &Record<'_>, version: Option<Version>, catalog: &Catalog) -> Said {
        let RecordKind::Frame(_, kind) = record.kind else { return Said::Unreadable };
        if kind == FrameKind::Malformed {
            return Said::Unreadable;
        }
        if record.transport == Transport::Soap { of_envelope(record, kind, version, catalog) } else { of_text(record, version) }
    }
}

fn of_text(record: &Record<'_>, version: Option<Version>) -> Said {
    let Ok(decoded) = srpc::decode(record.text, version.unwrap_or(Version::V1_6)) else { return Said::Unreadable };
    match decoded.message {
        Message::Call { action, payload, .. } => Said::Call { action, payload },
        Message::Result { payload, .. } => Said::Result(payload),
        Message::Error { code, description, .. } => Said::Error { code, description },
    }
}

fn of_envelope(record: &Record<'_>, kind: FrameKind, version: Option<Version>, catalog: &Catalog) -> Said {
    let Ok(envelope) = soap::read(record.text, catalog, Hint { version, ..Hint::default() }) else { return Said::Unreadable };
    match (envelope.body, record.action) {
        (Body::Fault(fault), _) => {
            let known = record.code.map(|code| code.name().to_owned());
            Said::Error { code: known.or(fault.subcode).unwrap_or_default(), description: fault.reason }
        }
        (body, Some(action)) => match (body.into_payload(), kind) {
            (Some(payload), FrameKind::Call) => Said::Call { action: action.to_owned(), payload },
            (Some(payload), _) => Said::Result(payload),
            (None, _) => Said::Unreadable,
        },
        (_, None) => Said::Unreadable,
    }
}
