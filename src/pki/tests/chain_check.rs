//! Each rule that a chain can break, with certificates of the test CA.

use super::*;
use crate::pki::{
    CertificateDefect, CertificateTerms, ChainForm, KeyAlgorithm, PrivateKey, RevokedSerial, TestAuthority, test_keys,
};

const DAY: i64 = 24 * 3600;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn authority() -> TestAuthority {
    TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now()).unwrap()
}

fn server() -> CertificateTerms {
    CertificateTerms::server(vec!["csms.example.com".to_owned(), "192.0.2.1".to_owned()])
}

/// The result of a check by a client that wants `csms.example.com`.
fn check(chain: &[Vec<u8>], roots: &[&TestAuthority]) -> Result<(), ChainFault> {
    check_at(chain, roots, 0)
}

fn check_at(chain: &[Vec<u8>], roots: &[&TestAuthority], days: i64) -> Result<(), ChainFault> {
    let now = Timestamp::from_second(now().as_second() + days * DAY).unwrap();
    let roots: Vec<&[u8]> = roots.iter().map(|root| root.certificate()).collect();
    let expected = ExpectedChain { purpose: CertificateUse::Server, host: Some("csms.example.com"), now, revocations: &[] };
    check_chain(chain, &roots, &expected)
}

fn issue(authority: &TestAuthority, terms: &CertificateTerms) -> Vec<Vec<u8>> {
    authority.issue(terms, now()).unwrap().chain
}

fn with(defect: CertificateDefect) -> CertificateTerms {
    CertificateTerms { defects: vec![defect], ..server() }
}

#[test]
fn good_chains_are_in_order() {
    let authority = authority();
    assert_eq!(check(&issue(&authority, &server()), &[&authority]), Ok(()));
    let through = CertificateTerms { chain: ChainForm::Intermediate, ..server() };
    let mut chain = issue(&authority, &through);
    assert_eq!((chain.len(), check(&chain, &[&authority])), (2, Ok(())));
    chain.push(authority.certificate().to_vec());
    chain.swap(1, 2);
    assert_eq!(check(&chain, &[&authority]), Ok(()), "the root may be among them, and the order does not matter");
    let other = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now()).unwrap();
    assert_eq!(check(&chain, &[&other, &authority]), Ok(()), "of two roots with one name the right one is found");
}

#[test]
fn rsa_chains_are_in_order() {
    let authority = TestAuthority::with_key("RSA CA", test_keys::rsa(), now()).unwrap();
    let issued = authority.issue_for(&server(), PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap(), now()).unwrap();
    assert_eq!(check(&issued.chain, &[&authority]), Ok(()));
}

#[test]
fn a_chain_must_be_there_and_readable() {
    let authority = authority();
    assert_eq!(check(&[], &[&authority]), Err(ChainFault::NoCertificate));
    let mut chain = issue(&authority, &server());
    chain.push(vec![48, 0]);
    assert_eq!(check(&chain, &[&authority]), Err(ChainFault::Unreadable { number: 2 }));
}

#[test]
fn validity_is_checked_of_every_certificate() {
    let authority = authority();
    let subject: Box<str> = "csms.example.com".into();
    let expired = check(&issue(&authority, &with(CertificateDefect::Expired)), &[&authority]);
    let at = "2026-02-28T12:00:00Z".parse().unwrap();
    assert_eq!(expired, Err(ChainFault::Expired { subject: subject.clone(), at }));
    let early = check(&issue(&authority, &with(CertificateDefect::NotYetValid)), &[&authority]);
    let at = "2026-03-02T12:00:00Z".parse().unwrap();
    assert_eq!(early, Err(ChainFault::NotYetValid { subject, at }));
    let long = issue(&authority, &CertificateTerms { days: 5000, ..server() });
    assert_eq!(check_at(&long, &[&authority], 3649), Ok(()));
    let Err(ChainFault::Expired { subject, .. }) = check_at(&long, &[&authority], 3651) else { panic!("the root is old") };
    assert_eq!(&*subject, "Lab CA");
}

