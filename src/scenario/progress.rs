//! The progress of a run: which file has its turn, and the lines that the user sees meanwhile.

use std::path::Path;

use super::outcome::ScenarioCase;

/// A line for the user while scenarios run.
#[derive(Debug, Clone, Copy)]
pub enum ProgressLine<'a> {
    /// Something to do at the side under test.
    Request(&'a str),
    /// A scenario begins.
    Begins {
        /// The place of its file in the list of the run.
        index: usize,
        /// The file of the script.
        script: &'a str,
        /// The name of the scenario.
        name: &'a str,
    },
    /// A scenario has ended, or was skipped; each one of the reports of files is sent here first.
    Ended {
        /// The place of its file in the list of the run.
        index: usize,
        /// The file of the script.
        script: &'a str,
        /// Its result.
        case: &'a ScenarioCase,
    },
    /// What a script prints.
    Printed {
        /// The file of the script.
        script: &'a str,
        /// The text.
        text: &'a str,
    },
}

/// Shows a line to the user; called from any thread.
pub type ProgressFn<'a> = &'a (dyn Fn(ProgressLine<'_>) + Sync);

/// A file of the run.
#[derive(Clone, Copy)]
pub(super) struct FileTurn<'a> {
    /// Its place among all of them; the second time behind all of the first time.
    pub index: usize,
    pub path: &'a Path,
    pub seed: u64,
}
