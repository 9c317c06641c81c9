//! Frames as real peers send them, over real sockets: every view reads them as the link did, deviations are served or refused by one table,
//! and a broken answer ends its call.

use ocpp_tui::console::Console;
use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::{Role, Strictness, Version};
use ocpp_tui::trace::decode::{id_text, payload_text};
use ocpp_tui::trace::{Direction, FrameKind, FrameVerdict, Record, RecordKind, export};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{RawPeer, central_system, charge_point, hub, hub_with, record, run_line, station, until};
use ocpp_tui::link::LinkSettings;

const CALL_IN: RecordKind = RecordKind::Frame(Direction::In, FrameKind::Call);

/// The line of a record as JSON, its id and its payload in a list, and its notes.
async fn seen(hub: &Hub, wanted: impl Fn(&Record<'_>) -> bool) -> (String, String, String, String) {
    until(hub.trace(), "the frame", |contents| {
        let records = contents.records();
        let record = records.iter(records.range()).find(|record| wanted(record))?;
        let line = export::line(&record, contents.stations());
        let id = id_text(&record).unwrap_or_default().to_owned();
        Some((line, id, payload_text(&record).into_owned(), record.notes().into_owned()))
    })
    .await
}

/// Types of calls as mobilityhouse/ocpp#358 and ocppjs have them; ids as lbbrhzn/ocpp#1248 counts them, but as numbers.
#[tokio::test]
async fn every_view_reads_a_frame_as_the_link_did() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    for (text, id, json_id) in [
        (r#"["2","a1","Authorize",{"idTag":"A"}]"#, "a1", r#""a1""#),
        (r#"[2.0,"a2","Authorize",{"idTag":"A"}]"#, "a2", r#""a2""#),
        (r#"[2,28240181849166013077,"Authorize",{"idTag":"A"}]"#, "28240181849166013077", "28240181849166013077"),
        (r#"[2,1e3,"Authorize", {"idTag":"A"} ,"fifth"]"#, "1e3", "1e3"),
        ("\u{feff}[2,\"a3\",\"Authorize\",{\"idTag\":\"A\"}]\0", "a3", r#""a3""#),
    ] {
        peer.say(text).await;
        let answer = loop {
            if let Some(tokio_tungstenite::tungstenite::Message::Text(text)) = peer.next().await {
                break text;
            }
        };
        assert!(answer.starts_with(&format!("[3,{json_id},{{")), "{text}: {answer}");
        let (line, shown_id, payload, notes) = seen(&hub, |record| record.kind == CALL_IN && record.text == text).await;
        assert!(line.contains(&format!(r#""id":{json_id},"payload":{{"idTag":"A"}}"#)), "{line}");
        assert_eq!((shown_id.as_str(), payload.as_str()), (id, r#"{"idTag":"A"}"#));
        assert!(!notes.is_empty(), "{text}");
    }
    hub.end().await;
}

#[tokio::test]
async fn numbers_keep_their_spelling_in_every_line() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    let payload = r#"{"vendorId":"V","data":"x","a":1e3,"b":28240181849166013077,"c":1.10}"#;
    peer.ask(&format!("[2,\"n\",\"DataTransfer\",{payload}]")).await;
    let (line, ..) = seen(&hub, |record| record.kind == CALL_IN).await;
    assert!(line.contains(&format!("\"payload\":{payload}")), "{line}");
    let console = Console::new(hub.clone());
    run_line(&console, "remote_setchargingprofile --remote-id CP1 --force csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit=16.10").await;
    let wanted = |record: &Record<'_>| record.action == Some("SetChargingProfile") && record.text.contains("\"limit\":16.10");
    record(&hub, "the limit as it was typed", wanted).await;
    hub.end().await;
}

/// RFC 8259 §4; reported as dallmann-consulting/OCPP.Core#36.
#[tokio::test]
async fn a_name_that_occurs_twice_is_a_finding() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    let text = r#"[2,"k1","StartTransaction",{"connectorId":1,"connectorId":2,"idTag":"A","meterStart":0,"timestamp":"2024-02-26T09:12:49Z"}]"#;
    assert_eq!(peer.ask(text).await[0], 3);
    let (line, _, _, notes) = seen(&hub, |record| record.text == text).await;
    assert_eq!(notes, "/connectorId: connectorId occurs twice, 1 and 2; readers differ in which one they take");
    assert!(line.contains(r#""payload":{"connectorId":1,"connectorId":2,"#) && line.contains(r#""valid":true"#), "{line}");
    hub.end().await;
}

#[tokio::test]
async fn a_strict_link_refuses_what_a_tolerant_one_serves() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let console = Console::new(hub.clone());
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    let frames = [
        (r#"["2","1","Heartbeat",{}]"#, "FormationViolation"),
        (r#"[2,2,"Heartbeat",{}]"#, "FormationViolation"),
        (r#"[2,"3","Heartbeat",{},5]"#, "FormationViolation"),
        (r#"[2,"","Heartbeat",{}]"#, "FormationViolation"),
        (r#"[2,"5","Heartbeat",null]"#, "TypeConstraintViolation"),
        (r#"[2,"6","Authorize",{"idTag":"A","idTag":"B"}]"#, "FormationViolation"),
        ("\u{feff}[2,\"7\",\"Heartbeat\",{}]", "FormationViolation"),
        ("[2,\"8\",\"Heartbeat\",{}]\0", "FormationViolation"),
        (
            r#"[2,"9","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available","timestamp":"2024-01-01T00:00"}]"#,
            "PropertyConstraintViolation",
        ),
    ];
    for (text, _) in frames {
        assert_eq!(peer.ask(text).await[0], 3, "{text}");
    }
    assert_eq!(run_line(&console, "set cs strictness=strict").await, "");
    // The order to read the settings comes in turn with what the peer sends, so a strict answer shows that it was read.
    loop {
        if peer.ask(r#"["2","0","Heartbeat",{}]"#).await[0] == 4 {
            break;
        }
    }
    for (text, code) in frames {
        let answer = peer.ask(text).await;
        assert_eq!((&answer[0], &answer[2]), (&json!(4), &json!(code)), "{text}: {answer}");
    }
    assert_eq!(peer.ask(r#"[2,"10","Heartbeat",{}]"#).await[0], 3);
    hub.end().await;
    let strict = LinkSettings { strictness: Strictness::Strict, ..LinkSettings::default() };
    let hub = hub_with(strict);
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.5"]).await.unwrap();
    assert_eq!(peer.ask(r#"["2","1","Heartbeat",{}]"#).await[2], "FormationViolation");
    hub.end().await;
}

/// A NUL in a text of GetConfiguration (evcc-io/evcc#3685), an answer that is cut off (lbbrhzn/ocpp#176).
#[tokio::test]
async fn a_broken_answer_ends_its_call_in_both_roles() {
    let hub = hub();
    let console = Console::new(hub.clone());
    let port = central_system(&hub, &Version::ALL).await;
    let mut peer = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    station(&hub, Role::CentralSystem, "CP1").await;
    run_line(&console, "remote_getconfiguration --remote-id CP1").await;
    run_line(&console, "remote_clearcache --remote-id CP1").await;
    let id = peer.hear().await[1].as_str().unwrap().to_owned();
    peer.say(&format!("[3,\"{id}\",{{\"configurationKey\":[{{\"key\":\"A\",\"readonly\":true,\"value\":\"a\0b\"}}]}}]")).await;
    assert_eq!(peer.hear().await[2], "ClearCache", "the next call leaves at once");
    check_broken(&hub, &id, "GetConfiguration").await;

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    hub.start_charge_point(charge_point(listener.local_addr().unwrap().port(), "CP2", Version::V1_5, false)).unwrap();
    let mut system = RawPeer::accept(&listener).await;
    station(&hub, Role::ChargePoint, "CP2").await;
    run_line(&console, "authorize --id CP2 idTag=A").await;
    run_line(&console, "heartbeat --id CP2").await;
    let id = system.hear().await[1].as_str().unwrap().to_owned();
    system.say(&format!("[3,\"{id}\",{{\"idTagInfo\":{{\"sta")).await;
    assert_eq!(system.hear().await[2], "Heartbeat");
    check_broken(&hub, &id, "Authorize").await;
    hub.end().await;
}

async fn check_broken(hub: &Hub, id: &str, action: &str) {
    let (partners, line, remarks, verdict) = until(hub.trace(), "the broken answer", |contents| {
        let records = contents.records();
        let broken = |record: &Record<'_>| {
            record.kind == RecordKind::Frame(Direction::In, FrameKind::Malformed) && record.text.contains(id)
        };
        let answer = records.iter(records.range()).find(broken)?;
        let call = records.get(answer.partner?)?;
        let line: Value = serde_json::from_str(&export::line(&answer, contents.stations())).unwrap();
        let partners = call.partner == Some(answer.sequence) && call.text.contains(id);
        Some((partners, line, answer.remarks.to_owned(), answer.verdict))
    })
    .await;
    assert!(partners, "each is the partner of the other");
    assert_eq!((line["id"].as_str(), line["action"].as_str()), (Some(id), Some(action)));
    assert!(remarks.starts_with(&format!("this seems to be the answer to {action}; not JSON: ")), "{remarks}");
    assert_eq!(verdict, FrameVerdict::Invalid);
}
