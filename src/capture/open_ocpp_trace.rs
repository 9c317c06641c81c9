//! Open OCPP Trace, the exchange format of other tools: one message of OCPP a line. Written strictly: what the format has no record for is
//! left out and counted. It is read in `formats`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::ocpp::{Role, Transport};
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
