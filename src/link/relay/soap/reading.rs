//! A message of a pair over SOAP as it is recorded: what it is, what is wrong with it, and what rules and breakpoints see of it. Nothing here
//! decides whether it passes.

use std::sync::Arc;

use hyper::{HeaderMap, StatusCode};
use serde_json::json;
use tokio_tungstenite::tungstenite::Bytes;

use super::handles::PairRequest;
use crate::clock::Moment;
use crate::link::intercept::gate::GateFrame;
use crate::link::relay::reading::{direction_from, speaker};
use crate::link::soap::body::ReceivedBody;
use crate::link::soap::exchange::PostAnswer;
use crate::link::soap::framing::{joined, name, remark_on};
use crate::link::soap::incoming::media_type_remark;
use crate::ocpp::{ActionDefinition, Catalog, Role, Version};
use crate::rpc::soap::{Body, Envelope, HeaderDirection, ReadHint};
use crate::trace::{Frame, FrameContent, FrameKind, FrameOrigin, FramePassage, FrameText, PairLeg, PairLegs};

/// The call to which messages of an exchange belong.
#[derive(Debug, Clone)]
pub(super) struct AskedCall {
    /// Who sent it.
    pub from: PairLeg,
    pub version: Version,
    pub exchange: u64,
    /// Empty for a request that could not be read.
    pub action: Arc<str>,
    pub definition: Option<Arc<ActionDefinition>>,
    /// Its envelope, where it is one.
    pub envelope: Option<Arc<Envelope>>,
}

impl AskedCall {
    /// Who sends such calls.
    pub fn initiator(&self) -> Role {
        speaker(self.from)
    }
}

/// A message on its way from one side of a pair to the other.
#[derive(Debug)]
pub(super) struct PassingEnvelope {
    pub from: PairLeg,
    pub frame: Frame,
    pub asked: AskedCall,
    pub envelope: Option<Arc<Envelope>>,
    /// The body as it came or as it was changed here.
    pub bytes: Bytes,
    /// Whether it was changed here, so that it is UTF-8.
    pub is_changed: bool,
    /// Of an answer.
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub arrived: Moment,
}

impl PassingEnvelope {
    /// A request that was taken in.
    pub fn request(
        catalog: &Catalog,
        request: PairRequest,
        (version, exchange): (Version, u64),
        arrived: Moment,
    ) -> PassingEnvelope {
        let PairRequest { from, text, bytes, read, mut remarks, headers, origin, .. } = request;
        let mut frame = plain(from, text, &origin);
        frame.exchange = Some(exchange);
        let mut asked = AskedCall { from, version, exchange, action: "".into(), definition: None, envelope: None };
        let envelope = match read {
            Ok(envelope) => {
                asked.version = version_of(&envelope).unwrap_or(version);
                remark_on(&envelope, HeaderDirection::Request, asked.version, speaker(from.other()), &mut remarks);
                Some(Arc::new(envelope))
            }
            Err(error) => {
                remarks.push(error.to_string());
                None
            }
        };
        asked.envelope.clone_from(&envelope);
        let mut passing = PassingEnvelope {
            from,
            frame,
            asked,
            envelope,
            bytes,
            is_changed: false,
            status: StatusCode::OK,
            headers,
            arrived,
        };
        passing.judge_request(catalog, &mut remarks);
        passing.frame.remark = joined(&remarks).map(String::into_boxed_str);
        passing
    }

    /// The answer to a request that was passed on. HTTP says which call it answers.
    pub fn answer(catalog: &Catalog, asked: AskedCall, answer: PostAnswer, legs: PairLegs, arrived: Moment) -> PassingEnvelope {
        let from = asked.from.other();
        let PostAnswer { status, content_type, head, body, bytes, fields, .. } = answer;
        let origin = FrameOrigin { http_head: Some(head), ..FrameOrigin::default() };
        let mut frame = plain(from, body.text.clone(), &origin);
        if let Some(passage) = frame.origin.as_mut().and_then(Arc::get_mut).and_then(|origin| origin.passage.as_mut()) {
            passage.legs = legs;
        }
        (frame.exchange, frame.action) = (Some(asked.exchange), Some(asked.action.clone()).filter(|action| !action.is_empty()));
        let mut remarks = Vec::new();
        let read = body.read(catalog, asked.hint(), &mut remarks);
        remarks.extend(content_type.as_deref().filter(|_| read.is_ok()).and_then(media_type_remark));
        let http = || {
            let content_type = content_type.as_deref().unwrap_or("no content type");
            format!("HTTP {status}, {content_type}, {} bytes", body.size)
        };
        let envelope = match read {
            Ok(envelope) => {
                let message_id = asked.envelope.as_ref().and_then(|envelope| envelope.message_id());
                let way = HeaderDirection::Response { message_id };
                remark_on(&envelope, way, asked.version, asked.initiator().peer(), &mut remarks);
                if matches!(envelope.body, Body::Response(_)) && !status.is_success() {
                    remarks.push(http());
                }
                Some(Arc::new(envelope))
            }
            Err(error) => {
                remarks.insert(0, format!("{}: {error}", http()));
                None
            }
        };
        let (is_changed, headers) = (false, fields);
        let mut passing = PassingEnvelope { from, frame, asked, envelope, bytes, is_changed, status, headers, arrived };
        passing.judge_answer(&mut remarks);
        passing.frame.remark = joined(&remarks).map(String::into_boxed_str);
        passing
    }

