//! The catalog: the messages of every version. Everything that depends on the shape of a message looks it up here. Reading definition
//! files, the embedded ones included, is in `definition/`, validation in `check/`, samples in `sample/`.

use std::sync::Arc;

use super::element_index::{ElementIndex, IndexedAction, MessagePart};
use super::message::MessageDefinition;
use super::{Role, Version};

/// The messages of all versions.
#[derive(Debug)]
pub struct Catalog {
    versions: [Vec<Arc<ActionDefinition>>; Version::ALL.len()],
    /// Finds the messages of elements. Its positions count the actions of all versions, the oldest version first.
    index: ElementIndex,
    /// The texts of the WSDL files.
    wsdl: Vec<(Version, Role, Box<str>)>,
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
    /// The result's payload.
    pub response: MessageDefinition,
    /// How SOAP carries it; `None` for an action of an extension, which exists in JSON only.
    pub soap: Option<SoapOperation>,
}

impl ActionDefinition {
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

impl Default for Catalog {
    /// A catalog without definitions.
    fn default() -> Catalog {
        Catalog::new([])
    }
}

impl Catalog {
    /// Builds a catalog from definitions that were read.
    pub fn new(actions: impl IntoIterator<Item = ActionDefinition>) -> Catalog {
        let mut versions: [Vec<Arc<ActionDefinition>>; Version::ALL.len()] = Default::default();
        for action in actions {
            versions[action.version as usize].push(Arc::new(action));
        }
        for actions in &mut versions {
            actions.sort_by(|a, b| a.name.cmp(&b.name).then(a.initiator.cmp(&b.initiator)));
        }
        let index = ElementIndex::new(versions.iter().flatten().map(|action| action.indexed()));
        Catalog { versions, index, wsdl: Vec::new() }
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
        &self.versions[version as usize]
    }

    /// The actions that `initiator` may send in a version, sorted by name.
    pub fn actions_of(&self, version: Version, initiator: Role) -> impl Iterator<Item = &Arc<ActionDefinition>> {
        self.actions(version).iter().filter(move |action| action.initiator == initiator)
    }

    /// Finds one action.
    pub fn action(&self, version: Version, initiator: Role, name: &str) -> Option<&Arc<ActionDefinition>> {
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
        for actions in &self.versions {
            match actions.get(position) {
                Some(action) => return Some(action),
                None => position -= actions.len(), // it lies behind all of them
            }
        }
        None
    }

    /// Finds one action, or the reason why there is none.
    pub fn lookup(&self, version: Version, initiator: Role, name: &str) -> ActionLookup {
        if let Some(action) = self.action(version, initiator, name) {
            return ActionLookup::Known(action.clone());
        }
        if self.actions(version).is_empty() {
            return ActionLookup::NoDefinitions;
        }
        let elsewhere = self.versions.iter().flatten().any(|action| &*action.name == name);
        if elsewhere { ActionLookup::Elsewhere } else { ActionLookup::Unknown }
    }
}
