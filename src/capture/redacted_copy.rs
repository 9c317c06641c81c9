//! A copy of records with what identifies people, stations and sites replaced, ready to be written in any format. What is replaced, and by
//! what, is for `redact`.

use std::collections::HashMap;
use std::sync::Arc;

use super::export::{ExportScope, each_event};
use super::redact::{RedactionReport, Redactor};
use crate::clock::now;
use crate::ocpp::Catalog;
use crate::trace::{
    self, Event, EventKind, EventSender, FrameContent, FrameText, RowKind, Sequence, StationKey, StationRow, TappedFrame,
};

/// The copy of a choice of records is in memory as a whole, as the choice is.
const WHOLE: usize = usize::MAX / 2;

/// A copy of some records of a trace.
#[derive(Debug)]
pub struct RedactedCopy {
    /// The trace of the copy.
    pub events: EventSender,
    /// The records in it that are copies. There may be others, which only say what these take for known.
    pub chosen: Vec<Sequence>,
    /// What was replaced.
    pub report: RedactionReport,
}

/// Copies the records with dummies made from this seed. What all records of the trace say about values is used, not only what the copied
/// ones do: the message that names a tag may be another one than the text in which it stands.
pub fn redacted_copy(scope: &ExportScope<'_>, catalog: Arc<Catalog>, seed: &str) -> RedactedCopy {
    let mut redactor = Redactor::new(catalog, seed);
    scope.contents.stations().rows().iter().for_each(|row| redactor.learn_identity(&row.identity));
    let all: Vec<Sequence> = scope.contents.records().range().collect();
    each_event(&ExportScope { chosen: &all, ..*scope }, |event, row, tapped, _| {
        redactor.learn(row.map(whose).as_ref(), &whole(event, tapped));
    });
    // What is exported may be on a page that is not in memory any more.
    each_event(scope, |event, row, tapped, _| redactor.learn(row.map(whose).as_ref(), &whole(event, tapped)));
    redactor.learned();
    let events = trace::direct(WHOLE, now());
    let mut keys: HashMap<StationKey, StationKey> = HashMap::new();
    let mut chosen = Vec::new();
    each_event(scope, |event, row, tapped, record| {
        if let EventKind::StationAdded { .. } | EventKind::PairAdded { .. } = event.kind {
            return;
        }
        let (mut station, mut kind) = (row.map(whose), whole(event, tapped));
        redactor.apply(&mut station, &mut kind);
        let station = station
            .zip(row)
            .map(|((_, identity), row)| *keys.entry(row.key).or_insert_with(|| events.row(row.kind(), &identity)));
        events.put_now(Event { station, stamp: event.stamp, kind });
        let next = events.trace().read().records().range().end;
        chosen.extend(record.and_then(|_| next.checked_sub(1)));
    });
    RedactedCopy { events, chosen, report: redactor.report() }
}

fn whose(row: &StationRow) -> (RowKind, Arc<str>) {
    (row.kind(), Arc::from(&*row.identity))
}

