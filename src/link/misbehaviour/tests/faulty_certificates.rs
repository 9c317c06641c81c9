//! The certificates with faults are like the right one but for the fault.

use super::super::faulty_certificates::SESSION_AUTHORITY;
use super::super::tls::terms;
use super::super::{CommandedMisbehaviour, MisbehaviourPlan, MisbehaviourScope, MisbehaviourSpec};
use crate::clock::now;
use crate::pki::{CertificateFacts, CertificateTerms, CertificateUse, KeyAlgorithm, TestAuthority};

/// The certificate with this fault, and how many come with it.
fn faulty(plan: &MisbehaviourPlan, name: &str, right: Option<&[u8]>) -> (CertificateFacts, usize) {
    let spec = MisbehaviourSpec::named(name).unwrap();
    plan.switch_off(None, None);
    plan.switch_on(MisbehaviourScope::All, CommandedMisbehaviour { spec, values: Vec::new(), times: None }, String::new());
    let terms = terms(&plan.active(), right, CertificateUse::Server, || "CP1".to_owned()).unwrap();
    let issued = plan.faulty_certificates().issue(&terms, now().wall).unwrap();
    (CertificateFacts::read(&issued.chain[0]).unwrap(), issued.chain.len())
}

#[test]
fn the_certificate_is_like_the_right_one_but_for_its_fault() {
    let now = now().wall;
    let plan = MisbehaviourPlan::default();
    let authority = TestAuthority::create("test CA", KeyAlgorithm::Ecdsa, now).unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let right = authority.issue(&CertificateTerms::server(names.clone()), now).unwrap().chain.swap_remove(0);
    plan.faulty_certificates().issue_by(vec![authority]);
    let names_of = |facts: &CertificateFacts| facts.names.iter().map(ToString::to_string).collect::<Vec<_>>();
    for (name, issuer, length) in [
        ("expired-certificate", "test CA", 1),
        ("foreign-certificate", "foreign test CA", 1),
        ("self-signed-certificate", "localhost", 1),
        ("no-intermediate", "ocpp-tui test CA, intermediate", 1),
    ] {
        let (facts, certificates) = faulty(&plan, name, Some(&right));
        assert_eq!((facts.issuer_common_name.as_deref(), certificates), (Some(issuer), length), "{name}");
        assert_eq!(names_of(&facts), names, "{name}");
        assert_eq!(facts.not_after < now, name == "expired-certificate");
    }
    let (facts, _) = faulty(&plan, "wrong-name-certificate", Some(&right));
    assert_eq!((names_of(&facts), facts.issuer_common_name.as_deref()), (vec!["wrong.invalid".to_owned()], Some("test CA")));
    let again = faulty(&plan, "wrong-name-certificate", Some(&right)).0;
    assert_eq!(again.serial, facts.serial, "it is issued once");
}

#[test]
fn a_station_without_a_certificate_gets_one_of_the_session() {
    let plan = MisbehaviourPlan::default();
    let (facts, _) = faulty(&plan, "expired-certificate", None);
    assert_eq!((facts.common_name.as_deref(), facts.issuer_common_name.as_deref()), (Some("CP1"), Some(SESSION_AUTHORITY)));
    let (facts, _) = faulty(&plan, "wrong-name-certificate", None);
    assert_eq!((facts.common_name.as_deref(), facts.names.len()), (Some("wrong.invalid"), 0));
}
