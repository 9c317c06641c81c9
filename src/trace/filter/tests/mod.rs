//! Tries of the whole language: conditions against a small trace, mistakes with their columns, completion, and properties.

mod completion;
mod conditions;
mod mistakes;
mod properties;
mod reference;

use super::{FilterContext, TraceFilter, parse};
use crate::ocpp::{ErrorCode, Finding, FindingRule, Role, Transport, Version};
use crate::trace::{
    CloseReason, ConnectionAttempt, Contents, Direction, Event, EventKind, Frame, FrameContent, FrameKind, RetryCause, Stamp,
    StationKey,
};

/// Midnight and half an hour, ten days after the clocks began.
const NOW: i64 = 10 * 86_400_000_000 + 1_800_000_000;

/// A trace under construction. Records get the numbers 0, 1, 2 … in the order of the calls, a second apart, the last one now.
struct Scene {
    contents: Contents,
    at: i64,
}

impl Scene {
    fn new() -> Scene {
        Scene { contents: Contents::new(1 << 20), at: NOW - 100_000_000 }
    }

    fn record(&mut self, station: Option<StationKey>, kind: EventKind) {
        self.at += 1_000_000;
        let stamp = Stamp { wall_micros: self.at, monotonic_micros: self.at.unsigned_abs() };
        self.contents.apply(&Event { station, stamp, kind }, &mut String::new());
    }

    fn frame(&mut self, station: StationKey, way: Direction, kind: FrameKind, action: &str, text: &str, exchange: u64) {
        self.record(Some(station), EventKind::Frame(frame(way, kind, action, text, exchange)));
    }

    fn context(&self) -> FilterContext<'_> {
        FilterContext {
            newcomer: None,
            stations: self.contents.stations(),
            records: Some(self.contents.records()),
            pages: &[],
            now_micros: NOW,
            offset_micros: 0,
        }
    }

    fn passing(&self, filter: &TraceFilter) -> Vec<u64> {
        let records = self.contents.records();
        let passing = records.iter(records.range()).filter(|record| filter.matches(record, &self.context()));
        passing.map(|record| record.sequence).collect()
    }
}

fn frame(direction: Direction, kind: FrameKind, action: &str, text: &str, exchange: u64) -> Frame {
    let action = (!action.is_empty()).then(|| action.into());
    let exchange = (exchange > 0).then_some(exchange);
    let (content, text) = (FrameContent::in_text(text), text.to_owned().into());
    let (code, findings) = (None, Vec::new());
    Frame { direction, kind, action, text, content, exchange, code, findings, remark: None, origin: None }
}

/// A trace with a line of every kind; the comments are the numbers of the records.
fn everything_once() -> Scene {
    use Direction::{In, Out};
    use FrameKind::{Call, Error, Malformed, Result};
    let mut scene = Scene::new();
    let real = scene.contents.station(Role::CentralSystem, "CP01");
    let ours = scene.contents.station(Role::ChargePoint, "sim 7");
    let closed = || CloseReason::ClosedByPeer { code: Some(1001), text: "gone away".into() };
    let finding = |tolerated| Finding { path: "/a".into(), rule: FindingRule::Type, message: "is wrong".into(), tolerated };
    let peer = "127.0.0.1:5".parse().unwrap();
    scene.record(
        None,
        EventKind::Listening { address: peer, url: "ws://127.0.0.1:5/<id>".into(), transports: vec![Transport::WebSocket] },
    ); // 0
    scene.record(
        Some(real),
        EventKind::Connected {
            link: 1,
            version: Version::V1_6,
            transport: Transport::WebSocket,
            peer,
            handshake: ConnectionAttempt::default(),
        },
    ); // 1
    scene.frame(real, In, Call, "StatusNotification", STATUS, 1); // 2
    scene.frame(real, Out, Result, "StatusNotification", r#"[3,"id-2",{}]"#, 1); // 3
    scene.frame(real, In, Call, "MeterValues", METER, 2); // 4
    let mut refusal = frame(Out, Error, "MeterValues", r#"[4,"id-4","FormationViolation","no",{"cause":"x"}]"#, 2);
    refusal.code = Some(ErrorCode::FormationViolation);
    refusal.findings = vec![finding(true)];
    scene.record(Some(real), EventKind::Frame(refusal)); // 5
    scene.frame(real, In, Malformed, "", "hello", 0); // 6
    scene.frame(real, Out, Call, "Reset", r#"[2,"id-7","Reset",{"type":"Soft"}]"#, 3); // 7
    scene.record(
        Some(real),
        EventKind::Timeout { exchange: 3, action: "Reset".into(), after: std::time::Duration::from_secs(1) },
    ); // 8
    scene.record(Some(real), EventKind::Ping { direction: In, pong: false, round_trip: None }); // 9
    scene.record(Some(real), EventKind::Ping { direction: Out, pong: true, round_trip: None }); // 10
    scene.record(Some(real), EventKind::Disconnected { link: 1, reason: closed() }); // 11
    scene.record(Some(ours), EventKind::Connecting { url: "ws://central/sim%207".into() }); // 12
    let after = std::time::Duration::from_secs(30);
    let failed = RetryCause::Failed { reason: "gone away".into(), handshake: ConnectionAttempt::default() };
    scene.record(Some(ours), EventKind::Retry { after, cause: failed }); // 13
    scene.record(Some(ours), EventKind::Retry { after, cause: RetryCause::Lost(closed()) }); // 14
    let refused = EventKind::Refused {
        peer: Some(peer),
        reason: "no such version".into(),
        detail: "".into(),
        handshake: ConnectionAttempt::default(),
    };
    scene.record(None, refused); // 15
    scene.record(None, EventKind::Note { failure: false, text: "a note".into() }); // 16
    scene.record(None, EventKind::Note { failure: true, text: "a failure".into() }); // 17
    let mut open = frame(Out, Call, "Heartbeat", r#"[2,"id-18","Heartbeat",{}]"#, 4);
    open.findings = vec![finding(false)];
    scene.record(Some(ours), EventKind::Frame(open)); // 18
    scene
}

const STATUS: &str =
    r#"[2,"id-2","StatusNotification",{"connectorId":1,"status":"Faulted","info":null,"ok":true,"a b":"\u00e9"}]"#;
const METER: &str =
    r#"[2,"id-4","MeterValues",{"connectorId":2,"values":[{"value":"7.5","at":"2026-01-02"},{"value":"12","n":-0.5}]}]"#;

fn passing(scene: &Scene, text: &str) -> Vec<u64> {
    let filter = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(parse(&filter.to_string()).as_ref(), Ok(&filter), "{text} prints as {filter}");
    scene.passing(&filter)
}
