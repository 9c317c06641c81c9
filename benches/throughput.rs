//! Calls a second through our central system, against a bare server that does only what cannot be left out. Both run in this process,
//! each on one worker thread of its own, and what counts is the processor time of the server's threads, so neither the stations nor
//! a busy machine change the ratio much. Run it with `cargo bench --bench throughput`; what the figures mean is in
//! `docs/performance.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

mod support;

use ocpp_tui::ocpp::Version;
use support::bare;
use support::kernel::cpu_seconds;
use support::stations::{self, Station};
use support::{central_system, median, one_worker};
use tokio::runtime::{Builder, Runtime};

/// That of the program, for both servers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stations that call at the same time.
const LINKS: usize = 32;
/// Calls in a measurement.
const CALLS: usize = 24_576;
/// Measurements of either server; they take turns.
const REPETITIONS: usize = 7;
/// How many calls a station sends before it waits for the answers. OCPP wants 1; programs that try a server out send more.
const WINDOWS: [usize; 2] = [1, 8];

/// The versions, and what their stations send.
const TRAFFIC: [(Version, &str); 2] =
    [(Version::V1_6, "1.6, three kinds of calls"), (Version::V2_0_1, "2.0.1, TransactionEvent")];

/// The threads of our server: the worker that carries the links, and the recorder.
const OURS: &str = "ours";
const RECORDER: &str = "recorder";
const BARE: &str = "bare";

fn main() {
    let (ours, bare) = (one_worker(OURS), one_worker(BARE));
    let (_hub, our_port) = ours.block_on(async { ours.spawn(central_system()).await.expect("a central system") });
    let bare_port = bare.block_on(async { bare.spawn(bare::listen(0)).await.expect("a server") });
    let clients = Builder::new_current_thread().enable_all().build().expect("a runtime");

    println!("calls a CPU second of the server, {LINKS} links, median of {REPETITIONS}; every ratio is ours/bare");
    println!(
        "{:<29} {:>6} {:>9} {:>9} {:>13} {:>7} {:>11}",
        "", "window", "bare", "ours", "with recorder", "ratio", "link alone"
    );
    for (version, traffic) in TRAFFIC {
        let mut our_stations = clients.block_on(stations::connect_with(our_port, version, LINKS));
        let mut bare_stations = clients.block_on(stations::connect_with(bare_port, version, LINKS));
        compare(traffic, &clients, &mut our_stations, &mut bare_stations);
    }
}

/// Prints a line for each window.
fn compare(traffic: &str, clients: &Runtime, our_stations: &mut [Station], bare_stations: &mut [Station]) {
    for window in WINDOWS {
        measure(clients, our_stations, window, &[OURS]); // warm both up
        measure(clients, bare_stations, window, &[BARE]);
        let (mut bare, mut alone, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..REPETITIONS {
            bare.push(measure(clients, bare_stations, window, &[BARE])[0]);
            let [link, recorder] = measure(clients, our_stations, window, &[OURS, RECORDER])[..] else { return };
            alone.push(link);
            whole.push(link + recorder);
        }
        let ratio = |ours: &[f64]| median(bare.iter().zip(ours).map(|(bare, ours)| bare / ours).collect());
        let (whole_ratio, alone_ratio) = (ratio(&whole), ratio(&alone));
        let rate = |seconds: Vec<f64>| CALLS as f64 / median(seconds);
        let (bare, alone, whole) = (rate(bare), rate(alone), rate(whole));
        println!("{traffic:<29} {window:>6} {bare:>9.0} {alone:>9.0} {whole:>13.0} {whole_ratio:>7.2} {alone_ratio:>11.2}");
    }
}

/// The CPU seconds that the threads of these names spend on one measurement.
fn measure(clients: &Runtime, stations: &mut [Station], window: usize, threads: &[&str]) -> Vec<f64> {
    let spent = || threads.iter().map(|name| cpu_seconds(name));
    let before: Vec<f64> = spent().collect();
    clients.block_on(stations::call(stations, CALLS / LINKS / window, window));
    spent().zip(before).map(|(after, before)| after - before).collect()
}
