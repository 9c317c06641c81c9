//! The state of the message pane: the selected record in one of several views. A view is made once per record, as lines, and only of the
//! first 512 KiB; each view is in the file of its name. The lines become rows of the screen in `rows`, where they are wrapped, and the
//! scroll position is one of rows.

mod checks;
mod diff;
mod exchange;
mod fields;
mod lens;
mod line;
mod pretty;
mod raw;
mod rows;
mod search;
mod shape;
mod soap;
mod spelling;
mod timing;
mod tree;
mod verdict;

use std::collections::VecDeque;

use jiff::tz::TimeZone;

pub use diff::{BookmarkChoice, DiffBase};
pub use line::{LineTone, TextLine};
pub use rows::RowPiece;
pub(super) use rows::wrapped;
pub use tree::TreeValue;

use self::rows::ScreenRow;
use self::search::TextSearch;
use self::tree::Tree;
use self::verdict::JudgedRecord;
use crate::ocpp::lens::LensForm;
use crate::text_width::width_of;
use crate::trace::{Record, RecordKind, Sequence};
use crate::tui::context::ReadContext;
use crate::tui::widget::format;

/// How much of a frame is laid out, in bytes. The whole is copied with `y`.
const SHOWN: usize = 512 * 1024;
/// For how many records the scroll position is remembered.
const PLACES: usize = 50;

/// A view of the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MessageTab {
    /// Both halves of its exchange, their payloads as fields.
    #[default]
    Exchange,
    /// Laid out over lines, with what is wrong above it.
    Pretty,
    /// As it was on the wire.
    Raw,
    /// Its values, foldable, with their types.
    Tree,
    /// What is wrong, by which rule.
    Checks,
    /// When, and how long.
    Timing,
    /// Beside another one.
    Difference,
    /// As a peer of another version or transport would see it.
    Lens,
}

impl MessageTab {
    /// All views, in their order.
    pub const ALL: [MessageTab; 8] = [
        MessageTab::Exchange,
        MessageTab::Pretty,
        MessageTab::Raw,
        MessageTab::Tree,
        MessageTab::Checks,
        MessageTab::Timing,
        MessageTab::Difference,
        MessageTab::Lens,
    ];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            MessageTab::Exchange => "exchange",
            MessageTab::Pretty => "pretty",
            MessageTab::Raw => "raw",
            MessageTab::Tree => "tree",
            MessageTab::Checks => "checks",
            MessageTab::Timing => "timing",
            MessageTab::Difference => "diff",
            MessageTab::Lens => "lens",
        }
    }
}

/// What the content was made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Shown {
    sequence: Option<Sequence>,
    tab: MessageTab,
    /// An answer that arrives changes the view of its call.
    partner: Option<Sequence>,
    /// Whether it is in memory: what was put aside comes a little later.
    here: bool,
    /// What it is compared with, in the difference view.
    compared: Option<(DiffBase, BookmarkChoice)>,
    /// In the lens, the form that was chosen.
    form: Option<LensForm>,
    /// Up to where the records before it are on disk, in the views that look for an earlier message.
    gap: Option<Sequence>,
}

/// What the rows were made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct RowShape {
    /// The columns of a row; `None` when lines are not wrapped.
    width: Option<usize>,
}

#[derive(Debug)]
enum Content {
    Lines(Vec<TextLine>),
    Tree(Tree),
}

impl Default for Content {
    fn default() -> Content {
        Content::Lines(Vec::new())
    }
}

impl Content {
    fn count(&self) -> usize {
        match self {
            Content::Lines(lines) => lines.len(),
            Content::Tree(tree) => tree.count(),
        }
    }

    fn line(&self, index: usize) -> Option<std::borrow::Cow<'_, TextLine>> {
        match self {
            Content::Lines(lines) => lines.get(index).map(std::borrow::Cow::Borrowed),
            Content::Tree(tree) => tree.line(index).map(std::borrow::Cow::Owned),
        }
    }
}

/// The scroll position of a record that was looked at.
#[derive(Debug)]
struct ScrollPlace {
    sequence: Sequence,
    tab: MessageTab,
    /// The line at the top and the byte of its text with which the row begins.
    top: (usize, usize),
    cursor: usize,
}

