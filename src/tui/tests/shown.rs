//! What the lists show and how that is found: unfinished filters, filters with names, marks, the clear mark, stations that are forgotten,
//! the legend.

use super::keys::state;
use super::test_screen::Screen;
use crate::config::SavedPart;
use crate::console::ScreenRequest;
use crate::ocpp::{Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind};
use crate::tui::action::KeyContext;
use crate::tui::backend::BackendReply;
use crate::tui::update::{ScreenMessage, UpdateEffect};

#[test]
fn an_unfinished_filter_is_no_error_and_its_values_are_listed_with_their_meanings() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 / kind:");
    let picture = screen.picture();
    for part in ["malformed", "a frame that cannot be read", "no answer in time"] {
        assert!(picture.contains(part), "{part} is not in\n{picture}");
    }
    assert!(!picture.contains("A value is missing"), "{picture}");
    screen.press("err");
    assert!(!screen.picture().contains("is not known here"), "{}", screen.picture());
    screen.press("x");
    assert!(screen.picture().contains("is not known here"), "nothing begins so\n{}", screen.picture());
    screen.press("enter");
    assert_eq!(screen.app.context(), KeyContext::FilterLine);
    screen.press("esc / action:Get");
    assert!(screen.picture().contains("GetConfiguration"), "{}", screen.picture());
    screen.press("esc / (kind:error");
    assert!(!screen.picture().contains("not closed"), "{}", screen.picture());
    screen.press("enter");
    assert!(screen.picture().contains("not closed"), "{}", screen.picture());
}

#[test]
fn marks_are_named_where_they_are_not_seen() {
    let mut screen = Screen::busy(120, 40);
    screen.press("m m");
    let picture = screen.picture();
    assert!(picture.contains("new call → 2 marked") && picture.contains("M unmark"), "{picture}");
    screen.press("/ sim enter e");
    let picture = screen.picture();
    let note = "goes to what is marked: 2 stations (CP1, CP2), of which the filter hides 2 stations (CP1, CP2)";
    assert!(picture.contains(note), "{picture}");
    screen.press("esc esc");
    screen.press("M g m e");
    assert!(screen.picture().contains("goes to what is marked: CP1"), "another one is selected\n{}", screen.picture());
}

#[test]
fn the_legend_explains_every_letter_that_is_drawn() {
    let mut screen = Screen::busy(120, 40);
    screen.press("L");
    let picture = screen.picture();
    assert!(picture.contains("Legend") && picture.contains("an error: the call was refused"), "{picture}");
    screen.press("/ filters: enter");
    assert!(screen.picture().contains("!action:Heartbeat"), "{}", screen.picture());
    screen.press("esc ? / tolerated enter");
    assert!(screen.picture().contains("deviates and was tolerated"), "{}", screen.picture());
    for typed in ["legend", "export", "letters"] {
        let mut screen = Screen::busy(120, 40);
        screen.press("ctrl-p");
        screen.send(ScreenMessage::Paste(typed.to_owned()));
        let list = &screen.app.overlays.get::<crate::tui::state::Palette>().unwrap().list;
        assert!(list.choice().is_some(), "{typed}");
    }
}

#[test]
fn a_clear_hides_what_was_and_is_undone() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 Z");
    assert_eq!((screen.app.trace.count(), screen.app.trace.total()), (0, 0));
    screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    screen.send(ScreenMessage::Refresh);
    assert_eq!(screen.app.trace.count(), 2);
    assert!(screen.picture().contains("16 records before the clear mark"), "{}", screen.picture());
    screen.press("u");
    assert_eq!(screen.app.trace.count(), 18, "{}", screen.picture());
}

#[test]
fn stations_that_are_gone_leave_the_list_until_they_come_back() {
    let mut screen = Screen::busy(120, 40);
    let shown = |screen: &Screen| (screen.app.stations.shown().len(), screen.app.stations.total());
    assert_eq!(shown(&screen), (5, 5));
    screen.press("D");
    assert_eq!(shown(&screen), (4, 4));
    screen.press("u");
    assert_eq!(shown(&screen), (5, 5));
    screen.press("D");
    let gone = screen.station("Größe-日本-7");
    screen.record(Some(gone), EventKind::Connecting { url: "ws://x".into() });
    screen.send(ScreenMessage::Refresh);
    assert_eq!(shown(&screen), (5, 5), "it came back");
}

