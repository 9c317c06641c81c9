//! An HTTP request to a port whose stations are passed on over SOAP: a call of a station or a command of a central system, and whose. A
//! station whose central system gets something else is left to the gateway.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Bytes;

use super::answering::said;
use super::handles::{PairRequest, SoapPairHandle};
use super::pair::{FirstRequest, SoapPair};
use super::reading::version_of;
use super::target::SoapRelayTarget;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::context::ListenerContext;
use crate::link::endpoint::IDENTITY_LIMIT;
use crate::link::soap::central_system;
use crate::link::soap::incoming::{RequestRefusal, TakenIn, take_in};
use crate::link::soap::{self, IncomingConnection};
use crate::ocpp::{Role, Version};
use crate::rpc::soap::Body;
use crate::trace::{FrameOrigin, PairLeg};

/// The answer to a request.
pub(in crate::link) async fn respond(
    request: Request<Incoming>,
    connection: &IncomingConnection,
    target: &Arc<SoapRelayTarget>,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    if *request.method() != Method::POST {
        return soap::respond(request, connection, listener_context).await;
    }
    let origin = connection.origin_of(&request);
    let progress = connection.requested_with(&origin);
    let (peer, context) = (connection.peer(), &listener_context.context);
    if target.has_passed(request.headers()) {
        let reason = "this request has passed this proxy already: its central system leads back to it";
        let refusal = RequestRefusal::new(StatusCode::LOOP_DETECTED, reason);
        return refusal.record_and_respond(None, peer, progress, context).await;
    }
    let called = target.called(request.uri().path());
    let service = if called.is_some() { Role::ChargePoint } else { Role::CentralSystem };
    let settings = context.settings.current();
    let taken = match take_in(request, connection, &context.catalog, service, &settings).await {
        Ok(taken) => taken,
        Err(refusal) => return refusal.record_and_respond(None, peer, progress, context).await,
    };
    if service_of(&taken).unwrap_or(service) == Role::ChargePoint {
        return match called_pair(&taken, called, target) {
            Ok(pair) => exchanged(&pair, PairLeg::Upstream, taken, origin, progress).await,
            Err(refusal) => refusal.record_and_respond(None, peer, progress, context).await,
        };
    }
    let read = taken.read.as_ref().ok();
    let named = read.and_then(|envelope| envelope.identity()).filter(|identity| identity.len() <= IDENTITY_LIMIT);
    if let Some(identity) = named {
        connection.speaks_for(identity);
    }
    let identity = named.map(str::to_owned).or_else(|| connection.spoke_for());
    let known = identity.as_ref().and_then(|identity| target.pairs.get(identity));
    let spoken = read.and_then(version_of).or_else(|| known.and_then(|pair| pair.link.version()));
    let identity = identity.unwrap_or_else(|| peer.ip().to_string());
    let Some(url) = target.url_of(&identity, spoken) else {
        return central_system::respond_to(taken, origin, connection, listener_context).await;
    };
    let attempt = progress.clone().attempt();
    // Nothing says what the first request speaks that cannot be read.
    let version = spoken.unwrap_or(Version::V1_5);
    let pair = SoapPair::of(FirstRequest { identity, version, peer, attempt }, url, target, listener_context).await;
    exchanged(&pair, PairLeg::Station, taken, origin, progress).await
}

/// The role whose service the message belongs to, when it says so.
fn service_of(taken: &TakenIn) -> Option<Role> {
    match &taken.read.as_ref().ok()?.body {
        Body::Request(operation) | Body::Response(operation) => Some(operation.service),
        Body::Unknown(element) => element.service.map(|(_, role)| role),
        Body::Fault(_) | Body::Empty => None,
    }
}

/// The pair of the station that a command is for: the one that its header names, else the one of the address.
fn called_pair(taken: &TakenIn, called: Option<String>, target: &SoapRelayTarget) -> Result<SoapPairHandle, RequestRefusal> {
    let named = taken.read.as_ref().ok().and_then(|envelope| envelope.identity()).map(str::to_owned);
    let pair = [&named, &called].into_iter().flatten().find_map(|identity| target.pairs.get(identity));
    pair.ok_or_else(|| {
        let reason = match named.or(called) {
            Some(identity) => {
                let identity = identity.escape_debug();
                format!("{identity} has not called through this proxy, so it is not known where it is")
            }
            None => "no header chargeBoxIdentity names the station".to_owned(),
        };
        RequestRefusal::new(StatusCode::NOT_FOUND, reason)
    })
}

/// Hands a request over to its pair and waits for the answer.
async fn exchanged(
    pair: &SoapPairHandle,
    from: PairLeg,
    taken: TakenIn,
    origin: Arc<FrameOrigin>,
    progress: AttemptProgress,
) -> Response<Full<Bytes>> {
    let TakenIn { text, bytes, read, remarks, reached_at, head } = taken;
    let Parts { uri, headers, extensions, .. } = head;
    let (asker, answer) = oneshot::channel();
    let request = PairRequest { from, text, bytes, read, remarks, reached_at, uri, headers, extensions, origin, progress };
    // When the pair has just ended, the request is dropped and with it the sender of the answer.
    let _ = pair.requests.send(Box::new((request, asker))).await;
    answer.await.unwrap_or_else(|_| said(StatusCode::SERVICE_UNAVAILABLE, "the pair of this station has just ended"))
}
