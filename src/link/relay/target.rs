//! Where stations are passed on to, and what of their requests goes with them. Files are not read here, and nothing is connected.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, VIA,
};
use wildmatch::WildMatch;

use crate::behaviour::{AnswerFilter, CredentialSet, LinkObserver};
use crate::link::basic_credentials::authorization;
use crate::link::inbox::LinkHandle;
use crate::link::network::Network;
use crate::link::random::fresh_id;
use crate::link::tls::TlsConnector;
use crate::link::url_parts::UrlError;
use crate::link::websocket::url::CentralSystemUrl;
use crate::trace::{PairLeg, StationKey};

/// Headers that are of one connection and not of the request (RFC 9110 §7.6.1).
const OF_CONNECTION: [HeaderName; 7] =
    [CONNECTION, UPGRADE, TE, TRAILER, TRANSFER_ENCODING, CONTENT_LENGTH, HeaderName::from_static("keep-alive")];
/// The header in which proxies name themselves begins our name with this (RFC 9110 §7.6.3).
const PSEUDONYM: &str = "ocpp-tui-";

/// How the session knows pairs and reaches their links.
pub trait RelayDirectory: Send + Sync {
    /// The key of the pair of a station.
    fn pair(&self, identity: &str) -> StationKey;

    /// A link of a pair is there and reached by this handle. Returns the handle of the one that it replaces.
    fn attach(&self, pair: StationKey, leg: PairLeg, handle: LinkHandle) -> Option<LinkHandle>;

    /// Which calls that come on a link of a pair are answered here.
    fn rules(&self, pair: StationKey, leg: PairLeg) -> Box<dyn AnswerFilter>;

    /// What inspects the frames of a pair before they go on.
    fn observer(&self, pair: StationKey) -> Option<Box<dyn LinkObserver>>;

    /// The link with this number is gone.
    fn detach(&self, pair: StationKey, leg: PairLeg, number: u64);
}

/// Stations whose identity matches a pattern go to another central system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayRoute {
    /// The pattern, with `*` and `?`.
    pub pattern: String,
    /// The URL of the central system without the identity.
    pub url: String,
}

/// Paths that begin so begin otherwise at the central system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathMap {
    /// How they begin here.
    pub from: String,
    /// How they begin there.
    pub to: String,
}

/// Why an option of a proxy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayTargetError {
    /// A route is not written as one.
    #[error("{0:?} is no route; write a pattern and a URL, as in 'CP1*=ws://localhost:9001'")]
    Route(String),
    /// A map of paths is not written as one.
    #[error("{0:?} maps no path; write how paths begin here and there, as in /old=/ocpp/new")]
    PathMap(String),
    /// A URL cannot be used.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The proxy would connect to itself.
    #[error("{url} is this proxy itself, so that every station would come back to it; name the central system with --to")]
    Itself {
        /// The URL.
        url: String,
    },
}

impl RelayRoute {
    /// Reads `PATTERN=URL`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<RelayRoute, RelayTargetError> {
        match text.split_once('=') {
            Some((pattern, url)) if !pattern.is_empty() && url.contains("://") => {
                Ok(RelayRoute { pattern: pattern.to_owned(), url: url.to_owned() })
            }
            _ => Err(RelayTargetError::Route(text.to_owned())),
        }
    }
}

impl PathMap {
    /// Reads `FROM=TO`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<PathMap, RelayTargetError> {
        match text.split_once('=') {
            Some((from, to)) if from.starts_with('/') && to.starts_with('/') => {
                Ok(PathMap { from: from.to_owned(), to: to.to_owned() })
            }
            _ => Err(RelayTargetError::PathMap(text.to_owned())),
        }
    }

    /// The path at the central system, when it begins so. A path is mapped by whole segments.
    fn apply(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(self.from.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", self.to.trim_end_matches('/')))
    }
}

