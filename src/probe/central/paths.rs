//! Which forms of the URL name a station: slashes, encoding, query, unknown and missing identities.

use crate::link::encode_identity;
use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::HandshakeEnd;
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;
use crate::probe::target::over_encoded;

const IDENTITY: &str = "OCPP-J 1.6 §3.1.1";
const UNKNOWN: &str = "OCPP-J 1.6 §3.2; OCPP 2.0.1 part 4 §3.2";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("path.identity", "the identity behind the URL", IDENTITY, |session, identity| session.request_for(identity), plain),
    check(
        "path.encoded",
        "the first character of the identity as %XX",
        "OCPP-J 1.6 §3.1.1; RFC 3986 §2.3",
        |session, identity| at(session, identity, &format!("/{}", over_encoded(identity))),
        encoded,
    ),
    check(
        "path.slash-at-end",
        "a slash behind the identity",
        "",
        |session, identity| at(session, identity, &format!("/{}/", encode_identity(identity))),
        optional,
    ),
    check(
        "path.two-slashes",
        "two slashes before the identity",
        "",
        |session, identity| at(session, identity, &format!("//{}", encode_identity(identity))),
        optional,
    ),
    check(
        "path.query",
        "a query behind the identity",
        "",
        |session, identity| {
            let path = session.options.target.path_with_query(&format!("/{}", encode_identity(identity)), "probe=1");
            session.request_to(path, identity, &session.protocols())
        },
        optional,
    ),
    check(
        "path.identity-in-query",
        "the identity as ?cid= instead of in the path",
        "",
        |session, identity| {
            let path = session.options.target.path_with_query("/", &format!("cid={}", encode_identity(identity)));
            session.request_to(path, identity, &session.protocols())
        },
        optional,
    ),
    check("path.no-identity", "no identity", IDENTITY, |session, identity| at(session, identity, "/"), missing),
    check(
        "path.elsewhere",
        "a path that is not the one of the URL",
        "",
        |session, identity| at(session, identity, &format!("/ocpp-tui-probe/elsewhere/{}", encode_identity(identity))),
        optional,
    ),
    check(
        "path.unknown-identity",
        "an identity that is not known",
        UNKNOWN,
        |session, _| {
            let unknown = format!("ocpp-tui-probe-{:08x}", fastrand::u32(..));
            session.request(&unknown, &session.protocols())
        },
        unknown,
    ),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    request: fn(&ProbeSession, &str) -> crate::probe::client::UpgradeRequest,
    judge: fn(&HandshakeEnd) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Paths, tries, clause, needs: &[], run: CheckRun::Handshake(request, judge) }
}

fn at(session: &ProbeSession, identity: &str, rest: &str) -> crate::probe::client::UpgradeRequest {
    session.request_to(session.options.target.path_to(rest), identity, &session.protocols())
}

/// The path of the standard.
fn plain(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() { CheckJudgement::supported(end.words()) } else { CheckJudgement::not_supported(end.words()) }
}

/// A form that no rule asks for.
fn optional(end: &HandshakeEnd) -> CheckJudgement {
    plain(end)
}

/// The same identity in another spelling.
fn encoded(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() {
        return CheckJudgement::supported(end.words());
    }
    CheckJudgement::not_supported(end.words()).advising("decode the last segment of the path before it is compared")
}

/// Nothing names the station.
fn missing(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() {
        return CheckJudgement::breaks(
            end.words(),
            "refuse a URL without an identity: its station cannot be distinguished from others",
        );
    }
    if end.is_refusal() { CheckJudgement::keeps(end.words()) } else { CheckJudgement::not_supported(end.words()) }
}

/// The standards recommend a 404.
fn unknown(end: &HandshakeEnd) -> CheckJudgement {
    match end.status() {
        Some(404 | 401 | 403) => CheckJudgement::keeps(end.words()),
        Some(101) => CheckJudgement::not_supported(format!("{}: any identity is let in", end.words()))
            .advising("answer a station that is not known with 404"),
        _ => CheckJudgement::not_supported(end.words()).advising("answer a station that is not known with 404"),
    }
}
