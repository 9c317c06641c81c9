//! Why a TLS handshake failed, as a fact: which cause an error of the library or of the socket has. The sentences are in `fault_words`.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use super::chain_refusal::{ChainRefusal, end_of_validity, issuer_name};
use super::limits::has_any_of_ours;
use super::names::{TlsVersion, TlsVersions};
use crate::ocpp::Role;
use crate::trace::{ClientOffer, FailureCause, FailureSide, TlsFacts};

/// A handshake that failed, and how far it came.
#[derive(Debug)]
pub(in crate::link) struct FailedTls {
    /// Why.
    pub fault: TlsFault,
    /// What is known all the same.
    pub facts: Arc<TlsFacts>,
}

/// Why a handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}; {}", self.sentence(), self.remedy())]
pub(in crate::link) struct TlsFault {
    /// The other side.
    pub peer: Role,
    /// Whether it connects to us.
    pub connects: bool,
    /// What happened.
    pub cause: TlsFaultCause,
}

/// What ended a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::link) enum TlsFaultCause {
    /// The peer sent an alert.
    Alert {
        /// Which.
        alert: AlertDescription,
        /// Who issued our certificate, when we sent one.
        issuer: Option<String>,
        /// Until when ours is valid.
        end: Option<String>,
        /// The name that was asked for.
        name: Option<Box<str>>,
    },
    /// Its chain breaks a rule.
    Chain(ChainRefusal),
    /// It sent no certificate, and one is required.
    NoCertificate,
    /// There is no common version. The offered ones are those of the peer, as far as it names them.
    NoVersion { offered: Vec<Box<str>>, ours: TlsVersions },
    /// There is no common suite.
    NoSuite(Vec<Box<str>>),
    /// It takes no signature of our key.
    NoSignature,
    /// Our parameters have nothing in common, in the words of the library.
    Incompatible(String),
    /// It speaks HTTP without TLS to the port for TLS; the port without TLS.
    PlainHttp(Option<u16>),
    /// It speaks TLS to the port without; the port for TLS.
    TlsOnPlainPort(Option<u16>),
    /// It begins with a header of the PROXY protocol, and its address is not that of a trusted proxy.
    ProxyHeader,
    /// It speaks something else. The first line of it.
    NoTls(String),
    /// It sent nothing more for this time.
    Silent(Duration),
    /// It closed the connection; whether it had our certificate, or our offer where we connect.
    Closed {
        /// Whether it had read what we had to say by then.
        answered: bool,
    },
    /// The connection broke.
    Broken(String),
    /// The name of the host cannot be asked for.
    Name(String),
    /// It breaks the rules of TLS, in the words of the library.
    Misbehaved(String),
    /// We did, because the user commanded it; what was done.
    OnPurpose(String),
}

/// What is known when a handshake fails.
pub(super) struct FailedHandshake<'a> {
    pub peer: Role,
    pub connects: bool,
    /// The facts so far.
    pub facts: &'a TlsFacts,
    /// Why the chain is refused.
    pub refusal: Option<ChainRefusal>,
    /// What the peer sent.
    pub received: &'a [u8],
    /// The versions that we speak.
    pub versions: TlsVersions,
}

impl FailedHandshake<'_> {
    /// What an error of the socket or the library means here.
    pub fn fault(&self, error: &io::Error) -> TlsFault {
        let of_library = || library_error(error).map(|error| self.of_library(error));
        let cause = self.of_openssl(error).or_else(of_library).unwrap_or_else(|| match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
                self.closed()
            }
            _ => TlsFaultCause::Broken(error.to_string()),
        });
        TlsFault { peer: self.peer, connects: self.connects, cause }
    }

    /// The peer ended the connection without an alert.
    pub(super) fn closed(&self) -> TlsFaultCause {
        let answered = if self.connects { !self.facts.own_chain.is_empty() } else { !self.received.is_empty() };
        TlsFaultCause::Closed { answered }
    }

    /// There is no OpenSSL whose error it could be.
    #[cfg(not(feature = "openssl"))]
    fn of_openssl(&self, _error: &io::Error) -> Option<TlsFaultCause> {
        None
    }

    fn of_library(&self, error: &Error) -> TlsFaultCause {
        let offer = self.facts.offer.as_deref();
        if let Some(cause) = offer.and_then(|offer| self.no_version(offer)) {
            return cause;
        }
        match error {
            Error::AlertReceived(alert) => self.alert(*alert),
            Error::NoCertificatesPresented => TlsFaultCause::NoCertificate,
            Error::InvalidCertificate(error) => TlsFaultCause::Chain(self.refusal.clone().unwrap_or_else(|| unnoted(error))),
            Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => TlsFaultCause::NoVersion { offered: Vec::new(), ours: self.versions },
            Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon) => {
                TlsFaultCause::NoSuite(offer.map(|offer| offer.cipher_suites.clone()).unwrap_or_default())
            }
            // Without a suite that exchanges keys a client names no groups for them either.
            Error::PeerIncompatible(_) if offer.is_some_and(|offer| !has_any_of_ours(&offer.cipher_suites)) => {
                TlsFaultCause::NoSuite(offer.map(|offer| offer.cipher_suites.clone()).unwrap_or_default())
            }
            Error::PeerIncompatible(PeerIncompatible::NoSignatureSchemesInCommon) => TlsFaultCause::NoSignature,
            Error::PeerIncompatible(other) => TlsFaultCause::Incompatible(format!("{other:?}")),
            Error::InvalidMessage(_) if !is_tls(self.received) => TlsFaultCause::NoTls(first_line(self.received)),
            other => TlsFaultCause::Misbehaved(other.to_string()),
        }
    }

    /// The versions decide before anything else.
    pub(super) fn no_version(&self, offer: &ClientOffer) -> Option<TlsFaultCause> {
        let none = !offer.versions.is_empty() && !offer.versions.iter().any(|name| self.versions.has_named(name));
        none.then(|| TlsFaultCause::NoVersion { offered: offer.versions.clone(), ours: self.versions })
    }

    pub(super) fn alert(&self, alert: AlertDescription) -> TlsFaultCause {
        let own = &self.facts.own_chain;
        let name = self.facts.server_name.clone();
        TlsFaultCause::Alert { alert, issuer: issuer_name(own), end: end_of_validity(own), name }
    }
}

