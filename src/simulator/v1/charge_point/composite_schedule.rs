//! GetCompositeSchedule (OCPP 1.6 §5.7), and the power of the simulated charging under the charging profiles. The
//! arithmetic is in `simulator/charging`.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargePoint;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::Answer;
use crate::clock::Moment;
use crate::simulator::charging::{RateUnit, StationLimits};
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
        let unit = text(payload, "chargingRateUnit").and_then(RateUnit::named).unwrap_or(RateUnit::Watts);
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

    /// The watts that a connector may draw now, beside the others that charge.
    pub(super) fn allowed_watts(&self, number: i32, now: Moment) -> f64 {
        self.limits(now.wall).share(number, &self.charging_connectors(), now.wall)
    }

    /// The connectors at which a car charges.
    pub(super) fn charging_connectors(&self) -> Vec<i32> {
        let numbered = self.connectors.iter().zip(1..);
        numbered.filter(|(it, _)| it.status == ConnectorStatus::Charging).map(|(_, number)| number).collect()
    }

    /// Sets the time at which the limit of a charge changes next.
    pub(super) fn schedule_limit_change(&mut self, now: Moment) {
        self.agenda.cancel(TimerTask::ChargingLimit);
        let (limits, end) = (self.limits(now.wall), seconds_later(now.wall, LONGEST.into()));
        let charging = self.charging_connectors();
        let next = charging.into_iter().filter_map(|number| limits.next_change(number, now.wall, end)).min();
        if let Some(seconds) = next.and_then(|seconds| u64::try_from(seconds).ok()) {
            self.schedule(TimerTask::ChargingLimit, Duration::from_secs(seconds), now);
        }
    }
}
