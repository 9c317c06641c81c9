//! A fleet at a glance, as it runs: its rate over the last minute, how its latencies are spread, and which actions are the slowest. It is made once
//! a second, not for each frame of a screen.

use super::fleet_report::FleetReport;

/// How many seconds, or longer intervals, the rate goes back.
const BACK: usize = 60;
/// How many actions are listed.
const SLOWEST: usize = 5;
/// Where the ranges of latencies end, in microseconds.
const RANGES: [(u64, &str); 8] = [
    (1_000, "1 ms"),
    (3_000, "3 ms"),
    (10_000, "10 ms"),
    (30_000, "30 ms"),
    (100_000, "100 ms"),
    (300_000, "300 ms"),
    (1_000_000, "1 s"),
    (u64::MAX, "more"),
];

/// A fleet at a glance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FleetGlance {
    /// Answers a second, by intervals, the last one at the end.
    pub rates: Vec<f64>,
    /// All calls.
    pub calls: u64,
    /// Those without a result.
    pub failures: u64,
    /// The median and the 99th percentile of the latencies, in seconds.
    pub quantiles: Option<(f64, f64)>,
    /// How many latencies were at most so long, and longer than the range before.
    pub ranges: Vec<(&'static str, u64)>,
    /// The actions with the longest latencies: their names, calls and 99th percentiles in seconds.
    pub slowest: Vec<(String, u64, f64)>,
}

impl FleetGlance {
    /// The glance at a report.
    pub fn of(report: &FleetReport) -> FleetGlance {
        // the last interval is not over
        let over = report.intervals.len().saturating_sub(1);
        let rates = report.intervals[over.saturating_sub(BACK)..over].iter();
        let latency = &report.all.latency;
        let mut before = 0;
        let ranges = RANGES.map(|(end, name)| {
            let count = latency.0.up_to(end);
            (name, count - std::mem::replace(&mut before, count))
        });
        let times = report.actions.iter().filter_map(|(action, calls)| Some((action, calls, calls.latency.quantile(0.99)?)));
        let mut slowest: Vec<_> = times.map(|(action, calls, time)| (action.clone(), calls.calls, time)).collect();
        slowest.sort_by(|one, other| other.2.total_cmp(&one.2));
        slowest.truncate(SLOWEST);
        FleetGlance {
            rates: rates.map(|interval| interval.answers as f64 / interval.seconds.max(0.001)).collect(),
            calls: report.all.calls,
            failures: report.all.failures(),
            quantiles: latency.quantile(0.5).zip(latency.quantile(0.99)),
            ranges: ranges.to_vec(),
            slowest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::fleet_report::LatencyReport;
    use crate::fleet::{ActionReport, IntervalReport};
    use crate::trace::statistics::LatencyHistogram;

    fn action(latencies: &[u64]) -> ActionReport {
        let mut latency = LatencyHistogram::default();
        latencies.iter().for_each(|micros| latency.count(*micros));
        ActionReport { calls: latencies.len() as u64, latency: LatencyReport(latency), ..ActionReport::default() }
    }

    #[test]
    fn a_glance_has_the_last_minute_the_ranges_and_the_slowest_actions() {
        let mut all = action(&[200, 2_000, 2_500, 50_000, 5_000_000]);
        all.timeouts = 2;
        let intervals = (0..100_u32).map(|number| IntervalReport {
            from: f64::from(number),
            seconds: 1.0,
            answers: u64::from(number),
            ..IntervalReport::default()
        });
        let actions = [("Heartbeat", &[100_u64, 200][..]), ("MeterValues", &[90_000]), ("Authorize", &[700])];
        let report = FleetReport {
            intervals: intervals.collect(),
            actions: actions.map(|(name, latencies)| (name.to_owned(), action(latencies))).into(),
            all,
            ..FleetReport::default()
        };
        let glance = FleetGlance::of(&report);
        assert_eq!((glance.rates.len(), glance.rates[0], glance.rates[59]), (60, 39.0, 98.0));
        let counts: Vec<u64> = glance.ranges.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [1, 2, 0, 0, 1, 0, 0, 1]);
        assert_eq!((glance.calls, glance.failures), (5, 2));
        let slowest: Vec<&str> = glance.slowest.iter().map(|(name, ..)| &**name).collect();
        assert_eq!(slowest, ["MeterValues", "Authorize", "Heartbeat"]);
        assert_eq!(FleetGlance::of(&FleetReport::default()).quantiles, None);
    }
}
