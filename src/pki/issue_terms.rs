//! What the test CA is asked for, with the faults that are wanted on purpose, and what it gives.

use super::certificate_facts::CertificateFacts;
use super::chain_check::CertificateUse;
use super::pem_text::{CERTIFICATE, write_pem};
use super::private_key::{KeyAlgorithm, PrivateKey};
use super::subject_names::SubjectName;

/// A fault that a certificate has on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateDefect {
    /// Its validity is over since yesterday.
    Expired,
    /// Its validity begins tomorrow.
    NotYetValid,
    /// It is for another name.
    WrongName,
    /// Its signature uses SHA-1.
    Sha1,
    /// It is signed with its own key.
    SelfSigned,
    /// Another CA has issued it.
    ForeignAuthority,
}

/// Which certificates come with one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChainForm {
    /// The root has issued it.
    #[default]
    Direct,
    /// An intermediate CA has issued it, whose certificate is in the chain.
    Intermediate,
    /// An intermediate CA has issued it, whose certificate is left out.
    MissingIntermediate,
}

/// What a certificate shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateTerms {
    /// What it is for.
    pub purpose: CertificateUse,
    /// The common name: of a server its host, of a station its serial number (OCPP 2.0.1 part 2, A00.FR.405).
    pub common_name: String,
    /// The organization: of a station its operator (A00.FR.404).
    pub organization: Option<String>,
    /// Further names: hosts and addresses.
    pub names: Vec<String>,
    /// The kind of the key.
    pub key: KeyAlgorithm,
    /// For how many days it is valid.
    pub days: u32,
    /// How it is issued.
    pub chain: ChainForm,
    /// The faults that it has on purpose.
    pub defects: Vec<CertificateDefect>,
}

/// How many days a certificate is valid when nothing else is asked for.
const DAYS: u32 = 365;

impl CertificateTerms {
    /// The certificate of a server with these hosts and addresses, of which the first is the common name.
    pub fn server(names: Vec<String>) -> CertificateTerms {
        let common_name = names.first().cloned().unwrap_or_else(|| "localhost".to_owned());
        CertificateTerms { names, ..CertificateTerms::of(CertificateUse::Server, common_name) }
    }

    /// The certificate of a station with this serial number.
    pub fn station(serial_number: impl Into<String>, organization: impl Into<String>) -> CertificateTerms {
        let organization = Some(organization.into());
        CertificateTerms { organization, ..CertificateTerms::of(CertificateUse::Client, serial_number.into()) }
    }

    /// Another certificate for the same names, with the same kind of key. Names that are neither hosts nor addresses are left out.
    pub fn like(facts: &CertificateFacts, purpose: CertificateUse) -> CertificateTerms {
        let is_kept = |name: &&SubjectName| !matches!(name, SubjectName::Other(_));
        CertificateTerms {
            organization: facts.organization.as_deref().map(str::to_owned),
            names: facts.names.iter().filter(is_kept).map(ToString::to_string).collect(),
            key: if &*facts.key.kind == "RSA" { KeyAlgorithm::Rsa } else { KeyAlgorithm::Ecdsa },
            ..CertificateTerms::of(purpose, facts.short_name().to_owned())
        }
    }

    fn of(purpose: CertificateUse, common_name: String) -> CertificateTerms {
        CertificateTerms {
            purpose,
            common_name,
            organization: None,
            names: Vec::new(),
            key: KeyAlgorithm::default(),
            days: DAYS,
            chain: ChainForm::default(),
            defects: Vec::new(),
        }
    }

    pub(super) fn has(&self, defect: CertificateDefect) -> bool {
        self.defects.contains(&defect)
    }
}

/// A certificate with its private key.
#[derive(Debug)]
pub struct IssuedCertificate {
    /// The certificates in DER, its own first. The root is not among them.
    pub chain: Vec<Vec<u8>>,
    /// The private key.
    pub key: PrivateKey,
}

impl IssuedCertificate {
    /// The chain in PEM.
    pub fn chain_pem(&self) -> String {
        chain_pem(&self.chain)
    }
}

/// Certificates in PEM.
pub fn chain_pem(chain: &[impl AsRef<[u8]>]) -> String {
    chain.iter().map(|der| write_pem(CERTIFICATE, der.as_ref())).collect()
}
