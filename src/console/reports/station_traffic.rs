//! The table of the traffic of each station, and whether its heartbeats come on time.

use serde_json::{Value, json};

use super::actions::{calls_cell, calls_json, calls_rank, total};
use super::{CellTone, ReportCell, ReportColumn, ReportContext, ReportRank, ReportTable, RowFrames};
use crate::trace::statistics::StationTraffic;
use crate::trace::{Sequence, StationKey};

const COLUMNS: &[ReportColumn] = &[
    ReportColumn { heading: "station", width: 14, right: false, importance: 0 },
    ReportColumn { heading: "calls", width: 6, right: true, importance: 1 },
    ReportColumn { heading: "/s", width: 5, right: true, importance: 6 },
    ReportColumn { heading: "errors", width: 6, right: true, importance: 2 },
    ReportColumn { heading: "open", width: 5, right: true, importance: 9 },
    ReportColumn { heading: "p50", width: 7, right: true, importance: 5 },
    ReportColumn { heading: "p90", width: 7, right: true, importance: 8 },
    ReportColumn { heading: "p99", width: 7, right: true, importance: 7 },
    ReportColumn { heading: "longest", width: 7, right: true, importance: 10 },
    ReportColumn { heading: "in", width: 8, right: true, importance: 11 },
    ReportColumn { heading: "out", width: 8, right: true, importance: 12 },
    ReportColumn { heading: "on time", width: 7, right: true, importance: 4 },
    ReportColumn { heading: "late", width: 5, right: true, importance: 3 },
];

/// The table.
pub(super) struct StationTrafficReport;

fn find<'a>(from: &ReportContext<'a>, row: u64) -> Option<&'a StationTraffic> {
    from.statistics.stations().get(usize::try_from(row).ok()?)
}

impl ReportTable for StationTrafficReport {
    fn title(&self) -> &'static str {
        "Stations"
    }

    fn columns(&self) -> &'static [ReportColumn] {
        COLUMNS
    }

    /// In the order in which they came.
    fn rows(&self, from: &ReportContext<'_>) -> Vec<u64> {
        (0..from.statistics.stations().len() as u64).collect()
    }

    fn cell(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportCell {
        let Some(station) = find(from, row) else { return ReportCell::default() };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "station" => ReportCell::plain(from.identity(StationKey(row as u32))), // keys are that small
            "on time" if station.heartbeats_on_time + station.heartbeats_late == 0 => ReportCell::or_nothing(None),
            "on time" => ReportCell::new(station.heartbeats_on_time.to_string(), CellTone::Good),
            "late" if station.heartbeats_late == 0 => ReportCell::or_nothing(None),
            "late" => ReportCell::new(station.heartbeats_late.to_string(), CellTone::Warning),
            heading => calls_cell(&station.calls, heading, from.monotonic_micros),
        }
    }

    fn rank(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportRank {
        let Some(station) = find(from, row) else { return ReportRank::Nothing };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "station" => ReportRank::text(from.identity(StationKey(row as u32))), // keys are that small
            "on time" => ReportRank::Number(station.heartbeats_on_time as f64),
            "late" => ReportRank::Number(station.heartbeats_late as f64),
            heading => calls_rank(&station.calls, heading, from.monotonic_micros),
        }
    }

    fn json(&self, from: &ReportContext<'_>, row: u64) -> Value {
        let Some(station) = find(from, row) else { return Value::Null };
        let mut json = calls_json(&station.calls, from.statistics.seconds());
        let known = from.contents.stations().get(StationKey(row as u32)); // keys are that small
        if let Value::Object(json) = &mut json {
            json.insert("station".to_owned(), json!(known.map(|row| &row.identity)));
            json.insert("role".to_owned(), json!(known.map(|row| row.our_role.short())));
            json.insert("heartbeatsOnTime".to_owned(), station.heartbeats_on_time.into());
            json.insert("heartbeatsLate".to_owned(), station.heartbeats_late.into());
        }
        json
    }

    fn samples(&self, from: &ReportContext<'_>, row: u64) -> Vec<Sequence> {
        find(from, row).map(|station| station.last).into_iter().collect()
    }

    fn frames(&self, from: &ReportContext<'_>, row: u64) -> Option<RowFrames> {
        find(from, row).map(|_| RowFrames { station: Some(StationKey(row as u32)), filter: String::new() })
    }

    fn sentence(&self, from: &ReportContext<'_>, _: &[u64]) -> String {
        total(from)
    }

    fn empty(&self) -> &'static [&'static str] {
        &[
            "No station yet.",
            "Every station has a row here: its calls and ours, errors, latencies, bytes, and whether its heartbeats come within the \
             interval of its boot answer.",
        ]
    }
}
