//! What the editor asks of the catalog and of `compose`: payloads to begin with, values that the session knows. It reads the trace
//! and changes nothing.

use jiff::Timestamp;
use serde_json::Value;

use super::app::{Now, Outside};
use super::widget::payload_of;
use crate::compose::{self, KnownValues};
use crate::ocpp::{ActionDefinition, SampleContext};
use crate::trace::{Contents, StationKey};

/// How many of the newest records are searched for values that a person may want to write again.
const SEARCHED: u64 = 2_000;
/// The fields whose values are worth remembering.
const REMEMBERED: [&str; 6] = ["idTag", "parentIdTag", "transactionId", "connectorId", "reservationId", "chargingProfileId"];
/// Longer texts are not searched.
const LONGEST: usize = 16 * 1024;

/// A plausible payload for an action, with what the session knows about the station.
pub fn sample(definition: &ActionDefinition, known: &KnownValues, outside: &Outside<'_>) -> String {
    let mut context = SampleContext::at(timestamp(outside.now));
    if let Some(tag) = known.of("idTag").first().and_then(Value::as_str) {
        context.id_tag = tag.to_owned();
    }
    if let Some(number) = newest_number(known, "transactionId") {
        context.transaction_id = number;
    }
    let payload = outside.profile.write(outside.profile.request(definition, &context), definition);
    compose::pretty(&payload.to_string())
}

fn newest_number(known: &KnownValues, field: &str) -> Option<i32> {
    known.of(field).first().and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok())
}

fn timestamp(now: Now) -> Timestamp {
    Timestamp::from_microsecond(now.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The values of interest in the newest messages of some stations.
pub fn known_values(targets: &[StationKey], outside: &Outside<'_>) -> KnownValues {
    let mut known = KnownValues::default();
    known.set_now(timestamp(outside.now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let records = outside.contents.records();
    let end = records.range().end;
    // Oldest first, so that the newest value ends up in front.
    for record in records.iter(end.saturating_sub(SEARCHED)..end) {
        let of_interest = record.text.len() <= LONGEST && record.station.is_some_and(|station| targets.contains(&station));
        if of_interest && let Ok(payload) = serde_json::from_str(payload_of(record.text)) {
            remember(&payload, &mut known, 0);
        }
    }
    known
}

fn remember(value: &Value, known: &mut KnownValues, depth: usize) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        if REMEMBERED.contains(&name.as_str()) && !value.is_object() && !value.is_array() {
            known.add(name, value.clone());
        } else if depth < 3 {
            remember(value, known, depth + 1);
        }
    }
}

/// The targets in words: identities, as many as fit a title.
pub fn names(targets: &[StationKey], contents: &Contents) -> String {
    let name = |key: &StationKey| contents.stations().get(*key).map_or("?", |row| &row.identity).to_owned();
    match targets {
        [] => "nobody".to_owned(),
        [one] => name(one),
        many => {
            let first = many.iter().take(3).map(name).collect::<Vec<_>>().join(", ");
            let more = if many.len() > 3 { ", …" } else { "" };
            format!("{} stations ({first}{more})", many.len())
        }
    }
}
