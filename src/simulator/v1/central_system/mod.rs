//! The simulated central system: its answers to charge points. All links share its settings and transactions, so that
//! ten thousand stations use little memory. It never sends calls by itself; the user or a script sends them.

mod transactions;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use self::transactions::{ReservedId, Transactions};
use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::{OcppGeneration, Role, Version};
use crate::simulator::payload::{empty, integer, not_supported, status, text, written_time};
use crate::simulator::profile::Samples;
use crate::simulator::v1::features::SimulatedFeatures;
use crate::simulator::v2::csms;

pub use self::transactions::{RunningTransaction, transaction_id_of};

/// The settings of the central system that the user may change.
#[derive(Debug, Clone)]
pub struct CentralSystemSettings {
    /// Seconds between heartbeats, sent in the answer to BootNotification. While the registration is not `Accepted`,
    /// the seconds to wait before the next attempt (OCPP 1.6 §4.2).
    pub heartbeat_interval: u32,
    /// The `status` in the answer to BootNotification: `Accepted`, `Pending` (1.6 only, sent as `Rejected` in older
    /// versions) or `Rejected`.
    pub registration: String,
    /// The id tags that are not accepted, with their status: `Blocked`, `Expired`, `Invalid` or `ConcurrentTx`.
    pub refused_tags: BTreeMap<String, String>,
    /// The vendors whose DataTransfer is accepted; others get `UnknownVendorId` (OCPP 1.6 §4.3). `None` accepts every
    /// vendor, so that a user can try out an extension without any setting.
    pub known_vendors: Option<Vec<String>>,
    /// The id of the first transaction. Read once, when the central system begins.
    pub first_transaction: i32,
}

impl Default for CentralSystemSettings {
    fn default() -> Self {
        Self {
            heartbeat_interval: 300,
            registration: "Accepted".to_owned(),
            refused_tags: BTreeMap::new(),
            known_vendors: None,
            first_transaction: 1,
        }
    }
}

/// The central system, shared by all its links.
#[derive(Debug)]
pub struct CentralSystem {
    settings: Mutex<CentralSystemSettings>,
    transactions: Transactions,
}

/// The effect of an answer of the central system.
#[derive(Debug)]
enum BookEntry {
    /// A transaction starts, with the id in the answer.
    Start(ReservedId, RunningTransaction),
    /// The transaction with this id ends.
    Stop(i32),
}

impl CentralSystem {
    /// A central system without transactions.
    pub fn new(settings: CentralSystemSettings) -> Arc<Self> {
        let transactions = Transactions::starting_at(settings.first_transaction);
        Arc::new(Self { settings: Mutex::new(settings), transactions })
    }

    /// The behaviour of a link to the station with this identity.
    pub fn behaviour(self: &Arc<Self>, identity: &str) -> CentralSystemBehaviour {
        self.behaviour_with(identity, Samples::default())
    }

    /// Like [`Self::behaviour`], with answers from this source.
    pub fn behaviour_with(self: &Arc<Self>, identity: &str, samples: Samples) -> CentralSystemBehaviour {
        CentralSystemBehaviour { system: Arc::clone(self), station: Arc::from(identity), samples }
    }

    /// A copy of the current settings.
    pub fn settings(&self) -> CentralSystemSettings {
        lock(&self.settings).clone()
    }

    /// Changes the settings. All later answers use them.
    pub fn change_settings(&self, change: impl FnOnce(&mut CentralSystemSettings)) {
        change(&mut lock(&self.settings));
    }

    /// The running transactions of a station, by their ids, oldest first.
    pub fn running_transactions(&self, identity: &str) -> Vec<(i32, RunningTransaction)> {
        self.transactions.of(identity)
    }

    fn boot_answer(&self, version: Version, now: Moment) -> Answer {
        let settings = lock(&self.settings);
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

    fn id_tag_info(&self, id_tag: &str) -> Value {
        let settings = lock(&self.settings);
        let refused = settings.refused_tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(id_tag));
        json!({ "status": refused.map_or("Accepted", |(_, status)| status) })
    }

    /// A refused tag gets a transaction id too: the answer must have one, and the station decides whether the
    /// transaction goes on (`StopTransactionOnInvalidId`, OCPP 1.6 §4.8).
    fn start(&self, station: &Arc<str>, payload: &Value) -> Proposal {
        let id = self.transactions.reserve();
        let id_tag = text(payload, "idTag").unwrap_or_default();
        let connector = integer(payload, "connectorId").unwrap_or_default();
        let transaction = RunningTransaction { station: Arc::clone(station), connector, id_tag: id_tag.to_owned() };
        let answer = Answer::result(json!({ "transactionId": id.number(), "idTagInfo": self.id_tag_info(id_tag) }));
        Proposal::with(answer, BookEntry::Start(id, transaction))
    }