/// The state.
#[derive(Debug, Default)]
pub struct MessageView {
    tab: MessageTab,
    shown: Shown,
    content: Content,
    /// The verdict on the record in a word.
    verdict: Option<(&'static str, LineTone)>,
    /// Whether lines end at the edge instead of going on below.
    unwrapped: bool,
    shape: RowShape,
    rows: Vec<ScreenRow>,
    /// The first row on the screen.
    top: usize,
    left: usize,
    /// The selected line, in views that have one.
    cursor: usize,
    /// The place that the tree shows as soon as it is made.
    wanted: Option<String>,
    places: VecDeque<ScrollPlace>,
    search: Option<TextSearch>,
    base: DiffBase,
    form: Option<LensForm>,
    /// The record on disk that the view waits for.
    awaited: Option<Sequence>,
}

/// One row of the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Blank columns at its beginning.
    pub indent: usize,
    /// What stands behind them.
    pub pieces: Vec<RowPiece>,
    /// Whether its line is the selected one of the view.
    pub selected: bool,
    /// Whether it has the sign of the selected line or record.
    pub sign: bool,
}

impl MessageView {
    /// Shows a record in rows of at most this width. The scroll position is kept while it stays the same record, and restored when the
    /// record is selected again.
    pub fn refresh(
        &mut self,
        selected: Option<Sequence>,
        width: usize,
        bookmarks: BookmarkChoice,
        outside: &ReadContext<'_>,
        zone: &TimeZone,
    ) {
        let record = selected.and_then(|sequence| outside.contents.records().get(sequence));
        let partner = record.as_ref().and_then(|record| record.partner);
        let compared = (self.tab == MessageTab::Difference).then_some((self.base, bookmarks));
        let form = self.form.filter(|_| self.tab == MessageTab::Lens);
        let looks_back = matches!(self.tab, MessageTab::Difference | MessageTab::Timing);
        let gap = selected.filter(|_| looks_back).map(diff::searched);
        let gap = gap.and_then(|range| outside.contents.records().gap_end(&range));
        let shown = Shown { sequence: selected, tab: self.tab, partner, here: record.is_some(), compared, form, gap };
        let shape = RowShape { width: (!self.unwrapped).then_some(width.saturating_sub(1)) };
        if shown == self.shown && shape == self.shape {
            return;
        }
        let same = (shown.sequence, shown.tab) == (self.shown.sequence, self.shown.tab);
        let mut anchor = self.anchor();
        if !same {
            self.remember();
            let place = self.places.iter().find(|place| (Some(place.sequence), place.tab) == (shown.sequence, shown.tab));
            (anchor, self.cursor) = place.map_or(((0, 0), 0), |place| (place.top, place.cursor));
            self.left = 0;
        }
        let keeps_content = shown == self.shown || (same && matches!(self.content, Content::Tree(_)));
        self.shown = shown;
        if !keeps_content {
            self.make(record.as_ref(), bookmarks, outside, zone);
        }
        self.shape = shape;
        self.lay_out();
        self.top = self.row_of(anchor);
    }

    /// The record on disk that the view waits for.
    pub fn awaited(&self) -> Option<Sequence> {
        self.awaited
    }

    /// Makes the lines of the view.
    fn make(&mut self, record: Option<&Record<'_>>, bookmarks: BookmarkChoice, outside: &ReadContext<'_>, zone: &TimeZone) {
        self.awaited = None;
        let Some(record) = record else {
            (self.content, self.verdict) = (Content::default(), None);
            return;
        };
        if matches!(self.tab, MessageTab::Difference | MessageTab::Timing) {
            let base = if self.tab == MessageTab::Difference { self.base } else { DiffBase::Previous };
            self.awaited = diff::awaited(record, base, bookmarks, outside.contents.records());
        }
        let judged = JudgedRecord::of(record, outside);
        self.verdict = Some(judged.words(record)).filter(|(words, _)| !words.is_empty());
        self.content = match self.tab {
            MessageTab::Exchange => Content::Lines(exchange::lines(record, &judged, outside, zone, SHOWN)),
            MessageTab::Pretty => Content::Lines(with_hidden(record, pretty::lines(record, &judged, outside, SHOWN))),
            MessageTab::Raw => Content::Lines(with_hidden(record, raw::lines(record, SHOWN))),
            MessageTab::Tree => tree(record, &judged),
            MessageTab::Checks => Content::Lines(checks::lines(record, &judged, outside)),
            MessageTab::Timing => Content::Lines(timing::lines(record, outside, zone)),
            MessageTab::Difference => Content::Lines(diff::lines(record, self.base, bookmarks, outside, zone)),
            MessageTab::Lens => Content::Lines(lens::lines(record, self.form, outside, SHOWN)),
        };
    }

    /// Breaks the lines into rows, and finds again what is searched for.
    fn lay_out(&mut self) {
        self.rows.clear();
        for index in 0..self.content.count() {
            if let Some(line) = self.content.line(index) {
                rows::push_rows(index, &line, self.shape.width, &mut self.rows);
            }
        }
        if let Some(search) = &mut self.search {
            let content = &self.content;
            search.find((0..content.count()).filter_map(|index| content.line(index).map(std::borrow::Cow::into_owned)));
        }
    }

