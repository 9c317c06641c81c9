//! The options of `cs` about who may connect: passwords of stations, networks, and limits for each address.

use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use ocpp_tui::hub::AccessOptions;
use ocpp_tui::link::AddressPolicy;

use super::whole_number::whole_number;

/// The options about who may connect.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Who may connect")]
pub struct AccessArguments {
    /// File with the passwords of charge points, a line each: ID:password, ID:hex:0102… or ID:$argon2id$…; a charge point in it must
    /// show its password (HTTP Basic authentication)
    #[arg(long, value_name = "FILE")]
    pub auth: Option<PathBuf>,
    /// Refuse charge points that are not in the file of passwords
    #[arg(long, requires = "auth")]
    pub known_only: bool,
    /// Network or address from which connections are taken; may be repeated [default: all]
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub allow: Vec<IpNet>,
    /// Highest number of connections of an address at the same time [default: any]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 1..=i128::from(u32::MAX)))]
    pub connections_per_address: Option<u32>,
    /// Highest number of attempts with a wrong password of an address in a minute; further ones are answered 429 [default: any, each
    /// answered later than the one before]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u32>(text, 1..=i128::from(u32::MAX)))]
    pub attempts_per_address: Option<u32>,
    /// Network or address of a proxy that says who its clients are, by the PROXY protocol, Forwarded or X-Forwarded-For; may be repeated
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,
}

impl AccessArguments {
    /// The options.
    pub fn options(&self) -> AccessOptions {
        let addresses = AddressPolicy {
            allowed: self.allow.clone(),
            trusted_proxies: self.trusted_proxy.clone(),
            connections: self.connections_per_address,
        };
        AccessOptions {
            addresses,
            password_file: self.auth.clone(),
            known_only: self.known_only,
            attempts: self.attempts_per_address,
        }
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    AddressPolicy::read_network(text).ok_or_else(|| "it is a network like 10.0.0.0/8, or an address".to_owned())
}
