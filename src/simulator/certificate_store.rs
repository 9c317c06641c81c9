//! The certificates of a simulated station: what is installed for which purpose, and the hash data that names each. What calls do with
//! them is in `v1` and `v2`; what a certificate says, and whether it is in order, is in `pki`.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::payload::text;
use crate::pki::{CertificateFacts, ChainFault, HashKind, check_root, read_certificates};

/// The hash algorithm in lists of installed certificates. A central system may use any other to delete them.
const OWN_ALGORITHM: &str = "SHA256";

/// `serialNumber` has at most 40 characters, which are the 20 octets of RFC 5280 §4.1.2.2.
const SERIAL_NUMBER_LIMIT: usize = 40;

/// A certificate that is installed, or may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StoredCertificate {
    facts: CertificateFacts,
    der: Arc<[u8]>,
}

impl StoredCertificate {
    fn read(der: Vec<u8>) -> Option<StoredCertificate> {
        let facts = CertificateFacts::read(&der)?;
        (facts.serial.len() <= SERIAL_NUMBER_LIMIT).then(|| StoredCertificate { facts, der: der.into() })
    }

    /// All certificates in a PEM text; `None` when it contains no certificate or an unreadable one.
    pub(super) fn read_all(pem: &str) -> Option<Vec<StoredCertificate>> {
        read_certificates(pem).ok()?.into_iter().map(StoredCertificate::read).collect()
    }

    /// The one root certificate in a PEM text.
    ///
    /// # Errors
    /// When there is not exactly one certificate, or it is no root that is in order.
    pub(super) fn read_root(pem: &str, now: Timestamp) -> Result<StoredCertificate, RootRefusal> {
        let chain = StoredCertificate::read_all(pem).ok_or(RootRefusal::Unreadable)?;
        let number = chain.len();
        let [root] = <[StoredCertificate; 1]>::try_from(chain).map_err(|_| RootRefusal::Several(number))?;
        check_root(&root.der, now)?;
        Ok(root)
    }

    /// The hash data that names it (security whitepaper §6, CertificateHashDataType). `None` for an unknown algorithm.
    fn hash_data(&self, algorithm: &str, issuer: &StoredCertificate) -> Option<Value> {
        let (name, key) = self.facts.issuer_hashes(HashKind::from_name(algorithm)?, &issuer.facts);
        Some(json!({
            "hashAlgorithm": algorithm,
            "issuerNameHash": name,
            "issuerKeyHash": key,
            "serialNumber": self.facts.serial,
        }))
    }
}

/// Why a certificate is not installed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RootRefusal {
    #[error("the text is no certificate in PEM")]
    Unreadable,
    #[error("there are {0} certificates, and one root is installed at a time")]
    Several(usize),
    #[error(transparent)]
    NoRoot(#[from] ChainFault),
}

/// The installed certificates, by purpose.
#[derive(Debug, Default)]
pub(super) struct CertificateStore {
    installed: Vec<InstalledChain>,
}

/// A certificate and those that issued it, up to a certificate of its issuer.
#[derive(Debug, PartialEq)]
struct InstalledChain {
    purpose: String,
    chain: Vec<StoredCertificate>,
}

impl CertificateStore {
    /// The number of chains.
    pub(super) fn len(&self) -> usize {
        self.installed.len()
    }

    /// Whether a chain is installed for a purpose.
    pub(super) fn has(&self, purpose: &str, chain: &[StoredCertificate]) -> bool {
        self.installed.iter().any(|entry| entry.purpose == purpose && entry.chain == chain)
    }

    /// Adds a chain. It is stored once only.
    pub(super) fn add(&mut self, purpose: String, chain: Vec<StoredCertificate>) {
        if !self.has(&purpose, &chain) {
            self.installed.push(InstalledChain { purpose, chain });
        }
    }

    /// The first certificates of all chains for a purpose, in DER.
    pub(super) fn certificates(&self, purpose: &str) -> Vec<Arc<[u8]>> {
        let matching = self.installed.iter().filter(|entry| entry.purpose == purpose);
        matching.filter_map(|entry| Some(entry.chain.first()?.der.clone())).collect()
    }

