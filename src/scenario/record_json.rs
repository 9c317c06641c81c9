//! Stations and records as JSON for scripts: the objects that line mode prints, with members that only scripts need.

use serde_json::{Value, json};

use crate::ocpp::Transport;
use crate::trace::export;
use crate::trace::{Contents, Direction, FrameKind, LinkState, Record, RecordKind, StationRow};

/// The longest frame that scripts get as text, in bytes.
const LONGEST: usize = 4 << 20;

/// A station.
pub(super) fn station(row: &StationRow) -> Value {
    json!({
        "key": row.key.0,
        "id": row.identity,
        "role": row.our_role.short(),
        "pair": row.is_pair(),
        "version": row.version.map(|version| version.to_string()),
        "transport": row.transport.map(|transport| if transport == Transport::Soap { "soap" } else { "websocket" }),
        "connected": row.state == LinkState::Connected,
    })
}

/// A record; `None` for those that scripts do not get.
pub(super) fn record(record: &Record<'_>, contents: &Contents) -> Option<Value> {
    let station = record.station?;
    if matches!(record.kind, RecordKind::Note | RecordKind::Toast | RecordKind::Failure | RecordKind::Connecting) {
        return None;
    }
    let mut object = export::object(record, contents.stations());
    object.insert("key".to_owned(), json!(station.0));
    object.insert("at".to_owned(), json!(record.wall_micros as f64 / 1000.0));
    if let RecordKind::Frame(Direction::In, kind) = record.kind
        && record.text.len() <= LONGEST
    {
        object.insert("frame".to_owned(), json!(record.text));
        if kind == FrameKind::Malformed {
            object.entry("id").or_insert(Value::Null);
        }
    }
    Some(Value::Object(object))
}
