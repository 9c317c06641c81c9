//! How far an exchange has come: answered, waiting and since when, held at the gate, or never to be answered.

use std::sync::Arc;

use crate::trace::{Direction, FrameKind, FrameVerdict, LinkState, Record, RecordKind};
use crate::tui::context::ReadContext;

/// How far a line of an exchange has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExchangeOutcome {
    /// With a result; the worse verdict of both frames.
    Answered(FrameVerdict),
    /// With an error, or without an answer that could still come.
    Failed,
    /// A frame of it waits at the gate, since so many seconds, because of this filter.
    Held(u64, Arc<str>),
    /// The answer is awaited, since so many seconds.
    Open(u64),
    /// We decided not to answer.
    Silent,
    /// There is no answer, and the link over which it could come is gone.
    Abandoned,
}

impl ExchangeOutcome {
    /// Of a call with its answer.
    pub fn of(call: &Record<'_>, answer: Option<&Record<'_>>, outside: &ReadContext<'_>) -> ExchangeOutcome {
        let Some(answer) = answer else { return ExchangeOutcome::unanswered(call, outside) };
        match answer.kind {
            RecordKind::Frame(_, FrameKind::Result) => ExchangeOutcome::Answered(call.verdict.worse(answer.verdict)),
            RecordKind::Unanswered => ExchangeOutcome::Silent,
            _ => ExchangeOutcome::Failed,
        }
    }

    fn unanswered(call: &Record<'_>, outside: &ReadContext<'_>) -> ExchangeOutcome {
        if call.partner.is_some() {
            return ExchangeOutcome::Abandoned; // the answer was evicted, or is on its way into the store
        }
        let Some(row) = call.station.and_then(|key| outside.contents.stations().get(key)) else {
            return ExchangeOutcome::Abandoned;
        };
        let same_link = call.link.is_none_or(|link| link == row.link as u32); // the store keeps as many bits
        let ours = call.kind == RecordKind::Frame(Direction::Out, FrameKind::Call);
        if row.state != LinkState::Connected || !same_link || (ours && row.in_flight == 0) {
            return ExchangeOutcome::Abandoned;
        }
        let held = call.action.filter(|_| outside.gate.count() > 0).and_then(|action| outside.gate.holds(row.key, action));
        let seconds = seconds_since(call, outside);
        held.map_or(ExchangeOutcome::Open(seconds), |filter| ExchangeOutcome::Held(seconds, filter))
    }

    /// How long it has been going on, while it is; true when that is worth counting.
    pub fn seconds(&self) -> Option<(String, bool)> {
        match self {
            ExchangeOutcome::Held(seconds, _) | ExchangeOutcome::Open(seconds) => Some(counted(*seconds)),
            _ => None,
        }
    }
}

/// A count of seconds, which ends after some minutes: true while it goes on.
pub(super) fn counted(seconds: u64) -> (String, bool) {
    if seconds < 600 { (format!("{seconds} s"), true) } else { ("…".to_owned(), false) }
}

/// How long ago a record was.
pub(super) fn seconds_since(record: &Record<'_>, outside: &ReadContext<'_>) -> u64 {
    outside.now.monotonic_micros.saturating_sub(record.monotonic_micros) / 1_000_000
}
