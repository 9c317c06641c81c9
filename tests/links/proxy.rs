//! The proxy between both roles of ours, between libraries of others, and between scripted peers: handshakes and frames go on as they came,
//! and both links end together.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use ocpp_tui::console::{Console, RunContext};
use ocpp_tui::hub::{Hub, LinkCommand, Order, ProxyOptions};
use ocpp_tui::link::{LinkSettings, RelayRoute};
use ocpp_tui::ocpp::{Role, SampleContext, Version};
use ocpp_tui::trace::{CloseReason, Direction, FrameKind, FrameVerdict, LinkState, PairLegs, RecordKind, StationKey};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::every_action::call_and_wait;
use crate::support::{RawPeer, TIMEOUT, call, central_system, charge_point, free_port, hub, hub_with, record, station, until};

/// A proxy for the central system at this port, and its own port.
async fn proxy(hub: &Hub, upstream: u16) -> u16 {
    proxy_with(hub, ProxyOptions::new(format!("ws://127.0.0.1:{upstream}"))).await
}

async fn proxy_with(hub: &Hub, options: ProxyOptions) -> u16 {
    hub.start_proxy(options).await.expect("a free port").port()
}

/// The pair of this station, when both of its links are up.
async fn pair(hub: &Hub, identity: &str) -> StationKey {
    until(hub.trace(), &format!("the pair of {identity}"), |contents| {
        let row = contents.stations().find_pair(identity)?;
        let up = row.state == LinkState::Connected && row.upstream.as_ref()?.state == LinkState::Connected;
        up.then_some(row.key)
    })
    .await
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A station, the proxy, and a central system, both scripted.
async fn scripted(proxy_hub: &Hub) -> (RawPeer, RawPeer, StationKey) {
    let (listener, upstream) = listener().await;
    let port = proxy(proxy_hub, upstream).await;
    let (station, central) = tokio::join!(RawPeer::connect(port, "/CP1", &["ocpp1.6"]), RawPeer::accept(&listener));
    let key = pair(proxy_hub, "CP1").await;
    (station.unwrap(), central, key)
}

async fn every_action(version: Version) {
    let (csms, between, stations) = (hub(), hub(), hub());
    let port = central_system(&csms, &[version]).await;
    let port = proxy(&between, port).await;
    stations.start_charge_point(charge_point(port, "CP1", version, false)).unwrap();
    let at_pair = pair(&between, "CP1").await;
    let (at_csms, at_station) =
        (station(&csms, Role::CentralSystem, "CP1").await, station(&stations, Role::ChargePoint, "CP1").await);
    let mut actions: Vec<_> = csms.catalog().actions(version).iter().collect();
    actions.sort_by_key(|action| &*action.name == "Reset");
    let mut passed = 0;
    for action in actions {
        let payload = csms.profile().request(action, &SampleContext::at(jiff::Timestamp::now()));
        let (hub, key) = if action.initiator == Role::CentralSystem { (&csms, at_csms) } else { (&stations, at_station) };
        let (kind, text) = call_and_wait(hub, key, action, payload).await;
        assert!(!matches!(kind, RecordKind::Frame(_, FrameKind::Error)), "{}: {text}", action.name);
        passed += 1;
    }
    between.caught_up().await;
    let contents = between.trace().read();
    let (mut calls, mut answered) = (0, 0);
    for record in contents.records().iter(contents.records().range()) {
        let RecordKind::Frame(_, kind) = record.kind else { continue };
        assert_eq!((record.verdict, record.legs), (FrameVerdict::Valid, Some(PairLegs::Both)), "{}", record.text);
        assert_eq!((record.station, record.version), (Some(at_pair), Some(version)));
        calls += usize::from(kind.is_request());
        answered += usize::from(kind == FrameKind::Result && record.latency.is_some());
    }
    assert!(calls >= passed && answered >= passed - 1, "{calls} calls, {answered} answers, {passed} actions");
}

#[tokio::test]
async fn both_roles_talk_through_the_proxy_in_1_6() {
    every_action(Version::V1_6).await;
}

#[tokio::test]
async fn both_roles_talk_through_the_proxy_in_2_0_1() {
    every_action(Version::V2_0_1).await;
}

#[tokio::test]
async fn everything_passes_as_it_came() {
    let hub = hub();
    let (mut station, mut central, key) = scripted(&hub).await;
    let odd = [
        Message::text(r#"[2, 17 ,"Heartbeat", {} ]"#),
        Message::text("no json at all"),
        Message::text("[9,\"x\"]"),
        Message::text(""),
        Message::Binary(Bytes::from_static(&[0, 255, 1])),
        Message::text("[2,\"\\u0041\",\"Authorize\",{\"idTag\":1.10}]"),
    ];
    for message in &odd {
        station.send(message.clone()).await;
        central.send(message.clone()).await;
    }
    for message in &odd {
        assert_eq!(central.next().await.as_ref(), Some(message));
        assert_eq!(station.next().await.as_ref(), Some(message));
    }
    // The parts of a message arrive as one.
    station.fragments(&["[2,\"f\",", "\"Heartbeat\",{}]"]).await;
    assert_eq!(central.next().await, Some(Message::text("[2,\"f\",\"Heartbeat\",{}]")));
    // A ping is answered by the proxy, and the other side does not see it.
    station.send(Message::Ping(Bytes::from_static(b"hi"))).await;
    assert_eq!(station.next().await, Some(Message::Pong(Bytes::from_static(b"hi"))));
    until(hub.trace(), "the record of everything", |contents| {
        let row = contents.stations().get(key)?;
        (row.frames_in == odd.len() as u64 + 1 && row.frames_out == odd.len() as u64).then_some(())
    })
    .await;
}

/// Many frames both ways at once, of sizes around the limits of the buffers.
#[tokio::test]
async fn order_and_bytes_stay_under_load() {
    let hub = hub();
    let (station, central, _) = scripted(&hub).await;
    let texts: Arc<Vec<String>> = Arc::new(
        (0..400_usize)
            .map(|number| {
                let length = [0, 1, 120, 126, 4_000, 70_000, 300_000][number % 7] * usize::from(number % 5 > 0);
                format!("[2,\"{number}\",\"DataTransfer\",{{\"vendorId\":\"{}\"}}]", "x".repeat(length))
            })
            .collect(),
    );
    let exchange = |peer: RawPeer, texts: Arc<Vec<String>>| async move {
        let (mut sink, mut stream) = peer.split();
        let said = texts.clone();
        let saying = tokio::spawn(async move {
            for text in said.iter() {
                sink.send(Message::text(text.as_str())).await.unwrap();
            }
            sink
        });
        for text in texts.iter() {
            let message = stream.next().await.unwrap().unwrap();
            assert_eq!(message.to_text().unwrap(), text);
        }
        (saying.await.unwrap(), stream)
    };
    let both = async { tokio::join!(exchange(station, texts.clone()), exchange(central, texts.clone())) };
    let _ends = tokio::time::timeout(TIMEOUT, both).await.expect("everything arrives");
}

#[tokio::test]
async fn close_code_and_reason_are_passed_on() {
    let hub = hub();
    let (mut station, mut central, _) = scripted(&hub).await;
    let frame = CloseFrame { code: CloseCode::Library(4321), reason: "go away".into() };
    central.send(Message::Close(Some(frame.clone()))).await;
    assert_eq!(station.next().await, Some(Message::Close(Some(frame))));
    let (reason, _) = record(&hub, "the end of the link to the station", |record| {
        matches!(record.close_reason(), Some(CloseReason::OtherLeg(_))) && record.legs == Some(PairLegs::Station)
    })
    .await;
    assert!(reason.contains("4321") && reason.contains("go away"), "{reason}");
    drop(central);

    let (mut station, mut central, _) = scripted(&crate::support::hub()).await;
    station.send(Message::Close(None)).await;
    assert_eq!(central.next().await, Some(Message::Close(None)));

    let (station, mut central, _) = scripted(&crate::support::hub()).await;
    drop(station); // without a close frame
    assert_eq!(central.next().await, None);
}

/// Reads the request of a handshake.
async fn request_of(socket: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        read.push(socket.read_u8().await.unwrap());
    }
    String::from_utf8(read).unwrap()
}

/// The answer to a handshake at this port.
async fn answer_at(port: u16, path: &str, headers: &str) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let mut length = 0;
    let reading = async {
        loop {
            let read = socket.read(&mut answer[length..]).await.unwrap_or(0);
            length += read;
            let text = String::from_utf8_lossy(&answer[..length]).into_owned();
            let is_whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                let lower = head.to_ascii_lowercase();
                let expected = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
                body.len() >= expected.unwrap_or(0)
            });
            if read == 0 || is_whole {
                return text;
            }
        }
    };
    tokio::time::timeout(TIMEOUT, reading).await.expect("an answer")
}

