//! Certificates, what the station asks for them, and security events.

use super::*;
use crate::behaviour::{ConnectionIncident, CredentialSet, StationCredentials};
use crate::ocpp::SecurityProfile;
use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA, SIGNING_REQUEST};
use crate::pki::{
    CertificateDefect, CertificateFacts, CertificateRequest, CertificateTerms, HashKind, KeyAlgorithm, TestAuthority, chain_pem,
};

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

/// Lets the station ask for a certificate, and signs it with these faults.
fn signed(world: &mut StationWorld, message: &str, authority: &TestAuthority, defects: &[CertificateDefect]) -> Value {
    assert_eq!(world.ask_status("TriggerMessage", json!({ "requestedMessage": message })), "Accepted");
    let asked = sent_within(world, 0, "SignCertificate").remove(0).payload;
    let request = CertificateRequest::from_pem(asked["csr"].as_str().unwrap()).unwrap();
    assert_eq!(&*request.subject, "O=ocpp-tui, CN=SIM-0001");
    let terms = CertificateTerms { defects: defects.to_vec(), ..CertificateTerms::station("", "") };
    let chain = chain_pem(&authority.sign(&request, &terms, world.now().wall).unwrap());
    let mut payload = json!({ "certificateChain": chain, "certificateType": asked["certificateType"] });
    if let Some(id) = asked.get("requestId") {
        payload["requestId"] = id.clone();
    }
    payload
}

const OWN: &str = "SignChargingStationCertificate";

/// A world with the root of a CA installed for a purpose.
fn with_root(version: Version, purpose: &str) -> (StationWorld, TestAuthority) {
    let mut world = StationWorld::accepted(version);
    let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, world.now().wall).unwrap();
    assert_eq!(world.ask_status("InstallCertificate", install(purpose, &authority.certificate_pem())), "Accepted");
    (world, authority)
}

#[test]
fn a_signed_certificate_is_shown_at_the_next_connection_and_cannot_be_deleted() {
    for version in VERSIONS {
        let (mut world, authority) = with_root(version, "CSMSRootCertificate");
        let credentials = world.machine.settings.credentials.clone();
        assert_eq!(credentials.next().roots, [authority.certificate().into()]);
        let certificate = signed(&mut world, OWN, &authority, &[]);
        assert_eq!(world.ask_status("CertificateSigned", certificate), "Accepted");
        let shown = CertificateFacts::read(&credentials.next().certificate.unwrap().chain[0]).unwrap();
        assert_eq!(shown.common_name.as_deref(), Some("SIM-0001"));
        let root = CertificateFacts::read(authority.certificate()).unwrap();
        let (name, key) = shown.issuer_hashes(HashKind::Sha256, &root);
        let hash =
            json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": shown.serial});
        assert_eq!(world.ask_status("DeleteCertificate", json!({"certificateHashData": hash})), "Failed ReadOnly");
        let listed = world.ask_result("GetInstalledCertificateIds", json!({}));
        assert_eq!(listed["certificateHashDataChain"].as_array().unwrap().len(), 1, "it is not listed: {listed}");
    }
}

#[test]
fn a_certificate_that_does_not_fit_is_refused_with_the_rule() {
    let (mut world, authority) = with_root(Version::V2_1, "CSMSRootCertificate");
    let mut other = signed(&mut world, OWN, &authority, &[]);
    other["requestId"] = 99.into();
    assert_refused(&mut world, other, "was asked for");
    for (defect, sentence) in [
        (CertificateDefect::Expired, "expired on"),
        (CertificateDefect::WrongName, "and not for `SIM-0001`"),
        (CertificateDefect::ForeignAuthority, "is not a trusted root"),
    ] {
        let certificate = signed(&mut world, OWN, &authority, &[defect]);
        assert_refused(&mut world, certificate, sentence);
    }
    assert_eq!(world.machine.settings.credentials.next().certificate, None);
}

fn assert_refused(world: &mut StationWorld, certificate: Value, sentence: &str) {
    let answer = world.ask_result("CertificateSigned", certificate);
    let info = answer["statusInfo"]["additionalInfo"].as_str().unwrap();
    assert!(answer["status"] == "Rejected" && info.contains(sentence), "{answer}");
    let events = sent_within(world, 0, "SecurityEventNotification");
    assert_eq!(events[0].payload["type"], "InvalidChargingStationCertificate");
}

#[test]
fn what_went_wrong_while_connecting_is_a_security_event() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    world.disconnect();
    let credentials = world.machine.settings.credentials.clone();
    for incident in [ConnectionIncident::UntrustedCertificate, ConnectionIncident::NoCommonTlsVersion] {
        credentials.note(incident);
    }
    world.connect();
    let events = sent_within(&mut world, 0, "SecurityEventNotification");
    let events: Vec<_> = events.iter().map(|call| call.payload["type"].as_str().unwrap()).collect();
    assert_eq!(events, ["InvalidCsmsCertificate", "InvalidTLSVersion"]);
}

#[test]
fn the_last_root_of_a_secured_link_stays() {
    let credentials = StationCredentials::new(CredentialSet { profile: SecurityProfile::TlsBasic, ..CredentialSet::default() });
    let settings = ChargePointSettings { credentials, seed: 1, ..ChargePointSettings::default() };
    let mut world = StationWorld::with(Version::V2_0_1, settings).booted();
    world.ask("InstallCertificate", install("CSMSRootCertificate", CERTIFICATE));
    let delete = || json!({"certificateHashData": hash_data()});
    assert_eq!(world.ask_status("DeleteCertificate", delete()), "Failed ReadOnly");
    let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, world.now().wall).unwrap();
    world.ask("InstallCertificate", install("CSMSRootCertificate", &authority.certificate_pem()));
    assert_eq!(world.ask_status("DeleteCertificate", delete()), "Accepted");
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
        let (mut world, authority) = with_root(version, "V2GRootCertificate");
        let mut chain = signed(&mut world, "SignV2GCertificate", &authority, &[]);
        let pem = format!("{}{}", chain["certificateChain"].as_str().unwrap(), authority.certificate_pem());
        chain["certificateChain"] = pem.into();
        assert_eq!(world.ask_status("CertificateSigned", chain), "Accepted");
        assert!(!sent_within(&mut world, 0, action).is_empty());
        let listed = world.ask_result("GetInstalledCertificateIds", json!({"certificateType": ["V2GCertificateChain"]}));
        let entry = &listed["certificateHashDataChain"][0];
        assert_eq!(entry["childCertificateHashData"].as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(world.machine.settings.credentials.next().certificate, None, "the link shows another one");
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
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, world.now().wall).unwrap();
        let certificate = signed(&mut world, OWN, &authority, &[]);
        assert_eq!(world.ask_status("CertificateSigned", certificate), "Accepted", "without roots no issuer is known");
        assert!(sent_within(&mut world, 300, "SignCertificate").is_empty());
    }
}
