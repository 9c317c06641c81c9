//! Requests and answers on their way between HTTP and the actor of a station.

use std::net::SocketAddr;

use hyper::StatusCode;
use tokio::sync::oneshot;

use crate::rpc::soap::{Envelope, ReadError};
use crate::trace::FrameText;

/// A request to one of our services.
#[derive(Debug)]
pub(in crate::link) struct SoapRequest {
    /// The body.
    pub text: FrameText,
    /// What it is.
    pub read: Result<Envelope, ReadError>,
    /// What is odd about the HTTP around it, a sentence each.
    pub remarks: Vec<String>,
    /// Who sent it.
    pub peer: SocketAddr,
    /// The address at which the sender reached us.
    pub reached_at: Option<String>,
    /// Where the answer goes. When nobody sends one, the HTTP request ends without an envelope.
    pub reply: oneshot::Sender<SoapResponse>,
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
    /// The body, unpacked.
    pub body: Vec<u8>,
}