#[tokio::test]
async fn the_central_system_gets_the_request_of_the_station_and_the_station_its_answer() {
    let hub = hub();
    let (listener, upstream) = listener().await;
    let port = proxy_with(&hub, ProxyOptions::new(format!("ws://127.0.0.1:{upstream}/ocpp/?tenant=7"))).await;
    let answering = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = request_of(&mut socket).await;
        let answer =
            "HTTP/1.1 401 Go Away\r\nWWW-Authenticate: Basic realm=\"x\"\r\nX-Why: because\r\nContent-Length: 4\r\n\r\nno.\n";
        socket.write_all(answer.as_bytes()).await.unwrap();
        (request, socket)
    };
    let headers = "Sec-WebSocket-Protocol: ocpp1.6, ocpp2.0.1\r\nX-OddCase: 1\r\nAuthorization: Basic Q1AxOnMzY3JldA==\r\n\
                   Sec-WebSocket-Extensions: permessage-deflate\r\n";
    let ((request, _socket), answer) = tokio::join!(answering, answer_at(port, "/CP%201?a=b", headers));
    assert!(request.starts_with("GET /ocpp/CP%201?tenant=7&a=b HTTP/1.1\r\n"), "{request}");
    for line in [
        &format!("127.0.0.1:{upstream}"),
        "Sec-WebSocket-Protocol: ocpp1.6, ocpp2.0.1\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "X-OddCase: 1\r\n",
        "Basic Q1AxOnMzY3JldA==",
    ] {
        assert!(request.contains(line), "{line} in {request}");
    }
    assert!(!request.contains("permessage"), "{request}");
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.ends_with("\r\n\r\nno.\n"), "{answer}");
    assert!(answer.contains("X-Why: because") && answer.contains("WWW-Authenticate: Basic realm=\"x\""), "{answer}");
    // Both sides are in the trace, and the password is not.
    for legs in [PairLegs::Upstream, PairLegs::Station] {
        let what = format!("the refusal on {legs:?}");
        record(&hub, &what, |record| record.kind == RecordKind::Refused && record.legs == Some(legs)).await;
    }
    assert!(!crate::support::dump(hub.trace()).contains("s3cret") && !crate::support::dump(hub.trace()).contains("M3Y3JldA"));
}

