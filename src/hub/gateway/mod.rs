//! Gateways of the session: a listener whose stations are connected to a central system of another version or transport. Each station gets a
//! link of its own there; what passes between the two links is in `pair`.

mod connector_uses;
mod leg;
mod pair;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::StatusCode;
use wildmatch::WildMatch;

use self::leg::{GatewayFilter, GatewayLeg};
use self::pair::{GatewayPair, GatewaySide};
use super::central_system::ListenAddress;
use super::proxy::PairDirectory;
use super::proxy_options::{PROXY_HOST, ProxyOptions, is_soap_url};
use super::responder::responder;
use super::tls::ListenTls;
use super::{CentralSystemOptions, ChargePointOptions, CredentialOptions, Hub, HubError, SoapOptions};
use crate::behaviour::{AnswerFilter, CredentialSet};
use crate::clock::now;
use crate::link::{
    self, Admission, Authentication, BasicCredentials, CentralSystemUrl, Directory, Endpoint, ExtraHeaders, Handshake, HttpUrl,
    LinkHandle, ListenerContext, ListenerPorts, Refusal, RelayTargetError, SoapRelayOptions, SoapRelayTarget, leads_back,
};
use crate::ocpp::{Role, SecurityProfile, StationPassword, Transport, Version};
use crate::trace::{EventKind, StationKey};

/// A central system of a gateway.
#[derive(Debug, Clone)]
struct GatewayTarget {
    url: String,
    transport: Transport,
    host: String,
    port: u16,
}

impl GatewayTarget {
    /// Its service, when it speaks SOAP.
    fn service(&self) -> Option<HttpUrl> {
        HttpUrl::parse(&self.url).ok().filter(|_| self.transport == Transport::Soap)
    }

    /// Reads a URL: `http` and `https` are SOAP, `ws` and `wss` a WebSocket.
    fn parse(url: &str) -> Result<GatewayTarget, HubError> {
        if is_soap_url(url) {
            let HttpUrl { host, port, .. } = HttpUrl::parse(url)?;
            return Ok(GatewayTarget { url: url.to_owned(), transport: Transport::Soap, host, port });
        }
        let CentralSystemUrl { host, port, .. } = CentralSystemUrl::parse(url)?;
        Ok(GatewayTarget { url: url.to_owned(), transport: Transport::WebSocket, host, port })
    }
}

/// Lets stations in and connects each to its central system.
struct GatewayDirectory {
    hub: Hub,
    options: ProxyOptions,
    to: GatewayTarget,
    routes: Vec<(WildMatch, GatewayTarget)>,
    pairs: Mutex<HashMap<String, Arc<GatewayPair>>>,
}

impl GatewayDirectory {
    /// The pair of a station, whose link to its central system is started with the first one to the station.
    fn pair(&self, handshake: &Handshake<'_>) -> Result<Arc<GatewayPair>, HubError> {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = handshake.identity;
        if let Some(pair) = pairs.get(identity) {
            return Ok(pair.clone());
        }
        let target = self.routes.iter().find(|(pattern, _)| pattern.matches(identity)).map_or(&self.to, |(_, target)| target);
        let version = self.options.translate.unwrap_or(handshake.version);
        let shared = &self.hub.shared;
        let stations = [Role::CentralSystem, Role::ChargePoint].map(|role| shared.events.station(role, identity));
        let parts = (shared.catalog.clone(), shared.events.clone(), shared.registry.clone());
        let pair = Arc::new(GatewayPair::new(parts, stations, version));
        let soap = (target.transport == Transport::Soap).then(SoapOptions::default);
        let options = ChargePointOptions {
            soap,
            autonomous: false,
            ping_interval: self.options.ping_interval,
            credentials: self.credentials(handshake),
            tls: self.options.dial_tls.clone(),
            ..ChargePointOptions::new(&*target.url, identity, version)
        };
        let leg = GatewayLeg { pair: pair.clone(), side: GatewaySide::Upstream, number: 0 };
        let filter = GatewayFilter { pair: pair.clone(), side: GatewaySide::Upstream };
        self.hub.start_dialling(identity, options, ExtraHeaders::default(), |_, _, _| {
            (Box::new(leg), vec![Box::new(filter) as Box<dyn AnswerFilter>])
        })?;
        pairs.insert(identity.to_owned(), pair.clone());
        Ok(pair)
    }

