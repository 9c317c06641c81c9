//! A behaviour in front of another one, which changes or watches some of what that does.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{
    Answer, Behaviour, CallOutcome, IncomingCall, Outbox, PhysicalAction, PhysicalActionError, Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{Role, Version};

/// What a layer adds to the behaviour behind it. A method that it does not write passes everything on.
pub trait BehaviourLayer: Send {
    /// The behaviour behind it.
    fn inner(&self) -> &dyn Behaviour;

    /// The same, to change it.
    fn inner_mut(&mut self) -> &mut dyn Behaviour;

    /// The peer called, see [`Behaviour::propose`].
    fn propose_over(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        self.inner_mut().propose(call, now)
    }

    /// An answer has left, see [`Behaviour::commit`].
    fn commit_over(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.inner_mut().commit(effect, sent, now, out);
    }

    /// One of our calls ended, see [`Behaviour::answered`]. The behaviour behind comes afterwards.
    fn before_answered(&mut self, _action: &str, _payload: &Value, _outcome: CallOutcome<'_>, _now: Moment) {}
}

impl<L: BehaviourLayer> Behaviour for L {
    fn role(&self) -> Role {
        self.inner().role()
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        self.inner_mut().connected(version, now, out);
    }

    fn disconnected(&mut self, now: Moment) {
        self.inner_mut().disconnected(now);
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        self.propose_over(call, now)
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.commit_over(effect, sent, now, out);
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        self.before_answered(action, payload, outcome, now);
        self.inner_mut().answered(action, payload, outcome, now, out);
    }

    fn act(&mut self, action: &PhysicalAction, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        self.inner_mut().act(action, now, out)
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.inner().ping_interval()
    }

    fn deadline(&self) -> Option<Instant> {
        self.inner().deadline()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        self.inner_mut().deadline_reached(now, out);
    }
}
