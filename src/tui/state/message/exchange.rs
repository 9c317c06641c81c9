//! The view "exchange": both halves of the exchange of the selected record, each with its direction, station, time, verdict and id,
//! the payload as fields, and what is wrong with a value below it. An error is laid out, with the meaning of its code in this version and
//! whether the call asks for it. A line that belongs to no exchange is a sentence.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::fields::{self, FieldsOf};
use super::line::{LineTone, TextLine};
use super::shape;
use super::soap;
use super::verdict::JudgedRecord;
use crate::ocpp::{ErrorCode, MessageType, Transport};
use crate::rpc::srpc::frame_body;
use crate::trace::decode::{DecodedMessage, decode, id_text};
use crate::trace::{Direction, FrameKind, Record, RecordKind};
use crate::tui::context::ReadContext;
use crate::tui::widget::{format, head, lay_out};

/// How far behind a result an error about it is looked for, in records.
const DISPUTED: u64 = 1024;
/// The columns of the names in an error.
const NAMES: usize = 13;

/// The lines of a record with this verdict, of which at most so many bytes are laid out.
pub(super) fn lines(
    record: &Record<'_>,
    judged: &JudgedRecord,
    outside: &ReadContext<'_>,
    zone: &TimeZone,
    limit: usize,
) -> Vec<TextLine> {
    let records = outside.contents.records();
    let mut view = ExchangeLines { outside, zone, limit, selected: record.sequence, lines: Vec::new() };
    let partner = record.partner.and_then(|partner| records.get(partner));
    match (record.kind, partner) {
        (RecordKind::Frame(_, FrameKind::ResultError), Some(result)) => view.dispute((record, judged), &result),
        (RecordKind::Frame(_, FrameKind::Send), _) => {
            view.half(record, judged);
            view.lines.push(TextLine::default());
            view.lines.push(TextLine::new("Nothing answers it: it is a SEND.", LineTone::Muted));
        }
        (RecordKind::Frame(..) | RecordKind::Timeout | RecordKind::Unreachable | RecordKind::Unanswered, Some(partner)) => {
            let other = JudgedRecord::of(&partner, outside);
            let ((call, asked), (answer, answered)) = if partner.sequence < record.sequence {
                ((&partner, &other), (record, judged))
            } else {
                ((record, judged), (&partner, &other))
            };
            view.half(call, asked);
            view.lines.push(TextLine::default());
            view.answer(answer, answered, Some((call, asked)));
            if let Some(error) = disputed(answer, outside) {
                view.lines.push(TextLine::default());
                view.answer(&error, &JudgedRecord::of(&error, outside), None);
            }
        }
        (RecordKind::Frame(direction, FrameKind::Call), None) => {
            view.half(record, judged);
            view.lines.push(TextLine::default());
            let text = match direction {
                _ if record.partner.is_some() => "The answer was dropped to save memory.",
                Direction::Out => "No answer yet.",
                Direction::In => "Not answered yet.",
            };
            view.lines.push(TextLine::new(text, LineTone::Muted));
        }
        (RecordKind::Frame(_, FrameKind::Malformed), None) => view.half(record, judged),
        (RecordKind::Frame(..) | RecordKind::Timeout | RecordKind::Unreachable | RecordKind::Unanswered, None) => {
            let text = if record.partner.is_some() {
                "The call was dropped to save memory."
            } else {
                "This answers no call that was seen."
            };
            view.lines.push(TextLine::new(text, LineTone::Muted));
            view.lines.push(TextLine::default());
            view.answer(record, judged, None);
        }
        _ => view.event(record, judged),
    }
    view.lines
}

/// The error about a result, which follows it soon, in a version that has such errors.
fn disputed<'a>(result: &Record<'_>, outside: &ReadContext<'a>) -> Option<Record<'a>> {
    let version = result.version.filter(|_| matches!(result.kind, RecordKind::Frame(_, FrameKind::Result)))?;
    if !version.dialect().has_type(MessageType::ResultError) {
        return None;
    }
    let behind = result.sequence + 1..result.sequence + 1 + DISPUTED;
    outside.contents.records().iter(behind).find(|record| {
        record.partner == Some(result.sequence) && matches!(record.kind, RecordKind::Frame(_, FrameKind::ResultError))
    })
}

