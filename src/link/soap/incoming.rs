//! An HTTP request to one of our services, until it is an envelope or refused. Which station the envelope belongs to is
//! decided elsewhere.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Bytes;

use super::body::ReceivedBody;
use super::compression::{self, CodingError};
use super::{exchange, http_action};
use crate::clock::now;
use crate::link::address_policy::RequestClient;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::handshake_headers::{answer_head, request_head, write_request_head};
use crate::link::misbehaviour::MisbehaviourStage;
use crate::link::misbehaviour::answer::{AnswerPace, alter_envelope};
use crate::link::misbehaviour::odd_writer::MisbehaviourReporter;
use crate::link::opening::OpenedSocket;
use crate::link::{LinkContext, LinkSettings, Refusal};
use crate::ocpp::{Catalog, Role};
use crate::rpc::soap::{Envelope, ReadError, ReadHint};
use crate::trace::{
    ConnectionAttempt, ConnectionFailure, ConnectionStep, EventKind, FailureCause, FailureSide, FrameOrigin, FrameText,
    StationKey,
};

/// How many origins a connection remembers.
const SHARED_ORIGINS: usize = 4;
/// The media type of SOAP 1.2 (RFC 3902).
pub(in crate::link) const MEDIA_TYPE: &str = "application/soap+xml; charset=utf-8";

/// One connection to a service of ours.
#[derive(Debug)]
pub(in crate::link) struct IncomingConnection {
    /// The other end, or the client that it named at the beginning.
    pub first_peer: SocketAddr,
    /// The client behind the last request: where a proxy is trusted, not the other end.
    client: Mutex<RequestClient>,
    /// How it came to its first request.
    pub progress: AttemptProgress,
    /// The identity of the last request.
    identity: Mutex<Option<String>>,
    /// The origins of the last requests with different heads.
    origins: Mutex<RecentOrigins>,
    spoken: AtomicBool,
    pace: AnswerPace,
}

/// The origins of the last requests of a connection.
#[derive(Debug, Default)]
struct RecentOrigins {
    origins: VecDeque<Arc<FrameOrigin>>,
    /// The room in which a head is written, to be compared.
    head: String,
}

impl IncomingConnection {
    /// A connection without a request.
    fn new(peer: SocketAddr, progress: AttemptProgress) -> IncomingConnection {
        let (identity, origins, spoken) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        let client = Mutex::new(RequestClient { address: peer, secured: false });
        let pace = AnswerPace::default();
        IncomingConnection { first_peer: peer, client, progress, identity, origins, spoken, pace }
    }

    /// The client behind the current request.
    pub fn peer(&self) -> SocketAddr {
        self.client().address
    }

    fn client(&self) -> RequestClient {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores the client behind the current request.
    pub fn speaks_from(&self, client: RequestClient) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }

