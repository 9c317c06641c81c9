//! The cases of OCPP 2.x for both roles, in `certification/csms` and `certification/charging-station`: our simulators pass them in 2.0.1 and
//! in 2.1, or they say why they cannot be played, and twins with one fault each fail those about their fault and no others. The tables are in
//! docs/conformance-2.md; `UPDATE_DOCS=1` writes them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;
use serde_json::Value;

use crate::stage::{Stage, chosen_twins, play_in, shipped};

/// The cases for one role.
struct RoleCases {
    /// Below `certification`.
    folder: &'static str,
    /// The end of their ids.
    suffix: &'static str,
    /// The folder of twins.
    twins: &'static str,
    /// The number of cases in the list of the test house by block, from A to P.
    listed: [usize; 16],
}

const CSMS: RoleCases = RoleCases {
    folder: "csms",
    suffix: "_CSMS",
    twins: "csms-cases",
    listed: [13, 27, 29, 6, 36, 16, 11, 9, 12, 9, 45, 19, 20, 36, 23, 2],
};

const STATION: RoleCases = RoleCases {
    folder: "charging-station",
    suffix: "_CS",
    twins: "station-cases",
    listed: [16, 60, 78, 9, 61, 25, 21, 21, 18, 10, 42, 8, 27, 48, 23, 3],
};

/// A case as it was played.
struct CaseRow {
    id: String,
    block: usize,
    title: String,
    by: String,
    verdict: String,
}

impl RoleCases {
    /// Plays all cases with the simulated side, some files at a time: no run may take long on a busy machine.
    fn play(&self, version: &str) -> Vec<CaseRow> {
        let entries = fs::read_dir(shipped(&format!("certification/{}", self.folder))).unwrap();
        let scripts = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let mut files: Vec<String> = scripts.map(|path| path.to_str().unwrap().to_owned()).collect();
        files.sort();
        let rows: Vec<CaseRow> = files.chunks(3).flat_map(|some| self.play_files(some, version)).collect();
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids.len(), rows.len(), "an id is there twice");
        rows
    }

    fn play_files(&self, files: &[String], version: &str) -> Vec<CaseRow> {
        let stage = Stage::new();
        let set = format!("version={version}");
        let fixed = ["--virtual-time", "--seed", "7", "--timeout", "600", "--report", "json", "r.json", "--set", &set];
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let played = stage.play(&[&files[..], &fixed].concat());
        assert_eq!(played.code, Some(0), "{version}: {played}");
        cases(&stage.read("r.json")).iter().map(|case| self.row(case)).collect()
    }

    fn row(&self, case: &Value) -> CaseRow {
        let id = text(case, "id");
        let number = id.strip_prefix("TC_").and_then(|id| id.strip_suffix(self.suffix)).unwrap_or_else(|| panic!("{case}"));
        let block = usize::from(number.as_bytes()[0] - b'A');
        assert!(block < 16 && number.as_bytes()[1] == b'_', "{case}");
        assert!(text(case, "checks").ends_with('.') && !text(case, "area").is_empty(), "{case}");
        let by: Vec<&str> = case["by"].as_array().unwrap().iter().map(|by| by.as_str().unwrap()).collect();
        assert!(!by.is_empty(), "{case}");
        let use_cases: Vec<&str> = by.iter().map(|by| by.rsplit(' ').next().unwrap()).collect();
        let verdict = match text(case, "outcome") {
            "passed" => "passed".to_owned(),
            "skipped" => format!("skipped: {}", text(case, "reason")),
            _ => panic!("{case}"),
        };
        CaseRow { id: id.to_owned(), block, title: text(case, "name").to_owned(), by: use_cases.join(", "), verdict }
    }

    fn case_table(&self, rows: &[CaseRow]) -> String {
        let mut table = "\n| case | what | use case | ours, in virtual time |\n|---|---|---|---|\n".to_owned();
        for CaseRow { id, title, by, verdict, .. } in rows {
            writeln!(table, "| {id} | {title} | {by} | {verdict} |").unwrap();
        }
        table + "\n"
    }

    /// The number of cases by block: written, and played.
    fn counts(&self, rows: &[CaseRow]) -> [(usize, usize); 16] {
        let mut counts = [(0, 0); 16];
        for row in rows {
            counts[row.block].0 += 1;
            counts[row.block].1 += usize::from(row.verdict == "passed");
        }
        counts
    }

    /// Passed in both versions; the rows are those of 2.0.1.
    fn pass(&self) -> Vec<CaseRow> {
        let (rows, newer) = (self.play("2.0.1"), self.play("2.1"));
        assert_eq!(rows.len(), newer.len());
        is_in_the_book(&format!("the cases of {}", self.folder), &self.case_table(&rows));
        rows
    }

    /// Twins fail the cases about their fault, and no others.
    fn twins_fail(&self) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/twins").join(self.twins);
        let played = play_in(&folder, &["list.js", "--virtual-time"]);
        let line = played.err.lines().find_map(|line| line.strip_prefix("list.js: ")).unwrap_or_else(|| panic!("{played}"));
        let all: Vec<FaultyPeer> = serde_json::from_str(line).unwrap();
        let mut table = "\n| it … | fails |\n|---|---|\n".to_owned();
        for FaultyPeer { about, fails, .. } in &all {
            writeln!(table, "| {about} | {} |", if fails.is_empty() { "–".to_owned() } else { fails.join(", ") }).unwrap();
        }
        is_in_the_book(&format!("the faulty twins of {}", self.folder), &(table + "\n"));
        let twins = chosen_twins(&all);
        let next = Mutex::new(twins.iter());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let Some(twin) = next.lock().unwrap().next() else { return };
                        assert_eq!(self.failed(&folder, &twin.name), twin.fails, "{}", twin.name);
                    }
                });
            }
        });
    }

    /// The cases that fail at a twin.
    fn failed(&self, folder: &Path, twin: &str) -> Vec<String> {
        let stage = Stage::new();
        let (report, set) = (stage.path("r.json"), format!("twin={}", serde_json::to_string(twin).unwrap()));
        let fixed = ["play.js", "--virtual-time", "--seed", "7", "--report", "json", report.to_str().unwrap(), "--set", &set];
        let played = play_in(folder, &fixed);
        assert!(matches!(played.code, Some(0 | 1)), "{twin}: {played}");
        let failed = cases(&stage.read("r.json")).into_iter().filter(|case| text(case, "outcome") == "failed");
        failed.map(|case| text(&case, "id").trim_start_matches("TC_").trim_end_matches(self.suffix).to_owned()).collect()
    }
}

