//! What waits at the gate on this link, and how it goes on: calls of the peer before they are judged, our answers before they are
//! written, our calls before they are sent, results before the behaviour hears of them.

use serde_json::{Value, json};

use super::{Conversation, PendingRequest};
use crate::behaviour::{Answer, CallOutcome};
use crate::clock::Moment;
use crate::link::conversation::framing::Framing;
use crate::link::conversation::pending_calls::{QueuedCall, SentCall};
use crate::link::intercept::gate::{GateDecision, GateFrame, ReleaseAction};
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, EventKind, FrameKind};

/// Something that waits, under the number that the gate gave it.
pub(super) struct HeldMessage<Q> {
    number: u64,
    since: Moment,
    what: Waiting<Q>,
}

enum Waiting<Q> {
    /// A call of the peer.
    Question(PendingRequest<Q>, Value),
    /// Our answer to one.
    Answer(PendingRequest<Q>, Answer),
    /// A call of ours.
    Call(QueuedCall),
    /// The result of one, and whether it is valid.
    Result(SentCall, Value, bool),
}

impl<F: Framing> Conversation<F> {
    /// A call of the peer, unless it has to wait.
    pub(super) fn stop_question(
        &mut self,
        question: PendingRequest<F::Question>,
        payload: Value,
        now: Moment,
    ) -> Option<(PendingRequest<F::Question>, Value)> {
        if !self.gate.is_shut() {
            return Some((question, payload));
        }
        let copy = payload.clone();
        let candidate =
            GateFrame { direction: Direction::In, kind: FrameKind::Call, action: &question.action, payload: copy, code: None };
        match self.gate.stop(self.station, candidate, now) {
            GateDecision::Held(number) => self.hold(number, Waiting::Question(question, payload), now),
            passage => {
                self.tell_full(&passage, now);
                return Some((question, payload));
            }
        }
        None
    }

    /// Our answer, unless it has to wait. Silence goes nowhere and so waits for nothing.
    pub(super) fn stop_answer(
        &mut self,
        question: PendingRequest<F::Question>,
        answer: Answer,
        now: Moment,
    ) -> Option<(PendingRequest<F::Question>, Answer)> {
        if !self.gate.is_shut() {
            return Some((question, answer));
        }
        let (kind, payload, code) = match &answer {
            Answer::Result(payload) => (FrameKind::Result, payload.value().clone(), None),
            Answer::Error { code, description } => {
                (FrameKind::Error, json!({ "code": code.name(), "description": description, "details": {} }), Some(*code))
            }
            Answer::Delayed(..) | Answer::Later(_) | Answer::Silence => return Some((question, answer)),
        };
        let candidate = GateFrame { direction: Direction::Out, kind, action: &question.action, payload, code };
        match self.gate.stop(self.station, candidate, now) {
            GateDecision::Held(number) => self.hold(number, Waiting::Answer(question, answer), now),
            passage => {
                self.tell_full(&passage, now);
                return Some((question, answer));
            }
        }
        None
    }

    /// A call of ours, unless it has to wait.
    pub(super) fn stop_call(&mut self, call: QueuedCall, now: Moment) -> Option<QueuedCall> {
        if !self.gate.is_shut() {
            return Some(call);
        }
        let (direction, payload) = (Direction::Out, call.payload.value().clone());
        let candidate = GateFrame { direction, kind: FrameKind::Call, action: &call.action, payload, code: None };
        match self.gate.stop(self.station, candidate, now) {
            GateDecision::Held(number) => self.hold(number, Waiting::Call(call), now),
            passage => {
                self.tell_full(&passage, now);
                return Some(call);
            }
        }
        None
    }

    /// The result of a call of ours, unless it has to wait.
    pub(super) fn stop_result(
        &mut self,
        sent: SentCall,
        payload: Value,
        valid: bool,
        now: Moment,
    ) -> Option<(SentCall, Value)> {
        if !self.gate.is_shut() {
            return Some((sent, payload));
        }
        let (direction, copy) = (Direction::In, payload.clone());
        let candidate = GateFrame { direction, kind: FrameKind::Result, action: &sent.call.action, payload: copy, code: None };
        match self.gate.stop(self.station, candidate, now) {
            GateDecision::Held(number) => self.hold(number, Waiting::Result(sent, payload, valid), now),
            passage => {
                self.tell_full(&passage, now);
                return Some((sent, payload));
            }
        }
        None
    }

    fn hold(&mut self, number: u64, what: Waiting<F::Question>, now: Moment) {
        let (sentence, action) = match &what {
            Waiting::Question(question, _) => ("the call waits before it is handled", &question.action),
            Waiting::Answer(question, _) => ("our answer waits before it goes out", &question.action),
            Waiting::Call(call) => ("our call waits before it goes out", &call.action),
            Waiting::Result(sent, ..) => ("the result waits before it is handled", &sent.call.action),
        };
        self.events.push((now, EventKind::Held { number, action: action.clone(), text: sentence.into() }));
        self.held.push(HeldMessage { number, since: now, what });
    }

