//! The table of the actions: how often each was called, how it ended, how long answers took.

use serde_json::{Value, json};

use super::{CellTone, ReportCell, ReportColumn, ReportContext, ReportRank, ReportTable, RowFrames};
use crate::ocpp::{ErrorCode, units};
use crate::trace::Sequence;
use crate::trace::filter::quote_value;
use crate::trace::statistics::{ActionStatistics, CallStatistics};

const COLUMNS: &[ReportColumn] = &[
    ReportColumn { heading: "action", width: 20, right: false, importance: 0 },
    ReportColumn { heading: "by", width: 2, right: false, importance: 4 },
    ReportColumn { heading: "calls", width: 6, right: true, importance: 1 },
    ReportColumn { heading: "/s", width: 5, right: true, importance: 6 },
    ReportColumn { heading: "errors", width: 6, right: true, importance: 2 },
    ReportColumn { heading: "open", width: 5, right: true, importance: 9 },
    ReportColumn { heading: "p50", width: 7, right: true, importance: 3 },
    ReportColumn { heading: "p90", width: 7, right: true, importance: 7 },
    ReportColumn { heading: "p99", width: 7, right: true, importance: 5 },
    ReportColumn { heading: "longest", width: 7, right: true, importance: 10 },
    ReportColumn { heading: "in", width: 8, right: true, importance: 11 },
    ReportColumn { heading: "out", width: 8, right: true, importance: 12 },
    ReportColumn { heading: "error codes", width: 12, right: false, importance: 8 },
];

/// The table.
pub(super) struct ActionsReport;

fn find<'a>(from: &ReportContext<'a>, row: u64) -> Option<&'a ActionStatistics> {
    from.statistics.actions().get(usize::try_from(row).ok()?)
}

impl ReportTable for ActionsReport {
    fn title(&self) -> &'static str {
        "Actions"
    }

    fn columns(&self) -> &'static [ReportColumn] {
        COLUMNS
    }

    /// The busiest first.
    fn rows(&self, from: &ReportContext<'_>) -> Vec<u64> {
        let actions = from.statistics.actions();
        let mut rows: Vec<u64> = (0..actions.len() as u64).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(actions[*row as usize].calls.calls)); // below their number
        rows
    }

    fn cell(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportCell {
        let Some(action) = find(from, row) else { return ReportCell::default() };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "action" => ReportCell::plain(action.action.to_string()),
            "by" => ReportCell::new(action.initiator.short(), CellTone::Muted),
            heading => calls_cell(&action.calls, heading, from.monotonic_micros),
        }
    }

    fn rank(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportRank {
        let Some(action) = find(from, row) else { return ReportRank::Nothing };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "action" | "by" => ReportRank::text(&self.cell(from, row, column).text),
            heading => calls_rank(&action.calls, heading, from.monotonic_micros),
        }
    }

    fn json(&self, from: &ReportContext<'_>, row: u64) -> Value {
        let Some(action) = find(from, row) else { return Value::Null };
        let mut row = calls_json(&action.calls, from.statistics.seconds());
        if let Value::Object(row) = &mut row {
            row.insert("action".to_owned(), json!(action.action));
            row.insert("initiator".to_owned(), json!(action.initiator.short()));
        }
        row
    }

    /// Counters are of many stations and times: no record stands for them.
    fn samples(&self, _: &ReportContext<'_>, _: u64) -> Vec<Sequence> {
        Vec::new()
    }

    fn frames(&self, from: &ReportContext<'_>, row: u64) -> Option<RowFrames> {
        let filter = format!("action:{}", quote_value(&find(from, row)?.action));
        Some(RowFrames { station: None, filter })
    }

    fn sentence(&self, from: &ReportContext<'_>, _: &[u64]) -> String {
        total(from)
    }

    fn empty(&self) -> &'static [&'static str] {
        &[
            "No message yet.",
            "Every action that is called has a row here: how often, how many errors, and how long the answers took.",
            "Latencies are counted in ranges; what is shown is right but for 3.2 %.",
        ]
    }
}

