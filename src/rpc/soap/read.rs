//! From elements to an envelope: its parts, and remarks on deviations.

use std::borrow::Cow;

use super::document::{self, Document, quote};
use super::envelope::{Body, Envelope, EnvelopeHeader, HeaderForm, MustUnderstand, Operation, SoapVersion, UnknownElement};
use super::error::{ReadError, ReadProblem};
use super::fault::SoapFault;
use super::names::{
    ACTION, ADDRESS, ADDRESSING, ADDRESSING_2004, FAULT_TO, FROM, IDENTITY, MESSAGE_ID, RELATES_TO, REPLY_TO, SOAP_1_1,
    SOAP_1_2, TO, is_soap,
};
use super::operation::{self, OperationClues, ReadHint};
use crate::ocpp::xml::{XmlElement, XmlRemarks, XmlRule, untyped};
use crate::ocpp::{Catalog, MessagePart};

/// Reads the text of an envelope. The hint decides where the message does not name its version and service.
///
/// # Errors
/// When the text is no XML within the limits, or no envelope.
pub fn read(text: &str, catalog: &Catalog, hint: ReadHint) -> Result<Envelope, ReadError> {
    let mut remarks = XmlRemarks::default();
    let document = document::parse(text, &mut remarks)?;
    let parts = EnvelopeParts::of(&document.root, &mut remarks)?;
    let headers: Vec<EnvelopeHeader> = parts.header.iter().flat_map(|header| header.children.iter().map(read_header)).collect();
    refuse_duplicates(&headers)?;
    let soap_version = soap_version(&document.root, &mut remarks);
    let message = message_of(parts.body, &mut remarks)?;
    let identity = headers.iter().find(|header| header.name.eq_ignore_ascii_case(IDENTITY));
    let identity = identity.and_then(|header| header.namespace.as_deref());
    let clues = OperationClues { identity, declared: &document.declared, hint };
    let body_namespace = message.and_then(|message| message.namespace.clone());
    let body = match message {
        Some(message) => read_body(message, &document, text, catalog, &clues, &mut remarks),
        None => Body::Empty,
    };
    Ok(Envelope { soap_version, headers, body, body_namespace, remarks: remarks.into_sorted() })
}

/// The parts of an envelope.
pub(super) struct EnvelopeParts<'root> {
    pub header: Option<&'root XmlElement<'root>>,
    pub body: &'root XmlElement<'root>,
}

impl<'root> EnvelopeParts<'root> {
    pub fn of(root: &'root XmlElement<'root>, remarks: &mut XmlRemarks) -> Result<EnvelopeParts<'root>, ReadError> {
        let (mut header, mut body) = (None, None);
        for child in &root.children {
            let offset = child.span.start;
            let (slot, name) = match &*child.local {
                "Header" => (&mut header, "Header"),
                "Body" => (&mut body, "Body"),
                _ => {
                    let name = quote(&child.local);
                    remarks.add(XmlRule::Envelope, offset, || format!("<{name}> does not belong into an envelope"));
                    continue;
                }
            };
            if slot.replace(child).is_some() {
                return Err(ReadError { offset, problem: ReadProblem::SecondPart(name) });
            }
            if child.namespace != root.namespace {
                remarks.add(XmlRule::Envelope, offset, || format!("<{name}> is not in the namespace of its envelope"));
            }
        }
        if let (Some(header), Some(body)) = (header, body)
            && header.span.start > body.span.start
        {
            remarks.add(XmlRule::Envelope, header.span.start, || "the Header stands behind the Body".to_owned());
        }
        let body = body.ok_or(ReadError { offset: root.span.start, problem: ReadProblem::NoBody })?;
        Ok(EnvelopeParts { header, body })
    }
}

fn soap_version(root: &XmlElement<'_>, remarks: &mut XmlRemarks) -> SoapVersion {
    let offset = root.span.start;
    match root.namespace.as_deref() {
        Some(SOAP_1_2) => SoapVersion::V1_2,
        Some(SOAP_1_1) => {
            remarks.add(XmlRule::Envelope, offset, || "the envelope is one of SOAP 1.1; OCPP is bound to SOAP 1.2".to_owned());
            SoapVersion::V1_1
        }
        other => {
            let name = other.map_or("no namespace".to_owned(), |other| format!("the namespace {}", quote(other)));
            remarks.add(XmlRule::Envelope, offset, || format!("the envelope is in {name} instead of {SOAP_1_2}"));
            SoapVersion::V1_2
        }
    }
}

