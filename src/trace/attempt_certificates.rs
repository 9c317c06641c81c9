//! The certificates of an attempt to connect, in the lines of its page. What a certificate says is read in `pki`; whether a chain is trusted
//! is the verdict of TLS.

use jiff::Timestamp;

use super::attempt_section::{AttemptSection, FactTone};
use super::tls_findings::{SOON_DAYS, days_ago, days_since, days_until, is_sha1, is_weak};
use crate::pki::CertificateFacts;

/// Whose chain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChainSide {
    /// Whether it is the station's.
    station: bool,
    /// Whether it is ours.
    ours: bool,
}

impl ChainSide {
    /// The chain that the peer sent.
    pub fn of_peer(we_connect: bool) -> ChainSide {
        ChainSide { station: !we_connect, ours: false }
    }

    /// The chain that we sent.
    pub fn of_us(we_connect: bool) -> ChainSide {
        ChainSide { station: we_connect, ours: true }
    }

    fn words(self) -> String {
        let role = if self.station { "the station" } else { "the central system" };
        format!("{role}{}", if self.ours { ", sent by us" } else { "" })
    }
}

/// A part for each certificate of a chain, the own one first.
pub(super) fn chain_sections(chain: &[Box<[u8]>], side: ChainSide, now_micros: i64) -> Vec<AttemptSection> {
    chain.iter().enumerate().map(|(index, der)| certificate(der, index, chain.len(), side, now_micros)).collect()
}

fn certificate(der: &[u8], index: usize, count: usize, side: ChainSide, now_micros: i64) -> AttemptSection {
    let place = if count > 1 { format!(", {} of {count}", index + 1) } else { String::new() };
    let mut section = AttemptSection { heading: format!("Certificate of {}{place}", side.words()), lines: Vec::new() };
    let Some(facts) = CertificateFacts::read(der) else {
        section.fact("contents", format!("{} bytes that are no certificate (X.509)", der.len()), FactTone::Bad);
        return section;
    };
    let plain = FactTone::Plain;
    section.fact("subject", &*facts.subject, plain);
    let issuer = if facts.is_self_issued() { format!("{}, itself", facts.issuer) } else { facts.issuer.to_string() };
    section.fact("issuer", issuer, plain);
    let (validity, tone) = validity(&facts, now_micros);
    section.fact("valid", validity, tone);
    section.fact("key", facts.key.to_string(), if is_weak(&facts) { FactTone::Warning } else { plain });
    let is_old = is_sha1(&facts);
    section.fact("signed with", &*facts.signature_algorithm, if is_old { FactTone::Warning } else { plain });
    if !facts.names.is_empty() {
        let names: Vec<String> = facts.names.iter().map(ToString::to_string).collect();
        section.fact("names (SAN)", names.join(", "), plain);
    } else if !facts.is_authority {
        section.fact("names (SAN)", "none", if side.station { FactTone::Muted } else { FactTone::Warning });
    }
    if !facts.usages.is_empty() {
        section.fact("use", facts.usages.join(", "), plain);
    }
    section.fact("serial number", &*facts.serial, FactTone::Muted);
    section.fact("SHA-256", &*facts.fingerprint, FactTone::Muted);
    section
}

/// The validity, with the days that are left.
fn validity(facts: &CertificateFacts, now_micros: i64) -> (String, FactTone) {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    let text = format!("{} to {}", day(facts.not_before), day(facts.not_after));
    if facts.not_before.as_microsecond() > now_micros {
        return (format!("{text}, not yet"), FactTone::Bad);
    }
    match days_until(facts.not_after, now_micros) {
        days if days < 0 => (format!("{text}, expired {}", days_ago(days_since(days))), FactTone::Bad),
        days if days < SOON_DAYS => (format!("{text}, {} left", counted(days)), FactTone::Warning),
        days => (format!("{text}, {} left", counted(days)), FactTone::Good),
    }
}

fn counted(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}
