//! A fleet that was started from the shell: it ends the session when it ends, writes its reports, and decides the exit code. And `ocpp-tui
//! report merge`, which adds the reports of several processes.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::Subcommand;
use ocpp_tui::console::Console;
use ocpp_tui::fleet::{FleetHandle, FleetOptions, FleetReport, ReportLimits, report_text};

use super::fleet_arguments::FleetArguments;

/// A limit was passed.
const PASSED: u8 = 1;

/// The subcommands about reports.
#[derive(Debug, Subcommand)]
pub enum FleetReportCommand {
    /// Add the reports of several processes, and write the sum
    Merge {
        /// The reports, in JSON
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Where the sum is written: .json, .html or .txt; may be repeated [default: a summary on standard output]
        #[arg(long = "report", value_name = "FILE")]
        reports: Vec<PathBuf>,
        /// Exit with 1 when the sum has passed a limit, like 'p99>1s or errors>0.1%'
        #[arg(long, value_name = "LIMITS")]
        fail_if: Option<ReportLimits>,
    },
}

/// A fleet of the shell.
pub struct ShellFleet {
    handle: FleetHandle,
    reports: Vec<PathBuf>,
    fail_if: Option<ReportLimits>,
    has_end: bool,
}

/// Starts a fleet, and ends the session when it has ended.
///
/// # Errors
/// When a report cannot be written later: its form is unknown or its folder is missing.
pub fn start(console: &Console, options: FleetOptions, arguments: &FleetArguments) -> anyhow::Result<ShellFleet> {
    for file in &arguments.reports {
        check(file)?;
    }
    let has_end = options.duration.is_some() || options.until.is_some();
    let handle = console.fleets().start(console.hub(), options)?;
    let (watched, hub) = (handle.clone(), console.hub().clone());
    tokio::spawn(async move {
        watched.ended().await;
        hub.shutdown().cancel();
    });
    Ok(ShellFleet { handle, reports: arguments.reports.clone(), fail_if: arguments.fail_if.clone(), has_end })
}

impl ShellFleet {
    /// Whether it ends by itself.
    pub fn has_end(&self) -> bool {
        self.has_end
    }

    /// Ends the fleet, if it has not ended, and writes the reports. The exit code is 1 when a limit was passed.
    ///
    /// # Errors
    /// When a report cannot be written.
    pub async fn end(self) -> anyhow::Result<ExitCode> {
        self.handle.stop();
        let end = self.handle.ended().await.context("The fleet was lost before its report was made.")?;
        let mut output = io::stdout().lock();
        for line in end.report.summary() {
            writeln!(output, "{line}")?;
        }
        for (count, what) in [
            (end.missed, "records had left the memory before they were counted; give the session more with --trace-memory"),
            (end.given_up, "planned calls were given up"),
        ] {
            if count > 0 {
                writeln!(io::stderr(), "ocpp-tui: {count} {what}")?;
            }
        }
        if let Some(why) = &end.state.refusal {
            writeln!(io::stderr(), "ocpp-tui: {} stations could not be started: {why}", end.state.refused)?;
        }
        if let Some(passed) = &end.passed {
            writeln!(output, "ended: {passed}")?;
        }
        drop(output);
        finish(&end.report, &self.reports, self.fail_if.as_ref())
    }
}

/// Runs `report`.
///
/// # Errors
/// When a report cannot be read or written.
pub fn report(command: &FleetReportCommand) -> anyhow::Result<ExitCode> {
    let FleetReportCommand::Merge { files, reports, fail_if } = command;
    for file in reports {
        check(file)?;
        if files.contains(file) {
            bail!("{} is one of the reports that are added; write the sum into another file.", file.display());
        }
    }
    let read = |file: &PathBuf| -> anyhow::Result<FleetReport> {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_str(&text).map_err(|error| anyhow!("{} is no report of a fleet: {error}", file.display()))
    };
    let sum = FleetReport::merge(&files.iter().map(read).collect::<Result<Vec<_>, _>>()?)?;
    let mut output = io::stdout().lock();
    for line in sum.summary() {
        writeln!(output, "{line}")?;
    }
    drop(output);
    finish(&sum, reports, fail_if.as_ref())
}

/// Refuses a file whose name says no form, or whose folder is missing, before the fleet runs for an hour.
fn check(file: &Path) -> anyhow::Result<()> {
    if report_text(&FleetReport::default(), file).is_none() {
        bail!("The end of the name of {} says how the report is written; end it with .json, .html or .txt.", file.display());
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => bail!("There is no folder {} for the report.", folder.display()),
        _ => Ok(()),
    }
}

fn finish(report: &FleetReport, files: &[PathBuf], fail_if: Option<&ReportLimits>) -> anyhow::Result<ExitCode> {
    for file in files {
        let text = report_text(report, file).unwrap_or_default(); // its form was checked
        fs::write(file, text).with_context(|| format!("The report cannot be written to {}", file.display()))?;
    }
    match fail_if.and_then(|limits| limits.passed(report)) {
        Some(passed) => {
            writeln!(io::stderr(), "ocpp-tui: {passed}")?;
            Ok(ExitCode::from(PASSED))
        }
        None => Ok(ExitCode::SUCCESS),
    }
}
