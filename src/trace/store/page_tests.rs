//! Tests of what is put aside: it comes back as it was, is bounded, and can be searched.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::clock::now;
use crate::ocpp::Role;
use crate::trace::filter::{self, FilterContext};
use crate::trace::{
    CloseReason, Direction, Event, EventKind, EventSender, Frame, FrameKind, PageScan, PinnedPages, Trace, direct,
};

/// A trace that keeps little in memory and puts the rest aside in the folder.
fn small(folder: &Path, limit: u64) -> EventSender {
    let events = direct(200_000, now());
    events.trace().put_aside(folder.into(), limit).unwrap();
    events
}

fn put(events: &EventSender, at: u64, kind: EventKind) {
    let station = events.station(Role::CentralSystem, if at.is_multiple_of(2) { "CP1" } else { "CP2" });
    let stamp = Stamp { wall_micros: 1_000_000 + at as i64, monotonic_micros: at };
    events.put_now(Event { station: Some(station), stamp, kind });
}

fn frame(direction: Direction, kind: FrameKind, exchange: u64, text: String) -> EventKind {
    let action = Some("Heartbeat".into());
    EventKind::Frame(Frame { action, exchange: Some(exchange), ..Frame::new(direction, kind, text.into()) })
}

/// Calls with their answers, a lost link now and then, and one call at the start that is answered at the end.
fn fill(events: &EventSender, exchanges: u64) {
    put(events, 0, frame(Direction::In, FrameKind::Call, 1_000_000, "[2,\"late\",\"Heartbeat\",{}]".into()));
    for exchange in 1..=exchanges {
        let padding = "x".repeat(150);
        let text = format!("[2,\"{exchange}\",\"Heartbeat\",{{\"a\":\"{padding}\"}}]");
        put(events, exchange * 10, frame(Direction::In, FrameKind::Call, exchange, text));
        put(events, exchange * 10 + 4, frame(Direction::Out, FrameKind::Result, exchange, format!("[3,\"{exchange}\",{{}}]")));
        if exchange.is_multiple_of(500) {
            put(events, exchange * 10 + 5, EventKind::Disconnected { link: 1, reason: CloseReason::PeerGone });
        }
    }
    put(events, exchanges * 10 + 9, frame(Direction::Out, FrameKind::Result, 1_000_000, "[3,\"late\",{}]".into()));
}

/// Waits until nothing waits to be written.
fn settle(trace: &Trace) {
    while trace.read().records().waiting_bytes() > 0 {
        std::thread::yield_now();
    }
}

/// Waits until a record is in memory.
fn load(trace: &Trace, sequence: Sequence) {
    trace.want(&[sequence]);
    while trace.read().records().is_aside(sequence) {
        std::thread::yield_now();
    }
}

#[test]
fn what_does_not_fit_is_put_aside_and_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (little, whole) = (small(folder.path(), u64::MAX), direct(1 << 30, now()));
    for events in [&little, &whole] {
        fill(events, 4000);
    }
    let trace = little.trace();
    settle(trace);
    let (all, resident) = (trace.read().records().whole(), trace.read().records().range());
    assert_eq!(all, whole.trace().read().records().range());
    assert!(resident.start > 6000, "{resident:?}");
    assert!(trace.read().records().is_aside(1) && trace.read().records().get(1).is_none());
    for sequence in (0..resident.start).step_by(61).chain([0, 1, 2]) {
        load(trace, sequence);
        let (contents, expected) = (trace.read(), whole.trace().read());
        assert_eq!(contents.records().get(sequence), expected.records().get(sequence));
    }
    let late = trace.read().records().get(0).unwrap().partner;
    assert_eq!(late, Some(all.end - 1), "an answer that came when the call was put aside");
    let latency = trace.read().records().get(all.end - 1).unwrap().latency;
    assert_eq!(latency.map(|latency| latency.as_micros()), Some(40_009));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the files have no names");
}

#[test]
fn a_search_finds_what_was_put_aside_in_order_and_in_both_directions() {
    let folder = tempfile::tempdir().unwrap();
    let events = small(folder.path(), u64::MAX);
    fill(&events, 4000);
    let trace = events.trace();
    settle(trace);
    let to = trace.read().records().range().start;
    let search = |text: &str, direction: Option<bool>| {
        let filter = filter::parse(text).unwrap();
        let condition = move |record: &Record<'_>, context: &FilterContext<'_>| filter.matches(record, context);
        let scan = PageScan::new(0..to, jiff::Zoned::now(), Box::new(condition));
        let scan = Arc::new(if let Some(backward) = direction { scan.first(backward) } else { scan });
        scan.run(trace);
        let mut found = Vec::new();
        loop {
            let (some, at) = scan.take();
            found.extend(some.into_iter().map(|hit| hit.sequence));
            if at.is_none() {
                return found;
            }
            std::thread::yield_now();
        }
    };
    let lost = search("kind:disconnect", None);
    assert!(lost.len() >= 6 && lost.is_sorted(), "{lost:?}");
    assert_eq!(search("cp:CP1 kind:disconnect", None), Vec::<u64>::new());
    assert_eq!(search("kind:disconnect", Some(false)).first(), lost.first());
    assert_eq!(search("kind:disconnect", Some(true)).first(), lost.last());
    assert_eq!(search("kind:call answered:no", None), Vec::<u64>::new());
}

