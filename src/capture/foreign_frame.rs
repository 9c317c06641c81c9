//! Makes events of frames that another program recorded: it reads each text as a link would, checks its payload, and puts answers to
//! their calls. How a file holds its frames is for the readers of the formats.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::ocpp::{Catalog, ErrorCode, Finding, ReceivedPayload, Role, Strictness, Transport, Version};
use crate::rpc::soap::{self, Body, ReadHint};
use crate::rpc::srpc::{self, SrpcMessage};
use crate::trace::{
    CloseReason, ConnectionAttempt, Direction, EventKind, Frame, FrameContent, FrameKind, FrameOrigin, FrameText,
};

/// The version that is assumed while a record names none: most stations speak it.
const ASSUMED: Version = Version::V1_6;
/// A file without answers keeps at most so many calls in memory.
const OPEN_CALLS: usize = 10_000;

/// A frame as a file has it.
#[derive(Debug, Clone)]
pub(super) struct ForeignFrame {
    /// The role that we play towards the station.
    pub our_role: Role,
    /// The identity of the station.
    pub station: Arc<str>,
    /// The way it went, seen from the role that we play.
    pub direction: Direction,
    pub transport: Transport,
    pub version: Option<Version>,
    /// The text; of a binary frame its bytes as hexadecimal digits.
    pub text: String,
    pub origin: Option<Arc<FrameOrigin>>,
}

impl ForeignFrame {
    /// A frame of a record that was made at a central system, or that names neither side.
    pub fn new(station: Arc<str>, direction: Direction, text: String) -> ForeignFrame {
        let (our_role, transport) = (Role::CentralSystem, Transport::WebSocket);
        ForeignFrame { our_role, station, direction, transport, version: None, text, origin: None }
    }
}

/// What a file says of a link besides its frames.
#[derive(Debug, Clone)]
pub(super) enum ForeignEvent {
    /// It came up.
    Connected { version: Option<Version>, transport: Transport, peer: Option<SocketAddr>, handshake: Box<ConnectionAttempt> },
    /// It went down.
    Closed(CloseReason),
    /// The newest call of this action that went out has no answer.
    Timeout { action: Arc<str>, after: Duration },
    /// What needs no numbers.
    Other(Box<EventKind>),
}

/// The version that a call shows which the assumed one does not have.
pub(super) fn version_of_call(catalog: &Catalog, action: &str, payload: &str) -> Option<Version> {
    let has = |version: Version| catalog.names(version).binary_search_by(|(name, _)| (**name).cmp(action)).is_ok();
    if action == "BootNotification" {
        return payload.contains("\"chargingStation\"").then_some(Version::V2_0_1);
    }
    if has(ASSUMED) {
        return None;
    }
    [Version::V2_0_1, Version::V2_1].into_iter().find(|version| has(*version))
}

/// What an envelope says of its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct EnvelopeFacts {
    /// The identity in its headers.
    pub identity: Option<String>,
    /// The way it goes, seen from the central system; `None` for faults and for what is no envelope.
    pub direction: Option<Direction>,
}

/// Reads what an envelope says of its way.
pub(super) fn envelope_facts(text: &str, catalog: &Catalog) -> EnvelopeFacts {
    let Ok(envelope) = soap::read(text, catalog, ReadHint::default()) else { return EnvelopeFacts::default() };
    let sender = match &envelope.body {
        Body::Request(operation) => Some(operation.initiator()),
        Body::Response(operation) => Some(operation.service),
        _ => None,
    };
    let direction = sender.map(|role| if role == Role::CentralSystem { Direction::Out } else { Direction::In });
    EnvelopeFacts { identity: envelope.identity().map(str::to_owned), direction }
}

/// The links of one import.
pub(super) struct FrameImport {
    catalog: Arc<Catalog>,
    links: HashMap<(Role, Arc<str>), ForeignLink>,
    /// The last number of an exchange that was given out.
    exchange: u64,
    /// The last number of a link.
    link: u64,
}

