//! Makes events of frames that another program recorded: it reads each text as a link would, checks its payload, and puts answers to
//! their calls. How a file holds its frames is for the readers of the formats.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::ocpp::{Catalog, ErrorCode, Finding, ReceivedPayload, Role, Strictness, Transport, Version};
use crate::rpc::soap::{self, Body, ReadHint};
use crate::rpc::srpc::{self, SrpcMessage};
use crate::trace::{ConnectionAttempt, Direction, EventKind, Frame, FrameContent, FrameKind, FrameText};

/// The version that is assumed while a record names none: most stations speak it.
const ASSUMED: Version = Version::V1_6;

/// A frame as a file has it.
#[derive(Debug, Clone)]
pub(super) struct ForeignFrame {
    /// The identity of the station.
    pub station: Arc<str>,
    /// The way it went, seen from the central system.
    pub direction: Direction,
    pub transport: Transport,
    pub version: Option<Version>,
    pub text: String,
}

/// The links of one import.
pub(super) struct FrameImport {
    catalog: Arc<Catalog>,
    links: HashMap<Arc<str>, ForeignLink>,
    /// The last number of an exchange that was given out.
    exchange: u64,
    /// The last number of a link.
    link: u64,
}

struct ForeignLink {
    version: Version,
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
        let ForeignFrame { station, direction, transport, version, text } = foreign;
        let mut events = Vec::new();
        let known = self.links.get(&station).map(|link| link.version);
        if known.is_none() || version.is_some_and(|version| known != Some(version)) {
            let version = version.or(known).unwrap_or(ASSUMED);
            self.links.insert(station.clone(), ForeignLink { version, open: HashMap::new() });
            self.link += 1;
            // No file says who the peer was.
            let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
            let handshake = ConnectionAttempt::default();
            events.push(EventKind::Connected { link: self.link, version, transport, peer, handshake });
        }
        if let Some(link) = self.links.get_mut(&station) {
            let mut reading = FrameReading { catalog: &self.catalog, link, exchange: &mut self.exchange, direction };
            let frame = match transport {
                Transport::WebSocket => reading.json(&text),
                Transport::Soap => reading.envelope(&text),
            };
            events.push(EventKind::Frame(Frame { text: FrameText::from(text), ..frame }));
        }
        events
    }
}

/// The reading of one frame.
struct FrameReading<'a> {
    catalog: &'a Catalog,
    link: &'a mut ForeignLink,
    exchange: &'a mut u64,
    direction: Direction,
}

impl FrameReading<'_> {
    fn plain(&self) -> Frame {
        Frame::new(self.direction, FrameKind::Malformed, FrameText::default())
    }

    /// The role that calls when a call goes this way.
    fn caller(&self) -> Role {
        if self.direction == Direction::In { Role::ChargePoint } else { Role::CentralSystem }
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

    fn frames(texts: &[(Direction, &str)]) -> Vec<Frame> {
        let mut import = FrameImport::new(Catalog::embedded());
        let events = texts.iter().flat_map(|(direction, text)| {
            let transport = if text.starts_with('<') { Transport::Soap } else { Transport::WebSocket };
            let (station, text) = ("CP1".into(), (*text).to_owned());
            import.events(ForeignFrame { station, direction: *direction, transport, version: Some(Version::V1_6), text })
        });
        let frame = |event| if let EventKind::Frame(frame) = event { Some(frame) } else { None };
        events.filter_map(frame).collect()
    }

    #[test]
    fn answers_come_to_their_calls_and_payloads_are_checked() {
        use Direction::{In, Out};
        let frames = frames(&[
            (In, r#"[2,"1","Heartbeat",{}]"#),
            (Out, r#"[2,"1","Reset",{"type":"Soft","sugar":2}]"#),
            (Out, r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#),
            (In, r#"[4,"1","NotSupported","",{}]"#),
            (In, r#"[3,"9",{}]"#),
            (In, "no json"),
        ]);
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
}
