//! `load`, `unload`, `reload`, `plugins`, `plugin`, and how the output of a plugin is shown. What a plugin is and does is in
//! `crate::plugin`.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput, OutputKind, OutputLine, escape_lines};
use crate::console::syntax::arguments::CommandWords;
use crate::console::syntax::error::{CommandError, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, Positional, argument, switch};
use crate::console::syntax::token::{quote, unquote};
use crate::plugin::{PluginDetail, PluginReply, PluginState};
use crate::sanitize::escape_control;
use crate::text_width::{padded_to_width, width_of};

/// The plugin that a command is about, in the words of ocppjs.
const NAME: &[Positional] = &[argument("<filename>", CompletionKind::Plugin)];

pub(super) const LOAD: CommandEntry<PluginsCommand> = CommandEntry {
    spec: CommandSpec::new("load", "load a plugin").arguments(NAME).example("load helloworld"),
    parse: |words| parse(words, PluginAction::Load),
};

pub(super) const UNLOAD: CommandEntry<PluginsCommand> = CommandEntry {
    spec: CommandSpec::new("unload", "unload a plugin").arguments(NAME).example("unload helloworld"),
    parse: |words| parse(words, PluginAction::Unload),
};

pub(super) const PLUGINS: CommandEntry<PluginsCommand> = CommandEntry {
    spec: CommandSpec::new("plugins", "list the plugins")
        .options(const { &[switch("--long", "with state, memory, events and errors")] })
        .example("plugins --long"),
    parse: |words| Ok(PluginsCommand::List { long: words.sorted()?.has("--long") }),
};

pub(super) const RELOAD: CommandEntry<PluginsCommand> = CommandEntry {
    spec: CommandSpec::new("reload", "load a plugin again").arguments(NAME).example("reload helloworld"),
    parse: |words| parse(words, PluginAction::Reload),
};

pub(super) const PLUGIN: CommandEntry<PluginsCommand> = CommandEntry {
    spec: CommandSpec::new("plugin", "show everything about a plugin").arguments(NAME).example("plugin helloworld"),
    parse: |words| parse(words, PluginAction::Show),
};

/// Lists plugins, or does something with one.
#[derive(Debug, Clone, PartialEq)]
pub enum PluginsCommand {
    /// List the plugins.
    List {
        /// Whether with memory, events and errors.
        long: bool,
    },
    /// Do something with a plugin.
    Manage {
        /// What.
        action: PluginAction,
        /// Its name.
        name: String,
    },
}

/// What is done with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAction {
    /// Load it, again when it is loaded.
    Load,
    /// Unload it.
    Unload,
    /// Load it again.
    Reload,
    /// Show everything about it.
    Show,
}

fn parse(words: &CommandWords<'_>, action: PluginAction) -> Result<PluginsCommand, CommandError> {
    Ok(PluginsCommand::Manage { action, name: unquote(words.sorted()?.positionals[0].value) })
}

impl PluginsCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let plugins = context.hub.plugins();
        let (action, name) = match self {
            PluginsCommand::List { long: true } => {
                return Ok(CommandOutput::text("Plugins", in_columns(&plugins.list().await)));
            }
            PluginsCommand::List { long: false } => {
                let mut lines = vec!["List of plugins:".to_owned()];
                lines.extend(plugins.list().await.iter().map(listed));
                return Ok(CommandOutput::text("Plugins", lines));
            }
            PluginsCommand::Manage { action, name } => (action, name),
        };
        let reply = match action {
            PluginAction::Load => plugins.load(name).await,
            PluginAction::Unload => plugins.unload(name).await,
            PluginAction::Reload => plugins.reload(name).await,
            PluginAction::Show => {
                let found = plugins.list().await.into_iter().find(|detail| detail.name == *name);
                let detail = found.ok_or_else(|| {
                    CommandFailure::plain(format!("Error: there is no plugin {}; see plugins.", escape_control(&short(name))))
                })?;
                return Ok(CommandOutput::text("Plugin", explained(&detail)));
            }
        };
        let mut output = output_of(reply, name);
        if !output.failed() {
            let done = match action {
                PluginAction::Load => "is loaded",
                PluginAction::Unload => "is unloaded",
                PluginAction::Reload | PluginAction::Show => "is loaded again",
            };
            output.done = Some(format!("The plugin {} {done}.", escape_control(&short(name))));
        }
        Ok(output)
    }
}

