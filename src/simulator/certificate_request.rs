//! The certificates that a simulated station has asked for: the private keys that wait for one, and whether what the central system sends
//! may be used (Improved security for OCPP 1.6-J, A02; OCPP 2.0.1 part 2, A02 and A03). The messages are in `v1` and `v2`.

use std::sync::Arc;

use jiff::Timestamp;

use crate::behaviour::{ConnectionIncident, StationCertificate, StationCredentials};
use crate::ocpp::OcppGeneration;
use crate::pki::{
    CertificateFacts, CertificateRequest, CertificateUse, ChainFault, ExpectedChain, KeyAlgorithm, PemFault, PrivateKey,
    check_chain, read_certificates,
};

/// The security event about an incident, with the name that each generation has for the central system (Improved security for OCPP 1.6-J
/// §8; OCPP 2.0.1 part 2, appendix 1).
pub(super) fn security_event(incident: ConnectionIncident, generation: OcppGeneration) -> &'static str {
    match (incident, generation) {
        (ConnectionIncident::UntrustedCertificate, OcppGeneration::First) => "InvalidCentralSystemCertificate",
        (ConnectionIncident::UntrustedCertificate, OcppGeneration::Second) => "InvalidCsmsCertificate",
        (ConnectionIncident::NoCommonTlsVersion, _) => "InvalidTLSVersion",
        (ConnectionIncident::NoCommonCipherSuite, _) => "InvalidTLSCipherSuite",
        (ConnectionIncident::NotAuthenticated, OcppGeneration::First) => "FailedToAuthenticateAtCentralSystem",
        (ConnectionIncident::NotAuthenticated, OcppGeneration::Second) => "FailedToAuthenticateAtCsms",
    }
}

/// The most requests that wait; an older one is given up for a new one.
const MOST_WAITING: usize = 4;

/// The keys of a station: those that wait for their certificates, and the certificate that is not valid yet.
#[derive(Debug, Default)]
pub(super) struct CertificateKeys {
    waiting: Vec<WaitingKey>,
    upcoming: Option<SignedCertificate>,
}

#[derive(Debug)]
struct WaitingKey {
    purpose: &'static str,
    common_name: Box<str>,
    key: Arc<PrivateKey>,
}

/// Whose certificate is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct CertificateSubject<'a> {
    /// The serial number of the station (OCPP 2.0.1 part 2, A00.FR.405).
    pub common_name: &'a str,
    /// The operator (A00.FR.404); empty is left out.
    pub organization: &'a str,
}

/// What a certificate that was signed must be.
#[derive(Debug, Clone, Copy)]
pub(super) struct ExpectedCertificate<'a> {
    /// What it is for, as it was asked for.
    pub purpose: &'a str,
    /// What the first certificate is used for.
    pub usage: CertificateUse,
    /// The trusted roots in DER. Without any the chain need not end in one.
    pub roots: &'a [Arc<[u8]>],
    /// The most characters of the chain.
    pub most_characters: usize,
    /// The time.
    pub now: Timestamp,
}

