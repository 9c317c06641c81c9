//! The state of the message pane: the selected record in one of several views. A view is made once per record, and only of the first
//! 512 KiB; each view is in the file of its name.

mod checks;
mod diff;
mod line;
mod pretty;
mod raw;
mod shape;
mod timing;
mod tree;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::tz::TimeZone;

pub use line::{LineTone, TextLine};
pub use pretty::PrettyLine;

use self::pretty::PrettyText;
use self::shape::FrameShape;
use self::tree::Tree;
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
    /// Laid out over lines, with what is wrong above it.
    #[default]
    Pretty,
    /// As it was on the wire.
    Raw,
    /// Its values, foldable, with their types.
    Tree,
    /// What is wrong, by which rule.
    Checks,
    /// When, and how long.
    Timing,
    /// Beside the previous one of its kind.
    Difference,
}

impl MessageTab {
    /// All views, in their order.
    pub const ALL: [MessageTab; 6] =
        [MessageTab::Pretty, MessageTab::Raw, MessageTab::Tree, MessageTab::Checks, MessageTab::Timing, MessageTab::Difference];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            MessageTab::Pretty => "pretty",
            MessageTab::Raw => "raw",
            MessageTab::Tree => "tree",
            MessageTab::Checks => "checks",
            MessageTab::Timing => "timing",
            MessageTab::Difference => "diff",
        }
    }
}

/// What the content was made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Shown {
    sequence: Option<Sequence>,
    width: usize,
    tab: MessageTab,
    /// An answer that arrives changes the view of its call.
    partner: Option<Sequence>,
}

#[derive(Debug)]
enum Content {
    Pretty(PrettyText),
    Lines(Vec<TextLine>),
    Tree(Tree),
}

impl Default for Content {
    fn default() -> Content {
        Content::Lines(Vec::new())
    }
}

/// The state.
#[derive(Debug, Default)]
pub struct MessageView {
    tab: MessageTab,
    shown: Shown,
    content: Content,
    hidden: usize,
    top: usize,
    left: usize,
    cursor: usize,
    /// The place that the tree shows as soon as it is made.
    wanted: Option<String>,
    /// Record, view, first line and cursor.
    places: VecDeque<(Sequence, MessageTab, usize, usize)>,
}

/// One line of the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageLine<'a> {
    /// A line of the pretty view.
    Pretty(PrettyLine<'a>),
    /// A line of another view.
    Text(TextLine),
    /// So many bytes are not shown.
    Hidden(usize),
}

impl MessageView {
    /// Shows a record in lines of at most this width; only JSON keeps its own lines. The scroll position is kept while it stays
    /// the same record, and restored when the record is selected again.
    pub fn refresh(&mut self, selected: Option<Sequence>, width: usize, outside: &ReadContext<'_>, zone: &TimeZone) {
        let record = selected.and_then(|sequence| outside.contents.records().get(sequence));
        let shown =
            Shown { sequence: selected, width, tab: self.tab, partner: record.as_ref().and_then(|record| record.partner) };
        if shown == self.shown {
            return;
        }
        let left = std::mem::take(&mut self.left);
        if (shown.sequence, shown.tab) == (self.shown.sequence, self.shown.tab) {
            self.left = left;
        } else {
            self.remember();
            let place = self.places.iter().find(|(sequence, tab, ..)| (Some(*sequence), *tab) == (shown.sequence, shown.tab));
            (self.top, self.cursor) = place.map_or((0, 0), |(_, _, top, cursor)| (*top, *cursor));
        }
        let keeps_tree =
            shown.tab == MessageTab::Tree && shown.sequence == self.shown.sequence && matches!(self.content, Content::Tree(_));
        self.shown = shown;
        let Some(record) = record else {
            self.content = Content::Lines(Vec::new());
            return;
        };
        if keeps_tree {
            return;
        }
        self.hidden = record.full_text().len().saturating_sub(SHOWN);
        self.content = match self.tab {
            MessageTab::Pretty => Content::Pretty(PrettyText::new(&record, outside, width, SHOWN)),
            MessageTab::Raw => Content::Lines(raw::lines(&record, width.saturating_sub(2), SHOWN)),
            MessageTab::Tree => self.tree(&record, outside),
            MessageTab::Checks => Content::Lines(checks::lines(&record, outside, width)),
            MessageTab::Timing => Content::Lines(timing::lines(&record, outside, zone)),
            MessageTab::Difference => {
                let before = diff::previous(&record, outside.contents.records());
                let apart = |before: &Record<'_>| record.monotonic_micros.saturating_sub(before.monotonic_micros);
                let ago = before.as_ref().map(|before| format::duration(Duration::from_micros(apart(before))));
                Content::Lines(diff::lines(&record, before, ago))
            }
        };
    }

