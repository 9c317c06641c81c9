//! Proxies of the session: a listener whose stations are passed on to a central system, and the links of the pairs.

use std::net::SocketAddr;
use std::sync::Arc;

use super::answer_rules::{AnswerRules, RuleFilter};
use super::central_system::ListenAddress;
use super::proxy_options::{OUR_SECOND, PROXY_HOST, ProxyOptions};
use super::registry::Registry;
use super::state::HubState;
use super::tls::ListenTls;
use super::{CentralSystemOptions, Hub, HubError};
use crate::behaviour::{AnswerFilter, CredentialSet, LinkObserver};
use crate::clock::now;
use crate::link::{
    self, Endpoint, LinkContext, LinkHandle, ListenerContext, ListenerPorts, RelayDirectory, RelayOptions, RelayTarget,
};
use crate::ocpp::{Role, Transport, Version};
use crate::plugin::{PluginChannel, PluginFilter};
use crate::trace::{EventKind, EventSender, PairLeg, StationKey};

/// Larger messages than elsewhere pass, because the two sides decide about that.
const MESSAGE_LIMIT: usize = 16 << 20;

/// The pairs of the session.
pub(super) struct PairDirectory {
    events: EventSender,
    /// The links to stations, with those of stations that are not passed on.
    stations: Arc<Registry>,
    /// The links to central systems.
    upstreams: Arc<Registry>,
    answers: Arc<AnswerRules>,
    plugins: Arc<PluginChannel>,
}

impl PairDirectory {
    /// Those of this session.
    pub fn of(shared: &HubState) -> PairDirectory {
        PairDirectory {
            events: shared.events.clone(),
            stations: shared.registry.clone(),
            upstreams: shared.upstreams.clone(),
            answers: shared.answers.clone(),
            plugins: shared.plugins.channel().clone(),
        }
    }

    fn registry(&self, leg: PairLeg) -> &Registry {
        match leg {
            PairLeg::Station => &self.stations,
            PairLeg::Upstream => &self.upstreams,
        }
    }
}

impl RelayDirectory for PairDirectory {
    fn pair(&self, identity: &str) -> StationKey {
        self.events.pair(identity)
    }

    fn attach(&self, pair: StationKey, leg: PairLeg, handle: LinkHandle) -> Option<LinkHandle> {
        self.registry(leg).insert(pair, handle)
    }

    fn rules(&self, pair: StationKey, leg: PairLeg) -> Box<dyn AnswerFilter> {
        let our_role = match leg {
            PairLeg::Station => Role::CentralSystem,
            PairLeg::Upstream => Role::ChargePoint,
        };
        Box::new(RuleFilter::new(pair, our_role, self.answers.clone()))
    }

    fn observer(&self, pair: StationKey) -> Option<Box<dyn LinkObserver>> {
        Some(Box::new(PluginFilter::new(pair, Role::CentralSystem, self.plugins.clone())))
    }

    fn detach(&self, pair: StationKey, leg: PairLeg, number: u64) {
        self.registry(leg).remove(pair, number);
    }
}

impl Hub {
    /// The URL of the second central system. One of ours is started for it.
    async fn second_of(&self, options: &ProxyOptions) -> Result<Option<String>, HubError> {
        if options.also.as_deref() != Some(OUR_SECOND) {
            return Ok(options.also.clone());
        }
        let ours = CentralSystemOptions { host: Some(PROXY_HOST.to_owned()), port: 0, ..CentralSystemOptions::default() };
        let address = Box::pin(self.start_central_system(ours)).await?;
        Ok(Some(format!("ws://{address}")))
    }

    /// Starts a proxy and returns where it listens: without TLS, or with it when there is no such port. With another version or transport
    /// for central systems it is a gateway.
    ///
    /// # Errors
    /// When a port cannot be bound, a URL is none or leads back here, or a file of TLS or of the password cannot be used.
    pub async fn start_proxy(&self, options: ProxyOptions) -> Result<SocketAddr, HubError> {
        if options.is_gateway() {
            return self.start_gateway(options).await;
        }
        let shared = &self.shared;
        let authority = self.authority();
        let host = options.host.as_deref().unwrap_or(PROXY_HOST);
        let listening = CentralSystemOptions {
            tls: options.listen_tls.clone(),
            security_profile: options.security_profile,
            ..CentralSystemOptions::default()
        };
        let ListenTls { port: tls_port, acceptor, notices, .. } = ListenTls::load(&listening, authority.as_deref())?;
        let credentials = options.credentials.clone().with_file()?;
        let directory = PairDirectory::of(shared);
        let target = RelayTarget::new(
            RelayOptions {
                to: options.to.clone(),
                routes: options.routes.clone(),
                path_maps: options.path_maps.clone(),
                also: self.second_of(&options).await?,
                keeps_stations: options.keep,
                credentials: CredentialSet { password: credentials.password, ..CredentialSet::default() },
            },
            &options.endpoint,
            self.connector(&options.dial_tls, link::is_secure_url(&options.to))?,
            Arc::new(directory),
        )?;
        let plain = if options.listen_tls.alone { None } else { Some(self.bind(Some(host), options.port, "--listen").await?) };
        let secured = match tls_port {
            Some(port) => Some(self.bind(Some(host), port, "--tls-port").await?),
            None => None,
        };
        for (address, _) in plain.iter().chain(&secured) {
            target.check_for_loop(&shared.network, *address).await?;
        }
        let upstreams: Vec<String> = target.urls().map(ToString::to_string).collect();
        let ports = ListenerPorts {
            plain: plain.as_ref().map(|(address, _)| address.port()),
            tls: secured.as_ref().map(|(address, _)| address.port()),
        };
        let context: LinkContext = self.context(Role::CentralSystem, options.ping_interval);
        context.settings.change(|settings| settings.message_limit = MESSAGE_LIMIT);
        let transports = vec![Transport::WebSocket];
        let directory = Arc::new(link::NoStations);
        let endpoint = Endpoint::new(&options.endpoint);
        let listener_context =
            ListenerContext::new(endpoint, Version::ALL.to_vec(), transports.clone(), directory, context, shared.tasks.clone())
                .with_addresses(options.addresses.clone())
                .passed_on_to(target)
                .at_ports(ports);
        let listener_context = Arc::new(listener_context);
        let bound = plain.into_iter().map(|bound| (bound, None)).chain(secured.map(|bound| (bound, acceptor)));
        let mut first = None;
        for ((address, listener), acceptor) in bound {
            first.get_or_insert(address);
            let tls = acceptor.is_some();
            let at = ListenAddress::new(address, Some(host), &options.endpoint, &transports, &shared.network, tls);
            let kind = EventKind::Listening { address, url: at.url("<identity>").into(), transports: transports.clone() };
            shared.events.try_send(None, now(), kind);
            shared.tasks.spawn(link::accept(listener, acceptor, listener_context.clone()));
        }
        self.note(
            false,
            format!(
                "stations are passed on to {}. The proxy can read everything that both sides say, also passwords",
                upstreams.join(", ")
            ),
        );
        for notice in notices {
            self.note(false, notice);
        }
        if tls_port.is_some() || upstreams.iter().any(|url| link::is_secure_url(url)) {
            self.note_key_log();
        }
        first.ok_or(HubError::NoPort)
    }
}
