//! The probe against our own central system, against servers that break one rule each, and against central systems of others.

use std::time::Duration;

use futures_util::future::join_all;
use ocpp_tui::ocpp::{Catalog, Transport, Version};
use ocpp_tui::probe::{
    self, ProbeArea, ProbeCheck, ProbeOptions, ProbePassword, ProbeReport, ProbeSecurity, ProbeTarget, ProbeVerdict,
};

use crate::probe_server::{Breach, PASSWORD, start};
use crate::support::{central_system, hub};

pub fn options(port: u16, only: &[&str]) -> ProbeOptions {
    ProbeOptions {
        target: ProbeTarget::parse(&format!("ws://127.0.0.1:{port}")).unwrap(),
        identities: vec!["CP1".to_owned()],
        password: None,
        security: ProbeSecurity::default(),
        with_calls: false,
        version: None,
        timeout: Duration::from_secs(30),
        quiet: None,
        jobs: 1,
        only: only.iter().map(|name| (*name).to_owned()).collect(),
    }
}

pub async fn run(options: ProbeOptions) -> ProbeReport {
    probe::probe(options, Catalog::embedded(), &|_| {}).await.unwrap()
}

/// What breaks a rule, one line each.
pub fn breaches(report: &ProbeReport) -> Vec<String> {
    let rows = report.rows.iter().filter(|row| row.judgement.verdict == ProbeVerdict::BreaksRule);
    rows.map(|row| format!("{}: {}", row.check.name, row.judgement.came)).collect()
}

pub fn verdict(report: &ProbeReport, name: &str) -> ProbeVerdict {
    report.rows.iter().find(|row| row.check.name == name).unwrap().judgement.verdict
}

#[tokio::test]
async fn our_own_central_system_breaks_no_rule_in_any_version() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let run = |version| {
        let options = ProbeOptions { version: Some(version), with_calls: true, ..options(port, &[]) };
        let options = ProbeOptions { identities: vec![format!("CP-{version}")], ..options };
        run(options)
    };
    for report in join_all(Version::ALL.map(run)).await {
        assert_eq!(breaches(&report), [""; 0], "OCPP {:?}\n{}", report.version, report.table(120, false));
        for name in ["subprotocol.ocpp1.2", "subprotocol.ocpp2.1", "path.identity", "path.encoded", "websocket.ping", "id.36"] {
            assert_eq!(verdict(&report, name), ProbeVerdict::Supported, "{name}");
        }
        assert_eq!(verdict(&report, "call.boot"), ProbeVerdict::Supported);
        assert_eq!(verdict(&report, "authentication.right"), ProbeVerdict::NotTried);
    }
}

fn all_checks() -> impl Iterator<Item = &'static ProbeCheck> {
    let soap = probe::checks(Transport::Soap).filter(|check| check.area == ProbeArea::Soap);
    probe::checks(Transport::WebSocket).chain(soap)
}

fn soap_options(port: u16, only: &[&str]) -> ProbeOptions {
    let target = ProbeTarget::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    ProbeOptions { target, with_calls: true, ..options(port, only) }
}

#[tokio::test]
async fn our_own_soap_service_breaks_no_rule() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let report = run(soap_options(port, &[])).await;
    assert_eq!(breaches(&report), [""; 0], "{}", report.table(120, false));
    for name in
        ["soap.1.2", "soap.1.5", "soap.1.6", "soap.gzip", "soap.deflate", "soap.utf-16", "soap.chunks", "soap.keep-alive"]
    {
        assert_eq!(verdict(&report, name), ProbeVerdict::Supported, "{name}\n{}", report.table(120, false));
    }
    for name in ["soap.answer-message-id", "soap.answer-to", "soap.answer-action", "soap.unknown-action"] {
        assert_eq!(verdict(&report, name), ProbeVerdict::KeepsRule, "{name}\n{}", report.table(120, false));
    }
    assert_eq!(report.version, Some(Version::V1_6));
}

