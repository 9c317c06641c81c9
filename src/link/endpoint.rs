//! What a station may request in its handshake: the path with its identity, and the subprotocols. Pure: `listener` does
//! the I/O.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::ocpp::Version;

/// The longest identity, in bytes, once decoded. OCPP 1.x names no limit; 2.x allows 48 characters.
pub(super) const IDENTITY_LIMIT: usize = 255;

/// What is left as it is in the last segment of a URL (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path below which stations connect: `/` or `/simulator`, kept without its last slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// Why a path is not one of a station.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointPathError {
    /// The path does not begin with the endpoint's segments.
    #[error("{path} is not below this central system's endpoint {endpoint}")]
    Elsewhere {
        /// The path that was asked for.
        path: String,
        /// The endpoint.
        endpoint: String,
    },
    /// Nothing stands behind the endpoint.
    #[error("{path} ends without an identity; append it: {endpoint}<identity>")]
    NoIdentity {
        /// The path that was asked for.
        path: String,
        /// The endpoint, with a slash at its end.
        endpoint: String,
    },
    /// More than one segment stands behind the endpoint.
    #[error(
        "{path} has several segments behind the endpoint {endpoint}; an identity is one segment, with %2F for a slash in it"
    )]
    TooManySegments {
        /// The path that was asked for.
        path: String,
        /// The endpoint.
        endpoint: String,
    },
    /// The identity is not UTF-8 once it is decoded.
    #[error("the identity in {path} is not UTF-8 when percent-decoded")]
    NotText {
        /// The path that was asked for.
        path: String,
    },
    /// The identity is longer than we keep.
    #[error("the identity has {length} bytes; the limit is {IDENTITY_LIMIT}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

impl Endpoint {
    /// The endpoint of a path that a user typed, with or without slashes at its ends.
    pub fn new(path: &str) -> Endpoint {
        let path = path.trim_matches('/');
        Endpoint(if path.is_empty() { String::new() } else { format!("/{path}") })
    }

    /// The endpoint with a slash at its end, ready for an identity.
    pub fn prefix(&self) -> String {
        format!("{}/", self.0)
    }

    /// Whether a path is that of the SOAP service: the endpoint itself, or the standard name of the service below it,
    /// as in `/services/CentralSystemService`. The identity is in the envelope, not in the path.
    pub fn is_service(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(self.0.as_str()) else { return false };
        let mut segments: Vec<&str> = rest.split('/').collect();
        if segments.first() != Some(&"") {
            return false;
        }
        segments.retain(|segment| !segment.is_empty());
        let is_service = |segment: &str| {
            let start = segment.get(.."CentralSystemService".len());
            start.is_some_and(|start| start.eq_ignore_ascii_case("CentralSystemService"))
        };
        match &segments[..] {
            [] => true,
            [service] => is_service(service),
            [services, service] => services.eq_ignore_ascii_case("services") && is_service(service),
            _ => false,
        }
    }

