//! What comes to the port of a central system before there is a link: handshakes that are odd, faulty or spoilt on the way, requests for
//! the other transport, and what is no HTTP. And the one thing our charge points must refuse in an answer.

use ocpp_tui::hub::{CentralSystemOptions, Hub};
use ocpp_tui::link::{LinkSettings, SubprotocolPolicy, UnknownProtocol};
use ocpp_tui::ocpp::{Role, Transport, Version};
use ocpp_tui::trace::{RecordKind, export};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::envelopes::{SOAP, heartbeat, is_result};
use crate::support::http::{Reply, ask, post};
use crate::support::{
    RawPeer, TIMEOUT, central_system, central_system_at, central_system_options, charge_point, hub, hub_with, record, station,
    until,
};

const CONNECTION: &str = "Connection: Upgrade\r\n";
const UPGRADE: &str = "Upgrade: websocket\r\n";
const REST: &str = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The request of a handshake: the first line, and the lines of its head.
fn request(first: &str, lines: &[&str]) -> String {
    format!("{first}\r\nHost: test\r\n{}\r\n", lines.concat())
}

/// A right handshake but for its path and what it offers.
fn handshake(path: &str, offered: &str) -> String {
    let offer = format!("Sec-WebSocket-Protocol: {offered}\r\n");
    request(&format!("GET {path} HTTP/1.1"), &[CONNECTION, UPGRADE, REST, &offer])
}

/// Waits for the refusal with this text in its line or its remark, and gives both.
async fn refused(hub: &Hub, part: &str) -> String {
    let (line, remark) = record(hub, part, |record| {
        record.kind == RecordKind::Refused && (record.text.contains(part) || record.remarks.contains(part))
    })
    .await;
    format!("{line}\n{remark}")
}

/// Waits for the link of the central system with this station, and gives its line as JSON.
async fn connected(hub: &Hub, identity: &str) -> Value {
    until(hub.trace(), identity, |contents| {
        let key = contents.stations().find(Role::CentralSystem, identity)?.key;
        let records = contents.records();
        let connected =
            |record: &ocpp_tui::trace::Record<'_>| (record.kind, record.station) == (RecordKind::Connected, Some(key));
        let found = records.iter(records.range()).find(connected)?;
        Some(Value::Object(export::object(&found, contents.stations())))
    })
    .await
}

#[tokio::test]
async fn offers_of_other_upgrades_do_not_concern_a_soap_request() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for offers in [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n",
        "Connection: Upgrade\r\nUpgrade: TLS/1.0, HTTP/1.1\r\n",
        "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n",
        "Upgrade: websocket\r\n",
    ] {
        let reply = ask(port, post("/", &format!("{SOAP}{offers}"), heartbeat("CP1").as_bytes())).await;
        assert!(is_result(&reply, "Heartbeat"), "{offers}: {reply:?}");
    }
    let reply = ask(port, request("GET /?wsdl HTTP/1.1", &["Connection: Upgrade\r\nUpgrade: h2c\r\n"])).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn an_upgrade_in_http_1_0_is_refused_and_told() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    // nginx drops the hop-by-hop headers as well.
    for lines in [&[UPGRADE, CONNECTION, REST][..], &[UPGRADE, REST], &["Connection: close\r\n", REST]] {
        let reply = ask(port, request("GET /CP1 HTTP/1.0", lines)).await;
        assert_eq!(reply.status, 426, "{reply:?}");
        assert!(reply.body.contains("HTTP/1.0") && reply.body.contains("proxy"), "{reply:?}");
    }
    let told = refused(&hub, "HTTP/1.0").await;
    assert!(told.contains("/CP1") && told.contains("proxy"), "{told}");
}

#[tokio::test]
async fn a_path_with_empty_segments_names_its_station_and_is_noted() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let below = central_system_at(&hub, "/ocpp", &Version::ALL).await;
    for (port, path, identity) in [(port, "//CP1", "CP1"), (port, "/CP2/", "CP2"), (below, "/ocpp//CP3", "CP3")] {
        let reply = ask(port, handshake(path, "ocpp1.6")).await;
        assert_eq!(reply.status, 101, "{path}: {reply:?}");
        let line = connected(&hub, identity).await;
        assert_eq!((&line["valid"], &line["findings"]), (&json!(true), &json!(["emptySegments"])), "{line}");
        assert!(line["remarks"][0].as_str().unwrap().contains(path), "{line}");
    }
    assert_eq!(ask(port, handshake("/CP4", "ocpp1.6")).await.status, 101);
    let line = connected(&hub, "CP4").await;
    assert_eq!((line.get("findings"), line.get("remarks")), (None, None), "{line}");
}

