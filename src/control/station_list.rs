//! The stations as JSON.

use serde_json::{Map, Value, json};

use crate::ocpp::Role;
use crate::trace::filter::TraceFilter;
use crate::trace::{StationRow, StationTable};

/// The stations that a filter selects, in the order in which they came.
pub(super) fn station_list(stations: &StationTable, filter: &TraceFilter) -> Vec<Value> {
    stations.rows().iter().filter(|row| filter.matches_station(row)).map(station).collect()
}

fn station(row: &StationRow) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    };
    put("station", Some(json!(&*row.identity)));
    put("role", Some(json!(if row.our_role == Role::CentralSystem { "cs" } else { "cp" })));
    put("state", Some(json!(row.state.to_string())));
    put("version", row.version.map(|version| json!(version.number())));
    put("transport", row.transport.map(|transport| json!(transport.name())));
    put("security", row.security.map(|security| json!(security.words())));
    put("peer", row.peer.map(|peer| json!(peer.to_string())));
    put("url", row.url.as_deref().or(row.callback.as_deref()).map(|url| json!(url)));
    let seen = (row.last_seen_micros > 0).then(|| jiff::Timestamp::from_microsecond(row.last_seen_micros).ok()).flatten();
    put("lastSeen", seen.map(|seen| json!(seen.to_string())));
    put("received", Some(json!(row.frames_in)));
    put("sent", Some(json!(row.frames_out)));
    put("errors", Some(json!(row.errors)));
    put("inFlight", Some(json!(row.in_flight)));
    put("queued", Some(json!(row.queued)));
    put("latency", row.latency.map(|latency| json!(latency.as_secs_f64())));
    put("roundTrip", row.round_trip.map(|trip| json!(trip.as_secs_f64())));
    Value::Object(object)
}
