//! Monitors: how they are set, cleared and reported, and the events that follow.

use super::*;

fn monitor(component: &str, variable: &str, kind: &str, value: f64) -> Value {
    json!({"component": {"name": component}, "variable": {"name": variable}, "type": kind, "value": value, "severity": 5})
}

fn fan(kind: &str, value: f64) -> Value {
    monitor("AirCoolingSystem", "FanSpeed", kind, value)
}

/// Status and reason of each element.
fn set(world: &mut StationWorld, elements: &[Value]) -> Vec<(String, String)> {
    let result = world.ask_result("SetVariableMonitoring", json!({"setMonitoringData": elements}));
    let result = result["setMonitoringResult"].as_array().unwrap();
    let found = result.iter().map(|it| {
        let reason = it["statusInfo"].get("reasonCode").and_then(Value::as_str).unwrap_or("-");
        (text(it, "status").unwrap().to_owned(), reason.to_owned())
    });
    found.collect()
}

/// The id of a monitor that is set.
fn set_one(world: &mut StationWorld, element: Value) -> i64 {
    let result = world.ask_result("SetVariableMonitoring", json!({"setMonitoringData": [element]}));
    result["setMonitoringResult"][0]["id"].as_i64().unwrap()
}

/// Sets the target of the fan, which the fan follows at once.
fn turn_fan(world: &mut StationWorld, speed: &str) {
    let element = json!({
        "component": {"name": "AirCoolingSystem"}, "variable": {"name": "FanSpeed"}, "attributeType": "Target",
        "attributeValue": speed,
    });
    let result = world.ask_result("SetVariables", json!({"setVariableData": [element]}));
    assert_eq!(result["setVariableResult"][0]["attributeStatus"], "Accepted");
}

/// The events that were sent since the last time: trigger, value, and whether it is cleared.
fn events(world: &mut StationWorld) -> Vec<(String, String, bool)> {
    let sent = world.take_sent();
    let events = sent.iter().filter(|call| call.action == "NotifyEvent").flat_map(|call| {
        let data = call.payload["eventData"].as_array().unwrap();
        data.iter().map(|it| {
            let field = |name| text(it, name).unwrap_or_default().to_owned();
            (field("trigger"), field("actualValue"), it["cleared"] == true)
        })
    });
    events.collect()
}

fn event(trigger: &str, value: &str, cleared: bool) -> (String, String, bool) {
    (trigger.to_owned(), value.to_owned(), cleared)
}

/// The ids in a monitoring report.
fn reported(world: &mut StationWorld, fields: &Value) -> Vec<i64> {
    let mut request = json!({"requestId": 3});
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    if world.ask_status("GetMonitoringReport", request) == "EmptyResultSet" {
        return Vec::new();
    }
    let parts = world.take_sent();
    let elements = parts.iter().flat_map(|part| part.payload["monitor"].as_array().unwrap());
    elements.flat_map(|it| it["variableMonitoring"].as_array().unwrap()).map(|it| it["id"].as_i64().unwrap()).collect()
}

