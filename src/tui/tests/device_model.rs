//! The page with the device model of a station of OCPP 2.x.

use insta::assert_snapshot;

use super::configuration::calls;
use super::test_screen::Screen;
use crate::hub::LinkCommand;
use crate::ocpp::{Role, Transport, Version, decisive};
use crate::trace::{ConnectionAttempt, Direction, EventKind};
use crate::tui::state::Editor;
use crate::tui::update::UpdateEffect;

const REPORT: &str = r#"{"requestId":1,"generatedAt":"2026-03-04T10:00:00Z","seqNo":0,"tbc":false,"reportData":[
    {"component":{"name":"ChargingStation"},"variable":{"name":"AvailabilityState"},
     "variableAttribute":[{"value":"Available","mutability":"ReadOnly"}],
     "variableCharacteristics":{"dataType":"OptionList","valuesList":"Available,Faulted","supportsMonitoring":true}},
    {"component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"Power"},
     "variableAttribute":[{"value":"7400","mutability":"ReadOnly"},{"type":"MaxSet","value":"22000","mutability":"ReadOnly"}],
     "variableCharacteristics":{"dataType":"decimal","unit":"W","maxLimit":22000,"supportsMonitoring":true}},
    {"component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"},
     "variableAttribute":[{"value":"300","mutability":"ReadWrite","persistent":true,"constant":false}],
     "variableCharacteristics":{"dataType":"integer","unit":"s","minLimit":1,"supportsMonitoring":false}},
    {"component":{"name":"OCPPCommCtrlr"},"variable":{"name":"MessageTimeout","instance":"Default"},
     "variableAttribute":[{"value":"30","mutability":"ReadOnly"}],
     "variableCharacteristics":{"dataType":"integer","unit":"s","supportsMonitoring":false}},
    {"component":{"name":"AuthCtrlr"},"variable":{"name":"Enabled"},
     "variableAttribute":[{"value":"true","mutability":"ReadWrite"}],
     "variableCharacteristics":{"dataType":"boolean","supportsMonitoring":false}},
    {"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"},
     "variableAttribute":[{"mutability":"WriteOnly"}],
     "variableCharacteristics":{"dataType":"string","maxLimit":40,"supportsMonitoring":false}}]}"#;

/// Lets CP1 and CP2 speak 2.0.1, and a report of CP1 come.
pub fn install(screen: &mut Screen) {
    for name in ["CP1", "CP2"] {
        let key = screen.station(name);
        let (version, peer) = (Version::V2_0_1, "192.168.1.20:50200".parse().unwrap());
        let handshake = ConnectionAttempt::default();
        screen.record(Some(key), EventKind::Connected { link: 9, version, transport: Transport::WebSocket, peer, handshake });
    }
    screen.exchange("CP1", Direction::In, "NotifyReport", REPORT, "{}");
    let monitors = r#"{"requestId":2,"generatedAt":"2026-03-04T10:00:00Z","seqNo":0,"monitor":[
        {"component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"Power"},
         "variableMonitoring":[{"id":3,"type":"UpperThreshold","value":11000,"severity":4,"transaction":false}]}]}"#;
    screen.exchange("CP1", Direction::In, "NotifyMonitoringReport", monitors, "{}");
    let event = r#"{"generatedAt":"2026-03-04T10:00:00Z","seqNo":0,"eventData":[{"eventId":1,"timestamp":"2026-03-04T10:00:00Z",
        "trigger":"Alerting","actualValue":"11500","eventNotificationType":"CustomMonitor","variableMonitoringId":3,
        "component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"Power"}}]}"#;
    screen.exchange("CP1", Direction::In, "NotifyEvent", event, "{}");
}

/// A screen on which the model of CP1 was reported.
fn screen(width: u16, height: u16) -> Screen {
    let mut screen = Screen::busy(width, height);
    install(&mut screen);
    screen.press("1 g");
    screen
}

/// The calls that keys have sent; each is valid by the catalog.
fn sent(screen: &mut Screen, keys: &str) -> Vec<String> {
    let effects = screen.press(keys);
    let orders = effects.iter().filter_map(|effect| match effect {
        UpdateEffect::Submit { order, .. } => Some(&order.command),
        _ => None,
    });
    for command in orders {
        let LinkCommand::Call { action, payload } = command else { panic!("{command:?}") };
        if let Some(definition) = screen.catalog.action(Version::V2_0_1, Role::CentralSystem, action) {
            assert_eq!(decisive(&definition.request.check(payload.value(), Version::V2_0_1)), None, "{action}");
        }
    }
    calls(&effects)
}

fn line<'a>(picture: &'a str, part: &str) -> &'a str {
    picture.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part} is not in\n{picture}"))
}

#[test]
fn the_model_is_a_tree_of_components_and_variables() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut screen = screen(width, height);
        screen.press("7 * j j j j j");
        assert_snapshot!(format!("device_model_{width}x{height}"), screen.picture());
    }
}

#[test]
fn components_open_and_shut() {
    let mut screen = screen(120, 40);
    screen.press("7");
    assert!(!screen.picture().contains("HeartbeatInterval"));
    screen.press("G k enter");
    assert!(line(&screen.picture(), "HeartbeatInterval").contains("300"));
    screen.press("j j h");
    let picture = screen.picture();
    assert!(!picture.contains("HeartbeatInterval ") && line(&picture, "▸▹").contains("OCPPCommCtrlr · 2"), "{picture}");
    screen.press("l j");
    assert!(screen.picture().contains("OCPPCommCtrlr › HeartbeatInterval = 300"), "{}", screen.picture());
}

