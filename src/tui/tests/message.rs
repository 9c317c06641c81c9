//! The views of the message pane under keys.

use super::test_screen::Screen;
use crate::console::ScreenRequest;
use crate::ocpp::lens::LensForm;
use crate::ocpp::{ErrorCode, Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind, Frame, FrameKind, FrameText, HandshakeFinding};
use crate::tui::backend::BackendReply;
use crate::tui::update::ScreenMessage;

#[test]
fn the_views_of_a_message_are_walked_through() {
    let mut screen = Screen::charging(120, 40);
    screen.press("2 g j j j j j j j j j j 3");
    let at = |screen: &Screen| {
        let message = &screen.app.message;
        format!("{} {:?} {:?}", message.tab().name(), message.cursor(), message.value().map(|value| value.path.to_owned()))
    };
    for (pressed, expected) in [
        ("", "exchange None None"),
        ("V", "lens None None"),
        ("V", "diff None None"),
        ("v v v v v", "tree Some(0) Some(\"$\")"),
        ("j j", "tree Some(2) Some(\"$.errorCode\")"),
        ("k", "tree Some(1) Some(\"$.connectorId\")"),
        ("g enter", "tree Some(0) Some(\"$\")"),
        ("j", "tree Some(0) Some(\"$\")"),
        ("enter G", "tree Some(3) Some(\"$.status\")"),
        ("v", "checks Some(0) None"),
        ("enter", "tree Some(1) Some(\"$.connectorId\")"),
        ("v v", "timing None None"),
        ("]", "timing None None"),
        ("V", "checks None None"),
        ("[ V", "tree Some(1) Some(\"$.connectorId\")"),
    ] {
        screen.press(pressed);
        assert_eq!(at(&screen), expected, "after {pressed}");
    }
}

#[test]
fn what_is_odd_about_a_handshake_is_seen_on_its_line_in_the_message_and_with_the_station() {
    let mut screen = Screen::empty(120, 40);
    let key = screen.station("CP1");
    let (peer, request) = ("192.168.1.20:50100".parse().unwrap(), "GET //CP1 HTTP/1.1\n".into());
    let findings = vec![HandshakeFinding::EmptySegments { path: "//CP1".into() }];
    let handshake = ConnectionAttempt { request, findings, ..ConnectionAttempt::default() };
    let (version, transport) = (Version::V1_6, Transport::WebSocket);
    screen.record(Some(key), EventKind::Connected { link: 1, version, transport, peer, handshake });
    screen.press("2 g");
    let picture = screen.picture();
    assert!(picture.contains("~+ connected") && picture.contains("//CP1 has a slash too many"), "{picture}");
    screen.press("1 o");
    let picture = screen.picture();
    assert!(picture.contains("odd") && picture.contains("//CP1 has a slash too many"), "{picture}");
}

