//! The row of a check: what is tried, which clause asks for it, what it needs, and how it is run and judged.

use std::pin::Pin;

use super::client::{ConnectionFault, HandshakeEnd, Heard, HelloAnswer, TlsPeer, UpgradeRequest};
use super::judgement::CheckJudgement;
use super::link_script::LinkScript;
use super::service::{ServiceEnd, ServiceRequest};
use super::session::ProbeSession;
use super::station::StationSeen;
use crate::ocpp::Version;

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeArea {
    /// Versions and subprotocols.
    Versions,
    /// The path of the URL.
    Paths,
    /// The HTTP of the handshake.
    Http,
    /// Extensions of WebSocket.
    Extensions,
    /// Frames and pings.
    WebSocket,
    /// The end of a link.
    Closing,
    /// Ids of messages.
    Ids,
    /// Messages that are wrong.
    Messages,
    /// Calls that may change state.
    Calls,
    /// A link without traffic.
    Quiet,
    /// TLS: versions and cipher suites.
    Tls,
    /// The certificate of the central system.
    Certificate,
    /// Who may connect.
    Authentication,
    /// Envelopes over HTTP.
    Soap,
    /// The handshake of a station.
    StationHandshake,
    /// The link of a station.
    StationLink,
    /// When a station comes back.
    StationReconnect,
}

impl ProbeArea {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            ProbeArea::Versions => "Versions and subprotocols",
            ProbeArea::Paths => "Paths",
            ProbeArea::Http => "HTTP of the handshake",
            ProbeArea::Extensions => "Extensions",
            ProbeArea::WebSocket => "WebSocket frames",
            ProbeArea::Closing => "Closing",
            ProbeArea::Ids => "Message ids",
            ProbeArea::Messages => "Wrong messages",
            ProbeArea::Calls => "Calls",
            ProbeArea::Quiet => "A quiet link",
            ProbeArea::Tls => "TLS",
            ProbeArea::Certificate => "Certificate",
            ProbeArea::Authentication => "Authentication",
            ProbeArea::Soap => "SOAP",
            ProbeArea::StationHandshake => "Handshake",
            ProbeArea::StationLink => "Link",
            ProbeArea::StationReconnect => "Coming back",
        }
    }

    /// The first word of the names of its checks.
    pub const fn word(self) -> &'static str {
        match self {
            ProbeArea::Versions => "subprotocol",
            ProbeArea::Paths => "path",
            ProbeArea::Http => "http",
            ProbeArea::Extensions => "extension",
            ProbeArea::WebSocket => "websocket",
            ProbeArea::Closing => "close",
            ProbeArea::Ids => "id",
            ProbeArea::Messages => "message",
            ProbeArea::Calls => "call",
            ProbeArea::Quiet => "quiet",
            ProbeArea::Tls => "tls",
            ProbeArea::Certificate => "certificate",
            ProbeArea::Authentication => "authentication",
            ProbeArea::Soap => "soap",
            ProbeArea::StationHandshake => "handshake",
            ProbeArea::StationLink => "link",
            ProbeArea::StationReconnect => "reconnect",
        }
    }
}

/// What a check needs before it makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckNeed {
    /// A link could be opened.
    Link,
    /// The URL asks for TLS.
    Tls,
    /// A password was given.
    Password,
    /// A certificate of the station was given.
    Certificate,
    /// Calls that change state are allowed.
    Calls,
    /// There is time for a link without traffic.
    Quiet,
}

/// A check that is running.
pub(super) type CheckFuture<'a> = Pin<Box<dyn Future<Output = CheckJudgement> + Send + 'a>>;

/// How a check is run.
pub(super) enum CheckRun {
    /// The handshake of one version alone, or its Authorize over SOAP, which is done at the beginning.
    Version(Version),
    /// A handshake, whose answer is judged.
    Handshake(fn(&ProbeSession, &str) -> UpgradeRequest, fn(&HandshakeEnd) -> CheckJudgement),
    /// The same, and what comes behind a 101.
    HandshakeAndAfter(fn(&ProbeSession, &str) -> UpgradeRequest, fn(&HandshakeEnd) -> CheckJudgement),
    /// Frames on an open link, and what comes back.
    Link(fn() -> LinkScript, fn(&Heard, Version) -> CheckJudgement),
    /// More than one step.
    Own(for<'a> fn(&'a ProbeSession, &'a str) -> CheckFuture<'a>),
    /// What all frames of the peer were like; judged last.
    AllFrames,
    /// A handshake of TLS that is only begun, and how it is judged.
    Hello(HelloTerms, HelloJudge),
    /// A look at the certificates of the central system.
    Certificate(fn(&TlsPeer, &ProbeSession) -> CheckJudgement),
    /// A request to a SOAP service, whose answer is judged.
    Service(fn(&ProbeSession, &str) -> ServiceRequest, fn(&ServiceEnd) -> CheckJudgement),
    /// A look at what a station did.
    Station(fn(&StationSeen) -> CheckJudgement),
}

/// What a ClientHello offers in a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HelloTerms {
    /// The only version.
    pub version: u16,
    pub suites: &'static [u16],
    /// Whether compression is offered, too.
    pub compression: bool,
}

/// How the answer to a ClientHello is judged.
pub(super) type HelloJudge = fn(&Result<HelloAnswer, ConnectionFault>, &HelloTerms, &ProbeSession) -> CheckJudgement;

/// One check.
pub struct ProbeCheck {
    /// Its name: the word of the area, a dot, and what it is about.
    pub name: &'static str,
    /// What it is about.
    pub area: ProbeArea,
    /// What is tried.
    pub tries: &'static str,
    /// The clause that asks for it; empty for a question without a rule.
    pub clause: &'static str,
    /// What it needs.
    pub needs: &'static [CheckNeed],
    /// How it is run.
    pub(super) run: CheckRun,
}
