//! The state of the trace pane: which records are shown, which one is selected, whether the newest is followed. Rows are found by arithmetic
//! or in an index of matching records; no row is made before it is drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::goal::Seek;
use super::look::TraceLook;
use super::sequence_index::SequenceIndex;
use crate::trace::filter::FilterContext;
use crate::trace::{Contents, Direction, FrameKind, PageScan, Record, RecordKind, ScanHit, Sequence, StationKey};
use crate::tui::state::filter::PaneFilter;
use crate::tui::widget::Viewport;

/// How many records a filter checks in one turn, so that a key never waits for a million of them.
pub(super) const CHUNK: u64 = 10_000;

/// How many lines above and below the selected one stay visible.
const CONTEXT: usize = 3;

/// What a line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TraceMode {
    /// A call with its answer, or an event that belongs to no exchange.
    #[default]
    Exchanges,
    /// An event.
    Events,
    /// An event of one station, as an arrow between it and us.
    Ladder,
}

/// A call that was sent from the editor; it is selected when it appears.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Awaited {
    targets: Vec<StationKey>,
    action: String,
    from: Sequence,
}

/// The state.
#[derive(Debug)]
pub struct TraceView {
    pub(super) filter: PaneFilter,
    /// What is hidden beside the filter, and stays hidden when that is cleared.
    pub(super) base: PaneFilter,
    pub(super) only: Option<StationKey>,
    view: TraceMode,
    /// The station that was shown alone before the ladder needed one.
    before_ladder: Option<StationKey>,
    /// Whether pings and pongs are shown.
    pub(super) pings: bool,
    /// The records that pass, of those that were checked. Unused while everything passes.
    pub(super) matching: SequenceIndex,
    /// The first record that the filter has not checked.
    pub(super) scanned: Sequence,
    /// The search through what was put aside, while it runs.
    pub(super) aside: Option<Arc<PageScan>>,
    /// Records in memory, and their partners on disk, without which the filter cannot check them.
    pub(super) waiting: Vec<(Sequence, Sequence)>,
    /// Searches that are to be started.
    pub(super) starting: Vec<Arc<PageScan>>,
    pub(super) start: Sequence,
    /// The first record that is not hidden by the clear mark.
    cleared: Sequence,
    /// How many records were evicted.
    evicted: u64,
    end: Sequence,
    pub(super) paused_at: Option<Sequence>,
    following: bool,
    /// Whether following ended because the user scrolled away from the end; it goes on when the end is on the screen again.
    scrolled_away: bool,
    /// The record that the user chose. The nearest one that is shown is selected.
    anchor: Sequence,
    viewport: Viewport,
    /// The first record that came after the user left the end.
    unseen: Sequence,
    awaited: Option<Awaited>,
    pub(super) find: PaneFilter,
    pub(super) seek: Option<Seek>,
    pub(super) bookmarks: BTreeSet<Sequence>,
    /// How the lines look.
    pub look: TraceLook,
    /// The bookmark that was put last; it may have been taken away since.
    pub(super) last_bookmark: Option<Sequence>,
}

impl Default for TraceView {
    fn default() -> TraceView {
        TraceView {
            filter: PaneFilter::default(),
            base: PaneFilter::default(),
            only: None,
            view: TraceMode::default(),
            before_ladder: None,
            pings: false,
            matching: SequenceIndex::default(),
            scanned: 0,
            aside: None,
            waiting: Vec::new(),
            starting: Vec::new(),
            start: 0,
            cleared: 0,
            evicted: 0,
            end: 0,
            paused_at: None,
            following: true,
            scrolled_away: false,
            anchor: 0,
            viewport: Viewport::with_margin(CONTEXT),
            unseen: 0,
            awaited: None,
            find: PaneFilter::default(),
            seek: None,
            bookmarks: BTreeSet::new(),
            look: TraceLook::default(),
            last_bookmark: None,
        }
    }
}

impl TraceView {
    /// The filter.
    pub fn filter(&self) -> &PaneFilter {
        &self.filter
    }

