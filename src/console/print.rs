//! Writing a command as the line that means it: for the history, for copying what a form has put together, for scripts.

use std::fmt;

use super::build::{ASKED_FOR, OFFERED};
use super::command::{
    AnswerCommand, AnswerReply, Assignment, Command, DefaultChange, MessageForm, PayloadEdit, PayloadStep, PluginAction,
};
use super::duration;
use super::grammar::action_command_name;
use super::table::id_flag;
use super::target::Target;
use super::token::quote;
use crate::hub::SoapOptions;
use crate::ocpp::{Role, Transport, Version};

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::StartCentralSystem(options) => {
                write!(f, "start_cs {}", options.port)?;
                if let Some(host) = &options.host {
                    write!(f, " --host {}", quote(host))?;
                }
                if options.endpoint != "/" {
                    write!(f, " -u {}", quote(&options.endpoint))?;
                }
                if options.versions != OFFERED {
                    let names: Vec<_> = options.versions.iter().copied().map(Version::subprotocol).collect();
                    write!(f, " -p {}", names.join(","))?;
                }
                ping_interval(f, options.ping_interval)?;
                match options.transports[..] {
                    [Transport::WebSocket] => Ok(()),
                    [Transport::Soap] => f.write_str(" -t soap"),
                    _ => f.write_str(" -t both"),
                }
            }
            Command::StartChargePoint(options) => {
                write!(f, "start_cp {} {}", quote(&options.url), quote(&options.identity))?;
                if options.version != ASKED_FOR {
                    write!(f, " -p {}", options.version.subprotocol())?;
                }
                ping_interval(f, options.ping_interval)?;
                if let Some(soap) = &options.soap {
                    soap_options(f, soap)?;
                }
                f.write_str(if options.autonomous { " --lively" } else { "" })
            }
            Command::Call(call) => {
                f.write_str(&action_command_name(call.initiator, &call.action))?;
                target(f, call.initiator, &call.target)?;
                write!(f, "{}{}", if call.force { " --force" } else { "" }, call.payload)
            }
            Command::Send(send) => {
                f.write_str(sender(send.initiator, "send", "remote_send"))?;
                target(f, send.initiator, &send.target)?;
                write!(f, " -n {} -p {}", quote(&send.action), send.payload)?;
                show_headers(f, send.show_headers)
            }
            Command::SendRaw { initiator, target: to, text, show_headers: show } => {
                f.write_str(sender(*initiator, "send_raw", "remote_send_raw"))?;
                target(f, *initiator, to)?;
                write!(f, " -e {text}")?;
                show_headers(f, *show)
            }
            Command::Ping { initiator, target: to } => {
                f.write_str(sender(*initiator, "websocket_ping_cs", "websocket_ping_cp"))?;
                target(f, *initiator, to)
            }
            Command::CallAt { target, url } => {
                f.write_str("set station ")?;
                match target {
                    Target::These(names) => f.write_str(&quote(&names.join(",")))?,
                    target => write!(f, "{target}")?,
                }
                write!(f, " callback={}", quote(url.as_deref().unwrap_or_default()))
            }
            Command::Probe { target: to } => {
                f.write_str("probe")?;
                target(f, Role::CentralSystem, to)
            }
            Command::Set { role, settings } => {
                write!(f, "set {}", role.short())?;
                settings.iter().map(|setting| setting.written()).try_for_each(|(name, value)| write!(f, " {name}={value}"))
            }
            Command::Default { initiator, action, change } => {
                write!(f, "default {}", action_command_name(*initiator, action))?;
                match change {
                    DefaultChange::Set(edit) => write!(f, "{edit}"),
                    DefaultChange::Reset => f.write_str(" reset"),
                }
            }
            Command::Answer { initiator, action, target: to, once, answering } => {
                write!(f, "answer {}", action_command_name(*initiator, action))?;
                if let Some(to) = to {
                    target(f, initiator.peer(), to)?;
                }
                write!(f, "{}{answering}", if *once { " --once" } else { "" })
            }
            Command::Answers => f.write_str("answers"),
            Command::Hold(hold) => write!(f, "{hold}"),
            Command::SaveScenario(save) => write!(f, "{save}"),
            Command::Help(None) => f.write_str("help"),
            Command::Help(Some(command)) => write!(f, "help {command}"),
            Command::Plugins { long } => f.write_str(if *long { "plugins --long" } else { "plugins" }),
            Command::Plugin { deed, name } => {
                let command = match deed {
                    PluginAction::Load => "load",
                    PluginAction::Unload => "unload",
                    PluginAction::Reload => "reload",
                    PluginAction::Show => "plugin",
                };
                write!(f, "{command} {}", quote(name))
            }
            Command::Stations => f.write_str("stations"),
            Command::Show { shown, initiator, action, version, response } => {
                let name = match shown {
                    MessageForm::Schema => "schema",
                    MessageForm::Example => "example",
                };
                write!(f, "{name} {}", action_command_name(*initiator, action))?;
                if let Some(version) = version {
                    write!(f, " -p {}", version.subprotocol())?;
                }
                f.write_str(if *response { " --response" } else { "" })
            }
            Command::Connect { target: to } => {
                f.write_str("connect")?;
                target(f, Role::ChargePoint, to)
            }
            Command::Disconnect { role, target: to } => {
                f.write_str("disconnect")?;
                match (role, to) {
                    (Some(role), _) => target(f, *role, to),
                    (None, Target::TheOnly) => Ok(()),
                    (None, Target::These(names)) => write!(f, " {}", quote(&names.join(","))),
                    (None, Target::All | Target::Marked | Target::Filtered) => write!(f, " {to}"),
                }
            }
            Command::Quit => f.write_str("quit"),
        }
    }
}

