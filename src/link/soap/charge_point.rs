//! The charge point's side of SOAP: a server of its own for the calls of the central system, and the actor behind it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Bytes;
use tokio_util::sync::CancellationToken;

use super::actor::{self, SoapUp, WAITING};
use super::address::{HttpUrl, bracketed};
use super::compression::{self, ContentCoding};
use super::exchange;
use super::framing::SoapFraming;
use super::incoming::{IncomingConnection, RequestRefusal, TakenIn, answered, oddly, take_in};
use super::wsdl;
use crate::behaviour::{Responder, StationCredentials};
use crate::clock::now;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::basic_credentials::StationAuthorization;
use crate::link::context::ListenerPorts;
use crate::link::down::{self, DownEvent};
use crate::link::inbox::LinkInbox;
use crate::link::network::Socket;
use crate::link::opening::ConnectionOpening;
use crate::link::tls::TlsAcceptor;
use crate::link::{LinkContext, Listener, Network, panic_guard};
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{CloseReason, ConnectionAttempt, EventKind, FrameOrigin, StationKey};

/// How long we pause when the system cannot accept, for example because there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A simulated charge point that speaks SOAP.
#[derive(Debug)]
pub struct SoapService {
    /// The central system's service.
    pub url: HttpUrl,
    /// The identity.
    pub identity: String,
    /// The version that is spoken.
    pub version: Version,
    /// The station's key.
    pub station: StationKey,
    /// The address in the `From` header; `None` is the one on the way to the central system.
    pub from: Option<String>,
    /// What makes the handshakes of TLS on our own port; `None` for a port without.
    pub acceptor: Option<Arc<TlsAcceptor>>,
    /// What the station shows; its machine changes it.
    pub credentials: StationCredentials,
}

/// Keeps the charge point's server and actor running until the session ends.
pub async fn keep_serving(
    service: SoapService,
    listener: Listener,
    mut responder: Responder,
    mut inbox: LinkInbox,
    context: LinkContext,
) {
    let mut listener = Some(listener);
    let mut port = 0;
    loop {
        if let Some(listener) = listener.take() {
            port = listener.local_addr().map_or(port, |address| address.port());
            let number = context.events.link_numbers().next();
            let running = Box::pin(serve(&service, listener, number, responder, &mut inbox, &context));
            let Some((back, end)) = panic_guard::guarded(running, &context.events, service.station, number).await else {
                return;
            };
            responder = back;
            if end == CloseReason::Shutdown {
                return;
            }
        }
        if !wait_for_order(service.station, &mut responder, &mut inbox, &context).await {
            return;
        }
        match context.network.bind_everywhere(port) {
            Ok(bound) => listener = Some(bound),
            Err(error) => {
                let text = format!("port {port} cannot be had again: {error}").into();
                context.events.send(Some(service.station), now(), EventKind::Note { failure: true, text }).await;
            }
        }
    }
}

/// Waits until the user or the machine connects the station again. False when the session ends.
async fn wait_for_order(station: StationKey, responder: &mut Responder, inbox: &mut LinkInbox, context: &LinkContext) -> bool {
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return false,
            event = Box::pin(down::next_event(responder, inbox, station, context)) => match event {
                DownEvent::End => return false,
                DownEvent::Connect => return true,
                DownEvent::StayDown => {}
            },
        }
    }
}

async fn serve(
    service: &SoapService,
    listener: Listener,
    number: u64,
    responder: Responder,
    inbox: &mut LinkInbox,
    context: &LinkContext,
) -> (Responder, CloseReason) {
    let address = listener.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
    let from = match &service.from {
        Some(from) => from.clone(),
        None => {
            let scheme = if service.acceptor.is_some() { "https" } else { "http" };
            format!("{scheme}://{}:{}/", route(&service.url, &context.network).await, address.port())
        }
    };
    let listening = EventKind::Listening { address, url: from.clone().into(), transports: vec![Transport::Soap] };
    let (sender, mut requests) = mpsc::channel(WAITING);
    let open = context.shutdown.child_token();
    let close = open.clone().drop_guard();
    let server = Arc::new(ServerState {
        station: service.station,
        version: service.version,
        context: context.clone(),
        acceptor: service.acceptor.clone(),
        ports: match service.acceptor {
            Some(_) => ListenerPorts { plain: None, tls: Some(address.port()) },
            None => ListenerPorts { plain: Some(address.port()), tls: None },
        },
        requests: sender,
        open,
    });
    let accepting = tokio::spawn(accept(listener, server));
    let soap = SoapFraming::new(
        context.catalog.clone(),
        Role::ChargePoint,
        service.identity.clone(),
        Some(from),
        Some(service.url.clone()),
    );
    let authorization =
        Some(StationAuthorization { identity: service.identity.clone(), credentials: service.credentials.clone() });
    let (station, version, listening) = (service.station, service.version, Some(listening));
    let attempt = ConnectionAttempt::default();
    let up = SoapUp { station, number, version, peer: address, soap, listening, authorization, attempt };
    let ended = actor::run(up, &mut requests, inbox, context, responder).await;
    drop(close);
    // The port is free when the station is wanted back at once.
    let _ = accepting.await;
    ended
}

