//! The records around a record of the same station: whether a call was left without an answer on purpose, and which
//! frames belong together without being an exchange.

use std::borrow::Cow;

use crate::trace::decode::decode;
use crate::trace::{Contents, Direction, FrameKind, Record, RecordKind};

/// The timeout after which an answer counts as missing, in microseconds.
const ANSWER: i64 = 30_000_000;
/// The limit of records that are searched.
const FAR: usize = 10_000;

/// The frame before this one on the same link.
pub(super) fn before<'a>(contents: &'a Contents, record: &Record<'_>) -> Option<Record<'a>> {
    let records = contents.records().held(0..record.sequence).rev();
    let mut near = records.take(FAR).filter(|other| other.station == record.station);
    near.find(|other| matches!(other.kind, RecordKind::Frame(..)))
}

/// Whether we left a call of the peer without an answer. False when the answer may still be sent, and when the link
/// went down first.
pub(super) fn is_silence(contents: &Contents, call: &Record<'_>) -> bool {
    if call.partner.and_then(|partner| contents.records().get(partner)).is_some_and(|end| end.kind == RecordKind::Unanswered) {
        return true;
    }
    let is_unanswered = |record: &Record<'_>| match record.kind {
        RecordKind::Frame(Direction::In, FrameKind::Call) => Some(true), // a peer with a new call no longer waits
        RecordKind::Disconnected | RecordKind::Lost => Some(false),
        _ => None,
    };
    let mut later = after(contents, call);
    later.find_map(|record| is_unanswered(&record)).unwrap_or_else(|| {
        let range = contents.records().range();
        let last = contents.records().iter(range).next_back();
        last.is_some_and(|last| last.wall_micros - call.wall_micros > ANSWER)
    })
}

/// The answer to a call, or why there is none. That we decided not to answer is no answer.
pub(super) fn answer_of<'a>(contents: &'a Contents, call: &Record<'_>) -> Option<Record<'a>> {
    let answer = call.partner.and_then(|partner| contents.records().get(partner));
    answer.filter(|answer| answer.kind != RecordKind::Unanswered)
}

/// Whether a call of ours was sent as raw text, outside the call handling of the link: its answer has no exchange.
pub(super) fn is_raw(contents: &Contents, call: &Record<'_>) -> bool {
    let Some(id) = decode(call).id else { return false };
    after(contents, call).any(|record| {
        let is_answer = matches!(record.kind, RecordKind::Frame(Direction::In, FrameKind::Result | FrameKind::Error));
        is_answer && record.partner.is_none() && decode(&record).id.as_ref() == Some(&id)
    })
}

/// Whether a frame without an exchange is the automatic error of our end about the malformed frame before it.
pub(super) fn is_complaint(contents: &Contents, record: &Record<'_>) -> bool {
    let before = before(contents, record).map(|before| before.kind);
    matches!(record.kind, RecordKind::Frame(Direction::Out, FrameKind::Error))
        && matches!(before, Some(RecordKind::Frame(Direction::In, FrameKind::Malformed)))
}

/// Whether an answer without an exchange follows raw text that we sent.
pub(super) fn is_provoked(contents: &Contents, record: &Record<'_>) -> bool {
    let is_answer = matches!(record.kind, RecordKind::Frame(_, FrameKind::Result | FrameKind::Error));
    let asks = |kind| matches!(kind, RecordKind::Frame(Direction::Out, FrameKind::Call | FrameKind::Malformed));
    is_answer && before(contents, record).is_some_and(|before| asks(before.kind) && before.partner.is_none())
}

/// The later records of the same station.
fn after<'a>(contents: &'a Contents, record: &Record<'_>) -> impl Iterator<Item = Record<'a>> {
    let (station, from) = (record.station, record.sequence + 1);
    let records = contents.records().held(from..contents.records().range().end);
    records.take(FAR).filter(move |other| other.station == station)
}

/// The code of an error. A SOAP fault has few codes, so over SOAP it is the code that the link mapped the fault to.
pub(super) fn error_code<'a>(answer: &Record<'_>, spelt: &'a str) -> Cow<'a, str> {
    let known = answer.code.filter(|_| answer.content.is_some());
    known.map_or(spelt.into(), |code| code.name().into())
}
