//! Which records become toasts, and how long they are shown.

use super::test_screen::Screen;
use crate::trace::EventKind;
use crate::tui::state::ToastKind;
use crate::tui::update::{ScreenMessage, UpdateEffect};

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
        screen.app.toasts.current().map(|(toast, _)| (toast.text.as_str(), toast.kind)),
        Some(("the third free minute", ToastKind::Info))
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

#[test]
fn what_passes_a_filter_of_notifications_rings_once() {
    let mut screen = Screen::busy(120, 40);
    let filter = crate::trace::filter::parse("action:Reset").unwrap();
    screen.app.alerts.set_filters(std::sync::Arc::new(vec![filter]));
    screen.exchange("CP1", crate::trace::Direction::In, "Heartbeat", "{}", "{}");
    assert_eq!(screen.send(ScreenMessage::Refresh), []);
    screen.exchange("CP1", crate::trace::Direction::Out, "Reset", "{}", "{}");
    assert_eq!(screen.send(ScreenMessage::Refresh), [UpdateEffect::Announce("CP1 Reset, and 1 more".to_owned())]);
    screen.exchange("CP2", crate::trace::Direction::Out, "Reset", "{}", "{}");
    assert_eq!(screen.send(ScreenMessage::Refresh), [], "not again within some seconds");
    screen.micros += 10_000_000;
    assert_eq!(screen.send(ScreenMessage::Refresh), [UpdateEffect::Announce("CP2 Reset, and 1 more".to_owned())]);
}

#[test]
fn the_title_of_the_terminal_tells_the_state() {
    let title = |screen: &Screen| screen.read(|outside| crate::tui::pane::window_title(&screen.app, outside));
    assert_eq!(title(&Screen::empty(120, 40)), "ocpp-tui cs");
    let screen = Screen::busy(120, 40);
    let (connected, errors) = (screen.contents.stations().connected(), screen.contents.stations().errors());
    assert_eq!(title(&screen), format!("ocpp-tui cs+cp {connected}/5 ✗{errors}"));
}
