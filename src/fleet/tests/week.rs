//! A fleet repeats itself: the same seed gives the same bytes at the same times, on whatever thread, in one process or in parts. By default with
//! few stations for hours; `OCPP_TUI_WEEK=1` plays a thousand stations for a week.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::*;
use crate::trace::{Direction, FrameKind, RecordKind, Sequence};

/// The groups: both generations, both transports, storms, updates and what else may happen.
const MIX: &str = "
[[group]]
name = 'old'
version = '1.6'
connectors = 2
sessions_per_day = 6
energy_kwh = { low = 1, typical = 4, high = 9 }
stay_minutes = { low = 10, typical = 40, high = 90 }
faults_per_day = 2
fault_minutes = { low = 5, typical = 20, high = 60 }
outages_per_day = 4
storms_per_day = 3
updates_per_day = 3

[[group]]
name = 'new'
version = '2.0.1'
sessions_per_day = 6
energy_kwh = { low = 1, typical = 4, high = 9 }
stay_minutes = { low = 10, typical = 40, high = 90 }
outages_per_day = 4
storms_per_day = 3
updates_per_day = 3

[[group]]
name = 'soap'
version = '1.5'
transport = 'soap'
sessions_per_day = 6
stay_minutes = { low = 10, typical = 40, high = 90 }
";

/// What a station sent and when.
#[derive(Debug, Default, Clone)]
struct SentFrames {
    count: u64,
    hash: DefaultHasher,
    /// The frames themselves, where they fit into the memory.
    lines: Vec<String>,
}

/// Which frames are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ComparedFrames {
    /// All, as they are.
    All,
    /// Calls, without the ids that a central system of 1.x gives to transactions: another one gives others.
    Calls,
}

/// Reads what stations send before it leaves the memory.
struct FrameReader {
    next: Sequence,
    stations: BTreeMap<String, SentFrames>,
    frames: ComparedFrames,
}

impl FrameReader {
    fn read(&mut self, hub: &Hub) {
        let contents = hub.trace().read();
        let range = contents.records().range();
        assert!(range.start <= self.next, "a record left the memory");
        for record in contents.records().iter(self.next..range.end) {
            let Some(row) = record.station.and_then(|station| contents.stations().get(station)) else { continue };
            let RecordKind::Frame(Direction::Out, kind) = record.kind else { continue };
            if row.our_role != Role::ChargePoint || (kind != FrameKind::Call && self.frames == ComparedFrames::Calls) {
                continue;
            }
            let text = match self.frames {
                ComparedFrames::All => record.text.to_owned(),
                ComparedFrames::Calls => without_numbers(record.text),
            };
            let line = format!("{} {text}", record.wall_micros);
            let sent = self.stations.entry(row.identity.to_string()).or_default();
            sent.count += 1;
            line.hash(&mut sent.hash);
            if !is_whole_week() {
                sent.lines.push(line);
            }
        }
        self.next = range.end;
    }
}

/// A frame without the numbers of transactions.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("transactionId");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        all.push_str("transactionId");
        // JSON and XML
        let number = part.strip_prefix("\":").or(part.strip_prefix('>'));
        all.push_str(number.map_or(part, |number| number.trim_start_matches(|sign: char| sign.is_ascii_digit())));
    }
    all
}

/// Whether the whole week is asked for.
fn is_whole_week() -> bool {
    std::env::var_os("OCPP_TUI_WEEK").is_some()
}

/// What becomes of the stations with these numbers of a fleet.
async fn played(
    seed: u64,
    thread_seed: u64,
    numbers: std::ops::Range<u64>,
    frames: ComparedFrames,
) -> (BTreeMap<String, SentFrames>, FleetEnd) {
    // what is not a station's own comes from the thread
    fastrand::seed(thread_seed);
    let _clock = follow_runtime("2026-03-02T00:00:00Z".parse().unwrap());
    let (hub, options) = bench(usize::try_from(numbers.end - numbers.start).unwrap()).await;
    let hours = if is_whole_week() { 7 * 24 } else { 6 };
    let options = FleetOptions {
        mix: Some(FleetMix::read("week", MIX).unwrap()),
        seed,
        first: numbers.start,
        duration: Some(Duration::from_secs(hours * 3600)),
        // all start at once, so that parts begin like the whole
        ramp: f64::INFINITY,
        day_second: 8.0 * 3600.0,
        ..options
    };
    let fleet = FleetHandle::start(&hub, options);
    let mut reader = FrameReader { next: 0, stations: BTreeMap::new(), frames };
    let end = loop {
        tokio::select! {
            biased;
            end = fleet.ended() => break end.unwrap(),
            () = tokio::time::sleep(Duration::from_secs(600)) => reader.read(&hub),
        }
    };
    reader.read(&hub);
    hub.end().await;
    (reader.stations, FleetEnd::clone(&end))
}

/// Fails at the first frame that differs.
fn assert_same(one: &BTreeMap<String, SentFrames>, other: &BTreeMap<String, SentFrames>) {
    assert!(one.keys().eq(other.keys()));
    for ((identity, one), other) in one.iter().zip(other.values()) {
        if let Some(place) = one.lines.iter().zip(&other.lines).position(|(one, other)| one != other) {
            let around = |lines: &[String]| lines[place.saturating_sub(3)..(place + 2).min(lines.len())].join("\n");
            panic!("{identity} at {place}:\n{}\n\nand\n\n{}", around(&one.lines), around(&other.lines));
        }
        assert_eq!((one.count, one.hash.finish()), (other.count, other.hash.finish()), "{identity}");
    }
}

fn json(end: &FleetEnd) -> String {
    serde_json::to_string(&end.report).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_bytes() {
    let count = if is_whole_week() { 1_000 } else { 9 };
    let whole = || 1..count + 1;
    let began = std::time::Instant::now();
    let (first, end) = played(7, 1, whole(), ComparedFrames::All).await;
    println!("{count} stations, {} calls, {:?}", end.report.all.calls, began.elapsed());
    let report = &end.report;
    assert_eq!((end.missed, end.state.refused, report.stations), (0, 0, count));
    assert!(report.reconnects > 0 && report.transactions.ended > 3, "{report:?}");
    assert_eq!(report.all.errors, 0, "{:?}", report.all.codes);
    let (second, again) = played(7, 1, whole(), ComparedFrames::All).await;
    assert_same(&first, &second);
    assert_eq!(json(&end), json(&again));
    let (other, end) = played(8, 1, whole(), ComparedFrames::All).await;
    assert!(first.iter().zip(&other).all(|((_, one), (_, other))| one.hash.finish() != other.hash.finish()));
    assert_ne!(json(&end), json(&again));
}

#[tokio::test(start_paused = true)]
async fn the_parts_of_a_fleet_do_what_the_whole_does() {
    let (whole, end) = played(7, 1, 1..10, ComparedFrames::Calls).await;
    let (mut parts, first) = played(7, 2, 1..5, ComparedFrames::Calls).await;
    let (rest, second) = played(7, 3, 5..10, ComparedFrames::Calls).await;
    parts.extend(rest);
    assert_same(&whole, &parts);
    let sum = FleetReport::merge(&[first.report, second.report]).unwrap();
    // what is added up in another order differs in the last digit
    assert!((sum.transactions.energy_wh - end.report.transactions.energy_wh).abs() < 0.001);
    let report = |report: &FleetReport| {
        let mut report = report.clone();
        report.transactions.energy_wh = 0.0;
        report.connected = 0;
        serde_json::to_string(&report).unwrap()
    };
    assert_eq!(report(&sum), report(&end.report));
}
