//! The help: all commands, everything about one, and the usage text of an error.

use super::error::CommandError;
use super::grammar::Grammar;
use super::setting::SETTINGS;
use super::table::{ArgumentStyle, CommandKind, CommandSpec};
use super::token::Spanned;
use crate::compose::{describe, type_label};
use crate::ocpp::{Catalog, Version};

/// The lines of the help, about one command or all of them. The last command of the list is `quit`, and scripts wait for it. The place
/// in an error is one in the topic.
pub fn help(grammar: &Grammar, catalog: &Catalog, topic: Option<&str>) -> Result<Vec<String>, CommandError> {
    let Some(topic) = topic else { return Ok(all(grammar)) };
    let word = Spanned::new(topic, 0..topic.len());
    grammar.find(&word).map(|spec| one(spec, catalog))
}

/// The lines of the help that tell how to begin.
pub(super) fn quick_start(grammar: &Grammar) -> impl Iterator<Item = String> {
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
    if spec.takes == ArgumentStyle::Settings {
        lines.push("Supported settings:".to_owned());
        lines.extend(SETTINGS.iter().map(|setting| format!("  {}=<{}> : {}", setting.name, setting.value, setting.help)));
    }
    if let CommandKind::Action { initiator, action } = &spec.does {
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

impl CommandSpec {
    /// The usage text of an error: the syntax, then an option a line and an empty line, as ocppjs writes it.
    pub(super) fn usage(&self) -> String {
        let mut usage = self.name.to_string();
        for positional in self.positionals.iter().filter(|positional| positional.behind.is_none()) {
            usage.push(' ');
            usage.push_str(positional.name);
        }
        if self.options.is_empty() && self.takes == ArgumentStyle::Nothing {
            return usage;
        }
        usage.push_str("\nWith optional arguments:\n");
        for option in self.options.iter().filter(|option| !option.added) {
            usage.push_str(&format!("  {} : {}\n", option.flag, option.help));
        }
        usage
    }
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
        for name in [" - heartbeat", " - remote_starttransaction", " - remote_remotestarttransaction", " - answers"] {
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
