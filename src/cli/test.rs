//! The command `test`: arguments in, reports and exit code out. The library runs the scenarios.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::sanitize::escape_control;
use ocpp_tui::scenario::report::{ReportFormat, ResultCount, count, explain};
use ocpp_tui::scenario::{self, CaseOutcome, FileReport, ProgressLine, ScenarioOptions};
use ocpp_tui::scenario_writer::TYPES;
use ocpp_tui::signals::ExitSignals;
use tokio_util::sync::CancellationToken;

use super::arguments::DEFAULT_MEMORY;
use super::arguments::GeneralOptions;
use super::test_arguments::Scenarios;

/// Moves to the beginning of the line and clears it.
const CLEAR: &str = "\r\x1b[K";
/// The width of a line that is cleared later: it must not be wrapped by the terminal, and few are narrower.
const SHORT: usize = 78;
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
    // Opened before anything runs, so that no long run ends without its report.
    let mut reports = reports(&arguments.report, &files)?;
    let options = options(general, catalog, arguments);
    let signal = stop_at_a_signal(options.stop.clone()).context("no thread that waits for signals")?;
    // In the order of the files, not of their ends, so that a run can be repeated with the same output.
    let (mut finished, mut early): (Vec<FileReport>, Vec<FileReport>) = (Vec::new(), Vec::new());
    let mut printed = Ok(());
    scenario::run(&files, &options, &print_progress, |report| {
        early.push(report);
        let next = |finished: usize| files.get(finished).map(|file| file.display().to_string());
        while let Some(at) = early.iter().position(|report| Some(&report.file) == next(finished.len()).as_ref()) {
            let report = early.swap_remove(at);
            if printed.is_ok() {
                printed = print_report(&report, arguments.verbose);
            }
            finished.push(report);
        }
    });
    clear();
    for (format, name, file) in &mut reports {
        file.write_all(format.write(&finished, options.seed).as_bytes())
            .with_context(|| format!("{name} cannot be written"))?;
    }
    printed.context("the output is closed")?;
    let count = count(finished.iter().flat_map(|file| &file.cases));
    if count == ResultCount::default() {
        bail!("no scenario has {} in its name or the path of its file", arguments.filter.join(" or "));
    }
    summary(count, &options, arguments.verbose).context("the output is closed")?;
    if options.stop.is_cancelled() {
        return Ok(ExitCode::from(128 + signal.load(Ordering::Relaxed)));
    }
    Ok(ExitCode::from(match count {
        ResultCount { broken: 1.., .. } => BROKEN,
        ResultCount { failed: 1.., .. } => FAILED,
        _ => 0,
    }))
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
        timeout: Duration::from_secs_f64(arguments.timeout), // the parser takes 0 to 86400
        filter: arguments.filter.clone(),
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

/// Prints the results of a file.
fn print_report(report: &FileReport, verbose: bool) -> io::Result<()> {
    clear();
    let mut out = io::stdout().lock();
    for case in &report.cases {
        let word = match &case.outcome {
            CaseOutcome::Passed => "passed",
            CaseOutcome::Skipped(_) => "skipped",
            CaseOutcome::Failed(_) => "failed",
            CaseOutcome::Broken(_) => "broken",
        };
        if verbose {
            writeln!(
                out,
                "{word:<8} {} › {} ({:.3} s)",
                escape_control(&report.file),
                escape_control(&case.name),
                case.took.as_secs_f64()
            )?;
            if let CaseOutcome::Skipped(reason) = &case.outcome {
                writeln!(out, "         {}", escape_control(reason))?;
            }
            for line in &case.trace {
                writeln!(out, "         {line}")?;
            }
        }
        match &case.outcome {
            CaseOutcome::Failed(_) => write!(out, "{}", explain(&report.file, case))?,
            // A closed standard error is ignored: the summary and the exit code report the case too.
            CaseOutcome::Broken(_) => drop(write!(io::stderr().lock(), "ocpp-tui: {}", explain(&report.file, case))),
            CaseOutcome::Passed | CaseOutcome::Skipped(_) => {}
        }
    }
    out.flush()
}

fn summary(count: ResultCount, options: &ScenarioOptions, verbose: bool) -> io::Result<()> {
    let good = count.failed == 0 && count.broken == 0 && count.skipped == 0;
    if good && !verbose {
        return Ok(());
    }
    let ResultCount { passed, failed, broken, skipped } = count;
    let mut out = io::stdout().lock();
    write!(out, "{passed} passed, {failed} failed, {broken} broken, {skipped} skipped")?;
    writeln!(out, "; seed {}", options.seed)
}

/// Prints what the user must do at the side under test, what scripts print and, on a terminal, what runs now, in a line that is cleared
/// later.
fn print_progress(progress: ProgressLine<'_>) {
    let mut out = io::stderr().lock();
    let (terminal, clear) = (out.is_terminal(), if out.is_terminal() { CLEAR } else { "" });
    // The scenario goes on when standard error is closed.
    let _ = match progress {
        ProgressLine::Request(text) => writeln!(out, "{clear}PLEASE: {}", escape_control(text)),
        ProgressLine::Begins { script, name } if terminal => {
            let file = Path::new(script).file_name().unwrap_or_default().to_string_lossy();
            let line: String = format!("{} › {}", escape_control(&file), escape_control(name)).chars().take(SHORT).collect();
            write!(out, "{CLEAR}{line}").and_then(|()| out.flush())
        }
        ProgressLine::Begins { .. } => Ok(()),
        ProgressLine::Printed { script, text } => {
            text.lines().try_for_each(|line| writeln!(out, "{clear}{}: {}", escape_control(script), escape_control(line)))
        }
    };
}

/// Clears the line that shows what runs now.
fn clear() {
    let mut out = io::stderr().lock();
    if out.is_terminal() {
        let _ = out.write_all(CLEAR.as_bytes()); // a closed terminal shows nothing
    }
}