struct ExchangeLines<'a> {
    outside: &'a ReadContext<'a>,
    zone: &'a TimeZone,
    limit: usize,
    selected: u64,
    lines: Vec<TextLine>,
}

impl ExchangeLines<'_> {
    /// A call, or a frame that is shown by itself.
    fn half(&mut self, record: &Record<'_>, judged: &JudgedRecord) {
        self.heading(record, judged);
        self.notes(record, judged);
        self.payload(record, judged);
    }

    /// A call, the result of it, and the error about that.
    fn dispute(&mut self, (error, disputed): (&Record<'_>, &JudgedRecord), result: &Record<'_>) {
        let call = result.partner.and_then(|call| self.outside.contents.records().get(call));
        let judged = call.as_ref().map(|call| (call, JudgedRecord::of(call, self.outside)));
        if let Some((call, judged)) = &judged {
            self.half(call, judged);
            self.lines.push(TextLine::default());
        }
        let answered = JudgedRecord::of(result, self.outside);
        self.answer(result, &answered, judged.as_ref().map(|(call, judged)| (*call, judged)));
        self.lines.push(TextLine::default());
        self.answer(error, disputed, None);
    }

    /// What ended a call.
    fn answer(&mut self, record: &Record<'_>, judged: &JudgedRecord, call: Option<(&Record<'_>, &JudgedRecord)>) {
        self.heading(record, judged);
        self.notes(record, judged);
        let refusal = call.and_then(|(call, judged)| judged.refusal(call, self.outside));
        match record.kind {
            RecordKind::Frame(_, kind) if kind.is_error() => {
                self.error(record, call, refusal.map(|(code, _)| code));
                return;
            }
            RecordKind::Frame(..) => self.payload(record, judged),
            _ => {
                let line = TextLine::new("  ", LineTone::Mark).and(record.summary(), LineTone::Error);
                self.lines.push(line.hanging(2));
            }
        }
        if let (RecordKind::Frame(_, FrameKind::Result), Some((code, version))) = (record.kind, refusal) {
            let name = version.dialect().sent_error_name(code);
            let text = format!("what is wrong with the call asks for the error {name}");
            self.lines.push(TextLine::new("~ ", LineTone::Warning).and(text, LineTone::Warning).hanging(2));
        }
    }

    /// Direction, action, station, time, verdict and id on a line, in the colour of the verdict.
    fn heading(&mut self, record: &Record<'_>, judged: &JudgedRecord) {
        let station =
            record.station.and_then(|key| self.outside.contents.stations().get(key)).map(|row| row.identity.to_string());
        let station = station.unwrap_or_else(|| "?".to_owned());
        let (verdict, tone) = judged.words(record);
        let main = match tone {
            LineTone::Error | LineTone::Warning => tone,
            _ => LineTone::Title,
        };
        let action = record.action.map(|action| format!(" {action}")).unwrap_or_default();
        let mut line = match record.kind {
            RecordKind::Frame(direction, kind) => {
                let what = match kind {
                    FrameKind::Call => record.action.unwrap_or("call without an action").to_owned(),
                    kind => format!("{}{action}", kind.word()),
                };
                let (arrow, side) = if direction == Direction::Out { ("→ ", "  to ") } else { ("← ", "  from ") };
                TextLine::new(format!("{arrow}{what}"), main).and(side, LineTone::Muted).and(station, LineTone::Base)
            }
            _ => {
                let what = match record.kind {
                    RecordKind::Timeout => "no answer",
                    RecordKind::Unanswered => "not answered",
                    _ => "not delivered",
                };
                TextLine::new(format!("✗ {what}{action}"), LineTone::Error)
                    .and("  ", LineTone::Muted)
                    .and(station, LineTone::Base)
            }
        };
        if let Some(latency) = record.latency {
            line = line.and(format!("  after {}", format::duration(latency)), LineTone::Base);
        }
        line = line.and(format!("  {}", format::time_of_day(record.wall_micros, self.zone)), LineTone::Muted);
        if !verdict.is_empty() {
            line = line.and("  ", LineTone::Muted).and(verdict, tone);
        }
        // Last, because some are long. The blank does not break, so that the word stays with its id.
        if let Some(id) = id_text(record) {
            line = line.and(format!("  id\u{a0}{id}"), LineTone::Muted);
        }
        self.lines.push(TextLine { selected: record.sequence == self.selected, ..line.hanging(2) });
    }

    fn notes(&mut self, record: &Record<'_>, judged: &JudgedRecord) {
        let notes = judged.notes(record);
        let line = |sign: &str, text: String, tone| TextLine::new(format!("{sign} "), tone).and(text, tone).hanging(2);
        self.lines.extend(notes.into_iter().map(|note| line(note.sign, note.text, note.tone)));
    }

    /// The payload as fields; of what is none the text.
    fn payload(&mut self, record: &Record<'_>, judged: &JudgedRecord) {
        let is_message = matches!(record.kind, RecordKind::Frame(_, FrameKind::Call | FrameKind::Send | FrameKind::Result));
        match &judged.payload {
            Some(payload) if is_message && record.text.len() <= self.limit => {
                let text = shape::payload_source(record);
                let of = FieldsOf { payload, text: &text, shape: judged.shape.as_ref(), findings: &judged.findings };
                self.lines.extend(fields::lines(&of));
            }
            // What stands around the body says why it could not be read.
            _ if record.transport == Transport::Soap && matches!(record.kind, RecordKind::Frame(..)) => {
                self.lines.extend(soap::lines(record, self.outside.contents, self.outside.catalog, self.limit));
            }
            _ => self.text(record),
        }
    }

    /// The beginning of a text that is not laid out as fields.
    fn text(&mut self, record: &Record<'_>) {
        let is_json = matches!(record.kind, RecordKind::Frame(..)) && frame_body(record.text).starts_with(['[', '{']);
        let text = if is_json { lay_out(record.text, self.limit) } else { head(&record.full_text(), self.limit).to_owned() };
        let line = |line: &str| {
            let own = if is_json { TextLine::json(line) } else { TextLine::new(line, LineTone::Base) };
            let mut pieces = vec![("  ".to_owned(), LineTone::Mark)];
            pieces.extend(own.pieces);
            TextLine { pieces, ..TextLine::default() }
        };
        self.lines.extend(text.lines().map(line));
        let hidden = record.full_text().len().saturating_sub(self.limit);
        if hidden > 0 {
            let text = format!("  … {} more bytes; y copies all of it", format::number(hidden as u64));
            self.lines.push(TextLine::new(text, LineTone::Muted));
        }
    }

    /// An error: its code and what it means, its description and its details.
    fn error(&mut self, record: &Record<'_>, call: Option<(&Record<'_>, &JudgedRecord)>, refusal: Option<ErrorCode>) {
        let DecodedMessage::Error { code, description, details } = decode(record).message else {
            return self.text(record);
        };
        let named =
            |name: &str| TextLine::new("  ", LineTone::Mark).and(format!("{name:NAMES$}"), LineTone::Key).hanging(2 + NAMES);
        let below = |text: String, tone| {
            let line = TextLine::new(" ".repeat(2 + NAMES), LineTone::Mark).and("╰─ ", tone).and(text, tone);
            line.hanging(2 + NAMES + 3)
        };
        let shown = if code.is_empty() { "none".to_owned() } else { code.to_string() };
        self.lines.push(named("code").and(shown, LineTone::Error));
        let version = record.version.filter(|_| record.content.is_none());
        if let Some(version) = version {
            let known = ErrorCode::parse(&code).filter(|code| version.dialect().error_name(*code).is_some());
            let (text, tone) = match known {
                Some(known) => (known.meaning(version).to_owned(), LineTone::Muted),
                None => (format!("not a code of OCPP {}", version.number()), LineTone::Warning),
            };
            self.lines.push(below(text, tone));
            if let Some(name) = known.and_then(|known| version.dialect().error_name(known)).filter(|name| **name != *code) {
                self.lines.push(below(format!("written {name} in OCPP {}", version.number()), LineTone::Warning));
            }
            if let Some((text, tone)) = expectation(known, call, refusal) {
                self.lines.push(below(text, tone));
            }
        }
        let description = description.filter(|text| !text.is_empty());
        let line = named("description");
        self.lines.push(match description {
            Some(text) => line.and(text, LineTone::Base),
            None => line.and("empty", LineTone::Muted),
        });
        if record.content.is_some() {
            return;
        }
        let details = (details.value(), details);
        match &details.0 {
            serde_json::Value::Null => self.lines.push(named("details").and("none", LineTone::Muted)),
            serde_json::Value::Object(members) if members.is_empty() => {
                self.lines.push(named("details").and("none", LineTone::Muted));
            }
            value => {
                self.lines.push(named("details"));
                let of = FieldsOf { payload: value, text: details.1.as_str(), shape: None, findings: &[] };
                self.lines.extend(fields::lines(&of).into_iter().map(|mut line| {
                    line.pieces.insert(0, ("  ".to_owned(), LineTone::Mark));
                    line.hang = line.hang.map(|hang| hang + 2);
                    line
                }));
            }
        }
    }

    /// A line that is no message: what happened, when, and the sentences about it.
    fn event(&mut self, record: &Record<'_>, judged: &JudgedRecord) {
        let station =
            record.station.and_then(|key| self.outside.contents.stations().get(key)).map(|row| row.identity.to_string());
        let (word, tone) = event_word(record.kind);
        let mut line = TextLine::new(word, tone);
        if let Some(station) = station {
            line = line.and(format!("  {station}"), LineTone::Base);
        }
        if let Some(latency) = record.latency {
            line = line.and(format!("  {}", latency_words(record.kind, latency)), LineTone::Base);
        }
        line = line.and(format!("  {}", format::time_of_day(record.wall_micros, self.zone)), LineTone::Muted);
        self.lines.push(TextLine { selected: true, ..line.hanging(2) });
        self.notes(record, judged);
        self.text(record);
    }
}

