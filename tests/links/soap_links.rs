//! Both directions of SOAP links over real sockets: our two roles against each other in every version and action, addresses to call
//! back, peers that fail, transports that change.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ocpp_tui::console::{Console, RunContext};
use ocpp_tui::hub::{ChargePointOptions, LinkCommand, Order, SoapOptions};
use ocpp_tui::link::{HttpUrl, LinkSettings};
use ocpp_tui::ocpp::{ErrorCode, Role, Transport, Version};
use ocpp_tui::trace::decode::id_text;
use ocpp_tui::trace::{Contents, Direction, FrameKind, LinkState, RecordKind};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::every_action::{RESULT, assert_all_valid, call_both_ways};
use crate::support::envelopes::{SOAP, envelope, fault, headers, heartbeat, heartbeat_from, is_result, soap_charge_point};
use crate::support::http::{Reply, Wire, post, send, server};
use crate::support::{
    RawPeer, call, central_system, charge_point, dump, free_port, hub, hub_with, record, run_line, station, until, up,
};

#[tokio::test]
async fn every_action_of_every_version_gets_a_valid_result_in_both_directions() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for version in Version::SOAP {
        let identity = format!("CP {version}");
        hub.start_charge_point(soap_charge_point(port, &identity, version, false)).unwrap();
        let at_charge_point = station(&hub, Role::ChargePoint, &identity).await;
        // The central system knows a SOAP station once it has called.
        let payload = json!({"chargePointVendor": "V", "chargePointModel": "M"});
        hub.submit(&call(at_charge_point, "BootNotification", payload));
        let at_central = station(&hub, Role::CentralSystem, &identity).await;
        record(&hub, "the result of the boot", |record| record.kind == RESULT && record.station == Some(at_charge_point)).await;
        let actions = hub.catalog().actions(version).iter().filter(|action| action.soap.is_some());
        let sent = call_both_ways(&hub, at_central, at_charge_point, actions).await;
        let expected = match version {
            Version::V1_2 => 18,
            Version::V1_5 => 25,
            _ => 29,
        };
        assert_eq!(sent, expected);
    }
    assert_all_valid(&hub);
    let contents = hub.trace().read();
    for record in contents.records().iter(contents.records().range()) {
        if matches!(record.kind, RecordKind::Frame(..)) {
            assert_eq!(record.transport, Transport::Soap);
            let partner = contents.records().get(record.partner.unwrap()).unwrap();
            assert!(id_text(&record).is_some_and(|id| id.starts_with("urn:uuid:")), "{}", record.text);
            assert_eq!(id_text(&record), id_text(&partner), "call and answer have one id");
        }
    }
}