/// The event with the text of its frame.
fn whole(event: &Event, tapped: TappedFrame<'_>) -> EventKind {
    let mut kind = event.kind.clone();
    if let EventKind::Frame(frame) = &mut kind {
        frame.text = FrameText::from(tapped.text);
        frame.content = tapped.content.map(|content| {
            Box::new(FrameContent { id: content.id.into(), payload: content.payload.to_owned(), is_fault: content.is_fault })
        });
    }
    kind
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::capture::export::trace_rules::{assert_fits, trace_schema};
    use crate::capture::{CaptureReader, ExportFormat, load, write_export};
    use crate::ocpp::{Role, Transport, Version};
    use crate::trace::{ConnectionAttempt, Direction, Frame, FrameKind, Stamp};

    /// What must not be left, in any spelling.
    const SECRETS: [&str; 13] = [
        "DEPOT-07",
        "04E91C5A",
        "SN-2207-11",
        "89490200001234567890",
        "203.0.113.77",
        "10.20.30.40",
        "files.example.org",
        "jo.doe",
        "s3cr3t-key-0123456789",
        "52.520008",
        "DE*ABC*E123",
        "WDB1111111A222222",
        "kWhMeterPublicKeyAAAA",
    ];

    fn session() -> EventSender {
        let events = trace::direct(1 << 22, now());
        let key = events.station(Role::CentralSystem, "DEPOT-07");
        let mut at = 1_768_471_200_000_000_i64;
        let mut put = |kind| {
            at += 250_000;
            let stamp = Stamp { wall_micros: at, monotonic_micros: (at - 1_768_471_200_000_000) as u64 };
            events.put_now(Event { station: Some(key), stamp, kind });
        };
        put(EventKind::Note {
            failure: false,
            text: "DEPOT-07: card 04e91c5a, log to ftp://jo.doe:pw@files.example.org/x".into(),
        });
        let request = "GET /ocpp/DEPOT-07 HTTP/1.1\r\nHost: files.example.org:9000\r\nX-Forwarded-For: 10.20.30.40\r\n";
        put(EventKind::Connected {
            link: 1,
            version: Version::V1_6,
            transport: Transport::WebSocket,
            peer: "203.0.113.77:50123".parse().unwrap(),
            handshake: ConnectionAttempt { request: request.into(), ..ConnectionAttempt::default() },
        });
        let calls = [
            (
                Direction::In,
                "BootNotification",
                json!({ "chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "SN-2207-11", "iccid": "89490200001234567890" }),
                json!({ "status": "Accepted", "currentTime": "2026-01-15T10:00:00Z", "interval": 300 }),
            ),
            (
                Direction::In,
                "Authorize",
                json!({ "idTag": "04E91C5A" }),
                json!({ "idTagInfo": { "status": "Accepted", "parentIdTag": "DE*ABC*E123" } }),
            ),
            (
                Direction::In,
                "DataTransfer",
                json!({ "vendorId": "v", "data": "{\"vin\":\"WDB1111111A222222\",\"latitude\":\"52.520008\",\"publicKey\":\"kWhMeterPublicKeyAAAA\"}" }),
                json!({ "status": "Accepted" }),
            ),
            (
                Direction::In,
                "MeterValues",
                json!({ "connectorId": 1, "transactionId": 7, "meterValue": [{ "timestamp": "2026-01-15T10:00:02Z", "sampledValue": [{ "value": "12.5" }] }] }),
                json!({}),
            ),
            (
                Direction::In,
                "StartTransaction",
                json!({ "connectorId": 1, "idTag": "04E91C5A", "meterStart": 5, "timestamp": "2026-01-15T10:00:02Z" }),
                json!({ "transactionId": 7, "idTagInfo": { "status": "Accepted" } }),
            ),
            (
                Direction::Out,
                "ChangeConfiguration",
                json!({ "key": "AuthorizationKey", "value": "s3cr3t-key-0123456789" }),
                json!({ "status": "Accepted" }),
            ),
            (Direction::Out, "GetDiagnostics", json!({ "location": "ftp://jo.doe:pw@files.example.org/DEPOT-07" }), json!({})),
        ];
        for (exchange, (direction, action, request, answer)) in (1..).zip(calls) {
            let back = if direction == Direction::In { Direction::Out } else { Direction::In };
            let frame = |direction, kind, text: String| {
                let frame = Frame::new(direction, kind, FrameText::from(text));
                EventKind::Frame(Frame { action: Some(action.into()), exchange: Some(exchange), ..frame })
            };
            put(frame(direction, FrameKind::Call, json!([2, exchange.to_string(), action, request]).to_string()));
            put(frame(back, FrameKind::Result, json!([3, exchange.to_string(), answer]).to_string()));
        }
        let broken = r#"[2,"77","Authorize",{"idTag":"04E91C5A","x""#;
        put(EventKind::Frame(Frame::new(Direction::In, FrameKind::Malformed, FrameText::from_static(broken))));
        events
    }

    fn all(events: &EventSender) -> Vec<Sequence> {
        events.trace().read().records().range().collect()
    }

    fn written(events: &EventSender, chosen: &[Sequence], format: ExportFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_export(&mut bytes, format, &ExportScope { contents: &events.trace().read(), chosen }).unwrap();
        bytes
    }

    fn copy_of(events: &EventSender, chosen: &[Sequence]) -> RedactedCopy {
        redacted_copy(&ExportScope { contents: &events.trace().read(), chosen }, Catalog::embedded(), "seed")
    }

    /// Packets hold masked bytes, so they are read again.
    fn opened(bytes: &[u8]) -> EventSender {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        let events = trace::direct(1 << 22, now());
        load(vec![CaptureReader::open(&path, Catalog::embedded()).unwrap()], &events);
        events
    }

    /// Those of the secrets that are in the bytes.
    fn left(bytes: &[u8]) -> Vec<&'static str> {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        SECRETS.into_iter().filter(|secret| text.contains(&secret.to_lowercase())).collect()
    }

    #[test]
    fn no_format_has_anything_left_of_what_was_replaced() {
        let events = session();
        let RedactedCopy { events: copy, chosen, report } = copy_of(&events, &all(&events));
        assert_eq!(chosen.len(), all(&events).len());
        assert!(report.kinds.len() >= 6, "{report:?}");
        for format in ExportFormat::ALL {
            let bytes = written(&copy, &chosen, format);
            assert_eq!(left(&bytes), [""; 0], "{format:?}");
            assert!(!bytes.is_empty(), "{format:?}");
            if format == ExportFormat::Pcapng {
                let again = opened(&bytes);
                assert_eq!(left(&written(&again, &all(&again), ExportFormat::Native)), [""; 0]);
                assert!(all(&again).len() > 10);
            }
        }
        // The measure can find something.
        assert!(left(&written(&events, &all(&events), ExportFormat::Native)).len() >= 11);
    }

    #[test]
    fn messages_are_what_they_were_but_for_their_values() {
        let events = session();
        let RedactedCopy { events: copy, chosen, .. } = copy_of(&events, &all(&events));
        let shape = |events: &EventSender, chosen: &[Sequence]| -> Vec<(String, Option<Sequence>, usize, bool)> {
            let contents = events.trace().read();
            chosen
                .iter()
                .filter_map(|sequence| contents.records().get(*sequence))
                .map(|record| {
                    let kind = format!("{:?} {:?} {:?}", record.kind, record.action, record.verdict);
                    (kind, record.partner, record.text.len(), record.text.starts_with('['))
                })
                .collect()
        };
        assert_eq!(shape(&copy, &chosen), shape(&events, &all(&events)));
        let again = opened(&written(&copy, &chosen, ExportFormat::OpenOcppTrace));
        let verdicts = |events: &EventSender| {
            let contents = events.trace().read();
            let records = contents.records();
            records.iter(records.range()).map(|record| record.verdict).collect::<Vec<_>>()
        };
        let plain = opened(&written(&events, &all(&events), ExportFormat::OpenOcppTrace));
        assert_eq!(verdicts(&again), verdicts(&plain));
    }

    /// Strict readers take the copy as they take the original.
    #[test]
    fn a_copy_as_open_ocpp_trace_follows_the_rules_of_the_format() {
        let events = session();
        let RedactedCopy { events: copy, chosen, .. } = copy_of(&events, &all(&events));
        let lines = |events: &EventSender, chosen: &[Sequence]| {
            String::from_utf8(written(events, chosen, ExportFormat::OpenOcppTrace)).unwrap()
        };
        let (before, after) = (lines(&events, &all(&events)), lines(&copy, &chosen));
        assert_fits(&after, trace_schema().as_ref());
        assert_eq!((after.lines().count(), left(after.as_bytes())), (before.lines().count(), Vec::new()));
        assert!(after.lines().count() > 5);
    }

    /// What a record outside of the choice says is known all the same, and only the choice is written.
    #[test]
    fn a_part_is_replaced_by_what_the_whole_says() {
        let events = session();
        let first = copy_of(&events, &[0]);
        let text = String::from_utf8(written(&first.events, &first.chosen, ExportFormat::Text)).unwrap();
        assert_eq!((left(text.as_bytes()).len(), text.lines().count()), (0, 1), "{text}");
        let frame = copy_of(&events, &[2]);
        let text = String::from_utf8(written(&frame.events, &frame.chosen, ExportFormat::Text)).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
