//! Reservations: ReserveNow, CancelReservation, the use of a reserved connector, and the end of a reservation (OCPP 1.6
//! §5.13, §5.1).

use jiff::Timestamp;
use serde_json::Value;

use super::ChargePoint;
use super::effect::{CallEffect, Reservation, only_status, status_then};
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::{Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, span, text, time};

impl Reservation {
    /// Whether a tag may use it: the tag itself or one of the same group (OCPP 1.6 §5.13).
    fn is_for(&self, id_tag: &str, parent: Option<&str>) -> bool {
        let same_group = |ours: &str| parent.is_some_and(|parent| parent.eq_ignore_ascii_case(ours));
        self.id_tag.eq_ignore_ascii_case(id_tag) || self.parent.as_deref().is_some_and(same_group)
    }
}

/// The active reservations.
#[derive(Debug, Default)]
pub(super) struct Reservations {
    held: Vec<Reservation>,
}

impl Reservations {
    /// Whether there is a reservation of exactly this connector.
    pub(super) fn holds(&self, connector: i32) -> bool {
        self.held.iter().any(|it| it.connector == connector)
    }

    /// Whether a connector is reserved for a group, whose tags may only be known to the central system.
    pub(super) fn has_group(&self, connector: i32) -> bool {
        self.held.iter().any(|it| it.connector == connector && it.parent.is_some())
    }

    /// The connector that is reserved for a tag.
    pub(super) fn connector_for(&self, id_tag: &str) -> Option<i32> {
        self.held.iter().find(|it| it.connector > 0 && it.is_for(id_tag, None)).map(|it| it.connector)
    }

    /// Ends the reservation that a start uses and returns its id: the reservation of the connector comes first, then
    /// one of any connector.
    pub(super) fn use_up(&mut self, connector: i32, id_tag: &str, parent: Option<&str>) -> Option<i32> {
        let usable = |wanted: i32| move |it: &Reservation| it.connector == wanted && it.is_for(id_tag, parent);
        let position = self.held.iter().position(usable(connector)).or_else(|| self.held.iter().position(usable(0)))?;
        Some(self.held.remove(position).id)
    }

    /// Ends a reservation and returns its connector.
    fn remove(&mut self, id: i32) -> Option<i32> {
        let position = self.held.iter().position(|it| it.id == id)?;
        Some(self.held.remove(position).connector)
    }

    /// The number of connectors that must stay free for holders other than this tag.
    fn owed_to_others(&self, id_tag: &str, parent: Option<&str>) -> usize {
        self.held.iter().filter(|it| it.connector == 0 && !it.is_for(id_tag, parent)).count()
    }
}

impl ChargePoint {
    /// ReserveNow. A reservation with an existing id replaces the old one; when it is refused, the old one stays.
    pub(super) fn reserve_now(&self, payload: &Value, now: Moment) -> Proposal {
        let (Some(id), Some(connector)) = (integer(payload, "reservationId"), integer(payload, "connectorId")) else {
            return only_status("Rejected");
        };
        let Some(expires) = time(payload, "expiryDate").filter(|expires| *expires > now.wall) else {
            return only_status("Rejected");
        };
        if let Some(refusal) = self.refusal(connector, id) {
            return only_status(refusal);
        }
        let reservation = Reservation {
            id,
            connector,
            id_tag: text(payload, "idTag").unwrap_or_default().to_owned(),
            parent: text(payload, "parentIdTag").map(str::to_owned),
        };
        status_then("Accepted", CallEffect::Reserve(reservation, expires))
    }

    /// Adds a reservation; does nothing when the connector is no longer free.
    pub(super) fn reserve(&mut self, reservation: Reservation, expires: Timestamp, now: Moment, out: &mut Outbox) {
        let Reservation { id, connector, .. } = reservation;
        if self.refusal(connector, id).is_some() {
            return;
        }
        let before = self.reservations.remove(id);
        self.reservations.held.push(reservation);
        self.schedule(TimerTask::ExpireReservation(id), span(now.wall, expires), now);
        if let Some(before) = before.filter(|before| *before != connector) {
            self.release(before, now, out);
        }
        self.change_status(connector, ConnectorStatus::Reserved, now, out);
    }

