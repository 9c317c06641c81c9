//! The answers to charging stations, and the book of transactions.

use serde_json::{Value, json};

use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::{ErrorCode, Version};
use crate::simulator::{CentralSystem, CentralSystemBehaviour, CentralSystemSettings};

fn now() -> Moment {
    Moment { wall: "2030-05-01T12:00:00Z".parse().unwrap(), monotonic: std::time::Instant::now() }
}

/// The result of a call that is answered and committed.
fn ask(link: &mut CentralSystemBehaviour, action: &str, payload: Value) -> Value {
    let mut out = Outbox::default();
    let Proposal { answer, effect } =
        link.propose(IncomingCall { action, payload: &payload.clone().into(), version: Version::V2_1 }, now());
    link.commit(effect, &answer, now(), &mut out);
    assert!(out.is_empty(), "the CSMS makes no calls");
    let Answer::Result(result) = answer else { panic!("{action}: {answer:?}") };
    result.value().clone()
}

fn token(id: &str) -> Value {
    json!({"idToken": id, "type": "ISO14443"})
}

/// An event of transaction `T1` with this register of the meter in kWh.
fn event(kind: &str, number: i64, register: f64) -> Value {
    json!({
        "eventType": kind,
        "timestamp": "2030-05-01T12:00:00Z",
        "triggerReason": "MeterValuePeriodic",
        "seqNo": number,
        "transactionInfo": {"transactionId": "T1"},
        "meterValue": [{"timestamp": "2030-05-01T12:00:00Z", "sampledValue": [
            {"value": register, "unitOfMeasure": {"unit": "kWh"}},
            {"value": 7_000, "measurand": "Power.Active.Import"},
        ]}],
    })
}

#[test]
fn a_boot_that_is_not_accepted_says_why() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let mut link = system.behaviour("CS1");
    let accepted = json!({"currentTime": "2030-05-01T12:00:00.000Z", "interval": 300, "status": "Accepted"});
    assert_eq!(ask(&mut link, "BootNotification", json!({})), accepted);
    for status in ["Pending", "Rejected"] {
        system.change_settings(|settings| settings.registration = status.to_owned());
        let answer = ask(&mut link, "BootNotification", json!({}));
        assert_eq!((&answer["status"], &answer["statusInfo"]["reasonCode"]), (&json!(status), &json!("Unspecified")));
    }
}

#[test]
fn a_station_that_waits_sends_what_it_was_asked_for_and_no_more() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    system.change_settings(|settings| settings.registration = "Pending".to_owned());
    let mut link = system.behaviour("CS1");
    let may = |link: &mut CentralSystemBehaviour, action: &str| {
        let call = IncomingCall { action, payload: &json!({}).into(), version: Version::V2_0_1 };
        let answer = link.propose(call, now()).answer;
        match answer {
            Answer::Error { code: ErrorCode::SecurityError, .. } => false,
            Answer::Result(_) => true,
            other => panic!("{other:?}"),
        }
    };
    assert!(may(&mut link, "StatusNotification"), "before any boot");
    ask(&mut link, "BootNotification", json!({}));
    assert_eq!(["Heartbeat", "StatusNotification", "NotifyReport"].map(|action| may(&mut link, action)), [false; 3]);
    assert!(may(&mut link, "BootNotification"));
    let asks = [
        ("TriggerMessage", json!({"requestedMessage": "StatusNotification"}), "Accepted"),
        ("TriggerMessage", json!({"requestedMessage": "SignV2GCertificate"}), "Accepted"),
        ("TriggerMessage", json!({"requestedMessage": "Heartbeat"}), "Rejected"),
        ("GetBaseReport", json!({}), "Accepted"),
    ];
    for (action, payload, status) in asks {
        let result = json!({"status": status});
        let outcome = CallOutcome::Result { payload: &result, valid: true };
        link.answered(action, &payload, outcome, now(), &mut Outbox::default());
    }
    let allowed = ["StatusNotification", "SignCertificate", "NotifyReport", "Heartbeat"].map(|action| may(&mut link, action));
    assert_eq!(allowed, [true, true, true, false]);
    system.change_settings(|settings| settings.registration = "Rejected".to_owned());
    ask(&mut link, "BootNotification", json!({}));
    assert!(!may(&mut link, "StatusNotification"), "not even what it was asked for");
    assert!(may(&mut system.behaviour("CS2"), "Heartbeat"), "another station");
    system.change_settings(|settings| settings.registration = "Accepted".to_owned());
    ask(&mut link, "BootNotification", json!({}));
    assert!(may(&mut link, "Heartbeat"));
}

