//! Charging profiles and their combination.

use super::hands::card;
use super::*;
use crate::behaviour::CarState;
use crate::ocpp::ErrorCode;

fn profile(id: i32, purpose: &str, level: i32, limit: f64) -> Value {
    json!({
        "chargingProfileId": id, "stackLevel": level, "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": "2024-05-01T12:00:00Z", "duration": 600, "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}, {"startPeriod": 300, "limit": limit / 2.0}],
        },
    })
}

fn set(world: &mut World, connector: i32, profile: Value) -> String {
    world.ask_status("SetChargingProfile", json!({"connectorId": connector, "csChargingProfiles": profile}))
}

fn periods(world: &mut World, connector: i32, duration: i64, unit: &str) -> Vec<(i64, f64)> {
    let call = json!({"connectorId": connector, "duration": duration, "chargingRateUnit": unit});
    let Answer::Result(result) = world.ask("GetCompositeSchedule", call) else { panic!("no result") };
    let periods = result["chargingSchedule"]["chargingSchedulePeriod"].as_array().unwrap();
    periods.iter().map(|it| (it["startPeriod"].as_i64().unwrap(), it["limit"].as_f64().unwrap())).collect()
}

#[test]
fn profiles_are_accepted_where_their_purpose_fits() {
    let mut world = World::accepted(Version::V1_6);
    for (connector, profile, expected) in [
        (0, profile(1, "ChargePointMaxProfile", 0, 5000.0), "Accepted"),
        (1, profile(2, "ChargePointMaxProfile", 0, 5000.0), "Rejected"),
        (0, profile(3, "TxDefaultProfile", 0, 5000.0), "Accepted"),
        (1, profile(4, "TxProfile", 0, 5000.0), "Rejected"),
        (1, profile(5, "TxDefaultProfile", 11, 5000.0), "Rejected"),
        (1, profile(5, "TxDefaultProfile", -1, 5000.0), "Rejected"),
        (1, json!({}), "Rejected"),
    ] {
        assert_eq!(set(&mut world, connector, profile.clone()), expected, "{connector} {profile}");
    }
    let call = json!({"connectorId": 3, "csChargingProfiles": profile(6, "TxDefaultProfile", 0, 1.0)});
    let answer = world.ask("SetChargingProfile", call);
    assert!(matches!(answer, Answer::Error { code: ErrorCode::PropertyConstraintViolation, .. }));
}

#[test]
fn the_composite_schedule_is_the_least_of_all_that_count() {
    let mut world = World::accepted(Version::V1_6);
    assert_eq!(periods(&mut world, 1, 900, "W"), [(0, 7360.0)]);
    assert_eq!(periods(&mut world, 0, 900, "A"), [(0, 64.0)]);
    set(&mut world, 0, profile(1, "ChargePointMaxProfile", 0, 6000.0));
    set(&mut world, 0, profile(2, "TxDefaultProfile", 0, 9000.0));
    assert_eq!(periods(&mut world, 1, 900, "W"), [(0, 6000.0), (300, 3000.0), (600, 7360.0)]);
    set(&mut world, 1, profile(3, "TxDefaultProfile", 1, 2300.0));
    assert_eq!(periods(&mut world, 1, 900, "A"), [(0, 10.0), (300, 5.0), (600, 32.0)]);
    assert_eq!(periods(&mut world, 2, 200, "W"), [(0, 6000.0)]);
}

#[test]
fn recurring_schedules_come_back() {
    let mut world = World::accepted(Version::V1_6);
    let mut daily = profile(1, "TxDefaultProfile", 0, 4000.0);
    daily["chargingProfileKind"] = "Recurring".into();
    daily["recurrencyKind"] = "Daily".into();
    daily["chargingSchedule"]["startSchedule"] = "2024-01-01T13:00:00Z".into();
    assert_eq!(set(&mut world, 0, daily), "Accepted");
    let day = [(3600, 4000.0), (3900, 2000.0), (4200, 7360.0)];
    let next_day = day.map(|(start, limit)| (start + 86_400, limit));
    let expected: Vec<_> = [(0, 7360.0)].into_iter().chain(day).chain(next_day).collect();
    assert_eq!(periods(&mut world, 1, 2 * 86_400, "W"), expected);
}

