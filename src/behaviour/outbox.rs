//! The requests of a behaviour to its link: calls, and what becomes of the connection.

use std::time::Duration;

use serde_json::Value;

use super::LinkWish;

/// A call that a behaviour makes.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingCall {
    /// The operation's name.
    pub action: String,
    /// Its payload.
    pub payload: Value,
}

/// Collects the calls of a behaviour. They leave in this order, behind everything that the link has to send already.
#[derive(Debug, Default)]
pub struct Outbox {
    calls: Vec<OutgoingCall>,
    wish: Option<LinkWish>,
}

impl Outbox {
    /// Adds a call.
    pub fn call(&mut self, action: impl Into<String>, payload: Value) {
        self.calls.push(OutgoingCall { action: action.into(), payload });
    }

    /// Requests a restart: the link goes down when everything that it has to send has left, and comes up again after this time.
    pub fn restart(&mut self, after: Duration) {
        self.wish = Some(LinkWish::Restart(after));
    }

    /// Requests that the connection is cut, as by a failure of the network. It stays down until it is wished for.
    pub fn cut(&mut self) {
        self.wish = Some(LinkWish::Cut);
    }

    /// Requests that the link is closed, because the peer is not the station that its certificate is for.
    pub fn refuse(&mut self) {
        self.wish = Some(LinkWish::Refuse);
    }

    /// Requests that a link which is down comes up.
    pub fn connect(&mut self) {
        self.wish = Some(LinkWish::Connect);
    }

    /// Takes the wish for the connection out; the last one counts.
    pub fn take_wish(&mut self) -> Option<LinkWish> {
        self.wish.take()
    }

    /// Takes the calls out.
    pub fn take(&mut self) -> Vec<OutgoingCall> {
        std::mem::take(&mut self.calls)
    }

    /// Whether there is no call.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}
