//! The mouse: what a click and a turn of the wheel do, by the place under them.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::test_screen::Screen;
use crate::trace::{Direction, StationKey};
use crate::tui::action::KeyContext;
use crate::tui::layout::Pane;
use crate::tui::state::{ActionPicker, Column, Editor, Palette};
use crate::tui::update::{ScreenMessage, UpdateEffect};

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn at(screen: &mut Screen, kind: MouseEventKind, column: u16, row: u16) -> Vec<UpdateEffect> {
    screen.send(ScreenMessage::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

/// Where a text begins on the screen, below a line.
fn place(screen: &Screen, text: &str, from: u16) -> (u16, u16) {
    let picture = screen.picture();
    let found = picture.lines().enumerate().skip(usize::from(from)).find_map(|(row, line)| {
        let column = crate::tui::widget::width_of(line.split_once(text)?.0);
        Some((u16::try_from(column).ok()?, u16::try_from(row).ok()?))
    });
    found.unwrap_or_else(|| panic!("no {text:?} in\n{picture}"))
}

fn click(screen: &mut Screen, text: &str) -> Vec<UpdateEffect> {
    let (column, row) = place(screen, text, 0);
    at(screen, CLICK, column, row)
}

#[test]
fn a_click_focuses_a_pane_and_selects_a_line() {
    let mut screen = Screen::busy(120, 40);
    at(&mut screen, CLICK, 5, 4);
    assert_eq!(screen.app.stations.selected(), Some(StationKey(1)));
    let list = screen.app.areas().list(Pane::Trace);
    at(&mut screen, CLICK, list.x + 5, list.y + 4);
    assert_eq!((screen.app.focus, screen.app.trace.selected()), (Pane::Trace, Some(4)));
    at(&mut screen, CLICK, 60, 35);
    assert_eq!(screen.app.focus, Pane::Message);
}

#[test]
fn what_lies_above_keeps_the_mouse_from_what_is_below() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 ?");
    at(&mut screen, CLICK, 5, 4);
    assert_eq!((screen.app.focus, screen.app.context()), (Pane::Trace, KeyContext::Pager));
    for column in [0, 39, 40, 119, 500] {
        for row in [0, 1, 2, 39, 500] {
            for way in ["", "e", "e res enter", "o", "ctrl-p", ": s", "2 / kind:", "t"] {
                let mut screen = Screen::busy(120, 40);
                screen.press(way);
                at(&mut screen, CLICK, column, row);
                at(&mut screen, MouseEventKind::ScrollDown, column, row);
                at(&mut screen, MouseEventKind::ScrollUp, column, row);
                screen.draw();
            }
        }
    }
}

#[test]
fn the_wheel_moves_the_view_and_not_the_selection() {
    let mut screen = Screen::busy(120, 40);
    for _ in 0..100 {
        screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    }
    screen.send(ScreenMessage::Refresh);
    screen.press("2");
    let (list, height) = (screen.app.areas().list(Pane::Trace), screen.app.areas().list_lines(Pane::Trace));
    let (selected, end) = (screen.app.trace.selected(), screen.app.trace.top(height));
    assert!(screen.app.trace.following());
    at(&mut screen, MouseEventKind::ScrollDown, list.x, list.y);
    assert!(screen.app.trace.following(), "there is nothing below the end");
    for _ in 0..5 {
        at(&mut screen, MouseEventKind::ScrollUp, list.x, list.y);
    }
    assert_eq!((screen.app.trace.selected(), screen.app.trace.top(height)), (selected, end - 15));
    assert!(!screen.app.trace.following(), "what is read must not move away");
    let above = screen.app.trace.on_line(end - 15);
    screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    screen.send(ScreenMessage::Refresh);
    assert_eq!(screen.app.trace.on_line(screen.app.trace.top(height)), above);
    for _ in 0..6 {
        at(&mut screen, MouseEventKind::ScrollDown, list.x, list.y);
    }
    assert!(screen.app.trace.following(), "back at the end it follows again");
    screen.press("k");
    for kind in [MouseEventKind::ScrollUp, MouseEventKind::ScrollDown, MouseEventKind::ScrollDown] {
        at(&mut screen, kind, list.x, list.y);
    }
    assert!(!screen.app.trace.following(), "who left the end by a key comes back by a key");
}

#[test]
fn the_wheel_moves_on_pages_whatever_the_arrows_do() {
    let mut screen = Screen::busy(120, 40);
    screen.press("5");
    screen.app.bindings.change("overview.close", &["down".to_owned()]).unwrap();
    at(&mut screen, MouseEventKind::ScrollDown, 5, 5);
    assert_eq!(screen.app.context(), KeyContext::Overview);
    assert!(screen.app.overview.rows().position() > 0);
    screen.press("down");
    assert_eq!(screen.app.context(), KeyContext::Stations);
}

#[test]
fn a_key_brings_the_selection_back_to_the_screen() {
    let mut screen = Screen::busy(120, 40);
    for number in 0..80 {
        screen.station(&format!("X{number}"));
    }
    screen.send(ScreenMessage::Refresh);
    let (height, selected) = (screen.app.areas().list_lines(Pane::Stations), screen.app.stations.selected());
    for _ in 0..9 {
        at(&mut screen, MouseEventKind::ScrollDown, 5, 5);
    }
    assert_eq!((screen.app.stations.selected(), screen.app.stations.top(height)), (selected, 27));
    screen.press("j");
    let (top, position) = (screen.app.stations.top(height), screen.app.stations.position());
    assert!((top..top + height).contains(&position), "{position} from {top}");
}

#[test]
fn hints_tabs_and_headings_are_clicked() {
    let mut screen = Screen::busy(120, 40);
    click(&mut screen, "? help");
    assert_eq!(screen.app.context(), KeyContext::Pager);
    let mut screen = Screen::busy(120, 40);
    click(&mut screen, "e new call");
    assert_eq!(screen.app.context(), KeyContext::ActionPicker);
    let mut screen = Screen::busy(40, 12);
    click(&mut screen, "2 Trace");
    assert_eq!(screen.app.focus, Pane::Trace);
    click(&mut screen, "3 Message");
    assert_eq!(screen.app.focus, Pane::Message);
    let mut screen = Screen::busy(120, 40);
    let row = screen.app.areas().message.y;
    let (column, _) = place(&screen, " raw ", row);
    at(&mut screen, CLICK, column + 1, row);
    assert!(screen.picture().contains("[raw]") && screen.app.dragging.is_none(), "{}", screen.picture());
    let (column, row) = place(&screen, " err", 2);
    at(&mut screen, CLICK, column + 2, row);
    assert_eq!(screen.app.stations.sorting(), (Column::Errors, false));
    at(&mut screen, CLICK, column + 2, row);
    assert_eq!(screen.app.stations.sorting(), (Column::Errors, true));
}

#[test]
fn entries_are_selected_by_one_click_and_chosen_by_the_next() {
    let mut screen = Screen::busy(120, 40);
    screen.press("t");
    click(&mut screen, "high-contrast-light");
    assert_eq!(screen.app.theme.name, "high-contrast-light");
    assert!(screen.app.overlays.get::<Palette>().is_some());
    click(&mut screen, "high-contrast-light");
    assert!(screen.app.overlays.get::<Palette>().is_none());
    assert_eq!(screen.app.theme.name, "high-contrast-light");
    screen.press("e");
    click(&mut screen, "ClearCache");
    let picked =
        screen.app.overlays.get::<ActionPicker>().and_then(|picker| picker.list.choice()).map(|action| action.name.to_string());
    assert_eq!(picked.as_deref(), Some("ClearCache"));
    click(&mut screen, "ClearCache  ");
    assert_eq!(screen.app.context(), KeyContext::Editor);
}

#[test]
fn a_click_sets_the_cursor_in_the_editor() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter esc e res enter");
    let (column, row) = place(&screen, "\"type\"", screen.app.areas().editor.y);
    at(&mut screen, CLICK, column + 1, row);
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    assert_eq!(editor.text()[editor.cursor()..].get(..4), Some("type"));
}
