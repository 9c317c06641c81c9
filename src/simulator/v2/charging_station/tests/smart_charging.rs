//! Charging profiles of the CSMS, composite schedules, and limits from outside.

use super::hands::{card, plug};
use super::offline::charging;
use super::*;
use crate::behaviour::EnergyNeeds;

/// A profile with one period.
fn profile(id: i32, purpose: &str, level: i32, unit: &str, limit: f64) -> Value {
    json!({
        "id": id, "stackLevel": level, "chargingProfilePurpose": purpose, "chargingProfileKind": "Absolute",
        "chargingSchedule": [{
            "id": 1, "startSchedule": "2024-05-01T11:00:00Z", "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        }],
    })
}

/// Status and reason of one SetChargingProfile.
fn set(world: &mut StationWorld, evse: i32, profile: Value) -> String {
    let result = world.ask_result("SetChargingProfile", json!({"evseId": evse, "chargingProfile": profile}));
    let reason = result["statusInfo"].get("reasonCode").and_then(Value::as_str);
    reason.or(text(&result, "status")).unwrap().to_owned()
}

/// The periods of a composite schedule: start and limit.
fn composite(world: &mut StationWorld, evse: i32, unit: &str) -> Vec<(i64, f64)> {
    let request = json!({"evseId": evse, "duration": 600, "chargingRateUnit": unit});
    let result = world.ask_result("GetCompositeSchedule", request);
    assert_eq!(result["status"], "Accepted");
    assert_eq!((&result["schedule"]["evseId"], &result["schedule"]["duration"]), (&json!(evse), &json!(600)));
    let periods = result["schedule"]["chargingSchedulePeriod"].as_array().unwrap();
    periods.iter().map(|it| (it["startPeriod"].as_i64().unwrap(), it["limit"].as_f64().unwrap())).collect()
}

#[test]
fn every_refusal_of_a_profile_has_its_reason() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let default = |id, level| profile(id, "TxDefaultProfile", level, "A", 10.0);
        let with = |mut profile: Value, field: &str, value: Value| {
            profile[field] = value;
            profile
        };
        let schedule = |periods: Value, start: bool| {
            let mut changed = default(9, 9);
            changed["chargingSchedule"][0]["chargingSchedulePeriod"] = periods;
            if !start {
                changed["chargingSchedule"][0].as_object_mut().unwrap().remove("startSchedule");
            }
            changed
        };
        let period = |start: i32| json!({"startPeriod": start, "limit": 6.0});
        for (evse, profile, wanted) in [
            (1, default(1, 0), "Accepted"),
            (1, default(1, 0), "Accepted"),
            (1, default(2, 0), "DuplicateProfile"),
            (0, default(2, 0), "DuplicateProfile"),
            (2, default(2, 0), "Accepted"),
            (1, with(default(3, 0), "validTo", json!("2024-05-01T11:59:00Z")), "InvalidProfile"),
            (9, default(3, 1), "UnknownEvse"),
            (1, default(3, 99), "InvalidStackLevel"),
            (0, profile(4, "ChargingStationMaxProfile", 0, "W", 5000.0), "Accepted"),
            (1, profile(5, "ChargingStationMaxProfile", 1, "W", 5000.0), "InvalidProfile"),
            (0, profile(5, "ChargingStationExternalConstraints", 0, "W", 5000.0), "InvalidProfile"),
            (1, profile(5, "TxProfile", 0, "W", 5000.0), "MissingParam"),
            (1, with(profile(5, "TxProfile", 0, "W", 5000.0), "transactionId", json!("x")), "TxNotFound"),
            (0, with(profile(5, "TxProfile", 0, "W", 5000.0), "transactionId", json!("x")), "InvalidProfile"),
            (1, with(default(6, 3), "chargingProfileKind", json!("Relative")), "InvalidProfile"),
            (1, schedule(json!([period(0)]), false), "InvalidProfile"),
            (1, schedule(json!([period(5)]), true), "InvalidSchedule"),
            (1, schedule(json!([period(0), period(60), period(30)]), true), "InvalidSchedule"),
            (1, schedule(json!((0..25).map(period).collect::<Vec<_>>()), true), "InvalidSchedule"),
        ] {
            assert_eq!(set(&mut world, evse, profile.clone()), wanted, "{version} {evse} {profile}");
        }
        world.machine.model.set("SmartChargingCtrlr", "RateUnit", "A");
        assert_eq!(set(&mut world, 1, profile(7, "TxDefaultProfile", 5, "W", 1.0)), "UnsupportedRateUnit");
        let request = json!({"evseId": 1, "duration": 60, "chargingRateUnit": "W"});
        assert_eq!(world.ask_status("GetCompositeSchedule", request), "Rejected UnsupportedRateUnit");
        world.machine.model.set("SmartChargingCtrlr", "Enabled", "false");
        assert_eq!(set(&mut world, 1, default(8, 6)), "NotEnabled");
    }
}

