//! The listening side: it accepts connections, answers the handshake and starts an actor for every station that is let in. What a path
//! or a list of subprotocols means is `endpoint`'s.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role as WebSocketRole;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::context::ListenerContext;
use super::directory::{Admission, Handshake, Refusal};
use super::endpoint::{EndpointPathError, choose_subprotocol};
use super::handshake_headers;
use super::inbox::LinkHandle;
use super::network::{Listener, Socket};
use super::order::LinkOrder;
use super::panic_guard;
use super::soap::{self, IncomingConnection};
use super::websocket::{self, LinkUp};
use crate::clock::now;
use crate::ocpp::{Transport, Version};
use crate::trace::{EventKind, HandshakeHeads};

/// The buffer for a request's head; hyper's smallest.
const HEAD_BUFFER: usize = 8 * 1024;
/// How long we pause when the system cannot accept, for example because there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A header with the reason of a refusal as text, as ocppjs sends it. The status is for programs.
const REJECT_REASON: HeaderName = HeaderName::from_static("x-websocket-reject-reason");

/// Accepts connections until the session ends.
pub async fn accept(mut listener: Listener, listener_context: Arc<ListenerContext>) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = listener_context.context.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                listener_context.tasks.spawn(serve(stream, peer, listener_context.clone()));
            }
            Err(error) => {
                let text = format!("a connection could not be accepted: {error}").into();
                listener_context.context.events.send(None, now(), EventKind::Note { failure: true, text }).await;
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves the HTTP of one connection, until it becomes a WebSocket or ends.
async fn serve(stream: Socket, peer: SocketAddr, listener_context: Arc<ListenerContext>) {
    stream.set_nodelay();
    let connection = Arc::new(IncomingConnection::new(peer));
    let service = {
        let (listener_context, connection) = (listener_context.clone(), connection.clone());
        service_fn(move |request| {
            let (listener_context, connection) = (listener_context.clone(), connection.clone());
            async move { Ok::<_, Infallible>(respond(request, &connection, &listener_context).await) }
        })
    };
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(listener_context.context.settings.current().handshake_timeout)
        .max_buf_size(HEAD_BUFFER)
        // The library reads the real clock for it.
        .auto_date_header(!listener_context.context.network.is_in_memory())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        biased;
        () = listener_context.context.shutdown.cancelled() => {}
        // The client may keep a connection that carried requests for any time. How it ends is not recorded.
        served = served => if let Err(error) = served && !connection.has_spoken() {
            let reason = format!("no HTTP request: {error}").into();
            let kind = EventKind::Refused { peer: Some(peer), reason, detail: "".into(), handshake: HandshakeHeads::default() };
            listener_context.context.events.send(None, now(), kind).await;
        }
    }
}