    fn tell_full(&mut self, passage: &GateDecision, now: Moment) {
        if *passage == GateDecision::Full {
            let text = "a frame that should wait passes: too many wait already; release or drop some".into();
            self.events.push((now, EventKind::Note { failure: true, text }));
        }
    }

    /// Lets something go on that waits here. Nothing happens when it does not.
    pub fn release(&mut self, number: u64, fate: ReleaseAction, now: Moment) {
        let Some(index) = self.held.iter().position(|held| held.number == number) else { return };
        let HeldMessage { since, what, .. } = self.held.remove(index);
        self.gate.forget(number);
        let waited = now.monotonic.saturating_duration_since(since.monotonic).as_secs_f64();
        let how = match &fate {
            ReleaseAction::Go(None) => "goes on",
            ReleaseAction::Go(Some(_)) => "goes on, edited",
            ReleaseAction::Answer(_) => "is answered on purpose",
            ReleaseAction::Drop => "is dropped",
        };
        let text = format!("what waited as {number} {how} after {waited:.1} s").into();
        self.events.push((now, EventKind::Note { failure: false, text }));
        match what {
            Waiting::Question(question, payload) => self.release_question(question, payload, fate, now),
            Waiting::Answer(question, answer) => self.release_answer(question, answer, fate, now),
            Waiting::Call(call) => self.release_call(call, fate, now),
            Waiting::Result(sent, payload, valid) => self.release_result(&sent, payload, valid, fate, now),
        }
        self.flush_calls(now);
    }

    fn release_question(&mut self, question: PendingRequest<F::Question>, payload: Value, fate: ReleaseAction, now: Moment) {
        match fate {
            ReleaseAction::Go(edited) => {
                let payload = edited.map_or(payload, OutgoingPayload::into_value);
                let refusal = self.judged(&question.action, &payload);
                self.handle(question, refusal, &payload, now);
            }
            // What a person says here goes out as it is; it does not wait a second time.
            ReleaseAction::Answer(answer) => self.send_answer(question, answer, now),
            ReleaseAction::Drop => self.send_answer(question, Answer::Silence, now),
        }
    }

    fn release_answer(&mut self, question: PendingRequest<F::Question>, answer: Answer, fate: ReleaseAction, now: Moment) {
        let answer = match fate {
            ReleaseAction::Go(None) => answer,
            ReleaseAction::Go(Some(payload)) => Answer::Result(payload),
            ReleaseAction::Answer(answer) => answer,
            ReleaseAction::Drop => Answer::Silence,
        };
        self.send_answer(question, answer, now);
    }

    fn release_call(&mut self, mut call: QueuedCall, fate: ReleaseAction, now: Moment) {
        match fate {
            ReleaseAction::Go(edited) => {
                if let Some(payload) = edited {
                    let definition = call.definition.as_ref();
                    call.findings =
                        definition.map_or_else(Vec::new, |definition| definition.request.check(&payload, self.version));
                    call.payload = payload;
                }
                self.send(call, now);
            }
            ReleaseAction::Answer(_) => {
                let text =
                    format!("{} is a call of ours: nobody can answer it but the peer; it is dropped", call.action).into();
                self.events.push((now, EventKind::Note { failure: true, text }));
                self.report(&call, CallOutcome::Timeout, now);
            }
            ReleaseAction::Drop => self.report(&call, CallOutcome::Timeout, now),
        }
    }

    fn release_result(&mut self, sent: &SentCall, payload: Value, valid: bool, fate: ReleaseAction, now: Moment) {
        match fate {
            ReleaseAction::Go(None) => self.report(&sent.call, CallOutcome::Result { payload: &payload, valid }, now),
            ReleaseAction::Go(Some(edited)) => {
                let definition = sent.call.definition.as_ref();
                let findings = definition.map_or_else(Vec::new, |definition| definition.response.check(&edited, self.version));
                let valid = crate::ocpp::decisive(&findings).is_none();
                self.report(&sent.call, CallOutcome::Result { payload: &edited, valid }, now);
            }
            ReleaseAction::Answer(Answer::Error { code, .. }) => {
                self.report(&sent.call, CallOutcome::Error { code: code.name() }, now)
            }
            ReleaseAction::Answer(_) | ReleaseAction::Drop => self.report(&sent.call, CallOutcome::Timeout, now),
        }
    }

    /// The link is lost: what waits has nowhere to go.
    pub(super) fn forget_held(&mut self, now: Moment) {
        for HeldMessage { number, what, .. } in std::mem::take(&mut self.held) {
            self.gate.forget(number);
            let text = format!("what waited as {number} is dropped: the link was lost").into();
            self.events.push((now, EventKind::Note { failure: true, text }));
            if let Waiting::Call(call) | Waiting::Result(SentCall { call, .. }, ..) = what {
                self.report(&call, CallOutcome::LinkLost, now);
            }
        }
    }
}
