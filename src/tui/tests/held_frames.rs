//! Held frames on the screen: the list, the editor that releases one, the count in the header.

use std::sync::Arc;

use serde_json::json;

use super::test_screen::Screen;
use crate::hub::LinkCommand;
use crate::link::{HeldFrame, ReleaseAction};
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, EventKind, FrameKind};
use crate::tui::state::{Editor, Palette};
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
    for part in ["frames that wait: 2", "7 CP1 ←C Authorize", "8 CP1 →R Heartbeat", "Release all", "Drop 7 Authorize"] {
        assert!(picture.contains(part), "{part} is not in\n{picture}");
    }
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
fn a_held_answer_is_checked_as_an_answer() {
    let mut screen = holding();
    screen.press("w");
    screen.send(ScreenMessage::Paste("8 CP1".to_owned()));
    screen.press("enter");
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
    assert!(screen.app.overlays.get::<Palette>().is_none());
    assert!(screen.picture().contains(":hold <filter>"));
}
