//! The state of the page with the charging profiles of a station: the profiles that it took as far as that was seen, and the limits that
//! follow from them over time. The arithmetic is that of the simulator; how it looks is in `pane`.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::profile_forms::{criteria_of, first_form, profile_id, schedule_of, set_profile};
use crate::ocpp::{OcppGeneration, units};
use crate::simulator::charging::{ChargingProfile, MainsSupply, ProfileSet, RateUnit, StationLimits};
use crate::simulator::read_time;
use crate::trace::StationKey;
use crate::trace::station_summary::{ProfileChange, ReportedSchedule, StationSummary};

/// How much time the charts show, in seconds, and its name.
const WINDOWS: [(i64, &str); 3] = [(3_600, "1 h"), (86_400, "24 h"), (7 * 86_400, "7 days")];
/// The connections of a station to the grid that can be assumed: phases and amperes. Nothing in OCPP 1.6 says what a station has.
const SUPPLIES: [(u8, f64); 5] = [(3, 32.0), (3, 16.0), (1, 32.0), (1, 16.0), (3, 63.0)];
const VOLTS: f64 = 230.0;

/// A profile that the station has, as far as that was seen.
#[derive(Debug, Clone)]
pub struct KnownProfile {
    pub(crate) profile: ChargingProfile,
    /// As it was sent.
    pub value: Value,
    /// When it was accepted, by the wall clock in microseconds.
    pub wall_micros: i64,
}

/// The state.
#[derive(Debug, Clone)]
pub struct ProfilesPage {
    /// The station.
    pub station: StationKey,
    /// The connector of the charts, in OCPP 2.x the EVSE; 0 is the station as a whole.
    pub connector: i64,
    /// The generation of the station's version.
    pub generation: OcppGeneration,
    /// Whether the draft of a SetChargingProfile counts as installed.
    pub what_if: bool,
    window: usize,
    supply: usize,
    in_watts: bool,
    selected: usize,
    known: Vec<KnownProfile>,
    /// Why profiles that the station took have no place in the charts.
    unread: Vec<String>,
    draft: Option<ChargingProfile>,
    set: ProfileSet,
    /// The revision of the facts that the profiles were made from, and the draft.
    made_from: Option<(u64, Option<String>)>,
}

/// Times and limits, a column of the chart each.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitCurve {
    /// The limits; `None` where there is none.
    pub limits: Vec<Option<f64>>,
}

impl LimitCurve {
    /// The highest limit.
    pub fn highest(&self) -> f64 {
        self.limits.iter().copied().flatten().fold(0.0, f64::max)
    }

    /// Whether the two say different things in a column. Where one of them says nothing they do not.
    pub fn differs(&self, other: &LimitCurve, column: usize) -> bool {
        let at = |curve: &LimitCurve| curve.limits.get(column).copied().flatten();
        at(self).zip(at(other)).is_some_and(|(one, two)| (one - two).abs() > 0.1)
    }
}

impl ProfilesPage {
    /// The page of a station.
    pub fn new(station: StationKey) -> ProfilesPage {
        ProfilesPage {
            station,
            connector: 1,
            generation: OcppGeneration::First,
            what_if: false,
            window: 1,
            supply: 0,
            in_watts: false,
            selected: 0,
            known: Vec::new(),
            unread: Vec::new(),
            draft: None,
            set: ProfileSet::default(),
            made_from: None,
        }
    }

