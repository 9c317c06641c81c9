//! Codecs: from the text of a frame to a message and back. No I/O, and no validation of payloads.

mod json_fault;
mod json_mistake;
mod payload;
pub mod soap;
pub mod srpc;

pub use json_fault::JsonFault;
pub use payload::OutgoingPayload;
