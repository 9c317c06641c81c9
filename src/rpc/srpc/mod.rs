//! SRPC, the JSON framing that became OCPP-J: CALL, CALLRESULT and CALLERROR. Encoding is strict. Decoding accepts
//! everything that can be understood, with a remark for every deviation. Payloads are not validated here.

mod span;

use std::fmt;

pub use span::{end_of_text, id_span, payload_span};

use serde_json::{Deserializer, Value, json};

use crate::ocpp::{Dialect, ErrorCode, MessageType, Version};
use crate::rpc::OutgoingPayload;

/// A message id as the peer wrote it: a text, or a number, which ocppjs accepts and echoes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(Value);

impl MessageId {
    /// The id with this text.
    pub fn text(text: impl Into<String>) -> MessageId {
        MessageId(Value::String(text.into()))
    }

    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    fn is_longer_than(&self, limit: usize) -> bool {
        // Bytes are counted first: counting characters is slower, and ids are nearly always short.
        self.as_str().is_some_and(|text| text.len() > limit && text.chars().count() > limit)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::String(text) => f.write_str(text),
            other => write!(f, "{other}"),
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum SrpcMessage {
    /// `[2, id, action, payload]`. A missing payload is `null`.
    Call {
        /// The id.
        id: MessageId,
        /// The operation's name.
        action: String,
        /// The payload, any JSON.
        payload: Value,
    },
    /// `[3, id, payload]`.
    Result {
        /// The id of the call.
        id: MessageId,
        /// The payload, any JSON.
        payload: Value,
    },
    /// `[4, id, code, description, details]`.
    Error {
        /// The id of the call.
        id: MessageId,
        /// The code as it was spelled.
        code: String,
        /// One sentence, or empty.
        description: String,
        /// Further details, any JSON.
        details: Value,
    },
}

/// A message, and the deviations of its frame.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedFrame {
    /// The message.
    pub message: SrpcMessage,
    /// What was tolerated, in a sentence.
    pub remark: Option<String>,
}

/// A frame that is no message.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}{}", offset.map(|offset| format!(" (at byte {offset})")).unwrap_or_default())]
pub struct MalformedFrame {
    /// What is wrong, for the user.
    pub reason: String,
    /// The position in the text, in bytes, when it is known.
    pub offset: Option<usize>,
    /// The error to send back. `None` when the version's rules require no reaction, or when the frame is itself an answer.
    pub reply: Option<Box<SrpcReply>>,
}

/// The error that a malformed frame is answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct SrpcReply {
    /// The id of the frame, or the one for unreadable ids.
    pub id: MessageId,
    /// The code.
    pub code: ErrorCode,
    /// One sentence.
    pub description: String,
}

/// The text of a call, with a typed payload verbatim.
pub fn encode_call(id: &str, action: &str, payload: &OutgoingPayload) -> String {
    // Values can always be written: their keys are texts.
    serde_json::to_string(&(2, id, action, payload)).unwrap_or_default()
}

/// The text of a result, with a typed payload verbatim.
pub fn encode_result(id: &MessageId, payload: &OutgoingPayload) -> String {
    serde_json::to_string(&(3, &id.0, payload)).unwrap_or_default()
}

/// The text of an error, with the code as the dialect spells it. The details are always `{}`, as ocppjs sends them.
pub fn encode_error(id: &MessageId, code: ErrorCode, description: &str, dialect: &Dialect) -> String {
    format!("[4,{},\"{}\",{},{{}}]", id.0, dialect.sent_error_name(code), Value::from(description))
}

