//! The test CA: it issues certificates, also faulty ones on purpose, signs the requests of stations and revokes what it has issued. It
//! is for laboratories; its private key is no better protected than the folder that it lies in.

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyUsagePurpose, PublicKeyData, RevokedCertParams, SerialNumber, SigningKey, SubjectPublicKeyInfo,
};
use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;

use super::certificate_facts::CertificateFacts;
use super::chain_check::CertificateUse;
use super::issue_terms::{CertificateDefect, CertificateTerms, ChainForm, IssuedCertificate};
use super::pem_text::{CERTIFICATE, PemFault, read_certificates, write_pem};
use super::private_key::{KeyAlgorithm, KeyFault, PrivateKey};
use super::revocation_facts::RevokedSerial;
use super::sha1_signature::{Sha1Signer, named_sha1};
use super::signing_request::{CertificateRequest, subject};

/// How long a CA is valid.
const AUTHORITY_DAYS: u32 = 3650;
/// How long a revocation list is valid.
const LIST_DAYS: u32 = 30;
const ORGANIZATION: &str = "ocpp-tui";
const INTERMEDIATE: &str = "ocpp-tui test CA, intermediate";
const FOREIGN: &str = "foreign test CA";
const WRONG_NAME: &str = "wrong-name.invalid";

/// A certificate authority for tests.
#[derive(Debug)]
pub struct TestAuthority {
    certificate: Vec<u8>,
    key: PrivateKey,
}