    /// The identity in the path of a request, percent-decoded (OCPP-J 1.6 §3.1.1).
    ///
    /// # Errors
    /// When the path does not lie below the endpoint or holds no identity.
    pub fn identity(&self, path: &str) -> Result<String, EndpointPathError> {
        let rest = path.strip_prefix(self.0.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some(rest) = rest else {
            return Err(EndpointPathError::Elsewhere { path: path.into(), endpoint: self.prefix() });
        };
        let segment = rest.strip_prefix('/').unwrap_or_default();
        if segment.is_empty() {
            return Err(EndpointPathError::NoIdentity { path: path.into(), endpoint: self.prefix() });
        }
        if segment.contains('/') {
            return Err(EndpointPathError::TooManySegments { path: path.into(), endpoint: self.prefix() });
        }
        let identity =
            percent_decode_str(segment).decode_utf8().map_err(|_| EndpointPathError::NotText { path: path.into() })?;
        if identity.len() > IDENTITY_LIMIT {
            return Err(EndpointPathError::TooLong { length: identity.len() });
        }
        Ok(identity.into_owned())
    }
}

/// An identity as it stands in a URL.
pub fn encode_identity(identity: &str) -> String {
    utf8_percent_encode(identity, UNRESERVED).to_string()
}

/// The first of the client's subprotocols that we speak, with the client's own spelling to be echoed.
pub fn choose_subprotocol<'a>(offered: impl Iterator<Item = &'a str>, spoken: &[Version]) -> Option<(Version, &'a str)> {
    offered.flat_map(|list| list.split(',')).map(str::trim).find_map(|name| {
        let version = Version::ALL.into_iter().find(|version| name.eq_ignore_ascii_case(version.subprotocol()))?;
        spoken.contains(&version).then_some((version, name))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_identity_is_the_one_segment_behind_the_endpoint() {
        let simulator = Endpoint::new("/simulator");
        assert_eq!(simulator, Endpoint::new("simulator/"));
        assert_eq!(simulator.identity("/simulator/CP1").unwrap(), "CP1");
        assert_eq!(simulator.identity("/simulator/CP%201%2Fa").unwrap(), "CP 1/a");
        assert!(matches!(simulator.identity("/simulatorX/CP1"), Err(EndpointPathError::Elsewhere { .. })));
        assert!(matches!(simulator.identity("/CP1"), Err(EndpointPathError::Elsewhere { .. })));
        for empty in ["/simulator", "/simulator/"] {
            assert!(matches!(simulator.identity(empty), Err(EndpointPathError::NoIdentity { .. })));
        }
        assert!(matches!(simulator.identity("/simulator/a/b"), Err(EndpointPathError::TooManySegments { .. })));
        assert!(matches!(simulator.identity("/simulator/%ff"), Err(EndpointPathError::NotText { .. })));
        assert!(matches!(
            simulator.identity(&format!("/simulator/{}", "x".repeat(256))),
            Err(EndpointPathError::TooLong { .. })
        ));
        assert_eq!(Endpoint::new("/").identity("/CP1").unwrap(), "CP1");
        assert!(matches!(Endpoint::new("/").identity("/"), Err(EndpointPathError::NoIdentity { .. })));
    }

    #[test]
    fn the_service_is_at_the_endpoint_or_below_its_standard_name() {
        let root = Endpoint::new("/");
        for path in
            ["/", "/services/CentralSystemService", "/centralsystemservice/", "/services/CentralSystemServiceOcpp15", "//"]
        {
            assert!(root.is_service(path), "{path}");
        }
        let simulator = Endpoint::new("/simulator");
        for path in ["/simulator", "/simulator/", "/simulator/services/CentralSystemService"] {
            assert!(simulator.is_service(path), "{path}");
        }
        for path in
            ["/other", "/simulatorX", "/simulator/CP1", "/", "/simulator/services/x", "/simulator/a/CentralSystemService"]
        {
            assert!(!simulator.is_service(path), "{path}");
        }
    }

    #[test]
    fn the_clients_first_known_subprotocol_wins() {
        let all = Version::ALL;
        let choose = |offered: &[&'static str], spoken: &[Version]| choose_subprotocol(offered.iter().copied(), spoken);
        assert_eq!(choose(&["ocpp1.5, ocpp1.6"], &all), Some((Version::V1_5, "ocpp1.5")));
        assert_eq!(choose(&["ocpp2.0.1,OCPP1.6"], &all), Some((Version::V1_6, "OCPP1.6")), "the spelling is echoed");
        assert_eq!(choose(&["ocpp2.0.1", "ocpp1.2"], &all), Some((Version::V1_2, "ocpp1.2")), "several header lines");
        assert_eq!(choose(&["ocpp1.6"], &[Version::V1_5]), None);
        assert_eq!(choose(&["1.6", ""], &all), None, "a bare number is no subprotocol");
    }

    proptest! {
        #[test]
        fn every_identity_survives_the_url(identity in "\\PC{1,60}") {
            let path = format!("/ocpp/{}", encode_identity(&identity));
            prop_assert!(path.is_ascii());
            prop_assert_eq!(Endpoint::new("ocpp").identity(&path).unwrap(), identity);
        }
    }
}
