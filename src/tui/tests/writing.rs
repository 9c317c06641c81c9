//! The editor beyond typing: other texts to start with, whole frames, favourites, repeating, the external editor.

use std::process::ExitStatus;

use serde_json::json;

use super::test_screen::Screen;
use crate::config::SavedPart;
use crate::console::GivenCalls;
use crate::hub::{LinkCommand, Order, Receipt};
use crate::trace::{Direction, StationKey};
use crate::tui::action::KeyContext;
use crate::tui::backend::BackendReply;
use crate::tui::external::EditError;
use crate::tui::state::Editor;
use crate::tui::update::{ScreenMessage, UpdateEffect};

fn text(screen: &Screen) -> String {
    screen.app.overlays.get::<Editor>().map(|editor| editor.text()).unwrap_or_default()
}

fn replace(screen: &mut Screen, text: &str) {
    screen.send(ScreenMessage::Edited(Ok(text.to_owned())));
}

#[test]
fn the_editor_begins_with_what_is_wanted() {
    for (source, expected) in [
        ("sample", json!({"type": "Soft"})),
        ("required", json!({"type": "Hard"})),
        ("last sent", json!({"type": "Soft"})),
        ("selected", json!({"chargePointVendor": "Evil\u{1b}Corp", "chargePointModel": "X1"})),
    ] {
        let mut screen = Screen::busy(120, 40);
        screen.press("2 g j j j j 1 g e res enter");
        replace(&mut screen, "{\"type\": 1}");
        screen.press("ctrl-o");
        screen.send(ScreenMessage::Paste(source.to_owned()));
        screen.press("enter");
        let value: serde_json::Value = serde_json::from_str(&text(&screen)).unwrap();
        assert_eq!(value, expected, "{source}");
        screen.press("ctrl-z");
        assert_eq!(text(&screen), "{\"type\": 1}", "it can be undone");
    }
    let mut screen = Screen::busy(120, 40);
    screen.press("e unlock enter ctrl-o last sent");
    assert!(screen.picture().contains("not now: none was sent in this session"), "{}", screen.picture());
}

#[test]
fn a_payload_becomes_a_frame_and_a_payload_again() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter F7");
    let frame: serde_json::Value = serde_json::from_str(&text(&screen)).unwrap();
    assert_eq!((&frame[0], &frame[2], &frame[3]), (&json!(2), &json!("Reset"), &json!({"type": "Soft"})));
    assert!(screen.picture().contains("whole frame → CP1"), "{}", screen.picture());
    replace(&mut screen, r#"[2,"x","UnlockConnector",{"connectorId":1}]"#);
    screen.press("F7");
    assert!(screen.picture().contains("UnlockConnector → CP1") && screen.picture().contains("✓ valid"), "{}", screen.picture());
    screen.press("F7");
    replace(&mut screen, "nonsense");
    screen.press("F7");
    assert_eq!(text(&screen), "nonsense", "what is no call has no payload");
}

