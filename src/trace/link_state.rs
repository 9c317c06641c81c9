//! The state of a link and its protection, as a row of the stations shows them.

use std::fmt;

use super::StationProof;

/// The state of a station's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// Known, but there was no link yet.
    New,
    /// We are connecting.
    Connecting,
    /// The link is up.
    Connected,
    /// Down; we try again at this time of the monotonic clock (microseconds since the session began).
    Waiting {
        /// When the next attempt begins.
        until_micros: u64,
    },
    /// Down.
    Gone,
}

impl fmt::Display for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            LinkState::New => "new",
            LinkState::Connecting => "connecting",
            LinkState::Connected => "connected",
            LinkState::Waiting { .. } => "waiting",
            LinkState::Gone => "gone",
        })
    }
}

/// How a link is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkSecurity {
    /// Whether it uses TLS.
    pub tls: bool,
    /// How the station proved who it is.
    pub proof: StationProof,
}

impl LinkSecurity {
    /// In a word or two.
    pub const fn words(self) -> &'static str {
        match (self.tls, self.proof) {
            (false, StationProof::Nothing) => "none",
            (false, StationProof::Password | StationProof::Certificate) => "password",
            (true, StationProof::Nothing) => "TLS",
            (true, StationProof::Password) => "TLS+pass",
            (true, StationProof::Certificate) => "TLS+cert",
        }
    }
}
