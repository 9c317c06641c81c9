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

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ChargePointSettings, ChargingStation};
use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, LinkWish, Outbox, OutgoingCall, PhysicalAction, PhysicalActionError,
    Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{Catalog, Role, Version};
use crate::simulator::payload::text;

/// A station with a clock and the calls that it has sent and that the test has not taken yet.
pub(super) struct StationWorld {
    pub(super) station: ChargingStation,
    version: Version,
    start: Instant,
    elapsed: Duration,
    out: Outbox,
    sent: Vec<OutgoingCall>,
    /// Whether messages are not checked, because the CSMS sends nonsense.
    unchecked: bool,
}

impl StationWorld {
    pub(super) fn new(version: Version, autonomous: bool) -> StationWorld {
        StationWorld::with(version, ChargePointSettings { autonomous, seed: 1, ..ChargePointSettings::default() })
    }

    /// A station with these settings, not connected yet.
    pub(super) fn with(version: Version, settings: ChargePointSettings) -> StationWorld {
        StationWorld {
            station: ChargingStation::new(settings),
            version,
            start: Instant::now(),
            elapsed: Duration::ZERO,
            out: Outbox::default(),
            sent: Vec::new(),
            unchecked: false,
        }
    }

    /// Autonomous, connected and accepted, with the reports after the boot answered.
    pub(super) fn accepted(version: Version) -> StationWorld {
        StationWorld::new(version, true).booted()
    }

    /// The same without a driver who comes and goes by himself, and without periodic messages.
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

    /// Connected and accepted, with the reports after the boot answered.
    pub(super) fn booted(mut self) -> StationWorld {
        self.connect();
        let boot = self.expect("BootNotification");
        self.result(&boot, boot_result("Accepted", 300));
        self.serve();
        self
    }

    /// Sets a variable of the device model.
    pub(super) fn set(&mut self, component: &str, variable: &str, value: &str) {
        self.station.model.set(component, variable, value.to_owned());
    }

    pub(super) fn now(&self) -> Moment {
        let begin: Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        Moment { wall: begin + self.elapsed, monotonic: self.start + self.elapsed }
    }