#[test]
fn the_expected_error_code_is_shown() {
    for (payload, code) in [
        ("{}", "OccurenceConstraintViolation"),
        (r#"{"type": 1}"#, "TypeConstraintViolation"),
        (r#"{"type": "Gentle"}"#, "PropertyConstraintViolation"),
        (r#"{"type": "Soft", "when": 1}"#, "FormationViolation"),
    ] {
        let mut screen = Screen::busy(120, 40);
        screen.press("e res enter");
        replace(&mut screen, payload);
        assert!(screen.picture().contains(&format!("the peer should answer {code}")), "{}", screen.picture());
    }
}

#[test]
fn a_favourite_is_saved_offered_and_forgotten() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    replace(&mut screen, "{\"type\": \"Hard\"}");
    let effects = screen.press("F2 hard-one enter");
    assert!(effects.contains(&UpdateEffect::Keep(SavedPart::Favourites)), "{effects:?}");
    screen.press("ctrl-o sample enter ctrl-o hard-one enter");
    assert_eq!(text(&screen), "{\"type\": \"Hard\"}");
    screen.press("esc ctrl-p hard-one enter");
    assert_eq!((screen.app.context(), text(&screen).as_str()), (KeyContext::Editor, "{\"type\": \"Hard\"}"));
    let effects = screen.press("ctrl-o forget enter");
    assert!(effects.contains(&UpdateEffect::Keep(SavedPart::Favourites)), "{effects:?}");
    assert!(screen.app.kept.favourites.is_empty());
}

#[test]
fn drafts_are_handed_over_while_typing() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    assert_eq!(screen.press("x"), [UpdateEffect::Keep(SavedPart::Drafts)]);
    assert_eq!(screen.press("left"), [], "moving is no change");
    let kept = crate::tui::update::text_to_keep(&screen.app, SavedPart::Drafts);
    assert!(kept.contains("\"Reset\"") && kept.contains("1.6"), "{kept}");
    assert!(screen.app.kept.drafts.is_empty(), "the open one is not among the closed ones");
}

#[test]
fn an_order_is_repeated_at_its_pace_until_esc() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e heart esc e getconf enter F6 ctrl-u");
    screen.send(ScreenMessage::Paste("3 every 1s".to_owned()));
    let mut given = 0;
    let mut count =
        |effects: Vec<UpdateEffect>| given += effects.iter().filter(|effect| matches!(effect, UpdateEffect::Give(_))).count();
    count(screen.press("enter"));
    screen.send(ScreenMessage::Given(Receipt { taken: vec![StationKey(0)], refused: Vec::new() }));
    screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", "{\"configurationKey\":[]}");
    for _ in 0..3 {
        screen.micros += 500_000;
        count(screen.send(ScreenMessage::Refresh));
    }
    screen.send(ScreenMessage::Given(Receipt { taken: vec![StationKey(0)], refused: Vec::new() }));
    assert!(screen.picture().contains("GetConfiguration 2/3, 1 answered"), "{}", screen.picture());
    assert_eq!(screen.app.context(), KeyContext::Editor, "the editor stays open");
    screen.press("esc");
    assert_eq!(screen.app.context(), KeyContext::Editor, "Esc stops first");
    screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", "{\"configurationKey\":[]}");
    count(screen.send(ScreenMessage::Refresh));
    assert_eq!(given, 2);
    assert!(screen.app.batch.is_none());
    assert!(screen.picture().contains("GetConfiguration: 2 sent to 1 station, 2 results"), "{}", screen.picture());
}

#[test]
fn many_stations_get_a_summary() {
    let mut screen = Screen::busy(120, 40);
    let effects = screen.press("m j m e getconf enter F5");
    assert!(
        effects.iter().any(|effect| matches!(effect, UpdateEffect::Give(order) if order.targets.len() == 2)),
        "{effects:?}"
    );
    let refused = vec![(StationKey(1), "CP2 is not connected".to_owned())];
    screen.send(ScreenMessage::Given(Receipt { taken: vec![StationKey(0)], refused }));
    screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", "{}");
    screen.send(ScreenMessage::Refresh);
    let picture = screen.picture();
    assert!(picture.contains("1 sent to 2 stations, 1 result"), "{picture}");
    assert!(picture.contains("1 not sent (CP2 is not connected)"), "{picture}");
}

#[test]
fn sending_can_leave_the_editor_open() {
    let mut screen = Screen::busy(120, 40);
    let effects = screen.press("e getconf enter F4");
    assert!(
        matches!(effects.as_slice(), [UpdateEffect::Submit { order, .. }] if matches!(order.command, LinkCommand::Call { .. })),
        "{effects:?}"
    );
    let receipt = Receipt { taken: vec![StationKey(0)], refused: Vec::new() };
    screen.send(ScreenMessage::Submitted { what: "GetConfiguration".to_owned(), receipt });
    assert_eq!(screen.app.context(), KeyContext::Editor);
}

