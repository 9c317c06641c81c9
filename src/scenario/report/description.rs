//! A run as every report tells it: the counts, the verdict and the reason of each scenario, what it is about, and the parts of what went
//! wrong. The formats only write this down, each with its own escapes; a fact that is new in reports is added here.

use std::time::Duration;

use super::{ResultCount, count};
use crate::scenario::outcome::{CaseFailure, CaseOutcome, FileReport, NoteLevel, ScenarioCase, ScenarioGrade};

/// What a report tells beside the results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportHead {
    /// The seed of the random values.
    pub seed: u64,
    /// The side under test, the program, the time, parameters: a name and a value each.
    pub environment: Vec<(String, String)>,
}

/// A run.
pub(super) struct RunDescription<'a> {
    pub head: &'a ReportHead,
    pub count: ResultCount,
    /// The counts of each grade that occurs.
    pub grades: Vec<(ScenarioGrade, ResultCount)>,
    pub seconds: f64,
    pub files: Vec<FileDescription<'a>>,
}

/// A file of a run.
pub(super) struct FileDescription<'a> {
    pub file: &'a str,
    pub count: ResultCount,
    pub seconds: f64,
    pub cases: Vec<CaseDescription<'a>>,
}

/// A scenario of a run.
pub(super) struct CaseDescription<'a> {
    pub case: &'a ScenarioCase,
    /// The name with the number before it.
    pub title: String,
    pub file: &'a str,
    /// `passed`, `failed` and so on.
    pub verdict: &'static str,
    /// Why the verdict is not simply `passed`, one sentence.
    pub reason: Option<String>,
    /// What went wrong in a failed or broken one.
    pub failure: Option<&'a CaseFailure>,
    pub seconds: f64,
}

impl<'a> RunDescription<'a> {
    /// The run with these results.
    pub fn new(files: &'a [FileReport], head: &'a ReportHead) -> RunDescription<'a> {
        let all = || files.iter().flat_map(|file| &file.cases);
        let of = |grade: ScenarioGrade| (grade, count(all().filter(|case| case.grade == grade)));
        let grades = [ScenarioGrade::Must, ScenarioGrade::Should, ScenarioGrade::May].map(of);
        RunDescription {
            head,
            count: count(all()),
            grades: grades.into_iter().filter(|(_, count)| count.total() > 0).collect(),
            seconds: seconds(all()),
            files: files.iter().map(FileDescription::new).collect(),
        }
    }

    /// All scenarios, in their order.
    pub fn cases(&self) -> impl Iterator<Item = &CaseDescription<'a>> {
        self.files.iter().flat_map(|file| &file.cases)
    }
}

impl<'a> FileDescription<'a> {
    fn new(report: &'a FileReport) -> FileDescription<'a> {
        let cases = report.cases.iter().map(|case| CaseDescription::new(&report.file, case)).collect();
        FileDescription { file: &report.file, count: count(&report.cases), seconds: seconds(&report.cases), cases }
    }
}

impl<'a> CaseDescription<'a> {
    fn new(file: &'a str, case: &'a ScenarioCase) -> CaseDescription<'a> {
        let failure = case.outcome.failure();
        let warning = || case.notes.iter().find(|note| note.level != NoteLevel::Remark);
        let reason = match &case.outcome {
            CaseOutcome::Passed => None,
            CaseOutcome::Warned => warning().map(|note| format!("{}: {}", note.level.name(), note.detail.message)),
            CaseOutcome::Skipped(reason) => Some(reason.clone()),
            CaseOutcome::Failed(failure) | CaseOutcome::Broken(failure) => Some(failure.message.clone()),
        };
        let (title, verdict, seconds) = (case.title(), case.outcome.name(), case.took.as_secs_f64());
        CaseDescription { case, title, file, verdict, reason, failure, seconds }
    }

    /// What the scenario is about: the parts that it has, a name and a value each.
    pub fn about(&self) -> Vec<(&'static str, String)> {
        let case = self.case;
        let parts = [
            ("file", self.file.to_owned()),
            ("area", case.area.clone()),
            ("needs", case.profiles.join(", ")),
            ("checks", case.checks.clone()),
            ("by", case.by.join(", ")),
            ("grade", case.grade.name().to_owned()),
            ("took", format!("{:.3} s", self.seconds)),
        ];
        parts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// The parts of a failure or a note behind its sentence, those that it has.
pub(super) fn parts(failure: &CaseFailure) -> impl Iterator<Item = (&str, &str)> {
    let parts = [
        ("at", &failure.place),
        ("line", &failure.line),
        ("step", &failure.step),
        ("expected", &failure.expected),
        ("found", &failure.found),
    ];
    parts.into_iter().filter_map(|(name, part)| Some((name, part.as_deref().filter(|part| !part.is_empty())?)))
}

fn seconds<'a>(cases: impl IntoIterator<Item = &'a ScenarioCase>) -> f64 {
    cases.into_iter().map(|case| case.took).sum::<Duration>().as_secs_f64()
}
