//! A machine under test: a clock that the test sets, the calls that the machine has sent, and happenings in any order for property tests.
//! What a central system says to a machine of each generation is with the tests of that machine.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use crate::behaviour::{
    Answer, Behaviour, CallOutcome, CarState, DriverLimit, FailingStep, FailureTimes, IncomingCall, LinkWish, Outbox,
    OutgoingCall, PhysicalAction, PhysicalActionError, PowerLossStop, Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::settings::ChargePointSettings;

/// What a test has to know about a kind of machine.
pub(super) trait TestedMachine: Behaviour + Sized {
    /// A machine with these settings, not connected.
    fn with_settings(settings: ChargePointSettings) -> Self;

    /// Panics when a call is invalid in this version.
    fn check_call(version: Version, call: &OutgoingCall);

    /// Panics when an answer is invalid in this version.
    fn check_answer(_version: Version, _action: &str, _answer: &Answer) {}

    /// The result of a BootNotification.
    fn boot_result(version: Version, status: &str, interval: i32) -> Value;

    /// The result with which a central system accepts a call.
    fn friendly_answer(version: Version, call: &OutgoingCall) -> Value;

    /// A call in short form: the action and the main fields of its payload.
    fn in_short(call: &OutgoingCall) -> String;
}

/// A machine with a clock and the calls that it has sent and that the test has not taken yet.
pub(super) struct MachineWorld<M> {
    pub(super) machine: M,
    pub(super) version: Version,
    pub(super) sent: Vec<OutgoingCall>,
    /// Whether messages are not checked, because the central system sends nonsense.
    pub(super) unchecked: bool,
    start: Instant,
    elapsed: Duration,
    out: Outbox,
}

impl<M: TestedMachine> MachineWorld<M> {
    pub(super) fn new(version: Version, autonomous: bool) -> Self {
        Self::with(version, ChargePointSettings { autonomous, seed: 1, ..ChargePointSettings::default() })
    }

    /// A machine with these settings, not connected yet.
    pub(super) fn with(version: Version, settings: ChargePointSettings) -> Self {
        MachineWorld {
            machine: M::with_settings(settings),
            version,
            sent: Vec::new(),
            unchecked: false,
            start: Instant::now(),
            elapsed: Duration::ZERO,
            out: Outbox::default(),
        }
    }

    /// Autonomous, connected and accepted, with the reports after the boot answered.
    pub(super) fn accepted(version: Version) -> Self {
        Self::new(version, true).booted()
    }

    /// Connected and accepted, with the reports after the boot answered.
    pub(super) fn booted(mut self) -> Self {
        self.connect();
        let boot = self.expect("BootNotification");
        self.result(&boot, M::boot_result(self.version, "Accepted", 300));
        self.serve();
        self
    }

    pub(super) fn now(&self) -> Moment {
        let begin: Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        Moment { wall: begin + self.elapsed, monotonic: self.start + self.elapsed }
    }

    pub(super) fn connect(&mut self) {
        self.machine.connected(self.version, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn disconnect(&mut self) {
        self.machine.disconnected(self.now());
    }

    fn collect(&mut self) {
        let sent = self.out.take();
        sent.iter().filter(|_| !self.unchecked).for_each(|call| M::check_call(self.version, call));
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
        if !self.unchecked {
            M::check_answer(self.version, action, &answer);
        }
        if answer != Answer::Silence {
            self.commit(effect, &answer);
        }
        answer
    }

    /// The answer to a call has been sent.
    pub(super) fn commit(&mut self, effect: ProposedEffect, sent: &Answer) {
        self.machine.commit(effect, sent, self.now(), &mut self.out);
        self.collect();
    }

    /// Delivers a call of the central system, whose answer has not been sent yet.
    pub(super) fn propose(&mut self, action: &str, payload: Value) -> Proposal {
        let call = IncomingCall { action, payload: &payload.clone().into(), version: self.version };
        self.machine.propose(call, self.now())
    }

    /// The result of a call.
    pub(super) fn ask_result(&mut self, action: &str, payload: Value) -> Value {
        match self.ask(action, payload) {
            Answer::Result(result) => (*result).clone(),
            other => panic!("{action}: {other:?}"),
        }
    }

    /// Hands do something.
    pub(super) fn act(&mut self, action: &PhysicalAction) -> Result<(), PhysicalActionError> {
        let done = self.machine.act(action, self.now(), &mut self.out);
        self.collect();
        done
    }

    /// Hands do something that is possible; returns what follows, served.
    pub(super) fn acts(&mut self, action: &PhysicalAction) -> Vec<String> {
        self.act(action).unwrap_or_else(|error| panic!("{action}: {error}"));
        self.serve()
    }

    pub(super) fn end(&mut self, call: &OutgoingCall, outcome: CallOutcome<'_>) {
        self.machine.answered(&call.action, &call.payload, outcome, self.now(), &mut self.out);
        self.collect();
    }

    pub(super) fn result(&mut self, call: &OutgoingCall, payload: Value) {
        self.end(call, CallOutcome::Result { payload: &payload, valid: true });
    }

    /// The central system accepts a call.
    pub(super) fn accept(&mut self, call: &OutgoingCall) {
        self.result(call, M::friendly_answer(self.version, call));
    }

    /// The user makes a call for the machine and gets a result.
    pub(super) fn user_call(&mut self, action: &str, payload: Value, result: Value) {
        self.result(&OutgoingCall { action: action.to_owned(), payload }, result);
    }

    /// Advances the clock and runs all tasks that are due meanwhile.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.elapsed + time;
        while let Some(deadline) = self.machine.deadline().filter(|deadline| *deadline <= self.start + end) {
            self.elapsed = self.elapsed.max(deadline - self.start);
            self.machine.deadline_reached(self.now(), &mut self.out);
            self.collect();
            let next = self.machine.deadline();
            assert!(next.is_none_or(|next| next > self.now().monotonic), "a deadline in the past keeps the link busy");
        }
        self.elapsed = end;
    }

    pub(super) fn pass_seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Answers the first call that was sent with acceptance and returns it.
    pub(super) fn serve_next(&mut self) -> Option<OutgoingCall> {
        let call = (!self.sent.is_empty()).then(|| self.sent.remove(0))?;
        self.accept(&call);
        Some(call)
    }

    /// A call in short form.
    pub(super) fn in_short(call: &OutgoingCall) -> String {
        M::in_short(call)
    }

    /// Answers all sent calls, and the calls that follow from the answers, with acceptance. Returns all of them in short form.
    pub(super) fn serve(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.serve_next()).map(|call| M::in_short(&call)).collect()
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

    /// Something happens to the machine.
    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Call(action, payload) => drop(self.ask(action, payload)),
            Happening::UserCall(action, call, result) => self.user_call(action, call, result),
            Happening::Answer(which, how, payload) if !self.sent.is_empty() => {
                let call = self.sent.remove(which % self.sent.len());
                match how {
                    0 => self.end(&call, CallOutcome::Timeout),
                    1 => self.end(&call, CallOutcome::Error { code: "GenericError", description: "" }),
                    2 => self.end(&call, CallOutcome::LinkLost),
                    3 => self.result(&call, payload),
                    _ => self.accept(&call),
                }
            }
            Happening::Answer(..) => {}
            Happening::Time(seconds) => self.pass_seconds(seconds),
            Happening::Hands(action) => _ = self.act(&action),
            Happening::Reconnect(version) => {
                self.disconnect();
                self.version = version;
                self.connect();
            }
        }
    }

    /// Connects the machine and answers its boot with acceptance.
    pub(super) fn connect_and_boot(&mut self) {
        self.connect();
        if let Some(boot) = self.take_sent().pop() {
            self.result(&boot, M::boot_result(self.version, "Accepted", 300));
        }
    }
}

