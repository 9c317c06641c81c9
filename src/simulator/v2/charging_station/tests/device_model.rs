//! GetVariables, SetVariables and the reports of the device model.

use super::offline::charging;
use super::*;
use crate::behaviour::CarState;
use crate::ocpp::ErrorCode;
use crate::ocpp::certificates::CERTIFICATE;
use crate::ocpp::device_model::standard_variables;

fn element(component: &str, variable: &str) -> Value {
    json!({"component": {"name": component}, "variable": {"name": variable}})
}

/// An element with more fields.
fn element_with(component: &str, variable: &str, fields: &[(&str, Value)]) -> Value {
    let mut element = element(component, variable);
    for (path, value) in fields {
        match *path {
            "instance" => element["variable"]["instance"] = value.clone(),
            "evse" => element["component"]["evse"] = value.clone(),
            field => element[field] = value.clone(),
        }
    }
    element
}

/// Status and value, or status and reason, of one GetVariables.
fn get(world: &mut StationWorld, element: &Value) -> (String, String) {
    let result = world.ask_result("GetVariables", json!({"getVariableData": [element]}));
    let result = &result["getVariableResult"][0];
    assert_eq!(result["component"], element["component"]);
    assert_eq!(result["variable"], element["variable"]);
    let detail = result.get("attributeValue").or_else(|| result["attributeStatusInfo"].get("reasonCode"));
    (text(result, "attributeStatus").unwrap().to_owned(), detail.and_then(Value::as_str).unwrap_or("-").to_owned())
}

/// Status and reason of one SetVariables.
fn set(world: &mut StationWorld, element: &Value, value: &str) -> (String, String) {
    let mut element = element.clone();
    element["attributeValue"] = value.into();
    let result = world.ask_result("SetVariables", json!({"setVariableData": [element]}));
    let result = &result["setVariableResult"][0];
    let reason = result["attributeStatusInfo"].get("reasonCode").and_then(Value::as_str).unwrap_or("-");
    (text(result, "attributeStatus").unwrap().to_owned(), reason.to_owned())
}

fn pair(status: &str, detail: &str) -> (String, String) {
    (status.to_owned(), detail.to_owned())
}

#[test]
fn every_status_of_get_variables_is_given() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        for (asked, status, detail) in [
            (element("OCPPCommCtrlr", "HeartbeatInterval"), "Accepted", "300"),
            (element("ocppcommctrlr", "heartbeatinterval"), "Accepted", "300"),
            (element_with("DeviceDataCtrlr", "ItemsPerMessage", &[("instance", json!("GetVariables"))]), "Accepted", "100"),
            (element("DeviceDataCtrlr", "ItemsPerMessage"), "UnknownVariable", "-"),
            (element("Moon", "Phase"), "UnknownComponent", "-"),
            (element("OCPPCommCtrlr", "Phase"), "UnknownVariable", "-"),
            (element("EVSE", "AvailabilityState"), "UnknownComponent", "-"),
            (element_with("EVSE", "AvailabilityState", &[("evse", json!({"id": 2}))]), "Accepted", "Available"),
            (element_with("EVSE", "AvailabilityState", &[("evse", json!({"id": 9}))]), "UnknownComponent", "-"),
            (element_with("Connector", "ConnectorType", &[("evse", json!({"id": 1, "connectorId": 1}))]), "Accepted", "sType2"),
            (
                element_with("EVSE", "Power", &[("evse", json!({"id": 1})), ("attributeType", json!("MaxSet"))]),
                "Accepted",
                "7360",
            ),
            (
                element_with("OCPPCommCtrlr", "HeartbeatInterval", &[("attributeType", json!("Target"))]),
                "NotSupportedAttributeType",
                "-",
            ),
            (element("SecurityCtrlr", "BasicAuthPassword"), "Rejected", "WriteOnly"),
            (element("ClockCtrlr", "DateTime"), "Accepted", "2024-05-01T12:00:00.000Z"),
        ] {
            assert_eq!(get(&mut world, &asked), pair(status, detail), "{version} {asked}");
        }
    }
}

