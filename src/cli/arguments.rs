//! The command line of the program: subcommands, options and their parsing. `session` starts what they ask for.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use ocpp_tui::capture::CaptureRotation;
use ocpp_tui::config::byte_size;
use ocpp_tui::docgen::DocFormat;
use ocpp_tui::line_mode::LogFormat;
use ocpp_tui::ocpp::{MeterMapping, Role, Strictness, Transport, Version};
use ocpp_tui::simulator::{Profile, Samples};

use super::access_arguments::AccessArguments;
use super::ca_arguments::AuthorityCommand;
use super::capture::{ConvertArguments, OpenArguments};
use super::control_arguments::ControlArguments;
use super::credential_arguments::CredentialArguments;
use super::ctl::CtlArguments;
use super::fleet::FleetReportCommand;
use super::fleet_arguments::FleetArguments;
use super::machine_arguments::MachineArguments;
use super::plain_port::{PlainPort, plain_port};
use super::plugins::PluginArguments;
use super::probe_arguments::ProbeArguments;
use super::proxy_arguments::ProxyArguments;
use super::replay_arguments::ReplayArguments;
use super::role_argument::role;
use super::seconds::seconds;
use super::stats::StatisticsArguments;
use super::subprotocol_arguments::SubprotocolArguments;

use super::test_arguments::Scenarios;
use super::tls_arguments::{DialTlsArguments, ListenTlsArguments};
use super::version_argument::version;
use super::whole_number::whole_number;

/// Memory for the trace by default, in bytes.
pub const DEFAULT_MEMORY: usize = 64 << 20;

/// The terminal console of people who develop and test EV charge points and central systems (OCPP).
#[derive(Debug, Parser)]
#[command(name = "ocpp-tui", version, about, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "Examples:
  ocpp-tui cs --port 9000                      a central system on port 9000, on a full screen
  ocpp-tui cp ws://localhost:9000 CP1 CP2      two simulated charge points
  ocpp-tui proxy --to wss://provider/ocpp      between charge points and their central system, on port 9000
  ocpp-tui --plain cs --port 9000 < commands   line by line, for scripts
  ocpp-tui test examples/scenarios             test scenarios, both sides simulated
  ocpp-tui probe ws://localhost:9000           what a central system supports and which rules it breaks
  ocpp-tui open session.jsonl                  a session that was captured with --capture
  ocpp-tui replay log.jsonl --as cp --to URL   play the stations of a record against a central system
  ocpp-tui demo                                a central system with charge points, to look around
  ocpp-tui start_cs 9000 -u /simulator         a command of the prompt, as ocppjs takes it")]
pub struct Cli {
    /// Options of every subcommand.
    #[command(flatten)]
    pub general: GeneralOptions,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Option<StartCommand>,
}

/// Options of every subcommand.
#[derive(Debug, Args)]
#[command(next_help_heading = "General options")]
pub struct GeneralOptions {
    /// Run line by line, even on a terminal: commands from the input, one line an event to the output
    #[arg(long, global = true)]
    pub plain: bool,
    /// Format of events in line mode
    #[arg(long, global = true, value_enum, default_value_t = LogFormatArgument::Text)]
    pub log_format: LogFormatArgument,
    /// Colours of the full screen: terminal (default), dark, light, high-contrast, colour-blind, catppuccin, gruvbox or your own
    #[arg(long, global = true, env = "OCPP_TUI_THEME", value_name = "NAME")]
    pub theme: Option<String>,
    /// Leave the mouse to the terminal, for selecting text without Shift
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// Memory for the trace, in bytes or with k, M, G; the oldest records are removed when it is full [default: 64M]
    #[arg(long, global = true, value_name = "SIZE", value_parser = byte_size)]
    pub trace_memory: Option<usize>,
    /// Show passwords and private keys in messages, which are masked otherwise
    #[arg(long, global = true)]
    pub show_secrets: bool,
    /// Write every event to this file, or to a new one of this folder
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub capture: Option<PathBuf>,
    /// Go on in the next file when one is so large or so old, like 100M, 1h or 100M,1h
    #[arg(long, global = true, value_name = "SIZE,TIME", requires = "capture")]
    pub capture_rotate: Option<CaptureRotation>,
    /// Compress the capture with zstd, as a name that ends in .zst does
    #[arg(long, global = true, requires = "capture")]
    pub capture_compress: bool,
    /// Keep no record of this session on disk
    #[arg(long, global = true, conflicts_with = "capture")]
    pub no_capture: bool,
    #[command(flatten)]
    pub control: ControlArguments,
    /// Read the definitions of OCPP 1.x from this folder instead of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub wsdl_dir: Option<PathBuf>,
    /// Read JSON Schema of OCPP 2.x from this folder, a file for each message as published, instead of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub schema_dir: Option<PathBuf>,
    #[command(flatten)]
    pub plugins: PluginArguments,
    /// Seconds to wait for the answer to a call [default: 30]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub call_timeout: Option<f64>,
    /// Read this settings file instead of the one in the configuration folder
    #[arg(long, global = true, value_name = "FILE", env = "OCPP_TUI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Own calls that may wait for their answers on one link at the same time; OCPP allows one
    #[arg(long, global = true, default_value = "1", value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 1..=65_535))]
    pub calls_in_flight: u16,
    /// Whether calls that deviate from the specification are served with a finding, or refused [default: tolerant]
    #[arg(long, global = true, value_name = "tolerant|strict", value_parser = strictness)]
    pub strictness: Option<Strictness>,
    /// Default payloads and answers
    #[arg(long, global = true, value_enum, default_value_t = SamplesArgument::Sensible)]
    pub samples: SamplesArgument,
    /// Write the meter values of OCPP 1.5 with their attributes in a list of their own, as ocppjs did before 1.0.1
    #[arg(long, global = true)]
    pub with_attr_at: bool,
}

