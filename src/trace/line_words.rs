//! The signs and words of a line about a record, without colours: the screen and line mode write the same ones. What a record means is in
//! `describe`.

use std::time::Duration;

use super::record::{FrameVerdict, Record, RecordKind};
use super::{Direction, FrameKind};

/// The arrow of a direction: it points to the station for what we sent, away from it for what we received.
pub const fn arrow_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Out => "→",
        Direction::In => "←",
    }
}

/// The sign of a verdict.
pub const fn verdict_sign(verdict: FrameVerdict) -> &'static str {
    match verdict {
        FrameVerdict::Valid => " ",
        FrameVerdict::Tolerated => "~",
        FrameVerdict::Invalid => "✗",
    }
}

/// A latency in five columns: milliseconds with one decimal, `·` for less than one of them, seconds and minutes with their unit.
pub fn short_latency(latency: Duration) -> String {
    let micros = latency.as_micros();
    match micros {
        0..1_000 => "·".to_owned(),
        1_000..1_000_000 => format!("{}.{}", micros / 1_000, micros / 100 % 10),
        1_000_000..10_000_000 => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
        10_000_000..1_000_000_000 => format!("{} s", micros / 1_000_000),
        _ => format!("{}min", micros / 60_000_000),
    }
}

impl RecordKind {
    /// The arrow of what went one way; of everything else a blank.
    pub const fn arrow(self) -> &'static str {
        match self {
            RecordKind::Frame(direction, _) | RecordKind::Ping(direction) | RecordKind::Pong(direction) => arrow_of(direction),
            _ => " ",
        }
    }

    /// One letter for the kind.
    pub const fn letter(self) -> &'static str {
        match self {
            RecordKind::Frame(_, FrameKind::Call) => "C",
            RecordKind::Frame(_, FrameKind::Result) => "R",
            RecordKind::Frame(_, FrameKind::Error) => "E",
            RecordKind::Frame(_, FrameKind::ResultError) => "F",
            RecordKind::Frame(_, FrameKind::Send) => "S",
            RecordKind::Frame(_, FrameKind::Malformed) => "?",
            RecordKind::Ping(_) | RecordKind::Pong(_) => "p",
            RecordKind::Connecting => "·",
            RecordKind::Connected => "+",
            RecordKind::Disconnected => "-",
            RecordKind::Retry | RecordKind::Lost => "↻",
            RecordKind::Refused => "x",
            RecordKind::Held => "H",
            RecordKind::Timeout => "T",
            RecordKind::Unreachable => "U",
            RecordKind::Unanswered => "⚑",
            RecordKind::Listening | RecordKind::Note | RecordKind::Toast => "i",
            RecordKind::Failure => "!",
        }
    }
}

impl<'a> Record<'a> {
    /// The action of a message; of other lines what happened. Hostile like the text.
    pub fn word(&self) -> &'a str {
        let or = |word| self.action.filter(|action| !action.is_empty()).unwrap_or(word);
        match self.kind {
            RecordKind::Frame(_, FrameKind::Malformed) => or("unreadable"),
            RecordKind::Frame(_, FrameKind::Error) => or("error"),
            RecordKind::Frame(_, FrameKind::ResultError) => or("result error"),
            RecordKind::Frame(..) => or("unknown call"),
            RecordKind::Held => or("held"),
            RecordKind::Timeout => or("timeout"),
            RecordKind::Unreachable => or("unreachable"),
            RecordKind::Unanswered => or("call"),
            RecordKind::Connecting => "connecting",
            RecordKind::Connected => "connected",
            RecordKind::Disconnected => "disconnected",
            RecordKind::Retry => "retry",
            RecordKind::Lost => "link lost",
            RecordKind::Listening => "listening",
            RecordKind::Refused => "refused",
            RecordKind::Ping(_) => "ping",
            RecordKind::Pong(_) => "pong",
            RecordKind::Note | RecordKind::Toast => "note",
            RecordKind::Failure => "failure",
        }
    }
}

impl FrameVerdict {
    /// The verdict of two frames together.
    #[must_use]
    pub const fn worse(self, other: FrameVerdict) -> FrameVerdict {
        match (self, other) {
            (FrameVerdict::Invalid, _) | (_, FrameVerdict::Invalid) => FrameVerdict::Invalid,
            (FrameVerdict::Tolerated, _) | (_, FrameVerdict::Tolerated) => FrameVerdict::Tolerated,
            _ => FrameVerdict::Valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_fit_into_their_column() {
        for (micros, expected) in [
            (999, "·"),
            (1_000, "1.0"),
            (999_999, "999.9"),
            (1_250_000, "1.2 s"),
            (12_345_678, "12 s"),
            (999_999_999, "999 s"),
            (1_200_000_000, "20min"),
        ] {
            assert_eq!(short_latency(Duration::from_micros(micros)), expected);
        }
    }
}
