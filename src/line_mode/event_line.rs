//! One event as the line that ocppjs would have printed, so that scripts made for it go on working. Where ocppjs prints
//! nothing, there is a line in the same style; docs/ocppjs-compatibility.md lists what differs.

use std::cell::{Ref, RefCell};
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::IgnoredAny;

use super::stamped_lines::StampedLines;
use crate::ocpp::Role;
use crate::rpc::srpc::words;
use crate::trace::decode::decode;
use crate::trace::{Contents, Direction, FrameKind, FrameVerdict, PairLegs, Record, RecordDetail, RecordKind, StationRow};

/// Writes events as lines.
pub(super) struct EventLines {
    zone: TimeZone,
    /// The last second that was written, and its stamp: thousands of events have the same one.
    last: RefCell<(i64, String)>,
}

impl EventLines {
    /// Lines with the local time of this time zone.
    pub fn new(zone: TimeZone) -> EventLines {
        EventLines { zone, last: RefCell::new((i64::MIN, String::new())) }
    }

    /// The time zone of the lines.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The time stamp: `[2012-12-28 14:54:54]`.
    pub fn stamp(&self, wall_micros: i64) -> Ref<'_, str> {
        let second = wall_micros.div_euclid(1_000_000);
        if self.last.borrow().0 != second {
            let time = Timestamp::from_microsecond(wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
            let stamp = time.to_zoned(self.zone.clone()).strftime("[%Y-%m-%d %H:%M:%S]").to_string();
            *self.last.borrow_mut() = (second, stamp);
        }
        Ref::map(self.last.borrow(), |(_, stamp)| stamp.as_str())
    }
}

/// Appends the lines of a record. Some records make none.
pub(super) fn write(record: &Record<'_>, contents: &Contents, out: &mut StampedLines<'_>) {
    let row = record.station.and_then(|key| contents.stations().get(key));
    let names = LineNames::new(row);
    match record.kind {
        RecordKind::Frame(Direction::In, FrameKind::Malformed) => unreadable(record, &names, out),
        // most records are these
        RecordKind::Frame(direction, _) if !row.is_some_and(StationRow::is_pair) => {
            let arrow = if direction == Direction::In { "<<" } else { ">>" };
            let ([ours, our_name], [theirs, their_name]) = (names.ours.parts(), names.theirs.parts());
            out.add_parts(&[ours, our_name, ": ", arrow, theirs, their_name, " ", &record.summary()]);
        }
        RecordKind::Timeout => {
            let call = record.partner.and_then(|call| contents.records().get(call));
            let id = call.map_or_else(String::new, |call| id(&call));
            out.add(format_args!("Error for the message #{id} : timeout"));
        }
        _ => {
            if let Some(text) = sentence(record, row, &names) {
                out.add(text);
            }
        }
    }
    if let (RecordKind::Frame(Direction::In, FrameKind::Result), Some(code)) = (record.kind, record.code) {
        out.add_without_time(format_args!("WARNING : {code} for CALLRETURN #{}", id(record)));
    }
    notes(record, &names, out);
}

/// The findings of a frame, in words. Tolerated findings in our own frames are left out, because the user wanted them.
pub(super) fn notes(record: &Record<'_>, names: &LineNames<'_>, out: &mut StampedLines<'_>) {
    let is_printed = match record.kind {
        RecordKind::Frame(Direction::Out, _) => record.verdict == FrameVerdict::Invalid,
        _ => record.verdict != FrameVerdict::Valid,
    };
    if is_printed {
        for remark in record.remarks.lines() {
            out.add(format_args!("{}: note on {}: {remark}", names.ours, names.theirs));
        }
    }
}

/// A received frame that is no message. ocppjs prints two kinds of it and none of the others.
fn unreadable(record: &Record<'_>, names: &LineNames<'_>, out: &mut StampedLines<'_>) {
    let text = record.text;
    if record.origin().is_some_and(|origin| origin.binary) {
        out.add("Message format is not UTF8.");
    } else if serde_json::from_str::<IgnoredAny>(text).is_err() {
        let station = if names.theirs == LineEnd::CentralSystem { LineEnd::Station("cs") } else { names.theirs };
        out.add(format_args!("Error: message {text} can't be parsed."));
        out.add(format_args!("cs: Error: message from {station} {text} can't be parsed"));
    } else {
        out.add(format_args!("{}: <<{} {text}", names.ours, names.theirs));
    }
}

