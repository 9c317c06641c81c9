//! TriggerMessage and ExtendedTriggerMessage: the answer, and after it the requested message (OCPP 1.6 §5.17; security
//! whitepaper §5.5).

use serde_json::{Value, json};

use super::ChargePoint;
use super::effect::{CallEffect, only_status};
use super::file_transfer::{DIAGNOSTICS, FIRMWARE, LOG, SIGNED_FIRMWARE, triggered_payload};
use super::registration::Registration;
use crate::behaviour::{Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::feature_profile::FeatureProfile;
use crate::simulator::payload::{integer, text};

impl ChargePoint {
    /// TriggerMessage.
    pub(super) fn trigger_message(&self, payload: &Value) -> Proposal {
        let action = match text(payload, "requestedMessage").unwrap_or_default() {
            "DiagnosticsStatusNotification" => Some(DIAGNOSTICS),
            "FirmwareStatusNotification" => Some(FIRMWARE),
            message => in_both_sets(message),
        };
        self.trigger(action, payload)
    }

    /// ExtendedTriggerMessage. Its `FirmwareStatusNotification` means signed firmware; in TriggerMessage it means
    /// unsigned firmware.
    pub(super) fn extended_trigger_message(&self, payload: &Value) -> Proposal {
        let action = match text(payload, "requestedMessage").unwrap_or_default() {
            "FirmwareStatusNotification" => Some(SIGNED_FIRMWARE),
            "LogStatusNotification" => Some(LOG),
            "SignChargePointCertificate" => Some("SignCertificate"),
            message => in_both_sets(message),
        };
        self.trigger(action, payload)
    }

    /// A trigger is allowed before the charge point is accepted, because a central system uses it to inspect a pending
    /// charge point (OCPP 1.6 §4.2). An unnecessary boot is refused (errata §3.35).
    fn trigger(&self, action: Option<&'static str>, payload: &Value) -> Proposal {
        let connector = payload.get("connectorId").map(|_| integer(payload, "connectorId").unwrap_or(-1));
        if connector.is_some_and(|connector| !(0..=self.last_connector()).contains(&connector)) {
            return only_status("Rejected");
        }
        let has_firmware = self.settings.equipment.profiles.has(FeatureProfile::FirmwareManagement);
        let known = action.filter(|action| has_firmware || ![DIAGNOSTICS, FIRMWARE].contains(action));
        let Some(action) = known else { return only_status("NotImplemented") };
        if action == "BootNotification" && self.registration == Registration::Accepted {
            return only_status("Rejected");
        }
        self.autonomously("Accepted", CallEffect::Trigger { action, connector })
    }

    /// Sends the requested message; does nothing when the link was lost meanwhile. Without a connector it is sent for
    /// all.
    pub(super) fn send_triggered(&mut self, action: &'static str, connector: Option<i32>, now: Moment, out: &mut Outbox) {
        if !self.online {
            return;
        }
        let from = |first: i32| connector.map_or(first..=self.last_connector(), |connector| connector..=connector);
        match action {
            "BootNotification" => self.boot(out),
            "Heartbeat" => out.call("Heartbeat", json!({})),
            "MeterValues" => from(1).for_each(|connector| self.triggered_sample(connector, now, out)),
            "StatusNotification" => from(0).for_each(|connector| {
                if let Some(name) = self.status_name(connector) {
                    self.send_status(connector, name, now, out);
                }
            }),
            "SignCertificate" => self.ask_for_certificate(out),
            DIAGNOSTICS => out.call(action, triggered_payload(&self.diagnostics, action)),
            LOG => out.call(action, triggered_payload(&self.log, action)),
            _ => out.call(action, triggered_payload(&self.firmware, action)),
        }
    }
}

/// The action of a message that both kinds of trigger have under the same name.
fn in_both_sets(message: &str) -> Option<&'static str> {
    ["BootNotification", "Heartbeat", "MeterValues", "StatusNotification"].into_iter().find(|action| *action == message)
}
