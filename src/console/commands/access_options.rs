//! The options of `start_cs` about who may connect, and of `start_cp` about the password.

use std::fmt;
use std::path::PathBuf;

use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CompletionKind, OptionSpec, added, switch};
use crate::console::syntax::token::quote;
use crate::hub::{AccessOptions, CredentialOptions};
use crate::link::AddressPolicy;
use crate::ocpp::StationPassword;

/// The file of passwords.
pub const AUTH: OptionSpec =
    added("--auth", CompletionKind::Nothing, "file with the passwords of stations: ID:password a line");
/// Only stations in it.
pub const KNOWN_ONLY: OptionSpec = switch("--known-only", "refuse stations that have no password here");
/// Who may connect.
pub const ALLOW: OptionSpec =
    added("--allow", CompletionKind::Nothing, "network or address from which connections are taken, default: all").repeated();
/// Who speaks for others.
pub const TRUSTED_PROXY: OptionSpec =
    added("--trusted-proxy", CompletionKind::Nothing, "network or address of a proxy that says who its clients are").repeated();
/// How many connections.
pub const CONNECTIONS: OptionSpec =
    added("--connections-per-address", CompletionKind::Nothing, "highest number of connections of an address, default: any");
/// How many attempts.
pub const ATTEMPTS: OptionSpec = added(
    "--attempts-per-address",
    CompletionKind::Nothing,
    "highest number of attempts of an address with a wrong password in a minute, default: any",
);
/// The password.
pub const PASSWORD: OptionSpec =
    added("--password", CompletionKind::Nothing, "password of Basic authentication, as text or hex:0102…; it is not kept");
/// The file of it.
pub const PASSWORD_FILE: OptionSpec =
    added("--password-file", CompletionKind::Nothing, "file whose first line is the password of Basic authentication");

/// What a network is.
const NETWORK: &str = "a network like 10.0.0.0/8, or an address";
/// What a password is.
const WRITTEN: &str = "a text, or hex: and pairs of hexadecimal digits";
/// What a limit is.
const LIMIT: &str = "a number from 1";

/// Reads who may connect.
pub fn read_access(arguments: &Arguments<'_>) -> Result<AccessOptions, CommandError> {
    let networks = |option: &OptionSpec| {
        let words = arguments.all(option.flag);
        words.map(|word| read(word, option.flag, NETWORK, AddressPolicy::read_network)).collect::<Result<Vec<_>, _>>()
    };
    let limit = |option: &OptionSpec| {
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        arguments.raw(option.flag).map(|word| read(word, option.flag, LIMIT, number)).transpose()
    };
    let addresses = AddressPolicy {
        allowed: networks(&ALLOW)?,
        trusted_proxies: networks(&TRUSTED_PROXY)?,
        connections: limit(&CONNECTIONS)?,
    };
    Ok(AccessOptions {
        addresses,
        password_file: arguments.text(AUTH.flag).map(PathBuf::from),
        known_only: arguments.has(KNOWN_ONLY.flag),
        attempts: limit(&ATTEMPTS)?,
    })
}

/// Writes who may connect, as options.
pub fn write_access(f: &mut fmt::Formatter<'_>, options: &AccessOptions) -> fmt::Result {
    if let Some(file) = &options.password_file {
        write!(f, " {} {}", AUTH.flag, quote(&file.to_string_lossy()))?;
    }
    if options.known_only {
        write!(f, " {}", KNOWN_ONLY.flag)?;
    }
    for network in &options.addresses.allowed {
        write!(f, " {} {network}", ALLOW.flag)?;
    }
    for network in &options.addresses.trusted_proxies {
        write!(f, " {} {network}", TRUSTED_PROXY.flag)?;
    }
    for (option, limit) in [(&CONNECTIONS, options.addresses.connections), (&ATTEMPTS, options.attempts)] {
        if let Some(limit) = limit {
            write!(f, " {} {limit}", option.flag)?;
        }
    }
    Ok(())
}

/// Reads the password of a charge point. An error does not repeat it.
pub fn read_credentials(arguments: &Arguments<'_>) -> Result<CredentialOptions, CommandError> {
    let filled = |text: &str| StationPassword::read(text).filter(|password| !password.bytes().is_empty());
    let password = arguments.raw(PASSWORD.flag).map(|word| read(word, PASSWORD.flag, WRITTEN, filled));
    let password_file = arguments.text(PASSWORD_FILE.flag).map(PathBuf::from);
    Ok(CredentialOptions { password: password.transpose()?, password_file, profile: None })
}

/// Writes the file of the password. A password itself is not written.
pub fn write_credentials(f: &mut fmt::Formatter<'_>, credentials: &CredentialOptions) -> fmt::Result {
    match &credentials.password_file {
        Some(file) => write!(f, " {} {}", PASSWORD_FILE.flag, quote(&file.to_string_lossy())),
        None => Ok(()),
    }
}
