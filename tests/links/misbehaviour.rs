//! Misbehaviour on purpose, seen from the other end: both roles of ours over one link, and what the side that behaves says. In memory, where
//! the clock is virtual; what ends at once also over TCP.

use std::time::Duration;

use ocpp_tui::clock::now;
use ocpp_tui::console::Console;
use ocpp_tui::hub::{ChargePointOptions, Hub, SoapOptions};
use ocpp_tui::link::{LinkSettings, MISBEHAVIOURS, MisbehaviourSpec, MisbehaviourStage, Network};
use ocpp_tui::ocpp::Role::{self, CentralSystem, ChargePoint};
use ocpp_tui::ocpp::{Catalog, Transport, Version};
use ocpp_tui::simulator::Profile;
use ocpp_tui::trace::{self, Direction, Record, RecordKind};

use crate::support::{central_system, charge_point, run_line, until};

/// Who misbehaves, how, and what the other side says of it.
type Row = (Role, &'static str, &'static str);

/// Where nothing is wrong with it, the link works: the boot is answered.
const SENTENCES: &[Row] = &[
    (CentralSystem, "slow-accept delay=1m", "no answer within 5 s"),
    (CentralSystem, "accept-close", "Handshake not finished"),
    (CentralSystem, "status status=401", "Server responded with a non-101 status: 401 Unauthorized"),
    (CentralSystem, "status status=403", "Server responded with a non-101 status: 403 Forbidden"),
    (CentralSystem, "status status=404", "Server responded with a non-101 status: 404 Not Found"),
    (CentralSystem, "status status=429 retry_after=30", "Server responded with a non-101 status: 429 Too Many Requests"),
    (CentralSystem, "status status=500", "Server responded with a non-101 status: 500 Internal Server Error"),
    (CentralSystem, "status status=302 location=ws://localhost/", "Server responded with a non-101 status: 302 Found"),
    (CentralSystem, "no-subprotocol", "Expected a Sec-WebSocket-Protocol header"),
    (CentralSystem, "other-subprotocol", "Server did not respond with a requested protocol, which is ocpp1.6"),
    (CentralSystem, "extension", "the server agreed on the extension permessage-deflate, which was not offered"),
    (CentralSystem, "wrong-accept", "Key mismatch in \"Sec-WebSocket-Accept\" header"),
    (CentralSystem, "slow-answer pause=100ms", "no answer within 5 s"),
    (CentralSystem, "close code=1005", "1005"),
    (CentralSystem, "close code=4321 reason=enough", "4321"),
    (CentralSystem, "close code=65535", "65535"),
    (CentralSystem, "no-pong", "the last ping got no pong"),
    (CentralSystem, "reads-nothing", "no answer"),
    (CentralSystem, "says-nothing", "no answer"),
    (CentralSystem, "reset", "the connection"),
    (CentralSystem, "wrong-mask", "the peer breaks the WebSocket protocol"),
    (CentralSystem, "fragments", BOOTED),
    (CentralSystem, "byte-by-byte", BOOTED),
    (CentralSystem, "ping-flood count=1000", BOOTED),
    (CentralSystem, "bad-utf8", "a text frame is not UTF-8"),
    (CentralSystem, "oversized", "a message is too large"),
    (CentralSystem, "unasked-pong", BOOTED),
    (CentralSystem, "reserved-bit", "a frame has reserved bits set"),
    (ChargePoint, "offer-nothing", "Unknown protocol `'"),
    (ChargePoint, "wrong-version", "the handshake is of WebSocket version 8, not of version 13"),
    (ChargePoint, "no-key", "the header Sec-WebSocket-Key is missing"),
    (ChargePoint, "wrong-host", BOOTED),
    (ChargePoint, "http-1-0", "the handshake came in HTTP/1.0"),
    (ChargePoint, "wrong-path", "/wrong/path has several segments"),
    (ChargePoint, "slow-request delay=1m", "no HTTP request: nothing was sent within 5 s"),
    (ChargePoint, "slow-request pause=100ms", "no HTTP request: "),
    (ChargePoint, "wrong-password", BOOTED),
    (ChargePoint, "two-connections", "replaced"),
    (ChargePoint, "close code=1005", "1005"),
    (ChargePoint, "close code=4321 reason=enough", "4321"),
    (ChargePoint, "no-pong", "the last ping got no pong"),
    (ChargePoint, "reads-nothing", "no answer"),
    (ChargePoint, "says-nothing", "no answer"),
    (ChargePoint, "reset", "the connection"),
    (ChargePoint, "wrong-mask", "the peer breaks the WebSocket protocol"),
    (ChargePoint, "fragments", BOOTED),
    (ChargePoint, "byte-by-byte", BOOTED),
    (ChargePoint, "ping-flood count=1000", BOOTED),
    (ChargePoint, "bad-utf8", "a text frame is not UTF-8"),
    (ChargePoint, "oversized", "a message is too large"),
    (ChargePoint, "unasked-pong", BOOTED),
    (ChargePoint, "reserved-bit", "a frame has reserved bits set"),
];