    /// The status with which a reservation of a connector is refused; `None` when it is possible. The reservation that
    /// would be replaced does not count.
    fn refusal(&self, connector: i32, id: i32) -> Option<&'static str> {
        if connector == 0 {
            return self.refusal_of_any(id);
        }
        let Some(it) = self.connector(connector) else { return Some("Rejected") };
        let held_by_another = self.reservations.held.iter().any(|it| it.connector == connector && it.id != id);
        match it.status {
            ConnectorStatus::Faulted => Some("Faulted"),
            ConnectorStatus::Unavailable => Some("Unavailable"),
            _ if held_by_another || !it.is_idle() => Some("Occupied"),
            _ => None,
        }
    }

    /// The same for connector 0, which can be reserved while a connector is free for it.
    fn refusal_of_any(&self, id: i32) -> Option<&'static str> {
        if !self.configuration.is_on("ReserveConnectorZeroSupported") {
            return Some("Rejected");
        }
        let owed = self.reservations.held.iter().filter(|it| it.connector == 0 && it.id != id).count();
        if self.connectors.iter().all(|it| it.status == ConnectorStatus::Faulted) {
            Some("Faulted")
        } else if self.connectors.iter().all(|it| matches!(it.status, ConnectorStatus::Faulted | ConnectorStatus::Unavailable))
        {
            Some("Unavailable")
        } else {
            (owed >= self.free_connectors()).then_some("Occupied")
        }
    }

    fn free_connectors(&self) -> usize {
        self.connectors.iter().filter(|it| it.status == ConnectorStatus::Available && it.is_idle()).count()
    }

    /// Whether a tag may start a transaction at a connector: it must be free, or reserved for the tag, and enough
    /// connectors must stay free for all other reservations.
    pub(super) fn may_start(&self, number: i32, id_tag: &str) -> bool {
        let Some(connector) = self.connector(number) else { return false };
        if !connector.is_startable() || self.station_fault.is_some() {
            return false;
        }
        let parent = self.parent_of(id_tag);
        let parent = parent.as_deref();
        match connector.status {
            ConnectorStatus::Available => self.free_connectors() > self.reservations.owed_to_others(id_tag, parent),
            // a car stands there already, so no free connector is used up
            ConnectorStatus::Reserved | ConnectorStatus::Preparing | ConnectorStatus::Finishing => {
                self.is_free_for(number, id_tag, parent)
            }
            _ => false,
        }
    }

    /// Whether the central system must decide whether a tag is of the group that a connector is reserved for: it is asked
    /// (OCPP 1.6 §5.13).
    pub(super) fn may_be_of_group(&self, number: i32, id_tag: &str) -> bool {
        let startable = self.connector(number).is_some_and(|it| it.is_startable() && it.status == ConnectorStatus::Reserved);
        let unknown = self.station_fault.is_none() && self.known_id_tag(id_tag).is_none();
        startable && unknown && self.may_send() && self.reservations.has_group(number)
    }

    /// Whether a connector is not reserved, or reserved for a tag of this group.
    pub(super) fn is_free_for(&self, number: i32, id_tag: &str, parent: Option<&str>) -> bool {
        let mut of_connector = self.reservations.held.iter().filter(|it| it.connector == number);
        of_connector.all(|it| it.is_for(id_tag, parent))
    }

    /// CancelReservation: `Accepted` for an active reservation (OCPP 1.6 §5.1).
    pub(super) fn cancel_reservation(&self, payload: &Value) -> Proposal {
        let held = |id: &i32| self.reservations.held.iter().any(|it| it.id == *id);
        match integer(payload, "reservationId").filter(held) {
            Some(id) => status_then("Accepted", CallEffect::CancelReservation { id }),
            None => only_status("Rejected"),
        }
    }

    /// Ends a reservation, for example at its expiry, and frees its connector.
    pub(super) fn end_reservation(&mut self, id: i32, now: Moment, out: &mut Outbox) -> bool {
        let Some(connector) = self.reservations.remove(id) else { return false };
        self.agenda.cancel(TimerTask::ExpireReservation(id));
        self.release(connector, now, out);
        true
    }

    fn release(&mut self, connector: i32, now: Moment, out: &mut Outbox) {
        if self.connector(connector).is_some_and(|it| it.status == ConnectorStatus::Reserved) {
            self.settle(connector, now, out);
        }
    }

    /// Ends the reservations of a connector that is faulted or unavailable (OCPP 1.6 §5.13).
    pub(super) fn drop_reservations_of(&mut self, connector: i32) {
        while let Some(id) = self.reservations.held.iter().find(|it| it.connector == connector).map(|it| it.id) {
            self.reservations.remove(id);
            self.agenda.cancel(TimerTask::ExpireReservation(id));
        }
    }
}
