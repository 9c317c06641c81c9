//! The commands, one family a file: how each is declared, read from a line, written as one, and run. A new command is a file that
//! exports its entry, and a row of the list below. The form of lines in general is in `syntax`.

mod access_options;
mod answer;
mod auth;
mod call;
mod capture;
mod caution;
mod connection;
mod context;
mod default;
mod entry;
mod equipment;
mod export;
mod fleet;
mod group;
mod hands;
mod help;
mod hold;
mod legend;
mod misbehave;
mod network;
mod new_file;
mod notify;
mod payloads;
mod plugin;
mod proxy;
mod quit;
mod reply;
mod report;
mod rewrite;
mod scenario;
mod screen;
mod send;
mod set;
mod show;
mod sign;
mod start;
mod start_tls;
mod stations;
mod summaries;
mod trace_choice;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::output::{CommandFailure, CommandOutput};
use super::syntax::arguments::CommandWords;
use super::syntax::error::CommandError;
use super::syntax::grammar::Grammar;
use super::syntax::spec::CommandSpec;
use super::syntax::token::{UnterminatedQuote, column, tokenize};
use crate::ocpp::{Catalog, Role, Version};

pub use answer::AnswerCommand;
pub use auth::{AuthCommand, WrittenPassword};
pub use call::CallCommand;
pub use capture::CaptureCommand;
pub use caution::{is_physical, question};
pub use connection::ConnectionCommand;
pub use context::{CommandContext, RunContext};
pub use default::{DefaultChange, DefaultCommand};
pub use export::ExportCommand;
pub use fleet::{FleetCommand, LoadChange, StartFleet};
pub use group::GroupCommand;
pub use hands::HandsCommand;
pub use help::{HelpCommand, help, quick_start};
pub use hold::{HeldSelection, HoldCommand};
pub use legend::LegendCommand;
pub use misbehave::{MisbehaveCommand, MisbehaviourTarget};
pub use network::NetworkCommand;
pub use notify::NotifyCommand;
pub use payloads::PayloadDefaults;
pub use plugin::{PluginAction, PluginsCommand, output_of};
pub use proxy::ProxyCommand;
pub use quit::QuitCommand;
pub use reply::{AnswerChoice, AnswerReply};
pub use report::ReportCommand;
pub use rewrite::RewriteCommand;
pub use scenario::ScenarioCommand;
pub use screen::ScreenCommand;
pub use send::{SendCommand, SentText};
pub use set::{SetCommand, SettingChange};
pub use show::{MessageForm, ShowCommand};
pub use sign::SignCommand;
pub use start::StartSimulator;
pub use stations::StationsCommand;
pub(super) use summaries::ReadEffort;
pub use summaries::SharedSummaries;
pub use trace_choice::TraceChoice;

/// Lists entries of all families.
macro_rules! list {
    ($($entry:expr),+ $(,)?) => {
        vec![$(ListedCommand {
            spec: $entry.spec,
            parse: |words| ($entry.parse)(words).map(Command::from),
        }),+]
    };
}

/// Makes the enum of the families.
macro_rules! commands {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$meta:meta])* $variant:ident($family:ty),)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        #[expect(clippy::large_enum_variant, reason = "a command is made once and run")]
        pub enum $name {
            $($(#[$meta])* $variant($family),)+
        }

        $(impl From<$family> for $name {
            fn from(command: $family) -> $name {
                $name::$variant(command)
            }
        })+

        impl $name {
            /// Runs it.
            pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
                match self {
                    $($name::$variant(command) => command.run(context).await,)+
                }
            }
        }

        /// The line that means the command: for the history, for scripts.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($name::$variant(command) => command.fmt(f),)+
                }
            }
        }
    };
}

