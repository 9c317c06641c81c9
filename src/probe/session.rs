//! The connections of a probe: handshakes and links to the central system, and what is known of it before the checks run.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::client::{
    ConnectionFault, HandshakeEnd, Heard, HelloAnswer, HelloOffer, HttpAnswer, PeerEvent, ProbeLink, ProbeWire, TlsPeer,
    TlsTerms, UpgradeRequest, WireFrame, client_hello, opcode, peer_of, read_answer,
};
use super::link_script::{HearUntil, LinkScript, unknown_call};
use super::options::ProbeOptions;
use super::service::{ProbeEnvelope, ServiceAnswer, ServiceEnd, ServiceRequest};
use crate::ocpp::{Catalog, Transport, Version};
use crate::pki::{CertificateUse, ExpectedChain, check_chain};

/// How long is listened once nothing more is expected.
const SETTLED: Duration = Duration::from_millis(150);
/// The same behind a ping, which may overtake an answer.
const SETTLED_AFTER_PING: Duration = Duration::from_millis(500);
/// How long is listened behind a 101 for a close frame.
const AFTER_UPGRADE: Duration = Duration::from_millis(300);
/// The id of the call that shows that everything before it was handled.
const BARRIER: &str = "ocpp-tui-barrier";

/// What the frames of the peer were like.
#[derive(Debug, Clone, Default)]
pub(super) struct FrameTally {
    pub frames: usize,
    /// The rules that were broken, each once.
    pub faults: Vec<&'static str>,
}

/// A probe of one central system.
pub(super) struct ProbeSession {
    pub options: ProbeOptions,
    pub catalog: Arc<Catalog>,
    /// How the handshake of each version alone ended.
    pub alone: Vec<(Version, HandshakeEnd)>,
    /// How the Authorize of each version ended, over SOAP.
    pub soap_alone: Vec<(Version, ServiceEnd)>,
    /// What came over the link that was left silent.
    pub quiet: OnceCell<Heard>,
    /// What the central system shows of itself in TLS.
    peer: OnceCell<Result<TlsPeer, ConnectionFault>>,
    tally: Mutex<FrameTally>,
    /// Whether the call that is sent behind others is answered.
    barrier_works: AtomicBool,
}

impl ProbeSession {
    /// Tries each version alone.
    ///
    /// # Errors
    /// When there is no connection at all.
    pub async fn begin(options: ProbeOptions, catalog: Arc<Catalog>) -> Result<ProbeSession, ConnectionFault> {
        let identity = options.identities.first().cloned().unwrap_or_default();
        let (tally, barrier_works) = (Mutex::default(), AtomicBool::new(true));
        let mut session = ProbeSession {
            options,
            catalog,
            alone: Vec::new(),
            soap_alone: Vec::new(),
            quiet: OnceCell::new(),
            peer: OnceCell::new(),
            tally,
            barrier_works,
        };
        let target = &session.options.target;
        // What TLS says belongs to the checks.
        ProbeWire::connect(&target.host, target.port, session.options.timeout).await?;
        if session.options.target.transport == Transport::Soap {
            for version in Version::SOAP {
                let target = &session.options.target;
                let envelope = ProbeEnvelope::authorize(version, &identity, &target.url);
                let end = session.exchange(&session.post(&envelope)).await;
                session.soap_alone.push((version, end));
            }
            return Ok(session);
        }
        for version in Version::ALL {
            let request = session.request(&identity, version.subprotocol());
            let end = session.handshake(request, true).await;
            session.alone.push((version, end));
        }
        Ok(session)
    }

    /// The version of the links of the checks: the one that was asked for, 1.6, or the newest that is accepted.
    pub fn version(&self) -> Option<Version> {
        let accepted = |wanted: &Version| {
            self.alone.iter().any(|(version, end)| {
                let is_agreed = end.subprotocol() == Some(version.subprotocol());
                version == wanted && end.is_link() && is_agreed && !end.after.is_over()
            })
        };
        match self.options.version {
            Some(version) => Some(version).filter(accepted),
            None => {
                let best = [Version::V1_6, Version::V2_1, Version::V2_0_1, Version::V1_5, Version::V1_2];
                best.into_iter().find(|version| accepted(version))
            }
        }
    }

