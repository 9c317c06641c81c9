//! Frames of a pair that plugins inspect before they go on, in both directions: what the station sends is incoming, what its central system
//! sends is outgoing, as for a link of ours to a station. Nothing overtakes a frame that is inspected.

use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::passing::PLUGIN;
use super::reading::{FrameReader, direction_from};
use super::state::{RelayContext, RelayState};
use crate::clock::Moment;
use crate::link::intercept::queue::InspectionVerdict;
use crate::trace::{FrameText, InterventionKind, PairLeg};

impl RelayState {
    /// A text came on this link.
    pub fn on_text(&mut self, from: PairLeg, text: FrameText, now: Moment) {
        let observer = &mut self.context.observer;
        let ticket = observer.as_mut().and_then(|observer| observer.inspect(direction_from(from), &text));
        self.inspect(from, Message::Text(text), ticket, now);
    }

    /// A binary message came on this link.
    pub fn on_binary(&mut self, from: PairLeg, bytes: Bytes, now: Moment) {
        self.inspect(from, Message::Binary(bytes), None, now);
    }

    fn inspect(&mut self, from: PairLeg, message: Message, ticket: Option<u64>, now: Moment) {
        let (inspected, bytes) = (&mut self.inspected[from as usize], message.len());
        match inspected.queue.stop((message, now), ticket, now.monotonic) {
            Some((message, arrived)) => self.receive_message(from, message, None, arrived),
            None => inspected.bytes += bytes,
        }
    }

    /// A frame was inspected.
    pub fn judge(&mut self, ticket: u64, verdict: &InspectionVerdict, now: Moment) {
        self.inspected.iter_mut().for_each(|inspected| inspected.queue.judge(ticket, verdict));
        self.pass_inspected(now);
    }

    /// Lets the messages go on that need not wait any more.
    pub fn pass_inspected(&mut self, now: Moment) {
        for from in PairLeg::ALL {
            while let Some(((message, arrived), verdict)) = self.inspected[from as usize].queue.next(now.monotonic) {
                self.inspected[from as usize].bytes -= message.len();
                match (verdict, message) {
                    (InspectionVerdict::Change(changed), Message::Text(text)) => {
                        self.receive(from, FrameText::from(changed), Some(text), arrived);
                    }
                    (InspectionVerdict::Drop, Message::Text(text)) => {
                        let RelayContext { catalog, numbers, version, .. } = &self.context;
                        let mut reader = FrameReader { catalog, version: *version, numbers, open: &mut self.open };
                        let frame = reader.read(from, &text).frame;
                        self.keep_back(from, frame, (InterventionKind::Dropped, PLUGIN), arrived);
                    }
                    (_, message) => self.receive_message(from, message, None, arrived),
                }
                self.wake(from);
            }
        }
    }

    fn receive_message(&mut self, from: PairLeg, message: Message, before: Option<FrameText>, arrived: Moment) {
        match message {
            Message::Text(text) => self.receive(from, text, before, arrived),
            Message::Binary(bytes) => self.receive_binary(from, bytes, arrived),
            _ => {} // no others are handed over
        }
    }
}
