//! `send`, `send_raw`, the same of a central system, and the WebSocket pings: what leaves unchecked, as it was typed.

use std::fmt;

use serde_json::Value;

use super::context::CommandContext;
use super::entry::{CommandEntry, name_of, write_target};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, CommandWords, read};
use crate::console::syntax::error::{CommandError, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, ID, OptionSpec, REMOTE_ID, option, switch};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::quote;
use crate::hub::LinkCommand;
use crate::link::fresh_id;
use crate::ocpp::Role;
use crate::rpc::OutgoingPayload;

const PROCEDURE_HELP: &str = "procedure name";
const PAYLOAD_HELP: &str = "payload";
const ENVELOPE: OptionSpec = option("-e", CompletionKind::Nothing, "whole envelope of the message without spaces");
const HEADERS: OptionSpec = option("-h", CompletionKind::YesNo, "print headers (true of false)");
const AT_ONCE: OptionSpec = switch("--now", "do not wait for the answer to the call before");
const ADDED_HEADERS: OptionSpec = OptionSpec { added: true, ..HEADERS };

pub(super) const SEND_RAW: CommandEntry<SendCommand> = CommandEntry {
    spec: CommandSpec::new("send_raw", "send a text as it is to the central system")
        .options(&[ID, ENVELOPE, HEADERS])
        .at_target()
        .example("send_raw -e [2,\"1\",\"Heartbeat\",{}]"),
    parse: |words| parse_raw(words, Role::ChargePoint),
};

pub(super) const SEND: CommandEntry<SendCommand> = CommandEntry {
    spec: CommandSpec::new("send", "send a call with an unchecked payload to the central system")
        .options(
            const {
                &[
                    ID,
                    option("-n", CompletionKind::Action(Role::ChargePoint), PROCEDURE_HELP),
                    option("-p", CompletionKind::Payload(Role::ChargePoint), PAYLOAD_HELP),
                    ADDED_HEADERS,
                    AT_ONCE,
                ]
            },
        )
        .at_target()
        .example("send -n Authorize -p {\"idTag\":12}"),
    parse: |words| parse_call(words, Role::ChargePoint),
};

pub(super) const REMOTE_SEND_RAW: CommandEntry<SendCommand> = CommandEntry {
    spec: CommandSpec::new("remote_send_raw", "send a text as it is to a charge point")
        .options(&[REMOTE_ID, ENVELOPE, HEADERS])
        .at_target()
        .example("remote_send_raw -e garbage"),
    parse: |words| parse_raw(words, Role::CentralSystem),
};

pub(super) const REMOTE_SEND: CommandEntry<SendCommand> = CommandEntry {
    spec: CommandSpec::new("remote_send", "send a call with an unchecked payload to a charge point")
        .options(
            const {
                &[
                    REMOTE_ID,
                    option("-n", CompletionKind::Action(Role::CentralSystem), PROCEDURE_HELP),
                    option("-p", CompletionKind::Payload(Role::CentralSystem), PAYLOAD_HELP),
                    ADDED_HEADERS,
                    AT_ONCE,
                ]
            },
        )
        .at_target()
        .example("remote_send -n Reset -p {}"),
    parse: |words| parse_call(words, Role::CentralSystem),
};

pub(super) const PING_CENTRAL_SYSTEM: CommandEntry<SendCommand> = CommandEntry {
    spec: CommandSpec::new("websocket_ping_cs", "send a WebSocket ping to the central system")
        .options(&[ID])
        .at_target()
        .example("websocket_ping_cs"),
    parse: |words| parse_ping(words, Role::ChargePoint),
};

pub(super) const PING_CHARGE_POINT: CommandEntry<SendCommand> = CommandEntry {
    spec: CommandSpec::new("websocket_ping_cp", "send a WebSocket ping to a charge point")
        .options(&[REMOTE_ID])
        .at_target()
        .example("websocket_ping_cp --remote-id CP1"),
    parse: |words| parse_ping(words, Role::CentralSystem),
};

/// Sends something that is not checked.
#[derive(Debug, Clone, PartialEq)]
pub struct SendCommand {
    /// Who sends.
    pub initiator: Role,
    /// Over the links of which stations.
    pub target: Target,
    /// What is sent.
    pub sent: SentText,
}

/// What is sent without a check.
#[derive(Debug, Clone, PartialEq)]
pub enum SentText {
    /// A call.
    Call {
        /// The action, as typed.
        action: String,
        /// The payload, as typed.
        payload: String,
        /// Whether it leaves although another call waits for its answer.
        at_once: bool,
        /// Whether the HTTP headers of the exchange are shown (SOAP).
        show_headers: bool,
    },
    /// A whole frame.
    Frame {
        /// The text.
        text: String,
        /// Whether the HTTP headers of the exchange are shown (SOAP).
        show_headers: bool,
    },
    /// A WebSocket ping.
    Ping,
}

