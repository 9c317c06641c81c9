//! Lines of the trace for a report: the exchange that a failure is about, and what happened around it.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::trace::{Contents, Direction, Record, RecordKind, Sequence, StationKey};
use crate::visible;

/// How many lines are shown before and behind what a failure is about.
const AROUND: usize = 8;
/// More of a line is not shown.
const LONGEST: usize = 600;

/// The records of a scenario, without what repeats them: where both ends of a link are ours, the end of the side under test is left out.
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

    fn line(&self, record: &Record<'_>) -> String {
        let time = Timestamp::from_microsecond(record.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let row = record.station.and_then(|key| self.contents.stations().get(key));
        let station = row.map_or_else(String::new, |row| format!(" {}", visible(&row.identity)));
        let sign = match record.kind {
            RecordKind::Frame(Direction::In, _) | RecordKind::Ping(Direction::In) | RecordKind::Pong(Direction::In) => "◀",
            RecordKind::Frame(Direction::Out, _) | RecordKind::Ping(Direction::Out) | RecordKind::Pong(Direction::Out) => "▶",
            _ => "·",
        };
        let said = match record.kind {
            RecordKind::Ping(_) => "ping".into(),
            RecordKind::Pong(_) => "pong".into(),
            RecordKind::Connected => format!("connected, {}", visible(record.summary())).into(),
            RecordKind::Disconnected => format!("disconnected: {}", visible(record.summary())).into(),
            RecordKind::Retry | RecordKind::Lost => format!("will try again: {}", visible(record.summary())).into(),
            RecordKind::Listening => {
                let mut words = record.text.splitn(3, ' ');
                let (port, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                format!("listening on port {port}, {}", visible(url)).into()
            }
            RecordKind::Timeout => format!("no answer to {}", record.action.unwrap_or_default()).into(),
            _ => visible(record.summary()),
        };
        let mut line = format!("{}{station} {sign} {said}", time.strftime("%H:%M:%S%.3f"));
        if !record.remarks.is_empty() && !matches!(record.kind, RecordKind::Frame(Direction::Out, _)) {
            line.push_str("   # ");
            line.push_str(&visible(record.remarks));
        }
        if line.len() > LONGEST {
            line.truncate(line.floor_char_boundary(LONGEST));
            line.push('…');
        }
        line
    }
}
