//! The page with the configuration keys of a station.

use insta::assert_snapshot;

use super::test_screen::Screen;
use crate::hub::LinkCommand;
use crate::trace::Direction;
use crate::tui::update::UpdateEffect;

const KEYS: &str = r#"{"configurationKey":[
    {"key":"HeartbeatInterval","readonly":false,"value":"300"},
    {"key":"NumberOfConnectors","readonly":true,"value":"2"},
    {"key":"VendorColour","readonly":false,"value":"blue"}]}"#;

/// A screen on which the keys of CP1 were seen.
fn screen(width: u16, height: u16) -> Screen {
    let mut screen = Screen::busy(width, height);
    screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", KEYS);
    screen.press("1 g");
    screen
}

/// The calls that were submitted.
pub fn calls(effects: &[UpdateEffect]) -> Vec<String> {
    let call = |effect: &UpdateEffect| match effect {
        UpdateEffect::Submit { order, .. } => match &order.command {
            LinkCommand::Call { action, payload } => Some(format!("{action} {} to {:?}", payload, order.targets)),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(call).collect()
}

#[test]
fn keys_are_shown_with_their_meaning() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut screen = screen(width, height);
        screen.press("7");
        assert_snapshot!(format!("configuration_{width}x{height}"), screen.picture());
    }
}

#[test]
fn a_changed_value_becomes_change_configuration_with_a_text() {
    let mut screen = screen(120, 40);
    screen.press("7 enter backspace backspace backspace");
    assert!(screen.picture().contains("HeartbeatInterval = "));
    assert_eq!(
        calls(&screen.press("60 enter")),
        [r#"ChangeConfiguration {"key":"HeartbeatInterval","value":"60"} to [StationKey(0)]"#]
    );
    screen.exchange(
        "CP1",
        Direction::Out,
        "ChangeConfiguration",
        r#"{"key":"HeartbeatInterval","value":"60"}"#,
        r#"{"status":"RebootRequired"}"#,
    );
    screen.press("j k");
    let picture = screen.picture();
    let line = picture.lines().find(|line| line.contains("HeartbeatInterval ")).unwrap();
    assert!(line.contains("60") && line.contains("RebootRequired"), "{line}");
}

#[test]
fn a_station_without_known_keys_is_asked_when_the_page_opens() {
    let mut screen = Screen::busy(120, 40);
    screen.press("1 g");
    assert_eq!(calls(&screen.press("7")), ["GetConfiguration {} to [StationKey(0)]"]);
    assert!(screen.picture().contains("No keys were seen yet"));
    screen.press("esc");
    screen.press("G");
    assert_eq!(calls(&screen.press("7")), Vec::<String>::new(), "a simulated station");
    assert!(screen.picture().contains("We are the charge point here"));
}

#[test]
fn two_stations_are_compared() {
    let mut screen = screen(120, 40);
    let other = KEYS.replace("\"300\"", "\"60\"").replace("VendorColour", "VendorLight");
    screen.exchange("CP10", Direction::Out, "GetConfiguration", "{}", &other);
    screen.press("1 g j j m k k k 7 d");
    let picture = screen.picture();
    assert!(picture.contains("compared with CP10: 3 differ"), "{picture}");
    assert!(picture.contains("≠HeartbeatInterval") && picture.contains(" NumberOfConnectors"), "{picture}");
    screen.press("D");
    assert!(!screen.picture().contains("NumberOfConnectors"));
    screen.press("esc");
    assert!(!screen.picture().contains("compared"), "Esc ends the comparison first");
    screen.press("/ colour enter");
    assert!(screen.picture().contains("VendorColour") && !screen.picture().contains("HeartbeatInterval"));
    screen.press("esc esc");
    assert!(!screen.picture().contains("Configuration of"));
}
