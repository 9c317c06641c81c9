//! `help`: all commands, or everything about one.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::compose::{describe, type_label};
use crate::console::output::{CommandFailure, CommandOutput, escape_lines};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::grammar::Grammar;
use crate::console::syntax::spec::{ArgumentStyle, CommandSpec, CompletionKind, optional};
use crate::console::syntax::token::Spanned;
use crate::link::{MISBEHAVIOURS, MisbehaviourSpec};
use crate::ocpp::{Catalog, Version};

pub(super) const HELP: CommandEntry<HelpCommand> = CommandEntry {
    spec: CommandSpec::new("help", "list the commands, or explain one")
        .arguments(const { &[optional("<command>", CompletionKind::Command)] })
        .example("help bootnotification"),
    parse: |words| Ok(HelpCommand { topic: words.sorted()?.positionals.first().map(|word| word.value.to_owned()) }),
};

/// Shows help.
#[derive(Debug, Clone, PartialEq)]
pub struct HelpCommand {
    /// The command that is explained; `None` lists all of them.
    pub topic: Option<String>,
}

impl HelpCommand {
    /// The commands of plugins stand before the last command, which scripts wait for.
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let (grammar, topic) = (context.grammar, self.topic.as_deref());
        let commands = context.hub.plugins().commands();
        let theirs = |name: &str| commands.iter().find(|command| command.name == name && grammar.command(name).is_none());
        if let Some(command) = topic.and_then(theirs) {
            let line = format!("{}: {} (of the plugin {})", command.name, command.help, command.plugin);
            return Ok(CommandOutput::text("Commands", [escape_lines(&line)]));
        }
        let mut lines = help(grammar, context.hub.catalog(), topic)?;
        if topic.is_none() {
            let last = lines.len().saturating_sub(1);
            let added =
                commands.iter().map(|command| format!(" - {} {}", escape_lines(&command.name), escape_lines(&command.help)));
            lines.splice(last..last, added);
        }
        Ok(CommandOutput::text("Commands", lines))
    }
}

impl fmt::Display for HelpCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.topic {
            None => f.write_str("help"),
            Some(command) => write!(f, "help {command}"),
        }
    }
}

/// The lines of the help, about one command or all of them. The last command of the list is `quit`, and scripts wait for it. The place
/// in an error is one in the topic.
///
/// # Errors
/// When there is no such command.
pub fn help(grammar: &Grammar, catalog: &Catalog, topic: Option<&str>) -> Result<Vec<String>, CommandError> {
    let Some(topic) = topic else { return Ok(all(grammar)) };
    let word = Spanned::new(topic, 0..topic.len());
    grammar.find(&word).map(|spec| one(spec, catalog))
}

/// The lines of the help for the first commands of a session.
pub fn quick_start(grammar: &Grammar) -> impl Iterator<Item = String> {
    all(grammar).into_iter().skip(1).take(3)
}

fn all(grammar: &Grammar) -> Vec<String> {
    let mut lines = vec!["Available commands : ".to_owned()];
    lines.extend(grammar.commands().iter().map(|command| match command.synopsis {
        "" => format!(" - {}", command.name),
        synopsis => format!(" - {} {synopsis}", command.name),
    }));
    lines
}