    /// The certificate that issued another one: a later one of its chain, or an installed one.
    fn issuer<'a>(&'a self, certificate: &StoredCertificate, chain: &'a [StoredCertificate]) -> Option<&'a StoredCertificate> {
        let installed = self.installed.iter().flat_map(|entry| &entry.chain);
        chain.iter().chain(installed).find(|candidate| candidate.facts.has_issued(&certificate.facts))
    }

    /// Whether the issuer of each certificate of a chain is known.
    pub(super) fn is_complete(&self, chain: &[StoredCertificate]) -> bool {
        chain.iter().all(|certificate| self.issuer(certificate, chain).is_some())
    }

    /// The hash data of a certificate in a chain; `None` when its issuer is unknown.
    fn hash_data_in(&self, certificate: &StoredCertificate, chain: &[StoredCertificate], algorithm: &str) -> Option<Value> {
        certificate.hash_data(algorithm, self.issuer(certificate, chain)?)
    }

    /// The hash data of all certificates for a purpose, without the rest of their chains.
    pub(super) fn hash_data_of(&self, purpose: &str) -> Vec<Value> {
        let matching = self.installed.iter().filter(|entry| entry.purpose == purpose);
        matching.filter_map(|entry| self.hash_data_in(entry.chain.first()?, &entry.chain, OWN_ALGORITHM)).collect()
    }

    /// The hash data of each certificate of each chain for a purpose, the first of a chain first.
    pub(super) fn chains_of(&self, purpose: &str) -> Vec<Vec<Value>> {
        let matching = self.installed.iter().filter(|entry| entry.purpose == purpose);
        let hash_data = |entry: &InstalledChain| {
            entry.chain.iter().filter_map(|it| self.hash_data_in(it, &entry.chain, OWN_ALGORITHM)).collect()
        };
        matching.map(hash_data).collect()
    }

    /// The chains of all purposes in `purposes`, as `CertificateHashDataChainType` of OCPP 2.x.
    pub(super) fn hash_data_chains(&self, purposes: &[&str]) -> Vec<Value> {
        let mut entries = Vec::new();
        for purpose in purposes {
            for chain in self.chains_of(purpose) {
                let Some((first, children)) = chain.split_first() else { continue };
                let mut entry = json!({ "certificateType": purpose, "certificateHashData": first });
                if !children.is_empty() {
                    entry["childCertificateHashData"] = children.iter().take(MOST_CHILDREN).cloned().collect();
                }
                entries.push(entry);
            }
        }
        entries
    }

    /// Whether the first certificate of a chain for a purpose has this hash data; `None` is any purpose.
    pub(super) fn contains(&self, purpose: Option<&str>, hash_data: &Value) -> bool {
        let mut matching = self.installed.iter().filter(|entry| purpose.is_none_or(|purpose| entry.purpose == purpose));
        matching.any(|entry| self.is_named_by(&entry.chain, hash_data))
    }

    /// Whether a chain begins with the certificate of this hash data.
    fn is_named_by(&self, chain: &[StoredCertificate], hash_data: &Value) -> bool {
        let algorithm = text(hash_data, "hashAlgorithm").unwrap_or_default();
        let first = chain.first().and_then(|certificate| self.hash_data_in(certificate, chain, algorithm));
        first.is_some_and(|found| is_same(&found, hash_data))
    }

    /// Whether this hash data names the only certificate for a purpose.
    pub(super) fn is_last(&self, purpose: &str, hash_data: &Value) -> bool {
        self.contains(Some(purpose), hash_data) && self.installed.iter().filter(|entry| entry.purpose == purpose).count() == 1
    }

    /// Deletes the chain whose first certificate has this hash data.
    pub(super) fn delete(&mut self, hash_data: &Value) {
        let named: Vec<bool> = self.installed.iter().map(|entry| self.is_named_by(&entry.chain, hash_data)).collect();
        let mut named = named.into_iter();
        self.installed.retain(|_| !named.next().unwrap_or_default());
    }

    /// Deletes all chains for a purpose.
    pub(super) fn delete_all(&mut self, purpose: &str) {
        self.installed.retain(|entry| entry.purpose != purpose);
    }
}

