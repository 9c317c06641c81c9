//! The answers of the central system to charge points of OCPP 1.x, and their transactions.

mod transactions;

use std::sync::Arc;

use serde_json::{Value, json};

use self::transactions::{ReservedId, StartedTransaction, Transactions};
use super::features::SimulatedFeatures;
use crate::behaviour::{Answer, IncomingCall, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::central_system::running::RunningTransaction;
use crate::simulator::central_system::settings::CentralSystemSettings;
use crate::simulator::payload::{empty, integer, not_supported, status, text, written_time};

pub use self::transactions::transaction_id_of;

/// The statuses of a tag in OCPP 1.x.
const TAG_STATUSES: &[&str] = &["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"];

/// Answers charge points and keeps the book of their transactions.
#[derive(Debug)]
pub struct ChargePointAnswers {
    transactions: Transactions,
}

/// The effect of an answer.
#[derive(Debug)]
enum BookEntry {
    /// A transaction starts, with the id in the answer.
    Start(ReservedId, StartedTransaction),
    /// The transaction with this id ends.
    Stop(i32),
}

impl ChargePointAnswers {
    /// No transactions yet; the first one gets this id.
    pub fn starting_at(first_transaction: i32) -> ChargePointAnswers {
        ChargePointAnswers { transactions: Transactions::starting_at(first_transaction) }
    }

    /// The running transactions of a station, oldest first.
    pub fn running(&self, station: &str) -> Vec<RunningTransaction> {
        self.transactions.of(station)
    }

    /// The answer to a call and what follows from it.
    pub fn propose(
        &self,
        settings: &CentralSystemSettings,
        station: &Arc<str>,
        call: IncomingCall<'_>,
        now: Moment,
    ) -> Proposal {
        match call.action {
            "StartTransaction" => self.start(settings, station, call.payload),
            "StopTransaction" => stop(settings, call.payload),
            _ => answer(settings, call, now).into(),
        }
    }

    /// Applies the effect of an answer that has been sent. The id in the sent answer counts, also when the user has
    /// changed it.
    pub fn commit(&self, station: &str, effect: ProposedEffect, sent: &Answer) {
        let (Some(entry), Answer::Result(payload)) = (effect.into_inner(), sent) else { return };
        match entry {
            BookEntry::Start(reserved, transaction) => {
                if let Some(id) = integer(payload, "transactionId") {
                    self.transactions.begin(id, transaction);
                }
                drop(reserved);
            }
            BookEntry::Stop(id) => self.transactions.end(id, station),
        }
    }

    /// A refused tag gets a transaction id too: the answer must have one, and the station decides whether the
    /// transaction goes on (`StopTransactionOnInvalidId`, OCPP 1.6 §4.8).
    fn start(&self, settings: &CentralSystemSettings, station: &Arc<str>, payload: &Value) -> Proposal {
        let id = self.transactions.reserve();
        let id_tag = text(payload, "idTag").unwrap_or_default();
        let connector = integer(payload, "connectorId").unwrap_or_default();
        let transaction = StartedTransaction { station: Arc::clone(station), connector, id_tag: id_tag.into() };
        let answer = Answer::result(json!({ "transactionId": id.number(), "idTagInfo": id_tag_info(settings, id_tag) }));
        Proposal::with(answer, BookEntry::Start(id, transaction))
    }
}

/// A central system cannot prevent the end of a transaction (OCPP 1.6 §4.10). An unknown id is answered like any
/// other, also the −1 of a station that never received one (errata §3.18).
fn stop(settings: &CentralSystemSettings, payload: &Value) -> Proposal {
    let answer = match text(payload, "idTag") {
        Some(id_tag) => Answer::result(json!({ "idTagInfo": id_tag_info(settings, id_tag) })),
        None => empty(),
    };
    match integer(payload, "transactionId") {
        Some(id) => Proposal::with(answer, BookEntry::Stop(id)),
        None => answer.into(),
    }
}

/// The answer to a call without an effect.
fn answer(settings: &CentralSystemSettings, call: IncomingCall<'_>, now: Moment) -> Answer {
    match call.action {
        "BootNotification" => boot_answer(settings, call.version, now),
        "Heartbeat" => Answer::result(json!({ "currentTime": written_time(now.wall) })),
        "Authorize" => {
            let id_tag = text(call.payload, "idTag").unwrap_or_default();
            Answer::result(json!({ "idTagInfo": id_tag_info(settings, id_tag) }))
        }
        "MeterValues" | "StatusNotification" | "FirmwareStatusNotification" | "DiagnosticsStatusNotification" => empty(),
        "DataTransfer" if SimulatedFeatures::of(call.version).actions_of_1_5 => data_transfer(settings, call.payload),
        action if SimulatedFeatures::of(call.version).actions_of_1_6 => answer_of_security_extension(action),
        action => not_supported(action),
    }
}

fn boot_answer(settings: &CentralSystemSettings, version: Version, now: Moment) -> Answer {
    let features = SimulatedFeatures::of(version);
    let registration = match settings.registration.as_str() {
        "Pending" if !features.pending_registration => "Rejected",
        registration => registration,
    };
    Answer::result(json!({
        "status": registration,
        "currentTime": written_time(now.wall),
        features.boot_interval: settings.heartbeat_interval,
    }))
}

/// A status that only 2.x has is `Invalid` here.
fn id_tag_info(settings: &CentralSystemSettings, id_tag: &str) -> Value {
    let status = settings.tag_status(id_tag);
    json!({ "status": if TAG_STATUSES.contains(&status) { status } else { "Invalid" } })
}

fn data_transfer(settings: &CentralSystemSettings, payload: &Value) -> Answer {
    let vendor = text(payload, "vendorId").unwrap_or_default();
    status(if settings.knows_vendor(vendor) { "Accepted" } else { "UnknownVendorId" })
}

/// The security extension of OCPP 1.6 (Improved security for OCPP 1.6-J, §5).
fn answer_of_security_extension(action: &str) -> Answer {
    match action {
        "SecurityEventNotification" | "LogStatusNotification" | "SignedFirmwareStatusNotification" => empty(),
        "SignCertificate" => status("Accepted"),
        _ => not_supported(action),
    }
}