    pub(super) fn connect(&mut self) {
        self.station.connected(self.version, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn disconnect(&mut self) {
        self.station.disconnected(self.now());
    }

    fn collect(&mut self) {
        let sent = self.out.take();
        sent.iter().filter(|_| !self.unchecked).for_each(|call| check_call(self.version, call));
        self.sent.extend(sent);
        match self.out.take_wish() {
            Some(LinkWish::Restart(_)) => {
                self.disconnect();
                self.connect();
            }
            Some(LinkWish::Cut | LinkWish::Refuse) => self.disconnect(),
            Some(LinkWish::Connect) => self.connect(),
            None => {}
        }
    }

    /// Takes all calls that were sent since the last take.
    pub(super) fn take_sent(&mut self) -> Vec<OutgoingCall> {
        std::mem::take(&mut self.sent)
    }

    /// Takes the only call that was sent since the last take.
    pub(super) fn expect(&mut self, action: &str) -> OutgoingCall {
        let mut sent = self.take_sent();
        assert!(sent.len() == 1 && sent[0].action == action, "wanted {action}, got {sent:?}");
        sent.remove(0)
    }

    /// Delivers a call of the CSMS and applies its effect.
    pub(super) fn ask(&mut self, action: &str, payload: Value) -> Answer {
        let Proposal { answer, effect } = self.propose(action, payload);
        if !self.unchecked {
            check_answer(self.version, action, &answer);
        }
        self.commit(effect, &answer);
        answer
    }

    /// The answer to a call has been sent.
    pub(super) fn commit(&mut self, effect: ProposedEffect, sent: &Answer) {
        self.station.commit(effect, sent, self.now(), &mut self.out);
        self.collect();
    }

    /// Delivers a call of the CSMS, whose answer has not been sent yet.
    pub(super) fn propose(&mut self, action: &str, payload: Value) -> Proposal {
        let call = IncomingCall { action, payload: &payload.clone().into(), version: self.version };
        self.station.propose(call, self.now())
    }

    /// The result of a call.
    pub(super) fn ask_result(&mut self, action: &str, payload: Value) -> Value {
        match self.ask(action, payload) {
            Answer::Result(result) => (*result).clone(),
            other => panic!("{action}: {other:?}"),
        }
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

    /// Hands do something.
    pub(super) fn act(&mut self, action: &PhysicalAction) -> Result<(), PhysicalActionError> {
        let done = self.station.act(action, self.now(), &mut self.out);
        self.collect();
        done
    }

    /// Hands do something that is possible; returns what follows, served.
    pub(super) fn acts(&mut self, action: &PhysicalAction) -> Vec<String> {
        self.act(action).unwrap_or_else(|error| panic!("{action}: {error}"));
        self.serve()
    }

    pub(super) fn end(&mut self, call: &OutgoingCall, outcome: CallOutcome<'_>) {
        self.station.answered(&call.action, &call.payload, outcome, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn result(&mut self, call: &OutgoingCall, payload: Value) {
        self.end(call, CallOutcome::Result { payload: &payload, valid: true });
    }

    /// The user makes a call for the station and gets a result.
    pub(super) fn user_call(&mut self, action: &str, payload: Value, result: Value) {
        self.result(&OutgoingCall { action: action.to_owned(), payload }, result);
    }

    /// Advances the clock and runs all tasks that are due meanwhile.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.elapsed + time;
        while let Some(deadline) = self.station.deadline().filter(|deadline| *deadline <= self.start + end) {
            self.elapsed = self.elapsed.max(deadline - self.start);
            self.station.deadline_reached(self.now(), &mut self.out);
            self.collect();
            let next = self.station.deadline();
            assert!(next.is_none_or(|next| next > self.now().monotonic), "a deadline in the past keeps the link busy");
        }
        self.elapsed = end;
    }

    pub(super) fn pass_seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Answers all sent calls, and the calls that follow from the answers, with acceptance. Returns all of them in short form.
    pub(super) fn serve(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while !self.sent.is_empty() {
            let call = self.sent.remove(0);
            all.push(in_short(&call));
            self.result(&call, friendly_answer(&call));
        }
        all
    }

    /// Answers all sent calls as `serve` does and returns the TransactionEvents of them.
    pub(super) fn events(&mut self) -> Vec<OutgoingCall> {
        let mut events = Vec::new();
        while !self.sent.is_empty() {
            let call = self.sent.remove(0);
            self.result(&call, friendly_answer(&call));
            events.extend(Some(call).filter(|call| call.action == "TransactionEvent"));
        }
        events
    }

    /// Takes the TransactionEvent that was sent, without an answer.
    pub(super) fn events_unanswered(&mut self) -> OutgoingCall {
        self.take_sent().into_iter().find(|call| call.action == "TransactionEvent").unwrap()
    }

    /// Advances the clock second by second and answers all calls with acceptance.
    pub(super) fn live(&mut self, seconds: u64) -> Vec<String> {
        let mut all = self.serve();
        for _ in 0..seconds {
            self.pass_seconds(1);
            all.extend(self.serve());
        }
        all
    }
}

/// Panics when a call is invalid in this version.
fn check_call(version: Version, call: &OutgoingCall) {
    let catalog = Catalog::embedded();
    let Some(definition) = catalog.action(version, Role::ChargePoint, &call.action) else { return };
    let findings = definition.request.check(&call.payload, version);
    assert!(findings.is_empty(), "{version} {}: {findings:?}\n{}", call.action, call.payload);
}

/// Panics when the result of a call is invalid in this version.
fn check_answer(version: Version, action: &str, answer: &Answer) {
    let catalog = Catalog::embedded();
    let (Some(definition), Answer::Result(payload)) = (catalog.action(version, Role::CentralSystem, action), answer) else {
        return;
    };
    let findings = definition.response.check(payload, version);
    assert!(findings.is_empty(), "{version} {action}: {findings:?}\n{payload:?}");
}

pub(super) fn boot_result(status: &str, interval: i32) -> Value {
    json!({"status": status, "currentTime": "2024-05-01T12:00:00Z", "interval": interval})
}

fn friendly_answer(call: &OutgoingCall) -> Value {
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
    let payload = &call.payload;
    let at = |path: &str| payload.pointer(path);
    let fields = [
        at("/reason"),
        at("/evseId"),
        at("/connectorStatus"),
        at("/eventType"),
        at("/triggerReason"),
        at("/transactionInfo/chargingState"),
        at("/transactionInfo/stoppedReason"),
        at("/idToken/idToken"),
        at("/reservationId"),
        at("/reservationUpdateStatus"),
        at("/type"),
        at("/eventData/0/component/name"),
        at("/eventData/0/actualValue"),
    ];
    let values = fields.into_iter().flatten().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    [call.action.clone()].into_iter().chain(values).collect::<Vec<_>>().join(" ")
}