    /// How the client writes the beginning of our address.
    fn scheme(&self) -> &'static str {
        if self.progress.tls.is_some() || self.client().secured { "https" } else { "http" }
    }

    /// A connection without a request, and its socket, with answers that leave as they are to.
    pub fn beginning(peer: SocketAddr, socket: OpenedSocket, progress: AttemptProgress) -> (OpenedSocket, IncomingConnection) {
        let connection = IncomingConnection::new(peer, progress);
        (socket.with_pace(connection.pace.clone()), connection)
    }

    /// How the answers leave.
    pub fn pace(&self) -> &AnswerPace {
        &self.pace
    }

    /// The attempt to connect that a request is, which has just come.
    pub fn requested<B>(&self, request: &Request<B>) -> AttemptProgress {
        let mut progress = self.progress.clone();
        progress.enter(ConnectionStep::Answer);
        progress.request = request_head(request).into();
        progress.password = request.headers().contains_key(AUTHORIZATION);
        progress.secured_before = self.client().secured;
        progress
    }

    /// The same when the head is known already.
    pub fn requested_with(&self, origin: &FrameOrigin) -> AttemptProgress {
        let mut progress = self.progress.clone();
        progress.enter(ConnectionStep::Answer);
        progress.request = origin.http_head.clone().unwrap_or_default();
        let RequestClient { address, secured } = self.client();
        (progress.checked_peer, progress.secured_before) = (Some(address), secured);
        progress
    }

    /// A request has come.
    pub fn spoke(&self) {
        self.spoken.store(true, Ordering::Relaxed);
    }

    /// Whether a request has ever come.
    pub fn has_spoken(&self) -> bool {
        self.spoken.load(Ordering::Relaxed)
    }

    /// The origin of the envelope of a request: its head. The requests of a connection differ in the length of their bodies at the most, so
    /// that they can share a few origins; a text of its own for each would be the largest part of many a record.
    pub fn origin_of(&self, request: &Request<Incoming>) -> Arc<FrameOrigin> {
        let mut recent = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let RecentOrigins { origins, head } = &mut *recent;
        head.clear();
        write_request_head(head, request);
        if let Some(known) = origins.iter().find(|known| known.http_head.as_deref() == Some(&*head)) {
            return known.clone();
        }
        let origin = Arc::new(FrameOrigin { http_head: Some(head.as_str().into()), ..FrameOrigin::default() });
        if origins.len() == SHARED_ORIGINS {
            origins.pop_front();
        }
        origins.push_back(origin.clone());
        origin
    }

    /// Stores the identity of the current request; returns the one of the request before when it was another one.
    pub fn speaks_for(&self, identity: &str) -> Option<String> {
        let mut known = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_deref() == Some(identity) {
            return None;
        }
        known.replace(identity.to_owned())
    }

    /// The identity of the last request.
    pub fn spoke_for(&self) -> Option<String> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why a request is refused, with an HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::link) struct RequestRefusal {
    pub status: StatusCode,
    pub reason: String,
    /// What the peer gets instead of the reason.
    pub shown: Option<String>,
    /// Headers that the status asks for.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl From<Refusal> for RequestRefusal {
    fn from(Refusal { status, reason, shown, headers }: Refusal) -> RequestRefusal {
        RequestRefusal { status, reason, shown, headers }
    }
}

impl RequestRefusal {
    pub fn new(status: StatusCode, reason: impl Into<String>) -> RequestRefusal {
        Refusal::new(status, reason).into()
    }

    /// A method that the service does not have.
    pub fn method(method: &Method) -> RequestRefusal {
        let reason = format!("{method} is not for a SOAP service; POST an envelope, or GET ?wsdl");
        RequestRefusal {
            headers: vec![(ALLOW, HeaderValue::from_static("GET, HEAD, POST"))],
            ..RequestRefusal::new(StatusCode::METHOD_NOT_ALLOWED, reason)
        }
    }

    /// Records the refusal of a request and returns its response.
    pub async fn record_and_respond(
        self,
        station: Option<StationKey>,
        peer: SocketAddr,
        mut progress: AttemptProgress,
        context: &LinkContext,
    ) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(format!("{}\n", self.shown.as_ref().unwrap_or(&self.reason))));
        *response.status_mut() = self.status;
        // What is left of the body is not read, so the connection cannot go on.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response.headers_mut().extend(self.headers);
        progress.answer = answer_head(&response);
        progress.done();
        let side = if station.is_some() { FailureSide::Station } else { FailureSide::CentralSystem };
        let fault = self.reason.as_str().into();
        let cause = match self.status {
            StatusCode::UNAUTHORIZED => FailureCause::Unauthorized { fault },
            status => FailureCause::NotAdmitted { status: status.as_u16(), fault },
        };
        let failure = Some(Box::new(ConnectionFailure { side, step: ConnectionStep::Request, cause }));
        // Findings are of links.
        let handshake = ConnectionAttempt { failure, findings: Vec::new(), ..progress.attempt() };
        let kind = EventKind::Refused { peer: Some(peer), reason: self.reason.into(), detail: Box::default(), handshake };
        context.events.send(station, now(), kind).await;
        response
    }
}

/// A body that was taken in.
#[derive(Debug)]
pub(in crate::link) struct TakenIn {
    pub text: FrameText,
    /// The body as it came, unpacked.
    pub bytes: Bytes,
    pub read: Result<Envelope, ReadError>,
    pub remarks: Vec<String>,
    pub reached_at: Option<String>,
    /// The request without its body.
    pub head: Parts,
}

