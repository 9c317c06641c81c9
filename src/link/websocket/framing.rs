//! SRPC as the framing of a conversation: arrays of JSON in text frames. The codec is [`crate::rpc::srpc`]; this file
//! passes to a conversation what was read and writes its messages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::session::LinkSession;
use crate::behaviour::{Answer, LinkWish, Responder};
use crate::clock::Moment;
use crate::link::conversation::framing::{
    EncodedMessage, Framing, OwnReply, OwnRequest, ReceivedCall, ReceivedText, shared_name,
};
use crate::link::conversation::pending_calls::QueuedCall;
use crate::link::conversation::{Conversation, out_frame, signed_facts};
use crate::link::intercept::queue::InspectionVerdict;
use crate::link::order::{LinkCommand, LinkOrder};
use crate::link::outgoing::Outgoing;
use crate::link::settings::LinkSettings;
use crate::ocpp::{ActionDefinition, ErrorCode, MessageType, ReceivedPayload, Role, Strictness, Version};
use crate::rpc::OutgoingPayload;
use crate::rpc::srpc::{self, MalformedFrame, MessageId, SignedPayload, SignedPayloadError, SrpcMessage};
use crate::trace::{CloseReason, EventKind, Frame, FrameContent, FrameKind, FrameOrigin, FrameText};

/// SRPC's way to write messages. It has no state.
#[derive(Debug, Default)]
pub(in crate::link) struct SrpcFraming;

impl Framing for SrpcFraming {
    type Question = MessageId;
    type Incoming = FrameText;
    type Outgoing = FrameText;

    fn carries(&self, _definition: &ActionDefinition) -> bool {
        true
    }

    fn refusal(&self, code: ErrorCode, version: Version, precise: &dyn Fn() -> String) -> String {
        if version.dialect().precise_refusals { precise() } else { code.description().to_owned() }
    }

    fn call(&mut self, id: &str, _version: Version, request: &OwnRequest<'_>) -> EncodedMessage<FrameText> {
        let encode = if request.is_send { srpc::encode_send } else { srpc::encode_call };
        encoded(encode(id, request.action, request.payload))
    }

    fn result_error(
        &self,
        id: &str,
        version: Version,
        (code, description): (ErrorCode, &str),
    ) -> Option<EncodedMessage<FrameText>> {
        let dialect = version.dialect();
        let description = shortened(description, dialect.error_description_limit);
        Some(encoded(srpc::encode_result_error(id, code, description, dialect)))
    }

    fn id_of<'q>(&self, question: &'q MessageId) -> Option<&'q str> {
        Some(question.key())
    }

    fn answer(
        &mut self,
        question: MessageId,
        version: Version,
        _action: &str,
        reply: &OwnReply<'_>,
    ) -> EncodedMessage<FrameText> {
        let dialect = version.dialect();
        encoded(match reply {
            OwnReply::Result(payload) => srpc::encode_result(&question, payload),
            OwnReply::Error { code, description } => {
                let description = shortened(description, dialect.error_description_limit);
                srpc::encode_error(&question, *code, description, dialect)
            }
        })
    }

    fn content(&self, _text: &str, _version: Version) -> Option<Box<FrameContent>> {
        None
    }

    fn drop_request(&mut self, _question: MessageId) {}

    fn drop_outgoing(&mut self, _message: FrameText) {}

    fn read_answer(&self, text: &str, version: Version) -> Answer {
        match srpc::decode(text, version, Strictness::Tolerant).map(|decoded| decoded.message) {
            Ok(SrpcMessage::Result { payload, .. }) => Answer::result(payload.into_value()),
            Ok(SrpcMessage::Error { code, description, .. }) => {
                let code = ErrorCode::parse(&code).unwrap_or(ErrorCode::GenericError);
                Answer::Error { code, description }
            }
            Ok(SrpcMessage::Call { .. } | SrpcMessage::ResultError { .. } | SrpcMessage::Send { .. }) | Err(_) => {
                Answer::Silence
            }
        }
    }
}

