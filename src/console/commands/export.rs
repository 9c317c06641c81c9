//! `export <file> [--to <format>] [--redact] [--force] [filter]`: records as a file for others. The formats are in `crate::capture`; which records are
//! meant is in `trace_choice`.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::hold::parse_filter;
use super::new_file::{cannot_write, write};
use super::trace_choice::TraceChoice;
use crate::capture::{
    ExportCount, ExportFormat, ExportScope, RedactedCopy, RedactionReport, Redactor, redacted_copy, write_export,
};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, CommandWords};
use crate::console::syntax::error::{CommandError, UsageFault, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, added, argument, switch};
use crate::console::syntax::token::{Spanned, quote, unquote};
use crate::ocpp::Catalog;
use crate::sanitize::escape_control;
use crate::trace::filter::TraceFilter;
use crate::trace::{PinError, PinnedPages, Trace};

/// The option that names the format.
const TO: &str = "--to";
/// The option that replaces what identifies somebody.
const REDACT: &str = "--redact";
/// The option that names what the dummies are made from.
const SEED: &str = "--redact-seed";

pub(super) const EXPORT: CommandEntry<ExportCommand> = CommandEntry {
    spec: CommandSpec::new("export", "write records into a file for others: a report, a table, packets for Wireshark")
        .arguments(const { &[argument("<file>", CompletionKind::Nothing)] })
        .options(
            const {
                &[
                    added(TO, CompletionKind::ExportFormat, "the format; default: what the name of the file says"),
                    switch(REDACT, "replace tags, serial numbers, identities, addresses, keys and personal data by dummies of the same form"),
                    added(SEED, CompletionKind::Nothing, "with --redact: make the same dummies as another export with this text"),
                    switch("--force", "overwrite the file when it exists"),
                ]
            },
        )
        .synopsis("<file> [--to <format>] [--redact [--redact-seed <text>]] [--force] [filter]")
        .example("export report.html cp:CP1 since:10m"),
    parse,
};

/// Writes records into a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportCommand {
    /// The file.
    pub file: String,
    /// The format; `None` is the one that the name of the file says.
    pub format: Option<ExportFormat>,
    /// Whether what identifies somebody is replaced, and by dummies made from what; `None` is a seed of its own.
    pub redacted: Option<Option<String>>,
    /// Whether the file is overwritten when it exists.
    pub force: bool,
    /// Which records; `None` are those that the context means.
    pub filter: Option<TraceFilter>,
}

/// What follows the file and its options is a filter and not words of the command language.
fn parse(typed: &CommandWords<'_>) -> Result<ExportCommand, CommandError> {
    let (words, line) = (typed.words, typed.line);
    let mut options = words.len().min(typed.spec.positionals.len());
    while let Some(word) = words.get(options).filter(|word| word.value.starts_with("--")) {
        options += if word.value == TO || word.value == SEED { 2 } else { 1 };
    }
    let (words, filter) = words.split_at(options.min(words.len()));
    let arguments = Arguments::sort(typed.spec, words, line.len())?;
    let filter = filter.first().map(|word| parse_filter(&Spanned::new(&line[word.span.start..], word.span.start..line.len())));
    let filter = filter.transpose()?;
    let file = unquote(arguments.positionals[0].value);
    if file.is_empty() {
        return Err(arguments.missing("<file>"));
    }
    let format = match arguments.raw(TO) {
        None => None,
        Some(name) => {
            let format = ExportFormat::of_name(name.value);
            Some(format.ok_or_else(|| arguments.usage(UsageFault::Unexpected(short(name.value)), name))?)
        }
    };
    let seed = arguments.raw(SEED).map(|seed| unquote(seed.value));
    let redacted = (seed.is_some() || arguments.has(REDACT)).then_some(seed);
    Ok(ExportCommand { file, format, redacted, force: arguments.has("--force"), filter })
}

