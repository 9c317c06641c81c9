//! The PEM form of certificates and keys (RFC 7468). The blocks are split here and not by a package, because peers send PEM without
//! line ends, with `\r\n` or with spaces, which the strict readers refuse.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// The characters of a line (RFC 7468 §2).
const LINE: usize = 64;

/// The label of a certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";

/// A block of a PEM text.
#[derive(Clone, PartialEq, Eq)]
pub struct PemBlock {
    /// What it is, like `CERTIFICATE`.
    pub label: String,
    /// The content.
    pub der: Vec<u8>,
}

impl std::fmt::Debug for PemBlock {
    /// Without the content, which may be a private key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PemBlock({}, {} bytes)", self.label, self.der.len())
    }
}

/// A text is no PEM.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemFault {
    /// It has no block.
    #[error("there is no line `-----BEGIN …-----`, so it is not PEM")]
    NoBlock,
    /// A block of another label is needed.
    #[error("it has no {wanted}, only {found}")]
    OtherLabel {
        /// The needed label.
        wanted: &'static str,
        /// The label of the first block.
        found: String,
    },
    /// A block has no end.
    #[error("the block {label} has no line `-----END {label}-----`")]
    NoEnd {
        /// Its label.
        label: String,
    },
    /// A block is encrypted with a password.
    #[error(
        "the block {label} is encrypted with a password; store it without one, for example with `openssl pkey -in FILE -out NEW`"
    )]
    Encrypted {
        /// Its label.
        label: String,
    },
    /// A block is damaged.
    #[error("block {number}, {label}, is not Base64")]
    NotBase64 {
        /// Its label.
        label: String,
        /// Its number in the text, from 1.
        number: usize,
    },
}

/// All blocks of a PEM text, in their order. Text around them is skipped.
///
/// # Errors
/// When there is none, or one is damaged or encrypted.
pub fn read_pem(text: &str) -> Result<Vec<PemBlock>, PemFault> {
    let mut blocks = Vec::new();
    for (index, part) in text.split(BEGIN).skip(1).enumerate() {
        let no_end = |label: &str| PemFault::NoEnd { label: label.to_owned() };
        let (label, rest) = part.split_once(DASHES).ok_or_else(|| no_end(part.lines().next().unwrap_or_default()))?;
        let (content, end) = rest.split_once(END).ok_or_else(|| no_end(label))?;
        if !end.starts_with(label) {
            return Err(no_end(label));
        }
        // the second form is that of OpenSSL before PKCS #8 (RFC 1421 §4.6)
        if label.starts_with("ENCRYPTED") || content.contains("ENCRYPTED") {
            return Err(PemFault::Encrypted { label: label.to_owned() });
        }
        let base64: String = content.split_whitespace().collect();
        let der = STANDARD.decode(base64).ok().filter(|der| !der.is_empty());
        let der = der.ok_or_else(|| PemFault::NotBase64 { label: label.to_owned(), number: index + 1 })?;
        blocks.push(PemBlock { label: label.to_owned(), der });
    }
    if blocks.is_empty() { Err(PemFault::NoBlock) } else { Ok(blocks) }
}

/// The certificates of a PEM text, in DER. Blocks of other kinds are skipped.
///
/// # Errors
/// When there is no certificate, or a block is damaged.
pub fn read_certificates(text: &str) -> Result<Vec<Vec<u8>>, PemFault> {
    let blocks = read_pem(text)?;
    let found = blocks.first().map_or_else(String::new, |block| block.label.clone());
    let certificates: Vec<_> = blocks.into_iter().filter(|block| block.label == CERTIFICATE).map(|block| block.der).collect();
    if certificates.is_empty() { Err(PemFault::OtherLabel { wanted: CERTIFICATE, found }) } else { Ok(certificates) }
}

/// The PEM form of a block, with a line end after each line.
pub fn write_pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("{BEGIN}{label}{DASHES}\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII
        let (line, after) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("{END}{label}{DASHES}\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::certificates::{CERTIFICATE as EXAMPLE, SIGNING_REQUEST};

    #[test]
    fn what_is_written_is_read_again() {
        let [der] = &read_certificates(EXAMPLE).unwrap()[..] else { panic!("not one certificate") };
        assert_eq!(write_pem(CERTIFICATE, der), EXAMPLE);
        for text in [EXAMPLE.replace('\n', ""), EXAMPLE.replace('\n', "\r\n"), format!("subject: CN=x\n{EXAMPLE}\n\n")] {
            assert_eq!(read_certificates(&text).unwrap(), std::slice::from_ref(der), "{text}");
        }
        let labels: Vec<String> =
            read_pem(&format!("{SIGNING_REQUEST}{EXAMPLE}")).unwrap().into_iter().map(|block| block.label).collect();
        assert_eq!(labels, ["CERTIFICATE REQUEST", "CERTIFICATE"]);
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let fault = |text: &str| read_certificates(text).unwrap_err();
        assert_eq!(fault(""), PemFault::NoBlock);
        assert_eq!(fault("MIIB"), PemFault::NoBlock);
        assert_eq!(fault(&EXAMPLE[..200]), PemFault::NoEnd { label: CERTIFICATE.to_owned() });
        assert_eq!(fault("-----BEGIN X"), PemFault::NoEnd { label: "X".to_owned() });
        assert_eq!(fault("-----BEGIN A-----\nAAAA\n-----END B-----"), PemFault::NoEnd { label: "A".to_owned() });
        let damaged = format!("{EXAMPLE}{}", EXAMPLE.replace("MIIB", "M!IB"));
        assert_eq!(fault(&damaged), PemFault::NotBase64 { label: CERTIFICATE.to_owned(), number: 2 });
        let other = PemFault::OtherLabel { wanted: CERTIFICATE, found: "CERTIFICATE REQUEST".to_owned() };
        assert_eq!(fault(SIGNING_REQUEST), other);
        for text in [
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        ] {
            assert!(fault(text).to_string().contains("encrypted with a password"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_survive(der in proptest::collection::vec(proptest::num::u8::ANY, 1..300)) {
            let blocks = read_pem(&write_pem("TEST", &der)).unwrap();
            proptest::prop_assert_eq!(blocks, [PemBlock { label: "TEST".to_owned(), der }]);
        }
    }
}
