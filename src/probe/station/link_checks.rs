//! Checks of a station's link: masks, pings, its first message, its answers, and what it takes from a server that breaks a rule.

use serde_json::Value;

use super::listener::PROBE_CALL;
use super::visit::{StationSeen, StationVisit, VisitPlan};
use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{PeerAnswer, PeerEvent, shown};
use crate::probe::judgement::CheckJudgement;
use crate::probe::milliseconds::milliseconds;

/// The type of a call (OCPP-J 1.6 §4.1.3).
const CALL: u64 = 2;

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("link.frames", "all frames that it sent", "RFC 6455 §5", frames),
    check("link.ping", "a ping with 4 bytes", "RFC 6455 §5.5.2, §5.5.3", ping),
    check("link.first-message", "its first message", "OCPP 1.6 §4.2; OCPP 2.0.1 part 2, B01", first_message),
    check(
        "link.unknown-action",
        "a call of an action that no version has",
        "OCPP-J 1.6 §4.2.3, table 7; OCPP 2.0.1 part 4, table 8",
        unknown_action,
    ),
    check("link.close", "a close frame with 1000", "RFC 6455 §5.5.1", close),
    check("link.masked-frame", "a frame with a mask", "RFC 6455 §5.1", |seen| {
        must_fail(seen, VisitPlan::MaskedFrame, "end the link when a server sends a frame with a mask")
    }),
    check("link.no-subprotocol", "a 101 without a subprotocol", "OCPP-J 1.6 §3.2", |seen| {
        must_fail(seen, VisitPlan::NoSubprotocol, "end the link when no subprotocol was agreed on: the version is unknown")
    }),
    check("link.other-subprotocol", "a 101 with a subprotocol that was not offered", "RFC 6455 §4.1", |seen| {
        must_fail(seen, VisitPlan::OtherSubprotocol, "end the connection when the subprotocol was not offered")
    }),
    check("link.wrong-accept", "a 101 with a wrong Sec-WebSocket-Accept", "RFC 6455 §4.1", |seen| {
        must_fail(seen, VisitPlan::WrongAccept, "end the connection when Sec-WebSocket-Accept does not fit the key")
    }),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    judge: fn(&StationSeen) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::StationLink, tries, clause, needs: &[], run: CheckRun::Station(judge) }
}

/// The first link on which the station talked.
fn talk(seen: &StationSeen) -> Option<&StationVisit> {
    seen.of(VisitPlan::Talk(1000)).map(|(_, visit)| visit).next()
}

fn with_talk(seen: &StationSeen, judge: impl Fn(&StationVisit) -> CheckJudgement) -> CheckJudgement {
    talk(seen).map_or_else(|| CheckJudgement::not_tried(seen.reason()), judge)
}

fn frames(seen: &StationSeen) -> CheckJudgement {
    let frames: usize = seen.visits.iter().map(|visit| visit.frames).sum();
    let mut faults: Vec<&str> = seen.visits.iter().flat_map(|visit| visit.faults.iter().copied()).collect();
    faults.sort_unstable();
    faults.dedup();
    match (frames, &faults[..]) {
        (0, _) => CheckJudgement::not_tried("no frame came"),
        (_, []) => CheckJudgement::keeps(format!("{frames} frames, all of them right")),
        _ => CheckJudgement::breaks(
            format!("in {frames} frames: {}", faults.join("; ")),
            "frames of a client follow RFC 6455 §5",
        ),
    }
}

fn ping(seen: &StationSeen) -> CheckJudgement {
    with_talk(seen, |visit| match visit.pong {
        Some(after) => CheckJudgement::supported(format!("a pong after {}", milliseconds(after))),
        None => CheckJudgement::breaks("no pong", "answer each ping with a pong that has its payload"),
    })
}

fn first_message(seen: &StationSeen) -> CheckJudgement {
    with_talk(seen, |visit| {
        let first = visit.heard.events.iter().find_map(|(at, event)| match event {
            PeerEvent::Text(text) => {
                let message = serde_json::from_str::<Value>(text).unwrap_or_default();
                // An answer to our call is no beginning: the station said nothing before it.
                (message[1] != PROBE_CALL).then_some((at, text, message))
            }
            _ => None,
        });
        let Some((at, text, message)) = first else { return CheckJudgement::not_supported("no message of its own") };
        match message[2].as_str().filter(|_| message[0] == CALL) {
            Some(action) => CheckJudgement::supported(format!("{} after {}", shown(action), milliseconds(*at))),
            None => CheckJudgement::breaks(shown(text), "begin with a call"),
        }
    })
}

fn unknown_action(seen: &StationSeen) -> CheckJudgement {
    with_talk(seen, |visit| match visit.heard.answer(&Value::from(PROBE_CALL)) {
        Some(PeerAnswer::Error(code, _)) if matches!(code.as_str(), "NotImplemented" | "NotSupported" | "SecurityError") => {
            CheckJudgement::keeps(format!("CALLERROR {code}"))
        }
        Some(answer) => {
            CheckJudgement::breaks(answer.words(), "answer a call of an action that is not served with NotImplemented")
        }
        None => CheckJudgement::breaks(visit.heard.ending(), "answer every call, also one of an unknown action"),
    })
}

fn close(seen: &StationSeen) -> CheckJudgement {
    with_talk(seen, |visit| match visit.heard.close() {
        Some(_) => CheckJudgement::keeps(visit.heard.ending()),
        None => {
            CheckJudgement::breaks(visit.heard.ending(), "answer a close frame with a close frame before the connection ends")
        }
    })
}

/// The station must not go on.
fn must_fail(seen: &StationSeen, plan: VisitPlan, remedy: &'static str) -> CheckJudgement {
    let Some((_, visit)) = seen.of(plan).next() else {
        return CheckJudgement::not_tried(seen.reason());
    };
    let answered = visit.heard.answer(&Value::from(PROBE_CALL));
    match answered {
        Some(answer) => CheckJudgement::breaks(format!("it goes on: {}", answer.words()), remedy),
        None if visit.heard.is_over() => CheckJudgement::keeps(visit.heard.ending()),
        None => CheckJudgement::breaks(format!("{}, and the connection stays open", visit.heard.ending()), remedy),
    }
}
