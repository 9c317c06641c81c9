//! A load of calls on top of what stations do by themselves: at a rate that the server cannot slow down (open loop), or each as soon as the last
//! one was answered (closed loop). With a rate every call has a planned time, and the time to its answer counts from there: a server that stalls
//! for a second has made all calls of that second late, not only the one that it was asked.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::behaviour::{CallObserver, CallResult};
use crate::hub::Hub;
use crate::link::LinkOrder;
use crate::ocpp::{Catalog, MessagePart, Role, SampleContext, Version};
use crate::trace::StationKey;
use crate::trace::statistics::LatencyHistogram;

/// How fast calls are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LoadPace {
    /// So many a second, and so many more after each step.
    Rate {
        /// Calls a second.
        per_second: f64,
        /// Calls a second that are added after each step; 0 for one rate.
        step: f64,
        /// How long a step is.
        every: Duration,
    },
    /// Each station makes the next one when the last one was answered.
    Closed,
}

/// The most planned calls that wait for a free station; beyond it they are counted as given up.
const MOST_WAITING: usize = 1_000_000;
/// How long a station is left alone that could not take a call.
const REST: Duration = Duration::from_millis(200);
/// The actions of the load, each as often as it is named.
const ACTIONS: &[&str] = &["Heartbeat", "StatusNotification", "MeterValues", "MeterValues"];

/// The end of a call: the station, and when it was planned.
type EndedCall = (usize, Instant, bool);

/// A station that makes calls.
#[derive(Debug, Clone, Copy)]
struct LoadStation {
    /// Its place in the fleet.
    place: usize,
    key: StationKey,
    version: Version,
}

/// A load that is being made.
pub(super) struct CallLoad {
    pace: LoadPace,
    began: Instant,
    planned: u64,
    stations: Vec<LoadStation>,
    /// Stations of the fleet from this one on have no load.
    limit: usize,
    /// Those that have none because of it.
    parked: Vec<usize>,
    idle: VecDeque<usize>,
    resting: VecDeque<(Instant, usize)>,
    waiting: VecDeque<Instant>,
    samples: Vec<(Version, Vec<(&'static str, Value)>)>,
    turn: usize,
    ended: mpsc::UnboundedSender<EndedCall>,
    ends: mpsc::UnboundedReceiver<EndedCall>,
    /// Calls that were given up because too many waited.
    pub given_up: u64,
}

impl CallLoad {
    /// A load that begins now.
    pub fn new(pace: LoadPace) -> CallLoad {
        // every entry is the end of a call that the load has made, so there are never more than stations
        let (ended, ends) = mpsc::unbounded_channel();
        CallLoad {
            pace,
            began: Instant::now(),
            planned: 0,
            stations: Vec::new(),
            limit: usize::MAX,
            parked: Vec::new(),
            idle: VecDeque::new(),
            resting: VecDeque::new(),
            waiting: VecDeque::new(),
            samples: Vec::new(),
            turn: 0,
            ended,
            ends,
            given_up: 0,
        }
    }

    /// Goes on at another pace. Planned calls that wait stay.
    pub fn set_pace(&mut self, pace: LoadPace) {
        (self.pace, self.began, self.planned) = (pace, Instant::now(), 0);
    }

    /// Makes calls only from the stations before this place in the fleet.
    pub fn limit(&mut self, limit: usize) {
        self.limit = limit;
        self.idle.extend(self.parked.extract_if(.., |station| self.stations[*station].place < limit));
    }

    /// The next station that is free.
    fn next_idle(&mut self) -> Option<usize> {
        loop {
            let station = self.idle.pop_front()?;
            if self.stations[station].place < self.limit {
                return Some(station);
            }
            self.parked.push(station);
        }
    }

    /// Makes calls from this station, too. `place` is its place in the fleet.
    pub fn add_station(&mut self, place: usize, key: StationKey, version: Version, catalog: &Catalog) {
        if !self.samples.iter().any(|(known, _)| *known == version) {
            self.samples.push((version, samples(version, catalog)));
        }
        self.resting.push_back((Instant::now() + REST, self.stations.len()));
        self.stations.push(LoadStation { place, key, version });
    }

    /// Makes the calls that are due, and counts the times from planned calls to their answers.
    pub fn go_on(&mut self, hub: &Hub, planned_times: &mut Option<LatencyHistogram>) {
        if matches!(self.pace, LoadPace::Rate { .. }) {
            planned_times.get_or_insert_default();
        }
        while let Ok((station, planned, is_answered)) = self.ends.try_recv() {
            if is_answered {
                if let Some(times) = planned_times {
                    times.count(planned.elapsed().as_micros() as u64); // a run is shorter
                }
                self.idle.push_back(station);
            } else {
                self.resting.push_back((Instant::now() + REST, station));
            }
        }
        while let Some((_, station)) = self.resting.front().copied().filter(|(until, _)| *until <= Instant::now()) {
            self.resting.pop_front();
            self.idle.push_back(station);
        }
        match self.pace {
            LoadPace::Closed => {
                while let Some(station) = self.next_idle() {
                    self.call(hub, station, Instant::now());
                }
            }
            LoadPace::Rate { per_second, step, every } => {
                let due = planned_calls(self.began.elapsed(), per_second, step, every);
                // a rate may plan more in a moment than can be counted one by one
                let new = due.saturating_sub(self.planned);
                let taken = new.min((MOST_WAITING - self.waiting.len()) as u64);
                for number in self.planned + 1..=self.planned + taken {
                    self.waiting.push_back(self.began + planned_time(number, per_second, step, every));
                }
                self.given_up = self.given_up.saturating_add(new - taken);
                self.planned += new;
                while let Some(planned) = self.waiting.front().copied() {
                    let Some(station) = self.next_idle() else { return };
                    if self.call(hub, station, planned) {
                        self.waiting.pop_front();
                    }
                }
            }
        }
    }

    /// Makes a call; false when the station cannot take it now.
    fn call(&mut self, hub: &Hub, station: usize, planned: Instant) -> bool {
        let LoadStation { key, version, .. } = self.stations[station];
        let all = self.samples.iter().find(|(known, _)| *known == version).map_or(&[][..], |(_, all)| all.as_slice());
        if all.is_empty() {
            return false;
        }
        self.turn = self.turn.wrapping_add(1);
        let (action, payload) = &all[self.turn % all.len()];
        let ended = self.ended.clone();
        let then = CallObserver::new(move |result| {
            let is_answered = matches!(result, CallResult::Result(_) | CallResult::Error { .. });
            let _ = ended.send((station, planned, is_answered));
        });
        // an order that is refused ends the call by itself
        hub.order(key, LinkOrder::Ask { action: (*action).to_owned(), payload: payload.clone(), then }).is_ok()
    }
}

/// How many calls a load has planned after this time.
fn planned_calls(elapsed: Duration, per_second: f64, step: f64, every: Duration) -> u64 {
    let (elapsed, every) = (elapsed.as_secs_f64(), every.as_secs_f64().max(0.001));
    let whole = (elapsed / every).floor();
    // the whole steps with their growing rates, and the part of the running one
    let calls = every * (whole * per_second + step * whole * (whole - 1.0) / 2.0)
        + (elapsed - whole * every) * (per_second + step * whole);
    if step == 0.0 { (elapsed * per_second) as u64 } else { calls as u64 }
}

/// When the call with this number is due: the inverse of [`planned_calls`], by halving.
fn planned_time(number: u64, per_second: f64, step: f64, every: Duration) -> Duration {
    if step == 0.0 {
        return Duration::try_from_secs_f64(number as f64 / per_second).unwrap_or_default();
    }
    let (mut low, mut high) = (0.0, number as f64 / per_second);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        let time = Duration::try_from_secs_f64(middle).unwrap_or_default();
        if planned_calls(time, per_second, step, every) < number { low = middle } else { high = middle }
    }
    Duration::try_from_secs_f64(high).unwrap_or_default()
}

/// The payloads of a version.
fn samples(version: Version, catalog: &Catalog) -> Vec<(&'static str, Value)> {
    let context = SampleContext::at(jiff::Timestamp::now());
    let sample = |name: &&'static str| {
        let action = catalog.action(version, Role::ChargePoint, name)?;
        Some((*name, action.message(MessagePart::Request).sample(&context)))
    };
    ACTIONS.iter().filter_map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::LinkSettings;

