//! The table of commands that do not come from the catalog: names, arguments, options and help, for the parser, completion and
//! help alike. The order is that of ocppjs' help.

use std::borrow::Cow;
use std::sync::Arc;

use super::command::PluginDeed;
use crate::ocpp::Role;

/// A command as it is written.
#[derive(Debug, Clone)]
pub struct CommandSpec {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it leads to.
    pub(super) does: Does,
    /// The arguments that come first.
    pub(super) positionals: &'static [Positional],
    /// The options.
    pub(super) options: &'static [OptionSpec],
    /// What `name=value` means in it.
    pub(super) takes: Takes,
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
pub(super) enum Does {
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
    Plugin(PluginDeed),
    Hold,
    Held,
    Release,
    Drop,
    SaveScenario,
    Stations,
    /// Prints what a message looks like: its schema, or an example.
    Show(Shown),
    Connect,
    Disconnect,
    Quit,
}

/// What is shown of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Its JSON Schema.
    Schema,
    /// A made-up payload.
    Example,
}

/// What `name=value` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Settings,
    Payload,
}

/// What a word is, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Completes {
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
    pub completes: Completes,
    pub optional: bool,
    /// The argument before it that brings it with it; an addition of ours to a command of ocppjs, not in the usage text.
    pub behind: Option<&'static str>,
}

const fn argument(name: &'static str, completes: Completes) -> Positional {
    Positional { name, completes, optional: false, behind: None }
}

/// An option.
#[derive(Debug)]
pub(super) struct OptionSpec {
    pub flag: &'static str,
    /// What its value is; `None` for an option without one.
    pub value: Option<Completes>,
    pub help: &'static str,
    /// Whether it is an addition of ours to a command of ocppjs; such an option is in the help and not in the usage text.
    pub added: bool,
}

const fn option(flag: &'static str, value: Completes, help: &'static str) -> OptionSpec {
    OptionSpec { flag, value: Some(value), help, added: false }
}

const fn added(flag: &'static str, value: Completes, help: &'static str) -> OptionSpec {
    OptionSpec { flag, value: Some(value), help, added: true }
}

const fn switch(flag: &'static str, help: &'static str) -> OptionSpec {
    OptionSpec { flag, value: None, help, added: true }
}

const ID: OptionSpec = option("--id", Completes::Station(Some(Role::ChargePoint)), "id of charge point");
const REMOTE_ID: OptionSpec = option("--remote-id", Completes::Station(Some(Role::CentralSystem)), "id of remote charge point");
const FORCE: OptionSpec = switch("--force", "send it although it breaks the definitions");
const PROCEDURE_HELP: &str = "procedure name";
const PAYLOAD_HELP: &str = "payload";
const ENVELOPE: OptionSpec = option("-e", Completes::Nothing, "whole envelope of the message without spaces");
const HEADERS: OptionSpec = option("-h", Completes::YesNo, "print headers (true of false)");

/// The plugin that a command is about, in the words of ocppjs.
const PLUGIN: &[Positional] = &[argument("<filename>", Completes::Plugin)];

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