/// What stands behind the stamp.
fn sentence(record: &Record<'_>, row: Option<&StationRow>, names: &LineNames<'_>) -> Option<String> {
    let LineNames { ours, theirs } = names;
    let simulated = row.is_some_and(|row| row.our_role == Role::ChargePoint);
    let text = record.summary();
    let seconds = record.latency.map_or(0, |wait| wait.as_secs_f64().round().max(1.0) as u64);
    let station = || if simulated { ours } else { theirs };
    let host = || row.and_then(|row| row.peer).map_or_else(String::new, |peer| peer.ip().to_string());
    if let (RecordKind::Frame(direction, _), true) = (record.kind, row.is_some_and(StationRow::is_pair)) {
        let arrow = if direction == Direction::In { ">>" } else { "<<" };
        let done = record.passage_note().map_or_else(String::new, |note| format!(" ({note})"));
        return Some(format!("proxy: {theirs} {arrow} cs{done} {text}"));
    }
    Some(match record.kind {
        RecordKind::Frame(..) => return None,
        RecordKind::Connected if simulated => "Connected to Central System.".to_owned(),
        RecordKind::Connected => {
            let subprotocol = record.version.map_or("", |version| version.subprotocol());
            match row.filter(|row| row.is_pair()).and(record.legs) {
                Some(PairLegs::Upstream) => format!("proxy: {theirs} is connected to its central system ({text})."),
                Some(_) => format!("proxy: ChargePoint #{} connected (protocol: {subprotocol}).", identity(row)),
                None => format!("cs: ChargePoint #{} connected (protocol: {subprotocol}).", identity(row)),
            }
        }
        RecordKind::Disconnected if simulated => "Disconnected".to_owned(),
        RecordKind::Disconnected if record.legs == Some(PairLegs::Upstream) => {
            format!("proxy: {theirs} is not connected to its central system any more ({text}).")
        }
        RecordKind::Disconnected => format!("{theirs}: Disconnected"),
        RecordKind::Lost => format!("{}: Connection lost, retry in {seconds} seconds.", station()),
        RecordKind::Retry => format!("Connect Error: Error: {text}. Retry in {seconds} seconds ..."),
        RecordKind::Refused if record.legs.is_some() => format!("proxy: {theirs}: {text}"),
        RecordKind::Refused => format!("cs: {text}"),
        RecordKind::Ping(Direction::In) => format!("PING received from: {}", host()),
        RecordKind::Ping(Direction::Out) => format!("PING sent to: {}", host()),
        RecordKind::Pong(Direction::In) => format!("PONG received from: {}", host()),
        RecordKind::Pong(Direction::Out) => format!("PONG sent to: {}", host()),
        RecordKind::Note if matches!(record.detail, Some(RecordDetail::Note(_))) => text.into_owned(),
        RecordKind::Held => format!("{}: {} held as {text}", station(), record.action.unwrap_or_default()),
        RecordKind::Note | RecordKind::Toast | RecordKind::Failure if row.is_some() => format!("{}: {text}", station()),
        RecordKind::Note | RecordKind::Toast | RecordKind::Failure => text.into_owned(),
        RecordKind::Unreachable => format!("{ours}: <<{theirs} Error: {text}"),
        RecordKind::Connecting | RecordKind::Listening | RecordKind::Timeout | RecordKind::Unanswered => return None,
    })
}

/// The id of a frame, as it is shown.
fn id(frame: &Record<'_>) -> String {
    decode(frame).id.map_or_else(String::new, |id| words(&id).into_owned())
}

fn identity(row: Option<&StationRow>) -> &str {
    row.map_or("?", |row| &row.identity)
}

/// One end of a link, as ocppjs names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd<'a> {
    CentralSystem,
    /// The charge point with this identity.
    Station(&'a str),
}

impl<'a> LineEnd<'a> {
    fn parts(self) -> [&'a str; 2] {
        match self {
            LineEnd::CentralSystem => ["cs", ""],
            LineEnd::Station(identity) => ["cp#", identity],
        }
    }
}

impl fmt::Display for LineEnd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().into_iter().try_for_each(|part| f.write_str(part))
    }
}

/// The two ends of a station's link.
pub(super) struct LineNames<'a> {
    /// Ours.
    pub ours: LineEnd<'a>,
    /// The peer's.
    pub theirs: LineEnd<'a>,
}

impl<'a> LineNames<'a> {
    /// Of a station's link; `?` stands for a station that is not known.
    pub fn new(row: Option<&'a StationRow>) -> LineNames<'a> {
        let station = LineEnd::Station(identity(row));
        match row {
            Some(StationRow { our_role: Role::ChargePoint, .. }) => LineNames { ours: station, theirs: LineEnd::CentralSystem },
            _ => LineNames { ours: LineEnd::CentralSystem, theirs: station },
        }
    }
}
