//! The contract between a conversation and the form of its messages: SRPC's arrays or SOAP's envelopes. The conversation knows calls and
//! answers; a [`Framing`] writes them. Reading is not here: what arrives differs too much, so each framing's file hands what it read to
//! the conversation itself.

use std::borrow::Cow;
use std::sync::Arc;

use crate::behaviour::Answer;
use crate::ocpp::{ActionDefinition, ErrorCode, Finding, ReceivedPayload, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::{FrameContent, FrameOrigin, FrameText};

/// A message that was written: its text for the trace, and what is handed to the wire.
pub(in crate::link) struct EncodedMessage<O> {
    pub text: FrameText,
    /// What is in the text, when that is an envelope.
    pub content: Option<Box<FrameContent>>,
    pub outgoing: O,
}

/// A call of ours, or a message that nothing answers.
#[derive(Debug)]
pub(in crate::link) struct OwnRequest<'a> {
    /// Its name on the wire.
    pub action: &'a str,
    pub payload: &'a OutgoingPayload,
    pub is_send: bool,
}

/// An answer of ours.
#[derive(Debug)]
pub(in crate::link) enum OwnReply<'a> {
    /// A result with this payload.
    Result(&'a OutgoingPayload),
    /// An error.
    Error { code: ErrorCode, description: &'a str },
}

/// A message with a text that an observer can inspect.
pub(in crate::link) trait MessageText {
    /// The text.
    fn text(&self) -> Cow<'_, str>;
}

/// One that is to be sent, and may be sent with another text.
pub(in crate::link) trait EditableMessage: MessageText {
    /// Puts another text in its place.
    fn change(&mut self, text: FrameText);
}

impl MessageText for FrameText {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl EditableMessage for FrameText {
    fn change(&mut self, text: FrameText) {
        *self = text;
    }
}

/// How messages are written on a link.
pub(in crate::link) trait Framing {
    /// What must be kept of a call of the peer to answer it.
    type Question;
    /// What comes from the wire.
    type Incoming: MessageText;
    /// What is handed to the wire.
    type Outgoing: EditableMessage;

    /// Whether an action can travel this way at all.
    fn carries(&self, definition: &ActionDefinition) -> bool;

    /// The description of an error for a call that we refuse. `precise` describes the fault.
    fn refusal(&self, code: ErrorCode, version: Version, precise: &dyn Fn() -> String) -> String;

    /// Writes a call of ours, or a message that nothing answers.
    fn call(&mut self, id: &str, version: Version, request: &OwnRequest<'_>) -> EncodedMessage<Self::Outgoing>;

    /// Writes an error about a result of the peer; `None` where there is no such message.
    fn result_error(&self, id: &str, version: Version, error: (ErrorCode, &str)) -> Option<EncodedMessage<Self::Outgoing>>;

    /// The id of a call of the peer, where an error about our result would have it.
    fn id_of<'q>(&self, question: &'q Self::Question) -> Option<&'q str>;

    /// Writes our answer to a call.
    fn answer(
        &mut self,
        question: Self::Question,
        version: Version,
        action: &str,
        reply: &OwnReply<'_>,
    ) -> EncodedMessage<Self::Outgoing>;

    /// The content of a text that was replaced before it is sent; `None` when the text is no envelope.
    fn content(&self, text: &str, version: Version) -> Option<Box<FrameContent>>;

    /// The call gets no answer.
    fn drop_request(&mut self, question: Self::Question);

    /// A message is not sent.
    fn drop_outgoing(&mut self, message: Self::Outgoing);

    /// The answer that stands in the text of a message of ours; [`Answer::Silence`] when it is none.
    fn read_answer(&self, text: &str, version: Version) -> Answer;
}

/// A message of the peer on its way into a conversation: its text and what is odd about it.
#[derive(Debug)]
pub(in crate::link) struct ReceivedText {
    pub text: FrameText,
    /// What is in the text, when that is an envelope.
    pub content: Option<Box<FrameContent>>,
    pub remark: Option<Box<str>>,
    /// What its reader found at places in its payload.
    pub findings: Vec<Finding>,
    /// Its payload as it is written, for a breakpoint that shows it; not for `null`.
    pub written: Option<Box<OutgoingPayload>>,
    pub origin: Option<Arc<FrameOrigin>>,
}

impl ReceivedText {
    /// A text, and what its reader remarked.
    pub fn new(text: FrameText, remark: Option<String>) -> ReceivedText {
        let remark = remark.map(String::into_boxed_str);
        ReceivedText { text, content: None, remark, findings: Vec::new(), written: None, origin: None }
    }
}

/// A call of the peer as its framing read it.
#[derive(Debug)]
pub(in crate::link) struct ReceivedCall<'a, Q> {
    /// What the answer needs.
    pub asked: Q,
    /// The action as it stood in the message.
    pub action: &'a str,
    pub payload: ReceivedPayload<'a>,
}

/// The name under which an action is kept.
pub(in crate::link) fn shared_name(action: &str, definition: Option<&Arc<ActionDefinition>>) -> Arc<str> {
    definition.map_or_else(|| Arc::from(action), |definition| definition.name.clone())
}
