//! The report in the Test Anything Protocol, version 13, which every reader knows: a line a scenario, and a block of YAML after those
//! that failed or sent something.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::description::{CaseDescription, RunDescription, parts};
use super::{json, sentence};
use crate::scenario::outcome::CaseOutcome;

/// The document, with a line end.
pub(super) fn write(run: &RunDescription<'_>) -> String {
    let mut tap = format!("TAP version 13\n1..{}\n# seed {}\n", run.count.total(), run.head.seed);
    // A String takes everything, here and below.
    for (name, value) in &run.head.environment {
        let _ = writeln!(tap, "# {}: {}", plain(name), plain(value));
    }
    for (number, case) in (1..).zip(run.cases()) {
        let name = plain(&format!("{} › {}", case.file, case.title));
        let reason = plain(case.reason.as_deref().unwrap_or_default());
        let _ = match &case.case.outcome {
            CaseOutcome::Passed => writeln!(tap, "ok {number} - {name}"),
            // The directive of what is known to be open: readers show it, and the run does not fail.
            CaseOutcome::Warned => writeln!(tap, "not ok {number} - {name} # TODO {reason}"),
            CaseOutcome::Skipped(_) => writeln!(tap, "ok {number} - {name} # SKIP {reason}"),
            CaseOutcome::Failed(_) | CaseOutcome::Broken(_) => writeln!(tap, "not ok {number} - {name}"),
        };
        put_block(&mut tap, case);
        // A comment is a line of its own, whatever the text holds.
        for note in &case.case.notes {
            let _ = writeln!(tap, "# {}", plain(&sentence(note)));
        }
    }
    tap
}

/// The block of YAML. JSON is YAML, so every text is safe in it.
fn put_block(tap: &mut String, described: &CaseDescription<'_>) {
    let mut block: Vec<(&str, Value)> = Vec::new();
    if let Some(failure) = described.failure {
        let severity = if matches!(described.case.outcome, CaseOutcome::Failed(_)) { "fail" } else { "error" };
        block.extend([("message", json!(failure.message)), ("severity", json!(severity))]);
        block.extend(parts(failure).map(|(name, part)| (name, json!(part))));
        block.extend([
            ("by", json!(described.case.by)),
            ("exchange", json!(failure.exchange)),
            ("trace", json!(failure.trace)),
        ]);
    }
    block.push(("steps", described.case.steps.iter().map(json::step).collect()));
    block.retain(|(_, value)| *value != json!([]));
    if block.is_empty() {
        return;
    }
    tap.push_str("  ---\n");
    for (name, value) in block {
        let _ = writeln!(tap, "  {name}: {value}");
    }
    tap.push_str("  ...\n");
}

/// A description in one line, in which `#` begins no directive.
fn plain(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace('\\', "\\\\").replace('#', "\\#")
}
