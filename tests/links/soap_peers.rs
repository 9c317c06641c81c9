//! SOAP peers that do it otherwise: another version's namespace, another encoding, an address that cannot be called, connections that
//! are closed while they are kept.

use ocpp_tui::behaviour::{CallObserver, CallResult};
use ocpp_tui::hub::Hub;
use ocpp_tui::link::LinkOrder;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::trace::export::object;
use ocpp_tui::trace::{Direction, FrameKind, FrameVerdict, Record, RecordKind, StationKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::support::envelopes::{SOAP, envelope, fault, headers, heartbeat_from, is_result, soap_charge_point};
use crate::support::http::{send, server};
use crate::support::{call, central_system, dump, free_port, hub, record, station, until};

const IN_CALL: RecordKind = RecordKind::Frame(Direction::In, FrameKind::Call);
const IN_RESULT: RecordKind = RecordKind::Frame(Direction::In, FrameKind::Result);

/// An HTTP answer with an envelope.
fn answer(content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// An envelope of this service around an element.
fn of_service(namespace: &str, body: &str) -> String {
    envelope("", body).replace("urn://Ocpp/Cs/2012/06/", namespace)
}

/// What the trace has of the first record of a station that is of this kind.
async fn exported(hub: &Hub, key: StationKey, kind: RecordKind) -> Value {
    until(hub.trace(), "the record", |contents| {
        let records = contents.records();
        let wanted = |record: &Record<'_>| record.station == Some(key) && record.kind == kind;
        let found = records.iter(records.range()).find(wanted)?;
        Some(Value::Object(object(&found, contents.stations())))
    })
    .await
}

/// A central system with the 1.5 station CP1, which answers with these bytes.
async fn called_station(hub: &Hub, bytes: Vec<u8>) -> StationKey {
    let port = central_system(hub, &Version::ALL).await;
    let own = server(bytes).await;
    send(port, SOAP, heartbeat_from("CP1", &format!("http://127.0.0.1:{own}/"))).await;
    station(hub, Role::CentralSystem, "CP1").await
}

/// A charge point whose central system answers with these bytes.
async fn calling_charge_point(hub: &Hub, version: Version, bytes: Vec<u8>) -> StationKey {
    let port = server(bytes).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", version, false)).unwrap();
    station(hub, Role::ChargePoint, "CP1").await
}

/// OCPP-S 1.6 table 2 gives each version its namespaces; ChargeTimeEU/Java-OCA-OCPP#29 and #31 report answers that mix them.
#[tokio::test]
async fn an_answer_in_another_versions_namespace_is_taken_with_a_remark_in_both_roles() {
    for (namespace, version) in [("urn://Ocpp/Cp/2010/08/", "1.2"), ("urn://Ocpp/Cp/2015/10", "1.6")] {
        let hub = hub();
        let text = of_service(namespace, "<o:resetResponse><o:status>Accepted</o:status></o:resetResponse>");
        let key = called_station(&hub, answer("application/soap+xml", text)).await;
        hub.submit(&call(key, "Reset", json!({"type": "Soft"})));
        let found = exported(&hub, key, IN_RESULT).await;
        assert_eq!(found["payload"], json!({"status": "Accepted"}));
        let wanted = format!("<resetResponse> is in {namespace} (OCPP {version}) instead of urn://Ocpp/Cp/2012/06/");
        assert_eq!((found["valid"].clone(), found["remarks"].clone()), (json!(true), json!([wanted])));
    }
    let hub = hub();
    let text = of_service(
        "urn://Ocpp/Cs/2015/10/",
        "<o:heartbeatResponse><o:currentTime>2013-02-01T15:09:18Z</o:currentTime></o:heartbeatResponse>",
    );
    let key = calling_charge_point(&hub, Version::V1_5, answer("application/soap+xml", text)).await;
    hub.submit(&call(key, "Heartbeat", json!({})));
    let found = exported(&hub, key, IN_RESULT).await;
    assert_eq!(found["payload"], json!({"currentTime": "2013-02-01T15:09:18Z"}));
    let wanted = "<heartbeatResponse> is in urn://Ocpp/Cs/2015/10/ (OCPP 1.6) instead of urn://Ocpp/Cs/2012/06/";
    assert_eq!(found["remarks"], json!([wanted]));
}

#[tokio::test]
async fn an_answer_that_its_namespace_does_not_have_is_that_of_its_call() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let text = of_service(
        "urn://Ocpp/Cp/2012/06/",
        "<o:triggerMessageResponse><o:status>Accepted</o:status></o:triggerMessageResponse>",
    );
    let own = server(answer("application/soap+xml", text)).await;
    send(port, SOAP, heartbeat_from("CP1", &format!("http://127.0.0.1:{own}/")).replace("2012/06", "2015/10")).await;
    let key = station(&hub, Role::CentralSystem, "CP1").await;
    hub.submit(&call(key, "TriggerMessage", json!({"requestedMessage": "Heartbeat"})));
    let found = exported(&hub, key, IN_RESULT).await;
    assert_eq!(found["payload"], json!({"status": "Accepted"}));
    let wanted = "<triggerMessageResponse> is in urn://Ocpp/Cp/2012/06/ (OCPP 1.5) instead of urn://Ocpp/Cp/2015/10/";
    assert!(found["remarks"].as_array().unwrap().contains(&json!(wanted)), "{found}");
}

/// RFC 7303 §3.2; eclipse-ee4j/metro-saaj#25 and frankframework/frankframework#6280 are about peers that rely on it.
#[tokio::test]
async fn the_charset_of_the_content_type_counts_in_both_roles() {
    let text = |id_tag: &str| {
        let body = format!("<o:authorizeRequest><o:idTag>{id_tag}</o:idTag></o:authorizeRequest>");
        envelope(&headers("CP1", "Authorize"), &body).replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "")
    };
    let latin = |text: &str| text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect::<Vec<u8>>();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    for (charset, bytes, name) in [
        ("ISO-8859-1", latin(&text("ä")), "ISO-8859-1"),
        ("iso-8859-15", latin(&text("ä")), "ISO-8859-15"),
        ("utf-16be", wide(&text("ä")), "UTF-16BE"),
    ] {
        let hub = hub();
        let port = central_system(&hub, &Version::ALL).await;
        let lines = format!("Content-Type: application/soap+xml; charset={charset}\r\n");
        assert!(is_result(&send(port, &lines, bytes).await, "Authorize"), "{charset}");
        let key = station(&hub, Role::CentralSystem, "CP1").await;
        let found = exported(&hub, key, IN_CALL).await;
        assert_eq!(found["payload"], json!({"idTag": "ä"}), "{charset}");
        let remark = json!(format!("it is written in {name} instead of UTF-8"));
        assert!(found["remarks"].as_array().unwrap().contains(&remark), "{found}");
    }
    let hub = hub();
    let text = of_service(
        "urn://Ocpp/Cs/2012/06/",
        "<o:dataTransferResponse><o:status>Accepted</o:status><o:data>ä</o:data></o:dataTransferResponse>",
    );
    let text = text.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "");
    let bytes = answer("application/soap+xml; charset=ISO-8859-1", latin(&text));
    let key = calling_charge_point(&hub, Version::V1_5, bytes).await;
    hub.submit(&call(key, "DataTransfer", json!({"vendorId": "V"})));
    let found = exported(&hub, key, IN_RESULT).await;
    assert_eq!(found["payload"]["data"], "ä");
    assert_eq!(found["remarks"], json!(["it is written in ISO-8859-1 instead of UTF-8"]));
}

