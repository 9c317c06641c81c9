//! The report about a fleet: a document of JSON that programs read, and that adds up: reports of several processes make one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::transaction_count::TransactionReport;
use crate::trace::statistics::LatencyHistogram;

/// The version of the form.
pub const REPORT_FORM: u32 = 1;

/// A report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FleetReport {
    /// The version of the form.
    pub fleet_report: u32,
    /// When the fleet started; of several the first.
    pub began: String,
    /// How long it ran, in seconds; of several the longest.
    pub seconds: f64,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// The stations.
    pub stations: u64,
    /// The most stations that were connected at a time.
    pub connected: u64,
    /// Connections after the first one of a station.
    pub reconnects: u64,
    /// Attempts to connect that failed.
    pub refusals: u64,
    /// The transactions that the central system has confirmed.
    #[serde(default)]
    pub transactions: TransactionReport,
    /// All calls.
    #[serde(flatten)]
    pub all: ActionReport,
    /// Of calls with a planned time: from that time to the answer, whether the call had to wait or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_planned_time: Option<LatencyReport>,
    /// By action.
    pub actions: BTreeMap<String, ActionReport>,
    /// Over time.
    pub intervals: Vec<IntervalReport>,
}

/// The calls of an action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionReport {
    /// Calls.
    pub calls: u64,
    /// Results.
    pub results: u64,
    /// Errors.
    pub errors: u64,
    /// Calls without an answer in time, or whose link was lost.
    pub timeouts: u64,
    /// The errors by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, u64>,
    /// From the call to its answer.
    pub latency: LatencyReport,
}

/// Latencies: the counts by range, and for readers some quantiles in seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LatencyReport(pub LatencyHistogram);

/// What happened in a part of the time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntervalReport {
    /// From this second on.
    pub from: f64,
    /// So long.
    pub seconds: f64,
    /// Stations that were connected at its end.
    pub connected: u64,
    /// Answered calls.
    pub answers: u64,
    /// Errors and calls without an answer.
    pub failures: u64,
    /// From the calls to their answers.
    pub latency: LatencyReport,
}

/// Why reports cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportMergeError {
    /// The form is newer.
    #[error("The report has the form {found}; this program reads form {REPORT_FORM}.")]
    Form {
        /// The form of the report.
        found: u32,
    },
    /// There is none.
    #[error("There is no report to add.")]
    Nothing,
}

#[derive(Serialize, Deserialize)]
struct WrittenLatency {
    #[serde(default)]
    p50: Option<f64>,
    #[serde(default)]
    p90: Option<f64>,
    #[serde(default)]
    p99: Option<f64>,
    #[serde(default)]
    p999: Option<f64>,
    #[serde(default)]
    max: Option<f64>,
    #[serde(rename = "longestMicros", default)]
    longest_micros: u64,
    #[serde(rename = "sumMicros", default)]
    sum_micros: u64,
    #[serde(default)]
    ranges: Vec<(usize, u32)>,
}