/// The test CA cannot do what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityFault {
    /// The text of its certificate is no PEM.
    #[error("the certificate of the CA: {0}")]
    Certificate(#[from] PemFault),
    /// Its certificate is damaged.
    #[error("the certificate of the CA is not readable as X.509")]
    Unreadable,
    /// Its key cannot be read or made.
    #[error("the private key: {0}")]
    Key(#[from] KeyFault),
    /// Its key belongs to another certificate.
    #[error("the private key does not belong to the certificate `{subject}` of the CA")]
    OtherKey {
        /// The subject of the certificate.
        subject: Box<str>,
    },
    /// SHA-1 needs RSA.
    #[error("a signature with SHA-1 needs an RSA key, and that of the CA is ECDSA")]
    Sha1NeedsRsa,
    /// The key of a request is of an unknown kind.
    #[error("the public key of the request is not of a kind that can be signed: ECDSA on P-256 or P-384, RSA, or Ed25519")]
    UnknownKey,
    /// A name cannot be written into a certificate.
    #[error("`{name}` is neither a host name in ASCII nor an address")]
    Name {
        /// The name.
        name: Box<str>,
    },
    /// A serial number is none.
    #[error("`{serial}` is not a serial number in hexadecimal")]
    Serial {
        /// The serial number.
        serial: Box<str>,
    },
    /// The certificate was not written.
    #[error("no certificate could be made: {0}")]
    NotMade(Box<str>),
}

impl TestAuthority {
    /// Makes a root with a new key.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn create(name: &str, kind: KeyAlgorithm, now: Timestamp) -> Result<TestAuthority, AuthorityFault> {
        TestAuthority::with_key(name, PrivateKey::generate(kind)?, now)
    }

    /// Makes a root with this key.
    ///
    /// # Errors
    /// When the name has no form in X.509.
    pub fn with_key(name: &str, key: PrivateKey, now: Timestamp) -> Result<TestAuthority, AuthorityFault> {
        let certificate = authority_terms(name, None, now).self_signed(key.pair()).map_err(not_made)?;
        Ok(TestAuthority { certificate: certificate.der().to_vec(), key })
    }

    /// The CA of a certificate and its private key, in PEM.
    ///
    /// # Errors
    /// When one cannot be read, or they do not belong together.
    pub fn from_pem(certificate: &str, key: &str) -> Result<TestAuthority, AuthorityFault> {
        let certificate = read_certificates(certificate)?.swap_remove(0);
        let key = PrivateKey::from_pem(key)?;
        let facts = CertificateFacts::read(&certificate).ok_or(AuthorityFault::Unreadable)?;
        if !facts.has_key(&key.public_key_info()) {
            return Err(AuthorityFault::OtherKey { subject: facts.subject });
        }
        Ok(TestAuthority { certificate, key })
    }

    /// The certificate in DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate in PEM.
    pub fn certificate_pem(&self) -> String {
        write_pem(CERTIFICATE, &self.certificate)
    }

    /// The private key. It is a secret.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// A CA that this one has issued.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn intermediate(&self, name: &str, now: Timestamp) -> Result<TestAuthority, AuthorityFault> {
        let key = PrivateKey::generate(self.key.kind())?;
        let terms = authority_terms(name, Some(0), now);
        let certificate = terms.signed_by(key.pair(), &self.issuer(self.key.pair())?).map_err(not_made)?;
        Ok(TestAuthority { certificate: certificate.der().to_vec(), key })
    }

    /// Issues a certificate with a new key.
    ///
    /// # Errors
    /// When a name cannot be written, or SHA-1 is asked of a CA without RSA.
    pub fn issue(&self, terms: &CertificateTerms, now: Timestamp) -> Result<IssuedCertificate, AuthorityFault> {
        self.issue_for(terms, PrivateKey::generate(terms.key)?, now)
    }

    /// Issues a certificate for a key.
    ///
    /// # Errors
    /// As for [`TestAuthority::issue`].
    pub fn issue_for(
        &self,
        terms: &CertificateTerms,
        key: PrivateKey,
        now: Timestamp,
    ) -> Result<IssuedCertificate, AuthorityFault> {
        let written = written_terms(terms, now)?;
        let chain = if terms.has(CertificateDefect::SelfSigned) {
            vec![self_signed(&written, &key, terms.has(CertificateDefect::Sha1))?]
        } else {
            self.signed_chain(&written, key.pair(), terms, now)?
        };
        Ok(IssuedCertificate { chain, key })
    }

    /// Issues a certificate for the key and the subject of a request; the names, the key and a wrong name are those of the terms. Its
    /// certificates in DER, its own first.
    ///
    /// # Errors
    /// When the key is of an unknown kind, or as for [`TestAuthority::issue`].
    pub fn sign(
        &self,
        request: &CertificateRequest,
        terms: &CertificateTerms,
        now: Timestamp,
    ) -> Result<Vec<Vec<u8>>, AuthorityFault> {
        let key = SubjectPublicKeyInfo::from_der(request.public_key_info()).map_err(|_| AuthorityFault::UnknownKey)?;
        let mut written = written_terms(terms, now)?;
        if !terms.has(CertificateDefect::WrongName) {
            written.distinguished_name = request.distinguished_name.clone();
        }
        self.signed_chain(&written, &key, terms, now)
    }

    /// A list of what was revoked, in DER. Lists of higher numbers replace those of lower ones.
    ///
    /// # Errors
    /// When a serial number is none.
    pub fn revocation_list(&self, revoked: &[RevokedSerial], number: u64, now: Timestamp) -> Result<Vec<u8>, AuthorityFault> {
        let mut revoked_certs = Vec::new();
        for entry in revoked {
            revoked_certs.push(RevokedCertParams {
                serial_number: serial_number(&entry.serial)?,
                revocation_time: written_time(entry.at),
                reason_code: None,
                invalidity_date: None,
            });
        }
        let terms = CertificateRevocationListParams {
            this_update: written_time(now),
            next_update: written_time(later(now, LIST_DAYS)),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = terms.signed_by(&self.issuer(self.key.pair())?).map_err(not_made)?;
        Ok(list.der().to_vec())
    }

    fn issuer<S: SigningKey>(&self, key: S) -> Result<Issuer<'static, S>, AuthorityFault> {
        Issuer::from_ca_cert_der(&CertificateDer::from(&self.certificate[..]), key).map_err(not_made)
    }

    /// The certificate, and those of the CAs between it and the root.
    fn signed_chain(
        &self,
        written: &CertificateParams,
        key: &impl PublicKeyData,
        terms: &CertificateTerms,
        now: Timestamp,
    ) -> Result<Vec<Vec<u8>>, AuthorityFault> {
        if terms.has(CertificateDefect::ForeignAuthority) {
            let foreign = TestAuthority::create(FOREIGN, self.key.kind(), now)?;
            let mut terms = terms.clone();
            terms.defects.retain(|defect| *defect != CertificateDefect::ForeignAuthority);
            return foreign.signed_chain(written, key, &terms, now);
        }
        if terms.chain == ChainForm::Direct {
            return Ok(vec![self.signed(written, key, terms.has(CertificateDefect::Sha1))?]);
        }
        let intermediate = self.intermediate(INTERMEDIATE, now)?;
        let mut chain = vec![intermediate.signed(written, key, terms.has(CertificateDefect::Sha1))?];
        if terms.chain == ChainForm::Intermediate {
            chain.push(intermediate.certificate);
        }
        Ok(chain)
    }

    fn signed(&self, written: &CertificateParams, key: &impl PublicKeyData, sha1: bool) -> Result<Vec<u8>, AuthorityFault> {
        if !sha1 {
            let certificate = written.signed_by(key, &self.issuer(self.key.pair())?).map_err(not_made)?;
            return Ok(certificate.der().to_vec());
        }
        let signer = Sha1Signer::new(&self.key).ok_or(AuthorityFault::Sha1NeedsRsa)?;
        let certificate = written.signed_by(key, &self.issuer(signer)?).map_err(not_made)?;
        Ok(named_sha1(certificate.der()))
    }
}

