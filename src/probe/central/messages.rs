//! Messages that are wrong: what is no JSON, no message, no action, or lacks fields. A right peer refuses or ignores each, so none of them
//! changes anything.

use serde_json::Value;

use crate::ocpp::Version;
use crate::probe::check::{CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{Heard, PeerAnswer};
use crate::probe::judgement::CheckJudgement;
use crate::probe::link_script::{LinkScript, unknown_call};

const ERRORS: &str = "OCPP-J 1.6 §4.2.3, table 7; OCPP 2.0.1 part 4, table 8";
const CALL: &str = "OCPP-J 1.6 §4.2.1, §4.2.3";
const TYPES: &str = "OCPP-J 1.6 §4.1.3; OCPP 2.0.1 part 4 §4.1.3, §4.4";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "message.unknown-action",
        "a call of an action that no version has",
        ERRORS,
        || LinkScript::text(unknown_call("\"probe\"")),
        unknown_action,
    ),
    check(
        "message.other-role",
        "a call that only a central system makes",
        ERRORS,
        || LinkScript::text("[2,\"probe\",\"ClearCache\",{}]"),
        unknown_action,
    ),
    check(
        "message.null-payload",
        "an unknown action with null as its payload",
        CALL,
        || LinkScript::text("[2,\"probe\",\"OcppTuiProbe\",null]"),
        null_payload,
    ),
    check(
        "message.missing-field",
        "Authorize without its token",
        ERRORS,
        || LinkScript::text("[2,\"probe\",\"Authorize\",{}]"),
        wrong_payload,
    ),
    check(
        "message.wrong-field",
        "Authorize with a number as its token",
        ERRORS,
        || LinkScript::text("[2,\"probe\",\"Authorize\",{\"idTag\":[1],\"idToken\":[1]}]"),
        wrong_payload,
    ),
    check(
        "message.no-payload",
        "a call without a payload",
        CALL,
        || LinkScript::text("[2,\"probe\",\"Authorize\"]"),
        broken_call,
    ),
    check("message.no-action", "a call without an action", CALL, || LinkScript::text("[2,\"probe\"]"), broken_call),
    check("message.action-number", "a number as the action", CALL, || LinkScript::text("[2,\"probe\",5,{}]"), broken_call),
    check(
        "message.type-7",
        "the message type 7",
        TYPES,
        || LinkScript::text("[7,\"probe\",\"OcppTuiProbe\",{}]"),
        unknown_type,
    ),
    check(
        "message.type-text",
        "a text as the message type",
        TYPES,
        || LinkScript::text("[\"2\",\"probe\",\"OcppTuiProbe\",{}]"),
        tolerant,
    ),
    check(
        "message.no-json",
        "a text that is no JSON",
        "OCPP 2.0.1 part 4 §4.2.3",
        || LinkScript::text("this is no JSON"),
        unreadable,
    ),
    check(
        "message.cut-off",
        "a call that is cut off",
        "OCPP 2.0.1 part 4 §4.2.3",
        || LinkScript::text("[2,\"probe\",\"OcppTuiProbe\",{"),
        unreadable,
    ),
    check(
        "message.object",
        "an object instead of an array",
        "OCPP 2.0.1 part 4 §4.2.3",
        || LinkScript::text("{\"probe\":1}"),
        unreadable,
    ),
    check("message.empty-array", "an empty array", "OCPP 2.0.1 part 4 §4.2.3", || LinkScript::text("[]"), unreadable),
    check("message.empty", "an empty text", "OCPP 2.0.1 part 4 §4.2.3", || LinkScript::text(""), unreadable),
    check(
        "message.nested",
        "5000 arrays in each other",
        "OCPP 2.0.1 part 4 §4.2.3",
        || LinkScript::text(format!("[2,\"probe\",\"OcppTuiProbe\",{}{}]", "[".repeat(5000), "]".repeat(5000))),
        unreadable,
    ),
    check("message.result-of-nothing", "a result that answers no call", "", || LinkScript::text("[3,\"unasked\",{}]"), unasked),
    check(
        "message.error-of-nothing",
        "an error that answers no call",
        "",
        || LinkScript::text("[4,\"unasked\",\"GenericError\",\"\",{}]"),
        unasked,
    ),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    script: fn() -> LinkScript,
    judge: fn(&Heard, Version) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Messages, tries, clause, needs: &[CheckNeed::Link], run: CheckRun::Link(script, judge) }
}

