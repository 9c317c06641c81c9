//! Why the peer made a call: by itself, or because somebody did something at it. What somebody did is asked for again, of a person or of
//! a simulated peer; what a peer does by itself is only waited for. A central system speaks when a person or a program at it wants to.
//! A charge point has a life of its own, and what was said to it tells most of what it does.

use std::collections::HashMap;

use serde_json::Value;

use crate::simulator::ChargePointSettings;

/// Why a charge point ends a transaction that nobody at it wants to end (OCPP 1.6 §7.36).
const NOBODYS: [&str; 6] = ["DeAuthorized", "HardReset", "Reboot", "Remote", "SoftReset", "UnlockCommand"];
/// What a charge point reports of what it was asked for.
const REPORTS: [&str; 6] = [
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
];

/// What has happened on a link to a charge point that explains what it does later.
#[derive(Debug, Default)]
pub(super) struct Causes {
    /// Whether the charge point is a simulated one of the same session, which does only what it was made for.
    pub is_simulated: bool,
    /// Whether anything was asked of it with success.
    asked: bool,
    /// The cards of the transactions that it was told to start and has not started.
    starts: Vec<Value>,
    /// Whether it was told something that may end a transaction.
    may_stop: bool,
    /// How many transactions run.
    charging: usize,
    /// Whether it was told to restart.
    pub restarts: bool,
    /// What it was told to send.
    triggered: Vec<Value>,
    /// The status of each connector.
    statuses: HashMap<i64, String>,
}

impl Causes {
    /// Nothing has happened yet.
    pub fn of(is_simulated: bool) -> Causes {
        Causes { is_simulated, ..Causes::default() }
    }

    /// Something was asked of the charge point, and it did not refuse.
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

    /// The charge point was told that a card is not to charge.
    pub fn refused(&mut self) {
        self.may_stop = true;
    }

    /// Whether the charge point makes this call by itself; `is_due` says whether it is time for a heartbeat.
    pub fn is_by_itself(&mut self, action: &str, payload: &Value, is_due: bool) -> bool {
        if let Some(place) = self.triggered.iter().position(|named| named == action) {
            self.triggered.remove(place);
            return true;
        }
        match action {
            "BootNotification" => {
                self.statuses.clear(); // all of them are told again
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
                let told = std::mem::take(&mut self.may_stop);
                payload["reason"].as_str().map_or(told, |reason| NOBODYS.contains(&reason))
            }
            _ => REPORTS.contains(&action) && (self.asked || !self.is_simulated),
        }
    }

    /// A simulated charge point tells what follows from what it is told; a fault, and a car of which nobody had spoken, is a person's.
    fn status(&mut self, payload: &Value) -> bool {
        let connector = payload["connectorId"].as_i64().unwrap_or_default();
        let status = payload["status"].as_str().unwrap_or_default();
        let before = self.statuses.insert(connector, status.to_owned());
        let connectors = i64::from(ChargePointSettings::default().connectors);
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

/// Whether a simulated charge point that nobody has told anything boots with this.
fn is_own_boot(payload: &Value) -> bool {
    let usual = ChargePointSettings::default();
    payload["chargePointVendor"] == usual.vendor && payload["chargePointModel"] == usual.model
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_asked_for_comes_by_itself_and_the_rest_does_not() {
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
    fn a_fault_is_somebodys_doing_at_a_simulated_charge_point() {
        let status = |status: &str| json!({"connectorId": 1, "status": status});
        for (is_simulated, expected) in [(true, [true, false, false]), (false, [true, true, true])] {
            let mut causes = Causes { is_simulated, ..Causes::default() };
            let found = ["Available", "Faulted", "Available"]
                .map(|name| causes.is_by_itself("StatusNotification", &status(name), false));
            assert_eq!(found, expected);
        }
    }
}
