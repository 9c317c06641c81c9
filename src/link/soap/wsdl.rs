//! The WSDL behind `?wsdl`: the definitions that the catalog was read from, with the address at which the client
//! reached us.

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Response};
use tokio_tungstenite::tungstenite::Bytes;

use crate::ocpp::xml::escape_attribute;
use crate::ocpp::{Catalog, Role, Version};

/// The answer to a GET that asks for the WSDL; `None` for any other. `?wsdl` is the newest of the versions, `?wsdl=1.5` that one.
pub(super) fn answer(
    request: &Request<Incoming>,
    catalog: &Catalog,
    versions: &[Version],
    host: Role,
) -> Option<Response<Full<Bytes>>> {
    let version = asked_for(request.uri().query()?, versions)?;
    let authority = request.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    let address = format!("http://{authority}{}", request.uri().path());
    let text = with_address(catalog.wsdl(version, host)?, &address);
    let mut response = Response::new(Full::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    Some(response)
}

fn asked_for(query: &str, versions: &[Version]) -> Option<Version> {
    query.split('&').find_map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !name.eq_ignore_ascii_case("wsdl") {
            return None;
        }
        match value {
            "" => Version::SOAP.into_iter().rev().find(|version| versions.contains(version)),
            value => Version::parse(value).filter(|version| versions.contains(version)),
        }
    })
}

/// The text with the `location` of every SOAP address replaced.
fn with_address(wsdl: &str, address: &str) -> String {
    let mut out = String::with_capacity(wsdl.len() + address.len());
    let mut rest = wsdl;
    while let Some((before, place, behind)) = next_location(rest) {
        out.push_str(before);
        out.push_str(place);
        escape_attribute(&mut out, address);
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// What stands before an address element, the element up to its location's value, and what stands behind that value.
fn next_location(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find(":address ")?;
    let inside = &text[start..start + text[start..].find('>')?];
    let at = inside.find("location=")? + "location=".len();
    let quote = inside[at..].chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = start + at + 1;
    let end = value + text[value..].find(quote)?;
    Some((&text[..start], &text[start..value], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_served_with_the_address_of_the_asker() {
        let catalog = Catalog::embedded();
        for version in Version::SOAP {
            for host in Role::ALL {
                let original = catalog.wsdl(version, host).unwrap();
                let served = with_address(original, "http://a&b:1/x");
                assert!(served.contains("location=\"http://a&amp;b:1/x\""), "{version} {host}");
                assert!(original.matches(":address ").count() == 1 && served.len() + 200 > original.len());
            }
        }
    }

    #[test]
    fn the_query_names_the_version() {
        let some = [Version::V1_2, Version::V1_5];
        assert_eq!(asked_for("wsdl", &some), Some(Version::V1_5));
        assert_eq!(asked_for("a=b&WSDL=ocpp1.2", &some), Some(Version::V1_2));
        assert_eq!(asked_for("wsdl=1.6", &some), None);
        assert_eq!(asked_for("xsd", &some), None);
    }
}