#[test]
fn a_newer_version_refuses_what_this_station_has_not() {
    let mut world = StationWorld::accepted(Version::V2_1);
    assert_eq!(set(&mut world, 0, profile(1, "LocalGeneration", 0, "A", 10.0)), "UnsupportedPurpose");
}

#[test]
fn profiles_at_other_times_stay_beside_each_other() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let mut first = profile(1, "TxDefaultProfile", 0, "A", 10.0);
    first["validTo"] = json!("2024-05-01T12:05:00Z");
    let mut second = profile(2, "TxDefaultProfile", 0, "A", 8.0);
    second["validFrom"] = json!("2024-05-01T12:05:00Z");
    assert_eq!(set(&mut world, 1, first), "Accepted");
    assert_eq!(set(&mut world, 1, second), "Accepted");
    assert_eq!(composite(&mut world, 1, "A"), [(0, 10.0), (300, 8.0)]);
}

#[test]
fn a_composite_schedule_joins_purposes_and_levels() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        assert_eq!(composite(&mut world, 1, "A"), [(0, 32.0)], "the hardware");
        assert_eq!(composite(&mut world, 0, "W"), [(0, 14_720.0)]);
        set(&mut world, 0, profile(1, "TxDefaultProfile", 0, "A", 20.0));
        set(&mut world, 0, profile(2, "TxDefaultProfile", 1, "A", 10.0));
        assert_eq!(composite(&mut world, 2, "A"), [(0, 10.0)], "the highest level leads");
        set(&mut world, 1, profile(3, "TxDefaultProfile", 3, "A", 16.0));
        assert_eq!(composite(&mut world, 1, "A"), [(0, 16.0)], "that of the EVSE comes before that of all");
        set(&mut world, 0, profile(4, "ChargingStationMaxProfile", 0, "W", 2300.0));
        assert_eq!(composite(&mut world, 1, "A"), [(0, 10.0)]);
        assert_eq!(composite(&mut world, 0, "W"), [(0, 2300.0)]);
        assert_eq!(world.machine.limit_at(1, world.now()), Some(2300.0));
    }
}

#[test]
fn an_unknown_evse_has_no_composite_schedule() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let result = world.ask_result("GetCompositeSchedule", json!({"evseId": 7, "duration": 60}));
    assert_eq!((&result["status"], &result["statusInfo"]["reasonCode"]), (&json!("Rejected"), &json!("UnknownEvse")));
}

/// The profiles in reports: EVSE, source and id.
fn reported(world: &mut StationWorld, evse: Option<i32>, criteria: Value) -> Vec<(i64, String, i64)> {
    let mut request = json!({"requestId": 4, "chargingProfile": criteria});
    if let Some(evse) = evse {
        request["evseId"] = evse.into();
    }
    if world.ask_status("GetChargingProfiles", request) == "NoProfiles" {
        return Vec::new();
    }
    let reports = world.take_sent();
    let last = reports.len() - 1;
    let mut found = Vec::new();
    for (number, report) in reports.iter().enumerate() {
        assert_eq!(report.action, "ReportChargingProfiles");
        assert_eq!(report.payload["tbc"], json!(number < last));
        for profile in report.payload["chargingProfile"].as_array().unwrap() {
            let source = text(&report.payload, "chargingLimitSource").unwrap().to_owned();
            found.push((report.payload["evseId"].as_i64().unwrap(), source, profile["id"].as_i64().unwrap()));
        }
    }
    found
}