#[test]
fn every_status_of_set_variables_is_given() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let target = |kind| element_with("AirCoolingSystem", "FanSpeed", &[("attributeType", json!(kind))]);
        for (asked, value, status, reason) in [
            (element("AuthCtrlr", "LocalPreAuthorize"), "true", "Accepted", "-"),
            (element("AuthCtrlr", "LocalPreAuthorize"), "perhaps", "Rejected", "InvalidValue"),
            (element("AuthCtrlr", "Phase"), "1", "UnknownVariable", "-"),
            (element("Moon", "Phase"), "1", "UnknownComponent", "-"),
            (element("ChargingStation", "Model"), "x", "Rejected", "ReadOnly"),
            (element("TxCtrlr", "EVConnectionTimeOut"), "-1", "Rejected", "ValueTooLow"),
            (element("TxCtrlr", "EVConnectionTimeOut"), "1000000", "Rejected", "ValueTooHigh"),
            (element("OCPPCommCtrlr", "NetworkConfigurationPriority"), "2,1", "RebootRequired", "-"),
            (element("SecurityCtrlr", "BasicAuthPassword"), "0123456789abcdef", "Accepted", "-"),
            (
                element_with("AuthCtrlr", "LocalPreAuthorize", &[("attributeType", json!("MinSet"))]),
                "true",
                "NotSupportedAttributeType",
                "-",
            ),
            (target("MaxSet"), "2000", "Accepted", "-"),
            (target("Target"), "2500", "Rejected", "ValueTooHigh"),
            (target("Target"), "1500", "Accepted", "-"),
            (target("MinSet"), "2100", "Rejected", "ValueTooHigh"),
        ] {
            assert_eq!(set(&mut world, &asked, value), pair(status, reason), "{version} {asked} {value}");
        }
        let fan = element("AirCoolingSystem", "FanSpeed");
        assert_eq!(get(&mut world, &fan), pair("Accepted", "1500"), "the fan follows its target");
        assert_eq!(get(&mut world, &element("AuthCtrlr", "LocalPreAuthorize")), pair("Accepted", "true"));
        assert_eq!(get(&mut world, &element("SecurityCtrlr", "BasicAuthPassword")), pair("Rejected", "WriteOnly"));
    }
}

#[test]
fn only_what_the_sent_answer_accepts_is_set() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let set_both = json!({"setVariableData": [
        {"component": {"name": "TxCtrlr"}, "variable": {"name": "EVConnectionTimeOut"}, "attributeValue": "5"},
        {"component": {"name": "AuthCtrlr"}, "variable": {"name": "LocalPreAuthorize"}, "attributeValue": "true"},
    ]});
    let Proposal { answer, effect } = world.propose("SetVariables", set_both);
    let Answer::Result(result) = answer else { panic!() };
    assert_eq!(get(&mut world, &element("TxCtrlr", "EVConnectionTimeOut")), pair("Accepted", "60"), "nothing is set yet");
    let mut changed = (*result).clone();
    changed["setVariableResult"][0]["attributeStatus"] = "Rejected".into();
    world.commit(effect, &Answer::result(changed));
    assert_eq!(get(&mut world, &element("TxCtrlr", "EVConnectionTimeOut")), pair("Accepted", "60"));
    assert_eq!(get(&mut world, &element("AuthCtrlr", "LocalPreAuthorize")), pair("Accepted", "true"));
}

#[test]
fn a_heartbeat_interval_takes_effect() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    set(&mut world, &element("AlignedDataCtrlr", "Interval"), "0");
    let interval = element("OCPPCommCtrlr", "HeartbeatInterval");
    set(&mut world, &interval, "10");
    world.pass_seconds(9);
    assert!(world.take_sent().is_empty());
    world.pass_seconds(2);
    world.expect("Heartbeat");
    set(&mut world, &interval, "0");
    world.pass_seconds(1000);
    assert!(world.take_sent().is_empty(), "0 is no heartbeat");
}

