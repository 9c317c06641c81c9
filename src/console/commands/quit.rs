//! `quit`: end the session. It is the last command of the help, and scripts wait for it.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::spec::CommandSpec;

pub(super) const QUIT: CommandEntry<QuitCommand> = CommandEntry {
    spec: CommandSpec::new("quit", "close all links and end").example("quit"),
    parse: |words| words.sorted().map(|_| QuitCommand),
};

/// Ends the program.
#[derive(Debug, Clone, PartialEq)]
pub struct QuitCommand;

impl QuitCommand {
    pub(super) async fn run(&self, _: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        Ok(CommandOutput { quit: true, ..CommandOutput::default() })
    }
}

impl fmt::Display for QuitCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("quit")
    }
}
