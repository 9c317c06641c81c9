//! Builds a session from the arguments and runs its front end: the full screen on a terminal, line mode elsewhere.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::CommandFactory;
use ocpp_tui::clock::now;
use ocpp_tui::config::{History, Paths, Settings, byte_size};
use ocpp_tui::console::{self, CommandOutput, Console, FailureKind, OutputKind, RunContext};
use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, CredentialOptions, Hub, SoapOptions};
use ocpp_tui::line_mode::{self, LineOptions};
use ocpp_tui::link::{CertificateFileError, LinkSettings, runtime_builder};
use ocpp_tui::ocpp::definition::{self, DefinitionFolders};
use ocpp_tui::ocpp::{Catalog, Role, SecurityProfile, Strictness};
use ocpp_tui::simulator::StationQuirk;
use ocpp_tui::trace;
use ocpp_tui::tui::{self, ScreenOptions};
use tokio::sync::oneshot;

use super::arguments::{
    CentralSystemArguments, ChargePointArguments, Cli, DEFAULT_MEMORY, GeneralOptions, STRICTNESS_WANTED, StartCommand,
    TransportArgument,
};
use super::fleet::ShellFleet;
use super::identity_range::identities;
use super::plain_port::PlainPort;
use super::{
    ca, capture, capture_options, config, control, ctl, demo, docs, fleet, plugins, probe, replay, screen, stats, test,
};

/// The port of a central system without TLS, when none is named.
const DEFAULT_PORT: u16 = 9000;
/// Memory for the records of a file that is opened, in bytes.
const OPEN_MEMORY: usize = 32 << 20;
/// A command given on the shell failed.
const FAILED: u8 = 1;
/// The arguments are wrong, or the program cannot start.
pub const CANNOT_START: u8 = 2;

