//! The path of a request: the endpoint, the SOAP service there, and the identity of a station. Pure: `listener` does the I/O.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::trace::HandshakeFinding;

/// The longest identity, in bytes, once decoded. OCPP 1.x names no limit; 2.x allows 48 characters.
pub(super) const IDENTITY_LIMIT: usize = 255;

/// What is left as it is in the last segment of a URL (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path below which stations connect: `/` or `/simulator`, kept without its last slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// The parameters of a query that may hold an identity, without case, `_` and `-`; the first of them counts.
const IDENTITY_PARAMETERS: [&str; 11] = [
    "chargepointid",
    "chargepointidentity",
    "chargeboxid",
    "chargeboxidentity",
    "chargingstationid",
    "stationid",
    "cpid",
    "cid",
    "identity",
    "identifier",
    "id",
];

/// A station as its URL names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationPath {
    /// The identity, percent-decoded.
    pub identity: String,
    /// What is odd about the URL.
    pub findings: Vec<HandshakeFinding>,
}

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

    /// The station that the URL of a request names (OCPP-J 1.6 §3.1.1). Empty segments are left out: a central system's URL that was entered
    /// with a slash at its end gives them. When the path ends without an identity, a parameter of the query may have it.
    ///
    /// # Errors
    /// When the path does not lie below the endpoint, or nothing holds an identity.
    pub fn station(&self, path: &str, query: Option<&str>) -> Result<StationPath, EndpointPathError> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let mut above = self.0.split('/').filter(|segment| !segment.is_empty());
        if !path.starts_with('/') || !above.all(|segment| segments.next() == Some(segment)) {
            return Err(EndpointPathError::Elsewhere { path: path.into(), endpoint: self.prefix() });
        }
        let (encoded, finding) = match (segments.next(), segments.next()) {
            (Some(_), Some(_)) => {
                return Err(EndpointPathError::TooManySegments { path: path.into(), endpoint: self.prefix() });
            }
            (Some(segment), None) => {
                let is_empty = path.split('/').skip(1).any(str::is_empty);
                (segment, is_empty.then(|| HandshakeFinding::EmptySegments { path: path.into() }))
            }
            (None, _) => match query.and_then(identity_parameter) {
                Some((name, value)) => (value, Some(HandshakeFinding::IdentityInQuery { parameter: name.into() })),
                None => return Err(EndpointPathError::NoIdentity { path: path.into(), endpoint: self.prefix() }),
            },
        };
        let decoded = percent_decode_str(encoded).decode_utf8();
        let identity = decoded.map_err(|_| EndpointPathError::NotText { path: path.into() })?;
        if identity.len() > IDENTITY_LIMIT {
            return Err(EndpointPathError::TooLong { length: identity.len() });
        }
        Ok(StationPath { identity: identity.into_owned(), findings: finding.into_iter().collect() })
    }
}

/// The station that a path names below any endpoint: its last segment that is not empty, or a parameter of the query; `None` when there is
/// neither.
pub(super) fn station_of_any_path(path: &str, query: Option<&str>) -> Option<String> {
    let last = path.rsplit('/').find(|segment| !segment.is_empty());
    let encoded = last.or_else(|| query.and_then(identity_parameter).map(|(_, value)| value))?;
    let identity = percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    Some(identity[..identity.floor_char_boundary(IDENTITY_LIMIT)].to_owned())
}

/// Name and value of the parameter of a query that holds an identity.
fn identity_parameter(query: &str) -> Option<(&str, &str)> {
    let parameters = || query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(_, value)| !value.is_empty());
    let is_named = |name: &str, wanted: &str| {
        let letters = name.chars().filter(|letter| !matches!(letter, '_' | '-'));
        letters.map(|letter| letter.to_ascii_lowercase()).eq(wanted.chars())
    };
    IDENTITY_PARAMETERS.iter().find_map(|wanted| parameters().find(|(name, _)| is_named(name, wanted)))
}