/// Whether the code is the one that the call asks for.
fn expectation(
    code: Option<ErrorCode>,
    call: Option<(&Record<'_>, &JudgedRecord)>,
    refusal: Option<ErrorCode>,
) -> Option<(String, LineTone)> {
    let (_, judged) = call?;
    Some(match refusal {
        Some(expected) if Some(expected) == code => (format!("expected {expected} ✓"), LineTone::Good),
        Some(expected) => (format!("expected {expected}, by what is wrong with the call"), LineTone::Warning),
        None if judged.shape.is_some() => ("nothing is wrong with the call by the definitions".to_owned(), LineTone::Muted),
        None => return None,
    })
}

fn latency_words(kind: RecordKind, latency: Duration) -> String {
    let what = if matches!(kind, RecordKind::Retry | RecordKind::Lost) { "waits" } else { "after" };
    format!("{what} {}", format::duration(latency))
}

/// What happened, in a word or two.
const fn event_word(kind: RecordKind) -> (&'static str, LineTone) {
    match kind {
        RecordKind::Connecting => ("connecting", LineTone::Title),
        RecordKind::Connected => ("connected", LineTone::Good),
        RecordKind::Disconnected => ("disconnected", LineTone::Warning),
        RecordKind::Retry => ("tries again", LineTone::Warning),
        RecordKind::Lost => ("link lost", LineTone::Warning),
        RecordKind::Listening => ("listening", LineTone::Good),
        RecordKind::Refused => ("refused", LineTone::Error),
        RecordKind::Held => ("held", LineTone::Warning),
        RecordKind::Ping(_) => ("ping", LineTone::Title),
        RecordKind::Pong(_) => ("pong", LineTone::Title),
        RecordKind::Failure => ("failure", LineTone::Error),
        RecordKind::Frame(..)
        | RecordKind::Timeout
        | RecordKind::Unreachable
        | RecordKind::Unanswered
        | RecordKind::Note
        | RecordKind::Toast => ("note", LineTone::Title),
    }
}
