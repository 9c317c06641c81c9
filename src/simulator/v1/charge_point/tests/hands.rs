//! Hands at the machine: cable, card, car, bay, lock and fault, and the messages that follow.

use super::*;
use crate::behaviour::{CarState, DriverLimit};
use crate::simulator::v1::features::SimulatedFeatures;

/// A charge point without a driver of its own.
pub(super) fn quiet(version: Version) -> World {
    let mut world = World::new(version, true);
    let settings = ChargePointSettings { driver: false, ..world.machine.settings().clone() };
    world.machine = ChargePoint::new(settings);
    world.connect();
    world.serve();
    world
}

pub(super) fn plug(connector: i32) -> PhysicalAction {
    PhysicalAction::Plug { connector: Some(connector) }
}

pub(super) fn unplug(connector: i32) -> PhysicalAction {
    PhysicalAction::Unplug { connector: Some(connector) }
}

pub(super) fn card(id_tag: &str, connector: i32) -> PhysicalAction {
    PhysicalAction::Present { id_tag: id_tag.to_owned(), connector: Some(connector) }
}

pub(super) fn configure(world: &mut World, key: &str, value: &str) {
    assert_eq!(world.ask_status("ChangeConfiguration", json!({"key": key, "value": value})), "Accepted", "{key}");
}

fn ev(state: CarState) -> PhysicalAction {
    PhysicalAction::Ev { state, connector: Some(1) }
}

#[test]
fn cable_first_then_the_card() {
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.acts(&plug(1)), ["StatusNotification 1 Preparing"]);
    let start = ["Authorize TAG", "StartTransaction 1 TAG", "StatusNotification 1 Charging"];
    assert_eq!(world.acts(&card("TAG", 1)), start);
    let stop = ["StopTransaction 42 TAG Local", "StatusNotification 1 Finishing"];
    assert_eq!(world.acts(&card("TAG", 1)), stop);
    assert!(world.live(100).is_empty(), "no driver takes the cable out");
    assert_eq!(world.acts(&unplug(1)), ["StatusNotification 1 Available"]);
}

#[test]
fn card_first_then_the_cable() {
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.acts(&card("TAG", 2)), ["Authorize TAG", "StatusNotification 2 Preparing"]);
    assert_eq!(world.acts(&plug(2)), ["StartTransaction 2 TAG", "StatusNotification 2 Charging"]);
}

#[test]
fn a_card_without_a_cable_is_forgotten_after_a_time() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "ConnectionTimeOut", "30");
    world.acts(&card("TAG", 1));
    assert!(world.live(29).is_empty());
    assert_eq!(world.live(2), ["StatusNotification 1 Available"]);
    assert_eq!(world.acts(&plug(1)), ["StatusNotification 1 Preparing"], "the card is not valid any more");
}

#[test]
fn a_remote_start_waits_for_the_cable_as_long() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "ConnectionTimeOut", "20");
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1})), "Accepted");
    assert_eq!(world.live(10), ["StatusNotification 1 Preparing", "Authorize TAG"]);
    assert_eq!(world.live(20), ["StatusNotification 1 Available"]);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.serve();
    assert_eq!(world.acts(&plug(1)), ["StartTransaction 1 TAG", "StatusNotification 1 Charging"]);
}

#[test]
fn a_remote_start_takes_the_connector_at_which_a_car_waits() {
    for named in [true, false] {
        let mut world = quiet(Version::V1_6);
        world.acts(&plug(2));
        let mut start = json!({"idTag": "TAG"});
        if named {
            start["connectorId"] = 2.into();
        }
        assert_eq!(world.ask_status("RemoteStartTransaction", start), "Accepted");
        assert_eq!(world.serve(), ["Authorize TAG", "StartTransaction 2 TAG", "StatusNotification 2 Charging"]);
    }
}

