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
    /// Whether TLS secures the connection.
    pub tls: bool,
    /// Host and port as they stand in the `Host` header.
    pub authority: String,
    /// The path and the query, beginning with a slash.
    pub path: String,
}

impl HttpUrl {
    /// Reads `http://host:port/path`, or `https://` for TLS.
    ///
    /// # Errors
    /// When the text is no such URL.
    pub fn parse(url: &str) -> Result<HttpUrl, UrlError> {
        let UrlParts { scheme, host, port, authority, path, query } = UrlParts::of(url)?;
        let tls = match scheme.as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(UrlError::Scheme { url: url.into(), scheme, wanted: "SOAP is spoken over http:// and https://" }),
        };
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        Ok(HttpUrl { host, port, tls, authority, path: format!("{path}{query}") })
    }

    /// Scheme, host and port: where a connection to it leads.
    pub(super) fn place(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.authority)
    }

    /// The address in a `From` header. Stations that do not know their own host send `http://:8082/`; then the socket gives it.
    ///
    /// # Errors
    /// When the station cannot be called at it.
    pub fn of_from(value: &str, peer: IpAddr) -> Result<HttpUrl, FromProblem> {
        let value = value.trim();
        if value == ANONYMOUS {
            return Err(FromProblem::Anonymous);
        }
        let hostless = ["http://", "https://"]
            .into_iter()
            .find_map(|scheme| Some((scheme, value.strip_prefix(scheme).filter(|rest| rest.starts_with(':'))?)));
        let complete = hostless.map(|(scheme, rest)| format!("{scheme}{}{rest}", bracketed(peer)));
        HttpUrl::parse(complete.as_deref().unwrap_or(value)).map_err(|error| match error {
            UrlError::Scheme { scheme, .. } => FromProblem::Scheme(scheme),
            UrlError::Unreadable { .. } if value.starts_with('/') => FromProblem::Relative,
            UrlError::Credentials { .. } | UrlError::Port { .. } | UrlError::NotAscii { .. } => FromProblem::Unreadable,
            UrlError::Unreadable { .. } if value.contains("://") => FromProblem::Unreadable,
            UrlError::Unreadable { .. } => match value.split_once(':') {
                Some((host, _)) if host.starts_with('[') => FromProblem::NoScheme,
                Some((_, port)) if port.starts_with(|sign: char| sign.is_ascii_digit()) => FromProblem::NoScheme,
                // The scheme of an address that is no place, as in `urn:uuid:…`.
                Some((scheme, _)) => FromProblem::Scheme(scheme.to_owned()),
                None => FromProblem::Unreadable,
            },
        })
    }
}

/// Why the sender of a request cannot be called at the address in its `From` header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FromProblem {
    /// The address of WS-Addressing for those who cannot be called.
    #[error("it is the anonymous one")]
    Anonymous,
    /// Another scheme.
    #[error("its scheme is {0} and neither http nor https")]
    Scheme(String),
    /// `host:port`.
    #[error("it has no scheme; it has to begin with http:// or https://")]
    NoScheme,
    /// A path alone.
    #[error("it is relative and names no host")]
    Relative,
    /// Anything else.
    #[error("it is no URL")]
    Unreadable,
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
        write!(f, "{}{}", self.place(), self.path)
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
        let url = HttpUrl::parse("https://h/x").unwrap();
        assert_eq!((url.port, url.tls, url.to_string().as_str()), (443, true, "https://h/x"));
        assert_eq!(HttpUrl::parse("HTTP://h?a=b").unwrap().to_string(), "http://h/?a=b");
        let error = HttpUrl::parse("ws://h").unwrap_err().to_string();
        assert_eq!(error, "\"ws://h\" begins with ws://; SOAP is spoken over http:// and https://");
    }

    #[test]
    fn a_from_header_without_a_host_is_completed_by_the_socket() {
        let peer = "192.0.2.7".parse().unwrap();
        assert_eq!(HttpUrl::of_from("http://:8082/", peer).unwrap().to_string(), "http://192.0.2.7:8082/");
        assert_eq!(HttpUrl::of_from("https://:8443/", peer).unwrap().to_string(), "https://192.0.2.7:8443/");
        assert_eq!(HttpUrl::of_from(" http://cp:8082 ", peer).unwrap().to_string(), "http://cp:8082/");
        assert_eq!(HttpUrl::of_from("http://:1/", "::1".parse().unwrap()).unwrap().authority, "[::1]:1");
    }

    #[test]
    fn an_address_that_cannot_be_called_has_a_reason() {
        let peer = "192.0.2.7".parse().unwrap();
        for (text, problem) in [
            (ANONYMOUS, FromProblem::Anonymous),
            ("192.0.2.5:8080", FromProblem::NoScheme),
            ("station.example:8080/cp", FromProblem::NoScheme),
            ("[::1]:8080", FromProblem::NoScheme),
            ("/cp", FromProblem::Relative),
            ("ftp://h/", FromProblem::Scheme("ftp".into())),
            ("urn:x", FromProblem::Scheme("urn".into())),
            ("http://", FromProblem::Unreadable),
            ("CP1", FromProblem::Unreadable),
            ("", FromProblem::Unreadable),
        ] {
            assert_eq!(HttpUrl::of_from(text, peer), Err(problem), "{text}");
        }
    }
}
