//! Payloads of the command line, over real sockets: they leave as they were typed, and over SOAP as their value.

use ocpp_tui::console::Console;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::trace::{Direction, FrameKind, RecordKind};

use crate::support::envelopes::soap_charge_point;
use crate::support::{central_system, charge_point, hub, record, run_line, station};

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
