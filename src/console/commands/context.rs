//! What a command runs with: the session, the changed defaults, and what a line refers to without naming it. Resolving targets and
//! handing orders to links is here because several commands do it.

use super::payloads::PayloadDefaults;
use super::trace_choice::TraceChoice;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::error::ExecutionError;
use crate::console::syntax::grammar::Grammar;
use crate::console::syntax::target::Target;
use crate::hub::{Hub, LinkCommand, Order};
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{LinkState, StationKey, StationRow};

/// What a front end shows as selected, marked and filtered; a command may refer to it without naming it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunContext {
    /// The selected station, meant when a line names no target.
    pub selected: Option<StationKey>,
    /// The marked stations, in the order of their keys.
    pub marked: Vec<StationKey>,
    /// The stations that the filter of the table shows; none without a filter.
    pub filtered: Vec<StationKey>,
    /// The records of the trace that are meant when a line names none; all of them where nothing can be selected.
    pub trace: TraceChoice,
}

/// What a command runs with.
#[derive(Clone, Copy)]
pub struct CommandContext<'a> {
    /// The session.
    pub hub: &'a Hub,
    /// All commands.
    pub grammar: &'a Grammar,
    /// The defaults of payloads that the user has changed.
    pub defaults: &'a PayloadDefaults,
    /// The selected station.
    pub selected: Option<StationKey>,
    /// The marked stations.
    pub marked: &'a [StationKey],
    /// The stations that the filter shows.
    pub filtered: &'a [StationKey],
    /// The records that are meant when the line names none.
    pub trace_choice: &'a TraceChoice,
    /// The text of the command, for places in it.
    pub line: &'a str,
}

impl CommandContext<'_> {
    /// The stations that a target means. Without a target it is the selected one, when it is of the right role.
    ///
    /// # Errors
    /// When there is none.
    pub fn resolve(
        &self,
        role: impl Into<Option<Role>>,
        target: &Target,
        fits: impl Fn(&StationRow) -> bool,
    ) -> Result<Vec<StationKey>, CommandFailure> {
        let role = role.into();
        let contents = self.hub.trace().read();
        if *target == Target::TheOnly
            && let Some(row) = self.selected.and_then(|key| contents.stations().get(key))
            && role.is_none_or(|role| role == row.our_role)
        {
            return Ok(vec![row.key]);
        }
        let chosen = if *target == Target::Filtered { self.filtered } else { self.marked };
        Ok(target.resolve_where(role, contents.stations(), chosen, fits)?)
    }

    /// The stations of a target that are connected, with the versions of their links.
    ///
    /// # Errors
    /// When there is none.
    pub fn connected(&self, role: Role, target: &Target) -> Result<Vec<(StationKey, Version)>, CommandFailure> {
        let up = |row: &StationRow| row.state == LinkState::Connected;
        // A charge point of ours that waits for its central system is known, and so the error is a precise one.
        let fits = |row: &StationRow| up(row) || (role == Role::ChargePoint && row.state != LinkState::Gone);
        let keys = self.resolve(role, target, fits)?;
        let contents = self.hub.trace().read();
        let rows = keys.iter().filter_map(|key| contents.stations().get(*key));
        let links: Vec<_> = rows.filter(|row| up(row)).filter_map(|row| Some((row.key, row.version?))).collect();
        if links.is_empty() { Err(ExecutionError::NotConnected { our_role: role }.into()) } else { Ok(links) }
    }

    /// Refuses what only a WebSocket can carry for stations that use SOAP.
    ///
    /// # Errors
    /// When one of them does, or none is connected.
    pub fn over_websocket(&self, role: Role, target: &Target) -> Result<(), CommandFailure> {
        let links = self.connected(role, target)?;
        let contents = self.hub.trace().read();
        let soap = |key| contents.stations().get(key).and_then(|row| row.transport) == Some(Transport::Soap);
        if links.into_iter().any(|(key, _)| soap(key)) { Err(ExecutionError::NotOverSoap.into()) } else { Ok(()) }
    }

    /// Hands a command to the connected links of a target.
    ///
    /// # Errors
    /// When none is connected. What single links refuse is in the output.
    pub fn order(&self, role: Role, target: &Target, command: LinkCommand) -> Result<CommandOutput, CommandFailure> {
        let links = self.connected(role, target)?;
        let mut output = CommandOutput::default();
        self.submit(links.into_iter().map(|(key, _)| key).collect(), command, &mut output);
        Ok(output)
    }

    /// Hands a command to links. What they refuse is added to the output.
    pub fn submit(&self, targets: Vec<StationKey>, command: LinkCommand, output: &mut CommandOutput) {
        for (_, reason) in self.hub.submit(&Order { targets, command }).refused {
            output.add(CommandFailure::plain(format!("Error: {reason}.")));
        }
    }
}
