//! The program against a bare server, from outside: each server is a process of its own on one processor, and so are the stations on another one.
//! The servers take turns. `docs/performance.md` has the figures and what they mean; this file has the rows, `load.rs` the stations, `subject.rs`
//! the servers. Linux only, because memory and processor time are read from `/proc`.
//!
//!     cargo bench --bench wire                     every row, about six minutes
//!     cargo bench --bench wire -- --short          every row with shorter measurements, about two
//!     cargo bench --bench wire -- calls-100 idle   these rows
//!     cargo bench --bench wire -- --list           their names

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

#[path = "../support/mod.rs"]
mod support;

mod load;
mod subject;

use std::env;
use std::process::Stdio;
use std::time::Duration;

use load::{LoadProcess, Measured, Traffic};
use serde_json::Value;
use subject::{PLACES, Subject, SubjectKind, pinned};
use support::kernel::resident_bytes_of;
use support::median;

/// Links of the row about memory, and stations of the fleet whose memory is measured.
const MANY: usize = 10_000;
/// Open files that the rows with many links need in each process.
const FILES: usize = MANY + 100;

/// How long and how often is measured.
#[derive(Debug, Clone, Copy)]
struct Effort {
    rounds: usize,
    seconds: f64,
    many_rounds: usize,
}

const WHOLE: Effort = Effort { rounds: 3, seconds: 3.0, many_rounds: 2 };
const SHORT: Effort = Effort { rounds: 2, seconds: 1.0, many_rounds: 1 };

/// A row: its name on the command line, and what measures it.
struct BenchRow {
    name: &'static str,
    run: fn(Effort),
}

const ROWS: [BenchRow; 14] = [
    BenchRow { name: "calls-10", run: |effort| compare(&calls(SubjectKind::Lines, 10, "line mode", "≥ 0.90"), effort) },
    BenchRow { name: "calls-100", run: |effort| compare(&calls(SubjectKind::Lines, 100, "line mode", "≥ 0.90"), effort) },
    BenchRow { name: "calls-1000", run: |effort| compare(&calls(SubjectKind::Lines, 1000, "line mode", "≥ 0.90"), effort) },
    BenchRow { name: "screen", run: |effort| compare(&calls(SubjectKind::Screen, 100, "full screen", "≥ 0.80"), effort) },
    BenchRow { name: "screen-1000", run: |effort| compare(&calls(SubjectKind::Screen, 1000, "full screen", ""), effort) },
    BenchRow { name: "capture", run: |effort| compare(&calls(SubjectKind::Capture, 100, "with a capture", ""), effort) },
    BenchRow {
        name: "soap-heartbeat",
        run: |effort| compare(&soap(Traffic::SoapHeartbeat, "SOAP heartbeats", "≥ 0.80"), effort),
    },
    BenchRow {
        name: "soap-meter-values",
        run: |effort| compare(&soap(Traffic::SoapMeterValues, "SOAP meter values", "≥ 0.70"), effort),
    },
    BenchRow { name: "handshakes", run: |effort| compare(&HANDSHAKES, effort) },
    BenchRow { name: "idle", run: idle },
    BenchRow { name: "fleet", run: fleet_calls },
    BenchRow { name: "fleet-memory", run: fleet_memory },
    BenchRow { name: "python-ocpp", run: |effort| compare(&theirs(SubjectKind::Python, "the Python package ocpp"), effort) },
    BenchRow { name: "ocpp-rpc", run: |effort| compare(&theirs(SubjectKind::Node, "ocpp-rpc of npm"), effort) },
];

/// Two servers and what is measured at both.
struct Comparison {
    what: String,
    base: SubjectKind,
    base_name: &'static str,
    subject: SubjectKind,
    subject_name: &'static str,
    traffic: Traffic,
    stations: usize,
    wanted: &'static str,
}

const HANDSHAKES: Comparison = Comparison {
    what: String::new(),
    base: SubjectKind::Bare,
    base_name: "bare",
    subject: SubjectKind::Lines,
    subject_name: "ours",
    traffic: Traffic::Handshakes,
    stations: 0,
    wanted: "≥ 0.90",
};

fn calls(subject: SubjectKind, stations: usize, what: &str, wanted: &'static str) -> Comparison {
    Comparison {
        what: format!("{stations} stations, {what}"),
        subject,
        stations,
        traffic: Traffic::Mixed,
        wanted,
        ..HANDSHAKES
    }
}

fn soap(traffic: Traffic, what: &str, wanted: &'static str) -> Comparison {
    let (base, subject) = (SubjectKind::BareSoap, SubjectKind::SoapLines);
    Comparison { what: format!("100 stations, {what}"), base, subject, traffic, stations: 100, wanted, ..HANDSHAKES }
}

