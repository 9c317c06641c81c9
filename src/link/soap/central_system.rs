//! The central system's side of SOAP: which station a request belongs to. A station gets an actor with its first request and keeps it.
//! A request that belongs to no station is refused with a fault and shown without a station.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Bytes;

use super::actor::{self, SoapUp, WAITING};
use super::actors::SoapActorHandle;
use super::address::HttpUrl;
use super::compression::{self, ContentCoding};
use super::exchange::{self, RequestAttempt};
use super::framing::{SoapFraming, answer_headers, joined, name, reason};
use super::incoming::{IncomingConnection, RequestRefusal, TakenIn, answered, oddly, take_in};
use super::wsdl;
use crate::clock::now;
use crate::link::context::ListenerContext;
use crate::link::directory::{Admission, Handshake};
use crate::link::endpoint::IDENTITY_LIMIT;
use crate::link::inbox::LinkHandle;
use crate::link::order::LinkOrder;
use crate::link::panic_guard;
use crate::link::random::LinkChance;
use crate::ocpp::{ErrorCode, Role, Transport, Version};
use crate::rpc::soap::{Body, Envelope, FaultSubcode, ResponseHeaders, write_fault};
use crate::trace::{
    ConnectionAttempt, Direction, EventKind, Frame, FrameContent, FrameKind, FrameOrigin, FrameText, HandshakeFinding,
};

/// Answers a request on the central system's endpoint.
pub(in crate::link) async fn respond(
    request: Request<Incoming>,
    connection: &IncomingConnection,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    let coding = ContentCoding::accepted(request.headers());
    let answer = answer(request, connection, listener_context).await;
    dressed(answer, coding, connection, listener_context).await
}

/// Answers a request whose body was taken in.
pub(in crate::link) async fn respond_to(
    taken: TakenIn,
    origin: Arc<FrameOrigin>,
    connection: &IncomingConnection,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    let coding = ContentCoding::accepted(&taken.head.headers);
    let answer = route(taken, origin, connection, listener_context).await;
    dressed(answer, coding, connection, listener_context).await
}

/// An answer with what is done wrong on purpose, in the coding of the client.
async fn dressed(
    answer: Response<Full<Bytes>>,
    coding: Option<ContentCoding>,
    connection: &IncomingConnection,
    listener_context: &ListenerContext,
) -> Response<Full<Bytes>> {
    let station = || {
        let identity = connection.spoke_for()?;
        listener_context.context.events.known_station(Role::CentralSystem, &identity)
    };
    let answer = oddly(answer, connection, &listener_context.context, Role::CentralSystem, station).await;
    compression::packed(answer, coding).await
}

async fn answer(
    request: Request<Incoming>,
    connection: &IncomingConnection,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    let context = &listener_context.context;
    let origin = connection.origin_of(&request);
    let refused = match *request.method() {
        Method::POST => {
            let settings = context.settings.current();
            match take_in(request, connection, &context.catalog, Role::CentralSystem, &settings).await {
                Ok(taken) => return route(taken, origin, connection, listener_context).await,
                Err(refusal) => refusal,
            }
        }
        Method::GET | Method::HEAD => {
            match wsdl::answer(&request, &context.catalog, &listener_context.versions, Role::CentralSystem) {
                Some(response) => return response,
                None => RequestRefusal::method(request.method()),
            }
        }
        _ => RequestRefusal::method(request.method()),
    };
    refused.record_and_respond(None, connection.peer(), connection.requested_with(&origin), context).await
}

async fn route(
    taken: TakenIn,
    origin: Arc<FrameOrigin>,
    connection: &IncomingConnection,
    listener_context: &Arc<ListenerContext>,
) -> Response<Full<Bytes>> {
    let TakenIn { text, read, mut remarks, reached_at, head, .. } = taken;
    let peer = connection.peer();
    let place = match &read {
        Ok(envelope) => place(envelope, connection, listener_context, &mut remarks),
        Err(error) => match connection.spoke_for() {
            // The sender is known from an earlier request on this connection. It is accepted only if it has an actor.
            Some(identity) if listener_context.actors.get(&identity).is_some() => Ok((identity, None)),
            _ => Err((ErrorCode::ProtocolError, FaultSubcode::ProtocolError, error.to_string())),
        },
    };
    match place {
        Ok((identity, version)) => {
            let mut progress = connection.requested_with(&origin);
            progress.password = head.headers.contains_key(AUTHORIZATION);
            let findings = match authenticate(&identity, version, &head, connection, listener_context).await {
                Ok(findings) => findings,
                Err(refusal) => return refusal.record_and_respond(None, peer, progress, &listener_context.context).await,
            };
            let (reply, answer) = oneshot::channel();
            let (shared, attempt) = (origin.clone(), RequestAttempt { progress: progress.clone(), findings });
            let attempt = Some(Box::new(attempt));
            let request = exchange::SoapRequest { text, read, remarks, origin: shared, peer, attempt, reached_at, reply };
            match enter(&identity, version, request, &head, listener_context).await {
                Ok(()) => answered(answer).await,
                Err(refusal) => refusal.record_and_respond(None, peer, progress, &listener_context.context).await,
            }
        }
        Err((code, subcode, description)) => {
            let headers = answer_headers(read.as_ref().ok(), &mut LinkChance::default());
            let kind = if read.is_ok() { FrameKind::Call } else { FrameKind::Malformed };
            let content = read.as_ref().ok().map(|envelope| Box::new(FrameContent::of(envelope)));
            let refused = Refused { text, content, kind, remarks, origin, headers, code, subcode, description };
            refused.answer(listener_context).await
        }
    }
}

