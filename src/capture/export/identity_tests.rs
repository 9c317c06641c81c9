//! That a session comes back as it was: from its capture, from its native export, and from the export of what was opened. What each format
//! holds is in `tests`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::tests::{bytes, opened, session};
use super::*;
use crate::capture::event_source::ReadStep;
use crate::capture::known_station::is_known_before;
use crate::capture::sample_events::{sample_attempt, sample_events, sample_passage};
use crate::capture::{CapturePlace, CaptureReader, CaptureWriter, load};
use crate::clock::now;
use crate::ocpp::{Catalog, Finding, FindingRule, Role, Transport, Version};
use crate::trace::{
    self, CloseReason, ConnectionAttempt, Contents, Direction, Event, EventKind, EventSender, Frame, FrameContent, FrameKind,
    FrameOrigin, FrameText, InterventionKind, NoteTopic, PairLegs, Record, RetryCause, Sequence, SilenceCause, Stamp,
};

/// What a reader of the trace sees of a record, but for its number and the beginning of its clock. A field that is added does not compile
/// here until it is decided whether it comes back.
fn seen(record: &Record<'_>, first: Sequence) -> String {
    let Record {
        sequence: _,
        wall_micros,
        monotonic_micros: _,
        station,
        kind,
        action,
        code,
        verdict,
        text,
        detail,
        content,
        transport,
        version,
        link,
        remarks,
        remark_lines,
        partner,
        latency,
        legs,
    } = record;
    let (partner, has_link) = (partner.map(|partner| partner - first), link.is_some());
    format!(
        "{wall_micros} {station:?} {kind:?} {action:?} {code:?} {verdict:?} {text:?} {detail:?} {content:?} {transport:?} \
         {version:?} {has_link} {remarks:?} {remark_lines} {partner:?} {latency:?} {legs:?}"
    )
}

fn all_seen(contents: &Contents) -> Vec<String> {
    let records = contents.records();
    records.iter(records.range()).map(|record| seen(&record, records.range().start)).collect()
}

#[test]
fn a_session_comes_back_from_its_native_export() {
    let events = session();
    let contents = events.trace().read();
    let first = bytes(ExportFormat::Native, &contents);
    let again = opened(&first);
    let contents_again = again.trace().read();
    assert_eq!(all_seen(&contents_again), all_seen(&contents));
    // But for the clock that begins with the session.
    let second = bytes(ExportFormat::Native, &contents_again);
    let third = opened(&second);
    assert_eq!(bytes(ExportFormat::Native, &third.trace().read()), second);
}

/// Numbers that only say what belongs together, by their first appearance.
#[derive(Default)]
struct FirstNumbers {
    exchanges: HashMap<u64, u64>,
    links: HashMap<u64, u64>,
}

impl FirstNumbers {
    fn apply(&mut self, kind: &mut EventKind) {
        let number = |known: &mut HashMap<u64, u64>, number: &mut u64| {
            let next = known.len() as u64 + 1;
            *number = *known.entry(*number).or_insert(next);
        };
        match kind {
            EventKind::Upstream(kind) => self.apply(kind),
            EventKind::Connected { link, .. } | EventKind::Disconnected { link, .. } => number(&mut self.links, link),
            EventKind::Frame(Frame { exchange: Some(exchange), .. })
            | EventKind::Timeout { exchange, .. }
            | EventKind::Unreachable { exchange, .. }
            | EventKind::Unanswered { exchange, .. } => number(&mut self.exchanges, exchange),
            _ => {}
        }
    }
}

/// Every event of a file, with all that is known of it.
fn events_of(path: &Path) -> Vec<String> {
    let mut reader = CaptureReader::open(path, Catalog::embedded()).unwrap();
    let mut numbers = FirstNumbers::default();
    let mut events = Vec::new();
    while let Some(step) = reader.step() {
        match step {
            ReadStep::Event { station, stamp, mut kind } if !is_known_before(&kind) => {
                numbers.apply(&mut kind);
                events.push(format!("{} {station:?} {kind:?}", stamp.wall_micros));
            }
            ReadStep::Event { .. } | ReadStep::Station(..) => {}
            ReadStep::Unread(unread) => panic!("{unread:?}"),
        }
    }
    events
}

fn loaded(path: &Path) -> EventSender {
    let events = trace::direct(1 << 22, now());
    load(vec![CaptureReader::open(path, Catalog::embedded()).unwrap()], &events);
    events
}

