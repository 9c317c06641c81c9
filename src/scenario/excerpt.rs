//! Lines of the trace for a report: the exchange of a failure, and the records around it.

use std::collections::HashSet;

use jiff::Timestamp;

use super::outcome::CaseStep;
use crate::sanitize::escape_control;
use crate::trace::{Contents, Direction, Record, RecordDetail, RecordKind, Sequence, StationKey, mask_record, record_meaning};

/// How many lines are shown before and after the records of a failure.
const AROUND: usize = 8;
/// Longer lines are cut, in bytes.
const LONGEST: usize = 600;

/// The longest line of an exchange, in bytes: a report that is handed in shows whole messages.
const LONGEST_MESSAGE: usize = 4000;
/// How many lines of one step a report has: the first and the last ones.
const FIRST: usize = 150;
const LAST: usize = 50;

/// Where a part of a scenario begins.
#[derive(Debug, Clone)]
pub(super) struct SectionMark {
    /// Its first record.
    pub from: Sequence,
    pub name: String,
    /// Whether it goes on after a part inside it: then it is shown only if something follows.
    pub again: bool,
}

/// The records of a scenario without duplicates: when both ends of a link are simulated, the end of the side under test is left out.
pub(super) struct Excerpt<'a> {
    records: Vec<Record<'a>>,
    contents: &'a Contents,
}

impl<'a> Excerpt<'a> {
    /// The records from a place of the trace on.
    pub fn new(contents: &'a Contents, from: Sequence, hidden: &HashSet<StationKey>) -> Excerpt<'a> {
        let store = contents.records();
        let shown = |record: &Record<'_>| {
            record.kind != RecordKind::Connecting && !record.station.is_some_and(|station| hidden.contains(&station))
        };
        let range = store.range();
        let records = store.iter(from.max(range.start)..range.end).filter(shown).collect();
        Excerpt { records, contents }
    }

    /// All lines.
    pub fn all(&self) -> Vec<String> {
        self.records.iter().map(|record| self.line(record)).collect()
    }

    /// The lines of these records.
    pub fn lines(&self, sequences: &[Sequence]) -> Vec<String> {
        self.records.iter().filter(|record| sequences.contains(&record.sequence)).map(|record| self.line(record)).collect()
    }

    /// The lines around these records, or the last ones when there are none.
    pub fn around(&self, sequences: &[Sequence]) -> Vec<String> {
        let places =
            || self.records.iter().enumerate().filter(|(_, record)| sequences.contains(&record.sequence)).map(|(at, _)| at);
        let (first, last) = match (places().min(), places().max()) {
            (Some(first), Some(last)) => (first.saturating_sub(AROUND), (last + AROUND + 1).min(self.records.len())),
            _ => (self.records.len().saturating_sub(2 * AROUND), self.records.len()),
        };
        self.records[first..last].iter().map(|record| self.line(record)).collect()
    }

