//! The arithmetic against a model that is slow and obvious: every second is judged by itself.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// The time at which every question is asked.
fn now() -> Timestamp {
    "2024-05-01T12:00:00.25Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

/// What the model reads of a payload, by itself.
fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// The amperes and phases of one profile at a time, straight from the text of the specification.
fn says(profile: &Value, at: Timestamp, charging: Timestamp, received: Timestamp) -> Option<(f64, &str, u64)> {
    let schedule = &profile["chargingSchedule"];
    if moment(&profile["validFrom"]).is_some_and(|from| at < from) || moment(&profile["validTo"]).is_some_and(|to| at >= to) {
        return None;
    }
    let purpose = &profile["chargingProfilePurpose"];
    let is_maximum = purpose == "ChargePointMaxProfile" || purpose == "ChargingStationExternalConstraints";
    let written = moment(&schedule["startSchedule"]).filter(|_| profile["chargingProfileKind"] != "Relative");
    let mut begin = written.unwrap_or(if is_maximum { received } else { charging });
    if profile["chargingProfileKind"] == "Recurring" {
        let round = SignedDuration::from_hours(if profile["recurrencyKind"] == "Weekly" { 168 } else { 24 });
        while begin + round <= at {
            begin += round;
        }
    }
    let passed = at.duration_since(begin).as_secs_f64();
    if passed < 0.0 || schedule["duration"].as_f64().is_some_and(|duration| passed >= duration) {
        return None;
    }
    let mut found = None;
    for period in schedule["chargingSchedulePeriod"].as_array().unwrap() {
        if period["startPeriod"].as_f64().unwrap() <= passed {
            found = Some(period);
        }
    }
    let (period, unit) = (found?, schedule["chargingRateUnit"].as_str().unwrap());
    Some((period["limit"].as_f64().unwrap(), unit, period["numberPhases"].as_u64().unwrap_or(3)))
}

struct SlowModel<'a> {
    installed: &'a [(i32, Value)],
    supply: MainsSupply,
    charging: &'a [Timestamp],
}

impl SlowModel<'_> {
    fn leading(&self, purpose: &str, place: i32, at: Timestamp, charging: Timestamp) -> Option<(f64, &str, u64)> {
        let mut best = None;
        let mut best_level = -1;
        for (connector, profile) in self.installed {
            let level = profile["stackLevel"].as_i64().unwrap();
            if *connector == place
                && profile["chargingProfilePurpose"] == purpose
                && level > best_level
                && let Some(found) = says(profile, at, charging, now())
            {
                (best, best_level) = (Some(found), level);
            }
        }
        best
    }

    /// Amperes, watts, phases.
    fn connector(&self, number: i32, at: Timestamp) -> (f64, f64, u64) {
        let charging = self.charging[usize::try_from(number).unwrap() - 1];
        let mut own = self.leading("TxProfile", number, at, charging);
        for place in [number, 0] {
            if own.is_none() {
                own = self.leading("TxDefaultProfile", place, at, charging);
            }
        }
        let maxima = [
            self.leading("ChargePointMaxProfile", 0, at, charging),
            self.leading("ChargingStationExternalConstraints", 0, at, charging),
            self.leading("ChargingStationExternalConstraints", number, at, charging),
        ];
        let maximum: Vec<_> = maxima.into_iter().flatten().collect();
        let mut phases = u64::from(self.supply.phases);
        for (_, _, count) in own.iter().chain(&maximum) {
            phases = phases.min(*count);
        }
        let mut amperes = self.supply.amperes;
        for (limit, unit, _) in own.iter().chain(&maximum) {
            let limit = if *unit == "A" { *limit } else { limit / self.supply.volts / phases as f64 };
            amperes = amperes.min(limit);
        }
        (amperes, amperes * self.supply.volts * phases as f64, phases)
    }

    fn at(&self, connector: i32, at: Timestamp, unit: RateUnit) -> (f64, u64) {
        let pick = |(amperes, watts, _): (f64, f64, u64)| if unit == RateUnit::Amperes { amperes } else { watts };
        if connector > 0 {
            let limit = self.connector(connector, at);
            return (pick(limit), limit.2);
        }
        let all: Vec<_> = (1..=self.charging.len()).map(|number| self.connector(number as i32, at)).collect();
        let mut sum: f64 = all.iter().map(|limit| pick(*limit)).sum();
        let maxima = ["ChargePointMaxProfile", "ChargingStationExternalConstraints"];
        for (limit, of, count) in maxima.into_iter().filter_map(|purpose| self.leading(purpose, 0, at, now())) {
            let phases = count.min(self.supply.phases.into()) as f64;
            sum = sum.min(match (of, unit) {
                ("A", RateUnit::Watts) => limit * self.supply.volts * phases,
                ("W", RateUnit::Amperes) => limit / self.supply.volts / phases,
                _ => limit,
            });
        }
        (sum, all.iter().map(|limit| limit.2).max().unwrap())
    }

    fn composite(&self, connector: i32, seconds: i64, unit: RateUnit) -> Vec<(i64, i64, u64)> {
        let mut periods: Vec<(i64, i64, u64)> = Vec::new();
        for second in 0..seconds.max(1) {
            let (limit, phases) = self.at(connector, later(second), unit);
            let limit = (limit * 10.0).round() as i64;
            if periods.last().is_none_or(|last| (last.1, last.2) != (limit, phases)) {
                periods.push((second, limit, phases));
            }
        }
        periods
    }
}

