//! The command `test`: arguments in, reports and exit code out. The library runs the scenarios; what is printed is in `test_output`.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ocpp_tui::config::Paths;
use ocpp_tui::link::{CentralSystemUrl, ExtraHeaders, LinkSettings, TlsLimits, is_secure_url};
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::scenario::report::{ResultCount, count};
use ocpp_tui::scenario::{self, FileReport, ListenPort, PROFILES, PeerCredentials, PeerTls, ScenarioOptions, run_hook};
use ocpp_tui::scenario_writer::TYPES;
use ocpp_tui::signals::ExitSignals;
use tokio_util::sync::CancellationToken;

use super::arguments::DEFAULT_MEMORY;
use super::arguments::GeneralOptions;
use super::credential_arguments::text_password;
use super::shipped_scenarios::SHIPPED_FILES;
use super::test_arguments::{RoleArgument, Scenarios};
use super::test_output::{ResultPrinter, RoundLabel, print_list};
use super::test_report::{head, reports};

/// The exit code when an expectation failed.
const FAILED: u8 = 1;
/// The exit code when a scenario could not run.
const BROKEN: u8 = 2;

/// Runs scenarios. Nothing is printed when all of them pass.
///
/// # Errors
/// When there is nothing to run or a report cannot be written; the error is one sentence with a remedy.
pub fn test(general: &GeneralOptions, catalog: Arc<Catalog>, arguments: &Scenarios) -> anyhow::Result<ExitCode> {
    if arguments.types {
        io::stdout().lock().write_all(TYPES.as_bytes()).context("the output is closed")?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(folder) = &arguments.unpack {
        unpack(folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut files = scenario::find(&arguments.files, SHIPPED_FILES)?;
    if let Some(role) = arguments.role {
        let before = files.len();
        files.retain(|file| role.keeps(file));
        if files.is_empty() {
            bail!("--role {} leaves none of these {before} files; the others are in a folder of the other role", role.folder());
        }
    }
    if arguments.listen.is_some() && arguments.jobs.is_some_and(|jobs| jobs > 1) {
        bail!("--jobs is 1 with --listen: there is one port, and one charge point that connects to it");
    }
    if arguments.listen.is_some() && arguments.url.is_none() && !arguments.machine.is_empty() {
        bail!(
            "the machine of a simulated charge point cannot be chosen with --listen: another program is the charge point; leave out {}",
            "--connectors, --cable, --profiles and their like"
        );
    }
    fits_the_role(arguments)?;
    let options = options(general, catalog, arguments)?;
    if arguments.list {
        return list(&files, &options, arguments);
    }
    scenario::check_parameters(&files, SHIPPED_FILES, arguments.set.iter().map(|(name, _)| name.as_str()))?;
    can_listen(arguments)?;
    // Opened before anything runs, so that no long run ends without its report.
    let mut reports = reports(&arguments.report, &files)?;
    let signal = stop_at_a_signal(options.stop.clone()).context("no thread that waits for signals")?;
    let began = (jiff::Timestamp::now(), Instant::now());
    if let Some(command) = &arguments.before_run {
        run_hook(command, &[]).context("before the run")?;
    }
    let rounds = RoundLabel { files: files.len(), rounds: options.repeat };
    let printer = ResultPrinter::new(arguments.verbose, rounds);
    let mut finished: Vec<Option<FileReport>> = vec![None; files.len() * options.repeat];
    scenario::run(&files, &options, &|progress| printer.progress(progress), |index, report| {
        printer.file_ended(index);
        if let Some(place) = finished.get_mut(index) {
            let file = rounds.label(index, &report.file).into_owned();
            *place = Some(FileReport { file, ..report });
        }
    });
    // In the order of the files, not of their ends. A run that was cancelled has not begun all of them.
    // Files of which nothing was chosen have nothing to report.
    let finished: Vec<FileReport> = finished.into_iter().flatten().filter(|file| !file.cases.is_empty()).collect();
    let head = head(&options, began);
    for (format, name, file) in &mut reports {
        file.write_all(format.write(&finished, &head).as_bytes()).with_context(|| format!("{name} cannot be written"))?;
    }
    let count = count(finished.iter().flat_map(|file| &file.cases));
    if count == ResultCount::default() && !options.stop.is_cancelled() {
        bail!("{}", nothing_chosen(arguments));
    }
    printer.finish(count, &options).context("the output is closed")?;
    let (verdict, code) = match count {
        ResultCount { broken: 1.., .. } => ("broken", BROKEN),
        ResultCount { failed: 1.., .. } => ("failed", FAILED),
        ResultCount { warned: 1.., .. } => ("warned", 0),
        _ => ("passed", 0),
    };
    if let Some(command) = &arguments.after_run {
        let mut variables = vec![("OCPP_TUI_VERDICT", verdict.to_owned())];
        let numbers = [
            ("OCPP_TUI_PASSED", count.passed),
            ("OCPP_TUI_WARNED", count.warned),
            ("OCPP_TUI_FAILED", count.failed),
            ("OCPP_TUI_BROKEN", count.broken),
            ("OCPP_TUI_SKIPPED", count.skipped),
        ];
        variables.extend(numbers.map(|(name, number)| (name, number.to_string())));
        run_hook(command, &variables).context("after the run")?;
    }
    if options.stop.is_cancelled() {
        return Ok(ExitCode::from(128 + signal.load(Ordering::Relaxed)));
    }
    Ok(ExitCode::from(code))
}

/// Whether the side under test is reached in the way of its role: what is skipped for that reason would look like a success.
fn fits_the_role(arguments: &Scenarios) -> anyhow::Result<()> {
    if let Some(url) = &arguments.url {
        CentralSystemUrl::parse(url).context("--url")?;
    }
    match (arguments.role, &arguments.url, &arguments.listen) {
        (Some(RoleArgument::ChargePoint), Some(_), None) => {
            bail!(
                "--url names a central system, but --role charge-point tests a charge point; say where it connects, like --listen 9000"
            )
        }
        (Some(RoleArgument::CentralSystem), None, Some(_)) => {
            bail!(
                "--listen is for a charge point, but --role central-system tests a central system; name it, like --url ws://localhost:9000"
            )
        }
        _ => Ok(()),
    }
}

/// Whether the port of `--listen` is free, before every scenario says that it is not.
fn can_listen(arguments: &Scenarios) -> anyhow::Result<()> {
    let Some(ListenPort { host, port, .. }) = &arguments.listen else { return Ok(()) };
    match TcpListener::bind((host.as_deref().unwrap_or("0.0.0.0"), *port)) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("port {port} is in use by another program; choose another one with --listen, or end that program")
        }
        // What else can be wrong is reported by the listeners.
        _ => Ok(()),
    }
}

/// Writes the scenarios that come with the program into a new or empty folder.
fn unpack(folder: &Path) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written; choose a folder that you may write to", folder.display());
    if folder.exists() && std::fs::read_dir(folder).with_context(cannot)?.next().is_some() {
        bail!("{} is not empty; --unpack wants a new folder", folder.display());
    }
    for (name, text) in SHIPPED_FILES.0 {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).with_context(cannot)?;
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Prints the scenarios that a run with these arguments would have.
fn list(files: &[PathBuf], options: &ScenarioOptions, arguments: &Scenarios) -> anyhow::Result<ExitCode> {
    let listed = scenario::list(files, options);
    let count = count(listed.iter().flat_map(|file| &file.cases));
    if count == ResultCount::default() {
        bail!("{}", nothing_chosen(arguments));
    }
    print_list(&listed, arguments.verbose).context("the output is closed")?;
    Ok(ExitCode::from(if count.broken > 0 { BROKEN } else { 0 }))
}

/// Why a run has no scenarios.
fn nothing_chosen(arguments: &Scenarios) -> String {
    let filter = arguments.filter.join(" or ");
    match (arguments.filter.is_empty(), arguments.without.is_empty()) {
        (_, true) => format!("no scenario has {filter} in its number, its name or the path of its file"),
        (true, false) => format!("--without {} leaves no scenario", arguments.without.join(" --without ")),
        (false, false) => {
            format!(
                "--without {} leaves none of the scenarios with {filter} in their name or path",
                arguments.without.join(" --without ")
            )
        }
    }
}

fn options(general: &GeneralOptions, catalog: Arc<Catalog>, arguments: &Scenarios) -> anyhow::Result<ScenarioOptions> {
    let alone = arguments.url.is_some() || arguments.listen.is_some();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = arguments.jobs.map_or(if alone { 1 } else { processors }, usize::from);
    let (calls_in_flight, strictness) = (general.calls_in_flight.into(), general.strictness.unwrap_or_default());
    let mut limits = LinkSettings { calls_in_flight, strictness, ..LinkSettings::default() };
    if let Some(timeout) = general.call_timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        limits.call_timeout = timeout;
    }
    let mut parameters: BTreeMap<String, String> = arguments.set.iter().cloned().collect();
    let machine = arguments.machine.options();
    if arguments.machine.profiles.is_some() {
        // What the simulated charge point lacks cannot be tested at it.
        parameters.entry(PROFILES.to_owned()).or_insert_with(|| machine.equipment.profiles.to_string());
    }
    let tls = tls(arguments)?;
    Ok(ScenarioOptions {
        catalog,
        tls,
        machine,
        limits,
        profile: general.profile(),
        url: arguments.url.clone(),
        listen: arguments.listen.clone(),
        credentials: credentials(arguments)?,
        shipped: SHIPPED_FILES,
        subprotocols: arguments.subprotocols.policy(),
        identity: arguments.identity.clone(),
        unattended: arguments.unattended,
        patience: Duration::from_secs(arguments.patience.into()),
        timeout: Duration::from_secs_f64(arguments.timeout), // the parser takes 0 to 86400
        filter: arguments.filter.clone(),
        without: arguments.without.clone(),
        warnings_as_errors: arguments.warnings_as_errors,
        seed: arguments.seed.unwrap_or_else(|| fastrand::u64(..1_000_000)),
        repeat: arguments.repeat.into(),
        fail_fast: arguments.fail_fast,
        before: arguments.before.clone(),
        after: arguments.after.clone(),
        virtual_time: arguments.virtual_time,
        jobs,
        parameters,
        whole_trace: arguments.verbose,
        trace_memory: general.trace_memory.unwrap_or(DEFAULT_MEMORY),
        waits_until: Instant::now() + Duration::from_secs(arguments.wait.into()),
        stop: CancellationToken::new(),
        enough: CancellationToken::new(),
    })
}