    /// The parts of the scenario, with the messages and the ends of links in each. What came before the first one has no name.
    pub fn steps(&self, marks: &[SectionMark]) -> Vec<CaseStep> {
        let is_exchange = |record: &&Record<'_>| {
            matches!(
                record.kind,
                RecordKind::Frame(..)
                    | RecordKind::Ping(_)
                    | RecordKind::Pong(_)
                    | RecordKind::Timeout
                    | RecordKind::Unreachable
                    | RecordKind::Connected
                    | RecordKind::Disconnected
                    | RecordKind::Lost
                    | RecordKind::Refused
            )
        };
        let mut lines = self.records.iter().filter(is_exchange).peekable();
        let mut steps = Vec::new();
        let before = SectionMark { from: 0, name: String::new(), again: true };
        let all: Vec<&SectionMark> = std::iter::once(&before).chain(marks).collect();
        for (place, mark) in all.iter().enumerate() {
            let end = all.get(place + 1).map_or(Sequence::MAX, |next| next.from);
            let mut exchange = Vec::new();
            while let Some(record) = lines.next_if(|record| record.sequence < end) {
                exchange.push(self.line_of(record, LONGEST_MESSAGE));
            }
            if exchange.len() > FIRST + LAST {
                let left = exchange.len() - FIRST - LAST;
                exchange.splice(FIRST..FIRST + left, [format!("… {left} lines are left out …")]);
            }
            if !mark.again || !exchange.is_empty() {
                steps.push(CaseStep { name: mark.name.clone(), exchange });
            }
        }
        steps
    }

    fn line(&self, record: &Record<'_>) -> String {
        self.line_of(record, LONGEST)
    }

    /// A line about a record. The trace of scenarios has secrets, because scripts compare them; a report has none.
    fn line_of(&self, record: &Record<'_>, longest: usize) -> String {
        let masked = mask_record(record);
        let record = &masked.as_ref().map_or(*record, |masked| masked.applied(record));
        let time = Timestamp::from_microsecond(record.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let row = record.station.and_then(|key| self.contents.stations().get(key));
        let station = row.map_or_else(String::new, |row| format!(" {}", escape_control(&row.identity)));
        let sign = match record.kind {
            RecordKind::Frame(Direction::In, _) | RecordKind::Ping(Direction::In) | RecordKind::Pong(Direction::In) => "◀",
            RecordKind::Frame(Direction::Out, _) | RecordKind::Ping(Direction::Out) | RecordKind::Pong(Direction::Out) => "▶",
            _ => "·",
        };
        let summary = record.summary();
        let summary = escape_control(&summary);
        let sentence = match (record.kind, record.detail) {
            (RecordKind::Ping(_), _) => "ping".into(),
            (RecordKind::Pong(_), _) => "pong".into(),
            (RecordKind::Connected, _) => format!("connected, {summary}").into(),
            (RecordKind::Disconnected, _) => format!("disconnected: {summary}").into(),
            (RecordKind::Retry | RecordKind::Lost, _) => format!("will try again: {summary}").into(),
            (_, Some(RecordDetail::Listening(detail))) => {
                format!("listening on port {}, {}", detail.address.port(), escape_control(record.text)).into()
            }
            (RecordKind::Unanswered, _) => format!("{}: {summary}", escape_control(record.action.unwrap_or_default())).into(),
            (RecordKind::Timeout, _) => format!("no answer to {}", escape_control(record.action.unwrap_or_default())).into(),
            _ => summary,
        };
        let mut line = format!("{}{station} {sign} {sentence}", time.strftime("%H:%M:%S%.3f"));
        if matches!(record.kind, RecordKind::Frame(..)) {
            let call = record.partner.and_then(|partner| self.contents.records().get(partner));
            let call = call.filter(|call| call.sequence < record.sequence);
            let masked = call.as_ref().and_then(mask_record);
            let call = call.as_ref().map(|call| masked.as_ref().map_or(*call, |masked| masked.applied(call)));
            let meaning = record_meaning(record, call.as_ref());
            if !meaning.is_empty() {
                // What a long message means is worth more than its end.
                let meaning = format!("   = {meaning}");
                let room = longest.saturating_sub(meaning.len() + '…'.len_utf8());
                if line.len() > room {
                    line.truncate(line.floor_char_boundary(room));
                    line.push('…');
                }
                line.push_str(&meaning);
            }
        }
        let notes = record.notes();
        if !notes.is_empty() && !matches!(record.kind, RecordKind::Frame(Direction::Out, _)) {
            line.push_str("   # ");
            line.push_str(&escape_control(&notes));
        }
        if line.len() > longest {
            line.truncate(line.floor_char_boundary(longest));
            line.push('…');
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::now;
    use crate::hub::Hub;
    use crate::link::LinkSettings;
    use crate::ocpp::{Catalog, Role};
    use crate::sanitize::is_unsafe;
    use crate::trace::{self, Event, EventKind, Frame, FrameKind, Stamp};

    /// A session with so many notes, and one note at a station.
    fn hub(notes: usize) -> Hub {
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), trace::direct(1 << 20, now()));
        let station = hub.station(Role::ChargePoint, "A\u{1b}");
        (0..notes).for_each(|number| hub.note(false, format!("note {number}.")));
        hub.note_at(Some(station), true, "x".repeat(2 * LONGEST));
        hub
    }

    #[test]
    fn the_lines_around_a_record_are_shown_or_else_the_last_ones() {
        let hub = hub(40);
        let contents = hub.trace().read();
        let excerpt = Excerpt::new(&contents, 0, &HashSet::new());
        let first = contents.records().range().start;
        assert_eq!(excerpt.all().len(), 41);
        assert!(excerpt.lines(&[first + 3])[0].ends_with(" · note 3."));
        let around = excerpt.around(&[first + 20]);
        assert_eq!(around.len(), 2 * AROUND + 1);
        assert!(around[0].ends_with("note 12.") && around[2 * AROUND].ends_with("note 28."), "{around:?}");
        assert_eq!(excerpt.around(&[first]).len(), AROUND + 1);
        let end = excerpt.around(&[]);
        assert!(end.len() == 2 * AROUND && end[0].ends_with("note 25."), "{end:?}");
        assert_eq!(Excerpt::new(&contents, first + 39, &HashSet::new()).all().len(), 2);
    }

    #[test]
    fn lines_are_short_and_visible_and_the_other_end_is_left_out() {
        let hub = hub(1);
        let contents = hub.trace().read();
        let excerpt = Excerpt::new(&contents, 0, &HashSet::new());
        let line = excerpt.all().pop().unwrap();
        assert!(line.contains(" A\\u{1b} · xxx") && line.ends_with("x…") && line.len() <= LONGEST + '…'.len_utf8(), "{line}");
        let station = contents.stations().rows()[0].key;
        assert_eq!(Excerpt::new(&contents, 0, &HashSet::from([station])).all().len(), 1);
    }

    #[test]
    fn messages_say_what_they_mean_also_when_they_are_cut() {
        let mut contents = Contents::new(1 << 20);
        let station = Some(contents.station(Role::CentralSystem, "CP1"));
        let long = format!(r#"{{"key":"HeartbeatInterval","value":"300","x":"{}"}}"#, "y".repeat(2 * LONGEST));
        for (kind, text) in [
            (FrameKind::Call, format!(r#"[2,"1","ChangeConfiguration",{long}]"#)),
            (FrameKind::Result, r#"[3,"1",{"status":"Accepted"}]"#.to_owned()),
        ] {
            let frame = Frame {
                direction: Direction::Out,
                kind,
                action: Some("ChangeConfiguration".into()),
                text: text.into(),
                content: None,
                exchange: Some(1),
                code: None,
                findings: Vec::new(),
                remark: None,
                origin: None,
            };
            let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
            contents.apply(&Event { station, stamp, kind: EventKind::Frame(frame) }, &mut String::new());
        }
        let lines = Excerpt::new(&contents, 0, &HashSet::new()).all();
        assert!(lines[0].ends_with("yyy…   = HeartbeatInterval=300") && lines[0].len() <= LONGEST, "{}", lines[0]);
        assert_eq!(lines[1], r#"00:00:00.000 CP1 ▶ [3,"1",{"status":"Accepted"}]   = Accepted"#);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_second_line(text in "([a-z\\[\\]]|\n|\r|\u{1b}|\u{9b}|\u{2028}|\u{202e}){0,12}") {
            let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), trace::direct(1 << 20, now()));
            let station = hub.station(Role::CentralSystem, &text);
            hub.note_at(Some(station), true, text.as_str());
            let contents = hub.trace().read();
            let lines = Excerpt::new(&contents, 0, &HashSet::new()).all();
            prop_assert_eq!(lines.len(), 1);
            prop_assert!(!lines[0].chars().any(is_unsafe), "{:?}", lines[0]);
        }
    }
}
