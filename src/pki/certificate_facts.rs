//! What a certificate says (X.509, RFC 5280). Nothing is checked here; `chain_check` does that.

use jiff::Timestamp;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::certificate::{X509Certificate, X509CertificateParser};
use x509_parser::extensions::{ExtendedKeyUsage, KeyUsage, ParsedExtension};
use x509_parser::nom::Parser;
use x509_parser::oid_registry as oid;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

use super::subject_names::{SubjectName, is_for_host};

/// The facts of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The subject as text, like `O=Operator, CN=CP1`.
    pub subject: Box<str>,
    /// The common name of the subject.
    pub common_name: Option<Box<str>>,
    /// The organization of the subject.
    pub organization: Option<Box<str>>,
    /// The issuer as text.
    pub issuer: Box<str>,
    /// The common name of the issuer.
    pub issuer_common_name: Option<Box<str>>,
    /// The serial number in hexadecimal, without leading zeros.
    pub serial: Box<str>,
    /// The begin of the validity.
    pub not_before: Timestamp,
    /// The end of the validity.
    pub not_after: Timestamp,
    /// The public key.
    pub key: KeyFacts,
    /// The algorithm of the signature, like `ecdsa-with-SHA256`, or the dotted number of an unknown one.
    pub signature_algorithm: Box<str>,
    /// The subject alternative names.
    pub names: Vec<SubjectName>,
    /// What the key may be used for, by the names of RFC 5280; empty when nothing is said.
    pub usages: Vec<&'static str>,
    /// Whether it may issue others (basic constraints).
    pub is_authority: bool,
    /// The SHA-256 fingerprint in hexadecimal.
    pub fingerprint: Box<str>,
    subject_der: Box<[u8]>,
    issuer_der: Box<[u8]>,
    key_bits: Box<[u8]>,
    key_der: Box<[u8]>,
}

/// The kind and size of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// The kind, like `RSA`, `P-256`, `Ed25519`, or the dotted number of an unknown one.
    pub kind: Box<str>,
    /// The size in bits; 0 when it is not known.
    pub bits: usize,
}

impl std::fmt::Display for KeyFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.kind {
            "RSA" | "DSA" => write!(f, "{} {}", self.kind, self.bits),
            kind if kind.starts_with("P-") => write!(f, "ECDSA {kind}"),
            kind => f.write_str(kind),
        }
    }
}

/// A hash algorithm of `CertificateHashData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashKind {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashKind {
    /// The algorithm of a name in messages.
    pub fn from_name(name: &str) -> Option<HashKind> {
        match name {
            "SHA256" => Some(HashKind::Sha256),
            "SHA384" => Some(HashKind::Sha384),
            "SHA512" => Some(HashKind::Sha512),
            _ => None,
        }
    }

    fn hash(self, bytes: &[u8]) -> String {
        match self {
            HashKind::Sha256 => hexadecimal(&Sha256::digest(bytes)),
            HashKind::Sha384 => hexadecimal(&Sha384::digest(bytes)),
            HashKind::Sha512 => hexadecimal(&Sha512::digest(bytes)),
        }
    }
}

impl CertificateFacts {
    /// Reads DER; `None` when it is no certificate. A faulty extension does not refuse a certificate: what it says is missing then.
    pub fn read(der: &[u8]) -> Option<CertificateFacts> {
        let certificate = parse(der)?;
        let mut names = Vec::new();
        let mut usages = Vec::new();
        let mut is_authority = false;
        for extension in certificate.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(found) => {
                    names.extend(found.general_names.iter().map(SubjectName::read));
                }
                ParsedExtension::KeyUsage(usage) => usages.extend(key_usages(usage)),
                ParsedExtension::ExtendedKeyUsage(usage) => usages.extend(extended_usages(usage)),
                ParsedExtension::BasicConstraints(constraints) => is_authority = constraints.ca,
                _ => {}
            }
        }
        let key = certificate.public_key();
        Some(CertificateFacts {
            subject: name_text(certificate.subject()),
            common_name: first(certificate.subject().iter_common_name()),
            organization: first(certificate.subject().iter_organization()),
            issuer: name_text(certificate.issuer()),
            issuer_common_name: first(certificate.issuer().iter_common_name()),
            serial: serial_text(certificate.raw_serial()),
            not_before: timestamp(certificate.validity().not_before),
            not_after: timestamp(certificate.validity().not_after),
            key: key_facts(key),
            signature_algorithm: algorithm_name(&certificate.signature_algorithm),
            names,
            usages,
            is_authority,
            fingerprint: hexadecimal(&Sha256::digest(der)).into(),
            subject_der: certificate.subject().as_raw().into(),
            issuer_der: certificate.issuer().as_raw().into(),
            key_bits: key.subject_public_key.data.as_ref().into(),
            key_der: key.raw.into(),
        })
    }

    /// Whether its issuer is itself by the name, as in root certificates.
    pub fn is_self_issued(&self) -> bool {
        self.issuer_der == self.subject_der
    }

    /// Whether it is the certificate of another one's issuer, by the names.
    pub fn has_issued(&self, other: &CertificateFacts) -> bool {
        self.subject_der == other.issuer_der
    }

    /// Whether it is for a host, which is a name or an address.
    pub fn is_for_host(&self, host: &str) -> bool {
        is_for_host(&self.names, self.common_name.as_deref(), host)
    }

    /// Whether it is for this key: `SubjectPublicKeyInfo` in DER.
    pub fn has_key(&self, public_key_info: &[u8]) -> bool {
        *self.key_der == *public_key_info
    }

    /// How to call it in a sentence: the common name, else the whole subject.
    pub fn short_name(&self) -> &str {
        self.common_name.as_deref().unwrap_or(&self.subject)
    }

    /// The hashes of the issuer's name and of the issuer's key, in hexadecimal (`CertificateHashDataType`; OCSP, RFC 6960 §4.1.1). The
    /// issuer of a root certificate is itself.
    pub fn issuer_hashes(&self, kind: HashKind, issuer: &CertificateFacts) -> (String, String) {
        (kind.hash(&self.issuer_der), kind.hash(&issuer.key_bits))
    }

    pub(super) fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }
}