#[tokio::test]
async fn the_query_may_name_the_station_when_the_path_does_not() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    assert_eq!(ask(port, handshake("/?cid=CP%201", "ocpp1.6")).await.status, 101);
    let line = connected(&hub, "CP 1").await;
    assert_eq!(line["findings"], json!(["identityInQuery"]), "{line}");
    assert_eq!(ask(port, handshake("/?token=CP1", "ocpp1.6")).await.status, 404);
}

#[tokio::test]
async fn an_envelope_for_another_path_is_told_where_the_service_is() {
    let hub = hub();
    let port = central_system_at(&hub, "/ocpp", &Version::ALL).await;
    for path in ["/Ocpp/CentralSystemService", "/ocpp/CP1", "/"] {
        let reply = ask(port, post(path, SOAP, heartbeat("CP1").as_bytes())).await;
        assert_eq!(reply.status, 404, "{reply:?}");
        let words = ["SOAP", " /ocpp/ ", "/ocpp/services/CentralSystemService"];
        assert!(words.iter().all(|words| reply.body.contains(words)), "{reply:?}");
        assert!(!reply.head.contains("upgrade:"), "{reply:?}");
        refused(&hub, &format!("{path} is no SOAP service")).await;
    }
    let alone = CentralSystemOptions { transports: vec![Transport::WebSocket], ..central_system_options() };
    let port = hub.start_central_system(alone).await.unwrap().port();
    let reply = ask(port, post("/", SOAP, heartbeat("CP1").as_bytes())).await;
    assert!(reply.status == 404 && reply.body.contains("SOAP is not spoken here"), "{reply:?}");
}

#[tokio::test]
async fn a_426_names_what_is_missing() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for (lines, words) in [
        (&[CONNECTION, REST][..], "header \"Upgrade: websocket\" is missing; a proxy"),
        (&[UPGRADE, REST], "header \"Connection: Upgrade\" is missing; a proxy"),
        (&[], "headers \"Upgrade: websocket\" and \"Connection: Upgrade\" are missing\n"),
        (&[UPGRADE, CONNECTION], "header \"Sec-WebSocket-Version: 13\" is missing\n"),
        (&[UPGRADE, CONNECTION, "Sec-WebSocket-Version: 8\r\n"], "version 8, not of version 13"),
    ] {
        let reply = ask(port, request("GET /CP1 HTTP/1.1", lines)).await;
        assert!(reply.status == 426 && reply.body.contains(words), "{words}: {reply:?}");
        assert!(reply.head.contains("\r\nupgrade: websocket\r\n"), "{reply:?}");
        assert!(reply.head.contains("\r\nsec-websocket-version: 13\r\n"), "RFC 6455 §4.4: {reply:?}");
        refused(&hub, words.trim_end()).await;
    }
}

/// Sends bytes and reads what comes until the connection ends.
async fn exchange(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(TIMEOUT, stream.read_to_end(&mut answer)).await.expect("an end in time");
    read.unwrap();
    answer
}

#[tokio::test]
async fn tls_on_the_plain_port_is_answered_with_an_alert_and_named() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    // A ClientHello is longer than what is read at first.
    let hello = [&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03][..], &[0xAB; 506]].concat();
    assert_eq!(exchange(port, &hello).await, [0x15, 3, 1, 0, 2, 2, 40]);
    let told = refused(&hub, "TLS was spoken to the plain port").await;
    assert!(told.contains("wss://") && told.contains("--tls-port 9443"), "{told}");
}

