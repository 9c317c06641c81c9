//! Breakpoints on this link: messages that the gate stops, and how they go on when the user releases them. Calls of the peer stop before
//! they are handled, our answers and calls before they are written, results before the behaviour gets them.

use std::sync::Arc;

use serde_json::json;

use super::Conversation;
use super::framing::Framing;
use super::message::{PassingMessage, PendingRequest};
use super::pending_calls::{QueuedCall, SentCall};
use crate::behaviour::{Answer, CallOutcome};
use crate::clock::Moment;
use crate::link::intercept::gate::{GateDecision, GateFrame, HeldFrame, ReleaseAction};
use crate::ocpp::ErrorCode;
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, EventKind, FrameKind, SilenceCause};

impl<Q> PassingMessage<Q> {
    /// The message as the gate sees it: direction, kind, action, and the code of an error. `None` for an answer that does not leave now.
    fn outline(&self) -> Option<(Direction, FrameKind, &Arc<str>, Option<ErrorCode>)> {
        Some(match self {
            PassingMessage::Question { request, .. } => (Direction::In, FrameKind::Call, &request.action, None),
            PassingMessage::Answer { request, answer } => match answer {
                Answer::Result(_) => (Direction::Out, FrameKind::Result, &request.action, None),
                Answer::Error { code, .. } => (Direction::Out, FrameKind::Error, &request.action, Some(*code)),
                Answer::Delayed(..) | Answer::Silence => return None,
            },
            PassingMessage::Notice { action, .. } => (Direction::In, FrameKind::Send, action, None),
            PassingMessage::Call(call) => {
                let kind = if call.is_send() { FrameKind::Send } else { FrameKind::Call };
                (Direction::Out, kind, &call.action, None)
            }
            PassingMessage::Result { sent, .. } => (Direction::In, FrameKind::Result, &sent.call.action, None),
        })
    }

    /// Takes the payload out; of an error it is made of its fields.
    fn take_payload(&mut self) -> OutgoingPayload {
        match self {
            PassingMessage::Question { payload, .. }
            | PassingMessage::Notice { payload, .. }
            | PassingMessage::Result { payload, .. }
            | PassingMessage::Call(QueuedCall { payload, .. })
            | PassingMessage::Answer { answer: Answer::Result(payload), .. } => std::mem::take(payload),
            PassingMessage::Answer { answer: Answer::Error { code, description }, .. } => {
                json!({ "code": code.name(), "description": description, "details": {} }).into()
            }
            PassingMessage::Answer { .. } => OutgoingPayload::default(),
        }
    }

    /// Puts the payload back that was taken out.
    fn put_payload(&mut self, taken: OutgoingPayload) {
        match self {
            PassingMessage::Question { payload, .. }
            | PassingMessage::Notice { payload, .. }
            | PassingMessage::Result { payload, .. }
            | PassingMessage::Call(QueuedCall { payload, .. })
            | PassingMessage::Answer { answer: Answer::Result(payload), .. } => *payload = taken,
            PassingMessage::Answer { .. } => {}
        }
    }

    /// Why it waits.
    fn sentence(&self) -> &'static str {
        match self {
            PassingMessage::Question { .. } => "the call waits before it is handled",
            PassingMessage::Answer { .. } => "our answer waits before it goes out",
            PassingMessage::Notice { .. } => "the message waits before it is handled",
            PassingMessage::Call(_) => "our call waits before it goes out",
            PassingMessage::Result { .. } => "the result waits before it is handled",
        }
    }
}

impl<F: Framing> Conversation<F> {
    /// Lets a message go on, unless the gate holds it.
    pub(super) fn pass(&mut self, message: PassingMessage<F::Question>, now: Moment) {
        if self.gate.is_shut() {
            self.stop(message, now);
        } else {
            self.proceed(message, now);
        }
    }

    /// What is done with a message next.
    fn proceed(&mut self, message: PassingMessage<F::Question>, now: Moment) {
        match message {
            PassingMessage::Question { request, refusal, payload } => {
                self.handle(request, refusal, payload.into_value().into(), now);
            }
            PassingMessage::Answer { request, answer } => self.send_answer(request, answer, now),
            PassingMessage::Notice { action, payload } => self.handle_notice(&action, payload.into_value().into(), now),
            PassingMessage::Call(call) => self.send(call, now),
            PassingMessage::Result { sent, payload, valid } => {
                self.report(&sent.call, CallOutcome::Result { payload: &payload, valid }, now);
            }
        }
    }

    /// Shows a message to the gate, which has a filter. One that is held leaves its payload there.
    pub(super) fn stop(&mut self, mut message: PassingMessage<F::Question>, now: Moment) {
        let payload = message.take_payload();
        let Some((direction, kind, action, code)) = message.outline() else {
            message.put_payload(payload);
            return self.proceed(message, now);
        };
        let frame = GateFrame { direction, kind, action: action.clone(), payload, code };
        match self.gate.stop(self.station, frame, now) {
            GateDecision::Held(number) => {
                let (action, text) = (action.clone(), message.sentence().into());
                self.record(now, EventKind::Held { number, action, text });
                self.held.wait(number, None, message);
            }
            GateDecision::Free(payload) => {
                message.put_payload(payload);
                self.proceed(message, now);
            }
            GateDecision::Full(payload) => {
                let text = "a frame that should wait passes: too many wait already; release or drop some".into();
                self.record(now, EventKind::Note { failure: true, text });
                message.put_payload(payload);
                self.proceed(message, now);
            }
        }
    }

