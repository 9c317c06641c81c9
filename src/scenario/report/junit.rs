//! The report as the XML of JUnit: a suite a file, a case a scenario. Ours, because `quick-junit` brings a calendar and a second XML
//! library for these eighty lines.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::{count, details, sentence};
use crate::scenario::outcome::{CaseOutcome, FileReport, ScenarioCase};

/// The document, with a line end.
pub(super) fn write(files: &[FileReport], seed: u64) -> String {
    let all = count(files.iter().flat_map(|file| &file.cases));
    let seconds: f64 = files.iter().flat_map(|file| &file.cases).map(|case| case.took.as_secs_f64()).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = all.passed + all.warned + all.failed + all.broken + all.skipped;
    // A String takes everything, here and below.
    let _ = writeln!(
        xml,
        "<testsuites name=\"ocpp-tui\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\">",
        all.failed, all.broken, all.skipped
    );
    for file in files {
        let count = count(&file.cases);
        let seconds: f64 = file.cases.iter().map(|case| case.took.as_secs_f64()).sum();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\">",
            text(&file.file),
            file.cases.len(),
            count.failed,
            count.broken,
            count.skipped
        );
        let _ = writeln!(xml, "    <properties><property name=\"seed\" value=\"{seed}\"/></properties>");
        file.cases.iter().for_each(|case| put(&mut xml, &file.file, case));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn put(xml: &mut String, file: &str, case: &ScenarioCase) {
    let (name, class, seconds) = (text(&case.name), text(file), case.took.as_secs_f64());
    // JUnit knows no warnings: the case passes, and says in its properties and in its output what they are.
    let _ = write!(xml, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{seconds:.3}\"");
    let (element, failure) = match &case.outcome {
        CaseOutcome::Passed | CaseOutcome::Warned => return end(xml, case),
        CaseOutcome::Skipped(reason) => {
            let _ = writeln!(xml, "><skipped message=\"{}\"/></testcase>", text(reason));
            return;
        }
        CaseOutcome::Failed(failure) => ("failure", failure),
        CaseOutcome::Broken(failure) => ("error", failure),
    };
    let (message, body) = (text(&failure.message), text(&(details(case, "message", failure, "") + &notes(case))));
    let _ = writeln!(xml, ">\n      <{element} message=\"{message}\">{body}</{element}>\n    </testcase>");
}

fn end(xml: &mut String, case: &ScenarioCase) {
    if case.trace.is_empty() && case.notes.is_empty() {
        xml.push_str("/>\n");
        return;
    }
    xml.push_str(">\n");
    if !case.notes.is_empty() {
        xml.push_str("      <properties>\n");
        for note in &case.notes {
            let (name, value) = (note.level.name(), text(&note.detail.message));
            let _ = writeln!(xml, "        <property name=\"{name}\" value=\"{value}\"/>");
        }
        xml.push_str("      </properties>\n");
    }
    let out = notes(case) + &case.trace.join("\n");
    let _ = writeln!(xml, "      <system-out>{}</system-out>\n    </testcase>", text(&out));
}

/// Warnings, remarks and failed cleanups, a line each.
fn notes(case: &ScenarioCase) -> String {
    case.notes.iter().map(|note| sentence(note) + "\n").collect()
}

/// A text between tags or quotation marks. Characters that XML 1.0 cannot hold are replaced.
fn text(text: &str) -> String {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    let held: String = text.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect();
    escape(&held).replace('\n', "&#10;")
}