struct ForeignLink {
    number: u64,
    version: Version,
    /// Whether no record has named the version.
    is_assumed: bool,
    /// The calls without an answer: their exchange and action, by id and the way they went.
    open: HashMap<(String, Direction), (u64, Arc<str>)>,
}

impl FrameImport {
    /// An import in which no frame has come yet.
    pub fn new(catalog: Arc<Catalog>) -> FrameImport {
        FrameImport { catalog, links: HashMap::new(), exchange: 0, link: 0 }
    }

    /// The events of a frame: itself, and before it the link when that is new or has another version.
    pub fn events(&mut self, foreign: ForeignFrame) -> Vec<EventKind> {
        let ForeignFrame { our_role, station, direction, transport, version, text, origin } = foreign;
        let key = (our_role, station);
        let mut events = Vec::new();
        let shown = version.or_else(|| self.shown_version(&key, transport, &text));
        let known = self.links.get(&key).map(|link| link.version);
        if known.is_none() || shown.is_some_and(|shown| known != Some(shown)) {
            events.push(self.connect(key.clone(), shown.or(known), transport, None, ConnectionAttempt::default()));
        }
        if let Some(link) = self.links.get_mut(&key) {
            let mut reading = FrameReading { catalog: &self.catalog, link, exchange: &mut self.exchange, our_role, direction };
            let frame = match transport {
                _ if origin.as_ref().is_some_and(|origin| origin.binary) => {
                    Frame { remark: Some("a binary frame; OCPP-J has texts only".into()), ..reading.plain() }
                }
                Transport::WebSocket => reading.json(&text),
                Transport::Soap => reading.envelope(&text),
            };
            events.push(EventKind::Frame(Frame { text: FrameText::from(text), origin, ..frame }));
        }
        events
    }

    /// The events of what a file says of a link.
    pub fn link_events(&mut self, our_role: Role, station: Arc<str>, event: ForeignEvent) -> Vec<EventKind> {
        let key = (our_role, station);
        match event {
            ForeignEvent::Connected { version, transport, peer, handshake } => {
                vec![self.connect(key, version, transport, peer, *handshake)]
            }
            ForeignEvent::Closed(reason) => {
                let link = self.links.remove(&key);
                link.map(|link| EventKind::Disconnected { link: link.number, reason }).into_iter().collect()
            }
            ForeignEvent::Timeout { action, after } => {
                let Some(link) = self.links.get_mut(&key) else { return Vec::new() };
                let calls = link.open.iter().filter(|((_, way), (_, called))| *way == Direction::Out && *called == action);
                let newest =
                    calls.max_by_key(|(_, (exchange, _))| *exchange).map(|(id, (exchange, _))| (id.clone(), *exchange));
                let event = newest.map(|(id, exchange)| {
                    link.open.remove(&id);
                    EventKind::Timeout { exchange, action, after }
                });
                event.into_iter().collect()
            }
            ForeignEvent::Other(kind) => vec![*kind],
        }
    }

    fn connect(
        &mut self,
        key: (Role, Arc<str>),
        version: Option<Version>,
        transport: Transport,
        peer: Option<SocketAddr>,
        handshake: ConnectionAttempt,
    ) -> EventKind {
        self.link += 1;
        let (number, is_assumed) = (self.link, version.is_none());
        let version = version.unwrap_or(ASSUMED);
        // What is open stays open: a record that names another version later is about the same link.
        let open = self.links.remove(&key).filter(|link| link.is_assumed).map(|link| link.open).unwrap_or_default();
        self.links.insert(key, ForeignLink { number, version, is_assumed, open });
        // Most files do not say who the peer was.
        let peer = peer.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
        EventKind::Connected { link: number, version, transport, peer, handshake }
    }

    /// The version that a message shows while none was named.
    fn shown_version(&self, key: &(Role, Arc<str>), transport: Transport, text: &str) -> Option<Version> {
        let link = self.links.get(key);
        if link.is_some_and(|link| !link.is_assumed) {
            return None;
        }
        if transport == Transport::Soap {
            let envelope = soap::read(text, &self.catalog, ReadHint::default()).ok()?;
            return self.catalog.service_of(envelope.body_namespace.as_deref()?).map(|(version, _)| version);
        }
        let elements = srpc::frame_elements(text);
        if elements.first()?.get() != "2" {
            return None;
        }
        let action = srpc::words(elements.get(2)?.get());
        version_of_call(&self.catalog, &action, elements.get(3)?.get())
    }
}

