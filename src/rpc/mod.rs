//! Codecs: from the text of a frame to a message and back. No I/O, and no validation of payloads.

mod payload;
pub mod soap;
pub mod srpc;

pub use payload::OutgoingPayload;
