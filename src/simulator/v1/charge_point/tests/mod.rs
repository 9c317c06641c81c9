//! The charge point under test, with a clock that the test sets and a central system that the test plays.

mod booting;
mod charging;
mod deciding;
mod equipment;
mod hands;
mod machine;
mod never_panics;
mod offline;
mod power;
mod profiles;
mod reservations;
mod security;
mod shapes;
mod user_calls;

use std::time::Duration;

use serde_json::{Value, json};

use super::{ChargePoint, ChargePointSettings};
use crate::behaviour::{Answer, Behaviour, CallOutcome, OutgoingCall, PhysicalAction, PhysicalActionError};
use crate::ocpp::Version;
use crate::simulator::payload::text;
use crate::simulator::test_machine::{MachineWorld, TestedMachine, in_one_line};

/// A charge point with a clock and the calls that it has sent and that the test has not taken yet.
pub(super) type World = MachineWorld<ChargePoint>;

impl TestedMachine for ChargePoint {
    fn with_settings(settings: ChargePointSettings) -> ChargePoint {
        ChargePoint::new(settings)
    }

    fn check_call(version: Version, call: &OutgoingCall) {
        shapes::check(version, call);
    }

    fn boot_result(version: Version, status: &str, interval: i32) -> Value {
        boot_result(version, status, interval)
    }

    fn friendly_answer(version: Version, call: &OutgoingCall) -> Value {
        match call.action.as_str() {
            "BootNotification" => boot_result(version, "Accepted", 300),
            "Heartbeat" => json!({"currentTime": "2024-05-01T12:00:00Z"}),
            "Authorize" => json!({"idTagInfo": {"status": "Accepted"}}),
            "SignCertificate" => json!({"status": "Accepted"}),
            "StartTransaction" => json!({"transactionId": 42, "idTagInfo": {"status": "Accepted"}}),
            _ => json!({}),
        }
    }

    /// `StatusNotification 1 Available`, `StopTransaction 42 Remote`, `Authorize TAG` …
    fn in_short(call: &OutgoingCall) -> String {
        let fields = ["connectorId", "transactionId", "idTag", "status", "reason", "requestId", "type"];
        in_one_line(&call.action, fields.iter().filter_map(|field| call.payload.get(field)))
    }
}

impl World {
    /// The status in the answer to a call.
    pub(super) fn ask_status(&mut self, action: &str, payload: Value) -> String {
        text(&self.ask_result(action, payload), "status").unwrap_or_default().to_owned()
    }
}

pub(super) fn boot_result(version: Version, status: &str, interval: i32) -> Value {
    let field = if matches!(version, Version::V1_6) { "interval" } else { "heartbeatInterval" };
    json!({"status": status, "currentTime": "2024-05-01T12:00:00Z", field: interval})
}
