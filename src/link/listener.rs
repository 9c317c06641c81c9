//! The listening side: it accepts connections, serves their HTTP and starts an actor for every station that is let in. What a request
//! means is `handshake`'s, what comes before HTTP is `opening`'s.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::protocol::Role as WebSocketRole;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::address_policy::ConnectionPass;
use super::attempt_progress::AttemptProgress;
use super::context::ListenerContext;
use super::directory::Admission;
use super::handshake::{AcceptedHandshake, RejectedHandshake, accept_handshake, is_soap, unknown_protocol};
use super::handshake_headers;
use super::inbox::LinkHandle;
use super::misbehaviour::answer::{OddHandshake, dress_refusal};
use super::misbehaviour::odd_writer::MisbehaviourReporter;
use super::misbehaviour::{ActiveMisbehaviour, MisbehaviourKind, MisbehaviourParameter, MisbehaviourStage};
use super::network::{Listener, Socket};
use super::opening::{ConnectionOpening, FirstBytes, OpenedSocket, upgraded_socket};
use super::order::LinkOrder;
use super::panic_guard;
use super::proxy_header::read_proxy_header;
use super::random::LinkChance;
use super::rejection::{record_rejection, reject};
use super::relay;
use super::soap::{self, IncomingConnection};
use super::subprotocol::no_common_subprotocol;
use super::tls::TlsAcceptor;
use super::wake_gate::WakeGate;
use super::websocket::{self, LinkUp, WatchedSocket};
use crate::behaviour::Responder;
use crate::clock::now;
use crate::ocpp::Role;
use crate::trace::{ConnectionAttempt, EventKind, FailureCause, FailureSide, StationKey};

