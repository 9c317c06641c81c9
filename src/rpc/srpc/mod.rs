//! SRPC, the JSON framing that became OCPP-J: CALL, CALLRESULT, CALLERROR, and what 2.1 has added. Encoding is strict. Decoding serves or refuses deviations as
//! the table of the version says, with a remark for each. Payloads are not validated here.
//!
//! | file | subject |
//! |---|---|
//! | `message`, `id` | data |
//! | `encode`, `decode` | from a message to its frame and back |
//! | `doubled` | the names that occur twice in a payload |
//! | `signed` | payloads that are signed |
//! | `span` | parts of a frame as its text has them |

mod decode;
mod doubled;
mod encode;
mod id;
mod message;
mod signed;
mod span;

pub use decode::decode;
pub use doubled::doubled_names;
pub use encode::{encode_call, encode_error, encode_result, encode_result_error, encode_send};
pub use id::MessageId;
pub use message::{DecodedFrame, MalformedFrame, SrpcMessage, SrpcReply};
pub use signed::{SignedPayload, SignedPayloadError};
pub use span::{call_parts, end_of_text, frame_body, frame_elements, id_span, one_line, payload_span, words};

#[cfg(test)]
mod tests;
