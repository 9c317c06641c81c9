//! A central system of the session: the responders of its stations' links, and the address at which it listens.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::StatusCode;
use tokio_util::task::TaskTracker;

use super::CentralSystemOptions;
use super::access::{CertifiedBehaviour, RememberingBehaviour, StationAccess};
use super::answer_rules::AnswerRules;
use super::registry::Registry;
use super::responder::responder;
use crate::behaviour::Behaviour;
use crate::link::{
    Admission, Authentication, Directory, Endpoint, Handshake, LinkContext, LinkHandle, ListenerContext, Network, Refusal,
};
use crate::ocpp::{Role, Transport};
use crate::pki::{CertificateFacts, StationCertificateFault, SubjectProof, check_station};
use crate::plugin::PluginChannel;
use crate::simulator::{CentralSystem, Profile};
use crate::trace::{EventSender, HandshakeFinding, StationKey, TlsFacts};

/// Where a central system listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress {
    /// The bound address.
    pub address: SocketAddr,
    /// The transports that are spoken.
    pub transports: Vec<Transport>,
    /// Whether TLS secures the connections.
    pub tls: bool,
    host: String,
    prefix: String,
}

impl ListenAddress {
    /// For a bound address; `host` is the one that the user named.
    pub(super) fn new(
        address: SocketAddr,
        host: Option<&str>,
        endpoint: &str,
        transports: &[Transport],
        network: &Network,
        tls: bool,
    ) -> ListenAddress {
        let host = match host {
            Some(host) if !address.ip().is_unspecified() => bracketed(host),
            _ => network.outward_address().map_or_else(|| "localhost".to_owned(), |address| bracketed(&address.to_string())),
        };
        ListenAddress { address, transports: transports.to_vec(), tls, host, prefix: Endpoint::new(endpoint).prefix() }
    }

    /// The URL at which a station with this identity connects, by an address that others reach too. Where only SOAP is spoken it is that
    /// of the service.
    pub fn url(&self, identity: &str) -> String {
        if self.transports.contains(&Transport::WebSocket) {
            let scheme = if self.tls { "wss" } else { "ws" };
            format!("{scheme}://{}:{}{}{identity}", self.host, self.address.port(), self.prefix)
        } else {
            self.service()
        }
    }

    /// The URL of the SOAP service.
    pub fn service(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}:{}{}", self.host, self.address.port(), self.prefix)
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

/// Makes the responders of one central system's stations.
struct CentralSystemDirectory {
    central_system: Arc<CentralSystem>,
    events: EventSender,
    registry: Arc<Registry>,
    answers: Arc<AnswerRules>,
    plugins: Arc<PluginChannel>,
    profile: Profile,
    access: StationAccess,
    /// The operator that certificates must name; `None` for any.
    organization: Option<String>,
}

impl CentralSystemDirectory {
    /// Checks that the certificate of a connection, where there is one, is that of the station (OCPP 2.0.1 part 2, A00.FR.404 and 405): the
    /// common name is the serial number or the identity, and the organization the operator, where one is named. While the serial number is
    /// not known, a name that belongs to no other station is let in with a finding; what the station boots with decides then.
    fn check_certificate(&self, identity: &str, tls: &TlsFacts) -> Result<Option<HandshakeFinding>, Refusal> {
        let serial = self.central_system.serial_number(identity);
        let proof = check_station(&tls.peer_chain, identity, serial.as_deref(), self.organization.as_deref());
        let proof = proof.and_then(|proof| match proof {
            SubjectProof::NoCertificate | SubjectProof::Proven => Ok(None),
            SubjectProof::Unproven(name) => match self.owner(identity, &name) {
                Some(whose) => Err(StationCertificateFault::Taken { found: name, whose, identity: identity.into() }),
                None => Ok(Some(HandshakeFinding::UnprovenCertificate { common_name: name })),
            },
        });
        proof.map_err(|fault| Refusal::new(StatusCode::FORBIDDEN, fault.to_string()))
    }

