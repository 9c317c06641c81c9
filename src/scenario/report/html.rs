//! The report as one HTML file that a person can hand in: it needs no other file, no network and no script, and reads on a phone and on
//! paper. Its style is in `html.css`.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::description::{CaseDescription, RunDescription, parts};
use super::{DISCLAIMER, ResultCount, visible};
use crate::scenario::outcome::{CaseOutcome, CaseStep};

const STYLE: &str = include_str!("html.css");
/// Nothing in the page may load or run anything, whatever a peer has sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The document, with a line end.
pub(super) fn write(run: &RunDescription<'_>) -> String {
    let summary = text(&run.count.sentence());
    // A String takes everything, here and below.
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>OCPP test report: {summary}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>OCPP test report</h1>\n<p>{summary}</p>\n"
    );
    let seed = ("seed".to_owned(), run.head.seed.to_string());
    put_table(&mut page, run.head.environment.iter().chain([&seed]).map(|(name, value)| (name.as_str(), value.as_str())));
    page.push_str("</header>\n<main>\n");
    // What a reader looks for first; in the list of all it stands among a hundred others.
    if run.cases().any(is_to_mend) {
        page.push_str("<h2>What to look at</h2>\n<ol class=\"cases\">\n");
        for (number, case) in (1..).zip(run.cases()).filter(|(_, case)| is_to_mend(case)) {
            let facts = case.failure.into_iter().flat_map(parts);
            put_result(&mut page, number, case, facts.filter(|(name, _)| matches!(*name, "expected" | "found")));
        }
        page.push_str("</ol>\n");
    }
    page.push_str("<h2>Results</h2>\n<ol class=\"cases\">\n");
    (1..).zip(run.cases()).for_each(|(number, case)| put_result(&mut page, number, case, std::iter::empty()));
    page.push_str("</ol>\n");
    put_counts(&mut page, run);
    page.push_str("<h2>Scenarios</h2>\n");
    for (number, case) in (1..).zip(run.cases()) {
        put(&mut page, number, case);
    }
    let _ = writeln!(page, "</main>\n<footer><p>{DISCLAIMER}</p></footer>\n</body>\n</html>");
    page
}

/// Whether it needs work.
fn is_to_mend(case: &CaseDescription<'_>) -> bool {
    !matches!(case.verdict, "passed" | "skipped")
}

/// A verdict with its reason, and what else is reported of it.
fn put_result<'a>(
    page: &mut String,
    number: usize,
    case: &CaseDescription<'_>,
    facts: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let verdict = case.verdict;
    let _ = write!(page, "<li><span class=\"verdict {verdict}\">{verdict}</span>");
    let _ = write!(page, " <a href=\"#case-{number}\">{}</a>", text(&case.title));
    if let Some(reason) = &case.reason {
        let _ = write!(page, "<p>{}</p>", text(reason));
    }
    for (name, value) in facts {
        let _ = write!(page, "<p>{name}: {}</p>", text(value));
    }
    page.push_str("</li>\n");
}

/// How many scenarios of each grade ended in which way.
fn put_counts(page: &mut String, run: &RunDescription<'_>) {
    let heads: String = ResultCount::default().named().iter().map(|(name, _)| format!("<th>{name}</th>")).collect();
    let _ = writeln!(page, "<h2>By grade</h2>\n<div class=\"scroll\"><table class=\"counts\">\n<tr><th>grade</th>{heads}</tr>");
    for (grade, count) in &run.grades {
        let cells: String = count.named().iter().map(|(_, number)| format!("<td>{number}</td>")).collect();
        let _ = writeln!(page, "<tr><td>{}</td>{cells}</tr>", grade.name());
    }
    page.push_str("</table></div>\n");
}

fn put(page: &mut String, number: usize, described: &CaseDescription<'_>) {
    let (case, verdict) = (described.case, described.verdict);
    let _ = writeln!(page, "<article class=\"{verdict}\" id=\"case-{number}\">");
    let _ = writeln!(page, "<h3><span class=\"verdict {verdict}\">{verdict}</span> {}</h3>", text(&described.title));
    let about = described.about();
    let reason = described.reason.as_deref().map(|reason| ("reason", reason)).into_iter();
    let failure = described.failure.into_iter().flat_map(parts);
    let notes = case.notes.iter().flat_map(|note| {
        let named: (&str, &str) = (note.level.name(), &note.detail.message);
        std::iter::once(named).chain(parts(&note.detail))
    });
    let about = about.iter().map(|(name, value)| (*name, value.as_str()));
    put_table(page, about.chain(reason).chain(failure).chain(notes));
    let messages: usize = case.steps.iter().map(|step| step.exchange.len()).sum();
    if !case.steps.is_empty() {
        // The messages of a failed case are open, because a reader looks for the reason there; those of the others are folded, and on paper again there.
        let open = if matches!(case.outcome, CaseOutcome::Passed | CaseOutcome::Skipped(_)) { "" } else { " open" };
        let _ = writeln!(page, "<details{open}><summary>Steps and messages ({messages})</summary>");
        case.steps.iter().for_each(|step| put_step(page, step));
        page.push_str("</details>\n");
    }
    if !case.trace.is_empty() {
        page.push_str("<details><summary>Trace</summary>\n");
        put_lines(page, &case.trace);
        page.push_str("</details>\n");
    }
    page.push_str("</article>\n");
}

fn put_step(page: &mut String, step: &CaseStep) {
    if !step.name.is_empty() {
        let _ = writeln!(page, "<h4>{}</h4>", text(&step.name));
    }
    put_lines(page, &step.exchange);
}

fn put_lines(page: &mut String, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let lines: Vec<String> = lines.iter().map(|line| text(line)).collect();
    let _ = writeln!(page, "<pre>{}</pre>", lines.join("\n"));
}

/// Names and values, a row each.
fn put_table<'a>(page: &mut String, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    page.push_str("<table class=\"facts\">\n");
    for (name, value) in rows {
        let _ = writeln!(page, "<tr><th>{}</th><td>{}</td></tr>", text(name), text(value));
    }
    page.push_str("</table>\n");
}

/// A text between tags: nothing in it is HTML, and what cannot be seen is shown as an escape.
fn text(text: &str) -> String {
    escape(&*visible(text)).into_owned()
}
