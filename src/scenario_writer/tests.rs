//! Recordings and the scenarios that are written from them.

use std::time::Duration;

use serde_json::json;

use super::test_recording::{Recording, TITLE, back, statements};
use super::*;
use crate::ocpp::{ErrorCode, Finding, FindingRule, Role, Transport, Version};
use crate::trace::{CloseReason, Direction, EventKind, FrameKind, StationKey};

fn boot(recording: &mut Recording, station: StationKey, direction: Direction, interval: u32) {
    let boot = json!({"chargePointVendor": "Acme", "chargePointModel": "X", "meterType": "M 3"});
    let answer = json!({"status": "Accepted", "currentTime": "2026-11-22T10:00:00.500Z", "interval": interval});
    recording.exchange(station, direction, "BootNotification", boot, answer);
}

/// The same charging session, recorded at one side. `theirs` is the direction of the calls of the charge point.
fn charging(our_role: Role) -> Recording {
    let mut recording = Recording::new();
    let station = recording.station(our_role, "CP1", Version::V1_6);
    let theirs = if our_role == Role::CentralSystem { Direction::In } else { Direction::Out };
    boot(&mut recording, station, theirs, 60);
    recording.exchange(
        station,
        back(theirs),
        "ReserveNow",
        json!({"connectorId": 1, "expiryDate": "2026-11-22T11:00:00Z", "idTag": "TAG", "reservationId": 5}),
        json!({"status": "Accepted"}),
    );
    let remote = json!({"idTag": "TAG", "connectorId": 1});
    recording.exchange(station, back(theirs), "RemoteStartTransaction", remote, json!({"status": "Accepted"}));
    let start =
        json!({"connectorId": 1, "idTag": "TAG", "meterStart": 1200, "reservationId": 5, "timestamp": "2026-11-22T10:00:01Z"});
    let started = json!({"transactionId": 7, "idTagInfo": {"status": "Accepted", "expiryDate": "2027-12-31T00:00:00Z"}});
    recording.exchange(station, theirs, "StartTransaction", start, started);
    let sampled = json!([{"value": "1200", "unit": "Wh"}, {"value": "16.2", "measurand": "Current.Import", "phase": "L1"}]);
    let values = json!({"connectorId": 1, "transactionId": 7, "meterValue": [{"timestamp": "2026-11-22T10:00:02Z", "sampledValue": sampled}]});
    recording.exchange(station, theirs, "MeterValues", values, json!({}));
    recording.exchange(
        station,
        back(theirs),
        "RemoteStopTransaction",
        json!({"transactionId": 7}),
        json!({"status": "Accepted"}),
    );
    let stop =
        json!({"transactionId": 7, "idTag": "TAG", "meterStop": 1900, "reason": "Remote", "timestamp": "2026-11-22T10:00:03Z"});
    recording.exchange(station, theirs, "StopTransaction", stop, json!({"idTagInfo": {"status": "Accepted"}}));
    recording
}

#[test]
fn charging_seen_by_the_central_system() {
    insta::assert_snapshot!(charging(Role::CentralSystem).transcript().text);
}

#[test]
fn charging_seen_by_the_charge_point() {
    let transcript = charging(Role::ChargePoint).transcript();
    assert_eq!((transcript.exchanges, transcript.frames), (7, 0));
    insta::assert_snapshot!(transcript.text);
}

#[test]
fn meter_values_of_the_older_version_are_readings_too() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "OLD", Version::V1_5);
    let values = json!({"connectorId": 1, "transactionId": 31, "values": [{"timestamp": "2026-11-22T09:58:00Z",
        "values": [{"value": "17", "unit": "kWh"}]}]});
    recording.exchange(station, Direction::In, "MeterValues", values.clone(), json!({}));
    recording.exchange(station, Direction::In, "MeterValues", values, json!({}));
    recording.exchange(station, Direction::In, "Heartbeat", json!({}), json!({"currentTime": "2026-11-22T10:00:01Z"}));
    assert_eq!(
        recording.statements(),
        [
            "const cp = await chargePointUnderTest({ id: 'OLD', version: '1.5' });",
            "// This came 2 times before the next step; once stands for all.",
            "await cp.expectCall(",
            "'MeterValues',",
            "{",
            "connectorId: 1,",
            "transactionId: bind('transactionId'),",
            "values: [{ timestamp: near(5 * 60000), values: [{ value: any.string, unit: 'kWh' }] }],",
            "},",
            "{ within: 130000 },",
            ");",
            "await cp.expectCall('Heartbeat', {}, { within: 610000 });",
        ]
    );
}

