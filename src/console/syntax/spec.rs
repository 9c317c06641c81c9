//! How a command is declared: its name, arguments, options and texts, for the parser, completion and help alike. The commands
//! themselves are in `commands`.

use std::borrow::Cow;
use std::sync::Arc;

use super::token::Word;
use crate::ocpp::Role;

/// The word before the condition of an answer rule. What follows it is a condition and not words of the command language.
pub(in crate::console) const CONDITION: &str = "when";

/// In the place of an action that is answered: the handshake of a WebSocket.
pub(in crate::console) const UPGRADE_WORD: &str = "upgrade";

/// A command as it is written.
#[derive(Debug, Clone)]
pub struct CommandSpec {
    /// Its name.
    pub name: Cow<'static, str>,
    /// One sentence, without its full stop.
    pub summary: Cow<'static, str>,
    /// A line that runs; empty for the command of an action, whose name alone is a line.
    pub example: &'static str,
    /// What the list of commands shows behind the name.
    pub(in crate::console) synopsis: &'static str,
    /// The arguments that come first.
    pub(in crate::console) positionals: &'static [Positional],
    /// The options.
    pub(in crate::console) options: &'static [OptionSpec],
    /// What `name=value` means in it.
    pub(in crate::console) takes: ArgumentStyle,
    /// The names of `name=value` that belong to the command and not to a payload.
    pub(in crate::console) named: &'static [NamedValue],
    /// The names that replace `named` when this is the first argument.
    pub(in crate::console) named_after: Option<(&'static str, &'static [NamedValue])>,
    /// The message whose fields are assigned, where an argument names its action.
    pub(in crate::console) message: Option<MessageSource>,
    /// The action that the command sends, for the command of an action.
    pub(in crate::console) action: Option<(Role, Arc<str>)>,
    /// Bare words that it understands.
    pub(in crate::console) words: &'static [&'static str],
    /// Whether `@target` may stand in it.
    pub(in crate::console) at_target: bool,
}

/// What `name=value` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentStyle {
    /// It has no place in the command.
    Nothing,
    /// A setting.
    Settings,
    /// A field of a payload.
    Payload,
}

/// Which message the assignments are about. The place counts the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageSource {
    /// The request of the action that the argument at this place names.
    RequestAt(usize),
    /// The response to it.
    ResponseAt(usize),
}

/// A name of `name=value` that the command defines itself.
#[derive(Debug, Clone, Copy)]
pub struct NamedValue {
    /// The name.
    pub name: &'static str,
    /// What its value is, in a word.
    pub value: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// What completion offers as its value.
    pub completes: CompletionKind,
}

/// What a word is, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// Free text.
    Nothing,
    /// Just this word.
    Word(&'static str),
    /// A station towards which we play this role, or any.
    Station(Option<Role>),
    /// A list of versions.
    Versions,
    /// How a car is connected.
    Cable,
    /// A list of feature profiles.
    FeatureProfiles,
    /// 1 or 3.
    Phases,
    /// A quirk of a charge point.
    Quirk,
    /// One transport.
    Transport,
    /// One transport, or both.
    Transports,
    /// What is done without a common subprotocol.
    UnknownProtocol,
    /// Which of several common subprotocols is chosen.
    SubprotocolOrder,
    /// A security profile.
    SecurityProfile,
    /// A version of TLS.
    TlsVersion,
    /// What is done with passwords.
    PasswordAction,
    /// `true` or `false`.
    YesNo,
    /// `tolerant` or `strict`.
    Strictness,
    /// How a registration is answered.
    Registration,
    /// An action that this role may send, spelled as on the wire.
    Action(Role),
    /// The command name of an action.
    ActionCommand,
    /// `cs`, `cp` or `station`.
    Side,
    /// A misbehaviour.
    Misbehaviour,
    /// Whose links misbehave, or what else `misbehave` does.
    MisbehaviourTarget,
    /// A command.
    Command,
    /// A plugin.
    Plugin,
    /// The payload of the action behind `-n`, sent by this role.
    Payload(Role),
    /// An error code of OCPP.
    ErrorCode,
    /// A format of an export.
    ExportFormat,
}

