//! One event as the line that ocppjs would have printed, so that scripts made for it go on working.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::ocpp::Role;
use crate::trace::{Direction, Record, RecordKind, StationRow, StationTable, Verdict};
use crate::visible;

/// Writes events as lines.
pub(super) struct EventLines {
    zone: TimeZone,
}

impl EventLines {
    /// Lines with the local time of this time zone.
    pub fn new(zone: TimeZone) -> EventLines {
        EventLines { zone }
    }

    /// The time stamp: `[2012-12-28 14:54:54]`.
    pub fn stamp(&self, wall_micros: i64) -> String {
        let time = Timestamp::from_microsecond(wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        time.to_zoned(self.zone.clone()).strftime("[%Y-%m-%d %H:%M:%S]").to_string()
    }

    /// Appends the lines of a record, each with its line end. Some records make none.
    pub fn write(&self, record: &Record<'_>, stations: &StationTable, out: &mut String) {
        let row = record.station.and_then(|key| stations.get(key));
        let stamp = self.stamp(record.wall_micros);
        if record.kind == RecordKind::Listening {
            let port = record.text.split(' ').next().unwrap_or_default();
            let _ = writeln!(out, "{stamp} CentralSystem started.\n{stamp} cs: Server is listening on port {port}");
            return;
        }
        if let Some(line) = sentence(record, row) {
            let _ = writeln!(out, "{stamp} {line}"); // a String takes everything
        }
        if record.verdict != Verdict::Valid {
            for remark in record.remarks.lines() {
                let _ = writeln!(out, "{stamp} {}: note on {}: {}", ours(row), theirs(row), visible(remark));
            }
        }
    }
}

/// What stands behind the stamp.
fn sentence<'a>(record: &Record<'a>, row: Option<&StationRow>) -> Option<Cow<'a, str>> {
    let (ours, theirs) = (ours(row), theirs(row));
    let simulated = row.is_some_and(|row| row.our_role == Role::ChargePoint);
    let text = visible(record.summary());
    let seconds = record.latency.map_or(0, |wait| wait.as_secs_f64().round().max(1.0) as u64);
    let station = || if simulated { ours.clone() } else { theirs.clone() };
    let host = || row.and_then(|row| row.peer).map_or_else(String::new, |peer| peer.ip().to_string());
    Some(match record.kind {
        RecordKind::Frame(Direction::In, _) => format!("{ours}: <<{theirs} {text}").into(),
        RecordKind::Frame(Direction::Out, _) => format!("{ours}: >>{theirs} {text}").into(),
        RecordKind::Connected if simulated => "Connected to Central System.".into(),
        RecordKind::Connected => {
            format!("cs: ChargePoint #{} connected ({}).", identity(row), connection(record.summary())).into()
        }
        RecordKind::Disconnected if simulated => "Disconnected".into(),
        RecordKind::Disconnected => format!("{theirs}: Disconnected").into(),
        RecordKind::Lost => format!("{}: Connection lost, retry in {seconds} seconds.", station()).into(),
        RecordKind::Retry => format!("{}: Connect failed: {text}. Retry in {seconds} seconds.", station()).into(),
        RecordKind::Refused => format!("cs: Handshake refused: {text}").into(),
        RecordKind::Timeout => format!("{ours}: {} to {theirs}: {text}", record.action.unwrap_or_default()).into(),
        RecordKind::Ping(Direction::In) => format!("PING received from: {}", host()).into(),
        RecordKind::Ping(Direction::Out) => format!("PING sent to: {}", host()).into(),
        RecordKind::Pong(Direction::In) => format!("PONG received from: {}", host()).into(),
        RecordKind::Pong(Direction::Out) => format!("PONG sent to: {}", host()).into(),
        RecordKind::Note | RecordKind::Failure if row.is_some() => format!("{}: {text}", station()).into(),
        RecordKind::Note | RecordKind::Failure => text,
        RecordKind::Connecting | RecordKind::Listening => return None,
    })
}

/// `protocol: ocpp1.5` of a connected record's text, which goes on with the address.
fn connection(text: &str) -> String {
    let protocol = text.strip_prefix("protocol ").unwrap_or(text);
    format!("protocol: {}", protocol.split(',').next().unwrap_or_default())
}

fn identity(row: Option<&StationRow>) -> Cow<'_, str> {
    row.map_or(Cow::Borrowed("?"), |row| visible(&row.identity))
}

/// Our end of the station's link, as ocppjs names it.
fn ours(row: Option<&StationRow>) -> String {
    match row {
        Some(StationRow { our_role: Role::ChargePoint, .. }) => format!("cp#{}", identity(row)),
        _ => "cs".to_owned(),
    }
}

/// The other end of the station's link.
fn theirs(row: Option<&StationRow>) -> String {
    match row {
        Some(StationRow { our_role: Role::ChargePoint, .. }) => "cs".to_owned(),
        _ => format!("cp#{}", identity(row)),
    }
}
