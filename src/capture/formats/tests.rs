//! Every format by a small file written after public examples, and all of them by what is none.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::capture::event_source::{EventSource, ReadStep, UnreadLine};
use crate::capture::line_source::LineSource;
use crate::ocpp::{Catalog, Role, Version};
use crate::trace::{Direction, EventKind, FrameKind, FrameText};

fn context() -> FormatContext {
    FormatContext { catalog: Catalog::embedded(), zone: TimeZone::UTC, station: "box".into() }
}

fn read(text: &[u8], context: &FormatContext) -> Result<Vec<ReadStep>, String> {
    let mut lines = LineSource::new(Box::new(std::io::Cursor::new(text.to_vec())));
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    let begun = VecDeque::from([(lines.number, Ok(first.clone()))]);
    let mut source = ForeignLines::recognise(begun, lines, false, context).ok_or(first)?;
    Ok(std::iter::from_fn(|| source.step()).collect())
}

fn arrow(direction: Direction) -> char {
    if direction == Direction::In { '<' } else { '>' }
}

/// A line for each step: time, station, and what it is.
fn told(text: &str) -> Vec<String> {
    let line = |step| match step {
        ReadStep::Unread(UnreadLine { unit, number, fault }) => format!("{unit} {number}: {fault}"),
        ReadStep::Station(row, identity) => format!("{:?} {identity}", row.our_role()),
        ReadStep::Event { station, stamp, kind } => {
            let time = jiff::Timestamp::from_microsecond(stamp.wall_micros).unwrap();
            let (role, name) = station.map_or((Role::CentralSystem, "".into()), |(row, name)| (row.our_role(), name));
            let name = if role == Role::ChargePoint { format!("cp#{name}") } else { name.to_string() };
            match kind {
                EventKind::Connected { version, .. } => format!("{name} + {}", version.number()),
                EventKind::Disconnected { .. } => format!("{name} -"),
                EventKind::Ping { direction, pong, .. } => format!("{name} {} pong {pong}", arrow(direction)),
                EventKind::Timeout { exchange, .. } => format!("{name} timeout {exchange}"),
                EventKind::Note { text, .. } => format!("note {text}"),
                EventKind::Frame(frame) => {
                    let exchange = frame.exchange.map_or("-".to_owned(), |exchange| exchange.to_string());
                    let action = frame.action.as_deref().unwrap_or("?").to_owned();
                    let kind = frame.kind.name();
                    format!("{} {name} {} {kind} {action} {exchange}", time.strftime("%H:%M:%S%.f"), arrow(frame.direction))
                }
                other => format!("{name} {other:?}"),
            }
        }
    };
    read(text.as_bytes(), &context()).unwrap().into_iter().map(line).collect()
}

#[test]
fn steve() {
    let text = "\
[INFO ] 2026-06-17 05:46:30,000 de.rwth.idsg.steve.Application (main) - Started
[INFO ] 2026-06-17 05:46:31,000 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp13-19) - [chargeBoxId=TG2, sessionId=d72-64] Connection is established
[INFO ] 2026-06-17 05:46:33,026 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp13-19) - [chargeBoxId=TG2, sessionId=d72-64] Received: [2,\"66\",\"Heartbeat\",{}]
[INFO ] 2026-06-17 05:46:33,030 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp13-19) - [chargeBoxId=TG2, sessionId=d72-64] Sending: [3,\"66\",{\"currentTime\":\"2026-06-17T05:46:33.030Z\"}]
[INFO ] 2026-06-17 05:46:34,000 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp13-19) - [chargeBoxId=TG2, sessionId=d72-64] Received: [2,\"67\",\"StatusNotification\",{\"connectorId\":1 \"status\":\"Preparing\"}]
[INFO ] 2026-06-17 05:46:34,500 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp13-19) - [chargeBoxId=TG2, sessionId=d72-64] Received: hello
[WARN ] 2026-06-17 05:46:35,000 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp13-19) - [chargeBoxId=TG2, sessionId=d72-64] Connection is closed, status: CloseStatus[code=1006, reason=null]
";
    assert_eq!(
        told(text),
        [
            "TG2 + 1.6",
            "05:46:33.026 TG2 < call Heartbeat 1",
            "05:46:33.03 TG2 > result Heartbeat 1",
            "05:46:34 TG2 < malformed ? -",
            "05:46:34.5 TG2 < malformed ? -",
            "TG2 -",
            "note 1 line holds no message; the first is line 1",
        ]
    );
}

