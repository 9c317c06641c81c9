//! One link of a scenario: how it is called, what was seen on it, and where answers may be prepared.

use std::collections::HashMap;

use super::expression::ScriptExpression;
use super::identifiers::Identifiers;
use super::periodic::PeriodicRun;
use super::trigger::Causes;
use crate::ocpp::{Role, Transport, Version};
use crate::simulator::CentralSystemSettings;
use crate::trace::{StationKey, StationRow};

/// Whose end of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkSide {
    /// The end that the scenario plays.
    Ours,
    /// The end under test.
    Theirs,
}

/// The state of a link while its records are gone through.
pub(super) struct ScriptLink {
    pub station: StationKey,
    pub identity: Box<str>,
    pub our_role: Role,
    pub version: Option<Version>,
    transport: Option<Transport>,
    /// The variable that holds it.
    pub variable: String,
    pub identifiers: Identifiers,
    /// Whether the scenario has it.
    pub is_open: bool,
    /// Whether it is up, as far as the scenario knows.
    pub is_up: bool,
    /// Whether it went down because of us or of somebody at the other end, who has to bring it up again.
    pub ended_by: Option<LinkSide>,
    /// What explains the calls of a charge point.
    pub causes: Causes,
    /// What has come by the clock since the last thing that somebody did.
    pub run: PeriodicRun,
    /// Seconds between heartbeats.
    pub interval: i64,
    /// Where an answer is prepared: before the last thing that we did, because the peer may call at once after that.
    pub answers_at: usize,
    /// The place behind the last call of an action. An answer for the next one must not be prepared earlier.
    pub behind: HashMap<String, usize>,
}

impl ScriptLink {
    /// The link of a station; the variable has the number of the station when there are several.
    pub fn new(row: &StationRow, number: Option<usize>, is_simulated: bool) -> ScriptLink {
        let side = if row.our_role == Role::CentralSystem { "cp" } else { "cs" };
        ScriptLink {
            station: row.key,
            identity: row.identity.clone(),
            our_role: row.our_role,
            version: row.version,
            transport: row.transport,
            variable: number.map_or_else(|| side.to_owned(), |number| format!("{side}{number}")),
            identifiers: Identifiers::default(),
            is_open: false,
            is_up: false,
            ended_by: None,
            causes: Causes::of(is_simulated),
            run: PeriodicRun::default(),
            interval: CentralSystemSettings::default().heartbeat_interval.into(),
            answers_at: 0,
            behind: HashMap::new(),
        }
    }

    /// A method of the link.
    pub fn method(&self, name: &str, arguments: Vec<ScriptExpression>) -> ScriptExpression {
        ScriptExpression::Call(format!("{}.{name}", self.variable), arguments)
    }

    /// What brings the link up at first.
    pub fn opening(&self) -> ScriptExpression {
        let function = match self.our_role {
            Role::CentralSystem => "chargePointUnderTest",
            Role::ChargePoint => "centralSystemUnderTest",
        };
        let mut options = vec![("id".to_owned(), ScriptExpression::text(&self.identity))];
        options.extend(self.version.map(|version| ("version".to_owned(), ScriptExpression::text(version.number()))));
        if self.transport == Some(Transport::Soap) {
            options.push(("transport".to_owned(), ScriptExpression::text(Transport::Soap.name())));
        }
        ScriptExpression::Call(function.to_owned(), vec![ScriptExpression::Object(options)])
    }

    /// The other end, for a person.
    pub fn peer(&self) -> String {
        match self.our_role {
            Role::CentralSystem => self.identity.to_string(),
            Role::ChargePoint => "the central system".to_owned(),
        }
    }

    /// Every place among the statements that is remembered, to move it when something is put before it.
    pub fn places(&mut self) -> impl Iterator<Item = &mut usize> {
        std::iter::once(&mut self.answers_at).chain(self.behind.values_mut()).chain(self.run.places())
    }

    /// Whether a connection carries it that can go down; over SOAP every message has its own.
    pub fn is_connection(&self) -> bool {
        self.transport != Some(Transport::Soap)
    }
}
