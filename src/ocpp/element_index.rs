//! Lookup tables for XML: which service a namespace belongs to, and which messages an element's name stands for. Built once with the
//! catalog, so that reading an envelope searches no list. What the positions in here stand for is known to the catalog only.

use std::collections::HashMap;
use std::fmt;

use super::xml::folded_namespace;
use super::{Role, Version};

/// Whether a message is the request or the response of its action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagePart {
    /// The payload of the call.
    Request,
    /// The payload of the result.
    Response,
}

/// What the index must know of an action.
pub(super) struct IndexedAction<'a> {
    pub version: Version,
    /// The role whose service it is.
    pub service: Role,
    /// The namespace of the service; `None` for an action that exists in JSON only.
    pub namespace: Option<&'a str>,
    /// The elements of its messages, for those that XML has.
    pub elements: [(MessagePart, Option<&'a str>); 2],
}

/// Services by namespace and messages by element.
pub(super) struct ElementIndex {
    /// By the folded namespace.
    services: HashMap<String, (Version, Role)>,
    /// Namespaces as the definitions spell them, which need no folding.
    exact_services: HashMap<Box<str>, (Version, Role)>,
    /// Positions of actions by the exact name of an element, in the order of the actions.
    elements: HashMap<Box<str>, Vec<(usize, MessagePart)>>,
    /// The same by the name in lower case.
    folded_elements: HashMap<String, Vec<(usize, MessagePart)>>,
}

impl ElementIndex {
    /// The index of these actions. Where two of them claim a namespace, the first one has it; the names that are built into
    /// [`Version::namespace`] come last, for the services that no definition describes.
    pub fn new<'a>(actions: impl Iterator<Item = IndexedAction<'a>>) -> ElementIndex {
        let mut index = ElementIndex {
            services: HashMap::new(),
            exact_services: HashMap::new(),
            elements: HashMap::new(),
            folded_elements: HashMap::new(),
        };
        for (position, action) in actions.enumerate() {
            if let Some(namespace) = action.namespace {
                index.add_service(namespace, (action.version, action.service));
            }
            for (part, element) in action.elements {
                let Some(element) = element else { continue };
                index.elements.entry(element.into()).or_default().push((position, part));
                index.folded_elements.entry(element.to_ascii_lowercase()).or_default().push((position, part));
            }
        }
        for version in Version::SOAP {
            for service in Role::ALL {
                index.add_service(version.namespace(service), (version, service));
            }
        }
        index
    }

    fn add_service(&mut self, namespace: &str, service: (Version, Role)) {
        let service = *self.services.entry(folded_namespace(namespace)).or_insert(service);
        self.exact_services.entry(namespace.into()).or_insert(service);
    }

    /// The version and the service to which a namespace belongs, spelt as [`same_namespace`](super::xml::same_namespace) allows.
    pub fn service(&self, namespace: &str) -> Option<(Version, Role)> {
        let exact = self.exact_services.get(namespace);
        exact.or_else(|| self.services.get(&folded_namespace(namespace))).copied()
    }

    /// The positions of the messages whose element has this name, and whether the name is spelt exactly. Where none is, those are
    /// found whose names differ in the case of letters.
    pub fn messages(&self, element: &str) -> (&[(usize, MessagePart)], bool) {
        if let Some(found) = self.elements.get(element) {
            return (found, true);
        }
        (self.folded_elements.get(&element.to_ascii_lowercase()).map_or(&[], Vec::as_slice), false)
    }
}

impl fmt::Debug for ElementIndex {
    /// Nothing of its own: it is made of the actions, and hashed tables have no order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ElementIndex").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::xml::same_namespace;

    fn action<'a>(version: Version, namespace: &'a str, request: &'a str) -> IndexedAction<'a> {
        IndexedAction {
            version,
            service: Role::CentralSystem,
            namespace: Some(namespace),
            elements: [(MessagePart::Request, Some(request)), (MessagePart::Response, None)],
        }
    }

    #[test]
    fn namespaces_are_found_in_every_spelling_that_means_the_same() {
        let own = "urn://Example/Cs/";
        let index = ElementIndex::new([action(Version::V1_5, own, "aRequest")].into_iter());
        for spelling in [own, "urn://Example/Cs", " URN://example/cs// "] {
            assert!(same_namespace(spelling, own));
            assert_eq!(index.service(spelling), Some((Version::V1_5, Role::CentralSystem)), "{spelling}");
        }
        assert_eq!(index.service("urn://Ocpp/Cp/2015/10"), Some((Version::V1_6, Role::ChargePoint)), "it is built in");
        assert_eq!(index.service("urn://Example/Cp/"), None);
    }

    #[test]
    fn the_exact_spelling_of_an_element_goes_before_another_one() {
        let actions = [action(Version::V1_2, "urn:a", "aRequest"), action(Version::V1_5, "urn:b", "ArequesT")];
        let index = ElementIndex::new(actions.into_iter());
        assert_eq!(index.messages("ArequesT"), (&[(1, MessagePart::Request)][..], true));
        let both = [(0, MessagePart::Request), (1, MessagePart::Request)];
        assert_eq!(index.messages("AREQUEST"), (&both[..], false));
        assert_eq!(index.messages("b").0, []);
    }

    #[test]
    fn the_first_action_has_the_namespace() {
        let actions = [action(Version::V1_2, "urn:a/", "a"), action(Version::V1_5, "urn:a", "b")];
        let index = ElementIndex::new(actions.into_iter());
        assert_eq!(index.service("urn:a"), Some((Version::V1_2, Role::CentralSystem)));
    }
}