/// A profile in the form of 2.x, with the same meaning.
fn of_second_generation(profile: &Value) -> Value {
    let mut profile = profile.clone();
    let fields = profile.as_object_mut().unwrap();
    let id = fields.remove("chargingProfileId").unwrap();
    fields.insert("id".to_owned(), id);
    let mut schedule = fields["chargingSchedule"].take();
    schedule["id"] = 1.into();
    fields["chargingSchedule"] = json!([schedule]);
    if fields["chargingProfilePurpose"] == "ChargePointMaxProfile" {
        fields["chargingProfilePurpose"] = "ChargingStationMaxProfile".into();
    }
    profile
}

proptest! {
    #[test]
    fn both_generations_write_the_same_profile(place_and_profile in some_profile()) {
        let (place, profile) = place_and_profile;
        let second = of_second_generation(&profile);
        prop_assert_eq!(ChargingProfile::read(place, &profile, now()), ChargingProfile::read(place, &second, now()));
    }
}

/// A time within some minutes of now, also between two seconds.
fn some_time() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::weighted(
        0.4,
        (-400_i64..400, 0_i32..4)
            .prop_map(|(seconds, quarter)| later(seconds) + SignedDuration::from_millis(i64::from(quarter) * 250)),
    )
}

prop_compose! {
    fn some_schedule()(
        start in some_time(),
        days in 0_i64..20,
        duration in proptest::option::of(1_i64..500),
        unit in prop_oneof![Just("A"), Just("W")],
        periods in proptest::collection::btree_map(1_i64..400, (0_u32..60, proptest::option::of(1_u8..=3)), 0..4),
        first in (0_u32..60, proptest::option::of(1_u8..=3)),
    ) -> Value {
        let scale = if unit == "A" { 1.0 } else { 230.0 };
        let period = |(start, (limit, phases)): (i64, (u32, Option<u8>))| {
            let mut period = json!({"startPeriod": start, "limit": f64::from(limit) * scale});
            if let Some(phases) = phases {
                period["numberPhases"] = phases.into();
            }
            period
        };
        let periods: Vec<_> = [(0, first)].into_iter().chain(periods).map(period).collect();
        let mut schedule = json!({"chargingRateUnit": unit, "chargingSchedulePeriod": periods});
        if let Some(start) = start {
            schedule["startSchedule"] = (start - SignedDuration::from_hours(24 * days)).to_string().into();
        }
        if let Some(duration) = duration {
            schedule["duration"] = duration.into();
        }
        schedule
    }
}