#[test]
fn every_status_of_a_monitor_is_given() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let with = |mut element: Value, field: &str, value: Value| {
            element[field] = value;
            element
        };
        let found = set(
            &mut world,
            &[
                fan("UpperThreshold", 2000.0),
                fan("UpperThreshold", 2500.0),
                with(fan("UpperThreshold", 2500.0), "severity", json!(6)),
                monitor("Moon", "Phase", "Delta", 1.0),
                monitor("AirCoolingSystem", "Phase", "Delta", 1.0),
                monitor("ChargingStation", "Model", "Delta", 1.0),
                monitor("AirCoolingSystem", "Enabled", "UpperThreshold", 1.0),
                monitor("AirCoolingSystem", "Enabled", "Delta", 1.0),
                with(fan("Delta", 1.0), "severity", json!(10)),
                fan("Delta", -1.0),
                fan("LowerThreshold", 9999.0),
                fan("Periodic", 0.0),
                with(fan("Delta", 5.0), "id", json!(77)),
                with(monitor("TemperatureSensor", "Temperature", "UpperThreshold", 80.0), "id", json!(1)),
                with(monitor("TemperatureSensor", "Temperature", "UpperThreshold", 60.0), "id", json!(2)),
                with(fan("Delta", 5.0), "id", json!(2)),
            ],
        );
        let wanted = [
            ("Accepted", "-"),
            ("Duplicate", "-"),
            ("Accepted", "-"),
            ("UnknownComponent", "-"),
            ("UnknownVariable", "-"),
            ("UnsupportedMonitorType", "-"),
            ("UnsupportedMonitorType", "-"),
            ("Accepted", "-"),
            ("Rejected", "ValueOutOfRange"),
            ("Rejected", "ValueOutOfRange"),
            ("Rejected", "ValueOutOfRange"),
            ("Rejected", "ValueOutOfRange"),
            ("Rejected", "NotFound"),
            ("Rejected", "ReadOnly"),
            ("Accepted", "-"),
            ("Rejected", "InvalidValue"),
        ];
        let wanted: Vec<_> = wanted.iter().map(|(status, reason)| ((*status).to_owned(), (*reason).to_owned())).collect();
        assert_eq!(found, wanted, "{version}");
    }
}

#[test]
fn a_threshold_and_a_difference_become_events() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        set(&mut world, &[fan("UpperThreshold", 2000.0), fan("Delta", 900.0)]);
        assert_eq!(events(&mut world), []);
        turn_fan(&mut world, "1000");
        assert_eq!(events(&mut world), [event("Delta", "1000", false)]);
        turn_fan(&mut world, "1500");
        assert_eq!(events(&mut world), []);
        turn_fan(&mut world, "2100");
        assert_eq!(events(&mut world), [event("Alerting", "2100", false), event("Delta", "2100", false)]);
        turn_fan(&mut world, "2000");
        assert_eq!(events(&mut world), [event("Alerting", "2000", true)]);
    }
}

#[test]
fn a_newer_version_has_monitors_of_targets_and_says_more() {
    let mut world = StationWorld::accepted(Version::V2_1);
    let id = set_one(&mut world, fan("TargetDelta", 100.0));
    assert_eq!(events(&mut world), [event("Delta", "0", false)], "the fan has not begun yet: its target is 1200");
    turn_fan(&mut world, "1300");
    assert_eq!(events(&mut world), [], "the fan follows");
    set(&mut world, &[fan("LowerThreshold", 3000.0)]);
    let sent = world.take_sent();
    let data = &sent[0].payload["eventData"][0];
    assert_eq!((&data["severity"], &data["eventNotificationType"]), (&json!(5), &json!("CustomMonitor")));
    assert!(reported(&mut world, &json!({"monitoringCriteria": ["DeltaMonitoring"]})).contains(&id));
}

#[test]
fn periods_are_kept_by_the_clock() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    set(&mut world, &[fan("Periodic", 30.0)]);
    world.pass_seconds(29);
    assert_eq!(events(&mut world), []);
    world.pass_seconds(2);
    assert_eq!(events(&mut world), [event("Periodic", "0", false)]);
    world.pass_seconds(60);
    assert_eq!(events(&mut world).len(), 2);
}

#[test]
fn less_severe_events_than_the_level_are_not_sent() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    set(&mut world, &[fan("Delta", 1.0)]);
    assert_eq!(world.ask_status("SetMonitoringLevel", json!({"severity": 10})), "Rejected ValueOutOfRange");
    assert_eq!(world.ask_status("SetMonitoringLevel", json!({"severity": 4})), "Accepted");
    turn_fan(&mut world, "100");
    assert_eq!(events(&mut world), []);
    assert_eq!(world.ask_status("SetMonitoringLevel", json!({"severity": 5})), "Accepted");
    turn_fan(&mut world, "200");
    assert_eq!(events(&mut world), [event("Delta", "200", false)]);
}

