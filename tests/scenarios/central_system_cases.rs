//! The cases of `certification/central-system`: all that the test house has are there, our simulated central system passes them or they say
//! why not, broken ones fail those that are about their fault, and central systems that others wrote get the right verdicts. The tables
//! are in docs/conformance.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;

use ocpp_tui::hub::{LinkCommand, Order};
use ocpp_tui::ocpp::{Role, Version};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::stage::{Played, Stage, chosen_twins, play_in, plays_all_twins, shipped};
use crate::support::{central_system, hub};

/// What the central system of others lets a charge point in with.
const PASSWORD: &str = "sixteen-letters-";
const FOLDER: &str = "certification/central-system";
/// The numbers of the cases for central systems of OCPP 1.6.
const CASES: &str = "001 003 004_1 004_2 005_1 007 010 011_1 011_2 012 013 014 017_1 017_2 018_1 019_1 019_2 021 023_1 023_2 023_3 024 026
    028 030 031 032_1 037_1 037_3 039 040_1 040_2 042_1 042_2 043_1 043_3 043_4 043_5 044_1 044_2 044_3 045_1 045_2 046 047 048_1 048_2
    048_3 048_4 049 051 052 053 054 055 056 057 059 061 064 066 067 073 074 075_1 075_2 076 077 078 079 080 081 083 085 086 087 088";

/// A case that was played.
#[derive(Debug, Clone)]
struct PlayedCase {
    /// As the lists have it, `TC_001_CSMS`.
    id: String,
    title: String,
    file: String,
    outcome: String,
    /// Why it was skipped.
    reason: String,
}

impl PlayedCase {
    /// The cases in a report.
    fn all(report: &str) -> Vec<PlayedCase> {
        let report: Value = serde_json::from_str(report).unwrap();
        let mut cases = Vec::new();
        for file in report["files"].as_array().unwrap() {
            let name = file["file"].as_str().unwrap().rsplit('/').next().unwrap();
            for scenario in file["scenarios"].as_array().unwrap() {
                let text = |field: &str| scenario[field].as_str().unwrap_or_default().to_owned();
                cases.push(PlayedCase {
                    id: text("id"),
                    title: text("name"),
                    file: name.to_owned(),
                    outcome: text("outcome"),
                    reason: text("reason"),
                });
            }
        }
        cases
    }

    /// The number alone, `001`.
    fn number(&self) -> &str {
        self.id.strip_prefix("TC_").and_then(|id| id.strip_suffix("_CSMS")).unwrap()
    }
}

/// What docs/conformance.md has between these comments.
fn written(begin: &str, end: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md")).unwrap();
    let (_, rest) = page.split_once(&format!("<!-- {begin} -->\n")).unwrap();
    rest.split_once(&format!("<!-- {end} -->")).unwrap().0.to_owned()
}

/// The cells of the lines of the table of cases, by their ids.
fn rows() -> BTreeMap<String, Vec<String>> {
    let table = written("the cases for central systems begin", "the cases for central systems end");
    let cells = |line: &str| -> Vec<String> { line.trim_matches(['|', ' ']).split(" | ").map(str::to_owned).collect() };
    table.lines().filter(|line| line.starts_with("| TC_")).map(cells).map(|cells| (cells[0].clone(), cells)).collect()
}

#[test]
fn the_table_has_every_case_and_its_verdict() {
    let stage = Stage::new();
    let played = stage.play(&[&shipped(FOLDER), "--virtual-time", "--seed", "7", "--report", "json", "r.json"]);
    assert_eq!(played.code, Some(0), "{played}");
    let cases = PlayedCase::all(&stage.read("r.json"));
    let numbers: BTreeSet<&str> = cases.iter().map(PlayedCase::number).collect();
    assert_eq!(numbers, CASES.split_whitespace().collect::<BTreeSet<_>>());
    assert_eq!(cases.len(), numbers.len());
    let rows = rows();
    let mut right = String::new();
    for PlayedCase { id, title, file, outcome, reason } in &cases {
        let verdict = if reason.is_empty() { outcome.clone() } else { format!("{outcome}: {reason}") };
        let row = [id, title, &format!("`{file}`"), &verdict].map(Clone::clone).join(" | ");
        writeln!(right, "| {row} | … | … |").unwrap();
        let written = rows.get(id).map(|cells| cells[..4].join(" | "));
        assert!(
            written.as_ref() == Some(&row),
            "the table in docs/conformance.md is not this one:\n{row}\n{written:?}\n\n{right}"
        );
    }
    assert_eq!(rows.len(), cases.len());
}

