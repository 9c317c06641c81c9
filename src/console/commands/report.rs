//! `transactions`, `stats`, `faults`: the tables that sum up the session, on the output or in a file. What is in a table is in `reports`.

use std::fmt;

use jiff::Zoned;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::hold::parse_filter;
use super::new_file::{cannot_write, write};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::reports::{ReportContext, ReportKind, TableFormat, passes, report_text, statistics_text};
use crate::console::syntax::arguments::{Arguments, CommandWords};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, OptionSpec, added, switch};
use crate::console::syntax::token::{Spanned, quote};
use crate::sanitize::escape_control;
use crate::trace::filter::{FilterContext, TraceFilter};

const FILE: &str = "--file";
const JSON: &str = "--json";
const FORCE: &str = "--force";
const OPTIONS: &[OptionSpec] = &[
    switch(JSON, "JSON instead of columns"),
    added(FILE, CompletionKind::Nothing, "write it into this file: .md, .csv or .json"),
    switch(FORCE, "overwrite the file when it exists"),
];
const SYNOPSIS: &str = "[--json] [--file <file>] [filter]";

pub(super) const TRANSACTIONS: CommandEntry<ReportCommand> = CommandEntry {
    spec: CommandSpec::new("transactions", "list the transactions: energy, power, end, and what is missing or odd")
        .options(OPTIONS)
        .synopsis(SYNOPSIS)
        .example("transactions since:1h"),
    parse: |words| parse(words, ReportKind::Transactions),
};

pub(super) const STATISTICS: CommandEntry<ReportCommand> = CommandEntry {
    spec: CommandSpec::new("stats", "count calls, errors, latencies, bytes and heartbeats, by action and by station")
        .options(OPTIONS)
        .synopsis(SYNOPSIS)
        .example("stats --json"),
    parse: |words| parse(words, ReportKind::Actions),
};

pub(super) const FAULTS: CommandEntry<ReportCommand> = CommandEntry {
    spec: CommandSpec::new("faults", "list what went wrong, in groups with counts and an example")
        .options(OPTIONS)
        .synopsis(SYNOPSIS)
        .example("faults cp:CP1"),
    parse: |words| parse(words, ReportKind::Faults),
};

/// Shows a table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportCommand {
    /// Which; that of the actions stands for both tables of the statistics.
    pub kind: ReportKind,
    /// Whether it is printed as JSON.
    pub json: bool,
    /// The file that it is written into.
    pub file: Option<String>,
    /// Whether the file is overwritten when it exists.
    pub force: bool,
    /// The filter as it was typed, and read.
    pub filter: Option<(String, TraceFilter)>,
}

/// What follows the options is a filter and not words of the command language.
fn parse(typed: &CommandWords<'_>, kind: ReportKind) -> Result<ReportCommand, CommandError> {
    let (words, line) = (typed.words, typed.line);
    let mut options = 0;
    while let Some(word) = words.get(options).filter(|word| word.value.starts_with("--")) {
        options += if word.value == FILE { 2 } else { 1 };
    }
    let (options, filter) = words.split_at(options.min(words.len()));
    let arguments = Arguments::sort(typed.spec, options, line.len())?;
    let filter = filter.first().map(|word| {
        let text = &line[word.span.start..];
        let read = parse_filter(&Spanned::new(text, word.span.start..line.len()));
        read.map(|read| (text.trim().to_owned(), read))
    });
    let file = arguments.text(FILE);
    Ok(ReportCommand { kind, json: arguments.has(JSON), file, force: arguments.has(FORCE), filter: filter.transpose()? })
}

