//! A SOAP station on the screen.

use insta::assert_snapshot;
use serde_json::json;

use super::test_screen::Screen;
use crate::ocpp::{Role, Transport, Version};
use crate::rpc::soap::{RequestHeaders, ResponseHeaders, write_request, write_response};
use crate::trace::{Direction, EventKind, FrameKind, HandshakeHeads};

/// A station of 1.6 that has forgotten some headers, and our answer.
fn screen(width: u16, height: u16) -> Screen {
    let mut screen = Screen::empty(width, height);
    let key = screen.station("CP1");
    let (peer, handshake) = ("192.168.1.20:50100".parse().unwrap(), HandshakeHeads::default());
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
    assert_snapshot!("soap_message_120x60", screen.picture());
}

#[test]
fn a_call_is_sent_again_from_its_payload() {
    let mut screen = screen(120, 40);
    screen.press("2 g j r");
    assert!(screen.picture().contains("\"idTag\": \"<TAG>\""), "{}", screen.picture());
}
