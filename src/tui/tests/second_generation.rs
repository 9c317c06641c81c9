//! What the screen makes of OCPP 2.x: the meaning of messages, transactions made of events, charging profiles of an EVSE.

use insta::assert_snapshot;
use serde_json::json;

use super::test_screen::Screen;
use crate::hub::LinkCommand;
use crate::ocpp::{Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind};
use crate::tui::state::{ProfilesPage, TraceMode};
use crate::tui::update::{ScreenMessage, UpdateEffect};

const FIRST: &str = "3f2a77c0-1f2b-4a5c-9d3e-0c1d2e3f9c1d";
const SECOND: &str = "3f2a77c0-1f2b-4a5c-9d3e-0c1d2e3f7b42";

/// Now, by the clock of the session.
fn time(screen: &Screen) -> String {
    jiff::Timestamp::from_second(1_772_618_400 + (screen.micros / 1_000_000) as i64).unwrap().to_string()
}

fn event(screen: &mut Screen, kind: &str, trigger: &str, number: i64, id: &str, more: &serde_json::Value) {
    let mut payload = json!({
        "eventType": kind, "timestamp": time(screen), "triggerReason": trigger, "seqNo": number,
        "transactionInfo": { "transactionId": id },
    });
    for (name, value) in more.as_object().unwrap() {
        match name.as_str() {
            "chargingState" | "stoppedReason" => payload["transactionInfo"][name] = value.clone(),
            _ => payload[name] = value.clone(),
        }
    }
    screen.exchange("HARBOUR", Direction::In, "TransactionEvent", &payload.to_string(), "{}");
}

fn samples(screen: &Screen, kilowatts: f64, register: i64) -> serde_json::Value {
    json!([{ "timestamp": time(screen), "sampledValue": [
        { "value": kilowatts, "measurand": "Power.Active.Import", "unitOfMeasure": { "unit": "W", "multiplier": 3 } },
        { "value": register, "measurand": "Energy.Active.Import.Register" },
    ] }])
}

/// A station of OCPP 2.0.1 that has booted, was configured, has a transaction behind it and another one that runs; one of its events is
/// missing.
fn harbour(width: u16, height: u16) -> Screen {
    let mut screen = Screen::empty(width, height);
    let key = screen.station("HARBOUR");
    let (peer, handshake) = ("192.168.1.20:50100".parse().unwrap(), ConnectionAttempt::default());
    let (version, transport) = (Version::V2_0_1, Transport::WebSocket);
    screen.record(Some(key), EventKind::Connected { link: 1, version, transport, peer, handshake });
    let boot = r#"{"chargingStation":{"vendorName":"Acme","model":"M2"},"reason":"PowerUp"}"#;
    screen.exchange("HARBOUR", Direction::In, "BootNotification", boot, r#"{"status":"Accepted","interval":300}"#);
    let status = r#"{"timestamp":"2026-03-04T10:00:00Z","connectorStatus":"Occupied","evseId":1,"connectorId":1}"#;
    screen.exchange("HARBOUR", Direction::In, "StatusNotification", status, "{}");
    let variable = json!({ "component": { "name": "OCPPCommCtrlr" }, "variable": { "name": "HeartbeatInterval" } });
    let (mut asked, mut answered) = (variable.clone(), variable);
    (asked["attributeValue"], answered["attributeStatus"]) = ("300".into(), "Accepted".into());
    let (asked, answered) = (json!({ "setVariableData": [asked] }), json!({ "setVariableResult": [answered] }));
    screen.exchange("HARBOUR", Direction::Out, "SetVariables", &asked.to_string(), &answered.to_string());
    for (evse, id) in [(1, FIRST), (2, SECOND)] {
        let place = json!({ "id": evse, "connectorId": 1 });
        let token = json!({ "idToken": "04A2B3C4D5E6F7", "type": "ISO14443" });
        event(&mut screen, "Started", "CablePluggedIn", 0, id, &json!({ "evse": place, "chargingState": "EVConnected" }));
        event(&mut screen, "Updated", "Authorized", 1, id, &json!({ "idToken": token }));
    }
    for minute in 0..10 {
        screen.micros += 60_000_000;
        let values = samples(&screen, [2.3, 6.9, 7.2, 7.2, 7.1, 7.2, 7.2, 7.2, 6.5, 5.0][minute], 1_000 + minute as i64 * 110);
        let number = 2 + minute as i64;
        event(
            &mut screen,
            "Updated",
            "MeterValuePeriodic",
            number,
            FIRST,
            &json!({ "chargingState": "Charging", "meterValue": values }),
        );
    }
    let values = samples(&screen, 3.6, 1_000);
    event(
        &mut screen,
        "Updated",
        "MeterValuePeriodic",
        5,
        SECOND,
        &json!({ "chargingState": "Charging", "meterValue": values }),
    );
    let values = samples(&screen, 0.0, 2_000);
    event(&mut screen, "Ended", "StopAuthorized", 12, FIRST, &json!({ "stoppedReason": "Local", "meterValue": values }));
    screen.send(ScreenMessage::Refresh);
    screen
}

#[test]
fn transactions_of_events_have_their_page() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut screen = harbour(width, height);
        screen.press("4");
        assert_snapshot!(format!("second_transactions_{width}x{height}"), screen.picture());
    }
}

#[test]
fn enter_leaves_the_events_of_one_transaction() {
    let mut screen = harbour(120, 40);
    screen.press("4 enter");
    assert_eq!(screen.app.trace.filter().text(), format!("tx:{SECOND}"));
    assert_eq!(screen.app.trace.count(), 6, "{}", screen.picture());
}

#[test]
fn messages_are_lines_with_their_meaning_and_the_ladder_names_the_roles() {
    let mut screen = harbour(120, 40);
    screen.app.trace.set_view(TraceMode::Exchanges, None);
    screen.send(ScreenMessage::Refresh);
    assert_snapshot!("second_exchanges_120x40", screen.picture());
    screen.press("2 v v");
    screen.send(ScreenMessage::Refresh);
    let picture = screen.picture();
    assert!(picture.contains("CSMS (ours)"), "{picture}");
}

#[test]
fn profiles_of_an_evse_are_drawn_and_asked_for() {
    let mut screen = harbour(120, 40);
    let profile = json!({
        "id": 4, "stackLevel": 0, "chargingProfilePurpose": "ChargingStationMaxProfile", "chargingProfileKind": "Absolute",
        "chargingSchedule": [{ "id": 1, "chargingRateUnit": "A", "startSchedule": "2026-03-04T00:00:00Z",
            "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": 16 }] }],
    });
    let payload = json!({ "evseId": 0, "chargingProfile": profile }).to_string();
    screen.exchange("HARBOUR", Direction::Out, "SetChargingProfile", &payload, r#"{"status":"Accepted"}"#);
    screen.press("1 8");
    let known = screen.app.overlays.get::<ProfilesPage>().unwrap().known();
    assert_eq!(known.iter().map(|known| (known.id(), known.connector())).collect::<Vec<_>>(), [(4, 0)]);
    let picture = screen.picture();
    assert!(picture.contains("EVSE 1") && picture.contains("#4 ChargingStationMaxProfile level 0 Absolute"), "{picture}");
    let effects = screen.press("r");
    let [UpdateEffect::Submit { order, .. }] = &effects[..] else { panic!("{effects:?}") };
    let LinkCommand::Call { action, payload } = &order.command else { panic!("{order:?}") };
    assert_eq!((action.as_str(), &payload.value()["evseId"]), ("GetCompositeSchedule", &json!(1)));
}