/// The options of a proxy about its central systems.
#[derive(Debug, Clone, Default)]
pub struct RelayOptions {
    /// The URL of the central system without the identity.
    pub to: String,
    /// Other central systems for some stations; the first one that matches counts.
    pub routes: Vec<RelayRoute>,
    /// Paths that change.
    pub path_maps: Vec<PathMap>,
    /// The URL of a second central system, which only observes.
    pub also: Option<String>,
    /// Whether stations stay connected while their central system is away.
    pub keeps_stations: bool,
    /// What is shown in place of what the station shows.
    pub credentials: CredentialSet,
}

/// Where the stations of one listener are passed on to.
pub struct RelayTarget {
    to: CentralSystemUrl,
    routes: Vec<(WildMatch, CentralSystemUrl)>,
    path_maps: Vec<PathMap>,
    /// A second central system, which only observes.
    pub(super) also: Option<CentralSystemUrl>,
    /// The path below which stations connect here, without its last slash.
    endpoint: String,
    /// Whether stations stay connected while their central system is away.
    pub keeps_stations: bool,
    /// What is shown in place of what the station shows.
    pub credentials: CredentialSet,
    /// What secures the connections to central systems.
    pub tls: Arc<TlsConnector>,
    /// How the session knows pairs.
    pub directory: Arc<dyn RelayDirectory>,
    /// By which this proxy knows its own requests.
    pseudonym: String,
}

impl RelayTarget {
    /// Reads the options of a proxy for stations below this endpoint.
    ///
    /// # Errors
    /// When a URL is none.
    pub fn new(
        options: RelayOptions,
        endpoint: &str,
        tls: Arc<TlsConnector>,
        directory: Arc<dyn RelayDirectory>,
    ) -> Result<RelayTarget, RelayTargetError> {
        let routes = options
            .routes
            .iter()
            .map(|RelayRoute { pattern, url }| Ok::<_, UrlError>((WildMatch::new(pattern), CentralSystemUrl::parse(url)?)));
        Ok(RelayTarget {
            to: CentralSystemUrl::parse(&options.to)?,
            routes: routes.collect::<Result<_, _>>()?,
            path_maps: options.path_maps,
            also: options.also.as_deref().map(CentralSystemUrl::parse).transpose()?,
            endpoint: format!("/{}", endpoint.trim_matches('/')).trim_end_matches('/').to_owned(),
            keeps_stations: options.keeps_stations,
            credentials: options.credentials,
            tls,
            directory,
            pseudonym: fresh_pseudonym(),
        })
    }

    /// The central systems, each once.
    pub fn urls(&self) -> impl Iterator<Item = &CentralSystemUrl> {
        std::iter::once(&self.to).chain(self.routes.iter().map(|(_, url)| url)).chain(&self.also)
    }

    /// The central system of a station.
    pub(super) fn url_of(&self, identity: &str) -> &CentralSystemUrl {
        self.routes.iter().find(|(pattern, _)| pattern.matches(identity)).map_or(&self.to, |(_, url)| url)
    }

    /// Path and query of a station's request at its central system. What stands behind the endpoint stays as it was written.
    pub(super) fn path_of(&self, url: &CentralSystemUrl, path: &str, query: Option<&str>) -> String {
        let mapped = self.path_maps.iter().find_map(|map| map.apply(path));
        let path = mapped.unwrap_or_else(|| {
            let rest = path.strip_prefix(&self.endpoint).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            format!("{}{}", url.path(), rest.unwrap_or(path))
        });
        let path = if path.is_empty() { "/" } else { &path };
        match (url.query(), query) {
            (None, None) => path.to_owned(),
            (Some(one), None) | (None, Some(one)) => format!("{path}?{one}"),
            (Some(ours), Some(theirs)) => format!("{path}?{ours}&{theirs}"),
        }
    }

    /// Whether a request has passed this proxy already.
    pub(super) fn has_passed(&self, headers: &HeaderMap) -> bool {
        names_proxy(headers, &self.pseudonym)
    }

