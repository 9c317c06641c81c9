//! Hostile text in every kind of record, through every printer of line mode: no text makes a line of its own or acts on a terminal.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::Value;

use super::LogFormat;
use super::printer::RecordLines;
use crate::clock::now;
use crate::hub::Hub;
use crate::link::LinkSettings;
use crate::ocpp::{Catalog, ErrorCode, Finding, FindingRule, Role, Transport, Version};
use crate::sanitize::is_unsafe;
use crate::trace::{
    CloseReason, ConnectionAttempt, Contents, Direction, Event, EventKind, Frame, FrameContent, FrameKind, FrameOrigin,
    FrameText, NoteTopic, RetryCause, SilenceCause, Stamp, WireFault, direct,
};

/// A line as a forger would want it, at another time than that of the records.
const FORGED: &str = "[2001-02-03 04:05:06] cs: ChargePoint #FORGED connected (protocol: ocpp1.6).";
/// The time of the records.
const STAMP: &str = "[1970-01-01 00:00:00] ";

fn frame(direction: Direction, kind: FrameKind, text: &str) -> Frame {
    Frame {
        direction,
        kind,
        action: None,
        text: FrameText::from(text),
        content: None,
        exchange: Some(7),
        code: None,
        findings: Vec::new(),
        remark: None,
        origin: None,
    }
}

/// Frames of all kinds with this text, with all that may be known of them.
fn frames(text: &str) -> Vec<Frame> {
    let finding = || Finding { path: format!("/{text}"), rule: FindingRule::Type, message: text.into(), tolerated: false };
    let headers = serde_json::json!({ "x-y": text }).to_string();
    let mut frames = Vec::new();
    for direction in [Direction::In, Direction::Out] {
        for kind in [FrameKind::Call, FrameKind::Result, FrameKind::Error, FrameKind::Malformed] {
            for action in [None, Some("Reset"), Some(text)] {
                let plain = Frame { action: action.map(Into::into), ..frame(direction, kind, text) };
                let payload = Box::new(FrameContent::of_payload(Some(text), &Value::from(text)));
                let fault = Box::new(FrameContent::of_fault(Some(text), Some(text), text));
                let origin = |typed_by_user, headers| {
                    Some(Arc::new(FrameOrigin { typed_by_user, http_headers: headers, ..FrameOrigin::default() }))
                };
                frames.extend([
                    Frame { remark: Some("a remark".into()), findings: vec![finding()], ..plain.clone() },
                    Frame { content: Some(payload), code: Some(ErrorCode::FormationViolation), ..plain.clone() },
                    Frame { content: Some(fault), ..plain.clone() },
                    Frame { origin: origin(true, Some(headers.clone().into())), ..plain.clone() },
                    Frame { origin: origin(false, None), ..plain },
                ]);
            }
        }
    }
    let array = Value::from(vec![Value::from(3), Value::from(text)]).to_string();
    frames.push(Frame { code: Some(ErrorCode::FormationViolation), ..frame(Direction::In, FrameKind::Result, &array) });
    frames.push(frame(Direction::In, FrameKind::Call, &format!("[2,{},\n\"Reset\",\r\n{{}}]", Value::from(text))));
    frames
}

/// Everything else that makes a record.
fn others(text: &str) -> Vec<EventKind> {
    let (address, action) = ("127.0.0.1:5".parse().unwrap(), || "Reset".into());
    let heads = || ConnectionAttempt { request: text.into(), answer: text.into(), ..ConnectionAttempt::default() };
    let seconds = Duration::from_secs(1);
    let ends = [
        CloseReason::ClosedByPeer { code: Some(1000), text: text.into() },
        CloseReason::Broken(WireFault::Other(text.into())),
        CloseReason::PeerGone,
    ];
    let mut others: Vec<EventKind> = ends
        .into_iter()
        .flat_map(|reason| {
            let cause = RetryCause::Lost(reason.clone());
            [EventKind::Disconnected { link: 1, reason }, EventKind::Retry { after: seconds, cause }]
        })
        .collect();
    others.extend([
        EventKind::Connecting { url: text.into() },
        EventKind::Retry { after: seconds, cause: RetryCause::Failed { reason: text.into(), handshake: heads() } },
        EventKind::Refused { peer: Some(address), reason: text.into(), detail: "a detail".into(), handshake: heads() },
        EventKind::Held { number: 1, action: text.into(), text: text.into() },
        EventKind::Timeout { exchange: 7, action: text.into(), after: seconds },
        EventKind::Unanswered { exchange: 7, action: text.into(), by: SilenceCause::Rule },
        EventKind::Unreachable { exchange: 7, action: action(), reason: text.into(), attempt: None },
        EventKind::Ping { direction: Direction::In, pong: false, round_trip: None },
        EventKind::Ping { direction: Direction::Out, pong: true, round_trip: None },
        EventKind::Listening { address, url: text.into(), transports: Transport::ALL.to_vec() },
        EventKind::Note { failure: false, text: text.into() },
        EventKind::Note { failure: true, text: text.into() },
        EventKind::TypedNote(NoteTopic::PingsEnabled),
        EventKind::Toast { text: text.into() },
    ]);
    others
}

