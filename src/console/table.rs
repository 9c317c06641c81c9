//! The table of commands that do not come from the catalog: names, arguments, options and help, for the parser, completion and
//! help alike. The order is that of ocppjs' help.

use std::borrow::Cow;
use std::sync::Arc;

use super::command::PluginAction;
use crate::ocpp::Role;

/// A command as it is written.
#[derive(Debug, Clone)]
pub struct CommandSpec {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it leads to.
    pub(super) does: CommandKind,
    /// The arguments that come first.
    pub(super) positionals: &'static [Positional],
    /// The options.
    pub(super) options: &'static [OptionSpec],
    /// What `name=value` means in it.
    pub(super) takes: ArgumentStyle,
    /// Bare words that it understands.
    pub(super) words: &'static [&'static str],
    /// Whether `@target` may stand in it.
    pub(super) at_target: bool,
    /// What the list of commands shows behind the name.
    pub(super) synopsis: &'static str,
    /// One sentence.
    pub summary: Cow<'static, str>,
}

/// What a command leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CommandKind {
    StartCentralSystem,
    StartChargePoint,
    Help,
    Set,
    SendRaw(Role),
    Send(Role),
    Action {
        initiator: Role,
        action: Arc<str>,
    },
    Ping(Role),
    Probe,
    Call,
    Default,
    Answer,
    Answers,
    Plugins,
    Plugin(PluginAction),
    Hold,
    Held,
    Release,
    Drop,
    SaveScenario,
    Stations,
    /// Prints what a message looks like: its schema, or an example.
    Show(MessageForm),
    Connect,
    Disconnect,
    Quit,
}

/// What is shown of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageForm {
    /// Its JSON Schema.
    Schema,
    /// A made-up payload.
    Example,
}

/// What `name=value` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArgumentStyle {
    Nothing,
    Settings,
    Payload,
}

/// What a word is, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompletionKind {
    Nothing,
    /// Just this word.
    Word(&'static str),
    /// A station towards which we play this role, or any.
    Station(Option<Role>),
    Versions,
    Transport,
    /// One of the transports, or both.
    Transports,
    YesNo,
    /// An action that this role may send, spelled as on the wire.
    Action(Role),
    /// The command name of an action.
    ActionCommand,
    /// `cs` or `cp`.
    Side,
    Command,
    /// A plugin.
    Plugin,
    /// The payload of the action behind `-n`, sent by this role.
    Payload(Role),
}

/// An argument that comes first.
#[derive(Debug)]
pub(super) struct Positional {
    pub name: &'static str,
    pub completes: CompletionKind,
    pub optional: bool,
    /// The argument before it that brings it with it; an addition of ours to a command of ocppjs, not in the usage text.
    pub behind: Option<&'static str>,
}

const fn argument(name: &'static str, completes: CompletionKind) -> Positional {
    Positional { name, completes, optional: false, behind: None }
}

/// An option.
#[derive(Debug)]
pub(super) struct OptionSpec {
    pub flag: &'static str,
    /// What its value is; `None` for an option without one.
    pub value: Option<CompletionKind>,
    pub help: &'static str,
    /// Whether it is an addition of ours to a command of ocppjs; such an option is in the help and not in the usage text.
    pub added: bool,
}

const fn option(flag: &'static str, value: CompletionKind, help: &'static str) -> OptionSpec {
    OptionSpec { flag, value: Some(value), help, added: false }
}

const fn added(flag: &'static str, value: CompletionKind, help: &'static str) -> OptionSpec {
    OptionSpec { flag, value: Some(value), help, added: true }
}

const fn switch(flag: &'static str, help: &'static str) -> OptionSpec {
    OptionSpec { flag, value: None, help, added: true }
}

const ID: OptionSpec = option("--id", CompletionKind::Station(Some(Role::ChargePoint)), "id of charge point");
const REMOTE_ID: OptionSpec =
    option("--remote-id", CompletionKind::Station(Some(Role::CentralSystem)), "id of remote charge point");
const FORCE: OptionSpec = switch("--force", "send it although it breaks the definitions");
const PROCEDURE_HELP: &str = "procedure name";
const PAYLOAD_HELP: &str = "payload";
const ENVELOPE: OptionSpec = option("-e", CompletionKind::Nothing, "whole envelope of the message without spaces");
const HEADERS: OptionSpec = option("-h", CompletionKind::YesNo, "print headers (true of false)");

/// The plugin that a command is about, in the words of ocppjs.
const PLUGIN: &[Positional] = &[argument("<filename>", CompletionKind::Plugin)];

const ADDED_HEADERS: OptionSpec = OptionSpec { added: true, ..HEADERS };

/// The option that names the station of a command that this role carries out.
pub(super) const fn id_flag(our_role: Role) -> &'static str {
    match our_role {
        Role::ChargePoint => ID.flag,
        Role::CentralSystem => REMOTE_ID.flag,
    }
}

