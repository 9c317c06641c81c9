//! The time of a line, in the form that the user has chosen.

use crate::trace::Record;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::TimeDisplay;
use crate::tui::widget::format;

/// The text in the column of times, which is so wide. `index` is the place of the record among the shown ones.
pub(super) fn time(record: &Record<'_>, index: usize, app: &App, outside: &ReadContext<'_>, width: usize) -> String {
    let at = |sequence| outside.contents.records().get(sequence).map(|record| record.monotonic_micros);
    match app.trace.look.time {
        TimeDisplay::Local | TimeDisplay::Utc => {
            let clock = format::time_of_day(record.wall_micros, &app.trace_zone());
            // 10:29:36.771; without the hour where it is narrow, and without the fraction where it is narrower still.
            let shown = match width {
                0..9 => clock.get(3..8),
                9..12 => clock.get(3..),
                _ => None,
            };
            shown.map(str::to_owned).unwrap_or(clock)
        }
        TimeDisplay::Start => format::elapsed(record.monotonic_micros),
        TimeDisplay::Line => since(record, index.checked_sub(1).and_then(|above| app.trace.at(above)).and_then(at)),
        TimeDisplay::Bookmark => since(record, app.trace.bookmark_above(record.sequence).and_then(at)),
    }
}

/// The time since another record; records of several links may be a little out of order.
fn since(record: &Record<'_>, from: Option<u64>) -> String {
    let Some(from) = from else { return "–".to_owned() };
    let sign = if record.monotonic_micros < from { "-" } else { "+" };
    format!("{sign}{}", format::elapsed(record.monotonic_micros.abs_diff(from)))
}