    /// What the central system gets: the password of the options, or the one that the station shows.
    fn credentials(&self, handshake: &Handshake<'_>) -> CredentialOptions {
        let own = &self.options.credentials;
        if own.password.is_some() || own.password_file.is_some() {
            return own.clone();
        }
        let shown = BasicCredentials::of(handshake.headers).ok();
        let password = shown.and_then(|shown| StationPassword::of_bytes(shown.password));
        CredentialOptions { password, ..own.clone() }
    }
}

impl Directory for GatewayDirectory {
    fn authenticate<'a>(&'a self, _handshake: &'a Handshake<'a>) -> Authentication<'a> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn admit(&self, handshake: &Handshake<'_>) -> Result<Admission, Refusal> {
        let pair = self.pair(handshake).map_err(|error| Refusal::new(StatusCode::BAD_GATEWAY, error.to_string()))?;
        let shared = &self.hub.shared;
        let station = pair.station(GatewaySide::Station);
        let leg = GatewayLeg { pair: pair.clone(), side: GatewaySide::Station, number: pair.begin() };
        let mut responder = responder(Box::new(leg), station, shared.answers.clone(), shared.plugins.channel().clone());
        responder.filters.push(Box::new(GatewayFilter { pair, side: GatewaySide::Station }));
        Ok(Admission { station, responder })
    }

    fn callback(&self, station: StationKey) -> Option<String> {
        self.hub.trace().read().stations().get(station).and_then(|row| row.callback.as_deref().map(str::to_owned))
    }

    fn attach(&self, station: StationKey, handle: LinkHandle) -> Option<LinkHandle> {
        self.hub.shared.registry.insert(station, handle)
    }

    fn detach(&self, station: StationKey, number: u64) {
        self.hub.shared.registry.remove(station, number);
    }
}