#[tokio::test]
async fn a_central_system_that_vanishes_in_the_handshake_is_a_bad_gateway() {
    let hub = hub();
    // Where it ends: before the request is read, behind it, within the answer.
    for answer in [None, Some(""), Some("HTTP/1.1 101 Switching"), Some("nonsense\r\n\r\n")] {
        let (listener, upstream) = listener().await;
        let port = proxy(&hub, upstream).await;
        let vanishing = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            if let Some(answer) = answer {
                request_of(&mut socket).await;
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        };
        let ((), got) = tokio::join!(vanishing, answer_at(port, "/CP1", "Sec-WebSocket-Protocol: ocpp1.6\r\n"));
        assert!(got.starts_with("HTTP/1.1 502 "), "{answer:?}: {got}");
    }
    // Behind the answer: the station is closed.
    let (listener, upstream) = listener().await;
    let port = proxy(&hub, upstream).await;
    let vanishing = async {
        let central = RawPeer::accept(&listener).await;
        drop(central);
    };
    let ((), connected) = tokio::join!(vanishing, RawPeer::connect(port, "/CP2", &["ocpp1.6"]));
    assert_eq!(connected.unwrap().next().await, None);
    // Nothing listens there, no such host, and TLS that is none.
    let refused = proxy(&hub, free_port()).await;
    let unknown = proxy_with(&hub, ProxyOptions::new("ws://no-such-host.invalid:9")).await;
    for (port, why) in [(refused, "ECONNREFUSED"), (unknown, "ENOTFOUND")] {
        let got = answer_at(port, "/CP3", "Sec-WebSocket-Protocol: ocpp1.6\r\n").await;
        assert!(got.starts_with("HTTP/1.1 502 ") && got.contains(why), "{got}");
    }
    let (listener, upstream) = self::listener().await;
    let port = proxy_with(&hub, ProxyOptions::new(format!("wss://127.0.0.1:{upstream}"))).await;
    let no_tls = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        socket
    };
    let (_socket, got) = tokio::join!(no_tls, answer_at(port, "/CP4", "Sec-WebSocket-Protocol: ocpp1.6\r\n"));
    assert!(got.starts_with("HTTP/1.1 502 "), "{got}");
}

