//! Who may charge at an EVSE: a token is authorized, waits for its car, and is given up or released again (OCPP 2.0.1 part 2, C, E03, E07).
//! Which tokens are known here is in `authorization`; what a transaction makes of it is in `charging`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::evse::StationEvse;
use super::id_token::{IdToken, IdTokenInfo};
use super::reservation::ReservationEnd;
use super::timers::StationTask;
use super::transaction::EvseClaim;
use super::transaction_events::EventCause;
use crate::behaviour::{CallOutcome, CarState, Outbox};
use crate::clock::Moment;
use crate::simulator::equipment::CableKind;
use crate::simulator::part_fault::{LOCK_FAILURE, PartFault};
use crate::simulator::v2::features::StationFeatures;

impl ChargingStation {
    /// Whether a user may begin to charge at an EVSE, as far as the machine and its users are concerned.
    pub(super) fn is_startable(&self, number: i32) -> bool {
        let idle = |it: &StationEvse| it.fault.is_none() && !it.restarting && it.claim.is_none() && it.held.is_none();
        self.station_fault.is_none() && self.is_operative(number) && self.evse(number).is_some_and(idle)
    }

    /// The EVSE where a token may begin to charge: the named one, or one that is reserved for it, where a car waits, or which is free.
    pub(super) fn startable_evse(&self, wanted: Option<i32>, token: &IdToken, group: Option<&IdToken>) -> Option<i32> {
        let fits = |number: &i32| self.is_startable(*number) && self.is_free_for(*number, token, group);
        if wanted.is_some() {
            return wanted.filter(fits);
        }
        let first = |wish: &dyn Fn(&StationEvse, i32) -> bool| {
            self.evse_numbers().filter(fits).find(|number| self.evse(*number).is_some_and(|evse| wish(evse, *number)))
        };
        first(&|_, number| self.is_reserved_for(number, token, group))
            .or_else(|| first(&|evse, _| evse.plugged && evse.transaction.is_some()))
            .or_else(|| first(&|evse, _| evse.plugged))
            .or_else(|| first(&|_, _| true))
    }

    /// A user wants to charge: the CSMS is asked when it has to be, or the start begins at once.
    pub(super) fn claim(&mut self, number: i32, mut claim: EvseClaim, ask: bool, now: Moment, out: &mut Outbox) {
        let token = claim.token.clone();
        claim.authorizing = true;
        if let Some(evse) = self.evse_mut(number) {
            evse.claim = Some(claim);
        }
        self.timers.cancel(StationTask::Unplug(number));
        if !(ask && self.ask_for(&token, out)) {
            self.authorized(number, now, out);
        }
    }

    /// Asks the CSMS about a token, if it may be asked.
    pub(super) fn ask_for(&mut self, token: &IdToken, out: &mut Outbox) -> bool {
        self.may_ask() && self.send_if_allowed("Authorize", json!({ "idToken": token.written() }), out)
    }

    /// The token at an EVSE is authorized.
    pub(super) fn authorized(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(evse) = self.evse_mut(number) else { return };
        let Some(claim) = evse.claim.as_mut() else { return };
        claim.authorizing = false;
        let (by_card, plugged) = (claim.by_card, evse.plugged);
        if plugged && self.lock_fails(number, now, out) {
            return;
        }
        if !plugged {
            self.await_cable(number, now);
            if !by_card && self.has_driver() {
                let delay = Duration::from_millis(self.random.u64(1000..3000));
                self.schedule(StationTask::PlugIn(number), delay, now);
            }
        }
        self.follow(number, EventCause::of("Authorized"), now, out);
    }

    /// A car is connected to an EVSE: who waits there may charge. Without authorization everybody may (C02).
    pub(super) fn car_connected(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        self.forget_waits(number);
        self.report_status(number, now, out);
        let waits = self.evse(number).is_some_and(StationEvse::is_authorized);
        if waits && self.lock_fails(number, now, out) {
            return;
        }
        if !self.asks_for_tokens() && self.is_startable(number) && self.is_free_for(number, &IdToken::none(), None) {
            let mut claim = EvseClaim::of(IdToken::none(), None);
            claim.authorizing = false;
            if let Some(evse) = self.evse_mut(number) {
                evse.claim = Some(claim);
            }
        }
        self.follow(number, EventCause::of("CablePluggedIn"), now, out);
    }

