//! What keys do: tables of keys and the state after them.

use super::test_screen::Screen;
use crate::console::{CommandCandidate, Completions};
use crate::link::HeldFrame;
use crate::trace::{Direction, FrameKind, StationKey};
use crate::tui::action::{KeyContext, TABLE, keys};
use crate::tui::backend::BackendReply;
use crate::tui::layout::Pane;
use crate::tui::update::{ScreenMessage, UpdateEffect};

/// The state in a few words.
pub(super) fn state(screen: &Screen) -> String {
    let app = &screen.app;
    let trace = &app.trace;
    let mut words = vec![format!("{:?}", app.context())];
    words.extend(app.zoomed.then(|| "zoomed".to_owned()));
    words.extend(trace.only().map(|key| format!("only {}", key.0)));
    words.extend((!trace.filter().is_empty()).then(|| format!("/{} {}", trace.filter().text(), trace.count())));
    words.extend((!app.stations.filter().is_empty()).then(|| format!("s/{}", app.stations.filter().text())));
    words.extend((!trace.following()).then(|| format!("at {}", trace.selected().unwrap_or(u64::MAX))));
    words.extend(trace.paused().then(|| "paused".to_owned()));
    words.extend((!app.marked.is_empty()).then(|| format!("{} marked", app.marked.len())));
    words.join(", ")
}