#[test]
fn the_external_editor_gets_the_text_and_returns_it() {
    let mut screen = Screen::busy(120, 40);
    let effects = screen.press("e res enter F3");
    assert_eq!(effects, [UpdateEffect::EditOutside { text: "{\n  \"type\": \"Soft\"\n}".to_owned(), extension: "json" }]);
    replace(&mut screen, "{}\n");
    assert_eq!(text(&screen), "{}");
    let failed = EditError::Failed { program: "vi".to_owned(), status: ExitStatus::default() };
    screen.send(ScreenMessage::Edited(Err(failed)));
    assert!(screen.picture().contains("the text is as it was"), "{}", screen.picture());
}

#[test]
fn dangerous_commands_ask() {
    let mut screen = Screen::busy(120, 40);
    screen.press(": remote_reset space @all");
    assert_eq!(screen.press("enter"), []);
    assert_eq!(screen.app.context(), KeyContext::Confirm, "{}", screen.picture());
    assert!(screen.picture().contains("Reset to 3 stations (CP1, CP2, CP10)?"), "{}", screen.picture());
    let effects = screen.press("y");
    assert!(matches!(effects.as_slice(), [UpdateEffect::Run { line, .. }] if line == "remote_reset @all"), "{effects:?}");
}

#[test]
fn what_moves_something_at_the_selected_station_asks() {
    let mut screen = Screen::busy(120, 40);
    screen.press("j : remote_reset");
    assert_eq!(screen.press("enter"), []);
    assert!(screen.picture().contains("Reset to CP2 (selected)?"), "{}", screen.picture());
    assert_eq!(screen.press("n"), []);
    screen.press(": remote_getconfiguration");
    assert!(matches!(screen.press("enter").as_slice(), [UpdateEffect::Run { .. }]));
    screen.app.confirm = false;
    screen.press(": remote_reset");
    assert!(matches!(screen.press("enter").as_slice(), [UpdateEffect::Run { .. }]));
}

#[test]
fn the_answers_to_calls_of_a_command_are_counted() {
    let mut screen = Screen::busy(120, 40);
    let (first, second) = (screen.station("CP1"), screen.station("CP2"));
    let calls = |targets: &[StationKey], from| GivenCalls {
        order: Order {
            targets: targets.to_vec(),
            command: LinkCommand::Call { action: "ClearCache".into(), payload: json!({}).into() },
        },
        action: "ClearCache".to_owned(),
        receipt: Receipt { taken: targets.to_vec(), refused: Vec::new() },
        from,
    };
    let from = screen.contents.records().range().end;
    screen.send(ScreenMessage::Reply(BackendReply::Called(calls(&[first, second], from))));
    assert!(screen.picture().contains("ClearCache → 2 stations (CP1, CP2)"), "{}", screen.picture());
    for name in ["CP1", "CP2"] {
        screen.exchange(name, Direction::Out, "ClearCache", "{}", r#"{"status":"Accepted"}"#);
    }
    screen.send(ScreenMessage::Refresh);
    assert!(screen.picture().contains("ClearCache: 2 sent to 2 stations, 2 results (mean 1.5 ms)"), "{}", screen.picture());
    let from = screen.contents.records().range().end;
    screen.send(ScreenMessage::Reply(BackendReply::Called(calls(&[second], from))));
    screen.exchange("CP2", Direction::Out, "ClearCache", "{}", r#"{"status":"Accepted"}"#);
    screen.send(ScreenMessage::Refresh);
    assert!(screen.picture().contains("ClearCache → CP2: "), "{}", screen.picture());
}

#[test]
fn targets_are_in_the_order_of_their_numbers() {
    let mut screen = Screen::busy(120, 40);
    // CP10 was there before CP3.
    screen.station("CP3");
    screen.send(ScreenMessage::Refresh);
    screen.press("* e");
    assert!(screen.picture().contains("(CP1, CP2, CP3, …)"), "{}", screen.picture());
}
