//! The mouse: the wheel scrolls what is under it; a click focuses a pane, selects a line or an entry, presses a hint, chooses a view, sorts by
//! a heading, or sets the cursor. Everything that it does, a key does too.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::common::{list_height, scroll_pager};
use super::effect::UpdateEffect;
use super::{act, layout, overview, palette};
use crate::config::SavedPart;
use crate::tui::action::{Action, ActionPickerAction, ContextAction, KeyContext, PaletteAction, TABLE};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::{Pane, below};
use crate::tui::pane;
use crate::tui::state::{ActionPicker, Editor, Palette, TraceLine};

/// How many lines one notch of the wheel scrolls.
const NOTCH: isize = 3;

/// Handles a mouse event. While an overlay is open, what is below does not react.
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
    match event.kind {
        MouseEventKind::ScrollUp => wheel(app, event, -NOTCH, outside),
        MouseEventKind::ScrollDown => wheel(app, event, NOTCH, outside),
        MouseEventKind::Down(MouseButton::Left) => click(app, event, outside),
        _ => Vec::new(),
    }
}

/// The wheel moves what is shown under it. The selection stays where it is.
fn wheel(app: &mut App, event: MouseEvent, lines: isize, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match app.context() {
        KeyContext::Stations | KeyContext::Trace | KeyContext::Message => {
            let (areas, position) = (app.areas(), Position::new(event.column, event.row));
            let height = |pane| areas.list_lines(pane);
            match Pane::ALL.into_iter().find(|pane| areas.pane(*pane).contains(position)) {
                Some(Pane::Stations) => app.stations.scroll(lines, height(Pane::Stations)),
                Some(Pane::Trace) => app.trace.scroll(lines, height(Pane::Trace)),
                Some(Pane::Message) => app.message.scroll(lines, height(Pane::Message)),
                None => {}
            }
        }
        KeyContext::Pager | KeyContext::PagerSearch => scroll_pager(app, lines),
        KeyContext::Palette => {
            let height = list_height(app);
            if let Some(list) = app.overlays.get_mut::<Palette>() {
                list.list.scroll(lines, height);
            }
        }
        KeyContext::ActionPicker => {
            let height = picker_list(app).height;
            if let Some(picker) = app.overlays.get_mut::<ActionPicker>() {
                picker.list.scroll(lines, usize::from(height));
            }
        }
        KeyContext::Editor => {
            if let Some(editor) = app.overlays.get_mut::<Editor>() {
                editor.scroll(lines as i16); // one notch
            }
        }
        // Nothing to scroll while a line is typed or a question is asked.
        KeyContext::CommandLine | KeyContext::FilterLine | KeyContext::Prompt | KeyContext::Confirm => {}
        // Pages have the actions of one line, whatever their keys are.
        context => {
            let wanted = if lines < 0 { Action::Up } else { Action::Down };
            let Some(row) = TABLE.iter().find(|row| row.context == context && row.bound.action() == wanted) else {
                return Vec::new();
            };
            return (0..lines.unsigned_abs()).flat_map(|_| act::act(app, row.bound, outside)).collect();
        }
    }
    Vec::new()
}

fn click(app: &mut App, event: MouseEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let (areas, position) = (app.areas(), Position::new(event.column, event.row));
    if areas.status.contains(position) {
        let hint = pane::hint_at(app, outside, &areas, event.column);
        return hint.map_or_else(Vec::new, |action| act::act(app, action, outside));
    }
    match app.context() {
        KeyContext::Stations | KeyContext::Trace | KeyContext::Message => click_pane(app, position, outside),
        KeyContext::Overview => overview::click(app, event.column, event.row, outside),
        KeyContext::Palette => return click_palette(app, position, outside),
        KeyContext::ActionPicker => return click_picker(app, position, outside),
        KeyContext::Editor => {
            let text = below(areas.editor, 1);
            if let Some(editor) = app.overlays.get_mut::<Editor>().filter(|_| text.contains(position)) {
                let column = position.x.saturating_sub(text.x + 1);
                editor.click(usize::from(position.y - text.y), usize::from(column));
            }
        }
        _ => {}
    }
    Vec::new()
}

fn click_pane(app: &mut App, position: Position, outside: &ReadContext<'_>) {
    let areas = app.areas();
    if areas.tabs.contains(position) {
        if let Some(pane) = pane::tab_at(usize::from(position.x - areas.tabs.x)) {
            app.focus(pane);
        }
        return;
    }
    let Some(pane) = Pane::ALL.into_iter().find(|pane| areas.pane(*pane).contains(position)) else {
        app.dragging = areas.border_at(position);
        return;
    };
    let (area, list) = (areas.pane(pane), areas.list(pane));
    let column = usize::from(position.x - area.x);
    let tab = (pane == Pane::Message && position.y == area.y).then(|| pane::message_tab_at(app, column)).flatten();
    app.dragging = if tab.is_none() { areas.border_at(position) } else { None };
    app.focus(pane);
    if let Some(tab) = tab {
        app.message.choose(tab);
    }
    if pane == Pane::Stations && position.y == area.y + 1 && position.y < list.y {
        if let Some(heading) = app.stations.layout(usize::from(area.width)).column_at(column) {
            app.stations.sort_by(heading);
        }
    } else if list.contains(position) {
        select(app, pane, usize::from(position.y - list.y), usize::from(list.height), outside);
    }
    app.stations.refresh(outside.contents, &app.facts, outside.now);
}

/// Selects a line of a pane whose list had this height when it was clicked.
fn select(app: &mut App, pane: Pane, line: usize, height: usize, outside: &ReadContext<'_>) {
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

/// Selects the entry of a list that was clicked; a click on the selected one chooses it.
fn click_palette(app: &mut App, position: Position, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let (body, height) = (app.areas().body, list_height(app));
    let Some(list) = app.overlays.get_mut::<Palette>() else { return Vec::new() };
    // Frame, what is typed, and a blank line are above the entries.
    let entries = below(list.area(body), 3);
    let Some(index) = entry_at(entries, position, list.list.top(height), height) else { return Vec::new() };
    if index == list.list.selected() {
        return act::act(app, ContextAction::Palette(PaletteAction::Accept), outside);
    }
    list.list.move_to(index, height);
    palette::preview(app);
    Vec::new()
}

/// The same in the list of actions.
fn click_picker(app: &mut App, position: Position, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let entries = picker_list(app);
    let Some(picker) = app.overlays.get_mut::<ActionPicker>() else { return Vec::new() };
    // When not all fit, the last line says how many follow.
    let all = usize::from(entries.height);
    let height = if picker.list.shown().len() > all { all.saturating_sub(1) } else { all };
    let Some(index) = entry_at(entries, position, picker.list.top(height), height) else { return Vec::new() };
    if index == picker.list.selected() {
        return act::act(app, ContextAction::ActionPicker(ActionPickerAction::Accept), outside);
    }
    picker.list.move_to(index, height);
    Vec::new()
}

/// Where the entries of the list of actions are: below its title, what is typed, and a blank line.
fn picker_list(app: &App) -> Rect {
    below(app.areas().editor, 3)
}

/// The index of the entry at a position.
fn entry_at(entries: Rect, position: Position, top: usize, height: usize) -> Option<usize> {
    let line = usize::from(position.y.checked_sub(entries.y)?);
    (entries.contains(position) && line < height).then_some(top + line)
}
