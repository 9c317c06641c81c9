//! The state of the page about an attempt to connect: which attempt, and the scroll position. Its lines are made when it is drawn, in
//! `pane::connection_page`.

use crate::trace::station_summary::StationSummaries;
use crate::trace::{RecordKind, Sequence, StationKey};
use crate::tui::context::ReadContext;

/// The state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionPage {
    /// The record of the attempt.
    pub sequence: Sequence,
    /// The station whose attempts are listed, when one was chosen.
    pub station: Option<StationKey>,
    /// Whether the newest attempt is shown, also when a newer one comes.
    pub follows: bool,
    /// The first line on the screen, as far as there are lines.
    pub top: usize,
}

impl ConnectionPage {
    /// The page of an attempt.
    pub fn new(sequence: Sequence, station: Option<StationKey>, follows: bool) -> ConnectionPage {
        ConnectionPage { sequence, station, follows, top: 0 }
    }

    /// The record that is shown.
    pub fn shown(&self, facts: &StationSummaries, outside: &ReadContext<'_>) -> Sequence {
        let newest = || attempts(facts, self.sequence, self.station, outside).last().copied();
        if self.follows { newest().unwrap_or(self.sequence) } else { self.sequence }
    }

    /// Scrolls by some lines of `count`, of which `height` are shown.
    pub fn scroll(&mut self, lines: isize, count: usize, height: usize) {
        let last = count.saturating_sub(height);
        self.top = self.top.min(last).saturating_add_signed(lines).min(last);
    }
}

/// The attempts of the same station, identity or address, oldest first; without any, all that were refused.
pub fn attempts(
    facts: &StationSummaries,
    sequence: Sequence,
    station: Option<StationKey>,
    outside: &ReadContext<'_>,
) -> Vec<Sequence> {
    let records = outside.contents.records();
    let station = station.or_else(|| records.get(sequence).and_then(|record| record.station));
    let row = station.and_then(|key| outside.contents.stations().get(key));
    match row {
        Some(row) => facts.attempts_of(row),
        None => facts.attempts_like(sequence),
    }
}

/// The attempt that a record is about: the record itself, or that of the link whose end it reports.
pub fn attempt_at(facts: &StationSummaries, sequence: Sequence, outside: &ReadContext<'_>) -> Option<Sequence> {
    let record = outside.contents.records().get(sequence)?;
    if record.attempt().is_some() {
        return Some(sequence);
    }
    let facts = facts.of(record.station?)?;
    match record.kind {
        RecordKind::Disconnected | RecordKind::Lost => facts.attempt_of(record.link?),
        RecordKind::Connecting => facts.attempts.iter().map(|attempt| attempt.sequence).find(|found| *found > sequence),
        _ => None,
    }
}
