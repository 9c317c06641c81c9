//! The arguments of `test`: which scenarios run, against which peer, and the output.

use std::path::{Component, Path, PathBuf};

use clap::{Args, ValueEnum};
use ocpp_tui::ocpp::SecurityProfile;
use ocpp_tui::scenario::ListenPort;

use super::machine_arguments::MachineArguments;
use super::seconds::seconds;
use super::subprotocol_arguments::SubprotocolArguments;
use super::tls_arguments::{CertificateArguments, TrustArguments, profile};
use super::whole_number::whole_number;

/// Run test scenarios. Nothing is printed when all of them pass.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all passed, with or without warnings, or were skipped, 1 one failed, 2 one cannot run or the arguments are wrong.

Examples:
  ocpp-tui test examples/scenarios --virtual-time
  ocpp-tui test boot.js --url ws://localhost:9000/ocpp --identity CP1 --report junit report.xml
  ocpp-tui test charge-point.js --listen 9000 --set idTag=04A2B3C4
  ocpp-tui test certification --role charge-point --listen 9000 --identity CP1 --unattended --report html report.html"
)]
pub struct Scenarios {
    /// Scenario files, or folders that contain some. What is not there may be a file or a folder that comes with the program, such as
    /// certification, charge-point or central-system/core.js
    #[arg(required_unless_present_any = ["types", "unpack"], value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the TypeScript declarations of the scenario API, for editors: the content of ocpp-tui-scenario.d.ts
    #[arg(long, conflicts_with = "files")]
    pub types: bool,
    /// Write the scenarios that come with the program into this new folder, to read or change them
    #[arg(long, conflicts_with_all = ["files", "types"], value_name = "DIR")]
    pub unpack: Option<PathBuf>,
    /// The side under test: leave out the files in a folder that is named after the other role
    #[arg(long, value_enum)]
    pub role: Option<RoleArgument>,
    /// The central system under test, like ws://host:9000/ocpp without the identity [default: a simulated one]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// A header for the handshake with --url, like 'X-Token: abc'; its value is never printed
    #[arg(long, value_name = "NAME: VALUE", requires = "url")]
    pub header: Vec<String>,
    /// Password of our charge points at --url; each is the user of its own identity (Basic authentication). Never printed
    #[arg(long, value_name = "PASSWORD", env = "OCPP_TUI_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// File whose first line is that password
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// User and password of all our charge points at --url, where the user is not their identity. Never printed
    #[arg(long, value_name = "USER:PASSWORD", requires = "url")]
    pub basic_auth: Option<String>,
    /// Listen here for the charge point under test: a port, host:port, or one of them with a path [default: a simulated one]
    #[arg(long, value_name = "[HOST:]PORT[/PATH]", value_parser = listen)]
    pub listen: Option<ListenPort>,
    /// Security profile of the links to the side under test, 0 to 3. From 2 on the port of --listen has TLS, with --cert or a certificate of the
    /// test CA, and our charge points at --url show a certificate in 3
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = profile)]
    pub security_profile: SecurityProfile,
    #[command(flatten)]
    pub shown: CertificateArguments,
    #[command(flatten)]
    pub trust: TrustArguments,
    #[command(flatten)]
    pub subprotocols: SubprotocolArguments,
    /// Identity of the charge point [default: CP1; with --listen any]
    #[arg(long, value_name = "IDENTITY")]
    pub identity: Option<String>,
    /// Seconds to wait until the central system under test accepts connections
    #[arg(long, default_value = "0", value_name = "SECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 0..=86_400))]
    pub wait: u32,
    /// Seconds to connect again when the central system under test refuses a link or ends it before the first answer; 0 fails at once
    #[arg(long, default_value = "5", value_name = "SECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 0..=86_400))]
    pub patience: u32,
    /// Skip scenarios that need a person at the side under test
    #[arg(long)]
    pub unattended: bool,
    /// Seconds that one scenario may take, unless it sets its own limit
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    pub timeout: f64,
    /// Run only scenarios with this text in their number, their name or the path of their file
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Leave out scenarios with this text in their number, their name or the path of their file, whatever --filter says
    #[arg(long, value_name = "TEXT")]
    pub without: Vec<String>,
    /// Print the scenarios that would run, and run none; with -v what they check
    #[arg(long)]
    pub list: bool,
    /// Let warnings fail: what OCPP recommends is required
    #[arg(long)]
    pub warnings_as_errors: bool,
    /// Begin no more scenarios after one that failed or is broken
    #[arg(long)]
    pub fail_fast: bool,
    /// Run everything so many times; each time has the next seed
    #[arg(long, default_value = "1", value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 1..=10_000))]
    pub repeat: u16,
    /// A command of the shell before each scenario; the scenario is broken when it fails
    #[arg(long, value_name = "COMMAND")]
    pub before: Option<String>,
    /// A command of the shell after each scenario, with the verdict in OCPP_TUI_VERDICT
    #[arg(long, value_name = "COMMAND")]
    pub after: Option<String>,
    /// A command of the shell before the run
    #[arg(long, value_name = "COMMAND")]
    pub before_run: Option<String>,
    /// A command of the shell after the run and its reports
    #[arg(long, value_name = "COMMAND")]
    pub after_run: Option<String>,
    /// A value for a parameter of the scenarios, like idTag=ABC; profiles=Core,Reservation lists the optional features of the side under
    /// test: scenarios that need others are skipped
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub set: Vec<(String, String)>,
    /// Write a report: its format (junit, json, tap, html or markdown) and the file
    #[arg(long, num_args = 2, value_names = ["FORMAT", "FILE"])]
    pub report: Vec<String>,
    /// Print every scenario when it begins and when it ends, and its trace
    #[arg(long, short = 'v')]
    pub verbose: bool,
    /// Seed of all random values, to repeat a run [default: random]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u64>(text, 0..=i128::from(u64::MAX)))]
    pub seed: Option<u64>,
    /// Use a virtual clock, so that waiting takes no time; both sides are simulated
    #[arg(long, conflicts_with_all = ["url", "listen"])]
    pub virtual_time: bool,
    /// Files that run at the same time [default: one per processor; 1 with --url or --listen]
    #[arg(long, short = 'j', value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 1..=65_535))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub machine: MachineArguments,
}

