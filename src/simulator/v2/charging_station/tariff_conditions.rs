//! The conditions of prices in tariffs (OCPP 2.1 part 2, `TariffConditionsType`): whether they hold at a moment of a transaction. Times of
//! day and dates are those of UTC, the time zone of the simulated station.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::simulator::payload::{list, number, text};

/// What a transaction has used, and what it uses at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct TransactionUsage {
    /// The energy in Wh.
    pub energy: f64,
    /// The seconds with energy.
    pub charging: f64,
    /// The seconds without energy.
    pub idle: f64,
    /// The power in watts.
    pub watts: f64,
    /// The current in amperes, the sum of all phases.
    pub amperes: f64,
}

/// The prices of a component of a tariff that apply: the first whose conditions hold, and its place.
pub(super) fn price_at<'a>(component: &'a Value, usage: &TransactionUsage, time: Timestamp) -> Option<(usize, &'a Value)> {
    let holds = |price: &&Value| price.get("conditions").is_none_or(|conditions| conditions_hold(conditions, usage, time));
    list(component, "prices").iter().enumerate().find(|(_, price)| holds(price))
}

/// Whether a tariff has any conditions.
pub(super) fn has_conditions(component: &Value) -> bool {
    let fields = |conditions: &Value| conditions.as_object().is_some_and(|fields| !fields.is_empty());
    list(component, "prices").iter().any(|price| price.get("conditions").is_some_and(fields))
}

fn conditions_hold(conditions: &Value, usage: &TransactionUsage, time: Timestamp) -> bool {
    let within = |least: &str, most: &str, value: f64| {
        number(conditions, least).is_none_or(|least| value >= least) && number(conditions, most).is_none_or(|most| value < most)
    };
    let paid = ["paymentBrand", "paymentRecognition"].iter().any(|field| conditions.get(field).is_some());
    let kind = text(conditions, "evseKind").is_none_or(|kind| kind == "AC");
    !paid
        && kind
        && within("minEnergy", "maxEnergy", usage.energy)
        && within("minCurrent", "maxCurrent", usage.amperes)
        && within("minPower", "maxPower", usage.watts)
        && within("minTime", "maxTime", usage.charging + usage.idle)
        && within("minChargingTime", "maxChargingTime", usage.charging)
        && within("minIdleTime", "maxIdleTime", usage.idle)
        && is_on_date(conditions, time)
        && is_at_time(conditions, time)
}

/// The first day is part of the time, the last is not.
fn is_on_date(conditions: &Value, time: Timestamp) -> bool {
    let date = time.to_zoned(TimeZone::UTC).date();
    let read = |field| text(conditions, field).and_then(|text| text.parse::<Date>().ok());
    let days = list(conditions, "dayOfWeek");
    let day = format!("{:?}", date.weekday());
    read("validFromDate").is_none_or(|first| date >= first)
        && read("validToDate").is_none_or(|end| date < end)
        && (days.is_empty() || days.iter().any(|name| name.as_str() == Some(day.as_str())))
}

/// A time that ends before it starts goes on after midnight.
fn is_at_time(conditions: &Value, time: Timestamp) -> bool {
    let now = time.to_zoned(TimeZone::UTC).time();
    let read = |field| text(conditions, field).and_then(|text| text.parse::<Time>().ok());
    match (read("startTimeOfDay"), read("endTimeOfDay")) {
        (Some(start), Some(end)) if end <= start => now >= start || now < end,
        (start, end) => start.is_none_or(|start| now >= start) && end.is_none_or(|end| now < end || end == Time::midnight()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A Wednesday.
    fn holds(conditions: Value, time: &str) -> bool {
        let usage = TransactionUsage { energy: 5000.0, charging: 600.0, idle: 60.0, watts: 7000.0, amperes: 30.0 };
        conditions_hold(&conditions, &usage, format!("2024-05-01T{time}Z").parse().unwrap())
    }

    #[test]
    fn usage_is_compared_with_the_least_and_the_most() {
        for (least, most, value) in [
            ("minEnergy", "maxEnergy", 5000),
            ("minPower", "maxPower", 7000),
            ("minCurrent", "maxCurrent", 30),
            ("minTime", "maxTime", 660),
            ("minChargingTime", "maxChargingTime", 600),
            ("minIdleTime", "maxIdleTime", 60),
        ] {
            assert!(holds(json!({least: value}), "12:00:00"), "{least}");
            assert!(!holds(json!({least: value + 1}), "12:00:00"), "{least}");
            assert!(holds(json!({most: value + 1}), "12:00:00"), "{most}");
            assert!(!holds(json!({most: value}), "12:00:00"), "{most}");
        }
    }

    #[test]
    fn times_of_day_may_pass_midnight() {
        let night = || json!({"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"});
        let at = ["21:59:59", "22:00:00", "05:59:59", "06:00:00"].map(|time| holds(night(), time));
        assert_eq!(at, [false, true, true, false]);
        let day = || json!({"startTimeOfDay": "06:00", "endTimeOfDay": "22:00"});
        assert_eq!(["05:59:59", "06:00:00", "22:00:00"].map(|time| holds(day(), time)), [false, true, false]);
        assert!(holds(json!({"startTimeOfDay": "00:00", "endTimeOfDay": "00:00"}), "12:00:00"));
        assert!(holds(json!({"endTimeOfDay": "00:00"}), "12:00:00"));
    }

    #[test]
    fn dates_days_and_kinds_are_compared() {
        for (conditions, expected) in [
            (json!({"validFromDate": "2024-05-01", "validToDate": "2024-05-02"}), true),
            (json!({"validFromDate": "2024-05-02"}), false),
            (json!({"validToDate": "2024-05-01"}), false),
            (json!({"dayOfWeek": ["Wednesday", "Sunday"]}), true),
            (json!({"dayOfWeek": ["Thursday"]}), false),
            (json!({"evseKind": "AC"}), true),
            (json!({"evseKind": "DC"}), false),
            (json!({"paymentBrand": "Visa"}), false),
            (json!({}), true),
        ] {
            assert_eq!(holds(conditions.clone(), "12:00:00"), expected, "{conditions}");
        }
    }
}
