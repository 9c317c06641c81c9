//! The arguments of `test`: which scenarios run, against which peer, and the output.

use std::path::PathBuf;

use clap::Args;
use ocpp_tui::scenario::ListenPort;

use super::seconds::seconds;
use super::subprotocol_arguments::SubprotocolArguments;

/// Run test scenarios. Nothing is printed when all of them pass.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all passed, with or without warnings, or were skipped, 1 one failed, 2 one cannot run or the arguments are wrong.

Examples:
  ocpp-tui test examples/scenarios --virtual-time
  ocpp-tui test boot.js --url ws://localhost:9000/ocpp --identity CP1 --report junit report.xml
  ocpp-tui test charge-point.js --listen 9000 --set idTag=04A2B3C4"
)]
pub struct Scenarios {
    /// Scenario files, or folders that contain some
    #[arg(required_unless_present = "types", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the TypeScript declarations of the scenario API, for editors: the content of ocpp-tui-scenario.d.ts
    #[arg(long, conflicts_with = "files")]
    pub types: bool,
    /// The central system under test, like ws://host:9000/ocpp without the identity [default: a simulated one]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Listen here for the charge point under test: a port, host:port, or one of them with a path [default: a simulated one]
    #[arg(long, value_name = "[HOST:]PORT[/PATH]", value_parser = listen)]
    pub listen: Option<ListenPort>,
    #[command(flatten)]
    pub subprotocols: SubprotocolArguments,
    /// Identity of the charge point [default: CP1; with --listen any]
    #[arg(long, value_name = "IDENTITY")]
    pub identity: Option<String>,
    /// Seconds to wait until the central system under test accepts connections
    #[arg(long, default_value = "0", value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub wait: u32,
    /// Seconds to connect again when the central system under test refuses a link or ends it before the first answer; 0 fails at once
    #[arg(long, default_value = "5", value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub patience: u32,
    /// Skip scenarios that need a person at the side under test
    #[arg(long)]
    pub unattended: bool,
    /// Seconds that one scenario may take, unless it sets its own limit
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    pub timeout: f64,
    /// Run only scenarios with this text in their name or the path of their file
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Leave out scenarios with this text in their name or the path of their file, whatever --filter says
    #[arg(long, value_name = "TEXT")]
    pub without: Vec<String>,
    /// Print the scenarios that would run, and run none; with -v what they check
    #[arg(long)]
    pub list: bool,
    /// Let warnings fail: what OCPP recommends is required
    #[arg(long)]
    pub warnings_as_errors: bool,
    /// A value for a parameter of the scenarios, like idTag=ABC
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub set: Vec<(String, String)>,
    /// Write a report: its format (junit, json or tap) and the file
    #[arg(long, num_args = 2, value_names = ["FORMAT", "FILE"])]
    pub report: Vec<String>,
    /// Print every scenario when it begins and when it ends, and its trace
    #[arg(long, short = 'v')]
    pub verbose: bool,
    /// Seed of all random values, to repeat a run [default: random]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Use a virtual clock, so that waiting takes no time; both sides are simulated
    #[arg(long, conflicts_with_all = ["url", "listen"])]
    pub virtual_time: bool,
    /// Files that run at the same time [default: one per processor; 1 with --url or --listen]
    #[arg(long, short = 'j', value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
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
