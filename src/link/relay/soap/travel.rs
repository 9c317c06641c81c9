//! What stops or changes a message of a pair over SOAP on its way: plugins, rewrite rules, answer rules, breakpoints. In this order, as on
//! a pair over a WebSocket.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::pair::SoapPair;
use super::reading::PassingEnvelope;
use crate::behaviour::{Answer, FilterDecision, IncomingCall};
use crate::clock::now;
use crate::link::intercept::gate::{FrameOutline, GateDecision, ReleaseAction};
use crate::link::intercept::queue::{INSPECTION_TIMEOUT, InspectionVerdict};
use crate::link::intercept::rewrite::{RewriteChange, RewriteRule};
use crate::link::relay::frame_text::marked_edited;
use crate::link::relay::leaving::{PATIENCE, marked};
use crate::link::relay::passing::{PLUGIN, PassingFate};
use crate::link::relay::reading::direction_from;
use crate::link::relay::rewriting::name_of;
use crate::link::relay::state::RULE;
use crate::link::soap::spelling::with_typed_numbers;
use crate::ocpp::{MessagePart, SampleContext};
use crate::rpc::OutgoingPayload;
use crate::rpc::soap::{BodyMessage, with_message};
use crate::trace::{EventKind, FrameKind, InterventionKind};

/// How a message ends that was on its way.
pub(super) enum JourneyEnd {
    /// It goes on; perhaps twice.
    Goes { passing: PassingEnvelope, twice: bool },
    /// Its call is answered with this, in its own place or in that of the answer; this one decided.
    Answered { passing: PassingEnvelope, answer: Answer, by: Box<str> },
    /// It does not go on.
    Ends { passing: PassingEnvelope, kind: InterventionKind, by: Box<str> },
}

impl SoapPair {
    /// Lets a message travel until it leaves or ends.
    pub async fn travel(&self, passing: PassingEnvelope) -> JourneyEnd {
        let (passing, is_dropped) = self.inspect(passing).await;
        if is_dropped {
            return JourneyEnd::Ends { passing, kind: InterventionKind::Dropped, by: PLUGIN.into() };
        }
        let (passing, mut fate) = self.rewrite(passing);
        if fate.dropped {
            return JourneyEnd::Ends { passing, kind: InterventionKind::Dropped, by: fate.by };
        }
        match self.decide(&passing) {
            FilterDecision::Replace(answer) => return JourneyEnd::Answered { passing, answer, by: RULE.into() },
            FilterDecision::Delay(delay) => fate = PassingFate { delay: Some(delay), by: RULE.into(), ..fate },
            FilterDecision::Keep | FilterDecision::Wait { .. } => {}
        }
        self.at_gate(passing, fate).await
    }

    /// Waits for the verdict of a plugin: the message as it is then, and whether it is dropped.
    async fn inspect(&self, passing: PassingEnvelope) -> (PassingEnvelope, bool) {
        let waiting = {
            let mut state = self.lock();
            let observer = state.observer.as_mut();
            let ticket = observer.and_then(|one| one.inspect(direction_from(passing.from), &passing.frame.text));
            ticket.map(|ticket| {
                let (sender, verdict) = oneshot::channel();
                state.inspected.insert(ticket, sender);
                (ticket, verdict)
            })
        };
        let Some((ticket, verdict)) = waiting else { return (passing, false) };
        let verdict = timeout(INSPECTION_TIMEOUT, verdict).await;
        self.lock().inspected.remove(&ticket);
        match verdict {
            Ok(Ok(InspectionVerdict::Change(text))) => (self.edited(passing, text, PLUGIN), false),
            Ok(Ok(InspectionVerdict::Drop)) => (passing, true),
            _ => (passing, false),
        }
    }

    /// The same message with another text.
    fn edited(&self, passing: PassingEnvelope, text: String, by: &str) -> PassingEnvelope {
        let before = passing.frame.text.clone();
        let mut passing = passing.with_text(&self.contexts[0].catalog, text);
        passing.frame = marked_edited(passing.frame, &before, by);
        passing
    }

