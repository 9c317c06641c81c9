//! From messages to envelopes: SOAP 1.2 with WS-Addressing 1.0, exactly as the definitions and OCPP-S 1.6 §3 want it.

use serde_json::Value;

use super::envelope::Envelope;
use super::fault::{FaultCode, FaultSubcode};
use super::names::{
    ACTION, ADDRESS, ADDRESSING, ANONYMOUS, FAULT_ACTION, FROM, IDENTITY, MESSAGE_ID, RELATES_TO, REPLY_TO, SOAP_1_2, TO,
};
use crate::ocpp::xml::{escape_attribute, escape_text, write_untyped};
use crate::ocpp::{ActionDefinition, Catalog, MessagePart, Role, SoapOperation, Version};

/// The headers of a request. The action's is made from the action.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestHeaders {
    /// The charge point, whichever side sends (OCPP-S 1.6 §3.3).
    pub identity: String,
    /// The address of the receiver (§3.9).
    pub to: String,
    /// The address at which the sender listens (§3.7).
    pub from: Option<String>,
    /// The id that the answer will relate to (§3.5).
    pub message_id: Option<String>,
    /// Where the answer should go; `None` is the anonymous address, the only correct one (§3.8).
    pub reply_to: Option<String>,
}

/// The headers of a response or a fault. The action's is made from the action. Only the id of the request may be missing: `MessageID`
/// and `To` are required of every message (OCPP-S 1.6 §3.5, §3.9), and some stations refuse an answer without them, in every version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHeaders {
    /// An id of its own (§3.5).
    pub message_id: String,
    /// The id of the request; left out when the request had none (§3.6).
    pub relates_to: Option<String>,
    /// The address of the receiver (§3.9), in most cases the anonymous one.
    pub to: String,
}

impl ResponseHeaders {
    /// The headers of the answer with this id to a request; `None` is a request that could not be read.
    pub fn to_request(request: Option<&Envelope>, message_id: String) -> ResponseHeaders {
        ResponseHeaders {
            message_id,
            relates_to: request.and_then(Envelope::message_id).map(str::to_owned),
            // The answer goes back the same way, whatever is asked for (§3.8); the header repeats what was asked for (WS-Addressing 1.0
            // §3.4).
            to: request.and_then(Envelope::reply_to).unwrap_or(ANONYMOUS).to_owned(),
        }
    }
}

/// An action with its operation. One that exists in JSON only is written like an unknown one.
pub(super) fn in_soap<'catalog>(
    catalog: &'catalog Catalog,
    version: Version,
    initiator: Role,
    action: &str,
) -> Option<(&'catalog ActionDefinition, &'catalog SoapOperation)> {
    let known = catalog.action(version, initiator, action)?;
    Some((known, known.soap.as_ref()?))
}

/// The envelope of a request that `initiator` sends. An action that the catalog does not know is written all the same.
pub fn write_request(
    catalog: &Catalog,
    version: Version,
    initiator: Role,
    action: &str,
    payload: &Value,
    headers: &RequestHeaders,
) -> String {
    let known = in_soap(catalog, version, initiator, action);
    let namespace = known.map_or(version.namespace(initiator.peer()), |(_, soap)| &*soap.namespace);
    let wanted = known.map_or_else(|| format!("/{action}"), |(_, soap)| soap.request_action.clone());
    let mut writer = Writer::new(namespace);
    writer.header("ocpp", IDENTITY, &headers.identity, true);
    writer.optional(MESSAGE_ID, headers.message_id.as_deref());
    if let Some(from) = &headers.from {
        writer.address(FROM, from, true);
    }
    writer.address(REPLY_TO, headers.reply_to.as_deref().unwrap_or(ANONYMOUS), false);
    writer.header("wsa", TO, &headers.to, true);
    writer.header("wsa", ACTION, &wanted, true);
    writer.body(|out| match known {
        Some((known, _)) => known.request.to_xml(payload, "ocpp", out),
        None => write_untyped(&element_of(action, MessagePart::Request), payload, "ocpp", out),
    })
}