fn read_header(element: &XmlElement<'_>) -> EnvelopeHeader {
    let (form, value) = match element.child(ADDRESS) {
        Some(address) => (HeaderForm::Address, address.trimmed()),
        None if element.children.is_empty() => (HeaderForm::Text, element.trimmed()),
        None => (HeaderForm::Structure, element.trimmed()),
    };
    let must_understand = element.attributes.iter().find(|attribute| attribute.local == "mustUnderstand");
    let must_understand = match must_understand {
        None => MustUnderstand::Absent,
        Some(attribute) if !matches!(attribute.value.trim(), "true" | "1") => MustUnderstand::No,
        Some(attribute) if is_soap(attribute.namespace.as_deref()) => MustUnderstand::Yes,
        Some(_) => MustUnderstand::OtherNamespace,
    };
    EnvelopeHeader {
        name: header_name(&element.local),
        namespace: element.namespace.clone(),
        value: value.to_owned(),
        form,
        must_understand,
        offset: element.span.start,
    }
}

/// The name of a header; none of those that OCPP knows is copied.
fn header_name(name: &str) -> Cow<'static, str> {
    const KNOWN: [&str; 8] = [IDENTITY, ACTION, MESSAGE_ID, RELATES_TO, FROM, REPLY_TO, FAULT_TO, TO];
    KNOWN.iter().find(|known| **known == name).map_or_else(|| name.to_owned().into(), |known| (*known).into())
}

/// Two identities or two actions are refused: it must not depend on chance which of them counts.
fn refuse_duplicates(headers: &[EnvelopeHeader]) -> Result<(), ReadError> {
    const SINGLE: [&str; 6] = [ACTION, MESSAGE_ID, FROM, REPLY_TO, FAULT_TO, TO];
    for (position, header) in headers.iter().enumerate() {
        let is_identity = |header: &EnvelopeHeader| header.name.eq_ignore_ascii_case(IDENTITY);
        let is_addressing = matches!(header.namespace.as_deref(), None | Some(ADDRESSING | ADDRESSING_2004));
        let is_single = is_addressing && SINGLE.contains(&&*header.name);
        let again = headers[..position].iter().any(|earlier| {
            (is_identity(header) && is_identity(earlier))
                || (is_single && earlier.name == header.name && earlier.namespace == header.namespace)
        });
        if again {
            return Err(ReadError { offset: header.offset, problem: ReadProblem::DuplicateHeader(quote(&header.name)) });
        }
    }
    Ok(())
}

/// The one element of a body. ocppjs puts a second body around its faults.
pub(super) fn message_of<'body>(
    body: &'body XmlElement<'body>,
    remarks: &mut XmlRemarks,
) -> Result<Option<&'body XmlElement<'body>>, ReadError> {
    if !body.text.trim().is_empty() {
        remarks.add(XmlRule::Text, body.span.start, || "the Body holds text beside its message".to_owned());
    }
    if let Some(second) = body.children.get(1) {
        let problem = ReadProblem::SecondMessage(quote(&second.local));
        return Err(ReadError { offset: second.span.start, problem });
    }
    match body.children.first() {
        Some(inner) if inner.local == "Body" => {
            remarks.add(XmlRule::Envelope, inner.span.start, || "there is a Body inside the Body".to_owned());
            // The depth of a document is bounded.
            message_of(inner, remarks)
        }
        message => Ok(message),
    }
}

fn read_body(
    message: &XmlElement<'_>,
    document: &Document<'_>,
    text: &str,
    catalog: &Catalog,
    clues: &OperationClues,
    remarks: &mut XmlRemarks,
) -> Body {
    if message.local == "Fault" {
        if message.namespace != document.root.namespace {
            let offset = message.span.start;
            remarks.add(XmlRule::Envelope, offset, || "the Fault is not in the namespace of its envelope".to_owned());
        }
        return Body::Fault(SoapFault::from_xml(message, text));
    }
    let Some(found) = operation::find(catalog, message, clues, remarks) else {
        let namespace = message.namespace.clone();
        return Body::Unknown(UnknownElement {
            service: namespace.as_deref().and_then(|namespace| catalog.service_of(namespace)),
            namespace,
            action: operation::action_of(&message.local),
            name: message.local.clone().into_owned(),
            payload: match untyped(message) {
                serde_json::Value::String(text) if text.trim().is_empty() => serde_json::json!({}),
                payload => payload,
            },
        });
    };
    let operation = Operation {
        version: found.action.version,
        service: found.action.initiator.peer(),
        action: found.action.name.clone(),
        payload: found.action.message(found.part).from_xml(message, remarks),
    };
    match found.part {
        MessagePart::Request => Body::Request(operation),
        MessagePart::Response => Body::Response(operation),
    }
}
