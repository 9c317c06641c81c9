//! OCPP-S: SOAP envelopes over HTTP (OCPP 1.2, 1.5, 1.6), from text to message and back. Reading is liberal and remarks on what is
//! wrong; writing is exact. Payloads are JSON here as everywhere above: the mapping is in [`crate::ocpp::xml`]. HTTP, callbacks and
//! the question whether a payload is valid are not the matter of this module.
//!
//! | file | subject |
//! |---|---|
//! | `text` | the bytes of a body as text |
//! | `document` | text to elements, within limits |
//! | `read` | elements to an [`Envelope`] |
//! | `operation` | which message an element of a body is |
//! | `write` | messages to envelopes |
//! | `fault` | codes of faults and what they mean as errors |
//! | `lint` | what the rules say about the headers of an envelope |

mod document;
mod envelope;
mod error;
mod fault;
mod lint;
mod names;
mod operation;
mod read;
mod text;
mod write;

#[cfg(test)]
mod tests;

pub use envelope::{Body, Envelope, EnvelopeHeader, HeaderForm, MustUnderstand, Operation, SoapVersion, UnknownElement};
pub use error::{ReadError, ReadProblem};
pub use fault::{FaultCode, FaultSubcode, SoapFault};
pub use lint::{HeaderDirection, HeaderFinding, HeaderSeverity, HeaderState, lint};
pub use names::{ANONYMOUS, FAULT_ACTION};
pub use operation::ReadHint;
pub use read::read;
pub use text::{DecodedText, text};
pub use write::{RequestHeaders, ResponseHeaders, write_fault, write_request, write_response};