/// Exchanges whose answers come some pages later: the calls and the answers of 600 of them in turn.
fn far_apart(folder: &Path) -> EventSender {
    let events = small(folder, u64::MAX);
    let key = events.station(Role::CentralSystem, "CP1");
    let mut at = 0;
    for round in 0..4_u64 {
        for kind in [FrameKind::Call, FrameKind::Result] {
            for number in (round * 600)..(round * 600 + 600) {
                at += 1;
                let text = match kind {
                    FrameKind::Call => format!("[2,\"{number}\",\"StartTransaction\",{{\"x\":\"{:100}\"}}]", ""),
                    _ => format!("[3,\"{number}\",{{\"transactionId\":{number}}}]"),
                };
                if number % 100 == 99 && kind == FrameKind::Result {
                    let timeout = EventKind::Timeout {
                        exchange: number,
                        action: "StartTransaction".into(),
                        after: Duration::from_secs(1),
                    };
                    events.put_now(Event {
                        station: Some(key),
                        stamp: Stamp { wall_micros: at, monotonic_micros: at as u64 },
                        kind: timeout,
                    });
                    continue;
                }
                let direction = if kind == FrameKind::Call { Direction::In } else { Direction::Out };
                let frame = Frame {
                    action: Some("StartTransaction".into()),
                    exchange: Some(number),
                    ..Frame::new(direction, kind, text.into())
                };
                let stamp = Stamp { wall_micros: at, monotonic_micros: at as u64 };
                events.put_now(Event { station: Some(key), stamp, kind: EventKind::Frame(frame) });
            }
        }
    }
    settle(events.trace());
    events
}

fn chosen(trace: &Trace, text: &str) -> Vec<u64> {
    let filter = filter::parse(text).unwrap();
    let range = trace.read().records().whole();
    trace.search(range, filter.asks_for_partners(), usize::MAX, |record, context| filter.matches(record, context))
}

#[test]
fn partners_on_other_pages_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let events = far_apart(folder.path());
    let trace = events.trace();
    assert!(trace.read().records().range().start > 3000);
    assert_eq!(chosen(trace, "kind:call answered:no").len(), 24, "those that timed out");
    assert_eq!(chosen(trace, "tx:7"), [7, 607]);
    assert_eq!(chosen(trace, "tx:1207").len(), 2);
    // Its call is aside and its answer in memory.
    let here = trace.read().records().range().start;
    assert!((4101..4700).contains(&here), "{here}");
    assert_eq!(chosen(trace, "tx:2300"), [4100, 4700]);
    let filter = filter::parse("kind:call answered:no").unwrap();
    let to = trace.read().records().range().start;
    let condition = move |record: &Record<'_>, context: &FilterContext<'_>| filter.matches(record, context);
    let scan = Arc::new(PageScan::new(0..to, jiff::Zoned::now(), Box::new(condition)).with_partners(true));
    scan.run(trace);
    let mut found = 0;
    loop {
        let (some, at) = scan.take();
        found += some.len();
        if at.is_none() {
            break;
        }
        std::thread::yield_now();
    }
    assert!(found >= 12, "{found}");
}

#[test]
fn a_choice_goes_through_what_was_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let events = far_apart(folder.path());
    let trace = events.trace();
    let all = chosen(trace, "");
    assert_eq!(all.len() as u64, trace.read().records().whole().end);
    assert!(all.is_sorted());
    assert_eq!(trace.search(10..20, false, 3, |_, _| true), [10, 11, 12]);
    let aside = |sequence| trace.read().records().is_aside(sequence);
    assert!(aside(7) && aside(607));
    let pinned = PinnedPages::of(trace, &[7], (0, 0)).unwrap();
    assert!(!aside(7) && !aside(607), "with its partner");
    {
        let contents = trace.read();
        let records = contents.records();
        let held: Vec<u64> = records.held(5..9).map(|record| record.sequence).collect();
        assert_eq!(held, [5, 6, 7, 8]);
        assert_eq!(records.held(0..records.range().end).next_back().map(|record| record.sequence), all.last().copied());
        assert!(records.gap_end(&(0..records.range().start)).is_some());
        assert_eq!(records.gap_end(&(5..9)), None);
    }
    let second = PinnedPages::of(trace, &[8], (0, 0)).unwrap();
    drop(pinned);
    assert!(!aside(7), "another reader has the same page");
    drop(second);
    assert!(aside(7));
}

#[test]
fn what_is_put_aside_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let events = small(folder.path(), 20_000);
    fill(&events, 4000);
    let trace = events.trace();
    settle(trace);
    let contents = trace.read();
    let (whole, resident) = (contents.records().whole(), contents.records().range());
    assert!(whole.start > 0 && whole.start < resident.start, "{whole:?} {resident:?}");
    assert_eq!(contents.records().evicted(), whole.start);
}

#[test]
fn without_a_disk_the_oldest_records_are_lost_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let events = small(&file.join("no folder"), u64::MAX);
    let trace = events.trace();
    let told = || {
        let contents = trace.read();
        let records = contents.records();
        records.iter(records.range()).filter(|record| record.kind == RecordKind::Failure).count()
    };
    while told() == 0 {
        fill(&events, 5);
    }
    settle(trace);
    assert_eq!(told(), 1);
    assert_eq!(trace.read().records().whole(), trace.read().records().range());
}
