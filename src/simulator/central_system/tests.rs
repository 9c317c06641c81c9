//! The central system's answers, per version.

use serde_json::json;

use super::*;
use crate::ocpp::{Catalog, ErrorCode, SampleContext, decisive};
use crate::simulator::payload::{empty, integer, status};

fn now() -> Moment {
    Moment { wall: "2024-05-01T12:00:00Z".parse().unwrap(), monotonic: Instant::now() }
}

fn ask(behaviour: &mut CentralSystemBehaviour, version: Version, action: &str, payload: Value) -> Answer {
    let mut out = Outbox::default();
    let Proposal { answer, effect } =
        behaviour.propose(IncomingCall { action, payload: &payload.clone().into(), version }, now());
    behaviour.commit(effect, &answer, now(), &mut out);
    assert!(out.is_empty(), "the central system makes no calls");
    answer
}

#[test]
fn a_transaction_runs_when_its_answer_has_left_and_under_the_id_in_it() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let mut link = system.behaviour("CP1");
    let payload = json!({"connectorId": 2, "idTag": "TAG", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"});
    let start = IncomingCall { action: "StartTransaction", payload: &payload.clone().into(), version: Version::V1_6 };
    let [first, second] = [(); 2].map(|()| link.propose(start, now()));
    let id = |proposal: &Proposal| match &proposal.answer {
        Answer::Result(payload) => integer(payload, "transactionId"),
        _ => None,
    };
    assert_eq!((id(&first), id(&second)), (Some(1), Some(2)), "two answers that wait have two ids");
    assert!(system.running_transactions("CP1").is_empty());
    let mut out = Outbox::default();
    let error = Answer::Error { code: ErrorCode::InternalError, description: String::new() };
    link.commit(first.effect, &error, now(), &mut out);
    let edited = Answer::result(json!({"transactionId": 77, "idTagInfo": {"status": "Accepted"}}));
    link.commit(second.effect, &edited, now(), &mut out);
    let running: Vec<_> = system.running_transactions("CP1").into_iter().map(|running| running.id).collect();
    assert_eq!(running, ["77".into()]);
    assert_eq!(id(&link.propose(start, now())), Some(1), "an id that was not used is free again");
    let payload = json!({"transactionId": 77});
    let stop = IncomingCall { action: "StopTransaction", payload: &payload.clone().into(), version: Version::V1_6 };
    drop(link.propose(stop, now()));
    assert_eq!(system.running_transactions("CP1").len(), 1);
}

#[test]
fn boot_names_the_interval_as_the_version_does() {
    let mut link = CentralSystem::new(CentralSystemSettings::default()).behaviour("CP1");
    for (version, field) in
        [(Version::V1_2, "heartbeatInterval"), (Version::V1_5, "heartbeatInterval"), (Version::V1_6, "interval")]
    {
        let expected = json!({"status": "Accepted", "currentTime": "2024-05-01T12:00:00.000Z", field: 300});
        assert_eq!(ask(&mut link, version, "BootNotification", json!({})), Answer::result(expected));
    }
}

#[test]
fn a_pending_registration_is_a_rejected_one_where_pending_does_not_exist() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    system.change_settings(|settings| settings.registration = "Pending".to_owned());
    let mut link = system.behaviour("CP1");
    for (version, expected) in [(Version::V1_5, "Rejected"), (Version::V1_6, "Pending")] {
        let Answer::Result(result) = ask(&mut link, version, "BootNotification", json!({})) else { panic!("no result") };
        assert_eq!(result["status"], expected);
    }
}

