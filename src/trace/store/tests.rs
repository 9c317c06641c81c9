//! Tests of the store: what comes back, what is evicted, what a record costs.

use super::*;
use crate::ocpp::{Transport, Version};
use crate::trace::FrameVerdict;
use crate::trace::new_record::LinkFacts;
use crate::trace::{ConnectionAttempt, Direction, FrameKind};

fn entry(text: &str, at: u64) -> NewRecord<'_> {
    NewRecord {
        stamp: Stamp { wall_micros: at as i64, monotonic_micros: at },
        station: Some(StationKey(3)),
        kind: RecordKind::Frame(Direction::In, FrameKind::Call),
        action: Some("Heartbeat"),
        code: None,
        verdict: FrameVerdict::Valid,
        link: LinkFacts { transport: Transport::WebSocket, version: Some(Version::V1_6), number: 5, leg: None },
        text,
        content: None,
        remarks: "",
        remark_lines: 0,
        latency: None,
        legs: None,
    }
}

#[test]
fn a_record_comes_back_as_it_was_appended() {
    let mut store = Store::new(1 << 20);
    let sequence =
        store.append(&NewRecord { remarks: "/a: wrong", code: Some(ErrorCode::GenericError), ..entry("[2]", 7) }, None);
    let record = store.get(sequence).unwrap();
    assert_eq!((record.text, record.remarks, record.action), ("[2]", "/a: wrong", Some("Heartbeat")));
    assert_eq!((record.station, record.code), (Some(StationKey(3)), Some(ErrorCode::GenericError)));
    assert_eq!((record.version, record.link, record.detail), (Some(Version::V1_6), Some(5), None));
    assert_eq!((record.partner, record.latency), (None, None));
    assert!(store.get(sequence + 1).is_none());
}

#[test]
fn what_is_in_an_envelope_comes_back_with_it() {
    let mut store = Store::new(1 << 20);
    let payload = RecordContent { id: "m1", payload: "{}", is_fault: false };
    let fault = RecordContent { id: "", payload: "[null,\"no\"]", is_fault: true };
    for content in [Some(payload), Some(fault), None] {
        let sequence = store.append(&NewRecord { content, remarks: "odd", ..entry("<e/>", 7) }, None);
        let record = store.get(sequence).unwrap();
        assert_eq!((record.text, record.content, record.remarks), ("<e/>", content, "odd"));
    }
    let long = "x".repeat(70_000);
    let sequence = store.append(&NewRecord { content: Some(RecordContent { id: &long, ..payload }), ..entry("<e/>", 7) }, None);
    assert_eq!(store.get(sequence).unwrap().content, Some(RecordContent { id: "", ..payload }));
}

#[test]
fn call_and_answer_are_linked_both_ways_with_the_latency() {
    let mut store = Store::new(1 << 20);
    let call = store.append(&entry("call", 1_000), None);
    store.open_exchange(9, call);
    store.append(&entry("between", 1_500), None);
    let answer = store.append(&entry("answer", 3_500), None);
    assert_eq!(store.close_exchange(9, answer), Some(Duration::from_micros(2_500)));
    assert_eq!(store.get(call).unwrap().partner, Some(answer));
    assert_eq!(store.get(answer).unwrap().partner, Some(call));
    assert_eq!(store.get(answer).unwrap().latency, Some(Duration::from_micros(2_500)));
    assert_eq!(store.close_exchange(9, answer), None, "an exchange is closed once");
}

#[test]
fn stamps_come_back_however_far_apart_they_are() {
    let mut store = Store::new(1 << 20);
    let hour = 3_600_000_000;
    let stamps = [(5, 5), (4, 6), (-3 * hour, 7), (i64::MAX, u64::MAX), (0, 0), (9 * hour, 9 * hour as u64), (i64::MIN, 1)];
    let stamps = stamps.map(|(wall_micros, monotonic_micros)| Stamp { wall_micros, monotonic_micros });
    let appended = stamps.map(|stamp| store.append(&NewRecord { stamp, ..entry("x", 0) }, None));
    for (sequence, stamp) in appended.into_iter().zip(stamps) {
        let record = store.get(sequence).unwrap();
        assert_eq!((record.wall_micros, record.monotonic_micros), (stamp.wall_micros, stamp.monotonic_micros));
    }
    let (call, answer) = (appended[4], appended[5]);
    store.open_exchange(1, call);
    assert_eq!(store.close_exchange(1, answer), Some(Duration::from_secs(9 * 3_600)), "over two chunks");
}

