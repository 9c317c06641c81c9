//! The cases for charge points by the numbers of the certification programme, in `examples/scenarios/certification/charge-point`: what each
//! says about the simulated charge point, and about twins of it with one fault each, is in docs/conformance.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;
use serde_json::Value;

use crate::stage::{Stage, chosen_twins, play_in, plays_all_twins, shipped};

/// How many cases there are for charge points of 1.6.
const CASES: usize = 102;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/twins")
}

/// What docs/conformance.md has between two marks.
pub fn written(mark: &str) -> String {
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md")).unwrap();
    let (_, rest) = page.split_once(&format!("<!-- {mark} begin -->\n")).unwrap();
    rest.split_once(&format!("<!-- {mark} end -->")).unwrap().0.to_owned()
}

/// The table between two marks in docs/conformance.md must be this one.
fn is_in_the_book(mark: &str, found: &str) {
    let written = written(mark);
    let holds =
        if plays_all_twins() { written == found } else { found.lines().all(|line| written.lines().any(|it| it == line)) };
    if !holds {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.md", mark.replace(' ', "-")));
        fs::write(&file, found).unwrap();
        let other = found.lines().find(|line| !written.contains(line)).unwrap_or("a line there is too much");
        panic!("{mark} in docs/conformance.md are not what was found, which is in {}: {other}", file.display());
    }
}

/// The cases of a report, each with its file.
fn cases(report: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let files = report["files"].as_array().unwrap().iter();
    files.flat_map(|file| {
        let path = file["file"].as_str().unwrap();
        let name = path.rsplit('/').next().unwrap();
        file["scenarios"].as_array().unwrap().iter().map(move |case| (name, case))
    })
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} of {case}"))
}

/// All pass, or are skipped for the reason in the table.
#[test]
fn the_simulated_charge_point_passes_the_cases_of_the_table() {
    let stage = Stage::new();
    let played =
        stage.play(&[&shipped("certification/charge-point"), "--virtual-time", "--seed", "7", "--report", "json", "r.json"]);
    assert_eq!(played.code, Some(0), "{played}");
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let mut rows = Vec::new();
    for (file, case) in cases(&report) {
        let verdict = match text(case, "outcome") {
            "passed" => "passed".to_owned(),
            "skipped" => format!("skipped: {}", text(case, "reason")),
            _ => panic!("{case}"),
        };
        assert!(text(case, "checks").ends_with('.') && case["by"] != Value::Array(vec![]), "{case}");
        assert!(!text(case, "area").is_empty(), "{case}");
        let [id, name] = ["id", "name"].map(|field| text(case, field));
        rows.push((id.to_owned(), format!("| {id} | {name} | {file} | {verdict} |")));
    }
    rows.sort();
    let ids: BTreeSet<&String> = rows.iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), rows.len()), (CASES, CASES));
    let written = written("the cases of charge points");
    let written: Vec<&str> = written.lines().filter(|line| line.starts_with("| TC_")).collect();
    assert_eq!(written.len(), CASES);
    for (written, (_, row)) in written.iter().zip(&rows) {
        // The last column is about the charge point of others.
        assert!(written.starts_with(row), "docs/conformance.md has\n{written}\nand what was found is\n{row}");
    }
}

/// What `list-cases.js` tells of a twin.
#[derive(Debug, Deserialize)]
struct FaultyTwin {
    name: String,
    about: String,
    /// The numbers of the cases about its fault.
    fails: Vec<String>,
    /// Those that only warn.
    warns: Vec<String>,
}

fn faulty_twins() -> Vec<FaultyTwin> {
    let played = play_in(&folder(), &["list-cases.js", "--virtual-time"]);
    let line = played.err.lines().find_map(|line| line.strip_prefix("list-cases.js: ")).unwrap_or_else(|| panic!("{played}"));
    serde_json::from_str(line).unwrap()
}

/// The cases that fail at a twin, which is played with all of them, and those that warn.
fn failed(twin: &str) -> [Vec<String>; 2] {
    let stage = Stage::new();
    let (report, set) = (stage.path("r.json"), format!("twin={}", serde_json::to_string(twin).unwrap()));
    let [mut failed, mut warned] = [Vec::new(), Vec::new()];
    for part in ["part=0", "part=1"] {
        let places = ["firmwareLocation=ftp://firmware.example/new.bin", "uploadLocation=ftp://diagnostics.example/upload/"];
        let fixed = ["play-cases.js", "--virtual-time", "--seed", "7", "--timeout", "600", "--report", "json"];
        let set = [set.as_str(), part].into_iter().chain(places).flat_map(|setting| ["--set", setting]);
        let arguments: Vec<&str> = fixed.into_iter().chain([report.to_str().unwrap()]).chain(set).collect();
        let played = play_in(&folder(), &arguments);
        let wrong = played.err.lines().find(|line| line.contains("TWIN: "));
        assert_eq!(wrong, None, "{twin}: {played}");
        let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
        for (_, case) in cases(&report) {
            match text(case, "outcome") {
                "passed" | "skipped" => {}
                "warned" => warned.push(text(case, "id").to_owned()),
                "failed" => failed.push(text(case, "id").to_owned()),
                _ => panic!("{twin}: {case}"),
            }
        }
    }
    failed.sort();
    warned.sort();
    [failed, warned]
}

/// A twin fails the cases about its fault, and no others.
#[test]
fn the_cases_find_the_fault_of_each_twin() {
    let all = faulty_twins();
    let twins = chosen_twins(&all);
    let (next, results) = (Mutex::new(twins.iter().enumerate()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((place, twin)) = next.lock().unwrap().next() else { return };
                    let found = failed(&twin.name);
                    results.lock().unwrap().push((place, found));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort();
    let mut table = "\n| the charge point … | fails | warned |\n|---|---|---|\n".to_owned();
    for ((_, [failed, warned]), twin) in results.iter().zip(&twins) {
        let mut expected = twin.fails.clone();
        expected.sort();
        assert_eq!((failed, warned), (&expected, &twin.warns), "{}", twin.name);
        let said = |cases: &[String]| if cases.is_empty() { "–".to_owned() } else { cases.join(", ") };
        writeln!(table, "| {} | {} | {} |", twin.about, said(failed), said(warned)).unwrap();
    }
    is_in_the_book("the faulty twins of charge points", &(table + "\n"));
}