/// Records of both roles and both transports, and without a station, with this text wherever a text can be.
fn contents(text: &str) -> Contents {
    let mut contents = Contents::new(64 << 20);
    let stations = Role::ALL.map(|role| Some(contents.station(role, text)));
    let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
    let mut scratch = String::new();
    for transport in Transport::ALL {
        for station in stations.into_iter().chain([None]) {
            let mut send = |kind| contents.apply(&Event { station, stamp, kind }, &mut scratch);
            let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
            send(EventKind::Connected { link: 1, version: Version::V1_6, transport, peer, handshake });
            frames(text).into_iter().map(EventKind::Frame).chain(others(text)).for_each(&mut send);
        }
    }
    contents
}

/// What is printed of each record.
fn printed(contents: &Contents, format: LogFormat, print_xml: bool) -> Vec<String> {
    let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), direct(1 << 20, now()));
    Role::ALL.into_iter().for_each(|role| hub.set_print_xml(role, print_xml));
    let lines = RecordLines::new(format, TimeZone::UTC, hub);
    let records = contents.records();
    let print = |record| {
        let mut out = String::new();
        lines.append(&record, contents, &mut out);
        out
    };
    records.iter(records.range()).map(print).collect()
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let contents = contents(text);
    for print_xml in [false, true] {
        for output in printed(&contents, LogFormat::Text, print_xml) {
            prop_assert!(output.is_empty() || output.ends_with('\n'), "{output:?}");
            prop_assert!(output.matches('\n').count() <= 4, "two of ocppjs, a remark and a finding: {output:?}");
            for line in output.split_terminator('\n') {
                prop_assert!(!line.chars().any(is_unsafe), "{line:?}");
                prop_assert!(line.starts_with(STAMP) || line.starts_with("WARNING : "), "{line:?}");
            }
        }
    }
    for output in printed(&contents, LogFormat::Story, false) {
        prop_assert!(output.matches('\n').count() <= 1 && !output.trim_end_matches('\n').chars().any(is_unsafe), "{output:?}");
        prop_assert!(output.is_empty() || output.starts_with("1970-01-01 00:00:00.000 "), "{output:?}");
    }
    for output in printed(&contents, LogFormat::Jsonl, false) {
        let line = output.strip_suffix('\n').unwrap_or("no line end");
        prop_assert!(!line.chars().any(is_unsafe), "{line:?}");
        let object: Value = serde_json::from_str(line).map_err(|error| TestCaseError::fail(format!("{error}: {line:?}")))?;
        prop_assert_eq!(object["station"].as_str().unwrap_or(text), text, "values are what was sent");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_text_makes_a_line_or_acts_on_the_terminal(
        text in "([a-z{}\\[\\]<>\"', :#]|\n|\r|\t|\u{1b}|\u{9b}|\u{85}|\u{2028}|\u{2029}|\u{202e}|\u{0}|\u{feff}){0,12}",
    ) {
        check(&text)?;
        check(&format!("{text}\n{FORGED}\r{FORGED}\u{2028}{FORGED}"))?;
    }
}

