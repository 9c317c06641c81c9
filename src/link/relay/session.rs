//! One link of a pair as the session of its actor. Both sessions of a pair share their state; each is served by its own task, and holds the
//! lock only while it puts something in or takes something out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Instant;

use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::sync::CancellationToken;

use super::reading::speaker;
use super::state::RelayState;
use crate::clock::Moment;
use crate::link::order::{LinkCommand, LinkOrder};
use crate::link::outgoing::Outgoing;
use crate::link::settings::LinkSettings;
use crate::link::websocket::{LinkSession, SessionTurn};
use crate::ocpp::Role;
use crate::trace::{CloseReason, EventKind, FrameText, PairLeg};

/// What the two links of a pair share.
pub(super) struct SharedRelay {
    state: Mutex<RelayState>,
    /// The link to the station has ended.
    pub station_gone: CancellationToken,
}

impl SharedRelay {
    pub fn new(state: RelayState) -> Arc<SharedRelay> {
        Arc::new(SharedRelay { state: Mutex::new(state), station_gone: CancellationToken::new() })
    }

    pub fn lock(&self) -> MutexGuard<'_, RelayState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session on one link of a pair.
pub(super) struct RelaySession {
    leg: PairLeg,
    shared: Arc<SharedRelay>,
    outgoing: Vec<Outgoing<Message>>,
    /// What the state said when `outgoing` was taken from it, so that it is locked once a turn.
    end_wanted: Option<CloseReason>,
    deadline: Option<Instant>,
}

impl RelaySession {
    pub fn new(leg: PairLeg, shared: Arc<SharedRelay>) -> RelaySession {
        RelaySession { leg, shared, outgoing: Vec::new(), end_wanted: None, deadline: None }
    }
}

impl LinkSession for RelaySession {
    type Remains = ();
    type Message = Message;

    fn on_wire(message: Message) -> Message {
        message
    }

    fn our_role(&self) -> Role {
        speaker(self.leg.other())
    }

    fn on_text(&mut self, text: FrameText, now: Moment) {
        self.shared.lock().on_text(self.leg, text, now);
    }

    fn on_binary(&mut self, bytes: Bytes, now: Moment) {
        self.shared.lock().on_binary(self.leg, bytes, now);
    }

    fn has_room(&self) -> bool {
        self.shared.lock().has_room(self.leg)
    }

    fn poll_turn(&mut self, context: &mut Context<'_>) -> SessionTurn {
        self.shared.lock().poll_turn(self.leg, context.waker())
    }

    fn end_wanted(&mut self) -> Option<CloseReason> {
        self.end_wanted.take()
    }

    fn on_order(&mut self, order: LinkOrder, now: Moment) {
        let mut state = self.shared.lock();
        let leg = self.leg;
        match order {
            LinkOrder::User(LinkCommand::Call { action, payload }) => state.inject(leg, (&action, payload), None, now),
            LinkOrder::Ask { action, payload, then } => state.inject(leg, (&action, payload.into()), Some(then), now),
            LinkOrder::User(LinkCommand::Raw(text) | LinkCommand::RawShowingHeaders(text)) => state.inject_text(leg, text, now),
            LinkOrder::User(LinkCommand::Release { number, action }) => state.release(number, action, now),
            LinkOrder::User(LinkCommand::Probe | LinkCommand::CallAt(_) | LinkCommand::Act(_)) | LinkOrder::Act { .. } => {
                let text = "the station is passed on to its central system; this is not possible at a proxy".into();
                state.put(leg, Outgoing::event(now, EventKind::Note { failure: true, text }));
            }
            LinkOrder::Inspected { ticket, verdict } => state.judge(ticket, &verdict, now),
            // No answer of ours waits for a decision here; the rest is the wire's.
            LinkOrder::Answer { .. }
            | LinkOrder::GiveUpCalls
            | LinkOrder::User(
                LinkCommand::Ping
                | LinkCommand::Connect
                | LinkCommand::Disconnect
                | LinkCommand::Drop
                | LinkCommand::Upstream(_),
            )
            | LinkOrder::Replaced
            | LinkOrder::SettingsChanged
            | LinkOrder::MisbehaviourChanged => {}
        }
    }

    fn record(&mut self, now: Moment, kind: EventKind) {
        self.outgoing.push(Outgoing::event(now, kind));
    }

    fn outgoing(&mut self, _now: Moment) -> &mut Vec<Outgoing<Message>> {
        let mut state = self.shared.lock();
        state.take(self.leg, &mut self.outgoing);
        (self.end_wanted, self.deadline) = (state.end_wanted(self.leg), state.deadline(self.leg));
        drop(state);
        &mut self.outgoing
    }

    fn reuse(&mut self, list: Vec<Outgoing<Message>>) {
        self.outgoing = list;
    }

    fn wish(&mut self) -> Option<crate::behaviour::LinkWish> {
        None
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    fn tick(&mut self, now: Moment) {
        self.shared.lock().tick(self.leg, now);
    }

    fn change_settings(&mut self, settings: Arc<LinkSettings>) {
        self.shared.lock().change_settings(settings);
    }

    fn end(self, reason: &CloseReason, now: Moment) -> ((), Vec<(Moment, EventKind)>) {
        let unsent = self.outgoing.into_iter().filter_map(|outgoing| outgoing.event);
        let events = unsent.chain(self.shared.lock().ended(self.leg, reason, now)).collect();
        if self.leg == PairLeg::Station {
            self.shared.station_gone.cancel();
        }
        ((), events)
    }
}
