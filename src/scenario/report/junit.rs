//! The report as the XML of JUnit: a suite a file, a case a scenario. Ours, because `quick-junit` brings a calendar and a second XML
//! library for these lines.

use std::fmt::Write as _;

use super::description::{CaseDescription, RunDescription};
use super::{details, sentence};
use crate::sanitize::escape_xml as text;
use crate::scenario::outcome::{CaseOutcome, ScenarioCase};

/// The document, with a line end.
pub(super) fn write(run: &RunDescription<'_>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (count, seconds) = (run.count, run.seconds);
    // A String takes everything, here and below.
    let _ = writeln!(
        xml,
        "<testsuites name=\"ocpp-tui\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\">",
        count.total(),
        count.failed,
        count.broken,
        count.skipped
    );
    let mut properties = format!("<property name=\"seed\" value=\"{}\"/>", run.head.seed);
    for (name, value) in &run.head.environment {
        let _ = write!(properties, "<property name=\"{}\" value=\"{}\"/>", text(name), text(value));
    }
    for file in &run.files {
        let (count, seconds) = (file.count, file.seconds);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\">",
            text(file.file),
            count.total(),
            count.failed,
            count.broken,
            count.skipped
        );
        let _ = writeln!(xml, "    <properties>{properties}</properties>");
        file.cases.iter().for_each(|case| put(&mut xml, case));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn put(xml: &mut String, described: &CaseDescription<'_>) {
    let (name, class, seconds) = (text(&described.title), text(described.file), described.seconds);
    let _ = write!(xml, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{seconds:.3}\"");
    // JUnit knows no warnings: the case passes, and says in its properties and in its output what they are.
    let inside = inside(described);
    if inside.is_empty() {
        xml.push_str("/>\n");
    } else {
        let _ = writeln!(xml, ">\n{inside}    </testcase>");
    }
}

/// The elements of a case.
fn inside(described: &CaseDescription<'_>) -> String {
    let case = described.case;
    let mut xml = String::new();
    let notes: Vec<(&str, &str)> = case.notes.iter().map(|note| (note.level.name(), note.detail.message.as_str())).collect();
    let area = ("area", case.area.as_str());
    let properties: Vec<_> = notes.into_iter().chain([area].into_iter().filter(|(_, area)| !area.is_empty())).collect();
    if !properties.is_empty() {
        xml.push_str("      <properties>\n");
        for (name, value) in properties {
            let _ = writeln!(xml, "        <property name=\"{name}\" value=\"{}\"/>", text(value));
        }
        xml.push_str("      </properties>\n");
    }
    let element = match &case.outcome {
        CaseOutcome::Passed | CaseOutcome::Warned => None,
        CaseOutcome::Skipped(reason) => {
            let _ = writeln!(xml, "      <skipped message=\"{}\"/>", text(reason));
            None
        }
        CaseOutcome::Failed(failure) => Some(("failure", failure)),
        CaseOutcome::Broken(failure) => Some(("error", failure)),
    };
    if let Some((element, failure)) = element {
        let (message, body) = (text(&failure.message), text(&details(case, "message", failure, "")));
        let _ = writeln!(xml, "      <{element} message=\"{message}\">{body}</{element}>");
    }
    let out = output(case);
    if !out.is_empty() {
        let _ = writeln!(xml, "      <system-out>{}</system-out>", text(&out));
    }
    xml
}

/// Warnings, remarks and failed cleanups; the steps with their messages; the trace. A line each.
fn output(case: &ScenarioCase) -> String {
    let notes = case.notes.iter().map(sentence);
    let steps = case.steps.iter().flat_map(|step| {
        let name = (!step.name.is_empty()).then(|| format!("step {}", step.name));
        name.into_iter().chain(step.exchange.iter().cloned())
    });
    let heading = (!case.trace.is_empty()).then(|| "trace".to_owned());
    notes.chain(steps).chain(heading).chain(case.trace.iter().cloned()).map(|line| line + "\n").collect()
}