#[test]
fn transaction_ids_grow_over_all_stations_and_stopping_forgets_them() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let (mut one, mut two) = (system.behaviour("CP1"), system.behaviour("CP2"));
    let start = json!({"connectorId": 2, "idTag": "TAG", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"});
    for (id, link) in [(1, &mut one), (2, &mut two)] {
        let expected = json!({"transactionId": id, "idTagInfo": {"status": "Accepted"}});
        assert_eq!(ask(link, Version::V1_6, "StartTransaction", start.clone()), Answer::result(expected));
    }
    let expected =
        RunningTransaction { station: "CP2".into(), id: "2".into(), evse: None, connector: Some(2), id_tag: "TAG".into() };
    assert_eq!(system.running_transactions("CP2"), [expected]);
    assert_eq!(ask(&mut two, Version::V1_6, "StopTransaction", json!({"transactionId": 2})), empty());
    assert!(system.running_transactions("CP2").is_empty());
    ask(&mut two, Version::V1_6, "StopTransaction", json!({"transactionId": 1}));
    assert_eq!(system.running_transactions("CP1").len(), 1, "a station cannot stop another one's transaction");
}

#[test]
fn stopping_an_unknown_transaction_is_answered_with_the_tag_when_there_was_one() {
    let mut link = CentralSystem::new(CentralSystemSettings::default()).behaviour("CP1");
    assert_eq!(ask(&mut link, Version::V1_2, "StopTransaction", json!({"transactionId": -1})), empty());
    let with_tag = ask(&mut link, Version::V1_2, "StopTransaction", json!({"transactionId": -1, "idTag": "TAG"}));
    assert_eq!(with_tag, Answer::result(json!({"idTagInfo": {"status": "Accepted"}})));
}

#[test]
fn refused_tags_and_unknown_vendors_are_refused() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    system.change_settings(|settings| {
        settings.refused_tags.insert("bad".to_owned(), "Blocked".to_owned());
        settings.refused_tags.insert("poor".to_owned(), "NoCredit".to_owned());
        settings.known_vendors = Some(vec!["org.example".to_owned()]);
    });
    let mut link = system.behaviour("CP1");
    let refused = ask(&mut link, Version::V1_6, "Authorize", json!({"idTag": "BAD"}));
    assert_eq!(refused, Answer::result(json!({"idTagInfo": {"status": "Blocked"}})));
    let of_later_versions = ask(&mut link, Version::V1_6, "Authorize", json!({"idTag": "poor"}));
    assert_eq!(of_later_versions, Answer::result(json!({"idTagInfo": {"status": "Invalid"}})));
    for (vendor, expected) in [("org.example", "Accepted"), ("org.other", "UnknownVendorId")] {
        assert_eq!(ask(&mut link, Version::V1_6, "DataTransfer", json!({"vendorId": vendor})), status(expected));
    }
}

#[test]
fn every_action_of_a_station_is_answered_validly_and_every_other_is_not_supported() {
    let mut link = CentralSystem::new(CentralSystemSettings::default()).behaviour("CP1");
    let catalog = Catalog::embedded();
    let context = SampleContext::at("2024-05-01T12:00:00Z".parse().unwrap());
    for definition in Version::ALL.iter().flat_map(|version| catalog.actions(*version)) {
        let (version, action) = (definition.version, &*definition.name);
        let answer = ask(&mut link, version, action, definition.request.sample(&context));
        if definition.initiator == Role::ChargePoint {
            let Answer::Result(payload) = answer else { panic!("{version} {action}: {answer:?}") };
            assert_eq!(decisive(&definition.response.check(payload.value(), version)), None, "{version} {action}");
        } else if action != "DataTransfer" {
            assert!(matches!(answer, Answer::Error { code: ErrorCode::NotSupported, .. }), "{version} {action}");
        }
    }
    for version in Version::ALL {
        let answer = ask(&mut link, version, "Nonsense", json!({}));
        assert!(matches!(answer, Answer::Error { code: ErrorCode::NotSupported, .. }), "{version}");
    }
}

#[test]
fn a_link_uses_little_memory() {
    assert!(size_of::<CentralSystemBehaviour>() <= 4 * size_of::<usize>());
}

#[test]
fn the_serial_number_of_the_last_boot_is_known() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let mut link = system.behaviour("CP1");
    assert_eq!(system.serial_number("CP1"), None);
    let first = json!({"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "SN-1"});
    ask(&mut link, Version::V1_6, "BootNotification", first);
    assert_eq!(system.serial_number("CP1").as_deref(), Some("SN-1"));
    let second = json!({"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M", "serialNumber": "SN-2"}});
    ask(&mut link, Version::V2_0_1, "BootNotification", second);
    assert_eq!((system.serial_number("CP1").as_deref(), system.serial_number("CP2")), (Some("SN-2"), None));
}
