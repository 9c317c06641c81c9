//! Carries commands out against the hub. What a line means is the parser's; what is said in the end is shown by a front end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::command::{AnswerCommand, AnswerReply, CallCommand, Command, PayloadEdit, SendCommand, SetCommand};
use super::error::ExecutionError;
use super::grammar::Grammar;
use super::payloads::{self, PayloadDefaults};
use super::said::{CommandFailure, CommandOutput};
use super::scenario::TraceChoice;
use super::show::show;
use super::target::Target;
use super::{help, parse};
use crate::hub::{AnswerOverride, AnswerRule, Hub, LinkCommand, Order, PayloadChange};
use crate::link::{HttpUrl, fresh_id};
use crate::ocpp::{Role, Transport, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::{LinkState, StationKey, StationRow};

/// What a command may refer to without naming it.
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

/// The command language of one session.
pub struct Console {
    hub: Hub,
    grammar: Grammar,
    defaults: Mutex<PayloadDefaults>,
}

impl Console {
    /// A console for a session.
    pub fn new(hub: Hub) -> Console {
        let grammar = Grammar::new(hub.catalog());
        Console { hub, grammar, defaults: Mutex::default() }
    }

    /// The session.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The commands.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// What a session begins with when nothing else is to be said: what it is, and the first commands.
    pub fn greeting(&self) -> CommandOutput {
        let mut lines =
            vec!["== ocpp-tui - OCPP CentralSystem & ChargePoint Simulator ==".to_owned(), " > Quick start :".to_owned()];
        lines.extend(help::quick_start(&self.grammar));
        CommandOutput::text("Welcome", lines)
    }

    /// Reads a line and carries it out.
    pub async fn run(&self, line: &str, context: &RunContext) -> CommandOutput {
        let (mut said, consumed) = self.ask_plugins(line).await;
        if !consumed {
            let own = self.run_own(line, context).await;
            said.lines.extend(own.lines);
            said = CommandOutput { lines: said.lines, ..own };
        }
        said
    }

    /// Reads a line that is not for a plugin and carries it out.
    async fn run_own(&self, line: &str, context: &RunContext) -> CommandOutput {
        match parse(line, &self.grammar) {
            Ok(Some(command)) => self.execute(command, line, context).await,
            Ok(None) => CommandOutput::default(),
            Err(error) => CommandFailure::from(error).into(),
        }
    }

    /// Carries a command out. `line` is its text, for places in it.
    pub async fn execute(&self, command: Command, line: &str, context: &RunContext) -> CommandOutput {
        let done = match command {
            Command::StartCentralSystem(options) => {
                self.hub.start_central_system(options).await.map(|_| CommandOutput::default()).map_err(CommandFailure::from)
            }
            Command::StartChargePoint(options) => {
                let started = self.hub.start_charge_point(options);
                // The next command may name the station, so its row must be there.
                self.hub.caught_up().await;
                started.map(|_| CommandOutput::default()).map_err(CommandFailure::from)
            }
            Command::Call(call) => self.call(&call, line, context),
            Command::Send(send) => {
                self.over_websocket(send.initiator, &send.target, context).and_then(|()| self.send(send, context))
            }
            Command::SendRaw { initiator, target, text, show_headers } => {
                let deed = if show_headers { LinkCommand::RawShowingHeaders(text) } else { LinkCommand::Raw(text) };
                self.order(initiator, &target, deed, context)
            }
            Command::CallAt { target, url } => {
                let url = url.and_then(|url| HttpUrl::parse(&url).ok()); // the parser has refused others
                self.order(Role::CentralSystem, &target, LinkCommand::CallAt(url), context)
            }
            Command::Probe { target } => self.probe(&target, context),
            Command::Ping { initiator, target } => self
                .over_websocket(initiator, &target, context)
                .and_then(|()| self.order(initiator, &target, LinkCommand::Ping, context)),
            Command::Set { role, settings } => self.set(role, &settings),
            Command::Default { initiator, action, change } => return self.change_default(initiator, &action, change, line),
            Command::Answer { initiator, action, target, once, answering } => {
                return self.answer(initiator, &action, target.as_ref(), once, answering, line, context);
            }
            Command::Answers => Ok(self.answers()),
            Command::Help(topic) => self.help(topic.as_deref()),
            Command::Plugins { long } => return self.list_plugins(long).await,
            Command::Plugin { deed, name } => return self.plugin(deed, &name).await,
            Command::Hold(hold) => return self.hold(&hold, line),
            Command::SaveScenario(save) => self.save_scenario(save, &context.trace).await,
            Command::Stations => Ok(self.stations()),
            Command::Show { shown, initiator, action, version, response } => {
                show(self.hub.catalog(), shown, (initiator, &action), version, response)
            }
            Command::Connect { target } => self.connect(&target, context),
            Command::Disconnect { role, target } => self.disconnect(role, &target, context),
            Command::Quit => return CommandOutput { quit: true, ..CommandOutput::default() },
        };
        done.unwrap_or_else(CommandOutput::from)
    }

    /// The stations that a target means. Without a target it is the selected one, when it is of the right role.
    fn resolve(
        &self,
        role: impl Into<Option<Role>>,
        target: &Target,
        context: &RunContext,
        fits: impl Fn(&StationRow) -> bool,
    ) -> Result<Vec<StationKey>, CommandFailure> {
        let role = role.into();
        let contents = self.hub.trace().read();
        if *target == Target::TheOnly
            && let Some(row) = context.selected.and_then(|key| contents.stations().get(key))
            && role.is_none_or(|role| role == row.our_role)
        {
            return Ok(vec![row.key]);
        }
        let chosen = if *target == Target::Filtered { &context.filtered } else { &context.marked };
        Ok(target.resolve_where(role, contents.stations(), chosen, fits)?)
    }

    fn connected(
        &self,
        role: Role,
        target: &Target,
        context: &RunContext,
    ) -> Result<Vec<(StationKey, Version)>, CommandFailure> {
        let up = |row: &StationRow| row.state == LinkState::Connected;
        // A charge point of ours that waits for its central system is known, and so the error is a precise one.
        let fits = |row: &StationRow| up(row) || (role == Role::ChargePoint && row.state != LinkState::Gone);
        let keys = self.resolve(role, target, context, fits)?;
        let contents = self.hub.trace().read();
        let rows = keys.iter().filter_map(|key| contents.stations().get(*key));
        let links: Vec<_> = rows.filter(|row| up(row)).filter_map(|row| Some((row.key, row.version?))).collect();
        if links.is_empty() { Err(ExecutionError::NotConnected { our_role: role }.into()) } else { Ok(links) }
    }

    fn call(&self, call: &CallCommand, line: &str, context: &RunContext) -> Result<CommandOutput, CommandFailure> {
        let links = self.connected(call.initiator, &call.target, context)?;
        let mut said = CommandOutput::default();
        let mut made: Vec<(Version, Option<OutgoingPayload>)> = Vec::new();
        for (station, version) in links {
            if !made.iter().any(|(known, _)| *known == version) {
                let payload = payloads::payload(call, version, &self.hub, &self.defaults(), line);
                let payload = payload.map_err(|failures| failures.into_iter().for_each(|failure| said.add(failure))).ok();
                made.push((version, payload));
            }
            let payload = made.iter().find(|(known, _)| *known == version).and_then(|(_, payload)| payload.clone());
            if let Some(payload) = payload {
                self.submit(vec![station], LinkCommand::Call { action: call.action.clone(), payload }, &mut said);
            }
        }
        Ok(said)
    }

    /// The payload is sent as it was typed, so the frame is put together as text.
    fn send(&self, send: SendCommand, context: &RunContext) -> Result<CommandOutput, CommandFailure> {
        let mut said = CommandOutput::default();
        for (station, _) in self.connected(send.initiator, &send.target, context)? {
            let (id, action) = (fresh_id(), Value::from(send.action.as_str()));
            let text = format!("[2,\"{id}\",{action},{}]", send.payload);
            self.submit(vec![station], LinkCommand::Raw(text), &mut said);
        }
        Ok(said)
    }

    fn order(
        &self,
        role: Role,
        target: &Target,
        deed: LinkCommand,
        context: &RunContext,
    ) -> Result<CommandOutput, CommandFailure> {
        let links = self.connected(role, target, context)?;
        let mut said = CommandOutput::default();
        self.submit(links.into_iter().map(|(key, _)| key).collect(), deed, &mut said);
        Ok(said)
    }

    fn probe(&self, target: &Target, context: &RunContext) -> Result<CommandOutput, CommandFailure> {
        let up = |row: &StationRow| row.state == LinkState::Connected;
        let targets = self.resolve(None, target, context, up)?;
        let mut said = CommandOutput::default();
        self.submit(targets, LinkCommand::Probe, &mut said);
        Ok(said)
    }

    /// Refuses what only a WebSocket can carry for stations that speak SOAP.
    fn over_websocket(&self, role: Role, target: &Target, context: &RunContext) -> Result<(), CommandFailure> {
        let links = self.connected(role, target, context)?;
        let contents = self.hub.trace().read();
        let soap = |key| contents.stations().get(key).and_then(|row| row.transport) == Some(Transport::Soap);
        if links.into_iter().any(|(key, _)| soap(key)) { Err(ExecutionError::NotOverSoap.into()) } else { Ok(()) }
    }

    fn submit(&self, targets: Vec<StationKey>, deed: LinkCommand, said: &mut CommandOutput) {
        for (_, reason) in self.hub.submit(&Order { targets, command: deed }).refused {
            said.add(CommandFailure::plain(format!("Error: {reason}.")));
        }
    }

    fn set(&self, role: Role, settings: &[SetCommand]) -> Result<CommandOutput, CommandFailure> {
        let mut said = CommandOutput::default();
        for setting in settings {
            let any = self.hub.change_settings(role, |link| match setting {
                SetCommand::WebSocketPingInterval(seconds) => {
                    link.ping_interval = (*seconds > 0).then(|| Duration::from_secs(u64::from(*seconds)));
                }
                SetCommand::Timeout(timeout) => link.call_timeout = *timeout,
                SetCommand::CallsInFlight(calls) => link.calls_in_flight = (*calls).max(1) as usize,
                SetCommand::PrintXml(_) => {} // the hub's, below
            });
            if let SetCommand::PrintXml(on) = setting {
                self.hub.set_print_xml(role, *on);
            }
            if !any {
                let none = match role {
                    Role::CentralSystem => ExecutionError::NoCentralSystem,
                    Role::ChargePoint => ExecutionError::NoChargePoints,
                };
                return Err(none.into());
            }
            // A charge point says it itself, once a link, when it begins.
            if role == Role::CentralSystem && matches!(setting, SetCommand::WebSocketPingInterval(1..)) {
                said.stamped("WebSocket ping from CS to CP enabled by user.");
            }
        }
        Ok(said)
    }

    fn change_default(
        &self,
        initiator: Role,
        action: &str,
        change: super::command::DefaultChange,
        line: &str,
    ) -> CommandOutput {
        let mut said = CommandOutput::default();
        if let super::command::DefaultChange::Set(edit) = &change {
            let failures = payloads::check_default(initiator, action, edit, self.hub.catalog(), line);
            failures.into_iter().for_each(|failure| said.add(failure));
        }
        if !said.failed() {
            self.defaults().change(initiator, action, change);
        }
        said
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one command, taken apart")]
    fn answer(
        &self,
        initiator: Role,
        action: &str,
        target: Option<&Target>,
        once: bool,
        answering: AnswerCommand,
        line: &str,
        context: &RunContext,
    ) -> CommandOutput {
        let our_role = initiator.peer();
        let stations = match target.map(|target| self.resolve(our_role, target, context, |_| true)).transpose() {
            Ok(None) => vec![None],
            Ok(Some(keys)) => keys.into_iter().map(Some).collect(),
            Err(failure) => return failure.into(),
        };
        let mut said = CommandOutput::default();
        for station in stations {
            match &answering {
                AnswerCommand::AsUsual => {
                    self.hub.answers().clear(initiator, action, station);
                }
                AnswerCommand::OnPurpose { reply, delay } => match self.on_purpose(initiator, action, reply, line) {
                    Ok(reply) => {
                        let (action, text) = (action.to_owned(), line.trim().to_owned());
                        self.hub.answers().set(AnswerRule { initiator, action, station, once, reply, delay: *delay, text });
                    }
                    Err(failures) => {
                        failures.into_iter().for_each(|failure| said.add(failure));
                        return said;
                    }
                },
            }
        }
        said
    }

    /// What a reply of the language is for the hub. A result is tried on every version, so that a slip is told now and not when a
    /// station calls.
    fn on_purpose(
        &self,
        initiator: Role,
        action: &str,
        reply: &AnswerReply,
        line: &str,
    ) -> Result<AnswerOverride, Vec<CommandFailure>> {
        Ok(match reply {
            AnswerReply::Usual => AnswerOverride::Usual,
            AnswerReply::Silence => AnswerOverride::Silence,
            AnswerReply::Error { code, description } => {
                let description = description.clone().unwrap_or_else(|| code.description().to_owned());
                AnswerOverride::Error { code: *code, description }
            }
            AnswerReply::Result(edit) => {
                let catalog = self.hub.catalog();
                let definitions = Version::ALL.into_iter().filter_map(|version| catalog.action(version, initiator, action));
                let tries: Vec<_> = definitions
                    .map(|definition| payloads::answer(definition.response.skeleton(), edit, definition).errors)
                    .collect();
                if let Some(errors) = tries.iter().min_by_key(|errors| errors.len()).filter(|errors| !errors.is_empty()) {
                    return Err(errors.iter().map(|error| CommandFailure::assignment(error, line)).collect());
                }
                AnswerOverride::Result(self.change(initiator, action, edit))
            }
        })
    }

    fn change(&self, initiator: Role, action: &str, edit: &PayloadEdit) -> PayloadChange {
        let (catalog, action, edit) = (self.hub.catalog().clone(), action.to_owned(), edit.clone());
        Arc::new(move |usual, version| match catalog.action(version, initiator, &action) {
            Some(definition) => payloads::answer(usual, &edit, definition).payload,
            None => usual.into(),
        })
    }

    fn answers(&self) -> CommandOutput {
        let texts = self.hub.answers().texts();
        if texts.is_empty() {
            CommandOutput::info("Every call is answered as usual.")
        } else {
            CommandOutput::text("Answers", texts)
        }
    }

    fn stations(&self) -> CommandOutput {
        let contents = self.hub.trace().read();
        let lines = contents.stations().rows().iter().map(|row| {
            let side = if row.our_role == Role::ChargePoint { "simulated" } else { "connected to us" };
            let version = row.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
            format!("{}  {}  {side}  OCPP {version}", crate::sanitize::escape_control(&row.identity), row.state)
        });
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() { CommandOutput::info("No stations yet.") } else { CommandOutput::text("Stations", lines) }
    }

    fn connect(&self, target: &Target, context: &RunContext) -> Result<CommandOutput, CommandFailure> {
        let down = |row: &StationRow| row.state != LinkState::Connected;
        let targets = self.resolve(Role::ChargePoint, target, context, down)?;
        let mut said = CommandOutput::default();
        self.submit(targets, LinkCommand::Connect, &mut said);
        Ok(said)
    }

    fn disconnect(&self, role: Option<Role>, target: &Target, context: &RunContext) -> Result<CommandOutput, CommandFailure> {
        let targets = self.resolve(role, target, context, |row| row.state != LinkState::Gone)?;
        let mut said = CommandOutput::default();
        self.submit(targets, LinkCommand::Disconnect, &mut said);
        Ok(said)
    }

    fn defaults(&self) -> MutexGuard<'_, PayloadDefaults> {
        self.defaults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
