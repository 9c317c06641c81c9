//! The answers of the central system to charging stations of OCPP 2.x.

use serde_json::json;

use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{not_supported, written_time};

/// The answer to a call and what follows from it.
pub fn propose(registration: &str, interval: u32, call: IncomingCall<'_>, now: Moment) -> Proposal {
    let answer = match call.action {
        "BootNotification" => Answer::result(json!({
            "currentTime": written_time(now.wall),
            "interval": interval,
            "status": registration,
        })),
        "Heartbeat" => Answer::result(json!({ "currentTime": written_time(now.wall) })),
        action => not_supported(action),
    };
    answer.into()
}
