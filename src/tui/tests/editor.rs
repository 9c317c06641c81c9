//! From a key to an order: the list of actions, the editor, the confirmation.

use super::test_screen::Screen;
use crate::hub::{LinkCommand, Order, Receipt};
use crate::rpc::OutgoingPayload;
use crate::trace::{Direction, FrameKind, StationKey};
use crate::tui::action::{KeyContext, TEXT_KEYS};
use crate::tui::key::KeyPress;
use crate::tui::state::Editor;
use crate::tui::update::{ScreenMessage, UpdateEffect};

fn text(screen: &Screen) -> String {
    screen.app.overlays.get::<Editor>().map(|editor| editor.text()).unwrap_or_default()
}

fn order(effects: &[UpdateEffect]) -> Order {
    match effects {
        [UpdateEffect::Submit { order, .. }] => order.clone(),
        other => panic!("{other:?}"),
    }
}

/// The orders of a batch that are sent.
fn given(effects: &[UpdateEffect]) -> Vec<Order> {
    let orders =
        effects.iter().filter_map(|effect| if let UpdateEffect::Give(order) = effect { Some(order.clone()) } else { None });
    orders.collect()
}

#[test]
fn a_chosen_action_is_prefilled_and_sent() {
    for key in ["F5", "ctrl-s", "alt-enter", "ctrl-enter"] {
        let mut screen = Screen::busy(120, 40);
        screen.press("e res enter");
        assert_eq!(text(&screen), "{\n  \"type\": \"Soft\"\n}");
        assert_eq!(screen.press(key), [], "a reset asks first");
        let sent = order(&screen.press("y"));
        assert_eq!(sent.targets, [StationKey(0)]);
        let payload = OutgoingPayload::parse("{\n  \"type\": \"Soft\"\n}").unwrap();
        assert_eq!(sent.command, LinkCommand::Call { action: "Reset".to_owned(), payload });
    }
}

#[test]
fn the_call_is_selected_when_it_appears_and_its_answer_has_room_below() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter F5");
    let receipt = Receipt { taken: vec![StationKey(0)], refused: Vec::new() };
    screen.send(ScreenMessage::Submitted { what: "Reset".to_owned(), receipt });
    assert!(screen.app.overlays.get::<Editor>().is_none());
    screen.exchange("CP2", Direction::In, "Heartbeat", "{}", "{}");
    screen.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Soft"}"#, r#"{"status":"Accepted"}"#);
    for _ in 0..40 {
        screen.exchange("CP2", Direction::In, "Heartbeat", "{}", "{}");
    }
    screen.send(ScreenMessage::Refresh);
    assert_eq!(screen.app.trace.selected(), Some(18));
    let picture = screen.picture();
    assert!(picture.contains("▸00:00.028 CP1          → C Reset"), "{picture}");
    assert!(picture.contains("└00:00.030 CP1          ← R Reset                    1.5 Accepted"), "{picture}");
}

#[test]
fn an_invalid_payload_needs_the_key_twice() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter ctrl-right");
    screen.send(ScreenMessage::Paste("x".to_owned()));
    assert_eq!(screen.press("F5"), [], "{}", screen.picture());
    assert!(screen.picture().contains("Press F5 again to send it anyway"), "{}", screen.picture());
    assert!(matches!(order(&screen.press("F5 y")).command, LinkCommand::Call { .. } | LinkCommand::Raw(_)));
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    screen.send(ScreenMessage::Paste("x".to_owned()));
    screen.press("F5 left");
    screen.send(ScreenMessage::Paste("y".to_owned()));
    assert_eq!(screen.press("F5"), [], "any change asks anew");
}

#[test]
fn the_payload_leaves_as_it_was_typed() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e getconf enter");
    let typed = "{\"key\": [ ],\n\t\"limit\": 1.10}";
    screen.send(ScreenMessage::Edited(Ok(typed.to_owned())));
    screen.press("F5");
    let LinkCommand::Call { payload, .. } = order(&screen.press("F5")).command else { panic!("no call") };
    assert_eq!(payload.typed_text(), Some(typed));
}

