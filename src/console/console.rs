//! The command language of one session: runs a line, and collects what completion needs to know.

use std::cell::Cell;
use std::sync::Arc;

use super::commands::{CommandContext, PayloadDefaults, RunContext, output_of, parse, quick_start};
use super::completion::{CompletionContext, Completions, KnownStation, Listing, complete, known_values, list_files};
use super::output::{CommandFailure, CommandOutput};
use super::syntax::grammar::Grammar;
use crate::hub::Hub;
use crate::ocpp::Version;

/// The command language of one session.
pub struct Console {
    hub: Hub,
    grammar: Grammar,
    defaults: PayloadDefaults,
    list: Lister,
}

/// Reads names from the disk for completion. It may block.
type Lister = Arc<dyn Fn(&Hub, Listing<'_>) -> Vec<String> + Send + Sync>;

impl Console {
    /// A console for a session.
    pub fn new(hub: Hub) -> Console {
        Console::with_lister(hub, |hub, listing| match listing {
            Listing::Files(beginning) => list_files(beginning),
            Listing::Plugins => hub.plugins().names(),
        })
    }

    /// A console whose completion reads names from the disk in another way.
    pub fn with_lister(hub: Hub, list: impl Fn(&Hub, Listing<'_>) -> Vec<String> + Send + Sync + 'static) -> Console {
        let grammar = Grammar::new(hub.catalog());
        Console { hub, grammar, defaults: PayloadDefaults::default(), list: Arc::new(list) }
    }

    /// The session.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The commands.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// The first lines of a session: what it is, and the first commands.
    pub fn greeting(&self) -> CommandOutput {
        let mut lines =
            vec!["== ocpp-tui - OCPP CentralSystem & ChargePoint Simulator ==".to_owned(), " > Quick start :".to_owned()];
        lines.extend(quick_start(&self.grammar));
        CommandOutput::text("Welcome", lines)
    }

    /// Reads a line and runs it. Plugins see it first and may consume it.
    pub async fn run(&self, line: &str, context: &RunContext) -> CommandOutput {
        let first = line.split_whitespace().next().unwrap_or_default();
        let reply = self.hub.plugins().line(line, self.grammar.command(first).is_some()).await;
        let consumed = reply.consumed;
        let mut output = output_of(reply, "");
        if !consumed {
            let own = self.run_own(line, context).await;
            output.lines.extend(own.lines);
            output = CommandOutput { lines: output.lines, ..own };
        }
        output
    }

    /// Reads a line that is not for a plugin and runs it.
    async fn run_own(&self, line: &str, context: &RunContext) -> CommandOutput {
        let command = match parse(line, &self.grammar) {
            Ok(Some(command)) => command,
            Ok(None) => return CommandOutput::default(),
            Err(error) => return CommandFailure::from(error).into(),
        };
        let context = CommandContext {
            hub: &self.hub,
            grammar: &self.grammar,
            defaults: &self.defaults,
            selected: context.selected,
            marked: &context.marked,
            filtered: &context.filtered,
            trace_choice: &context.trace,
            line,
        };
        command.run(&context).await.unwrap_or_else(CommandOutput::from)
    }

    /// What may stand at the cursor, a byte offset, of a line that is being typed. It may read folders and so block; no lock is held
    /// meanwhile.
    pub fn complete(&self, line: &str, cursor: usize, context: &RunContext) -> Completions {
        self.complete_with(line, cursor, context, &|listing| (self.list)(&self.hub, listing))
    }

    /// As [`complete`](Console::complete), but never blocks: `None` when a folder has to be read.
    pub fn complete_at_once(&self, line: &str, cursor: usize, context: &RunContext) -> Option<Completions> {
        let needs_disk = Cell::new(false);
        let completions = self.complete_with(line, cursor, context, &|_| {
            needs_disk.set(true);
            Vec::new()
        });
        (!needs_disk.get()).then_some(completions)
    }

    fn complete_with(
        &self,
        line: &str,
        cursor: usize,
        context: &RunContext,
        list: &dyn Fn(Listing<'_>) -> Vec<String>,
    ) -> Completions {
        let plugin_commands = self.hub.plugins().commands();
        // The guard ends with the block: the recorder waits for it, and a folder may take forever.
        let (stations, version, known) = {
            let contents = self.hub.trace().read();
            let selected = context.selected.and_then(|key| contents.stations().get(key));
            let version = selected.and_then(|row| row.version);
            (KnownStation::all(contents.stations()), version, known_values(&contents, context.selected))
        };
        let versions: Vec<Version> = version.into_iter().collect();
        let context = CompletionContext {
            grammar: &self.grammar,
            catalog: self.hub.catalog(),
            stations: &stations,
            versions: &versions,
            known: &known,
            list,
            plugin_commands: &plugin_commands,
        };
        complete(line, cursor, &context)
    }
}