#[test]
fn a_changed_value_becomes_set_variables_and_its_result_is_shown() {
    let mut screen = screen(120, 40);
    screen.press("7 / heartb enter j enter backspace backspace backspace");
    assert!(screen.picture().contains("HeartbeatInterval = "), "{}", screen.picture());
    let asked = r#"{"setVariableData":[{"component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"},"attributeValue":"60"}]}"#;
    assert_eq!(sent(&mut screen, "60 enter"), [format!("SetVariables {asked} to [StationKey(0)]")]);
    let result = r#"{"setVariableResult":[{"attributeStatus":"RebootRequired","component":{"name":"OCPPCommCtrlr"},"variable":{"name":"HeartbeatInterval"}}]}"#;
    screen.exchange("CP1", Direction::Out, "SetVariables", asked, result);
    screen.press("j k");
    let picture = screen.picture();
    let row = line(&picture, "  HeartbeatInterval ");
    assert!(row.contains(" 60 ") && row.contains("RebootRequired"), "{row}");
}

#[test]
fn values_that_are_known_are_chosen_from_a_list() {
    let mut screen = screen(120, 40);
    screen.press("7 / enabled enter j enter");
    let picture = screen.picture();
    assert!(picture.contains("the value now") && picture.contains("another value"), "{picture}");
    let call = sent(&mut screen, "false enter");
    assert!(call[0].contains(r#""attributeValue":"false""#) && call[0].starts_with("SetVariables"), "{call:?}");
    screen.press("enter");
    screen.press("another enter maybe");
    let call = sent(&mut screen, "enter");
    assert!(call[0].contains(r#""attributeValue":"maybe""#), "{call:?}");
}

#[test]
fn the_station_is_asked_for_reports_values_and_monitors() {
    let mut screen = screen(120, 40);
    assert_eq!(sent(&mut screen, "7"), Vec::<String>::new(), "its model is known");
    let asked = sent(&mut screen, "r");
    assert_eq!(asked, [r#"GetBaseReport {"requestId":3,"reportBase":"FullInventory"} to [StationKey(0)]"#]);
    assert_eq!(sent(&mut screen, "M"), [r#"GetMonitoringReport {"requestId":3} to [StationKey(0)]"#]);
    let read = sent(&mut screen, "/ power enter v");
    assert!(
        read[0]
            .contains(r#"{"component":{"name":"EVSE","evse":{"id":1}},"variable":{"name":"Power"},"attributeType":"MaxSet"}"#),
        "{read:?}"
    );
    let unknown = sent(&mut screen, "esc ]");
    assert_eq!(unknown, [r#"GetBaseReport {"requestId":1,"reportBase":"FullInventory"} to [StationKey(1)]"#]);
    assert!(screen.picture().contains("No variables were seen yet"), "{}", screen.picture());
    screen.exchange("CP2", Direction::Out, "GetBaseReport", "{}", r#"{"status":"NotSupported"}"#);
    screen.press("j");
    assert!(screen.picture().contains("GetBaseReport was answered NotSupported"));
    let keys = sent(&mut screen, "]");
    assert_eq!(keys, ["GetConfiguration {} to [StationKey(2)]"], "the next station speaks 1.6");
    screen.press("[ [");
    assert!(screen.picture().contains("Device model of CP1"));
}

#[test]
fn parts_of_a_report_that_are_missing_are_named() {
    let mut screen = screen(120, 40);
    let part = r#"{"requestId":7,"generatedAt":"2026-03-04T10:00:00Z","seqNo":3,"tbc":true}"#;
    screen.exchange("CP1", Direction::In, "NotifyReport", part, "{}");
    screen.press("7");
    assert!(screen.picture().contains("report 7: part 0–2 missing"), "{}", screen.picture());
    screen.press("esc 6");
    assert!(screen.picture().contains("odd sequence"), "{}", screen.picture());
}

#[test]
fn two_stations_are_compared() {
    let mut screen = screen(120, 40);
    let other = REPORT.replace("\"300\"", "\"60\"");
    screen.exchange("CP2", Direction::In, "NotifyReport", &other, "{}");
    screen.press("j m k k 7 d D");
    let picture = screen.picture();
    assert!(picture.contains("compared with CP2"), "{picture}");
    let row = line(&picture, " HeartbeatInterval");
    assert!(row.contains('≠') && row.contains("300") && row.contains("60"), "{row}");
    assert!(line(&picture, " Power ").contains('≠'), "an event has changed it");
    assert!(!picture.contains("MessageTimeout"), "{picture}");
    screen.press("esc");
    assert!(!screen.picture().contains("compared"), "Esc ends the comparison first");
    screen.press("esc");
    assert!(!screen.picture().contains("Device model"));
}

#[test]
fn a_monitor_is_edited_for_the_selected_variable_and_completion_knows_the_model() {
    let mut screen = screen(120, 40);
    screen.press("7 / power enter j m");
    let picture = screen.picture();
    for part in ["SetVariableMonitoring", "UpperThreshold", "\"Power\"", "11500"] {
        assert!(picture.contains(part), "{part} is not in\n{picture}");
    }
    screen.press("esc esc esc e getvariables enter");
    screen.press("alt-c");
    screen.press("{\"getVariableData\":[{\"component\":{\"name\":\"");
    let candidates = screen.app.overlays.get::<Editor>().unwrap().candidates();
    let seen = candidates.iter().find(|candidate| candidate.label == "OCPPCommCtrlr");
    assert_eq!(seen.map(|candidate| candidate.detail.as_str()), Some("seen"), "{candidates:?}");
}
