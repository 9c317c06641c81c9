//! Messages on the display, data about customers, and network profiles.

use super::*;

fn message(id: i32, priority: &str) -> Value {
    json!({"message": {"id": id, "priority": priority, "message": {"format": "UTF8", "content": format!("Text {id}")}}})
}

/// The ids in the reports about messages, one list for each part.
fn reported(world: &mut StationWorld, criteria: Value) -> Vec<Vec<i64>> {
    let mut payload = json!({"requestId": 5});
    payload.as_object_mut().unwrap().extend(criteria.as_object().unwrap().clone());
    assert_eq!(world.ask_status("GetDisplayMessages", payload), "Accepted");
    let parts = sent_within(world, 0, "NotifyDisplayMessages");
    let last = parts.len() - 1;
    for (number, part) in parts.iter().enumerate() {
        assert_eq!((&part.payload["requestId"], &part.payload["tbc"]), (&json!(5), &json!(number < last)));
    }
    let ids = |call: &OutgoingCall| {
        call.payload["messageInfo"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
    };
    parts.iter().map(ids).collect()
}

#[test]
fn messages_are_set_replaced_reported_and_cleared() {
    for version in VERSIONS {
        let mut world = StationWorld::accepted(version);
        assert_eq!(world.ask_status("GetDisplayMessages", json!({"requestId": 5})), "Unknown");
        for (id, priority) in [(1, "NormalCycle"), (2, "InFront"), (3, "AlwaysFront"), (1, "InFront"), (4, "AlwaysFront")] {
            assert_eq!(world.ask_status("SetDisplayMessage", message(id, priority)), "Accepted");
        }
        // the third was replaced: only one is always in front
        assert_eq!(reported(&mut world, json!({})), [vec![2, 1], vec![4]]);
        assert_eq!(reported(&mut world, json!({"priority": "AlwaysFront"})), [vec![4]]);
        assert_eq!(reported(&mut world, json!({"id": [1, 4, 9]})), [vec![1, 4]]);
        assert_eq!(
            world.ask_status("GetDisplayMessages", json!({"requestId": 5, "id": [1], "priority": "NormalCycle"})),
            "Unknown"
        );
        assert_eq!(world.ask_status("ClearDisplayMessage", json!({"id": 3})), "Unknown");
        assert_eq!(world.ask_status("ClearDisplayMessage", json!({"id": 4})), "Accepted");
        assert_eq!(reported(&mut world, json!({})), [vec![2, 1]]);
    }
}

#[test]
fn what_the_display_cannot_show_is_refused() {
    let mut world = StationWorld::accepted(Version::V2_1);
    let with = |field: &str, value: Value| {
        let mut payload = message(1, "InFront");
        payload["message"][field] = value;
        payload
    };
    world.set("DisplayMessageCtrlr", "SupportedPriorities", "NormalCycle,InFront");
    assert_eq!(world.ask_status("SetDisplayMessage", message(1, "AlwaysFront")), "NotSupportedPriority");
    assert_eq!(world.ask_status("SetDisplayMessage", with("transactionId", json!("T"))), "UnknownTransaction");
    let page = json!({"format": "HTML", "content": "<b>"});
    assert_eq!(world.ask_status("SetDisplayMessage", with("message", page)), "NotSupportedMessageFormat");
    let past = with("endDateTime", json!("2024-05-01T11:00:00Z"));
    assert_eq!(world.ask_status("SetDisplayMessage", past), "Rejected InvalidValue");
    world.set("DisplayMessageCtrlr", "SupportedStates", "Idle");
    assert_eq!(world.ask_status("SetDisplayMessage", with("state", json!("Charging"))), "NotSupportedState");
    for id in 0..20 {
        assert_eq!(world.ask_status("SetDisplayMessage", message(id, "InFront")), "Accepted");
    }
    assert_eq!(world.ask_status("SetDisplayMessage", message(20, "InFront")), "Rejected OutOfStorage");
    assert_eq!(world.ask_status("SetDisplayMessage", message(19, "InFront")), "Accepted");
}

#[test]
fn a_message_ends_at_its_time() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let mut payload = message(1, "InFront");
    payload["message"]["endDateTime"] = "2024-05-01T12:01:00Z".into();
    world.ask("SetDisplayMessage", payload);
    world.pass_seconds(59);
    assert_eq!(reported(&mut world, json!({})), [vec![1]]);
    world.pass_seconds(2);
    assert_eq!(world.ask_status("GetDisplayMessages", json!({"requestId": 5})), "Unknown");
}

