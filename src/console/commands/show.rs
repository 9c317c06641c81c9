//! `schema` and `example`: the form of one message, from the catalog.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::clock::now;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::CommandWords;
use crate::console::syntax::error::{CommandError, ExecutionError};
use crate::console::syntax::spec::{
    CommandSpec, CompletionKind, OptionSpec, Positional, action_command_name, argument, option, switch,
};
use crate::ocpp::{Catalog, Role, SampleContext, Version};
use crate::sanitize::escape_control;

const ACTION: &[Positional] = &[argument("<action>", CompletionKind::ActionCommand)];
const OPTIONS: &[OptionSpec] = &[
    option(
        "-p",
        CompletionKind::Versions,
        "OCPP version, default: that of the stations, or the newest of 1.x that has the action",
    ),
    switch("--response", "the response instead of the request"),
];

pub(super) const SCHEMA: CommandEntry<ShowCommand> = CommandEntry {
    spec: CommandSpec::new("schema", "print the JSON Schema of an action")
        .arguments(ACTION)
        .options(OPTIONS)
        .example("schema remote_reset"),
    parse: |words| parse(words, MessageForm::Schema),
};

pub(super) const EXAMPLE: CommandEntry<ShowCommand> = CommandEntry {
    spec: CommandSpec::new("example", "print an example of an action")
        .arguments(ACTION)
        .options(OPTIONS)
        .example("example bootnotification -p ocpp1.5 --response"),
    parse: |words| parse(words, MessageForm::Example),
};

/// Shows the form of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct ShowCommand {
    /// What is shown.
    pub form: MessageForm,
    /// Who sends the call.
    pub initiator: Role,
    /// The action.
    pub action: String,
    /// The version; `None` is the first that has the action, see [`RunContext::versions`](crate::console::RunContext::versions).
    pub version: Option<Version>,
    /// Whether the response is meant.
    pub response: bool,
}

/// What is shown of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageForm {
    /// Its JSON Schema.
    Schema,
    /// A sample payload.
    Example,
}

fn parse(words: &CommandWords<'_>, form: MessageForm) -> Result<ShowCommand, CommandError> {
    let arguments = words.sorted()?;
    let (initiator, action) = words.grammar.find_action(&arguments.positionals[0])?;
    let version = arguments.versions()?.and_then(|versions| versions.first().copied());
    let response = arguments.has("--response");
    Ok(ShowCommand { form, initiator, action: action.to_string(), version, response })
}

impl ShowCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let versions = match self.version {
            Some(version) => vec![version],
            None => context.meant.versions(context.hub.trace().read().stations()),
        };
        show(context.hub.catalog(), self, &versions)
    }
}

impl fmt::Display for ShowCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.form {
            MessageForm::Schema => "schema",
            MessageForm::Example => "example",
        };
        write!(f, "{name} {}", action_command_name(self.initiator, &self.action))?;
        if let Some(version) = self.version {
            write!(f, " -p {}", version.subprotocol())?;
        }
        f.write_str(if self.response { " --response" } else { "" })
    }
}

/// The schema or an example of a message in the first of these versions that has it, indented.
fn show(catalog: &Catalog, command: &ShowCommand, versions: &[Version]) -> Result<CommandOutput, CommandFailure> {
    let ShowCommand { form, initiator, action, version, response } = command;
    let Some(definition) = versions.iter().find_map(|version| catalog.action(*version, *initiator, action)) else {
        // Without a version the grammar has found the action in one.
        let version = version.unwrap_or(Version::V1_6);
        return Err(ExecutionError::NotInVersion { action: action.clone(), version }.into());
    };
    let message = if *response { &definition.response } else { &definition.request };
    let (title, value) = match form {
        MessageForm::Schema => ("Schema", message.described_schema(action)),
        MessageForm::Example => ("Example", message.sample(&SampleContext::at(now().wall))),
    };
    // Values can always be written: their keys are texts.
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    let lines: Vec<_> = text.lines().map(escape_control).collect();
    Ok(CommandOutput::text(title, [lines.join("\n")]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::test_console::grammar;
    use crate::console::{Command, parse};

    #[test]
    fn a_line_is_read_and_written_again() {
        for (typed, written) in [
            ("schema reset", "schema remote_reset"),
            ("example BootNotification --response -p 1.5", "example bootnotification -p ocpp1.5 --response"),
        ] {
            let command = parse(typed, grammar()).unwrap().unwrap();
            assert!(matches!(command, Command::Show(_)), "{typed}");
            assert_eq!(command.to_string(), written);
            assert_eq!(parse(written, grammar()), Ok(Some(command)));
        }
    }

    #[test]
    fn the_newest_version_is_shown_unless_another_is_named() {
        let catalog = Catalog::embedded();
        let shown = |form, action: &str, version, response| {
            let command = ShowCommand { form, initiator: Role::ChargePoint, action: action.to_owned(), version, response };
            let output =
                show(&catalog, &command, &command.version.map_or(Version::WITHOUT_LINK.to_vec(), |version| vec![version]))
                    .map_err(CommandOutput::from);
            output.unwrap_or_else(|failed| failed).lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
        };
        assert!(shown(MessageForm::Example, "BootNotification", None, true).contains("\"interval\": 300"));
        assert!(
            shown(MessageForm::Example, "BootNotification", Some(Version::V1_5), true).contains("\"heartbeatInterval\": 300")
        );
        assert!(shown(MessageForm::Schema, "Heartbeat", None, false).contains("HeartbeatRequest"));
        let failed = shown(MessageForm::Schema, "DataTransfer", Some(Version::V1_2), false);
        assert!(failed.contains("DataTransfer") && failed.contains("1.2"), "{failed}");
    }
}
