//! The URL of a central system as the user types it, and the one that a station connects to.

use std::fmt;

use crate::link::endpoint::encode_identity;
use crate::link::url_parts::{UrlError, UrlParts};

/// A central system's URL without the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentralSystemUrl {
    /// The host name or address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// Whether TLS secures the connection.
    pub tls: bool,
    /// The path without its last slash.
    path: String,
    /// What stands behind the question mark: some central systems want a token there.
    query: Option<String>,
    authority: String,
}

impl CentralSystemUrl {
    /// Reads `ws://host:port/path?query`, or `wss://` for TLS; `http://` and `https://` mean the same, as in ocppjs.
    ///
    /// # Errors
    /// When the text is no such URL.
    pub fn parse(url: &str) -> Result<CentralSystemUrl, UrlError> {
        let UrlParts { scheme, host, port, authority, path, query } = UrlParts::of(url)?;
        let tls = match scheme.as_str() {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => {
                let wanted =
                    "a charge point connects with ws:// or, over TLS, with wss:// (http:// and https:// mean the same)";
                return Err(UrlError::Scheme { url: url.into(), scheme, wanted });
            }
        };
        let path = path.trim_end_matches('/').to_owned();
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        Ok(CentralSystemUrl { host, port, tls, path, query, authority })
    }

    /// The path without its last slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands behind the question mark.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Host and port as they were typed.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The URL with this path and query in place of its own.
    pub fn with_path(&self, path: &str) -> String {
        format!("{}://{}{path}", if self.tls { "wss" } else { "ws" }, self.authority)
    }

    /// The URL that the station with this identity connects to (OCPP-J 1.6 §3.1.1). The identity ends the path, so a query stands behind
    /// it.
    pub fn of_station(&self, identity: &str) -> String {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let scheme = if self.tls { "wss" } else { "ws" };
        format!("{scheme}://{}{}/{}{query}", self.authority, self.path, encode_identity(identity))
    }
}

impl fmt::Display for CentralSystemUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        f.write_str(&self.with_path(&format!("{}{query}", self.path)))
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
        assert_eq!(of("WS://localhost:9000/ocpp/?token=x&a", "CP1"), "ws://localhost:9000/ocpp/CP1?token=x&a");
        let url = CentralSystemUrl::parse("ws://[::1]/x").unwrap();
        assert_eq!((url.host.as_str(), url.port, url.tls), ("::1", 80, false));
        let url = CentralSystemUrl::parse("HTTPS://h/x/").unwrap();
        assert_eq!((url.port, url.tls, url.of_station("CP1").as_str()), (443, true, "wss://h/x/CP1"));
        assert_eq!(of("wss://h:9443", "CP1"), "wss://h:9443/CP1");
    }

    #[test]
    fn what_is_no_url_is_refused_with_a_remedy() {
        for url in ["", "localhost:9000", "ws://", "/x", "ws://a b"] {
            assert!(matches!(CentralSystemUrl::parse(url), Err(UrlError::Unreadable { .. })), "{url}");
        }
        assert!(matches!(CentralSystemUrl::parse("ws://u:p@h"), Err(UrlError::Credentials { .. })));
        assert!(CentralSystemUrl::parse("ftp://h").unwrap_err().to_string().contains("ws://"));
    }
}