/// The options of an action's command.
pub(super) const fn action_options(initiator: Role) -> &'static [OptionSpec] {
    match initiator {
        Role::ChargePoint => &[ID, FORCE],
        Role::CentralSystem => &[REMOTE_ID, FORCE],
    }
}

const fn command(name: &'static str, does: CommandKind, summary: &'static str) -> CommandSpec {
    CommandSpec {
        name: Cow::Borrowed(name),
        does,
        positionals: &[],
        options: &[],
        takes: ArgumentStyle::Nothing,
        words: &[],
        at_target: false,
        synopsis: "",
        summary: Cow::Borrowed(summary),
    }
}

/// The commands before those of the actions.
pub(super) fn before_actions() -> Vec<CommandSpec> {
    vec![
        CommandSpec {
            positionals: const { &[argument("<port>", CompletionKind::Nothing)] },
            options: const {
                &[
                    option("-i", CompletionKind::Nothing, "websocket ping interval, default: 0"),
                    option("-u", CompletionKind::Nothing, "endpoint URL, default: /"),
                    option("-p", CompletionKind::Versions, "websocket subprotocol, default: ocpp1.2,ocpp1.5"),
                    option("-t", CompletionKind::Transports, "transport layer mode (websocket or soap), default: websocket"),
                    added("--host", CompletionKind::Nothing, "address to listen on, default: all"),
                ]
            },
            synopsis: "<port> [options] .ex: start_cs 9000 -u /simulator",
            ..command("start_cs", CommandKind::StartCentralSystem, "be a central system")
        },
        CommandSpec {
            positionals: const { &[argument("<url>", CompletionKind::Nothing), argument("<identifier>", CompletionKind::Nothing)] },
            options: const {
                &[
                    option("-p", CompletionKind::Versions, "websocket subprotocol, default: ocpp1.5"),
                    option("-i", CompletionKind::Nothing, "websocket ping interval (use 0 for disabling), default: 0"),
                    option("-t", CompletionKind::Transport, "transport layer mode (websocket or soap), default: websocket"),
                    option("-f", CompletionKind::Nothing, "In SOAP mode, value for FROM header."),
                    option("-r", CompletionKind::Nothing, "In SOAP mode, define the port for remote actions."),
                    switch("--lively", "boot, send heartbeats and report connectors without being told"),
                ]
            },
            synopsis: "<url> <id> .ex: start_cp ws://localhost:9000/simulator id01",
            ..command("start_cp", CommandKind::StartChargePoint, "be one more charge point")
        },
        CommandSpec {
            positionals: const {
                &[Positional { name: "<command>", completes: CompletionKind::Command, optional: true, behind: None }]
            },
            ..command("help", CommandKind::Help, "list the commands, or explain one")
        },
        CommandSpec {
            positionals: const {
                &[
                    argument("<cs|cp>", CompletionKind::Side),
                    Positional {
                        name: "<station>",
                        completes: CompletionKind::Station(Some(Role::CentralSystem)),
                        optional: true,
                        behind: Some("station"),
                    },
                ]
            },
            takes: ArgumentStyle::Settings,
            ..command("set", CommandKind::Set, "change settings of all links, or where a SOAP station is called")
        },
        CommandSpec {
            options: &[ID, ENVELOPE, HEADERS],
            ..command("send_raw", CommandKind::SendRaw(Role::ChargePoint), "send a text as it is to the central system")
        },
        CommandSpec {
            options: const {
                &[
                    ID,
                    option("-n", CompletionKind::Action(Role::ChargePoint), PROCEDURE_HELP),
                    option("-p", CompletionKind::Payload(Role::ChargePoint), PAYLOAD_HELP),
                    ADDED_HEADERS,
                ]
            },
            ..command(
                "send",
                CommandKind::Send(Role::ChargePoint),
                "send a call with an unchecked payload to the central system",
            )
        },
        CommandSpec {
            options: &[REMOTE_ID, ENVELOPE, HEADERS],
            ..command("remote_send_raw", CommandKind::SendRaw(Role::CentralSystem), "send a text as it is to a charge point")
        },
        CommandSpec {
            options: const {
                &[
                    REMOTE_ID,
                    option("-n", CompletionKind::Action(Role::CentralSystem), PROCEDURE_HELP),
                    option("-p", CompletionKind::Payload(Role::CentralSystem), PAYLOAD_HELP),
                    ADDED_HEADERS,
                ]
            },
            ..command(
                "remote_send",
                CommandKind::Send(Role::CentralSystem),
                "send a call with an unchecked payload to a charge point",
            )
        },
        CommandSpec { positionals: PLUGIN, ..command("load", CommandKind::Plugin(PluginAction::Load), "load a plugin") },
        CommandSpec { positionals: PLUGIN, ..command("unload", CommandKind::Plugin(PluginAction::Unload), "unload a plugin") },
        CommandSpec {
            options: const { &[switch("--long", "with state, memory, events and errors")] },
            ..command("plugins", CommandKind::Plugins, "list the plugins")
        },
    ]
}

