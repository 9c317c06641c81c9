//! Which stations that speak SOAP are passed on, where to, and what of their requests goes with them. Nothing is connected here.

use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, EXPECT, HOST, HeaderValue};
use percent_encoding::percent_decode_str;
use wildmatch::WildMatch;

use super::handles::SoapPairHandles;
use crate::behaviour::CredentialSet;
use crate::link::basic_credentials::authorization;
use crate::link::endpoint::encode_identity;
use crate::link::relay::target::{RelayDirectory, end_to_end, fresh_pseudonym, name_proxy, names_proxy};
use crate::link::soap::HttpUrl;
use crate::link::soap::compression::OFFERED;
use crate::link::tls::TlsConnector;
use crate::ocpp::Version;

/// Below this name the central system reaches the stations, behind the endpoint.
const CALLBACK: &str = "callback";

/// The options of a proxy about central systems that speak SOAP.
#[derive(Debug)]
pub struct SoapRelayOptions {
    /// The central system; `None` where it speaks no SOAP.
    pub to: Option<HttpUrl>,
    /// Other central systems for some stations; the first one that matches counts.
    pub routes: Vec<(WildMatch, Option<HttpUrl>)>,
    /// The version that central systems get; `None` is the one of the station, whichever.
    pub version: Option<Version>,
    /// What is shown in place of what the station shows.
    pub credentials: CredentialSet,
}

/// Where the stations of one listener that speak SOAP are passed on to.
pub struct SoapRelayTarget {
    options: SoapRelayOptions,
    /// The path below which stations connect here, without its last slash.
    endpoint: String,
    /// What secures the connections to central systems.
    pub(super) tls: Arc<TlsConnector>,
    /// How the session knows pairs.
    pub(super) directory: Arc<dyn RelayDirectory>,
    /// By which this proxy knows its own requests.
    pseudonym: String,
    /// The pairs that have begun.
    pub(super) pairs: SoapPairHandles,
}

impl SoapRelayTarget {
    /// For stations below this endpoint.
    pub fn new(
        options: SoapRelayOptions,
        endpoint: &str,
        tls: Arc<TlsConnector>,
        directory: Arc<dyn RelayDirectory>,
    ) -> SoapRelayTarget {
        let endpoint = format!("/{}", endpoint.trim_matches('/')).trim_end_matches('/').to_owned();
        SoapRelayTarget { options, endpoint, tls, directory, pseudonym: fresh_pseudonym(), pairs: SoapPairHandles::default() }
    }

    /// Where a station with this version is passed on to as it is; `None` where its central system gets something else.
    pub(super) fn url_of(&self, identity: &str, version: Option<Version>) -> Option<&HttpUrl> {
        let SoapRelayOptions { to, routes, version: wanted, .. } = &self.options;
        if wanted.is_some() && *wanted != version {
            return None;
        }
        let route = routes.iter().find(|(pattern, _)| pattern.matches(identity));
        route.map_or(to, |(_, url)| url).as_ref()
    }

    /// Where a request goes that came on this path.
    pub(super) fn place_of(&self, url: &HttpUrl, path: &str, query: Option<&str>) -> HttpUrl {
        HttpUrl { path: path_of(&url.path, &self.endpoint, path, query), ..url.clone() }
    }

    /// Whether a request has passed this proxy already.
    pub(super) fn has_passed(&self, headers: &HeaderMap) -> bool {
        names_proxy(headers, &self.pseudonym)
    }

    /// The headers of a request as this service gets them. Of the codings of answers those are offered that are read here.
    pub(super) fn headers_for(&self, url: &HttpUrl, received: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(received.len() + 2);
        if let Ok(host) = HeaderValue::from_str(&url.authority) {
            headers.insert(HOST, host);
        }
        for (name, value) in end_to_end(received) {
            // The body was unpacked, and all of it is there.
            if *name == CONTENT_ENCODING || *name == EXPECT {
                continue;
            }
            let value = if *name == ACCEPT_ENCODING { HeaderValue::from_static(OFFERED) } else { value.clone() };
            headers.append(name, value);
        }
        name_proxy(&mut headers, &self.pseudonym);
        headers
    }

    /// The header for the password that the central system gets: the one of the options, or the one that the station shows.
    pub(super) fn authorization(&self, identity: &str, received: &HeaderMap) -> Option<HeaderValue> {
        let own = self.options.credentials.password.as_ref();
        own.and_then(|password| authorization(identity, password.bytes())).or_else(|| received.get(AUTHORIZATION).cloned())
    }

    /// The path at which a central system reaches a station here.
    pub(super) fn callback(&self, identity: &str) -> String {
        format!("{}/{CALLBACK}/{}", self.endpoint, encode_identity(identity))
    }

    /// The station that a request on this path is for, when it is one of a central system.
    pub(super) fn called(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(&self.endpoint)?.strip_prefix('/')?.strip_prefix(CALLBACK)?.strip_prefix('/')?;
        let identity = percent_decode_str(rest.trim_end_matches('/')).decode_utf8().ok()?;
        (!identity.is_empty()).then(|| identity.into_owned())
    }
}

/// Path and query at a central system. What stands behind the endpoint is appended, unless its own path ends with it already: stations are
/// given the path of a service, and so is `--to`.
fn path_of(own: &str, endpoint: &str, path: &str, query: Option<&str>) -> String {
    let rest = path.strip_prefix(endpoint).filter(|rest| rest.starts_with('/')).unwrap_or_default();
    let (own, own_query) = own.split_once('?').map_or((own, None), |(path, query)| (path, Some(query)));
    let joined = match rest.trim_end_matches('/') {
        "" => own.to_owned(),
        rest if own.trim_end_matches('/').ends_with(rest) => own.to_owned(),
        rest => format!("{}{rest}", own.trim_end_matches('/')),
    };
    match (own_query, query) {
        (None, None) => joined,
        (Some(one), None) | (None, Some(one)) => format!("{joined}?{one}"),
        (Some(ours), Some(theirs)) => format!("{joined}?{ours}&{theirs}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_endpoint_is_appended_once() {
        let service = "/steve/services/CentralSystemService";
        for (own, endpoint, path, there) in [
            (service, "", "/", service),
            (service, "", "/services/CentralSystemService", service),
            ("/steve", "", "/services/CentralSystemService", service),
            ("/steve/", "/ocpp", "/ocpp/services/CentralSystemService/", service),
            ("/", "", "/a", "/a"),
        ] {
            assert_eq!(path_of(own, endpoint, path, None), there, "{own} {path}");
        }
        assert_eq!(path_of("/s?a=1", "", "/", Some("b=2")), "/s?a=1&b=2");
    }
}
