//! What is known after some messages.

use super::*;
use crate::ocpp::Role;
use crate::trace::{ConnectionAttempt, Direction, Event, EventKind, Frame, FrameKind, Stamp};

/// Applies exchanges of one station: the call came from it.
fn facts(exchanges: &[(&str, &str, &str)]) -> (StationSummaries, Contents) {
    let mut contents = Contents::new(1 << 20);
    let key = contents.station(Role::CentralSystem, "CP1");
    let mut at = 0;
    let mut apply = |contents: &mut Contents, kind| {
        at += 1_000_000;
        let stamp = Stamp { wall_micros: at as i64, monotonic_micros: at };
        contents.apply(&Event { station: Some(key), stamp, kind }, &mut String::new());
    };
    for (exchange, (action, asked, answer)) in exchanges.iter().enumerate() {
        for (kind, text) in [
            (FrameKind::Call, format!("[2,\"{exchange}\",\"{action}\",{asked}]")),
            (FrameKind::Result, format!("[3,\"{exchange}\",{answer}]")),
        ] {
            let frame = Frame {
                direction: if kind == FrameKind::Call { Direction::In } else { Direction::Out },
                kind,
                action: Some((*action).into()),
                text: text.into(),
                content: None,
                exchange: Some(exchange as u64),
                code: None,
                findings: Vec::new(),
                remark: None,
                origin: None,
            };
            apply(&mut contents, EventKind::Frame(frame));
        }
    }
    let mut facts = StationSummaries::default();
    while facts.catch_up(&contents, 3) {}
    (facts, contents)
}