/// Why a request belongs to no station: the error, its subcode and a sentence.
type UnknownSender = (ErrorCode, FaultSubcode, String);

/// The station that a request belongs to, and the version it speaks when the request contains it.
fn place(
    envelope: &Envelope,
    connection: &IncomingConnection,
    listener_context: &ListenerContext,
    remarks: &mut Vec<String>,
) -> Result<(String, Option<Version>), UnknownSender> {
    let protocol = |description: String| (ErrorCode::ProtocolError, FaultSubcode::ProtocolError, description);
    let Some(identity) = envelope.identity() else {
        return Err(protocol("the header chargeBoxIdentity is missing, so the sender is not known".into()));
    };
    if identity.len() > IDENTITY_LIMIT {
        return Err(protocol(format!("the identity has {} bytes; the limit is {IDENTITY_LIMIT}", identity.len())));
    }
    let version = version(&envelope.body);
    if let Some(version) = version.filter(|version| !listener_context.versions.contains(version)) {
        let spoken: Vec<&str> = listener_context.versions.iter().map(|version| version.number()).collect();
        let description = format!("OCPP {version} is not spoken here; {} is", spoken.join(", "));
        return Err((ErrorCode::NotSupported, FaultSubcode::NotSupported, description));
    }
    if version.is_none() && listener_context.actors.get(identity).is_none() {
        return Err(protocol(format!("{} is in no namespace of OCPP", name(&envelope.body))));
    }
    if let Some(before) = connection.speaks_for(identity) {
        remarks.push(format!("the same connection spoke for {before} before"));
    }
    Ok((identity.to_owned(), version))
}

/// Checks who sends a request.
async fn authenticate(
    identity: &str,
    version: Option<Version>,
    head: &Parts,
    connection: &IncomingConnection,
    listener_context: &ListenerContext,
) -> Result<Vec<HandshakeFinding>, RequestRefusal> {
    // The version of a message that has none is that of its station's link.
    let version = version.unwrap_or(Version::V1_5);
    let (transport, path, headers) = (Transport::Soap, head.uri.path(), &head.headers);
    // Every connection has a certificate of its own.
    let (peer, tls) = (connection.peer(), connection.progress.tls.as_deref());
    let handshake = Handshake { identity, version, transport, path, headers, peer, tls };
    Ok(listener_context.directory.authenticate(&handshake).await?)
}

fn version(body: &Body) -> Option<Version> {
    match body {
        Body::Request(operation) | Body::Response(operation) => Some(operation.version),
        Body::Unknown(element) => element.service.map(|(version, _)| version),
        Body::Fault(_) | Body::Empty => None,
    }
}

/// Passes a request to the actor of its station. The first request starts the actor, unless there are too many.
async fn enter(
    identity: &str,
    version: Option<Version>,
    mut request: exchange::SoapRequest,
    head: &Parts,
    listener_context: &Arc<ListenerContext>,
) -> Result<(), RequestRefusal> {
    loop {
        let actor = match (listener_context.actors.get(identity), version) {
            (Some(actor), _) => actor,
            (None, Some(version)) => open(identity, version, &request, head, listener_context)?,
            (None, None) => return Ok(()), // its actor has just ended
        };
        match actor.requests.send(request).await {
            Ok(()) => return Ok(()),
            Err(mpsc::error::SendError(back)) => {
                listener_context.actors.remove(identity, actor.number);
                request = back;
            }
        }
    }
}

