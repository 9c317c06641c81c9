//! The table of everything that went wrong, in groups.

use serde_json::{Value, json};

use super::{CellTone, ReportCell, ReportColumn, ReportContext, ReportRank, ReportTable, RowFrames, json_time};
use crate::ocpp::ErrorCode;
use crate::trace::Sequence;
use crate::trace::faults::FaultGroup;

const COLUMNS: &[ReportColumn] = &[
    ReportColumn { heading: "station", width: 12, right: false, importance: 1 },
    ReportColumn { heading: "kind", width: 13, right: false, importance: 0 },
    ReportColumn { heading: "action", width: 18, right: false, importance: 4 },
    ReportColumn { heading: "where", width: 18, right: false, importance: 6 },
    ReportColumn { heading: "times", width: 5, right: true, importance: 2 },
    ReportColumn { heading: "first", width: 8, right: false, importance: 7 },
    ReportColumn { heading: "last", width: 8, right: false, importance: 5 },
    ReportColumn { heading: "example", width: 16, right: false, importance: 3 },
];

/// The table.
pub(super) struct FaultsReport;

fn find<'a>(from: &ReportContext<'a>, row: u64) -> Option<&'a FaultGroup> {
    from.summaries.faults().groups().get(usize::try_from(row).ok()?)
}

fn station<'a>(from: &'a ReportContext<'_>, group: &FaultGroup) -> &'a str {
    group.station.map_or("(session)", |station| from.identity(station))
}

/// The place, the code of an error, or the cause of a refusal.
fn place(group: &FaultGroup) -> &str {
    group.code.map(|code| code.name()).or(group.cause.as_deref()).unwrap_or(&group.place)
}

impl ReportTable for FaultsReport {
    fn title(&self) -> &'static str {
        "Faults"
    }

    fn columns(&self) -> &'static [ReportColumn] {
        COLUMNS
    }

    /// What is tolerated comes behind the rest, and of both the newest first.
    fn rows(&self, from: &ReportContext<'_>) -> Vec<u64> {
        let groups = from.summaries.faults().groups();
        let mut rows: Vec<u64> = (0..groups.len() as u64).collect();
        rows.sort_by_key(|row| {
            let group = &groups[*row as usize]; // below their number
            (group.kind.is_tolerated(), std::cmp::Reverse(group.last))
        });
        rows
    }

    fn cell(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportCell {
        let Some(group) = find(from, row) else { return ReportCell::default() };
        let tone = if group.kind.is_tolerated() { CellTone::Warning } else { CellTone::Bad };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "station" => ReportCell::plain(station(from, group)),
            "kind" => ReportCell::new(group.kind.word(), tone),
            "action" => ReportCell::or_nothing(group.action.as_ref().map(ToString::to_string)),
            "where" => ReportCell::or_nothing(Some(place(group).to_owned()).filter(|place| !place.is_empty())),
            "times" => ReportCell::plain(group.count.to_string()),
            "first" => ReportCell::plain(from.time(group.first_micros)),
            "last" => ReportCell::plain(from.time(group.last_micros)),
            "example" => ReportCell::plain(group.example.to_string()),
            _ => ReportCell::default(),
        }
    }

    fn rank(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportRank {
        let Some(group) = find(from, row) else { return ReportRank::Nothing };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "times" => ReportRank::Number(group.count as f64),
            "first" => ReportRank::Number(group.first_micros as f64),
            "last" => ReportRank::Number(group.last_micros as f64),
            "action" => ReportRank::text(group.action.as_deref().unwrap_or_default()),
            "where" => ReportRank::text(place(group)),
            _ => ReportRank::text(&self.cell(from, row, column).text),
        }
    }

    fn json(&self, from: &ReportContext<'_>, row: u64) -> Value {
        let Some(group) = find(from, row) else { return Value::Null };
        json!({
            "station": group.station.map(|station| from.identity(station)),
            "kind": group.kind.word(),
            "tolerated": group.kind.is_tolerated(),
            "action": group.action,
            "code": group.code.map(ErrorCode::name),
            "cause": group.cause,
            "place": Some(&group.place).filter(|place| !place.is_empty()),
            "count": group.count,
            "first": json_time(group.first_micros),
            "last": json_time(group.last_micros),
            "example": group.example,
        })
    }

    fn samples(&self, from: &ReportContext<'_>, row: u64) -> Vec<Sequence> {
        find(from, row).map(|group| group.last).into_iter().collect()
    }

    fn frames(&self, from: &ReportContext<'_>, row: u64) -> Option<RowFrames> {
        find(from, row).map(|group| RowFrames { station: group.station, filter: group.filter() })
    }

    fn sentence(&self, from: &ReportContext<'_>, rows: &[u64]) -> String {
        let groups: Vec<&FaultGroup> = rows.iter().filter_map(|row| find(from, *row)).collect();
        let times = |tolerated| -> u64 {
            groups.iter().filter(|group| group.kind.is_tolerated() == tolerated).map(|group| group.count).sum()
        };
        let mut stations: Vec<_> = groups.iter().filter_map(|group| group.station).collect();
        stations.sort_unstable();
        stations.dedup();
        let more = match from.summaries.faults().ungrouped() {
            0 => String::new(),
            more => format!(" {more} more came when there were too many kinds of them."),
        };
        format!(
            "{} faults and {} tolerated deviations in {} groups at {} stations.{more}",
            times(false),
            times(true),
            groups.len(),
            stations.len()
        )
    }

    fn empty(&self) -> &'static [&'static str] {
        &[
            "No fault so far.",
            "Messages that break the definitions, errors, calls without an answer, refused links and failures come here, in groups with \
             counts.",
        ]
    }
}