const fn sender(initiator: Role, charge_point: &'static str, central_system: &'static str) -> &'static str {
    match initiator {
        Role::ChargePoint => charge_point,
        Role::CentralSystem => central_system,
    }
}

fn target(f: &mut fmt::Formatter<'_>, our_role: Role, target: &Target) -> fmt::Result {
    match target {
        Target::TheOnly => Ok(()),
        Target::These(names) => write!(f, " {} {}", id_flag(our_role), quote(&names.join(","))),
        Target::All | Target::Marked | Target::Filtered => write!(f, " {} {target}", id_flag(our_role)),
    }
}

fn ping_interval(f: &mut fmt::Formatter<'_>, seconds: u32) -> fmt::Result {
    if seconds == 0 { Ok(()) } else { write!(f, " -i {seconds}") }
}

fn show_headers(f: &mut fmt::Formatter<'_>, show: bool) -> fmt::Result {
    if show { f.write_str(" -h true") } else { Ok(()) }
}

fn soap_options(f: &mut fmt::Formatter<'_>, soap: &SoapOptions) -> fmt::Result {
    f.write_str(" -t soap")?;
    if let Some(from) = &soap.from {
        write!(f, " -f {}", quote(from))?;
    }
    if soap.port == 0 { Ok(()) } else { write!(f, " -r {}", soap.port) }
}

impl fmt::Display for PayloadEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| match step {
            PayloadStep::Assign(Assignment { path, value }) => write!(f, " {}={}", path.value, value.value),
            PayloadStep::Whole(text) => write!(f, " {}", text.value),
            PayloadStep::File(name) => write!(f, " @{}", quote(&name.value)),
        })
    }
}

impl fmt::Display for AnswerCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AnswerCommand::OnPurpose { reply, delay } = self else { return f.write_str(" default") };
        match reply {
            AnswerReply::Usual => {}
            AnswerReply::Result(edit) => write!(f, "{edit}")?,
            AnswerReply::Error { code, description } => {
                write!(f, " error={code}")?;
                if let Some(description) = description {
                    write!(f, " description={}", quote(description))?;
                }
            }
            AnswerReply::Silence => f.write_str(" none")?,
        }
        delay.map_or(Ok(()), |delay| write!(f, " delay={}", duration::print(delay)))
    }
}