#[test]
fn profiles_are_reported_by_place_and_source() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        assert_eq!(reported(&mut world, None, json!({"stackLevel": 0})), []);
        set(&mut world, 1, profile(1, "TxDefaultProfile", 0, "A", 10.0));
        set(&mut world, 2, profile(2, "TxDefaultProfile", 0, "A", 10.0));
        set(&mut world, 1, profile(3, "TxDefaultProfile", 1, "A", 10.0));
        set(&mut world, 0, profile(4, "ChargingStationMaxProfile", 0, "A", 10.0));
        world.act(&PhysicalAction::Ems { watts: Some(3000.0), connector: None }).unwrap();
        world.expect("NotifyChargingLimit");
        let own = |evse: i64, id: i64| (evse, "CSO".to_owned(), id);
        let all = reported(&mut world, None, json!({"chargingProfilePurpose": "TxDefaultProfile"}));
        assert_eq!(all, [own(1, 1), own(1, 3), own(2, 2)]);
        assert_eq!(reported(&mut world, Some(1), json!({"stackLevel": 1})), [own(1, 3)]);
        assert_eq!(reported(&mut world, None, json!({"chargingProfileId": [2, 4, 8]})), [own(0, 4), own(2, 2)]);
        let external = reported(&mut world, Some(0), json!({"chargingLimitSource": ["EMS", "SO"]}));
        assert_eq!(external, [(0, "EMS".to_owned(), -1)]);
        assert_eq!(reported(&mut world, Some(2), json!({"chargingLimitSource": ["EMS"]})), []);
    }
}

#[test]
fn profiles_are_cleared_by_id_or_by_criteria() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    set(&mut world, 1, profile(1, "TxDefaultProfile", 0, "A", 10.0));
    set(&mut world, 1, profile(2, "TxDefaultProfile", 1, "A", 10.0));
    set(&mut world, 2, profile(3, "TxDefaultProfile", 1, "A", 10.0));
    let mut clear = |request: Value| world.ask_status("ClearChargingProfile", request);
    assert_eq!(clear(json!({"chargingProfileId": 9})), "Unknown");
    assert_eq!(clear(json!({"chargingProfileId": 1})), "Accepted");
    assert_eq!(clear(json!({"chargingProfileId": 1})), "Unknown");
    let of_level = json!({"chargingProfileCriteria": {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}});
    assert_eq!(clear(of_level.clone()), "Accepted");
    assert_eq!(clear(of_level), "Unknown");
    assert_eq!(composite(&mut world, 1, "A"), [(0, 32.0)]);
}

#[test]
fn a_limit_from_outside_is_reported_and_the_csms_cannot_clear_it() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let limit = |watts| PhysicalAction::Ems { watts, connector: Some(2) };
        assert_eq!(world.act(&limit(None)), Err(PhysicalActionError::NoSiteLimit));
        world.act(&limit(Some(2300.0))).unwrap();
        let notice = world.expect("NotifyChargingLimit").payload;
        assert_eq!((&notice["evseId"], &notice["chargingLimit"]["chargingLimitSource"]), (&json!(2), &json!("EMS")));
        assert_eq!(notice["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"], json!(2300.0));
        assert_eq!(composite(&mut world, 2, "A"), [(0, 10.0)]);
        assert_eq!(composite(&mut world, 1, "A"), [(0, 32.0)]);
        let all = json!({"chargingProfileCriteria": {"chargingProfilePurpose": "ChargingStationExternalConstraints"}});
        assert_eq!(world.ask_status("ClearChargingProfile", all), "Unknown");
        world.act(&limit(None)).unwrap();
        let notice = world.expect("ClearedChargingLimit").payload;
        assert_eq!(notice, json!({"chargingLimitSource": "EMS", "evseId": 2}));
        assert_eq!(composite(&mut world, 2, "A"), [(0, 32.0)]);
    }
}

