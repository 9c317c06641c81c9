//! Documentation made from the catalog: a site, Markdown, or schemas and examples as files, and the parts of one action that the
//! command line prints. Everything is derived from the definitions; nothing about a message is written down here a second time.
//!
//! | file | subject |
//! |---|---|
//! | `book` | the contents of all formats: versions, actions, differences |
//! | `row` | the fields of a message as rows of a table |
//! | `difference` | what changed between two versions, or between JSON and XML |
//! | `soap` | examples as envelopes |
//! | `html`, `markdown`, `json` | the book in one format each, as files in memory |
//! | `folder` | files to disk |
//! | `find` | the action that the user names |

mod book;
mod difference;
mod find;
mod folder;
mod html;
mod json;
mod markdown;
mod row;
mod soap;

#[cfg(test)]
mod tests;

pub use find::{FindError, MessageQuery, find};
pub use folder::{FolderError, write};

use jiff::Timestamp;

use crate::ocpp::{ActionDefinition, Catalog, SampleContext};

/// The time in the examples: always the same, so that the same definitions give the same files.
const EXAMPLE_TIME: Timestamp = Timestamp::constant(1_896_091_200, 0); // 2030-01-31T12:00:00Z

/// How documentation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocFormat {
    /// A static site.
    Html,
    /// One Markdown file a version.
    Markdown,
    /// JSON Schemas, examples and SOAP examples, a file each.
    Json,
}

/// A file of the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocFile {
    /// Its path below the folder, with slashes. Only letters, digits and `.-_/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The documentation of a catalog.
pub fn files(catalog: &Catalog, format: DocFormat) -> Vec<DocFile> {
    let book = book::Book::new(catalog);
    match format {
        DocFormat::Html => html::files(&book),
        DocFormat::Markdown => markdown::files(&book),
        DocFormat::Json => json::files(&book),
    }
}

/// The schema of a request or a response, indented.
pub fn schema(action: &ActionDefinition, response: bool) -> String {
    let message = if response { &action.response } else { &action.request };
    indented(&message.described_schema(&action.name))
}

/// An example of a request or a response, indented.
pub fn example(action: &ActionDefinition, response: bool) -> String {
    let message = if response { &action.response } else { &action.request };
    indented(&message.sample(&SampleContext::at(EXAMPLE_TIME)))
}

/// The same example in a SOAP envelope; `None` for an action that exists in JSON only.
pub fn soap_example(catalog: &Catalog, action: &ActionDefinition, response: bool) -> Option<String> {
    soap::example(catalog, action, response)
}

fn indented(value: &serde_json::Value) -> String {
    // Values can always be written: their keys are texts.
    serde_json::to_string_pretty(value).unwrap_or_default()
}
