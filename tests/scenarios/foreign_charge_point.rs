//! The cases for charge points by number, against charge points that were made with packages of others: one with the Python package `ocpp`,
//! whose hands are lines of its input, and one with `ocpp-rpc` of npm, which has none. What each case says about the first one is in the
//! table in docs/conformance.md.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::stage::{Stage, plays_all_twins, shipped};
use crate::support::free_port;

const PYTHON_STATION: &str = "ocpp_package_station.py";
/// What is skipped when no one is at the charge point.
const NO_ONE: &str = "no one is there for this: ";

/// The interpreter that a variable names, or the usual one.
fn python() -> String {
    std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Starts a charge point, which connects to this port of the loopback; nothing when its packages are missing.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn station(interpreter: &str, file: &str, port: u16) -> Option<Child> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/peers").join(file);
    let mut command = Command::new(interpreter);
    command.arg(path).arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        eprintln!("skipped: {interpreter} cannot be started");
        return None;
    };
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    if said.trim() == "ready" {
        return Some(child);
    }
    eprintln!("skipped: the packages of {file} are not installed");
    child.wait().unwrap();
    None
}

/// Plays all cases at a charge point; what a person is asked to do is done, unless the arguments say that no one is there. Returns each with
/// its verdict.
fn verdicts(interpreter: &str, file: &str, arguments: &[&str]) -> Option<BTreeMap<String, String>> {
    let port = free_port();
    let mut station = station(interpreter, file, port)?;
    let (stage, listen) = (Stage::new(), format!("127.0.0.1:{port}"));
    let cases = shipped("certification/charge-point");
    let fixed = [cases.as_str(), "--listen", &listen, "--identity", "CP1", "--report", "json", "r.json"];
    let mut played = stage.start(&[&fixed[..], arguments].concat());
    let mut out = played.stdout.take().unwrap();
    let out = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    let mut hands = station.stdin.take().unwrap();
    let mut err = String::new();
    for line in BufReader::new(played.stderr.take().unwrap()).lines().map(Result::unwrap) {
        match line.strip_prefix("PLEASE: ") {
            Some(sentence) => writeln!(hands, "{sentence}").unwrap(),
            None => err += &(line + "\n"),
        }
    }
    let (code, out) = (played.wait().unwrap().code(), out.join().unwrap());
    drop(hands);
    let mut said = String::new();
    station.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    station.wait().unwrap();
    assert_eq!(said, "", "the charge point");
    assert!(matches!(code, Some(0 | 1)), "{out}\n{err}");
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    let cases = files.flat_map(|file| file["scenarios"].as_array().unwrap());
    let verdict = |case: &Value| {
        let text = |field: &str| case[field].as_str().unwrap_or_default().to_owned();
        let why = ["reason", "message"].map(text).concat();
        let verdict = if why.is_empty() { text("outcome") } else { format!("{}: {why}", text("outcome")) };
        (text("id"), verdict)
    };
    Some(cases.map(verdict).collect())
}

/// The last column of the table.
fn expected() -> BTreeMap<String, String> {
    let table = crate::charge_point_cases::written("the cases of charge points");
    let cells = |line: &str| -> Vec<String> { line.trim_matches(['|', ' ']).split(" | ").map(str::to_owned).collect() };
    let rows = table.lines().filter(|line| line.starts_with("| TC_")).map(cells);
    rows.map(|cells| (cells[0].clone(), cells[4].clone())).collect()
}

/// Each case says what the table says, or that no one is there; the others are given.
fn are_as_expected(found: &BTreeMap<String, String>, others: &[(&str, &str)]) {
    let mut expected = expected();
    expected.extend(others.iter().map(|(id, verdict)| ((*id).to_owned(), (*verdict).to_owned())));
    assert_eq!(found.len(), expected.len());
    for (id, verdict) in found {
        let no_one = verdict.strip_prefix("skipped: ").is_some_and(|reason| reason.starts_with(NO_ONE));
        assert!(no_one || *verdict == expected[id], "{id}: {verdict}, not {}", expected[id]);
    }
    let passed = found.values().filter(|verdict| *verdict == "passed").count();
    assert!(passed >= 14, "{passed} passed: {found:?}");
}

/// It needs node, and the package where NODE_PATH says. It refuses every remote start, and one case needs no hands to notice.
#[test]
fn a_charge_point_of_ocpp_rpc_where_no_one_is() {
    let Some(found) = verdicts("node", "ocpp-rpc-station.js", &["--unattended"]) else { return };
    let refused = "failed: status of the result of RemoteStartTransaction is not as expected";
    are_as_expected(&found, &[("TC_023_5_CS", refused)]);
    assert_eq!(found["TC_023_5_CS"], refused);
}

/// It needs the packages `ocpp` and `websockets` of the interpreter that OCPP_TUI_PYTHON names, or of `python3`.
#[test]
fn a_charge_point_of_the_python_package_ocpp_where_no_one_is() {
    let Some(found) = verdicts(&python(), PYTHON_STATION, &["--unattended"]) else { return };
    are_as_expected(&found, &[]);
}

/// The same with somebody who does what is asked for: it takes a quarter of an hour, and is played with OCPP_TUI_ALL_TWINS only.
#[test]
fn a_charge_point_of_the_python_package_ocpp_with_a_person() {
    if !plays_all_twins() {
        return;
    }
    let Some(found) = verdicts(&python(), PYTHON_STATION, &[]) else { return };
    assert_eq!(found, expected());
}
