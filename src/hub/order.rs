//! What a person or a script asks of the hub.

use serde_json::Value;

use crate::trace::StationKey;

/// Something to be done on the links of some stations.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The stations, each once.
    pub targets: Vec<StationKey>,
    /// What to do there.
    pub deed: Deed,
}

/// What to do on a link.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Send a call.
    Call {
        /// The operation's name.
        action: String,
        /// Its payload.
        payload: Value,
    },
    /// Send this text as it is.
    Raw(String),
    /// Send a WebSocket ping.
    Ping,
    /// Close the link; a simulated station does not come back by itself.
    Disconnect,
    /// Connect a simulated station that is down, now.
    Connect,
}
