//! From the sorted words of a line to the command they mean.

use super::arguments::{Arguments, at_target};
use super::command::{
    AnswerCommand, AnswerReply, Assignment, CallCommand, Command, DefaultChange, PayloadEdit, PayloadStep, SendCommand,
};
use super::duration;
use super::error::{CommandError, UsageFault, short};
use super::grammar::Grammar;
use super::hold::{self, HoldCommand};
use super::scenario;
use super::setting::{self, SETTINGS};
use super::table::{CommandKind, id_flag};
use super::target::Target;
use super::token::{Spanned, Word, unquote};
use crate::hub::{CentralSystemOptions, ChargePointOptions, SoapOptions};
use crate::link::HttpUrl;
use crate::ocpp::{ErrorCode, Role, Transport, Version};

/// The versions that a central system offers when nothing is said about it, as in ocppjs.
pub(super) const OFFERED: [Version; 2] = [Version::V1_2, Version::V1_5];
/// The version that a charge point asks for when nothing is said about it, as in ocppjs.
pub(super) const ASKED_FOR: Version = Version::V1_5;

/// Makes the command. An argument that is not optional is there, because `Arguments::sort` has refused the line otherwise; that is why
/// `positionals` is indexed.
pub(super) fn build(arguments: Arguments<'_>, grammar: &Grammar) -> Result<Command, CommandError> {
    match &arguments.spec.does {
        CommandKind::StartCentralSystem => start_central_system(&arguments),
        CommandKind::StartChargePoint => start_charge_point(&arguments),
        CommandKind::Help => Ok(Command::Help(arguments.positionals.first().map(|word| word.value.to_owned()))),
        CommandKind::Set => set(&arguments),
        CommandKind::SendRaw(initiator) => {
            let envelope = arguments.raw("-e").ok_or_else(|| send_usage(&arguments, "-e <envelope>"))?;
            Ok(Command::SendRaw {
                initiator: *initiator,
                target: target(&arguments, *initiator)?,
                text: envelope.value.to_owned(),
                show_headers: show_headers(&arguments)?,
            })
        }
        CommandKind::Send(initiator) => {
            let (Some(action), Some(payload)) = (arguments.text("-n"), arguments.raw("-p")) else {
                return Err(send_usage(&arguments, "-n <procedure name> -p <payload>"));
            };
            Ok(Command::Send(SendCommand {
                initiator: *initiator,
                target: target(&arguments, *initiator)?,
                action,
                payload: payload.value.to_owned(),
                show_headers: show_headers(&arguments)?,
            }))
        }
        CommandKind::Action { initiator, action } => Ok(Command::Call(CallCommand {
            initiator: *initiator,
            action: action.to_string(),
            target: target(&arguments, *initiator)?,
            force: arguments.has("--force"),
            payload: PayloadEdit { steps: arguments.steps },
        })),
        CommandKind::Probe => {
            let role = [Role::ChargePoint, Role::CentralSystem].into_iter().find(|role| arguments.has(id_flag(*role)));
            Ok(Command::Probe { target: target(&arguments, role.unwrap_or(Role::CentralSystem))? })
        }
        CommandKind::Ping(initiator) => Ok(Command::Ping { initiator: *initiator, target: target(&arguments, *initiator)? }),
        CommandKind::Call => {
            let (initiator, action) = grammar.find_action(&arguments.positionals[1])?;
            let target = positional_target(&arguments.positionals[0])?;
            let force = arguments.has("--force");
            let payload = PayloadEdit { steps: arguments.steps };
            Ok(Command::Call(CallCommand { initiator, action: action.to_string(), target, payload, force }))
        }
        CommandKind::Default => default(arguments, grammar),
        CommandKind::Answer => answer(arguments, grammar),
        CommandKind::Answers => Ok(Command::Answers),
        CommandKind::Plugins => Ok(Command::Plugins { long: arguments.has("--long") }),
        CommandKind::Plugin(deed) => Ok(Command::Plugin { deed: *deed, name: unquote(arguments.positionals[0].value) }),
        // The parser takes the line of `hold` as it stands.
        CommandKind::Hold | CommandKind::Held => Ok(Command::Hold(HoldCommand::List)),
        CommandKind::SaveScenario => scenario::save(&arguments, None),
        CommandKind::Release => hold::release(arguments, false),
        CommandKind::Drop => hold::release(arguments, true),
        CommandKind::Stations => Ok(Command::Stations),
        CommandKind::Show(shown) => {
            let (initiator, action) = grammar.find_action(&arguments.positionals[0])?;
            let version = versions(&arguments)?.and_then(|versions| versions.first().copied());
            let response = arguments.has("--response");
            Ok(Command::Show { shown: *shown, initiator, action: action.to_string(), version, response })
        }
        CommandKind::Connect => Ok(Command::Connect { target: target(&arguments, Role::ChargePoint)? }),
        CommandKind::Disconnect => {
            let role = [Role::ChargePoint, Role::CentralSystem].into_iter().find(|role| arguments.has(id_flag(*role)));
            let target = target(&arguments, role.unwrap_or(Role::CentralSystem))?;
            Ok(Command::Disconnect { role, target })
        }
        CommandKind::Quit => Ok(Command::Quit),
    }
}

