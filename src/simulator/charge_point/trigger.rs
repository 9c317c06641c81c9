//! TriggerMessage: the answer, and after it the message that was asked for (OCPP 1.6 §5.17).

use serde_json::{Value, json};

use super::ChargePoint;
use super::registration::Registration;
use crate::link::{Answer, Moment, Outbox};
use crate::simulator::payload::{integer, status, text};

impl ChargePoint {
    /// TriggerMessage. It is allowed before the charge point is accepted, for this is how a central system looks at a pending one
    /// (OCPP 1.6 §4.2). A boot that is not needed is refused (errata §3.35).
    pub(super) fn trigger_message(&mut self, payload: &Value, now: Moment, out: &mut Outbox) -> Answer {
        let connector = payload.get("connectorId").map(|_| integer(payload, "connectorId").unwrap_or(-1));
        if connector.is_some_and(|connector| !(0..=self.last_connector()).contains(&connector)) {
            return status("Rejected");
        }
        let message = text(payload, "requestedMessage").unwrap_or_default();
        let known = matches!(
            message,
            "BootNotification"
                | "DiagnosticsStatusNotification"
                | "FirmwareStatusNotification"
                | "Heartbeat"
                | "MeterValues"
                | "StatusNotification"
        );
        if !known {
            return status("NotImplemented");
        }
        if message == "BootNotification" && self.registration == Registration::Accepted {
            return status("Rejected");
        }
        if self.settings.lively && self.online {
            self.send_triggered(message, connector, now, out);
        }
        status("Accepted")
    }

    /// Calls that are put into the outbox while we answer leave after the answer. Without a connector all are meant.
    fn send_triggered(&mut self, message: &str, connector: Option<i32>, now: Moment, out: &mut Outbox) {
        let from = |first: i32| connector.map_or(first..=self.last_connector(), |connector| connector..=connector);
        match message {
            "BootNotification" => self.boot(out),
            "Heartbeat" => out.call("Heartbeat", json!({})),
            "MeterValues" => from(1).for_each(|connector| self.triggered_sample(connector, now, out)),
            "StatusNotification" => from(0).for_each(|connector| {
                if let Some(name) = self.status_name(connector) {
                    self.send_status(connector, name, now, out);
                }
            }),
            transfer => {
                let diagnostics = transfer == "DiagnosticsStatusNotification";
                let (action, payload) = if diagnostics { self.diagnostics.triggered() } else { self.firmware.triggered() };
                out.call(action, payload);
            }
        }
    }
}