#[test]
fn the_next_transaction_may_follow_without_unplugging() {
    let mut world = quiet(Version::V1_6);
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    world.acts(&card("TAG", 1));
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "B", "connectorId": 1})), "Accepted");
    let start = ["StatusNotification 1 Preparing", "Authorize B", "StartTransaction 1 B", "StatusNotification 1 Charging"];
    assert_eq!(world.serve(), start);
}

#[test]
fn a_refused_card_changes_nothing() {
    let mut world = quiet(Version::V1_6);
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    assert_eq!(world.act(&card("B", 1)), Err(PhysicalActionError::ReaderBusy));
    world.result(&authorize, json!({"idTagInfo": {"status": "Blocked"}}));
    assert!(world.serve().is_empty());
    assert_eq!(world.acts(&card("TAG", 1)), ["Authorize TAG", "StatusNotification 1 Preparing"]);
}

#[test]
fn a_card_of_the_same_group_stops_and_another_does_not() {
    for (group, stops) in [("G", true), ("H", false)] {
        let mut world = quiet(Version::V1_6);
        world.acts(&plug(1));
        world.act(&card("TAG", 1)).unwrap();
        let authorize = world.expect("Authorize");
        world.result(&authorize, json!({"idTagInfo": {"status": "Accepted", "parentIdTag": "G"}}));
        world.serve();
        world.act(&card("OTHER", 1)).unwrap();
        let authorize = world.expect("Authorize");
        world.result(&authorize, json!({"idTagInfo": {"status": "Accepted", "parentIdTag": group}}));
        let expected: &[&str] = if stops { &["StopTransaction 42 OTHER Local", "StatusNotification 1 Finishing"] } else { &[] };
        assert_eq!(world.serve(), expected);
    }
}

/// The reader asks before it knows what the card is for.
#[test]
fn a_card_of_the_group_stops_although_another_connector_is_free() {
    let mut world = quiet(Version::V1_6);
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.result(&authorize, json!({"idTagInfo": {"status": "Accepted", "parentIdTag": "G"}}));
    world.serve();
    world.act(&PhysicalAction::Present { id_tag: "OTHER".to_owned(), connector: None }).unwrap();
    let authorize = world.expect("Authorize");
    world.result(&authorize, json!({"idTagInfo": {"status": "Accepted", "parentIdTag": "G"}}));
    assert_eq!(world.serve(), ["StopTransaction 42 OTHER Local", "StatusNotification 1 Finishing"]);
}

#[test]
fn unplugging_at_the_car_stops_as_configured() {
    let (stopped, free) =
        (["StopTransaction 42 TAG EVDisconnected", "StatusNotification 1 Finishing"], "StatusNotification 1 Available");
    for (stop, unlock, expected) in [
        ("true", "true", vec![stopped[0], stopped[1], free]),
        ("true", "false", stopped.to_vec()),
        ("false", "true", vec!["StatusNotification 1 SuspendedEV"]),
    ] {
        let mut world = quiet(Version::V1_6);
        configure(&mut world, "StopTransactionOnEVSideDisconnect", stop);
        configure(&mut world, "UnlockConnectorOnEVSideDisconnect", unlock);
        world.acts(&plug(1));
        world.acts(&card("TAG", 1));
        assert_eq!(world.acts(&unplug(1)), expected, "{stop} {unlock}");
        match (stop, unlock) {
            ("false", _) => assert_eq!(world.acts(&plug(1)), ["StatusNotification 1 Charging"]),
            (_, "false") => {
                assert_eq!(world.act(&plug(1)), Err(PhysicalActionError::CableLocked));
                assert_eq!(world.act(&card("B", 1)), Err(PhysicalActionError::CableLocked));
                assert_eq!(world.acts(&card("TAG", 1)), [free]);
            }
            _ => {}
        }
    }
}

