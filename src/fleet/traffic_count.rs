//! Counting what the trace says about the stations of a fleet: calls and answers by action, connections, and all of it over time.

use std::collections::{BTreeMap, HashSet};

use super::fleet_report::{ActionReport, FleetReport, IntervalReport, LatencyReport, REPORT_FORM};
use crate::trace::statistics::LatencyHistogram;
use crate::trace::{Contents, Direction, FrameKind, Record, RecordKind, Sequence, StationKey};

/// The most intervals; two become one when there are more.
const MOST_INTERVALS: usize = 600;

/// The counters.
#[derive(Debug)]
pub(super) struct TrafficCount {
    stations: HashSet<StationKey>,
    next: Sequence,
    began_micros: u64,
    /// Records that were gone before they were counted.
    pub missed: u64,
    all: ActionReport,
    actions: BTreeMap<String, ActionReport>,
    connected: HashSet<StationKey>,
    seen: HashSet<StationKey>,
    most_connected: usize,
    reconnects: u64,
    refusals: u64,
    intervals: Vec<IntervalReport>,
    interval_micros: u64,
}

impl TrafficCount {
    /// Counts from this record on; times are from this moment of the monotonic clock on.
    pub fn new(next: Sequence, began_micros: u64) -> TrafficCount {
        TrafficCount {
            stations: HashSet::new(),
            next,
            began_micros,
            missed: 0,
            all: ActionReport::default(),
            actions: BTreeMap::new(),
            connected: HashSet::new(),
            seen: HashSet::new(),
            most_connected: 0,
            reconnects: 0,
            refusals: 0,
            intervals: Vec::new(),
            interval_micros: 1_000_000,
        }
    }

    /// Counts this station, too.
    pub fn add_station(&mut self, station: StationKey) {
        self.stations.insert(station);
    }

    /// Counts at most so many new records; whether there are more.
    pub fn take(&mut self, contents: &Contents, most: u64) -> bool {
        let here = contents.records().range();
        if self.next < here.start {
            self.missed += here.start - self.next;
            self.next = here.start;
        }
        let end = here.end.min(self.next + most);
        for record in contents.records().iter(self.next..end) {
            self.count(&record);
        }
        self.next = end;
        end < here.end
    }

    fn count(&mut self, record: &Record<'_>) {
        let Some(station) = record.station.filter(|station| self.stations.contains(station)) else { return };
        match record.kind {
            RecordKind::Connected => {
                self.connected.insert(station);
                self.most_connected = self.most_connected.max(self.connected.len());
                if !self.seen.insert(station) {
                    self.reconnects += 1;
                }
                self.interval(record.monotonic_micros).connected = self.connected.len() as u64;
            }
            RecordKind::Disconnected | RecordKind::Lost => {
                self.connected.remove(&station);
                self.interval(record.monotonic_micros).connected = self.connected.len() as u64;
            }
            RecordKind::Retry => self.refusals += 1,
            RecordKind::Frame(Direction::Out, FrameKind::Call) => self.each(record, |report| report.calls += 1),
            RecordKind::Frame(Direction::In, kind @ (FrameKind::Result | FrameKind::Error)) => {
                let micros = record.latency.map(|latency| latency.as_micros() as u64); // a record holds less
                let code = record.code.map_or("(no code of OCPP)", |code| code.name());
                self.each(record, |report| {
                    if kind == FrameKind::Result {
                        report.results += 1;
                    } else {
                        report.errors += 1;
                        *report.codes.entry(code.to_owned()).or_default() += 1;
                    }
                    micros.into_iter().for_each(|micros| report.latency.0.count(micros));
                });
                let interval = self.interval(record.monotonic_micros);
                interval.answers += 1;
                interval.failures += u64::from(kind == FrameKind::Error);
                micros.into_iter().for_each(|micros| interval.latency.0.count(micros));
            }
            RecordKind::Timeout | RecordKind::Unreachable => {
                self.each(record, |report| report.timeouts += 1);
                self.interval(record.monotonic_micros).failures += 1;
            }
            _ => {}
        }
    }

    fn each(&mut self, record: &Record<'_>, count: impl Fn(&mut ActionReport)) {
        count(&mut self.all);
        if let Some(action) = record.action {
            match self.actions.get_mut(action) {
                Some(report) => count(report),
                None => count(self.actions.entry(action.to_owned()).or_default()),
            }
        }
    }

    /// The interval of a moment. What was in it before stays connected.
    fn interval(&mut self, micros: u64) -> &mut IntervalReport {
        let mut place = (micros.saturating_sub(self.began_micros) / self.interval_micros) as usize;
        while place >= MOST_INTERVALS {
            self.halve();
            place /= 2;
        }
        while self.intervals.len() <= place {
            let connected = self.intervals.last().map_or(0, |interval| interval.connected);
            let seconds = self.interval_micros as f64 / 1e6;
            let from = self.intervals.len() as f64 * seconds;
            self.intervals.push(IntervalReport { from, seconds, connected, ..IntervalReport::default() });
        }
        &mut self.intervals[place]
    }

    /// Makes one interval of two.
    fn halve(&mut self) {
        let before = std::mem::take(&mut self.intervals);
        for pair in before.chunks(2) {
            let mut sum = pair[0].clone();
            sum.seconds *= 2.0;
            if let Some(second) = pair.get(1) {
                sum.connected = second.connected;
                sum.answers += second.answers;
                sum.failures += second.failures;
                sum.latency.0.add(&second.latency.0);
            }
            self.intervals.push(sum);
        }
        self.interval_micros *= 2;
    }

    /// The report so far, at this moment. `planned` are the times from planned calls to their answers.
    pub fn report(&self, now_micros: u64, began: &str, seed: u64, planned: Option<&LatencyHistogram>) -> FleetReport {
        FleetReport {
            fleet_report: REPORT_FORM,
            began: began.to_owned(),
            seconds: now_micros.saturating_sub(self.began_micros) as f64 / 1e6,
            seeds: vec![seed],
            stations: self.stations.len() as u64,
            connected: self.most_connected as u64,
            reconnects: self.reconnects,
            refusals: self.refusals,
            all: self.all.clone(),
            from_planned_time: planned.map(|planned| LatencyReport(planned.clone())),
            actions: self.actions.clone(),
            intervals: self.intervals.clone(),
        }
    }

    /// How many stations are connected now.
    pub fn connected(&self) -> usize {
        self.connected.len()
    }
}
