//! A transfer of a file as a simulated station reports it: its statuses in steps, attempts that may fail and be repeated, and waits. No
//! file is transferred and no signature is checked. Which steps a transfer has, and what each does to the station, is in `v1` and `v2`.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::failing_steps::FailingSteps;
use super::payload::{seconds_later, span};
use crate::behaviour::FailingStep;

/// The time between two steps.
pub(super) const STEP_INTERVAL: Duration = Duration::from_secs(3);

/// The interval of checks whether the station is free for the next step.
const BUSY_INTERVAL: Duration = Duration::from_secs(10);

/// A step of a transfer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TransferStep {
    /// Report a status.
    Report(&'static str),
    /// Report a security event.
    SecurityEvent(&'static str),
    /// Restart, as required by new firmware.
    Restart,
    /// Wait until this time.
    WaitUntil(Timestamp),
    /// Do something that may fail. It takes no time by itself.
    Try(TransferAttempt),
}

/// Something that may fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TransferAttempt {
    /// What fails on request.
    pub step: FailingStep,
    /// Whether it can succeed at all.
    pub possible: bool,
    /// How often it is repeated after a failure.
    pub retries: u32,
    /// The seconds before it is repeated.
    pub pause: i64,
    /// The statuses of the pause, and of its end.
    pub paused: Option<[&'static str; 2]>,
    /// The steps after the last failure, in place of all others.
    pub failure: &'static [TransferStep],
}

impl TransferAttempt {
    /// Something that is done once.
    pub(super) const fn once(step: FailingStep, possible: bool, failure: &'static [TransferStep]) -> TransferStep {
        TransferStep::Try(TransferAttempt { step, possible, retries: 0, pause: 0, paused: None, failure })
    }
}

/// What a station has to do for a transfer now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TransferAdvance {
    /// Nothing: it is over.
    Over,
    /// Ask again after this time.
    Wait(Duration),
    /// Do this step.
    Do(TransferStep),
}

/// One transfer: its next steps and the status that was reported last.
#[derive(Debug)]
pub(super) struct FileTransfer {
    /// The action that reports its status.
    pub action: &'static str,
    /// The `requestId` of the call that started it; `None` in messages without one.
    pub request_id: Option<Value>,
    /// The status that was reported last.
    pub last_status: &'static str,
    steps: VecDeque<TransferStep>,
}

impl FileTransfer {
    /// The state before any transfer.
    pub(super) const fn none(action: &'static str) -> FileTransfer {
        FileTransfer { action, request_id: None, last_status: IDLE, steps: VecDeque::new() }
    }

    /// A transfer with these steps.
    pub(super) fn new(
        action: &'static str,
        request_id: Option<Value>,
        steps: impl IntoIterator<Item = TransferStep>,
    ) -> FileTransfer {
        FileTransfer { action, request_id, last_status: IDLE, steps: steps.into_iter().collect() }
    }