#[test]
fn the_car_suspends_and_resumes() {
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.act(&ev(CarState::Full)), Err(PhysicalActionError::NothingPlugged));
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    assert_eq!(world.acts(&ev(CarState::Suspend)), ["StatusNotification 1 SuspendedEV"]);
    assert_eq!(world.acts(&ev(CarState::Ready)), ["StatusNotification 1 Charging"]);
    assert_eq!(world.acts(&ev(CarState::Full)), ["StatusNotification 1 SuspendedEV"]);
    world.live(600);
    world.act(&card("TAG", 1)).unwrap();
    let stop = world.take_sent().into_iter().find(|call| call.action == "StopTransaction").unwrap();
    assert_eq!(stop.payload["meterStop"], 0, "a full car draws nothing");
}

#[test]
fn older_versions_say_occupied() {
    for version in [Version::V1_2, Version::V1_5] {
        let mut world = quiet(version);
        assert_eq!(world.acts(&plug(1)), ["StatusNotification 1 Occupied"], "{version}");
        assert_eq!(world.acts(&card("TAG", 1)), ["Authorize TAG", "StartTransaction 1 TAG"], "{version}");
        assert!(world.acts(&ev(CarState::Suspend)).is_empty(), "{version}");
        assert_eq!(world.acts(&card("TAG", 1)), ["StopTransaction 42 TAG"], "{version}");
        assert_eq!(world.acts(&unplug(1)), ["StatusNotification 1 Available"], "{version}");
    }
}

#[test]
fn a_car_in_the_bay_occupies_the_connector() {
    let (park, leave) = (PhysicalAction::Park { connector: Some(1) }, PhysicalAction::Leave { connector: Some(1) });
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.acts(&park), ["StatusNotification 1 Preparing"]);
    assert_eq!(world.act(&park), Err(PhysicalActionError::AlreadyParked));
    world.acts(&plug(1));
    assert_eq!(world.act(&leave), Err(PhysicalActionError::AlreadyPlugged));
    world.acts(&card("TAG", 1));
    world.acts(&card("TAG", 1));
    assert!(world.acts(&unplug(1)).iter().all(|call| !call.ends_with("Available")));
    assert_eq!(world.acts(&leave), ["StatusNotification 1 Available"]);
}

#[test]
fn a_fault_has_its_code_until_it_is_repaired() {
    let fault = PhysicalAction::Fault {
        error_code: Some("groundfailure".to_owned()),
        info: Some("wet".to_owned()),
        connector: Some(1),
    };
    let mut world = quiet(Version::V1_6);
    world.act(&fault).unwrap();
    let report = world.expect("StatusNotification");
    let is_wet = |call: &OutgoingCall| {
        call.payload["status"] == "Faulted" && call.payload["errorCode"] == "GroundFailure" && call.payload["info"] == "wet"
    };
    assert!(is_wet(&report), "{report:?}");
    world.result(&report, json!({}));
    world.ask("TriggerMessage", json!({"requestedMessage": "StatusNotification", "connectorId": 1}));
    let triggered = world.expect("StatusNotification");
    assert!(is_wet(&triggered), "a trigger sends the same: {triggered:?}");
    world.result(&triggered, json!({}));
    assert_eq!(world.act(&card("TAG", 1)), Err(PhysicalActionError::Faulted(1)));
    world.ask("Reset", json!({"type": "Hard"}));
    let sent = world.live(10);
    assert!(sent.contains(&"StatusNotification 1 Faulted".to_owned()), "a reset repairs nothing: {sent:?}");
    assert_eq!(world.acts(&PhysicalAction::Recover { connector: None }), ["StatusNotification 1 Available"]);
    assert_eq!(world.act(&PhysicalAction::Recover { connector: None }), Err(PhysicalActionError::NoFault));
}

#[test]
fn a_transaction_outlasts_a_fault() {
    let fault = |code: &str| PhysicalAction::Fault { error_code: Some(code.to_owned()), info: None, connector: Some(1) };
    let mut world = quiet(Version::V1_6);
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    assert_eq!(world.acts(&fault("HighTemperature")), ["StatusNotification 1 Faulted"]);
    assert_eq!(world.acts(&fault("WeakSignal")), ["StatusNotification 1 Faulted"], "another code is news");
    assert_eq!(world.acts(&PhysicalAction::Recover { connector: Some(1) }), ["StatusNotification 1 Charging"]);
    assert!(matches!(world.act(&fault("Mode3Error")), Err(PhysicalActionError::UnknownErrorCode { .. })));
}

