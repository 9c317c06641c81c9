//! A station that is passed on to its central system: one row, frames that passed and frames that did not, the ladder with three columns.

use std::sync::Arc;

use crate::ocpp::{Transport, Version};
use crate::trace::{
    CloseReason, ConnectionAttempt, Direction, EventKind, Frame, FrameKind, FrameOrigin, FramePassage, Intervention,
    InterventionKind, PairLegs, StationKey,
};
use crate::tui::update::ScreenMessage;

use super::test_screen::Screen;

/// A screen with a pair whose links are up.
fn passing(width: u16, height: u16) -> (Screen, StationKey) {
    let mut screen = Screen::empty(width, height);
    let key = StationKey(0);
    screen.record(Some(key), EventKind::PairAdded { key, identity: "CP1".into() });
    let connected = |link| EventKind::Connected {
        link,
        version: Version::V1_6,
        transport: Transport::WebSocket,
        peer: "192.168.1.20:50100".parse().unwrap(),
        handshake: ConnectionAttempt::default(),
    };
    let upstream = |kind| EventKind::Upstream(Box::new(kind));
    screen.record(Some(key), upstream(EventKind::Connecting { url: "wss://provider.example/ocpp/CP1".into() }));
    screen.record(Some(key), upstream(connected(1)));
    screen.record(Some(key), connected(2));
    (screen, key)
}

/// What is drawn once the screen has taken the records in.
fn drawn(screen: &mut Screen) -> String {
    screen.send(ScreenMessage::Refresh);
    screen.picture()
}

fn frame(direction: Direction, kind: FrameKind, text: &'static str, passage: FramePassage) -> EventKind {
    let origin = Some(Arc::new(FrameOrigin { passage: Some(passage), ..FrameOrigin::default() }));
    let (action, exchange) = (Some("Authorize".into()), Some(1));
    EventKind::Frame(Frame { action, exchange, origin, ..Frame::new(direction, kind, text.into()) })
}

/// An exchange whose answer was edited, and a call of ours to the central system.
fn exchange(screen: &mut Screen, key: StationKey) {
    let held = |held_micros| FramePassage { held_micros, ..FramePassage::of(PairLegs::Both) };
    screen.record(Some(key), frame(Direction::In, FrameKind::Call, r#"[2,"1","Authorize",{"idTag":"A"}]"#, held(300)));
    let before = r#"[3,"1",{"idTagInfo":{"status":"Accepted"}}]"#;
    let edited = Intervention { kind: InterventionKind::Edited, by: "a rule".into(), before: Some(before.into()) };
    let passage = FramePassage { intervention: Some(Box::new(edited)), ..held(200) };
    let text = r#"[3,"1",{"idTagInfo":{"status":"Blocked"}}]"#;
    screen.record(Some(key), frame(Direction::Out, FrameKind::Result, text, passage));
    let injected = Intervention { kind: InterventionKind::Injected, by: Box::default(), before: None };
    let passage = FramePassage { intervention: Some(Box::new(injected)), ..FramePassage::of(PairLegs::Upstream) };
    screen.record(Some(key), frame(Direction::In, FrameKind::Send, r#"[2,"9","Authorize",{"idTag":"B"}]"#, passage));
}

#[test]
fn a_pair_is_one_row_with_the_state_of_both_links() {
    let (mut screen, key) = passing(120, 30);
    let picture = drawn(&mut screen);
    assert!(picture.contains('⇄') && picture.contains("CP1") && picture.contains("proxy"), "{picture}");
    assert!(picture.contains("upstream: wss://provider"), "{picture}");
    let down = EventKind::Disconnected { link: 1, reason: CloseReason::PeerGone };
    screen.record(Some(key), EventKind::Upstream(Box::new(down)));
    let picture = drawn(&mut screen);
    assert!(picture.contains('⇄') && picture.contains("upstream: the peer closed"), "{picture}");
}

#[test]
fn what_was_done_with_a_frame_is_on_its_line() {
    let (mut screen, key) = passing(140, 30);
    exchange(&mut screen, key);
    let picture = drawn(&mut screen);
    assert!(picture.contains("[edited here by a rule]") && picture.contains("[upstream only, injected here]"), "{picture}");
}

#[test]
fn the_ladder_of_a_pair_has_three_columns() {
    let (mut screen, key) = passing(140, 30);
    exchange(&mut screen, key);
    screen.send(ScreenMessage::Refresh);
    screen.press("2 v z");
    insta::assert_snapshot!("ladder_of_a_pair_140x30", drawn(&mut screen));
}
