//! One attempt to connect to the central system of a station, with the station's own request. What the central system answers is for the
//! station; nothing is followed, and nothing is tried again here.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_util::task::TaskTracker;

use super::target::RelayTarget;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::context::LinkContext;
use crate::link::handshake_headers;
use crate::link::misbehaviour::OddTls;
use crate::link::network::Socket;
use crate::link::subprotocol::{SubprotocolPolicy, choose_subprotocol};
use crate::link::tls::TlsFault;
use crate::link::websocket::dial_error::{DialError, HandshakeRefusal};
use crate::link::websocket::dialer::open_secured;
use crate::link::websocket::url::CentralSystemUrl;
use crate::ocpp::{Role, Version};
use crate::trace::{ConnectionStep, EventKind, FailureCause, FailureSide, HandshakeFinding, WireFault};

/// How frames are read where the subprotocol does not say it.
const ASSUMED: Version = Version::V1_6;
/// How much of the body of a refusal is passed on.
const BODY: usize = 64 << 10;

/// The request of a station, as its central system gets it.
pub(super) struct StationRequest {
    pub identity: String,
    /// The central system, without the identity.
    pub url: CentralSystemUrl,
    /// Path and query at the central system.
    pub path: String,
    pub headers: HeaderMap,
    /// The request as it came, for the spelling of its headers.
    pub parts: Parts,
}

/// What the central system answered.
pub(super) enum UpstreamAnswer {
    /// It took the WebSocket.
    Accepted { socket: Socket, read: Bytes, head: Response<()> },
    /// It did not.
    Refused(Response<Bytes>),
}

/// Connects to the central system of a station. What is known of the attempt is in `progress`, also when it fails.
pub(super) async fn connect(
    request: &StationRequest,
    target: &RelayTarget,
    context: &LinkContext,
    tasks: &TaskTracker,
    progress: &mut AttemptProgress,
) -> Result<(UpstreamAnswer, SocketAddr), DialError> {
    let limit = context.settings.current().handshake_timeout;
    let connected = timeout(limit, attempt(request, target, context, tasks, progress)).await;
    connected.unwrap_or(Err(DialError::NoAnswer(limit)))
}

async fn attempt(
    request: &StationRequest,
    target: &RelayTarget,
    context: &LinkContext,
    tasks: &TaskTracker,
    progress: &mut AttemptProgress,
) -> Result<(UpstreamAnswer, SocketAddr), DialError> {
    let (socket, peer) = open_secured(&request.url, &target.credentials, context, progress, &OddTls::default()).await?;
    progress.enter(ConnectionStep::Request);
    let mut sent = Request::new(Empty::<Bytes>::new());
    *sent.uri_mut() = request.path.parse().map_err(|_| DialError::Url(request.path.clone()))?;
    *sent.headers_mut() = request.headers.clone();
    // The capitals of the station's headers are kept there by the library.
    *sent.extensions_mut() = request.parts.extensions.clone();
    progress.request = handshake_headers::request_head(&sent).into();
    progress.password = sent.headers().contains_key(hyper::header::AUTHORIZATION);
    let failed = |error: &hyper::Error, progress: &AttemptProgress| {
        let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        let tls = progress.tls.as_deref();
        if let Some(fault) = io.and_then(|error| TlsFault::after_handshake(error, tls, Role::CentralSystem, false)) {
            return DialError::Handshake(HandshakeRefusal::Tls(fault));
        }
        DialError::Handshake(HandshakeRefusal::Wire(match io {
            Some(error) => WireFault::Io(error.to_string().into()),
            None if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => WireFault::NoCloseFrame,
            None => WireFault::Other(error.to_string().into()),
        }))
    };
    let builder = || {
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true).title_case_headers(true);
        builder
    };
    let (mut sender, connection) = builder().handshake(TokioIo::new(socket)).await.map_err(|error| failed(&error, progress))?;
    let shutdown = context.shutdown.clone();
    // It ends with the connection, or when the socket is taken over.
    tasks.spawn(async move { drop(shutdown.run_until_cancelled(connection.with_upgrades()).await) });
    progress.enter(ConnectionStep::Answer);
    let mut answer = sender.send_request(sent).await.map_err(|error| failed(&error, progress))?;
    progress.answer = handshake_headers::answer_head(&answer);
    progress.done();
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, BODY).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        return Ok((UpstreamAnswer::Refused(Response::from_parts(head, body)), peer));
    }
    let upgraded = hyper::upgrade::on(&mut answer).await.map_err(|error| failed(&error, progress))?;
    let gone = || DialError::Handshake(HandshakeRefusal::Wire(WireFault::NoCloseFrame));
    let parts = upgraded.downcast::<TokioIo<Socket>>().map_err(|_| gone())?; // just this type was put in above
    let (head, _) = answer.into_parts();
    let accepted =
        UpstreamAnswer::Accepted { socket: parts.io.into_inner(), read: parts.read_buf, head: Response::from_parts(head, ()) };
    Ok((accepted, peer))
}

/// The version of the subprotocol that the central system chose, and what is odd about it. Frames pass whatever it says.
pub(super) fn spoken(headers: &HeaderMap) -> (Version, Option<HandshakeFinding>) {
    let chosen = headers.get(SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tolerant = SubprotocolPolicy { tolerant: true, ..SubprotocolPolicy::default() };
    match choose_subprotocol(&[chosen], &Version::ALL, tolerant) {
        Some(known) => (known.version, known.finding()),
        None => (ASSUMED, Some(HandshakeFinding::SubprotocolSpelling { offered: chosen.into(), version: ASSUMED })),
    }
}

/// The event of a central system that cannot be reached.
pub(super) fn upstream_failure(error: &DialError, progress: AttemptProgress) -> EventKind {
    let (side, cause) = error.failure(progress.step());
    let reason = format!("the central system could not be reached: {error}").into();
    EventKind::Refused { peer: None, reason, detail: Box::default(), handshake: progress.failed(side, cause) }
}

/// The event of a central system that does not take the station.
pub(super) fn upstream_refusal(answer: &Response<Bytes>, peer: SocketAddr, progress: AttemptProgress) -> EventKind {
    let header = |name| answer.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(Into::into);
    let (reason, location) = (header("x-websocket-reject-reason"), header("location"));
    let cause = FailureCause::Status { status: answer.status().as_u16(), reason, location };
    let reason = format!("the central system answered {}", answer.status()).into();
    let handshake = progress.failed(FailureSide::CentralSystem, cause);
    EventKind::Refused { peer: Some(peer), reason, detail: Box::default(), handshake }
}