#[tokio::test]
async fn an_encoding_that_is_not_known_is_named_in_the_fault() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let reply = send(port, "Content-Type: application/soap+xml; charset=IBM037\r\n", b"\x4c\x81\x61\x6e").await;
    let found = fault(&reply);
    assert!(found.1.contains("the encoding IBM037 is not known here; send UTF-8"), "{found:?}");
}

/// steve-community/steve#1017 and shiv3/ocpp-cp-simulator#178 are about such addresses.
#[tokio::test]
async fn a_from_address_that_cannot_be_called_is_told_at_the_request_and_at_the_call() {
    for (address, reason) in [
        ("192.0.2.5:8080", "it has no scheme"),
        ("http://www.w3.org/2005/08/addressing/anonymous", "it is the anonymous one"),
        ("/cp", "it is relative"),
    ] {
        let hub = hub();
        let port = central_system(&hub, &Version::ALL).await;
        for _ in 0..2 {
            assert!(is_result(&send(port, SOAP, heartbeat_from("CP1", address)).await, "Heartbeat"), "{address}");
        }
        let key = station(&hub, Role::CentralSystem, "CP1").await;
        hub.submit(&call(key, "ClearCache", json!({})));
        let why = format!("its From address {address} cannot be called, because {reason}");
        let unreachable = |record: &Record<'_>| record.kind == RecordKind::Unreachable;
        let (text, _) = record(&hub, "the call", move |record| unreachable(record)).await;
        assert!(text.starts_with(&format!("no address to call it at is known: {why}")), "{text}");
        assert!(text.ends_with("set station <identity> callback=<url> names one"), "{text}");
        let contents = hub.trace().read();
        let records = contents.records();
        let notes =
            records.iter(records.range()).filter(|record| record.kind == RecordKind::Note && record.text.starts_with(&why));
        assert_eq!(notes.count(), 1, "{address} is told once");
    }
}

