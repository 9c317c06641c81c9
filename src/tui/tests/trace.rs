//! The lines of the trace: what they say, which time they show, where jumps lead.

use std::sync::Arc;

use serde_json::json;

use super::test_screen::Screen;
use crate::config::SavedPart;
use crate::link::HeldFrame;
use crate::trace::{Direction, EventKind, FrameKind, SilenceCause};
use crate::tui::state::TraceMode;
use crate::tui::theme::{ColourDepth, Theme};
use crate::tui::update::UpdateEffect;

/// The line of the picture with this text.
fn line(screen: &Screen, text: &str) -> String {
    let picture = screen.picture();
    let found = picture.lines().find(|line| line.contains(text));
    found.unwrap_or_else(|| panic!("{text} is not in\n{picture}")).to_owned()
}

/// The trace alone, a line for each exchange.
fn exchanges() -> Screen {
    let mut screen = Screen::charging(120, 40);
    screen.press("2 v v z");
    screen
}

/// A screen with many lines, one of them an error of ours.
fn long() -> Screen {
    let mut screen = Screen::busy(120, 40);
    for number in 0..100 {
        let key = if number == 50 { "Volume" } else { "HeartbeatInterval" };
        let payload = format!(r#"{{"key":"{key}","value":"{number}"}}"#);
        screen.exchange("CP1", Direction::Out, "ChangeConfiguration", &payload, r#"{"status":"Accepted"}"#);
    }
    screen.press("2 z");
    screen
}

/// How many lines of records are above and below the selected one.
fn context(screen: &Screen) -> (usize, usize) {
    let picture = screen.picture();
    // Beside the stations a line begins behind their border.
    let rows = picture.lines().map(|line| line.split_once('│').map_or(line, |(_, row)| row));
    let is_record = |row: &&str| {
        let time = row.trim_start_matches(['▸', '┌', '└', '•', ' ']);
        time.starts_with("00:00.") || time.starts_with("10:00:00.")
    };
    let lines: Vec<&str> = rows.filter(is_record).collect();
    let selected = lines.iter().position(|line| line.starts_with('▸')).unwrap_or_else(|| panic!("{picture}"));
    (selected, lines.len() - selected - 1)
}

#[test]
fn an_exchange_is_the_line_that_is_shown_first() {
    let app = crate::tui::app::App::new(Theme::named("terminal").unwrap(), ColourDepth::True, jiff::tz::TimeZone::UTC);
    assert_eq!(app.trace.view(), TraceMode::Exchanges);
}

#[test]
fn lines_say_what_messages_mean_and_a_shows_their_json() {
    let mut screen = exchanges();
    assert!(line(&screen, "StartTransaction").ends_with("1.5 #1 04A2B3C4 1 kWh ⇒ tx 7"));
    assert!(line(&screen, "GetConfiguration").ends_with("→  GetConfiguration            1.5 all keys ⇒ 2 values"));
    assert!(line(&screen, "CP2          ←✗").contains("1.5 ✗ #one Available ⇒ TypeConstraintViolation: "));
    screen.press("a");
    assert!(line(&screen, "StartTransaction").contains(r#"{"connectorId":1,"idTag":"#));
    assert!(line(&screen, "Heartbeat").ends_with(r#"{} ⇒ {"currentTime":"2026-03-04T10:00:00Z"}"#));
    screen.press("a");
    assert!(line(&screen, "StartTransaction").ends_with("⇒ tx 7"));
}

#[test]
fn an_open_call_counts_its_seconds_until_its_link_is_gone() {
    let mut screen = exchanges();
    screen.micros += 12_000_000;
    assert!(line(&screen, "TriggerMessage").contains("→… TriggerMessage             12 s Heartbeat ⇒ waits for the answer"));
    screen.call("CP2", Direction::In, "Heartbeat", "{}");
    screen.press("G");
    assert!(line(&screen, "answered yet").contains("←… Heartbeat                   0 s ⇒ not answered yet"));
    for (name, link) in [("CP1", 1), ("CP2", 1)] {
        let key = screen.station(name);
        screen.record(Some(key), EventKind::Disconnected { link, reason: crate::trace::CloseReason::PeerGone });
    }
    screen.press("G");
    assert!(line(&screen, "TriggerMessage").ends_with("→  TriggerMessage                  Heartbeat ⇒ no answer"));
}

#[test]
fn a_held_frame_says_by_which_filter() {
    let mut screen = exchanges();
    let station = screen.station("CP1");
    screen.gate.hold(HeldFrame {
        number: 7,
        station,
        direction: Direction::In,
        kind: FrameKind::Call,
        action: Arc::from("Authorize"),
        payload: json!({ "idTag": "77FF" }).into(),
        since: crate::clock::now(),
        stopped_by: Arc::from("action:Authorize"),
    });
    screen.call("CP1", Direction::In, "Authorize", r#"{"idTag":"77FF"}"#);
    screen.record(Some(station), EventKind::Held { number: 7, action: "Authorize".into(), text: "it waits".into() });
    screen.micros += 4_000_000;
    screen.press("G");
    let picture = screen.picture();
    let lines: Vec<&str> = picture.lines().filter(|line| line.contains("Authorize  ")).collect();
    assert_eq!(lines.len(), 2, "{picture}");
    assert!(lines[0].contains("←‖ Authorize                   4 s 77FF ⇒ held by action:Authorize"), "{picture}");
    assert!(lines[1].contains("←‖ Authorize                   4 s 77FF held by action:Authorize"), "{picture}");
}

#[test]
fn a_call_that_is_left_unanswered_says_by_whom() {
    let mut screen = exchanges();
    let exchange = screen.call("CP2", Direction::In, "Heartbeat", "{}");
    let key = screen.station("CP2");
    screen.record(Some(key), EventKind::Unanswered { exchange, action: "Heartbeat".into(), by: SilenceCause::Rule });
    screen.press("G");
    assert!(line(&screen, "answered by rule").ends_with("←⚑ Heartbeat                       ⇒ not answered by rule"));
    assert!(!line(&screen, "answered by rule").contains(" s "), "no seconds are counted");
    screen.press("v");
    assert!(line(&screen, "answered by rule").contains("⚑ Heartbeat"), "{}", screen.picture());
}

#[test]
fn the_headings_explain_the_signs_where_there_is_room() {
    let mut screen = exchanges();
    assert!(line(&screen, "station ").contains("✗ fault  ~ tolerated  … open  ‖ held"));
    screen.press("v");
    assert!(line(&screen, "station ").contains("C call  R result  E error"));
    let mut narrow = Screen::charging(80, 24);
    narrow.press("2 z");
    assert!(line(&narrow, "station ").trim_end().ends_with("ms what"));
}

#[test]
fn times_are_shown_in_five_forms_and_the_choice_is_kept() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 z g j j b j j");
    let mut shown = Vec::new();
    for _ in 0..5 {
        shown.push(line(&screen, "BootNotification").chars().take(14).collect::<String>());
        assert!(screen.press("C").contains(&UpdateEffect::Keep(SavedPart::Screen)));
    }
    assert_eq!(shown, ["▸10:00:00.007 ", "▸10:00:00.007 ", "▸       0.007 ", "▸      +0.001 ", "▸      +0.003 "]);
    assert_eq!(screen.app.kept.screen.time.as_deref(), Some("local"));
    screen.app.zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    assert!(line(&screen, "BootNotification").starts_with("▸12:00:00.007"));
    screen.press("C");
    assert!(line(&screen, "BootNotification").starts_with("▸10:00:00.007"));
}

#[test]
fn a_day_begins_with_a_line_that_nothing_selects() {
    let mut screen = Screen::busy(120, 40);
    // 14 hours later another day begins.
    screen.micros += 14 * 3_600_000_000;
    screen.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Hard"}"#, r#"{"status":"Accepted"}"#);
    screen.press("2 z G");
    let picture = screen.picture();
    let lines: Vec<&str> = picture.lines().collect();
    let date = lines.iter().position(|line| line.contains("┄ Thursday 2026-03-05 ┄")).unwrap_or_else(|| panic!("{picture}"));
    assert!(lines[date + 1].contains("Hard") && lines[date - 1].contains("refused"), "{picture}");
    screen.press("k k");
    assert!(line(&screen, "no common subprotocol").starts_with('▸'), "one key per record");
    let mut low = Screen::busy(120, 8);
    low.micros += 14 * 3_600_000_000;
    low.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Hard"}"#, r#"{"status":"Accepted"}"#);
    low.press("2 z G");
    assert!(low.picture().lines().any(|line| line.starts_with('▸') && line.contains("Reset")), "{}", low.picture());
}

#[test]
fn texts_scroll_sideways() {
    let mut screen = exchanges();
    screen.press("right");
    assert!(
        line(&screen, "StartTransaction").contains("1.5 B3C4 1 kWh ⇒ tx 7")
            || line(&screen, "StartTransaction").contains("1.5 3C4 1 kWh")
    );
    screen.press("left left");
    assert!(line(&screen, "StartTransaction").contains("1.5 #1 04A2B3C4"));
}

#[test]
fn every_jump_leaves_lines_around_what_it_leads_to() {
    for keys in [
        "g f Volume enter",
        "G f Volume enter N",
        "g / Volume enter esc esc",
        "G pageup",
        "G pageup pageup",
        "g pagedown",
        "g / Volume enter esc esc G pageup pageup pageup pagedown",
        "g @ 10:00:00.200 enter",
        "g f Volume enter b G `",
        "g f Volume enter v v v",
    ] {
        let mut screen = long();
        screen.press(keys);
        let (above, below) = context(&screen);
        assert!(above >= 3 && below >= 3, "{keys}: {above} above, {below} below\n{}", screen.picture());
    }
    let mut screen = long();
    screen.press("g f Volume enter");
    let (above, below) = context(&screen);
    assert!(above.abs_diff(below) <= 2, "in the middle: {above} above, {below} below");
}