/// Everything in one sentence.
pub fn total(from: &ReportContext<'_>) -> String {
    let (statistics, all) = (from.statistics, from.statistics.all());
    let seconds = statistics.seconds();
    let latency = |part| all.latency.quantile(part).map_or_else(|| "–".to_owned(), units::micros);
    // The rate of a moment says nothing about the session.
    let (during, rate) = match seconds {
        ..1.0 => ("less than a second".to_owned(), String::new()),
        _ => (units::clock(seconds as u64), format!(", {:.1} a second", all.calls as f64 / seconds)),
    };
    format!(
        "{} calls in {during}{rate}; {} errors, {} without an answer, {} unreadable; answers p50 {} p90 {} p99 {}; {} in, {} out.",
        all.calls,
        all.errors,
        all.timeouts + all.undelivered,
        all.unreadable,
        latency(0.5),
        latency(0.9),
        latency(0.99),
        units::bytes(all.bytes_in),
        units::bytes(all.bytes_out),
    )
}

/// A cell about some calls, by its heading.
pub(super) fn calls_cell(calls: &CallStatistics, heading: &str, now_micros: u64) -> ReportCell {
    let counted = |count: u64, tone| match count {
        0 => ReportCell::new("·", CellTone::Muted),
        count => ReportCell::new(count.to_string(), tone),
    };
    let latency = |part| ReportCell::or_nothing(calls.latency.quantile(part).map(units::micros));
    match heading {
        "calls" => ReportCell::plain(calls.calls.to_string()),
        "/s" => {
            let rate = calls.rate.per_second(now_micros);
            if rate > 0.0 { ReportCell::plain(format!("{rate:.1}")) } else { ReportCell::new("·", CellTone::Muted) }
        }
        "errors" => counted(calls.failed(), CellTone::Bad),
        "open" => counted(open(calls), CellTone::Warning),
        "p50" => latency(0.5),
        "p90" => latency(0.9),
        "p99" => latency(0.99),
        "longest" => ReportCell::or_nothing(calls.latency.longest().map(units::micros)),
        "in" => ReportCell::plain(units::bytes(calls.bytes_in)),
        "out" => ReportCell::plain(units::bytes(calls.bytes_out)),
        "error codes" => {
            ReportCell::plain(codes(calls).map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", "))
        }
        _ => ReportCell::default(),
    }
}

/// The order of some calls by a heading.
pub(super) fn calls_rank(calls: &CallStatistics, heading: &str, now_micros: u64) -> ReportRank {
    let latency = |part| ReportRank::number(calls.latency.quantile(part).map(|micros| micros as f64));
    let counted = |count: u64| ReportRank::Number(count as f64);
    match heading {
        "calls" => counted(calls.calls),
        "/s" => ReportRank::Number(calls.rate.per_second(now_micros)),
        "errors" | "error codes" => counted(calls.failed()),
        "open" => counted(open(calls)),
        "p50" => latency(0.5),
        "p90" => latency(0.9),
        "p99" => latency(0.99),
        "longest" => ReportRank::number(calls.latency.longest().map(|micros| micros as f64)),
        "in" => counted(calls.bytes_in),
        "out" => counted(calls.bytes_out),
        _ => ReportRank::Nothing,
    }
}

/// Some calls as JSON. `seconds` is how long was counted.
pub fn calls_json(calls: &CallStatistics, seconds: f64) -> Value {
    let latency = |part: f64| calls.latency.quantile(part).map(|micros| micros as f64 / 1e6);
    let codes: serde_json::Map<String, Value> = codes(calls).map(|(code, count)| (code.to_owned(), count.into())).collect();
    let histogram: Vec<Value> =
        calls.latency.octaves().into_iter().map(|(from, count)| json!([from as f64 / 1e6, count])).collect();
    json!({
        "calls": calls.calls,
        "callsPerSecond": if seconds > 0.0 { Some(calls.calls as f64 / seconds) } else { None },
        "results": calls.results,
        "errors": calls.errors,
        "errorCodes": codes,
        "timeouts": calls.timeouts,
        "undelivered": calls.undelivered,
        "unreadable": calls.unreadable,
        "invalid": calls.invalid,
        "open": open(calls),
        "bytesIn": calls.bytes_in,
        "bytesOut": calls.bytes_out,
        "latency": {
            "count": calls.latency.total(),
            "p50": latency(0.5),
            "p90": latency(0.9),
            "p99": latency(0.99),
            "max": calls.latency.longest().map(|micros| micros as f64 / 1e6),
            "histogram": histogram,
        },
    })
}

/// Calls without an end so far; held and lost ones are among them.
fn open(calls: &CallStatistics) -> u64 {
    calls.calls.saturating_sub(calls.results + calls.errors + calls.timeouts + calls.undelivered)
}

fn codes(calls: &CallStatistics) -> impl Iterator<Item = (&'static str, u64)> {
    calls.codes.iter().map(|(code, count)| (code.map_or("(not in OCPP)", ErrorCode::name), *count))
}
