//! What hands do at the machine: the cable, the car and the parking bay. A connector that they name is an EVSE. Cards are in
//! `card_reader`, faults in `fault`, the power switch and the network in `power`, the driver's limits in `transaction_limit`.

use super::ChargingStation;
use super::evse::StationEvse;
use super::status::AvailabilityState;
use super::transaction::{CableLock, EvseClaim};
use super::transaction_events::EventCause;
use crate::behaviour::{CarState, Outbox, PhysicalAction, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::equipment::CableKind;

/// Whether an EVSE fits an action.
type EvseChoice<'a> = &'a dyn Fn(&StationEvse, i32) -> bool;

impl ChargingStation {
    /// Carries out a physical action. What it calls leaves as soon as the link allows it.
    pub(super) fn carry_out_action(
        &mut self,
        action: &PhysicalAction,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        self.power.check(action, self.settings.autonomous)?;
        match action {
            PhysicalAction::Plug { connector } => self.plug(*connector, now, out),
            PhysicalAction::Unplug { connector } => self.unplug(*connector, now, out),
            PhysicalAction::Present { id_tag, connector } => self.present(id_tag, *connector, now, out),
            PhysicalAction::Fault { error_code, info, connector } => {
                self.break_part(error_code.as_deref(), info.as_deref(), *connector, now, out)
            }
            PhysicalAction::Recover { connector } => self.recover(*connector, now, out),
            PhysicalAction::PowerOff { stop } => {
                self.power_off(*stop, now, out);
                Ok(())
            }
            PhysicalAction::Ev { state, connector } => self.set_car(*state, *connector, now, out),
            PhysicalAction::Lock { works, connector } => self.set_lock(*works, *connector),
            PhysicalAction::Park { connector } => self.park(*connector, now, out),
            PhysicalAction::Leave { connector } => self.leave(*connector, now, out),
            PhysicalAction::Needs { needs, connector } => self.negotiate(*needs, *connector, now, out),
            PhysicalAction::Service { service, connector } => self.use_service(*service, *connector, now, out),
            PhysicalAction::Ems { watts, connector } => self.limit_from_outside(*watts, *connector, now, out),
            PhysicalAction::Fail { step, times } => {
                self.failing.set(*step, *times);
                Ok(())
            }
            PhysicalAction::Limit { limit, connector } => self.set_limit(*limit, *connector, now, out),
            PhysicalAction::Firmware => {
                self.begin_own_update(now);
                Ok(())
            }
            PhysicalAction::PowerOn => self.power_on(now, out),
            PhysicalAction::Offline => {
                self.power.cut_network(out);
                Ok(())
            }
            PhysicalAction::Online => {
                self.power.restore_network(out);
                Ok(())
            }
        }
    }

    /// The EVSE with this number.
    pub(super) fn existing_evse(&self, number: i32) -> Result<i32, PhysicalActionError> {
        let last = self.last_evse();
        if self.evse(number).is_some() { Ok(number) } else { Err(PhysicalActionError::NoConnector { number, last }) }
    }

    /// The named EVSE, or the first one of those that fit best.
    pub(super) fn chosen_evse(
        &self,
        wanted: Option<i32>,
        choices: &[EvseChoice<'_>],
    ) -> Result<Option<i32>, PhysicalActionError> {
        if let Some(number) = wanted {
            return self.existing_evse(number).map(Some);
        }
        let first = |fits: &EvseChoice<'_>| {
            self.evses.iter().zip(1..).find(|(evse, number)| fits(evse, *number)).map(|(_, number)| number)
        };
        Ok(choices.iter().find_map(first))
    }

    fn plug(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let free =
            |evse: &StationEvse, number: i32| !evse.plugged && self.availability(number) == Some(AvailabilityState::Available);
        let choices: [EvseChoice<'_>; 4] = [
            &|evse, _| !evse.plugged && evse.claim.is_some(),
            &|evse, _| !evse.plugged && evse.transaction.is_some(),
            &free,
            &|evse, _| !evse.plugged && evse.held.is_none(),
        ];
        let number = self.chosen_evse(wanted, &choices)?.ok_or(PhysicalActionError::AlreadyPlugged)?;
        let Some(evse) = self.evse_mut(number) else { return Ok(()) };
        if evse.plugged {
            return Err(PhysicalActionError::AlreadyPlugged);
        }
        if evse.held.is_some() {
            return Err(PhysicalActionError::CableLocked);
        }
        (evse.plugged, evse.by_hand, evse.car) = (true, true, CarState::Ready);
        evse.meter.set_car(true, now.monotonic);
        if self.power.is_on() {
            self.car_connected(number, now, out);
        }
        Ok(())
    }

    /// The cable comes out at the side of the car. Where the lock at our side opens with it, the driver takes it home.
    fn unplug(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let number = self.chosen_evse(wanted, &[&|evse, _| evse.plugged])?.ok_or(PhysicalActionError::NothingPlugged)?;
        let Some(evse) = self.evse_mut(number) else { return Ok(()) };
        if !evse.plugged {
            return Err(match evse.held {
                Some(_) => PhysicalActionError::CableLocked,
                None => PhysicalActionError::NothingPlugged,
            });
        }
        self.car_disconnected(number, now, out);
        Ok(())
    }

    /// The cable of an EVSE has come out at the car.
    pub(super) fn car_disconnected(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(evse) = self.evse_mut(number) {
            (evse.plugged, evse.car) = (false, CarState::Ready);
            evse.meter.set_car(false, now.monotonic);
        }
        if self.power.is_on() {
            self.cable_lost(number, now, out);
        }
    }

    /// What follows when a cable has come out at the car (OCPP 2.0.1 part 2, E09 and E10: `StopTxOnEVSideDisconnect`,
    /// `UnlockOnEVSideDisconnect`).
    pub(super) fn cable_lost(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let stops = self.model.flag("TxCtrlr", "StopTxOnEVSideDisconnect");
        let fixed = self.settings.equipment.cable == CableKind::Fixed;
        let stays = !fixed && !self.model.flag("OCPPCommCtrlr", "UnlockOnEVSideDisconnect");
        self.forget_waits(number);
        let Some(evse) = self.evse_mut(number) else { return };
        let claim = if stops || evse.transaction.is_none() { evse.claim.take() } else { None };
        let ends = stops && !evse.parked;
        if let Some(transaction) = evse.transaction.as_mut().filter(|_| claim.is_some()) {
            transaction.stop_reason.get_or_insert("EVDisconnected");
        }
        if let Some(EvseClaim { token, group, .. }) = claim.filter(|_| stays && evse.transaction.is_some()) {
            evse.held = Some(CableLock { token, group });
        }
        self.follow(number, EventCause { trigger: "EVCommunicationLost", token: None, ends }, now, out);
    }

    fn set_car(
        &mut self,
        state: CarState,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let choices: [EvseChoice<'_>; 2] = [&|evse, _| evse.plugged && evse.transaction.is_some(), &|evse, _| evse.plugged];
        let number = self.chosen_evse(wanted, &choices)?.ok_or(PhysicalActionError::NothingPlugged)?;
        let Some(evse) = self.evse_mut(number) else { return Ok(()) };
        if !evse.plugged {
            return Err(PhysicalActionError::NothingPlugged);
        }
        evse.car = state;
        self.share_power(now, out);
        Ok(())
    }

    fn set_lock(&mut self, works: bool, wanted: Option<i32>) -> Result<(), PhysicalActionError> {
        let numbers = match wanted {
            Some(number) => self.existing_evse(number).map(|number| number..=number)?,
            None => self.evse_numbers(),
        };
        for number in numbers {
            if let Some(evse) = self.evse_mut(number) {
                evse.lock_works = works;
            }
        }
        Ok(())
    }

    fn park(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let choices: [EvseChoice<'_>; 2] = [&|evse, _| !evse.parked && !evse.plugged, &|evse, _| !evse.parked];
        let number = self.chosen_evse(wanted, &choices)?.ok_or(PhysicalActionError::AlreadyParked)?;
        let Some(evse) = self.evse_mut(number) else { return Ok(()) };
        if evse.parked {
            return Err(PhysicalActionError::AlreadyParked);
        }
        evse.parked = true;
        if self.power.is_on() {
            self.report_status(number, now, out);
            self.follow(number, EventCause::of("EVDetected"), now, out);
        }
        Ok(())
    }

    fn leave(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let choices: [EvseChoice<'_>; 2] = [&|evse, _| evse.parked && !evse.plugged, &|evse, _| evse.parked];
        let number = self.chosen_evse(wanted, &choices)?.ok_or(PhysicalActionError::NothingParked)?;
        let Some(evse) = self.evse_mut(number) else { return Ok(()) };
        if !evse.parked {
            return Err(PhysicalActionError::NothingParked);
        }
        if evse.plugged {
            return Err(PhysicalActionError::AlreadyPlugged);
        }
        evse.parked = false;
        if self.power.is_on() {
            self.follow(number, EventCause::of("EVDeparted"), now, out);
        }
        Ok(())
    }
}
