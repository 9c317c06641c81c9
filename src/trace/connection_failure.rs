//! Why an attempt to connect failed, as facts: which side ended it, in which step, and by what. The sentence and the remedy are made in
//! `failure_words`; the texts that scripts made for ocppjs search for stay where the record has them.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ocpp::Role;

/// Why an attempt to connect failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionFailure {
    /// Who ended it.
    pub side: FailureSide,
    /// In which step.
    pub step: ConnectionStep,
    /// By what.
    pub cause: FailureCause,
}

/// Who ended an attempt to connect. The names are those of the two roles, whichever of them is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureSide {
    /// The station, which connects.
    Station,
    /// The central system, which listens.
    CentralSystem,
    /// What is between the two, or an address at which there is neither.
    Network,
}

/// A step of an attempt to connect, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionStep {
    /// The name of the host is looked up.
    Resolve,
    /// TCP.
    Connect,
    /// TLS.
    Tls,
    /// The request of HTTP.
    Request,
    /// Its answer.
    Answer,
}

/// What ended an attempt to connect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureCause {
    /// The name of the host has no address.
    UnknownHost {
        /// The name.
        host: Box<str>,
    },
    /// The operating system says that nothing listens there.
    ConnectionRefused {
        /// Where.
        address: SocketAddr,
    },
    /// TCP fails for another reason.
    Unreachable {
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        error: Box<str>,
    },
    /// The step took too long.
    TimedOut {
        /// How long it may take.
        limit: Duration,
    },
    /// The connection was closed, and not a byte had come over it.
    Silent,
    /// The connection broke.
    Broken {
        /// What the operating system says.
        error: Box<str>,
    },
    /// TLS failed, something that is no TLS came to its port, or TLS came to a port without.
    Tls {
        /// A word for programs: `alert`, `chain`.
        name: Cow<'static, str>,
        /// One sentence. It is made where the facts of TLS are.
        sentence: Box<str>,
        /// What to do, one sentence.
        remedy: Box<str>,
    },
    /// What was sent is no HTTP.
    NoHttp {
        /// What came, or what is wrong with it.
        fault: Box<str>,
    },
    /// The request is no handshake of a WebSocket, or a faulty one.
    NoHandshake {
        /// One sentence.
        fault: Box<str>,
    },
    /// The path belongs to no station, or to no service.
    WrongPath {
        /// One sentence.
        fault: Box<str>,
    },
    /// No subprotocol is common to both.
    NoSubprotocol {
        /// One sentence, with both lists.
        fault: Box<str>,
    },
    /// The station does not prove who it is.
    Unauthorized {
        /// One sentence, without credentials.
        fault: Box<str>,
    },
    /// Its address may not connect: the connection is closed without an answer.
    AddressRefused {
        /// One sentence.
        fault: Box<str>,
    },
    /// The station may not connect, for another reason.
    NotAdmitted {
        /// The status of the answer.
        status: u16,
        /// One sentence.
        fault: Box<str>,
    },
    /// The central system answers with a status that is not 101.
    Status {
        /// The status.
        status: u16,
        /// The reason that it gives.
        reason: Option<Box<str>>,
        /// Where it sends the station instead.
        location: Option<Box<str>>,
    },
    /// The answer names no subprotocol.
    NoSubprotocolChosen {
        /// The one that was offered.
        offered: Cow<'static, str>,
    },
    /// The answer names a subprotocol that was not offered.
    OtherSubprotocol {
        /// The one that was offered.
        offered: Cow<'static, str>,
    },
    /// The answer agrees on an extension that was not offered.
    Extension {
        /// Its name.
        name: Box<str>,
    },
    /// The answer has the wrong key.
    AcceptKey,
    /// The answer is no answer to the handshake of a WebSocket.
    BadAnswer {
        /// One sentence.
        fault: Box<str>,
    },
    /// The request cannot be made.
    NoRequest {
        /// One sentence.
        fault: Box<str>,
    },
    /// The connection ended behind the answer, before it was a WebSocket.
    NeverUsed,
}

impl From<Role> for FailureSide {
    fn from(role: Role) -> FailureSide {
        match role {
            Role::ChargePoint => FailureSide::Station,
            Role::CentralSystem => FailureSide::CentralSystem,
        }
    }
}