#[tokio::test]
async fn a_central_system_that_says_nothing_is_a_gateway_timeout() {
    let settings = LinkSettings { handshake_timeout: Duration::from_millis(200), ..LinkSettings::default() };
    let hub = hub_with(settings);
    let (_listener, upstream) = listener().await;
    let port = proxy(&hub, upstream).await;
    let got = answer_at(port, "/CP1", "Sec-WebSocket-Protocol: ocpp1.6\r\n").await;
    assert!(got.starts_with("HTTP/1.1 504 "), "{got}");
}

#[tokio::test]
async fn a_proxy_does_not_lead_to_itself() {
    let hub = hub();
    let port = free_port();
    let own = ProxyOptions { port, ..ProxyOptions::new(format!("ws://localhost:{port}")) };
    let error = hub.start_proxy(own).await.unwrap_err().to_string();
    assert!(error.contains("this proxy itself"), "{error}");
    // Two that lead to each other are found by their requests.
    let (one, two) = (free_port(), free_port());
    for (own, other) in [(one, two), (two, one)] {
        let options = ProxyOptions { port: own, ..ProxyOptions::new(format!("ws://127.0.0.1:{other}")) };
        hub.start_proxy(options).await.unwrap();
    }
    let got = answer_at(one, "/CP1", "Sec-WebSocket-Protocol: ocpp1.6\r\n").await;
    assert!(got.starts_with("HTTP/1.1 508 ") && got.contains("has passed this proxy already"), "{got}");
}

#[tokio::test]
async fn stations_go_to_the_central_system_of_their_route() {
    let hub = hub();
    let ((first, one), (second, two)) = (listener().await, listener().await);
    let routes = vec![RelayRoute::parse(&format!("CP1*=ws://127.0.0.1:{two}/other")).unwrap()];
    let port = proxy_with(&hub, ProxyOptions { routes, ..ProxyOptions::new(format!("ws://127.0.0.1:{one}")) }).await;
    let (_a, _b) = tokio::join!(RawPeer::connect(port, "/CP17", &["ocpp1.6"]), RawPeer::accept(&second));
    let (_c, _d) = tokio::join!(RawPeer::connect(port, "/CP2", &["ocpp1.6"]), RawPeer::accept(&first));
    let key = pair(&hub, "CP17").await;
    let url = hub.trace().read().stations().get(key).unwrap().upstream.as_ref().unwrap().url.clone();
    assert_eq!(url.as_deref(), Some(format!("ws://127.0.0.1:{two}/other/CP17").as_str()));
}