/// What `list.js` tells of a twin.
#[derive(Debug, Deserialize)]
struct FaultyPeer {
    name: String,
    about: String,
    /// The numbers of the cases about its fault.
    fails: Vec<String>,
}

fn cases(report: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(report).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    files.flat_map(|file| file["scenarios"].as_array().unwrap().clone()).collect()
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} of {case}"))
}

/// One test at a time changes the page.
static PAGE: Mutex<()> = Mutex::new(());

/// The table between two marks in docs/conformance-2.md must be this one.
fn is_in_the_book(mark: &str, right: &str) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance-2.md");
    let _page = PAGE.lock().unwrap();
    let text = fs::read_to_string(&page).unwrap();
    let (begin, end) = (format!("<!-- {mark} begin -->\n"), format!("<!-- {mark} end -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{begin}"));
    let (written, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, format!("{before}{begin}{right}{end}{after}")).unwrap();
        return;
    }
    let other = right.lines().find(|line| !written.contains(line)).unwrap_or("a line there is too much");
    assert!(written == right, "{mark} in docs/conformance-2.md: {other}; UPDATE_DOCS=1 writes the table");
}

const BLOCKS: [&str; 16] = [
    "A security",
    "B provisioning",
    "C authorization",
    "D local authorization list",
    "E transactions",
    "F remote control",
    "G availability",
    "H reservation",
    "I tariff and cost",
    "J meter values",
    "K smart charging",
    "L firmware management",
    "M certificate management",
    "N diagnostics",
    "O display messages",
    "P data transfer",
];

#[test]
fn the_simulators_pass_the_cases_and_the_book_counts_them() {
    let roles = [&CSMS, &STATION];
    let counts = roles.map(|role| role.counts(&role.pass()));
    let mut table =
        "\n| block | CSMS: played, skipped, in the list | charging station: played, skipped, in the list |\n|---|---|---|\n"
            .to_owned();
    let cell = |(written, played): (usize, usize), listed: usize| format!("{played}, {}, {listed}", written - played);
    for (block, name) in BLOCKS.iter().enumerate() {
        let cells: Vec<String> =
            roles.iter().zip(&counts).map(|(role, counts)| cell(counts[block], role.listed[block])).collect();
        writeln!(table, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
    let sum = |counts: &[(usize, usize); 16]| counts.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let sums: Vec<String> =
        roles.iter().zip(&counts).map(|(role, counts)| cell(sum(counts), role.listed.iter().sum())).collect();
    writeln!(table, "| all | {} |\n", sums.join(" | ")).unwrap();
    is_in_the_book("the counts", &table);
}

#[test]
fn faulty_stations_fail_the_cases_about_their_fault() {
    STATION.twins_fail();
}

#[test]
fn faulty_csmss_fail_the_cases_about_their_fault() {
    CSMS.twins_fail();
}