#[tokio::test]
async fn an_address_that_is_known_stays_when_a_later_one_cannot_be_called() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for address in ["http://127.0.0.1:1/", "ftp://h/", "http://127.0.0.1:1/", "ftp://h/"] {
        send(port, SOAP, heartbeat_from("CP1", address)).await;
    }
    let wanted = "its From address ftp://h/ cannot be called, because its scheme is ftp and neither http nor https; it is still \
                  called at http://127.0.0.1:1/";
    until(hub.trace(), "both notes", |contents| {
        let records = contents.records();
        (records.iter(records.range()).filter(|record| record.text == wanted).count() == 2).then_some(())
    })
    .await;
    let row = hub.trace().read().stations().find(Role::CentralSystem, "CP1").unwrap().callback.clone();
    assert_eq!(row.as_deref(), Some("http://127.0.0.1:1/"));
}

#[tokio::test]
async fn the_heads_of_http_messages_are_kept_as_they_came() {
    let hub = hub();
    let text =
        of_service("urn://Ocpp/Cp/2012/06/", "<o:clearCacheResponse><o:status>Accepted</o:status></o:clearCacheResponse>");
    let bytes = answer("application/soap+xml\r\nX-Made-By: hand", &text);
    let bytes = String::from_utf8(bytes).unwrap().replace("200 OK", "200 Fine").into_bytes();
    let key = called_station(&hub, bytes).await;
    hub.submit(&call(key, "ClearCache", json!({})));
    let length = text.len();
    let found = exported(&hub, key, IN_RESULT).await;
    let head = format!("HTTP/1.1 200 Fine\nContent-Type: application/soap+xml\nX-Made-By: hand\nContent-Length: {length}\n");
    assert_eq!(found["http"], json!(head));
    let found = exported(&hub, key, IN_CALL).await;
    let head = found["http"].as_str().unwrap();
    assert!(head.starts_with("POST / HTTP/1.1\nHost: test\nContent-Length: "), "{head}");
    assert!(head.ends_with("\nContent-Type: application/soap+xml; charset=utf-8\n"), "{head}");
    let found = exported(&hub, key, RecordKind::Frame(Direction::Out, FrameKind::Call)).await;
    assert_eq!(found.get("http"), None, "only what came is kept");
    let records = hub.trace().read();
    assert!(records.records().iter(records.records().range()).all(|record| record.verdict == FrameVerdict::Valid));
}

/// What a server does with a request: it answers it, closes the connection without a word, or begins an answer and closes.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Answer,
    Close,
    BreakOff,
}

/// A server that does this to its requests, in this order, whichever connection they come on. Returns its port, and tells of each request
/// on which connection it came.
async fn server_that(deeds: &'static [Deed], bytes: Vec<u8>) -> (u16, mpsc::UnboundedReceiver<usize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut deeds = deeds.iter();
        for connection in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 65536];
            while let Ok(1..) = stream.read(&mut buffer).await {
                let _ = sender.send(connection);
                match deeds.next() {
                    Some(Deed::Answer) => stream.write_all(&bytes).await.unwrap(),
                    Some(Deed::BreakOff) => {
                        stream.write_all(&bytes[..10]).await.unwrap();
                        break;
                    }
                    Some(Deed::Close) | None => break,
                }
            }
        }
    });
    (port, requests)
}

