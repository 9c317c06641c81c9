//! One HTTP exchange of ours. The connection is kept for the next one to the same place, as long as the peer keeps it too.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, USER_AGENT};
use hyper::http::Extensions;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Bytes;

use super::address::HttpUrl;
use super::body::ReceivedBody;
use super::compression::{self, CodingError};
use super::exchange::{PostAnswer, SoapPost};
use super::incoming;
use super::received_bytes::ReceivedBytes;
use crate::behaviour::{ConnectionIncident, CredentialSet};
use crate::link::attempt_progress::AttemptProgress;
use crate::link::credential_news::incident_of_tls;
use crate::link::handshake_headers::{answer_head, request_head};
use crate::link::misbehaviour::odd_writer::MisbehaviourReporter;
use crate::link::misbehaviour::{MisbehaviourPlan, OddTls};
use crate::link::network::{ObservedSocket, Socket};
use crate::link::tls::{FailedTls, TlsFault};
use crate::link::{LinkContext, LinkSettings, Network, TlsConnector};
use crate::ocpp::{Role, SecurityProfile};
use crate::trace::{ConnectionAttempt, ConnectionStep, FailureCause, FailureSide, StationKey, TlsFacts};

/// How long an exchange may go on after its call was given up: an answer that comes so late is still shown.
const LATE: Duration = Duration::from_secs(120);

/// A connection to a service.
#[derive(Debug)]
struct HttpConnection {
    sender: SendRequest<Full<Bytes>>,
    received: ReceivedBytes,
    peer: Option<SocketAddr>,
    /// What TLS agreed on, and what was shown for it.
    secured: Option<(Arc<TlsFacts>, CredentialSet)>,
}

/// Why an exchange has no answer. The URLs are those that were asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::link) enum ExchangeError {
    #[error("{url} did not answer")]
    NoAnswer { url: String },
    #[error("can't reach {url}: no connection within {seconds} s")]
    ConnectTimeout { url: String, seconds: u64 },
    #[error("can't reach {url}: {reason}")]
    UnknownHost { url: String, host: String, reason: io::Error },
    #[error("can't reach {url}: {reason}")]
    Unreachable { url: String, address: SocketAddr, reason: io::Error },
    #[error(
        "can't reach {url}: security profile {profile} needs TLS, and the URL has none, so nothing is sent; start the station with https:// \
         before it rises to this profile"
    )]
    ProfileNeedsTls { url: String, profile: SecurityProfile },
    #[error("can't reach {url}: {fault}")]
    Tls { url: String, fault: TlsFault },
    #[error("can't reach {url}: {reason}")]
    Handshake { url: String, reason: hyper::Error },
    #[error("no request can be made for {url}: {reason}")]
    Request { url: String, reason: hyper::http::Error },
    #[error("{url} broke the connection off: {reason}")]
    BrokenOff { url: String, reason: hyper::Error },
    #[error("{url}: the answer is larger than {limit} bytes")]
    TooLarge { url: String, limit: usize },
    #[error("{url}: the answer broke off: {reason}")]
    Incomplete { url: String, reason: Box<dyn Error + Send + Sync> },
    #[error("{url}: {reason}")]
    Coding { url: String, reason: CodingError },
}

/// An exchange that has no answer, and how far it came.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub(in crate::link) struct FailedExchange {
    pub error: ExchangeError,
    /// The attempt to connect that it was; `None` where it failed behind a connection that was in order.
    pub attempt: Option<Box<ConnectionAttempt>>,
}

impl ExchangeError {
    /// The same as a fact about the attempt, with the side that ended it. `None` for an answer that came and cannot be used.
    fn failure(&self, peer: Role) -> Option<(FailureSide, FailureCause)> {
        let text = |reason: &dyn Display| reason.to_string().into();
        Some(match self {
            ExchangeError::NoAnswer { .. } => return None, // its call has its own time limit
            ExchangeError::ConnectTimeout { seconds, .. } => {
                (FailureSide::Network, FailureCause::TimedOut { limit: Duration::from_secs(*seconds) })
            }
            ExchangeError::UnknownHost { host, .. } => (FailureSide::Network, FailureCause::UnknownHost { host: text(host) }),
            ExchangeError::Unreachable { address, reason, .. } if reason.kind() == io::ErrorKind::ConnectionRefused => {
                (FailureSide::Network, FailureCause::ConnectionRefused { address: *address })
            }
            ExchangeError::Unreachable { address, reason, .. } => {
                (FailureSide::Network, FailureCause::Unreachable { address: *address, error: text(reason) })
            }
            ExchangeError::Tls { fault, .. } => fault.failure(),
            ExchangeError::ProfileNeedsTls { .. } | ExchangeError::Request { .. } => {
                (peer.peer().into(), FailureCause::NoRequest { fault: text(self) })
            }
            ExchangeError::Handshake { reason, .. } | ExchangeError::BrokenOff { reason, .. } => {
                (peer.into(), FailureCause::Broken { error: text(reason) })
            }
            ExchangeError::TooLarge { .. } | ExchangeError::Incomplete { .. } | ExchangeError::Coding { .. } => return None,
        })
    }