/// An argument that comes first.
#[derive(Debug)]
pub struct Positional {
    /// Its name in the usage text.
    pub name: &'static str,
    /// What completion offers.
    pub completes: CompletionKind,
    /// Whether it may be left out.
    pub optional: bool,
    /// The argument before it that requires it. Such an argument is an addition of ours to a command of ocppjs and not in the usage
    /// text.
    pub behind: Option<&'static str>,
}

/// An argument that must be there.
pub const fn argument(name: &'static str, completes: CompletionKind) -> Positional {
    Positional { name, completes, optional: false, behind: None }
}

/// An argument that may be left out.
pub const fn optional(name: &'static str, completes: CompletionKind) -> Positional {
    Positional { name, completes, optional: true, behind: None }
}

/// An option.
#[derive(Debug)]
pub struct OptionSpec {
    /// How it is written.
    pub flag: &'static str,
    /// Another spelling that is accepted and not offered.
    pub alias: Option<&'static str>,
    /// What its value is; `None` for an option without one.
    pub value: Option<CompletionKind>,
    /// What it does, in a few words.
    pub help: &'static str,
    /// Whether it is an addition of ours to a command of ocppjs. Such an option is in the help and not in the usage text.
    pub added: bool,
    /// Whether it may stand there several times; of another one the last counts.
    pub repeats: bool,
}

impl OptionSpec {
    /// Whether a word is this option.
    pub fn is(&self, word: &str) -> bool {
        self.flag == word || self.alias == Some(word)
    }

    /// Whether it names a station.
    pub const fn names_a_station(&self) -> bool {
        matches!(self.value, Some(CompletionKind::Station(_)))
    }

    /// The same option, any number of times.
    pub const fn repeated(mut self) -> OptionSpec {
        self.repeats = true;
        self
    }

    /// The same option with another spelling.
    pub const fn or(mut self, alias: &'static str) -> OptionSpec {
        self.alias = Some(alias);
        self
    }
}

/// An option of ocppjs.
pub const fn option(flag: &'static str, value: CompletionKind, help: &'static str) -> OptionSpec {
    OptionSpec { flag, alias: None, value: Some(value), help, added: false, repeats: false }
}

/// An option that ocppjs does not have.
pub const fn added(flag: &'static str, value: CompletionKind, help: &'static str) -> OptionSpec {
    OptionSpec { flag, alias: None, value: Some(value), help, added: true, repeats: false }
}

/// An option without a value; ocppjs has none.
pub const fn switch(flag: &'static str, help: &'static str) -> OptionSpec {
    OptionSpec { flag, alias: None, value: None, help, added: true, repeats: false }
}

/// Names one of our charge points.
pub const ID: OptionSpec =
    option("--id", CompletionKind::Station(Some(Role::ChargePoint)), "id of charge point").or("--remote-id");
/// Names a station that is connected to our central system. A command that has one of the two options only understands the other
/// spelling as well, because its role is known.
pub const REMOTE_ID: OptionSpec =
    option("--remote-id", CompletionKind::Station(Some(Role::CentralSystem)), "id of remote charge point").or("--id");
/// Names a station of either role, in a command that takes it as an argument too.
pub const STATION_ID: OptionSpec =
    OptionSpec { value: Some(CompletionKind::Station(None)), help: "the station, instead of the argument", added: true, ..ID };
/// Sends an invalid payload.
pub const FORCE: OptionSpec = switch("--force", "send it although it breaks the definitions");

/// The option that names the station of a command that this role runs.
pub const fn id_flag(our_role: Role) -> &'static str {
    match our_role {
        Role::ChargePoint => ID.flag,
        Role::CentralSystem => REMOTE_ID.flag,
    }
}

