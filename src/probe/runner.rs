//! Runs the checks in their order, as many at the same time as there are identities for them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::Semaphore;

use super::central;
use super::check::{CheckNeed, CheckRun, HelloTerms, ProbeCheck};
use super::client::{HandshakeEnd, HelloOffer};
use super::judgement::CheckJudgement;
use super::options::ProbeOptions;
use super::probe_error::ProbeError;
use super::report::{CheckRow, ProbeReport};
use super::service;
use super::session::ProbeSession;
use crate::ocpp::{Catalog, Transport};

/// What happens during a run.
#[derive(Clone, Copy)]
pub enum CheckProgress<'a> {
    /// A check begins: its place and how many there are.
    Begins(&'static str, usize, usize),
    /// A check has ended.
    Ended(&'a CheckRow),
}

/// All checks of a central system with this transport, in their order.
pub fn checks(transport: Transport) -> impl Iterator<Item = &'static ProbeCheck> {
    let areas = match transport {
        Transport::WebSocket => [central::AREAS, &[]],
        Transport::Soap => [service::AREAS, central::OF_BOTH],
    };
    areas.into_iter().flatten().copied().flatten()
}

/// The checks that these names select: each is a name, an area, or the beginning of one up to a dot.
///
/// # Errors
/// When a name selects nothing.
pub fn select(transport: Transport, only: &[String]) -> Result<Vec<&'static ProbeCheck>, ProbeError> {
    select_of(|| checks(transport), only)
}

/// Those of some checks that these names select.
pub(super) fn select_of<I: Iterator<Item = &'static ProbeCheck>>(
    checks: impl Fn() -> I,
    only: &[String],
) -> Result<Vec<&'static ProbeCheck>, ProbeError> {
    let is_meant = |check: &ProbeCheck, name: &str| {
        let name = name.trim_end_matches(['.', '*']);
        check.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let Some(unknown) = only.iter().find(|name| !checks().any(|check| is_meant(check, name))) {
        return Err(ProbeError::NoSuchCheck(unknown.clone()));
    }
    Ok(checks().filter(|check| only.is_empty() || only.iter().any(|name| is_meant(check, name))).collect())
}

