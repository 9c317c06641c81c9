//! A station asks for a certificate, our central system signs it with the test CA, and the station takes it or reports why not; what
//! a station reports that could not connect.

use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::console::Console;
use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::pki::CertificateDefect;
use ocpp_tui::simulator::SigningRule;
use ocpp_tui::trace::{Contents, Direction, FrameKind, RecordKind, StationKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::every_action::assert_all_valid;
use crate::support::{RawPeer, call, central_system, charge_point, hub, run_line, station, until};

const CALL: RecordKind = RecordKind::Frame(Direction::Out, FrameKind::Call);

/// The text of the last answer to an action that the central system called.
fn answer(contents: &Contents, station: StationKey, action: &str) -> Option<String> {
    let records = contents.records();
    let mut calls = records.iter(records.range()).filter(|record| (record.station, record.kind) == (Some(station), CALL));
    let last = calls.rfind(|record| record.action == Some(action))?;
    Some(records.get(last.partner?)?.text.to_owned())
}

async fn ask(hub: &Hub, station: StationKey, action: &str, payload: Value) -> String {
    assert_eq!(hub.submit(&call(station, action, payload)).taken, [station]);
    until(hub.trace(), action, |contents| answer(contents, station, action)).await
}

/// The root that is installed, and the message that a trigger asks for.
fn words(version: Version) -> (&'static str, &'static str, &'static str) {
    match version {
        Version::V1_6 => ("CentralSystemRootCertificate", "ExtendedTriggerMessage", "SignChargePointCertificate"),
        _ => ("CSMSRootCertificate", "TriggerMessage", "SignChargingStationCertificate"),
    }
}

#[tokio::test]
async fn a_station_gets_the_certificate_that_it_asks_for() {
    for version in [Version::V1_6, Version::V2_0_1, Version::V2_1] {
        for (rule, expected) in [(SigningRule::Good, "Accepted"), (SigningRule::Faulty(CertificateDefect::Expired), "Rejected")]
        {
            let home = tempfile::tempdir().unwrap();
            let (folder, _) = AuthorityFolder::open_or_create(&home.path().join("ca"), jiff::Timestamp::now()).unwrap();
            let hub = hub();
            hub.use_authority(folder.path().to_owned());
            let port = central_system(&hub, &Version::ALL).await;
            hub.change_central_systems(|settings| settings.signing = rule);
            hub.start_charge_point(charge_point(port, "CP1", version, true)).unwrap();
            let at_central = station(&hub, Role::CentralSystem, "CP1").await;
            let (root, trigger, message) = words(version);
            let certificate = std::fs::read_to_string(folder.root_file()).unwrap();
            let install = json!({ "certificateType": root, "certificate": certificate });
            assert!(ask(&hub, at_central, "InstallCertificate", install).await.contains("Accepted"), "{version}");
            assert!(ask(&hub, at_central, trigger, json!({ "requestedMessage": message })).await.contains("Accepted"));
            let signed = |contents: &Contents| answer(contents, at_central, "CertificateSigned");
            let answered = until(hub.trace(), "CertificateSigned", signed).await;
            assert!(answered.contains(expected), "{version}: {answered}");
            assert_all_valid(&hub);
            hub.end().await;
        }
    }
}

/// Without a rule a request waits, and is signed by a command as often as wanted.
#[tokio::test]
async fn a_request_waits_until_it_is_signed_by_hand() {
    for version in [Version::V1_6, Version::V2_0_1] {
        let home = tempfile::tempdir().unwrap();
        let (folder, _) = AuthorityFolder::open_or_create(&home.path().join("ca"), jiff::Timestamp::now()).unwrap();
        let hub = hub();
        hub.use_authority(folder.path().to_owned());
        let console = Console::new(hub.clone());
        let port = central_system(&hub, &Version::ALL).await;
        hub.change_central_systems(|settings| settings.signing = SigningRule::Off);
        hub.start_charge_point(charge_point(port, "CP1", version, true)).unwrap();
        let at_central = station(&hub, Role::CentralSystem, "CP1").await;
        let said = run_line(&console, "sign CP1").await;
        assert!(said.contains("it has sent no request for a certificate"), "{said}");
        let (root, trigger, message) = words(version);
        let certificate = std::fs::read_to_string(folder.root_file()).unwrap();
        let install = json!({ "certificateType": root, "certificate": certificate });
        assert!(ask(&hub, at_central, "InstallCertificate", install).await.contains("Accepted"), "{version}");
        assert!(ask(&hub, at_central, trigger, json!({ "requestedMessage": message })).await.contains("Accepted"));
        let accepted = |contents: &Contents| {
            let records = contents.records();
            let mut answers = records.iter(records.range()).filter(|record| {
                record.station == Some(at_central) && record.kind == RecordKind::Frame(Direction::Out, FrameKind::Result)
            });
            answers.any(|record| record.action == Some("SignCertificate")).then_some(())
        };
        until(hub.trace(), "the request", accepted).await;
        for (line, expected) in [("sign CP1", "Accepted"), ("sign CP1 expired", "Rejected")] {
            let said = run_line(&console, line).await;
            assert!(!said.contains("Error"), "{line}: {said}");
            until(hub.trace(), line, |contents| {
                answer(contents, at_central, "CertificateSigned").filter(|answered| answered.contains(expected))
            })
            .await;
        }
        hub.end().await;
    }
}

/// A station of 2.x may wait for a certificate of the link and for one of its cars at once.
#[tokio::test]
async fn each_of_several_requests_is_signed_by_hand() {
    let home = tempfile::tempdir().unwrap();
    let (folder, _) = AuthorityFolder::open_or_create(&home.path().join("ca"), jiff::Timestamp::now()).unwrap();
    let hub = hub();
    hub.use_authority(folder.path().to_owned());
    let console = Console::new(hub.clone());
    let port = central_system(&hub, &Version::ALL).await;
    hub.change_central_systems(|settings| settings.signing = SigningRule::Off);
    hub.start_charge_point(charge_point(port, "CP1", Version::V2_1, true)).unwrap();
    let at_central = station(&hub, Role::CentralSystem, "CP1").await;
    assert_eq!(run_line(&console, "sign CP1 list").await, "It has asked for no certificate.");
    for message in ["SignChargingStationCertificate", "SignV2GCertificate"] {
        assert!(ask(&hub, at_central, "TriggerMessage", json!({ "requestedMessage": message })).await.contains("Accepted"));
    }
    let answered = |contents: &Contents| {
        let records = contents.records();
        let answers = records.iter(records.range()).filter(|record| {
            record.kind == RecordKind::Frame(Direction::Out, FrameKind::Result) && record.action == Some("SignCertificate")
        });
        (answers.count() >= 2).then_some(())
    };
    until(hub.trace(), "two requests", answered).await;
    let listed = run_line(&console, "sign CP1 list").await;
    assert!(
        listed.contains("ChargingStationCertificate, request 1: ") && listed.contains("V2GCertificate, request 2: "),
        "{listed}"
    );
    for (line, kind) in
        [("sign CP1 type=ChargingStationCertificate", "ChargingStationCertificate"), ("sign CP1", "V2GCertificate")]
    {
        let said = console.run(line, &ocpp_tui::console::RunContext::default()).await;
        assert!(said.done.as_deref().is_some_and(|done| done.contains(kind)), "{line}: {said:?}");
        let sent = format!("\"certificateType\":\"{kind}\"");
        until(hub.trace(), line, |contents| {
            let records = contents.records();
            let mut calls =
                records.iter(records.range()).filter(|record| record.kind == CALL && record.station == Some(at_central));
            calls.any(|record| record.action == Some("CertificateSigned") && record.text.contains(&sent)).then_some(())
        })
        .await;
    }
    let said = run_line(&console, "sign CP1 request=9").await;
    assert!(said.contains("it has sent ChargingStationCertificate, request 1; V2GCertificate, request 2"), "{said}");
    hub.end().await;
}

/// A central system that does not take the password once. The station reports it as soon as it is connected and accepted.
#[tokio::test]
async fn a_refused_password_is_a_security_event() {
    let hub = hub();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let (mut refused, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(refused.read_u8().await.unwrap());
    }
    let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n";
    refused.write_all(answer.as_bytes()).await.unwrap();
    drop(refused);
    let mut peer = RawPeer::accept(&listener).await;
    loop {
        let call = peer.hear().await;
        if call[2] == "SecurityEventNotification" {
            assert_eq!(call[3]["type"], "FailedToAuthenticateAtCentralSystem");
            break;
        }
        let accepted = json!({ "status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 300 });
        let answer = if call[2] == "BootNotification" { accepted } else { json!({}) };
        peer.say(&json!([3, call[1], answer]).to_string()).await;
    }
    hub.end().await;
}
