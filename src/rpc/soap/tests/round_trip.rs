//! What is written is read back: every message of every version with random valid payloads, and wrong payloads without a panic.

use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::*;
use super::{operation, parse};
use crate::ocpp::{Catalog, FieldDefinition, FieldKind, Role, SampleContext, Version};

const TEXT: [char; 22] = [
    'a', 'Z', '0', ' ', '\t', '\n', '\r', '<', '&', '>', '"', '\'', ']', '-', ';', '/', 'ä', '€', '🚗', '\u{202e}', '\u{85}',
    '#',
];
const TIMES: [&str; 4] =
    ["2013-02-01T15:09:18Z", "2030-12-31T23:59:59.123Z", "2022-02-02T13:33:27.864437+00:00", "2013-02-01T17:09:18-05:30"];

/// A valid payload of these fields.
fn random(fields: &[FieldDefinition], rng: &mut Rng) -> Value {
    let mut members = Map::new();
    for field in fields {
        if !field.required && rng.bool() {
            continue;
        }
        let value = match field.repeated {
            None => one(&field.kind, rng),
            // XML has no empty lists: an optional one is left out, and the reader adds a required one.
            Some(minimum) => {
                let minimum = if field.required { minimum } else { minimum.max(1) };
                (0..rng.u32(minimum..minimum + 3)).map(|_| one(&field.kind, rng)).collect()
            }
        };
        members.insert(field.name.clone(), value);
    }
    Value::Object(members)
}

fn one(kind: &FieldKind, rng: &mut Rng) -> Value {
    match kind {
        FieldKind::Text { max_length } => {
            let length = rng.usize(0..=max_length.unwrap_or(40).min(40) as usize);
            json!((0..length).map(|_| TEXT[rng.usize(..TEXT.len())]).collect::<String>())
        }
        FieldKind::Enumeration(choices) => json!(choices[rng.usize(..choices.len())]),
        FieldKind::Integer(_) => json!(rng.i32(..)),
        FieldKind::Decimal { fraction_digits, .. } => {
            let digits = 10_f64.powi(fraction_digits.map_or(3, |digits| digits as i32));
            if rng.bool() { json!(rng.i32(-1000..1000)) } else { json!(f64::from(rng.i32(-9999..9999)) / digits) }
        }
        FieldKind::Boolean => json!(rng.bool()),
        FieldKind::DateTime => json!(TIMES[rng.usize(..TIMES.len())]),
        FieldKind::Uri => json!("ftp://user:p%20w@example.com/a?b=c&d=e#ä"),
        FieldKind::Object(fields) | FieldKind::Map(fields) => random(fields, rng),
        FieldKind::Any => json!("any"),
    }
}

fn headers() -> (RequestHeaders, ResponseHeaders) {
    let request = RequestHeaders {
        identity: "CP <&> 1".to_owned(),
        to: "http://localhost:9000/?a=1&b=2".to_owned(),
        from: Some("http://localhost:9001/".to_owned()),
        message_id: Some("urn:uuid:1".to_owned()),
        reply_to: None,
    };
    (
        request,
        ResponseHeaders {
            relates_to: Some("urn:uuid:1".to_owned()),
            ..ResponseHeaders::to_request(None, "urn:uuid:2".to_owned())
        },
    )
}

/// Writes and reads both messages of every action with payloads that `make` makes.
fn every_message(
    version: Version,
    mut make: impl FnMut(&crate::ocpp::MessageDefinition) -> Value,
    mut judge: impl FnMut(&Value, &Envelope),
) {
    let catalog = Catalog::embedded();
    let (request, response) = headers();
    for action in catalog.actions(version).iter().filter(|action| action.soap.is_some()) {
        let (initiator, name) = (action.initiator, &*action.name);
        let asked = make(&action.request);
        let text = write_request(&catalog, version, initiator, name, &asked, &request);
        let envelope = parse(&text);
        assert!(matches!(envelope.body, Body::Request(_)), "{text}");
        assert_eq!(envelope.action(), Some(&*format!("/{name}")));
        assert_eq!((envelope.identity(), envelope.to()), (Some(&*request.identity), Some(&*request.to)));
        assert_eq!((envelope.from(), envelope.message_id()), (request.from.as_deref(), request.message_id.as_deref()));
        assert_eq!(envelope.reply_to(), Some(ANONYMOUS));
        let good = lint(&envelope, HeaderDirection::Request, version, initiator.peer());
        assert!(good.iter().all(|finding| finding.severity == HeaderSeverity::Good), "{good:?}");
        let found = operation(&envelope.body);
        assert_eq!((found.version, found.initiator(), &*found.action), (version, initiator, name));
        judge(&asked, &envelope);

        let answered = make(&action.response);
        let text = write_response(&catalog, version, initiator, name, &answered, &response);
        let envelope = parse(&text);
        assert!(matches!(envelope.body, Body::Response(_)), "{text}");
        assert_eq!(envelope.relates_to(), Some("urn:uuid:1"));
        let direction = HeaderDirection::Response { message_id: Some("urn:uuid:1") };
        let good = lint(&envelope, direction, version, initiator.peer());
        assert!(good.iter().all(|finding| finding.severity == HeaderSeverity::Good), "{good:?}");
        let found = operation(&envelope.body);
        assert_eq!((found.version, found.initiator(), &*found.action), (version, initiator, name));
        judge(&answered, &envelope);
    }
}

