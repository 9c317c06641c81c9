//! Requests that become no link: how they are answered and recorded. Why one is refused is decided in `handshake` and by the session.

use std::net::SocketAddr;

use http_body_util::Full;
use hyper::Response;
use tokio_tungstenite::tungstenite::Bytes;

use super::attempt_progress::AttemptProgress;
use super::context::ListenerContext;
use super::handshake::RejectedHandshake;
use super::handshake_headers;
use crate::clock::now;
use crate::trace::{ConnectionAttempt, ConnectionFailure, ConnectionStep, EventKind, FailureCause};

/// Answers a request that becomes no link, and records it.
pub(super) async fn reject(
    rejected: RejectedHandshake,
    mut progress: AttemptProgress,
    peer: SocketAddr,
    listener_context: &ListenerContext,
) -> Response<Full<Bytes>> {
    let response = rejected.response();
    progress.answer = handshake_headers::answer_head(&response);
    progress.done();
    record_rejection(rejected, peer, progress.attempt(), listener_context).await;
    response
}

/// Records a handshake that becomes no link.
pub(super) async fn record_rejection(
    rejected: RejectedHandshake,
    peer: SocketAddr,
    heads: ConnectionAttempt,
    listener_context: &ListenerContext,
) {
    let RejectedHandshake { reason, detail, side, cause, .. } = rejected;
    let step = if cause == FailureCause::NeverUsed { ConnectionStep::Answer } else { ConnectionStep::Request };
    let failure = Some(Box::new(ConnectionFailure { side, step, cause }));
    // Findings are of links.
    let handshake = ConnectionAttempt { findings: Vec::new(), failure, ..heads };
    let kind = EventKind::Refused { peer: Some(peer), reason: reason.into(), detail: detail.into(), handshake };
    listener_context.context.events.send(None, now(), kind).await;
}
