//! The result as the XML of JUnit: a suite an area, a case a check. A rule that is broken is a failure, what was not tried is skipped.

use std::fmt::Write as _;

use super::{CheckRow, ProbeReport};
use crate::probe::{ProbeArea, ProbeVerdict};
use crate::sanitize::escape_xml;

impl ProbeReport {
    /// The result as JUnit, with a line end.
    pub fn junit(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let all: Vec<&CheckRow> = self.rows.iter().collect();
        let _ = writeln!(xml, "<testsuites name=\"ocpp-tui probe {}\" {}>", escape_xml(&self.url), numbers(&all));
        for rows in self.rows.chunk_by(|row, next| row.check.area == next.check.area) {
            let rows: Vec<&CheckRow> = rows.iter().collect();
            if let Some(first) = rows.first() {
                suite(&mut xml, first.check.area, &rows);
            }
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}

fn is_skipped(row: &CheckRow) -> bool {
    matches!(row.judgement.verdict, ProbeVerdict::NotApplicable | ProbeVerdict::NotTried)
}

/// The attributes with the numbers of some checks.
fn numbers(rows: &[&CheckRow]) -> String {
    let failures = rows.iter().filter(|row| row.judgement.verdict == ProbeVerdict::BreaksRule).count();
    let skipped = rows.iter().filter(|row| is_skipped(row)).count();
    let time: f64 = rows.iter().map(|row| row.took.as_secs_f64()).sum();
    format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{time:.3}\"", rows.len())
}

fn suite(xml: &mut String, area: ProbeArea, rows: &[&CheckRow]) {
    let _ = writeln!(xml, "  <testsuite name=\"{}\" {}>", area.title(), numbers(rows));
    for row in rows {
        let CheckRow { check, judgement, took } = row;
        let class = area.word();
        let _ =
            writeln!(xml, "    <testcase name=\"{}\" classname=\"{class}\" time=\"{:.3}\">", check.name, took.as_secs_f64());
        let (came, remedy) = (escape_xml(&judgement.came), escape_xml(judgement.remedy));
        if judgement.verdict == ProbeVerdict::BreaksRule {
            let clause = escape_xml(check.clause);
            let _ = writeln!(xml, "      <failure message=\"{came}\">{clause}: {remedy}</failure>");
        } else if is_skipped(row) {
            let _ = writeln!(xml, "      <skipped message=\"{}: {came}\"/>", judgement.verdict.words());
        }
        let verdict = judgement.verdict.words();
        let _ = writeln!(xml, "      <system-out>{}: {verdict}: {came}</system-out>", escape_xml(check.tries));
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n");
}
