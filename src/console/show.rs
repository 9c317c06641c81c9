//! What `schema` and `example` print: the shape of one message, from the catalog.

use super::command::MessageForm;
use super::error::ExecutionError;
use super::said::{CommandFailure, CommandOutput};
use crate::clock::now;
use crate::ocpp::{Catalog, Role, SampleContext, Version};
use crate::sanitize::escape_control;

/// The schema or an example of a message, indented. Without a version it is that of the newest that has the action.
pub(super) fn show(
    catalog: &Catalog,
    shown: MessageForm,
    (initiator, action): (Role, &str),
    version: Option<Version>,
    response: bool,
) -> Result<CommandOutput, CommandFailure> {
    let mut versions = Version::ALL.into_iter().rev().filter(|known| version.is_none_or(|version| version == *known));
    let Some(definition) = versions.find_map(|version| catalog.action(version, initiator, action)) else {
        // Without a version the grammar has found the action in one.
        let version = version.unwrap_or(Version::V1_6);
        return Err(ExecutionError::NotInVersion { action: action.to_owned(), version }.into());
    };
    let message = if response { &definition.response } else { &definition.request };
    let (title, value) = match shown {
        MessageForm::Schema => ("Schema", message.schema().clone()),
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
    use crate::console::command::Command;
    use crate::console::parse;
    use crate::console::test_console::grammar;

    #[test]
    fn a_line_is_read_and_written_again() {
        for (typed, written) in [
            ("schema reset", "schema remote_reset"),
            ("example BootNotification --response -p 1.5", "example bootnotification -p ocpp1.5 --response"),
        ] {
            let command = parse(typed, grammar()).unwrap().unwrap();
            assert!(matches!(command, Command::Show { .. }), "{typed}");
            assert_eq!(command.to_string(), written);
            assert_eq!(parse(written, grammar()), Ok(Some(command)));
        }
    }

    #[test]
    fn the_newest_version_is_shown_unless_another_is_named() {
        let catalog = Catalog::embedded();
        let shown = |what, action, version, response| {
            let said = show(&catalog, what, (Role::ChargePoint, action), version, response).map_err(CommandOutput::from);
            said.unwrap_or_else(|failed| failed).lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
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
