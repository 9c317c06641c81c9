//! What became of scenarios, for reports.

use std::time::Duration;

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileReport {
    /// The file as it was named.
    pub file: String,
    /// Its scenarios, in the order in which they were played.
    pub cases: Vec<ScenarioCase>,
}

/// What became of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioCase {
    /// Its name.
    pub name: String,
    /// What it checks, a sentence or nothing.
    pub checks: String,
    /// The paragraphs that require it.
    pub by: Vec<String>,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// How long it took by the session's clock.
    pub took: Duration,
    /// The trace, a line each; empty unless the whole was wanted.
    pub trace: Vec<String>,
}

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseOutcome {
    /// Everything was as expected.
    Passed,
    /// Something was not as expected.
    Failed(Box<CaseFailure>),
    /// It could not be played: the script is wrong, or what it needs is not there.
    Broken(Box<CaseFailure>),
    /// It was not judged, for this reason.
    Skipped(String),
}

/// What was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFailure {
    /// One sentence.
    pub message: String,
    /// Where in the script: `boot.js:3:9`.
    pub place: Option<String>,
    /// The line of the script at this place.
    pub line: Option<String>,
    /// The step that did not succeed, behind the named parts in which it stands.
    pub step: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
    /// The frames of the exchange that it is about.
    pub exchange: Vec<String>,
    /// What happened around it.
    pub trace: Vec<String>,
}

impl CaseFailure {
    /// A failure of which only a sentence and a place are known.
    pub(super) fn plain(message: impl Into<String>, place: Option<String>) -> Box<CaseFailure> {
        Box::new(CaseFailure { message: message.into(), place, ..CaseFailure::default() })
    }
}