#[test]
fn the_charge_point_as_a_whole_can_be_faulted() {
    let fault = PhysicalAction::Fault { error_code: None, info: None, connector: Some(0) };
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.acts(&fault), ["StatusNotification 0 Faulted"]);
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "A"})), "Rejected");
    assert_eq!(world.acts(&PhysicalAction::Recover { connector: None }), ["StatusNotification 0 Available"]);
}

#[test]
fn a_lock_that_fails_ends_a_start_and_an_unlock() {
    let lock = |works| PhysicalAction::Lock { works, connector: Some(1) };
    for (version, failed) in [(Version::V1_6, "UnlockFailed"), (Version::V1_5, "Rejected")] {
        let mut world = quiet(version);
        world.acts(&lock(false));
        assert_eq!(world.ask_status("UnlockConnector", json!({"connectorId": 1})), failed);
        world.acts(&plug(1));
        world.act(&card("TAG", 1)).unwrap();
        let authorize = world.expect("Authorize");
        world.result(&authorize, json!({"idTagInfo": {"status": "Accepted"}}));
        let report = world.expect("StatusNotification");
        assert_eq!(report.payload["errorCode"], "ConnectorLockFailure");
        world.result(&report, json!({}));
        world.acts(&lock(true));
        let status = if SimulatedFeatures::of(version).actions_of_1_6 { "Preparing" } else { "Occupied" };
        assert_eq!(world.acts(&PhysicalAction::Recover { connector: Some(1) }), [format!("StatusNotification 1 {status}")]);
    }
}

#[test]
fn limits_of_the_driver_end_a_transaction() {
    for (limit, seconds) in [(DriverLimit::Energy(1000.0), 500), (DriverLimit::Time(100.0), 101), (DriverLimit::Cost(0.3), 500)]
    {
        let mut world = quiet(Version::V1_6);
        configure(&mut world, "MeterValueSampleInterval", "0");
        configure(&mut world, "HeartbeatInterval", "0");
        world.acts(&plug(1));
        world.acts(&card("TAG", 1));
        world.acts(&PhysicalAction::Limit { limit, connector: Some(1) });
        assert!(world.live(seconds * 9 / 10).is_empty(), "{limit:?}");
        let sent = world.live(seconds / 5);
        assert_eq!(sent, ["StopTransaction 42 TAG Local", "StatusNotification 1 Finishing"], "{limit:?}");
        assert!(world.act(&PhysicalAction::Limit { limit: DriverLimit::Time(f64::NAN), connector: None }).is_err());
    }
}

#[test]
fn what_is_impossible_says_why() {
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.act(&plug(3)), Err(PhysicalActionError::NoConnector { number: 3, last: 2 }));
    assert_eq!(world.act(&unplug(1)), Err(PhysicalActionError::NothingPlugged));
    assert_eq!(world.act(&card("", 1)), Err(PhysicalActionError::BadTag(20)));
    assert_eq!(world.act(&card(&"x".repeat(21), 1)), Err(PhysicalActionError::BadTag(20)));
    assert_eq!(world.act(&PhysicalAction::PowerOn), Err(PhysicalActionError::HasPower));
    world.acts(&plug(1));
    assert_eq!(world.act(&plug(1)), Err(PhysicalActionError::AlreadyPlugged));
    world.ask("ChangeAvailability", json!({"connectorId": 2, "type": "Inoperative"}));
    assert_eq!(world.act(&card("TAG", 2)), Err(PhysicalActionError::Unavailable(2)));
    let mut manual = World::new(Version::V1_6, false);
    assert_eq!(manual.act(&plug(1)), Err(PhysicalActionError::Manual));
}