    /// Releases a message that waits here. Nothing happens when it does not.
    pub fn release(&mut self, number: u64, action: ReleaseAction, now: Moment) {
        let Some((mut message, frame)) = self.take_held(number) else { return };
        let waited = now.monotonic.saturating_duration_since(frame.since.monotonic).as_secs_f64();
        let how = match &action {
            ReleaseAction::Go(None) => "goes on",
            ReleaseAction::Go(Some(_)) => "goes on, edited",
            ReleaseAction::Answer(_) => "is answered on purpose",
            ReleaseAction::Drop => "is dropped",
            // These are for frames of pairs, where the session is another one.
            ReleaseAction::Twice | ReleaseAction::Behind => "goes on",
        };
        let text = format!("what waited as {number} {how} after {waited:.1} s").into();
        let written = |payload: &OutgoingPayload| {
            payload.typed_text().map_or_else(|| payload.value().to_string(), str::to_owned).into_boxed_str()
        };
        let edited = if let ReleaseAction::Go(Some(payload)) = &action { Some(written(payload)) } else { None };
        let (kind, action_name, held) = (frame.kind, frame.action.clone(), written(&frame.payload));
        self.record(now, EventKind::Released { number, kind, action: action_name, text, held, edited });
        message.put_payload(frame.payload);
        match action {
            ReleaseAction::Go(None) | ReleaseAction::Twice | ReleaseAction::Behind => self.proceed(message, now),
            ReleaseAction::Go(Some(payload)) => self.proceed_edited(message, payload, now),
            ReleaseAction::Answer(answer) => self.proceed_answered(message, answer, now),
            ReleaseAction::Drop => self.drop_held(message, now),
        }
        self.flush_calls(now);
    }

    /// Takes a message out, and its frame with the payload from the gate.
    fn take_held(&mut self, number: u64) -> Option<(PassingMessage<F::Question>, HeldFrame)> {
        let message = self.held.take(number)?;
        // What waits here is listed there.
        self.gate.take(number).map(|frame| (message, frame))
    }

    /// A message goes on with another payload, which is judged anew.
    fn proceed_edited(&mut self, message: PassingMessage<F::Question>, payload: OutgoingPayload, now: Moment) {
        let edited = match message {
            PassingMessage::Question { request, .. } => {
                let refusal = self.judged(&request.action, &payload.value().clone().into());
                PassingMessage::Question { request, refusal, payload }
            }
            PassingMessage::Answer { request, .. } => PassingMessage::Answer { request, answer: Answer::Result(payload) },
            PassingMessage::Notice { action, .. } => PassingMessage::Notice { action, payload },
            PassingMessage::Call(call) => {
                let definition = call.definition.as_ref();
                let findings = definition.map_or_else(Vec::new, |definition| definition.request.check(&payload, self.version));
                PassingMessage::Call(QueuedCall { payload, findings, ..call })
            }
            PassingMessage::Result { sent, .. } => {
                let definition = sent.call.definition.as_ref();
                let findings = definition.map_or_else(Vec::new, |definition| {
                    self.check(&definition.response, &payload.value().clone().into(), Vec::new())
                });
                let valid = crate::ocpp::decisive(&findings).is_none();
                PassingMessage::Result { sent, payload, valid }
            }
        };
        self.proceed(edited, now);
    }

    /// Answers the call that a message belongs to. The answer does not wait a second time.
    fn proceed_answered(&mut self, message: PassingMessage<F::Question>, answer: Answer, now: Moment) {
        match message {
            PassingMessage::Question { request, .. } | PassingMessage::Answer { request, .. } => {
                let request = PendingRequest { decided_by: SilenceCause::User, ..request };
                self.send_answer(request, answer, now);
            }
            PassingMessage::Notice { action, .. } => {
                let text = format!("nothing answers {action}, which is a SEND; it is dropped").into();
                self.record(now, EventKind::Note { failure: true, text });
            }
            PassingMessage::Call(call) => {
                let text = format!("{} is a call of ours: only the peer can answer it; it is dropped", call.action).into();
                self.record(now, EventKind::Note { failure: true, text });
                self.report(&call, CallOutcome::Timeout, now);
            }
            PassingMessage::Result { sent: SentCall { call, .. }, .. } => {
                let outcome = match &answer {
                    Answer::Error { code, description } => CallOutcome::Error { code: code.name(), description },
                    _ => CallOutcome::Timeout,
                };
                self.report(&call, outcome, now);
            }
        }
    }

    /// A message does not go on: the peer gets no answer, and our call none either.
    fn drop_held(&mut self, message: PassingMessage<F::Question>, now: Moment) {
        match message {
            PassingMessage::Question { request, .. } | PassingMessage::Answer { request, .. } => {
                let request = PendingRequest { decided_by: SilenceCause::User, ..request };
                self.send_answer(request, Answer::Silence, now);
            }
            PassingMessage::Notice { .. } => {}
            PassingMessage::Call(call) | PassingMessage::Result { sent: SentCall { call, .. }, .. } => {
                self.report(&call, CallOutcome::Timeout, now);
            }
        }
    }

    /// The link is lost: what waits has nowhere to go.
    pub(super) fn forget_held(&mut self, now: Moment) {
        let held: Vec<_> = self.held.drain().collect();
        for (number, mut message) in held {
            let Some(number) = number else { continue }; // all have one
            if let Some(frame) = self.gate.take(number) {
                message.put_payload(frame.payload);
            }
            let text = format!("what waited as {number} is dropped: the link was lost").into();
            self.record(now, EventKind::Note { failure: true, text });
            if let PassingMessage::Call(call) | PassingMessage::Result { sent: SentCall { call, .. }, .. } = message {
                self.report(&call, CallOutcome::LinkLost, now);
            }
        }
    }
}
