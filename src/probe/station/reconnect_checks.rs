//! Checks of when a station comes back: after a close, a cut, a refusal, and after several refusals in a row.

use std::time::Duration;

use super::visit::{StationSeen, VisitPlan};
use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::judgement::CheckJudgement;

const BACKOFF: &str = "OCPP 2.0.1 part 4 §5.3; OCPP-J 1.6 errata §3.4";
/// Sooner than this is no wait.
const AT_ONCE: Duration = Duration::from_millis(700);

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("reconnect.close-1000", "a link that is closed with 1000", "", |seen| comes_back(seen, VisitPlan::Talk(1000))),
    check("reconnect.close-1001", "a link that is closed with 1001", "", |seen| comes_back(seen, VisitPlan::Talk(1001))),
    check("reconnect.close-1012", "a link that is closed with 1012", "", |seen| comes_back(seen, VisitPlan::Talk(1012))),
    check("reconnect.cut", "a link that is cut", BACKOFF, |seen| comes_back(seen, VisitPlan::Cut)),
    check("reconnect.no-subprotocol", "a 101 without a subprotocol", "", |seen| comes_back(seen, VisitPlan::NoSubprotocol)),
    check("reconnect.status-404", "status 404", "OCPP-J 1.6 errata §3.4", |seen| backs_off(seen, VisitPlan::Status(404, 0))),
    check("reconnect.status-401", "status 401", "", |seen| comes_back(seen, VisitPlan::Status(401, 0))),
    check("reconnect.retry-after", "status 429 with Retry-After: 5", "RFC 9110 §10.2.3", retry_after),
    check("reconnect.back-off", "status 503 three times in a row", BACKOFF, back_off),
    check("reconnect.reset", "the wait after a link that came about again", BACKOFF, reset),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    judge: fn(&StationSeen) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::StationReconnect, tries, clause, needs: &[], run: CheckRun::Station(judge) }
}

fn seconds(wait: Duration) -> String {
    format!("{:.1} s", wait.as_secs_f64())
}

/// The wait after the first visit that was answered like this.
fn wait(seen: &StationSeen, plan: VisitPlan) -> Option<Duration> {
    seen.of(plan).find_map(|(place, _)| seen.wait_after(place))
}

fn comes_back(seen: &StationSeen, plan: VisitPlan) -> CheckJudgement {
    match wait(seen, plan) {
        Some(wait) => CheckJudgement::supported(format!("it comes back after {}", seconds(wait))),
        None if seen.of(plan).next().is_some() => CheckJudgement::not_supported(seen.reason()),
        None => CheckJudgement::not_tried(seen.reason()),
    }
}

/// It comes back, but not at once.
fn backs_off(seen: &StationSeen, plan: VisitPlan) -> CheckJudgement {
    match wait(seen, plan) {
        Some(wait) if wait < AT_ONCE => CheckJudgement::breaks(
            format!("it comes back after {}", seconds(wait)),
            "wait before the next attempt, longer each time",
        ),
        _ => comes_back(seen, plan),
    }
}

fn retry_after(seen: &StationSeen) -> CheckJudgement {
    let judgement = comes_back(seen, VisitPlan::Status(429, 5));
    match wait(seen, VisitPlan::Status(429, 5)) {
        Some(wait) if wait < Duration::from_secs(5) => {
            CheckJudgement::not_supported(format!("it comes back after {}", seconds(wait)))
                .advising("wait as long as Retry-After says")
        }
        _ => judgement,
    }
}

/// The waits grow.
fn back_off(seen: &StationSeen) -> CheckJudgement {
    let waits: Vec<Duration> = seen.of(VisitPlan::Status(503, 0)).filter_map(|(place, _)| seen.wait_after(place)).collect();
    let came = waits.iter().map(|wait| seconds(*wait)).collect::<Vec<_>>().join(", ");
    match &waits[..] {
        [first, .., last] if waits.len() == 3 => {
            if waits.iter().all(|wait| *wait < AT_ONCE) {
                return CheckJudgement::breaks(came, "wait before the next attempt, longer each time");
            }
            // A random part belongs to each wait.
            if last.as_secs_f64() >= first.as_secs_f64() * 1.5 {
                CheckJudgement::supported(came)
            } else {
                CheckJudgement::not_supported(format!("{came}: the waits do not grow"))
                    .advising("OCPP 2.x doubles the wait after each failure and adds a random part")
            }
        }
        _ => CheckJudgement::not_tried(seen.reason()),
    }
}

/// After a link the waits are as short as in the beginning.
fn reset(seen: &StationSeen) -> CheckJudgement {
    let last_refusal = seen.of(VisitPlan::Status(503, 0)).filter_map(|(place, _)| seen.wait_after(place)).last();
    let after = seen.of(VisitPlan::Stay).find_map(|(place, _)| seen.wait_after(place));
    match (last_refusal, after) {
        (Some(before), Some(after)) => {
            let came = format!("{} before, {} after it", seconds(before), seconds(after));
            if after <= before { CheckJudgement::supported(came) } else { CheckJudgement::not_supported(came) }
        }
        _ => CheckJudgement::not_tried(seen.reason()),
    }
}
