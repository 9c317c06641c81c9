//! The session of a scenario: a hub of its own, and what the script has started in it.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use super::options::{ListenPort, ScenarioOptions};
use super::request::{
    CentralSystemConfig, ChargePointConfig, ProxyConfig, subprotocol_order, transport, unknown_protocol, version,
};
use super::request_error::ScriptRequestError;
use crate::clock::now;
use crate::console::Console;
use crate::hub::{CentralSystemOptions, ChargePointOptions, Hub, HubError, ListenTlsOptions, ProxyOptions, SoapOptions};
use crate::link::{ExtraHeaders, HeaderError, Network, SubprotocolOrder, SubprotocolPolicy, UnknownProtocol};
use crate::ocpp::{Role, SecurityProfile, Transport, Version};
use crate::trace::{self, Sequence, StationKey};

/// After so long without a record the charge point under test is taken for idle.
const QUIET: Duration = Duration::from_millis(250);
/// How long the end of a session waits for an idle charge point at most.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3);
/// The default identity of a charge point.
const DEFAULT_IDENTITY: &str = "CP1";

/// Why a central system or a charge point was not started.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    /// An option is invalid.
    #[error(transparent)]
    Option(#[from] ScriptRequestError),
    /// Another program has the port. Scripts have no `--port`, which the sentence of the hub names.
    #[error("port {port} is in use by another program; choose another one, or end that program")]
    PortInUse { port: u16 },
    /// The credentials fit no handshake.
    #[error(transparent)]
    Credentials(#[from] HeaderError),
    /// It cannot be started for another reason.
    #[error(transparent)]
    Hub(HubError),
    /// The central system under test is reached over another transport.
    #[error("the scenario is for a central system that is reached {0}")]
    Elsewhere(&'static str),
}

/// A session.
pub(super) struct ScenarioSession {
    /// The prompt, for the commands of ocppjs tests; it holds the hub.
    pub console: Console,
    /// The next record to send to the script.
    pub next_record: Sequence,
    /// The first record of the running scenario.
    pub began: Sequence,
    /// The stations at the other end of links of the script.
    pub hidden: HashSet<StationKey>,
    /// The URL of the central system at which the charge points of scenarios connect.
    listening: Option<String>,
}

impl ScenarioSession {
    /// A session in which nothing runs yet.
    pub fn new(options: &ScenarioOptions) -> ScenarioSession {
        let network = if options.virtual_time { Network::in_memory() } else { Network::default() };
        let events = trace::direct(options.trace_memory, now());
        // Scripts compare them; reports have none.
        events.trace().show_secrets();
        let hub = Hub::with_network(options.catalog.clone(), options.limits.clone(), options.profile, events, network);
        if let Some(folder) = &options.tls.authority {
            hub.use_authority(folder.clone());
        }
        ScenarioSession { console: Console::new(hub), next_record: 0, began: 0, hidden: HashSet::new(), listening: None }
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        self.console.hub()
    }

    /// Ends the session. A charge point under test goes on without it, so its open calls are answered first.
    pub async fn end(self, options: &ScenarioOptions) {
        if options.listen.is_some() {
            let mut changes = self.hub().trace().subscribe();
            let quiet = async { while timeout(QUIET, changes.changed()).await.is_ok() {} };
            // The wait is limited, because a charge point may never be idle.
            let _ = timeout(IDLE_TIMEOUT, quiet).await;
        }
        self.hub().end().await;
    }

    /// Starts a central system; returns its port and its URLs for charge points and for SOAP.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn central_system(&self, config: CentralSystemConfig) -> Result<(u16, String, String), StartError> {
        let versions = match config.versions {
            Some(list) => list.iter().map(|text| version(text)).collect::<Result<_, _>>()?,
            None => Version::ALL.to_vec(),
        };
        let transports = match config.transports {
            Some(list) => list.iter().map(|text| transport(text)).collect::<Result<_, _>>()?,
            None => Transport::ALL.to_vec(),
        };
        let order = config.subprotocol_order.as_deref().map_or(Ok(SubprotocolOrder::default()), subprotocol_order)?;
        let unknown = config.unknown_protocol.as_deref().map_or(Ok(UnknownProtocol::default()), unknown_protocol)?;
        let endpoint = config.endpoint.unwrap_or_else(|| "/".to_owned());
        let host = config.host.unwrap_or_else(|| "127.0.0.1".to_owned());
        let options = CentralSystemOptions {
            host: Some(host),
            port: config.port,
            endpoint,
            versions,
            transports,
            subprotocols: SubprotocolPolicy { tolerant: config.tolerate_subprotocol, unknown, order },
            ..CentralSystemOptions::default()
        };
        self.start(options).await
    }

    /// Starts a proxy on this machine; returns its port.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn proxy(&self, config: ProxyConfig) -> Result<u16, StartError> {
        let ProxyConfig { to, also, keep, port } = config;
        let options = ProxyOptions { port, also, keep, ..ProxyOptions::new(to) };
        Ok(self.hub().start_proxy(options).await.map_err(StartError::Hub)?.port())
    }

    /// Starts the central system at which charge points under test connect, once; returns its URL.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn listen(&mut self, options: &ScenarioOptions) -> Result<String, StartError> {
        if let Some(url) = &self.listening {
            return Ok(url.clone());
        }
        let here = || ListenPort { host: Some("127.0.0.1".to_owned()), port: 0, endpoint: "/".to_owned() };
        let ListenPort { host, port, endpoint } = options.listen.clone().unwrap_or_else(here);
        let (versions, transports) = (Version::ALL.to_vec(), Transport::ALL.to_vec());
        let subprotocols = options.subprotocols;
        let security_profile = if options.listen.is_some() { options.tls.profile } else { SecurityProfile::default() };
        let tls = if security_profile.uses_tls() { options.tls.listening.clone() } else { ListenTlsOptions::default() };
        let options = CentralSystemOptions {
            host,
            port,
            endpoint,
            versions,
            transports,
            subprotocols,
            security_profile,
            tls,
            ..CentralSystemOptions::default()
        };
        let (_, url, _) = self.start(options).await?;
        self.listening = Some(url.clone());
        Ok(url)
    }

    async fn start(&self, options: CentralSystemOptions) -> Result<(u16, String, String), StartError> {
        let address = self.hub().start_central_system(options).await.map_err(|error| match error {
            HubError::PortInUse { port, .. } => StartError::PortInUse { port },
            error => StartError::Hub(error),
        })?;
        let listening = self.hub().listening();
        let here = listening.iter().find(|listening| listening.address == address);
        let urls = here.map(|here| (here.url("").trim_end_matches('/').to_owned(), here.service()));
        let (url, service) = urls.unwrap_or_else(|| (format!("ws://{address}"), format!("http://{address}/")));
        Ok((address.port(), url, service))
    }

    /// Starts a charge point of ours and returns its station. Without a URL it goes to the central system under test. Files that it names
    /// are sought from this folder.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn charge_point(
        &mut self,
        config: ChargePointConfig,
        options: &ScenarioOptions,
        folder: &Path,
    ) -> Result<StationKey, StartError> {
        let identity = config.id.or_else(|| options.identity.clone()).unwrap_or_else(|| DEFAULT_IDENTITY.to_owned());
        let version = config.version.as_deref().map_or(Ok(Version::V1_6), version)?;
        let over = config.transport.as_deref().map_or(Ok(Transport::WebSocket), transport)?;
        let foreign = config.url.is_none() && options.url.is_some();
        let simulated = config.url.is_none() && options.url.is_none();
        if let (None, Some(url)) = (&config.url, &options.url) {
            other_way(url, over)?;
        }
        let url = match config.url.or_else(|| options.url.clone()) {
            Some(url) => url,
            None => self.listen(options).await?,
        };
        let soap = (over == Transport::Soap).then(SoapOptions::default);
        // One address serves both.
        let url = if simulated && soap.is_some() { url.replacen("ws://", "http://", 1) } else { url };
        // A password is for the central system under test only.
        let defaults = if foreign { options.credentials.headers_of(&identity)? } else { ExtraHeaders::default() };
        let headers = config.handshake.applied(defaults, &identity)?;
        let hub = self.hub().clone();
        let autonomous = config.autonomous;
        let name = self.free_name(&identity);
        let machine = config.machine.apply(&options.machine, folder)?;
        let mut made =
            ChargePointOptions { autonomous, machine, soap, ..ChargePointOptions::new(url, identity.clone(), version) };
        if foreign {
            made.tls = options.tls.dialling.clone();
            // A password is a header, which the profile does not look at.
            made.credentials.profile = Some(options.tls.profile).filter(|profile| profile.uses_tls());
        }
        let key = hub.start_charge_point_as(&name, made, headers).map_err(StartError::Hub)?;
        if simulated {
            let other = if autonomous { key } else { hub.station(Role::CentralSystem, &identity) };
            self.hidden.insert(other);
        }
        Ok(key)
    }

    /// The identity, or the identity with a number: a scenario may let two charge points claim one.
    fn free_name(&self, identity: &str) -> String {
        let trace = self.hub().trace();
        let taken = |name: &str| trace.find_station(Role::ChargePoint, name).is_some();
        let numbered = (2..).map(|number| format!("{identity} ({number})"));
        std::iter::once(identity.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_else(|| identity.to_owned())
    }
}

/// A scenario for one transport does not fit a central system that is reached over the other.
fn other_way(url: &str, wanted: Transport) -> Result<(), StartError> {
    let is_http = url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
    let over = if is_http { Transport::Soap } else { Transport::WebSocket };
    if over == wanted {
        return Ok(());
    }
    let other = if wanted == Transport::Soap {
        "over SOAP; name its service with --url http://…"
    } else {
        "over WebSocket; --url ws://…"
    };
    Err(StartError::Elsewhere(other))
}