fn encoded(text: String) -> EncodedMessage<FrameText> {
    let text = FrameText::from(text);
    EncodedMessage { outgoing: text.clone(), text, content: None }
}

/// A request without its signature.
struct Unwrapped<'a> {
    action: &'a str,
    payload: ReceivedPayload<'a>,
    /// Why what is signed cannot be read.
    error: Option<SignedPayloadError>,
}

impl Conversation<SrpcFraming> {
    /// Takes a text of the peer in.
    pub fn receive(&mut self, text: FrameText, now: Moment) {
        // The payload borrows from the text, which becomes the one of the event.
        let read = text.clone();
        match srpc::decode(read.as_str(), self.version(), self.strictness()) {
            Ok(decoded) => {
                let written = if self.may_stop() { written(&text, &decoded.message) } else { None };
                let findings = decoded.findings;
                let received = ReceivedText { findings, written, ..ReceivedText::new(text, decoded.remark) };
                self.take(received, decoded.message, now);
            }
            Err(malformed) => {
                let mut remark = malformed.to_string();
                let complaint = malformed.is_result.then(|| malformed.to_string());
                let Some(id) = &malformed.answers else {
                    self.refuse(ReceivedText::new(text, Some(remark)), refusal(malformed), now);
                    return self.flush_calls(now);
                };
                if let Some(action) = self.asked(id.key()) {
                    remark = format!("this seems to be the answer to {action}; {remark}");
                }
                self.take_unreadable(ReceivedText::new(text, Some(remark)), id.key(), complaint.as_deref(), now);
            }
        }
        self.flush_calls(now);
    }

    /// Takes a message of the peer in.
    fn take(&mut self, mut received: ReceivedText, message: SrpcMessage<'_>, now: Moment) {
        match message {
            SrpcMessage::Call { id, action, payload } => {
                let Unwrapped { action, payload, error } = self.unwrap(&mut received, &action, id.key(), payload);
                let call = ReceivedCall { asked: id, action, payload };
                match error {
                    None => self.on_call(received, call, now),
                    Some(error) => {
                        received.remark = Some(error.to_string().into());
                        self.refuse_call(received, call, (ErrorCode::FormationViolation, error.to_string()), now);
                    }
                }
            }
            SrpcMessage::Send { id, action, payload } => {
                let Unwrapped { action, payload, error } = self.unwrap(&mut received, &action, id.key(), payload);
                if let Some(error) = error {
                    received.remark = Some(error.to_string().into());
                }
                self.on_send(received, action, payload, now);
            }
            SrpcMessage::Result { id, mut payload } => {
                if self.version().dialect().signed_messages && SignedPayload::is_one(&payload) {
                    match SignedPayload::read(&payload) {
                        Ok(signed) => payload = unwrap_into(&mut received, signed, id.key()).into(),
                        Err(error) => received.remark = Some(error.to_string().into()),
                    }
                }
                self.on_result(received, id.key(), payload, now);
            }
            SrpcMessage::Error { id, code, description, .. } => {
                self.on_error(received, id.key(), (&code, &description), now);
            }
            SrpcMessage::ResultError { id, code, .. } => self.on_result_error(received, id.key(), &code, now),
        }
    }

    /// The action and the payload of a request, unwrapped when it is a signed one; as they are when that is impossible.
    fn unwrap<'a>(&self, received: &mut ReceivedText, name: &'a str, id: &str, payload: ReceivedPayload<'a>) -> Unwrapped<'a> {
        let Some(action) = SignedPayload::action(name).filter(|_| self.version().dialect().signed_messages) else {
            return Unwrapped { action: name, payload, error: None };
        };
        match SignedPayload::read(&payload) {
            Ok(signed) => Unwrapped { action, payload: unwrap_into(received, signed, id).into(), error: None },
            Err(error) => Unwrapped { action: name, payload, error: Some(error) },
        }
    }

