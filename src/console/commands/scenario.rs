//! `scenario save <file> [--force] [filter]`: a test script of recorded messages. What the script contains is in `scenario_writer`;
//! which records are meant is in `trace_choice`.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::hold::parse_filter;
use super::new_file::{cannot_write, write};
use super::trace_choice::TraceChoice;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, CommandWords};
use crate::console::syntax::error::{CommandError, UsageFault, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, argument, switch};
use crate::console::syntax::token::{Spanned, quote, unquote};
use crate::ocpp::Catalog;
use crate::sanitize::escape_control;
use crate::scenario_writer::{ScriptTitle, TYPES, TYPES_FILE, TranscriptError, WrittenScript, transcribe};
use crate::trace::filter::TraceFilter;
use crate::trace::{PinError, PinnedPages, Trace};

pub(super) const SCENARIO: CommandEntry<ScenarioCommand> = CommandEntry {
    spec: CommandSpec::new("scenario", "make a test script of what was recorded")
        .arguments(const { &[argument("save", CompletionKind::Word("save")), argument("<file>", CompletionKind::Nothing)] })
        .options(const { &[switch("--force", "overwrite the file when it exists")] })
        .synopsis("save <file> [--force] [filter]")
        .example("scenario save charging.js cp:CP1 since:10m"),
    parse,
};

/// Saves records as a test script.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioCommand {
    /// The file.
    pub file: String,
    /// Whether the file is overwritten when it exists.
    pub force: bool,
    /// Which records; `None` are those that the context means.
    pub filter: Option<TraceFilter>,
}

/// What follows the file and its options is a filter and not words of the command language.
fn parse(typed: &CommandWords<'_>) -> Result<ScenarioCommand, CommandError> {
    let (words, line) = (typed.words, typed.line);
    let named = words.len().min(typed.spec.positionals.len());
    let options = words[named..].iter().take_while(|word| word.value.starts_with("--")).count();
    let (words, filter) = words.split_at(named + options);
    let arguments = Arguments::sort(typed.spec, words, line.len())?;
    let filter = filter.first().map(|word| parse_filter(&Spanned::new(&line[word.span.start..], word.span.start..line.len())));
    let filter = filter.transpose()?;
    let (verb, file) = (&arguments.positionals[0], &arguments.positionals[1]);
    if verb.value != "save" {
        return Err(arguments.usage(UsageFault::Unexpected(short(verb.value)), verb));
    }
    let file = unquote(file.value);
    if file.is_empty() {
        return Err(arguments.missing("<file>"));
    }
    Ok(ScenarioCommand { file, force: arguments.has("--force"), filter })
}

impl ScenarioCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let file = &self.file;
        let choice = match &self.filter {
            Some(filter) => TraceChoice { filter: filter.clone(), ..TraceChoice::default() },
            None => context.meant.trace.clone(),
        };
        let (trace, catalog, path) = (context.hub.trace().clone(), context.hub.catalog().clone(), file.clone());
        context.hub.caught_up().await;
        // A long trace takes a while to go through, and the links are served by the same threads.
        let made = tokio::task::spawn_blocking(move || made(&trace, &catalog, &choice, &path)).await;
        let made = made.map_err(|_| {
            CommandFailure::plain("Error: the scenario could not be made; choose other exchanges with a filter.")
        })?;
        let script = made.map_err(|error| CommandFailure::plain(format!("Error: {error}.")))?;
        write(file, self.force, &script.text).await.map_err(|error| cannot_write(file, &error))?;
        let beside = Path::new(file).with_file_name(TYPES_FILE);
        // Without it the scenario is played all the same; only an editor knows less.
        let beside = match write(&beside, false, TYPES).await {
            Ok(()) => format!(". Beside it lies {TYPES_FILE} for editors."),
            Err(_) => String::new(),
        };
        let (contained, file) = (contained(&script), quote(file));
        let file = escape_control(&file);
        Ok(CommandOutput::info(format!("Saved {contained}. To play it: ocpp-tui test {file} --virtual-time{beside}")))
    }
}

