//! The HTTP server at which a central system calls charge points of ours: that of one station, or one that many stations share, each at a
//! path of its own. What a request means is the business of the station's actor.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::compression::{self, ContentCoding};
use super::exchange::SoapRequest;
use super::incoming::{IncomingConnection, RequestRefusal, TakenIn, answered, oddly, take_in};
use super::wsdl;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::context::ListenerPorts;
use crate::link::endpoint::encode_identity;
use crate::link::network::Socket;
use crate::link::opening::ConnectionOpening;
use crate::link::tls::TlsAcceptor;
use crate::link::{LinkContext, Listener};
use crate::ocpp::{Role, Version};
use crate::trace::{FrameOrigin, StationKey};

/// How long we pause when the system cannot accept, for example because there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A station that is called.
#[derive(Debug, Clone)]
pub(super) struct CalledStation {
    pub station: StationKey,
    pub version: Version,
    /// The inbox of its actor.
    pub requests: mpsc::Sender<SoapRequest>,
}

/// The stations that share a server, by their paths without the first slash.
#[derive(Debug, Default)]
pub(super) struct CallbackPaths(Mutex<HashMap<String, CalledStation>>);

impl CallbackPaths {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, CalledStation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom the requests are for.
pub(super) enum CalledStations {
    /// All for one station.
    One(CalledStation),
    /// Each for that of its path.
    ByPath(Arc<CallbackPaths>),
}

impl CalledStations {
    /// The only one, when it is known without a request.
    fn only(&self) -> Option<StationKey> {
        match self {
            CalledStations::One(called) => Some(called.station),
            CalledStations::ByPath(_) => None,
        }
    }

    fn at(&self, path: &str) -> Option<CalledStation> {
        match self {
            CalledStations::One(called) => Some(called.clone()),
            CalledStations::ByPath(paths) => paths.lock().get(path.trim_matches('/')).cloned(),
        }
    }
}

/// What a server needs.
pub(super) struct CallbackServer {
    pub stations: CalledStations,
    pub context: LinkContext,
    pub acceptor: Option<Arc<TlsAcceptor>>,
    pub ports: ListenerPorts,
    /// It serves for as long as this is not cancelled.
    pub open: CancellationToken,
}

/// Where a station of ours is called.
pub enum CallbackPort {
    /// At a port of its own.
    Own(Listener),
    /// At the port of many, at a path of its own.
    Shared(SharedCallbacks),
}

/// A server that many stations share. Cheap to clone; all clones are the same server.
#[derive(Debug, Clone)]
pub struct SharedCallbacks {
    paths: Arc<CallbackPaths>,
    address: SocketAddr,
}

impl SharedCallbacks {
    /// Serves on this port until the session ends.
    ///
    /// # Errors
    /// When the port has no address.
    pub fn start(listener: Listener, context: LinkContext, tasks: &TaskTracker) -> io::Result<SharedCallbacks> {
        let (address, paths) = (listener.local_addr()?, Arc::<CallbackPaths>::default());
        let server = CallbackServer {
            stations: CalledStations::ByPath(paths.clone()),
            open: context.shutdown.clone(),
            context,
            acceptor: None,
            ports: ListenerPorts { plain: Some(address.port()), tls: None },
        };
        tasks.spawn(accept(listener, Arc::new(server)));
        Ok(SharedCallbacks { paths, address })
    }

    /// The address of the port.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The path of a station, without the first slash.
    pub(super) fn path_of(identity: &str) -> String {
        encode_identity(identity)
    }

    /// Serves a station, too, for as long as what is returned exists.
    pub(super) fn serve(&self, identity: &str, station: CalledStation) -> ServedPath {
        let path = SharedCallbacks::path_of(identity);
        self.paths.lock().insert(path.clone(), station);
        ServedPath { paths: self.paths.clone(), path }
    }
}

/// A station is called at its path while this exists.
#[derive(Debug)]
pub(super) struct ServedPath {
    paths: Arc<CallbackPaths>,
    path: String,
}

impl Drop for ServedPath {
    fn drop(&mut self) {
        self.paths.lock().remove(&self.path);
    }
}

/// Accepts connections until the server ends.
pub(super) async fn accept(mut listener: Listener, server: Arc<CallbackServer>) {
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
async fn connection(stream: Socket, peer: SocketAddr, server: Arc<CallbackServer>) {
    stream.set_nodelay();
    tokio::select! {
        biased;
        () = server.open.cancelled() => {}
        () = serve_http(stream, peer, &server) => {}
    }
}

async fn serve_http(stream: Socket, peer: SocketAddr, server: &Arc<CallbackServer>) {
    let (station, client, ports) = (server.stations.only(), Role::CentralSystem, server.ports);
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

async fn respond(
    request: Request<Incoming>,
    connection: &IncomingConnection,
    server: &CallbackServer,
) -> Response<Full<Bytes>> {
    let coding = ContentCoding::accepted(request.headers());
    connection.pace().set(None);
    let called = server.stations.at(request.uri().path());
    let answer = answer(request, connection, called.as_ref(), server).await;
    let answer =
        oddly(answer, connection, &server.context, Role::ChargePoint, || called.as_ref().map(|called| called.station)).await;
    compression::packed(answer, coding).await
}

async fn answer(
    request: Request<Incoming>,
    connection: &IncomingConnection,
    called: Option<&CalledStation>,
    server: &CallbackServer,
) -> Response<Full<Bytes>> {
    let context = &server.context;
    let origin = connection.origin_of(&request);
    let refusal = match (called, request.method()) {
        (None, _) => {
            let reason = format!("no station is called at {}", request.uri().path());
            RequestRefusal::new(StatusCode::NOT_FOUND, reason)
        }
        (Some(called), &Method::POST) => {
            let settings = context.settings.current();
            match take_in(request, connection, &context.catalog, Role::ChargePoint, &settings).await {
                Ok(taken) => return hand_over(taken, origin, connection.peer(), called).await,
                Err(refusal) => refusal,
            }
        }
        (Some(called), &Method::GET | &Method::HEAD) => {
            match wsdl::answer(&request, &context.catalog, &[called.version], Role::ChargePoint) {
                Some(response) => return response,
                None => RequestRefusal::method(request.method()),
            }
        }
        _ => RequestRefusal::method(request.method()),
    };
    let station = called.map(|called| called.station);
    refusal.record_and_respond(station, connection.peer(), connection.requested_with(&origin), context).await
}

async fn hand_over(
    taken: TakenIn,
    origin: Arc<FrameOrigin>,
    peer: SocketAddr,
    called: &CalledStation,
) -> Response<Full<Bytes>> {
    let TakenIn { text, read, remarks, reached_at, .. } = taken;
    let (reply, answer) = oneshot::channel();
    // When the link has just ended, the request is dropped and with it the sender of the answer.
    let _ = called.requests.send(SoapRequest { text, read, remarks, origin, peer, attempt: None, reached_at, reply }).await;
    answered(answer).await
}
