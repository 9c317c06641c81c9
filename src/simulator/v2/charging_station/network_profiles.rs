//! The connections that the CSMS may configure: SetNetworkProfile (OCPP 2.0.1 part 2, B09). A profile is checked and kept. It does not
//! move the link: where the simulated station connects to is chosen by the user.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ChargingStation;
use super::block_settings::NETWORK_SLOTS;
use super::effect::{status_because, status_then};
use crate::behaviour::{IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, text};
use crate::simulator::v2::features::StationFeatures;

/// The interfaces that the station has.
const INTERFACES: [&str; 3] = ["Wired0", "Wireless0", "Any"];

/// The profiles by their slot.
#[derive(Debug, Default)]
pub(super) struct NetworkProfiles(BTreeMap<i32, Value>);

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

impl ChargingStation {
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
