//! Running counters of the traffic: of each action, of each station and of all; how many calls, answers, errors and bytes, how long answers
//! took, and whether heartbeats come on time. A record costs a few additions, whatever was counted before.

mod histogram;

use foldhash::HashMap;

pub use histogram::LatencyHistogram;

use super::{Direction, FrameKind, FrameVerdict, MessageRate, Record, RecordKind, Sequence};
use crate::ocpp::{ErrorCode, Role};

/// How many different actions are counted each for itself. A peer may invent any number.
const MOST_ACTIONS: usize = 512;
/// The name of the others.
const OTHER: &str = "(other)";
/// A station may be this much later than its interval, in microseconds, or a tenth of it if that is more.
const SLACK: u64 = 2_000_000;

/// What was counted.
#[derive(Debug, Default)]
pub struct TrafficStatistics {
    all: CallStatistics,
    actions: Vec<ActionStatistics>,
    /// The places in `actions`, by name, for each initiator.
    places: HashMap<Box<str>, [Option<usize>; 2]>,
    /// By the keys of the stations.
    stations: Vec<StationTraffic>,
    first_micros: Option<u64>,
    last_micros: u64,
}

/// The counters of some calls and their answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallStatistics {
    /// Calls.
    pub calls: u64,
    /// Results.
    pub results: u64,
    /// Error frames.
    pub errors: u64,
    /// Calls without an answer in time.
    pub timeouts: u64,
    /// Calls that could not be delivered.
    pub undelivered: u64,
    /// Frames that could not be read.
    pub unreadable: u64,
    /// Frames that break the definitions.
    pub invalid: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// The codes of the errors; `None` stands for codes that are not in OCPP.
    pub codes: Vec<(Option<ErrorCode>, u64)>,
    /// How long answers took, those of errors among them. Calls without an answer are not in it.
    pub latency: LatencyHistogram,
    /// How many calls came lately.
    pub rate: MessageRate,
}

/// The counters of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionStatistics {
    /// The action.
    pub action: Box<str>,
    /// Who sends the call.
    pub initiator: Role,
    /// Its counters.
    pub calls: CallStatistics,
}

/// The counters of a station.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StationTraffic {
    /// Its calls and ours.
    pub calls: CallStatistics,
    /// Heartbeats that came within the interval of the boot answer.
    pub heartbeats_on_time: u64,
    /// How often it sent nothing for longer than the interval while its link was up.
    pub heartbeats_late: u64,
    /// The last record about it.
    pub last: Sequence,
    /// When the charge point last sent something on this link, by the monotonic clock.
    received_micros: Option<u64>,
}

impl TrafficStatistics {
    /// Counts a record. `role` is ours on the link of its station, `interval` the seconds between heartbeats, where they are known.
    pub fn take(&mut self, record: &Record<'_>, role: Option<Role>, interval: Option<u64>) {
        let Some(key) = record.station else {
            if matches!(record.kind, RecordKind::Frame(..)) {
                self.seen(record);
                self.all.count(record);
            }
            return;
        };
        let key = key.0 as usize;
        if self.stations.len() <= key {
            self.stations.resize_with(key + 1, StationTraffic::default);
        }
        let role = role.unwrap_or(Role::CentralSystem);
        let station = &mut self.stations[key];
        station.last = record.sequence;
        match record.kind {
            RecordKind::Frame(..) | RecordKind::Timeout | RecordKind::Unreachable => {}
            RecordKind::Connected => {
                station.received_micros = Some(record.monotonic_micros);
                return;
            }
            RecordKind::Disconnected | RecordKind::Lost => {
                station.received_micros = None;
                return;
            }
            _ => return,
        }
        if let RecordKind::Frame(direction, kind) = record.kind {
            station.received(record, direction, kind, role, interval);
        }
        station.calls.count(record);
        self.seen(record);
        self.all.count(record);
        if let Some(place) = self.place(record, role) {
            self.actions[place].calls.count(record);
        }
    }

