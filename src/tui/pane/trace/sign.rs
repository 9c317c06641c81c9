//! The colours of the signs and words of a line. A direction has no colour of its own; red and amber are for faults and for what waits. The
//! signs themselves are in `trace::line_words`.

use ratatui::style::Style;

use crate::trace::{FrameKind, FrameVerdict, Record, RecordKind, line_words};
use crate::tui::theme::Styles;

/// The sign of a verdict.
pub(super) fn verdict_sign(verdict: FrameVerdict, styles: &Styles) -> (&'static str, Style) {
    let style = match verdict {
        FrameVerdict::Valid => styles.base,
        FrameVerdict::Tolerated => styles.warning,
        FrameVerdict::Invalid => styles.error,
    };
    (line_words::verdict_sign(verdict), style)
}

/// The letter of a kind.
pub(super) fn letter(kind: RecordKind, styles: &Styles) -> (&'static str, Style) {
    let style = match kind {
        RecordKind::Frame(_, FrameKind::Call | FrameKind::Send) => styles.base,
        RecordKind::Frame(_, FrameKind::Result) => styles.muted,
        other => style_of(other, styles),
    };
    (kind.letter(), style)
}

/// The action of a message; of other lines what happened.
pub(super) fn word<'a>(record: &Record<'a>, styles: &Styles) -> (&'a str, Style) {
    (record.word(), style_of(record.kind, styles))
}

fn style_of(kind: RecordKind, styles: &Styles) -> Style {
    match kind {
        RecordKind::Frame(_, FrameKind::Malformed | FrameKind::Error | FrameKind::ResultError)
        | RecordKind::Timeout
        | RecordKind::Unreachable
        | RecordKind::Refused
        | RecordKind::Failure => styles.error,
        RecordKind::Held | RecordKind::Unanswered | RecordKind::Disconnected | RecordKind::Retry | RecordKind::Lost => {
            styles.warning
        }
        RecordKind::Connected => styles.good,
        RecordKind::Frame(_, FrameKind::Call | FrameKind::Send | FrameKind::Result) => styles.base,
        RecordKind::Connecting
        | RecordKind::Listening
        | RecordKind::Ping(_)
        | RecordKind::Pong(_)
        | RecordKind::Note
        | RecordKind::Toast => styles.muted,
    }
}
