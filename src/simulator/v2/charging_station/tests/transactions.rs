//! The course of a transaction: its events, where it begins and where it ends (OCPP 2.0.1 part 2, E01 to E10).

use super::hands::{card, plug, seen, unplug};
use super::*;
use crate::behaviour::{CarState, DriverLimit};

/// The transaction ids, sequence numbers and EVSEs of events.
fn course(events: &[OutgoingCall]) -> Vec<(String, i64)> {
    let id = |call: &OutgoingCall| call.payload["transactionInfo"]["transactionId"].as_str().unwrap().to_owned();
    events.iter().map(|call| (id(call), call.payload["seqNo"].as_i64().unwrap())).collect()
}

#[test]
fn cable_first() {
    let mut world = StationWorld::with_points("EVConnected", "EVConnected");
    let started = ["StatusNotification 1 Occupied", "TransactionEvent Started CablePluggedIn EVConnected"];
    assert_eq!(world.acts(&plug(1)), started);
    let authorized =
        ["Authorize TAG", "TransactionEvent Updated Authorized TAG", "TransactionEvent Updated ChargingStateChanged Charging"];
    assert_eq!(world.acts(&card("TAG", 1)), authorized);
    assert!(seen(&world).connectors[0].locked);
    assert_eq!(world.acts(&card("TAG", 1)), ["TransactionEvent Updated StopAuthorized EVConnected TAG"]);
    let ended = ["TransactionEvent Ended EVCommunicationLost Idle Local", "StatusNotification 1 Available"];
    assert_eq!(world.acts(&unplug(1)), ended);
}

#[test]
fn card_first() {
    let mut world = StationWorld::with_points("Authorized", "Authorized");
    assert_eq!(world.acts(&card("TAG", 1)), ["Authorize TAG", "TransactionEvent Started Authorized Idle TAG"]);
    let plugged = [
        "StatusNotification 1 Occupied",
        "TransactionEvent Updated CablePluggedIn EVConnected",
        "TransactionEvent Updated ChargingStateChanged Charging",
    ];
    assert_eq!(world.acts(&plug(1)), plugged);
    assert_eq!(world.acts(&card("TAG", 1)), ["TransactionEvent Ended StopAuthorized EVConnected Local TAG"]);
    assert_eq!(world.acts(&unplug(1)), ["StatusNotification 1 Available"]);
}

#[test]
fn events_are_numbered_and_tell_each_fact_once() {
    let mut world = StationWorld::with_points("Authorized", "Authorized");
    world.act(&card("TAG", 1)).unwrap();
    let mut events = world.events();
    world.act(&plug(1)).unwrap();
    events.extend(world.events());
    world.act(&card("TAG", 1)).unwrap();
    events.extend(world.events());
    let (id, _) = &course(&events)[0];
    assert_eq!(course(&events), (0..4).map(|number| (id.clone(), number)).collect::<Vec<_>>());
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "a UUID");
    let evses: Vec<_> = events.iter().filter_map(|call| call.payload.get("evse").cloned()).collect();
    assert_eq!(evses, [json!({"id": 1}), json!({"id": 1, "connectorId": 1})]);
    assert_eq!(events[0].payload["meterValue"][0]["sampledValue"][0]["context"], "Transaction.Begin");
    let last = &events[3].payload;
    assert_eq!(last["meterValue"].as_array().unwrap().len(), 2, "begin and end");
    assert_eq!(last["meterValue"][1]["sampledValue"][0]["context"], "Transaction.End");
    assert!(last["transactionInfo"]["timeSpentCharging"].is_i64());
    assert!(events.iter().all(|call| call.payload.get("offline").is_none()));
}

#[test]
fn a_transaction_begins_at_each_point_and_ends_at_each() {
    let (park, leave) = (PhysicalAction::Park { connector: Some(1) }, PhysicalAction::Leave { connector: Some(1) });
    let steps = [park, plug(1), card("TAG", 1), card("TAG", 1), unplug(1), leave];
    for (start, stop, began, ended) in [
        ("ParkingBayOccupancy", "ParkingBayOccupancy", "EVDetected Idle", "EVDeparted Idle Local"),
        ("EVConnected", "EVConnected", "CablePluggedIn EVConnected", "EVCommunicationLost Idle Local"),
        ("Authorized", "Authorized", "Authorized EVConnected TAG", "StopAuthorized EVConnected Local TAG"),
        ("PowerPathClosed", "PowerPathClosed", "Authorized EVConnected TAG", "StopAuthorized EVConnected Local TAG"),
        ("EnergyTransfer", "EnergyTransfer", "ChargingStateChanged Charging TAG", "StopAuthorized EVConnected Local TAG"),
        (
            "DataSigned,Authorized",
            "Authorized,EVConnected",
            "Authorized EVConnected TAG",
            "StopAuthorized EVConnected Local TAG",
        ),
    ] {
        let mut world = StationWorld::with_points(start, stop);
        let sent: Vec<_> = steps.iter().flat_map(|step| world.acts(step)).collect();
        let of =
            |kind: &str| sent.iter().filter_map(|it| it.strip_prefix(&format!("TransactionEvent {kind} "))).collect::<Vec<_>>();
        assert_eq!((of("Started"), of("Ended")), (vec![began], vec![ended]), "{start} {stop}: {sent:?}");
    }
}

