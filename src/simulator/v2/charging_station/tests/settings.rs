//! Variables of the device model that change what the machine does.

use super::hands::{card, plug, unplug};
use super::offline::charging;
use super::*;
use crate::behaviour::{DriverService, EnergyNeeds, PowerLossStop};

fn set_at_evse(world: &mut StationWorld, component: &str, evse: i32, variable: &str, value: &str) {
    let element = json!({"component": {"name": component, "evse": {"id": evse}}, "variable": {"name": variable}, "attributeValue": value});
    let result = world.ask_result("SetVariables", json!({ "setVariableData": [element] }));
    assert_eq!(result["setVariableResult"][0]["attributeStatus"], "Accepted");
}

#[test]
fn a_status_is_reported_when_it_has_lasted() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("ChargingStation", "MinimumStatusDuration", "10");
    assert_eq!(world.acts(&plug(1)), [""; 0]);
    assert_eq!(world.live(9), [""; 0]);
    assert_eq!(world.live(1), ["StatusNotification 1 Occupied"]);
    world.acts(&unplug(1));
    world.live(5);
    world.acts(&plug(1));
    assert_eq!(world.live(30), [""; 0], "what it was before is no news");
    world.acts(&unplug(1));
    world.live(6);
    let inoperative = json!({"operationalStatus": "Inoperative", "evse": {"id": 1}});
    assert_eq!(world.ask_status("ChangeAvailability", inoperative), "Accepted");
    assert_eq!(world.live(9), [""; 0], "another state begins to last");
    assert_eq!(world.live(1), ["StatusNotification 1 Unavailable"]);
    world.ask("TriggerMessage", json!({"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}));
    assert_eq!(world.serve(), ["StatusNotification 1 Unavailable"], "a trigger does not wait");
}

#[test]
fn an_evse_that_may_not_restart_alone_refuses_it() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    set_at_evse(&mut world, "EVSE", 2, "AllowReset", "false");
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate", "evseId": 2})), "Rejected NotEnabled");
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate", "evseId": 1})), "Accepted");
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate"})), "Accepted", "the station as a whole may");
}

#[test]
fn a_battery_that_is_not_taken_in_time_stays() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.set("BatterySwapCtrlr", "Timeout.Out", "20");
    let swap = PhysicalAction::Service { service: DriverService::BatterySwap, connector: None };
    world.act(&swap).unwrap();
    assert_eq!(world.expect("BatterySwap").payload["eventType"], "BatteryIn");
    world.pass_seconds(20);
    assert_eq!(world.expect("BatterySwap").payload["eventType"], "BatteryOutTimeout");
    for expected in ["BatteryIn", "BatteryOut"] {
        world.act(&swap).unwrap();
        assert_eq!(world.expect("BatterySwap").payload["eventType"], expected, "the next swap begins anew");
    }
    world.pass_seconds(30);
    assert!(world.take_sent().is_empty());
}

#[test]
fn a_message_in_a_language_that_the_display_does_not_know_is_refused() {
    let message = |language: &str| {
        let content = json!({"format": "UTF8", "content": "Hello", "language": language});
        json!({"message": {"id": 1, "priority": "InFront", "message": content}})
    };
    let mut world = StationWorld::quiet(Version::V2_1);
    assert_eq!(world.ask_status("SetDisplayMessage", message("xx")), "LanguageNotSupported");
    assert_eq!(world.ask_status("SetDisplayMessage", message("de-AT")), "Accepted");
    let mut older = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(older.ask_status("SetDisplayMessage", message("xx")), "Accepted", "2.0.1 has no such refusal");
}

#[test]
fn a_car_takes_the_schedule_of_a_requested_start() {
    for negotiates in [true, false] {
        let mut world = StationWorld::quiet(Version::V2_1);
        world.acts(&plug(1));
        if negotiates {
            let needs = EnergyNeeds { energy: 20_000.0, departure: None };
            assert_eq!(world.acts(&PhysicalAction::Needs { needs, connector: Some(1) }).len(), 1);
        }
        let schedule =
            json!({"id": 3, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 3000.0}]});
        let profile = json!({"id": 7, "stackLevel": 0, "chargingProfilePurpose": "TxProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": [schedule]});
        let start = json!({"idToken": {"idToken": "TAG", "type": "Central"}, "remoteStartId": 7, "evseId": 1, "chargingProfile": profile});
        assert_eq!(world.ask_status("RequestStartTransaction", start), "Accepted");
        let mut taken = Vec::new();
        while !world.sent.is_empty() {
            let call = world.sent.remove(0);
            world.accept(&call);
            taken.extend(Some(call.payload).filter(|_| call.action == "NotifyEVChargingSchedule"));
        }
        assert_eq!(taken.len(), usize::from(negotiates));
        assert!(taken.iter().all(|payload| payload["chargingSchedule"]["id"] == 3 && payload["evseId"] == 1));
    }
}

/// The contexts of the readings of an event.
fn contexts(event: &OutgoingCall) -> Vec<String> {
    let values = event.payload["meterValue"].as_array().into_iter().flatten();
    values.map(|it| it["sampledValue"][0]["context"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_transaction_that_goes_on_after_an_interruption_has_its_readings() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = charging(version);
        world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
        world.acts(&PhysicalAction::PowerOff { stop: PowerLossStop::Never });
        world.pass_seconds(100);
        world.act(&PhysicalAction::PowerOn).unwrap();
        let resumed = world.events().into_iter().find(|event| event.payload["triggerReason"] == "TxResumed");
        assert_eq!(resumed.as_ref().map(contexts), (version.number() == "2.1").then(|| vec!["Interruption.End".to_owned()]));
        world.act(&card("TAG", 1)).unwrap();
        let ended = contexts(world.events().last().unwrap());
        assert_eq!(ended, ["Transaction.Begin", "Interruption.Begin", "Interruption.End", "Transaction.End"]);
    }
}

#[test]
fn a_transaction_ends_after_too_long_an_interruption() {
    for (limit, dark, ends) in [("60", 59, false), ("60", 61, true), ("0", 1, true)] {
        let mut world = charging(Version::V2_1);
        world.set("TxCtrlr", "ResumptionTimeout", limit);
        world.acts(&PhysicalAction::PowerOff { stop: PowerLossStop::Never });
        world.pass_seconds(dark);
        let sent = world.acts(&PhysicalAction::PowerOn);
        let ended = sent.iter().any(|it| it.starts_with("TransactionEvent Ended AbnormalCondition EVConnected PowerLoss"));
        assert_eq!(ended, ends, "{sent:?}");
        assert_eq!(sent.iter().any(|it| it.contains("TxResumed")), !ends, "{sent:?}");
    }
    let mut world = charging(Version::V2_1);
    world.set("TxCtrlr", "ResumptionTimeout", "0");
    assert_eq!(world.ask_status("Reset", json!({"type": "ImmediateAndResume"})), "Accepted");
    let sent = world.live(10);
    let ended = "TransactionEvent Ended ResetCommand EVConnected ImmediateReset";
    assert!(sent.iter().any(|it| it.starts_with(ended)), "{sent:?}");
}
