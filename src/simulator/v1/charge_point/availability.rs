//! What the central system may do to the machine itself: ChangeAvailability, Reset and UnlockConnector (OCPP 1.6 §5.2, §5.14, §5.18).

use std::time::Duration;

use serde_json::Value;

use super::ChargePoint;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::{Answer, Outbox};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::payload::{integer, status, text};
use crate::simulator::v1::features::SimulatedFeatures;

impl ChargePoint {
    /// ChangeAvailability: connector 0 means all. A connector in use changes when it is free again (`Scheduled`).
    pub(super) fn change_availability(&mut self, payload: &Value, now: Moment, out: &mut Outbox) -> Answer {
        let wanted = integer(payload, "connectorId").unwrap_or(-1);
        if !(0..=self.last_connector()).contains(&wanted) {
            return status("Rejected");
        }
        let operative = text(payload, "type") == Some("Operative");
        let numbers = if wanted == 0 { 1..=self.last_connector() } else { wanted..=wanted };
        let mut scheduled = false;
        for number in numbers.clone() {
            let Some(connector) = self.connector_mut(number) else { continue };
            connector.operative = operative;
            scheduled |= !operative && !connector.is_idle();
        }
        if wanted == 0 {
            self.station_status = if operative { ConnectorStatus::Available } else { ConnectorStatus::Unavailable };
            self.report_status(0, now, out);
        }
        for number in numbers {
            self.apply_availability(number, now, out);
        }
        status(if scheduled { "Scheduled" } else { "Accepted" })
    }

    fn apply_availability(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(connector) = self.connector(number).filter(|connector| connector.is_idle()) else { return };
        match (connector.operative, connector.status) {
            (false, _) => {
                self.drop_reservations_of(number);
                self.settle(number, now, out);
            }
            (true, ConnectorStatus::Unavailable) => self.settle(number, now, out),
            (true, _) => {}
        }
    }

    /// Reset: running transactions stop with the reset as their reason, then the charge point restarts.
    pub(super) fn reset(&mut self, payload: &Value, now: Moment, out: &mut Outbox) -> Answer {
        if self.settings.autonomous {
            let reason = if text(payload, "type") == Some("Hard") { "HardReset" } else { "SoftReset" };
            for number in 1..=self.last_connector() {
                self.stop_transaction(number, reason, now, out);
            }
            let delay = Duration::from_millis(self.random.u64(2000..3000));
            self.schedule(TimerTask::Restart, delay, now);
        }
        status("Accepted")
    }

    /// UnlockConnector: a running transaction is finished first (OCPP 1.6 §5.18).
    pub(super) fn unlock(&mut self, payload: &Value, version: Version, now: Moment, out: &mut Outbox) -> Answer {
        let number = integer(payload, "connectorId").unwrap_or(-1);
        let [unlocked, unknown] = SimulatedFeatures::of(version).unlock_statuses;
        if self.connector(number).is_none() {
            return status(unknown);
        }
        if self.settings.autonomous {
            self.stop_transaction(number, "UnlockCommand", now, out);
        }
        status(unlocked)
    }
}
