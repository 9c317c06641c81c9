//! The contract between links and the session: which stations are admitted, what stands behind their links, and how the session reaches
//! them afterwards.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;

use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::inbox::LinkHandle;
use crate::behaviour::Responder;
use crate::ocpp::{Transport, Version};
use crate::trace::{HandshakeFinding, StationKey, TlsFacts};

/// A station that wants to connect: the request of its WebSocket handshake, or its first SOAP request.
pub struct Handshake<'a> {
    /// The identity: from the path of a WebSocket, from the envelope over SOAP.
    pub identity: &'a str,
    /// The version of the link.
    pub version: Version,
    /// How its messages travel.
    pub transport: Transport,
    /// The path of the request.
    pub path: &'a str,
    /// The headers of the request. Credentials are among them: they must not be recorded.
    pub headers: &'a HeaderMap,
    /// The other end of the connection.
    pub peer: SocketAddr,
    /// What TLS agreed on, with the certificates of the station; `None` for a plain connection.
    pub tls: Option<&'a TlsFacts>,
}

/// Without the headers, because of the credentials in them.
impl fmt::Debug for Handshake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("identity", &self.identity)
            .field("version", &self.version)
            .field("transport", &self.transport)
            .field("path", &self.path)
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// A station that is admitted.
pub struct Admission {
    /// Its key.
    pub station: StationKey,
    /// What stands behind its link.
    pub responder: Responder,
}

/// Why a station is not admitted. The request is answered with it, and it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status of the HTTP response.
    pub status: StatusCode,
    /// One sentence, which the trace gets, and the peer unless there is another one for it: it must not contain credentials.
    pub reason: String,
    /// What the peer gets instead.
    pub shown: Option<String>,
    /// Headers of the response that the status asks for.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal whose reason the peer may read.
    pub fn new(status: StatusCode, reason: impl Into<String>) -> Refusal {
        Refusal { status, reason: reason.into(), shown: None, headers: Vec::new() }
    }
}

/// What a directory finds about the credentials of a request, while it may have to wait.
pub type Authentication<'a> = Pin<Box<dyn Future<Output = Result<Vec<HandshakeFinding>, Refusal>> + Send + 'a>>;

/// Lets no station in: of a listener whose stations are passed on, which asks it nothing.
pub struct NoStations;

impl Directory for NoStations {
    fn authenticate<'a>(&'a self, _handshake: &'a Handshake<'a>) -> Authentication<'a> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn admit(&self, _handshake: &Handshake<'_>) -> Result<Admission, Refusal> {
        Err(Refusal::new(StatusCode::FORBIDDEN, "stations are passed on here"))
    }

    fn callback(&self, _station: StationKey) -> Option<String> {
        None
    }

    fn attach(&self, _station: StationKey, _handle: LinkHandle) -> Option<LinkHandle> {
        None
    }

    fn detach(&self, _station: StationKey, _number: u64) {}
}

/// Decides which stations may connect to a central system, and knows their links.
pub trait Directory: Send + Sync {
    /// Checks who sends a handshake, or any request over SOAP, by its credentials and by the certificate of its connection, before it is
    /// looked at further. It may take long: a password is checked against a slow hash, and guesses are slowed down. What is odd and accepted
    /// is returned.
    fn authenticate<'a>(&'a self, handshake: &'a Handshake<'a>) -> Authentication<'a>;

    /// Decides about a station whose sender is known, before its handshake is answered.
    ///
    /// # Errors
    /// When it may not connect.
    fn admit(&self, handshake: &Handshake<'_>) -> Result<Admission, Refusal>;

    /// The address at which the station was called over an earlier SOAP link.
    fn callback(&self, station: StationKey) -> Option<String>;

    /// The link of a station is up and reached by this handle. Returns the handle of the link that it replaces.
    fn attach(&self, station: StationKey, handle: LinkHandle) -> Option<LinkHandle>;

    /// The link with this number is gone.
    fn detach(&self, station: StationKey, number: u64);
}
