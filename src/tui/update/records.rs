//! Steps from record to record, and the difference of two, for the trace and the message pane.

use super::common::height_of;
use crate::tui::app::App;
use crate::tui::layout::Pane;

/// The height of the trace for a step while it is not on the screen.
const UNSEEN: usize = 12;

/// Selects the next record of the trace, or the one before, and shows its message from the top.
pub fn step(app: &mut App, by: isize, now: u64) {
    let before = app.trace.selected();
    let height = match height_of(app, Pane::Trace) {
        0 => UNSEEN,
        height => height,
    };
    app.message.begin_at_top();
    app.trace.move_by(by, height);
    if app.trace.selected() == before {
        app.toasts.info(if by > 0 { "This is the last record" } else { "This is the first record" }, now);
    }
}

/// Shows the difference to what is bookmarked.
pub fn compare(app: &mut App, turns: bool) {
    app.message.compare(turns);
    if app.areas().pane(Pane::Message).area() == 0 {
        app.focus(Pane::Message);
    }
}
