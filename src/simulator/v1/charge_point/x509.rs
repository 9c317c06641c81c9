//! Certificates as far as OCPP names them: reading PEM text, and the hash data by which a certificate is found again. Who signed a
//! certificate and whether it is in force is not looked at; what is done with certificates is in `certificates`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The tags of DER that a certificate is read by (ITU-T X.690 §8).
mod tag {
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const SEQUENCE: u8 = 0x30;
    /// The version, which certificates of version 1 do not have.
    pub const VERSION: u8 = 0xa0;
}

/// `serialNumber` has at most 40 characters, which are the 20 octets of RFC 5280 §4.1.2.2.
const SERIAL_NUMBER_LIMIT: usize = 40;

/// What is kept of a certificate.
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
    /// All certificates in a PEM text; none when there is no certificate in it or one that cannot be read.
    pub(super) fn read_all(pem: &str) -> Option<Vec<Certificate>> {
        let mut certificates = Vec::new();
        for block in pem.split(BEGIN).skip(1) {
            let base64: String = block.split_once(END)?.0.split_whitespace().collect();
            certificates.push(Certificate::read(&STANDARD.decode(base64).ok()?)?);
        }
        (!certificates.is_empty()).then_some(certificates)
    }

    /// Reads DER (RFC 5280 §4.1).
    fn read(der: &[u8]) -> Option<Certificate> {
        let mut signed = Reader(Reader(der).element(tag::SEQUENCE)?.content);
        let mut fields = Reader(signed.element(tag::SEQUENCE)?.content);
        // absent in version 1
        let _ = fields.element(tag::VERSION);
        let serial_number = fields.element(tag::INTEGER)?;
        let _algorithm = fields.element(tag::SEQUENCE)?;
        let issuer = fields.element(tag::SEQUENCE)?;
        let _validity = fields.element(tag::SEQUENCE)?;
        let subject = fields.element(tag::SEQUENCE)?;
        let mut key_info = Reader(fields.element(tag::SEQUENCE)?.content);
        let _algorithm = key_info.element(tag::SEQUENCE)?;
        // the first octet of a bit string says how many bits of the last one are unused
        let (_unused, key) = key_info.element(tag::BIT_STRING)?.content.split_first()?;
        let digits = hexadecimal(serial_number.content);
        let serial_number = match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        };
        (serial_number.len() <= SERIAL_NUMBER_LIMIT).then(|| Certificate {
            serial_number,
            issuer: issuer.whole.to_vec(),
            subject: subject.whole.to_vec(),
            key: key.to_vec(),
        })
    }

    /// Whether it names itself as its issuer, as root certificates do.
    pub(super) fn is_root(&self) -> bool {
        self.issuer == self.subject
    }

    /// The hash data of a root certificate (security whitepaper §6, CertificateHashDataType): of the issuer's name and of the issuer's
    /// key, which is its own. None when the algorithm is not known.
    pub(super) fn hash_data(&self, algorithm: &str) -> Option<Value> {
        let hash: fn(&[u8]) -> String = match algorithm {
            "SHA256" => |bytes| hexadecimal(&Sha256::digest(bytes)),
            "SHA384" => |bytes| hexadecimal(&Sha384::digest(bytes)),
            "SHA512" => |bytes| hexadecimal(&Sha512::digest(bytes)),
            _ => return None,
        };
        Some(json!({
            "hashAlgorithm": algorithm,
            "issuerNameHash": hash(&self.issuer),
            "issuerKeyHash": hash(&self.key),
            "serialNumber": self.serial_number,
        }))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An element of DER.
struct Element<'der> {
    /// With its tag and length.
    whole: &'der [u8],
    content: &'der [u8],
}

/// Reads one element after another.
struct Reader<'der>(&'der [u8]);

impl<'der> Reader<'der> {
    /// The next element, if it has this tag; otherwise it stays unread.
    fn element(&mut self, tag: u8) -> Option<Element<'der>> {
        let (found, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, content) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            // two octets of length are 64 KiB, more than a message may bring
            let (octets, content) =
                rest.split_at_checked(usize::from(*first & 0x7f)).filter(|(octets, _)| octets.len() <= 2)?;
            (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), content)
        };
        let (content, after) = content.split_at_checked(length)?;
        if *found != tag {
            return None;
        }
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        Some(Element { whole, content })
    }
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
            certificate.hash_data("SHA256").unwrap(),
            json!({"hashAlgorithm": "SHA256", "issuerNameHash": name, "issuerKeyHash": key, "serialNumber": serial})
        );
        let longer = certificate.hash_data("SHA384").unwrap();
        // as OpenSSL writes them into a request of OCSP
        assert_eq!(
            longer["issuerKeyHash"],
            "fa65dbf84759e0da0804ded458251079f761b6449f4589acabfd5aefb6761d66a2574491735627c5e73b33d3427b4e30"
        );
        assert_eq!(certificate.hash_data("SHA512").unwrap()["issuerNameHash"].as_str().unwrap().len(), 128);
        assert_eq!(certificate.hash_data("MD5"), None);
    }

    #[test]
    fn a_chain_is_read_as_a_whole_or_not_at_all() {
        let chain = format!("{CERTIFICATE}{}", CERTIFICATE.replace('\n', "\r\n"));
        assert_eq!(Certificate::read_all(&chain).unwrap().len(), 2);
        let fake = format!("{BEGIN}\nMIIB\n{END}\n");
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