/// The address of this machine on the way to the central system. As in ocppjs, it is `localhost` when the URL has
/// `localhost`.
async fn route(url: &HttpUrl, network: &Network) -> String {
    if url.host.eq_ignore_ascii_case("localhost") {
        return "localhost".to_owned();
    }
    network.address_towards(&url.host, url.port).await.map_or_else(|_| "localhost".to_owned(), bracketed)
}

/// What the charge point's server needs.
struct ServerState {
    station: StationKey,
    version: Version,
    context: LinkContext,
    acceptor: Option<Arc<TlsAcceptor>>,
    ports: ListenerPorts,
    requests: mpsc::Sender<exchange::SoapRequest>,
    /// Ends with the link.
    open: CancellationToken,
}

async fn accept(mut listener: Listener, server: Arc<ServerState>) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = server.open.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                tokio::spawn(connection(stream, peer, server.clone()));
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Serves the HTTP of one connection of the central system.
async fn connection(stream: Socket, peer: SocketAddr, server: Arc<ServerState>) {
    stream.set_nodelay();
    tokio::select! {
        biased;
        () = server.open.cancelled() => {}
        () = serve_http(stream, peer, &server) => {}
    }
}

async fn serve_http(stream: Socket, peer: SocketAddr, server: &Arc<ServerState>) {
    let (station, client, ports) = (Some(server.station), Role::CentralSystem, server.ports);
    let opening = ConnectionOpening { peer, station, client, tls: server.acceptor.as_ref(), ports, context: &server.context };
    let mut progress = AttemptProgress::accepted();
    let Some((first, stream)) = Box::pin(opening.open(stream, &mut progress)).await else { return };
    let (stream, state) = IncomingConnection::beginning(peer, stream, progress);
    let state = Arc::new(state);
    let service = {
        let (server, state) = (server.clone(), state.clone());
        service_fn(move |request| {
            let (server, state) = (server.clone(), state.clone());
            state.spoke();
            async move { Ok::<_, Infallible>(respond(request, &state, &server).await) }
        })
    };
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(server.context.settings.current().handshake_timeout)
        // The library reads the real clock for it.
        .auto_date_header(!server.context.network.is_in_memory())
        .serve_connection(TokioIo::new(stream), service);
    // After a request, an error of the connection is recorded at the request that it concerns.
    if let Err(error) = served.await
        && !state.has_spoken()
    {
        opening.record_no_http(&error.to_string(), &first, &state.progress).await;
    }
}

async fn respond(request: Request<Incoming>, connection: &IncomingConnection, server: &ServerState) -> Response<Full<Bytes>> {
    let coding = ContentCoding::accepted(request.headers());
    connection.pace().set(None);
    let answer = answer(request, connection, server).await;
    let answer = oddly(answer, connection, &server.context, Role::ChargePoint, || Some(server.station)).await;
    compression::packed(answer, coding).await
}

async fn answer(request: Request<Incoming>, connection: &IncomingConnection, server: &ServerState) -> Response<Full<Bytes>> {
    let context = &server.context;
    let origin = connection.origin_of(&request);
    let refusal = match *request.method() {
        Method::POST => {
            let settings = context.settings.current();
            match take_in(request, connection, &context.catalog, Role::ChargePoint, &settings).await {
                Ok(taken) => return hand_over(taken, origin, connection.peer(), server).await,
                Err(refusal) => refusal,
            }
        }
        Method::GET | Method::HEAD => match wsdl::answer(&request, &context.catalog, &[server.version], Role::ChargePoint) {
            Some(response) => return response,
            None => RequestRefusal::method(request.method()),
        },
        _ => RequestRefusal::method(request.method()),
    };
    refusal.record_and_respond(Some(server.station), connection.peer(), connection.requested_with(&origin), context).await
}

async fn hand_over(taken: TakenIn, origin: Arc<FrameOrigin>, peer: SocketAddr, server: &ServerState) -> Response<Full<Bytes>> {
    let TakenIn { text, read, remarks, reached_at, .. } = taken;
    let (reply, answer) = oneshot::channel();
    // When the link has just ended, the request is dropped and with it the sender of the answer.
    let _ = server
        .requests
        .send(exchange::SoapRequest { text, read, remarks, origin, peer, attempt: None, reached_at, reply })
        .await;
    answered(answer).await
}
