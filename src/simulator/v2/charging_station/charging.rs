//! The course of a transaction: it begins when a point of `TxStartPoint` is reached and ends when a point of `TxStopPoint` is left; what
//! happens between is an update (OCPP 2.0.1 part 2, E01 to E10). Who may charge is in `claims`, what hands do in `hands`.

use std::time::Duration;

use jiff::Timestamp;

use super::ChargingStation;
use super::registration::RegistrationState;
use super::timers::StationTask;
use super::transaction::{ChargingState, EvseTransaction};
use super::transaction_events::EventCause;
use super::transaction_points::TransactionPoints;
use crate::behaviour::{CarState, Outbox};
use crate::clock::Moment;
use crate::simulator::charging::PowerShare;

/// The trigger reason of a value that the meter has signed.
const SIGNED_DATA: &str = "SignedDataReceived";
/// The time until the driver unplugs the car.
const UNPLUG_DELAY: Duration = Duration::from_secs(3);

impl ChargingStation {
    /// Something has happened at an EVSE: the transaction there follows, then the power, then the state of the connector.
    pub(super) fn follow(&mut self, number: i32, cause: EventCause, now: Moment, out: &mut Outbox) {
        self.open_power_path(number, now);
        self.step(number, cause, now, out);
        self.share_power(now, out);
        self.report_changes(now, out);
    }

    /// The points that are reached at an EVSE.
    fn points(&self, number: i32) -> TransactionPoints {
        let Some(evse) = self.evse(number) else { return TransactionPoints::default() };
        let authorized = evse.is_authorized();
        TransactionPoints::PARKED
            .when(evse.parked || evse.plugged)
            .and(TransactionPoints::CONNECTED.when(evse.plugged))
            .and(TransactionPoints::AUTHORIZED.when(authorized))
            .and(TransactionPoints::POWER_PATH.and(TransactionPoints::SIGNED).when(authorized && evse.plugged))
            .and(TransactionPoints::ENERGY.when(evse.charging_state == ChargingState::Charging))
    }

    fn configured_points(&self, variable: &str) -> TransactionPoints {
        TransactionPoints::read(self.model.text("TxCtrlr", variable).unwrap_or_default())
    }

    /// Whether a transaction may begin at an EVSE, as far as the machine is concerned. Before the first acceptance that is a setting
    /// (`TxBeforeAcceptedEnabled`).
    fn may_begin(&self, number: i32) -> bool {
        let early = self.model.flag("TxCtrlr", "TxBeforeAcceptedEnabled");
        let accepted = self.registration == RegistrationState::Accepted || early;
        let works = self.station_fault.is_none() && self.evse(number).is_some_and(|it| it.fault.is_none() && !it.restarting);
        self.settings.autonomous && accepted && works && self.is_operative(number)
    }

    /// The next step of the transaction of an EVSE. Where none may begin, nothing is noted: it begins later by `look_again`.
    fn step(&mut self, number: i32, cause: EventCause, now: Moment, out: &mut Outbox) {
        let runs = self.evse(number).is_some_and(|evse| evse.transaction.is_some());
        if !runs && !self.may_begin(number) {
            self.lower_points(number);
            return;
        }
        let after = self.points(number);
        let Some(evse) = self.evse_mut(number) else { return };
        let before = std::mem::replace(&mut evse.points, after);
        let (start, stop) = (self.configured_points("TxStartPoint"), self.configured_points("TxStopPoint"));
        let (reached, left) = (after.without(before), before.without(after));
        if !runs {
            if reached.meets(start) {
                let by_signature = self.signs_readings() && !reached.meets(start.without(TransactionPoints::SIGNED));
                let trigger = if by_signature { SIGNED_DATA } else { cause.trigger };
                self.begin(number, EventCause { trigger, ..cause }, now, out);
            }
        } else if cause.ends || left.meets(stop) {
            let by_signature = !cause.ends && !left.meets(stop.without(TransactionPoints::SIGNED));
            let signed = self.signs_readings() && before.meets(TransactionPoints::SIGNED);
            self.end(number, cause, signed.then_some(by_signature), now, out);
        } else {
            self.adopt_claim(number);
            self.send_event(number, "Updated", cause, Vec::new(), now, out);
            self.install_claimed_profile(number, now, out);
        }
    }