/// Makes an actor for a station that is admitted, unless another request was quicker.
fn open(
    identity: &str,
    version: Version,
    request: &exchange::SoapRequest,
    head: &Parts,
    listener_context: &Arc<ListenerContext>,
) -> Result<SoapActorHandle, RequestRefusal> {
    let limit = listener_context.context.settings.current().soap_stations;
    let is_full = |count: usize| {
        let reason = format!("{limit} stations speak SOAP here already; {identity} is one too many");
        (count >= limit).then(|| RequestRefusal::new(StatusCode::SERVICE_UNAVAILABLE, reason))
    };
    if let Some(full) = is_full(listener_context.actors.lock().len()) {
        return Err(full);
    }
    let (transport, path, headers) = (Transport::Soap, head.uri.path(), &head.headers);
    let tls = request.attempt.as_ref().and_then(|attempt| attempt.progress.tls.as_deref());
    let handshake = Handshake { identity, version, transport, path, headers, peer: request.peer, tls };
    let admission = listener_context.directory.admit(&handshake)?;
    let (sender, requests) = mpsc::channel(WAITING);
    let actor = SoapActorHandle { number: listener_context.context.events.link_numbers().next(), requests: sender };
    {
        let mut actors = listener_context.actors.lock();
        if let Some(other) = actors.get(identity) {
            return Ok(other.clone());
        }
        if let Some(full) = is_full(actors.len()) {
            return Err(full);
        }
        actors.insert(identity.to_owned(), actor.clone());
    }
    let begin = NewSoapLink {
        identity: identity.to_owned(),
        version,
        peer: request.peer,
        from: request.reached_at.clone(),
        number: actor.number,
        admission,
        attempt: request.attempt.as_ref().map(|attempt| attempt.recorded()).unwrap_or_default(),
    };
    listener_context.tasks.spawn(begin.run(requests, listener_context.clone()));
    Ok(actor)
}

/// The beginning of a station's link.
struct NewSoapLink {
    identity: String,
    version: Version,
    peer: SocketAddr,
    from: Option<String>,
    number: u64,
    admission: Admission,
    /// How the first request came.
    attempt: ConnectionAttempt,
}

impl NewSoapLink {
    async fn run(self, mut requests: mpsc::Receiver<exchange::SoapRequest>, listener_context: Arc<ListenerContext>) {
        let NewSoapLink { identity, version, peer, from, number, admission, attempt } = self;
        let Admission { station, responder } = admission;
        let (handle, mut inbox) = LinkHandle::new(number);
        let callback = listener_context.directory.callback(station);
        if let Some(older) = listener_context.directory.attach(station, handle) {
            // The older link may be stuck with a full inbox: then its own time limits end it.
            let _ = older.order(LinkOrder::Replaced);
        }
        let context = &listener_context.context;
        let address = callback.and_then(|url| HttpUrl::parse(&url).ok());
        let soap = SoapFraming::new(context.catalog.clone(), Role::CentralSystem, identity.clone(), from, address);
        let up = SoapUp {
            station,
            number,
            version,
            peer,
            soap,
            listening: None,
            authorization: None,
            attempt,
            chance: LinkChance::default(),
        };
        let running = actor::run(up, &mut requests, &mut inbox, context, responder);
        panic_guard::guarded(running, &context.events, station, number).await;
        listener_context.actors.remove(&identity, number);
        listener_context.directory.detach(station, number);
    }
}

/// A request that belongs to no station, and why.
struct Refused {
    text: FrameText,
    content: Option<Box<FrameContent>>,
    kind: FrameKind,
    remarks: Vec<String>,
    origin: Arc<FrameOrigin>,
    headers: ResponseHeaders,
    code: ErrorCode,
    subcode: FaultSubcode,
    description: String,
}

impl Refused {
    async fn answer(self, listener_context: &ListenerContext) -> Response<Full<Bytes>> {
        let Refused { text, content, kind, mut remarks, origin, headers, code, subcode, description } = self;
        let events = &listener_context.context.events;
        let version = listener_context.versions.iter().copied().filter(|it| Version::SOAP.contains(it)).max();
        let version = version.unwrap_or(Version::V1_6);
        let fault_reason = reason(code, subcode, &description);
        let fault_content = FrameContent::of_fault(headers.relates_to.as_deref(), Some(subcode.name()), &fault_reason);
        let fault = write_fault(version, Role::CentralSystem, subcode.code(), Some(subcode), &fault_reason, &headers);
        let fault = FrameText::from(fault);
        let exchange = Some(events.numbers().next());
        remarks.push(description);
        let asked = frame(Direction::In, kind, text, exchange);
        let remark = joined(&remarks).map(String::into_boxed_str);
        let asked = Frame { content, remark, origin: Some(origin), ..asked };
        let answer = Frame {
            content: Some(Box::new(fault_content)),
            code: Some(code),
            ..frame(Direction::Out, FrameKind::Error, fault.clone(), exchange)
        };
        for frame in [asked, answer] {
            events.send(None, now(), EventKind::Frame(frame)).await;
        }
        let (reply, answer) = oneshot::channel();
        let _ = reply.send(exchange::SoapResponse { status: subcode.code().http_status(), text: fault });
        answered(answer).await
    }
}

fn frame(direction: Direction, kind: FrameKind, text: FrameText, exchange: Option<u64>) -> Frame {
    let (action, content, code, findings) = (None, None, None, Vec::new());
    Frame { direction, kind, action, text, content, exchange, code, findings, remark: None, origin: None }
}
