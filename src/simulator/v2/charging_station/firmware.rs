//! Updates of the firmware: UpdateFirmware with or without a signature, and FirmwareStatusNotification for each step (OCPP 2.0.1 part 2,
//! L01 and L02). How a transfer goes on is in `file_transfer`; publishing firmware for other stations is in `publish_firmware`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{result_then, status_because_then};
use super::timers::StationTask;
use crate::behaviour::{FailingStep, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::certificate_store::is_certificate;
use crate::simulator::file_transfer::{
    FileTransfer, STEP_INTERVAL, TransferAdvance, TransferAttempt, TransferStep, is_reachable,
};
use crate::simulator::payload::{integer, text, time};

/// The action that reports the status of firmware.
pub(super) const FIRMWARE: &str = "FirmwareStatusNotification";

/// The attempt to verify the signature of firmware (L01.FR.03).
const VERIFICATION: TransferStep = TransferAttempt::once(
    FailingStep::Signature,
    true,
    &[TransferStep::Report("InvalidSignature"), TransferStep::SecurityEvent("InvalidFirmwareSignature")],
);

/// The attempt to check the file before it is installed.
const CHECK: TransferStep =
    TransferAttempt::once(FailingStep::Verify, true, &[TransferStep::Report("InstallVerificationFailed")]);

/// The attempt to install it.
const INSTALLATION: TransferStep =
    TransferAttempt::once(FailingStep::Install, true, &[TransferStep::Report("InstallationFailed")]);

/// What a call wants to be tried again, and how often: its `retries` and `retryInterval`.
pub(super) fn repeated(
    payload: &Value,
    step: FailingStep,
    location: &str,
    paused: Option<[&'static str; 2]>,
    failure: &'static [TransferStep],
) -> TransferStep {
    let retries = integer(payload, "retries").and_then(|retries| u32::try_from(retries).ok()).unwrap_or_default();
    let pause = integer(payload, "retryInterval").unwrap_or_default().into();
    TransferStep::Try(TransferAttempt { step, possible: is_reachable(location), retries, pause, paused, failure })
}

/// The steps of an update. A future time is reported as scheduled before the wait for it (L01.FR.13 and 16).
fn update_steps(payload: &Value, now: Timestamp) -> Vec<TransferStep> {
    let firmware = payload.get("firmware").unwrap_or(&Value::Null);
    let wait = |field, status| {
        let begin = time(firmware, field).filter(|begin| *begin > now);
        begin.map(|begin| [TransferStep::Report(status), TransferStep::WaitUntil(begin)]).into_iter().flatten()
    };
    let location = text(firmware, "location").unwrap_or_default();
    let paused = Some(["DownloadPaused", "Downloading"]);
    let failure = &[TransferStep::Report("DownloadFailed")];
    let download = repeated(payload, FailingStep::Download, location, paused, failure);
    let signature = firmware.get("signature").map(|_| [VERIFICATION, TransferStep::Report("SignatureVerified")]);
    wait("retrieveDateTime", "DownloadScheduled")
        .chain([TransferStep::Report("Downloading"), download, TransferStep::Report("Downloaded")])
        .chain(signature.into_iter().flatten())
        .chain(wait("installDateTime", "InstallScheduled"))
        .chain([TransferStep::Report("Installing"), CHECK, INSTALLATION, TransferStep::Report("InstallRebooting")])
        .chain([TransferStep::Restart, TransferStep::Report("Installed"), TransferStep::SecurityEvent("FirmwareUpdated")])
        .collect()
}

impl ChargingStation {
    /// UpdateFirmware. The certificate is checked first (L01.FR.21 and 22). A new update replaces a running one (L01.FR.24).
    pub(super) fn propose_firmware(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "UpdateFirmware").then(|| {
            let payload = call.payload.value().clone();
            let certificate = payload.get("firmware").and_then(|firmware| firmware.get("signingCertificate"));
            if certificate.is_some_and(|certificate| !is_certificate(certificate.as_str())) {
                return status_because_then("InvalidCertificate", "InvalidCertificate", |station, now, out| {
                    station.send_security_event("InvalidFirmwareSigningCertificate", now, out);
                });
            }
            let status = if self.blocks.firmware.is_under_way() { "AcceptedCanceled" } else { "Accepted" };
            result_then(json!({ "status": status }), Some(status), move |station, now, _out| {
                station.begin_update(&payload, now);
            })
        })
    }

    fn begin_update(&mut self, payload: &Value, now: Moment) {
        if self.settings.autonomous {
            let steps = update_steps(payload, now.wall);
            self.blocks.firmware = FileTransfer::new(FIRMWARE, payload.get("requestId").cloned(), steps);
            self.schedule(StationTask::Firmware, STEP_INTERVAL, now);
        }
    }

    /// An update by the maker. It has no request whose number reports could have (L01.FR.20), so only the restart and the security event are
    /// seen. One that the CSMS has asked for comes first.
    pub(super) fn begin_own_update(&mut self, now: Moment) {
        if !self.blocks.firmware.is_under_way() {
            let steps = [TransferStep::Restart, TransferStep::SecurityEvent("FirmwareUpdated")];
            self.blocks.firmware = FileTransfer::new(FIRMWARE, None, steps);
            self.schedule(StationTask::Firmware, STEP_INTERVAL, now);
        }
    }

    /// The next step of an update. The installation waits until nothing charges (L01.FR.06), a report for the registration.
    pub(super) fn step_firmware(&mut self, now: Moment, out: &mut Outbox) {
        let (charges, may_send) = (self.has_transactions(), self.may_send());
        let may = |step| match step {
            TransferStep::Report("Installing") | TransferStep::Restart => !charges && may_send,
            TransferStep::Report(_) => may_send,
            _ => true,
        };
        let step = match self.blocks.firmware.advance(&mut self.failing, now.wall, may) {
            TransferAdvance::Over => return,
            TransferAdvance::Wait(time) => return self.schedule(StationTask::Firmware, time, now),
            TransferAdvance::Do(step) => step,
        };
        // scheduled first, because a restart keeps it
        if self.blocks.firmware.is_under_way() {
            self.schedule(StationTask::Firmware, STEP_INTERVAL, now);
        }
        match step {
            TransferStep::Report(status) => {
                self.send_if_allowed(FIRMWARE, self.blocks.firmware.payload(status), out);
            }
            TransferStep::SecurityEvent(event) => self.send_security_event(event, now, out),
            TransferStep::Restart => self.restart("FirmwareUpdate", now, out),
            TransferStep::WaitUntil(_) | TransferStep::Try(_) => {}
        }
    }

    /// The payload for a trigger: the last status, and `Idle` after an update that succeeded (L01.FR.25 and 26).
    pub(super) fn triggered_firmware_status(&self) -> Value {
        let transfer = &self.blocks.firmware;
        let status = if transfer.last_status == "Installed" { "Idle" } else { transfer.last_status };
        transfer.payload(status)
    }
}
