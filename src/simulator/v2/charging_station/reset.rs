//! Reset of the station or of an EVSE (OCPP 2.0.1 part 2, B11 and B12).

use std::time::Duration;

use serde_json::Value;

use super::ChargingStation;
use super::effect::{only_status, status_because, status_then};
use super::timers::StationTask;
use crate::behaviour::{FailingStep, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::part_fault::PartFault;
use crate::simulator::payload::{integer, text};
use crate::simulator::v2::features::StationFeatures;

/// The time until a reset that has failed is tried again.
const RESET_PAUSE: Duration = Duration::from_secs(5);
/// The time that the restart of an EVSE takes.
const EVSE_RESTART: Duration = Duration::from_secs(2);

/// What becomes of transactions with a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResetKind {
    /// They end.
    Immediate,
    /// The reset waits for their ends.
    OnIdle,
    /// They go on afterwards.
    ImmediateAndResume,
}

impl ResetKind {
    fn of(name: &str) -> ResetKind {
        match name {
            "OnIdle" => ResetKind::OnIdle,
            "ImmediateAndResume" => ResetKind::ImmediateAndResume,
            _ => ResetKind::Immediate,
        }
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_reset(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "Reset").then(|| self.reset(call.payload))
    }

    fn reset(&self, payload: &Value) -> Proposal {
        let evse = match payload.get("evseId") {
            None => None,
            Some(_) => match integer(payload, "evseId").filter(|number| self.evse(*number).is_some()) {
                Some(number) => Some(number),
                None => return status_because("Rejected", "UnknownEvse"),
            },
        };
        let kind = text(payload, "type").unwrap_or_default();
        if !StationFeatures::of(self.version).reset_types.contains(&kind) {
            return status_because("Rejected", "UnsupportedParam");
        }
        if !self.settings.autonomous {
            return only_status("Accepted");
        }
        if evse.is_some_and(|number| !self.model.evse_flag("EVSE", number, "AllowReset")) {
            return status_because("Rejected", "NotEnabled");
        }
        let kind = ResetKind::of(kind);
        let status = if kind == ResetKind::OnIdle && self.is_busy(evse) { "Scheduled" } else { "Accepted" };
        status_then(status, move |station, now, out| station.reset_accepted(kind, evse, now, out))
    }

    /// Whether a transaction runs at an EVSE, or at any.
    fn is_busy(&self, evse: Option<i32>) -> bool {
        evse.map_or(self.evse_numbers(), |number| number..=number).any(|number| self.is_in_use(number))
    }

    fn reset_accepted(&mut self, kind: ResetKind, evse: Option<i32>, now: Moment, out: &mut Outbox) {
        match kind {
            ResetKind::OnIdle if self.is_busy(evse) => {
                // B12.FR.01
                if !self.pending_resets.contains(&evse) {
                    self.pending_resets.push(evse);
                }
                return;
            }
            ResetKind::OnIdle => {}
            ResetKind::Immediate => {
                for number in evse.map_or(self.evse_numbers(), |number| number..=number) {
                    self.stop_transaction(number, "ResetCommand", "ImmediateReset", now, out);
                }
            }
            ResetKind::ImmediateAndResume => self.resumes = true,
        }
        self.begin_reset(evse, now, out);
    }

    fn begin_reset(&mut self, evse: Option<i32>, now: Moment, out: &mut Outbox) {
        match evse {
            None => {
                let delay = Duration::from_millis(self.random.u64(2000..3000));
                self.schedule(StationTask::Restart, delay, now);
            }
            Some(number) => {
                if let Some(evse) = self.evse_mut(number) {
                    evse.restarting = true;
                }
                self.drop_idle_claims(now, out);
                self.schedule(StationTask::RestartEvse(number), EVSE_RESTART, now);
            }
        }
    }

    /// A transaction has ended: resets that waited for it begin.
    pub(super) fn transaction_over(&mut self, now: Moment, out: &mut Outbox) {
        let waiting = std::mem::take(&mut self.pending_resets);
        for evse in waiting {
            if self.is_busy(evse) {
                self.pending_resets.push(evse);
            } else {
                self.begin_reset(evse, now, out);
            }
        }
    }

    /// The restart of a Reset. Transactions that began meanwhile end with it, unless they are to go on (OCPP 2.1 part 2, B11).
    fn restart_by_reset(&mut self, now: Moment, out: &mut Outbox) {
        if !std::mem::take(&mut self.resumes) {
            self.stop_all("ResetCommand", "Reboot", now, out);
        }
        self.restart("RemoteReset", now, out);
    }

    /// Restarts the machine, unless that fails on request: then it is tried again (`ResetRetries`), and a reset that does not succeed is a
    /// fault.
    pub(super) fn try_restart(&mut self, now: Moment, out: &mut Outbox) {
        if !self.failing.take(FailingStep::Reset) {
            self.reset_attempts = 0;
            self.restart_by_reset(now, out);
            return;
        }
        self.reset_attempts += 1;
        if self.reset_attempts <= self.model.integer("OCPPCommCtrlr", "ResetRetries").unwrap_or_default() {
            self.schedule(StationTask::Restart, RESET_PAUSE, now);
        } else {
            self.reset_attempts = 0;
            self.set_fault(0, PartFault { code: "ResetFailure".to_owned(), info: None }, now, out);
        }
    }

    /// An EVSE is back after its restart.
    pub(super) fn evse_restarted(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(evse) = self.evse_mut(number) {
            evse.restarting = false;
        }
        self.report_status(number, now, out);
        self.look_again(now, out);
    }
}