fn answer(heard: &Heard) -> Option<PeerAnswer> {
    heard.answer(&Value::from("probe"))
}

/// A well-formed call that cannot be served.
fn unknown_action(heard: &Heard, _: Version) -> CheckJudgement {
    const REMEDY: &str = "answer a call of an action that is not served with NotImplemented or NotSupported";
    match answer(heard) {
        // Before it has accepted a boot, a central system answers SecurityError.
        Some(PeerAnswer::Error(code, _)) if matches!(code.as_str(), "NotImplemented" | "NotSupported" | "SecurityError") => {
            CheckJudgement::keeps(heard.words())
        }
        _ => CheckJudgement::breaks(heard.words(), REMEDY),
    }
}

/// Null where an object is to be: the payload may be looked at before the action, so that every error is right.
fn null_payload(heard: &Heard, version: Version) -> CheckJudgement {
    match answer(heard) {
        Some(PeerAnswer::Error(..)) if !heard.is_over() => CheckJudgement::keeps(heard.words()),
        _ => unknown_action(heard, version),
    }
}

/// A payload that the schema forbids.
fn wrong_payload(heard: &Heard, _: Version) -> CheckJudgement {
    match answer(heard) {
        Some(PeerAnswer::Error(..)) if !heard.is_over() => CheckJudgement::keeps(heard.words()),
        Some(PeerAnswer::Result(_)) => {
            CheckJudgement::breaks(heard.words(), "check payloads by the schema and answer a wrong one with a CALLERROR")
        }
        _ => CheckJudgement::breaks(heard.words(), "answer a call with a wrong payload with a CALLERROR; the link stays"),
    }
}

/// A call whose id can be read, but not what it calls.
fn broken_call(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::breaks(heard.words(), "answer with a CALLERROR that has the id of the call; the link stays");
    }
    match answer(heard) {
        Some(PeerAnswer::Error(..)) => CheckJudgement::keeps(heard.words()),
        Some(PeerAnswer::Result(_)) => CheckJudgement::not_supported(format!("tolerated: {}", heard.words())),
        None => CheckJudgement::not_supported(format!("{}: the caller waits for its timeout", nothing(heard)))
            .advising("answer with a CALLERROR that has the id of the call"),
    }
}

/// OCPP 1.6 and 2.1 say that it is ignored; 2.0.1 has an error for it, too.
fn unknown_type(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::breaks(heard.words(), "ignore messages of unknown types; the link stays");
    }
    CheckJudgement::keeps(nothing(heard))
}

fn tolerant(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::not_supported(heard.words()).advising("ignore it or answer with an error; the link may stay");
    }
    CheckJudgement::keeps(nothing(heard))
}

/// What has no id: an error with another id, or silence.
fn unreadable(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::not_supported(heard.words()).advising("ignore it or answer with an error; the link may stay");
    }
    match heard.answers().find(|(_, answer)| matches!(answer, PeerAnswer::Result(_))) {
        Some(_) => CheckJudgement::breaks(heard.words(), "what cannot be read has no result"),
        None => CheckJudgement::keeps(nothing(heard)),
    }
}

/// An answer to nothing. It must not be answered.
fn unasked(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::not_supported(heard.words()).advising("ignore late and unknown answers; the link may stay");
    }
    match heard.answers().next() {
        Some(_) => CheckJudgement::breaks(heard.words(), "never answer an answer"),
        None => CheckJudgement::keeps("ignored"),
    }
}

/// What came, where nothing is a good answer.
fn nothing(heard: &Heard) -> String {
    if heard.answers().next().is_none() { "ignored".to_owned() } else { heard.words() }
}
