//! Reads a frame in one pass: type, id and action as spans of the text, the payload as a value. What deviates is served or refused as the
//! table of the version's tolerances says.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Value, json};

use super::doubled::doubled_names;
use super::id::{MessageId, type_name};
use super::message::{DecodedFrame, MalformedFrame, SrpcMessage, SrpcReply};
use super::span::{frame_body, payload_span, type_number};
use crate::ocpp::{Dialect, ErrorCode, FrameDeviation, FrameTreatment, JsonTree, MessageType, Strictness, TreeSeed, Version};
use crate::rpc::JsonFault;

/// Reads a frame.
///
/// # Errors
/// When it is not a message, or when it is a call that is refused; the error has the reply to send (see [`MalformedFrame::reply`]).
pub fn decode(text: &str, version: Version, strictness: Strictness) -> Result<DecodedFrame<'_>, MalformedFrame> {
    let mut judge = Judge { dialect: version.dialect(), strictness, remarks: Vec::new(), refusal: None };
    let body = judge.body(text);
    if let Some(other) = no_array(body) {
        let reason = format!("a message is a JSON array, this is {other}");
        return Err(judge.no_message(reason, Some(text.len() - body.len())));
    }
    let mut deserializer = Deserializer::from_str(body);
    let parts = deserializer.deserialize_seq(FrameVisitor { dialect: judge.dialect });
    let parts = match parts.and_then(|parts| deserializer.end().map(|()| parts)) {
        Ok(parts) => parts,
        Err(error) => return Err(judge.not_json(text, body, &error)),
    };
    let Some(element) = parts.kind.map(RawValue::get) else { return Err(judge.no_type()) };
    let Some(kind) = parts.message_type else {
        if !element.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit()) {
            return Err(judge.no_type());
        }
        return Err(judge.unknown_type(element, parts.id, version));
    };
    if element.len() != 1 {
        let form = if element.starts_with('"') { "a text instead of a number" } else { "not a bare digit" };
        judge.note(FrameDeviation::OddType, || format!("the message type is {form}"));
    }
    let findings = if parts.has_doubled_names { doubled_names(payload_span(body, kind)) } else { Vec::new() };
    let mut frame = match kind {
        MessageType::Call => judge.call(parts)?,
        MessageType::Result => judge.result(parts)?,
        MessageType::Error | MessageType::ResultError => judge.error(kind, parts)?,
        MessageType::Send => judge.send(parts)?,
    };
    frame.findings = findings;
    Ok(frame)
}

/// What a text is that is JSON but no array.
fn no_array(body: &str) -> Option<&'static str> {
    if body.starts_with('[') {
        return None;
    }
    serde_json::from_str::<Value>(body).ok().map(|other| type_name(&other))
}

/// The elements of a frame.
struct FrameParts<'a> {
    kind: Option<&'a RawValue>,
    message_type: Option<MessageType>,
    id: Option<&'a RawValue>,
    /// Of a call or a SEND.
    action: Option<&'a RawValue>,
    /// Of an error.
    code: Option<Value>,
    /// Of an error.
    description: Option<Value>,
    /// The payload of a call or a result, the details of an error.
    payload: Option<JsonTree<'a>>,
    has_doubled_names: bool,
    /// How many elements there are.
    count: usize,
}

struct FrameVisitor {
    dialect: &'static Dialect,
}

impl<'de> Visitor<'de> for FrameVisitor {
    type Value = FrameParts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<FrameParts<'de>, A::Error> {
        let mut elements = CountedElements { elements, count: 0 };
        let kind: Option<&RawValue> = elements.next()?;
        let message_type = kind.and_then(|kind| type_number(kind.get())).and_then(|kind| self.dialect.message_type(kind));
        let id = elements.next()?;
        let action = match message_type {
            Some(MessageType::Call | MessageType::Send) => elements.next()?,
            _ => None,
        };
        let (code, description) = match message_type {
            Some(MessageType::Error | MessageType::ResultError) => (elements.next()?, elements.next()?),
            _ => (None, None),
        };
        let mut has_doubled_names = false;
        let payload = match message_type {
            Some(_) => elements.next_of(TreeSeed { has_doubled_names: &mut has_doubled_names })?,
            None => None,
        };
        while elements.next::<IgnoredAny>()?.is_some() {}
        let count = elements.count;
        Ok(FrameParts { kind, message_type, id, action, code, description, payload, has_doubled_names, count })
    }
}

/// The elements of an array, counted.
struct CountedElements<A> {
    elements: A,
    count: usize,
}