#[test]
fn one_end_of_links_stays_hidden_when_filters_are_cleared() {
    let mut screen = Screen::busy(120, 40);
    screen.press("alt-e");
    let shown = |screen: &Screen| (screen.app.stations.shown().len(), screen.app.stations.total(), screen.app.trace.count());
    assert_eq!(shown(&screen), (4, 4, 14), "{}", screen.picture());
    assert!(screen.picture().contains("3/4 connected"), "{}", screen.picture());
    screen.press("2 / cp1 enter esc esc");
    assert_eq!(shown(&screen), (4, 4, 14), "{}", screen.picture());
    screen.press("alt-e");
    assert_eq!(shown(&screen), (5, 5, 16));
}

#[test]
fn filters_have_names() {
    let mut screen = Screen::busy(120, 40);
    let ask = |screen: &mut Screen, request| screen.send(ScreenMessage::Reply(BackendReply::Screen(request)));
    ask(&mut screen, ScreenRequest::ShowView("errors".to_owned()));
    assert!(state(&screen).contains("kind:error"), "{}", state(&screen));
    assert_eq!(ask(&mut screen, ScreenRequest::SaveView("mine".to_owned())), [UpdateEffect::Keep(SavedPart::Screen)]);
    screen.press("2 esc");
    ask(&mut screen, ScreenRequest::ShowView("mine".to_owned()));
    assert!(state(&screen).contains("kind:error"), "{}", state(&screen));
    ask(&mut screen, ScreenRequest::ListViews);
    for name in ["mine", "errors", "no-heartbeats", "transactions"] {
        assert!(screen.picture().contains(name), "{}", screen.picture());
    }
    screen.press("heart enter");
    assert!(state(&screen).contains("/!action:Heartbeat"), "{}", state(&screen));
    ask(&mut screen, ScreenRequest::RemoveView("mine".to_owned()));
    ask(&mut screen, ScreenRequest::ShowView("mine".to_owned()));
    assert!(screen.picture().contains("There is no view mine"), "{}", screen.picture());
}

#[test]
fn a_theme_is_chosen_by_its_name() {
    let mut screen = Screen::busy(120, 40);
    let ask = |screen: &mut Screen, request| screen.send(ScreenMessage::Reply(BackendReply::Screen(request)));
    assert_eq!(ask(&mut screen, ScreenRequest::Theme(Some("dark".to_owned()))), [UpdateEffect::Keep(SavedPart::Screen)]);
    assert_eq!(screen.app.theme.name, "dark");
    ask(&mut screen, ScreenRequest::Theme(Some("neon".to_owned())));
    assert_eq!(screen.app.theme.name, "dark");
    assert!(screen.picture().contains("neon"), "{}", screen.picture());
    ask(&mut screen, ScreenRequest::Theme(None));
    assert!(screen.picture().contains("high-contrast"), "{}", screen.picture());
}

#[test]
fn the_header_writes_all_numbers_of_stations_alike() {
    let mut screen = Screen::empty(120, 40);
    for number in 0..1_200 {
        let station = screen.station(&format!("CP{number}"));
        let (version, transport, peer) = (Version::V1_6, Transport::WebSocket, "127.0.0.1:5".parse().unwrap());
        let handshake = ConnectionAttempt::default();
        screen.record(Some(station), EventKind::Connected { link: 1, version, transport, peer, handshake });
    }
    screen.send(ScreenMessage::Refresh);
    assert!(screen.picture().contains("1 200/1 200 connected"), "{}", screen.picture());
}

#[test]
fn the_legend_has_each_sign_of_a_connector() {
    let parts = crate::console::legend_of_signs();
    let part = parts.iter().find(|part| part.title == "Signs of the connectors").unwrap();
    let styles = &Screen::empty(80, 24).app.theme.styles;
    for status in [
        "Available",
        "Preparing",
        "Charging",
        "SuspendedEV",
        "SuspendedEVSE",
        "Finishing",
        "Occupied",
        "Reserved",
        "Unavailable",
        "Faulted",
    ] {
        let (sign, _) = crate::tui::pane::connector_sign(status, styles);
        let explained = part.rows.iter().any(|(known, text)| known.starts_with(sign) && text.contains(status));
        assert!(explained, "{sign} {status}");
    }
}
