//! The URL of the central system that is probed.

use percent_encoding::percent_decode_str;

use crate::link::{UrlError, UrlParts, encode_identity};
use crate::ocpp::Transport;

/// The central system that is probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeTarget {
    /// As it was typed.
    pub url: String,
    /// WebSocket for `ws://` and `wss://`, SOAP for `http://` and `https://`.
    pub transport: Transport,
    /// Whether the URL asks for TLS.
    pub is_secure: bool,
    /// The host name or address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// Host and port for the header Host.
    pub authority: String,
    /// The path, without its last slash.
    pub path: String,
    query: Option<String>,
}

impl ProbeTarget {
    /// Reads `ws://host:port/path`, without the identity, or the URL of a SOAP service.
    ///
    /// # Errors
    /// When the text is no such URL.
    pub fn parse(url: &str) -> Result<ProbeTarget, UrlError> {
        let UrlParts { scheme, host, port, authority, path, query } = UrlParts::of(url)?;
        let (transport, is_secure) = match scheme.as_str() {
            "ws" => (Transport::WebSocket, false),
            "wss" => (Transport::WebSocket, true),
            "http" => (Transport::Soap, false),
            "https" => (Transport::Soap, true),
            _ => {
                let wanted = "a central system is probed at ws:// or wss://, a SOAP service at http:// or https://";
                return Err(UrlError::Scheme { url: url.into(), scheme, wanted });
            }
        };
        let path = if transport == Transport::Soap { path } else { path.trim_end_matches('/').to_owned() };
        let port = port.unwrap_or(if is_secure { 443 } else { 80 });
        Ok(ProbeTarget { url: url.trim().into(), transport, is_secure, host, port, authority, path, query })
    }

    /// The path of a station, with the query of the URL.
    pub fn path_of(&self, identity: &str) -> String {
        self.path_to(&format!("/{}", encode_identity(identity)))
    }

    /// The path of the URL with these characters behind it, and the query.
    pub fn path_to(&self, rest: &str) -> String {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}{rest}{query}", self.path)
    }

    /// The path with more behind its query.
    pub fn path_with_query(&self, rest: &str, parameter: &str) -> String {
        let path = self.path_to(rest);
        let sign = if path.contains('?') { '&' } else { '?' };
        format!("{path}{sign}{parameter}")
    }

    /// The URL without what stands behind its question mark, which is a token as a rule.
    pub fn shown_url(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }
}

/// The identity with its first character percent-encoded, which names the same station (RFC 3986 §2.3).
pub(super) fn over_encoded(identity: &str) -> String {
    let encoded = encode_identity(identity);
    match encoded.chars().next() {
        Some(first) if first.is_ascii() && first != '%' => format!("%{:02X}{}", u32::from(first), &encoded[1..]),
        _ => {
            debug_assert_eq!(percent_decode_str(&encoded).decode_utf8_lossy(), identity);
            encoded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_both_transports_are_read() {
        let target = ProbeTarget::parse("wss://example.org/ocpp/?token=x").unwrap();
        assert_eq!((target.transport, target.is_secure, target.port), (Transport::WebSocket, true, 443));
        assert_eq!(target.path_of("CP 1"), "/ocpp/CP%201?token=x");
        assert_eq!(target.path_with_query("/A", "b=c"), "/ocpp/A?token=x&b=c");
        assert_eq!(target.shown_url(), "wss://example.org/ocpp/");
        let target = ProbeTarget::parse("http://localhost:9000/").unwrap();
        assert_eq!((target.transport, target.path.as_str()), (Transport::Soap, "/"));
        assert!(matches!(ProbeTarget::parse("ftp://x"), Err(UrlError::Scheme { .. })));
        assert_eq!(ProbeTarget::parse("ws://h:1").unwrap().path_of("A"), "/A");
    }

    #[test]
    fn the_first_character_is_encoded_although_it_need_not_be() {
        assert_eq!(over_encoded("CP 1"), "%43P%201");
        assert_eq!(over_encoded("ä"), "%C3%A4");
    }
}