/// The buffer for a request's head; hyper's smallest.
const HEAD_BUFFER: usize = 8 * 1024;
/// How long we pause when the system cannot accept, for example because there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections until the session ends, with TLS on them where there is something that makes its handshakes.
pub async fn accept(mut listener: Listener, tls: Option<Arc<TlsAcceptor>>, listener_context: Arc<ListenerContext>) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = listener_context.context.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // In a box: to be spawned a future is moved several times, and this one is large.
                listener_context.tasks.spawn(Box::pin(serve(stream, peer, tls.clone(), listener_context.clone())));
            }
            Err(error) => {
                let text = format!("a connection could not be accepted: {error}").into();
                listener_context.context.events.send(None, now(), EventKind::Note { failure: true, text }).await;
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection, until it becomes a WebSocket or ends.
async fn serve(mut stream: Socket, peer: SocketAddr, tls: Option<Arc<TlsAcceptor>>, listener_context: Arc<ListenerContext>) {
    stream.set_nodelay();
    let serving = async {
        let mut progress = AttemptProgress::accepted();
        let entered = Box::pin(enter(&mut stream, peer, &progress, &listener_context)).await;
        let Some((peer, pass)) = entered else { return };
        if Box::pin(ends_at_once(&mut stream, peer, &listener_context)).await {
            return;
        }
        if let Some(acceptor) = &tls {
            refresh(acceptor, &listener_context).await;
        }
        let (client, ports, context) = (Role::ChargePoint, listener_context.ports, &listener_context.context);
        let opening = ConnectionOpening { peer, station: None, client, tls: tls.as_ref(), ports, context };
        if let Some((first, stream)) = Box::pin(opening.open(stream, &mut progress)).await {
            serve_http(&first, stream, &opening, (progress, pass), &listener_context).await;
        }
    };
    let mut shutdown = pin!(listener_context.context.shutdown.cancelled());
    let mut gate = WakeGate::new();
    tokio::select! {
        biased;
        () = poll_fn(|context| gate.poll(context, |context| shutdown.as_mut().poll(context))) => {}
        () = serving => {}
    }
}

/// Takes over certificates whose files were written since the last connection.
async fn refresh(acceptor: &Arc<TlsAcceptor>, listener_context: &ListenerContext) {
    let (failure, text) = match acceptor.refresh().await {
        None => return,
        Some(Ok(())) => (false, "the certificates for TLS were read again; new connections have the new ones".to_owned()),
        Some(Err(error)) => (true, format!("the certificates for TLS stay the old ones: {error}")),
    };
    listener_context.context.events.send(None, now(), EventKind::Note { failure, text: text.into() }).await;
}

/// Lets a connection in, and counts it: returns the client behind it. `None` when it is not served, which is recorded. A proxy that names no
/// client here may do so in the headers of its requests, so these are counted and not the connection.
async fn enter(
    stream: &mut Socket,
    peer: SocketAddr,
    progress: &AttemptProgress,
    listener_context: &ListenerContext,
) -> Option<(SocketAddr, Option<Arc<ConnectionPass>>)> {
    let ListenerContext { addresses, connections, context, .. } = listener_context;
    let refusal = if addresses.trusts(peer.ip()) {
        let limit = context.settings.current().handshake_timeout;
        match timeout(limit, read_proxy_header(stream)).await {
            Ok(Ok(None)) => return Some((peer, None)),
            Ok(Ok(Some(client))) => match connections.enter(addresses, client.ip()) {
                Ok(pass) => return Some((client, pass)),
                Err(refusal) => refusal.to_string(),
            },
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => return Some((peer, None)), // the wait for a request ends at once, too
        }
    } else {
        match connections.enter(addresses, peer.ip()) {
            Ok(pass) => return Some((peer, pass)),
            Err(refusal) => refusal.to_string(),
        }
    };
    let cause = FailureCause::AddressRefused { fault: refusal.as_str().into() };
    let handshake = progress.clone().failed(FailureSide::CentralSystem, cause);
    let reason = format!("connection refused: {refusal}").into();
    let kind = EventKind::Refused { peer: Some(peer), reason, detail: Box::default(), handshake };
    context.events.send(None, now(), kind).await;
    None
}

/// Does what is done wrong on purpose before anything is read. True when that is the end of the connection.
async fn ends_at_once(stream: &mut Socket, peer: SocketAddr, listener_context: &ListenerContext) -> bool {
    let context = &listener_context.context;
    for one in context.misbehaviour.of_stage(&[MisbehaviourStage::Connection], Role::CentralSystem, None) {
        match one.kind() {
            MisbehaviourKind::AcceptClose if one.spend() => {
                let (reason, detail, handshake) = (one.to_string().into(), Box::default(), ConnectionAttempt::default());
                let kind = EventKind::Refused { peer: Some(peer), reason, detail, handshake };
                context.events.send(None, now(), kind).await;
                let ending = async {
                    stream.shutdown().await?;
                    // An end with unread bytes would be a reset.
                    tokio::io::copy(stream, &mut tokio::io::sink()).await
                };
                let limit = context.settings.current().handshake_timeout;
                let _ = timeout(limit, ending).await; // the connection ends in any case
                return true;
            }
            MisbehaviourKind::SlowAccept if one.spend() => {
                reporter(None, listener_context).report(&one);
                tokio::time::sleep(one.time(MisbehaviourParameter::Delay)).await;
            }
            _ => {}
        }
    }
    false
}

fn reporter(station: Option<StationKey>, listener_context: &ListenerContext) -> MisbehaviourReporter {
    MisbehaviourReporter { events: listener_context.context.events.clone(), station }
}

/// What is done wrong on purpose with the answer to a request, and the station that the request names.
fn odd_handshake<B>(
    request: &Request<B>,
    connection: &IncomingConnection,
    listener_context: &ListenerContext,
) -> (OddHandshake, Option<StationKey>) {
    let context = &listener_context.context;
    if context.misbehaviour.is_idle() {
        return Default::default();
    }
    let of_path = listener_context.endpoint.station(request.uri().path(), request.uri().query()).ok();
    let identity = of_path.map(|path| path.identity).or_else(|| connection.spoke_for());
    let station = identity.and_then(|identity| context.events.known_station(Role::CentralSystem, &identity));
    let active = context.misbehaviour.of_stage(&[MisbehaviourStage::Handshake], Role::CentralSystem, station);
    (OddHandshake::new(active), station)
}

/// Serves the HTTP of one connection.
async fn serve_http(
    first: &FirstBytes,
    stream: OpenedSocket,
    opening: &ConnectionOpening<'_>,
    (progress, pass): (AttemptProgress, Option<Arc<ConnectionPass>>),
    listener_context: &Arc<ListenerContext>,
) {
    let (stream, connection) = IncomingConnection::beginning(opening.peer, stream, progress);
    let connection = Arc::new(connection);
    let service = {
        let (listener_context, connection) = (listener_context.clone(), connection.clone());
        service_fn(move |request| {
            let (listener_context, connection, pass) = (listener_context.clone(), connection.clone(), pass.clone());
            async move { Ok::<_, Infallible>(respond(request, &connection, pass, &listener_context).await) }
        })
    };
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(listener_context.context.settings.current().handshake_timeout)
        .max_buf_size(HEAD_BUFFER)
        // A central system gets the headers of a station as that wrote them, and the station those of the answer.
        .preserve_header_case(listener_context.relay.is_some() || listener_context.soap_relay.is_some())
        // The library reads the real clock for it. An answer that is passed on has its own.
        .auto_date_header(!listener_context.context.network.is_in_memory() && listener_context.relay.is_none())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // The client may keep a connection that carried requests for any time. How it ends is not recorded.
    if let Err(error) = served.await
        && !connection.has_spoken()
    {
        opening.record_no_http(&error.to_string(), first, &connection.progress).await;
    }
}

/// The answer to a request; a good handshake starts the link's task.
async fn respond(
    mut request: Request<Incoming>,
    connection: &IncomingConnection,
    mut pass: Option<Arc<ConnectionPass>>,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    connection.spoke();
    let addresses = &listener_context.addresses;
    let client = addresses.client_of(connection.first_peer, request.headers());
    let peer = client.address;
    connection.speaks_from(client);
    if pass.is_none() && addresses.trusts(connection.first_peer.ip()) {
        match listener_context.connections.enter(addresses, peer.ip()) {
            Ok(entered) => pass = entered,
            Err(refusal) => {
                let rejected = RejectedHandshake::new(StatusCode::FORBIDDEN, request.uri().path(), refusal.to_string());
                return reject(rejected, connection.requested(&request), peer, listener_context).await;
            }
        }
    }
    let (odd, station) = odd_handshake(&request, connection, listener_context);
    let slow = odd.slow();
    connection.pace().set(slow.map(|one| &**one));
    slow.into_iter().for_each(|one| reporter(station, listener_context).report(one));
    if let Some(target) = listener_context.soap_relay.as_ref().filter(|_| *request.method() == Method::POST) {
        return Box::pin(relay::respond_to_soap(request, connection, target, listener_context)).await;
    }
    if is_soap(&request, listener_context) {
        return soap::respond(request, connection, listener_context).await;
    }
    let mut progress = connection.requested(&request);
    if let Some(target) = &listener_context.relay {
        return Box::pin(relay::respond(request, target, peer, pass, progress, listener_context)).await;
    }
    if let Some((one, status)) = odd.refusal() {
        return refuse_on_purpose(&one, status, request.uri().path(), peer, progress, listener_context).await;
    }
    let upgrade = hyper::upgrade::on(&mut request);
    match accept_handshake(&request, peer, progress.tls.as_deref(), listener_context).await {
        Ok(mut accepted) => {
            let mut response = accepted.response();
            let altered = odd.alter(&mut response);
            altered.iter().for_each(|one| reporter(station, listener_context).report(one));
            progress.answer = handshake_headers::answer_head(&response);
            progress.done();
            let mut findings = std::mem::take(&mut accepted.heads.findings);
            findings.extend(progress.security_findings(peer));
            accepted.heads = ConnectionAttempt { findings, ..progress.attempt() };
            listener_context.tasks.spawn(Box::pin(begin(upgrade, accepted, peer, pass, listener_context.clone())));
            response
        }
        Err(rejected) => reject(rejected, progress, peer, listener_context).await,
    }
}

/// Answers a handshake with a status because the user wants it.
async fn refuse_on_purpose(
    one: &ActiveMisbehaviour,
    status: StatusCode,
    path: &str,
    peer: SocketAddr,
    mut progress: AttemptProgress,
    listener_context: &ListenerContext,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    dress_refusal(one, &mut response);
    progress.answer = handshake_headers::answer_head(&response);
    progress.done();
    let rejected = RejectedHandshake::new(status, path, one.to_string());
    record_rejection(rejected, peer, progress.attempt(), listener_context).await;
    response
}

/// Takes the socket over from HTTP and starts the station's link on it: a task of its own, which is smaller than this one.
async fn begin(
    upgrade: OnUpgrade,
    accepted: AcceptedHandshake,
    peer: SocketAddr,
    pass: Option<Arc<ConnectionPass>>,
    listener_context: Arc<ListenerContext>,
) {
    let Some((stream, read)) = upgraded_socket(upgrade).await else {
        return never_a_link(accepted, peer, &listener_context).await;
    };
    let settings = listener_context.context.settings.current();
    let config = Some(websocket::config(&settings));
    let stream = WatchedSocket::new(stream);
    let mut stream = WebSocketStream::from_partially_read(stream, read.into(), WebSocketRole::Server, config).await;
    let AcceptedHandshake { identity, agreed, offered, heads, .. } = accepted;
    if let Some((version, Admission { station, responder })) = agreed {
        let number = listener_context.context.events.link_numbers().next();
        let up = Box::new(LinkUp { stream, station, number, version, peer, handshake: heads, chance: LinkChance::default() });
        listener_context.tasks.spawn(link(up, responder, pass, listener_context.clone()));
        return;
    }
    // OCPP-J 1.6 §3.2: the handshake is finished without a subprotocol, and the connection closed at once.
    let rejected = unknown_protocol(StatusCode::SWITCHING_PROTOCOLS, &identity, &[&offered], &listener_context);
    record_rejection(rejected, peer, heads, &listener_context).await;
    let reason = no_common_subprotocol(&[&offered], &listener_context.versions);
    websocket::close(&mut stream, CloseCode::Protocol, &reason).await;
}

/// A handshake was answered with 101, and the connection ended before it was a WebSocket.
async fn never_a_link(accepted: AcceptedHandshake, peer: SocketAddr, listener_context: &ListenerContext) {
    if listener_context.context.shutdown.is_cancelled() {
        return;
    }
    let detail = "the connection ended before it was a WebSocket, although the handshake was in order".to_owned();
    let rejected = RejectedHandshake::new(StatusCode::SWITCHING_PROTOCOLS, &accepted.path, detail);
    let rejected = RejectedHandshake { side: FailureSide::Station, cause: FailureCause::NeverUsed, ..rejected };
    record_rejection(rejected, peer, accepted.heads, listener_context).await;
}

/// Runs the link of a station until it ends. What it is given stays in its future, so that is little.
async fn link(
    up: Box<LinkUp<Socket>>,
    responder: Responder,
    pass: Option<Arc<ConnectionPass>>,
    listener_context: Arc<ListenerContext>,
) {
    let (station, number) = (up.station, up.number);
    let (handle, mut inbox) = LinkHandle::new(number);
    if let Some(older) = listener_context.directory.attach(station, handle) {
        // The older link may wait for a dead peer and have a full inbox: then its own timeouts end it.
        let _ = older.order(LinkOrder::Replaced);
    }
    let running = Box::pin(websocket::run(up, &mut inbox, &listener_context.context, responder));
    panic_guard::guarded(running, &listener_context.context.events, station, number).await;
    listener_context.directory.detach(station, number);
    drop(pass); // the connection counts until its link ends
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::link::directory::NoStations;
    use crate::link::intercept::gate::Gate;
    use crate::link::network::Network;
    use crate::link::{Endpoint, LinkContext, SharedSettings};
    use crate::ocpp::{Catalog, Transport, Version};
    use crate::trace::{self, RecordKind};

    #[tokio::test]
    async fn a_handshake_that_is_answered_and_never_becomes_a_link_has_a_line() {
        let events = trace::direct(1 << 20, now());
        let (settings, network, shutdown) = (SharedSettings::default(), Network::in_memory(), CancellationToken::new());
        let gate = Arc::new(Gate::new(events.trace().clone()));
        let (catalog, events) = (Catalog::embedded(), events.clone());
        let context = LinkContext {
            catalog,
            settings,
            gate,
            misbehaviour: Arc::default(),
            network_faults: Arc::default(),
            network,
            tls: Arc::default(),
            events: events.clone(),
            shutdown: shutdown.clone(),
        };
        let (versions, transports) = (Version::ALL.to_vec(), Transport::ALL.to_vec());
        let directory = Arc::new(NoStations);
        let listener_context =
            ListenerContext::new(Endpoint::new("/"), versions, transports, directory, context, TaskTracker::new());
        let listener_context = Arc::new(listener_context);
        let refusals = |events: &trace::EventSender| {
            let contents = events.trace().read();
            let refused =
                contents.records().iter(contents.records().range()).filter(|record| record.kind == RecordKind::Refused);
            refused.map(|record| record.summary().into_owned()).collect::<Vec<_>>()
        };
        let peer = "127.0.0.1:9".parse().unwrap();
        // Nothing stands behind a request that was made by hand, so there is nothing to be upgraded.
        let begin_without_socket = async || {
            let mut request = Request::get("/CP1")
                .header("host", "test")
                .header("upgrade", "websocket")
                .header("connection", "upgrade")
                .header("sec-websocket-version", "13")
                .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
                .body(())
                .unwrap();
            let accepted = accept_handshake(&request, peer, None, &listener_context)
                .await
                .unwrap_or_else(|rejected| panic!("{rejected:?}"));
            assert_eq!(accepted.response().status(), StatusCode::SWITCHING_PROTOCOLS);
            begin(hyper::upgrade::on(&mut request), accepted, peer, None, listener_context.clone()).await;
        };
        begin_without_socket().await;
        let found = refusals(&events);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("Attempt to url: /CP1. Rejected: the connection ended before"), "{}", found[0]);
        shutdown.cancel();
        begin_without_socket().await;
        assert_eq!(refusals(&events).len(), 1, "the end of the session is no fault");
    }
}
