//! The handshake of a station that is passed on: its central system gets it, and the station gets what that answers. What the proxy answers
//! by itself says so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use tokio_tungstenite::tungstenite::Bytes;

use super::pair::{self, OpenedLeg, OpenedPair, upstream_context};
use super::target::RelayTarget;
use super::upstream::{self, StationRequest, UpstreamAnswer, spoken, upstream_failure, upstream_refusal};
use crate::clock::now;
use crate::link::address_policy::ConnectionPass;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::context::ListenerContext;
use crate::link::endpoint::station_of_any_path;
use crate::link::handshake::{RejectedHandshake, no_handshake};
use crate::link::handshake_headers;
use crate::link::opening::upgraded_socket;
use crate::link::rejection::reject;
use crate::link::websocket::dial_error::DialError;
use crate::trace::{
    ConnectionAttempt, ConnectionFailure, ConnectionStep, EventKind, EventSender, FailureCause, FailureSide, StationKey,
};

/// Why there is no pair.
const GONE: &str = "the station went away before its central system had answered";

/// The answer to a request of a station that is passed on; one that its central system takes starts the pair.
pub(in crate::link) async fn respond(
    mut request: Request<Incoming>,
    target: &Arc<RelayTarget>,
    peer: SocketAddr,
    pass: Option<Arc<ConnectionPass>>,
    progress: AttemptProgress,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    if let Some(fault) = no_handshake(&request) {
        let rejected = RejectedHandshake::received(StatusCode::UPGRADE_REQUIRED, &path, fault);
        return reject(rejected, progress, peer, listener_context).await;
    }
    if target.has_passed(request.headers()) {
        let fault = "this request has passed this proxy already: its central system leads back to it".to_owned();
        let rejected = RejectedHandshake::new(StatusCode::LOOP_DETECTED, &path, fault);
        return reject(rejected, progress, peer, listener_context).await;
    }
    let identity = station_of_any_path(&path, request.uri().query()).unwrap_or_else(|| peer.ip().to_string());
    let key = target.directory.pair(&identity);
    let url = target.url_of(&identity);
    let path_there = target.path_of(url, &path, request.uri().query());
    let shown_url = url.with_path(&path_there);
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    let headers = target.headers_of(url, &identity, &parts.headers);
    let offers_extensions = parts.headers.contains_key(SEC_WEBSOCKET_EXTENSIONS);
    let request = StationRequest { identity, url: url.clone(), path: path_there, headers, parts };
    let context = upstream_context(&listener_context.context, target);
    context.events.send(Some(key), now(), EventKind::Connecting { url: shown_url.into() }).await;
    let mut awaited = AwaitedAttempt { events: context.events.clone(), key, progress: Some(AttemptProgress::dialling()) };
    let connecting = async |progress: &mut AttemptProgress| {
        upstream::connect(&request, target, &context, &listener_context.tasks, progress).await
    };
    let answered = match &mut awaited.progress {
        Some(progress) => connecting(progress).await,
        None => Err(DialError::NoAnswer(Duration::ZERO)), // it was just put in
    };
    let dialling = awaited.progress.take().unwrap_or_else(AttemptProgress::dialling);
    match answered {
        Ok((UpstreamAnswer::Accepted { socket, read, head }, there)) => {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            *response.headers_mut() = RelayTarget::headers_back(head.headers());
            *response.extensions_mut() = head.extensions().clone();
            response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
            let (version, finding) = spoken(head.headers());
            let mut answered = progress;
            answered.answer = handshake_headers::answer_head(&response);
            answered.done();
            let mut findings = answered.security_findings(peer);
            findings.extend(finding);
            let of_station = ConnectionAttempt { findings, ..answered.attempt() };
            let findings = dialling.security_findings(there);
            let of_upstream = ConnectionAttempt { findings, ..dialling.attempt() };
            if offers_extensions {
                let text = "the station offers to compress its frames, which is not passed on: frames are read here";
                let note = EventKind::Note { failure: false, text: text.into() };
                listener_context.context.events.send(Some(key), now(), note).await;
            }
            let upstream = OpenedLeg { socket, read, peer: there, handshake: of_upstream };
            let (context, tasks) = (listener_context.context.clone(), listener_context.tasks.clone());
            let opened = OpenedPair { key, version, request, target: target.clone(), context, tasks };
            listener_context.tasks.spawn(begin(upgrade, opened, (peer, of_station), upstream, pass));
            response
        }
        Ok((UpstreamAnswer::Refused(answer), there)) => {
            let status = answer.status();
            context.events.send(Some(key), now(), upstream_refusal(&answer, there, dialling)).await;
            let (head, body) = answer.into_parts();
            let mut response = Response::new(Full::new(body));
            *response.status_mut() = head.status;
            *response.headers_mut() = RelayTarget::headers_back(&head.headers);
            // With the capitals of its headers, and the words behind the status.
            *response.extensions_mut() = head.extensions;
            let reason = format!("Attempt to url: {path}. Answered with {status}, as the central system did.");
            let cause = FailureCause::NotAdmitted {
                status: status.as_u16(),
                fault: format!("the central system answered {status}").into(),
            };
            record_refusal(key, peer, (reason, FailureSide::CentralSystem, cause), progress, &response, listener_context).await;
            response
        }
        Err(error) => {
            let (status, fault) = (status_of(&error), error.to_string());
            let side = error.failure(dialling.step()).0;
            context.events.send(Some(key), now(), upstream_failure(&error, dialling)).await;
            let detail = format!("ocpp-tui could not reach the central system: {fault}");
            let rejected = RejectedHandshake::new(status, &path, detail);
            let response = rejected.response();
            let reason = format!("Attempt to url: {path}. Answered with {status}: {fault}");
            record_refusal(key, peer, (reason, side, rejected.cause), progress, &response, listener_context).await;
            response
        }
    }
}