/// The most children of a chain in a list (`childCertificateHashData`).
const MOST_CHILDREN: usize = 4;

/// Whether two hash data are the same. Hexadecimal digits are compared without case.
fn is_same(found: &Value, wanted: &Value) -> bool {
    ["issuerNameHash", "issuerKeyHash", "serialNumber"].into_iter().all(|field| {
        let (found, wanted) = (text(found, field), text(wanted, field));
        found.zip(wanted).is_some_and(|(found, wanted)| found.eq_ignore_ascii_case(wanted))
    })
}

/// Whether a text is one certificate or a chain of them.
pub(super) fn is_certificate(pem: Option<&str>) -> bool {
    pem.and_then(StoredCertificate::read_all).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA, SIGNING_REQUEST};
    use crate::pki::{CertificateTerms, KeyAlgorithm, TestAuthority};

    fn hash_data() -> Value {
        let [name, key, serial] = HASH_DATA;
        json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial})
    }

    #[test]
    fn chains_are_listed_with_their_children_and_deleted_as_a_whole() {
        let mut store = CertificateStore::default();
        let root = StoredCertificate::read_all(CERTIFICATE).unwrap();
        let chain = [root.clone(), root.clone()].concat();
        assert!(store.is_complete(&chain));
        store.add("V2GRootCertificate".to_owned(), root.clone());
        store.add("V2GRootCertificate".to_owned(), root);
        store.add("V2GCertificateChain".to_owned(), chain);
        assert_eq!(store.len(), 2);
        let listed = store.hash_data_chains(&["V2GCertificateChain", "MORootCertificate"]);
        let hash = hash_data();
        let chain = json!({"certificateType": "V2GCertificateChain", "certificateHashData": hash,
            "childCertificateHashData": [hash]});
        assert_eq!(listed, [chain]);
        assert!(store.is_last("V2GRootCertificate", &hash) && !store.is_last("MORootCertificate", &hash));
        store.delete(&hash);
        assert_eq!(store.len(), 0);
    }

    #[test]
    fn the_hash_data_of_issued_certificates_names_their_issuer() {
        let now = Timestamp::now();
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now).unwrap();
        let root = StoredCertificate::read_root(&authority.certificate_pem(), now).unwrap();
        let issued = authority.issue(&CertificateTerms::station("SN-1", "Operator"), now).unwrap();
        let [station] = &StoredCertificate::read_all(&issued.chain_pem()).unwrap()[..] else { panic!() };
        let mut store = CertificateStore::default();
        assert!(!store.is_complete(std::slice::from_ref(station)));
        store.add("CSMSRootCertificate".to_owned(), vec![root.clone()]);
        assert!(store.is_complete(std::slice::from_ref(station)));
        let (of_root, of_station) = (root.hash_data("SHA384", &root).unwrap(), station.hash_data("SHA384", &root).unwrap());
        for field in ["issuerNameHash", "issuerKeyHash"] {
            assert_eq!(of_root[field], of_station[field]);
        }
        assert_ne!(of_root["serialNumber"], of_station["serialNumber"]);
        assert_eq!(root.hash_data("MD5", &root), None);
    }

    #[test]
    fn only_a_single_root_in_order_is_installed() {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let refused = |pem: &str| StoredCertificate::read_root(pem, now).unwrap_err().to_string();
        assert!(StoredCertificate::read_root(CERTIFICATE, now).is_ok());
        for text in ["", SIGNING_REQUEST, &CERTIFICATE[..200]] {
            assert_eq!(refused(text), RootRefusal::Unreadable.to_string());
        }
        assert_eq!(refused(&CERTIFICATE.repeat(2)), "there are 2 certificates, and one root is installed at a time");
        let old = TestAuthority::create("Old CA", KeyAlgorithm::Ecdsa, "2010-01-01T00:00:00Z".parse().unwrap()).unwrap();
        assert!(refused(&old.certificate_pem()).contains("`Old CA` expired on"));
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now).unwrap();
        let station = authority.issue(&CertificateTerms::station("SN-1", "Operator"), now).unwrap();
        assert!(refused(&station.chain_pem()).contains("SN-1"));
    }
}