#[test]
fn without_a_cable_in_time_a_start_is_given_up() {
    let mut world = StationWorld::with_points("Authorized", "EVConnected");
    world.acts(&card("TAG", 1));
    assert_eq!(world.live(59), [""; 0]);
    assert_eq!(world.live(1), ["TransactionEvent Ended EVConnectTimeout Idle Timeout"]);
    let mut world = StationWorld::with_points("PowerPathClosed", "EVConnected");
    assert_eq!(world.acts(&card("TAG", 1)), ["Authorize TAG"]);
    assert_eq!(world.live(60), [""; 0]);
    let plugged = world.acts(&plug(1));
    assert_eq!(plugged, ["StatusNotification 1 Occupied"], "no one is authorized any more");
}

#[test]
fn the_card_again_takes_a_start_back() {
    let mut world = StationWorld::with_points("PowerPathClosed", "EVConnected,Authorized");
    world.acts(&card("TAG", 1));
    assert!(world.acts(&card("TAG", 1)).is_empty());
    assert_eq!(world.acts(&plug(1)), ["StatusNotification 1 Occupied"]);
}

#[test]
fn unplugging_at_the_car_stops_as_configured() {
    let mut world = StationWorld::with_points("EVConnected", "ParkingBayOccupancy");
    world.set("TxCtrlr", "StopTxOnEVSideDisconnect", "false");
    world.acts(&PhysicalAction::Park { connector: Some(1) });
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    assert_eq!(world.acts(&unplug(1)), ["TransactionEvent Updated EVCommunicationLost Idle"]);
    let again =
        ["TransactionEvent Updated CablePluggedIn EVConnected", "TransactionEvent Updated ChargingStateChanged Charging"];
    assert_eq!(world.acts(&plug(1)), again);
    world.set("TxCtrlr", "StopTxOnEVSideDisconnect", "true");
    world.set("OCPPCommCtrlr", "UnlockOnEVSideDisconnect", "false");
    assert_eq!(world.acts(&unplug(1)), ["TransactionEvent Updated EVCommunicationLost Idle"], "the car is in its bay still");
    assert_eq!(world.act(&plug(1)), Err(PhysicalActionError::CableLocked));
    assert_eq!(world.act(&card("B", 1)), Err(PhysicalActionError::CableLocked));
    assert!(world.acts(&card("TAG", 1)).is_empty(), "the cable is released");
    let gone = world.acts(&PhysicalAction::Leave { connector: Some(1) });
    assert_eq!(gone, ["TransactionEvent Ended EVDeparted Idle EVDisconnected", "StatusNotification 1 Available"]);
}

#[test]
fn the_car_suspends_and_resumes() {
    let ev = |state| PhysicalAction::Ev { state, connector: None };
    let mut world = StationWorld::with_points("EVConnected", "EVConnected");
    assert_eq!(world.act(&ev(CarState::Full)), Err(PhysicalActionError::NothingPlugged));
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    assert!(seen(&world).connectors[0].watts > 1000.0);
    assert_eq!(world.acts(&ev(CarState::Suspend)), ["TransactionEvent Updated ChargingStateChanged SuspendedEV"]);
    assert_eq!((seen(&world).connectors[0].watts, seen(&world).connectors[0].status), (0.0, "SuspendedEV"));
    assert_eq!(world.acts(&ev(CarState::Ready)), ["TransactionEvent Updated ChargingStateChanged Charging"]);
}

#[test]
fn a_fault_suspends_and_does_not_end() {
    let mut world = StationWorld::with_points("EVConnected", "EVConnected");
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    let fault = PhysicalAction::Fault { error_code: None, info: None, connector: Some(1) };
    let sent = world.acts(&fault);
    let event = "TransactionEvent Updated AbnormalCondition SuspendedEVSE";
    assert_eq!(sent, ["NotifyEvent EVSE true", "StatusNotification 1 Faulted", event]);
    let sent = world.acts(&PhysicalAction::Recover { connector: None });
    assert_eq!(sent.last().unwrap(), "TransactionEvent Updated ChargingStateChanged Charging");
}

#[test]
fn a_lock_that_fails_prevents_a_charge() {
    let mut world = StationWorld::with_points("PowerPathClosed", "EVConnected");
    world.acts(&PhysicalAction::Lock { works: false, connector: Some(1) });
    world.acts(&plug(1));
    let sent = world.acts(&card("TAG", 1));
    assert_eq!(sent, ["Authorize TAG", "NotifyEvent ConnectorPlugRetentionLock true", "StatusNotification 1 Faulted"]);
}

