//! SOAP as the framing of a conversation: envelopes in the bodies of HTTP requests and responses. The codec is
//! [`crate::rpc::soap`]; this file passes to a conversation what was read and writes its messages.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use super::address::HttpUrl;
use super::exchange::{self, ArrivedMessage, ShowHeaders, SoapOutgoing, SoapPost, SoapRequest};
use super::incoming::media_type_remark;
use super::spelling::with_typed_numbers;
use crate::behaviour::Answer;
use crate::clock::Moment;
use crate::link::conversation::framing::{
    EncodedMessage, Framing, OwnReply, OwnRequest, ReceivedCall, ReceivedText, shared_name,
};
use crate::link::conversation::pending_calls::QueuedCall;
use crate::link::conversation::{Conversation, out_frame};
use crate::link::random::LinkChance;
use crate::ocpp::{ActionDefinition, Catalog, ErrorCode, Role, Version};
use crate::rpc::soap::{
    self, Body, Envelope, FaultSubcode, HeaderDirection as Way, HeaderSeverity, ReadHint, RequestHeaders, ResponseHeaders,
    lint_from,
};
use crate::trace::{ConnectionAttempt, Frame, FrameContent, FrameKind, FrameOrigin, FrameText};

/// How many remarks about an envelope are recorded.
const REMARKS: usize = 12;

/// SOAP's way to write messages, for one station.
pub(super) struct SoapFraming {
    pub catalog: Arc<Catalog>,
    /// The role that we play.
    pub role: Role,
    /// The charge point's identity, in either role.
    pub identity: String,
    /// Where we listen.
    pub from: Option<String>,
    /// Where the peer is called.
    pub address: Option<HttpUrl>,
    /// Requests that get no answer on purpose; the connection stays open until the peer closes it.
    silent: Vec<oneshot::Sender<exchange::SoapResponse>>,
    /// Envelopes that the user typed and that wait for their answer.
    typed: HashMap<String, ShowHeaders>,
}

/// What is kept of a request until it is answered.
pub(super) struct SoapReplyToken {
    headers: ResponseHeaders,
    /// The subcode of a fault, when the error does not decide it.
    subcode: Option<FaultSubcode>,
    reply: oneshot::Sender<exchange::SoapResponse>,
}

impl SoapFraming {
    /// For one station.
    pub fn new(
        catalog: Arc<Catalog>,
        role: Role,
        identity: String,
        from: Option<String>,
        address: Option<HttpUrl>,
    ) -> SoapFraming {
        SoapFraming { catalog, role, identity, from, address, silent: Vec::new(), typed: HashMap::new() }
    }

    /// Lets a request wait for an answer that never comes.
    pub fn keep_waiting(&mut self, reply: oneshot::Sender<exchange::SoapResponse>) {
        self.silent.retain(|waiting| !waiting.is_closed());
        self.silent.push(reply);
    }

    fn to(&self) -> String {
        self.address.as_ref().map_or_else(String::new, HttpUrl::to_string)
    }
}

impl Framing for SoapFraming {
    type Question = SoapReplyToken;
    type Incoming = ArrivedMessage;
    type Outgoing = SoapOutgoing;

    fn carries(&self, definition: &ActionDefinition) -> bool {
        definition.soap.is_some()
    }

    /// A fault has few codes, so its reason always describes the error precisely.
    fn refusal(&self, _code: ErrorCode, _version: Version, precise: &dyn Fn() -> String) -> String {
        precise()
    }

    fn call(&mut self, id: &str, version: Version, request: &OwnRequest<'_>) -> EncodedMessage<SoapOutgoing> {
        let OwnRequest { action, payload, .. } = request;
        let message_id = message_id(id);
        let headers = RequestHeaders {
            identity: self.identity.clone(),
            to: self.to(),
            from: self.from.clone(),
            message_id: Some(message_id.clone()),
            reply_to: None,
        };
        let written = with_typed_numbers(payload);
        let text = FrameText::from(soap::write_request(&self.catalog, version, self.role, action, &written, &headers));
        let content = FrameContent::of_payload(Some(&message_id), payload);
        let (action, message_id) = (Some(format!("/{action}")), Some(message_id));
        let post = SoapPost { id: id.to_owned(), action, message_id, version, text: text.clone() };
        EncodedMessage { text, content: Some(Box::new(content)), outgoing: SoapOutgoing::Post(post) }
    }

