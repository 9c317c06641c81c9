//! Answer rules set by lines: for a station that comes later, and with conditions about the call.

use ocpp_tui::console::Console;
use ocpp_tui::ocpp::Version;
use serde_json::json;

use crate::support::{RawPeer, central_system, hub, run_line, until};

#[tokio::test]
async fn a_rule_for_a_station_that_has_not_connected_yet_waits_for_it() {
    let console = Console::new(hub());
    let port = central_system(console.hub(), &Version::ALL).await;
    let said = run_line(&console, "answer heartbeat error=InternalError --remote-id CP9").await;
    assert!(said.contains("waits for CP9"), "{said}");
    let mut other = RawPeer::connect(port, "/CP8", &["ocpp1.6"]).await.unwrap();
    assert_eq!(other.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    let mut expected = RawPeer::connect(port, "/CP9", &["ocpp1.6"]).await.unwrap();
    assert_eq!(expected.ask(r#"[2,"1","Heartbeat",{}]"#).await[2], "InternalError");
    assert!(run_line(&console, "answer heartbeat none --remote-id CP*9x").await.contains("no connected"));
}

#[tokio::test]
async fn an_answer_depends_on_the_call() {
    let console = Console::new(hub());
    let port = central_system(console.hub(), &Version::ALL).await;
    for line in [
        "answer authorize idTagInfo.status=Blocked when idTag=BLOCKED*",
        "answer authorize idTagInfo.status=Expired when idTag=OLD or idTag=BLOCKED2",
        "answer authorize idTagInfo.status=ConcurrentTx",
    ] {
        assert_eq!(run_line(&console, line).await, "", "{line}");
    }
    let listed = run_line(&console, "answers").await;
    assert_eq!(listed.matches("when idTag").count(), 2, "{listed}");
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    let mut status = async |tag: &str| {
        let answer = peer.ask(&json!([2, tag, "Authorize", {"idTag": tag}]).to_string()).await;
        answer[2]["idTagInfo"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("BLOCKED2").await, "Blocked");
    assert_eq!(status("OLD").await, "Expired");
    assert_eq!(status("TAG").await, "ConcurrentTx");
    run_line(&console, "answer authorize default when idTag=BLOCKED*").await;
    assert_eq!(status("BLOCKED2").await, "Expired");
    run_line(&console, "answer authorize default").await;
    assert_eq!(status("BLOCKED2").await, "Accepted");
    let slip = run_line(&console, "answer authorize none when idtag=X").await;
    assert!(slip.contains("Authorize has no field idtag; did you mean idTag?"), "{slip}");
}

#[tokio::test]
async fn a_sent_call_waits_its_turn_unless_it_is_for_now() {
    let console = Console::new(hub());
    let port = central_system(console.hub(), &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    peer.ask(r#"[2,"1","Heartbeat",{}]"#).await;
    // A command looks for its station in the trace.
    until(console.hub().trace(), "the link", |contents| (contents.stations().connected() == 1).then_some(())).await;
    for line in
        ["remote_send -n ClearCache -p {\"a\": 1.10}", "remote_send -n Reset -p {}", "remote_send -n Unknown -p {} --now"]
    {
        run_line(&console, line).await;
    }
    let first = peer.hear().await;
    assert_eq!((first[2].as_str(), first[3].to_string()), (Some("ClearCache"), "{\"a\":1.1}".to_owned()));
    let second = peer.hear().await;
    assert_eq!(second[2], "Unknown", "Reset was ordered before it");
    for asked in [first, second] {
        peer.say(&json!([3, asked[1], {"status": "Accepted"}]).to_string()).await;
    }
    assert_eq!(peer.hear().await[2], "Reset");
}
