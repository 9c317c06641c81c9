//! The options of a proxy, which is a gateway when they say so.

use std::net::SocketAddr;

use super::{CredentialOptions, DialTlsOptions, ListenTlsOptions};
use crate::link::{AddressPolicy, PathMap, RelayRoute};
use crate::ocpp::{SecurityProfile, Version};
use crate::sanitize::escape_control;

/// In the place of the URL of a second central system: one of ours.
pub const OUR_SECOND: &str = "cs";
/// The address that a proxy binds unless another is named: it reads everything, so others do not reach it by accident.
pub const PROXY_HOST: &str = "127.0.0.1";
/// The options of a proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct ProxyOptions {
    /// The address to bind; `None` is the loopback.
    pub host: Option<String>,
    /// The TCP port without TLS; 0 means any free one.
    pub port: u16,
    /// The path below which stations connect.
    pub endpoint: String,
    /// The URL of the central system without the identity.
    pub to: String,
    /// Other central systems for some stations.
    pub routes: Vec<RelayRoute>,
    /// Paths that change on the way.
    pub path_maps: Vec<PathMap>,
    /// A second central system that observes: its URL, or `cs` for one of ours.
    pub also: Option<String>,
    /// Whether stations stay connected while their central system is away.
    pub keep: bool,
    /// Seconds between our WebSocket pings on either link; 0 means none.
    pub ping_interval: u32,
    /// Which security profile stations need.
    pub security_profile: SecurityProfile,
    /// TLS towards stations.
    pub listen_tls: ListenTlsOptions,
    /// TLS towards central systems.
    pub dial_tls: DialTlsOptions,
    /// The password that central systems get in place of the one that a station shows.
    pub credentials: CredentialOptions,
    /// From which addresses stations may connect.
    pub addresses: AddressPolicy,
    /// The version that central systems get; `None` passes frames as they are, or over SOAP uses the version of the station.
    pub translate: Option<Version>,
}

impl ProxyOptions {
    /// A proxy on any free port of the loopback, for this central system.
    pub fn new(to: impl Into<String>) -> ProxyOptions {
        ProxyOptions {
            host: None,
            port: 0,
            endpoint: "/".to_owned(),
            to: to.into(),
            routes: Vec::new(),
            path_maps: Vec::new(),
            also: None,
            keep: false,
            ping_interval: 0,
            security_profile: SecurityProfile::default(),
            listen_tls: ListenTlsOptions::default(),
            dial_tls: DialTlsOptions::default(),
            credentials: CredentialOptions::default(),
            addresses: AddressPolicy::default(),
            translate: None,
        }
    }
}

impl ProxyOptions {
    /// Whether frames cannot pass as they are: central systems get another version or another transport.
    pub fn is_gateway(&self) -> bool {
        self.translate.is_some() || is_soap_url(&self.to) || self.routes.iter().any(|route| is_soap_url(&route.url))
    }

    /// One sentence about a proxy with these options that listens now.
    pub fn started(&self, address: SocketAddr) -> String {
        let to = escape_control(&self.to);
        let does = match (self.is_gateway(), self.translate) {
            (false, _) => format!("The proxy listens on {address} and passes stations on to {to}"),
            (true, None) => format!(
                "The proxy listens on {address}; it passes stations that speak SOAP on to {to} and connects others to it"
            ),
            (true, Some(version)) => {
                format!("The gateway listens on {address} and connects stations to {to} in OCPP {version}")
            }
        };
        format!("{does}. It can read everything that both sides say.")
    }
}

/// Whether a URL is one of SOAP: `http` and `https`; a WebSocket has `ws` and `wss`.
pub(super) fn is_soap_url(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    ["http", "https"].iter().any(|soap| scheme.eq_ignore_ascii_case(soap))
}