#[test]
fn messages_update_boot_connectors_transactions_and_keys() {
    let (facts, _) = facts(&[
        ("BootNotification", r#"{"chargePointModel":"X1","chargePointVendor":"V"}"#, r#"{"status":"Accepted","interval":300}"#),
        ("StatusNotification", r#"{"connectorId":1,"errorCode":"NoError","status":"Available"}"#, "{}"),
        ("StatusNotification", r#"{"connectorId":2,"errorCode":"GroundFailure","status":"Faulted"}"#, "{}"),
        ("StartTransaction", r#"{"connectorId":1,"idTag":"T","meterStart":10}"#, r#"{"transactionId":7}"#),
        ("StartTransaction", r#"{"connectorId":2,"idTag":"U","meterStart":0}"#, r#"{"transactionId":8}"#),
        ("StopTransaction", r#"{"transactionId":7,"meterStop":90,"reason":"Local"}"#, "{}"),
        (
            "GetConfiguration",
            "{}",
            r#"{"configurationKey":[{"key":"A","value":"1","readonly":true},{"key":"B","readonly":false}]}"#,
        ),
        ("ChangeConfiguration", r#"{"key":"B","value":"2"}"#, r#"{"status":"Accepted"}"#),
        ("ChangeConfiguration", r#"{"key":"A","value":"9"}"#, r#"{"status":"Rejected"}"#),
        ("Heartbeat", "{}", "{}"),
    ]);
    let station = facts.of(StationKey(0)).unwrap();
    let boot = station.boot.as_ref().unwrap();
    assert_eq!((boot.interval, boot.status.as_deref(), boot.fields.len()), (Some(300), Some("Accepted"), 2));
    assert_eq!(&*station.connectors[&ConnectorPlace::numbered(1)].status, "Available");
    assert_eq!(station.connectors[&ConnectorPlace::numbered(2)].error.as_deref(), Some("GroundFailure"));
    assert_eq!(station.running().map(|transaction| &*transaction.id).collect::<Vec<_>>(), ["8"]);
    let ended = &station.transactions[0];
    assert_eq!((ended.meter_start, ended.meter_stop, ended.reason.as_deref()), (Some(10), Some(90), Some("Local")));
    assert_eq!(
        station.configuration["A"],
        ConfigurationKey { value: Some("1".into()), read_only: true, change: Some("Rejected".into()) }
    );
    assert_eq!(station.configuration["B"].value.as_deref(), Some("2"));
    assert_eq!(station.heartbeat_micros, Some(19_000_000));
}

#[test]
fn events_of_2_x_update_evses_transactions_and_the_model() {
    let event = |kind: &str, sequence: i64, more: &str, register: i64| {
        format!(
            r#"{{"eventType":"{kind}","seqNo":{sequence},"transactionInfo":{{"transactionId":"t-1"{more}}},"evse":{{"id":2}},
                "meterValue":[{{"timestamp":"2026-03-04T10:00:00Z","sampledValue":[{{"value":{register}}}]}}]}}"#
        )
    };
    let started = event("Started", 0, r#","chargingState":"Charging""#, 100);
    let token = r#"{"eventType":"Updated","seqNo":1,"idToken":{"idToken":"TAG","type":"ISO14443"},"transactionInfo":{"transactionId":"t-1"}}"#;
    let moved = r#"{"seqNo":0,"eventData":[{"component":{"name":"Connector","evse":{"id":1,"connectorId":2}},
        "variable":{"name":"AvailabilityState"},"actualValue":"Reserved","trigger":"Delta"}]}"#;
    let status = r#"{"evseId":2,"connectorId":1,"connectorStatus":"Occupied"}"#;
    let boot = r#"{"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M","modem":{"iccid":"8"}}}"#;
    let first = r#"{"evseId":1,"connectorId":1,"connectorStatus":"Available"}"#;
    let mut exchanges = vec![
        ("BootNotification", boot, r#"{"status":"Accepted","interval":300}"#),
        ("StatusNotification", first, "{}"),
        ("StatusNotification", status, "{}"),
        ("NotifyEvent", moved, "{}"),
        ("TransactionEvent", &started, "{}"),
        ("TransactionEvent", token, "{}"),
        ("GetLocalListVersion", "{}", r#"{"versionNumber":4}"#),
    ];
    let (known, _) = facts(&exchanges);
    let station = known.of(StationKey(0)).unwrap();
    let fields: Vec<_> = station.boot.as_ref().unwrap().fields.iter().map(|(name, _)| &**name).collect();
    assert_eq!(fields, ["reason", "vendorName", "model", "iccid"]);
    let places: Vec<_> = station
        .connectors
        .iter()
        .map(|(place, connector)| format!("{} {}", station.short_place(*place), station.state_at(*place, connector)))
        .collect();
    assert_eq!(places, ["1.1 Available", "1.2 Reserved", "2 Charging"]);
    let [running] = &station.running().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((&*running.id, &*running.id_tag, running.place.to_string()), ("t-1", "TAG", "EVSE 2".to_owned()));
    assert_eq!((station.model.as_ref().unwrap().len(), station.local_list), (1, Some(4)));
    let ended = event("Ended", 2, r#","stoppedReason":"Local""#, 900);
    let report = r#"{"requestId":1,"seqNo":1,"generatedAt":"2026-03-04T10:00:00Z"}"#;
    exchanges.extend([("TransactionEvent", &*ended, "{}"), ("NotifyReport", report, "{}")]);
    let (known, _) = facts(&exchanges);
    let station = known.of(StationKey(0)).unwrap();
    let transaction = &station.transactions[0];
    assert_eq!((station.running().count(), transaction.reason.as_deref()), (0, Some("Local")));
    assert_eq!((transaction.meter_start, transaction.meter_stop), (Some(100), Some(900)));
    let [odd] = known.faults().groups() else { panic!() };
    assert_eq!((odd.kind.word(), &*odd.example), ("odd sequence", "part 0 of the report is missing"));
}

#[test]
fn what_makes_no_sense_is_passed_over() {
    let (facts, _) = facts(&[
        ("BootNotification", "[]", "7"),
        ("StatusNotification", r#"{"connectorId":"1","status":"Available"}"#, "{}"),
        ("StartTransaction", "null", r#"{"transactionId":"x"}"#),
        ("StopTransaction", "{}", "{}"),
        ("GetConfiguration", "{}", r#"{"configurationKey":[1,{},{"key":5}]}"#),
    ]);
    let station = facts.of(StationKey(0)).unwrap();
    assert_eq!(station.boot, None);
    assert_eq!(station.connectors.len(), 1, "a number that is written as a text is understood");
    assert!(station.transactions.is_empty() && station.configuration.is_empty());
}

#[test]
fn what_a_peer_invents_is_bounded() {
    let statuses: Vec<String> =
        (0..2 * MOST_KEYS).map(|number| format!(r#"{{"connectorId":{number},"status":"A"}}"#)).collect();
    let exchanges: Vec<_> = statuses.iter().map(|status| ("StatusNotification", status.as_str(), "{}")).collect();
    let (facts, _) = facts(&exchanges);
    assert_eq!(facts.of(StationKey(0)).unwrap().connectors.len(), MOST_KEYS);
}

#[test]
fn refused_handshakes_are_remembered_by_their_path() {
    let mut contents = Contents::new(1 << 20);
    let handshake = ConnectionAttempt { request: "GET /CP9 HTTP/1.1\n".into(), ..ConnectionAttempt::default() };
    let kind = EventKind::Refused { peer: None, reason: "no".into(), detail: "".into(), handshake: handshake.clone() };
    let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
    contents.apply(&Event { station: None, stamp, kind }, &mut String::new());
    let record = contents.records().get(0).unwrap();
    assert_eq!((&*record.summary(), record.handshake()), ("no", Some(&handshake)));
    let mut facts = StationSummaries::default();
    assert!(!facts.catch_up(&contents, 10));
    assert_eq!(facts.refused().map(|refused| &*refused.path).collect::<Vec<_>>(), ["/CP9"]);
}