#[test]
fn a_reserved_connector_waits_for_its_card() {
    let mut world = quiet(Version::V1_6);
    let reservation = |parent: Option<&str>| {
        let mut it = json!({"connectorId": 1, "idTag": "OWNER", "reservationId": 5, "expiryDate": "2024-05-01T13:00:00Z"});
        if let Some(parent) = parent {
            it["parentIdTag"] = parent.into();
        }
        it
    };
    assert_eq!(world.ask_status("ReserveNow", reservation(None)), "Accepted");
    world.serve();
    assert!(world.acts(&plug(1)).is_empty(), "it stays reserved");
    assert_eq!(world.act(&card("TAG", 1)), Err(PhysicalActionError::Reserved(1)));
    let start =
        ["Authorize OWNER", "StatusNotification 1 Preparing", "StartTransaction 1 OWNER", "StatusNotification 1 Charging"];
    assert_eq!(world.acts(&card("OWNER", 1)), start);
    world.acts(&card("OWNER", 1));
    world.acts(&unplug(1));
    assert_eq!(world.ask_status("ReserveNow", reservation(Some("G"))), "Accepted");
    world.serve();
    world.act(&card("FRIEND", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.result(&authorize, json!({"idTagInfo": {"status": "Accepted", "parentIdTag": "G"}}));
    assert_eq!(world.serve(), ["StatusNotification 1 Preparing"]);
}

/// Only a transaction delays a change of availability (OCPP 1.6 §5.2).
#[test]
fn a_car_without_a_transaction_delays_no_change_of_availability() {
    let mut world = quiet(Version::V1_6);
    world.acts(&plug(1));
    assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"})), "Accepted");
    assert_eq!(world.serve().last().unwrap(), "StatusNotification 1 Unavailable");
    assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 1, "type": "Operative"})), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Preparing"], "the car is still there");
}

#[test]
fn only_a_status_that_lasts_is_reported() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "MinimumStatusDuration", "10");
    assert!(world.acts(&plug(1)).is_empty());
    world.pass_seconds(5);
    assert!(world.acts(&unplug(1)).is_empty());
    assert!(world.live(20).is_empty(), "it is Available again");
    world.acts(&plug(1));
    assert!(world.live(9).is_empty());
    assert_eq!(world.live(2), ["StatusNotification 1 Preparing"]);
}

#[test]
fn stop_transaction_carries_what_was_sampled_on_the_way() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "StopTxnSampledData", "Energy.Active.Import.Register");
    configure(&mut world, "StopTxnAlignedData", "Voltage");
    configure(&mut world, "MeterValueSampleInterval", "60");
    configure(&mut world, "ClockAlignedDataInterval", "900");
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    world.live(910);
    world.act(&card("TAG", 1)).unwrap();
    let stop = world.take_sent().into_iter().find(|call| call.action == "StopTransaction").unwrap();
    let samples = stop.payload["transactionData"].as_array().unwrap();
    let contexts: Vec<_> = samples.iter().map(|it| it["sampledValue"][0]["context"].as_str().unwrap()).collect();
    assert_eq!((contexts[0], *contexts.last().unwrap()), ("Transaction.Begin", "Transaction.End"));
    assert_eq!(contexts.iter().filter(|it| **it == "Sample.Periodic").count(), 15);
    let clock = samples.iter().find(|it| it["sampledValue"][0]["context"] == "Sample.Clock").unwrap();
    assert_eq!(clock["sampledValue"][0]["measurand"], "Voltage");
}

#[test]
fn what_the_central_system_sets_for_pings_holds_for_the_next_link() {
    let mut world = quiet(Version::V1_6);
    assert_eq!(world.machine.ping_interval(), None);
    let set = json!({"key": "WebSocketPingInterval", "value": "30"});
    assert_eq!(world.ask_status("ChangeConfiguration", set), "RebootRequired");
    assert_eq!(world.machine.ping_interval(), Some(Duration::from_secs(30)));
}
