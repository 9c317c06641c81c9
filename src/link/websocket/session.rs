//! The contract between the actor of a WebSocket link and the session on the link. The actor owns the socket: it reads,
//! writes, pings, closes. A session handles the texts: it gets those of the peer and returns those that are sent.

use std::sync::Arc;
use std::task::Context;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::behaviour::LinkWish;
use crate::clock::Moment;
use crate::link::order::LinkOrder;
use crate::link::outgoing::Outgoing;
use crate::link::settings::LinkSettings;
use crate::ocpp::Role;
use crate::trace::{CloseReason, EventKind, FrameText};

/// What a session wants of its actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::link) enum SessionTurn {
    /// Something is to be sent, or the link is to end, that no message and no order has brought.
    Act,
    /// A message of the peer can be taken.
    Take,
    /// No message of the peer can be taken: they stay on the wire.
    Wait,
}

/// The session on a WebSocket link. It does no I/O and reads no clock. After every call the actor takes the outgoing
/// messages.
pub(in crate::link) trait LinkSession {
    /// What is left when the link has ended, for the next link.
    type Remains;
    /// What is sent.
    type Message;

    /// A message as the socket takes it.
    fn on_wire(message: Self::Message) -> Message;

    /// The role that we play on this link.
    fn our_role(&self) -> Role;

    /// The interval of pings that the peer has set for this link, zero for none.
    fn ping_interval(&self) -> Option<Duration> {
        None
    }

    /// A text of the peer.
    fn on_text(&mut self, text: FrameText, now: Moment);

    /// A binary message of the peer.
    fn on_binary(&mut self, bytes: Bytes, now: Moment);

    /// Whether it takes a message of the peer now.
    fn has_room(&self) -> bool {
        true
    }

    /// What the actor is to do. Unless that is to act, the task is woken when it becomes something else.
    fn poll_turn(&mut self, _context: &mut Context<'_>) -> SessionTurn {
        SessionTurn::Take
    }

    /// Why the link is to end, when something else than the wire ends it. Asked after what leaves was taken, and when that was written.
    fn end_wanted(&mut self) -> Option<CloseReason> {
        None
    }

    /// An order that is not about the wire.
    fn on_order(&mut self, order: LinkOrder, now: Moment);

    /// Adds an event of the wire to what leaves.
    fn record(&mut self, now: Moment, kind: EventKind);

    /// What leaves, oldest first. To be taken.
    fn outgoing(&mut self, now: Moment) -> &mut Vec<Outgoing<Self::Message>>;

    /// Gives the list back that was taken, empty, so that its memory serves the next turn.
    fn reuse(&mut self, list: Vec<Outgoing<Self::Message>>);

    /// What is to become of the connection. Asked when everything taken before was written.
    fn wish(&mut self) -> Option<LinkWish>;

    /// When [`tick`](Self::tick) must be called. Asked after what leaves was taken.
    fn deadline(&self) -> Option<Instant>;

    /// The deadline has come.
    fn tick(&mut self, now: Moment);

    /// Other settings hold from now on.
    fn change_settings(&mut self, settings: Arc<LinkSettings>);

    /// The link has ended, for this reason. The events are those that were not taken yet.
    fn end(self, reason: &CloseReason, now: Moment) -> (Self::Remains, Vec<(Moment, EventKind)>);
}
