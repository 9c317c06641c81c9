//! The body of an HTTP message of the peer, from bytes to an envelope. Its HTTP is `incoming`'s and `client`'s.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::Bytes;

use crate::ocpp::Catalog;
use crate::rpc::soap::{self, Envelope, ReadError, ReadHint};
use crate::trace::FrameText;

/// A body as text.
#[derive(Debug)]
pub(in crate::link) struct ReceivedBody {
    pub text: FrameText,
    /// How many bytes it had, unpacked.
    pub size: usize,
    /// Why the bytes are no text.
    error: Option<ReadError>,
    /// What is odd about its encoding.
    remark: Option<String>,
}

impl ReceivedBody {
    /// The text of a body that came with this content type. Of bytes that are no text it is what can be shown of them.
    pub fn decode(bytes: &Bytes, content_type: Option<&str>) -> ReceivedBody {
        let size = bytes.len();
        match soap::text(bytes, content_type) {
            Ok(decoded) => ReceivedBody { text: shared(bytes, decoded.text), size, error: None, remark: decoded.remark },
            Err(error) => {
                let text = FrameText::from(String::from_utf8_lossy(bytes).into_owned());
                ReceivedBody { text, size, error: Some(error), remark: None }
            }
        }
    }

    /// A text that an observer put in the place of a body.
    pub fn changed(text: String) -> ReceivedBody {
        ReceivedBody { size: text.len(), text: FrameText::from(text), error: None, remark: None }
    }

    /// The text as an envelope.
    pub fn read(&self, catalog: &Catalog, hint: ReadHint, remarks: &mut Vec<String>) -> Result<Envelope, ReadError> {
        remarks.extend(self.remark.clone());
        match &self.error {
            Some(error) => Err(error.clone()),
            None => soap::read(&self.text, catalog, hint),
        }
    }
}

/// A text without copying it, when it stands in these bytes.
fn shared(bytes: &Bytes, text: Cow<'_, str>) -> FrameText {
    match text {
        Cow::Borrowed(text) => {
            FrameText::try_from(bytes.slice_ref(text.as_bytes())).unwrap_or_else(|_| FrameText::from(text.to_owned()))
        }
        Cow::Owned(text) => FrameText::from(text),
    }
}