/// The pings, which stand between the actions of the two roles.
pub(super) fn pings() -> Vec<CommandSpec> {
    vec![
        CommandSpec {
            options: &[ID],
            at_target: true,
            ..command("websocket_ping_cs", CommandKind::Ping(Role::ChargePoint), "send a WebSocket ping to the central system")
        },
        CommandSpec {
            options: &[REMOTE_ID],
            at_target: true,
            ..command("websocket_ping_cp", CommandKind::Ping(Role::CentralSystem), "send a WebSocket ping to a charge point")
        },
    ]
}

/// The commands behind those of the actions; `quit` is the last one, and scripts wait for it.
pub(super) fn after_actions() -> Vec<CommandSpec> {
    const ANYWHERE: Positional =
        Positional { name: "<target>", completes: CompletionKind::Station(None), optional: true, behind: None };
    const WHICH: &[Positional] = &[argument("<number|all>", CompletionKind::Nothing)];
    vec![
        CommandSpec {
            positionals: const {
                &[argument("<target>", CompletionKind::Station(None)), argument("<action>", CompletionKind::ActionCommand)]
            },
            options: &[FORCE],
            takes: ArgumentStyle::Payload,
            synopsis: "<target> <action> name=value ...",
            ..command("call", CommandKind::Call, "send a call to or from these stations")
        },
        CommandSpec {
            positionals: const { &[argument("<action>", CompletionKind::ActionCommand)] },
            takes: ArgumentStyle::Payload,
            words: &["reset"],
            synopsis: "<action> name=value ... | reset",
            ..command("default", CommandKind::Default, "change the default payload of a call, or take that back")
        },
        CommandSpec {
            positionals: const { &[argument("<action>", CompletionKind::ActionCommand)] },
            options: const { &[ID, REMOTE_ID, switch("--once", "answer so only the next time")] },
            takes: ArgumentStyle::Payload,
            words: &["none", "default"],
            at_target: true,
            synopsis: "<action> name=value ... | error=<code> description=<text> | none | delay=<time> | default",
            ..command("answer", CommandKind::Answer, "answer a call on purpose, or as usual again")
        },
        command("answers", CommandKind::Answers, "list what is answered on purpose"),
        CommandSpec {
            positionals: PLUGIN,
            ..command("reload", CommandKind::Plugin(PluginAction::Reload), "load a plugin again")
        },
        CommandSpec {
            positionals: PLUGIN,
            ..command("plugin", CommandKind::Plugin(PluginAction::Show), "tell everything about a plugin")
        },
        CommandSpec {
            synopsis: "<filter> | off",
            ..command("hold", CommandKind::Hold, "stop frames that pass a filter before they go out or are handled")
        },
        command("held", CommandKind::Held, "list the frames that wait"),
        CommandSpec {
            positionals: WHICH,
            takes: ArgumentStyle::Payload,
            words: &["none"],
            synopsis: "<number|all> name=value ... | error=<code> description=<text> | none | delay=<time>",
            ..command("release", CommandKind::Release, "let a frame that waits go on, as it is, edited or answered on purpose")
        },
        CommandSpec {
            positionals: WHICH,
            synopsis: "<number|all>",
            ..command("drop", CommandKind::Drop, "forget a frame that waits")
        },
        CommandSpec {
            positionals: const { &[argument("save", CompletionKind::Word("save")), argument("<file>", CompletionKind::Nothing)] },
            options: const { &[switch("--force", "overwrite the file when it exists")] },
            synopsis: "save <file> [--force] [filter]",
            ..command("scenario", CommandKind::SaveScenario, "make a test script of what was recorded")
        },
        command("stations", CommandKind::Stations, "list the stations"),
        show("schema", MessageForm::Schema, "print the JSON Schema of an action"),
        show("example", MessageForm::Example, "print an example of an action"),
        CommandSpec {
            positionals: const { &[Positional { completes: CompletionKind::Station(Some(Role::ChargePoint)), ..ANYWHERE }] },
            options: &[ID],
            synopsis: "<target>",
            ..command("connect", CommandKind::Connect, "connect simulated charge points that are down")
        },
        CommandSpec {
            positionals: &[ANYWHERE],
            options: &[ID, REMOTE_ID],
            synopsis: "<target>",
            ..command("disconnect", CommandKind::Disconnect, "close links")
        },
        CommandSpec {
            positionals: &[ANYWHERE],
            options: &[ID, REMOTE_ID],
            synopsis: "<target>",
            ..command("probe", CommandKind::Probe, "look whether anybody answers where a peer is called over SOAP")
        },
        command("quit", CommandKind::Quit, "close all links and end"),
    ]
}

fn show(name: &'static str, shown: MessageForm, summary: &'static str) -> CommandSpec {
    CommandSpec {
        positionals: const { &[argument("<action>", CompletionKind::ActionCommand)] },
        options: const {
            &[
                option("-p", CompletionKind::Versions, "OCPP version, default: the newest that has the action"),
                switch("--response", "the response instead of the request"),
            ]
        },
        ..command(name, CommandKind::Show(shown), summary)
    }
}