impl Hub {
    /// Starts a gateway and returns where it listens: without TLS, or with it when there is no such port.
    ///
    /// # Errors
    /// When a port cannot be bound, a URL is none or leads back here, a file of TLS or of the password cannot be used, or an option is one
    /// for frames that pass as they are.
    pub(super) async fn start_gateway(&self, options: ProxyOptions) -> Result<SocketAddr, HubError> {
        let shared = &self.shared;
        if !options.path_maps.is_empty() {
            return Err(HubError::NotOfGateway { option: "--path-map" });
        }
        if options.also.is_some() {
            return Err(HubError::NotOfGateway { option: "--also" });
        }
        if let Some(version) = options.translate.filter(|version| !Version::SOAP.contains(version)) {
            return Err(HubError::NotTranslated { version });
        }
        let to = GatewayTarget::parse(&options.to)?;
        let route = |route: &link::RelayRoute| Ok((WildMatch::new(&route.pattern), GatewayTarget::parse(&route.url)?));
        let routes = options.routes.iter().map(route).collect::<Result<Vec<_>, HubError>>()?;
        let host = options.host.as_deref().unwrap_or(PROXY_HOST);
        let listening = CentralSystemOptions {
            tls: options.listen_tls.clone(),
            security_profile: options.security_profile,
            ..CentralSystemOptions::default()
        };
        let authority = self.authority();
        let ListenTls { port: tls_port, acceptor, connector, notices } = ListenTls::load(&listening, authority.as_deref())?;
        let credentials = CredentialOptions {
            profile: options.credentials.profile.filter(|profile| *profile != SecurityProfile::default()),
            ..options.credentials.clone().with_file()?
        };
        let plain = if options.listen_tls.alone { None } else { Some(self.bind(Some(host), options.port, "--listen").await?) };
        let secured = match tls_port {
            Some(port) => Some(self.bind(Some(host), port, "--tls-port").await?),
            None => None,
        };
        for (address, _) in plain.iter().chain(&secured) {
            for target in std::iter::once(&to).chain(routes.iter().map(|(_, target)| target)) {
                if leads_back(&shared.network, (&target.host, target.port), *address).await {
                    return Err(RelayTargetError::Itself { url: target.url.clone() }.into());
                }
            }
        }
        let ports = ListenerPorts {
            plain: plain.as_ref().map(|(address, _)| address.port()),
            tls: secured.as_ref().map(|(address, _)| address.port()),
        };
        let names: Vec<&str> = std::iter::once(&to).chain(routes.iter().map(|(_, target)| target)).map(|to| &*to.url).collect();
        let words = match options.translate {
            Some(version) => format!("stations are connected to {} in OCPP {version}", names.join(", ")),
            None => format!(
                "stations that speak SOAP are passed on to {} as they are, others are connected to it in their own version",
                names.join(", ")
            ),
        };
        let soap_relay = self.soap_relay(&options, (&to, &routes), &credentials)?;
        let (endpoint, addresses, ping_interval) = (options.endpoint.clone(), options.addresses.clone(), options.ping_interval);
        let directory = Arc::new(GatewayDirectory {
            hub: self.clone(),
            options: ProxyOptions { credentials, ..options.clone() },
            to,
            routes,
            pairs: Mutex::default(),
        });
        let transports = Transport::ALL.to_vec();
        let context = link::LinkContext { tls: connector, ..self.context(Role::CentralSystem, ping_interval) };
        let listener_context = ListenerContext::new(
            Endpoint::new(&endpoint),
            Version::SOAP.to_vec(),
            transports.clone(),
            directory,
            context,
            shared.tasks.clone(),
        );
        let listener_context = listener_context.with_addresses(addresses).at_ports(ports);
        let listener_context = Arc::new(match soap_relay {
            Some(target) => listener_context.soap_passed_on_to(target),
            None => listener_context,
        });
        let bound = plain.into_iter().map(|bound| (bound, None)).chain(secured.map(|bound| (bound, acceptor)));
        let mut first = None;
        for ((address, listener), acceptor) in bound {
            first.get_or_insert(address);
            let at = ListenAddress::new(address, Some(host), &endpoint, &transports, &shared.network, acceptor.is_some());
            let kind = EventKind::Listening { address, url: at.url("<identity>").into(), transports: transports.clone() };
            shared.events.try_send(None, now(), kind);
            shared.tasks.spawn(link::accept(listener, acceptor, listener_context.clone()));
        }
        self.note(false, format!("{words}. The gateway can read everything that both sides say, also passwords"));
        for notice in notices {
            self.note(false, notice);
        }
        first.ok_or(HubError::NoPort)
    }

    /// Where stations that speak SOAP as their central system does are passed on to as they are; `None` where no central system speaks it.
    fn soap_relay(
        &self,
        options: &ProxyOptions,
        (to, routes): (&GatewayTarget, &[(WildMatch, GatewayTarget)]),
        credentials: &CredentialOptions,
    ) -> Result<Option<SoapRelayTarget>, HubError> {
        let routes: Vec<_> = routes.iter().map(|(pattern, target)| (pattern.clone(), target.service())).collect();
        let to = to.service();
        let first = to.iter().chain(routes.iter().filter_map(|(_, url)| url.as_ref())).next();
        let Some(uses_tls) = first.map(|url| url.tls) else { return Ok(None) };
        let version = options.translate;
        let credentials = CredentialSet { password: credentials.password.clone(), ..CredentialSet::default() };
        let connector = self.connector(&options.dial_tls, uses_tls)?;
        let directory = Arc::new(PairDirectory::of(&self.shared));
        let relay = SoapRelayOptions { to, routes, version, credentials };
        Ok(Some(SoapRelayTarget::new(relay, &options.endpoint, connector, directory)))
    }
}
