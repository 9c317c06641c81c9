//! `start_cs` and `start_cp`: be a central system, be one more charge point.

use std::fmt;

use super::access_options::{self, read_access, read_credentials, write_access, write_credentials};
use super::context::CommandContext;
use super::entry::CommandEntry;
use super::equipment::{self, read_machine, write_machine};
use super::start_tls::{self, read_dialling, read_listening, read_profile, write_dialling, write_listening};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, OptionSpec, added, argument, option, switch};
use crate::console::syntax::token::{quote, unquote};
use crate::hub::{CentralSystemOptions, ChargePointOptions, CredentialOptions, SoapOptions};
use crate::link::{SubprotocolOrder, SubprotocolPolicy, UnknownProtocol};
use crate::ocpp::{SecurityProfile, Transport, Version};
use crate::sanitize::escape_control;
use crate::simulator::EquipmentPart;

/// The versions that a central system offers without `-p`, as in ocppjs.
const OFFERED: [Version; 2] = [Version::V1_2, Version::V1_5];
/// The version that a charge point requests without `-p`, as in ocppjs.
const REQUESTED: Version = Version::V1_5;
/// What stands in place of the port of a central system with TLS only.
const CLOSED: &str = "none";
/// A central system that accepts other spellings of a subprotocol.
const TOLERANT: OptionSpec = switch("--tolerate-subprotocol", "accept other spellings of a subprotocol, like ocpp1.6j");
/// What a central system does without a common subprotocol.
const UNKNOWN: &str = "--unknown-protocol";
/// Which of several common subprotocols a central system chooses.
const ORDER: &str = "--subprotocol-order";
/// Which id the transactions of a central system begin with.
const FIRST_TRANSACTION: OptionSpec =
    added("--first-transaction", CompletionKind::Nothing, "id of the first transaction, default: one from the time");
/// A charge point that acts by itself.
const AUTONOMOUS: OptionSpec =
    switch("--autonomous", "boot, send heartbeats and report connectors by itself (--lively is its older name)").or("--lively");

pub(super) const CENTRAL_SYSTEM: CommandEntry<StartSimulator> = CommandEntry {
    spec: CommandSpec::new("start_cs", "be a central system, for OCPP 1.2 and 1.5 unless -p names others")
        .arguments(const { &[argument("<port>", CompletionKind::Nothing)] })
        .options(
            const {
                &[
                    option("-i", CompletionKind::Nothing, "websocket ping interval, default: 0"),
                    option("-u", CompletionKind::Nothing, "endpoint URL, default: /"),
                    option("-p", CompletionKind::Versions, "websocket subprotocol, default: ocpp1.2,ocpp1.5"),
                    option("-t", CompletionKind::Transports, "transport layer mode (websocket or soap), default: websocket"),
                    added("--host", CompletionKind::Nothing, "address to listen on (--bind means the same), default: all")
                        .or("--bind"),
                    FIRST_TRANSACTION,
                    TOLERANT,
                    added(
                        UNKNOWN,
                        CompletionKind::UnknownProtocol,
                        "without a common subprotocol: close after the handshake, or refuse it; default: close",
                    ),
                    added(
                        ORDER,
                        CompletionKind::SubprotocolOrder,
                        "of several common ones the newest or the first offered; default: offered",
                    ),
                    start_tls::PROFILE,
                    start_tls::PORT,
                    start_tls::CERTIFICATE,
                    start_tls::KEY,
                    start_tls::CLIENT_CA,
                    start_tls::ORGANIZATION,
                    start_tls::LOWEST,
                    start_tls::HIGHEST,
                    start_tls::STATIC_RSA,
                    access_options::AUTH,
                    access_options::KNOWN_ONLY,
                    access_options::ALLOW,
                    access_options::CONNECTIONS,
                    access_options::ATTEMPTS,
                    access_options::TRUSTED_PROXY,
                ]
            },
        )
        .synopsis("<port> [options] .ex: start_cs 9000 -u /simulator")
        .example("start_cs 9000 -u /simulator"),
    parse: |words| Ok(StartSimulator::CentralSystem(central_system(&words.sorted()?)?)),
};

