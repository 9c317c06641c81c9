//! Messages on their way past those who look at them: those that somebody looks at leave the usual way and come back to it, with what
//! became of them told in the trace. The same for every transport; what a message is, is the transport's.

use std::borrow::Cow;
use std::time::Instant;

use super::conversation::Conversation;
use super::conversation::framing::Framing;
use super::intercept::queue::{InspectionQueue, InspectionVerdict};
use crate::clock::Moment;
use crate::trace::{Direction, EventKind, Frame, FrameText};

/// Longer texts are not repeated whole in a line about them; most envelopes are shorter.
const SHOWN: usize = 2000;

/// A message with a text that can be looked at.
pub(super) trait MessageText {
    /// The text.
    fn shown(&self) -> Cow<'_, str>;
}

/// One that is to be sent, and may be sent with another text.
pub(super) trait EditableMessage: MessageText {
    /// Puts another text in its place.
    fn change(&mut self, text: FrameText);
}

impl MessageText for FrameText {
    fn shown(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl EditableMessage for FrameText {
    fn change(&mut self, text: FrameText) {
        *self = text;
    }
}

/// The messages of a link that wait to be looked at.
#[derive(Debug)]
pub(super) struct Inspections<I, O> {
    incoming: InspectionQueue<I>,
    /// With what is told once the message is sent.
    outgoing: InspectionQueue<(O, Option<(Moment, EventKind)>)>,
}

impl<I, O> Default for Inspections<I, O> {
    fn default() -> Inspections<I, O> {
        Inspections { incoming: InspectionQueue::default(), outgoing: InspectionQueue::default() }
    }
}

impl<I: MessageText, O: EditableMessage> Inspections<I, O> {
    /// When a message has waited for long enough.
    pub fn deadline(&self) -> Option<Instant> {
        [self.incoming.deadline(), self.outgoing.deadline()].into_iter().flatten().min()
    }

    /// A message of the peer, which comes back when it need not wait for whoever looks at it. `waiting` has something in it from the
    /// first one on that has to.
    pub fn arrived<F: Framing>(
        waiting: &mut Option<Box<Self>>,
        conversation: &mut Conversation<F>,
        message: I,
        now: Moment,
    ) -> Option<I> {
        let ticket = conversation.inspect(Direction::In, &message.shown());
        match (waiting, ticket) {
            (None, None) => Some(message),
            (waiting, ticket) => waiting.get_or_insert_default().incoming.stop(message, ticket, now.monotonic),
        }
    }

    /// Somebody has looked at a message.
    pub fn judge(&mut self, ticket: u64, verdict: InspectionVerdict) {
        self.incoming.judge(ticket, verdict.clone());
        self.outgoing.judge(ticket, verdict);
    }

    /// The next message of the peer that need not wait any more, and what is to become of it, which is told.
    pub fn released<F: Framing>(&mut self, conversation: &mut Conversation<F>, now: Moment) -> Option<(I, InspectionVerdict)> {
        let (message, verdict) = self.incoming.next(now.monotonic)?;
        let what = match &verdict {
            InspectionVerdict::Pass => return Some((message, verdict)),
            InspectionVerdict::Change(_) => "a plugin changed the next frame; the peer sent",
            InspectionVerdict::Drop => "a plugin kept a received frame back:",
        };
        let text = format!("{what} {}", shortened(&message.shown())).into();
        conversation.events.push((now, EventKind::Note { failure: false, text }));
        Some((message, verdict))
    }

    /// Takes those messages out of what is to be sent that somebody looks at, and puts those in that need not wait any more. Returns
    /// those that are not sent at all.
    pub fn inspect_outgoing<F>(waiting: &mut Option<Box<Self>>, conversation: &mut Conversation<F>, now: Moment) -> Vec<O>
    where
        F: Framing<Outgoing = O>,
    {
        let messages = std::mem::take(&mut conversation.outgoing);
        let tickets: Vec<Option<u64>> =
            messages.iter().map(|message| conversation.inspect(Direction::Out, &message.shown())).collect();
        if waiting.is_none() && tickets.iter().all(Option::is_none) {
            conversation.outgoing = messages;
            return Vec::new();
        }
        let inspections = waiting.get_or_insert_default();
        let mut told = std::mem::take(&mut conversation.events).into_iter();
        for (message, ticket) in messages.into_iter().zip(tickets) {
            // Messages and the frames that are told of them stand in the same order.
            let mut frame = None;
            for (when, happening) in told.by_ref() {
                if matches!(happening, EventKind::Frame(Frame { direction: Direction::Out, .. })) {
                    frame = Some((when, happening));
                    break;
                }
                conversation.events.push((when, happening));
            }
            if let Some((message, frame)) = inspections.outgoing.stop((message, frame), ticket, now.monotonic) {
                conversation.outgoing.push(message);
                conversation.events.extend(frame);
            }
        }
        conversation.events.extend(told);
        let mut dropped = Vec::new();
        while let Some(((mut message, frame), verdict)) = inspections.outgoing.next(now.monotonic) {
            match (verdict, frame) {
                (InspectionVerdict::Change(changed), Some((when, EventKind::Frame(mut frame)))) => {
                    frame.text = FrameText::from(changed);
                    frame.content = conversation.framing.content(&frame.text);
                    frame.remark = Some(format!("a plugin changed it from {}", shortened(&message.shown())).into());
                    message.change(frame.text.clone());
                    conversation.outgoing.push(message);
                    conversation.events.push((when, EventKind::Frame(frame)));
                }
                (InspectionVerdict::Drop, _) => {
                    let text = format!("a plugin kept a frame back: {}", shortened(&message.shown())).into();
                    conversation.events.push((now, EventKind::Note { failure: false, text }));
                    dropped.push(message);
                }
                (_, frame) => {
                    conversation.outgoing.push(message);
                    conversation.events.extend(frame);
                }
            }
        }
        dropped
    }
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHOWN)]
}
