//! Held frames on the screen: the list, the editor that releases one, the count in the header.

use std::sync::Arc;

use serde_json::json;

use super::test_screen::Screen;
use crate::console::{ListedMisbehaviour, ScreenRequest};
use crate::hub::LinkCommand;
use crate::link::{HeldFrame, ReleaseAction};
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, EventKind, FrameKind};
use crate::tui::backend::BackendReply;
use crate::tui::state::{Editor, HeldPane, Palette};
use crate::tui::update::{ScreenMessage, UpdateEffect};

/// A screen with a held Authorize of CP1 and our held answer to a Heartbeat.
fn holding() -> Screen {
    waiting_at(120, 40)
}

fn waiting_at(columns: u16, lines: u16) -> Screen {
    let mut screen = Screen::busy(columns, lines);
    let station = screen.station("CP1");
    let since = crate::clock::now();
    let frame = |number, direction, kind, action: &str, payload: serde_json::Value| HeldFrame {
        number,
        station,
        direction,
        kind,
        action: Arc::from(action),
        payload: payload.into(),
        since,
        stopped_by: Arc::from("action:Authorize"),
    };
    screen.gate.hold(frame(7, Direction::In, FrameKind::Call, "Authorize", json!({"idTag": "A"})));
    screen.gate.hold(frame(8, Direction::Out, FrameKind::Result, "Heartbeat", json!({"currentTime": "2026-03-04T10:00:00Z"})));
    let held = |number, action: &str| EventKind::Held { number, action: action.into(), text: "it waits".into() };
    screen.record(Some(station), held(7, "Authorize"));
    screen.send(ScreenMessage::Refresh);
    screen
}