#[test]
fn errors_timeouts_and_silence_are_written() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    recording.refused(station, Direction::Out, "ClearCache", ErrorCode::NotSupported, "no cache");
    recording.call(station, Direction::Out, "Reset", &json!({"type": "Hard"}));
    let exchange = recording.exchange;
    recording.record(station, EventKind::Timeout { exchange, action: "Reset".into(), after: Duration::from_secs(30) });
    recording.refused(station, Direction::In, "Heartbeat", ErrorCode::InternalError, "not now");
    recording.refused(station, Direction::In, "Heartbeat", ErrorCode::InternalError, ErrorCode::InternalError.description());
    recording.call(station, Direction::In, "Authorize", &json!({"idTag": "A"}));
    recording.refused(station, Direction::In, "Invented", ErrorCode::NotSupported, "");
    recording.call(station, Direction::Out, "GetLocalListVersion", &json!({}));
    assert_eq!(
        recording.statements(),
        [
            "const cp = await chargePointUnderTest({ id: 'CP1', version: '1.6' });",
            "await cp.callError('ClearCache', {}, 'NotSupported');",
            "cp.answerOnce('Heartbeat', ocpp.error('InternalError', 'not now'));",
            "await cp.callUnanswered('Reset', { type: 'Hard' }, { within: 40000 });",
            "await cp.expectCall('Heartbeat', {}, { within: 610000 });",
            "cp.answerOnce('Heartbeat', ocpp.error('InternalError'));",
            "await cp.expectCall('Heartbeat', {}, { within: 610000 });",
            "cp.answerOnce('Authorize', ocpp.silence());",
            "await operator(",
            "'Let CP1 send Authorize with idTag A.',",
            "(peer) => peer.callUnanswered('Authorize', { idTag: 'A' }, { within: 40000 }),",
            ");",
            "await cp.expectCall('Authorize', { idTag: 'A' });",
            "await operator('Let CP1 send Invented.', (peer) => peer.callError('Invented', {}, 'NotSupported'));",
            "await cp.expectCall('Invented', {}, { unchecked: true });",
        ],
        "what is not answered yet is left out"
    );
}

#[test]
fn a_call_is_unanswered_only_after_the_timeout() {
    for (later, has_silence) in [(10, false), (40, true)] {
        let mut recording = Recording::new();
        let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
        recording.exchange(station, Direction::Out, "ClearCache", json!({}), json!({"status": "Accepted"}));
        recording.call(station, Direction::In, "Authorize", &json!({"idTag": "A"}));
        recording.wait(Duration::from_secs(later));
        let other = recording.station(Role::CentralSystem, "CP2", Version::V1_6);
        recording.exchange(other, Direction::Out, "ClearCache", json!({}), json!({"status": "Accepted"}));
        assert_eq!(recording.transcript().text.contains("ocpp.silence()"), has_silence, "{later} s");
    }
}

#[test]
fn periodic_calls_are_written_once_with_a_long_timeout() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    boot(&mut recording, station, Direction::In, 60);
    for _ in 0..4 {
        recording.wait(Duration::from_secs(60));
        recording.exchange(station, Direction::In, "Heartbeat", json!({}), json!({"currentTime": "2026-11-22T10:02:00Z"}));
    }
    let statements = recording.statements();
    assert_eq!(
        statements[statements.len() - 2..],
        [
            "// This came 4 times before the next step; once stands for all.",
            "await cp.expectCall('Heartbeat', {}, { within: 130000 });",
        ]
    );
    let transcript = recording.transcript();
    assert_eq!(transcript.exchanges, 5);
    assert!(transcript.text.contains("scenario('charging at CP1', { timeout: 190000 }, async () => {"), "{}", transcript.text);
}

