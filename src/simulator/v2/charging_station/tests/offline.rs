//! Operation without a link: events that wait, and those that fail (OCPP 2.0.1 part 2, E04, E11, E13).

use super::hands::{card, plug};
use super::*;

/// A station at whose EVSE 1 a user charges.
pub(super) fn charging(version: Version) -> StationWorld {
    let mut world = StationWorld::quiet(version);
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    world
}

#[test]
fn events_wait_for_the_link_and_say_so() {
    let mut world = charging(Version::V2_0_1);
    world.act(&PhysicalAction::Offline).unwrap();
    world.pass_seconds(125);
    world.act(&card("TAG", 1)).unwrap();
    assert!(world.take_sent().is_empty());
    world.act(&PhysicalAction::Online).unwrap();
    let events = world.events();
    let short: Vec<_> = events.iter().map(StationWorld::in_short).collect();
    let sample = "TransactionEvent Updated MeterValuePeriodic";
    assert_eq!(short, [sample, sample, "TransactionEvent Ended StopAuthorized EVConnected Local TAG"]);
    assert!(events.iter().all(|call| call.payload["offline"] == true));
    let numbers: Vec<_> = events.iter().map(|call| call.payload["seqNo"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2, 3, 4]);
}

#[test]
fn an_event_that_fails_is_sent_again_and_dropped_at_last() {
    let mut world = charging(Version::V2_0_1);
    world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
    world.set("OCPPCommCtrlr", "MessageAttemptInterval.TransactionEvent", "10");
    world.act(&card("TAG", 1)).unwrap();
    for wait in [10, 20] {
        let event = world.events_unanswered();
        world.end(&event, CallOutcome::Timeout);
        world.pass_seconds(wait - 1);
        assert!(world.take_sent().is_empty(), "{wait}");
        world.pass_seconds(1);
    }
    let event = world.events_unanswered();
    world.end(&event, CallOutcome::Error { code: "InternalError", description: "" });
    world.pass_seconds(100);
    assert!(world.take_sent().is_empty(), "three attempts are made");
    assert_eq!(world.ask_result("GetTransactionStatus", json!({})), json!({"messagesInQueue": false}));
}

#[test]
fn an_event_that_is_lost_with_the_link_is_sent_again() {
    let mut world = charging(Version::V2_0_1);
    world.act(&card("TAG", 1)).unwrap();
    let event = world.events_unanswered();
    world.end(&event, CallOutcome::LinkLost);
    assert!(world.take_sent().is_empty(), "nothing is sent into a lost link");
    world.disconnect();
    world.connect();
    let again = world.events();
    assert_eq!((again.len(), &again[0].payload["seqNo"]), (1, &event.payload["seqNo"]));
}

#[test]
fn a_status_that_did_not_arrive_is_sent_again() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.act(&plug(1)).unwrap();
    let report = world.expect("StatusNotification");
    world.end(&report, CallOutcome::LinkLost);
    world.disconnect();
    world.connect();
    assert_eq!(world.serve(), ["StatusNotification 1 Occupied"]);
    world.disconnect();
    world.connect();
    assert!(world.serve().is_empty());
}

#[test]
fn before_the_first_acceptance_transactions_are_a_setting() {
    for (early, begun) in [("true", true), ("false", false)] {
        let settings = ChargePointSettings { driver: false, seed: 1, ..ChargePointSettings::default() };
        let mut world = StationWorld::with(Version::V2_0_1, settings);
        world.set("TxCtrlr", "TxBeforeAcceptedEnabled", early);
        world.set("TxCtrlr", "TxStartPoint", "EVConnected");
        world.connect();
        world.act(&plug(1)).unwrap();
        assert_eq!(world.machine.is_in_use(1), begun);
        let boot = world.expect("BootNotification");
        world.result(&boot, boot_result("Accepted", 300));
        let sent = world.serve();
        assert_eq!(sent.last().unwrap(), "TransactionEvent Started CablePluggedIn EVConnected");
        assert!(world.machine.is_in_use(1));
    }
}
