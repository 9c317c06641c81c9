//! Only for tests: events of every kind, with a value in every field that a capture has to keep.

use std::sync::Arc;
use std::time::Duration;

use crate::ocpp::{ErrorCode, Finding, FindingRule, Transport, Version};
use crate::trace::{
    ChainVerdict, CloseReason, ConnectionAttempt, ConnectionFailure, ConnectionStep, Direction, EventKind, FailureCause,
    FailureSide, Frame, FrameContent, FrameKind, FrameOrigin, FramePassage, FrameText, HandshakeFinding, Intervention,
    InterventionKind, NoteTopic, PairLegs, RetryCause, SilenceCause, TlsFacts, WireFault,
};

/// How many kinds there are; [`kind_number`] has to be extended with them.
const KINDS: usize = 23;

/// The place of a kind. A kind that is added does not compile here, and its sample is then missed by the test.
fn kind_number(kind: &EventKind) -> usize {
    match kind {
        EventKind::StationAdded { .. } => 0,
        EventKind::PairAdded { .. } => 1,
        EventKind::Grouped { .. } => 2,
        EventKind::Upstream(_) => 3,
        EventKind::Frame(_) => 4,
        EventKind::Connecting { .. } => 5,
        EventKind::Connected { .. } => 6,
        EventKind::LinkKnown { .. } => 7,
        EventKind::Callback { .. } => 8,
        EventKind::Disconnected { .. } => 9,
        EventKind::Retry { .. } => 10,
        EventKind::Refused { .. } => 11,
        EventKind::Held { .. } => 12,
        EventKind::Released { .. } => 13,
        EventKind::Timeout { .. } => 14,
        EventKind::Unreachable { .. } => 15,
        EventKind::Unanswered { .. } => 16,
        EventKind::Ping { .. } => 17,
        EventKind::Queue { .. } => 18,
        EventKind::Listening { .. } => 19,
        EventKind::Note { .. } => 20,
        EventKind::TypedNote(_) => 21,
        EventKind::Toast { .. } => 22,
    }
}

#[test]
fn there_is_a_sample_of_every_kind() {
    let mut seen = [false; KINDS];
    sample_events().iter().for_each(|kind| seen[kind_number(kind)] = true);
    // These two are lines of their own.
    assert!(seen[2..].iter().all(|seen| *seen), "{seen:?}");
}

/// A frame of an exchange.
pub(super) fn sample_frame(direction: Direction, kind: FrameKind, exchange: Option<u64>, text: &str) -> Frame {
    let action = (kind != FrameKind::Malformed).then(|| "Heartbeat".into());
    Frame { action, exchange, ..Frame::new(direction, kind, FrameText::from(text)) }
}

/// An attempt of which everything is known.
pub(super) fn sample_attempt() -> ConnectionAttempt {
    ConnectionAttempt {
        request: "GET / HTTP/1.1\n".into(),
        answer: "HTTP/1.1 101 Switching Protocols\n".into(),
        findings: vec![HandshakeFinding::SubprotocolSpelling { offered: "OCPP1.6".into(), version: Version::V1_6 }],
        tls: Some(Arc::new(TlsFacts {
            version: Some("TLS 1.3".into()),
            cipher_suite: Some("TLS13_AES_256_GCM_SHA384".into()),
            peer_chain: vec![Box::new([0, 255, 7])],
            verdict: ChainVerdict::Broken("it has expired".into()),
            ..TlsFacts::default()
        })),
        peer: Some("10.0.0.9:443".parse().unwrap()),
        failure: Some(Box::new(ConnectionFailure {
            side: FailureSide::Station,
            step: ConnectionStep::Request,
            cause: FailureCause::Silent,
        })),
        ..ConnectionAttempt::default()
    }
}