/// The attempt to connect to its central system for which a station waits. Where it goes away before, that is recorded.
struct AwaitedAttempt {
    events: EventSender,
    key: StationKey,
    /// Taken out when there is an answer.
    progress: Option<AttemptProgress>,
}

impl Drop for AwaitedAttempt {
    fn drop(&mut self) {
        let Some(progress) = self.progress.take() else { return };
        let cause = FailureCause::Broken { error: GONE.into() };
        let handshake = progress.failed(FailureSide::Station, cause);
        let kind = EventKind::Refused { peer: None, reason: GONE.into(), detail: Box::default(), handshake };
        self.events.try_send(Some(self.key), now(), kind);
    }
}

/// 504 for a central system that does not answer, 502 for everything else that is wrong with it (RFC 9110 §15.6).
fn status_of(error: &DialError) -> StatusCode {
    match error {
        DialError::NoAnswer(_) => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// Takes the socket of the station over and runs the pair. A task of its own, because the answer has to leave first.
async fn begin(
    upgrade: OnUpgrade,
    pair: OpenedPair,
    (peer, handshake): (SocketAddr, ConnectionAttempt),
    upstream: OpenedLeg,
    pass: Option<Arc<ConnectionPass>>,
) {
    let Some((socket, read)) = upgraded_socket(upgrade).await else {
        if pair.context.shutdown.is_cancelled() {
            return;
        }
        let failure =
            ConnectionFailure { side: FailureSide::Station, step: ConnectionStep::Answer, cause: FailureCause::NeverUsed };
        let handshake = ConnectionAttempt { findings: Vec::new(), failure: Some(Box::new(failure)), ..handshake };
        let reason = "the connection of the station ended before it was a WebSocket, although the handshake was in order";
        let kind = EventKind::Refused { peer: Some(peer), reason: reason.into(), detail: Box::default(), handshake };
        pair.context.events.send(Some(pair.key), now(), kind).await;
        return;
    };
    let station = OpenedLeg { socket, read, peer, handshake };
    Box::pin(pair::run(pair, station, upstream)).await;
    drop(pass); // the connection counts until its link ends
}

/// Records what a station got that was not connected.
async fn record_refusal(
    key: StationKey,
    peer: SocketAddr,
    (reason, side, cause): (String, FailureSide, FailureCause),
    mut progress: AttemptProgress,
    response: &Response<Full<Bytes>>,
    listener_context: &ListenerContext,
) {
    progress.answer = handshake_headers::answer_head(response);
    progress.done();
    let handshake = progress.failed(side, cause);
    let kind = EventKind::Refused { peer: Some(peer), reason: reason.into(), detail: Box::default(), handshake };
    listener_context.context.events.send(Some(key), now(), kind).await;
}
