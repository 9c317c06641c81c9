//! The selection in the trace reaches the command that saves it.

use super::test_screen::Screen;
use crate::console::TraceChoice;
use crate::trace::filter;
use crate::tui::action::KeyContext;
use crate::tui::update::{ScreenMessage, UpdateEffect};

/// Presses the key, enters a file name and runs the command; returns the choice that the command gets.
fn saved(screen: &mut Screen) -> TraceChoice {
    screen.press("S");
    assert_eq!(screen.app.context(), KeyContext::CommandLine);
    assert_eq!(screen.app.command_line.input.text(), "scenario save ");
    screen.send(ScreenMessage::Paste("a.js".to_owned()));
    let mut effects = screen.press("enter");
    let Some(UpdateEffect::Run { line, context }) = effects.pop() else { panic!("{effects:?}") };
    assert_eq!(line, "scenario save a.js");
    context.trace
}

#[test]
fn the_bookmarked_lines_are_meant_when_there_are_any() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g j j j j b");
    let first = screen.app.trace.selected().unwrap();
    screen.press("j j b");
    let second = screen.app.trace.selected().unwrap();
    assert_eq!(saved(&mut screen).bookmarks, [first, second]);
}

#[test]
fn without_bookmarks_the_shown_lines_are_meant() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2");
    assert_eq!(saved(&mut screen), TraceChoice::default(), "everything");
    screen.press("/ kind:call enter 1 g enter 2 space");
    let choice = saved(&mut screen);
    assert_eq!(choice.filter, filter::parse("kind:call").unwrap());
    assert_eq!(choice.only, screen.app.trace.only());
    assert!(choice.only.is_some() && choice.bookmarks.is_empty());
    assert_eq!(choice.until, Some(screen.contents.records().range().end), "the display is held");
}

#[test]
fn the_same_lines_are_exported() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g j b X");
    assert_eq!(screen.app.command_line.input.text(), "export ");
    screen.send(ScreenMessage::Paste("a.html".to_owned()));
    let mut effects = screen.press("enter");
    let Some(UpdateEffect::Run { line, context }) = effects.pop() else { panic!("{effects:?}") };
    assert_eq!((line.as_str(), context.trace.bookmarks.len()), ("export a.html", 1));
}

#[test]
fn the_palette_offers_it() {
    let mut screen = Screen::busy(120, 40);
    screen.press("ctrl-p");
    screen.send(ScreenMessage::Paste("save scenario".to_owned()));
    screen.press("enter");
    assert_eq!(screen.app.command_line.input.text(), "scenario save ");
}
