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

/// The table between two marks in docs/conformance.md must be this one.
fn is_in_the_book(mark: &str, found: &str) {
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md")).unwrap();
    let (_, rest) = page.split_once(&format!("<!-- {mark} begin -->\n")).unwrap();
    let (written, _) = rest.split_once(&format!("<!-- {mark} end -->")).unwrap();
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
    let mut table = "\n| case | what | file | against the simulated charge point |\n|---|---|---|---|\n".to_owned();
    for (_, row) in rows {
        writeln!(table, "{row}").unwrap();
    }
    is_in_the_book("the cases of charge points", &(table + "\n"));
}

/// What `list-cases.js` tells of a twin.
#[derive(Debug, Deserialize)]
struct FaultyTwin {
    name: String,
    about: String,
    /// The numbers of the cases about its fault.
    fails: Vec<String>,
}

fn faulty_twins() -> Vec<FaultyTwin> {
    let played = play_in(&folder(), &["list-cases.js", "--virtual-time"]);
    let line = played.err.lines().find_map(|line| line.strip_prefix("list-cases.js: ")).unwrap_or_else(|| panic!("{played}"));
    serde_json::from_str(line).unwrap()
}

/// The cases that fail at a twin, which is played with all of them.
fn failed(twin: &str) -> Vec<String> {
    let stage = Stage::new();
    let (report, set) = (stage.path("r.json"), format!("twin={}", serde_json::to_string(twin).unwrap()));
    let settings =
        [set.as_str(), "firmwareLocation=ftp://firmware.example/new.bin", "uploadLocation=ftp://diagnostics.example/upload/"];
    let fixed = ["play-cases.js", "--virtual-time", "--seed", "7", "--timeout", "600", "--report", "json"];
    let set = settings.into_iter().flat_map(|setting| ["--set", setting]);
    let played = play_in(&folder(), &fixed.into_iter().chain([report.to_str().unwrap()]).chain(set).collect::<Vec<_>>());
    let wrong = played.err.lines().find(|line| line.contains("TWIN: "));
    assert_eq!(wrong, None, "{twin}: {played}");
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let mut failed = Vec::new();
    for (_, case) in cases(&report) {
        match text(case, "outcome") {
            "passed" | "skipped" | "warned" => {}
            "failed" => failed.push(text(case, "id").to_owned()),
            _ => panic!("{twin}: {case}"),
        }
    }
    failed.sort();
    failed
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
    let mut table = "\n| the charge point … | fails |\n|---|---|\n".to_owned();
    for ((_, found), twin) in results.iter().zip(&twins) {
        let mut expected = twin.fails.clone();
        expected.sort();
        assert_eq!(*found, expected, "{}", twin.name);
        let said = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
        writeln!(table, "| {} | {said} |", twin.about).unwrap();
    }
    is_in_the_book("the faulty twins of charge points", &(table + "\n"));
}