/// An identity as it stands in a URL.
pub fn encode_identity(identity: &str) -> String {
    utf8_percent_encode(identity, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The identity in a path without a query, in which nothing is odd.
    fn identity(endpoint: &Endpoint, path: &str) -> Result<String, EndpointPathError> {
        endpoint.station(path, None).map(|StationPath { identity, findings }| {
            assert_eq!(findings, []);
            identity
        })
    }

    #[test]
    fn the_identity_is_the_one_segment_behind_the_endpoint() {
        let simulator = Endpoint::new("/simulator");
        assert_eq!(simulator, Endpoint::new("simulator/"));
        assert_eq!(identity(&simulator, "/simulator/CP1").unwrap(), "CP1");
        assert_eq!(identity(&simulator, "/simulator/CP%201%2Fa").unwrap(), "CP 1/a");
        assert!(matches!(identity(&simulator, "/simulatorX/CP1"), Err(EndpointPathError::Elsewhere { .. })));
        assert!(matches!(identity(&simulator, "/CP1"), Err(EndpointPathError::Elsewhere { .. })));
        for empty in ["/simulator", "/simulator/"] {
            assert!(matches!(identity(&simulator, empty), Err(EndpointPathError::NoIdentity { .. })));
        }
        assert!(matches!(identity(&simulator, "/simulator/a/b"), Err(EndpointPathError::TooManySegments { .. })));
        assert!(matches!(identity(&simulator, "/simulator/%ff"), Err(EndpointPathError::NotText { .. })));
        assert!(matches!(
            identity(&simulator, &format!("/simulator/{}", "x".repeat(256))),
            Err(EndpointPathError::TooLong { .. })
        ));
        assert_eq!(identity(&Endpoint::new("/"), "/CP1").unwrap(), "CP1");
        assert!(matches!(identity(&Endpoint::new("/"), "/"), Err(EndpointPathError::NoIdentity { .. })));
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
    fn empty_segments_are_left_out_and_noted() {
        for (endpoint, path) in [
            ("/", "//CP1"),
            ("/", "/CP1/"),
            ("/", "///CP1"),
            ("/ocpp", "/ocpp//CP1"),
            ("/ocpp", "//ocpp/CP1/"),
            ("/a/b", "/a//b/CP1"),
        ] {
            let findings = vec![HandshakeFinding::EmptySegments { path: path.into() }];
            let found = StationPath { identity: "CP1".into(), findings };
            assert_eq!(Endpoint::new(endpoint).station(path, None), Ok(found), "{path}");
        }
        for path in ["//", "/ocpp//"] {
            assert!(matches!(
                Endpoint::new(&path[..path.len() - 1]).station(path, None),
                Err(EndpointPathError::NoIdentity { .. })
            ));
        }
        assert!(matches!(Endpoint::new("/").station("//a//b", None), Err(EndpointPathError::TooManySegments { .. })));
        assert!(matches!(Endpoint::new("/").station("*", None), Err(EndpointPathError::Elsewhere { .. })));
    }

    #[test]
    fn the_query_names_the_station_when_the_path_does_not() {
        let station = |path: &str, query: &str| Endpoint::new("/ocpp").station(path, Some(query));
        for (query, identity, parameter) in [
            ("cid=CP1", "CP1", "cid"),
            ("token=x&chargePointId=CP%201", "CP 1", "chargePointId"),
            ("id=7&charge_box_id=CP1", "CP1", "charge_box_id"),
            ("id=&identity=CP1", "CP1", "identity"),
            ("Charge-Point-Id=CP1&x", "CP1", "Charge-Point-Id"),
        ] {
            let findings = vec![HandshakeFinding::IdentityInQuery { parameter: parameter.into() }];
            for path in ["/ocpp", "/ocpp/"] {
                let found = StationPath { identity: identity.into(), findings: findings.clone() };
                assert_eq!(station(path, query), Ok(found), "{query}");
            }
        }
        assert_eq!(station("/ocpp/CP2", "cid=CP1").unwrap(), StationPath { identity: "CP2".into(), findings: vec![] });
        for query in ["", "cid", "cid=", "token=CP1", "cidx=CP1"] {
            assert!(matches!(station("/ocpp", query), Err(EndpointPathError::NoIdentity { .. })), "{query}");
        }
        assert!(matches!(station("/ocpp", "cid=%ff"), Err(EndpointPathError::NotText { .. })));
        assert!(matches!(station("/x", "cid=CP1"), Err(EndpointPathError::Elsewhere { .. })));
    }

    proptest! {
        #[test]
        fn every_identity_survives_the_url(identity in "\\PC{1,60}") {
            let path = format!("/ocpp/{}", encode_identity(&identity));
            prop_assert!(path.is_ascii());
            prop_assert_eq!(self::identity(&Endpoint::new("ocpp"), &path).unwrap(), identity);
        }
    }
}