/// The envelope of the response to a request that `initiator` sent.
pub fn write_response(
    catalog: &Catalog,
    version: Version,
    initiator: Role,
    action: &str,
    payload: &Value,
    headers: &ResponseHeaders,
) -> String {
    let known = in_soap(catalog, version, initiator, action);
    let namespace = known.map_or(version.namespace(initiator.peer()), |(_, soap)| &*soap.namespace);
    let wanted = known.map_or_else(|| format!("/{action}Response"), |(_, soap)| soap.response_action.clone());
    let mut writer = Writer::new(namespace);
    writer.answer(headers, &wanted);
    writer.body(|out| match known {
        Some((known, _)) => known.response.to_xml(payload, "ocpp", out),
        None => write_untyped(&element_of(action, MessagePart::Response), payload, "ocpp", out),
    })
}

/// The envelope of a fault that answers a request to the service of `service`. The code belongs to the subcode; without one it is
/// given, for the faults of SOAP itself.
pub fn write_fault(
    version: Version,
    service: Role,
    code: FaultCode,
    subcode: Option<FaultSubcode>,
    reason: &str,
    headers: &ResponseHeaders,
) -> String {
    let mut writer = Writer::new(version.namespace(service));
    writer.answer(headers, FAULT_ACTION);
    writer.body(|out| {
        out.push_str("<soap:Fault><soap:Code><soap:Value>soap:");
        out.push_str(code.name());
        out.push_str("</soap:Value>");
        if let Some(subcode) = subcode {
            out.push_str("<soap:Subcode><soap:Value>ocpp:");
            out.push_str(subcode.name());
            out.push_str("</soap:Value></soap:Subcode>");
        }
        out.push_str("</soap:Code><soap:Reason><soap:Text xml:lang=\"en\">");
        escape_text(out, reason);
        out.push_str("</soap:Text></soap:Reason></soap:Fault>");
    })
}

/// The element of an action: its name with a small first letter and what it is.
pub(super) fn element_of(action: &str, part: MessagePart) -> String {
    let mut characters = action.chars();
    let first = characters.next().map(char::to_lowercase);
    let suffix = match part {
        MessagePart::Request => "Request",
        MessagePart::Response => "Response",
    };
    first.into_iter().flatten().chain(characters).chain(suffix.chars()).collect()
}

/// Room for most envelopes, in bytes.
const INITIAL_CAPACITY: usize = 1024;

/// An envelope in the making: its header is open until the body is written.
struct Writer {
    out: String,
}

impl Writer {
    fn new(namespace: &str) -> Writer {
        let mut out = String::with_capacity(INITIAL_CAPACITY);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"");
        out.push_str(SOAP_1_2);
        out.push_str("\" xmlns:wsa=\"");
        out.push_str(ADDRESSING);
        out.push_str("\" xmlns:ocpp=\"");
        // The namespace may come from a definition file.
        escape_attribute(&mut out, namespace);
        out.push_str("\"><soap:Header>");
        Writer { out }
    }

    /// The headers of an answer. None of them must be understood, because the receiver has the answer already.
    fn answer(&mut self, headers: &ResponseHeaders, action: &str) {
        self.header("wsa", MESSAGE_ID, &headers.message_id, false);
        self.optional(RELATES_TO, headers.relates_to.as_deref());
        self.header("wsa", TO, &headers.to, false);
        self.header("wsa", ACTION, action, false);
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.header("wsa", name, value, false);
        }
    }

    fn header(&mut self, prefix: &str, name: &str, value: &str, must_understand: bool) {
        self.begin(prefix, name, must_understand);
        escape_text(&mut self.out, value);
        self.end(prefix, name);
    }

    fn address(&mut self, name: &str, address: &str, must_understand: bool) {
        self.begin("wsa", name, must_understand);
        self.header("wsa", ADDRESS, address, false);
        self.end("wsa", name);
    }

    fn begin(&mut self, prefix: &str, name: &str, must_understand: bool) {
        self.out.extend(["<", prefix, ":", name]);
        self.out.push_str(if must_understand { " soap:mustUnderstand=\"true\">" } else { ">" });
    }

    fn end(&mut self, prefix: &str, name: &str) {
        self.out.extend(["</", prefix, ":", name, ">"]);
    }

    fn body(mut self, write: impl FnOnce(&mut String)) -> String {
        self.out.push_str("</soap:Header><soap:Body>");
        write(&mut self.out);
        self.out.push_str("</soap:Body></soap:Envelope>");
        self.out
    }
}
