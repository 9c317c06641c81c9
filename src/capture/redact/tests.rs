//! Sessions with all kinds of what identifies a person, before and after.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ocpp::{Role, SampleContext, Transport};
use crate::rpc::soap;
use crate::trace::{ConnectionAttempt, FrameContent};

fn station() -> (RowKind, Arc<str>) {
    (RowKind::Station(Role::CentralSystem), "DEPOT-07".into())
}

fn connected(version: Version) -> EventKind {
    let request = "GET /ocpp/DEPOT-07 HTTP/1.1\r\nHost: csms.example.org:9000\r\nX-Forwarded-For: 10.20.30.40\r\n";
    EventKind::Connected {
        link: 1,
        version,
        transport: Transport::WebSocket,
        peer: "203.0.113.77:50123".parse().unwrap(),
        handshake: ConnectionAttempt { request: request.into(), ..ConnectionAttempt::default() },
    }
}

fn call(direction: Direction, action: &str, payload: &Value) -> EventKind {
    let text = json!([2, "1", action, payload]).to_string();
    let frame = Frame { action: Some(action.into()), ..Frame::new(direction, FrameKind::Call, FrameText::from(text)) };
    EventKind::Frame(frame)
}

fn note(text: &str) -> EventKind {
    EventKind::Note { failure: false, text: text.into() }
}

/// The events as they are written, with their stations, and the report.
fn redacted(seed: &str, mut events: Vec<EventKind>) -> (Vec<EventKind>, RedactionReport, String) {
    let mut redactor = Redactor::new(Catalog::embedded(), seed);
    events.iter().for_each(|event| redactor.learn(Some(&station()), event));
    redactor.learned();
    let mut written = String::new();
    for event in &mut events {
        let mut station = Some(station());
        redactor.apply(&mut station, event);
        let text = if let EventKind::Frame(frame) = &*event { frame.text.to_string() } else { String::new() };
        let content = if let EventKind::Frame(frame) = &*event { format!("{:?}", frame.content) } else { String::new() };
        written += &format!("{station:?} {} {text} {content}\n", serde_json::to_string(event).unwrap());
    }
    let report = redactor.report();
    (events, report, written)
}

fn text_of(event: &EventKind) -> &str {
    match event {
        EventKind::Frame(frame) => frame.text.as_str(),
        EventKind::Note { text, .. } => text,
        other => panic!("{other:?}"),
    }
}

fn payload_of(event: &EventKind) -> Value {
    serde_json::from_str::<Value>(text_of(event)).unwrap()[3].take()
}

