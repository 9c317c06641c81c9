//! TLS of the central system: versions and cipher suites one by one, compression, names, and what stands on its port besides. The
//! handshakes of most rows are only begun: a ServerHello says all that is asked.

use crate::ocpp::OcppGeneration;
use crate::probe::check::{CheckFuture, CheckNeed, CheckRun, HelloJudge, HelloTerms, ProbeArea, ProbeCheck};
use crate::probe::client::{ConnectionFault, HelloAnswer, HelloOffer, UpgradeRequest, alert_name, tls_version};
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

const VERSIONS: &str = "OCPP 1.6 security whitepaper and 2.0.1 part 2: profiles 2 and 3, TLS 1.2 or later";
const SUITES: &str = "OCPP 1.6 security whitepaper, A00.FR.317-320; 2.0.1 part 2, A00.FR.318-321";
const OLD: &str = "RFC 8996 §4, §5";
const WEAK: &str = "RFC 9325 §4.1";

/// The suites of TLS 1.2 that a server may know.
const ALL_SUITES: [u16; 22] = [
    0xC02B, 0xC02C, 0xCCA9, 0xC02F, 0xC030, 0xCCA8, 0x009C, 0x009D, 0xC023, 0xC024, 0xC027, 0xC028, 0xC009, 0xC00A, 0xC013,
    0xC014, 0x002F, 0x0035, 0x003C, 0x003D, 0x009E, 0x009F,
];
/// Those of older versions.
const OLD_SUITES: [u16; 7] = [0xC009, 0xC00A, 0xC013, 0xC014, 0x002F, 0x0035, 0x000A];
const NEW_SUITES: [u16; 3] = [0x1301, 0x1302, 0x1303];

pub(super) const CHECKS: &[ProbeCheck] = &[
    hello("tls.1.3", "TLS 1.3 alone", VERSIONS, terms(tls_version::TLS_1_3, &NEW_SUITES), plain),
    hello("tls.1.2", "TLS 1.2 alone", VERSIONS, terms(tls_version::TLS_1_2, &ALL_SUITES), plain),
    hello("tls.1.1", "TLS 1.1 alone", OLD, terms(tls_version::TLS_1_1, &OLD_SUITES), old),
    hello("tls.1.0", "TLS 1.0 alone", OLD, terms(tls_version::TLS_1_0, &OLD_SUITES), old),
    required("tls.suite.ECDHE_ECDSA_AES_128_GCM_SHA256", &[0xC02B]),
    required("tls.suite.ECDHE_ECDSA_AES_256_GCM_SHA384", &[0xC02C]),
    required("tls.suite.RSA_AES_128_GCM_SHA256", &[0x009C]),
    required("tls.suite.RSA_AES_256_GCM_SHA384", &[0x009D]),
    hello(
        "tls.common-suite",
        "the four suites of the standard together",
        SUITES,
        terms(tls_version::TLS_1_2, &[0xC02B, 0xC02C, 0x009C, 0x009D]),
        common,
    ),
    allowed("tls.suite.ECDHE_RSA_AES_128_GCM_SHA256", &[0xC02F]),
    allowed("tls.suite.ECDHE_RSA_AES_256_GCM_SHA384", &[0xC030]),
    allowed("tls.suite.ECDHE_ECDSA_CHACHA20_POLY1305", &[0xCCA9]),
    allowed("tls.suite.ECDHE_RSA_CHACHA20_POLY1305", &[0xCCA8]),
    allowed("tls.suite.DHE_RSA_AES_GCM", &[0x009E, 0x009F]),
    allowed("tls.suite.ECDHE_ECDSA_AES_CBC", &[0xC009, 0xC00A, 0xC023, 0xC024]),
    allowed("tls.suite.ECDHE_RSA_AES_CBC", &[0xC013, 0xC014, 0xC027, 0xC028]),
    allowed("tls.suite.RSA_AES_CBC", &[0x002F, 0x0035, 0x003C, 0x003D]),
    allowed("tls.suite.3DES", &[0x000A, 0x0016, 0xC008, 0xC012]),
    new("tls.suite.AES_128_GCM_SHA256", &[0x1301]),
    new("tls.suite.AES_256_GCM_SHA384", &[0x1302]),
    new("tls.suite.CHACHA20_POLY1305_SHA256", &[0x1303]),
    weak("tls.weak.NULL", "suites without encryption", &[0x0001, 0x0002, 0x003B, 0xC006, 0xC010]),
    weak("tls.weak.anonymous", "suites without a certificate", &[0x0018, 0x001B, 0x0034, 0x003A, 0x006C, 0xC018, 0xC019]),
    weak("tls.weak.EXPORT", "suites of 40 bits", &[0x0003, 0x0006, 0x0008, 0x000B, 0x0011, 0x0014]),
    weak("tls.weak.RC4", "suites with RC4", &[0x0004, 0x0005, 0xC007, 0xC011]),
    hello(
        "tls.compression",
        "compression is offered",
        "RFC 9325 §3.3; OCPP 1.6 security whitepaper and 2.0.1 part 2: no TLS compression",
        HelloTerms { compression: true, ..terms(tls_version::TLS_1_2, &ALL_SUITES) },
        compression,
    ),
    own("tls.no-name", "no name of the server (SNI)", "RFC 6066 §3", |session, _| Box::pin(by_name(session, None))),
    own("tls.other-name", "the name of another server (SNI)", "RFC 6066 §3", |session, _| {
        Box::pin(by_name(session, Some("ocpp-tui-probe.invalid")))
    }),
    own("tls.plain", "a handshake without TLS on the port of TLS", "OCPP 2.0.1 part 2, profiles 2 and 3", without_tls),
];

