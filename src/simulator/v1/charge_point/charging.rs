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
use crate::behaviour::{CallOutcome, CarState, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::feature_profile::FeatureProfile;
use crate::simulator::part_fault::{LOCK_FAILURE, PartFault};
use crate::simulator::payload::{integer, text, written_time};
use crate::simulator::v1::features::{SimulatedFeatures, TransactionData};

/// The time until the driver unplugs the car.
const UNPLUG_DELAY: Duration = Duration::from_secs(3);

impl ChargePoint {
    /// RemoteStartTransaction: `Accepted` means that the charge point will try to start (OCPP 1.6 §5.11). Refused
    /// before the registration is accepted (§4.2).
    pub(super) fn remote_start(&self, payload: &Value, now: Moment) -> Proposal {
        let id_tag = text(payload, "idTag").unwrap_or_default();
        let connector = payload.get("connectorId").map(|_| integer(payload, "connectorId").unwrap_or(-1));
        // Without smart charging it is ignored (OCPP 1.6 §5.11).
        let smart = self.settings.equipment.profiles.has(FeatureProfile::SmartCharging);
        let profile = payload.get("chargingProfile").filter(|_| smart);
        let startable = self.startable_connector(connector, id_tag).is_some() && self.is_registered();
        let obeyed = |profile: &Value| self.profile_for_start(connector.unwrap_or(1), profile, now).is_some();
        if !startable || !profile.is_none_or(obeyed) {
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

    pub(super) fn startable_connector(&self, wanted: Option<i32>, id_tag: &str) -> Option<i32> {
        match wanted {
            Some(connector) => Some(connector).filter(|it| self.may_start(*it, id_tag) || self.may_be_of_group(*it, id_tag)),
            None => {
                // a connector that is reserved for this tag comes first, then one where a car waits, then a free one
                let held = self.reservations.connector_for(id_tag).filter(|it| self.may_start(*it, id_tag));
                let first = |status: ConnectorStatus| {
                    let mut numbers = 1..=self.last_connector();
                    numbers.find(|it| self.status_of(*it) == Some(status) && self.may_start(*it, id_tag))
                };
                let statuses = [ConnectorStatus::Preparing, ConnectorStatus::Available, ConnectorStatus::Finishing];
                held.or_else(|| statuses.into_iter().find_map(first))
            }
        }
    }

    fn prepare(&mut self, number: i32, id_tag: &str, profile: Option<Value>, now: Moment, out: &mut Outbox) {
        let remote = self.configuration.is_on("AuthorizeRemoteTxRequests") && !self.is_locally_authorized(id_tag, now.wall);
        let group_unknown = !self.may_start(number, id_tag);
        let ask = remote || group_unknown;
        let parent = self.parent_of(id_tag);
        if let Some(connector) = self.connector_mut(number) {
            let id_tag = id_tag.to_owned();
            connector.pending = Some(PendingStart { id_tag, parent, authorizing: ask, profile, by_card: false, chosen: true });
        }
        self.agenda.cancel(TimerTask::Unplug(number));
        self.change_status(number, ConnectorStatus::Preparing, now, out);
        self.await_cable(number, now);
        if ask && self.send_if_allowed("Authorize", json!({ "idTag": id_tag }), out) {
            return;
        }
        if group_unknown {
            self.give_up(number, now, out);
        } else {
            self.authorized(number, now, out);
        }
    }

    /// A start may begin: at once where a car is plugged in, or when one is.
    pub(super) fn authorized(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(connector) = self.connector_mut(number) else { return };
        let Some(pending) = connector.pending.as_mut() else { return };
        let (by_card, plugged) = (pending.by_card, connector.plugged);
        pending.authorizing = false;
        self.change_status(number, ConnectorStatus::Preparing, now, out);
        if plugged {
            self.plugged_in(number, now, out);
            return;
        }
        if by_card {
            self.await_cable(number, now);
        } else if self.has_driver() {
            let delay = Duration::from_millis(self.random.u64(1000..3000));
            self.schedule(TimerTask::PlugIn(number), delay, now);
        }
    }

    /// A start is given up when no cable comes in time (OCPP 1.6 §9.1, `ConnectionTimeOut`); 0 is for ever.
    fn await_cable(&mut self, number: i32, now: Moment) {
        let limit = self.configuration.seconds("ConnectionTimeOut");
        if limit > 0 && self.connector(number).is_some_and(|it| !it.plugged) {
            self.schedule(TimerTask::ConnectionTimeout(number), Duration::from_secs(limit), now);
        }
    }

    /// No cable has come in time.
    pub(super) fn connection_timed_out(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if self.connector(number).is_some_and(|it| it.pending.is_some() && !it.plugged) {
            self.give_up(number, now, out);
        }
    }

    /// Whether the simulated driver plugs in and out.
    fn has_driver(&self) -> bool {
        self.settings.autonomous && self.settings.driver
    }

    /// The driver plugs the car in.
    pub(super) fn driver_plugs_in(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(connector) = self.connector_mut(number) {
            (connector.plugged, connector.by_hand, connector.served) = (true, false, false);
            connector.meter.set_car(true, now.monotonic);
            connector.car = CarState::Ready;
        }
        self.plugged_in(number, now, out);
    }

    /// The driver takes the car away.
    pub(super) fn driver_leaves(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(connector) = self.connector_mut(number).filter(|it| !it.by_hand) {
            (connector.plugged, connector.served) = (false, false);
            connector.meter.set_car(false, now.monotonic);
        }
        self.settle(number, now, out);
    }

    /// Nothing is waited for at a connector any more.
    pub(super) fn forget_waits(&mut self, number: i32) {
        self.agenda.cancel(TimerTask::ConnectionTimeout(number));
        self.agenda.cancel(TimerTask::PlugIn(number));
    }

    /// Handles the end of an Authorize, of the charge point or of the user. The start that waits for this tag continues
    /// or is given up.
    pub(super) fn authorize_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        let id_tag = text(call, "idTag").unwrap_or_default();
        let (accepted, parent) = match outcome {
            CallOutcome::Result { payload, .. } => {
                let group = payload.get("idTagInfo").and_then(|info| text(info, "parentIdTag"));
                (self.learn_id_tag(id_tag, payload), group.map(str::to_owned).or_else(|| self.parent_of(id_tag)))
            }
            _ => {
                let accepted = self.may_charge_unknown(id_tag) || self.is_locally_authorized(id_tag, now.wall);
                (accepted, self.parent_of(id_tag))
            }
        };
        if self.stop_authorized(id_tag, accepted, parent.as_deref(), now, out) {
            return;
        }
        let waits = |it: &PendingStart| it.authorizing && it.id_tag == id_tag;
        let found = self.connectors.iter_mut().zip(1..).find(|(it, _)| it.pending.as_ref().is_some_and(waits));
        let Some((connector, number)) = found else { return };
        let Some(pending) = connector.pending.as_mut() else { return };
        pending.parent.clone_from(&parent);
        // a card without a connector, and no car for it: it may end what a card of its group began
        let meant_to_stop = pending.by_card && !pending.chosen && !connector.plugged;
        let stops = parent.as_deref().filter(|_| accepted && meant_to_stop).and_then(|it| self.transaction_of_group(it));
        if let Some(other) = stops {
            self.give_up(number, now, out);
            self.stop_with_card(other, id_tag, now, out);
        } else if accepted && self.is_free_for(number, id_tag, parent.as_deref()) {
            self.authorized(number, now, out);
        } else {
            self.give_up(number, now, out);
        }
    }

    /// A start is given up.
    pub(super) fn give_up(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(connector) = self.connector_mut(number) {
            connector.pending = None;
        }
        self.forget_waits(number);
        self.settle(number, now, out);
    }

    /// The car is plugged in: the transaction starts. When StartTransaction has to wait, there will be no answer soon,
    /// and charging starts at once.
    pub(super) fn plugged_in(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(pending) = self.connector_mut(number).and_then(|connector| connector.pending.take()) else { return };
        self.forget_waits(number);
        if self.connector(number).is_some_and(|connector| !connector.lock_works) {
            let fault = PartFault { code: LOCK_FAILURE.to_owned(), info: None };
            self.set_fault(number, fault, now, out);
            return;
        }
        let reading = self.read_meter(number, now);
        let parent = pending.parent.clone();
        let reservation = self.reservations.use_up(number, &pending.id_tag, parent.as_deref());
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
        if let Some(transaction) = self.connector_mut(number).and_then(|it| it.transaction.as_mut()) {
            transaction.parent = parent;
        }
        if let Some(profile) = pending.profile.and_then(|profile| self.profile_for_start(number, &profile, now)) {
            self.profiles.install(profile);
        }
        self.transaction_messages.push("StartTransaction", payload, key);
        self.send_transaction_messages(out);
        if !self.may_send() || self.agenda.has(TimerTask::RetryTransactionMessage) {
            self.refresh_charging(number, now, out);
        }
    }

    /// Records the start of a transaction. Returns its local number.
    pub(super) fn begin_transaction(&mut self, number: i32, id_tag: &str, id: Option<i32>, now: Moment) -> u64 {
        let samples = self.transaction_sample(number, "Transaction.Begin", "StopTxnSampledData", now).into_iter().collect();
        let meter_start = self.read_meter(number, now).watt_hours;
        let parent = self.parent_of(id_tag);
        self.last_transaction_key += 1;
        let key = self.last_transaction_key;
        if let Some(connector) = self.connector_mut(number) {
            connector.pending = None;
            connector.served = false;
            connector.transaction = Some(Transaction {
                key,
                id,
                id_tag: id_tag.to_owned(),
                started: now.wall,
                parent,
                meter_start,
                samples,
                stopper: None,
                unplugged: false,
                exhausted: false,
                energy_left: None,
            });
        }
        self.agenda.cancel(TimerTask::Unplug(number));
        self.forget_waits(number);
        self.schedule_limit(number, now);
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
        if let Some(parent) = result.get("idTagInfo").and_then(|info| text(info, "parentIdTag")) {
            transaction.parent = Some(parent.to_owned());
        }
        if !accepted && self.configuration.is_on("StopTransactionOnInvalidId") {
            self.stop_transaction(number, "DeAuthorized", now, out);
            return;
        }
        if !accepted {
            self.limit_unaccepted(number, now);
        }
        self.refresh_charging(number, now, out);
        self.schedule_limit(number, now);
    }

    /// The central system does not accept the tag of a transaction that goes on: it gets no energy, or only a rest of it (OCPP 1.6 §9.1,
    /// `MaxEnergyOnInvalidId`).
    fn limit_unaccepted(&mut self, number: i32, now: Moment) {
        let more = f64::from(u32::try_from(self.configuration.number("MaxEnergyOnInvalidId")).unwrap_or(u32::MAX));
        let reading = self.read_meter(number, now);
        let Some(transaction) = self.connector_mut(number).and_then(|it| it.transaction.as_mut()) else { return };
        if more > 0.0 {
            transaction.energy_left = Some(f64::from(reading.watt_hours) - f64::from(transaction.meter_start) + more);
        } else {
            transaction.exhausted = true;
        }
    }

    /// A StartTransaction of the charge point failed. It is sent again later or never; the car charges meanwhile.
    pub(super) fn start_failed(&mut self, call: &Value, now: Moment, out: &mut Outbox) {
        let number = integer(call, "connectorId").unwrap_or_default();
        if self.connector(number).is_some_and(|it| it.transaction.is_some() && it.status == ConnectorStatus::Preparing) {
            self.refresh_charging(number, now, out);
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

    /// Stops the transaction of a connector: StopTransaction, then `Finishing` until the car is unplugged (OCPP 1.6 §4.10).
    pub(super) fn stop_transaction(&mut self, number: i32, reason: &str, now: Moment, out: &mut Outbox) {
        if let Some(sample) = self.transaction_sample(number, "Transaction.End", "StopTxnSampledData", now) {
            self.keep_sample(number, sample);
        }
        let reading = self.read_meter(number, now);
        let Some(transaction) = self.take_transaction(number) else { return };
        let unplugged = transaction.unplugged;
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
        let samples = transaction.samples;
        match (samples.is_empty(), features.transaction_data) {
            (true, _) | (_, TransactionData::None) => {}
            (false, TransactionData::InValues) => payload["transactionData"] = json!([{ "values": samples }]),
            (false, TransactionData::Entries) => payload["transactionData"] = samples.into(),
        }
        self.transaction_messages.push("StopTransaction", payload, transaction.key);
        self.send_transaction_messages(out);
        self.finish(number, unplugged, now, out);
    }

    /// Adds a reading to those that StopTransaction carries. When there are too many, an early one goes, but the first one stays.
    pub(super) fn keep_sample(&mut self, number: i32, sample: Value) {
        let most = self.configuration.number("StopTransactionMaxMeterValues").max(2);
        let Some(transaction) = self.connector_mut(number).and_then(|it| it.transaction.as_mut()) else { return };
        if transaction.samples.len() >= most {
            transaction.samples.remove(1);
        }
        transaction.samples.push(sample);
    }

    /// Ends the transaction of a connector whose StopTransaction was sent by the user.
    pub(super) fn end_transaction(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(transaction) = self.take_transaction(number) {
            self.finish(number, transaction.unplugged, now, out);
        }
    }

    /// Records the end of a transaction. The status of the connector is left to `finish`, so that StopTransaction can leave before it.
    fn take_transaction(&mut self, number: i32) -> Option<Transaction> {
        let connector = self.connector_mut(number)?;
        let transaction = connector.transaction.take()?;
        connector.limits.clear();
        connector.served = true;
        self.agenda.cancel(TimerTask::Sample(number));
        self.agenda.cancel(TimerTask::Limit(number));
        self.profiles.forget_transaction(number);
        Some(transaction)
    }

    /// The status after a transaction: `Finishing` until the car has gone.
    fn finish(&mut self, number: i32, unplugged: bool, now: Moment, out: &mut Outbox) {
        let by_hand = self.connector(number).is_some_and(|it| it.by_hand && (it.plugged || unplugged));
        self.change_status(number, ConnectorStatus::Finishing, now, out);
        if self.has_driver() && !by_hand {
            self.schedule(TimerTask::Unplug(number), UNPLUG_DELAY, now);
        } else {
            self.settle(number, now, out);
        }
    }

    /// The connector is no longer in use: it becomes available, reserved or unavailable.
    pub(super) fn settle(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(connector) = self.connector(number) else { return };
        if connector.transaction.is_some() || connector.fault.is_some() {
            return;
        }
        let (before, status) = (connector.status, self.resting_status(number));
        if before != status && !before.may_become(status) {
            // for example Preparing, which may not become Unavailable directly
            self.change_status(number, ConnectorStatus::Available, now, out);
        }
        self.change_status(number, status, now, out);
    }

    /// Finds a running transaction and its connector.
    pub(super) fn transaction_with(&mut self, wanted: impl Fn(&Transaction) -> bool) -> Option<(i32, &mut Transaction)> {
        let mut running =
            self.connectors.iter_mut().zip(1..).filter_map(|(it, number)| Some((number, it.transaction.as_mut()?)));
        running.find(|(_, transaction)| wanted(transaction))
    }
}
