//! The contract between a link and what stands behind it: a link carries messages, a [`Behaviour`] decides what is answered and called. It
//! runs in the link's own task, so it must neither block nor do I/O, and it reads no clock: the time comes in as a [`Moment`].
//!
//! A call is first judged, then carried out. [`Behaviour::propose`] makes an answer and changes nothing. Filters (`answer_filter`), a
//! breakpoint or a plugin may replace, delay or drop it. When an answer has really left, [`Behaviour::commit`] carries out what follows.

mod answer;
mod answer_filter;
mod call_result;
mod layer;
mod outbox;
mod physical_action;
pub mod script_form;
mod station_credentials;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clock::Moment;
use crate::ocpp::{ReceivedPayload, Role, Version};

pub use answer::{Answer, Proposal, ProposedEffect};
pub use answer_filter::{AnswerFilter, FilterDecision, LinkObserver, Responder};
pub use call_result::{CallObserver, CallOutcome, CallResult};
pub use layer::BehaviourLayer;
pub use outbox::{Outbox, OutgoingCall};
pub use physical_action::{
    ActionObserver, CarState, DriverLimit, DriverService, EnergyNeeds, FailingStep, FailureTimes, LinkWish, PhysicalAction,
    PhysicalActionError, PowerLossStop,
};
pub use station_credentials::{ConnectionIncident, CredentialNews, CredentialSet, StationCertificate, StationCredentials};

/// A call of the peer that was decoded and found valid.
#[derive(Debug, Clone, Copy)]
pub struct IncomingCall<'a> {
    /// The operation's name.
    pub action: &'a str,
    /// Its payload, in the form of the catalog.
    pub payload: &'a ReceivedPayload<'a>,
    /// The version of the link.
    pub version: Version,
}

/// The behaviour of a link: our central system or one of our charge points.
pub trait Behaviour: Send {
    /// The role that this behaviour plays (the peer plays the other).
    fn role(&self) -> Role;

    /// The link is up, with this version.
    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox);

    /// The link is gone. Outstanding calls were reported as [`CallOutcome::LinkLost`] before.
    fn disconnected(&mut self, now: Moment);

    /// The peer called. Returns the answer and what follows from it, judged by the state of this moment. Nothing that can be seen from
    /// outside changes: the proposal may be dropped.
    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal;

    /// The answer to a proposal with an effect has left. `sent` is the result or the error that was really sent, which is not always the
    /// proposed one. With an error `effect` is empty. The state may have changed since the proposal: what has become impossible is left out.
    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox);

    /// One of our calls ended. `action` and `payload` are those of the call; it may be a call that the user made.
    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox);

    /// Hands do something at the machine, also while its link is down; then what it calls is lost.
    ///
    /// # Errors
    /// When that is impossible; nothing has changed then.
    fn act(&mut self, _action: &PhysicalAction, _now: Moment, _out: &mut Outbox) -> Result<(), PhysicalActionError> {
        Err(PhysicalActionError::NoMachine)
    }

    /// The interval of WebSocket pings that the peer has set for the next link, zero for none; `None` when it has set nothing.
    fn ping_interval(&self) -> Option<Duration> {
        None
    }

    /// When [`deadline_reached`](Self::deadline_reached) is to be called, by the monotonic clock.
    fn deadline(&self) -> Option<Instant>;

    /// The deadline has come. While the link is down, too.
    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox);
}
