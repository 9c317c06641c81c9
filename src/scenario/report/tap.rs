//! The report in the Test Anything Protocol, version 13, which every reader knows: a line a scenario, and a block of YAML after those
//! that did not pass.

use std::fmt::Write as _;

use serde_json::json;

use super::sentence;
use crate::scenario::outcome::{CaseOutcome, FileReport, NoteLevel, ScenarioCase};

/// The document, with a line end.
pub(super) fn write(files: &[FileReport], seed: u64) -> String {
    let total: usize = files.iter().map(|file| file.cases.len()).sum();
    let mut tap = format!("TAP version 13\n1..{total}\n# seed {seed}\n");
    let cases = files.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case)));
    for (number, (file, case)) in (1..).zip(cases) {
        let name = plain(&format!("{} › {}", file.file, case.name));
        // A String takes everything, here and below.
        let _ = match &case.outcome {
            CaseOutcome::Passed => writeln!(tap, "ok {number} - {name}"),
            // The directive of what is known to be open: readers show it, and the run does not fail.
            CaseOutcome::Warned => writeln!(tap, "not ok {number} - {name} # TODO {}", plain(&warning(case))),
            CaseOutcome::Skipped(reason) => writeln!(tap, "ok {number} - {name} # SKIP {}", plain(reason)),
            CaseOutcome::Failed(_) | CaseOutcome::Broken(_) => writeln!(tap, "not ok {number} - {name}"),
        };
        if let CaseOutcome::Failed(failure) | CaseOutcome::Broken(failure) = &case.outcome {
            let severity = if matches!(case.outcome, CaseOutcome::Failed(_)) { "fail" } else { "error" };
            tap.push_str("  ---\n");
            // JSON is YAML, so every text of the failure is safe in it.
            let mut put = |name: &str, value: serde_json::Value| {
                if !value.is_null() && value != json!([]) {
                    let _ = writeln!(tap, "  {name}: {value}");
                }
            };
            put("message", json!(failure.message));
            put("severity", json!(severity));
            put("at", json!(failure.place));
            put("step", json!(failure.step));
            put("expected", json!(failure.expected));
            put("found", json!(failure.found));
            put("by", json!(case.by));
            put("exchange", json!(failure.exchange));
            put("trace", json!(failure.trace));
            tap.push_str("  ...\n");
        }
        // A comment is a line of its own, whatever the text holds.
        for note in &case.notes {
            let _ = writeln!(tap, "# {}", plain(&sentence(note)));
        }
    }
    tap
}

/// The first warning of a scenario.
fn warning(case: &ScenarioCase) -> String {
    let first = case.notes.iter().find(|note| note.level != NoteLevel::Remark);
    first.map_or_else(String::new, |note| format!("{}: {}", note.level.name(), note.detail.message))
}

/// A description in one line, in which `#` begins no directive.
fn plain(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace('\\', "\\\\").replace('#', "\\#")
}
