//! The report as Markdown, for a merge request, a wiki or an issue: GitHub's dialect, because of its tables.

use std::fmt::Write as _;

use super::description::{CaseDescription, RunDescription, parts};
use super::{DISCLAIMER, ResultCount, visible};
use crate::scenario::outcome::CaseFailure;

/// The document, with a line end.
pub(super) fn write(run: &RunDescription<'_>) -> String {
    // A String takes everything, here and below.
    let mut page = format!("# Test report\n\n{}\n\n| environment | |\n|---|---|\n", inline(&run.count.sentence()));
    for (name, value) in &run.head.environment {
        let _ = writeln!(page, "| {} | {} |", inline(name), inline(value));
    }
    let _ = writeln!(page, "| seed | {} |\n", run.head.seed);
    let names = ResultCount::default().named().map(|(name, _)| name);
    let _ = writeln!(page, "| grade | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for (grade, count) in &run.grades {
        let _ = writeln!(page, "| {} | {} |", grade.name(), count.named().map(|(_, number)| number.to_string()).join(" | "));
    }
    page.push_str("\n## Results\n\n| verdict | scenario | grade | reason |\n|---|---|---|---|\n");
    for case in run.cases() {
        let reason = inline(case.reason.as_deref().unwrap_or_default());
        let (verdict, grade) = (case.verdict, case.case.grade.name());
        let _ = writeln!(page, "| {verdict} | {} | {grade} | {reason} |", inline(&case.title));
    }
    page.push_str("\n## Scenarios\n");
    run.cases().for_each(|case| put(&mut page, case));
    let _ = writeln!(page, "\n{DISCLAIMER}");
    page
}

fn put(page: &mut String, described: &CaseDescription<'_>) {
    let case = described.case;
    let _ = writeln!(page, "\n### {}: {}\n", described.verdict, inline(&described.title));
    for (name, value) in described.about() {
        put_item(page, name, &value);
    }
    if let Some(reason) = &described.reason {
        put_item(page, "reason", reason);
    }
    if let Some(failure) = described.failure {
        put_parts(page, "", failure);
    }
    for note in &case.notes {
        put_item(page, note.level.name(), &note.detail.message);
        put_parts(page, "  ", &note.detail);
    }
    for step in &case.steps {
        if !step.name.is_empty() {
            let _ = writeln!(page, "\n**{}**", inline(&step.name));
        }
        put_block(page, &step.exchange);
    }
    if !case.trace.is_empty() {
        page.push_str("\nTrace:\n");
        put_block(page, &case.trace);
    }
}

fn put_item(page: &mut String, name: &str, value: &str) {
    let _ = writeln!(page, "- {name}: {}", inline(value));
}

fn put_parts(page: &mut String, margin: &str, failure: &CaseFailure) {
    for (name, part) in parts(failure) {
        let _ = writeln!(page, "{margin}- {name}: {}", inline(part));
    }
}

/// Lines as a block of code, within a fence that is longer than any in them.
fn put_block(page: &mut String, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<String> = lines.iter().map(|line| visible(line).replace('\n', " ")).collect();
    let _ = writeln!(page, "\n{fence}text\n{}\n{fence}", lines.join("\n"));
}

/// A text within a line: nothing in it is Markdown, HTML or a link. A backslash may stand before every punctuation of ASCII.
fn inline(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in visible(text).replace('\n', " ").chars() {
        if character.is_ascii_punctuation() && !matches!(character, ',' | '\'' | '"' | '/' | ';' | '%' | '?') {
            shown.push('\\');
        }
        shown.push(character);
    }
    shown
}
