//! The HTTP of a WebSocket handshake (RFC 6455 §4.2): which requests are one, and how each is answered. What a path or a subprotocol means
//! is in `endpoint` and `subprotocol`; the sockets are `listener`'s.

use std::net::SocketAddr;

use http_body_util::Full;
use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::{Method, Request, Response, StatusCode, Version as HttpVersion};
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::context::ListenerContext;
use super::directory::{Admission, Handshake, Refusal};
use super::endpoint::{EndpointPathError, StationPath};
use super::subprotocol::{SubprotocolPolicy, UnknownProtocol, choose_subprotocol, misspelled, no_common_subprotocol};
use crate::ocpp::{Transport, Version};
use crate::sanitize::escape_control;
use crate::trace::{ConnectionAttempt, FailureCause, FailureSide, TlsFacts};

/// A header with the reason of a refusal as text, as ocppjs sends it. The status is for programs.
const REJECT_REASON: HeaderName = HeaderName::from_static("x-websocket-reject-reason");

/// Whether a request is one for the SOAP service. On the service's path only a GET that asks for a WebSocket is not: every other offer of
/// an upgrade may be ignored (RFC 9110 §7.8).
pub(super) fn is_soap<B>(request: &Request<B>, listener_context: &ListenerContext) -> bool {
    listener_context.transports.contains(&Transport::Soap)
        && listener_context.endpoint.is_service(request.uri().path())
        && !(request.method() == Method::GET && has_token(request.headers(), &UPGRADE, "websocket"))
}

/// A handshake that is completed: the path and the upgrade are right, a common subprotocol may still be missing.
pub(super) struct AcceptedHandshake {
    pub identity: String,
    /// What was agreed on, and the admission of the station; `None` when there is no common subprotocol.
    pub agreed: Option<(Version, Admission)>,
    /// The subprotocols that were offered.
    pub offered: String,
    /// The heads of request and answer; the latter once it is answered.
    pub heads: ConnectionAttempt,
    /// The path of the request.
    pub path: String,
    accept_key: String,
    subprotocol: Option<HeaderValue>,
}

impl AcceptedHandshake {
    /// The answer.
    pub fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        if let Ok(key) = HeaderValue::from_str(&self.accept_key) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, key);
        }
        if let Some(name) = &self.subprotocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, name.clone());
        }
        response
    }
}

/// A request that becomes no link.
#[derive(Debug)]
pub(super) struct RejectedHandshake {
    pub status: StatusCode,
    /// The line that ocppjs prints about it.
    pub reason: String,
    /// What would have been accepted.
    pub detail: String,
    /// Who ended it.
    pub side: FailureSide,
    /// By what.
    pub cause: FailureCause,
    /// What the peer gets instead of it.
    pub shown: Option<String>,
    /// Headers that the status asks for.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl RejectedHandshake {
    pub fn new(status: StatusCode, path: &str, detail: String) -> RejectedHandshake {
        let reason = format!("Attempt to url: {path}. Rejected: {detail}.");
        let fault = detail.as_str().into();
        let cause = match status {
            StatusCode::UNAUTHORIZED => FailureCause::Unauthorized { fault },
            _ => FailureCause::NotAdmitted { status: status.as_u16(), fault },
        };
        let (shown, headers) = (None, Vec::new());
        RejectedHandshake { status, reason, detail, side: FailureSide::CentralSystem, cause, shown, headers }
    }

    /// A handshake that the session refuses.
    fn refused(path: &str, Refusal { status, reason, shown, headers }: Refusal) -> RejectedHandshake {
        RejectedHandshake { shown, headers, ..RejectedHandshake::new(status, path, reason) }
    }

    /// The same with a cause that is made of what would have been accepted.
    fn because(self, cause: impl FnOnce(Box<str>) -> FailureCause) -> RejectedHandshake {
        let cause = cause(self.detail.as_str().into());
        RejectedHandshake { cause, ..self }
    }

    /// A request that is no handshake at all.
    pub fn received(status: StatusCode, path: &str, detail: String) -> RejectedHandshake {
        let reason = format!("Received request for {path}");
        let rejected = RejectedHandshake { reason, ..RejectedHandshake::new(status, path, detail) };
        rejected.because(|fault| FailureCause::NoHandshake { fault })
    }

