//! What plugins can reach of the session.

use std::sync::{PoisonError, Weak};

use serde_json::Value;

use super::state::HubState;
use crate::clock::now;
use crate::link::LinkOrder;
use crate::ocpp::{Role, SampleContext, Version};
use crate::plugin::{PluginHost, StationInfo};
use crate::trace::{EventKind, LinkState, StationKey, StationRow};

/// The session, as long as there is one: plugins do not keep it alive.
pub(super) struct HubPluginHost(pub Weak<HubState>);

/// Whether a station is connected is asked of its link, because the recorder may be behind; so is the version as long as it is.
fn facts(row: &StationRow, shared: &HubState) -> StationInfo {
    let spoken = shared.registry.get(row.key).and_then(|handle| handle.version());
    StationInfo {
        key: row.key,
        identity: row.identity.as_ref().into(),
        our_role: row.our_role,
        is_pair: row.is_pair(),
        version: if row.state == LinkState::Connected { row.version } else { spoken.or(row.version) },
        transport: row.transport,
        connected: spoken.is_some(),
    }
}

impl PluginHost for HubPluginHost {
    fn default_payload(&self, role: Role, version: Version, action: &str) -> Option<Value> {
        let shared = self.0.upgrade()?;
        let definition = shared.catalog.action(version, role, action)?;
        Some(shared.profile.request(definition, &SampleContext::at(now().wall)))
    }

    fn stations(&self) -> Vec<StationInfo> {
        let Some(shared) = self.0.upgrade() else { return Vec::new() };
        let contents = shared.events.trace().read();
        let newcomers = shared.events.trace().newcomers(&contents);
        contents.stations().rows().iter().chain(&newcomers).map(|row| facts(row, &shared)).collect()
    }

    fn station(&self, key: StationKey) -> Option<StationInfo> {
        let shared = self.0.upgrade()?;
        let trace = shared.events.trace();
        let contents = trace.read();
        let known = contents.stations().get(key).map(|row| facts(row, &shared));
        // A plugin may ask about a station whose event is not applied yet.
        known.or_else(|| trace.newcomers(&contents).iter().find(|row| row.key == key).map(|row| facts(row, &shared)))
    }

    fn order(&self, station: StationKey, order: LinkOrder) -> Result<(), Option<Box<LinkOrder>>> {
        // A machine is there whether it has a link or not.
        let always = matches!(order, LinkOrder::Act { .. });
        let known = self.0.upgrade().and_then(|shared| shared.registry.get(station));
        let handle = known.filter(|handle| always || handle.is_up());
        match handle {
            Some(handle) => handle.order(order).map_err(|order| (!handle.is_gone()).then(|| Box::new(order))),
            None => Err(None),
        }
    }

    fn note(&self, station: Option<StationKey>, failure: bool, text: String) {
        if let Some(shared) = self.0.upgrade() {
            shared.events.try_send(station, now(), EventKind::Note { failure, text: text.into() });
        }
    }

    fn toast(&self, text: String) {
        if let Some(shared) = self.0.upgrade() {
            shared.events.try_send(None, now(), EventKind::Toast { text: text.into() });
        }
    }

    fn role(&self) -> Option<Role> {
        let shared = self.0.upgrade()?;
        let running = shared.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.first().map(|(role, _)| *role)
    }
}
