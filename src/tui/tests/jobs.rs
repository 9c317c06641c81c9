//! The keystrokes of daily jobs: each is done in no more keys than its limit, which is written beside it.

use super::test_screen::Screen;
use crate::hub::LinkCommand;
use crate::ocpp::{Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind};
use crate::tui::layout::Pane;
use crate::tui::state::{Editor, ProfilesPage, TraceMode};
use crate::tui::update::UpdateEffect;

/// A central system with three stations of OCPP 1.6, the last of which sent something invalid.
fn screen() -> Screen {
    let mut screen = Screen::empty(120, 40);
    for name in ["CP1", "CP2", "CP3"] {
        let (version, peer) = (Version::V1_6, "192.168.1.20:50100".parse().unwrap());
        let (transport, handshake) = (Transport::WebSocket, ConnectionAttempt::default());
        let key = screen.station(name);
        screen.record(Some(key), EventKind::Connected { link: 1, version, transport, peer, handshake });
        screen.exchange(name, Direction::In, "Heartbeat", "{}", r#"{"currentTime":"2026-03-04T10:00:00Z"}"#);
    }
    screen.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Soft"}"#, r#"{"status":"Accepted"}"#);
    screen.press("1 g");
    screen.app.stations.select(crate::trace::StationKey(0), 20);
    screen
}

/// Presses keys, which must not be more than the limit; a word that is no key counts each letter.
fn press(screen: &mut Screen, keys: &str, limit: usize) -> Vec<UpdateEffect> {
    let count: usize =
        keys.split_whitespace().map(|word| if crate::tui::key::KeyPress::parse(word).is_some() { 1 } else { word.len() }).sum();
    assert!(count <= limit, "{keys} are {count} keys, not {limit}");
    screen.press(keys)
}

fn payloads(effects: &[UpdateEffect]) -> Vec<(String, String, usize)> {
    let order = |effect: &UpdateEffect| match effect {
        UpdateEffect::Submit { order, .. } | UpdateEffect::Give(order) => Some(order.clone()),
        _ => None,
    };
    let call = |order: crate::hub::Order| match order.command {
        LinkCommand::Call { action, payload } => Some((action, payload.to_string(), order.targets.len())),
        _ => None,
    };
    effects.iter().filter_map(order).filter_map(call).collect()
}

#[test]
fn three_stations_are_reset_hard() {
    let mut screen = screen();
    let effects = press(&mut screen, "m m m e reset enter H tab F5 y", 14);
    let sent = payloads(&effects);
    let targets: usize = sent.iter().map(|(.., targets)| targets).sum();
    assert!(targets == 3 && sent.iter().all(|(action, text, _)| action == "Reset" && text.contains("Hard")), "{sent:?}");
}

#[test]
fn a_frame_is_edited_and_sent_again() {
    let mut screen = screen();
    screen.press("2 G");
    let effects = press(&mut screen, "e F5 y", 3);
    assert_eq!(payloads(&effects).first().map(|(action, ..)| action.as_str()), Some("Reset"));
}

#[test]
fn the_faulty_station_is_seen_and_its_fault_reached() {
    let mut screen = Screen::busy(120, 40);
    let picture = screen.picture();
    assert!(picture.contains("✗ CP2"), "without a key\n{picture}");
    press(&mut screen, "2 , 3", 3);
    assert_eq!(screen.app.focus, Pane::Message);
    let selected = screen.app.trace.selected().and_then(|sequence| screen.contents.records().get(sequence)).unwrap();
    assert_eq!(selected.action, Some("StatusNotification"));
}

#[test]
fn views_are_one_key_away() {
    let mut screen = screen();
    press(&mut screen, "8", 1);
    assert!(screen.app.overlays.get::<ProfilesPage>().is_some());
    screen.press("esc");
    press(&mut screen, "2 v", 2);
    assert_ne!(screen.app.trace.view(), TraceMode::Exchanges);
    press(&mut screen, "1 e", 2);
    screen.press("esc");
    assert!(screen.app.overlays.get::<Editor>().is_none());
}