    /// The only station that is shown.
    pub fn only(&self) -> Option<StationKey> {
        self.only
    }

    /// Whether the newest record is always selected.
    pub fn following(&self) -> bool {
        self.following
    }

    /// Whether the display is held still.
    pub fn paused(&self) -> bool {
        self.paused_at.is_some()
    }

    /// How many records came since the display was held.
    pub fn held_back(&self) -> u64 {
        self.paused_at.map_or(0, |paused| self.end.saturating_sub(paused))
    }

    /// How many records were evicted.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The first record that is not hidden by the clear mark; 0 without one.
    pub fn cleared(&self) -> Sequence {
        self.cleared
    }

    /// How many records the clear mark hides.
    pub fn hidden_by_clear(&self) -> u64 {
        self.cleared.saturating_sub(self.evicted)
    }

    /// Hides all records before this one; returns how many it hides.
    pub fn clear(&mut self, before: Sequence) -> u64 {
        let hidden = before.saturating_sub(self.start);
        self.set_cleared(before);
        self.follow(true);
        hidden
    }

    /// Puts the clear mark elsewhere; 0 takes it away.
    pub fn set_cleared(&mut self, cleared: Sequence) {
        if cleared != self.cleared {
            self.keep_anchor();
            self.cleared = cleared;
            self.start = self.evicted.max(cleared);
            self.look_again();
        }
    }

    /// How many records there are, shown or not.
    pub fn total(&self) -> u64 {
        self.visible_end().saturating_sub(self.start)
    }

    /// Whether the rows are those of an index, rather than all records.
    fn is_indexed(&self) -> bool {
        self.narrowed() || !self.base.is_empty() || !self.pings || self.view != TraceMode::Events
    }

    /// What a line is.
    pub fn view(&self) -> TraceMode {
        self.view
    }

    /// Shows lines of another kind. The ladder is that of one station.
    pub fn set_view(&mut self, view: TraceMode, station: Option<StationKey>) {
        if view == self.view {
            return;
        }
        self.keep_anchor();
        if view == TraceMode::Ladder {
            self.before_ladder = self.only;
            self.only = self.only.or(station);
        } else if self.view == TraceMode::Ladder {
            self.only = self.before_ladder.take();
        }
        self.view = view;
        self.look_again();
    }

    /// Whether pings and pongs are shown.
    pub fn pings(&self) -> bool {
        self.pings
    }

    /// Shows pings and pongs, or hides them.
    pub fn toggle_pings(&mut self) {
        self.keep_anchor();
        self.pings = !self.pings;
        self.look_again();
    }

    /// How much of the trace the filter has checked, in percent.
    pub fn progress(&self) -> u64 {
        let total = self.end.saturating_sub(self.start);
        if self.is_indexed() && total > 0 { self.scanned.saturating_sub(self.start) * 100 / total } else { 100 }
    }

    pub(super) fn visible_end(&self) -> Sequence {
        self.paused_at.unwrap_or(self.end).max(self.start)
    }

    /// How many records are shown.
    pub fn count(&self) -> usize {
        if self.is_indexed() {
            let end = self.visible_end();
            self.matching.below(end)
        } else {
            self.total() as usize
        }
    }

    /// The record at an index among those shown.
    pub fn at(&self, index: usize) -> Option<Sequence> {
        if index >= self.count() {
            return None;
        }
        if self.is_indexed() { self.matching.get(index) } else { Some(self.start + index as u64) }
    }

    /// The index of the first shown record that is not before this one.
    pub(super) fn index_from(&self, sequence: Sequence) -> usize {
        if self.is_indexed() { self.matching.below(sequence) } else { sequence.saturating_sub(self.start) as usize }
    }

    /// The index of the selected record.
    pub fn position(&self) -> usize {
        self.index_from(self.anchor).min(self.count().saturating_sub(1))
    }

    /// The selected record.
    pub fn selected(&self) -> Option<Sequence> {
        self.at(self.position())
    }

    /// How many lines report missing records: one when records were evicted.
    pub(super) fn gap(&self) -> usize {
        usize::from(self.start > 0)
    }