/// Runs the subcommand of the arguments.
///
/// # Errors
/// When the program cannot start; the error is one sentence with a remedy.
pub fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Some(StartCommand::Completions { shell }) => {
            clap_complete::generate(*shell, &mut Cli::command(), "ocpp-tui", &mut io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Some(StartCommand::Man) => {
            clap_mangen::Man::new(Cli::command()).render(&mut io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(StartCommand::Config(command)) => config::config(&cli.general, command, || warned_catalog(&cli.general)),
        Some(StartCommand::Ca(command)) => ca::ca(command),
        Some(StartCommand::Test(arguments)) => test::test(&cli.general, warned_catalog(&cli.general)?, arguments),
        Some(StartCommand::Probe(arguments)) => probe::probe(warned_catalog(&cli.general)?, arguments),
        Some(StartCommand::Convert(arguments)) => capture::convert(warned_catalog(&cli.general)?, arguments),
        Some(StartCommand::Mcp) if control::is_known(&cli.general.control) => ctl::agent(&cli.general.control),
        Some(StartCommand::Report(command)) => fleet::report(command),
        Some(StartCommand::Ctl(arguments)) => ctl::ctl(&cli.general.control, arguments),
        Some(StartCommand::Stats(arguments)) => stats::stats(&warned_catalog(&cli.general)?, arguments),
        Some(StartCommand::Docs(arguments)) => docs::docs(&*warned_catalog(&cli.general)?, arguments),
        Some(StartCommand::Schema(message)) => docs::schema(&*warned_catalog(&cli.general)?, message),
        Some(StartCommand::Example { message, soap }) => docs::example(&*warned_catalog(&cli.general)?, message, *soap),
        Some(StartCommand::Cp(arguments)) if arguments.list_quirks => {
            for quirk in StationQuirk::shipped() {
                writeln!(io::stdout(), "{:26} {}", quirk.name(), quirk.description())?;
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => session(&cli.general, cli.command.as_ref()),
    }
}

fn session(general: &GeneralOptions, command: Option<&StartCommand>) -> anyhow::Result<ExitCode> {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let paths = Paths::find();
    let settings = settings(general, paths.as_ref().ok())?;
    let plugins = general.plugins.options(role(command), paths.as_ref().ok());
    let history = Arc::new(paths.as_ref().map_or_else(|_| History::default(), |paths| History::load(paths.history())));
    // A line session reports a wrong theme too.
    let mut options = screen::options(general, &settings, paths.as_ref().ok())?;
    options.one_end = matches!(command, Some(StartCommand::Demo(demo)) if !demo.both_ends);
    options.at_first = matches!(command, Some(StartCommand::Open(open)) if !open.follow);
    let memory = match (general.trace_memory, &settings.trace_memory) {
        (Some(memory), _) => memory,
        // Most of a large file is put aside anyway, and what is in memory costs time when it is.
        (None, _) if matches!(command, Some(StartCommand::Open(_))) => OPEN_MEMORY,
        (None, Some(text)) => byte_size(text).map_err(|error| anyhow!("trace-memory in the settings file: {error}"))?,
        (None, None) => DEFAULT_MEMORY,
    };
    let (catalog, warnings) = catalog(general)?;
    let (events, recorder) = trace::start(memory, now()).context("no thread for the recorder")?;
    if general.show_secrets {
        events.trace().show_secrets();
    }
    let strictness = match (general.strictness, &settings.strictness) {
        (Some(strictness), _) => strictness,
        (None, Some(name)) => {
            Strictness::parse(name).with_context(|| format!("strictness in the settings file: {STRICTNESS_WANTED}"))?
        }
        (None, None) => Strictness::default(),
    };
    let calls_in_flight = general.calls_in_flight.into();
    let mut limits = LinkSettings { calls_in_flight, strictness, ..LinkSettings::default() };
    if let Some(seconds) = general.call_timeout.or(settings.call_timeout) {
        limits.call_timeout = Duration::try_from_secs_f64(seconds).context("call-timeout in the settings file")?;
    }
    let runtime = runtime_builder().build().context("no threads for the network")?;
    let ended = runtime.block_on(async {
        let console = Arc::new(Console::new(Hub::with_profile(catalog, limits, general.profile(), events)));
        console.hub().plugins().configure(plugins);
        if let Ok(paths) = &paths {
            console.hub().use_authority(paths.authority());
        }
        for warning in warnings {
            console.hub().note(true, warning);
        }
        let full_screen = terminal && !general.plain;
        capture_options::start(console.hub(), general, command, &settings, paths.as_ref().ok(), full_screen)?;
        capture_options::put_aside(console.hub(), general, command, &settings, paths.as_ref().ok(), full_screen)?;
        let driven = control::start(&general.control, &console, paths.as_ref().ok()).await?;
        for line in &settings.startup {
            startup(&console, line).await?;
        }
        let format = general.log_format.into();
        let mut loaded = plugins::load(&console, &general.plugins.load).await?;
        let Started { output, fleet, reading } = start(&console, command, full_screen).await?;
        let replay = match command {
            Some(StartCommand::Replay(arguments)) => Some(replay::start(console.hub(), arguments).await?),
            _ => None,
        };
        options.replay = replay.as_ref().map(|replay| replay.run.clone());
        loaded.lines.extend(output.lines);
        let output = CommandOutput { lines: loaded.lines, ..output };
        let over = output.quit.then_some(0).or(output.trouble.map(exit_code));
        let ended = match over {
            Some(code) => {
                line_mode::print(&output.lines, format)?;
                Ok(ExitCode::from(code))
            }
            None if matches!(command, Some(StartCommand::Mcp)) => control::serve_agent(&console).await,
            None if full_screen => {
                line_mode::print(&output.lines, format)?;
                Box::pin(screen(console.clone(), history, options)).await
            }
            None => match &replay {
                Some(replay) => {
                    replay.watch().await;
                    Ok(ExitCode::SUCCESS)
                }
                None => Ok(line_mode::run(
                    console.clone(),
                    history,
                    output.lines,
                    LineOptions { format, terminal, outlives_input: fleet.as_ref().is_some_and(ShellFleet::has_end) },
                    // Commands that come from another program are about the whole file; a user may stop to wait.
                    async {
                        if let Some(reading) = reading.filter(|_| !terminal) {
                            // The sender is dropped when the files are read.
                            let _ = reading.await;
                        }
                    },
                )
                .await?),
            },
        };
        let ended = match fleet {
            Some(fleet) => {
                fleet.end().await.and_then(|code| ended.map(|own| if own == ExitCode::SUCCESS { code } else { own }))
            }
            None => ended,
        };
        console.hub().end().await;
        // What has happened is in the file before the program ends.
        console.hub().caught_up().await;
        drop(driven);
        let capture = console.hub().capture().clone();
        let _ = tokio::task::spawn_blocking(move || capture.stop()).await;
        match replay {
            Some(replay) => ended.and(replay.report()),
            None => ended,
        }
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
    // The last senders of events went with the runtime, so the recorder has stored all events.
    let _ = recorder.join();
    ended
}

/// The settings file that was named, or the one in the configuration folder.
fn settings(general: &GeneralOptions, paths: Option<&Paths>) -> anyhow::Result<Settings> {
    Ok(match (&general.config, paths) {
        (Some(file), _) => Settings::read(file)?,
        (None, Some(paths)) => Settings::read_if_there(&paths.settings())?,
        (None, None) => Settings::default(),
    })
}

/// Runs a command of the settings file.
async fn startup(console: &Console, line: &str) -> anyhow::Result<()> {
    let output = console.run(line, &RunContext::default()).await;
    match output.lines.iter().find(|line| line.kind == OutputKind::Error) {
        Some(error) => bail!("startup command {line:?} of the settings file: {}", error.text),
        None => Ok(()),
    }
}

/// The definitions for what has no trace to show warnings in: they go to standard error.
fn warned_catalog(general: &GeneralOptions) -> anyhow::Result<Arc<Catalog>> {
    let (catalog, warnings) = catalog(general)?;
    for warning in warnings {
        writeln!(io::stderr(), "ocpp-tui: {warning}")?;
    }
    Ok(catalog)
}

/// The definitions, and warnings about them.
fn catalog(general: &GeneralOptions) -> anyhow::Result<(Arc<Catalog>, Vec<String>)> {
    let folders = DefinitionFolders { wsdl: general.wsdl_dir.as_deref(), schemas: general.schema_dir.as_deref() };
    if folders.wsdl.is_none() && folders.schemas.is_none() {
        return Ok((Catalog::embedded(), Vec::new()));
    }
    let loaded = definition::read_folders(folders)?;
    let warnings = loaded.warnings.iter().map(ToString::to_string).collect();
    Ok((Arc::new(loaded.catalog), warnings))
}

/// What the command of the shell has begun.
#[derive(Default)]
struct Started {
    /// What it prints.
    output: CommandOutput,
    fleet: Option<ShellFleet>,
    /// Ends when the files that are opened have been read.
    reading: Option<oneshot::Receiver<()>>,
}

/// Runs the subcommand that starts something, and returns its output.
async fn start(console: &Console, command: Option<&StartCommand>, full_screen: bool) -> anyhow::Result<Started> {
    let mut started = Started::default();
    match command {
        Some(StartCommand::Cs(arguments)) => {
            console.hub().start_central_system(central_system(arguments)?).await?;
        }
        Some(StartCommand::Cp(arguments)) => {
            // the groups of a mix have transports of their own
            if arguments.transport == TransportArgument::Websocket
                && arguments.fleet.mix.is_none()
                && (arguments.from.is_some() || arguments.remote_port.is_some())
            {
                bail!("--from and --remote-port are for SOAP: add --transport soap.");
            }
            if arguments.fleet.count.is_some() && !arguments.identities.is_empty() {
                bail!("--count starts stations that --id-pattern names: leave out {}.", arguments.identities.join(" "));
            }
            let ranges = arguments.identities.iter().map(|word| identities(word)).collect::<Result<Vec<_>, _>>();
            let identities: Vec<String> = ranges.map_err(|sentence| anyhow!(sentence))?.concat();
            if arguments.transport == TransportArgument::Soap && arguments.from.is_some() && identities.len() > 1 {
                bail!("--from is the address of one charge point; begin several without it, or each in a session of its own.");
            }
            let profile = arguments.tls.security_profile;
            let profile = (profile != SecurityProfile::default()).then_some(profile);
            let credentials = arguments.credentials.options(profile)?.with_file()?;
            let mut template = charge_points(arguments, &credentials, vec![String::new()])?;
            let callbacks = SoapOptions { from: arguments.from.clone(), port: arguments.remote_port, shared: true };
            let fleet = template.next().map(|template| arguments.fleet.options(template, callbacks)).transpose()?;
            if let Some(options) = fleet.flatten() {
                started.fleet = Some(fleet::start(console, options, &arguments.fleet)?);
                return Ok(started);
            }
            for options in charge_points(arguments, &credentials, identities)? {
                console.hub().start_charge_point(options)?;
            }
        }
        Some(StartCommand::Proxy(arguments)) => {
            let options = arguments.options()?;
            let address = console.hub().start_proxy(options.clone()).await?;
            let sentence = options.started(address);
            started.output = CommandOutput::info(sentence);
        }
        Some(StartCommand::Line(words)) => {
            started.output = console.run(&console::join(words), &RunContext::default()).await;
        }
        Some(StartCommand::Open(arguments)) => started.reading = capture::open(console.hub(), arguments)?,
        Some(StartCommand::Demo(arguments)) => {
            demo::start(console.hub(), &arguments.machine.options(), arguments.proxy).await?;
        }
        None if !full_screen => started.output = console.greeting(),
        Some(
            StartCommand::Test(_)
            | StartCommand::Probe(_)
            | StartCommand::Convert(_)
            | StartCommand::Ctl(_)
            | StartCommand::Mcp
            | StartCommand::Stats(_)
            | StartCommand::Replay(_)
            | StartCommand::Docs(_)
            | StartCommand::Schema(_)
            | StartCommand::Example { .. }
            | StartCommand::Completions { .. }
            | StartCommand::Config(_)
            | StartCommand::Ca(_)
            | StartCommand::Report(_)
            | StartCommand::Man,
        )
        | None => {}
    }
    Ok(started)
}

/// The role that the session will have.
fn role(command: Option<&StartCommand>) -> Option<Role> {
    match command? {
        StartCommand::Cs(_) => Some(Role::CentralSystem),
        StartCommand::Cp(_) => Some(Role::ChargePoint),
        StartCommand::Line(words) => match words.first()?.as_str() {
            "start_cs" => Some(Role::CentralSystem),
            "start_cp" => Some(Role::ChargePoint),
            _ => None,
        },
        _ => None,
    }
}

/// The exit code when the command of the shell failed like this.
fn exit_code(failure: FailureKind) -> u8 {
    match failure {
        FailureKind::Usage | FailureKind::Start => CANNOT_START,
        FailureKind::Failed => FAILED,
    }
}

fn central_system(arguments: &CentralSystemArguments) -> Result<CentralSystemOptions, CertificateFileError> {
    let port = match arguments.port {
        Some(PlainPort::At(port)) => Some(port),
        Some(PlainPort::Closed) => None,
        // A profile with TLS wants no port without, unless it is named.
        None => (!arguments.tls.security_profile.uses_tls()).then_some(DEFAULT_PORT),
    };
    Ok(CentralSystemOptions {
        host: arguments.host.clone(),
        port: port.unwrap_or_default(),
        endpoint: arguments.endpoint.clone(),
        versions: arguments.protocol.clone(),
        ping_interval: arguments.ping_interval,
        transports: arguments.transport.transports(),
        subprotocols: arguments.subprotocols.policy(),
        first_transaction: arguments.first_transaction,
        security_profile: arguments.tls.security_profile,
        tls: arguments.tls.options(port.is_none())?,
        access: arguments.access.options(),
    })
}

fn charge_points(
    arguments: &ChargePointArguments,
    credentials: &CredentialOptions,
    identities: Vec<String>,
) -> Result<impl Iterator<Item = ChargePointOptions>, CertificateFileError> {
    let url = arguments.url.clone().unwrap_or_default();
    let tls = arguments.tls.options()?;
    Ok(identities.into_iter().enumerate().map(move |(index, identity)| ChargePointOptions {
        ping_interval: arguments.ping_interval,
        autonomous: !arguments.manual,
        soap: soap(arguments, index),
        machine: arguments.machine.options(),
        credentials: credentials.clone(),
        tls: tls.clone(),
        ..ChargePointOptions::new(url.clone(), identity, arguments.protocol)
    }))
}

/// The SOAP options of the charge point with this index, when it uses SOAP.
fn soap(arguments: &ChargePointArguments, index: usize) -> Option<SoapOptions> {
    let index = u16::try_from(index).unwrap_or(u16::MAX);
    let port = arguments.remote_port.map(|port| if port == 0 { 0 } else { port.saturating_add(index) });
    let options = SoapOptions { from: arguments.from.clone(), port, shared: false };
    (arguments.transport == TransportArgument::Soap).then_some(options)
}

async fn screen(console: Arc<Console>, history: Arc<History>, options: ScreenOptions) -> anyhow::Result<ExitCode> {
    let shutdown = console.hub().shutdown().clone();
    let exit = Box::pin(tui::run(console, history, options, shutdown)).await?;
    Ok(match exit {
        tui::Exit::Quit | tui::Exit::Shutdown => ExitCode::SUCCESS,
        tui::Exit::Signal(number) => ExitCode::from(128 + number),
    })
}