#[tokio::test]
async fn a_kept_station_stays_while_its_central_system_comes_back() {
    let hub = hub();
    let (listener, upstream) = listener().await;
    let options = ProxyOptions { keep: true, ..ProxyOptions::new(format!("ws://127.0.0.1:{upstream}")) };
    let port = proxy_with(&hub, options).await;
    let (station, central) = tokio::join!(RawPeer::connect(port, "/CP1", &["ocpp1.6"]), RawPeer::accept(&listener));
    let mut station = station.unwrap();
    let key = pair(&hub, "CP1").await;
    drop(central);
    until(hub.trace(), "the wait", |contents| {
        let upstream = contents.stations().get(key)?.upstream.as_ref()?.state;
        matches!(upstream, LinkState::Waiting { .. }).then_some(())
    })
    .await;
    let heartbeat = r#"[2,"1","Heartbeat",{}]"#;
    station.say(heartbeat).await;
    let mut again = RawPeer::accept(&listener).await;
    assert_eq!(again.next().await, Some(Message::text(heartbeat)));
    again.say(r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#).await;
    assert_eq!(station.hear().await[1], "1");
    assert_eq!(hub.trace().read().stations().get(key).unwrap().state, LinkState::Connected);
}

#[tokio::test]
async fn a_slow_reader_stops_its_own_pair_only() {
    let hub = hub();
    let (listener, upstream) = listener().await;
    let port = proxy(&hub, upstream).await;
    let (slow, silent) = tokio::join!(RawPeer::connect(port, "/SLOW", &["ocpp1.6"]), RawPeer::accept(&listener));
    let (fast, central) = tokio::join!(RawPeer::connect(port, "/FAST", &["ocpp1.6"]), RawPeer::accept(&listener));
    let (mut slow, mut fast, mut central) = (slow.unwrap(), fast.unwrap(), central);
    // `silent` reads nothing: the station is stopped when the buffers are full, long before this much is sent.
    let text = format!("[2,\"1\",\"DataTransfer\",{{\"vendorId\":\"{}\"}}]", "x".repeat(60_000));
    let mut sent = 0;
    while sent < 2_000 {
        let saying = tokio::time::timeout(Duration::from_millis(500), slow.send(Message::text(text.as_str())));
        if saying.await.is_err() {
            break;
        }
        sent += 1;
    }
    assert!(sent < 2_000, "the station is not stopped");
    for number in 0..50 {
        let call = format!("[2,\"{number}\",\"Heartbeat\",{{}}]");
        fast.say(&call).await;
        assert_eq!(central.next().await, Some(Message::text(call)));
    }
    drop(silent);
}

#[tokio::test]
async fn calls_of_ours_go_to_either_side_and_their_answers_stay_here() {
    let hub = hub();
    let (mut station, mut central, key) = scripted(&hub).await;
    hub.submit(&call(key, "Reset", json!({"type": "Soft"})));
    let reset = station.hear().await;
    assert_eq!((&reset[2], &reset[3]["type"]), (&json!("Reset"), &json!("Soft")));
    station.say(&json!([3, reset[1], {"status": "Accepted"}]).to_string()).await;
    let heartbeat = LinkCommand::Call { action: "Heartbeat".into(), payload: json!({}).into() };
    let command = LinkCommand::Upstream(Box::new(heartbeat));
    assert_eq!(hub.submit(&Order { targets: vec![key], command }).taken, [key]);
    let heartbeat = central.hear().await;
    assert_eq!(heartbeat[2], "Heartbeat");
    central.say(&json!([3, heartbeat[1], {"currentTime": "2030-01-01T00:00:00Z"}]).to_string()).await;
    // Neither side got anything else before this.
    central.say(r#"[2,"x","ClearCache",{}]"#).await;
    assert_eq!(station.hear().await[2], "ClearCache");
    station.say(r#"[3,"x",{"status":"Accepted"}]"#).await;
    assert_eq!(central.hear().await[1], "x");
    let legs = until(hub.trace(), "all records", |contents| {
        let records = contents.records();
        let frames = records.iter(records.range()).filter(|record| matches!(record.kind, RecordKind::Frame(..)));
        let by_action: Vec<_> = frames.map(|record| (record.action.unwrap_or_default().to_owned(), record.legs)).collect();
        (by_action.len() == 6).then_some(by_action)
    })
    .await;
    let count = legs.into_iter().fold(HashMap::new(), |mut count, key| {
        *count.entry(key).or_insert(0) += 1;
        count
    });
    let of = |action: &str, legs| count.get(&(action.to_owned(), Some(legs))).copied();
    assert_eq!(of("Reset", PairLegs::Station), Some(2));
    assert_eq!(of("Heartbeat", PairLegs::Upstream), Some(2));
    assert_eq!(of("ClearCache", PairLegs::Both), Some(2));
}

#[tokio::test]
async fn a_station_that_comes_again_takes_the_place_of_its_older_link() {
    let hub = hub();
    let (listener, upstream) = listener().await;
    let port = proxy(&hub, upstream).await;
    let (first, first_up) = tokio::join!(RawPeer::connect(port, "/CP1", &["ocpp1.6"]), RawPeer::accept(&listener));
    let (mut first, mut first_up) = (first.unwrap(), first_up);
    pair(&hub, "CP1").await;
    let (second, second_up) = tokio::join!(RawPeer::connect(port, "/CP1", &["ocpp1.6"]), RawPeer::accept(&listener));
    let (mut second, mut second_up) = (second.unwrap(), second_up);
    assert!(matches!(first.next().await, Some(Message::Close(_))));
    assert!(matches!(first_up.next().await, Some(Message::Close(_))));
    second.say(r#"[2,"1","Heartbeat",{}]"#).await;
    assert_eq!(second_up.hear().await[2], "Heartbeat");
    let calls = until(hub.trace(), "the call", |contents| {
        let records = contents.records();
        let call = RecordKind::Frame(Direction::In, FrameKind::Call);
        let count = records.iter(records.range()).filter(|record| record.kind == call).count();
        (count > 0).then_some(count)
    })
    .await;
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn rules_change_what_passes_and_are_listed_with_their_counts() {
    let hub = hub();
    let (mut station, mut central, key) = scripted(&hub).await;
    let console = Console::new(hub.clone());
    let run = async |line: &str| {
        let output = console.run(line, &RunContext::default()).await;
        assert!(!output.failed(), "{line}: {output:?}");
        output
    };
    run("rewrite action:Authorize dir:in set idTag=007").await;
    run("rewrite action:Authorize kind:result remove idTagInfo.parentIdTag").await;
    station.send(Message::text(r#"[2,"1","Authorize",{"idTag":"A"}]"#)).await;
    // The definitions say that it is a text.
    assert_eq!(central.next().await, Some(Message::text(r#"[2,"1","Authorize",{"idTag":"007"}]"#)));
    central.send(Message::text(r#"[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"P"}}]"#)).await;
    assert_eq!(station.next().await, Some(Message::text(r#"[3,"1",{"idTagInfo":{"status":"Accepted"}}]"#)));
    let (_, notes) = record(&hub, "the answer", |record| {
        record.station == Some(key) && matches!(record.kind, RecordKind::Frame(_, FrameKind::Result))
    })
    .await;
    assert!(notes.contains("edited here by rewrite rule 2"), "{notes}");
    let listed: Vec<String> = run("rewrite").await.lines.iter().map(|line| line.text.clone()).collect();
    let listed = listed.join("\n");
    assert!(listed.contains("1  rewrite action:Authorize dir:in set idTag=007  1 changed"), "{listed}");
    run("rewrite off").await;
    station.send(Message::text(r#"[2,"2","Authorize",{"idTag":"A"}]"#)).await;
    assert_eq!(central.next().await, Some(Message::text(r#"[2,"2","Authorize",{"idTag":"A"}]"#)));
}

/// The frames of one station suffer from its network; those of another pass byte for byte and in order meanwhile.
#[tokio::test]
async fn a_bad_network_of_one_station_does_not_touch_another() {
    let hub = hub();
    let console = Console::new(hub.clone());
    let (listener, upstream) = listener().await;
    let port = proxy(&hub, upstream).await;
    let (bad, bad_central) = tokio::join!(RawPeer::connect(port, "/BAD", &["ocpp1.6"]), RawPeer::accept(&listener));
    let (good, good_central) = tokio::join!(RawPeer::connect(port, "/GOOD", &["ocpp1.6"]), RawPeer::accept(&listener));
    let (mut bad, mut bad_central, mut good, mut good_central) = (bad.unwrap(), bad_central, good.unwrap(), good_central);
    pair(&hub, "BAD").await;
    pair(&hub, "GOOD").await;
    let faults = "loss=20% duplicate=20% reorder=20% truncate=20% jitter=2ms latency=2ms bandwidth=1M seed=1";
    let output = console.run(&format!("network BAD {faults}"), &RunContext::default()).await;
    assert!(!output.failed(), "{output:?}");
    let text = |number: usize| {
        Message::text(format!("[2,\"{number}\",\"DataTransfer\",{{\"vendorId\":\"{}\"}}]", "x".repeat(number % 90)))
    };
    for number in 0..200 {
        bad.send(text(number)).await;
        good.send(text(number)).await;
        good_central.send(text(number)).await;
    }
    for number in 0..200 {
        assert_eq!(good_central.next().await, Some(text(number)));
        assert_eq!(good.next().await, Some(text(number)));
    }
    let (notes, _) = record(&hub, "a fault", |record| record.text.contains("network fault")).await;
    assert!(notes.contains("a frame of the peer"), "{notes}");
    // The network is good again: what is sent now arrives behind what was on its way.
    let output = console.run("network off", &RunContext::default()).await;
    assert!(!output.failed(), "{output:?}");
    bad.send(Message::text("[2,\"last\",\"Heartbeat\",{}]")).await;
    let mut arrived = 0;
    while let Some(message) = bad_central.next().await {
        arrived += 1;
        if message == Message::text("[2,\"last\",\"Heartbeat\",{}]") {
            break;
        }
    }
    assert!(arrived > 100 && arrived != 201, "{arrived}");
}

#[tokio::test]
async fn a_second_central_system_gets_copies_and_its_answers_are_compared() {
    let hub = hub();
    let ((first, upstream), (second, also)) = (listener().await, listener().await);
    let options = ProxyOptions {
        also: Some(format!("ws://127.0.0.1:{also}/new")),
        ..ProxyOptions::new(format!("ws://127.0.0.1:{upstream}"))
    };
    let port = proxy_with(&hub, options).await;
    let (station, central, observer) =
        tokio::join!(RawPeer::connect(port, "/CP1", &["ocpp1.6"]), RawPeer::accept(&first), RawPeer::accept(&second));
    let (mut station, mut central, mut observer) = (station.unwrap(), central, observer);
    record(&hub, "the observer", |record| record.text.contains("observes: ws://") && record.text.ends_with("/new/CP1")).await;
    let authorize = Message::text(r#"[2, "1","Authorize",{"idTag":"A"}]"#);
    station.send(authorize.clone()).await;
    assert_eq!((central.next().await, observer.next().await), (Some(authorize.clone()), Some(authorize)));
    observer.send(Message::text(r#"[3,"1",{"idTagInfo":{"status":"Blocked"}}]"#)).await;
    let accepted = Message::text(r#"[3,"1",{"idTagInfo":{"status":"Accepted"}}]"#);
    central.send(accepted.clone()).await;
    assert_eq!(station.next().await, Some(accepted));
    let differs =
        |record: &ocpp_tui::trace::Record<'_>| record.kind == RecordKind::Failure && record.text.contains("otherwise");
    let (line, _) = record(&hub, "the difference", differs).await;
    assert!(line.contains(r#"Authorize otherwise: idTagInfo.status is "Blocked", and "Accepted""#), "{line}");
    // What it calls does not reach the station.
    observer.send(Message::text(r#"[2,"9","Reset",{"type":"Soft"}]"#)).await;
    assert_eq!(observer.next().await, Some(Message::text(r#"[4,"9","NotSupported","this connection only observes",{}]"#)));
    let reset = Message::text(r#"[2,"10","Reset",{"type":"Hard"}]"#);
    central.send(reset.clone()).await;
    assert_eq!(station.next().await, Some(reset));
}

#[tokio::test]
async fn a_station_that_goes_away_while_its_central_system_is_asked_leaves_no_row_that_waits() {
    let hub = hub();
    let (silent, upstream) = listener().await;
    let port = proxy(&hub, upstream).await;
    let mut station = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = "GET /CP1 HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n";
    station.write_all(request.as_bytes()).await.unwrap();
    let (mut asked, _) = silent.accept().await.unwrap();
    request_of(&mut asked).await;
    drop(station);
    let gone =
        |record: &ocpp_tui::trace::Record<'_>| record.kind == RecordKind::Refused && record.text.contains("went away before");
    record(&hub, "that it went away", gone).await;
    until(hub.trace(), "no link that is dialled", |contents| {
        let row = contents.stations().find_pair("CP1")?;
        (row.upstream.as_ref()?.state == LinkState::Gone).then_some(())
    })
    .await;
}