    fn of_path(path: &str, error: &EndpointPathError) -> RejectedHandshake {
        let detail = error.to_string();
        let why = match error {
            EndpointPathError::Elsewhere { .. } => "not found",
            EndpointPathError::NoIdentity { .. } => "no identity specified",
            _ => detail.as_str(),
        };
        let reason = format!("Attempt to url: {path}. Rejected: {why}.");
        let rejected = RejectedHandshake { reason, ..RejectedHandshake::new(StatusCode::NOT_FOUND, path, detail) };
        rejected.because(|fault| FailureCause::WrongPath { fault })
    }

    /// Envelopes are posted; this one to a path that is not the service's.
    fn of_post(path: &str, listener_context: &ListenerContext) -> RejectedHandshake {
        let detail = if listener_context.transports.contains(&Transport::Soap) {
            let service = listener_context.endpoint.prefix();
            format!(
                "{path} is no SOAP service; the one of this central system is at {service} (and {service}services/CentralSystemService)"
            )
        } else {
            format!(
                "a POST to {path} is for a SOAP service, and SOAP is not spoken here; start the central system with both transports"
            )
        };
        let rejected = RejectedHandshake::received(StatusCode::NOT_FOUND, path, detail);
        rejected.because(|fault| FailureCause::WrongPath { fault })
    }

    /// The answer.
    pub fn response(&self) -> Response<Full<Bytes>> {
        let shown = self.shown.as_ref().unwrap_or(&self.detail);
        let mut response = Response::new(Full::from(format!("{shown}\n")));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if self.status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        if let Ok(reason) = HeaderValue::from_str(shown) {
            headers.insert(REJECT_REASON, reason);
        }
        headers.extend(self.headers.iter().cloned());
        response
    }
}

/// Reads the request of a handshake, and asks whether the station may connect. Without a subprotocol there will be no link to admit.
///
/// # Errors
/// When it is no handshake, or one that is refused.
pub(super) async fn accept_handshake<B: Sync>(
    request: &Request<B>,
    peer: SocketAddr,
    tls: Option<&TlsFacts>,
    listener_context: &ListenerContext,
) -> Result<AcceptedHandshake, RejectedHandshake> {
    let (path, headers) = (request.uri().path(), request.headers());
    if request.method() == Method::POST {
        return Err(RejectedHandshake::of_post(path, listener_context));
    }
    if !listener_context.transports.contains(&Transport::WebSocket) {
        let detail = "only SOAP is spoken here, on the endpoint itself".to_owned();
        let reason = format!("Attempt to url: {path}. Rejected: not found.");
        let rejected = RejectedHandshake { reason, ..RejectedHandshake::new(StatusCode::NOT_FOUND, path, detail) };
        return Err(rejected.because(|fault| FailureCause::WrongPath { fault }));
    }
    let station = listener_context.endpoint.station(path, request.uri().query());
    if let Some(fault) = no_handshake(request) {
        let status = if station.is_ok() { StatusCode::UPGRADE_REQUIRED } else { StatusCode::NOT_FOUND };
        return Err(RejectedHandshake::received(status, path, fault));
    }
    let StationPath { identity, mut findings } = station.map_err(|error| RejectedHandshake::of_path(path, &error))?;
    if let Some((status, fault)) = faulty_handshake(request) {
        return Err(RejectedHandshake::new(status, path, fault).because(|fault| FailureCause::NoHandshake { fault }));
    }
    let offered: Vec<&str> = values(headers, &SEC_WEBSOCKET_PROTOCOL).collect();
    let policy = listener_context.subprotocols;
    let chosen = choose_subprotocol(&offered, &listener_context.versions, policy);
    if chosen.is_none() && policy.unknown == UnknownProtocol::Refuse {
        return Err(unknown_protocol(StatusCode::BAD_REQUEST, &identity, &offered, listener_context));
    }
    findings.extend(chosen.as_ref().and_then(|chosen| chosen.finding()));
    let subprotocol = chosen.as_ref().and_then(|chosen| HeaderValue::from_str(chosen.name).ok());
    let agreed = match chosen {
        None => None,
        Some(chosen) => {
            let handshake = Handshake {
                identity: &identity,
                version: chosen.version,
                transport: Transport::WebSocket,
                path,
                headers,
                peer,
                tls,
            };
            let directory = &listener_context.directory;
            let rejected = |refusal| RejectedHandshake::refused(path, refusal);
            findings.extend(directory.authenticate(&handshake).await.map_err(rejected)?);
            Some((chosen.version, directory.admit(&handshake).map_err(rejected)?))
        }
    };
    Ok(AcceptedHandshake {
        identity,
        agreed,
        offered: offered.join(", "),
        heads: ConnectionAttempt { findings, ..ConnectionAttempt::default() },
        path: path.to_owned(),
        accept_key: derive_accept_key(headers.get(SEC_WEBSOCKET_KEY).map_or(&[], HeaderValue::as_bytes)),
        subprotocol,
    })
}