    /// A central system cannot prevent the end of a transaction (OCPP 1.6 §4.10). An unknown id is answered like any
    /// other, also the −1 of a station that never received one (errata §3.18).
    fn stop(&self, payload: &Value) -> Proposal {
        let answer = match text(payload, "idTag") {
            Some(id_tag) => Answer::result(json!({ "idTagInfo": self.id_tag_info(id_tag) })),
            None => empty(),
        };
        match integer(payload, "transactionId") {
            Some(id) => Proposal::with(answer, BookEntry::Stop(id)),
            None => answer.into(),
        }
    }

    /// Applies the effect of an answer that has been sent. The id in the sent answer counts, also when the user has
    /// changed it.
    fn commit(&self, station: &str, entry: BookEntry, sent: &Answer) {
        let Answer::Result(payload) = sent else { return };
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

    fn data_transfer(&self, payload: &Value) -> Answer {
        let settings = lock(&self.settings);
        let vendor = text(payload, "vendorId").unwrap_or_default();
        let known = settings.known_vendors.as_ref().is_none_or(|vendors| vendors.iter().any(|known| known == vendor));
        status(if known { "Accepted" } else { "UnknownVendorId" })
    }

    fn propose(&self, station: &Arc<str>, call: IncomingCall<'_>, now: Moment) -> Proposal {
        match call.action {
            "StartTransaction" => self.start(station, call.payload),
            "StopTransaction" => self.stop(call.payload),
            _ => self.answer(call, now).into(),
        }
    }

    /// The answer to a call without an effect.
    fn answer(&self, call: IncomingCall<'_>, now: Moment) -> Answer {
        match call.action {
            "BootNotification" => self.boot_answer(call.version, now),
            "Heartbeat" => Answer::result(json!({ "currentTime": written_time(now.wall) })),
            "Authorize" => {
                let id_tag = text(call.payload, "idTag").unwrap_or_default();
                Answer::result(json!({ "idTagInfo": self.id_tag_info(id_tag) }))
            }
            "MeterValues" | "StatusNotification" | "FirmwareStatusNotification" | "DiagnosticsStatusNotification" => empty(),
            "DataTransfer" if SimulatedFeatures::of(call.version).actions_of_1_5 => self.data_transfer(call.payload),
            action if SimulatedFeatures::of(call.version).actions_of_1_6 => answer_of_security_extension(action),
            action => not_supported(action),
        }
    }
}

/// The security extension of OCPP 1.6 (Improved security for OCPP 1.6-J, §5).
fn answer_of_security_extension(action: &str) -> Answer {
    match action {
        "SecurityEventNotification" | "LogStatusNotification" | "SignedFirmwareStatusNotification" => empty(),
        "SignCertificate" => status("Accepted"),
        _ => not_supported(action),
    }
}

/// Locks the settings. A poisoned lock stays usable, because every change is complete in itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The state of the central system for one link.
#[derive(Debug)]
pub struct CentralSystemBehaviour {
    system: Arc<CentralSystem>,
    station: Arc<str>,
    samples: Samples,
}

impl Behaviour for CentralSystemBehaviour {
    fn role(&self) -> Role {
        Role::CentralSystem
    }

    fn connected(&mut self, _: Version, _: Moment, _: &mut Outbox) {}

    fn disconnected(&mut self, _: Moment) {}

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        match self.samples.result(call.version, call.action, now) {
            Some(payload) => Answer::result(payload).into(),
            None => match call.version.dialect().generation {
                OcppGeneration::First => self.system.propose(&self.station, call, now),
                OcppGeneration::Second => {
                    let settings = self.system.settings();
                    csms::propose(&settings.registration, settings.heartbeat_interval, call, now)
                }
            },
        }
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, _: Moment, _: &mut Outbox) {
        if let Some(entry) = effect.into_inner() {
            self.system.commit(&self.station, entry, sent);
        }
    }

    fn answered(&mut self, _: &str, _: &Value, _: CallOutcome<'_>, _: Moment, _: &mut Outbox) {}

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn deadline_reached(&mut self, _: Moment, _: &mut Outbox) {}
}

#[cfg(test)]
mod tests;
