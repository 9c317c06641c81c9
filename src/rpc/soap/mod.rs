//! OCPP-S: SOAP envelopes over HTTP (OCPP 1.2, 1.5, 1.6), from text to message and back. Reading is tolerant and adds
//! remarks; writing is exact. Payloads are JSON, mapped by [`crate::ocpp::xml`]. HTTP and callbacks are in `link/`, validation in
//! `ocpp/`.
//!
//! | file | subject |
//! |---|---|
//! | `text` | the bytes of a body as text |
//! | `document` | text to elements, within limits |
//! | `read` | elements to an [`Envelope`] |
//! | `operation` | which message an element of a body is |
//! | `write` | messages to envelopes |
//! | `change` | one part of an envelope that others wrote |
//! | `fault` | codes of faults, and their error codes |
//! | `lint` | the rules for the headers of an envelope |

mod change;
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

pub use change::{AddressHeader, BodyMessage, address_span, as_content, with_message};
pub use envelope::{Body, Envelope, EnvelopeHeader, HeaderForm, MustUnderstand, Operation, SoapVersion, UnknownElement};
pub use error::{ReadError, ReadProblem};
pub use fault::{FaultCode, FaultSubcode, SoapFault};
pub use lint::{HeaderDirection, HeaderFinding, HeaderSeverity, HeaderState, lint, lint_from};
pub use names::{ANONYMOUS, FAULT_ACTION};
pub use operation::ReadHint;
pub use read::read;
pub use text::{DecodedText, text};
pub use write::{RequestHeaders, ResponseHeaders, write_fault, write_request, write_response};