/// The commands before those of the actions. The order is that of the help of ocppjs.
static BEFORE_ACTIONS: LazyLock<Vec<ListedCommand>> = LazyLock::new(|| {
    list![
        start::CENTRAL_SYSTEM,
        start::CHARGE_POINT,
        help::HELP,
        set::SET,
        send::SEND_RAW,
        send::SEND,
        send::REMOTE_SEND_RAW,
        send::REMOTE_SEND,
        plugin::LOAD,
        plugin::UNLOAD,
        plugin::PLUGINS,
    ]
});

/// The commands between the actions of the two roles.
static BETWEEN_ACTIONS: LazyLock<Vec<ListedCommand>> =
    LazyLock::new(|| list![send::PING_CENTRAL_SYSTEM, send::PING_CHARGE_POINT]);

/// The commands behind those of the actions; `quit` is the last one, and scripts wait for it.
static AFTER_ACTIONS: LazyLock<Vec<ListedCommand>> = LazyLock::new(|| {
    list![
        proxy::START,
        call::CALL,
        default::DEFAULT,
        answer::ANSWER,
        answer::ANSWERS,
        plugin::RELOAD,
        plugin::PLUGIN,
        misbehave::MISBEHAVE,
        network::NETWORK,
        hold::HOLD,
        hold::HELD,
        hold::RELEASE,
        hold::DROP,
        rewrite::REWRITE,
        capture::CAPTURE,
        notify::NOTIFY,
        scenario::SCENARIO,
        export::EXPORT,
        screen::VIEW,
        screen::CLEAR,
        screen::FORGET,
        screen::THEME,
        screen::OPEN,
        screen::LENS,
        stations::STATIONS,
        legend::LEGEND,
        report::TRANSACTIONS,
        report::STATISTICS,
        report::FAULTS,
        connection::CONNECTION,
        show::SCHEMA,
        show::EXAMPLE,
        auth::AUTH,
        sign::SIGN,
        stations::CONNECT,
        stations::DISCONNECT,
        stations::PROBE,
        hands::PLUG,
        hands::UNPLUG,
        hands::PRESENT,
        hands::FAULT,
        hands::RECOVER,
        hands::POWER,
        hands::OFFLINE,
        hands::ONLINE,
        hands::FIRMWARE,
        hands::EV,
        hands::LOCK,
        hands::PARK,
        hands::LEAVE,
        hands::LIMIT,
        hands::NEEDS,
        hands::EMS,
        hands::SERVICE,
        hands::FAIL,
        fleet::START_FLEET,
        fleet::FLEET,
        group::GROUP,
        quit::QUIT,
    ]
});

commands! {
    /// A command, ready to run. A role in it is always the one that *we* play: `bootnotification` is sent by our charge point,
    /// `remote_reset` by our central system.
    pub enum Command {
        /// Be a central system or a charge point.
        Start(StartSimulator),
        /// Pass stations on to their central system.
        Proxy(ProxyCommand),
        /// Send a call, made of the default payload and the user's changes.
        Call(CallCommand),
        /// Send something that is not checked.
        Send(SendCommand),
        /// Change settings of links.
        Set(SetCommand),
        /// Change the default payload of a call that we send.
        Default(DefaultCommand),
        /// Change how we answer a call, or list that.
        Answer(AnswerCommand),
        /// Do something wrong on purpose, or list that.
        Misbehave(MisbehaveCommand),
        /// Make the network of links bad on purpose, or list that.
        Network(NetworkCommand),
        /// Hold frames, list them, release them.
        Hold(HoldCommand),
        /// Change frames of pairs on their way.
        Rewrite(RewriteCommand),
        /// Write every event to a file.
        Capture(CaptureCommand),
        /// Notify about events that pass a filter.
        Notify(NotifyCommand),
        /// Write records into a file for others.
        Export(ExportCommand),
        /// Make a test script of what was recorded.
        Scenario(ScenarioCommand),
        /// Change what the full screen shows.
        Screen(ScreenCommand),
        /// List, load and unload plugins.
        Plugins(PluginsCommand),
        /// List the stations, connect and disconnect them.
        Stations(StationsCommand),
        /// Set, list or remove the passwords of stations.
        Auth(AuthCommand),
        /// Sign a request for a certificate.
        Sign(SignCommand),
        /// Do something at the machine of a charge point of ours.
        Hands(HandsCommand),
        /// Start many stations, list fleets, end them.
        Fleet(FleetCommand),
        /// Put stations into groups, or list the groups.
        Group(GroupCommand),
        /// Sum up the session in a table.
        Report(ReportCommand),
        /// Print the form of a message.
        Show(ShowCommand),
        /// Show an attempt to connect.
        Connection(ConnectionCommand),
        /// Explain the signs of the screen and the filter language.
        Legend(LegendCommand),
        /// Show help, about everything or one command.
        Help(HelpCommand),
        /// End the program.
        Quit(QuitCommand),
    }
}

