//! The security extension of OCPP 1.6: certificates, logs, signed firmware, and the triggers for them.

use super::*;
use crate::behaviour::{ConnectionIncident, CredentialNews, CredentialSet, StationCredentials};
use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA, SIGNING_REQUEST};
use crate::ocpp::{SecurityProfile, StationPassword};
use crate::pki::{
    CertificateDefect, CertificateFacts, CertificateRequest, CertificateTerms, KeyAlgorithm, TestAuthority, chain_pem,
};

fn signed_firmware(location: &str, certificate: &str, install: Option<&str>) -> Value {
    let mut firmware = json!({"location": location, "retrieveDateTime": "2024-05-01T12:00:00Z",
        "signingCertificate": certificate, "signature": "c2lnbmF0dXJl"});
    if let Some(install) = install {
        firmware["installDateTime"] = install.into();
    }
    json!({"requestId": 7, "firmware": firmware})
}

fn log(location: &str, id: i32) -> Value {
    json!({"log": {"remoteLocation": location}, "logType": "SecurityLog", "requestId": id})
}

#[test]
fn certificates_are_installed_listed_and_deleted() {
    let mut world = World::accepted(Version::V1_6);
    let (root, other) = ("CentralSystemRootCertificate", "ManufacturerRootCertificate");
    let of = |purpose: &str| json!({ "certificateType": purpose });
    assert_eq!(world.ask_status("GetInstalledCertificateIds", of(root)), "NotFound");
    let install = |certificate: &str| json!({"certificateType": root, "certificate": certificate});
    for (certificate, expected) in [
        ("", "Rejected"),
        (SIGNING_REQUEST, "Rejected"),
        (&CERTIFICATE[..300], "Rejected"),
        (&format!("{CERTIFICATE}{CERTIFICATE}"), "Rejected"),
        (CERTIFICATE, "Accepted"),
        (CERTIFICATE, "Accepted"),
    ] {
        assert_eq!(world.ask_status("InstallCertificate", install(certificate)), expected, "{certificate}");
    }
    let [name, key, serial] = HASH_DATA;
    let hash = json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial});
    let expected = Answer::result(json!({"certificateHashData": [hash], "status": "Accepted"}));
    assert_eq!(world.ask("GetInstalledCertificateIds", of(root)), expected);
    assert_eq!(world.ask_status("GetInstalledCertificateIds", of(other)), "NotFound");

    let mut wrong = hash.clone();
    wrong["serialNumber"] = "01".into();
    assert_eq!(world.ask_status("DeleteCertificate", json!({ "certificateHashData": wrong })), "NotFound");
    let mut capitals = hash.clone();
    capitals["issuerKeyHash"] = key.to_uppercase().into();
    assert_eq!(world.ask_status("DeleteCertificate", json!({ "certificateHashData": capitals })), "Accepted");
    assert_eq!(world.ask_status("DeleteCertificate", json!({ "certificateHashData": hash })), "NotFound");
    assert_eq!(world.ask_status("GetInstalledCertificateIds", of(root)), "NotFound");
    assert!(world.take_sent().is_empty());
}

/// Lets the charge point ask for a certificate, and signs it with these faults.
fn signed(world: &mut World, authority: &TestAuthority, defects: &[CertificateDefect]) -> Value {
    let trigger = json!({"requestedMessage": "SignChargePointCertificate"});
    assert_eq!(world.ask_status("ExtendedTriggerMessage", trigger), "Accepted");
    let request = CertificateRequest::from_pem(world.expect("SignCertificate").payload["csr"].as_str().unwrap()).unwrap();
    assert_eq!(&*request.subject, "O=ocpp-tui, CN=SIM-0001");
    let terms = CertificateTerms { defects: defects.to_vec(), ..CertificateTerms::station("", "") };
    json!({ "certificateChain": chain_pem(&authority.sign(&request, &terms, world.now().wall).unwrap()) })
}

