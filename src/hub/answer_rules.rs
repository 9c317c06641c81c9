//! Answer rules: the answers that the user chose instead of those that the simulator proposes. They work for both roles
//! and every transport, as a filter of the answers of a link.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::behaviour::{Answer, AnswerFilter, FilterDecision, IncomingCall};
use crate::ocpp::{ErrorCode, Role, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::StationKey;
use crate::trace::filter::CallCondition;

/// Makes the payload of a result from the proposed one.
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
    /// What the simulator proposes.
    pub default_answer: Answer,
}

/// Receives the request for an answer, in the task of a link. It must not block; the answer is sent later, as an order.
pub type AnswerProvider = Arc<dyn Fn(AnswerRequest) + Send + Sync>;

/// The tickets of the rules begin here; those of plugins stay below. A number of JavaScript holds them exactly.
const TICKETS: u64 = 1 << 52;

/// The answer of a rule.
#[derive(Clone)]
pub enum AnswerOverride {
    /// The proposed one (to be delayed).
    Default,
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
    /// What the payload of the call must have; `None` for every call.
    pub condition: Option<CallCondition>,
    /// Whether the rule ends with its first use.
    pub once: bool,
    /// The answer.
    pub reply: AnswerOverride,
    /// How long it is held back.
    pub delay: Option<Duration>,
    /// The rule as the user wrote it, for lists.
    pub text: String,
}

impl AnswerRule {
    fn is_for(&self, initiator: Role, action: &str, station: Option<StationKey>) -> bool {
        self.initiator == initiator && self.action == action && self.station == station
    }

    fn replaces(&self, older: &AnswerRule) -> bool {
        older.is_for(self.initiator, &self.action, self.station) && older.condition == self.condition
    }

    /// What becomes of a proposed answer.
    fn decide(&self, proposed: &Answer, version: Version) -> FilterDecision {
        let answer = match &self.reply {
            AnswerOverride::Default => return self.delay.map_or(FilterDecision::Keep, FilterDecision::Delay),
            AnswerOverride::Silence => return FilterDecision::Replace(Answer::Silence),
            AnswerOverride::Error { code, description } => Answer::Error { code: *code, description: description.clone() },
            AnswerOverride::Result(change) => {
                let base = if let Answer::Result(payload) = proposed { payload.value().clone() } else { json!({}) };
                Answer::Result(change(base, version))
            }
        };
        FilterDecision::Replace(answer.after(self.delay))
    }
}

/// The rules of the session.
#[derive(Default)]
pub struct AnswerRules {
    rules: Mutex<Vec<AnswerRule>>,
    /// Whether there is any rule. Every call checks this, and most sessions have none.
    used: AtomicBool,
    /// Decides where there is no rule.
    provider: Mutex<Option<AnswerProvider>>,
    has_provider: AtomicBool,
    tickets: AtomicU64,
}

impl AnswerRules {
    /// Adds a rule behind the others, or in the place of the one for the same action, initiator, station and condition.
    pub fn set(&self, rule: AnswerRule) {
        let mut rules = self.lock();
        match rules.iter_mut().find(|older| rule.replaces(older)) {
            Some(older) => *older = rule,
            None => rules.push(rule),
        }
        self.used.store(true, Ordering::Relaxed);
    }

    /// From now on this provider decides every answer for which there is no rule; with `None` the proposed answers leave.
    pub fn ask(&self, provider: Option<AnswerProvider>) {
        self.has_provider.store(provider.is_some(), Ordering::Relaxed);
        *self.provider.lock().unwrap_or_else(PoisonError::into_inner) = provider;
    }

