//! The default answers of a simulated end. A scenario contains only the fields that differ from them, so that it stays
//! short.

use serde_json::Value;

use super::identifiers::is_identifier;
use crate::behaviour::{Answer, Behaviour, IncomingCall, Outbox};
use crate::clock::Moment;
use crate::clock::now;
use crate::ocpp::Role;
use crate::simulator::{CentralSystem, CentralSystemSettings, ChargePointSettings, SimulatedStation, read_time};

/// Two times with at most this difference are equal, in microseconds.
const NEAR: i64 = 5 * 60_000_000;

/// The answer of a newly started simulated end to a call at this time (microseconds since 1970).
pub(super) fn default_answer(our_role: Role, call: IncomingCall<'_>, micros: i64) -> Answer {
    let wall = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let now = Moment { wall, ..now() };
    let proposal = match our_role {
        Role::CentralSystem => CentralSystem::new(CentralSystemSettings::default()).behaviour("").propose(call, now),
        Role::ChargePoint => {
            let mut charge_point = SimulatedStation::new(ChargePointSettings::default(), call.version);
            charge_point.connected(call.version, now, &mut Outbox::default());
            charge_point.propose(call, now)
        }
    };
    proposal.answer
}

/// The fields of a result that a scenario must set, because they differ from the default result. A field that only the
/// default has is returned without a value.
pub(super) fn differing_fields<'a>(our_role: Role, result: &'a Value, default: &'a Value) -> Vec<(&'a str, Option<&'a Value>)> {
    let (Some(result), Some(default)) = (result.as_object(), default.as_object()) else { return Vec::new() };
    let differing = result.iter().filter(|(name, value)| {
        // The status of a charge point depends on its state, which a scenario does not restore.
        let depends = our_role == Role::ChargePoint && *name == "status";
        depends || is_identifier(name, value) || default.get(*name).is_none_or(|default| !same(value, default))
    });
    let left_out = default.keys().filter(|name| !result.contains_key(*name));
    differing.map(|(name, value)| (&**name, Some(value))).chain(left_out.map(|name| (&**name, None))).collect()
}

fn same(value: &Value, default: &Value) -> bool {
    let time = |value: &Value| value.as_str().and_then(read_time).map(jiff::Timestamp::as_microsecond);
    value == default || time(value).zip(time(default)).is_some_and(|(one, other)| one.abs_diff(other) <= NEAR.unsigned_abs())
}
