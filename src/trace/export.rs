//! One event as a JSON object on a line, for `jq` and other programs.

use serde_json::{Map, Value, json};

use super::decode::{DecodedMessage, DecodedRecord, decode};
use crate::ocpp::{Role, Transport};
use crate::trace::{CloseReason, Direction, FrameKind, FrameVerdict, Record, RecordDetail, RecordKind, StationTable};

/// The object of a record as a text, without a line end.
pub fn line(record: &Record<'_>, stations: &StationTable) -> String {
    Value::Object(object(record, stations)).to_string()
}

/// The object of a record.
pub fn object(record: &Record<'_>, stations: &StationTable) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    let time = jiff::Timestamp::from_microsecond(record.wall_micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    put("time", json!(time.to_string()));
    put("sequence", json!(record.sequence));
    if let Some(row) = record.station.and_then(|key| stations.get(key)) {
        put("station", json!(row.identity));
        put("role", json!(if row.our_role == Role::CentralSystem { "cs" } else { "cp" }));
    }
    let (kind, direction) = kind(record.kind);
    put("kind", json!(kind));
    if let Some(direction) = direction {
        put("direction", json!(if direction == Direction::In { "in" } else { "out" }));
    }
    if let Some(action) = record.action.filter(|action| !action.is_empty()) {
        put("action", json!(action));
    }
    match record.kind {
        RecordKind::Frame(_, kind) => frame(record, kind, &mut put),
        _ => {
            let summary = record.summary();
            if !summary.is_empty() {
                put("text", json!(summary));
            }
            facts(record, &mut put);
        }
    }
    if record.verdict != FrameVerdict::Valid {
        let notes = record.notes();
        if !notes.is_empty() {
            put("valid", json!(record.verdict == FrameVerdict::Tolerated));
            put("remarks", notes.lines().collect());
        }
    }
    if let Some(latency) = record.latency {
        put(
            if matches!(record.kind, RecordKind::Retry | RecordKind::Lost) { "wait" } else { "latency" },
            json!(latency.as_secs_f64()),
        );
    }
    object
}

/// The facts behind the sentence of a line that is no frame.
fn facts(record: &Record<'_>, put: &mut impl FnMut(&str, Value)) {
    if let RecordKind::Connected | RecordKind::Disconnected = record.kind {
        put("link", json!(record.link));
    }
    match record.detail {
        Some(RecordDetail::Connected(connected)) => {
            put("version", json!(record.version.map(|version| version.number())));
            put("peer", json!(connected.peer.to_string()));
        }
        Some(RecordDetail::Closed(reason)) => {
            put("reason", json!(reason.name()));
            if let CloseReason::ClosedByPeer { code: Some(code), .. } = reason {
                put("code", json!(code));
            }
        }
        Some(RecordDetail::Refused(refused)) => {
            if let Some(peer) = refused.peer {
                put("peer", json!(peer.to_string()));
            }
        }
        Some(RecordDetail::Held { number }) => put("number", json!(number)),
        Some(RecordDetail::Listening(listening)) => {
            put("port", json!(listening.address.port()));
            put("url", json!(record.text));
            put("transports", listening.transports.iter().map(|transport| transport.name()).collect());
        }
        Some(RecordDetail::Timeout { after }) => put("limit", json!(after.as_secs_f64())),
        Some(RecordDetail::Frame(_) | RecordDetail::Failed { .. } | RecordDetail::Note(_)) | None => {}
    }
}

/// The content of a frame. An envelope is also exported as its text; of other frames only those that could not be read.
fn frame(record: &Record<'_>, kind: FrameKind, put: &mut impl FnMut(&str, Value)) {
    let is_soap = record.transport == Transport::Soap;
    if is_soap {
        put("transport", json!("soap"));
    }
    if is_soap || kind == FrameKind::Malformed {
        put("raw", json!(record.text));
    }
    if kind == FrameKind::Malformed {
        return;
    }
    let DecodedRecord { id, message } = decode(record);
    if message == DecodedMessage::Unreadable && !is_soap {
        return put("raw", json!(record.text));
    }
    if id.is_some() || !is_soap {
        put("id", id.unwrap_or_default());
    }
    match message {
        DecodedMessage::Call { payload, .. } | DecodedMessage::Result(payload) => put("payload", payload.value()),
        DecodedMessage::Error { code, description, details } => {
            put("error", if is_soap && code.is_empty() { Value::Null } else { json!(code) });
            put("description", json!(description));
            if !is_soap {
                put("details", details.value());
            }
        }
        DecodedMessage::Unreadable => {}
    }
}

fn kind(kind: RecordKind) -> (&'static str, Option<Direction>) {
    match kind {
        RecordKind::Frame(direction, FrameKind::Call) => ("call", Some(direction)),
        RecordKind::Frame(direction, FrameKind::Result) => ("result", Some(direction)),
        RecordKind::Frame(direction, FrameKind::Error) => ("error", Some(direction)),
        RecordKind::Frame(direction, FrameKind::Malformed) => ("malformed", Some(direction)),
        RecordKind::Connecting => ("connecting", None),
        RecordKind::Connected => ("connected", None),
        RecordKind::Disconnected => ("disconnected", None),
        RecordKind::Retry => ("retry", None),
        RecordKind::Lost => ("lost", None),
        RecordKind::Listening => ("listening", None),
        RecordKind::Refused => ("refused", None),
        RecordKind::Held => ("held", None),
        RecordKind::Timeout => ("timeout", None),
        RecordKind::Unreachable => ("unreachable", None),
        RecordKind::Ping(direction) => ("ping", Some(direction)),
        RecordKind::Pong(direction) => ("pong", Some(direction)),
        RecordKind::Note | RecordKind::Toast => ("note", None),
        RecordKind::Failure => ("failure", None),
    }
}