/// TLS of the links to the side under test.
fn tls(arguments: &Scenarios) -> anyhow::Result<PeerTls> {
    let profile = arguments.security_profile;
    let secure_url = arguments.url.as_deref().is_some_and(is_secure_url);
    if profile.uses_tls() && !secure_url && arguments.url.is_some() {
        bail!("--security-profile {profile} needs TLS; give --url with wss:// or https:// and the port for TLS");
    }
    if profile.uses_tls() && arguments.url.is_none() && arguments.listen.is_none() {
        bail!("--security-profile is about the side under test; name it with --url or --listen");
    }
    let is_used = secure_url || profile.uses_tls();
    Ok(PeerTls {
        profile,
        listening: arguments.shown.options(arguments.listen.as_ref().map(|listen| listen.port), true)?,
        dialling: arguments.trust.options(TlsLimits::default())?,
        authority: if is_used { Paths::find().ok().map(|paths| paths.authority()) } else { None },
    })
}

/// What our charge points show to the central system under test.
fn credentials(arguments: &Scenarios) -> anyhow::Result<PeerCredentials> {
    let mut headers = ExtraHeaders::default();
    for header in &arguments.header {
        headers.add(header).context("--header")?;
    }
    if let Some(pair) = &arguments.basic_auth {
        let Some((user, password)) = pair.split_once(':') else {
            bail!("--basic-auth takes a user and a password, like CP1:secret")
        };
        headers.add_basic(user, password).context("--basic-auth")?;
    }
    let password = text_password(arguments.password.as_deref(), arguments.password_file.as_deref())?;
    let credentials = PeerCredentials { headers, password: password.filter(|_| arguments.basic_auth.is_none()) };
    let soap = arguments.url.as_ref().is_some_and(|url| url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")));
    if soap && !credentials.is_empty() {
        bail!("--header, --password and --basic-auth are for the handshake of a WebSocket; use them with --url ws://…");
    }
    Ok(credentials)
}

/// Cancels the run when the program is asked to end; the number of the signal is stored. A second signal ends the process at once,
/// because a script that computes does not look at the cancellation.
fn stop_at_a_signal(stop: CancellationToken) -> io::Result<Arc<AtomicU8>> {
    let kept = Arc::new(AtomicU8::new(0));
    let number = kept.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            let Ok(mut signals) = ExitSignals::new() else { return };
            number.store(signals.recv().await.number(), Ordering::Relaxed);
            stop.cancel();
            std::process::exit(128 + i32::from(signals.recv().await.number()));
        });
    })?;
    Ok(kept)
}
