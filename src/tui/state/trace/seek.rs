//! Jumps in the trace: to the next error, the next line of a station or an action, the next line that is found, a time, a bookmark. A long
//! jump is made in pieces, so that no key waits for a million records.

use super::goal::{Goal, Seek, SeekProgress};
use super::view::{CHUNK, TraceView};
use crate::trace::filter::{self, FilterContext};
use crate::trace::{Contents, FrameVerdict, PageScan, Record, RecordKind, ScanCondition, ScanHit, Sequence};
use crate::tui::state::filter::PaneFilter;

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no time; write 14:30, 14:30:05, 5m (ago) or a date")]
pub struct TimeTextError(String);

impl TraceView {
    /// What is searched for.
    pub fn find(&self) -> &PaneFilter {
        &self.find
    }

    /// Searches for something else. Lines that are not found stay where they are.
    pub fn set_find(&mut self, find: PaneFilter) {
        self.find = find;
    }

    /// Begins a jump from the selected line.
    pub fn seek(&mut self, goal: Goal, forward: bool) {
        let from = self.selected().unwrap_or(self.start);
        if let Some(scan) = self.seek.take().and_then(|before| before.scan) {
            scan.cancel();
        }
        self.seek = Some(Seek { goal, forward, at: if forward { from + 1 } else { from }, from, scan: None });
    }

