//! The catalog: the messages of every version. Everything that depends on the shape of a message looks it up here. Reading definition
//! files, the embedded ones included, is in `definition/`, validation in `check/`, samples in `sample/`.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::element_index::{ElementIndex, IndexedAction, MessagePart};
use super::message::MessageDefinition;
use super::{Role, Version};

/// The messages of all versions.
pub struct Catalog {
    versions: [VersionActions; Version::ALL.len()],
    /// Finds the messages of elements. Its positions count the actions of all versions, the oldest version first.
    index: ElementIndex,
    /// The texts of the WSDL files.
    wsdl: Vec<(Version, Role, Box<str>)>,
}

/// The actions of one version, sorted by name. Those of a version that is read on demand are read by the first question for them.
struct VersionActions {
    read: OnceLock<Vec<Arc<ActionDefinition>>>,
    /// By name, then by initiator. Reading them alone takes a fraction of the time, and a start needs no more.
    names: OnceLock<Vec<(Arc<str>, Role)>>,
    reader: Option<VersionReader>,
}

/// How a version is read on demand.
pub(super) struct VersionReader {
    pub names: Box<dyn Fn() -> Vec<(Arc<str>, Role)> + Send + Sync>,
    pub actions: Box<dyn Fn() -> Vec<ActionDefinition> + Send + Sync>,
}

impl VersionActions {
    fn get(&self) -> &[Arc<ActionDefinition>] {
        self.read.get_or_init(|| self.reader.as_ref().map_or_else(Vec::new, |reader| sorted((reader.actions)())))
    }

    fn names(&self) -> &[(Arc<str>, Role)] {
        self.names.get_or_init(|| {
            let of_action = |action: &Arc<ActionDefinition>| (action.name.clone(), action.initiator);
            let mut names = match (&self.reader, self.read.get()) {
                (Some(reader), None) => (reader.names)(),
                _ => self.get().iter().map(of_action).collect(),
            };
            names.sort();
            names
        })
    }
}

fn sorted(mut actions: Vec<ActionDefinition>) -> Vec<Arc<ActionDefinition>> {
    actions.sort_by(|a, b| a.name.cmp(&b.name).then(a.initiator.cmp(&b.initiator)));
    actions.into_iter().map(Arc::new).collect()
}

/// One operation of one version, in one direction. `DataTransfer`, which both roles may send, has two.
#[derive(Debug)]
pub struct ActionDefinition {
    /// Its name on the wire: `BootNotification`.
    pub name: Arc<str>,
    /// The version.
    pub version: Version,
    /// The role that may send the call.
    pub initiator: Role,
    /// The call's payload.
    pub request: MessageDefinition,
    /// The result's payload; empty for a SEND.
    pub response: MessageDefinition,
    /// Whether nothing answers it: it is sent as SEND, not as CALL (OCPP 2.1 part 4 §4.1.4).
    pub is_send: bool,
    /// How SOAP carries it; `None` for an action that exists in JSON only.
    pub soap: Option<SoapOperation>,
}

impl ActionDefinition {
    /// The messages that it has: both, or the request only for a SEND.
    pub fn parts(&self) -> &'static [MessagePart] {
        if self.is_send { &[MessagePart::Request] } else { &[MessagePart::Request, MessagePart::Response] }
    }

    /// One of its messages.
    pub fn message(&self, part: MessagePart) -> &MessageDefinition {
        match part {
            MessagePart::Request => &self.request,
            MessagePart::Response => &self.response,
        }
    }

    /// The element of one of its messages; none for an action that exists in JSON only.
    pub fn element(&self, part: MessagePart) -> Option<&str> {
        self.message(part).xml.as_ref().map(|xml| &*xml.element)
    }

    fn indexed(&self) -> IndexedAction<'_> {
        IndexedAction {
            version: self.version,
            service: self.initiator.peer(),
            namespace: self.soap.as_ref().map(|soap| &*soap.namespace),
            elements: [MessagePart::Request, MessagePart::Response].map(|part| (part, self.element(part))),
        }
    }
}

/// An operation as the SOAP binding of its service has it.
#[derive(Debug, Clone)]
pub struct SoapOperation {
    /// The service's namespace: of the body's elements and of the headers that OCPP defines.
    pub namespace: Arc<str>,
    /// The action of the HTTP header: `/BootNotification`.
    pub action: String,
    /// The WS-Addressing action of the request.
    pub request_action: String,
    /// The WS-Addressing action of the answer. The WSDL of OCPP 1.2 names none; it is then the one that toolkits derive.
    pub response_action: String,
    /// The headers of the request, in the service's namespace: `chargeBoxIdentity`.
    pub headers: Vec<String>,
}

/// The result of [`Catalog::lookup`].
#[derive(Debug, Clone)]
pub enum ActionLookup {
    /// It is an action of this version and this initiator.
    Known(Arc<ActionDefinition>),
    /// The action exists, but not for this initiator or not in this version: `NotSupported`.
    Elsewhere,
    /// No version knows the name: `NotImplemented`.
    Unknown,
    /// The definitions of this version are missing, so nothing is known about its payloads.
    NoDefinitions,
}

impl fmt::Debug for Catalog {
    /// The actions that were read so far.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.versions.iter().filter_map(|actions| actions.read.get())).finish()
    }
}

