//! Profiles that change while they are in use, priority charging, and streams of monitored values.

use super::*;

fn dynamic(id: i32, interval: i32) -> Value {
    json!({"evseId": 1, "chargingProfile": {"id": id, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Dynamic", "dynUpdateInterval": interval, "chargingSchedule": [{"id": 1,
            "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000}]}]}})
}

/// The limit of the first EVSE in watts.
fn limit(world: &mut StationWorld) -> f64 {
    let schedule = world.ask_result("GetCompositeSchedule", json!({"evseId": 1, "duration": 60, "chargingRateUnit": "W"}));
    schedule["schedule"]["chargingSchedulePeriod"][0]["limit"].as_f64().unwrap()
}

#[test]
fn a_dynamic_profile_has_the_limit_of_its_last_update() {
    let mut world = StationWorld::quiet(Version::V2_1);
    let update = |id: i32, watts: i32| json!({"chargingProfileId": id, "scheduleUpdate": {"limit": watts}});
    assert_eq!(world.ask_status("UpdateDynamicSchedule", update(7, 3000)), "Rejected InvalidProfileId");
    assert_eq!(world.ask_status("SetChargingProfile", dynamic(7, 0)), "Accepted");
    assert_eq!(limit(&mut world), 5000.0);
    assert_eq!(world.ask_status("UpdateDynamicSchedule", update(7, 3000)), "Accepted");
    assert_eq!(limit(&mut world), 3000.0);
}

#[test]
fn a_dynamic_profile_with_an_interval_is_pulled() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.ask("SetChargingProfile", dynamic(7, 60));
    world.pass_seconds(60);
    let pull = world.expect("PullDynamicScheduleUpdate");
    assert_eq!(pull.payload, json!({"chargingProfileId": 7}));
    world.result(&pull, json!({"status": "Accepted", "scheduleUpdate": {"limit": 2000}}));
    assert_eq!(limit(&mut world), 2000.0);
    world.pass_seconds(60);
    let pull = world.expect("PullDynamicScheduleUpdate");
    world.result(&pull, json!({"status": "Rejected"}));
    assert_eq!(limit(&mut world), 2000.0);
    world.ask("ClearChargingProfile", json!({"chargingProfileId": 7}));
    world.pass_seconds(300);
    assert!(world.take_sent().is_empty());
}

#[test]
fn older_stations_have_no_dynamic_profiles() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let refused = world.propose("SetChargingProfile", dynamic(7, 0)).answer;
    assert_eq!(result_of(refused)["statusInfo"]["reasonCode"], "UnsupportedKind");
}

#[test]
fn priority_needs_a_transaction() {
    let mut world = StationWorld::quiet(Version::V2_1);
    let mut profile = dynamic(8, 0);
    profile["chargingProfile"]["chargingProfilePurpose"] = "PriorityCharging".into();
    assert_eq!(world.ask_status("SetChargingProfile", profile), "Accepted");
    // it does not count before a driver has asked for it
    assert!(limit(&mut world) > 5000.0);
    let asked = json!({"transactionId": "T", "activate": true});
    assert_eq!(world.ask_status("UsePriorityCharging", asked), "Rejected TxNotFound");
}

/// A monitor of the fan with a stream; returns its id.
fn stream(world: &mut StationWorld, params: Value) -> i64 {
    let monitor = json!({"setMonitoringData": [{"component": {"name": "AirCoolingSystem"}, "variable": {"name": "FanSpeed"},
        "type": "Periodic", "value": 10, "severity": 8, "periodicEventStream": params}]});
    let result = world.ask_result("SetVariableMonitoring", monitor);
    assert_eq!(result["setMonitoringResult"][0]["status"], "Accepted", "{result}");
    result["setMonitoringResult"][0]["id"].as_i64().unwrap()
}

#[test]
fn a_periodic_monitor_may_have_a_stream() {
    let mut world = StationWorld::quiet(Version::V2_1);
    let id = stream(&mut world, json!({"interval": 60}));
    let open = world.expect("OpenPeriodicEventStream");
    assert_eq!(open.payload["constantStreamData"]["variableMonitoringId"], id);
    world.result(&open, json!({"status": "Accepted"}));
    let listed = world.ask_result("GetPeriodicEventStream", json!({}));
    assert_eq!(listed["constantStreamData"][0]["params"], json!({"interval": 60}));
    world.pass_seconds(61);
    let sent = world.expect("NotifyPeriodicEventStream");
    let times: Vec<f64> = sent.payload["data"].as_array().unwrap().iter().map(|it| it["t"].as_f64().unwrap()).collect();
    assert!(times.len() >= 5 && times[..2] == [0.0, 10.0], "{sent:?}");
    assert_eq!(world.ask_status("AdjustPeriodicEventStream", json!({"id": id, "params": {"values": 2}})), "Accepted");
    assert_eq!(world.ask_status("AdjustPeriodicEventStream", json!({"id": 99, "params": {}})), "Rejected NotFound");
    world.pass_seconds(20);
    assert_eq!(world.expect("NotifyPeriodicEventStream").payload["data"].as_array().unwrap().len(), 2);
    world.ask("ClearVariableMonitoring", json!({"id": [id]}));
    assert_eq!(world.expect("ClosePeriodicEventStream").payload, json!({"id": id}));
    assert_eq!(result_of(world.ask("GetPeriodicEventStream", json!({}))), json!({}));
}

#[test]
fn values_are_events_when_the_stream_is_refused() {
    let mut world = StationWorld::quiet(Version::V2_1);
    stream(&mut world, json!({"interval": 60}));
    let open = world.expect("OpenPeriodicEventStream");
    world.result(&open, json!({"status": "Rejected"}));
    world.pass_seconds(11);
    assert!(world.take_sent().iter().all(|call| call.action == "NotifyEvent"));
}
