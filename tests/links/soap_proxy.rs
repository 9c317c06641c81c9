//! Stations that speak SOAP through the proxy, over real sockets: what stands on the wire of either side, and what is done on the way.

use ocpp_tui::console::Console;
use ocpp_tui::hub::{Hub, LinkCommand, Order, ProxyOptions};
use ocpp_tui::ocpp::{Role, SampleContext, Version};
use ocpp_tui::trace::{FrameKind, FrameVerdict, LinkState, PairLegs, RecordKind, StationKey};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::every_action::call_and_wait;
use crate::support::envelopes::{envelope, headers, heartbeat_from, soap_charge_point};
use crate::support::http::{Reply, Wire, ask};
use crate::support::{TIMEOUT, call, central_system, charge_point, free_port, hub, record, run_line, station, until};

/// A request as it came: the head with the capitals of its headers, and the body.
struct Received {
    head: String,
    body: Vec<u8>,
}

/// A server that is scripted: it reads one request and gives one answer at a time.
struct ScriptedService {
    listener: TcpListener,
    port: u16,
}

impl ScriptedService {
    async fn new() -> ScriptedService {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        ScriptedService { listener, port }
    }

    /// Takes one request on a connection of its own.
    async fn take(&self) -> (Received, TcpStream) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "a whole request: {}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&buffer[..read]);
            let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if bytes.len() >= end + 4 + length.trim().parse::<usize>().unwrap() {
                return (Received { head, body: bytes[end + 4..].to_vec() }, stream);
            }
        }
    }

    /// Takes one request and answers it; the connection ends.
    async fn serve(&self, answer: Vec<u8>) -> Received {
        let (received, mut stream) = self.take().await;
        stream.write_all(&answer).await.unwrap();
        received
    }
}

fn answer(status: &str, lines: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{lines}\r\n{body}", body.len()).into_bytes()
}

fn heartbeat_response(time: &str) -> String {
    envelope(
        "<wsa:RelatesTo>urn:uuid:1</wsa:RelatesTo>",
        &format!("\n <o:heartbeatResponse><o:currentTime>{time}</o:currentTime></o:heartbeatResponse>"),
    )
}

