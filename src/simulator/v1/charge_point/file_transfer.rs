//! Diagnostics and firmware: GetDiagnostics and UpdateFirmware, and their status notifications (OCPP 1.6 §4.4, §4.5,
//! §5.9, §5.19); GetLog and SignedUpdateFirmware of the security extension (security whitepaper, use cases N01 and
//! L01). No file is transferred and no signature is checked. The statuses are sent as if they were; a location that no
//! charge point could reach fails.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargePoint;
use super::certificates::is_certificate;
use super::effect::{CallEffect, result_then, status_then};
use super::registration::Registration;
use super::timers::TimerTask;
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::{integer, span, text, time, written_time};
use crate::simulator::v1::features::SimulatedFeatures;

/// The time between two steps.
const STEP: Duration = Duration::from_secs(3);

/// The time that a restart takes.
const OFF: Duration = Duration::from_millis(1500);

/// The interval of checks whether charging is over, so that the firmware can be installed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A step of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Report a status.
    Report(&'static str),
    /// Restart, as required by new firmware.
    Restart,
    /// Wait until this time.
    WaitUntil(Timestamp),
}

/// One transfer: its next steps and the status that was reported last.
#[derive(Debug)]
pub(super) struct Transfer {
    action: &'static str,
    /// The `requestId` of the call that started it; `None` for transfers older than the security extension.
    request_id: Option<i32>,
    steps: VecDeque<Step>,
    last_status: &'static str,
}

impl Transfer {
    /// The state before any upload of diagnostics.
    pub(super) fn diagnostics() -> Transfer {
        Transfer::none(DIAGNOSTICS)
    }

    /// The state before any upload of a log.
    pub(super) fn log() -> Transfer {
        Transfer::none(LOG)
    }

    /// The state before any update of the firmware.
    pub(super) fn firmware() -> Transfer {
        Transfer::none(FIRMWARE)
    }

    fn none(action: &'static str) -> Transfer {
        Transfer { action, request_id: None, steps: VecDeque::new(), last_status: "Idle" }
    }