impl<'de, A: SeqAccess<'de>> CountedElements<A> {
    fn next<T: serde::Deserialize<'de>>(&mut self) -> Result<Option<T>, A::Error> {
        self.next_of(std::marker::PhantomData)
    }

    fn next_of<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let element = self.elements.next_element_seed(seed)?;
        self.count += usize::from(element.is_some());
        Ok(element)
    }
}

/// Decides by the table of tolerances what becomes of deviations, and collects the remarks about them.
struct Judge {
    dialect: &'static Dialect,
    strictness: Strictness,
    remarks: Vec<String>,
    /// The first deviation for which a call is refused: the code and the sentence.
    refusal: Option<(ErrorCode, String)>,
}

impl Judge {
    /// Notes a deviation.
    fn note(&mut self, deviation: FrameDeviation, sentence: impl FnOnce() -> String) {
        let sentence = sentence();
        if let FrameTreatment::Refused(code) = self.dialect.treatment(deviation, self.strictness) {
            self.refusal.get_or_insert_with(|| (code, sentence.clone()));
        }
        self.remarks.push(sentence);
    }

    /// The text without what stands around the array, where that is served.
    fn body<'a>(&mut self, text: &'a str) -> &'a str {
        let (marked, ended) = (text.starts_with('\u{feff}'), text.ends_with('\0'));
        if !marked && !ended {
            return text.trim_start();
        }
        let deviations = [
            (marked, FrameDeviation::ByteOrderMark, "a byte order mark stands before the text"),
            (ended, FrameDeviation::TrailingNul, "NUL bytes stand behind the text"),
        ];
        let is_served =
            |(found, deviation, _): &(bool, FrameDeviation, _)| !found || self.dialect.serves(*deviation, self.strictness);
        if !deviations.iter().all(is_served) {
            return text;
        }
        for (_, deviation, sentence) in deviations.into_iter().filter(|(found, ..)| *found) {
            self.note(deviation, || sentence.to_owned());
        }
        frame_body(text)
    }

    /// The remarks about a frame that is served.
    fn remark(&mut self) -> Option<String> {
        (!self.remarks.is_empty()).then(|| self.remarks.join("; "))
    }

    fn call(mut self, parts: FrameParts<'_>) -> Result<DecodedFrame<'_>, MalformedFrame> {
        let count = parts.count;
        let id = self.call_id(parts.id)?;
        let action = match parts.action.map(RawValue::get) {
            Some(action) if action.starts_with('"') => match text_of(action) {
                Ok(action) => Some(action),
                Err(error) => {
                    self.note(FrameDeviation::NoAction, || format!("the action of a call cannot be read: {error}"));
                    None
                }
            },
            Some(other) => {
                let found = serde_json::from_str(other).map_or("no text", |value: Value| type_name(&value));
                self.note(FrameDeviation::NoAction, || format!("the action of a call is a text, this is {found}"));
                None
            }
            None => {
                self.note(FrameDeviation::NoAction, || "a call has 4 elements, this one ends after its id".to_owned());
                None
            }
        };
        match count {
            3 if action.is_some() => {
                let sentence = "a call has 4 elements, this one has 3".to_owned();
                match self.dialect.treatment(FrameDeviation::MissingPayload, self.strictness) {
                    // It is a fault of the type: the check of payloads finds the `null`.
                    FrameTreatment::Refused(ErrorCode::TypeConstraintViolation) => self.remarks.push(sentence),
                    _ => self.note(FrameDeviation::MissingPayload, || sentence),
                }
            }
            5.. => {
                self.note(FrameDeviation::FurtherElements, || format!("a call has 4 elements, this one has {count}"));
            }
            _ => {}
        }
        if let (None, Some(action)) = (&self.refusal, action) {
            let message = SrpcMessage::Call { id, action, payload: parts.payload.unwrap_or_default().into() };
            return Ok(DecodedFrame { message, remark: self.remark(), findings: Vec::new() });
        }
        Err(self.refused(id))
    }

    /// The id of a call, or the error that refuses the call for it.
    fn call_id(&mut self, id: Option<&RawValue>) -> Result<MessageId, MalformedFrame> {
        let limit = self.dialect.message_id.limit;
        let id = match MessageId::read(id.map_or("null", RawValue::get)) {
            Ok(id) => id,
            Err(error) => {
                self.note(FrameDeviation::UnreadableId, || error.to_string());
                return Err(self.refused(MessageId::text(self.dialect.message_id.unreadable)));
            }
        };
        if id.as_str().is_none() {
            self.note(FrameDeviation::NumericId, || "the message id is not a text".to_owned());
        }
        if id.key().is_empty() {
            self.note(FrameDeviation::EmptyId, || "the message id is empty".to_owned());
        }
        if id.is_longer_than(limit) {
            self.note(FrameDeviation::LongId, || long_id(limit));
        }
        Ok(id)
    }

    /// The error for a call that is refused, after its deviations were noted.
    fn refused(&mut self, id: MessageId) -> MalformedFrame {
        let Some((code, sentence)) = self.refusal.take() else {
            return unreadable(self.remark().unwrap_or_default(), None);
        };
        let limit = self.dialect.message_id.limit;
        // The description is the one of ocppjs, which test scripts compare.
        let is_long = id.is_longer_than(limit) && sentence == long_id(limit);
        let description = if is_long { format!("callId is too long (>{limit} chars)") } else { as_sentence(&sentence) };
        let reply = Some(Box::new(SrpcReply { id, code, description }));
        MalformedFrame { reason: sentence, offset: None, reply, answers: None, is_result: false }
    }

    /// Notes what is odd about the id of an answer. A malformed answer gets no reply, because an answer is not answered.
    fn answer_id(&mut self, id: Option<&RawValue>) -> Result<MessageId, MalformedFrame> {
        let Some(id) = id else {
            return Err(unreadable("an answer has the id of its call as second element, this one has none".into(), None));
        };
        let id = MessageId::read(id.get()).map_err(|error| unreadable(error.to_string(), None))?;
        let limit = self.dialect.message_id.limit;
        if id.is_longer_than(limit) {
            self.remarks.push(long_id(limit));
        }
        Ok(id)
    }

    fn result(mut self, parts: FrameParts<'_>) -> Result<DecodedFrame<'_>, MalformedFrame> {
        let id = self.answer_id(parts.id)?;
        if parts.count != 3 {
            self.remarks.push(format!("a result has 3 elements, this one has {}", parts.count));
        }
        let message = SrpcMessage::Result { id, payload: parts.payload.unwrap_or_default().into() };
        Ok(DecodedFrame { message, remark: self.remark(), findings: Vec::new() })
    }

    /// A message that nothing answers, not even an error: its faults are remarks, and without an action it is none.
    fn send(mut self, parts: FrameParts<'_>) -> Result<DecodedFrame<'_>, MalformedFrame> {
        let id = self.answer_id(parts.id)?;
        let action = parts.action.map(RawValue::get).filter(|action| action.starts_with('"'));
        let Some(action) = action.and_then(|action| text_of(action).ok()) else {
            return Err(unreadable("the action of a SEND is a text, this one has none".to_owned(), None));
        };
        if parts.count != 4 {
            self.remarks.push(format!("a SEND has 4 elements, this one has {}", parts.count));
        }
        let message = SrpcMessage::Send { id, action, payload: parts.payload.unwrap_or_default().into() };
        Ok(DecodedFrame { message, remark: self.remark(), findings: Vec::new() })
    }

    fn error(mut self, kind: MessageType, parts: FrameParts<'_>) -> Result<DecodedFrame<'_>, MalformedFrame> {
        let id = self.answer_id(parts.id)?;
        if parts.count != 5 {
            self.remarks.push(format!("an error has 5 elements, this one has {}", parts.count));
        }
        let mut text = |element| match element {
            Some(Value::String(text)) => text,
            Some(other) => {
                self.remarks.push(format!("{} stands where a text is wanted", type_name(&other)));
                other.to_string()
            }
            None => String::new(),
        };
        let (code, description) = (text(parts.code), text(parts.description));
        let details = parts.payload.map_or_else(|| json!({}), |details| details.to_value());
        if !details.is_object() {
            self.remarks.push(format!("the details are {} instead of an object", type_name(&details)));
        }
        match ErrorCode::parse(&code).and_then(|known| self.dialect.error_name(known)) {
            Some(name) if name != code => self.remarks.push(format!("the code {code} is spelt {name} in this version")),
            Some(_) => {}
            None => self.remarks.push(format!("{code:?} is no error code of this version")),
        }
        let message = match kind {
            MessageType::ResultError => SrpcMessage::ResultError { id, code, description, details },
            _ => SrpcMessage::Error { id, code, description, details },
        };
        Ok(DecodedFrame { message, remark: self.remark(), findings: Vec::new() })
    }

    /// A frame of a type that no message has. OCPP-J 1.6 §4.1.3 ignores its payload; the sender gets the reason when the id is readable.
    fn unknown_type(&mut self, element: &str, id: Option<&RawValue>, version: Version) -> MalformedFrame {
        let reason = format!("{element} is no message type of OCPP {version}: {}", self.dialect.type_list());
        let id = id.and_then(|id| MessageId::read(id.get()).ok());
        match (id, self.dialect.treatment(FrameDeviation::UnknownType, self.strictness)) {
            (Some(id), FrameTreatment::Refused(code)) => {
                let reply = Some(Box::new(SrpcReply { id, code, description: as_sentence(&reason) }));
                MalformedFrame { reason, offset: None, reply, answers: None, is_result: false }
            }
            _ => unreadable(reason, None),
        }
    }

    /// What begins like no message.
    fn no_message(&self, reason: String, offset: Option<usize>) -> MalformedFrame {
        let reply = self.reply_without_id(&reason);
        MalformedFrame { reply, ..unreadable(reason, offset) }
    }

    fn no_type(&self) -> MalformedFrame {
        let reason = format!("the first element of a message is its type: {}", self.dialect.type_list());
        self.no_message(reason, None)
    }

    /// The error for a text that is no message, where the version has one.
    fn reply_without_id(&self, reason: &str) -> Option<Box<SrpcReply>> {
        match self.dialect.treatment(FrameDeviation::NoMessage, self.strictness) {
            FrameTreatment::Refused(code) => {
                let id = MessageId::text(self.dialect.message_id.unreadable);
                Some(Box::new(SrpcReply { id, code, description: as_sentence(reason) }))
            }
            _ => None,
        }
    }

    /// The text is not JSON. OCPP-J answers with an error when the text begins like a call (§4.2.3); SRPC ignores it.
    fn not_json(&self, text: &str, body: &str, error: &serde_json::Error) -> MalformedFrame {
        // The body is a part of the text.
        let start = body.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let fault = JsonFault::of(body, error);
        let offset = (start + fault.span(body, error).start).min(text.len());
        let reason = format!("{}: {fault}", if fault.is_json() { "it cannot be read" } else { "not JSON" });
        let mut malformed = MalformedFrame { reply: None, reason, offset: Some(offset), answers: None, is_result: false };
        let Some((kind, id)) = beginning(text) else {
            malformed.reply = self.reply_without_id(&malformed.reason);
            return malformed;
        };
        match (self.dialect.message_type(kind), self.dialect.treatment(FrameDeviation::NotJson, self.strictness)) {
            (Some(MessageType::Call), FrameTreatment::Refused(code)) => {
                let id = id.unwrap_or_else(|| MessageId::text(self.dialect.message_id.unreadable));
                let description = as_sentence(&malformed.reason);
                malformed.reply = Some(Box::new(SrpcReply { id, code, description }));
            }
            (Some(answer @ (MessageType::Result | MessageType::Error)), _) => {
                malformed.is_result = answer == MessageType::Result && id.is_some();
                malformed.answers = id;
            }
            (Some(_), _) => {}
            (None, _) => malformed.reply = self.reply_without_id(&malformed.reason),
        }
        malformed
    }
}

fn long_id(limit: usize) -> String {
    format!("the message id is longer than {limit} characters")
}

fn unreadable(reason: String, offset: Option<usize>) -> MalformedFrame {
    MalformedFrame { reason, offset, reply: None, answers: None, is_result: false }
}

/// The content of a JSON text.
fn text_of(json: &str) -> Result<String, serde_json::Error> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => Ok(text.to_owned()),
        _ => serde_json::from_str(json),
    }
}

/// Type and id of a text that begins like a message, `[2,"id",`, and breaks after it. An answer that breaks in its id has none.
fn beginning(text: &str) -> Option<(f64, Option<MessageId>)> {
    let (kind, rest) = leading_value(frame_body(text).strip_prefix('[')?)?;
    let kind = type_number(kind)?;
    let (id, rest) = leading_value(rest.trim_start().strip_prefix(',')?)?;
    let is_whole = id.starts_with('"') || rest.trim_start().starts_with(',');
    Some((kind, MessageId::read(id).ok().filter(|_| is_whole)))
}

fn leading_value(text: &str) -> Option<(&str, &str)> {
    let mut values = Deserializer::from_str(text).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), &text[values.byte_offset()..]))
}

fn as_sentence(reason: &str) -> String {
    let mut characters = reason.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).chain(['.']).collect()).unwrap_or_default()
}
