//! Certificates, as far as they need no connection and no file: reading them, checking a chain, private keys and signing requests, and
//! the test CA, which issues good and faulty certificates. Where the test CA lives is in `config`; what TLS does with certificates is in
//! `link`; what OCPP messages do with them is in `simulator`.
//!
//! `x509-parser` reads DER and checks signatures, `rcgen` writes DER, `rsa` makes the RSA keys that ring does not.

mod certificate_facts;
mod chain_check;
mod chain_fault;
mod issue_terms;
mod pem_text;
mod private_key;
mod revocation_facts;
mod sha1_signature;
mod signing_request;
mod station_subject;
mod subject_names;
mod test_authority;
#[cfg(test)]
pub(crate) mod test_keys;

pub use certificate_facts::{CertificateFacts, HashKind, KeyFacts};
pub use chain_check::{CertificateUse, ExpectedChain, check_chain, check_root};
pub use chain_fault::ChainFault;
pub use issue_terms::{CertificateDefect, CertificateTerms, ChainForm, IssuedCertificate, chain_pem};
pub use pem_text::{PemBlock, PemFault, read_certificates, read_pem, write_pem};
pub use private_key::{KeyAlgorithm, KeyFault, PrivateKey};
pub use revocation_facts::{RevocationFacts, RevokedSerial};
pub use signing_request::{CertificateRequest, RequestFault};
pub use station_subject::{StationCertificateFault, SubjectProof, check_station};
pub use subject_names::SubjectName;
pub use test_authority::{AuthorityFault, TestAuthority};
