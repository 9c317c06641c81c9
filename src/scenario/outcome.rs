//! The results of scenarios, for reports.

use std::time::Duration;

/// The results of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileReport {
    /// The file as it was named.
    pub file: String,
    /// Its scenarios, in the order in which they ran.
    pub cases: Vec<ScenarioCase>,
}

/// The result of a scenario.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScenarioCase {
    /// Its name.
    pub name: String,
    /// Its number in a list of test cases, such as `TC_010`, or nothing.
    pub id: String,
    /// The group of test cases that it belongs to, or nothing.
    pub area: String,
    /// The optional features of OCPP that it needs.
    pub profiles: Vec<String>,
    /// What it checks, a sentence or nothing.
    pub checks: String,
    /// The paragraphs that require it.
    pub by: Vec<String>,
    /// How strongly they require it.
    pub grade: ScenarioGrade,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// Warnings, remarks and failed cleanups, in the order in which they came.
    pub notes: Vec<CaseNote>,
    /// Its parts with the messages in them; the first one may have no name.
    pub steps: Vec<CaseStep>,
    /// How long it took by the session's clock.
    pub took: Duration,
    /// The trace, line by line; empty unless the options ask for the whole trace.
    pub trace: Vec<String>,
}

impl ScenarioCase {
    /// The name, after the number when it is not in the name.
    pub fn title(&self) -> String {
        if self.name.contains(&self.id) { self.name.clone() } else { format!("{} {}", self.id, self.name) }
    }
}

/// A part of a scenario, and what went over its links meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseStep {
    /// The name that `step` gave it, or what a person was asked to do; nothing before the first one.
    pub name: String,
    /// A line for each message, and for each link that came up or went down. Unsafe characters are escaped.
    pub exchange: Vec<String>,
}

/// How strongly OCPP requires what a scenario checks, in the words of RFC 2119.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScenarioGrade {
    /// Required: a failed expectation is a failure.
    #[default]
    Must,
    /// Recommended: a failed expectation is a warning.
    Should,
    /// Allowed: a failed expectation is a remark.
    May,
}

impl ScenarioGrade {
    /// The word of the scenario's declaration.
    pub fn name(self) -> &'static str {
        match self {
            ScenarioGrade::Must => "must",
            ScenarioGrade::Should => "should",
            ScenarioGrade::May => "may",
        }
    }
}

/// What a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoteLevel {
    /// Something that OCPP recommends was not as expected.
    Warning,
    /// Something that is worth knowing, and no fault.
    Remark,
    /// A cleanup after the scenario failed: the side under test may not be as it was before.
    Cleanup,
}

impl NoteLevel {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            NoteLevel::Warning => "warning",
            NoteLevel::Remark => "remark",
            NoteLevel::Cleanup => "cleanup",
        }
    }
}

/// Something beside the outcome of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNote {
    /// What it is.
    pub level: NoteLevel,
    /// Its sentence and what belongs to it.
    pub detail: CaseFailure,
}

/// How a scenario ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum CaseOutcome {
    /// Everything was as expected.
    #[default]
    Passed,
    /// Everything that OCPP requires was as expected; something that it recommends was not: there is a note about it.
    Warned,
    /// Something was not as expected.
    Failed(Box<CaseFailure>),
    /// It could not run: the script is wrong, or something that it needs is missing.
    Broken(Box<CaseFailure>),
    /// It was skipped, for this reason.
    Skipped(String),
}

impl CaseOutcome {
    /// The word in reports.
    pub fn name(&self) -> &'static str {
        match self {
            CaseOutcome::Passed => "passed",
            CaseOutcome::Warned => "warned",
            CaseOutcome::Failed(_) => "failed",
            CaseOutcome::Broken(_) => "broken",
            CaseOutcome::Skipped(_) => "skipped",
        }
    }

    /// What went wrong, if it failed or is broken.
    pub fn failure(&self) -> Option<&CaseFailure> {
        match self {
            CaseOutcome::Failed(failure) | CaseOutcome::Broken(failure) => Some(failure),
            CaseOutcome::Passed | CaseOutcome::Warned | CaseOutcome::Skipped(_) => None,
        }
    }
}

/// A failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFailure {
    /// One sentence.
    pub message: String,
    /// Where in the script: `boot.js:3:9`.
    pub place: Option<String>,
    /// The line of the script at this place.
    pub line: Option<String>,
    /// The step that failed, after the names of the sections around it.
    pub step: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
    /// The frames of the exchange that failed.
    pub exchange: Vec<String>,
    /// The lines of the trace around it.
    pub trace: Vec<String>,
}

impl CaseFailure {
    /// A failure with a sentence and a place only.
    pub(super) fn plain(message: impl Into<String>, place: Option<String>) -> Box<CaseFailure> {
        Box::new(CaseFailure { message: message.into(), place, ..CaseFailure::default() })
    }
}
