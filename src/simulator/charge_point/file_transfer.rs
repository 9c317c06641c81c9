//! Diagnostics and firmware: GetDiagnostics and UpdateFirmware, and the statuses that tell how it goes (OCPP 1.6 §4.4, §4.5, §5.9,
//! §5.19). No file is ever moved: the statuses come as if it were, and a place that no charge point could reach fails.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::agenda::Task;
use super::registration::Registration;
use super::status::Status;
use crate::link::{Answer, Moment, Outbox};
use crate::ocpp::Version;
use crate::simulator::payload::{empty, span, text, time, written_time};

/// The time between two steps.
const STEP: Duration = Duration::from_secs(3);

/// How often it is looked whether charging is over, so that the firmware can be installed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A step of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Tell a status.
    Tell(&'static str),
    /// Restart, which new firmware needs.
    Restart,
}

/// One kind of transfer: the steps ahead and the status that was told last.
#[derive(Debug)]
pub(super) struct Transfer {
    action: &'static str,
    steps: VecDeque<Step>,
    told: &'static str,
}

impl Transfer {
    /// No diagnostics have been sent.
    pub(super) fn diagnostics() -> Transfer {
        Transfer { action: "DiagnosticsStatusNotification", steps: VecDeque::new(), told: "Idle" }
    }

    /// No firmware has been installed.
    pub(super) fn firmware() -> Transfer {
        Transfer { action: "FirmwareStatusNotification", steps: VecDeque::new(), told: "Idle" }
    }

    /// The call that a TriggerMessage asks for: `Idle` when nothing is under way.
    pub(super) fn triggered(&self) -> (&'static str, Value) {
        (self.action, json!({ "status": if self.steps.is_empty() { "Idle" } else { self.told } }))
    }
}

/// Whether the simulated charge point knows a way to a place (`SupportedFileTransferProtocols`).
fn is_reachable(location: &str) -> bool {
    let scheme = location.split_once("://").map_or("", |(scheme, _)| scheme);
    ["ftp", "ftps", "http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The steps of an upload; the running upload itself is told in 1.6 only.
fn diagnostics_steps(version: Version, reachable: bool) -> VecDeque<Step> {
    let begin = (version == Version::V1_6).then_some(Step::Tell("Uploading"));
    begin.into_iter().chain([Step::Tell(if reachable { "Uploaded" } else { "UploadFailed" })]).collect()
}

/// The steps of an update; the running steps are told in 1.6 only.
fn firmware_steps(version: Version, reachable: bool) -> VecDeque<Step> {
    let steps: &[Step] = match (version, reachable) {
        (Version::V1_6, true) => &[
            Step::Tell("Downloading"),
            Step::Tell("Downloaded"),
            Step::Tell("Installing"),
            Step::Restart,
            Step::Tell("Installed"),
        ],
        (Version::V1_6, false) => &[Step::Tell("Downloading"), Step::Tell("DownloadFailed")],
        (_, true) => &[Step::Tell("Downloaded"), Step::Restart, Step::Tell("Installed")],
        (_, false) => &[Step::Tell("DownloadFailed")],
    };
    steps.iter().copied().collect()
}

impl ChargePoint {
    /// GetDiagnostics: the name of the file that would be sent, at most 255 characters (OCPP 1.6 §5.9).
    pub(super) fn get_diagnostics(&mut self, payload: &Value, version: Version, now: Moment) -> Answer {
        let reachable = is_reachable(text(payload, "location").unwrap_or_default());
        if self.settings.lively {
            self.diagnostics.steps = diagnostics_steps(version, reachable);
            self.schedule(Task::Diagnostics, STEP, now);
        }
        let identity = self.settings.identity.chars().filter(|it| it.is_ascii_alphanumeric()).take(48).collect::<String>();
        let time = written_time(now.wall).replace(':', "-");
        Answer::Result(json!({ "fileName": format!("diagnostics-{identity}-{time}.log") }))
    }

    /// UpdateFirmware: begins at `retrieveDate`. A new one takes the place of one that is under way.
    pub(super) fn update_firmware(&mut self, payload: &Value, version: Version, now: Moment) -> Answer {
        let reachable = is_reachable(text(payload, "location").unwrap_or_default());
        let begin = time(payload, "retrieveDate").map_or(Duration::ZERO, |begin| span(now.wall, begin));
        if self.settings.lively {
            self.firmware.steps = firmware_steps(version, reachable);
            self.firmware.told = "Idle";
            self.schedule(Task::Firmware, begin.max(STEP), now);
        }
        empty()
    }

    /// The next step of an upload.
    pub(super) fn step_diagnostics(&mut self, now: Moment, out: &mut Outbox) {
        if let Some(Step::Tell(status)) = self.diagnostics.steps.pop_front() {
            self.diagnostics.told = status;
            self.say("DiagnosticsStatusNotification", json!({ "status": status }), out);
        }
        if !self.diagnostics.steps.is_empty() {
            self.schedule(Task::Diagnostics, STEP, now);
        }
    }

    /// The next step of an update. Installing waits until nobody charges, telling that it is done waits for the registration.
    pub(super) fn step_firmware(&mut self, now: Moment, out: &mut Outbox) {
        let next = self.firmware.steps.front().copied();
        let busy = self.connectors.iter().any(|it| it.transaction.is_some() || it.pending.is_some());
        let waits = match next {
            Some(Step::Tell("Installing") | Step::Restart) => busy,
            Some(Step::Tell(_)) => !self.may_speak(),
            None => return,
        };
        if waits {
            self.schedule(Task::Firmware, PATIENCE, now);
            return;
        }
        self.firmware.steps.pop_front();
        // scheduled first, because a restart looks at what is left to do
        if !self.firmware.steps.is_empty() {
            self.schedule(Task::Firmware, STEP, now);
        }
        match next {
            Some(Step::Tell(status)) => {
                self.firmware.told = status;
                self.say("FirmwareStatusNotification", json!({ "status": status }), out);
            }
            Some(Step::Restart) => self.restart(now, out),
            None => {}
        }
    }

    /// The charge point goes down and comes up again: nothing that was under way goes on, apart from an update that has to tell of
    /// its success, reservations, profiles and messages about transactions. It boots like after power-up (OCPP 1.6 §5.14).
    pub(super) fn restart(&mut self, now: Moment, out: &mut Outbox) {
        for number in 1..=self.last_connector() {
            // a transaction that began after the Reset
            self.stop_transaction(number, "Reboot", now, out);
        }
        self.registration = Registration::Unknown;
        self.agenda.retain(|task| matches!(task, Task::Firmware | Task::ExpireReservation(_)));
        self.diagnostics = Transfer::diagnostics();
        let held: Vec<_> = (1..=self.last_connector()).filter(|number| self.reservations.holds(*number)).collect();
        for (connector, number) in self.connectors.iter_mut().zip(1..) {
            connector.pending = None;
            connector.status = match connector.operative {
                false => Status::Unavailable,
                true if held.contains(&number) => Status::Reserved,
                true => Status::Available,
            };
            connector.meter.set_power(0.0, now.monotonic);
        }
        self.boot(out);
    }
}
