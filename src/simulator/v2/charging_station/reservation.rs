//! Reservations: ReserveNow, CancelReservation, and how a reservation ends (OCPP 2.0.1 part 2, H01 to H04). One of no certain EVSE keeps
//! as many EVSEs free as there are such reservations.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{only_status, status_because, status_then};
use super::evse::connector_type;
use super::id_token::IdToken;
use super::status::AvailabilityState;
use super::timers::StationTask;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, span, text, time};

/// A reservation.
#[derive(Debug, Clone)]
pub(super) struct EvseReservation {
    id: i32,
    /// The EVSE; `None` for any.
    evse: Option<i32>,
    token: IdToken,
    group: Option<IdToken>,
}

/// How a reservation ends without its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReservationEnd {
    /// Its time is over.
    Expired,
    /// Its EVSE cannot be used any more.
    Removed,
    /// Its driver came and did not charge.
    NoTransaction,
}

impl ReservationEnd {
    const fn name(self) -> &'static str {
        match self {
            ReservationEnd::Expired => "Expired",
            ReservationEnd::Removed => "Removed",
            ReservationEnd::NoTransaction => "NoTransaction",
        }
    }
}

impl EvseReservation {
    /// Whether a token may use it: the token itself or one of the same group (H03).
    fn is_for(&self, token: &IdToken, group: Option<&IdToken>) -> bool {
        let same_group = |ours: &IdToken| group.is_some_and(|group| ours.is(group));
        self.token.is(token) || self.group.as_ref().is_some_and(same_group)
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_reservation(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        match call.action {
            "ReserveNow" => Some(self.reserve_now(call.payload, now)),
            "CancelReservation" => Some(self.cancel_reservation(call.payload)),
            _ => None,
        }
    }

    /// ReserveNow. A reservation with an existing id replaces the old one; when it is refused, the old one stays.
    fn reserve_now(&self, payload: &Value, now: Moment) -> Proposal {
        if !self.model.flag("ReservationCtrlr", "Enabled") {
            return status_because("Rejected", "NotEnabled");
        }
        let (Some(id), Some(token)) = (integer(payload, "id"), payload.get("idToken").and_then(IdToken::read)) else {
            return status_because("Rejected", "MissingParam");
        };
        let Some(expires) = time(payload, "expiryDateTime").filter(|expires| *expires > now.wall) else {
            return status_because("Rejected", "InvalidValue");
        };
        let evse = payload.get("evseId").map(|_| integer(payload, "evseId").unwrap_or(-1));
        if evse.is_some_and(|number| self.evse(number).is_none()) {
            return status_because("Rejected", "UnknownEvse");
        }
        let wanted_type = text(payload, "connectorType");
        if wanted_type.is_some_and(|wanted| wanted != connector_type(self.settings.equipment.cable)) {
            return status_because("Rejected", "UnknownConnectorType");
        }
        if evse.is_none() && !self.model.flag("ReservationCtrlr", "NonEvseSpecific") {
            return status_because("Rejected", "UnsupportedParam");
        }
        if let Some(refusal) = self.reservation_refusal(evse, id) {
            return only_status(refusal);
        }
        let group = payload.get("groupIdToken").and_then(IdToken::read);
        let reservation = EvseReservation { id, evse, token, group };
        status_then("Accepted", move |station, now, out| station.reserve(reservation, expires, now, out))
    }

    /// Adds a reservation; does nothing when the EVSE is no longer free.
    fn reserve(&mut self, reservation: EvseReservation, expires: Timestamp, now: Moment, out: &mut Outbox) {
        let EvseReservation { id, evse, .. } = reservation;
        if self.reservation_refusal(evse, id).is_some() {
            return;
        }
        self.reservations.retain(|held| held.id != id);
        self.reservations.push(reservation);
        // it must end in any case, also at a station that does nothing else by itself
        self.timers.set(StationTask::ExpireReservation(id), span(now.wall, expires), now.monotonic);
        self.report_changes(now, out);
    }

    /// The status with which a reservation is refused; `None` when it is possible. The one that would be replaced does not count.
    fn reservation_refusal(&self, evse: Option<i32>, id: i32) -> Option<&'static str> {
        let numbers = evse.map_or(self.evse_numbers(), |number| number..=number);
        let states: Vec<AvailabilityState> = numbers.filter_map(|number| self.state_without(number, Some(id))).collect();
        let has = |state: AvailabilityState| states.contains(&state);
        if has(AvailabilityState::Available) {
            None
        } else if has(AvailabilityState::Occupied) || has(AvailabilityState::Reserved) {
            Some("Occupied")
        } else if has(AvailabilityState::Unavailable) {
            Some("Unavailable")
        } else {
            Some("Faulted")
        }
    }

    /// The state of an EVSE as it is without one of the reservations.
    fn state_without(&self, number: i32, id: Option<i32>) -> Option<AvailabilityState> {
        let state = self.unreserved_state(number)?;
        let claimed = self.evse(number)?.claim.is_some();
        Some(match state {
            AvailabilityState::Available if claimed => AvailabilityState::Occupied,
            AvailabilityState::Available if self.is_reserved(number, id) => AvailabilityState::Reserved,
            state => state,
        })
    }

