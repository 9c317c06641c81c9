//! The options of `replay`.

use std::path::PathBuf;

use clap::Args;
use ocpp_tui::ocpp::Role;
use ocpp_tui::replay::ReplaySpeed;

use super::access_arguments::AccessArguments;
use super::credential_arguments::CredentialArguments;
use super::role_argument::role;
use super::seconds::seconds;
use super::tls_arguments::{DialTlsArguments, ServerTlsArguments};
use super::whole_number::whole_number;

/// The options of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// A capture of ocpp-tui, or a file of another format that open reads; - is the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The side that is played: cp (the charge points) or cs (the central system)
    #[arg(long = "as", value_name = "cp|cs", value_parser = role)]
    pub our_role: Role,
    /// As cp: URL of the central system without an identity, like ws://localhost:9000; http://… speaks SOAP
    #[arg(long, value_name = "URL", conflicts_with = "listen")]
    pub to: Option<String>,
    /// As cs: TCP port to listen on
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 0..=65_535))]
    pub listen: Option<u16>,
    /// As cs: address or name of this machine to listen on [default: all]
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<String>,
    /// Only this station of the record; CP1=LAB7 plays it under another identity; may be repeated [default: all]
    #[arg(long, value_name = "IDENTITY")]
    pub station: Vec<String>,
    /// Only what passes this filter, like not action:Heartbeat
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// How fast: 1 as it was, 10 ten times as fast, max without waiting, step one message of ours at a time
    #[arg(long, value_name = "1|10|max|step", default_value = "1", value_parser = speed)]
    pub speed: ReplaySpeed,
    /// Send the texts byte for byte
    #[arg(long, conflicts_with = "rebind")]
    pub exact: bool,
    /// Send with the message ids, times, transactions, reservations and tokens of this session; this is the default
    #[arg(long)]
    pub rebind: bool,
    /// Seconds to wait for a call of the peer beyond its time
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub wait: f64,
    /// Seconds to wait for the link of a station
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub connect_wait: f64,
    /// Differences that do not count: an action, Action/path/of/field, or /path/of/field in every message; may be repeated
    #[arg(long, value_name = "PLACE")]
    pub ignore: Vec<String>,
    /// Write the result as JSON into this file; - is the standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the result as JUnit into this file
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    #[command(flatten)]
    pub tls: DialTlsArguments,
    #[command(flatten)]
    pub server: ServerTlsArguments,
    #[command(flatten)]
    pub credentials: CredentialArguments,
    #[command(flatten)]
    pub access: AccessArguments,
}

fn speed(text: &str) -> Result<ReplaySpeed, String> {
    match text {
        "max" => Ok(ReplaySpeed::Max),
        "step" => Ok(ReplaySpeed::Step),
        _ => {
            let times = text.trim_end_matches('x').parse::<f64>().ok().filter(|times| times.is_finite() && *times > 0.0);
            times.map(ReplaySpeed::Times).ok_or_else(|| "it is a number above 0, max or step".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_factor_or_a_word() {
        assert_eq!(speed("10"), Ok(ReplaySpeed::Times(10.0)));
        assert_eq!(speed("0.5x"), Ok(ReplaySpeed::Times(0.5)));
        assert_eq!((speed("max"), speed("step")), (Ok(ReplaySpeed::Max), Ok(ReplaySpeed::Step)));
        for wrong in ["", "0", "-1", "fast", "inf", "NaN"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