impl GeneralOptions {
    /// The default payloads and answers that the options select.
    pub fn profile(&self) -> Profile {
        Profile {
            samples: match self.samples {
                SamplesArgument::Sensible => Samples::Sensible,
                SamplesArgument::Ocppjs => Samples::Ocppjs,
            },
            meter_mapping: if self.with_attr_at { MeterMapping::AttributesBeside } else { MeterMapping::Flattened },
        }
    }
}

/// Reads a strictness.
fn strictness(name: &str) -> Result<Strictness, String> {
    Strictness::parse(name).ok_or_else(|| STRICTNESS_WANTED.to_owned())
}

/// What a strictness must be, for a sentence about one that is none.
pub const STRICTNESS_WANTED: &str = "it is tolerant or strict";

/// Default payloads and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SamplesArgument {
    /// Current and valid for every version
    Sensible,
    /// The fixed ones of ocppjs, for OCPP 1.2 and 1.5
    Ocppjs,
}

/// Reads the arguments of the program. A general option may stand anywhere, also after the words of a command of the prompt.
pub fn arguments() -> Cli {
    Cli::parse_from(generals_first(std::env::args_os().collect()))
}

/// The arguments with the general options before all others, so that a command of the prompt does not receive them.
fn generals_first(arguments: Vec<OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let general = |argument: &OsString| {
        let text = argument.to_str()?.strip_prefix("--")?;
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let option = command.get_arguments().find(|option| option.is_global_set() && option.get_long() == Some(name))?;
        Some(option.get_action().takes_values() && value.is_none())
    };
    let mut arguments = arguments.into_iter();
    let mut first: Vec<OsString> = arguments.next().into_iter().collect();
    let mut others = Vec::new();
    while let Some(argument) = arguments.next() {
        match general(&argument) {
            _ if argument == "--" => {
                others.push(argument);
                others.extend(arguments.by_ref());
            }
            None => others.push(argument),
            Some(with_value) => {
                first.push(argument);
                if with_value {
                    first.extend(arguments.next());
                }
            }
        }
    }
    first.append(&mut others);
    first
}

/// The subcommands.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run")]
pub enum StartCommand {
    /// Act as a central system that waits for charge points
    Cs(CentralSystemArguments),
    /// Act as one or more charge points of a central system
    Cp(ChargePointArguments),
    /// Pass charge points on to their central system, and see and shape what both say
    Proxy(Box<ProxyArguments>),
    /// Show a central system and some simulated charge points in one console, to look around
    Demo(DemoArguments),
    /// Run test scenarios: JavaScript files that define what a peer must do
    Test(Box<Scenarios>),
    /// Find out what a central system or a station supports and which rules it breaks
    Probe(Box<ProbeArguments>),
    /// Show recorded files in the console: captures, logs of other programs, packets of Wireshark
    Open(OpenArguments),
    /// Write a recorded file in another format
    Convert(ConvertArguments),
    /// Drive a session that was started with --control
    Ctl(CtlArguments),
    /// Serve an agent over standard input and output by the Model Context Protocol: the session that runs with --control, else one of
    /// its own
    Mcp,
    /// Play one side of a recorded file against a live peer, and say what is different
    Replay(Box<ReplayArguments>),
    /// Count calls, errors, latencies, bytes and heartbeats of recorded files
    Stats(StatisticsArguments),
    /// Write documentation of all messages into a folder
    Docs(DocsArguments),
    /// Print the JSON Schema of an action
    Schema(OneMessage),
    /// Print an example of an action
    Example {
        /// The message
        #[command(flatten)]
        message: OneMessage,
        /// In a SOAP envelope
        #[arg(long)]
        soap: bool,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the paths of the settings, or check them
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The test CA: certificates for central systems and stations in a laboratory, also faulty ones
    #[command(subcommand)]
    Ca(AuthorityCommand),
    /// Add the reports of fleets
    #[command(subcommand)]
    Report(FleetReportCommand),
    /// Print the manual page
    Man,
    /// A command of the prompt, run first: start_cs, start_cp, help, …
    #[command(external_subcommand)]
    Line(Vec<String>),
}

/// The subcommands about the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the paths of the settings file, of the folder of your themes and of the folder of saved state
    Path,
    /// Report errors in the settings file and in your themes, by file and line
    Check {
        /// The settings file [default: the one in the configuration folder]
        file: Option<PathBuf>,
    },
}