/// Why a certificate is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CertificateRefusal {
    #[error("the certificate cannot be read: {0}")]
    Unreadable(#[from] PemFault),
    #[error("the chain has more than {0} characters")]
    TooLong(usize),
    #[error("no certificate of this type was asked for")]
    NotAskedFor,
    #[error("the certificate is not for the key of the request")]
    OtherKey,
    #[error("the certificate is for `{found}`, and not for `{wanted}`")]
    OtherName { found: Box<str>, wanted: Box<str> },
    #[error(transparent)]
    Chain(#[from] ChainFault),
}

/// A certificate that may be used.
#[derive(Debug, Clone)]
pub(super) struct SignedCertificate {
    /// It, and its key.
    pub certificate: Arc<StationCertificate>,
    /// From when on.
    pub not_before: Timestamp,
}

impl CertificateKeys {
    /// Makes a key and a request for its certificate, in PEM. `None` when the operating system has no random numbers.
    pub fn request(&mut self, purpose: &'static str, kind: KeyAlgorithm, subject: CertificateSubject<'_>) -> Option<String> {
        let key = PrivateKey::generate(kind).ok()?;
        let organization = Some(subject.organization).filter(|organization| !organization.is_empty());
        let request = CertificateRequest::create(&key, subject.common_name, organization).ok()?;
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.remove(0);
        }
        self.waiting.push(WaitingKey { purpose, common_name: subject.common_name.into(), key: Arc::new(key) });
        Some(request.to_pem())
    }

    /// The certificate of a chain in PEM, the station's own first, when it may be used.
    pub fn judge(&self, pem: &str, expected: &ExpectedCertificate<'_>) -> Result<SignedCertificate, CertificateRefusal> {
        if pem.len() > expected.most_characters {
            return Err(CertificateRefusal::TooLong(expected.most_characters));
        }
        let chain = read_certificates(pem)?;
        let first = chain.first().and_then(|der| CertificateFacts::read(der));
        let facts = first.ok_or(ChainFault::Unreadable { number: 1 })?;
        let mut asked = self.waiting.iter().filter(|waiting| waiting.purpose == expected.purpose).peekable();
        if asked.peek().is_none() {
            return Err(CertificateRefusal::NotAskedFor);
        }
        let waiting = asked.find(|waiting| facts.has_key(&waiting.key.public_key_info()));
        let waiting = waiting.ok_or(CertificateRefusal::OtherKey)?;
        if facts.common_name.as_deref() != Some(&*waiting.common_name) {
            let (found, wanted) = (facts.short_name().into(), waiting.common_name.clone());
            return Err(CertificateRefusal::OtherName { found, wanted });
        }
        // One that begins later is kept until then (A02.FR.08).
        let now = expected.now.max(facts.not_before);
        let checked = ExpectedChain { purpose: expected.usage, host: None, now, revocations: &[] };
        match expected.roots {
            [] => check_chain(&chain, chain.last().map_or(&[][..], std::slice::from_ref), &checked)?,
            roots => check_chain(&chain, roots, &checked)?,
        }
        let chain = chain.into_iter().map(Arc::from).collect();
        let certificate = Arc::new(StationCertificate { chain, key: waiting.key.pkcs8_der().into() });
        Ok(SignedCertificate { certificate, not_before: facts.not_before })
    }

    /// What was asked for has come: no other certificate for this purpose is awaited.
    pub fn arrived(&mut self, purpose: &str) {
        self.waiting.retain(|waiting| waiting.purpose != purpose);
    }

    /// Shows a certificate of the station from the next connection on, or from the one after its validity has begun.
    pub fn show(&mut self, signed: SignedCertificate, credentials: &StationCredentials, now: Timestamp) {
        self.upcoming = Some(signed);
        self.show_upcoming(credentials, now);
    }

    /// The link is down: a certificate whose validity has begun meanwhile is shown at the next one.
    pub fn show_upcoming(&mut self, credentials: &StationCredentials, now: Timestamp) {
        if let Some(signed) = self.upcoming.take_if(|signed| signed.not_before <= now) {
            credentials.change(|set| set.certificate = Some(signed.certificate.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::{CertificateDefect, CertificateTerms, TestAuthority, chain_pem};

    const PURPOSE: &str = "ChargingStationCertificate";
    const SUBJECT: CertificateSubject<'_> = CertificateSubject { common_name: "SN-1", organization: "Operator" };

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn signed(authority: &TestAuthority, request: &str, defects: &[CertificateDefect]) -> String {
        let terms = CertificateTerms { defects: defects.to_vec(), ..CertificateTerms::station("SN-1", "Operator") };
        chain_pem(&authority.sign(&CertificateRequest::from_pem(request).unwrap(), &terms, now()).unwrap())
    }

    #[test]
    fn only_a_certificate_that_fits_the_request_is_taken() {
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now()).unwrap();
        let roots: [Arc<[u8]>; 1] = [authority.certificate().into()];
        let expected = |roots| ExpectedCertificate {
            purpose: PURPOSE,
            usage: CertificateUse::Client,
            roots,
            most_characters: 10_000,
            now: now(),
        };
        let mut waiting = CertificateKeys::default();
        let request = waiting.request(PURPOSE, KeyAlgorithm::Ecdsa, SUBJECT).unwrap();
        let refused = |pem: &str| waiting.judge(pem, &expected(&roots[..])).unwrap_err().to_string();
        assert!(refused("text").contains("cannot be read"));
        for (defect, sentence) in [
            (CertificateDefect::Expired, "the certificate of `SN-1` expired on"),
            (CertificateDefect::WrongName, "the certificate is for `wrong-name.invalid`, and not for `SN-1`"),
            (CertificateDefect::ForeignAuthority, "is not a trusted root"),
        ] {
            let found = refused(&signed(&authority, &request, &[defect]));
            assert!(found.contains(sentence), "{found}");
        }
        let other = CertificateKeys::default().request(PURPOSE, KeyAlgorithm::Ecdsa, SUBJECT).unwrap();
        assert_eq!(refused(&signed(&authority, &other, &[])), "the certificate is not for the key of the request");
        let good = signed(&authority, &request, &[]);
        let short = ExpectedCertificate { most_characters: 100, ..expected(&roots) };
        assert_eq!(waiting.judge(&good, &short).unwrap_err(), CertificateRefusal::TooLong(100));
        let other_purpose = ExpectedCertificate { purpose: "V2GCertificate", ..expected(&roots) };
        assert_eq!(waiting.judge(&good, &other_purpose).unwrap_err(), CertificateRefusal::NotAskedFor);
        let taken = waiting.judge(&good, &expected(&roots)).unwrap();
        assert_eq!(taken.certificate.chain.len(), 1);
        let foreign = signed(&authority, &request, &[CertificateDefect::ForeignAuthority]);
        assert!(waiting.judge(&foreign, &expected(&[])).is_ok(), "without roots no issuer is known");
        let later = waiting.judge(&signed(&authority, &request, &[CertificateDefect::NotYetValid]), &expected(&roots));
        let later = later.unwrap();
        assert_eq!(later.not_before.to_string(), "2026-03-02T12:00:00Z");
        let credentials = StationCredentials::default();
        let mut keys = CertificateKeys::default();
        keys.show(later.clone(), &credentials, now());
        assert_eq!(credentials.next().certificate, None);
        keys.show_upcoming(&credentials, later.not_before);
        assert_eq!(credentials.next().certificate, Some(later.certificate));
        waiting.arrived(PURPOSE);
        assert_eq!(waiting.judge(&good, &expected(&roots)).unwrap_err(), CertificateRefusal::NotAskedFor);
    }
}
