//! The certificates of a simulated station: what is installed for which purpose, and the hash data that names each. What calls do with
//! them is in `v1` and `v2`; how a certificate is read is in `x509`.

use serde_json::{Value, json};

use super::payload::text;
use super::x509::Certificate;

/// The hash algorithm in lists of installed certificates. A central system may use any other to delete them.
const OWN_ALGORITHM: &str = "SHA256";

/// The installed certificates, by purpose.
#[derive(Debug, Default)]
pub(super) struct CertificateStore {
    installed: Vec<InstalledChain>,
}

/// A certificate and those that issued it, up to a certificate of its issuer.
#[derive(Debug, PartialEq)]
struct InstalledChain {
    purpose: String,
    chain: Vec<Certificate>,
}

impl CertificateStore {
    /// The number of chains.
    pub(super) fn len(&self) -> usize {
        self.installed.len()
    }

    /// Whether a chain is installed for a purpose.
    pub(super) fn has(&self, purpose: &str, chain: &[Certificate]) -> bool {
        self.installed.iter().any(|entry| entry.purpose == purpose && entry.chain == chain)
    }

    /// Adds a chain. It is stored once only.
    pub(super) fn add(&mut self, purpose: String, chain: Vec<Certificate>) {
        if !self.has(&purpose, &chain) {
            self.installed.push(InstalledChain { purpose, chain });
        }
    }

    /// The certificate that issued another one: a later one of its chain, or an installed one.
    fn issuer<'a>(&'a self, certificate: &Certificate, chain: &'a [Certificate]) -> Option<&'a Certificate> {
        let installed = self.installed.iter().flat_map(|entry| &entry.chain);
        chain.iter().chain(installed).find(|candidate| candidate.has_issued(certificate))
    }

    /// Whether the issuer of each certificate of a chain is known.
    pub(super) fn is_complete(&self, chain: &[Certificate]) -> bool {
        chain.iter().all(|certificate| self.issuer(certificate, chain).is_some())
    }

    /// The hash data of a certificate in a chain; `None` when its issuer is unknown.
    fn hash_data_in(&self, certificate: &Certificate, chain: &[Certificate], algorithm: &str) -> Option<Value> {
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
    fn is_named_by(&self, chain: &[Certificate], hash_data: &Value) -> bool {
        let algorithm = text(hash_data, "hashAlgorithm").unwrap_or_default();
        let first = chain.first().and_then(|certificate| self.hash_data_in(certificate, chain, algorithm));
        first.is_some_and(|found| is_same(&found, hash_data))
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
    pem.and_then(Certificate::read_all).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA};

    #[test]
    fn chains_are_listed_with_their_children_and_deleted_as_a_whole() {
        let mut store = CertificateStore::default();
        let root = Certificate::read_all(CERTIFICATE).unwrap();
        let chain = [root.clone(), root.clone()].concat();
        assert!(store.is_complete(&chain));
        store.add("V2GRootCertificate".to_owned(), root.clone());
        store.add("V2GRootCertificate".to_owned(), root);
        store.add("V2GCertificateChain".to_owned(), chain);
        assert_eq!(store.len(), 2);
        let listed = store.hash_data_chains(&["V2GCertificateChain", "MORootCertificate"]);
        let [name, key, serial] = HASH_DATA;
        let hash = json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial});
        let chain = json!({"certificateType": "V2GCertificateChain", "certificateHashData": hash,
            "childCertificateHashData": [hash]});
        assert_eq!(listed, [chain]);
        store.delete(&hash);
        assert_eq!(store.len(), 0);
    }
}