const SERVED: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/Cs/2015/10/\"><s:Body>\
    <o:authorizeResponse><o:idTagInfo><o:status>Invalid</o:status></o:idTagInfo></o:authorizeResponse></s:Body></s:Envelope>";

/// An answer that a SOAP service gives to everything, and the checks that find what is wrong with it.
const SERVICES: &[(&str, &str, &[&str])] = &[
    (
        "200 OK\r\nContent-Type: text/html",
        "hello",
        &[
            "soap.unknown-action",
            "soap.missing-field",
            "soap.empty-body",
            "soap.no-xml",
            "soap.cut-off",
            "soap.gzip",
            "soap.deflate",
            "soap.chunks",
            "soap.heartbeat",
        ],
    ),
    ("405 Method Not Allowed\r\nContent-Type: text/html", "no", &["soap.get", "soap.options"]),
    (
        "200 OK\r\nContent-Type: application/soap+xml",
        SERVED,
        &["soap.answer-action", "soap.answer-relates-to", "soap.missing-field"],
    ),
    ("200 OK\r\nContent-Type: application/soap+xml\r\nContent-Encoding: br", SERVED, &["soap.gzip-answer"]),
];

#[tokio::test]
async fn every_breach_of_a_soap_service_is_found_by_its_check() {
    for (head, body, checks) in SERVICES {
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let port = crate::support::http::server(answer.into_bytes()).await;
        let report = run(soap_options(port, checks)).await;
        assert_eq!(breaches(&report).len(), checks.len(), "{}", report.table(120, false));
    }
}

#[tokio::test]
async fn pings_and_the_idle_timeout_are_seen_on_one_quiet_link() {
    let port = start(Breach::None, false).await;
    let report = run(ProbeOptions { quiet: Some(Duration::from_millis(50)), ..options(port, &["quiet"]) }).await;
    assert_eq!(report.count(ProbeVerdict::NotSupported), 2, "{}", report.table(120, false));
}

/// A server that breaks one rule each, the check that finds it, and whether the probe has a password.
const BREACHES: &[(Breach, &str, bool)] = &[
    (Breach::WrongAccept, "path.identity", false),
    (Breach::NoAccept, "subprotocol.ocpp1.6", false),
    (Breach::NoUpgradeHeader, "path.identity", false),
    (Breach::OtherSubprotocol, "subprotocol.ocpp2.0.1", false),
    (Breach::OpenWithoutSubprotocol, "subprotocol.none", false),
    (Breach::OpenWithoutSubprotocol, "subprotocol.unknown", false),
    (Breach::FailsOnUnknownFirst, "subprotocol.unknown-first", false),
    (Breach::FailsOnUnknownFirst, "subprotocol.two-lines", false),
    (Breach::UnaskedExtension, "path.identity", false),
    (Breach::AnyExtension, "extension.unknown", false),
    (Breach::ServesWithout("Sec-WebSocket-Key"), "http.no-key", false),
    (Breach::ServesWithout("Sec-WebSocket-Version"), "http.no-version", false),
    (Breach::ServesWithout("Upgrade"), "http.no-upgrade", false),
    (Breach::ServesWithout("Connection"), "http.no-connection", false),
    (Breach::ServesWithout("Host"), "http.no-host", false),
    (Breach::TwoHostsServed, "http.two-hosts", false),
    (Breach::Version8Served, "http.version-8", false),
    (Breach::Version8WithoutHeader, "http.version-8", false),
    (Breach::Http10Served, "http.1.0", false),
    (Breach::PostServed, "http.post", false),
    (Breach::CaseSensitive, "http.other-case", false),
    (Breach::WholeConnection, "http.keep-alive", false),
    (Breach::NoIdentityServed, "path.no-identity", false),
    (Breach::MaskedFrames, "websocket", false),
    (Breach::NoPong, "websocket.ping", false),
    (Breach::OtherPong, "websocket.long-ping", false),
    (Breach::EndsOnPong, "websocket.pong", false),
    (Breach::NoFragments, "websocket.fragments", false),
    (Breach::NoFragments, "websocket.bytewise", false),
    (Breach::UnmaskedServed, "websocket.unmasked", false),
    (Breach::BadUtf8Served, "websocket.bad-utf8", false),
    (Breach::ReservedBitServed, "websocket.reserved-bit", false),
    (Breach::ReservedOpcodeIgnored, "websocket.reserved-opcode", false),
    (Breach::NoCloseEcho, "close.normal", false),
    (Breach::NoCloseEcho, "close.no-code", false),
    (Breach::WrongCloseServed, "close.wrong-code", false),
    (Breach::WrongCloseServed, "close.one-byte", false),
    (Breach::OtherId, "id.36", false),
    (Breach::OtherId, "id.unicode", false),
    (Breach::IdAsText, "id.escaped", false),
    (Breach::UnknownActionSilent, "message.unknown-action", false),
    (Breach::UnknownActionServed, "message.unknown-action", false),
    (Breach::UnknownActionServed, "message.other-role", false),
    (Breach::UnknownActionServed, "message.null-payload", false),
    (Breach::MissingFieldServed, "message.missing-field", false),
    (Breach::MissingFieldServed, "message.wrong-field", false),
    (Breach::BrokenCallEnds, "message.no-action", false),
    (Breach::BrokenCallEnds, "message.action-number", false),
    (Breach::UnknownTypeEnds, "message.type-7", false),
    (Breach::AnswersAnswers, "message.result-of-nothing", false),
    (Breach::AnswersAnswers, "message.error-of-nothing", false),
    (Breach::ServesNoJson, "message.no-json", false),
    (Breach::BadResult, "call.heartbeat", false),
    (Breach::NoResult, "call.heartbeat", false),
    (Breach::NoAuthentication, "authentication.none", true),
    (Breach::NoChallenge, "authentication.challenge", true),
    (Breach::AnyPassword, "authentication.wrong-password", true),
    (Breach::AnyUser, "authentication.other-user", true),
];

