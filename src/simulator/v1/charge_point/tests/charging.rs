//! Charges from the requested start to the end, and the possible failures.

use super::*;

fn start(world: &mut World) {
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 2})), "Accepted");
}

#[test]
fn a_remote_start_leads_to_meter_values_and_a_remote_stop_ends_them() {
    let mut world = World::accepted(Version::V1_6);
    start(&mut world);
    let begin = ["StatusNotification 2 Preparing", "Authorize TAG", "StartTransaction 2 TAG", "StatusNotification 2 Charging"];
    assert_eq!(world.live(5), begin);
    assert_eq!(world.live(120), ["MeterValues 2 42", "MeterValues 2 42"]);
    assert_eq!(world.ask_status("RemoteStopTransaction", json!({"transactionId": 41})), "Rejected");
    assert_eq!(world.ask_status("RemoteStopTransaction", json!({"transactionId": 42})), "Accepted");
    let stop = world.sent.iter().find(|call| call.action == "StopTransaction").unwrap();
    let meter_stop = stop.payload["meterStop"].as_i64().unwrap();
    assert!((235..=260).contains(&meter_stop), "about two minutes at 7.4 kW are 245 Wh, not {meter_stop}");
    let end = ["StopTransaction 42 TAG Remote", "StatusNotification 2 Finishing", "StatusNotification 2 Available"];
    assert_eq!(world.live(5), end);
    assert!(world.live(200).is_empty());
}

#[test]
fn older_versions_use_their_own_names() {
    for version in [Version::V1_2, Version::V1_5] {
        let mut world = World::accepted(version);
        start(&mut world);
        let begin = ["StatusNotification 2 Occupied", "Authorize TAG", "StartTransaction 2 TAG"];
        assert_eq!(world.live(5), begin, "{version}");
        world.ask("RemoteStopTransaction", json!({"transactionId": 42}));
        assert_eq!(world.live(5), ["StopTransaction 42 TAG", "StatusNotification 2 Available"], "{version}");
    }
}

#[test]
fn meter_values_have_the_form_of_the_version() {
    let forms = [
        (Version::V1_2, "/values/0/value", None),
        (Version::V1_5, "/values/0/values/0/value", Some("/values/0/values/0/measurand")),
        (Version::V1_6, "/meterValue/0/sampledValue/0/value", Some("/meterValue/0/sampledValue/0/measurand")),
    ];
    for (version, value, measurand) in forms {
        let mut world = World::accepted(version);
        start(&mut world);
        world.live(5);
        world.pass_seconds(60);
        let payload = world.expect("MeterValues").payload;
        let value = payload.pointer(value).unwrap();
        assert_eq!(value.is_i64(), matches!(version, Version::V1_2), "{payload}");
        assert_eq!(value.is_string(), version > Version::V1_2, "{payload}");
        assert_eq!(payload.get("transactionId").is_some(), version > Version::V1_2, "{payload}");
        if let Some(measurand) = measurand {
            assert_eq!(payload.pointer(measurand).unwrap(), "Energy.Active.Import.Register");
        }
    }
}

#[test]
fn measurands_and_intervals_follow_the_configuration() {
    let mut world = World::accepted(Version::V1_6);
    let measurands = json!({"key": "MeterValuesSampledData", "value": "Power.Active.Import,Current.Import,Voltage"});
    assert_eq!(world.ask_status("ChangeConfiguration", measurands), "Accepted");
    start(&mut world);
    world.live(5);
    world.ask("ChangeConfiguration", json!({"key": "MeterValueSampleInterval", "value": "7"}));
    world.pass_seconds(7);
    let payload = world.expect("MeterValues").payload;
    let samples = payload["meterValue"][0]["sampledValue"].as_array().unwrap();
    let units: Vec<_> = samples.iter().map(|sample| sample["unit"].as_str().unwrap()).collect();
    assert_eq!(units, ["W", "A", "V"]);
    world.ask("ChangeConfiguration", json!({"key": "MeterValueSampleInterval", "value": "0"}));
    world.pass_seconds(200);
    assert!(world.take_sent().is_empty());
}

#[test]
fn clock_aligned_values_come_at_full_intervals() {
    let mut world = World::accepted(Version::V1_6);
    world.pass_seconds(100);
    world.ask("ChangeConfiguration", json!({"key": "ClockAlignedDataInterval", "value": "900"}));
    let mut sent = world.live(799);
    sent.retain(|call| call.starts_with("MeterValues"));
    assert!(sent.is_empty(), "{sent:?}");
    assert_eq!(world.live(1), ["MeterValues 1", "MeterValues 2"]);
}