/// A frame of a pair that was on these links, and what was done with it.
pub(super) fn sample_passage(legs: PairLegs, kind: InterventionKind) -> FrameOrigin {
    let before = (kind == InterventionKind::Edited).then(|| r#"[2,"7","Heartbeat",{ }]"#.into());
    let intervention = Some(Box::new(Intervention { kind, by: "action:Heartbeat delay 2s".into(), before }));
    FrameOrigin {
        passage: Some(FramePassage { held_micros: 1_250, intervention, ..FramePassage::of(legs) }),
        ..FrameOrigin::default()
    }
}

/// Events of one station in a sensible order: answers behind their calls. Durations are of whole microseconds, as the trace has them.
pub(super) fn sample_events() -> Vec<EventKind> {
    use Direction::{In, Out};
    let finding =
        |path: &str, rule, tolerated| Finding { path: path.into(), rule, message: "no \"field\": x".into(), tolerated };
    let peer = "[::1]:9000".parse().unwrap();
    let (after, url) = (Duration::from_micros(1_500_001), "ws://h:9000/<id>");
    let frame = |direction, kind, exchange: u64, text: &str| {
        EventKind::Frame(sample_frame(direction, kind, Some(exchange).filter(|number| *number > 0), text))
    };
    let with = |origin, frame: Frame| EventKind::Frame(Frame { origin: Some(Arc::new(origin)), ..frame });
    let call =
        |exchange: u64| sample_frame(In, FrameKind::Call, Some(exchange), &format!("[2,\"{exchange}\",\"Heartbeat\",{{}}]"));
    let mut kinds = vec![
        EventKind::Grouped { group: "depot".into() },
        EventKind::Callback { url: None },
        EventKind::Callback { url: Some("http://station:8080/".into()) },
        EventKind::Connecting { url: url.into() },
        EventKind::Connected {
            link: 3,
            version: Version::V2_0_1,
            transport: Transport::WebSocket,
            peer,
            handshake: sample_attempt(),
        },
        EventKind::Upstream(Box::new(EventKind::Connecting { url: "ws://h".into() })),
        EventKind::Upstream(Box::new(EventKind::TypedNote(NoteTopic::PingsEnabled))),
        EventKind::LinkKnown { link: 3, version: Version::V2_1, transport: Transport::WebSocket, peer: Some(peer), up: true },
        EventKind::Frame(call(7)),
        EventKind::Timeout { exchange: 7, action: "Heartbeat".into(), after },
        EventKind::Frame(Frame {
            content: Some(Box::new(FrameContent { id: "1".into(), payload: "{}".into(), is_fault: true })),
            code: Some(ErrorCode::NotSupported),
            findings: vec![finding("/a: b", FindingRule::UnknownField, true), finding("", FindingRule::Required, false)],
            remark: Some("late\nand odd".into()),
            action: None,
            ..call(8)
        }),
        EventKind::Unreachable {
            exchange: 8,
            action: "Heartbeat".into(),
            reason: "gone".into(),
            attempt: Some(Box::new(sample_attempt())),
        },
        EventKind::Frame(call(9)),
        EventKind::Unanswered { exchange: 9, action: "Heartbeat".into(), by: SilenceCause::Plugin },
        EventKind::Frame(call(10)),
        frame(Out, FrameKind::Result, 10, r#"[3,"10",{"currentTime":"x"}]"#),
        frame(In, FrameKind::ResultError, 10, r#"[5,"10","FormatViolation","",{}]"#),
        EventKind::Frame(call(11)),
        frame(Out, FrameKind::Error, 11, r#"[4,"11","NotSupported","",{}]"#),
        EventKind::Frame(call(12)),
        frame(Out, FrameKind::Malformed, 12, "<html>"),
        frame(In, FrameKind::Send, 0, r#"[6,"13","NotifyPeriodicEventStream",{}]"#),
        frame(In, FrameKind::Malformed, 0, "no\u{0}\tJSON \u{202e}"),
        with(
            FrameOrigin { binary: true, typed_by_user: true, ..FrameOrigin::default() },
            sample_frame(In, FrameKind::Malformed, None, "00ff"),
        ),
        with(
            FrameOrigin {
                signed: Some(r#"{"alg":"ES256"}"#.into()),
                http_headers: Some(r#"{"a":"b"}"#.into()),
                http_head: Some("POST / HTTP/1.1\nContent-Type: text/xml".into()),
                ..FrameOrigin::default()
            },
            call(14),
        ),
        with(FrameOrigin { masked: vec!["/3/value".to_owned()], ..FrameOrigin::default() }, call(15)),
        EventKind::Held { number: 1, action: "Reset".into(), text: "held".into() },
        EventKind::Released {
            number: 1,
            kind: FrameKind::Call,
            action: "Reset".into(),
            text: "goes on".into(),
            held: "{}".into(),
            edited: Some("{\"type\":\"Hard\"}".into()),
        },
        EventKind::Ping { direction: Out, pong: true, round_trip: Some(after) },
        EventKind::Ping { direction: In, pong: false, round_trip: None },
        EventKind::Queue { in_flight: 1, queued: 2 },
        EventKind::Disconnected { link: 3, reason: CloseReason::ClosedByPeer { code: Some(1001), text: "bye".into() } },
        EventKind::Disconnected { link: 3, reason: CloseReason::PeerGone },
        EventKind::Retry { after, cause: RetryCause::Lost(CloseReason::Broken(WireFault::NotUtf8)) },
        EventKind::Retry { after, cause: RetryCause::Failed { reason: "no".into(), handshake: sample_attempt() } },
        EventKind::Refused { peer: Some(peer), reason: "no".into(), detail: "yes".into(), handshake: sample_attempt() },
        EventKind::Listening { address: peer, url: url.into(), transports: vec![Transport::Soap] },
        EventKind::Note { failure: true, text: "x".into() },
        EventKind::TypedNote(NoteTopic::PingsEnabled),
        EventKind::Toast { text: "x".into() },
    ];
    kinds.extend(InterventionKind::ALL.into_iter().zip(20..).map(|(kind, exchange)| {
        let legs = PairLegs::ALL[exchange as usize % PairLegs::ALL.len()];
        with(sample_passage(legs, kind), call(exchange))
    }));
    kinds
}
