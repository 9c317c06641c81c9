//! Control of distributed energy resources.

use super::*;

/// A control of the reactive power: its id, its priority, when it begins, and for how many seconds; a default has no time.
fn control(id: &str, priority: i32, time: Option<(&str, i32)>) -> Value {
    let mut settings = json!({"priority": priority, "setpoint": 10, "unit": "PctMaxVar"});
    if let Some((begin, seconds)) = time {
        settings["startTime"] = begin.into();
        settings["duration"] = seconds.into();
    }
    json!({"isDefault": time.is_none(), "controlId": id, "controlType": "FixedVar", "fixedVar": settings})
}

/// What is reported about begins and ends: `+A`, `-A`, `+B(A)`.
fn notified(world: &mut StationWorld, seconds: u64) -> Vec<String> {
    let short = |call: &OutgoingCall| {
        let sign = if call.payload["started"] == true { '+' } else { '-' };
        let superseded =
            call.payload.get("supersededIds").map(|ids| format!("({})", ids[0].as_str().unwrap())).unwrap_or_default();
        format!("{sign}{}{superseded}", call.payload["controlId"].as_str().unwrap())
    };
    sent_within(world, seconds, "NotifyDERStartStop").iter().map(short).collect()
}

#[test]
fn a_default_with_a_higher_priority_supersedes_another() {
    let mut world = StationWorld::quiet(Version::V2_1);
    assert_eq!(world.ask_result("SetDERControl", control("A", 5, None)), json!({"status": "Accepted"}));
    assert_eq!(world.ask_result("SetDERControl", control("B", 3, None)), json!({"status": "Accepted", "supersededIds": ["A"]}));
    assert_eq!(world.ask_result("SetDERControl", control("C", 4, None)), json!({"status": "Accepted", "supersededIds": ["C"]}));
    assert!(notified(&mut world, 10).is_empty());
    assert_eq!(world.ask_status("GetDERControl", json!({"requestId": 2, "isDefault": true})), "Accepted");
    let reports = sent_within(&mut world, 0, "ReportDERControl");
    let entries = reports[0].payload["fixedVar"].as_array().unwrap();
    let superseded: Vec<_> =
        entries.iter().map(|entry| (entry["id"].as_str().unwrap(), entry["isSuperseded"] == true)).collect();
    assert_eq!(superseded, [("A", true), ("B", false), ("C", true)]);
    assert_eq!((&reports[0].payload["requestId"], &reports[0].payload["tbc"]), (&json!(2), &json!(false)));
}

#[test]
fn a_control_begins_and_ends_at_its_time() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.ask("SetDERControl", control("A", 5, Some(("2024-05-01T12:01:00Z", 60))));
    assert!(notified(&mut world, 59).is_empty());
    assert_eq!(notified(&mut world, 2), ["+A"]);
    assert_eq!(notified(&mut world, 60), ["-A"]);
    assert_eq!(world.ask_status("GetDERControl", json!({"requestId": 2})), "NotFound");
}

#[test]
fn a_later_control_supersedes_when_it_begins() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.ask("SetDERControl", control("A", 5, Some(("2024-05-01T12:00:00Z", 600))));
    assert_eq!(notified(&mut world, 0), ["+A"]);
    let later = world.ask_result("SetDERControl", control("B", 1, Some(("2024-05-01T12:01:00Z", 60))));
    assert_eq!(later["supersededIds"], json!(["A"]));
    assert_eq!(notified(&mut world, 70), ["+B(A)"]);
    assert_eq!(notified(&mut world, 60), ["-B"]);
    // the superseded one does not come back, and nothing reports its end
    assert!(notified(&mut world, 900).is_empty());
}

#[test]
fn controls_are_cleared_by_type_and_by_id() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.ask("SetDERControl", control("A", 5, None));
    world.ask("SetDERControl", control("B", 5, Some(("2024-05-01T12:00:00Z", 600))));
    assert_eq!(notified(&mut world, 0), ["+B"]);
    let clear = |criteria: Value| criteria;
    assert_eq!(world.ask_status("ClearDERControl", clear(json!({"isDefault": true, "controlId": "B"}))), "NotFound");
    assert_eq!(world.ask_status("ClearDERControl", clear(json!({"isDefault": false, "controlType": "VoltVar"}))), "NotFound");
    assert_eq!(world.ask_status("ClearDERControl", clear(json!({"isDefault": false, "controlType": "FixedVar"}))), "Accepted");
    assert_eq!(notified(&mut world, 0), ["-B"]);
    assert_eq!(world.ask_status("ClearDERControl", clear(json!({"isDefault": true}))), "Accepted");
    assert_eq!(world.ask_status("ClearDERControl", clear(json!({"isDefault": true}))), "NotFound");
}

#[test]
fn wrong_controls_are_refused() {
    let mut world = StationWorld::quiet(Version::V2_1);
    let curve = |kind: &str, unit: &str| {
        let curve = json!({"priority": 1, "yUnit": unit, "curveData": [{"x": 1, "y": 2}]});
        json!({"isDefault": true, "controlId": "A", "controlType": kind, "curve": curve})
    };
    let mut timed_default = control("A", 1, Some(("2024-05-01T12:01:00Z", 60)));
    timed_default["isDefault"] = true.into();
    let mut two = control("A", 1, None);
    two["gradient"] = json!({"priority": 1, "gradient": 1, "softGradient": 1});
    let mut other_type = control("A", 1, None);
    other_type["controlType"] = "VoltVar".into();
    for (payload, expected) in [
        (timed_default, "Rejected InvalidValue"),
        (two, "Rejected InvalidValue"),
        (other_type, "Rejected MissingParam"),
        (curve("VoltVar", "PctMaxW"), "Rejected InvalidValue"),
        (curve("HFMustTrip", "PctMaxW"), "Rejected InvalidValue"),
        (curve("VoltVar", "PctVarAvail"), "Accepted"),
        (curve("HFMustTrip", "Not_Applicable"), "Accepted"),
    ] {
        assert_eq!(world.ask_status("SetDERControl", payload), expected);
    }
}
