//! What every URL is checked for that a user types: of a central system, of a SOAP service, of a station that is called back. Which
//! schemes are wanted, and what the path means, is for those who ask.

use tokio_tungstenite::tungstenite::http::Uri;

/// Why a text is no URL that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It does not read as a URL.
    #[error("{url:?} is not a URL; write it like ws://localhost:9000 or ws://localhost:9000/endpoint")]
    Unreadable {
        /// The text.
        url: String,
    },
    /// The scheme is none that we connect with.
    #[error("{url:?} begins with {scheme}://; {wanted}")]
    Scheme {
        /// The text.
        url: String,
        /// Its scheme.
        scheme: String,
        /// The schemes there are, as a clause.
        wanted: &'static str,
    },
    /// It holds a user name, perhaps with a password. Neither is repeated here.
    #[error(
        "the URL of {host:?} holds a user name, which belongs elsewhere: leave out what stands before the @; --password is the password of a charge point"
    )]
    Credentials {
        /// What stands behind the user name.
        host: String,
    },
    /// What stands behind the host is no port.
    #[error("{url:?} has no port that exists; a port is a number from 0 to 65535, as in ws://localhost:9000")]
    Port {
        /// The text.
        url: String,
    },
    /// It holds characters that a URL cannot hold as they are.
    #[error(
        "{url:?} holds characters outside ASCII; write those of the host as xn--… and those of the path with %, as in %C3%A4"
    )]
    NotAscii {
        /// The text.
        url: String,
    },
}

/// Whether a URL asks for TLS. A text that is none does not.
pub fn is_secure_url(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    ["wss", "https"].iter().any(|secure| scheme.trim().eq_ignore_ascii_case(secure))
}

/// A URL in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlParts {
    /// The scheme in lower case.
    pub scheme: String,
    /// The host name or address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: Option<u16>,
    /// Host and port as they were typed.
    pub authority: String,
    /// The path; at least a slash.
    pub path: String,
    /// What stands behind the question mark.
    pub query: Option<String>,
}

impl UrlParts {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// When it is none, with a user name, or with a port that does not exist.
    pub fn of(url: &str) -> Result<UrlParts, UrlError> {
        let unreadable = || UrlError::Unreadable { url: url.into() };
        let trimmed = url.trim();
        let (_, behind_scheme) = trimmed.split_once("://").ok_or_else(unreadable)?;
        // Before anything repeats the URL: a password must not get into an error.
        let typed_authority = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some((_, host)) = typed_authority.rsplit_once('@') {
            return Err(UrlError::Credentials { host: host.into() });
        }
        if !trimmed.is_ascii() {
            return Err(UrlError::NotAscii { url: url.into() });
        }
        let uri: Uri = trimmed.parse().map_err(|_| unreadable())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(unreadable()) };
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(unreadable());
        }
        let behind_host = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        let port = authority.port_u16();
        if port.is_none() && !behind_host.is_empty() {
            return Err(UrlError::Port { url: url.into() });
        }
        Ok(UrlParts {
            scheme: scheme.to_ascii_lowercase(),
            host,
            port,
            authority: authority.as_str().to_owned(),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart_whatever_the_case_of_its_scheme() {
        let parts = UrlParts::of(" WS://[::1]:9000/a/b?token=x ").unwrap();
        assert_eq!((parts.scheme.as_str(), parts.host.as_str(), parts.port), ("ws", "::1", Some(9000)));
        assert_eq!(
            (parts.authority.as_str(), parts.path.as_str(), parts.query.as_deref()),
            ("[::1]:9000", "/a/b", Some("token=x"))
        );
        let parts = UrlParts::of("Http://Host").unwrap();
        assert_eq!((parts.scheme.as_str(), parts.port, parts.path.as_str(), parts.query), ("http", None, "/", None));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let message = |url: &str| UrlParts::of(url).unwrap_err().to_string();
        for none in ["", "localhost:9000", "ws://", "/x", "ws://a b", "ws://:9000", "ws://[::1"] {
            assert!(message(none).starts_with(&format!("{none:?} is not a URL")), "{none}: {}", message(none));
        }
        for port in ["ws://a:b", "ws://h:99999", "ws://h:", "ws://[::1]:x/"] {
            assert!(message(port).contains("has no port that exists"), "{port}: {}", message(port));
        }
        for secret in ["ws://user:geheim@h:9000/x", "ws://geheim@h:9000", "http://u:geheim@h:9000?a@b"] {
            assert!(message(secret).contains("\"h:9000\" holds a user name"), "{}", message(secret));
            assert!(!message(secret).contains("geheim"), "{}", message(secret));
        }
        assert!(message("ws://höst/x").contains("outside ASCII"));
    }
}
