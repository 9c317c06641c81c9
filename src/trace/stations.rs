//! The stations of the session as the events tell them: one row each, kept up to date by the recorder. How to reach a station
//! is the hub's knowledge, not this table's.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::StationKey;
use crate::ocpp::{Role, Version};

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

/// One station.
#[derive(Debug, Clone)]
pub struct StationRow {
    /// Its number.
    pub key: StationKey,
    /// Its identity. Hostile: pass it through [`visible`](crate::visible) before it reaches a terminal.
    pub identity: Box<str>,
    /// The role that we play towards it: the central system for a real station, the charge point for one we simulate.
    pub our_role: Role,
    /// The state of its link.
    pub state: LinkState,
    /// The version of its last link.
    pub version: Option<Version>,
    /// The other end of its last link.
    pub peer: Option<SocketAddr>,
    /// The URL that a simulated station connects to.
    pub url: Option<Box<str>>,
    /// The wall clock of its last event, microseconds since 1970.
    pub last_seen_micros: i64,
    /// Frames received.
    pub frames_in: u64,
    /// Frames sent.
    pub frames_out: u64,
    /// Error frames, malformed and invalid frames, timeouts.
    pub errors: u64,
    /// Calls of ours that wait for an answer.
    pub in_flight: u32,
    /// Calls of ours that wait to be sent.
    pub queued: u32,
    /// The latency of the last answer to one of our calls.
    pub latency: Option<Duration>,
    /// The round trip of the last ping.
    pub round_trip: Option<Duration>,
}

/// All stations, in the order of their keys.
#[derive(Debug, Default)]
pub struct StationTable {
    rows: Vec<StationRow>,
    by_identity: HashMap<(Role, Box<str>), StationKey>,
}

impl StationTable {
    /// All rows; a station's key is its index.
    pub fn rows(&self) -> &[StationRow] {
        &self.rows
    }

    /// One row.
    pub fn get(&self, key: StationKey) -> Option<&StationRow> {
        self.rows.get(key.0 as usize)
    }

    /// Finds a station by our role towards it and its identity.
    pub fn find(&self, our_role: Role, identity: &str) -> Option<&StationRow> {
        self.by_identity.get(&(our_role, Box::from(identity))).and_then(|key| self.get(*key))
    }
}

#[cfg(test)]
impl StationTable {
    /// A table of these rows, whose keys are their places.
    pub(crate) fn of(rows: impl IntoIterator<Item = StationRow>) -> StationTable {
        let rows: Vec<StationRow> = rows.into_iter().collect();
        let by_identity = rows.iter().map(|row| ((row.our_role, row.identity.clone()), row.key)).collect();
        StationTable { rows, by_identity }
    }
}