fn same(payload: &Value, envelope: &Envelope) {
    assert_eq!(&operation(&envelope.body).payload, payload);
    let remarks: Vec<_> = envelope.remarks.iter().filter(|remark| remark.rule != crate::ocpp::xml::XmlRule::TooFew).collect();
    assert!(remarks.is_empty(), "{remarks:?}");
}

#[test]
fn samples_and_skeletons_are_read_back() {
    let context = SampleContext::at("2030-01-31T12:00:00Z".parse().unwrap());
    for version in Version::SOAP {
        every_message(version, |message| message.sample(&context), same);
    }
}

#[test]
fn an_unknown_action_is_written_and_read() {
    let catalog = Catalog::embedded();
    let payload = json!({ "delay": 5 });
    let text = write_request(&catalog, Version::V1_5, Role::CentralSystem, "Reboot", &payload, &headers().0);
    let Body::Unknown(unknown) = parse(&text).body else { panic!("{text}") };
    assert_eq!(unknown.service, Some((Version::V1_5, Role::ChargePoint)));
    assert_eq!((&*unknown.name, unknown.action.as_deref()), ("rebootRequest", Some("Reboot")));
    assert_eq!(unknown.payload, json!({ "delay": "5" }));
}

#[test]
fn every_fault_is_read_back() {
    for subcode in FaultSubcode::ALL {
        for role in Role::ALL {
            let text = write_fault(Version::V1_6, role, subcode.code(), Some(subcode), "a <reason>", &headers().1);
            let envelope = parse(&text);
            assert_eq!(envelope.action(), Some(FAULT_ACTION));
            assert_eq!(envelope.remarks, []);
            let Body::Fault(fault) = envelope.body else { panic!("{text}") };
            assert_eq!((fault.code, fault.subcode.as_deref()), (Some(subcode.code()), Some(subcode.name())));
            assert_eq!((&*fault.reason, fault.error_code()), ("a <reason>", subcode.error_code()));
        }
    }
    let text = write_fault(Version::V1_2, Role::CentralSystem, FaultCode::MustUnderstand, None, "", &headers().1);
    let Body::Fault(fault) = parse(&text).body else { panic!("{text}") };
    assert_eq!((fault.code, fault.subcode), (Some(FaultCode::MustUnderstand), None));
}

/// Spoils a payload somewhere.
fn spoil(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Object(members) if !members.is_empty() && rng.u8(..4) > 0 => {
            let position = rng.usize(..members.len());
            if let Some(inner) = members.values_mut().nth(position) {
                spoil(inner, rng);
            }
        }
        Value::Object(members) => {
            let name: String = (0..rng.usize(..4)).map(|_| TEXT[rng.usize(..TEXT.len())]).collect();
            members.insert(name, json!({ "x": [1, null, []] }));
        }
        Value::Array(list) if !list.is_empty() && rng.bool() => {
            let position = rng.usize(..list.len());
            spoil(&mut list[position], rng);
        }
        other => {
            let odd =
                [json!(null), json!([]), json!({}), json!("\u{0}x"), json!(1e300), json!(-0.5), json!(true), json!([[1], "a"])];
            *other = odd[rng.usize(..odd.len())].clone();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn valid_payloads_are_read_back(seed: u64) {
        let mut rng = Rng::with_seed(seed);
        for version in Version::SOAP {
            every_message(version, |message| {
                let payload = random(&message.fields, &mut rng);
                assert_eq!(message.check(&payload, version), [], "{payload}");
                payload
            }, same);
        }
    }

    #[test]
    fn wrong_payloads_are_written_so_that_they_can_be_read(seed: u64) {
        let mut rng = Rng::with_seed(seed);
        for version in Version::SOAP {
            every_message(version, |message| {
                let mut payload = random(&message.fields, &mut rng);
                spoil(&mut payload, &mut rng);
                payload
            }, |_, _| {});
        }
    }
}

#[test]
fn an_action_of_json_only_is_written_like_an_unknown_one() {
    let catalog = Catalog::embedded();
    let payload = json!({ "requestId": 1 });
    let text = write_request(&catalog, Version::V1_6, Role::CentralSystem, "GetLog", &payload, &headers().0);
    assert!(text.contains("<ocpp:getLogRequest><ocpp:requestId>1</ocpp:requestId></ocpp:getLogRequest>"), "{text}");
    assert!(text.contains(">/GetLog</wsa:Action>") && !matches!(parse(&text).body, Body::Request(_)), "{text}");
}
