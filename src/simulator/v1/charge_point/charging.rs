//! The course of a charge: requested start, authorisation, plugging in, transaction and end (OCPP 1.6 §4.1, §4.8,
//! §4.10, §5.11, §5.12). Whether a tag may start at a connector is decided in `reservation` and `authorization`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::connector::{PendingStart, Transaction};
use super::effect::{CallEffect, only_status};
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use super::transaction_messages::UNKNOWN_TRANSACTION;
use crate::behaviour::{CallOutcome, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::equipment::FeatureProfile;
use crate::simulator::payload::{integer, text, written_time};
use crate::simulator::v1::features::{SimulatedFeatures, TransactionData};

/// The time until the driver unplugs the car.
const UNPLUG_DELAY: Duration = Duration::from_secs(3);

impl ChargePoint {
    /// RemoteStartTransaction: `Accepted` means that the charge point will try to start (OCPP 1.6 §5.11). Refused
    /// before the registration is accepted (§4.2).
    pub(super) fn remote_start(&self, payload: &Value) -> Proposal {
        let id_tag = text(payload, "idTag").unwrap_or_default();
        let connector = payload.get("connectorId").map(|_| integer(payload, "connectorId").unwrap_or(-1));
        // Without smart charging it is ignored (OCPP 1.6 §5.11).
        let smart = self.settings.equipment.profiles.has(FeatureProfile::SmartCharging);
        let profile = payload.get("chargingProfile").filter(|_| smart);
        let startable = self.startable_connector(connector, id_tag).is_some() && self.is_registered();
        if !startable || profile.is_some_and(|profile| !is_profile_for_start(profile)) {
            return only_status("Rejected");
        }
        let effect = CallEffect::Start { connector, id_tag: id_tag.to_owned(), profile: profile.cloned() };
        self.autonomously("Accepted", effect)
    }

    /// Begins an accepted start. Does nothing when another start, whose answer was sent earlier, has taken the
    /// connector.
    pub(super) fn start(&mut self, wanted: Option<i32>, id_tag: &str, profile: Option<Value>, now: Moment, out: &mut Outbox) {
        if let Some(connector) = self.startable_connector(wanted, id_tag).filter(|_| self.is_registered()) {
            self.prepare(connector, id_tag, profile, now, out);
        }
    }

    fn startable_connector(&self, wanted: Option<i32>, id_tag: &str) -> Option<i32> {
        match wanted {
            Some(connector) => Some(connector).filter(|it| self.may_start(*it, id_tag)),
            None => {
                // a connector that is reserved for this tag comes first
                let held = self.reservations.connector_for(id_tag).filter(|it| self.may_start(*it, id_tag));
                held.or_else(|| (1..=self.last_connector()).find(|it| self.may_start(*it, id_tag)))
            }
        }
    }

    fn prepare(&mut self, number: i32, id_tag: &str, profile: Option<Value>, now: Moment, out: &mut Outbox) {
        let ask = self.configuration.is_on("AuthorizeRemoteTxRequests") && !self.is_locally_authorized(id_tag, now.wall);
        if let Some(connector) = self.connector_mut(number) {
            connector.pending = Some(PendingStart { id_tag: id_tag.to_owned(), authorizing: ask, profile });
        }
        self.change_status(number, ConnectorStatus::Preparing, now, out);
        if !ask || !self.send_if_allowed("Authorize", json!({ "idTag": id_tag }), out) {
            self.plug_in_soon(number, now);
        }
    }

    fn plug_in_soon(&mut self, number: i32, now: Moment) {
        if let Some(pending) = self.connector_mut(number).and_then(|connector| connector.pending.as_mut()) {
            pending.authorizing = false;
        }
        let delay = Duration::from_millis(self.random.u64(1000..3000));
        self.schedule(TimerTask::PlugIn(number), delay, now);
    }

    /// Handles the end of an Authorize, of the charge point or of the user. The start that waits for this tag continues
    /// or is given up.
    pub(super) fn authorize_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        let id_tag = text(call, "idTag").unwrap_or_default();
        let accepted = match outcome {
            CallOutcome::Result { payload, .. } => self.learn_id_tag(id_tag, payload),
            _ => self.configuration.is_on("AllowOfflineTxForUnknownId") || self.is_locally_authorized(id_tag, now.wall),
        };
        let waits = |it: &PendingStart| it.authorizing && it.id_tag == id_tag;
        let number = self.connectors.iter().zip(1..).find(|(it, _)| it.pending.as_ref().is_some_and(waits));
        match number.map(|(_, number)| number) {
            Some(number) if accepted => self.plug_in_soon(number, now),
            Some(number) => self.give_up(number, now, out),
            None => {}
        }
    }

    fn give_up(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(connector) = self.connector_mut(number) {
            connector.pending = None;
        }
        self.settle(number, now, out);
    }

    /// The car is plugged in: the transaction starts. When StartTransaction has to wait, there will be no answer soon,
    /// and charging starts at once.
    pub(super) fn plugged_in(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(pending) = self.connector_mut(number).and_then(|connector| connector.pending.take()) else { return };
        let reading = self.read_meter(number, now);
        let reservation = self.reservations.use_up(number, &pending.id_tag, self.parent_of(&pending.id_tag).as_deref());
        let mut payload = json!({
            "connectorId": number,
            "idTag": pending.id_tag,
            "timestamp": written_time(now.wall),
            "meterStart": reading.watt_hours,
        });
        if let Some(id) = reservation {
            self.agenda.cancel(TimerTask::ExpireReservation(id));
            if SimulatedFeatures::of(self.version).reservation_at_start {
                payload["reservationId"] = id.into();
            }
        }
        let key = self.begin_transaction(number, &pending.id_tag, None, now);
        if let Some(profile) = pending.profile {
            self.profiles.install(number, profile);
        }
        self.transaction_messages.push("StartTransaction", payload, key);
        self.send_transaction_messages(out);
        if !self.may_send() || self.agenda.has(TimerTask::RetryTransactionMessage) {
            self.change_status(number, ConnectorStatus::Charging, now, out);
        }
    }

    /// Records the start of a transaction. Returns its local number.
    pub(super) fn begin_transaction(&mut self, number: i32, id_tag: &str, id: Option<i32>, now: Moment) -> u64 {
        let first_sample = self.transaction_sample(number, "Transaction.Begin", now);
        self.last_transaction_key += 1;
        let key = self.last_transaction_key;
        if let Some(connector) = self.connector_mut(number) {
            connector.pending = None;
            connector.transaction = Some(Transaction { key, id, id_tag: id_tag.to_owned(), started: now.wall, first_sample });
        }
        self.agenda.cancel(TimerTask::Unplug(number));
        self.schedule_sample(number, now);
        key
    }

    /// Handles the answer to a StartTransaction of the charge point: stores the id, and reacts when the tag is not
    /// accepted (OCPP 1.6 §4.8).
    pub(super) fn start_answered(&mut self, call: &Value, key: u64, result: &Value, now: Moment, out: &mut Outbox) {
        let accepted = self.learn_id_tag(text(call, "idTag").unwrap_or_default(), result);
        if let Some(id) = integer(result, "transactionId") {
            self.transaction_messages.number(key, id);
        }
        let Some((number, transaction)) = self.transaction_with(|transaction| transaction.key == key) else { return };
        transaction.id = integer(result, "transactionId");
        if accepted {
            self.change_status(number, ConnectorStatus::Charging, now, out);
        } else if self.configuration.is_on("StopTransactionOnInvalidId") {
            self.stop_transaction(number, "DeAuthorized", now, out);
        } else {
            self.change_status(number, ConnectorStatus::SuspendedEvse, now, out);
        }
    }

    /// A StartTransaction of the charge point failed. It is sent again later or never; the car charges meanwhile.
    pub(super) fn start_failed(&mut self, call: &Value, now: Moment, out: &mut Outbox) {
        let number = integer(call, "connectorId").unwrap_or_default();
        if self.connector(number).is_some_and(|it| it.transaction.is_some() && it.status == ConnectorStatus::Preparing) {
            self.change_status(number, ConnectorStatus::Charging, now, out);
        }
    }

    /// RemoteStopTransaction: accepted only for a running transaction (OCPP 1.6 §5.12).
    pub(super) fn remote_stop(&self, payload: &Value) -> Proposal {
        let id = integer(payload, "transactionId").filter(|id| self.connector_with(*id).is_some() && self.is_registered());
        match id {
            Some(transaction) => self.autonomously("Accepted", CallEffect::Stop { transaction }),
            None => only_status("Rejected"),
        }
    }

    /// Stops a transaction; does nothing when it has already ended.
    pub(super) fn stop_by_id(&mut self, id: i32, now: Moment, out: &mut Outbox) {
        if let Some(number) = self.connector_with(id) {
            self.stop_transaction(number, "Remote", now, out);
        }
    }

    /// The connector of the transaction with this id.
    fn connector_with(&self, id: i32) -> Option<i32> {
        let runs = |transaction: &Transaction| transaction.id == Some(id);
        let mut connectors = self.connectors.iter().zip(1..);
        connectors.find(|(it, _)| it.transaction.as_ref().is_some_and(runs)).map(|(_, number)| number)
    }

    /// Stops the transaction of a connector: StopTransaction, then `Finishing` until the car is unplugged.
    pub(super) fn stop_transaction(&mut self, number: i32, reason: &str, now: Moment, out: &mut Outbox) {
        let last_sample = self.transaction_sample(number, "Transaction.End", now);
        let reading = self.read_meter(number, now);
        let Some(transaction) = self.end_transaction(number, now, out) else { return };
        let mut payload = json!({
            "transactionId": transaction.id.unwrap_or(UNKNOWN_TRANSACTION),
            "idTag": transaction.id_tag,
            "timestamp": written_time(now.wall),
            "meterStop": reading.watt_hours,
        });
        let features = SimulatedFeatures::of(self.version);
        if features.stop_reason {
            payload["reason"] = reason.into();
        }
        let samples: Vec<_> = transaction.first_sample.into_iter().chain(last_sample).collect();
        match (samples.is_empty(), features.transaction_data) {
            (true, _) | (_, TransactionData::None) => {}
            (false, TransactionData::InValues) => payload["transactionData"] = json!([{ "values": samples }]),
            (false, TransactionData::Entries) => payload["transactionData"] = samples.into(),
        }
        self.transaction_messages.push("StopTransaction", payload, transaction.key);
        self.send_transaction_messages(out);
    }

    /// Records the end of a transaction. The caller reports it to the central system.
    pub(super) fn end_transaction(&mut self, number: i32, now: Moment, out: &mut Outbox) -> Option<Transaction> {
        let transaction = self.connector_mut(number)?.transaction.take()?;
        self.agenda.cancel(TimerTask::Sample(number));
        self.profiles.forget_transaction(number);
        self.change_status(number, ConnectorStatus::Finishing, now, out);
        if self.settings.autonomous {
            self.schedule(TimerTask::Unplug(number), UNPLUG_DELAY, now);
        } else {
            self.settle(number, now, out);
        }
        Some(transaction)
    }

    /// The connector is no longer in use: it becomes available, reserved or unavailable.
    pub(super) fn settle(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(connector) = self.connector(number) else { return };
        if connector.transaction.is_some() || connector.status == ConnectorStatus::Faulted {
            return;
        }
        if connector.operative {
            self.change_status(number, ConnectorStatus::Available, now, out);
            if self.reservations.holds(number) {
                self.change_status(number, ConnectorStatus::Reserved, now, out);
            }
        } else {
            // Preparing may not become Unavailable directly
            if connector.status == ConnectorStatus::Preparing {
                self.change_status(number, ConnectorStatus::Available, now, out);
            }
            self.change_status(number, ConnectorStatus::Unavailable, now, out);
        }
    }

    /// Finds a running transaction and its connector.
    pub(super) fn transaction_with(&mut self, wanted: impl Fn(&Transaction) -> bool) -> Option<(i32, &mut Transaction)> {
        let mut running =
            self.connectors.iter_mut().zip(1..).filter_map(|(it, number)| Some((number, it.transaction.as_mut()?)));
        running.find(|(_, transaction)| wanted(transaction))
    }
}

/// Whether a profile fits a start: it is for that transaction, whose id does not exist yet (OCPP 1.6 §5.11).
fn is_profile_for_start(profile: &Value) -> bool {
    text(profile, "chargingProfilePurpose") == Some("TxProfile") && profile.get("transactionId").is_none()
}
