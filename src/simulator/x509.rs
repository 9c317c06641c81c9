//! Certificates for OCPP: reading PEM text, and the hash data that identifies a certificate. `x509-parser` reads the
//! DER. Signatures and validity are not checked; what is installed is in `certificate_store`. The blocks of a PEM text
//! are split here, because peers send PEM without line ends, which the PEM readers of the packages refuse.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// `serialNumber` has at most 40 characters, which are the 20 octets of RFC 5280 §4.1.2.2.
const SERIAL_NUMBER_LIMIT: usize = 40;

/// The parts of a certificate that are used for its hash data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    /// Hexadecimal, without leading zeros.
    serial_number: String,
    /// The names, in DER.
    issuer: Vec<u8>,
    subject: Vec<u8>,
    /// The public key, in DER.
    key: Vec<u8>,
}

impl Certificate {
    /// All certificates in a PEM text; `None` when it contains no certificate or an unreadable one.
    pub(super) fn read_all(pem: &str) -> Option<Vec<Certificate>> {
        let mut certificates = Vec::new();
        for block in pem.split(BEGIN).skip(1) {
            let base64: String = block.split_once(END)?.0.split_whitespace().collect();
            certificates.push(Certificate::read(&STANDARD.decode(base64).ok()?)?);
        }
        (!certificates.is_empty()).then_some(certificates)
    }

    /// Reads DER (RFC 5280 §4.1). The contents of extensions are not read, so a faulty extension does not refuse a
    /// certificate.
    fn read(der: &[u8]) -> Option<Certificate> {
        let (_rest, certificate) = X509CertificateParser::new().with_deep_parse_extensions(false).parse(der).ok()?;
        let digits = hexadecimal(certificate.raw_serial());
        let serial_number = match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        };
        (serial_number.len() <= SERIAL_NUMBER_LIMIT).then(|| Certificate {
            serial_number,
            issuer: certificate.issuer().as_raw().to_vec(),
            subject: certificate.subject().as_raw().to_vec(),
            key: certificate.public_key().subject_public_key.data.to_vec(),
        })
    }

    /// Whether its issuer is itself, as in root certificates.
    pub(super) fn is_root(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it is the certificate of another one's issuer, by the names.
    pub(super) fn has_issued(&self, other: &Certificate) -> bool {
        self.subject == other.issuer
    }

    /// The hash data that names it (security whitepaper §6, CertificateHashDataType): of the issuer's name and of the issuer's key. The
    /// issuer of a root certificate is itself. `None` for an unknown algorithm.
    pub(super) fn hash_data(&self, algorithm: &str, issuer: &Certificate) -> Option<Value> {
        let hash: fn(&[u8]) -> String = match algorithm {
            "SHA256" => |bytes| hexadecimal(&Sha256::digest(bytes)),
            "SHA384" => |bytes| hexadecimal(&Sha384::digest(bytes)),
            "SHA512" => |bytes| hexadecimal(&Sha512::digest(bytes)),
            _ => return None,
        };
        Some(json!({
            "hashAlgorithm": algorithm,
            "issuerNameHash": hash(&self.issuer),
            "issuerKeyHash": hash(&issuer.key),
            "serialNumber": self.serial_number,
        }))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::certificates::{CERTIFICATE, HASH_DATA, SIGNING_REQUEST};

    #[test]
    fn hash_data_is_that_of_other_tools() {
        let [certificate] = &Certificate::read_all(CERTIFICATE).unwrap()[..] else { panic!("not one certificate") };
        assert!(certificate.is_root());
        let [name, key, serial] = HASH_DATA;
        assert_eq!(
            certificate.hash_data("SHA256", certificate).unwrap(),
            json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial})
        );
        let longer = certificate.hash_data("SHA384", certificate).unwrap();
        // as OpenSSL writes them into an OCSP request
        assert_eq!(
            longer["issuerKeyHash"],
            "fa65dbf84759e0da0804ded458251079f761b6449f4589acabfd5aefb6761d66a2574491735627c5e73b33d3427b4e30"
        );
        assert_eq!(certificate.hash_data("SHA512", certificate).unwrap()["issuerNameHash"].as_str().unwrap().len(), 128);
        assert_eq!(certificate.hash_data("MD5", certificate), None);
    }

    #[test]
    fn a_chain_is_read_as_a_whole_or_not_at_all() {
        let chain = format!("{CERTIFICATE}{}", CERTIFICATE.replace('\n', "\r\n"));
        assert_eq!(Certificate::read_all(&chain).unwrap().len(), 2);
        let fake = format!("{BEGIN}\nMIIB\n{END}\n");
        let one_line = CERTIFICATE.replace('\n', "");
        assert_eq!(Certificate::read_all(&one_line).unwrap().len(), 1);
        for text in ["", "certificate", SIGNING_REQUEST, &fake, &format!("{CERTIFICATE}{fake}"), &CERTIFICATE[..200], BEGIN] {
            assert_eq!(Certificate::read_all(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0usize..400, put: u8) {
            let base64: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
            let mut der = STANDARD.decode(base64).unwrap();
            let at = at % der.len();
            der[at] = put;
            drop(Certificate::read(&der));
            drop(Certificate::read(&der[..at]));
        }
    }
}
