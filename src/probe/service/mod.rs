//! The checks of a SOAP central system: versions by namespace, HTTP, headers of the envelope, faults, encodings, compression. The call that
//! is made is Authorize with an unknown token: it asks, and changes nothing.

mod envelope;
mod exchange;
mod http_checks;
mod message_checks;

use super::check::ProbeCheck;

pub(super) use envelope::ProbeEnvelope;
pub(super) use exchange::{ServiceAnswer, ServiceEnd, ServiceRequest};
pub(super) use message_checks::judge_version;

/// The checks in their order.
pub(super) const AREAS: &[&[ProbeCheck]] = &[message_checks::CHECKS, http_checks::CHECKS];
