//! Drawing at unusual sizes.

use ratatui::layout::Size;

use super::test_screen::Screen;
use crate::tui::update::ScreenMessage;

/// Ways to everything that can be on the screen.
const WAYS: [&str; 42] = [
    "",
    "2",
    "3",
    "z",
    "? ",
    ": s",
    "2 / reset",
    "2 / kind:wrong",
    "/ cp: tab",
    "2 f reset enter",
    "2 @",
    "2 v",
    "2 v v",
    "2 z v v",
    "o",
    "o e",
    "s s s *",
    "z s s S",
    "2 g b p",
    "2 . 3 v",
    "2 . 3 v v j enter",
    "2 . 3 v v v",
    "2 . 3 v v v v l",
    "2 . 3 V",
    "e",
    "e res enter tab",
    "ctrl-p",
    "ctrl-p reset pagedown",
    "t down",
    "E",
    "? / filter",
    "Y",
    "e res enter ctrl-o",
    "e res enter F6",
    "e res enter F7",
    "m j m e heart enter F5 + > >",
    "2 g . f cp1 enter n",
    "4",
    "4 / x",
    "5",
    "5 5",
    "6",
];

#[test]
fn nothing_panics_at_any_size() {
    for way in WAYS {
        let mut screen = Screen::busy(80, 24);
        screen.press(way);
        screen.send(ScreenMessage::Panicked("a sentence that is much longer than the line it has to be shown in".to_owned()));
        let small = (0..=12).flat_map(|width| (0..=12).map(move |height| (width, height)));
        let odd = [(20, 5), (21, 6), (59, 9), (60, 7), (99, 8), (100, 5), (101, 12), (300, 5), (20, 100), (333, 90)];
        for (width, height) in small.chain(odd) {
            screen.send(ScreenMessage::Resize(Size::new(width, height)));
            screen.send(ScreenMessage::Refresh);
            screen.draw();
            for keys in ["pagedown", "pageup", "down", "up"] {
                screen.press(keys);
            }
            screen.draw();
        }
    }
}

#[test]
fn a_tiny_screen_asks_for_more_room() {
    assert!(Screen::busy(18, 4).picture().contains("enlarge me"));
    assert!(Screen::busy(20, 5).picture().contains("Stations"));
}

#[test]
fn identities_and_payloads_cannot_act_on_the_terminal() {
    let screen = Screen::busy(120, 40);
    let (buffer, _) = screen.draw();
    assert!(buffer.content().iter().all(|cell| !cell.symbol().chars().any(crate::sanitize::is_unsafe)));
}

#[test]
fn seconds_are_counted_only_while_a_countdown_is_visible() {
    let screen = Screen::busy(120, 40);
    assert!(screen.draw().1.counts_seconds, "a simulated station will try again");
    assert!(!Screen::empty(120, 40).draw().1.counts_seconds);
}

#[test]
fn nothing_lies_over_half_of_a_wide_character() {
    for way in WAYS {
        for name in ["充電站充電站充電站充電站充電站", "x充電站充電站充電站充電站充電站"] {
            let mut screen = Screen::busy(120, 40);
            for _ in 0..60 {
                screen.exchange(
                    name,
                    crate::trace::Direction::In,
                    "充電站充電站充電站充電站充電站",
                    "{\"充\":\"充電站充電站充電站充電站充電站充電站充電站充電站\"}",
                    "{}",
                );
            }
            screen.send(ScreenMessage::Refresh);
            screen.press(way);
            let (buffer, _) = screen.draw();
            for y in 0..buffer.area.height {
                for x in 1..buffer.area.width {
                    let (left, cell) = (&buffer[(x - 1, y)], &buffer[(x, y)]);
                    let is_wide = unicode_width::UnicodeWidthStr::width(left.symbol()) > 1;
                    assert!(!is_wide || cell.symbol() == " ", "{way}: {:?} over {:?} at {x},{y}", cell.symbol(), left.symbol());
                }
            }
        }
    }
}
