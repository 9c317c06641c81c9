//! `start_proxy`: pass stations on to their central system, and see what both say.

use std::fmt;

use super::access_options::{self, read_access, read_credentials, write_access, write_credentials};
use super::context::CommandContext;
use super::entry::CommandEntry;
use super::start_tls::{self, read_dialling, read_listening, read_profile, write_dialling, write_listening};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, OptionSpec, added, argument, option, switch};
use crate::console::syntax::token::quote;
use crate::hub::{AccessOptions, DialTlsOptions, OUR_SECOND, ProxyOptions};
use crate::link::{PathMap, RelayRoute, TlsLimits};
use crate::ocpp::{SecurityProfile, Version};

/// What stands in place of the port of a proxy with TLS only.
const CLOSED: &str = "none";
/// Another central system for some stations.
const ROUTE: OptionSpec =
    added("--route", CompletionKind::Nothing, "PATTERN=URL: another central system for these stations; may be repeated")
        .repeated();
/// Paths that change.
const PATH_MAP: OptionSpec =
    added("--path-map", CompletionKind::Nothing, "FROM=TO: how paths begin here and at the central system; may be repeated")
        .repeated();
/// A second central system.
const ALSO: OptionSpec = added(
    "--also",
    CompletionKind::Nothing,
    "URL, or cs for one of ours: a second central system that gets copies; its answers are compared",
);
/// Another version for central systems.
const TRANSLATE: OptionSpec =
    added("--translate", CompletionKind::Versions, "be a gateway: central systems get this version, 1.2, 1.5 or 1.6");
/// Whether stations stay.
const KEEP: OptionSpec = switch("--keep", "keep stations connected while their central system is away");

pub(super) const START: CommandEntry<ProxyCommand> = CommandEntry {
    spec: CommandSpec::new("start_proxy", "pass stations on to their central system; it can read everything that both say")
        .arguments(const { &[argument("<port>", CompletionKind::Nothing), argument("<url>", CompletionKind::Nothing)] })
        .options(
            const {
                &[
                    option("-u", CompletionKind::Nothing, "endpoint URL, default: /"),
                    option("-i", CompletionKind::Nothing, "websocket ping interval on both links, default: 0"),
                    added(
                        "--host",
                        CompletionKind::Nothing,
                        "address to listen on (--bind means the same), default: this machine only",
                    )
                    .or("--bind"),
                    ROUTE,
                    PATH_MAP,
                    ALSO,
                    KEEP,
                    TRANSLATE,
                    start_tls::PROFILE,
                    start_tls::PORT,
                    start_tls::CERTIFICATE,
                    start_tls::KEY,
                    start_tls::CLIENT_CA,
                    start_tls::LOWEST,
                    start_tls::HIGHEST,
                    start_tls::STATIC_RSA,
                    start_tls::CA,
                    start_tls::CLIENT_CERTIFICATE,
                    start_tls::CLIENT_KEY,
                    start_tls::INSECURE,
                    start_tls::NAME,
                    access_options::PASSWORD,
                    access_options::PASSWORD_FILE,
                    access_options::ALLOW,
                    access_options::CONNECTIONS,
                ]
            },
        )
        .synopsis("<port> <url> [options] .ex: start_proxy 9000 wss://provider.example/ocpp")
        .example("start_proxy 9010 ws://localhost:9001/ocpp --keep"),
    parse: |words| Ok(ProxyCommand(Box::new(options(&words.sorted()?)?))),
};

/// Starts a proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct ProxyCommand(Box<ProxyOptions>);

impl ProxyCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let address = context.hub.start_proxy((*self.0).clone()).await?;
        Ok(CommandOutput::done(self.0.started(address)))
    }
}