fn authority(world: &World) -> TestAuthority {
    TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, world.now().wall).unwrap()
}

#[test]
fn a_signed_certificate_is_shown_at_the_next_connection() {
    let mut world = World::accepted(Version::V1_6);
    let credentials = world.machine.settings().credentials.clone();
    let authority = authority(&world);
    let root = json!({"certificateType": "CentralSystemRootCertificate", "certificate": authority.certificate_pem()});
    assert_eq!(world.ask_status("InstallCertificate", root), "Accepted");
    assert_eq!(credentials.next().roots, [authority.certificate().into()]);
    let certificate = signed(&mut world, &authority, &[]);
    assert_eq!(world.ask_status("CertificateSigned", certificate.clone()), "Accepted");
    let shown = credentials.next().certificate.unwrap();
    let facts = CertificateFacts::read(&shown.chain[0]).unwrap();
    assert_eq!(facts.common_name.as_deref(), Some("SIM-0001"));
    assert!(world.take_sent().is_empty());
    let later = signed(&mut world, &authority, &[CertificateDefect::NotYetValid]);
    assert_eq!(world.ask_status("CertificateSigned", later), "Accepted");
    assert_eq!(credentials.next().certificate, Some(shown.clone()), "its validity has not begun");
    world.pass_seconds(2 * 24 * 3600);
    world.disconnect();
    assert_ne!(credentials.next().certificate, Some(shown));
}

#[test]
fn a_certificate_that_does_not_fit_is_a_security_event() {
    let mut world = World::accepted(Version::V1_6);
    let (authority, other) = (authority(&world), authority(&world));
    let root = json!({"certificateType": "CentralSystemRootCertificate", "certificate": authority.certificate_pem()});
    world.ask("InstallCertificate", root);
    let unasked = json!({ "certificateChain": CERTIFICATE });
    let good = signed(&mut world, &authority, &[]);
    let mut wrong = vec![unasked, json!({"certificateChain": "text"})];
    for defect in [CertificateDefect::Expired, CertificateDefect::WrongName, CertificateDefect::ForeignAuthority] {
        wrong.push(signed(&mut world, &authority, &[defect]));
    }
    wrong.push(signed(&mut world, &other, &[]));
    for certificate in wrong {
        assert_eq!(world.ask_status("CertificateSigned", certificate), "Rejected");
        assert_eq!(world.serve(), ["SecurityEventNotification InvalidChargePointCertificate"]);
    }
    assert_eq!(world.machine.settings().credentials.next().certificate, None);
    assert_eq!(world.ask_status("CertificateSigned", good), "Rejected", "the key of the first request was given up");
}

#[test]
fn what_went_wrong_while_connecting_is_a_security_event() {
    let events = |sent: Vec<String>| -> Vec<String> {
        sent.into_iter().filter_map(|it| it.strip_prefix("SecurityEventNotification ").map(str::to_owned)).collect()
    };
    let mut world = World::new(Version::V1_6, true);
    let credentials = world.machine.settings().credentials.clone();
    credentials.note(ConnectionIncident::UntrustedCertificate);
    world.connect();
    let boot = world.expect("BootNotification");
    world.result(&boot, json!({"status": "Accepted", "currentTime": "2024-05-01T12:00:00Z", "interval": 300}));
    assert_eq!(events(world.serve()), ["InvalidCentralSystemCertificate"]);
    world.disconnect();
    credentials.note(ConnectionIncident::NotAuthenticated);
    world.connect();
    assert_eq!(events(world.serve()), ["FailedToAuthenticateAtCentralSystem"]);
    world.disconnect();
    world.connect();
    assert!(events(world.serve()).is_empty());
    let mut older = World::accepted(Version::V1_5);
    older.machine.settings().credentials.note(ConnectionIncident::UntrustedCertificate);
    older.disconnect();
    older.connect();
    assert!(events(older.serve()).is_empty());
}