#[test]
fn names_and_uses_are_checked() {
    let authority = authority();
    let fault = check(&issue(&authority, &with(CertificateDefect::WrongName)), &[&authority]).unwrap_err();
    assert_eq!(fault.to_string(), "the certificate is for `wrong-name.invalid`, not for `csms.example.com`");
    let station = CertificateTerms { names: Vec::new(), ..CertificateTerms::station("csms.example.com", "Operator") };
    let fault = check(&issue(&authority, &station), &[&authority]).unwrap_err();
    assert_eq!(fault, ChainFault::WrongUse { subject: "csms.example.com".into(), wanted: "a TLS server" });
    let as_client = ExpectedChain { purpose: CertificateUse::Client, host: None, now: now(), revocations: &[] };
    let chain = issue(&authority, &server());
    let fault = check_chain(&chain, &[authority.certificate()], &as_client).unwrap_err();
    assert_eq!(fault, ChainFault::WrongUse { subject: "csms.example.com".into(), wanted: "a TLS client" });
}

#[test]
fn the_chain_must_lead_to_a_trusted_root() {
    let authority = authority();
    let subject: Box<str> = "csms.example.com".into();
    let fault = |chain: &[Vec<u8>]| check(chain, &[&authority]).unwrap_err();
    let alone = issue(&authority, &with(CertificateDefect::SelfSigned));
    assert_eq!(fault(&alone), ChainFault::SelfSigned { subject: subject.clone() });
    let foreign = issue(&authority, &with(CertificateDefect::ForeignAuthority));
    assert_eq!(fault(&foreign), ChainFault::UnknownIssuer { subject: subject.clone(), issuer: "foreign test CA".into() });
    let missing = issue(&authority, &CertificateTerms { chain: ChainForm::MissingIntermediate, ..server() });
    let issuer: Box<str> = "ocpp-tui test CA, intermediate".into();
    assert_eq!(fault(&missing), ChainFault::UnknownIssuer { subject: subject.clone(), issuer });
    let other = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now()).unwrap();
    let same_name = issue(&other, &server());
    assert_eq!(fault(&same_name), ChainFault::WrongSignature { subject: subject.clone(), issuer: "Lab CA".into() });
    let third = TestAuthority::create("Other CA", KeyAlgorithm::Ecdsa, now()).unwrap();
    let whole = [issue(&third, &server()), vec![third.certificate().to_vec()]].concat();
    assert_eq!(fault(&whole), ChainFault::UntrustedRoot { subject, root: "Other CA".into() });
    assert_eq!(check(&alone, &[]), Err(ChainFault::SelfSigned { subject: "csms.example.com".into() }));
}

#[test]
fn a_self_signed_certificate_may_be_trusted_itself() {
    let chain = issue(&authority(), &with(CertificateDefect::SelfSigned));
    let expected = ExpectedChain { purpose: CertificateUse::Server, host: None, now: now(), revocations: &[] };
    assert_eq!(check_chain(&chain, &chain, &expected), Ok(()));
}

#[test]
fn only_a_ca_may_issue() {
    let authority = authority();
    let server_chain = authority.issue(&server(), now()).unwrap();
    let pem = [server_chain.chain_pem(), server_chain.key.to_pem()];
    let no_authority = TestAuthority::from_pem(&pem[0], &pem[1]).unwrap();
    let chain = [issue(&no_authority, &server()), server_chain.chain].concat();
    let fault = check(&chain, &[&authority]).unwrap_err();
    assert_eq!(fault, ChainFault::NotAnAuthority { subject: "csms.example.com".into(), issuer: "csms.example.com".into() });
    let lower = authority.intermediate("Lower", now()).unwrap();
    let lowest = lower.intermediate("Lowest", now()).unwrap();
    let chain = [issue(&lowest, &server()), vec![lowest.certificate().to_vec(), lower.certificate().to_vec()]].concat();
    assert_eq!(check(&chain, &[&authority]), Err(ChainFault::PathTooLong { issuer: "Lower".into() }));
}