pub(super) const CHARGE_POINT: CommandEntry<StartSimulator> = CommandEntry {
    spec: CommandSpec::new("start_cp", "be one more charge point, of OCPP 1.5 unless -p names another")
        .arguments(const { &[argument("<url>", CompletionKind::Nothing), argument("<identifier>", CompletionKind::Nothing)] })
        .options(
            const {
                &[
                    option("-p", CompletionKind::Versions, "websocket subprotocol, default: ocpp1.5"),
                    option("-i", CompletionKind::Nothing, "websocket ping interval (use 0 for disabling), default: 0"),
                    option("-t", CompletionKind::Transport, "transport layer mode (websocket or soap), default: websocket"),
                    option("-f", CompletionKind::Nothing, "In SOAP mode, value for FROM header."),
                    option("-r", CompletionKind::Nothing, "In SOAP mode, define the port for remote actions."),
                    AUTONOMOUS,
                    start_tls::PROFILE,
                    start_tls::CA,
                    start_tls::CLIENT_CERTIFICATE,
                    start_tls::CLIENT_KEY,
                    start_tls::OWN_ORGANIZATION,
                    start_tls::INSECURE,
                    start_tls::NAME,
                    start_tls::LOWEST,
                    start_tls::HIGHEST,
                    start_tls::STATIC_RSA,
                    access_options::PASSWORD,
                    access_options::PASSWORD_FILE,
                    equipment::part(EquipmentPart::Connectors),
                    equipment::part(EquipmentPart::Cable),
                    equipment::part(EquipmentPart::Profiles),
                    equipment::part(EquipmentPart::Phases),
                    equipment::part(EquipmentPart::MaxCurrent),
                    equipment::part(EquipmentPart::Vendor),
                    equipment::part(EquipmentPart::Model),
                    equipment::part(EquipmentPart::Serial),
                    equipment::part(EquipmentPart::CertificateKey),
                    equipment::part(EquipmentPart::Firmware),
                    equipment::NO_DRIVER,
                    equipment::QUIRK,
                ]
            },
        )
        .synopsis("<url> <id> .ex: start_cp ws://localhost:9000/simulator id01")
        .example("start_cp ws://localhost:9000/simulator CP1"),
    parse: |words| Ok(StartSimulator::ChargePoint(charge_point(&words.sorted()?)?)),
};

/// Starts one of the two sides.
#[derive(Debug, Clone, PartialEq)]
pub enum StartSimulator {
    /// Be a central system.
    CentralSystem(CentralSystemOptions),
    /// Be one more charge point.
    ChargePoint(ChargePointOptions),
}

impl StartSimulator {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        Ok(CommandOutput::done(match self {
            StartSimulator::CentralSystem(options) => {
                let address = context.hub.start_central_system(options.clone()).await?;
                format!("The central system listens on {address}.")
            }
            StartSimulator::ChargePoint(options) => {
                let started = context.hub.start_charge_point(options.clone());
                // The next command may name the station, so its row must be there.
                context.hub.caught_up().await;
                let station = started?;
                format!("{} connects to {}.", context.names(&[station]), escape_control(&options.url))
            }
        }))
    }
}

fn central_system(arguments: &Arguments<'_>) -> Result<CentralSystemOptions, CommandError> {
    let port = |text: &str| if text == CLOSED { Some(None) } else { text.parse().ok().map(Some) };
    let port: Option<u16> = read(&arguments.positionals[0], "<port>", "a port number", port)?;
    Ok(CentralSystemOptions {
        host: arguments.text("--host"),
        port: port.unwrap_or_default(),
        endpoint: arguments.text("-u").unwrap_or_else(|| "/".to_owned()),
        versions: arguments.versions()?.unwrap_or_else(|| OFFERED.to_vec()),
        transports: transports(arguments)?,
        ping_interval: ping_interval(arguments)?,
        subprotocols: subprotocols(arguments)?,
        first_transaction: first_transaction(arguments)?,
        security_profile: read_profile(arguments)?,
        tls: read_listening(arguments, port.is_none())?,
        access: read_access(arguments)?,
    })
}

fn first_transaction(arguments: &Arguments<'_>) -> Result<Option<i32>, CommandError> {
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    let word = arguments.raw(FIRST_TRANSACTION.flag);
    word.map(|word| read(word, FIRST_TRANSACTION.flag, "a number from 1 to 2147483647", number)).transpose()
}

fn charge_point(arguments: &Arguments<'_>) -> Result<ChargePointOptions, CommandError> {
    let url = |text: &str| text.contains("://").then(|| text.to_owned());
    let url = read(&arguments.positionals[0], "<url>", "a URL, as in ws://localhost:9000", url)?;
    // A charge point requests one version: the first of a list.
    let version = arguments.versions()?.and_then(|versions| versions.first().copied()).unwrap_or(REQUESTED);
    Ok(ChargePointOptions {
        ping_interval: ping_interval(arguments)?,
        autonomous: arguments.has(AUTONOMOUS.flag),
        soap: soap(arguments)?,
        machine: read_machine(arguments)?,
        credentials: CredentialOptions {
            profile: Some(read_profile(arguments)?).filter(|profile| *profile != SecurityProfile::default()),
            ..read_credentials(arguments)?
        },
        tls: read_dialling(arguments)?,
        ..ChargePointOptions::new(url, unquote(arguments.positionals[1].value), version)
    })
}

fn ping_interval(arguments: &Arguments<'_>) -> Result<u32, CommandError> {
    arguments.raw("-i").map_or(Ok(0), |word| read(word, "-i", "a number", |text| text.parse().ok()))
}

