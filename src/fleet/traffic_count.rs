//! Counting what the trace says about the stations of a fleet: calls and answers by action, connections, and all of it over time.

use std::collections::{BTreeMap, HashSet};

use super::fleet_report::{ActionReport, FleetReport, IntervalReport, LatencyReport, REPORT_FORM};
use super::transaction_count::TransactionCount;
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
    transactions: TransactionCount,
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
            transactions: TransactionCount::default(),
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
        self.transactions.count(station, record);
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
        let mut place = self.place(micros);
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

    fn place(&self, micros: u64) -> usize {
        (micros.saturating_sub(self.began_micros) / self.interval_micros) as usize
    }

    /// Makes one interval of two.
    fn halve(&mut self) {
        let before = std::mem::take(&mut self.intervals);
        for pair in before.chunks(2) {
            let mut sum = pair[0].clone();
            if let Some(second) = pair.get(1) {
                sum.take_in(second);
            }
            sum.seconds = self.interval_micros as f64 * 2.0 / 1e6;
            self.intervals.push(sum);
        }
        self.interval_micros *= 2;
    }

    /// The report so far, at this moment; its intervals go on until then. `planned` are the times from planned calls to their answers.
    pub fn report(&mut self, now_micros: u64, began: &str, seed: u64, planned: Option<LatencyHistogram>) -> FleetReport {
        // the moment itself is in no interval
        let last = now_micros.saturating_sub(1).max(self.began_micros);
        self.interval(last);
        let mut intervals = self.intervals.clone();
        let place = self.place(last);
        // what was recorded between the moment and the report is counted with the last interval
        for over in intervals.drain(place + 1..).collect::<Vec<_>>() {
            intervals[place].take_in(&over);
        }
        if let Some(last) = intervals.last_mut() {
            last.seconds = (now_micros.saturating_sub(self.began_micros) as f64 / 1e6 - last.from).clamp(0.0, last.seconds);
        }
        FleetReport {
            fleet_report: REPORT_FORM,
            began: began.to_owned(),
            seconds: now_micros.saturating_sub(self.began_micros) as f64 / 1e6,
            seeds: vec![seed],
            stations: self.stations.len() as u64,
            connected: self.most_connected as u64,
            reconnects: self.reconnects,
            refusals: self.refusals,
            transactions: self.transactions.report,
            all: self.all.clone(),
            from_planned_time: planned.map(LatencyReport),
            actions: self.actions.clone(),
            intervals,
        }
    }

    /// How many stations are connected now.
    pub fn connected(&self) -> usize {
        self.connected.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::ocpp::ErrorCode;

    /// How long the fleets of these tests run, in microseconds: longer than the intervals of a second reach.
    const RUN: u64 = 1_500_000_000;

    fn counting(stations: &[u32]) -> TrafficCount {
        let mut count = TrafficCount::new(0, 0);
        stations.iter().for_each(|station| count.add_station(StationKey(*station)));
        count
    }

    /// A record of a station: what happens, when, and how long it took.
    fn record((station, micros, what, latency): (u32, u64, usize, u64)) -> Record<'static> {
        let kinds = [
            RecordKind::Connected,
            RecordKind::Lost,
            RecordKind::Retry,
            RecordKind::Frame(Direction::Out, FrameKind::Call),
            RecordKind::Frame(Direction::In, FrameKind::Result),
            RecordKind::Frame(Direction::In, FrameKind::Error),
            RecordKind::Timeout,
        ];
        Record {
            station: Some(StationKey(station)),
            monotonic_micros: micros,
            kind: kinds[what],
            action: Some(["Heartbeat", "MeterValues"][(latency % 2) as usize]),
            code: Some(ErrorCode::InternalError),
            latency: Some(Duration::from_micros(latency)),
            ..Record::of_time(0, 0)
        }
    }

    fn report(count: &mut TrafficCount, micros: u64) -> FleetReport {
        // the most that were connected at a time were so at other times in each part
        FleetReport { connected: 0, ..count.report(micros, "", 7, None) }
    }

    proptest! {
        #[test]
        fn the_reports_of_parts_add_up_to_that_of_the_whole(
            mut events in prop::collection::vec((0_u32..6, 0..RUN, 0_usize..7, 1_u64..5_000_000), 0..300),
        ) {
            events.sort_by_key(|event| event.1);
            let mut whole = counting(&[0, 1, 2, 3, 4, 5]);
            let mut parts = [counting(&[0, 1]), counting(&[2]), counting(&[3, 4, 5])];
            for event in &events {
                whole.count(&record(*event));
                parts.iter_mut().for_each(|part| part.count(&record(*event)));
            }
            let parts: Vec<FleetReport> = parts.iter_mut().map(|part| report(part, RUN)).collect();
            prop_assert_eq!(FleetReport::merge(&parts).unwrap(), report(&mut whole, RUN));
        }

        #[test]
        fn intervals_of_other_lengths_lose_nothing(
            events in prop::collection::vec((0_u32..2, 0_u64..500_000_000, 4_usize..7, 1_u64..5_000_000), 1..100),
        ) {
            let mut parts = [counting(&[0]), counting(&[1])];
            events.iter().for_each(|event| parts.iter_mut().for_each(|part| part.count(&record(*event))));
            // one has intervals of a second, the other longer ones
            let [first, second] = &mut parts;
            let sum = FleetReport::merge(&[report(first, 500_000_000), report(second, RUN)]).unwrap();
            prop_assert!(sum.intervals.windows(2).all(|pair| pair[0].from + pair[0].seconds <= pair[1].from + 1e-6));
            let answers = events.iter().filter(|event| event.2 < 6).count() as u64;
            prop_assert_eq!(sum.intervals.iter().map(|interval| interval.answers).sum::<u64>(), answers);
            let last = sum.intervals.last().unwrap();
            prop_assert!((last.from + last.seconds - 1_500.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_intervals_go_on_to_the_end_of_the_run() {
        let mut count = counting(&[0]);
        count.count(&record((0, 500_000, 0, 1)));
        let report = count.report(2_500_000, "", 7, None);
        let intervals: Vec<_> =
            report.intervals.iter().map(|interval| (interval.from, interval.seconds, interval.connected)).collect();
        assert_eq!(intervals, [(0.0, 1.0, 1), (1.0, 1.0, 1), (2.0, 0.5, 1)]);
        // the moment of the report is not the end of counting
        count.count(&record((0, 2_700_000, 1, 1)));
        assert_eq!(count.report(4_000_000, "", 7, None).intervals.len(), 4);
    }
}
