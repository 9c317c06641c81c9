//! A simulated charge point with quirks: a behaviour around a behaviour. Everything that the charge point sends by itself passes here on
//! its way out, and what leaves is what the link and the trace see. The charge point itself knows nothing of it: it hears of the ends of
//! its calls as if they had left as it made them. Calls that the user makes are not changed.

use std::collections::VecDeque;
use std::time::Instant;

use serde_json::{Value, json};

use super::StationQuirk;
use super::rewrite::{rewrite_call, rewrite_times};
use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, LinkWish, Outbox, OutgoingCall, PhysicalAction, PhysicalActionError,
    Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{Role, Version};
use crate::simulator::SimulatedStation;

/// The most calls that are remembered in the form in which they left. A link queues fewer.
const REMEMBERED: usize = 1024;

/// A simulated charge point with quirks.
#[derive(Debug)]
pub struct QuirkyChargePoint {
    charge_point: SimulatedStation,
    quirks: Vec<StationQuirk>,
    version: Version,
    held: Vec<HeldCall>,
    changed: VecDeque<ChangedCall>,
}

/// A call that has not left yet.
#[derive(Debug)]
struct HeldCall {
    call: OutgoingCall,
    until: HeldUntil,
}

/// What a call waits for.
#[derive(Debug)]
enum HeldUntil {
    /// A time.
    Due(Instant),
    /// A call of this action, at the same connector.
    Behind(String),
}

/// A call that left in another form.
#[derive(Debug)]
struct ChangedCall {
    action: String,
    sent: Value,
    meant: Value,
}

impl QuirkyChargePoint {
    /// A charge point with these quirks; they are laid over it in this order.
    pub fn new(charge_point: SimulatedStation, quirks: Vec<StationQuirk>) -> QuirkyChargePoint {
        QuirkyChargePoint { charge_point, quirks, version: Version::V1_6, held: Vec::new(), changed: VecDeque::new() }
    }

    /// Lets the charge point act, and passes on what it wants to send.
    fn pass(&mut self, now: Moment, out: &mut Outbox, act: impl FnOnce(&mut SimulatedStation, &mut Outbox)) {
        let mut wanted = Outbox::default();
        act(&mut self.charge_point, &mut wanted);
        let mut calls = VecDeque::from(wanted.take());
        while let Some(call) = calls.pop_front() {
            if self.rules().any(|rules| rules.skip.iter().any(|calls| calls.fits(&call.action, &call.payload))) {
                // As if it had been answered: nothing in the answer is of interest.
                let outcome = CallOutcome::Result { payload: &json!({}), valid: true };
                self.charge_point.answered(&call.action, &call.payload, outcome, now, &mut wanted);
                calls.extend(wanted.take());
            } else if let Some(until) = self.waits_for(&call, now) {
                self.hold(call, until, out);
            } else {
                self.let_go(call, out);
            }
        }
        match wanted.take_wish() {
            Some(LinkWish::Restart(after)) => out.restart(after),
            Some(LinkWish::Cut) => out.cut(),
            Some(LinkWish::Refuse) => out.refuse(),
            Some(LinkWish::Connect) => out.connect(),
            None => {}
        }
    }

    fn rules(&self) -> impl Iterator<Item = &super::file::QuirkRules> {
        self.quirks.iter().map(|quirk| &quirk.rules)
    }

    fn waits_for(&self, call: &OutgoingCall, now: Moment) -> Option<HeldUntil> {
        self.rules().find_map(|rules| {
            let fits = |calls: &super::file::CallFilter| calls.fits(&call.action, &call.payload);
            let delayed = || rules.delay.iter().find(|(calls, _)| fits(calls));
            if let Some((_, behind)) = rules.late.iter().find(|(calls, _)| fits(calls)) {
                return Some(HeldUntil::Behind(behind.clone()));
            }
            // A time beyond the range of the clock is no delay.
            delayed().and_then(|(_, delay)| Some(HeldUntil::Due(now.monotonic.checked_add(*delay)?)))
        })
    }

