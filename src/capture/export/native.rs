//! A capture of ours, made of records: each becomes the event again that it was.

use std::collections::HashSet;
use std::io::{self, Write};

use jiff::Timestamp;

use super::export_scope::ExportScope;
use crate::capture::known_station::known_station;
use crate::capture::line::{write_event, write_header};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::trace::{
    ConnectionAttempt, Direction, Event, EventKind, Frame, FrameKind, FrameText, NoteTopic, PairLegs, Record, RecordDetail,
    RecordKind, RetryCause, Sequence, SilenceCause, Stamp, StationKey, StationRow, TappedFrame,
};

/// Writes the capture.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    let mut lines = Vec::new();
    let began = scope.records().next().and_then(|record| Timestamp::from_microsecond(record.wall_micros).ok());
    write_header(&mut lines, began.unwrap_or(Timestamp::UNIX_EPOCH), None);
    let mut outcome = Ok(());
    each_event(scope, |event, row, tapped, record| {
        write_event(&mut lines, event, row, tapped);
        if record.is_some() && outcome.is_ok() {
            outcome = out.write_all(&lines);
            lines.clear();
            count.written += 1;
        }
    });
    outcome?;
    out.write_all(&lines)?;
    Ok(count)
}

/// Hands over the events that the records were, each with its station and its record. Those without a record say what the records take
/// for known: that there is a station, and which version is spoken on its link.
pub(in crate::capture) fn each_event(
    scope: &ExportScope<'_>,
    mut take: impl FnMut(&Event, Option<&StationRow>, TappedFrame<'_>, Option<Sequence>),
) {
    let mut known: HashSet<StationKey> = HashSet::new();
    let mut links: HashSet<(StationKey, u32)> = HashSet::new();
    for record in scope.records() {
        let row = scope.row(&record);
        if let Some(row) = row.filter(|row| known.insert(row.key)) {
            for kind in known_station(scope.contents.stations(), row) {
                take(&event(&record, kind), Some(row), TappedFrame::default(), None);
            }
        }
        // A frame says nothing of its version and transport; the line about its link does.
        if let (Some(row), Some(link), Some(version)) = (row, record.link, record.version)
            && links.insert((row.key, link))
            && record.kind != RecordKind::Connected
        {
            let (link, transport) = (u64::from(link), record.transport);
            // A frame of a pair says itself where it was.
            let is_upstream = record.legs == Some(PairLegs::Upstream) && !matches!(record.kind, RecordKind::Frame(..));
            let peer = if is_upstream { row.upstream.as_ref().and_then(|upstream| upstream.peer) } else { row.peer };
            let kind = EventKind::LinkKnown { link, version, transport, peer, up: true };
            let kind = if is_upstream { EventKind::Upstream(Box::new(kind)) } else { kind };
            take(&event(&record, kind), Some(row), TappedFrame::default(), None);
        }
        let text = if matches!(record.kind, RecordKind::Frame(..)) { record.text } else { "" };
        let tapped = TappedFrame { text, content: record.content, masked: &[] };
        let kind = kind_of(&record, scope);
        // A frame says itself where it was.
        let is_upstream = record.legs == Some(PairLegs::Upstream) && !matches!(kind, EventKind::Frame(_));
        let kind = if is_upstream { EventKind::Upstream(Box::new(kind)) } else { kind };
        take(&event(&record, kind), row, tapped, Some(record.sequence));
    }
}

fn event(record: &Record<'_>, kind: EventKind) -> Event {
    let stamp = Stamp { wall_micros: record.wall_micros, monotonic_micros: record.monotonic_micros };
    Event { station: record.station, stamp, kind }
}

/// The number of a record's exchange: that of its call, so that both halves have the same.
fn exchange_of(record: &Record<'_>) -> Option<Sequence> {
    record.partner.map(|partner| partner.min(record.sequence))
}

/// The event that a record was.
fn kind_of(record: &Record<'_>, scope: &ExportScope<'_>) -> EventKind {
    let text = || record.text.into();
    let action = || record.action.unwrap_or_default().into();
    let after = record.latency.unwrap_or_default();
    let exchange = exchange_of(record).unwrap_or(record.sequence);
    let link = u64::from(record.link.unwrap_or_default());
    match (record.kind, record.detail) {
        (RecordKind::Frame(direction, kind), _) => EventKind::Frame(frame(record, direction, kind, scope)),
        (RecordKind::Connecting, _) => EventKind::Connecting { url: text() },
        (RecordKind::Connected, Some(RecordDetail::Connected(connected))) => match record.version {
            Some(version) => EventKind::Connected {
                link,
                version,
                transport: record.transport,
                peer: connected.peer,
                handshake: connected.handshake.clone(),
            },
            None => note(record),
        },
        (RecordKind::Disconnected, Some(RecordDetail::Closed(reason))) => {
            EventKind::Disconnected { link, reason: reason.clone() }
        }
        (RecordKind::Lost, Some(RecordDetail::Closed(reason))) => {
            EventKind::Retry { after, cause: RetryCause::Lost(reason.clone()) }
        }
        (RecordKind::Retry, detail) => {
            let handshake = match detail {
                Some(RecordDetail::Failed { handshake }) => (**handshake).clone(),
                _ => ConnectionAttempt::default(),
            };
            EventKind::Retry { after, cause: RetryCause::Failed { reason: text(), handshake } }
        }
        (RecordKind::Listening, Some(RecordDetail::Listening(listening))) => {
            EventKind::Listening { address: listening.address, url: text(), transports: listening.transports.clone() }
        }
        (RecordKind::Refused, detail) => {
            let (peer, handshake) = match detail {
                Some(RecordDetail::Refused(refused)) => (refused.peer, refused.handshake.clone()),
                _ => (None, ConnectionAttempt::default()),
            };
            EventKind::Refused { peer, reason: text(), detail: record.remarks.into(), handshake }
        }
        (RecordKind::Held, Some(RecordDetail::Held { number })) => {
            EventKind::Held { number: *number, action: action(), text: text() }
        }
        (RecordKind::Timeout, detail) => {
            let after = if let Some(RecordDetail::Timeout { after }) = detail { *after } else { after };
            EventKind::Timeout { exchange, action: action(), after }
        }
        (RecordKind::Unreachable, detail) => {
            let attempt = match detail {
                Some(RecordDetail::Failed { handshake }) => Some(handshake.clone()),
                _ => None,
            };
            EventKind::Unreachable { exchange, action: action(), reason: text(), attempt }
        }
        (RecordKind::Unanswered, detail) => {
            let by = if let Some(RecordDetail::Unanswered { by }) = detail { *by } else { SilenceCause::default() };
            EventKind::Unanswered { exchange, action: action(), by }
        }
        (RecordKind::Ping(direction), _) => EventKind::Ping { direction, pong: false, round_trip: record.latency },
        (RecordKind::Pong(direction), _) => EventKind::Ping { direction, pong: true, round_trip: record.latency },
        (RecordKind::Note, Some(RecordDetail::Note(topic))) => match topic {
            NoteTopic::PingsEnabled => EventKind::TypedNote(NoteTopic::PingsEnabled),
        },
        (RecordKind::Note, Some(RecordDetail::Released(released))) => EventKind::Released {
            number: released.number,
            kind: released.kind,
            action: action(),
            text: text(),
            held: released.held.clone(),
            edited: released.edited.clone(),
        },
        (RecordKind::Toast, _) => EventKind::Toast { text: text() },
        _ => note(record),
    }
}

fn note(record: &Record<'_>) -> EventKind {
    EventKind::Note { failure: record.kind == RecordKind::Failure, text: record.summary().into() }
}

fn frame(record: &Record<'_>, direction: Direction, kind: FrameKind, scope: &ExportScope<'_>) -> Frame {
    let remark: Vec<&str> = record.remarks.lines().take(usize::from(record.remark_lines)).collect();
    let (origin, findings) = match record.detail {
        Some(RecordDetail::Frame(origin)) => (Some(origin.clone()), Vec::new()),
        Some(RecordDetail::Judged(judged)) => (judged.origin.clone(), judged.findings.clone()),
        _ => (None, Vec::new()),
    };
    // A call begins an exchange, also one that nothing ended.
    let begins = kind == FrameKind::Call;
    let exchange = match kind {
        FrameKind::Send => None,
        // It is about a result, whose exchange it names.
        FrameKind::ResultError => record.partner.and_then(|result| exchange_of(&scope.contents.records().get(result)?)),
        _ => exchange_of(record).or(begins.then_some(record.sequence)),
    };
    Frame {
        action: record.action.map(Into::into),
        exchange,
        code: record.code,
        findings,
        remark: (record.remark_lines > 0).then(|| remark.join("\n").into()),
        origin,
        ..Frame::new(direction, kind, FrameText::default())
    }
}
