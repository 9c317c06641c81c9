//! What a version does differently from other versions, as facts. Outside `ocpp/` code asks for a fact and never compares versions, so
//! that a new version is decided here, field by field, and nowhere falls into the rules of an old one. The shapes of messages are in the
//! catalog; what the simulators do differently is in `simulator/`.

use super::tolerance::{
    FrameDeviation, FrameTreatment, OCPP_J_1_6, OCPP_J_2_X, SRPC as SRPC_TOLERANCES, Strictness, ToleranceRule,
};
use super::{ErrorCode, Version};

/// The rules of a version for frames, errors and tolerances.
#[derive(Debug)]
pub struct Dialect {
    /// The family of messages, which decides what a station and a central system of the version are made of.
    pub generation: OcppGeneration,
    /// The types of messages that exist.
    pub message_types: &'static [MessageType],
    /// Whether messages may be signed: an action with the suffix `-Signed` and a JWS as payload (OCPP 2.0.1 part 4 §7).
    pub signed_messages: bool,
    /// The rules for message ids.
    pub message_id: MessageIdRules,
    /// The error codes, each with the spelling that is sent (OCPP-J 1.6 §4.2.3, table 7).
    pub error_codes: &'static [(ErrorCode, &'static str)],
    /// The longest description of an error, in characters (OCPP 2.0.1 part 4 §4.2.3; older texts name none).
    pub error_description_limit: usize,
    /// Whether the text of a refusal describes the fault precisely. SRPC sends the fixed description of the code, as
    /// ocppjs does.
    pub precise_refusals: bool,
    /// Which faulty frames are served, and how the others are refused.
    pub frame_tolerances: &'static [ToleranceRule],
    /// Whether values of the wrong form are tolerated: fractions and large numbers for integers, too many fraction digits, dates and
    /// URIs that do not read as such. The programs that spoke 1.2 and 1.5 took any.
    pub loose_values: bool,
    /// The code that refuses a field which the message does not have.
    pub unknown_field: ErrorCode,
    /// The code that refuses a value of the right type that is not allowed: enumerations, lengths, formats, ranges.
    pub invalid_value: ErrorCode,
    /// Whether a document of this version has the rules for SOAP headers. OCPP-S 1.6 was the first; breaking a rule that is applied to
    /// an older version is worth a note, not a warning.
    pub soap_headers_specified: bool,
    /// Whether the WSDL names the WS-Addressing action of responses. Without it toolkits derive one from the service's name.
    pub soap_response_actions: bool,
}

/// The type of a message, the first element of its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    /// CALL.
    Call,
    /// CALLRESULT.
    Result,
    /// CALLERROR.
    Error,
    /// CALLRESULTERROR: the caller cannot process the result that it got (OCPP 2.1 part 4 §4.2.3).
    ResultError,
    /// SEND: a message that nothing answers (OCPP 2.1 part 4 §4.2.4).
    Send,
}

impl MessageType {
    /// What it is, in words.
    pub const fn name(self) -> &'static str {
        match self {
            MessageType::Call => "a call",
            MessageType::Result => "a result",
            MessageType::Error => "an error",
            MessageType::ResultError => "a result error",
            MessageType::Send => "a send",
        }
    }

    /// The number in the frame.
    pub const fn number(self) -> u8 {
        match self {
            MessageType::Call => 2,
            MessageType::Result => 3,
            MessageType::Error => 4,
            MessageType::ResultError => 5,
            MessageType::Send => 6,
        }
    }
}

/// A family of versions whose messages are about the same things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcppGeneration {
    /// 1.x: connectors, configuration keys, StartTransaction and StopTransaction.
    First,
    /// 2.x: EVSEs, the device model, TransactionEvent.
    Second,
}

/// The rules for message ids.
#[derive(Debug)]
pub struct MessageIdRules {
    /// The most characters (OCPP-J 1.6 §4.1.4).
    pub limit: usize,
    /// The id of an error that answers a call whose id cannot be read. Texts before 2.0.1 (part 4 §4.2.3) are silent about the case.
    pub unreadable: &'static str,
}

