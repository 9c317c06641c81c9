//! Requests and answers on their way between HTTP and the actor of a station. An observer may inspect their bodies; the HTTP around them
//! stays as it was.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::http::Extensions;
use hyper::{HeaderMap, StatusCode};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Bytes;

use super::body::ReceivedBody;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::conversation::framing::{EditableMessage, MessageText};
use crate::ocpp::Version;
use crate::rpc::soap::{Envelope, ReadError};
use crate::trace::{ConnectionAttempt, FrameOrigin, FrameText, HandshakeFinding};

/// A request to one of our services.
#[derive(Debug)]
pub(in crate::link) struct SoapRequest {
    /// The body.
    pub text: FrameText,
    /// What it is.
    pub read: Result<Envelope, ReadError>,
    /// What is odd about the HTTP around it, a sentence each.
    pub remarks: Vec<String>,
    /// The HTTP request that brought it.
    pub origin: Arc<FrameOrigin>,
    /// Who sent it.
    pub peer: SocketAddr,
    /// How it came, where the sender is checked: a station's.
    pub attempt: Option<Box<RequestAttempt>>,
    /// The address at which the sender reached us.
    pub reached_at: Option<String>,
    /// Where the answer goes. Without one, the HTTP request ends without an envelope.
    pub reply: oneshot::Sender<SoapResponse>,
}

/// The attempt to connect that a request of a station is.
#[derive(Debug)]
pub(in crate::link) struct RequestAttempt {
    pub progress: AttemptProgress,
    /// What is odd about its credentials.
    pub findings: Vec<HandshakeFinding>,
}

impl RequestAttempt {
    /// The same as it is recorded.
    pub fn recorded(&self) -> ConnectionAttempt {
        let mut attempt = self.progress.clone().attempt();
        drop(attempt.findings.splice(..0, self.findings.iter().cloned()));
        attempt
    }
}

/// Our answer to a request.
#[derive(Debug)]
pub(in crate::link) struct SoapResponse {
    pub status: u16,
    pub text: FrameText,
}

/// A request of ours that waits to be sent.
#[derive(Debug)]
pub(in crate::link) struct SoapPost {
    /// The id of the call in the conversation.
    pub id: String,
    /// The action for the HTTP headers: `/Reset`.
    pub action: Option<String>,
    /// The id to which the answer should relate.
    pub message_id: Option<String>,
    /// The version of the call, and so of its answer.
    pub version: Version,
    pub text: FrameText,
}

/// Whether the HTTP headers of an exchange are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::link) struct ShowHeaders(pub bool);

/// What came back for a request of ours.
#[derive(Debug)]
pub(in crate::link) struct PostAnswer {
    pub status: StatusCode,
    pub content_type: Option<String>,
    /// The headers as a JSON object.
    pub headers: String,
    /// The status line and the headers as they came.
    pub head: Arc<str>,
    pub body: ReceivedBody,
    /// The body as it came, unpacked.
    pub bytes: Bytes,
    /// The headers as they came.
    pub fields: HeaderMap,
    /// How they were written, for one who passes them on.
    pub extensions: Extensions,
    /// Who answered.
    pub peer: Option<SocketAddr>,
}

/// A message of the peer.
#[derive(Debug)]
pub(in crate::link) enum ArrivedMessage {
    /// A request to our service.
    Request(SoapRequest),
    /// What came back for a request of ours.
    Answer(SoapPost, PostAnswer),
}

/// A message of ours on its way to HTTP.
#[derive(Debug)]
pub(in crate::link) enum SoapOutgoing {
    Post(SoapPost),
    Response { reply: oneshot::Sender<SoapResponse>, response: SoapResponse },
}

impl MessageText for ArrivedMessage {
    fn text(&self) -> Cow<'_, str> {
        match self {
            ArrivedMessage::Request(request) => Cow::Borrowed(&request.text),
            ArrivedMessage::Answer(_, answer) => Cow::Borrowed(&answer.body.text),
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
