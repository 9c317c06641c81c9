//! URLs of services: the central system's service, the callback address of a charge point.

use std::fmt;
use std::net::IpAddr;

use crate::link::url_parts::{UrlError, UrlParts};
use crate::rpc::soap::ANONYMOUS;

/// The URL of a SOAP service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    /// The host name or address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// Host and port as they stand in the `Host` header.
    pub authority: String,
    /// The path and the query, beginning with a slash.
    pub path: String,
}

impl HttpUrl {
    /// Reads `http://host:port/path`.
    ///
    /// # Errors
    /// When the text is no such URL.
    pub fn parse(url: &str) -> Result<HttpUrl, UrlError> {
        let UrlParts { scheme, host, port, authority, path, query } = UrlParts::of(url)?;
        match scheme.as_str() {
            "http" => {}
            "https" | "wss" => return Err(UrlError::Tls { url: url.into() }),
            _ => return Err(UrlError::Scheme { url: url.into(), scheme, wanted: "SOAP is spoken over http://" }),
        }
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        Ok(HttpUrl { host, port: port.unwrap_or(80), authority, path: format!("{path}{query}") })
    }

    /// The address in a `From` header. Stations that do not know their own host send `http://:8082/`; then the socket tells it. `None`
    /// for the anonymous address and for what is not an address.
    pub fn of_from(value: &str, peer: IpAddr) -> Option<HttpUrl> {
        let value = value.trim();
        if value == ANONYMOUS {
            return None;
        }
        match value.strip_prefix("http://") {
            Some(rest) if rest.starts_with(':') => HttpUrl::parse(&format!("http://{}{rest}", bracketed(peer))).ok(),
            _ => HttpUrl::parse(value).ok(),
        }
    }
}

/// An address as it stands in a URL.
pub(super) fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_keep_their_path_and_query() {
        let url = HttpUrl::parse("http://h:9000/steve/services/CentralSystemService?a=b").unwrap();
        assert_eq!((url.host.as_str(), url.port), ("h", 9000));
        assert_eq!(url.path, "/steve/services/CentralSystemService?a=b");
        assert_eq!(HttpUrl::parse("http://h").unwrap().to_string(), "http://h/");
        assert_eq!(HttpUrl::parse("http://[::1]:8080").unwrap().host, "::1");
        for wrong in ["", "h:80", "ws://h", "http://", "http://u@h/", "http://h:x/", "/x"] {
            assert!(HttpUrl::parse(wrong).is_err(), "{wrong}");
        }
        assert!(matches!(HttpUrl::parse("https://h"), Err(UrlError::Tls { .. })));
        assert_eq!(HttpUrl::parse("HTTP://h?a=b").unwrap().to_string(), "http://h/?a=b");
        let error = HttpUrl::parse("ws://h").unwrap_err().to_string();
        assert_eq!(error, "\"ws://h\" begins with ws://; SOAP is spoken over http://");
    }

    #[test]
    fn a_from_header_without_a_host_is_completed_by_the_socket() {
        let peer = "192.0.2.7".parse().unwrap();
        assert_eq!(HttpUrl::of_from("http://:8082/", peer).unwrap().to_string(), "http://192.0.2.7:8082/");
        assert_eq!(HttpUrl::of_from(" http://cp:8082 ", peer).unwrap().to_string(), "http://cp:8082/");
        assert_eq!(HttpUrl::of_from("http://:1/", "::1".parse().unwrap()).unwrap().authority, "[::1]:1");
        for text in ["", ANONYMOUS, "CP1", "urn:x"] {
            assert_eq!(HttpUrl::of_from(text, peer), None, "{text}");
        }
    }
}
