//! The optional functional blocks: what each answers and reports, and that a block which the station lacks is refused.

mod certificates;
mod der;
mod display;
mod files;
mod schedules;
mod services;
mod tariffs;

use std::sync::Arc;

use serde_json::{Value, json};

use super::StationWorld;
use crate::behaviour::{Answer, OutgoingCall};
use crate::ocpp::{ActionDefinition, Catalog, ErrorCode, Role, SampleContext, Version};
use crate::simulator::{ChargePointSettings, FeatureProfiles, StationEquipment};

/// The versions of a charging station.
const VERSIONS: [Version; 2] = [Version::V2_0_1, Version::V2_1];

/// Lets time pass and answers what the station sends with acceptance. Returns the calls of an action.
fn sent_within(world: &mut StationWorld, seconds: u64, action: &str) -> Vec<OutgoingCall> {
    let mut all = Vec::new();
    for second in 0..=seconds {
        if second > 0 {
            world.pass_seconds(1);
        }
        let mut sent = world.take_sent();
        while !sent.is_empty() {
            for call in sent {
                world.accept(&call);
                all.push(call);
            }
            sent = world.take_sent();
        }
    }
    all.retain(|call| call.action == action);
    all
}

/// The statuses that an action reports, each with its request.
fn statuses(world: &mut StationWorld, seconds: u64, action: &str) -> Vec<String> {
    let status = |call: &OutgoingCall| {
        let request = call.payload.get("requestId").map(|id| format!(" {id}")).unwrap_or_default();
        format!("{}{request}", call.payload["status"].as_str().unwrap_or_default())
    };
    sent_within(world, seconds, action).iter().map(status).collect()
}

fn world_with(version: Version, profiles: &str) -> StationWorld {
    let profiles = FeatureProfiles::parse(profiles).unwrap();
    let equipment = StationEquipment { profiles, ..StationEquipment::default() };
    StationWorld::with(version, ChargePointSettings { equipment, seed: 1, ..ChargePointSettings::default() }).booted()
}

fn calls_of_csms(version: Version) -> Vec<Arc<ActionDefinition>> {
    Catalog::embedded().actions_of(version, Role::CentralSystem).cloned().collect()
}

/// Every call of the CSMS, as the example of its definition, has a valid result from a station with all blocks: it is checked by `ask`.
#[test]
fn every_call_has_a_valid_result() {
    let context = SampleContext::at("2024-05-01T12:00:00Z".parse().unwrap());
    for version in VERSIONS {
        let calls = calls_of_csms(version);
        assert!(calls.len() >= 30, "{version}");
        for definition in calls {
            let mut world = StationWorld::accepted(version);
            let answer = world.ask(&definition.name, definition.request.sample(&context));
            assert!(matches!(answer, Answer::Result(_)), "{version} {}: {answer:?}", definition.name);
            // what follows is checked when it is sent
            world.live(30);
        }
    }
}

#[test]
fn a_call_of_a_missing_block_is_not_supported() {
    let context = SampleContext::at("2024-05-01T12:00:00Z".parse().unwrap());
    let mut refused = Vec::new();
    for version in VERSIONS {
        let mut world = world_with(version, "Core");
        for definition in calls_of_csms(version) {
            match world.ask(&definition.name, definition.request.sample(&context)) {
                Answer::Error { code: ErrorCode::NotSupported, .. } => refused.push(definition.name.to_string()),
                Answer::Result(_) => {}
                other => panic!("{version} {}: {other:?}", definition.name),
            }
        }
    }
    refused.sort();
    refused.dedup();
    let expected = [
        "AFRRSignal",
        "AdjustPeriodicEventStream",
        "CancelReservation",
        "CertificateSigned",
        "ChangeTransactionTariff",
        "ClearChargingProfile",
        "ClearDERControl",
        "ClearDisplayMessage",
        "ClearTariffs",
        "ClearVariableMonitoring",
        "CostUpdated",
        "CustomerInformation",
        "DeleteCertificate",
        "GetChargingProfiles",
        "GetCompositeSchedule",
        "GetDERControl",
        "GetDisplayMessages",
        "GetInstalledCertificateIds",
        "GetLocalListVersion",
        "GetMonitoringReport",
        "GetPeriodicEventStream",
        "GetTariffs",
        "InstallCertificate",
        "NotifyAllowedEnergyTransfer",
        "NotifyWebPaymentStarted",
        "PublishFirmware",
        "RequestBatterySwap",
        "ReserveNow",
        "SendLocalList",
        "SetChargingProfile",
        "SetDERControl",
        "SetDefaultTariff",
        "SetDisplayMessage",
        "SetMonitoringBase",
        "SetMonitoringLevel",
        "SetVariableMonitoring",
        "TriggerMessage",
        "UnpublishFirmware",
        "UpdateDynamicSchedule",
        "UpdateFirmware",
        "UsePriorityCharging",
    ];
    assert_eq!(refused, expected);
}

/// A station that makes no calls by itself answers all the same, and nothing follows.
#[test]
fn a_manual_station_only_answers() {
    let context = SampleContext::at("2024-05-01T12:00:00Z".parse().unwrap());
    for version in VERSIONS {
        let mut world = StationWorld::new(version, false);
        world.connect();
        for definition in calls_of_csms(version) {
            world.ask(&definition.name, definition.request.sample(&context));
        }
        world.pass_seconds(3600);
        assert!(world.take_sent().is_empty());
    }
}

#[test]
fn data_of_the_own_vendor_is_known() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    for (payload, expected) in [
        (json!({"vendorId": "com.example"}), "UnknownVendorId"),
        (json!({"vendorId": "ocpp-tui"}), "Accepted"),
        (json!({"vendorId": "ocpp-tui", "messageId": "Song"}), "UnknownMessageId"),
    ] {
        assert_eq!(world.ask_status("DataTransfer", payload), expected);
    }
    let echo = world.ask_result("DataTransfer", json!({"vendorId": "ocpp-tui", "messageId": "Echo", "data": {"a": [1]}}));
    assert_eq!(echo, json!({"status": "Accepted", "data": {"a": [1]}}));
}

fn result_of(answer: Answer) -> Value {
    match answer {
        Answer::Result(payload) => Value::clone(&payload),
        other => panic!("{other:?}"),
    }
}
