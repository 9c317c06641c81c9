//! Certificates with a fault on purpose, for the handshakes of TLS that are to show one. In everything but the fault they are like the right
//! one: the same names, the same kind of key.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::kind::MisbehaviourKind;
use super::parameter::MisbehaviourParameter as P;
use super::plan::ActiveMisbehaviour;
use crate::behaviour::StationCertificate;
use crate::pki::{
    AuthorityFault, CertificateDefect, CertificateFacts, CertificateTerms, CertificateUse, ChainForm, KeyAlgorithm,
    TestAuthority,
};

/// The CA of a session that has no test CA.
const SESSION_AUTHORITY: &str = "ocpp-tui CA of this session";
/// The operator in the certificate of a station that has no right one.
const OPERATOR: &str = "ocpp-tui";

/// Issues certificates with faults, each once.
#[derive(Debug, Default)]
pub struct FaultyCertificates {
    /// Their CAs, for each kind of key at most one.
    authorities: Mutex<Vec<Arc<TestAuthority>>>,
    issued: Mutex<Vec<(CertificateTerms, StationCertificate)>>,
}

impl FaultyCertificates {
    /// Lets these CAs issue them from now on.
    pub fn issue_by(&self, authorities: Vec<TestAuthority>) {
        *self.authorities.lock().unwrap_or_else(PoisonError::into_inner) = authorities.into_iter().map(Arc::new).collect();
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The certificate of these terms. It blocks: an RSA key takes some tenths of a second.
    pub(super) fn issue(&self, terms: &CertificateTerms, now: Timestamp) -> Result<StationCertificate, AuthorityFault> {
        let known = |issued: &[(CertificateTerms, StationCertificate)]| {
            issued.iter().find(|(of, _)| of == terms).map(|(_, certificate)| certificate.clone())
        };
        if let Some(found) = known(&self.issued.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(found);
        }
        let issued = self.authority(terms.key, now)?.issue(terms, now)?;
        let chain = issued.chain.into_iter().map(Arc::from).collect();
        let certificate = StationCertificate { chain, key: issued.key.pkcs8_der().into() };
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).push((terms.clone(), certificate.clone()));
        Ok(certificate)
    }

    /// The CA for this kind of key, or the first one.
    fn authority(&self, kind: KeyAlgorithm, now: Timestamp) -> Result<Arc<TestAuthority>, AuthorityFault> {
        let mut authorities = self.authorities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = authorities.iter().find(|one| one.key().kind() == kind).or(authorities.first()) {
            return Ok(found.clone());
        }
        let made = Arc::new(TestAuthority::create(SESSION_AUTHORITY, KeyAlgorithm::default(), now)?);
        authorities.push(made.clone());
        Ok(made)
    }
}

/// What the certificate of a handshake is to be; `None` when no fault is on. The right one is in DER; `identity` is asked where there is
/// none.
pub(super) fn terms(
    active: &[Arc<ActiveMisbehaviour>],
    right: Option<&[u8]>,
    purpose: CertificateUse,
    identity: impl FnOnce() -> String,
) -> Option<CertificateTerms> {
    if !active.iter().any(|one| one.kind().is_about_certificate()) {
        return None;
    }
    let mut terms = match right.and_then(CertificateFacts::read) {
        Some(facts) => CertificateTerms::like(&facts, purpose),
        None => CertificateTerms::station(identity(), OPERATOR),
    };
    for one in active {
        match one.kind() {
            MisbehaviourKind::ExpiredCertificate => terms.defects.push(CertificateDefect::Expired),
            MisbehaviourKind::ForeignCertificate => terms.defects.push(CertificateDefect::ForeignAuthority),
            MisbehaviourKind::SelfSignedCertificate => terms.defects.push(CertificateDefect::SelfSigned),
            MisbehaviourKind::NoIntermediate => terms.chain = ChainForm::MissingIntermediate,
            MisbehaviourKind::WrongNameCertificate => {
                let name = one.text(P::Name).unwrap_or_default().into_string();
                terms.names = terms.names.first().map(|_| name.clone()).into_iter().collect();
                terms.common_name = name;
            }
            _ => {}
        }
    }
    Some(terms)
}

#[cfg(test)]
mod tests {
    use super::super::{CommandedMisbehaviour, MisbehaviourScope, MisbehaviourSpec};
    use super::*;
    use crate::clock::now;
    use crate::link::MisbehaviourPlan;

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
        assert_eq!(
            (names_of(&facts), facts.issuer_common_name.as_deref()),
            (vec!["wrong.invalid".to_owned()], Some("test CA"))
        );
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
}