#[tokio::test]
async fn an_autonomous_charge_point_boots_and_follows_commands() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let at_central = station(&hub, Role::CentralSystem, "CP1").await;
    record(&hub, "a status", |record| record.station == Some(at_central) && record.action == Some("StatusNotification")).await;
    hub.submit(&call(at_central, "RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1})));
    record(&hub, "the transaction", |record| record.station == Some(at_central) && record.action == Some("StartTransaction"))
        .await;
    let contents = hub.trace().read();
    let row = contents.stations().get(at_central).unwrap();
    assert_eq!((row.transport, row.version), (Some(Transport::Soap), Some(Version::V1_6)));
    assert!(row.callback.as_deref().unwrap().starts_with("http://localhost:"), "{:?}", row.callback);
}

#[tokio::test]
async fn a_station_is_called_at_its_last_from_address_or_at_the_callback_setting() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    send(port, SOAP, heartbeat("CP1")).await;
    let key = station(&hub, Role::CentralSystem, "CP1").await;
    hub.submit(&call(key, "ClearCache", json!({})));
    let (text, _) = record(&hub, "no address", |record| record.kind == RecordKind::Unreachable).await;
    assert!(text.contains("no From header") && text.contains("callback="), "{text}");

    let callback = |contents: &Contents| contents.stations().get(key)?.callback.clone();
    let called_at =
        |url: String| until(hub.trace(), "the address", move |contents| (&*callback(contents)? == url.as_str()).then_some(()));
    send(port, SOAP, heartbeat_from("CP1", "http://:8082/")).await;
    called_at("http://127.0.0.1:8082/".into()).await;
    send(port, SOAP, heartbeat_from("CP1", "http://www.w3.org/2005/08/addressing/anonymous")).await;
    let unknown = server(Vec::new()).await;
    send(port, SOAP, heartbeat_from("CP1", &format!("http://127.0.0.1:{unknown}/x"))).await;
    called_at(format!("http://127.0.0.1:{unknown}/x")).await;

    let html =
        server(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>no</html>".to_vec())
            .await;
    let url = HttpUrl::parse(&format!("http://127.0.0.1:{html}/")).unwrap();
    hub.submit(&Order { targets: vec![key], command: LinkCommand::CallAt(Some(url.clone())) });
    called_at(url.to_string()).await;
    send(port, SOAP, heartbeat_from("CP1", "http://127.0.0.1:1/")).await;
    hub.submit(&call(key, "ClearCache", json!({})));
    let (text, remarks) = record(&hub, "the page", |record| record.text.contains("<html>")).await;
    assert_eq!(text, "<html>no</html>");
    assert!(remarks.contains("HTTP 404 Not Found, text/html, 15 bytes") && remarks.contains("<html>"), "{remarks}");

    hub.submit(&Order { targets: vec![key], command: LinkCommand::Probe });
    let (text, _) =
        record(&hub, "the probe", |record| record.kind == RecordKind::Note && record.text.contains("answers")).await;
    assert!(text.contains("HTTP 404 Not Found, text/html, 15 bytes"), "{text}");
}

#[tokio::test]
async fn failing_callbacks_end_only_their_own_call() {
    let hub = hub_with(LinkSettings { call_timeout: Duration::from_secs(1), ..LinkSettings::default() });
    let port = central_system(&hub, &Version::ALL).await;
    let silent = server(Vec::new()).await;
    let empty = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let nonsense = server(b"\x01\x02\r\n\r\n".to_vec()).await;
    let other =
        envelope("", r#"<x:resetResponse xmlns:x="urn://Ocpp/Cp/2012/06/"><x:status>Accepted</x:status></x:resetResponse>"#);
    let other = server(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{other}", other.len()).into_bytes()).await;
    let refused = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    for (identity, address, kind, part) in [
        ("silent", silent, RecordKind::Timeout, "no answer within 1 s"),
        ("refused", refused, RecordKind::Unreachable, "can't reach http://127.0.0.1"),
        ("nonsense", nonsense, RecordKind::Unreachable, "broke the connection off"),
        ("empty", empty, RecordKind::Frame(Direction::In, FrameKind::Malformed), "HTTP 200 OK, no content type, 0 bytes"),
        ("other", other, RecordKind::Frame(Direction::In, FrameKind::Malformed), "the response of Reset, but ClearCache"),
    ] {
        send(port, SOAP, heartbeat_from(identity, &format!("http://127.0.0.1:{address}/"))).await;
        let key = station(&hub, Role::CentralSystem, identity).await;
        hub.submit(&call(key, "ClearCache", json!({})));
        until(hub.trace(), identity, |contents| {
            let records = contents.records();
            let found = records.iter(records.range()).find(|record| record.station == Some(key) && record.kind == kind)?;
            assert!(
                found.summary().contains(part) || found.remarks.contains(part),
                "{identity}: {} {}",
                found.text,
                found.remarks
            );
            assert!(found.partner.is_some(), "{identity} is linked with its call");
            (contents.stations().get(key)?.in_flight == 0).then_some(())
        })
        .await;
        assert!(is_result(&send(port, SOAP, heartbeat(identity)).await, "Heartbeat"), "{identity}");
    }
}

#[tokio::test]
async fn a_fault_of_the_peer_is_an_error_of_the_exchange() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let order = call(key, "BootNotification", json!({"chargePointVendor": "V"}));
    hub.submit(&order);
    until(hub.trace(), "the fault", |contents| {
        let records = contents.records();
        let wanted = RecordKind::Frame(Direction::In, FrameKind::Error);
        let fault = records.iter(records.range()).find(|record| record.station == Some(key) && record.kind == wanted)?;
        assert_eq!((fault.action, fault.code), (Some("BootNotification"), Some(ErrorCode::ProtocolError)));
        assert!(fault.text.contains("OccurenceConstraintViolation: chargePointModel is missing"), "{}", fault.text);
        fault.latency
    })
    .await;
}

#[tokio::test]
async fn a_charge_point_serves_its_own_calls_only() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let (text, _) =
        record(&hub, "its port", |record| record.kind == RecordKind::Listening && record.station == Some(key)).await;
    let own: u16 = text.split(' ').next().unwrap().parse().unwrap();
    let reset = |identity: &str, namespace: &str| {
        let body = "<o:resetRequest><o:type>Soft</o:type></o:resetRequest>";
        envelope(&headers(identity, "Reset"), body).replace("urn://Ocpp/Cs/2012/06/", namespace)
    };
    let ours = "urn://Ocpp/Cp/2012/06/";
    assert!(is_result(&send(own, SOAP, reset("CP1", ours)).await, "Reset"));
    let found = fault(&send(own, SOAP, reset("CP2", ours)).await);
    assert_eq!(found.0, "IdentityMismatch");
    assert!(found.1.contains("this is CP1, not CP2"), "{}", found.1);
    let found = fault(&send(own, SOAP, reset("CP1", "urn://Ocpp/Cp/2015/10/")).await);
    assert_eq!(found, ("NotSupported".into(), "OCPP 1.5 is spoken here, not 1.6".into()));
    let found = fault(&send(own, SOAP, heartbeat("CP1")).await);
    assert!(found.1.contains("Heartbeat is not for a charge point"), "{}", found.1);
    let mut wire = Wire::connect(own).await;
    wire.write("GET /?wsdl HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert!(wire.reply().await.body.contains("urn://Ocpp/Cp/2012/06/"));

    hub.submit(&Order { targets: vec![key], command: LinkCommand::Disconnect });
    until(hub.trace(), "it is down", |contents| (contents.stations().get(key)?.state == LinkState::Gone).then_some(())).await;
    hub.submit(&Order { targets: vec![key], command: LinkCommand::Connect });
    until(hub.trace(), "it is back", |contents| up(contents, Role::ChargePoint, "CP1")).await;
    assert!(is_result(&send(own, SOAP, reset("CP1", ours)).await, "Reset"), "at the same port");
}

#[tokio::test]
async fn a_port_in_use_is_reported_before_anything_starts() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let options = |identity| ChargePointOptions {
        soap: Some(SoapOptions { port: Some(port), ..SoapOptions::default() }),
        ..soap_charge_point(port, identity, Version::V1_5, false)
    };
    let error = hub.start_charge_point(options("CP1")).unwrap_err().to_string();
    assert!(error.contains("in use"), "{error}");
    assert!(hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).is_ok(), "the identity is free");
}

