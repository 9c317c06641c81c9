//! A link without traffic: pings of the server, and how long it leaves such a link open. Both are seen on one link.

use std::time::Duration;

use crate::probe::check::{CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{Heard, PeerEvent};
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "quiet.pings",
        "pings of the central system",
        "OCPP-J 1.6 §5.3, §7",
        CheckRun::Own(|session, identity| Box::pin(async move { quiet(session, identity).await.map_or_else(no_link, pings) })),
    ),
    check(
        "quiet.idle-timeout",
        "a link without traffic",
        "",
        CheckRun::Own(|session, identity| Box::pin(async move { quiet(session, identity).await.map_or_else(no_link, idle) })),
    ),
];

const fn check(name: &'static str, tries: &'static str, clause: &'static str, run: CheckRun) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Quiet, tries, clause, needs: &[CheckNeed::Link, CheckNeed::Quiet], run }
}

fn no_link() -> CheckJudgement {
    CheckJudgement::not_tried("no link this time")
}

/// Leaves a link silent for a while. Both checks look at the same one.
async fn quiet<'a>(session: &'a ProbeSession, identity: &str) -> Option<&'a Heard> {
    let limit = session.options.quiet?;
    let listening = async || {
        let mut link = session.link(identity).await.map_err(drop)?;
        let mut heard = Heard::default();
        link.hear(&mut heard, limit, |heard| heard.is_over()).await;
        session.finish(link).await;
        Ok::<_, ()>(heard)
    };
    session.quiet.get_or_try_init(listening).await.ok()
}

fn pings(heard: &Heard) -> CheckJudgement {
    let is_ping = |event: &PeerEvent| matches!(event, PeerEvent::Ping(_));
    let times: Vec<Duration> = heard.events.iter().filter(|(_, event)| is_ping(event)).map(|(at, _)| *at).collect();
    let listened = heard.listened.as_secs_f64();
    match &times[..] {
        [] => CheckJudgement::not_supported(format!("no ping within {listened:.0} s")),
        [one] => CheckJudgement::supported(format!("one ping, after {:.1} s", one.as_secs_f64())),
        [first, .., last] => {
            let interval = last.saturating_sub(*first).as_secs_f64() / (times.len() - 1) as f64;
            CheckJudgement::supported(format!("{} pings within {listened:.0} s, every {interval:.1} s", times.len()))
        }
    }
}

fn idle(heard: &Heard) -> CheckJudgement {
    let listened = heard.listened.as_secs_f64();
    if heard.is_over() {
        return CheckJudgement::supported(format!("ended after {listened:.1} s: {}", heard.ending()))
            .advising("a station must send pings or calls more often than that");
    }
    CheckJudgement::not_supported(format!("still open after {listened:.0} s"))
}