    fn answer(
        &mut self,
        question: SoapReplyToken,
        version: Version,
        action: &str,
        reply: &OwnReply<'_>,
    ) -> EncodedMessage<SoapOutgoing> {
        let SoapReplyToken { headers, subcode, reply: place } = question;
        let id = headers.relates_to.as_deref();
        let (status, text, content) = match reply {
            OwnReply::Result(payload) => {
                let written = with_typed_numbers(payload);
                let text = soap::write_response(&self.catalog, version, self.role.peer(), action, &written, &headers);
                (200, text, FrameContent::of_payload(id, payload))
            }
            OwnReply::Error { code, description } => {
                let subcode = subcode.unwrap_or(FaultSubcode::of(*code));
                let reason = reason(*code, subcode, description);
                let text = soap::write_fault(version, self.role, subcode.code(), Some(subcode), &reason, &headers);
                (subcode.code().http_status(), text, FrameContent::of_fault(id, Some(subcode.name()), &reason))
            }
        };
        let text = FrameText::from(text);
        let response = exchange::SoapResponse { status, text: text.clone() };
        EncodedMessage { text, content: Some(Box::new(content)), outgoing: SoapOutgoing::Response { reply: place, response } }
    }

    /// SOAP answers a response with nothing.
    fn result_error(&self, _id: &str, _version: Version, _error: (ErrorCode, &str)) -> Option<EncodedMessage<SoapOutgoing>> {
        None
    }

    fn id_of<'q>(&self, _question: &'q SoapReplyToken) -> Option<&'q str> {
        None
    }

    fn content(&self, text: &str, version: Version) -> Option<Box<FrameContent>> {
        let hint = ReadHint { version: Some(version), ..ReadHint::default() };
        let envelope = soap::read(text, &self.catalog, hint).ok()?;
        Some(Box::new(FrameContent::of(&envelope)))
    }

    fn drop_request(&mut self, question: SoapReplyToken) {
        self.keep_waiting(question.reply);
    }

    /// A response that is not sent leaves its request without an answer.
    fn drop_outgoing(&mut self, message: SoapOutgoing) {
        if let SoapOutgoing::Response { reply, .. } = message {
            self.keep_waiting(reply);
        }
    }

    fn read_answer(&self, text: &str, version: Version) -> Answer {
        let hint = ReadHint { version: Some(version), service: Some(self.role), answers: None };
        match soap::read(text, &self.catalog, hint).map(|envelope| envelope.body) {
            Ok(Body::Response(operation)) => Answer::result(operation.payload),
            Ok(Body::Fault(fault)) => Answer::Error { code: fault.error_code(), description: fault.reason },
            _ => Answer::Silence,
        }
    }
}

fn message_id(id: &str) -> String {
    format!("urn:uuid:{id}")
}

/// The headers of our answer to a request; `None` is a request that could not be read.
pub(in crate::link) fn answer_headers(request: Option<&Envelope>, chance: &mut LinkChance) -> ResponseHeaders {
    ResponseHeaders::to_request(request, message_id(&chance.fresh_id()))
}

/// The text of a fault: the description that SRPC would send, and the reason.
pub(in crate::link) fn reason(code: ErrorCode, subcode: FaultSubcode, description: &str) -> String {
    match (code.name() == subcode.name(), description) {
        (_, "") => code.description().to_owned(),
        (true, description) => description.to_owned(),
        (false, description) => format!("{code}: {description}"),
    }
}

impl Conversation<SoapFraming> {
    /// Takes a request of the peer in.
    pub fn receive(&mut self, request: SoapRequest, now: Moment) {
        let SoapRequest { text, read, mut remarks, origin, reply, .. } = request;
        let origin = Some(origin);
        let question = SoapReplyToken { headers: answer_headers(read.as_ref().ok(), &mut self.chance), subcode: None, reply };
        match read {
            Ok(envelope) => {
                remark_on(&envelope, Way::Request, self.version(), self.framing.role, &mut remarks);
                let content = Some(Box::new(FrameContent::of(&envelope)));
                let received = ReceivedText { content, origin, ..ReceivedText::new(text, joined(&remarks)) };
                self.judge_request(received, envelope, question, now);
            }
            Err(error) => {
                remarks.push(error.to_string());
                let received = ReceivedText { origin, ..ReceivedText::new(text, joined(&remarks)) };
                self.refuse(received, Some((question, broken(error.to_string()))), now);
            }
        }
        self.flush_calls(now);
    }