fn self_signed(written: &CertificateParams, key: &PrivateKey, sha1: bool) -> Result<Vec<u8>, AuthorityFault> {
    if !sha1 {
        return Ok(written.self_signed(key.pair()).map_err(not_made)?.der().to_vec());
    }
    let signer = Sha1Signer::new(key).ok_or(AuthorityFault::Sha1NeedsRsa)?;
    Ok(named_sha1(written.self_signed(&signer).map_err(not_made)?.der()))
}

/// The terms of a CA, which allows so many CAs below it; `None` is any number.
fn authority_terms(name: &str, below: Option<u8>, now: Timestamp) -> CertificateParams {
    // The organization tells what belongs to this CA.
    let organization = if name == FOREIGN { FOREIGN } else { ORGANIZATION };
    let mut written = CertificateParams::default();
    written.distinguished_name = subject(name, Some(organization));
    written.is_ca = IsCa::Ca(below.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
    written.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    written.serial_number = Some(new_serial());
    written.not_before = written_time(earlier(now, HOUR));
    written.not_after = written_time(later(now, AUTHORITY_DAYS));
    written.use_authority_key_identifier_extension = below.is_some();
    written
}

/// The terms as `rcgen` has them, with the faults that are not about the signature.
fn written_terms(terms: &CertificateTerms, now: Timestamp) -> Result<CertificateParams, AuthorityFault> {
    let is_wrong = terms.has(CertificateDefect::WrongName);
    let (common_name, names) = match is_wrong {
        true if terms.names.is_empty() => (WRONG_NAME, Vec::new()),
        true => (WRONG_NAME, vec![WRONG_NAME.to_owned()]),
        false => (terms.common_name.as_str(), terms.names.clone()),
    };
    let mut written = CertificateParams::default();
    for name in names {
        let one = CertificateParams::new(vec![name.clone()]).map_err(|_| AuthorityFault::Name { name: name.into() })?;
        written.subject_alt_names.extend(one.subject_alt_names);
    }
    written.distinguished_name = subject(common_name, terms.organization.as_deref());
    written.is_ca = IsCa::ExplicitNoCa;
    written.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if terms.key == KeyAlgorithm::Rsa {
        written.key_usages.push(KeyUsagePurpose::KeyEncipherment);
    }
    // a station that is called over SOAP is a server, too
    let is_server = terms.purpose == CertificateUse::Server || !terms.names.is_empty();
    let is_client = terms.purpose == CertificateUse::Client;
    let usages = [(is_server, ExtendedKeyUsagePurpose::ServerAuth), (is_client, ExtendedKeyUsagePurpose::ClientAuth)];
    written.extended_key_usages = usages.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, usage)| usage).collect();
    written.serial_number = Some(new_serial());
    let (from, to) = validity(terms, now);
    (written.not_before, written.not_after) = (written_time(from), written_time(to));
    let is_self_signed = terms.has(CertificateDefect::SelfSigned);
    written.use_authority_key_identifier_extension = !is_self_signed;
    Ok(written)
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The validity begins an hour before, because clocks differ.
fn validity(terms: &CertificateTerms, now: Timestamp) -> (Timestamp, Timestamp) {
    if terms.has(CertificateDefect::Expired) {
        let end = earlier(now, DAY);
        (earlier(end, DAY.saturating_mul(terms.days.try_into().unwrap_or(i32::MAX))), end)
    } else if terms.has(CertificateDefect::NotYetValid) {
        let begin = later(now, 1);
        (begin, later(begin, terms.days))
    } else {
        (earlier(now, HOUR), later(now, terms.days))
    }
}

fn earlier(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_sub(by).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH)
}

fn later(time: Timestamp, days: u32) -> Timestamp {
    time.saturating_add(DAY.saturating_mul(days.try_into().unwrap_or(i32::MAX))).unwrap_or(Timestamp::MAX)
}

/// The form that `rcgen` needs. A time that it has no form for is 1970.
fn written_time(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_second()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The serial number of 16 random bytes, positive (RFC 5280 §4.1.2.2).
fn new_serial() -> SerialNumber {
    let mut bytes = *uuid::Uuid::new_v4().as_bytes();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn serial_number(text: &str) -> Result<SerialNumber, AuthorityFault> {
    let fault = || AuthorityFault::Serial { serial: text.into() };
    let even = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("0{text}") };
    if even.is_empty() || !even.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(fault());
    }
    let digits = (0..even.len()).step_by(2).map(|at| u8::from_str_radix(&even[at..at + 2], 16));
    Ok(SerialNumber::from(digits.collect::<Result<Vec<u8>, _>>().map_err(|_| fault())?))
}

fn not_made(error: rcgen::Error) -> AuthorityFault {
    AuthorityFault::NotMade(error.to_string().into())
}

#[cfg(test)]
#[path = "tests/test_authority.rs"]
mod tests;
