//! Registration at the CSMS: BootNotification, the effect of its answers, and heartbeats (OCPP 2.0.1 part 2, B01 to B04).

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::timers::StationTask;
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::simulator::payload::{integer, text};

/// The wait before the next BootNotification when the CSMS gives no interval: an interval of 0, an error or a timeout.
const OWN_RETRY_INTERVAL: Duration = Duration::from_secs(60);

/// The registration status that the CSMS sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegistrationState {
    /// No answer since the (re)start.
    Unknown,
    /// The CSMS accepted the station.
    Accepted,
    /// The CSMS will decide later and may configure the station meanwhile.
    Pending,
    /// The CSMS refused the station.
    Rejected,
}

impl ChargingStation {
    /// Sends BootNotification, the only call that is allowed without a registration.
    pub(super) fn boot(&mut self, out: &mut Outbox) {
        if self.settings.autonomous && self.online {
            out.call("BootNotification", self.boot_payload());
        }
    }

    fn boot_payload(&self) -> Value {
        let equipment = &self.settings.equipment;
        let mut station = json!({ "model": equipment.model, "vendorName": equipment.vendor });
        let optional = [("serialNumber", &equipment.serial_number), ("firmwareVersion", &equipment.firmware_version)];
        for (field, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
            station[field] = value.as_str().into();
        }
        json!({ "reason": "PowerUp", "chargingStation": station })
    }

    /// Handles the end of a BootNotification, of the station or of the user. A lost link needs no retry: the next connection boots
    /// again.
    pub(super) fn boot_answered(&mut self, outcome: CallOutcome<'_>, now: Moment, _out: &mut Outbox) {
        let CallOutcome::Result { payload, .. } = outcome else {
            if !matches!(outcome, CallOutcome::LinkLost) {
                self.schedule(StationTask::Boot, OWN_RETRY_INTERVAL, now);
            }
            return;
        };
        let interval = integer(payload, "interval").and_then(|seconds| u64::try_from(seconds).ok()).filter(|it| *it > 0);
        self.registration = match text(payload, "status") {
            Some("Accepted") => RegistrationState::Accepted,
            Some("Pending") => RegistrationState::Pending,
            _ => RegistrationState::Rejected,
        };
        if self.registration == RegistrationState::Accepted {
            self.heartbeat = interval.map_or(self.heartbeat, Duration::from_secs);
        } else {
            self.schedule(StationTask::Boot, interval.map_or(OWN_RETRY_INTERVAL, Duration::from_secs), now);
        }
    }

    /// A message was exchanged, so the next heartbeat can wait.
    pub(super) fn touch(&mut self, now: Moment) {
        if self.heartbeat.is_zero() || !self.may_send() {
            self.timers.cancel(StationTask::Heartbeat);
        } else {
            self.schedule(StationTask::Heartbeat, self.heartbeat, now);
        }
    }

    /// Whether the station may send calls by itself: it is autonomous, has a link, and is accepted.
    pub(super) fn may_send(&self) -> bool {
        self.settings.autonomous && self.online && self.registration == RegistrationState::Accepted
    }

    /// Sends a call if that is allowed. Returns whether it was sent.
    pub(super) fn send_if_allowed(&mut self, action: &str, payload: Value, out: &mut Outbox) -> bool {
        let allowed = self.may_send();
        if allowed {
            out.call(action, payload);
        }
        allowed
    }
}
