//! The palette, the themes, the help and the log: the choices, the preview, and what follows from a choice.

use super::test_screen::Screen;
use crate::config::SavedPart;
use crate::tui::action::KeyContext;
use crate::tui::layout::Pane;
use crate::tui::state::Palette;
use crate::tui::theme::Themes;
use crate::tui::update::{ScreenMessage, UpdateEffect};

fn with_commands(width: u16, height: u16) -> Screen {
    let mut screen = Screen::busy(width, height);
    let commands = [("remote_reset", "send Reset to a charge point"), ("stations", "list the stations")];
    screen.app.commands = commands.map(|(name, summary)| (name.to_owned(), summary.to_owned())).to_vec();
    screen
}

#[test]
fn the_palette_does_what_is_chosen() {
    for (typed, context, what) in [
        ("zoom", KeyContext::Stations, "nothing else fits so well"),
        ("remote_reset", KeyContext::CommandLine, "a command waits for its arguments"),
        ("UnlockConnector", KeyContext::Editor, "a call is edited"),
        ("sort", KeyContext::Stations, ""),
        ("go to a time", KeyContext::FilterLine, "an action of another pane goes there"),
        ("show the keys", KeyContext::Pager, ""),
    ] {
        let mut screen = with_commands(120, 40);
        screen.press("ctrl-p");
        assert_eq!(screen.app.context(), KeyContext::Palette);
        screen.send(ScreenMessage::Paste(typed.to_owned()));
        screen.press("enter");
        assert_eq!(screen.app.context(), context, "{typed}: {what}\n{}", screen.picture());
    }
    let mut screen = with_commands(120, 40);
    screen.press("ctrl-p remote_reset enter");
    assert_eq!(screen.app.command_line.input.text(), "remote_reset ");
}

#[test]
fn a_station_is_found_and_selected() {
    let mut screen = with_commands(120, 40);
    screen.press("/ CP1 enter 3 ctrl-p SIM1 enter");
    assert_eq!(screen.app.focus, Pane::Stations);
    let selected = screen.app.stations.selected().and_then(|key| screen.contents.stations().get(key));
    assert_eq!(selected.map(|row| &*row.identity), Some("SIM1"));
}

#[test]
fn an_entry_that_is_not_available_has_a_reason() {
    let mut screen = with_commands(120, 40);
    screen.press("ctrl-p");
    screen.send(ScreenMessage::Paste("edit the whole frame".to_owned()));
    assert!(screen.picture().contains("not now: the editor is not open"), "{}", screen.picture());
    screen.press("enter");
    assert_eq!(screen.app.context(), KeyContext::Palette, "the list stays");
    assert!(screen.picture().contains("Not now: the editor is not open"), "{}", screen.picture());
}

#[test]
fn what_was_chosen_stands_on_top_the_next_time() {
    let mut screen = with_commands(120, 40);
    let effects = screen.press("ctrl-p stations enter");
    assert!(effects.contains(&UpdateEffect::Keep(SavedPart::Screen)));
    screen.press("esc ctrl-p");
    assert_eq!(
        screen.app.overlays.get::<Palette>().and_then(|chooser| chooser.list.choice()).map(|choice| choice.name.as_str()),
        Some("stations")
    );
}

#[test]
fn themes_are_seen_while_choosing_and_gone_with_esc() {
    let mut screen = Screen::busy(120, 40);
    let dark = Themes::embedded().unwrap().named("dark").unwrap();
    screen.press("t down down");
    assert_eq!(screen.app.theme, dark);
    screen.press("esc");
    assert_eq!(screen.app.theme.name, "terminal-dark");
    assert!(screen.press("t down down enter").contains(&UpdateEffect::Keep(SavedPart::Screen)));
    assert_eq!((screen.app.theme.name.as_str(), screen.app.kept.screen.theme.as_deref()), ("dark", Some("dark")));
    screen.press("T");
    assert_eq!(screen.app.theme.name, "light");
    screen.press("t");
    assert_eq!(
        screen.app.overlays.get::<Palette>().and_then(|chooser| chooser.list.choice()).map(|choice| choice.name.as_str()),
        Some("light")
    );
}

#[test]
fn help_is_searched() {
    let mut screen = Screen::busy(120, 40);
    screen.press("? / f12 enter");
    assert_eq!(screen.app.context(), KeyContext::Pager);
    assert!(screen.picture().contains("Leave the mouse to the terminal"), "{}", screen.picture());
    assert!(!screen.picture().contains("Next pane"));
    screen.press("/ esc");
    assert!(screen.picture().contains("only its trace") || screen.picture().contains("Next pane"), "{}", screen.picture());
}

#[test]
fn changed_keys_work_and_are_shown() {
    let mut screen = Screen::busy(120, 40);
    screen.app.bindings.change("palette", &["F10".to_owned()]).unwrap();
    screen.press("? / palette enter");
    assert!(screen.picture().contains("F10  "), "{}", screen.picture());
    screen.press("esc ctrl-p");
    assert_eq!(screen.app.context(), KeyContext::Stations);
    screen.press("F10");
    assert_eq!(screen.app.context(), KeyContext::Palette);
}

#[test]
fn the_log_keeps_past_toasts() {
    let mut screen = Screen::busy(120, 40);
    screen.send(ScreenMessage::Panicked("something broke".to_owned()));
    screen.micros += 60_000_000;
    screen.send(ScreenMessage::Refresh);
    screen.press("E");
    let picture = screen.picture();
    assert!(picture.contains("✗") && picture.contains("something broke"), "{picture}");
}

#[test]
fn a_message_is_copied_in_several_forms() {
    let mut screen = Screen::busy(120, 40);
    screen.press("2 g j j j j j j j j Y");
    assert!(screen.picture().contains("call CP1 Reset {\"type\":\"Soft\"}"), "{}", screen.picture());
    let effects = screen.press("frame enter");
    assert!(matches!(effects.as_slice(), [UpdateEffect::Copy(text)] if text.starts_with("[2,")), "{effects:?}");
    screen.exchange(
        "CP1",
        crate::trace::Direction::In,
        "DataTransfer",
        &format!("{{\"data\":\"{}\"}}", "x".repeat(80_000)),
        "{}",
    );
    screen.send(ScreenMessage::Refresh);
    screen.press("G k");
    assert!(matches!(screen.press("y").as_slice(), [UpdateEffect::Copy(_)]));
    let name = "/state/copied.txt".to_owned();
    let outcome = crate::tui::clipboard::CopyOutcome::File { name, reason: crate::tui::clipboard::NoClipboard::TooLong };
    screen.send(ScreenMessage::Copied(Ok(outcome)));
    assert!(screen.picture().contains("/state/copied.txt"), "{}", screen.picture());
}