/// The same over SOAP: our end answers oddly, and the other one says so.
const SOAP_SENTENCES: &[Row] = &[
    (CentralSystem, "soap-content-type", "the content type is text/html instead of application/soap+xml"),
    (CentralSystem, "soap-no-envelope status=503", "503"),
    (CentralSystem, "soap-truncated", "the answer broke off"),
    (CentralSystem, "soap-relates-to", "but the request's id is"),
    (CentralSystem, "slow-answer pause=100ms", "no answer within"),
    (CentralSystem, "slow-accept delay=1m", "no answer within"),
    (CentralSystem, "accept-close", "broke the connection off"),
    (ChargePoint, "soap-content-type", "the content type is text/html instead of application/soap+xml"),
    (ChargePoint, "soap-no-envelope status=503", "503"),
    (ChargePoint, "soap-truncated", "the answer broke off"),
    (ChargePoint, "soap-relates-to", "but the request's id is"),
];

/// In the result of BootNotification.
const BOOTED: &str = "\"Accepted\"";

/// Plays one of them until the other side has said its sentence.
async fn play(network: Network, transport: Transport, (ours, line, sentence): Row) {
    let events = trace::direct(16 << 20, now());
    let (call_timeout, handshake_timeout) = (Duration::from_secs(2), Duration::from_secs(5));
    let settings = LinkSettings { call_timeout, handshake_timeout, ..LinkSettings::default() };
    let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, network);
    let console = Console::new(hub.clone());
    let port = central_system(&hub, &Version::ALL).await;
    run_line(&console, "set cs websocket_ping_interval=1").await;
    let said = run_line(&console, &format!("misbehave {} {line}", ours.short())).await;
    assert!(!said.contains("Error"), "{line}: {said}");
    let mut options = ChargePointOptions { ping_interval: 1, ..charge_point(port, "CP1", Version::V1_6, true) };
    if transport == Transport::Soap {
        let soap = Some(SoapOptions::default());
        options = ChargePointOptions { url: format!("http://127.0.0.1:{port}/"), soap, ..options };
    }
    hub.start_charge_point(options).unwrap();
    if ours == ChargePoint && (transport == Transport::Soap || sentence == "no answer") {
        call_it_when_connected(&hub, &console).await;
    }
    until(hub.trace(), &format!("{line}: {sentence}"), |contents| {
        let theirs = contents.stations().find(ours.peer(), "CP1").map(|row| row.key);
        let records = contents.records();
        let says = records.iter(records.range()).any(|record| {
            let is_theirs = record.station == theirs || (ours == ChargePoint && record.station.is_none());
            let words = [&*record.summary(), &*record.notes(), record.text];
            is_theirs && words.iter().any(|words| words.contains(sentence))
        });
        says.then_some(())
    })
    .await;
    // What was done is said, too.
    until(hub.trace(), &format!("{line} as commanded"), |contents| {
        let records = contents.records();
        records.iter(records.range()).any(|record| record.summary().contains(", as commanded")).then_some(())
    })
    .await;
    hub.end().await;
}

/// A charge point that answers nothing is noticed by a call.
async fn call_it_when_connected(hub: &Hub, console: &Console) {
    crate::support::station(hub, CentralSystem, "CP1").await;
    let said = run_line(console, "remote_getconfiguration --remote-id CP1").await;
    assert!(!said.contains("Error"), "{said}");
}