    /// What is at the top of the screen: a line, and the byte with which the row begins.
    fn anchor(&self) -> (usize, usize) {
        self.rows.get(self.top).map_or((0, 0), |row| (row.line, row.part.start))
    }

    /// The row that shows a byte of a line.
    fn row_of(&self, (line, byte): (usize, usize)) -> usize {
        let behind = self.rows.partition_point(|row| (row.line, row.part.start) <= (line, byte));
        behind.saturating_sub(1)
    }

    /// Remembers the scroll position for when the record is selected again.
    fn remember(&mut self) {
        let Some(sequence) = self.shown.sequence else { return };
        let (tab, top, cursor) = (self.shown.tab, self.anchor(), self.cursor);
        self.places.retain(|place| (place.sequence, place.tab) != (sequence, tab));
        if top != (0, 0) || cursor > 0 {
            self.places.push_back(ScrollPlace { sequence, tab, top, cursor });
            if self.places.len() > PLACES {
                self.places.pop_front();
            }
        }
    }

    /// Forgets where records were scrolled to: the next one is shown from its beginning.
    pub fn begin_at_top(&mut self) {
        self.places.clear();
    }

    /// The current view.
    pub fn tab(&self) -> MessageTab {
        self.tab
    }

    /// Chooses a view.
    pub fn choose(&mut self, tab: MessageTab) {
        let place = |tab| MessageTab::ALL.iter().position(|known| *known == tab).unwrap_or(0) as isize; // a few views
        self.turn(place(tab) - place(self.tab));
    }

    /// Chooses the next view, or the one before.
    pub fn turn(&mut self, by: isize) {
        let count = MessageTab::ALL.len() as isize;
        let index = MessageTab::ALL.iter().position(|tab| *tab == self.tab).unwrap_or(0) as isize;
        self.tab = MessageTab::ALL[(index + by).rem_euclid(count) as usize];
    }

    /// Shows the difference to what is bookmarked. With `turns` a difference that is shown already becomes that to the previous message of
    /// the kind, and back.
    pub fn compare(&mut self, turns: bool) {
        let again = turns && self.tab == MessageTab::Difference && self.base == DiffBase::Bookmarks;
        self.base = if again { DiffBase::Previous } else { DiffBase::Bookmarks };
        self.tab = MessageTab::Difference;
    }

    /// Looks through the lens, at a form or at the one beside that of the message.
    pub fn look_as(&mut self, form: Option<LensForm>) {
        (self.tab, self.form) = (MessageTab::Lens, form.or(self.form));
    }

    /// Whether long lines go on below.
    pub fn wraps(&self) -> bool {
        !self.unwrapped
    }

    /// Lets long lines go on below, or end at the edge.
    pub fn toggle_wrap(&mut self) {
        self.unwrapped = !self.unwrapped;
        self.left = 0;
    }

    /// The verdict on the record in a word, with its mark.
    pub fn verdict(&self) -> Option<(&'static str, LineTone)> {
        self.verdict
    }

    /// The selected line, in views that have one.
    pub fn cursor(&self) -> Option<usize> {
        let has_cursor = match &self.content {
            Content::Tree(_) => true,
            Content::Lines(lines) => self.tab == MessageTab::Checks && lines.iter().any(|line| line.place.is_some()),
        };
        has_cursor.then(|| self.cursor.min(self.content.count().saturating_sub(1)))
    }

    /// Enter: folds or unfolds; from another view it goes to the tree, from a finding to its place there. True when the view was changed.
    pub fn open(&mut self) -> bool {
        let cursor = self.cursor;
        match &mut self.content {
            Content::Tree(tree) => {
                tree.toggle(cursor);
                let anchor = self.anchor();
                self.lay_out();
                self.top = self.row_of(anchor);
                false
            }
            Content::Lines(lines) => {
                let is_check = self.tab == MessageTab::Checks;
                self.wanted = lines.get(cursor).filter(|_| is_check).and_then(|line| line.place.clone());
                let changes = self.tab != MessageTab::Tree;
                self.tab = MessageTab::Tree;
                changes
            }
        }
    }

    /// Goes to the requested place in the tree, once the tree is made.
    pub fn arrive(&mut self, height: usize) {
        let Content::Tree(tree) = &mut self.content else { return };
        if let Some(place) = self.wanted.take() {
            self.cursor = tree.reveal(&place);
            self.lay_out();
            self.top = self.row_of((self.cursor, 0)).saturating_sub(height / 2);
        }
    }