/// The options of a central system.
#[derive(Debug, Args)]
pub struct CentralSystemArguments {
    /// TCP port to listen on without TLS; 0 takes any free one, none leaves it closed [default: 9000, and none with the security
    /// profiles 2 and 3]
    #[arg(long, short, allow_negative_numbers = true, value_parser = plain_port)]
    pub port: Option<PlainPort>,
    /// Address or name of this machine to listen on [default: all]
    #[arg(long, visible_alias = "bind", value_name = "ADDRESS")]
    pub host: Option<String>,
    /// Path below which charge points connect, before their identity
    #[arg(long, short = 'u', default_value = "/", value_name = "PATH")]
    pub endpoint: String,
    /// OCPP versions to accept
    #[arg(long, value_delimiter = ',', default_value = "ocpp1.2,ocpp1.5,ocpp1.6,ocpp2.0.1,ocpp2.1", value_parser = version, value_name = "LIST")]
    pub protocol: Vec<Version>,
    /// Seconds between WebSocket pings; 0 sends none
    #[arg(long, short = 'i', default_value = "0", value_name = "SECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 0..=i128::from(u32::MAX)))]
    pub ping_interval: u32,
    /// Id of the first transaction [default: one from the time, so that it is none of an earlier session]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<i32>(text, 1..=i128::from(i32::MAX)))]
    pub first_transaction: Option<i32>,
    /// Transports to accept, all on the one port
    #[arg(long, short = 't', value_enum, default_value_t = TransportsArgument::Both)]
    pub transport: TransportsArgument,
    #[command(flatten)]
    pub subprotocols: SubprotocolArguments,
    #[command(flatten)]
    pub tls: ListenTlsArguments,
    #[command(flatten)]
    pub access: AccessArguments,
}

/// The transports of a central system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TransportsArgument {
    /// An upgrade is a WebSocket, a POST of an envelope is SOAP
    Both,
    /// JSON over WebSocket
    Websocket,
    /// SOAP over HTTP
    Soap,
}

impl TransportsArgument {
    /// The transports of the argument.
    pub fn transports(self) -> Vec<Transport> {
        match self {
            TransportsArgument::Both => Transport::ALL.to_vec(),
            TransportsArgument::Websocket => vec![Transport::WebSocket],
            TransportsArgument::Soap => vec![Transport::Soap],
        }
    }
}

/// The transport of a charge point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TransportArgument {
    /// JSON over WebSocket
    Websocket,
    /// SOAP over HTTP; the URL is the one of the service, the identity is in the messages
    Soap,
}

/// The options of charge points.
#[derive(Debug, Args)]
pub struct ChargePointArguments {
    /// URL of the central system without an identity, like ws://localhost:9000
    #[arg(required = true)]
    pub url: Option<String>,
    /// Identities of the charge points; CP{1..50} stands for fifty
    #[arg(required_unless_present = "count", value_name = "IDENTITY")]
    pub identities: Vec<String>,
    /// OCPP version to use
    #[arg(long, short = 'p', default_value = "ocpp1.6", value_parser = version, value_name = "VERSION")]
    pub protocol: Version,
    /// Seconds between WebSocket pings; 0 sends none
    #[arg(long, short = 'i', default_value = "0", value_name = "SECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 0..=i128::from(u32::MAX)))]
    pub ping_interval: u32,
    /// Send only what you command: no BootNotification, heartbeat or meter value by itself
    #[arg(long)]
    pub manual: bool,
    /// Transport to use
    #[arg(long, short = 't', value_enum, default_value_t = TransportArgument::Websocket)]
    pub transport: TransportArgument,
    /// SOAP: address in the From header of one charge point, at which the central system calls back; of a fleet what stands before the
    /// identities [default: this machine's on the way there]
    #[arg(long, short = 'f', value_name = "URL")]
    pub from: Option<String>,
    /// SOAP: TCP port for remote calls of the first charge point; the others take the ones after it, and a fleet has only this one; 0 takes any free ones [default:
    /// the port of --from, else any free one]
    #[arg(long, short = 'r', value_name = "PORT", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 0..=65_535))]
    pub remote_port: Option<u16>,
    #[command(flatten)]
    pub tls: DialTlsArguments,
    #[command(flatten)]
    pub credentials: CredentialArguments,
    #[command(flatten)]
    pub machine: MachineArguments,
    #[command(flatten)]
    pub fleet: FleetArguments,
    /// List the quirks that come with the program
    #[arg(long, exclusive = true)]
    pub list_quirks: bool,
}