/// Reads a frame.
///
/// # Errors
/// When it is not a message; the error has the reply to send, which depends on the version (see [`MalformedFrame::reply`]).
pub fn decode(text: &str, version: Version) -> Result<DecodedFrame, MalformedFrame> {
    let elements = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(elements)) => elements,
        Ok(other) => return Err(unreadable(format!("a message is a JSON array, this is {}", type_name(&other)), Some(0))),
        Err(error) => return Err(not_json(text, &error, version)),
    };
    let kind = match elements.first() {
        Some(Value::Number(number)) => number.as_f64(),
        // ocppjs accepts the number as a text.
        Some(Value::String(text)) => text.parse().ok(),
        _ => return Err(unreadable("the first element of a message is its type, 2, 3 or 4".into(), None)),
    };
    let dialect = version.dialect();
    let odd_type = elements[0].is_string().then_some("the message type is a text instead of a number");
    match kind.and_then(|kind| dialect.message_type(kind)) {
        Some(MessageType::Call) => call(elements, odd_type, dialect),
        Some(MessageType::Result) => answer(elements, odd_type, dialect, result),
        Some(MessageType::Error) => answer(elements, odd_type, dialect, |id, rest, count| error(id, rest, count, dialect)),
        None => {
            let reason = format!("{} is no message type of OCPP {version}: 2 is a call, 3 a result, 4 an error", elements[0]);
            // OCPP-J 1.6 §4.1.3 ignores the payload of such a frame; the sender gets the reason when the id is readable.
            let id = elements.get(1).and_then(|id| usable(id.clone()).ok()).filter(|_| dialect.answers_malformed);
            Err(MalformedFrame { reply: id.map(|id| formation(id, &reason)), reason, offset: None })
        }
    }
}

fn call(elements: Vec<Value>, odd_type: Option<&str>, dialect: &Dialect) -> Result<DecodedFrame, MalformedFrame> {
    let count = elements.len();
    let mut elements = elements.into_iter().skip(1);
    let (id, action, payload) = (elements.next(), elements.next(), elements.next());
    let id = call_id(id, dialect)?;
    let refuse = |reason: String| MalformedFrame { reply: Some(formation(id.clone(), &reason)), reason, offset: None };
    let action = match action {
        Some(Value::String(action)) => action,
        Some(other) => return Err(refuse(format!("the action of a call is a text, this is {}", type_name(&other)))),
        None => return Err(refuse("a call has 4 elements, this one ends after its id".into())),
    };
    if dialect.exact_calls && count != 4 {
        return Err(refuse(format!("a call has 4 elements, this one has {count}")));
    }
    let extra = (count > 4).then(|| format!("a call has 4 elements, this one has {count}"));
    let numeric = id.as_str().is_none().then(|| "the message id is not a text".to_owned());
    let remark = join([odd_type.map(str::to_owned), extra, numeric]);
    Ok(DecodedFrame { message: SrpcMessage::Call { id, action, payload: payload.unwrap_or(Value::Null) }, remark })
}

/// The id of a call, or the error that refuses the call for it.
fn call_id(id: Option<Value>, dialect: &Dialect) -> Result<MessageId, MalformedFrame> {
    let rules = &dialect.message_id;
    let refuse = |id, code, reason: String, description| MalformedFrame {
        reply: Some(Box::new(SrpcReply { id, code, description })),
        reason,
        offset: None,
    };
    let id = usable(id.unwrap_or(Value::Null)).map_err(|reason| {
        let description = sentence(&reason);
        refuse(MessageId::text(rules.unreadable), ErrorCode::FormationViolation, reason, description)
    })?;
    if id.is_longer_than(rules.limit) {
        // The description is the one of ocppjs, which test scripts compare.
        let description = format!("callId is too long (>{} chars)", rules.limit);
        return Err(refuse(id, rules.too_long, long_id(rules.limit), description));
    }
    if id.as_str() == Some("") && !rules.may_be_empty {
        let reason = "the message id is empty".to_owned();
        let description = sentence(&reason);
        return Err(refuse(id, ErrorCode::FormationViolation, reason, description));
    }
    Ok(id)
}

fn usable(id: Value) -> Result<MessageId, String> {
    match id {
        Value::String(_) | Value::Number(_) => Ok(MessageId(id)),
        other => Err(format!("the message id is {} instead of a text", type_name(&other))),
    }
}

fn long_id(limit: usize) -> String {
    format!("the message id is longer than {limit} characters")
}

