//! The central system over real sockets, against stations that say just what the test wants.

use ocpp_tui::clock::now;
use ocpp_tui::hub::{CentralSystemOptions, LinkCommand, Order};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::simulator::transaction_id_of;
use ocpp_tui::trace::{CloseReason, Direction, FrameKind, LinkState, RecordKind};
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::{RawPeer, central_system, central_system_at, http, hub, hub_with, until};

#[tokio::test]
async fn a_station_boots_and_gets_a_transaction() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut station = RawPeer::connect(port, "/CP%201", &["ocpp1.6"]).await.unwrap();
    let boot = r#"[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]"#;
    let answer = station.ask(boot).await;
    assert_eq!((&answer[0], &answer[1], &answer[2]["status"]), (&json!(3), &json!("1"), &json!("Accepted")));
    assert!(answer[2]["interval"].as_i64().unwrap() > 0 && answer[2]["currentTime"].is_string());
    let start = r#"[2,"2","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2026-01-01T00:00:00Z"}]"#;
    let first = station.ask(start).await[2]["transactionId"].as_i64().unwrap();
    let second = station.ask(start).await[2]["transactionId"].as_i64().unwrap();
    assert!(second > first);
    until(hub.trace(), "the row of the station", |contents| {
        let row = contents.stations().find(Role::CentralSystem, "CP 1")?;
        (row.state == LinkState::Connected && row.frames_in == 3 && row.frames_out == 3).then_some(())
    })
    .await;
    hub.end().await;
}

#[tokio::test]
async fn the_newest_common_subprotocol_is_agreed_on_per_connection() {
    let hub = hub();
    let port = central_system(&hub, &Version::SOAP).await;
    for (identity, offered, field) in
        [("A", vec!["ocpp1.2", "ocpp1.5"], "heartbeatInterval"), ("B", vec!["ocpp2.0.1", "ocpp1.5", "ocpp1.6"], "interval")]
    {
        let mut station = RawPeer::connect(port, &format!("/{identity}"), &offered).await.unwrap();
        let boot = r#"[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]"#;
        assert!(station.ask(boot).await[2][field].is_number(), "{identity}");
    }
}

