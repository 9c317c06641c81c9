//! The command `probe`: arguments in, table, reports and exit code out. The library probes.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ocpp_tui::clock;
use ocpp_tui::config::{AuthorityFolder, Paths, machine_names};
use ocpp_tui::ocpp::{Catalog, Transport};
use ocpp_tui::pki::{self, KeyAlgorithm};
use ocpp_tui::probe::{
    self, ALL_VISITS, CheckNeed, CheckProgress, ProbeCheck, ProbeOptions, ProbePassword, ProbeSecurity, ProbeTarget,
    StationOptions, VisitNews,
};

use rustls::sign::CertifiedKey;

use super::credential_arguments::text_password;
use super::probe_arguments::ProbeArguments;

/// The exit code when a rule is broken.
const BROKEN_RULE: u8 = 1;
/// The identity without --identity.
const IDENTITY: &str = "CP1";
/// The width of the table where there is no terminal.
const WIDTH: usize = 120;

/// How long a link stays that a station is to take for a success.
const STAY: Duration = Duration::from_secs(10);

/// Probes a central system or a station.
///
/// # Errors
/// When the probe cannot start or a report cannot be written; the error is one sentence with a remedy.
pub fn probe(catalog: Arc<Catalog>, arguments: &ProbeArguments) -> anyhow::Result<ExitCode> {
    let selected = selected(arguments)?;
    if arguments.list {
        return list(&selected);
    }
    // Opened before anything runs, so that no long run ends without its report.
    let json = arguments.json.as_deref().filter(|file| *file != Path::new("-")).map(create).transpose()?;
    let junit = arguments.junit.as_deref().map(create).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no network")?;
    let report = match &arguments.listen {
        Some((host, port)) => {
            let options = StationOptions {
                host: host.clone(),
                port: *port,
                visits: arguments.visits.map_or(ALL_VISITS, usize::from),
                timeout: Duration::from_secs_f64(arguments.timeout), // the parser takes 0 to 86400
                patience: Duration::from_secs_f64(arguments.wait),
                stay: STAY,
                certificate: server_certificate(arguments)?,
                only: arguments.only.clone(),
            };
            runtime.block_on(probe::probe_station(options, catalog, &visit))
        }
        None => {
            let options = options(arguments)?;
            let report = runtime.block_on(probe::probe(options, catalog, &progress));
            clear();
            report
        }
    };
    let report = report?;
    let mut output = io::stdout().lock();
    let text = match &arguments.json {
        Some(file) if file == Path::new("-") => ocpp_tui::sanitize::escape_json_lines(&report.json()),
        _ => report.table(width(), colours()),
    };
    output.write_all(text.as_bytes()).context("the output is closed")?;
    for (file, text) in [(json, report.json()), (junit, report.junit())] {
        if let Some((mut file, name)) = file {
            file.write_all(text.as_bytes()).with_context(|| format!("{name} cannot be written"))?;
        }
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN_RULE) })
}

/// The checks that the arguments select.
fn selected(arguments: &ProbeArguments) -> anyhow::Result<Vec<&'static ProbeCheck>> {
    if arguments.listen.is_some() {
        return Ok(probe::select_station(&arguments.only)?);
    }
    let transport = match &arguments.url {
        Some(url) => ProbeTarget::parse(url)?.transport,
        None => Transport::WebSocket,
    };
    Ok(probe::select(transport, &arguments.only)?)
}

fn options(arguments: &ProbeArguments) -> anyhow::Result<ProbeOptions> {
    let target = ProbeTarget::parse(arguments.url.as_deref().unwrap_or_default())?;
    let identities = match &arguments.identity[..] {
        [] => vec![IDENTITY.to_owned()],
        given => given.to_vec(),
    };
    let password = text_password(arguments.password.as_deref(), arguments.password_file.as_deref())?;
    Ok(ProbeOptions {
        security: if target.is_secure { security(arguments)? } else { ProbeSecurity::default() },
        target,
        jobs: arguments.jobs.map_or(identities.len(), usize::from),
        identities,
        password: password.map(ProbePassword::new),
        with_calls: arguments.with_calls,
        version: arguments.protocol,
        timeout: Duration::from_secs_f64(arguments.timeout), // the parser takes 0 to 86400
        quiet: (arguments.quiet > 0).then(|| Duration::from_secs(arguments.quiet.into())),
        only: arguments.only.clone(),
    })
}