#[test]
fn a_car_that_negotiates_says_what_it_needs() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let needs = EnergyNeeds { energy: 20_000.0, departure: Some(3600) };
        let ask = PhysicalAction::Needs { needs, connector: Some(1) };
        assert_eq!(world.act(&ask), Err(PhysicalActionError::NothingPlugged));
        world.acts(&PhysicalAction::Plug { connector: Some(1) });
        world.act(&ask).unwrap();
        let call = world.expect("NotifyEVChargingNeeds");
        let needs = &call.payload["chargingNeeds"];
        assert_eq!(needs["acChargingParameters"]["energyAmount"], 20_000);
        assert_eq!(needs["departureTime"], "2024-05-01T13:00:00.000Z");
        world.result(&call, json!({"status": "Accepted"}));
        let other = PhysicalAction::Needs { needs: EnergyNeeds { energy: 0.0, departure: None }, connector: Some(1) };
        assert_eq!(world.act(&other), Err(PhysicalActionError::BadLimit));
        world.set("ISO15118Ctrlr", "Enabled", "false");
        assert_eq!(world.act(&ask), Err(PhysicalActionError::NoNegotiation));
    }
}

#[test]
fn a_relative_schedule_begins_with_the_transaction() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::quiet(version);
        world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
        let periods = json!([{"startPeriod": 0, "limit": 4600.0}, {"startPeriod": 600, "limit": 2300.0}]);
        let relative = json!({
            "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": [{"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": periods}],
        });
        assert_eq!(set(&mut world, 0, relative), "Accepted");
        world.pass_seconds(100);
        world.acts(&plug(1));
        world.pass_seconds(100);
        world.acts(&card("TAG", 1));
        let watts = |world: &StationWorld| world.machine.evse(1).unwrap().meter.power();
        // neither the profile nor the car in the socket begins it: the transaction begins with the card
        world.pass_seconds(599);
        assert_eq!((world.serve(), watts(&world)), (vec![], 4600.0), "{version}");
        world.pass_seconds(1);
        let changed = vec!["TransactionEvent Updated ChargingRateChanged".to_owned()];
        assert_eq!((world.serve(), watts(&world)), (changed, 2300.0), "{version}");
    }
}

#[test]
fn a_car_that_negotiates_takes_the_schedule_of_its_transaction() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = charging(version);
        let id = world.machine.transaction_at(1).unwrap().0.to_owned();
        let mut wanted = profile(1, "TxProfile", 0, "W", 2300.0);
        wanted["transactionId"] = id.into();
        let schedules = |world: &mut StationWorld| {
            let sent = world.take_sent().into_iter().filter(|call| call.action == "NotifyEVChargingSchedule");
            sent.map(|call| call.payload).collect::<Vec<_>>()
        };
        assert_eq!(set(&mut world, 1, wanted.clone()), "Accepted");
        assert_eq!(schedules(&mut world), [json!(null); 0], "it has not said what it needs");
        let needs = EnergyNeeds { energy: 20_000.0, departure: None };
        assert_eq!(world.acts(&PhysicalAction::Needs { needs, connector: Some(1) }), ["NotifyEVChargingNeeds 1"]);
        assert_eq!(set(&mut world, 1, profile(2, "TxDefaultProfile", 0, "W", 2300.0)), "Accepted");
        assert_eq!(schedules(&mut world), [json!(null); 0], "that is not for its transaction");
        assert_eq!(set(&mut world, 1, wanted.clone()), "Accepted");
        let schedule = &wanted["chargingSchedule"][0];
        let taken = json!({"timeBase": "2024-05-01T12:00:00.000Z", "evseId": 1, "chargingSchedule": schedule});
        assert_eq!(schedules(&mut world), [taken], "{version}");
    }
}