    fn provider(&self) -> Option<AnswerProvider> {
        if !self.has_provider.load(Ordering::Relaxed) {
            return None;
        }
        self.provider.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes rules back: those of one station, or with `None` all rules of the action; with a condition only those that have it.
    /// Returns how many there were.
    pub fn clear(
        &self,
        initiator: Role,
        action: &str,
        station: Option<StationKey>,
        condition: Option<&CallCondition>,
    ) -> usize {
        let mut rules = self.lock();
        let before = rules.len();
        rules.retain(|rule| {
            let meant = rule.initiator == initiator && rule.action == action && (station.is_none() || rule.station == station);
            !(meant && (condition.is_none() || rule.condition.as_ref() == condition))
        });
        self.used.store(!rules.is_empty(), Ordering::Relaxed);
        before - rules.len()
    }

    /// How many rules there are.
    pub fn count(&self) -> usize {
        if self.used.load(Ordering::Relaxed) { self.lock().len() } else { 0 }
    }

    /// Takes one rule back, by its place in the list; returns it as it was written.
    pub fn remove(&self, place: usize) -> Option<String> {
        let mut rules = self.lock();
        let removed = (place < rules.len()).then(|| rules.remove(place).text);
        self.used.store(!rules.is_empty(), Ordering::Relaxed);
        removed
    }

    /// Whether a call of this action on this link is answered by the same rule as one for all its calls would be.
    pub fn has(&self, initiator: Role, action: &str, station: StationKey) -> bool {
        self.lock().iter().any(|rule| rule.is_for(initiator, action, Some(station)) && rule.condition.is_none())
    }

    /// The rules, as they were written.
    pub fn texts(&self) -> Vec<String> {
        self.lock().iter().map(|rule| rule.text.clone()).collect()
    }

    /// The rule for a call: those of the station before those of all, and in both the first whose condition holds before the one
    /// without a condition.
    fn take(&self, initiator: Role, call: IncomingCall<'_>, station: StationKey) -> Option<AnswerRule> {
        if !self.used.load(Ordering::Relaxed) {
            return None;
        }
        let mut rules = self.lock();
        let find = |station, fits: &dyn Fn(&AnswerRule) -> bool| {
            rules.iter().position(|rule| rule.is_for(initiator, call.action, station) && fits(rule))
        };
        let holds = |rule: &AnswerRule| rule.condition.as_ref().is_some_and(|condition| condition.matches(call.payload));
        let always = |rule: &AnswerRule| rule.condition.is_none();
        let of = |station| find(station, &holds).or_else(|| find(station, &always));
        let index = of(Some(station)).or_else(|| of(None))?;
        if rules[index].once { Some(rules.remove(index)) } else { Some(rules[index].clone()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<AnswerRule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Applies the rules to the answers on one link. Without a rule it asks the provider, if there is one.
pub(super) struct RuleFilter {
    station: StationKey,
    initiator: Role,
    rules: Arc<AnswerRules>,
}

impl RuleFilter {
    /// For the link of a station towards which we play this role.
    pub fn new(station: StationKey, our_role: Role, rules: Arc<AnswerRules>) -> RuleFilter {
        RuleFilter { station, initiator: our_role.peer(), rules }
    }

    /// Asks for the answer and lets the link wait for it.
    fn ask(&self, provider: &AnswerProvider, call: IncomingCall<'_>, proposed: &Answer) -> FilterDecision {
        let ticket = TICKETS + self.rules.tickets.fetch_add(1, Ordering::Relaxed);
        let (action, payload) = (call.action.to_owned(), call.payload.value().clone());
        provider(AnswerRequest { ticket, station: self.station, action, payload, default_answer: proposed.clone() });
        FilterDecision::Wait { ticket, timeout: None }
    }
}

impl AnswerFilter for RuleFilter {
    fn is_idle(&self) -> bool {
        !self.rules.used.load(Ordering::Relaxed) && !self.rules.has_provider.load(Ordering::Relaxed)
    }

    fn filter(&mut self, call: IncomingCall<'_>, proposed: &Answer) -> FilterDecision {
        match self.rules.take(self.initiator, call, self.station) {
            Some(rule) => rule.decide(proposed, call.version),
            None => match self.rules.provider() {
                Some(provider) => self.ask(&provider, call, proposed),
                None => FilterDecision::Keep,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(station: Option<u32>, reply: AnswerOverride) -> AnswerRule {
        let (initiator, action) = (Role::ChargePoint, "Authorize".to_owned());
        let (station, condition, delay) = (station.map(StationKey), None, None);
        AnswerRule { initiator, action, station, condition, once: false, reply, delay, text: "rule".into() }
    }

    fn decide(rules: &Arc<AnswerRules>, station: u32) -> FilterDecision {
        decide_about(rules, station, &json!({}))
    }

    fn decide_about(rules: &Arc<AnswerRules>, station: u32, payload: &Value) -> FilterDecision {
        let call = IncomingCall { action: "Authorize", payload: &payload.clone().into(), version: Version::V1_6 };
        let mut filter = RuleFilter::new(StationKey(station), Role::CentralSystem, rules.clone());
        filter.filter(call, &Answer::result(json!({"a": 1})))
    }

    #[test]
    fn the_rule_of_a_station_comes_before_the_rule_of_all() {
        let rules = Arc::new(AnswerRules::default());
        assert_eq!(decide(&rules, 1), FilterDecision::Keep);
        rules.set(rule(None, AnswerOverride::Silence));
        let change: PayloadChange = Arc::new(|mut payload, _| {
            payload["b"] = json!(2);
            payload.into()
        });
        rules.set(rule(Some(1), AnswerOverride::Result(change)));
        assert_eq!(decide(&rules, 1), FilterDecision::Replace(Answer::result(json!({"a": 1, "b": 2}))));
        assert_eq!(decide(&rules, 2), FilterDecision::Replace(Answer::Silence));
        assert_eq!(rules.texts().len(), 2);
        assert_eq!(rules.clear(Role::ChargePoint, "Authorize", Some(StationKey(1)), None), 1);
        assert_eq!(decide(&rules, 1), FilterDecision::Replace(Answer::Silence));
        assert_eq!(rules.clear(Role::ChargePoint, "Authorize", None, None), 1);
        assert_eq!(decide(&rules, 1), FilterDecision::Keep);
    }

    #[test]
    fn once_is_once_and_a_delay_holds_the_answer_back() {
        let rules = Arc::new(AnswerRules::default());
        let error = AnswerOverride::Error { code: ErrorCode::GenericError, description: String::new() };
        rules.set(AnswerRule { once: true, delay: Some(Duration::from_secs(2)), ..rule(None, error) });
        let error = Answer::Error { code: ErrorCode::GenericError, description: String::new() };
        assert_eq!(decide(&rules, 1), FilterDecision::Replace(Answer::Delayed(Duration::from_secs(2), Box::new(error))));
        assert_eq!(decide(&rules, 1), FilterDecision::Keep);
    }

    #[test]
    fn a_rule_may_only_delay_and_comes_before_the_provider() {
        let rules = Arc::new(AnswerRules::default());
        let delay = Duration::from_secs(3);
        let asked = Arc::new(AtomicU64::new(0));
        let counter = asked.clone();
        rules.ask(Some(Arc::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        })));
        rules.set(AnswerRule { once: true, delay: Some(delay), ..rule(None, AnswerOverride::Default) });
        assert_eq!(decide(&rules, 1), FilterDecision::Delay(delay));
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        assert_eq!(decide(&rules, 1), FilterDecision::Wait { ticket: TICKETS, timeout: None });
        rules.ask(None);
        assert_eq!(decide(&rules, 1), FilterDecision::Keep);
    }

    #[test]
    fn conditions_are_tried_in_order_before_the_rule_without_one() {
        let rules = Arc::new(AnswerRules::default());
        let delayed = |seconds| Some(Duration::from_secs(seconds));
        let set = |seconds, station, condition: Option<&str>| {
            let condition = condition.map(|text| CallCondition::parse(text).unwrap());
            rules.set(AnswerRule { condition, delay: delayed(seconds), ..rule(station, AnswerOverride::Default) });
        };
        set(1, None, None);
        set(2, None, Some("idTag=BLOCKED*"));
        set(3, None, Some("idTag=*7"));
        set(4, Some(1), Some("idTag=VIP"));
        let decide = |station, tag: &str| decide_about(&rules, station, &json!({ "idTag": tag }));
        let delay = |seconds| FilterDecision::Delay(Duration::from_secs(seconds));
        for (station, tag, seconds) in [(1, "A", 1), (1, "BLOCKED7", 2), (1, "A7", 3), (1, "VIP", 4), (2, "VIP", 1)] {
            assert_eq!(decide(station, tag), delay(seconds), "{station} {tag}");
        }
        set(5, None, Some("idTag=BLOCKED*"));
        assert_eq!(decide(1, "BLOCKED7"), delay(5), "the new rule stands where the old one stood");
        let condition = CallCondition::parse("idTag=BLOCKED*").unwrap();
        assert_eq!(rules.clear(Role::ChargePoint, "Authorize", None, Some(&condition)), 1);
        assert_eq!(decide(1, "BLOCKED7"), delay(3));
        assert_eq!(rules.clear(Role::ChargePoint, "Authorize", None, None), 3);
    }
}
