//! Frames of this link on their way past those who look at them.

use super::WebSocketLink;
use crate::clock::Moment;
use crate::link::inspect;
use crate::link::intercept::queue::InspectionVerdict;
use crate::trace::FrameText;

/// The frames of a link that wait to be looked at.
pub(super) type WebSocketInspections = inspect::Inspections<FrameText, FrameText>;

impl<S> WebSocketLink<'_, S> {
    /// A text of the peer: it is taken in, or waits for whoever looks at it.
    pub(super) fn arrived(&mut self, text: FrameText, now: Moment) {
        if let Some(text) = WebSocketInspections::arrived(&mut self.inspections, &mut self.conversation, text, now) {
            self.conversation.receive(text, now);
        }
    }

    /// Somebody has looked at a frame.
    pub(super) fn apply_verdict(&mut self, ticket: u64, verdict: InspectionVerdict, now: Moment) {
        if let Some(inspections) = &mut self.inspections {
            inspections.judge(ticket, verdict);
        }
        self.take_released(now);
    }

    /// Takes in what need not wait any more.
    pub(super) fn take_released(&mut self, now: Moment) {
        while let Some((text, verdict)) =
            self.inspections.as_mut().and_then(|inspections| inspections.released(&mut self.conversation, now))
        {
            match verdict {
                InspectionVerdict::Pass => self.conversation.receive(text, now),
                InspectionVerdict::Change(changed) => self.conversation.receive(FrameText::from(changed), now),
                InspectionVerdict::Drop => {}
            }
        }
    }

    /// Lets those who look at frames look at what is to be sent; what is kept back is forgotten.
    pub(super) fn inspect_outgoing(&mut self, now: Moment) {
        WebSocketInspections::inspect_outgoing(&mut self.inspections, &mut self.conversation, now);
    }
}
