//! What a start costs: the time from starting the program to its first frame in a pseudo-terminal, and the memory that is resident then.
//! Run it with `cargo bench --bench start`; Linux only, because the memory is read from `/proc`. What the figures mean is in
//! `docs/performance.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Starts in a measurement.
const STARTS: usize = 15;
/// What only a finished frame has: its last line.
const LAST_WORDS: &str = "? help";
/// The bounds: a first frame within this time, and this much memory.
const TIME_LIMIT: Duration = Duration::from_millis(20);
const MEMORY_LIMIT: u64 = 25 * 1024;

fn main() {
    let mut starts: Vec<(Duration, u64)> = (0..STARTS).map(|_| start()).collect();
    starts.sort_unstable();
    let (time, memory) = starts[STARTS / 2];
    println!("from the start to the first frame, 120 by 40, median of {STARTS}    {:>6.1} ms", time.as_secs_f64() * 1e3);
    println!("resident memory at the first frame                           {:>6.1} MB", memory as f64 / 1024.0);
    let ratios = (time.as_secs_f64() / TIME_LIMIT.as_secs_f64(), memory as f64 / MEMORY_LIMIT as f64);
    println!("of what a start may cost (20 ms, 25 MB)                      {:>6.2}, {:.2}", ratios.0, ratios.1);
}

/// The time to the first frame, and the resident memory then, in kB.
fn start() -> (Duration, u64) {
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ocpp-tui"));
    command.args(["cs", "--port", "0"]);
    command.env("TERM", "xterm-256color");
    for place in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(place, folder.path());
    }
    let mut output = pair.master.try_clone_reader().expect("a reader");
    let mut keys = pair.master.take_writer().expect("a writer");
    let began = Instant::now();
    let mut child = pair.slave.spawn_command(command).expect("the program starts");
    let mut parser = vt100::Parser::new(40.try_into().expect("no zero"), 120.try_into().expect("no zero"), 0);
    let mut bytes = [0; 1 << 14];
    while !parser.screen().contents().contains(LAST_WORDS) {
        match output.read(&mut bytes) {
            Ok(count @ 1..) => parser.process(&bytes[..count]),
            _ => panic!("the program ended before its first frame"),
        }
    }
    let time = began.elapsed();
    let memory = child.process_id().and_then(resident).expect("the memory in /proc");
    keys.write_all(b"Q").expect("the program listens");
    child.kill().expect("it is there");
    child.wait().expect("it has ended");
    (time, memory)
}

/// The resident memory of a process, in kB.
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
