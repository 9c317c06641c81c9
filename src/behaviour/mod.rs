//! The seam between a link and what stands behind it: a link carries messages, a [`Behaviour`] decides what is said. It is called by
//! the link's own task, so it must neither block nor do I/O, and it reads no clock: the time comes in as a [`Moment`].

mod call_result;
pub mod script_form;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clock::Moment;
use crate::ocpp::{ErrorCode, Role, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::Direction;

pub use call_result::{CallObserver, CallResult};

/// A call of the peer that was decoded and found valid.
#[derive(Debug, Clone, Copy)]
pub struct IncomingCall<'a> {
    /// The operation's name.
    pub action: &'a str,
    /// Its payload, in the form of the catalog.
    pub payload: &'a Value,
    /// The version of the link.
    pub version: Version,
}

/// What a call is answered with.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A result with this payload.
    Result(OutgoingPayload),
    /// An error.
    Error {
        /// Its code.
        code: ErrorCode,
        /// One sentence for a person, possibly empty.
        description: String,
    },
    /// Nothing is ever sent; the peer will see a timeout.
    Silence,
    /// The answer leaves after a delay.
    Delayed(Duration, Box<Answer>),
    /// Somebody else decides: the link waits for an order with the ticket and carries on meanwhile.
    Later(DeferredAnswer),
}

impl Answer {
    /// A result with this payload.
    pub fn result(payload: impl Into<OutgoingPayload>) -> Answer {
        Answer::Result(payload.into())
    }
}

/// An answer that is decided elsewhere: by a plugin, by a person.
#[derive(Debug, Clone, PartialEq)]
pub struct DeferredAnswer {
    /// Names the question in the order that brings the decision. Unique in the session.
    pub ticket: u64,
    /// How long the decision is awaited; `None` for as long as the link lives.
    pub timeout: Option<Duration>,
    /// What is said when no decision comes in time.
    pub fallback: Box<Answer>,
    /// How long the decided answer is held back on top.
    pub delay: Option<Duration>,
}

/// How one of our calls ended.
#[derive(Debug, Clone, Copy)]
pub enum CallOutcome<'a> {
    /// The peer sent a result. `valid` is false when it breaks the definitions.
    Result {
        /// The result's payload.
        payload: &'a Value,
        /// Whether the payload is what the definitions want.
        valid: bool,
    },
    /// The peer sent an error.
    Error {
        /// The code as it stood in the message, known or not.
        code: &'a str,
    },
    /// No answer came in time.
    Timeout,
    /// The link was lost before an answer came.
    LinkLost,
}

/// A call that a behaviour wants to make.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingCall {
    /// The operation's name.
    pub action: String,
    /// Its payload.
    pub payload: Value,
}

/// Where a behaviour puts the calls it wants to make; they leave after the answer at hand, in this order.
#[derive(Debug, Default)]
pub struct Outbox {
    calls: Vec<OutgoingCall>,
    restart: Option<Duration>,
}

impl Outbox {
    /// Asks for a call.
    pub fn call(&mut self, action: impl Into<String>, payload: Value) {
        self.calls.push(OutgoingCall { action: action.into(), payload });
    }

    /// Asks for a restart: the link goes down, and comes up again after this time.
    pub fn restart(&mut self, after: Duration) {
        self.restart = Some(after);
    }

    /// Takes the wish for a restart out.
    pub fn take_restart(&mut self) -> Option<Duration> {
        self.restart.take()
    }

    /// Takes out what was asked for.
    pub fn take(&mut self) -> Vec<OutgoingCall> {
        std::mem::take(&mut self.calls)
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

/// What stands behind a link: our central system or one of our charge points.
pub trait Behaviour: Send {
    /// The role that this behaviour plays (the peer plays the other).
    fn role(&self) -> Role;

    /// The link is up, with this version.
    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox);

    /// The link is gone. Outstanding calls were reported as [`CallOutcome::LinkLost`] before.
    fn disconnected(&mut self, now: Moment);

    /// The peer called; this is our answer.
    fn answer(&mut self, call: IncomingCall<'_>, now: Moment, out: &mut Outbox) -> Answer;

    /// One of our calls ended. `action` and `payload` are those of the call; it may be a call that a person made.
    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox);

    /// A frame is about to be taken in or sent. Whoever wants to look at it first gives a ticket, and later the order with it.
    fn inspect(&mut self, _direction: Direction, _text: &str) -> Option<u64> {
        None
    }

    /// When the behaviour wants to be woken, by the monotonic clock.
    fn deadline(&self) -> Option<Instant>;

    /// The deadline has come.
    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox);
}
