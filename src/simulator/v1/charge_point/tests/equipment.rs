//! What the equipment changes: connectors, profiles, power, the lock, and the driver.

use serde_json::{Value, json};

use super::World;
use crate::behaviour::Answer;
use crate::ocpp::{ErrorCode, Version};
use crate::simulator::{CableKind, ChargePointSettings, FeatureProfiles, StationEquipment};

fn world(version: Version, driver: bool, equipment: StationEquipment) -> World {
    let settings = ChargePointSettings { driver, equipment, seed: 1, ..ChargePointSettings::default() };
    World::with(version, settings).booted()
}

fn result(answer: Answer) -> Value {
    match answer {
        Answer::Result(payload) => Value::clone(&payload),
        other => panic!("{other:?}"),
    }
}

#[test]
fn calls_and_keys_of_missing_profiles_do_not_exist() {
    let equipment = StationEquipment { profiles: FeatureProfiles::parse("Core,RemoteTrigger").unwrap(), ..Default::default() };
    let mut world = world(Version::V1_6, true, equipment);
    for action in [
        "GetDiagnostics",
        "UpdateFirmware",
        "GetLocalListVersion",
        "SendLocalList",
        "ReserveNow",
        "CancelReservation",
        "SetChargingProfile",
        "ClearChargingProfile",
        "GetCompositeSchedule",
    ] {
        let answer = world.ask(action, json!({}));
        assert!(matches!(answer, Answer::Error { code: ErrorCode::NotSupported, .. }), "{action} {answer:?}");
    }
    let listed = result(world.ask("GetConfiguration", json!({"key": ["SupportedFeatureProfiles", "LocalAuthListEnabled"]})));
    assert_eq!(listed["configurationKey"][0]["value"], "Core,RemoteTrigger");
    assert_eq!(listed["unknownKey"], json!(["LocalAuthListEnabled"]));
    let change = json!({"key": "LocalAuthListEnabled", "value": "false"});
    assert_eq!(world.ask_status("ChangeConfiguration", change), "NotSupported");
    let trigger = |message: &str| json!({"requestedMessage": message});
    assert_eq!(world.ask_status("TriggerMessage", trigger("FirmwareStatusNotification")), "NotImplemented");
    assert_eq!(world.ask_status("TriggerMessage", trigger("Heartbeat")), "Accepted");
    // Without smart charging a profile for the start is ignored, whatever it is (OCPP 1.6 §5.11).
    let start = json!({"idTag": "TAG", "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"}});
    assert_eq!(world.ask_status("RemoteStartTransaction", start), "Accepted");
}

#[test]
fn older_versions_have_the_profiles_of_their_actions() {
    let equipment = StationEquipment { profiles: FeatureProfiles::parse("Core").unwrap(), ..Default::default() };
    let mut world = world(Version::V1_5, true, equipment);
    assert!(matches!(world.ask("ReserveNow", json!({})), Answer::Error { .. }));
    assert_eq!(world.ask_status("ClearCache", json!({})), "Accepted");
}

#[test]
fn phases_and_current_limit_the_power() {
    let equipment = StationEquipment { phases: 3, max_current: 16.0, connectors: 3, ..Default::default() };
    let mut world = world(Version::V1_6, true, equipment);
    let limit = |world: &mut World, connector: i32, unit: &str| {
        let schedule = json!({"connectorId": connector, "duration": 60, "chargingRateUnit": unit});
        let answer = result(world.ask("GetCompositeSchedule", schedule));
        answer["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"].as_f64().unwrap()
    };
    assert_eq!([limit(&mut world, 1, "W"), limit(&mut world, 3, "A")], [11040.0, 16.0]);
    assert_eq!(limit(&mut world, 0, "A"), 48.0);
    assert_eq!(world.ask_status("TriggerMessage", json!({"requestedMessage": "Heartbeat", "connectorId": 4})), "Rejected");
}