/// ocppjs documents `-r` as the port of the `-f` URL when it is left out.
#[tokio::test]
async fn a_charge_point_listens_on_the_port_of_its_from_address() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let (named, other) = (free_port(), free_port());
    let console = Console::new(hub.clone());
    let start = |identity: &str, options: String| format!("start_cp http://localhost:{port} {identity} -t soap -f {options}");
    for (identity, options, wanted) in
        [("CP1", format!("http://localhost:{named}"), named), ("CP2", format!("http://localhost:{named}/ -r {other}"), other)]
    {
        assert_eq!(run_line(&console, &start(identity, options)).await, "");
        let key = station(&hub, Role::ChargePoint, identity).await;
        let (text, _) =
            record(&hub, "its port", |record| record.kind == RecordKind::Listening && record.station == Some(key)).await;
        assert!(text.starts_with(&format!("{wanted} http://localhost:{named}")), "{text}");
    }
    let said = run_line(&console, &start("CP3", format!("http://localhost:{named}/"))).await;
    let wanted = format!("cannot listen on port {named}, the port in the From address (-f): ");
    assert!(said.contains(&wanted) && said.contains("; -r (--remote-port) chooses another one"), "{said}");
    // What is no address that can be called is sent as it is, from a free port.
    assert_eq!(run_line(&console, &start("CP5", "nonsense".to_owned())).await, "");
    let said = run_line(&console, &start("CP4", "https://localhost:1/".to_owned())).await;
    assert!(said.contains("needs a certificate"), "{said}");
    assert_eq!(run_line(&console, &start("CP6", format!("http://localhost:{named}/ -r 0"))).await, "");
}

#[tokio::test]
async fn a_station_may_change_its_transport() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    send(port, SOAP, heartbeat("CP1")).await;
    let transport = |wanted| {
        until(hub.trace(), "the transport", move |contents| {
            let row = contents.stations().find(Role::CentralSystem, "CP1")?;
            (row.transport == Some(wanted) && row.state == LinkState::Connected).then_some(())
        })
    };
    transport(Transport::Soap).await;
    let mut station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    assert_eq!(station.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    transport(Transport::WebSocket).await;
    assert!(is_result(&send(port, SOAP, heartbeat("CP1")).await, "Heartbeat"));
    transport(Transport::Soap).await;
}

