//! Faults: their codes (OCPP-S 1.6 §4), how they read, and which of our errors they are.

use super::names::FAULT_ACTION;
use crate::ocpp::ErrorCode;
use crate::ocpp::xml::XmlElement;

/// The code of a fault: who is to blame (SOAP 1.2 part 1 §5.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// The message was wrong.
    Sender,
    /// The message was not at fault.
    Receiver,
    /// A header that must be understood was not.
    MustUnderstand,
    /// The envelope is of another version of SOAP.
    VersionMismatch,
    /// The data are in an unknown encoding.
    DataEncodingUnknown,
}

/// The subcode of a fault (OCPP-S 1.6 §4). A receiver must be ready for any other (OCPP-S 1.6 errata §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultSubcode {
    /// The sender is not who it should be, or may not do this.
    SecurityError,
    /// The identity is not the one of the charge point that was called.
    IdentityMismatch,
    /// The address of the sender is not the known one. From the time of OCPP 1.2; only ShellRecharge's source names it.
    UrlMismatch,
    /// The message breaks the protocol.
    ProtocolError,
    /// The receiver failed.
    InternalError,
    /// The receiver does not support the operation.
    NotSupported,
}

/// A fault as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SoapFault {
    /// The code; `None` when it is missing or not one of SOAP's.
    pub code: Option<FaultCode>,
    /// The subcode without its prefix, as the sender spelt it.
    pub subcode: Option<String>,
    /// The text for the user.
    pub reason: String,
    /// What is inside `Detail`, as XML.
    pub detail: Option<String>,
}

impl FaultCode {
    /// All codes.
    pub const ALL: [FaultCode; 5] = [
        FaultCode::Sender,
        FaultCode::Receiver,
        FaultCode::MustUnderstand,
        FaultCode::VersionMismatch,
        FaultCode::DataEncodingUnknown,
    ];

    /// The spelling of SOAP 1.2.
    pub const fn name(self) -> &'static str {
        match self {
            FaultCode::Sender => "Sender",
            FaultCode::Receiver => "Receiver",
            FaultCode::MustUnderstand => "MustUnderstand",
            FaultCode::VersionMismatch => "VersionMismatch",
            FaultCode::DataEncodingUnknown => "DataEncodingUnknown",
        }
    }

    /// The status of the HTTP response that carries the fault (SOAP 1.2 part 2, table 20). OCPP-S does not define it, and peers
    /// send 200 too: a client reads the body.
    pub const fn http_status(self) -> u16 {
        match self {
            FaultCode::Sender => 400,
            _ => 500,
        }
    }

    /// Finds a code by its name, with the names of SOAP 1.1 (`Client`, `Server`).
    fn parse(name: &str) -> Option<FaultCode> {
        match local(name) {
            "Client" => Some(FaultCode::Sender),
            "Server" => Some(FaultCode::Receiver),
            name => FaultCode::ALL.into_iter().find(|code| code.name() == name),
        }
    }
}

impl FaultSubcode {
    /// All subcodes.
    pub const ALL: [FaultSubcode; 6] = [
        FaultSubcode::SecurityError,
        FaultSubcode::IdentityMismatch,
        FaultSubcode::UrlMismatch,
        FaultSubcode::ProtocolError,
        FaultSubcode::InternalError,
        FaultSubcode::NotSupported,
    ];

    /// The spelling on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            FaultSubcode::SecurityError => "SecurityError",
            FaultSubcode::IdentityMismatch => "IdentityMismatch",
            FaultSubcode::UrlMismatch => "UrlMismatch",
            FaultSubcode::ProtocolError => "ProtocolError",
            FaultSubcode::InternalError => "InternalError",
            FaultSubcode::NotSupported => "NotSupported",
        }
    }

    /// The code of the subcode.
    pub const fn code(self) -> FaultCode {
        match self {
            FaultSubcode::InternalError | FaultSubcode::NotSupported => FaultCode::Receiver,
            _ => FaultCode::Sender,
        }
    }

    /// Finds a subcode by its name.
    pub fn parse(name: &str) -> Option<FaultSubcode> {
        FaultSubcode::ALL.into_iter().find(|subcode| subcode.name() == local(name))
    }

    /// The subcode with which an error is sent. OCPP-S has fewer than SRPC: every fault of a payload is a breach of the protocol.
    pub const fn of(error: ErrorCode) -> FaultSubcode {
        match error {
            ErrorCode::NotImplemented | ErrorCode::NotSupported => FaultSubcode::NotSupported,
            ErrorCode::InternalError | ErrorCode::GenericError => FaultSubcode::InternalError,
            ErrorCode::SecurityError => FaultSubcode::SecurityError,
            ErrorCode::ProtocolError
            | ErrorCode::RpcFrameworkError
            | ErrorCode::MessageTypeNotSupported
            | ErrorCode::FormationViolation
            | ErrorCode::PropertyConstraintViolation
            | ErrorCode::OccurenceConstraintViolation
            | ErrorCode::TypeConstraintViolation => FaultSubcode::ProtocolError,
        }
    }

    /// The error code of the subcode.
    pub const fn error_code(self) -> ErrorCode {
        match self {
            FaultSubcode::SecurityError | FaultSubcode::IdentityMismatch | FaultSubcode::UrlMismatch => {
                ErrorCode::SecurityError
            }
            FaultSubcode::ProtocolError => ErrorCode::ProtocolError,
            FaultSubcode::InternalError => ErrorCode::InternalError,
            FaultSubcode::NotSupported => ErrorCode::NotSupported,
        }
    }
}