fn one(spec: &CommandSpec, catalog: &Catalog) -> Vec<String> {
    let mut lines = vec![format!("{}: {}.", spec.name, spec.summary)];
    let synopsis = match (spec.synopsis, spec.takes) {
        ("", ArgumentStyle::Payload) => " [name=value ...]".to_owned(),
        ("", ArgumentStyle::Settings) => " <cs|cp> name=value ...".to_owned(),
        ("", ArgumentStyle::Nothing) => spec.positionals.iter().map(|positional| format!(" {}", positional.name)).collect(),
        (synopsis, _) => format!(" {synopsis}"),
    };
    lines.push(format!("Syntax: {}{synopsis}", spec.name));
    if !spec.options.is_empty() {
        lines.push("With optional arguments:".to_owned());
        lines.extend(spec.options.iter().map(|option| format!("  {} : {}", option.flag, option.help)));
    }
    if spec.positionals.iter().any(|positional| positional.completes == CompletionKind::Misbehaviour) {
        lines.push("Misbehaviours:".to_owned());
        lines.extend(MISBEHAVIOURS.iter().map(misbehaviour));
    } else if spec.takes == ArgumentStyle::Settings {
        lines.push("Supported settings:".to_owned());
        lines.extend(spec.named.iter().map(|setting| format!("  {}=<{}> : {}", setting.name, setting.value, setting.help)));
    }
    if let Some((initiator, action)) = &spec.action {
        for version in Version::ALL {
            let Some(definition) = catalog.action(version, *initiator, action) else { continue };
            lines.push(format!("Fields in {} (* required):", version.subprotocol()));
            lines.extend(definition.request.fields.iter().map(|field| {
                let mark = if field.required { "*" } else { "" };
                format!("  {}{mark} : {} ({})", field.name, type_label(field), describe(field))
            }));
        }
    }
    lines
}

/// A misbehaviour with its parameters and their defaults.
fn misbehaviour(spec: &MisbehaviourSpec) -> String {
    let parameters = spec.parameters.iter().map(|offered| {
        let value = offered.1.value().map_or_else(|| "<none>".to_owned(), |value| value.to_string());
        format!(" {}={value}", offered.0.spec().name)
    });
    format!("  {}{} : {}", spec.name, parameters.collect::<String>(), spec.does)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::test_console::{catalog, grammar};

    #[test]
    fn the_list_begins_and_ends_as_in_ocppjs() {
        let lines = help(grammar(), &catalog(), None).unwrap();
        assert_eq!(
            lines[..6],
            [
                "Available commands : ",
                " - start_cs <port> [options] .ex: start_cs 9000 -u /simulator",
                " - start_cp <url> <id> .ex: start_cp ws://localhost:9000/simulator id01",
                " - help",
                " - set",
                " - send_raw",
            ]
        );
        assert_eq!(lines.last().unwrap(), " - quit");
        for name in
            [" - heartbeat", " - remote_starttransaction", " - remote_remotestarttransaction", " - answers [remove <number>]"]
        {
            assert!(lines.iter().any(|line| line == name), "{name}");
        }
    }

    #[test]
    fn one_command_is_explained_with_its_fields() {
        let lines = help(grammar(), &catalog(), Some("remote_reset")).unwrap();
        assert_eq!(
            lines[..7],
            [
                "remote_reset: send Reset to a charge point.",
                "Syntax: remote_reset [name=value ...]",
                "With optional arguments:",
                "  --remote-id : id of remote charge point",
                "  --force : send it although it breaks the definitions",
                "Fields in ocpp1.2 (* required):",
                "  type* : Hard | Soft (required, ResetType: Hard, Soft)",
            ]
        );
        let lines = help(grammar(), &catalog(), Some("set")).unwrap();
        assert_eq!(lines[1], "Syntax: set <cs|cp> name=value ...");
        assert!(lines.iter().any(|line| line.starts_with("  timeout=<duration>")));
        assert_eq!(help(grammar(), &catalog(), Some("quit")).unwrap()[1], "Syntax: quit");
    }

    #[test]
    fn an_unknown_topic_is_an_unknown_command() {
        let error = help(grammar(), &catalog(), Some("heartbat")).unwrap_err();
        assert_eq!(error.to_string(), "Error: `heartbat' unknown command. Type help for more informations.");
        assert_eq!(error.hint().unwrap(), "Did you mean heartbeat?");
    }

    #[test]
    fn every_command_has_a_summary() {
        for command in grammar().commands() {
            assert!(!command.summary.is_empty(), "{}", command.name);
        }
    }
}