#[test]
fn the_last_root_of_a_secured_link_stays() {
    let secured = CredentialSet { profile: SecurityProfile::TlsBasic, ..CredentialSet::default() };
    for (credentials, expected) in [(CredentialSet::default(), "Accepted"), (secured, "Failed")] {
        let credentials = StationCredentials::new(credentials);
        let settings = ChargePointSettings { credentials, seed: 1, ..ChargePointSettings::default() };
        let mut world = World::with(Version::V1_6, settings).booted();
        let root = json!({"certificateType": "CentralSystemRootCertificate", "certificate": CERTIFICATE});
        world.ask("InstallCertificate", root);
        let [name, key, serial] = HASH_DATA;
        let hash = json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial});
        assert_eq!(world.ask_status("DeleteCertificate", json!({ "certificateHashData": hash })), expected);
    }
}

#[test]
fn a_log_upload_reports_each_step_with_the_id_of_its_request() {
    for (location, end) in [("ftp://host/x", "Uploaded"), ("nowhere", "UploadFailure")] {
        let mut world = World::accepted(Version::V1_6);
        let Answer::Result(result) = world.ask("GetLog", log(location, 3)) else { panic!() };
        assert_eq!(result, json!({"status": "Accepted", "filename": "security-CP1-2024-05-01T12-00-00.000Z.log"}));
        let expected = ["LogStatusNotification Uploading 3", &format!("LogStatusNotification {end} 3")];
        assert_eq!(world.live(20), expected);
    }
}

#[test]
fn a_new_log_upload_replaces_the_running_one() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("GetLog", log("ftp://host/x", 1));
    assert_eq!(world.live(4), ["LogStatusNotification Uploading 1"]);
    assert_eq!(world.ask_status("GetLog", log("ftp://host/x", 2)), "AcceptedCanceled");
    assert_eq!(world.live(20), ["LogStatusNotification Uploading 2", "LogStatusNotification Uploaded 2"]);
    assert_eq!(world.ask_status("GetLog", log("ftp://host/x", 3)), "Accepted");
}

#[test]
fn signed_firmware_is_verified_and_installed_when_its_time_has_come() {
    let mut world = World::accepted(Version::V1_6);
    let update = signed_firmware("https://host/x", CERTIFICATE, Some("2024-05-01T12:01:00Z"));
    assert_eq!(world.ask_status("SignedUpdateFirmware", update), "Accepted");
    let status = |it: &String| it.strip_prefix("SignedFirmwareStatusNotification ").map(str::to_owned);
    let before: Vec<_> = world.live(55).iter().filter_map(status).collect();
    assert_eq!(before, ["Downloading 7", "Downloaded 7", "SignatureVerified 7", "InstallScheduled 7"]);
    let sent = world.live(60);
    let after: Vec<_> = sent.iter().filter_map(status).collect();
    assert_eq!(after, ["Installing 7", "InstallRebooting 7", "Installed 7"]);
    assert!(sent.contains(&"BootNotification".to_owned()), "{sent:?}");
}

#[test]
fn signed_firmware_is_refused_replaced_or_not_found() {
    let mut world = World::accepted(Version::V1_6);
    let bad = signed_firmware("https://host/x", "no certificate", None);
    assert_eq!(world.ask_status("SignedUpdateFirmware", bad), "InvalidCertificate");
    assert_eq!(world.serve(), ["SecurityEventNotification InvalidFirmwareSigningCertificate"]);

    world.ask("UpdateFirmware", json!({"location": "ftp://host/x", "retrieveDate": "2024-05-01T13:00:00Z"}));
    let mut lost = signed_firmware("nowhere", CERTIFICATE, None);
    lost["firmware"]["retrieveDateTime"] = "2024-05-01T12:01:00Z".into();
    assert_eq!(world.ask_status("SignedUpdateFirmware", lost), "AcceptedCanceled");
    let statuses = ["DownloadScheduled", "Downloading", "DownloadFailed"];
    assert_eq!(world.live(90), statuses.map(|it| format!("SignedFirmwareStatusNotification {it} 7")));
}

