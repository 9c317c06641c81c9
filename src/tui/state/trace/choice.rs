//! The selection of the trace for a command that names no records.

use super::view::TraceView;
use crate::console::TraceChoice;
use crate::tui::state::BookmarkChoice;

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

    /// The bookmarks, as far as they say what to compare.
    pub fn bookmark_choice(&self) -> BookmarkChoice {
        let mut marked = self.bookmarks.iter().copied();
        let pair = match (marked.next(), marked.next(), marked.next()) {
            (Some(one), Some(other), None) => Some((one, other)),
            _ => None,
        };
        let put = self.last_bookmark.filter(|last| self.bookmarks.contains(last));
        BookmarkChoice { pair, last: put.or_else(|| self.bookmarks.last().copied()) }
    }
}
