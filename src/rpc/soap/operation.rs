//! Which message an element of a body is: version, service, action, request or response. The namespace of the element decides;
//! where it is missing or belongs elsewhere, the rest of the envelope decides.

use std::sync::Arc;

use super::document::quote;
use crate::ocpp::xml::{XmlElement, XmlRemarks, XmlRule, same_namespace};
use crate::ocpp::{ActionDefinition, Catalog, MessagePart, Role, Version};

/// What is known about a message before it is read. It is used only where the message itself is silent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadHint {
    /// The version of the peer.
    pub version: Option<Version>,
    /// The role whose service the message belongs to.
    pub service: Option<Role>,
    /// Set when the message must be the answer to a call of this version: it is read as such, whatever version its namespace is of.
    pub answers: Option<Version>,
}

/// A message of the catalog.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoundOperation<'catalog> {
    pub action: &'catalog ActionDefinition,
    pub part: MessagePart,
}

/// Hints of the envelope at its service, other than the namespace of its message.
#[derive(Debug)]
pub(super) struct OperationClues<'envelope> {
    /// The namespace of the identity's header.
    pub identity: Option<&'envelope str>,
    /// Every namespace that is declared.
    pub declared: &'envelope [Arc<str>],
    pub hint: ReadHint,
}

/// Finds the message of an element.
pub(super) fn find<'catalog>(
    catalog: &'catalog Catalog,
    element: &XmlElement<'_>,
    clues: &OperationClues,
    remarks: &mut XmlRemarks,
) -> Option<FoundOperation<'catalog>> {
    let of_namespace = element.namespace.as_deref().and_then(|namespace| catalog.service_of(namespace));
    let (candidates, exact) = catalog.messages_of(&element.local);
    let candidates = candidates.map(|(action, part)| FoundOperation { action, part });
    let in_version = |version: Option<Version>| {
        let candidates = candidates.clone().filter(|found| version.is_none_or(|version| found.action.version == version));
        best(catalog, candidates, of_namespace, clues)
    };
    let own = of_namespace.map(|(version, _)| version);
    let found = clues.hint.answers.and_then(|version| in_version(Some(version))).or_else(|| in_version(own))?;
    let (offset, wanted) = (element.span.start, &found.action.soap.as_ref()?.namespace);
    if !exact {
        let name = found.action.element(found.part)?;
        remarks.add(XmlRule::Name, offset, || format!("<{}> is written <{name}>", quote(&element.local)));
    }
    match element.namespace.as_deref() {
        Some(namespace) if namespace == &**wanted => {}
        Some(namespace) if same_namespace(namespace, wanted) => remarks.add(XmlRule::Namespace, offset, || {
            format!("the namespace {} of <{}> is written {wanted}", quote(namespace), element.local)
        }),
        Some(namespace) if own.is_some_and(|own| own != found.action.version) => {
            remarks.add(XmlRule::Namespace, offset, || {
                let version = own.map_or("", |version| version.number());
                format!("<{}> is in {} (OCPP {version}) instead of {wanted}", quote(&element.local), quote(namespace))
            });
        }
        Some(namespace) => remarks.add(XmlRule::Namespace, offset, || {
            format!("<{}> is in the namespace {} instead of {wanted}", quote(&element.local), quote(namespace))
        }),
        None => remarks.add(XmlRule::Namespace, offset, || {
            format!("<{}> is in no namespace; it belongs into {wanted}", quote(&element.local))
        }),
    }
    Some(found)
}

/// The action in the name of an element, whether or not any version has it: `fooRequest` is `Foo`.
pub(super) fn action_of(name: &str) -> Option<String> {
    let stem = name.strip_suffix("Request").or_else(|| name.strip_suffix("Response"))?;
    let mut characters = stem.chars();
    let first = characters.next()?;
    Some(first.to_uppercase().chain(characters).collect())
}

/// The candidate that fits best; of equals the last, which is of the newest version.
fn best<'catalog>(
    catalog: &Catalog,
    mut candidates: impl Iterator<Item = FoundOperation<'catalog>>,
    of_namespace: Option<(Version, Role)>,
    clues: &OperationClues,
) -> Option<FoundOperation<'catalog>> {
    // Nearly always the namespace leaves one, and nothing else needs to be asked.
    let (first, second) = (candidates.next()?, candidates.next());
    let Some(second) = second else { return Some(first) };
    let known = KnownServices {
        of_namespace,
        identity: clues.identity.and_then(|namespace| catalog.service_of(namespace)),
        declared: clues.declared.iter().filter_map(|namespace| catalog.service_of(namespace)).collect(),
        hint: clues.hint,
    };
    [first, second].into_iter().chain(candidates).max_by_key(|found| known.score(found))
}

/// The services that an envelope speaks of.
struct KnownServices {
    of_namespace: Option<(Version, Role)>,
    identity: Option<(Version, Role)>,
    declared: Vec<(Version, Role)>,
    hint: ReadHint,
}

impl KnownServices {
    /// How well a candidate fits, the surest sign first.
    fn score(&self, found: &FoundOperation) -> [bool; 6] {
        let (version, role) = (found.action.version, found.action.initiator.peer());
        [
            self.of_namespace == Some((version, role)),
            self.identity == Some((version, role)),
            self.identity.is_some_and(|(of_identity, _)| of_identity == version),
            self.declared.contains(&(version, role)),
            self.hint.version == Some(version),
            self.hint.service == Some(role),
        ]
    }
}
