//! The record on disk: how fast events are written, what that costs the calls of 100 stations, and a large file that is opened, searched
//! and scrolled. Run it with `cargo bench --bench capture`; `OCPP_TUI_RECORDS=10000000` makes the file as large as in
//! `docs/performance.md`, where the figures are, and `OCPP_TUI_FOLDER` says where it is made.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

#[allow(dead_code, clippy::allow_attributes, reason = "each benchmark uses its own part")]
#[path = "support/events.rs"]
mod events;
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use events::Events;
use ocpp_tui::capture::{CapturePlace, CaptureReader, CaptureTarget, CaptureWriter, load_while};
use ocpp_tui::clock::now;
use ocpp_tui::ocpp::{Catalog, Role, Version};
use ocpp_tui::trace::filter::{self, FilterContext};
use ocpp_tui::trace::station_summary::StationSummaries;
use ocpp_tui::trace::{self, Direction, Event, EventKind, EventSender, Frame, FrameKind, PageScan, Record, Stamp};
use support::kernel::{cpu_seconds, resident_bytes};
use support::{central_system, median, one_worker, stations};
use tokio::runtime::Builder;

const MEMORY: usize = 64 << 20;
/// What `ocpp-tui open` keeps in memory.
const OPENED: usize = 32 << 20;
/// Events in a measurement of the writer.
const WRITTEN: u64 = 1_000_000;
/// Stations, calls and repetitions of the measurement of calls.
const LINKS: usize = 100;
const CALLS: usize = 24_000;
const REPETITIONS: usize = 5;

