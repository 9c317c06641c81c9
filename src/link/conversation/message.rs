//! What a conversation keeps of its messages: requests until they are answered, messages that wait at a breakpoint or for an
//! inspection. Data only; what happens with it is in the other files.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pending_calls::{QueuedCall, SentCall};
use crate::behaviour::{Answer, ProposedEffect};
use crate::link::intercept::queue::InterceptQueue;
use crate::link::outgoing::Outgoing;
use crate::ocpp::{ActionDefinition, ReceivedPayload};
use crate::rpc::OutgoingPayload;
use crate::trace::SilenceCause;

/// A call of the peer that has no answer yet.
pub(super) struct PendingRequest<Q> {
    /// What the framing needs to answer it.
    pub asked: Q,
    pub action: Arc<str>,
    /// The definition of the action, when it is one that the peer may call.
    pub definition: Option<Arc<ActionDefinition>>,
    pub exchange: u64,
    /// What follows from the answer; empty while no answer was proposed.
    pub effect: ProposedEffect,
    /// Who decided about the answer, should there be none.
    pub decided_by: SilenceCause,
}

/// A call of the peer while a filter decides about its answer.
pub(super) struct DeferredRequest<'a, Q> {
    pub request: PendingRequest<Q>,
    pub payload: ReceivedPayload<'a>,
    pub proposed: Answer,
    /// The filter that is asked next.
    pub next_filter: usize,
    /// How long the filters before want the answer to be held back.
    pub delay: Option<Duration>,
    /// How long the filter that was asked last may take.
    pub timeout: Duration,
}

impl<Q> DeferredRequest<'_, Q> {
    /// The same without what it borrows from the text of the call.
    pub fn into_owned(self) -> DeferredRequest<'static, Q> {
        let DeferredRequest { request, payload, proposed, next_filter, delay, timeout } = self;
        DeferredRequest { request, payload: payload.into_owned(), proposed, next_filter, delay, timeout }
    }
}

/// An answer that leaves later.
pub(super) struct DelayedAnswer<Q> {
    pub due: Instant,
    pub request: PendingRequest<Q>,
    pub answer: Answer,
}

/// A message where it may be stopped.
pub(super) enum PassingMessage<Q> {
    /// A call of the peer, before it is handled.
    Question { request: PendingRequest<Q>, refusal: Option<Answer>, payload: OutgoingPayload },
    /// Our answer to one, before it is written.
    Answer { request: PendingRequest<Q>, answer: Answer },
    /// A message of the peer that nothing answers, before it is handled.
    Notice { action: Arc<str>, payload: OutgoingPayload },
    /// A call of ours, or a message that nothing answers, before it is written.
    Call(QueuedCall),
    /// The result of a call of ours, before the behaviour gets it.
    Result { sent: SentCall, payload: OutgoingPayload, valid: bool },
}

/// A result of ours that has left, in case that the peer cannot process it.
pub(super) struct SentResult {
    pub id: Box<str>,
    pub action: Arc<str>,
    pub exchange: u64,
}

/// Frames of one link that wait for an observer that inspects them.
pub(super) struct Inspections<I, O> {
    pub incoming: InterceptQueue<I>,
    pub outgoing: InterceptQueue<Outgoing<O>>,
}

impl<I, O> Default for Inspections<I, O> {
    fn default() -> Inspections<I, O> {
        Inspections { incoming: InterceptQueue::default(), outgoing: InterceptQueue::default() }
    }
}