/// The codes of SRPC and OCPP-J 1.6. `Occurence` has one `r`, as the specification spells it (OCPP-J 1.6 errata §5.1 and §5.2).
const ERROR_CODES_1_X: &[(ErrorCode, &str)] = &[
    (ErrorCode::NotImplemented, "NotImplemented"),
    (ErrorCode::NotSupported, "NotSupported"),
    (ErrorCode::InternalError, "InternalError"),
    (ErrorCode::ProtocolError, "ProtocolError"),
    (ErrorCode::SecurityError, "SecurityError"),
    (ErrorCode::FormationViolation, "FormationViolation"),
    (ErrorCode::PropertyConstraintViolation, "PropertyConstraintViolation"),
    (ErrorCode::OccurenceConstraintViolation, "OccurenceConstraintViolation"),
    (ErrorCode::TypeConstraintViolation, "TypeConstraintViolation"),
    (ErrorCode::GenericError, "GenericError"),
];

/// The codes of OCPP-J 2.x (OCPP 2.0.1 part 4 §4.3, table 8).
const ERROR_CODES_2_X: &[(ErrorCode, &str)] = &[
    (ErrorCode::NotImplemented, "NotImplemented"),
    (ErrorCode::NotSupported, "NotSupported"),
    (ErrorCode::InternalError, "InternalError"),
    (ErrorCode::ProtocolError, "ProtocolError"),
    (ErrorCode::SecurityError, "SecurityError"),
    (ErrorCode::FormationViolation, "FormatViolation"),
    (ErrorCode::PropertyConstraintViolation, "PropertyConstraintViolation"),
    (ErrorCode::OccurenceConstraintViolation, "OccurrenceConstraintViolation"),
    (ErrorCode::TypeConstraintViolation, "TypeConstraintViolation"),
    (ErrorCode::GenericError, "GenericError"),
    (ErrorCode::RpcFrameworkError, "RpcFrameworkError"),
    (ErrorCode::MessageTypeNotSupported, "MessageTypeNotSupported"),
];

/// The types of messages that every version has (OCPP-J 1.6 §4.1.3).
const MESSAGE_TYPES: &[MessageType] = &[MessageType::Call, MessageType::Result, MessageType::Error];
/// Those of 2.1 (part 4 §4.1.3).
const MESSAGE_TYPES_2_1: &[MessageType] =
    &[MessageType::Call, MessageType::Result, MessageType::Error, MessageType::ResultError, MessageType::Send];

/// SRPC of 1.5, as ocppjs speaks it.
const SRPC: Dialect = Dialect {
    generation: OcppGeneration::First,
    message_types: MESSAGE_TYPES,
    signed_messages: false,
    message_id: MessageIdRules { limit: 36, unreadable: "-1" },
    error_codes: ERROR_CODES_1_X,
    error_description_limit: 255,
    precise_refusals: false,
    frame_tolerances: SRPC_TOLERANCES,
    loose_values: true,
    unknown_field: ErrorCode::PropertyConstraintViolation,
    invalid_value: ErrorCode::TypeConstraintViolation,
    soap_headers_specified: false,
    soap_response_actions: true,
};

static OCPP_1_2: Dialect = Dialect { soap_response_actions: false, ..SRPC };
static OCPP_1_5: Dialect = SRPC;
static OCPP_1_6: Dialect = OCPP_J;

/// OCPP-J of 1.6, from which later versions differ in single facts.
const OCPP_J: Dialect = Dialect {
    precise_refusals: true,
    frame_tolerances: OCPP_J_1_6,
    loose_values: false,
    unknown_field: ErrorCode::FormationViolation,
    invalid_value: ErrorCode::PropertyConstraintViolation,
    soap_headers_specified: true,
    ..SRPC
};
static OCPP_2_0_1: Dialect = OCPP_J_2;
static OCPP_2_1: Dialect = Dialect { message_types: MESSAGE_TYPES_2_1, ..OCPP_J_2 };