    fn tree(&self, record: &Record<'_>, outside: &ReadContext<'_>) -> Content {
        if record.text.len() > SHOWN {
            let text = "This message is too long for a tree (512 KiB); the raw view has its beginning.";
            return Content::Lines(vec![TextLine::new(text, LineTone::Muted)]);
        }
        match shape::payload(record).filter(|_| matches!(record.kind, RecordKind::Frame(..))) {
            Some(payload) => {
                let text = shape::payload_source(record);
                Content::Tree(Tree::new(&payload, &text, FrameShape::of(record, outside).as_ref()))
            }
            None => Content::Lines(vec![TextLine::new(
                "This is not JSON, and no SOAP that can be read, so there is no tree of it.",
                LineTone::Muted,
            )]),
        }
    }

    /// Remembers the scroll position for when the record is selected again.
    fn remember(&mut self) {
        let Some(sequence) = self.shown.sequence else { return };
        let tab = self.shown.tab;
        self.places.retain(|(known, its_tab, ..)| (*known, *its_tab) != (sequence, tab));
        if self.top > 0 || self.cursor > 0 {
            self.places.push_back((sequence, tab, self.top, self.cursor));
            if self.places.len() > PLACES {
                self.places.pop_front();
            }
        }
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

    /// Whether a line of the view is selected.
    pub fn cursor(&self) -> Option<usize> {
        let has_cursor = match &self.content {
            Content::Tree(_) => true,
            Content::Lines(lines) => self.tab == MessageTab::Checks && lines.iter().any(|line| line.place.is_some()),
            Content::Pretty(_) => false,
        };
        has_cursor.then(|| self.cursor.min(self.count().saturating_sub(1)))
    }

    /// Enter: folds or unfolds; from a finding it goes to the place in the tree. True when the view was changed.
    pub fn open(&mut self) -> bool {
        let cursor = self.cursor;
        match &mut self.content {
            Content::Tree(tree) => {
                tree.toggle(cursor);
                false
            }
            Content::Lines(lines) => {
                self.wanted = lines.get(cursor).and_then(|line| line.place.clone());
                if self.wanted.is_some() {
                    self.tab = MessageTab::Tree;
                }
                self.wanted.is_some()
            }
            Content::Pretty(_) => false,
        }
    }

    /// Goes to the requested place in the tree, once the tree is made.
    pub fn arrive(&mut self, height: usize) {
        let Content::Tree(tree) = &mut self.content else { return };
        if let Some(place) = self.wanted.take() {
            self.cursor = tree.reveal(&place);
            self.top = self.cursor.saturating_sub(height / 2);
        }
    }

    /// The place of the value at the cursor, and its meaning in the definitions.
    pub fn meaning(&self) -> Option<(&str, &str)> {
        match &self.content {
            Content::Tree(tree) => tree.meaning(self.cursor()?),
            _ => None,
        }
    }

    /// The record.
    pub fn sequence(&self) -> Option<Sequence> {
        self.shown.sequence
    }

    /// How many bytes at the end are not in the view.
    fn hidden_line(&self) -> bool {
        self.hidden > 0 && matches!(self.tab, MessageTab::Pretty | MessageTab::Raw)
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        let lines = match &self.content {
            Content::Pretty(pretty) => pretty.count(),
            Content::Lines(lines) => lines.len(),
            Content::Tree(tree) => tree.count(),
        };
        lines + usize::from(self.hidden_line())
    }

    /// One line.
    pub fn line(&self, index: usize) -> Option<MessageLine<'_>> {
        if self.hidden_line() && index + 1 == self.count() {
            return Some(MessageLine::Hidden(self.hidden));
        }
        match &self.content {
            Content::Pretty(pretty) => pretty.line(index).map(MessageLine::Pretty),
            Content::Lines(lines) => lines.get(index).cloned().map(MessageLine::Text),
            Content::Tree(tree) => tree.line(index).map(MessageLine::Text),
        }
    }

    /// The first line on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.top.min(self.count().saturating_sub(height))
    }

    /// The first column on the screen.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Moves by some lines: the cursor where there is one, else the view.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let last = self.count().saturating_sub(1);
        match self.cursor() {
            None => self.top = self.top(height).saturating_add_signed(lines).min(self.count().saturating_sub(height)),
            Some(cursor) => {
                self.cursor = cursor.saturating_add_signed(lines).min(last);
                self.top = self.top(height).clamp((self.cursor + 1).saturating_sub(height), self.cursor);
            }
        }
    }

    /// Scrolls sideways.
    pub fn scroll_sideways(&mut self, columns: isize) {
        self.left = self.left.saturating_add_signed(columns).min(100_000);
    }
}
