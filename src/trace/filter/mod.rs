//! The filter language, one for view, search, hold, marks and targets: `cp:CP0* kind:error,timeout latency>1s $.connectorId=1`. Text is
//! cut by `lexer`, read by `parser` with the table in `key`, and evaluated by `expression` and `condition`. Everything here is pure;
//! what a filter is used for is decided elsewhere. The reference for users is `docs/filter.md`.

mod call_condition;
mod choice;
mod complete;
mod condition;
mod error;
mod expression;
mod field_condition;
mod key;
mod lexer;
mod needle;
mod parser;
mod pattern;
mod payload;
mod quantity;
mod syntax;
#[cfg(test)]
mod tests;
mod time_bound;
mod transaction;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub use call_condition::CallCondition;
pub use complete::{FilterCandidate, FilterCompletion, KnownNames, complete, half_typed_key, quote_value};
pub use error::FilterError;
pub use field_condition::{member_step, value_condition};
pub use key::{FilterKey, KEYS};

use self::expression::FilterExpression;
use self::lexer::NameSource;
use super::store::Chunk;
use super::{Contents, Record, Sequence, StationRow, StationTable, Store};

/// A filter, ready to be asked. It prints as a text that parses to the same filter.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceFilter {
    expression: FilterExpression,
}

/// What a filter needs to know besides the record.
#[derive(Debug, Clone, Copy)]
pub struct FilterContext<'a> {
    /// The stations, for conditions about the station of a record.
    pub stations: &'a StationTable,
    /// A station that has no row yet and is checked too.
    pub newcomer: Option<&'a StationRow>,
    /// Where the partners of records are, for `answered:`. Without it, a call that timed out counts as answered.
    pub records: Option<&'a Store>,
    /// Pages of what was put aside on which partners may be.
    pub(in crate::trace) pages: &'a [Arc<Chunk>],
    /// The wall clock, microseconds since 1970-01-01T00:00:00Z.
    pub now_micros: i64,
    /// The offset of the user's clock from UTC, in microseconds, for times of the clock.
    pub offset_micros: i64,
}

impl<'a> FilterContext<'a> {
    /// The context of a record in the trace, at the current time of the user's clock.
    pub fn new(contents: &'a Contents, now: &jiff::Zoned) -> FilterContext<'a> {
        FilterContext {
            stations: contents.stations(),
            newcomer: None,
            records: Some(contents.records()),
            pages: &[],
            now_micros: now.timestamp().as_microsecond(),
            offset_micros: i64::from(now.offset().seconds()) * 1_000_000,
        }
    }

    /// The same with a station that has no row yet.
    #[must_use]
    pub fn with_newcomer(self, newcomer: Option<&'a StationRow>) -> FilterContext<'a> {
        FilterContext { newcomer, ..self }
    }

    /// The time of the user's clock.
    pub fn time(&self) -> jiff::Zoned {
        let seconds = i32::try_from(self.offset_micros / 1_000_000).unwrap_or_default();
        let zone = jiff::tz::Offset::from_seconds(seconds).map_or(jiff::tz::TimeZone::UTC, jiff::tz::TimeZone::fixed);
        jiff::Timestamp::from_microsecond(self.now_micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone)
    }

    /// The record that is the partner of another.
    pub(super) fn partner(&self, partner: Sequence) -> Option<Record<'a>> {
        let records = self.records?;
        records.in_chunks(self.pages, partner).or_else(|| records.get(partner))
    }

    /// The row of a record's station.
    pub(super) fn row(&self, record: &Record<'_>) -> Option<&'a StationRow> {
        let key = record.station?;
        self.stations.get(key).or_else(|| self.newcomer.filter(|row| row.key == key))
    }
}

/// Reads a filter. An empty text is the filter that everything passes.
///
/// # Errors
/// When the text is no filter; the error contains the place, the reason and what to write instead.
pub fn parse(text: &str) -> Result<TraceFilter, FilterError> {
    parser::parse(text, NameSource::Keys).map(|expression| TraceFilter { expression })
}

impl TraceFilter {
    /// The filter that everything passes.
    pub fn everything() -> TraceFilter {
        TraceFilter { expression: FilterExpression::all(Vec::new()) }
    }

    /// Whether it was written without any condition.
    pub fn is_everything(&self) -> bool {
        matches!(&self.expression, FilterExpression::All(group) if group.is_empty())
    }

    /// Whether a record passes. Nothing is allocated, but for numbers in the payload that are compared with wildcards.
    pub fn matches(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        self.expression.matches(record, context)
    }

    /// Whether it asks for the other halves of exchanges, which may not be in memory.
    pub fn asks_for_partners(&self) -> bool {
        self.expression.asks_for_partners()
    }

    /// Whether a station passes. Conditions about records leave it open and then it passes: `cp:A kind:error` is station A.
    pub fn matches_station(&self, row: &StationRow) -> bool {
        self.expression.matches_station(row) != Some(false)
    }

    /// Whether all conditions are about stations. Other conditions select nothing among stations, so a caller that
    /// sends to the stations of a filter should refuse one that has them.
    pub fn is_about_stations(&self) -> bool {
        self.expression.is_about_stations()
    }
}

impl Default for TraceFilter {
    fn default() -> TraceFilter {
        TraceFilter::everything()
    }
}

impl fmt::Display for TraceFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expression)
    }
}

impl FromStr for TraceFilter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<TraceFilter, FilterError> {
        parse(text)
    }
}
