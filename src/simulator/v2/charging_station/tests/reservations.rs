//! Reservations (OCPP 2.0.1 part 2, H01 to H04; 2.1, H06).

use super::hands::{card, plug, unplug};
use super::*;

fn reserve(id: i32, evse: Option<i32>) -> Value {
    let mut payload =
        json!({"id": id, "expiryDateTime": "2024-05-01T12:10:00Z", "idToken": {"idToken": "OWNER", "type": "ISO14443"}});
    if let Some(evse) = evse {
        payload["evseId"] = evse.into();
    }
    payload
}

#[test]
fn a_reserved_evse_waits_for_its_card() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(world.ask_status("ReserveNow", reserve(5, Some(1))), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Reserved"]);
    assert_eq!(world.act(&card("TAG", 1)), Err(PhysicalActionError::Reserved(1)));
    assert_eq!(world.ask_status("ReserveNow", reserve(6, Some(1))), "Occupied");
    assert_eq!(world.ask_status("ReserveNow", reserve(5, Some(1))), "Accepted", "it replaces itself");
    world.acts(&plug(1));
    let sent = world.acts(&card("OWNER", 1));
    assert_eq!(sent[1], "TransactionEvent Started Authorized EVConnected OWNER 5");
    world.acts(&card("OWNER", 1));
    assert_eq!(world.acts(&unplug(1)), ["StatusNotification 1 Available"], "it is used up");
}

#[test]
fn a_group_may_use_a_reservation_and_the_csms_knows_it() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let mut reservation = reserve(5, Some(1));
    reservation["groupIdToken"] = json!({"idToken": "G", "type": "Central"});
    world.ask("ReserveNow", reservation);
    world.acts(&plug(1));
    world.act(&card("FRIEND", 1)).unwrap();
    let authorize = world.expect("Authorize");
    let group = json!({"status": "Accepted", "groupIdToken": {"idToken": "G", "type": "Central"}});
    world.result(&authorize, json!({"idTokenInfo": group}));
    assert_eq!(world.serve()[0], "TransactionEvent Started Authorized EVConnected FRIEND 5");
}

#[test]
fn reservations_of_any_evse_keep_enough_free() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(world.ask_status("ReserveNow", reserve(1, None)), "Accepted");
    assert!(world.serve().is_empty(), "one of two");
    assert_eq!(world.acts(&card("A", 1)), ["Authorize A", "StatusNotification 2 Reserved"]);
    world.acts(&plug(1));
    assert_eq!(world.act(&card("B", 2)), Err(PhysicalActionError::Reserved(2)));
    assert_eq!(world.ask_status("ReserveNow", reserve(2, None)), "Occupied");
    assert_eq!(world.acts(&card("OWNER", 2)), ["Authorize OWNER"]);
    assert!(world.acts(&plug(2))[1].ends_with("OWNER 1"));
}

#[test]
fn a_reservation_ends_by_time_by_request_and_by_a_fault() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.ask("ReserveNow", reserve(1, Some(1)));
    world.serve();
    let expired = ["ReservationStatusUpdate 1 Expired", "StatusNotification 1 Available"];
    let sent: Vec<_> = world.live(600);
    assert_eq!(sent, expired);
    let mut later = reserve(2, Some(1));
    later["expiryDateTime"] = "2024-05-01T13:00:00Z".into();
    assert_eq!(world.ask_status("ReserveNow", later.clone()), "Accepted");
    world.serve();
    assert_eq!(world.ask_status("CancelReservation", json!({"reservationId": 2})), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Available"]);
    assert_eq!(world.ask_status("CancelReservation", json!({"reservationId": 2})), "Rejected NotFound");
    world.ask("ReserveNow", later);
    world.serve();
    let sent = world.acts(&PhysicalAction::Fault { error_code: None, info: None, connector: Some(1) });
    let mut sorted = sent.clone();
    sorted.sort();
    let lost = ["NotifyEvent EVSE true", "ReservationStatusUpdate 2 Removed", "StatusNotification 1 Faulted"];
    assert_eq!(sorted, lost, "{sent:?}");
}

#[test]
fn impossible_reservations_say_why() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let mut ask = |payload| world.ask_status("ReserveNow", payload);
    assert_eq!(ask(reserve(1, Some(3))), "Rejected UnknownEvse");
    let mut past = reserve(1, Some(1));
    past["expiryDateTime"] = "2024-05-01T11:00:00Z".into();
    assert_eq!(ask(past), "Rejected InvalidValue");
    let mut typed = reserve(1, None);
    typed["connectorType"] = "cCCS2".into();
    assert_eq!(ask(typed.clone()), "Rejected UnknownConnectorType");
    typed["connectorType"] = "sType2".into();
    assert_eq!(ask(typed), "Accepted");
    world.set("ReservationCtrlr", "NonEvseSpecific", "false");
    assert_eq!(world.ask_status("ReserveNow", reserve(2, None)), "Rejected UnsupportedParam");
    world.ask("ChangeAvailability", json!({"operationalStatus": "Inoperative", "evse": {"id": 2}}));
    assert_eq!(world.ask_status("ReserveNow", reserve(2, Some(2))), "Unavailable");
    world.set("ReservationCtrlr", "Enabled", "false");
    assert_eq!(world.ask_status("ReserveNow", reserve(2, Some(1))), "Rejected NotEnabled");
}

#[test]
fn a_driver_who_does_not_charge_loses_the_reservation_in_2_1() {
    for (version, reported) in [(Version::V2_0_1, false), (Version::V2_1, true)] {
        let mut world = StationWorld::quiet(version);
        world.ask("ReserveNow", reserve(1, Some(1)));
        world.acts(&card("OWNER", 1));
        let sent = world.live(60);
        let expected: &[&str] =
            if reported { &["ReservationStatusUpdate 1 NoTransaction", "StatusNotification 1 Available"] } else { &[] };
        assert_eq!(sent, expected);
    }
}