    /// What of it a station reports by a security event.
    pub fn incident(&self) -> Option<ConnectionIncident> {
        if let ExchangeError::Tls { fault, .. } = self { incident_of_tls(&fault.cause) } else { None }
    }
}

/// Makes connections to a peer, and keeps the last one for the next exchange. Clones share it.
#[derive(Debug, Clone)]
pub(in crate::link) struct KeptConnection {
    network: Network,
    tls: Arc<TlsConnector>,
    peer: Role,
    misbehaviour: Arc<MisbehaviourPlan>,
    reporter: MisbehaviourReporter,
    kept: Arc<Mutex<Option<(String, HttpConnection)>>>,
}

impl KeptConnection {
    /// None yet, for this station.
    pub fn new(context: &LinkContext, station: StationKey, peer: Role) -> KeptConnection {
        let (network, tls, misbehaviour) = (context.network.clone(), context.tls.clone(), context.misbehaviour.clone());
        let reporter = MisbehaviourReporter { events: context.events.clone(), station: Some(station) };
        KeptConnection { network, tls, peer, misbehaviour, reporter, kept: Arc::default() }
    }

    fn take(&self, url: &HttpUrl, shown: &CredentialSet) -> Option<HttpConnection> {
        let (place, connection) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let is_same = connection.secured.as_ref().is_none_or(|(_, before)| before == shown);
        (place == url.place() && !connection.sender.is_closed() && is_same).then_some(connection)
    }

    fn put(&self, url: &HttpUrl, connection: HttpConnection) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((url.place(), connection));
    }

    /// Makes a new connection. How far it came is in `progress`.
    async fn connect(
        &self,
        url: &HttpUrl,
        shown: &CredentialSet,
        progress: &mut AttemptProgress,
        settings: &LinkSettings,
    ) -> Result<HttpConnection, ExchangeError> {
        let limit = settings.handshake_timeout;
        let stream = timeout(limit, self.open(url, progress))
            .await
            .map_err(|_| ExchangeError::ConnectTimeout { url: url.to_string(), seconds: limit.as_secs() })??;
        stream.set_nodelay();
        progress.connected_to = stream.peer().ok().map(|peer| SocketAddr::new(peer.ip().to_canonical(), peer.port()));
        let (stream, secured) = if url.tls {
            progress.enter(ConnectionStep::Tls);
            let odd = OddTls::of(&self.misbehaviour, self.reporter.clone(), self.peer.peer(), true);
            let limit = odd.limit(limit);
            let secured = Box::pin(self.tls.secure(&url.host, stream, shown, limit, self.peer, &odd)).await;
            let secured = secured.map_err(|failed| {
                let FailedTls { fault, facts } = *failed;
                progress.tls = Some(facts);
                ExchangeError::Tls { url: url.to_string(), fault }
            })?;
            let facts = secured.facts().clone();
            (Socket::Tls(Box::new(secured)), Some((facts, shown.clone())))
        } else {
            (stream, None)
        };
        let received = ReceivedBytes::default();
        let stream = ObservedSocket::new(Bytes::new(), stream, received.clone());
        let (sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|reason| ExchangeError::Handshake { url: url.to_string(), reason })?;
        // It ends with the sender or with the peer's side; a caller that waits for the answer gets an error.
        tokio::spawn(connection);
        Ok(HttpConnection { sender, received, peer: progress.connected_to, secured })
    }

    /// Opens a connection to the first address of the host that takes it.
    async fn open(&self, url: &HttpUrl, progress: &mut AttemptProgress) -> Result<Socket, ExchangeError> {
        let unknown = |reason| ExchangeError::UnknownHost { url: url.to_string(), host: url.host.clone(), reason };
        let addresses = self.network.addresses(&url.host, url.port).await.map_err(unknown)?;
        progress.enter(ConnectionStep::Connect);
        let mut failure = unknown(io::ErrorKind::NotFound.into());
        for address in addresses {
            match self.network.connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(reason) => failure = ExchangeError::Unreachable { url: url.to_string(), address, reason },
            }
        }
        Err(failure)
    }
}