    /// Forgets the points of an EVSE that are left, without an event: they can be reached again.
    pub(super) fn lower_points(&mut self, number: i32) {
        let points = self.points(number);
        if let Some(evse) = self.evse_mut(number) {
            evse.points = evse.points.without(evse.points.without(points));
        }
    }

    fn begin(&mut self, number: i32, cause: EventCause, now: Moment, out: &mut Outbox) {
        let id = self.new_transaction_id();
        let meter_start = self.read_meter(number, now).watt_hours;
        if let Some(evse) = self.evse_mut(number) {
            evse.transaction = Some(EvseTransaction::new(id, now.wall, meter_start));
        }
        self.timers.cancel(StationTask::Unplug(number));
        let meter_value = self.first_samples(number, now);
        self.adopt_claim(number);
        self.send_event(number, "Started", cause, meter_value, now, out);
        self.schedule_samples(number, now);
        self.schedule_limit(number, now);
        self.install_claimed_profile(number, now, out);
    }

    /// A token that was authorized becomes that of the transaction, with its reservation.
    fn adopt_claim(&mut self, number: i32) {
        let Some(evse) = self.evse(number) else { return };
        let Some(claim) = evse.claim.as_ref().filter(|claim| !claim.authorizing && !claim.reported) else { return };
        let (token, group) = (claim.token.clone(), claim.group.clone());
        let reservation = self.use_reservation(number, &token, group.as_ref());
        if let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) {
            transaction.stop_reason = None;
            transaction.reservation = reservation;
            (transaction.token, transaction.group) = (Some(token), group);
        }
    }

    /// The charging profile of a requested start is installed with its transaction.
    fn install_claimed_profile(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let claim = self.evse_mut(number).and_then(|evse| evse.claim.as_mut()).filter(|claim| !claim.authorizing);
        if let Some(profile) = claim.and_then(|claim| claim.profile.take()) {
            self.install_start_profile(number, profile, now, out);
        }
    }

    /// Ends the transaction of an EVSE: charging there is not authorized any more. With a meter that signs, its last value is an event of its
    /// own: `by_signature` is whether this one ends the transaction (`DataSigned`), and not the cause.
    fn end(&mut self, number: i32, mut cause: EventCause, by_signature: Option<bool>, now: Moment, out: &mut Outbox) {
        let reason = default_reason(cause.trigger);
        if let Some(evse) = self.evse_mut(number) {
            evse.claim = None;
            if let Some(transaction) = &mut evse.transaction {
                transaction.stop_reason.get_or_insert(reason);
            }
        }
        self.open_power_path(number, now);
        let after = self.points(number);
        match by_signature {
            Some(true) => {
                let signed = EventCause::of(SIGNED_DATA);
                self.send_event(number, "Updated", std::mem::replace(&mut cause, signed), Vec::new(), now, out);
            }
            Some(false) => {
                let value = self.signed_value(number, "Transaction.End", now);
                self.send_event(number, "Updated", EventCause::of(SIGNED_DATA), value.into_iter().collect(), now, out);
            }
            None => {}
        }
        let meter_value = self.last_samples(number, now);
        self.send_event(number, "Ended", cause, meter_value, now, out);
        if let Some(evse) = self.evse_mut(number) {
            evse.points = after;
            evse.transaction = None;
            evse.limits.clear();
        }
        self.timers.retain(|task| !task.is_of_transaction(number));
        self.await_driver(number, now);
        self.transaction_over(now, out);
    }

    /// Ends the transaction of an EVSE for a reason of the station.
    pub(super) fn stop_transaction(
        &mut self,
        number: i32,
        trigger: &'static str,
        reason: &'static str,
        now: Moment,
        out: &mut Outbox,
    ) {
        let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) else { return };
        transaction.stop_reason = Some(reason);
        self.follow(number, EventCause { trigger, token: None, ends: true }, now, out);
    }

    /// The car at an EVSE has had what it came for: its driver, if he comes by himself, takes it away.
    pub(super) fn await_driver(&mut self, number: i32, now: Moment) {
        if self.has_driver() && self.evse(number).is_some_and(|evse| evse.plugged && !evse.by_hand) {
            self.schedule(StationTask::Unplug(number), UNPLUG_DELAY, now);
        }
    }

    /// Whether the simulated driver plugs in and out.
    pub(super) fn has_driver(&self) -> bool {
        self.settings.autonomous && self.settings.driver
    }

    /// What was impossible for the machine may be possible now: cars that wait get their transactions.
    pub(super) fn look_again(&mut self, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers() {
            let Some(evse) = self.evse(number).filter(|evse| evse.transaction.is_none()) else { continue };
            let trigger = match (evse.is_authorized(), evse.plugged, evse.parked) {
                (true, ..) => "Authorized",
                (_, true, _) => "CablePluggedIn",
                (_, _, true) => "EVDetected",
                _ => continue,
            };
            self.follow(number, EventCause::of(trigger), now, out);
        }
    }

    /// The state of an EVSE without regard to charging profiles. `Charging` means that the car would take energy.
    pub(super) fn wanted_state(&self, number: i32) -> ChargingState {
        let Some(evse) = self.evse(number) else { return ChargingState::Idle };
        let exhausted = evse.transaction.as_ref().is_some_and(|transaction| transaction.exhausted);
        if !evse.plugged {
            ChargingState::Idle
        } else if !evse.is_authorized() {
            ChargingState::EvConnected
        } else if exhausted || evse.fault.is_some() || self.station_fault.is_some() {
            ChargingState::SuspendedEvse
        } else if evse.car == CarState::Ready {
            ChargingState::Charging
        } else {
            ChargingState::SuspendedEv
        }
    }

    /// Opens the power path where it may not stay closed; it is closed only by `share_power`, as an event of its own.
    fn open_power_path(&mut self, number: i32, now: Moment) {
        let wanted = self.wanted_state(number);
        let Some(evse) = self.evse(number) else { return };
        let state = match (wanted.is_closed(), evse.charging_state.is_closed()) {
            (true, true) => return,
            (true, false) => ChargingState::EvConnected,
            (false, _) => wanted,
        };
        self.set_state(number, state, None, now);
    }

    /// Sets what flows at an EVSE.
    fn set_state(&mut self, number: i32, state: ChargingState, share: Option<&PowerShare>, now: Moment) {
        let most = self.settings.equipment.most_watts();
        let spread = 0.97 + 0.03 * self.random.f64();
        let Some(evse) = self.evse_mut(number) else { return };
        evse.charging_state = state;
        let (watts, phases) = match share.filter(|_| state == ChargingState::Charging) {
            Some(share) => ((most * spread).min(share.watts), share.phases),
            None => (0.0, 0),
        };
        evse.offered = share.map_or(0.0, |share| share.watts);
        evse.meter.set_power(watts, phases, now.monotonic);
        if let Some(transaction) = &mut evse.transaction {
            transaction.flows(state == ChargingState::Charging, now.monotonic);
        }
        self.schedule_limit(number, now);
    }

    /// Limits, cars or tokens may have changed: each EVSE gets its power, and a state or a rate that changes is an event.
    pub(super) fn share_power(&mut self, now: Moment, out: &mut Outbox) {
        if !self.power.is_on() {
            return;
        }
        for number in self.evse_numbers() {
            // a step of another EVSE may have changed what is left for this one
            let wants = |number: &i32| self.wanted_state(*number) == ChargingState::Charging;
            let shares = self.power_shares(&self.evse_numbers().filter(wants).collect::<Vec<_>>(), now);
            let share = shares.iter().find(|share| share.connector == number);
            let state = match self.wanted_state(number) {
                ChargingState::Charging if share.is_none() => ChargingState::SuspendedEvse,
                wanted => wanted,
            };
            let Some(evse) = self.evse(number) else { continue };
            let (before, offered) = (evse.charging_state, evse.offered);
            if before != state {
                self.set_state(number, state, share, now);
                self.step(number, EventCause::of("ChargingStateChanged"), now, out);
            } else if let Some(share) = share.filter(|share| share.watts != offered) {
                self.set_state(number, state, Some(share), now);
                if self.is_significant(offered, share.watts) {
                    self.step(number, EventCause::of("ChargingRateChanged"), now, out);
                }
            }
        }
    }

    /// Whether a limit has changed by so much that the CSMS wants to know (`LimitChangeSignificance`, in percent).
    fn is_significant(&self, before: f64, after: f64) -> bool {
        let percent = self.model.text("SmartChargingCtrlr", "LimitChangeSignificance").and_then(|text| text.parse().ok());
        (after - before).abs() * 100.0 > before.max(1.0) * percent.unwrap_or(0.0_f64)
    }

    /// The power stops because something is wrong: an event, and the transaction goes on when it is repaired.
    pub(super) fn suspend_faulted(&mut self, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers() {
            let closed = self.evse(number).is_some_and(|evse| evse.charging_state == ChargingState::Charging);
            if closed && self.wanted_state(number) == ChargingState::SuspendedEvse {
                self.set_state(number, ChargingState::SuspendedEvse, None, now);
                self.step(number, EventCause::of("AbnormalCondition"), now, out);
            }
        }
        self.share_power(now, out);
    }

    /// The machine stops: no energy flows, and what was about to begin is forgotten.
    pub(super) fn interrupt(&mut self, now: Moment) {
        for number in self.evse_numbers() {
            if let Some(evse) = self.evse_mut(number) {
                if evse.transaction.is_none() || !evse.is_authorized() {
                    evse.claim = None;
                }
                if let Some(transaction) = &mut evse.transaction {
                    (transaction.told_state, transaction.stopper) = (None, None);
                }
            }
            let state = if self.evse(number).is_some_and(|evse| evse.plugged) {
                ChargingState::EvConnected
            } else {
                ChargingState::Idle
            };
            self.set_state(number, state, None, now);
            if !self.is_in_use(number) {
                self.lower_points(number);
            }
        }
    }

    /// Brings an EVSE in line with what the user has said about it, without an event.
    pub(super) fn settle_silently(&mut self, number: i32, now: Moment) {
        let state = self.wanted_state(number);
        let shares = self.power_shares(&[number], now);
        self.set_state(number, state, shares.first(), now);
        let points = self.points(number);
        if let Some(evse) = self.evse_mut(number) {
            evse.points = points;
        }
    }

    /// The transaction of an EVSE: its id and the time of its start.
    pub(super) fn transaction_at(&self, number: i32) -> Option<(&str, Timestamp)> {
        let transaction = self.evse(number)?.transaction.as_ref()?;
        Some((&transaction.id, transaction.started))
    }

    /// Whether a transaction runs at an EVSE, which delays what would end it.
    pub(super) fn is_in_use(&self, number: i32) -> bool {
        self.evse(number).is_some_and(|evse| evse.transaction.is_some())
    }
}

/// The stopped reason of a transaction that ends with a trigger, when no other is known.
fn default_reason(trigger: &str) -> &'static str {
    match trigger {
        "EVCommunicationLost" | "EVDeparted" => "EVDisconnected",
        "ChargingStateChanged" => "StoppedByEV",
        "AbnormalCondition" => "Other",
        _ => "Local",
    }
}
