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

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ChargePoint, ChargePointSettings};
use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, LinkWish, Outbox, OutgoingCall, PhysicalAction, PhysicalActionError,
    Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::text;

/// A charge point with a clock and the calls that it has sent and that the test has not taken yet.
pub(super) struct World {
    pub(super) charge_point: ChargePoint,
    version: Version,
    start: Instant,
    elapsed: Duration,
    out: Outbox,
    sent: Vec<OutgoingCall>,
}

impl World {
    pub(super) fn new(version: Version, autonomous: bool) -> World {
        World::with(version, ChargePointSettings { autonomous, seed: 1, ..ChargePointSettings::default() })
    }

    /// A charge point with these settings, not connected yet.
    pub(super) fn with(version: Version, settings: ChargePointSettings) -> World {
        World {
            charge_point: ChargePoint::new(settings),
            version,
            start: Instant::now(),
            elapsed: Duration::ZERO,
            out: Outbox::default(),
            sent: Vec::new(),
        }
    }

    /// Autonomous, connected and accepted, with the reports after the boot answered.
    pub(super) fn accepted(version: Version) -> World {
        World::new(version, true).booted()
    }

    /// Connected and accepted, with the reports after the boot answered.
    pub(super) fn booted(self) -> World {
        let (version, mut world) = (self.version, self);
        world.connect();
        let boot = world.expect("BootNotification");
        world.result(&boot, boot_result(version, "Accepted", 300));
        world.serve();
        world
    }

    pub(super) fn now(&self) -> Moment {
        let begin: Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        Moment { wall: begin + self.elapsed, monotonic: self.start + self.elapsed }
    }

    pub(super) fn connect(&mut self) {
        self.charge_point.connected(self.version, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn disconnect(&mut self) {
        self.charge_point.disconnected(self.now());
    }

    fn collect(&mut self) {
        let sent = self.out.take();
        sent.iter().for_each(|call| shapes::check(self.version, call));
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

    /// Delivers a call of the central system and applies its effect.
    pub(super) fn ask(&mut self, action: &str, payload: Value) -> Answer {
        let Proposal { answer, effect } = self.propose(action, payload);
        if answer != Answer::Silence {
            self.commit(effect, &answer);
        }
        answer
    }

    /// The answer to a call has been sent.
    pub(super) fn commit(&mut self, effect: ProposedEffect, sent: &Answer) {
        self.charge_point.commit(effect, sent, self.now(), &mut self.out);
        self.collect();
    }

    /// Delivers a call of the central system, whose answer has not been sent yet.
    pub(super) fn propose(&mut self, action: &str, payload: Value) -> Proposal {
        let call = IncomingCall { action, payload: &payload.clone().into(), version: self.version };
        self.charge_point.propose(call, self.now())
    }

    /// The status in the answer to a call.
    pub(super) fn ask_status(&mut self, action: &str, payload: Value) -> String {
        match self.ask(action, payload) {
            Answer::Result(result) => text(&result, "status").unwrap_or_default().to_owned(),
            other => panic!("{action}: {other:?}"),
        }
    }

    /// Hands do something.
    pub(super) fn act(&mut self, action: &PhysicalAction) -> Result<(), PhysicalActionError> {
        let done = self.charge_point.act(action, self.now(), &mut self.out);
        self.collect();
        done
    }

    /// Hands do something that is possible; returns what follows, served.
    pub(super) fn acts(&mut self, action: &PhysicalAction) -> Vec<String> {
        self.act(action).unwrap_or_else(|error| panic!("{action}: {error}"));
        self.serve()
    }

    pub(super) fn end(&mut self, call: &OutgoingCall, outcome: CallOutcome<'_>) {
        self.charge_point.answered(&call.action, &call.payload, outcome, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn result(&mut self, call: &OutgoingCall, payload: Value) {
        self.end(call, CallOutcome::Result { payload: &payload, valid: true });
    }

    /// The user makes a call for the charge point and gets a result.
    pub(super) fn user_call(&mut self, action: &str, payload: Value, result: Value) {
        self.result(&OutgoingCall { action: action.to_owned(), payload }, result);
    }

    /// Advances the clock and runs all tasks that are due meanwhile.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.elapsed + time;
        while let Some(deadline) = self.charge_point.deadline().filter(|deadline| *deadline <= self.start + end) {
            self.elapsed = self.elapsed.max(deadline - self.start);
            self.charge_point.deadline_reached(self.now(), &mut self.out);
            self.collect();
            let next = self.charge_point.deadline();
            assert!(next.is_none_or(|next| next > self.now().monotonic), "a deadline in the past keeps the link busy");
        }
        self.elapsed = end;
    }

    pub(super) fn pass_seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Answers all sent calls, and the calls that follow from the answers, with acceptance. Returns all of them in
    /// short form: the action and the main fields of its payload.
    pub(super) fn serve(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while !self.sent.is_empty() {
            let call = self.sent.remove(0);
            all.push(in_short(&call));
            let answer = friendly_answer(self.version, &call.action);
            self.result(&call, answer);
        }
        all
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

pub(super) fn boot_result(version: Version, status: &str, interval: i32) -> Value {
    let field = if matches!(version, Version::V1_6) { "interval" } else { "heartbeatInterval" };
    json!({"status": status, "currentTime": "2024-05-01T12:00:00Z", field: interval})
}

fn friendly_answer(version: Version, action: &str) -> Value {
    match action {
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
    let values = fields.iter().filter_map(|field| call.payload.get(field)).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    [call.action.clone()].into_iter().chain(values).collect::<Vec<_>>().join(" ")
}
