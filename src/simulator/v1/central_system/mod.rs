//! The simulated central system: what it answers to charge points. It keeps the books that all links share (settings, transactions);
//! a link's own share is two pointers, so that ten thousand stations cost next to nothing. It never calls by itself; what a central
//! system asks of a station is asked by a person or a script.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox};
use crate::clock::Moment;
use crate::ocpp::{Role, Version};
use crate::simulator::payload::{empty, integer, not_supported, status, text, written_time};
use crate::simulator::v1::features::SimulatedFeatures;

/// More transactions than this are not remembered at once; the oldest is forgotten. Stations that never stop what they start must
/// not fill the memory.
const TRANSACTION_LIMIT: usize = 100_000;

/// What a person may set about the central system.
#[derive(Debug, Clone)]
pub struct CentralSystemSettings {
    /// Seconds between heartbeats, told in the answer to BootNotification; while the registration is not `Accepted`, the seconds to
    /// wait before the next attempt (OCPP 1.6 §4.2).
    pub heartbeat_interval: u32,
    /// The `status` in the answer to BootNotification: `Accepted`, `Pending` (1.6 only, told as `Rejected` before) or `Rejected`.
    pub registration: String,
    /// The id tags that are not simply accepted, with their status: `Blocked`, `Expired`, `Invalid` or `ConcurrentTx`.
    pub refused_tags: BTreeMap<String, String>,
    /// The vendors whose DataTransfer is accepted; others get `UnknownVendorId` (OCPP 1.6 §4.3). `None` accepts everybody, which is
    /// what somebody who tries out an extension wants.
    pub known_vendors: Option<Vec<String>>,
}

impl Default for CentralSystemSettings {
    fn default() -> Self {
        Self {
            heartbeat_interval: 300,
            registration: "Accepted".to_owned(),
            refused_tags: BTreeMap::new(),
            known_vendors: None,
        }
    }
}

/// A transaction that was started and not yet stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningTransaction {
    /// The station's identity.
    pub station: Arc<str>,
    /// The connector.
    pub connector: i32,
    /// The id tag it was started with.
    pub id_tag: String,
}

/// The central system, shared by all its links.
#[derive(Debug)]
pub struct CentralSystem {
    settings: Mutex<CentralSystemSettings>,
    next_transaction: AtomicI32,
    running: Mutex<BTreeMap<i32, RunningTransaction>>,
}

impl CentralSystem {
    /// A central system with no transactions yet.
    pub fn new(settings: CentralSystemSettings) -> Arc<Self> {
        Arc::new(Self {
            settings: Mutex::new(settings),
            next_transaction: AtomicI32::new(1),
            running: Mutex::new(BTreeMap::new()),
        })
    }

    /// What stands behind the link to the station of this identity.
    pub fn behaviour(self: &Arc<Self>, identity: &str) -> CentralSystemBehaviour {
        CentralSystemBehaviour { system: Arc::clone(self), station: Arc::from(identity) }
    }

    /// The settings at this moment.
    pub fn settings(&self) -> CentralSystemSettings {
        lock(&self.settings).clone()
    }

    /// Changes the settings for all answers from now on.
    pub fn change_settings(&self, change: impl FnOnce(&mut CentralSystemSettings)) {
        change(&mut lock(&self.settings));
    }

    /// The running transactions of a station, by their ids, oldest first.
    pub fn running_transactions(&self, identity: &str) -> Vec<(i32, RunningTransaction)> {
        let running = lock(&self.running);
        running.iter().filter(|(_, transaction)| &*transaction.station == identity).map(|(id, it)| (*id, it.clone())).collect()
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

    /// A refused tag gets a transaction id too: the answer must carry one, and the station decides what becomes of the transaction
    /// (`StopTransactionOnInvalidId`, OCPP 1.6 §4.8).
    fn start(&self, station: &Arc<str>, payload: &Value) -> Answer {
        let id = self.next_transaction.fetch_add(1, Ordering::Relaxed);
        let id_tag = text(payload, "idTag").unwrap_or_default();
        let connector = integer(payload, "connectorId").unwrap_or_default();
        let mut running = lock(&self.running);
        running.insert(id, RunningTransaction { station: Arc::clone(station), connector, id_tag: id_tag.to_owned() });
        if running.len() > TRANSACTION_LIMIT {
            running.pop_first();
        }
        Answer::result(json!({ "transactionId": id, "idTagInfo": self.id_tag_info(id_tag) }))
    }

    /// A central system cannot prevent a transaction from stopping (OCPP 1.6 §4.10), so an id that nobody started, including the −1
    /// of a station that never got one (errata §3.18), is answered like any other.
    fn stop(&self, station: &str, payload: &Value) -> Answer {
        if let Some(id) = integer(payload, "transactionId") {
            let mut running = lock(&self.running);
            if running.get(&id).is_some_and(|transaction| &*transaction.station == station) {
                running.remove(&id);
            }
        }
        match text(payload, "idTag") {
            Some(id_tag) => Answer::result(json!({ "idTagInfo": self.id_tag_info(id_tag) })),
            None => empty(),
        }
    }

    fn data_transfer(&self, payload: &Value) -> Answer {
        let settings = lock(&self.settings);
        let vendor = text(payload, "vendorId").unwrap_or_default();
        let known = settings.known_vendors.as_ref().is_none_or(|vendors| vendors.iter().any(|known| known == vendor));
        status(if known { "Accepted" } else { "UnknownVendorId" })
    }

    fn answer(&self, station: &Arc<str>, call: IncomingCall<'_>, now: Moment) -> Answer {
        match call.action {
            "BootNotification" => self.boot_answer(call.version, now),
            "Heartbeat" => Answer::result(json!({ "currentTime": written_time(now.wall) })),
            "Authorize" => {
                let id_tag = text(call.payload, "idTag").unwrap_or_default();
                Answer::result(json!({ "idTagInfo": self.id_tag_info(id_tag) }))
            }
            "StartTransaction" => self.start(station, call.payload),
            "StopTransaction" => self.stop(station, call.payload),
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

/// The books stay usable when a thread died while it held them: every change of them is complete in itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One link's share of the central system.
#[derive(Debug)]
pub struct CentralSystemBehaviour {
    system: Arc<CentralSystem>,
    station: Arc<str>,
}

impl Behaviour for CentralSystemBehaviour {
    fn role(&self) -> Role {
        Role::CentralSystem
    }

    fn connected(&mut self, _: Version, _: Moment, _: &mut Outbox) {}

    fn disconnected(&mut self, _: Moment) {}

    fn answer(&mut self, call: IncomingCall<'_>, now: Moment, _: &mut Outbox) -> Answer {
        self.system.answer(&self.station, call, now)
    }

    fn answered(&mut self, _: &str, _: &Value, _: CallOutcome<'_>, _: Moment, _: &mut Outbox) {}

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn deadline_reached(&mut self, _: Moment, _: &mut Outbox) {}
}

#[cfg(test)]
mod tests;
