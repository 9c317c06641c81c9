//! The views of the message pane under keys.

use super::test_screen::Screen;

#[test]
fn the_views_of_a_message_are_walked_through() {
    let mut screen = Screen::charging(120, 40);
    screen.press("2 g j j j j j j j j j j 3");
    let at = |screen: &Screen| {
        let message = &screen.app.message;
        format!("{} {:?} {:?}", message.tab().name(), message.cursor(), message.meaning().map(|(place, _)| place.to_owned()))
    };
    for (pressed, expected) in [
        ("", "pretty None None"),
        ("V", "diff None None"),
        ("v v v", "tree Some(0) Some(\"/\")"),
        ("j j", "tree Some(2) Some(\"/errorCode\")"),
        ("k", "tree Some(1) Some(\"/connectorId\")"),
        ("g enter", "tree Some(0) Some(\"/\")"),
        ("j", "tree Some(0) Some(\"/\")"),
        ("enter G", "tree Some(3) Some(\"/status\")"),
        ("v", "checks Some(0) None"),
        ("enter", "tree Some(1) Some(\"/connectorId\")"),
        ("v v", "timing None None"),
        ("]", "timing None None"),
        ("V", "checks None None"),
        ("[ V", "tree Some(1) Some(\"/connectorId\")"),
    ] {
        screen.press(pressed);
        assert_eq!(at(&screen), expected, "after {pressed}");
    }
}