#[tokio::test]
async fn without_a_common_subprotocol_the_handshake_is_finished_and_the_connection_closed_with_a_reason() {
    let hub = hub();
    let port = central_system(&hub, &[Version::V1_5]).await;
    // The library's client refuses the answer without a header, so it offers nothing; the server does the same in both cases.
    let mut station = RawPeer::connect(port, "/CP1", &[]).await.unwrap();
    let Some(Message::Close(Some(frame))) = station.next().await else { panic!("no close frame") };
    assert_eq!(frame.code, CloseCode::Protocol);
    assert!(frame.reason.contains("ocpp1.5"), "{}", frame.reason);
    let text = until(hub.trace(), "the refusal", |contents| {
        let records = contents.records();
        records.iter(records.range()).find(|record| record.kind == RecordKind::Refused).map(|record| record.remarks.to_owned())
    })
    .await;
    assert!(text.starts_with("CP1: no common subprotocol") && !text.contains("start_cs"), "{text}");
    assert!(matches!(RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.map_err(|error| *error), Err(Error::Protocol(_))));
    until(hub.trace(), "how to speak it", |contents| {
        let remedy = "; to accept it too, start with -p ocpp1.5,ocpp1.6 (start_cs) or --protocol ocpp1.5,ocpp1.6 (cs)";
        let records = contents.records();
        records.iter(records.range()).any(|record| record.remarks.ends_with(remedy)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn wrong_paths_and_empty_identities_are_not_found_and_other_requests_are_refused() {
    let hub = hub();
    let port = central_system_at(&hub, "/simulator", &Version::ALL).await;
    for path in ["/CP1", "/simulatorX/CP1", "/simulator", "/simulator/", "/simulator/a/b", "/simulator/%ff"] {
        let Err(error) = RawPeer::connect(port, path, &["ocpp1.6"]).await else { panic!("{path} was let in") };
        assert!(matches!(&*error, Error::Http(response) if response.status() == 404), "{path}: {error}");
    }
    assert!(RawPeer::connect(port, "/simulator/CP1?token=x", &["ocpp1.6"]).await.is_ok(), "a query is dropped");
    assert_eq!(http::ask(port, "GET /simulator/CP1 HTTP/1.1\r\nHost: x\r\n\r\n").await.status, 426);
    assert_eq!(http::ask(port, "BREW /simulator/CP1 HTTP/1.1\r\nHost: x\r\n\r\n").await.status, 426);
    assert_eq!(http::ask(port, "\u{1}\u{2}\r\n\r\n").await.status, 400);
    let old = "GET /simulator/CP1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n";
    assert_eq!(http::ask(port, old).await.status, 426);
}

#[tokio::test]
async fn a_second_connection_replaces_the_first_and_gets_the_calls() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut first = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    assert_eq!(first.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    let mut second = RawPeer::connect(port, "/CP1", &["ocpp1.5"]).await.unwrap();
    assert_eq!(second.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    let Some(Message::Close(Some(frame))) = first.next().await else { panic!("the first link is not closed") };
    assert!(frame.reason.contains("replaced"), "{}", frame.reason);
    let key = until(hub.trace(), "the replacement in the trace", |contents| {
        let records = contents.records();
        let told = records.iter(records.range()).any(|record| record.close_reason() == Some(&CloseReason::Replaced));
        let row = contents.stations().find(Role::CentralSystem, "CP1")?;
        (told && row.state == LinkState::Connected && row.version == Some(Version::V1_5)).then_some(row.key)
    })
    .await;
    let reset = LinkCommand::Call { action: "Reset".into(), payload: json!({"type": "Soft"}).into() };
    assert_eq!(hub.submit(&Order { targets: vec![key], command: reset }).taken, [key]);
    let call = second.hear().await;
    assert_eq!((&call[2], &call[3]), (&json!("Reset"), &json!({"type": "Soft"})));
    second.say(&json!([3, call[1], {"status": "Accepted"}]).to_string()).await;
    let latency = until(hub.trace(), "the answer linked with its call", |contents| {
        let records = contents.records();
        let answer = records.iter(records.range()).find(|record| {
            record.kind == RecordKind::Frame(Direction::In, FrameKind::Result) && record.action == Some("Reset")
        })?;
        let call = records.get(answer.partner?)?;
        assert_eq!((call.kind, call.partner), (RecordKind::Frame(Direction::Out, FrameKind::Call), Some(answer.sequence)));
        answer.latency
    })
    .await;
    assert!(latency.as_secs() < 60);
}

#[tokio::test]
async fn binary_frames_pings_and_garbage_do_not_end_the_link() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    station.send(Message::binary(vec![0, 159, 146, 150])).await;
    station.say("").await;
    station.say("{\u{1b}[2J").await;
    station.send(Message::Ping("hi".into())).await;
    assert_eq!(station.next().await, Some(Message::Pong("hi".into())));
    assert_eq!(station.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    until(hub.trace(), "three malformed frames", |contents| {
        let row = contents.stations().find(Role::CentralSystem, "CP1")?;
        (row.errors == 3).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_message_over_the_limit_closes_its_own_link_only() {
    let hub = hub_with(LinkSettings { message_limit: 1000, ..LinkSettings::default() });
    let port = central_system(&hub, &Version::ALL).await;
    let mut other = RawPeer::connect(port, "/CP2", &["ocpp1.6"]).await.unwrap();
    let mut station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    station.say(&"x".repeat(1001)).await;
    let closed = station.next().await;
    assert!(matches!(&closed, Some(Message::Close(Some(frame))) if frame.code == CloseCode::Size), "{closed:?}");
    assert_eq!(other.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
}

#[tokio::test]
async fn an_order_for_a_station_that_is_gone_is_refused_by_name() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    let key = until(hub.trace(), "the station", |contents| {
        contents.stations().find(Role::CentralSystem, "CP1").filter(|row| row.state == LinkState::Connected).map(|row| row.key)
    })
    .await;
    drop(station);
    until(hub.trace(), "the end of the link", |contents| {
        (contents.stations().get(key)?.state == LinkState::Gone).then_some(())
    })
    .await;
    let receipt = hub.submit(&Order { targets: vec![key], command: LinkCommand::Ping });
    assert_eq!(receipt.refused, [(key, "CP1 is not connected".to_owned())]);
}

/// The options of a central system on this port.
fn options(port: u16, first_transaction: Option<i32>) -> CentralSystemOptions {
    CentralSystemOptions { host: Some("127.0.0.1".into()), port, first_transaction, ..CentralSystemOptions::default() }
}

/// A station that comes back with a transaction of the session before must not find its id at another one.
#[tokio::test]
async fn transactions_begin_with_a_number_of_the_time_or_with_the_one_that_was_chosen() {
    let hub = hub();
    let earlier = i64::from(transaction_id_of(now()));
    let start = r#"[2,"1","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2026-11-30T08:00:00Z"}]"#;
    let mut ids = Vec::new();
    for first in [None, Some(7)] {
        let port = hub.start_central_system(options(0, first)).await.unwrap().port();
        let mut station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
        for _ in 0..2 {
            ids.push(station.ask(start).await[2]["transactionId"].as_i64().unwrap());
        }
    }
    assert!(ids[0] >= earlier && ids[1] == ids[0] + 1, "{ids:?}, after {earlier}");
    assert_eq!(ids[2..], [7, 8]);
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_remedy() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let error = hub.start_central_system(options(port, None)).await.unwrap_err().to_string();
    assert!(error.contains(&format!("port {port} is in use")) && error.contains("--port"), "{error}");
}

#[tokio::test]
async fn the_end_of_the_session_closes_the_links() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    assert_eq!(station.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    let (closed, ()) = tokio::join!(station.next(), hub.end());
    assert!(matches!(&closed, Some(Message::Close(Some(frame))) if frame.code == CloseCode::Away), "{closed:?}");
}
