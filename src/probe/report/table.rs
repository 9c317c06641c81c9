//! The result as an aligned table: a heading an area, a line a check, long texts in several lines.

use std::fmt::Write as _;

use super::{CheckRow, ProbeReport};
use crate::probe::{CheckJudgement, ProbeVerdict};
use crate::sanitize::escape_control;
use crate::text_width::{columns_of, padded_to_width, width_of};

/// The narrowest table.
const NARROW: usize = 80;
/// The least room for what came.
const TEXT: usize = 24;
/// How far a line is indented.
const INDENT: &str = "  ";

impl ProbeReport {
    /// The table, as wide as the terminal, with or without colours.
    pub fn table(&self, width: usize, colours: bool) -> String {
        let areas = self.rows.chunk_by(|row, next| row.check.area == next.check.area);
        let shown = areas.clone().filter(|rows| beside_the_point(rows).is_none()).flatten();
        let names = shown.map(|row| row.check.name.len()).max().unwrap_or(0);
        let verdicts = ProbeVerdict::ALL.iter().map(|verdict| verdict.words().len()).max().unwrap_or(0);
        let layout =
            TableLayout { names, verdicts, text: width.max(NARROW).saturating_sub(names + verdicts + 6).max(TEXT), colours };
        let mut table = String::new();
        for rows in areas {
            if let Some(first) = rows.first() {
                let title = layout.painted("1", first.check.area.title());
                let _ = writeln!(table, "{}{title}", if table.is_empty() { "" } else { "\n" });
            }
            match beside_the_point(rows) {
                Some(CheckJudgement { verdict, came, .. }) => {
                    let text = format!("{} checks are {}: {}", rows.len(), verdict.words(), escape_control(came));
                    for line in wrapped(&text, width.max(NARROW) - INDENT.len()) {
                        let _ = writeln!(table, "{INDENT}{}", layout.painted("2", &line));
                    }
                }
                None => rows.iter().for_each(|row| layout.row(&mut table, row)),
            }
        }
        let _ = writeln!(table, "\n{}", self.summary());
        table
    }

    /// The numbers of the verdicts in a line.
    pub fn summary(&self) -> String {
        let counts = ProbeVerdict::ALL.iter().map(|verdict| (self.count(*verdict), verdict.words()));
        let counts = counts.filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let version = self.version.map_or_else(|| "without a link".to_owned(), |version| format!("links of OCPP {version}"));
        format!("{} checks in {:.0} s, {version}: {counts}", self.rows.len(), self.took.as_secs_f64())
    }
}

/// The judgement of some checks of which none was made, when it is the same for each.
fn beside_the_point(rows: &[CheckRow]) -> Option<&CheckJudgement> {
    let (first, others) = rows.split_first()?;
    let is_beside = matches!(first.judgement.verdict, ProbeVerdict::NotApplicable | ProbeVerdict::NotTried);
    let is_same = |row: &CheckRow| row.judgement == first.judgement;
    (is_beside && !others.is_empty() && others.iter().all(is_same)).then_some(&first.judgement)
}

struct TableLayout {
    names: usize,
    verdicts: usize,
    text: usize,
    colours: bool,
}

