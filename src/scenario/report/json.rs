//! The report as one JSON document.

use serde_json::{Map, Value, json};

use super::ResultCount;
use super::description::{CaseDescription, RunDescription};
use crate::scenario::outcome::{CaseNote, CaseOutcome, CaseStep};

/// The document, with a line end.
pub(super) fn write(run: &RunDescription<'_>) -> String {
    let mut document = json!({ "seed": run.head.seed });
    put_counts(&mut document, run.count);
    document["environment"] =
        run.head.environment.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>().into();
    let grades = run.grades.iter().map(|(grade, count)| {
        let mut counts = json!({});
        put_counts(&mut counts, *count);
        (grade.name().to_owned(), counts)
    });
    document["grades"] = grades.collect::<Map<_, _>>().into();
    let files = run
        .files
        .iter()
        .map(|file| json!({ "file": file.file, "scenarios": file.cases.iter().map(case).collect::<Vec<Value>>() }));
    document["files"] = files.collect();
    format!("{document:#}\n")
}

fn put_counts(object: &mut Value, count: ResultCount) {
    for (name, number) in count.named() {
        object[name] = json!(number);
    }
    object["remarks"] = json!(count.remarks);
}

fn case(described: &CaseDescription<'_>) -> Value {
    let case = described.case;
    let mut object = json!({
        "name": case.name,
        "checks": case.checks,
        "by": case.by,
        "grade": case.grade.name(),
        "seconds": described.seconds,
        "outcome": described.verdict,
    });
    for (name, text) in [("id", &case.id), ("area", &case.area)] {
        if !text.is_empty() {
            object[name] = json!(text);
        }
    }
    if !case.profiles.is_empty() {
        object["profiles"] = json!(case.profiles);
    }
    if let CaseOutcome::Skipped(reason) = &case.outcome {
        object["reason"] = json!(reason);
    }
    if let Some(failure) = described.failure {
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
    if !case.steps.is_empty() {
        object["steps"] = case.steps.iter().map(step).collect();
    }
    if !case.trace.is_empty() {
        object["trace"] = json!(case.trace);
    }
    object
}

/// A step with its messages.
pub(super) fn step(step: &CaseStep) -> Value {
    json!({ "name": step.name, "exchange": step.exchange })
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