/// A charge point calls twice; how the second call ends, and on which connections the server got its requests.
async fn second_call(deeds: &'static [Deed]) -> (RecordKind, String, Vec<usize>) {
    let text = of_service(
        "urn://Ocpp/Cs/2012/06/",
        "<o:heartbeatResponse><o:currentTime>2013-02-01T15:09:18Z</o:currentTime></o:heartbeatResponse>",
    );
    let (port, mut requests) = server_that(deeds, answer("application/soap+xml", text)).await;
    let hub = hub();
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let mut ends = Vec::new();
    for wanted in 1..=2 {
        hub.submit(&call(key, "Heartbeat", json!({})));
        ends = until(hub.trace(), "the end of the call", |contents| {
            let records = contents.records();
            let ends = records.iter(records.range()).filter(|record| record.partner.is_some_and(|call| call < record.sequence));
            let ends: Vec<_> = ends.map(|record| (record.kind, record.summary().into_owned())).collect();
            (ends.len() == wanted).then_some(ends)
        })
        .await;
    }
    let mut connections = Vec::new();
    while let Ok(connection) = requests.try_recv() {
        connections.push(connection);
    }
    let (kind, text) = ends.pop().unwrap();
    (kind, text, connections)
}

#[tokio::test]
async fn a_call_that_could_not_be_delivered_is_no_timeout_for_its_caller() {
    let hub = hub();
    hub.start_charge_point(soap_charge_point(free_port(), "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let (sender, mut results) = mpsc::unbounded_channel();
    let then = CallObserver::new(move |end| drop(sender.send(end)));
    hub.order(key, LinkOrder::Ask { action: "Heartbeat".into(), payload: json!({}), then }).unwrap();
    let Some(CallResult::Undelivered(reason)) = results.recv().await else { panic!("{}", dump(hub.trace())) };
    assert!(reason.starts_with("can't reach http://localhost:"), "{reason}");
}

/// A server may close an idle connection at any time (RFC 9112 §9.5).
#[tokio::test]
async fn a_kept_connection_that_was_closed_is_dialled_again_once() {
    use Deed::{Answer, BreakOff, Close};
    let (kind, _, connections) = second_call(&[Answer, Answer]).await;
    assert_eq!((kind, connections), (IN_RESULT, vec![0, 0]), "it is kept");
    let (kind, _, connections) = second_call(&[Answer, Close, Answer]).await;
    assert_eq!((kind, connections), (IN_RESULT, vec![0, 0, 1]));
    let (kind, text, connections) = second_call(&[Answer, Close, Close]).await;
    assert_eq!((kind, connections), (RecordKind::Unreachable, vec![0, 0, 1]), "only once");
    assert!(text.contains("broke the connection off"), "{text}");
    let (kind, _, connections) = second_call(&[Answer, BreakOff, Answer]).await;
    assert_eq!((kind, connections), (RecordKind::Unreachable, vec![0, 0]), "an answer had begun, so the request was processed");
    let (kind, _, connections) = second_call(&[Close, Answer]).await;
    assert_eq!(
        (kind, connections),
        (IN_RESULT, vec![0, 1]),
        "a new connection that is closed is a failure; the next call is a new one"
    );
}

#[tokio::test]
async fn tls_and_other_bytes_on_the_port_of_a_charge_point_are_named() {
    let hub = hub();
    let key = calling_charge_point(&hub, Version::V1_5, Vec::new()).await;
    let port = until(hub.trace(), "the port", |contents| {
        let records = contents.records();
        let listening = records.iter(records.range()).find(|record| record.kind == RecordKind::Listening)?;
        let object = object(&listening, contents.stations());
        object["port"].as_u64().map(|port| port as u16)
    })
    .await;
    let hello = [&[0x16, 0x03, 0x01, 0x02, 0x00][..], &[0xAB; 512]].concat();
    for (bytes, alert, words) in
        [(&hello[..], &[0x15, 3, 1, 0, 2, 2, 40][..], "TLS was spoken"), (b"hello\r\n\r\n", b"", "\"hello\"")]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(alert), "{answer:?}");
        let told = exported_with(&hub, key, RecordKind::Refused, words).await;
        assert_eq!(told["station"], "CP1", "{told}");
    }
}

/// What the trace has of the first record of a station that is of this kind and holds these words.
async fn exported_with(hub: &Hub, key: StationKey, kind: RecordKind, words: &str) -> Value {
    until(hub.trace(), words, |contents| {
        let records = contents.records();
        let wanted = records.iter(records.range()).filter(|record| record.station == Some(key) && record.kind == kind);
        let mut found = wanted.map(|record| Value::Object(object(&record, contents.stations())));
        found.find(|found| found.to_string().replace("\\\"", "\"").contains(words))
    })
    .await
}
