//! Puts a session together from the arguments and runs the front end that fits: the full screen on a terminal, lines elsewhere.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::CommandFactory;
use ocpp_tui::console::{self, Console, RunContext, Said, Trouble};
use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, Hub};
use ocpp_tui::lines::{self, LineOptions};
use ocpp_tui::link::{LinkSettings, now};
use ocpp_tui::ocpp::{Catalog, definition};
use ocpp_tui::trace;
use ocpp_tui::tui::{self, ScreenOptions, Theme};

use crate::cli::{Begin, CentralSystem, ChargePoints, Cli, General};
use crate::screen::ConsoleSession;

/// A command given on the shell failed.
const FAILED: u8 = 1;
/// The arguments are wrong, or the program cannot start.
pub const CANNOT_START: u8 = 2;

/// Does what the arguments ask for.
///
/// # Errors
/// When the program cannot start; the error is one sentence with a remedy.
pub fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Some(Begin::Completions { shell }) => {
            clap_complete::generate(*shell, &mut Cli::command(), "ocpp-tui", &mut io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Some(Begin::Man) => {
            clap_mangen::Man::new(Cli::command()).render(&mut io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
        _ => session(&cli.general, cli.command.as_ref()),
    }
}

fn session(general: &General, begin: Option<&Begin>) -> anyhow::Result<ExitCode> {
    let full_screen = !general.plain && io::stdin().is_terminal() && io::stdout().is_terminal();
    // Also a line session names a wrong theme, so that a script does not hide the mistake.
    let theme = Theme::named(&general.theme)?;
    let (catalog, warnings) = catalog(general)?;
    let (teller, recorder) = trace::start(general.trace_memory, now()).context("no thread for the recorder")?;
    let settings = LinkSettings {
        call_timeout: Duration::from_secs_f64(general.call_timeout),
        calls_in_flight: general.calls_in_flight.into(),
        ..LinkSettings::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads for the network")?;
    let ended = runtime.block_on(async {
        let console = Arc::new(Console::new(Hub::with_profile(catalog, settings, general.profile(), teller)));
        for warning in warnings {
            console.hub().note(true, warning);
        }
        let format = general.log_format.into();
        let said = self::begin(&console, begin, full_screen).await?;
        let over = said.quit.then_some(0).or(said.trouble.map(exit_code));
        let ended = match over {
            Some(code) => {
                lines::print(&said.lines, format)?;
                Ok(ExitCode::from(code))
            }
            None if full_screen => {
                lines::print(&said.lines, format)?;
                screen(console.clone(), theme, general).await
            }
            None => {
                let prompt = io::stdin().is_terminal() && io::stdout().is_terminal();
                Ok(lines::run(&console, said.lines, LineOptions { format, prompt }).await?)
            }
        };
        console.hub().end().await;
        ended
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
    // The last tellers went with the runtime, so the recorder has taken in what it was told.
    let _ = recorder.join();
    ended
}

/// The definitions, and what is wrong with them, in words.
fn catalog(general: &General) -> anyhow::Result<(Arc<Catalog>, Vec<String>)> {
    let Some(folder) = &general.wsdl_dir else { return Ok((Catalog::embedded(), Vec::new())) };
    let loaded = definition::read_directory(folder)?;
    let warnings = loaded.warnings.iter().map(ToString::to_string).collect();
    Ok((Arc::new(loaded.catalog), warnings))
}

/// Does what the arguments begin with, and returns what is said about it.
async fn begin(console: &Console, begin: Option<&Begin>, full_screen: bool) -> anyhow::Result<Said> {
    match begin {
        Some(Begin::Cs(arguments)) => {
            console.hub().start_central_system(central_system(arguments)).await?;
        }
        Some(Begin::Cp(arguments)) => {
            for options in charge_points(arguments) {
                console.hub().start_charge_point(options)?;
            }
        }
        Some(Begin::Line(words)) => return Ok(console.run(&console::join(words), &RunContext::default()).await),
        None if !full_screen => return Ok(console.greeting()),
        Some(Begin::Completions { .. } | Begin::Man) | None => {}
    }
    Ok(Said::default())
}

/// The exit code when the words of the shell made this trouble.
fn exit_code(trouble: Trouble) -> u8 {
    match trouble {
        Trouble::Usage | Trouble::Start => CANNOT_START,
        Trouble::Failed => FAILED,
    }
}

fn central_system(arguments: &CentralSystem) -> CentralSystemOptions {
    CentralSystemOptions {
        host: arguments.host.clone(),
        port: arguments.port,
        endpoint: arguments.endpoint.clone(),
        versions: arguments.protocol.clone(),
        ping_interval: arguments.ping_interval,
    }
}

fn charge_points(arguments: &ChargePoints) -> impl Iterator<Item = ChargePointOptions> {
    arguments.identities.iter().map(|identity| ChargePointOptions {
        url: arguments.url.clone(),
        identity: identity.clone(),
        version: arguments.protocol,
        ping_interval: arguments.ping_interval,
        lively: !arguments.manual,
    })
}

async fn screen(console: Arc<Console>, theme: Theme, general: &General) -> anyhow::Result<ExitCode> {
    let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let options = ScreenOptions { theme, colours, mouse: !general.no_mouse };
    let shutdown = console.hub().shutdown().clone();
    let (session, replies) = ConsoleSession::new(console);
    let exit = tui::run(Arc::new(session), replies, options, shutdown).await?;
    Ok(match exit {
        tui::Exit::Quit | tui::Exit::Shutdown => ExitCode::SUCCESS,
        tui::Exit::Signal(number) => ExitCode::from(128 + u8::try_from(number).unwrap_or_default()),
    })
}
