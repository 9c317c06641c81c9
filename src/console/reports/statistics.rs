//! Both tables of the statistics below a sentence, as the command `stats` and the program `ocpp-tui stats` print them.

use jiff::Zoned;
use serde_json::json;

use super::actions::{calls_json, total};
use super::{ReportContext, ReportKind, ReportTable, TableFormat, report_text};
use crate::trace::Trace;
use crate::trace::filter::{FilterContext, TraceFilter};
use crate::trace::station_summary::StationSummaries;
use crate::trace::statistics::TrafficStatistics;

/// How many records are counted before the recorder may continue.
const CHUNK: u64 = 10_000;

/// Everything, then the actions and the stations that have called or were called.
pub fn statistics_text(from: &ReportContext<'_>, format: TableFormat) -> String {
    let (by_action, by_station) = (ReportKind::Actions.report(), ReportKind::Stations.report());
    let (actions, mut stations) = (by_action.rows(from), by_station.rows(from));
    stations.retain(|row| from.statistics.stations().get(*row as usize).is_some_and(|station| station.calls.calls > 0));
    if format == TableFormat::Json {
        let rows = |report: &dyn ReportTable, rows: &[u64]| rows.iter().map(|row| report.json(from, *row)).collect::<Vec<_>>();
        let json = json!({
            "seconds": from.statistics.seconds(),
            "all": calls_json(from.statistics.all(), from.statistics.seconds()),
            "actions": rows(by_action, &actions),
            "stations": rows(by_station, &stations),
        });
        // Values can always be written: their keys are texts.
        return serde_json::to_string_pretty(&json).unwrap_or_default();
    }
    let tables = [report_text(by_action, from, &actions, format), report_text(by_station, from, &stations, format)];
    match format {
        TableFormat::Columns => format!("{}\n\n{}", total(from), tables.join("\n\n")),
        _ => tables.join("\n"),
    }
}

/// Counts the records in memory that a filter lets through.
pub fn count_matching(trace: &Trace, summaries: &StationSummaries, filter: &TraceFilter) -> TrafficStatistics {
    let mut statistics = TrafficStatistics::default();
    let (now, range) = (Zoned::now(), trace.read().records().range());
    let mut from = range.start;
    while from < range.end {
        let contents = trace.read();
        let context = FilterContext::new(&contents, &now);
        for record in contents.records().iter(from..range.end.min(from + CHUNK)) {
            if filter.matches(&record, &context) {
                let role = record.station.and_then(|key| contents.stations().get(key)).map(|row| row.our_role);
                // Without some of its messages a station seems to be silent.
                let whole = filter.is_about_stations();
                let interval = record.station.filter(|_| whole).and_then(|key| summaries.of(key)?.boot.as_ref()?.interval);
                statistics.take(&record, role, interval);
            }
        }
        from += CHUNK;
    }
    statistics
}