impl fmt::Display for PluginsCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginsCommand::List { long } => f.write_str(if *long { "plugins --long" } else { "plugins" }),
            PluginsCommand::Manage { action, name } => {
                let command = match action {
                    PluginAction::Load => "load",
                    PluginAction::Unload => "unload",
                    PluginAction::Reload => "reload",
                    PluginAction::Show => "plugin",
                };
                write!(f, "{command} {}", quote(name))
            }
        }
    }
}

/// What a plugin printed, then what went wrong.
pub fn output_of(reply: PluginReply, name: &str) -> CommandOutput {
    let mut output = CommandOutput::default();
    for printed in reply.output {
        let kind = if printed.failure { OutputKind::Error } else { OutputKind::Info };
        output.lines.push(OutputLine::new(kind, escape_lines(&printed.text)));
    }
    if let Some((text, reason)) = reply.failure {
        // A name of a megabyte must not make a line of one.
        let text = if name.is_empty() { text } else { text.replace(name, &short(name)) };
        let reason = reason.map(|reason| if name.is_empty() { reason } else { reason.replace(name, &short(name)) });
        output.add(CommandFailure::with_hint(escape_lines(&text), reason.map(|reason| escape_lines(&reason))));
    }
    output
}

fn listed(detail: &PluginDetail) -> String {
    let (name, more) = (&detail.name, "see plugin");
    match (&detail.state, detail.errors) {
        (PluginState::Loaded, 0) => format!(" [X] {name}"),
        (PluginState::Loaded, 1) => format!(" [X] {name}  (1 error, {more} {name})"),
        (PluginState::Loaded, errors) => format!(" [X] {name}  ({errors} errors, {more} {name})"),
        (PluginState::Available, _) => format!(" [ ] {name}"),
        (PluginState::Disabled(reason), _) => format!(" [ ] {name}  (disabled: {reason})"),
    }
}

/// The plugins with what is worth watching, in columns.
fn in_columns(plugins: &[PluginDetail]) -> Vec<String> {
    let width = plugins.iter().map(|detail| width_of(&detail.name)).max().unwrap_or_default().max("plugin".len());
    let name = |detail: &PluginDetail| padded_to_width(&detail.name, width);
    let mut lines = vec![format!("{:width$}  {:>10}  {:>8}  {:>6}  state", "plugin", "memory", "events", "errors")];
    lines.extend(plugins.iter().map(|detail| match &detail.state {
        PluginState::Loaded => {
            let (memory, last) = (detail.memory >> 10, detail.last_error.as_deref().map(escape_lines).unwrap_or_default());
            let state = if last.is_empty() { "loaded".to_owned() } else { format!("loaded; {last}") };
            format!("{}  {memory:>6} KiB  {:>8}  {:>6}  {state}", name(detail), detail.events, detail.errors)
        }
        PluginState::Available => format!("{}  {:>10}  {:>8}  {:>6}  not loaded", name(detail), "", "", ""),
        PluginState::Disabled(reason) => {
            format!("{}  {:>10}  {:>8}  {:>6}  disabled: {reason}", name(detail), "", "", "")
        }
    }));
    lines
}

fn explained(detail: &PluginDetail) -> Vec<String> {
    let state = match &detail.state {
        PluginState::Loaded => "loaded".to_owned(),
        PluginState::Available => "not loaded".to_owned(),
        PluginState::Disabled(reason) => format!("disabled: {reason}"),
    };
    let mut lines = vec![format!("{}: {state}", detail.name)];
    if detail.state != PluginState::Loaded {
        return lines;
    }
    let file = detail.file.as_ref().map_or_else(|| "part of the program".to_owned(), |file| file.display().to_string());
    lines.push(format!("  file      {}", escape_control(&file)));
    lines.push(format!("  memory    {} KiB", detail.memory >> 10));
    lines.push(format!("  events    {}", detail.events));
    lines.push(format!("  timers    {}", detail.timers));
    lines.push(format!("  handlers  {}", escape_lines(&detail.handlers.join(", "))));
    for command in &detail.commands {
        lines.push(format!("  command   {}  {}", escape_lines(&command.name), escape_lines(&command.help)));
    }
    lines.push(format!("  errors    {}", detail.errors));
    lines.extend(detail.last_error.as_ref().map(|error| format!("  last      {}", escape_lines(error))));
    lines
}