fn theirs(base: SubjectKind, base_name: &'static str) -> Comparison {
    Comparison { base, base_name, wanted: "", ..calls(SubjectKind::Lines, 100, "line mode", "") }
}

fn main() {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.first().map(String::as_str) {
        Some(load::ROLE) => return load::be_stations(&words[1..]),
        Some(subject::ROLE) => return subject::be_bare(&words[1..]),
        Some("--list") => return ROWS.iter().for_each(|row| println!("{}", row.name)),
        _ => {}
    }
    let effort = if words.iter().any(|word| word == "--short") { SHORT } else { WHOLE };
    let wanted: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| ROWS.iter().all(|row| row.name != name.as_str())) {
        println!("There is no row {unknown}; --list shows their names.");
        return;
    }
    println!(
        "ratios are the second column to the first, medians of {} rounds with the lowest and the highest; of a whole processor",
        effort.rounds
    );
    for row in ROWS.iter().filter(|row| wanted.is_empty() || wanted.iter().any(|name| name.as_str() == row.name)) {
        (row.run)(effort);
    }
}

/// A measurement with the processor time of the server.
type Round = (Measured, f64);

/// Lets both servers take turns and prints what was found.
fn compare(comparison: &Comparison, effort: Effort) {
    let started = |kind: SubjectKind| {
        let subject = Subject::start(kind)?;
        let load = LoadProcess::start(comparison.traffic, subject.port, comparison.stations);
        Ok::<_, &str>((subject, load))
    };
    let (mut base, mut subject) = match (started(comparison.base), started(comparison.subject)) {
        (Ok(base), Ok(subject)) => (base, subject),
        (Err(needed), _) | (_, Err(needed)) => {
            println!("\n{}: skipped, it needs {needed}", comparison.base_name);
            return;
        }
    };
    let measure = |(subject, load): &mut (Subject, LoadProcess), seconds: f64| -> Round {
        let before = subject.cpu_seconds();
        let measured = load.measure(seconds);
        (measured, subject.cpu_seconds() - before)
    };
    measure(&mut base, effort.seconds / 3.0);
    measure(&mut subject, effort.seconds / 3.0);
    let (mut bases, mut subjects) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        bases.push(measure(&mut base, effort.seconds));
        subjects.push(measure(&mut subject, effort.seconds));
    }
    let is_handshakes = comparison.traffic == Traffic::Handshakes;
    let (what, of) = if is_handshakes { ("handshakes", "handshake") } else { ("calls", "call") };
    title(&comparison.what, comparison.base_name, comparison.subject_name);
    let line = |name: &str, wanted: &str, digits: usize, figure: &dyn Fn(&Round) -> f64| {
        let figures = |rounds: &[Round]| rounds.iter().map(figure).collect::<Vec<f64>>();
        row(name, &figures(&bases), &figures(&subjects), digits, wanted);
    };
    line(&format!("{what} a second"), comparison.wanted, 0, &|(measured, _)| measured.calls / measured.seconds);
    line(&format!("{what} a second of processor time"), "", 0, &|(measured, spent)| measured.calls / spent);
    line("of a processor, busy with them, %", "", 0, &|(measured, spent)| spent / measured.seconds * 100.0);
    line(&format!("processor time of a {of}, µs"), "", 1, &|(measured, spent)| spent / measured.calls * 1e6);
    line("median latency, ms", "", 2, &|(measured, _)| measured.p50 / 1e3);
    let fair = if comparison.stations == 1000 && comparison.subject == SubjectKind::Lines { "≤ 1.2" } else { "" };
    line("99 % latency, ms", fair, 2, &|(measured, _)| measured.p99 / 1e3);
    line("99.9 % latency, ms", "", 2, &|(measured, _)| measured.p999 / 1e3);
}

fn title(what: &str, base: &str, subject: &str) {
    let what = if what.is_empty() { "connections made and ended" } else { what };
    println!("\n{what:<40} {base:>24} {subject:>12} {:>7} {:>13} {:>9}", "ratio", "", "to reach");
}

/// Prints the medians of both servers, and the median, lowest and highest of the ratios of each round.
fn row(name: &str, bases: &[f64], subjects: &[f64], digits: usize, wanted: &str) {
    let mut ratios: Vec<f64> = bases.iter().zip(subjects).map(|(base, subject)| subject / base).collect();
    ratios.sort_by(f64::total_cmp);
    let (base, subject) = (median(bases.to_vec()), median(subjects.to_vec()));
    let (low, high) = (ratios[0], ratios[ratios.len() - 1]);
    println!(
        "  {name:<42} {base:>20.digits$} {subject:>12.digits$} {:>7.2} {:>13} {wanted:>9}",
        median(ratios),
        format!("{low:.2}–{high:.2}")
    );
}