const fn terms(version: u16, suites: &'static [u16]) -> HelloTerms {
    HelloTerms { version, suites, compression: false }
}

const fn hello(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    terms: HelloTerms,
    judge: HelloJudge,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Tls, tries, clause, needs: &[CheckNeed::Tls], run: CheckRun::Hello(terms, judge) }
}

const fn required(name: &'static str, suites: &'static [u16]) -> ProbeCheck {
    hello(name, "alone", SUITES, terms(tls_version::TLS_1_2, suites), wanted)
}

const fn allowed(name: &'static str, suites: &'static [u16]) -> ProbeCheck {
    hello(name, "alone", "", terms(tls_version::TLS_1_2, suites), plain)
}

const fn new(name: &'static str, suites: &'static [u16]) -> ProbeCheck {
    hello(name, "alone, with TLS 1.3", "", terms(tls_version::TLS_1_3, suites), plain)
}

const fn weak(name: &'static str, tries: &'static str, suites: &'static [u16]) -> ProbeCheck {
    hello(name, tries, WEAK, terms(tls_version::TLS_1_2, suites), forbidden)
}

const fn own(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    run: for<'a> fn(&'a ProbeSession, &'a str) -> CheckFuture<'a>,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Tls, tries, clause, needs: &[CheckNeed::Tls], run: CheckRun::Own(run) }
}

/// What came of a ClientHello.
type HelloEnd = Result<HelloAnswer, ConnectionFault>;

fn words(end: &HelloEnd) -> String {
    match end {
        Ok(HelloAnswer::Agreed { version, suite, .. }) => {
            format!("agreed on {} with {}", version_name(*version), suite_name(*suite))
        }
        Ok(HelloAnswer::Alert(alert)) => format!("refused with the alert {}", alert_name(*alert)),
        Err(fault) => fault.to_string(),
    }
}

fn version_name(version: u16) -> String {
    match version {
        tls_version::TLS_1_0 => "TLS 1.0".to_owned(),
        tls_version::TLS_1_1 => "TLS 1.1".to_owned(),
        tls_version::TLS_1_2 => "TLS 1.2".to_owned(),
        tls_version::TLS_1_3 => "TLS 1.3".to_owned(),
        other => format!("version {other:#06x}"),
    }
}

/// By its registered name where rustls knows it, which puts the version into those of TLS 1.3; else by its number.
fn suite_name(suite: u16) -> String {
    let name = rustls::CipherSuite::from(suite).as_str();
    name.map_or_else(|| format!("suite {suite:#06x}"), |name| name.replacen("TLS13_", "TLS_", 1))
}

/// Whether the server agreed on what was offered, and on nothing else.
fn agreed(end: &HelloEnd, terms: &HelloTerms) -> Result<bool, CheckJudgement> {
    match end {
        Ok(HelloAnswer::Agreed { version, suite, .. }) if *version != terms.version || !terms.suites.contains(suite) => {
            Err(CheckJudgement::breaks(words(end), "agree only on a version and a suite that the client offers"))
        }
        Ok(HelloAnswer::Agreed { .. }) => Ok(true),
        _ => Ok(false),
    }
}