/// Tags of DER (ITU-T X.690 §8).
const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BIT_STRING: u8 = 0x03;

/// Reads the DER of one certificate, with nothing after it.
pub(super) fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    let deep = X509CertificateParser::new().with_deep_parse_extensions(true).parse(der).ok();
    let (rest, certificate) =
        deep.or_else(|| X509CertificateParser::new().with_deep_parse_extensions(false).parse(der).ok())?;
    (rest.is_empty() && has_der_tags(der, certificate.tbs_certificate.as_ref().len())).then_some(certificate)
}

/// Whether the headers outside the signed part (`signed` bytes long) are those of DER (RFC 5280 §4.1): the parser takes other tags too,
/// and no signature covers them.
fn has_der_tags(der: &[u8], signed: usize) -> bool {
    let more_bytes = |at: usize| der.get(at).map_or(0, |first| if *first < 0x80 { 0 } else { usize::from(first & 0x7f) });
    let algorithm = 2 + more_bytes(1) + signed;
    let inside = der.get(algorithm + 1).map_or(0, |length| usize::from(*length));
    let value = algorithm + 2 + inside;
    let tags = [der.first(), der.get(algorithm), der.get(algorithm + 2), der.get(value)];
    tags == [Some(&SEQUENCE), Some(&SEQUENCE), Some(&OBJECT_IDENTIFIER), Some(&BIT_STRING)]
        && der.get(value + 2 + more_bytes(value + 1)) == Some(&0)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A serial number as OCPP writes it.
pub(super) fn serial_text(bytes: &[u8]) -> Box<str> {
    match hexadecimal(bytes).trim_start_matches('0') {
        "" => "0".into(),
        digits => digits.into(),
    }
}

/// A point in time; one beyond what can be counted is the last one.
pub(super) fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_second(time.timestamp()).unwrap_or(if time.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// A name as text; never a failure, because it is for readers.
pub(super) fn name_text(name: &X509Name<'_>) -> Box<str> {
    name.to_string().into()
}

pub(super) fn first<'a>(
    mut attributes: impl Iterator<Item = &'a x509_parser::x509::AttributeTypeAndValue<'a>>,
) -> Option<Box<str>> {
    attributes.find_map(|attribute| attribute.as_str().ok()).map(Into::into)
}

/// The kind and size of a key.
pub(super) fn key_facts(key: &SubjectPublicKeyInfo<'_>) -> KeyFacts {
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    let (kind, bits) = match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => ("RSA".into(), significant_bits(rsa.modulus)),
        Ok(PublicKey::DSA(value)) => ("DSA".into(), significant_bits(value)),
        Ok(PublicKey::EC(point)) => match curve {
            Some(curve) if curve == oid::OID_EC_P256 => ("P-256".into(), 256),
            Some(curve) if curve == oid::OID_NIST_EC_P384 => ("P-384".into(), 384),
            Some(curve) if curve == oid::OID_NIST_EC_P521 => ("P-521".into(), 521),
            Some(curve) => (format!("ECDSA {curve}").into(), point.key_size()),
            None => ("ECDSA".into(), point.key_size()),
        },
        _ if key.algorithm.algorithm == oid::OID_SIG_ED25519 => ("Ed25519".into(), 256),
        _ => (key.algorithm.algorithm.to_string().into(), 0),
    };
    KeyFacts { kind, bits }
}

