//! What a check of a payload found, and which error code the finding deserves in which version.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, Version};

/// The rule of the definitions that a payload breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FindingRule {
    /// The action is none that is sent this way: a call as SEND, or the other way round.
    Action,
    /// A required field is missing.
    Required,
    /// A list has fewer elements than it must have.
    TooFew,
    /// A list has more elements than it may have.
    TooMany,
    /// A field that the message does not have.
    UnknownField,
    /// The JSON type is not the one of the definitions.
    Type,
    /// A value outside an enumeration.
    Enumeration,
    /// A text longer than its limit.
    Length,
    /// A number outside its range.
    Range,
    /// A date, time or URI that does not read as one, or a number with too many fraction digits.
    Format,
    /// A name that occurs twice in one object, so that readers differ in which member they take (RFC 8259 §4).
    DoubledName,
}

impl FindingRule {
    /// The code with which a receiver of this version refuses the payload.
    ///
    /// SRPC (1.2, 1.5) names the code as ocppjs did: the unknown name is the property violation, every wrong value is a type
    /// violation. OCPP-J 1.6 (§4.2.3, table 7) reserves the property violation for values that are not allowed; a field that does
    /// not exist is a fault of the message's form.
    pub const fn error_code(self, version: Version) -> ErrorCode {
        match self {
            FindingRule::Action => ErrorCode::ProtocolError,
            FindingRule::Required | FindingRule::TooFew | FindingRule::TooMany => ErrorCode::OccurenceConstraintViolation,
            FindingRule::Type => ErrorCode::TypeConstraintViolation,
            FindingRule::DoubledName => ErrorCode::FormationViolation,
            FindingRule::UnknownField => version.dialect().unknown_field,
            FindingRule::Enumeration | FindingRule::Length | FindingRule::Range | FindingRule::Format => {
                version.dialect().invalid_value
            }
        }
    }
}

/// One finding about a payload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Where, as a JSON pointer into the payload (`""` is the payload itself). For [`FindingRule::Required`] it is
    /// the parent, for [`FindingRule::UnknownField`] the field itself.
    pub path: String,
    /// The rule that is broken.
    pub rule: FindingRule,
    /// One sentence for the user.
    pub message: String,
    /// Whether the payload is valid in spite of it, because peers in the field do this and understand each other.
    pub tolerated: bool,
}

/// The finding that decides the answer, by the order of [`FindingRule`]: a missing field before an unknown one before a bad value, as
/// in ocppjs. `None` when all findings are tolerated.
pub fn decisive(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().filter(|finding| !finding.tolerated).min_by_key(|finding| finding.rule)
}