#[test]
fn limits_of_the_driver_end_a_transaction() {
    for (version, limit, seconds, event) in [
        (Version::V2_0_1, DriverLimit::Energy(1000.0), 500, "EnergyLimitReached EVConnected EnergyLimitReached"),
        (Version::V2_0_1, DriverLimit::Time(100.0), 101, "TimeLimitReached EVConnected TimeLimitReached"),
        (Version::V2_0_1, DriverLimit::Cost(0.3), 500, "EnergyLimitReached EVConnected LocalOutOfCredit"),
        (Version::V2_1, DriverLimit::Cost(0.3), 500, "CostLimitReached EVConnected LocalOutOfCredit"),
        (Version::V2_0_1, DriverLimit::Soc(42.0), 500, "EnergyLimitReached EVConnected SOCLimitReached"),
        (Version::V2_1, DriverLimit::Soc(42.0), 500, "SoCLimitReached EVConnected SOCLimitReached"),
    ] {
        let mut world = StationWorld::quiet(version);
        world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
        world.acts(&plug(1));
        world.acts(&card("TAG", 1));
        let sent = world.acts(&PhysicalAction::Limit { limit, connector: Some(1) });
        assert_eq!(sent.len(), usize::from(matches!(version, Version::V2_1)), "{sent:?}");
        assert!(world.live(seconds * 9 / 10).is_empty(), "{limit:?}");
        assert_eq!(world.live(seconds / 5), [format!("TransactionEvent Ended {event}")]);
        for limit in [DriverLimit::Time(f64::NAN), DriverLimit::Energy(f64::INFINITY), DriverLimit::Soc(101.0)] {
            let bad = PhysicalAction::Limit { limit, connector: None };
            assert_eq!(world.act(&bad), Err(PhysicalActionError::BadLimit));
        }
    }
}

#[test]
fn the_csms_limits_a_transaction() {
    let mut world = StationWorld::quiet(Version::V2_1);
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.accept(&authorize);
    let started = world.expect("TransactionEvent");
    let limit = json!({"maxTime": 30});
    world.result(&started, json!({"idTokenInfo": {"status": "Accepted"}, "transactionLimit": limit}));
    for (trigger, expected) in [("ChargingStateChanged", None), ("LimitSet", Some(&limit))] {
        let event = world.expect("TransactionEvent");
        assert_eq!(event.payload["triggerReason"], trigger);
        assert_eq!(event.payload["transactionInfo"].get("transactionLimit"), expected);
        world.result(&event, json!({"transactionLimit": limit}));
    }
    assert!(world.take_sent().is_empty(), "the same limit again is no news");
    let sent = world.live(32);
    assert_eq!(sent.last().unwrap(), "TransactionEvent Ended TimeLimitReached EVConnected TimeLimitReached");
}

#[test]
fn the_driver_comes_and_goes_by_himself() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let start = json!({"idToken": {"idToken": "TAG", "type": "Central"}, "remoteStartId": 7});
    assert_eq!(world.ask_status("RequestStartTransaction", start), "Accepted");
    let begun = world.live(5);
    let expected = [
        "StatusNotification 1 Occupied",
        "TransactionEvent Started RemoteStart EVConnected TAG",
        "TransactionEvent Updated ChargingStateChanged Charging",
    ];
    assert_eq!(begun, expected);
    let (id, _) = world.machine.transaction_at(1).unwrap();
    let stop = json!({"transactionId": id});
    assert_eq!(world.ask_status("RequestStopTransaction", stop), "Accepted");
    let ended = ["TransactionEvent Ended RemoteStop EVConnected Remote", "StatusNotification 1 Available"];
    assert_eq!(world.live(4), ended);
}

#[test]
fn without_authorization_everybody_charges() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("AuthCtrlr", "Enabled", "false");
    let sent = world.acts(&plug(1));
    assert_eq!(sent[1], "TransactionEvent Started CablePluggedIn EVConnected ");
    assert_eq!(sent[2], "TransactionEvent Updated ChargingStateChanged Charging");
}

#[test]
fn a_transaction_of_the_user_is_one_of_the_station() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let event = |kind: &str, number: i32| {
        json!({"eventType": kind, "timestamp": "2024-05-01T12:00:00Z", "triggerReason": "Authorized", "seqNo": number,
            "evse": {"id": 2, "connectorId": 1}, "idToken": {"idToken": "TAG", "type": "Local"},
            "transactionInfo": {"transactionId": "T", "chargingState": "Charging"}})
    };
    world.user_call("TransactionEvent", event("Started", 0), json!({}));
    assert!(world.ask_result("GetTransactionStatus", json!({"transactionId": "T"}))["ongoingIndicator"] == true);
    assert_eq!(world.serve(), ["StatusNotification 2 Occupied"]);
    assert_eq!(seen(&world).connectors[1].status, "Charging");
    let sampled = world.live(60);
    assert_eq!(sampled, ["TransactionEvent Updated MeterValuePeriodic"]);
    world.user_call("TransactionEvent", event("Ended", 9), json!({}));
    assert!(world.ask_result("GetTransactionStatus", json!({"transactionId": "T"}))["ongoingIndicator"] == false);
}
