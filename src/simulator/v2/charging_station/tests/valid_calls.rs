//! For any valid messages about the device model, monitors and charging, in any order: the station answers and reports validly, and neither
//! panics nor keeps the link busy. Answers and reports are checked against the definitions by `StationWorld`.

use proptest::prelude::*;

use super::*;

fn name(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(names)
}

fn address() -> impl Strategy<Value = Value> {
    let component =
        name(&["AirCoolingSystem", "EVSE", "Connector", "DeviceDataCtrlr", "SecurityCtrlr", "TemperatureSensor", "Moon"]);
    let variable =
        name(&["FanSpeed", "Power", "AvailabilityState", "ItemsPerMessage", "BasicAuthPassword", "Temperature", "Enabled"]);
    let evse = prop::option::of((0..4_i32, prop::option::of(0..3_i32)));
    (component, variable, evse, prop::option::of(name(&["GetReport", "Nonsense"]))).prop_map(
        |(component, variable, evse, instance)| {
            let mut address = json!({"component": {"name": component}, "variable": {"name": variable}});
            if let Some((id, connector)) = evse {
                address["component"]["evse"] = json!({"id": id});
                if let Some(connector) = connector {
                    address["component"]["evse"]["connectorId"] = connector.into();
                }
            }
            if let Some(instance) = instance {
                address["variable"]["instance"] = instance.into();
            }
            address
        },
    )
}

/// An address with other fields.
fn with(mut element: Value, fields: Value) -> Value {
    element.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    element
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![Just(-1.0), Just(0.0), Just(1e300), -10.0..4000.0]
}

fn monitor() -> impl Strategy<Value = Value> {
    let kinds = &[
        "UpperThreshold",
        "LowerThreshold",
        "Delta",
        "Periodic",
        "PeriodicClockAligned",
        "TargetDelta",
        "TargetDeltaRelative",
    ];
    (address(), name(kinds), number(), 0..12_i32, prop::option::of(0..6_i32)).prop_map(
        |(address, kind, value, severity, id)| {
            let monitor = with(address, json!({"type": kind, "value": value, "severity": severity}));
            if let Some(id) = id { with(monitor, json!({"id": id})) } else { monitor }
        },
    )
}

fn profile() -> impl Strategy<Value = Value> {
    let purposes = &["ChargingStationMaxProfile", "ChargingStationExternalConstraints", "TxDefaultProfile", "TxProfile"];
    let kind = name(&["Absolute", "Relative", "Recurring"]);
    let times = &["2024-05-01T11:00:00Z", "2024-05-01T12:01:00Z", "9999-12-30T22:00:00Z"];
    let start = prop::option::of(name(times));
    let periods = prop::collection::vec((-1..700_i32, number()), 1..4);
    (0..5_i32, 0..4_i32, name(purposes), kind, start, name(&["A", "W"]), periods).prop_map(
        |(id, level, purpose, kind, start, unit, periods)| {
            let periods: Vec<Value> =
                periods.into_iter().map(|(start, limit)| json!({"startPeriod": start, "limit": limit})).collect();
            let mut schedule = json!({"id": 1, "chargingRateUnit": unit, "chargingSchedulePeriod": periods});
            if let Some(start) = start {
                schedule["startSchedule"] = start.into();
            }
            let mut profile = json!({
                "id": id, "stackLevel": level, "chargingProfilePurpose": purpose, "chargingProfileKind": kind,
                "chargingSchedule": [schedule],
            });
            if kind == "Recurring" {
                profile["recurrencyKind"] = "Daily".into();
            }
            profile
        },
    )
}

fn call() -> impl Strategy<Value = (&'static str, Value)> {
    let attribute = name(&["Actual", "Target", "MinSet", "MaxSet"]);
    let value = name(&["", "true", "100", "99999", "abc", "2024-05-01T12:00:00Z"]);
    let inventory = name(&["FullInventory", "ConfigurationInventory", "SummaryInventory"]);
    let criterion = name(&["Active", "Available", "Enabled", "Problem"]);
    prop_oneof![
        (address(), attribute).prop_map(|(address, kind)| {
            ("GetVariables", json!({"getVariableData": [with(address, json!({"attributeType": kind}))]}))
        }),
        (address(), name(&["Actual", "Target", "MinSet", "MaxSet"]), value).prop_map(|(address, kind, value)| {
            let element = with(address, json!({"attributeType": kind, "attributeValue": value}));
            ("SetVariables", json!({"setVariableData": [element]}))
        }),
        (any::<i32>(), inventory).prop_map(|(id, name)| ("GetBaseReport", json!({"requestId": id, "reportBase": name}))),
        (address(), criterion).prop_map(|(address, criterion)| {
            ("GetReport", json!({"requestId": 1, "componentVariable": [address], "componentCriteria": [criterion]}))
        }),
        prop::collection::vec(monitor(), 1..4).prop_map(|all| ("SetVariableMonitoring", json!({"setMonitoringData": all}))),
        prop::collection::vec(0..9_i32, 1..4).prop_map(|ids| ("ClearVariableMonitoring", json!({"id": ids}))),
        name(&["All", "FactoryDefault", "HardWiredOnly"])
            .prop_map(|base| ("SetMonitoringBase", json!({"monitoringBase": base}))),
        (0..12_i32).prop_map(|severity| ("SetMonitoringLevel", json!({"severity": severity}))),
        any::<i32>().prop_map(|id| ("GetMonitoringReport", json!({"requestId": id}))),
        (0..4_i32, profile())
            .prop_map(|(evse, profile)| ("SetChargingProfile", json!({"evseId": evse, "chargingProfile": profile}))),
        (0..5_i32).prop_map(|id| ("ClearChargingProfile", json!({"chargingProfileId": id}))),
        (0..4_i32).prop_map(|level| ("GetChargingProfiles", json!({"requestId": 1, "chargingProfile": {"stackLevel": level}}))),
        (0..4_i32, any::<i32>())
            .prop_map(|(evse, duration)| ("GetCompositeSchedule", json!({"evseId": evse, "duration": duration}))),
    ]
}

#[derive(Debug, Clone)]
enum Occurrence {
    Call(&'static str, Value),
    Time(u64),
    Cut,
    Limit(Option<f64>, Option<i32>),
}

fn occurrence() -> impl Strategy<Value = Occurrence> {
    prop_oneof![
        8 => call().prop_map(|(action, payload)| Occurrence::Call(action, payload)),
        2 => (0..300_u64).prop_map(Occurrence::Time),
        1 => Just(Occurrence::Cut),
        1 => (prop::option::of(number()), prop::option::of(-1..4_i32))
            .prop_map(|(watts, connector)| Occurrence::Limit(watts, connector)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn valid_calls_have_valid_answers(
        version in prop::sample::select(vec![Version::V2_0_1, Version::V2_1]),
        course in prop::collection::vec(occurrence(), 1..40),
    ) {
        let mut world = StationWorld::accepted(version);
        for happens in course {
            match happens {
                Occurrence::Call(action, payload) => {
                    let catalog = Catalog::embedded();
                    let definition = catalog.action(version, Role::CentralSystem, action).unwrap();
                    if definition.request.check(&payload, version).is_empty() {
                        world.ask(action, payload);
                    }
                }
                Occurrence::Time(seconds) => world.pass_seconds(seconds),
                Occurrence::Cut => {
                    world.disconnect();
                    world.pass_seconds(100);
                    world.connect();
                }
                Occurrence::Limit(watts, connector) => {
                    let _ = world.act(&PhysicalAction::Ems { watts, connector });
                }
            }
            world.serve();
        }
    }
}
