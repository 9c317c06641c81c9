//! What a certificate revocation list says (RFC 5280 §5).

use jiff::Timestamp;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::certificate_facts::{name_text, serial_text, timestamp};

/// A certificate that was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedSerial {
    /// The serial number in hexadecimal, without leading zeros.
    pub serial: Box<str>,
    /// When it was revoked.
    pub at: Timestamp,
}

/// The facts of a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationFacts {
    /// The issuer as text.
    pub issuer: Box<str>,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one will be there at the latest.
    pub next_update: Option<Timestamp>,
    /// The revoked certificates.
    pub revoked: Vec<RevokedSerial>,
    issuer_der: Box<[u8]>,
    der: Box<[u8]>,
}

impl RevocationFacts {
    /// Reads DER; `None` when it is no revocation list.
    pub fn read(der: &[u8]) -> Option<RevocationFacts> {
        let list = parse(der)?;
        let revoked = list.iter_revoked_certificates();
        Some(RevocationFacts {
            issuer: name_text(list.issuer()),
            this_update: timestamp(list.last_update()),
            next_update: list.next_update().map(timestamp),
            revoked: revoked
                .map(|entry| RevokedSerial { serial: serial_text(entry.raw_serial()), at: timestamp(entry.revocation_date) })
                .collect(),
            issuer_der: list.issuer().as_raw().into(),
            der: der.into(),
        })
    }

    /// The list in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When the issuer of this name and key revoked a certificate. A list of another issuer, or one that another key has signed, says
    /// nothing.
    pub(super) fn revocation(&self, issuer: &[u8], key: &SubjectPublicKeyInfo<'_>, serial: &str) -> Option<Timestamp> {
        let entry = self.revoked.iter().find(|entry| &*entry.serial == serial)?;
        let is_of_issuer = *self.issuer_der == *issuer && parse(&self.der)?.verify_signature(key).is_ok();
        is_of_issuer.then_some(entry.at)
    }
}

fn parse(der: &[u8]) -> Option<CertificateRevocationList<'_>> {
    let (rest, list) = CertificateRevocationList::from_der(der).ok()?;
    rest.is_empty().then_some(list)
}
