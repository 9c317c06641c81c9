//! One step back: the levels that Esc leaves, one at a time and always in the same order, whatever the size of the screen. What lies over
//! the panes has keys of its own.

use crate::tui::app::App;
use crate::tui::layout::Pane;
use crate::tui::state::{PaneFilter, TraceMode};

/// Something that can be left.
struct BackLevel {
    /// Whether it is there now.
    is_there: fn(&App) -> bool,
    /// Leaves it.
    leave: fn(&mut App),
}

/// The levels, the first to be left first: what was entered last and costs nothing to enter again comes before what was typed.
const LEVELS: [BackLevel; 8] = [
    // A search inside a message.
    BackLevel {
        is_there: |app| app.focus == Pane::Message && app.message.search().is_some(),
        leave: |app| app.message.end_search(),
    },
    // From reading a message to the trace.
    BackLevel { is_there: |app| app.focus == Pane::Message, leave: |app| app.focus(Pane::Trace) },
    // The whole screen for one pane.
    BackLevel { is_there: |app| app.zoomed, leave: |app| app.zoomed = false },
    // The filter of the stations, where the stations have the keyboard.
    BackLevel {
        is_there: |app| app.focus == Pane::Stations && !app.stations.filter().is_empty(),
        leave: |app| app.stations.set_filter(PaneFilter::default()),
    },
    // A search, where the trace has the keyboard.
    BackLevel {
        is_there: |app| app.focus == Pane::Trace && !app.trace.find().is_empty(),
        leave: |app| app.trace.set_find(PaneFilter::default()),
    },
    // The filter of the trace.
    BackLevel { is_there: |app| !app.trace.filter().is_empty(), leave: |app| app.trace.set_filter(PaneFilter::default()) },
    // The ladder.
    BackLevel {
        is_there: |app| app.trace.view() == TraceMode::Ladder,
        leave: |app| app.trace.set_view(TraceMode::default(), None),
    },
    // One station only.
    BackLevel { is_there: |app| app.trace.only().is_some(), leave: |app| app.trace.show_only(None) },
];

/// Leaves the first level that is there, or says that there is none.
pub fn back(app: &mut App, now: u64) {
    match LEVELS.iter().find(|level| (level.is_there)(app)) {
        Some(level) => (level.leave)(app),
        None => app.toasts.hint("Nothing to step back from; q quits", now),
    }
}
