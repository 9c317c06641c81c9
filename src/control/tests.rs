//! A session that is driven over real sockets.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::clock::now;
use crate::console::Console;
use crate::hub::{CentralSystemOptions, ChargePointOptions, Hub};
use crate::link::LinkSettings;
use crate::ocpp::{Catalog, Role, Version};
use crate::trace::{self, LinkState};

/// A central system with a charge point of ours at it, and a driver.
struct DrivenBench {
    console: Arc<Console>,
    client: ControlClient,
    address: ControlAddress,
    token: ControlToken,
}

async fn bench() -> DrivenBench {
    let (events, _recorder) = trace::start(1 << 24, now()).unwrap();
    let console = Arc::new(Console::new(Hub::new(Catalog::embedded(), LinkSettings::default(), events)));
    let hub = console.hub();
    let options = CentralSystemOptions { host: Some("127.0.0.1".into()), ..CentralSystemOptions::default() };
    let port = hub.start_central_system(options).await.unwrap().port();
    hub.start_charge_point(ChargePointOptions::new(format!("ws://127.0.0.1:{port}"), "CP1", Version::V1_6)).unwrap();
    let mut changes = hub.trace().subscribe();
    let is_up = || {
        let contents = hub.trace().read();
        let up = |row: &&trace::StationRow| row.our_role == Role::CentralSystem && row.state == LinkState::Connected;
        contents.stations().rows().iter().any(|row| up(&row))
    };
    while !is_up() {
        changes.changed().await.unwrap();
    }
    let token = ControlToken::generate();
    let server = ControlServer::bind(&"127.0.0.1:0".parse().unwrap(), token.clone()).await.unwrap();
    let address = server.address().clone();
    tokio::spawn(server.serve(console.clone()));
    let client = ControlClient::new(address.clone(), token.clone(), "bench/1.0 (more)");
    DrivenBench { console, client, address, token }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ControlError>) -> (u16, String) {
    match result.unwrap_err() {
        ControlError::Refused { status, sentence, .. } => (status, sentence),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_run_and_its_answers_are_awaited() {
    let bench = bench().await;
    let outcome = bench.client.command("remote_triggermessage requestedMessage=Heartbeat --id CP1", 30.0).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(outcome["ok"], true, "{outcome}");
    let answers = outcome["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 1, "{outcome}");
    assert_eq!(
        (&answers[0]["station"], &answers[0]["kind"], &answers[0]["payload"]),
        (&json!("CP1"), &json!("result"), &json!({"status": "Accepted"}))
    );
    // what a driver does stands in the trace with its name
    let from = outcome["from"].as_u64().unwrap().to_string();
    let mut lines = bench.client.events(&[("from", &from), ("limit", "1")]).await.unwrap();
    let note: Value = serde_json::from_str(&lines.next().await.unwrap().unwrap()).unwrap();
    assert_eq!(note["text"], "control by bench/1.0: remote_triggermessage requestedMessage=Heartbeat --id CP1");
    assert_eq!(lines.next().await.unwrap(), None, "the limit");
    bench.console.hub().end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_run_is_said_with_its_place() {
    let bench = bench().await;
    for (line, status, part) in [
        ("no_such_command", 400, "no_such_command"),
        ("remote_reset type=", 422, "type"),
        ("remote_reset type=Hard --id CP9", 422, "CP9"),
        ("", 400, "no line"),
        ("help\nhelp", 400, "several lines"),
    ] {
        let (found, sentence) = refusal(bench.client.command(line, 0.0).await);
        assert!(found == status && sentence.contains(part), "{line}: {found} {sentence}");
    }
    for (path, query, status, part) in [
        ("/nothing", &[][..], 404, "/stations"),
        ("/stations", &[("filter", "kind:")][..], 400, "kind"),
        ("/stations", &[("colour", "red")][..], 400, "known are: filter"),
        ("/commands", &[][..], 405, "POST"),
    ] {
        let (found, sentence) = refusal(bench.client.get(path, query).await);
        assert!(found == status && sentence.contains(part), "{path}: {found} {sentence}");
    }
    bench.console.hub().end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_is_read_as_json() {
    let bench = bench().await;
    let stations = bench.client.get("/stations", &[("filter", "cp:CP1")]).await.unwrap();
    let of_role = |role: &str| stations.as_array().unwrap().iter().find(|row| row["role"] == role).unwrap().clone();
    assert_eq!((&of_role("cs")["state"], &of_role("cs")["version"]), (&json!("connected"), &json!("1.6")));
    assert_eq!(bench.client.get("/stations", &[("filter", "cp:CP2")]).await.unwrap(), json!([]));
    assert!(bench.client.get("/statistics", &[]).await.unwrap()["actions"].is_array());
    assert!(bench.client.get("/transactions", &[]).await.unwrap().is_array());
    assert!(bench.client.get("/faults", &[("filter", "cp:CP1")]).await.unwrap().is_array());
    assert_eq!(bench.client.get("/capture", &[]).await.unwrap()["ok"], true);
    let document = bench.client.get("/openapi.json", &[]).await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for path in ["/commands", "/events", "/stations", "/transactions", "/statistics", "/faults", "/capture"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    assert!(document["paths"]["/commands"]["post"]["description"].as_str().unwrap().contains("remote_reset"));
    bench.console.hub().end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_followed_until_the_session_ends() {
    let bench = bench().await;
    let mut lines = bench.client.events(&[("filter", "action:Reset"), ("follow", "1"), ("from", "end")]).await.unwrap();
    bench.client.command("remote_reset type=Soft --id CP1", 0.0).await.unwrap();
    let line: Value = serde_json::from_str(&lines.next().await.unwrap().unwrap()).unwrap();
    assert_eq!((&line["kind"], &line["action"]), (&json!("call"), &json!("Reset")));
    bench.console.hub().end().await;
    while lines.next().await.unwrap().is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_ends_the_session() {
    let bench = bench().await;
    assert_eq!(bench.client.command("quit", 0.0).await.unwrap()["ok"], true);
    tokio::time::timeout(Duration::from_secs(30), bench.console.hub().shutdown().cancelled()).await.unwrap();
}

/// What comes back to a request as it stands.
async fn raw(address: &ControlAddress, request: &str) -> String {
    let ControlAddress::Port(address) = address else { panic!("a port") };
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_without_the_token_and_of_web_pages_are_refused() {
    let bench = bench().await;
    let get = |headers: &str| format!("GET /stations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    let answer = raw(&bench.address, &get("")).await;
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.to_lowercase().contains("www-authenticate: bearer"), "{answer}");
    let token = bench.token.text();
    let answer = raw(&bench.address, &get(&format!("Authorization: Bearer {token}0\r\n"))).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let answer = raw(&bench.address, &get(&format!("Authorization: Bearer {token}\r\nOrigin: http://x\r\n"))).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let answer = raw(&bench.address, &get(&format!("Authorization: Bearer {token}\r\n"))).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"CP1\""), "{answer}");
    bench.console.hub().end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_text_is_a_line_and_events_are_sent_to_a_reader_of_events() {
    let bench = bench().await;
    let token = bench.token.text();
    let line = "stats --json";
    let answer = raw(
        &bench.address,
        &format!(
            "POST /commands HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{line}",
            line.len()
        ),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"ok\":true"), "{answer}");
    let answer = raw(
        &bench.address,
        &format!(
            "GET /events?limit=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\nLast-Event-ID: 1\r\n\r\n"
        ),
    )
    .await;
    assert!(answer.contains("content-type: text/event-stream") && answer.contains("id: 2\ndata: {"), "{answer}");
    assert!(!answer.contains("id: 1\n") && !answer.contains("id: 4\n"), "{answer}");
    bench.console.hub().end().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_for_its_owner_and_replaces_a_dead_one() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let address = ControlAddress::Socket(path.clone());
    let server = ControlServer::bind(&address, bench.token.clone()).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    tokio::spawn(server.serve(bench.console.clone()));
    let client = ControlClient::new(address.clone(), bench.token.clone(), "bench");
    assert!(client.get("/stations", &[]).await.unwrap().is_array());
    let error = ControlServer::bind(&address, bench.token.clone()).await.unwrap_err();
    assert!(error.to_string().contains("another program listens there"), "{error}");
    let file = ControlAddress::Socket(folder.path().join("f"));
    std::fs::write(folder.path().join("f"), "kept").unwrap();
    let error = ControlServer::bind(&file, bench.token.clone()).await.unwrap_err();
    assert!(error.to_string().contains("no socket"), "{error}");
    bench.console.hub().end().await;
}
