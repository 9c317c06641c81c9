//! Changes of one part of an envelope that others wrote: an address in its header, its message. Every other byte stays as it was. What is
//! changed, and why, is decided elsewhere.

use std::ops::Range;

use serde_json::Value;

use super::document;
use super::names::{ACTION, ADDRESS, ADDRESSING, FROM, TO};
use super::read::{EnvelopeParts, message_of};
use super::write::{element_of, in_soap};
use crate::ocpp::xml::{XmlElement, XmlRemarks, escape_attribute, escape_text, write_untyped};
use crate::ocpp::{Catalog, MessagePart, Role, Version};

/// The headers of WS-Addressing whose address may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressHeader {
    /// Where the sender listens.
    From,
    /// Where the message goes.
    To,
}

/// Where the address of a header stands in a text, without the blanks around it; `None` where there is none.
pub fn address_span(text: &str, header: AddressHeader) -> Option<Range<usize>> {
    header_span(text, if header == AddressHeader::From { FROM } else { TO })
}

/// A text as the content of an element.
pub fn as_content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_text(&mut out, text);
    out
}

/// The message in the body of an envelope: whose it is, and which.
#[derive(Debug, Clone, Copy)]
pub struct BodyMessage<'a> {
    /// Its version.
    pub version: Version,
    /// Who sends the request.
    pub initiator: Role,
    /// The action.
    pub action: &'a str,
    /// The request or the response.
    pub part: MessagePart,
}

/// The envelope with another message in its body, and with the header for the action of that. `None` where it has no message.
pub fn with_message(catalog: &Catalog, text: &str, form: BodyMessage<'_>, payload: &Value) -> Option<String> {
    let known = in_soap(catalog, form.version, form.initiator, form.action);
    let namespace = known.map_or(form.version.namespace(form.initiator.peer()), |(_, soap)| &*soap.namespace);
    let span = message_span(text)?;
    let name = text[span.start + 1..].split(|sign: char| sign.is_whitespace() || matches!(sign, '>' | '/')).next()?;
    let prefix = name.split_once(':').map_or("ocpp", |(prefix, _)| prefix);
    let mut written = String::new();
    match known {
        Some((known, _)) => known.message(form.part).to_xml(payload, prefix, &mut written),
        None => write_untyped(&element_of(form.action, form.part), payload, prefix, &mut written),
    }
    // The element may have been the place at which its prefix was declared.
    let at = written
        .find(|sign: char| sign.is_whitespace() || sign == '>')
        .map(|at| at - usize::from(written[..at].ends_with('/')))?;
    let mut declared = String::new();
    escape_attribute(&mut declared, namespace);
    written.insert_str(at, &format!(" xmlns:{prefix}=\"{declared}\""));
    let changed = [&text[..span.start], &written, &text[span.end..]].concat();
    let action = known.map(|(_, soap)| match form.part {
        MessagePart::Request => soap.request_action.clone(),
        MessagePart::Response => soap.response_action.clone(),
    });
    let place = header_span(&changed, ACTION);
    match (action, place) {
        (Some(action), Some(place)) if changed[place.clone()] != action => {
            Some([&changed[..place.start], &as_content(&action), &changed[place.end..]].concat())
        }
        _ => Some(changed),
    }
}

/// Where the message stands, with its tags.
fn message_span(text: &str) -> Option<Range<usize>> {
    let mut remarks = XmlRemarks::default();
    let document = document::parse(text, &mut remarks).ok()?;
    let parts = EnvelopeParts::of(&document.root, &mut remarks).ok()?;
    message_of(parts.body, &mut remarks).ok()?.map(|message| message.span.clone())
}

