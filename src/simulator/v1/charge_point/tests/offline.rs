//! Operation without a link: messages that wait, and the reports afterwards.

use super::*;

#[test]
fn transaction_messages_wait_for_the_link_in_order() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.serve();
    world.disconnect();
    world.pass_seconds(65);
    world.disconnect();
    assert!(world.take_sent().is_empty());
    world.connect();
    let expected = ["StatusNotification 1 Charging", "StartTransaction 1 TAG", "MeterValues 1 42"];
    assert_eq!(world.serve(), expected);
}

#[test]
fn a_start_that_is_lost_with_the_link_is_sent_again() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.serve();
    world.pass_seconds(3);
    let start = world.expect("StartTransaction");
    world.end(&start, CallOutcome::LinkLost);
    assert!(world.take_sent().is_empty(), "nothing is sent into a lost link");
    world.disconnect();
    world.connect();
    assert_eq!(world.serve(), ["StatusNotification 1 Charging", "StartTransaction 1 TAG"]);
}

#[test]
fn a_status_that_did_not_arrive_is_sent_again() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"}));
    let report = world.expect("StatusNotification");
    world.end(&report, CallOutcome::LinkLost);
    world.disconnect();
    world.connect();
    assert_eq!(world.serve(), ["StatusNotification 1 Unavailable"]);
    world.disconnect();
    world.connect();
    assert!(world.serve().is_empty());
}

#[test]
fn an_authorize_that_is_lost_ends_the_start_unless_unknown_tags_may_charge_offline() {
    for (allowed, status) in [("false", "Available"), ("true", "Preparing")] {
        let mut world = World::accepted(Version::V1_6);
        world.ask("ChangeConfiguration", json!({"key": "AllowOfflineTxForUnknownId", "value": allowed}));
        world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
        let authorize = world.take_sent().pop().unwrap();
        world.end(&authorize, CallOutcome::LinkLost);
        world.disconnect();
        assert_eq!(world.machine.status_name(1), Some(status));
    }
}

#[test]
fn with_another_version_it_begins_anew() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("UpdateFirmware", json!({"location": "ftp://host/x", "retrieveDate": "2024-05-01T12:00:00Z"}));
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.serve();
    world.disconnect();
    world.pass_seconds(2);
    world.version = Version::V1_2;
    world.connect();
    let expected = ["BootNotification", "StatusNotification 1 Available", "StatusNotification 2 Available"];
    assert_eq!(world.live(60), expected);
}
