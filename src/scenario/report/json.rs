//! The report as one JSON document.

use serde_json::{Value, json};

use super::count;
use crate::scenario::outcome::{CaseNote, CaseOutcome, FileReport, ScenarioCase};

/// The document, with a line end.
pub(super) fn write(files: &[FileReport], seed: u64) -> String {
    let count = count(files.iter().flat_map(|file| &file.cases));
    let document = json!({
        "seed": seed,
        "passed": count.passed,
        "failed": count.failed,
        "broken": count.broken,
        "skipped": count.skipped,
        "warned": count.warned,
        "remarks": count.remarks,
        "files": files.iter().map(|file| json!({
            "file": file.file,
            "scenarios": file.cases.iter().map(case).collect::<Vec<Value>>(),
        })).collect::<Vec<Value>>(),
    });
    format!("{document:#}\n")
}

fn case(case: &ScenarioCase) -> Value {
    let mut object = json!({
        "name": case.name,
        "checks": case.checks,
        "by": case.by,
        "grade": case.grade.name(),
        "seconds": case.took.as_secs_f64(),
    });
    let (outcome, failure) = match &case.outcome {
        CaseOutcome::Passed => ("passed", None),
        CaseOutcome::Warned => ("warned", None),
        CaseOutcome::Skipped(reason) => {
            object["reason"] = json!(reason);
            ("skipped", None)
        }
        CaseOutcome::Failed(failure) => ("failed", Some(failure)),
        CaseOutcome::Broken(failure) => ("broken", Some(failure)),
    };
    object["outcome"] = json!(outcome);
    if let Some(failure) = failure {
        object["message"] = json!(failure.message);
        object["place"] = json!(failure.place);
        object["line"] = json!(failure.line);
        object["step"] = json!(failure.step);
        object["expected"] = json!(failure.expected);
        object["found"] = json!(failure.found);
        object["exchange"] = json!(failure.exchange);
        object["trace"] = json!(failure.trace);
    }
    if !case.notes.is_empty() {
        object["notes"] = case.notes.iter().map(note).collect();
    }
    if !case.trace.is_empty() {
        object["trace"] = json!(case.trace);
    }
    object
}

/// A warning, a remark or a failed cleanup.
fn note(note: &CaseNote) -> Value {
    let detail = &note.detail;
    json!({
        "level": note.level.name(),
        "message": detail.message,
        "place": detail.place,
        "line": detail.line,
        "step": detail.step,
        "expected": detail.expected,
        "found": detail.found,
        "exchange": detail.exchange,
    })
}
