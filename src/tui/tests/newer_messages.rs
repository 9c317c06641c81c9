//! Messages that 2.x has added, on the screen: what nothing answers, errors about results, signed payloads.

use std::sync::Arc;

use super::test_screen::Screen;
use crate::ocpp::{ErrorCode, Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind, Frame, FrameContent, FrameKind, FrameOrigin, FrameText};

fn screen() -> Screen {
    let mut screen = Screen::empty(120, 40);
    let key = screen.station("CS1");
    let (peer, version) = ("192.168.1.20:50100".parse().unwrap(), Version::V2_1);
    let handshake = ConnectionAttempt::default();
    let kind = EventKind::Connected { link: 1, version, transport: Transport::WebSocket, peer, handshake };
    screen.record(Some(key), kind);
    screen
}

fn frame(direction: Direction, kind: FrameKind, action: &str, text: &str, exchange: Option<u64>) -> Frame {
    Frame {
        direction,
        kind,
        action: Some(action.into()),
        text: FrameText::from(text.to_owned()),
        content: None,
        exchange,
        code: None,
        findings: Vec::new(),
        remark: None,
        origin: None,
    }
}

fn add(screen: &mut Screen, frame: Frame) {
    let key = screen.station("CS1");
    screen.record(Some(key), EventKind::Frame(frame));
}

#[test]
fn a_send_is_complete_without_an_answer() {
    let mut screen = screen();
    let text = r#"[6,"s1","NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2030-01-31T12:00:00Z","data":[{"t":0,"v":"1"}]}]"#;
    add(&mut screen, frame(Direction::In, FrameKind::Send, "NotifyPeriodicEventStream", text, None));
    screen.press("2 G 3 z");
    let picture = screen.picture();
    assert!(picture.contains("← send NotifyPeriodicEventStream"), "{picture}");
    assert!(picture.contains("Nothing answers it: it is a SEND.") && picture.contains("basetime"), "{picture}");
    screen.press("z 2 / kind:send enter");
    let picture = screen.picture();
    assert!(picture.contains("NotifyPeriodicEventStream") && !picture.contains("+ connected"), "{picture}");
}

#[test]
fn an_error_about_a_result_stands_below_it_in_the_view_of_the_exchange() {
    let mut screen = screen();
    let call = r#"[2,"r1","ClearCache",{}]"#;
    add(&mut screen, frame(Direction::Out, FrameKind::Call, "ClearCache", call, Some(70)));
    add(&mut screen, frame(Direction::In, FrameKind::Result, "ClearCache", r#"[3,"r1",{"status":"Maybe"}]"#, Some(70)));
    let text = r#"[5,"r1","PropertyConstraintViolation","/status: status is Maybe",{}]"#;
    let error = frame(Direction::Out, FrameKind::ResultError, "ClearCache", text, Some(70));
    add(&mut screen, Frame { code: Some(ErrorCode::PropertyConstraintViolation), ..error });
    screen.press("2 G 3 z");
    let from_the_error = screen.picture();
    let place = |text: &str| from_the_error.find(text).unwrap_or_else(|| panic!("no {text} in {from_the_error}"));
    assert!(place("→ ClearCache") < place("← result ClearCache"));
    assert!(place("← result ClearCache") < place("→ result error ClearCache"));
    assert!(from_the_error.contains("/status: status is Maybe"), "{from_the_error}");
    screen.press("z 2 g j 3 z");
    let from_the_call = screen.picture();
    assert!(from_the_call.contains("→ result error ClearCache"), "{from_the_call}");
}

#[test]
fn a_signed_message_shows_what_was_signed_and_that_nothing_was_verified() {
    let mut screen = screen();
    let text = r#"[2,"s1","StatusNotification-Signed",{"protected":"e30","payload":"e30","signature":""}]"#;
    let payload = r#"{"timestamp":"2030-01-31T12:00:00Z","connectorStatus":"Occupied","evseId":1,"connectorId":1}"#;
    let content = FrameContent { id: "s1".into(), payload: payload.to_owned(), is_fault: false };
    let origin = FrameOrigin { signed: Some(r#"{"alg":"ES256"}"#.into()), ..FrameOrigin::default() };
    let signed = frame(Direction::In, FrameKind::Call, "StatusNotification", text, Some(71));
    add(&mut screen, Frame { content: Some(Box::new(content)), origin: Some(Arc::new(origin)), ..signed });
    screen.press("2 G 3 z");
    let picture = screen.picture();
    assert!(picture.contains("signed, not verified: {\"alg\":\"ES256\"}"), "{picture}");
    assert!(picture.contains("connectorStatus") && picture.contains("✓ valid"), "{picture}");
    assert!(!picture.contains("Envelope"), "it is no SOAP: {picture}");
}