fn parse_raw(words: &CommandWords<'_>, initiator: Role) -> Result<SendCommand, CommandError> {
    let arguments = words.sorted()?;
    let envelope = arguments.raw("-e").ok_or_else(|| send_usage(&arguments, "-e <envelope>"))?;
    let target = arguments.target(initiator)?;
    let sent = SentText::Frame { text: envelope.value.to_owned(), show_headers: show_headers(&arguments)? };
    Ok(SendCommand { initiator, target, sent })
}

fn parse_call(words: &CommandWords<'_>, initiator: Role) -> Result<SendCommand, CommandError> {
    let arguments = words.sorted()?;
    let (Some(action), Some(payload)) = (arguments.text("-n"), arguments.raw("-p")) else {
        return Err(send_usage(&arguments, "-n <procedure name> -p <payload>"));
    };
    let target = arguments.target(initiator)?;
    let (at_once, show_headers) = (arguments.has(AT_ONCE.flag), show_headers(&arguments)?);
    let sent = SentText::Call { action, payload: payload.value.to_owned(), at_once, show_headers };
    Ok(SendCommand { initiator, target, sent })
}

fn parse_ping(words: &CommandWords<'_>, initiator: Role) -> Result<SendCommand, CommandError> {
    Ok(SendCommand { initiator, target: words.sorted()?.target(initiator)?, sent: SentText::Ping })
}

fn show_headers(arguments: &Arguments<'_>) -> Result<bool, CommandError> {
    arguments.raw("-h").map_or(Ok(false), |word| read(word, "-h", "true or false", |text| text.parse().ok()))
}

fn send_usage(arguments: &Arguments<'_>, options: &str) -> CommandError {
    CommandError::SendUsage { usage: format!("{} {options}", arguments.spec.name) }
}

impl SendCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let (initiator, target) = (self.initiator, &self.target);
        match &self.sent {
            SentText::Frame { text, show_headers } => {
                let (text, show_headers) = (text.clone(), *show_headers);
                let command = if show_headers { LinkCommand::RawShowingHeaders(text) } else { LinkCommand::Raw(text) };
                context.order(initiator, target, command, |names| format!("The text was sent as it is to {names}."))
            }
            SentText::Call { action, payload, at_once, .. } => {
                context.over_websocket(initiator, target)?;
                let mut output = CommandOutput::default();
                // What is no JSON makes no call: nothing answers it, and it need not wait.
                let in_turn = OutgoingPayload::parse(payload).ok().filter(|_| !at_once);
                let mut taken = Vec::new();
                for (station, _) in context.connected(initiator, target)? {
                    let command = match &in_turn {
                        Some(payload) => LinkCommand::Call { action: action.clone(), payload: payload.clone() },
                        // The payload is sent as it was typed, so the frame is put together as text.
                        None => LinkCommand::Raw(format!("[2,\"{}\",{},{payload}]", fresh_id(), Value::from(action.as_str()))),
                    };
                    let command = context.for_leg(initiator, station, command);
                    taken.extend(context.submit(vec![station], command, &mut output));
                }
                let action = short(action);
                context.conclude(&mut output, &taken, |names| format!("{action} was sent without a check to {names}."));
                Ok(output)
            }
            SentText::Ping => {
                context.over_websocket(initiator, target)?;
                context.order(initiator, target, LinkCommand::Ping, |names| format!("A WebSocket ping was sent to {names}."))
            }
        }
    }
}

impl fmt::Display for SendCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.sent {
            SentText::Call { .. } => name_of(self.initiator, "send", "remote_send"),
            SentText::Frame { .. } => name_of(self.initiator, "send_raw", "remote_send_raw"),
            SentText::Ping => name_of(self.initiator, "websocket_ping_cs", "websocket_ping_cp"),
        };
        f.write_str(name)?;
        write_target(f, self.initiator, &self.target)?;
        let show_headers = match &self.sent {
            SentText::Call { action, payload, at_once, show_headers } => {
                write!(f, " -n {} -p {payload}{}", quote(action), if *at_once { " --now" } else { "" })?;
                *show_headers
            }
            SentText::Frame { text, show_headers } => {
                write!(f, " -e {text}")?;
                *show_headers
            }
            SentText::Ping => false,
        };
        f.write_str(if show_headers { " -h true" } else { "" })
    }
}
