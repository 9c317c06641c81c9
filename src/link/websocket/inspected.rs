//! Frames on their way past those who look at them: those that somebody looks at leave the usual way and come back to it, with what became of
//! them told in the trace.

use std::time::Instant;

use super::Link;
use crate::link::behaviour::Moment;
use crate::link::inspection::{Inspection, Verdict};
use crate::trace::{Direction, Frame, Happening, Text};

/// Longer texts are not repeated in a line about them.
const SHOWN: usize = 500;

/// The frames of a link that wait to be looked at.
#[derive(Debug, Default)]
pub(super) struct Inspections {
    incoming: Inspection<Text>,
    /// With what is told once the frame is sent.
    outgoing: Inspection<(Text, Option<(Moment, Happening)>)>,
}

impl Inspections {
    /// When a frame has waited for long enough.
    pub fn deadline(&self) -> Option<Instant> {
        [self.incoming.deadline(), self.outgoing.deadline()].into_iter().flatten().min()
    }
}

impl<S> Link<'_, S> {
    /// A text of the peer: it is taken in, or waits for whoever looks at it.
    pub(super) fn arrived(&mut self, text: Text, now: Moment) {
        let ticket = self.conversation.inspect(Direction::In, &text);
        let text = match (&mut self.inspections, ticket) {
            (None, None) => Some(text),
            (inspections, ticket) => inspections.get_or_insert_default().incoming.stop(text, ticket, now.monotonic),
        };
        if let Some(text) = text {
            self.conversation.receive(text, now);
        }
    }

    /// Somebody has looked at a frame.
    pub(super) fn judged(&mut self, ticket: u64, verdict: Verdict, now: Moment) {
        if let Some(inspections) = &mut self.inspections {
            inspections.incoming.judge(ticket, verdict.clone());
            inspections.outgoing.judge(ticket, verdict);
        }
        self.take_released(now);
    }

    /// Takes in what need not wait any more.
    pub(super) fn take_released(&mut self, now: Moment) {
        while let Some((text, verdict)) =
            self.inspections.as_mut().and_then(|inspections| inspections.incoming.next(now.monotonic))
        {
            match verdict {
                Verdict::Pass => self.conversation.receive(text, now),
                Verdict::Change(changed) => {
                    self.note(now, format!("a plugin changed the next frame; the peer sent {}", shortened(&text)));
                    self.conversation.receive(Text::from(changed), now);
                }
                Verdict::Drop => self.note(now, format!("a plugin kept a received frame back: {}", shortened(&text))),
            }
        }
    }

    /// Takes those frames out of what is to be sent that somebody looks at, and puts those in that need not wait any more.
    pub(super) fn inspect_outgoing(&mut self, now: Moment) {
        let tickets: Vec<Option<u64>> = match self.conversation.outgoing.is_empty() {
            true => Vec::new(),
            false => (0..self.conversation.outgoing.len())
                .map(|index| {
                    let text = self.conversation.outgoing[index].clone();
                    self.conversation.inspect(Direction::Out, &text)
                })
                .collect(),
        };
        if self.inspections.is_none() && tickets.iter().all(Option::is_none) {
            return;
        }
        let inspections = self.inspections.get_or_insert_default();
        let conversation = &mut self.conversation;
        let texts = std::mem::take(&mut conversation.outgoing);
        let mut told = std::mem::take(&mut conversation.told).into_iter();
        for (text, ticket) in texts.into_iter().zip(tickets) {
            // Texts and the frames that are told of them stand in the same order.
            let mut frame = None;
            for (when, happening) in told.by_ref() {
                if matches!(happening, Happening::Frame(Frame { direction: Direction::Out, .. })) {
                    frame = Some((when, happening));
                    break;
                }
                conversation.told.push((when, happening));
            }
            if let Some((text, frame)) = inspections.outgoing.stop((text, frame), ticket, now.monotonic) {
                conversation.outgoing.push(text);
                conversation.told.extend(frame);
            }
        }
        conversation.told.extend(told);
        while let Some(((text, frame), verdict)) = inspections.outgoing.next(now.monotonic) {
            match (verdict, frame) {
                (Verdict::Change(changed), Some((when, Happening::Frame(mut frame)))) => {
                    frame.text = Text::from(changed);
                    frame.remark = Some(format!("a plugin changed it from {}", shortened(&text)).into());
                    conversation.outgoing.push(frame.text.clone());
                    conversation.told.push((when, Happening::Frame(frame)));
                }
                (Verdict::Drop, _) => {
                    let text = format!("a plugin kept a frame back: {}", shortened(&text)).into();
                    conversation.told.push((now, Happening::Note { failure: false, text }));
                }
                (_, frame) => {
                    conversation.outgoing.push(text);
                    conversation.told.extend(frame);
                }
            }
        }
    }

    fn note(&mut self, now: Moment, text: String) {
        self.conversation.told.push((now, Happening::Note { failure: false, text: text.into() }));
    }
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHOWN)]
}
