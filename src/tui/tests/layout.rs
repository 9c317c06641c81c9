//! Sizes of panes by keys and by the mouse.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::test_screen::Screen;
use crate::config::SavedPart;
use crate::tui::update::{ScreenMessage, UpdateEffect};

fn mouse(screen: &mut Screen, kind: MouseEventKind, column: u16, row: u16) -> Vec<UpdateEffect> {
    screen.send(ScreenMessage::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

#[test]
fn keys_change_the_sizes_and_zero_gives_them_back() {
    let mut screen = Screen::busy(120, 40);
    let before = screen.app.areas();
    assert_eq!(screen.press("> > +"), vec![UpdateEffect::Keep(SavedPart::Screen); 3]);
    let after = screen.app.areas();
    assert!(after.stations.width > before.stations.width && after.message.height > before.message.height);
    screen.press("0");
    assert_eq!(screen.app.areas(), before);
    for _ in 0..50 {
        screen.press("< -");
        screen.draw();
    }
    assert!(screen.app.areas().stations.width > 0 && screen.app.areas().message.height > 0);
    let mut narrow = Screen::busy(80, 24);
    let before = narrow.app.areas();
    narrow.press("> >");
    assert!(narrow.app.areas().stations.height > before.stations.height);
}

#[test]
fn borders_are_dragged() {
    let mut screen = Screen::busy(120, 40);
    let areas = screen.app.areas();
    let left = MouseButton::Left;
    mouse(&mut screen, MouseEventKind::Down(left), areas.separator.x, 10);
    mouse(&mut screen, MouseEventKind::Drag(left), 60, 10);
    assert_eq!(mouse(&mut screen, MouseEventKind::Up(left), 60, 10), [UpdateEffect::Keep(SavedPart::Screen)]);
    assert_eq!(screen.app.areas().separator.x, 60);
    mouse(&mut screen, MouseEventKind::Drag(left), 90, 10);
    assert_eq!(screen.app.areas().separator.x, 60, "only what was taken hold of moves");
    // The names of the views are in the same line; a click on one of them chooses it.
    let Rect { x, y: row, .. } = screen.app.areas().message;
    mouse(&mut screen, MouseEventKind::Down(left), x, row);
    mouse(&mut screen, MouseEventKind::Drag(left), x, row - 8);
    assert!(screen.app.areas().message.y < row);
}

#[test]
fn the_mouse_is_left_to_the_terminal_and_taken_back() {
    let mut screen = Screen::busy(120, 40);
    assert_eq!(screen.press("F12"), [UpdateEffect::Mouse(false), UpdateEffect::Keep(SavedPart::Screen)]);
    assert_eq!(screen.press("F12"), [UpdateEffect::Mouse(true), UpdateEffect::Keep(SavedPart::Screen)]);
}