#[test]
fn monitors_of_the_machine_stay() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let custom = set_one(&mut world, fan("Delta", 1.0));
    assert_eq!(reported(&mut world, &json!({})), [custom, 1, 2], "by component");
    let result = world.ask_result("ClearVariableMonitoring", json!({"id": [1, 2, 99]}));
    let statuses: Vec<_> = result["clearMonitoringResult"].as_array().unwrap().iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, ["Rejected", "Accepted", "NotFound"]);
    assert_eq!(reported(&mut world, &json!({})), [custom, 1]);
    assert_eq!(world.ask_status("SetMonitoringBase", json!({"monitoringBase": "FactoryDefault"})), "Accepted");
    assert_eq!(reported(&mut world, &json!({})), [1, 2]);
    set(&mut world, &[fan("Delta", 1.0)]);
    assert_eq!(world.ask_status("SetMonitoringBase", json!({"monitoringBase": "HardWiredOnly"})), "Accepted");
    assert_eq!(reported(&mut world, &json!({})), [1]);
    assert_eq!(world.ask_status("SetMonitoringBase", json!({"monitoringBase": "All"})), "Accepted");
    assert_eq!(reported(&mut world, &json!({})), [1, 2]);
}

#[test]
fn a_monitoring_report_has_what_the_request_names() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let delta = set_one(&mut world, fan("Delta", 1.0));
    let period = set_one(&mut world, fan("Periodic", 100.0));
    let criteria = |names: &[&str]| json!({"monitoringCriteria": names});
    assert_eq!(reported(&mut world, &criteria(&["DeltaMonitoring"])), [delta]);
    assert_eq!(reported(&mut world, &criteria(&["PeriodicMonitoring", "DeltaMonitoring"])), [delta, period]);
    assert_eq!(reported(&mut world, &criteria(&["ThresholdMonitoring"])), [1, 2]);
    let of_fan = json!({"componentVariable": [{"component": {"name": "AirCoolingSystem"}}]});
    assert_eq!(reported(&mut world, &of_fan), [delta, period]);
    let none = json!({
        "componentVariable": [{"component": {"name": "AirCoolingSystem"}}], "monitoringCriteria": ["ThresholdMonitoring"],
    });
    assert_eq!(reported(&mut world, &none), [0_i64; 0]);
}

#[test]
fn severe_events_wait_for_the_link() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let mut severe = fan("Periodic", 30.0);
    severe["severity"] = json!(2);
    set(&mut world, &[severe, fan("Periodic", 45.0)]);
    world.disconnect();
    world.pass_seconds(50);
    assert_eq!(events(&mut world), []);
    world.connect();
    assert_eq!(events(&mut world), [event("Periodic", "0", false)], "OfflineQueuingSeverity is 3");
}

#[test]
fn the_state_of_the_machine_is_watched() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let mut state = monitor("EVSE", "AvailabilityState", "Delta", 1.0);
    state["component"]["evse"] = json!({"id": 2});
    let mut problem = monitor("ChargingStation", "Problem", "Delta", 1.0);
    problem["severity"] = json!(3);
    set(&mut world, &[state, problem]);
    world.act(&PhysicalAction::Plug { connector: Some(1) }).unwrap();
    assert_eq!(events(&mut world), [], "that is another EVSE");
    world.act(&PhysicalAction::Plug { connector: Some(2) }).unwrap();
    assert_eq!(events(&mut world), [event("Delta", "Occupied", false)]);
    world.act(&PhysicalAction::Fault { error_code: None, info: None, connector: Some(0) }).unwrap();
    let found = events(&mut world);
    assert!(found.contains(&event("Delta", "Faulted", false)) && found.contains(&event("Delta", "true", false)), "{found:?}");
}
