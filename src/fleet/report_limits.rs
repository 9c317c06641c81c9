//! Limits for a report, as a text: `p99>1s or errors>0.1%`. A run in CI fails by them, and a load that grows ends by them.

use std::fmt;
use std::str::FromStr;

use super::fleet_report::{FleetReport, written_time};

/// The limits; one that is passed is enough.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportLimits(Vec<ReportLimit>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct ReportLimit {
    figure: ReportFigure,
    above: bool,
    limit: f64,
    in_percent: bool,
}

/// A figure of a report.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ReportFigure {
    Quantile(f64),
    Errors,
    Timeouts,
    Failures,
    Rate,
    Connected,
    Reconnects,
    Refusals,
}

const FIGURES: &[(&str, ReportFigure)] = &[
    ("p50", ReportFigure::Quantile(0.5)),
    ("p90", ReportFigure::Quantile(0.9)),
    ("p99", ReportFigure::Quantile(0.99)),
    ("p999", ReportFigure::Quantile(0.999)),
    ("max", ReportFigure::Quantile(1.0)),
    ("errors", ReportFigure::Errors),
    ("timeouts", ReportFigure::Timeouts),
    ("failures", ReportFigure::Failures),
    ("rate", ReportFigure::Rate),
    ("connected", ReportFigure::Connected),
    ("reconnects", ReportFigure::Reconnects),
    ("refusals", ReportFigure::Refusals),
];

/// Why a text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part:?} is no limit; write a figure ({}), < or >, and a number with its unit, for example: p99>1s or errors>0.1%",
    names()
)]
pub struct ReportLimitsError {
    part: String,
}

fn names() -> String {
    FIGURES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// What was passed, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSentence(pub String);

impl FromStr for ReportLimits {
    type Err = ReportLimitsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = |part: &str| read_limit(part.trim()).ok_or_else(|| ReportLimitsError { part: part.trim().to_owned() });
        text.split(" or ").map(read).collect::<Result<_, _>>().map(ReportLimits)
    }
}

fn read_limit(text: &str) -> Option<ReportLimit> {
    let place = text.find(['<', '>'])?;
    let (name, rest) = (text[..place].trim(), text[place + 1..].trim());
    let (_, figure) = FIGURES.iter().find(|(known, _)| *known == name)?;
    let unit_at = rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
    let (number, unit) = (rest[..unit_at].parse::<f64>().ok()?, rest[unit_at..].trim());
    let is_count = matches!(figure, ReportFigure::Errors | ReportFigure::Timeouts | ReportFigure::Failures);
    let (factor, in_percent) = match (figure, unit) {
        (ReportFigure::Quantile(_), "s") => (1.0, false),
        (ReportFigure::Quantile(_), "ms") => (1e-3, false),
        (ReportFigure::Quantile(_), "us" | "µs") => (1e-6, false),
        (ReportFigure::Quantile(_), _) => return None,
        (_, "%") if is_count => (1.0, true),
        (ReportFigure::Rate, "/s") | (_, "") => (1.0, false),
        _ => return None,
    };
    Some(ReportLimit { figure: *figure, above: text[place..].starts_with('>'), limit: number * factor, in_percent })
}

impl ReportLimits {
    /// The first limit that a report has passed.
    pub fn passed(&self, report: &FleetReport) -> Option<LimitSentence> {
        self.0.iter().find_map(|limit| limit.passed(report))
    }
}

impl ReportLimit {
    fn passed(self, report: &FleetReport) -> Option<LimitSentence> {
        let all = &report.all;
        let part = |count: u64| if self.in_percent { count as f64 / all.calls.max(1) as f64 * 100.0 } else { count as f64 };
        let found = match self.figure {
            ReportFigure::Quantile(part) => {
                // Where calls have a planned time, waiting counts.
                report.from_planned_time.as_ref().unwrap_or(&all.latency).quantile(part)?
            }
            ReportFigure::Errors => part(all.errors),
            ReportFigure::Timeouts => part(all.timeouts),
            ReportFigure::Failures => part(all.failures()),
            ReportFigure::Rate => report.answers_per_second(),
            ReportFigure::Connected => report.connected as f64,
            ReportFigure::Reconnects => report.reconnects as f64,
            ReportFigure::Refusals => report.refusals as f64,
        };
        let is_passed = if self.above { found > self.limit } else { found < self.limit };
        is_passed.then(|| {
            LimitSentence(format!("{} is {}, the limit is {}", self.name(), self.written(found), self.written(self.limit)))
        })
    }

    fn name(self) -> &'static str {
        FIGURES.iter().find(|(_, figure)| *figure == self.figure).map_or("", |(name, _)| name)
    }

    fn written(self, number: f64) -> String {
        match self.figure {
            ReportFigure::Quantile(_) => written_time(number),
            _ if self.in_percent => format!("{number:.2} %"),
            ReportFigure::Rate => format!("{number:.1} a second"),
            _ => format!("{number}"),
        }
    }
}

impl fmt::Display for LimitSentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::ActionReport;
    use crate::fleet::fleet_report::LatencyReport;
    use crate::trace::statistics::LatencyHistogram;

    fn report() -> FleetReport {
        let mut latency = LatencyHistogram::default();
        (1..=100).for_each(|millis| latency.count(millis * 1000));
        let all = ActionReport {
            calls: 1000,
            results: 900,
            errors: 2,
            timeouts: 3,
            latency: LatencyReport(latency),
            ..ActionReport::default()
        };
        FleetReport { seconds: 10.0, connected: 7, all, ..FleetReport::default() }
    }

    #[test]
    fn a_limit_is_passed_or_kept() {
        for (text, passed) in [
            ("p99>1s", None),
            ("p99>50ms", Some("p99 is")),
            ("p50<1ms", None),
            ("errors>0.1%", Some("errors is 0.20 %, the limit is 0.10 %")),
            ("errors>0.3% or timeouts>2", Some("timeouts is 3, the limit is 2")),
            ("errors>1% or timeouts > 5", None),
            ("rate<100/s", Some("rate is 90.2 a second")),
            ("connected<8", Some("connected is 7")),
        ] {
            let found = text.parse::<ReportLimits>().unwrap_or_else(|error| panic!("{error}")).passed(&report());
            match (passed, &found) {
                (None, None) => {}
                (Some(part), Some(sentence)) => assert!(sentence.0.contains(part), "{text}: {sentence}"),
                _ => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_limit_is_named() {
        for text in ["", "p99", "p98>1s", "p99>1", "errors>1s", "p99>xs", "p99>1s or", "errors=1"] {
            let error = text.parse::<ReportLimits>().unwrap_err().to_string();
            assert!(error.contains("is no limit"), "{text}: {error}");
        }
    }
}
