//! The interface of the program for plugins. The hub implements it; tests implement it with a few lines.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::link::LinkOrder;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::StationKey;

/// A station in the form that plugins see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationInfo {
    /// Its key.
    pub key: StationKey,
    /// Its identity.
    pub identity: Arc<str>,
    /// The role that we play towards it.
    pub our_role: Role,
    /// Whether it is a pair: a station that is passed on to its central system.
    pub is_pair: bool,
    /// The version of its link; `None` before the first one.
    pub version: Option<Version>,
    /// The transport of its link; `None` before the first one.
    pub transport: Option<Transport>,
    /// Whether its link is up.
    pub connected: bool,
}

impl StationInfo {
    /// The JSON that a plugin gets.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "key": self.key.0,
            "id": &*self.identity,
            "role": self.our_role.short(),
            "pair": self.is_pair,
            "version": self.version.map(|version| version.to_string()),
            "connected": self.connected,
        })
    }
}

/// Everything that plugins can reach. It is called from the thread of the plugins and must not block for long.
pub trait PluginHost: Send + Sync {
    /// The default payload of a call; `None` when the role has no such call.
    fn default_payload(&self, role: Role, version: Version, action: &str) -> Option<Value>;

    /// All stations of the session.
    fn stations(&self) -> Vec<StationInfo>;

    /// One station.
    fn station(&self, key: StationKey) -> Option<StationInfo>;

    /// Gives an order to the link of a station.
    ///
    /// # Errors
    /// With the order when the link has no room for it now; with `None` when the link is gone.
    fn order(&self, station: StationKey, order: LinkOrder) -> Result<(), Option<Box<LinkOrder>>>;

    /// Adds a line to the trace.
    fn note(&self, station: Option<StationKey>, failure: bool, text: String);

    /// Adds a line to the trace that the screen shows at once.
    fn toast(&self, text: String);

    /// The role of this session, when it has one only.
    fn role(&self) -> Option<Role>;
}
