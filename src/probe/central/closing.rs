//! The end of a link: close frames and their echo, and a second link of the same station.

use crate::ocpp::Version;
use crate::probe::check::{CheckFuture, CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{CloseSeen, HandshakeEnd, Heard, WireEnd, WireFrame, opcode};
use crate::probe::judgement::CheckJudgement;
use crate::probe::link_script::LinkScript;
use crate::probe::session::ProbeSession;

use super::websocket::must_fail;

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "close.normal",
        "a close frame with 1000",
        "RFC 6455 §5.5.1",
        CheckRun::Own(|session, identity| close(session, identity, Some(1000))),
    ),
    check(
        "close.going-away",
        "a close frame with 1001",
        "RFC 6455 §5.5.1",
        CheckRun::Own(|session, identity| close(session, identity, Some(1001))),
    ),
    check(
        "close.private",
        "a close frame with 4000",
        "RFC 6455 §7.4.2",
        CheckRun::Own(|session, identity| close(session, identity, Some(4000))),
    ),
    check(
        "close.no-code",
        "a close frame without a code",
        "RFC 6455 §5.5.1",
        CheckRun::Own(|session, identity| close(session, identity, None)),
    ),
    check(
        "close.wrong-code",
        "a close frame with 1005",
        "RFC 6455 §7.4.1",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame::close(Some(1005), "")),
            |heard: &Heard, _: Version| must_fail(heard, 1002, "answer a close frame, also one with a wrong code"),
        ),
    ),
    check(
        "close.one-byte",
        "a close frame with one byte",
        "RFC 6455 §5.5.1",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame::new(opcode::CLOSE, [3])),
            |heard: &Heard, _: Version| must_fail(heard, 1002, "answer a close frame, also one that is cut off"),
        ),
    ),
    check(
        "close.second-link",
        "a second link of the same station",
        "",
        CheckRun::Own(|session, identity| Box::pin(second(session, identity))),
    ),
    check(
        "close.cut",
        "a new link behind one that was cut",
        "",
        CheckRun::Own(|session, identity| Box::pin(cut(session, identity))),
    ),
];

const fn check(name: &'static str, tries: &'static str, clause: &'static str, run: CheckRun) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Closing, tries, clause, needs: &[CheckNeed::Link], run }
}

/// Sends a close frame and waits for its echo and for the end of the connection.
fn close<'a>(session: &'a ProbeSession, identity: &'a str, code: Option<u16>) -> CheckFuture<'a> {
    Box::pin(async move {
        let Ok(mut link) = session.link(identity).await else { return CheckJudgement::not_tried("no link this time") };
        let mut heard = Heard::default();
        link.send(&[WireFrame::close(code, "")]).await;
        link.hear(&mut heard, session.options.timeout, |heard| heard.is_over()).await;
        if heard.end.is_none() {
            link.wait_for_end(&mut heard, session.options.timeout).await;
        }
        session.finish(link).await;
        judge_close(&heard, code)
    })
}

fn judge_close(heard: &Heard, sent: Option<u16>) -> CheckJudgement {
    let Some(CloseSeen { code, .. }) = heard.close() else {
        return CheckJudgement::breaks(heard.ending(), "answer a close frame with a close frame before the connection ends");
    };
    let end = match heard.end {
        Some(WireEnd::Ended) => "the connection ended",
        Some(WireEnd::Reset) => "the connection was reset",
        None => "the connection is left open",
    };
    let echo = match code {
        Some(code) => format!("close frame with {code}, {end}"),
        None => format!("close frame without a code, {end}"),
    };
    if *code == sent || sent.is_none() {
        let judgement = CheckJudgement::keeps(echo);
        return if heard.end.is_none() {
            judgement.advising("end the TCP connection first, as a server should (RFC 6455 §7.1.1)")
        } else {
            judgement
        };
    }
    // A typical endpoint echoes the code; another one is allowed.
    CheckJudgement::keeps(echo).advising("the code is echoed as a rule")
}

/// Opens a second link beside the first one and looks which of them lives.
async fn second(session: &ProbeSession, identity: &str) -> CheckJudgement {
    let Ok(mut first) = session.link(identity).await else { return CheckJudgement::not_tried("no link this time") };
    let (mut heard, limit) = (Heard::default(), session.options.timeout);
    // The first link is up at the central system before the second one begins.
    session.settle(&mut first, &mut heard).await;
    let second = session.link(identity).await;
    let judgement = match second {
        Err(end) => judge_second(&heard, Err(&end)),
        Ok(mut link) => {
            let mut of_second = Heard::default();
            session.settle(&mut link, &mut of_second).await;
            let alive = |heard: &Heard| heard.is_over() || heard.pong(b"first").is_some();
            first.send(&[WireFrame::new(opcode::PING, "first")]).await;
            first.hear(&mut heard, limit, alive).await;
            session.finish(link).await;
            judge_second(&heard, Ok(&of_second))
        }
    };
    session.finish(first).await;
    judgement
}

fn judge_second(first: &Heard, second: Result<&Heard, &HandshakeEnd>) -> CheckJudgement {
    match second {
        Err(end) => CheckJudgement::supported(format!("the second one is refused: {}", end.words()))
            .advising("let the newer link in: the older one may be dead without having been closed"),
        Ok(second) if second.is_over() => CheckJudgement::supported(format!("the second one is ended: {}", second.ending()))
            .advising("let the newer link in: the older one may be dead without having been closed"),
        Ok(_) if first.is_over() => CheckJudgement::supported(format!("the second one replaces the first: {}", first.ending())),
        Ok(_) => CheckJudgement::supported("both stay open"),
    }
}

/// Cuts a link without a close frame and connects at once.
async fn cut(session: &ProbeSession, identity: &str) -> CheckJudgement {
    let Ok(mut first) = session.link(identity).await else { return CheckJudgement::not_tried("no link this time") };
    session.settle(&mut first, &mut Heard::default()).await;
    drop(first);
    match session.link(identity).await {
        Ok(link) => {
            session.finish(link).await;
            CheckJudgement::supported("the new link is accepted")
        }
        Err(end) => CheckJudgement::not_supported(format!("the new link is refused: {}", end.words()))
            .advising("let the newer link in: the older one is dead"),
    }
}
