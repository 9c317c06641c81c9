//! Which message an element of a body is: version, service, action, request or response. The namespace of the element decides;
//! where it is missing or belongs elsewhere, the rest of the envelope decides.

use std::sync::Arc;

use super::document::quote;
use crate::ocpp::xml::{XmlElement, XmlRemarks, XmlRule, same_namespace};
use crate::ocpp::{ActionDefinition, Catalog, Role, Version};

/// What is known about a message before it is read. It is used only where the message itself is silent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadHint {
    /// The version of the peer.
    pub version: Option<Version>,
    /// The role whose service the message belongs to.
    pub service: Option<Role>,
}

/// Whether a message is a request or a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessagePart {
    Request,
    Response,
}

/// A message of the catalog.
#[derive(Debug, Clone)]
pub(super) struct FoundOperation {
    pub action: Arc<ActionDefinition>,
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

/// The version and the service to which a namespace belongs.
pub(super) fn service(catalog: &Catalog, namespace: &str) -> Option<(Version, Role)> {
    // The names that are built in, for an action that the definitions of a version lack.
    let built_in = Version::ALL.into_iter().flat_map(|version| Role::ALL.map(|role| (version, role)));
    let mut defined = Version::ALL.into_iter().flat_map(|version| catalog.actions(version));
    let defined = defined.find(|action| action.soap.as_ref().is_some_and(|soap| same_namespace(&soap.namespace, namespace)));
    let defined = defined.map(|action| (action.version, action.initiator.peer()));
    defined.or_else(|| built_in.into_iter().find(|(version, role)| same_namespace(version.namespace(*role), namespace)))
}

/// Finds the message of an element.
pub(super) fn find(
    catalog: &Catalog,
    element: &XmlElement,
    clues: &OperationClues,
    remarks: &mut XmlRemarks,
) -> Option<FoundOperation> {
    let of_namespace = element.namespace.as_deref().and_then(|namespace| service(catalog, namespace));
    let mut candidates = named(catalog, |name| name == element.local);
    let exact = !candidates.is_empty();
    if !exact {
        candidates = named(catalog, |name| name.eq_ignore_ascii_case(&element.local));
    }
    if let Some((version, _)) = of_namespace {
        candidates.retain(|found| found.action.version == version);
    }
    // Of equals the last, which is the newest version.
    let found = candidates.into_iter().max_by_key(|found| score(catalog, found, of_namespace, clues))?;
    let (offset, wanted) = (element.span.start, &found.action.soap.as_ref()?.namespace);
    if !exact {
        let name = element_name(&found)?;
        remarks.add(XmlRule::Name, offset, || format!("<{}> is written <{name}>", quote(&element.local)));
    }
    match element.namespace.as_deref() {
        Some(namespace) if namespace == &**wanted => {}
        Some(namespace) if same_namespace(namespace, wanted) => remarks.add(XmlRule::Namespace, offset, || {
            format!("the namespace {} of <{}> is written {wanted}", quote(namespace), element.local)
        }),
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

/// The element of a candidate; none for an action that exists in JSON only.
fn element_name(found: &FoundOperation) -> Option<&str> {
    let message = match found.part {
        MessagePart::Request => &found.action.request,
        MessagePart::Response => &found.action.response,
    };
    Some(&message.xml.as_ref()?.element)
}

fn named(catalog: &Catalog, is_it: impl Fn(&str) -> bool) -> Vec<FoundOperation> {
    let mut found = Vec::new();
    for action in Version::ALL.into_iter().flat_map(|version| catalog.actions(version)) {
        for part in [MessagePart::Request, MessagePart::Response] {
            let candidate = FoundOperation { action: action.clone(), part };
            if element_name(&candidate).is_some_and(&is_it) {
                found.push(candidate);
            }
        }
    }
    found
}

/// How well a candidate fits, the surest sign first.
fn score(
    catalog: &Catalog,
    found: &FoundOperation,
    of_namespace: Option<(Version, Role)>,
    clues: &OperationClues,
) -> [bool; 6] {
    let (version, role) = (found.action.version, found.action.initiator.peer());
    let of = |namespace: Option<&str>| namespace.and_then(|namespace| service(catalog, namespace));
    let declared = clues.declared.iter().any(|namespace| of(Some(namespace)) == Some((version, role)));
    let identity = of(clues.identity);
    [
        of_namespace == Some((version, role)),
        identity == Some((version, role)),
        identity.is_some_and(|(of_identity, _)| of_identity == version),
        declared,
        clues.hint.version == Some(version),
        clues.hint.service == Some(role),
    ]
}