    /// The first line on the screen; line 0 is the gap when there is one.
    pub fn top(&self, height: usize) -> usize {
        let (lines, gap) = (self.count() + self.gap(), self.gap());
        let selected = self.position() + gap;
        // The first record is never shown without the line about the evicted ones.
        if selected <= gap && !self.viewport.is_scrolled() { 0 } else { self.viewport.top(selected, lines, height) }
    }

    /// The record on a line; `None` for the gap and beyond the end.
    pub fn on_line(&self, line: usize) -> Option<Sequence> {
        self.at(line.checked_sub(self.gap())?)
    }

    /// How many shown records came since the user left the end.
    pub fn unseen(&self) -> usize {
        if self.following { 0 } else { self.count().saturating_sub(self.index_from(self.unseen)) }
    }

    /// Brings the view up to date. True when the filter has more records to look at.
    pub fn refresh(&mut self, contents: &Contents, context: &FilterContext<'_>, height: usize) -> bool {
        let range = contents.records().whole();
        if range.start != self.evicted {
            self.bookmarks = self.bookmarks.split_off(&range.start);
        }
        let old_start = self.start;
        (self.evicted, self.start, self.end) = (range.start, range.start.max(self.cleared), range.end);
        let gone = self.matching.below(self.start);
        self.matching.drop_first(gone);
        self.viewport.lost(if self.is_indexed() { gone } else { self.start.saturating_sub(old_start) as usize });
        if self.is_indexed() {
            self.scan(contents, context);
        }
        self.find_awaited(contents, height);
        if self.following {
            self.stay_at_end();
        }
        // The search through what was put aside wakes the screen itself.
        self.is_indexed() && self.scanned < self.end && self.aside.is_none()
    }

    fn scan(&mut self, contents: &Contents, context: &FilterContext<'_>) {
        if !self.scan_aside(contents.records().range().start, context) {
            return;
        }
        let records = contents.records();
        self.check_waiting(records, context);
        let from = self.scanned.max(self.start);
        let to = self.end.min(from + CHUNK);
        let with_partners = self.asks_for_partners();
        for record in records.iter(from..to) {
            if let Some(partner) = record.partner.filter(|partner| with_partners && records.is_aside(*partner)) {
                self.waiting.push((record.sequence, partner));
            } else if passes((self.only, self.pings), &self.base, &self.filter, &record, context) {
                self.add_line(ScanHit::of(&record));
            }
        }
        self.scanned = to;
    }

    /// Whether the base hides something.
    pub fn has_base(&self) -> bool {
        !self.base.is_empty()
    }

    /// Sets what is hidden beside the filter.
    pub fn set_base(&mut self, base: PaneFilter) {
        if base != self.base {
            self.keep_anchor();
            self.base = base;
            self.look_again();
        }
    }

    /// Sets the filter.
    pub fn set_filter(&mut self, filter: PaneFilter) {
        if filter != self.filter {
            self.keep_anchor();
            self.filter = filter;
            self.look_again();
        }
    }

    /// Shows one station, or all.
    pub fn show_only(&mut self, station: Option<StationKey>) {
        if station != self.only {
            self.keep_anchor();
            self.only = station;
            self.look_again();
        }
    }

    /// Keeps the selected record selected when the rows around it change.
    fn keep_anchor(&mut self) {
        self.anchor = self.selected().unwrap_or(self.anchor);
        if self.viewport.is_scrolled() {
            // The lines above are other ones now; the selection is what stays.
            self.viewport.place(0);
        }
    }

    fn look_again(&mut self) {
        self.stop_scan();
        self.waiting.clear();
        self.matching.clear();
        self.scanned = self.start;
    }

