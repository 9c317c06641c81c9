//! One HTTP exchange of ours. The connection is kept for the next one to the same place, as long as the peer keeps it too.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Bytes;

use super::address::HttpUrl;
use super::body::ReceivedBody;
use super::compression::{self, CodingError};
use super::counted_socket::{CountedSocket, ReceivedBytes};
use super::exchange::{PostAnswer, SoapPost};
use super::incoming;
use crate::behaviour::{CredentialSet, StationCredentials};
use crate::link::handshake_headers::answer_head;
use crate::link::network::Socket;
use crate::link::tls::{FailedTls, TlsFault};
use crate::link::{LinkContext, LinkSettings, Network, TlsConnector};
use crate::ocpp::Role;

/// How long an exchange may go on after its call was given up: an answer that comes so late is still shown.
const LATE: Duration = Duration::from_secs(120);

/// A connection to a service.
#[derive(Debug)]
struct HttpConnection {
    sender: SendRequest<Full<Bytes>>,
    received: ReceivedBytes,
}

/// Why an exchange has no answer. The URLs are those that were asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    #[error("{url} did not answer")]
    NoAnswer { url: String },
    #[error("can't reach {url}: no connection within {seconds} s")]
    ConnectTimeout { url: String, seconds: u64 },
    #[error("can't reach {url}: {reason}")]
    Unreachable { url: String, reason: io::Error },
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

/// Makes connections to a peer, and keeps the last one for the next exchange. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct KeptConnection {
    network: Network,
    tls: Arc<TlsConnector>,
    credentials: Option<StationCredentials>,
    peer: Role,
    kept: Arc<Mutex<Option<(String, HttpConnection)>>>,
}

impl KeptConnection {
    /// None yet. A station shows its credentials.
    pub fn new(context: &LinkContext, peer: Role, credentials: Option<StationCredentials>) -> KeptConnection {
        let (network, tls) = (context.network.clone(), context.tls.clone());
        KeptConnection { network, tls, credentials, peer, kept: Arc::default() }
    }

    fn shown(&self) -> CredentialSet {
        self.credentials.as_ref().map(StationCredentials::next).unwrap_or_default()
    }

    fn take(&self, url: &HttpUrl) -> Option<HttpConnection> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let is_usable =
            |(place, connection): &(String, HttpConnection)| *place == url.place() && !connection.sender.is_closed();
        Some(kept).filter(is_usable).map(|(_, connection)| connection)
    }

    fn put(&self, url: &HttpUrl, connection: HttpConnection) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((url.place(), connection));
    }

    /// Makes a new connection.
    async fn connect(&self, url: &HttpUrl, settings: &LinkSettings) -> Result<HttpConnection, ExchangeError> {
        let limit = settings.handshake_timeout;
        let connecting = self.network.connect_to_host(&url.host, url.port);
        let stream = timeout(limit, connecting)
            .await
            .map_err(|_| ExchangeError::ConnectTimeout { url: url.to_string(), seconds: limit.as_secs() })?
            .map_err(|reason| ExchangeError::Unreachable { url: url.to_string(), reason })?;
        stream.set_nodelay();
        let stream = if url.tls {
            let shown = self.shown();
            let securing = Box::pin(self.tls.secure(&url.host, stream, &shown, limit, self.peer));
            let failed = |failed: Box<FailedTls>| ExchangeError::Tls { url: url.to_string(), fault: failed.fault };
            Socket::Tls(Box::new(securing.await.map_err(failed)?))
        } else {
            stream
        };
        let received = ReceivedBytes::default();
        let stream = CountedSocket { socket: stream, received: received.clone() };
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|reason| ExchangeError::Handshake { url: url.to_string(), reason })?;
        // It ends with the sender or with the peer's side; a caller that waits for the answer gets an error.
        tokio::spawn(connection);
        Ok(HttpConnection { sender, received })
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
    /// The credentials of a station of ours.
    pub authorization: Option<HeaderValue>,
}

impl SoapPost {
    /// What is asked at an address.
    pub fn to(&self, url: &HttpUrl) -> HttpCall {
        let body = Bytes::from(self.text.clone());
        HttpCall { url: url.clone(), method: Method::POST, body, action: self.action.clone(), authorization: None }
    }

    /// The HTTP headers of the request, as a JSON object.
    pub fn headers(&self, url: &HttpUrl) -> String {
        request_headers(&self.to(url))
    }
}

/// Sends the request and waits for the answer.
pub(super) async fn ask(ask: &HttpCall, kept: &KeptConnection, settings: &LinkSettings) -> Result<PostAnswer, ExchangeError> {
    let whole = exchange(ask, kept, settings);
    match timeout(settings.call_timeout + LATE, whole).await {
        Ok(answer) => answer,
        Err(_) => Err(ExchangeError::NoAnswer { url: ask.url.to_string() }),
    }
}

async fn exchange(ask: &HttpCall, kept: &KeptConnection, settings: &LinkSettings) -> Result<PostAnswer, ExchangeError> {
    let mut old = kept.take(&ask.url);
    loop {
        let reused = old.is_some();
        let mut connection = match old.take() {
            Some(connection) => connection,
            None => kept.connect(&ask.url, settings).await?,
        };
        if reused && connection.sender.ready().await.is_err() {
            continue; // the peer closed it meanwhile
        }
        let before = connection.received.count();
        match connection.sender.send_request(request(ask)?).await {
            Ok(response) => {
                let answer = answer(&ask.url, response, settings.message_limit).await?;
                kept.put(&ask.url, connection);
                return Ok(answer);
            }
            // Nothing of it was sent, or the peer closed the idle connection while it was under way: without a byte of an answer it
            // was not processed (RFC 9110 §9.2.2), so it goes again, over a new connection and so only once.
            Err(error) if reused && (error.is_canceled() || connection.received.count() == before) => {}
            Err(reason) => return Err(ExchangeError::BrokenOff { url: ask.url.to_string(), reason }),
        }
    }
}

fn request(ask: &HttpCall) -> Result<Request<Full<Bytes>>, ExchangeError> {
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

async fn answer(url: &HttpUrl, response: Response<Incoming>, limit: usize) -> Result<PostAnswer, ExchangeError> {
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
    let body = ReceivedBody::decode(&Bytes::from(body), content_type.as_deref());
    Ok(PostAnswer { status: head.status, content_type, headers: as_json(&head.headers), head: head_text, body })
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
