//! The records of an export, and what each format asks of them.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::ocpp::Role;
use crate::trace::decode::{DecodedMessage, decode};
use crate::trace::{Contents, Direction, FrameKind, FrameVerdict, Record, RecordKind, Sequence, StationRow};

/// Some records of a trace.
#[derive(Clone, Copy)]
pub struct ExportScope<'a> {
    /// The trace.
    pub contents: &'a Contents,
    /// The records, oldest first.
    pub chosen: &'a [Sequence],
}

/// A call with what ended it.
#[derive(Clone, Copy)]
pub(super) struct ExportedExchange<'a> {
    pub call: Record<'a>,
    pub answer: Option<Record<'a>>,
}

impl<'a> ExportScope<'a> {
    /// The records.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'a>> + Clone + use<'a> {
        let records = self.contents.records();
        self.chosen.iter().filter_map(|sequence| records.get(*sequence))
    }

    /// The exchanges of which a part is among the records, in the order of their calls.
    pub(super) fn exchanges(&self) -> Vec<ExportedExchange<'a>> {
        let records = self.contents.records();
        let mut seen = HashSet::new();
        let is_call = |record: &Record<'_>| matches!(record.kind, RecordKind::Frame(_, FrameKind::Call | FrameKind::Send));
        let mut exchanges = Vec::new();
        for record in self.records() {
            let other = record.partner.and_then(|partner| records.get(partner));
            let call = if is_call(&record) { Some(record) } else { other.filter(is_call) };
            if let Some(call) = call.filter(|call| seen.insert(call.sequence)) {
                exchanges.push(ExportedExchange { call, answer: call.partner.and_then(|answer| records.get(answer)) });
            }
        }
        exchanges.sort_by_key(|exchange| exchange.call.sequence);
        exchanges
    }

    /// The station of a record.
    pub(super) fn row(&self, record: &Record<'_>) -> Option<&'a StationRow> {
        record.station.and_then(|key| self.contents.stations().get(key))
    }

    /// The identity of a record's station; empty for a line of the session.
    pub(super) fn identity(&self, record: &Record<'_>) -> &'a str {
        self.row(record).map_or("", |row| &row.identity)
    }

    /// Whether a frame came from the station.
    pub(super) fn is_from_station(&self, record: &Record<'_>) -> bool {
        let we_are_central = self.row(record).is_none_or(|row| row.our_role == Role::CentralSystem);
        let received = !matches!(
            record.kind,
            RecordKind::Frame(Direction::Out, _) | RecordKind::Ping(Direction::Out) | RecordKind::Pong(Direction::Out)
        );
        received == we_are_central
    }
}

impl ExportedExchange<'_> {
    /// How it ended: `result`, the code of an error, or a word.
    pub fn outcome(&self) -> String {
        let Some(answer) = &self.answer else {
            let is_send = matches!(self.call.kind, RecordKind::Frame(_, FrameKind::Send));
            return if is_send { "sent" } else { "open" }.to_owned();
        };
        match answer.kind {
            RecordKind::Frame(_, FrameKind::Result) => "result".to_owned(),
            RecordKind::Frame(_, FrameKind::Error) => match decode(answer).message {
                DecodedMessage::Error { code, .. } if !code.is_empty() => code.into_owned(),
                _ => "error".to_owned(),
            },
            RecordKind::Timeout => "timeout".to_owned(),
            RecordKind::Unreachable => "unreachable".to_owned(),
            RecordKind::Unanswered => "unanswered".to_owned(),
            _ => "unreadable".to_owned(),
        }
    }

    /// Whether something is wrong with it.
    pub fn is_faulty(&self) -> bool {
        let failed = self.answer.is_some_and(|answer| !matches!(answer.kind, RecordKind::Frame(_, FrameKind::Result)));
        let invalid = |record: &Record<'_>| record.verdict == FrameVerdict::Invalid;
        failed || invalid(&self.call) || self.answer.as_ref().is_some_and(invalid)
    }
}

/// The time of a record in UTC, with milliseconds.
pub(super) fn time_text(wall_micros: i64) -> String {
    let time = Timestamp::from_microsecond(wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}