    /// The headers of a station's request as its central system gets them: those of the connection are ours, extensions are not offered,
    /// because frames are not compressed here, and the password is replaced when another one is named.
    pub(super) fn headers_of(&self, url: &CentralSystemUrl, identity: &str, received: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(received.len() + 2);
        if let Ok(host) = HeaderValue::from_str(url.authority()) {
            headers.insert(HOST, host);
        }
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        for (name, value) in end_to_end(received).filter(|(name, _)| **name != SEC_WEBSOCKET_EXTENSIONS) {
            headers.append(name, value.clone());
        }
        if let Some(password) =
            self.credentials.password.as_ref().and_then(|password| authorization(identity, password.bytes()))
        {
            headers.insert(AUTHORIZATION, password);
        }
        name_proxy(&mut headers, &self.pseudonym);
        headers
    }

    /// The headers of the central system's answer as the station gets them.
    pub(super) fn headers_back(received: &HeaderMap) -> HeaderMap {
        received
            .iter()
            .filter(|(name, _)| !OF_CONNECTION.contains(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Checks that none of the central systems is the listener at this address.
    ///
    /// # Errors
    /// When one is.
    pub async fn check_for_loop(&self, network: &Network, bound: SocketAddr) -> Result<(), RelayTargetError> {
        for url in self.urls() {
            if leads_back(network, (&url.host, url.port), bound).await {
                return Err(RelayTargetError::Itself { url: url.to_string() });
            }
        }
        Ok(())
    }
}

/// A name for a proxy in the header `Via`.
pub(super) fn fresh_pseudonym() -> String {
    format!("{PSEUDONYM}{}", fresh_id())
}

/// Whether a proxy of this name has passed a request on.
pub(super) fn names_proxy(headers: &HeaderMap, pseudonym: &str) -> bool {
    let values = headers.get_all(VIA).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|hop| hop.trim().ends_with(pseudonym))
}

/// Adds the name of a proxy that passes a request on.
pub(super) fn name_proxy(headers: &mut HeaderMap, pseudonym: &str) {
    if let Ok(via) = HeaderValue::from_str(&format!("1.1 {pseudonym}")) {
        headers.append(VIA, via);
    }
}

/// The headers that go with a request from one connection to the next: not those of the connection, and not the name of the host.
pub(super) fn end_to_end(received: &HeaderMap) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    let named = received.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<String> = named.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect();
    received.iter().filter(move |(name, _)| {
        !OF_CONNECTION.contains(name) && **name != HOST && !named.iter().any(|other| other == name.as_str())
    })
}

/// Whether a host and a port are those of a listener of this machine at this address.
pub async fn leads_back(network: &Network, (host, port): (&str, u16), bound: SocketAddr) -> bool {
    if port != bound.port() {
        return false;
    }
    for address in network.addresses(host, port).await.unwrap_or_default() {
        let is_bound = bound.ip().is_unspecified() || bound.ip().to_canonical() == address.ip().to_canonical();
        // The way to an address of this machine begins at that address.
        let begins = network.address_towards(&address.ip().to_string(), address.port()).await;
        if is_bound && begins.is_ok_and(|own| own.to_canonical() == address.ip().to_canonical()) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::{Answer, FilterDecision, IncomingCall};
    use crate::ocpp::StationPassword;

    struct NoDirectory;

    /// Leaves every call alone.
    struct NoRules;

    impl AnswerFilter for NoRules {
        fn filter(&mut self, _call: IncomingCall<'_>, _proposed: &Answer) -> FilterDecision {
            FilterDecision::Keep
        }
    }

    impl RelayDirectory for NoDirectory {
        fn rules(&self, _pair: StationKey, _leg: PairLeg) -> Box<dyn AnswerFilter> {
            Box::new(NoRules)
        }

        fn observer(&self, _pair: StationKey) -> Option<Box<dyn LinkObserver>> {
            None
        }

        fn pair(&self, _identity: &str) -> StationKey {
            StationKey(0)
        }

        fn attach(&self, _pair: StationKey, _leg: PairLeg, _handle: LinkHandle) -> Option<LinkHandle> {
            None
        }

        fn detach(&self, _pair: StationKey, _leg: PairLeg, _number: u64) {}
    }

    fn target(endpoint: &str, options: RelayOptions) -> RelayTarget {
        RelayTarget::new(options, endpoint, Arc::default(), Arc::new(NoDirectory)).unwrap()
    }

    fn to(url: &str) -> RelayOptions {
        RelayOptions { to: url.to_owned(), ..RelayOptions::default() }
    }

    #[test]
    fn what_stands_behind_the_endpoint_goes_on_as_it_is() {
        let path = |endpoint: &str, url: &str, path: &str, query: Option<&str>| {
            let target = target(endpoint, to(url));
            target.path_of(target.url_of("CP1"), path, query)
        };
        assert_eq!(path("/", "ws://h/ocpp", "/CP1", None), "/ocpp/CP1");
        assert_eq!(path("/", "wss://h/ocpp/?token=x", "/CP%201", Some("a=b")), "/ocpp/CP%201?token=x&a=b");
        assert_eq!(path("/here", "ws://h", "/here/CP1", None), "/CP1");
        assert_eq!(path("/here", "ws://h/there", "/elsewhere/CP1", None), "/there/elsewhere/CP1");
        assert_eq!(path("/", "ws://h", "//CP1/", None), "//CP1/");
        let maps = vec![PathMap::parse("/old=/new/ocpp").unwrap()];
        let mapped = target("/", RelayOptions { path_maps: maps, ..to("ws://h/x") });
        let url = mapped.url_of("CP1");
        assert_eq!(mapped.path_of(url, "/old/CP1", None), "/new/ocpp/CP1");
        assert_eq!(mapped.path_of(url, "/older/CP1", None), "/x/older/CP1");
    }

    #[test]
    fn the_first_pattern_that_matches_names_the_central_system() {
        let routes = ["CP1*=ws://one", "CP*=ws://two:1/x"].map(|route| RelayRoute::parse(route).unwrap()).to_vec();
        let target = target("/", RelayOptions { routes, ..to("ws://other") });
        let hosts = ["CP10", "CP2", "X"].map(|identity| target.url_of(identity).host.clone());
        assert_eq!(hosts, ["one", "two", "other"]);
        assert!(RelayRoute::parse("ws://x").is_err() && RelayRoute::parse("CP1=x").is_err());
        assert!(PathMap::parse("a=b").is_err() && PathMap::parse("/a").is_err());
    }

    #[test]
    fn headers_of_the_client_go_on_and_those_of_the_connection_do_not() {
        let mut received = HeaderMap::new();
        for (name, value) in [
            ("host", "here:9000"),
            ("connection", "Upgrade, X-Hop"),
            ("upgrade", "websocket"),
            ("x-hop", "1"),
            ("x-token", "abc"),
            ("sec-websocket-key", "k"),
            ("sec-websocket-extensions", "permessage-deflate"),
            ("authorization", "Basic eDp5"),
        ] {
            received.append(name, value.parse().unwrap());
        }
        let plain = target("/", to("wss://there:8443/ocpp"));
        let headers = plain.headers_of(plain.url_of("CP1"), "CP1", &received);
        let get = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!((get("host"), get("x-token"), get("sec-websocket-key")), (Some("there:8443"), Some("abc"), Some("k")));
        assert_eq!((get("x-hop"), get("sec-websocket-extensions"), get("authorization")), (None, None, Some("Basic eDp5")));
        assert!(plain.has_passed(&headers) && !plain.has_passed(&received));
        let credentials = CredentialSet { password: Some(StationPassword::of_text("s3cret")), ..CredentialSet::default() };
        let other = target("/", RelayOptions { credentials, ..to("ws://there") });
        let headers = other.headers_of(other.url_of("CP1"), "CP1", &received);
        assert_eq!(headers.get_all("authorization").iter().collect::<Vec<_>>(), ["Basic Q1AxOnMzY3JldA=="]);
        assert!(!other.has_passed(&plain.headers_of(plain.url_of("CP1"), "CP1", &received)), "another proxy");
    }
}
