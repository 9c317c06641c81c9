//! `call` and the commands of the actions: send a call, made of the default payload and the user's changes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::context::CommandContext;
use super::entry::{CommandEntry, write_target};
use super::payloads::edited;
use crate::clock::now;
use crate::compose::TemplateFault;
use crate::console::completion::template_values;
use crate::console::output::{CommandFailure, CommandOutput, GivenCalls};
use crate::console::syntax::arguments::CommandWords;
use crate::console::syntax::edit::PayloadEdit;
use crate::console::syntax::error::{CommandError, ExecutionError};
use crate::console::syntax::spec::{
    ArgumentStyle, CommandSpec, CompletionKind, FORCE, ID, MessageSource, REMOTE_ID, STATION_ID, action_command_name, argument,
};
use crate::console::syntax::target::Target;
use crate::hub::{LinkCommand, Order};
use crate::ocpp::{Role, SampleContext, Version, decisive};
use crate::rpc::OutgoingPayload;

pub(super) const CALL: CommandEntry<CallCommand> =
    CommandEntry {
        spec:
            CommandSpec::new("call", "send a call to or from these stations")
                .arguments(
                    const {
                        &[
                            argument("<target>", CompletionKind::Station(None)),
                            argument("<action>", CompletionKind::ActionCommand),
                        ]
                    },
                )
                .options(&[STATION_ID, FORCE])
                .takes(ArgumentStyle::Payload)
                .message(MessageSource::RequestAt(1))
                .synopsis("<target> <action> name=value ...")
                .example("call CP1 heartbeat"),
        parse: |words| {
            let arguments = words.sorted()?;
            // The target is an argument or an option; the action is the last argument.
            let action = arguments.positionals.last().ok_or_else(|| arguments.missing("<action>"))?;
            let (initiator, action) = words.grammar.find_action(action)?;
            let target = arguments.target(initiator)?;
            let force = arguments.has(FORCE.flag);
            let payload = PayloadEdit { steps: arguments.steps };
            Ok(CallCommand { initiator, action: action.to_string(), target, payload, force })
        },
    };

/// The commands of an action; an action that is called `Remote…` also has one without the doubled prefix, as in ocppjs.
pub(super) fn action_specs((initiator, action): &(Role, Arc<str>)) -> Vec<CommandSpec> {
    let full = action_command_name(*initiator, action);
    let short = full
        .strip_prefix("remote_")
        .filter(|name| name.starts_with("remote"))
        .map(|name| name.replacen("remote", "remote_", 1));
    let (receiver, options): (_, &[_]) = match initiator {
        Role::ChargePoint => ("to the central system", &[ID, FORCE]),
        Role::CentralSystem => ("to a charge point", &[REMOTE_ID, FORCE]),
    };
    let spec = |name| CommandSpec {
        name: Cow::Owned(name),
        summary: Cow::Owned(format!("send {action} {receiver}")),
        action: Some((*initiator, action.clone())),
        ..CommandSpec::new("", "").options(options).takes(ArgumentStyle::Payload).at_target()
    };
    short.into_iter().chain([full]).map(spec).collect()
}

/// Reads the line of the command of an action.
pub(super) fn parse_action(words: &CommandWords<'_>, initiator: Role, action: &str) -> Result<CallCommand, CommandError> {
    let arguments = words.sorted()?;
    Ok(CallCommand {
        initiator,
        action: action.to_owned(),
        target: arguments.target(initiator)?,
        force: arguments.has(FORCE.flag),
        payload: PayloadEdit { steps: arguments.steps },
    })
}

/// Sends a call whose payload is made here.
#[derive(Debug, Clone, PartialEq)]
pub struct CallCommand {
    /// Who sends.
    pub initiator: Role,
    /// The action, spelled as in the catalog.
    pub action: String,
    /// To or from which stations.
    pub target: Target,
    /// The changes of the default payload.
    pub payload: PayloadEdit,
    /// Whether it is sent although it breaks the definitions.
    pub force: bool,
}

