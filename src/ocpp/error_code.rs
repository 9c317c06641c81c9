//! The error codes of a CALLERROR, their names and their fixed descriptions. Which versions have them in which spelling is in
//! `dialect`; which finding gets which code is in `finding`.

use serde::{Deserialize, Serialize};
use std::fmt;

use super::Version;

/// An error code of SRPC and OCPP-J (OCPP-J 1.6 §4.2.3, table 7; 2.0.1 part 4, table 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[repr(u8)]
pub enum ErrorCode {
    /// The action is not known.
    NotImplemented,
    /// The action is known but not supported, or not by this role or version.
    NotSupported,
    /// The receiver failed while it processed the call.
    InternalError,
    /// The payload of the action is incomplete; in SRPC also: the message id is too long.
    ProtocolError,
    /// A security problem; also the answer to calls before a boot was accepted.
    SecurityError,
    /// The message is not formed as the protocol wants it. `FormatViolation` in 2.x.
    FormationViolation,
    /// SRPC: a property has an unknown name. OCPP-J: a value is not allowed.
    PropertyConstraintViolation,
    /// A field is missing or a list is too short. `OccurrenceConstraintViolation` in 2.x.
    OccurenceConstraintViolation,
    /// A value has the wrong data type.
    TypeConstraintViolation,
    /// Any other error.
    GenericError,
    /// 2.x: the frame is no message, for example because its id cannot be read.
    RpcFrameworkError,
    /// 2.x: the message type is not known.
    MessageTypeNotSupported,
}

impl ErrorCode {
    /// All codes of all versions, those of 1.x first, in the order of the specification's table.
    pub const ALL: [ErrorCode; 12] = [
        ErrorCode::NotImplemented,
        ErrorCode::NotSupported,
        ErrorCode::InternalError,
        ErrorCode::ProtocolError,
        ErrorCode::SecurityError,
        ErrorCode::FormationViolation,
        ErrorCode::PropertyConstraintViolation,
        ErrorCode::OccurenceConstraintViolation,
        ErrorCode::TypeConstraintViolation,
        ErrorCode::GenericError,
        ErrorCode::RpcFrameworkError,
        ErrorCode::MessageTypeNotSupported,
    ];

    /// The codes that at least one of our versions has, in the order of [`ErrorCode::ALL`].
    pub fn in_use() -> impl Iterator<Item = ErrorCode> {
        let known = |code: &ErrorCode| Version::ALL.iter().any(|version| version.dialect().error_name(*code).is_some());
        ErrorCode::ALL.into_iter().filter(known)
    }

    /// The name in commands, filters and documents, whatever the version. The spelling in a frame is the one of
    /// [`Dialect::sent_error_name`](super::Dialect::sent_error_name).
    pub const fn name(self) -> &'static str {
        match self {
            ErrorCode::NotImplemented => "NotImplemented",
            ErrorCode::NotSupported => "NotSupported",
            ErrorCode::InternalError => "InternalError",
            ErrorCode::ProtocolError => "ProtocolError",
            ErrorCode::SecurityError => "SecurityError",
            ErrorCode::FormationViolation => "FormationViolation",
            ErrorCode::PropertyConstraintViolation => "PropertyConstraintViolation",
            ErrorCode::OccurenceConstraintViolation => "OccurenceConstraintViolation",
            ErrorCode::TypeConstraintViolation => "TypeConstraintViolation",
            ErrorCode::GenericError => "GenericError",
            ErrorCode::RpcFrameworkError => "RpcFrameworkError",
            ErrorCode::MessageTypeNotSupported => "MessageTypeNotSupported",
        }
    }

    /// The default description.
    pub const fn description(self) -> &'static str {
        match self {
            ErrorCode::NotImplemented => "Method name is not recognized.",
            ErrorCode::NotSupported => "Method name is recognized but not supported.",
            ErrorCode::InternalError => "Internal error, the receiver could not process the method.",
            ErrorCode::ProtocolError => "Sender's message does not comply with protocol specification.",
            ErrorCode::SecurityError => "A security issue occurred.",
            ErrorCode::FormationViolation => "Sender's message is not well-formed.",
            ErrorCode::PropertyConstraintViolation => {
                "A property name in sender's message is not conform to the PDU structure."
            }
            ErrorCode::OccurenceConstraintViolation => "Sender's message violates occurence constraints.",
            ErrorCode::TypeConstraintViolation => "Sender's message violates data type constraints.",
            ErrorCode::GenericError => "Other error.",
            ErrorCode::RpcFrameworkError => "The frame is not a valid message.",
            ErrorCode::MessageTypeNotSupported => "The message type is not supported.",
        }
    }

    /// Finds a code by its spelling in any version: `FormatViolation` and `OccurrenceConstraintViolation` of 2.x are accepted too,
    /// because peers mix the spellings.
    pub fn parse(name: &str) -> Option<ErrorCode> {
        match name {
            "FormatViolation" => Some(ErrorCode::FormationViolation),
            "OccurrenceConstraintViolation" => Some(ErrorCode::OccurenceConstraintViolation),
            _ => ErrorCode::ALL.into_iter().find(|code| code.name() == name),
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name_and_by_the_spelling_of_2x() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.name()), Some(code));
        }
        assert_eq!(ErrorCode::parse("FormatViolation"), Some(ErrorCode::FormationViolation));
        assert_eq!(ErrorCode::parse("OccurrenceConstraintViolation"), Some(ErrorCode::OccurenceConstraintViolation));
        assert_eq!(ErrorCode::parse("formationviolation"), None);
    }

    #[test]
    fn every_code_is_in_use() {
        let used: Vec<ErrorCode> = ErrorCode::in_use().collect();
        assert_eq!(used[..], ErrorCode::ALL);
    }
}
