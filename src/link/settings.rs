//! The limits of a link: times, sizes, and how many calls are under way.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::ocpp::Strictness;

/// What holds for every link of the session.
#[derive(Debug, Clone)]
pub struct LinkSettings {
    /// How long we wait for the answer to a call. SRPC and OCPP-J leave it open; ocppjs waits 30 s.
    pub call_timeout: Duration,
    /// How many of our calls may wait for an answer on one link. OCPP-J 1.6 §4.1.1 wants one.
    pub calls_in_flight: usize,
    /// How many of our calls may wait to be sent on one link.
    pub calls_queued: usize,
    /// The largest message that is read, in bytes; the peer that sends a larger one is disconnected (close code 1009).
    pub message_limit: usize,
    /// How long a peer may take to read what we send before the link is given up.
    pub write_timeout: Duration,
    /// How long a handshake may take, on either side.
    pub handshake_timeout: Duration,
    /// How many stations may speak SOAP with one central system of ours. HTTP does not signal that a station is gone,
    /// so each stays.
    pub soap_stations: usize,
    /// Time between our WebSocket pings; `None` for none.
    pub ping_interval: Option<Duration>,
    /// Whether calls that deviate from the specification are served.
    pub strictness: Strictness,
}

impl Default for LinkSettings {
    fn default() -> LinkSettings {
        LinkSettings {
            call_timeout: Duration::from_secs(30),
            calls_in_flight: 1,
            calls_queued: 1000,
            message_limit: 1 << 20,
            write_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            soap_stations: 20_000,
            ping_interval: None,
            strictness: Strictness::Tolerant,
        }
    }
}

/// The settings of some links, which the user may change while they run. Clones share them. A link reads them when it
/// begins and when it receives the order to read them again.
#[derive(Debug, Clone, Default)]
pub struct SharedSettings(Arc<RwLock<Arc<LinkSettings>>>);

impl SharedSettings {
    /// These settings, to be shared.
    pub fn new(settings: LinkSettings) -> SharedSettings {
        SharedSettings(Arc::new(RwLock::new(Arc::new(settings))))
    }

    /// The settings as they are now.
    pub fn current(&self) -> Arc<LinkSettings> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes them for links that begin from now on. Links that are up need an order to read them again.
    pub fn change(&self, change: impl FnOnce(&mut LinkSettings)) {
        change(Arc::make_mut(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)));
    }
}