    /// Whether steps are left.
    pub(super) fn is_under_way(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Goes on, as far as `may` allows the next step.
    pub(super) fn advance(
        &mut self,
        failing: &mut FailingSteps,
        now: Timestamp,
        may: impl FnOnce(TransferStep) -> bool,
    ) -> TransferAdvance {
        self.attempt(failing, now);
        match self.steps.front().copied() {
            None => TransferAdvance::Over,
            Some(TransferStep::WaitUntil(time)) if time > now => TransferAdvance::Wait(span(now, time)),
            Some(step) if !may(step) => TransferAdvance::Wait(BUSY_INTERVAL),
            Some(step) => {
                self.steps.pop_front();
                if let TransferStep::Report(status) = step {
                    self.last_status = status;
                }
                TransferAdvance::Do(step)
            }
        }
    }

    /// Makes the attempts that are next.
    fn attempt(&mut self, failing: &mut FailingSteps, now: Timestamp) {
        while let Some(TransferStep::Try(attempt)) = self.steps.front().copied() {
            self.steps.pop_front();
            if attempt.possible && !failing.take(attempt.step) {
                continue;
            }
            let Some(retries) = attempt.retries.checked_sub(1) else {
                self.steps = attempt.failure.iter().copied().collect();
                continue;
            };
            self.steps.push_front(TransferStep::Try(TransferAttempt { retries, ..attempt }));
            let [pause, resume] = attempt.paused.map_or([None; 2], |statuses| statuses.map(Some));
            let wait = TransferStep::WaitUntil(seconds_later(now, attempt.pause.max(1)));
            for step in [resume.map(TransferStep::Report), Some(wait), pause.map(TransferStep::Report)].into_iter().flatten() {
                self.steps.push_front(step);
            }
        }
    }

    /// The payload that reports a status. `Idle` has no `requestId` (security whitepaper L01.FR.21, N01.FR.12; OCPP 2.0.1 part 2,
    /// L01.FR.20).
    pub(super) fn payload(&self, status: &str) -> Value {
        let mut payload = json!({ "status": status });
        if let Some(id) = self.request_id.clone().filter(|_| status != IDLE) {
            payload["requestId"] = id;
        }
        payload
    }
}

/// The status without a transfer.
pub(super) const IDLE: &str = "Idle";

/// Whether a simulated station supports the protocol of a location (`SupportedFileTransferProtocols`, `FileTransferProtocols`).
pub(super) fn is_reachable(location: &str) -> bool {
    let scheme = location.split_once("://").map_or("", |(scheme, _)| scheme);
    FILE_TRANSFER_PROTOCOLS.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The protocols for files.
pub(super) const FILE_TRANSFER_PROTOCOLS: [&str; 4] = ["ftp", "ftps", "http", "https"];

/// The name of a file that a station uploads, at most 255 characters (OCPP 1.6 §5.9).
pub(super) fn log_file_name(content: &str, identity: &str, time: &str) -> String {
    let identity: String = identity.chars().filter(char::is_ascii_alphanumeric).take(48).collect();
    format!("{content}-{identity}-{}.log", time.replace(':', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::FailureTimes;

    const FAILED: &[TransferStep] = &[TransferStep::Report("DownloadFailed")];

    fn download(possible: bool, retries: u32) -> FileTransfer {
        let attempt = TransferAttempt {
            step: FailingStep::Download,
            possible,
            retries,
            pause: 60,
            paused: Some(["DownloadPaused", "Downloading"]),
            failure: FAILED,
        };
        let steps = [TransferStep::Report("Downloading"), TransferStep::Try(attempt), TransferStep::Report("Downloaded")];
        FileTransfer::new("FirmwareStatusNotification", Some(7.into()), steps)
    }

    /// The statuses of a transfer, and the seconds of its waits.
    fn course(mut transfer: FileTransfer, failing: &mut FailingSteps) -> Vec<String> {
        let mut now: Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        let mut course = Vec::new();
        loop {
            match transfer.advance(failing, now, |_| true) {
                TransferAdvance::Over => return course,
                TransferAdvance::Wait(time) => {
                    course.push(format!("{} s", time.as_secs()));
                    now += time;
                }
                TransferAdvance::Do(TransferStep::Report(status)) => course.push(status.to_owned()),
                TransferAdvance::Do(_) => {}
            }
        }
    }

    #[test]
    fn an_attempt_is_repeated_as_often_as_wanted() {
        let mut failing = FailingSteps::default();
        assert_eq!(course(download(true, 2), &mut failing), ["Downloading", "Downloaded"]);
        assert_eq!(course(download(false, 0), &mut failing), ["Downloading", "DownloadFailed"]);
        failing.set(FailingStep::Download, FailureTimes::Next);
        let once = ["Downloading", "DownloadPaused", "60 s", "Downloading", "Downloaded"];
        assert_eq!(course(download(true, 2), &mut failing), once);
        let never = ["Downloading", "DownloadPaused", "60 s", "Downloading", "DownloadFailed"];
        assert_eq!(course(download(false, 1), &mut failing), never);
    }

    #[test]
    fn a_step_waits_until_it_may_be_done() {
        let (mut transfer, now) = (download(true, 0), Timestamp::UNIX_EPOCH);
        let mut failing = FailingSteps::default();
        assert_eq!(transfer.advance(&mut failing, now, |_| false), TransferAdvance::Wait(BUSY_INTERVAL));
        assert_eq!(transfer.last_status, IDLE);
        let next = transfer.advance(&mut failing, now, |_| true);
        assert_eq!((next, transfer.last_status), (TransferAdvance::Do(TransferStep::Report("Downloading")), "Downloading"));
    }

    #[test]
    fn idle_has_no_request() {
        let transfer = download(true, 0);
        assert_eq!(transfer.payload("Downloaded"), json!({"status": "Downloaded", "requestId": 7}));
        assert_eq!(transfer.payload(IDLE), json!({"status": "Idle"}));
    }

    #[test]
    fn locations_need_a_known_protocol() {
        let reachable = ["ftp://h/x", "HTTPS://h/x", "nowhere", "sftp://h/x", ""].map(is_reachable);
        assert_eq!(reachable, [true, true, false, false, false]);
    }
}