/// The options of the demonstration.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Show both ends of each link, so that every frame is there twice
    #[arg(long)]
    pub both_ends: bool,
    /// Put a proxy between the charge points and the central system: pairs, with both of their links
    #[arg(long)]
    pub proxy: bool,
    #[command(flatten)]
    pub machine: MachineArguments,
}

/// The options of `docs`.
#[derive(Debug, Args)]
pub struct DocsArguments {
    /// The folder; it is created when it is missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Format
    #[arg(long, value_enum, default_value_t = FormatArgument::Html)]
    pub format: FormatArgument,
    /// Write into the folder although it is not empty
    #[arg(long)]
    pub force: bool,
}

/// The arguments that name one message.
#[derive(Debug, Args)]
pub struct OneMessage {
    /// The action, in any case, like BootNotification or remote_reset
    pub action: String,
    /// OCPP version
    #[arg(long, short = 'p', default_value = "ocpp1.6", value_parser = version, value_name = "VERSION")]
    pub protocol: Version,
    /// The response instead of the request
    #[arg(long)]
    pub response: bool,
    /// Who sends the request, where both roles may: cp (charge point) or cs (central system)
    #[arg(long, value_parser = role, value_name = "ROLE")]
    pub from: Option<Role>,
}

/// The format of documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    /// A static site
    Html,
    /// One file a version
    Markdown,
    /// Schemas and examples, a file each
    Json,
}

impl From<FormatArgument> for DocFormat {
    fn from(argument: FormatArgument) -> DocFormat {
        match argument {
            FormatArgument::Html => DocFormat::Html,
            FormatArgument::Markdown => DocFormat::Markdown,
            FormatArgument::Json => DocFormat::Json,
        }
    }
}

/// The format of events in line mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormatArgument {
    /// As ocppjs prints them
    Text,
    /// One JSON object an event
    Jsonl,
    /// One line an exchange, as on the full screen: what it means and how it ended
    Story,
    /// No events: only what commands print, and a report
    Quiet,
}

