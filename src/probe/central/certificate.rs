//! The certificate of the central system: trust, name, validity, key, chain; and whether it asks for one of the station.

use jiff::Timestamp;

use crate::pki::{CertificateFacts, ChainFault, check_chain};
use crate::probe::check::{CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{TlsPeer, shown};
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

const NAMES: &str = "OCPP 1.6 security whitepaper and 2.0.1 part 2, A00.FR.307 ff.";
const KEYS: &str = "RFC 9325 §4.5";

/// A certificate that ends sooner is worth a word, in days.
const SOON: i64 = 30;
const SECONDS_OF_DAY: i64 = 86_400;

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("certificate.trust", "whether the chain leads to a trusted CA", NAMES, CheckRun::Certificate(trust)),
    check("certificate.name", "whether it is for the host of the URL", NAMES, CheckRun::Certificate(name)),
    check("certificate.validity", "its validity", "RFC 5280 §4.1.2.5", CheckRun::Certificate(validity)),
    check("certificate.key", "its key and signature", KEYS, CheckRun::Certificate(key)),
    check(
        "certificate.chain",
        "the certificates that are sent with it",
        "RFC 5246 §7.4.2; RFC 8446 §4.4.2",
        CheckRun::Certificate(chain),
    ),
    check(
        "certificate.of-station",
        "whether a certificate of the station is asked for",
        "OCPP 2.0.1 part 2, profile 3",
        CheckRun::Certificate(of_station),
    ),
    check(
        "certificate.alpn-http",
        "http/1.1 is offered with ALPN",
        "RFC 7301 §3.2",
        CheckRun::Own(|session, _| Box::pin(alpn(session, "http/1.1"))),
    ),
    check(
        "certificate.alpn-h2",
        "only h2 is offered with ALPN",
        "RFC 7301 §3.2",
        CheckRun::Own(|session, _| Box::pin(alpn(session, "h2"))),
    ),
];

const fn check(name: &'static str, tries: &'static str, clause: &'static str, run: CheckRun) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Certificate, tries, clause, needs: &[CheckNeed::Tls], run }
}

fn facts(peer: &TlsPeer) -> Result<CertificateFacts, CheckJudgement> {
    peer.chain
        .first()
        .and_then(|der| CertificateFacts::read(der))
        .ok_or_else(|| CheckJudgement::breaks("no certificate that can be read", "send an X.509 certificate"))
}

fn check_of(peer: &TlsPeer, session: &ProbeSession) -> Result<(), ChainFault> {
    check_chain(&peer.chain, &session.options.security.roots, &session.expected(None))
}

fn trust(peer: &TlsPeer, session: &ProbeSession) -> CheckJudgement {
    match check_of(peer, session) {
        Ok(()) => CheckJudgement::keeps("trusted"),
        Err(fault) => CheckJudgement::breaks(
            fault.to_string(),
            "install a certificate whose CA the stations trust; --ca names the CA for the probe",
        ),
    }
}

fn name(peer: &TlsPeer, session: &ProbeSession) -> CheckJudgement {
    let host = session.host();
    facts(peer).map_or_else(
        |judgement| judgement,
        |facts| {
            let names: Vec<String> = facts.names.iter().map(ToString::to_string).collect();
            let common = facts.common_name.as_deref().unwrap_or("none");
            let came = shown(&format!("names {}; common name {common}", names.join(", ")));
            if !facts.is_for_host(host) {
                return CheckJudgement::breaks(came, "issue a certificate for the name in the URL of the stations");
            }
            if facts.common_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(host)) {
                return CheckJudgement::keeps(came);
            }
            CheckJudgement::keeps(came).advising("OCPP asks for the name in the common name, too")
        },
    )
}

fn validity(peer: &TlsPeer, _: &ProbeSession) -> CheckJudgement {
    facts(peer).map_or_else(|judgement| judgement, |facts| judge_validity(&facts, Timestamp::now()))
}

fn judge_validity(facts: &CertificateFacts, now: Timestamp) -> CheckJudgement {
    let days = (facts.not_after.as_second() - now.as_second()) / SECONDS_OF_DAY;
    let came = format!("from {} to {}, {days} days left", facts.not_before, facts.not_after);
    if now < facts.not_before || now > facts.not_after {
        return CheckJudgement::breaks(came, "renew the certificate");
    }
    let judgement = CheckJudgement::keeps(came);
    if days < SOON { judgement.advising("renew the certificate soon") } else { judgement }
}

