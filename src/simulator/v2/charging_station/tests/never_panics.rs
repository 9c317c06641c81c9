//! For any messages in any order, the station neither panics nor keeps the link busy.

use proptest::prelude::*;

use super::*;
use crate::simulator::test_machine::{Happening, json_value, physical_action, time};

const ACTIONS: [&str; 13] = [
    "CancelReservation",
    "ChangeAvailability",
    "ClearCache",
    "GetLocalListVersion",
    "GetTransactionStatus",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "TriggerMessage",
    "UnlockConnector",
    "Nonsense",
];

const TEXTS: [&str; 22] = [
    "",
    "T",
    "Operative",
    "Inoperative",
    "Immediate",
    "OnIdle",
    "ImmediateAndResume",
    "Heartbeat",
    "BootNotification",
    "StatusNotification",
    "MeterValues",
    "TransactionEvent",
    "Accepted",
    "Started",
    "Ended",
    "Charging",
    "Full",
    "Differential",
    "ISO14443",
    "2024-05-01T12:00:30Z",
    "9999-12-30T22:00:00Z",
    "-009999-01-02T00:00:00Z",
];

const FIELDS: [&str; 30] = [
    "evse",
    "id",
    "evseId",
    "connectorId",
    "type",
    "operationalStatus",
    "requestedMessage",
    "status",
    "interval",
    "idToken",
    "idTokenInfo",
    "groupIdToken",
    "cacheExpiryDateTime",
    "remoteStartId",
    "chargingProfile",
    "transactionId",
    "transactionInfo",
    "transactionLimit",
    "maxTime",
    "maxEnergy",
    "eventType",
    "chargingState",
    "seqNo",
    "expiryDateTime",
    "reservationId",
    "connectorType",
    "versionNumber",
    "updateType",
    "localAuthorizationList",
    "timestamp",
];

/// Points at which transactions begin and end.
const POINTS: [&str; 5] = ["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"];

/// The CSMS sets a variable of the device model.
fn set(component: &str, variable: &str, value: &str) -> Happening {
    let data = json!({"component": {"name": component}, "variable": {"name": variable}, "attributeValue": value});
    Happening::Call("SetVariables", json!({"setVariableData": [data]}))
}

/// A call of the CSMS that is valid.
fn valid_call() -> impl Strategy<Value = Happening> {
    let token = || prop::sample::select(vec!["T", "TAG", "B"]).prop_map(|text| json!({"idToken": text, "type": "ISO14443"}));
    let evse = || 1..3_i32;
    prop_oneof![
        3 => (token(), evse(), any::<bool>()).prop_map(|(token, evse, named)| {
            let mut start = json!({"idToken": token, "remoteStartId": 1});
            if named {
                start["evseId"] = evse.into();
            }
            Happening::Call("RequestStartTransaction", start)
        }),
        2 => (token(), evse(), any::<bool>(), 0..4_i32).prop_map(|(token, evse, named, id)| {
            let mut reserve = json!({"id": id, "idToken": token, "expiryDateTime": "2024-05-01T12:05:00Z"});
            if named {
                reserve["evseId"] = evse.into();
            }
            Happening::Call("ReserveNow", reserve)
        }),
        1 => (0..4_i32).prop_map(|id| Happening::Call("CancelReservation", json!({"reservationId": id}))),
        1 => (evse(), prop::sample::select(vec!["Operative", "Inoperative"]))
            .prop_map(|(id, it)| Happening::Call("ChangeAvailability", json!({"evse": {"id": id}, "operationalStatus": it}))),
        1 => prop::sample::select(vec!["Immediate", "OnIdle"]).prop_map(|it| Happening::Call("Reset", json!({"type": it}))),
        1 => (evse(), prop::sample::select(vec!["Immediate", "OnIdle"]))
            .prop_map(|(id, it)| Happening::Call("Reset", json!({"type": it, "evseId": id}))),
        1 => evse().prop_map(|id| Happening::Call("UnlockConnector", json!({"evseId": id, "connectorId": 1}))),
        1 => prop::sample::select(vec!["StatusNotification", "MeterValues", "TransactionEvent", "Heartbeat", "BootNotification"])
            .prop_map(|it| Happening::Call("TriggerMessage", json!({"requestedMessage": it}))),
        1 => (prop::sample::select(&POINTS[..]), prop::sample::select(vec!["TxStartPoint", "TxStopPoint"]))
            .prop_map(|(point, variable)| set("TxCtrlr", variable, point)),
        1 => (prop::sample::select(vec!["true", "false"]), prop::sample::select(vec![
            ("TxCtrlr", "StopTxOnEVSideDisconnect"), ("TxCtrlr", "StopTxOnInvalidId"), ("AuthCtrlr", "Enabled"),
            ("AuthCtrlr", "LocalPreAuthorize"), ("OCPPCommCtrlr", "UnlockOnEVSideDisconnect"),
        ])).prop_map(|(value, (component, variable))| set(component, variable, value)),
    ]
}

/// A happening that is in order: what the station makes of it must be valid.
fn orderly() -> impl Strategy<Value = Happening> {
    let versions = vec![Version::V2_0_1, Version::V2_1];
    prop_oneof![
        4 => valid_call(),
        4 => (any::<usize>(), 0..9_u8).prop_map(|(which, how)| Happening::Answer(which, how, json!({"idTokenInfo": {"status": "Blocked"}}))),
        2 => time(),
        1 => prop::sample::select(versions).prop_map(Happening::Reconnect),
        6 => physical_action().prop_map(Happening::Hands),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let user_actions = ["BootNotification", "TransactionEvent", "StatusNotification", "Authorize"];
    let versions = vec![Version::V2_0_1, Version::V2_1];
    prop_oneof![
        4 => valid_call(),
        4 => (prop::sample::select(&ACTIONS[..]), json_value(&FIELDS, &TEXTS)).prop_map(|(action, it)| Happening::Call(action, it)),
        1 => (prop::sample::select(user_actions.to_vec()), json_value(&FIELDS, &TEXTS), json_value(&FIELDS, &TEXTS))
            .prop_map(|(action, call, result)| Happening::UserCall(action, call, result)),
        4 => (any::<usize>(), 0..8_u8, json_value(&FIELDS, &TEXTS)).prop_map(|(which, how, it)| Happening::Answer(which, how, it)),
        2 => time(),
        1 => prop::sample::select(versions).prop_map(Happening::Reconnect),
        4 => physical_action().prop_map(Happening::Hands),
    ]
}

fn run(mut world: StationWorld, events: Vec<Happening>) -> Result<(), TestCaseError> {
    let autonomous = world.machine.settings.autonomous;
    world.connect_and_boot();
    for happening in events {
        world.happen(happening);
    }
    prop_assert!(autonomous || world.take_sent().is_empty());
    Ok(())
}

proptest! {
    #[test]
    fn in_any_order(autonomous: bool, version in prop::sample::select(vec![Version::V2_0_1, Version::V2_1]),
                    events in prop::collection::vec(happening(), 1..40)) {
        let mut world = StationWorld::new(version, autonomous);
        world.unchecked = true;
        run(world, events)?;
    }

    #[test]
    fn valid_in_any_order(driver: bool, version in prop::sample::select(vec![Version::V2_0_1, Version::V2_1]),
                          events in prop::collection::vec(orderly(), 1..60)) {
        let settings = ChargePointSettings { driver, seed: 1, ..ChargePointSettings::default() };
        run(StationWorld::with(version, settings), events)?;
    }
}