fn options(arguments: &Arguments<'_>) -> Result<ProxyOptions, CommandError> {
    let port = |text: &str| if text == CLOSED { Some(None) } else { text.parse().ok().map(Some) };
    let port: Option<u16> = read(&arguments.positionals[0], "<port>", "a port number", port)?;
    let url = |text: &str| text.contains("://").then(|| text.to_owned());
    let to = read(&arguments.positionals[1], "<url>", "a URL, as in ws://localhost:9001", url)?;
    let routes = arguments.all(ROUTE.flag).map(|word| {
        read(word, ROUTE.flag, "a pattern and a URL, as in CP1*=ws://localhost:9001", |text| RelayRoute::parse(text).ok())
    });
    let maps = arguments.all(PATH_MAP.flag).map(|word| {
        read(word, PATH_MAP.flag, "how paths begin here and there, as in /old=/ocpp/new", |text| PathMap::parse(text).ok())
    });
    let interval = arguments.raw("-i").map(|word| read(word, "-i", "a number", |text| text.parse().ok()));
    let version =
        |word| read(word, TRANSLATE.flag, "1.2, 1.5 or 1.6", |text| Version::parse(text).filter(|v| Version::SOAP.contains(v)));
    let translate = arguments.raw(TRANSLATE.flag).map(version).transpose()?;
    Ok(ProxyOptions {
        translate,
        host: arguments.text("--host"),
        port: port.unwrap_or_default(),
        endpoint: arguments.text("-u").unwrap_or_else(|| "/".to_owned()),
        routes: routes.collect::<Result<_, _>>()?,
        path_maps: maps.collect::<Result<_, _>>()?,
        also: arguments.raw(ALSO.flag).map(|word| read(word, ALSO.flag, "a URL, or cs", second)).transpose()?,
        keep: arguments.has(KEEP.flag),
        ping_interval: interval.transpose()?.unwrap_or_default(),
        security_profile: read_profile(arguments)?,
        listen_tls: read_listening(arguments, port.is_none())?,
        dial_tls: read_dialling(arguments)?,
        credentials: read_credentials(arguments)?,
        addresses: read_access(arguments)?.addresses,
        ..ProxyOptions::new(to)
    })
}

/// What may be named as a second central system.
fn second(text: &str) -> Option<String> {
    (text == OUR_SECOND || text.contains("://")).then(|| text.to_owned())
}

/// Without the password, which is not written anywhere.
impl fmt::Display for ProxyCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &*self.0;
        match options.listen_tls.alone {
            true => write!(f, "start_proxy {CLOSED} {}", quote(&options.to))?,
            false => write!(f, "start_proxy {} {}", options.port, quote(&options.to))?,
        }
        if options.endpoint != "/" {
            write!(f, " -u {}", quote(&options.endpoint))?;
        }
        if options.ping_interval > 0 {
            write!(f, " -i {}", options.ping_interval)?;
        }
        if let Some(host) = &options.host {
            write!(f, " --host {}", quote(host))?;
        }
        for RelayRoute { pattern, url } in &options.routes {
            write!(f, " {} {}", ROUTE.flag, quote(&format!("{pattern}={url}")))?;
        }
        for PathMap { from, to } in &options.path_maps {
            write!(f, " {} {}", PATH_MAP.flag, quote(&format!("{from}={to}")))?;
        }
        if let Some(also) = &options.also {
            write!(f, " {} {}", ALSO.flag, quote(also))?;
        }
        if options.keep {
            write!(f, " {}", KEEP.flag)?;
        }
        if let Some(version) = options.translate {
            write!(f, " {} {}", TRANSLATE.flag, version.number())?;
        }
        write_listening(f, options.security_profile, &options.listen_tls)?;
        // The versions are the same for both sides, and written already.
        let dialling = DialTlsOptions { limits: TlsLimits::default(), ..options.dial_tls.clone() };
        write_dialling(f, SecurityProfile::default(), &dialling)?;
        write_credentials(f, &options.credentials)?;
        write_access(f, &AccessOptions { addresses: options.addresses.clone(), ..AccessOptions::default() })
    }
}
