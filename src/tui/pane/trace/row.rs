//! One line of the trace: an event, or a call with its answer. Which lines there are is decided in the state.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use ratatui::style::Style;

use super::columns::RowColumns;
use super::outcome::{ExchangeOutcome, counted, seconds_since};
use super::selection;
use super::sign::{letter, verdict_sign, word};
use crate::ocpp::summary::{MessageSummary, SummaryTone};
use crate::sanitize::escape_control;
use crate::trace::decode::payload_text;
use crate::trace::line_words::{arrow_of, short_latency};
use crate::trace::{
    Direction, FrameKind, FrameVerdict, Record, RecordKind, Sequence, exchange_meaning, payload_meaning, record_meaning,
};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::TraceMode;
use crate::tui::widget::{LineWriter, format, head, width_of};

/// The slow answers, whose latency stands out.
const SLOW: Duration = Duration::from_secs(1);

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
    /// The text of its time.
    pub time: String,
}

/// What stands between the station and the text of a line.
struct RowFacts<'a> {
    arrow: &'static str,
    sign: (&'static str, Style),
    /// Only lines of events have one.
    letter: Option<(&'static str, Style)>,
    word: (&'a str, Style),
    latency: (String, Style),
}

impl<'a> TraceRow<'a> {
    /// A selected line has one style from end to end, so that it reads as one thing; the signs carry what colours carry elsewhere.
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
        writer.right(&self.time, time, self.style(styles.muted));
        let bookmark = if self.app.trace.is_bookmarked(self.record.sequence) { "◆" } else { " " };
        writer.text(bookmark, self.style(styles.marked));
    }

    fn facts(&self, columns: RowColumns, facts: &RowFacts<'_>, writer: &mut LineWriter<'_>) {
        let styles = &self.app.theme.styles;
        let base = self.style(styles.base);
        self.begin(columns.time, writer);
        if columns.station > 0 {
            let row = self.record.station.and_then(|key| self.outside.contents.stations().get(key));
            writer.field(row.map_or("", |row| &row.identity), columns.station, base).blanks(1, base);
        }
        writer.text(facts.arrow, self.style(styles.muted)).text(facts.sign.0, self.style(facts.sign.1));
        if let Some((letter, style)) = facts.letter {
            writer.text(letter, self.style(style));
        }
        writer
            .blanks(1, base)
            .field(&format::cut_middle(facts.word.0, columns.action), columns.action, self.style(facts.word.1))
            .blanks(1, base);
        writer.right(&facts.latency.0, columns.latency, self.style(facts.latency.1)).blanks(1, base);
    }

    /// Heartbeats are on the line for completeness; everything else is to be read.
    fn is_quiet(&self, verdict: FrameVerdict) -> bool {
        self.record.action == Some("Heartbeat") && verdict == FrameVerdict::Valid
    }

    fn latency(&self, latency: Option<Duration>) -> (String, Style) {
        let styles = &self.app.theme.styles;
        match latency {
            Some(latency) if latency >= SLOW => (short_latency(latency), styles.warning),
            Some(latency) => (short_latency(latency), styles.muted),
            None => (String::new(), styles.muted),
        }
    }

    /// The JSON of a frame; of other records their sentence.
    fn json(&self, record: &Record<'a>) -> Cow<'a, str> {
        match record.kind {
            RecordKind::Frame(..) => payload_text(record),
            _ => record.summary(),
        }
    }

    fn partner(&self) -> Option<Record<'a>> {
        self.record.partner.and_then(|partner| self.outside.contents.records().get(partner))
    }

    /// One line an event. True when it counts seconds.
    pub fn event(&self, columns: RowColumns, mut writer: LineWriter<'_>) -> bool {
        let styles = &self.app.theme.styles;
        let (letter, letter_style) = letter(self.record.kind, styles);
        let is_frame = matches!(self.record.kind, RecordKind::Frame(..));
        let quiet = self.is_quiet(self.record.verdict);
        let mut sign = verdict_sign(self.record.verdict, styles);
        let mut word = word(&self.record, styles);
        if quiet || (self.says_nothing() && self.record.verdict == FrameVerdict::Valid) {
            word.1 = styles.muted;
        }
        let (mut arrow, mut latency, mut counts) = (self.record.kind.arrow(), self.latency(self.record.latency), false);
        let waiting = self.record.held().and_then(|number| self.outside.gate.frame(number));
        if let Some(frame) = &waiting {
            (arrow, sign) = (arrow_of(frame.direction), ("‖", styles.warning));
        }
        let is_call = matches!(self.record.kind, RecordKind::Frame(_, FrameKind::Call));
        let open = if waiting.is_some() {
            Some(counted(seconds_since(&self.record, self.outside)))
        } else if is_call && self.record.partner.is_none() {
            ExchangeOutcome::of(&self.record, None, self.outside).seconds()
        } else {
            None
        };
        if let Some((text, goes_on)) = open {
            (latency, counts) = ((text, styles.warning), goes_on);
        }
        // Where an exchange is one line there is no column for letters: what is no frame has its letter in the place of the sign.
        let with_letters = self.app.trace.view() == TraceMode::Events;
        let has_letter = with_letters && (is_frame || letter != "x" && letter != "!");
        if !with_letters && !is_frame && waiting.is_none() && sign.0 != "✗" {
            sign = (letter, letter_style);
        }
        let letter = with_letters.then_some(if has_letter { (letter, letter_style) } else { (" ", styles.base) });
        self.facts(columns, &RowFacts { arrow, sign, letter, word, latency }, &mut writer);
        if let Some(frame) = waiting {
            let meaning = payload_meaning(self.record.version, frame.kind, &frame.action, &frame.payload);
            let held = format!("held by {}", frame.stopped_by);
            let mut parts = self.toned(&meaning, false);
            parts.push((Cow::Borrowed(" "), styles.base));
            parts.push((Cow::Owned(held), styles.warning));
            self.text(&parts, &mut writer);
        } else if self.app.trace.look.json {
            self.text(&[(self.json(&self.record), styles.base)], &mut writer);
        } else {
            let meaning = self.meaning();
            let mut parts = self.passage(&self.record);
            parts.extend(self.toned(&meaning, quiet));
            self.text(&parts, &mut writer);
        }
        counts
    }

    /// What the record means by itself.
    pub fn meaning(&self) -> Arc<MessageSummary> {
        let record = &self.record;
        self.app.trace.look.meaning(record.sequence, None, || {
            let is_answer = matches!(record.kind, RecordKind::Frame(_, FrameKind::Result));
            record_meaning(record, self.partner().filter(|_| is_answer).as_ref())
        })
    }

    fn says_nothing(&self) -> bool {
        matches!(self.record.kind, RecordKind::Frame(_, FrameKind::Result)) && self.meaning().is_empty()
    }

    /// One line an exchange: the call, how it was answered and how fast. True when it counts seconds.
    pub fn exchange(&self, columns: RowColumns, mut writer: LineWriter<'_>) -> bool {
        if !matches!(self.record.kind, RecordKind::Frame(_, FrameKind::Call | FrameKind::Malformed)) {
            return self.event(columns, writer);
        }
        let styles = &self.app.theme.styles;
        let answer = self.partner();
        let outcome = ExchangeOutcome::of(&self.record, answer.as_ref(), self.outside);
        let verdict = match &outcome {
            ExchangeOutcome::Answered(verdict) => *verdict,
            ExchangeOutcome::Failed => FrameVerdict::Invalid,
            _ => self.record.verdict,
        };
        let sign = match &outcome {
            ExchangeOutcome::Held(..) => ("‖", styles.warning),
            ExchangeOutcome::Open(_) if verdict != FrameVerdict::Invalid => ("…", styles.warning),
            ExchangeOutcome::Silent => ("⚑", styles.warning),
            _ => verdict_sign(verdict, styles),
        };
        let quiet = self.is_quiet(verdict) && matches!(outcome, ExchangeOutcome::Answered(_));
        let mut word = word(&self.record, styles);
        if verdict == FrameVerdict::Invalid {
            word.1 = styles.error;
        } else if quiet {
            word.1 = styles.muted;
        }
        let (latency, counts) = match outcome.seconds() {
            Some((text, goes_on)) => ((text, styles.warning), goes_on),
            // How long it took to decide that there is no answer means nothing.
            None if outcome == ExchangeOutcome::Silent => (self.latency(None), false),
            None => (self.latency(answer.as_ref().and_then(|answer| answer.latency)), false),
        };
        let facts = RowFacts { arrow: self.record.kind.arrow(), sign, letter: None, word, latency };
        self.facts(columns, &facts, &mut writer);
        if self.app.trace.look.json {
            self.both_texts(answer.as_ref(), &mut writer);
            return counts;
        }
        let meaning = self.app.trace.look.meaning(self.record.sequence, answer.as_ref().map(|answer| answer.sequence), || {
            exchange_meaning(&self.record, answer.as_ref())
        });
        let mut parts = self.passage(&self.record);
        let of_answer = answer.as_ref().map(|answer| self.passage(answer)).filter(|of_answer| *of_answer != parts);
        parts.extend(of_answer.into_iter().flatten());
        parts.extend(self.toned(&meaning, quiet));
        let remark = match &outcome {
            ExchangeOutcome::Held(_, filter) => Some((format!("held by {filter}"), styles.warning)),
            ExchangeOutcome::Open(_) if matches!(self.record.kind, RecordKind::Frame(Direction::Out, _)) => {
                Some(("waits for the answer".to_owned(), styles.warning))
            }
            ExchangeOutcome::Open(_) => Some(("not answered yet".to_owned(), styles.warning)),
            ExchangeOutcome::Abandoned if self.record.kind != RecordKind::Frame(Direction::In, FrameKind::Malformed) => {
                Some(("no answer".to_owned(), styles.muted))
            }
            _ => None,
        };
        if let Some((remark, style)) = remark {
            parts.push((Cow::Borrowed(if meaning.is_empty() { "⇒ " } else { " ⇒ " }), styles.muted));
            parts.push((Cow::Owned(remark), style));
        }
        self.text(&parts, &mut writer);
        counts
    }

    /// Call and answer as JSON. Both have half of the room, and what the other leaves over.
    fn both_texts(&self, answer: Option<&Record<'a>>, writer: &mut LineWriter<'_>) {
        let styles = &self.app.theme.styles;
        let asked = self.json(&self.record);
        let Some(answer) = answer else { return self.text(&[(asked, styles.base)], writer) };
        let answered = self.json(answer);
        let arrow = (Cow::Borrowed(" ⇒ "), styles.muted);
        if self.app.trace.look.shift > 0 {
            return self.text(&[(asked, styles.base), arrow, (answered, styles.base)], writer);
        }
        let room = writer.room().saturating_sub(3);
        let asked_width = width_of(head(&asked, 4 * room));
        let answered_width = width_of(head(&answered, 4 * room));
        let width = asked_width.min((room / 2).max(room.saturating_sub(answered_width)));
        writer.field(&asked, width, self.style(styles.base));
        self.text(&[arrow, (answered, styles.base)], writer);
    }

    /// What was done with a frame of a pair, before what it means.
    fn passage(&self, record: &Record<'a>) -> Vec<(Cow<'static, str>, Style)> {
        let note = record.passage_note().map(|note| (Cow::Owned(format!("[{note}] ")), self.app.theme.styles.warning));
        note.into_iter().collect()
    }

    /// The parts of a summary in their styles.
    pub fn toned<'s>(&self, meaning: &'s MessageSummary, quiet: bool) -> Vec<(Cow<'s, str>, Style)> {
        let styles = &self.app.theme.styles;
        let style = |tone| match tone {
            _ if quiet => styles.muted,
            SummaryTone::Plain => styles.base,
            SummaryTone::Weak => styles.muted,
            SummaryTone::Notable => styles.warning,
            SummaryTone::Fault => styles.error,
        };
        meaning.parts().map(|(text, tone)| (Cow::Borrowed(text), style(tone))).collect()
    }

    /// The text at the end of a line, without the columns that are scrolled out.
    fn text(&self, parts: &[(Cow<'_, str>, Style)], writer: &mut LineWriter<'_>) {
        let mut shift = self.app.trace.look.shift;
        for (text, style) in parts {
            let room = writer.room();
            // Only the visible part is read: a message may have megabytes.
            let shown = escape_control(head(text, 4 * (shift + room) + 8));
            let rest = without_columns(&shown, &mut shift);
            if !rest.is_empty() {
                writer.text(rest, self.style(*style));
            }
        }
        writer.fill(' ', self.style(self.app.theme.styles.base));
    }
}

/// The text behind so many columns, which are counted down.
fn without_columns<'t>(text: &'t str, columns: &mut usize) -> &'t str {
    let mut rest = text;
    while *columns > 0 {
        let mut characters = rest.chars();
        let Some(first) = characters.next() else { break };
        *columns = columns.saturating_sub(width_of(first.encode_utf8(&mut [0; 4])));
        rest = characters.as_str();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_by_width() {
        for (text, columns, rest, left) in
            [("abc", 2, "c", 0), ("abc", 5, "", 2), ("日本", 1, "本", 0), ("", 3, "", 3), ("ab", 0, "ab", 0)]
        {
            let mut shift = columns;
            assert_eq!((without_columns(text, &mut shift), shift), (rest, left), "{text} {columns}");
        }
    }
}