const fn command(name: &'static str, does: Does, summary: &'static str) -> CommandSpec {
    CommandSpec {
        name: Cow::Borrowed(name),
        does,
        positionals: &[],
        options: &[],
        takes: Takes::Nothing,
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
            positionals: const { &[argument("<port>", Completes::Nothing)] },
            options: const {
                &[
                    option("-i", Completes::Nothing, "websocket ping interval, default: 0"),
                    option("-u", Completes::Nothing, "endpoint URL, default: /"),
                    option("-p", Completes::Versions, "websocket subprotocol, default: ocpp1.2,ocpp1.5"),
                    option("-t", Completes::Transports, "transport layer mode (websocket or soap), default: websocket"),
                    added("--host", Completes::Nothing, "address to listen on, default: all"),
                ]
            },
            synopsis: "<port> [options] .ex: start_cs 9000 -u /simulator",
            ..command("start_cs", Does::StartCentralSystem, "be a central system")
        },
        CommandSpec {
            positionals: const { &[argument("<url>", Completes::Nothing), argument("<identifier>", Completes::Nothing)] },
            options: const {
                &[
                    option("-p", Completes::Versions, "websocket subprotocol, default: ocpp1.5"),
                    option("-i", Completes::Nothing, "websocket ping interval (use 0 for disabling), default: 0"),
                    option("-t", Completes::Transport, "transport layer mode (websocket or soap), default: websocket"),
                    option("-f", Completes::Nothing, "In SOAP mode, value for FROM header."),
                    option("-r", Completes::Nothing, "In SOAP mode, define the port for remote actions."),
                    switch("--lively", "boot, send heartbeats and report connectors without being told"),
                ]
            },
            synopsis: "<url> <id> .ex: start_cp ws://localhost:9000/simulator id01",
            ..command("start_cp", Does::StartChargePoint, "be one more charge point")
        },
        CommandSpec {
            positionals: const { &[Positional { name: "<command>", completes: Completes::Command, optional: true, behind: None }] },
            ..command("help", Does::Help, "list the commands, or explain one")
        },
        CommandSpec {
            positionals: const {
                &[
                    argument("<cs|cp>", Completes::Side),
                    Positional {
                        name: "<station>",
                        completes: Completes::Station(Some(Role::CentralSystem)),
                        optional: true,
                        behind: Some("station"),
                    },
                ]
            },
            takes: Takes::Settings,
            ..command("set", Does::Set, "change settings of all links, or where a SOAP station is called")
        },
        CommandSpec {
            options: &[ID, ENVELOPE, HEADERS],
            ..command("send_raw", Does::SendRaw(Role::ChargePoint), "send a text as it is to the central system")
        },
        CommandSpec {
            options: const {
                &[
                    ID,
                    option("-n", Completes::Action(Role::ChargePoint), PROCEDURE_HELP),
                    option("-p", Completes::Payload(Role::ChargePoint), PAYLOAD_HELP),
                    ADDED_HEADERS,
                ]
            },
            ..command("send", Does::Send(Role::ChargePoint), "send a call with an unchecked payload to the central system")
        },
        CommandSpec {
            options: &[REMOTE_ID, ENVELOPE, HEADERS],
            ..command("remote_send_raw", Does::SendRaw(Role::CentralSystem), "send a text as it is to a charge point")
        },
        CommandSpec {
            options: const {
                &[
                    REMOTE_ID,
                    option("-n", Completes::Action(Role::CentralSystem), PROCEDURE_HELP),
                    option("-p", Completes::Payload(Role::CentralSystem), PAYLOAD_HELP),
                    ADDED_HEADERS,
                ]
            },
            ..command("remote_send", Does::Send(Role::CentralSystem), "send a call with an unchecked payload to a charge point")
        },
        CommandSpec { positionals: PLUGIN, ..command("load", Does::Plugin(PluginDeed::Load), "load a plugin") },
        CommandSpec { positionals: PLUGIN, ..command("unload", Does::Plugin(PluginDeed::Unload), "unload a plugin") },
        CommandSpec {
            options: const { &[switch("--long", "with state, memory, events and errors")] },
            ..command("plugins", Does::Plugins, "list the plugins")
        },
    ]
}

/// The pings, which stand between the actions of the two roles.
pub(super) fn pings() -> Vec<CommandSpec> {
    vec![
        CommandSpec {
            options: &[ID],
            at_target: true,
            ..command("websocket_ping_cs", Does::Ping(Role::ChargePoint), "send a WebSocket ping to the central system")
        },
        CommandSpec {
            options: &[REMOTE_ID],
            at_target: true,
            ..command("websocket_ping_cp", Does::Ping(Role::CentralSystem), "send a WebSocket ping to a charge point")
        },
    ]
}