    /// The value at the cursor of the tree.
    pub fn value(&self) -> Option<TreeValue<'_>> {
        match &self.content {
            Content::Tree(tree) => tree.value(self.cursor()?),
            Content::Lines(_) => None,
        }
    }

    /// The record.
    pub fn sequence(&self) -> Option<Sequence> {
        self.shown.sequence
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// One row.
    pub fn row(&self, index: usize) -> Option<MessageRow> {
        let row = self.rows.get(index)?;
        let line = self.content.line(row.line)?;
        let found = self.search.as_ref().map(|search| search.on_line(row.line)).unwrap_or_default();
        let selected = self.cursor() == Some(row.line);
        let sign = (selected || line.selected) && row.part.start == 0;
        Some(MessageRow { indent: row.indent, pieces: rows::pieces_of(&line, &row.part, &found), selected, sign })
    }

    /// The first row on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.top.min(self.count().saturating_sub(height))
    }

    /// The first column on the screen.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Moves by some lines: the cursor where there is one, else the view by rows.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let last = self.content.count().saturating_sub(1);
        match self.cursor() {
            None => self.top = self.top(height).saturating_add_signed(lines).min(self.count().saturating_sub(height)),
            Some(cursor) => {
                self.cursor = cursor.saturating_add_signed(lines).min(last);
                self.show_rows(self.row_of((self.cursor, 0)), self.row_of((self.cursor, usize::MAX)), height);
            }
        }
    }

    /// Scrolls as little as needed to show these rows; of more than fit the first ones.
    fn show_rows(&mut self, first: usize, last: usize, height: usize) {
        self.top = self.top(height).max((last + 1).saturating_sub(height)).min(first);
    }

    /// Scrolls sideways. Wrapped lines have no part that is out of sight.
    pub fn scroll_sideways(&mut self, columns: isize) {
        if self.unwrapped {
            self.left = self.left.saturating_add_signed(columns).min(100_000);
        }
    }

    /// What is searched for in the message, which place is the current one, counted from 1, and how many there are.
    pub fn search(&self) -> Option<(&str, usize, usize)> {
        let search = self.search.as_ref()?;
        Some((&search.text, search.current.map_or(0, |current| current + 1), search.places.len()))
    }

    /// Searches for a text and goes to its first place from the top of the screen on.
    pub fn set_search(&mut self, text: &str, height: usize) {
        let top = self.anchor().0;
        if let Content::Tree(tree) = &mut self.content {
            tree.unfold();
        }
        self.search = Some(TextSearch { text: text.to_owned(), ..TextSearch::default() });
        self.lay_out();
        if let Some(search) = &mut self.search {
            search.go_from(top);
        }
        self.show_found(height);
    }

    /// Goes to the next place, or the one before.
    pub fn find_next(&mut self, forward: bool, height: usize) {
        if let Some(search) = &mut self.search {
            search.step(forward);
            self.show_found(height);
        }
    }

    /// Ends the search.
    pub fn end_search(&mut self) {
        self.search = None;
    }

    fn show_found(&mut self, height: usize) {
        let Some((line, place)) = self.search.as_ref().and_then(|search| search.places.get(search.current?)).cloned() else {
            return;
        };
        self.cursor = line;
        let row = self.row_of((line, place.start));
        if !(self.top(height)..self.top(height) + height).contains(&row) {
            self.top = row.saturating_sub(height / 2);
        }
        if self.unwrapped {
            let before = self.content.line(line).map_or(0, |line| width_of(&line.text()[..place.start]));
            self.left = if before < 40 { 0 } else { before - 20 };
        }
    }
}

/// The lines of a view of which the end is not shown, with a line about that.
fn with_hidden(record: &Record<'_>, mut lines: Vec<TextLine>) -> Vec<TextLine> {
    let hidden = record.full_text().len().saturating_sub(SHOWN);
    if hidden > 0 {
        let text = format!("… {} more bytes; y copies all of it", format::number(hidden as u64));
        lines.push(TextLine::new(text, LineTone::Muted));
    }
    lines
}

fn tree(record: &Record<'_>, judged: &JudgedRecord) -> Content {
    if record.text.len() > SHOWN {
        let text = "This message is too long for a tree (512 KiB); the raw view has its beginning.";
        return Content::Lines(vec![TextLine::new(text, LineTone::Muted)]);
    }
    match judged.payload.as_ref().filter(|_| matches!(record.kind, RecordKind::Frame(..))) {
        Some(payload) => Content::Tree(Tree::new(payload, &shape::payload_source(record), judged.shape.as_ref())),
        None => Content::Lines(vec![TextLine::new(
            "This is not JSON, and no SOAP that can be read, so there is no tree of it.",
            LineTone::Muted,
        )]),
    }
}
