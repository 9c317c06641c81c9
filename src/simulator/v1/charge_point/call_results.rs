//! The effects of the end of a call. A call that the user made for the charge point changes the state like a call of
//! its own, so that the state matches what the central system received.

use std::time::Duration;

use serde_json::Value;

use super::ChargePoint;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use super::transaction_messages::{FailedMessage, TransactionMessage};
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::simulator::part_fault::PartFault;
use crate::simulator::payload::{integer, text};
use crate::simulator::v1::features::SimulatedFeatures;

impl ChargePoint {
    /// Handles the end of a call. Actions without an effect are not listed.
    pub(super) fn call_ended(&mut self, action: &str, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        if self.transaction_messages.is_in_flight(action, call) {
            self.transaction_message_ended(action, call, outcome, now, out);
            return;
        }
        match (action, outcome) {
            ("BootNotification", outcome) => self.boot_answered(outcome, now, out),
            ("Authorize", outcome) => self.authorize_answered(call, outcome, now, out),
            ("StatusNotification", outcome) => self.status_answered(call, outcome, now),
            ("StartTransaction", CallOutcome::Result { payload, .. }) => self.user_started(call, payload, now, out),
            ("StopTransaction", CallOutcome::Result { .. }) => self.user_stopped(call, now, out),
            _ => {}
        }
    }

    /// A result of StartTransaction without the id of a transaction is a fault of the central system: nothing can refer to the transaction,
    /// so the message failed, as with an error.
    fn transaction_message_ended(
        &mut self,
        action: &str,
        call: &Value,
        outcome: CallOutcome<'_>,
        now: Moment,
        out: &mut Outbox,
    ) {
        let mut delivered = false;
        match outcome {
            CallOutcome::Result { payload, .. }
                if action != "StartTransaction" || integer(payload, "transactionId").is_some() =>
            {
                delivered = true;
                if let Some(message) = self.transaction_messages.delivered() {
                    self.transaction_message_delivered(&message, payload, now, out);
                }
            }
            CallOutcome::LinkLost => {
                self.transaction_messages.link_lost();
                self.start_failed(call, now, out);
            }
            CallOutcome::Result { .. } | CallOutcome::Error { .. } | CallOutcome::Timeout | CallOutcome::Undelivered { .. } => {
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
        self.use_reserve(delivered, now, out);
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

    /// Handles the end of a StatusNotification. A status that did not arrive counts as unknown to the central system. A
    /// status that the user sent becomes the status of the connector, also when OCPP does not allow the change, because
    /// the user may want to test that.
    fn status_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment) {
        let number = integer(call, "connectorId").unwrap_or(-1);
        let arrived = matches!(outcome, CallOutcome::Result { .. });
        if let Some(ours) = self.status_calls.iter().position(|sent| sent == call) {
            self.status_calls.swap_remove(ours);
            if !arrived {
                self.set_reported_status(number, None);
            }
        } else if arrived {
            self.user_sent_status(number, call, now);
        }
    }

    /// Handles StatusNotifications that were in flight when the link was lost: it is unknown whether they arrived.
    pub(super) fn forget_status_calls(&mut self) {
        for call in std::mem::take(&mut self.status_calls) {
            self.set_reported_status(integer(&call, "connectorId").unwrap_or(-1), None);
        }
    }

    fn user_sent_status(&mut self, number: i32, call: &Value, now: Moment) {
        let name = text(call, "status").unwrap_or_default();
        let charging = self.connector(number).is_some_and(|it| it.transaction.is_some());
        let Some(status) = ConnectorStatus::parse(name, charging) else { return };
        let fault = (status == ConnectorStatus::Faulted).then(|| PartFault {
            code: text(call, "errorCode").unwrap_or(SimulatedFeatures::of(self.version).unnamed_fault).to_owned(),
            info: text(call, "info").map(str::to_owned),
        });
        if number == 0 {
            self.station_status = status;
            self.station_operative = status != ConnectorStatus::Unavailable;
            self.station_fault = fault;
        } else if let Some(connector) = self.connector_mut(number) {
            connector.status = status;
            connector.operative = status != ConnectorStatus::Unavailable;
            connector.fault = fault;
            if status == ConnectorStatus::Available {
                connector.pending = None;
                (connector.plugged, connector.parked, connector.served) = (false, false, false);
                connector.meter.set_car(false, now.monotonic);
                connector.held = None;
            }
            connector.limited = false;
        }
        if matches!(status, ConnectorStatus::Faulted | ConnectorStatus::Unavailable) {
            self.drop_reservations_of(number);
        }
        self.adjust_power(number, now);
        self.set_reported_status(number, Some(status.name(self.version)));
    }

    /// The user started a transaction at a connector without one.
    fn user_started(&mut self, call: &Value, result: &Value, now: Moment, out: &mut Outbox) {
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
        // OCPP requires Preparing after Reserved; it is not reported here
        if let Some(connector) = self.connector_mut(number).filter(|it| it.status == ConnectorStatus::Reserved) {
            connector.status = ConnectorStatus::Preparing;
        }
        self.change_status(number, ConnectorStatus::Charging, now, out);
    }

    /// The user stopped a running transaction.
    fn user_stopped(&mut self, call: &Value, now: Moment, out: &mut Outbox) {
        let id = integer(call, "transactionId");
        let running = self.transaction_with(|transaction| transaction.id.is_some() && transaction.id == id);
        let Some(number) = running.map(|(number, _)| number) else { return };
        if let Some(connector) = self.connector_mut(number) {
            connector.meter.raise_to(integer(call, "meterStop").unwrap_or_default());
        }
        self.end_transaction(number, now, out);
    }
}
