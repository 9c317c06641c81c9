//! What leaves a session of a link: messages for the wire and events for the trace, in one list. The session fills it, the actor of the link
//! empties it.

use crate::behaviour::{Answer, ProposedEffect};
use crate::clock::Moment;
use crate::trace::EventKind;

/// A message for the wire, an event for the trace, or both at once. The order of the list is the order of events in the trace.
#[derive(Debug)]
pub(super) struct Outgoing<M> {
    pub message: Option<M>,
    pub event: Option<(Moment, EventKind)>,
    /// Set for an answer from which something follows, until the conversation knows that it leaves. In a box, because few have it and
    /// every message is moved several times.
    pub commit: Option<Box<SentAnswer>>,
}

/// An answer of ours, and what follows from it when it has left.
#[derive(Debug)]
pub(super) struct SentAnswer {
    pub effect: ProposedEffect,
    pub answer: Answer,
}

impl<M> Outgoing<M> {
    /// An event without a message.
    pub fn event(now: Moment, kind: EventKind) -> Outgoing<M> {
        Outgoing { message: None, event: Some((now, kind)), commit: None }
    }

    /// A message with its event.
    pub fn message(message: M, now: Moment, kind: EventKind) -> Outgoing<M> {
        Outgoing { message: Some(message), event: Some((now, kind)), commit: None }
    }
}
