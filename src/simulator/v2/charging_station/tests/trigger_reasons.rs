//! Trigger reasons that need more than a car and a card: limits that the CSMS repeats, modes of operation, signed values, a tariff that the
//! driver refuses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::hands::{card, plug, unplug};
use super::*;
use crate::behaviour::DriverService;

/// Answers all events with the same limits, as a CSMS does that keeps no state. Returns their trigger reasons.
fn serve_with_limits(world: &mut StationWorld, limits: &Value) -> Vec<String> {
    let mut reasons = Vec::new();
    while let Some(call) = world.take_sent().into_iter().find(|call| call.action == "TransactionEvent") {
        reasons.push(call.payload["triggerReason"].as_str().unwrap().to_owned());
        let answer = json!({ "idTokenInfo": {"status": "Accepted"}, "transactionLimit": limits });
        world.result(&call, answer);
    }
    reasons
}

#[test]
fn a_limit_that_is_reached_and_repeated_is_not_set_again() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
    world.set("TxCtrlr", "TxStopPoint", "EVConnected");
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.accept(&authorize);
    let limits = json!({"maxSoC": 41});
    assert_eq!(serve_with_limits(&mut world, &limits), ["Authorized", "ChargingStateChanged", "LimitSet"]);
    let mut reasons = Vec::new();
    for _ in 0..600 {
        world.pass_seconds(1);
        reasons.extend(serve_with_limits(&mut world, &limits));
    }
    assert_eq!(reasons, ["SoCLimitReached"], "the transaction lasts until the car has gone");
    let higher = json!({"maxSoC": 50});
    world.act(&plug(2)).unwrap();
    world.act(&unplug(1)).unwrap();
    assert_eq!(serve_with_limits(&mut world, &higher), ["EVCommunicationLost"]);
}

#[test]
fn a_limit_of_the_driver_counts_again_when_he_sets_it_again() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.set("TxCtrlr", "TxStopPoint", "EVConnected");
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    let limit = PhysicalAction::Limit { limit: crate::behaviour::DriverLimit::Time(10.0), connector: Some(1) };
    for _ in 0..2 {
        assert!(world.acts(&limit)[0].starts_with("TransactionEvent Updated LimitSet"));
        let reached = world.live(12);
        assert!(reached.iter().any(|it| it.starts_with("TransactionEvent Updated TimeLimitReached")), "{reached:?}");
        world.acts(&card("TAG", 1));
    }
}

#[test]
fn the_state_of_charge_is_measured_in_the_car() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("SampledDataCtrlr", "TxUpdatedMeasurands", "SoC");
    world.set("AlignedDataCtrlr", "Measurands", "SoC");
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    world.pass_seconds(60);
    let value = world.events().remove(0).payload["meterValue"][0]["sampledValue"][0].clone();
    assert_eq!(
        (&value["measurand"], &value["location"], &value["unitOfMeasure"]["unit"]),
        (&json!("SoC"), &json!("EV"), &json!("Percent"))
    );
    assert_eq!(value["value"], 40.2);
    world.acts(&unplug(1));
    world.ask("TriggerMessage", json!({"requestedMessage": "MeterValues", "evse": {"id": 1}}));
    let sent = world.expect("MeterValues");
    assert_eq!(sent.payload["meterValue"][0]["sampledValue"][0]["measurand"], "Energy.Active.Import.Register");
}

#[test]
fn a_transaction_reports_its_mode_of_operation_when_it_changes() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
    let profile = json!({
        "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
        "chargingSchedule": [{"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 5000.0},
            {"startPeriod": 100, "operationMode": "LocalFrequency"},
            {"startPeriod": 200, "operationMode": "Idle"},
            {"startPeriod": 300, "limit": 5000.0, "operationMode": "ChargingOnly"},
        ]}],
    });
    assert_eq!(world.ask_status("SetChargingProfile", json!({"evseId": 1, "chargingProfile": profile})), "Accepted");
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    let mut seen = Vec::new();
    for second in 1..=310 {
        world.pass_seconds(1);
        for event in world.events() {
            if event.payload["triggerReason"] == "OperationModeChanged" {
                seen.push((second, event.payload["transactionInfo"]["operationMode"].as_str().unwrap().to_owned()));
            }
        }
    }
    let expected = [(100, "LocalFrequency"), (200, "Idle"), (300, "ChargingOnly")];
    assert_eq!(seen, expected.map(|(second, mode)| (second, mode.to_owned())));
    let limit = json!({"startPeriod": 0, "operationMode": "CentralSetpoint"});
    let mut unset = profile;
    unset["id"] = 2.into();
    unset["chargingSchedule"][0]["chargingSchedulePeriod"] = json!([limit]);
    let refused = world.ask_status("SetChargingProfile", json!({"evseId": 2, "chargingProfile": unset}));
    assert_eq!(refused, "Rejected InvalidProfile", "a setpoint of the CSMS must be there");
}

