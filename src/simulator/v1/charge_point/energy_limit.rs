//! What ends the supply of energy before the car or the central system does: the driver's own limits, and the rest that a card may draw
//! which the central system did not accept (`MaxEnergyOnInvalidId`, OCPP 1.6 §9.1).

use std::time::Duration;

use super::ChargePoint;
use super::timers::TimerTask;
use crate::behaviour::{DriverLimit, Outbox, PhysicalActionError};
use crate::clock::Moment;

/// The price of a kilowatt-hour, for a limit of the cost.
const PRICE_PER_KWH: f64 = 0.30;
/// A limit is looked at again at least this late after it should have been reached.
const MARGIN: f64 = 0.5;
/// No car charges longer.
const LONGEST_SECONDS: f64 = 1e7;

impl ChargePoint {
    /// The driver wants no more than this, in the running transaction or in the next one.
    pub(super) fn set_limit(
        &mut self,
        limit: DriverLimit,
        wanted: Option<i32>,
        now: Moment,
    ) -> Result<(), PhysicalActionError> {
        if !limit.is_possible() {
            return Err(PhysicalActionError::BadLimit);
        }
        let running = || self.connectors.iter().zip(1..).find(|(it, _)| it.transaction.is_some()).map(|(_, number)| number);
        let occupied = || self.connectors.iter().zip(1..).find(|(it, _)| it.plugged).map(|(_, number)| number);
        let number = match wanted {
            Some(number) => self.existing_connector(number)?,
            None => running().or_else(occupied).unwrap_or(1),
        };
        if let Some(connector) = self.connector_mut(number) {
            connector.limits.retain(|old| !old.is_like(limit));
            connector.limits.push(limit);
        }
        self.schedule_limit(number, now);
        Ok(())
    }

    /// Sets the time at which the next limit of a connector is reached, as its power is now.
    pub(super) fn schedule_limit(&mut self, number: i32, now: Moment) {
        self.agenda.cancel(TimerTask::Limit(number));
        let Some(seconds) = self.seconds_to_limit(number, now) else { return };
        let wait = Duration::from_secs_f64((seconds + MARGIN).clamp(MARGIN, LONGEST_SECONDS));
        self.schedule(TimerTask::Limit(number), wait, now);
    }

    fn seconds_to_limit(&mut self, number: i32, now: Moment) -> Option<f64> {
        let reading = self.read_meter(number, now);
        let connector = self.connector(number)?;
        let transaction = connector.transaction.as_ref()?;
        let for_more =
            |left: f64| (reading.watts > 0.0 || left <= 0.0).then(|| left.max(0.0) / reading.watts.max(1.0) * 3600.0);
        let for_energy =
            |watt_hours: f64| for_more(f64::from(transaction.meter_start) + watt_hours - f64::from(reading.watt_hours));
        let of_driver = connector.limits.iter().filter_map(|limit| match limit {
            DriverLimit::Energy(watt_hours) => for_energy(*watt_hours),
            DriverLimit::Cost(cost) => for_energy(cost / PRICE_PER_KWH * 1000.0),
            DriverLimit::Time(seconds) => Some(seconds - seconds_between(transaction.started, now.wall)),
            DriverLimit::Soc(percent) => for_more(reading.watt_hours_until(*percent)?),
        });
        let of_card = transaction.energy_left.filter(|_| !transaction.exhausted).and_then(for_energy);
        of_driver.chain(of_card).min_by(f64::total_cmp)
    }

    /// A limit may be reached.
    pub(super) fn check_limit(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let reading = self.read_meter(number, now);
        let Some(connector) = self.connector_mut(number) else { return };
        let Some(transaction) = connector.transaction.as_mut() else { return };
        let used = f64::from(reading.watt_hours) - f64::from(transaction.meter_start);
        let time = seconds_between(transaction.started, now.wall);
        let reached = |limit: &DriverLimit| match limit {
            DriverLimit::Energy(watt_hours) => used >= *watt_hours,
            DriverLimit::Cost(cost) => used / 1000.0 * PRICE_PER_KWH >= *cost,
            DriverLimit::Time(seconds) => time >= *seconds,
            DriverLimit::Soc(percent) => reading.watt_hours_until(*percent).is_some_and(|left| left <= 0.0),
        };
        if connector.limits.iter().any(reached) {
            self.stop_transaction(number, "Local", now, out);
            return;
        }
        if transaction.energy_left.is_some_and(|left| used >= left) {
            transaction.exhausted = true;
            self.refresh_charging(number, now, out);
        }
        self.schedule_limit(number, now);
    }
}

fn seconds_between(from: jiff::Timestamp, to: jiff::Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
