//! The power switch and the network: power loss with running transactions, the boot afterwards, and a link that is cut (OCPP 1.6 §3.7,
//! §4.2). Resets are in `availability`.

use std::time::Duration;

use super::ChargePoint;
use super::file_transfer::FIRMWARE;
use super::registration::Registration;
use super::timers::TimerTask;
use crate::behaviour::{Outbox, PhysicalActionError, PowerLossStop};
use crate::clock::Moment;
use crate::simulator::file_transfer::FileTransfer;

/// A machine whose link has gone has nothing to wait for.
const AT_ONCE: Duration = Duration::ZERO;

impl ChargePoint {
    /// The power fails. With a reserve of power the transactions are stopped first: it lasts until StopTransaction has been answered, and at
    /// most as long as a call may take.
    pub(super) fn power_off(&mut self, stop: PowerLossStop, now: Moment, out: &mut Outbox) {
        match stop {
            PowerLossStop::Before => {
                self.stop_all("PowerLoss", now, out);
                self.power.begin_reserve();
                self.schedule(TimerTask::PowerLoss, self.settings.call_timeout, now);
                self.use_reserve(true, now, out);
            }
            PowerLossStop::After => {
                // nothing can be sent any more: the message waits for the next boot
                self.online = false;
                self.stop_all("PowerLoss", now, out);
                self.lose_power(now, out);
            }
            PowerLossStop::Never => self.lose_power(now, out),
        }
    }

    /// The reserve of power is for StopTransaction alone. It is used up when none waits any more, or when one could not be delivered: that
    /// one is sent after the next boot.
    pub(super) fn use_reserve(&mut self, delivered: bool, now: Moment, out: &mut Outbox) {
        let waits = delivered && self.may_send() && self.transaction_messages.has("StopTransaction");
        if self.power.is_on_reserve() && !waits {
            self.lose_power(now, out);
        }
    }

    /// The link is lost while the power fails.
    pub(super) fn waste_reserve(&mut self, now: Moment) {
        if self.power.is_on_reserve() {
            self.schedule(TimerTask::PowerLoss, AT_ONCE, now);
        }
    }

    fn stop_all(&mut self, reason: &str, now: Moment, out: &mut Outbox) {
        for number in 1..=self.last_connector() {
            self.stop_transaction(number, reason, now, out);
        }
    }

    /// The machine goes dark. What it keeps are reservations, the configuration, and messages about transactions.
    pub(super) fn lose_power(&mut self, now: Moment, out: &mut Outbox) {
        self.power.lose(out);
        self.online = false;
        self.registration = Registration::Unknown;
        self.agenda.retain(|task| matches!(task, TimerTask::ExpireReservation(_)));
        self.transaction_messages.link_lost();
        self.forget_status_calls();
        self.forget_transfers();
        self.firmware = FileTransfer::none(FIRMWARE);
        for connector in &mut self.connectors {
            connector.pending = None;
            connector.meter.set_power(0.0, 0, now.monotonic);
        }
    }

    /// The power is back. It boots when it has a link.
    pub(super) fn power_on(&mut self, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        if self.power.end_reserve() {
            self.agenda.cancel(TimerTask::PowerLoss);
            return Ok(());
        }
        if self.power.is_on() {
            return Err(PhysicalActionError::HasPower);
        }
        self.wake(now, out);
        if self.power.has_network() {
            out.connect();
        }
        Ok(())
    }

    /// The machine starts: it finds its connectors as they are now.
    pub(super) fn wake(&mut self, now: Moment, out: &mut Outbox) {
        self.power.switch_on();
        self.find_connectors(now);
        for number in 1..=self.last_connector() {
            self.car_side_disconnected(number, now, out);
            self.schedule_sample(number, now);
        }
    }

    /// Sets the status of every connector to what the machine finds after a start. It reports them when it is accepted.
    pub(super) fn find_connectors(&mut self, now: Moment) {
        for number in 1..=self.last_connector() {
            if let Some(connector) = self.connector_mut(number) {
                connector.pending = None;
                if !connector.by_hand && connector.transaction.is_none() {
                    // a driver who comes by himself has left meanwhile
                    (connector.plugged, connector.served) = (false, false);
                    connector.meter.set_car(false, now.monotonic);
                }
            }
            let faulted = self.fault_of(number).is_some();
            let status = self.charging_status(number, now).filter(|_| !faulted).unwrap_or_else(|| self.resting_status(number));
            if let Some(connector) = self.connector_mut(number) {
                connector.status = status;
            }
            self.mark_limited(number);
            self.adjust_power(number, now);
        }
    }
}
