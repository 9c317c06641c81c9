//! The timing view: when a message passed, how long its exchange took, and how far it is from its neighbours.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::diff::{self, EarlierMessage};
use super::line::{LineTone, TextLine};
use crate::trace::{Direction, FrameKind, PairLegs, Record, RecordKind, SplitLatency};
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
    if let Some(passage) = record.passage() {
        let way = match (record.kind, passage.legs) {
            (RecordKind::Frame(Direction::In, _), PairLegs::Both) => "from the station to the central system",
            (_, PairLegs::Both) => "from the central system to the station",
            (_, PairLegs::Station) => "between the station and the proxy only",
            (_, PairLegs::Upstream) => "between the proxy and the central system only",
        };
        fact("way", way.to_owned());
        fact("held here", format::duration(passage.held()));
        if let Some(done) = &passage.intervention {
            fact("done with it", done.to_string());
            if let Some(before) = &done.before {
                fact("as it came", before.to_string());
            }
        }
        if let Some(split) = partner.as_ref().and_then(|partner| split(record, partner, outside)) {
            fact("the exchange took", format::duration(split.total));
            fact("of that here", format::duration(split.ours));
            fact("of that beyond", format::duration(split.beyond));
            if let Some(network) = split.network {
                fact("of that on the way, by ping", format::duration(network));
            }
        }
    }
    let apart = |other: &Record<'_>| {
        format::duration(Duration::from_micros(record.monotonic_micros.saturating_sub(other.monotonic_micros)))
    };
    let from = record.sequence.saturating_sub(SEARCHED);
    let neighbour = records.iter(from..record.sequence).rev().find(|other| other.station == record.station);
    if let Some(neighbour) = neighbour.filter(|_| record.station.is_some()) {
        fact("since the station's last line", apart(&neighbour));
    }
    if let EarlierMessage::Found(previous) = diff::previous(record, records) {
        fact("since the last of this action", apart(&previous));
    }
    fact("size", format!("{} bytes", format::number(record.full_text().len() as u64)));
    fact("record", format::number(record.sequence));
    lines
}

/// How the time of an exchange that passed a pair splits.
fn split(record: &Record<'_>, partner: &Record<'_>, outside: &ReadContext<'_>) -> Option<SplitLatency> {
    let (call, answer) = if partner.sequence > record.sequence { (record, partner) } else { (partner, record) };
    let (asked, answered) = (call.passage()?, answer.passage()?);
    let passed = (asked.legs, answered.legs) == (PairLegs::Both, PairLegs::Both);
    let row = outside.contents.stations().get(record.station?)?;
    // The link on which the answer came.
    let round_trip = match answer.kind {
        RecordKind::Frame(Direction::Out, _) => row.upstream.as_ref().and_then(|upstream| upstream.round_trip),
        _ => row.round_trip,
    };
    passed.then(|| Some(SplitLatency::of(answer.latency?, asked, answered, round_trip))).flatten()
}

/// Date and time with microseconds and the offset of the clock on the screen.
fn date(wall_micros: i64, zone: &TimeZone) -> String {
    let time = Timestamp::from_microsecond(wall_micros).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    time.strftime("%Y-%m-%d %H:%M:%S.%6f %:z").to_string()
}