/// Of a capture that is opened every field of every event is in its export: of stations in either role and of pairs, of frames that were
/// held, edited, injected or masked.
#[test]
fn the_export_of_an_opened_capture_has_the_same_events() {
    let folder = tempfile::tempdir().unwrap();
    let events = trace::direct(1 << 22, now());
    let capture = CaptureWriter::new(events.clone());
    let path = capture.start(CapturePlace::File(folder.path().join("all.jsonl"))).unwrap();
    let keys = [events.station(Role::CentralSystem, "CP1"), events.station(Role::ChargePoint, "SIM"), events.pair("CP1")];
    let mut count = 0;
    for (place, key) in keys.into_iter().enumerate() {
        for mut kind in sample_events() {
            // Exchanges and links of one station only.
            match &mut kind {
                EventKind::Connected { link, .. } | EventKind::Disconnected { link, .. } => *link += 100 * place as u64,
                EventKind::Frame(Frame { exchange: Some(exchange), .. })
                | EventKind::Timeout { exchange, .. }
                | EventKind::Unreachable { exchange, .. }
                | EventKind::Unanswered { exchange, .. } => *exchange += 100 * place as u64,
                _ => {}
            }
            // A number on the screen of its moment is in no file.
            count += usize::from(!is_known_before(&kind) && !matches!(kind, EventKind::Queue { .. }));
            events.try_send(Some(key), now(), kind);
        }
        let secret = r#"[2,"s","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cr\"t"}]"#;
        let frame =
            Frame { action: Some("ChangeConfiguration".into()), ..Frame::new(Direction::Out, FrameKind::Call, secret.into()) };
        let finding = Finding {
            path: "/value".into(),
            rule: FindingRule::Length,
            message: "s3cr\"t is too short".into(),
            tolerated: true,
        };
        let frame = Frame { exchange: Some(100 * place as u64 + 90), findings: vec![finding], ..frame };
        events.try_send(Some(key), now(), EventKind::Frame(frame));
        count += 1;
    }
    assert!(capture.stop());
    let first = events_of(&path);
    assert_eq!(first.len(), count);
    let opened = loaded(&path);
    let contents = opened.trace().read();
    let exported = folder.path().join("exported.jsonl");
    let text = bytes(ExportFormat::Native, &contents);
    std::fs::write(&exported, &text).unwrap();
    for (again, before) in events_of(&exported).iter().zip(&first) {
        assert_eq!(again, before);
    }
    assert_eq!(events_of(&exported).len(), count);
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.matches(r#""value\":\"*******\"}]","masked":["/3/value"]"#).count(), 3, "{text}");
    assert!(!text.contains("s3cr"));
    // And what makes no record: the rows of the stations.
    let again = loaded(&exported);
    let again = again.trace().read();
    assert_eq!(all_seen(&again), all_seen(&contents));
    let rows = |contents: &Contents| -> Vec<String> {
        let stations = contents.stations();
        let groups = |row: &trace::StationRow| {
            let own = stations.groups().iter().filter(|group| group.members.contains(&row.key));
            own.map(|group| group.name.clone()).collect::<Vec<Arc<str>>>()
        };
        let known = |row: &trace::StationRow| format!("{} {:?} {:?} {:?}", row.identity, row.kind(), row.callback, groups(row));
        stations.rows().iter().map(known).collect()
    };
    assert_eq!(rows(&again), rows(&contents));
}

/// The wall clock is set back in a session: latencies are those of the clock that never steps, also when it is opened.
#[test]
fn a_clock_that_is_set_does_not_change_what_is_opened() {
    let events = trace::direct(1 << 20, now());
    let key = events.station(Role::CentralSystem, "CP1");
    let put = |wall_micros, monotonic_micros, kind, text: &str| {
        let frame = Frame { exchange: Some(1), ..Frame::new(Direction::In, kind, FrameText::from(text)) };
        let stamp = Stamp { wall_micros, monotonic_micros };
        events.put_now(Event { station: Some(key), stamp, kind: EventKind::Frame(frame) });
    };
    put(1_768_471_200_000_000, 1_000, FrameKind::Call, r#"[2,"1","Heartbeat",{}]"#);
    put(1_768_471_140_000_000, 8_500, FrameKind::Result, r#"[3,"1",{}]"#);
    let contents = events.trace().read();
    let latency = contents.records().get(1).unwrap().latency;
    assert_eq!(latency, Some(Duration::from_micros(7_500)));
    let again = opened(&bytes(ExportFormat::Native, &contents));
    assert_eq!(all_seen(&again.trace().read()), all_seen(&contents));
}

fn some_event() -> impl Strategy<Value = EventKind> {
    let text = "\\PC{0,12}";
    let direction = prop_oneof![Just(Direction::In), Just(Direction::Out)];
    let frame = (
        direction.clone(),
        0..6_usize,
        1..6_u64,
        text,
        proptest::option::of(text),
        any::<bool>(),
        any::<bool>(),
        some_origin(),
    );
    let frame = frame.prop_map(|(direction, kind, exchange, text, remark, has_finding, tolerated, origin)| {
        let kind = FrameKind::ALL[kind];
        let body = match kind {
            FrameKind::Call => format!("[2,\"{exchange}\",\"Heartbeat\",{{}}]"),
            FrameKind::Result => format!("[3,\"{exchange}\",{{}}]"),
            FrameKind::Error => format!("[4,\"{exchange}\",\"NotSupported\",\"\",{{}}]"),
            FrameKind::ResultError => format!("[5,\"{exchange}\",\"NotSupported\",\"\",{{}}]"),
            FrameKind::Send => format!("[6,\"{exchange}\",\"NotifyPeriodicEventStream\",{{}}]"),
            FrameKind::Malformed => text.clone(),
        };
        let finding = Finding { path: "/a: b".into(), rule: FindingRule::Required, message: text, tolerated };
        let has_exchange = !matches!(kind, FrameKind::Send | FrameKind::Malformed);
        EventKind::Frame(Frame {
            action: (kind != FrameKind::Malformed).then(|| "Heartbeat".into()),
            exchange: has_exchange.then_some(exchange),
            remark: remark.filter(|remark| !remark.is_empty()).map(Into::into),
            findings: if has_finding && !finding.message.is_empty() { vec![finding] } else { Vec::new() },
            origin: origin.map(Arc::new),
            ..Frame::new(direction, kind, FrameText::from(body))
        })
    });
    let secret = (direction.clone(), "[a-z\"]{1,9}").prop_map(|(direction, value)| {
        let payload = serde_json::json!({ "key": "AuthorizationKey", "value": value });
        let text = format!(r#"[2,"1","ChangeConfiguration",{payload}]"#);
        let action = Some("ChangeConfiguration".into());
        EventKind::Frame(Frame { action, exchange: Some(9), ..Frame::new(direction, FrameKind::Call, text.into()) })
    });
    let soap = text.prop_map(|text| {
        let content =
            FrameContent { id: "urn:1".into(), payload: serde_json::json!({ "a": text }).to_string(), is_fault: false };
        let origin = FrameOrigin { http_head: Some("POST /x HTTP/1.1\nSOAPAction: y".into()), ..FrameOrigin::default() };
        EventKind::Frame(Frame {
            action: Some("DataTransfer".into()),
            content: Some(Box::new(content)),
            exchange: Some(8),
            origin: Some(Arc::new(origin)),
            ..Frame::new(Direction::In, FrameKind::Call, FrameText::from(format!("<x>{text}</x>")))
        })
    });
    let released = (1..9_u64, text, proptest::option::of(text)).prop_map(|(number, held, edited)| EventKind::Released {
        number,
        kind: FrameKind::Call,
        action: "Reset".into(),
        text: "it goes on".into(),
        held: held.into(),
        edited: edited.map(Into::into),
    });
    prop_oneof![
        8 => frame,
        2 => secret,
        1 => soap,
        2 => released,
        1 => any::<bool>().prop_map(|up| {
            let up = if up { EventKind::TypedNote(NoteTopic::PingsEnabled) } else { EventKind::Connecting { url: "ws://h".into() } };
            EventKind::Upstream(Box::new(up))
        }),
        1 => Just(EventKind::Refused { peer: None, reason: "no".into(), detail: "".into(), handshake: sample_attempt() }),
        1 => Just(EventKind::Connected { link: 1, version: Version::V1_6, transport: Transport::WebSocket, peer: "[::1]:5".parse().unwrap(), handshake: ConnectionAttempt::default() }),
        1 => Just(EventKind::Disconnected { link: 1, reason: CloseReason::PeerGone }),
        1 => (1..6_u64).prop_map(|exchange| EventKind::Timeout { exchange, action: "Heartbeat".into(), after: Duration::from_millis(5) }),
        1 => (1..6_u64).prop_map(|exchange| EventKind::Unanswered { exchange, action: "Heartbeat".into(), by: SilenceCause::Rule }),
        1 => (1..6_u64, text).prop_map(|(exchange, reason)| EventKind::Unreachable { exchange, action: "Heartbeat".into(), reason: reason.into(), attempt: None }),
        1 => (direction, any::<bool>(), proptest::option::of(0..9_000_u64)).prop_map(|(direction, pong, micros)| EventKind::Ping { direction, pong, round_trip: micros.map(Duration::from_micros) }),
        1 => (any::<bool>(), text).prop_map(|(failure, text)| EventKind::Note { failure, text: text.into() }),
        1 => text.prop_map(|text| EventKind::Toast { text: text.into() }),
        1 => Just(EventKind::TypedNote(NoteTopic::PingsEnabled)),
        1 => (1..9_u64, text).prop_map(|(number, text)| EventKind::Held { number, action: "Reset".into(), text: text.into() }),
        1 => text.prop_map(|url| EventKind::Connecting { url: url.into() }),
        1 => (text, text).prop_map(|(reason, detail)| EventKind::Refused { peer: None, reason: reason.into(), detail: detail.into(), handshake: ConnectionAttempt::default() }),
        1 => text.prop_map(|reason| EventKind::Retry { after: Duration::from_millis(7), cause: RetryCause::Failed { reason: reason.into(), handshake: ConnectionAttempt::default() } }),
        1 => Just(EventKind::Retry { after: Duration::from_millis(7), cause: RetryCause::Lost(CloseReason::Cut) }),
    ]
}

/// What a frame may have gone through.
fn some_origin() -> impl Strategy<Value = Option<FrameOrigin>> {
    let intervention = proptest::sample::select(InterventionKind::ALL.to_vec());
    let legs = proptest::sample::select(PairLegs::ALL.to_vec());
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(FrameOrigin { typed_by_user: true, binary: true, ..FrameOrigin::default() })),
        1 => Just(Some(FrameOrigin { signed: Some("{}".into()), ..FrameOrigin::default() })),
        2 => (legs, intervention).prop_map(|(legs, kind)| Some(sample_passage(legs, kind))),
    ]
}

/// A trace of these events, a millisecond apart: of a station that is connected to us, one of ours, and a pair.
pub(super) fn trace_of(kinds: &[(u8, EventKind)]) -> EventSender {
    let events = trace::direct(1 << 22, now());
    let keys = [events.station(Role::CentralSystem, "CP1"), events.station(Role::ChargePoint, "SIM"), events.pair("CP2")];
    let connected = |link| EventKind::Connected {
        link,
        version: Version::V1_6,
        transport: Transport::WebSocket,
        peer: "[::1]:5".parse().unwrap(),
        handshake: ConnectionAttempt::default(),
    };
    let mut began: Vec<(u8, EventKind)> = (0..3).map(|place| (place, connected(1 + u64::from(place)))).collect();
    began.push((2, EventKind::Upstream(Box::new(connected(4)))));
    for (at, (place, kind)) in began.iter().chain(kinds).enumerate() {
        let stamp = Stamp { wall_micros: 1_768_471_200_000_000 + at as i64 * 1_000, monotonic_micros: at as u64 * 1_000 };
        events.put_now(Event { station: Some(keys[usize::from(*place)]), stamp, kind: kind.clone() });
    }
    events
}

/// Events of the three stations.
pub(super) fn some_events() -> impl Strategy<Value = Vec<(u8, EventKind)>> {
    proptest::collection::vec((0..3_u8, some_event()), 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_native_export_is_the_identity(kinds in some_events()) {
        let events = trace_of(&kinds);
        let contents = events.trace().read();
        let again = opened(&bytes(ExportFormat::Native, &contents));
        let again = again.trace().read();
        prop_assert_eq!(all_seen(&again), all_seen(&contents));
        let third = opened(&bytes(ExportFormat::Native, &again));
        prop_assert_eq!(all_seen(&third.trace().read()), all_seen(&contents));
    }
}
