//! Probes a station: waits for its connections, and judges what it did.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::sign::CertifiedKey;

use super::check::{CheckRun, ProbeCheck};
use super::judgement::CheckJudgement;
use super::probe_error::ProbeError;
use super::report::{CheckRow, ProbeReport};
use super::runner::select_of;
use super::station::{self, StationListener, StationSeen, VisitNews, VisitPlan, listen};
use crate::ocpp::{Catalog, Version};

/// The options of a probe of a station.
pub struct StationOptions {
    /// The address to listen on.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// How many connections are waited for at most.
    pub visits: usize,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// How long a connection is waited for.
    pub patience: Duration,
    /// How long a link stays that the station is to take for a success.
    pub stay: Duration,
    /// The certificate for stations that speak TLS.
    pub certificate: Option<Arc<CertifiedKey>>,
    /// Names of checks or areas, or their beginnings; all when it is empty.
    pub only: Vec<String>,
}

/// How many connections a whole probe takes.
pub const ALL_VISITS: usize = VisitPlan::ALL.len();

/// All checks of a station, in their order.
pub fn station_checks() -> impl Iterator<Item = &'static ProbeCheck> {
    station::AREAS.iter().copied().flatten()
}

/// The checks of a station that these names select.
///
/// # Errors
/// When a name selects nothing.
pub fn select_station(only: &[String]) -> Result<Vec<&'static ProbeCheck>, ProbeError> {
    select_of(station_checks, only)
}

/// Probes a station.
///
/// # Errors
/// When it cannot start; the error is one sentence with a remedy.
pub async fn probe_station(
    options: StationOptions,
    catalog: Arc<Catalog>,
    news: &(dyn Fn(VisitNews) + Sync),
) -> Result<ProbeReport, ProbeError> {
    let selected = select_station(&options.only)?;
    let (began, clock) = (jiff::Timestamp::now(), Instant::now());
    let StationOptions { host, port, visits, timeout, patience, stay, certificate, .. } = options;
    let bound = listen(&host, port).await.map_err(|fault| ProbeError::NoPort(fault.to_string()))?;
    let port = bound.local_addr().map_or(port, |address| address.port());
    news(VisitNews::Listens(port));
    let listener = StationListener { listener: bound, catalog, timeout, patience, stay, certificate };
    let plan = VisitPlan::ALL.get(..visits.min(ALL_VISITS)).unwrap_or_default();
    let seen = listener.visits(plan, news).await;
    let rows = selected.into_iter().map(|check| {
        let judgement = match check.run {
            CheckRun::Station(judge) => judge(&seen),
            _ => CheckJudgement::not_applicable("it is a check of central systems"),
        };
        CheckRow { check, judgement, took: Duration::ZERO }
    });
    let rows = rows.collect();
    let url = format!("ws://{host}:{port}");
    Ok(ProbeReport { url, identities: identity(&seen), version: version(&seen), began, took: clock.elapsed(), rows })
}

/// The last segment of the path of the station.
fn identity(seen: &StationSeen) -> Vec<String> {
    let path = seen.request().map(|head| head.path.split('?').next().unwrap_or_default());
    path.and_then(|path| path.rsplit('/').next()).map(str::to_owned).into_iter().collect()
}

fn version(seen: &StationSeen) -> Option<Version> {
    seen.request()?.list("Sec-WebSocket-Protocol").find_map(Version::parse)
}