#[test]
fn stop_transaction_carries_the_readings_that_are_configured() {
    for (version, path) in [(Version::V1_5, "/transactionData/0/values"), (Version::V1_6, "/transactionData")] {
        let mut world = World::accepted(version);
        let key = json!({"key": "StopTxnSampledData", "value": "Energy.Active.Import.Register"});
        assert_eq!(world.ask_status("ChangeConfiguration", key), "Accepted");
        start(&mut world);
        world.live(5);
        world.ask("RemoteStopTransaction", json!({"transactionId": 42}));
        let sent = world.take_sent();
        let stop = sent.iter().find(|call| call.action == "StopTransaction").unwrap();
        assert_eq!(stop.payload.pointer(path).unwrap().as_array().unwrap().len(), 2, "begin and end");
    }
}

#[test]
fn a_tag_that_is_not_accepted_does_not_charge() {
    let mut world = World::accepted(Version::V1_6);
    start(&mut world);
    let sent = world.take_sent();
    world.result(&sent[1], json!({"idTagInfo": {"status": "Blocked"}}));
    assert_eq!(world.live(10), ["StatusNotification 2 Available"]);
}

#[test]
fn a_tag_refused_at_the_start_is_stopped_or_suspended_as_configured() {
    for (stop, expected) in [
        ("true", vec!["StopTransaction 42 TAG DeAuthorized", "StatusNotification 2 Finishing"]),
        ("false", vec!["StatusNotification 2 SuspendedEVSE"]),
    ] {
        let mut world = World::accepted(Version::V1_6);
        world.ask("ChangeConfiguration", json!({"key": "StopTransactionOnInvalidId", "value": stop}));
        world.ask("ChangeConfiguration", json!({"key": "AuthorizeRemoteTxRequests", "value": "false"}));
        start(&mut world);
        world.serve();
        world.pass_seconds(3);
        let call = world.expect("StartTransaction");
        world.result(&call, json!({"transactionId": 42, "idTagInfo": {"status": "Invalid"}}));
        assert_eq!(world.serve(), expected);
    }
}

#[test]
fn known_tags_need_no_authorize_when_the_configuration_allows_it() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("ChangeConfiguration", json!({"key": "LocalPreAuthorize", "value": "true"}));
    let list = json!({"updateType": "Full", "listVersion": 1, "localAuthorizationList":
        [{"idTag": "tag", "idTagInfo": {"status": "Accepted"}}]});
    assert_eq!(world.ask_status("SendLocalList", list), "Accepted");
    start(&mut world);
    assert!(!world.live(5).contains(&"Authorize TAG".to_owned()));
}

#[test]
fn busy_unknown_and_inoperative_connectors_are_refused() {
    let mut world = World::accepted(Version::V1_6);
    for connector in [0, 3, -1] {
        let payload = json!({"idTag": "TAG", "connectorId": connector});
        assert_eq!(world.ask_status("RemoteStartTransaction", payload), "Rejected");
    }
    start(&mut world);
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "B", "connectorId": 2})), "Rejected");
    assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"})), "Accepted");
    assert_eq!(world.ask_status("RemoteStartTransaction", json!({"idTag": "B"})), "Rejected");
}

#[test]
fn a_failed_start_is_sent_again_while_the_car_charges() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("ChangeConfiguration", json!({"key": "AuthorizeRemoteTxRequests", "value": "false"}));
    start(&mut world);
    world.serve();
    world.pass_seconds(3);
    let first = world.expect("StartTransaction");
    world.end(&first, CallOutcome::Timeout);
    assert_eq!(world.serve(), ["StatusNotification 2 Charging"]);
    world.pass_seconds(60);
    let mut again = world.take_sent();
    assert_eq!(again.remove(0).payload, first.payload);
    world.end(&first, CallOutcome::Error { code: "InternalError", description: "" });
    world.pass_seconds(120);
    world.take_sent();
    world.end(&first, CallOutcome::Timeout);
    assert_eq!(World::in_short(&world.take_sent()[0]), "MeterValues 2 -1", "given up after three attempts, and reported");
}

/// A result `null` reaches the charge point as `{}`.
#[test]
fn a_start_that_is_answered_without_a_transaction_id_has_failed() {
    for result in [json!({}), json!({"transactionId": "x"}), json!({"idTagInfo": {"status": "Accepted"}})] {
        let mut world = World::accepted(Version::V1_6);
        world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
        world.serve();
        world.pass_seconds(3);
        let start = world.expect("StartTransaction");
        world.end(&start, CallOutcome::Result { payload: &result, valid: false });
        world.serve();
        let sent = world.live(200);
        assert!(sent.contains(&"StartTransaction 1 TAG".to_owned()), "it is sent again: {sent:?}");
        assert_eq!(world.ask_status("RemoteStopTransaction", json!({"transactionId": 42})), "Accepted");
        assert_eq!(world.live(5)[0], "StopTransaction 42 TAG Remote");
    }
}
