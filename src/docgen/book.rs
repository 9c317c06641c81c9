//! The contents of the documentation, built once for all formats: the actions of all versions with the name of their
//! page, and what changed between the versions.

use std::collections::BTreeSet;

use super::difference::{self, ActionChange, FieldChange};
use super::row::{FieldRow, rows};
use super::{example, schema, soap};
use crate::ocpp::{ActionDefinition, Catalog, MessagePart, Role, Version};

/// The longest name of a page; file systems end at 255 bytes.
const NAME_LIMIT: usize = 80;

/// The documentation.
pub(super) struct Book<'catalog> {
    /// The versions that have definitions, oldest first.
    pub versions: Vec<VersionMatter<'catalog>>,
}

/// One version.
pub(super) struct VersionMatter<'catalog> {
    pub version: Version,
    /// The actions, by name.
    pub actions: Vec<ActionMatter<'catalog>>,
    /// The version before this one, and what changed since then.
    pub since: Option<(Version, Vec<ActionChange>)>,
}

/// One action in one version.
pub(super) struct ActionMatter<'catalog> {
    pub definition: &'catalog ActionDefinition,
    /// The name of its page: unique in its version, and harmless as the name of a file.
    pub page: String,
    /// The request, then the response; a SEND has none.
    pub messages: Vec<MessageMatter>,
}

/// One message.
pub(super) struct MessageMatter {
    /// `Request` or `Response`.
    pub part: &'static str,
    pub rows: Vec<FieldRow>,
    pub example: String,
    pub schema: String,
    pub soap: Option<String>,
    /// The differences of XML.
    pub in_xml: Vec<FieldChange>,
}

impl<'catalog> Book<'catalog> {
    /// Collects everything about a catalog.
    pub fn new(catalog: &'catalog Catalog) -> Book<'catalog> {
        let defined: Vec<Version> = Version::ALL.into_iter().filter(|version| !catalog.actions(*version).is_empty()).collect();
        let mut versions = Vec::new();
        for (index, version) in defined.iter().copied().enumerate() {
            let before = index.checked_sub(1).map(|before| defined[before]);
            let since = before.map(|before| (before, difference::between(catalog, before, version)));
            versions.push(VersionMatter { version, actions: actions(catalog, version), since });
        }
        Book { versions }
    }

    /// The action of this name and initiator in every version that has it, oldest first.
    pub fn everywhere(&self, initiator: Role, name: &str) -> impl Iterator<Item = (Version, &ActionMatter<'catalog>)> {
        let name = name.to_owned();
        self.versions.iter().filter_map(move |matter| Some((matter.version, matter.action(initiator, &name)?)))
    }

    /// All actions of all versions, each initiator and name once, sorted by name.
    pub fn names(&self) -> BTreeSet<(&'catalog str, Role)> {
        let actions = self.versions.iter().flat_map(|matter| &matter.actions);
        actions.map(|action| (&*action.definition.name, action.definition.initiator)).collect()
    }

    /// Who sends an action, as the first version calls it that has it.
    pub fn sender_of(&self, initiator: Role, name: &str) -> String {
        let first = self.everywhere(initiator, name).next().map(|(version, _)| version);
        sender(first.unwrap_or(Version::V1_6), initiator)
    }
}

impl<'catalog> VersionMatter<'catalog> {
    /// One action.
    pub fn action(&self, initiator: Role, name: &str) -> Option<&ActionMatter<'catalog>> {
        let is_it = |definition: &ActionDefinition| definition.initiator == initiator && &*definition.name == name;
        self.actions.iter().find(|action| is_it(action.definition))
    }

    /// What a role may send.
    pub fn actions_of(&self, initiator: Role) -> impl Iterator<Item = &ActionMatter<'catalog>> {
        self.actions.iter().filter(move |action| action.definition.initiator == initiator)
    }

    /// The folder or the file of a version: `ocpp-1.6`.
    pub fn slug(&self) -> String {
        version_slug(self.version)
    }
}

