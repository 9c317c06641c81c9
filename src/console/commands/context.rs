//! What a command runs with: the session, the changed defaults, and what a line refers to without naming it. Resolving targets and
//! handing orders to links is here because several commands do it.

use super::payloads::PayloadDefaults;
use super::summaries::SharedSummaries;
use super::trace_choice::TraceChoice;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::error::ExecutionError;
use crate::console::syntax::glob;
use crate::console::syntax::grammar::Grammar;
use crate::console::syntax::target::{Target, TargetError};
use crate::fleet::FleetTable;
use crate::hub::{Hub, LinkCommand, Order};
use crate::ocpp::{Role, Transport, Version};
use crate::sanitize::escape_control;
use crate::trace::{LinkState, StationKey, StationRow, StationTable, station_names};

/// What a front end shows as selected, marked and filtered; a command may refer to it without naming it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunContext {
    /// The station that every line without a target is for, whatever its state: scripts say beforehand whom they mean.
    pub station: Option<StationKey>,
    /// The selected station, meant when a line names no target and it is not the only one.
    pub selected: Option<StationKey>,
    /// The marked stations, in the order of their identities.
    pub marked: Vec<StationKey>,
    /// The stations that the filter of the table shows; none without a filter.
    pub filtered: Vec<StationKey>,
    /// Whether there is a full screen, which can show something otherwise.
    pub full_screen: bool,
    /// The records of the trace that are meant when a line names none; all of them where nothing can be selected.
    pub trace: TraceChoice,
}

impl RunContext {
    /// All versions, in the order in which a name is looked up that is written without one: the version of the selected station, those of
    /// the other stations, the rest.
    pub fn versions(&self, stations: &StationTable) -> Vec<Version> {
        let selected = self.station.or(self.selected).and_then(|key| stations.get(key)).and_then(|row| row.version);
        let mut is_spoken = [false; Version::ALL.len()];
        for version in stations.rows().iter().filter_map(|row| row.version) {
            is_spoken[version as usize] = true;
        }
        let mut versions = Version::WITHOUT_LINK.to_vec();
        versions.sort_by_key(|version| (Some(*version) != selected, !is_spoken[*version as usize])); // the sort is stable
        versions
    }

    /// The stations that a target means. A target that was left out means the only station that fits, or else the selected one.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn resolve(
        &self,
        role: Option<Role>,
        target: &Target,
        stations: &StationTable,
        fits: impl Fn(&StationRow) -> bool,
    ) -> Result<MeantStations, TargetError> {
        let chosen = if *target == Target::Filtered { &self.filtered } else { &self.marked };
        let of_role = |key: &StationKey| stations.get(*key).is_some_and(|row| role.is_none_or(|role| row.takes_role(role)));
        let left_out = *target == Target::TheOnly;
        if let Some(key) = self.station.filter(of_role).filter(|_| left_out) {
            return Ok(MeantStations { keys: vec![key], selected: false });
        }
        match target.resolve_where(role, stations, chosen, fits) {
            Ok(keys) => Ok(MeantStations { keys, selected: false }),
            Err(error) => match self.selected.filter(of_role).filter(|_| left_out) {
                Some(key) => Ok(MeantStations { keys: vec![key], selected: true }),
                None => Err(error),
            },
        }
    }
}

/// The stations that a target means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MeantStations {
    /// The stations, each once.
    pub keys: Vec<StationKey>,
    /// Whether it is the selected one because the line names none.
    pub selected: bool,
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
    /// What the line may refer to.
    pub meant: &'a RunContext,
    /// What was summed up of the records.
    pub summaries: &'a SharedSummaries,
    /// The fleets of the session.
    pub fleets: &'a FleetTable,
    /// The text of the command, for places in it.
    pub line: &'a str,
}

impl CommandContext<'_> {
    /// Whether the session shows the secrets of messages.
    pub fn shows_secrets(&self) -> bool {
        self.hub.trace().read().shows_secrets()
    }

    /// Changes of a payload as they are shown.
    pub fn shown(&self, edit: &PayloadEdit) -> PayloadEdit {
        if self.shows_secrets() { edit.clone() } else { edit.masked() }
    }

    /// The stations that a target means.
    ///
    /// # Errors
    /// When there is none.
    pub fn resolve(
        &self,
        role: impl Into<Option<Role>>,
        target: &Target,
        fits: impl Fn(&StationRow) -> bool,
    ) -> Result<Vec<StationKey>, CommandFailure> {
        let contents = self.hub.trace().read();
        Ok(self.meant.resolve(role.into(), target, contents.stations(), fits)?.keys)
    }

    /// The stations of a target in any state. One that is named and was never connected is known from now on, so that what is commanded
    /// waits for it; the output mentions it, in case the name was a slip. Without a role it is one of our central system.
    ///
    /// # Errors
    /// When there is none.
    pub fn stations_or_new(
        &self,
        our_role: Option<Role>,
        target: &Target,
        output: &mut CommandOutput,
    ) -> Result<Vec<StationKey>, CommandFailure> {
        match (self.resolve(our_role, target, |_| true), target) {
            (Ok(stations), _) => Ok(stations),
            // What is a pattern stands for stations that are there.
            (Err(_), Target::These(names)) if !names.iter().any(|name| glob::is_pattern(name) || name.starts_with('@')) => {
                let named = names.join(", ");
                *output = CommandOutput::info(format!("This waits for {}.", escape_control(&named)));
                let role = our_role.unwrap_or(Role::CentralSystem);
                Ok(names.iter().map(|name| self.hub.station(role, name)).collect())
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// Stations in a sentence.
    pub fn names(&self, keys: &[StationKey]) -> String {
        escape_control(&station_names(keys, self.hub.trace().read().stations())).into_owned()
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
    pub fn order(
        &self,
        role: Role,
        target: &Target,
        command: LinkCommand,
        done: impl FnOnce(&str) -> String,
    ) -> Result<CommandOutput, CommandFailure> {
        let links = self.connected(role, target)?;
        let mut output = CommandOutput::default();
        let mut taken = Vec::new();
        for (key, _) in links {
            taken.extend(self.submit(vec![key], self.for_leg(role, key, command.clone()), &mut output));
        }
        self.conclude(&mut output, &taken, done);
        Ok(output)
    }

    /// A command of this role of ours for the right link of a station: at a pair, what a charge point says goes to the central system.
    pub fn for_leg(&self, role: Role, station: StationKey, command: LinkCommand) -> LinkCommand {
        let contents = self.hub.trace().read();
        let is_pair = contents.stations().get(station).is_some_and(StationRow::is_pair);
        if is_pair && role == Role::ChargePoint { LinkCommand::Upstream(Box::new(command)) } else { command }
    }

    /// Hands a command to links, and returns those that took it. What they refuse is added to the output.
    pub fn submit(&self, targets: Vec<StationKey>, command: LinkCommand, output: &mut CommandOutput) -> Vec<StationKey> {
        let receipt = self.hub.submit(&Order { targets, command });
        for (_, reason) in receipt.refused {
            output.add(CommandFailure::plain(format!("Error: {reason}.")));
        }
        receipt.taken
    }

    /// Says what was done, with the names of the stations, unless no link took it.
    pub fn conclude(&self, output: &mut CommandOutput, taken: &[StationKey], done: impl FnOnce(&str) -> String) {
        if !taken.is_empty() {
            output.done = Some(done(&self.names(taken)));
        }
    }
}
