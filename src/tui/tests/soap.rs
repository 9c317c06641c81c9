//! A SOAP station on the screen.

use insta::assert_snapshot;
use serde_json::json;
use std::sync::Arc;

use super::test_screen::Screen;
use crate::ocpp::{Role, Transport, Version};
use crate::rpc::soap::{RequestHeaders, ResponseHeaders, write_request, write_response};
use crate::trace::{ConnectionAttempt, Direction, EventKind, Frame, FrameKind, FrameOrigin, FrameText};

/// A station of 1.6 that has forgotten some headers, and our answer.
fn screen(width: u16, height: u16) -> Screen {
    let mut screen = Screen::empty(width, height);
    let key = screen.station("CP1");
    let (peer, handshake) = ("192.168.1.20:50100".parse().unwrap(), ConnectionAttempt::default());
    let (version, transport) = (Version::V1_6, Transport::Soap);
    screen.record(Some(key), EventKind::Connected { link: 1, version, transport, peer, handshake });
    let headers = RequestHeaders { identity: "CP1".into(), to: "http://h:9000/".into(), ..RequestHeaders::default() };
    let payload = json!({"idTag": "<TAG>"});
    let text = write_request(&screen.catalog, version, Role::ChargePoint, "Authorize", &payload, &headers);
    screen.frame("CP1", Direction::In, FrameKind::Call, "Authorize", text, 7);
    let payload = json!({"idTagInfo": {"status": "Accepted"}});
    let text = write_response(
        &screen.catalog,
        version,
        Role::ChargePoint,
        "Authorize",
        &payload,
        &ResponseHeaders::to_request(None, "urn:uuid:2".to_owned()),
    );
    screen.frame("CP1", Direction::Out, FrameKind::Result, "Authorize", text, 7);
    screen
}

#[test]
fn a_frame_is_a_payload_a_table_of_headers_and_an_envelope() {
    let mut screen = screen(120, 60);
    screen.press("2 g j enter");
    let picture = screen.picture();
    assert!(picture.contains("idTag  \"<TAG>\"") && picture.contains("status  \"Accepted\""), "{picture}");
    screen.press("v");
    assert_snapshot!("soap_message_120x60", screen.picture());
    screen.press("z v");
    let picture = screen.picture();
    assert!(!picture.contains("\\n") && picture.contains("<wsa:Address>"), "lines of the envelope are lines: {picture}");
}

/// A frame of a peer that came with this head.
fn received(kind: FrameKind, text: &str, head: &str) -> EventKind {
    let origin = Some(Arc::new(FrameOrigin { http_head: Some(head.into()), ..FrameOrigin::default() }));
    EventKind::Frame(Frame {
        direction: Direction::In,
        kind,
        action: None,
        text: FrameText::from(text.to_owned()),
        content: None,
        exchange: None,
        code: None,
        findings: Vec::new(),
        remark: None,
        origin,
    })
}

#[test]
fn the_head_of_the_http_message_stands_before_its_body() {
    let mut screen = screen(120, 60);
    let key = screen.station("CP1");
    let head = "HTTP/1.1 404 Not Found\nContent-Type: text/html\nX-Odd: \u{1b}[2J\n";
    screen.record(Some(key), received(FrameKind::Malformed, "<html>no</html>", head));
    screen.press("2 G enter");
    let picture = screen.picture();
    assert!(picture.contains("HTTP/1.1 404 Not Found"), "what cannot be read is shown with its head: {picture}");
    screen.press("v");
    let picture = screen.picture();
    let place = |text: &str| picture.find(text).unwrap_or_else(|| panic!("{text} is not in {picture}"));
    assert!(place("Head of the HTTP message") < place("HTTP/1.1 404 Not Found"), "{picture}");
    assert!(place("X-Odd: ") < place("Body of the HTTP message"), "{picture}");
    assert!(!picture.contains('\u{1b}'), "{picture}");
}

#[test]
fn an_answer_of_another_version_is_shown_by_the_rules_of_its_call() {
    let mut screen = screen(120, 60);
    let key = screen.station("CP1");
    let body = "<r:heartbeatResponse xmlns:r='urn://Ocpp/Cs/2012/06/'><r:currentTime>2013-02-01T15:09:18Z</r:currentTime>\
                </r:heartbeatResponse>";
    let text = format!("<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope'><S:Body>{body}</S:Body></S:Envelope>");
    screen.record(Some(key), received(FrameKind::Result, &text, "HTTP/1.1 200 OK\n"));
    screen.press("2 G enter v");
    let picture = screen.picture();
    assert!(picture.contains("Headers, by the rules of OCPP 1.6"), "{picture}");
    assert!(picture.contains("<heartbeatResponse> is in urn://Ocpp/Cs/2012/06/ (OCPP"), "{picture}");
    assert_eq!(picture.matches(" instead of ").count(), 1, "the elements inside are not blamed too: {picture}");
}

#[test]
fn a_call_is_sent_again_from_its_payload() {
    let mut screen = screen(120, 40);
    screen.press("2 g j r");
    assert!(screen.picture().contains("\"idTag\": \"<TAG>\""), "{}", screen.picture());
}
