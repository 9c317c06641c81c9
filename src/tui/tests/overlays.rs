//! Overlays over each other: the top has the keyboard, Esc closes it, and what is below is as it was.

use super::test_screen::Screen;
use crate::tui::action::KeyContext;
use crate::tui::backend::BackendReply;
use crate::tui::state::ScreenOverlay;
use crate::tui::update::{ScreenMessage, UpdateEffect};

/// The contexts of the overlays, from the bottom to the top.
fn stack(screen: &Screen) -> Vec<KeyContext> {
    screen.app.overlays.iter().map(ScreenOverlay::context).collect()
}

fn text(screen: &mut Screen, title: &str) {
    let reply = BackendReply::Text { title: title.to_owned(), body: "a\nb".to_owned() };
    screen.send(ScreenMessage::Reply(reply));
}

#[test]
fn esc_closes_one_overlay_after_the_other() {
    use KeyContext::{ActionPicker, CommandLine, Editor, FilterLine, Pager, Palette, Prompt, StationDetails};
    for (way, expected) in [
        ("o e", vec![StationDetails, ActionPicker]),
        ("o e res enter F6", vec![StationDetails, Editor, Prompt]),
        ("o e res enter ctrl-p", vec![StationDetails, Editor, Palette]),
        ("o e res enter ctrl-o", vec![StationDetails, Editor, Palette]),
        ("o e res enter F1", vec![StationDetails, Editor, Pager]),
        (": F1", vec![CommandLine, Pager]),
        ("/ F1", vec![FilterLine, Pager]),
    ] {
        let mut screen = Screen::busy(80, 24);
        screen.press(way);
        for count in (0..=expected.len()).rev() {
            assert_eq!(stack(&screen), expected[..count], "{way}\n{}", screen.picture());
            screen.press("esc");
        }
    }
}

#[test]
fn a_text_that_arrives_lies_on_top_and_leaves_the_rest_as_it_was() {
    for way in [":", "/", "e", "e res enter", "o", "ctrl-p", "e res enter F2", "e res enter ctrl-p"] {
        let mut screen = Screen::busy(80, 24);
        screen.press(way);
        let (before, picture) = (stack(&screen), screen.picture());
        text(&mut screen, "Output");
        assert_eq!(screen.app.context(), KeyContext::Pager, "{way}");
        assert!(screen.picture().contains("Output"));
        screen.press("esc");
        assert_eq!((stack(&screen), screen.picture()), (before, picture), "{way}");
    }
}

#[test]
fn a_text_that_arrives_does_not_take_the_answer_to_a_question() {
    let mut screen = Screen::busy(80, 24);
    screen.press("e res enter F5");
    text(&mut screen, "Output");
    assert_eq!(stack(&screen), [KeyContext::Editor, KeyContext::Pager, KeyContext::Confirm]);
    let picture = screen.picture();
    assert!(picture.contains("Output") && picture.contains("Reset to CP1?"), "{picture}");
    assert!(matches!(screen.press("y").as_slice(), [UpdateEffect::Submit { .. }]));
    assert_eq!(screen.app.context(), KeyContext::Pager);
}

#[test]
fn a_command_from_the_palette_is_typed_over_the_editor() {
    let mut screen = Screen::busy(80, 24);
    screen.app.commands = vec![("stations".to_owned(), "list the stations".to_owned())];
    screen.press("e res enter ctrl-p stations enter");
    assert_eq!(stack(&screen), [KeyContext::Editor, KeyContext::CommandLine]);
    assert!(screen.picture().ends_with(":stations\n"), "{}", screen.picture());
    screen.press("enter");
    assert_eq!(stack(&screen), [KeyContext::Editor]);
}

#[test]
fn only_the_overlay_on_top_shows_a_cursor() {
    for (way, has_cursor) in [("ctrl-p", true), ("e", true), (": F1", false), ("e res enter F2", true), ("e res enter", true)] {
        let mut screen = Screen::busy(80, 24);
        screen.press(way);
        assert_eq!(screen.draw().1.cursor.is_some(), has_cursor, "{way}");
    }
}

#[test]
fn only_the_frame_of_a_box_has_the_style_of_rules() {
    let odd = ratatui::style::Color::Rgb(1, 2, 3);
    for way in ["?", "E", "ctrl-p", "t", "Y", "e", "e res enter tab", "e res enter ctrl-o", "o", "2 / kind: tab", ": F1"] {
        let mut screen = Screen::busy(120, 40);
        screen.press(way);
        for rule in [&mut screen.app.theme.styles.rule, &mut screen.app.theme.styles.rule_focused] {
            rule.fg = Some(odd);
        }
        let (buffer, _) = screen.draw();
        for y in 0..buffer.area.height {
            let row: Vec<&ratatui::buffer::Cell> = (0..buffer.area.width).map(|x| &buffer[(x, y)]).collect();
            let is_rule = row.iter().any(|cell| matches!(cell.symbol(), "─" | "━"));
            let painted = row.iter().filter(|cell| cell.fg == odd && !matches!(cell.symbol(), "│" | "┃")).count();
            assert!(is_rule || painted == 0, "{way}: {painted} cells of line {y} look like a rule\n{}", screen.picture());
        }
    }
}

#[test]
fn nothing_of_the_panes_shines_through_a_page() {
    for key in ["o", "4", "5", "6", "7", "8"] {
        let drawn = |pane: &str| {
            let mut screen = Screen::charging(120, 40);
            super::profiles::install(&mut screen);
            screen.press(&format!("1 g {pane} z {key}"));
            screen.draw().0
        };
        let (one, two) = (drawn("1"), drawn("2"));
        for y in 1..one.area.height - 2 {
            for x in 0..one.area.width {
                assert_eq!(one[(x, y)], two[(x, y)], "the page of {key} at {x}, {y}");
            }
        }
    }
}
