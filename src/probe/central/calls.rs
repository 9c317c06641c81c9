//! Calls of a station that the central system serves. They change its state, so they are made only when that is allowed.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::ocpp::{OcppGeneration, Role, SampleContext, Version};
use crate::probe::check::{CheckFuture, CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{Heard, PeerAnswer, WireFrame};
use crate::probe::judgement::CheckJudgement;
use crate::probe::milliseconds::milliseconds;
use crate::probe::session::ProbeSession;

/// How far a clock may be off before it is worth a word, in seconds.
const CLOCK: f64 = 60.0;

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "call.before-boot",
        "Heartbeat before BootNotification",
        "OCPP 2.0.1 part 2, B01.FR.10, B02.FR.09",
        |session, identity| {
            Box::pin(call(session, identity, "Heartbeat", None, |answer, _| match answer {
                PeerAnswer::Error(code, _) if code == "SecurityError" => CheckJudgement::keeps(answer.words()),
                PeerAnswer::Error(..) => CheckJudgement::not_supported(answer.words()),
                PeerAnswer::Result(_) => CheckJudgement::supported(format!("served: {}", answer.words())),
            }))
        },
    ),
    check("call.boot", "BootNotification", "OCPP 1.6 §4.2; OCPP 2.0.1 part 2, B01", |session, identity| {
        Box::pin(call(session, identity, "BootNotification", None, |answer, _| {
            let status = if let PeerAnswer::Result(payload) = answer { payload["status"].as_str().unwrap_or("?") } else { "?" };
            CheckJudgement::supported(format!("{status}: {}", answer.words()))
        }))
    }),
    check("call.heartbeat", "Heartbeat", "OCPP 1.6 §4.6; OCPP 2.0.1 part 2, G02", |session, identity| {
        Box::pin(call(session, identity, "Heartbeat", None, judge_clock))
    }),
    check(
        "call.authorize",
        "Authorize with an unknown token",
        "OCPP 1.6 §4.1; OCPP 2.0.1 part 2, C01",
        |session, identity| {
            Box::pin(call(session, identity, "Authorize", Some(token), |answer, _| CheckJudgement::supported(answer.words())))
        },
    ),
    check(
        "call.data-transfer",
        "DataTransfer of an unknown vendor",
        "OCPP 1.6 §4.3; OCPP 2.0.1 part 2, P02",
        |session, identity| {
            Box::pin(call(session, identity, "DataTransfer", Some(transfer), |answer, _| match answer {
                PeerAnswer::Result(payload) if payload["status"] == "UnknownVendorId" => CheckJudgement::keeps(answer.words()),
                _ => CheckJudgement::not_supported(answer.words())
                    .advising("answer a vendor that is not known with UnknownVendorId"),
            }))
        },
    ),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    run: for<'a> fn(&'a ProbeSession, &'a str) -> CheckFuture<'a>,
) -> ProbeCheck {
    let needs = &[CheckNeed::Link, CheckNeed::Calls];
    ProbeCheck { name, area: ProbeArea::Calls, tries, clause, needs, run: CheckRun::Own(run) }
}

fn token(version: Version) -> Value {
    if version.dialect().generation == OcppGeneration::Second {
        json!({ "idToken": { "idToken": "OCPP-TUI-PROBE", "type": "Central" } })
    } else {
        json!({ "idTag": "OCPP-TUI-PROBE" })
    }
}

fn transfer(_: Version) -> Value {
    json!({ "vendorId": "ocpp-tui.probe" })
}

/// Makes a call with this payload, or with the sample, and judges its answer, which must be valid.
async fn call(
    session: &ProbeSession,
    identity: &str,
    action: &'static str,
    payload: Option<fn(Version) -> Value>,
    judge: fn(&PeerAnswer, Duration) -> CheckJudgement,
) -> CheckJudgement {
    let Some(version) = session.version() else { return CheckJudgement::not_tried("there is no link") };
    let Some(definition) = session.catalog.action(version, Role::ChargePoint, action) else {
        return CheckJudgement::not_applicable(format!("OCPP {version} has no {action}"));
    };
    let sample = || definition.request.sample(&SampleContext::at(Timestamp::now()));
    let payload = payload.map_or_else(sample, |payload| payload(version));
    let Ok(mut link) = session.link(identity).await else { return CheckJudgement::not_tried("no link this time") };
    let (mut heard, id) = (Heard::default(), Value::from("ocpp-tui-call"));
    link.send(&[WireFrame::text(&json!([2, id, action, payload]).to_string())]).await;
    link.hear(&mut heard, session.options.timeout, |heard| heard.is_over() || heard.answer(&id).is_some()).await;
    session.finish(link).await;
    match heard.answer(&id) {
        None => CheckJudgement::breaks(heard.words(), "answer every call"),
        Some(PeerAnswer::Result(payload)) => {
            let findings = definition.response.check(&payload, version);
            let answer = PeerAnswer::Result(payload);
            match crate::ocpp::decisive(&findings) {
                Some(finding) => {
                    let came = format!("{}: {}", answer.words(), finding.message);
                    CheckJudgement::breaks(came, "send a payload that the schema of the answer allows")
                }
                None => judge(&answer, heard.listened),
            }
        }
        Some(answer @ PeerAnswer::Error(..)) if action != "Heartbeat" => CheckJudgement::not_supported(answer.words()),
        Some(answer) => judge(&answer, heard.listened),
    }
}

/// The clock of the central system, which stations set theirs by.
fn judge_clock(answer: &PeerAnswer, took: Duration) -> CheckJudgement {
    let PeerAnswer::Result(payload) = answer else { return CheckJudgement::not_supported(answer.words()) };
    let time = payload["currentTime"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    let Some(time) = time else { return CheckJudgement::supported(answer.words()) };
    let off = (time.as_millisecond() - Timestamp::now().as_millisecond()) as f64 / 1000.0;
    let took = milliseconds(took);
    let came = format!("answered after {took}; its clock differs from ours by {off:.1} s");
    let judgement = CheckJudgement::supported(came);
    if off.abs() > CLOCK { judgement.advising("set the clock: stations take their time from it") } else { judgement }
}
