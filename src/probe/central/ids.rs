//! Ids of messages: which ones are taken, and whether the answer has the same.

use serde_json::Value;

use crate::ocpp::Version;
use crate::probe::check::{CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{Heard, PeerAnswer, WireFrame};
use crate::probe::judgement::CheckJudgement;
use crate::probe::link_script::{HearUntil, LinkScript, unknown_call};

const ID: &str = "OCPP-J 1.6 §4.1.4; OCPP 2.0.1 part 4 §4.1.4";
const ECHO: &str = "repeat the id of the call in its answer, as it stands there";

const UUID: &str = "\"2f5e3a1c-9b7d-4c6e-8f10-a1b2c3d4e5f6\"";
const SHORT: &str = "\"1\"";
const LONG: &str = "\"2f5e3a1c-9b7d-4c6e-8f10-a1b2c3d4e5f67\"";
const EMPTY: &str = "\"\"";
const NUMBER: &str = "4711";
const NULL: &str = "null";
const UNICODE: &str = "\"\u{e4}\u{6f22}\u{1f50c}\"";
const ESCAPED: &str = "\"\\u0041\\\\\\\"\\n\"";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("id.short", "an id of one character", || valid(SHORT), |heard, _| echoed(heard, SHORT)),
    check("id.36", "an id of 36 characters (a UUID)", || valid(UUID), |heard, _| echoed(heard, UUID)),
    check("id.unicode", "an id with characters outside ASCII", || valid(UNICODE), |heard, _| echoed(heard, UNICODE)),
    check("id.escaped", "an id with escapes of JSON", || valid(ESCAPED), |heard, _| echoed(heard, ESCAPED)),
    check("id.37", "an id of 37 characters", || wrong(LONG), |heard, _| refused(heard, LONG)),
    check("id.empty", "an empty id", || wrong(EMPTY), |heard, _| refused(heard, EMPTY)),
    check("id.number", "a number instead of a text", || wrong(NUMBER), |heard, _| refused(heard, NUMBER)),
    check("id.null", "null instead of a text", || wrong(NULL), |heard, _| refused(heard, NULL)),
    check("id.repeated", "the same id in two calls", repeated, judge_repeated),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    script: fn() -> LinkScript,
    judge: fn(&Heard, Version) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Ids, tries, clause: ID, needs: &[CheckNeed::Link], run: CheckRun::Link(script, judge) }
}

fn value(id: &str) -> Value {
    serde_json::from_str(id).unwrap_or_default()
}

fn valid(id: &str) -> LinkScript {
    LinkScript { frames: vec![WireFrame::text(&unknown_call(id))], until: HearUntil::Answer(value(id)) }
}

fn wrong(id: &str) -> LinkScript {
    LinkScript::text(unknown_call(id))
}

/// An id that every peer must take.
fn echoed(heard: &Heard, id: &str) -> CheckJudgement {
    if heard.answer(&value(id)).is_some() {
        return CheckJudgement::supported("answered with the same id");
    }
    match heard.answers().next() {
        Some((other, answer)) => CheckJudgement::breaks(format!("{} with the id {other}", answer.words()), ECHO),
        None if heard.is_over() => CheckJudgement::breaks(heard.words(), ECHO),
        None => CheckJudgement::not_supported(heard.words()).advising("answer every call, also one with an unknown action"),
    }
}

/// An id that must not be sent: an error, silence, or tolerance.
fn refused(heard: &Heard, id: &str) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::not_supported(heard.words()).advising("a CALLERROR is enough; the link may stay");
    }
    match heard.answers().next() {
        None => CheckJudgement::keeps("ignored"),
        Some((echo, PeerAnswer::Error(code, _)))
            if matches!(code.as_str(), "NotImplemented" | "NotSupported" | "SecurityError") =>
        {
            let same = if echo == value(id) { "the same id" } else { "another id" };
            CheckJudgement::supported(format!("tolerated: {code} with {same}"))
        }
        Some((echo, answer @ PeerAnswer::Error(..))) => {
            CheckJudgement::keeps(format!("{}, with the id {echo}", answer.words()))
        }
        Some((_, answer)) => CheckJudgement::supported(format!("tolerated: {}", answer.words())),
    }
}

fn repeated() -> LinkScript {
    let frame = WireFrame::text(&unknown_call("\"repeated\""));
    LinkScript { frames: vec![frame.clone(), frame], until: HearUntil::Settled }
}

fn judge_repeated(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::not_supported(heard.words());
    }
    let answers: Vec<String> = heard.answers().map(|(_, answer)| answer.words()).collect();
    match &answers[..] {
        [] => CheckJudgement::not_supported(heard.words()),
        [one] => CheckJudgement::supported(format!("one answer: {one}")),
        [first, second, ..] if first == second => CheckJudgement::supported("both are answered alike"),
        [_, second, ..] => CheckJudgement::supported(format!("the second one: {second}")),
    }
}
