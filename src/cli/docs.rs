//! The commands that print or write documentation and end: `docs`, `schema`, `example`. `docgen` makes the content.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use ocpp_tui::docgen::{self, MessageQuery};
use ocpp_tui::ocpp::{ActionDefinition, Catalog, Version};

use super::arguments::{DocsArguments, OneMessage};

/// Writes the documentation of a catalog.
///
/// # Errors
/// When the folder is not empty or cannot be written to, or when there is nothing to document.
pub fn docs(catalog: &Catalog, arguments: &DocsArguments) -> anyhow::Result<ExitCode> {
    if Version::ALL.iter().all(|version| catalog.actions(*version).is_empty()) {
        bail!("there are no definitions to document; mend the folder that --wsdl-dir or --schema-dir names");
    }
    let files = docgen::files(catalog, arguments.format.into());
    docgen::write(&arguments.out, &files, arguments.force)?;
    print(&format!("{} files written to {}", files.len(), arguments.out.display()))
}

/// Prints the schema of one message.
///
/// # Errors
/// When there is no such action.
pub fn schema(catalog: &Catalog, message: &OneMessage) -> anyhow::Result<ExitCode> {
    print(&docgen::schema(find(catalog, message)?, message.response))
}

/// Prints an example of one message.
///
/// # Errors
/// When there is no such action, or none in SOAP.
pub fn example(catalog: &Catalog, message: &OneMessage, soap: bool) -> anyhow::Result<ExitCode> {
    let action = find(catalog, message)?;
    if !soap {
        return print(&docgen::example(action, message.response));
    }
    match docgen::soap_example(catalog, action, message.response) {
        Some(text) => print(&text),
        None => bail!("{} exists in JSON only; leave --soap out", action.name),
    }
}

fn find<'catalog>(catalog: &'catalog Catalog, message: &OneMessage) -> anyhow::Result<&'catalog ActionDefinition> {
    Ok(docgen::find(catalog, MessageQuery { name: &message.action, version: message.protocol, initiator: message.from })?)
}

/// Prints a text. A closed pipe, as with `head`, is no error.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("nothing can be printed"),
        _ => Ok(ExitCode::SUCCESS),
    }
}
