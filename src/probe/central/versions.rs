//! Which versions are accepted, and what becomes of lists, of no subprotocol, of unknown ones and of other spellings.

use crate::ocpp::Version;
use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::HandshakeEnd;
use crate::probe::judgement::CheckJudgement;

const J16: &str = "OCPP-J 1.6 §3.1.2";
const NO_COMMON: &str = "OCPP-J 1.6 §3.2; OCPP 2.0.1 part 4 §3.2";
const SELECTION: &str = "RFC 6455 §4.2.2";

pub(super) const CHECKS: &[ProbeCheck] = &[
    alone("subprotocol.ocpp1.2", "ocpp1.2 alone", J16, Version::V1_2),
    alone("subprotocol.ocpp1.5", "ocpp1.5 alone", J16, Version::V1_5),
    alone("subprotocol.ocpp1.6", "ocpp1.6 alone", J16, Version::V1_6),
    alone("subprotocol.ocpp2.0.1", "ocpp2.0.1 alone", "OCPP 2.0.1 part 4 §3.1.2", Version::V2_0_1),
    alone("subprotocol.ocpp2.1", "ocpp2.1 alone", "OCPP 2.1 part 4 §3.1.2", Version::V2_1),
    check(
        "subprotocol.newest-first",
        "all versions, the newest first",
        SELECTION,
        CheckRun::Handshake(
            |session, identity| session.request(identity, "ocpp2.1, ocpp2.0.1, ocpp1.6, ocpp1.5, ocpp1.2"),
            list,
        ),
    ),
    check(
        "subprotocol.oldest-first",
        "all versions, the oldest first",
        SELECTION,
        CheckRun::Handshake(
            |session, identity| session.request(identity, "ocpp1.2, ocpp1.5, ocpp1.6, ocpp2.0.1, ocpp2.1"),
            list,
        ),
    ),
    check(
        "subprotocol.unknown-first",
        "ocpp9.9 before the versions",
        SELECTION,
        CheckRun::Handshake(|session, identity| session.request(identity, &format!("ocpp9.9, {}", session.protocols())), list),
    ),
    check(
        "subprotocol.two-lines",
        "ocpp9.9 and the versions in two header lines",
        "RFC 6455 §11.3.4",
        CheckRun::Handshake(
            |session, identity| session.request(identity, "ocpp9.9").with("Sec-WebSocket-Protocol", session.protocols()),
            list,
        ),
    ),
    check(
        "subprotocol.none",
        "no subprotocol",
        NO_COMMON,
        CheckRun::HandshakeAndAfter(|session, identity| session.request(identity, ""), no_common),
    ),
    check(
        "subprotocol.unknown",
        "ocpp9.9 alone",
        NO_COMMON,
        CheckRun::HandshakeAndAfter(|session, identity| session.request(identity, "ocpp9.9"), no_common),
    ),
    check(
        "subprotocol.withdrawn",
        "ocpp2.0 alone",
        "",
        CheckRun::HandshakeAndAfter(|session, identity| session.request(identity, "ocpp2.0"), spelling),
    ),
    check(
        "subprotocol.upper-case",
        "OCPP1.6 instead of ocpp1.6",
        "",
        CheckRun::HandshakeAndAfter(|session, identity| session.request(identity, "OCPP1.6"), spelling),
    ),
    check(
        "subprotocol.other-spelling",
        "ocpp1.6j instead of ocpp1.6",
        "",
        CheckRun::HandshakeAndAfter(|session, identity| session.request(identity, "ocpp1.6j"), spelling),
    ),
];

const fn check(name: &'static str, tries: &'static str, clause: &'static str, run: CheckRun) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Versions, tries, clause, needs: &[], run }
}

const fn alone(name: &'static str, tries: &'static str, clause: &'static str, version: Version) -> ProbeCheck {
    check(name, tries, clause, CheckRun::Version(version))
}

/// One version alone. A subprotocol that was not offered has been judged before.
pub fn judge_version(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() && end.subprotocol().is_some() && !end.after.is_over() {
        return CheckJudgement::supported(end.words());
    }
    CheckJudgement::not_supported(end.words())
}

/// A list with a version that is accepted alone.
fn list(end: &HandshakeEnd) -> CheckJudgement {
    match (end.subprotocol(), end.status()) {
        (Some(name), Some(101)) => {
            let offered = end.request.offered();
            let place = offered.iter().position(|known| *known == name).map_or(0, |place| place + 1);
            CheckJudgement::supported(format!("101 with {name}, number {place} of {}", offered.len()))
        }
        (_, Some(500..)) => {
            CheckJudgement::breaks(end.words(), "choose one of the offered subprotocols, whatever stands before it")
        }
        _ => CheckJudgement::not_supported(end.words()),
    }
}

/// Nothing in common: the link is closed, or there is no upgrade.
fn no_common(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() && !end.after.is_over() {
        let remedy = "close the link at once, or refuse the request: without a subprotocol the version is unknown";
        return CheckJudgement::breaks("101 without a subprotocol, and the link stays open", remedy);
    }
    if end.is_link() || end.is_refusal() {
        return CheckJudgement::keeps(end.words());
    }
    CheckJudgement::breaks(
        end.words(),
        "finish the handshake without a subprotocol and close the link, or answer with an error",
    )
}

/// A name that is not the one of the standard.
fn spelling(end: &HandshakeEnd) -> CheckJudgement {
    if end.is_link() && end.subprotocol().is_some() {
        return CheckJudgement::supported(end.words());
    }
    CheckJudgement::not_supported(end.words())
}
