//! For any messages in any order, the station neither panics nor keeps the link busy.

use proptest::prelude::*;

use super::*;
use crate::behaviour::{CarState, DriverLimit, FailingStep, FailureTimes, PowerLossStop};

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

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![(-2..5_i64), any::<i64>(), Just(i64::from(i32::MAX)), Just(i64::from(i32::MIN))].prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let object = prop::collection::vec((prop::sample::select(&FIELDS[..]), inner.clone()), 0..10);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

#[derive(Debug, Clone)]
enum Happening {
    Call(&'static str, Value),
    UserCall(&'static str, Value, Value),
    Answer(usize, u8, Value),
    Time(u64),
    Reconnect(Version),
    Hands(PhysicalAction),
    Set(&'static str, &'static str, &'static str),
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
            .prop_map(|(point, variable)| Happening::Set("TxCtrlr", variable, point)),
        1 => (prop::sample::select(vec!["true", "false"]), prop::sample::select(vec![
            ("TxCtrlr", "StopTxOnEVSideDisconnect"), ("TxCtrlr", "StopTxOnInvalidId"), ("AuthCtrlr", "Enabled"),
            ("AuthCtrlr", "LocalPreAuthorize"), ("OCPPCommCtrlr", "UnlockOnEVSideDisconnect"),
        ])).prop_map(|(value, (component, variable))| Happening::Set(component, variable, value)),
    ]
}

/// A happening that is in order: what the station makes of it must be valid.
fn orderly() -> impl Strategy<Value = Happening> {
    let versions = vec![Version::V2_0_1, Version::V2_1];
    prop_oneof![
        4 => valid_call(),
        4 => (any::<usize>(), 0..9_u8).prop_map(|(which, how)| Happening::Answer(which, how, json!({"idTokenInfo": {"status": "Blocked"}}))),
        2 => prop_oneof![0..5_u64, 0..500_u64].prop_map(Happening::Time),
        1 => prop::sample::select(versions).prop_map(Happening::Reconnect),
        6 => physical_action().prop_map(Happening::Hands),
    ]
}

fn physical_action() -> impl Strategy<Value = PhysicalAction> {
    let connector = || prop::option::of(-1..4_i32);
    prop_oneof![
        3 => connector().prop_map(|connector| PhysicalAction::Plug { connector }),
        2 => connector().prop_map(|connector| PhysicalAction::Unplug { connector }),
        4 => (prop::sample::select(vec!["T", "TAG", "B"]), connector())
            .prop_map(|(tag, connector)| PhysicalAction::Present { id_tag: tag.to_owned(), connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Fault { error_code: None, info: None, connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Recover { connector }),
        1 => prop::sample::select(PowerLossStop::ALL.to_vec()).prop_map(|stop| PhysicalAction::PowerOff { stop }),
        1 => prop::sample::select(vec![PhysicalAction::PowerOn, PhysicalAction::Offline, PhysicalAction::Online]),
        1 => (prop::sample::select(CarState::ALL.to_vec()), connector())
            .prop_map(|(state, connector)| PhysicalAction::Ev { state, connector }),
        1 => (any::<bool>(), connector()).prop_map(|(works, connector)| PhysicalAction::Lock { works, connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Park { connector }),
        1 => connector().prop_map(|connector| PhysicalAction::Leave { connector }),
        1 => (any::<f64>(), connector())
            .prop_map(|(limit, connector)| PhysicalAction::Limit { limit: DriverLimit::Energy(limit), connector }),
        1 => (prop::sample::select(FailingStep::ALL.to_vec()), prop::sample::select(FailureTimes::ALL.to_vec()))
            .prop_map(|(step, times)| PhysicalAction::Fail { step, times }),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let user_actions = ["BootNotification", "TransactionEvent", "StatusNotification", "Authorize"];
    let versions = vec![Version::V2_0_1, Version::V2_1];
    prop_oneof![
        4 => valid_call(),
        4 => (prop::sample::select(&ACTIONS[..]), json_value()).prop_map(|(action, it)| Happening::Call(action, it)),
        1 => (prop::sample::select(user_actions.to_vec()), json_value(), json_value())
            .prop_map(|(action, call, result)| Happening::UserCall(action, call, result)),
        4 => (any::<usize>(), 0..8_u8, json_value()).prop_map(|(which, how, it)| Happening::Answer(which, how, it)),
        2 => prop_oneof![0..5_u64, 0..500_u64].prop_map(Happening::Time),
        1 => prop::sample::select(versions).prop_map(Happening::Reconnect),
        4 => physical_action().prop_map(Happening::Hands),
    ]
}

fn happen(world: &mut StationWorld, happening: Happening) {
    match happening {
        Happening::Call(action, payload) => drop(world.ask(action, payload)),
        Happening::UserCall(action, call, result) => world.user_call(action, call, result),
        Happening::Answer(which, how, payload) if !world.sent.is_empty() => {
            let call = world.sent.remove(which % world.sent.len());
            match how {
                0 => world.end(&call, CallOutcome::Timeout),
                1 => world.end(&call, CallOutcome::Error { code: "GenericError", description: "" }),
                2 => world.end(&call, CallOutcome::LinkLost),
                3 => world.result(&call, payload),
                _ => world.result(&call, friendly_answer(&call)),
            }
        }
        Happening::Answer(..) => {}
        Happening::Time(seconds) => world.pass_seconds(seconds),
        Happening::Set(component, variable, value) => world.set(component, variable, value),
        Happening::Hands(action) => _ = world.act(&action),
        Happening::Reconnect(version) => {
            world.disconnect();
            world.version = version;
            world.connect();
        }
    }
}

fn run(mut world: StationWorld, events: Vec<Happening>) -> Result<(), TestCaseError> {
    let autonomous = world.station.settings.autonomous;
    world.connect();
    if let Some(boot) = world.take_sent().pop() {
        world.result(&boot, boot_result("Accepted", 300));
    }
    for happening in events {
        happen(&mut world, happening);
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