#[test]
fn a_name_that_occurs_twice_is_sent_after_a_question() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e getconf enter");
    let typed = "{\n  \"key\": [],\n  \"key\": [\"A\"]\n}";
    screen.send(ScreenMessage::Edited(Ok(typed.to_owned())));
    assert_eq!(screen.press("F5"), [], "{}", screen.picture());
    assert!(screen.picture().contains("\"key\" occurs twice in its object (line 3, column 3)"), "{}", screen.picture());
    let LinkCommand::Call { payload, .. } = order(&screen.press("y")).command else { panic!("no call") };
    assert_eq!(payload.typed_text(), Some(typed));
}

#[test]
fn text_that_is_no_json_is_sent_as_it_stands_in_a_frame() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter end");
    screen.send(ScreenMessage::Paste(",,".to_owned()));
    screen.press("F5");
    let LinkCommand::Raw(frame) = order(&screen.press("F5 y")).command else { panic!("not raw") };
    assert!(frame.starts_with("[2,\"raw-") && frame.ends_with(",\"Reset\",{\n  \"type\": \"Soft\",,\n}]"), "{frame}");
}

#[test]
fn physical_actions_ask_and_name_their_stations() {
    let mut screen = Screen::busy(120, 40);
    screen.press("m m e res enter");
    assert!(screen.picture().contains("Reset → 2 stations (CP1, CP2)"), "{}", screen.picture());
    assert_eq!(screen.press("F5"), []);
    assert_eq!(screen.app.context(), KeyContext::Confirm);
    assert_eq!(screen.press("enter F5"), [], "neither Enter nor the key that asked confirms");
    assert_eq!(given(&screen.press("y"))[0].targets, [StationKey(0), StationKey(1)]);
    let mut screen = Screen::busy(120, 40);
    screen.press("m j m e getconf enter");
    assert_eq!(given(&screen.press("F5"))[0].targets.len(), 2, "reading asks nothing");
    let mut screen = Screen::busy(120, 40);
    screen.app.confirm = false;
    assert_eq!(order(&screen.press("e res enter F5")).targets.len(), 1, "confirmation is disabled");
}

#[test]
fn a_refusal_is_reported_and_the_editor_stays() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    let receipt = Receipt { taken: Vec::new(), refused: vec![(StationKey(0), "it is not connected".to_owned())] };
    screen.send(ScreenMessage::Submitted { what: "Reset".to_owned(), receipt });
    assert!(screen.app.overlays.get::<Editor>().is_some());
    assert!(screen.picture().contains("Reset did not go to CP1: it is not connected"), "{}", screen.picture());
}

#[test]
fn a_draft_comes_back() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter right");
    screen.send(ScreenMessage::Paste("Very".to_owned()));
    let draft = text(&screen);
    screen.press("esc e res enter");
    assert_eq!(text(&screen), draft);
    screen.press("ctrl-o enter");
    assert_eq!(text(&screen), "{\n  \"type\": \"Soft\"\n}");
    screen.press("ctrl-z");
    assert_eq!(text(&screen), draft, "going back to the sample can be undone");
}

#[test]
fn completion_is_offered_accepted_with_tab_and_never_takes_enter() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e remotestart enter end enter \"");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    assert!(editor.proposes(), "{}", screen.picture());
    assert!(editor.candidates().iter().any(|candidate| candidate.label == "chargingProfile"), "{:?}", editor.candidates());
    let lines = text(&screen).lines().count();
    screen.press("enter");
    assert_eq!(text(&screen).lines().count(), lines + 1, "Enter breaks the line unless the user moved in the list");
    screen.press("backspace backspace backspace backspace backspace \" tab");
    assert!(!text(&screen).contains('\t'));
}

#[test]
fn esc_closes_the_proposals_before_the_editor() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter tab");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    assert!(editor.proposes(), "{}", screen.picture());
    screen.press("esc");
    assert_eq!(screen.app.context(), KeyContext::Editor);
    screen.press("esc");
    assert_eq!(screen.app.context(), KeyContext::Stations);
}

#[test]
fn any_message_of_the_trace_can_be_edited_and_sent_again() {
    for (line, expected_action, objects) in [
        (8, "Reset", false),           // our call
        (9, "Reset", false),           // its answer: the call again
        (4, "BootNotification", true), // a call of the station: it should be refused
    ] {
        let mut screen = Screen::busy(120, 40);
        screen.press("2 g");
        for _ in 0..line {
            screen.press("j");
        }
        screen.press("r");
        let editor = screen.app.overlays.get::<Editor>().unwrap_or_else(|| panic!("line {line}"));
        assert_eq!(editor.subject.action, expected_action);
        assert_eq!(editor.objection().is_some(), objects, "line {line}: {:?}", editor.objection());
    }
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g e");
    assert!(screen.app.overlays.get::<Editor>().is_none(), "a note is no message");
}

