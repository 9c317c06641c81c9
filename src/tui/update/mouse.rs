//! The mouse: the wheel scrolls what is under it, a click focuses a pane and selects a line. Everything that it does, a key does too.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::common::{height_of, move_in, scroll_pager};
use super::effect::UpdateEffect;
use super::{layout, palette};
use crate::config::SavedPart;
use crate::tui::action::KeyContext;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::{Border, Pane};
use crate::tui::state::TraceLine;

/// How many lines one notch of the wheel scrolls.
const NOTCH: isize = 3;

/// Handles a mouse event. While an overlay is open, the panes do not react.
pub fn mouse(app: &mut App, event: MouseEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match (event.kind, app.dragging) {
        (MouseEventKind::Drag(MouseButton::Left), Some(border)) => {
            layout::drag(app, border, event.column, event.row);
            return Vec::new();
        }
        (MouseEventKind::Up(_), Some(_)) => {
            app.dragging = None;
            return vec![UpdateEffect::Keep(SavedPart::Screen)];
        }
        _ => {}
    }
    over_panes(app, event, outside);
    Vec::new()
}

/// The wheel over a list or a text that lies over the panes.
fn scroll_over(app: &mut App, lines: isize) {
    match app.context() {
        KeyContext::Pager | KeyContext::PagerSearch => scroll_pager(app, lines),
        KeyContext::Palette => palette::move_by(app, lines.signum()),
        _ => {}
    }
}

fn over_panes(app: &mut App, event: MouseEvent, outside: &ReadContext<'_>) {
    match event.kind {
        MouseEventKind::ScrollUp => scroll_over(app, -NOTCH),
        MouseEventKind::ScrollDown => scroll_over(app, NOTCH),
        _ => {}
    }
    if !matches!(app.context(), KeyContext::Stations | KeyContext::Trace | KeyContext::Message) {
        return;
    }
    let areas = app.areas();
    let position = Position::new(event.column, event.row);
    if event.kind == MouseEventKind::Down(MouseButton::Left) {
        app.dragging = areas.border_at(position);
        if app.dragging.is_some_and(|border| border == Border::Left) {
            return;
        }
    }
    let Some(pane) = Pane::ALL.into_iter().find(|pane| areas.pane(*pane).contains(position)) else { return };
    match event.kind {
        MouseEventKind::ScrollUp => move_in(app, pane, -NOTCH),
        MouseEventKind::ScrollDown => move_in(app, pane, NOTCH),
        MouseEventKind::Down(MouseButton::Left) => {
            let before = height_of(app, pane);
            app.focus(pane);
            let line = usize::from(event.row.saturating_sub(areas.list(pane).y));
            if event.row >= areas.list(pane).y && line < before {
                select(app, pane, line, outside);
            }
        }
        _ => {}
    }
    app.stations.refresh(outside.contents, &app.facts, outside.now);
}

fn select(app: &mut App, pane: Pane, line: usize, outside: &ReadContext<'_>) {
    let height = height_of(app, pane);
    match pane {
        Pane::Stations => app.stations.go_to(app.stations.top(height) + line, height),
        Pane::Trace => {
            if let Some(TraceLine::Record { index, .. }) = app.trace_lines(outside, height).get(line).copied() {
                app.trace.follow(false);
                app.trace.go_to(index, height);
            }
        }
        Pane::Message => {}
    }
}
