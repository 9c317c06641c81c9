//! The words of an error with which we answer. When there is an error and which code it has is the conversation's.

use super::behaviour::Answer;
use crate::ocpp::{ErrorCode, Finding, Version};

/// The longest description of an error (OCPP 2.0.1 part 4 §4.2.3; 1.6 names none).
const DESCRIPTION_LIMIT: usize = 255;

/// An error answer. SRPC's versions get the fixed description of the code, as ocppjs sends it; 1.6 gets the precise one.
pub(super) fn error(code: ErrorCode, version: Version, precise: impl FnOnce() -> String) -> Answer {
    let description = if version == Version::V1_6 { precise() } else { code.description().to_owned() };
    Answer::Error { code, description }
}

/// A finding as a sentence.
pub(super) fn describe(finding: &Finding) -> String {
    if finding.path.is_empty() { finding.message.clone() } else { format!("{}: {}", finding.path, finding.message) }
}

/// The part of a description that may be sent.
pub(super) fn shortened(description: &str) -> &str {
    match description.char_indices().nth(DESCRIPTION_LIMIT) {
        Some((end, _)) => &description[..end],
        None => description,
    }
}