impl ReportCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let format = match &self.file {
            None if self.json => TableFormat::Json,
            None => TableFormat::Columns,
            Some(file) => TableFormat::of_file(file).ok_or_else(|| {
                CommandFailure::plain(
                    "Error: the end of the file's name says how it is written; end it with .md, .csv or .json.",
                )
            })?,
        };
        context.hub.caught_up().await;
        let (trace, summaries, command) = (context.hub.trace().clone(), context.summaries.clone(), self.clone());
        // A long trace takes a while to go through, and the links are served by the same threads.
        let made = tokio::task::spawn_blocking(move || {
            let counted = command.filter.as_ref().map(|(_, filter)| filter).filter(|_| command.kind == ReportKind::Actions);
            summaries.look(&trace, counted, |from| command.made(from, format))
        })
        .await;
        let (rows, text, missed) =
            made.map_err(|_| CommandFailure::plain("Error: the table could not be made; choose fewer rows with a filter."))?;
        let report = self.kind.report();
        if let Some(file) = &self.file {
            write(file, self.force, &text).await.map_err(|error| cannot_write(file, &error))?;
            let (what, file) = (report.title().to_lowercase(), quote(file));
            return Ok(CommandOutput::info(format!("Saved {rows} rows of {what} in {}.{missed}", escape_control(&file))));
        }
        if self.json {
            return Ok(CommandOutput::text(report.title(), [text]));
        }
        if rows == 0 && self.filter.is_some() {
            return Ok(CommandOutput::info("Nothing passes the filter."));
        }
        let lines: Vec<String> = match rows {
            0 => report.empty().iter().map(|line| (*line).to_owned()).collect(),
            _ => text.lines().map(str::to_owned).collect(),
        };
        let missed = Some(missed.trim().to_owned()).filter(|missed| !missed.is_empty());
        Ok(CommandOutput::text(report.title(), lines.into_iter().chain(missed)))
    }

    /// The number of rows, their text, and a sentence about what is not in it.
    fn made(&self, from: &ReportContext<'_>, format: TableFormat) -> (usize, String, String) {
        let report = self.kind.report();
        let mut rows = report.rows(from);
        if let Some((text, filter)) = self.filter.as_ref().filter(|_| self.kind != ReportKind::Actions) {
            let context = FilterContext::new(from.contents, &Zoned::now());
            rows.retain(|row| passes(report, from, *row, text, filter, &context));
        }
        let missed = match from.summaries.missed() {
            0 => String::new(),
            missed => format!(" {missed} records had left the memory before they were looked at."),
        };
        if self.kind == ReportKind::Actions {
            return (rows.len(), statistics_text(from, format), missed);
        }
        (rows.len(), report_text(report, from, &rows, format), missed)
    }
}

impl fmt::Display for ReportCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.command())?;
        f.write_str(if self.json { " --json" } else { "" })?;
        if let Some(file) = &self.file {
            write!(f, " --file {}", quote(file))?;
        }
        f.write_str(if self.force { " --force" } else { "" })?;
        match &self.filter {
            // What begins like an option would be read as one.
            Some((text, _)) if text.starts_with("--") => write!(f, " ({text})"),
            Some((text, _)) => write!(f, " {text}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::test_console::grammar;
    use crate::console::{Command, parse as parse_line};
    use crate::trace::filter;

    #[test]
    fn what_follows_the_options_is_a_filter() {
        for (line, json, file, force, filter_text) in [
            ("transactions", false, None, false, None),
            ("stats cp:CP1 since:10m", false, None, false, Some("cp:CP1 since:10m")),
            ("faults --file faults.json", false, Some("faults.json"), false, None),
            ("transactions --json", true, None, false, None),
            (
                "transactions --file a.md --force cp:CP1 (tx:33 or tx:34)",
                false,
                Some("a.md"),
                true,
                Some("cp:CP1 (tx:33 or tx:34)"),
            ),
            ("transactions --file \"my files/a.json\"", false, Some("my files/a.json"), false, None),
            ("transactions EVDisconnected", false, None, false, Some("EVDisconnected")),
        ] {
            let filter = filter_text.map(|text| (text.to_owned(), filter::parse(text).unwrap()));
            let file = file.map(str::to_owned);
            let kind = match line.split(' ').next() {
                Some("stats") => ReportKind::Actions,
                Some("faults") => ReportKind::Faults,
                _ => ReportKind::Transactions,
            };
            let expected = Command::Report(ReportCommand { kind, json, file, force, filter });
            let read = parse_line(line, grammar()).unwrap().unwrap();
            assert_eq!(read, expected, "{line}");
            assert_eq!(parse_line(&read.to_string(), grammar()), Ok(Some(expected)), "{line}");
        }
        assert!(parse_line("transactions kind:cal", grammar()).is_err());
        assert!(parse_line("transactions --file", grammar()).is_err());
    }
}