    /// Brings the profiles up to date with what was seen, and with the text of the draft of a SetChargingProfile.
    pub fn refresh(&mut self, facts: &StationSummary, draft: Option<&str>, now: Timestamp) {
        let from = (facts.charging.revision, draft.map(str::to_owned));
        if self.made_from.as_ref() == Some(&from) {
            return;
        }
        self.made_from = Some(from);
        (self.set, self.unread) = (ProfileSet::default(), Vec::new());
        for change in facts.charging.changes() {
            let at = Timestamp::from_microsecond(change.wall_micros).unwrap_or(now);
            match &change.what {
                ProfileChange::Installed { connector, profile } => {
                    match ChargingProfile::read(number(*connector), &first_form(profile), at) {
                        Ok(profile) => self.set.install(profile),
                        Err(fault) => self.unread.push(fault.to_string()),
                    }
                }
                ProfileChange::Cleared(criteria) => self.set.clear(&criteria_of(criteria)),
                ProfileChange::Ended { connector } => self.set.forget_transaction(number(*connector)),
            }
        }
        let sent = |id: i32| {
            let installed = facts.charging.changes().filter_map(|change| match &change.what {
                ProfileChange::Installed { profile, .. } => Some((profile, change.wall_micros)),
                _ => None,
            });
            let of_id = |(profile, _): &(&Value, i64)| profile_id(profile) == Some(i64::from(id));
            installed.filter(of_id).last().map(|(profile, at)| (profile.clone(), at)).unwrap_or_default()
        };
        let known = self.set.iter().map(|profile| {
            let (value, wall_micros) = sent(profile.id);
            KnownProfile { profile: profile.clone(), value, wall_micros }
        });
        self.known = known.collect();
        self.draft = draft.and_then(|text| {
            let payload: Value = serde_json::from_str(text).ok()?;
            let (connector, profile) = set_profile(&payload)?;
            ChargingProfile::read(number(connector), &profile, now).ok()
        });
        self.what_if &= self.draft.is_some();
    }

    /// The profiles.
    pub fn known(&self) -> &[KnownProfile] {
        &self.known
    }

    /// The profiles that the station took and that have no meaning, a sentence each.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Whether there is a draft that could be counted.
    pub fn has_draft(&self) -> bool {
        self.draft.is_some()
    }

    /// The index of the selected profile.
    pub fn selected(&self) -> usize {
        self.selected.min(self.known.len().saturating_sub(1))
    }

    /// Selects another profile.
    pub fn move_by(&mut self, lines: isize) {
        self.selected = self.selected().saturating_add_signed(lines).min(self.known.len().saturating_sub(1));
    }

    /// The next or the previous connector, of so many.
    pub fn turn_connector(&mut self, by: i64, count: i64) {
        self.connector = (self.connector + by).rem_euclid(count + 1);
    }

    /// The next span of time.
    pub fn next_window(&mut self) {
        self.window = (self.window + 1) % WINDOWS.len();
    }

    /// The next assumption about the grid connection.
    pub fn next_supply(&mut self) {
        self.supply = (self.supply + 1) % SUPPLIES.len();
    }

    /// Amperes instead of watts, or back.
    pub fn other_unit(&mut self) {
        self.in_watts = !self.in_watts;
    }

    /// The seconds that the charts show.
    pub fn seconds(&self) -> i64 {
        WINDOWS[self.window].0
    }