/// A request and its destination.
#[derive(Debug, Clone)]
pub(in crate::link) struct HttpCall {
    pub url: HttpUrl,
    pub method: Method,
    /// The envelope; empty for a probe.
    pub body: Bytes,
    /// The SOAP action.
    pub action: Option<String>,
    /// The header with the password of a station of ours.
    pub authorization: Option<HeaderValue>,
    /// What a station of ours shows.
    pub shown: CredentialSet,
    /// The headers of a request that is passed on, and how they were written; they are sent in place of ours.
    pub passed: Option<(HeaderMap, Extensions)>,
}

impl SoapPost {
    /// What is asked at an address.
    pub fn to(&self, url: &HttpUrl) -> HttpCall {
        let body = Bytes::from(self.text.clone());
        let (action, shown) = (self.action.clone(), CredentialSet::default());
        HttpCall { url: url.clone(), method: Method::POST, body, action, authorization: None, shown, passed: None }
    }

    /// The HTTP headers of the request, as a JSON object.
    pub fn headers(&self, url: &HttpUrl) -> String {
        request_headers(&self.to(url))
    }
}

/// Sends the request and waits for the answer.
pub(in crate::link) async fn ask(
    ask: &HttpCall,
    kept: &KeptConnection,
    settings: &LinkSettings,
) -> Result<PostAnswer, FailedExchange> {
    let mut progress = AttemptProgress::dialling();
    let whole = timeout(settings.call_timeout + LATE, exchange(ask, kept, &mut progress, settings)).await;
    let answer = whole.unwrap_or_else(|_| Err(ExchangeError::NoAnswer { url: ask.url.to_string() }));
    answer.map_err(|error| {
        let attempt = error.failure(kept.peer).map(|(side, cause)| Box::new(progress.failed(side, cause)));
        FailedExchange { error, attempt }
    })
}

async fn exchange(
    ask: &HttpCall,
    kept: &KeptConnection,
    progress: &mut AttemptProgress,
    settings: &LinkSettings,
) -> Result<PostAnswer, ExchangeError> {
    // As over a WebSocket: the credentials of a profile are not for a connection that is less than it, also for one that is kept.
    if ask.shown.profile.uses_tls() && !ask.url.tls {
        return Err(ExchangeError::ProfileNeedsTls { url: ask.url.to_string(), profile: ask.shown.profile });
    }
    let mut old = kept.take(&ask.url, &ask.shown);
    loop {
        let reused = old.is_some();
        let mut connection = match old.take() {
            Some(connection) => connection,
            None => kept.connect(&ask.url, &ask.shown, progress, settings).await?,
        };
        if reused && connection.sender.ready().await.is_err() {
            continue; // the peer closed it meanwhile
        }
        let before = connection.received.count();
        let request = request(ask)?;
        progress.enter(ConnectionStep::Answer);
        progress.tls = connection.secured.as_ref().map(|(facts, _)| facts.clone());
        (progress.request, progress.password) = (request_head(&request).into(), ask.authorization.is_some());
        match connection.sender.send_request(request).await {
            Ok(response) => {
                let answer = answer(&ask.url, response, connection.peer, settings.message_limit).await?;
                kept.put(&ask.url, connection);
                return Ok(answer);
            }
            // Nothing of it was sent, or the peer closed the idle connection while it was under way: without a byte of an answer it
            // was not processed (RFC 9110 §9.2.2), so it goes again, over a new connection and so only once.
            Err(error) if reused && (error.is_canceled() || connection.received.count() == before) => {
                *progress = AttemptProgress::dialling();
            }
            Err(reason) => return Err(ExchangeError::BrokenOff { url: ask.url.to_string(), reason }),
        }
    }
}