    /// Scrolls by some lines; the selection stays. Scrolling away from the end stops following, and scrolling back to it goes on.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let (selected, count) = (self.position() + self.gap(), self.count() + self.gap());
        let before = self.top(height);
        self.viewport.scroll(lines, selected, count, height);
        let top = self.top(height);
        if top < before && self.following {
            self.leave_end();
            self.scrolled_away = true;
        } else if top + height >= count && self.scrolled_away {
            (self.following, self.scrolled_away) = (true, false);
            self.stay_at_end();
        }
        self.see(height);
    }

    /// Takes note of what is on the screen.
    fn see(&mut self, height: usize) {
        let lines = self.count() + self.gap();
        if let Some(sequence) = self.on_line((self.top(height) + height).min(lines).saturating_sub(1)) {
            self.unseen = self.unseen.max(sequence + 1);
        }
    }

    /// Moves the selection by some lines. Any way up stops following.
    pub fn move_by(&mut self, lines: isize, height: usize) {
        let from = self.position();
        let last = self.count().saturating_sub(1);
        self.go_to(from.saturating_add_signed(lines).min(last), height);
    }

    /// Selects the record at an index.
    pub fn go_to(&mut self, index: usize, height: usize) {
        let Some(sequence) = self.at(index) else { return };
        let from = self.position();
        if index < from || !self.following {
            self.leave_end();
        }
        self.scrolled_away = false;
        let (gap, lines) = (self.gap(), self.count() + self.gap());
        self.viewport.moved(from + gap, index + gap, lines, height);
        self.anchor = sequence;
        self.see(height);
    }

    /// Selects a record if it is shown, in the middle of the screen when it was not on it; following ends. False when it is not shown.
    pub fn select(&mut self, sequence: Sequence, height: usize) -> bool {
        let index = self.index_from(sequence);
        let shown = self.at(index) == Some(sequence);
        if shown {
            self.leave_end();
            let (top, line) = (self.top(height), index + self.gap());
            self.go_to(index, height);
            if line < top || line >= top + height {
                self.viewport.place(height / 2);
            }
        }
        shown
    }

    fn leave_end(&mut self) {
        if self.following {
            self.following = false;
            self.unseen = self.visible_end();
        }
    }

    fn stay_at_end(&mut self) {
        self.anchor = self.at(self.count().saturating_sub(1)).unwrap_or(self.anchor);
        self.viewport.place(usize::MAX);
    }

    /// Follows the newest record, or stops.
    pub fn follow(&mut self, follow: bool) {
        if follow {
            self.following = true;
            self.paused_at = None;
            self.stay_at_end();
        } else {
            self.leave_end();
        }
    }

    /// Pauses or continues the display.
    pub fn toggle_pause(&mut self) {
        self.paused_at = if self.paused_at.is_some() { None } else { Some(self.end) };
    }

    /// Selects the next call of this action to one of these stations when it appears.
    pub fn await_call(&mut self, targets: Vec<StationKey>, action: String) {
        self.awaited = Some(Awaited { targets, action, from: self.end });
    }

    /// Selects no call that is still to come.
    pub fn stop_awaiting(&mut self) {
        self.awaited = None;
    }

    fn find_awaited(&mut self, contents: &Contents, height: usize) {
        let Some(awaited) = &mut self.awaited else { return };
        let found = contents.records().iter(awaited.from..self.end).find(|record| {
            record.kind == RecordKind::Frame(Direction::Out, FrameKind::Call)
                && record.action == Some(awaited.action.as_str())
                && record.station.is_some_and(|station| awaited.targets.contains(&station))
        });
        awaited.from = self.end;
        let Some(sequence) = found.map(|record| record.sequence) else { return };
        self.awaited = None;
        self.leave_end();
        self.anchor = sequence;
        // In the middle of the screen there is room below for the answer.
        self.viewport.place(height / 2);
    }
}

/// Whether a record is shown: of this station, or of any; with pings, or without.
pub(super) fn passes(
    (only, pings): (Option<StationKey>, bool),
    base: &PaneFilter,
    filter: &PaneFilter,
    record: &Record<'_>,
    context: &FilterContext<'_>,
) -> bool {
    (only.is_none() || record.station == only)
        && (pings || !matches!(record.kind, RecordKind::Ping(_) | RecordKind::Pong(_)))
        && (base.is_empty() || base.parsed().matches(record, context))
        && (filter.is_empty() || filter.parsed().matches(record, context))
}
