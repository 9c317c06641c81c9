//! The stations pane, the header and the hints: what they say about the state of the session.

use std::sync::Arc;

use super::test_screen::Screen;
use crate::fleet::FleetGlance;
use crate::ocpp::Role;
use crate::trace::{Direction, EventKind};
use crate::tui::context::SessionModes;
use crate::tui::state::Column;
use crate::tui::update::ScreenMessage;

#[test]
fn a_station_with_faults_is_seen_at_120_columns() {
    let screen = Screen::busy(120, 40);
    let picture = screen.picture();
    let line = picture.lines().find(|line| line.contains("CP2")).unwrap();
    assert!(line.contains("✗ CP2") && line.contains(" 2 "), "{line}");
    assert!(picture.contains("● CP1 ") && picture.contains("retry 8 s") && picture.contains("gone"), "{picture}");
}

#[test]
fn the_fault_of_a_station_fades_and_the_screen_knows_when() {
    let mut screen = Screen::busy(120, 40);
    screen.micros += 60_000_000;
    let (_, drawn) = screen.draw();
    assert!(drawn.changes_at.is_some_and(|at| at > screen.micros));
    screen.micros += 400_000_000;
    assert!(screen.picture().contains("● CP2"));
}

#[test]
fn modes_that_change_answers_are_in_the_header() {
    let mut screen = Screen::busy(120, 40);
    let header = |screen: &Screen| screen.picture().lines().next().unwrap().to_owned();
    assert!(header(&screen).contains("cs+cp") && header(&screen).contains("3/5 connected"), "{}", header(&screen));
    screen.modes =
        SessionModes { rules: 1, plugins: 2, misbehaviours: 1, misbehaviour: Some("no-pong"), ..SessionModes::default() };
    assert!(header(&screen).contains("≠ no-pong  ⚑ 1 rule  ⚙ 2 plugins"), "{}", header(&screen));
    screen.modes.misbehaviours = 3;
    assert!(header(&screen).contains("≠ no-pong +2  ⚑ 1 rule"), "{}", header(&screen));
    screen.modes.misbehaviour = None;
    assert!(!header(&screen).contains("TLS keys"), "{}", header(&screen));
    screen.modes.key_log = true;
    assert!(header(&screen).contains("⚿ TLS keys to file"), "{}", header(&screen));
    screen.modes.key_log = false;
    screen.modes.networks = 2;
    assert!(header(&screen).contains("≋ 2 bad networks  ⚑ 1 rule"), "{}", header(&screen));
    screen.modes.networks = 0;
    screen.app.size.width = 60;
    let narrow = header(&screen);
    assert!(narrow.contains("⚑ 1 rule") && narrow.contains("3/5 connected") && !narrow.contains("ws://"), "{narrow}");
}

#[test]
fn the_second_transport_of_an_address_is_named() {
    let mut screen = Screen::busy(120, 40);
    screen.app.listening = vec!["ws://h:9000/<id>".to_owned(), "http://h:9000/ (SOAP)".to_owned()];
    assert!(screen.picture().contains("ws://h:9000/<id> +soap"));
}

#[test]
fn hints_follow_the_state() {
    let mut screen = Screen::busy(200, 60);
    let hints = |screen: &Screen| screen.picture().lines().last().unwrap().to_owned();
    screen.press("2 g j j j j");
    assert!(hints(&screen).contains("] answer") && !hints(&screen).contains("[ call"), "{}", hints(&screen));
    screen.press("j");
    assert!(hints(&screen).contains("[ call") && !hints(&screen).contains("] answer"), "{}", hints(&screen));
    screen.press("1 m");
    assert!(hints(&screen).contains("→ 1 marked") && hints(&screen).contains("M unmark"), "{}", hints(&screen));
    assert!(!hints(&screen).contains("wait"));
}

