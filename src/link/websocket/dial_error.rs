//! Why a simulated charge point could not be connected. Scripts made for ocppjs search for these texts.

use std::io::{Error as IoError, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use hyper::header::{HeaderMap, SEC_WEBSOCKET_EXTENSIONS};
use thiserror::Error;
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::behaviour::ConnectionIncident;
use crate::link::close_reason::wire_fault;
use crate::link::credential_news::incident_of_tls;
use crate::link::tls::TlsFault;
use crate::ocpp::{Role, SecurityProfile, Version};
use crate::trace::{ConnectionStep, FailureCause, FailureSide, TlsFacts, WireFault};

/// Why an attempt to connect failed.
#[derive(Debug, Error)]
pub(in crate::link) enum DialError {
    /// The handshake took too long.
    #[error("no answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
    /// The host has no address.
    #[error("getaddrinfo ENOTFOUND {0}")]
    UnknownHost(String),
    /// An address does not take the connection, for a reason that has a name.
    #[error("connect {name} {address}")]
    Unreachable { name: &'static str, address: SocketAddr },
    /// The same for another reason.
    #[error("cannot connect to {address}: {error}")]
    Connect { address: SocketAddr, error: IoError },
    /// The connection broke before the handshake.
    #[error("the connection to {address} broke: {error}")]
    Broken { address: SocketAddr, error: IoError },
    /// TLS failed.
    #[error("{0}")]
    Tls(TlsFault),
    /// The profile of the station protects more than the connection would.
    #[error(
        "security profile {profile} needs TLS, and {url} has none, so nothing is sent; give the station a URL with wss:// before it rises to \
         this profile"
    )]
    ProfileNeedsTls { profile: SecurityProfile, url: String },
    /// The URL cannot be parsed.
    #[error("{0} is not a URL")]
    Url(String),
    /// The URL makes no request.
    #[error("{url} cannot be asked for: {error}")]
    Request { url: String, error: SocketError },
    /// The handshake failed.
    #[error("{0}")]
    Handshake(HandshakeRefusal),
}

/// Why a handshake failed.
#[derive(Debug, Error)]
pub(in crate::link) enum HandshakeRefusal {
    /// The central system answered with an HTTP status.
    #[error("Server responded with a non-101 status: {status}{}", in_parentheses(.reason.as_deref()))]
    Status { status: StatusCode, reason: Option<String>, location: Option<String> },
    /// The answer names no subprotocol.
    #[error("Expected a Sec-WebSocket-Protocol header: the central system does not speak {}", .0.subprotocol())]
    NoSubprotocol(Version),
    /// The answer names another one.
    #[error("Server did not respond with a requested protocol, which is {}", .0.subprotocol())]
    OtherSubprotocol(Version),
    /// The answer names an extension, and none was offered.
    #[error("the server agreed on the extension {0}, which was not offered (RFC 6455 §4.1)")]
    Extension(String),
    /// The answer has the wrong key.
    #[error("{0}")]
    AcceptKey(WireFault),
    /// The central system rejected our certificate once TLS was up.
    #[error(transparent)]
    Tls(TlsFault),
    /// The wire broke.
    #[error(transparent)]
    Wire(WireFault),
}

fn in_parentheses(reason: Option<&str>) -> String {
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
}

impl DialError {
    /// What the operating system reports of an address.
    pub fn of_address(error: IoError, address: SocketAddr) -> DialError {
        let name = match error.kind() {
            ErrorKind::ConnectionRefused => "ECONNREFUSED",
            ErrorKind::ConnectionReset => "ECONNRESET",
            ErrorKind::TimedOut => "ETIMEDOUT",
            ErrorKind::HostUnreachable => "EHOSTUNREACH",
            ErrorKind::NetworkUnreachable => "ENETUNREACH",
            _ => return DialError::Connect { address, error },
        };
        DialError::Unreachable { name, address }
    }

    /// The same as a fact, with the side that ended the attempt in this step.
    pub fn failure(&self, step: ConnectionStep) -> (FailureSide, FailureCause) {
        match self {
            DialError::NoAnswer(limit) => {
                let side = if step < ConnectionStep::Tls { FailureSide::Network } else { FailureSide::CentralSystem };
                (side, FailureCause::TimedOut { limit: *limit })
            }
            DialError::UnknownHost(host) => (FailureSide::Network, FailureCause::UnknownHost { host: host.as_str().into() }),
            DialError::Unreachable { name: "ECONNREFUSED", address } => {
                (FailureSide::Network, FailureCause::ConnectionRefused { address: *address })
            }
            DialError::Unreachable { name, address } => {
                (FailureSide::Network, FailureCause::Unreachable { address: *address, error: (*name).into() })
            }
            DialError::Connect { address, error } => {
                (FailureSide::Network, FailureCause::Unreachable { address: *address, error: error.to_string().into() })
            }
            DialError::Broken { error, .. } => (FailureSide::Network, FailureCause::Broken { error: error.to_string().into() }),
            DialError::Url(_) | DialError::Request { .. } | DialError::ProfileNeedsTls { .. } => {
                (FailureSide::Station, FailureCause::NoRequest { fault: self.to_string().into() })
            }
            DialError::Tls(fault) => fault.failure(),
            DialError::Handshake(refusal) => refusal.failure(),
        }
    }
}