/// The reading of one frame.
struct FrameReading<'a> {
    catalog: &'a Catalog,
    link: &'a mut ForeignLink,
    exchange: &'a mut u64,
    our_role: Role,
    direction: Direction,
}

impl FrameReading<'_> {
    fn plain(&self) -> Frame {
        Frame::new(self.direction, FrameKind::Malformed, FrameText::default())
    }

    /// The role that calls when a call goes this way.
    fn caller(&self) -> Role {
        if self.direction == Direction::In { self.our_role.peer() } else { self.our_role }
    }

    fn json(&mut self, text: &str) -> Frame {
        let version = self.link.version;
        let decoded = match srpc::decode(text, version, Strictness::Tolerant) {
            Ok(decoded) => decoded,
            Err(malformed) => return Frame { remark: Some(malformed.to_string().into()), ..self.plain() },
        };
        let frame = Frame { remark: decoded.remark.map(Into::into), findings: decoded.findings, ..self.plain() };
        match decoded.message {
            SrpcMessage::Call { id, action, payload } => {
                let findings = self.findings_of_request(&action, &payload);
                self.begin(Frame { kind: FrameKind::Call, ..frame }, id.key(), &action, findings)
            }
            SrpcMessage::Send { action, payload, .. } => {
                let findings = self.findings_of_request(&action, &payload);
                with_findings(Frame { kind: FrameKind::Send, action: Some(action.into()), ..frame }, findings)
            }
            SrpcMessage::Result { id, payload } => {
                let frame = self.end(Frame { kind: FrameKind::Result, ..frame }, id.key());
                let caller = self.caller().peer();
                let known = frame.action.as_ref().and_then(|action| self.catalog.action(version, caller, action));
                let findings = known.map_or_else(Vec::new, |known| known.response.check_received(&payload, version));
                with_findings(frame, findings)
            }
            SrpcMessage::Error { id, code, .. } => {
                self.end(Frame { kind: FrameKind::Error, code: ErrorCode::parse(&code), ..frame }, id.key())
            }
            SrpcMessage::ResultError { code, .. } => {
                Frame { kind: FrameKind::ResultError, code: ErrorCode::parse(&code), ..frame }
            }
        }
    }

    fn findings_of_request(&self, action: &str, payload: &ReceivedPayload<'_>) -> Vec<Finding> {
        let version = self.link.version;
        let known = self.catalog.action(version, self.caller(), action);
        known.map_or_else(Vec::new, |known| known.request.check_received(payload, version))
    }

    fn envelope(&mut self, text: &str) -> Frame {
        let envelope = match soap::read(text, self.catalog, ReadHint::default()) {
            Ok(envelope) => envelope,
            Err(error) => return Frame { remark: Some(error.to_string().into()), ..self.plain() },
        };
        let content = FrameContent::of(&envelope);
        let id = content.id.to_string();
        let frame = Frame { content: Some(Box::new(content)), ..self.plain() };
        match &envelope.body {
            Body::Request(operation) => {
                let payload = ReceivedPayload::from(operation.payload.clone());
                let findings = self.findings_of_request(&operation.action, &payload);
                self.begin(Frame { kind: FrameKind::Call, ..frame }, &id, &operation.action, findings)
            }
            Body::Response(operation) => {
                self.end(Frame { kind: FrameKind::Result, action: Some(operation.action.clone()), ..frame }, &id)
            }
            Body::Fault(_) => self.end(Frame { kind: FrameKind::Error, ..frame }, &id),
            Body::Unknown(element) => {
                let name = element.action.as_deref().unwrap_or(&element.name);
                self.begin(Frame { kind: FrameKind::Call, ..frame }, &id, name, Vec::new())
            }
            Body::Empty => frame,
        }
    }

    /// A call begins an exchange.
    fn begin(&mut self, frame: Frame, id: &str, action: &str, findings: Vec<Finding>) -> Frame {
        *self.exchange += 1;
        let action: Arc<str> = action.into();
        if self.link.open.len() >= OPEN_CALLS {
            self.link.open.clear();
        }
        self.link.open.insert((id.to_owned(), self.direction), (*self.exchange, action.clone()));
        with_findings(Frame { action: Some(action), exchange: Some(*self.exchange), ..frame }, findings)
    }

    /// An answer ends the newest exchange with its id that began the other way.
    fn end(&mut self, frame: Frame, id: &str) -> Frame {
        let other = if self.direction == Direction::In { Direction::Out } else { Direction::In };
        match self.link.open.remove(&(id.to_owned(), other)) {
            Some((exchange, action)) => Frame { exchange: Some(exchange), action: Some(action), ..frame },
            None => Frame { remark: Some("it answers no call of this record".into()), ..frame },
        }
    }
}