fn key(peer: &TlsPeer, session: &ProbeSession) -> CheckJudgement {
    facts(peer).map_or_else(|judgement| judgement, |facts| judge_key(&facts, check_of(peer, session)))
}

fn judge_key(facts: &CertificateFacts, checked: Result<(), ChainFault>) -> CheckJudgement {
    let came = format!("{}, signed with {}", facts.key, facts.signature_algorithm);
    match checked {
        Err(fault @ (ChainFault::WeakKey { .. } | ChainFault::WeakSignature { .. })) => CheckJudgement::breaks(
            format!("{came}: {fault}"),
            "issue a certificate with RSA 2048 or ECDSA P-256, signed with SHA-256",
        ),
        _ => CheckJudgement::keeps(came),
    }
}

fn chain(peer: &TlsPeer, session: &ProbeSession) -> CheckJudgement {
    let names: Vec<String> =
        peer.chain.iter().filter_map(|der| Some(CertificateFacts::read(der)?.short_name().to_owned())).collect();
    let came = shown(&format!("{}: {}", peer.chain.len(), names.join(", ")));
    match check_of(peer, session) {
        Err(ChainFault::UnknownIssuer { .. }) if peer.chain.len() == 1 => CheckJudgement::not_supported(came)
            .advising("send the intermediate certificates, too, unless the issuer is a root that the stations trust"),
        _ => CheckJudgement::keeps(came),
    }
}

fn of_station(peer: &TlsPeer, _: &ProbeSession) -> CheckJudgement {
    if peer.asks_for_certificate {
        CheckJudgement::supported("it is asked for")
    } else {
        CheckJudgement::not_supported("it is not asked for")
    }
}

async fn alpn(session: &ProbeSession, protocol: &str) -> CheckJudgement {
    match session.tls_peer_with(&[protocol]).await {
        Ok(TlsPeer { protocol: Some(agreed), .. }) if agreed == protocol => {
            CheckJudgement::supported(format!("agreed on {agreed}"))
        }
        Ok(TlsPeer { protocol: Some(agreed), .. }) => CheckJudgement::breaks(
            format!("agreed on {}", shown(&agreed)),
            "choose one of the protocols that the client offers",
        ),
        Ok(_) => CheckJudgement::supported("the handshake succeeds without a protocol"),
        Err(fault) => CheckJudgement::not_supported(fault.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;
    use crate::pki::{CertificateTerms, KeyAlgorithm, TestAuthority};
    use crate::probe::ProbeVerdict;

    fn issued() -> CertificateFacts {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let authority = TestAuthority::create("CA", KeyAlgorithm::default(), now).unwrap();
        let issued = authority.issue(&CertificateTerms::server(vec!["example.org".to_owned()]), now).unwrap();
        CertificateFacts::read(&issued.chain[0]).unwrap()
    }

    #[test]
    fn a_certificate_that_ends_soon_is_kept_with_an_advice() {
        let facts = issued();
        let at = |hours: i64| judge_validity(&facts, facts.not_after.checked_add(hours.hours()).unwrap());
        assert_eq!((at(-24 * 100).verdict, at(-24 * 100).remedy), (ProbeVerdict::KeepsRule, ""));
        assert!(at(-24 * 10).verdict == ProbeVerdict::KeepsRule && at(-24 * 10).remedy.contains("soon"));
        assert_eq!(at(1).verdict, ProbeVerdict::BreaksRule);
    }

    #[test]
    fn weak_keys_and_signatures_break_the_rule_and_other_faults_belong_elsewhere() {
        let facts = issued();
        let (subject, algorithm, key) = (Box::from("x"), Box::from("SHA-1"), Box::from("RSA 1024"));
        for fault in [ChainFault::WeakSignature { subject, algorithm }, ChainFault::WeakKey { subject: "x".into(), key }] {
            assert_eq!(judge_key(&facts, Err(fault)).verdict, ProbeVerdict::BreaksRule);
        }
        for checked in [Ok(()), Err(ChainFault::SelfSigned { subject: "x".into() })] {
            let judgement = judge_key(&facts, checked);
            assert!(judgement.verdict == ProbeVerdict::KeepsRule && judgement.came.starts_with("ECDSA P-256"), "{judgement:?}");
        }
    }
}
