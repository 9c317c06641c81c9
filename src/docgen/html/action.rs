//! The page of an action: its two messages with tables, examples and schemas, and what changed since the version before.

use super::markup::Markup;
use super::{changes, page as whole_page, table};
use crate::docgen::book::{ActionMatter, Book, MessageMatter, VersionMatter, sender};
use crate::docgen::difference::What;
use crate::docgen::row::FieldRow;
use crate::ocpp::field_docs;

/// The page.
pub(super) fn page(book: &Book, matter: &VersionMatter, action: &ActionMatter) -> String {
    let name = &*action.definition.name;
    let title = format!("{name}, OCPP {}", matter.version);
    let path = format!("{}/{}.html", matter.slug(), action.page);
    whole_page(book, &title, &path, |out| {
        if let Some(meaning) = field_docs::action(name) {
            out.text_element("p", &[], &format!("{meaning}."));
        }
        out.element("p", &[], |out| {
            out.text(&format!("Sent {}", sender(action.definition.version, action.definition.initiator)));
            out.text(if action.definition.soap.is_some() { ", in JSON and SOAP." } else { ", in JSON only." });
            others(out, book, matter, action);
        });
        for message in &action.messages {
            section(out, message);
        }
        since(out, matter, action);
    })
}

/// Links to the same action of other versions, and of the other role.
fn others(out: &mut Markup, book: &Book, matter: &VersionMatter, action: &ActionMatter) {
    let (name, initiator) = (&action.definition.name, action.definition.initiator);
    for (version, other) in book.everywhere(initiator, name).filter(|(version, _)| *version != matter.version) {
        out.text(" Also in ");
        let folder = crate::docgen::book::version_slug(version);
        out.link(&format!("../{folder}/{}.html", other.page), &format!("OCPP {version}"));
        out.text(".");
    }
    if let Some(other) = matter.action(initiator.peer(), name) {
        out.text(" Also ");
        out.link(&format!("{}.html", other.page), &sender(matter.version, initiator.peer()));
        out.text(".");
    }
}

fn section(out: &mut Markup, message: &MessageMatter) {
    let id = message.part.to_ascii_lowercase();
    out.element("section", &[("id", &id)], |out| {
        out.text_element("h2", &[], message.part);
        if message.rows.is_empty() {
            out.text_element("p", &[], "It has no fields.");
        } else {
            table(out, &["Field", "Meaning", "Presence", "Type and limit"], |out| {
                for row in &message.rows {
                    field(out, row);
                }
            });
        }
        if !message.in_xml.is_empty() {
            out.text_element("p", &[], "In SOAP:");
            changes(out, &message.in_xml);
        }
        out.text_element("h3", &[], "Example");
        out.block(&message.example);
        folded(out, "JSON Schema", &message.schema);
        if let Some(soap) = &message.soap {
            folded(out, "SOAP example", soap);
        }
    });
}

fn field(out: &mut Markup, row: &FieldRow) {
    out.element("tr", &[], |out| {
        // The style sheet indents as many levels as OCPP has; deeper ones get the last indentation.
        let depth = format!("d{}", row.depth.min(6));
        out.element("td", &[("class", &depth)], |out| {
            out.text_element("code", &[], &row.name);
            if let Some(form) = &row.in_xml {
                out.text_element("small", &[], &format!(" (XML: {form})"));
            }
        });
        out.element("td", &[], |out| {
            out.text(row.meaning.unwrap_or_default());
            if !row.values.is_empty() {
                values(out, row);
            }
        });
        out.text_element("td", &[], &row.occurs);
        out.element("td", &[], |out| {
            out.text(&row.kind);
            if !row.limit.is_empty() {
                out.text(&format!(", {}", row.limit));
            }
            if !row.type_name.is_empty() {
                out.text_element("small", &[], &format!(" {}", row.type_name));
            }
        });
    });
}

/// The values of an enumeration, each with its meaning.
fn values(out: &mut Markup, row: &FieldRow) {
    out.element("dl", &[], |out| {
        for (value, meaning) in &row.values {
            out.element("dt", &[], |out| out.text_element("code", &[], value));
            out.text_element("dd", &[], meaning.unwrap_or_default());
        }
    });
}

fn folded(out: &mut Markup, title: &str, text: &str) {
    out.element("details", &[], |out| {
        out.text_element("summary", &[], title);
        out.block(text);
    });
}

fn since(out: &mut Markup, matter: &VersionMatter, action: &ActionMatter) {
    let Some((before, _)) = &matter.since else { return };
    out.text_element("h2", &[("id", "changes")], &format!("Since OCPP {before}"));
    match action.changes(matter.since.as_ref()).map(|(_, change)| &change.what) {
        None => out.text_element("p", &[], "Nothing has changed."),
        Some(What::New | What::Gone) => out.text_element("p", &[], "The action is new."),
        Some(What::Changed { request, response }) => {
            for (part, list) in [("Request:", request), ("Response:", response)] {
                if !list.is_empty() {
                    out.text_element("p", &[], part);
                    changes(out, list);
                }
            }
        }
    }
}
