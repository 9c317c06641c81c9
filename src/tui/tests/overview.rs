//! The pages that sum up the session: pictures at three sizes, and what their keys do.

use insta::assert_snapshot;

use super::test_screen::Screen;
use crate::trace::{Direction, FrameKind};
use crate::tui::action::KeyContext;
use crate::tui::layout::Pane;
use crate::tui::update::ScreenMessage;

/// 2026-03-04T10:00:00Z and so many seconds.
fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(1_772_618_400 + seconds).unwrap().to_string()
}

/// A busy screen with three transactions: one that has ended, one without a stop, one that runs under a limit.
fn transactions(width: u16, height: u16) -> Screen {
    let mut screen = Screen::busy(width, height);
    let start = |screen: &mut Screen, name: &str, connector: i64, tag: &str, id: i64| {
        let at = time((screen.micros / 1_000_000) as i64);
        let payload = format!(r#"{{"connectorId":{connector},"idTag":"{tag}","meterStart":1000,"timestamp":"{at}"}}"#);
        let answer = format!(r#"{{"transactionId":{id},"idTagInfo":{{"status":"Accepted"}}}}"#);
        screen.exchange(name, Direction::In, "StartTransaction", &payload, &answer);
    };
    let meter = |screen: &mut Screen, name: &str, connector: i64, id: i64, watts: i64, register: i64| {
        let at = time((screen.micros / 1_000_000) as i64);
        let amperes = watts / 230;
        let charge = 40 + register / 100;
        let payload = format!(
            r#"{{"connectorId":{connector},"transactionId":{id},"meterValue":[{{"timestamp":"{at}","sampledValue":[{{"value":"{watts}","measurand":"Power.Active.Import","unit":"W"}},{{"value":"{register}","unit":"Wh"}},{{"value":"{amperes}","measurand":"Current.Import","unit":"A"}},{{"value":"32","measurand":"Current.Offered","unit":"A"}},{{"value":"{charge}","measurand":"SoC","unit":"Percent"}}]}}]}}"#
        );
        screen.exchange(name, Direction::In, "MeterValues", &payload, "{}");
    };
    start(&mut screen, "CP2", 1, "77FF", 31);
    start(&mut screen, "CP10", 2, "CAFE01", 32);
    start(&mut screen, "CP10", 2, "04A2B3C4", 33);
    for minute in 0..12 {
        screen.micros += 60_000_000;
        let watts = [2_300, 6_900, 7_200, 7_200, 7_100, 7_200, 7_200, 7_200, 6_500, 5_000, 3_600, 2_400][minute];
        meter(&mut screen, "CP10", 2, 33, watts, 1_000 + minute as i64 * 110);
        meter(&mut screen, "CP2", 1, 31, 3_680, 1_000 + minute as i64 * 60);
    }
    let stop = format!(r#"{{"transactionId":31,"meterStop":1660,"timestamp":"{}","reason":"EVDisconnected"}}"#, time(720));
    screen.exchange("CP2", Direction::In, "StopTransaction", &stop, "{}");
    screen.send(ScreenMessage::Refresh);
    screen
}

#[test]
fn the_page_of_transactions_at_three_sizes() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = transactions(width, height);
        screen.press("4");
        assert_snapshot!(format!("transactions_{width}x{height}"), screen.picture());
    }
}

#[test]
fn an_empty_page_says_how_something_comes_here() {
    let mut screen = Screen::busy(80, 24);
    screen.press("4");
    assert_snapshot!("transactions_empty_80x24", screen.picture());
}

#[test]
fn enter_shows_the_frames_of_the_transaction_alone() {
    let mut screen = transactions(120, 40);
    screen.press("4 j enter");
    let app = &screen.app;
    assert_eq!((app.context(), app.focus), (KeyContext::Trace, Pane::Trace));
    assert_eq!(app.trace.filter().text(), "tx:32");
    assert!(app.trace.only().is_some() && app.trace.count() > 0);
    assert_eq!(app.filter_history.last().map(String::as_str), Some("tx:32"), "it can be had again");
    screen.press("4");
    assert_eq!(screen.app.overview.rows().position(), 1, "the page comes back as it was left");
}

#[test]
fn rows_are_filtered_sorted_and_selected() {
    let mut screen = transactions(120, 40);
    let ids = |screen: &Screen| {
        let picture = screen.picture();
        ["31", "32", "33"]
            .into_iter()
            .filter(|id| picture.lines().skip(3).take(4).any(|line| line.contains(&format!(" {id} "))))
            .collect::<Vec<_>>()
    };
    screen.press("4 / evdisc enter");
    assert_eq!((ids(&screen), screen.app.context()), (vec!["31"], KeyContext::Overview));
    screen.press("esc");
    assert_eq!((ids(&screen), screen.app.context()), (vec!["31", "32", "33"], KeyContext::Overview), "the filter goes first");
    screen.press("/ tx:33 esc");
    assert_eq!(ids(&screen).len(), 3, "Esc in the line restores the filter before");
    screen.press("/ $.idTag=77FF enter");
    assert_eq!(ids(&screen), ["31"]);
    screen.press("esc s");
    assert_eq!(screen.app.overview.rows().sorting(), (Some(0), false));
    screen.press("S G");
    let last = screen.app.overview.rows().selected();
    assert_eq!(last, screen.app.overview.rows().shown().last().copied());
    screen.press("esc");
    assert_eq!(screen.app.context(), KeyContext::Stations);
}

#[test]
fn rows_are_written_by_the_command_that_shows_them() {
    let mut screen = transactions(120, 40);
    screen.press("4 / cp:CP10 enter w");
    assert_eq!(screen.app.context(), KeyContext::CommandLine);
    assert_eq!(screen.app.command_line.input.text(), "transactions --file transactions.md cp:CP10");
    screen.press("esc o");
    assert_eq!(screen.app.context(), KeyContext::StationDetails, "the page of its station lies over it");
    screen.press("esc 2");
    assert_eq!((screen.app.context(), screen.app.focus), (KeyContext::Trace, Pane::Trace));
}

#[test]
fn the_palette_knows_the_pages() {
    let mut screen = transactions(120, 40);
    screen.press("ctrl-p transactions enter");
    assert_eq!(screen.app.context(), KeyContext::Overview);
}

#[test]
fn the_pages_of_statistics_and_faults_at_three_sizes() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = transactions(width, height);
        for (keys, name) in [("5", "actions"), ("5", "stations"), ("6", "faults")] {
            screen.press(keys);
            assert_snapshot!(format!("{name}_{width}x{height}"), screen.picture());
        }
    }
}

