//! The book as Markdown, in the dialect of code hosts: a page of contents and one file a version.

use super::DocFile;
use super::book::{ActionMatter, Book, MessageMatter, VersionMatter, sender};
use super::difference::{FieldChange, What};
use super::row::FieldRow;
use crate::ocpp::{Role, field_docs};
use crate::sanitize::escape_control;

/// All files.
pub(super) fn files(book: &Book) -> Vec<DocFile> {
    let mut files = vec![DocFile { path: "README.md".to_owned(), text: contents(book) }];
    for matter in &book.versions {
        files.push(DocFile { path: format!("{}.md", matter.slug()), text: version(matter) });
    }
    files
}

fn contents(book: &Book) -> String {
    let mut out = String::from("# OCPP messages\n\n| Action | Sent |");
    for matter in &book.versions {
        out.push_str(&format!(" [{0}]({1}.md) |", matter.version, matter.slug()));
    }
    out.push_str("\n|---|---|");
    out.push_str(&"---|".repeat(book.versions.len()));
    for (name, initiator) in book.names() {
        out.push_str(&format!("\n| {} | {} |", escaped(name), book.sender_of(initiator, name)));
        for matter in &book.versions {
            match matter.action(initiator, name) {
                Some(action) => out.push_str(&format!(" [{}]({}.md#{}) |", matter.version, matter.slug(), anchor(action))),
                None => out.push_str(" – |"),
            }
        }
    }
    out.push('\n');
    out
}

fn version(matter: &VersionMatter) -> String {
    let mut out = format!("# OCPP {}\n\nThe WebSocket subprotocol is `{}`.\n", matter.version, matter.version.subprotocol());
    for role in Role::ALL {
        out.push_str(&format!("\nSent {}:\n\n", sender(matter.version, role)));
        for action in matter.actions_of(role) {
            out.push_str(&format!("- [{}](#{})\n", escaped(&action.definition.name), anchor(action)));
        }
    }
    if let Some((before, _)) = &matter.since {
        out.push_str(&format!("\nEvery action ends with what changed since OCPP {before}.\n"));
    }
    for action in &matter.actions {
        one(&mut out, matter, action);
    }
    out
}

fn one(out: &mut String, matter: &VersionMatter, action: &ActionMatter) {
    let transports = if action.definition.soap.is_some() { "in JSON and SOAP" } else { "in JSON only" };
    let (name, sent) = (escaped(&action.definition.name), sender(action.definition.version, action.definition.initiator));
    let meaning = field_docs::action(&action.definition.name).map_or_else(String::new, |meaning| format!("{meaning}. "));
    out.push_str(&format!("\n<a id=\"{}\"></a>\n\n## {name}\n\n{meaning}Sent {sent}, {transports}.\n", anchor(action)));
    for message in &action.messages {
        section(out, message);
    }
    let Some((before, _)) = &matter.since else { return };
    out.push_str(&format!("\n### Since OCPP {before}\n\n"));
    match action.changes(matter.since.as_ref()).map(|(_, change)| &change.what) {
        None => out.push_str("Nothing has changed.\n"),
        Some(What::New | What::Gone) => out.push_str("The action is new.\n"),
        Some(What::Changed { request, response }) => {
            changes(out, "Request: ", request);
            changes(out, "Response: ", response);
        }
    }
}

fn section(out: &mut String, message: &MessageMatter) {
    out.push_str(&format!("\n### {}\n\n", message.part));
    if message.rows.is_empty() {
        out.push_str("It has no fields.\n\n");
    } else {
        out.push_str("| Field | Meaning | Presence | Type and limit |\n|---|---|---|---|\n");
        for row in &message.rows {
            field(out, row);
        }
        out.push('\n');
    }
    if !message.in_xml.is_empty() {
        out.push_str("In SOAP:\n\n");
        changes(out, "", &message.in_xml);
        out.push('\n');
    }
    out.push_str(&fenced("json", &message.example));
    folded(out, "JSON Schema", "json", &message.schema);
    if let Some(soap) = &message.soap {
        folded(out, "SOAP example", "xml", soap);
    }
}

fn field(out: &mut String, row: &FieldRow) {
    let indent = "&emsp;".repeat(row.depth);
    let form = row.in_xml.as_ref().map_or_else(String::new, |form| format!(" (XML: {})", escaped(form)));
    let type_name = if row.type_name.is_empty() { String::new() } else { format!(" ({})", escaped(&row.type_name)) };
    let value = |(value, meaning): &(String, Option<&str>)| match meaning {
        Some(meaning) => format!("<br>{}: {meaning}", escaped(value)),
        None => format!("<br>{}", escaped(value)),
    };
    let values: String = row.values.iter().map(value).collect();
    let limit = if row.limit.is_empty() { String::new() } else { format!(", {}", escaped(&row.limit)) };
    let (name, meaning) = (escaped(&row.name), row.meaning.unwrap_or_default());
    let presence = escaped(&row.occurs);
    out.push_str(&format!("| {indent}{name}{form} | {meaning}{values} | {presence} | {}{limit}{type_name} |\n", row.kind));
}

fn folded(out: &mut String, title: &str, language: &str, text: &str) {
    out.push_str(&format!("\n<details><summary>{title}</summary>\n\n{}\n</details>\n", fenced(language, text)));
}

fn changes(out: &mut String, part: &str, changes: &[FieldChange]) {
    for change in changes {
        out.push_str(&format!("- {part}{} {}\n", escaped(&change.path), escaped(&change.text)));
    }
}

/// A block of code in a fence that is longer than any in it.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<_> = text.lines().map(escape_control).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A text that Markdown leaves alone, in a table too.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in escape_control(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// The target of links to an action, the same on every code host.
fn anchor(action: &ActionMatter) -> String {
    action.page.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(escaped("a|b<script>[x](y)`*"), "a\\|b&lt;script&gt;\\[x\\](y)\\`\\*");
        assert_eq!(fenced("json", "a ``` b"), "````json\na ``` b\n````\n");
    }
}
