//! The effects of the end of a call. Each subject handles the calls that it makes.

use serde_json::Value;

use super::ChargingStation;
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;

impl ChargingStation {
    /// Handles the end of a call. Actions without an effect are not listed.
    pub(super) fn call_ended(&mut self, action: &str, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        match action {
            "TransactionEvent" if self.queue.is_in_flight(call) => self.event_ended(call, outcome, now, out),
            "TransactionEvent" => {
                if matches!(outcome, CallOutcome::Result { .. }) {
                    self.user_sent_event(call, now);
                    self.report_changes(now, out);
                }
            }
            "Authorize" => self.authorize_answered(call, outcome, now, out),
            "BootNotification" => self.boot_answered(outcome, now, out),
            "StatusNotification" => self.status_answered(call, outcome),
            "OpenPeriodicEventStream" => self.stream_answered(call, outcome, now),
            "PullDynamicScheduleUpdate" => self.pull_answered(call, outcome, now, out),
            "SignCertificate" => self.signing_answered(outcome),
            _ => {}
        }
    }
}