#[tokio::test]
async fn a_typed_envelope_is_sent_unchanged() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let text = heartbeat("CP1");
    let command = LinkCommand::RawShowingHeaders(format!("'{text}'"));
    hub.submit(&Order { targets: vec![key], command });
    let answer = RecordKind::Frame(Direction::In, FrameKind::Result);
    let (_, remarks) = record(&hub, "the answer", |record| record.station == Some(key) && record.kind == answer).await;
    assert!(remarks.starts_with("sent as it was typed\nHTTP headers: {\"content-type\":"), "{remarks}");
    let asked = RecordKind::Frame(Direction::Out, FrameKind::Call);
    let (sent, remarks) = record(&hub, "the request", |record| record.station == Some(key) && record.kind == asked).await;
    assert_eq!(sent, text, "without the quotation marks of the command line");
    assert!(remarks.contains("HTTP headers: {") && remarks.contains("soapaction"), "{remarks}");
    hub.submit(&Order { targets: vec![key], command: LinkCommand::Raw("nonsense".into()) });
    let fault = RecordKind::Frame(Direction::In, FrameKind::Error);
    record(&hub, "the fault", |record| record.station == Some(key) && record.kind == fault).await;
    assert!(!dump(hub.trace()).contains("panicked"));
}

#[tokio::test]
async fn websocket_commands_are_refused_on_soap_links() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    station(&hub, Role::ChargePoint, "CP1").await;
    let console = Console::new(hub.clone());
    for line in ["send -n Heartbeat -p {}", "websocket_ping_cs"] {
        let said = console.run(line, &RunContext::default()).await;
        assert_eq!(said.lines[0].text, "Cannot use send command in SOAP mode.", "{line}");
    }
}

#[tokio::test]
async fn network_faults_are_refused_for_stations_that_speak_soap() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "OLD", Version::V1_5, true)).unwrap();
    station(&hub, Role::CentralSystem, "OLD").await;
    hub.start_charge_point(charge_point(port, "NEW", Version::V1_6, true)).unwrap();
    station(&hub, Role::CentralSystem, "NEW").await;
    let console = Console::new(hub.clone());
    let refused = run_line(&console, "network OLD latency=1s as=cs").await;
    assert!(refused.contains("for WebSockets, not for SOAP: OLD."), "{refused}");
    let both = console.run("network OLD,NEW latency=1ms as=cs", &RunContext::default()).await;
    assert!(!both.failed() && both.done.as_ref().is_some_and(|done| done.ends_with("SOAP is not affected: OLD.")), "{both:?}");
    let list = run_line(&console, "network list").await;
    assert!(list.contains("network NEW") && !list.contains("OLD"), "{list}");
    hub.end().await;
}