#[test]
fn the_extended_trigger_knows_the_new_messages() {
    let mut world = World::accepted(Version::V1_6);
    for (message, status, expected) in [
        ("Heartbeat", "Accepted", vec!["Heartbeat"]),
        ("BootNotification", "Rejected", vec![]),
        ("LogStatusNotification", "Accepted", vec!["LogStatusNotification Idle"]),
        ("FirmwareStatusNotification", "Accepted", vec!["SignedFirmwareStatusNotification Idle"]),
        ("SignChargePointCertificate", "Accepted", vec!["SignCertificate"]),
        ("MeterValues", "Accepted", vec!["MeterValues 1", "MeterValues 2"]),
        ("DiagnosticsStatusNotification", "NotImplemented", vec![]),
    ] {
        assert_eq!(world.ask_status("ExtendedTriggerMessage", json!({ "requestedMessage": message })), status, "{message}");
        assert_eq!(world.serve(), expected, "{message}");
    }
    let nowhere = json!({"requestedMessage": "StatusNotification", "connectorId": 5});
    assert_eq!(world.ask_status("ExtendedTriggerMessage", nowhere), "Rejected");
    assert_eq!(world.ask_status("TriggerMessage", json!({"requestedMessage": "LogStatusNotification"})), "NotImplemented");
}

#[test]
fn a_trigger_reports_the_progress_of_the_signed_update() {
    let mut world = World::accepted(Version::V1_6);
    let trigger = json!({"requestedMessage": "FirmwareStatusNotification"});
    world.ask("SignedUpdateFirmware", signed_firmware("nowhere", CERTIFICATE, None));
    world.live(4);
    world.ask("ExtendedTriggerMessage", trigger.clone());
    assert_eq!(world.serve(), ["SignedFirmwareStatusNotification Downloading 7"]);
    world.ask("TriggerMessage", trigger.clone());
    assert_eq!(world.serve(), ["FirmwareStatusNotification Idle"]);
    world.live(20);
    world.ask("ExtendedTriggerMessage", trigger.clone());
    assert_eq!(world.serve(), ["SignedFirmwareStatusNotification DownloadFailed 7"]);
    world.ask("SignedUpdateFirmware", signed_firmware("ftp://host/x", CERTIFICATE, None));
    world.live(60);
    world.ask("ExtendedTriggerMessage", trigger);
    assert_eq!(world.serve(), ["SignedFirmwareStatusNotification Idle"]);
}

#[test]
fn a_charge_point_that_is_not_autonomous_answers_and_sends_nothing() {
    let mut world = World::new(Version::V1_6, false);
    world.connect();
    assert_eq!(world.ask_status("GetLog", log("ftp://host/x", 1)), "Accepted");
    assert_eq!(world.ask_status("GetLog", log("ftp://host/x", 2)), "Accepted");
    assert_eq!(world.ask_status("SignedUpdateFirmware", signed_firmware("ftp://host/x", CERTIFICATE, None)), "Accepted");
    assert_eq!(world.ask_status("CertificateSigned", json!({})), "Rejected");
    let sign = json!({"requestedMessage": "SignChargePointCertificate"});
    assert_eq!(world.ask_status("ExtendedTriggerMessage", sign), "Accepted");
    assert!(world.live(60).is_empty());
}

/// A charge point with these credentials, connected and accepted, and the credentials as its link sees them.
fn with_credentials(set: CredentialSet) -> (World, StationCredentials) {
    let credentials = StationCredentials::new(set);
    let settings = ChargePointSettings { seed: 1, credentials: credentials.clone(), ..ChargePointSettings::default() };
    (World::with(Version::V1_6, settings).booted(), credentials)
}

fn change(world: &mut World, key: &str, value: &str) -> String {
    world.ask_status("ChangeConfiguration", json!({ "key": key, "value": value }))
}