// ---- broken ones ---------------------------------------------------------------------------------------------------------------------

/// What `list.js` tells of a twin.
#[derive(Debug, Deserialize)]
struct TwinRow {
    name: String,
    about: String,
}

/// Plays all cases against a twin, some files at a time: no run may take long on a busy machine.
fn against(twin: &TwinRow, files: &[String]) -> Vec<PlayedCase> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/twins/central-system-cases");
    let mut cases = Vec::new();
    for some in files.chunks(20) {
        let stage = Stage::new();
        let report = stage.path("r.json");
        let set = [format!("twin={}", serde_json::to_string(&twin.name).unwrap()), format!("files={}", json!(some))];
        let fixed = ["play.js", "--virtual-time", "--seed", "7", "--report", "json", report.to_str().unwrap()];
        let played = play_in(&folder, &[&fixed[..], &["--set", &set[0], "--set", &set[1]]].concat());
        assert!(matches!(played.code, Some(0 | 1)), "{}: {played}", twin.name);
        cases.extend(PlayedCase::all(&stage.read("r.json")));
    }
    assert_eq!(cases.len(), CASES.split_whitespace().count(), "{}", twin.name);
    cases
}

/// The numbers of the cases with an outcome, or of the others when these are most of them; without those that nobody can play.
fn cell(cases: &[PlayedCase], outcome: &str, never: &BTreeSet<String>) -> String {
    let list = |wanted: bool| -> Vec<&str> {
        let played = cases.iter().filter(|case| !never.contains(&case.id));
        played.filter(|case| (case.outcome == outcome) == wanted).map(PlayedCase::number).collect()
    };
    let (of, others) = (list(true), list(false));
    match (of.len(), others.len()) {
        (0, _) => "–".to_owned(),
        (_, 0) => "all".to_owned(),
        (some, rest) if some > rest => format!("all but {}", others.join(", ")),
        _ => of.join(", "),
    }
}

#[test]
fn each_broken_central_system_fails_the_cases_about_its_fault() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/twins/central-system-cases");
    let listed = play_in(&folder, &["list.js", "--virtual-time"]);
    let line = listed.err.lines().find_map(|line| line.strip_prefix("list.js: ")).unwrap_or_else(|| panic!("{listed}"));
    let all: Vec<TwinRow> = serde_json::from_str(line).unwrap();
    let twins = chosen_twins(&all);
    let mut files: Vec<String> = std::fs::read_dir(shipped(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let (next, results) = (Mutex::new(twins.iter()), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(twin) = next.lock().unwrap().next().copied() else { return };
                    let found = against(twin, &files);
                    results.lock().unwrap().insert(&twin.name, found);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    let plain = &results[&"plain".to_owned()];
    let never: BTreeSet<String> = plain.iter().filter(|case| case.outcome == "skipped").map(|case| case.id.clone()).collect();
    assert!(plain.iter().all(|case| case.outcome == "passed" || never.contains(&case.id)), "{plain:?}");
    let mut right = "\n| the central system … | failed | warned | skipped |\n|---|---|---|---|\n".to_owned();
    for twin in twins {
        let [failed, warned, skipped] =
            ["failed", "warned", "skipped"].map(|outcome| cell(&results[&twin.name], outcome, &never));
        assert!(twin.name == "plain" || failed != "–" || warned != "–" || skipped != "–", "nothing notices: {}", twin.about);
        writeln!(right, "| {} | {failed} | {warned} | {skipped} |", twin.about).unwrap();
    }
    right += "\n";
    let written = written("the broken central systems begin", "the broken central systems end");
    let holds =
        if plays_all_twins() { written == right } else { right.lines().all(|line| written.lines().any(|it| it == line)) };
    if !holds {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken-central-systems.md");
        std::fs::write(&file, &right).unwrap();
        let other = right.lines().find(|line| !written.contains(line)).unwrap_or("a line there is too much");
        panic!("the table in docs/conformance.md is not what was found, which is in {}: {other}", file.display());
    }
}

// ---- those of others -----------------------------------------------------------------------------------------------------------------

/// Does what the program asks of the person at the central system, with the action, the identity and the payload of the example; says what
/// else was printed.
fn attended(mut child: Child, mut send: impl FnMut(&str, &str, Value)) -> Played {
    let mut out = child.stdout.take().unwrap();
    let out = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    let mut err = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        let Some(wish) = line.strip_prefix("PLEASE: Send ") else {
            err += &(line + "\n");
            continue;
        };
        let (sentence, example) = wish.split_once("for example ").unwrap();
        let (action, rest) = sentence.split_once(" to ").unwrap();
        let mut payload: Value = serde_json::from_str(example).unwrap();
        if sentence.contains("which ends in a minute") {
            // The person is in a hurry.
            payload["expiryDate"] = (ocpp_tui::clock::now().wall + jiff::SignedDuration::from_secs(10)).to_string().into();
        }
        if sentence.contains("as before") {
            payload["value"] = PASSWORD.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into();
        }
        send(action, rest.split([',', ' ']).next().unwrap(), payload);
    }
    Played { code: child.wait().unwrap().code(), out: out.join().unwrap(), err }
}

/// Our own central system behind a socket, which has a list of no tags: the cases that need one say so. Nobody waits here for the end of a
/// reservation.
#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_behind_a_socket() {
    let hub = hub();
    let port = central_system(&hub, &[Version::V1_6]).await;
    let there = hub.clone();
    let played = tokio::task::spawn_blocking(move || {
        let stage = Stage::new();
        let url = format!("ws://127.0.0.1:{port}");
        let open = ["--set", "unknownTag=null", "--set", "unknownVendor=null", "--without", "TC_047"];
        let report = ["--report", "json", "r.json"];
        let child = stage.start(&[&[shipped(FOLDER).as_str(), "--url", &url][..], &open, &report].concat());
        let played = attended(child, |action, identity, payload| {
            let station = there.trace().read().stations().find(Role::CentralSystem, identity).unwrap().key;
            let command = LinkCommand::Call { action: action.into(), payload: payload.into() };
            assert_eq!(there.submit(&Order { targets: vec![station], command }).taken, [station], "{action}");
        });
        assert_eq!(played.code, Some(0), "{played}");
        PlayedCase::all(&stage.read("r.json"))
    });
    let cases = played.await.unwrap();
    hub.end().await;
    let of = |outcome: &str| {
        cases.iter().filter(|case| case.outcome == outcome).map(PlayedCase::number).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of("skipped"), "023_1 023_2 023_3 037_3 053 064 073 085 086 087");
    assert_eq!(cases.iter().filter(|case| case.outcome == "passed").count(), cases.len() - 10, "{cases:?}");
}