/// What TLS needs.
fn security(arguments: &ProbeArguments) -> anyhow::Result<ProbeSecurity> {
    let mut roots = Vec::new();
    for file in &arguments.ca {
        roots.extend(certificates(file)?);
    }
    if arguments.ca.is_empty() {
        roots.extend(rustls_native_certs::load_native_certs().certs.iter().map(|der| der.to_vec()));
        roots.extend(test_authority());
    }
    let security =
        ProbeSecurity { roots, insecure: arguments.insecure, server_name: arguments.sni.clone(), ..ProbeSecurity::default() };
    let Some(file) = &arguments.client_cert else { return Ok(security) };
    Ok(ProbeSecurity { own: Some(pair(file, arguments.client_key.as_deref())?), ..security })
}

/// The certificate for a station that speaks TLS: the one of the arguments, or one of the test CA.
fn server_certificate(arguments: &ProbeArguments) -> anyhow::Result<Option<Arc<CertifiedKey>>> {
    if let Some(file) = &arguments.cert {
        return Ok(Some(pair(file, arguments.key.as_deref())?));
    }
    let Some(folder) = authority_folder() else { return Ok(None) };
    let issued = folder.server_certificate(KeyAlgorithm::default(), &machine_names(), clock::now().wall)?;
    Ok(Some(probe::own_certificate(&issued.chain, issued.key.pkcs8_der())?))
}

/// A certificate with its key, from their files.
fn pair(file: &Path, key: Option<&Path>) -> anyhow::Result<Arc<CertifiedKey>> {
    let key_file = key.unwrap_or(file);
    let key = pki::PrivateKey::from_pem(&read(key_file)?).with_context(|| key_file.display().to_string())?;
    Ok(probe::own_certificate(&certificates(file)?, key.pkcs8_der())?)
}

/// The folder of the test CA, when there is one.
fn authority_folder() -> Option<AuthorityFolder> {
    Paths::find().ok().and_then(|paths| AuthorityFolder::open(&paths.authority()).ok())
}

/// The roots of the test CA, when there is one.
fn test_authority() -> Vec<Vec<u8>> {
    authority_folder().and_then(|folder| folder.roots().ok()).unwrap_or_default()
}

fn certificates(file: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    pki::read_certificates(&read(file)?).with_context(|| file.display().to_string())
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read; name a PEM file", file.display()))
}

/// Creates the file of a report.
fn create(file: &Path) -> anyhow::Result<(File, String)> {
    let name = file.display().to_string();
    let created = File::create(file).with_context(|| format!("{name} cannot be written; name a file that you may write to"))?;
    Ok((created, name))
}

/// Prints the checks.
fn list(checks: &[&'static ProbeCheck]) -> anyhow::Result<ExitCode> {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut output = io::stdout().lock();
    for check in checks {
        let clause = if check.clause.is_empty() { String::new() } else { format!(" ({})", check.clause) };
        let calls = if check.needs.contains(&CheckNeed::Calls) { "; with --with-calls" } else { "" };
        writeln!(output, "{:width$}  {}{clause}{calls}", check.name, check.tries).context("the output is closed")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what the probe of a station waits for.
fn visit(news: VisitNews) {
    // The lines are only for show.
    let _ = match news {
        VisitNews::Listens(port) => {
            writeln!(
                io::stderr(),
                "let the station connect to port {port} of this machine, or restart it there; it is answered by a probe"
            )
        }
        VisitNews::Waits(place, words) => writeln!(io::stderr(), "{}: waiting; the next answer is {words}", place + 1),
        VisitNews::Restart => writeln!(io::stderr(), "it does not come back by itself: restart it"),
        VisitNews::Came(_) => Ok(()),
    };
}

/// Shows on a terminal which check runs.
fn progress(progress: CheckProgress<'_>) {
    if let CheckProgress::Begins(name, index, count) = progress
        && io::stderr().is_terminal()
    {
        // The line is only for show.
        let _ = write!(io::stderr(), "\r\x1b[K{} of {count}: {name}", index + 1);
    }
}

fn clear() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

fn colours() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
}

/// The columns of the terminal.
fn width() -> usize {
    let size = if io::stdout().is_terminal() { crossterm::terminal::size().ok() } else { None };
    size.map_or(WIDTH, |(columns, _)| columns.into())
}