/// The side under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArgument {
    /// A charge point
    ChargePoint,
    /// A central system
    CentralSystem,
}

impl RoleArgument {
    /// The name of the folders with scenarios about this role.
    pub fn folder(self) -> &'static str {
        match self {
            RoleArgument::ChargePoint => "charge-point",
            RoleArgument::CentralSystem => "central-system",
        }
    }

    /// The name of such folders in OCPP 2.x.
    fn newer_folder(self) -> &'static str {
        match self {
            RoleArgument::ChargePoint => "charging-station",
            RoleArgument::CentralSystem => "csms",
        }
    }

    /// Whether a folder is named after the role.
    fn names(self, folder: &Component<'_>) -> bool {
        [self.folder(), self.newer_folder()].iter().any(|name| folder.as_os_str() == *name)
    }

    /// Whether a file is in no folder of the other role.
    pub fn keeps(self, file: &Path) -> bool {
        let other = match self {
            RoleArgument::ChargePoint => RoleArgument::CentralSystem,
            RoleArgument::CentralSystem => RoleArgument::ChargePoint,
        };
        // The innermost folder of a role counts: the whole may be kept below a folder of that name.
        let folders = file.parent().into_iter().flat_map(Path::components);
        let mut named = folders.filter(|part| self.names(part) || other.names(part));
        named.next_back().is_none_or(|part| self.names(&part))
    }
}

/// Reads where to listen: a port, with an optional address before it and an optional path after it.
fn listen(text: &str) -> Result<ListenPort, String> {
    let (place, path) = text.find('/').map_or((text, "/"), |slash| text.split_at(slash));
    let (host, port) = place.rsplit_once(':').map_or((None, place), |(host, port)| (Some(host), port));
    let port = port.parse().map_err(|_| "write a port, like 9000, or an address and a port, like 127.0.0.1:9000")?;
    let host = host.map(|host| host.trim_start_matches('[').trim_end_matches(']').to_owned());
    Ok(ListenPort { host, port, endpoint: path.to_owned() })
}

/// Reads a parameter.
fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}