fn subprotocols(arguments: &Arguments<'_>) -> Result<SubprotocolPolicy, CommandError> {
    let named = |text: &str| UnknownProtocol::ALL.into_iter().find(|unknown| text.eq_ignore_ascii_case(unknown.name()));
    let unknown = arguments.raw(UNKNOWN).map(|word| read(word, UNKNOWN, "close or refuse", named)).transpose()?;
    let named = |text: &str| SubprotocolOrder::ALL.into_iter().find(|order| text.eq_ignore_ascii_case(order.name()));
    let order = arguments.raw(ORDER).map(|word| read(word, ORDER, "newest or offered", named)).transpose()?;
    // The order of ocppjs, unless the option is given.
    let (unknown, order) = (unknown.unwrap_or_default(), order.unwrap_or(SubprotocolOrder::Offered));
    Ok(SubprotocolPolicy { tolerant: arguments.has(TOLERANT.flag), unknown, order })
}

/// The transports of a central system. Only a WebSocket is the default of ocppjs, which has no `both`.
fn transports(arguments: &Arguments<'_>) -> Result<Vec<Transport>, CommandError> {
    arguments.raw("-t").map_or(Ok(vec![Transport::WebSocket]), |word| {
        read(word, "-t", "websocket, soap or both", |text| match text.to_ascii_lowercase().as_str() {
            "both" => Some(Transport::ALL.to_vec()),
            name => Transport::ALL.into_iter().find(|transport| transport.name() == name).map(|transport| vec![transport]),
        })
    })
}

/// The options of a charge point that speaks SOAP; `None` over WebSocket.
fn soap(arguments: &Arguments<'_>) -> Result<Option<SoapOptions>, CommandError> {
    let port = arguments.raw("-r").map(|word| read(word, "-r", "a port number", |text| text.parse().ok())).transpose()?;
    let soap = SoapOptions { from: arguments.text("-f"), port, shared: false };
    arguments.raw("-t").map_or(Ok(None), |word| {
        read(word, "-t", "websocket or soap", |text| match text.to_ascii_lowercase().as_str() {
            "websocket" => Some(None),
            "soap" => Some(Some(soap)),
            _ => None,
        })
    })
}

impl fmt::Display for StartSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartSimulator::CentralSystem(options) => {
                match options.tls.alone {
                    true => write!(f, "start_cs {CLOSED}")?,
                    false => write!(f, "start_cs {}", options.port)?,
                }
                if let Some(host) = &options.host {
                    write!(f, " --host {}", quote(host))?;
                }
                if options.endpoint != "/" {
                    write!(f, " -u {}", quote(&options.endpoint))?;
                }
                if options.versions != OFFERED {
                    let names: Vec<_> = options.versions.iter().copied().map(Version::subprotocol).collect();
                    write!(f, " -p {}", names.join(","))?;
                }
                write_ping_interval(f, options.ping_interval)?;
                if let Some(id) = options.first_transaction {
                    write!(f, " {} {id}", FIRST_TRANSACTION.flag)?;
                }
                match options.transports[..] {
                    [Transport::WebSocket] => {}
                    [Transport::Soap] => f.write_str(" -t soap")?,
                    _ => f.write_str(" -t both")?,
                }
                if options.subprotocols.tolerant {
                    write!(f, " {}", TOLERANT.flag)?;
                }
                if options.subprotocols.order == SubprotocolOrder::Newest {
                    write!(f, " {ORDER} {}", SubprotocolOrder::Newest.name())?;
                }
                if let unknown @ UnknownProtocol::Refuse = options.subprotocols.unknown {
                    write!(f, " {UNKNOWN} {}", unknown.name())?;
                }
                write_listening(f, options.security_profile, &options.tls)?;
                write_access(f, &options.access)
            }
            StartSimulator::ChargePoint(options) => {
                write!(f, "start_cp {} {}", quote(&options.url), quote(&options.identity))?;
                if options.version != REQUESTED {
                    write!(f, " -p {}", options.version.subprotocol())?;
                }
                write_ping_interval(f, options.ping_interval)?;
                if let Some(soap) = &options.soap {
                    write_soap(f, soap)?;
                }
                if options.autonomous {
                    write!(f, " {}", AUTONOMOUS.flag)?;
                }
                write_dialling(f, options.credentials.profile.unwrap_or_default(), &options.tls)?;
                write_credentials(f, &options.credentials)?;
                write_machine(f, &options.machine)
            }
        }
    }
}

fn write_ping_interval(f: &mut fmt::Formatter<'_>, seconds: u32) -> fmt::Result {
    if seconds == 0 { Ok(()) } else { write!(f, " -i {seconds}") }
}

fn write_soap(f: &mut fmt::Formatter<'_>, soap: &SoapOptions) -> fmt::Result {
    f.write_str(" -t soap")?;
    if let Some(from) = &soap.from {
        write!(f, " -f {}", quote(from))?;
    }
    soap.port.map_or(Ok(()), |port| write!(f, " -r {port}"))
}
