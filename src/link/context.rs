//! What links and listeners need of the session.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address_policy::{AddressPolicy, ConnectionCounts};
use super::directory::Directory;
use super::endpoint::Endpoint;
use super::impairment::NetworkFaultPlan;
use super::intercept::gate::Gate;
use super::misbehaviour::MisbehaviourPlan;
use super::network::Network;
use super::relay::{RelayTarget, SoapRelayTarget};
use super::settings::SharedSettings;
use super::soap::SoapActors;
use super::subprotocol::SubprotocolPolicy;
use super::tls::TlsConnector;
use crate::ocpp::{Catalog, Transport, Version};
use crate::trace::EventSender;

/// What a link needs of the session.
#[derive(Clone)]
pub struct LinkContext {
    /// The shapes of messages.
    pub catalog: Arc<Catalog>,
    /// The limits.
    pub settings: SharedSettings,
    /// Where frames may be stopped.
    pub gate: Arc<Gate>,
    /// What is done wrong on purpose.
    pub misbehaviour: Arc<MisbehaviourPlan>,
    /// What the network does wrong on purpose.
    pub network_faults: Arc<NetworkFaultPlan>,
    /// How connections are made.
    pub network: Network,
    /// What secures the connections that we make: of a charge point, and of a central system that calls over SOAP.
    pub tls: Arc<TlsConnector>,
    /// Records events.
    pub events: EventSender,
    /// Ends every link of the session.
    pub shutdown: CancellationToken,
}

/// The ports of a listener, each with or without TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenerPorts {
    /// The port without TLS.
    pub plain: Option<u16>,
    /// The port with TLS.
    pub tls: Option<u16>,
}

/// What a listening central system needs.
pub struct ListenerContext {
    /// The path below which stations connect.
    pub endpoint: Endpoint,
    /// The supported versions.
    pub versions: Vec<Version>,
    /// The supported transports.
    pub transports: Vec<Transport>,
    /// What is done about unusual subprotocols.
    pub subprotocols: SubprotocolPolicy,
    /// The ports at which it listens.
    pub ports: ListenerPorts,
    /// Where stations are passed on to; `None` where we are the central system.
    pub relay: Option<Arc<RelayTarget>>,
    /// Where stations that speak SOAP are passed on to as they are; `None` where none is.
    pub soap_relay: Option<Arc<SoapRelayTarget>>,
    /// From which addresses stations may connect.
    pub addresses: AddressPolicy,
    /// How many connections each address has.
    pub(super) connections: ConnectionCounts,
    /// The actors of the stations that speak SOAP.
    pub(super) actors: SoapActors,
    /// Which stations may connect, and which behaviour answers their links.
    pub directory: Arc<dyn Directory>,
    /// What links need.
    pub context: LinkContext,
    /// Where the tasks of connections and links are counted.
    pub tasks: TaskTracker,
}

impl ListenerContext {
    /// A listening central system at which no station has called yet.
    pub fn new(
        endpoint: Endpoint,
        versions: Vec<Version>,
        transports: Vec<Transport>,
        directory: Arc<dyn Directory>,
        context: LinkContext,
        tasks: TaskTracker,
    ) -> ListenerContext {
        let (subprotocols, ports, actors) = (SubprotocolPolicy::default(), ListenerPorts::default(), SoapActors::default());
        let (addresses, connections) = (AddressPolicy::default(), ConnectionCounts::default());
        ListenerContext {
            endpoint,
            versions,
            transports,
            subprotocols,
            ports,
            relay: None,
            soap_relay: None,
            addresses,
            connections,
            actors,
            directory,
            context,
            tasks,
        }
    }

    /// The same with these options about subprotocols.
    #[must_use]
    pub fn with_subprotocols(self, subprotocols: SubprotocolPolicy) -> ListenerContext {
        ListenerContext { subprotocols, ..self }
    }

    /// The same at these ports.
    #[must_use]
    pub fn at_ports(self, ports: ListenerPorts) -> ListenerContext {
        ListenerContext { ports, ..self }
    }

    /// The same for stations that are passed on.
    #[must_use]
    pub fn passed_on_to(self, target: RelayTarget) -> ListenerContext {
        ListenerContext { relay: Some(Arc::new(target)), ..self }
    }

    /// The same for stations that speak SOAP and are passed on as they are.
    #[must_use]
    pub fn soap_passed_on_to(self, target: SoapRelayTarget) -> ListenerContext {
        ListenerContext { soap_relay: Some(Arc::new(target)), ..self }
    }

    /// The same with these limits of addresses.
    #[must_use]
    pub fn with_addresses(self, addresses: AddressPolicy) -> ListenerContext {
        ListenerContext { addresses, ..self }
    }
}
