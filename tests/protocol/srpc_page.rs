//! Plays the test vectors of the protocol's page, `docs/srpc.md`, over real sockets, so that the page says what happens.

use std::collections::HashMap;

use futures_util::StreamExt;
use ocpp_tui::ocpp::{Catalog, Role, Version};
use ocpp_tui::rpc::soap::{Body, ReadHint, RequestHeaders, read, write_request};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role as SocketRole;

use crate::support::{RawPeer, TIMEOUT, central_system, central_system_at, charge_point, hub};

const PAGE: &str = include_str!("../../docs/srpc.md");

/// A fenced block with a header.
struct Block {
    /// Where it begins, for messages.
    line: usize,
    header: HashMap<&'static str, &'static str>,
    lines: Vec<&'static str>,
}

/// The blocks of one kind.
fn blocks(kind: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = PAGE.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(header) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let mut words = header.split(' ');
        if words.next() == Some(kind) {
            let header = words.map(|word| word.split_once('=').expect("a header of name=value")).collect();
            found.push(Block { line: number + 1, header, lines: body });
        }
    }
    assert!(!found.is_empty(), "the page has {kind} blocks");
    found
}

fn versions(list: &str) -> Vec<Version> {
    list.split(',').map(|name| Version::parse(name).expect("a version")).collect()
}

/// Whether a message is what the page says.
fn fits(pattern: &Value, heard: &Value) -> bool {
    match (pattern, heard) {
        (Value::String(pattern), heard) if pattern.starts_with('$') => match pattern.as_str() {
            "$time" => heard.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
            "$int" => heard.is_i64(),
            "$text" => heard.is_string(),
            other => panic!("{other} stands for nothing"),
        },
        (Value::Array(pattern), Value::Array(heard)) => {
            pattern.len() == heard.len() && pattern.iter().zip(heard).all(|(pattern, heard)| fits(pattern, heard))
        }
        (Value::Object(pattern), Value::Object(heard)) => {
            let known = |(name, value): (&String, &Value)| pattern.get(name).is_some_and(|pattern| fits(pattern, value));
            pattern.len() == heard.len() && heard.iter().all(known)
        }
        _ => pattern == heard,
    }
}

async fn play(block: &Block, mut peer: RawPeer, last_call: &str) {
    let last = format!("> {last_call}");
    let any = "< (anything)";
    for line in block.lines.iter().copied().chain([last.as_str(), any]) {
        match line.split_at(2) {
            ("> ", text) => peer.say(text).await,
            ("< ", "(nothing)") => {}
            ("< ", "(anything)") => assert_eq!(peer.hear().await[1], "the last one", "block at line {}", block.line),
            ("< ", text) => {
                let pattern = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
                let heard = peer.hear().await;
                assert!(fits(&pattern, &heard), "block at line {}:\n  page  {text}\n  heard {heard}", block.line);
            }
            _ => panic!("block at line {}: {line}", block.line),
        }
    }
}

#[tokio::test]
async fn the_conversations_of_the_page_are_right() {
    let mut played = 0;
    for block in blocks("srpc") {
        for version in versions(block.header["versions"]) {
            let hub = hub();
            match block.header["receiver"] {
                "central-system" => {
                    let port = central_system(&hub, &Version::ALL).await;
                    let station = RawPeer::connect(port, "/CP1", &[version.subprotocol()]).await.unwrap();
                    play(&block, station, r#"[2,"the last one","Heartbeat",{}]"#).await;
                }
                "charge-point" => {
                    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                    let port = listener.local_addr().unwrap().port();
                    hub.start_charge_point(charge_point(port, "CP1", version, false)).unwrap();
                    let system = RawPeer::accept(&listener).await;
                    play(&block, system, r#"[2,"the last one","ClearCache",{}]"#).await;
                }
                other => panic!("{other} is no receiver"),
            }
            played += 1;
            hub.end().await;
        }
    }
    assert!(played > 20, "{played}");
}

/// The answer to a handshake: status, subprotocol, and the code of the close frame that follows when there is no subprotocol.
async fn shake(port: u16, path: &str, offered: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let offer = if offered.is_empty() { String::new() } else { format!("Sec-WebSocket-Protocol: {offered}\r\n") };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n{offer}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let status = head.split(' ').nth(1).unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    assert_eq!(header("sec-websocket-extensions"), None);
    if status != "101" {
        assert!(header("x-websocket-reject-reason").is_some_and(|reason| !reason.is_empty()), "{head}");
        return status.to_owned();
    }
    assert_eq!(header("sec-websocket-accept").as_deref(), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the example of RFC 6455");
    if let Some(name) = header("sec-websocket-protocol") {
        return format!("101 {name}");
    }
    let mut socket = WebSocketStream::from_raw_socket(stream, SocketRole::Client, None).await;
    match tokio::time::timeout(TIMEOUT, socket.next()).await.expect("a frame in time") {
        Some(Ok(Message::Close(Some(frame)))) => format!("101, close {}", u16::from(frame.code)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_handshakes_of_the_page_are_right() {
    for block in blocks("handshake") {
        let hub = hub();
        let port = central_system_at(&hub, block.header["endpoint"], &versions(block.header["versions"])).await;
        for line in &block.lines {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            assert_eq!(shake(port, columns[0], columns[1]).await, columns[2], "{line}");
        }
        hub.end().await;
    }
}

#[test]
fn the_mappings_of_the_page_are_right_in_both_directions() {
    let catalog = Catalog::embedded();
    for block in blocks("mapping") {
        let version = Version::parse(block.header["version"]).unwrap();
        let initiator = match block.header["initiator"] {
            "charge-point" => Role::ChargePoint,
            "central-system" => Role::CentralSystem,
            other => panic!("{other} is no role"),
        };
        let action = catalog.action(version, initiator, block.header["action"]).unwrap();
        let (element, namespace) = {
            let xml = action.request.xml.as_ref().unwrap();
            (&xml.element, &xml.namespace)
        };
        let line = block.lines.iter().position(|line| *line == "---").unwrap();
        let (xml, json) = (block.lines[..line].join("\n"), block.lines[line + 1..].join("\n"));
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(action.request.check(&json, version), [], "{json}");
        let payload = |envelope: &str| match read(envelope, &catalog, ReadHint::default()).unwrap().body {
            Body::Request(operation) => operation.payload,
            other => panic!("{other:?}"),
        };
        let envelope = format!(
            "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>\
             <{element} xmlns='{namespace}'>{xml}</{element}></s:Body></s:Envelope>"
        );
        assert_eq!(payload(&envelope), json, "block at line {}", block.line);
        let written = write_request(&catalog, version, initiator, &action.name, &json, &RequestHeaders::default());
        assert_eq!(payload(&written), json, "block at line {}", block.line);
        // The elements are those of the page too, once the prefixes and the blanks between them are gone.
        let body = written.split("Request>").nth(1).unwrap().replace("ocpp:", "");
        let tight = xml.lines().map(str::trim).collect::<String>();
        let sorted = |text: &str| {
            let mut words: Vec<String> =
                text.split(['<', '>', ' ', '/']).map(str::to_owned).filter(|word| !word.is_empty()).collect();
            words.sort();
            words
        };
        let closing = action.request.xml.as_ref().unwrap().element.trim_end_matches("Request");
        assert_eq!(sorted(body.trim_end_matches(closing).trim_end_matches("</")), sorted(&tight), "{written}");
    }
}