    fn is_under_way(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The payload for a trigger of this action: `Idle` when no transfer is running. The status of a failed signed
    /// update is reported until the next update (security whitepaper L01.FR.28 and 29).
    pub(super) fn triggered(&self, action: &str) -> Value {
        let remembered = self.is_under_way() || (action == SIGNED_FIRMWARE && self.last_status != "Installed");
        self.payload(if action == self.action && remembered { self.last_status } else { "Idle" })
    }

    /// The payload for a status. `Idle` has no `requestId` (L01.FR.21, N01.FR.12).
    fn payload(&self, status: &str) -> Value {
        let mut payload = json!({ "status": status });
        if let Some(id) = self.request_id.filter(|_| status != "Idle") {
            payload["requestId"] = id.into();
        }
        payload
    }
}

/// The action that reports the status of diagnostics.
pub(super) const DIAGNOSTICS: &str = "DiagnosticsStatusNotification";
/// The action that reports the status of a log.
pub(super) const LOG: &str = "LogStatusNotification";
/// The action that reports the status of firmware.
pub(super) const FIRMWARE: &str = "FirmwareStatusNotification";
/// The action that reports the status of signed firmware.
pub(super) const SIGNED_FIRMWARE: &str = "SignedFirmwareStatusNotification";

/// Whether the simulated charge point supports the protocol of a location (`SupportedFileTransferProtocols`).
fn is_reachable(location: &str) -> bool {
    let scheme = location.split_once("://").map_or("", |(scheme, _)| scheme);
    ["ftp", "ftps", "http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The steps of an upload.
fn diagnostics_steps(version: Version, reachable: bool) -> VecDeque<Step> {
    let begin = SimulatedFeatures::of(version).transfer_progress.then_some(Step::Report("Uploading"));
    begin.into_iter().chain([Step::Report(if reachable { "Uploaded" } else { "UploadFailed" })]).collect()
}

/// The steps of an update.
fn firmware_steps(version: Version, reachable: bool) -> VecDeque<Step> {
    let steps: &[Step] = match (SimulatedFeatures::of(version).transfer_progress, reachable) {
        (true, true) => &[
            Step::Report("Downloading"),
            Step::Report("Downloaded"),
            Step::Report("Installing"),
            Step::Restart,
            Step::Report("Installed"),
        ],
        (true, false) => &[Step::Report("Downloading"), Step::Report("DownloadFailed")],
        (false, true) => &[Step::Report("Downloaded"), Step::Restart, Step::Report("Installed")],
        (false, false) => &[Step::Report("DownloadFailed")],
    };
    steps.iter().copied().collect()
}

/// The steps of a signed update; a future time is reported as scheduled before the wait for it (L01.FR.13 and 16).
fn signed_firmware_steps(firmware: &Value, now: Timestamp) -> VecDeque<Step> {
    let wait = |field, status| {
        let begin = time(firmware, field).filter(|begin| *begin > now);
        begin.map(|begin| [Step::Report(status), Step::WaitUntil(begin)]).into_iter().flatten()
    };
    let download = wait("retrieveDateTime", "DownloadScheduled").chain([Step::Report("Downloading")]);
    if !is_reachable(text(firmware, "location").unwrap_or_default()) {
        return download.chain([Step::Report("DownloadFailed")]).collect();
    }
    download
        .chain([Step::Report("Downloaded"), Step::Report("SignatureVerified")])
        .chain(wait("installDateTime", "InstallScheduled"))
        .chain([Step::Report("Installing"), Step::Report("InstallRebooting"), Step::Restart, Step::Report("Installed")])
        .collect()
}

impl ChargePoint {
    /// GetDiagnostics: the name of the file, at most 255 characters (OCPP 1.6 §5.9).
    pub(super) fn get_diagnostics(&self, payload: &Value, now: Moment) -> Proposal {
        let reachable = is_reachable(text(payload, "location").unwrap_or_default());
        let result = json!({ "fileName": self.file_name("diagnostics", now) });
        self.transfer(result, None, CallEffect::SendDiagnostics { reachable })
    }

    /// A result and a transfer, which begins when the result has been sent and the charge point is autonomous.
    fn transfer(&self, result: Value, status: Option<&'static str>, effect: CallEffect) -> Proposal {
        if self.settings.autonomous { result_then(result, status, effect) } else { Answer::result(result).into() }
    }

    /// Begins an upload of diagnostics.
    pub(super) fn begin_diagnostics(&mut self, reachable: bool, now: Moment) {
        self.diagnostics.steps = diagnostics_steps(self.version, reachable);
        self.schedule(TimerTask::Diagnostics, STEP, now);
    }

    /// Begins an upload of a log.
    pub(super) fn begin_log(&mut self, request_id: Option<i32>, reachable: bool, now: Moment) {
        let end = if reachable { "Uploaded" } else { "UploadFailure" };
        self.log = Transfer { request_id, steps: [Step::Report("Uploading"), Step::Report(end)].into(), ..Transfer::log() };
        self.schedule(TimerTask::Log, STEP, now);
    }

    /// Begins an update of the firmware.
    pub(super) fn begin_firmware(&mut self, reachable: bool, begin: Option<Timestamp>, now: Moment) {
        self.firmware = Transfer { steps: firmware_steps(self.version, reachable), ..Transfer::firmware() };
        let wait = begin.map_or(Duration::ZERO, |begin| span(now.wall, begin));
        self.schedule(TimerTask::Firmware, wait.max(STEP), now);
    }

    /// Begins a signed update of the firmware.
    pub(super) fn begin_signed_firmware(&mut self, request_id: Option<i32>, firmware: &Value, now: Moment) {
        let steps = signed_firmware_steps(firmware, now.wall);
        self.firmware = Transfer { request_id, steps, ..Transfer::none(SIGNED_FIRMWARE) };
        self.schedule(TimerTask::Firmware, STEP, now);
    }

    fn file_name(&self, content: &str, now: Moment) -> String {
        let identity = self.settings.identity.chars().filter(|it| it.is_ascii_alphanumeric()).take(48).collect::<String>();
        let time = written_time(now.wall).replace(':', "-");
        format!("{content}-{identity}-{time}.log")
    }

    /// GetLog: a new upload replaces a running one (security whitepaper N01.FR.11).
    pub(super) fn get_log(&self, payload: &Value, now: Moment) -> Proposal {
        let answer = if self.log.is_under_way() { "AcceptedCanceled" } else { "Accepted" };
        let location = payload.get("log").and_then(|log| text(log, "remoteLocation"));
        let reachable = is_reachable(location.unwrap_or_default());
        let effect = CallEffect::SendLog { request: integer(payload, "requestId"), reachable };
        let content = if text(payload, "logType") == Some("SecurityLog") { "security" } else { "diagnostics" };
        let result = json!({ "status": answer, "filename": self.file_name(content, now) });
        self.transfer(result, Some(answer), effect)
    }

    /// SignedUpdateFirmware. The certificate is checked first and must be one (L01.FR.23 and 24). A new update replaces
    /// a running one, signed or not (L01.FR.26).
    pub(super) fn signed_update_firmware(&self, payload: &Value) -> Proposal {
        let firmware = payload.get("firmware").unwrap_or(&Value::Null);
        if !is_certificate(text(firmware, "signingCertificate")) {
            return status_then("InvalidCertificate", CallEffect::SecurityEvent("InvalidFirmwareSigningCertificate"));
        }
        let answer = if self.firmware.is_under_way() { "AcceptedCanceled" } else { "Accepted" };
        let request = integer(payload, "requestId");
        let effect = CallEffect::UpdateSignedFirmware { request, firmware: firmware.clone() };
        self.transfer(json!({ "status": answer }), Some(answer), effect)
    }

    /// UpdateFirmware: begins at `retrieveDate`. A new update replaces a running one.
    pub(super) fn update_firmware(&self, payload: &Value) -> Proposal {
        let reachable = is_reachable(text(payload, "location").unwrap_or_default());
        let begin = time(payload, "retrieveDate");
        self.transfer(json!({}), None, CallEffect::UpdateFirmware { reachable, begin })
    }

    /// The next step of an upload of diagnostics.
    pub(super) fn step_diagnostics(&mut self, now: Moment, out: &mut Outbox) {
        if let Some(Step::Report(status)) = self.diagnostics.steps.pop_front() {
            self.diagnostics.last_status = status;
            self.send_if_allowed(DIAGNOSTICS, self.diagnostics.payload(status), out);
        }
        if self.diagnostics.is_under_way() {
            self.schedule(TimerTask::Diagnostics, STEP, now);
        }
    }

    /// The next step of an upload of a log.
    pub(super) fn step_log(&mut self, now: Moment, out: &mut Outbox) {
        if let Some(Step::Report(status)) = self.log.steps.pop_front() {
            self.log.last_status = status;
            self.send_if_allowed(LOG, self.log.payload(status), out);
        }
        if self.log.is_under_way() {
            self.schedule(TimerTask::Log, STEP, now);
        }
    }

    /// The next step of an update. The installation waits until no connector charges; the final report waits for the
    /// registration.
    pub(super) fn step_firmware(&mut self, now: Moment, out: &mut Outbox) {
        let next = self.firmware.steps.front().copied();
        let busy = self.connectors.iter().any(|it| it.transaction.is_some() || it.pending.is_some());
        let waits = match next {
            Some(Step::Report("Installing") | Step::Restart) => busy,
            Some(Step::Report(_)) => !self.may_send(),
            Some(Step::WaitUntil(time)) if time > now.wall => {
                self.schedule(TimerTask::Firmware, span(now.wall, time), now);
                return;
            }
            Some(Step::WaitUntil(_)) => false,
            None => return,
        };
        if waits {
            self.schedule(TimerTask::Firmware, TIMEOUT, now);
            return;
        }
        self.firmware.steps.pop_front();
        // scheduled first, because a restart checks the remaining steps
        if !self.firmware.steps.is_empty() {
            self.schedule(TimerTask::Firmware, STEP, now);
        }
        match next {
            Some(Step::Report(status)) => {
                self.firmware.last_status = status;
                self.send_if_allowed(self.firmware.action, self.firmware.payload(status), out);
            }
            Some(Step::Restart) => self.restart(now, out),
            Some(Step::WaitUntil(_)) | None => {}
        }
    }

    /// Restarts the charge point, and its link with it. Running activities end, except an update that must still report
    /// its success, reservations, profiles and messages about transactions. It boots as after power-up (OCPP 1.6
    /// §5.14).
    pub(super) fn restart(&mut self, now: Moment, out: &mut Outbox) {
        for number in 1..=self.last_connector() {
            // a transaction that began after the Reset
            self.stop_transaction(number, "Reboot", now, out);
        }
        self.registration = Registration::Unknown;
        self.agenda.retain(|task| matches!(task, TimerTask::Firmware | TimerTask::ExpireReservation(_)));
        self.forget_transfers();
        self.find_connectors(now);
        self.online = false;
        out.restart(OFF);
    }

    /// Uploads end with a restart.
    pub(super) fn forget_transfers(&mut self) {
        self.diagnostics = Transfer::diagnostics();
        self.log = Transfer::log();
    }
}
