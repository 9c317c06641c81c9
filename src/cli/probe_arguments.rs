//! The arguments of `probe`: which central system or station, as whom, what may be sent, and the output.

use std::path::PathBuf;

use clap::Args;
use ocpp_tui::ocpp::Version;

use super::seconds::seconds;
use super::version_argument::version;
use super::whole_number::whole_number;

/// Find out what a central system or a station supports and which rules it breaks. Nothing is sent that changes its state.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 no rule is broken, 1 one is, 2 the probe cannot start or the arguments are wrong.

Examples:
  ocpp-tui probe ws://localhost:9000 --identity CP1
  ocpp-tui probe ws://localhost:9000/ocpp --identity CP1 --only websocket --only close
  ocpp-tui probe ws://localhost:9000 --identity CP1 --json - --junit probe.xml
  ocpp-tui probe wss://localhost:9443 --identity CP1 --ca ca.pem
  ocpp-tui probe http://localhost:9000/ --identity CP1
  ocpp-tui probe --listen 9000")]
pub struct ProbeArguments {
    /// The central system without the identity, like ws://localhost:9000/ocpp, or its SOAP service, like http://localhost:9000/
    #[arg(required_unless_present_any = ["list", "listen"], value_name = "URL")]
    pub url: Option<String>,
    /// Listen here for a station instead: it connects several times and is answered differently each time
    #[arg(long, value_name = "[HOST:]PORT", conflicts_with = "url", value_parser = listen)]
    pub listen: Option<(String, u16)>,
    /// Seconds to wait for the next connection of the station
    #[arg(long, default_value = "120", value_name = "SECONDS", requires = "listen", value_parser = seconds)]
    pub wait: f64,
    /// Connections of the station to wait for at most; the first ones are the gentle ones [default: all that it takes]
    #[arg(long, value_name = "NUMBER", requires = "listen", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 1..=100))]
    pub visits: Option<u16>,
    /// PEM file of the certificate for a station that speaks TLS [default: one of the test CA, when there is one]
    #[arg(long, value_name = "FILE", requires = "listen")]
    pub cert: Option<PathBuf>,
    /// PEM file of its key [default: the file of the certificate]
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Identity to connect as, one that the central system knows; several let checks run at the same time [default: CP1]
    #[arg(long, value_name = "IDENTITY")]
    pub identity: Vec<String>,
    /// Password for Basic authentication; the user is the identity. Never printed
    #[arg(long, value_name = "PASSWORD", env = "OCPP_TUI_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// File whose first line is that password
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// PEM file of a CA to trust [default: those of the operating system, and the test CA]
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,
    /// PEM file of the certificate of the station
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<PathBuf>,
    /// PEM file of its key [default: the file of the certificate]
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,
    /// Open links although the certificate of the central system will not do; what is wrong with it is reported
    #[arg(long)]
    pub insecure: bool,
    /// Name to ask for and to check, instead of the host of the URL
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
    /// Make calls that change the state of the central system, too: BootNotification, Heartbeat and others
    #[arg(long)]
    pub with_calls: bool,
    /// OCPP version for the checks of frames [default: 1.6, else the newest that is accepted]
    #[arg(long, short = 'p', value_parser = version, value_name = "VERSION")]
    pub protocol: Option<Version>,
    /// Run only these checks or areas, like websocket or path.encoded
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub only: Vec<String>,
    /// Print the checks with what they try and their clauses, and run none
    #[arg(long)]
    pub list: bool,
    /// Seconds to wait for an answer
    #[arg(long, default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    pub timeout: f64,
    /// Seconds to leave a link without traffic, to see pings and an idle timeout; 0 leaves that out
    #[arg(long, default_value = "10", value_name = "SECONDS", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 0..=86_400))]
    pub quiet: u32,
    /// Checks that run at the same time; each needs an identity of its own [default: as many as there are identities]
    #[arg(long, short = 'j', value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 1..=64))]
    pub jobs: Option<u16>,
    /// Write the result as JSON to this file; - is the standard output, instead of the table
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the result for CI as JUnit to this file
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Reads where to listen: a port, with an optional address before it.
fn listen(text: &str) -> Result<(String, u16), String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("0.0.0.0", text));
    let port = port.parse().map_err(|_| "write a port, like 9000, or an address and a port, like 127.0.0.1:9000")?;
    Ok((host.trim_start_matches('[').trim_end_matches(']').to_owned(), port))
}