#[test]
fn a_running_transaction_shows_its_power_energy_and_curve() {
    let mut screen = Screen::busy(120, 50);
    let mut exchange =
        |action: &str, payload: &str, result: &str| screen.exchange("CP1", Direction::In, action, payload, result);
    exchange("StatusNotification", r#"{"connectorId":1,"errorCode":"NoError","status":"Charging"}"#, "{}");
    let start = r#"{"connectorId":1,"idTag":"A","meterStart":1000,"timestamp":"2026-03-04T10:00:00Z"}"#;
    exchange("StartTransaction", start, r#"{"transactionId":33,"idTagInfo":{"status":"Accepted"}}"#);
    for (time, power, energy) in [("10:01:00", "3600", "1060"), ("10:02:00", "7200", "1180")] {
        let sample = |value: &str, measurand: &str, unit: &str| {
            format!(r#"{{"value":"{value}","measurand":"{measurand}","unit":"{unit}"}}"#)
        };
        let samples =
            [sample(power, "Power.Active.Import", "W"), sample(energy, "Energy.Active.Import.Register", "Wh")].join(",");
        let payload = format!(
            r#"{{"connectorId":1,"transactionId":33,"meterValue":[{{"timestamp":"2026-03-04T{time}Z","sampledValue":[{samples}]}}]}}"#
        );
        exchange("MeterValues", &payload, "{}");
    }
    screen.press("1 g");
    let picture = screen.picture();
    assert!(picture.contains("1▶7.2kW") && picture.contains("#33") && picture.contains("180 Wh"), "{picture}");
    assert!(picture.contains("▄█  7.2 kW"), "{picture}");
}

#[test]
fn columns_are_chosen_in_a_list_and_kept() {
    let mut screen = Screen::busy(120, 40);
    screen.press("c");
    assert!(screen.picture().contains("columns of the stations"));
    screen.press("space j J esc");
    let kept = screen.app.kept.screen.columns.clone().unwrap();
    assert_eq!(kept[..2], ["seen", "err"], "the first is hidden, the second was moved down");
    let layout = screen.app.stations.layout(40);
    assert!(!layout.has(Column::Connectors) && layout.has(Column::Errors));
    screen.press("c 0");
    assert_eq!(screen.app.kept.screen.columns, None);
}

#[test]
fn the_palette_sorts_by_a_named_column() {
    let mut screen = Screen::busy(120, 40);
    screen.press("ctrl-p");
    for letter in "sort by err".chars() {
        screen.send(ScreenMessage::Key(crossterm::event::KeyCode::Char(letter).into()));
    }
    screen.press("enter");
    assert_eq!(screen.app.stations.sorting(), (Column::Errors, false));
}

#[test]
fn a_long_identity_keeps_its_end_and_the_columns() {
    let mut screen = Screen::busy(120, 40);
    for number in 1..3 {
        screen.station(&format!("VERYLONG-VERYLONG-VERYLONG-VERYLONG-00{number}"));
    }
    screen.send(ScreenMessage::Refresh);
    let picture = screen.picture();
    assert!(picture.contains("G-001") && picture.contains("G-002"), "{picture}");
    assert!(picture.lines().nth(2).unwrap().contains("connectors"), "{picture}");
}

#[test]
fn what_records_say_is_taken_in_between_two_frames_and_shown_with_the_next() {
    let mut screen = Screen::empty(120, 40);
    let key = screen.station("CP1");
    screen.send(ScreenMessage::Refresh);
    let before = screen.picture();
    screen.call("CP1", Direction::In, "BootNotification", r#"{"chargePointVendor":"Acme","chargePointModel":"M2"}"#);
    assert!(screen.app.facts.of(key).is_none_or(|facts| facts.boot.is_none()));
    assert_eq!(screen.send(ScreenMessage::Recorded), []);
    assert!(screen.app.facts.of(key).is_some_and(|facts| facts.boot.is_some()));
    screen.send(ScreenMessage::Refresh);
    assert_ne!(screen.picture(), before);
}

/// CP1 and CP2, and ten stations of the fleet `depot`.
fn with_a_fleet() -> Screen {
    let mut screen = Screen::busy(120, 40);
    for number in 1..=10 {
        let key = screen.contents.station(Role::ChargePoint, &format!("VAN{number:02}"));
        screen.record(Some(key), EventKind::Grouped { group: "depot".into() });
    }
    screen.micros += 1_000_000;
    screen.send(ScreenMessage::Refresh);
    screen
}

#[test]
fn a_group_is_one_line_that_opens_and_closes() {
    let mut screen = with_a_fleet();
    let picture = screen.picture();
    assert!(picture.contains("⊞ @depot  0/10") && !picture.contains("VAN01") && picture.contains("CP1"), "{picture}");
    screen.press("1 g enter");
    let picture = screen.picture();
    assert!(picture.contains("⊟ @depot  0/10") && picture.contains("VAN01") && picture.contains("VAN10"), "{picture}");
    screen.press("j j");
    assert_eq!(screen.app.stations.selected(), screen.contents.stations().find(Role::ChargePoint, "VAN02").map(|row| row.key));
    screen.press("g enter");
    assert!(!screen.picture().contains("VAN01"));
    assert_eq!(screen.app.stations.selected_group(), Some(0));
}

#[test]
fn marking_a_group_marks_its_stations_and_a_search_opens_it() {
    let mut screen = with_a_fleet();
    screen.press("1 g m");
    assert_eq!(screen.app.marked.len(), 10);
    assert!(screen.picture().contains("10 marked"));
    screen.press("g m");
    assert!(screen.app.marked.is_empty());
    let van = screen.contents.stations().find(Role::ChargePoint, "VAN07").unwrap().key;
    screen.app.stations.select(van, 20);
    assert_eq!(screen.app.stations.selected(), Some(van));
    assert!(screen.picture().contains("VAN07"));
}

#[test]
fn the_lines_below_a_fleet_have_its_rate_and_its_slowest_actions() {
    let mut screen = with_a_fleet();
    let glance = FleetGlance {
        rates: vec![100.0, 250.0, 1200.0],
        calls: 4321,
        failures: 2,
        quantiles: Some((0.0021, 0.45)),
        ranges: vec![("1 ms", 5), ("3 ms", 900), ("10 ms", 20), ("more", 0)],
        slowest: vec![("StopTransaction".to_owned(), 7, 1.5), ("Heartbeat".to_owned(), 4000, 0.002)],
    };
    screen.app.fleets = vec![("depot".into(), Arc::new(glance))];
    screen.press("1 g");
    let picture = screen.picture();
    for wanted in
        ["@depot", "0 of 10 connected", "200 answers/s", "321 calls  2 failed", "latencies ≤ 1 ms", "StopTransaction  7 calls"]
    {
        assert!(picture.contains(wanted), "{wanted}: {picture}");
    }
}
