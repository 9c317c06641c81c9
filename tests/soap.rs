//! SOAP over real sockets: both roles against each other in every version and action, and requests and answers written by hand.

#![expect(clippy::panic, reason = "a test may end")]

#[path = "support/http.rs"]
mod http;
mod support;

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Reply, Wire, post, send, server};
use ocpp_tui::hub::{ChargePointOptions, Deed, Hub, Order, SoapOptions};
use ocpp_tui::link::{HttpUrl, LinkSettings};
use ocpp_tui::ocpp::{Catalog, ErrorCode, Role, SampleContext, Transport, Version};
use ocpp_tui::rpc::soap::{Body, Envelope, Hint, read};
use ocpp_tui::trace::{Contents, Direction, FrameKind, LinkState, Record, RecordKind, StationKey, Verdict};
use serde_json::{Value, json};
use support::{RawStation, central_system, central_system_at, dump, hub, hub_with, until};

/// The headers and the body of a request to a 1.5 central system.
fn envelope(headers: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:o="urn://Ocpp/Cs/2012/06/"><S:Header>{headers}</S:Header><S:Body>{body}</S:Body></S:Envelope>"#
    )
}

fn headers(identity: &str, action: &str) -> String {
    format!(
        r#"<o:chargeBoxIdentity S:mustUnderstand="true">{identity}</o:chargeBoxIdentity><wsa:Action S:mustUnderstand="true">/{action}</wsa:Action><wsa:MessageID>urn:uuid:1</wsa:MessageID>"#
    )
}

fn heartbeat(identity: &str) -> String {
    envelope(&headers(identity, "Heartbeat"), "<o:heartbeatRequest/>")
}

/// A heartbeat whose sender is called back at this address.
fn heartbeat_from(identity: &str, from: &str) -> String {
    let from = format!("<wsa:From><wsa:Address>{from}</wsa:Address></wsa:From>");
    envelope(&(headers(identity, "Heartbeat") + &from), "<o:heartbeatRequest/>")
}

const SOAP: &str = "Content-Type: application/soap+xml; charset=utf-8\r\n";

fn parsed(reply: &Reply) -> Envelope {
    read(&reply.body, &Catalog::embedded(), Hint::default()).unwrap_or_else(|error| panic!("{error}: {reply:?}"))
}

/// The subcode and the reason of the fault in a response.
fn fault(reply: &Reply) -> (String, String) {
    match parsed(reply).body {
        Body::Fault(fault) => (fault.subcode.unwrap_or_default(), fault.reason),
        other => panic!("{other:?}"),
    }
}

fn is_result(reply: &Reply, action: &str) -> bool {
    reply.status == 200 && matches!(&parsed(reply).body, Body::Response(operation) if &*operation.action == action)
}

fn soap_charge_point(port: u16, identity: &str, version: Version, lively: bool) -> ChargePointOptions {
    ChargePointOptions {
        url: format!("http://localhost:{port}/"),
        soap: Some(SoapOptions::default()),
        ..support::charge_point(port, identity, version, lively)
    }
}

fn call(station: StationKey, action: &str, payload: Value) -> Order {
    Order { targets: vec![station], deed: Deed::Call { action: action.into(), payload } }
}

fn up(contents: &Contents, role: Role, identity: &str) -> Option<StationKey> {
    contents.stations().find(role, identity).filter(|row| row.state == LinkState::Connected).map(|row| row.key)
}

async fn station(hub: &Hub, role: Role, identity: &str) -> StationKey {
    until(hub.trace(), "the station", |contents| up(contents, role, identity)).await
}