#[test]
fn pasted_carriage_returns_become_line_ends() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    screen.send(ScreenMessage::Paste("a\rb\r\nc".to_owned()));
    assert!(text(&screen).contains("a\nb\nc") && !text(&screen).contains('\r'));
}

/// The type as a text or with a fraction, a number as the id: the line is read as the link has read it.
#[test]
fn a_call_in_an_odd_form_is_edited_like_any_other() {
    for frame in [
        r#"["2","a1","Authorize",{"idTag":"A","x":1.10}]"#,
        r#"[2.0,28240181849166013077,"Authorize",{"idTag":"A","x":1.10},5]"#,
    ] {
        let mut screen = Screen::busy(120, 40);
        let exchange = 77;
        screen.frame("CP1", Direction::In, FrameKind::Call, "Authorize", frame.to_owned(), exchange);
        screen.send(ScreenMessage::Refresh);
        screen.press("2 G e");
        assert_eq!(text(&screen), "{\n  \"idTag\": \"A\",\n  \"x\": 1.10\n}", "{frame}");
    }
}

/// The first gesture of the README, and the other natural ways to change a value by its proposals.
#[test]
fn a_value_is_changed_by_completion_from_wherever_the_cursor_is() {
    let hard = "{\n  \"type\": \"Hard\"\n}";
    for keys in [
        "tab up tab",
        "H tab",
        "left tab up tab",
        "right tab up tab",
        "home right right right right right right right right right right tab up tab",
        "end tab up tab",
        "ctrl-space up tab",
        "alt-up",
        "alt-down",
        "left alt-down",
    ] {
        let mut screen = Screen::busy(120, 40);
        screen.press("e res enter");
        screen.press(keys);
        assert_eq!(text(&screen), hard, "{keys}");
    }
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter tab tab");
    assert_eq!(text(&screen), "{\n  \"type\": \"Soft\"\n}", "what stands there is the selected proposal");
    screen.press("ctrl-space");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    assert_eq!((editor.candidates().len(), editor.selected()), (2, 1));
}

#[test]
fn the_first_value_is_selected_and_typed_over() {
    for (action, typed, expected) in [("res", "x", "\"type\": \"x\""), ("unlock", "7", "\"connectorId\": 7")] {
        let mut screen = Screen::busy(120, 40);
        screen.press(&format!("e {action} enter"));
        assert!(screen.app.overlays.get::<Editor>().unwrap().selection().is_some());
        screen.press(typed);
        assert!(text(&screen).contains(expected), "{}", text(&screen));
    }
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g e");
    assert!(screen.app.overlays.get::<Editor>().is_none_or(|editor| editor.selection().is_none()));
}

#[test]
fn the_whole_text_is_replaced_and_pieces_are_moved() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter ctrl-a");
    screen.send(ScreenMessage::Paste("{\"type\": \"Hard\"}".to_owned()));
    assert_eq!(text(&screen), "{\"type\": \"Hard\"}");
    screen.press("alt-c");
    assert_eq!(text(&screen), "");
    assert!(screen.picture().contains("the payload is empty"), "{}", screen.picture());
    screen.press("ctrl-z ctrl-a");
    assert_eq!(screen.press("alt-w"), [UpdateEffect::Copy("{\"type\": \"Hard\"}".to_owned())]);
    screen.press("ctrl-x");
    assert_eq!(text(&screen), "");
    screen.press("ctrl-v ctrl-v");
    assert_eq!(text(&screen), "{\"type\": \"Hard\"}{\"type\": \"Hard\"}");
    screen.press("ctrl-o empty enter");
    assert_eq!(text(&screen), "{}");
}

#[test]
fn a_text_in_which_nothing_was_typed_is_no_draft() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g j j j j r esc");
    assert!(!screen.picture().contains("is kept"), "{}", screen.picture());
    assert!(screen.app.kept.drafts.is_empty());
    screen.press("r x esc");
    assert_eq!(screen.app.kept.drafts.len(), 1);
}

