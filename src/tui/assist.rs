//! Data for the editor from the catalog, from `compose` and from the trace: sample payloads and known values. It changes nothing.

use jiff::Timestamp;
use serde_json::Value;

use super::context::{ReadContext, ReadTime};
use crate::compose::{self, KnownValues, TemplateValues, UsedValues};
use crate::console;
use crate::link::HeldFrame;
use crate::ocpp::{ActionDefinition, SampleContext};
use crate::trace::station_summary::StationSummaries;
use crate::trace::{Contents, StationKey, mask_payload, station_names};

/// A plausible payload for an action, with what the session knows about the station.
pub fn sample(definition: &ActionDefinition, known: &KnownValues, outside: &ReadContext<'_>) -> String {
    let mut context = SampleContext::at(timestamp(outside.now));
    if let Some(tag) = known.of("idTag").iter().chain(known.of("idToken")).find_map(Value::as_str) {
        tag.clone_into(&mut context.id_tag);
    }
    if let Some(number) = newest_number(known, "transactionId") {
        context.transaction_id = number;
    }
    let mut request = outside.profile.request(definition, &context);
    // What the user has set as the default stays as it is.
    if request == definition.request.sample(&context) {
        known.fill(&definition.request.name, &mut request);
    }
    let payload = outside.profile.write(request, definition);
    compose::pretty(&payload.to_string())
}

fn newest_number(known: &KnownValues, field: &str) -> Option<i32> {
    known.of(field).first().and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok())
}

fn timestamp(now: ReadTime) -> Timestamp {
    Timestamp::from_microsecond(now.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The values that occurred recently in the trace: those of the target, or of all stations if there are several targets. `used` is what
/// was sent last in the fields of the message.
pub fn known_values(
    targets: &[StationKey],
    used: Option<&UsedValues>,
    facts: &StationSummaries,
    outside: &ReadContext<'_>,
) -> KnownValues {
    let station = if let [only] = targets { Some(*only) } else { None };
    let mut known = console::known_values(outside.contents, station);
    if let Some(first) = targets.first()
        && let Some(version) = outside.contents.stations().get(*first).and_then(|row| row.version)
    {
        let model = facts.of(*first).and_then(|facts| facts.model.as_deref());
        known.set_model(version, model.map(console::known_variables).unwrap_or_default());
    }
    if let Some(used) = used {
        known.set_used(used.clone());
    }
    if let Some(first) = targets.first() {
        known.set_template(template_values(*first, 1, outside));
    }
    known.set_now(timestamp(outside.now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    known
}

/// What the variables of a text stand for in a call to a station.
pub fn template_values(station: StationKey, number: u64, outside: &ReadContext<'_>) -> TemplateValues {
    console::template_values(outside.contents, station, timestamp(outside.now), number)
}

/// The payload of a frame that waits, without its secrets unless the session shows them.
pub fn shown_payload(frame: &HeldFrame, outside: &ReadContext<'_>) -> String {
    let whole = frame.payload.to_string();
    let masked = if outside.contents.shows_secrets() { None } else { mask_payload(frame.kind, &frame.action, &whole) };
    masked.unwrap_or(whole)
}

/// The targets for a title: up to three identities.
pub fn names(targets: &[StationKey], contents: &Contents) -> String {
    station_names(targets, contents.stations())
}
