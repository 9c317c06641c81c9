//! The running session: the role of each peer, the link of each station, the target of an order. Floor 3: it parses no
//! text.

mod access;
mod alert_filters;
mod answer_rules;
mod authority;
mod central_system;
mod credential_options;
mod error;
mod gateway;
mod options;
mod order;
mod plugin_host;
mod proxy;
mod proxy_options;
mod receipt;
mod registry;
mod responder;
mod route;
mod state;
mod tls;
mod tls_options;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::behaviour::{AnswerFilter, Behaviour, StationCredentials};
use crate::capture::CaptureWriter;
use crate::clock::now;
use crate::config::PasswordList;
use crate::link::{
    self, DialTarget, ExtraHeaders, Gate, LinkContext, LinkHandle, LinkOrder, LinkSettings, Listener, ListenerPorts,
    MisbehaviourPlan, Network, NetworkFaultPlan, SharedCallbacks, SharedSettings, SoapService, is_secure_url,
};
use crate::ocpp::{Catalog, Role, Transport, Version};
use crate::plugin::Plugins;
use crate::sanitize::escape_control;
use crate::simulator::{
    AcceleratedStation, CentralSystem, CentralSystemSettings, ChargePointSettings, MachinePanels, Profile, QuirkyChargePoint,
    SimulatedStation, StationQuirk, transaction_id_of,
};
use crate::trace::{EventKind, EventSender, StationKey, Trace};

pub use access::{AccessOptions, PasswordBook};
pub use alert_filters::AlertFilters;
pub use answer_rules::{AnswerOverride, AnswerProvider, AnswerRequest, AnswerRule, AnswerRules, PayloadChange};
pub use authority::SigningFault;
pub use central_system::ListenAddress;
pub use credential_options::CredentialOptions;
pub use error::{HubError, LinkOrderError};
pub use options::{CentralSystemOptions, ChargePointOptions, MachineOptions, SoapOptions};
pub use order::Order;
pub use proxy_options::{OUR_SECOND, PROXY_HOST, ProxyOptions};
pub use receipt::Receipt;
pub use tls_options::{DialTlsOptions, ListenTlsOptions};

pub use crate::link::LinkCommand;

use access::StationAccess;
use plugin_host::HubPluginHost;
use responder::responder;
use route::Route;
use state::HubState;
use tls::{LastConnector, ListenTls, station_certificate};

/// How many handshakes of our charge points are under way at the same time.
const HANDSHAKES: usize = 64;
/// How long links may take to send their close frames when the session ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// The session. Cheap to clone; all clones are the same session.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<HubState>,
}

impl Hub {
    /// A session in which nothing runs yet.
    pub fn new(catalog: Arc<Catalog>, settings: LinkSettings, events: EventSender) -> Hub {
        Hub::with_profile(catalog, settings, Profile::default(), events)
    }

    /// A session in which nothing runs yet, with payloads and answers of this profile.
    pub fn with_profile(catalog: Arc<Catalog>, settings: LinkSettings, profile: Profile, events: EventSender) -> Hub {
        Hub::with_network(catalog, settings, profile, events, Network::default())
    }

    /// A session in which nothing runs yet, whose connections are made over this network.
    pub fn with_network(
        catalog: Arc<Catalog>,
        settings: LinkSettings,
        profile: Profile,
        events: EventSender,
        network: Network,
    ) -> Hub {
        let capture = CaptureWriter::new(events.clone());
        let shared = HubState {
            catalog,
            settings,
            profile,
            running: Mutex::default(),
            central_systems: Mutex::default(),
            callbacks: Mutex::default(),
            passwords: Arc::default(),
            answers: Arc::default(),
            plugins: Plugins::default(),
            alerts: AlertFilters::default(),
            gate: Arc::new(Gate::new(events.trace().clone())),
            machines: MachinePanels::default(),
            misbehaviour: Arc::default(),
            network_faults: Arc::default(),
            network,
            events,
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            turns: Arc::new(Semaphore::new(HANDSHAKES)),
            registry: Arc::default(),
            upstreams: Arc::default(),
            connector: LastConnector::default(),
            listening: Mutex::default(),
            authority: Mutex::default(),
            print_xml: Default::default(),
            capture,
        };
        let shared = Arc::new(shared);
        shared.plugins.connect(Arc::new(HubPluginHost(Arc::downgrade(&shared))));
        Hub { shared }
    }

