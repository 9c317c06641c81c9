//! Basic authentication: without it, right, wrong, and with the name of another station. And the certificate of a station.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::probe::check::{CheckFuture, CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::HandshakeEnd;
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

const PROFILES: &str = "OCPP 1.6 security whitepaper, A00.FR.207; OCPP 2.0.1 part 2, A00.FR.207";
const CHALLENGE: &str = "RFC 9110 §11.6.1, §15.5.2";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("authentication.none", "no credentials", PROFILES, &[], |session, identity| {
        Box::pin(async move {
            let end = without(session, identity).await;
            judge_none(&end, session.options.password.is_some())
        })
    }),
    check("authentication.challenge", "the challenge of a 401", CHALLENGE, &[], |session, identity| {
        Box::pin(async move { judge_challenge(&without(session, identity).await) })
    }),
    check("authentication.right", "the right password", PROFILES, &[CheckNeed::Password], |session, identity| {
        Box::pin(async move {
            let end = session.handshake(session.request_for(identity), false).await;
            if end.is_link() { CheckJudgement::supported(end.words()) } else { CheckJudgement::not_supported(end.words()) }
        })
    }),
    check("authentication.wrong-password", "a wrong password", PROFILES, &[], |session, identity| {
        let value = match &session.options.password {
            Some(password) => password.wrong_basic(identity),
            None => format!("Basic {}", STANDARD.encode(format!("{identity}:ocpp-tui-probe"))),
        };
        refused(session, identity, value)
    }),
    check(
        "authentication.other-user",
        "the right password with another user",
        PROFILES,
        &[CheckNeed::Password],
        |session, identity| {
            let password = session.options.password.as_ref();
            let value = password.map(|password| password.basic(&format!("{identity}-other"))).unwrap_or_default();
            refused(session, identity, value)
        },
    ),
    check("authentication.no-basic", "credentials that are no Base64", PROFILES, &[], |session, identity| {
        refused(session, identity, "Basic ???".to_owned())
    }),
    check(
        "authentication.certificate",
        "the certificate of the station",
        "OCPP 2.0.1 part 2, profile 3",
        &[CheckNeed::Tls, CheckNeed::Certificate],
        |session, identity| {
            Box::pin(async move {
                let end = session.handshake(session.request_for(identity), true).await;
                if end.is_link() { CheckJudgement::supported(end.words()) } else { CheckJudgement::not_supported(end.words()) }
            })
        },
    ),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    needs: &'static [CheckNeed],
    run: for<'a> fn(&'a ProbeSession, &'a str) -> CheckFuture<'a>,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Authentication, tries, clause, needs, run: CheckRun::Own(run) }
}

async fn without(session: &ProbeSession, identity: &str) -> HandshakeEnd {
    session.handshake(session.request_for(identity).without("Authorization"), false).await
}

fn refused<'a>(session: &'a ProbeSession, identity: &'a str, value: String) -> CheckFuture<'a> {
    Box::pin(async move {
        let asks = !without(session, identity).await.is_link();
        let end = session.handshake(session.request_for(identity).instead("Authorization", value), false).await;
        judge_wrong(&end, asks)
    })
}

fn judge_none(end: &HandshakeEnd, has_password: bool) -> CheckJudgement {
    match end.status() {
        Some(401 | 403) => CheckJudgement::supported(end.words()),
        Some(101) if has_password => {
            let remedy = "refuse a station without credentials with 401 where a password is configured for it";
            CheckJudgement::breaks(format!("{}, although there is a password", end.words()), remedy)
        }
        Some(101) => CheckJudgement::not_supported(format!("{}: no authentication is asked for", end.words()))
            .advising("security profiles 1 and 2 ask for a password; without one anybody is let in"),
        _ => CheckJudgement::not_supported(end.words()),
    }
}

fn judge_challenge(end: &HandshakeEnd) -> CheckJudgement {
    match &end.answer {
        Ok(answer) if answer.status == 401 => match answer.value("WWW-Authenticate") {
            Some(challenge) => CheckJudgement::keeps(format!("WWW-Authenticate: {challenge}")),
            None => {
                CheckJudgement::breaks("401 without WWW-Authenticate", "send \"WWW-Authenticate: Basic realm=…\" with a 401")
            }
        },
        _ => CheckJudgement::not_applicable(format!("there is no 401: {}", end.words())),
    }
}

fn judge_wrong(end: &HandshakeEnd, asks: bool) -> CheckJudgement {
    if !asks {
        return CheckJudgement::not_applicable("no authentication is asked for");
    }
    match end.status() {
        Some(401) => CheckJudgement::keeps(end.words()),
        Some(101) => CheckJudgement::breaks(end.words(), "compare user and password; the user is the identity of the URL"),
        Some(500..) | None => CheckJudgement::breaks(end.words(), "answer wrong credentials with 401"),
        _ => CheckJudgement::keeps(end.words()).advising("401 says what is wrong; others look like a wrong path"),
    }
}