    /// The same message with another text, which is judged again.
    pub fn with_text(mut self, catalog: &Catalog, text: String) -> PassingEnvelope {
        let body = ReceivedBody::changed(text);
        let mut remarks = Vec::new();
        let is_request = self.is_request();
        let hint = if is_request {
            ReadHint { service: Some(speaker(self.from.other())), ..ReadHint::default() }
        } else {
            self.asked.hint()
        };
        let read = body.read(catalog, hint, &mut remarks);
        if let Err(error) = &read {
            remarks.push(error.to_string());
        }
        self.envelope = read.ok().map(Arc::new);
        self.bytes = Bytes::from(body.text.clone());
        self.is_changed = true;
        self.frame.text = body.text;
        (self.frame.findings, self.frame.content, self.frame.code) = (Vec::new(), None, None);
        self.frame.kind = FrameKind::Malformed;
        if is_request {
            self.asked.envelope.clone_from(&self.envelope);
            self.judge_request(catalog, &mut remarks);
        } else {
            self.judge_answer(&mut remarks);
        }
        self.frame.remark = joined(&remarks).map(String::into_boxed_str);
        self
    }

    /// Whether it is a request of HTTP.
    pub fn is_request(&self) -> bool {
        self.from == self.asked.from
    }

    fn judge_request(&mut self, catalog: &Catalog, remarks: &mut Vec<String>) {
        let Some(envelope) = self.envelope.clone() else { return };
        let PassingEnvelope { frame, asked, .. } = self;
        frame.content = Some(Box::new(FrameContent::of(&envelope)));
        let (action, payload) = match &envelope.body {
            Body::Request(operation) => (operation.action.to_string(), &operation.payload),
            Body::Unknown(element) => (element.action.clone().unwrap_or_else(|| element.name.clone()), &element.payload),
            body => {
                remarks.push(format!("{} is not a request", name(body)));
                return;
            }
        };
        frame.kind = FrameKind::Call;
        let definition = catalog.action(asked.version, asked.initiator(), &action).cloned();
        match &definition {
            Some(definition) => frame.findings = definition.request.check(payload, asked.version),
            None => remarks.push(format!("{action} is no action of a {} in OCPP {}", asked.initiator(), asked.version)),
        }
        asked.action = definition.as_ref().map_or_else(|| action.as_str().into(), |known| known.name.clone());
        asked.definition = definition;
        frame.action = Some(asked.action.clone());
    }

    fn judge_answer(&mut self, remarks: &mut Vec<String>) {
        let Some(envelope) = self.envelope.clone() else { return };
        let PassingEnvelope { frame, asked, .. } = self;
        let mut content = FrameContent::of(&envelope);
        if let Some(id) = asked.envelope.as_ref().and_then(|envelope| envelope.message_id()) {
            content.id = id.into();
        }
        frame.content = Some(Box::new(content));
        match &envelope.body {
            Body::Response(operation) if asked.action.is_empty() || operation.action == asked.action => {
                frame.kind = FrameKind::Result;
                if let Some(definition) = &asked.definition {
                    frame.findings = definition.response.check(&operation.payload, asked.version);
                    let fault = crate::ocpp::decisive(&frame.findings);
                    frame.code = fault.map(|finding| finding.rule.error_code(asked.version));
                }
            }
            Body::Response(operation) => {
                frame.kind = FrameKind::Result;
                remarks.push(format!("it is the response of {}, but {} was asked for", operation.action, asked.action));
            }
            Body::Fault(fault) => (frame.kind, frame.code) = (FrameKind::Error, Some(fault.error_code())),
            body => remarks.insert(0, format!("{} is no answer", name(body))),
        }
    }

    /// The message as breakpoints and rules see it; `None` for one that has no payload.
    pub fn as_gate_frame(&self) -> Option<GateFrame> {
        let Frame { direction, kind, code, .. } = self.frame;
        let action = self.frame.action.clone().unwrap_or_else(|| "".into());
        let payload = match &self.envelope.as_ref()?.body {
            Body::Request(operation) | Body::Response(operation) => operation.payload.clone().into(),
            Body::Unknown(element) => element.payload.clone().into(),
            Body::Fault(fault) => {
                json!({ "code": fault.error_code().name(), "description": fault.reason, "details": {} }).into()
            }
            Body::Empty => return None,
        };
        (kind != FrameKind::Malformed).then_some(GateFrame { direction, kind, action, payload, code })
    }
}

impl AskedCall {
    /// How the answer to it is read.
    fn hint(&self) -> ReadHint {
        let version = Some(self.version);
        ReadHint { version, service: Some(self.initiator().peer()), answers: version }
    }
}

/// A message that came from this side and of which nothing is known yet. It is on both legs when it passes.
fn plain(from: PairLeg, text: FrameText, origin: &FrameOrigin) -> Frame {
    let origin = FrameOrigin { passage: Some(FramePassage::of(PairLegs::Both)), ..origin.clone() };
    Frame { origin: Some(Arc::new(origin)), ..Frame::new(direction_from(from), FrameKind::Malformed, text) }
}

/// The version of the namespace of a message.
pub(super) fn version_of(envelope: &Envelope) -> Option<Version> {
    match &envelope.body {
        Body::Request(operation) | Body::Response(operation) => Some(operation.version),
        Body::Unknown(element) => element.service.map(|(version, _)| version),
        Body::Fault(_) | Body::Empty => None,
    }
}