/// Whether the limit of open files lets so many connections be; says so when not.
fn has_files() -> bool {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap_or_default();
    let here = line.split_whitespace().nth(3).and_then(|number| number.parse::<usize>().ok());
    let is_enough = here.is_none_or(|files| files >= FILES);
    if !is_enough {
        println!("\n{MANY} links: skipped, they need {FILES} open files (ulimit -n {FILES})");
    }
    is_enough
}

/// The memory of links that do nothing.
fn idle(effort: Effort) {
    if !has_files() {
        return;
    }
    let measure = |kind: SubjectKind| {
        let subject = Subject::start(kind).expect("it comes with this benchmark");
        std::thread::sleep(Duration::from_millis(500));
        let before = subject.resident_bytes();
        let load = LoadProcess::start(Traffic::Mixed, subject.port, MANY);
        std::thread::sleep(Duration::from_secs(1));
        let bytes = (subject.resident_bytes() - before) as f64 / MANY as f64;
        drop(load);
        bytes
    };
    let rounds = 0..effort.many_rounds;
    let (bare, ours): (Vec<f64>, Vec<f64>) = rounds.map(|_| (measure(SubjectKind::Bare), measure(SubjectKind::Lines))).unzip();
    title(&format!("{MANY} links that do nothing"), "bare", "ours");
    row("bytes a link", &bare, &ours, 0, "≤ 10,000");
}

/// A run of our fleet on the processor of the stations, at the bare server.
struct FleetRun {
    report: Value,
    resident: f64,
}

fn fleet(words: &[&str], seconds: u64) -> FleetRun {
    let subject = Subject::start(SubjectKind::Bare).expect("it comes with this benchmark");
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("fleet.json");
    let url = format!("ws://127.0.0.1:{}", subject.port);
    let mut command = pinned(1, std::path::Path::new(env!("CARGO_BIN_EXE_ocpp-tui")));
    command.args(["--plain", "--log-format", "quiet", "cp", &url, "--seed", "7"]).args(words);
    command.args(["--duration", &format!("{seconds}s"), "--report"]).arg(&report);
    for place in PLACES {
        command.env(place, folder.path());
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the program starts");
    std::thread::sleep(Duration::from_secs(seconds - 1));
    let resident = resident_bytes_of(&child.id().to_string()) as f64;
    child.wait().expect("it ends");
    let text = std::fs::read_to_string(&report).expect("a report");
    FleetRun { report: serde_json::from_str(&text).expect("JSON"), resident }
}

/// How many calls our own fleet makes on one processor.
fn fleet_calls(effort: Effort) {
    println!("\nour fleet on one processor, closed loop, at the bare server");
    for count in ["100", "1000"] {
        let found = fleet(&["--count", count, "--ramp", "2000", "--closed-loop"], effort.seconds as u64 + 4);
        let intervals = found.report["intervals"].as_array().cloned().unwrap_or_default();
        // without the seconds in which they connect, and the last, which is no whole one
        let rates = intervals.iter().skip(2).rev().skip(1).filter_map(|interval| interval["answers"].as_f64());
        let name = format!("calls a second of {count} stations");
        println!("  {name:<42} {:>20} {:>12.0} {:>31}", "", median(rates.collect()), "≥ 20,000");
    }
}

/// The memory of stations of our own fleet.
fn fleet_memory(effort: Effort) {
    if !has_files() {
        return;
    }
    println!("\n{MANY} simulated stations in one process that do nothing but boot and report their state");
    for version in ["ocpp1.6", "ocpp2.0.1"] {
        let count = MANY.to_string();
        let alone = fleet(&["--count", "1", "-p", version], 3);
        let all = fleet(&["--count", &count, "--ramp", "2000", "-p", version], effort.seconds as u64 + 12);
        let connected = all.report["connected"].as_u64().unwrap_or_default();
        let each = (all.resident - alone.resident) / MANY as f64 / 1e3;
        let name = format!("{version}: kB a station, of {connected}");
        println!("  {name:<42} {:>20} {each:>12.1} {:>31}", "", "≤ 25");
        let name = format!("{version}: MB in all");
        println!("  {name:<42} {:>20} {:>12.0} {:>31}", "", all.resident / 1e6, "≤ 250");
    }
}