    /// Whether an EVSE is reserved: it is named, or so few are free that each is needed (H01.FR.23). The reservation with the id in
    /// `without` does not count.
    pub(super) fn is_reserved(&self, number: i32, without: Option<i32>) -> bool {
        let mut held = self.reservations.iter().filter(|held| Some(held.id) != without);
        let named = held.clone().any(|held| held.evse == Some(number));
        let any = held.clone().filter(|held| held.evse.is_none()).count();
        let claim = self.evse(number).and_then(|evse| evse.claim.as_ref());
        // another user has come for it already
        let taken = claim.is_some_and(|claim| !held.any(|held| held.is_for(&claim.token, claim.group.as_ref())));
        named || (any > 0 && !taken && any >= self.free_evses(without))
    }

    /// How many EVSEs are free and reserved by no name.
    fn free_evses(&self, without: Option<i32>) -> usize {
        let named = |number: i32| self.reservations.iter().any(|held| Some(held.id) != without && held.evse == Some(number));
        let free = |number: &i32| {
            let idle = self.evse(*number).is_some_and(|evse| evse.claim.is_none());
            idle && !named(*number) && self.unreserved_state(*number) == Some(AvailabilityState::Available)
        };
        self.evse_numbers().filter(free).count()
    }

    /// Whether an EVSE is not reserved, or reserved for this token or its group.
    pub(super) fn is_free_for(&self, number: i32, token: &IdToken, group: Option<&IdToken>) -> bool {
        let mut named = self.reservations.iter().filter(|held| held.evse == Some(number)).peekable();
        if named.peek().is_some() {
            return named.all(|held| held.is_for(token, group));
        }
        let mut any = self.reservations.iter().filter(|held| held.evse.is_none());
        // a car or a token is there already, so no free EVSE is used up
        let claimed = self.evse(number).is_some_and(|evse| evse.claim.is_some());
        let taken = claimed || self.unreserved_state(number) != Some(AvailabilityState::Available);
        taken || any.clone().any(|held| held.is_for(token, group)) || any.by_ref().count() < self.free_evses(None)
    }

    /// Whether an EVSE is reserved by name for this token or its group.
    pub(super) fn is_reserved_for(&self, number: i32, token: &IdToken, group: Option<&IdToken>) -> bool {
        self.reservations.iter().any(|held| held.evse == Some(number) && held.is_for(token, group))
    }

    /// Whether an EVSE is reserved for a group, whose tokens may only be known to the CSMS.
    pub(super) fn may_be_of_group(&self, number: i32) -> bool {
        self.reservations.iter().any(|held| held.evse.is_none_or(|evse| evse == number) && held.group.is_some())
    }

    /// Ends the reservation that a token uses at an EVSE and returns its id: one of the EVSE comes first, then one of any.
    pub(super) fn use_reservation(&mut self, number: i32, token: &IdToken, group: Option<&IdToken>) -> Option<i32> {
        let place = |evse: Option<i32>| self.reservations.iter().position(|it| it.evse == evse && it.is_for(token, group));
        let id = self.reservations.remove(place(Some(number)).or_else(|| place(None))?).id;
        self.timers.cancel(StationTask::ExpireReservation(id));
        Some(id)
    }

    /// CancelReservation: `Accepted` for an active reservation (H02).
    fn cancel_reservation(&self, payload: &Value) -> Proposal {
        let held = |id: &i32| self.reservations.iter().any(|held| held.id == *id);
        match integer(payload, "reservationId").filter(held) {
            Some(id) => status_then("Accepted", move |station, now, out| station.end_reservation(id, None, now, out)),
            None => status_because("Rejected", "NotFound"),
        }
    }

    /// A reservation has expired.
    pub(super) fn reservation_expired(&mut self, id: i32, now: Moment, out: &mut Outbox) {
        self.end_reservation(id, Some(ReservationEnd::Expired), now, out);
    }

    /// Ends a reservation, with a report when the CSMS does not know it.
    fn end_reservation(&mut self, id: i32, end: Option<ReservationEnd>, now: Moment, out: &mut Outbox) {
        let Some(place) = self.reservations.iter().position(|held| held.id == id) else { return };
        self.reservations.remove(place);
        self.timers.cancel(StationTask::ExpireReservation(id));
        if let Some(end) = end {
            self.report_reservation(id, end, out);
        }
        self.report_changes(now, out);
    }

    /// Reports how a reservation has ended.
    pub(super) fn report_reservation(&mut self, id: i32, end: ReservationEnd, out: &mut Outbox) {
        let payload = json!({ "reservationId": id, "reservationUpdateStatus": end.name() });
        self.send_if_allowed("ReservationStatusUpdate", payload, out);
    }

    /// Ends the reservations of EVSEs that are faulted or unavailable (H01.FR.24).
    pub(super) fn drop_lost_reservations(&mut self, now: Moment, out: &mut Outbox) {
        let lost = |number: i32| {
            matches!(self.unreserved_state(number), Some(AvailabilityState::Faulted | AvailabilityState::Unavailable))
        };
        let ended: Vec<i32> = self.reservations.iter().filter(|it| it.evse.is_some_and(lost)).map(|it| it.id).collect();
        for id in ended {
            self.end_reservation(id, Some(ReservationEnd::Removed), now, out);
        }
    }
}
