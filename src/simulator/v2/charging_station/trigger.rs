//! TriggerMessage: the answer, and after it the requested message (OCPP 2.0.1 part 2, F06). Other subjects add their messages to the table.

use serde_json::{Value, json};

use super::ChargingStation;
use super::availability::NamedPart;
use super::certificates::{STATION_CERTIFICATE, V2G_20_CERTIFICATE, V2G_CERTIFICATE};
use super::effect::{only_status, status_because, status_then};
use super::firmware::FIRMWARE;
use super::logs::LOG;
use super::publish_firmware::PUBLICATION;
use super::registration::RegistrationState;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::text;

/// How a requested message is sent.
type TriggeredMessage = fn(&mut ChargingStation, NamedPart, Moment, &mut Outbox);

/// The messages that can be requested.
const TRIGGERED: &[(&str, TriggeredMessage)] = &[
    ("BootNotification", |station, _, _, out| station.boot_triggered(out)),
    (FIRMWARE, |station, _, _, out| out.call(FIRMWARE, station.triggered_firmware_status())),
    ("Heartbeat", |_, _, _, out| out.call("Heartbeat", json!({}))),
    (LOG, |station, _, _, out| out.call(LOG, station.triggered_log_status())),
    (PUBLICATION, |station, _, _, out| out.call(PUBLICATION, station.triggered_publication_status())),
    ("SignChargingStationCertificate", |station, _, now, out| station.ask_for_signature(STATION_CERTIFICATE, now, out)),
    ("SignCombinedCertificate", |station, _, now, out| station.ask_for_signature(STATION_CERTIFICATE, now, out)),
    ("SignV2GCertificate", |station, _, now, out| station.ask_for_signature(V2G_CERTIFICATE, now, out)),
    ("SignV2G20Certificate", |station, _, now, out| station.ask_for_signature(V2G_20_CERTIFICATE, now, out)),
    ("MeterValues", ChargingStation::meter_values_triggered),
    ("TransactionEvent", ChargingStation::events_triggered),
    ("StatusNotification", |station, part, now, out| {
        station.evse_numbers().filter(|number| part.has(*number)).for_each(|number| station.send_status(number, now, out));
    }),
];

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_trigger(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "TriggerMessage").then(|| self.trigger_message(call.payload))
    }

    /// A trigger is allowed before the station is accepted (B02.FR.02). An unnecessary boot is refused (F06.FR.17).
    fn trigger_message(&self, payload: &Value) -> Proposal {
        let wanted = text(payload, "requestedMessage").unwrap_or_default();
        let profiles = self.settings.equipment.profiles;
        let known = TRIGGERED.iter().find(|(name, _)| *name == wanted && profiles.reports(name));
        let Some((name, send)) = known else {
            return status_because("NotImplemented", "UnsupportedRequest");
        };
        let part = match self.named_part(payload) {
            Ok(part) => part,
            Err(reason) => return status_because("Rejected", reason),
        };
        if *name == "BootNotification" && self.registration == RegistrationState::Accepted {
            return status_because("Rejected", "NotEnabled");
        }
        if *name == "TransactionEvent" && !self.evse_numbers().any(|number| part.has(number) && self.is_in_use(number)) {
            return status_because("Rejected", "TxNotFound");
        }
        if !self.settings.autonomous {
            return only_status("Accepted");
        }
        status_then("Accepted", move |station, now, out| {
            if station.online {
                send(station, part, now, out);
            }
        })
    }

    fn boot_triggered(&self, out: &mut Outbox) {
        let mut payload = self.boot_payload();
        payload["reason"] = "Triggered".into();
        out.call("BootNotification", payload);
    }
}