    fn judge_request(&mut self, received: ReceivedText, envelope: Envelope, mut question: SoapReplyToken, now: Moment) {
        let other = envelope.identity().filter(|identity| *identity != self.framing.identity).map(str::to_owned);
        let (version, action, payload) = match envelope.body {
            Body::Request(operation) => (Some(operation.version), operation.action.to_string(), operation.payload),
            Body::Unknown(element) if element.action.is_some() || element.service.is_some() => {
                (element.service.map(|(version, _)| version), element.action.unwrap_or(element.name), element.payload)
            }
            body => {
                let answer = broken(format!("{} is not a request", name(&body)));
                return self.refuse(received, Some((question, answer)), now);
            }
        };
        let call = |asked| ReceivedCall { asked, action: &action, payload: payload.into() };
        if let Some(other) = other {
            question.subcode = Some(FaultSubcode::IdentityMismatch);
            let description = format!("this is {}, not {other}", self.framing.identity);
            return self.refuse_call(received, call(question), (ErrorCode::SecurityError, description), now);
        }
        if let Some(version) = version.filter(|version| *version != self.version()) {
            let description = format!("OCPP {} is spoken here, not {version}", self.version());
            return self.refuse_call(received, call(question), (ErrorCode::NotSupported, description), now);
        }
        self.on_call(received, call(question), now);
    }

    /// Takes in what came back for a request of ours.
    pub fn receive_answer(&mut self, post: &SoapPost, answer: &exchange::PostAnswer, now: Moment) {
        let (id, expected) = (&*post.id, post.message_id.as_deref());
        let typed = self.framing.typed.remove(id);
        let mut remarks = Vec::new();
        let (version, service) = (Some(post.version), Some(self.framing.role.peer()));
        let hint = ReadHint { version, service, answers: version };
        let text = answer.body.text.clone();
        let read = answer.body.read(&self.framing.catalog, hint, &mut remarks);
        // A status without an envelope names the type in its own remark.
        remarks.extend(answer.content_type.as_deref().filter(|_| read.is_ok()).and_then(media_type_remark));
        let origin = match typed {
            Some(ShowHeaders(show)) => typed_origin(show.then(|| answer.headers.clone())),
            None => FrameOrigin::default(),
        };
        let origin = Some(Arc::new(FrameOrigin { http_head: Some(answer.head.clone()), ..origin }));
        let content = read.as_ref().ok().map(|envelope| {
            // HTTP says which call it answers, also when the answer itself says nothing or something else.
            let mut content = Box::new(FrameContent::of(envelope));
            if let Some(id) = expected {
                content.id = id.into();
            }
            content
        });
        let received = |text, remarks: &[String]| ReceivedText { content, origin, ..ReceivedText::new(text, joined(remarks)) };
        let http = http(answer);
        match read {
            Err(error) => {
                remarks.insert(0, format!("{http}: {error}"));
                self.take_unreadable(received(text, &remarks), id, None, now);
            }
            Ok(envelope) => {
                remark_on(
                    &envelope,
                    Way::Response { message_id: expected },
                    post.version,
                    self.framing.role.peer(),
                    &mut remarks,
                );
                let wrong = self.wrong_answer(id, &envelope.body);
                match envelope.body {
                    Body::Response(operation) if wrong.is_none() => {
                        remarks.extend((!answer.status.is_success()).then_some(http));
                        self.on_result(received(text, &remarks), id, operation.payload.into(), now);
                    }
                    Body::Fault(fault) => {
                        self.on_error(received(text, &remarks), id, (fault.error_code().name(), &fault.reason), now);
                    }
                    body => {
                        let what = wrong.unwrap_or_else(|| format!("{} is no answer", name(&body)));
                        remarks.insert(0, format!("{http}: {what}"));
                        self.take_unreadable(received(text, &remarks), id, None, now);
                    }
                }
            }
        }
        self.flush_calls(now);
    }

    /// A response of another action than the one that was asked for.
    fn wrong_answer(&self, id: &str, body: &Body) -> Option<String> {
        let (Body::Response(operation), Some(asked)) = (body, self.asked(id)) else { return None };
        let wrong = !asked.is_empty() && asked != &*operation.action;
        wrong.then(|| format!("it is the response of {}, but {asked} was asked for", operation.action))
    }

    /// A request of ours did not get through.
    pub fn fail(&mut self, id: &str, reason: String, attempt: Option<Box<ConnectionAttempt>>, now: Moment) {
        self.framing.typed.remove(id);
        self.take_unreachable(id, reason, attempt, now);
        self.flush_calls(now);
    }