/// Waits for a record and gives its text and its remarks.
async fn record(hub: &Hub, what: &str, wanted: impl Fn(&Record<'_>) -> bool) -> (String, String) {
    until(hub.trace(), what, |contents| {
        let records = contents.records();
        let found = records.iter(records.range()).find(|record| wanted(record));
        found.map(|record| (record.text.to_owned(), record.remarks.to_owned()))
    })
    .await
}

#[tokio::test]
async fn every_action_of_every_version_gets_a_valid_result_in_both_directions() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for version in Version::ALL {
        let identity = format!("CP {version}");
        hub.start_charge_point(soap_charge_point(port, &identity, version, false)).unwrap();
        let at_charge_point = station(&hub, Role::ChargePoint, &identity).await;
        // The central system knows a SOAP station once it has called.
        let payload = json!({"chargePointVendor": "V", "chargePointModel": "M"});
        hub.submit(&call(at_charge_point, "BootNotification", payload));
        let at_central = station(&hub, Role::CentralSystem, &identity).await;
        let context = SampleContext::at(jiff::Timestamp::now());
        let mut sent = 1;
        let catalog = Catalog::embedded();
        let results = |contents: &Contents| {
            let records = contents.records();
            let wanted = RecordKind::Frame(Direction::In, FrameKind::Result);
            let keys = [Some(at_central), Some(at_charge_point)];
            records.iter(records.range()).filter(|record| record.kind == wanted && keys.contains(&record.station)).count()
        };
        for action in catalog.actions(version).iter().filter(|action| action.soap.is_some()) {
            let sender = if action.initiator == Role::CentralSystem { at_central } else { at_charge_point };
            hub.submit(&call(sender, &action.name, action.request.sample(&context)));
            sent += 1;
            let what = format!("the result of {} in {version}", action.name);
            until(hub.trace(), &what, |contents| (results(contents) == sent).then_some(())).await;
        }
        let expected = match version {
            Version::V1_2 => 18,
            Version::V1_5 => 25,
            Version::V1_6 => 29,
        };
        assert_eq!(sent, 1 + expected, "the boot and every action");
    }
    let contents = hub.trace().read();
    for record in contents.records().iter(contents.records().range()) {
        assert_eq!((record.verdict, record.code), (Verdict::Valid, None), "{}: {}", record.text, record.remarks);
        if matches!(record.kind, RecordKind::Frame(..)) {
            assert_eq!(record.transport, Transport::Soap);
            assert!(record.partner.is_some());
        }
    }
}