    #[test]
    fn a_rate_plans_calls_and_their_times() {
        let every = Duration::from_secs(10);
        assert_eq!(planned_calls(Duration::from_millis(2500), 100.0, 0.0, every), 250);
        assert_eq!(planned_time(250, 100.0, 0.0, every), Duration::from_millis(2500));
        // 10 s at 100, 10 s at 150, 5 s at 200
        assert_eq!(planned_calls(Duration::from_secs(25), 100.0, 50.0, every), 3500);
        let time = planned_time(3500, 100.0, 50.0, every).as_secs_f64();
        assert!((time - 25.0).abs() < 0.01, "{time}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_that_no_station_can_keep_is_given_up_at_once() {
        let mut load = CallLoad::new(LoadPace::Rate { per_second: 1e18, step: 0.0, every: Duration::from_secs(1) });
        tokio::time::advance(Duration::from_secs(1)).await;
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), crate::trace::direct(1 << 20, crate::clock::now()));
        let mut planned_times = None;
        load.go_on(&hub, &mut planned_times);
        load.go_on(&hub, &mut planned_times);
        assert_eq!((load.waiting.len(), load.planned), (MOST_WAITING, 1_000_000_000_000_000_000));
        assert_eq!(load.given_up, load.planned - MOST_WAITING as u64);
    }

    #[test]
    fn every_version_has_a_load_that_is_valid() {
        let catalog = Catalog::embedded();
        for version in Version::ALL {
            let all = samples(version, &catalog);
            assert_eq!(all.len(), ACTIONS.len(), "{version:?}");
            for (action, payload) in all {
                let message = catalog.action(version, Role::ChargePoint, action).unwrap().message(MessagePart::Request);
                assert_eq!(message.check(&payload, version), [], "{version:?} {action}");
            }
        }
    }
}
