//! The commands about plugins, and the commands of plugins. What a plugin is and does is `plugin`'s matter.

use super::command::PluginAction;
use super::error::short;
use super::help;
use super::runner::Console;
use super::said::{CommandFailure, CommandOutput, OutputKind, OutputLine};
use crate::plugin::{PluginDetail, PluginReply, PluginState};
use crate::sanitize::escape_control;

impl Console {
    /// Shows a typed line to the plugins. The second value tells whether it was for one of them.
    pub(super) async fn ask_plugins(&self, line: &str) -> (CommandOutput, bool) {
        let first = line.split_whitespace().next().unwrap_or_default();
        let reply = self.hub().plugins().line(line, self.grammar().command(first).is_some()).await;
        let consumed = reply.consumed;
        (said(reply, ""), consumed)
    }

    /// The help, with the commands that plugins have brought before the last one, which scripts wait for.
    pub(super) fn help(&self, topic: Option<&str>) -> Result<CommandOutput, CommandFailure> {
        let commands = self.hub().plugins().commands();
        let theirs =
            |name: &str| commands.iter().find(|command| command.name == name && self.grammar().command(name).is_none());
        if let Some(command) = topic.and_then(theirs) {
            let line = format!("{}: {} (of the plugin {})", command.name, command.help, command.plugin);
            return Ok(CommandOutput::text("Commands", [shown(&line)]));
        }
        let mut lines = help(self.grammar(), self.hub().catalog(), topic)?;
        if topic.is_none() {
            let last = lines.len().saturating_sub(1);
            let ours = commands.iter().map(|command| format!(" - {} {}", shown(&command.name), shown(&command.help)));
            lines.splice(last..last, ours);
        }
        Ok(CommandOutput::text("Commands", lines))
    }

    /// The plugins there are, as ocppjs lists them; what is worth more words stands behind the name.
    pub(super) async fn list_plugins(&self, long: bool) -> CommandOutput {
        if long {
            return CommandOutput::text("Plugins", in_columns(&self.hub().plugins().list().await));
        }
        let mut lines = vec!["List of plugins:".to_owned()];
        lines.extend(self.hub().plugins().list().await.iter().map(listed));
        CommandOutput::text("Plugins", lines)
    }

    /// Loads, unloads or explains a plugin.
    pub(super) async fn plugin(&self, deed: PluginAction, name: &str) -> CommandOutput {
        let plugins = self.hub().plugins();
        let reply = match deed {
            PluginAction::Load => plugins.load(name).await,
            PluginAction::Unload => plugins.unload(name).await,
            PluginAction::Reload => plugins.reload(name).await,
            PluginAction::Show => {
                let found = plugins.list().await.into_iter().find(|detail| detail.name == name);
                return match found {
                    Some(detail) => CommandOutput::text("Plugin", explained(&detail)),
                    None => CommandFailure::plain(format!(
                        "Error: there is no plugin {}; see plugins.",
                        escape_control(&short(name))
                    ))
                    .into(),
                };
            }
        };
        said(reply, name)
    }
}

/// What a plugin printed, then what went wrong.
fn said(reply: PluginReply, name: &str) -> CommandOutput {
    let mut said = CommandOutput::default();
    for spoken in reply.spoken {
        let kind = if spoken.failure { OutputKind::Error } else { OutputKind::Info };
        said.lines.push(OutputLine { kind, stamped: false, text: shown(&spoken.text) });
    }
    if let Some((text, reason)) = reply.failure {
        // A name of a megabyte must not make a line of one.
        let text = if name.is_empty() { text } else { text.replace(name, &short(name)) };
        let reason = reason.map(|reason| if name.is_empty() { reason } else { reason.replace(name, &short(name)) });
        said.add(CommandFailure::with_hint(shown(&text), reason.map(|reason| shown(&reason))));
    }
    said
}

/// A text of a plugin, line by line without anything that a terminal would obey.
fn shown(text: &str) -> String {
    text.split('\n').map(escape_control).collect::<Vec<_>>().join("\n")
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
    let width = plugins.iter().map(|detail| detail.name.chars().count()).max().unwrap_or_default().max("plugin".len());
    let mut lines = vec![format!("{:width$}  {:>10}  {:>8}  {:>6}  state", "plugin", "memory", "events", "errors")];
    lines.extend(plugins.iter().map(|detail| match &detail.state {
        PluginState::Loaded => {
            let (memory, last) = (detail.memory >> 10, detail.last_error.as_deref().map(shown).unwrap_or_default());
            let state = if last.is_empty() { "loaded".to_owned() } else { format!("loaded; {last}") };
            format!("{:width$}  {memory:>6} KiB  {:>8}  {:>6}  {state}", detail.name, detail.events, detail.errors)
        }
        PluginState::Available => format!("{:width$}  {:>10}  {:>8}  {:>6}  not loaded", detail.name, "", "", ""),
        PluginState::Disabled(reason) => {
            format!("{:width$}  {:>10}  {:>8}  {:>6}  disabled: {reason}", detail.name, "", "", "")
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
    lines.push(format!("  handlers  {}", shown(&detail.handlers.join(", "))));
    for command in &detail.commands {
        lines.push(format!("  command   {}  {}", shown(&command.name), shown(&command.help)));
    }
    lines.push(format!("  errors    {}", detail.errors));
    lines.extend(detail.last_error.as_ref().map(|error| format!("  last      {}", shown(error))));
    lines
}
