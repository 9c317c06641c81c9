//! HTTP Basic authentication on the wire (RFC 7617): the header of a client, and what a server reads in it. Whether a password is right is
//! decided by the session.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::behaviour::{CredentialSet, StationCredentials};

/// Stations exist that leave the padding out.
const READER: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Schemes that may be named in a sentence. Another word may be a secret that stands in the wrong place.
const KNOWN_SCHEMES: [&str; 7] = ["Bearer", "Digest", "DPoP", "HOBA", "Mutual", "Negotiate", "NTLM"];

/// What a request shows about its sender.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicCredentials {
    /// The user name; for a station it is the identity (OCPP-J 1.6 §6.2).
    pub user: String,
    /// The password, which need not be a text. It must not be printed or recorded.
    pub password: Vec<u8>,
}

/// Without the password.
impl std::fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BasicCredentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Why a request shows no credentials that can be checked. No sentence has a part of the header that may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialFault {
    /// There is no header.
    #[error("it sent no credentials (the header Authorization is missing)")]
    Missing,
    /// The header is there more than once.
    #[error("it sent the header Authorization more than once")]
    Repeated,
    /// Another scheme than Basic.
    #[error("it sent credentials of the scheme {}, and not of Basic", .0.unwrap_or("(unknown)"))]
    Scheme(Option<&'static str>),
    /// What follows the scheme is not base64.
    #[error("its credentials are not base64 (RFC 7617 §2)")]
    Encoding,
    /// There is no colon between user name and password.
    #[error("its credentials have no colon between user name and password (RFC 7617 §2)")]
    NoColon,
    /// The user name is not UTF-8.
    #[error("the user name in its credentials is not UTF-8")]
    UserNotText,
}

impl BasicCredentials {
    /// The credentials in the headers of a request.
    ///
    /// # Errors
    /// When there are none of this kind.
    pub fn of(headers: &HeaderMap) -> Result<BasicCredentials, CredentialFault> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or(CredentialFault::Missing)?;
        if values.next().is_some() {
            return Err(CredentialFault::Repeated);
        }
        let value = value.as_bytes().trim_ascii();
        let (scheme, rest) = value.split_at(value.iter().position(|byte| *byte == b' ').unwrap_or(value.len()));
        if !scheme.eq_ignore_ascii_case(b"Basic") {
            let known = KNOWN_SCHEMES.into_iter().find(|known| scheme.eq_ignore_ascii_case(known.as_bytes()));
            return Err(CredentialFault::Scheme(known));
        }
        let pair = READER.decode(rest.trim_ascii()).map_err(|_| CredentialFault::Encoding)?;
        let colon = pair.iter().position(|byte| *byte == b':').ok_or(CredentialFault::NoColon)?;
        let user = str::from_utf8(&pair[..colon]).map_err(|_| CredentialFault::UserNotText)?.to_owned();
        Ok(BasicCredentials { user, password: pair[colon + 1..].to_vec() })
    }
}

/// The value of the header for a user and a password. `None` when the user name has a colon.
pub(super) fn authorization(user: &str, password: &[u8]) -> Option<HeaderValue> {
    if user.contains(':') {
        return None;
    }
    let pair = [user.as_bytes(), b":", password].concat();
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The credentials of a station of ours, for each of its requests.
#[derive(Debug, Clone)]
pub(super) struct StationAuthorization {
    pub identity: String,
    pub credentials: StationCredentials,
}

impl StationAuthorization {
    /// The value of the header with these credentials; `None` in the profiles without a password.
    pub fn header(&self, shown: &CredentialSet) -> Option<HeaderValue> {
        authorization(&self.identity, shown.sent_password()?.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &[u8]) -> Result<(String, Vec<u8>), CredentialFault> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        BasicCredentials::of(&headers).map(|found| (found.user, found.password))
    }

    #[test]
    fn what_is_written_is_read() {
        for (user, password) in [("CP1", &b"a:b"[..]), ("CP 1/\u{e4}", b""), ("x", &[0xff, 0, 0x80])] {
            let value = authorization(user, password).unwrap();
            assert_eq!(read(value.as_bytes()), Ok((user.to_owned(), password.to_vec())));
            assert!(value.is_sensitive());
        }
        assert_eq!(authorization("a:b", b"c"), None);
        assert_eq!(read(b"basic  Q1AxOng"), Ok(("CP1".to_owned(), b"x".to_vec())), "without padding, another case");
    }

    #[test]
    fn what_is_wrong_has_a_sentence_without_the_value() {
        for (value, fault) in [
            (&b"Bearer s3cret"[..], CredentialFault::Scheme(Some("Bearer"))),
            (b"s3cret", CredentialFault::Scheme(None)),
            (b"Basic s3cret!", CredentialFault::Encoding),
            (b"Basic", CredentialFault::NoColon),
            (b"Basic czNjcmV0", CredentialFault::NoColon),
            (b"Basic /zpzM2NyZXQ=", CredentialFault::UserNotText),
        ] {
            assert_eq!(read(value).unwrap_err(), fault);
            assert!(!fault.to_string().contains("s3cret"), "{fault}");
        }
        assert_eq!(BasicCredentials::of(&HeaderMap::new()), Err(CredentialFault::Missing));
    }
}
