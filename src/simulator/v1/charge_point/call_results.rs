//! What follows from the end of a call. Our own calls were expected; those that a person made in our name change our state too, so
//! that the charge point and the person never live in different worlds.

use std::time::Duration;

use serde_json::Value;

use super::ChargePoint;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use super::transaction_messages::{FailedMessage, TransactionMessage};
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::simulator::payload::{integer, text};

impl ChargePoint {
    /// A call has ended; the ones that change nothing are not named.
    pub(super) fn call_ended(&mut self, action: &str, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        if self.transaction_messages.is_in_flight(action, call) {
            self.transaction_message_ended(call, outcome, now, out);
            return;
        }
        match (action, outcome) {
            ("BootNotification", outcome) => self.boot_answered(outcome, now, out),
            ("Authorize", outcome) => self.authorize_answered(call, outcome, now, out),
            ("StatusNotification", outcome) => self.status_answered(call, outcome, now),
            ("StartTransaction", CallOutcome::Result { payload, .. }) => self.person_started(call, payload, now, out),
            ("StopTransaction", CallOutcome::Result { .. }) => self.person_stopped(call, now, out),
            _ => {}
        }
    }

    fn transaction_message_ended(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        match outcome {
            CallOutcome::Result { payload, .. } => {
                if let Some(message) = self.transaction_messages.delivered() {
                    self.transaction_message_delivered(&message, payload, now, out);
                }
            }
            CallOutcome::LinkLost => {
                self.transaction_messages.link_lost();
                self.start_failed(call, now, out);
            }
            CallOutcome::Error { .. } | CallOutcome::Timeout => {
                let attempts = self.configuration.number("TransactionMessageAttempts");
                let failed = self.transaction_messages.failed(u32::try_from(attempts).unwrap_or(u32::MAX));
                if let FailedMessage::RetryAfter(times) = failed {
                    let interval = self.configuration.seconds("TransactionMessageRetryInterval");
                    let wait = Duration::from_secs(interval.saturating_mul(times.into()));
                    self.schedule(TimerTask::RetryTransactionMessage, wait, now);
                }
                self.start_failed(call, now, out);
            }
        }
        self.send_transaction_messages(out);
    }

    fn transaction_message_delivered(&mut self, message: &TransactionMessage, result: &Value, now: Moment, out: &mut Outbox) {
        match message.action {
            "StartTransaction" => self.start_answered(&message.payload, message.key, result, now, out),
            "StopTransaction" => {
                self.learn_id_tag(text(&message.payload, "idTag").unwrap_or_default(), result);
            }
            _ => {}
        }
    }

    /// A status of ours that did not arrive is not known over there. One that a person told becomes ours, also when no change that
    /// OCPP allows leads to it: trying that out is what the person is here for.
    fn status_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment) {
        let number = integer(call, "connectorId").unwrap_or(-1);
        let arrived = matches!(outcome, CallOutcome::Result { .. });
        if let Some(ours) = self.status_calls.iter().position(|sent| sent == call) {
            self.status_calls.swap_remove(ours);
            if !arrived {
                self.set_reported_status(number, None);
            }
        } else if arrived {
            self.person_told_status(number, text(call, "status").unwrap_or_default(), now);
        }
    }

    /// The link went down without a word about these: nobody knows whether they arrived.
    pub(super) fn forget_status_calls(&mut self) {
        for call in std::mem::take(&mut self.status_calls) {
            self.set_reported_status(integer(&call, "connectorId").unwrap_or(-1), None);
        }
    }

    fn person_told_status(&mut self, number: i32, name: &str, now: Moment) {
        let charging = self.connector(number).is_some_and(|it| it.transaction.is_some());
        let Some(status) = ConnectorStatus::parse(name, charging) else { return };
        if number == 0 {
            self.station_status = status;
        } else if let Some(connector) = self.connector_mut(number) {
            connector.status = status;
            connector.operative = status != ConnectorStatus::Unavailable;
            if status == ConnectorStatus::Available {
                connector.pending = None;
            }
        }
        if matches!(status, ConnectorStatus::Faulted | ConnectorStatus::Unavailable) {
            self.drop_reservations_of(number);
        }
        self.adjust_power(number, now);
        self.set_reported_status(number, Some(status.name(self.version)));
    }

    /// A person started a transaction at a connector where none runs.
    fn person_started(&mut self, call: &Value, result: &Value, now: Moment, out: &mut Outbox) {
        let number = integer(call, "connectorId").unwrap_or(-1);
        let id_tag = text(call, "idTag").unwrap_or_default();
        self.learn_id_tag(id_tag, result);
        let Some(id) = integer(result, "transactionId") else { return };
        let Some(connector) = self.connector_mut(number).filter(|it| it.transaction.is_none()) else { return };
        connector.meter.raise_to(integer(call, "meterStart").unwrap_or_default());
        if let Some(reservation) = self.reservations.use_up(number, id_tag, self.parent_of(id_tag).as_deref()) {
            self.agenda.cancel(TimerTask::ExpireReservation(reservation));
        }
        self.begin_transaction(number, id_tag, Some(id), now);
        // a reserved connector is prepared first, as OCPP wants it, but nobody needs to be told
        if let Some(connector) = self.connector_mut(number).filter(|it| it.status == ConnectorStatus::Reserved) {
            connector.status = ConnectorStatus::Preparing;
        }
        self.change_status(number, ConnectorStatus::Charging, now, out);
    }

    /// A person stopped a transaction that runs here.
    fn person_stopped(&mut self, call: &Value, now: Moment, out: &mut Outbox) {
        let id = integer(call, "transactionId");
        let running = self.transaction_with(|transaction| transaction.id.is_some() && transaction.id == id);
        let Some(number) = running.map(|(number, _)| number) else { return };
        if let Some(connector) = self.connector_mut(number) {
            connector.meter.raise_to(integer(call, "meterStop").unwrap_or_default());
        }
        self.end_transaction(number, now, out);
    }
}