#[test]
fn a_histogram_without_room_leaves_no_answer_out() {
    let mut screen = Screen::busy(80, 18);
    for (count, micros) in [(25, 0), (2, 3_000), (1, 10_000), (9, 40_000), (1, 100_000), (1, 900_000)] {
        for _ in 0..count {
            let exchange = screen.call("CP2", Direction::In, "Heartbeat", "{}");
            screen.micros += micros;
            let answer = format!("[3,\"{exchange}\",{{}}]");
            screen.frame("CP2", Direction::Out, FrameKind::Result, "Heartbeat", answer, exchange);
        }
    }
    screen.send(ScreenMessage::Refresh);
    screen.press("5 / heartbeat enter");
    let picture = screen.picture();
    let bars = picture.lines().filter(|line| line.contains('█') && line.contains('<'));
    let counts = bars.filter_map(|line| line.split('█').next_back()?.split_whitespace().next()?.parse::<u64>().ok());
    let answers = picture.lines().find_map(|line| line.split("answers ").nth(1)?.split_whitespace().next()?.parse().ok());
    assert_eq!(answers, Some(counts.sum::<u64>()), "{picture}");
    assert!(picture.contains("p50"), "{picture}");
}

#[test]
fn hints_about_what_is_missing_are_whole_in_a_narrow_window() {
    let mut screen = Screen::busy(80, 24);
    let payload = r#"{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"2026-03-04T10:00:00Z"}"#;
    screen.exchange(
        "CP2",
        Direction::In,
        "StartTransaction",
        payload,
        r#"{"transactionId":1,"idTagInfo":{"status":"Accepted"}}"#,
    );
    screen.send(ScreenMessage::Refresh);
    screen.press("4");
    assert!(screen.picture().contains("how often it reports."), "{}", screen.picture());
    screen.press("esc w");
    assert!(screen.picture().contains("those like a line"), "{}", screen.picture());
    screen.press("1 c");
    assert!(screen.picture().contains("or the lost link"), "{}", screen.picture());
}

#[test]
fn empty_statistics_and_faults_say_what_comes_here() {
    let mut screen = Screen::empty(80, 24);
    for (key, words) in [("5", "Every action that is called"), ("5", "Every station has a row"), ("6", "No fault so far")] {
        screen.press(key);
        assert!(screen.picture().contains(words), "{}", screen.picture());
    }
}

#[test]
fn enter_shows_the_frames_of_a_fault_and_of_an_action() {
    let mut screen = transactions(120, 40);
    screen.press("6");
    let row = |screen: &Screen| screen.picture().lines().find(|line| line.starts_with('▸')).unwrap_or_default().to_owned();
    while !row(&screen).contains("/connectorId") {
        screen.press("j");
    }
    screen.press("enter");
    let filter = screen.app.trace.filter().text();
    assert_eq!(filter, r#"valid:no kind:call action:"StatusNotification" finding:/^\/connectorId: /"#);
    assert_eq!(screen.app.trace.count(), 1);
    screen.press("5 / meter enter enter");
    assert_eq!((screen.app.trace.filter().text(), screen.app.trace.only()), ("action:MeterValues", None));
}

#[test]
fn pages_and_header_count_one_end_of_a_link() {
    let mut screen = Screen::busy(120, 40);
    let name = "BOTH";
    screen.station(name);
    screen.contents.station(crate::ocpp::Role::ChargePoint, name);
    let faulty = r#"{"connectorId":1,"status":"Exhausted","errorCode":"NoError"}"#;
    screen.exchange(name, Direction::In, "StatusNotification", faulty, "{}");
    let simulated = screen.contents.stations().find(crate::ocpp::Role::ChargePoint, name).unwrap().key;
    let timeout = |exchange| crate::trace::EventKind::Timeout {
        exchange,
        action: "Reset".into(),
        after: std::time::Duration::from_secs(30),
    };
    let real = screen.station(name);
    screen.record(Some(real), timeout(1));
    screen.record(Some(simulated), timeout(2));
    screen.send(ScreenMessage::Refresh);
    screen.press("6");
    let count = |screen: &Screen| screen.picture().lines().filter(|line| line.contains("BOTH")).count();
    let both = count(&screen);
    assert!(screen.picture().contains("✗ 4 faults"), "{}", screen.picture());
    screen.press("esc");
    screen.app.show_one_end(true);
    screen.micros += 2_000_000;
    screen.send(ScreenMessage::Refresh);
    screen.press("6");
    assert!(count(&screen) < both && count(&screen) > 0, "{}", screen.picture());
    assert!(screen.picture().contains("✗ 3 faults"), "{}", screen.picture());
}
