//! What is known of an attempt to connect, whether it became a link or not: the steps, what TLS agreed on, and the heads of the HTTP
//! exchange as they stood. Only facts: the page and the sentences are made by readers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ConnectionFailure, ConnectionStep, HandshakeFinding};

/// What is known of an attempt to connect, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionAttempt {
    /// The head of the request; empty when there was no handshake.
    pub request: Box<str>,
    /// The head of the answer; empty when there was none.
    pub answer: Box<str>,
    /// How the station proved who it is, as far as it was let in.
    pub proof: StationProof,
    /// What was accepted although it is odd. Empty when the handshake was refused.
    pub findings: Vec<HandshakeFinding>,
    /// What TLS agreed on, or how far it came; `None` for a plain connection.
    pub tls: Option<Arc<TlsFacts>>,
    /// When each step was done; `None` where it was not measured.
    pub steps: Option<Box<ConnectionSteps>>,
    /// The other end of the TCP connection, where we connect and there was one; `None` where the record has it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// Why it became no link; `None` where it did.
    pub failure: Option<Box<ConnectionFailure>>,
}

/// How a station proves who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StationProof {
    /// Not at all.
    #[default]
    Nothing,
    /// With a password.
    Password,
    /// With a certificate, perhaps with a password, too.
    Certificate,
}

/// When each step of an attempt was done, since it began. A step that was not reached is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionSteps {
    /// The name of the host was looked up; only where we connect.
    pub resolved: Option<Duration>,
    /// TCP was connected; where we listen this is the beginning.
    pub connected: Option<Duration>,
    /// TLS was agreed on.
    pub secured: Option<Duration>,
    /// The head of the request was sent, or received.
    pub requested: Option<Duration>,
    /// The answer was received, or sent.
    pub answered: Option<Duration>,
}

/// What TLS agreed on, or how far it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TlsFacts {
    /// The version by its registered name, like `TLS 1.3`.
    pub version: Option<Box<str>>,
    /// The cipher suite by its registered name, like `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: Option<Box<str>>,
    /// The group of the key exchange, like `X25519`.
    pub key_exchange: Option<Box<str>>,
    /// The name that the client asked for (SNI, RFC 6066 §3).
    pub server_name: Option<Box<str>>,
    /// The protocol that ALPN agreed on.
    pub application_protocol: Option<Box<str>>,
    /// What the client offered: where we are the server.
    pub offer: Option<Box<ClientOffer>>,
    /// The certificates that the peer sent, its own first, in DER.
    #[serde(with = "certificates")]
    pub peer_chain: Vec<Box<[u8]>>,
    /// Our own certificates, as they were sent, in DER.
    #[serde(with = "certificates")]
    pub own_chain: Vec<Box<[u8]>>,
    /// What became of the check of the peer's chain.
    pub verdict: ChainVerdict,
}

/// What a ClientHello offers (RFC 8446 §4.1.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientOffer {
    /// The versions, by name, in the client's order.
    pub versions: Vec<Box<str>>,
    /// The cipher suites, by name or as `0x1234`, in the client's order.
    pub cipher_suites: Vec<Box<str>>,
    /// The protocols of ALPN.
    pub application_protocols: Vec<Box<str>>,
}

/// What became of the check of a chain of certificates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChainVerdict {
    /// There was none to check.
    #[default]
    NoChain,
    /// It is in order.
    Trusted,
    /// It would not do, and was accepted because it was not to be checked: one sentence why.
    Tolerated(Box<str>),
    /// It breaks a rule: one sentence which.
    Broken(Box<str>),
}

impl ConnectionAttempt {
    /// The memory that it holds besides its own size, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        let findings: usize = self.findings.iter().map(|finding| size_of::<HandshakeFinding>() + finding.heap_bytes()).sum();
        let tls = self.tls.as_ref().map_or(0, |tls| tls.heap_bytes());
        let steps = self.steps.as_ref().map_or(0, |_| size_of::<ConnectionSteps>());
        let failure = self.failure.as_ref().map_or(0, |failure| failure.heap_bytes());
        self.request.len() + self.answer.len() + findings + tls + steps + failure
    }
}

impl ConnectionSteps {
    /// When a step was done.
    pub const fn of(&self, step: ConnectionStep) -> Option<Duration> {
        match step {
            ConnectionStep::Resolve => self.resolved,
            ConnectionStep::Connect => self.connected,
            ConnectionStep::Tls => self.secured,
            ConnectionStep::Request => self.requested,
            ConnectionStep::Answer => self.answered,
        }
    }

    /// A step was done at this time.
    pub const fn set(&mut self, step: ConnectionStep, at: Duration) {
        let place = match step {
            ConnectionStep::Resolve => &mut self.resolved,
            ConnectionStep::Connect => &mut self.connected,
            ConnectionStep::Tls => &mut self.secured,
            ConnectionStep::Request => &mut self.requested,
            ConnectionStep::Answer => &mut self.answered,
        };
        *place = Some(at);
    }
}

impl TlsFacts {
    /// The memory that it holds with its own size, in bytes.
    fn heap_bytes(&self) -> usize {
        let names = [&self.version, &self.cipher_suite, &self.key_exchange, &self.server_name, &self.application_protocol];
        let names: usize = names.into_iter().flatten().map(|name| name.len()).sum();
        let chains: usize = self.peer_chain.iter().chain(&self.own_chain).map(|der| size_of::<Box<[u8]>>() + der.len()).sum();
        let offer = self.offer.as_ref().map_or(0, |offer| {
            let lists = [&offer.versions, &offer.cipher_suites, &offer.application_protocols];
            let lists: usize = lists.into_iter().flatten().map(|name| size_of::<Box<str>>() + name.len()).sum();
            size_of::<ClientOffer>() + lists
        });
        let verdict = match &self.verdict {
            ChainVerdict::Tolerated(sentence) | ChainVerdict::Broken(sentence) => sentence.len(),
            ChainVerdict::NoChain | ChainVerdict::Trusted => 0,
        };
        size_of::<TlsFacts>() + names + chains + offer + verdict
    }
}

/// Certificates as texts in Base64.
mod certificates {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(chain: &[Box<[u8]>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(chain.iter().map(|certificate| BASE64_STANDARD.encode(certificate)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Box<[u8]>>, D::Error> {
        let texts: Vec<String> = Deserialize::deserialize(deserializer)?;
        let decoded = texts.iter().map(|text| BASE64_STANDARD.decode(text).map(Vec::into_boxed_slice));
        decoded.collect::<Result<_, _>>().map_err(|_| D::Error::custom("a certificate is not Base64"))
    }
}
