//! One link of a scenario: its variable, the state from its earlier records, and the place where answers are prepared.

use std::collections::HashMap;

use super::expression::ScriptExpression;
use super::identifiers::Identifiers;
use super::periodic::PeriodicRun;
use super::trigger::Causes;
use crate::ocpp::{Role, Transport, Version};
use crate::simulator::CentralSystemSettings;
use crate::trace::{StationKey, StationRow};

/// The side that ended a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkSide {
    /// The end that the scenario simulates.
    Ours,
    /// The end under test.
    Theirs,
}

/// The state of a link while its records are converted.
pub(super) struct ScriptLink {
    pub station: StationKey,
    pub identity: Box<str>,
    pub our_role: Role,
    pub version: Option<Version>,
    transport: Option<Transport>,
    /// The JavaScript variable that holds it.
    pub variable: String,
    pub identifiers: Identifiers,
    /// Whether the scenario has a statement that opens it.
    pub is_open: bool,
    /// Whether it is connected after the statements so far.
    pub is_up: bool,
    /// The side that disconnected it and must connect it again; `None` without one, or when it reconnects by itself.
    pub ended_by: Option<LinkSide>,
    /// The causes of the calls of a charge point.
    pub causes: Causes,
    /// The periodic calls since the last step.
    pub run: PeriodicRun,
    /// Seconds between heartbeats.
    pub interval: i64,
    /// The place where an answer is prepared: before the last step, because the peer may call at once after it.
    pub answers_at: usize,
    /// The place after the last call of each action. The answer to the next one must not be prepared earlier.
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

    /// A call of a method of the link.
    pub fn method(&self, name: &str, arguments: Vec<ScriptExpression>) -> ScriptExpression {
        ScriptExpression::Call(format!("{}.{name}", self.variable), arguments)
    }

    /// The expression that opens the link.
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

    /// The name of the other end, for the operator.
    pub fn peer(&self) -> String {
        match self.our_role {
            Role::CentralSystem => self.identity.to_string(),
            Role::ChargePoint => "the central system".to_owned(),
        }
    }

    /// All stored places among the statements, to move them after an insertion.
    pub fn places(&mut self) -> impl Iterator<Item = &mut usize> {
        std::iter::once(&mut self.answers_at).chain(self.behind.values_mut()).chain(self.run.places())
    }

    /// Whether it is one connection that can be lost. Over SOAP each message has a connection of its own.
    pub fn is_connection(&self) -> bool {
        self.transport != Some(Transport::Soap)
    }
}