/// The name of the command that sends an action: `bootnotification`, `remote_reset`.
pub fn action_command_name(initiator: Role, action: &str) -> String {
    let name = action.to_ascii_lowercase();
    match initiator {
        Role::ChargePoint => name,
        Role::CentralSystem => format!("remote_{name}"),
    }
}

/// A command is declared by adding to its name and summary.
impl CommandSpec {
    /// A command without arguments.
    pub(in crate::console) const fn new(name: &'static str, summary: &'static str) -> CommandSpec {
        CommandSpec {
            name: Cow::Borrowed(name),
            summary: Cow::Borrowed(summary),
            example: "",
            synopsis: "",
            positionals: &[],
            options: &[],
            takes: ArgumentStyle::Nothing,
            named: &[],
            named_after: None,
            message: None,
            action: None,
            words: &[],
            at_target: false,
        }
    }

    pub(in crate::console) const fn example(mut self, example: &'static str) -> CommandSpec {
        self.example = example;
        self
    }

    pub(in crate::console) const fn synopsis(mut self, synopsis: &'static str) -> CommandSpec {
        self.synopsis = synopsis;
        self
    }

    pub(in crate::console) const fn arguments(mut self, positionals: &'static [Positional]) -> CommandSpec {
        self.positionals = positionals;
        self
    }

    pub(in crate::console) const fn options(mut self, options: &'static [OptionSpec]) -> CommandSpec {
        self.options = options;
        self
    }

    pub(in crate::console) const fn takes(mut self, takes: ArgumentStyle) -> CommandSpec {
        self.takes = takes;
        self
    }

    pub(in crate::console) const fn named(mut self, named: &'static [NamedValue]) -> CommandSpec {
        self.named = named;
        self
    }

    pub(in crate::console) const fn named_after(mut self, first: &'static str, named: &'static [NamedValue]) -> CommandSpec {
        self.named_after = Some((first, named));
        self
    }

    pub(in crate::console) const fn message(mut self, message: MessageSource) -> CommandSpec {
        self.message = Some(message);
        self
    }

    pub(in crate::console) const fn words(mut self, words: &'static [&'static str]) -> CommandSpec {
        self.words = words;
        self
    }

    pub(in crate::console) const fn at_target(mut self) -> CommandSpec {
        self.at_target = true;
        self
    }

    /// The option that a word is. Its own spelling has precedence over the other spelling of another option.
    pub(in crate::console) fn option(&self, word: &str) -> Option<&'static OptionSpec> {
        let named = |option: &&OptionSpec| option.flag == word;
        self.options.iter().find(named).or_else(|| self.options.iter().find(|option| option.is(word)))
    }

    /// The option that names a station, when a word is one.
    pub(in crate::console) fn station_option(&self, word: &str) -> Option<&'static OptionSpec> {
        self.option(word).filter(|option| option.names_a_station())
    }

    /// The arguments that come first in a line with these words: a station that an option names is not one of them.
    pub(in crate::console) fn positionals_beside(
        &self,
        words: &[Word<'_>],
    ) -> impl Iterator<Item = &'static Positional> + use<> {
        let named = words.iter().any(|word| self.station_option(word.value).is_some());
        let is_station = |positional: &Positional| matches!(positional.completes, CompletionKind::Station(_));
        self.positionals.iter().filter(move |positional| !(named && is_station(positional)))
    }

    /// The usage text of an error: the syntax, then an option a line and an empty line, as ocppjs writes it.
    pub(in crate::console) fn usage(&self) -> String {
        let mut usage = self.name.to_string();
        for positional in self.positionals.iter().filter(|positional| positional.behind.is_none()) {
            usage.push(' ');
            usage.push_str(positional.name);
        }
        if self.options.is_empty() && self.takes == ArgumentStyle::Nothing {
            return usage;
        }
        usage.push_str("\nWith optional arguments:\n");
        for option in self.options.iter().filter(|option| !option.added) {
            usage.push_str(&format!("  {} : {}\n", option.flag, option.help));
        }
        usage
    }
}