/// An entry, whatever its family.
struct ListedCommand {
    spec: CommandSpec,
    parse: fn(&CommandWords<'_>) -> Result<Command, CommandError>,
}

/// Reads a line; an empty one is no command and no error.
///
/// # Errors
/// When the line is no command.
pub fn parse(line: &str, grammar: &Grammar) -> Result<Option<Command>, CommandError> {
    let words = tokenize(line)
        .map_err(|UnterminatedQuote(at)| CommandError::UnterminatedQuote { column: column(line, at), span: at..at + 1 })?;
    let Some((name, rest)) = words.split_first() else { return Ok(None) };
    let spec = grammar.find(name)?;
    let words = CommandWords { spec, grammar, line, words: rest, name_end: name.span.end };
    if let Some((initiator, action)) = &spec.action {
        return call::parse_action(&words, *initiator, action).map(Command::from).map(Some);
    }
    match listed().find(|listed| listed.spec.name == spec.name) {
        Some(listed) => (listed.parse)(&words).map(Some),
        None => Ok(None), // a grammar is made of the list
    }
}

fn listed() -> impl Iterator<Item = &'static ListedCommand> {
    BEFORE_ACTIONS.iter().chain(BETWEEN_ACTIONS.iter()).chain(AFTER_ACTIONS.iter())
}

impl Grammar {
    /// The commands of the list, and one for every action of all versions.
    pub fn new(catalog: &Catalog) -> Grammar {
        let mut actions: Vec<(Role, Arc<str>)> = Version::ALL
            .into_iter()
            .flat_map(|version| catalog.names(version))
            .map(|(name, initiator)| (*initiator, name.clone()))
            .collect();
        actions.sort();
        actions.dedup();
        let of = |role| actions.iter().filter(move |(initiator, _)| *initiator == role).flat_map(call::action_specs);
        let specs = |commands: &'static [ListedCommand]| commands.iter().map(|listed| listed.spec.clone());
        let commands = specs(&BEFORE_ACTIONS)
            .chain(of(Role::ChargePoint))
            .chain(specs(&BETWEEN_ACTIONS))
            .chain(of(Role::CentralSystem))
            .chain(specs(&AFTER_ACTIONS))
            .collect();
        Grammar::of(commands, actions)
    }
}

#[cfg(test)]
mod start_tests {
    use super::Grammar;
    use crate::ocpp::definition::read_embedded;
    use crate::ocpp::{Role, Version};

    #[test]
    fn the_grammar_does_not_read_the_messages_of_2_x() {
        let catalog = read_embedded().catalog;
        let grammar = Grammar::new(&catalog);
        assert!(grammar.actions(Role::ChargePoint).any(|name| name == "TransactionEvent"));
        assert!(catalog.action(Version::V2_1, Role::ChargePoint, "StartTransaction").is_none());
        assert!(!format!("{catalog:?}").contains("V2_1"));
        assert!(catalog.action(Version::V2_1, Role::ChargePoint, "TransactionEvent").is_some());
        assert!(format!("{catalog:?}").contains("V2_1"));
    }
}
