//! Payloads in other versions: every pair of versions by samples, and what is lost by examples.

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::ocpp::{Catalog, Role, SampleContext, Transport};

const FIRST: [Version; 3] = [Version::V1_2, Version::V1_5, Version::V1_6];

fn seen(version: Version, name: &str, part: MessagePart, payload: &Value, to: Version) -> LensView {
    seen_with(version, name, part, payload, (to, LensContext::default()))
}

fn seen_with(version: Version, name: &str, part: MessagePart, payload: &Value, to: (Version, LensContext)) -> LensView {
    let catalog = Catalog::embedded();
    let find = |role| catalog.action(version, role, name);
    let action = find(Role::ChargePoint).or_else(|| find(Role::CentralSystem)).unwrap();
    translate(&catalog, action, part, payload, to).unwrap()
}

fn losses(view: &LensView) -> Vec<(&str, &LossKind)> {
    view.losses.iter().map(|loss| (&*loss.pointer, &loss.kind)).collect()
}

/// What is whole is valid in its version, and comes back as it was when nothing was lost on the way.
#[test]
fn every_message_of_every_pair_of_versions_is_valid_or_lacks_something() {
    let catalog = Catalog::embedded();
    let context = SampleContext::at(Timestamp::UNIX_EPOCH);
    let (mut whole, mut unchanged) = (0, 0);
    for (from, to) in FIRST.into_iter().flat_map(|from| FIRST.map(|to| (from, to))) {
        for action in catalog.actions(from) {
            for part in action.parts() {
                let payload = action.message(*part).sample(&context);
                let view = match translate(&catalog, action, *part, &payload, (to, LensContext::default())) {
                    Ok(view) => view,
                    Err(error) => {
                        assert!(catalog.action(to, action.initiator, &action.name).is_none(), "{error}");
                        continue;
                    }
                };
                let carried = view.payload.as_ref().unwrap();
                if from == to {
                    assert_eq!((carried, &*view.losses), (&payload, &[][..]), "{}", action.name);
                }
                if !view.is_whole() {
                    continue;
                }
                whole += 1;
                let findings = view.action.message(*part).check(carried, to);
                assert_eq!(findings, [], "{from} {to} {} {carried}", action.name);
                if view.losses.is_empty() {
                    unchanged += 1;
                    let back = translate(&catalog, &view.action, *part, carried, (from, LensContext::default())).unwrap();
                    assert_eq!(back.payload.as_ref(), Some(&payload), "{from} {to} {}", action.name);
                }
            }
        }
    }
    assert!(whole > 200 && unchanged > 180, "{whole} {unchanged}");
}

#[test]
fn names_that_changed_are_carried_both_ways() {
    let answer = json!({ "status": "Accepted", "currentTime": "2013-02-01T15:09:18Z", "heartbeatInterval": 300 });
    let newer = seen(Version::V1_5, "BootNotification", MessagePart::Response, &answer, Version::V1_6);
    let interval = json!({ "status": "Accepted", "currentTime": "2013-02-01T15:09:18Z", "interval": 300 });
    assert_eq!((newer.payload, newer.losses), (Some(interval.clone()), Vec::new()));
    let older = seen(Version::V1_6, "BootNotification", MessagePart::Response, &interval, Version::V1_2);
    assert_eq!(older.payload, Some(answer));

    let list = json!({ "listVersion": 2, "localAuthorisationList": [{ "idTag": "A" }], "hash": "00", "updateType": "Full" });
    let newer = seen(Version::V1_5, "SendLocalList", MessagePart::Request, &list, Version::V1_6);
    assert_eq!(newer.payload.as_ref().unwrap()["localAuthorizationList"], json!([{ "idTag": "A" }]));
    assert_eq!(losses(&newer), [("/hash", &LossKind::NoField)]);
}

#[test]
fn values_are_the_same_the_nearest_or_lost() {
    let status = |status: &str, error: &str| json!({ "connectorId": 1, "status": status, "errorCode": error });
    let of = |payload: &Value, from, to| seen(from, "StatusNotification", MessagePart::Request, payload, to);
    let view = of(&status("Charging", "EVCommunicationError"), Version::V1_6, Version::V1_5);
    assert_eq!(view.payload, Some(status("Occupied", "Mode3Error")));
    let less = LossKind::LessExact { value: "Charging".to_owned(), instead: "Occupied".to_owned() };
    assert_eq!(losses(&view), [("/status", &less)]);
    assert_eq!(view.losses[0].sentence(Version::V1_5), "OCPP 1.5 says Occupied for Charging");

    let view = of(&status("Occupied", "NoError"), Version::V1_5, Version::V1_6);
    assert!(!view.is_whole());
    let several = LossKind::Ambiguous { value: "Occupied".to_owned() };
    assert_eq!(losses(&view), [("/status", &several), ("/status", &LossKind::Missing)]);
    let context = LensContext { occupied: Some("Charging") };
    let known = status("Occupied", "NoError");
    let view = seen_with(Version::V1_5, "StatusNotification", MessagePart::Request, &known, (Version::V1_6, context));
    assert_eq!((view.payload, view.losses), (Some(status("Charging", "NoError")), Vec::new()));

    let view = of(&status("Reserved", "NoError"), Version::V1_5, Version::V1_2);
    assert_eq!(losses(&view)[0], ("/status", &LossKind::NoValue { value: "Reserved".to_owned() }));
    let unlocked = json!({ "status": "Unlocked" });
    let view = seen(Version::V1_6, "UnlockConnector", MessagePart::Response, &unlocked, Version::V1_2);
    assert_eq!(view.payload, Some(json!({ "status": "Accepted" })));
}

