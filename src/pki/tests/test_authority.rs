//! What the test CA issues; which rules faulty certificates break is in the tests of `chain_check`.

use super::*;
use crate::pki::{RevocationFacts, SubjectName, test_keys};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn authority() -> TestAuthority {
    TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now()).unwrap()
}

fn facts(chain: &[Vec<u8>]) -> CertificateFacts {
    CertificateFacts::read(&chain[0]).unwrap()
}

#[test]
fn a_ca_survives_its_pem() {
    let authority = authority();
    let again = TestAuthority::from_pem(&authority.certificate_pem(), &authority.key().to_pem()).unwrap();
    assert_eq!(again.certificate(), authority.certificate());
    let other = PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap().to_pem();
    let fault = TestAuthority::from_pem(&authority.certificate_pem(), &other).unwrap_err();
    assert_eq!(fault.to_string(), "the private key does not belong to the certificate `O=ocpp-tui, CN=Lab CA` of the CA");
    assert!(!format!("{authority:?}").contains("PRIVATE"));
}

#[test]
fn certificates_say_what_was_asked_for() {
    let names = ["csms.example.com", "localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let server = authority().issue(&CertificateTerms::server(names), now()).unwrap();
    let found = facts(&server.chain);
    assert_eq!(found.common_name.as_deref(), Some("csms.example.com"));
    let names = [
        SubjectName::Host("csms.example.com".into()),
        SubjectName::Host("localhost".into()),
        SubjectName::Address([127, 0, 0, 1].into()),
        SubjectName::Address("::1".parse().unwrap()),
    ];
    assert_eq!(found.names, names);
    assert_eq!(found.usages, ["digitalSignature", "serverAuth"]);
    assert!(found.has_key(&server.key.public_key_info()) && !found.is_authority);
    assert_eq!(
        (found.not_before.to_string().as_str(), found.not_after.to_string().as_str()),
        ("2026-03-01T11:00:00Z", "2027-03-01T12:00:00Z")
    );
    let station = authority().issue(&CertificateTerms::station("SN-1", "Operator"), now()).unwrap();
    let found = facts(&station.chain);
    assert_eq!((&*found.subject, &*found.issuer), ("O=Operator, CN=SN-1", "O=ocpp-tui, CN=Lab CA"));
    assert_eq!(found.usages, ["digitalSignature", "clientAuth"]);
    let soap = CertificateTerms { names: vec!["192.0.2.7".to_owned()], ..CertificateTerms::station("SN-1", "Operator") };
    assert_eq!(facts(&authority().issue(&soap, now()).unwrap().chain).usages, ["digitalSignature", "serverAuth", "clientAuth"]);
}

#[test]
fn no_two_certificates_have_one_serial_number() {
    let authority = authority();
    let request = CertificateRequest::create(&PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap(), "SN-1", None).unwrap();
    let terms = CertificateTerms::station("SN-1", "Operator");
    let serials: std::collections::BTreeSet<Box<str>> =
        (0..20).map(|_| facts(&authority.sign(&request, &terms, now()).unwrap()).serial).collect();
    assert_eq!(serials.len(), 20);
    assert!(serials.iter().all(|serial| serial.len() == 32), "{serials:?}");
}

#[test]
fn requests_are_signed_with_their_subject_and_key() {
    let authority = authority();
    for key in [PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap(), test_keys::rsa()] {
        let request = CertificateRequest::create(&key, "SN-1", Some("Operator")).unwrap();
        let terms = CertificateTerms { days: 30, ..CertificateTerms::station("ignored", "ignored") };
        let found = facts(&authority.sign(&request, &terms, now()).unwrap());
        assert_eq!(&*found.subject, "O=Operator, CN=SN-1");
        assert!(found.has_key(&key.public_key_info()));
        assert_eq!(found.not_after.to_string(), "2026-03-31T12:00:00Z");
        let wrong = CertificateTerms { defects: vec![CertificateDefect::WrongName], ..terms };
        assert_eq!(facts(&authority.sign(&request, &wrong, now()).unwrap()).short_name(), WRONG_NAME);
    }
}

#[test]
fn what_cannot_be_issued_is_said() {
    let authority = authority();
    let fault = |terms: &CertificateTerms| authority.issue(terms, now()).unwrap_err();
    let name = CertificateTerms::server(vec!["münchen.example".to_owned()]);
    assert_eq!(fault(&name).to_string(), "`münchen.example` is neither a host name in ASCII nor an address");
    let sha1 = CertificateTerms { defects: vec![CertificateDefect::Sha1], ..CertificateTerms::server(vec!["a".to_owned()]) };
    assert_eq!(fault(&sha1), AuthorityFault::Sha1NeedsRsa);
    let revoked = [RevokedSerial { serial: "xyz".into(), at: now() }];
    assert_eq!(authority.revocation_list(&revoked, 1, now()), Err(AuthorityFault::Serial { serial: "xyz".into() }));
}

#[test]
fn revocation_lists_name_what_was_revoked() {
    let authority = authority();
    let revoked = ["4a", "123", "ffee"].map(|serial| RevokedSerial { serial: serial.into(), at: now() });
    let list = RevocationFacts::read(&authority.revocation_list(&revoked, 7, now()).unwrap()).unwrap();
    assert_eq!(list.revoked, revoked);
    assert_eq!((&*list.issuer, list.this_update), ("O=ocpp-tui, CN=Lab CA", now()));
    assert_eq!(list.next_update.unwrap().to_string(), "2026-03-31T12:00:00Z");
    assert_eq!(RevocationFacts::read(authority.certificate()), None);
}

#[test]
fn terms_far_away_are_no_fault() {
    let authority = authority();
    for (days, defects) in [(u32::MAX, vec![]), (u32::MAX, vec![CertificateDefect::Expired]), (0, vec![])] {
        let terms = CertificateTerms { days, defects, ..CertificateTerms::server(vec!["a".to_owned()]) };
        assert!(CertificateFacts::read(&authority.issue(&terms, now()).unwrap().chain[0]).is_some(), "{days}");
    }
}
