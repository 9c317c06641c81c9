//! The HTTP of the handshake: what must be accepted, and which requests must not become a WebSocket.

use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{ConnectionFault, HandshakeEnd, HelloAnswer, HelloOffer, UpgradeRequest, alert_name, tls_version};
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

const REFUSE: &str = "answer a request that is no right handshake with an error such as 400";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "http.other-case",
        "\"Upgrade: WebSocket\"",
        "RFC 6455 §4.2.1",
        |session, identity| session.request_for(identity).instead("Upgrade", "WebSocket"),
        accept,
    ),
    check(
        "http.keep-alive",
        "\"Connection: keep-alive, Upgrade\"",
        "RFC 6455 §4.2.1",
        |session, identity| session.request_for(identity).instead("Connection", "keep-alive, Upgrade"),
        accept,
    ),
    check(
        "http.origin",
        "an Origin, as browsers send it",
        "RFC 6455 §10.2",
        |session, identity| session.request_for(identity).with("Origin", "http://localhost"),
        optional,
    ),
    check(
        "http.long-head",
        "a header of 4000 bytes",
        "",
        |session, identity| session.request_for(identity).with("X-Probe", "x".repeat(4000)),
        optional,
    ),
    check(
        "http.no-key",
        "no Sec-WebSocket-Key",
        "RFC 6455 §4.2.1",
        |session, identity| session.request_for(identity).without("Sec-WebSocket-Key"),
        refuse,
    ),
    check(
        "http.no-version",
        "no Sec-WebSocket-Version",
        "RFC 6455 §4.2.1",
        |session, identity| session.request_for(identity).without("Sec-WebSocket-Version"),
        refuse,
    ),
    check(
        "http.version-8",
        "Sec-WebSocket-Version 8",
        "RFC 6455 §4.2.2, §4.4",
        |session, identity| session.request_for(identity).instead("Sec-WebSocket-Version", "8"),
        old_version,
    ),
    check(
        "http.no-upgrade",
        "no Upgrade",
        "RFC 6455 §4.2.1",
        |session, identity| session.request_for(identity).without("Upgrade"),
        refuse,
    ),
    check(
        "http.no-connection",
        "no Connection",
        "RFC 6455 §4.2.1",
        |session, identity| session.request_for(identity).without("Connection"),
        refuse,
    ),
    check(
        "http.post",
        "a POST instead of a GET",
        "RFC 6455 §4.2.1",
        |session, identity| UpgradeRequest { method: "POST", ..session.request_for(identity).with("Content-Length", "0") },
        refuse,
    ),
    check(
        "http.1.0",
        "HTTP/1.0",
        "RFC 6455 §4.2.1",
        |session, identity| UpgradeRequest { http: "HTTP/1.0", ..session.request_for(identity) },
        refuse,
    ),
    check(
        "http.no-host",
        "no Host",
        "RFC 6455 §4.2.1; RFC 9112 §3.2",
        |session, identity| session.request_for(identity).without("Host"),
        refuse,
    ),
    check(
        "http.two-hosts",
        "two Host headers",
        "RFC 9112 §3.2",
        |session, identity| session.request_for(identity).with("Host", "another.example"),
        refuse,
    ),
    ProbeCheck {
        name: "http.tls",
        area: ProbeArea::Http,
        tries: "TLS on the port without it",
        clause: "",
        needs: &[],
        run: CheckRun::Own(|session, _| Box::pin(tls_on_plain(session))),
    },
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    request: fn(&ProbeSession, &str) -> UpgradeRequest,
    judge: fn(&HandshakeEnd) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Http, tries, clause, needs: &[], run: CheckRun::Handshake(request, judge) }
}

/// A right handshake in another form. Where no link can be opened at all, that is not this form's fault.
fn accept(end: &HandshakeEnd) -> CheckJudgement {
    match end.status() {
        Some(101) => CheckJudgement::supported(end.words()),
        Some(400 | 426 | 500..) | None => {
            CheckJudgement::breaks(end.words(), "compare the tokens of Upgrade and Connection without case, and as lists")
        }
        _ => CheckJudgement::not_supported(end.words()),
    }
}

fn optional(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() { CheckJudgement::supported(end.words()) } else { CheckJudgement::not_supported(end.words()) }
}

/// What is no handshake must not become a WebSocket.
fn refuse(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_refusal() { CheckJudgement::keeps(end.words()) } else { CheckJudgement::breaks(end.words(), REFUSE) }
}

/// A version of WebSocket that is out of use: the answer names the one that is spoken.
fn old_version(end: &HandshakeEnd) -> CheckJudgement {
    match &end.answer {
        Ok(answer) if end.is_refusal() => match answer.value("Sec-WebSocket-Version") {
            Some(version) => CheckJudgement::keeps(format!("{}, Sec-WebSocket-Version: {version}", end.words())),
            None => CheckJudgement::breaks(
                format!("{} without Sec-WebSocket-Version", end.words()),
                "answer with 426 and \"Sec-WebSocket-Version: 13\"",
            ),
        },
        _ => refuse(end),
    }
}

/// Begins TLS where none is spoken.
async fn tls_on_plain(session: &ProbeSession) -> CheckJudgement {
    if session.options.target.is_secure {
        return CheckJudgement::not_applicable("the URL begins with wss://");
    }
    let (version, suites) = (tls_version::TLS_1_2, &[0xC02B_u16, 0xC02F][..]);
    let offer = HelloOffer { version, suites, server_name: session.server_name(), compression: false };
    judge_tls_on_plain(&session.say_hello(offer).await)
}

/// A client that speaks TLS by mistake should hear of it.
fn judge_tls_on_plain(end: &Result<HelloAnswer, ConnectionFault>) -> CheckJudgement {
    match end {
        Ok(HelloAnswer::Alert(alert)) => CheckJudgement::supported(format!("refused with the alert {}", alert_name(*alert))),
        Ok(HelloAnswer::Agreed { .. }) => CheckJudgement::supported("TLS is spoken on this port, too"),
        Err(ConnectionFault::Silence(_)) => CheckJudgement::not_supported("nothing comes")
            .advising("end the connection: a client that speaks TLS by mistake waits for its timeout"),
        Err(fault) => CheckJudgement::supported(fault.to_string()),
    }
}