#[test]
fn python_ocpp_of_a_station() {
    let text = "\
INFO:ocpp:CP_1: send [2,\"a\",\"BootNotification\",{\"chargingStation\":{\"model\":\"M\",\"vendorName\":\"V\"},\"reason\":\"PowerUp\"}]
INFO:ocpp:CP_1: receive message [3,\"a\",{\"currentTime\":\"2026-01-15T10:00:00Z\",\"interval\":10,\"status\":\"Accepted\"}]
INFO:ocpp:CP_1: send [2,\"b\",\"Heartbeat\",{}]
";
    assert_eq!(
        told(text),
        [
            "CP_1 + 2.0.1",
            "10:00:00 CP_1 < call BootNotification 1",
            "10:00:00 CP_1 > result BootNotification 1",
            "10:00:00 CP_1 < call Heartbeat 2",
        ]
    );
}

#[test]
fn home_assistant_with_a_message_over_several_lines() {
    let text = "\
2021-03-17 20:20:20 WARNING (MainThread) [homeassistant.loader] You are using a custom integration ocpp
2021-03-17 20:23:00 INFO (MainThread) [ocpp] Wallbox Pulsar: send [2,\"d6\",\"TriggerMessage\",{\"requestedMessage\":\"BootNotification\"}]
2021-03-17 20:23:00.5 INFO (MainThread) [ocpp] Wallbox Pulsar: receive message [3,\"d6\",
{
\"status\": \"Accepted\"
}]
2021-03-17 20:23:01 INFO (MainThread) [ocpp] Wallbox Pulsar: receive message [2,\"1\",\"Heartb
2021-03-17 20:23:02 INFO (MainThread) [ocpp] Wallbox Pulsar: receive message [2,\"2\",\"Heartbeat\",{}]
";
    assert_eq!(
        told(text),
        [
            "Wallbox Pulsar + 1.6",
            "20:23:00 Wallbox Pulsar > call TriggerMessage 1",
            "20:23:00.5 Wallbox Pulsar < result TriggerMessage 1",
            "20:23:01 Wallbox Pulsar < malformed ? -",
            "20:23:02 Wallbox Pulsar < call Heartbeat 2",
            "note 1 line holds no message; the first is line 1",
        ]
    );
}

#[test]
fn evcc() {
    let text = "\
evcc  | [ocpp  ] DEBUG 2026/07/23 10:21:40 charge point connected: EVB-P2
evcc  | [ocpp  ] TRACE 2026/07/23 10:21:46 recv EVB-P2: [2,\"76\",\"Heartbeat\",{}]
evcc  | [ocpp  ] TRACE 2026/07/23 10:21:46 sent EVB-P2: [3,\"76\",{\"currentTime\":\"2026-07-23T08:21:46Z\"}]
";
    assert_eq!(told(text)[..3], ["EVB-P2 + 1.6", "10:21:46 EVB-P2 < call Heartbeat 1", "10:21:46 EVB-P2 > result Heartbeat 1"]);
}

#[test]
fn evcc_of_older_versions_in_a_journal() {
    let text = "\
Okt 11 11:42:45 pvm evcc[25]: [ocpp  ] TRACE 2023/10/11 11:42:45 received JSON message from EVB-P2: [2,\"76\",\"Heartbeat\",{}]
Okt 11 11:42:45 pvm evcc[25]: [ocpp  ] TRACE 2023/10/11 11:42:45 handling incoming CALL [76, Heartbeat] from EVB-P2
Okt 11 11:42:46 pvm evcc[25]: [ocpp  ] TRACE 2023/10/11 11:42:46 sent JSON message to EVB-P2: [3,\"76\",{\"currentTime\":\"2023-10-11T11:42:46Z\"}]
";
    assert_eq!(told(text)[..3], ["EVB-P2 + 1.6", "11:42:45 EVB-P2 < call Heartbeat 1", "11:42:46 EVB-P2 > result Heartbeat 1"]);
}

/// A message is cut within words, and a line of another task stands between two pieces of it.
#[test]
fn alfen_cuts_messages_into_lines() {
    let text = "\
2023-12-31T14:53:13.050Z:INFO:websockets.c:813:WebSocket upgrade successful
2023-12-31T14:53:18.082Z:COM:ocpp_rpc.c:681:-> [2,\"1\",\"BootNotification\",{\"chargePointVendor\":\"V\",\"chargePo
2023-12-31T14:53:18.082Z:COM:ocpp_rpc.c:681:intModel\":\"M 1
2023-12-31T14:53:18.083Z:USER:taskOCPP.c:477:Back office connection available
2023-12-31T14:53:18.082Z:COM:ocpp_rpc.c:681:0\"}]
2023-12-31T14:53:18.531Z:COM:ocpp_rpc.c:1127:<- [3,\"1\",{\"status\":\"Accepted\",\"currentTime\":\"2023-12-31T14:53:19Z\",\"inter
2023-12-31T14:53:18.531Z:COM:ocpp_rpc.c:1127:val\":60}]
2023-12-31T14:53:28.578Z:COM:ocpp_rpc.c:681:-> [2,\"2\",\"Heartbeat\",{}]
";
    assert_eq!(
        told(text),
        [
            "box + 1.6",
            "14:53:18.082 box < call BootNotification 1",
            "14:53:18.531 box > result BootNotification 1",
            "14:53:28.578 box < call Heartbeat 2",
            "note 2 lines hold no message; the first is line 1",
        ]
    );
    let texts: Vec<String> = read(text.as_bytes(), &context())
        .unwrap()
        .into_iter()
        .filter_map(|step| match step {
            ReadStep::Event { kind: EventKind::Frame(frame), .. } => Some(frame.text.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(texts[0], r#"[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M 10"}]"#);
}

/// The tabs of newer versions, in the line and in the message.
#[test]
fn steve_with_tabs() {
    let text = "\
[INFO]\t2025-12-13\t16:30:18,190\tde.rwth.idsg.steve.ocpp.ws.WebSocketLogger\t(qtp13-32)\t-\t[chargeBoxId=100,\tsessionId=53-24]\tReceived:\t[2,\t\"7\",\t\"Heartbeat\",\t{}]\t\t\t
[INFO]\t2025-12-13\t16:30:18,192\tde.rwth.idsg.steve.ocpp.ws.WebSocketLogger\t(qtp13-32)\t-\t[chargeBoxId=100,\tsessionId=53-24]\tSending:\t[3,\"7\",{\"currentTime\":\"2025-12-13T16:30:18Z\"}]\t\t
";
    assert_eq!(told(text), ["100 + 1.6", "16:30:18.19 100 < call Heartbeat 1", "16:30:18.192 100 > result Heartbeat 1"]);
}

#[test]
fn micro_ocpp_from_a_serial_port() {
    let text = "\
11:52:54.100 > [MO] info (MicroOcpp.cpp:296): initialized MicroOcpp v1.0.2
11:52:55.000 > [MO] Send: [2,\"1000000\",\"BootNotification\",{\"chargePointModel\":\"AC\",\"chargePointVendor\":\"V\"}]
11:52:55.100 > [MO] Recv: WS pong
11:52:55.200 > [MO] Recv: [3,\"1000000\",{\"currentTime\":\"2024-09-03T11:52:55.195996200Z\",\"interval\":900,\"status\":\"Accepted\"}]
11:52:55.400 > [MO] Send: [2,\"1000001\",\"StatusNotification\",{\"connectorId\":0,\"errorCode\":\"NoError\",\"status\":\"Available\"}]11:52:55.587 > [MO] Recv: [3,\"1000001\",{}]
";
    assert_eq!(
        told(text),
        [
            "box + 1.6",
            "11:52:55 box < call BootNotification 1",
            "box > pong true",
            "11:52:55.2 box > result BootNotification 1",
            "11:52:55.4 box < call StatusNotification 2",
            "11:52:55.587 box > result StatusNotification 2",
            "note 1 line holds no message; the first is line 1",
        ]
    );
    let first = read(text.as_bytes(), &context()).unwrap().into_iter().next();
    let Some(ReadStep::Event { stamp, .. }) = first else { panic!() };
    assert_eq!(stamp.wall_micros / 86_400_000_000, 19_969, "the day is that of the answer: 2024-09-03");
}

#[test]
fn everest() {
    let text = "\
2023-12-07T04:03:30.958Z: SYS> Session logging started. \n\n
2023-12-07T04:03:32.454Z: SYS> Connected \n\n
2023-12-07T04:03:32.455Z: ChargePoint>CentralSystem BootNotification 
[
  2,
  \"7e\",
  \"BootNotification\",
  {
    \"chargePointModel\": \"Yeti [2]\",
    \"chargePointVendor\": \"Pionix\"
  }
]

2023-12-07T04:03:32.467Z: CentralSystem>ChargePoint  BootNotificationResponse
[
  3,
  \"7e\",
  {\"currentTime\": \"2023-12-07T04:03:32Z\", \"interval\": 300, \"status\": \"Accepted\"}
]

2023-12-07T04:03:33.000Z: ChargePoint>CentralSystem [2,\"8e\",\"Heartbeat\",{}]  \n
";
    assert_eq!(
        told(text),
        [
            "box + 1.6",
            "04:03:32.455 box < call BootNotification 1",
            "04:03:32.467 box > result BootNotification 1",
            "04:03:33 box < call Heartbeat 2",
            "note 1 line holds no message; the first is line 1",
        ]
    );
}

#[test]
fn ocppjs_with_both_roles_in_one_file() {
    let text = "\
[2026-11-22 14:38:45] CentralSystem started.
> [2026-11-22 14:38:49] cs: ChargePoint #0 connected (protocol: ocpp1.5).
[2026-11-22 14:38:50] cp#0: >>cs [2,\"VG\",\"Heartbeat\",{}]
[2026-11-22 14:38:50] cs: <<cp#0 [2,\"VG\",\"Heartbeat\",{}]
[2026-11-22 14:38:50] cs: >>cp#0 [3,\"VG\",{\"currentTime\":\"2013-02-01T15:09:18Z\"}]
> [2026-11-22 14:38:50] cp#0: <<cs [3,\"VG\",{\"currentTime\":\"2013-02-01T15:09:18Z\"}]
[2026-11-22 14:38:51] cp#0: Disconnected
[2026-11-22 14:38:52] End of simulation : interrupted by user.
";
    assert_eq!(
        told(text),
        [
            "0 + 1.5",
            "cp#0 + 1.6",
            "14:38:50 cp#0 > call Heartbeat 1",
            "14:38:50 0 < call Heartbeat 2",
            "14:38:50 0 > result Heartbeat 2",
            "14:38:50 cp#0 < result Heartbeat 1",
            "0 -",
            "note 2 lines hold no message; the first is line 1",
        ]
    );
}

#[test]
fn ocppjs_over_soap_has_actions_without_ids() {
    let text = "\
[2026-11-22 14:51:39] cs: ChargePoint #boxid connected.
[2026-11-22 14:51:39] cs: <<cp#boxid /Heartbeat \"\"
[2026-11-22 14:51:40] cs: >>cp#boxid /HeartbeatResponse {\"currentTime\":\"2013-02-01T15:09:18.000Z\"}
[2026-11-22 14:51:41] cs: <<cp#boxid Error: cannot parse response
";
    assert_eq!(
        told(text),
        [
            "boxid + 1.6",
            "14:51:39 boxid < call Heartbeat 1",
            "14:51:40 boxid > result Heartbeat 1",
            "14:51:41 boxid < malformed ? -"
        ]
    );
}

/// The page of the book about a customer's log is about this file.
#[test]
fn the_example_has_the_fault_that_the_book_describes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/customer-log/steve.log");
    let steps = read(&std::fs::read(path).unwrap(), &context()).unwrap();
    let frames = steps.iter().filter_map(|step| match step {
        ReadStep::Event { kind: EventKind::Frame(frame), .. } => Some(frame),
        _ => None,
    });
    let faulty: Vec<_> = frames.filter(|frame| frame.findings.iter().any(|finding| !finding.tolerated)).collect();
    assert_eq!(faulty.len(), 2);
    for frame in faulty {
        assert_eq!((frame.action.as_deref(), &*frame.findings[0].path), (Some("StopTransaction"), "/transactionId"));
    }
}

#[test]
fn the_lines_of_a_session() {
    let text = r#"{"time":"2026-01-15T10:00:00Z","kind":"reply","text":"Central system is listening"}
{"time":"2026-01-15T10:00:01Z","sequence":1,"station":"CP1","role":"cs","kind":"connected","link":1,"version":"2.0.1","peer":"10.0.0.1:5"}
{"time":"2026-01-15T10:00:02Z","sequence":2,"station":"CP1","role":"cs","kind":"call","direction":"in","action":"Heartbeat","id":"7","payload":{ }}
{"time":"2026-01-15T10:00:03Z","sequence":3,"station":"CP1","role":"cs","kind":"result","direction":"out","action":"Heartbeat","id":"7","payload":{"currentTime":"x"},"valid":false}
{"time":"2026-01-15T10:00:04Z","sequence":4,"station":"CP1","role":"cs","kind":"call","direction":"out","action":"ClearCache","id":"8","payload":{}}
{"time":"2026-01-15T10:00:34Z","sequence":5,"station":"CP1","role":"cs","kind":"timeout","action":"ClearCache","limit":30.0}
{"time":"2026-01-15T10:00:35Z","sequence":6,"station":"CP1","role":"cs","kind":"malformed","direction":"in","raw":"hello"}
{"time":"2026-01-15T10:00:36Z","sequence":7,"station":"CP1","role":"cs","kind":"disconnected","link":1,"reason":"peerGone"}
nonsense
"#;
    assert_eq!(
        told(text),
        [
            "note Central system is listening",
            "CP1 + 2.0.1",
            "10:00:02 CP1 < call Heartbeat 1",
            "10:00:03 CP1 > result Heartbeat 1",
            "10:00:04 CP1 > call ClearCache 2",
            "CP1 timeout 2",
            "10:00:35 CP1 < malformed ? -",
            "CP1 -",
            "line 9: it is no JSON object: expected ident at line 1 column 2",
        ]
    );
}

#[test]
fn objects_of_collectors() {
    let text = r#"{"level":"info","timestamp":"2026-01-15T10:00:00Z","chargePointId":"CP1","direction":"in","message":"[2,\"1\",\"Heartbeat\",{}]"}
{"level":"info","timestamp":"2026-01-15T10:00:00.5Z","chargePointId":"CP1","direction":"out","message":[3,"1",{"currentTime":"2026-01-15T10:00:00Z"}]}
{"level":"info","timestamp":"2026-01-15T10:00:01Z","chargePointId":"CP1","direction":"CSMS_TO_CP","messageType":"CALL","messageId":"2","action":"Reset","payload":{"type":"Soft"}}
{"level":"info","timestamp":"2026-01-15T10:00:02Z","message":"idle"}
"#;
    assert_eq!(
        told(text),
        [
            "CP1 + 1.6",
            "10:00:00 CP1 < call Heartbeat 1",
            "10:00:00.5 CP1 > result Heartbeat 1",
            "10:00:01 CP1 > call Reset 2",
            "note records without a message: 1",
        ]
    );
}

#[test]
fn tables_with_and_without_names() {
    let named = "\u{feff}Timestamp;Charge Point;Direction;Message
2026-01-15T10:00:00Z;CP1;in;\"[2,\"\"1\"\",\"\"Heartbeat\"\",
{}]\"
2026-01-15T10:00:01Z;CP1;out;\"[3,\"\"1\"\",{\"\"currentTime\"\":\"\"2026-01-15T10:00:00Z\"\"}]\"
2026-01-15T10:00:02Z;CP1;out;
";
    let expected = ["CP1 + 1.6", "10:00:00 CP1 < call Heartbeat 1", "10:00:01 CP1 > result Heartbeat 1"];
    assert_eq!(told(named.trim_start_matches('\u{feff}'))[..3], expected);
    assert_eq!(told(named.trim_start_matches('\u{feff}'))[3], "note records without a message: 1");
    let bare = "2026-01-15T10:00:00Z\tCP1\trecv\t[2,\"1\",\"Heartbeat\",{}]\n2026-01-15T10:00:01Z\tCP1\tsend\t[3,\"1\",{}]\n";
    assert_eq!(told(bare), expected);
    let parts = "timestamp,id,action,msg\n2026-01-15T10:00:00Z,7,Heartbeat,{}\n2026-01-15T10:00:01Z,8,Reset,\"{\"\"type\"\":\"\"Soft\"\"}\"\n";
    assert_eq!(told(parts), ["box + 1.6", "10:00:00 box < call Heartbeat 1", "10:00:01 box > call Reset 2"]);
    let exchanges = "time,station,caller,action,id,outcome,latency ms,request,response
2026-01-15T10:00:00Z,CP1,charge point,Heartbeat,7,result,2500,{},\"{\"\"currentTime\"\":\"\"2026-01-15T10:00:00Z\"\"}\"
2026-01-15T10:00:01Z,CP1,central system,DataTransfer,8,NotSupported,500,\"{\"\"vendorId\"\":\"\"v\"\"}\",\"\"\"NotSupported\"\",\"\"no\"\",{}\"
2026-01-15T10:00:02Z,CP1,central system,ClearCache,9,timeout,,{},
";
    assert_eq!(
        told(exchanges),
        [
            "CP1 + 1.6",
            "10:00:00 CP1 < call Heartbeat 1",
            "10:00:01 CP1 > call DataTransfer 2",
            "10:00:01.5 CP1 < error DataTransfer 2",
            "10:00:02 CP1 > call ClearCache 3",
            "10:00:02.5 CP1 > result Heartbeat 1",
        ]
    );
    let open = "time,message\n1,\"[2,\"\"1\"\",\"\"Heartbeat\"\",{}]\"\n2,\"[2,\n";
    assert_eq!(told(open)[2], "line 3: it has no message: it begins a field whose quotation mark is not closed");
}

#[test]
fn a_message_a_line_and_nothing_else() {
    let text = "[2,\"1\",\"Reset\",{\"type\":\"Soft\"}]\n[3,\"1\",{\"status\":\"Accepted\"}]\n\n[2,\"2\",\"Heartbeat\",{}]\n";
    assert_eq!(
        told(text),
        ["box + 1.6", "00:00:00 box > call Reset 1", "00:00:00 box < result Reset 1", "00:00:00 box < call Heartbeat 2"]
    );
    let arrows = "10:00:00 -> [2,\"1\",\"Heartbeat\",{}]\n10:00:01 <- [3,\"1\",{}]\n";
    assert_eq!(told(arrows), ["box + 1.6", "10:00:00 box < call Heartbeat 1", "10:00:01 box > result Heartbeat 1"]);
}

#[test]
fn envelopes_in_a_log() {
    let envelope = |body: &str| {
        format!(
            "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns='urn://Ocpp/Cs/2012/06/'>\n<S:Body>{body}</S:Body></S:Envelope>"
        )
    };
    let text = format!(
        "2026-01-15 10:00:00 {}\n2026-01-15 10:00:01 {}\n",
        envelope("<heartbeatRequest/>"),
        envelope("<heartbeatResponse><currentTime>2026-01-15T10:00:00Z</currentTime></heartbeatResponse>")
    );
    assert_eq!(told(&text), ["box + 1.5", "10:00:00 box < call Heartbeat 1", "10:00:01 box > result Heartbeat 1"]);
}

#[test]
fn what_is_no_log_is_refused() {
    for text in ["", "hello\nworld\n", "{\"a\":1}\n", "a,b,c\n1,2,3\n", "[1,2,3]\n", "<html><body>"] {
        assert!(read(text.as_bytes(), &context()).is_err(), "{text}");
    }
}

/// The real recordings, where they are beside the project: every frame that stands in them is read.
#[test]
fn recordings_of_ocppjs_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/ocppjs-recordings");
    let Ok(files) = std::fs::read_dir(&folder) else { return eprintln!("skipped: the recordings of ocppjs are not here") };
    let mut frames = 0;
    for file in files {
        let path = file.unwrap().path();
        let text = std::fs::read(&path).unwrap();
        let lines = String::from_utf8_lossy(&text);
        // With headers the message is laid out on the lines below, which is no line of a message.
        // An answer without a body is a line that ends behind its direction.
        let is_message = |line: &&str| {
            [": <<c", ": >>c"].iter().any(|head| line.contains(head))
                && !line.ends_with(':')
                && !line.trim_end().ends_with(['s', 'p'])
        };
        let wanted = lines.lines().filter(is_message).count();
        if path.extension().is_none_or(|extension| extension != "stdout") || wanted == 0 {
            continue;
        }
        let steps = read(lines.as_bytes(), &context()).unwrap_or_else(|first| panic!("{}: {first}", path.display()));
        let read = steps.iter().filter(|step| matches!(step, ReadStep::Event { kind: EventKind::Frame(_), .. })).count();
        assert_eq!(read, wanted, "{}", path.display());
        frames += read;
    }
    assert!(frames > 500, "{frames}");
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &context());
    }

    #[test]
    fn no_log_is_too_odd(lines in proptest::collection::vec(
        prop_oneof![
            Just(r#"[chargeBoxId=A, sessionId=1] Received: [2,"1","Heartbeat",{}]"#.to_owned()),
            Just(r#"INFO:ocpp:CP: send [2,"1","Heartbeat","#.to_owned()),
            Just(r#"2026-01-01T00:00:00Z: ChargePoint>CentralSystem X"#.to_owned()),
            Just(r#"[MO] Send: [2,"1","X",{}][MO] Recv: [3,"1",{"#.to_owned()),
            Just(r#"a;b;"[2,""1"""#.to_owned()),
            Just(r#"{"time":"2026-01-15T10:00:00Z","kind":"call","role":"cs","station":"A"}"#.to_owned()),
            Just("<S:Envelope>".to_owned()),
            "\\PC{0,60}",
            "[\\[\\]{}\",:;<>\\t 0-9a-zé\u{0}\u{1b}-]{0,60}",
        ], 0..8)) {
        let _ = read(lines.join("\n").as_bytes(), &context());
    }

    /// What stands around a message does not change it.
    #[test]
    fn a_message_in_a_line_is_found_byte_for_byte(
        id in "[a-z0-9-]{1,12}", value in "\\PC{0,20}", before in "[A-Za-z0-9 :.-]{0,20}", spaces in " {0,2}"
    ) {
        let payload = serde_json::json!({ "idTag": value });
        let text = format!("[2,{spaces}\"{id}\",\"Authorize\",{payload}]");
        let steps = read(format!("{before}{text}").as_bytes(), &context()).unwrap();
        let texts: Vec<FrameText> = steps.into_iter().filter_map(|step| match step {
            ReadStep::Event { kind: EventKind::Frame(frame), .. } => {
                assert_eq!(frame.kind, FrameKind::Call);
                Some(frame.text)
            }
            _ => None,
        }).collect();
        prop_assert_eq!(texts, vec![FrameText::from(text)]);
    }
}

#[test]
fn a_version_that_only_the_head_shows_counts_from_the_beginning() {
    let text = "CP1 > [2,\"1\",\"Heartbeat\",{}]\nCP1 > [2,\"2\",\"NotifyReport\",{}]\n";
    let steps = read(text.as_bytes(), &context()).unwrap();
    let versions: Vec<Version> = steps
        .iter()
        .filter_map(|step| match step {
            ReadStep::Event { kind: EventKind::Connected { version, .. }, .. } => Some(*version),
            _ => None,
        })
        .collect();
    assert_eq!(versions, [Version::V2_0_1]);
    let _: Arc<str> = context().station;
}
