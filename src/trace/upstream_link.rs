//! The link of a pair to its central system, as the events describe it. The one to its station is the row of the pair itself.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Event, EventKind, LinkSecurity, LinkState};

/// The link of a pair to its central system, as its events describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct UpstreamLink {
    /// Its state.
    pub state: LinkState,
    /// Its number.
    pub link: u64,
    /// Where it leads.
    pub url: Option<Box<str>>,
    /// The other end.
    pub peer: Option<SocketAddr>,
    /// How it is protected.
    pub security: Option<LinkSecurity>,
    /// The round trip of the last ping.
    pub round_trip: Option<Duration>,
}

impl Default for UpstreamLink {
    fn default() -> UpstreamLink {
        UpstreamLink { state: LinkState::New, link: 0, url: None, peer: None, security: None, round_trip: None }
    }
}

impl UpstreamLink {
    /// Brings it up to date with an event of it.
    pub(super) fn apply(&mut self, event: &Event, kind: &EventKind) {
        match kind {
            EventKind::Connecting { url } => {
                self.state = LinkState::Connecting;
                self.url = Some(url.clone());
            }
            EventKind::Connected { link, peer, handshake, .. } => {
                self.state = LinkState::Connected;
                self.security = Some(LinkSecurity { tls: handshake.tls.is_some(), proof: handshake.proof });
                (self.link, self.peer) = (*link, Some(*peer));
            }
            EventKind::LinkKnown { link, peer, up, .. } if *link != self.link => {
                self.state = if *up { LinkState::Connected } else { LinkState::Gone };
                (self.link, self.peer) = (*link, *peer);
            }
            EventKind::Disconnected { link, .. } if *link == self.link => self.state = LinkState::Gone,
            EventKind::Refused { .. } if self.state == LinkState::Connecting => self.state = LinkState::Gone,
            EventKind::Retry { after, .. } => {
                let until_micros = event.stamp.monotonic_micros + after.as_micros() as u64;
                self.state = LinkState::Waiting { until_micros };
            }
            EventKind::Ping { round_trip: Some(round_trip), .. } => self.round_trip = Some(*round_trip),
            _ => {}
        }
    }
}