/// Reads a result or an error. A malformed one gets no reply, because an answer is not answered.
fn answer(
    elements: Vec<Value>,
    odd_type: Option<&str>,
    dialect: &Dialect,
    read: impl FnOnce(MessageId, std::iter::Skip<std::vec::IntoIter<Value>>, usize) -> (SrpcMessage, Option<String>),
) -> Result<DecodedFrame, MalformedFrame> {
    let count = elements.len();
    let mut elements = elements.into_iter().skip(1);
    let Some(id) = elements.next() else {
        return Err(unreadable("an answer has the id of its call as second element, this one has none".into(), None));
    };
    let id = usable(id).map_err(|reason| unreadable(reason, None))?;
    let limit = dialect.message_id.limit;
    let long = id.is_longer_than(limit).then(|| long_id(limit));
    let (message, odd) = read(id, elements, count);
    Ok(DecodedFrame { message, remark: join([odd_type.map(str::to_owned), long, odd]) })
}

fn result(id: MessageId, mut rest: impl Iterator<Item = Value>, count: usize) -> (SrpcMessage, Option<String>) {
    let odd = (count != 3).then(|| format!("a result has 3 elements, this one has {count}"));
    (SrpcMessage::Result { id, payload: rest.next().unwrap_or(Value::Null) }, odd)
}

fn error(
    id: MessageId,
    mut rest: impl Iterator<Item = Value>,
    count: usize,
    dialect: &Dialect,
) -> (SrpcMessage, Option<String>) {
    let mut text = || match rest.next() {
        Some(Value::String(text)) => (text, None),
        Some(other) => (other.to_string(), Some(format!("{} stands where a text is wanted", type_name(&other)))),
        None => (String::new(), None),
    };
    let ((code, odd_code), (description, odd_description)) = (text(), text());
    let details = rest.next().unwrap_or_else(|| json!({}));
    let odd_count = (count != 5).then(|| format!("an error has 5 elements, this one has {count}"));
    let odd_details = (!details.is_object()).then(|| format!("the details are {} instead of an object", type_name(&details)));
    let spelling = match ErrorCode::parse(&code).and_then(|known| dialect.error_name(known)) {
        Some(name) if name != code => Some(format!("the code {code} is spelt {name} in this version")),
        Some(_) => None,
        None => Some(format!("{code:?} is no error code of this version")),
    };
    let odd = join([odd_count, odd_code, odd_description, odd_details, spelling]);
    (SrpcMessage::Error { id, code, description, details }, odd)
}

fn formation(id: MessageId, reason: &str) -> Box<SrpcReply> {
    Box::new(SrpcReply { id, code: ErrorCode::FormationViolation, description: sentence(reason) })
}

fn unreadable(reason: String, offset: Option<usize>) -> MalformedFrame {
    MalformedFrame { reason, offset, reply: None }
}

/// The text is not JSON. OCPP-J answers with an error when the text begins like a call (§4.2.3); SRPC ignores it.
fn not_json(text: &str, error: &serde_json::Error, version: Version) -> MalformedFrame {
    let offset = offset(text, error.line(), error.column());
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    let reason = format!("not JSON: {what}");
    let id = begun_call(text, version.dialect());
    MalformedFrame { reply: id.map(|id| formation(id, &reason)), reason, offset: Some(offset) }
}

/// The byte at which serde_json's one-based line and column point.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// The id of a text that begins like a call, `[2,"id",`, and breaks after it.
fn begun_call(text: &str, dialect: &Dialect) -> Option<MessageId> {
    if !dialect.answers_malformed {
        return None;
    }
    let (kind, rest) = leading_value(text.trim_start().strip_prefix('[')?)?;
    let (id, _) = leading_value(rest.trim_start().strip_prefix(',')?)?;
    (kind == json!(2)).then(|| usable(id).unwrap_or_else(|_| MessageId::text(dialect.message_id.unreadable)))
}

fn leading_value(text: &str) -> Option<(Value, &str)> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, &text[values.byte_offset()..]))
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn sentence(reason: &str) -> String {
    let mut characters = reason.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).chain(['.']).collect()).unwrap_or_default()
}

fn join<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(test)]
mod tests;