/// A question without a rule.
fn plain(end: &HelloEnd, terms: &HelloTerms, _: &ProbeSession) -> CheckJudgement {
    match agreed(end, terms) {
        Err(judgement) => judgement,
        Ok(true) => CheckJudgement::supported(words(end)),
        Ok(false) => CheckJudgement::not_supported(words(end)),
    }
}

/// One of the suites that the standard asks a central system for.
fn wanted(end: &HelloEnd, terms: &HelloTerms, session: &ProbeSession) -> CheckJudgement {
    let judgement = plain(end, terms, session);
    if agreed(end, terms) == Ok(false) {
        return judgement
            .advising("the standard asks a central system for it: stations need only support one pair of the four");
    }
    judgement
}

/// At least one of the four must be there, or no conforming station can connect.
fn common(end: &HelloEnd, terms: &HelloTerms, _: &ProbeSession) -> CheckJudgement {
    match agreed(end, terms) {
        Err(judgement) => judgement,
        Ok(true) => CheckJudgement::supported(words(end)),
        Ok(false) => CheckJudgement::breaks(
            format!("none of them: {}", words(end)),
            "offer TLS 1.2 with an ECDSA certificate (or RSA key exchange): a station needs no other suites",
        ),
    }
}

/// Versions that are deprecated. OCPP 1.6 tolerates them for old stations.
fn old(end: &HelloEnd, terms: &HelloTerms, session: &ProbeSession) -> CheckJudgement {
    const REMEDY: &str = "switch TLS 1.0 and 1.1 off; the 1.6 whitepaper tolerates them for old stations only";
    let speaks_second = session.alone.iter().any(|(version, end)| {
        end.is_link() && version.dialect().generation == OcppGeneration::Second && end.subprotocol().is_some()
    });
    match agreed(end, terms) {
        Err(judgement) => judgement,
        Ok(false) => CheckJudgement::keeps(words(end)),
        Ok(true) if speaks_second => CheckJudgement::breaks(words(end), REMEDY),
        Ok(true) => CheckJudgement::supported(words(end)).advising(REMEDY),
    }
}

fn forbidden(end: &HelloEnd, terms: &HelloTerms, _: &ProbeSession) -> CheckJudgement {
    match agreed(end, terms) {
        Err(judgement) => judgement,
        Ok(true) => CheckJudgement::breaks(words(end), "switch this suite off: it does not protect"),
        Ok(false) => CheckJudgement::keeps(words(end)),
    }
}

fn compression(end: &HelloEnd, _: &HelloTerms, _: &ProbeSession) -> CheckJudgement {
    match end {
        Ok(HelloAnswer::Agreed { compression: 0, .. }) => CheckJudgement::keeps("agreed without compression"),
        Ok(HelloAnswer::Agreed { .. }) => CheckJudgement::breaks("agreed on compression", "switch compression of TLS off"),
        _ => CheckJudgement::not_applicable(format!("TLS 1.2 is not spoken: {}", words(end))),
    }
}

/// Begins a handshake with this name, in the newest version that is spoken.
async fn by_name(session: &ProbeSession, name: Option<&str>) -> CheckJudgement {
    let mut last = None;
    for (version, suites) in [(tls_version::TLS_1_3, &NEW_SUITES[..]), (tls_version::TLS_1_2, &ALL_SUITES[..])] {
        let end = session.say_hello(HelloOffer { version, suites, server_name: name, compression: false }).await;
        if let Ok(HelloAnswer::Agreed { .. }) = end {
            return CheckJudgement::supported(words(&end));
        }
        last.get_or_insert(end);
    }
    last.map_or_else(|| CheckJudgement::not_tried(""), |end| CheckJudgement::not_supported(words(&end)))
}

fn without_tls<'a>(session: &'a ProbeSession, identity: &'a str) -> CheckFuture<'a> {
    Box::pin(async move {
        // No credentials without TLS.
        let request = UpgradeRequest::new(
            session.options.target.path_of(identity),
            &session.options.target.authority,
            &session.protocols(),
        );
        let end = session.handshake_without_tls(request).await;
        if end.is_link() {
            return CheckJudgement::breaks(end.words(), "refuse what is not TLS on this port");
        }
        CheckJudgement::keeps(end.words())
    })
}