impl DialError {
    /// What of it the station reports by a security event, once it is connected.
    pub fn incident(&self) -> Option<ConnectionIncident> {
        match self {
            DialError::Tls(fault) | DialError::Handshake(HandshakeRefusal::Tls(fault)) => incident_of_tls(&fault.cause),
            DialError::Handshake(HandshakeRefusal::Status { status: StatusCode::UNAUTHORIZED, .. }) => {
                Some(ConnectionIncident::NotAuthenticated)
            }
            _ => None,
        }
    }
}

impl HandshakeRefusal {
    /// What the library does not look at: we offer no extensions, so there are none to agree on.
    pub fn of_extensions(headers: &HeaderMap) -> Option<HandshakeRefusal> {
        let agreed = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
        let names: Vec<_> = agreed.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let names = names.join(", ");
        (!names.trim().is_empty()).then_some(HandshakeRefusal::Extension(names))
    }

    /// The same as a fact, with the side that ended the attempt.
    fn failure(&self) -> (FailureSide, FailureCause) {
        let cause = match self {
            HandshakeRefusal::Tls(fault) => return fault.failure(),
            HandshakeRefusal::Status { status, reason, location } => FailureCause::Status {
                status: status.as_u16(),
                reason: reason.as_deref().map(Into::into),
                location: location.as_deref().map(Into::into),
            },
            HandshakeRefusal::NoSubprotocol(version) => {
                FailureCause::NoSubprotocolChosen { offered: version.subprotocol().into() }
            }
            HandshakeRefusal::OtherSubprotocol(version) => {
                FailureCause::OtherSubprotocol { offered: version.subprotocol().into() }
            }
            HandshakeRefusal::Extension(name) => FailureCause::Extension { name: name.as_str().into() },
            HandshakeRefusal::AcceptKey(_) => FailureCause::AcceptKey,
            HandshakeRefusal::Wire(fault @ (WireFault::Closed | WireFault::Io(_) | WireFault::NoCloseFrame)) => {
                FailureCause::Broken { error: fault.to_string().into() }
            }
            HandshakeRefusal::Wire(fault) => FailureCause::BadAnswer { fault: fault.to_string().into() },
        };
        (FailureSide::CentralSystem, cause)
    }

    /// What the library reports of a handshake for this version, over TLS or not.
    pub fn of(error: &SocketError, version: Version, tls: Option<&TlsFacts>) -> HandshakeRefusal {
        if let SocketError::Io(error) = error
            && let Some(fault) = TlsFault::after_handshake(error, tls, Role::CentralSystem, false)
        {
            return HandshakeRefusal::Tls(fault);
        }
        match error {
            SocketError::Http(response) => {
                let header = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
                let (reason, location) = (header("x-websocket-reject-reason"), header("location"));
                HandshakeRefusal::Status { status: response.status(), reason, location }
            }
            SocketError::Protocol(ProtocolError::SecWebSocketAcceptKeyMismatch) => {
                HandshakeRefusal::AcceptKey(wire_fault(error))
            }
            SocketError::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)) => {
                HandshakeRefusal::NoSubprotocol(version)
            }
            SocketError::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
                HandshakeRefusal::OtherSubprotocol(version)
            }
            other => HandshakeRefusal::Wire(wire_fault(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::AlertDescription;

    use super::*;
    use crate::link::tls::TlsFaultCause;

    #[test]
    fn what_a_station_reports_is_decided_by_the_fault() {
        let of = |cause| DialError::Tls(TlsFault { peer: Role::CentralSystem, connects: false, cause }).incident();
        let alert = |alert| of(TlsFaultCause::Alert { alert, issuer: None, end: None, name: None });
        assert_eq!(alert(AlertDescription::ProtocolVersion), Some(ConnectionIncident::NoCommonTlsVersion));
        assert_eq!(alert(AlertDescription::HandshakeFailure), Some(ConnectionIncident::NoCommonCipherSuite));
        for rejected in [AlertDescription::UnknownCA, AlertDescription::CertificateRequired, AlertDescription::BadCertificate] {
            assert_eq!(alert(rejected), Some(ConnectionIncident::NotAuthenticated), "{rejected:?}");
        }
        assert_eq!(alert(AlertDescription::UserCanceled), None);
        assert_eq!(of(TlsFaultCause::NoSuite(Vec::new())), Some(ConnectionIncident::NoCommonCipherSuite));
        assert_eq!(of(TlsFaultCause::Broken("gone".into())), None);
        let status = |status| {
            let refusal = HandshakeRefusal::Status { status, reason: None, location: None };
            DialError::Handshake(refusal).incident()
        };
        assert_eq!(status(StatusCode::UNAUTHORIZED), Some(ConnectionIncident::NotAuthenticated));
        assert_eq!(status(StatusCode::FORBIDDEN), None);
    }
}
