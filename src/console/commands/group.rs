//! `group` puts stations together under a name, which every command takes as a target (`@depot`), and lists the groups.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{positional_target, read};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, optional};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::{quote, unquote};
use crate::sanitize::escape_control;
use crate::trace::{GroupRow, LinkState, StationTable};

/// Words behind the sign that mean something else.
const TAKEN: [&str; 3] = ["all", "marked", "filter"];

pub(super) const GROUP: CommandEntry<GroupCommand> = CommandEntry {
    spec: CommandSpec::new("group", "put stations into a group, which commands can name as @group, or list the groups")
        .arguments(
            const { &[optional("[name]", CompletionKind::Nothing), optional("[stations]", CompletionKind::Station(None))] },
        )
        .synopsis("[<name> <stations>]")
        .example("group lab *"),
    parse: |words| {
        let arguments = words.sorted()?;
        let name = arguments.positionals.first();
        let name = name.map(|word| read(word, "<name>", "a word without @, *, ?, comma and space", group_name)).transpose()?;
        Ok(match (name, arguments.positionals.get(1)) {
            (None, _) => GroupCommand::List,
            (Some(name), Some(target)) => GroupCommand::Add { name, target: positional_target(target)? },
            (Some(_), None) => return Err(arguments.missing("<stations>")),
        })
    },
};

/// A name that a target can have.
fn group_name(text: &str) -> Option<String> {
    let name = unquote(text);
    let name = name.strip_prefix('@').unwrap_or(&name);
    let is_name = !name.is_empty() && !TAKEN.contains(&name) && !name.contains(['@', '*', '?', ',', ' ', '"']);
    is_name.then(|| name.to_owned())
}

/// A command about groups.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupCommand {
    /// List them.
    List,
    /// Put stations into one.
    Add {
        /// Its name.
        name: String,
        /// The stations, in any state.
        target: Target,
    },
}

impl GroupCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        match self {
            GroupCommand::List => {
                let contents = context.hub.trace().read();
                let table = contents.stations();
                if table.groups().is_empty() {
                    return Ok(CommandOutput::info("There is no group; group <name> <stations> makes one."));
                }
                Ok(CommandOutput::text("Groups", table.groups().iter().map(|group| listed(group, table))))
            }
            GroupCommand::Add { name, target } => {
                let stations = context.resolve(None, target, |_| true)?;
                context.hub.put_into_group(&stations, name);
                Ok(CommandOutput::done(format!("{} in @{}.", context.names(&stations), escape_control(name))))
            }
        }
    }
}

fn listed(group: &GroupRow, table: &StationTable) -> String {
    let rows = group.members.iter().filter_map(|key| table.get(*key));
    let connected = rows.filter(|row| row.state == LinkState::Connected).count();
    format!("@{}: {} stations, {connected} connected", escape_control(&group.name), group.members.len())
}

impl fmt::Display for GroupCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupCommand::List => f.write_str("group"),
            GroupCommand::Add { name, target } => write!(f, "group {} {}", quote(name), quote(&target.to_string())),
        }
    }
}
