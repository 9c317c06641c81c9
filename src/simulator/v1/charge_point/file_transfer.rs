//! Diagnostics and firmware: GetDiagnostics and UpdateFirmware, and their status notifications (OCPP 1.6 §4.4, §4.5,
//! §5.9, §5.19); GetLog and SignedUpdateFirmware of the security extension (security whitepaper, use cases N01 and
//! L01). No file is transferred and no signature is checked. The statuses are sent as if they were; a location that no
//! charge point could reach fails.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargePoint;
use super::effect::{CallEffect, result_then, status_then};
use super::registration::Registration;
use super::timers::TimerTask;
use crate::behaviour::{Answer, FailingStep, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::certificate_store::is_certificate;
use crate::simulator::file_transfer::{
    FileTransfer, IDLE, STEP_INTERVAL, TransferAdvance, TransferAttempt, TransferStep, is_reachable, log_file_name,
};
use crate::simulator::payload::{integer, span, text, time, written_time};
use crate::simulator::v1::features::SimulatedFeatures;

/// The time that a restart takes.
const OFF: Duration = Duration::from_millis(1500);

/// The payload for a trigger of this action: `Idle` when no transfer is running. The status of a failed signed update is reported until
/// the next update (security whitepaper L01.FR.28 and 29).
pub(super) fn triggered_payload(transfer: &FileTransfer, action: &str) -> Value {
    let remembered = transfer.is_under_way() || (action == SIGNED_FIRMWARE && transfer.last_status != "Installed");
    transfer.payload(if action == transfer.action && remembered { transfer.last_status } else { IDLE })
}

/// The action that reports the status of diagnostics.
pub(super) const DIAGNOSTICS: &str = "DiagnosticsStatusNotification";
/// The action that reports the status of a log.
pub(super) const LOG: &str = "LogStatusNotification";
/// The action that reports the status of firmware.
pub(super) const FIRMWARE: &str = "FirmwareStatusNotification";
/// The action that reports the status of signed firmware.
pub(super) const SIGNED_FIRMWARE: &str = "SignedFirmwareStatusNotification";

/// The steps of an upload.
fn diagnostics_steps(version: Version, reachable: bool) -> impl Iterator<Item = TransferStep> {
    let begin = SimulatedFeatures::of(version).transfer_progress.then_some(TransferStep::Report("Uploading"));
    let upload = TransferAttempt::once(FailingStep::Upload, reachable, &[TransferStep::Report("UploadFailed")]);
    begin.into_iter().chain([upload, TransferStep::Report("Uploaded")])
}

/// The attempt to download firmware.
fn download(reachable: bool) -> TransferStep {
    TransferAttempt::once(FailingStep::Download, reachable, &[TransferStep::Report("DownloadFailed")])
}

/// The attempt to install it.
const INSTALLATION: TransferStep =
    TransferAttempt::once(FailingStep::Install, true, &[TransferStep::Report("InstallationFailed")]);

/// The attempt to verify its signature (security whitepaper L01.FR.03).
const VERIFICATION: TransferStep = TransferAttempt::once(
    FailingStep::Signature,
    true,
    &[TransferStep::Report("InvalidSignature"), TransferStep::SecurityEvent("InvalidFirmwareSignature")],
);

/// The attempt to check the file before it is installed.
const CHECK: TransferStep =
    TransferAttempt::once(FailingStep::Verify, true, &[TransferStep::Report("InstallVerificationFailed")]);

/// The steps of an update.
fn firmware_steps(version: Version, reachable: bool) -> impl Iterator<Item = TransferStep> {
    let progress = |status| SimulatedFeatures::of(version).transfer_progress.then_some(TransferStep::Report(status));
    let steps = [
        progress("Downloading"),
        Some(download(reachable)),
        Some(TransferStep::Report("Downloaded")),
        progress("Installing"),
        Some(INSTALLATION),
        Some(TransferStep::Restart),
        Some(TransferStep::Report("Installed")),
    ];
    steps.into_iter().flatten()
}

/// The steps of a signed update; a future time is reported as scheduled before the wait for it (L01.FR.13 and 16).
fn signed_firmware_steps(firmware: &Value, now: Timestamp) -> Vec<TransferStep> {
    let wait = |field, status| {
        let begin = time(firmware, field).filter(|begin| *begin > now);
        begin.map(|begin| [TransferStep::Report(status), TransferStep::WaitUntil(begin)]).into_iter().flatten()
    };
    let reachable = is_reachable(text(firmware, "location").unwrap_or_default());
    wait("retrieveDateTime", "DownloadScheduled")
        .chain([TransferStep::Report("Downloading"), download(reachable), TransferStep::Report("Downloaded")])
        .chain([VERIFICATION, TransferStep::Report("SignatureVerified")])
        .chain(wait("installDateTime", "InstallScheduled"))
        .chain([TransferStep::Report("Installing"), CHECK, INSTALLATION, TransferStep::Report("InstallRebooting")])
        .chain([TransferStep::Restart, TransferStep::Report("Installed")])
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
        self.diagnostics = FileTransfer::new(DIAGNOSTICS, None, diagnostics_steps(self.version, reachable));
        self.schedule(TimerTask::Diagnostics, STEP_INTERVAL, now);
    }

    /// Begins an upload of a log.
    pub(super) fn begin_log(&mut self, request_id: Option<i32>, reachable: bool, now: Moment) {
        let upload = TransferAttempt::once(FailingStep::Upload, reachable, &[TransferStep::Report("UploadFailure")]);
        let steps = [TransferStep::Report("Uploading"), upload, TransferStep::Report("Uploaded")];
        self.log = FileTransfer::new(LOG, request_id.map(Value::from), steps);
        self.schedule(TimerTask::Log, STEP_INTERVAL, now);
    }

    /// Begins an update of the firmware.
    pub(super) fn begin_firmware(&mut self, reachable: bool, begin: Option<Timestamp>, now: Moment) {
        self.firmware = FileTransfer::new(FIRMWARE, None, firmware_steps(self.version, reachable));
        let wait = begin.map_or(Duration::ZERO, |begin| span(now.wall, begin));
        self.schedule(TimerTask::Firmware, wait.max(STEP_INTERVAL), now);
    }

    /// Begins a signed update of the firmware.
    pub(super) fn begin_signed_firmware(&mut self, request_id: Option<i32>, firmware: &Value, now: Moment) {
        let steps = signed_firmware_steps(firmware, now.wall);
        self.firmware = FileTransfer::new(SIGNED_FIRMWARE, request_id.map(Value::from), steps);
        self.schedule(TimerTask::Firmware, STEP_INTERVAL, now);
    }

    fn file_name(&self, content: &str, now: Moment) -> String {
        log_file_name(content, &self.settings.identity, &written_time(now.wall))
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
        if let TransferAdvance::Do(TransferStep::Report(status)) =
            self.diagnostics.advance(&mut self.failing, now.wall, |_| true)
        {
            self.send_if_allowed(DIAGNOSTICS, self.diagnostics.payload(status), out);
        }
        if self.diagnostics.is_under_way() {
            self.schedule(TimerTask::Diagnostics, STEP_INTERVAL, now);
        }
    }

    /// The next step of an upload of a log.
    pub(super) fn step_log(&mut self, now: Moment, out: &mut Outbox) {
        if let TransferAdvance::Do(TransferStep::Report(status)) = self.log.advance(&mut self.failing, now.wall, |_| true) {
            self.send_if_allowed(LOG, self.log.payload(status), out);
        }
        if self.log.is_under_way() {
            self.schedule(TimerTask::Log, STEP_INTERVAL, now);
        }
    }

    /// The next step of an update. The installation waits until no connector charges; the final report waits for the
    /// registration.
    pub(super) fn step_firmware(&mut self, now: Moment, out: &mut Outbox) {
        let busy = self.connectors.iter().any(|it| it.transaction.is_some() || it.pending.is_some());
        let may_send = self.may_send();
        let step = match self.firmware.advance(&mut self.failing, now.wall, |step| match step {
            TransferStep::Report("Installing") | TransferStep::Restart => !busy,
            TransferStep::Report(_) => may_send,
            _ => true,
        }) {
            TransferAdvance::Over => return,
            TransferAdvance::Wait(time) => return self.schedule(TimerTask::Firmware, time, now),
            TransferAdvance::Do(step) => step,
        };
        // scheduled first, because a restart checks the remaining steps
        if self.firmware.is_under_way() {
            self.schedule(TimerTask::Firmware, STEP_INTERVAL, now);
        }
        match step {
            TransferStep::Report(status) => {
                self.send_if_allowed(self.firmware.action, self.firmware.payload(status), out);
            }
            TransferStep::SecurityEvent(event) => self.send_security_event(event, now, out),
            TransferStep::Restart => self.restart(now, out),
            TransferStep::WaitUntil(_) | TransferStep::Try(_) => {}
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
        self.diagnostics = FileTransfer::none(DIAGNOSTICS);
        self.log = FileTransfer::none(LOG);
    }
}
