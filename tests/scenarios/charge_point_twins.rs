//! The verdicts of the shipped scenarios about charge points, against charge points that behave as foreign ones did, or as none should:
//! the table in docs/conformance.md says for each of these twins what each scenario must say. The twins are in the folder `twins`; they are
//! played with a virtual clock. After each scenario a twin compares its state with that before.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;
use serde_json::Value;

use crate::stage::{Stage, play_in};

/// What `list.js` tells of a twin.
#[derive(Debug, Deserialize)]
struct TwinRow {
    name: String,
    about: String,
    /// The files that it is played with.
    files: Vec<String>,
    /// Texts in the names of the scenarios; all are played when empty.
    only: Vec<String>,
    /// Whether its state cannot be restored.
    left: bool,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/twins")
}

fn twins() -> Vec<TwinRow> {
    let played = play_in(&folder(), &["list.js", "--virtual-time"]);
    let line = played.err.lines().find_map(|line| line.strip_prefix("list.js: ")).unwrap_or_else(|| panic!("{played}"));
    serde_json::from_str(line).unwrap()
}

/// The scenarios of a file that did not simply pass, by outcome; a file of which none passed has its name alone.
type TwinVerdicts = BTreeMap<String, Vec<String>>;

/// Plays a twin with a file; returns the outcomes other than `passed`.
fn verdicts(twin: &TwinRow, file: &str) -> TwinVerdicts {
    let stage = Stage::new();
    let (report, name) = (stage.path("r.json"), serde_json::to_string(&twin.name).unwrap());
    let settings = [
        format!("twin={name}"),
        format!("file={file}"),
        "firmwareLocation=ftp://firmware.example/new.bin".to_owned(),
        "uploadLocation=ftp://diagnostics.example/upload/".to_owned(),
    ];
    let fixed = ["play.js", "--virtual-time", "--seed", "7", "--report", "json", report.to_str().unwrap()];
    let set = settings.iter().flat_map(|setting| ["--set", setting]);
    let only = twin.only.iter().flat_map(|text| ["--filter", text]);
    let played = play_in(&folder(), &fixed.into_iter().chain(set).chain(only).collect::<Vec<_>>());
    let wrong = |line: &&str| line.contains("TWIN: ") || (line.contains("LEFT: ") && !twin.left);
    assert_eq!(played.err.lines().find(wrong), None, "{name}, {file}: {played}");
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let scenarios = report["files"][0]["scenarios"].as_array().unwrap();
    let mut verdicts = TwinVerdicts::new();
    for scenario in scenarios {
        let notes = scenario["notes"].as_array().map_or(&[][..], Vec::as_slice);
        let failed = notes.iter().find(|note| note["level"] == "cleanup" && !twin.left);
        assert_eq!(failed, None, "{name}, {file}: a cleanup failed: {scenario}");
        let text = |field: &str| scenario[field].as_str().unwrap().to_owned();
        assert_ne!(text("outcome"), "broken", "{name}, {file}: {scenario}");
        if text("outcome") != "passed" {
            verdicts.entry(text("outcome")).or_default().push(text("name"));
        }
    }
    for names in verdicts.values_mut().filter(|names| twin.only.is_empty() && names.len() == scenarios.len()) {
        *names = vec![format!("all of `{file}.js`")];
    }
    verdicts
}

fn table() -> String {
    let twins = twins();
    let pairs = twins.iter().flat_map(|twin| twin.files.iter().map(move |file| (twin, file)));
    let (next, results) = (Mutex::new(pairs), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((twin, file)) = next.lock().unwrap().next() else { return };
                    let found = verdicts(twin, file);
                    results.lock().unwrap().insert((&twin.name, file), found);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    let mut text = "\n| twin | the charge point … | played with | which must say |\n|---|---|---|---|\n".to_owned();
    for twin in &twins {
        let mut verdicts = TwinVerdicts::new();
        for file in &twin.files {
            for (outcome, names) in &results[&(&twin.name, file)] {
                verdicts.entry(outcome.clone()).or_default().extend(names.iter().cloned());
            }
        }
        let said: Vec<String> =
            verdicts.iter().map(|(outcome, names)| format!("**{outcome}**: {}", names.join("; "))).collect();
        let said = if said.is_empty() { "all pass".to_owned() } else { said.join("<br>") };
        let mut with = if twin.files.len() == 8 { "all files".to_owned() } else { twin.files.join(", ") };
        if !twin.only.is_empty() {
            write!(with, ": “{}”", twin.only.join("”, “")).unwrap();
        }
        writeln!(text, "| {} | {} | {with} | {said} |", twin.name, twin.about).unwrap();
    }
    text + "\n"
}

#[test]
fn the_scenarios_judge_the_twins_as_the_table_says() {
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md")).unwrap();
    let (_, rest) = page.split_once("<!-- the twins of charge points begin -->\n").unwrap();
    let (written, _) = rest.split_once("<!-- the twins of charge points end -->").unwrap();
    let found = table();
    if written != found {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("twins.md");
        fs::write(&file, &found).unwrap();
        let other = found.lines().find(|line| !written.contains(line)).unwrap_or("a line there is too much");
        panic!("the table of twins in docs/conformance.md is not what was found, which is in {}: {other}", file.display());
    }
}
