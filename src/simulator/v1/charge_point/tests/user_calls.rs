//! Calls that the user makes for the charge point, and the charge point that is not autonomous.

use super::*;

fn start(world: &mut World) {
    let call = json!({"connectorId": 1, "idTag": "TAG", "meterStart": 1000, "timestamp": "2024-05-01T12:00:00Z"});
    world.user_call("StartTransaction", call, json!({"transactionId": 7, "idTagInfo": {"status": "Accepted"}}));
}

#[test]
fn a_users_transaction_belongs_to_the_charge_point() {
    let mut world = World::accepted(Version::V1_6);
    start(&mut world);
    assert_eq!(world.serve(), ["StatusNotification 1 Charging"]);
    assert_eq!(world.live(60), ["MeterValues 1 7"]);
    let call = json!({"transactionId": 7, "meterStop": 1200, "timestamp": "2024-05-01T12:01:00Z"});
    world.user_call("StopTransaction", call, json!({}));
    assert_eq!(world.live(5), ["StatusNotification 1 Finishing", "StatusNotification 1 Available"]);
}

#[test]
fn a_users_transaction_can_be_stopped_remotely() {
    let mut world = World::accepted(Version::V1_6);
    start(&mut world);
    world.serve();
    assert_eq!(world.ask_status("RemoteStopTransaction", json!({"transactionId": 7})), "Accepted");
    let sent = world.take_sent();
    assert_eq!(World::in_short(&sent[0]), "StopTransaction 7 TAG Remote");
    assert_eq!(sent[0].payload["meterStop"], 1000);
}

#[test]
fn a_users_status_is_taken_over() {
    let mut world = World::accepted(Version::V1_6);
    let call = json!({"connectorId": 1, "status": "Faulted", "errorCode": "OtherError"});
    world.user_call("StatusNotification", call, json!({}));
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "A", "connectorId": 1})), "Rejected");
    world.disconnect();
    world.connect();
    assert!(world.serve().is_empty(), "the central system knows it already");
}

#[test]
fn a_users_boot_registers() {
    let mut world = World::new(Version::V1_6, true);
    world.connect();
    world.take_sent();
    world.user_call("BootNotification", json!({}), boot_result(Version::V1_6, "Accepted", 30));
    assert_eq!(world.serve().len(), 3);
    world.pass_seconds(30);
    world.expect("Heartbeat");
}

#[test]
fn without_a_life_of_its_own_it_only_answers() {
    for version in Version::SOAP {
        let mut world = World::new(version, false);
        world.connect();
        world.user_call("BootNotification", json!({}), boot_result(version, "Accepted", 30));
        assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "TAG"})), "Accepted");
        start(&mut world);
        assert_eq!(world.ask_status("RemoteStopTransaction", json!({"transactionId": 8})), "Rejected");
        assert_eq!(world.ask_status("RemoteStopTransaction", json!({"transactionId": 7})), "Accepted");
        assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"})), "Scheduled");
        world.user_call("StopTransaction", json!({"transactionId": 7}), json!({}));
        assert_eq!(world.machine.status_name(1), Some("Unavailable"));
        assert_eq!(world.ask_status("Reset", json!({"type": "Hard"})), "Accepted");
        world.ask("GetDiagnostics", json!({"location": "ftp://x"}));
        world.ask("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
        world.pass_seconds(100_000);
        world.disconnect();
        world.connect();
        assert!(world.take_sent().is_empty());
        assert_eq!(world.machine.deadline(), None);
    }
}