    fn seen(&mut self, record: &Record<'_>) {
        self.first_micros.get_or_insert(record.monotonic_micros);
        self.last_micros = self.last_micros.max(record.monotonic_micros);
    }

    /// The place of the counters of a record's action.
    fn place(&mut self, record: &Record<'_>, role: Role) -> Option<usize> {
        let action = record.action?;
        // Who called: of an answer the other side.
        let ours = match record.kind {
            RecordKind::Frame(direction, FrameKind::Call | FrameKind::Send) => direction == Direction::Out,
            RecordKind::Frame(direction, FrameKind::Result | FrameKind::Error) => direction == Direction::In,
            RecordKind::Timeout | RecordKind::Unreachable => true,
            _ => return None,
        };
        let initiator = if ours { role } else { role.peer() };
        if let Some(place) = self.places.get(action).and_then(|places| places[initiator as usize]) {
            return Some(place);
        }
        let name = if self.actions.len() + 2 < MOST_ACTIONS { action } else { OTHER };
        let place = &mut self.places.entry(name.into()).or_default()[initiator as usize];
        Some(*place.get_or_insert_with(|| {
            self.actions.push(ActionStatistics { action: name.into(), initiator, calls: CallStatistics::default() });
            self.actions.len() - 1
        }))
    }

    /// The counters of everything.
    pub fn all(&self) -> &CallStatistics {
        &self.all
    }

    /// The counters of each action, in the order in which they first came.
    pub fn actions(&self) -> &[ActionStatistics] {
        &self.actions
    }

    /// The counters of each station, by their keys.
    pub fn stations(&self) -> &[StationTraffic] {
        &self.stations
    }

    /// The time from the first record to the last one, in seconds.
    pub fn seconds(&self) -> f64 {
        self.first_micros.map_or(0.0, |first| self.last_micros.saturating_sub(first) as f64 / 1e6)
    }
}

impl CallStatistics {
    fn count(&mut self, record: &Record<'_>) {
        match record.kind {
            RecordKind::Frame(direction, kind) => {
                let bytes = record.text.len() as u64;
                *if direction == Direction::In { &mut self.bytes_in } else { &mut self.bytes_out } += bytes;
                self.invalid += u64::from(record.verdict == FrameVerdict::Invalid);
                match kind {
                    FrameKind::Call | FrameKind::Send => {
                        self.calls += 1;
                        self.rate.count(record.monotonic_micros);
                    }
                    FrameKind::Result => self.results += 1,
                    FrameKind::Error => {
                        self.errors += 1;
                        match self.codes.iter_mut().find(|(code, _)| *code == record.code) {
                            Some((_, count)) => *count += 1,
                            None => self.codes.push((record.code, 1)),
                        }
                    }
                    // It is about an exchange that was counted.
                    FrameKind::ResultError => {}
                    FrameKind::Malformed => self.unreadable += 1,
                }
                if let (FrameKind::Result | FrameKind::Error, Some(latency)) = (kind, record.latency) {
                    self.latency.count(latency.as_micros() as u64); // a record holds less
                }
            }
            RecordKind::Timeout => self.timeouts += 1,
            RecordKind::Unreachable => self.undelivered += 1,
            _ => {}
        }
    }

    /// Calls that did not end with a result, and frames that could not be read.
    pub fn failed(&self) -> u64 {
        self.errors + self.timeouts + self.undelivered + self.unreadable
    }
}

