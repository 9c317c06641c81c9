//! Registration at the CSMS: BootNotification, the effect of its answers, and heartbeats (OCPP 2.0.1 part 2, B01 to B04).

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::timers::StationTask;
use crate::behaviour::{Answer, CallOutcome, Outbox};
use crate::clock::Moment;
use crate::ocpp::ErrorCode;
use crate::simulator::payload::{integer, text};

/// The wait before the next BootNotification when the CSMS gives no interval: an interval of 0, an error or a timeout.
const OWN_RETRY_INTERVAL: Duration = Duration::from_secs(60);

/// The reason of a boot after the power came on.
pub(super) const POWER_UP: &str = "PowerUp";

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

    /// What BootNotification says.
    pub(super) fn boot_payload(&self) -> Value {
        let equipment = &self.settings.equipment;
        let mut station = json!({ "model": equipment.model, "vendorName": equipment.vendor });
        let optional = [("serialNumber", &equipment.serial_number), ("firmwareVersion", &equipment.firmware_version)];
        for (field, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
            station[field] = value.as_str().into();
        }
        json!({ "reason": self.boot_reason, "chargingStation": station })
    }

    /// Handles the end of a BootNotification, of the station or of the user. A lost link needs no retry: the next connection boots
    /// again.
    pub(super) fn boot_answered(&mut self, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        match outcome {
            CallOutcome::Result { payload, .. } => self.boot_result(payload, now, out),
            CallOutcome::LinkLost => {}
            CallOutcome::Error { .. } | CallOutcome::Timeout | CallOutcome::Undelivered { .. } => {
                if self.registration != RegistrationState::Accepted {
                    self.schedule(StationTask::Boot, OWN_RETRY_INTERVAL, now);
                }
            }
        }
    }

    fn boot_result(&mut self, result: &Value, now: Moment, out: &mut Outbox) {
        let interval = integer(result, "interval").filter(|seconds| *seconds > 0);
        match text(result, "status") {
            Some("Accepted") => {
                self.accepted(interval, now, out);
                return;
            }
            Some("Pending") => self.registration = RegistrationState::Pending,
            Some("Rejected") => self.registration = RegistrationState::Rejected,
            _ => {}
        }
        if self.registration != RegistrationState::Accepted {
            let wait = interval.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
            self.schedule(StationTask::Boot, wait.unwrap_or(OWN_RETRY_INTERVAL), now);
        }
    }

    /// An interval of 0 leaves the choice to the station (OCPP 2.0.1 part 2, B01.FR.04 and B01.FR.05).
    fn accepted(&mut self, interval: Option<i32>, now: Moment, out: &mut Outbox) {
        let first = self.registration != RegistrationState::Accepted;
        self.registration = RegistrationState::Accepted;
        self.timers.cancel(StationTask::Boot);
        if let Some(seconds) = interval {
            self.model.set("OCPPCommCtrlr", "HeartbeatInterval", seconds.to_string());
        }
        if first {
            self.send_startup_event(now, out);
        }
        self.flush_security_events(out);
        self.report_everything(now, out);
        self.touch(now);
        self.schedule_aligned(now);
        self.look_again(now, out);
        self.send_queue(out);
    }

    /// Whether the station starts is an event for the security log of the CSMS (OCPP 2.0.1 part 2 appendix, security events).
    fn send_startup_event(&mut self, now: Moment, out: &mut Outbox) {
        let event = if self.boot_reason == POWER_UP { "StartupOfTheDevice" } else { "ResetOrReboot" };
        self.send_security_event(event, now, out);
    }

    /// A message was exchanged, so the next heartbeat can wait.
    pub(super) fn touch(&mut self, now: Moment) {
        match self.seconds("OCPPCommCtrlr", "HeartbeatInterval").filter(|_| self.may_send()) {
            Some(interval) => self.schedule(StationTask::Heartbeat, interval, now),
            None => self.timers.cancel(StationTask::Heartbeat),
        }
    }

    /// Whether the station may send calls by itself: it is autonomous, has a link, and is accepted.
    pub(super) fn may_send(&self) -> bool {
        self.settings.autonomous && self.online && self.is_registered()
    }

    /// Whether the registration allows calls of the station. Always true when it is not autonomous: then the user decides.
    pub(super) fn is_registered(&self) -> bool {
        self.registration == RegistrationState::Accepted || !self.settings.autonomous
    }

    /// The refusal of every call while the registration is rejected (OCPP 2.0.1 part 2, B03.FR.08).
    pub(super) fn refusal_of_all(&self) -> Option<Answer> {
        let rejected = self.settings.autonomous && self.registration == RegistrationState::Rejected;
        let description = "The charging station is not accepted by the CSMS.".to_owned();
        rejected.then_some(Answer::Error { code: ErrorCode::SecurityError, description })
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
