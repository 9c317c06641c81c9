//! What our end answers without being told. A scenario says only what differs from that, so that it shows what it is about.

use serde_json::Value;

use super::identifiers::is_identifier;
use crate::behaviour::{Answer, Behaviour, IncomingCall, Outbox};
use crate::clock::Moment;
use crate::clock::now;
use crate::ocpp::Role;
use crate::simulator::{CentralSystem, CentralSystemSettings, ChargePoint, ChargePointSettings, read_time};

/// Times so near to each other mean the same, in microseconds.
const NEAR: i64 = 5 * 60_000_000;

/// The answer of a simulated end that was just started, to a call that came at this time.
pub(super) fn usual(our_role: Role, call: IncomingCall<'_>, micros: i64) -> Answer {
    let wall = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let now = Moment { wall, ..now() };
    let proposal = match our_role {
        Role::CentralSystem => CentralSystem::new(CentralSystemSettings::default()).behaviour("").propose(call, now),
        Role::ChargePoint => {
            let mut charge_point = ChargePoint::new(ChargePointSettings::default());
            charge_point.connected(call.version, now, &mut Outbox::default());
            charge_point.propose(call, now)
        }
    };
    proposal.answer
}

/// The fields of a result of ours that have to be said, given the usual one. A field that is left out on purpose has no value.
pub(super) fn to_say<'a>(our_role: Role, result: &'a Value, usual: &'a Value) -> Vec<(&'a str, Option<&'a Value>)> {
    let (Some(result), Some(usual)) = (result.as_object(), usual.as_object()) else { return Vec::new() };
    let said = result.iter().filter(|(name, value)| {
        // Whether a charge point accepts depends on its state, which a scenario does not begin with.
        let depends = our_role == Role::ChargePoint && *name == "status";
        depends || is_identifier(name, value) || usual.get(*name).is_none_or(|usual| !same(value, usual))
    });
    let left_out = usual.keys().filter(|name| !result.contains_key(*name));
    said.map(|(name, value)| (&**name, Some(value))).chain(left_out.map(|name| (&**name, None))).collect()
}

fn same(value: &Value, usual: &Value) -> bool {
    let time = |value: &Value| value.as_str().and_then(read_time).map(jiff::Timestamp::as_microsecond);
    value == usual || time(value).zip(time(usual)).is_some_and(|(one, other)| one.abs_diff(other) <= NEAR.unsigned_abs())
}
