//! What is odd about the TLS of a link that came up all the same, its version and its certificates: findings of its handshake. A chain that
//! is refused has its sentence in the failure.

use jiff::Timestamp;

use super::{HandshakeFinding, TlsFacts};
use crate::pki::CertificateFacts;

/// A certificate that expires in fewer days is a finding.
pub const SOON_DAYS: i64 = 30;
/// The versions of TLS below 1.2 (RFC 8996), by their names in the facts.
const OLD: [&str; 2] = ["TLS 1.0", "TLS 1.1"];
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// The whole days until a time; below zero when it is past.
pub(super) fn days_until(time: Timestamp, now_micros: i64) -> i64 {
    time.as_microsecond().saturating_sub(now_micros).div_euclid(DAY_MICROS)
}

/// Since when a certificate has expired, by the days until its end.
pub(super) fn days_since(days_until: i64) -> i64 {
    // Less than a day ago is the day before 0.
    -days_until - 1
}

/// How long ago so many days are.
pub(super) fn days_ago(days: i64) -> String {
    match days {
        0 => "less than a day ago".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// Whether a key is too short (A00.FR.317 ff. ask for RSA of 2048 bits, or 256 bits with elliptic curves).
pub(super) fn is_weak(facts: &CertificateFacts) -> bool {
    match &*facts.key.kind {
        "RSA" | "DSA" => facts.key.bits < 2048,
        _ => facts.key.bits != 0 && facts.key.bits < 224,
    }
}

/// Whether a certificate is signed with SHA-1 or MD5.
pub(super) fn is_sha1(facts: &CertificateFacts) -> bool {
    let algorithm = facts.signature_algorithm.to_ascii_lowercase();
    algorithm.contains("sha1") || algorithm.contains("md5")
}

/// What is odd about the version of TLS and the certificates of both sides. `we_connect` says which of the chains is that of the server.
pub fn tls_findings(tls: &TlsFacts, we_connect: bool, now_micros: i64) -> Vec<HandshakeFinding> {
    let old = tls.version.iter().filter(|version| OLD.contains(&&***version));
    let mut findings: Vec<_> = old.map(|version| HandshakeFinding::OldTls { agreed: version.clone() }).collect();
    for (chain, is_server) in [(&tls.peer_chain, we_connect), (&tls.own_chain, !we_connect)] {
        let chain: Vec<CertificateFacts> = chain.iter().filter_map(|der| CertificateFacts::read(der)).collect();
        chain_findings(&chain, is_server, now_micros, &mut findings);
    }
    findings
}

fn chain_findings(chain: &[CertificateFacts], is_server: bool, now_micros: i64, findings: &mut Vec<HandshakeFinding>) {
    for facts in chain {
        let certificate: Box<str> = facts.subject.clone();
        let days = days_until(facts.not_after, now_micros);
        if days < 0 {
            findings.push(HandshakeFinding::CertificateExpired { certificate: certificate.clone(), days: days_since(days) });
        } else if days < SOON_DAYS {
            findings.push(HandshakeFinding::CertificateExpires { certificate: certificate.clone(), days });
        }
        if is_weak(facts) {
            let key = facts.key.to_string().into();
            findings.push(HandshakeFinding::WeakKey { certificate: certificate.clone(), key });
        }
        // The signature that a root has made of itself is not verified by peers.
        if is_sha1(facts) && !facts.is_self_issued() {
            findings.push(HandshakeFinding::WeakSignature { certificate });
        }
    }
    let Some(own) = chain.first() else { return };
    if is_server && own.names.is_empty() {
        findings.push(HandshakeFinding::NameInCommonName { certificate: own.subject.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::{CertificateDefect, CertificateTerms, KeyAlgorithm, TestAuthority};

    const DAY: i64 = 86_400;

    #[test]
    fn a_time_that_has_just_passed_is_less_than_a_day_ago() {
        let end = Timestamp::from_second(1_000_000).unwrap();
        let ago = |seconds: i64| days_ago(days_since(days_until(end, (1_000_000 + seconds) * 1_000_000)));
        assert_eq!([60, DAY + 60, 3 * DAY + 60].map(ago), ["less than a day ago", "1 day ago", "3 days ago"]);
    }

    #[test]
    fn a_version_below_1_2_is_odd() {
        let found = |version: &str| {
            let tls = TlsFacts { version: Some(version.into()), ..TlsFacts::default() };
            tls_findings(&tls, false, 0).iter().map(HandshakeFinding::name).collect::<Vec<_>>()
        };
        assert_eq!(["TLS 1.0", "TLS 1.1"].map(found), [["oldTls"], ["oldTls"]]);
        assert_eq!(["TLS 1.2", "TLS 1.3"].map(found), [[""; 0], [""; 0]]);
    }

    #[test]
    fn what_is_odd_about_certificates_is_found() {
        let now: Timestamp = "2026-03-04T10:00:00Z".parse().unwrap();
        let later = |days: i64| (now.as_second() + days * DAY) * 1_000_000;
        let authority = TestAuthority::create("test CA", KeyAlgorithm::Rsa, now).unwrap();
        let names = |terms: &CertificateTerms, days: i64| {
            let issued = authority.issue(terms, now).unwrap();
            let chain = issued.chain.iter().map(|der| der.clone().into()).collect();
            let tls = TlsFacts { peer_chain: chain, ..TlsFacts::default() };
            tls_findings(&tls, true, later(days)).iter().map(HandshakeFinding::name).collect::<Vec<_>>()
        };
        let server = CertificateTerms::server(vec!["csms.example".to_owned()]);
        assert_eq!(names(&server, 1), [""; 0]);
        assert_eq!(names(&CertificateTerms { days: 90, ..server.clone() }, 61), ["certificateExpires"]);
        assert_eq!(names(&CertificateTerms { days: 90, ..server.clone() }, 91), ["certificateExpired"]);
        let sha1 = CertificateTerms { defects: vec![CertificateDefect::Sha1], key: KeyAlgorithm::Rsa, ..server };
        assert_eq!(names(&sha1, 1), ["weakSignature"]);
        assert_eq!(names(&CertificateTerms::station("CP1", "Operator"), 1), ["nameInCommonName"], "in the place of a server");
    }
}
