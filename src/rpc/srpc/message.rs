//! A message of SRPC, and what reading a frame gives: the message with what was tolerated, or why it is none.

use serde_json::Value;

use super::id::MessageId;
use crate::ocpp::{ErrorCode, Finding, MessageType, ReceivedPayload};

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum SrpcMessage<'a> {
    /// `[2, id, action, payload]`. A missing payload is `null`.
    Call {
        /// The id.
        id: MessageId,
        /// The operation's name.
        action: String,
        /// The payload, any JSON.
        payload: ReceivedPayload<'a>,
    },
    /// `[3, id, payload]`.
    Result {
        /// The id of the call.
        id: MessageId,
        /// The payload, any JSON.
        payload: ReceivedPayload<'a>,
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
    /// `[5, id, code, description, details]`.
    ResultError {
        /// The id of the result that cannot be processed, which is that of its call.
        id: MessageId,
        /// The code as it was spelled.
        code: String,
        /// One sentence, or empty.
        description: String,
        /// Further details, any JSON.
        details: Value,
    },
    /// `[6, id, action, payload]`. A missing payload is `null`.
    Send {
        /// The id.
        id: MessageId,
        /// The operation's name.
        action: String,
        /// The payload, any JSON.
        payload: ReceivedPayload<'a>,
    },
}

impl SrpcMessage<'_> {
    /// Its type.
    pub const fn message_type(&self) -> MessageType {
        match self {
            SrpcMessage::Call { .. } => MessageType::Call,
            SrpcMessage::Result { .. } => MessageType::Result,
            SrpcMessage::Error { .. } => MessageType::Error,
            SrpcMessage::ResultError { .. } => MessageType::ResultError,
            SrpcMessage::Send { .. } => MessageType::Send,
        }
    }
}

/// A message, and the deviations of its frame.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedFrame<'a> {
    /// The message.
    pub message: SrpcMessage<'a>,
    /// What was tolerated, in a sentence.
    pub remark: Option<String>,
    /// The names that occur twice in an object of the payload. The last member counts.
    pub findings: Vec<Finding>,
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
    /// The id of the call that it seems to answer: it begins like a result or an error, `[3,"id",`, and breaks after it.
    pub answers: Option<MessageId>,
    /// Whether it begins like a result.
    pub is_result: bool,
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