#[test]
fn a_value_has_one_dummy_in_fields_and_in_texts_also_before_it_is_known() {
    let (events, report, written) = redacted(
        "s",
        vec![
            note("station DEPOT-07: card 04E91C5A refused, see ftp://jo:pw1@files.example.org/DEPOT-07/log.txt"),
            connected(Version::V1_6),
            call(Direction::In, "Authorize", &json!({ "idTag": "04E91C5A" })),
            call(
                Direction::In,
                "DataTransfer",
                &json!({ "vendorId": "v", "data": r#"{"tag":"04e91c5a","vin":"WDB1111111A222222"}"# }),
            ),
            call(
                Direction::In,
                "StatusNotification",
                &json!({ "connectorId": 1, "errorCode": "NoError", "status": "Available", "info": "tag 04E91C5A at 192.168.7.20" }),
            ),
        ],
    );
    for secret in [
        "DEPOT-07",
        "04E91C5A",
        "04e91c5a",
        "WDB1111111A222222",
        "example.org",
        "jo:pw1",
        "10.20.30.40",
        "203.0.113.77",
        "192.168.7.20",
    ] {
        assert!(!written.contains(secret), "{secret} is in {written}");
    }
    let tag = payload_of(&events[2])["idTag"].as_str().unwrap().to_owned();
    assert_eq!(tag.len(), 8);
    assert!(text_of(&events[0]).contains(&format!("card {tag} refused")), "{}", text_of(&events[0]));
    let data = payload_of(&events[3])["data"].as_str().unwrap().to_owned();
    assert!(data.contains(&tag.to_lowercase()), "{data}");
    assert_eq!(payload_of(&events[4])["status"], "Available");
    assert!(payload_of(&events[4])["info"].as_str().unwrap().starts_with(&format!("tag {tag} at ")));
    assert_eq!(report.kinds[&SecretKind::Token].0, 1);
    assert!(report.kinds[&SecretKind::Token].1 >= 4, "{report:?}");
    assert!(report.lines().iter().any(|line| line.starts_with("addresses replaced: ")));
}

#[test]
fn fields_keys_variables_and_certificates_are_known_in_every_version() {
    let pem = "-----BEGIN CERTIFICATE-----\nMIIBsecretAAAA\n-----END CERTIFICATE-----";
    let (events, _, written) = redacted(
        "s",
        vec![
            connected(Version::V2_0_1),
            call(
                Direction::Out,
                "SetVariables",
                &json!({ "setVariableData": [{ "attributeValue": "8931000000000001234", "component": { "name": "ModemCtrlr" }, "variable": { "name": "ICCID" } }] }),
            ),
            call(
                Direction::In,
                "Authorize",
                &json!({ "idToken": { "idToken": "DE-ABC-C00000001-X", "type": "eMAID" }, "certificate": pem }),
            ),
            call(
                Direction::In,
                "NotifyEvent",
                &json!({ "eventData": [{ "actualValue": "true", "component": { "name": "C" }, "variable": { "name": "Problem" } }] }),
            ),
            call(
                Direction::In,
                "DataTransfer",
                &json!({ "vendorId": "v", "data": { "latitude": 52.520_008, "lng": "13.404954", "email": "jo@mail.example", "idTag": 4711, "ssid": "depot-wifi" } }),
            ),
        ],
    );
    for secret in [
        "8931000000000001234",
        "DE-ABC-C00000001-X",
        "MIIBsecretAAAA",
        "52.520008",
        "13.404954",
        "jo@mail.example",
        "4711",
        "depot-wifi",
    ] {
        assert!(!written.contains(secret), "{secret} is in {written}");
    }
    assert_eq!(payload_of(&events[2])["idToken"]["type"], "eMAID");
    assert!(payload_of(&events[2])["certificate"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert_eq!(payload_of(&events[3])["eventData"][0]["actualValue"], "true");
    assert!(payload_of(&events[4])["data"]["latitude"].is_number());
}

#[test]
fn envelopes_and_texts_that_are_no_messages_are_replaced_in_place() {
    let envelope = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>\
                    <cs:chargeBoxIdentity xmlns:cs=\"urn://Ocpp/Cs/2010/08/\">DEPOT-07</cs:chargeBoxIdentity><a:From><a:Address>http://10.0.0.99:8080/</a:Address></a:From>\
                    <a:Action>/Authorize</a:Action><a:MessageID>1</a:MessageID></s:Header><s:Body><cs:authorizeRequest xmlns:cs=\"urn://Ocpp/Cs/2010/08/\">\
                    <cs:idTag>TAG-9</cs:idTag></cs:authorizeRequest></s:Body></s:Envelope>";
    let read = soap::read(envelope, &Catalog::embedded(), soap::ReadHint::default()).unwrap();
    let content = Some(Box::new(FrameContent::of(&read)));
    let frame = Frame::new(Direction::In, FrameKind::Call, FrameText::from_static(envelope));
    let cut =
        Frame::new(Direction::In, FrameKind::Malformed, FrameText::from_static(r#"[2,"7","Authorize",{"idTag":"OTHER-1""#));
    let binary = FrameOrigin { binary: true, ..FrameOrigin::default() };
    let binary = Frame {
        origin: Some(Arc::new(binary)),
        ..Frame::new(Direction::In, FrameKind::Malformed, FrameText::from_static("00ff"))
    };
    let frame = Frame { content, action: Some("Authorize".into()), ..frame };
    let (events, _, written) =
        redacted("s", vec![EventKind::Frame(frame), EventKind::Frame(cut), EventKind::Frame(binary), note("OTHER-1")]);
    for secret in ["DEPOT-07", "10.0.0.99", "TAG-9", "OTHER-1", "00ff"] {
        assert!(!written.contains(secret), "{secret} is in {written}");
    }
    let text = text_of(&events[0]);
    assert_eq!(text.len(), envelope.len());
    let again = soap::read(text, &Catalog::embedded(), soap::ReadHint::default()).unwrap();
    let EventKind::Frame(frame) = &events[0] else { panic!() };
    assert_eq!(FrameContent::of(&again), **frame.content.as_ref().unwrap(), "envelope and content agree");
    assert_eq!(text_of(&events[1]).len(), r#"[2,"7","Authorize",{"idTag":"OTHER-1""#.len());
}

#[test]
fn the_same_seed_makes_the_same_export_and_another_one_does_not() {
    let events = || vec![connected(Version::V1_6), call(Direction::In, "Authorize", &json!({ "idTag": "04E91C5A" }))];
    let (one, same, other) = (redacted("a", events()).2, redacted("a", events()).2, redacted("b", events()).2);
    assert!(one == same && one != other);
}

/// Every message of every version, made by the samples: as valid as before, and nothing else than values has changed.
#[test]
fn redacted_messages_are_as_valid_as_the_originals() {
    let catalog = Catalog::embedded();
    for version in Version::ALL {
        for action in catalog.actions(version) {
            let payload = action.request.sample(&SampleContext::at(jiff::Timestamp::UNIX_EPOCH));
            let direction = if action.initiator == Role::ChargePoint { Direction::In } else { Direction::Out };
            let (events, _, _) = redacted("s", vec![connected(version), call(direction, &action.name, &payload)]);
            let changed = payload_of(&events[1]);
            let (before, after) = (action.request.check(&payload, version), action.request.check(&changed, version));
            assert_eq!(after, before, "{version} {}: {changed}", action.name);
            assert_eq!(changed.to_string().len(), payload.to_string().len(), "{version} {}: {changed}", action.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Values of any form at known places and in a text: none is left, and what is around them stays.
    #[test]
    fn no_value_is_left(tag in "[A-Za-z0-9_-]{4,20}", serial in "[A-Z0-9]{5,20}", seed in "[a-z]{0,8}") {
        prop_assume!(tag.chars().filter(char::is_ascii_alphanumeric).count() > 3);
        let payload = json!({ "chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": serial });
        let text = format!("<{tag}> and ({serial})");
        let (events, _, _) = redacted(&seed, vec![
            note(&text),
            connected(Version::V1_6),
            call(Direction::In, "Authorize", &json!({ "idTag": tag })),
            call(Direction::In, "BootNotification", &payload),
        ]);
        let shown = text_of(&events[0]);
        prop_assert!(!shown.to_lowercase().contains(&tag.to_lowercase()), "{}", shown);
        prop_assert!(!shown.to_lowercase().contains(&serial.to_lowercase()), "{}", shown);
        prop_assert_eq!(shown.len(), text.len());
        let boot = payload_of(&events[3]);
        prop_assert_eq!(boot["chargePointVendor"].as_str(), Some("V"));
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC*|[\\x00-\\x7f]*") {
        for kind in FrameKind::ALL {
            let frame = Frame::new(Direction::In, kind, FrameText::from(text.clone()));
            redacted("s", vec![EventKind::Frame(frame), note(&text)]);
        }
    }
}
