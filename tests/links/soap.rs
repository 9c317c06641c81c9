//! Requests to the central system's SOAP service over real sockets, written by hand: right ones, wrong ones, and HTTP in all its forms.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Transport, Version};
use ocpp_tui::trace::{Direction, FrameKind, LinkState, RecordKind};

use crate::support::envelopes::{SOAP, envelope, fault, headers, heartbeat, is_result, parsed};
use crate::support::http::{Wire, post, send};
use crate::support::{RawPeer, central_system, central_system_at, hub, hub_with, record, station, until};

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

/// OCPP-S 1.6 §3.5 and §3.9 require both headers of every message; shiv3/ocpp-cp-simulator refuses an answer without them.
#[tokio::test]
async fn every_answer_has_an_id_and_an_address_in_every_version() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut ids = BTreeSet::new();
    let reply_to = "<wsa:ReplyTo><wsa:Address>http://192.0.2.7/reply</wsa:Address></wsa:ReplyTo>";
    for namespace in ["2010/08", "2012/06", "2015/10"] {
        let asked =
            |header: &str, body: &str| envelope(&(headers("CP1", "Heartbeat") + header), body).replace("2012/06", namespace);
        let anonymous = ocpp_tui::rpc::soap::ANONYMOUS;
        for (text, to) in [
            (asked("", "<o:heartbeatRequest/>"), anonymous),
            (asked(reply_to, "<o:heartbeatRequest/>"), "http://192.0.2.7/reply"),
            (asked("", "<o:fooRequest/>"), anonymous), // a fault
            (asked("", ""), anonymous),
            (asked("", "<o:heartbeatRequest/>").replace("CP1", ""), anonymous), // one of no station
        ] {
            let answer = parsed(&send(port, SOAP, &text).await);
            assert_eq!((answer.to(), answer.relates_to()), (Some(to), Some("urn:uuid:1")), "{namespace} {text}");
            let id = answer.message_id().unwrap();
            assert!(id.starts_with("urn:uuid:") && ids.insert(id.to_owned()), "{id} is new");
        }
    }
    let answer = parsed(&send(port, SOAP, "no envelope").await);
    assert_eq!((answer.to(), answer.relates_to()), (Some(ocpp_tui::rpc::soap::ANONYMOUS), None));
    assert!(answer.message_id().is_some());
}

#[tokio::test]
async fn missing_and_wrong_headers_are_tolerated() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let bare = r"<o:chargeBoxIdentity>CP1</o:chargeBoxIdentity>";
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
async fn wrong_messages_get_a_matching_fault() {
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
        // A station must be known already for the cases whose text does not name it.
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
async fn all_forms_of_http_requests_are_accepted() {
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
    assert!(is_result(&send(port, SOAP, heartbeat("CP1")).await, "Heartbeat"), "the other stations are not affected");
}

#[tokio::test]
async fn the_wsdl_names_the_requested_address() {
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
async fn each_transport_can_be_used_alone() {
    let hub = hub();
    for transport in Transport::ALL {
        let options = ocpp_tui::hub::CentralSystemOptions {
            first_transaction: Some(1),
            access: ocpp_tui::hub::AccessOptions::default(),
            host: Some("127.0.0.1".into()),
            transports: vec![transport],
            ..ocpp_tui::hub::CentralSystemOptions::default()
        };
        let port = hub.start_central_system(options).await.unwrap().port();
        let posted = send(port, SOAP, heartbeat("CP1")).await.status;
        let upgraded = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.is_ok();
        assert_eq!((posted == 200, upgraded), (transport == Transport::Soap, transport == Transport::WebSocket), "{posted}");
    }
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
async fn more_stations_than_allowed_are_refused() {
    let hub = hub_with(LinkSettings { soap_stations: 2, ..LinkSettings::default() });
    let port = central_system(&hub, &Version::ALL).await;
    for identity in ["CP1", "CP2", "CP1"] {
        assert!(is_result(&send(port, SOAP, heartbeat(identity)).await, "Heartbeat"));
    }
    let reply = send(port, SOAP, heartbeat("CP3")).await;
    assert!(reply.status == 503 && reply.body.contains("CP3 is one too many"), "{reply:?}");
    let (text, _) = record(&hub, "the refusal", |record| record.kind == RecordKind::Refused).await;
    assert!(text.contains("2 stations speak SOAP here already"), "{text}");
    assert!(is_result(&send(port, SOAP, heartbeat("CP2")).await, "Heartbeat"), "the others go on");
    assert!(hub.trace().read().stations().find(Role::CentralSystem, "CP3").is_none());
}