fn start_central_system(arguments: &Arguments<'_>) -> Result<Command, CommandError> {
    let options = CentralSystemOptions {
        host: arguments.text("--host"),
        port: read(&arguments.positionals[0], "<port>", "a port number", |text| text.parse().ok())?,
        endpoint: arguments.text("-u").unwrap_or_else(|| "/".to_owned()),
        versions: versions(arguments)?.unwrap_or_else(|| OFFERED.to_vec()),
        transports: transports(arguments)?,
        ping_interval: ping_interval(arguments)?,
    };
    Ok(Command::StartCentralSystem(options))
}

fn start_charge_point(arguments: &Arguments<'_>) -> Result<Command, CommandError> {
    let url = |text: &str| text.contains("://").then(|| text.to_owned());
    let options = ChargePointOptions {
        url: read(&arguments.positionals[0], "<url>", "a URL, as in ws://localhost:9000", url)?,
        identity: unquote(arguments.positionals[1].value),
        // A charge point asks for one version; of a list that is the one it likes best.
        version: versions(arguments)?.and_then(|versions| versions.first().copied()).unwrap_or(ASKED_FOR),
        ping_interval: ping_interval(arguments)?,
        autonomous: arguments.has("--lively"),
        soap: soap(arguments)?,
    };
    Ok(Command::StartChargePoint(options))
}

fn versions(arguments: &Arguments<'_>) -> Result<Option<Vec<Version>>, CommandError> {
    let all = |text: &str| text.split(',').map(Version::parse).collect::<Option<Vec<Version>>>();
    arguments.raw("-p").map(|word| read(word, "-p", "a list of ocpp1.2, ocpp1.5 and ocpp1.6", all)).transpose()
}

fn ping_interval(arguments: &Arguments<'_>) -> Result<u32, CommandError> {
    arguments.raw("-i").map_or(Ok(0), |word| read(word, "-i", "a number", |text| text.parse().ok()))
}

/// The transports of a central system. Only a WebSocket is the default of ocppjs; it knows no `both`.
fn transports(arguments: &Arguments<'_>) -> Result<Vec<Transport>, CommandError> {
    arguments.raw("-t").map_or(Ok(vec![Transport::WebSocket]), |word| {
        read(word, "-t", "websocket, soap or both", |text| match text.to_ascii_lowercase().as_str() {
            "both" => Some(Transport::ALL.to_vec()),
            name => Transport::ALL.into_iter().find(|transport| transport.name() == name).map(|transport| vec![transport]),
        })
    })
}

/// How a charge point speaks SOAP, when it does.
fn soap(arguments: &Arguments<'_>) -> Result<Option<SoapOptions>, CommandError> {
    let port = arguments.raw("-r").map(|word| read(word, "-r", "a port number", |text| text.parse().ok())).transpose()?;
    let soap = SoapOptions { from: arguments.text("-f"), port: port.unwrap_or(0) };
    arguments.raw("-t").map_or(Ok(None), |word| {
        read(word, "-t", "websocket or soap", |text| match text.to_ascii_lowercase().as_str() {
            "websocket" => Some(None),
            "soap" => Some(Some(soap)),
            _ => None,
        })
    })
}