#[test]
fn the_lens_shows_a_message_as_another_version_or_transport_has_it() {
    let mut screen = Screen::charging(100, 60);
    let look = |screen: &mut Screen, form: &str| {
        let request = ScreenRequest::Lens(LensForm::parse(form));
        screen.send(ScreenMessage::Reply(BackendReply::Screen(request)));
        screen.picture()
    };
    // The second status: connector 1 is charging.
    screen.press("2 g f C h a r g i n g enter 3 z");
    let picture = look(&mut screen, "");
    assert!(picture.contains("1.6J as 1.6S") && picture.contains("Nothing is lost"), "{picture}");
    assert!(picture.contains("<ocpp:status>Charging</ocpp:status>") && picture.contains("urn://Ocpp/Cs/2015/10/"), "{picture}");
    let picture = look(&mut screen, "1.5s");
    assert!(picture.contains("~ /status: OCPP 1.5 says Occupied for Charging"), "{picture}");
    assert!(picture.contains("<ocpp:status>Occupied</ocpp:status>"), "{picture}");
    let picture = look(&mut screen, "1.2J");
    assert!(picture.contains(r#""status": "Occupied""#), "{picture}");
    let picture = look(&mut screen, "2.0.1");
    assert!(picture.contains("✗ /connectorStatus: OCPP 2.0.1 requires it"), "{picture}");
    assert!(picture.contains("these are the differences"), "{picture}");
    // The answer, and a line that is no message.
    screen.press("]");
    let picture = look(&mut screen, "1.6S");
    assert!(picture.contains("<ocpp:statusNotificationResponse"), "{picture}");
    screen.press("2 g 3");
    assert!(look(&mut screen, "1.6S").contains("calls and results of actions"), "{}", screen.picture());
}

/// A frame of CP1 in an exchange of its own number.
fn frame(screen: &mut Screen, direction: Direction, kind: FrameKind, text: &str, code: Option<ErrorCode>) {
    let key = screen.station("CP1");
    let frame = Frame {
        direction,
        kind,
        action: Some("StatusNotification".into()),
        text: FrameText::from(text.to_owned()),
        content: None,
        exchange: Some(7_777),
        code,
        findings: Vec::new(),
        remark: None,
        origin: None,
    };
    screen.record(Some(key), EventKind::Frame(frame));
}

const FAULTY: &str = r#"[2,"t-2","StatusNotification",{"connectorId":1,"status":"Exhausted","errorCode":"NoError"}]"#;
const REFUSED: &str = r#"[4,"t-2","PropertyConstraintViolation","/status: status is \"Exhausted\", which is not one of Available, Preparing, Charging, SuspendedEV, SuspendedEVSE, Finishing, Reserved, Faulted, Unavailable",{"hint":{"value":"Exhausted"}}]"#;

#[test]
fn an_exchange_is_one_view_with_the_fault_below_its_value_and_the_error_laid_out() {
    let mut screen = Screen::busy(100, 40);
    frame(&mut screen, Direction::In, FrameKind::Call, FAULTY, None);
    frame(&mut screen, Direction::Out, FrameKind::Error, REFUSED, Some(ErrorCode::PropertyConstraintViolation));
    screen.press("2 G 3 z");
    let from_the_error = screen.picture();
    for text in [
        "← StatusNotification  from CP1",
        "✗ invalid  id\u{a0}t-2",
        "✗ status       \"Exhausted\"",
        "╰─ not one of Available Preparing Charging SuspendedEV",
        "▸→ error StatusNotification  to CP1",
        "code         PropertyConstraintViolation",
        "╰─ a field has a value that is not allowed",
        "╰─ expected PropertyConstraintViolation ✓",
        "description  /status: status is",
        "Reserved, Faulted, Unavailable",
        "value  \"Exhausted\"",
    ] {
        assert!(from_the_error.contains(text), "{text} is not in {from_the_error}");
    }
    assert!(!from_the_error.contains("valid ") || from_the_error.contains("invalid"), "{from_the_error}");
    screen.press("K");
    let from_the_call = screen.picture();
    assert!(from_the_call.contains("▸← StatusNotification  from CP1"), "{from_the_call}");
    let pane = |picture: &str| picture.lines().take(20).skip(1).map(|line| line.replace('▸', " ")).collect::<Vec<_>>();
    assert_eq!(pane(&from_the_call), pane(&from_the_error), "both halves are the same view");
    screen.press("v");
    assert!(screen.picture().contains("← call StatusNotification from CP1 · ✗ invalid"), "{}", screen.picture());
}

#[test]
fn an_own_faulty_frame_and_an_unknown_action_are_never_called_valid() {
    let mut screen = Screen::busy(100, 40);
    frame(&mut screen, Direction::Out, FrameKind::Call, FAULTY, None);
    screen.exchange("CP1", Direction::In, "MakeCoffee", r#"{"sugar":2}"#, "{}");
    screen.press("2 G 3 z");
    let picture = screen.picture();
    assert!(!picture.contains("✓ valid") && picture.contains("asks for the error NotImplemented"), "{picture}");
    screen.press("K K");
    let picture = screen.picture();
    assert!(!picture.contains("✓ valid") && picture.contains("No answer yet"), "{picture}");
}

#[test]
fn long_lines_are_wrapped_until_w_lets_them_end_at_the_edge() {
    let mut screen = Screen::busy(60, 20);
    let words: Vec<String> = (0..40).map(|index| format!("word{index}")).collect();
    screen.exchange("CP1", Direction::In, "DataTransfer", &format!(r#"{{"vendorId":"{}"}}"#, words.join(" ")), "{}");
    screen.press("2 G K 3 z");
    assert!(screen.picture().contains("word39"), "{}", screen.picture());
    let rows = screen.app.message.count();
    screen.press("W");
    assert!(!screen.picture().contains("word39") && screen.app.message.count() < rows, "{}", screen.picture());
    screen.press("l l");
    assert!(!screen.picture().contains("word0 "), "{}", screen.picture());
    // The line at the top stays there.
    screen.press("W v v g j j j");
    let top = |screen: &Screen| screen.picture().lines().nth(3).unwrap().trim().to_owned();
    let before = top(&screen);
    screen.press("W W");
    assert_eq!(top(&screen), before);
}

#[test]
fn the_next_record_is_a_key_away_at_any_zoom_and_begins_at_its_top() {
    let mut screen = Screen::charging(60, 12);
    screen.press("2 g 3 z");
    let mut seen = Vec::new();
    for _ in 0..4 {
        screen.press("J");
        seen.push(screen.app.message.sequence());
        screen.press("G");
    }
    assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
    screen.press("K");
    assert_eq!((screen.app.message.sequence(), screen.app.message.top(5)), (seen[2], 0));
    screen.press("2");
    assert_eq!(screen.app.trace.selected(), seen[2]);
    screen.press("J");
    assert_eq!(screen.app.trace.selected(), seen[3]);
    screen.press("G J");
    assert!(screen.picture().contains("This is the last record"), "{}", screen.picture());
}

#[test]
fn a_search_inside_the_message_counts_its_places_and_esc_ends_it() {
    let mut screen = Screen::charging(80, 16);
    screen.press("2 / GetConfiguration enter G 3 z v ctrl-f readonly");
    assert!(screen.picture().contains("find readonly: 1 of 2"), "{}", screen.picture());
    screen.press("enter n");
    assert!(screen.picture().contains("find readonly: 2 of 2"), "{}", screen.picture());
    let found = |screen: &Screen| {
        let row = |index| screen.app.message.row(index);
        let pieces: Vec<_> = (0..).map_while(row).flat_map(|row| row.pieces).collect();
        pieces.into_iter().filter(|piece| piece.found.is_some()).map(|piece| (piece.text, piece.found)).collect::<Vec<_>>()
    };
    assert_eq!(found(&screen), [("readonly".to_owned(), Some(false)), ("readonly".to_owned(), Some(true))]);
    screen.press("n N");
    assert!(screen.picture().contains("find readonly: 2 of 2"), "{}", screen.picture());
    // It goes on in the next view; then Esc ends it, and the next Esc goes back to the trace.
    screen.press("v v");
    assert_eq!(found(&screen).len(), 2);
    screen.press("esc");
    assert!(found(&screen).is_empty() && screen.app.message.search().is_none());
    screen.press("ctrl-f xyzzy enter");
    assert!(screen.picture().contains("Nothing in this view has xyzzy"), "{}", screen.picture());
    screen.press("ctrl-f esc");
    assert!(screen.app.message.search().is_none());
}

#[test]
fn the_difference_is_that_of_what_is_bookmarked_and_says_which() {
    let mut screen = Screen::charging(100, 30);
    let lines = |screen: &Screen| screen.picture().lines().skip(3).take(3).map(str::to_owned).collect::<Vec<_>>();
    screen.press("2 / action:StatusNotification space cp:CP1 space kind:call enter G d 3 z");
    assert!(lines(&screen)[0].contains("Nothing is bookmarked"), "{:?}", lines(&screen));
    screen.press("z 2 g b j j d 3 z");
    let shown = lines(&screen);
    assert!(shown[0].contains("- ← call StatusNotification") && shown[1].contains("+ ← call") && shown[1].contains("selected"));
    let picture = screen.picture();
    assert!(picture.contains("-   \"connectorId\": 0") && picture.contains("+   \"connectorId\": 2"), "{picture}");
    // With two bookmarks the selected line does not matter.
    screen.press("z 2 b k d 3 z");
    let picture = screen.picture();
    assert!(picture.contains("-   \"connectorId\": 0") && picture.contains("+   \"connectorId\": 2"), "{picture}");
    screen.press("d");
    let previous = screen.picture();
    assert!(
        previous.contains("+   \"connectorId\": 1") && !previous.contains("\"connectorId\": 2"),
        "again: the previous one: {previous}"
    );
}

#[test]
fn a_value_of_the_tree_has_a_path_and_becomes_a_filter() {
    let mut screen = Screen::charging(100, 40);
    screen.press("2 / action:StatusNotification space kind:call space cp:CP1 enter G 3 v v v G");
    let picture = screen.picture();
    assert!(picture.contains("$.status") && picture.contains("status: \"Faulted\""), "{picture}");
    screen.press("Y");
    let picture = screen.picture();
    assert!(picture.contains("Path of the value") && picture.contains("Filter by this value"), "{picture}");
    screen.press("esc i");
    assert_eq!(screen.app.trace.filter().text(), "action:StatusNotification kind:call cp:CP1 $.status=Faulted");
    assert_eq!(screen.app.trace.count(), 1);
    screen.press("g i");
    assert!(screen.picture().contains("Select a value in the tree"), "{}", screen.picture());
}
