//! One event as a JSON object on a line, for `jq` and other programs.

use serde_json::{Map, Value, json};

use super::export_soap;
use crate::ocpp::{Catalog, Role, Transport};
use crate::trace::{Direction, FrameKind, FrameVerdict, Record, RecordKind, StationTable};

/// The object of a record as a text, without a line end.
pub fn line(record: &Record<'_>, stations: &StationTable, catalog: &Catalog) -> String {
    Value::Object(object(record, stations, catalog)).to_string()
}

/// The object of a record.
pub fn object(record: &Record<'_>, stations: &StationTable, catalog: &Catalog) -> Map<String, Value> {
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
        RecordKind::Frame(..) if record.transport == Transport::Soap => {
            let row = record.station.and_then(|key| stations.get(key));
            export_soap::frame(record, row, catalog, &mut put);
        }
        RecordKind::Frame(_, FrameKind::Malformed) => put("raw", json!(record.text)),
        RecordKind::Frame(..) => frame(record.text, &mut put),
        _ if record.text.is_empty() => {}
        _ => put("text", json!(record.summary())),
    }
    if record.verdict != FrameVerdict::Valid && !record.remarks.is_empty() {
        put("valid", json!(record.verdict == FrameVerdict::Tolerated));
        put("remarks", record.remarks.lines().collect());
    }
    if let Some(latency) = record.latency {
        put(
            if matches!(record.kind, RecordKind::Retry | RecordKind::Lost) { "wait" } else { "latency" },
            json!(latency.as_secs_f64()),
        );
    }
    object
}

/// What the frame says. Its parts are read from the array itself, so that nothing of it is changed by a version's rules.
fn frame(text: &str, put: &mut impl FnMut(&str, Value)) {
    let Ok(Value::Array(elements)) = serde_json::from_str::<Value>(text) else {
        return put("raw", json!(text));
    };
    let mut elements = elements.into_iter();
    let kind = elements.next().unwrap_or_default();
    put("id", elements.next().unwrap_or_default());
    if kind == json!(4) {
        put("error", elements.next().unwrap_or_default());
        put("description", elements.next().unwrap_or_default());
        put("details", elements.next().unwrap_or_default());
    } else {
        let payload = if kind == json!(2) { elements.nth(1) } else { elements.next() };
        put("payload", payload.unwrap_or_default());
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
