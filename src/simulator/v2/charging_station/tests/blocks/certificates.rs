//! Certificates, what the station asks for them, and security events.

use super::*;
use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA, SIGNING_REQUEST};

fn hash_data() -> Value {
    let [name, key, serial] = HASH_DATA;
    json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial})
}

fn install(purpose: &str, certificate: &str) -> Value {
    json!({"certificateType": purpose, "certificate": certificate})
}

#[test]
fn root_certificates_are_installed_listed_and_deleted() {
    for version in VERSIONS {
        let mut world = StationWorld::accepted(version);
        assert_eq!(world.ask_status("GetInstalledCertificateIds", json!({})), "NotFound");
        for wrong in ["", SIGNING_REQUEST, &CERTIFICATE[..300], &format!("{CERTIFICATE}{CERTIFICATE}")] {
            assert_eq!(
                world.ask_status("InstallCertificate", install("CSMSRootCertificate", wrong)),
                "Rejected InvalidCertificate"
            );
        }
        for purpose in ["CSMSRootCertificate", "MORootCertificate"] {
            assert_eq!(world.ask_status("InstallCertificate", install(purpose, CERTIFICATE)), "Accepted");
        }
        let entry = |purpose| json!({"certificateType": purpose, "certificateHashData": hash_data()});
        let listed = world.ask_result("GetInstalledCertificateIds", json!({}));
        let both = json!([entry("MORootCertificate"), entry("CSMSRootCertificate")]);
        assert_eq!(listed, json!({"status": "Accepted", "certificateHashDataChain": both}));
        let one = world.ask_result("GetInstalledCertificateIds", json!({"certificateType": ["MORootCertificate"]}));
        assert_eq!(one["certificateHashDataChain"], json!([entry("MORootCertificate")]));
        assert_eq!(
            world.ask_status("GetInstalledCertificateIds", json!({"certificateType": ["V2GCertificateChain"]})),
            "NotFound"
        );
        let delete = || json!({"certificateHashData": hash_data()});
        assert_eq!(world.ask_status("DeleteCertificate", delete()), "Accepted");
        assert_eq!(world.ask_status("DeleteCertificate", delete()), "NotFound");
    }
}

#[test]
fn the_certificate_of_the_station_cannot_be_deleted() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    assert_eq!(world.ask_status("CertificateSigned", json!({"certificateChain": CERTIFICATE})), "Accepted");
    assert_eq!(world.ask_status("DeleteCertificate", json!({"certificateHashData": hash_data()})), "Failed ReadOnly");
    assert_eq!(world.ask_status("GetInstalledCertificateIds", json!({})), "NotFound");
}

#[test]
fn a_wrong_signed_certificate_is_a_security_event() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    assert_eq!(world.ask_status("CertificateSigned", json!({"certificateChain": "text"})), "Rejected InvalidCertificate");
    let events = sent_within(&mut world, 0, "SecurityEventNotification");
    assert_eq!(events[0].payload["type"], "InvalidChargingStationCertificate");
}

#[test]
fn a_security_event_waits_for_the_link() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let answer = world.propose("CertificateSigned", json!({"certificateChain": "text"}));
    world.disconnect();
    world.commit(answer.effect, &answer.answer);
    assert!(world.take_sent().is_empty());
    world.connect();
    let events = sent_within(&mut world, 0, "SecurityEventNotification");
    assert!(events.iter().any(|call| call.payload["type"] == "InvalidChargingStationCertificate"), "{events:?}");
}

#[test]
fn a_chain_for_cars_is_listed_with_its_issuers_and_its_status_asked_for() {
    for (version, action) in [(Version::V2_0_1, "GetCertificateStatus"), (Version::V2_1, "GetCertificateChainStatus")] {
        let mut world = StationWorld::accepted(version);
        let chain = json!({"certificateChain": format!("{CERTIFICATE}{CERTIFICATE}"), "certificateType": "V2GCertificate"});
        assert_eq!(world.ask_status("CertificateSigned", chain), "Accepted");
        assert!(!sent_within(&mut world, 0, action).is_empty());
        let listed = world.ask_result("GetInstalledCertificateIds", json!({"certificateType": ["V2GCertificateChain"]}));
        let entry = json!({"certificateType": "V2GCertificateChain", "certificateHashData": hash_data(),
            "childCertificateHashData": [hash_data()]});
        assert_eq!(listed["certificateHashDataChain"], json!([entry]));
    }
}

#[test]
fn a_certificate_that_does_not_come_is_asked_for_again() {
    for (version, ids) in [(Version::V2_0_1, [json!(null), json!(null)]), (Version::V2_1, [json!(1), json!(2)])] {
        let mut world = StationWorld::quiet(version);
        world.set("SecurityCtrlr", "CertSigningWaitMinimum", "60");
        world.set("SecurityCtrlr", "CertSigningRepeatTimes", "1");
        let trigger = || json!({"requestedMessage": "SignChargingStationCertificate"});
        assert_eq!(world.ask_status("TriggerMessage", trigger()), "Accepted");
        let mut sent = sent_within(&mut world, 59, "SignCertificate");
        assert_eq!(sent.len(), 1);
        sent.extend(sent_within(&mut world, 300, "SignCertificate"));
        let found: Vec<_> = sent.iter().map(|call| call.payload.get("requestId").cloned().unwrap_or_default()).collect();
        assert_eq!(found, ids);
        assert_eq!(world.ask_status("TriggerMessage", trigger()), "Accepted");
        sent_within(&mut world, 0, "SignCertificate");
        world.ask("CertificateSigned", json!({"certificateChain": CERTIFICATE}));
        assert!(sent_within(&mut world, 300, "SignCertificate").is_empty());
    }
}