    /// The same message with another payload; as it was where it has none.
    pub fn with_payload(&self, passing: PassingEnvelope, payload: &OutgoingPayload, by: &str) -> PassingEnvelope {
        let action = passing.asked.action.clone();
        let form = BodyMessage {
            version: passing.asked.version,
            initiator: passing.asked.initiator(),
            action: &action,
            part: if passing.is_request() { MessagePart::Request } else { MessagePart::Response },
        };
        let written = with_typed_numbers(payload);
        match with_message(&self.contexts[0].catalog, &passing.frame.text, form, &written) {
            Some(text) => self.edited(passing, text, by),
            None => passing,
        }
    }

    /// A message as the rules leave it, and how it goes on.
    fn rewrite(&self, mut passing: PassingEnvelope) -> (PassingEnvelope, PassingFate) {
        let mut fate = PassingFate::default();
        let gate = &self.contexts[0].gate;
        if gate.rewrites().is_empty() {
            return (passing, fate);
        }
        for rule in &*gate.rewrites().all() {
            let seen = passing.as_gate_frame();
            let text = seen.as_ref().map_or_else(|| passing.frame.text.to_string(), |frame| frame.as_srpc());
            let action = passing.frame.action.clone().unwrap_or_else(|| "".into());
            let (direction, kind, code) = (passing.frame.direction, passing.frame.kind, passing.frame.code);
            let outline = FrameOutline { direction, kind, action: &action, code, text: &text };
            if !gate.selects(&rule.filter, self.key, outline, now()) {
                continue;
            }
            let before = fate.is_plain();
            match &rule.change {
                RewriteChange::Drop => fate.dropped = true,
                RewriteChange::Duplicate => fate.twice = true,
                RewriteChange::Reorder => fate.behind = true,
                RewriteChange::Delay(delay) => fate.delay = Some(fate.delay.unwrap_or_default() + *delay),
                RewriteChange::Payload(_) | RewriteChange::Replace(..) | RewriteChange::Action(_) => {
                    let changed = self.changed_text(&passing, rule).filter(|changed| **changed != *passing.frame.text);
                    rule.count(changed.is_some());
                    if let Some(changed) = changed {
                        passing = self.edited(passing, changed, &name_of(rule));
                    }
                    continue;
                }
            }
            rule.count(true);
            if before || fate.dropped {
                fate.by = name_of(rule).into();
            }
            if fate.dropped {
                break;
            }
        }
        (passing, fate)
    }

    /// What a rule makes of the text of a message; `None` where it has nothing to change.
    fn changed_text(&self, passing: &PassingEnvelope, rule: &RewriteRule) -> Option<String> {
        let (catalog, asked, text) = (&self.contexts[0].catalog, &passing.asked, &*passing.frame.text);
        let (kind, version, initiator) = (passing.frame.kind, asked.version, asked.initiator());
        let part = if passing.is_request() { MessagePart::Request } else { MessagePart::Response };
        match &rule.change {
            RewriteChange::Payload(change) if matches!(kind, FrameKind::Call | FrameKind::Result) => {
                let payload = passing.as_gate_frame()?.payload;
                let definition = asked.definition.as_ref().map(|definition| definition.message(part));
                let changed = change(&payload, &asked.action, definition);
                if changed == payload {
                    return None;
                }
                let form = BodyMessage { version, initiator, action: &asked.action, part };
                with_message(catalog, text, form, &with_typed_numbers(&changed))
            }
            RewriteChange::Replace(expression, by) => Some(expression.replace_all(text, by.as_str()).into_owned()),
            RewriteChange::Action(action) if kind == FrameKind::Call => {
                let payload = passing.as_gate_frame()?.payload;
                with_message(catalog, text, BodyMessage { version, initiator, action, part }, &with_typed_numbers(&payload))
            }
            _ => None,
        }
    }

    /// What the answer rules say about a call.
    fn decide(&self, passing: &PassingEnvelope) -> FilterDecision {
        if passing.frame.kind != FrameKind::Call {
            return FilterDecision::Keep;
        }
        let mut state = self.lock();
        let rules = &mut state.rules[passing.from as usize];
        if rules.is_idle() {
            return FilterDecision::Keep;
        }
        let Some(frame) = passing.as_gate_frame() else { return FilterDecision::Keep };
        let asked = &passing.asked;
        let sample = asked.definition.as_ref().map(|known| known.response.sample(&SampleContext::at(now().wall)));
        let proposed = Answer::result(sample.unwrap_or_default());
        let call =
            IncomingCall { action: &asked.action, payload: &frame.payload.value().clone().into(), version: asked.version };
        rules.filter(call, &proposed)
    }

