//! Starts and stops that the CSMS asks for, and what it asks about transactions (OCPP 2.0.1 part 2, F01 to F06, E14).

use super::hands::{card, plug, unplug};
use super::*;

fn start(evse: Option<i32>) -> Value {
    let mut payload = json!({"idToken": {"idToken": "TAG", "type": "ISO14443"}, "remoteStartId": 7});
    if let Some(evse) = evse {
        payload["evseId"] = evse.into();
    }
    payload
}

#[test]
fn a_requested_start_is_told_by_its_id() {
    let mut world = StationWorld::with_points("EVConnected", "EVConnected");
    world.acts(&plug(2));
    let (id, _) = world.machine.transaction_at(2).unwrap();
    let id = id.to_owned();
    let result = world.ask_result("RequestStartTransaction", start(Some(2)));
    assert_eq!(result, json!({"status": "Accepted", "transactionId": id}));
    let authorize = world.expect("Authorize");
    world.accept(&authorize);
    let event = world.expect("TransactionEvent");
    assert_eq!(event.payload["triggerReason"], "RemoteStart");
    assert_eq!(event.payload["transactionInfo"]["remoteStartId"], 7);
    assert_eq!(event.payload["idToken"]["idToken"], "TAG");
    world.accept(&event);
    assert_eq!(world.serve(), ["TransactionEvent Updated ChargingStateChanged Charging"]);
    assert_eq!(world.ask_status("RequestStartTransaction", start(Some(2))), "Rejected TxInProgress");
}

#[test]
fn authorization_of_a_requested_start_is_a_setting() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("AuthCtrlr", "AuthorizeRemoteStart", "false");
    assert_eq!(world.ask_status("RequestStartTransaction", start(None)), "Accepted");
    assert!(world.serve().is_empty());
    let sent = world.acts(&plug(1));
    assert_eq!(sent[1], "TransactionEvent Started RemoteStart EVConnected TAG");
}

#[test]
fn impossible_starts_and_stops_say_why() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let mut ask = |payload| world.ask_status("RequestStartTransaction", payload);
    assert_eq!(ask(start(Some(3))), "Rejected UnknownEvse");
    let mut wrong = start(Some(1));
    wrong["chargingProfile"] = json!({"id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative", "chargingSchedule": [{"id": 1, "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000.0}]}]});
    assert!(ask(wrong).starts_with("Rejected"));
    world.act(&PhysicalAction::Fault { error_code: None, info: None, connector: Some(1) }).unwrap();
    assert_eq!(world.ask_status("RequestStartTransaction", start(Some(1))), "Rejected InternalError");
    assert_eq!(world.ask_status("RequestStopTransaction", json!({"transactionId": "T"})), "Rejected TxNotFound");
    let mut pending = StationWorld::new(Version::V2_0_1, true);
    pending.connect();
    let boot = pending.expect("BootNotification");
    pending.result(&boot, boot_result("Pending", 40));
    assert_eq!(pending.ask_status("RequestStartTransaction", start(None)), "Rejected CSNotAccepted");
}

#[test]
fn a_stop_ends_what_nobody_authorized() {
    let mut world = StationWorld::with_points("EVConnected", "EVConnected");
    world.acts(&plug(1));
    let (id, _) = world.machine.transaction_at(1).unwrap();
    let stop = json!({"transactionId": id});
    assert_eq!(world.ask_status("RequestStopTransaction", stop), "Accepted");
    assert_eq!(world.serve(), ["TransactionEvent Ended RemoteStop EVConnected Remote"]);
    assert_eq!(world.acts(&unplug(1)), ["StatusNotification 1 Available"]);
}

#[test]
fn the_status_of_a_transaction_counts_waiting_events() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(world.ask_result("GetTransactionStatus", json!({})), json!({"messagesInQueue": false}));
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.accept(&authorize);
    let (id, _) = world.machine.transaction_at(1).unwrap();
    let query = json!({"transactionId": id});
    let waits = json!({"ongoingIndicator": true, "messagesInQueue": true});
    assert_eq!(world.ask_result("GetTransactionStatus", query.clone()), waits);
    world.serve();
    let done = json!({"ongoingIndicator": true, "messagesInQueue": false});
    assert_eq!(world.ask_result("GetTransactionStatus", query), done);
    let unknown = json!({"ongoingIndicator": false, "messagesInQueue": false});
    assert_eq!(world.ask_result("GetTransactionStatus", json!({"transactionId": "T"})), unknown);
}

#[test]
fn an_unlock_stops_no_authorized_transaction() {
    let unlock = |evse: i32, connector: i32| json!({"evseId": evse, "connectorId": connector});
    let mut world = StationWorld::with_points("EVConnected", "EVConnected");
    assert_eq!(world.ask_status("UnlockConnector", unlock(1, 1)), "Unlocked");
    assert_eq!(world.ask_status("UnlockConnector", unlock(1, 2)), "UnknownConnector");
    assert_eq!(world.ask_status("UnlockConnector", unlock(3, 1)), "UnknownConnector");
    world.acts(&plug(1));
    assert_eq!(world.ask_status("UnlockConnector", unlock(1, 1)), "Unlocked");
    assert_eq!(world.serve(), ["TransactionEvent Updated UnlockCommand"]);
    world.acts(&card("TAG", 1));
    assert_eq!(world.ask_status("UnlockConnector", unlock(1, 1)), "OngoingAuthorizedTransaction");
    world.acts(&PhysicalAction::Lock { works: false, connector: Some(2) });
    assert_eq!(world.ask_status("UnlockConnector", unlock(2, 1)), "UnlockFailed InternalError");
}

#[test]
fn messages_are_triggered() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let trigger = |message: &str| json!({"requestedMessage": message, "evse": {"id": 1}});
    assert_eq!(world.ask_status("TriggerMessage", trigger("TransactionEvent")), "Rejected TxNotFound");
    assert_eq!(world.ask_status("TriggerMessage", trigger("MeterValues")), "Accepted");
    assert_eq!(world.serve(), ["MeterValues 1"]);
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    assert_eq!(world.ask_status("TriggerMessage", trigger("TransactionEvent")), "Accepted");
    let event = world.expect("TransactionEvent");
    assert_eq!(event.payload["triggerReason"], "Trigger");
    assert_eq!(event.payload["transactionInfo"]["chargingState"], "Charging");
    assert_eq!(event.payload["meterValue"][0]["sampledValue"][0]["context"], "Trigger");
}
