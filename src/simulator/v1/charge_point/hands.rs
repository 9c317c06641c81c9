//! What hands do at the machine: the cable, the car and the parking bay (OCPP 1.6 §4.9). Cards are in `card_reader`, faults in `fault`, the
//! power switch and the network in `power`, the driver's limits in `energy_limit`.

use super::ChargePoint;
use super::connector::CableHold;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::{CarState, Outbox, PhysicalAction, PhysicalActionError};
use crate::clock::Moment;

impl ChargePoint {
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
            PhysicalAction::Limit { limit, connector } => self.set_limit(*limit, *connector, now),
            PhysicalAction::Ems { .. } | PhysicalAction::Needs { .. } | PhysicalAction::Service { .. } => {
                Err(PhysicalActionError::NoMessage { version: self.version.number() })
            }
            PhysicalAction::Fail { step, times } => {
                self.failing.set(*step, *times);
                Ok(())
            }
            PhysicalAction::Firmware => {
                self.begin_firmware(true, None, now);
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

    /// The connector with this number.
    pub(super) fn existing_connector(&self, number: i32) -> Result<i32, PhysicalActionError> {
        let last = self.last_connector();
        if self.connector(number).is_some() { Ok(number) } else { Err(PhysicalActionError::NoConnector { number, last }) }
    }

    /// The named connector, or the first one of those that fit best.
    fn chosen_connector(
        &self,
        wanted: Option<i32>,
        choices: &[&dyn Fn(&super::connector::Connector) -> bool],
    ) -> Result<Option<i32>, PhysicalActionError> {
        if let Some(number) = wanted {
            return self.existing_connector(number).map(Some);
        }
        let first = |fits: &&dyn Fn(&super::connector::Connector) -> bool| {
            self.connectors.iter().zip(1..).find(|(it, _)| fits(it)).map(|(_, number)| number)
        };
        Ok(choices.iter().find_map(first))
    }

    fn plug(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let number = self
            .chosen_connector(
                wanted,
                &[
                    &|it| it.pending.is_some() && !it.plugged,
                    &|it| it.transaction.is_some() && !it.plugged,
                    &|it| !it.plugged && it.held.is_none() && it.status == ConnectorStatus::Available,
                    &|it| !it.plugged && it.held.is_none(),
                ],
            )?
            .ok_or(PhysicalActionError::AlreadyPlugged)?;
        let powered = self.power.is_on();
        let Some(connector) = self.connector_mut(number) else { return Ok(()) };
        if connector.plugged {
            return Err(PhysicalActionError::AlreadyPlugged);
        }
        if connector.held.is_some() {
            return Err(PhysicalActionError::CableLocked);
        }
        (connector.plugged, connector.by_hand, connector.served, connector.car) = (true, true, false, CarState::Ready);
        connector.meter.set_car(true, now.monotonic);
        if let Some(transaction) = &mut connector.transaction {
            transaction.unplugged = false;
        }
        if !powered {
            return Ok(());
        }
        self.agenda.cancel(TimerTask::PlugIn(number));
        self.agenda.cancel(TimerTask::Unplug(number));
        self.refresh_charging(number, now, out);
        let waits = self.connector(number).and_then(|it| it.pending.as_ref()).is_some_and(|pending| !pending.authorizing);
        if waits {
            self.plugged_in(number, now, out);
        } else {
            self.settle(number, now, out);
        }
        Ok(())
    }

    /// The cable comes out at the side of the car. Where the lock at our side opens with it, the driver takes it home.
    fn unplug(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let number = self.chosen_connector(wanted, &[&|it| it.plugged])?.ok_or(PhysicalActionError::NothingPlugged)?;
        let powered = self.power.is_on();
        let Some(connector) = self.connector_mut(number) else { return Ok(()) };
        if !connector.plugged {
            return Err(if connector.held.is_some() {
                PhysicalActionError::CableLocked
            } else {
                PhysicalActionError::NothingPlugged
            });
        }
        (connector.plugged, connector.car) = (false, CarState::Ready);
        connector.meter.set_car(false, now.monotonic);
        if connector.transaction.is_none() {
            connector.served = false;
        }
        if let Some(transaction) = &mut connector.transaction {
            transaction.unplugged = true;
        }
        if powered {
            self.agenda.cancel(TimerTask::Unplug(number));
            self.car_side_disconnected(number, now, out);
            self.settle(number, now, out);
        }
        Ok(())
    }

    /// What follows when the cable of a transaction has come out at the car (OCPP 1.6 §9.1,
    /// `StopTransactionOnEVSideDisconnect` and `UnlockConnectorOnEVSideDisconnect`).
    pub(super) fn car_side_disconnected(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let stops = self.configuration.is_on("StopTransactionOnEVSideDisconnect");
        let unlocks = self.configuration.is_on("UnlockConnectorOnEVSideDisconnect");
        let Some(connector) = self.connector_mut(number) else { return };
        let Some(transaction) = connector.transaction.as_ref().filter(|transaction| transaction.unplugged) else { return };
        if !stops {
            self.refresh_charging(number, now, out);
            return;
        }
        if !unlocks {
            connector.held = Some(CableHold { id_tag: transaction.id_tag.clone(), parent: transaction.parent.clone() });
        }
        self.stop_transaction(number, "EVDisconnected", now, out);
    }

    fn set_car(
        &mut self,
        state: CarState,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let choices: [&dyn Fn(&super::connector::Connector) -> bool; 2] = [&|it| it.transaction.is_some(), &|it| it.plugged];
        let number = self.chosen_connector(wanted, &choices)?.ok_or(PhysicalActionError::NothingPlugged)?;
        let Some(connector) = self.connector_mut(number) else { return Ok(()) };
        if !connector.plugged && connector.transaction.is_none() {
            return Err(PhysicalActionError::NothingPlugged);
        }
        connector.car = state;
        self.refresh_charging(number, now, out);
        Ok(())
    }

    fn set_lock(&mut self, works: bool, wanted: Option<i32>) -> Result<(), PhysicalActionError> {
        let numbers = match wanted {
            Some(number) => self.existing_connector(number).map(|number| number..=number)?,
            None => 1..=self.last_connector(),
        };
        for number in numbers {
            if let Some(connector) = self.connector_mut(number) {
                connector.lock_works = works;
            }
        }
        Ok(())
    }

    fn park(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let choices: [&dyn Fn(&super::connector::Connector) -> bool; 2] =
            [&|it| !it.parked && !it.plugged && it.status == ConnectorStatus::Available, &|it| !it.parked];
        let number = self.chosen_connector(wanted, &choices)?.ok_or(PhysicalActionError::AlreadyParked)?;
        let Some(connector) = self.connector_mut(number) else { return Ok(()) };
        if connector.parked {
            return Err(PhysicalActionError::AlreadyParked);
        }
        connector.parked = true;
        if self.power.is_on() {
            self.settle(number, now, out);
        }
        Ok(())
    }

    fn leave(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let choices: [&dyn Fn(&super::connector::Connector) -> bool; 2] = [&|it| it.parked && !it.plugged, &|it| it.parked];
        let number = self.chosen_connector(wanted, &choices)?.ok_or(PhysicalActionError::NothingParked)?;
        let powered = self.power.is_on();
        let Some(connector) = self.connector_mut(number) else { return Ok(()) };
        if !connector.parked {
            return Err(PhysicalActionError::NothingParked);
        }
        if connector.plugged {
            return Err(PhysicalActionError::AlreadyPlugged);
        }
        (connector.parked, connector.served) = (false, false);
        if powered {
            self.settle(number, now, out);
        }
        Ok(())
    }

    /// Brings the status of a connector with a transaction in line with what flows.
    pub(super) fn refresh_charging(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if let Some(status) = self.charging_status(number, now) {
            self.change_status(number, status, now, out);
        }
    }

    /// The status of a connector with a transaction; `None` without one.
    pub(super) fn charging_status(&self, number: i32, now: Moment) -> Option<ConnectorStatus> {
        let connector = self.connector(number)?;
        let transaction = connector.transaction.as_ref()?;
        Some(if transaction.exhausted {
            ConnectorStatus::SuspendedEvse
        } else if transaction.unplugged || connector.car != CarState::Ready {
            ConnectorStatus::SuspendedEv
        } else if self.may_draw(number, now) {
            ConnectorStatus::Charging
        } else {
            ConnectorStatus::SuspendedEvse
        })
    }

    /// The status of a connector without a transaction.
    pub(super) fn resting_status(&self, number: i32) -> ConnectorStatus {
        let Some(connector) = self.connector(number) else { return ConnectorStatus::Available };
        let claimed = connector.pending.as_ref().is_some_and(|pending| !pending.by_card || !pending.authorizing);
        let occupied = connector.plugged || connector.parked;
        if connector.fault.is_some() {
            ConnectorStatus::Faulted
        } else if !connector.operative {
            ConnectorStatus::Unavailable
        } else if connector.held.is_some() {
            ConnectorStatus::Finishing
        } else if claimed {
            ConnectorStatus::Preparing
        } else if occupied && connector.served {
            ConnectorStatus::Finishing
        } else if self.reservations.holds(number) {
            ConnectorStatus::Reserved
        } else if occupied {
            ConnectorStatus::Preparing
        } else {
            ConnectorStatus::Available
        }
    }
}