impl Default for Catalog {
    /// A catalog without definitions.
    fn default() -> Catalog {
        Catalog::new([])
    }
}

impl Catalog {
    /// Builds a catalog from definitions that were read.
    pub fn new(actions: impl IntoIterator<Item = ActionDefinition>) -> Catalog {
        let mut versions: [Vec<ActionDefinition>; Version::ALL.len()] = Default::default();
        for action in actions {
            versions[action.version as usize].push(action);
        }
        let versions = versions.map(|actions| {
            let read = OnceLock::from(sorted(actions));
            VersionActions { read, names: OnceLock::new(), reader: None }
        });
        let index = ElementIndex::new(versions.iter().flat_map(VersionActions::get).map(|action| action.indexed()));
        Catalog { versions, index, wsdl: Vec::new() }
    }

    /// Puts off the reading of a version, whose actions exist in JSON only, until something asks for one of them. It replaces the
    /// actions that the version has.
    pub(super) fn read_on_demand(&mut self, version: Version, reader: VersionReader) {
        let (read, names) = (OnceLock::new(), OnceLock::new());
        self.versions[version as usize] = VersionActions { read, names, reader: Some(reader) };
    }

    /// Replaces the actions of a version, which exist in JSON only.
    pub(super) fn replace(&mut self, version: Version, actions: Vec<ActionDefinition>) {
        let read = OnceLock::from(sorted(actions));
        self.versions[version as usize] = VersionActions { read, names: OnceLock::new(), reader: None };
    }

    /// Stores the text of the WSDL file of the service that `host` offers, to serve it.
    pub fn keep_wsdl(&mut self, version: Version, host: Role, text: impl Into<Box<str>>) {
        let place = self.wsdl.partition_point(|(of, by, _)| (*of, *by) < (version, host));
        self.wsdl.insert(place, (version, host, text.into()));
    }

    /// The text of the WSDL file of the service that `host` offers.
    pub fn wsdl(&self, version: Version, host: Role) -> Option<&str> {
        let mut texts = self.wsdl.iter();
        texts.find(|(of, by, _)| (*of, *by) == (version, host)).map(|(_, _, text)| &**text)
    }

    /// The actions of a version, sorted by name; empty when its definitions are missing.
    pub fn actions(&self, version: Version) -> &[Arc<ActionDefinition>] {
        self.versions[version as usize].get()
    }

    /// The names of the actions of a version and who sends them, sorted; for a version that was not used yet much cheaper than
    /// its actions.
    pub fn names(&self, version: Version) -> &[(Arc<str>, Role)] {
        self.versions[version as usize].names()
    }

    /// The actions that `initiator` may send in a version, sorted by name.
    pub fn actions_of(&self, version: Version, initiator: Role) -> impl Iterator<Item = &Arc<ActionDefinition>> {
        self.actions(version).iter().filter(move |action| action.initiator == initiator)
    }

    /// Finds one action.
    pub fn action(&self, version: Version, initiator: Role, name: &str) -> Option<&Arc<ActionDefinition>> {
        if self.versions[version as usize].read.get().is_none() && !self.has_name(version, name) {
            return None; // and so a version is not read for an action of another one
        }
        let actions = self.actions(version);
        let start = actions.partition_point(|action| &*action.name < name);
        actions[start..].iter().take_while(|action| &*action.name == name).find(|action| action.initiator == initiator)
    }

    /// The version and the service to which an XML namespace belongs, in any spelling that means the same.
    pub fn service_of(&self, namespace: &str) -> Option<(Version, Role)> {
        self.index.service(namespace)
    }

    /// The messages whose XML element has this name, the oldest version first, and whether it is spelt exactly. Where no element has
    /// the name, those are found whose names differ in the case of letters.
    pub fn messages_of(
        &self,
        element: &str,
    ) -> (impl DoubleEndedIterator<Item = (&Arc<ActionDefinition>, MessagePart)> + Clone, bool) {
        let (found, exact) = self.index.messages(element);
        (found.iter().filter_map(|(position, part)| Some((self.at(*position)?, *part))), exact)
    }

    /// The action at a position of the index.
    fn at(&self, mut position: usize) -> Option<&Arc<ActionDefinition>> {
        // Versions that are read on demand are the last ones and have no elements, so that none is read here.
        for actions in self.versions.iter().map(VersionActions::get) {
            match actions.get(position) {
                Some(action) => return Some(action),
                None => position -= actions.len(), // it lies behind all of them
            }
        }
        None
    }

    fn has_name(&self, version: Version, name: &str) -> bool {
        self.names(version).binary_search_by(|(known, _)| (**known).cmp(name)).is_ok()
    }

    /// Finds one action, or the reason why there is none.
    pub fn lookup(&self, version: Version, initiator: Role, name: &str) -> ActionLookup {
        if let Some(action) = self.action(version, initiator, name) {
            return ActionLookup::Known(action.clone());
        }
        if self.actions(version).is_empty() {
            return ActionLookup::NoDefinitions;
        }
        let elsewhere = Version::ALL.into_iter().any(|version| self.has_name(version, name));
        if elsewhere { ActionLookup::Elsewhere } else { ActionLookup::Unknown }
    }
}
