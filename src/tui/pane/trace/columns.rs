//! The columns of the trace: how wide they are for a width of the pane, and the headings above them, with the letters explained where
//! there is room.

use crate::tui::app::App;
use crate::tui::state::TraceMode;
use crate::tui::widget::{LineWriter, width_of};

/// How wide the columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowColumns {
    pub time: usize,
    /// 0 where only one station is shown.
    pub station: usize,
    pub action: usize,
    pub latency: usize,
}

/// Explanations of the signs beside an arrow, the longest first.
const SIGNS: [&str; 3] = [
    "→ sent  ← received   ✗ fault  ~ tolerated  … open  ‖ held  ⚑ by rule",
    "✗ fault  ~ tolerated  … open  ‖ held  ⚑ by rule",
    "✗ fault  ~ tolerated  … open",
];
/// Explanations of the letters of events, the longest first.
const LETTERS: [&str; 3] = [
    "✗ fault  ~ tolerated   C call  R result  E error  T timeout  U undeliverable  H held  + connected  - gone  p ping",
    "✗ fault  ~ tolerated   C call  R result  E error  T timeout  H held",
    "C call  R result  E error",
];

impl RowColumns {
    /// For a pane of this width, whose longest station has this width.
    pub fn new(app: &App, width: usize) -> RowColumns {
        let widest = app.stations.widest();
        RowColumns {
            time: match width {
                0..60 => 5,
                60..100 => 9,
                _ => 12,
            },
            // With one station only, its name on every line is no information.
            station: match width {
                _ if app.trace.only().is_some() => 0,
                0..60 => widest.min(8),
                60..100 => widest.min(12),
                _ => widest.min(20),
            },
            // Wide enough for RemoteStartTransaction, and in a wide pane for the long names of the security extension.
            action: match width {
                0..60 => 14,
                60..120 => 22,
                _ => 25,
            },
            latency: 5,
        }
    }
}

/// Writes the headings.
pub(super) fn headings(app: &App, columns: RowColumns, mut writer: LineWriter<'_>) {
    let muted = app.theme.styles.muted;
    let events = app.trace.view() == TraceMode::Events;
    writer.blanks(1, muted).field(app.trace.look.time.heading(), columns.time, muted).blanks(1, muted);
    if columns.station > 0 {
        let heading = if columns.station < width_of("station") { "cp" } else { "station" };
        writer.field(heading, columns.station, muted).blanks(1, muted);
    }
    writer.blanks(if events { 4 } else { 3 }, muted).field("action", columns.action, muted).blanks(1, muted);
    writer.right("ms", columns.latency, muted).blanks(1, muted);
    writer.text(if app.trace.look.json { "json" } else { "what" }, muted);
    let room = writer.room();
    let legend = if events { LETTERS } else { SIGNS }.into_iter().find(|legend| width_of(legend) + 4 <= room);
    if let Some(legend) = legend {
        writer.up_to_right(width_of(legend) + 1, ' ', muted).text(legend, muted);
    }
    writer.fill(' ', muted);
}
