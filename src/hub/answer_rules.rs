//! Answers on purpose: what a person wants to be said instead of what the simulator would say. Works for both roles and every
//! transport, because it stands between the link and the behaviour.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::behaviour::{Answer, Behaviour, CallOutcome, DeferredAnswer, IncomingCall, Outbox};
use crate::clock::Moment;
use crate::ocpp::{ErrorCode, Role, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, StationKey};

/// Makes the payload of a result from the usual one.
pub type PayloadChange = Arc<dyn Fn(Value, Version) -> OutgoingPayload + Send + Sync>;

/// A call whose answer is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRequest {
    /// Names the question in the order that brings the answer.
    pub ticket: u64,
    /// The station on whose link the answer is awaited.
    pub station: StationKey,
    /// The action.
    pub action: String,
    /// The payload of the call.
    pub payload: Value,
    /// What would have been said anyway.
    pub usual: Answer,
}

/// Is asked for an answer, from the task of a link. It must not block; the answer comes later, as an order.
pub type AnswerProvider = Arc<dyn Fn(AnswerRequest) + Send + Sync>;

/// The tickets of the book begin here; those of plugins stay below. A number of JavaScript holds them exactly.
const TICKETS: u64 = 1 << 52;

/// What is said on purpose.
#[derive(Clone)]
pub enum AnswerOverride {
    /// What would have been said anyway (to be delayed).
    Usual,
    /// A result with another payload.
    Result(PayloadChange),
    /// An error.
    Error {
        /// Its code.
        code: ErrorCode,
        /// Its description.
        description: String,
    },
    /// Nothing.
    Silence,
}

/// A rule: how calls of an action are answered.
#[derive(Clone)]
pub struct AnswerRule {
    /// Who sends the call; we answer as the other role.
    pub initiator: Role,
    /// The action.
    pub action: String,
    /// The station on whose link the rule holds; `None` for all.
    pub station: Option<StationKey>,
    /// Whether the rule ends with its first use.
    pub once: bool,
    /// What is said.
    pub reply: AnswerOverride,
    /// How long it is held back.
    pub delay: Option<Duration>,
    /// The rule as a person wrote it, for lists.
    pub text: String,
}

impl AnswerRule {
    fn is_for(&self, initiator: Role, action: &str, station: Option<StationKey>) -> bool {
        self.initiator == initiator && self.action == action && self.station == station
    }

    /// Whether the call is not carried out: its answer is an error, or none comes.
    fn refuses(&self) -> bool {
        matches!(self.reply, AnswerOverride::Error { .. } | AnswerOverride::Silence)
    }

    fn applied(&self, usual: Answer, version: Version) -> Answer {
        let said = match &self.reply {
            AnswerOverride::Usual => usual,
            AnswerOverride::Silence => return Answer::Silence,
            AnswerOverride::Error { code, description } => Answer::Error { code: *code, description: description.clone() },
            AnswerOverride::Result(change) => {
                // A person has the last word, so an answer that is still to be decided is not waited for.
                let usual = if let Answer::Later(later) = usual { *later.fallback } else { usual };
                let base = if let Answer::Result(payload) = usual { payload.into_value() } else { json!({}) };
                Answer::Result(change(base, version))
            }
        };
        match (said, self.delay) {
            (Answer::Later(later), delay) => Answer::Later(DeferredAnswer { delay: delay.or(later.delay), ..later }),
            (said, Some(delay)) => Answer::Delayed(delay, Box::new(said)),
            (said, None) => said,
        }
    }
}

/// The rules of the session.
#[derive(Default)]
pub struct AnswerRules {
    rules: Mutex<Vec<AnswerRule>>,
    /// Whether there is any rule: most sessions have none, and every call asks.
    used: AtomicBool,
    /// Who decides where there is no rule.
    asker: Mutex<Option<AnswerProvider>>,
    asked: AtomicBool,
    tickets: AtomicU64,
}

impl AnswerRules {
    /// Adds a rule in the place of the one for the same action, initiator and station.
    pub fn set(&self, rule: AnswerRule) {
        let mut rules = self.lock();
        rules.retain(|older| !older.is_for(rule.initiator, &rule.action, rule.station));
        rules.push(rule);
        self.used.store(true, Ordering::Relaxed);
    }

