//! Registration: the boot per version, waiting, heartbeats, reconnecting.

use super::*;

#[test]
fn a_boot_is_followed_by_the_statuses_of_the_version() {
    for (version, expected) in [
        (Version::V1_2, vec!["StatusNotification 1 Available", "StatusNotification 2 Available"]),
        (Version::V1_5, vec!["StatusNotification 1 Available", "StatusNotification 2 Available"]),
        (
            Version::V1_6,
            vec!["StatusNotification 0 Available", "StatusNotification 1 Available", "StatusNotification 2 Available"],
        ),
    ] {
        let mut world = World::new(version, true);
        world.connect();
        let boot = world.expect("BootNotification");
        assert_eq!(text(&boot.payload, "chargePointVendor"), Some("ocpp-tui"));
        world.result(&boot, boot_result(version, "Accepted", 300));
        let timestamps = world.sent.iter().filter(|call| call.payload.get("timestamp").is_some()).count();
        assert_eq!(timestamps, if matches!(version, Version::V1_2) { 0 } else { expected.len() });
        assert_eq!(world.serve(), expected, "{version}");
    }
}

#[test]
fn pending_and_rejected_wait_for_the_given_interval() {
    for (status, interval, wait) in [("Pending", 20, 20), ("Rejected", 90, 90), ("Rejected", 0, 60), ("Nonsense", 5, 5)] {
        let mut world = World::new(Version::V1_6, true);
        world.connect();
        let boot = world.expect("BootNotification");
        world.result(&boot, boot_result(Version::V1_6, status, interval));
        world.pass_seconds(wait - 1);
        assert!(world.take_sent().is_empty(), "{status}: nothing is sent while waiting");
        world.pass_seconds(1);
        world.expect("BootNotification");
    }
}

#[test]
fn a_failed_boot_is_tried_again() {
    for outcome in [CallOutcome::Timeout, CallOutcome::Error { code: "InternalError", description: "" }] {
        let mut world = World::new(Version::V1_6, true);
        world.connect();
        let boot = world.expect("BootNotification");
        world.end(&boot, outcome);
        world.pass_seconds(60);
        world.expect("BootNotification");
    }
}

#[test]
fn a_rejected_charge_point_is_silent_and_a_pending_one_can_be_inspected() {
    let mut world = World::new(Version::V1_6, true);
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, boot_result(Version::V1_6, "Rejected", 60));
    assert_eq!(world.ask("GetConfiguration", json!({})), Answer::Silence);
    world.result(&boot, boot_result(Version::V1_6, "Pending", 60));
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "TAG"})), "Rejected");
    assert_eq!(world.ask_status("TriggerMessage", json!({"requestedMessage": "BootNotification"})), "Accepted");
    world.expect("BootNotification");
    assert_eq!(world.ask_status("TriggerMessage", json!({"requestedMessage": "Heartbeat"})), "Accepted");
    world.expect("Heartbeat");
}

#[test]
fn heartbeats_come_after_inactivity_and_follow_the_configuration() {
    let mut world = World::accepted(Version::V1_6);
    world.pass_seconds(200);
    world.ask("GetConfiguration", json!({}));
    world.pass_seconds(299);
    assert!(world.take_sent().is_empty());
    world.pass_seconds(1);
    world.expect("Heartbeat");
    assert_eq!(world.ask_status("ChangeConfiguration", json!({"key": "HeartbeatInterval", "value": "10"})), "Accepted");
    world.pass_seconds(10);
    world.expect("Heartbeat");
    assert_eq!(world.ask_status("ChangeConfiguration", json!({"key": "HeartbeatInterval", "value": "0"})), "Accepted");
    world.pass_seconds(100_000);
    assert!(world.take_sent().is_empty());
}

#[test]
fn a_reconnect_boots_only_what_was_never_accepted() {
    let mut world = World::new(Version::V1_6, true);
    world.connect();
    let boot = world.expect("BootNotification");
    world.end(&boot, CallOutcome::LinkLost);
    world.disconnect();
    world.pass_seconds(1000);
    assert!(world.take_sent().is_empty());
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, boot_result(Version::V1_6, "Accepted", 300));
    world.serve();
    world.disconnect();
    world.pass_seconds(1000);
    world.connect();
    assert!(world.take_sent().is_empty());
    world.pass_seconds(300);
    world.expect("Heartbeat");
}

#[test]
fn a_rejected_charge_point_waits_also_when_it_reconnects() {
    let mut world = World::new(Version::V1_6, true);
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, boot_result(Version::V1_6, "Rejected", 600));
    world.disconnect();
    world.pass_seconds(10);
    world.connect();
    assert!(world.take_sent().is_empty());
    world.pass_seconds(590);
    world.expect("BootNotification");
}