#[tokio::test]
async fn a_lively_charge_point_boots_and_obeys() {
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
async fn a_request_by_hand_gets_the_right_answer_over_one_connection() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut wire = Wire::connect(port).await;
    for _ in 0..3 {
        wire.write(post("/", SOAP, heartbeat("CP1").as_bytes())).await;
        let reply = wire.reply().await;
        assert!(is_result(&reply, "Heartbeat"), "{reply:?}");
        assert!(reply.head.contains("content-type: application/soap+xml; charset=utf-8"), "{}", reply.head);
        let envelope = parsed(&reply);
        assert_eq!((envelope.relates_to(), envelope.action()), (Some("urn:uuid:1"), Some("/HeartbeatResponse")));
        assert!(envelope.remarks.is_empty(), "{:?}", envelope.remarks);
    }
    for path in ["/services/CentralSystemService", "/CentralSystemService/"] {
        wire.write(post(path, SOAP, heartbeat("CP1").as_bytes())).await;
        assert!(is_result(&wire.reply().await, "Heartbeat"), "{path}");
    }
    let key = station(&hub, Role::CentralSystem, "CP1").await;
    until(hub.trace(), "five frames", |contents| (contents.stations().get(key)?.frames_in == 5).then_some(())).await;
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_tolerated_where_it_can_be() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let bare = r#"<o:chargeBoxIdentity>CP1</o:chargeBoxIdentity>"#;
    let cases = [
        ("no header but the identity", envelope(bare, "<o:heartbeatRequest/>")),
        (
            "SOAP 1.1",
            heartbeat("CP1").replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"),
        ),
        ("no slash at the end of the namespace", heartbeat("CP1").replace("2012/06/", "2012/06")),
        (
            "addressing of 2004",
            heartbeat("CP1")
                .replace("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"),
        ),
        ("unqualified", heartbeat("CP1").replace("o:heartbeatRequest", "heartbeatRequest")),
        (
            "an unknown header",
            envelope(&(headers("CP1", "Heartbeat") + r#"<x S:mustUnderstand="true"/>"#), "<o:heartbeatRequest/>"),
        ),
        ("the wrong action", heartbeat("CP1").replace("/Heartbeat", "/Authorize")),
    ];
    for (what, text) in cases {
        let reply = send(port, SOAP, &text).await;
        assert!(is_result(&reply, "Heartbeat"), "{what}: {reply:?}");
    }
    assert!(is_result(&send(port, "", heartbeat("CP1")).await, "Heartbeat"), "no content type");
    assert!(is_result(&send(port, "Content-Type: text/xml\r\n", heartbeat("CP1")).await, "Heartbeat"), "SOAP 1.1's type");
    let (_, remarks) = record(&hub, "the remark", |record| record.remarks.contains("content type")).await;
    assert!(remarks.contains("text/xml instead of application/soap+xml"), "{remarks}");
    let remarked = |part: &'static str| record(&hub, part, move |record| record.remarks.contains(part));
    remarked("one of SOAP 1.1").await;
    remarked("must be understood and is unknown").await;
    remarked("it is /Authorize where the body wants /Heartbeat").await;
}

#[tokio::test]
async fn wrong_messages_get_the_fault_that_says_why() {
    let hub = hub();
    let port = central_system(&hub, &[Version::V1_5]).await;
    let boot = |body: &str| {
        envelope(&headers("CP1", "BootNotification"), &format!("<o:bootNotificationRequest>{body}</o:bootNotificationRequest>"))
    };
    let deep = "<a>".repeat(5000) + &"</a>".repeat(5000);
    let unknown = |name: &str| envelope(&headers("CP1", "X"), &format!("<o:{name}/>"));
    let dtd = heartbeat("CP1").replace("?>\n", "?>\n<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n");
    let two = heartbeat("CP1").replace("<o:heartbeatRequest/>", "<o:heartbeatRequest/><o:heartbeatRequest/>");
    let duplicate = headers("CP1", "Heartbeat") + &headers("CP2", "Heartbeat");
    let newer = heartbeat("CP1").replace("2012/06", "2015/10");
    for (what, text, status, subcode, reason) in [
        (
            "a field missing",
            boot("<o:chargePointVendor>V</o:chargePointVendor>"),
            400,
            "ProtocolError",
            "OccurenceConstraintViolation: chargePointModel is missing",
        ),
        (
            "an unknown field",
            boot("<o:chargePointVendor>V</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel><o:foo/>"),
            400,
            "ProtocolError",
            "PropertyConstraintViolation: ",
        ),
        ("not an action", unknown("fooRequest"), 500, "NotSupported", "NotImplemented: Foo is no action of OCPP"),
        ("an action of the other role", unknown("resetRequest"), 500, "NotSupported", "Reset is not for a central system"),
        ("a response", unknown("heartbeatResponse"), 400, "ProtocolError", "the response of Heartbeat is not a request"),
        ("no message", envelope(&headers("CP1", "X"), ""), 400, "ProtocolError", "an empty Body"),
        ("no identity", envelope("", "<o:heartbeatRequest/>"), 400, "ProtocolError", "chargeBoxIdentity is missing"),
        ("an empty identity", heartbeat(""), 400, "ProtocolError", "chargeBoxIdentity is missing"),
        ("a long identity", heartbeat(&"x".repeat(300)), 400, "ProtocolError", "300 bytes"),
        ("another version", newer, 500, "NotSupported", "OCPP 1.6 is not spoken here; 1.5 is"),
        ("not XML", "hello".to_owned(), 400, "ProtocolError", "not XML"),
        ("nothing", String::new(), 400, "ProtocolError", "empty"),
        ("truncated", heartbeat("CP1")[..300].to_owned(), 400, "ProtocolError", "ends inside"),
        ("other XML", "<html><body/></html>".to_owned(), 400, "ProtocolError", "not a SOAP envelope but <html>"),
        ("a document type", dtd, 400, "ProtocolError", "document type"),
        ("two messages", two, 400, "ProtocolError", "second message"),
        ("two identities", envelope(&duplicate, "<o:heartbeatRequest/>"), 400, "ProtocolError", "occurs twice"),
        ("too deep", envelope(&headers("CP1", "X"), &deep), 400, "ProtocolError", "deeper"),
    ] {
        // Somebody must be known before for the cases whose text does not say who speaks.
        assert!(is_result(&send(port, SOAP, heartbeat("CP1")).await, "Heartbeat"));
        let reply = send(port, SOAP, &text).await;
        assert_eq!(reply.status, status, "{what}: {reply:?}");
        let found = fault(&reply);
        assert!(found.0 == subcode && found.1.contains(reason), "{what}: {found:?}");
    }
    let wanted = RecordKind::Frame(Direction::Out, FrameKind::Error);
    until(hub.trace(), "every fault, linked with its request", |contents| {
        let records = contents.records();
        let faults = records.iter(records.range()).filter(|record| record.kind == wanted && record.partner.is_some());
        (faults.count() == 18).then_some(())
    })
    .await;
}

#[tokio::test]
async fn http_is_understood_in_all_its_forms() {
    let settings = LinkSettings { message_limit: 5000, handshake_timeout: Duration::from_secs(1), ..LinkSettings::default() };
    let hub = hub_with(settings);
    let port = central_system(&hub, &Version::ALL).await;
    let text = heartbeat("CP1");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    assert!(is_result(&send(port, "Content-Encoding: gzip\r\n", &packed).await, "Heartbeat"), "gzip");
    assert_eq!(send(port, "Content-Encoding: gzip\r\n", &packed[..50]).await.status, 400, "broken gzip");
    let reply = send(port, "Content-Encoding: br\r\n", &packed).await;
    assert!(reply.status == 415 && reply.head.contains("accept-encoding: gzip, deflate"), "{reply:?}");
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 1 << 22]).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 5000);
    assert_eq!(send(port, "Content-Encoding: gzip\r\n", &bomb).await.status, 413, "a bomb");
    assert_eq!(send(port, SOAP, vec![b' '; 5001]).await.status, 413, "too large");
    assert_eq!(send(port, "Content-Type: application/json\r\n", "{}").await.status, 415, "JSON");

    let mut wire = Wire::connect(port).await;
    let length = text.len();
    wire.write(format!("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n")).await;
    assert_eq!(wire.reply().await.status, 100);
    wire.write(&text).await;
    assert!(is_result(&wire.reply().await, "Heartbeat"), "100-continue");
    wire.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    for piece in text.as_bytes().chunks(100) {
        wire.write(format!("{:x}\r\n", piece.len())).await;
        wire.write([piece, b"\r\n"].concat()).await;
    }
    wire.write("0\r\n\r\n").await;
    assert!(is_result(&wire.reply().await, "Heartbeat"), "chunked");
    wire.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow").await;
    assert_eq!(wire.reply().await.status, 408, "a body that never comes");

    for (request, status) in [
        ("PUT / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("GET /?wsdl=1.7 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("POST /other/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404),
    ] {
        let mut wire = Wire::connect(port).await;
        wire.write(request).await;
        let reply = wire.reply().await;
        assert_eq!(reply.status, status, "{request}");
        assert!(status != 405 || reply.head.contains("allow: get, head, post"), "{reply:?}");
    }
    assert!(is_result(&send(port, SOAP, heartbeat("CP1")).await, "Heartbeat"), "nobody else noticed");
}

#[tokio::test]
async fn the_wsdl_names_the_address_at_which_it_was_asked_for() {
    let hub = hub();
    let port = central_system_at(&hub, "/simulator", &Version::ALL).await;
    for (query, namespace) in [("wsdl", "urn://Ocpp/Cs/2015/10/"), ("WSDL=ocpp1.2", "urn://Ocpp/Cs/2010/08/")] {
        let mut wire = Wire::connect(port).await;
        wire.write(format!("GET /simulator/?{query} HTTP/1.1\r\nHost: box:123\r\n\r\n")).await;
        let reply = wire.reply().await;
        assert!(reply.status == 200 && reply.head.contains("content-type: text/xml"), "{}", reply.head);
        assert!(reply.body.contains(namespace) && reply.body.contains("location=\"http://box:123/simulator/\""));
    }
}

#[tokio::test]
async fn each_transport_can_be_had_alone() {
    let hub = hub();
    for transport in Transport::ALL {
        let options = ocpp_tui::hub::CentralSystemOptions {
            host: Some("127.0.0.1".into()),
            port: 0,
            endpoint: "/".into(),
            versions: Version::ALL.to_vec(),
            ping_interval: 0,
            transports: vec![transport],
        };
        let port = hub.start_central_system(options).await.unwrap().port();
        let posted = send(port, SOAP, heartbeat("CP1")).await.status;
        let upgraded = RawStation::connect(port, "/CP1", &["ocpp1.6"]).await.is_ok();
        assert_eq!((posted == 200, upgraded), (transport == Transport::Soap, transport == Transport::WebSocket), "{posted}");
    }
}

#[tokio::test]
async fn a_station_is_called_where_its_last_request_says_and_elsewhere_when_a_person_wants_it() {
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
    let nobody = server(Vec::new()).await;
    send(port, SOAP, heartbeat_from("CP1", &format!("http://127.0.0.1:{nobody}/x"))).await;
    called_at(format!("http://127.0.0.1:{nobody}/x")).await;

    let html =
        server(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>no</html>".to_vec())
            .await;
    let url = HttpUrl::parse(&format!("http://127.0.0.1:{html}/")).unwrap();
    hub.submit(&Order { targets: vec![key], deed: Deed::CallAt(Some(url.clone())) });
    called_at(url.to_string()).await;
    send(port, SOAP, heartbeat_from("CP1", "http://127.0.0.1:1/")).await;
    hub.submit(&call(key, "ClearCache", json!({})));
    let (text, remarks) = record(&hub, "the page", |record| record.text.contains("<html>")).await;
    assert_eq!(text, "<html>no</html>");
    assert!(remarks.contains("HTTP 404 Not Found, text/html, 15 bytes") && remarks.contains("<html>"), "{remarks}");

    hub.submit(&Order { targets: vec![key], deed: Deed::Probe });
    let (text, _) =
        record(&hub, "the probe", |record| record.kind == RecordKind::Note && record.text.contains("answers")).await;
    assert!(text.contains("HTTP 404 Not Found, text/html, 15 bytes"), "{text}");
}

#[tokio::test]
async fn callbacks_that_fail_end_their_own_call_only() {
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
            assert!(found.text.contains(part) || found.remarks.contains(part), "{identity}: {} {}", found.text, found.remarks);
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

    hub.submit(&Order { targets: vec![key], deed: Deed::Disconnect });
    until(hub.trace(), "it is down", |contents| (contents.stations().get(key)?.state == LinkState::Gone).then_some(())).await;
    hub.submit(&Order { targets: vec![key], deed: Deed::Connect });
    until(hub.trace(), "it is back", |contents| up(contents, Role::ChargePoint, "CP1")).await;
    assert!(is_result(&send(own, SOAP, reset("CP1", ours)).await, "Reset"), "at the same port");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_before_anything_starts() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let options = |identity| ChargePointOptions {
        soap: Some(SoapOptions { from: None, port }),
        ..soap_charge_point(port, identity, Version::V1_5, false)
    };
    let error = hub.start_charge_point(options("CP1")).unwrap_err().to_string();
    assert!(error.contains("in use"), "{error}");
    assert!(hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).is_ok(), "the identity is free");
}

#[tokio::test]
async fn the_identity_and_the_version_may_change_on_a_connection() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut wire = Wire::connect(port).await;
    for text in [heartbeat("CP1"), heartbeat("CP2"), heartbeat("CP2").replace("2012/06", "2015/10")] {
        wire.write(post("/", SOAP, text.as_bytes())).await;
        assert!(is_result(&wire.reply().await, "Heartbeat"));
    }
    let (_, remarks) = record(&hub, "the change", |record| record.remarks.contains("spoke for")).await;
    assert!(remarks.contains("the same connection spoke for CP1 before"), "{remarks}");
    until(hub.trace(), "the version", |contents| {
        let row = contents.stations().find(Role::CentralSystem, "CP2")?;
        (row.version == Some(Version::V1_6) && row.state == LinkState::Connected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_station_may_move_from_one_transport_to_the_other() {
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
    let mut station = RawStation::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    assert_eq!(station.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    transport(Transport::WebSocket).await;
    assert!(is_result(&send(port, SOAP, heartbeat("CP1")).await, "Heartbeat"));
    transport(Transport::Soap).await;
}

#[tokio::test]
async fn an_envelope_that_was_typed_leaves_as_it_is() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    let key = station(&hub, Role::ChargePoint, "CP1").await;
    let text = heartbeat("CP1");
    let deed = Deed::RawShowingHeaders(format!("'{text}'"));
    hub.submit(&Order { targets: vec![key], deed });
    let answer = RecordKind::Frame(Direction::In, FrameKind::Result);
    let (_, remarks) = record(&hub, "the answer", |record| record.station == Some(key) && record.kind == answer).await;
    assert!(remarks.starts_with("sent as it was typed\nHTTP headers: {\"content-type\":"), "{remarks}");
    let asked = RecordKind::Frame(Direction::Out, FrameKind::Call);
    let (sent, remarks) = record(&hub, "the request", |record| record.station == Some(key) && record.kind == asked).await;
    assert_eq!(sent, text, "without the quotation marks of the command line");
    assert!(remarks.contains("HTTP headers: {") && remarks.contains("soapaction"), "{remarks}");
    hub.submit(&Order { targets: vec![key], deed: Deed::Raw("nonsense".into()) });
    let fault = RecordKind::Frame(Direction::In, FrameKind::Error);
    record(&hub, "the fault", |record| record.station == Some(key) && record.kind == fault).await;
    assert!(!dump(hub.trace()).contains("panicked"));
}