impl Serialize for LatencyReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let quantile = |part| self.0.quantile(part).map(seconds);
        WrittenLatency {
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: self.0.longest().map(seconds),
            longest_micros: self.0.longest().unwrap_or(0),
            sum_micros: self.0.sum(),
            ranges: self.0.ranges().collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LatencyReport {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = WrittenLatency::deserialize(deserializer)?;
        LatencyHistogram::of_ranges(written.ranges, written.longest_micros, written.sum_micros)
            .map(LatencyReport)
            .ok_or_else(|| serde::de::Error::custom("a range of the latency does not exist"))
    }
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

impl LatencyReport {
    /// A quantile in seconds.
    pub fn quantile(&self, part: f64) -> Option<f64> {
        self.0.quantile(part).map(seconds)
    }

    fn add(&mut self, other: &LatencyReport) {
        self.0.add(&other.0);
    }
}

impl IntervalReport {
    /// Takes the next interval into this one.
    pub(super) fn take_in(&mut self, next: &IntervalReport) {
        self.seconds += next.seconds;
        self.connected = next.connected;
        self.count(next);
    }

    /// Adds what happened in another one of the same time.
    fn count(&mut self, other: &IntervalReport) {
        self.answers += other.answers;
        self.failures += other.failures;
        self.latency.add(&other.latency);
    }
}

/// The length of intervals: that of all but the last one, which may be shorter.
fn length(intervals: &[IntervalReport]) -> f64 {
    intervals.iter().map(|interval| interval.seconds).fold(0.0, f64::max)
}

/// Makes intervals of at least this length.
fn lengthened(intervals: &[IntervalReport], length: f64) -> Vec<IntervalReport> {
    let mut all: Vec<IntervalReport> = Vec::new();
    for interval in intervals {
        // the beginnings are multiples of a length, as far as these numbers are exact
        let place = (interval.from / length + 1e-6).floor();
        match all.last_mut() {
            Some(last) if last.from >= place * length => last.take_in(interval),
            _ => all.push(IntervalReport { from: place * length, ..interval.clone() }),
        }
    }
    all
}

impl ActionReport {
    /// Calls that did not end with a result.
    pub fn failures(&self) -> u64 {
        self.errors + self.timeouts
    }

    /// Adds the calls of another report.
    pub fn add(&mut self, other: &ActionReport) {
        self.calls += other.calls;
        self.results += other.results;
        self.errors += other.errors;
        self.timeouts += other.timeouts;
        for (code, count) in &other.codes {
            *self.codes.entry(code.clone()).or_default() += count;
        }
        self.latency.add(&other.latency);
    }
}

impl FleetReport {
    /// Answered calls a second.
    pub fn answers_per_second(&self) -> f64 {
        if self.seconds > 0.0 { (self.all.results + self.all.errors) as f64 / self.seconds } else { 0.0 }
    }

    /// One report of several that ran at the same time.
    ///
    /// # Errors
    /// When there is none, or one has another form.
    pub fn merge(reports: &[FleetReport]) -> Result<FleetReport, ReportMergeError> {
        let (first, others) = reports.split_first().ok_or(ReportMergeError::Nothing)?;
        if let Some(other) = reports.iter().find(|report| report.fleet_report != REPORT_FORM) {
            return Err(ReportMergeError::Form { found: other.fleet_report });
        }
        let mut sum = first.clone();
        for other in others {
            sum.add(other);
        }
        Ok(sum)
    }

    fn add(&mut self, other: &FleetReport) {
        if other.began < self.began {
            self.began.clone_from(&other.began);
        }
        self.seconds = self.seconds.max(other.seconds);
        self.seeds.extend(other.seeds.iter().filter(|seed| !self.seeds.contains(seed)).copied().collect::<Vec<_>>());
        self.stations += other.stations;
        self.connected += other.connected;
        self.reconnects += other.reconnects;
        self.refusals += other.refusals;
        self.transactions.add(&other.transactions);
        self.all.add(&other.all);
        match (&mut self.from_planned_time, &other.from_planned_time) {
            (Some(own), Some(other)) => own.add(other),
            (own @ None, Some(other)) => *own = Some(other.clone()),
            (_, None) => {}
        }
        for (action, report) in &other.actions {
            self.actions.entry(action.clone()).or_default().add(report);
        }
        self.add_intervals(&other.intervals);
    }

    /// Adds intervals: those of one time become one, as long as the longer ones; what only one side has stays.
    fn add_intervals(&mut self, others: &[IntervalReport]) {
        let longest = length(&self.intervals).max(length(others));
        if longest <= 0.0 {
            return;
        }
        self.intervals = lengthened(&self.intervals, longest);
        for (place, interval) in lengthened(others, longest).into_iter().enumerate() {
            match self.intervals.get_mut(place) {
                Some(own) => {
                    own.seconds = own.seconds.max(interval.seconds);
                    own.connected += interval.connected;
                    own.count(&interval);
                }
                None => self.intervals.push(interval),
            }
        }
    }

    /// The report in a few lines.
    pub fn summary(&self) -> Vec<String> {
        let time = |part| self.all.latency.quantile(part).map_or_else(|| "-".to_owned(), written_time);
        let mut lines = vec![
            format!(
                "{} stations, {} connected at most, {} reconnects, {} failed attempts, {:.0} s",
                self.stations, self.connected, self.reconnects, self.refusals, self.seconds
            ),
            format!(
                "{} calls, {:.1} answers a second, {} errors, {} without an answer",
                self.all.calls,
                self.answers_per_second(),
                self.all.errors,
                self.all.timeouts
            ),
            format!(
                "{} transactions began, {} ended with {:.1} kWh",
                self.transactions.started,
                self.transactions.ended,
                self.transactions.energy_wh / 1000.0
            ),
            format!(
                "latency: median {}, p90 {}, p99 {}, p99.9 {}, longest {}",
                time(0.5),
                time(0.9),
                time(0.99),
                time(0.999),
                time(1.0)
            ),
        ];
        if let Some(planned) = &self.from_planned_time {
            let time = |part| planned.quantile(part).map_or_else(|| "-".to_owned(), written_time);
            lines.push(format!("from the planned time: median {}, p99 {}, longest {}", time(0.5), time(0.99), time(1.0)));
        }
        for (action, report) in &self.actions {
            let time = |part| report.latency.quantile(part).map_or_else(|| "-".to_owned(), written_time);
            lines.push(format!(
                "  {action:28} {:>9} calls {:>7} failed   median {:>8}  p99 {:>8}",
                report.calls,
                report.failures(),
                time(0.5),
                time(0.99)
            ));
        }
        lines.extend(self.all.codes.iter().map(|(code, count)| format!("  {count} × {code}")));
        lines
    }
}

/// A time for a person.
pub(super) fn written_time(seconds: f64) -> String {
    if seconds < 0.001 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(seed: u64, latencies: &[u64]) -> FleetReport {
        let mut latency = LatencyHistogram::default();
        latencies.iter().for_each(|micros| latency.count(*micros));
        let all = ActionReport {
            calls: latencies.len() as u64,
            results: latencies.len() as u64 - 1,
            errors: 1,
            codes: [("GenericError".to_owned(), 1)].into(),
            latency: LatencyReport(latency),
            ..ActionReport::default()
        };
        let interval =
            IntervalReport { seconds: 1.0, answers: all.calls, latency: all.latency.clone(), ..IntervalReport::default() };
        FleetReport {
            fleet_report: REPORT_FORM,
            began: format!("2026-01-0{seed}T00:00:00Z"),
            seconds: 10.0,
            seeds: vec![seed],
            stations: 3,
            connected: 2,
            actions: [("Heartbeat".to_owned(), all.clone())].into(),
            intervals: vec![interval],
            all,
            ..FleetReport::default()
        }
    }

    #[test]
    fn a_report_is_written_and_read_again() {
        let report = report(1, &[900, 1_100, 30_000]);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<FleetReport>(&text).unwrap(), report);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&json["calls"], &json["latency"]["max"]), (&3.into(), &0.03.into()));
    }

    #[test]
    fn reports_of_parts_are_the_report_of_the_whole() {
        let parts = [report(2, &[900, 1_100]), report(1, &[30_000, 70])];
        let sum = FleetReport::merge(&parts).unwrap();
        assert_eq!(
            (sum.stations, sum.connected, sum.seeds.as_slice(), sum.began.as_str()),
            (6, 4, &[2, 1][..], "2026-01-01T00:00:00Z")
        );
        let whole = report(1, &[900, 1_100, 30_000, 70]);
        assert_eq!(sum.all.latency, whole.all.latency);
        assert_eq!((sum.all.calls, sum.all.errors, sum.all.codes["GenericError"]), (4, 2, 2));
        assert_eq!((sum.intervals.len(), sum.intervals[0].answers), (1, 4));
        assert_eq!(sum.actions["Heartbeat"].latency, whole.all.latency);
    }

    #[test]
    fn other_forms_are_refused() {
        let other = FleetReport { fleet_report: 9, ..report(1, &[1]) };
        assert_eq!(FleetReport::merge(&[report(1, &[1]), other]), Err(ReportMergeError::Form { found: 9 }));
        assert_eq!(FleetReport::merge(&[]), Err(ReportMergeError::Nothing));
    }
}