/// The answer to a request; a good handshake starts the link's task.
async fn respond(
    mut request: Request<Incoming>,
    connection: &IncomingConnection,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    let peer = connection.peer;
    connection.spoke();
    if is_soap(&request, listener_context) {
        return soap::respond(request, connection, listener_context).await;
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let accepted =
        handshake(&request, listener_context).and_then(|accepted| accepted.admitted(&request, peer, listener_context));
    match accepted {
        Ok(mut accepted) => {
            let response = accepted.response();
            accepted.heads = handshake_headers::handshake(&request, &response);
            listener_context.tasks.spawn(begin(upgrade, accepted, peer, listener_context.clone()));
            response
        }
        Err(RejectedHandshake { status, reason, detail }) => {
            let response = refusal(status, &detail);
            let handshake = handshake_headers::handshake(&request, &response);
            let kind = EventKind::Refused { peer: Some(peer), reason: reason.into(), detail: detail.into(), handshake };
            listener_context.context.events.send(None, now(), kind).await;
            response
        }
    }
}

/// Whether a request is one for the SOAP service: not the handshake of a WebSocket, and on the service's path.
fn is_soap(request: &Request<Incoming>, listener_context: &ListenerContext) -> bool {
    listener_context.transports.contains(&Transport::Soap)
        && !request.headers().contains_key(UPGRADE)
        && listener_context.endpoint.is_service(request.uri().path())
}

/// A handshake that is completed: the path and the upgrade are right, a common subprotocol may still be missing.
struct Accepted {
    identity: String,
    accept_key: String,
    subprotocol: Option<(Version, HeaderValue)>,
    /// Set when there is a subprotocol and the station is admitted.
    admission: Option<Admission>,
    offered: String,
    /// The heads of request and answer, once it is answered.
    heads: HandshakeHeads,
}

impl Accepted {
    /// Asks whether the station may connect. Without a subprotocol there will be no link to admit.
    fn admitted(
        mut self,
        request: &Request<Incoming>,
        peer: SocketAddr,
        listener_context: &ListenerContext,
    ) -> Result<Accepted, RejectedHandshake> {
        if let Some((version, _)) = &self.subprotocol {
            let handshake = Handshake {
                identity: &self.identity,
                version: *version,
                transport: Transport::WebSocket,
                path: request.uri().path(),
                headers: request.headers(),
                peer,
            };
            let admitted = listener_context.directory.admit(&handshake);
            let rejected = |Refusal { status, reason }| RejectedHandshake::new(status, request.uri().path(), reason);
            self.admission = Some(admitted.map_err(rejected)?);
        }
        Ok(self)
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        if let Ok(key) = HeaderValue::from_str(&self.accept_key) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, key);
        }
        if let Some((_, name)) = &self.subprotocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, name.clone());
        }
        response
    }
}

/// A request that becomes no link.
struct RejectedHandshake {
    status: StatusCode,
    /// The line that ocppjs prints about it.
    reason: String,
    /// What would have been accepted.
    detail: String,
}

impl RejectedHandshake {
    fn new(status: StatusCode, path: &str, detail: String) -> RejectedHandshake {
        RejectedHandshake { status, reason: format!("Attempt to url: {path}. Rejected: {detail}."), detail }
    }

    fn of_path(path: &str, error: &EndpointPathError) -> RejectedHandshake {
        let detail = error.to_string();
        let why = match error {
            EndpointPathError::Elsewhere { .. } => "not found",
            EndpointPathError::NoIdentity { .. } => "no identity specified",
            _ => detail.as_str(),
        };
        RejectedHandshake { status: StatusCode::NOT_FOUND, reason: format!("Attempt to url: {path}. Rejected: {why}."), detail }
    }
}

fn handshake(request: &Request<Incoming>, listener_context: &ListenerContext) -> Result<Accepted, RejectedHandshake> {
    let path = request.uri().path();
    if !listener_context.transports.contains(&Transport::WebSocket) {
        return Err(RejectedHandshake {
            status: StatusCode::NOT_FOUND,
            reason: format!("Attempt to url: {path}. Rejected: not found."),
            detail: "only SOAP is spoken here, on the endpoint itself".to_owned(),
        });
    }
    let headers = request.headers();
    let has = |name, token: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let identity = listener_context.endpoint.identity(path);
    if request.method() != Method::GET || !has(CONNECTION, "upgrade") || !has(UPGRADE, "websocket") {
        let status = if identity.is_ok() { StatusCode::UPGRADE_REQUIRED } else { StatusCode::NOT_FOUND };
        let detail = format!("{} {path} is not a WebSocket handshake", request.method());
        return Err(RejectedHandshake { status, reason: format!("Received request for {path}"), detail });
    }
    let identity = identity.map_err(|error| RejectedHandshake::of_path(path, &error))?;
    let refuse = |status, detail: &str| RejectedHandshake::new(status, path, detail.to_owned());
    if !has(SEC_WEBSOCKET_VERSION, "13") {
        return Err(refuse(StatusCode::UPGRADE_REQUIRED, "the handshake is not of WebSocket version 13 (RFC 6455)"));
    }
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY) else {
        return Err(refuse(StatusCode::BAD_REQUEST, "the handshake has no Sec-WebSocket-Key"));
    };
    let offered: Vec<&str> = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok()).collect();
    let subprotocol = choose_subprotocol(offered.iter().copied(), &listener_context.versions)
        .and_then(|(version, name)| Some((version, HeaderValue::from_str(name).ok()?)));
    let offered = offered.join(", ");
    let accept_key = derive_accept_key(key.as_bytes());
    Ok(Accepted { identity, accept_key, subprotocol, admission: None, offered, heads: HandshakeHeads::default() })
}

