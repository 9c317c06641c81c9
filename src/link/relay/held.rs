//! What becomes of frames of a pair that were held: they go on, changed or not, are answered here, or end here.

use std::time::Duration;

use tokio_tungstenite::tungstenite::Message;

use super::frame_text::{gate_frame, marked_edited, with_id, with_payload};
use super::passing::{PassingFate, PassingFrame};
use super::reading::{Caller, UnansweredCall, direction_from, message_of, speaker};
use super::state::{RelayState, injected};
use crate::behaviour::Answer;
use crate::clock::Moment;
use crate::link::intercept::gate::ReleaseAction;
use crate::link::outgoing::Outgoing;
use crate::rpc::OutgoingPayload;
use crate::rpc::srpc::{self, SrpcMessage};
use crate::trace::{EventKind, Frame, FrameKind, FrameText, InterventionKind, PairLeg};

impl RelayState {
    /// A frame that waits goes on, changed or not, or does not.
    pub fn release(&mut self, number: u64, action: ReleaseAction, now: Moment) {
        let Some(passing) = self.held.remove(&number) else { return };
        let from = passing.from;
        let Some(waiting) = self.context.gate.take(number) else { return };
        let waited = now.monotonic.saturating_duration_since(waiting.since.monotonic).as_secs_f64();
        let text = format!("what waited as {number} {} after {waited:.1} s", action.words()).into();
        self.put(from, Outgoing::event(now, EventKind::Note { failure: false, text }));
        match action {
            ReleaseAction::Go(None) => self.send_on(passing, now),
            ReleaseAction::Twice => {
                let fate = PassingFate { twice: true, ..passing.fate };
                self.send_on(PassingFrame { fate, ..passing }, now);
            }
            ReleaseAction::Behind => {
                let fate = PassingFate { behind: true, ..passing.fate };
                self.send_on(PassingFrame { fate, ..passing }, now);
            }
            ReleaseAction::Go(Some(payload)) => {
                let kind = passing.frame.kind;
                let passing = self.edited(passing, (kind, &payload));
                self.send_on(passing, now);
            }
            ReleaseAction::Drop => self.keep_back(from, passing.frame, (InterventionKind::Dropped, ""), passing.arrived),
            ReleaseAction::Answer(answer) if passing.frame.kind.is_request() => {
                self.answer_here(from, (passing.frame, passing.arrived), (&answer, ""), now);
            }
            ReleaseAction::Answer(answer) => self.send_answer_instead(passing, answer, now),
        }
    }

    /// Another answer goes on in the place of one that was held, perhaps later.
    fn send_answer_instead(&mut self, mut passing: PassingFrame, answer: Answer, now: Moment) {
        let (delay, answer) = match answer {
            Answer::Delayed(delay, answer) => (Some(delay), *answer),
            answer => (None, answer),
        };
        let (kind, payload) = match answer {
            Answer::Result(payload) => (FrameKind::Result, payload),
            Answer::Error { code, description } => {
                (FrameKind::Error, serde_json::json!({ "code": code.name(), "description": description }).into())
            }
            Answer::Silence | Answer::Delayed(..) => {
                let PassingFrame { from, frame, arrived, .. } = passing;
                return self.keep_back(from, frame, (InterventionKind::Dropped, ""), arrived);
            }
        };
        let frame = &passing.frame;
        let is_same = kind == frame.kind && gate_frame(frame, self.context.version).is_some_and(|same| same.payload == payload);
        if !is_same {
            passing = self.edited(passing, (kind, &payload));
        }
        passing.fate.delay = delay;
        self.send_on(passing, now);
    }

    /// The same frame with another payload. Its id, and the rest around the payload, stay.
    fn edited(&self, passing: PassingFrame, (kind, payload): (FrameKind, &OutgoingPayload)) -> PassingFrame {
        let before = passing.frame.text.clone();
        let Some(text) = with_payload(&before, (passing.frame.kind, kind), payload) else { return passing };
        let text = FrameText::from(text);
        let mut frame = marked_edited(passing.frame, &before, "");
        frame.kind = kind;
        // What was found is about the text that came; the one that leaves is ours.
        let definition = frame.action.as_deref().and_then(|action| {
            let caller = if frame.kind.is_request() == (frame.direction == direction_from(PairLeg::Station)) {
                PairLeg::Station
            } else {
                PairLeg::Upstream
            };
            self.context.catalog.action(self.context.version, speaker(caller), action)
        });
        if let Some(definition) = definition {
            let shape = if frame.kind.is_request() { &definition.request } else { &definition.response };
            frame.findings = shape.check(payload, self.context.version);
        }
        frame.text = text.clone();
        PassingFrame { message: Message::Text(text), frame, ..passing }
    }

    /// A call that came is answered by us, and the other side never sees it. What is no call is dropped.
    pub fn answer_here(
        &mut self,
        from: PairLeg,
        (frame, arrived): (Frame, Moment),
        (answer, by): (&Answer, &str),
        now: Moment,
    ) {
        let (delay, answer) = match answer {
            Answer::Delayed(delay, answer) => (*delay, &**answer),
            answer => (Duration::ZERO, answer),
        };
        let call = match message_of(&frame.text, self.context.version) {
            Some(SrpcMessage::Call { id, .. }) => Some(id),
            _ => None,
        };
        let (exchange, action) = (frame.exchange, frame.action.clone());
        let Some(id) = call else { return self.keep_back(from, frame, (InterventionKind::Dropped, by), arrived) };
        let dialect = self.context.version.dialect();
        let (kind, code, text) = match answer {
            Answer::Result(payload) => (FrameKind::Result, None, srpc::encode_result(&id, payload)),
            Answer::Error { code, description } => {
                (FrameKind::Error, Some(*code), srpc::encode_error(&id, *code, description, dialect))
            }
            Answer::Silence | Answer::Delayed(..) => {
                return self.keep_back(from, frame, (InterventionKind::Dropped, by), arrived);
            }
        };
        // It came with another id where that one was changed here.
        let text = match self.open.answered(from.other(), id.key()) {
            Some(UnansweredCall { caller: Caller::Renamed(id), .. }) => with_id(&text, &id).unwrap_or(text),
            _ => text,
        };
        self.keep_back(from, frame, (InterventionKind::AnsweredHere, by), arrived);
        let text = FrameText::from(text);
        let answer = Frame { action, exchange, code, ..injected(from, kind, text.clone()) };
        let outgoing = Outgoing::message(Message::Text(text), now, EventKind::Frame(answer));
        match delay {
            Duration::ZERO => self.put(from, outgoing),
            delay => self.put_later(from, outgoing, now.monotonic + delay, false),
        }
    }
}
