//! The error codes of a CALLERROR, their spelling and their fixed descriptions. Which fault of a payload gets which code is
//! decided in `finding`.

use std::fmt;

/// An error code of SRPC and OCPP-J up to 1.6 (OCPP-J 1.6 §4.2.3, table 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// The message is not formed as the protocol wants it.
    FormationViolation,
    /// SRPC: a property has an unknown name. OCPP-J: a value is not allowed.
    PropertyConstraintViolation,
    /// A field is missing or a list is too short. One `r`, as the specification spells it (OCPP-J 1.6 errata §5.1).
    OccurenceConstraintViolation,
    /// A value has the wrong data type.
    TypeConstraintViolation,
    /// Any other error.
    GenericError,
}

impl ErrorCode {
    /// All codes, in the order of the specification's table.
    pub const ALL: [ErrorCode; 10] = [
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
    ];

    /// The spelling that is sent.
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
        }
    }

    /// The description that goes with the code when there is nothing more precise to say.
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
        }
    }

    /// Finds a code by name. The spellings of OCPP 2.x (`FormatViolation`, `OccurrenceConstraintViolation`) are accepted,
    /// because stations and central systems mix them.
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
}