    /// Whose name it is, when it is known to be that of another station than this one.
    fn owner(&self, identity: &str, name: &str) -> Option<Box<str>> {
        if let Some(holder) = self.central_system.holder_of(name).filter(|holder| **holder != *identity) {
            return Some(format!("the serial number of `{holder}`").into());
        }
        let is_known = self.events.known_station(Role::CentralSystem, name).is_some() || self.access.book().has(name);
        is_known.then(|| "the identity of another station".into())
    }
}

/// The common name of the certificate of a connection, where it is another than the identity.
fn other_name(identity: &str, tls: &TlsFacts) -> Option<Box<str>> {
    let facts = CertificateFacts::read(tls.peer_chain.first()?)?;
    facts.common_name.filter(|name| **name != *identity)
}

impl Directory for CentralSystemDirectory {
    fn authenticate<'a>(&'a self, handshake: &'a Handshake<'a>) -> Authentication<'a> {
        Box::pin(async move {
            let unproven = match handshake.tls {
                Some(tls) => self.check_certificate(handshake.identity, tls)?,
                None => None,
            };
            let mut findings = self.access.check(handshake).await?;
            findings.extend(unproven);
            Ok(findings)
        })
    }

    fn admit(&self, handshake: &Handshake<'_>) -> Result<Admission, Refusal> {
        let identity = handshake.identity;
        let station = self.events.station(Role::CentralSystem, identity);
        let behaviour = self.central_system.behaviour_with(identity, self.profile.samples);
        let (book, events) = (self.access.book().clone(), self.events.clone());
        let inner: Box<dyn Behaviour> = match handshake.tls.and_then(|tls| other_name(identity, tls)) {
            Some(common_name) => {
                let (inner, events) = (Box::new(behaviour), events.clone());
                Box::new(CertifiedBehaviour { inner, station, events, common_name })
            }
            None => Box::new(behaviour),
        };
        let identity = identity.to_owned();
        let behaviour = RememberingBehaviour { inner, identity, station, book, events };
        let responder = responder(Box::new(behaviour), station, self.answers.clone(), self.plugins.clone());
        Ok(Admission { station, responder })
    }

    fn callback(&self, station: StationKey) -> Option<String> {
        self.events.trace().read().stations().get(station).and_then(|row| row.callback.as_deref().map(str::to_owned))
    }

    fn attach(&self, station: StationKey, handle: LinkHandle) -> Option<LinkHandle> {
        self.registry.insert(station, handle)
    }

    fn detach(&self, station: StationKey, number: u64) {
        self.registry.remove(station, number);
    }
}

/// What the listener of a central system needs.
pub(super) fn listener_context(
    options: &CentralSystemOptions,
    central_system: Arc<CentralSystem>,
    context: LinkContext,
    registry: Arc<Registry>,
    (answers, plugins, profile): (Arc<AnswerRules>, Arc<PluginChannel>, Profile),
    access: StationAccess,
    tasks: TaskTracker,
) -> ListenerContext {
    let (events, organization) = (context.events.clone(), options.tls.organization.clone());
    ListenerContext::new(
        Endpoint::new(&options.endpoint),
        options.versions.clone(),
        options.transports.clone(),
        Arc::new(CentralSystemDirectory { central_system, events, registry, answers, plugins, profile, access, organization }),
        context,
        tasks,
    )
    .with_subprotocols(options.subprotocols)
    .with_addresses(options.access.addresses.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_has_the_named_host_or_an_address_of_this_machine() {
        let network = Network::default();
        let local = ListenAddress::new(
            "127.0.0.1:9000".parse().unwrap(),
            Some("127.0.0.1"),
            "/simulator",
            &Transport::ALL,
            &network,
            false,
        );
        assert_eq!(local.url("CP1"), "ws://127.0.0.1:9000/simulator/CP1");
        let six = ListenAddress::new("[::1]:9000".parse().unwrap(), Some("::1"), "/", &Transport::ALL, &network, true);
        assert_eq!((six.url("CP1"), six.service()), ("wss://[::1]:9000/CP1".into(), "https://[::1]:9000/".into()));
        let soap = ListenAddress::new("127.0.0.1:9000".parse().unwrap(), Some("h"), "/x", &[Transport::Soap], &network, false);
        assert_eq!(soap.url("CP1"), "http://h:9000/x/");
        let all = ListenAddress::new("[::]:9000".parse().unwrap(), None, "/", &Transport::ALL, &network, false).url("CP1");
        assert!(!all.contains("[::]") && all.ends_with(":9000/CP1"), "{all}");
    }
}
