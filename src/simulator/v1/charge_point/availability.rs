//! Requests that concern the machine itself: ChangeAvailability, Reset and UnlockConnector (OCPP 1.6 §5.2, §5.14,
//! §5.18).

use std::time::Duration;

use serde_json::Value;

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::{FailingStep, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::equipment::CableKind;
use crate::simulator::part_fault::PartFault;
use crate::simulator::payload::{integer, text};
use crate::simulator::v1::features::SimulatedFeatures;

/// The time until a reset that has failed is tried again.
const RESET_PAUSE: Duration = Duration::from_secs(5);

impl ChargePoint {
    /// ChangeAvailability: connector 0 means all connectors. A connector in use changes when it is free again
    /// (`Scheduled`).
    pub(super) fn change_availability(&self, payload: &Value) -> Proposal {
        let wanted = integer(payload, "connectorId").unwrap_or(-1);
        if !(0..=self.last_connector()).contains(&wanted) {
            return only_status("Rejected");
        }
        let operative = text(payload, "type") == Some("Operative");
        // only a transaction delays it (OCPP 1.6 §5.2)
        let in_use = |number: i32| self.connector(number).is_some_and(|connector| connector.transaction.is_some());
        let scheduled = !operative && self.connectors_meant(wanted).any(in_use);
        let effect = CallEffect::ChangeAvailability { connector: wanted, operative };
        status_then(if scheduled { "Scheduled" } else { "Accepted" }, effect)
    }

    /// The connectors of a number: 0 means all.
    fn connectors_meant(&self, wanted: i32) -> std::ops::RangeInclusive<i32> {
        if wanted == 0 { 1..=self.last_connector() } else { wanted..=wanted }
    }

    /// Makes connectors operative or inoperative; connectors in use change when they are free.
    pub(super) fn set_availability(&mut self, wanted: i32, operative: bool, now: Moment, out: &mut Outbox) {
        for number in self.connectors_meant(wanted) {
            if let Some(connector) = self.connector_mut(number) {
                connector.operative = operative;
            }
        }
        if wanted == 0 {
            self.station_operative = operative;
            self.station_status = self.resting_station_status();
            self.report_status(0, now, out);
        }
        for number in self.connectors_meant(wanted) {
            self.apply_availability(number, now, out);
        }
    }

    fn apply_availability(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(connector) = self.connector_mut(number).filter(|connector| connector.transaction.is_none()) else { return };
        match (connector.operative, connector.status) {
            (false, _) => {
                connector.pending = None;
                self.forget_waits(number);
                self.drop_reservations_of(number);
                self.settle(number, now, out);
            }
            (true, ConnectorStatus::Unavailable) => self.settle(number, now, out),
            (true, _) => {}
        }
    }

    /// Reset: stops running transactions with the reset as their reason, then restarts the charge point.
    pub(super) fn reset(&self, payload: &Value) -> Proposal {
        let reason = if text(payload, "type") == Some("Hard") { "HardReset" } else { "SoftReset" };
        self.autonomously("Accepted", CallEffect::Reset { reason })
    }

    /// Restarts the machine, unless that fails on request: then it is tried again (OCPP 1.6 §9.1, `ResetRetries`), and a reset that does not
    /// succeed is a fault.
    pub(super) fn try_restart(&mut self, now: Moment, out: &mut Outbox) {
        if !self.failing.take(FailingStep::Reset) {
            self.reset_attempts = 0;
            self.restart(now, out);
            return;
        }
        self.reset_attempts += 1;
        if self.reset_attempts <= self.configuration.number("ResetRetries") {
            self.schedule(TimerTask::Restart, RESET_PAUSE, now);
        } else {
            self.reset_attempts = 0;
            self.set_fault(0, PartFault { code: "ResetFailure".to_owned(), info: None }, now, out);
        }
    }

    /// Stops all transactions and schedules the restart.
    pub(super) fn begin_reset(&mut self, reason: &str, now: Moment, out: &mut Outbox) {
        for number in 1..=self.last_connector() {
            self.stop_transaction(number, reason, now, out);
        }
        let delay = Duration::from_millis(self.random.u64(2000..3000));
        self.schedule(TimerTask::Restart, delay, now);
    }

    /// UnlockConnector: ends a running transaction first (OCPP 1.6 §5.18).
    pub(super) fn unlock(&self, payload: &Value, version: Version) -> Proposal {
        let number = integer(payload, "connectorId").unwrap_or(-1);
        let [unlocked, unknown, failed] = SimulatedFeatures::of(version).unlock_statuses;
        match self.connector(number) {
            None => only_status(unknown),
            // A fixed cable has no lock, which 1.6 answers as an unknown connector: `NotSupported`.
            Some(_) if self.settings.equipment.cable == CableKind::Fixed => only_status(unknown),
            Some(connector) if !connector.lock_works => only_status(failed),
            Some(_) => self.autonomously(unlocked, CallEffect::Unlock { connector: number }),
        }
    }

    /// The lock opens: a transaction ends, a cable without a car comes out.
    pub(super) fn open_lock(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        self.stop_transaction(number, "UnlockCommand", now, out);
        if self.connector(number).is_some_and(|connector| connector.held.is_some()) {
            self.release_cable(number, now, out);
        }
    }

    /// The status of connector 0.
    pub(super) fn resting_station_status(&self) -> ConnectorStatus {
        if self.station_fault.is_some() {
            ConnectorStatus::Faulted
        } else if self.station_operative {
            ConnectorStatus::Available
        } else {
            ConnectorStatus::Unavailable
        }
    }
}
