//! How long stations wait for their answers when 1,000 of them call without a pause: each sends its next call as soon as it has its
//! answer. Our central system and a bare server take turns; the stations live in a second process. A server that serves some links again
//! and again while others wait has a good median and a bad 99th percentile. Run it with `cargo bench --bench fairness`, or with another
//! number of stations: `cargo bench --bench fairness -- 200`; what the figures mean is in `docs/performance.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

mod support;

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use support::bare;
use support::{central_system, median, one_worker, stations};
use tokio::runtime::Builder;

/// Stations that call at the same time, unless another number is given.
const STATIONS: usize = 1_000;
/// Calls of each station in a measurement.
const ROUNDS: usize = 60;
/// Measurements of either server; they take turns.
const REPETITIONS: usize = 5;
/// The argument that makes this program the stations' process.
const ROLE: &str = "stations";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [role, port, count] = &arguments[..]
        && role == ROLE
    {
        return be_stations(port.parse().expect("a port"), count.parse().expect("a number"));
    }
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(STATIONS);
    let (ours, bare) = (one_worker("ours"), one_worker("bare"));
    let (_hub, our_port) = ours.block_on(async { ours.spawn(central_system()).await.expect("a central system") });
    let bare_port = bare.block_on(async { bare.spawn(bare::listen(0)).await.expect("a server") });
    let (mut our_stations, mut bare_stations) = (Stations::start(our_port, count), Stations::start(bare_port, count));
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    our_stations.measure();
    bare_stations.measure();
    for _ in 0..REPETITIONS {
        bare.push(bare_stations.measure());
        ours.push(our_stations.measure());
    }
    println!("milliseconds from call to answer, {count} stations without a pause, median of {REPETITIONS}; ratio is ours/bare");
    println!("{:>16} {:>8} {:>8} {:>7}", "", "bare", "ours", "ratio");
    for (place, name) in ["median", "99th percentile", "longest"].into_iter().enumerate() {
        let column = |runs: &[[f64; 3]]| median(runs.iter().map(|run| run[place]).collect());
        let ratio = median(ours.iter().zip(&bare).map(|(ours, bare)| ours[place] / bare[place]).collect());
        println!("{name:>16} {:>8.1} {:>8.1} {ratio:>7.2}", column(&bare), column(&ours));
    }
}

/// The stations of one server, in their own process.
struct Stations {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Stations {
    fn start(port: u16, count: usize) -> Stations {
        let program = env::current_exe().expect("this program's path");
        let mut child = Command::new(program)
            .args([ROLE, &port.to_string(), &count.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("a pipe")));
        let mut stations = Stations { child, input, output };
        assert_eq!(stations.line(), "connected");
        stations
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the stations speak");
        line.trim_end().to_owned()
    }

    /// Lets all stations make their calls; median, 99th percentile and longest latency in milliseconds.
    fn measure(&mut self) -> [f64; 3] {
        self.input.as_mut().expect("a pipe").write_all(b"call\n").expect("the stations read");
        let line = self.line();
        let figures: Vec<f64> = line.split(' ').map(|figure| figure.parse().expect("a number")).collect();
        figures.try_into().expect("three figures")
    }
}

impl Drop for Stations {
    fn drop(&mut self) {
        self.input = None; // the process ends with its input
        // It may have failed already.
        let _ = self.child.wait();
    }
}

/// The second process: it connects, measures once for each line of its input, and ends with it.
fn be_stations(port: u16, count: usize) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut stations = runtime.block_on(stations::connect(port, count));
    println!("connected");
    for _ in std::io::stdin().lines() {
        let mut latencies: Vec<Duration>;
        (stations, latencies) = runtime.block_on(stations::latencies(stations, ROUNDS));
        latencies.sort_unstable();
        let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!("{} {} {}", at(0.5), at(0.99), at(1.0));
    }
}
