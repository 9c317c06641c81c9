//! What a link and an event cost in memory, and an event in the recorder in time. The stations of the links live in a second process,
//! so that the memory of this one is our server's alone. Run it with `cargo bench --bench links`, or with another number of
//! links: `cargo bench --bench links -- 2000`; what the figures mean is in `docs/performance.md`.

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
use std::process::{Command, Stdio};
use std::sync::Arc;

use ocpp_tui::clock::now;
use ocpp_tui::ocpp::Role;
use ocpp_tui::trace::{Contents, Direction, Event, EventKind, Frame, FrameKind, FrameText, Stamp, StationKey};
use support::kernel::{cpu_seconds, resident_bytes};
use support::{central_system, median, one_worker, stations};
use tokio::runtime::Builder;

/// Links that are up at the same time, unless another number is given.
const LINKS: usize = 5_000;
/// Events that the recorder's part takes in.
const EVENTS: usize = 400_000;
/// The argument that makes this program the stations' process.
const STATIONS: &str = "stations";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [role, port, count] = &arguments[..]
        && role == STATIONS
    {
        return be_stations(port.parse().expect("a port"), count.parse().expect("a number"));
    }
    events();
    links(arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(LINKS));
}

/// The second process: it connects, lets every station call once when it is told to, and ends with its input.
fn be_stations(port: u16, count: usize) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut stations = runtime.block_on(stations::connect(port, count));
    println!("connected");
    for _ in std::io::stdin().lines() {
        runtime.block_on(stations::call(&mut stations, 1, stations::CALLS.len()));
        println!("called");
    }
}

fn links(count: usize) {
    let server = one_worker("server");
    let (hub, port) = server.block_on(async { server.spawn(central_system()).await.expect("a central system") });
    let program = env::current_exe().expect("this program's path");
    let mut child = Command::new(program)
        .args([STATIONS, &port.to_string(), &count.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a second process");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut heard = |wanted| assert!(output.next().is_some_and(|line| line.is_ok_and(|line| line == wanted)), "{wanted}");
    // What the trace keeps of the events is bounded by its own limit and not a cost of the links.
    let memory = || resident_bytes() - hub.trace().read().records().bytes();

    let before = memory();
    heard("connected");
    let frames = |wanted: u64| {
        while frames_of(&hub) < wanted {
            std::thread::yield_now();
        }
    };
    while hub.trace().read().stations().connected() < count {
        std::thread::yield_now();
    }
    let connected = memory();
    input.write_all(b"call\n").expect("the stations read");
    heard("called");
    frames((2 * stations::CALLS.len() * count) as u64);
    let called = memory();
    let each = |memory: usize| (memory - before) / count;
    println!(
        "{count} links: {} bytes each when connected, {} after {} calls",
        each(connected),
        each(called),
        stations::CALLS.len()
    );
    drop(input);
    child.wait().expect("the stations end");
}

fn frames_of(hub: &ocpp_tui::hub::Hub) -> u64 {
    hub.trace().read().stations().rows().iter().map(|row| row.frames_in + row.frames_out).sum()
}

/// What the recorder does with an event once it has it: calls and answers in turn, as links tell them.
fn events() {
    let mut nanoseconds = Vec::new();
    let mut beyond = 0.0;
    for _ in 0..5 {
        let mut contents = Contents::new(usize::MAX);
        let key = contents.station(Role::CentralSystem, "CP1");
        let events: Vec<Event> = (0..EVENTS as u64).map(|number| event(key, number)).collect();
        let text: usize = events.iter().map(text_length).sum();
        let mut scratch = String::new();
        let thread = std::thread::Builder::new().name("events".into());
        let spent = std::thread::scope(|scope| {
            let measured = thread.spawn_scoped(scope, || {
                let before = cpu_seconds("events");
                events.iter().for_each(|event| contents.apply(event, &mut scratch));
                cpu_seconds("events") - before
            });
            measured.expect("a thread").join().expect("no panic")
        });
        nanoseconds.push(spent * 1e9 / EVENTS as f64);
        beyond = (contents.records().bytes() - text) as f64 / EVENTS as f64;
    }
    println!("{EVENTS} events: {:.0} ns each in the recorder, {beyond:.1} bytes each beyond the text", median(nanoseconds));
    println!("the sizes: {} bytes an event on its way", size_of::<Event>());
}

fn event(key: StationKey, number: u64) -> Event {
    let (kind, direction, text) = match number % 2 {
        0 => (FrameKind::Call, Direction::In, stations::CALLS[(number / 2 % 3) as usize]),
        _ => (FrameKind::Result, Direction::Out, r#"[3,"4711-0002",{}]"#),
    };
    let frame = Frame {
        direction,
        kind,
        action: Some(Arc::from("StatusNotification")),
        text: FrameText::from_static(text),
        content: None,
        exchange: Some(number / 2),
        code: None,
        findings: Vec::new(),
        remark: None,
        origin: None,
    };
    let stamp = Stamp { wall_micros: now().wall.as_microsecond(), monotonic_micros: number };
    Event { station: Some(key), stamp, kind: EventKind::Frame(frame) }
}

fn text_length(event: &Event) -> usize {
    match &event.kind {
        EventKind::Frame(frame) => frame.text.len(),
        _ => 0,
    }
}