/// Silence is a breach in some rows: they wait for this time. A right server answers at once.
const PATIENCE: Duration = Duration::from_secs(6);

#[tokio::test]
async fn every_breach_is_found_by_its_check_and_only_there() {
    let row = |&(breach, check, authentication): &(Breach, &'static str, bool)| async move {
        let with = |port, timeout| ProbeOptions {
            password: authentication.then(|| ProbePassword::new(PASSWORD.to_owned())),
            with_calls: true,
            timeout,
            ..options(port, &[check])
        };
        let report = run(with(start(breach, authentication).await, PATIENCE)).await;
        assert!(!report.is_clean(), "{breach:?} is not found by {check}:\n{}", report.table(120, false));
        for row in report.rows.iter().filter(|row| row.judgement.verdict == ProbeVerdict::BreaksRule) {
            assert!(!row.judgement.remedy.is_empty(), "{}", row.check.name);
        }
        let report = run(with(start(Breach::None, authentication).await, Duration::from_secs(30))).await;
        assert_eq!(breaches(&report), [""; 0], "{check}");
    };
    join_all(BREACHES.iter().map(row)).await;
}

/// Each check that can find a breach has a server that commits it. What only asks what is there finds none.
#[test]
fn every_check_that_can_find_a_breach_has_its_server() {
    const QUESTIONS: &[&str] = &[
        "subprotocol.ocpp1.2",
        "subprotocol.ocpp1.5",
        "subprotocol.ocpp2.1",
        "subprotocol.newest-first",
        "subprotocol.oldest-first",
        "subprotocol.withdrawn",
        "subprotocol.upper-case",
        "subprotocol.other-spelling",
        "path.encoded",
        "path.slash-at-end",
        "path.two-slashes",
        "path.query",
        "path.identity-in-query",
        "path.elsewhere",
        "path.unknown-identity",
        "http.origin",
        "http.long-head",
        "http.tls",
        "authentication.certificate",
        "extension.deflate",
        "close.going-away",
        "close.private",
        "close.second-link",
        "close.cut",
        "id.short",
        "id.37",
        "id.empty",
        "id.number",
        "id.null",
        "id.repeated",
        "message.no-payload",
        "message.type-text",
        "message.cut-off",
        "message.object",
        "message.empty-array",
        "message.empty",
        "message.nested",
        "call.before-boot",
        "call.boot",
        "call.authorize",
        "call.data-transfer",
        "quiet.pings",
        "quiet.idle-timeout",
        "soap.1.2",
        "soap.1.5",
        "soap.1.6",
        "soap.answer-message-id",
        "soap.answer-to",
        "soap.no-identity",
        "soap.no-message-id",
        "soap.no-from",
        "soap.no-to",
        "soap.no-action",
        "soap.must-understand",
        "soap.soap-1.1",
        "soap.utf-16",
        "soap.latin-1",
        "soap.byte-order-mark",
        "soap.wsdl",
        "soap.text-xml",
        "soap.no-content-type",
        "soap.json",
        "soap.keep-alive",
        "authentication.right",
        "authentication.no-basic",
    ];
    // What is found with TLS is in the tests of TLS.
    let without_tls = all_checks().filter(|check| !matches!(check.area, ProbeArea::Tls | ProbeArea::Certificate));
    for check in without_tls {
        let in_soap = SERVICES.iter().any(|(_, _, checks)| checks.contains(&check.name));
        let has_server = in_soap
            || BREACHES.iter().any(|(_, name, _)| {
                check.name == *name || check.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
            });
        assert!(has_server != QUESTIONS.contains(&check.name), "{}", check.name);
    }
}

