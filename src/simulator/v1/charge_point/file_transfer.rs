//! Diagnostics and firmware: GetDiagnostics and UpdateFirmware, and the statuses that tell how it goes (OCPP 1.6 §4.4, §4.5, §5.9,
//! §5.19); their younger sisters GetLog and SignedUpdateFirmware (security whitepaper, use cases N01 and L01). No file is ever moved
//! and no signature ever checked: the statuses come as if they were, and a place that no charge point could reach fails.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargePoint;
use super::certificates::is_certificate;
use super::effect::{CallEffect, result_then, status_then};
use super::registration::Registration;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::{integer, span, text, time, written_time};
use crate::simulator::v1::features::SimulatedFeatures;

/// The time between two steps.
const STEP: Duration = Duration::from_secs(3);

/// How long the charge point is off when it restarts.
const OFF: Duration = Duration::from_millis(1500);

/// How often it is looked whether charging is over, so that the firmware can be installed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A step of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Tell a status.
    Tell(&'static str),
    /// Restart, which new firmware needs.
    Restart,
    /// Do nothing before this time.
    WaitUntil(Timestamp),
}

/// One transfer: the steps ahead and the status that was told last.
#[derive(Debug)]
pub(super) struct Transfer {
    action: &'static str,
    /// The `requestId` of the call that began it; transfers older than the security extension have none.
    request_id: Option<i32>,
    steps: VecDeque<Step>,
    told: &'static str,
}

impl Transfer {
    /// No diagnostics have been sent.
    pub(super) fn diagnostics() -> Transfer {
        Transfer::none(DIAGNOSTICS)
    }

    /// No log has been sent.
    pub(super) fn log() -> Transfer {
        Transfer::none(LOG)
    }

    /// No firmware has been installed.
    pub(super) fn firmware() -> Transfer {
        Transfer::none(FIRMWARE)
    }

    fn none(action: &'static str) -> Transfer {
        Transfer { action, request_id: None, steps: VecDeque::new(), told: "Idle" }
    }

    fn is_under_way(&self) -> bool {
        !self.steps.is_empty()
    }

    /// What a trigger of this action asks for: `Idle` when nothing is under way. A signed update that did not end well is told until
    /// the next one (security whitepaper L01.FR.28 and 29).
    pub(super) fn triggered(&self, action: &str) -> Value {
        let remembered = self.is_under_way() || (action == SIGNED_FIRMWARE && self.told != "Installed");
        self.payload(if action == self.action && remembered { self.told } else { "Idle" })
    }

    /// `Idle` belongs to no request (L01.FR.21, N01.FR.12).
    fn payload(&self, status: &str) -> Value {
        let mut payload = json!({ "status": status });
        if let Some(id) = self.request_id.filter(|_| status != "Idle") {
            payload["requestId"] = id.into();
        }
        payload
    }
}

/// The calls that tell of diagnostics.
pub(super) const DIAGNOSTICS: &str = "DiagnosticsStatusNotification";
/// The calls that tell of a log.
pub(super) const LOG: &str = "LogStatusNotification";
/// The calls that tell of firmware.
pub(super) const FIRMWARE: &str = "FirmwareStatusNotification";
/// The calls that tell of signed firmware.
pub(super) const SIGNED_FIRMWARE: &str = "SignedFirmwareStatusNotification";

