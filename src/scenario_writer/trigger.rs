//! Why a peer made a call: by itself, or because of a step of a user at the peer. Such a step becomes an `operator`
//! statement, which a user or a simulated peer executes; a call that the peer makes by itself is only waited for. A
//! central system calls because of a user or another program. Most calls of a charge point follow from earlier messages
//! to it.

use std::collections::HashMap;

use serde_json::Value;

use crate::simulator::StationEquipment;

/// The reasons of a StopTransaction without a step of a user at the charge point (OCPP 1.6 §7.36).
const UNATTENDED: [&str; 6] = ["DeAuthorized", "HardReset", "Reboot", "Remote", "SoftReset", "UnlockCommand"];
/// The calls with which a charge point reports the progress of an earlier request.
const REPORTS: [&str; 6] = [
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
];

/// The messages on a link to a charge point that cause its later calls.
#[derive(Debug, Default)]
pub(super) struct Causes {
    /// Whether the charge point is a simulated one of the same session. It makes only the calls that it is programmed
    /// for.
    pub is_simulated: bool,
    /// Whether it accepted any call.
    asked: bool,
    /// The id tags of the remote starts that it accepted and has not started.
    starts: Vec<Value>,
    /// Whether it received a message that may end a transaction.
    may_stop: bool,
    /// The number of running transactions.
    charging: usize,
    /// Whether it accepted a Reset.
    pub restarts: bool,
    /// The messages that it must send because of a trigger.
    triggered: Vec<Value>,
    /// The last status of each connector.
    statuses: HashMap<i64, String>,
}

impl Causes {
    /// The state before the first message.
    pub fn of(is_simulated: bool) -> Causes {
        Causes { is_simulated, ..Causes::default() }
    }

    /// Records a call to the charge point that it did not refuse.
    pub fn asked(&mut self, action: &str, payload: &Value) {
        self.asked = true;
        match action {
            "RemoteStartTransaction" => self.starts.push(payload["idTag"].clone()),
            "RemoteStopTransaction" | "UnlockConnector" | "ChangeAvailability" => self.may_stop = true,
            "Reset" => (self.may_stop, self.restarts) = (true, true),
            "TriggerMessage" | "ExtendedTriggerMessage" => self.triggered.push(payload["requestedMessage"].clone()),
            _ => {}
        }
    }

    /// Records that the charge point received a refusal of an id tag.
    pub fn refused(&mut self) {
        self.may_stop = true;
    }

    /// Whether the charge point makes this call by itself, without a step of a user. `is_due` means that the heartbeat
    /// interval has passed.
    pub fn is_by_itself(&mut self, action: &str, payload: &Value, is_due: bool) -> bool {
        if let Some(place) = self.triggered.iter().position(|named| named == action) {
            self.triggered.remove(place);
            return true;
        }
        match action {
            "BootNotification" => {
                self.statuses.clear(); // a charge point sends all of them after its boot
                !self.is_simulated || is_own_boot(payload)
            }
            "StatusNotification" => self.status(payload),
            "Heartbeat" => is_due || !self.is_simulated,
            "MeterValues" => self.charging > 0 || !self.is_simulated,
            "Authorize" => self.starts.contains(&payload["idTag"]),
            "StartTransaction" => {
                self.charging += 1;
                let started = self.starts.iter().position(|tag| *tag == payload["idTag"]);
                started.map(|place| self.starts.remove(place)).is_some()
            }
            "StopTransaction" => {
                self.charging = self.charging.saturating_sub(1);
                let may_stop = std::mem::take(&mut self.may_stop);
                payload["reason"].as_str().map_or(may_stop, |reason| UNATTENDED.contains(&reason))
            }
            _ => REPORTS.contains(&action) && (self.asked || !self.is_simulated),
        }
    }

    /// Whether a status follows from earlier messages. At a simulated charge point, a fault and an unannounced car are
    /// steps of the user.
    fn status(&mut self, payload: &Value) -> bool {
        let connector = payload["connectorId"].as_i64().unwrap_or_default();
        let status = payload["status"].as_str().unwrap_or_default();
        let before = self.statuses.insert(connector, status.to_owned());
        let connectors = i64::from(StationEquipment::default().connectors);
        let follows = match (status, before.as_deref()) {
            ("Available", None) => (0..=connectors).contains(&connector),
            ("Available", Some("Preparing" | "Faulted")) => self.asked,
            ("Preparing", _) => !self.starts.is_empty(),
            ("Faulted" | "SuspendedEV", _) => false,
            _ => self.asked || self.charging > 0 || before.is_some_and(|before| before != "Available"),
        };
        follows || !self.is_simulated
    }
}

/// Whether a simulated charge point with default settings boots with this payload.
fn is_own_boot(payload: &Value) -> bool {
    let defaults = StationEquipment::default();
    payload["chargePointVendor"] == defaults.vendor && payload["chargePointModel"] == defaults.model
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requested_calls_come_by_themselves_and_others_do_not() {
        let mut causes = Causes { is_simulated: true, ..Causes::default() };
        let (tag, other) = (json!({"idTag": "A"}), json!({"idTag": "B"}));
        assert!(!causes.is_by_itself("StartTransaction", &tag, false));
        causes.asked("RemoteStartTransaction", &tag);
        assert!(!causes.is_by_itself("StartTransaction", &other, false));
        assert!(causes.is_by_itself("Authorize", &tag, false));
        assert!(causes.is_by_itself("StartTransaction", &tag, false));
        assert!(causes.is_by_itself("MeterValues", &json!({}), false));
        assert!(!causes.is_by_itself("StopTransaction", &json!({}), false));
        causes.asked("TriggerMessage", &json!({"requestedMessage": "Heartbeat"}));
        assert!(causes.is_by_itself("Heartbeat", &json!({}), false));
        assert!(!causes.is_by_itself("Heartbeat", &json!({}), false));
        assert!(causes.is_by_itself("Heartbeat", &json!({}), true));
    }

    #[test]
    fn a_fault_at_a_simulated_charge_point_is_a_step_of_the_user() {
        let status = |status: &str| json!({"connectorId": 1, "status": status});
        for (is_simulated, expected) in [(true, [true, false, false]), (false, [true, true, true])] {
            let mut causes = Causes { is_simulated, ..Causes::default() };
            let found = ["Available", "Faulted", "Available"]
                .map(|name| causes.is_by_itself("StatusNotification", &status(name), false));
            assert_eq!(found, expected);
        }
    }
}
