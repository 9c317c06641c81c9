//! Registration at the central system: BootNotification and the effect of its answers (OCPP 1.6 §4.2). The reports
//! after acceptance are in `outgoing`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::timers::TimerTask;
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::{integer, text};
use crate::simulator::v1::features::SimulatedFeatures;

/// The wait before the next BootNotification when the central system gives no interval: an interval of 0, an error or a
/// timeout.
const OWN_RETRY_INTERVAL: Duration = Duration::from_secs(60);

/// The registration status that the central system sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registration {
    /// No answer since the (re)start.
    Unknown,
    /// The central system accepted the charge point.
    Accepted,
    /// The central system will decide later and may configure the charge point meanwhile.
    Pending,
    /// The central system refused the charge point.
    Rejected,
}

impl ChargePoint {
    /// Sends BootNotification, the only call that is allowed without a registration.
    pub(super) fn boot(&mut self, out: &mut Outbox) {
        if self.settings.autonomous && self.online {
            out.call("BootNotification", self.boot_payload());
        }
    }

    fn boot_payload(&self) -> Value {
        let (settings, equipment) = (&self.settings, &self.settings.equipment);
        let mut payload = json!({ "chargePointVendor": equipment.vendor, "chargePointModel": equipment.model });
        let optional = [
            ("chargePointSerialNumber", &equipment.serial_number),
            ("firmwareVersion", &equipment.firmware_version),
            ("meterType", &settings.meter_type),
            ("meterSerialNumber", &settings.meter_serial_number),
        ];
        for (field, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
            payload[field] = value.as_str().into();
        }
        payload
    }

    /// Handles the end of a BootNotification, of the charge point or of the user. A lost link needs no retry: the next
    /// connection boots again.
    pub(super) fn boot_answered(&mut self, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        match outcome {
            CallOutcome::Result { payload, .. } => self.boot_result(payload, now, out),
            CallOutcome::Error { .. } | CallOutcome::Timeout | CallOutcome::Undelivered { .. }
                if self.registration != Registration::Accepted =>
            {
                self.schedule(TimerTask::Boot, OWN_RETRY_INTERVAL, now);
            }
            CallOutcome::Error { .. } | CallOutcome::Timeout | CallOutcome::Undelivered { .. } | CallOutcome::LinkLost => {}
        }
    }

    fn boot_result(&mut self, result: &Value, now: Moment, out: &mut Outbox) {
        let interval = integer(result, "interval").or_else(|| integer(result, "heartbeatInterval")).unwrap_or(0);
        match text(result, "status") {
            Some("Accepted") => {
                self.accepted(interval, now, out);
                return;
            }
            Some("Pending") => self.registration = Registration::Pending,
            Some("Rejected") => self.registration = Registration::Rejected,
            _ => {}
        }
        if self.registration != Registration::Accepted {
            let wait = u64::try_from(interval).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs);
            self.schedule(TimerTask::Boot, wait.unwrap_or(OWN_RETRY_INTERVAL), now);
        }
    }

    /// An interval of 0 leaves the choice to the charge point, so the configured interval stays.
    fn accepted(&mut self, interval: i32, now: Moment, out: &mut Outbox) {
        self.registration = Registration::Accepted;
        self.agenda.cancel(TimerTask::Boot);
        if interval > 0 {
            self.configuration.set("HeartbeatInterval", interval.to_string());
        }
        self.report_incidents(now, out);
        self.report_everything(now, out);
        self.touch(now);
        self.schedule_clock_sample(now);
        self.send_transaction_messages(out);
    }

    /// Whether the registration allows calls of the charge point. Always true when it is not autonomous: then the user
    /// decides.
    pub(super) fn is_registered(&self) -> bool {
        self.registration == Registration::Accepted || !self.settings.autonomous
    }

    /// Whether calls of the central system are ignored, because the registration was rejected.
    pub(super) fn ignores_calls(&self, version: Version) -> bool {
        let silent = SimulatedFeatures::of(version).silent_while_rejected;
        self.settings.autonomous && self.registration == Registration::Rejected && silent
    }
}
