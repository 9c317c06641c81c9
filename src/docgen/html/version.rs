//! The page of a version: its actions with the names of their fields, and what changed since the version before.

use super::markup::Markup;
use super::{changes, page as whole_page, table, version_page};
use crate::docgen::book::{ActionMatter, Book, MessageMatter, VersionMatter, sender, version_slug};
use crate::docgen::difference::{ActionChange, What};
use crate::ocpp::{Role, Version, field_docs};

/// The page.
pub(super) fn page(book: &Book, matter: &VersionMatter) -> String {
    let path = version_page(matter.version);
    whole_page(book, &format!("OCPP {}", matter.version), &path, |out| {
        out.element("p", &[], |out| {
            out.text("The WebSocket subprotocol is ");
            out.text_element("code", &[], matter.version.subprotocol());
            if matter.version.has_soap() {
                out.text("; the namespaces in SOAP are ");
                out.text_element("code", &[], matter.version.namespace(Role::CentralSystem));
                out.text(" (central system) and ");
                out.text_element("code", &[], matter.version.namespace(Role::ChargePoint));
                out.text(" (charge point).");
            } else {
                out.text(".");
            }
        });
        for role in Role::ALL {
            out.text_element("h2", &[("id", role.short())], &capital(&sender(matter.version, role)));
            table(out, &["Action", "Request", "Response"], |out| {
                for action in matter.actions_of(role) {
                    line(out, action);
                }
            });
        }
        if let Some((before, list)) = &matter.since {
            out.text_element("h2", &[("id", "changes")], &format!("Since OCPP {before}"));
            for change in list {
                changed(out, book, matter, *before, change);
            }
        }
    })
}

fn line(out: &mut Markup, action: &ActionMatter) {
    out.element("tr", &[], |out| {
        out.element("td", &[], |out| {
            out.link(&format!("{}.html", action.page), &action.definition.name);
            if let Some(meaning) = field_docs::action(&action.definition.name) {
                out.text_element("p", &[("class", "meaning")], meaning);
            }
            if action.definition.soap.is_none() {
                out.text_element("small", &[], " JSON only");
            }
        });
        for message in &action.messages {
            out.element("td", &[], |out| top_fields(out, message));
        }
    });
}

/// The fields of the payload itself; optional ones with a question mark.
fn top_fields(out: &mut Markup, message: &MessageMatter) {
    for (index, row) in message.rows.iter().filter(|row| row.depth == 0).enumerate() {
        if index > 0 {
            out.text(", ");
        }
        out.text_element("code", &[], &row.name);
        if !row.required {
            out.text("?");
        }
    }
}

fn changed(out: &mut Markup, book: &Book, matter: &VersionMatter, before: Version, change: &ActionChange) {
    let linked = |version: Version| {
        let mut everywhere = book.everywhere(change.initiator, &change.name);
        everywhere
            .find(|(found, _)| *found == version)
            .map(|(_, action)| format!("../{}/{}.html", version_slug(version), action.page))
    };
    let version = if matches!(change.what, What::Gone) { before } else { matter.version };
    out.element("h3", &[], |out| match linked(version) {
        Some(href) => out.link(&href, &change.name),
        None => out.text(&change.name),
    });
    match &change.what {
        What::New => out.text_element("p", &[], &format!("New, {}.", sender(matter.version, change.initiator))),
        What::Gone => out.text_element("p", &[], &format!("Gone; it was sent {}.", sender(matter.version, change.initiator))),
        What::Changed { request, response } => {
            for (part, list) in [("Request:", request), ("Response:", response)] {
                if !list.is_empty() {
                    out.text_element("p", &[], part);
                    changes(out, list);
                }
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