/// Probes a central system.
///
/// # Errors
/// When it cannot start; the error is one sentence with a remedy.
pub async fn probe(
    options: ProbeOptions,
    catalog: Arc<Catalog>,
    progress: &(dyn Fn(CheckProgress<'_>) + Sync),
) -> Result<ProbeReport, ProbeError> {
    let selected = select(options.target.transport, &options.only)?;
    let (began, clock) = (jiff::Timestamp::now(), Instant::now());
    let (jobs, url) = (options.jobs.max(1), options.target.shown_url().to_owned());
    let identities = options.identities.clone();
    let session = ProbeSession::begin(options, catalog)
        .await
        .map_err(|fault| ProbeError::Unreachable { url: url.clone(), reason: fault.to_string() })?;
    let pool = IdentityPool::new(identities.clone());
    let count = selected.len();
    let (last, others): (Vec<_>, Vec<_>) =
        selected.into_iter().enumerate().partition(|(_, check)| matches!(check.run, CheckRun::AllFrames));
    let run = |(index, check): (usize, &'static ProbeCheck)| {
        let (session, pool) = (&session, &pool);
        async move {
            let row = pool
                .with_identity(async |identity: &str| {
                    progress(CheckProgress::Begins(check.name, index, count));
                    row(check, session, identity).await
                })
                .await;
            progress(CheckProgress::Ended(&row));
            (index, row)
        }
    };
    let mut rows: Vec<(usize, CheckRow)> = stream::iter(others).map(run).buffered(jobs).collect().await;
    for check in last {
        rows.push(run(check).await);
    }
    rows.sort_by_key(|(index, _)| *index);
    Ok(ProbeReport {
        url,
        identities,
        version: session.version().or_else(|| session.served_over_soap()),
        began,
        took: clock.elapsed(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    })
}

/// The identities that no check uses at the moment.
struct IdentityPool {
    free: Mutex<Vec<String>>,
    permits: Semaphore,
}

impl IdentityPool {
    fn new(mut identities: Vec<String>) -> IdentityPool {
        identities.reverse();
        let permits = Semaphore::new(identities.len());
        IdentityPool { free: Mutex::new(identities), permits }
    }

    /// Two checks at once with one identity would replace each other's links.
    async fn with_identity<T>(&self, run: impl AsyncFnOnce(&str) -> T) -> T {
        // The semaphore is never closed, and has a permit for each identity.
        let _permit = self.permits.acquire().await;
        let identity = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let result = run(&identity).await;
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(identity);
        result
    }
}

/// Runs one check.
async fn row(check: &'static ProbeCheck, session: &ProbeSession, identity: &str) -> CheckRow {
    let clock = Instant::now();
    let judgement = match lacking(check, session) {
        Some(judgement) => judgement,
        None => judgement(check, session, identity).await,
    };
    CheckRow { check, judgement, took: clock.elapsed() }
}

/// What a check needs and does not have.
fn lacking(check: &ProbeCheck, session: &ProbeSession) -> Option<CheckJudgement> {
    check.needs.iter().find_map(|need| {
        let reason = match need {
            CheckNeed::Link => no_link(session)?,
            CheckNeed::Tls if !session.options.target.is_secure => {
                return Some(CheckJudgement::not_applicable("the URL does not begin with wss://"));
            }
            CheckNeed::Password if session.options.password.is_none() => "no --password was given".to_owned(),
            CheckNeed::Certificate if session.options.security.own.is_none() => "no --client-cert was given".to_owned(),
            CheckNeed::Calls if !session.options.with_calls => {
                "it may change the state of the central system; --with-calls allows it".to_owned()
            }
            CheckNeed::Quiet if session.options.quiet.is_none() => "--quiet is 0".to_owned(),
            CheckNeed::Tls | CheckNeed::Password | CheckNeed::Certificate | CheckNeed::Calls | CheckNeed::Quiet => return None,
        };
        Some(CheckJudgement::not_tried(reason))
    })
}

/// Why there is no link.
fn no_link(session: &ProbeSession) -> Option<String> {
    if session.version().is_some() {
        return None;
    }
    let wanted = session.options.version;
    let (version, end) = session.alone.iter().rev().find(|(version, _)| wanted.is_none_or(|wanted| wanted == *version))?;
    let remedy = match (end.status(), &session.options.password) {
        (Some(401), None) => "; give --password",
        (Some(401), Some(_)) => "; is the password right?",
        (Some(404), _) => "; is the identity known there, and the path right?",
        _ => "",
    };
    Some(format!("there is no link: {} was answered with {}{remedy}", version.subprotocol(), end.words()))
}

async fn judgement(check: &ProbeCheck, session: &ProbeSession, identity: &str) -> CheckJudgement {
    let judged = |end: &HandshakeEnd, judge: fn(&HandshakeEnd) -> CheckJudgement| match end.fault_of_upgrade() {
        Some((what, remedy)) => CheckJudgement::breaks(what, remedy),
        None => judge(end),
    };
    match check.run {
        CheckRun::Version(version) => {
            if let Some((_, end)) = session.soap_alone.iter().find(|(known, _)| *known == version) {
                return service::judge_version(end);
            }
            let alone = session.alone.iter().find(|(known, _)| *known == version);
            alone.map_or_else(
                || CheckJudgement::not_tried("this version is not known"),
                |(_, end)| judged(end, central::judge_version),
            )
        }
        CheckRun::Handshake(request, judge) => judged(&session.handshake(request(session, identity), false).await, judge),
        CheckRun::HandshakeAndAfter(request, judge) => {
            judged(&session.handshake(request(session, identity), true).await, judge)
        }
        CheckRun::Link(script, judge) => match session.play(&script(), identity).await {
            // A link of this version was there at the beginning.
            Ok(heard) => session.version().map_or_else(|| CheckJudgement::not_tried(""), |version| judge(&heard, version)),
            Err(end) => CheckJudgement::not_tried(format!("no link this time: {}", end.words())),
        },
        CheckRun::Own(run) => run(session, identity).await,
        CheckRun::AllFrames => central::judge_all_frames(&session.tally()),
        CheckRun::Hello(terms, judge) => {
            let HelloTerms { version, suites, compression } = terms;
            let offer = HelloOffer { version, suites, server_name: session.server_name(), compression };
            judge(&session.say_hello(offer).await, &terms, session)
        }
        CheckRun::Certificate(judge) => match session.tls_peer().await {
            Ok(peer) => judge(peer, session),
            Err(fault) => CheckJudgement::not_tried(fault.to_string()),
        },
        CheckRun::Service(request, judge) => judge(&session.exchange(&request(session, identity)).await),
        CheckRun::Station(_) => CheckJudgement::not_applicable("it is a check of stations"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_begin_with_their_area() {
        let all = || {
            checks(Transport::WebSocket).chain(service::AREAS.iter().copied().flatten()).chain(crate::probe::station_checks())
        };
        let names: BTreeSet<&str> = all().map(|check| check.name).collect();
        assert_eq!(names.len(), all().count());
        for check in all() {
            assert!(check.name.strip_prefix(check.area.word()).is_some_and(|rest| rest.starts_with('.')), "{}", check.name);
            assert!(!check.tries.is_empty() && check.tries.is_ascii(), "{}", check.name);
        }
    }

    #[test]
    fn checks_are_selected_by_name_or_area() {
        let names = |only: &str| {
            select(Transport::WebSocket, &[only.to_owned()]).unwrap().iter().map(|check| check.name).collect::<Vec<_>>()
        };
        assert_eq!(names("subprotocol.ocpp1.6"), ["subprotocol.ocpp1.6"]);
        assert!(names("path").len() > 3 && names("path").iter().all(|name| name.starts_with("path.")));
        assert!(matches!(select(Transport::WebSocket, &["pat".to_owned()]), Err(ProbeError::NoSuchCheck(_))));
        assert_eq!(select(Transport::WebSocket, &[]).unwrap().len(), checks(Transport::WebSocket).count());
    }

    #[tokio::test]
    async fn an_identity_is_used_by_one_check_at_a_time() {
        let pool = IdentityPool::new(vec!["A".into(), "B".into()]);
        let used = pool.with_identity(async |first| {
            let first = first.to_owned();
            pool.with_identity(async |second| (first, second.to_owned())).await
        });
        assert_eq!(used.await, ("A".to_owned(), "B".to_owned()));
        assert_eq!(pool.with_identity(async |name| name.to_owned()).await, "A");
    }
}