    /// A lock that does not close is a fault, and no one charges (G05).
    fn lock_fails(&mut self, number: i32, now: Moment, out: &mut Outbox) -> bool {
        let socket = self.settings.equipment.cable == CableKind::Socket;
        let fails = socket && self.evse(number).is_some_and(|evse| !evse.lock_works);
        if fails {
            self.give_up(number, now, out);
            self.set_fault(number, PartFault { code: LOCK_FAILURE.to_owned(), info: None }, now, out);
        }
        fails
    }

    /// A claim is given up when no cable comes in time (`EVConnectionTimeOut`); 0 is for ever.
    fn await_cable(&mut self, number: i32, now: Moment) {
        if let Some(limit) = self.seconds("TxCtrlr", "EVConnectionTimeOut") {
            self.schedule(StationTask::ConnectionTimeout(number), limit, now);
        }
    }

    /// No cable has come in time (E03.FR.05). A reservation that was meant for it is used up (OCPP 2.1 part 2, H06).
    pub(super) fn connection_timed_out(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(evse) = self.evse(number).filter(|evse| evse.is_authorized() && !evse.plugged) else { return };
        let user = evse.user().map(|(token, group)| (token.clone(), group.cloned()));
        let begun = evse.transaction.is_some();
        self.release_claim(number, "EVConnectTimeout", "Timeout", None, now, out);
        if begun || !StationFeatures::of(self.version).reservation_without_transaction {
            return;
        }
        let unused = user.and_then(|(token, group)| self.use_reservation(number, &token, group.as_ref()));
        if let Some(id) = unused {
            self.report_reservation(id, ReservationEnd::NoTransaction, out);
            self.report_changes(now, out);
        }
    }

    /// The driver plugs the car in.
    pub(super) fn driver_plugs_in(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(evse) = self.evse_mut(number).filter(|evse| !evse.plugged) {
            (evse.plugged, evse.by_hand, evse.car) = (true, false, CarState::Ready);
            evse.meter.set_car(true, now.monotonic);
            self.car_connected(number, now, out);
        }
    }

    /// The driver takes the car away.
    pub(super) fn driver_leaves(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if self.evse(number).is_some_and(|evse| evse.plugged && !evse.by_hand) {
            self.car_disconnected(number, now, out);
        }
    }

    /// Nothing is waited for at an EVSE any more.
    pub(super) fn forget_waits(&mut self, number: i32) {
        self.timers.cancel(StationTask::ConnectionTimeout(number));
        self.timers.cancel(StationTask::PlugIn(number));
        self.timers.cancel(StationTask::Unplug(number));
    }

    /// A claim that was not authorized is given up.
    pub(super) fn give_up(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(evse) = self.evse_mut(number) {
            evse.claim = None;
        }
        self.lower_points(number);
        self.forget_waits(number);
        self.await_driver(number, now);
        self.report_changes(now, out);
    }

    /// Charging at an EVSE is not authorized any more. Its transaction ends now, or when the car leaves, as `TxStopPoint` says; without a car it ends
    /// in any case.
    pub(super) fn release_claim(
        &mut self,
        number: i32,
        trigger: &'static str,
        reason: &'static str,
        token: Option<IdToken>,
        now: Moment,
        out: &mut Outbox,
    ) {
        let Some(evse) = self.evse_mut(number) else { return };
        evse.claim = None;
        let ends = !evse.plugged;
        if let Some(transaction) = &mut evse.transaction {
            transaction.stop_reason = Some(reason);
        }
        self.forget_waits(number);
        self.follow(number, EventCause { trigger, token, ends }, now, out);
        self.await_driver(number, now);
    }

