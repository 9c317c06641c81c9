//! What somebody may look at on a SOAP link before it is taken in or sent: the bodies of HTTP requests and responses. The HTTP around
//! them stays as it was.

use std::borrow::Cow;

use super::exchange::{Answer, Post, Request};
use super::framing::{Outgoing, Soap};
use super::incoming;
use crate::link::inspect::{Changeable, Shown};
use crate::trace::Text;

/// A message of the peer.
pub(super) enum Arrived {
    /// A request to our service.
    Request(Request),
    /// What came back for a request of ours.
    Answer(Post, Answer),
}

impl Arrived {
    /// The same message with another text.
    pub fn changed(self, text: String, soap: &Soap) -> Arrived {
        match self {
            Arrived::Request(mut request) => {
                (request.text, request.read) = incoming::read(text.as_bytes(), &soap.catalog, soap.role, &mut request.remarks);
                Arrived::Request(request)
            }
            Arrived::Answer(post, answer) => Arrived::Answer(post, Answer { body: text.into_bytes(), ..answer }),
        }
    }
}

impl Shown for Arrived {
    fn shown(&self) -> Cow<'_, str> {
        match self {
            Arrived::Request(request) => Cow::Borrowed(&request.text),
            Arrived::Answer(_, answer) => String::from_utf8_lossy(&answer.body),
        }
    }
}

impl Shown for Outgoing {
    fn shown(&self) -> Cow<'_, str> {
        match self {
            Outgoing::Post(post) => Cow::Borrowed(&post.text),
            Outgoing::Response { response, .. } => Cow::Borrowed(&response.text),
        }
    }
}

impl Changeable for Outgoing {
    fn change(&mut self, text: Text) {
        match self {
            Outgoing::Post(post) => post.text = text,
            Outgoing::Response { response, .. } => response.text = text,
        }
    }
}