/// The action and the texts of these values, in one line.
pub(super) fn in_one_line<'a>(action: &str, values: impl Iterator<Item = &'a Value>) -> String {
    let texts = values.map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    [action.to_owned()].into_iter().chain(texts).collect::<Vec<_>>().join(" ")
}

/// What can happen to a machine.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    /// A call of the central system.
    Call(&'static str, Value),
    /// A call of the user and its result.
    UserCall(&'static str, Value, Value),
    /// The end of one of the calls that wait: which one, how it ends, and the result that it may have.
    Answer(usize, u8, Value),
    /// Seconds pass.
    Time(u64),
    /// The link comes back with this version.
    Reconnect(Version),
    /// Hands do something.
    Hands(PhysicalAction),
}

/// Any JSON value with these names of fields and these texts.
pub(super) fn json_value(fields: &'static [&'static str], texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![(-2..5_i64), any::<i64>(), Just(i64::from(i32::MAX)), Just(i64::from(i32::MIN))].prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(texts).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let object = prop::collection::vec((prop::sample::select(fields), inner.clone()), 0..10);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// What hands can do, also at connectors that do not exist.
pub(super) fn physical_action() -> impl Strategy<Value = PhysicalAction> {
    let connector = || prop::option::of(-1..4_i32);
    prop_oneof![
        3 => connector().prop_map(|connector| PhysicalAction::Plug { connector }),
        2 => connector().prop_map(|connector| PhysicalAction::Unplug { connector }),
        4 => (prop::sample::select(vec!["T", "TAG", "B"]), connector())
            .prop_map(|(tag, connector)| PhysicalAction::Present { id_tag: tag.to_owned(), connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Fault { error_code: None, info: None, connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Recover { connector }),
        1 => prop::sample::select(PowerLossStop::ALL.to_vec()).prop_map(|stop| PhysicalAction::PowerOff { stop }),
        1 => prop::sample::select(vec![PhysicalAction::PowerOn, PhysicalAction::Offline, PhysicalAction::Online]),
        1 => (prop::sample::select(CarState::ALL.to_vec()), connector())
            .prop_map(|(state, connector)| PhysicalAction::Ev { state, connector }),
        1 => (any::<bool>(), connector()).prop_map(|(works, connector)| PhysicalAction::Lock { works, connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Park { connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Leave { connector }),
        1 => (any::<f64>(), connector())
            .prop_map(|(limit, connector)| PhysicalAction::Limit { limit: DriverLimit::Energy(limit), connector }),
        1 => (prop::sample::select(FailingStep::ALL.to_vec()), prop::sample::select(FailureTimes::ALL.to_vec()))
            .prop_map(|(step, times)| PhysicalAction::Fail { step, times }),
    ]
}

/// Seconds that pass.
pub(super) fn time() -> impl Strategy<Value = Happening> {
    prop_oneof![0..5_u64, 0..500_u64].prop_map(Happening::Time)
}
