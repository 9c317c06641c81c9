//! The arguments of `ocpp-tui proxy`.

use anyhow::Context as _;
use clap::Args;
use ipnet::IpNet;
use ocpp_tui::hub::ProxyOptions;
use ocpp_tui::link::{AddressPolicy, PathMap, RelayRoute};
use ocpp_tui::ocpp::Version;

use super::credential_arguments::CredentialArguments;
use super::plain_port::{PlainPort, plain_port};
use super::tls_arguments::{ListenTlsArguments, TrustArguments};
use super::whole_number::whole_number;

/// The port on which a proxy listens, when none is named.
const DEFAULT_PORT: u16 = 9000;

/// The options of a proxy.
#[derive(Debug, Args)]
pub struct ProxyArguments {
    /// TCP port to listen on without TLS; 0 takes any free one, none leaves it closed [default: 9000, and none with the security
    /// profiles 2 and 3]
    #[arg(long, short = 'p', visible_alias = "port", value_name = "PORT", allow_negative_numbers = true, value_parser = plain_port)]
    pub listen: Option<PlainPort>,
    /// URL of the central system without an identity, like wss://provider.example/ocpp
    #[arg(long, value_name = "URL", required = true)]
    pub to: Option<String>,
    /// Another central system for the stations whose identity matches a pattern: 'CP1*=ws://localhost:9001'
    #[arg(long, value_name = "PATTERN=URL", value_parser = |text: &str| RelayRoute::parse(text))]
    pub route: Vec<RelayRoute>,
    /// How the paths of stations begin here and at the central system: /old=/ocpp/new
    #[arg(long, value_name = "FROM=TO", value_parser = |text: &str| PathMap::parse(text))]
    pub path_map: Vec<PathMap>,
    /// Be a gateway: central systems get this version, whatever stations of 1.2, 1.5 and 1.6 speak over WebSocket or SOAP. With an http://
    /// URL in --to they are spoken to over SOAP; stations that speak SOAP in this version pass as they are [default: frames pass as they
    /// are, and stations over a WebSocket are spoken for over SOAP in their own version]
    #[arg(long, value_name = "VERSION", value_parser = translated)]
    pub translate: Option<Version>,
    /// A second central system that gets a copy of every call of the stations; its answers are compared and go nowhere. cs stands for
    /// a simulated one of ours
    #[arg(long, value_name = "URL|cs")]
    pub also: Option<String>,
    /// Keep stations connected while their central system is away; what they say waits for it
    #[arg(long)]
    pub keep: bool,
    /// Address or name of this machine to listen on [default: 127.0.0.1, so that only this machine reaches it]
    #[arg(long, visible_alias = "bind", value_name = "ADDRESS")]
    pub host: Option<String>,
    /// Path below which stations connect; what stands behind it is appended to the path of --to
    #[arg(long, short = 'u', default_value = "/", value_name = "PATH")]
    pub endpoint: String,
    /// Seconds between WebSocket pings on both links; 0 sends none
    #[arg(long, short = 'i', default_value = "0", value_name = "SECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 0..=i128::from(u32::MAX)))]
    pub ping_interval: u32,
    /// Network or address from which stations may connect [default: all that reach the port]
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    pub allow: Vec<IpNet>,
    #[command(flatten)]
    pub tls: ListenTlsArguments,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

impl ProxyArguments {
    /// The options.
    ///
    /// # Errors
    /// When certificates and keys are no pairs, or the password is none.
    pub fn options(&self) -> anyhow::Result<ProxyOptions> {
        let port = match self.listen {
            Some(PlainPort::At(port)) => Some(port),
            Some(PlainPort::Closed) => None,
            None => (!self.tls.security_profile.uses_tls()).then_some(DEFAULT_PORT),
        };
        Ok(ProxyOptions {
            host: self.host.clone(),
            port: port.unwrap_or_default(),
            endpoint: self.endpoint.clone(),
            routes: self.route.clone(),
            path_maps: self.path_map.clone(),
            also: self.also.clone(),
            keep: self.keep,
            ping_interval: self.ping_interval,
            security_profile: self.tls.security_profile,
            listen_tls: self.tls.options(port.is_none())?,
            dial_tls: self.trust.options(self.tls.versions.limits())?,
            credentials: self.credentials.options(None)?,
            translate: self.translate,
            addresses: AddressPolicy { allowed: self.allow.clone(), ..AddressPolicy::default() },
            ..ProxyOptions::new(self.to.clone().context("name the central system with --to")?)
        })
    }
}

fn translated(text: &str) -> Result<Version, String> {
    Version::parse(text).filter(|version| Version::SOAP.contains(version)).ok_or_else(|| "it is 1.2, 1.5 or 1.6".to_owned())
}

fn network(text: &str) -> Result<IpNet, String> {
    AddressPolicy::read_network(text).ok_or_else(|| "it is a network like 10.0.0.0/8, or an address".to_owned())
}
