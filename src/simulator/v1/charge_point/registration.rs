//! Being registered at the central system: BootNotification and what its answers allow (OCPP 1.6 §4.2). What is reported once the
//! charge point is accepted is in `speaking`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::timers::TimerTask;
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::{integer, text};
use crate::simulator::v1::features::SimulatedFeatures;

/// How long we wait before the next BootNotification when the central system leaves it to us: an interval of 0, an error or silence.
const OWN_RETRY_INTERVAL: Duration = Duration::from_secs(60);

/// What the central system has said about us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registration {
    /// Nothing since we (re)started.
    Unknown,
    /// We belong to it.
    Accepted,
    /// It will tell later and may configure us meanwhile.
    Pending,
    /// It does not want us.
    Rejected,
}

impl ChargePoint {
    /// Sends BootNotification. It is the only call that may go out unregistered.
    pub(super) fn boot(&mut self, out: &mut Outbox) {
        if self.settings.autonomous && self.online {
            out.call("BootNotification", self.boot_payload());
        }
    }

    fn boot_payload(&self) -> Value {
        let settings = &self.settings;
        let mut payload = json!({ "chargePointVendor": settings.vendor, "chargePointModel": settings.model });
        let optional = [
            ("chargePointSerialNumber", &settings.serial_number),
            ("firmwareVersion", &settings.firmware_version),
            ("meterType", &settings.meter_type),
            ("meterSerialNumber", &settings.meter_serial_number),
        ];
        for (field, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
            payload[field] = value.as_str().into();
        }
        payload
    }

    /// A BootNotification, ours or a person's, has ended. A lost link needs no retry: connecting boots again.
    pub(super) fn boot_answered(&mut self, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        match outcome {
            CallOutcome::Result { payload, .. } => self.boot_result(payload, now, out),
            CallOutcome::Error { .. } | CallOutcome::Timeout if self.registration != Registration::Accepted => {
                self.schedule(TimerTask::Boot, OWN_RETRY_INTERVAL, now);
            }
            CallOutcome::Error { .. } | CallOutcome::Timeout | CallOutcome::LinkLost => {}
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

    /// An interval of 0 leaves the choice to us, so what is configured stays.
    fn accepted(&mut self, interval: i32, now: Moment, out: &mut Outbox) {
        self.registration = Registration::Accepted;
        self.agenda.cancel(TimerTask::Boot);
        if interval > 0 {
            self.configuration.set("HeartbeatInterval", interval.to_string());
        }
        self.report_everything(now, out);
        self.touch(now);
        self.schedule_clock_sample(now);
        self.send_transaction_messages(out);
    }

    /// Whether our own calls may go out as far as the registration goes. Without a life of our own it is the person's business.
    pub(super) fn is_registered(&self) -> bool {
        self.registration == Registration::Accepted || !self.settings.autonomous
    }

    /// Whether calls of the central system get no answer, because the registration was rejected.
    pub(super) fn ignores_calls(&self, version: Version) -> bool {
        let silent = SimulatedFeatures::of(version).silent_while_rejected;
        self.settings.autonomous && self.registration == Registration::Rejected && silent
    }
}
