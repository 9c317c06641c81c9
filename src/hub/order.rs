//! What a person or a script asks of the hub.

use serde_json::Value;

use crate::ocpp::{Role, Version};
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

/// How to be a central system.
#[derive(Debug, Clone, PartialEq)]
pub struct CentralSystemOptions {
    /// The address to bind, usually `::` or `0.0.0.0`.
    pub host: Option<String>,
    /// The TCP port; 0 means any free one.
    pub port: u16,
    /// The path below which stations connect: `/` or `/simulator`.
    pub endpoint: String,
    /// The versions that are offered.
    pub versions: Vec<Version>,
    /// Seconds between our WebSocket pings; 0 means none.
    pub ping_interval: u32,
}

/// How to be a charge point.
#[derive(Debug, Clone, PartialEq)]
pub struct ChargePointOptions {
    /// The central system's URL without the identity.
    pub url: String,
    /// The identity.
    pub identity: String,
    /// The version that is asked for.
    pub version: Version,
    /// Seconds between our WebSocket pings; 0 means none.
    pub ping_interval: u32,
    /// Whether it behaves like a charge point by itself: boots, sends heartbeats, reports its connectors. When false it only
    /// speaks when told to, like ocppjs.
    pub lively: bool,
}

/// Which stations exist for a role that we play.
pub const fn is_simulated(our_role: Role) -> bool {
    matches!(our_role, Role::ChargePoint)
}
