//! Headers that a charge point of ours adds to its handshake, such as a password. They are secrets: nothing of their values is printed or
//! recorded.

use hyper::header::{AUTHORIZATION, CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, UPGRADE};

use super::basic_credentials::authorization;

/// Why a header is refused. The sentences do not repeat the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// There is no colon.
    #[error("write a name and a value, like 'X-Token: abc'")]
    NoColon,
    /// It is no name of a header.
    #[error("{0:?} is no name of a header; letters, digits and - are allowed")]
    Name(String),
    /// The value has characters that no header can hold.
    #[error("the value of {0} has characters that no header can hold, such as the end of a line")]
    Value(String),
    /// The handshake sets it itself.
    #[error("{0} belongs to the handshake of a WebSocket and cannot be replaced")]
    OfHandshake(String),
}

/// Headers for a handshake. Their values are hidden in `Debug`, and in the recorded head of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraHeaders(Vec<(HeaderName, HeaderValue)>);

impl ExtraHeaders {
    /// Adds a header, written as `Name: value`.
    ///
    /// # Errors
    /// When it is none, or one that the handshake sets.
    pub fn add(&mut self, text: &str) -> Result<(), HeaderError> {
        let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
        self.put(own_name(name.trim())?, value.trim())
    }

    /// Adds a header in place of those with the same name.
    ///
    /// # Errors
    /// When it is none, or one that the handshake sets.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), HeaderError> {
        let name = own_name(name)?;
        self.0.retain(|(other, _)| *other != name);
        self.put(name, value)
    }

    /// Adds the credentials of Basic authentication (RFC 7617), in place of others. A charge point's user name is its identity (OCPP-J 1.6
    /// §6.2); the password need not be a text.
    ///
    /// # Errors
    /// When the user name has a colon.
    pub fn add_basic(&mut self, user: &str, password: impl AsRef<[u8]>) -> Result<(), HeaderError> {
        let value = authorization(user, password.as_ref()).ok_or_else(|| HeaderError::Value("the user name".to_owned()))?;
        self.forget_basic();
        self.0.push((AUTHORIZATION, value));
        Ok(())
    }

    /// Shows no credentials.
    pub fn forget_basic(&mut self) {
        self.0.retain(|(name, _)| *name != AUTHORIZATION);
    }

    fn put(&mut self, name: HeaderName, value: &str) -> Result<(), HeaderError> {
        let mut value = HeaderValue::from_str(value).map_err(|_| HeaderError::Value(name.to_string()))?;
        value.set_sensitive(true);
        self.0.push((name, value));
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds all of them to a request.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.append(name, value.clone());
        }
    }
}

/// The name of a header that the handshake does not set itself.
fn own_name(shown: &str) -> Result<HeaderName, HeaderError> {
    let name: HeaderName = shown.parse().map_err(|_| HeaderError::Name(shown.to_owned()))?;
    if [CONNECTION, HOST, UPGRADE].contains(&name) || name.as_str().starts_with("sec-websocket-") {
        return Err(HeaderError::OfHandshake(shown.to_owned()));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_their_values_are_hidden() {
        let mut headers = ExtraHeaders::default();
        headers.add("X-Token:  s3cret").unwrap();
        headers.add_basic("CP1", "s3cret").unwrap();
        assert!(!format!("{headers:?}").contains("s3cret"));
        let mut map = HeaderMap::new();
        headers.apply(&mut map);
        assert_eq!(
            (&map["x-token"], &map["authorization"]),
            (&"s3cret".parse().unwrap(), &"Basic Q1AxOnMzY3JldA==".parse().unwrap())
        );
    }

    #[test]
    fn what_is_no_header_is_refused_without_its_value() {
        for (text, part) in [
            ("s3cret", "like 'X-Token: abc'"),
            ("X Token: s3cret", "no name of a header"),
            ("X-Token: s3cret\nHost: evil", "no header can hold"),
            ("Sec-WebSocket-Protocol: s3cret", "belongs to the handshake"),
            ("host: s3cret", "belongs to the handshake"),
        ] {
            let error = ExtraHeaders::default().add(text).unwrap_err().to_string();
            assert!(error.contains(part) && (!error.contains("s3cret") || !text.contains(':')), "{text}: {error}");
        }
        assert!(ExtraHeaders::default().add_basic("a:b", "c").is_err());
    }
}