#[test]
fn an_interval_of_the_registration_is_in_the_model() {
    let settings = ChargePointSettings { heartbeat_interval: 77, ..ChargePointSettings::default() };
    let mut world = StationWorld::with(Version::V2_1, settings);
    let interval = element("OCPPCommCtrlr", "HeartbeatInterval");
    world.connect();
    assert_eq!(get(&mut world, &interval), pair("Accepted", "77"));
    world.take_sent();
    let mut world = StationWorld::accepted(Version::V2_1);
    assert_eq!(get(&mut world, &interval), pair("Accepted", "300"));
    set(&mut world, &interval, "20");
    world.connect();
    assert_eq!(get(&mut world, &interval), pair("Accepted", "20"), "a new connection changes nothing");
}

#[test]
fn too_many_elements_are_refused() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let one = element("AuthCtrlr", "Enabled");
        let get = |count: usize| json!({"getVariableData": vec![one.clone(); count]});
        assert!(matches!(world.ask("GetVariables", get(100)), Answer::Result(_)));
        let refused = |answer: Answer, wanted: ErrorCode| matches!(answer, Answer::Error { code, .. } if code == wanted);
        assert!(refused(world.ask("GetVariables", get(101)), ErrorCode::OccurenceConstraintViolation));
        let mut long = element("OCPPCommCtrlr", "NetworkConfigurationPriority");
        long["attributeValue"] = "x".repeat(900).into();
        let set = json!({"setVariableData": vec![long; 80]});
        assert!(refused(world.ask("SetVariables", set), ErrorCode::FormationViolation));
        let report = json!({"requestId": 1, "componentVariable": vec![one; 101]});
        assert!(refused(world.ask("GetReport", report), ErrorCode::OccurenceConstraintViolation));
    }
}

/// Takes the payloads of all calls that were sent, which are of this action.
fn parts_of(world: &mut StationWorld, action: &str) -> Vec<Value> {
    let sent = world.take_sent();
    assert!(sent.iter().all(|call| call.action == action), "wanted {action}, got {sent:?}");
    sent.into_iter().map(|call| call.payload).collect()
}

/// A station whose boot was answered with a status.
fn booted(settings: ChargePointSettings, status: &str) -> StationWorld {
    let mut world = StationWorld::with(Version::V2_0_1, settings);
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, json!({"status": status, "currentTime": "2024-05-01T12:00:00Z", "interval": 300}));
    world.take_sent();
    world
}

/// The elements of the report that a request gets.
fn reported(world: &mut StationWorld, action: &str, request: &Value) -> Vec<Value> {
    assert_eq!(world.ask_status(action, request.clone()), "Accepted", "{request}");
    let parts = parts_of(world, "NotifyReport");
    for (number, part) in parts.iter().enumerate() {
        assert_eq!(part["requestId"], request["requestId"]);
        assert_eq!(part["seqNo"], json!(number));
        assert_eq!(part["tbc"] == true, number + 1 < parts.len());
    }
    parts.iter().flat_map(|part| part["reportData"].as_array().unwrap().clone()).collect()
}

fn base(world: &mut StationWorld, name: &str) -> Vec<Value> {
    reported(world, "GetBaseReport", &json!({"requestId": 5, "reportBase": name}))
}