impl ExportCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let file = &self.file;
        let Some(format) = self.format.or_else(|| ExportFormat::of_path(Path::new(file))) else {
            let names: Vec<&str> = ExportFormat::ALL.iter().map(|format| format.name()).collect();
            let (file, names) = (escape_control(file), names.join(", "));
            return Err(CommandFailure::plain(format!("Error: the name {file} says no format; add --to and one of {names}.")));
        };
        let choice = match &self.filter {
            Some(filter) => TraceChoice { filter: filter.clone(), ..TraceChoice::default() },
            None => context.meant.trace.clone(),
        };
        let (trace, catalog) = (context.hub.trace().clone(), context.hub.catalog().clone());
        let seed = self.redacted.clone().map(|seed| seed.unwrap_or_else(Redactor::random_seed));
        context.hub.caught_up().await;
        // A long trace takes a while to go through, and the links are served by the same threads.
        let made = tokio::task::spawn_blocking(move || made(&trace, format, &choice, seed.map(|seed| (catalog, seed)))).await;
        let made = made
            .map_err(|_| CommandFailure::plain("Error: the export could not be made; choose fewer records with a filter."))?;
        let (bytes, count, replaced) = made.map_err(|error| CommandFailure::plain(format!("Error: {error}.")))?;
        if count.written == 0 {
            let name = format.name();
            let text = format!("Error: none of the records can be written as {name}; choose others with a filter.");
            return Err(CommandFailure::plain(text));
        }
        write(file, self.force, &bytes).await.map_err(|error| cannot_write(file, &error))?;
        let ExportCount { written, left_out } = count;
        let left_out = if left_out > 0 { format!("; {left_out} left out that the format cannot hold") } else { String::new() };
        let (name, file) = (format.name(), escape_control(file));
        let replaced = replaced.map_or_else(String::new, |report| format!("; {}", report.lines().join("; ")));
        Ok(CommandOutput::done(format!("Exported {written} to {file} as {name}{left_out}{replaced}.")))
    }
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
enum ExportFault {
    #[error(transparent)]
    Pin(#[from] PinError),
    #[error("the export could not be made: {0}")]
    Write(#[from] std::io::Error),
}

/// The bytes of the file, what was written, and what was replaced when there is a seed.
fn made(
    trace: &Arc<Trace>,
    format: ExportFormat,
    choice: &TraceChoice,
    redacted: Option<(Arc<Catalog>, String)>,
) -> Result<(Vec<u8>, ExportCount, Option<RedactionReport>), ExportFault> {
    let chosen = choice.records(trace);
    let _pinned = PinnedPages::of(trace, &chosen, (0, 0))?;
    let contents = trace.read();
    let scope = ExportScope { contents: &contents, chosen: &chosen };
    let mut bytes = Vec::new();
    let Some((catalog, seed)) = redacted else {
        let count = write_export(&mut bytes, format, &scope)?;
        return Ok((bytes, count, None));
    };
    let RedactedCopy { events, chosen, report } = redacted_copy(&scope, catalog, &seed);
    drop(contents);
    let count = write_export(&mut bytes, format, &ExportScope { contents: &events.trace().read(), chosen: &chosen })?;
    Ok((bytes, count, Some(report)))
}

impl fmt::Display for ExportCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "export {}", quote(&self.file))?;
        if let Some(format) = self.format {
            write!(f, " {TO} {}", format.name())?;
        }
        match &self.redacted {
            Some(Some(seed)) => write!(f, " {REDACT} {SEED} {}", quote(seed))?,
            Some(None) => write!(f, " {REDACT}")?,
            None => {}
        }
        if self.force {
            f.write_str(" --force")?;
        }
        match &self.filter {
            // What begins like an option would be read as one.
            Some(filter) if filter.to_string().starts_with("--") => write!(f, " ({filter})"),
            Some(filter) => write!(f, " {filter}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::now;
    use crate::console::test_console::grammar;
    use crate::console::{Command, Console, RunContext, parse as parse_line};
    use crate::hub::Hub;
    use crate::link::LinkSettings;
    use crate::ocpp::Role;
    use crate::trace::{self, filter};

    #[test]
    fn what_follows_the_file_and_its_options_is_a_filter() {
        let export = |file: &str, format, redacted, force, filter: Option<&str>| {
            let filter = filter.map(|text| filter::parse(text).unwrap());
            Command::Export(ExportCommand { file: file.to_owned(), format, redacted, force, filter })
        };
        for (line, command) in [
            ("export a.html", export("a.html", None, None, false, None)),
            ("export \"a b\" --to mermaid --force", export("a b", Some(ExportFormat::Mermaid), None, true, None)),
            ("export a.md --redact kind:call", export("a.md", None, Some(None), false, Some("kind:call"))),
            ("export a.md --redact --redact-seed \"x y\"", export("a.md", None, Some(Some("x y".to_owned())), false, None)),
            (
                "export a.csv --force cp:CP1 (kind:call or kind:error)",
                export("a.csv", None, None, true, Some("cp:CP1 (kind:call or kind:error)")),
            ),
        ] {
            let read = |line: &str| parse_line(line, grammar()).map(|command| command.unwrap());
            assert_eq!(read(line).as_ref(), Ok(&command), "{line}");
            assert_eq!(read(&command.to_string()), Ok(command), "{line}");
        }
        for line in ["export", "export a --to moon", "export a --frce"] {
            assert!(parse_line(line, grammar()).is_err(), "{line}");
        }
    }

    #[tokio::test]
    async fn records_are_written_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let events = trace::direct(16 << 20, now());
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events.clone());
        events.station(Role::CentralSystem, "DEPOT-07");
        hub.note(false, "a note of DEPOT-07".to_owned());
        let console = Console::new(hub);
        let path = folder.path().join("a.txt");
        let line = format!("export {}", path.display());
        let output = console.run(&line, &RunContext::default()).await;
        assert!(output.done.as_deref().is_some_and(|text| text.starts_with("Exported 1 to ")), "{:?}", output.lines);
        assert!(std::fs::read_to_string(&path).unwrap().ends_with(" a note of DEPOT-07\n"));
        assert!(console.run(&line, &RunContext::default()).await.failed(), "it exists");
        assert!(!console.run(&format!("{line} --force"), &RunContext::default()).await.failed());
        let hidden = folder.path().join("hidden.txt");
        let output = console.run(&format!("export {} --redact", hidden.display()), &RunContext::default()).await;
        assert!(
            output.done.as_deref().is_some_and(|text| text.contains("identities replaced: 1 different")),
            "{:?}",
            output.done
        );
        assert!(!std::fs::read_to_string(&hidden).unwrap().contains("DEPOT-07"));
        let other = format!("export {}", folder.path().join("a").display());
        assert!(console.run(&other, &RunContext::default()).await.failed(), "no format");
        let none = format!("export {} kind:call", folder.path().join("b.txt").display());
        assert!(console.run(&none, &RunContext::default()).await.failed(), "no records");
    }
}