    /// Goes on with the jump.
    pub fn seek_on(&mut self, contents: &Contents, context: &FilterContext<'_>, height: usize) -> SeekProgress {
        let Some(mut seek) = self.seek.take() else { return SeekProgress::Idle };
        let records = contents.records();
        if let Some(scan) = seek.scan.take() {
            let (hits, at) = scan.take();
            if let Some(sequence) = hits.iter().find_map(|hit| self.row_of(*hit, &seek)) {
                scan.cancel();
                self.select(sequence, height);
                return SeekProgress::There;
            }
            if at.is_some() {
                seek.scan = Some(scan);
                self.seek = Some(seek);
                return SeekProgress::Waits;
            }
            // It ended with its range, or with what is found and not shown.
            let range = scan.range();
            seek.at = match hits.last() {
                Some(hit) if seek.forward => hit.sequence + 1,
                Some(hit) => hit.sequence,
                None if seek.forward => range.end,
                None => range.start,
            };
        }
        let here = records.range().start.max(self.start);
        let is_aside = if seek.forward { seek.at < here } else { seek.at <= here && seek.at > self.start };
        if is_aside {
            let range = if seek.forward { seek.at.max(self.start)..here } else { self.start..seek.at };
            let (goal, find) = (seek.goal.clone(), self.find.clone());
            let condition: ScanCondition =
                Box::new(move |record: &Record<'_>, context: &FilterContext<'_>| reaches(&goal, &find, record, context));
            let with_partners = matches!(seek.goal, Goal::Found) && self.find.parsed().asks_for_partners();
            let scan = PageScan::new(range, context.time(), condition).first(!seek.forward).with_partners(with_partners);
            seek.scan = Some(self.search_aside(scan));
            self.seek = Some(seek);
            return SeekProgress::Waits;
        }
        let (range, end) = if seek.forward {
            let end = self.visible_end();
            (seek.at..(seek.at + CHUNK).min(end), end)
        } else {
            (seek.at.saturating_sub(CHUNK).max(here).min(seek.at)..seek.at, self.start)
        };
        let row = |record: Record<'_>| {
            let reached = reaches(&seek.goal, &self.find, &record, context);
            if reached { self.row_of(ScanHit::of(&record), &seek) } else { None }
        };
        let found = if seek.forward {
            records.iter(range.clone()).find_map(row)
        } else {
            records.iter(range.clone()).rev().find_map(row)
        };
        if let Some(sequence) = found {
            self.select(sequence, height);
            return SeekProgress::There;
        }
        seek.at = if seek.forward { range.end.max(seek.at) } else { range.start };
        if (seek.forward && seek.at >= end) || (!seek.forward && seek.at <= end) {
            return SeekProgress::Nothing(seek.goal);
        }
        self.seek = Some(seek);
        SeekProgress::More
    }

    /// The row on which a record is seen: its own, or that of its call where an exchange is one line. Only a row on the way counts.
    fn row_of(&self, hit: ScanHit, seek: &Seek) -> Option<Sequence> {
        let ahead = |sequence: &Sequence| if seek.forward { *sequence > seek.from } else { *sequence < seek.from };
        [Some(hit.sequence), hit.partner]
            .into_iter()
            .flatten()
            .find(|sequence| ahead(sequence) && self.at(self.index_from(*sequence)) == Some(*sequence))
    }

    /// Selects the first shown line that is not older than this time: `14:30`, `5m` ago, a date.
    ///
    /// # Errors
    /// When the text is no time.
    pub fn go_to_time(
        &mut self,
        text: &str,
        contents: &Contents,
        context: &FilterContext<'_>,
        height: usize,
    ) -> Result<(), TimeTextError> {
        let text = text.trim().trim_start_matches('-');
        let since = filter::parse(&format!("since:{text}"));
        let since = since.map_err(|_| TimeTextError(text.to_owned()))?;
        let records = contents.records();
        // Of a record that was put aside the time of its page is known.
        let is_before = |sequence| match records.get(sequence) {
            Some(record) => !since.matches(&record, context),
            None => records
                .wall_micros_of(sequence)
                .is_some_and(|micros| !since.matches(&Record::of_time(sequence, micros), context)),
        };
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle).is_some_and(is_before) { low = middle + 1 } else { high = middle }
        }
        if let Some(sequence) = self.at(low.min(self.count().saturating_sub(1))) {
            self.select(sequence, height);
        }
        Ok(())
    }

    /// Puts a bookmark on the selected line, or takes it away. False when nothing is selected.
    pub fn toggle_bookmark(&mut self) -> bool {
        let Some(sequence) = self.selected() else { return false };
        if !self.bookmarks.remove(&sequence) {
            self.bookmarks.insert(sequence);
            self.last_bookmark = Some(sequence);
        }
        true
    }

    /// Whether a line has a bookmark.
    pub fn is_bookmarked(&self, sequence: Sequence) -> bool {
        self.bookmarks.contains(&sequence)
    }

    /// The last bookmark above a line.
    pub fn bookmark_above(&self, sequence: Sequence) -> Option<Sequence> {
        self.bookmarks.range(..sequence).next_back().copied()
    }

    /// Selects the next bookmark in a direction, around the end; false when none is shown.
    pub fn go_to_bookmark(&mut self, forward: bool, height: usize) -> bool {
        let selected = self.selected().unwrap_or(0);
        let shown = |sequence: &&Sequence| self.at(self.index_from(**sequence)) == Some(**sequence);
        let found = if forward {
            self.bookmarks.range(selected + 1..).chain(self.bookmarks.range(..=selected)).find(shown)
        } else {
            self.bookmarks.range(..selected).rev().chain(self.bookmarks.range(selected..).rev()).find(shown)
        };
        let Some(sequence) = found.copied() else { return false };
        self.select(sequence, height)
    }
}

/// Whether a record is what a jump goes to.
fn reaches(goal: &Goal, find: &PaneFilter, record: &Record<'_>, context: &FilterContext<'_>) -> bool {
    match goal {
        Goal::Found => !find.is_empty() && find.parsed().matches(record, context),
        Goal::Error => is_error(record),
        Goal::Station(key) => record.station == Some(*key),
        Goal::Action(action) => record.action == Some(action),
    }
}

/// Whether a line is an error.
fn is_error(record: &Record<'_>) -> bool {
    record.verdict == FrameVerdict::Invalid || matches!(record.kind, RecordKind::Frame(_, kind) if kind.is_error())
}