    /// Takes in what need not wait for its inspection any more.
    fn receive_inspected(&mut self, now: Moment) {
        while let Some((text, verdict)) = self.inspected_incoming(now) {
            match verdict {
                InspectionVerdict::Pass => self.receive(text, now),
                InspectionVerdict::Change(changed) => self.receive(changed.into(), now),
                InspectionVerdict::Drop => {}
            }
        }
    }

    /// Notes a binary frame. OCPP has none; nothing is answered and the link stays.
    pub fn receive_binary(&mut self, bytes: &[u8], now: Moment) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let remark = format!("a binary frame of {} bytes: OCPP messages are text frames", bytes.len());
        let origin = Some(Arc::new(FrameOrigin { binary: true, ..FrameOrigin::default() }));
        self.refuse(ReceivedText { origin, ..ReceivedText::new(FrameText::from(hex), Some(remark)) }, None, now);
    }

    /// Sends a text as it is. When it is a call, its answer is linked with it like any other.
    pub fn raw(&mut self, text: String, now: Moment) {
        let text = FrameText::from(text);
        let decoded = srpc::decode(text.as_str(), self.version(), Strictness::Tolerant);
        let (kind, (exchange, action), remark, findings) = match decoded {
            Ok(srpc::DecodedFrame { message: SrpcMessage::Call { id, action, payload }, remark, mut findings }) => {
                let definition = self.definition(&action);
                // What the user wrote may be wrong on purpose; the trace shows it all the same.
                findings.extend(definition.iter().flat_map(|known| known.request.check_received(&payload, self.version())));
                let action = shared_name(&action, definition.as_ref());
                let (payload, signed) = (payload.into_value().into(), false);
                let call = QueuedCall { action, definition, payload, signed, findings: Vec::new(), then: None };
                let (exchange, action) = self.note_sent(id.to_string(), call, now);
                (FrameKind::Call, (Some(exchange), Some(action)), remark, findings)
            }
            Ok(srpc::DecodedFrame { message: SrpcMessage::Send { action, payload, .. }, remark, mut findings }) => {
                let definition = self.definition(&action);
                findings.extend(definition.iter().flat_map(|known| known.request.check_received(&payload, self.version())));
                (FrameKind::Send, (None, Some(shared_name(&action, definition.as_ref()))), remark, findings)
            }
            Ok(srpc::DecodedFrame { message: SrpcMessage::Result { .. }, findings, .. }) => {
                (FrameKind::Result, (None, None), None, findings)
            }
            Ok(srpc::DecodedFrame { message: SrpcMessage::ResultError { .. }, findings, .. }) => {
                (FrameKind::ResultError, (None, None), None, findings)
            }
            Ok(decoded) => (FrameKind::Error, (None, None), None, decoded.findings),
            Err(malformed) => (FrameKind::Malformed, (None, None), Some(malformed.to_string()), Vec::new()),
        };
        let remark = remark.map(String::into_boxed_str);
        let frame = Frame { action, exchange, findings, remark, ..out_frame(kind, text.clone()) };
        self.send_message(text, frame, now);
        self.flush_calls(now);
    }
}

impl LinkSession for Conversation<SrpcFraming> {
    type Remains = Responder;
    type Message = FrameText;

    fn on_wire(message: FrameText) -> Message {
        Message::Text(message)
    }

    fn our_role(&self) -> Role {
        Conversation::our_role(self)
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.behaviour_ping_interval()
    }

    fn on_text(&mut self, text: FrameText, now: Moment) {
        if let Some(text) = self.inspect_incoming(text, now) {
            self.receive(text, now);
        }
    }

    fn on_binary(&mut self, bytes: Bytes, now: Moment) {
        self.receive_binary(&bytes, now);
    }