impl SoapFault {
    /// The error code of the fault. The subcode decides; ocppjs sends the names of SRPC's errors there.
    pub fn error_code(&self) -> ErrorCode {
        let subcode = self.subcode.as_deref().map(local);
        let of_subcode =
            subcode.and_then(|name| FaultSubcode::parse(name).map(FaultSubcode::error_code).or_else(|| ErrorCode::parse(name)));
        of_subcode.unwrap_or(match self.code {
            Some(FaultCode::Receiver) => ErrorCode::InternalError,
            Some(FaultCode::MustUnderstand) => ErrorCode::NotSupported,
            Some(FaultCode::VersionMismatch | FaultCode::DataEncodingUnknown) => ErrorCode::ProtocolError,
            Some(FaultCode::Sender) | None => ErrorCode::GenericError,
        })
    }

    /// Whether an action is the one of a fault.
    pub fn is_action(action: &str) -> bool {
        action == FAULT_ACTION || action.ends_with("/fault") || action.ends_with("/Fault")
    }

    /// Reads a fault of SOAP 1.2 or 1.1, in any namespaces.
    pub(super) fn from_xml(element: &XmlElement<'_>, text: &str) -> SoapFault {
        let code = element.child("Code");
        let value = code.and_then(|code| code.child("Value")).or_else(|| element.child("faultcode"));
        let code_text = value.map(XmlElement::trimmed).unwrap_or_default();
        let subcode = code.and_then(|code| code.child("Subcode")).and_then(|subcode| subcode.child("Value"));
        let known = FaultCode::parse(code_text);
        // SOAP 1.1 writes `Client.SecurityError`, and some programs send the subcode as the code.
        let dotted = code_text.split_once('.').map(|(_, rest)| rest);
        let misplaced = known.is_none().then_some(code_text).filter(|text| !text.is_empty());
        let subcode = subcode.map(XmlElement::trimmed).or(dotted).or(misplaced).map(local).filter(|name| !name.is_empty());
        let reasons = element.child("Reason").map(|reason| reason.children.iter().filter(|text| text.local == "Text"));
        let reason = reasons.and_then(|mut texts| {
            let is_english = |text: &&XmlElement<'_>| {
                text.attributes.iter().any(|attribute| attribute.local == "lang" && attribute.value.starts_with("en"))
            };
            let first = texts.clone().next();
            texts.find(is_english).or(first)
        });
        let reason = reason.or_else(|| element.child("Reason")).or_else(|| element.child("faultstring"));
        SoapFault {
            code: known.or_else(|| FaultCode::parse(code_text.split('.').next().unwrap_or_default())),
            subcode: subcode.map(str::to_owned),
            reason: reason.map(|reason| reason.trimmed().to_owned()).unwrap_or_default(),
            detail: element.child("Detail").or_else(|| element.child("detail")).and_then(|detail| inside(detail, text)),
        }
    }
}

/// The text between the tags of an element, unchanged.
fn inside(element: &XmlElement<'_>, text: &str) -> Option<String> {
    if element.is_blank() {
        return None;
    }
    let whole = text.get(element.span.clone())?;
    // An attribute may hold the sign that ends a tag; then a part of the tag stays, which is harmless.
    let start = whole.find('>')? + 1;
    let end = whole.rfind("</")?;
    whole.get(start..end).map(|inside| inside.trim().to_owned())
}

/// A qualified name without its prefix.
fn local(name: &str) -> &str {
    name.trim().rsplit(':').next().unwrap_or_default()
}