    /// The name of the span of time.
    pub fn window_name(&self) -> &'static str {
        WINDOWS[self.window].1
    }

    /// `A` or `W`.
    pub fn unit_name(&self) -> &'static str {
        self.unit().name()
    }

    /// A limit with its unit, for the scale of a chart.
    pub fn limit_text(&self, limit: f64) -> String {
        match self.unit() {
            RateUnit::Amperes => units::current(limit),
            RateUnit::Watts => units::power(limit),
        }
    }

    /// What is assumed of the grid connection, in words.
    pub fn supply_name(&self) -> String {
        let (phases, amperes) = SUPPLIES[self.supply];
        format!("{phases} × {amperes} A")
    }

    fn unit(&self) -> RateUnit {
        if self.in_watts { RateUnit::Watts } else { RateUnit::Amperes }
    }

    fn supply(&self) -> MainsSupply {
        let (phases, amperes) = SUPPLIES[self.supply];
        MainsSupply { volts: VOLTS, phases, amperes }
    }

    /// A limit in the unit of the page. Watts are those of all phases of the connection.
    fn in_unit(&self, limit: f64, unit: RateUnit) -> f64 {
        let per_ampere = self.supply().volts * f64::from(self.supply().phases);
        match (unit, self.unit()) {
            (RateUnit::Amperes, RateUnit::Watts) => limit * per_ampere,
            (RateUnit::Watts, RateUnit::Amperes) => limit / per_ampere,
            _ => limit,
        }
    }

    /// The limits that the profiles make together, as we compute them from now on, a column each. With `what_if` the draft counts.
    pub fn computed(&self, facts: &StationSummary, now: Timestamp, columns: usize, what_if: bool) -> LimitCurve {
        let mut set = self.set.clone();
        if let Some(draft) = self.draft.as_ref().filter(|_| what_if) {
            set.install(draft.clone());
        }
        let count = facts.connectors.keys().map(|place| place.number()).max().unwrap_or(1).max(self.connector).clamp(1, 100);
        let charging = (1..=count).map(|connector| began(facts, connector, now)).collect();
        let limits = StationLimits { profiles: &set, supply: self.supply(), charging };
        let connector = number(self.connector);
        LimitCurve { limits: self.times(now, columns).map(|at| Some(limits.of(connector, at).rounded(self.unit()))).collect() }
    }

    /// What one profile says by itself.
    pub fn of_profile(&self, known: &KnownProfile, facts: &StationSummary, now: Timestamp, columns: usize) -> LimitCurve {
        let began = began(facts, known.profile.connector.max(1).into(), now);
        // a period that leaves the limit to others has none
        let limited = |at| known.profile.limit_at(at, began).filter(|(limit, _)| limit.is_finite());
        let limit = |at| limited(at).map(|(limit, unit)| self.in_unit(limit, unit));
        LimitCurve { limits: self.times(now, columns).map(limit).collect() }
    }

    /// What the station itself reported.
    pub fn reported(&self, reported: &ReportedSchedule, now: Timestamp, columns: usize) -> LimitCurve {
        let schedule = schedule_of(&reported.answer);
        let unit = schedule["chargingRateUnit"].as_str().and_then(RateUnit::named).unwrap_or(self.unit());
        let starts = [&reported.answer["scheduleStart"], &schedule["scheduleStart"], &schedule["startSchedule"]];
        let start = starts.into_iter().find_map(Value::as_str).and_then(read_time);
        let start = start.or_else(|| Timestamp::from_microsecond(reported.wall_micros).ok()).unwrap_or(now);
        let duration = schedule["duration"].as_i64();
        let periods: Vec<(i64, f64)> = schedule["chargingSchedulePeriod"].as_array().map_or_else(Vec::new, |periods| {
            let period = |period: &Value| Some((period["startPeriod"].as_i64()?, period["limit"].as_f64()?));
            periods.iter().filter_map(period).collect()
        });
        let limit = |at: Timestamp| {
            let elapsed = at.duration_since(start).as_secs();
            let covered = elapsed >= 0 && duration.is_none_or(|duration| elapsed < duration);
            let period = periods.iter().rev().find(|(begin, _)| *begin <= elapsed).filter(|_| covered);
            period.map(|(_, limit)| self.in_unit(*limit, unit))
        };
        LimitCurve { limits: self.times(now, columns).map(limit).collect() }
    }

    /// The middle of each column.
    fn times(&self, now: Timestamp, columns: usize) -> impl Iterator<Item = Timestamp> + use<> {
        let (seconds, columns) = (self.seconds(), columns.max(1) as i64);
        (0..columns).map(move |column| {
            let after = seconds * (2 * column + 1) / (2 * columns);
            now.checked_add(SignedDuration::from_secs(after)).unwrap_or(now)
        })
    }
}

/// When charging began at a connector; without a transaction one is thought to begin now.
fn began(facts: &StationSummary, connector: i64, now: Timestamp) -> Timestamp {
    let running = facts.running().filter(|transaction| transaction.place.number() == connector).last();
    running.and_then(|transaction| Timestamp::from_microsecond(transaction.began_micros).ok()).unwrap_or(now)
}

fn number(connector: i64) -> i32 {
    i32::try_from(connector).unwrap_or(i32::MAX)
}

/// What the place of a profile is called.
pub fn place_name(generation: OcppGeneration, number: i64) -> String {
    match (number, generation) {
        (0, _) => "station".to_owned(),
        (number, OcppGeneration::First) => format!("connector {number}"),
        (number, OcppGeneration::Second) => format!("EVSE {number}"),
    }
}

impl KnownProfile {
    /// Its number.
    pub fn id(&self) -> i32 {
        self.profile.id
    }

    /// The connector at which it was set; 0 is the station.
    pub fn connector(&self) -> i32 {
        self.profile.connector
    }

    /// Purpose, stack level, start and place in one line.
    pub fn describe(&self, generation: OcppGeneration) -> String {
        let place = place_name(generation, self.profile.connector.into());
        let purpose = self.value["chargingProfilePurpose"].as_str().unwrap_or(self.profile.purpose.name());
        format!("{purpose} level {} {} {place}", self.profile.stack_level, self.profile.kind_name())
    }
}
