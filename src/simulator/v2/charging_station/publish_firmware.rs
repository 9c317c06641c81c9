//! Firmware that a station publishes for others in its network, as a local controller does: PublishFirmware, UnpublishFirmware and
//! PublishFirmwareStatusNotification (OCPP 2.0.1 part 2, L03 and L04).

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{only_status, status_because, status_then};
use super::firmware::repeated;
use super::timers::StationTask;
use crate::behaviour::{FailingStep, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::file_transfer::{
    FILE_TRANSFER_PROTOCOLS, FileTransfer, IDLE, STEP_INTERVAL, TransferAdvance, TransferAttempt, TransferStep,
};
use crate::simulator::payload::text;

/// The action that reports the status of a publication.
pub(super) const PUBLICATION: &str = "PublishFirmwareStatusNotification";

/// The publication that goes on, and what is published.
#[derive(Debug)]
pub(super) struct FirmwarePublication {
    transfer: FileTransfer,
    /// The checksum of the file that is being published.
    checksum: String,
    /// The checksums of what is published, lower case.
    published: Vec<String>,
}

impl Default for FirmwarePublication {
    fn default() -> Self {
        FirmwarePublication { transfer: FileTransfer::none(PUBLICATION), checksum: String::new(), published: Vec::new() }
    }
}

impl FirmwarePublication {
    /// The transfer ends; what is published stays.
    pub(super) fn end(&mut self) {
        self.transfer = FileTransfer::none(PUBLICATION);
    }
}

/// Whether a text is an MD5 sum in hexadecimal digits.
fn is_checksum(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn publication_steps(payload: &Value) -> [TransferStep; 7] {
    let failure = &[TransferStep::Report("DownloadFailed")];
    let paused = Some(["DownloadPaused", "Downloading"]);
    let location = text(payload, "location").unwrap_or_default();
    let right = text(payload, "checksum").is_some_and(is_checksum);
    [
        TransferStep::Report("Downloading"),
        repeated(payload, FailingStep::Download, location, paused, failure),
        TransferStep::Report("Downloaded"),
        TransferAttempt::once(FailingStep::Verify, right, &[TransferStep::Report("InvalidChecksum")]),
        TransferStep::Report("ChecksumVerified"),
        TransferAttempt::once(FailingStep::Install, true, &[TransferStep::Report("PublishFailed")]),
        TransferStep::Report("Published"),
    ]
}

impl ChargingStation {
    /// PublishFirmware and UnpublishFirmware.
    pub(super) fn propose_publication(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "PublishFirmware" => Some(self.publish_firmware(call.payload)),
            "UnpublishFirmware" => Some(self.unpublish_firmware(call.payload)),
            _ => None,
        }
    }

    fn publish_firmware(&self, payload: &Value) -> Proposal {
        if self.blocks.publication.transfer.is_under_way() {
            return status_because("Rejected", "FwUpdateInProgress");
        }
        let payload = payload.clone();
        status_then("Accepted", move |station, now, _out| station.begin_publication(&payload, now))
    }

    fn begin_publication(&mut self, payload: &Value, now: Moment) {
        if self.settings.autonomous {
            let publication = &mut self.blocks.publication;
            publication.checksum = text(payload, "checksum").unwrap_or_default().to_ascii_lowercase();
            let request = payload.get("requestId").cloned();
            publication.transfer = FileTransfer::new(PUBLICATION, request, publication_steps(payload));
            self.schedule(StationTask::Publication, STEP_INTERVAL, now);
        }
    }

    /// UnpublishFirmware: nothing is published while its download goes on (L04).
    fn unpublish_firmware(&self, payload: &Value) -> Proposal {
        let checksum = text(payload, "checksum").unwrap_or_default().to_ascii_lowercase();
        let publication = &self.blocks.publication;
        if publication.transfer.is_under_way() && publication.checksum == checksum {
            only_status("DownloadOngoing")
        } else if publication.published.contains(&checksum) {
            status_then("Unpublished", move |station, _now, _out| {
                station.blocks.publication.published.retain(|published| *published != checksum);
            })
        } else {
            only_status("NoFirmware")
        }
    }

    /// The next step of a publication.
    pub(super) fn step_publication(&mut self, now: Moment, out: &mut Outbox) {
        let may_send = self.may_send();
        match self.blocks.publication.transfer.advance(&mut self.failing, now.wall, |_| may_send) {
            TransferAdvance::Over => return,
            TransferAdvance::Wait(time) => return self.schedule(StationTask::Publication, time, now),
            TransferAdvance::Do(TransferStep::Report(status)) => {
                let publication = &mut self.blocks.publication;
                if status == "Published" && !publication.published.contains(&publication.checksum) {
                    publication.published.push(publication.checksum.clone());
                }
                let payload = self.publication_payload(status);
                self.send_if_allowed(PUBLICATION, payload, out);
            }
            TransferAdvance::Do(_) => {}
        }
        if self.blocks.publication.transfer.is_under_way() {
            self.schedule(StationTask::Publication, STEP_INTERVAL, now);
        }
    }

    /// The places of published firmware are part of the report, one for each protocol (L03).
    fn publication_payload(&self, status: &str) -> Value {
        let publication = &self.blocks.publication;
        let mut payload = publication.transfer.payload(status);
        if status == "Published" {
            let place = |protocol| format!("{protocol}://controller.local/firmware/{}", publication.checksum);
            payload["location"] = json!(FILE_TRANSFER_PROTOCOLS.map(place));
        }
        payload
    }

    /// The payload for a trigger: `Idle` when nothing is being published.
    pub(super) fn triggered_publication_status(&self) -> Value {
        let transfer = &self.blocks.publication.transfer;
        self.publication_payload(if transfer.is_under_way() { transfer.last_status } else { IDLE })
    }
}