fn main() {
    let folder = std::env::var_os("OCPP_TUI_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).expect("a folder");
    let records = std::env::var("OCPP_TUI_RECORDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    writer(folder.path());
    calls(folder.path());
    large_file(folder.path(), records);
}

/// CPU seconds of the threads that record.
fn spent() -> (f64, f64) {
    (cpu_seconds("recorder"), cpu_seconds("capture"))
}

/// A frame of 120 bytes.
fn frame(number: u64) -> Event {
    let text = format!("[2,\"{number:0>10}\",\"DataTransfer\",{{\"vendorId\":\"bench\",\"data\":\"{:x>65}\"}}]", "");
    let mut frame = Frame::new(Direction::In, FrameKind::Call, text.into());
    (frame.action, frame.exchange) = (Some("Heartbeat".into()), Some(number));
    let stamp = Stamp { wall_micros: 1_772_618_400_000_000 + number as i64, monotonic_micros: number };
    Event { station: None, stamp, kind: EventKind::Frame(frame) }
}

fn writer(folder: &Path) {
    let run = |target: Option<CaptureTarget>| {
        let (events, recorder) = trace::start(MEMORY, now()).expect("a thread");
        let capture = CaptureWriter::new(events.clone());
        let station = events.station(Role::CentralSystem, "CP1");
        if let Some(target) = target {
            capture.start(target).expect("a file");
        }
        let before = spent();
        for number in 0..WRITTEN {
            events.put_now(Event { station: Some(station), ..frame(number) });
        }
        Builder::new_current_thread().build().expect("a runtime").block_on(events.caught_up());
        // The thread ends with the capture, so its time is taken before that, when it is idle.
        while capture.state().is_some_and(|state| state.events < WRITTEN && state.lost == 0) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let after = spent();
        let lost = capture.state().map_or(0, |state| state.lost);
        capture.stop();
        drop((events, capture));
        recorder.join().expect("the recorder");
        (after.0 - before.0, after.1 - before.1, lost)
    };
    println!(
        "the writer: {WRITTEN} frames of 120 bytes; CPU time of what a capture adds to the recorder, and of its own thread"
    );
    let (bare, _, _) = run(None);
    for (name, compressed) in [("plain", false), ("zstd", true)] {
        let place = CapturePlace::File(folder.join(name));
        let target = CaptureTarget { compressed, ..CaptureTarget::from(place) };
        let (recorder, capture, lost) = run(Some(target));
        let (added, all) = (recorder - bare, recorder - bare + capture);
        println!(
            "  {name:<6} {:>9.0} records/s on one core; {:.2} µs in the recorder, {:.2} µs in the thread, {lost} lost",
            WRITTEN as f64 / all,
            added * 1e6 / WRITTEN as f64,
            capture * 1e6 / WRITTEN as f64,
        );
        std::fs::remove_file(folder.join(name)).expect("the file");
    }
}

fn calls(folder: &Path) {
    let ours = one_worker("ours");
    let (hub, port) = ours.block_on(async { ours.spawn(central_system()).await.expect("a central system") });
    let clients = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut stations = clients.block_on(stations::connect_with(port, Version::V1_6, LINKS));
    let mut measure = |place: Option<PathBuf>, compressed: bool| {
        if let Some(path) = place {
            let target = CaptureTarget { compressed, ..CaptureTarget::from(CapturePlace::File(path)) };
            hub.capture().start(target).expect("a file");
        }
        let sum = || ["ours", "recorder", "capture"].into_iter().map(cpu_seconds).sum::<f64>();
        let before = sum();
        clients.block_on(stations::call(&mut stations, CALLS / LINKS, 1));
        clients.block_on(hub.caught_up());
        while hub.capture().state().is_some_and(|state| state.events == 0) {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(50));
        let spent = sum() - before;
        hub.capture().stop();
        spent
    };
    measure(None, false); // warm up
    println!("calls of {LINKS} stations a CPU second of links, recorder and capture; median of {REPETITIONS}");
    let (mut bare, mut plain, mut zstd) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..REPETITIONS {
        bare.push(measure(None, false));
        plain.push(measure(Some(folder.join(format!("{number}.jsonl"))), false));
        zstd.push(measure(Some(folder.join(format!("{number}.zst"))), true));
    }
    let cost = |with: &[f64]| median(with.iter().zip(&bare).map(|(with, bare)| 100.0 * (1.0 - bare / with)).collect());
    let (plain_cost, zstd_cost) = (cost(&plain), cost(&zstd));
    let rate = |seconds: &[f64]| CALLS as f64 / median(seconds.to_vec());
    println!(
        "  without {:.0}, plain {:.0} ({plain_cost:.1} % fewer), zstd {:.0} ({zstd_cost:.1} % fewer)",
        rate(&bare),
        rate(&plain),
        rate(&zstd)
    );
}

/// Writes a capture with so many events.
fn generate(path: &Path, records: u64) {
    let (events, recorder) = trace::start(1 << 20, now()).expect("a thread");
    let capture = CaptureWriter::new(events.clone());
    for number in 0..100 {
        events.station(Role::CentralSystem, &format!("CP{number:05}"));
    }
    capture.start(CapturePlace::File(path.into())).expect("a file");
    for (number, event) in (0..records).zip(Events::new(100)) {
        events.put_now(event);
        // The disk is slower than this loop, and what waits for it is bounded.
        while number.is_multiple_of(50_000) && capture.state().is_some_and(|state| state.events + 100_000 < number) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    Builder::new_current_thread().build().expect("a runtime").block_on(events.caught_up());
    assert_eq!(capture.state().map(|state| state.lost), Some(0));
    capture.stop();
    drop((events, capture));
    recorder.join().expect("the recorder");
}

fn resident_megabytes() -> usize {
    resident_bytes() >> 20
}

fn large_file(folder: &Path, records: u64) {
    let path = folder.join("large.jsonl");
    generate(&path, records);
    let size = std::fs::metadata(&path).expect("the file").len();
    println!("a file of {records} records, {} MB; {} MB resident before it is opened", size / 1_000_000, resident_megabytes());
    let began = Instant::now();
    let (events, _recorder) = trace::start(OPENED, now()).expect("a thread");
    events.trace().put_aside(folder.into(), u64::MAX).expect("a thread");
    let reader = CaptureReader::open(&path, Catalog::embedded()).expect("a capture");
    let done = Arc::new(AtomicBool::new(false));
    let loading = {
        let (events, done) = (events.clone(), done.clone());
        std::thread::spawn(move || {
            let trace = events.trace().clone();
            let count = load_while(vec![reader], &events, |count| {
                while count.events.is_multiple_of(512) && trace.is_ahead() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                true
            });
            done.store(true, Ordering::Relaxed);
            count
        })
    };
    // What the screen does meanwhile.
    let (mut facts, mut first) = (StationSummaries::default(), None);
    let mut most = 0;
    loop {
        let ended = done.load(Ordering::Relaxed);
        let more = facts.catch_up(&events.trace().read(), 5_000);
        events.trace().read_up_to(facts.position());
        if facts.position() >= 50 {
            first.get_or_insert_with(|| began.elapsed());
        }
        if !more {
            most = most.max(resident_megabytes());
            if ended && facts.position() >= events.trace().read().records().range().end {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let (first, all) = (first.unwrap_or_default(), began.elapsed());
    loading.join().expect("the loader");
    println!(
        "  first screen {:.0} ms; all of it {:.1} s ({:.0} records/s); at most {most} MB resident",
        first.as_secs_f64() * 1e3,
        all.as_secs_f64(),
        records as f64 / all.as_secs_f64()
    );
    let aside = events.trace().read().records().range().start;
    println!("  {aside} records are put aside, {} missed by the statistics", facts.missed());
    for text in ["MeterValues", "kind:error", "$.power>7kW", "cp:CP00042 action:Heartbeat", "answered:no"] {
        let (seconds, found) = search(&events, aside, text);
        println!("  filter {text:<30} {seconds:.2} s, {found} found; {} MB resident", resident_megabytes());
    }
    let mut waits: Vec<f64> = (0..100).map(|number| load(&events, aside * number / 100)).collect();
    waits.sort_by(f64::total_cmp);
    println!("  a page that is not in memory: {:.2} ms median, {:.2} ms at the most", waits[50], waits[99]);
}

/// Searches all that was put aside; the seconds, and how many records were found.
fn search(events: &EventSender, to: u64, text: &str) -> (f64, usize) {
    let filter = filter::parse(text).expect("a filter");
    let with_partners = filter.asks_for_partners();
    let condition = move |record: &Record<'_>, context: &FilterContext<'_>| filter.matches(record, context);
    let scan = Arc::new(PageScan::new(0..to, jiff::Zoned::now(), Box::new(condition)).with_partners(with_partners));
    let began = Instant::now();
    scan.run(events.trace());
    let mut found = 0;
    loop {
        let (hits, at) = scan.take();
        found += hits.len();
        if at.is_none() {
            return (began.elapsed().as_secs_f64(), found);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The milliseconds until a record is in memory.
fn load(events: &EventSender, sequence: u64) -> f64 {
    let began = Instant::now();
    events.trace().want(&[sequence]);
    while events.trace().read().records().is_aside(sequence) {
        std::thread::yield_now();
    }
    began.elapsed().as_secs_f64() * 1e3
}