fn request(ask: &HttpCall) -> Result<Request<Full<Bytes>>, ExchangeError> {
    if let Some((headers, extensions)) = &ask.passed {
        let unusable = |reason| ExchangeError::Request { url: ask.url.to_string(), reason };
        let builder = Request::builder().method(ask.method.clone()).uri(&ask.url.path);
        let mut request = builder.body(Full::new(ask.body.clone())).map_err(unusable)?;
        *request.headers_mut() = headers.clone();
        *request.extensions_mut() = extensions.clone();
        return Ok(request);
    }
    let mut builder = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.url.path)
        .header(HOST, &ask.url.authority)
        .header(USER_AGENT, concat!("ocpp-tui/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT_ENCODING, compression::OFFERED);
    if ask.method == Method::POST {
        builder = builder.header(CONTENT_TYPE, content_type(ask.action.as_deref()));
    }
    if let Some(action) = ask.action.as_deref().filter(|action| is_plain(action)) {
        // SOAP 1.1's header; ocppjs and old stations send and expect it.
        builder = builder.header("SOAPAction", format!("\"{action}\""));
    }
    if let Some(value) = &ask.authorization {
        builder = builder.header(AUTHORIZATION, value);
    }
    builder.body(Full::new(ask.body.clone())).map_err(|reason| ExchangeError::Request { url: ask.url.to_string(), reason })
}

/// The media type of SOAP 1.2 with its action parameter (RFC 3902).
fn content_type(action: Option<&str>) -> String {
    match action.filter(|action| is_plain(action)) {
        Some(action) => format!("application/soap+xml; charset=utf-8; action=\"{action}\""),
        None => "application/soap+xml; charset=utf-8".to_owned(),
    }
}

/// Whether a text can stand between quotation marks in a header.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

async fn answer(
    url: &HttpUrl,
    response: Response<Incoming>,
    peer: Option<SocketAddr>,
    limit: usize,
) -> Result<PostAnswer, ExchangeError> {
    let head_text = answer_head(&response).into();
    let (head, body) = response.into_parts();
    let collected = Limited::new(body, limit).collect().await.map_err(|reason| {
        let url = url.to_string();
        if reason.is::<LengthLimitError>() {
            ExchangeError::TooLarge { url, limit }
        } else {
            ExchangeError::Incomplete { url, reason }
        }
    })?;
    let codings = head.headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = compression::unpack(codings, collected.to_bytes().to_vec(), limit)
        .map_err(|reason| ExchangeError::Coding { url: url.to_string(), reason })?;
    let content_type = incoming::content_type(&head.headers);
    let bytes = Bytes::from(body);
    let body = ReceivedBody::decode(&bytes, content_type.as_deref());
    let headers = as_json(&head.headers);
    let (fields, extensions) = (head.headers, head.extensions);
    Ok(PostAnswer { status: head.status, content_type, headers, head: head_text, body, bytes, fields, extensions, peer })
}

fn request_headers(ask: &HttpCall) -> String {
    let mut headers = request(ask).map(|request| request.headers().clone()).unwrap_or_default();
    headers.insert(hyper::header::CONTENT_LENGTH, HeaderValue::from(ask.body.len()));
    as_json(&headers)
}

fn as_json(headers: &HeaderMap) -> String {
    let members = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned())));
    Value::Object(members.collect::<Map<_, _>>()).to_string()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::clock::now;
    use crate::trace;

    /// A profile may rise while a connection from before is kept.
    #[tokio::test]
    async fn a_profile_with_tls_shows_nothing_over_a_connection_without() {
        let (network, url) = (Network::in_memory(), HttpUrl::parse("http://h.example:9000/").unwrap());
        let mut listener = network.bind_everywhere(9000).unwrap();
        let reporter = MisbehaviourReporter { events: trace::direct(1 << 20, now()), station: None };
        let (tls, misbehaviour, peer) = (Arc::default(), Arc::default(), Role::CentralSystem);
        let kept = KeptConnection { network, tls, peer, misbehaviour, reporter, kept: Arc::default() };
        let call = |profile| HttpCall {
            url: url.clone(),
            method: Method::GET,
            body: Bytes::new(),
            action: None,
            passed: None,
            authorization: None,
            shown: CredentialSet { profile, ..CredentialSet::default() },
        };
        let settings = LinkSettings::default();
        let serving = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(socket.read_u8().await.unwrap());
            }
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            socket
        };
        let first = call(SecurityProfile::Unsecured);
        let (answer, mut socket) = tokio::join!(ask(&first, &kept, &settings), serving);
        assert_eq!(answer.unwrap().status, 200);
        for profile in [SecurityProfile::TlsBasic, SecurityProfile::TlsClientCertificate] {
            let failed = ask(&call(profile), &kept, &settings).await.unwrap_err();
            assert!(
                failed.to_string().contains(&format!("security profile {profile} needs TLS, and the URL has none")),
                "{failed}"
            );
            let failure = failed.attempt.unwrap().failure.unwrap();
            assert!(
                failure.side == FailureSide::Station && matches!(failure.cause, FailureCause::NoRequest { .. }),
                "{failure}"
            );
        }
        drop(kept);
        let mut more = Vec::new();
        socket.read_to_end(&mut more).await.unwrap();
        assert!(more.is_empty(), "nothing more was sent");
    }
}