#[tokio::test]
async fn what_is_no_http_is_shown() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for (bytes, words) in [
        (
            &b"GET /CP 1 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic secret\r\n\r\n"[..],
            "\"GET /CP 1 HTTP/1.1\"; a blank in the path",
        ),
        (b"\x01\x02\x1b[2J\r\n\r\n", "\"\\x01\\x02\\x1b[2J\""),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\"PRI * HTTP/2.0\""),
    ] {
        exchange(port, bytes).await;
        let told = refused(&hub, words).await;
        assert!(told.starts_with("no HTTP request: ") && !told.contains("secret"), "{told}");
    }
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_said_has_a_line_only_when_it_stays() {
    let settings = LinkSettings { handshake_timeout: std::time::Duration::from_millis(50), ..LinkSettings::default() };
    let hub = hub_with(settings);
    let port = central_system(&hub, &Version::ALL).await;
    drop(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    assert_eq!(exchange(port, b"").await, b"");
    refused(&hub, "nothing was sent within 0.05 s").await;
    assert_eq!(exchange(port, b"GET /CP1 HT").await.get(..0), Some(&b""[..]));
    refused(&hub, "it begins with \"GET /CP1 HT\"").await;
    let refusals = {
        let contents = hub.trace().read();
        let records = contents.records();
        records.iter(records.range()).filter(|record| record.kind == RecordKind::Refused).count()
    };
    assert_eq!(refusals, 2, "a connection that ends at once is a look whether the port is open");
}

/// A central system with these options about subprotocols, and its port.
async fn with_policy(hub: &Hub, tolerant: bool, unknown: UnknownProtocol) -> u16 {
    let subprotocols = SubprotocolPolicy { tolerant, unknown, ..SubprotocolPolicy::default() };
    hub.start_central_system(CentralSystemOptions { subprotocols, ..central_system_options() }).await.unwrap().port()
}

#[tokio::test]
async fn another_spelling_of_a_subprotocol_is_served_only_when_it_is_tolerated() {
    let hub = hub();
    let chosen = |reply: &Reply| {
        let line = reply.head.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        line.map(str::to_owned)
    };
    let strict = with_policy(&hub, false, UnknownProtocol::Close).await;
    let reply = ask(strict, handshake("/CP1", "ocpp1.6j")).await;
    assert_eq!((reply.status, chosen(&reply)), (101, None));
    let told = refused(&hub, "ocpp1.6j must be written ocpp1.6").await;
    assert!(told.contains("--tolerate-subprotocol"), "{told}");
    let tolerant = with_policy(&hub, true, UnknownProtocol::Close).await;
    let reply = ask(tolerant, handshake("/CP1", "ocpp1.6j")).await;
    assert_eq!((reply.status, chosen(&reply).as_deref()), (101, Some("ocpp1.6j")));
    let line = connected(&hub, "CP1").await;
    assert_eq!((&line["version"], &line["findings"]), (&json!("1.6"), &json!(["subprotocolSpelling"])), "{line}");
    // Only the case differs: that was always served, as by ocppjs.
    let reply = ask(strict, handshake("/CP2", "OCPP1.5")).await;
    assert_eq!(chosen(&reply).as_deref(), Some("ocpp1.5"), "in the lower case of the helper: {reply:?}");
    assert_eq!(connected(&hub, "CP2").await["findings"], json!(["subprotocolSpelling"]));
}

#[tokio::test]
async fn an_unknown_subprotocol_is_refused_without_an_upgrade_when_that_is_wanted() {
    let hub = hub();
    let port = with_policy(&hub, false, UnknownProtocol::Refuse).await;
    for offered in ["ocpp0.1", "ocpp2.0, ocpp1.6j"] {
        let reply = ask(port, handshake("/CP1", offered)).await;
        assert!(reply.status == 400 && reply.body.contains(offered), "{reply:?}");
        assert!(!reply.head.contains("upgrade"), "{reply:?}");
        refused(&hub, &format!("{offered} was offered")).await;
    }
    let reply = ask(port, request("GET /CP1 HTTP/1.1", &[CONNECTION, UPGRADE, REST])).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(ask(port, handshake("/CP1", "ocpp1.6")).await.status, 101);
}

#[tokio::test]
async fn who_closes_politely_is_answered_politely() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    hub.start_charge_point(charge_point(listener.local_addr().unwrap().port(), "CP2", Version::V1_6, false)).unwrap();
    let mut system = RawPeer::accept(&listener).await;
    station(&hub, Role::ChargePoint, "CP2").await;
    for peer in [&mut peer, &mut system] {
        let frame = CloseFrame { code: CloseCode::Restart, reason: "back soon".into() };
        peer.send(Message::Close(Some(frame.clone()))).await;
        assert_eq!(peer.next().await, Some(Message::Close(Some(frame))));
        assert_eq!(peer.next().await, None);
    }
}

#[tokio::test]
async fn an_extension_that_was_not_offered_fails_the_attempt() {
    let hub = hub();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let key = hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        stream.read_buf(&mut asked).await.unwrap();
    }
    let asked = String::from_utf8(asked).unwrap();
    assert!(!asked.to_ascii_lowercase().contains("extensions"), "{asked}");
    let nonce = asked.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\
         Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        derive_accept_key(nonce.as_bytes())
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    let (line, _) = record(&hub, "the failed attempt", |record| record.kind == RecordKind::Retry).await;
    assert_eq!(line, "the server agreed on the extension permessage-deflate, which was not offered (RFC 6455 §4.1)");
    until(hub.trace(), "the heads", |contents| {
        let records = contents.records();
        let retry = records.iter(records.range()).find(|record| record.kind == RecordKind::Retry)?;
        assert_eq!(retry.station, Some(key));
        retry.handshake().filter(|heads| heads.answer.contains("Sec-WebSocket-Extensions")).map(drop)
    })
    .await;
}