#[test]
fn a_full_inventory_has_all_required_variables() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::accepted(version);
        let all = base(&mut world, "FullInventory");
        let has = |component: &str, name: &str, instance: Option<&str>| {
            all.iter().any(|it| {
                it["component"]["name"] == component
                    && it["variable"]["name"] == name
                    && instance.is_none_or(|instance| instance.starts_with('<') || it["variable"]["instance"] == instance)
            })
        };
        let has_component = |component: &str| all.iter().any(|it| it["component"]["name"] == component);
        for it in standard_variables().iter().filter(|it| it.required && it.exists_in(version)) {
            if has_component(it.component) {
                assert!(has(it.component, it.name, it.instance), "{version}: {}.{}", it.component, it.name);
            }
        }
        for component in
            ["ChargingStation", "EVSE", "Connector", "DeviceDataCtrlr", "OCPPCommCtrlr", "SecurityCtrlr", "TxCtrlr"]
        {
            assert!(has_component(component), "{component}");
        }
        let secret = all.iter().find(|it| it["variable"]["name"] == "BasicAuthPassword").unwrap();
        assert_eq!(
            secret["variableAttribute"],
            json!([
                {"type": "Actual", "mutability": "WriteOnly", "persistent": true, "constant": false}
            ])
        );
        let power = all.iter().find(|it| it["variable"]["name"] == "Power").unwrap();
        assert_eq!(
            power["variableCharacteristics"],
            json!({
                "dataType": "decimal", "unit": "W", "minLimit": 0.0, "maxLimit": 7360.0, "supportsMonitoring": true,
            })
        );
    }
}

#[test]
fn base_reports_have_what_they_are_about() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let (full, settable) = (base(&mut world, "FullInventory"), base(&mut world, "ConfigurationInventory"));
    let summary = base(&mut world, "SummaryInventory");
    assert!(full.len() > settable.len() && settable.len() > summary.len());
    let is_settable =
        |it: &Value| it["variableAttribute"].as_array().unwrap().iter().any(|attribute| attribute["mutability"] != "ReadOnly");
    assert_eq!(full.iter().filter(|it| is_settable(it)).count(), settable.len());
    assert!(settable.iter().all(is_settable));
    assert!(summary.iter().any(|it| it["component"]["evse"] == json!({"id": 2, "connectorId": 1})));
    let newer = base(&mut StationWorld::accepted(Version::V2_1), "FullInventory");
    let language = |all: &[Value]| all.iter().any(|it| it["variable"]["name"] == "Language");
    assert!(!language(&full) && language(&newer), "Language came with 2.1");
}

#[test]
fn a_custom_report_has_what_the_request_names() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let component = |name: &str| json!({"component": {"name": name}});
    let mut count = |fields: Value| {
        let mut request = json!({"requestId": 9});
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        reported(&mut world, "GetReport", &request).len()
    };
    assert_eq!(count(json!({"componentVariable": [element("EVSE", "Power")]})), 2, "without an EVSE all of them");
    let at_one = element_with("EVSE", "Power", &[("evse", json!({"id": 1}))]);
    assert_eq!(count(json!({"componentVariable": [at_one.clone()]})), 1);
    assert_eq!(count(json!({"componentVariable": [at_one.clone(), element("AuthCtrlr", "Enabled"), at_one]})), 2);
    assert_eq!(count(json!({"componentVariable": [element("DeviceDataCtrlr", "ItemsPerMessage")]})), 3, "all instances");
    let instance = element_with("DeviceDataCtrlr", "ItemsPerMessage", &[("instance", json!("GetReport"))]);
    assert_eq!(count(json!({"componentVariable": [instance]})), 1);
    let all_of_clock = count(json!({"componentVariable": [component("ClockCtrlr")]}));
    assert_eq!(all_of_clock, 5);
    let both = json!({"componentVariable": [component("ClockCtrlr")], "componentCriteria": ["Available"]});
    assert_eq!(count(both), all_of_clock, "a component that does not say so is available");
    assert!(count(json!({"componentCriteria": ["Enabled"]})) > 100);
}