impl ActionMatter<'_> {
    /// What changed in this action since the version before.
    pub fn changes<'book>(&self, since: Option<&'book (Version, Vec<ActionChange>)>) -> Option<(Version, &'book ActionChange)> {
        let (before, changes) = since?;
        let is_it =
            |change: &&ActionChange| *change.name == *self.definition.name && change.initiator == self.definition.initiator;
        Some((*before, changes.iter().find(is_it)?))
    }
}

/// The folder or the file of a version: `ocpp-1.6`.
pub(super) fn version_slug(version: Version) -> String {
    format!("ocpp-{}", version.number())
}

/// `from the charge point`, `from the central system`; in 2.x `from the charging station`, `from the CSMS`.
pub(super) fn sender(version: Version, initiator: Role) -> String {
    format!("from the {}", version.role_name(initiator))
}

fn actions(catalog: &Catalog, version: Version) -> Vec<ActionMatter<'_>> {
    let definitions = catalog.actions(version);
    let mut taken = BTreeSet::new();
    let mut matter = Vec::with_capacity(definitions.len());
    for definition in definitions {
        let twice = definitions.iter().filter(|other| other.name == definition.name).count() > 1;
        let suffix = if twice { format!("-{}", definition.initiator.short()) } else { String::new() };
        let page = page_name(&format!("{}{suffix}", definition.name), &mut taken);
        let message = |part: &MessagePart| {
            let (message, response) = (definition.message(*part), *part == MessagePart::Response);
            MessageMatter {
                part: if response { "Response" } else { "Request" },
                rows: rows(&definition.name, &message.fields),
                example: example(definition, response),
                schema: schema(definition, response),
                soap: soap::example(catalog, definition, response),
                in_xml: message.xml.as_ref().map_or_else(Vec::new, |xml| difference::fields(&message.fields, &xml.fields)),
            }
        };
        matter.push(ActionMatter { definition, page, messages: definition.parts().iter().map(message).collect() });
    }
    matter
}

/// A name for a page that no other page has, on any file system. Definitions can come from anywhere, so a name can
/// contain anything.
fn page_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let harmless = |character: char| if character.is_ascii_alphanumeric() || character == '-' { character } else { '_' };
    let base: String = name.chars().take(NAME_LIMIT).map(harmless).collect();
    // `index` is the page of the version itself.
    let mut candidate = if base.is_empty() || base.eq_ignore_ascii_case("index") { format!("{base}_") } else { base.clone() };
    let mut number = 1;
    while !taken.insert(candidate.to_ascii_lowercase()) {
        number += 1;
        candidate = format!("{base}-{number}");
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pages_are_harmless_and_unique() {
        let mut taken = BTreeSet::new();
        let mut name = |text: &str| page_name(text, &mut taken);
        assert_eq!(name("Reset"), "Reset");
        assert_eq!(name("reset"), "reset-2", "some file systems ignore the case");
        assert_eq!(name("../../etc/passwd"), "______etc_passwd");
        assert_eq!(name("index"), "index_");
        assert_eq!(name(""), "_");
        assert_eq!(name(&"x".repeat(1000)).len(), NAME_LIMIT);
        assert_eq!(name("Käse\u{202e}"), "K_se_");
    }

    #[test]
    fn every_version_has_its_actions_and_data_transfer_has_two_pages() {
        let catalog = Catalog::embedded();
        let book = Book::new(&catalog);
        let counts: Vec<usize> = book.versions.iter().map(|matter| matter.actions.len()).collect();
        assert_eq!(counts, [18, 25, 40, 65, 92]);
        let pages: Vec<&str> =
            Role::ALL.iter().map(|role| &*book.versions[2].action(*role, "DataTransfer").unwrap().page).collect();
        assert_eq!(pages, ["DataTransfer-cp", "DataTransfer-cs"]);
        assert_eq!(book.everywhere(Role::CentralSystem, "ReserveNow").count(), 4);
    }
}
