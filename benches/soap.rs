//! SOAP calls a second through the whole program in line mode, its lines going to `/dev/null`, against a bare server of hyper and
//! quick-xml that answers without looking at more than the name of the message. What counts is the processor time of the servers, so
//! neither the stations nor a busy machine change the ratio much. Linux only, like `/proc`.
//!
//! Run it with `cargo bench --bench soap`. To compare with another build of the program, name it in `OCPP_TUI_BASELINE`: the builds then
//! take turns. What the figures mean is in `docs/performance.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

mod support;

use std::env;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use support::bare_soap::{HEARTBEAT, METER_VALUES, listen, post};
use support::kernel::{cpu_seconds, cpu_seconds_of_process};
use support::{free_port, median, one_worker};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// Stations that call at the same time, each on a connection of its own that stays open.
const STATIONS: usize = 16;
/// Calls in a measurement.
const CALLS: usize = 16_384;
/// Measurements of each server; they take turns.
const REPETITIONS: usize = 7;
/// The thread of the bare server.
const BARE: &str = "bare";
/// The variable that names another build of the program.
const BASELINE: &str = "OCPP_TUI_BASELINE";

fn main() {
    let bare = one_worker(BARE);
    let bare_port = bare.block_on(async { bare.spawn(listen(0)).await.expect("a server") });
    let clients = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut bare_stations = clients.block_on(connect(bare_port));
    measure(&clients, &mut bare_stations, || cpu_seconds(BARE)); // warm it up

    println!("SOAP calls a CPU second of the server, {STATIONS} stations, median of {REPETITIONS}");
    println!(
        "{:>8} {:>9} {:>9} {:>9} {:>11} {:>15}",
        "format", "bare", "baseline", "program", "bare/program", "program/baseline"
    );
    for format in ["text", "jsonl"] {
        let baseline = env::var_os(BASELINE).map(PathBuf::from);
        let programs = [Some(PathBuf::from(env!("CARGO_BIN_EXE_ocpp-tui"))), baseline].into_iter().flatten();
        let mut programs: Vec<Program> = programs.map(|path| Program::start(path, format, &clients)).collect();
        for program in &mut programs {
            program.measure(&clients);
        }
        let mut bare = Vec::new();
        let mut spent = vec![Vec::new(); programs.len()];
        for _ in 0..REPETITIONS {
            bare.push(measure(&clients, &mut bare_stations, || cpu_seconds(BARE)));
            for (program, spent) in programs.iter_mut().zip(&mut spent) {
                spent.push(program.measure(&clients));
            }
        }
        let ratio = |one: &[f64], other: &[f64]| median(one.iter().zip(other).map(|(one, other)| one / other).collect());
        let rate = |seconds: &[f64]| format!("{:.0}", CALLS as f64 / median(seconds.to_vec()));
        let (old, faster) = match spent.get(1) {
            Some(old) => (rate(old), format!("{:.2}", ratio(old, &spent[0]))),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let slower = ratio(&spent[0], &bare);
        println!("{format:>8} {:>9} {old:>9} {:>9} {slower:>11.2} {faster:>15}", rate(&bare), rate(&spent[0]));
    }
}

/// The CPU seconds that a server spends on one measurement.
fn measure(clients: &Runtime, stations: &mut [Station], spent: impl Fn() -> f64) -> f64 {
    let before = spent();
    clients.block_on(join_all(stations.iter_mut().map(|station| station.call(CALLS / STATIONS))));
    spent() - before
}

/// A build of the program as a central system, with its stations.
struct Program {
    child: Child,
    stations: Vec<Station>,
}

impl Program {
    fn start(path: PathBuf, format: &str, clients: &Runtime) -> Program {
        let port = free_port();
        let port_text = port.to_string();
        let arguments = ["--plain", "--log-format", format, "start_cs", &port_text, "-t", "soap", "-p", "ocpp1.5"];
        let child = Command::new(path)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program was built");
        Program { child, stations: clients.block_on(connect(port)) }
    }

    /// The program's time, with that of the recorder and of the printer. They lag a little behind the answers.
    fn measure(&mut self, clients: &Runtime) -> f64 {
        let process = self.child.id();
        measure(clients, &mut self.stations, || {
            std::thread::sleep(Duration::from_millis(200));
            cpu_seconds_of_process(process)
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn connect(port: u16) -> Vec<Station> {
    let mut stations = Vec::with_capacity(STATIONS);
    for index in 0..STATIONS {
        stations.push(Station::connect(port, &format!("CP{index:03}")).await);
    }
    stations
}

/// A station: a connection, and its two requests.
struct Station {
    stream: TcpStream,
    requests: [Vec<u8>; 2],
    unread: Vec<u8>,
}

impl Station {
    async fn connect(port: u16, identity: &str) -> Station {
        let stream = loop {
            match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(stream) => break stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await, // the program is starting
            }
        };
        stream.set_nodelay(true).expect("an option of TCP");
        let requests =
            [("Heartbeat", HEARTBEAT), ("MeterValues", METER_VALUES)].map(|(action, body)| post(identity, action, body));
        Station { stream, requests, unread: Vec::new() }
    }

    /// Makes calls one after the other.
    async fn call(&mut self, count: usize) {
        for number in 0..count {
            self.stream.write_all(&self.requests[number % 2]).await.expect("the connection is up");
            self.answer().await;
        }
    }

    async fn answer(&mut self) {
        loop {
            if let Some(head) = self.unread.windows(4).position(|end| end == b"\r\n\r\n") {
                let lines = String::from_utf8_lossy(&self.unread[..head]).to_ascii_lowercase();
                assert!(lines.starts_with("http/1.1 200"), "{lines}");
                let length = lines.lines().find_map(|line| line.strip_prefix("content-length:")).expect("a length");
                let whole = head + 4 + length.trim().parse::<usize>().expect("a number");
                if self.unread.len() >= whole {
                    self.unread.drain(..whole);
                    return;
                }
            }
            let mut buffer = [0; 4096];
            let read = self.stream.read(&mut buffer).await.expect("the connection is up");
            assert!(read > 0, "the server ended the connection");
            self.unread.extend_from_slice(&buffer[..read]);
        }
    }
}