#[test]
fn a_report_without_elements_is_an_empty_result_set() {
    let mut world = StationWorld::accepted(Version::V2_1);
    for request in [
        json!({"requestId": 1, "componentCriteria": ["Problem"]}),
        json!({"requestId": 1, "componentVariable": [element("Moon", "Phase")]}),
        json!({"requestId": 1, "componentVariable": [element("ClockCtrlr", "DateTime")], "componentCriteria": ["Problem"]}),
    ] {
        assert_eq!(world.ask_status("GetReport", request.clone()), "EmptyResultSet", "{request}");
        assert!(world.take_sent().is_empty());
    }
}

#[test]
fn a_pending_station_reports_and_a_manual_one_does_not() {
    let full = json!({"requestId": 1, "reportBase": "FullInventory"});
    let mut pending = booted(ChargePointSettings::default(), "Pending");
    assert!(!reported(&mut pending, "GetBaseReport", &full).is_empty());
    let settings = ChargePointSettings { autonomous: false, ..ChargePointSettings::default() };
    let mut manual = StationWorld::with(Version::V2_0_1, settings);
    manual.connect();
    assert_eq!(manual.ask_status("GetBaseReport", full), "Accepted");
    assert!(manual.take_sent().is_empty());
}

#[test]
fn the_model_follows_the_equipment() {
    let mut settings = ChargePointSettings::default();
    settings.equipment.connectors = 1;
    settings.equipment.phases = 3;
    settings.equipment.profiles = crate::simulator::FeatureProfiles::parse("Core").unwrap();
    let mut world = booted(settings, "Accepted");
    let at = |evse: i32| [("evse", json!({"id": evse}))];
    assert_eq!(get(&mut world, &element_with("EVSE", "SupplyPhases", &at(1))), pair("Accepted", "3"));
    assert_eq!(get(&mut world, &element_with("EVSE", "SupplyPhases", &at(2))), pair("UnknownComponent", "-"));
    assert_eq!(get(&mut world, &element("SmartChargingCtrlr", "Available")), pair("Accepted", "false"));
}

#[test]
fn values_outlast_a_restart() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    set(&mut world, &element("TxCtrlr", "EVConnectionTimeOut"), "5");
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate"})), "Accepted");
    world.live(10);
    assert_eq!(get(&mut world, &element("TxCtrlr", "EVConnectionTimeOut")), pair("Accepted", "5"));
}

#[test]
fn counts_and_states_are_those_of_the_machine() {
    let mut world = charging(Version::V2_1);
    let shown = |world: &mut StationWorld| {
        let state = element_with("EVSE", "ChargingState", &[("evse", json!({"id": 1}))]);
        let entries = element("LocalAuthListCtrlr", "Entries");
        let (time, certificates) = (element("TxCtrlr", "ChargingTime"), element("SecurityCtrlr", "CertificateEntries"));
        let all = [state, time, entries, certificates, element("DisplayMessageCtrlr", "DisplayMessages")];
        all.map(|element| get(world, &element).1)
    };
    assert_eq!(shown(&mut world), ["Charging", "0", "0", "0", "0"]);
    world.pass_seconds(90);
    let message = json!({"id": 1, "priority": "InFront", "message": {"format": "UTF8", "content": "Hello"}});
    assert_eq!(world.ask_status("SetDisplayMessage", json!({"message": message})), "Accepted");
    let root = json!({"certificateType": "CSMSRootCertificate", "certificate": CERTIFICATE});
    assert_eq!(world.ask_status("InstallCertificate", root), "Accepted");
    let entry = |tag: &str| json!({"idToken": {"idToken": tag, "type": "ISO14443"}, "idTokenInfo": {"status": "Accepted"}});
    let list = json!({"versionNumber": 1, "updateType": "Full", "localAuthorizationList": [entry("A"), entry("B")]});
    assert_eq!(world.ask_status("SendLocalList", list), "Accepted");
    world.act(&PhysicalAction::Ev { state: CarState::Suspend, connector: Some(1) }).unwrap();
    world.pass_seconds(60);
    assert_eq!(shown(&mut world), ["SuspendedEV", "90", "2", "1", "1"]);
}
