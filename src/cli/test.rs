//! The command `test`: arguments in, reports and exit code out. The library runs the scenarios; what is printed is in `test_output`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::scenario::report::{ReportFormat, ResultCount, count};
use ocpp_tui::scenario::{self, FileReport, ScenarioOptions};
use ocpp_tui::scenario_writer::TYPES;
use ocpp_tui::signals::ExitSignals;
use tokio_util::sync::CancellationToken;

use super::arguments::DEFAULT_MEMORY;
use super::arguments::GeneralOptions;
use super::test_arguments::Scenarios;
use super::test_output::{ResultPrinter, print_list};

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
    let files = scenario::find(&arguments.files)?;
    if arguments.listen.is_some() && arguments.jobs.is_some_and(|jobs| jobs > 1) {
        bail!("--jobs is 1 with --listen: there is one port, and one charge point that connects to it");
    }
    if arguments.list {
        return list(&files, &options(general, catalog, arguments), arguments);
    }
    scenario::check_parameters(&files, arguments.set.iter().map(|(name, _)| name.as_str()))?;
    // Opened before anything runs, so that no long run ends without its report.
    let mut reports = reports(&arguments.report, &files)?;
    let options = options(general, catalog, arguments);
    let signal = stop_at_a_signal(options.stop.clone()).context("no thread that waits for signals")?;
    let printer = ResultPrinter::new(arguments.verbose);
    let mut finished: Vec<Option<FileReport>> = vec![None; files.len()];
    scenario::run(&files, &options, &|progress| printer.progress(progress), |index, report| {
        printer.file_ended(index);
        if let Some(place) = finished.get_mut(index) {
            *place = Some(report);
        }
    });
    // In the order of the files, not of their ends. A run that was cancelled has not begun all of them.
    let finished: Vec<FileReport> = finished.into_iter().flatten().collect();
    for (format, name, file) in &mut reports {
        file.write_all(format.write(&finished, options.seed).as_bytes())
            .with_context(|| format!("{name} cannot be written"))?;
    }
    let count = count(finished.iter().flat_map(|file| &file.cases));
    if count == ResultCount::default() && !options.stop.is_cancelled() {
        bail!("{}", nothing_chosen(arguments));
    }
    printer.finish(count, options.seed).context("the output is closed")?;
    if options.stop.is_cancelled() {
        return Ok(ExitCode::from(128 + signal.load(Ordering::Relaxed)));
    }
    Ok(ExitCode::from(match count {
        ResultCount { broken: 1.., .. } => BROKEN,
        ResultCount { failed: 1.., .. } => FAILED,
        _ => 0,
    }))
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
        (_, true) => format!("no scenario has {filter} in its name or the path of its file"),
        (true, false) => format!("--without {} leaves no scenario", arguments.without.join(" --without ")),
        (false, false) => {
            format!(
                "--without {} leaves none of the scenarios with {filter} in their name or path",
                arguments.without.join(" --without ")
            )
        }
    }
}

fn options(general: &GeneralOptions, catalog: Arc<Catalog>, arguments: &Scenarios) -> ScenarioOptions {
    let alone = arguments.url.is_some() || arguments.listen.is_some();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = arguments.jobs.map_or(if alone { 1 } else { processors }, usize::from);
    let (calls_in_flight, strictness) = (general.calls_in_flight.into(), general.strictness.unwrap_or_default());
    let mut limits = LinkSettings { calls_in_flight, strictness, ..LinkSettings::default() };
    if let Some(timeout) = general.call_timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        limits.call_timeout = timeout;
    }
    ScenarioOptions {
        catalog,
        limits,
        profile: general.profile(),
        url: arguments.url.clone(),
        listen: arguments.listen.clone(),
        subprotocols: arguments.subprotocols.policy(),
        identity: arguments.identity.clone(),
        unattended: arguments.unattended,
        patience: Duration::from_secs(arguments.patience.into()),
        timeout: Duration::from_secs_f64(arguments.timeout), // the parser takes 0 to 86400
        filter: arguments.filter.clone(),
        without: arguments.without.clone(),
        warnings_as_errors: arguments.warnings_as_errors,
        seed: arguments.seed.unwrap_or_else(|| fastrand::u64(..1_000_000)),
        virtual_time: arguments.virtual_time,
        jobs,
        parameters: arguments.set.iter().cloned().collect(),
        whole_trace: arguments.verbose,
        trace_memory: general.trace_memory.unwrap_or(DEFAULT_MEMORY),
        waits_until: Instant::now() + Duration::from_secs(arguments.wait.into()),
        stop: CancellationToken::new(),
    }
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

/// Opens the files of the reports. None of them is one of the scenarios, nor looks like one.
fn reports(words: &[String], files: &[PathBuf]) -> anyhow::Result<Vec<(ReportFormat, String, File)>> {
    let open = |pair: &[String]| {
        let [format, name] = pair else { bail!("--report takes a format and a file, like --report junit report.xml") };
        let format = match format.as_str() {
            "junit" => ReportFormat::JUnit,
            "json" => ReportFormat::Json,
            "tap" => ReportFormat::Tap,
            _ => bail!("{format} is no format of a report; it is junit, json or tap"),
        };
        let path = Path::new(name);
        if name == "-" || path.extension().is_some_and(|ending| ending == "js") || files.iter().any(|file| file == path) {
            bail!("{name} is no place for a report; --report takes a format and a file, like --report junit report.xml");
        }
        let file = File::create(name).with_context(|| format!("the report {name} cannot be written"))?;
        Ok((format, name.clone(), file))
    };
    words.chunks(2).map(open).collect()
}
