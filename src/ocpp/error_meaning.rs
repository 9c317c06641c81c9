//! What an error code means in a version, in our own words. The fixed texts that old programs put into frames are in `error_code`.

use super::{ErrorCode, Version};

impl ErrorCode {
    /// What the sender of this code says about the call, in a version (OCPP-J 1.6 §4.2.3, table 7). SRPC, before it, uses two of the codes
    /// in another sense: there a property violation is an unknown name, and every wrong value is a type violation.
    pub fn meaning(self, version: Version) -> &'static str {
        let dialect = version.dialect();
        match self {
            ErrorCode::NotImplemented => "the receiver does not know this action",
            ErrorCode::NotSupported => "the receiver knows this action and does not support it",
            ErrorCode::InternalError => "the receiver failed while it handled the call",
            ErrorCode::ProtocolError => "the payload of the call is incomplete",
            ErrorCode::SecurityError => "a matter of security kept the receiver from handling the call",
            ErrorCode::FormationViolation if dialect.unknown_field == ErrorCode::FormationViolation => {
                "the payload is not formed as this action wants it, for example a field that it does not have"
            }
            ErrorCode::FormationViolation => "the call is not well-formed",
            ErrorCode::PropertyConstraintViolation if dialect.unknown_field == ErrorCode::PropertyConstraintViolation => {
                "the payload has a field that this action does not have"
            }
            ErrorCode::PropertyConstraintViolation => "a field has a value that is not allowed",
            ErrorCode::OccurenceConstraintViolation => "a field is missing, or there is too much or too little of it",
            ErrorCode::TypeConstraintViolation if dialect.invalid_value == ErrorCode::TypeConstraintViolation => {
                "a field has a value of the wrong type, or one that is not allowed"
            }
            ErrorCode::TypeConstraintViolation => "a field has the wrong data type, for example a text in place of a number",
            ErrorCode::GenericError => "an error of another kind",
            ErrorCode::RpcFrameworkError => "the frame is no message that can be read",
            ErrorCode::MessageTypeNotSupported => "the type of the message is not known",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_their_version_says() {
        let code = ErrorCode::PropertyConstraintViolation;
        assert_eq!(code.meaning(Version::V1_6), "a field has a value that is not allowed");
        assert_eq!(code.meaning(Version::V1_5), "the payload has a field that this action does not have");
        for version in Version::ALL {
            let meanings: Vec<_> = ErrorCode::ALL.map(|code| code.meaning(version)).to_vec();
            let distinct: std::collections::BTreeSet<_> = meanings.iter().collect();
            assert_eq!(distinct.len(), meanings.len());
        }
    }
}
