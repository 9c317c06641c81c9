//! Which records become toasts, and how long they are shown.

use super::test_screen::Screen;
use crate::trace::EventKind;
use crate::tui::update::ScreenMessage;

#[test]
fn failures_are_shown_at_once_and_for_six_seconds() {
    let mut screen = Screen::busy(120, 40);
    screen.record(None, EventKind::Note { failure: true, text: "port 9000 is in use".into() });
    screen.send(ScreenMessage::Refresh);
    assert!(screen.picture().contains("✗ port 9000 is in use"));
    screen.micros += 6_000_001;
    screen.send(ScreenMessage::Refresh);
    assert!(!screen.picture().contains("✗ port 9000 is in use"));
}

#[test]
fn a_toast_of_a_plugin_is_shown_for_two_seconds_and_stays_in_the_trace() {
    let mut screen = Screen::busy(120, 40);
    screen.record(None, EventKind::Toast { text: "the third free minute".into() });
    screen.send(ScreenMessage::Refresh);
    assert_eq!(
        screen.app.toasts.current().map(|(toast, _)| (toast.text.as_str(), toast.failure)),
        Some(("the third free minute", false))
    );
    assert!(screen.picture().contains("the third free minute"));
    screen.micros += 2_000_001;
    screen.send(ScreenMessage::Refresh);
    assert!(screen.app.toasts.current().is_none());
    assert!(screen.picture().contains("the third free minute"), "the line of the trace stays");
}

#[test]
fn a_toast_above_the_panes_has_the_line_for_itself() {
    let mut screen = Screen::busy(120, 40);
    screen.press(":");
    screen.record(None, EventKind::Note { failure: true, text: "port 9000 is in use".into() });
    screen.send(ScreenMessage::Refresh);
    let picture = screen.picture();
    assert_eq!(picture.lines().next(), Some(" ✗ port 9000 is in use"), "{picture}");
}