/// Plays all cases against a central system of another maker, when it is installed, and holds the column of the table against them.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn foreign(name: &str, command: &mut Command, arguments: &[&str], column: usize) {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut peer) = started else {
        eprintln!("skipped: {name} cannot be started");
        return;
    };
    let mut said = String::new();
    BufReader::new(peer.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let Some(port) = said.trim().strip_prefix("port ") else {
        eprintln!("skipped: {name} is not installed");
        peer.wait().unwrap();
        return;
    };
    let stage = Stage::new();
    let url = format!("ws://127.0.0.1:{port}");
    let known = ["expiredTag=EXPIRED1", "blockedTag=BLOCKED1", "groupTag=TAG3", "parentTag=GROUP1"];
    let set: Vec<&str> = known.iter().flat_map(|setting| ["--set", setting]).collect();
    let fixed = [&shipped(FOLDER), "--url", &url, "--report", "json", "r.json"];
    let mut orders = peer.stdin.take().unwrap();
    let played = attended(stage.start(&[&fixed[..], &set, arguments].concat()), |action, _, payload| {
        writeln!(orders, "{action} {payload}").unwrap();
    });
    drop(orders);
    peer.wait().unwrap();
    let rows = rows();
    for case in PlayedCase::all(&stage.read("r.json")) {
        assert_eq!(rows[&case.id][column], case.outcome, "{} at {name}: {played}", case.id);
    }
}

fn peer(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/peers").join(file)
}

/// It needs node, and the package where NODE_PATH says.
#[test]
fn a_central_system_of_ocpp_rpc() {
    foreign("ocpp-rpc", Command::new("node").arg(peer("ocpp-rpc.js")), &[], 4);
}

/// It needs the packages `ocpp` and `websockets` of the interpreter that OCPP_TUI_PYTHON names, or of `python3`.
#[test]
fn a_central_system_of_the_python_package_ocpp() {
    let python = std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let arguments = ["--password", PASSWORD, "--set", "withPassword=true"];
    foreign("ocpp (Python)", Command::new(python).arg(peer("ocpp_package.py")).arg(PASSWORD), &arguments, 5);
}
