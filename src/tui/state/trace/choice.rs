//! The selection of the trace for a command that names no records.

use super::view::TraceView;
use crate::console::TraceChoice;

impl TraceView {
    /// Whether the user has hidden some records.
    pub fn narrowed(&self) -> bool {
        self.only.is_some() || !self.filter.is_empty()
    }

    /// The bookmarked records, and the shown ones for when there is no bookmark.
    pub fn choice(&self) -> TraceChoice {
        TraceChoice {
            bookmarks: self.bookmarks.iter().copied().collect(),
            filter: self.filter.parsed().clone(),
            only: self.only,
            until: self.paused_at,
        }
    }
}
