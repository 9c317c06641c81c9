//! The contract between the actor of a WebSocket link and the session on the link. The actor owns the socket: it reads,
//! writes, pings, closes. A session handles the texts: it gets those of the peer and returns those that are sent.

use std::sync::Arc;
use std::time::Instant;

use crate::behaviour::LinkWish;
use crate::clock::Moment;
use crate::link::order::LinkOrder;
use crate::link::outgoing::Outgoing;
use crate::link::settings::LinkSettings;
use crate::ocpp::Role;
use crate::trace::{EventKind, FrameText};

/// The session on a WebSocket link. It does no I/O and reads no clock. After every call the actor takes the outgoing
/// messages.
pub(in crate::link) trait LinkSession {
    /// What is left when the link has ended, for the next link.
    type Remains;

    /// The role that we play on this link.
    fn our_role(&self) -> Role;

    /// A text of the peer.
    fn on_text(&mut self, text: FrameText, now: Moment);

    /// A binary message of the peer.
    fn on_binary(&mut self, bytes: &[u8], now: Moment);

    /// An order that is not about the wire.
    fn on_order(&mut self, order: LinkOrder, now: Moment);

    /// Adds an event of the wire to what leaves.
    fn record(&mut self, now: Moment, kind: EventKind);

    /// What leaves, oldest first. To be taken.
    fn outgoing(&mut self, now: Moment) -> &mut Vec<Outgoing<FrameText>>;

    /// Gives the list back that was taken, empty, so that its memory serves the next turn.
    fn reuse(&mut self, list: Vec<Outgoing<FrameText>>);

    /// What is to become of the connection. Asked when everything taken before was written.
    fn wish(&mut self) -> Option<LinkWish>;

    /// When [`tick`](Self::tick) must be called.
    fn deadline(&self) -> Option<Instant>;

    /// The deadline has come.
    fn tick(&mut self, now: Moment);

    /// Other settings hold from now on.
    fn change_settings(&mut self, settings: Arc<LinkSettings>);

    /// The link has ended. The events are those that were not taken yet.
    fn end(self, now: Moment) -> (Self::Remains, Vec<(Moment, EventKind)>);
}
