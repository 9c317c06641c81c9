//! What a session consists of. All clones of its hub share it; the host of the plugins holds it weakly.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::access::PasswordBook;
use super::alert_filters::AlertFilters;
use super::answer_rules::AnswerRules;
use super::central_system::ListenAddress;
use super::registry::Registry;
use super::tls::LastConnector;
use crate::capture::CaptureWriter;
use crate::link::{Gate, LinkSettings, MisbehaviourPlan, Network, NetworkFaultPlan, SharedCallbacks, SharedSettings};
use crate::ocpp::{Catalog, Role};
use crate::plugin::Plugins;
use crate::simulator::{CentralSystem, MachinePanels, Profile};
use crate::trace::EventSender;

/// The state of a session.
pub(super) struct HubState {
    pub catalog: Arc<Catalog>,
    /// What new central systems and charge points begin with.
    pub settings: LinkSettings,
    pub profile: Profile,
    /// The settings of those that run, with our role.
    pub running: Mutex<Vec<(Role, SharedSettings)>>,
    /// Those that run.
    pub central_systems: Mutex<Vec<Arc<CentralSystem>>>,
    /// The servers at which many stations of ours are called over SOAP, by the port that was asked for.
    pub callbacks: Mutex<Vec<(u16, SharedCallbacks)>>,
    /// The passwords of stations.
    pub passwords: Arc<PasswordBook>,
    pub answers: Arc<AnswerRules>,
    pub plugins: Plugins,
    /// The filters whose records call the user.
    pub alerts: AlertFilters,
    /// Where frames may be stopped.
    pub gate: Arc<Gate>,
    /// What is done wrong on purpose.
    pub misbehaviour: Arc<MisbehaviourPlan>,
    /// What the network does wrong on purpose.
    pub network_faults: Arc<NetworkFaultPlan>,
    /// What can be seen at the machines of ours.
    pub machines: MachinePanels,
    pub network: Network,
    pub events: EventSender,
    pub shutdown: CancellationToken,
    pub tasks: TaskTracker,
    /// How many of our charge points may be in a handshake at the same time.
    pub turns: Arc<Semaphore>,
    pub registry: Arc<Registry>,
    /// The links of pairs to their central systems.
    pub upstreams: Arc<Registry>,
    pub connector: LastConnector,
    pub listening: Mutex<Vec<ListenAddress>>,
    /// The folder of the test CA.
    pub authority: Mutex<Option<PathBuf>>,
    /// Whether SOAP messages are printed as XML, by our role.
    pub print_xml: [AtomicBool; Role::ALL.len()],
    /// The capture on disk.
    pub capture: CaptureWriter,
}
