//! The report as the XML of JUnit: a suite a file, a case a scenario. Ours, because `quick-junit` brings a calendar and a second XML
//! library for these eighty lines.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::{count, details};
use crate::scenario::outcome::{CaseOutcome, FileReport, ScenarioCase};

/// The document, with a line end.
pub(super) fn write(files: &[FileReport], seed: u64) -> String {
    let all = count(files.iter().flat_map(|file| &file.cases));
    let seconds: f64 = files.iter().flat_map(|file| &file.cases).map(|case| case.took.as_secs_f64()).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = all.passed + all.failed + all.broken + all.skipped;
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
    let _ = write!(xml, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{seconds:.3}\"");
    let (element, failure) = match &case.outcome {
        CaseOutcome::Passed => return end(xml, case),
        CaseOutcome::Skipped(reason) => {
            let _ = writeln!(xml, "><skipped message=\"{}\"/></testcase>", text(reason));
            return;
        }
        CaseOutcome::Failed(failure) => ("failure", failure),
        CaseOutcome::Broken(failure) => ("error", failure),
    };
    let (message, body) = (text(&failure.message), text(&details(case, failure, "")));
    let _ = writeln!(xml, ">\n      <{element} message=\"{message}\">{body}</{element}>\n    </testcase>");
}

fn end(xml: &mut String, case: &ScenarioCase) {
    if case.trace.is_empty() {
        xml.push_str("/>\n");
    } else {
        let _ = writeln!(xml, ">\n      <system-out>{}</system-out>\n    </testcase>", text(&case.trace.join("\n")));
    }
}

/// A text between tags or quotation marks. Characters that XML 1.0 cannot hold are replaced.
fn text(text: &str) -> String {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    let held: String = text.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect();
    escape(&held).replace('\n', "&#10;")
}
