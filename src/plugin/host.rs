//! What the program does for plugins. The hub implements it; tests implement it with a few lines.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::link::LinkOrder;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::StationKey;

/// A station as a plugin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationInfo {
    /// Its key.
    pub key: StationKey,
    /// Its identity.
    pub identity: Arc<str>,
    /// The role that we play towards it.
    pub our_role: Role,
    /// The version of its link; `None` before the first one.
    pub version: Option<Version>,
    /// How the messages of its link travel; `None` before the first one.
    pub transport: Option<Transport>,
    /// Whether its link is up.
    pub connected: bool,
}

impl StationInfo {
    /// The same for a plugin.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "key": self.key.0,
            "id": &*self.identity,
            "role": self.our_role.short(),
            "version": self.version.map(|version| version.to_string()),
            "connected": self.connected,
        })
    }
}

/// What plugins can reach. Called from the thread of the plugins; nothing here may block for long.
pub trait PluginHost: Send + Sync {
    /// What a call of this role looks like when nobody says anything about it; `None` when there is no such call.
    fn default_payload(&self, role: Role, version: Version, action: &str) -> Option<Value>;

    /// All stations of the session.
    fn stations(&self) -> Vec<StationInfo>;

    /// One of them.
    fn station(&self, key: StationKey) -> Option<StationInfo>;

    /// Gives an order to the link of a station. The order comes back when the link is too busy now; it is lost when the link is gone.
    fn order(&self, station: StationKey, order: LinkOrder) -> Result<(), Option<Box<LinkOrder>>>;

    /// Adds a line to the trace.
    fn tell(&self, station: Option<StationKey>, failure: bool, text: String);

    /// The same for a line that a person should see at once.
    fn toast(&self, text: String);

    /// The role that we play in this session, as far as that can be said.
    fn role(&self) -> Option<Role>;
}