prop_compose! {
    fn some_profile()(
        id in 0..6,
        level in 0..3,
        connector in 0..3,
        purpose in prop_oneof![
            Just("ChargePointMaxProfile"), Just("ChargingStationExternalConstraints"), Just("TxDefaultProfile"),
            Just("TxProfile"),
        ],
        kind in prop_oneof![Just("Absolute"), Just("Relative"), Just("Recurring")],
        recurrency in prop_oneof![Just("Daily"), Just("Weekly")],
        valid in (some_time(), some_time()),
        schedule in some_schedule(),
    ) -> (i32, Value) {
        let mut profile = json!({
            "chargingProfileId": id, "stackLevel": level, "chargingProfilePurpose": purpose, "chargingProfileKind": kind,
            "chargingSchedule": schedule,
        });
        if kind == "Recurring" {
            profile["recurrencyKind"] = recurrency.into();
        }
        for (field, time) in [("validFrom", valid.0), ("validTo", valid.1)] {
            if let Some(time) = time {
                profile[field] = time.to_string().into();
            }
        }
        (if purpose == "ChargePointMaxProfile" { 0 } else { connector }, profile)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_composite_schedule_is_what_every_second_says(
        profiles in proptest::collection::vec(some_profile(), 0..8),
        began in proptest::array::uniform2(-600_i64..1),
        phases in prop_oneof![Just(1_u8), Just(3)],
        seconds in 0_i64..700,
        connector in 0..3,
        unit in prop_oneof![Just(RateUnit::Amperes), Just(RateUnit::Watts)],
    ) {
        let mut set = ProfileSet::default();
        let mut installed: Vec<(i32, Value)> = Vec::new();
        for (place, payload) in profiles {
            let Ok(profile) = ChargingProfile::read(place, &payload, now()) else { continue };
            set.install(profile);
            let same_rank = |it: &(i32, Value)| {
                it.0 == place
                    && it.1["stackLevel"] == payload["stackLevel"]
                    && it.1["chargingProfilePurpose"] == payload["chargingProfilePurpose"]
            };
            installed.retain(|it| it.1["chargingProfileId"] != payload["chargingProfileId"] && !same_rank(it));
            installed.push((place, payload));
        }
        let supply = MainsSupply { volts: 230.0, phases, amperes: 32.0 };
        let charging = began.map(later);
        let model = SlowModel { installed: &installed, supply, charging: &charging };
        let limits = StationLimits { profiles: &set, supply, charging: charging.to_vec() };
        let fast: Vec<_> = limits.composite(connector, now(), seconds, unit).into_iter()
            .map(|period| (period.start, (period.limit * 10.0).round() as i64, u64::from(period.phases)))
            .collect();
        prop_assert_eq!(fast, model.composite(connector, seconds, unit));
    }
}

fn read(profile: &Value) -> ChargingProfile {
    ChargingProfile::read(1, profile, now()).unwrap()
}

#[test]
fn amperes_count_on_each_phase_and_the_fewest_phases_are_used() {
    let profile = |id: i32, purpose: &str, unit: &str, period: Value| {
        json!({
            "chargingProfileId": id, "stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": "Relative",
            "chargingSchedule": {"chargingRateUnit": unit, "chargingSchedulePeriod": [period]},
        })
    };
    let limit = |profile: Value| {
        let mut set = ProfileSet::default();
        set.install(read(&profile));
        let supply = MainsSupply { volts: 230.0, phases: 3, amperes: 32.0 };
        let limit = StationLimits { profiles: &set, supply, charging: vec![now()] }.of_connector(1, now());
        (limit.amperes.round(), limit.watts.round(), limit.phases)
    };
    let period = |limit: i32| json!({"startPeriod": 0, "limit": limit});
    assert_eq!(limit(profile(1, "TxProfile", "A", period(10))), (10.0, 6900.0, 3));
    assert_eq!(limit(profile(1, "TxProfile", "W", period(6900))), (10.0, 6900.0, 3));
    let one_phase = json!({"startPeriod": 0, "limit": 6900, "numberPhases": 1});
    assert_eq!(limit(profile(1, "TxProfile", "W", one_phase)), (30.0, 6900.0, 1));
    assert_eq!(limit(profile(1, "TxProfile", "W", period(99_000))), (32.0, 22_080.0, 3));
}

#[test]
fn a_recurring_schedule_rests_before_its_start() {
    let daily = json!({
        "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Recurring", "recurrencyKind": "Daily",
        "chargingSchedule": {
            "startSchedule": "2024-05-01T12:01:00Z", "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
        },
    });
    let mut set = ProfileSet::default();
    set.install(read(&daily));
    let supply = MainsSupply { volts: 230.0, phases: 1, amperes: 32.0 };
    let limits = StationLimits { profiles: &set, supply, charging: vec![now()] };
    let periods = limits.composite(1, now(), 3 * 86_400, RateUnit::Amperes);
    let periods: Vec<_> = periods.iter().map(|period| (period.start, period.limit)).collect();
    assert_eq!(periods, [(0, 32.0), (60, 6.0)]);
}