#[test]
fn invalid_calls_are_not_checked_and_not_answered_twice() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    let broken = || {
        vec![Finding { path: "/status".into(), rule: FindingRule::Enumeration, message: "unknown".into(), tolerated: false }]
    };
    recording.call(station, Direction::Out, "Reset", &json!({"type": "Hard"}));
    recording.judged(station, Direction::In, FrameKind::Result, "Reset", r#"[3,"id-1",{"status":"Maybe"}]"#, broken());
    recording.exchange += 1;
    recording.judged(station, Direction::In, FrameKind::Call, "Authorize", r#"[2,"x","Authorize",{"tag":1}]"#, broken());
    recording.frame(
        station,
        Direction::Out,
        FrameKind::Error,
        "Authorize",
        r#"[4,"x","OccurenceConstraintViolation","idTag",{}]"#,
    );
    assert_eq!(
        recording.statements()[1..],
        [
            "await cp.call('Reset', { type: 'Hard' }, { status: 'Maybe' }, { unchecked: true });",
            "await operator('Let CP1 send Authorize.', (peer) => peer.callError(",
            "'Authorize',",
            "{ tag: 1 },",
            "'OccurenceConstraintViolation',",
            "));",
            "await cp.expectCall('Authorize', { tag: 1 }, { unchecked: true });",
        ]
    );
}

#[test]
fn frames_without_an_exchange_are_sent_and_expected_as_they_are() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    recording.frame(station, Direction::In, FrameKind::Malformed, "", "[2,\"a'b");
    recording.frame(station, Direction::In, FrameKind::Malformed, "", r#"[9,"x",{}]"#);
    recording.frame(station, Direction::Out, FrameKind::Malformed, "", "it's \u{1b}[2J\nnothing");
    recording.frame(station, Direction::In, FrameKind::Error, "", r#"[4,"-1","FormationViolation","no JSON",{}]"#);
    recording.exchange += 1;
    recording.frame(station, Direction::Out, FrameKind::Call, "Reset", r#"[2,"y","Reset",null]"#);
    recording.frame(station, Direction::In, FrameKind::Error, "Reset", r#"[4,"y","FormationViolation","no object",{}]"#);
    let transcript = recording.transcript();
    assert_eq!((transcript.exchanges, transcript.frames), (0, 5));
    assert_eq!(
        statements(&transcript.text)[1..],
        [
            r#"await cp.expectFrame(/^\[2,"a'b$/);"#,
            "await cp.expectFrame([9, any.string, {}]);",
            r"await cp.send('it\'s \u001b[2J\nnothing');",
            "await cp.expectFrame([4, any.string, 'FormationViolation', any.string, {}]);",
            r#"await cp.send('[2,"y","Reset",null]');"#,
        ]
    );
}

#[test]
fn nothing_from_outside_becomes_code() {
    let mut recording = Recording::new();
    let hostile = "'); process.exit();\u{2028}// \u{202e}\n*/";
    let station = recording.station(Role::CentralSystem, hostile, Version::V1_6);
    let data = json!({"vendorId": hostile, "data": {"__proto__": 1, hostile: "\\"}});
    recording.exchange(station, Direction::In, "DataTransfer", data, json!({"status": "Accepted", "data": hostile}));
    let chosen: Vec<Sequence> = recording.contents.records().range().collect();
    let title = ScriptTitle { name: hostile, file: hostile };
    let transcript = transcribe(&recording.contents, &Catalog::embedded(), &chosen, title).unwrap();
    assert!(!transcript.text.chars().any(|c| c != '\n' && crate::sanitize::is_unsafe(c)), "{}", transcript.text);
    insta::assert_snapshot!(transcript.text);
}

#[test]
fn one_end_of_a_link_with_two_simulated_ends_is_written() {
    let mut recording = Recording::new();
    let ours = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    let theirs = recording.station(Role::ChargePoint, "CP1", Version::V1_6);
    let (call, result) = (r#"[2,"u-1","Authorize",{"idTag":"A"}]"#, r#"[3,"u-1",{"idTagInfo":{"status":"Accepted"}}]"#);
    for (exchange, station, direction) in [(1, theirs, Direction::Out), (2, ours, Direction::In)] {
        recording.exchange = exchange;
        recording.frame(station, direction, FrameKind::Call, "Authorize", call);
    }
    for (exchange, station, direction) in [(2, ours, Direction::Out), (1, theirs, Direction::In)] {
        recording.exchange = exchange;
        recording.frame(station, direction, FrameKind::Result, "Authorize", result);
    }
    let from_ours = [
        "const cp = await chargePointUnderTest({ id: 'CP1', version: '1.6' });",
        "await operator('Let CP1 send Authorize with idTag A.', (peer) => peer.call('Authorize', { idTag: 'A' }));",
        "await cp.expectCall('Authorize', { idTag: 'A' });",
    ];
    assert_eq!(recording.statements(), from_ours);
    // The call of one end and the answer of the other are one exchange.
    assert_eq!(recording.of(&[2, 4]).exchanges, 1);
    assert_eq!(
        statements(&recording.of(&[2]).text),
        [
            "const cs = await centralSystemUnderTest({ id: 'CP1', version: '1.6' });",
            "await cs.call('Authorize', { idTag: 'A' }, { idTagInfo: { status: 'Accepted' } });",
        ],
        "only our charge point's end was chosen"
    );
}

#[test]
fn several_stations_are_several_links_in_the_order_of_the_trace() {
    let mut recording = Recording::new();
    let first = recording.station(Role::CentralSystem, "A", Version::V1_6);
    let second = recording.station(Role::CentralSystem, "B", Version::V1_5);
    let silent = recording.station(Role::CentralSystem, "C", Version::V1_6);
    recording.record(
        silent,
        EventKind::Disconnected { link: 1, reason: CloseReason::ClosedByPeer { code: None, text: Box::default() } },
    );
    let reset = || json!({"type": "Soft"});
    recording.exchange(second, Direction::Out, "Reset", reset(), json!({"status": "Accepted"}));
    recording.exchange(first, Direction::Out, "Reset", reset(), json!({"status": "Rejected"}));
    let transcript = recording.transcript();
    assert_eq!(transcript.stations, ["B".into(), "A".into()]);
    assert!(transcript.text.contains("from B (OCPP 1.5) and A (OCPP 1.6).\n"), "{}", transcript.text);
    assert_eq!(
        statements(&transcript.text),
        [
            "const cp1 = await chargePointUnderTest({ id: 'B', version: '1.5' });",
            "await cp1.call('Reset', { type: 'Soft' }, { status: 'Accepted' });",
            "const cp2 = await chargePointUnderTest({ id: 'A', version: '1.6' });",
            "await cp2.call('Reset', { type: 'Soft' }, { status: 'Rejected' });",
        ]
    );
}

#[test]
fn reconnections_are_written_for_the_side_that_disconnected() {
    let at_the_charge_point = [
        "operator('Let CP1 close the link.', (peer) => peer.disconnect());",
        "cp.expectDisconnect();",
        "operator(",
        "'Let CP1 connect again, unless it does so by itself.',",
        "(peer) => peer.connect(),",
        "{ optional: true },",
        ");",
        "cp.expectConnect();",
        "cp.disconnect();",
        "cp.expectConnect();",
    ];
    let at_the_central_system = [
        "operator('Let the central system close the link.', (peer) => peer.disconnect());",
        "cs.expectDisconnect();",
        "cs.expectConnect();",
        "cs.disconnect();",
        "cs.connect();",
    ];
    for (our_role, expected) in
        [(Role::CentralSystem, &at_the_charge_point[..]), (Role::ChargePoint, &at_the_central_system[..])]
    {
        let mut recording = Recording::new();
        let station = recording.station(our_role, "CP1", Version::V1_6);
        boot(&mut recording, station, Direction::In, 300);
        if our_role == Role::CentralSystem {
            recording.connected(station, Version::V1_6, Transport::WebSocket);
            recording.record(station, EventKind::Disconnected { link: 1, reason: CloseReason::Replaced });
        }
        let by_peer = CloseReason::ClosedByPeer { code: None, text: Box::default() };
        for reason in [by_peer, CloseReason::Disconnected] {
            recording.record(station, EventKind::Disconnected { link: 1, reason });
            recording.connected(station, Version::V1_6, Transport::WebSocket);
        }
        let calls: Vec<String> = recording.statements();
        let wanted: Vec<String> = expected
            .iter()
            .map(|line| if line.starts_with(['o', 'c']) { format!("await {line}") } else { (*line).to_owned() })
            .collect();
        assert!(calls.ends_with(&wanted), "{calls:?}");
    }
}

#[test]
fn over_soap_the_payload_counts_and_connections_do_not() {
    let mut recording = Recording::new();
    let station = recording.contents.station(Role::CentralSystem, "CP1");
    recording.connected(station, Version::V1_5, Transport::Soap);
    let envelope = |body: &str| {
        format!("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>{body}</s:Body></s:Envelope>")
    };
    recording.exchange += 1;
    let request = envelope("<authorizeRequest xmlns=\"urn://Ocpp/Cs/2012/06/\"><idTag>A</idTag></authorizeRequest>");
    recording.frame(station, Direction::In, FrameKind::Call, "Authorize", &request);
    let response = envelope(
        "<authorizeResponse xmlns=\"urn://Ocpp/Cs/2012/06/\"><idTagInfo><status>Blocked</status></idTagInfo></authorizeResponse>",
    );
    recording.frame(station, Direction::Out, FrameKind::Result, "Authorize", &response);
    recording.record(station, EventKind::Disconnected { link: 1, reason: CloseReason::PeerGone });
    assert_eq!(
        recording.statements(),
        [
            "const cp = await chargePointUnderTest({ id: 'CP1', version: '1.5', transport: 'soap' });",
            "cp.answerOnce('Authorize', { idTagInfo: { status: 'Blocked' } });",
            "await operator('Let CP1 send Authorize with idTag A.', (peer) => peer.call('Authorize', { idTag: 'A' }));",
            "await cp.expectCall('Authorize', { idTag: 'A' });",
        ]
    );
}

#[test]
fn nothing_and_too_much_are_refused() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    let all = |recording: &Recording| -> Vec<Sequence> { recording.contents.records().range().collect() };
    let transcript = |recording: &Recording| transcribe(&recording.contents, &Catalog::embedded(), &all(recording), TITLE);
    assert_eq!(transcript(&recording), Err(TranscriptError::Nothing), "a connection alone is no exchange");
    for _ in 0..=MOST_EXCHANGES {
        recording.call(station, Direction::In, "Heartbeat", &json!({}));
    }
    let error = transcript(&recording).unwrap_err();
    assert_eq!(error, TranscriptError::TooMany);
    assert!(error.to_string().contains("a filter"));
    crate::trace::filter::parse("cp:CP1 since:10m").unwrap();
}

/// A transaction with the number 7, of which only some messages are chosen.
fn inside_of_a_transaction(our_role: Role, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let recording = charging(our_role);
    let records = recording.contents.records();
    let chosen: Vec<_> = records.range().filter(|it| records.get(*it).and_then(|it| it.action).is_some_and(&wanted)).collect();
    statements(&recording.of(&chosen).text)
}

#[test]
fn a_selection_that_begins_inside_of_a_transaction_takes_its_start_along() {
    let stop = inside_of_a_transaction(Role::ChargePoint, |action| action == "StopTransaction");
    let start = stop.iter().position(|line| line.contains("'StartTransaction'")).expect("the start");
    let bound = stop.iter().position(|line| line.contains("bind('transactionId')")).expect("a bound number");
    let used = stop.iter().position(|line| line.contains("transactionId: bound.transactionId")).expect("its use");
    assert!(start < bound && bound < used, "{stop:#?}");
}

#[test]
fn a_number_that_a_message_of_the_peer_has_first_is_bound_there() {
    let lines =
        inside_of_a_transaction(Role::CentralSystem, |action| action == "MeterValues" || action == "RemoteStopTransaction");
    assert!(lines.iter().any(|line| line.contains("transactionId: bind('transactionId')")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("{ transactionId: bound.transactionId }")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("StartTransaction")), "{lines:#?}");
}

#[test]
fn a_transaction_whose_start_is_not_in_the_trace_can_be_named() {
    let mut recording = Recording::new();
    let station = recording.station(Role::CentralSystem, "CP1", Version::V1_6);
    let (stop, accepted) = (json!({"transactionId": 7}), json!({"status": "Accepted"}));
    recording.exchange(station, Direction::Out, "RemoteStopTransaction", stop.clone(), accepted.clone());
    recording.exchange(station, Direction::Out, "RemoteStopTransaction", stop, accepted);
    let lines = recording.statements();
    let named = lines.iter().filter(|line| line.contains("transactionId: parameter('transactionId', 7)")).count();
    assert_eq!(named, 2, "{lines:#?}");
}