#[tokio::test]
async fn compressed_answers_are_read_and_the_connection_is_reused() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        let body = r#"<clearCacheResponse xmlns="urn://Ocpp/Cp/2012/06/"><status>Accepted</status></clearCacheResponse>"#;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(envelope("", body).as_bytes()).unwrap();
        let packed = gzip.finish().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\n{SOAP}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
        let answer = [head.as_bytes(), &packed].concat();
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                request.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&request);
                if text.trim_end().ends_with("Envelope>") {
                    assert!(text.to_ascii_lowercase().contains("accept-encoding: gzip, deflate"), "{text}");
                    stream.write_all(&answer).await.unwrap();
                    request.clear();
                }
            }
        }
    });
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    send(port, SOAP, heartbeat_from("CP1", &format!("http://127.0.0.1:{own}/"))).await;
    let key = station(&hub, Role::CentralSystem, "CP1").await;
    for wanted in 1..=3 {
        hub.submit(&call(key, "ClearCache", json!({})));
        until(hub.trace(), "an answer", |contents| {
            let records = contents.records();
            let result = RecordKind::Frame(Direction::In, FrameKind::Result);
            let answers = records.iter(records.range()).filter(|record| record.kind == result);
            (answers.filter(|record| record.text.contains("<status>Accepted</status>")).count() == wanted).then_some(())
        })
        .await;
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn large_answers_are_compressed_on_request() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let (text, _) =
        record(&hub, "its port", |record| record.kind == RecordKind::Listening && record.station == Some(key)).await;
    let own: u16 = text.split(' ').next().unwrap().parse().unwrap();
    let asked = envelope(&headers("CP1", "GetConfiguration"), "<o:getConfigurationRequest/>")
        .replace("urn://Ocpp/Cs/2012/06/", "urn://Ocpp/Cp/2012/06/");
    let plain = send(own, SOAP, &asked).await;
    assert!(plain.bytes.len() > 1024 && !plain.head.contains("content-encoding"), "{plain:?}");
    assert!(is_result(&plain, "GetConfiguration"));
    let packed = send(own, &format!("{SOAP}Accept-Encoding: deflate;q=0.5, gzip\r\n"), &asked).await;
    assert!(packed.head.contains("content-encoding: gzip") && packed.bytes.len() < plain.bytes.len(), "{}", packed.head);
    let mut body = String::new();
    GzDecoder::new(&*packed.bytes).read_to_string(&mut body).unwrap();
    assert!(is_result(&Reply { body, ..packed }, "GetConfiguration"));

    let mut wire = Wire::connect(port).await;
    wire.write("GET /?wsdl HTTP/1.1\r\nHost: h\r\nAccept-Encoding: deflate\r\n\r\n").await;
    assert!(wire.reply().await.head.contains("content-encoding: deflate"), "the central system too");
    wire.write(post("/", &format!("{SOAP}Accept-Encoding: gzip\r\n"), heartbeat("CP2").as_bytes())).await;
    assert!(is_result(&wire.reply().await, "Heartbeat"), "small ones go as they are");
}

/// A version belongs to a link, so another one is another line *connected*, with the request that brought it.
#[tokio::test]
async fn each_link_has_the_request_that_began_it_and_what_is_odd_about_it() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let password = format!("{SOAP}Authorization: Basic Q1AxOng=\r\n"); // CP1:x
    assert_eq!(send(port, &password, heartbeat("CP1")).await.status, 200);
    let newer = heartbeat("CP1").replace("urn://Ocpp/Cs/2012/06/", "urn://Ocpp/Cs/2015/10/");
    assert_eq!(send(port, &password, newer).await.status, 200);
    until(hub.trace(), "two links", |contents| {
        let records = contents.records();
        let connected: Vec<_> = records.iter(records.range()).filter(|record| record.kind == RecordKind::Connected).collect();
        (connected.len() == 2).then(|| {
            for record in &connected {
                let attempt = record.attempt().unwrap();
                assert!(attempt.request.starts_with("POST / HTTP/1.1"), "{attempt:?}");
                assert!(record.notes().contains("credentials that were not asked for"), "{}", record.notes());
            }
        })
    })
    .await;
    hub.end().await;
}

/// A call that cannot be delivered is an attempt to connect, with all that is known of it.
#[tokio::test]
async fn a_call_that_is_not_delivered_has_the_facts_of_its_attempt() {
    let hub = hub();
    let refused = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let closing = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = closing.local_addr().unwrap().port();
    tokio::spawn(async move { while closing.accept().await.is_ok() {} });
    for (identity, url) in
        [("REFUSED", format!("http://127.0.0.1:{refused}/")), ("CLOSED", format!("https://localhost:{silent}/"))]
    {
        hub.start_charge_point(ChargePointOptions { url, ..soap_charge_point(refused, identity, Version::V1_6, true) })
            .unwrap();
        let (cause, has_tls) = until(hub.trace(), identity, |contents| {
            let key = contents.stations().find(Role::ChargePoint, identity)?.key;
            let records = contents.records();
            let failed = records.iter(records.range()).find(|record| {
                record.station == Some(key) && record.kind == RecordKind::Unreachable && record.attempt().is_some()
            })?;
            let attempt = failed.attempt()?;
            let failure = attempt.failure.as_deref()?;
            assert!(attempt.steps.as_ref()?.resolved.is_some(), "{attempt:?}");
            Some((failure.to_string(), attempt.tls.is_some()))
        })
        .await;
        match identity {
            "REFUSED" => assert_eq!((cause, has_tls), (format!("nothing listens at 127.0.0.1:{refused}"), false)),
            _ => assert!(cause.contains("the central system closed the connection") && has_tls, "{cause}"),
        }
    }
    hub.end().await;
}