fn show_headers(arguments: &Arguments<'_>) -> Result<bool, CommandError> {
    arguments.raw("-h").map_or(Ok(false), |word| read(word, "-h", "true or false", |text| text.parse().ok()))
}

/// Reads a word without its quotes.
fn read<T>(
    word: &Word<'_>,
    name: &'static str,
    wanted: &'static str,
    reader: impl FnOnce(&str) -> Option<T>,
) -> Result<T, CommandError> {
    reader(&unquote(word.value)).ok_or_else(|| CommandError::BadArgument {
        name,
        wanted: wanted.to_owned(),
        span: word.span.clone(),
    })
}

/// The target of a command that we carry out in this role: behind the option, at the sign, or as an argument.
fn target(arguments: &Arguments<'_>, role: Role) -> Result<Target, CommandError> {
    let flag = id_flag(role);
    match (arguments.raw(flag), &arguments.at_target, arguments.positionals.first()) {
        (Some(word), _, _) => read(word, flag, "an identity, a list, a pattern, @all, @marked or @filter", Target::parse),
        (None, Some(target), _) => Ok(target.clone()),
        (None, None, Some(word)) => positional_target(word),
        (None, None, None) => Ok(Target::TheOnly),
    }
}

fn positional_target(word: &Word<'_>) -> Result<Target, CommandError> {
    at_target(word.value).ok_or_else(|| CommandError::BadArgument {
        name: "<target>",
        wanted: "an identity, a list, a pattern, @all, @marked or @filter".to_owned(),
        span: word.span.clone(),
    })
}

fn send_usage(arguments: &Arguments<'_>, options: &str) -> CommandError {
    CommandError::SendUsage { usage: format!("{} {options}", arguments.spec.name) }
}

fn set(arguments: &Arguments<'_>) -> Result<Command, CommandError> {
    let role = match arguments.positionals[0].value {
        "cs" => Role::CentralSystem,
        "cp" => Role::ChargePoint,
        "station" => return set_station(arguments),
        other => return Err(arguments.usage(UsageFault::Unexpected(short(other)), &arguments.positionals[0])),
    };
    if arguments.steps.is_empty() {
        let mut usage = "set <cs|cp> variable=value ...\nSupported settings:".to_owned();
        for spec in SETTINGS {
            usage.push_str(&format!("\n- {}=<{}> : {}", spec.name, spec.value, spec.help));
        }
        return Err(CommandError::SetUsage { usage });
    }
    let assignments = arguments.steps.iter().filter_map(|step| match step {
        PayloadStep::Assign(assignment) => Some(assignment),
        PayloadStep::Whole(_) | PayloadStep::File(_) => None,
    });
    let settings =
        assignments.map(|assignment| setting::read(&assignment.path, &assignment.value)).collect::<Result<_, _>>()?;
    Ok(Command::Set { role, settings })
}

/// `set station CP1 callback=http://…`; an empty address is the one that the station names itself.
fn set_station(arguments: &Arguments<'_>) -> Result<Command, CommandError> {
    let station = arguments.positionals.get(1).ok_or_else(|| arguments.missing("<station>"))?;
    let [PayloadStep::Assign(Assignment { path, value })] = &arguments.steps[..] else {
        return Err(arguments.missing("callback=<url>"));
    };
    if path.value != "callback" {
        return Err(CommandError::UnknownSetting {
            name: path.value.clone(),
            nearest: Some("callback"),
            span: path.span.clone(),
        });
    }
    let url = unquote(&value.value);
    if !url.is_empty() && HttpUrl::parse(&url).is_err() {
        let wanted = "a URL, as in http://station:8080/".to_owned();
        return Err(CommandError::BadArgument { name: "callback", wanted, span: value.span.clone() });
    }
    let target = Target::parse(&unquote(station.value)).ok_or_else(|| arguments.missing("<station>"))?;
    Ok(Command::CallAt { target, url: (!url.is_empty()).then_some(url) })
}