impl CallCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let links = context.connected(self.initiator, &self.target)?;
        let mut output = CommandOutput::default();
        let mut made: Vec<(Version, Option<OutgoingPayload>)> = Vec::new();
        let from = context.hub.trace().read().records().range().end;
        let mut given: Option<GivenCalls> = None;
        let varies = self.payload.has_variables();
        for (number, (station, version)) in (1..).zip(links) {
            if varies {
                // Each station has its own payload.
                made.clear();
                let values = template_values(&context.hub.trace().read(), station, now().wall, number);
                let payload = match self.payload.resolved(&values) {
                    Ok(edit) => self.payload(&edit, version, context),
                    Err(fault @ TemplateFault::Unknown { .. }) => {
                        output.add(CommandFailure::plain(format!("Error: {fault}.")));
                        return Ok(output);
                    }
                    Err(fault) => Err(vec![CommandFailure::plain(format!("Error: {fault}."))]),
                };
                let payload = payload.map_err(|failures| failures.into_iter().for_each(|failure| output.add(failure))).ok();
                made.push((version, payload));
            }
            if !made.iter().any(|(known, _)| *known == version) {
                let payload = self.payload(&self.payload, version, context);
                let payload = payload.map_err(|failures| failures.into_iter().for_each(|failure| output.add(failure))).ok();
                made.push((version, payload));
            }
            let payload = made.iter().find(|(known, _)| *known == version).and_then(|(_, payload)| payload.clone());
            if let Some(payload) = payload {
                let command = LinkCommand::Call { action: self.action.clone(), payload };
                let order = Order { targets: vec![station], command: context.for_leg(self.initiator, station, command) };
                let receipt = context.hub.submit(&order);
                for (_, reason) in &receipt.refused {
                    output.add(CommandFailure::plain(format!("Error: {reason}.")));
                }
                match &mut given {
                    None => given = Some(GivenCalls { order, action: self.action.clone(), receipt, from }),
                    Some(given) => {
                        given.order.targets.push(station);
                        given.receipt.taken.extend(receipt.taken);
                        given.receipt.refused.extend(receipt.refused);
                    }
                }
            }
        }
        output.calls = given.filter(|given| !given.receipt.taken.is_empty());
        Ok(output)
    }

    /// The payload with these changes in the version of a link.
    ///
    /// # Errors
    /// When the version has no such action, a change fits no field, or the result breaks the definitions without `--force`.
    fn payload(
        &self,
        edit: &PayloadEdit,
        version: Version,
        context: &CommandContext<'_>,
    ) -> Result<OutgoingPayload, Vec<CommandFailure>> {
        let hub = context.hub;
        let Some(definition) = hub.catalog().action(version, self.initiator, &self.action) else {
            return Err(vec![ExecutionError::NotInVersion { action: self.action.clone(), version }.into()]);
        };
        let change = |base: OutgoingPayload, edit: &PayloadEdit| edited(base, edit, &definition.name, &definition.request);
        let mut base = OutgoingPayload::from(hub.profile().request(definition, &SampleContext::at(now().wall)));
        if let Some(edit) = context.defaults.of(self.initiator, &self.action) {
            // What does not fit this version's message was reported when the default was changed.
            base = change(base, &edit).payload;
        }
        let payload =
            change(base, edit).accept(self.force).map_err(|errors| CommandFailure::assignments(&errors, context.line))?;
        let value = hub.profile().write(payload.value().clone(), definition);
        let payload = payload.with_value(value);
        let findings = definition.request.check(&payload, version);
        match decisive(&findings) {
            Some(finding) if !self.force => {
                let code = finding.rule.error_code(version);
                let place = if finding.path.is_empty() { "/" } else { &finding.path };
                let text = format!(
                    "Error: {place}: {}. The peer should answer {code}; add --force to send it all the same.",
                    finding.message
                );
                Err(vec![CommandFailure::plain(text)])
            }
            _ => Ok(payload),
        }
    }
}

impl fmt::Display for CallCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&action_command_name(self.initiator, &self.action))?;
        write_target(f, self.initiator, &self.target)?;
        write!(f, "{}{}", if self.force { " --force" } else { "" }, self.payload)
    }
}
