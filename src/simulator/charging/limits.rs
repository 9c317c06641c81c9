//! The limit that all profiles and the hardware make together: of a connector, of the whole station, at one time or as
//! a schedule (OCPP 1.6 §3.13, §5.7).

use jiff::Timestamp;

use super::profile::ProfilePurpose;
use super::profile_set::ProfileSet;
use super::schedule::{OperationMode, RateUnit};
use super::timing::ProfileRate;
use crate::simulator::payload::seconds_later;

/// The least current that can be offered to a car, on each phase in use (IEC 61851-1, the duty cycle of mode 3). A machine that is built
/// for less can offer less.
const LEAST_OFFER: f64 = 6.0;

/// The mains connection of each connector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MainsSupply {
    /// From a phase to neutral.
    pub volts: f64,
    /// One or three.
    pub phases: u8,
    /// The maximum of each phase.
    pub amperes: f64,
}

/// How much may flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CurrentLimit {
    /// On each phase that is used.
    pub amperes: f64,
    /// On all phases together.
    pub watts: f64,
    /// How many phases may be used.
    pub phases: u8,
    /// The car cannot charge with fewer amperes than these: the least offer, or `minChargingRate`.
    pub least: f64,
}

/// What a connector may draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PowerShare {
    /// Its number.
    pub connector: i32,
    /// On all phases together.
    pub watts: f64,
    /// How many phases may be used.
    pub phases: u8,
}

impl CurrentLimit {
    /// The limit in a unit, as messages have it: with one digit behind the point (OCPP 1.6 §7.14).
    pub fn rounded(&self, unit: RateUnit) -> f64 {
        let limit = if unit == RateUnit::Amperes { self.amperes } else { self.watts };
        (limit * 10.0).round() / 10.0
    }
}

/// A part of a composite schedule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CompositePeriod {
    /// In seconds from its start.
    pub start: i64,
    /// In the unit that was asked for.
    pub limit: f64,
    /// How many phases may be used.
    pub phases: u8,
}

/// The limits of a station with its profiles and transactions.
#[derive(Debug, Clone)]
pub(crate) struct StationLimits<'a> {
    /// The installed profiles.
    pub profiles: &'a ProfileSet,
    /// The connection of every connector.
    pub supply: MainsSupply,
    /// For every connector the start of its charge; without one, the time at which one is thought to begin.
    pub charging: Vec<Timestamp>,
}