/// Reads the body of a POST within the limits. `service` is the role whose service is called.
pub(in crate::link) async fn take_in(
    request: Request<Incoming>,
    connection: &IncomingConnection,
    catalog: &Catalog,
    service: Role,
    settings: &LinkSettings,
) -> Result<TakenIn, RequestRefusal> {
    let (head, body) = request.into_parts();
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let reached_at = host.map(|host| format!("{}://{host}{}", connection.scheme(), head.uri.path()));
    let bytes = collect(body, &head.headers, settings).await?;
    let mut remarks = Vec::new();
    let content_type = content_type(&head.headers);
    let body = ReceivedBody::decode(&bytes, content_type.as_deref());
    let read = read_request(&body, catalog, service, &mut remarks);
    if let Some(remark) = content_type.as_deref().and_then(media_type_remark) {
        if read.is_err() {
            let reason = format!("{remark}, and the body is no envelope");
            return Err(RequestRefusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
        remarks.push(remark);
    }
    if let Ok(envelope) = &read {
        remarks.extend(http_action::remarks(&head.headers, envelope));
    }
    Ok(TakenIn { text: body.text, bytes, read, remarks, reached_at, head })
}

/// The body of a request to the service of this role as an envelope.
pub(super) fn read_request(
    body: &ReceivedBody,
    catalog: &Catalog,
    service: Role,
    remarks: &mut Vec<String>,
) -> Result<Envelope, ReadError> {
    body.read(catalog, ReadHint { service: Some(service), ..ReadHint::default() }, remarks)
}

async fn collect(body: Incoming, headers: &HeaderMap, settings: &LinkSettings) -> Result<Bytes, RequestRefusal> {
    let limit = settings.message_limit;
    let too_large = || {
        let reason = format!("the body is larger than {limit} bytes");
        RequestRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
    };
    // A body that announces its size is refused before it is sent.
    if hyper::body::Body::size_hint(&body).lower() > limit as u64 {
        return Err(too_large());
    }
    let codings: Vec<&str> = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    let collected = within(settings.handshake_timeout, Limited::new(body, limit).collect()).await?;
    let bytes = collected.map_err(|error| match error.is::<LengthLimitError>() {
        true => too_large(),
        false => RequestRefusal::new(StatusCode::BAD_REQUEST, format!("the body broke off: {error}")),
    })?;
    let bytes = bytes.to_bytes();
    if codings.is_empty() {
        return Ok(bytes);
    }
    let unpacked = compression::unpack(&codings.join(","), bytes.to_vec(), limit);
    unpacked.map(Bytes::from).map_err(|error| match error {
        CodingError::Unknown(_) => RequestRefusal {
            headers: vec![(ACCEPT_ENCODING, HeaderValue::from_static(compression::OFFERED))],
            ..RequestRefusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error.to_string())
        },
        CodingError::TooLarge(_) => too_large(),
        CodingError::Broken(_) => RequestRefusal::new(StatusCode::BAD_REQUEST, error.to_string()),
    })
}

async fn within<T>(limit: Duration, waiting: impl Future<Output = T>) -> Result<T, RequestRefusal> {
    tokio::time::timeout(limit, waiting).await.map_err(|_| {
        let reason = format!("the body did not arrive within {} s", limit.as_secs_f64());
        RequestRefusal::new(StatusCode::REQUEST_TIMEOUT, reason)
    })
}

/// The content type of a message.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// What is wrong with the media type of a message. One without a media type is accepted.
pub(in crate::link) fn media_type_remark(content_type: &str) -> Option<String> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let right = media_type.eq_ignore_ascii_case("application/soap+xml");
    (!right).then(|| format!("the content type is {media_type} instead of application/soap+xml"))
}

/// Does what is done wrong on purpose with an answer to a request. `station` is asked when there is anything.
pub(super) async fn oddly(
    answer: Response<Full<Bytes>>,
    connection: &IncomingConnection,
    context: &LinkContext,
    our_role: Role,
    station: impl FnOnce() -> Option<StationKey>,
) -> Response<Full<Bytes>> {
    if context.misbehaviour.is_idle() {
        return answer;
    }
    let station = station();
    let active = context.misbehaviour.of_stage(&[MisbehaviourStage::Answer], our_role, station);
    let (answer, done) = alter_envelope(&active, answer, connection.pace()).await;
    let reporter = MisbehaviourReporter { events: context.events.clone(), station };
    done.iter().for_each(|one| reporter.report(one));
    answer
}

/// Waits for the actor's answer and makes an HTTP response of it.
pub(super) async fn answered(answer: oneshot::Receiver<exchange::SoapResponse>) -> Response<Full<Bytes>> {
    match answer.await {
        Ok(exchange::SoapResponse { status, text }) => {
            let mut response = Response::new(Full::new(Bytes::from(text)));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
            response
        }
        // The link ended while the request waited.
        Err(_) => {
            let mut response = Response::new(Full::from("the link of this station has just ended\n"));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}
