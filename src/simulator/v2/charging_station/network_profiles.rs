//! The connections that the CSMS may configure: SetNetworkProfile (OCPP 2.0.1 part 2, B09), and how the station changes to one (B10) or to
//! another password (A01). What the link shows at its next connection is in the credentials that it shares with the machine.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::ChargingStation;
use super::block_settings::NETWORK_SLOTS;
use super::effect::{status_because, status_then};
use crate::behaviour::{CredentialSet, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::{SecurityProfile, StationPassword};
use crate::simulator::payload::{integer, text};
use crate::simulator::v2::features::StationFeatures;

/// The interfaces that the station has.
const INTERFACES: [&str; 3] = ["Wired0", "Wireless0", "Any"];

/// The profiles by their slot.
#[derive(Debug, Default)]
pub(super) struct NetworkProfiles(BTreeMap<i32, Value>);

/// The slot of a connection; what the user chose counts as the first one.
fn active_slot(settled: &CredentialSet) -> i32 {
    settled.slot.max(1)
}

/// What the link shows with the connection of a slot.
fn credentials_of(slot: i32, connection: &Value, settled: &CredentialSet) -> CredentialSet {
    let profile = integer(connection, "securityProfile").and_then(|profile| u8::try_from(profile).ok());
    let password = text(connection, "basicAuthPassword").map(StationPassword::of_text);
    CredentialSet {
        profile: profile.and_then(SecurityProfile::of_number).unwrap_or(settled.profile),
        slot,
        identity: text(connection, "identity").map(Into::into),
        url: text(connection, "ocppCsmsUrl").map(Into::into),
        password: password.or_else(|| settled.password.clone()),
        ..settled.clone()
    }
}

/// Why a connection cannot be used: a code of `statusInfo`. The URL must be one of a WebSocket, with TLS in the security profiles 2 and 3
/// (A00).
fn connection_fault(connection: &Value) -> Option<&'static str> {
    let profile = integer(connection, "securityProfile").unwrap_or_default();
    let url = text(connection, "ocppCsmsUrl").unwrap_or_default();
    let has_interface = text(connection, "ocppInterface").is_some_and(|interface| INTERFACES.contains(&interface));
    let scheme = if profile == 1 { "ws://" } else { "wss://" };
    if !(1..=3).contains(&profile) {
        Some("ValueOutOfRange")
    } else if url.len() <= scheme.len() || !url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
        Some("InvalidURL")
    } else if text(connection, "ocppTransport") != Some("JSON") || !has_interface {
        Some("UnsupportedParam")
    } else if integer(connection, "messageTimeout").is_none_or(|timeout| timeout <= 0) {
        Some("ValueOutOfRange")
    } else {
        None
    }
}

/// How long the link is down when its password changes.
const PAUSE: Duration = Duration::from_secs(1);

impl ChargingStation {
    /// The password of BasicAuthPassword: the link goes down when everything was sent, and comes back with it.
    pub(super) fn change_password(&self, password: &StationPassword, out: &mut Outbox) {
        let credentials = &self.settings.credentials;
        credentials.change(|set| set.password = Some(password.clone()));
        if credentials.profile().uses_password() {
            out.restart(PAUSE);
        }
    }

    /// Before the station starts again: the slots that stand before the present one in the priority are tried, each as often as it may be.
    pub(super) fn choose_network_profiles(&self) {
        let credentials = &self.settings.credentials;
        let settled = credentials.settled();
        let mut sets = Vec::new();
        for slot in self.priority() {
            match self.blocks.network.0.get(&slot).map(|connection| credentials_of(slot, connection, &settled)) {
                Some(set) if set == settled => break,
                Some(set) => sets.push(set),
                None if slot == active_slot(&settled) => break,
                None => {}
            }
        }
        credentials.propose(sets, self.connection_attempts());
    }

    /// Before the station connects again: when that fails as often as it may, the other slots are tried in the order of the priority
    /// (B10.FR.02 to 04). A slot without a profile is what the user chose, where it is the first one.
    pub(super) fn offer_network_profiles(&self) {
        let credentials = &self.settings.credentials;
        let settled = credentials.settled();
        let set_of = |slot: i32| match self.blocks.network.0.get(&slot) {
            Some(connection) => Some(credentials_of(slot, connection, &settled)),
            None => Some(credentials.chosen()).filter(|chosen| active_slot(chosen) == slot),
        };
        let others = self.priority().filter(|slot| *slot != active_slot(&settled)).filter_map(set_of).collect();
        credentials.offer(others, self.connection_attempts());
    }

    /// The slots in the order of their priority.
    fn priority(&self) -> impl Iterator<Item = i32> {
        let priority = self.model.text("OCPPCommCtrlr", "NetworkConfigurationPriority").unwrap_or_default();
        priority.split(',').filter_map(|slot| slot.trim().parse().ok())
    }

    /// How often a connection is tried before the next one.
    fn connection_attempts(&self) -> u32 {
        let attempts = self.model.integer("OCPPCommCtrlr", "NetworkProfileConnectionAttempts");
        attempts.and_then(|attempts| u32::try_from(attempts).ok()).unwrap_or(1)
    }

    /// Shows the connection that has been made as variables.
    pub(super) fn show_network_profile(&mut self) {
        let settled = self.settings.credentials.settled();
        self.model.set("OCPPCommCtrlr", "ActiveNetworkProfile", active_slot(&settled).to_string());
        // There is no profile 0 in 2.x: a link without a password is for laboratories.
        if settled.profile > SecurityProfile::Unsecured {
            self.model.set("SecurityCtrlr", "SecurityProfile", settled.profile.to_string());
        }
    }

    /// SetNetworkProfile: the slot must exist (B09.FR.02), the connection must be possible, and no less secure than the present one
    /// (B09.FR.04).
    pub(super) fn propose_network_profile(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "SetNetworkProfile").then(|| {
            let connection = call.payload.get("connectionData").unwrap_or(&Value::Null);
            let slot = integer(call.payload, "configurationSlot").unwrap_or_default();
            if !NETWORK_SLOTS.contains(&slot) {
                return status_because("Rejected", "ValueOutOfRange");
            }
            if StationFeatures::of(self.version).guards_used_slots && self.uses_network_slot(slot) {
                return status_because("Rejected", "ReadOnly");
            }
            if let Some(reason) = connection_fault(connection) {
                return status_because("Rejected", reason);
            }
            let profile = integer(connection, "securityProfile").unwrap_or_default();
            if profile < self.lowest_security_profile() {
                return status_because("Rejected", "ValueTooLow");
            }
            let connection = connection.clone();
            status_then("Accepted", move |station, _now, _out| {
                station.blocks.network.0.insert(slot, connection);
            })
        })
    }
}