#[test]
fn profiles_replace_one_another_and_are_cleared() {
    let mut world = World::accepted(Version::V1_6);
    for id in [1, 2] {
        set(&mut world, 1, profile(id, "TxDefaultProfile", 3, 5000.0));
    }
    assert_eq!(world.machine.profiles.iter().count(), 1, "same level and purpose");
    set(&mut world, 2, profile(2, "TxDefaultProfile", 3, 5000.0));
    assert_eq!(world.machine.profiles.iter().count(), 1, "same id");
    assert_eq!(world.ask_status("ClearChargingProfile", json!({"connectorId": 1})), "Unknown");
    assert_eq!(world.ask_status("ClearChargingProfile", json!({"stackLevel": 3})), "Accepted");
    assert_eq!(world.ask_status("ClearChargingProfile", json!({"id": 2})), "Unknown");
}

#[test]
fn a_profile_that_comes_with_a_start_limits_that_transaction_only() {
    let mut world = World::accepted(Version::V1_6);
    let mut slow = profile(9, "TxProfile", 0, 2300.0);
    slow["chargingProfileKind"] = "Relative".into();
    slow["chargingSchedule"]["duration"] = 86_400.into();
    let mut wrong = slow.clone();
    wrong["transactionId"] = 1.into();
    let start = |profile: &Value| json!({"idTag": "TAG", "connectorId": 1, "chargingProfile": profile});
    assert_eq!(world.ask_status("RemoteStartTransaction", start(&wrong)), "Rejected");
    assert_eq!(world.ask_status("RemoteStartTransaction", start(&slow)), "Accepted");
    world.live(5);
    assert_eq!(world.machine.read_meter(1, world.now()).watts.round(), 2300.0);
    world.ask("RemoteStopTransaction", json!({"transactionId": 42}));
    assert_eq!(world.machine.profiles.iter().count(), 0);
}

#[test]
fn a_recurring_profile_without_a_start_begins_with_the_charge() {
    let mut world = World::accepted(Version::V1_6);
    let daily = json!({
        "chargingProfileId": 100, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Recurring", "recurrencyKind": "Daily",
        "chargingSchedule": {
            "duration": 86_400, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        },
    });
    assert_eq!(set(&mut world, 1, daily), "Accepted");
    assert_eq!(periods(&mut world, 1, 600, "A"), [(0, 10.0)]);
    assert_eq!(periods(&mut world, 1, 3 * 86_400, "W"), [(0, 2300.0)]);
    assert_eq!(periods(&mut world, 0, 600, "A"), [(0, 42.0)], "the sum of both connectors");
}

#[test]
fn what_cannot_be_obeyed_is_refused() {
    let mut world = World::accepted(Version::V1_6);
    let changed = |path: &str, value: Value| {
        let mut changed = profile(7, "TxDefaultProfile", 0, 3000.0);
        *changed.pointer_mut(path).unwrap() = value;
        changed
    };
    let periods = "/chargingSchedule/chargingSchedulePeriod";
    for wrong in [
        changed("/chargingProfileKind", "Recurring".into()),
        changed("/chargingSchedule/duration", 0.into()),
        changed(periods, json!([])),
        changed(periods, json!([{"startPeriod": 5, "limit": 1}])),
        changed(
            periods,
            json!([{"startPeriod": 0, "limit": 1}, {"startPeriod": 9, "limit": 2}, {"startPeriod": 3, "limit": 3}]),
        ),
        changed(periods, json!([{"startPeriod": 0, "limit": 1}, {"startPeriod": 0, "limit": 2}])),
        changed(periods, json!([{"startPeriod": 0, "limit": -1}])),
        changed(periods, json!([{"startPeriod": 0, "limit": 1, "numberPhases": 4}])),
    ] {
        assert_eq!(set(&mut world, 1, wrong.clone()), "Rejected", "{wrong}");
    }
    let mut over = profile(7, "TxDefaultProfile", 0, 3000.0);
    over["validTo"] = "2024-01-01T00:00:00Z".into();
    assert_eq!(set(&mut world, 1, over), "Rejected");
    let mut relative = profile(7, "ChargePointMaxProfile", 0, 3000.0);
    relative["chargingProfileKind"] = "Relative".into();
    assert_eq!(set(&mut world, 0, relative), "Rejected");
}