/// A handshake without a common subprotocol, as it is recorded.
pub(super) fn unknown_protocol(
    status: StatusCode,
    identity: &str,
    offered: &[&str],
    listener_context: &ListenerContext,
) -> RejectedHandshake {
    let versions = &listener_context.versions;
    let known = choose_subprotocol(offered, &Version::ALL, SubprotocolPolicy::default());
    let remedy = match known {
        Some(known) => {
            let all: Vec<&str> = versions.iter().chain([&known.version]).map(|version| version.subprotocol()).collect();
            format!("; to accept it too, start with -p {} (start_cs) or --protocol {0} (cs)", all.join(","))
        }
        None if misspelled(offered, versions).is_empty() => String::new(),
        None => "; --tolerate-subprotocol accepts it".to_owned(),
    };
    let fault = no_common_subprotocol(offered, versions);
    RejectedHandshake {
        status,
        reason: format!("Unknown protocol `{}'", offered.join(", ")),
        detail: format!("{}: {fault}{remedy}", escape_control(identity)),
        side: FailureSide::CentralSystem,
        cause: FailureCause::NoSubprotocol { fault: format!("{fault}{remedy}").into() },
        shown: None,
        headers: Vec::new(),
    }
}

/// Why a request is not the handshake of a WebSocket, which one can also be that has lost its headers on the way.
pub(super) fn no_handshake<B>(request: &Request<B>) -> Option<String> {
    let (path, method, headers) = (request.uri().path(), request.method(), request.headers());
    if method != Method::GET {
        return Some(format!("{method} {path} is not a WebSocket handshake, which is a GET"));
    }
    if is_old_handshake(request) {
        return None; // it has a fault that explains this one
    }
    let missing: Vec<&str> =
        [(UPGRADE, "websocket", "\"Upgrade: websocket\""), (CONNECTION, "upgrade", "\"Connection: Upgrade\"")]
            .iter()
            .filter_map(|(name, token, line)| (!has_token(headers, name, token)).then_some(*line))
            .collect();
    let (first, rest) = missing.split_first()?;
    let what =
        if rest.is_empty() { format!("the header {first} is") } else { format!("the headers {} are", missing.join(" and ")) };
    let proxy = if headers.contains_key(SEC_WEBSOCKET_KEY) { "; a proxy in between has probably removed it" } else { "" };
    Some(format!("{method} {path} is not a WebSocket handshake: {what} missing{proxy}"))
}

/// Whether a request is a handshake in a version of HTTP that has no upgrade.
fn is_old_handshake<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let asks = has_token(headers, &UPGRADE, "websocket") || headers.contains_key(SEC_WEBSOCKET_KEY);
    asks && request.version() < HttpVersion::HTTP_11
}

/// What is wrong with a handshake, and the status for it (RFC 6455 §4.2.1, §4.4).
fn faulty_handshake<B>(request: &Request<B>) -> Option<(StatusCode, String)> {
    let headers = request.headers();
    if is_old_handshake(request) {
        let fault = format!(
            "the handshake came in {:?}, which has no WebSocket (RFC 6455 §4.2.1); usually a proxy in between speaks it (nginx: \
             proxy_http_version 1.1)",
            request.version()
        );
        return Some((StatusCode::UPGRADE_REQUIRED, fault));
    }
    let hosts = headers.get_all(HOST).iter().count();
    if hosts != 1 {
        let fault = format!("the handshake has {hosts} headers Host instead of one (RFC 9112 §3.2)");
        return Some((StatusCode::BAD_REQUEST, fault));
    }
    let version = values(headers, &SEC_WEBSOCKET_VERSION).collect::<Vec<_>>().join(", ");
    if version.is_empty() {
        return Some((StatusCode::UPGRADE_REQUIRED, "the header \"Sec-WebSocket-Version: 13\" is missing".to_owned()));
    }
    if !has_token(headers, &SEC_WEBSOCKET_VERSION, "13") {
        let fault = format!("the handshake is of WebSocket version {version}, not of version 13 (RFC 6455)");
        return Some((StatusCode::UPGRADE_REQUIRED, fault));
    }
    let fault = "the header Sec-WebSocket-Key is missing";
    (!headers.contains_key(SEC_WEBSOCKET_KEY)).then(|| (StatusCode::BAD_REQUEST, fault.to_owned()))
}

/// The values of a header that are texts.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

/// Whether a header has this token in one of its lists.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    values(headers, name).flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
}
