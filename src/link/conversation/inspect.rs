//! Frames that an observer inspects before they are handled or sent: they leave their way and come back to it with a verdict, which is
//! recorded. Answers are committed here, because only here it is known that they leave.

use super::Conversation;
use super::framing::{EditableMessage, Framing, MessageText};
use super::message::Inspections;
use crate::clock::Moment;
use crate::link::intercept::queue::InspectionVerdict;
use crate::link::outgoing::Outgoing;
use crate::trace::{Direction, EventKind, FrameText, mask_text};

/// Longer texts are not repeated whole in a line about them; most envelopes are shorter.
const SHOWN: usize = 2000;

impl<F: Framing> Conversation<F> {
    /// A message of the peer, which comes back when it need not wait for an inspection.
    pub fn inspect_incoming(&mut self, message: F::Incoming, now: Moment) -> Option<F::Incoming> {
        let ticket = match &mut self.responder.observer {
            Some(observer) => observer.inspect(Direction::In, &message.text()),
            None => None,
        };
        match (&mut self.inspections, ticket) {
            (None, None) => Some(message),
            (inspections, ticket) => inspections.get_or_insert_default().incoming.stop(message, ticket, now.monotonic),
        }
    }

    /// A frame was inspected.
    pub fn judge(&mut self, ticket: u64, verdict: &InspectionVerdict) {
        if let Some(inspections) = &mut self.inspections {
            inspections.incoming.judge(ticket, verdict);
            inspections.outgoing.judge(ticket, verdict);
        }
    }

    /// The next message of the peer that need not wait any more, and its verdict, which is recorded.
    pub fn inspected_incoming(&mut self, now: Moment) -> Option<(F::Incoming, InspectionVerdict)> {
        let (message, verdict) = self.inspections.as_mut()?.incoming.next(now.monotonic)?;
        let what = match &verdict {
            InspectionVerdict::Pass => return Some((message, verdict)),
            InspectionVerdict::Change(_) => "a plugin changed the next frame; the peer sent",
            InspectionVerdict::Drop => "a plugin kept a received frame back:",
        };
        let text = format!("{what} {}", self.shown(&message.text())).into();
        self.record(now, EventKind::Note { failure: false, text });
        Some((message, verdict))
    }

    /// Makes the list of what leaves final: frames that are inspected are taken out, those with a verdict come back, and answers are
    /// committed, whose calls are added behind them. To be called before the list is sent.
    pub fn prepare_outgoing(&mut self, now: Moment) {
        let mut index = 0;
        loop {
            while index < self.outgoing.len() {
                if !self.stop_outgoing(index, now) {
                    self.leave(index, now);
                    index += 1;
                }
            }
            let released = self.inspections.as_mut().and_then(|inspections| inspections.outgoing.next(now.monotonic));
            let Some((mut outgoing, verdict)) = released else { return };
            match verdict {
                InspectionVerdict::Pass => {}
                InspectionVerdict::Change(text) => self.change(&mut outgoing, text),
                InspectionVerdict::Drop => {
                    self.keep_back(outgoing, now);
                    continue;
                }
            }
            self.queue_outgoing(outgoing);
            self.leave(index, now);
            index += 1;
        }
    }

    /// Takes a message out of what leaves when it is inspected, or when one before it is. False when it leaves.
    fn stop_outgoing(&mut self, index: usize, now: Moment) -> bool {
        let (Some(message), Some(observer)) = (&self.outgoing[index].message, &mut self.responder.observer) else {
            return false;
        };
        let ticket = observer.inspect(Direction::Out, &message.text());
        if ticket.is_none() && self.inspections.as_ref().is_none_or(|inspections| inspections.outgoing.is_empty()) {
            return false;
        }
        let outgoing = self.outgoing.remove(index);
        let Inspections { outgoing: queue, .. } = &mut **self.inspections.get_or_insert_default();
        match queue.stop(outgoing, ticket, now.monotonic) {
            Some(outgoing) => {
                self.outgoing.insert(index, outgoing);
                false
            }
            None => true,
        }
    }

    /// Commits an answer that leaves.
    fn leave(&mut self, index: usize, now: Moment) {
        if let Some(sent) = self.outgoing[index].commit.take() {
            self.commit(*sent, now);
        }
    }

    /// Puts another text in the place of a message. The answer that counts is the one in the new text.
    fn change(&mut self, outgoing: &mut Outgoing<F::Outgoing>, text: String) {
        let text = FrameText::from(text);
        if let Some(sent) = &mut outgoing.commit {
            sent.answer = self.framing.read_answer(&text, self.version);
        }
        let Some(message) = &mut outgoing.message else { return };
        if let Some((_, EventKind::Frame(frame))) = &mut outgoing.event {
            frame.remark = Some(format!("a plugin changed it from {}", self.shown(&message.text())).into());
            frame.content = self.framing.content(&text, self.version);
            frame.text = text.clone();
        }
        message.change(text);
    }

    /// A message is not sent, and nothing follows from it.
    fn keep_back(&mut self, outgoing: Outgoing<F::Outgoing>, now: Moment) {
        let Some(message) = outgoing.message else { return };
        let text = format!("a plugin kept a frame back: {}", self.shown(&message.text())).into();
        self.record(now, EventKind::Note { failure: false, text });
        self.framing.drop_outgoing(message);
    }

    /// The beginning of a text, without its secrets unless the session shows them: a note is no frame, so the trace would not find them.
    fn shown(&self, text: &str) -> String {
        let masked = if self.gate.shows_secrets() { None } else { mask_text(text) };
        let text = masked.as_deref().unwrap_or(text);
        text[..text.floor_char_boundary(SHOWN)].to_owned()
    }
}