impl StationLimits<'_> {
    /// When charging began at a connector. The whole charge point has no transaction.
    fn began(&self, connector: i32) -> Timestamp {
        let index = usize::try_from(connector).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.charging.get(index)).copied().unwrap_or(Timestamp::MIN)
    }

    /// What the leading profile of a purpose says: the one with the highest level among those that cover the time.
    fn leading(&self, purpose: ProfilePurpose, place: i32, at: Timestamp, began: Timestamp) -> Option<ProfileRate> {
        let placed = self.profiles.iter().filter(|it| it.purpose == purpose && it.connector == place);
        let covering = placed.filter_map(|it| Some((it.stack_level, it.rate_at(at, began)?)));
        covering.max_by_key(|(level, _)| *level).map(|(_, rate)| rate)
    }

    /// What limits the whole station, and for a connector what something beside the central system sets there.
    fn maxima(&self, connector: i32, at: Timestamp) -> Vec<ProfileRate> {
        let leading = |purpose, place| self.leading(purpose, place, at, Timestamp::MIN);
        let of_station = [leading(ProfilePurpose::ChargePointMax, 0), leading(ProfilePurpose::ExternalConstraints, 0)];
        let own = (connector > 0).then(|| leading(ProfilePurpose::ExternalConstraints, connector));
        of_station.into_iter().chain(own).flatten().collect()
    }

    /// The least of all: the phases that every rate allows, and on them the least current.
    fn joined(&self, amperes: f64, rates: &[ProfileRate]) -> CurrentLimit {
        let phases = rates.iter().map(|rate| rate.phases).fold(self.supply.phases, u8::min);
        let per_ampere = self.supply.volts * f64::from(phases);
        let amperes_of = |rate: &ProfileRate, limit: f64| match rate.unit {
            RateUnit::Amperes => limit,
            RateUnit::Watts => limit / per_ampere,
        };
        let amperes = rates.iter().map(|rate| amperes_of(rate, rate.limit)).fold(amperes, f64::min);
        let least = rates.iter().map(|rate| amperes_of(rate, rate.least)).fold(LEAST_OFFER.min(self.supply.amperes), f64::max);
        CurrentLimit { amperes, watts: amperes * per_ampere, phases, least }
    }

    /// The limit of a connector: that of the hardware, of the whole charge point, and of the transaction. A profile of
    /// the transaction comes before the default of the connector, and that before the default of all (OCPP 1.6 §3.13).
    pub fn of_connector(&self, connector: i32, at: Timestamp) -> CurrentLimit {
        let own = self.of_transaction(connector, at);
        let rates: Vec<_> = self.maxima(connector, at).into_iter().chain(own).collect();
        self.joined(self.supply.amperes, &rates)
    }

    /// The mode of operation of a connector's transaction.
    pub fn mode_of(&self, connector: i32, at: Timestamp) -> OperationMode {
        self.of_transaction(connector, at).map(|rate| rate.mode).unwrap_or_default()
    }

    fn of_transaction(&self, connector: i32, at: Timestamp) -> Option<ProfileRate> {
        let began = self.began(connector);
        let default = |place| self.leading(ProfilePurpose::TxDefault, place, at, began);
        let own = self.leading(ProfilePurpose::Transaction, connector, at, began);
        own.or_else(|| default(connector)).or_else(|| default(0))
    }

    /// The limit of some connectors together: their sum, and not more than the whole charge point may have.
    pub fn of_connectors(&self, connectors: impl Iterator<Item = i32>, at: Timestamp) -> CurrentLimit {
        self.capped(sum_of(connectors.map(|number| self.of_connector(number, at))), at)
    }

    /// Not more than the whole charge point may have.
    fn capped(&self, sum: CurrentLimit, at: Timestamp) -> CurrentLimit {
        self.maxima(0, at).into_iter().fold(sum, |sum, maximum| {
            let maximum = self.joined(f64::INFINITY, &[maximum]);
            CurrentLimit { amperes: sum.amperes.min(maximum.amperes), watts: sum.watts.min(maximum.watts), ..sum }
        })
    }

    /// The limit of a connector, or of the whole charge point for 0.
    pub fn of(&self, connector: i32, at: Timestamp) -> CurrentLimit {
        if connector == 0 { self.of_connectors(self.numbers(), at) } else { self.of_connector(connector, at) }
    }

    fn numbers(&self) -> impl Iterator<Item = i32> + use<> {
        (1..).take(self.charging.len())
    }

    /// What these connectors may draw while they charge together: they share what is left of the maximum of the charge point in
    /// proportion. Where that is less than a car can charge with, the last ones get nothing, so that the others can; they are not in the
    /// list.
    pub fn shares(&self, charging: &[i32], at: Timestamp) -> Vec<PowerShare> {
        let mut served: Vec<_> = charging.iter().map(|number| (*number, self.of_connector(*number, at))).collect();
        loop {
            let wanted = sum_of(served.iter().map(|(_, limit)| *limit));
            let allowed = self.capped(wanted, at);
            let part = |allowed: f64, wanted: f64| if wanted > allowed { allowed / wanted } else { 1.0 };
            let part = part(allowed.amperes, wanted.amperes).min(part(allowed.watts, wanted.watts));
            // a hair of tolerance: 16 A from watts may be 15.999999
            let short = |(_, limit): &(i32, CurrentLimit)| limit.amperes * part + 1e-6 < limit.least;
            let Some(last) = served.iter().rposition(short) else {
                let share = |(connector, limit): (i32, CurrentLimit)| PowerShare {
                    connector,
                    watts: limit.watts * part,
                    phases: limit.phases,
                };
                return served.into_iter().map(share).collect();
            };
            served.remove(last);
        }
    }

    /// The limits from a time on for some seconds: one period for every change, as whole seconds.
    pub fn composite(&self, connector: i32, from: Timestamp, seconds: i64, unit: RateUnit) -> Vec<CompositePeriod> {
        let mut starts: Vec<i64> = self.changes(connector, from, seconds_later(from, seconds));
        starts.push(0);
        starts.sort_unstable();
        starts.dedup();
        let mut periods: Vec<CompositePeriod> = Vec::new();
        for start in starts.into_iter().filter(|start| *start == 0 || *start < seconds) {
            let limit = self.of(connector, seconds_later(from, start));
            let period = CompositePeriod { start, limit: limit.rounded(unit), phases: limit.phases };
            let same = |last: &CompositePeriod| (last.limit - period.limit).abs() < 0.05 && last.phases == period.phases;
            if !periods.last().is_some_and(same) {
                periods.push(period);
            }
        }
        periods
    }

    /// The seconds from a time to the next change of a connector's limit before another time.
    pub fn next_change(&self, connector: i32, from: Timestamp, to: Timestamp) -> Option<i64> {
        self.changes(connector, from, to).into_iter().filter(|seconds| *seconds > 0).min()
    }

    /// After how many seconds the limit may change; a change within a second counts when the second is over.
    fn changes(&self, connector: i32, from: Timestamp, to: Timestamp) -> Vec<i64> {
        let mut changes = Vec::new();
        for profile in self.profiles.iter() {
            let places = if connector == 0 && (profile.purpose.is_of_transactions() || profile.connector > 0) {
                self.numbers().filter(|number| [0, *number].contains(&profile.connector)).collect()
            } else if [0, connector].contains(&profile.connector) {
                vec![connector]
            } else {
                Vec::new()
            };
            let mut begins: Vec<_> = places.into_iter().map(|place| self.began(place)).collect();
            begins.dedup();
            changes.extend(begins.into_iter().flat_map(|began| profile.changes(from, to, began)));
        }
        let passed = changes.into_iter().map(|at| at.duration_since(from));
        passed.map(|passed| passed.as_secs() + i64::from(passed.subsec_nanos() > 0)).collect()
    }
}

fn sum_of(limits: impl Iterator<Item = CurrentLimit>) -> CurrentLimit {
    let none = CurrentLimit { amperes: 0.0, watts: 0.0, phases: 0, least: 0.0 };
    limits.fold(none, |sum, limit| CurrentLimit {
        amperes: sum.amperes + limit.amperes,
        watts: sum.watts + limit.watts,
        phases: sum.phases.max(limit.phases),
        least: 0.0,
    })
}