    fn hold(&mut self, call: OutgoingCall, until: HeldUntil, out: &mut Outbox) {
        if let HeldUntil::Behind(behind) = &until {
            // The same message again: the earlier one has waited in vain.
            let same = |held: &HeldCall| {
                matches!(&held.until, HeldUntil::Behind(other) if other == behind)
                    && held.call.action == call.action
                    && at_same_connector(&held.call, &call)
            };
            if let Some(index) = self.held.iter().position(same) {
                let earlier = self.held.remove(index).call;
                self.leave(earlier, out);
            }
        }
        self.held.push(HeldCall { call, until });
    }

    /// Sends a call, and those that have waited for it.
    fn let_go(&mut self, call: OutgoingCall, out: &mut Outbox) {
        let waited = |held: &mut HeldCall| {
            matches!(&held.until, HeldUntil::Behind(behind) if *behind == call.action) && at_same_connector(&held.call, &call)
        };
        let behind: Vec<HeldCall> = self.held.extract_if(.., waited).collect();
        self.leave(call, out);
        for held in behind {
            self.leave(held.call, out);
        }
    }

    fn leave(&mut self, call: OutgoingCall, out: &mut Outbox) {
        let OutgoingCall { action, payload: meant } = call;
        let mut sent = meant.clone();
        rewrite_call(&self.quirks, self.version, &action, &mut sent);
        if sent != meant {
            if self.changed.len() >= REMEMBERED {
                self.changed.pop_front();
            }
            self.changed.push_back(ChangedCall { action: action.clone(), sent: sent.clone(), meant });
        }
        out.call(action, sent);
    }

    fn next_due(&self) -> Option<Instant> {
        let due = self.held.iter().filter_map(|held| match held.until {
            HeldUntil::Due(at) => Some(at),
            HeldUntil::Behind(_) => None,
        });
        due.min()
    }
}

/// Whether two calls are about one connector; a call without a connector is about every one.
fn at_same_connector(one: &OutgoingCall, other: &OutgoingCall) -> bool {
    let of = |call: &OutgoingCall| call.payload.get("connectorId").cloned();
    of(one).zip(of(other)).is_none_or(|(one, other)| one == other)
}

impl Behaviour for QuirkyChargePoint {
    fn role(&self) -> Role {
        self.charge_point.role()
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        self.version = version;
        self.pass(now, out, |charge_point, wanted| charge_point.connected(version, now, wanted));
    }

    fn disconnected(&mut self, now: Moment) {
        self.changed.clear();
        for HeldCall { call, .. } in std::mem::take(&mut self.held) {
            let mut unsent = Outbox::default();
            self.charge_point.answered(&call.action, &call.payload, CallOutcome::LinkLost, now, &mut unsent);
        }
        self.charge_point.disconnected(now);
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        let Proposal { answer, effect } = self.charge_point.propose(call, now);
        let answer = match answer {
            Answer::Result(payload) => {
                let mut value = Value::clone(&payload);
                rewrite_times(&self.quirks, &mut value);
                Answer::Result(payload.with_value(value))
            }
            other => other,
        };
        Proposal { answer, effect }
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.pass(now, out, |charge_point, wanted| charge_point.commit(effect, sent, now, wanted));
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        let position = self.changed.iter().position(|changed| changed.action == action && changed.sent == *payload);
        let changed = position.and_then(|index| self.changed.remove(index));
        let meant = changed.as_ref().map_or(payload, |changed| &changed.meant);
        self.pass(now, out, |charge_point, wanted| charge_point.answered(action, meant, outcome, now, wanted));
    }

    fn act(&mut self, action: &PhysicalAction, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let mut done = Ok(());
        self.pass(now, out, |charge_point, wanted| done = charge_point.act(action, now, wanted));
        done
    }

    fn deadline(&self) -> Option<Instant> {
        self.charge_point.deadline().into_iter().chain(self.next_due()).min()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        let is_due = |held: &mut HeldCall| matches!(held.until, HeldUntil::Due(at) if at <= now.monotonic);
        let due: Vec<HeldCall> = self.held.extract_if(.., is_due).collect();
        for held in due {
            self.let_go(held.call, out);
        }
        self.pass(now, out, |charge_point, wanted| charge_point.deadline_reached(now, wanted));
    }
}
