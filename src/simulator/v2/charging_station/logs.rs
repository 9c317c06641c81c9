//! Uploads of logs: GetLog and LogStatusNotification (OCPP 2.0.1 part 2, N01).

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{result_then, status_because};
use super::firmware::repeated;
use super::timers::StationTask;
use crate::behaviour::{FailingStep, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::file_transfer::{FileTransfer, IDLE, STEP_INTERVAL, TransferAdvance, TransferStep, log_file_name};
use crate::simulator::payload::{text, time, written_time};

/// The action that reports the status of a log.
pub(super) const LOG: &str = "LogStatusNotification";

impl ChargingStation {
    /// GetLog: a new upload replaces a running one (N01.FR.12). There is no log of a time that has not come.
    pub(super) fn propose_log(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        (call.action == "GetLog").then(|| {
            let log = call.payload.get("log").unwrap_or(&Value::Null);
            if time(log, "oldestTimestamp").is_some_and(|oldest| oldest > now.wall) {
                return status_because("Rejected", "NotFound");
            }
            let content = match text(call.payload, "logType") {
                Some("SecurityLog") => "security",
                Some("DataCollectorLog") => "data-collector",
                _ => "diagnostics",
            };
            let status = if self.blocks.log.is_under_way() { "AcceptedCanceled" } else { "Accepted" };
            let name = log_file_name(content, &self.settings.identity, &written_time(now.wall));
            let payload = call.payload.value().clone();
            result_then(json!({ "status": status, "filename": name }), Some(status), move |station, now, out| {
                station.begin_log(&payload, now, out);
            })
        })
    }

    fn begin_log(&mut self, payload: &Value, now: Moment, out: &mut Outbox) {
        if !self.settings.autonomous {
            return;
        }
        if self.blocks.log.is_under_way() {
            // the end of the upload that is replaced (N01.FR.20)
            self.send_if_allowed(LOG, self.blocks.log.payload("AcceptedCanceled"), out);
        }
        let location = payload.get("log").and_then(|log| text(log, "remoteLocation")).unwrap_or_default();
        let failure = &[TransferStep::Report("UploadFailure")];
        let upload = repeated(payload, FailingStep::Upload, location, None, failure);
        let steps = [TransferStep::Report("Uploading"), upload, TransferStep::Report("Uploaded")];
        self.blocks.log = FileTransfer::new(LOG, payload.get("requestId").cloned(), steps);
        self.schedule(StationTask::Log, STEP_INTERVAL, now);
    }

    /// The next step of an upload.
    pub(super) fn step_log(&mut self, now: Moment, out: &mut Outbox) {
        let may_send = self.may_send();
        match self.blocks.log.advance(&mut self.failing, now.wall, |_| may_send) {
            TransferAdvance::Over => return,
            TransferAdvance::Wait(time) => return self.schedule(StationTask::Log, time, now),
            TransferAdvance::Do(TransferStep::Report(status)) => {
                self.send_if_allowed(LOG, self.blocks.log.payload(status), out);
            }
            TransferAdvance::Do(_) => {}
        }
        if self.blocks.log.is_under_way() {
            self.schedule(StationTask::Log, STEP_INTERVAL, now);
        }
    }

    /// The payload for a trigger: `Idle` when nothing is being uploaded.
    pub(super) fn triggered_log_status(&self) -> Value {
        let log = &self.blocks.log;
        log.payload(if log.is_under_way() { log.last_status } else { IDLE })
    }
}