fn significant_bits(number: &[u8]) -> usize {
    let digits = number.iter().position(|byte| *byte != 0).map_or(&[][..], |start| &number[start..]);
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

/// The name of a signature algorithm.
pub(super) fn algorithm_name(algorithm: &AlgorithmIdentifier<'_>) -> Box<str> {
    let known = [
        (oid::OID_SIG_ECDSA_WITH_SHA256, "ecdsa-with-SHA256"),
        (oid::OID_SIG_ECDSA_WITH_SHA384, "ecdsa-with-SHA384"),
        (oid::OID_SIG_ECDSA_WITH_SHA512, "ecdsa-with-SHA512"),
        (oid::OID_PKCS1_SHA256WITHRSA, "sha256WithRSAEncryption"),
        (oid::OID_PKCS1_SHA384WITHRSA, "sha384WithRSAEncryption"),
        (oid::OID_PKCS1_SHA512WITHRSA, "sha512WithRSAEncryption"),
        (oid::OID_PKCS1_SHA1WITHRSA, SHA1_WITH_RSA),
        (oid::OID_SHA1_WITH_RSA, SHA1_WITH_RSA),
        (oid::OID_PKCS1_MD5WITHRSAENC, MD5_WITH_RSA),
        (oid::OID_PKCS1_RSASSAPSS, "rsassaPss"),
        (oid::OID_SIG_ED25519, "Ed25519"),
    ];
    let name = known.into_iter().find(|(known, _)| *known == algorithm.algorithm).map(|(_, name)| name);
    match name {
        Some(name) => name.into(),
        None if algorithm.algorithm.to_string() == "1.2.840.10045.4.1" => SHA1_WITH_ECDSA.into(),
        None => algorithm.algorithm.to_string().into(),
    }
}

const SHA1_WITH_RSA: &str = "sha1WithRSAEncryption";
const SHA1_WITH_ECDSA: &str = "ecdsa-with-SHA1";
const MD5_WITH_RSA: &str = "md5WithRSAEncryption";
/// The signature algorithms that prove nothing any more.
pub(super) const WEAK: [&str; 3] = [SHA1_WITH_RSA, SHA1_WITH_ECDSA, MD5_WITH_RSA];

fn key_usages(usage: &KeyUsage) -> impl Iterator<Item = &'static str> {
    let names = [
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_encipherment(), "keyEncipherment"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
    ];
    names.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name)
}

fn extended_usages(usage: &ExtendedKeyUsage<'_>) -> impl Iterator<Item = &'static str> {
    let names = [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
        (!usage.other.is_empty(), "others"),
    ];
    names.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA};
    use crate::pki::read_certificates;

    fn example() -> Vec<u8> {
        read_certificates(CERTIFICATE).unwrap().remove(0)
    }

    #[test]
    fn facts_are_those_of_other_tools() {
        // as `openssl x509 -text -fingerprint -sha256` shows them
        let facts = CertificateFacts::read(&example()).unwrap();
        assert_eq!(&*facts.subject, "O=ocpp-tui, CN=Example root");
        assert_eq!((facts.subject.clone(), true), (facts.issuer.clone(), facts.is_self_issued()));
        assert_eq!((facts.common_name.as_deref(), facts.organization.as_deref()), (Some("Example root"), Some("ocpp-tui")));
        assert_eq!(&*facts.serial, HASH_DATA[2]);
        assert_eq!(facts.not_before.to_string(), "2020-01-01T00:00:00Z");
        assert_eq!(facts.not_after.to_string(), "2120-01-01T00:00:00Z");
        assert_eq!((facts.key.to_string().as_str(), facts.key.bits), ("ECDSA P-256", 256));
        assert_eq!(&*facts.signature_algorithm, "ecdsa-with-SHA256");
        assert_eq!(facts.usages, ["keyCertSign", "cRLSign"]);
        assert!(facts.is_authority && facts.names.is_empty());
        assert_eq!(facts.short_name(), "Example root");
    }

    #[test]
    fn hashes_of_the_issuer_are_those_of_other_tools() {
        let facts = CertificateFacts::read(&example()).unwrap();
        let [name, key, _] = HASH_DATA;
        assert_eq!(facts.issuer_hashes(HashKind::Sha256, &facts), (name.to_owned(), key.to_owned()));
        // as OpenSSL writes them into an OCSP request
        assert_eq!(
            facts.issuer_hashes(HashKind::Sha384, &facts).1,
            "fa65dbf84759e0da0804ded458251079f761b6449f4589acabfd5aefb6761d66a2574491735627c5e73b33d3427b4e30"
        );
        assert_eq!(facts.issuer_hashes(HashKind::Sha512, &facts).0.len(), 128);
        assert_eq!(HashKind::from_name("MD5"), None);
    }

    #[test]
    fn what_follows_a_certificate_makes_it_unreadable() {
        let mut der = example();
        der.push(0);
        assert_eq!(CertificateFacts::read(&der), None);
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0usize..400, put: u8) {
            let mut der = example();
            let at = at % der.len();
            der[at] = put;
            drop(CertificateFacts::read(&der));
            drop(CertificateFacts::read(&der[..at]));
        }
    }
}