fn header_span(text: &str, name: &str) -> Option<Range<usize>> {
    let mut remarks = XmlRemarks::default();
    let document = document::parse(text, &mut remarks).ok()?;
    let header = EnvelopeParts::of(&document.root, &mut remarks).ok()?.header?;
    let mut named = header.children.iter().filter(|child| child.local == name);
    let right = named.clone().find(|child| child.namespace.as_deref() == Some(ADDRESSING));
    let element = right.or_else(|| named.next())?;
    content_span(text, element.child(ADDRESS).unwrap_or(element))
}

/// Where the content of an element stands, without the blanks around it; `None` for one without a content.
fn content_span(text: &str, element: &XmlElement) -> Option<Range<usize>> {
    let whole = text.get(element.span.clone())?;
    let mut quote = None;
    let end_of_tag = whole.find(|sign: char| {
        match (quote, sign) {
            (None, '"' | '\'') => quote = Some(sign),
            (None, '>') => return true,
            (Some(open), sign) if open == sign => quote = None,
            _ => {}
        }
        false
    })?;
    let (from, to) = (end_of_tag + 1, whole.rfind("</")?);
    let inside = whole.get(from..to)?;
    let from = element.span.start + from + (inside.len() - inside.trim_start().len());
    Some(from..from + inside.trim().len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rpc::soap::{Body, ReadHint, read};

    const TEXT: &str = "<?xml version='1.0'?><S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns:w='http://www.w3.org/2005/08/addressing'>\r\n\
        <S:Header><w:From x='a>b'><!-- where --><w:Address> http://ä.example:1/ </w:Address></w:From>\
        <w:To>http://here/</w:To><w:Action>/BootNotification</w:Action></S:Header>\
        <S:Body><bootNotificationRequest xmlns='urn://Ocpp/Cs/2012/06/'><chargePointVendor>V</chargePointVendor>\
        <chargePointModel>M</chargePointModel></bootNotificationRequest></S:Body></S:Envelope>\n";

    #[test]
    fn the_addresses_are_found_where_they_stand() {
        assert_eq!(&TEXT[address_span(TEXT, AddressHeader::From).unwrap()], "http://ä.example:1/");
        assert_eq!(&TEXT[address_span(TEXT, AddressHeader::To).unwrap()], "http://here/");
        assert_eq!(address_span("<x/>", AddressHeader::To), None);
        let empty = TEXT.replace("<w:To>http://here/</w:To>", "<w:To/>");
        assert_eq!(address_span(&empty, AddressHeader::To), None);
    }

    #[test]
    fn another_message_stands_in_the_place_of_the_one_that_came() {
        let catalog = Catalog::embedded();
        let form = |action, part| BodyMessage { version: Version::V1_5, initiator: Role::ChargePoint, action, part };
        let payload = json!({ "chargePointVendor": "a<b", "chargePointModel": "M" });
        let changed = with_message(&catalog, TEXT, form("BootNotification", MessagePart::Request), &payload).unwrap();
        let end = TEXT.find("<bootNotificationRequest").unwrap();
        assert!(changed.starts_with(&TEXT[..end]) && changed.ends_with("</S:Body></S:Envelope>\n"), "{changed}");
        let Body::Request(operation) = read(&changed, &catalog, ReadHint::default()).unwrap().body else { panic!("{changed}") };
        assert_eq!((&*operation.action, operation.version, operation.payload), ("BootNotification", Version::V1_5, payload));
        let other = with_message(&catalog, TEXT, form("Heartbeat", MessagePart::Request), &json!({})).unwrap();
        let envelope = read(&other, &catalog, ReadHint::default()).unwrap();
        assert_eq!(envelope.action(), Some("/Heartbeat"));
        assert!(matches!(envelope.body, Body::Request(operation) if &*operation.action == "Heartbeat"), "{other}");
        let unknown = with_message(&catalog, TEXT, form("Foo", MessagePart::Request), &json!({ "a": 1 })).unwrap();
        assert!(unknown.contains("fooRequest"), "{unknown}");
        assert_eq!(with_message(&catalog, "<x/>", form("Heartbeat", MessagePart::Request), &json!({})), None);
    }
}