#[test]
fn tokens_are_judged_wherever_they_are_shown_and_certificates_with_them() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    system.change_settings(|settings| {
        settings.refused_tags.insert("bad".to_owned(), "NoCredit".to_owned());
        settings.refused_tags.insert("odd".to_owned(), "Whatever".to_owned());
    });
    let mut link = system.behaviour("CS1");
    for (id, status) in [("GOOD", "Accepted"), ("BAD", "NoCredit"), ("odd", "Invalid")] {
        let info = json!({"idTokenInfo": {"status": status}});
        assert_eq!(ask(&mut link, "Authorize", json!({"idToken": token(id)})), info);
        let mut start = event("Started", 0, 1.0);
        start["idToken"] = token(id);
        assert_eq!(ask(&mut link, "TransactionEvent", start), info);
    }
    assert_eq!(ask(&mut link, "TransactionEvent", event("Updated", 1, 1.0)), json!({}), "no token, nothing to say");
    let contract = ask(&mut link, "Authorize", json!({"idToken": token("E"), "certificate": "PEM"}));
    assert_eq!(contract["certificateStatus"], "Accepted");
}

#[test]
fn transactions_run_from_their_first_event_to_the_last() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let mut link = system.behaviour("CS1");
    let running = || system.running_transactions("CS1");
    let mut plugged = event("Started", 0, 1.0);
    plugged["evse"] = json!({"id": 2, "connectorId": 1});
    ask(&mut link, "TransactionEvent", plugged);
    let mut authorized = event("Updated", 1, 1.0);
    authorized["idToken"] = token("TAG");
    ask(&mut link, "TransactionEvent", authorized);
    let [transaction] = &running()[..] else { panic!() };
    assert_eq!((&*transaction.id, &*transaction.id_tag), ("T1", "TAG"));
    assert_eq!((transaction.evse, transaction.connector), (Some(2), Some(1)));
    ask(&mut system.behaviour("CS2"), "TransactionEvent", event("Ended", 0, 1.0));
    assert_eq!(running().len(), 1, "another station has its own T1");
    ask(&mut link, "TransactionEvent", event("Ended", 3, 1.0));
    assert_eq!(running(), []);
    ask(&mut link, "TransactionEvent", event("Updated", 2, 1.0));
    assert_eq!(running(), [], "a late event does not begin it again");
}

#[test]
fn an_event_that_got_no_result_has_not_happened() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let mut link = system.behaviour("CS1");
    let payload = event("Started", 0, 1.0);
    let call = IncomingCall { action: "TransactionEvent", payload: &payload.clone().into(), version: Version::V2_0_1 };
    let proposal = link.propose(call, now());
    link.commit(proposal.effect, &Answer::Silence, now(), &mut Outbox::default());
    assert_eq!(system.running_transactions("CS1"), []);
    assert_eq!(ask(&mut link, "TransactionEvent", json!({"eventType": "Started"})), json!({}), "an event of nothing");
}

#[test]
fn energy_that_has_a_price_costs() {
    let system = CentralSystem::new(CentralSystemSettings::default());
    let mut link = system.behaviour("CS1");
    assert_eq!(ask(&mut link, "TransactionEvent", event("Started", 0, 10.0)), json!({}));
    system.change_settings(|settings| settings.energy_price = Some(0.3));
    assert_eq!(ask(&mut link, "TransactionEvent", event("Updated", 1, 11.5)), json!({"totalCost": 0.45}));
    assert_eq!(ask(&mut link, "TransactionEvent", event("Ended", 2, 20.0)), json!({"totalCost": 3.0}));
    let mut unmetered = event("Updated", 3, 0.0);
    unmetered["meterValue"] = json!([]);
    assert_eq!(ask(&mut link, "TransactionEvent", unmetered), json!({}));
}

#[test]
fn what_is_asked_about_comes_back() {
    let mut link = CentralSystem::new(CentralSystemSettings::default()).behaviour("CS1");
    let vat = ask(&mut link, "VatNumberValidation", json!({"vatNumber": "EU123", "evseId": 2}));
    assert_eq!((&vat["vatNumber"], &vat["evseId"], &vat["status"]), (&json!("EU123"), &json!(2), &json!("Accepted")));
    let hash = json!({"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"});
    let asked = json!({"certificateStatusRequests": [{"certificateHashData": hash, "source": "OCSP", "urls": ["http://x"]}]});
    let expected = json!({"certificateStatus": [
        {"certificateHashData": hash, "source": "OCSP", "status": "Good", "nextUpdate": "2030-05-08T12:00:00.000Z"},
    ]});
    assert_eq!(ask(&mut link, "GetCertificateChainStatus", asked), expected);
}