    fn on_order(&mut self, order: LinkOrder, now: Moment) {
        match order {
            LinkOrder::User(LinkCommand::Call { action, payload }) => {
                self.call(&action, payload, now);
                self.note_wait(&action, now);
            }
            LinkOrder::User(LinkCommand::Raw(text) | LinkCommand::RawShowingHeaders(text)) => self.raw(text, now),
            LinkOrder::User(LinkCommand::Release { number, action }) => self.release(number, action, now),
            LinkOrder::User(LinkCommand::Probe | LinkCommand::CallAt(_)) => {
                let text = "a WebSocket link has no address to call: messages go over its one connection".into();
                Conversation::record(self, now, EventKind::Note { failure: true, text });
            }
            LinkOrder::Ask { action, payload, then } => self.ask(&action, payload, Some(then), now),
            LinkOrder::Answer { ticket, answer } => self.decide(ticket, answer, now),
            LinkOrder::User(LinkCommand::Act(action)) => self.act(&action, None, now),
            LinkOrder::Act { action, then } => self.act(&action, Some(then), now),
            LinkOrder::GiveUpCalls => self.give_up_calls(now),
            LinkOrder::Inspected { ticket, verdict } => {
                self.judge(ticket, &verdict);
                self.receive_inspected(now);
            }
            // The wire's.
            LinkOrder::User(
                LinkCommand::Ping
                | LinkCommand::Connect
                | LinkCommand::Disconnect
                | LinkCommand::Drop
                | LinkCommand::Upstream(_),
            )
            | LinkOrder::Replaced
            | LinkOrder::SettingsChanged
            | LinkOrder::MisbehaviourChanged => {}
        }
    }

    fn record(&mut self, now: Moment, kind: EventKind) {
        Conversation::record(self, now, kind);
    }

    fn outgoing(&mut self, now: Moment) -> &mut Vec<Outgoing<FrameText>> {
        self.prepare_outgoing(now);
        &mut self.outgoing
    }

    fn reuse(&mut self, list: Vec<Outgoing<FrameText>>) {
        self.outgoing = list;
    }

    fn wish(&mut self) -> Option<LinkWish> {
        Conversation::wish(self)
    }

    fn deadline(&self) -> Option<Instant> {
        self.next_deadline()
    }

    fn tick(&mut self, now: Moment) {
        Conversation::tick(self, now);
        self.receive_inspected(now);
    }

    fn change_settings(&mut self, settings: Arc<LinkSettings>) {
        Conversation::change_settings(self, settings);
    }

    fn end(self, _reason: &CloseReason, now: Moment) -> (Responder, Vec<(Moment, EventKind)>) {
        Conversation::end(self, now)
    }
}

/// Puts what is signed in the place of the JWS; returns the payload.
fn unwrap_into(received: &mut ReceivedText, signed: SignedPayload, id: &str) -> Value {
    (received.content, received.origin) = signed_facts(&signed, id);
    // Names that occur twice in the JWS are not in the payload.
    received.findings.clear();
    if received.written.is_some() {
        received.written = OutgoingPayload::parse(&signed.text).ok().map(Box::new);
    }
    signed.value
}

/// The payload of a call, a result or a SEND as it is written.
fn written(text: &str, message: &SrpcMessage<'_>) -> Option<Box<OutgoingPayload>> {
    let kind = message.message_type();
    if matches!(kind, MessageType::Error | MessageType::ResultError) {
        return None;
    }
    let payload = OutgoingPayload::parse(srpc::payload_span(text, kind)).ok()?;
    (!payload.is_null()).then(|| Box::new(payload))
}

fn refusal(malformed: MalformedFrame) -> Option<(MessageId, Answer)> {
    let reply = *malformed.reply?;
    Some((reply.id, Answer::Error { code: reply.code, description: reply.description }))
}

fn shortened(description: &str, limit: usize) -> &str {
    match description.char_indices().nth(limit) {
        Some((end, _)) => &description[..end],
        None => description,
    }
}