impl FailureSide {
    /// A word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            FailureSide::Station => "station",
            FailureSide::CentralSystem => "centralSystem",
            FailureSide::Network => "network",
        }
    }

    /// For a reader.
    pub const fn words(self) -> &'static str {
        match self {
            FailureSide::Station => "the station",
            FailureSide::CentralSystem => "the central system",
            FailureSide::Network => "the network",
        }
    }
}

impl ConnectionStep {
    /// All steps, in their order.
    pub const ALL: [ConnectionStep; 5] = [
        ConnectionStep::Resolve,
        ConnectionStep::Connect,
        ConnectionStep::Tls,
        ConnectionStep::Request,
        ConnectionStep::Answer,
    ];

    /// A word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            ConnectionStep::Resolve => "resolve",
            ConnectionStep::Connect => "connect",
            ConnectionStep::Tls => "tls",
            ConnectionStep::Request => "request",
            ConnectionStep::Answer => "answer",
        }
    }

    /// For a reader.
    pub const fn words(self) -> &'static str {
        match self {
            ConnectionStep::Resolve => "name lookup",
            ConnectionStep::Connect => "TCP",
            ConnectionStep::Tls => "TLS",
            ConnectionStep::Request => "HTTP request",
            ConnectionStep::Answer => "HTTP answer",
        }
    }
}

impl FailureCause {
    /// A word for programs.
    pub fn name(&self) -> &str {
        match self {
            FailureCause::UnknownHost { .. } => "unknownHost",
            FailureCause::ConnectionRefused { .. } => "connectionRefused",
            FailureCause::Unreachable { .. } => "unreachable",
            FailureCause::TimedOut { .. } => "timedOut",
            FailureCause::Silent => "silent",
            FailureCause::Broken { .. } => "broken",
            FailureCause::Tls { name, .. } => name,
            FailureCause::NoHttp { .. } => "noHttp",
            FailureCause::NoHandshake { .. } => "noHandshake",
            FailureCause::WrongPath { .. } => "wrongPath",
            FailureCause::NoSubprotocol { .. } => "noSubprotocol",
            FailureCause::Unauthorized { .. } => "unauthorized",
            FailureCause::AddressRefused { .. } => "addressRefused",
            FailureCause::NotAdmitted { .. } => "notAdmitted",
            FailureCause::Status { .. } => "status",
            FailureCause::NoSubprotocolChosen { .. } => "noSubprotocolChosen",
            FailureCause::OtherSubprotocol { .. } => "otherSubprotocol",
            FailureCause::Extension { .. } => "extension",
            FailureCause::AcceptKey => "acceptKey",
            FailureCause::BadAnswer { .. } => "badAnswer",
            FailureCause::NoRequest { .. } => "noRequest",
            FailureCause::NeverUsed => "neverUsed",
        }
    }

    /// The memory that it holds besides its own size, in bytes.
    fn heap_bytes(&self) -> usize {
        match self {
            FailureCause::UnknownHost { host: text }
            | FailureCause::Unreachable { error: text, .. }
            | FailureCause::Broken { error: text }
            | FailureCause::NoHttp { fault: text }
            | FailureCause::NoHandshake { fault: text }
            | FailureCause::WrongPath { fault: text }
            | FailureCause::NoSubprotocol { fault: text }
            | FailureCause::Unauthorized { fault: text }
            | FailureCause::AddressRefused { fault: text }
            | FailureCause::NotAdmitted { fault: text, .. }
            | FailureCause::Extension { name: text }
            | FailureCause::BadAnswer { fault: text }
            | FailureCause::NoRequest { fault: text } => text.len(),
            FailureCause::Tls { sentence, remedy, .. } => sentence.len() + remedy.len(),
            FailureCause::Status { reason, location, .. } => {
                [reason, location].into_iter().flatten().map(|text| text.len()).sum()
            }
            FailureCause::ConnectionRefused { .. }
            | FailureCause::TimedOut { .. }
            | FailureCause::Silent
            | FailureCause::NoSubprotocolChosen { .. }
            | FailureCause::OtherSubprotocol { .. }
            | FailureCause::AcceptKey
            | FailureCause::NeverUsed => 0,
        }
    }
}

impl ConnectionFailure {
    /// A failure.
    pub const fn new(side: FailureSide, step: ConnectionStep, cause: FailureCause) -> ConnectionFailure {
        ConnectionFailure { side, step, cause }
    }

    /// The memory that it holds with its own size, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of::<ConnectionFailure>() + self.cause.heap_bytes()
    }
}
