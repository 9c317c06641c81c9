//! The addresses in the headers of an envelope that is passed on: commands of the central system must come here, so `From` names us, and `To`
//! names the receiver where it named us. Only the address is replaced; every other byte of the body stays.

use hyper::HeaderMap;
use hyper::header::HOST;
use tokio_tungstenite::tungstenite::Bytes;

use crate::link::soap::HttpUrl;
use crate::rpc::soap::{AddressHeader, address_span, as_content};

/// What replaces the addresses of an envelope.
pub(super) struct AddressChange<'a> {
    /// In the place of the sender's own address; `None` leaves it.
    pub from: Option<&'a str>,
    /// In the place of our address.
    pub to: &'a HttpUrl,
}

/// The body with other addresses. `text` is what was read of the bytes; `headers` are those of the request.
pub(super) fn with_addresses(bytes: &Bytes, text: &str, change: &AddressChange<'_>, headers: &HeaderMap) -> Bytes {
    let mut body = (bytes.clone(), text.to_owned());
    if let Some(from) = change.from {
        put_in(&mut body, AddressHeader::From, from);
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let named = address_span(&body.1, AddressHeader::To).and_then(|span| HttpUrl::parse(&body.1[span]).ok());
    if named.is_some_and(|named| Some(&*named.authority) == host) {
        put_in(&mut body, AddressHeader::To, &change.to.to_string());
    }
    body.0
}

/// Replaces one address in the bytes and in the text of a body.
fn put_in((bytes, text): &mut (Bytes, String), header: AddressHeader, address: &str) {
    let Some(span) = address_span(text, header) else { return };
    let (old, new) = (&text[span.clone()], as_content(address));
    // The same text may stand elsewhere: in the bytes it is as often before it as in the text.
    let before = text[..span.start].matches(old).count();
    let encodings: [fn(&str) -> Vec<u8>; 3] = [
        |text| text.as_bytes().to_vec(),
        |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    let placed = encodings.into_iter().find_map(|encode| {
        let needle = encode(old);
        place_of(bytes, &needle, before).map(|at| [&bytes[..at], &encode(&new), &bytes[at + needle.len()..]].concat())
    });
    if let Some(placed) = placed {
        *bytes = Bytes::from(placed);
        text.replace_range(span, &new);
    }
}

/// Where a part stands in bytes that has stood there so often before.
fn place_of(bytes: &[u8], part: &[u8], before: usize) -> Option<usize> {
    if part.is_empty() {
        return None;
    }
    let (mut from, mut left) = (0, before);
    loop {
        let at = from + bytes.get(from..)?.windows(part.len()).position(|window| window == part)?;
        if left == 0 {
            return Some(at);
        }
        left -= 1;
        from = at + part.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' xmlns:w='http://www.w3.org/2005/08/addressing' n='http://cp/'>\
        <e:Header><w:From><w:Address>http://cp/</w:Address></w:From><w:To>http://proxy:9/x</w:To></e:Header><e:Body>ä</e:Body></e:Envelope>";

    fn changed(bytes: &[u8]) -> Vec<u8> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "proxy:9".parse().unwrap());
        let to = HttpUrl::parse("https://csms.example/ocpp?a=1&b=2").unwrap();
        let change = AddressChange { from: Some("http://proxy:9/callback/CP%201"), to: &to };
        with_addresses(&Bytes::copy_from_slice(bytes), TEXT, &change, &headers).to_vec()
    }

    #[test]
    fn only_the_addresses_change_in_any_encoding() {
        let expected = TEXT
            .replace("<w:Address>http://cp/", "<w:Address>http://proxy:9/callback/CP%201")
            .replace("http://proxy:9/x", "https://csms.example/ocpp?a=1&amp;b=2");
        assert_eq!(String::from_utf8(changed(TEXT.as_bytes())).unwrap(), expected);
        let marked = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        assert_eq!(changed(&marked), [b"\xef\xbb\xbf", expected.as_bytes()].concat());
        let latin = |text: &str| text.chars().map(|sign| sign as u8).collect::<Vec<u8>>();
        assert_eq!(changed(&latin(TEXT)), latin(&expected));
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(changed(&wide(TEXT)), wide(&expected));
    }

    #[test]
    fn an_address_that_is_not_ours_stays() {
        let to = HttpUrl::parse("http://csms/").unwrap();
        let bytes = Bytes::from_static(TEXT.as_bytes());
        let same = with_addresses(&bytes, TEXT, &AddressChange { from: None, to: &to }, &HeaderMap::new());
        assert_eq!(same, bytes);
    }
}