impl StationTraffic {
    /// What the charge point sends shows that it is alive; a heartbeat is only needed when it has nothing else to send.
    fn received(&mut self, record: &Record<'_>, direction: Direction, kind: FrameKind, role: Role, interval: Option<u64>) {
        let from_charge_point = (direction == Direction::In) == (role == Role::CentralSystem);
        if !from_charge_point {
            return;
        }
        let now = record.monotonic_micros;
        if let (Some(interval), Some(last)) = (interval.filter(|seconds| *seconds > 0), self.received_micros) {
            let interval = interval.saturating_mul(1_000_000);
            let allowed = interval.saturating_add(SLACK.max(interval / 10));
            if now.saturating_sub(last) > allowed {
                self.heartbeats_late += 1;
            } else if (kind, record.action) == (FrameKind::Call, Some("Heartbeat")) {
                self.heartbeats_on_time += 1;
            }
        }
        self.received_micros = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::test_exchanges::Exchanges;

    #[test]
    fn calls_answers_errors_and_bytes_are_counted_by_action_and_by_station() {
        let mut trace = Exchanges::new();
        for _ in 0..3 {
            trace.exchange("CP1", "Heartbeat", "{}", "{}");
        }
        trace.call("CP2", "Authorize", r#"{"idTag":"A"}"#);
        trace.error("CP2", "Authorize");
        trace.call("CP2", "Authorize", r#"{"idTag":"B"}"#);
        trace.timeout("CP2", "Authorize");
        trace.frame("CP2", FrameKind::Malformed, "", "hello".to_owned(), Vec::new());
        let summaries = trace.summaries();
        let statistics = summaries.statistics();
        // What times out is a call of ours.
        let [heartbeat, authorize, ours] = statistics.actions() else { panic!() };
        assert_eq!((&*heartbeat.action, heartbeat.initiator), ("Heartbeat", Role::ChargePoint));
        assert_eq!((heartbeat.calls.calls, heartbeat.calls.results, heartbeat.calls.failed()), (3, 3, 0));
        assert_eq!(heartbeat.calls.latency.quantile(0.5).map(|micros| micros / 100_000), Some(9), "a second, but for 3 %");
        let calls = &authorize.calls;
        assert_eq!((calls.calls, calls.errors, calls.timeouts, calls.latency.total()), (2, 1, 0, 1));
        assert_eq!((ours.initiator, ours.calls.calls, ours.calls.timeouts), (Role::CentralSystem, 0, 1));
        assert_eq!(calls.codes, [(Some(ErrorCode::InternalError), 1)]);
        let all = statistics.all();
        assert_eq!((all.calls, all.results, all.failed(), all.invalid, all.unreadable), (5, 3, 3, 1, 1));
        assert_eq!(all.bytes_in, statistics.stations().iter().map(|station| station.calls.bytes_in).sum::<u64>());
        assert!(all.bytes_in > all.bytes_out && all.bytes_out > 0);
    }

    #[test]
    fn silence_longer_than_the_interval_is_counted() {
        let mut trace = Exchanges::new();
        trace.exchange("CP1", "BootNotification", "{}", r#"{"status":"Accepted","interval":60}"#);
        for seconds in [50, 65, 58, 90] {
            trace.at_micros += seconds * 1_000_000;
            trace.exchange("CP1", "Heartbeat", "{}", "{}");
        }
        // Another message is as good as a heartbeat.
        trace.at_micros += 40_000_000;
        trace.exchange("CP1", "StatusNotification", "{}", "{}");
        trace.at_micros += 40_000_000;
        trace.exchange("CP1", "Heartbeat", "{}", "{}");
        let summaries = trace.summaries();
        let station = &summaries.statistics().stations()[0];
        assert_eq!((station.heartbeats_on_time, station.heartbeats_late), (3, 2));
    }

    #[test]
    fn what_a_peer_invents_is_bounded() {
        let mut trace = Exchanges::new();
        for number in 0..2 * MOST_ACTIONS {
            trace.call("CP1", &format!("Invented{number}"), "{}");
        }
        let summaries = trace.summaries();
        let actions = summaries.statistics().actions();
        assert!(actions.len() <= MOST_ACTIONS);
        let other = actions.last().unwrap();
        assert_eq!(&*other.action, OTHER);
        assert!(other.calls.calls > MOST_ACTIONS as u64);
        assert_eq!(actions.iter().map(|action| action.calls.calls).sum::<u64>(), 2 * MOST_ACTIONS as u64);
    }
}