fn refusal(status: StatusCode, reason: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{reason}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if status == StatusCode::UPGRADE_REQUIRED {
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    if let Ok(reason) = HeaderValue::from_str(reason) {
        headers.insert(REJECT_REASON, reason);
    }
    response
}

/// Takes the socket over from HTTP and starts the station's link on it: a task of its own, which is smaller than this one.
async fn begin(upgrade: OnUpgrade, mut accepted: Accepted, peer: SocketAddr, listener_context: Arc<ListenerContext>) {
    let Ok(upgraded) = upgrade.await else { return };
    let settings = listener_context.context.settings.current();
    let Some((stream, read)) = socket(upgraded) else { return };
    let config = Some(websocket::config(&settings));
    let stream = WebSocketStream::from_partially_read(stream, read.into(), WebSocketRole::Server, config).await;
    match (&accepted.subprotocol, accepted.admission.take()) {
        (Some((version, _)), Some(admission)) => {
            let link = link(stream, admission, accepted.heads, *version, peer, listener_context.clone());
            listener_context.tasks.spawn(link);
        }
        _ => no_common_subprotocol(stream, accepted, peer, &listener_context).await,
    }
}

/// The socket below the upgraded connection, with what was read from it already.
fn socket(upgraded: Upgraded) -> Option<(Socket, Bytes)> {
    let parts = upgraded.downcast::<TokioIo<Socket>>().ok()?; // `serve` put just this type in
    Some((parts.io.into_inner(), parts.read_buf))
}

async fn link(
    stream: WebSocketStream<Socket>,
    admission: Admission,
    handshake: HandshakeHeads,
    version: Version,
    peer: SocketAddr,
    listener_context: Arc<ListenerContext>,
) {
    let Admission { station, responder } = admission;
    let number = listener_context.context.events.link_numbers().next();
    let (handle, mut inbox) = LinkHandle::new(number);
    if let Some(older) = listener_context.directory.attach(station, handle) {
        // The older link may wait for a dead peer and have a full inbox: then its own timeouts end it.
        let _ = older.order(LinkOrder::Replaced);
    }
    let up = LinkUp { stream, station, number, version, peer, handshake };
    let running = Box::pin(websocket::run(up, &mut inbox, &listener_context.context, responder));
    panic_guard::guarded(running, &listener_context.context.events, station, number).await;
    listener_context.directory.detach(station, number);
}

/// OCPP-J 1.6 §3.2: the handshake is finished without a subprotocol, and the connection closed at once.
async fn no_common_subprotocol(
    mut stream: WebSocketStream<Socket>,
    accepted: Accepted,
    peer: SocketAddr,
    listener_context: &ListenerContext,
) {
    let spoken: Vec<&str> = listener_context.versions.iter().map(|version| version.subprotocol()).collect();
    let offered = if accepted.offered.is_empty() { "nothing" } else { accepted.offered.as_str() };
    let reason = format!("no common subprotocol: {offered} was offered, {} is spoken here", spoken.join(", "));
    let known = choose_subprotocol([accepted.offered.as_str()].into_iter(), &Version::ALL);
    let remedy = known.map_or_else(String::new, |(version, _)| {
        let all: Vec<&str> = spoken.iter().copied().chain([version.subprotocol()]).collect();
        format!("; to accept it too, start with -p {} (start_cs) or --protocol {0} (cs)", all.join(","))
    });
    let kind = EventKind::Refused {
        peer: Some(peer),
        reason: format!("Unknown protocol `{}'", accepted.offered).into(),
        detail: format!("{}: {reason}{}", crate::sanitize::escape_control(&accepted.identity), remedy).into(),
        handshake: accepted.heads,
    };
    listener_context.context.events.send(None, now(), kind).await;
    websocket::close(&mut stream, CloseCode::Protocol, &reason).await;
}
