//! Open OCPP Trace, the exchange format of other tools: one message of OCPP a line. Written strictly: what the format has no record for is
//! left out and counted. Read tolerantly: unknown fields are ignored.

use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::foreign_frame::ForeignFrame;
use super::line::LineFault;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::decode::{DecodedMessage, DecodedRecord, decode};
use crate::trace::{Contents, Direction, FrameKind, Record, RecordKind};

/// The version that we write.
pub(super) const SCHEMA_VERSION: &str = "1.1";

/// What became of the records that were to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportCount {
    /// The records that were written.
    pub written: u64,
    /// Those for which the format has no record: links, pings, timeouts, what is no message, SEND and CALLRESULTERROR.
    pub left_out: u64,
}

/// Writes the records, a line each.
///
/// # Errors
/// When the lines cannot be written.
pub fn write_open_ocpp_trace<'a>(
    out: &mut impl Write,
    contents: &Contents,
    records: impl Iterator<Item = Record<'a>>,
) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    for record in records {
        match line(&record, contents) {
            Some(object) => {
                serde_json::to_writer(&mut *out, &object)?;
                out.write_all(b"\n")?;
                count.written += 1;
            }
            None => count.left_out += 1,
        }
    }
    Ok(count)
}

/// The object of a record; `None` when the format has none for it.
pub(super) fn line(record: &Record<'_>, contents: &Contents) -> Option<Map<String, Value>> {
    let RecordKind::Frame(direction, kind) = record.kind else { return None };
    let message_type = match kind {
        FrameKind::Call => "CALL",
        FrameKind::Result => "CALLRESULT",
        FrameKind::Error => "CALLERROR",
        FrameKind::ResultError | FrameKind::Send | FrameKind::Malformed => return None,
    };
    let row = record.station.and_then(|key| contents.stations().get(key));
    let we_are_central = row.is_none_or(|row| row.our_role == Role::CentralSystem);
    let from_charge_point = (direction == Direction::In) == we_are_central;
    let DecodedRecord { id, message } = decode(record);
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("schemaVersion", SCHEMA_VERSION.into());
    let time = Timestamp::from_microsecond(record.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
    put("timestamp", format!("{time:.6}").into());
    if let Some(version) = record.version {
        put("ocppVersion", version.number().into());
    }
    put("transport", if record.transport == Transport::Soap { "soap" } else { "json" }.into());
    if let Some(row) = row {
        put("chargePointId", (*row.identity).into());
    }
    put("direction", if from_charge_point { "cp-to-csms" } else { "csms-to-cp" }.into());
    put("messageType", message_type.into());
    if let Some(id) = id.as_deref().and_then(|id| serde_json::from_str::<Value>(id).ok()) {
        put("messageId", id.as_str().map_or_else(|| id.to_string(), str::to_owned).into());
    }
    match message {
        DecodedMessage::Call { payload, .. } => {
            put("action", record.action?.into());
            put("payload", payload.value());
        }
        DecodedMessage::Result(payload) => {
            if let Some(action) = record.action.filter(|_| record.partner.is_some()) {
                put("action", action.into());
            }
            put("payload", payload.value());
        }
        DecodedMessage::Error { code, description, details } => {
            let description = description.unwrap_or_default();
            put("error", json!({ "code": code, "description": description, "details": details.value() }));
        }
        DecodedMessage::Unreadable => return None,
    }
    put("raw", record.text.into());
    Some(object)
}

/// A line as others write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForeignLine {
    schema_version: String,
    timestamp: Timestamp,
    #[serde(default)]
    transport: Option<String>,
    direction: String,
    message_type: String,
    #[serde(default)]
    ocpp_version: Option<String>,
    #[serde(default)]
    charge_point_id: Option<String>,
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    payload: Option<Value>,
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    error: Option<ForeignError>,
}

#[derive(Debug, Default, Deserialize)]
struct ForeignError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    details: Value,
}

/// The station of a record that names none.
const UNNAMED: &str = "station";

/// Reads a line: when it was, in microseconds since 1970, and the frame.
pub(super) fn read_line(text: &str) -> Result<(i64, ForeignFrame), LineFault> {
    let line: ForeignLine = serde_json::from_str(text).map_err(|error| LineFault::NoObject(error.to_string()))?;
    let wrong = |what: &str, found: &str| LineFault::NoEvent(format!("{what} {found:?} is none of Open OCPP Trace"));
    if !line.schema_version.starts_with("1.") {
        return Err(wrong("the schema version", &line.schema_version));
    }
    let direction = match line.direction.as_str() {
        "cp-to-csms" => Direction::In,
        "csms-to-cp" => Direction::Out,
        other => return Err(wrong("the direction", other)),
    };
    let is_soap = line.transport.as_deref() == Some("soap");
    let version = line.ocpp_version.as_deref().and_then(|name| Version::parse(&format!("ocpp{name}")));
    let payload = line.payload.unwrap_or_else(|| json!({}));
    let id = line.message_id.unwrap_or_default();
    let frame = match line.message_type.as_str() {
        "CALL" => json!([2, id, line.action.unwrap_or_default(), payload]),
        "CALLRESULT" => json!([3, id, payload]),
        "CALLERROR" => {
            let ForeignError { code, description, details } = line.error.unwrap_or_default();
            json!([4, id, code, description, if details.is_null() { json!({}) } else { details }])
        }
        other => return Err(wrong("the message type", other)),
    };
    let transport = if is_soap && line.raw.is_some() { Transport::Soap } else { Transport::WebSocket };
    let station: Arc<str> = line.charge_point_id.as_deref().unwrap_or(UNNAMED).into();
    let text = line.raw.unwrap_or_else(|| frame.to_string());
    Ok((line.timestamp.as_microsecond(), ForeignFrame { station, direction, transport, version, text }))
}