#[test]
fn the_oldest_leave_first_and_the_limit_holds() {
    let limit = 512 * 1024;
    let mut store = Store::new(limit);
    let text = "x".repeat(300);
    for at in 0..20_000 {
        let sequence = store.append(&entry(&text, at), None);
        store.open_exchange(at, sequence);
        assert!(store.bytes() <= limit + CHUNK_TEXT + CHUNK_RECORDS * size_of::<Header>());
    }
    let range = store.range();
    assert_eq!(range.end, 20_000);
    assert!(range.start > 0 && store.evicted() == range.start);
    assert!(store.get(range.start - 1).is_none());
    assert_eq!(store.get(range.start).unwrap().wall_micros, range.start as i64);
    assert_eq!(store.iter(0..u64::MAX).count() as u64, range.end - range.start);
    assert!(store.open.len() as u64 <= range.end - range.start, "open exchanges of evicted calls are forgotten");
}

#[test]
fn a_text_larger_than_the_limit_is_kept_until_the_next_one_comes() {
    let mut store = Store::new(100_000);
    let large = "y".repeat(1 << 20);
    let sequence = store.append(&entry(&large, 1), None);
    assert_eq!(store.get(sequence).unwrap().text.len(), 1 << 20);
    store.append(&entry("small", 2), None);
    assert!(store.get(sequence).is_none());
    assert_eq!(store.get(sequence + 1).unwrap().text, "small");
}

#[test]
fn every_combination_of_flags_comes_back() {
    let mut store = Store::new(1 << 20);
    for verdict in [FrameVerdict::Valid, FrameVerdict::Tolerated, FrameVerdict::Invalid] {
        for version in [None].into_iter().chain(Version::ALL.map(Some)) {
            for transport in Transport::ALL {
                if transport == Transport::Soap && version.is_some_and(|version| !version.has_soap()) {
                    continue; // there is no such link
                }
                for number in [None, Some(7)] {
                    let detail = number.map(|number| RecordDetail::Held { number });
                    let wanted = (verdict, version, transport, number);
                    let link = LinkFacts { transport, version, number: 1, leg: None };
                    let sequence = store.append(&NewRecord { verdict, link, ..entry("", 1) }, detail);
                    let record = store.get(sequence).unwrap();
                    assert_eq!((record.verdict, record.version, record.transport, record.held()), wanted);
                }
            }
        }
    }
}

#[test]
fn details_are_found_counted_and_leave_with_their_chunk() {
    let mut store = Store::new(200_000);
    let heads = |number| ConnectionAttempt {
        request: format!("{number}").into(),
        answer: "x".repeat(1000).into(),
        ..ConnectionAttempt::default()
    };
    let detail = |number| Some(RecordDetail::Failed { handshake: Box::new(heads(number)) });
    for number in 0..3_000 {
        let detail = (number % 3 == 0).then(|| detail(number)).flatten();
        store.append(&entry("text", number), detail);
        assert!(store.bytes() <= 200_000 + 2 * (CHUNK_TEXT + CHUNK_RECORDS * size_of::<Header>()) + 1_100 * CHUNK_RECORDS);
    }
    assert!(store.evicted() > 0, "details count");
    for record in store.iter(store.range()) {
        let wanted = (record.sequence % 3 == 0).then(|| detail(record.sequence)).flatten();
        assert_eq!(record.detail, wanted.as_ref());
    }
    let counted: usize = store.chunks.iter().map(Chunk::bytes).sum();
    assert_eq!(store.bytes(), counted);
}

#[test]
fn a_record_costs_at_most_104_bytes_beyond_its_text() {
    for length in [0, 20, 200, 2_000, 15_000] {
        let mut store = Store::new(usize::MAX);
        let text = "z".repeat(length);
        let count = 60_000_000 / (length + 100);
        for at in 0..count {
            store.append(&entry(&text, at as u64), None);
        }
        let beyond = (store.bytes() - count * length) as f64 / count as f64;
        assert!(beyond <= 104.0, "{beyond} bytes beyond a text of {length}");
    }
}
