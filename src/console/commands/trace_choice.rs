//! Which records of the trace are meant when a command names none.

use crate::scenario_writer::{MOST_RECORDS, can_be_written};
use crate::trace::filter::{FilterContext, TraceFilter};
use crate::trace::{Record, Sequence, StationKey, Trace};

/// The records of the trace that the user means: the bookmarked ones, and when there are none those that are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TraceChoice {
    /// The bookmarked records, oldest first.
    pub bookmarks: Vec<Sequence>,
    /// The filter of the trace.
    pub filter: TraceFilter,
    /// The only station that is shown.
    pub only: Option<StationKey>,
    /// Where the display is held: records from here on are not shown.
    pub until: Option<Sequence>,
}

impl TraceChoice {
    fn takes(&self, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
        (self.only.is_none() || record.station == self.only)
            && self.until.is_none_or(|until| record.sequence < until)
            && self.filter.matches(record, context)
    }

    /// The records that a scenario can contain, and no more than it takes.
    pub fn sequences(&self, trace: &Trace) -> Vec<Sequence> {
        self.chosen(trace, can_be_written, MOST_RECORDS)
    }

    /// All that are meant.
    pub fn records(&self, trace: &Trace) -> Vec<Sequence> {
        self.chosen(trace, |_| true, usize::MAX)
    }

    /// It reads what was put aside, so no lock may be held.
    fn chosen(&self, trace: &Trace, can_be_written: impl Fn(&Record<'_>) -> bool, most: usize) -> Vec<Sequence> {
        if !self.bookmarks.is_empty() {
            return self.bookmarks.clone();
        }
        let range = trace.read().records().whole();
        trace.search(range, self.filter.asks_for_partners(), most.saturating_add(1), |record, context| {
            can_be_written(record) && self.takes(record, context)
        })
    }
}
