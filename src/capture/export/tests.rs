//! Every format of an export: that it holds what it should, that it is safe to open, and that what can come back does.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::identity_tests::{some_events, trace_of};
use super::trace_rules::{assert_fits, trace_schema};
use super::*;
use crate::capture::{CaptureReader, load};
use crate::clock::now;
use crate::ocpp::{Catalog, Role, Transport, Version};
use crate::trace::{
    self, CloseReason, ConnectionAttempt, Contents, Direction, Event, EventKind, EventSender, Frame, FrameContent, FrameKind,
    FrameText, Record, RecordKind, Sequence, Stamp,
};

/// What every text of a peer may hold.
const HOSTILE: &str = "=cmd|'/c calc'!A0 <script>alert(1)</script> \u{1b}[2J `x` | \"q\" \u{202e}";

pub(super) fn session() -> EventSender {
    use Direction::{In, Out};
    let events = trace::direct(1 << 22, now());
    let key = events.station(Role::CentralSystem, "CP<1>");
    let ours = events.station(Role::ChargePoint, "SIM");
    let mut at = 1_768_471_200_000_000_i64;
    let mut put = |station, kind| {
        at += 250_000;
        let stamp = Stamp { wall_micros: at, monotonic_micros: (at - 1_768_471_200_000_000) as u64 };
        events.put_now(Event { station, stamp, kind });
    };
    let connected = |link, version| EventKind::Connected {
        link,
        version,
        transport: Transport::WebSocket,
        peer: "10.1.2.3:5000".parse().unwrap(),
        handshake: ConnectionAttempt::default(),
    };
    let frame = |direction, kind, action: &str, text: &str, exchange| {
        let action = Some(action.into()).filter(|_| !action.is_empty());
        let frame = Frame::new(direction, kind, FrameText::from(text));
        EventKind::Frame(Frame { action, exchange: Some(exchange).filter(|number| *number > 0), ..frame })
    };
    put(None, EventKind::Note { failure: false, text: HOSTILE.into() });
    put(Some(key), connected(1, Version::V1_6));
    put(Some(key), frame(In, FrameKind::Call, "Heartbeat", r#"[2,"1","Heartbeat",{}]"#, 1));
    put(Some(key), frame(Out, FrameKind::Result, "Heartbeat", r#"[3,"1",{"currentTime":"2026-01-15T10:00:00Z"}]"#, 1));
    let vendor = serde_json::json!({ "vendorId": HOSTILE });
    put(Some(key), frame(In, FrameKind::Call, "DataTransfer", &format!(r#"[2,"2","DataTransfer",{vendor}]"#), 2));
    put(Some(key), frame(Out, FrameKind::Error, "DataTransfer", r#"[4,"2","NotSupported","no \u001b[2J",{}]"#, 2));
    let meter = r#"{"connectorId":1,"transactionId":7,"meterValue":[{"timestamp":"2026-01-15T10:00:02Z","sampledValue":[{"value":"-12.5","unit":"W","measurand":"Power.Active.Import","phase":"L1"},{"value":"=2"}]}]}"#;
    put(Some(key), frame(In, FrameKind::Call, "MeterValues", &format!(r#"[2,"3","MeterValues",{meter}]"#), 3));
    put(Some(key), EventKind::Ping { direction: In, pong: false, round_trip: None });
    put(Some(key), frame(Out, FrameKind::Call, "Reset", r#"[2,"4","Reset",{"type":"Soft"}]"#, 4));
    put(Some(key), EventKind::Timeout { exchange: 4, action: "Reset".into(), after: Duration::from_secs(30) });
    put(Some(key), frame(In, FrameKind::Malformed, "", &format!("no json {HOSTILE}"), 0));
    put(Some(ours), connected(2, Version::V2_0_1));
    put(Some(ours), frame(Out, FrameKind::Call, "Heartbeat", r#"[2,"5","Heartbeat",{}]"#, 5));
    put(Some(ours), frame(In, FrameKind::Result, "Heartbeat", r#"[3,"5",{"currentTime":"x"}]"#, 5));
    put(
        Some(key),
        EventKind::Disconnected { link: 1, reason: CloseReason::ClosedByPeer { code: Some(1001), text: "bye".into() } },
    );
    events
}

fn all(contents: &Contents) -> Vec<Sequence> {
    contents.records().range().collect()
}

pub(super) fn bytes(format: ExportFormat, contents: &Contents) -> Vec<u8> {
    let mut out = Vec::new();
    write_export(&mut out, format, &ExportScope { contents, chosen: &all(contents) }).unwrap();
    out
}

fn text(format: ExportFormat) -> String {
    let events = session();
    String::from_utf8(bytes(format, &events.trace().read())).unwrap()
}

pub(super) fn opened(bytes: &[u8]) -> EventSender {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("CP.x");
    std::fs::write(&path, bytes).unwrap();
    let events = trace::direct(1 << 22, now());
    load(vec![CaptureReader::open(&path, Catalog::embedded()).unwrap()], &events);
    events
}

#[test]
fn no_export_acts_on_a_terminal_and_every_format_has_its_name() {
    for format in ExportFormat::ALL {
        assert_eq!(ExportFormat::of_name(format.name()), Some(format));
        if format == ExportFormat::Pcapng || format == ExportFormat::Native || format == ExportFormat::OpenOcppTrace {
            continue; // they hold the messages as they were; JSON escapes control characters
        }
        let text = text(format);
        let odd: Vec<char> = text.chars().filter(|c| crate::sanitize::is_unsafe(*c) && !matches!(c, '\n' | '\r')).collect();
        assert!(odd.is_empty(), "{format:?}: {odd:?}");
    }
    assert_eq!(ExportFormat::of_path(Path::new("a/b.HTML")), Some(ExportFormat::Html));
}

#[test]
fn the_table_of_exchanges_has_a_row_for_each() {
    let text = text(ExportFormat::CsvExchanges);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let outcomes: Vec<(&str, &str)> = rows.iter().map(|row| (row[5].as_str(), row[7].as_str())).collect();
    assert_eq!(
        outcomes,
        [
            ("Heartbeat", "result"),
            ("DataTransfer", "NotSupported"),
            ("MeterValues", "open"),
            ("Reset", "timeout"),
            ("Heartbeat", "result")
        ]
    );
    assert_eq!((rows[0][1].as_str(), rows[0][4].as_str(), rows[0][8].as_str()), ("CP<1>", "charge point", "250.000"));
    assert_eq!((rows[4][1].as_str(), rows[4][4].as_str()), ("SIM", "charge point"), "ours is a charge point there");
    assert!(!text.contains(",=") && !text.contains(",\"="));
}

#[test]
fn the_table_of_meter_values_has_each_value_as_it_was_sent() {
    let text = text(ExportFormat::CsvMeter);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let facts: Vec<[&str; 6]> = rows.iter().map(|row| [&*row[1], &*row[4], &*row[6], &*row[7], &*row[8], &*row[12]]).collect();
    let sampled = "2026-01-15T10:00:02Z";
    assert_eq!(
        facts,
        [
            [sampled, "1", "7", "Power.Active.Import", "L1", "-12.5"],
            [sampled, "1", "7", "Energy.Active.Import.Register", "", "'=2"]
        ]
    );
}

#[test]
fn reports_show_hostile_text_as_text() {
    let html = text(ExportFormat::Html);
    assert!(!html.contains("<script") && !html.contains("<1>") && html.contains("CP&lt;1&gt;"));
    assert!(html.contains("default-src 'none'") && html.contains("<svg") && html.contains("id=\"ladder\""));
    for tag in ["details", "table", "svg", "figure", "pre", "summary", "div", "span"] {
        let count = |text: &str| html.matches(text).count();
        assert_eq!(count(&format!("<{tag}")), count(&format!("</{tag}>")), "{tag}");
    }
    let markdown = text(ExportFormat::Markdown);
    assert!(markdown.contains("| ✗ NotSupported |") && markdown.contains("CP&lt;1>"));
    let in_fences = markdown.split("```").step_by(2).collect::<String>();
    assert!(!in_fences.contains("<script"), "{in_fences}");
    let mermaid = text(ExportFormat::Mermaid);
    assert!(
        mermaid.contains("S0->>CS: Heartbeat") && mermaid.contains("CS--xS0: ") && mermaid.contains("Note over CS: ✗ Reset")
    );
    assert!(mermaid.contains("participant S1 as SIM") && mermaid.contains("S1->>CS: Heartbeat"));
    let shell = text(ExportFormat::Shell);
    assert!(shell.contains("websocat --protocol ocpp1.6 'ws://localhost:9000/CP%3C1%3E'"), "{shell}");
}

#[test]
fn a_part_of_a_session_keeps_what_its_links_say() {
    let events = session();
    let contents = events.trace().read();
    let chosen: Vec<Sequence> = contents
        .records()
        .iter(contents.records().range())
        .filter(|record| record.action == Some("Heartbeat"))
        .map(|record| record.sequence)
        .collect();
    let mut out = Vec::new();
    write_export(&mut out, ExportFormat::Native, &ExportScope { contents: &contents, chosen: &chosen }).unwrap();
    let again = opened(&out);
    let contents = again.trace().read();
    let versions: Vec<_> =
        contents.records().iter(contents.records().range()).map(|record| record.version.map(Version::number)).collect();
    assert_eq!(versions, [Some("1.6"), Some("1.6"), Some("2.0.1"), Some("2.0.1")]);
}

/// Packets come back as the frames that they were made of, seen from the central system.
#[test]
fn packets_give_the_same_frames_again() {
    let events = session();
    let contents = events.trace().read();
    let frames = |contents: &Contents, ours: &str| -> Vec<(bool, String)> {
        let records = contents.records();
        let is_ours = |record: &Record<'_>| {
            record.station.and_then(|key| contents.stations().get(key)).is_some_and(|row| &*row.identity == ours)
        };
        records
            .iter(records.range())
            .filter(is_ours)
            .filter_map(|record| match record.kind {
                RecordKind::Frame(direction, _) => Some((direction == Direction::In, record.text.to_owned())),
                _ => None,
            })
            .collect()
    };
    let again = opened(&bytes(ExportFormat::Pcapng, &contents));
    let again = again.trace().read();
    assert_eq!(frames(&again, "CP<1>"), frames(&contents, "CP<1>"));
    let turned: Vec<_> = frames(&contents, "SIM").into_iter().map(|(received, text)| (!received, text)).collect();
    assert_eq!(frames(&again, "SIM"), turned);
    let closed = again.records().iter(again.records().range()).find_map(|record| record.close_reason().cloned());
    assert_eq!(closed, Some(CloseReason::ClosedByPeer { code: Some(1001), text: "bye".into() }));
}

/// By the program that it is made for, where it is installed.
#[test]
fn wireshark_reads_the_packets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let events = session();
    std::fs::write(&path, bytes(ExportFormat::Pcapng, &events.trace().read())).unwrap();
    let run =
        std::process::Command::new("tshark").args(["-Y", "websocket", "-T", "fields", "-e", "text", "-r"]).arg(&path).output();
    let Ok(output) = run else { return eprintln!("skipped: tshark is not installed") };
    assert!(String::from_utf8_lossy(&output.stdout).contains("Heartbeat"));
}

/// By a browser, where `OCPP_TUI_BROWSER` names a Chromium: it draws the page at both widths. `OCPP_TUI_PICTURES` is a folder that keeps
/// page and pictures.
#[test]
fn a_browser_draws_the_report() {
    let Ok(browser) = std::env::var("OCPP_TUI_BROWSER") else { return eprintln!("skipped: OCPP_TUI_BROWSER names no browser") };
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("OCPP_TUI_PICTURES").map_or_else(|| temporary.path().to_owned(), Into::into);
    let page = folder.join("report.html");
    std::fs::write(&page, text(ExportFormat::Html)).unwrap();
    // The page has no scripts; a copy gets one, which measures it, in a frame, because no window of a browser is that narrow.
    let measure =
        "<script>onload=()=>parent.postMessage(`w${document.documentElement.scrollWidth}/${innerWidth}`,'*')</script>";
    let copy = text(ExportFormat::Html)
        .replacen("default-src 'none'", "default-src 'unsafe-inline'", 1)
        .replacen("</body>", measure, 1);
    let measured = folder.join("measured.html");
    std::fs::write(&measured, copy).unwrap();
    for width in [420, 1200] {
        let frame = folder.join("frame.html");
        let around = format!(
            "<title>-</title><script>onmessage=event=>document.title=event.data</script><iframe src='measured.html' \
             style='width:{width}px;height:900px;border:0'></iframe>"
        );
        std::fs::write(&frame, around).unwrap();
        let run = std::process::Command::new(&browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"])
            .arg("--window-size=1300,1600")
            .arg(format!("file://{}", frame.display()))
            .output()
            .unwrap();
        let dom = String::from_utf8_lossy(&run.stdout).into_owned();
        let sizes =
            dom.split("<title>w").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_else(|| panic!("{dom}"));
        let (scrolled, window) = sizes.split_once('/').unwrap();
        assert!(scrolled.parse::<u32>().unwrap() <= width && window == width.to_string(), "{width}: {sizes}");
        let picture = folder.join(format!("report-{width}.png"));
        let run = std::process::Command::new(&browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .arg(format!("--window-size={width},1600"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("file://{}", page.display()))
            .output();
        assert!(run.is_ok_and(|output| output.status.success()), "{browser}");
        assert!(std::fs::metadata(&picture).is_ok_and(|picture| picture.len() > 5_000), "{width}: the picture is empty");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_format_takes_every_session_and_the_strict_one_fits_its_schema(kinds in some_events()) {
        let events = trace_of(&kinds);
        let contents = events.trace().read();
        for format in ExportFormat::ALL {
            bytes(format, &contents);
        }
        let lines = String::from_utf8(bytes(ExportFormat::OpenOcppTrace, &contents)).unwrap();
        assert_fits(&lines, trace_schema().as_ref());
    }
}

#[test]
fn an_exchange_of_soap_goes_through_packets() {
    let envelope = |body: &str| {
        format!(
            "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns='urn://Ocpp/Cs/2012/06/'><S:Header>\
             <chargeBoxIdentity>CP1</chargeBoxIdentity></S:Header><S:Body>{body}</S:Body></S:Envelope>"
        )
    };
    let events = trace::direct(1 << 20, now());
    let key = events.station(Role::CentralSystem, "CP1");
    let (peer, handshake) = ("10.1.2.3:5000".parse().unwrap(), ConnectionAttempt::default());
    let connected = EventKind::Connected { link: 1, version: Version::V1_5, transport: Transport::Soap, peer, handshake };
    let texts = [
        (Direction::In, FrameKind::Call, envelope("<heartbeatRequest/>")),
        (
            Direction::Out,
            FrameKind::Result,
            envelope("<heartbeatResponse><currentTime>2026-01-15T10:00:00Z</currentTime></heartbeatResponse>"),
        ),
    ];
    let frames = texts.iter().map(|(direction, kind, text)| {
        let content = FrameContent::in_text(text);
        let frame = Frame::new(*direction, *kind, FrameText::from(text.as_str()));
        EventKind::Frame(Frame { content, exchange: Some(1), action: Some("Heartbeat".into()), ..frame })
    });
    for (at, kind) in std::iter::once(connected).chain(frames).enumerate() {
        let stamp = Stamp { wall_micros: at as i64 * 1_000, monotonic_micros: at as u64 * 1_000 };
        events.put_now(Event { station: Some(key), stamp, kind });
    }
    let contents = events.trace().read();
    let again = opened(&bytes(ExportFormat::Pcapng, &contents));
    let again = again.trace().read();
    let read: Vec<String> = again
        .records()
        .iter(again.records().range())
        .filter(|record| matches!(record.kind, RecordKind::Frame(..)))
        .map(|record| record.text.to_owned())
        .collect();
    assert_eq!(read, texts.map(|(_, _, text)| text));
    assert!(
        String::from_utf8(bytes(ExportFormat::Shell, &contents))
            .unwrap()
            .starts_with("curl -sS -H 'Content-Type: application/soap+xml")
    );
}
