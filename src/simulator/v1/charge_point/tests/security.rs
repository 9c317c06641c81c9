//! The security extension of OCPP 1.6: certificates, logs, signed firmware, and the triggers for them.

use super::*;
use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA, SIGNING_REQUEST};

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

#[test]
fn a_signed_certificate_must_be_one_or_it_is_a_security_event() {
    let mut world = World::accepted(Version::V1_6);
    assert_eq!(world.ask_status("CertificateSigned", json!({ "certificateChain": CERTIFICATE })), "Accepted");
    assert!(world.take_sent().is_empty());
    assert_eq!(world.ask_status("CertificateSigned", json!({"certificateChain": "text"})), "Rejected");
    assert_eq!(world.serve(), ["SecurityEventNotification InvalidChargePointCertificate"]);
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
