//! The tables that sum up a session: what each has for columns and rows, how a row reads as text and as JSON, and which messages stand behind
//! it. The full screen and the commands both show them from here. What is counted is in `trace`; there is a file for each table.

mod actions;
mod faults;
mod kind;
mod station_traffic;
mod statistics;
mod text;
mod transactions;

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use serde_json::Value;

pub use kind::ReportKind;
pub use statistics::{count_matching, statistics_text};
pub use text::{TableFormat, report_text};

use crate::trace::filter::{FilterContext, TraceFilter};
use crate::trace::station_summary::StationSummaries;
use crate::trace::statistics::TrafficStatistics;
use crate::trace::{Contents, Sequence, StationKey};

/// What a table is made of.
#[derive(Debug, Clone, Copy)]
pub struct ReportContext<'a> {
    /// What was summed up.
    pub summaries: &'a StationSummaries,
    /// The counters: those of everything, or those of what a filter has let through.
    pub statistics: &'a TrafficStatistics,
    /// The records and stations.
    pub contents: &'a Contents,
    /// The time zone of times.
    pub zone: &'a TimeZone,
    /// The wall clock, in microseconds.
    pub wall_micros: i64,
    /// The monotonic clock, in microseconds.
    pub monotonic_micros: u64,
}

/// A column.
#[derive(Debug)]
pub struct ReportColumn {
    /// The heading.
    pub heading: &'static str,
    /// The width on a screen, without the blank before it.
    pub width: usize,
    /// Whether its cells are aligned to the right.
    pub right: bool,
    /// Its place among the columns that want room, the most important one first.
    pub importance: u8,
}

/// What a cell says beyond its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellTone {
    /// Nothing.
    #[default]
    Plain,
    /// It matters less.
    Muted,
    /// It goes on, or it is as it should be.
    Good,
    /// It deserves a look.
    Warning,
    /// It is a fault.
    Bad,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportCell {
    /// Its text. Hostile: pass it through [`sanitize`](crate::sanitize) before it reaches a terminal.
    pub text: String,
    /// How it is meant.
    pub tone: CellTone,
}

/// The order of a row by one column: numbers from the largest, texts from A, and nothing at the end.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportRank {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing.
    Nothing,
}

/// The messages behind a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFrames {
    /// The only station that they belong to, if there is one.
    pub station: Option<StationKey>,
    /// The filter that finds them.
    pub filter: String,
}

/// One table. A row is named by a number that stays the same while the session lasts.
pub trait ReportTable: Sync {
    /// The title.
    fn title(&self) -> &'static str;
    /// The columns, from left to right.
    fn columns(&self) -> &'static [ReportColumn];
    /// The rows, in the order of the first column that a user expects.
    fn rows(&self, from: &ReportContext<'_>) -> Vec<u64>;
    /// A cell.
    fn cell(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportCell;
    /// The order of a row by a column.
    fn rank(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportRank;
    /// A row as JSON, with names that stay the same from version to version.
    fn json(&self, from: &ReportContext<'_>, row: u64) -> Value;
    /// The few records that stand for a row when a filter is asked about it.
    fn samples(&self, from: &ReportContext<'_>, row: u64) -> Vec<Sequence>;
    /// The messages behind a row.
    fn frames(&self, from: &ReportContext<'_>, row: u64) -> Option<RowFrames>;
    /// Some rows in one sentence.
    fn sentence(&self, from: &ReportContext<'_>, rows: &[u64]) -> String;
    /// What an empty table says, a sentence each: what will be here, and how to make it come.
    fn empty(&self) -> &'static [&'static str];
}

/// The filter of a table: rows with this text in a cell pass, and rows with a record that passes.
pub fn passes(
    report: &dyn ReportTable,
    from: &ReportContext<'_>,
    row: u64,
    text: &str,
    filter: &TraceFilter,
    context: &FilterContext<'_>,
) -> bool {
    if filter.is_everything() {
        return true;
    }
    let text = text.trim().to_lowercase();
    let mut columns = 0..report.columns().len();
    columns.any(|column| report.cell(from, row, column).text.to_lowercase().contains(&text))
        || report
            .samples(from, row)
            .into_iter()
            .any(|sequence| from.contents.records().get(sequence).is_some_and(|record| filter.matches(&record, context)))
}

impl ReportRank {
    /// Compares two ranks of one column.
    pub fn order(&self, other: &ReportRank) -> Ordering {
        let kind = |rank: &ReportRank| matches!(rank, ReportRank::Nothing);
        match (self, other) {
            (ReportRank::Number(a), ReportRank::Number(b)) => b.total_cmp(a),
            (ReportRank::Text(a), ReportRank::Text(b)) => a.cmp(b),
            _ => kind(self).cmp(&kind(other)),
        }
    }

    fn number(number: Option<f64>) -> ReportRank {
        number.map_or(ReportRank::Nothing, ReportRank::Number)
    }

    fn text(text: &str) -> ReportRank {
        if text.is_empty() { ReportRank::Nothing } else { ReportRank::Text(text.to_lowercase()) }
    }
}

impl ReportCell {
    fn new(text: impl Into<String>, tone: CellTone) -> ReportCell {
        ReportCell { text: text.into(), tone }
    }

    fn plain(text: impl Into<String>) -> ReportCell {
        ReportCell::new(text, CellTone::Plain)
    }

    /// A cell that has a text or a sign that there is none.
    fn or_nothing(text: Option<String>) -> ReportCell {
        text.map_or_else(|| ReportCell::new("·", CellTone::Muted), ReportCell::plain)
    }
}

impl ReportContext<'_> {
    /// The identity of a station.
    fn identity(&self, station: StationKey) -> &str {
        self.contents.stations().get(station).map_or("?", |row| &row.identity)
    }

    /// The time of day.
    fn time(&self, wall_micros: i64) -> String {
        let at = jiff::Timestamp::from_microsecond(wall_micros).unwrap_or_default();
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }
}

/// A moment in JSON, UTC.
fn json_time(wall_micros: i64) -> Value {
    jiff::Timestamp::from_microsecond(wall_micros).map_or(Value::Null, |at| at.to_string().into())
}

#[cfg(test)]
mod tests;
