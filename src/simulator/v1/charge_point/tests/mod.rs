//! The charge point under test, in a world of its own: a clock that is moved by hand and a central system that is played by the test.

mod booting;
mod charging;
mod deciding;
mod machine;
mod never_panics;
mod offline;
mod person;
mod profiles;
mod reservations;
mod security;
mod shapes;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ChargePoint, ChargePointSettings};
use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox, OutgoingCall, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::text;

/// A charge point with a clock and everything it has said that was not looked at yet.
pub(super) struct World {
    pub(super) charge_point: ChargePoint,
    version: Version,
    start: Instant,
    elapsed: Duration,
    out: Outbox,
    said: Vec<OutgoingCall>,
}

impl World {
    pub(super) fn new(version: Version, autonomous: bool) -> World {
        let settings = ChargePointSettings { autonomous, seed: 1, ..ChargePointSettings::default() };
        World {
            charge_point: ChargePoint::new(settings),
            version,
            start: Instant::now(),
            elapsed: Duration::ZERO,
            out: Outbox::default(),
            said: Vec::new(),
        }
    }

    /// Lively, connected and accepted, with the reports after the boot answered.
    pub(super) fn accepted(version: Version) -> World {
        let mut world = World::new(version, true);
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
        let said = self.out.take();
        said.iter().for_each(|call| shapes::check(self.version, call));
        self.said.extend(said);
        if self.out.take_restart().is_some() {
            self.disconnect();
            self.connect();
        }
    }

    /// Everything that was said since the last look.
    pub(super) fn said(&mut self) -> Vec<OutgoingCall> {
        std::mem::take(&mut self.said)
    }

    /// The only thing that was said since the last look.
    pub(super) fn expect(&mut self, action: &str) -> OutgoingCall {
        let mut said = self.said();
        assert!(said.len() == 1 && said[0].action == action, "wanted {action}, got {said:?}");
        said.remove(0)
    }

    /// The central system calls.
    pub(super) fn ask(&mut self, action: &str, payload: Value) -> Answer {
        let Proposal { answer, effect } = self.propose(action, payload);
        if answer != Answer::Silence {
            self.commit(effect, &answer);
        }
        answer
    }

    /// The answer to a call leaves.
    pub(super) fn commit(&mut self, effect: ProposedEffect, sent: &Answer) {
        self.charge_point.commit(effect, sent, self.now(), &mut self.out);
        self.collect();
    }

    /// The central system calls, and the answer has not left yet.
    pub(super) fn propose(&mut self, action: &str, payload: Value) -> Proposal {
        let call = IncomingCall { action, payload: &payload, version: self.version };
        self.charge_point.propose(call, self.now())
    }

    /// The status in the answer to a call.
    pub(super) fn ask_status(&mut self, action: &str, payload: Value) -> String {
        match self.ask(action, payload) {
            Answer::Result(result) => text(&result, "status").unwrap_or_default().to_owned(),
            other => panic!("{action}: {other:?}"),
        }
    }

    pub(super) fn end(&mut self, call: &OutgoingCall, outcome: CallOutcome<'_>) {
        self.charge_point.answered(&call.action, &call.payload, outcome, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn result(&mut self, call: &OutgoingCall, payload: Value) {
        self.end(call, CallOutcome::Result { payload: &payload, valid: true });
    }

    /// A person calls in the charge point's name, and gets a result.
    pub(super) fn person(&mut self, action: &str, payload: Value, result: Value) {
        self.result(&OutgoingCall { action: action.to_owned(), payload }, result);
    }

    /// Lets time pass, with all that happens meanwhile.
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

    /// Answers everything that was said, and what is said because of the answers, as a friendly central system. Returns all of it in
    /// short form: the action, and what matters of its payload.
    pub(super) fn serve(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while !self.said.is_empty() {
            let call = self.said.remove(0);
            all.push(in_short(&call));
            let answer = friendly_answer(self.version, &call.action);
            self.result(&call, answer);
        }
        all
    }

    /// Lets time pass second by second, served by a friendly central system.
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
