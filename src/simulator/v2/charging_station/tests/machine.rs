//! Requests about the machine itself: availability, reset and triggers.

use super::*;
use crate::behaviour::{FailingStep, FailureTimes};

#[test]
fn availability_has_a_memory_for_each_part() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let mut change = |evse: Option<Value>, status: &str| {
        let mut payload = json!({"operationalStatus": status});
        if let Some(evse) = evse {
            payload["evse"] = evse;
        }
        let answer = world.ask_status("ChangeAvailability", payload);
        (answer, world.serve().join(", "))
    };
    let of = |answer: &str, reports: &str| (answer.to_owned(), reports.to_owned());
    let connector = || Some(json!({"id": 1, "connectorId": 1}));
    assert_eq!(change(connector(), "Inoperative"), of("Accepted", "StatusNotification 1 Unavailable"));
    assert_eq!(change(None, "Inoperative"), of("Accepted", "StatusNotification 2 Unavailable"));
    assert_eq!(change(None, "Operative"), of("Accepted", "StatusNotification 2 Available"));
    assert_eq!(change(Some(json!({"id": 1})), "Inoperative"), of("Accepted", ""));
    assert_eq!(change(connector(), "Operative"), of("Accepted", ""));
    assert_eq!(change(Some(json!({"id": 1})), "Operative"), of("Accepted", "StatusNotification 1 Available"));
    assert_eq!(change(Some(json!({"id": 3})), "Operative"), of("Rejected UnknownEvse", ""));
    let other = Some(json!({"id": 1, "connectorId": 2}));
    assert_eq!(change(other, "Operative"), of("Rejected UnknownConnectorId", ""));
}

#[test]
fn availability_outlasts_a_reset() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    world.ask("ChangeAvailability", json!({"operationalStatus": "Inoperative", "evse": {"id": 1}}));
    world.serve();
    world.ask("Reset", json!({"type": "OnIdle"}));
    assert!(world.live(4).contains(&"StatusNotification 1 Unavailable".to_owned()));
}

#[test]
fn an_evse_restarts_alone() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate", "evseId": 2})), "Accepted");
    assert_eq!(world.live(4), ["StatusNotification 2 Unavailable", "StatusNotification 2 Available"]);
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate", "evseId": 3})), "Rejected UnknownEvse");
}

#[test]
fn a_reset_that_fails_is_tried_again_and_is_a_fault_then() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    world.act(&PhysicalAction::Fail { step: FailingStep::Reset, times: FailureTimes::Next }).unwrap();
    world.ask("Reset", json!({"type": "Immediate"}));
    assert!(world.live(9).contains(&"BootNotification RemoteReset".to_owned()));
    world.act(&PhysicalAction::Fail { step: FailingStep::Reset, times: FailureTimes::Always }).unwrap();
    world.ask("Reset", json!({"type": "Immediate"}));
    let sent = world.live(20);
    assert_eq!(sent[0], "NotifyEvent ChargingStation true");
    assert!(sent.contains(&"StatusNotification 2 Faulted".to_owned()), "{sent:?}");
}

#[test]
fn a_boot_is_not_triggered_without_need() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let mut trigger = |message: &str| world.ask_status("TriggerMessage", json!({"requestedMessage": message}));
    assert_eq!(trigger("BootNotification"), "Rejected NotEnabled");
    assert_eq!(trigger("Weather"), "NotImplemented UnsupportedRequest");
    assert_eq!(trigger("Heartbeat"), "Accepted");
    assert_eq!(world.serve(), ["Heartbeat"]);
}