#[test]
fn keys_change_the_state_as_the_help_describes() {
    let mut wrong = Vec::new();
    for (pressed, expected) in [
        ("", "Stations"),
        ("tab", "Trace"),
        ("tab tab", "Message"),
        ("tab tab tab", "Stations"),
        ("backtab", "Message"),
        ("2", "Trace"),
        ("3 1", "Stations"),
        ("z", "Stations, zoomed"),
        ("z esc", "Stations"),
        (":", "CommandLine"),
        ("2 :", "CommandLine"),
        (": esc", "Stations"),
        ("?", "Pager"),
        ("? q", "Stations"),
        ("F1 esc", "Stations"),
        ("2 k", "Trace, at 14"),
        ("2 k j", "Trace, at 15"),
        ("2 k G", "Trace"),
        ("2 g", "Trace, at 0"),
        ("2 g F", "Trace"),
        ("2 F", "Trace, at 15"),
        ("space", "Stations, paused"),
        ("space space", "Stations"),
        ("enter", "Stations, only 0"),
        ("enter enter", "Stations"),
        ("enter esc", "Stations"),
        ("enter j", "Stations, only 1"),
        ("m j m", "Stations, 2 marked"),
        ("m m", "Stations, 2 marked"),
        ("m k m", "Stations"),
        ("shift-down shift-down", "Stations, 3 marked"),
        ("j shift-up", "Stations, 2 marked"),
        ("m j j R", "Stations, 4 marked"),
        ("j j R", "Stations, 1 marked"),
        ("m j m M", "Stations"),
        ("/ cp", "FilterLine, s/cp"),
        ("/ cp esc", "Stations"),
        ("/ cp enter", "Stations, s/cp"),
        ("/ cp enter esc", "Stations"),
        ("2 / reset", "FilterLine, /reset 2"),
        ("2 / reset enter", "Trace, /reset 2"),
        ("2 / Reset enter z esc", "Trace, /Reset 2"),
        ("2 / reset enter / backspace backspace esc", "Trace, /reset 2"),
        ("2 / reset enter esc", "Trace"),
        ("2 / reset enter k esc", "Trace, at 8"),
        ("3 / cp2 enter", "Message, /cp2 5"),
        ("2 g enter", "Message, at 0"),
        ("2 g enter esc", "Trace, at 0"),
        ("e", "ActionPicker"),
        ("e esc", "Stations"),
        ("e res enter", "Editor"),
        ("e res enter ctrl-p", "Palette"),
        ("e res enter ctrl-p esc", "Editor"),
        ("e res enter F1", "Pager"),
        ("e res enter esc", "Stations"),
        ("esc esc esc", "Stations"),
        ("o", "StationDetails"),
        ("o ] esc", "Stations"),
        ("o e", "ActionPicker"),
        ("o e esc", "StationDetails"),
        ("o enter", "Trace, only 0"),
        ("*", "Stations, 5 marked"),
        ("* *", "Stations"),
        ("/ cp enter *", "Stations, s/cp, 3 marked"),
        ("2 / kind:error enter", "Trace, /kind:error 1"),
        ("2 / kind:error x", "FilterLine, /kind:error 1"),
        ("2 / kind:error x enter", "FilterLine, /kind:error 1"),
        ("2 / reset enter esc / up", "FilterLine, /reset 2"),
        ("2 / reset enter esc / up down", "FilterLine"),
        ("2 / answ tab yes enter", "Trace, /answered:yes 4"),
        ("2 / dir: tab enter enter", "Trace, /dir:in 4"),
        ("2 / dir: tab tab enter enter", "Trace, /dir:out 4"),
        ("2 / dir: tab esc esc", "Trace"),
        ("2 / kind: esc", "Trace"),
        ("2 / kind:err", "FilterLine"),
        ("2 / kind:err tab enter", "Trace, /kind:error 1"),
        ("2 / kind:err enter", "FilterLine"),
        ("2 / kind:error space ki", "FilterLine, /kind:error  1"),
        ("2 / kin", "FilterLine"),
        ("2 / kin enter", "Trace, /kin 0"),
        ("2 / dir: down down enter enter", "Trace, /dir:out 4"),
        ("2 / F1", "Pager"),
        ("L", "Pager"),
        ("2 g .", "Trace, at 10"),
        ("2 g . .", "Trace, at 11"),
        ("2 g . . .", "Trace, at 15"),
        ("2 .", "Trace"),
        ("2 ,", "Trace, at 11"),
        ("2 , ,", "Trace, at 10"),
        ("2 g f reset enter", "Trace, at 8"),
        ("2 g f reset enter n", "Trace, at 9"),
        ("2 g f reset enter n n", "Trace, at 9"),
        ("2 g f reset enter n N", "Trace, at 8"),
        ("2 g f reset enter esc n", "FilterLine, at 8"),
        ("2 g j }", "Trace, at 4"),
        ("2 g j } } {", "Trace, at 4"),
        ("2 g j j j j j j )", "Trace, at 7"),
        ("2 g j j j j j j ) (", "Trace, at 6"),
        ("2 g @ 10:00:00 enter", "Trace, at 0"),
        ("2 @ 9:59 enter", "Trace, at 0"),
        ("2 @ soon enter", "FilterLine"),
        ("2 @ soon enter esc", "Trace"),
        ("2 g j b j j b G `", "Trace, at 1"),
        ("2 g j b j j b G ` `", "Trace, at 3"),
        ("2 g j b j j b ~", "Trace, at 1"),
        ("2 `", "Trace"),
        ("2 v", "Trace, only 3"),
        ("2 v v g j j j j j", "Trace, at 6"),
        ("2 v v g .", "Trace, at 10"),
        ("2 v v g . .", "Trace, at 15"),
        ("2 g j v", "Trace, only 0, at 1"),
        ("2 g j v v", "Trace, at 1"),
        ("2 g j v esc", "Trace, at 1"),
        ("s s s S", "Stations"),
        ("2 / reset enter esc u", "Trace, /reset 2"),
        ("2 / reset enter esc u u", "Trace"),
        ("2 / reset enter esc '", "Trace, /reset 2"),
        ("2 / reset enter / backspace backspace backspace backspace backspace cp2 enter '", "Trace, /reset 2"),
        ("m m M u", "Stations, 2 marked"),
        ("2 g j j j j i enter", "Trace, /action:BootNotification 2, at 4"),
        ("2 g j j j j i down enter", "Trace, /cp:CP1 5, at 4"),
        ("2 g j j j j I enter", "Trace, /!action:BootNotification 14, at 6"),
        ("2 / cp:CP1 enter g j I enter", "Trace, /cp:CP1 !action:BootNotification 3, at 8"),
        ("2 Z", "Trace"),
    ] {
        let mut screen = Screen::busy(120, 40);
        screen.press(pressed);
        let is = state(&screen);
        if is != expected {
            wrong.push(format!("after {pressed}: {is}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Ways to each context, so that every one of its actions has an effect in at least one of them.
const WAYS: &[(KeyContext, &[&str])] = &[
    (KeyContext::Stations, &["m j", "s s s enter j"]),
    (
        KeyContext::Trace,
        &["2 g j j j j b j j b k", "2 g j j j j j j j f reset enter k k k", "2 b g b j j j j j", "2 g j j j }", "2 l"],
    ),
    (KeyContext::Message, &["2 g j j j j 3", "2 g j j j j j 3", "2 g j j j j 3 v v l", "2 g j j j j 3 l"]),
    (KeyContext::Panes, &["2 k k k k k z", "3", "T 1 j", "+ + <"]),
    (KeyContext::StationDetails, &["j o", "j o j j"]),
    (KeyContext::Overview, &["6", "6 j", "5"]),
    (
        KeyContext::Editor,
        &["e res enter", "e res enter x", "e res enter x ctrl-z", "e remotestart enter end enter \"", "e res enter end enter"],
    ),
    (KeyContext::Prompt, &["e res enter F6"]),
    (KeyContext::CommandLine, &[": one enter : two enter : x up", ": s"]),
    (KeyContext::FilterLine, &["/ dir: tab", "/ cp enter / sim enter esc / up up", "/ x"]),
    (KeyContext::ActionPicker, &["e down"]),
    (KeyContext::Configuration, &["7 j j", "7 / a enter", "1 j 7 D", "7 d enter"]),
    (KeyContext::DeviceModel, &["7 * j j j", "7 j", "7 / power enter", "1 j 7 d enter D", "7 G"]),
    (KeyContext::Profiles, &["8 j", "8", "1 j 8"]),
    (KeyContext::ConnectionPage, &["1 g 9", "1 g 9 G", "1 g j 9"]),
    (KeyContext::ReplayPage, &["B", "B g", "B G"]),
    (KeyContext::ColumnChooser, &["c j", "c j j space"]),
    (KeyContext::HeldPane, &["w", "w j"]),
    (KeyContext::Palette, &["ctrl-p down", "ctrl-p pagedown pagedown"]),
    (KeyContext::Pager, &["?", "? pagedown"]),
    (KeyContext::PagerSearch, &["? / zoom"]),
    (KeyContext::Confirm, &["m j m e res enter F5"]),
    (KeyContext::Everywhere, &["", "e res enter", "?"]),
];

/// Lets two frames wait, for the ways that lead to those.
fn hold_two(screen: &Screen, way: &str) {
    for number in 1..=if way.starts_with('w') { 2 } else { 0 } {
        screen.gate.hold(HeldFrame {
            number,
            station: StationKey(0),
            direction: Direction::In,
            kind: FrameKind::Call,
            action: "Authorize".into(),
            payload: serde_json::json!({"idTag": "A"}).into(),
            since: crate::clock::now(),
            stopped_by: "action:Authorize".into(),
        });
    }
}

/// Two proposals for a line of one letter.
fn propose(screen: &mut Screen, line: &str) {
    let candidate = |text: &str| CommandCandidate { text: text.to_owned(), detail: "a command".to_owned(), required: false };
    let completions = Completions { span: 0..1, candidates: vec![candidate("send"), candidate("stations")] };
    screen.send(ScreenMessage::Proposed { line: line.to_owned(), cursor: 1, completions, asked: true });
}

/// Everything that a key can change, as text.
fn fingerprint(screen: &Screen, effects: &[UpdateEffect]) -> String {
    format!("{effects:?}\n{:?}", screen.app)
}

#[test]
fn every_bound_key_has_an_effect_in_its_context() {
    let mut idle = Vec::new();
    for row in TABLE {
        let (_, ways) = WAYS.iter().find(|(context, _)| *context == row.context).unwrap();
        for key in keys(row) {
            let mut has_effect = false;
            for way in *ways {
                let mut screen = Screen::busy(100, 20);
                if row.context == KeyContext::Profiles {
                    super::profiles::install(&mut screen);
                }
                if row.context == KeyContext::DeviceModel {
                    super::device_model::install(&mut screen);
                }
                if row.context == KeyContext::ReplayPage {
                    screen.replay = Some(super::replay::run());
                }
                if row.context == KeyContext::Configuration {
                    let keys = r#"{"configurationKey":[{"key":"A","value":"1"},{"key":"B","value":"2"},{"key":"C"}]}"#;
                    screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", keys);
                }
                hold_two(&screen, way);
                screen.press(way);
                if *way == ": s" {
                    propose(&mut screen, "s");
                }
                let context = screen.app.context();
                assert!(context.reach().contains(&row.context), "{way} leads to {context:?}");
                if screen.app.bindings.action_of(context, key) != Some(row.bound) {
                    continue; // A nearer context uses the key for something else.
                }
                let before = fingerprint(&screen, &[]);
                let effects = screen.send(ScreenMessage::Key(key.event()));
                has_effect |= fingerprint(&screen, &effects) != before;
                if has_effect {
                    break;
                }
            }
            if !has_effect {
                idle.push(format!("{key} ({:?})", row.bound));
            }
        }
    }
    assert!(idle.is_empty(), "no effect:\n{}", idle.join("\n"));
}

#[test]
fn every_key_can_be_pressed_in_every_context() {
    for (context, ways) in WAYS.iter().filter(|(context, _)| !matches!(context, KeyContext::Panes | KeyContext::Everywhere)) {
        for row in TABLE.iter().filter(|row| context.reach().contains(&row.context)) {
            for key in keys(row) {
                let mut screen = Screen::busy(120, 40);
                hold_two(&screen, ways[0]);
                if *context == KeyContext::DeviceModel {
                    super::device_model::install(&mut screen);
                }
                if *context == KeyContext::ReplayPage {
                    screen.replay = Some(super::replay::run());
                }
                screen.press(ways[0]);
                assert_eq!(screen.app.context(), *context, "{}", ways[0]);
                let nearer = screen.app.bindings.action_of(*context, key);
                assert!(nearer == Some(row.bound) || row.context != *context, "{key} in {context:?} is {nearer:?}");
                screen.send(ScreenMessage::Key(key.event()));
                screen.draw();
            }
        }
    }
}

#[test]
fn quitting_asks_while_calls_wait() {
    let mut screen = Screen::busy(120, 40);
    assert_eq!(screen.press("q"), [UpdateEffect::Quit]);
    screen.record(Some(StationKey(0)), crate::trace::EventKind::Queue { in_flight: 1, queued: 0 });
    assert_eq!(screen.press("q"), []);
    assert_eq!(screen.app.context(), KeyContext::Confirm);
    assert_eq!(screen.press("enter"), [], "Enter confirms nothing");
    assert_eq!(screen.press("n"), []);
    assert_eq!(screen.press("q y"), [UpdateEffect::Quit]);
}

#[test]
fn quitting_asks_once_when_many_events_would_be_lost() {
    let mut screen = Screen::busy(120, 40);
    while screen.contents.records().range().end <= 50 {
        screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    }
    assert_eq!(screen.press("q"), []);
    assert!(screen.picture().contains(" events are saved nowhere. Quit?"), "{}", screen.picture());
    assert_eq!(screen.press("enter space Q x"), [], "only y confirms");
    assert_eq!(screen.press("y"), [UpdateEffect::Quit]);
    assert_eq!(screen.press("Q"), [UpdateEffect::Quit], "the capital letter asks nothing");
    screen.app.confirm = false;
    assert_eq!(screen.press("q"), [UpdateEffect::Quit]);
}

#[test]
fn q_leaves_what_covers_the_screen_before_it_quits() {
    for way in ["z", "2 z", "3 z", "o", "?", "E", "2 z enter"] {
        let mut screen = Screen::busy(120, 40);
        screen.press(way);
        assert_eq!(screen.press("q"), [], "{way}");
        assert!(!screen.app.zoomed && screen.app.overlays.top().is_none(), "{way}");
        assert_eq!(screen.press("q"), [UpdateEffect::Quit], "{way}");
    }
}

#[test]
fn esc_leaves_one_level_at_every_size() {
    // From the innermost level outwards; each word is what one Esc leaves.
    for (way, levels) in [
        ("2 / kind:error enter enter", ["Message, /kind:error 1", "Trace, /kind:error 1", "Trace"].as_slice()),
        (
            "2 / kind:error enter enter z",
            &["Message, zoomed, /kind:error 1", "Trace, zoomed, /kind:error 1", "Trace, /kind:error 1", "Trace"],
        ),
        ("1 enter 2 / reset enter 3", &["Message, only 0, /reset 2", "Trace, only 0, /reset 2", "Trace, only 0", "Trace"]),
        ("1 / cp enter 2 g f reset enter 3", &["Message, s/cp, at 8", "Trace, s/cp, at 8", "Trace, s/cp, at 8"]),
        ("1 / cp enter z", &["Stations, zoomed, s/cp", "Stations, s/cp", "Stations"]),
    ] {
        for (width, height) in [(200, 60), (120, 40), (80, 24), (60, 15), (40, 12), (20, 5)] {
            let mut screen = Screen::busy(width, height);
            screen.press(way);
            for (index, level) in levels.iter().enumerate() {
                assert_eq!(state(&screen), *level, "{way} and {index} times Esc at {width}x{height}");
                screen.press("esc");
            }
        }
    }
}

#[test]
fn esc_with_nothing_to_leave_stays_out_of_the_log() {
    let mut screen = Screen::busy(120, 40);
    let logged = screen.app.toasts.log().count();
    screen.press("esc");
    assert!(screen.picture().contains("Nothing to step back from"), "{}", screen.picture());
    assert_eq!(screen.app.toasts.log().count(), logged);
}

#[test]
fn esc_and_a_key_right_behind_it_are_two_keys() {
    for (way, alt, expected) in [
        ("2 / kind:error enter", "alt-g", "Trace, at 0"),
        ("2 g enter", "alt-j", "Trace, at 1"),
        ("? ", "alt-2", "Trace"),
        (": ", "alt-z", "Stations, zoomed"),
        ("e res enter", "alt-2", "Trace"),
        ("e res enter", "alt-f", "Editor"),
    ] {
        let mut screen = Screen::busy(120, 40);
        screen.press(way);
        screen.press(alt);
        assert_eq!(state(&screen), expected, "{way}, then {alt}");
    }
}

#[test]
fn a_key_draws_the_whole_screen_again() {
    assert_eq!(Screen::busy(120, 40).press("ctrl-l"), [UpdateEffect::Redraw]);
}

#[test]
fn ctrl_c_twice_quits_from_anywhere() {
    for way in ["", ":", "e", "e res enter", "?", "/"] {
        let mut screen = Screen::busy(80, 24);
        screen.press(way);
        assert_eq!(screen.press("ctrl-c"), [], "{way}");
        assert_eq!(screen.press("ctrl-c"), [UpdateEffect::Quit], "{way}");
        let mut screen = Screen::busy(80, 24);
        screen.press(way);
        assert_eq!(screen.press("ctrl-c left ctrl-c"), [], "another key forgets the first");
    }
}

#[test]
fn partners_are_found_both_ways() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g");
    for (pressed, selected) in [("j j j j", 4), ("]", 5), ("]", 5), ("[", 4), ("[", 4), ("enter ]", 5), ("[", 4)] {
        screen.press(pressed);
        assert_eq!(screen.app.trace.selected(), Some(selected), "after {pressed}");
    }
}

#[test]
fn what_is_read_stays_while_records_come() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 k k k k");
    let (selected, height) = (screen.app.trace.selected(), screen.app.areas().list_lines(Pane::Trace));
    let top = screen.app.trace.on_line(screen.app.trace.top(height));
    for _ in 0..50 {
        screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    }
    screen.send(ScreenMessage::Refresh);
    assert_eq!(screen.app.trace.selected(), selected);
    assert_eq!(screen.app.trace.on_line(screen.app.trace.top(height)), top);
    assert_eq!(screen.app.trace.unseen(), 100);
    assert!(screen.picture().contains("▼ 100 new"));
    screen.press("G");
    assert!(screen.app.trace.following() && screen.app.trace.unseen() == 0);
}

#[test]
fn pausing_holds_the_display_and_counts_what_waits() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 space");
    let before = screen.app.trace.selected();
    screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    screen.send(ScreenMessage::Refresh);
    assert_eq!((screen.app.trace.selected(), screen.app.trace.held_back()), (before, 2));
    screen.press("space");
    assert_eq!(screen.app.trace.selected(), before.map(|sequence| sequence + 2));
}

#[test]
fn a_filter_is_kept_up_as_records_come_and_counts_in_pieces() {
    let mut screen = Screen::busy(120, 40);
    for _ in 0..12_000 {
        screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    }
    screen.press("2 /");
    let effects = screen.send(ScreenMessage::Key(crossterm::event::KeyCode::Char('r').into()));
    assert!(effects.is_empty());
    assert_eq!(screen.send(ScreenMessage::Refresh), [UpdateEffect::Continue], "a million records must not hold up a key");
    screen.press("eset enter");
    while screen.send(ScreenMessage::Refresh) == [UpdateEffect::Continue] {}
    assert_eq!(screen.app.trace.count(), 2);
    screen.exchange("CP2", Direction::Out, "Reset", "{}", "{}");
    screen.send(ScreenMessage::Refresh);
    assert_eq!(screen.app.trace.count(), 4);
}

#[test]
fn evicted_records_leave_a_line_and_a_selection() {
    let mut screen = Screen::empty(120, 40);
    screen.contents = crate::trace::Contents::new(300_000);
    for _ in 0..100 {
        screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    }
    screen.send(ScreenMessage::Refresh);
    screen.press("2 g");
    for _ in 0..20_000 {
        screen.exchange("CP1", Direction::In, "Heartbeat", "{}", "{}");
    }
    screen.send(ScreenMessage::Refresh);
    let start = screen.contents.records().range().start;
    assert!(start > 0);
    assert_eq!(screen.app.trace.selected(), Some(start));
    assert!(screen.picture().contains("older records dropped to save memory"), "{}", screen.picture());
}

#[test]
fn commands_run_with_what_is_selected_and_errors_give_the_line_back() {
    let mut screen = Screen::busy(120, 40);
    screen.press("j m : send space");
    screen.press("x");
    let effects = screen.press("enter");
    let [UpdateEffect::Run { line, context }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(line, "send x");
    assert_eq!((context.selected, context.marked.as_slice()), (Some(StationKey(2)), [StationKey(1)].as_slice()));
    screen.send(ScreenMessage::Reply(BackendReply::Error("no such thing".to_owned())));
    assert!(screen.picture().ends_with(":send x\n"), "{}", screen.picture());
    assert!(screen.picture().starts_with(" ✗ no such thing"), "a toast is never over what is typed");
}

#[test]
fn the_command_line_opens_empty_and_gives_old_lines_back() {
    let mut screen = Screen::busy(120, 40);
    screen.press(": hello esc :");
    assert_eq!(screen.app.command_line.input.text(), "");
    screen.press("up");
    assert_eq!(screen.app.command_line.input.text(), "hello", "what Esc took away is in the history");
    screen.press("esc : wrong enter j");
    screen.send(ScreenMessage::Reply(BackendReply::Error("no such thing".to_owned())));
    assert_eq!(screen.app.context(), KeyContext::Stations, "something else was done meanwhile");
    screen.press(":");
    assert_eq!(screen.app.command_line.input.text(), "");
}

#[test]
fn the_history_is_searched() {
    let mut screen = Screen::busy(120, 40);
    screen.press(": stations enter : answers enter : held enter : ctrl-r");
    assert_eq!(screen.app.context(), KeyContext::Palette);
    assert!(screen.picture().contains("earlier commands"), "{}", screen.picture());
    screen.press("answ enter");
    assert_eq!((screen.app.context(), screen.app.command_line.input.text()), (KeyContext::CommandLine, "answers"));
    let effects = screen.press("enter");
    assert!(matches!(effects.as_slice(), [UpdateEffect::Run { line, .. }] if line == "answers"), "{effects:?}");
    screen.press(": ctrl-r esc");
    assert_eq!(screen.app.context(), KeyContext::CommandLine);
}

#[test]
fn proposals_for_a_command_are_asked_for_shown_and_taken() {
    let mut screen = Screen::busy(80, 24);
    screen.press(": s");
    let effects = screen.press("tab");
    let [UpdateEffect::Complete { line, cursor, asked: true, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((line.as_str(), *cursor), ("s", 1));
    propose(&mut screen, "s");
    assert!(screen.picture().contains("stations a command"), "{}", screen.picture());
    screen.press("down enter");
    assert_eq!(screen.app.command_line.input.text(), "stations");
    assert_eq!(screen.app.context(), KeyContext::CommandLine, "Enter on a proposal takes it and does not run it yet");
}

#[test]
fn copying_takes_the_payload_as_it_stands() {
    let mut screen = Screen::busy(80, 24);
    screen.press("2 g j j j j");
    assert_eq!(
        screen.press("y"),
        [UpdateEffect::Copy(r#"{"chargePointVendor":"Evil\u001bCorp","chargePointModel":"X1"}"#.to_owned())]
    );
    assert_eq!(screen.press("g y"), [UpdateEffect::Copy("listening on 0.0.0.0:9000".to_owned())]);
}

#[test]
fn pasted_text_presses_no_keys() {
    let mut screen = Screen::busy(80, 24);
    assert_eq!(screen.send(ScreenMessage::Paste("q\rq".to_owned())), []);
    assert_eq!(screen.app.context(), KeyContext::Stations);
    screen.press(":");
    screen.send(ScreenMessage::Paste("send\rCP1".to_owned()));
    assert_eq!(screen.app.command_line.input.text(), "send CP1");
}

#[test]
fn long_sentences_are_broken_and_not_cut() {
    let mut screen = Screen::busy(60, 24);
    let reason = "the handshake failed because none of the subprotocols that the station asked for is one that we speak";
    screen.record(None, crate::trace::EventKind::Note { failure: true, text: reason.into() });
    screen.press("3");
    let picture = screen.picture();
    assert!(picture.contains("none of the subprotocols") && picture.contains("one that we speak"), "{picture}");
}

#[test]
fn the_empty_screen_explains_how_to_start() {
    let screen = Screen::empty(80, 24);
    assert!(screen.picture().contains("ocpp-tui cp ws://192.168.1.7:9000 CP1"), "{}", screen.picture());
    let mut screen = Screen::empty(80, 24);
    screen.app.listening = vec!["ws://[::1]:9000/simulator/<identity>".to_owned()];
    assert!(screen.picture().contains("ocpp-tui cp ws://[::1]:9000/simulator CP1"), "{}", screen.picture());
    screen.app.listening.clear();
    for words in ["start_cs 9000", "start_cp ws://localhost:9000 CP1"] {
        assert!(screen.picture().contains(words), "{}", screen.picture());
    }
}

#[test]
fn the_plugins_are_listed_over_the_panes() {
    let mut screen = Screen::busy(80, 24);
    let effects = screen.press("P");
    assert!(matches!(&effects[..], [UpdateEffect::Run { line, .. }] if line == "plugins --long"), "{effects:?}");
}