impl From<LogFormatArgument> for LogFormat {
    fn from(argument: LogFormatArgument) -> LogFormat {
        match argument {
            LogFormatArgument::Text => LogFormat::Text,
            LogFormatArgument::Jsonl => LogFormat::Jsonl,
            LogFormatArgument::Story => LogFormat::Story,
            LogFormatArgument::Quiet => LogFormat::Quiet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_arguments_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands_of_the_prompt_pass_through_with_their_options() {
        let cli = Cli::parse_from(["ocpp-tui", "--plain", "start_cs", "9000", "-p", "ocpp1.2,ocpp1.5", "-u", "/x"]);
        let Some(StartCommand::Line(words)) = cli.command else { panic!("{cli:?}") };
        assert_eq!(words, ["start_cs", "9000", "-p", "ocpp1.2,ocpp1.5", "-u", "/x"]);
        assert!(cli.general.plain);
    }

    #[test]
    fn general_options_may_stand_anywhere() {
        let words = "ocpp-tui start_cs 9000 --with-attr-at -u /x --samples ocppjs --log-format=jsonl";
        let cli = Cli::parse_from(generals_first(words.split(' ').map(OsString::from).collect()));
        let Some(StartCommand::Line(rest)) = &cli.command else { panic!("{cli:?}") };
        assert_eq!(rest, &["start_cs", "9000", "-u", "/x"]);
        let wanted = Profile { samples: Samples::Ocppjs, meter_mapping: MeterMapping::AttributesBeside };
        assert_eq!((cli.general.profile(), cli.general.log_format), (wanted, LogFormatArgument::Jsonl));
        let cli = Cli::parse_from(generals_first(["ocpp-tui", "send_raw", "--", "--plain"].map(OsString::from).to_vec()));
        assert!(!cli.general.plain);
    }

    #[test]
    fn the_limits_of_plugins_may_stand_anywhere() {
        let words = "ocpp-tui cs --plugin-memory 32M --port 9000 --plugin-time=500";
        let cli = Cli::parse_from(generals_first(words.split(' ').map(OsString::from).collect()));
        let options = cli.general.plugins.options(None, None);
        assert_eq!((options.memory, options.time.as_millis()), (32 << 20, 500));
        let options = Cli::parse_from(["ocpp-tui", "cs"]).general.plugins.options(None, None);
        assert_eq!((options.memory, options.time.as_millis()), (16 << 20, 200));
        for wrong in ["--plugin-memory=1k", "--plugin-memory=lots", "--plugin-time=0", "--plugin-time=60001"] {
            assert!(Cli::try_parse_from(["ocpp-tui", wrong, "cs"]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn help_is_a_command_of_the_prompt() {
        let cli = Cli::parse_from(["ocpp-tui", "help"]);
        assert!(matches!(cli.command, Some(StartCommand::Line(words)) if words == ["help"]));
    }

    #[test]
    fn the_machine_of_charge_points_is_read() {
        let words = "ocpp-tui cp ws://h:1 A --connectors 3 --cable fixed --profiles reservation --phases 3 --max-current 16 --vendor V \
                     --model M --serial= --firmware 2 --certificate-key rsa --no-driver --quirk slow-boot --quirk ./mine.toml";
        let Some(StartCommand::Cp(points)) = Cli::parse_from(words.split_whitespace()).command else { panic!() };
        let machine = points.machine.options();
        let equipment = &machine.equipment;
        assert_eq!(
            (equipment.connectors, equipment.phases, equipment.profiles.to_string().as_str()),
            (3, 3, "Core,Reservation")
        );
        assert_eq!((equipment.vendor.as_str(), equipment.serial_number.as_str(), machine.driver), ("V", "", false));
        assert_eq!(machine.quirks, ["slow-boot", "./mine.toml"]);
        for wrong in ["--connectors=0", "--phases=2", "--cable=rope", "--profiles=Core,Moon", "--max-current=0", "--vendor="] {
            assert!(Cli::try_parse_from(["ocpp-tui", "cp", "ws://h:1", "A", wrong]).is_err(), "{wrong}");
        }
        let Some(StartCommand::Cp(points)) = Cli::parse_from(["ocpp-tui", "cp", "--list-quirks"]).command else { panic!() };
        assert!(points.list_quirks);
    }

    /// The demonstration and the simulated side of scenarios are built as any other charge point.
    #[test]
    fn the_machine_of_a_demonstration_and_of_scenarios_is_read() {
        let words = ["--connectors", "3", "--cable", "fixed", "--no-driver", "--quirk", "slow-boot"];
        let Some(StartCommand::Demo(demo)) = Cli::parse_from(["ocpp-tui", "demo"].iter().chain(&words)).command else {
            panic!()
        };
        let Some(StartCommand::Test(test)) = Cli::parse_from(["ocpp-tui", "test", "x.js"].iter().chain(&words)).command else {
            panic!()
        };
        let machine = demo.machine.options();
        assert_eq!((machine.equipment.connectors, machine.driver, machine.quirks.len()), (3, false, 1));
        assert_eq!(test.machine.options(), machine);
        let Some(StartCommand::Demo(demo)) = Cli::parse_from(["ocpp-tui", "demo"]).command else { panic!() };
        assert!(demo.machine.is_empty());
    }

    #[test]
    fn several_charge_points_and_a_version_are_read() {
        let cli = Cli::parse_from(["ocpp-tui", "cp", "ws://h:1", "A", "B", "--protocol", "ocpp1.5"]);
        let Some(StartCommand::Cp(points)) = cli.command else { panic!("{cli:?}") };
        assert_eq!((points.identities.len(), points.protocol), (2, Version::V1_5));
        let cli = Cli::parse_from(["ocpp-tui", "cp", "ws://h:1", "A", "-p", "ocpp1.2"]);
        let Some(StartCommand::Cp(points)) = cli.command else { panic!("{cli:?}") };
        assert_eq!(points.protocol, Version::V1_2);
        assert!(Cli::try_parse_from(["ocpp-tui", "cp", "ws://h:1", "A", "--protocol", "ocpp9"]).is_err());
        assert!(Cli::try_parse_from(["ocpp-tui", "cp", "ws://h:1"]).is_err());
    }
}