/// How many records before and behind the chosen ones are looked at, where those are on disk: the start of a transaction, a late answer.
const AROUND: (u64, u64) = (50_000, 10_000);

fn made(trace: &Arc<Trace>, catalog: &Catalog, choice: &TraceChoice, file: &str) -> Result<WrittenScript, ScriptFault> {
    let chosen = choice.sequences(trace);
    let _pinned = PinnedPages::of(trace, &chosen, AROUND)?;
    let path = Path::new(file);
    let name = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).unwrap_or(file).to_owned();
    let (stem, file) = (name(path.file_stem()), name(path.file_name()));
    Ok(transcribe(&trace.read(), catalog, &chosen, ScriptTitle { name: &stem, file: &file })?)
}

/// Why no script was made.
#[derive(Debug, thiserror::Error)]
enum ScriptFault {
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    #[error(transparent)]
    Pin(#[from] PinError),
}

/// `3 exchanges and 1 other frame of CP1 and CP2`.
fn contained(script: &WrittenScript) -> String {
    let counted = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let what = match (script.exchanges, script.frames) {
        (exchanges, 0) => counted(exchanges, "exchange"),
        (0, frames) => counted(frames, "frame"),
        (exchanges, frames) => format!("{} and {}", counted(exchanges, "exchange"), counted(frames, "other frame")),
    };
    let whose = match &script.stations[..] {
        [station] => escape_control(station).into_owned(),
        [first, second] => format!("{} and {}", escape_control(first), escape_control(second)),
        stations => counted(stations.len(), "station"),
    };
    format!("{what} of {whose}")
}

impl fmt::Display for ScenarioCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scenario save {}{}", quote(&self.file), if self.force { " --force" } else { "" })?;
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
    use crate::console::test_console::grammar;
    use crate::console::{Command, parse as parse_line};
    use crate::trace::filter;

    fn read(line: &str) -> Result<Command, CommandError> {
        parse_line(line, grammar()).map(|command| command.unwrap())
    }

    fn saved(file: &str, force: bool, filter: Option<&str>) -> Command {
        let filter = filter.map(|text| filter::parse(text).unwrap());
        Command::Scenario(ScenarioCommand { file: file.to_owned(), force, filter })
    }

    #[test]
    fn what_follows_the_file_is_a_filter() {
        for (line, command) in [
            ("scenario save a.js", saved("a.js", false, None)),
            ("scenario save \"my tests/a b.js\" --force ", saved("my tests/a b.js", true, None)),
            (
                "scenario save a.js --force cp:CP1 (kind:call or kind:error)",
                saved("a.js", true, Some("cp:CP1 (kind:call or kind:error)")),
            ),
            ("scenario save a.js $.idTag=\"A B\"", saved("a.js", false, Some("$.idTag=\"A B\""))),
        ] {
            assert_eq!(read(line).as_ref(), Ok(&command), "{line}");
            assert_eq!(read(&command.to_string()), Ok(command), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_line_is_reported_with_its_place() {
        let usage = "Error in command \"scenario\", syntax: scenario save <file>";
        for (line, place, hint) in [
            ("scenario", 8..8, "save is missing."),
            ("scenario save", 13..13, "<file> is missing."),
            ("scenario save \"\"", 16..16, "<file> is missing."),
            ("scenario load a.js", 9..13, "`load' is not expected here."),
            ("scenario save a.js --frce", 19..25, "There is no option --frce here."),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.to_string().starts_with(usage), "{line}: {error}");
            assert_eq!((error.span(), error.hint().as_deref()), (Some(place), Some(hint)), "{line}");
        }
        let error = read("scenario save a.js  kind:cal").unwrap_err();
        assert!(matches!(&error, CommandError::BadFilter { span, .. } if *span == (25..28)), "{error:?}");
    }
}
