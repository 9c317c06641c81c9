//! All commands of a session by their names: those that `commands` lists and one for every action of the catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::{CommandError, short};
use super::spec::{CommandSpec, action_command_name};
use super::token::Word;
use crate::ocpp::{Role, suggest};

/// The commands of the language.
#[derive(Debug)]
pub struct Grammar {
    commands: Vec<CommandSpec>,
    by_name: BTreeMap<String, usize>,
    actions: Vec<(Role, Arc<str>)>,
}

impl Grammar {
    /// These commands, in the order of the help, and the actions that they name.
    pub(in crate::console) fn of(commands: Vec<CommandSpec>, actions: Vec<(Role, Arc<str>)>) -> Grammar {
        let by_name = commands.iter().enumerate().map(|(index, command)| (command.name.to_string(), index)).collect();
        Grammar { commands, by_name, actions }
    }

    /// All commands, in the order of the help.
    pub fn commands(&self) -> &[CommandSpec] {
        &self.commands
    }

    /// The command of this exact name.
    pub fn command(&self, name: &str) -> Option<&CommandSpec> {
        self.by_name.get(name).map(|index| &self.commands[*index])
    }

    /// The actions that a role may send, in any version.
    pub fn actions(&self, initiator: Role) -> impl Iterator<Item = &str> {
        self.actions.iter().filter(move |(role, _)| *role == initiator).map(|(_, name)| &**name)
    }

    /// The command that a line begins with: by its exact name, by the name of an action in any case, or by its letters.
    pub(in crate::console) fn find(&self, word: &Word<'_>) -> Result<&CommandSpec, CommandError> {
        if let Some(command) = self.command(word.value) {
            return Ok(command);
        }
        if let Some(command) = self.by_action(word)?.or_else(|| self.by_letters(word.value)) {
            return Ok(command);
        }
        Err(CommandError::UnknownCommand {
            name: short(word.value),
            nearest: suggest(word.value, self.commands.iter().map(|command| &*command.name)).map(str::to_owned),
            span: word.span.clone(),
        })
    }

    /// The only command of an action with these letters, where the words of the action are set apart: `remote_request_start_transaction`.
    fn by_letters(&self, name: &str) -> Option<&CommandSpec> {
        let letters = |name: &str| name.replace('_', "").to_lowercase();
        let wanted = Some(letters(name)).filter(|_| name.contains('_'))?;
        let of_action = self.commands.iter().filter(|command| command.action.is_some());
        let mut found = of_action.filter(|command| letters(&command.name) == wanted);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The action that an argument names: by its command or by its name in any case.
    pub(in crate::console) fn find_action(&self, word: &Word<'_>) -> Result<(Role, &Arc<str>), CommandError> {
        let found = match self.command(word.value) {
            Some(command) => Some(command),
            None => self.by_action(word)?,
        };
        match found.and_then(|command| command.action.as_ref()) {
            Some((initiator, action)) => Ok((*initiator, action)),
            None => Err(CommandError::UnknownAction {
                name: short(word.value),
                nearest: suggest(word.value, self.actions.iter().map(|(_, name)| &**name)).map(str::to_owned),
                span: word.span.clone(),
            }),
        }
    }

    fn by_action(&self, word: &Word<'_>) -> Result<Option<&CommandSpec>, CommandError> {
        let mut roles = self.actions.iter().filter(|(_, action)| action.eq_ignore_ascii_case(word.value));
        match (roles.next(), roles.next()) {
            (Some((_, action)), Some(_)) => Err(CommandError::AmbiguousAction {
                name: word.value.to_owned(),
                commands: [action_command_name(Role::ChargePoint, action), action_command_name(Role::CentralSystem, action)],
                span: word.span.clone(),
            }),
            (Some((role, action)), None) => Ok(self.command(&action_command_name(*role, action))),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::syntax::token::Spanned;
    use crate::console::test_console::grammar;

    fn word(text: &str) -> Word<'_> {
        Spanned::new(text, 0..text.len())
    }

    #[test]
    fn every_action_has_its_command() {
        let grammar = grammar();
        for name in ["heartbeat", "datatransfer", "remote_datatransfer", "remote_reset"] {
            assert!(grammar.command(name).unwrap().action.is_some(), "{name}");
        }
        for name in ["remote_starttransaction", "remote_remotestarttransaction"] {
            let (initiator, action) = grammar.command(name).unwrap().action.as_ref().unwrap();
            assert_eq!((*initiator, &**action), (Role::CentralSystem, "RemoteStartTransaction"));
        }
        assert!(grammar.command("reset").is_none());
        assert_eq!(grammar.commands().last().unwrap().name, "quit");
        assert_eq!(grammar.by_name.len(), grammar.commands.len(), "names are unique");
    }

    #[test]
    fn actions_are_found_in_any_case_when_only_one_role_may_send_them() {
        let grammar = grammar();
        for name in ["Reset", "reset", "RESET"] {
            assert_eq!(grammar.find(&word(name)).unwrap().name, "remote_reset");
        }
        assert_eq!(grammar.find(&word("remotestarttransaction")).unwrap().name, "remote_remotestarttransaction");
        assert_eq!(grammar.find(&word("remote_request_start_transaction")).unwrap().name, "remote_requeststarttransaction");
        assert_eq!(grammar.find(&word("Status_Notification")).unwrap().name, "statusnotification");
        assert_eq!(&**grammar.find_action(&word("datatransfer")).unwrap().1, "DataTransfer");
        assert!(matches!(grammar.find(&word("DataTransfer")), Err(CommandError::AmbiguousAction { .. })));
        assert!(matches!(grammar.find(&word("Help")), Err(CommandError::UnknownCommand { .. })));
        assert!(matches!(grammar.find_action(&word("help")), Err(CommandError::UnknownAction { .. })));
    }
}