#[test]
fn meter_values_keep_what_they_mean() {
    let time = "2013-02-01T15:09:18Z";
    let payload = json!({ "connectorId": 1, "values": [{ "timestamp": time, "value": 1200 }] });
    let view = seen(Version::V1_2, "MeterValues", MessagePart::Request, &payload, Version::V1_6);
    let newer = json!({ "connectorId": 1, "meterValue": [{ "timestamp": time, "sampledValue": [{ "value": "1200" }] }] });
    assert_eq!((view.payload.as_ref(), view.losses.len()), (Some(&newer), 0));

    let readings = json!([
        { "value": "1.25", "unit": "kWh", "context": "Trigger" },
        { "value": "16.0", "unit": "A", "measurand": "Current.Import", "phase": "L1" },
        { "value": "16.0", "unit": "A", "measurand": "Current.Import" },
        { "value": "80", "unit": "Percent", "measurand": "SoC" },
    ]);
    let payload =
        json!({ "connectorId": 1, "transactionId": 3, "meterValue": [{ "timestamp": time, "sampledValue": readings }] });
    let view = seen(Version::V1_6, "MeterValues", MessagePart::Request, &payload, Version::V1_5);
    let kept = json!([
        { "value": "1.25", "unit": "kWh" },
        { "value": "16.0", "unit": "Amp", "measurand": "Current.Import" },
    ]);
    let older = json!({ "connectorId": 1, "transactionId": 3, "values": [{ "timestamp": time, "values": kept }] });
    assert_eq!(view.payload.as_ref(), Some(&older));
    let trigger = LossKind::NoValue { value: "Trigger".to_owned() };
    let lost = [
        ("/meterValue/0/sampledValue/0/context", &trigger),
        ("/meterValue/0/sampledValue/1", &LossKind::NoReading),
        ("/meterValue/0/sampledValue/3", &LossKind::NoReading),
    ];
    assert_eq!(losses(&view), lost);
    let oldest = seen(Version::V1_6, "MeterValues", MessagePart::Request, &payload, Version::V1_2);
    assert_eq!(oldest.payload.unwrap()["values"], json!([{ "timestamp": time, "value": 1250 }]));

    let stop = json!({ "transactionId": 1, "meterStop": 5, "timestamp": time, "reason": "Local",
        "transactionData": [{ "timestamp": time, "sampledValue": [{ "value": "5" }] }] });
    let view = seen(Version::V1_6, "StopTransaction", MessagePart::Request, &stop, Version::V1_5);
    let packed = json!([{ "values": [{ "timestamp": time, "values": [{ "value": "5" }] }] }]);
    assert_eq!(view.payload.as_ref().unwrap()["transactionData"], packed);
    assert_eq!(losses(&view), [("/reason", &LossKind::NoField)]);
    let back = seen(Version::V1_5, "StopTransaction", MessagePart::Request, view.payload.as_ref().unwrap(), Version::V1_6);
    assert_eq!(back.payload.unwrap()["transactionData"], stop["transactionData"]);
}

#[test]
fn between_the_generations_there_are_differences_and_no_payload() {
    let payload = json!({ "chargePointVendor": "V", "chargePointModel": "M" });
    let view = seen(Version::V1_6, "BootNotification", MessagePart::Request, &payload, Version::V2_0_1);
    assert!(view.payload.is_none() && !view.is_whole());
    assert!(losses(&view).contains(&("/chargePointVendor", &LossKind::NoField)));
    assert!(losses(&view).contains(&("/chargingStation", &LossKind::Missing)));
    let start = json!({ "idTag": "A" });
    let view = seen(Version::V1_6, "RemoteStartTransaction", MessagePart::Request, &start, Version::V2_1);
    assert_eq!(&*view.action.name, "RequestStartTransaction");
    let catalog = Catalog::embedded();
    let action = catalog.action(Version::V1_6, Role::CentralSystem, "GetConfiguration").unwrap();
    let error = translate(&catalog, action, MessagePart::Request, &json!({}), (Version::V1_2, LensContext::default()));
    assert_eq!(error.unwrap_err().to_string(), "OCPP 1.2 has no message that does what GetConfiguration does.");
}

#[test]
fn forms_are_written_as_in_the_field() {
    let names: Vec<String> = LensForm::all().map(|form| form.to_string()).collect();
    assert_eq!(names, ["1.2J", "1.2S", "1.5J", "1.5S", "1.6J", "1.6S", "2.0.1", "2.1"]);
    for form in LensForm::all() {
        assert_eq!(LensForm::parse(&form.to_string().to_lowercase()), Some(form));
    }
    assert_eq!(LensForm::parse("ocpp1.6").map(|form| form.transport), Some(Transport::WebSocket));
    assert_eq!((LensForm::parse("2.1s"), LensForm::parse("1.7"), LensForm::parse("")), (None, None, None));
}
