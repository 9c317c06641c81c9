//! The combined limit of all charging profiles: GetCompositeSchedule (OCPP 1.6 §5.7), and the limit of the simulated
//! charging. Watts and amperes are converted for the phases of the simulated connectors, of 230 V each.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargePoint;
use crate::behaviour::Answer;
use crate::clock::Moment;
use crate::simulator::payload::{integer, seconds_later, status, text, written_time};

/// The maximum length of a schedule in seconds. A longer request gets this length, with it in `duration`.
const LONGEST: i32 = 7 * 86_400;

impl ChargePoint {
    /// GetCompositeSchedule, for a connector, or for the whole charge point with connector 0.
    pub(super) fn composite_schedule(&self, payload: &Value, now: Moment) -> Answer {
        let connector = integer(payload, "connectorId").unwrap_or(-1);
        if !(0..=self.last_connector()).contains(&connector) {
            return status("Rejected");
        }
        let duration = integer(payload, "duration").unwrap_or_default().clamp(0, LONGEST);
        let unit = text(payload, "chargingRateUnit").unwrap_or("W");
        let periods = self.composite_periods(connector, duration, unit, now.wall);
        Answer::result(json!({
            "status": "Accepted",
            "connectorId": connector,
            "scheduleStart": written_time(now.wall),
            "chargingSchedule": {
                "duration": duration,
                "startSchedule": written_time(now.wall),
                "chargingRateUnit": unit,
                "chargingSchedulePeriod": periods,
            },
        }))
    }

    fn composite_periods(&self, connector: i32, duration: i32, unit: &str, from: Timestamp) -> Vec<Value> {
        let to = seconds_later(from, duration.into());
        let transaction = Some(self.transaction_begin(connector, from));
        let changes = self.profiles.iter().flat_map(|it| it.changes(from, to, transaction));
        let mut times: Vec<_> = changes.chain([from]).collect();
        times.sort();
        let mut periods: Vec<(i64, f64)> = Vec::new();
        for at in times {
            let limit = self.limit_in(connector, at, transaction);
            let limit = if unit == "A" { limit / self.settings.equipment.volts() } else { limit };
            if periods.last().is_none_or(|(_, last)| (last - limit).abs() > f64::EPSILON) {
                periods.push((at.duration_since(from).as_secs(), (limit * 10.0).round() / 10.0));
            }
        }
        periods.into_iter().map(|(start, limit)| json!({ "startPeriod": start, "limit": limit })).collect()
    }

    /// The start of the transaction; without one, now. Profiles relative to a transaction then apply as if one started
    /// now.
    fn transaction_begin(&self, connector: i32, now: Timestamp) -> Timestamp {
        let running = self.connector(connector).and_then(|it| it.transaction.as_ref());
        running.map_or(now, |transaction| transaction.started)
    }

    /// The maximum power of a connector at a time, in watts.
    pub(super) fn limit_at(&self, connector: i32, at: Timestamp) -> f64 {
        self.limit_in(connector, at, Some(self.transaction_begin(connector, at)))
    }

    /// The minimum of the limits of the hardware, of the charge point's profile and of the transaction's profile. A
    /// TxProfile replaces the default profiles (OCPP 1.6 §3.13); for connector 0 only the charge point's profile
    /// applies.
    fn limit_in(&self, connector: i32, at: Timestamp, transaction: Option<Timestamp>) -> f64 {
        let (most, volts) = (self.settings.equipment.most_watts(), self.settings.equipment.volts());
        let limit = |purpose: &str, connectors: &[i32]| {
            let of_purpose = self.profiles.iter().filter(|it| it.purpose() == purpose && connectors.contains(&it.connector));
            let saying = of_purpose.filter_map(|it| Some((it.stack_level(), it.limit_at(at, transaction, volts)?)));
            saying.max_by_key(|(level, _)| *level).map(|(_, limit)| limit)
        };
        let station = limit("ChargePointMaxProfile", &[0]).unwrap_or(f64::INFINITY);
        if connector == 0 {
            #[expect(clippy::cast_precision_loss, reason = "there are at most 65535 connectors")]
            return station.min(most * self.connectors.len() as f64);
        }
        // a default for one connector comes before one for all of them
        let defaults = || limit("TxDefaultProfile", &[connector]).or_else(|| limit("TxDefaultProfile", &[0]));
        let transaction = limit("TxProfile", &[connector]).or_else(defaults).unwrap_or(f64::INFINITY);
        most.min(station).min(transaction)
    }
}
