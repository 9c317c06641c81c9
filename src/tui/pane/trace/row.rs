//! One line of the trace: an event, or a call with its answer. Which lines there are is decided in the state.

use std::borrow::Cow;

use ratatui::style::Style;

use super::selection;
use crate::trace::decode::payload_text;
use crate::trace::{Direction, FrameKind, FrameVerdict, LinkState, Record, RecordKind, Sequence};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::theme::Styles;
use crate::tui::widget::format;
use crate::tui::widget::{LineWriter, head, width_of};

/// How wide the columns are for a width of the pane.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowColumns {
    pub time: usize,
    pub station: usize,
    pub action: usize,
}

/// What a line is to the selected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowPlace {
    Selected,
    CallOfSelected,
    AnswerToSelected,
    Other,
}

pub(super) fn role_of(sequence: Sequence, selected: Option<Sequence>, partner: Option<Sequence>) -> RowPlace {
    if selected == Some(sequence) {
        RowPlace::Selected
    } else if partner != Some(sequence) {
        RowPlace::Other
    } else if selected.is_some_and(|selected| selected < sequence) {
        RowPlace::AnswerToSelected
    } else {
        RowPlace::CallOfSelected
    }
}

/// A record on its line.
pub(super) struct TraceRow<'a> {
    pub app: &'a App,
    pub outside: &'a ReadContext<'a>,
    pub record: Record<'a>,
    pub place: RowPlace,
    /// Whether the search finds it.
    pub found: bool,
}

impl<'a> TraceRow<'a> {
    /// A selected line has one style from end to end, so that it reads as one thing; the letters carry what colours carry elsewhere.
    pub fn style(&self, style: Style) -> Style {
        match self.place {
            RowPlace::Selected => selection(self.app, Pane::Trace),
            RowPlace::CallOfSelected | RowPlace::AnswerToSelected => self.app.theme.styles.partner,
            RowPlace::Other => self.app.theme.styles.base.patch(style),
        }
    }

    /// What every line begins with: its place, the time, a bookmark.
    pub fn begin(&self, time: usize, writer: &mut LineWriter<'_>) {
        let styles = &self.app.theme.styles;
        let gutter = match self.place {
            RowPlace::Selected => "▸",
            RowPlace::CallOfSelected => "┌",
            RowPlace::AnswerToSelected => "└",
            RowPlace::Other if self.found => "•",
            RowPlace::Other => " ",
        };
        writer.text(gutter, self.style(styles.key));
        let clock = format::time_of_day(self.record.wall_micros, &self.app.zone);
        writer.field(&clock[..time], time, self.style(styles.muted));
        let bookmark = if self.app.trace.is_bookmarked(self.record.sequence) { "◆" } else { " " };
        writer.text(bookmark, self.style(styles.marked));
    }

    fn station(&self, width: usize, writer: &mut LineWriter<'_>) {
        let row = self.record.station.and_then(|key| self.outside.contents.stations().get(key));
        if width > 0 {
            let base = self.app.theme.styles.base;
            writer.field(row.map_or("", |row| &row.identity), width, self.style(base)).blanks(1, self.style(base));
        }
    }

    /// Arrow, letter, verdict and word of a line.
    fn what(&self, letter: &str, letter_style: Style, verdict: FrameVerdict, width: usize, writer: &mut LineWriter<'_>) {
        let styles = &self.app.theme.styles;
        let (arrow, _, kind_style) = kind(&self.record, styles);
        let (sign, sign_style) = verdict_sign(verdict, styles);
        let (word, word_style) = word(&self.record, styles);
        writer.text(arrow, self.style(kind_style)).text(letter, self.style(letter_style)).text(sign, self.style(sign_style));
        writer.blanks(1, self.style(styles.base)).field(word, width, self.style(word_style)).blanks(1, self.style(styles.base));
    }