    /// The shapes of messages.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.shared.catalog
    }

    /// The default payloads and answers.
    pub fn profile(&self) -> Profile {
        self.shared.profile
    }

    /// What happened and which stations there are.
    pub fn trace(&self) -> &Arc<Trace> {
        self.shared.events.trace()
    }

    /// Where events come from that were recorded elsewhere.
    pub fn events(&self) -> &EventSender {
        &self.shared.events
    }

    /// The capture on disk.
    pub fn capture(&self) -> &CaptureWriter {
        &self.shared.capture
    }

    /// The key of a station, which gets a row when it has none yet.
    pub fn station(&self, our_role: Role, identity: &str) -> StationKey {
        self.shared.events.station(our_role, identity)
    }

    /// Ends with the session.
    pub fn shutdown(&self) -> &CancellationToken {
        &self.shared.shutdown
    }

    /// Adds a line of the session to the trace.
    pub fn note(&self, failure: bool, text: impl Into<Box<str>>) {
        self.note_at(None, failure, text);
    }

    /// The same at a station.
    pub fn note_at(&self, station: Option<StationKey>, failure: bool, text: impl Into<Box<str>>) {
        self.shared.events.try_send(station, now(), EventKind::Note { failure, text: text.into() });
    }

    /// Puts stations into a group, which commands can name.
    pub fn put_into_group(&self, stations: &[StationKey], group: &str) {
        let group = group.into();
        stations.iter().for_each(|station| self.shared.events.put_into_group(*station, &group));
    }

    /// Waits until everything that was sent by now is in the trace.
    pub async fn caught_up(&self) {
        self.shared.events.caught_up().await;
    }

    /// The addresses on which central systems listen.
    pub fn listening(&self) -> Vec<ListenAddress> {
        self.shared.listening.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says once that the secrets of TLS are written to a file, when they are.
    fn note_key_log(&self) {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            if let Some((failure, text)) = link::key_log_notice() {
                self.note(failure, text);
            }
        });
    }

    /// Starts a central system and returns where it listens: without TLS, or with it when there is no such port.
    ///
    /// # Errors
    /// When a port cannot be bound, a file of TLS or of passwords cannot be used, or only SOAP is offered and it carries none of the versions.
    pub async fn start_central_system(&self, options: CentralSystemOptions) -> Result<SocketAddr, HubError> {
        let over_soap = || options.versions.iter().any(|version| Version::SOAP.contains(version));
        if let (false, Some(version)) =
            (options.transports.contains(&Transport::WebSocket) || over_soap(), options.versions.last())
        {
            return Err(HubError::NotOverSoap { version: *version });
        }
        let passwords = options.access.password_file.as_deref().map(PasswordList::read).transpose()?;
        let host = options.host.as_deref();
        let authority = self.authority();
        let ListenTls { port: tls_port, acceptor, connector, notices } = ListenTls::load(&options, authority.as_deref())?;
        let plain = if options.tls.alone { None } else { Some(self.bind(host, options.port, "--port").await?) };
        let secured = match tls_port {
            Some(port) => Some(self.bind(host, port, "--tls-port").await?),
            None => None,
        };
        let port_of = |bound: &Option<(SocketAddr, Listener)>| bound.as_ref().map(|(address, _)| address.port());
        let ports = ListenerPorts { plain: port_of(&plain), tls: port_of(&secured) };
        if let (Some(list), Some(file)) = (passwords, &options.access.password_file) {
            self.shared.passwords.add(list, file);
        }
        let first_transaction = options.first_transaction.unwrap_or_else(|| transaction_id_of(now()));
        let signer = self.station_signer().await;
        let settings = CentralSystemSettings { signer, first_transaction, ..CentralSystemSettings::default() };
        let central_system = CentralSystem::new(settings);
        self.shared.central_systems.lock().unwrap_or_else(PoisonError::into_inner).push(central_system.clone());
        let listener_context = central_system::listener_context(
            &options,
            central_system,
            LinkContext { tls: connector, ..self.context(Role::CentralSystem, options.ping_interval) },
            self.shared.registry.clone(),
            (self.shared.answers.clone(), self.shared.plugins.channel().clone(), self.shared.profile),
            StationAccess::new(&options.access, options.security_profile, self.shared.passwords.clone()),
            self.shared.tasks.clone(),
        );
        let listener_context = Arc::new(listener_context.at_ports(ports));
        let bound = plain.into_iter().map(|bound| (bound, None)).chain(secured.map(|bound| (bound, acceptor)));
        let mut first = None;
        for ((address, listener), acceptor) in bound {
            first.get_or_insert(address);
            let (transports, tls) = (options.transports.clone(), acceptor.is_some());
            let listening = ListenAddress::new(address, host, &options.endpoint, &transports, &self.shared.network, tls);
            let kind = EventKind::Listening { address, url: listening.url("<identity>").into(), transports };
            self.shared.listening.lock().unwrap_or_else(PoisonError::into_inner).push(listening);
            self.shared.events.try_send(None, now(), kind);
            self.shared.tasks.spawn(link::accept(listener, acceptor, listener_context.clone()));
        }
        for notice in notices {
            self.note(false, notice);
        }
        if tls_port.is_some() {
            self.note_key_log();
        }
        first.ok_or(HubError::NoPort)
    }

    /// Binds a port; the option names it in an error.
    async fn bind(&self, host: Option<&str>, port: u16, option: &'static str) -> Result<(SocketAddr, Listener), HubError> {
        let bound = self.shared.network.bind(host, port).await.and_then(|listener| Ok((listener.local_addr()?, listener)));
        bound.map_err(|error| HubError::cannot_listen(host, port, option, &error))
    }

    /// Makes a charge point and connects it.
    ///
    /// # Errors
    /// When the URL is none, a quirk cannot be used, or a charge point with this identity runs already.
    pub fn start_charge_point(&self, options: ChargePointOptions) -> Result<StationKey, HubError> {
        let name = options.identity.clone();
        self.start_charge_point_as(&name, options, ExtraHeaders::default())
    }

    /// The same under another name in this session, so that two charge points may claim one identity, and with these headers in the
    /// handshake of its WebSocket.
    ///
    /// # Errors
    /// When the URL is none, a quirk cannot be used, or a charge point with this name runs already.
    pub fn start_charge_point_as(
        &self,
        name: &str,
        options: ChargePointOptions,
        headers: ExtraHeaders,
    ) -> Result<StationKey, HubError> {
        let quirks = options.machine.quirks.iter().map(|name| StationQuirk::load(name)).collect::<Result<Vec<_>, _>>()?;
        self.start_dialling(name, options, headers, |station, credentials, options| {
            let settings = ChargePointSettings {
                identity: options.identity.clone(),
                operator: options.tls.organization.clone(),
                autonomous: options.autonomous,
                driver: options.machine.driver,
                equipment: options.machine.equipment.clone(),
                call_timeout: self.shared.settings.call_timeout,
                seed: options.machine.seed.unwrap_or_else(|| fastrand::u64(..)),
                meter_mapping: self.shared.profile.meter_mapping,
                samples: self.shared.profile.samples,
                credentials: credentials.clone(),
                ..ChargePointSettings::default()
            };
            for quirk in &quirks {
                self.note_at(Some(station), false, format!("quirk {}: {}", quirk.name(), quirk.description()));
            }
            self.shared.machines.insert(station, settings.panel.clone());
            let charge_point = SimulatedStation::new(settings, options.version);
            let behaviour: Box<dyn Behaviour> =
                if quirks.is_empty() { Box::new(charge_point) } else { Box::new(QuirkyChargePoint::new(charge_point, quirks)) };
            let has_own_time = (options.machine.clock - 1.0).abs() > f64::EPSILON;
            let behaviour: Box<dyn Behaviour> = if has_own_time {
                Box::new(AcceleratedStation::new(behaviour, options.machine.clock, now()))
            } else {
                behaviour
            };
            (behaviour, Vec::new())
        })
    }

    /// Makes a link of a station of ours to a central system. `behind` makes what answers on it and the filters that are asked last.
    fn start_dialling(
        &self,
        name: &str,
        mut options: ChargePointOptions,
        headers: ExtraHeaders,
        behind: impl FnOnce(
            StationKey,
            &StationCredentials,
            &ChargePointOptions,
        ) -> (Box<dyn Behaviour>, Vec<Box<dyn AnswerFilter>>),
    ) -> Result<StationKey, HubError> {
        let authority = self.authority();
        let credentials = options.credentials.load(&options.url)?;
        let speaks_tls = is_secure_url(&options.url) || options.soap.as_ref().is_some_and(SoapOptions::is_secure);
        let is_idle = options.tls.is_about_tls() && !speaks_tls;
        let named = options.tls.certificate.is_some() || credentials.certificate.is_some();
        if credentials.profile.uses_client_certificate()
            && !named
            && !options.identity.is_empty()
            && let Some(folder) = authority.as_deref()
        {
            options.tls.certificate =
                Some(station_certificate(&options.identity, options.tls.organization.as_deref(), folder)?);
        }
        let way = Route::find(&options, &credentials, &self.shared.network, |port, bind| self.callbacks(port, bind))?;
        let credentials = StationCredentials::new(credentials);
        let connector = self.connector(&options.tls, is_secure_url(&options.url))?;
        if options.identity.is_empty() {
            return Err(HubError::EmptyIdentity);
        }
        if is_secure_url(&options.url) {
            self.note_key_log();
        }
        let station = self.shared.events.station(Role::ChargePoint, name);
        let (handle, inbox) = LinkHandle::new(self.shared.events.numbers().next());
        if !self.shared.registry.insert_new(station, handle) {
            return Err(HubError::IdentityInUse { identity: name.to_owned() });
        }
        if is_idle {
            self.note_at(Some(station), false, format!("its options about TLS have no effect: {} is without it", options.url));
        }
        let turns = self.shared.turns.clone();
        let context = LinkContext { tls: connector, ..self.context(Role::ChargePoint, options.ping_interval) };
        let (rules, plugins) = (self.shared.answers.clone(), self.shared.plugins.channel().clone());
        let (behaviour, filters) = behind(station, &credentials, &options);
        let mut charge_point = responder(behaviour, station, rules, plugins);
        charge_point.filters.extend(filters);
        let (identity, version, seed, tasks) = (options.identity, options.version, options.machine.seed, &self.shared.tasks);
        match way {
            Route::WebSocket(url) => {
                let dial = DialTarget { url, identity, version, station, headers, credentials, seed, turns };
                tasks.spawn(link::keep_connected(dial, charge_point, inbox, context));
            }
            Route::Soap { url, from, port, acceptor } => {
                let service = SoapService { url, identity, version, station, from, acceptor, credentials, seed };
                tasks.spawn(link::keep_serving(service, port, charge_point, inbox, context));
            }
        }
        Ok(station)
    }

    /// The server at which stations of ours are called that share this port; the first one starts it.
    fn callbacks(&self, port: u16, bind: &dyn Fn() -> io::Result<Listener>) -> io::Result<SharedCallbacks> {
        let mut all = self.shared.callbacks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = all.iter().find(|(wanted, _)| *wanted == port) {
            return Ok(known.clone());
        }
        let started = SharedCallbacks::start(bind()?, self.context(Role::ChargePoint, 0), &self.shared.tasks)?;
        all.push((port, started.clone()));
        Ok(started)
    }

    /// Gives an order to every target without waiting for any.
    pub fn submit(&self, order: &Order) -> Receipt {
        let mut receipt = Receipt::default();
        for station in &order.targets {
            match self.order(*station, LinkOrder::User(order.command.clone())) {
                Ok(()) => receipt.taken.push(*station),
                Err(error) => receipt.refused.push((*station, error.to_string())),
            }
        }
        receipt
    }

    /// Gives an order to one link without waiting.
    ///
    /// # Errors
    /// When the link is down or busy.
    pub fn order(&self, station: StationKey, order: LinkOrder) -> Result<(), LinkOrderError> {
        let name = || {
            self.trace()
                .read()
                .stations()
                .get(station)
                .map_or_else(String::new, |row| escape_control(&row.identity).into_owned())
        };
        let not_connected = || LinkOrderError::NotConnected { name: name() };
        let (registry, order) = match order {
            LinkOrder::User(LinkCommand::Upstream(command)) => (&self.shared.upstreams, LinkOrder::User(*command)),
            order => (&self.shared.registry, order),
        };
        let handle = registry.get(station).ok_or_else(not_connected)?;
        if order.needs_link() && !handle.is_up() {
            return Err(not_connected());
        }
        handle.order(order).map_err(|_| LinkOrderError::Busy { name: name() })
    }

    /// Ends the session: every link gets a close frame and a little time to send it.
    pub async fn end(&self) {
        self.shared.plugins.end();
        self.shared.shutdown.cancel();
        self.shared.tasks.close();
        // Links that have not closed by then are cut.
        let _ = tokio::time::timeout(FAREWELL, self.shared.tasks.wait()).await;
    }

    /// The plugins.
    pub fn plugins(&self) -> &Plugins {
        &self.shared.plugins
    }

    /// Whether line by line SOAP messages of links on which we play a role are printed as XML instead of JSON.
    pub fn print_xml(&self, our_role: Role) -> bool {
        self.shared.print_xml[our_role as usize].load(Ordering::Relaxed)
    }

    /// Sets whether they are printed as XML.
    pub fn set_print_xml(&self, our_role: Role, on: bool) {
        self.shared.print_xml[our_role as usize].store(on, Ordering::Relaxed);
    }

    /// What can be seen at the machines of ours.
    pub fn machines(&self) -> &MachinePanels {
        &self.shared.machines
    }

    /// The passwords of the stations that connect to us.
    pub fn passwords(&self) -> &Arc<PasswordBook> {
        &self.shared.passwords
    }

    /// The filters whose records call the user.
    pub fn alerts(&self) -> &AlertFilters {
        &self.shared.alerts
    }

    /// Where frames may be stopped, and which wait.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.shared.gate
    }

    /// The rules by which calls are answered on purpose.
    pub fn answers(&self) -> &Arc<AnswerRules> {
        &self.shared.answers
    }

    /// Changes the settings of all links on which we play a role, those that are up and those to come. False when nothing plays it.
    pub fn change_settings(&self, our_role: Role, change: impl Fn(&mut LinkSettings)) -> bool {
        let running = self.shared.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut any = false;
        for (_, settings) in running.iter().filter(|(role, _)| *role == our_role) {
            settings.change(&change);
            any = true;
        }
        drop(running);
        // A link with a full inbox keeps its old limits until it connects again.
        self.order_links(Some(our_role), || LinkOrder::SettingsChanged);
        any
    }

    /// What is done wrong on purpose. Changing it is the matter of [`misbehave`](Hub::misbehave).
    pub fn misbehaviour(&self) -> &MisbehaviourPlan {
        &self.shared.misbehaviour
    }

    /// Changes what is done wrong on purpose, for connections to come and for links that are up.
    pub fn misbehave<T>(&self, change: impl FnOnce(&MisbehaviourPlan) -> T) -> T {
        let changed = change(&self.shared.misbehaviour);
        // A link with a full inbox keeps what it has until it connects again.
        self.order_links(None, || LinkOrder::MisbehaviourChanged);
        changed
    }

    /// What the network does wrong on purpose.
    pub fn network_faults(&self) -> &NetworkFaultPlan {
        &self.shared.network_faults
    }

    /// Changes what the network does wrong on purpose, for links to come and for those that are up.
    pub fn impair<T>(&self, change: impl FnOnce(&NetworkFaultPlan) -> T) -> T {
        let changed = change(&self.shared.network_faults);
        // A link with a full inbox keeps what it has until it connects again.
        self.order_links(None, || LinkOrder::MisbehaviourChanged);
        changed
    }

    /// Gives an order to the links of all stations towards which we play a role, or any.
    fn order_links(&self, our_role: Option<Role>, order: impl Fn() -> LinkOrder) {
        let keys: Vec<StationKey> = {
            let contents = self.trace().read();
            let newcomers = self.trace().newcomers(&contents);
            let rows = contents.stations().rows().iter().chain(&newcomers);
            rows.filter(|row| our_role.is_none_or(|role| row.our_role == role)).map(|row| row.key).collect()
        };
        let links = keys.iter().flat_map(|key| [self.shared.registry.get(*key), self.shared.upstreams.get(*key)]);
        for handle in links.flatten() {
            let _ = handle.order(order());
        }
    }

    /// Changes how the central systems answer. False when none runs.
    pub fn change_central_systems(&self, change: impl Fn(&mut CentralSystemSettings)) -> bool {
        let running = self.shared.central_systems.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().for_each(|central_system| central_system.change_settings(&change));
        !running.is_empty()
    }

    fn context(&self, our_role: Role, ping_interval: u32) -> LinkContext {
        let ping_interval = (ping_interval > 0).then(|| Duration::from_secs(u64::from(ping_interval)));
        let settings = SharedSettings::new(LinkSettings { ping_interval, ..self.shared.settings.clone() });
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner).push((our_role, settings.clone()));
        LinkContext {
            catalog: self.shared.catalog.clone(),
            settings,
            gate: self.shared.gate.clone(),
            misbehaviour: self.shared.misbehaviour.clone(),
            network_faults: self.shared.network_faults.clone(),
            network: self.shared.network.clone(),
            tls: Arc::default(),
            events: self.shared.events.clone(),
            shutdown: self.shared.shutdown.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