/// The commands behind those of the actions; `quit` is the last one, and scripts wait for it.
pub(super) fn after_actions() -> Vec<CommandSpec> {
    const ANYWHERE: Positional =
        Positional { name: "<target>", completes: Completes::Station(None), optional: true, behind: None };
    const WHICH: &[Positional] = &[argument("<number|all>", Completes::Nothing)];
    vec![
        CommandSpec {
            positionals: const { &[argument("<target>", Completes::Station(None)), argument("<action>", Completes::ActionCommand)] },
            options: &[FORCE],
            takes: Takes::Payload,
            synopsis: "<target> <action> name=value ...",
            ..command("call", Does::Call, "send a call to or from these stations")
        },
        CommandSpec {
            positionals: const { &[argument("<action>", Completes::ActionCommand)] },
            takes: Takes::Payload,
            words: &["reset"],
            synopsis: "<action> name=value ... | reset",
            ..command("default", Does::Default, "change the default payload of a call, or take that back")
        },
        CommandSpec {
            positionals: const { &[argument("<action>", Completes::ActionCommand)] },
            options: const { &[ID, REMOTE_ID, switch("--once", "answer so only the next time")] },
            takes: Takes::Payload,
            words: &["none", "default"],
            at_target: true,
            synopsis: "<action> name=value ... | error=<code> description=<text> | none | delay=<time> | default",
            ..command("answer", Does::Answer, "answer a call on purpose, or as usual again")
        },
        command("answers", Does::Answers, "list what is answered on purpose"),
        CommandSpec { positionals: PLUGIN, ..command("reload", Does::Plugin(PluginDeed::Reload), "load a plugin again") },
        CommandSpec {
            positionals: PLUGIN,
            ..command("plugin", Does::Plugin(PluginDeed::Show), "tell everything about a plugin")
        },
        CommandSpec {
            synopsis: "<filter> | off",
            ..command("hold", Does::Hold, "stop frames that pass a filter before they go out or are handled")
        },
        command("held", Does::Held, "list the frames that wait"),
        CommandSpec {
            positionals: WHICH,
            takes: Takes::Payload,
            words: &["none"],
            synopsis: "<number|all> name=value ... | error=<code> description=<text> | none | delay=<time>",
            ..command("release", Does::Release, "let a frame that waits go on, as it is, edited or answered on purpose")
        },
        CommandSpec {
            positionals: WHICH,
            synopsis: "<number|all>",
            ..command("drop", Does::Drop, "forget a frame that waits")
        },
        CommandSpec {
            positionals: const { &[argument("save", Completes::Word("save")), argument("<file>", Completes::Nothing)] },
            options: const { &[switch("--force", "overwrite the file when it exists")] },
            synopsis: "save <file> [--force] [filter]",
            ..command("scenario", Does::SaveScenario, "make a test script of what was recorded")
        },
        command("stations", Does::Stations, "list the stations"),
        show("schema", Shown::Schema, "print the JSON Schema of an action"),
        show("example", Shown::Example, "print an example of an action"),
        CommandSpec {
            positionals: const { &[Positional { completes: Completes::Station(Some(Role::ChargePoint)), ..ANYWHERE }] },
            options: &[ID],
            synopsis: "<target>",
            ..command("connect", Does::Connect, "connect simulated charge points that are down")
        },
        CommandSpec {
            positionals: &[ANYWHERE],
            options: &[ID, REMOTE_ID],
            synopsis: "<target>",
            ..command("disconnect", Does::Disconnect, "close links")
        },
        CommandSpec {
            positionals: &[ANYWHERE],
            options: &[ID, REMOTE_ID],
            synopsis: "<target>",
            ..command("probe", Does::Probe, "look whether anybody answers where a peer is called over SOAP")
        },
        command("quit", Does::Quit, "close all links and end"),
    ]
}

fn show(name: &'static str, shown: Shown, summary: &'static str) -> CommandSpec {
    CommandSpec {
        positionals: const { &[argument("<action>", Completes::ActionCommand)] },
        options: const {
            &[
                option("-p", Completes::Versions, "OCPP version, default: the newest that has the action"),
                switch("--response", "the response instead of the request"),
            ]
        },
        ..command(name, Does::Show(shown), summary)
    }
}
