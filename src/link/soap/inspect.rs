//! What an observer may inspect on a SOAP link: the bodies of HTTP requests and responses. The HTTP around them stays as it was.

use std::borrow::Cow;

use super::exchange::{PostAnswer, SoapPost, SoapRequest};
use super::framing::{SoapFraming, SoapOutgoing};
use super::incoming;
use crate::link::conversation::framing::{EditableMessage, MessageText};
use crate::trace::FrameText;

/// A message of the peer.
pub(super) enum ArrivedMessage {
    /// A request to our service.
    Request(SoapRequest),
    /// What came back for a request of ours.
    Answer(SoapPost, PostAnswer),
}

impl ArrivedMessage {
    /// The same message with another text.
    pub fn changed(self, text: String, soap: &SoapFraming) -> ArrivedMessage {
        match self {
            ArrivedMessage::Request(mut request) => {
                (request.text, request.read) = incoming::read(text.as_bytes(), &soap.catalog, soap.role, &mut request.remarks);
                ArrivedMessage::Request(request)
            }
            ArrivedMessage::Answer(post, answer) => {
                ArrivedMessage::Answer(post, PostAnswer { body: text.into_bytes(), ..answer })
            }
        }
    }
}

impl MessageText for ArrivedMessage {
    fn text(&self) -> Cow<'_, str> {
        match self {
            ArrivedMessage::Request(request) => Cow::Borrowed(&request.text),
            ArrivedMessage::Answer(_, answer) => String::from_utf8_lossy(&answer.body),
        }
    }
}

impl MessageText for SoapOutgoing {
    fn text(&self) -> Cow<'_, str> {
        match self {
            SoapOutgoing::Post(post) => Cow::Borrowed(&post.text),
            SoapOutgoing::Response { response, .. } => Cow::Borrowed(&response.text),
        }
    }
}

impl EditableMessage for SoapOutgoing {
    fn change(&mut self, text: FrameText) {
        match self {
            SoapOutgoing::Post(post) => post.text = text,
            SoapOutgoing::Response { response, .. } => response.text = text,
        }
    }
}
