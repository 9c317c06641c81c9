//! The views of the message pane under keys.

use super::test_screen::Screen;
use crate::ocpp::{Transport, Version};
use crate::trace::{EventKind, HandshakeFinding, HandshakeHeads};

#[test]
fn the_views_of_a_message_are_walked_through() {
    let mut screen = Screen::charging(120, 40);
    screen.press("2 g j j j j j j j j j j 3");
    let at = |screen: &Screen| {
        let message = &screen.app.message;
        format!("{} {:?} {:?}", message.tab().name(), message.cursor(), message.meaning().map(|(place, _)| place.to_owned()))
    };
    for (pressed, expected) in [
        ("", "pretty None None"),
        ("V", "diff None None"),
        ("v v v", "tree Some(0) Some(\"/\")"),
        ("j j", "tree Some(2) Some(\"/errorCode\")"),
        ("k", "tree Some(1) Some(\"/connectorId\")"),
        ("g enter", "tree Some(0) Some(\"/\")"),
        ("j", "tree Some(0) Some(\"/\")"),
        ("enter G", "tree Some(3) Some(\"/status\")"),
        ("v", "checks Some(0) None"),
        ("enter", "tree Some(1) Some(\"/connectorId\")"),
        ("v v", "timing None None"),
        ("]", "timing None None"),
        ("V", "checks None None"),
        ("[ V", "tree Some(1) Some(\"/connectorId\")"),
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
    let handshake = HandshakeHeads { request, findings, ..HandshakeHeads::default() };
    let (version, transport) = (Version::V1_6, Transport::WebSocket);
    screen.record(Some(key), EventKind::Connected { link: 1, version, transport, peer, handshake });
    screen.press("2 g");
    let picture = screen.picture();
    assert!(picture.contains("~+ connected") && picture.contains("//CP1 has a slash too many"), "{picture}");
    screen.press("1 o");
    let picture = screen.picture();
    assert!(picture.contains("odd") && picture.contains("//CP1 has a slash too many"), "{picture}");
}
