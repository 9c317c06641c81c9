//! What a SOAP frame says, for the JSON object of its record: the envelope as it stood on the wire and the payload read from it.

use serde_json::{Value, json};

use crate::ocpp::Catalog;
use crate::rpc::soap::{self, Body, ReadHint};
use crate::trace::{FrameKind, Record, RecordKind, StationRow};

/// Puts the members in.
pub(super) fn frame(record: &Record<'_>, row: Option<&StationRow>, catalog: &Catalog, put: &mut impl FnMut(&str, Value)) {
    put("transport", json!("soap"));
    put("raw", json!(record.text));
    if matches!(record.kind, RecordKind::Frame(_, FrameKind::Malformed)) {
        return;
    }
    let hint = ReadHint { version: row.and_then(|row| row.version), ..ReadHint::default() };
    let Ok(envelope) = soap::read(record.text, catalog, hint) else { return };
    if let Some(id) = envelope.message_id().or(envelope.relates_to()) {
        put("id", json!(id));
    }
    match envelope.body {
        Body::Request(operation) | Body::Response(operation) => put("payload", operation.payload),
        Body::Unknown(element) => put("payload", element.payload),
        Body::Fault(fault) => {
            put("error", json!(fault.subcode.or_else(|| fault.code.map(|code| code.name().to_owned()))));
            put("description", json!(fault.reason));
        }
        Body::Empty => {}
    }
}
