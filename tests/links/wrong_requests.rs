//! Requests of 2.x with one fault each, over real sockets and at both roles: each is refused with the code of the version in its spelling, and
//! the connection stays. What the check finds in which payload is held in `ocpp/check`.

use ocpp_tui::ocpp::{ActionDefinition, FieldDefinition, FieldKind, Role, SampleContext, Version};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::support::{RawPeer, central_system, charge_point, hub};

const OCCURRENCE: &str = "OccurrenceConstraintViolation";
const FORMAT: &str = "FormatViolation";
const TYPE: &str = "TypeConstraintViolation";
const PROPERTY: &str = "PropertyConstraintViolation";

/// A valid payload with one fault each, and the code that it deserves.
fn faulty(action: &ActionDefinition) -> Vec<(Value, &'static str)> {
    let sample = action.request.sample(&SampleContext::at("2030-01-31T12:00:00Z".parse().unwrap()));
    let sample = sample.as_object().unwrap();
    let with = |name: &str, value: Value| {
        let mut payload = sample.clone();
        payload.insert(name.to_owned(), value);
        Value::Object(payload)
    };
    let without = |name: &str| {
        let rest = sample.iter().filter(|(field, _)| *field != name);
        Value::Object(rest.map(|(field, value)| (field.clone(), value.clone())).collect::<Map<_, _>>())
    };
    let mut faulty =
        vec![(with("colour", json!("red")), FORMAT), (with("customData", json!({})), OCCURRENCE), (json!([]), TYPE)];
    for FieldDefinition { name, kind, required, repeated, .. } in &action.request.fields {
        if *required {
            faulty.push((without(name), OCCURRENCE));
        }
        let one = |value: Value| if repeated.is_some() { json!([value]) } else { value };
        if repeated.is_some_and(|least| least > 0) {
            faulty.push((with(name, json!([])), OCCURRENCE));
        }
        match kind {
            FieldKind::Any => {}
            FieldKind::Object(_) | FieldKind::Map(_) => faulty.push((with(name, one(json!(true))), TYPE)),
            FieldKind::Enumeration(_) => faulty.push((with(name, one(json!("Purple"))), PROPERTY)),
            FieldKind::Text { max_length: Some(limit) } => {
                faulty.push((with(name, one(json!("x".repeat(*limit as usize + 1)))), PROPERTY));
            }
            FieldKind::DateTime => faulty.push((with(name, one(json!("yesterday"))), PROPERTY)),
            FieldKind::Integer(_) | FieldKind::Decimal { .. } | FieldKind::Boolean => {
                faulty.push((with(name, one(json!("a text"))), TYPE));
            }
            FieldKind::Text { max_length: None } | FieldKind::Uri => faulty.push((with(name, one(json!(7))), TYPE)),
        }
    }
    faulty
}

/// Sends every fault of every action, then a call that is right.
async fn refuses_them(peer: &mut RawPeer, actions: impl Iterator<Item = &ActionDefinition>, right: &str) -> usize {
    let mut sent = 0;
    for action in actions {
        for (payload, code) in faulty(action) {
            sent += 1;
            let (id, kind) = (format!("{sent}"), if action.is_send { 6 } else { 2 });
            peer.say(&json!([kind, id, &*action.name, payload]).to_string()).await;
            if action.is_send {
                continue; // nothing answers it, whatever is wrong with it
            }
            let answer = peer.hear().await;
            assert_eq!(
                (&answer[0], &answer[1], &answer[2]),
                (&json!(4), &json!(id), &json!(code)),
                "{} {payload}",
                action.name
            );
            assert!(answer[3].as_str().is_some_and(|text| text.chars().count() <= 255) && answer[4] == json!({}), "{answer}");
        }
    }
    let answer = peer.ask(&json!([2, "right", right, {}]).to_string()).await;
    assert_eq!(answer[1], json!("right"), "the connection goes on: {answer}");
    sent
}

#[tokio::test]
async fn every_wrong_request_gets_the_code_of_its_version() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let hub = hub();
        let of = |initiator| hub.catalog().actions_of(version, initiator).map(|action| &**action);
        let port = central_system(&hub, &[version]).await;
        let mut station = RawPeer::connect(port, "/CP1", &[version.subprotocol()]).await.unwrap();
        let mut sent = refuses_them(&mut station, of(Role::ChargePoint), "Heartbeat").await;

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        hub.start_charge_point(charge_point(port, "CP2", version, false)).unwrap();
        let mut csms = RawPeer::accept(&listener).await;
        sent += refuses_them(&mut csms, of(Role::CentralSystem), "ClearCache").await;
        assert!(sent > 400, "{sent} in OCPP {version}");
        hub.end().await;
    }
}