    /// From now on somebody decides every answer for which there is no rule; with `None` nobody does.
    pub fn ask(&self, asker: Option<AnswerProvider>) {
        self.asked.store(asker.is_some(), Ordering::Relaxed);
        *self.asker.lock().unwrap_or_else(PoisonError::into_inner) = asker;
    }

    fn asker(&self) -> Option<AnswerProvider> {
        if !self.asked.load(Ordering::Relaxed) {
            return None;
        }
        self.asker.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes rules back: that of one station, or with `None` all rules of the action. Returns how many there were.
    pub fn clear(&self, initiator: Role, action: &str, station: Option<StationKey>) -> usize {
        let mut rules = self.lock();
        let before = rules.len();
        rules.retain(|rule| {
            let meant = rule.initiator == initiator && rule.action == action && (station.is_none() || rule.station == station);
            !meant
        });
        self.used.store(!rules.is_empty(), Ordering::Relaxed);
        before - rules.len()
    }

    /// The rules, as they were written.
    pub fn texts(&self) -> Vec<String> {
        self.lock().iter().map(|rule| rule.text.clone()).collect()
    }

    /// The rule for a call: that of the station before that of all.
    fn take(&self, initiator: Role, action: &str, station: StationKey) -> Option<AnswerRule> {
        if !self.used.load(Ordering::Relaxed) {
            return None;
        }
        let mut rules = self.lock();
        let find = |station| rules.iter().position(|rule| rule.is_for(initiator, action, station));
        let index = find(Some(station)).or_else(|| find(None))?;
        if rules[index].once { Some(rules.remove(index)) } else { Some(rules[index].clone()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<AnswerRule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A behaviour whose answers pass the book.
pub(super) struct RuleFilter {
    inner: Box<dyn Behaviour>,
    station: StationKey,
    book: Arc<AnswerRules>,
}

impl RuleFilter {
    /// Puts the book between a link and its behaviour.
    pub fn new(inner: Box<dyn Behaviour>, station: StationKey, book: Arc<AnswerRules>) -> RuleFilter {
        RuleFilter { inner, station, book }
    }

    /// Asks for the answer and lets the link wait for it.
    fn asked(&self, ask: &AnswerProvider, call: IncomingCall<'_>, usual: Answer) -> Answer {
        let ticket = TICKETS + self.book.tickets.fetch_add(1, Ordering::Relaxed);
        let (action, payload) = (call.action.to_owned(), call.payload.clone());
        ask(AnswerRequest { ticket, station: self.station, action, payload, usual: usual.clone() });
        Answer::Later(DeferredAnswer { ticket, timeout: None, fallback: Box::new(usual), delay: None })
    }
}

impl Behaviour for RuleFilter {
    fn role(&self) -> Role {
        self.inner.role()
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        self.inner.connected(version, now, out);
    }

    fn disconnected(&mut self, now: Moment) {
        self.inner.disconnected(now);
    }

    fn answer(&mut self, call: IncomingCall<'_>, now: Moment, out: &mut Outbox) -> Answer {
        let rule = self.book.take(self.inner.role().peer(), call.action, self.station);
        if let Some(rule) = rule.as_ref().filter(|rule| rule.refuses()) {
            // What the peer is not told of has not happened.
            return rule.applied(Answer::Silence, call.version);
        }
        let usual = self.inner.answer(call, now, out);
        match rule {
            Some(rule) => rule.applied(usual, call.version),
            None => match self.book.asker() {
                Some(ask) => self.asked(&ask, call, usual),
                None => usual,
            },
        }
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        self.inner.answered(action, payload, outcome, now, out);
    }

    fn inspect(&mut self, direction: Direction, text: &str) -> Option<u64> {
        self.inner.inspect(direction, text)
    }

    fn deadline(&self) -> Option<Instant> {
        self.inner.deadline()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        self.inner.deadline_reached(now, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(station: Option<u32>, reply: AnswerOverride) -> AnswerRule {
        let (initiator, action) = (Role::ChargePoint, "Authorize".to_owned());
        AnswerRule { initiator, action, station: station.map(StationKey), once: false, reply, delay: None, text: "rule".into() }
    }

    fn answer(book: &AnswerRules, station: u32) -> Option<Answer> {
        let usual = Answer::result(json!({"a": 1}));
        book.take(Role::ChargePoint, "Authorize", StationKey(station)).map(|rule| rule.applied(usual, Version::V1_6))
    }

    #[test]
    fn the_rule_of_a_station_comes_before_the_rule_of_all() {
        let book = AnswerRules::default();
        assert_eq!(answer(&book, 1), None);
        book.set(rule(None, AnswerOverride::Silence));
        let change: PayloadChange = Arc::new(|mut payload, _| {
            payload["b"] = json!(2);
            payload.into()
        });
        book.set(rule(Some(1), AnswerOverride::Result(change)));
        assert_eq!(answer(&book, 1), Some(Answer::result(json!({"a": 1, "b": 2}))));
        assert_eq!(answer(&book, 2), Some(Answer::Silence));
        assert_eq!(book.texts().len(), 2);
        assert_eq!(book.clear(Role::ChargePoint, "Authorize", Some(StationKey(1))), 1);
        assert_eq!(answer(&book, 1), Some(Answer::Silence));
        assert_eq!(book.clear(Role::ChargePoint, "Authorize", None), 1);
        assert_eq!(answer(&book, 1), None);
    }

    #[test]
    fn once_is_once_and_a_delay_holds_the_answer_back() {
        let book = AnswerRules::default();
        let error = AnswerOverride::Error { code: ErrorCode::GenericError, description: String::new() };
        book.set(AnswerRule { once: true, delay: Some(Duration::from_secs(2)), ..rule(None, error) });
        let error = Answer::Error { code: ErrorCode::GenericError, description: String::new() };
        assert_eq!(answer(&book, 1), Some(Answer::Delayed(Duration::from_secs(2), Box::new(error))));
        assert_eq!(answer(&book, 1), None);
    }

    /// Says the same to everybody, and counts how often it was asked.
    struct Counting(u32);

    impl Behaviour for Counting {
        fn role(&self) -> Role {
            Role::CentralSystem
        }
        fn connected(&mut self, _: Version, _: Moment, _: &mut Outbox) {}
        fn disconnected(&mut self, _: Moment) {}
        fn answer(&mut self, _: IncomingCall<'_>, _: Moment, out: &mut Outbox) -> Answer {
            self.0 += 1;
            out.call("Reset", json!({}));
            Answer::result(json!({"n": self.0}))
        }
        fn answered(&mut self, _: &str, _: &Value, _: CallOutcome<'_>, _: Moment, _: &mut Outbox) {}
        fn deadline(&self) -> Option<Instant> {
            None
        }
        fn deadline_reached(&mut self, _: Moment, _: &mut Outbox) {}
    }

    #[test]
    fn a_call_that_is_refused_or_not_heard_is_not_carried_out() {
        let book = Arc::new(AnswerRules::default());
        let mut behaviour = RuleFilter::new(Box::new(Counting(0)), StationKey(1), book.clone());
        let mut out = Outbox::default();
        let mut ask = || {
            let call = IncomingCall { action: "Authorize", payload: &json!({}), version: Version::V1_6 };
            let answer = behaviour.answer(call, crate::clock::now(), &mut out);
            (answer, out.take().len())
        };
        book.set(AnswerRule { once: true, ..rule(None, AnswerOverride::Silence) });
        assert_eq!(ask(), (Answer::Silence, 0));
        let error = AnswerOverride::Error { code: ErrorCode::GenericError, description: String::new() };
        book.set(AnswerRule { once: true, ..rule(None, error) });
        assert_eq!(ask(), (Answer::Error { code: ErrorCode::GenericError, description: String::new() }, 0));
        book.set(AnswerRule { once: true, ..rule(None, AnswerOverride::Result(Arc::new(|usual, _| usual.into()))) });
        assert_eq!(ask(), (Answer::result(json!({"n": 1})), 1));
    }
}