#[test]
fn a_start_with_a_profile_that_cannot_be_obeyed_is_refused() {
    let mut world = World::accepted(Version::V1_6);
    let mut wrong = profile(9, "TxProfile", 0, 2300.0);
    wrong["chargingSchedule"]["chargingSchedulePeriod"][0]["startPeriod"] = 3.into();
    let start = json!({"idTag": "TAG", "connectorId": 1, "chargingProfile": wrong});
    assert_eq!(world.ask_status("RemoteStartTransaction", start), "Rejected");
}

#[test]
fn the_power_follows_the_schedule_and_cars_share_the_maximum_of_the_charge_point() {
    let mut world = World::accepted(Version::V1_6);
    for connector in [1, 2] {
        world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": connector}));
        world.live(5);
    }
    let mut maximum = profile(1, "ChargePointMaxProfile", 0, 6000.0);
    maximum["chargingSchedule"].as_object_mut().unwrap().remove("startSchedule");
    assert_eq!(set(&mut world, 0, maximum), "Accepted");
    let watts = |world: &mut World, connector| world.machine.read_meter(connector, world.now()).watts.round();
    assert_eq!([watts(&mut world, 1), watts(&mut world, 2)], [3000.0, 3000.0]);
    world.live(301);
    assert_eq!(watts(&mut world, 0), 3000.0, "the second period");
    world.live(300);
    assert!(watts(&mut world, 0) > 13_000.0, "the schedule is over");
}

#[test]
fn a_car_gets_nothing_where_the_limit_is_below_what_it_can_charge_with() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.live(5);
    let mut little = profile(1, "TxProfile", 0, 1000.0);
    little["chargingSchedule"]["minChargingRate"] = 1380.into();
    assert_eq!(set(&mut world, 1, little), "Accepted");
    assert_eq!(world.machine.read_meter(1, world.now()).watts.round(), 0.0);
}

/// A profile of two minutes whose limit in amperes changes every minute.
fn every_minute(id: i32, purpose: &str, amperes: [f64; 2]) -> Value {
    json!({
        "chargingProfileId": id, "stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "duration": 120, "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amperes[0]}, {"startPeriod": 60, "limit": amperes[1]}],
        },
    })
}

fn charging_at(world: &mut World, connector: i32) {
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": connector}));
    world.live(5);
}

#[test]
fn a_limit_that_is_too_low_suspends_and_a_higher_one_resumes() {
    for (low, suspends) in [(0.0, true), (5.9, true), (6.0, false)] {
        let mut world = World::accepted(Version::V1_6);
        charging_at(&mut world, 1);
        assert_eq!(set(&mut world, 1, every_minute(1, "TxProfile", [low, 16.0])), "Accepted");
        let before = world.machine.read_meter(1, world.now());
        let expected: &[&str] = if suspends { &["StatusNotification 1 SuspendedEVSE"] } else { &[] };
        assert_eq!(world.live(50), expected, "{low} A");
        let meanwhile = world.machine.read_meter(1, world.now());
        assert_eq!(meanwhile.watt_hours == before.watt_hours, suspends, "the meter stands still: {low} A");
        let sent = world.live(20);
        assert_eq!(sent.contains(&"StatusNotification 1 Charging".to_owned()), suspends, "{sent:?}");
        assert_eq!(world.machine.read_meter(1, world.now()).watts.round(), 3680.0);
    }
}