    /// A right request for this station.
    pub fn request(&self, identity: &str, protocols: &str) -> UpgradeRequest {
        self.request_to(self.options.target.path_of(identity), identity, protocols)
    }

    /// A right request for this path.
    pub fn request_to(&self, path: String, identity: &str, protocols: &str) -> UpgradeRequest {
        let request = UpgradeRequest::new(path, &self.options.target.authority, protocols);
        match &self.options.password {
            Some(password) => request.with("Authorization", password.basic(identity)),
            None => request,
        }
    }

    /// A right request with the version of the links, or with all versions when there is none.
    pub fn request_for(&self, identity: &str) -> UpgradeRequest {
        self.request(identity, &self.protocols())
    }

    /// What a right request offers.
    pub fn protocols(&self) -> String {
        match self.version() {
            Some(version) => version.subprotocol().to_owned(),
            None => Version::ALL.map(Version::subprotocol).join(", "),
        }
    }

    /// A connection: with TLS where the URL asks for it. Nothing was sent over it yet.
    ///
    /// # Errors
    /// When it cannot be made, or when the certificate will not do and that is not to be ignored.
    pub async fn open(&self) -> Result<ProbeWire, ConnectionFault> {
        let (target, security) = (&self.options.target, &self.options.security);
        let stream = ProbeWire::connect(&target.host, target.port, self.options.timeout).await?;
        if !target.is_secure {
            return Ok(ProbeWire::new(stream));
        }
        let terms = TlsTerms { host: self.host(), own: security.own.as_ref(), ..TlsTerms::default() };
        let (peer, stream) = peer_of(stream, terms, self.options.timeout).await?;
        if !security.insecure {
            let expected = self.expected(Some(self.host()));
            let refused = |fault| ConnectionFault::NoTls(format!("{fault}; --ca FILE names its CA, --insecure ignores it"));
            check_chain(&peer.chain, &security.roots, &expected).map_err(refused)?;
        }
        let wanted = || ConnectionFault::NoTls("a certificate of the station is wanted; give --client-cert".to_owned());
        stream.map(ProbeWire::new).ok_or_else(wanted)
    }

    /// The host that the certificate must be for.
    pub fn host(&self) -> &str {
        self.options.security.server_name.as_deref().unwrap_or(&self.options.target.host)
    }

