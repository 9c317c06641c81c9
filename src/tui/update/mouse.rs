//! The mouse: the wheel scrolls what is under it, a click gives a pane the keyboard and selects the line. Everything that it does, a
//! key does too.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{height_of, panes};
use crate::tui::action::Context;
use crate::tui::app::{App, Outside, Pane};

/// How many lines one notch of the wheel scrolls.
const NOTCH: isize = 3;

/// Takes a mouse event. While something lies over the panes, they do not react.
pub fn mouse(app: &mut App, event: MouseEvent, outside: &Outside<'_>) {
    if !matches!(app.context(), Context::Stations | Context::Trace | Context::Message) {
        return;
    }
    let areas = app.areas();
    let position = Position::new(event.column, event.row);
    let Some(pane) = Pane::ALL.into_iter().find(|pane| areas.pane(*pane).contains(position)) else { return };
    match event.kind {
        MouseEventKind::ScrollUp => panes::move_in(app, pane, -NOTCH),
        MouseEventKind::ScrollDown => panes::move_in(app, pane, NOTCH),
        MouseEventKind::Down(MouseButton::Left) => {
            let before = height_of(app, pane);
            app.focus(pane);
            let line = usize::from(event.row.saturating_sub(areas.list(pane).y));
            if event.row >= areas.list(pane).y && line < before {
                select(app, pane, line);
            }
        }
        _ => {}
    }
    app.stations.refresh(outside.contents, &app.facts, outside.now);
}

fn select(app: &mut App, pane: Pane, line: usize) {
    let height = height_of(app, pane);
    match pane {
        Pane::Stations => app.stations.go_to(app.stations.top(height) + line, height),
        Pane::Trace => {
            if let Some(sequence) = app.trace.on_line(app.trace.top(height) + line) {
                app.trace.select(sequence, height);
            }
        }
        Pane::Message => {}
    }
}