    /// Handles the end of an Authorize, of the station or of the user. Whatever waits for this token goes on or is given up.
    pub(super) fn authorize_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        let Some(token) = call.get("idToken").and_then(IdToken::read) else { return };
        let info = match outcome {
            CallOutcome::Result { payload, .. } => self.learn_token(&token, payload, now),
            _ => None,
        };
        let answered = matches!(outcome, CallOutcome::Result { .. });
        let group = info.as_ref().and_then(|info| info.group.clone()).or_else(|| self.group_of(&token, now));
        if self.stopper_judged(&token, info.as_ref(), group.as_ref(), now, out) {
            return;
        }
        let waits = |evse: &StationEvse| evse.claim.as_ref().is_some_and(|it| it.authorizing && it.token.is(&token));
        let Some(number) = self.evse_numbers().find(|number| self.evse(*number).is_some_and(waits)) else { return };
        if let CallOutcome::Result { payload, .. } = outcome {
            self.take_driver_tariff(number, &token.text, payload);
        }
        let accepted = match &info {
            Some(info) => info.is_for(number),
            None => !answered && (self.may_charge_unknown(&token, now) || self.is_locally_authorized(&token, number, now)),
        };
        self.claim_judged(number, &token, accepted, group, now, out);
    }

    /// A claim gets its answer. A card without a connector, and no car for it, may be meant to end what a card of its group began.
    fn claim_judged(
        &mut self,
        number: i32,
        token: &IdToken,
        accepted: bool,
        group: Option<IdToken>,
        now: Moment,
        out: &mut Outbox,
    ) {
        let Some(evse) = self.evse_mut(number) else { return };
        let Some(claim) = evse.claim.as_mut() else { return };
        claim.group.clone_from(&group);
        let (by_card, chosen) = (claim.by_card, claim.chosen);
        let meant_to_stop = by_card && !chosen && !evse.plugged;
        if accepted && self.is_master(group.as_ref()) {
            self.give_up(number, now, out);
            self.stop_by_master(chosen.then_some(number), token, now, out);
            return;
        }
        let other = group.as_ref().filter(|_| accepted && meant_to_stop).and_then(|group| self.evse_of_group(group));
        if let Some(other) = other {
            self.give_up(number, now, out);
            self.stop_with_card(other, token, now, out);
        } else if accepted && self.is_free_for(number, token, group.as_ref()) {
            self.authorized(number, now, out);
        } else {
            self.give_up(number, now, out);
        }
    }

    /// A card that wants to end a transaction gets its answer. Returns whether one waited for it.
    fn stopper_judged(
        &mut self,
        token: &IdToken,
        info: Option<&IdTokenInfo>,
        group: Option<&IdToken>,
        now: Moment,
        out: &mut Outbox,
    ) -> bool {
        let waits = |evse: &StationEvse| {
            evse.transaction.as_ref().and_then(|it| it.stopper.as_ref()).is_some_and(|stopper| stopper.is(token))
        };
        let Some(number) = self.evse_numbers().find(|number| self.evse(*number).is_some_and(waits)) else { return false };
        if let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) {
            transaction.stopper = None;
        }
        if info.is_some_and(|info| info.accepted) {
            if self.is_master(group) {
                self.stop_by_master(Some(number), token, now, out);
            } else if group.is_some_and(|group| self.evse(number).is_some_and(|evse| is_of_group(evse, group))) {
                self.stop_with_card(number, token, now, out);
            }
        }
        true
    }

    /// The EVSE where a user of this group charges.
    pub(super) fn evse_of_group(&self, group: &IdToken) -> Option<i32> {
        self.evse_numbers().find(|number| self.evse(*number).is_some_and(|it| it.is_authorized() && is_of_group(it, group)))
    }

    /// A card of its group ends what another one began (C09).
    pub(super) fn stop_with_card(&mut self, number: i32, token: &IdToken, now: Moment, out: &mut Outbox) {
        self.release_claim(number, "StopAuthorized", "Local", Some(token.clone()), now, out);
    }

    /// The master pass ends a transaction, or all of them (C16).
    pub(super) fn stop_by_master(&mut self, wanted: Option<i32>, token: &IdToken, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers().filter(|number| wanted.is_none_or(|wanted| wanted == *number)) {
            if self.is_in_use(number) {
                self.release_claim(number, "StopAuthorized", "MasterPass", Some(token.clone()), now, out);
            }
        }
    }
}

impl EvseClaim {
    /// The claim of a token, which is not authorized yet.
    pub(super) fn of(token: IdToken, group: Option<IdToken>) -> EvseClaim {
        EvseClaim {
            token,
            group,
            authorizing: true,
            reported: false,
            remote_start: None,
            profile: None,
            by_card: false,
            chosen: true,
        }
    }
}

fn is_of_group(evse: &StationEvse, group: &IdToken) -> bool {
    evse.user().and_then(|(_, ours)| ours).is_some_and(|ours| ours.is(group))
}
