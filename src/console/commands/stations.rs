//! `stations`, `connect`, `disconnect`, `probe`: list the stations, and what is done with their links.

use std::fmt;

use super::context::CommandContext;
use super::entry::{CommandEntry, write_target};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, ID, Positional, REMOTE_ID, optional};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::quote;
use crate::hub::LinkCommand;
use crate::ocpp::Role;
use crate::sanitize::escape_control;
use crate::trace::{LinkState, StationRow};

const ANYWHERE: Positional = optional("<target>", CompletionKind::Station(None));

pub(super) const STATIONS: CommandEntry<StationsCommand> = CommandEntry {
    spec: CommandSpec::new("stations", "list the stations").example("stations"),
    parse: |words| words.sorted().map(|_| StationsCommand::List),
};

pub(super) const CONNECT: CommandEntry<StationsCommand> = CommandEntry {
    spec: CommandSpec::new("connect", "connect simulated charge points that are down")
        .arguments(const { &[optional("<target>", CompletionKind::Station(Some(Role::ChargePoint)))] })
        .options(&[ID])
        .synopsis("<target>")
        .example("connect CP1"),
    parse: |words| Ok(StationsCommand::Connect { target: words.sorted()?.target(Role::ChargePoint)? }),
};

pub(super) const DISCONNECT: CommandEntry<StationsCommand> = CommandEntry {
    spec: CommandSpec::new("disconnect", "close links")
        .arguments(&[ANYWHERE])
        .options(&[ID, REMOTE_ID])
        .synopsis("<target>")
        .example("disconnect CP1"),
    parse: |words| {
        let arguments = words.sorted()?;
        let role = arguments.role_of_target();
        Ok(StationsCommand::Disconnect { role, target: arguments.target(role.unwrap_or(Role::CentralSystem))? })
    },
};

pub(super) const PROBE: CommandEntry<StationsCommand> = CommandEntry {
    spec: CommandSpec::new("probe", "check whether a peer that is called over SOAP answers")
        .arguments(&[ANYWHERE])
        .options(&[ID, REMOTE_ID])
        .synopsis("<target>")
        .example("probe CP1"),
    parse: |words| {
        let arguments = words.sorted()?;
        let role = arguments.role_of_target();
        Ok(StationsCommand::Probe { target: arguments.target(role.unwrap_or(Role::CentralSystem))? })
    },
};

/// Lists stations, or does something with their links.
#[derive(Debug, Clone, PartialEq)]
pub enum StationsCommand {
    /// List the stations.
    List,
    /// Connect simulated stations that are down, now.
    Connect {
        /// Which.
        target: Target,
    },
    /// Close links.
    Disconnect {
        /// Our role on them where both are possible; `None` when the command does not name it.
        role: Option<Role>,
        /// Of which stations.
        target: Target,
    },
    /// Check that a server answers at the address at which a peer is called over SOAP.
    Probe {
        /// Of which stations.
        target: Target,
    },
}

impl StationsCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let connected = |row: &StationRow| row.state == LinkState::Connected;
        let (targets, command) = match self {
            StationsCommand::List => return Ok(list(context)),
            StationsCommand::Connect { target } => {
                (context.resolve(Role::ChargePoint, target, |row| !connected(row))?, LinkCommand::Connect)
            }
            StationsCommand::Disconnect { role, target } => {
                let there = |row: &StationRow| row.state != LinkState::Gone;
                // The role only decides between two stations of one identity.
                let found = context.resolve(*role, target, there);
                let found = found.or_else(|error| context.resolve(None, target, there).map_err(|_| error));
                (found?, LinkCommand::Disconnect)
            }
            StationsCommand::Probe { target } => (context.resolve(None, target, connected)?, LinkCommand::Probe),
        };
        let mut output = CommandOutput::default();
        let taken = context.submit(targets, command, &mut output);
        context.conclude(&mut output, &taken, |names| match self {
            StationsCommand::Connect { .. } => format!("{names}: a connection is being made."),
            StationsCommand::Disconnect { .. } => format!("{names}: the link is being closed."),
            StationsCommand::List | StationsCommand::Probe { .. } => {
                format!("{names}: checking for an answer; the trace shows the result.")
            }
        });
        Ok(output)
    }
}

fn list(context: &CommandContext<'_>) -> CommandOutput {
    let contents = context.hub.trace().read();
    let lines = contents.stations().rows().iter().map(|row| {
        let side = match (row.our_role, &row.upstream) {
            (_, Some(upstream)) => format!("passed on ({})", upstream.state),
            (Role::ChargePoint, None) => "simulated".to_owned(),
            (Role::CentralSystem, None) => "connected to us".to_owned(),
        };
        let version = row.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
        // As one would type it: an identity in quotes cannot pass for the time of an event.
        format!("{}  {}  {side}  OCPP {version}", escape_control(&quote(&row.identity)), row.state)
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { CommandOutput::info("No stations yet.") } else { CommandOutput::text("Stations", lines) }
}

impl fmt::Display for StationsCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StationsCommand::List => f.write_str("stations"),
            StationsCommand::Connect { target } => {
                f.write_str("connect")?;
                write_target(f, Role::ChargePoint, target)
            }
            StationsCommand::Disconnect { role, target } => {
                f.write_str("disconnect")?;
                match (role, target) {
                    (Some(role), _) => write_target(f, *role, target),
                    (None, Target::TheOnly) => Ok(()),
                    (None, Target::These(names)) => write!(f, " {}", quote(&names.join(","))),
                    (None, Target::All | Target::Marked | Target::Filtered) => write!(f, " {target}"),
                }
            }
            StationsCommand::Probe { target } => {
                f.write_str("probe")?;
                write_target(f, Role::CentralSystem, target)
            }
        }
    }
}
