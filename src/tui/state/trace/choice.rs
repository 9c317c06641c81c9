//! What a person has selected of the trace, and which records a command means that names none.

use super::TraceView;
use crate::console::TraceChoice;

impl TraceView {
    /// Whether a person has hidden some records.
    pub fn narrowed(&self) -> bool {
        self.only.is_some() || !self.filter.is_empty()
    }

    /// The bookmarked records, and what is shown when there are none.
    pub fn choice(&self) -> TraceChoice {
        TraceChoice {
            bookmarks: self.bookmarks.iter().copied().collect(),
            filter: self.filter.parsed().clone(),
            only: self.only,
            until: self.paused_at,
        }
    }
}