fn shown_profile(world: &mut World) -> Value {
    let Answer::Result(result) = world.ask("GetConfiguration", json!({"key": ["SecurityProfile"]})) else { panic!() };
    result["configurationKey"][0]["value"].clone()
}

#[test]
fn a_key_is_hexadecimal_and_the_next_connection_shows_its_bytes() {
    let (mut world, credentials) = with_credentials(CredentialSet::default());
    for (value, expected) in [
        ("30313233343536373839414243444546", "Accepted"),
        ("3031323334353637383941424344454647484950", "Accepted"),
        ("303132333435363738394142434445", "Rejected"),
        ("303132333435363738394142434445464748495051", "Rejected"),
        ("a text that is no key", "Rejected"),
        ("", "Rejected"),
    ] {
        assert_eq!(change(&mut world, "authorizationKey", value), expected, "{value}");
    }
    assert_eq!(credentials.next().password.unwrap().bytes(), b"0123456789ABCDEFGHIP");
    let asked = world.ask("GetConfiguration", json!({"key": ["AuthorizationKey"]}));
    assert_eq!(asked, Answer::result(json!({"unknownKey": ["AuthorizationKey"]})), "it is never read");
    assert_eq!(
        world.ask_status("ChangeConfiguration", json!({"key": "SecurityProfile", "value": "1"})),
        "Accepted",
        "the password is there now"
    );
}

#[test]
fn a_profile_only_rises_and_needs_what_it_is_made_of() {
    let (mut world, credentials) = with_credentials(CredentialSet::default());
    for value in ["0", "1", "2", "3", "4", "-1", "x"] {
        assert_eq!(
            change(&mut world, "SecurityProfile", value),
            "Rejected",
            "{value}: there is neither a password nor a certificate"
        );
    }
    assert_eq!(change(&mut world, "AuthorizationKey", "30313233343536373839414243444546"), "Accepted");
    assert_eq!(change(&mut world, "SecurityProfile", "2"), "Rejected", "there is no root certificate");
    let root = json!({"certificateType": "CentralSystemRootCertificate", "certificate": CERTIFICATE});
    assert_eq!(world.ask_status("InstallCertificate", root), "Accepted");
    assert_eq!(change(&mut world, "SecurityProfile", "3"), "Rejected", "there is no certificate of its own");
    assert_eq!(change(&mut world, "SecurityProfile", "2"), "Accepted");
    // The link tries the new profile; the machine shows what has worked.
    assert_eq!(credentials.next().profile, SecurityProfile::TlsBasic);
    assert_eq!(shown_profile(&mut world), "0");
    assert_eq!(credentials.connected(), Some(CredentialNews::Settled(SecurityProfile::TlsBasic)));
    world.disconnect();
    world.connect();
    assert_eq!(shown_profile(&mut world), "2");
    assert_eq!(change(&mut world, "SecurityProfile", "1"), "Rejected");
    assert_eq!(change(&mut world, "SecurityProfile", "2"), "Rejected");
}

#[test]
fn a_profile_that_fails_gives_way_to_the_old_one() {
    let password = Some(StationPassword::of_text("0123456789abcdef"));
    let (mut world, credentials) = with_credentials(CredentialSet { password, ..CredentialSet::default() });
    assert_eq!(change(&mut world, "SecurityProfile", "1"), "Accepted");
    let news: Vec<_> = (0..3).map(|_| credentials.failed()).collect();
    assert_eq!(news, [None, None, Some(CredentialNews::FellBack(SecurityProfile::Unsecured))]);
    world.disconnect();
    world.connect();
    assert_eq!((shown_profile(&mut world), credentials.next().profile), ("0".into(), SecurityProfile::Unsecured));
}

#[test]
fn older_versions_have_neither_key() {
    let mut world = World::accepted(Version::V1_5);
    for key in ["AuthorizationKey", "SecurityProfile"] {
        assert_eq!(change(&mut world, key, "30313233343536373839414243444546"), "NotSupported", "{key}");
    }
}