/// OCPP-J of 2.0.1, from which 2.1 differs in single facts.
const OCPP_J_2: Dialect = Dialect {
    generation: OcppGeneration::Second,
    error_codes: ERROR_CODES_2_X,
    frame_tolerances: OCPP_J_2_X,
    signed_messages: true,
    ..OCPP_J
};

impl Version {
    /// The rules of the version.
    pub const fn dialect(self) -> &'static Dialect {
        match self {
            Version::V1_2 => &OCPP_1_2,
            Version::V1_5 => &OCPP_1_5,
            Version::V1_6 => &OCPP_1_6,
            Version::V2_0_1 => &OCPP_2_0_1,
            Version::V2_1 => &OCPP_2_1,
        }
    }
}

impl Dialect {
    /// The type with this number, when the version has it.
    pub fn message_type(&self, number: f64) -> Option<MessageType> {
        self.message_types.iter().copied().find(|kind| f64::from(kind.number()) == number)
    }

    /// Whether the version has this type.
    pub fn has_type(&self, kind: MessageType) -> bool {
        self.message_types.contains(&kind)
    }

    /// The types that exist, in words: `2 is a call, 3 a result, 4 an error`.
    pub fn type_list(&self) -> String {
        let mut list = String::new();
        for (index, kind) in self.message_types.iter().enumerate() {
            let verb = if index == 0 { " is " } else { " " };
            let separator = if index == 0 { "" } else { ", " };
            list.push_str(&format!("{separator}{}{verb}{}", kind.number(), kind.name()));
        }
        list
    }

    /// What this version does with a faulty frame.
    pub fn treatment(&self, deviation: FrameDeviation, strictness: Strictness) -> FrameTreatment {
        ToleranceRule::find(self.frame_tolerances, deviation, strictness)
    }

    /// Whether a faulty frame is served.
    pub fn serves(&self, deviation: FrameDeviation, strictness: Strictness) -> bool {
        self.treatment(deviation, strictness) == FrameTreatment::Served
    }

    /// The spelling of a code in this version; `None` when the version does not have it.
    pub fn error_name(&self, code: ErrorCode) -> Option<&'static str> {
        self.error_codes.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
    }

    /// The spelling with which a code is sent. A code that the version does not have is sent under its own name, because the user
    /// asked for it.
    pub fn sent_error_name(&self, code: ErrorCode) -> &'static str {
        self.error_name(code).unwrap_or(code.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generation_has_its_codes_in_its_spelling() {
        for version in Version::ALL {
            let dialect = version.dialect();
            let (count, formation, framework) = match dialect.generation {
                OcppGeneration::First => (10, "FormationViolation", None),
                OcppGeneration::Second => (12, "FormatViolation", Some("RpcFrameworkError")),
            };
            assert_eq!(dialect.error_codes.len(), count, "{version}");
            for (code, name) in dialect.error_codes {
                assert_eq!(ErrorCode::parse(name), Some(*code));
            }
            assert_eq!(dialect.error_name(ErrorCode::RpcFrameworkError), framework);
            assert_eq!(dialect.sent_error_name(ErrorCode::RpcFrameworkError), "RpcFrameworkError");
            assert_eq!(dialect.sent_error_name(ErrorCode::FormationViolation), formation);
        }
    }

    #[test]
    fn message_types_are_found_by_their_number() {
        for version in Version::ALL {
            let kinds = [2.0, 3.0, 4.0, 5.0, 6.0, 2.5].map(|number| version.dialect().message_type(number));
            assert_eq!(kinds[..3], [Some(MessageType::Call), Some(MessageType::Result), Some(MessageType::Error)]);
            let newer = [Some(MessageType::ResultError), Some(MessageType::Send), None];
            assert_eq!(kinds[3..], if version == Version::V2_1 { newer } else { [None; 3] });
        }
    }

    #[test]
    fn ocpp_j_is_stricter_than_srpc() {
        let strict = |version: Version| {
            let dialect = version.dialect();
            [!dialect.loose_values, dialect.precise_refusals]
        };
        assert_eq!([Version::V1_2, Version::V1_5, Version::V1_6].map(strict), [[false; 2], [false; 2], [true; 2]]);
    }
}