    /// What is expected of the chain of the central system now.
    pub fn expected<'a>(&self, host: Option<&'a str>) -> ExpectedChain<'a> {
        ExpectedChain { purpose: CertificateUse::Server, host, now: Timestamp::now(), revocations: &[] }
    }

    /// The newest version whose Authorize was served over SOAP.
    pub fn served_over_soap(&self) -> Option<Version> {
        let served = |(_, end): &&(Version, ServiceEnd)| end.says() == ServiceAnswer::Served;
        self.soap_alone.iter().rev().find(served).map(|(version, _)| *version)
    }

    /// The version of the requests over SOAP.
    pub fn soap_version(&self) -> Version {
        self.served_over_soap().unwrap_or(Version::V1_6)
    }

    /// A right Authorize.
    pub fn envelope(&self, identity: &str) -> ProbeEnvelope {
        ProbeEnvelope::authorize(self.soap_version(), identity, &self.options.target.url)
    }

    /// A right request with an Authorize.
    pub fn authorize(&self, identity: &str) -> ServiceRequest {
        self.post(&self.envelope(identity))
    }

    /// A right request with this envelope.
    pub fn post(&self, envelope: &ProbeEnvelope) -> ServiceRequest {
        ServiceRequest::post(self.options.target.path_to(""), &self.options.target.authority, envelope)
    }

    /// A request without a body, with this behind the path.
    pub fn bare(&self, method: &'static str, behind: &str) -> ServiceRequest {
        ServiceRequest::bare(method, self.options.target.path_to(behind), &self.options.target.authority)
    }

    /// Sends a request to the SOAP service, on a connection of its own.
    pub async fn exchange(&self, request: &ServiceRequest) -> ServiceEnd {
        let limit = self.options.timeout;
        let answer = async {
            let mut wire = self.open().await?;
            // An answer may have come before the end.
            let _ = wire.write(&request.bytes(), limit).await;
            wire.read_answer(limit).await
        };
        ServiceEnd::new(answer.await, &self.catalog)
    }

    /// Sends a request twice on one connection.
    pub async fn exchange_twice(
        &self,
        request: &ServiceRequest,
    ) -> Result<[Result<HttpAnswer, ConnectionFault>; 2], ConnectionFault> {
        let (mut wire, limit) = (self.open().await?, self.options.timeout);
        let mut answers = [Err(ConnectionFault::Ended), Err(ConnectionFault::Ended)];
        for answer in &mut answers {
            let _ = wire.write(&request.bytes(), limit).await;
            *answer = wire.read_answer(limit).await;
        }
        Ok(answers)
    }

    /// Begins a handshake of TLS, and no more.
    pub async fn say_hello(&self, offer: HelloOffer<'_>) -> Result<HelloAnswer, ConnectionFault> {
        let (target, limit) = (&self.options.target, self.options.timeout);
        let mut wire = ProbeWire::new(ProbeWire::connect(&target.host, target.port, limit).await?);
        // An alert may have come before the end.
        let _ = wire.write(&client_hello(offer), limit).await;
        let until = Instant::now() + limit;
        loop {
            match read_answer(wire.unread()) {
                Some(Ok(answer)) => return Ok(answer),
                Some(Err(other)) => return Err(ConnectionFault::NoTls(other.to_string())),
                None if !wire.more(until).await? => return Err(ConnectionFault::Ended),
                None => {}
            }
        }
    }

    /// The name for SNI: an address is none (RFC 6066 §3).
    pub fn server_name(&self) -> Option<&str> {
        let name = self.host();
        name.parse::<IpAddr>().is_err().then_some(name)
    }

    /// What the central system shows of itself in TLS, whether it is to be trusted or not.
    pub async fn tls_peer(&self) -> &Result<TlsPeer, ConnectionFault> {
        self.peer.get_or_init(|| self.tls_peer_with(&[])).await
    }

    /// The same with these protocols of ALPN.
    pub async fn tls_peer_with(&self, protocols: &[&str]) -> Result<TlsPeer, ConnectionFault> {
        let (target, limit) = (&self.options.target, self.options.timeout);
        let stream = ProbeWire::connect(&target.host, target.port, limit).await?;
        let terms = TlsTerms { host: self.host(), protocols, own: self.options.security.own.as_ref() };
        peer_of(stream, terms, limit).await.map(|(peer, _)| peer)
    }

    /// Makes a handshake over TCP alone, whatever the URL asks for.
    pub async fn handshake_without_tls(&self, request: UpgradeRequest) -> HandshakeEnd {
        let (target, limit) = (&self.options.target, self.options.timeout);
        let answer = async {
            let mut wire = ProbeWire::new(ProbeWire::connect(&target.host, target.port, limit).await?);
            let _ = wire.write(&request.bytes(), limit).await;
            wire.read_head(limit).await
        };
        let answer = answer.await;
        HandshakeEnd { request, answer, after: Heard::default() }
    }

    /// Makes a handshake and ends the link that comes of it. `and_after`: what comes behind a 101 is listened to.
    pub async fn handshake(&self, request: UpgradeRequest, and_after: bool) -> HandshakeEnd {
        let (mut end, link) = self.shake_hands(request).await;
        if let Some(mut link) = link {
            if and_after {
                link.hear(&mut end.after, AFTER_UPGRADE, |heard| heard.is_over()).await;
            }
            self.finish(link).await;
        }
        end
    }

    /// Makes a handshake; the link when it succeeds.
    pub async fn shake_hands(&self, request: UpgradeRequest) -> (HandshakeEnd, Option<ProbeLink>) {
        let limit = self.options.timeout;
        let answer = async {
            let mut wire = self.open().await?;
            // An answer may have come before the end.
            let _ = wire.write(&request.bytes(), limit).await;
            let answer = wire.read_head(limit).await?;
            Ok((answer, wire))
        };
        match answer.await {
            Ok((answer, wire)) => {
                let link = (answer.status == 101).then(|| ProbeLink::to_server(wire, limit));
                (HandshakeEnd { request, answer: Ok(answer), after: Heard::default() }, link)
            }
            Err(fault) => (HandshakeEnd { request, answer: Err(fault), after: Heard::default() }, None),
        }
    }

    /// An open link of this station.
    ///
    /// # Errors
    /// When the handshake fails.
    pub async fn link(&self, identity: &str) -> Result<ProbeLink, HandshakeEnd> {
        match self.shake_hands(self.request_for(identity)).await {
            (_, Some(link)) => Ok(link),
            (end, None) => Err(end),
        }
    }

    /// Ends a link and counts what its frames were like.
    pub async fn finish(&self, mut link: ProbeLink) {
        link.finish().await;
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.frames += link.frames;
        for fault in link.faults {
            if !tally.faults.contains(&fault) {
                tally.faults.push(fault);
            }
        }
    }

    /// What all frames so far were like.
    pub fn tally(&self) -> FrameTally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends what a script says over a link of its own, and listens.
    ///
    /// # Errors
    /// When there is no link.
    pub async fn play(&self, script: &LinkScript, identity: &str) -> Result<Heard, HandshakeEnd> {
        let mut link = self.link(identity).await?;
        link.send(&script.frames).await;
        let (mut heard, limit) = (Heard::default(), self.options.timeout);
        match &script.until {
            HearUntil::End => {
                // One that serves the frame does not end the link any more.
                link.hear(&mut heard, limit, |heard| heard.is_over() || heard.answers().next().is_some()).await;
                link.hear(&mut heard, SETTLED, |heard| heard.is_over()).await;
            }
            HearUntil::Answer(id) => {
                link.hear(&mut heard, limit, |heard| heard.is_over() || heard.answer(id).is_some()).await;
            }
            HearUntil::Settled => self.settle(&mut link, &mut heard).await,
        }
        self.finish(link).await;
        Ok(heard)
    }

    /// Listens until a call behind what was sent is answered, and a moment longer. Its answer is left out.
    pub async fn settle(&self, link: &mut ProbeLink, heard: &mut Heard) {
        let (limit, id) = (self.options.timeout, Value::from(BARRIER));
        let mut pause = SETTLED;
        if self.barrier_works.load(Ordering::Relaxed) {
            link.send(&[WireFrame::text(&unknown_call(&id.to_string()))]).await;
            link.hear(heard, limit, |heard| heard.is_over() || heard.answer(&id).is_some()).await;
            if !heard.is_over() && heard.answer(&id).is_none() {
                self.barrier_works.store(false, Ordering::Relaxed);
            }
        } else {
            let payload = BARRIER.as_bytes();
            link.send(&[WireFrame::new(opcode::PING, payload)]).await;
            link.hear(heard, limit, |heard| heard.is_over() || heard.pong(payload).is_some()).await;
            pause = SETTLED_AFTER_PING;
        }
        link.hear(heard, pause, |heard| heard.is_over()).await;
        heard.events.retain(|(_, event)| match event {
            PeerEvent::Text(text) => !text.contains(BARRIER),
            PeerEvent::Pong(payload) => payload != BARRIER.as_bytes(),
            _ => true,
        });
    }
}