/// The verifier notes every refusal, so this is for an error that the library finds before it.
fn unnoted(error: &CertificateError) -> ChainRefusal {
    ChainRefusal::new(format!("a certificate is not accepted: {error}"), "issue another one")
}

/// The error of the library in an error of the socket.
fn library_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// The alert of the peer in an error of the socket.
fn received_alert(error: &io::Error) -> Option<AlertDescription> {
    #[cfg(feature = "openssl")]
    if let Some(alert) = super::openssl::received_alert(error) {
        return Some(alert);
    }
    match library_error(error)? {
        Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

/// Whether the bytes begin a record of TLS.
pub(super) fn is_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x14..=0x17, 3, ..])
}

/// The first line of what is no TLS.
pub(super) fn first_line(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    line[..line.len().min(SHOWN)].escape_ascii().to_string()
}

impl TlsFault {
    /// What an error after the handshake means: with TLS 1.3 a peer may reject our certificate only then. `None` without TLS, and where it
    /// is no alert.
    pub fn after_handshake(error: &io::Error, facts: Option<&TlsFacts>, peer: Role, connects: bool) -> Option<TlsFault> {
        let (facts, alert) = (facts?, received_alert(error)?);
        let versions = TlsVersions::up_to(TlsVersion::V1_3);
        let failed = FailedHandshake { peer, connects, facts, refusal: None, received: &[], versions };
        Some(TlsFault { peer, connects, cause: failed.alert(alert) })
    }

    /// The same as a fact, with the side that ended the attempt.
    pub fn failure(&self) -> (FailureSide, FailureCause) {
        let (name, by_peer) = match &self.cause {
            TlsFaultCause::Alert { .. } => ("alert", true),
            TlsFaultCause::Chain(refusal) if refusal.lacks_intermediate => ("incompleteChain", false),
            TlsFaultCause::Chain(_) => ("chain", false),
            TlsFaultCause::NoCertificate => ("noCertificate", false),
            TlsFaultCause::NoVersion { .. } => ("noVersion", false),
            TlsFaultCause::NoSuite(_) => ("noSuite", false),
            TlsFaultCause::NoSignature => ("noSignature", false),
            TlsFaultCause::Incompatible(_) => ("incompatible", false),
            TlsFaultCause::PlainHttp(_) => ("plainOnTlsPort", true),
            TlsFaultCause::TlsOnPlainPort(_) => ("tlsOnPlainPort", true),
            TlsFaultCause::ProxyHeader => ("proxyHeader", true),
            TlsFaultCause::NoTls(_) => ("noTls", true),
            TlsFaultCause::Silent(_) => ("silentInTls", true),
            TlsFaultCause::Closed { .. } => ("closedInTls", true),
            TlsFaultCause::Broken(_) => ("brokenInTls", true),
            TlsFaultCause::Name(_) => ("noServerName", false),
            TlsFaultCause::Misbehaved(_) => ("misbehavedInTls", false),
            TlsFaultCause::OnPurpose(_) => ("onPurpose", false),
        };
        let side = if by_peer { self.peer } else { self.peer.peer() };
        (side.into(), FailureCause::Tls { name: name.into(), sentence: self.sentence().into(), remedy: self.remedy().into() })
    }
}
