//! Reports of a run: the lines for the terminal, the formats that CI systems read, and those that a person hands in. What a report tells
//! is in `description`; a format writes it down.

mod description;
mod html;
mod json;
mod junit;
mod markdown;
mod tap;

pub use description::ReportHead;
use description::RunDescription;

use super::outcome::{CaseFailure, CaseNote, CaseOutcome, FileReport, NoteLevel, ScenarioCase};
use crate::sanitize::escape_control;

/// The last line of what a person hands in.
const DISCLAIMER: &str = "Made with ocpp-tui. Its scenarios are written from the specification; this report is no certificate and comes from no test house.";

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// The XML of JUnit, as CI systems read it.
    JUnit,
    /// One JSON document.
    Json,
    /// The Test Anything Protocol, version 13.
    Tap,
    /// One page of HTML.
    Html,
    /// Markdown.
    Markdown,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [ReportFormat; 5] =
        [ReportFormat::JUnit, ReportFormat::Json, ReportFormat::Tap, ReportFormat::Html, ReportFormat::Markdown];

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            ReportFormat::JUnit => "junit",
            ReportFormat::Json => "json",
            ReportFormat::Tap => "tap",
            ReportFormat::Html => "html",
            ReportFormat::Markdown => "markdown",
        }
    }

    /// The report in this format.
    pub fn write(self, files: &[FileReport], head: &ReportHead) -> String {
        let run = RunDescription::new(files, head);
        match self {
            ReportFormat::JUnit => junit::write(&run),
            ReportFormat::Json => json::write(&run),
            ReportFormat::Tap => tap::write(&run),
            ReportFormat::Html => html::write(&run),
            ReportFormat::Markdown => markdown::write(&run),
        }
    }
}

/// How many scenarios ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResultCount {
    /// Everything was as expected.
    pub passed: usize,
    /// Something was not as expected.
    pub failed: usize,
    /// Could not run.
    pub broken: usize,
    /// Were skipped.
    pub skipped: usize,
    /// Passed, with warnings.
    pub warned: usize,
    /// The remarks in all of them.
    pub remarks: usize,
}

impl ResultCount {
    /// How many scenarios there were.
    pub fn total(self) -> usize {
        self.passed + self.failed + self.broken + self.skipped + self.warned
    }

    /// The numbers of scenarios with their names.
    fn named(self) -> [(&'static str, usize); 5] {
        let ResultCount { passed, failed, broken, skipped, warned, .. } = self;
        [("passed", passed), ("warned", warned), ("failed", failed), ("broken", broken), ("skipped", skipped)]
    }

    /// The numbers in words.
    fn sentence(self) -> String {
        let numbers = self.named().map(|(name, number)| format!("{number} {name}")).join(", ");
        format!("{numbers}; {} remark{}", self.remarks, if self.remarks == 1 { "" } else { "s" })
    }
}

/// Counts outcomes.
pub fn count<'a>(cases: impl IntoIterator<Item = &'a ScenarioCase>) -> ResultCount {
    let mut count = ResultCount::default();
    for case in cases {
        count.remarks += case.notes.iter().filter(|note| note.level == NoteLevel::Remark).count();
        match case.outcome {
            CaseOutcome::Passed => count.passed += 1,
            CaseOutcome::Failed(_) => count.failed += 1,
            CaseOutcome::Broken(_) => count.broken += 1,
            CaseOutcome::Skipped(_) => count.skipped += 1,
            CaseOutcome::Warned => count.warned += 1,
        }
    }
    count
}

/// The text about a scenario that did not pass, for a terminal. Control characters are escaped, because it can hold text of the peer.
pub fn explain(file: &str, case: &ScenarioCase) -> String {
    let text = match &case.outcome {
        CaseOutcome::Failed(failure) => {
            let heading = format!("{file} › {} failed after {:.3} s\n", case.title(), case.took.as_secs_f64());
            heading + &details(case, "message", failure, "  ") + &notes(case, "  ")
        }
        CaseOutcome::Warned => {
            let heading = format!("{file} › {} passed with a warning after {:.3} s\n", case.title(), case.took.as_secs_f64());
            heading + &notes(case, "  ")
        }
        CaseOutcome::Broken(failure) => {
            let line = failure.line.as_ref().map_or_else(String::new, |line| format!("\n  {line}"));
            let broken = match &failure.place {
                Some(place) => format!("{place}: {} (scenario {:?}){line}\n", failure.message, case.title()),
                None if failure.message.starts_with(file) => format!("{}\n", failure.message),
                None => format!("{file}: {} (scenario {:?})\n", failure.message, case.title()),
            };
            broken + &notes(case, "  ")
        }
        CaseOutcome::Passed | CaseOutcome::Skipped(_) => String::new(), // their remarks are in the verbose output
    };
    text.lines().flat_map(|line| [escape_control(line), "\n".into()]).collect()
}

/// The warnings and failed cleanups of a scenario, with their parts. Remarks are in the reports and in the verbose output.
fn notes(case: &ScenarioCase, margin: &str) -> String {
    let shown = case.notes.iter().filter(|note| note.level != NoteLevel::Remark);
    shown.map(|note| details(case, note.level.name(), &note.detail, margin)).collect()
}

/// A note in one line.
pub fn sentence(note: &CaseNote) -> String {
    let CaseFailure { message, place, expected, found, .. } = &note.detail;
    let parts = [("expected", expected), ("found", found)].map(|(name, part)| (name, part.as_deref()));
    let parts = parts.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part?)));
    let parts: Vec<String> = parts.collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let place = place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
    format!("{}: {message}{parts}{place}", note.level.name())
}

/// The parts of a failure, one a line, and the trace. Its sentence stands behind `head`.
fn details(case: &ScenarioCase, head: &str, failure: &CaseFailure, margin: &str) -> String {
    let mut text = String::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            let value = value.replace('\n', &format!("\n{margin}           "));
            text.push_str(&format!("{margin}{name:<9}  {value}\n"));
        }
    };
    put(head, &failure.message);
    for (name, part) in description::parts(failure) {
        put(if name == "line" { "" } else { name }, part); // it stands below its place
    }
    put("checks", &case.checks);
    put("by", &case.by.join(", "));
    put("exchange", &failure.exchange.join("\n"));
    put("trace", &failure.trace.join("\n"));
    text
}

/// A text of several lines, in which control characters and those that change the direction are escapes.
fn visible(text: &str) -> String {
    text.split('\n').map(escape_control).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