fn default(arguments: Arguments<'_>, grammar: &Grammar) -> Result<Command, CommandError> {
    let (initiator, action) = grammar.find_action(&arguments.positionals[0])?;
    let change = match (arguments.words.first(), arguments.steps.is_empty()) {
        (Some(reset), false) => return Err(arguments.usage(UsageFault::Unexpected(reset.value.to_owned()), reset)),
        (Some(_), true) => DefaultChange::Reset,
        (None, true) => return Err(arguments.missing("name=value or reset")),
        (None, false) => DefaultChange::Set(PayloadEdit { steps: arguments.steps }),
    };
    Ok(Command::Default { initiator, action: action.to_string(), change })
}

fn answer(mut arguments: Arguments<'_>, grammar: &Grammar) -> Result<Command, CommandError> {
    let (initiator, action) = grammar.find_action(&arguments.positionals[0])?;
    let once = arguments.has("--once");
    let role = [Role::ChargePoint, Role::CentralSystem].into_iter().find(|role| arguments.has(id_flag(*role)));
    let target = match role {
        Some(role) => Some(target(&arguments, role)?),
        None => arguments.at_target.take(),
    };
    let wanted = "name=value, error=<code>, none, delay=<time> or default";
    let answering = answering(&mut arguments)?.ok_or_else(|| arguments.missing(wanted))?;
    Ok(Command::Answer { initiator, action: action.to_string(), target, once, answering })
}

/// How a call is answered, by the words about it; `None` when there are none.
pub(super) fn answering(arguments: &mut Arguments<'_>) -> Result<Option<AnswerCommand>, CommandError> {
    let delay = take(arguments, "delay")
        .map(|word| {
            let wanted = "a length of time, as in 2s or 500ms".to_owned();
            duration::parse(&unquote(&word.value)).ok_or(CommandError::BadArgument { name: "delay", wanted, span: word.span })
        })
        .transpose()?;
    let mut replies = Vec::new();
    if let Some(word) = take(arguments, "error") {
        let Some(code) = ErrorCode::parse(&unquote(&word.value)) else {
            let wanted = format!("one of {}", ErrorCode::in_use().map(ErrorCode::name).collect::<Vec<_>>().join(", "));
            return Err(CommandError::BadArgument { name: "error", wanted, span: word.span });
        };
        let description = take(arguments, "description").map(|word| unquote(&word.value));
        replies.push((word.span, Some(AnswerReply::Error { code, description })));
    }
    for word in &arguments.words {
        replies.push((word.span.clone(), (word.value == "none").then_some(AnswerReply::Silence)));
    }
    if let Some(first) = arguments.steps.first() {
        let span = first.span();
        replies.push((span, Some(AnswerReply::Result(PayloadEdit { steps: std::mem::take(&mut arguments.steps) }))));
    }
    Ok(match (replies.pop(), replies.is_empty(), delay) {
        (Some((span, _)), false, _) | (Some((span, None)), true, Some(_)) => {
            return Err(CommandError::ConflictingAnswer { span });
        }
        (Some((_, None)), true, None) => Some(AnswerCommand::AsUsual),
        (Some((_, Some(reply))), true, delay) => Some(AnswerCommand::OnPurpose { reply, delay }),
        (None, _, Some(delay)) => Some(AnswerCommand::OnPurpose { reply: AnswerReply::Usual, delay: Some(delay) }),
        (None, _, None) => None,
    })
}

/// Takes an assignment that belongs to the command and not to the payload out of the arguments; the last one when there are more.
fn take(arguments: &mut Arguments<'_>, name: &str) -> Option<Spanned<String>> {
    let mut taken = None;
    arguments.steps.retain(|step| match step {
        PayloadStep::Assign(assignment) if assignment.path.value == name => {
            taken = Some(assignment.value.clone());
            false
        }
        _ => true,
    });
    taken
}
