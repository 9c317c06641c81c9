//! An envelope that was read: its headers, what its body is, and what was odd about it.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::fault::SoapFault;
use super::names::{ACTION, ADDRESSING, FROM, IDENTITY, MESSAGE_ID, RELATES_TO, REPLY_TO, TO};
use crate::ocpp::xml::XmlRemark;
use crate::ocpp::{Role, Version};

/// The version of SOAP, by the namespace of the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoapVersion {
    /// SOAP 1.1, which no binding of OCPP allows and some peers send.
    V1_1,
    /// SOAP 1.2.
    V1_2,
}

/// An envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The version of SOAP.
    pub soap_version: SoapVersion,
    /// The headers in their order.
    pub headers: Vec<EnvelopeHeader>,
    /// The message.
    pub body: Body,
    /// The namespace of the message's element; of a fault, the envelope's own.
    pub body_namespace: Option<Arc<str>>,
    /// Remarks on the envelope and the elements of its body, by position. Headers are checked by [`lint`](super::lint()).
    pub remarks: Vec<XmlRemark>,
}

/// One header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeHeader {
    /// Its name without a prefix.
    pub name: Cow<'static, str>,
    /// Its namespace.
    pub namespace: Option<Arc<str>>,
    /// Its text, or the text of the address in it, without the blanks around it.
    pub value: String,
    /// Where the value stood.
    pub form: HeaderForm,
    /// Whether the receiver must refuse the message when it does not know the header.
    pub must_understand: MustUnderstand,
    /// The byte at which the header begins.
    pub offset: usize,
}

/// Where the value of a header stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderForm {
    /// In the header itself.
    Text,
    /// In a child `Address`.
    Address,
    /// The header has other children; the value is the text beside them.
    Structure,
}

/// The attribute `mustUnderstand` of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MustUnderstand {
    /// It is not there.
    Absent,
    /// It is true.
    Yes,
    /// It is false, or neither true nor false.
    No,
    /// It is true, but not in the namespace of the envelope, so that no receiver sees it (OCPP-S 1.6 §3.4).
    OtherNamespace,
}

/// The content of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// The request of an action: a call.
    Request(Operation),
    /// The response of an action: a result.
    Response(Operation),
    /// A fault: an error.
    Fault(SoapFault),
    /// An element without a definition in this version.
    Unknown(UnknownElement),
    /// Nothing.
    Empty,
}

/// The message of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The version, by the namespace of the element.
    pub version: Version,
    /// The role whose service it is: the one that receives the request.
    pub service: Role,
    /// The action: `BootNotification`.
    pub action: Arc<str>,
    /// The payload in the form of the catalog. It has not been checked.
    pub payload: Value,
}

/// An element in a body that is not a message of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownElement {
    /// Its name without a prefix.
    pub name: String,
    /// Its namespace.
    pub namespace: Option<Arc<str>>,
    /// The version and the service to which the namespace belongs.
    pub service: Option<(Version, Role)>,
    /// The action in the name: `Reboot` for `rebootRequest`.
    pub action: Option<String>,
    /// Its content as JSON, all values as texts.
    pub payload: Value,
}

impl Body {
    /// The payload as JSON; faults and empty bodies have none.
    pub fn into_payload(self) -> Option<Value> {
        match self {
            Body::Request(operation) | Body::Response(operation) => Some(operation.payload),
            Body::Unknown(element) => Some(element.payload),
            Body::Fault(_) | Body::Empty => None,
        }
    }
}

impl Operation {
    /// The role that sends the request.
    pub fn initiator(&self) -> Role {
        self.service.peer()
    }
}

impl Envelope {
    /// The identity of the charge point, in whatever namespace and case the header is.
    pub fn identity(&self) -> Option<&str> {
        self.identity_header().map(|header| &*header.value).filter(|value| !value.is_empty())
    }

    /// The WS-Addressing action.
    pub fn action(&self) -> Option<&str> {
        self.addressing(ACTION)
    }

    /// The id to which the answer relates.
    pub fn message_id(&self) -> Option<&str> {
        self.addressing(MESSAGE_ID)
    }

    /// The id of the request that this answers.
    pub fn relates_to(&self) -> Option<&str> {
        self.addressing(RELATES_TO)
    }

    /// The address at which the sender listens.
    pub fn from(&self) -> Option<&str> {
        self.addressing(FROM)
    }

    /// The address to which the answer should go; only the anonymous one is correct (OCPP-S 1.6 §3.8).
    pub fn reply_to(&self) -> Option<&str> {
        self.addressing(REPLY_TO)
    }

    /// The address of the receiver.
    pub fn to(&self) -> Option<&str> {
        self.addressing(TO)
    }

    /// The header of the identity.
    pub(super) fn identity_header(&self) -> Option<&EnvelopeHeader> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(IDENTITY))
    }

    /// A header of WS-Addressing: the one in the right namespace, else the first of that name.
    pub(super) fn addressing_header(&self, name: &str) -> Option<&EnvelopeHeader> {
        let mut named = self.headers.iter().filter(|header| header.name == name);
        let right = named.clone().find(|header| header.namespace.as_deref() == Some(ADDRESSING));
        right.or_else(|| named.next())
    }

    fn addressing(&self, name: &str) -> Option<&str> {
        self.addressing_header(name).map(|header| &*header.value).filter(|value| !value.is_empty())
    }
}