/// Each of two texts in a border is whole, or left out.
#[test]
fn the_border_of_the_editor_has_texts_beside_each_other() {
    for (width, both) in [(200, true), (80, false), (60, false)] {
        let mut screen = Screen::busy(width, 24);
        screen.press("e res enter x F5");
        let picture = screen.picture();
        assert!(picture.contains("─ Press F5 again to send it anyway ─"), "{picture}");
        let line = picture.lines().find(|line| line.contains("Press F5")).unwrap();
        assert_eq!(line.contains(" the peer should answer PropertyConstraintViolation ─"), both, "{picture}");
        assert_eq!(line.contains("Violation"), both, "{picture}");
    }
}

#[test]
fn a_mistake_of_the_json_is_named_with_its_place() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    screen.send(ScreenMessage::Edited(Ok("{\n  \"type\": \"Soft\n}".to_owned())));
    assert!(screen.picture().contains("✗ 2:11 this text has no closing \""), "{}", screen.picture());
}

#[test]
fn the_cursor_of_the_terminal_is_in_the_text() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter home");
    let (buffer, drawn) = screen.draw();
    let at = drawn.cursor.unwrap();
    assert_eq!(buffer[(at.x + 2, at.y)].symbol(), "\"");
    assert!(!buffer[(at.x, at.y)].modifier.contains(ratatui::style::Modifier::REVERSED), "it is not painted");
    screen.press("F2");
    let line = screen.draw().1.cursor.unwrap();
    assert_eq!(line.y, 39, "a question in the last line has it");
}

#[test]
fn the_help_of_the_editor_lists_what_works_there() {
    let mut screen = Screen::busy(120, 60);
    screen.press("e res enter F1");
    let picture = screen.picture();
    assert!(picture.contains("Alt-c") && picture.contains("Move by a word"), "{picture}");
    screen.press("G");
    for foreign in ["Mark the station", "Show pings", "Stations pane"] {
        assert!(!picture.contains(foreign) && !screen.picture().contains(foreign), "{foreign}");
    }
    for (keys, help) in TEXT_KEYS {
        for key in *keys {
            let mut screen = Screen::busy(120, 40);
            screen.press("e res enter");
            let lines: String = (0..60).map(|line| format!("one two {line}\n")).collect();
            screen.send(ScreenMessage::Edited(Ok(lines)));
            let state = |screen: &Screen| {
                let editor = screen.app.overlays.get::<Editor>().unwrap();
                (editor.text(), editor.cursor(), editor.selection())
            };
            let has_effect = ["alt-< down down ctrl-right", "alt-> up up ctrl-right"].iter().any(|way| {
                screen.press(way);
                screen.draw();
                let before = state(&screen);
                screen.send(ScreenMessage::Key(KeyPress::parse(key).unwrap().event()));
                state(&screen) != before
            });
            assert!(has_effect, "{key}: {help}");
        }
    }
}

#[test]
fn the_field_at_the_cursor_is_explained() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e res enter");
    let picture = screen.picture();
    assert!(picture.contains("required, ResetType: Hard, Soft; OCPP 1.6 §5.14"), "{picture}");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    let field = editor.field().unwrap();
    assert!(picture.contains(field.meaning.unwrap()) && picture.contains(field.value.as_ref().unwrap().1), "{picture}");
    screen.press("tab");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    assert!(editor.candidates().iter().all(|candidate| candidate.doc.len() > 10 && !candidate.note().contains("ResetType")));
    screen.press("esc ctrl-a");
    assert_eq!(screen.app.overlays.get::<Editor>().unwrap().field(), None, "behind the end there is no field");
    let mut small = Screen::busy(80, 12);
    small.press("e res enter");
    assert!(small.picture().contains("\"type\""), "{}", small.picture());
}

#[test]
fn what_was_sent_last_is_offered_again() {
    let mut screen = Screen::busy(120, 40);
    screen.press("e changeconf enter");
    screen.send(ScreenMessage::Edited(Ok("{\"key\": \"MinimumStatusDuration\", \"value\": \"9\"}".to_owned())));
    screen.press("F5");
    screen.press("esc e changeconf enter");
    screen.send(ScreenMessage::Edited(Ok("{\"key\": \"\", \"value\": \"9\"}".to_owned())));
    screen.press("ctrl-home home right right right right right right right right ctrl-space");
    let editor = screen.app.overlays.get::<Editor>().unwrap();
    let notes: Vec<String> =
        editor.candidates().iter().map(|candidate| format!("{} {}", candidate.label, candidate.note())).collect();
    assert_eq!(notes, ["MinimumStatusDuration sent last"]);
}
