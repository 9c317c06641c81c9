//! Requests for a certificate (PKCS #10, RFC 2986): what a station sends in SignCertificate.

use rcgen::{CertificateParams, DistinguishedName, DnType};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::certificate_facts::{KeyFacts, first, key_facts, name_text};
use super::pem_text::{PemFault, read_pem, write_pem};
use super::private_key::PrivateKey;

const REQUEST: &str = "CERTIFICATE REQUEST";
/// The label of old tools.
const OLD_REQUEST: &str = "NEW CERTIFICATE REQUEST";

/// A request whose signature is in order: who sent it has the private key.
#[derive(Debug, Clone, PartialEq)]
pub struct CertificateRequest {
    /// The subject as text.
    pub subject: Box<str>,
    /// The common name of the subject.
    pub common_name: Option<Box<str>>,
    /// The organization of the subject.
    pub organization: Option<Box<str>>,
    /// The public key.
    pub key: KeyFacts,
    pub(super) distinguished_name: DistinguishedName,
    public_key_info: Box<[u8]>,
    der: Box<[u8]>,
}

/// A text is no request that can be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// The text is no PEM.
    #[error("the signing request is no PEM: {0}")]
    Pem(#[from] PemFault),
    /// There is no request in it.
    #[error("the text has no block CERTIFICATE REQUEST, only {found}")]
    NoRequest {
        /// The label of the first block.
        found: String,
    },
    /// The request is damaged.
    #[error("the signing request is not readable as PKCS #10")]
    Unreadable,
    /// The signature does not fit the key.
    #[error("the signature of the signing request does not fit its public key, or its algorithm is not known")]
    WrongSignature,
    /// It was not made.
    #[error("no signing request could be made: {0}")]
    NotMade(Box<str>),
}

impl CertificateRequest {
    /// Makes a request, signed with the key.
    ///
    /// # Errors
    /// When a name has no form in X.509.
    pub fn create(key: &PrivateKey, common_name: &str, organization: Option<&str>) -> Result<CertificateRequest, RequestFault> {
        let mut terms = CertificateParams::default();
        terms.distinguished_name = subject(common_name, organization);
        let request = terms.serialize_request(key.pair()).map_err(|error| RequestFault::NotMade(error.to_string().into()))?;
        CertificateRequest::from_der(request.der())
    }

    /// Reads the first request of a PEM text.
    ///
    /// # Errors
    /// When there is none, or its signature does not fit.
    pub fn from_pem(text: &str) -> Result<CertificateRequest, RequestFault> {
        let blocks = read_pem(text)?;
        let block = blocks.iter().find(|block| [REQUEST, OLD_REQUEST].contains(&&*block.label));
        let found = || RequestFault::NoRequest { found: blocks.first().map_or_else(String::new, |block| block.label.clone()) };
        CertificateRequest::from_der(&block.ok_or_else(found)?.der)
    }

    /// Reads DER.
    ///
    /// # Errors
    /// When it is no request, or its signature does not fit.
    pub fn from_der(der: &[u8]) -> Result<CertificateRequest, RequestFault> {
        let (rest, request) = X509CertificationRequest::from_der(der).map_err(|_| RequestFault::Unreadable)?;
        if !rest.is_empty() {
            return Err(RequestFault::Unreadable);
        }
        request.verify_signature().map_err(|_| RequestFault::WrongSignature)?;
        let info = &request.certification_request_info;
        let mut distinguished_name = DistinguishedName::new();
        for attribute in info.subject.iter_attributes() {
            let Some(kind) = attribute.attr_type().iter() else { continue };
            let kind: Vec<u64> = kind.collect();
            if let Ok(value) = attribute.as_str() {
                distinguished_name.push(DnType::from_oid(&kind), value);
            }
        }
        Ok(CertificateRequest {
            subject: name_text(&info.subject),
            common_name: first(info.subject.iter_common_name()),
            organization: first(info.subject.iter_organization()),
            key: key_facts(&info.subject_pki),
            distinguished_name,
            public_key_info: info.subject_pki.raw.into(),
            der: der.into(),
        })
    }

    /// The request in PEM.
    pub fn to_pem(&self) -> String {
        write_pem(REQUEST, &self.der)
    }

    /// The public key: `SubjectPublicKeyInfo` in DER.
    pub fn public_key_info(&self) -> &[u8] {
        &self.public_key_info
    }
}

/// A subject with an organization and a common name.
pub(super) fn subject(common_name: &str, organization: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if let Some(organization) = organization {
        name.push(DnType::OrganizationName, organization);
    }
    name.push(DnType::CommonName, common_name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::certificates::{CERTIFICATE, SIGNING_REQUEST};
    use crate::pki::{KeyAlgorithm, test_keys};

    #[test]
    fn requests_are_read_as_they_were_made() {
        for (key, kind) in [(PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap(), "ECDSA P-256"), (test_keys::rsa(), "RSA 2048")]
        {
            let made = CertificateRequest::create(&key, "SN-1", Some("Straßenstrom")).unwrap();
            let read = CertificateRequest::from_pem(&made.to_pem()).unwrap();
            assert_eq!(read, made);
            assert_eq!((read.common_name.as_deref(), read.organization.as_deref()), (Some("SN-1"), Some("Straßenstrom")));
            assert_eq!((read.key.to_string().as_str(), read.public_key_info()), (kind, &key.public_key_info()[..]));
        }
        let example = CertificateRequest::from_pem(SIGNING_REQUEST).unwrap();
        assert_eq!(&*example.subject, "O=ocpp-tui, CN=SIM-0001");
    }

    #[test]
    fn a_request_that_was_changed_is_refused() {
        let fault = |text: &str| CertificateRequest::from_pem(text).unwrap_err();
        assert_eq!(fault(CERTIFICATE), RequestFault::NoRequest { found: "CERTIFICATE".to_owned() });
        assert_eq!(fault(""), RequestFault::Pem(PemFault::NoBlock));
        assert_eq!(fault(&write_pem(REQUEST, &[48, 0])), RequestFault::Unreadable);
        let mut der = read_pem(SIGNING_REQUEST).unwrap().remove(0).der;
        let name = der.windows(8).position(|bytes| bytes == b"SIM-0001").unwrap();
        der[name] = b'X';
        assert_eq!(CertificateRequest::from_der(&der), Err(RequestFault::WrongSignature));
    }
}