/// Plays all of them; those that fail are named together.
async fn play_all(transport: Transport, rows: &[Row], network: fn() -> Network) {
    let mut failed = Vec::new();
    for row in rows {
        // The panic of one is no end of the others.
        if tokio::spawn(play(network(), transport, *row)).await.is_err() {
            failed.push(row);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

/// Those that need no time limits, which are real over TCP.
fn quick(rows: &[Row]) -> Vec<Row> {
    let is_quick = |(_, line, sentence): &&Row| !line.starts_with("slow") && !sentence.starts_with("no answer");
    rows.iter().filter(is_quick).copied().collect()
}

#[tokio::test(start_paused = true)]
async fn the_side_that_behaves_says_what_is_wrong() {
    play_all(Transport::WebSocket, SENTENCES, Network::in_memory).await;
}

#[tokio::test(start_paused = true)]
async fn over_soap_the_side_that_behaves_says_what_is_wrong() {
    play_all(Transport::Soap, SOAP_SENTENCES, Network::in_memory).await;
}

#[tokio::test]
async fn it_says_so_over_tcp_too() {
    play_all(Transport::WebSocket, &quick(SENTENCES), Network::default).await;
    play_all(Transport::Soap, &quick(SOAP_SENTENCES), Network::default).await;
}

/// A link of both roles that is up, and the prompt.
async fn link_that_is_up(transport: Transport) -> (Hub, Console) {
    let events = trace::direct(16 << 20, now());
    let settings = LinkSettings { call_timeout: Duration::from_secs(2), ..LinkSettings::default() };
    let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, Network::in_memory());
    let console = Console::new(hub.clone());
    let port = central_system(&hub, &Version::ALL).await;
    let mut options = charge_point(port, "CP1", Version::V1_6, false);
    if transport == Transport::Soap {
        let soap = Some(SoapOptions::default());
        options = ChargePointOptions { url: format!("http://127.0.0.1:{port}/"), soap, ..options };
    }
    hub.start_charge_point(options).unwrap();
    crate::support::station(&hub, ChargePoint, "CP1").await;
    if transport == Transport::Soap {
        run_line(&console, "bootnotification --id CP1").await;
    }
    crate::support::station(&hub, CentralSystem, "CP1").await;
    (hub, console)
}

/// The texts of the frames that a side has recorded as sent, and its notes.
fn sent(hub: &Hub, role: Role) -> (Vec<String>, String) {
    let contents = hub.trace().read();
    let key = contents.stations().find(role, "CP1").map(|row| row.key);
    let records = contents.records();
    let ours = records.iter(records.range()).filter(|record| record.station == key);
    let (mut frames, mut notes) = (Vec::new(), String::new());
    for record in ours {
        if matches!(record.kind, RecordKind::Frame(Direction::Out, _)) {
            frames.push(format!("{} {}", record.text, record.notes()));
        }
        notes.push_str(&format!("{}\n", record.summary()));
    }
    (frames, notes)
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_not_recorded_as_sent() {
    let (hub, console) = link_that_is_up(Transport::WebSocket).await;
    run_line(&console, "misbehave CP1 says-nothing as=cp").await;
    let said = run_line(&console, "heartbeat --id CP1").await;
    assert!(!said.contains("Error"), "{said}");
    until(hub.trace(), "the timeout", |contents| {
        let records = contents.records();
        records.iter(records.range()).any(|record| record.kind == RecordKind::Timeout).then_some(())
    })
    .await;
    let (frames, notes) = sent(&hub, ChargePoint);
    assert!(frames.iter().all(|frame| !frame.contains("Heartbeat")), "{frames:?}");
    assert!(notes.contains("the call Heartbeat was not sent, as commanded"), "{notes}");
    run_line(&console, "misbehave off").await;
    run_line(&console, "misbehave CP1 reset as=cp").await;
    run_line(&console, "heartbeat --id CP1").await;
    until(hub.trace(), "the end", |contents| {
        let records = contents.records();
        records.iter(records.range()).any(|record| record.kind == RecordKind::Disconnected).then_some(())
    })
    .await;
    let (frames, _) = sent(&hub, ChargePoint);
    let cut = frames.iter().find(|frame| frame.contains("Heartbeat")).unwrap();
    assert!(cut.contains("only the first half of it was sent, as commanded"), "{cut}");
    hub.end().await;
}

#[tokio::test(start_paused = true)]
async fn answers_on_connections_that_are_older_than_the_command_are_odd_too() {
    let (hub, console) = link_that_is_up(Transport::Soap).await;
    run_line(&console, "misbehave cs soap-truncated times=1").await;
    run_line(&console, "heartbeat --id CP1").await;
    until(hub.trace(), "the answer that broke off", |contents| {
        let records = contents.records();
        let broke = |record: Record<'_>| {
            [&*record.summary(), &*record.notes()].iter().any(|text| text.contains("the answer broke off"))
        };
        records.iter(records.range()).any(broke).then_some(())
    })
    .await;
    hub.end().await;
}

#[test]
fn every_misbehaviour_has_its_sentence() {
    for (transport, sentences) in [(Transport::WebSocket, SENTENCES), (Transport::Soap, SOAP_SENTENCES)] {
        let is_here = |spec: &&MisbehaviourSpec| spec.stage != MisbehaviourStage::Tls && spec.transports.contains(&transport);
        for spec in MISBEHAVIOURS.iter().filter(is_here) {
            for role in spec.roles {
                let is_it = |(ours, line, _): &Row| ours == role && line.split(' ').next() == Some(spec.name);
                assert!(sentences.iter().any(is_it), "{} as {role} over {transport:?}", spec.name);
            }
        }
    }
}
