//! Payloads of the command line, over real sockets: they leave as they were typed, and over SOAP as their value.

use ocpp_tui::console::Console;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::trace::{Direction, FrameKind, Record, RecordKind};

use crate::support::envelopes::soap_charge_point;
use crate::support::{central_system, charge_point, hub, record, run_line, station, until};

#[tokio::test]
async fn a_payload_leaves_as_it_was_typed() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let console = Console::new(hub.clone());
    station(&hub, Role::ChargePoint, "CP1").await;
    let twice = run_line(&console, r#"datatransfer {"vendorId":"a", "vendorId":"b"}"#).await;
    assert!(twice.contains("\"vendorId\" occurs twice in its object") && twice.contains("column 31"), "{twice}");
    for typed in [
        r#"{"messageId":"m",  "vendorId" : "x"}"#,
        r#"{"vendorId":"y", "price":1.10, "big": 12345678901234567890123, "exponent": 1e2}"#,
        r#"{"vendorId":"a", "vendorId":"b"}"#,
    ] {
        assert_eq!(run_line(&console, &format!("datatransfer --force {typed}")).await, "");
        let wanted = format!(r#","DataTransfer",{typed}]"#);
        for direction in [Direction::Out, Direction::In] {
            record(&hub, typed, |record| {
                record.kind == RecordKind::Frame(direction, FrameKind::Call) && record.text.ends_with(&wanted)
            })
            .await;
        }
    }
    hub.end().await;
}

#[tokio::test]
async fn over_soap_the_value_is_mapped() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let console = Console::new(hub.clone());
    station(&hub, Role::ChargePoint, "CP1").await;
    assert_eq!(run_line(&console, r#"authorize {"idTag" : "TYPED"}"#).await, "");
    record(&hub, "the request", |record| record.text.contains("TYPED</")).await;
    hub.end().await;
}

#[tokio::test]
async fn an_answer_leaves_as_it_was_typed() {
    const EDITED: &str = r#"{"currentTime":"2030-01-31T12:00:00Z",   "extra": 1.10}"#;
    const ANSWER: &str = r#"{"idTagInfo":  {"status" : "Blocked"}}"#;
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let console = Console::new(hub.clone());
    station(&hub, Role::ChargePoint, "CP1").await;
    let typed = |text: &str| {
        let end = format!(",{text}]");
        move |record: &Record<'_>| {
            record.kind == RecordKind::Frame(Direction::In, FrameKind::Result) && record.text.ends_with(&end)
        }
    };
    assert_eq!(run_line(&console, &format!("answer authorize {ANSWER}")).await, "");
    run_line(&console, "authorize idTag=A").await;
    record(&hub, "the answer of the rule", typed(ANSWER)).await;
    let twice = run_line(&console, r#"answer authorize {"idTagInfo":1, "idTagInfo":2}"#).await;
    assert!(twice.contains("\"idTagInfo\" occurs twice"), "{twice}");

    run_line(&console, "hold role:cs dir:out kind:result").await;
    run_line(&console, "heartbeat").await;
    until(hub.trace(), "the answer that waits", |_| (hub.gate().count() == 1).then_some(())).await;
    let number = hub.gate().held()[0].number;
    let twice = run_line(&console, &format!(r#"release {number} {{"a":1,"a":2}}"#)).await;
    assert!(twice.contains("\"a\" occurs twice") && hub.gate().count() == 1, "{twice}");
    assert_eq!(run_line(&console, &format!("release {number} {EDITED}")).await, "");
    record(&hub, "the edited answer", typed(EDITED)).await;
    hub.end().await;
}