#[test]
fn a_story_has_a_line_for_each_exchange_and_for_what_belongs_to_none() {
    let mut contents = Contents::new(1 << 20);
    let station = Some(contents.station(Role::CentralSystem, "CP1"));
    let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
    let message = |exchange, direction, kind, action: &str, text: &str| {
        let (action, exchange) = (Some(action.into()), Some(exchange));
        EventKind::Frame(Frame { action, exchange, ..frame(direction, kind, text) })
    };
    let (to, from) = (Direction::In, Direction::Out);
    let status = r#"{"connectorId":1,"errorCode":"NoError","status":"Charging"}"#;
    for (micros, kind) in [
        (0, EventKind::Connected { link: 1, version: Version::V1_6, transport: Transport::WebSocket, peer, handshake }),
        (1_000, message(1, to, FrameKind::Call, "StatusNotification", &format!(r#"[2,"1","StatusNotification",{status}]"#))),
        (2_000, message(2, from, FrameKind::Call, "Reset", r#"[2,"2","Reset",{"type":"Soft"}]"#)),
        (3_500, message(1, from, FrameKind::Result, "StatusNotification", r#"[3,"1",{}]"#)),
        (4_000, message(3, to, FrameKind::Call, "Heartbeat", r#"[2,"3","Heartbeat",{}]"#)),
        (5_000, EventKind::Unanswered { exchange: 3, action: "Heartbeat".into(), by: SilenceCause::Rule }),
        (6_000, message(4, from, FrameKind::Call, "Brew", r#"[2,"4","Brew",{"sugar":2}]"#)),
        (3_000_000, message(4, to, FrameKind::Error, "Brew", r#"[4,"4","NotImplemented","",{}]"#)),
    ] {
        let stamp = Stamp { wall_micros: micros, monotonic_micros: micros as u64 };
        contents.apply(&Event { station, stamp, kind }, &mut String::new());
    }
    let mut lines = printed(&contents, LogFormat::Story, false).concat();
    super::story_line::write_open(&contents, &TimeZone::UTC, &mut lines);
    let expected = [
        "00.000 CP1           + connected                    protocol ocpp1.6, 127.0.0.1:5",
        "00.001 CP1          ←  StatusNotification       2.5 #1 Charging",
        "00.004 CP1          ←  Heartbeat                    ⇒ not answered by rule",
        "00.006 CP1          →✗ Brew                   2.9 s ✗ sugar=2 ⇒ NotImplemented",
        "00.002 CP1          →  Reset                        Soft ⇒ no answer yet",
    ];
    let expected: String = expected.iter().map(|line| format!("1970-01-01 00:00:{line}\n")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_pretty_envelope_is_one_line_with_visible_line_ends() {
    let mut contents = Contents::new(1 << 20);
    let station = Some(contents.station(Role::CentralSystem, "CP1"));
    let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
    let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
    let xml = "<a>\n\t<b/>\n</a>";
    let payload = || Some(Box::new(FrameContent::of_payload(None, &serde_json::json!({ "a": 1 }))));
    let call = Frame { action: Some("Heartbeat".into()), content: payload(), ..frame(Direction::In, FrameKind::Call, xml) };
    let fault = Frame { action: Some("Heartbeat".into()), ..frame(Direction::Out, FrameKind::Error, xml) };
    let garbage = frame(Direction::In, FrameKind::Malformed, "no envelope\n[2001-02-03 04:05:06] forged");
    for kind in [
        EventKind::Connected { link: 1, version: Version::V1_6, transport: Transport::Soap, peer, handshake },
        EventKind::Frame(call),
        EventKind::Frame(fault),
        EventKind::Frame(garbage),
    ] {
        contents.apply(&Event { station, stamp, kind }, &mut String::new());
    }
    let lines = |print_xml| printed(&contents, LogFormat::Text, print_xml).concat().replace(STAMP, "");
    let rest = "cs: >>cp#CP1 <a>\\n\\t<b/>\\n</a>\n\
         cs: <<cp#CP1 Error, message not well-formed: no envelope\\n[2001-02-03 04:05:06] forged\n";
    assert_eq!(lines(false), format!("cs: ChargePoint #CP1 connected.\ncs: <<cp#CP1 /Heartbeat {{\"a\":1}}\n{rest}"));
    assert_eq!(lines(true), format!("cs: ChargePoint #CP1 connected.\ncs: <<cp#CP1 /Heartbeat <a>\\n\\t<b/>\\n</a>\n{rest}"));
}