/// Whether the simulated charge point knows a way to a place (`SupportedFileTransferProtocols`).
fn is_reachable(location: &str) -> bool {
    let scheme = location.split_once("://").map_or("", |(scheme, _)| scheme);
    ["ftp", "ftps", "http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The steps of an upload.
fn diagnostics_steps(version: Version, reachable: bool) -> VecDeque<Step> {
    let begin = SimulatedFeatures::of(version).transfer_progress.then_some(Step::Tell("Uploading"));
    begin.into_iter().chain([Step::Tell(if reachable { "Uploaded" } else { "UploadFailed" })]).collect()
}

/// The steps of an update.
fn firmware_steps(version: Version, reachable: bool) -> VecDeque<Step> {
    let steps: &[Step] = match (SimulatedFeatures::of(version).transfer_progress, reachable) {
        (true, true) => &[
            Step::Tell("Downloading"),
            Step::Tell("Downloaded"),
            Step::Tell("Installing"),
            Step::Restart,
            Step::Tell("Installed"),
        ],
        (true, false) => &[Step::Tell("Downloading"), Step::Tell("DownloadFailed")],
        (false, true) => &[Step::Tell("Downloaded"), Step::Restart, Step::Tell("Installed")],
        (false, false) => &[Step::Tell("DownloadFailed")],
    };
    steps.iter().copied().collect()
}

/// The steps of a signed update; a time that lies ahead is told before it is waited for (L01.FR.13 and 16).
fn signed_firmware_steps(firmware: &Value, now: Timestamp) -> VecDeque<Step> {
    let wait = |field, told| {
        let begin = time(firmware, field).filter(|begin| *begin > now);
        begin.map(|begin| [Step::Tell(told), Step::WaitUntil(begin)]).into_iter().flatten()
    };
    let download = wait("retrieveDateTime", "DownloadScheduled").chain([Step::Tell("Downloading")]);
    if !is_reachable(text(firmware, "location").unwrap_or_default()) {
        return download.chain([Step::Tell("DownloadFailed")]).collect();
    }
    download
        .chain([Step::Tell("Downloaded"), Step::Tell("SignatureVerified")])
        .chain(wait("installDateTime", "InstallScheduled"))
        .chain([Step::Tell("Installing"), Step::Tell("InstallRebooting"), Step::Restart, Step::Tell("Installed")])
        .collect()
}

impl ChargePoint {
    /// GetDiagnostics: the name of the file that would be sent, at most 255 characters (OCPP 1.6 §5.9).
    pub(super) fn get_diagnostics(&self, payload: &Value, now: Moment) -> Proposal {
        let reachable = is_reachable(text(payload, "location").unwrap_or_default());
        let result = json!({ "fileName": self.file_name("diagnostics", now) });
        self.transfer(result, None, CallEffect::SendDiagnostics { reachable })
    }

    /// A result, and a transfer that begins when it has left if the charge point acts by itself.
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
        self.log = Transfer { request_id, steps: [Step::Tell("Uploading"), Step::Tell(end)].into(), ..Transfer::log() };
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

    /// GetLog: a new one takes the place of one that is under way (security whitepaper N01.FR.11).
    pub(super) fn get_log(&self, payload: &Value, now: Moment) -> Proposal {
        let answer = if self.log.is_under_way() { "AcceptedCanceled" } else { "Accepted" };
        let location = payload.get("log").and_then(|log| text(log, "remoteLocation"));
        let reachable = is_reachable(location.unwrap_or_default());
        let effect = CallEffect::SendLog { request: integer(payload, "requestId"), reachable };
        let content = if text(payload, "logType") == Some("SecurityLog") { "security" } else { "diagnostics" };
        let result = json!({ "status": answer, "filename": self.file_name(content, now) });
        self.transfer(result, Some(answer), effect)
    }

    /// SignedUpdateFirmware. The certificate must be one, which is looked at before anything else (L01.FR.23 and 24); a new update
    /// takes the place of one that is under way, signed or not (L01.FR.26).
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

    /// UpdateFirmware: begins at `retrieveDate`. A new one takes the place of one that is under way.
    pub(super) fn update_firmware(&self, payload: &Value) -> Proposal {
        let reachable = is_reachable(text(payload, "location").unwrap_or_default());
        let begin = time(payload, "retrieveDate");
        self.transfer(json!({}), None, CallEffect::UpdateFirmware { reachable, begin })
    }

    /// The next step of an upload of diagnostics.
    pub(super) fn step_diagnostics(&mut self, now: Moment, out: &mut Outbox) {
        if let Some(Step::Tell(status)) = self.diagnostics.steps.pop_front() {
            self.diagnostics.told = status;
            self.say(DIAGNOSTICS, self.diagnostics.payload(status), out);
        }
        if self.diagnostics.is_under_way() {
            self.schedule(TimerTask::Diagnostics, STEP, now);
        }
    }

    /// The next step of an upload of a log.
    pub(super) fn step_log(&mut self, now: Moment, out: &mut Outbox) {
        if let Some(Step::Tell(status)) = self.log.steps.pop_front() {
            self.log.told = status;
            self.say(LOG, self.log.payload(status), out);
        }
        if self.log.is_under_way() {
            self.schedule(TimerTask::Log, STEP, now);
        }
    }

    /// The next step of an update. Installing waits until nobody charges, telling that it is done waits for the registration.
    pub(super) fn step_firmware(&mut self, now: Moment, out: &mut Outbox) {
        let next = self.firmware.steps.front().copied();
        let busy = self.connectors.iter().any(|it| it.transaction.is_some() || it.pending.is_some());
        let waits = match next {
            Some(Step::Tell("Installing") | Step::Restart) => busy,
            Some(Step::Tell(_)) => !self.may_speak(),
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
        // scheduled first, because a restart looks at what is left to do
        if !self.firmware.steps.is_empty() {
            self.schedule(TimerTask::Firmware, STEP, now);
        }
        match next {
            Some(Step::Tell(status)) => {
                self.firmware.told = status;
                self.say(self.firmware.action, self.firmware.payload(status), out);
            }
            Some(Step::Restart) => self.restart(now, out),
            Some(Step::WaitUntil(_)) | None => {}
        }
    }

    /// The charge point goes down, its link with it, and comes up again: nothing that was under way goes on, apart from an update that has to tell of
    /// its success, reservations, profiles and messages about transactions. It boots like after power-up (OCPP 1.6 §5.14).
    pub(super) fn restart(&mut self, now: Moment, out: &mut Outbox) {
        for number in 1..=self.last_connector() {
            // a transaction that began after the Reset
            self.stop_transaction(number, "Reboot", now, out);
        }
        self.registration = Registration::Unknown;
        self.agenda.retain(|task| matches!(task, TimerTask::Firmware | TimerTask::ExpireReservation(_)));
        self.diagnostics = Transfer::diagnostics();
        self.log = Transfer::log();
        let held: Vec<_> = (1..=self.last_connector()).filter(|number| self.reservations.holds(*number)).collect();
        for (connector, number) in self.connectors.iter_mut().zip(1..) {
            connector.pending = None;
            connector.status = match connector.operative {
                false => ConnectorStatus::Unavailable,
                true if held.contains(&number) => ConnectorStatus::Reserved,
                true => ConnectorStatus::Available,
            };
            connector.meter.set_power(0.0, now.monotonic);
        }
        self.online = false;
        out.restart(OFF);
    }
}
