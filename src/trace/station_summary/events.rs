//! What the events of OCPP 2.x say about a station: where transactions run and how they charge, and what is available.

use super::{ConnectorPlace, ConnectorSummary, MOST_KEYS, REMEMBERED, StationSummary, TransactionSummary};
use crate::trace::Record;
use crate::trace::fields::{BorrowedObject, id, inner, list, number, text};
use crate::trace::transactions::points;

impl StationSummary {
    /// Remembers what a connector reported.
    pub(super) fn put_connector(&mut self, place: ConnectorPlace, connector: ConnectorSummary) {
        if self.connectors.len() < MOST_KEYS || self.connectors.contains_key(&place) {
            self.connectors.insert(place, connector);
        }
    }

    /// Remembers a transaction; the oldest is forgotten.
    pub(super) fn put_transaction(&mut self, transaction: TransactionSummary) {
        self.transactions.push_back(transaction);
        if self.transactions.len() > REMEMBERED {
            self.transactions.pop_front();
        }
    }

    /// The newest transaction with this id.
    pub(super) fn transaction_mut(&mut self, id: &str) -> Option<&mut TransactionSummary> {
        self.transactions.iter_mut().rev().find(|transaction| &*transaction.id == id)
    }

    /// Takes a TransactionEvent in.
    pub(super) fn transaction_event(&mut self, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        let Some(information) = inner(payload, "transactionInfo") else { return };
        let Some(id) = id(information, "transactionId") else { return };
        if self.transaction_mut(&id).is_none() {
            let began_micros = record.wall_micros;
            self.put_transaction(TransactionSummary { id: id.clone(), began_micros, ..TransactionSummary::default() });
        }
        let Some(transaction) = self.transaction_mut(&id) else { return };
        if let Some(evse) = inner(payload, "evse") {
            let known = transaction.place;
            let connector = number(evse, "connectorId").unwrap_or(known.connector);
            transaction.place = ConnectorPlace { evse: number(evse, "id").unwrap_or(known.evse), connector };
        }
        if transaction.id_tag.is_empty()
            && let Some(tag) = inner(payload, "idToken").and_then(|token| text(token, "idToken"))
        {
            transaction.id_tag = tag;
        }
        let registers = points(payload, record.wall_micros).into_iter().filter_map(|point| point.energy);
        for register in registers.map(|register| register.round() as i64) {
            transaction.meter_start = transaction.meter_start.or(Some(register));
            transaction.meter_stop = Some(register);
        }
        transaction.state = text(information, "chargingState").or(transaction.state.take());
        if text(payload, "eventType").as_deref() == Some("Ended") && transaction.ended_micros.is_none() {
            transaction.ended_micros = Some(record.wall_micros);
            transaction.reason = text(information, "stoppedReason");
            let connector = transaction.place.number();
            self.charging.ended(connector, record.wall_micros);
        }
    }

    /// Takes the availability of connectors out of a NotifyEvent, which may replace StatusNotification (OCPP 2.1).
    pub(super) fn availability_event(&mut self, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        for event in list(payload, "eventData") {
            let is_availability =
                inner(event, "variable").and_then(|variable| text(variable, "name")).as_deref() == Some("AvailabilityState");
            let (true, Some(component), Some(status)) =
                (is_availability, inner(event, "component"), text(event, "actualValue"))
            else {
                continue;
            };
            let evse = inner(component, "evse");
            let at = |field| evse.and_then(|evse| number(evse, field));
            // An EVSE has the state of its connectors.
            let place = match (text(component, "name").as_deref(), at("id"), at("connectorId")) {
                (Some("Connector"), Some(evse), Some(connector)) => ConnectorPlace { evse, connector },
                (Some("ChargingStation"), None, None) => ConnectorPlace::default(),
                _ => continue,
            };
            self.put_connector(place, ConnectorSummary { status, error: None, wall_micros: record.wall_micros });
        }
    }
}
