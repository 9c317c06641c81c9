//! Reservations: acceptance, use and end.

use super::*;

fn reserve(world: &mut World, id: i32, connector: i32, id_tag: &str) -> String {
    let expires = "2024-05-01T13:00:00Z";
    world.ask_status(
        "ReserveNow",
        json!({"reservationId": id, "connectorId": connector, "idTag": id_tag, "expiryDate": expires, "parentIdTag": "GROUP"}),
    )
}

fn start(world: &mut World, connector: i32, id_tag: &str) -> String {
    world.ask_status("RemoteStartTransaction", json!({"idTag": id_tag, "connectorId": connector}))
}

#[test]
fn reservations_are_judged_by_the_connector() {
    let mut world = World::accepted(Version::V1_6);
    assert_eq!(reserve(&mut world, 1, 3, "A"), "Rejected");
    assert_eq!(reserve(&mut world, 1, 1, "A"), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Reserved"]);
    assert_eq!(reserve(&mut world, 2, 1, "B"), "Occupied");
    assert_eq!(reserve(&mut world, 1, 1, "C"), "Accepted", "the same id replaces");
    assert_eq!(reserve(&mut world, 1, 2, "C"), "Accepted", "also at another connector");
    assert_eq!(world.serve(), ["StatusNotification 1 Available", "StatusNotification 2 Reserved"]);
    for (status, expected) in [("Faulted", "Faulted"), ("Unavailable", "Unavailable"), ("Charging", "Occupied")] {
        let call = json!({"connectorId": 1, "status": status, "errorCode": "NoError"});
        world.user_call("StatusNotification", call, json!({}));
        assert_eq!(reserve(&mut world, 3, 1, "A"), expected);
    }
    let past = json!({"reservationId": 9, "connectorId": 1, "idTag": "A", "expiryDate": "2024-05-01T11:00:00Z"});
    assert_eq!(world.ask_status("ReserveNow", past), "Rejected");
}

#[test]
fn only_the_holder_and_the_group_may_charge_and_the_reservation_is_used_up() {
    let mut world = World::accepted(Version::V1_6);
    reserve(&mut world, 5, 1, "HOLDER");
    world.serve();
    let list = json!({"updateType": "Full", "listVersion": 1, "localAuthorizationList": [
        {"idTag": "FRIEND", "idTagInfo": {"status": "Accepted", "parentIdTag": "group"}},
        {"idTag": "OTHER", "idTagInfo": {"status": "Accepted"}}]});
    world.ask("SendLocalList", list);
    assert_eq!(start(&mut world, 1, "OTHER"), "Rejected");
    assert_eq!(start(&mut world, 1, "FRIEND"), "Accepted");
    world.serve();
    world.pass_seconds(3);
    assert_eq!(world.expect("StartTransaction").payload["reservationId"], 5);
    assert_eq!(world.ask_status("CancelReservation", json!({"reservationId": 5})), "Rejected");
}

#[test]
fn the_central_system_is_asked_about_the_group_of_an_unknown_tag() {
    for (group, used) in [("GROUP", true), ("CLUB", false)] {
        for authorize in ["true", "false"] {
            let mut world = World::accepted(Version::V1_6);
            world.ask("ChangeConfiguration", json!({"key": "AuthorizeRemoteTxRequests", "value": authorize}));
            reserve(&mut world, 5, 1, "HOLDER");
            world.serve();
            assert_eq!(start(&mut world, 1, "STRANGER"), "Accepted");
            let question = world.take_sent().into_iter().find(|call| call.action == "Authorize").unwrap();
            world.result(&question, json!({"idTagInfo": {"status": "Accepted", "parentIdTag": group}}));
            let sent = world.serve();
            assert_eq!(sent.contains(&"StatusNotification 1 Reserved".to_owned()), !used, "{group} {sent:?}");
            world.pass_seconds(3);
            let started = world.take_sent().into_iter().find(|call| call.action == "StartTransaction");
            assert_eq!(started.map(|call| call.payload["reservationId"].clone()), used.then(|| json!(5)), "{group}");
        }
    }
}

#[test]
fn the_reserved_connector_is_chosen_for_the_holder() {
    let mut world = World::accepted(Version::V1_5);
    reserve(&mut world, 5, 2, "holder");
    world.serve();
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "HOLDER"})), "Accepted");
    assert_eq!(world.serve()[0], "StatusNotification 2 Occupied");
}

#[test]
fn a_reservation_ends_by_expiry_or_cancellation() {
    let mut world = World::accepted(Version::V1_6);
    reserve(&mut world, 5, 1, "A");
    world.serve();
    assert_eq!(world.ask_status("CancelReservation", json!({"reservationId": 6})), "Rejected");
    assert_eq!(world.ask_status("CancelReservation", json!({"reservationId": 5})), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Available"]);
    reserve(&mut world, 6, 1, "A");
    world.serve();
    let sent = world.live(3600);
    assert!(sent.contains(&"StatusNotification 1 Available".to_owned()), "{sent:?}");
}

#[test]
fn a_reservation_of_any_connector_keeps_one_free() {
    let mut world = World::accepted(Version::V1_6);
    assert_eq!(reserve(&mut world, 1, 0, "A"), "Accepted");
    assert_eq!(start(&mut world, 1, "B"), "Accepted");
    world.serve();
    assert_eq!(start(&mut world, 2, "B"), "Rejected");
    assert_eq!(reserve(&mut world, 2, 0, "C"), "Occupied");
    assert_eq!(start(&mut world, 2, "A"), "Accepted");
}

#[test]
fn an_inoperative_connector_keeps_no_reservation() {
    let mut world = World::accepted(Version::V1_6);
    reserve(&mut world, 1, 1, "A");
    world.ask("ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"}));
    assert_eq!(world.serve(), ["StatusNotification 1 Reserved", "StatusNotification 1 Unavailable"]);
    assert_eq!(world.ask_status("CancelReservation", json!({"reservationId": 1})), "Rejected");
}