    /// The text of a line behind its columns.
    fn summary(&self, record: &Record<'a>) -> Cow<'a, str> {
        match record.kind {
            RecordKind::Frame(..) => payload_text(record),
            _ => record.summary(),
        }
    }

    /// One line an event. True when it counts seconds.
    pub fn event(&self, columns: RowColumns, mut writer: LineWriter<'_>) -> bool {
        let styles = &self.app.theme.styles;
        self.begin(columns.time, &mut writer);
        self.station(columns.station, &mut writer);
        let (_, letter, style) = kind(&self.record, styles);
        self.what(letter, style, self.record.verdict, columns.action, &mut writer);
        let (latency, counts) = latency(&self.record, self.outside);
        let style = if counts { styles.warning } else { styles.base };
        writer.right(&latency, 7, self.style(style)).blanks(1, self.style(styles.base));
        writer.text(&self.summary(&self.record), self.style(styles.muted)).fill(' ', self.style(styles.base));
        counts
    }

    /// One line an exchange: the call, how it was answered and how fast. True when it counts seconds.
    pub fn exchange(&self, columns: RowColumns, mut writer: LineWriter<'_>) -> bool {
        let is_call = matches!(self.record.kind, RecordKind::Frame(_, FrameKind::Call | FrameKind::Malformed));
        if !is_call {
            return self.event(columns, writer);
        }
        let styles = &self.app.theme.styles;
        let answer = self.record.partner.and_then(|partner| self.outside.contents.records().get(partner));
        let (letter, letter_style) = match answer.as_ref().map(|answer| answer.kind) {
            None => ("C", styles.warning),
            Some(RecordKind::Timeout) => ("T", styles.error),
            Some(RecordKind::Unreachable) => ("U", styles.error),
            Some(RecordKind::Frame(_, FrameKind::Error)) => ("E", styles.error),
            Some(_) => ("R", styles.good),
        };
        let verdict = worse(self.record.verdict, answer.as_ref().map_or(FrameVerdict::Valid, |answer| answer.verdict));
        self.begin(columns.time, &mut writer);
        self.station(columns.station, &mut writer);
        self.what(letter, letter_style, verdict, columns.action, &mut writer);
        let (latency, counts) = match answer.as_ref().and_then(|answer| answer.latency) {
            Some(latency) => (format::duration(latency), false),
            None => latency(&self.record, self.outside),
        };
        let style = if counts { styles.warning } else { styles.base };
        writer.right(&latency, 7, self.style(style)).blanks(1, self.style(styles.base));
        let asked = self.summary(&self.record);
        match answer {
            None => writer.text(&asked, self.style(styles.muted)),
            Some(answer) => {
                let room = writer.room().saturating_sub(3);
                let answered = self.summary(&answer);
                let asked_width = width_of(head(&asked, 4 * room));
                let answered_width = width_of(head(&answered, 4 * room));
                // Both have half of the room, and what the other leaves over.
                let width = asked_width.min((room / 2).max(room.saturating_sub(answered_width)));
                writer.field(&asked, width, self.style(styles.muted)).text(" ⇒ ", self.style(styles.base));
                writer.text(&answered, self.style(styles.muted))
            }
        };
        writer.fill(' ', self.style(styles.base));
        counts
    }
}

fn worse(a: FrameVerdict, b: FrameVerdict) -> FrameVerdict {
    match (a, b) {
        (FrameVerdict::Invalid, _) | (_, FrameVerdict::Invalid) => FrameVerdict::Invalid,
        (FrameVerdict::Tolerated, _) | (_, FrameVerdict::Tolerated) => FrameVerdict::Tolerated,
        _ => FrameVerdict::Valid,
    }
}

/// The sign of a verdict.
pub(super) fn verdict_sign(verdict: FrameVerdict, styles: &Styles) -> (&'static str, Style) {
    match verdict {
        FrameVerdict::Valid => (" ", styles.base),
        FrameVerdict::Tolerated => ("~", styles.warning),
        FrameVerdict::Invalid => ("!", styles.error),
    }
}

/// Arrow, letter and style of a kind. The arrow points to the station for what we sent, away from it for what we received.
pub(super) fn kind(record: &Record<'_>, styles: &Styles) -> (&'static str, &'static str, Style) {
    let arrow = |direction| if direction == Direction::Out { "→" } else { "←" };
    let colour = |direction| if direction == Direction::Out { styles.outgoing } else { styles.incoming };
    match record.kind {
        RecordKind::Frame(direction, kind) => {
            let (letter, style) = match kind {
                FrameKind::Call => ("C", colour(direction)),
                FrameKind::Result => ("R", colour(direction)),
                FrameKind::Error => ("E", styles.error),
                FrameKind::Malformed => ("?", styles.error),
            };
            (arrow(direction), letter, style)
        }
        RecordKind::Ping(direction) | RecordKind::Pong(direction) => (arrow(direction), "p", styles.muted),
        RecordKind::Connecting => (" ", "·", styles.muted),
        RecordKind::Connected => (" ", "+", styles.good),
        RecordKind::Disconnected => (" ", "-", styles.warning),
        RecordKind::Retry | RecordKind::Lost => (" ", "↻", styles.warning),
        RecordKind::Listening => (" ", "i", styles.good),
        RecordKind::Refused => (" ", "x", styles.error),
        RecordKind::Held => ("‖", "H", styles.warning),
        RecordKind::Timeout => (" ", "T", styles.error),
        RecordKind::Unreachable => (" ", "U", styles.error),
        RecordKind::Note | RecordKind::Toast => (" ", "i", styles.muted),
        RecordKind::Failure => (" ", "!", styles.error),
    }
}

/// The action of a message; of other lines what happened.
pub(super) fn word<'a>(record: &Record<'a>, styles: &Styles) -> (&'a str, Style) {
    match record.kind {
        RecordKind::Frame(_, FrameKind::Malformed) => (record.action.unwrap_or("unreadable"), styles.error),
        RecordKind::Frame(_, FrameKind::Error) => (record.action.unwrap_or("error"), styles.error),
        RecordKind::Frame(..) => (record.action.unwrap_or("unknown call"), styles.base),
        RecordKind::Held => (record.action.unwrap_or("held"), styles.warning),
        RecordKind::Timeout => (record.action.unwrap_or("timeout"), styles.error),
        RecordKind::Unreachable => (record.action.unwrap_or("unreachable"), styles.error),
        RecordKind::Connecting => ("connecting", styles.muted),
        RecordKind::Connected => ("connected", styles.good),
        RecordKind::Disconnected => ("disconnected", styles.warning),
        RecordKind::Retry => ("retry", styles.warning),
        RecordKind::Lost => ("link lost", styles.warning),
        RecordKind::Listening => ("listening", styles.good),
        RecordKind::Refused => ("refused", styles.error),
        RecordKind::Ping(_) => ("ping", styles.muted),
        RecordKind::Pong(_) => ("pong", styles.muted),
        RecordKind::Note | RecordKind::Toast => ("note", styles.muted),
        RecordKind::Failure => ("failure", styles.error),
    }
}

/// The latency of an answer, or how long our call has been waiting for one. True when it counts.
pub(super) fn latency(record: &Record<'_>, outside: &ReadContext<'_>) -> (String, bool) {
    if let Some(latency) = record.latency {
        return (format::duration(latency), false);
    }
    let waits = record.kind == RecordKind::Frame(Direction::Out, FrameKind::Call)
        && record.partner.is_none()
        && record
            .station
            .and_then(|key| outside.contents.stations().get(key))
            .is_some_and(|row| row.in_flight > 0 && row.state == LinkState::Connected);
    let held = record.held().is_some_and(|number| outside.gate.waiting_since(number).is_some());
    if !waits && !held {
        return (String::new(), false);
    }
    let seconds = outside.now.monotonic_micros.saturating_sub(record.monotonic_micros) / 1_000_000;
    if seconds < 600 { (format!("{seconds} s…"), true) } else { ("…".to_owned(), false) }
}
