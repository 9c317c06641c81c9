//! The power switch, the network, and the restart of the station (OCPP 2.0.1 part 2, B01, B04). Who asks for a restart is elsewhere.

use std::time::Duration;

use super::ChargingStation;
use super::registration::{POWER_UP, RegistrationState};
use super::timers::StationTask;
use super::transaction_points::TransactionPoints;
use crate::behaviour::{Outbox, PhysicalActionError, PowerLossStop};
use crate::clock::Moment;
use crate::simulator::v2::features::StationFeatures;

/// A machine whose link has gone has nothing to wait for.
const AT_ONCE: Duration = Duration::ZERO;
/// The time that a restart takes.
const OFF: Duration = Duration::from_secs(3);

impl ChargingStation {
    /// The power fails. With a reserve of power the last messages are sent first, for at most as long as a call may take.
    pub(super) fn power_off(&mut self, stop: PowerLossStop, now: Moment, out: &mut Outbox) {
        match stop {
            PowerLossStop::Before => {
                self.stop_all("AbnormalCondition", "PowerLoss", now, out);
                self.power.begin_reserve();
                self.schedule(StationTask::PowerLoss, self.settings.call_timeout, now);
                self.use_reserve(now, out);
            }
            PowerLossStop::After => {
                // nothing can be sent any more: the messages wait for the next boot
                self.online = false;
                self.stop_all("AbnormalCondition", "PowerLoss", now, out);
                self.lose_power(now, out);
            }
            PowerLossStop::Never => {
                self.keep_interruption("Interruption.Begin", now);
                self.lose_power(now, out);
            }
        }
    }

    /// The reserve of power is used up when no message waits any more.
    pub(super) fn use_reserve(&mut self, now: Moment, out: &mut Outbox) {
        let waits = self.may_send() && !self.queue.is_empty();
        if self.power.is_on_reserve() && !waits {
            self.lose_power(now, out);
        }
    }

    /// Ends all transactions.
    pub(super) fn stop_all(&mut self, trigger: &'static str, reason: &'static str, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers() {
            self.stop_transaction(number, trigger, reason, now, out);
        }
    }

    /// The link is lost while the power fails.
    pub(super) fn waste_reserve(&mut self, now: Moment) {
        if self.power.is_on_reserve() {
            self.schedule(StationTask::PowerLoss, AT_ONCE, now);
        }
    }

    /// The machine goes dark. What it keeps are the device model, availability, and messages about transactions.
    pub(super) fn lose_power(&mut self, now: Moment, out: &mut Outbox) {
        self.power.lose(out);
        self.dark_since = Some(now.monotonic);
        self.go_down(now);
    }

    /// What ends with every kind of restart.
    fn go_down(&mut self, now: Moment) {
        self.online = false;
        self.interrupt(now);
        self.queue.link_lost();
        self.pending_resets.clear();
        self.registration = RegistrationState::Unknown;
        self.timers.retain(StationTask::outlasts_restart);
        self.forget_status_calls();
        self.blocks.end_transfers();
    }

    /// The power is back. It boots when it has a link.
    pub(super) fn power_on(&mut self, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        if self.power.end_reserve() {
            self.timers.cancel(StationTask::PowerLoss);
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

    /// The machine starts after a time without power.
    pub(super) fn wake(&mut self, now: Moment, out: &mut Outbox) {
        self.power.switch_on();
        self.boot_reason = POWER_UP;
        self.find_evses(now, out);
    }

    /// Restarts the station; the next boot has this reason. Transactions that are to go on must be kept.
    pub(super) fn restart(&mut self, reason: &'static str, now: Moment, out: &mut Outbox) {
        self.boot_reason = reason;
        self.keep_interruption("Interruption.Begin", now);
        self.go_down(now);
        self.find_evses(now, out);
        self.choose_network_profiles();
        out.restart(OFF);
    }

    /// The EVSEs as the machine finds them after a start: a driver who comes by himself has left meanwhile, and transactions that were not
    /// ended go on (OCPP 2.1 part 2, E17).
    fn find_evses(&mut self, now: Moment, out: &mut Outbox) {
        for evse in self.evses.iter_mut().filter(|evse| evse.transaction.is_none()) {
            if evse.plugged && !evse.by_hand {
                evse.plugged = false;
                evse.meter.set_car(false, now.monotonic);
            }
            evse.restarting = false;
        }
        let end = self.end_after_interruption(now);
        self.keep_interruption("Interruption.End", now);
        for number in self.evse_numbers() {
            if !self.is_in_use(number) {
                self.lower_points(number);
            }
            let Some(evse) = self.evse(number).filter(|evse| evse.transaction.is_some()) else { continue };
            if !evse.plugged && evse.points.meets(TransactionPoints::CONNECTED) {
                self.cable_lost(number, now, out);
            } else if let Some((trigger, reason)) = end {
                self.stop_transaction(number, trigger, reason, now, out);
            } else if StationFeatures::of(self.version).transaction_resumes {
                self.resume_transaction(number, now, out);
            }
        }
        self.share_power(now, out);
    }

    /// Why transactions do not go on that were interrupted: the trigger and the reason of their ends. The time without power was longer than
    /// `ResumptionTimeout` (OCPP 2.1), or that is 0.
    fn end_after_interruption(&mut self, now: Moment) -> Option<(&'static str, &'static str)> {
        let dark_since = self.dark_since.take();
        let limit = self.model.integer("TxCtrlr", "ResumptionTimeout").and_then(|seconds| u64::try_from(seconds).ok())?;
        let lasted = dark_since.map(|since| now.monotonic.saturating_duration_since(since)).unwrap_or_default();
        let goes_on = limit > 0 && lasted <= Duration::from_secs(limit);
        let end = if dark_since.is_some() { ("AbnormalCondition", "PowerLoss") } else { ("ResetCommand", "ImmediateReset") };
        (StationFeatures::of(self.version).transaction_resumes && !goes_on).then_some(end)
    }
}
