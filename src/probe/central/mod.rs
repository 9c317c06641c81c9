//! The checks of a central system over WebSocket, a file an area. Each row names the clause that asks for it; what came is judged by pure
//! functions beside the rows.

mod authentication;
mod calls;
mod certificate;
mod closing;
mod extensions;
mod http;
mod ids;
mod messages;
mod paths;
mod quiet;
mod tls;
mod versions;
mod websocket;

use super::check::ProbeCheck;

pub(super) use versions::judge_version;
pub(super) use websocket::judge_all_frames;

/// The checks that a SOAP central system has, too.
pub(super) const OF_BOTH: &[&[ProbeCheck]] = &[tls::CHECKS, certificate::CHECKS];

/// The checks in their order. Wrong passwords come last: a central system may lock a station out for a while.
pub(super) const AREAS: &[&[ProbeCheck]] = &[
    versions::CHECKS,
    paths::CHECKS,
    http::CHECKS,
    extensions::CHECKS,
    websocket::CHECKS,
    closing::CHECKS,
    ids::CHECKS,
    messages::CHECKS,
    calls::CHECKS,
    quiet::CHECKS,
    tls::CHECKS,
    certificate::CHECKS,
    authentication::CHECKS,
];
