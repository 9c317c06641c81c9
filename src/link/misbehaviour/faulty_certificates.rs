//! Issues certificates with a fault on purpose, for the handshakes of TLS that are to show one. What they are to be is in `tls`.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::behaviour::StationCertificate;
use crate::pki::{AuthorityFault, CertificateTerms, KeyAlgorithm, TestAuthority};

/// The CA of a session that has no test CA.
pub(super) const SESSION_AUTHORITY: &str = "ocpp-tui CA of this session";

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