    /// Sends an envelope as the user typed it. Surrounding quotation marks belong to the command line, as in ocppjs.
    pub fn raw(&mut self, text: &str, show: ShowHeaders, now: Moment) {
        let text = FrameText::from(unquoted(text).to_owned());
        let hint = ReadHint { version: Some(self.version()), service: Some(self.framing.role.peer()), answers: None };
        let read = soap::read(text.as_str(), &self.framing.catalog, hint);
        let id = self.chance.fresh_id();
        let message_id = read.as_ref().ok().and_then(|envelope| envelope.message_id()).map(str::to_owned);
        let version = match read.as_ref().map(|envelope| &envelope.body) {
            Ok(Body::Request(operation)) => operation.version,
            _ => self.version(),
        };
        let content = read.as_ref().ok().map(|envelope| Box::new(FrameContent::of(envelope)));
        let (kind, action, payload, remark) = match read {
            Ok(Envelope { body: Body::Request(operation), .. }) => {
                (FrameKind::Call, operation.action.to_string(), operation.payload, None)
            }
            Ok(Envelope { body, .. }) => {
                (FrameKind::Malformed, String::new(), Value::Null, Some(format!("{} is not a request", name(&body))))
            }
            Err(error) => (FrameKind::Malformed, String::new(), Value::Null, Some(error.to_string())),
        };
        let definition = self.definition(&action);
        let findings = definition.as_ref().map_or_else(Vec::new, |known| known.request.check(&payload, version));
        let call = QueuedCall {
            signed: false,
            action: shared_name(&action, definition.as_ref()),
            definition,
            payload: payload.into(),
            findings: Vec::new(),
            then: None,
        };
        let (exchange, name) = self.note_sent(id.clone(), call, now);
        let http_action = (!action.is_empty()).then(|| format!("/{action}"));
        self.framing.typed.insert(id.clone(), show);
        let post = SoapPost { id, action: http_action, message_id, version, text: text.clone() };
        let headers = match (&show, self.framing.address.as_ref()) {
            (ShowHeaders(true), Some(address)) => Some(post.headers(address)),
            _ => None,
        };
        let frame = Frame {
            content,
            exchange: Some(exchange),
            action: (!name.is_empty()).then_some(name),
            findings,
            remark: remark.map(String::into_boxed_str),
            origin: Some(Arc::new(typed_origin(headers))),
            ..out_frame(kind, text)
        };
        self.send_message(SoapOutgoing::Post(post), frame, now);
        self.flush_calls(now);
    }
}

/// The origin of an envelope that the user typed, and of the answer to it.
fn typed_origin(http_headers: Option<String>) -> FrameOrigin {
    FrameOrigin { typed_by_user: true, http_headers: http_headers.map(String::into_boxed_str), ..FrameOrigin::default() }
}

/// The refusal of what is no request.
pub(super) fn broken(description: String) -> Answer {
    Answer::Error { code: ErrorCode::ProtocolError, description }
}

/// What a body is, in words.
pub(in crate::link) fn name(body: &Body) -> String {
    match body {
        Body::Request(operation) => format!("the request of {}", operation.action),
        Body::Response(operation) => format!("the response of {}", operation.action),
        Body::Fault(fault) => format!("a fault ({})", fault.reason),
        Body::Unknown(element) => format!("<{}>", element.name),
        Body::Empty => "an empty Body".to_owned(),
    }
}

/// Status and content type of an answer, when they need a remark.
fn http(answer: &exchange::PostAnswer) -> String {
    let content_type = answer.content_type.as_deref().unwrap_or("no content type");
    format!("HTTP {}, {content_type}, {} bytes", answer.status, answer.body.size)
}

/// The violations of the rules in an envelope, worst first, then by position.
pub(in crate::link) fn remark_on(
    envelope: &Envelope,
    way: Way<'_>,
    version: Version,
    service: Role,
    remarks: &mut Vec<String>,
) {
    remarks.extend(envelope.remarks.iter().map(|remark| remark.message.clone()));
    let findings = lint_from(HeaderSeverity::Warning, envelope, way, version, service);
    remarks.extend(findings.into_iter().map(|finding| format!("{}: {}", finding.header, finding.message)));
    let more = remarks.len().saturating_sub(REMARKS);
    remarks.truncate(REMARKS);
    remarks.extend((more > 0).then(|| format!("and {more} more")));
}

/// Remarks, one a line.
pub(in crate::link) fn joined(remarks: &[String]) -> Option<String> {
    let lines: Vec<String> = remarks.iter().map(|remark| remark.replace(['\n', '\r'], " ")).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('\'').or_else(|| inside('"')).unwrap_or(text)
}
