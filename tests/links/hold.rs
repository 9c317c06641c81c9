//! Frames that wait, over real sockets and both transports: stopped by a filter of the command language, let go in all the ways there
//! are.

use ocpp_tui::console::Console;
use ocpp_tui::ocpp::{ErrorCode, Role, Version};
use ocpp_tui::trace::{Contents, Direction, FrameKind, RecordKind};

use crate::support::envelopes::soap_charge_point;
use crate::support::{central_system, charge_point, hub, run_line, station, until};

/// A console with a central system and a charge point over this transport.
async fn console(soap: bool) -> Console {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let start = if soap { soap_charge_point } else { charge_point };
    hub.start_charge_point(start(port, "CP1", Version::V1_6, false)).unwrap();
    let console = Console::new(hub.clone());
    station(&hub, Role::ChargePoint, "CP1").await;
    if soap {
        // A SOAP station is known from its first request on.
        run_line(&console, "heartbeat").await;
    }
    station(&hub, Role::CentralSystem, "CP1").await;
    console
}

/// How the last frame of a kind reads that the charge point received.
fn received(contents: &Contents, kind: FrameKind, action: &str) -> Option<(String, Option<ErrorCode>)> {
    let records = contents.records();
    let fits = |record: &ocpp_tui::trace::Record<'_>| {
        let ours =
            record.station.and_then(|key| contents.stations().get(key)).is_some_and(|row| row.our_role == Role::ChargePoint);
        ours && record.kind == RecordKind::Frame(Direction::In, kind) && record.action == Some(action)
    };
    records.iter(records.range()).rfind(fits).map(|record| (record.text.to_owned(), record.code))
}

async fn waiting(console: &Console, count: usize) {
    until(console.hub().trace(), "the frames that wait", |_| (console.hub().gate().count() == count).then_some(())).await;
}

#[tokio::test]
async fn held_calls_are_edited_or_answered_over_both_transports() {
    for soap in [false, true] {
        let console = console(soap).await;
        let transport = if soap { "soap" } else { "websocket" };
        let filter = format!("role:cs dir:in action:Authorize transport:{transport} $.idTag");
        assert_eq!(run_line(&console, &format!("hold {filter}")).await, "");
        run_line(&console, "set cp calls_in_flight=3").await;
        for tag in ["A", "B", "C"] {
            assert_eq!(run_line(&console, &format!("authorize idTag={tag}")).await, "");
        }
        waiting(&console, 3).await;
        let list = run_line(&console, "held").await;
        assert!(list.starts_with(&format!("Stopped: {filter}")) && list.contains(r#"{"idTag":"B"}"#), "{list}");
        let held = console.hub().gate().held();
        let number = |tag: &str| held.iter().find(|frame| frame.payload["idTag"] == tag).unwrap().number;
        run_line(&console, &format!("release {} error=SecurityError description=\"not today\"", number("A"))).await;
        let refused =
            until(console.hub().trace(), "the error", |contents| received(contents, FrameKind::Error, "Authorize")).await;
        assert!(refused.0.contains("not today"), "{}", refused.0);
        run_line(&console, "answer authorize idTagInfo.status=Blocked").await;
        run_line(&console, &format!("release {} idTag=D", number("B"))).await;
        let result =
            until(console.hub().trace(), "the result", |contents| received(contents, FrameKind::Result, "Authorize")).await;
        assert!(result.0.contains("Blocked"), "{}", result.0);
        run_line(&console, &format!("drop {}", number("C"))).await;
        waiting(&console, 0).await;
        let unknown = run_line(&console, &format!("release {}", number("C"))).await;
        assert!(unknown.contains("no frame waits under the number"), "{unknown}");
        console.hub().end().await;
    }
}

#[tokio::test]
async fn held_answers_and_calls_wait_for_release() {
    for soap in [false, true] {
        let console = console(soap).await;
        run_line(&console, "hold role:cs dir:out").await;
        run_line(&console, "heartbeat").await;
        run_line(&console, "remote_reset").await;
        waiting(&console, 2).await;
        run_line(&console, "hold off").await;
        run_line(&console, "release all").await;
        until(console.hub().trace(), "the answer", |contents| received(contents, FrameKind::Result, "Heartbeat")).await;
        until(console.hub().trace(), "the call", |contents| received(contents, FrameKind::Call, "Reset")).await;
        assert_eq!(console.hub().gate().count(), 0);
        console.hub().end().await;
    }
}

#[tokio::test]
async fn a_call_of_the_peer_is_answered_late_once() {
    let console = console(false).await;
    run_line(&console, "hold role:cs dir:in action:Authorize").await;
    run_line(&console, "authorize idTag=A").await;
    waiting(&console, 1).await;
    let number = console.hub().gate().held()[0].number;
    run_line(&console, &format!("release {number} delay=40ms")).await;
    until(console.hub().trace(), "the result", |contents| received(contents, FrameKind::Result, "Authorize")).await;
    let latency = {
        let contents = console.hub().trace().read();
        let records = contents.records();
        records
            .iter(records.range())
            .filter(|record| record.action == Some("Authorize"))
            .filter_map(|record| record.latency)
            .max()
    };
    assert!(latency.is_some_and(|latency| latency.as_millis() >= 40), "{latency:?}");
    assert!(run_line(&console, "answers").await.contains("default answer"), "it was for this call only");
    // A rule that is there is not replaced.
    run_line(&console, "answer authorize none --remote-id CP1").await;
    run_line(&console, "authorize idTag=B").await;
    waiting(&console, 1).await;
    let number = console.hub().gate().held()[0].number;
    let said = run_line(&console, &format!("release {number} delay=1s")).await;
    assert!(said.contains("give that rule the delay"), "{said}");
    console.hub().end().await;
}

#[tokio::test]
async fn mistakes_are_reported_with_their_place() {
    let console = console(false).await;
    for (line, part) in [
        ("hold acton:Reset", "acton"),
        ("release x", "<number|all>"),
        ("release 99", "no frame waits"),
        ("release 1 error=Nonsense", "error is not one of"),
    ] {
        let said = run_line(&console, line).await;
        assert!(said.contains(part), "{line}: {said}");
    }
    assert!(console.hub().gate().filter().is_none());
}
