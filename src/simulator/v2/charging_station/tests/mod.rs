//! The station under test, with a clock that the test sets and a CSMS that the test plays.

mod authorizing;
mod blocks;
mod booting;
mod device_model;
mod hands;
mod machine;
mod metering;
mod monitoring;
mod network;
mod never_panics;
mod offline;
mod power;
mod remote;
mod reservations;
mod settings;
mod smart_charging;
mod transactions;
mod trigger_reasons;
mod valid_calls;

use serde_json::{Value, json};

use super::{ChargePointSettings, ChargingStation};
use crate::behaviour::{Answer, CallOutcome, OutgoingCall, PhysicalAction, PhysicalActionError, Proposal};
use crate::ocpp::{Catalog, Role, Version};
use crate::simulator::payload::text;
use crate::simulator::test_machine::{MachineWorld, TestedMachine, in_one_line};

/// A station with a clock and the calls that it has sent and that the test has not taken yet.
pub(super) type StationWorld = MachineWorld<ChargingStation>;

impl TestedMachine for ChargingStation {
    fn with_settings(settings: ChargePointSettings) -> ChargingStation {
        ChargingStation::new(settings)
    }

    fn check_call(version: Version, call: &OutgoingCall) {
        let catalog = Catalog::embedded();
        let Some(definition) = catalog.action(version, Role::ChargePoint, &call.action) else { return };
        let findings = definition.request.check(&call.payload, version);
        assert!(findings.is_empty(), "{version} {}: {findings:?}\n{}", call.action, call.payload);
    }

    fn check_answer(version: Version, action: &str, answer: &Answer) {
        let catalog = Catalog::embedded();
        let (Some(definition), Answer::Result(payload)) = (catalog.action(version, Role::CentralSystem, action), answer) else {
            return;
        };
        let findings = definition.response.check(payload, version);
        assert!(findings.is_empty(), "{version} {action}: {findings:?}\n{payload:?}");
    }

    fn boot_result(_version: Version, status: &str, interval: i32) -> Value {
        boot_result(status, interval)
    }

    fn friendly_answer(_version: Version, call: &OutgoingCall) -> Value {
        match call.action.as_str() {
            "BootNotification" => boot_result("Accepted", 300),
            "Heartbeat" => json!({"currentTime": "2024-05-01T12:00:00Z"}),
            "Authorize" => json!({"idTokenInfo": {"status": "Accepted"}}),
            "TransactionEvent" if call.payload.get("idToken").is_some() => json!({"idTokenInfo": {"status": "Accepted"}}),
            "SignCertificate" => json!({"status": "Accepted"}),
            _ => json!({}),
        }
    }

    /// `StatusNotification 1 Available`, `TransactionEvent Started CablePluggedIn EVConnected`, `Authorize TAG` …
    fn in_short(call: &OutgoingCall) -> String {
        let fields = [
            "/reason",
            "/evseId",
            "/connectorStatus",
            "/eventType",
            "/triggerReason",
            "/transactionInfo/chargingState",
            "/transactionInfo/stoppedReason",
            "/idToken/idToken",
            "/reservationId",
            "/reservationUpdateStatus",
            "/type",
            "/eventData/0/component/name",
            "/eventData/0/actualValue",
        ];
        in_one_line(&call.action, fields.iter().filter_map(|path| call.payload.pointer(path)))
    }
}

impl StationWorld {
    /// Accepted, without a driver who comes and goes by himself, and without periodic messages.
    pub(super) fn quiet(version: Version) -> StationWorld {
        let settings = ChargePointSettings { driver: false, seed: 1, ..ChargePointSettings::default() };
        let mut world = StationWorld::with(version, settings).booted();
        world.set("OCPPCommCtrlr", "HeartbeatInterval", "0");
        world.set("AlignedDataCtrlr", "Interval", "0");
        world
    }

    /// The same of 2.0.1, with these points at which transactions begin and end.
    pub(super) fn with_points(start: &str, stop: &str) -> StationWorld {
        let mut world = StationWorld::quiet(Version::V2_0_1);
        world.set("TxCtrlr", "TxStartPoint", start);
        world.set("TxCtrlr", "TxStopPoint", stop);
        world
    }

    /// Sets a variable of the device model.
    pub(super) fn set(&mut self, component: &str, variable: &str, value: &str) {
        self.machine.model.set(component, variable, value.to_owned());
    }

    /// The status in the answer to a call, with its reason.
    pub(super) fn ask_status(&mut self, action: &str, payload: Value) -> String {
        let result = self.ask_result(action, payload);
        let status = text(&result, "status").unwrap_or_default();
        match result.get("statusInfo").and_then(|info| text(info, "reasonCode")) {
            Some(reason) => format!("{status} {reason}"),
            None => status.to_owned(),
        }
    }

    /// Answers all sent calls as `serve` does and returns the TransactionEvents of them.
    pub(super) fn events(&mut self) -> Vec<OutgoingCall> {
        std::iter::from_fn(|| self.serve_next()).filter(|call| call.action == "TransactionEvent").collect()
    }

    /// Takes the TransactionEvent that was sent, without an answer.
    pub(super) fn events_unanswered(&mut self) -> OutgoingCall {
        self.take_sent().into_iter().find(|call| call.action == "TransactionEvent").unwrap()
    }
}

pub(super) fn boot_result(status: &str, interval: i32) -> Value {
    json!({"status": status, "currentTime": "2024-05-01T12:00:00Z", "interval": interval})
}