#[test]
fn a_cleared_profile_lets_the_car_go_on() {
    let mut world = World::accepted(Version::V1_6);
    charging_at(&mut world, 1);
    set(&mut world, 0, every_minute(1, "ChargePointMaxProfile", [0.0, 0.0]));
    assert_eq!(world.serve(), ["StatusNotification 1 SuspendedEVSE"]);
    assert_eq!(world.ask_status("ClearChargingProfile", json!({"id": 1})), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Charging"]);
}

#[test]
fn a_charge_may_begin_suspended() {
    let mut world = World::accepted(Version::V1_6);
    set(&mut world, 0, every_minute(1, "TxDefaultProfile", [0.0, 10.0]));
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    let sent = world.live(10);
    assert_eq!(sent.last().map(String::as_str), Some("StatusNotification 1 SuspendedEVSE"), "{sent:?}");
    assert!(!sent.contains(&"StatusNotification 1 Charging".to_owned()), "{sent:?}");
    assert!(world.live(60).contains(&"StatusNotification 1 Charging".to_owned()));
}

#[test]
fn where_too_little_is_left_for_two_the_first_one_goes_on() {
    let mut world = World::accepted(Version::V1_6);
    charging_at(&mut world, 2);
    charging_at(&mut world, 1);
    set(&mut world, 0, every_minute(1, "ChargePointMaxProfile", [10.0, 20.0]));
    assert_eq!(world.serve(), ["StatusNotification 1 SuspendedEVSE"], "it began later");
    assert_eq!(world.machine.read_meter(2, world.now()).watts.round(), 2300.0);
    let sent = world.live(61);
    assert!(sent.contains(&"StatusNotification 1 Charging".to_owned()), "{sent:?}");
    set(&mut world, 0, every_minute(1, "ChargePointMaxProfile", [10.0, 10.0]));
    world.serve();
    let sent = world.acts(&card("TAG", 2));
    assert!(sent.contains(&"StatusNotification 1 Charging".to_owned()), "the other one has gone: {sent:?}");
}

#[test]
fn a_car_that_draws_nothing_is_suspended_by_itself_and_leaves_its_share() {
    let mut world = World::accepted(Version::V1_6);
    charging_at(&mut world, 1);
    charging_at(&mut world, 2);
    set(&mut world, 0, every_minute(1, "ChargePointMaxProfile", [10.0, 10.0]));
    world.serve();
    let full = PhysicalAction::Ev { state: CarState::Suspend, connector: Some(1) };
    assert_eq!(world.acts(&full), ["StatusNotification 1 SuspendedEV", "StatusNotification 2 Charging"]);
    let ready = PhysicalAction::Ev { state: CarState::Ready, connector: Some(1) };
    assert_eq!(world.acts(&ready), ["StatusNotification 1 Charging", "StatusNotification 2 SuspendedEVSE"]);
}

#[test]
fn a_status_that_the_user_sends_stays_although_limits_change() {
    let mut world = World::accepted(Version::V1_6);
    charging_at(&mut world, 1);
    let status = json!({"connectorId": 1, "status": "SuspendedEVSE", "errorCode": "NoError"});
    world.user_call("StatusNotification", status, json!({}));
    set(&mut world, 1, every_minute(1, "TxProfile", [20.0, 30.0]));
    assert!(world.live(100).iter().all(|call| !call.starts_with("StatusNotification")));
}

#[test]
fn only_units_that_are_announced_are_taken() {
    let mut world = World::accepted(Version::V1_6);
    world.machine.configuration.set("ChargingScheduleAllowedChargingRateUnit", "Current".to_owned());
    assert_eq!(set(&mut world, 0, profile(1, "TxDefaultProfile", 0, 5000.0)), "Rejected");
    assert_eq!(set(&mut world, 0, every_minute(2, "TxDefaultProfile", [10.0, 8.0])), "Accepted");
    let schedule = |unit: &str| json!({"connectorId": 1, "duration": 60, "chargingRateUnit": unit});
    assert_eq!(world.ask_status("GetCompositeSchedule", schedule("W")), "Rejected");
    assert_eq!(periods(&mut world, 1, 60, "A"), [(0, 10.0)]);
    let Answer::Result(schedule) = world.ask("GetCompositeSchedule", json!({"connectorId": 1, "duration": 60})) else {
        panic!()
    };
    assert_eq!(schedule["chargingSchedule"]["chargingRateUnit"], "A");
    let mut start = profile(9, "TxProfile", 0, 2300.0);
    start["chargingProfileKind"] = "Relative".into();
    let start = json!({"idTag": "TAG", "connectorId": 1, "chargingProfile": start});
    assert_eq!(world.ask_status("RemoteStartTransaction", start), "Rejected");
}