#[test]
fn a_customer_must_be_named_once() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let token = json!({"idToken": "TAG", "type": "ISO14443"});
    for (payload, expected) in [
        (json!({"requestId": 1, "report": true, "clear": false}), "Invalid InvalidValue"),
        (
            json!({"requestId": 1, "report": true, "clear": false, "idToken": token, "customerIdentifier": "x"}),
            "Invalid InvalidValue",
        ),
        (json!({"requestId": 1, "report": false, "clear": false, "idToken": token}), "Rejected UnsupportedRequest"),
        (json!({"requestId": 1, "report": false, "clear": true, "idToken": token}), "Accepted"),
    ] {
        assert_eq!(world.ask_status("CustomerInformation", payload), expected);
    }
    assert!(sent_within(&mut world, 0, "NotifyCustomerInformation").is_empty());
    let list = json!({"versionNumber": 1, "updateType": "Full",
        "localAuthorizationList": [{"idToken": token, "idTokenInfo": {"status": "Accepted"}}]});
    assert_eq!(world.ask_status("SendLocalList", list), "Accepted");
    let known = json!({"requestId": 5, "report": true, "clear": true, "idToken": token});
    assert_eq!(world.ask_status("CustomerInformation", known), "Accepted");
    let sent = sent_within(&mut world, 0, "NotifyCustomerInformation");
    assert_eq!(sent[0].payload["data"], "local list: TAG accepted");
    let unknown = json!({"requestId": 6, "report": true, "clear": true, "customerIdentifier": "unknown"});
    assert_eq!(world.ask_status("CustomerInformation", unknown), "Accepted");
    let sent = sent_within(&mut world, 0, "NotifyCustomerInformation");
    assert_eq!(sent.len(), 1);
    let payload = &sent[0].payload;
    assert_eq!(
        [&payload["data"], &payload["requestId"], &payload["seqNo"], &payload["tbc"]],
        [&json!(""), &json!(6), &json!(0), &json!(false)]
    );
}

#[test]
fn a_network_profile_is_checked() {
    for version in VERSIONS {
        let mut world = StationWorld::accepted(version);
        let profile = |slot: i32, change: Value| {
            let mut connection = json!({"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": "wss://csms.example.com/ocpp",
                "messageTimeout": 30, "securityProfile": 2, "ocppInterface": "Wired0"});
            connection.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            json!({"configurationSlot": slot, "connectionData": connection})
        };
        for (slot, change, expected) in [
            (2, json!({}), "Accepted"),
            (9, json!({}), "Rejected ValueOutOfRange"),
            (2, json!({"ocppCsmsUrl": "http://csms"}), "Rejected InvalidURL"),
            (2, json!({"ocppCsmsUrl": "ws://csms"}), "Rejected InvalidURL"),
            (2, json!({"securityProfile": 0}), "Rejected ValueOutOfRange"),
            (2, json!({"ocppTransport": "SOAP"}), "Rejected UnsupportedParam"),
            (2, json!({"ocppInterface": "Wireless3"}), "Rejected UnsupportedParam"),
            (2, json!({"messageTimeout": 0}), "Rejected ValueOutOfRange"),
        ] {
            assert_eq!(world.ask_status("SetNetworkProfile", profile(slot, change)), expected, "{version}");
        }
        world.set("SecurityCtrlr", "SecurityProfile", "3");
        assert_eq!(world.ask_status("SetNetworkProfile", profile(2, json!({}))), "Rejected ValueTooLow");
    }
}
