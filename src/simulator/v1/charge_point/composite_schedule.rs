//! GetCompositeSchedule (OCPP 1.6 §5.7), and the power of the simulated charging under the charging profiles. The
//! arithmetic is in `simulator/charging`.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargePoint;
use super::connector::Connector;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::{Answer, Outbox};
use crate::clock::Moment;
use crate::simulator::charging::{PowerShare, RateUnit, StationLimits};
use crate::simulator::payload::{integer, seconds_later, status, text, written_time};

/// The maximum length of a schedule in seconds. A longer request gets this length, with it in `duration`.
const LONGEST: i32 = 7 * 86_400;

impl ChargePoint {
    /// GetCompositeSchedule, for a connector, or for the whole charge point with connector 0: the most that it may draw
    /// from the grid.
    pub(super) fn composite_schedule(&self, payload: &Value, now: Moment) -> Answer {
        let connector = integer(payload, "connectorId").unwrap_or(-1);
        if !(0..=self.last_connector()).contains(&connector) {
            return status("Rejected");
        }
        let duration = integer(payload, "duration").unwrap_or_default().clamp(0, LONGEST);
        let default_unit = if self.allows_unit(RateUnit::Watts) { RateUnit::Watts } else { RateUnit::Amperes };
        let unit = text(payload, "chargingRateUnit").and_then(RateUnit::named).unwrap_or(default_unit);
        if !self.allows_unit(unit) {
            return status("Rejected");
        }
        let limits = self.limits(now.wall);
        let periods = limits.composite(connector, now.wall, duration.into(), unit);
        let periods: Vec<Value> = periods
            .into_iter()
            .map(|period| {
                let mut written = json!({ "startPeriod": period.start, "limit": period.limit });
                if period.phases != limits.supply.phases {
                    written["numberPhases"] = period.phases.into();
                }
                written
            })
            .collect();
        Answer::result(json!({
            "status": "Accepted",
            "connectorId": connector,
            "scheduleStart": written_time(now.wall),
            "chargingSchedule": {
                "duration": duration,
                "startSchedule": written_time(now.wall),
                "chargingRateUnit": unit.name(),
                "chargingSchedulePeriod": periods,
            },
        }))
    }

    /// The limits of all connectors. Where no transaction runs, profiles apply as if one started at this time.
    fn limits(&self, now: Timestamp) -> StationLimits<'_> {
        let began = |transaction: Option<&super::connector::Transaction>| transaction.map_or(now, |it| it.started);
        StationLimits {
            profiles: &self.profiles,
            supply: self.settings.equipment.supply(),
            charging: self.connectors.iter().map(|it| began(it.transaction.as_ref())).collect(),
        }
    }

    /// The connectors at which a car charges, or would charge if charging profiles allowed enough; those first where a transaction began
    /// first. `with` is one of them in any case.
    fn wanting_connectors(&self, with: Option<i32>) -> Vec<i32> {
        let numbered = self.connectors.iter().zip(1..);
        let wants = |it: &Connector| it.status == ConnectorStatus::Charging || it.limited;
        let mut found: Vec<_> = numbered
            .filter(|(it, number)| wants(it) || with == Some(*number))
            .map(|(it, number)| (it.transaction.as_ref().map_or(Timestamp::MAX, |running| running.started), number))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, number)| number).collect()
    }

    fn shares(&self, with: Option<i32>, now: Moment) -> Vec<PowerShare> {
        self.limits(now.wall).shares(&self.wanting_connectors(with), now.wall)
    }

    /// Whether charging profiles leave enough for a car at this connector to charge.
    pub(super) fn may_draw(&self, number: i32, now: Moment) -> bool {
        self.profiles.iter().next().is_none() || self.shares(Some(number), now).iter().any(|share| share.connector == number)
    }

    /// Sets the power of a connector for its status. The others that charge share the maximum of the charge point with this one, so theirs
    /// changes too.
    pub(super) fn adjust_power(&mut self, number: i32, now: Moment) {
        let shares = self.shares(None, now);
        let limited = self.profiles.iter().next().is_some();
        let others = shares.iter().map(|share| share.connector).filter(|other| limited && *other != number);
        for connector in others.chain([number]) {
            self.adjust_one(connector, &shares, now);
        }
        self.schedule_limit_change(now);
    }

    /// Limits may have changed: cars for which too little is left are suspended, others go on (OCPP 1.6 §4.9, `SuspendedEVSE`).
    pub(super) fn share_power(&mut self, now: Moment, out: &mut Outbox) {
        let shares = self.shares(None, now);
        for number in self.wanting_connectors(None) {
            let served = shares.iter().any(|share| share.connector == number);
            let status = if served { ConnectorStatus::Charging } else { ConnectorStatus::SuspendedEvse };
            let Some(connector) = self.connector_mut(number) else { continue };
            connector.limited = !served;
            if connector.status != status {
                connector.status = status;
                self.report_lasting_status(number, now, out);
            }
        }
        for number in 1..=self.last_connector() {
            self.adjust_one(number, &shares, now);
        }
        self.schedule_limit_change(now);
    }

    /// About 7.4 kW on one phase while charging, less when charging profiles limit it.
    fn adjust_one(&mut self, number: i32, shares: &[PowerShare], now: Moment) {
        let most = self.settings.equipment.most_watts();
        let spread = 0.97 + 0.03 * self.random.f64();
        let share = shares.iter().find(|share| share.connector == number);
        let Some(connector) = self.connector_mut(number) else { return };
        let (watts, phases) = match share.filter(|_| connector.status == ConnectorStatus::Charging) {
            Some(share) => ((most * spread).min(share.watts), share.phases),
            None => (0.0, 0),
        };
        connector.meter.set_power(watts, phases, now.monotonic);
        self.schedule_limit(number, now);
    }

    /// Sets the time at which the limit of a charge changes next.
    fn schedule_limit_change(&mut self, now: Moment) {
        self.agenda.cancel(TimerTask::ChargingLimit);
        let (limits, end) = (self.limits(now.wall), seconds_later(now.wall, LONGEST.into()));
        let wanting = self.wanting_connectors(None);
        let next = wanting.into_iter().filter_map(|number| limits.next_change(number, now.wall, end)).min();
        if let Some(seconds) = next.and_then(|seconds| u64::try_from(seconds).ok()) {
            self.schedule(TimerTask::ChargingLimit, Duration::from_secs(seconds), now);
        }
    }

    /// Whether limits may be in this unit (OCPP 1.6 §9.4, `ChargingScheduleAllowedChargingRateUnit`).
    pub(super) fn allows_unit(&self, unit: RateUnit) -> bool {
        let allowed = self.configuration.value("ChargingScheduleAllowedChargingRateUnit");
        allowed.split(',').any(|name| name.trim() == unit.quantity())
    }
}
