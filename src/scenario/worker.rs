//! The threads of a run: each takes the next file and runs it on a runtime of its own, whose clock may be virtual.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use super::options::ScenarioOptions;
use super::outcome::{CaseFailure, CaseOutcome, FileReport, ScenarioCase};
use super::player;
use super::progress::{FileTurn, ProgressFn, ProgressLine};
use super::session::ScenarioSession;
use crate::clock::follow_runtime;

/// The start of virtual time: a fixed moment, so that a run can be repeated exactly (2030-01-01T00:00:00Z).
const VIRTUAL_START: i64 = 1_893_456_000;

/// Runs files as often as the options say, and calls `report` for each file when it has ended, with its place among all of them, in the order
/// of the ends. The places of the second time follow those of the first.
pub fn run<'a>(
    files: &'a [PathBuf],
    options: &ScenarioOptions,
    progress: ProgressFn<'_>,
    mut report: impl FnMut(usize, FileReport),
) {
    let rounds = (0..options.repeat.max(1)).flat_map(|round| files.iter().map(move |path| (round, path)));
    let turn = |(index, (round, path)): (usize, (usize, &'a PathBuf))| {
        let seed = options.seed.wrapping_add(round as u64);
        FileTurn { index, path, seed }
    };
    let queue: Mutex<VecDeque<FileTurn<'_>>> = Mutex::new(rounds.enumerate().map(turn).collect());
    let (sender, reports) = channel();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, (files.len() * options.repeat).max(1)) {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || work(queue, options, progress, &sender));
        }
        drop(sender);
        reports.iter().for_each(|(index, file)| report(index, file));
    });
}

/// The scenarios that the files declare, as cases that have not run; a file that cannot be read or fails at once has a broken one.
pub fn list(files: &[PathBuf], options: &ScenarioOptions) -> Vec<FileReport> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return files.iter().map(|file| broken_file(file, "no thread to read it")).collect();
    };
    files.iter().map(|file| runtime.block_on(async { player::list(file, options) })).collect()
}

fn work(
    queue: &Mutex<VecDeque<FileTurn<'_>>>,
    options: &ScenarioOptions,
    progress: ProgressFn<'_>,
    reports: &Sender<(usize, FileReport)>,
) {
    fastrand::seed(options.seed);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    // With a charge point under test the session continues from file to file, so that the charge point stays connected.
    let mut kept: Option<(tokio::runtime::Runtime, Option<ScenarioSession>)> = None;
    let failed = |index, report: FileReport| {
        for case in &report.cases {
            progress(ProgressLine::Ended { index, script: &report.file, case });
        }
        let _ = reports.send((index, report));
    };
    while let Some(turn) = next().filter(|_| !options.stop.is_cancelled() && !options.enough.is_cancelled()) {
        let (index, file) = (turn.index, turn.path);
        let (runtime, mut session) = match kept.take() {
            Some(kept) => kept,
            None => match tokio::runtime::Builder::new_current_thread().enable_all().start_paused(options.virtual_time).build()
            {
                Ok(runtime) => (runtime, None),
                Err(error) => {
                    failed(index, broken_file(file, &format!("no thread for the network: {error}")));
                    continue;
                }
            },
        };
        let running = async {
            let start = jiff::Timestamp::from_second(VIRTUAL_START).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            let _clock = options.virtual_time.then(|| follow_runtime(start));
            let report = player::play(turn, options, progress, &mut session).await;
            if options.listen.is_none()
                && let Some(session) = session.take()
            {
                session.end(options).await;
            }
            report
        };
        // Nothing of a file that panicked is used afterwards, so no broken state is seen.
        let Ok(report) = catch_unwind(AssertUnwindSafe(|| runtime.block_on(running))) else {
            failed(index, broken_file(file, "the program failed while it ran this, please report it"));
            continue;
        };
        // The receiver is gone when the run was cancelled.
        let _ = reports.send((index, report));
        if options.listen.is_some() {
            kept = Some((runtime, session));
        }
    }
    if let Some((runtime, Some(session))) = kept {
        runtime.block_on(session.end(options));
    }
}

fn broken_file(file: &Path, reason: &str) -> FileReport {
    let outcome = CaseOutcome::Broken(CaseFailure::plain(reason, None));
    let name = file.display().to_string();
    let case = ScenarioCase { name: name.clone(), outcome, ..ScenarioCase::default() };
    FileReport { file: name, cases: vec![case] }
}
