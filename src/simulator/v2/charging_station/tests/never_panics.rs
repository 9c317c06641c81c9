//! For any messages in any order, the station neither panics nor keeps the link busy.

use proptest::prelude::*;

use super::*;
use crate::behaviour::{CarState, DriverLimit, FailingStep, FailureTimes, PowerLossStop};

const ACTIONS: [&str; 4] = ["ChangeAvailability", "Reset", "TriggerMessage", "Nonsense"];

const TEXTS: [&str; 12] = [
    "",
    "Operative",
    "Inoperative",
    "Immediate",
    "OnIdle",
    "ImmediateAndResume",
    "Heartbeat",
    "BootNotification",
    "StatusNotification",
    "Accepted",
    "2024-05-01T12:00:30Z",
    "9999-12-30T22:00:00Z",
];

const FIELDS: [&str; 9] =
    ["evse", "id", "evseId", "connectorId", "type", "operationalStatus", "requestedMessage", "status", "interval"];

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
        Happening::Hands(action) => _ = world.act(&action),
        Happening::Reconnect(version) => {
            world.disconnect();
            world.version = version;
            world.connect();
        }
    }
}

proptest! {
    #[test]
    fn in_any_order(autonomous: bool, version in prop::sample::select(vec![Version::V2_0_1, Version::V2_1]),
                    events in prop::collection::vec(happening(), 1..40)) {
        let mut world = StationWorld::new(version, autonomous);
        world.connect();
        if let Some(boot) = world.take_sent().pop() {
            world.result(&boot, boot_result("Accepted", 300));
        }
        for happening in events {
            happen(&mut world, happening);
        }
        prop_assert!(autonomous || world.take_sent().is_empty());
    }
}