/// A POST that names this port, as a client does.
fn post(port: u16, path: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {}\r\n{lines}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn proxy(hub: &Hub, upstream: u16) -> u16 {
    hub.start_proxy(ProxyOptions::new(format!("http://127.0.0.1:{upstream}/ocpp"))).await.expect("a free port").port()
}

async fn pair(hub: &Hub, identity: &str) -> StationKey {
    until(hub.trace(), &format!("the pair of {identity}"), |contents| {
        let row = contents.stations().find_pair(identity)?;
        let up = row.state == LinkState::Connected && row.upstream.as_ref()?.state == LinkState::Connected;
        up.then_some(row.key)
    })
    .await
}

/// A heartbeat of a station passes.
async fn beat(port: u16, service: &ScriptedService, identity: &str, from: &str) -> (Received, Reply) {
    let body = heartbeat_from(identity, from);
    let response = answer("200 OK", "Content-Type: application/soap+xml\r\n", &heartbeat_response("2030-01-01T00:00:00Z"));
    tokio::join!(service.serve(response.clone()), ask(port, post(port, "/", "", body.as_bytes())))
}

const SOAP_LINES: &str = "Content-Type: application/soap+xml; charset=utf-8\r\nSOAPAction: \"/Heartbeat\"\r\nAuthorization: Basic Q1AxOnNlY3JldA==\r\nX-Own: Ä\r\n";

#[tokio::test]
async fn a_request_passes_byte_for_byte_but_for_the_addresses() {
    let hub = hub();
    let service = ScriptedService::new().await;
    let port = proxy(&hub, service.port).await;
    let to = format!("<wsa:To>http://127.0.0.1:{port}/</wsa:To>");
    let body = heartbeat_from("CP1", "http://127.0.0.1:1/cp?a=1&amp;b")
        .replace("<wsa:From>", &format!("<!-- ä -->{to}\r\n<wsa:From>"));
    // Neither the order of attributes nor blanks and comments are ours to change.
    let response = heartbeat_response("2030-01-01T00:00:00Z");
    let lines = "Content-Type: application/soap+xml\r\nX-Theirs: b\r\nSet-Cookie: a=b\r\n";
    let (received, reply) = tokio::join!(
        service.serve(answer("200 Fine", lines, &response)),
        ask(port, post(port, "/services/CentralSystemService?x=1", SOAP_LINES, body.as_bytes()))
    );
    let expected = body.replace("http://127.0.0.1:1/cp?a=1&amp;b", &format!("http://127.0.0.1:{port}/callback/CP1")).replace(
        &format!("http://127.0.0.1:{port}/</wsa:To>"),
        &format!("http://127.0.0.1:{}/ocpp/services/CentralSystemService?x=1</wsa:To>", service.port),
    );
    assert_eq!(String::from_utf8(received.body).unwrap(), expected);
    let head = received.head;
    assert!(head.starts_with("POST /ocpp/services/CentralSystemService?x=1 HTTP/1.1"), "{head}");
    for line in [
        "SOAPAction: \"/Heartbeat\"",
        "Authorization: Basic Q1AxOnNlY3JldA==",
        "Content-Type: application/soap+xml; charset=utf-8",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert!(
        head.contains(&format!("127.0.0.1:{}", service.port)) && head.to_ascii_lowercase().contains("via: 1.1 ocpp-tui-"),
        "{head}"
    );
    assert_eq!((reply.status, reply.body), (200, response));
    assert!(reply.head.contains("x-theirs: b") && reply.head.contains("set-cookie: a=b"), "{}", reply.head);
    let key = pair(&hub, "CP1").await;
    let (text, notes) =
        record(&hub, "the call", |record| record.station == Some(key) && record.action == Some("Heartbeat")).await;
    assert!(!notes.contains("edited"), "{text}: {notes}");
    hub.caught_up().await;
    let contents = hub.trace().read();
    let frames =
        contents.records().iter(contents.records().range()).filter(|record| matches!(record.kind, RecordKind::Frame(..)));
    let frames: Vec<_> = frames.map(|record| (record.station, record.legs, record.text.to_owned())).collect();
    let expected = [
        (Some(key), Some(PairLegs::Both), body),
        (Some(key), Some(PairLegs::Both), heartbeat_response("2030-01-01T00:00:00Z")),
    ];
    assert_eq!(frames, expected, "one record a message, as it came");
}

/// Also what is no envelope, and what refuses.
#[tokio::test]
async fn faults_refusals_and_rubbish_pass_as_they_came() {
    let hub = hub();
    let service = ScriptedService::new().await;
    let port = proxy(&hub, service.port).await;
    beat(port, &service, "CP1", "http://127.0.0.1:1/").await;
    let fault = envelope(
        "",
        "<S:Fault><S:Code><S:Value>S:Sender</S:Value></S:Code><S:Reason><S:Text xml:lang='en'>no</S:Text></S:Reason></S:Fault>",
    );
    for (status, lines, body) in [
        ("500 Internal Server Error", "Content-Type: application/soap+xml\r\n", &*fault),
        ("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Type: text/html\r\n", "<h1>who?</h1>"),
        ("404 Not Found", "", ""),
        ("200 OK", "Content-Type: text/xml\r\n", "<a><b"),
    ] {
        let sent = heartbeat_from("CP1", "http://127.0.0.1:1/");
        let (_, reply) =
            tokio::join!(service.serve(answer(status, lines, body)), ask(port, post(port, "/", "", sent.as_bytes())));
        assert_eq!((reply.status.to_string(), &*reply.body), (status[..3].to_owned(), body));
        assert_eq!(reply.head.contains("www-authenticate: basic realm=\"x\""), status.starts_with("401"), "{}", reply.head);
    }
    // Rubbish on the connection of a station that is known.
    let mut wire = Wire::connect(port).await;
    let response = answer("200 OK", "", "x");
    wire.write(post(port, "/", "", heartbeat_from("CP1", "http://127.0.0.1:1/").as_bytes())).await;
    service.serve(response.clone()).await;
    wire.reply().await;
    wire.write(post(port, "/", "", b"no <xml \xff")).await;
    let (received, reply) = tokio::join!(service.serve(response.clone()), wire.reply());
    assert_eq!((received.body, reply.body), (b"no <xml \xff".to_vec(), "x".to_owned()));
    let (_, notes) = record(&hub, "the refusal", |record| record.text == "<h1>who?</h1>").await;
    assert!(notes.contains("HTTP 401"), "{notes}");
}

#[tokio::test]
async fn commands_reach_the_station_that_they_name() {
    let hub = hub();
    let (service, first, second) = (ScriptedService::new().await, ScriptedService::new().await, ScriptedService::new().await);
    let port = proxy(&hub, service.port).await;
    beat(port, &service, "CP1", &format!("http://127.0.0.1:{}/cp", first.port)).await;
    beat(port, &service, "CP2", &format!("http://127.0.0.1:{}/cp", second.port)).await;
    let reset = |identity: &str| {
        let to = format!("<wsa:To>http://127.0.0.1:{port}/callback/{identity}</wsa:To>");
        envelope(
            &(headers(identity, "Reset") + &to),
            "<p:resetRequest xmlns:p='urn://Ocpp/Cp/2012/06/'><p:type>Soft</p:type></p:resetRequest>",
        )
    };
    let accepted =
        envelope("", "<p:resetResponse xmlns:p='urn://Ocpp/Cp/2012/06/'><p:status>Accepted</p:status></p:resetResponse>");
    let response = answer("200 OK", "Content-Type: application/soap+xml\r\n", &accepted);
    for (identity, path, station) in
        [("CP1", "/callback/CP1", &first), ("CP2", "/callback/CP1", &second), ("CP2", "/", &second)]
    {
        let body = reset(identity);
        let (received, reply) = tokio::join!(
            station.serve(response.clone()),
            ask(port, post(port, path, "SOAPAction: \"/Reset\"\r\n", body.as_bytes()))
        );
        let expected = body
            .replace(&format!("http://127.0.0.1:{port}/callback/{identity}"), &format!("http://127.0.0.1:{}/cp", station.port));
        assert_eq!(String::from_utf8(received.body).unwrap(), expected);
        assert!(
            received.head.starts_with("POST /cp HTTP/1.1") && received.head.contains("SOAPAction: \"/Reset\""),
            "{}",
            received.head
        );
        assert_eq!((reply.status, reply.body), (200, accepted.clone()));
    }
    let unknown = ask(port, post(port, "/callback/CP9", "", reset("CP9").as_bytes())).await;
    assert!(unknown.status == 404 && unknown.body.contains("CP9 has not called through this proxy"), "{unknown:?}");
    drop(second);
    let gone = ask(port, post(port, "/", "", reset("CP2").as_bytes())).await;
    assert!(gone.status == 502 && gone.body.contains("could not reach the station"), "{gone:?}");
}

async fn every_action(version: Version) {
    let (csms, between, stations) = (hub(), hub(), hub());
    let upstream = central_system(&csms, &[version]).await;
    let options = ProxyOptions::new(format!("http://localhost:{upstream}/"));
    let port = between.start_proxy(options).await.unwrap().port();
    stations.start_charge_point(soap_charge_point(port, "CP1", version, false)).unwrap();
    let at_station = station(&stations, Role::ChargePoint, "CP1").await;
    let boot = stations.catalog().action(version, Role::ChargePoint, "BootNotification").unwrap().clone();
    let payload = json!({ "chargePointVendor": "V", "chargePointModel": "M" });
    call_and_wait(&stations, at_station, &boot, payload).await;
    let at_csms = station(&csms, Role::CentralSystem, "CP1").await;
    let at_pair = pair(&between, "CP1").await;
    let mut actions: Vec<_> = csms.catalog().actions(version).iter().filter(|action| action.soap.is_some()).collect();
    actions.sort_by_key(|action| &*action.name == "Reset");
    for action in actions {
        let payload = csms.profile().request(action, &SampleContext::at(jiff::Timestamp::now()));
        let (hub, key) = if action.initiator == Role::CentralSystem { (&csms, at_csms) } else { (&stations, at_station) };
        let (kind, text) = call_and_wait(hub, key, action, payload).await;
        assert!(matches!(kind, RecordKind::Frame(_, FrameKind::Result)), "{}: {text}", action.name);
    }
    between.caught_up().await;
    let contents = between.trace().read();
    let rows = contents.stations();
    assert!(Role::ALL.into_iter().all(|role| rows.find(role, "CP1").is_none()), "one row, that of the pair");
    for record in contents.records().iter(contents.records().range()) {
        let RecordKind::Frame(..) = record.kind else { continue };
        assert_eq!((record.verdict, record.legs), (FrameVerdict::Valid, Some(PairLegs::Both)), "{}", record.text);
        assert_eq!((record.station, record.version), (Some(at_pair), Some(version)));
    }
}

#[tokio::test]
async fn both_roles_talk_over_soap_through_the_proxy() {
    for version in [Version::V1_2, Version::V1_5, Version::V1_6] {
        every_action(version).await;
    }
}

#[tokio::test]
async fn rules_breakpoints_and_answers_hold_for_envelopes() {
    let hub = hub();
    let console = Console::new(hub.clone());
    let service = ScriptedService::new().await;
    let port = proxy(&hub, service.port).await;
    let authorize =
        envelope(&headers("CP1", "Authorize"), "<o:authorizeRequest><o:idTag>A</o:idTag></o:authorizeRequest><!-- end -->");
    let status = |status: &str| {
        envelope(
            "",
            &format!("<o:authorizeResponse><o:idTagInfo><o:status>{status}</o:status></o:idTagInfo></o:authorizeResponse>"),
        )
    };
    let response = answer("200 OK", "Content-Type: application/soap+xml\r\n", &status("Accepted"));
    let request = || post(port, "/", "", authorize.as_bytes());

    run_line(&console, "rewrite action:Authorize kind:call set idTag=OTHER").await;
    run_line(&console, "rewrite action:Authorize kind:result replace /Accepted/ Blocked").await;
    let (received, reply) = tokio::join!(service.serve(response.clone()), ask(port, request()));
    let received = String::from_utf8(received.body).unwrap();
    assert!(received.contains(">OTHER<") && received.ends_with("<!-- end --></S:Body></S:Envelope>"), "{received}");
    assert_eq!(reply.body, status("Blocked"));
    let listed = run_line(&console, "rewrite").await;
    assert!(listed.contains("1 changed"), "{listed}");
    record(&hub, "a record that was edited", |record| record.notes().contains("edited here by rewrite rule 1")).await;
    run_line(&console, "rewrite off").await;

    run_line(&console, "answer authorize idTagInfo.status=Invalid").await;
    let reply = ask(port, request()).await;
    assert!(reply.status == 200 && reply.body.contains("Invalid"), "{reply:?}");
    run_line(&console, "answer authorize off").await;
    run_line(&console, "answer authorize default").await;

    run_line(&console, "hold action:Authorize").await;
    let held = async |line: &str| {
        until(hub.trace(), "a frame that waits", |_| (hub.gate().count() == 1).then_some(())).await;
        let number = hub.gate().held()[0].number;
        let output = run_line(&console, &line.replace('#', &number.to_string())).await;
        until(hub.trace(), &format!("the release: {output}"), |_| {
            (hub.gate().held().iter().all(|one| one.number != number)).then_some(())
        })
        .await;
    };
    let (received, reply, ()) = tokio::join!(service.serve(response.clone()), ask(port, request()), async {
        held("release # idTag=EDITED").await;
        held("release #").await;
    });
    assert!(String::from_utf8(received.body).unwrap().contains(">EDITED<"));
    assert_eq!(reply.body, status("Accepted"));
    let (reply, ()) = tokio::join!(ask(port, request()), held("release # error=InternalError"));
    assert!(reply.status == 500 && reply.body.contains("InternalError"), "{reply:?}");
    run_line(&console, "hold off").await;
}

#[tokio::test]
async fn calls_of_ours_go_to_either_side_and_their_answers_stay_here() {
    let hub = hub();
    let (service, station) = (ScriptedService::new().await, ScriptedService::new().await);
    let port = proxy(&hub, service.port).await;
    beat(port, &service, "CP1", &format!("http://127.0.0.1:{}/cp", station.port)).await;
    let key = pair(&hub, "CP1").await;
    hub.submit(&call(key, "Reset", json!({ "type": "Soft" })));
    let accepted =
        envelope("", "<p:resetResponse xmlns:p='urn://Ocpp/Cp/2012/06/'><p:status>Accepted</p:status></p:resetResponse>");
    let received = station.serve(answer("200 OK", "", &accepted)).await;
    assert!(String::from_utf8(received.body).unwrap().contains("resetRequest"));
    let heartbeat = LinkCommand::Call { action: "Heartbeat".into(), payload: json!({}).into() };
    hub.submit(&Order { targets: vec![key], command: LinkCommand::Upstream(Box::new(heartbeat)) });
    let received = service.serve(answer("200 OK", "", &heartbeat_response("2031-01-01T00:00:00Z"))).await;
    let body = String::from_utf8(received.body).unwrap();
    assert!(body.contains(&format!("http://127.0.0.1:{port}/callback/CP1")), "{body}");
    for (action, legs) in [("Reset", PairLegs::Station), ("Heartbeat", PairLegs::Upstream)] {
        record(&hub, "the answer that stays here", |record| {
            matches!(record.kind, RecordKind::Frame(_, FrameKind::Result))
                && (record.action, record.legs) == (Some(action), Some(legs))
        })
        .await;
    }
}

#[tokio::test]
async fn an_upstream_that_cannot_be_reached_is_a_bad_gateway_and_shown() {
    let hub = hub();
    let port = proxy(&hub, free_port()).await;
    let body = heartbeat_from("CP1", "http://127.0.0.1:1/");
    let reply = ask(port, post(port, "/", "", body.as_bytes())).await;
    assert!(reply.status == 502 && reply.body.contains("could not reach the central system"), "{reply:?}");
    let key = until(hub.trace(), "the pair", |contents| {
        let row = contents.stations().find_pair("CP1")?;
        (row.upstream.as_ref()?.state == LinkState::Gone).then_some(row.key)
    })
    .await;
    record(&hub, "the cause", |record| record.station == Some(key) && record.text.contains("can't reach")).await;
    let unknown = ProxyOptions::new("http://no.such.host.invalid/");
    let port = hub.start_proxy(unknown).await.unwrap().port();
    let reply = ask(port, post(port, "/", "", heartbeat_from("CP2", "http://127.0.0.1:1/").as_bytes())).await;
    assert!(matches!(reply.status, 502 | 504), "{reply:?}");
    // One that hangs up in the middle of its answer.
    for half in ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<S:Env"] {
        let service = ScriptedService::new().await;
        let port = proxy(&hub, service.port).await;
        let sent = heartbeat_from("CP3", "http://127.0.0.1:1/");
        let request = post(port, "/", "", sent.as_bytes());
        let (_, reply) = tokio::join!(service.serve(half.as_bytes().to_vec()), ask(port, request));
        assert_eq!(reply.status, 502, "{half}: {reply:?}");
    }
}

#[tokio::test]
async fn a_request_that_has_passed_is_not_passed_on_again() {
    let hub = hub();
    let (first, second) = (free_port(), free_port());
    for (port, other) in [(first, second), (second, first)] {
        let options = ProxyOptions { port, ..ProxyOptions::new(format!("http://127.0.0.1:{other}/")) };
        hub.start_proxy(options).await.unwrap();
    }
    let reply = ask(first, post(first, "/", "", heartbeat_from("CP1", "http://127.0.0.1:1/").as_bytes())).await;
    assert_eq!(reply.status, 508, "{reply:?}");
}

/// A station over a WebSocket at the same port is translated, and its neighbour over SOAP is not.
#[tokio::test]
async fn the_form_of_the_station_decides() {
    let (csms, between, stations) = (hub(), hub(), hub());
    let upstream = central_system(&csms, &[Version::V1_5, Version::V1_6]).await;
    let options = ProxyOptions { translate: Some(Version::V1_5), ..ProxyOptions::new(format!("http://localhost:{upstream}/")) };
    let port = between.start_proxy(options).await.unwrap().port();
    stations.start_charge_point(soap_charge_point(port, "SAME", Version::V1_5, true)).unwrap();
    stations.start_charge_point(soap_charge_point(port, "OLDER", Version::V1_2, true)).unwrap();
    stations.start_charge_point(charge_point(port, "JSON", Version::V1_6, true)).unwrap();
    for identity in ["SAME", "OLDER", "JSON"] {
        station(&csms, Role::CentralSystem, identity).await;
    }
    pair(&between, "SAME").await;
    let contents = between.trace().read();
    let rows = contents.stations();
    assert!(rows.find_pair("OLDER").is_none() && rows.find_pair("JSON").is_none());
    assert!(rows.find(Role::CentralSystem, "JSON").is_some() && rows.find(Role::CentralSystem, "OLDER").is_some());
}

/// Requests of many stations pass at once; one whose central system says nothing stops no other.
#[tokio::test]
async fn a_central_system_that_says_nothing_to_one_station_stops_no_other() {
    let hub = hub();
    let service = ScriptedService::new().await;
    let port = proxy(&hub, service.port).await;
    let waiting =
        tokio::spawn(
            async move { ask(port, post(port, "/", "", heartbeat_from("SLOW", "http://127.0.0.1:1/").as_bytes())).await },
        );
    let (_, mut open) = service.take().await;
    for number in 0..20 {
        let (_, reply) = beat(port, &service, &format!("CP{number}"), "http://127.0.0.1:1/").await;
        assert_eq!(reply.status, 200);
    }
    let late = heartbeat_response("2032-01-01T00:00:00Z");
    open.write_all(&answer("200 OK", "", &late)).await.unwrap();
    let reply = tokio::time::timeout(TIMEOUT, waiting).await.unwrap().unwrap();
    assert_eq!(reply.body, late);
}
