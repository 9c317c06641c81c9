//! The boot, and what is allowed before the CSMS has accepted the station (OCPP 2.0.1 part 2, B01 to B04).

use super::*;
use crate::behaviour::PowerLossStop;
use crate::ocpp::ErrorCode;

const AFTER_BOOT: [&str; 3] =
    ["SecurityEventNotification StartupOfTheDevice", "StatusNotification 1 Available", "StatusNotification 2 Available"];

#[test]
fn an_accepted_station_reports_its_connectors() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::new(version, true);
        world.connect();
        let boot = world.expect("BootNotification");
        assert_eq!(boot.payload["reason"], "PowerUp");
        assert_eq!(boot.payload["chargingStation"]["vendorName"], "ocpp-tui");
        world.result(&boot, boot_result("Accepted", 100));
        assert_eq!(world.serve(), AFTER_BOOT);
        assert_eq!(world.live(99), [""; 0]);
        assert_eq!(world.live(1), ["Heartbeat"]);
    }
}

#[test]
fn a_pending_station_answers_and_sends_what_is_triggered() {
    let mut world = StationWorld::new(Version::V2_0_1, true);
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, boot_result("Pending", 40));
    assert!(world.take_sent().is_empty());
    let trigger = json!({"requestedMessage": "StatusNotification", "evse": {"id": 2}});
    assert_eq!(world.ask_status("TriggerMessage", trigger), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 2 Available"]);
    assert_eq!(world.live(39), [""; 0]);
    assert_eq!(world.live(1)[0], "BootNotification PowerUp");
}

#[test]
fn a_rejected_station_refuses_every_call() {
    let mut world = StationWorld::new(Version::V2_0_1, true);
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, boot_result("Rejected", 0));
    let answer = world.ask("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    assert!(matches!(answer, Answer::Error { code: ErrorCode::SecurityError, .. }), "{answer:?}");
    assert_eq!(world.live(59), [""; 0]);
    assert_eq!(world.live(1)[0], "BootNotification PowerUp");
    assert_eq!(world.ask_status("TriggerMessage", json!({"requestedMessage": "Heartbeat"})), "Accepted");
}

#[test]
fn a_boot_without_an_answer_is_sent_again() {
    let mut world = StationWorld::new(Version::V2_0_1, true);
    world.connect();
    let boot = world.expect("BootNotification");
    world.end(&boot, CallOutcome::Timeout);
    assert_eq!(world.live(60)[0], "BootNotification PowerUp");
}

#[test]
fn a_reset_is_a_boot_with_its_reason_and_a_power_loss_too() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate"})), "Accepted");
    let sent = world.live(4);
    assert_eq!(sent[0..2], ["BootNotification RemoteReset", "SecurityEventNotification ResetOrReboot"]);
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::After }).unwrap();
    assert_eq!(world.acts(&PhysicalAction::PowerOn)[0], "BootNotification PowerUp");
}

#[test]
fn a_reconnect_is_no_boot_and_reports_what_changed() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let plug = PhysicalAction::Plug { connector: Some(2) };
    world.act(&PhysicalAction::Offline).unwrap();
    world.act(&plug).unwrap();
    world.pass_seconds(10);
    assert_eq!(world.acts(&PhysicalAction::Online)[0], "StatusNotification 2 Occupied");
    world.act(&PhysicalAction::Offline).unwrap();
    world.pass_seconds(61);
    let all = ["StatusNotification 1 Available", "StatusNotification 2 Occupied"];
    assert_eq!(world.acts(&PhysicalAction::Online)[..2], all, "longer than OfflineThreshold");
}

#[test]
fn another_version_is_another_firmware() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    world.disconnect();
    world.version = Version::V2_1;
    world.connect();
    assert_eq!(world.serve()[0], "BootNotification PowerUp");
}

#[test]
fn a_manual_station_sends_nothing_by_itself() {
    let mut world = StationWorld::new(Version::V2_0_1, false);
    world.connect();
    world.ask("Reset", json!({"type": "Immediate"}));
    world.ask("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    world.pass_seconds(1000);
    assert!(world.take_sent().is_empty());
    assert_eq!(world.act(&PhysicalAction::Plug { connector: None }), Err(PhysicalActionError::Manual));
}
