//! After sending: the call in the trace, the answer in a sentence, the table of a batch.

use super::test_screen::Screen;
use crate::hub::{LinkCommand, Receipt};
use crate::trace::{Direction, FrameKind, StationKey};
use crate::tui::action::KeyContext;
use crate::tui::state::Palette;
use crate::tui::update::{ScreenMessage, UpdateEffect};

/// The Reset of CP1 was given to its link.
fn sent() -> Screen {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter F5 y");
    let receipt = Receipt { taken: vec![StationKey(0)], refused: Vec::new() };
    screen.send(ScreenMessage::Submitted { what: "Reset".to_owned(), receipt });
    screen
}

/// Two stations are asked; one answers, one refuses, one is not connected.
fn asked_three(keys: &str) -> Screen {
    let mut screen = Screen::busy(140, 40);
    screen.press("m m m e getconf enter F5");
    screen.press(keys);
    let refused = vec![(StationKey(2), "it is not connected".to_owned())];
    screen.send(ScreenMessage::Given(Receipt { taken: vec![StationKey(0), StationKey(1)], refused }));
    screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", r#"{"configurationKey":[]}"#);
    let call = screen.call("CP2", Direction::Out, "GetConfiguration", "{}");
    let error = format!(r#"[4,"{call}","NotSupported","not here",{{}}]"#);
    screen.frame("CP2", Direction::In, FrameKind::Error, "GetConfiguration", error, call);
    screen.send(ScreenMessage::Refresh);
    screen
}

#[test]
fn the_answer_is_shown_until_the_next_key() {
    let mut screen = sent();
    screen.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Soft"}"#, r#"{"status":"Accepted"}"#);
    screen.send(ScreenMessage::Refresh);
    screen.micros += 60_000_000;
    screen.send(ScreenMessage::Refresh);
    let picture = screen.picture();
    assert!(picture.contains("Reset → CP1: ") && picture.contains("Accepted  1.5 ms"), "{picture}");
    screen.press("1");
    assert!(!screen.picture().contains("Accepted  1.5 ms"), "{}", screen.picture());
}

#[test]
fn the_sent_call_is_selected_unless_the_user_has_moved_meanwhile() {
    for (keys, moved) in [("", false), ("2 g j", true)] {
        let mut screen = sent();
        screen.press(keys);
        let before = screen.app.trace.selected();
        let call = screen.contents.records().range().end;
        screen.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Soft"}"#, r#"{"status":"Accepted"}"#);
        for _ in 0..5 {
            screen.exchange("CP2", Direction::In, "Heartbeat", "{}", "{}");
        }
        screen.send(ScreenMessage::Refresh);
        assert_eq!(screen.app.trace.selected(), if moved { before } else { Some(call) }, "{keys}");
    }
}

#[test]
fn a_batch_ends_with_a_table_that_stays() {
    let mut screen = asked_three("");
    assert_eq!(screen.app.context(), KeyContext::Palette, "{}", screen.picture());
    let list = screen.app.overlays.get::<Palette>().unwrap();
    let rows: Vec<String> =
        list.list.shown().map(|row| format!("{} {} {} {}", row.kind, row.name, row.detail, row.keys)).collect();
    assert!(rows[0].starts_with("✗ CP2 ") && rows[0].contains("NotSupported") && rows[0].ends_with("1.5 ms"), "{rows:?}");
    assert_eq!(rows[1], "✗ CP10 not sent: it is not connected ");
    assert!(rows[2].starts_with("✓ CP1 ") && rows[2].ends_with("1.5 ms"), "{rows:?}");
    screen.micros += 60_000_000;
    screen.send(ScreenMessage::Refresh);
    assert_eq!(screen.app.context(), KeyContext::Palette);
    screen.press("enter");
    let selected = screen.app.trace.selected().and_then(|sequence| screen.contents.records().get(sequence)).unwrap();
    assert_eq!((selected.station, selected.action), (Some(StationKey(1)), Some("GetConfiguration")));
    screen.press("ctrl-p");
    screen.send(ScreenMessage::Paste("results of".to_owned()));
    screen.press("enter");
    assert_eq!(screen.app.overlays.get::<Palette>().unwrap().list.items().len(), 3);
}

#[test]
fn a_table_opens_by_itself_only_for_somebody_who_waits() {
    let screen = asked_three("2");
    assert_eq!(screen.app.context(), KeyContext::Trace);
    assert!(screen.picture().contains("GetConfiguration: 2 sent to 3 stations"), "{}", screen.picture());
    assert!(screen.app.result.is_some());
}

#[test]
fn the_list_of_actions_begins_with_what_was_sent_before() {
    let mut screen = Screen::busy(160, 24);
    screen.press("e");
    let picture = screen.picture();
    assert!(picture.contains("▾ ") && picture.contains(" more"), "{picture}");
    screen.press("res enter esc e");
    let picker = |screen: &Screen| {
        let picker = screen.app.overlays.get::<crate::tui::state::ActionPicker>().unwrap();
        picker.list.shown().map(|action| action.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(picker(&screen)[0], "Reset");
    let picture = screen.picture();
    assert!(
        picture.contains("type*") && picture.contains("Hard | Soft") && picture.contains("\"type\": \"Soft\""),
        "{picture}"
    );
    screen.press("esc");
    let call = screen.call("CP1", Direction::Out, "Reset", "{}");
    let key = screen.station("CP1");
    let frame = crate::trace::Frame {
        direction: Direction::In,
        kind: FrameKind::Error,
        action: Some("Reset".into()),
        text: format!(r#"[4,"{call}","NotImplemented","",{{}}]"#).into(),
        content: None,
        exchange: Some(call),
        code: Some(crate::ocpp::ErrorCode::NotImplemented),
        findings: Vec::new(),
        remark: None,
        origin: None,
    };
    screen.record(Some(key), crate::trace::EventKind::Frame(frame));
    screen.send(ScreenMessage::Refresh);
    screen.press("1 g e");
    assert_eq!(picker(&screen).last().map(String::as_str), Some("Reset"), "what the station does not know is last");
}

#[test]
fn calls_in_the_palette_name_the_station() {
    let mut screen = Screen::busy(140, 40);
    screen.press("ctrl-p");
    screen.send(ScreenMessage::Paste("Reset".to_owned()));
    assert!(screen.picture().contains("→ CP1, OCPP 1.6: "), "{}", screen.picture());
}

#[test]
fn variables_are_resolved_for_each_station_and_repetition() {
    let mut screen = Screen::busy(140, 40);
    screen.press("m m e datatransfer enter");
    let typed = r#"{"vendorId": "${station}", "data": "${n} at ${now}"}"#;
    screen.send(ScreenMessage::Edited(Ok(typed.to_owned())));
    let first = r#"{"vendorId":"CP1","data":"1 at 2026-03-04T10:00:00Z"}"#;
    let picture = screen.picture();
    assert!(picture.contains("first call") && picture.contains(first) && picture.contains("✓ valid"), "{picture}");
    let effects = screen.press("F6 ctrl-u");
    assert!(effects.is_empty(), "{effects:?}");
    screen.send(ScreenMessage::Paste("2".to_owned()));
    let given: Vec<(u32, String)> = screen
        .press("enter")
        .into_iter()
        .filter_map(|effect| match effect {
            UpdateEffect::Give(order) => match order.command {
                LinkCommand::Call { payload, .. } => {
                    Some((order.targets[0].0, payload.value()["vendorId"].to_string() + &payload.value()["data"].to_string()))
                }
                other => panic!("{other:?}"),
            },
            _ => None,
        })
        .collect();
    let time = "at 2026-03-04T10:00:00Z";
    let expected = [(0, "CP1", 1), (1, "CP2", 2), (0, "CP1", 3), (1, "CP2", 4)];
    assert_eq!(given, expected.map(|(key, name, number)| (key, format!("\"{name}\"\"{number} {time}\""))));
}

#[test]
fn an_unknown_variable_is_refused_with_the_list_of_all() {
    let mut screen = Screen::busy(140, 40);
    screen.press("e datatransfer enter");
    screen.send(ScreenMessage::Edited(Ok(r#"{"vendorId": "${zebra}"}"#.to_owned())));
    let sentence = "there is no variable ${zebra}; there are station, now, tx, tag, connector, evse, uuid, n";
    assert!(screen.picture().contains(&format!("1:15 {}", &sentence[..40])), "{}", screen.picture());
    assert_eq!(screen.press("F5 F5"), [], "it cannot be sent anyway");
    assert!(screen.picture().contains(&format!("Nothing was sent: {sentence}")), "{}", screen.picture());
}
