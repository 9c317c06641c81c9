//! The action in the HTTP headers of a request, compared with its body. SOAP 1.2 puts it into the media type (RFC 3902), SOAP 1.1 into
//! `SOAPAction`. The body decides; a peer that routes by the header takes another message for it.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

use crate::rpc::soap::{Body, Envelope};

const SOAP_ACTION: &str = "soapaction";

/// A sentence for each header that names another action than the body.
pub(super) fn remarks(headers: &HeaderMap, envelope: &Envelope) -> Vec<String> {
    let body = match &envelope.body {
        Body::Request(operation) => &*operation.action,
        Body::Unknown(element) => match &element.action {
            Some(action) => action,
            None => return Vec::new(),
        },
        Body::Response(_) | Body::Fault(_) | Body::Empty => return Vec::new(),
    };
    let media_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let in_media_type = media_type.as_deref().and_then(action_parameter).map(|action| ("the content type", action));
    let soap_action = headers.get(SOAP_ACTION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let in_header = soap_action.as_deref().map(|action| ("SOAPAction", unquoted(action)));
    let named = [in_media_type, in_header].into_iter().flatten();
    let differs = named.filter(|(_, action)| !action.is_empty() && last_part(action) != body);
    differs.map(|(place, action)| format!("{place} names the action {action}, the body is {body}; the body counts")).collect()
}

/// The parameter `action` of a media type.
fn action_parameter(media_type: &str) -> Option<&str> {
    let mut parameters = media_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("action"))?;
    Some(unquoted(value))
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches('"')
}

/// The name of the action in its URI: `/Heartbeat`, `urn://Ocpp/Cs/2012/06/Heartbeat`.
fn last_part(action: &str) -> &str {
    action.rsplit(['/', '#', ':']).next().unwrap_or(action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Catalog;
    use crate::rpc::soap::{ReadHint, read};

    #[test]
    fn an_action_that_is_not_the_one_of_the_body_is_found() {
        let text = "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns='urn://Ocpp/Cs/2012/06/'>\
                    <S:Body><heartbeatRequest/></S:Body></S:Envelope>";
        let envelope = read(text, &Catalog::embedded(), ReadHint::default()).unwrap();
        let found = |media_type: &'static str, action: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, media_type.parse().unwrap());
            if let Some(action) = action {
                headers.insert(SOAP_ACTION, action.parse().unwrap());
            }
            remarks(&headers, &envelope)
        };
        for (media_type, action) in [
            ("application/soap+xml", None),
            ("application/soap+xml; charset=utf-8", Some("\"\"")),
            ("application/soap+xml; action=\"/Heartbeat\"", Some("\"/Heartbeat\"")),
            ("application/soap+xml;Action=urn://Ocpp/Cs/2012/06/Heartbeat", Some("Heartbeat")),
        ] {
            assert_eq!(found(media_type, action), Vec::<String>::new(), "{media_type}");
        }
        assert_eq!(
            found("application/soap+xml; action=\"/BootNotification\"", Some("\"/Authorize\"")),
            [
                "the content type names the action /BootNotification, the body is Heartbeat; the body counts",
                "SOAPAction names the action /Authorize, the body is Heartbeat; the body counts",
            ]
        );
    }
}