fn with_findings(mut frame: Frame, findings: Vec<Finding>) -> Frame {
    frame.findings.extend(findings);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Catalog;

    fn kinds(version: Option<Version>, texts: &[(Direction, &str)]) -> Vec<EventKind> {
        let mut import = FrameImport::new(Catalog::embedded());
        let events = texts.iter().flat_map(|(direction, text)| {
            let transport = if text.starts_with('<') { Transport::Soap } else { Transport::WebSocket };
            let frame = ForeignFrame::new("CP1".into(), *direction, (*text).to_owned());
            import.events(ForeignFrame { transport, version, ..frame })
        });
        events.collect()
    }

    fn frames(version: Option<Version>, texts: &[(Direction, &str)]) -> Vec<Frame> {
        let frame = |event| if let EventKind::Frame(frame) = event { Some(frame) } else { None };
        kinds(version, texts).into_iter().filter_map(frame).collect()
    }

    #[test]
    fn answers_come_to_their_calls_and_payloads_are_checked() {
        use Direction::{In, Out};
        let frames = frames(
            Some(Version::V1_6),
            &[
                (In, r#"[2,"1","Heartbeat",{}]"#),
                (Out, r#"[2,"1","Reset",{"type":"Soft","sugar":2}]"#),
                (Out, r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#),
                (In, r#"[4,"1","NotSupported","",{}]"#),
                (In, r#"[3,"9",{}]"#),
                (In, "no json"),
            ],
        );
        let facts: Vec<_> =
            frames.iter().map(|frame| (frame.kind, frame.exchange, frame.action.as_deref(), frame.findings.len())).collect();
        assert_eq!(
            facts,
            [
                (FrameKind::Call, Some(1), Some("Heartbeat"), 0),
                (FrameKind::Call, Some(2), Some("Reset"), 1),
                (FrameKind::Result, Some(1), Some("Heartbeat"), 0),
                (FrameKind::Error, Some(2), Some("Reset"), 0),
                (FrameKind::Result, None, None, 0),
                (FrameKind::Malformed, None, None, 0),
            ]
        );
        assert!(frames[4].remark.is_some() && frames[5].remark.is_some());
    }

    #[test]
    fn a_call_that_only_a_newer_version_has_shows_the_version() {
        use Direction::{In, Out};
        let events = kinds(
            None,
            &[
                (In, r#"[2,"1","Heartbeat",{}]"#),
                (Out, r#"[2,"2","GetBaseReport",{"requestId":1,"reportBase":"FullInventory"}]"#),
                (Out, r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#),
            ],
        );
        let facts = events.iter().map(|event| match event {
            EventKind::Connected { version, .. } => version.number().to_owned(),
            EventKind::Frame(frame) => format!("{:?} {:?}", frame.exchange, frame.findings.len()),
            other => panic!("{other:?}"),
        });
        assert_eq!(facts.collect::<Vec<_>>(), ["1.6", "Some(1) 0", "2.0.1", "Some(2) 0", "Some(1) 0"]);
    }
}