#[test]
fn weak_signatures_are_refused() {
    let authority = TestAuthority::with_key("RSA CA", test_keys::rsa(), now()).unwrap();
    let chain = issue(&authority, &with(CertificateDefect::Sha1));
    let algorithm: Box<str> = "sha1WithRSAEncryption".into();
    let subject: Box<str> = "csms.example.com".into();
    assert_eq!(check(&chain, &[&authority]), Err(ChainFault::WeakSignature { subject, algorithm }));
    let (certificate, root) = (parse(&chain[0]).unwrap(), parse(authority.certificate()).unwrap());
    assert_eq!(certificate.verify_signature(Some(root.public_key())), Ok(()), "the signature itself is in order");
}

#[test]
fn revoked_certificates_are_refused() {
    let authority = authority();
    let chain = issue(&authority, &server());
    let serial = CertificateFacts::read(&chain[0]).unwrap().serial;
    let revoked = [RevokedSerial { serial: serial.clone(), at: now() }];
    let list = |authority: &TestAuthority, revoked: &[RevokedSerial]| {
        RevocationFacts::read(&authority.revocation_list(revoked, 1, now()).unwrap()).unwrap()
    };
    let check = |list: RevocationFacts| {
        let expected = ExpectedChain { purpose: CertificateUse::Any, host: None, now: now(), revocations: &[list] };
        check_chain(&chain, &[authority.certificate()], &expected)
    };
    let fault = ChainFault::Revoked { subject: "csms.example.com".into(), serial, at: now() };
    assert_eq!(check(list(&authority, &revoked)), Err(fault));
    assert_eq!(check(list(&authority, &[])), Ok(()));
    let forged = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now()).unwrap();
    assert_eq!(check(list(&forged, &revoked)), Ok(()), "a list that another key has signed says nothing");
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let mut terms = rcgen::CertificateParams::default();
    let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    extension.set_criticality(true);
    terms.custom_extensions = vec![extension];
    let key = rcgen::KeyPair::generate().unwrap();
    let chain = [terms.self_signed(&key).unwrap().der().to_vec()];
    let expected = ExpectedChain { purpose: CertificateUse::Any, host: None, now: now(), revocations: &[] };
    let fault = check_chain(&chain, &chain, &expected).unwrap_err();
    assert!(matches!(&fault, ChainFault::UnknownExtension { extension, .. } if &**extension == "1.2.3.4"), "{fault}");
}

#[test]
fn a_root_has_signed_itself_and_is_a_valid_ca() {
    let authority = authority();
    assert_eq!(check_root(authority.certificate(), now()), Ok(()));
    let lower = authority.intermediate("Lower", now()).unwrap();
    let fault = check_root(lower.certificate(), now()).unwrap_err();
    assert_eq!(fault.to_string(), "the certificate of `Lower` is no root: `Lab CA` has issued it");
    let alone = issue(&authority, &with(CertificateDefect::SelfSigned));
    assert!(matches!(check_root(&alone[0], now()), Err(ChainFault::NotAnAuthority { .. })));
    let mut damaged = authority.certificate().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(check_root(&damaged, now()).is_err());
    let late = Timestamp::from_second(now().as_second() + 4000 * DAY).unwrap();
    assert!(matches!(check_root(authority.certificate(), late), Err(ChainFault::Expired { .. })));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    /// No byte of a certificate can be changed without a fault.
    #[test]
    fn changed_certificates_are_refused(at in 0usize..2000, by in 1u8..=255) {
        let authority = authority();
        let mut chain = issue(&authority, &server());
        let at = at % chain[0].len();
        chain[0][at] ^= by;
        proptest::prop_assert!(check(&chain, &[&authority]).is_err(), "byte {}", at);
    }
}

/// No signature covers these bytes.
#[test]
fn changed_headers_outside_the_signed_part_are_refused() {
    let authority = authority();
    let good = issue(&authority, &server());
    let signed = good[0].len() - 90;
    let passed: Vec<(usize, u8)> = std::iter::once(0)
        .chain(signed..good[0].len())
        .flat_map(|at| [1, 2, 32, 64, 128].map(|by| (at, by)))
        .filter(|(at, by)| {
            let mut chain = good.clone();
            chain[0][*at] ^= by;
            check(&chain, &[&authority]).is_ok()
        })
        .collect();
    assert_eq!(passed, []);
}