impl TableLayout {
    fn painted(&self, colour: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn row(&self, table: &mut String, row: &CheckRow) {
        let CheckRow { check, judgement, .. } = row;
        let colour = match judgement.verdict {
            ProbeVerdict::Supported | ProbeVerdict::KeepsRule => "32",
            ProbeVerdict::BreaksRule => "1;31",
            ProbeVerdict::NotSupported => "33",
            ProbeVerdict::NotApplicable | ProbeVerdict::NotTried => "2",
        };
        let verdict = self.painted(colour, &padded_to_width(judgement.verdict.words(), self.verdicts));
        let name = padded_to_width(check.name, self.names);
        let clause = if check.clause.is_empty() { String::new() } else { format!(" [{}]", check.clause) };
        let text = format!("{}: {}{clause}", check.tries, escape_control(&judgement.came));
        let mut lines = wrapped(&text, self.text);
        if !judgement.remedy.is_empty() {
            lines.extend(wrapped(&format!("→ {}", judgement.remedy), self.text));
        }
        let mut begin = format!("{INDENT}{name}{INDENT}{verdict}{INDENT}");
        for line in lines {
            let _ = writeln!(table, "{begin}{line}");
            begin = " ".repeat(self.names + self.verdicts + 3 * INDENT.len());
        }
    }
}

/// A text in lines of at most so many columns, parted at blanks where there are some.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word = word;
        if let Some(line) = lines.last_mut() {
            let blank = usize::from(!line.is_empty());
            if width_of(line) + blank + width_of(word) <= width {
                line.extend(std::iter::repeat_n(' ', blank));
                line.push_str(word);
                continue;
            }
        }
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        while width_of(word) > width {
            let part = columns_of(word, width);
            if part.is_empty() {
                break;
            }
            lines.push(part.to_owned());
            word = &word[part.len()..];
        }
        lines.push(word.to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ocpp::Transport;
    use crate::probe::{ProbeArea, ProbeCheck, checks};

    #[test]
    fn lines_are_parted_at_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("漢漢漢", 4), ["漢漢", "漢"]);
    }

    /// What a peer wrote, in every form of the report.
    const HOSTILE: &str = "a\u{1b}[2J\r\nb \u{202e}<c> \u{0}&\"";

    fn report() -> ProbeReport {
        let judgements = [
            CheckJudgement::supported("101 with ocpp1.6"),
            CheckJudgement::breaks(HOSTILE, "do it <better>"),
            CheckJudgement::not_tried("no link"),
        ];
        let with_tls = |check: &&'static ProbeCheck| check.area == ProbeArea::Tls;
        let beside = checks(Transport::WebSocket).filter(with_tls).take(4);
        let beside = beside.map(|check| (check, CheckJudgement::not_applicable("no wss://")));
        let rows = checks(Transport::WebSocket).zip(judgements).chain(beside).map(|(check, judgement)| CheckRow {
            check,
            judgement,
            took: Duration::from_millis(12),
        });
        ProbeReport {
            url: "ws://localhost:9000/".into(),
            identities: vec!["CP1".into()],
            version: None,
            began: jiff::Timestamp::UNIX_EPOCH,
            took: Duration::from_secs(2),
            rows: rows.collect(),
        }
    }

    #[test]
    fn the_table_is_aligned_and_nothing_of_the_peer_acts_in_it() {
        let report = report();
        let table = report.table(100, false);
        assert!(!table.chars().any(|character| crate::sanitize::is_unsafe(character) && character != '\n'), "{table}");
        assert!(table.lines().all(|line| width_of(line) <= 100), "{table}");
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0] == "Versions and subprotocols" && lines[1].contains("ocpp1.2 alone: 101 with ocpp1.6"), "{table}");
        let columns: Vec<usize> = ["ocpp1.2 alone", "ocpp1.5 alone", "→ do it"]
            .iter()
            .map(|part| lines.iter().find_map(|line| line.find(part)).unwrap())
            .collect();
        assert_eq!(columns, [columns[0]; 3], "{table}");
        assert!(
            table.ends_with("7 checks in 2 s, without a link: 1 supported, 1 breaks the rule, 4 not applicable, 1 not tried\n"),
            "{table}"
        );
        assert!(table.contains("TLS\n  4 checks are not applicable: no wss://\n"), "{table}");
        assert!(report.table(100, true).contains("\x1b[1;31mbreaks the rule"));
        assert!(!report.is_clean());
    }

    #[test]
    fn programs_get_the_same_in_json_and_junit() {
        let report = report();
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!((&json["checks"][1]["came"], &json["checks"][1]["verdict"]), (&HOSTILE.into(), &"breaksRule".into()));
        assert_eq!((&json["counts"]["breaksRule"], &json["checks"][0]["remedy"]), (&1.into(), &serde_json::Value::Null));
        let junit = report.junit();
        assert!(junit.contains("tests=\"7\" failures=\"1\" errors=\"0\" skipped=\"5\""), "{junit}");
        assert!(junit.contains("&lt;c&gt;") && junit.contains("do it &lt;better&gt;") && !junit.contains('\u{1b}'), "{junit}");
    }
}