fn release(effects: &[UpdateEffect]) -> Option<(u64, ReleaseAction)> {
    effects.iter().find_map(|effect| match effect {
        UpdateEffect::Submit { order, .. } => match &order.command {
            LinkCommand::Release { number, action } => Some((*number, action.clone())),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn the_header_counts_held_frames_and_the_list_shows_them() {
    let mut screen = holding();
    assert!(screen.picture().contains("‖ 2 held") && screen.picture().contains("w 2 wait  "), "the hint comes first");
    screen.press("w");
    let picture = screen.picture();
    for part in [
        "frames that wait: 2",
        "7 CP1 ←C Authorize",
        "8 CP1 →R Heartbeat",
        "action:Authorize",
        "held by",
        "peer",
        "\"idTag\": \"A\"",
    ] {
        assert!(picture.contains(part), "{part} is not in\n{picture}");
    }
    screen.press("j");
    assert!(screen.picture().contains("\"currentTime\""), "the payload is that of the selected frame\n{}", screen.picture());
}

#[test]
fn a_narrow_header_counts_them_too() {
    let picture = waiting_at(60, 24).picture();
    assert!(picture.contains("‖ 2 held"), "{picture}");
}

#[test]
fn a_frame_is_edited_and_released_when_it_is_sent() {
    let mut screen = holding();
    screen.press("w enter");
    assert!(screen.picture().contains("‖ 7 · Authorize · CP1"), "{}", screen.picture());
    screen.send(ScreenMessage::Edited(Ok(r#"{"idTag":"B"}"#.to_owned())));
    let effects = screen.press("F5");
    assert_eq!(release(&effects), Some((7, ReleaseAction::Go(Some(OutgoingPayload::parse(r#"{"idTag":"B"}"#).unwrap())))));
}

#[test]
fn a_held_frame_is_edited_without_its_secrets_and_sent_with_them() {
    let mut screen = Screen::busy(120, 40);
    let payload = json!({"key": "AuthorizationKey", "value": "30313233343536373839414243444546"});
    let station = screen.station("CP1");
    screen.gate.hold(HeldFrame {
        number: 7,
        station,
        direction: Direction::Out,
        kind: FrameKind::Call,
        action: Arc::from("ChangeConfiguration"),
        payload: payload.clone().into(),
        since: crate::clock::now(),
        stopped_by: Arc::from("all"),
    });
    screen.send(ScreenMessage::Refresh);
    screen.press("w enter");
    assert!(screen.picture().contains("(hidden, 32 characters)"), "{}", screen.picture());
    assert!(!screen.picture().contains("303132"), "{}", screen.picture());
    let effects = screen.press("F5");
    let Some((7, ReleaseAction::Go(Some(sent)))) = release(&effects) else { panic!("{effects:?}") };
    assert_eq!(*sent.value(), payload);
}

#[test]
fn a_held_answer_is_checked_as_an_answer() {
    let mut screen = holding();
    screen.press("w j enter");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    assert_eq!(editor.objection(), None);
    screen.send(ScreenMessage::Edited(Ok(r#"{"idTag":"B"}"#.to_owned())));
    assert!(screen.app.overlays.get::<Editor>().unwrap().objection().is_some());
}

#[test]
fn the_line_of_a_held_frame_opens_it_in_the_editor() {
    let mut screen = holding();
    screen.press("2 G e");
    assert!(screen.app.overlays.get::<Editor>().is_some_and(|editor| editor.subject.held.is_some()));
    screen.press("esc esc");
    screen.gate = Screen::empty(10, 10).gate;
    screen.app.overlays.close::<Editor>();
    screen.press("2 G e");
    assert!(screen.app.overlays.get::<Editor>().is_none(), "it waits no longer");
}

#[test]
fn without_a_held_frame_the_key_explains_how_to_hold() {
    let mut screen = Screen::busy(120, 40);
    screen.press("w");
    assert!(screen.app.overlays.get::<HeldPane>().is_none());
    assert!(screen.picture().contains(":hold <filter>"));
}

fn lines(effects: &[UpdateEffect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| if let UpdateEffect::Run { line, .. } = effect { Some(line.as_str()) } else { None })
        .collect()
}

#[test]
fn each_key_of_the_pane_runs_its_command() {
    for (keys, expected) in [
        ("w r", "release 7"),
        ("w d", "drop 7"),
        ("w j d", "drop 8"),
        ("w a", "release all"),
        ("w x internal enter", "release 7 error=InternalError"),
        ("w l 2s enter", "release 7 delay=2s"),
    ] {
        let mut screen = holding();
        assert_eq!(lines(&screen.press(keys)), [expected], "{keys}");
        assert!(screen.app.overlays.get::<HeldPane>().is_some(), "{keys}: the pane stays while frames wait");
    }
    let mut screen = holding();
    screen.press("w");
    screen.gate = Screen::empty(10, 10).gate;
    screen.send(ScreenMessage::Refresh);
    assert!(screen.app.overlays.get::<HeldPane>().is_none(), "nothing waits any more");
}

#[test]
fn many_frames_scroll() {
    let mut screen = waiting_at(80, 24);
    let (station, since) = (screen.station("CP1"), crate::clock::now());
    for number in 100..160 {
        screen.gate.hold(HeldFrame {
            number,
            station,
            direction: Direction::In,
            kind: FrameKind::Call,
            action: Arc::from("Heartbeat"),
            payload: json!({}).into(),
            since,
            stopped_by: Arc::from("action:Heartbeat"),
        });
    }
    screen.press("w G");
    assert!(screen.picture().contains("▸ 159"), "{}", screen.picture());
    screen.press("g");
    assert!(screen.picture().contains("▸   7"), "{}", screen.picture());
}

#[test]
fn frames_like_a_line_are_held_and_an_answer_is_kept_as_a_rule() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g j j j j H");
    assert!(screen.picture().contains("hold frames from now on"), "{}", screen.picture());
    assert_eq!(lines(&screen.press("enter")), ["hold dir:in cp:CP1 action:BootNotification"]);
    screen.press("g j j j j A");
    let typed = r#"answer bootnotification {"status":"Accepted","interval":300} @CP1"#;
    assert_eq!(screen.app.command_line.input.text(), typed);
    screen.press("esc G A");
    assert!(screen.picture().contains("Only an answer of ours can be kept"), "{}", screen.picture());
}

#[test]
fn rules_are_listed_edited_and_removed() {
    let mut screen = Screen::busy(120, 40);
    assert_eq!(lines(&screen.press("alt-r")), ["answers"]);
    let rules = vec!["answer heartbeat none".to_owned(), "answer authorize delay=2s".to_owned()];
    let list =
        |screen: &mut Screen| screen.send(ScreenMessage::Reply(BackendReply::Screen(ScreenRequest::ListRules(rules.clone()))));
    list(&mut screen);
    assert!(screen.app.overlays.get::<Palette>().is_some());
    screen.press("down enter");
    assert_eq!(screen.app.command_line.input.text(), "answer authorize delay=2s");
    screen.press("esc");
    list(&mut screen);
    screen.press("down down down");
    assert_eq!(lines(&screen.press("enter")), ["answers remove 2"]);
}

#[test]
fn misbehaviours_are_listed_edited_and_switched_off() {
    let mut screen = Screen::busy(120, 40);
    assert_eq!(lines(&screen.press("alt-m")), ["misbehave list"]);
    let one = |name: &str| ListedMisbehaviour {
        line: format!("misbehave CP1 {name}"),
        off: format!("misbehave off CP1 {name} as=cs"),
        does: "answers no ping",
    };
    let listed = vec![one("no-pong"), one("fragments")];
    let list = |screen: &mut Screen| {
        let request = ScreenRequest::ListMisbehaviours(listed.clone());
        screen.send(ScreenMessage::Reply(BackendReply::Screen(request)))
    };
    list(&mut screen);
    assert!(screen.picture().contains("misbehaviours: 2"), "{}", screen.picture());
    screen.press("down enter");
    assert_eq!(screen.app.command_line.input.text(), "misbehave CP1 fragments");
    screen.press("esc");
    list(&mut screen);
    screen.press("down down");
    assert_eq!(lines(&screen.press("enter")), ["misbehave off CP1 no-pong as=cs"]);
}
