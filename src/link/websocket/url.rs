//! The URL of a central system as the user types it, and the one that a station connects to.

use tokio_tungstenite::tungstenite::http::Uri;

use crate::link::endpoint::encode_identity;

/// A central system's URL without the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentralSystemUrl {
    /// The host name or address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The path without its last slash.
    path: String,
    authority: String,
}

/// Why a text is no URL of a central system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It does not read as a URL.
    #[error("{url:?} is not a URL; write it like ws://localhost:9000 or ws://localhost:9000/endpoint")]
    Unreadable {
        /// The text.
        url: String,
    },
    /// The scheme is none that we connect with.
    #[error("{url:?} begins with {scheme}://; a charge point connects with ws:// (or http://, which means the same)")]
    Scheme {
        /// The text.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// TLS is asked for.
    #[error("{url:?} asks for TLS, which ocpp-tui does not speak yet; put a TLS proxy between, or use ws://")]
    Tls {
        /// The text.
        url: String,
    },
}

impl CentralSystemUrl {
    /// Reads `ws://host:port/path`; `http://` means the same, as in ocppjs.
    ///
    /// # Errors
    /// When the text is no such URL.
    pub fn parse(url: &str) -> Result<CentralSystemUrl, UrlError> {
        let unreadable = || UrlError::Unreadable { url: url.into() };
        let uri: Uri = url.trim().parse().map_err(|_| unreadable())?;
        match uri.scheme_str() {
            Some("ws" | "http") => {}
            Some("wss" | "https") => return Err(UrlError::Tls { url: url.into() }),
            Some(scheme) => return Err(UrlError::Scheme { url: url.into(), scheme: scheme.into() }),
            None => return Err(unreadable()),
        }
        let authority = uri.authority().ok_or_else(unreadable)?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let behind_host = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        let bad_port = authority.port_u16().is_none() && !behind_host.is_empty();
        if host.is_empty() || bad_port || authority.as_str().contains('@') || uri.query().is_some() {
            return Err(unreadable());
        }
        let port = authority.port_u16().unwrap_or(80);
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(CentralSystemUrl { host, port, path, authority: authority.as_str().to_owned() })
    }

    /// The URL that the station with this identity connects to (OCPP-J 1.6 §3.1.1).
    pub fn of_station(&self, identity: &str) -> String {
        format!("ws://{}{}/{}", self.authority, self.path, encode_identity(identity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_appended_percent_encoded() {
        let of = |url, identity| CentralSystemUrl::parse(url).unwrap().of_station(identity);
        assert_eq!(of("ws://localhost:9000", "CP1"), "ws://localhost:9000/CP1");
        assert_eq!(of("ws://localhost:9000/", "CP 1/ä"), "ws://localhost:9000/CP%201%2F%C3%A4");
        assert_eq!(of("http://[::1]:9000/a/b/", "0"), "ws://[::1]:9000/a/b/0");
        let url = CentralSystemUrl::parse("ws://[::1]/x").unwrap();
        assert_eq!((url.host.as_str(), url.port), ("::1", 80));
    }

    #[test]
    fn what_is_no_url_is_refused_with_a_remedy() {
        for url in ["", "localhost:9000", "ws://", "ws://a:b", "ws://u@h", "ws://h/?q", "/x", "ws://a b", "ws://h:99999"] {
            assert!(matches!(CentralSystemUrl::parse(url), Err(UrlError::Unreadable { .. })), "{url}");
        }
        assert!(matches!(CentralSystemUrl::parse("wss://h"), Err(UrlError::Tls { .. })));
        assert!(CentralSystemUrl::parse("ftp://h").unwrap_err().to_string().contains("ws://"));
    }
}