/// The signed values of an event: the type of the reading, and the public key.
fn signed(event: &OutgoingCall) -> Vec<(String, Value)> {
    let values = event.payload["meterValue"].as_array().into_iter().flatten();
    let samples = values.flat_map(|value| value["sampledValue"].as_array().unwrap());
    let signed = samples.filter_map(|sample| sample.get("signedMeterValue"));
    signed
        .map(|signed| {
            let text = STANDARD.decode(signed["signedMeterData"].as_str().unwrap()).unwrap();
            let text = String::from_utf8(text).unwrap();
            let (data, signature) = text.strip_prefix("OCMF|").unwrap().split_once('|').unwrap();
            let data: Value = serde_json::from_str(data).unwrap();
            let signature: Value = serde_json::from_str(signature).unwrap();
            assert!(data["GV"].as_str().unwrap().contains("placeholder") && signature["SD"] == "MAYCAQECAQE=");
            (data["RD"][0]["TX"].as_str().unwrap().to_owned(), signed.get("publicKey").cloned().unwrap_or_default())
        })
        .collect()
}

#[test]
fn signed_values_are_in_the_form_of_a_meter_and_reported_in_the_end() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let mut world = StationWorld::quiet(version);
        world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
        let switch = |component: &str, variable: &str, value: &str| json!({"component": {"name": component}, "variable": {"name": variable}, "attributeValue": value});
        let settings = json!({"setVariableData": [
            switch("SampledDataCtrlr", "SignReadings", "true"),
            switch("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue", "OncePerTransaction"),
        ]});
        let results = world.ask_result("SetVariables", settings);
        assert!(results["setVariableResult"].as_array().unwrap().iter().all(|it| it["attributeStatus"] == "Accepted"));
        world.acts(&plug(1));
        world.act(&card("TAG", 1)).unwrap();
        let begun = world.events();
        let first = signed(&begun[0]);
        assert_eq!((first.len(), first[0].0.as_str()), (1, "B"));
        world.act(&card("TAG", 1)).unwrap();
        let ended = world.events();
        let reasons: Vec<_> = ended.iter().map(|it| it.payload["triggerReason"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["SignedDataReceived", "StopAuthorized"]);
        assert_eq!(ended[1].payload["eventType"], "Ended");
        let without_key = if version.number() == "2.0.1" { json!("") } else { Value::Null };
        assert_eq!(signed(&ended[0]), [("E".to_owned(), without_key)]);
        assert_eq!(signed(&ended[1]).len(), 2, "the first and the last value");
        let has_key = |(_, key): &(String, Value)| key.as_str().is_some_and(|key| !key.is_empty());
        assert_eq!(
            begun.iter().chain(&ended).flat_map(signed).filter(has_key).count(),
            1,
            "one value of the transaction has the key"
        );
        assert!(has_key(&first[0]));
    }
}

#[test]
fn a_transaction_begins_and_ends_with_signed_data_where_that_is_the_point() {
    let mut world = StationWorld::with_points("DataSigned", "DataSigned");
    world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
    world.set("SampledDataCtrlr", "SignReadings", "true");
    world.acts(&plug(1));
    let begun = world.acts(&card("TAG", 1));
    assert_eq!(begun[1], "TransactionEvent Started SignedDataReceived EVConnected TAG");
    let ended = world.acts(&card("TAG", 1));
    let expected = [
        "TransactionEvent Updated StopAuthorized EVConnected TAG",
        "TransactionEvent Ended SignedDataReceived EVConnected Local",
    ];
    assert_eq!(ended, expected);
}

#[test]
fn a_driver_who_refuses_the_tariff_does_not_charge() {
    let refuse = PhysicalAction::Service { service: DriverService::RefuseTariff, connector: Some(1) };
    let tariff = json!({"tariffId": "A", "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.9}]}});
    for (stop, ends) in [("EVConnected,Authorized", true), ("EVConnected", false)] {
        let mut world = StationWorld::quiet(Version::V2_1);
        world.set("TxCtrlr", "TxStopPoint", stop);
        assert_eq!(world.act(&refuse), Err(PhysicalActionError::NoTransaction(1)));
        world.acts(&plug(1));
        world.acts(&card("TAG", 1));
        assert_eq!(world.act(&refuse), Err(PhysicalActionError::NoTariff));
        world.acts(&card("TAG", 1));
        world.acts(&unplug(1));
        assert_eq!(world.ask_status("SetDefaultTariff", json!({"evseId": 1, "tariff": tariff})), "Accepted");
        world.acts(&plug(1));
        world.acts(&card("TAG", 1));
        let sent = world.acts(&refuse);
        let expected = if ends {
            "TransactionEvent Ended TariffNotAccepted EVConnected DeAuthorized"
        } else {
            "TransactionEvent Updated TariffNotAccepted EVConnected"
        };
        assert_eq!(sent, [expected]);
    }
    let mut older = StationWorld::quiet(Version::V2_0_1);
    assert!(matches!(older.act(&refuse), Err(PhysicalActionError::NoMessage { .. })));
}