#[tokio::test]
async fn without_a_link_the_rest_is_not_tried_and_says_why() {
    let port = start(Breach::None, true).await;
    let report = run(options(port, &["websocket.ping", "authentication"])).await;
    let table = report.table(200, false);
    assert_eq!(verdict(&report, "websocket.ping"), ProbeVerdict::NotTried);
    assert!(table.contains("401 Unauthorized; give --password"), "{table}");
    assert_eq!(verdict(&report, "authentication.none"), ProbeVerdict::Supported, "{table}");
    assert!(report.is_clean() && report.version.is_none(), "{table}");
}

#[tokio::test]
async fn nothing_of_a_password_is_in_a_report() {
    let port = start(Breach::None, true).await;
    let report =
        run(ProbeOptions { password: Some(ProbePassword::new(PASSWORD.to_owned())), ..options(port, &["authentication"]) })
            .await;
    assert_eq!(verdict(&report, "authentication.right"), ProbeVerdict::Supported);
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("CP1:{PASSWORD}"));
    for text in [report.table(120, true), report.json(), report.junit()] {
        assert!(!text.contains(PASSWORD) && !text.contains(&encoded));
    }
}

#[tokio::test]
async fn checks_run_at_once_where_each_has_an_identity() {
    let hub = hub();
    let port = central_system(&hub, &[Version::V1_6]).await;
    let identities = (1..=4).map(|number| format!("CP{number}")).collect();
    let report = run(ProbeOptions { identities, jobs: 4, ..options(port, &["id", "message", "websocket", "close"]) }).await;
    assert_eq!(breaches(&report), [""; 0], "{}", report.table(120, false));
    assert_eq!(report.version, Some(Version::V1_6));
    let places: Vec<usize> =
        report.rows.iter().map(|row| all_checks().position(|check| check.name == row.check.name).unwrap()).collect();
    assert!(places.is_sorted(), "the rows stand in the order of the checks");
}

#[tokio::test]
async fn what_cannot_begin_is_one_sentence() {
    let closed = crate::support::free_port();
    for (options, part) in [
        (options(closed, &[]), "cannot be probed: no connection to 127.0.0.1"),
        (options(closed, &["nonsense"]), "no check is called nonsense; --list shows all of them"),
    ] {
        let Err(error) = probe::probe(options, Catalog::embedded(), &|_| {}).await else { panic!("it began") };
        assert!(error.to_string().contains(part), "{error}");
    }
}
