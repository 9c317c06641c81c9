//! The book as files for programs: a schema and an example for every message, the SOAP example beside them, and a list of all.

use serde_json::{Value, json};

use super::book::{Book, MessageMatter};
use super::{DocFile, indented};

/// All files; `index.json` lists them.
pub(super) fn files(book: &Book) -> Vec<DocFile> {
    let mut files = Vec::new();
    let mut actions: Vec<Value> = Vec::new();
    for matter in &book.versions {
        for action in &matter.actions {
            let stem = format!("{}/{}", matter.slug(), action.page);
            let mut messages = action.messages.iter().map(|message| message_files(&stem, message, &mut files));
            let (request, response) = (messages.next(), messages.next());
            actions.push(json!({
                "version": matter.version.number(),
                "action": &*action.definition.name,
                "initiator": action.definition.initiator.short(),
                "request": request,
                "response": response,
            }));
        }
    }
    files.push(DocFile { path: "index.json".to_owned(), text: indented(&json!({ "actions": actions })) + "\n" });
    files
}

/// Adds the files of a message; returns their names for the list.
fn message_files(stem: &str, message: &MessageMatter, files: &mut Vec<DocFile>) -> Value {
    let mut names = serde_json::Map::new();
    let part = message.part.to_ascii_lowercase();
    let texts = [
        ("schema", "schema.json", Some(&message.schema)),
        ("example", "example.json", Some(&message.example)),
        ("soap", "example.xml", message.soap.as_ref()),
    ];
    for (name, end, text) in texts {
        if let Some(text) = text {
            let path = format!("{stem}.{part}.{end}");
            names.insert(name.to_owned(), json!(path));
            files.push(DocFile { path, text: format!("{text}\n") });
        }
    }
    Value::Object(names)
}
