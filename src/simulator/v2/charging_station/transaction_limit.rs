//! What ends a transaction before the car or the CSMS does: the limits of the driver, those of the CSMS (OCPP 2.1 part 2, E16), and the rest
//! that a token may draw which the CSMS did not accept (`MaxEnergyOnInvalidId`, OCPP 2.0.1 part 2, E05).

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::evse::StationEvse;
use super::timers::StationTask;
use super::transaction_events::EventCause;
use crate::behaviour::{DriverLimit, Outbox, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::payload::number;
use crate::simulator::v2::features::StationFeatures;

/// The price of a kilowatt-hour, for a limit of the cost.
const PRICE_PER_KWH: f64 = 0.30;
/// A limit is looked at again at least this late after it should have been reached.
const MARGIN: f64 = 0.5;
/// No car charges longer.
const LONGEST_SECONDS: f64 = 1e7;

impl ChargingStation {
    /// The driver wants no more than this, in the running transaction or in the next one.
    pub(super) fn set_limit(
        &mut self,
        limit: DriverLimit,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        if !limit.is_possible() {
            return Err(PhysicalActionError::BadLimit);
        }
        let running: &dyn Fn(&StationEvse, i32) -> bool = &|evse, _| evse.transaction.is_some();
        let number = self.chosen_evse(wanted, &[running, &|evse, _| evse.plugged, &|_, _| true])?.unwrap_or(1);
        if let Some(evse) = self.evse_mut(number) {
            evse.limit(limit);
            if let Some(transaction) = &mut evse.transaction {
                transaction.reached_limits.retain(|reached| !reached.is_like(limit));
            }
        }
        self.schedule_limit(number, now);
        if StationFeatures::of(self.version).transaction_limits && self.is_in_use(number) {
            self.send_event(number, "Updated", EventCause::of("LimitSet"), Vec::new(), now, out);
        }
        Ok(())
    }

    /// The limits in the answer to an event. Where they are new, an event says which limits hold now (OCPP 2.1 part 2, E16). A limit that was
    /// reached already is not new: a CSMS may repeat it in each answer.
    pub(super) fn take_limits_of_csms(&mut self, evse: i32, answer: &Value, now: Moment, out: &mut Outbox) {
        let has_limits = StationFeatures::of(self.version).transaction_limits;
        let Some(limits) = answer.get("transactionLimit").filter(|_| has_limits) else { return };
        let found = [
            number(limits, "maxEnergy").map(DriverLimit::Energy),
            number(limits, "maxTime").map(DriverLimit::Time),
            number(limits, "maxCost").map(DriverLimit::Cost),
            number(limits, "maxSoC").map(DriverLimit::Soc),
        ];
        let Some(place) = self.evse_mut(evse) else { return };
        let was_reached = |limit| place.transaction.as_ref().is_some_and(|transaction| transaction.has_reached(limit));
        let is_new = |limit: &DriverLimit| !place.limits.contains(limit) && !was_reached(*limit);
        let new: Vec<DriverLimit> = found.into_iter().flatten().filter(is_new).collect();
        if new.is_empty() {
            return;
        }
        new.into_iter().for_each(|limit| place.limit(limit));
        self.schedule_limit(evse, now);
        self.send_event(evse, "Updated", EventCause::of("LimitSet"), Vec::new(), now, out);
    }

    /// The CSMS does not accept the token of a transaction that goes on: it gets no energy, or only a rest of it.
    pub(super) fn limit_unaccepted(&mut self, number: i32, now: Moment) {
        let more = self.model.integer("TxCtrlr", "MaxEnergyOnInvalidId").unwrap_or_default();
        let reading = self.read_meter(number, now);
        let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) else { return };
        if more > 0 {
            let used = f64::from(reading.watt_hours) - f64::from(transaction.meter_start);
            transaction.energy_left = Some(used + more as f64);
        } else {
            transaction.exhausted = true;
        }
        self.schedule_limit(number, now);
    }

    /// Sets the time at which the next limit of an EVSE is reached, as its power is now.
    pub(super) fn schedule_limit(&mut self, number: i32, now: Moment) {
        self.timers.cancel(StationTask::Limit(number));
        let Some(seconds) = self.seconds_to_limit(number, now) else { return };
        let wait = Duration::from_secs_f64((seconds + MARGIN).clamp(MARGIN, LONGEST_SECONDS));
        self.schedule(StationTask::Limit(number), wait, now);
    }

    fn seconds_to_limit(&mut self, number: i32, now: Moment) -> Option<f64> {
        let reading = self.read_meter(number, now);
        let evse = self.evse(number)?;
        let transaction = evse.transaction.as_ref()?;
        let for_more =
            |left: f64| (reading.watts > 0.0 || left <= 0.0).then(|| left.max(0.0) / reading.watts.max(1.0) * 3600.0);
        let for_energy =
            |watt_hours: f64| for_more(f64::from(transaction.meter_start) + watt_hours - f64::from(reading.watt_hours));
        let limits = evse.limits.iter().filter_map(|limit| match limit {
            DriverLimit::Energy(watt_hours) => for_energy(*watt_hours),
            DriverLimit::Cost(cost) => for_energy(cost / PRICE_PER_KWH * 1000.0),
            DriverLimit::Time(seconds) => Some(seconds - seconds_between(transaction.started, now.wall)),
            DriverLimit::Soc(percent) => for_more(reading.watt_hours_until(*percent)?),
        });
        let of_token = transaction.energy_left.filter(|_| !transaction.exhausted).and_then(for_energy);
        limits.chain(of_token).min_by(f64::total_cmp)
    }

    /// A limit may be reached.
    pub(super) fn check_limit(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let reading = self.read_meter(number, now);
        let Some(evse) = self.evse_mut(number) else { return };
        let Some(transaction) = evse.transaction.as_mut() else { return };
        let used = f64::from(reading.watt_hours) - f64::from(transaction.meter_start);
        let time = seconds_between(transaction.started, now.wall);
        let reached = |limit: &&DriverLimit| match limit {
            DriverLimit::Energy(watt_hours) => used >= *watt_hours,
            DriverLimit::Cost(cost) => used / 1000.0 * PRICE_PER_KWH >= *cost,
            DriverLimit::Time(seconds) => time >= *seconds,
            DriverLimit::Soc(percent) => reading.watt_hours_until(*percent).is_some_and(|left| left <= 0.0),
        };
        if transaction.energy_left.is_some_and(|left| used >= left) {
            transaction.exhausted = true;
        }
        let limit = evse.limits.iter().find(reached).copied();
        if let Some(limit) = limit {
            evse.limits.retain(|other| other != &limit);
            transaction.note_reached(limit);
            let features = StationFeatures::of(self.version);
            let (trigger, reason) = match limit {
                DriverLimit::Energy(_) => ("EnergyLimitReached", "EnergyLimitReached"),
                DriverLimit::Time(_) => ("TimeLimitReached", "TimeLimitReached"),
                DriverLimit::Cost(_) => (features.cost_limit_trigger, "LocalOutOfCredit"),
                DriverLimit::Soc(_) => (features.charge_limit_trigger, "SOCLimitReached"),
            };
            self.release_claim(number, trigger, reason, None, now, out);
        }
        self.share_power(now, out);
        self.schedule_limit(number, now);
    }

    /// Limits, as an event tells them (OCPP 2.1 part 2, `TransactionLimitType`).
    pub(super) fn written_limits(limits: &[DriverLimit]) -> Value {
        let mut written = json!({});
        for limit in limits {
            match limit {
                DriverLimit::Energy(watt_hours) => written["maxEnergy"] = (*watt_hours).into(),
                DriverLimit::Time(seconds) => written["maxTime"] = (seconds.min(f64::from(i32::MAX)) as i64).into(),
                DriverLimit::Cost(cost) => written["maxCost"] = (*cost).into(),
                DriverLimit::Soc(percent) => written["maxSoC"] = (percent.round() as i64).into(),
            }
        }
        written
    }
}

impl StationEvse {
    /// Sets a limit in place of an earlier one of its kind.
    fn limit(&mut self, limit: DriverLimit) {
        self.limits.retain(|old| !old.is_like(limit));
        self.limits.push(limit);
    }
}

fn seconds_between(from: jiff::Timestamp, to: jiff::Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