    /// Waits at the gate where it is to, and then as long as it is to.
    async fn at_gate(&self, mut passing: PassingEnvelope, mut fate: PassingFate) -> JourneyEnd {
        let (from, gate) = (passing.from, self.contexts[0].gate.clone());
        let candidate = if gate.is_shut() { passing.as_gate_frame() } else { None };
        if let Some(candidate) = candidate {
            let (action, kind) = (candidate.action.clone(), candidate.kind);
            let stopped = {
                let mut state = self.lock();
                match gate.stop(self.key, candidate, now()) {
                    GateDecision::Free(_) => None,
                    GateDecision::Full(_) => Some(Err(())),
                    GateDecision::Held(number) => {
                        let (sender, release) = oneshot::channel();
                        state.held.insert(number, sender);
                        Some(Ok((number, release, state.passed[from.other() as usize])))
                    }
                }
            };
            match stopped {
                None => {}
                Some(Err(())) => {
                    self.note(from, true, format!("{action} would wait, but too many frames do already; it goes on")).await;
                }
                Some(Ok((number, release, passed_before))) => {
                    let text = format!("{} {action} waits between its two links", kind.word()).into();
                    self.record(from, EventKind::Held { number, action, text }).await;
                    let action = release.await;
                    let waiting = gate.take(number);
                    let Ok(action) = action else {
                        return JourneyEnd::Ends { passing, kind: InterventionKind::Lost, by: Box::default() };
                    };
                    let since = waiting.map_or_else(now, |waiting| waiting.since);
                    let waited = now().monotonic.saturating_duration_since(since.monotonic).as_secs_f64();
                    let text = format!("what waited as {number} {} after {waited:.1} s", action.words());
                    self.note(from, false, text).await;
                    fate.passed_before = Some(passed_before);
                    match action {
                        ReleaseAction::Go(None) => {}
                        ReleaseAction::Go(Some(payload)) => passing = self.with_payload(passing, &payload, ""),
                        ReleaseAction::Twice => fate.twice = true,
                        ReleaseAction::Behind => fate.behind = true,
                        ReleaseAction::Drop => {
                            return JourneyEnd::Ends { passing, kind: InterventionKind::Dropped, by: Box::default() };
                        }
                        ReleaseAction::Answer(answer) => return JourneyEnd::Answered { passing, answer, by: Box::default() },
                    }
                }
            }
        }
        self.wait(passing, fate).await
    }

    /// Waits as long as the message is to, and marks it.
    async fn wait(&self, mut passing: PassingEnvelope, fate: PassingFate) -> JourneyEnd {
        let to = passing.from.other() as usize;
        if fate.behind {
            // A message that leaves while this one registers is the one that it waits for.
            let next = self.left[to].notified();
            let _ = timeout(fate.delay.unwrap_or(PATIENCE), next).await;
        } else if let Some(delay) = fate.delay {
            sleep(delay).await;
        }
        let is_overtaken = fate.passed_before.is_some_and(|before| self.lock().passed[to] > before);
        if fate.behind || is_overtaken {
            passing.frame = marked(passing.frame, InterventionKind::Reordered, &fate.by);
        } else if fate.delay.is_some() {
            passing.frame = marked(passing.frame, InterventionKind::Delayed, &fate.by);
        }
        JourneyEnd::Goes { passing, twice: fate.twice }
    }

    /// A message has left: what waits behind it goes on.
    pub fn has_left(&self, passing: &PassingEnvelope) {
        let to = passing.from.other() as usize;
        self.lock().passed[to] += 1;
        self.left[to].notify_waiters();
    }

    /// How long an answer is to wait, and what it is then.
    pub fn unpacked(answer: Answer) -> (Duration, Answer) {
        match answer {
            Answer::Delayed(delay, answer) => (delay, *answer),
            answer => (Duration::ZERO, answer),
        }
    }
}