#[test]
fn a_fixed_cable_has_no_lock() {
    for (cable, status) in [(CableKind::Fixed, "NotSupported"), (CableKind::Socket, "Unlocked")] {
        let mut world = world(Version::V1_6, true, StationEquipment { cable, ..Default::default() });
        assert_eq!(world.ask_status("UnlockConnector", json!({"connectorId": 1})), status);
    }
}

#[test]
fn without_a_driver_no_car_is_plugged_in() {
    let mut world = world(Version::V1_6, false, StationEquipment::default());
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1})), "Accepted");
    let sent = world.live(30);
    assert!(sent.contains(&"StatusNotification 1 Preparing".to_owned()), "{sent:?}");
    assert!(!sent.iter().any(|call| call.starts_with("StartTransaction")), "{sent:?}");
}

/// Measurand, phase and value of everything that a trigger reports.
fn sampled(world: &mut World, measurands: &str) -> Vec<String> {
    let key = json!({"key": "MeterValuesSampledData", "value": measurands});
    assert_eq!(world.ask_status("ChangeConfiguration", key), "Accepted", "{measurands}");
    world.ask("TriggerMessage", json!({"requestedMessage": "MeterValues", "connectorId": 1}));
    let payload = world.expect("MeterValues").payload;
    let values = payload["meterValue"][0]["sampledValue"].as_array().unwrap();
    let part = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    values.iter().map(|it| ["measurand", "phase", "value"].map(|name| part(it, name)).join(" ")).collect()
}

fn limit_to(world: &mut World, period: Value) {
    let profile = json!({
        "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
    });
    let set = json!({"connectorId": 0, "csChargingProfiles": profile});
    assert_eq!(world.ask_status("SetChargingProfile", set), "Accepted");
}

#[test]
fn three_phases_have_values_of_their_own() {
    let mut world = world(Version::V1_6, true, StationEquipment { phases: 3, max_current: 32.0, ..Default::default() });
    limit_to(&mut world, json!({"startPeriod": 0, "limit": 10}));
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.live(5);
    assert_eq!(
        sampled(&mut world, "Power.Active.Import,Current.Import,Voltage"),
        [
            "Power.Active.Import - 6900",
            "Power.Active.Import L1 2300",
            "Power.Active.Import L2 2300",
            "Power.Active.Import L3 2300",
            "Current.Import L1 10",
            "Current.Import L2 10",
            "Current.Import L3 10",
            "Voltage L1-N 230",
            "Voltage L2-N 230",
            "Voltage L3-N 230",
        ]
    );
    let single = sampled(&mut world, "Current.Import.L2,Voltage.L1,Energy.Active.Import.Register");
    assert!(single[0].starts_with("Energy.Active.Import.Register - "), "{single:?}");
    assert_eq!(single[1..], ["Current.Import L2 10", "Voltage L1-N 230"]);
    limit_to(&mut world, json!({"startPeriod": 0, "limit": 10, "numberPhases": 1}));
    assert_eq!(
        sampled(&mut world, "Current.Import"),
        ["Current.Import L1 10", "Current.Import L2 0", "Current.Import L3 0"],
        "the profile allows one phase"
    );
}

#[test]
fn one_phase_is_reported_as_a_whole_unless_its_name_is_asked_for() {
    let mut world = world(Version::V1_6, true, StationEquipment::default());
    assert_eq!(sampled(&mut world, "Current.Import,Voltage"), ["Current.Import - 0", "Voltage - 230"]);
    assert_eq!(sampled(&mut world, "Voltage.L1"), ["Voltage L1-N 230"]);
}

#[test]
fn older_versions_report_no_phases() {
    let equipment = StationEquipment { phases: 3, ..Default::default() };
    let mut world = world(Version::V1_5, true, equipment);
    let key = json!({"key": "MeterValuesSampledData", "value": "Current.Import,Voltage"});
    assert_eq!(world.ask_status("ChangeConfiguration", key), "Accepted");
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.live(5);
    world.pass_seconds(60);
    let sent = world.take_sent();
    let values = &sent.iter().find(|call| call.action == "MeterValues").unwrap().payload["values"][0]["values"];
    assert_eq!(values.as_array().unwrap().len(), 2, "{values}");
}
