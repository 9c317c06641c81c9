//! The timing view: when a message passed, how long its exchange took, and how far it is from its neighbours.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::diff;
use super::line::{LineTone, TextLine};
use crate::trace::{Direction, FrameKind, Record, RecordKind};
use crate::tui::context::ReadContext;
use crate::tui::widget::format;

/// The width of the names.
const NAMES: usize = 31;
/// How many records back the previous line of the station is searched.
const SEARCHED: u64 = 50_000;

/// The lines of a record.
pub(super) fn lines(record: &Record<'_>, outside: &ReadContext<'_>, zone: &TimeZone) -> Vec<TextLine> {
    let records = outside.contents.records();
    let mut lines = Vec::new();
    let mut fact = |name: &str, value: String| {
        lines.push(TextLine::new(format!("{name:NAMES$}"), LineTone::Muted).and(value, LineTone::Base));
    };
    let way = match record.kind {
        RecordKind::Frame(Direction::In, _) | RecordKind::Ping(Direction::In) | RecordKind::Pong(Direction::In) => "received",
        RecordKind::Frame(Direction::Out, _) | RecordKind::Ping(Direction::Out) | RecordKind::Pong(Direction::Out) => "sent",
        _ => "happened",
    };
    fact(way, date(record.wall_micros, zone));
    fact("since the session began", format::duration(Duration::from_micros(record.monotonic_micros)));
    let partner = record.partner.and_then(|partner| records.get(partner));
    match &partner {
        Some(partner) if partner.sequence > record.sequence => {
            let what = match partner.kind {
                RecordKind::Timeout | RecordKind::Unreachable => "given up",
                RecordKind::Unanswered => "left unanswered",
                _ => "answered",
            };
            fact(what, date(partner.wall_micros, zone));
            fact("after", partner.latency.map_or_else(String::new, format::duration));
        }
        Some(partner) if matches!(record.kind, RecordKind::Frame(_, FrameKind::ResultError)) => {
            fact("the result", date(partner.wall_micros, zone));
        }
        Some(partner) => {
            fact("its call", date(partner.wall_micros, zone));
            fact("time for the answer", record.latency.map_or_else(String::new, format::duration));
        }
        None if matches!(record.kind, RecordKind::Frame(Direction::Out, FrameKind::Call)) => {
            fact("answered", "not yet".to_owned());
        }
        None => {}
    }
    let apart = |other: &Record<'_>| {
        format::duration(Duration::from_micros(record.monotonic_micros.saturating_sub(other.monotonic_micros)))
    };
    let from = record.sequence.saturating_sub(SEARCHED);
    let neighbour = records.iter(from..record.sequence).rev().find(|other| other.station == record.station);
    if let Some(neighbour) = neighbour.filter(|_| record.station.is_some()) {
        fact("since the station's last line", apart(&neighbour));
    }
    if let Some(previous) = diff::previous(record, records) {
        fact("since the last of this action", apart(&previous));
    }
    fact("size", format!("{} bytes", format::number(record.full_text().len() as u64)));
    fact("record", format::number(record.sequence));
    lines
}

/// Date and time with microseconds and the offset of the clock on the screen.
fn date(wall_micros: i64, zone: &TimeZone) -> String {
    let time = Timestamp::from_microsecond(wall_micros).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    time.strftime("%Y-%m-%d %H:%M:%S.%6f %:z").to_string()
}
