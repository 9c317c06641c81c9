//! What `scenario save` writes is played again: sessions are recorded, saved with the command, and played by the runner, against
//! simulated peers and against other sessions. A saved scenario passes, and fails when the peer does something else.

use ocpp_tui::clock::now;
use ocpp_tui::hub::{LinkCommand, SoapOptions};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::scenario::{ListenPort, ScenarioOptions};
use serde_json::json;
use tokio::time::sleep;

use crate::recording::{
    Recording, SECOND, fails_with, passes, really, recorded, recorded_with, statement, transaction, virtually,
};
use crate::support::{charge_point, free_port, hub};

/// What is said around a transaction that the central system starts and stops.
async fn charging(recording: &Recording, identity: &str) {
    let central = Role::CentralSystem;
    recording.start(identity, Version::V1_6, true).await;
    sleep(5 * SECOND).await;
    let started = json!({"idTag": "TAG", "connectorId": 1});
    recording.call(central, identity, "RemoteStartTransaction", started).await;
    sleep(3600 * SECOND).await;
    let transaction = transaction(&recording.hub);
    recording.call(central, identity, "RemoteStopTransaction", json!({"transactionId": transaction})).await;
    sleep(30 * SECOND).await;
}

#[test]
fn an_hour_of_charging_passes_and_a_fault_in_it_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = recorded(async |recording| {
        charging(recording, "CP1").await;
        recording.saved(folder.path(), "charging", "cp:CP1").await
    });
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().count() < 150, "{text}");
    assert!(text.contains("once stands for all"), "{text}");
    passes(&file, &virtually());
    let start = statement(&text, "  await cp.call('RemoteStartTransaction'");
    let stop = statement(&text, "  await cp.call('RemoteStopTransaction'");
    fails_with(&file, &virtually(), &[(start, "")]);
    fails_with(&file, &virtually(), &[(stop, "")]);
    fails_with(&file, &virtually(), &[(start, "STOP"), (stop, start), ("STOP", stop)]);
    fails_with(&file, &virtually(), &[("status: 'Finishing'", "status: 'Faulted'")]);
    fails_with(&file, &virtually(), &[(start, &start.replace("'Accepted'", "'Rejected'"))]);
}

#[test]
fn actions_of_the_user_at_the_charge_point_are_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let limits = LinkSettings { call_timeout: 5 * SECOND, ..LinkSettings::default() };
    let file = recorded_with(limits, async |recording| {
        let (us, them) = (Role::CentralSystem, Role::ChargePoint);
        recording.start("CP1", Version::V1_6, true).await;
        sleep(7 * SECOND).await;
        recording.line("answer authorize idTagInfo.status=Blocked --once").await;
        recording.call(them, "CP1", "Authorize", json!({"idTag": "BAD"})).await;
        recording.call(them, "CP1", "Authorize", json!({"idTag": "GOOD"})).await;
        let plugged = json!({"connectorId": 2, "errorCode": "NoError", "status": "Preparing"});
        recording.call(them, "CP1", "StatusNotification", plugged).await;
        let started = json!({"connectorId": 2, "idTag": "GOOD", "meterStart": 500, "timestamp": now().wall.to_string()});
        recording.call(them, "CP1", "StartTransaction", started).await;
        sleep(200 * SECOND).await;
        let (transaction, at) = (transaction(&recording.hub), now().wall.to_string());
        let stopped = json!({"transactionId": transaction, "meterStop": 9000, "timestamp": at, "reason": "Local"});
        recording.call(them, "CP1", "StopTransaction", stopped).await;
        sleep(10 * SECOND).await;
        recording.line("answer heartbeat error=InternalError description=\"not now\" --once").await;
        recording.call(them, "CP1", "Heartbeat", json!({})).await;
        recording.line("answer datatransfer none").await;
        recording.call(them, "CP1", "DataTransfer", json!({"vendorId": "Acme"})).await;
        recording.line("answer datatransfer default").await;
        recording.line("answer remote_unlockconnector none").await;
        recording.call(us, "CP1", "UnlockConnector", json!({"connectorId": 1})).await;
        recording.line("answer remote_clearcache error=NotSupported").await;
        recording.call(us, "CP1", "ClearCache", json!({})).await;
        recording.call(us, "CP1", "GetConfiguration", json!({"key": ["HeartbeatInterval", "Nonsense"]})).await;
        recording.call(us, "CP1", "MakeCoffee", json!({"sugar": 2})).await;
        recording.saved(folder.path(), "person", "cp:CP1").await
    });
    let text = std::fs::read_to_string(&file).unwrap();
    passes(&file, &virtually());
    let start = statement(&text, "'Let CP1 send StartTransaction");
    fails_with(&file, &virtually(), &[(start, "")]);
    assert!(text.contains("idTagInfo: { status: 'Blocked' }"), "{text}");
}

#[test]
fn frames_that_are_no_messages_are_replayed_with_their_answers() {
    let folder = tempfile::tempdir().unwrap();
    let file = recorded(async |recording| {
        let (us, them) = (Role::CentralSystem, Role::ChargePoint);
        recording.start("CP1", Version::V1_6, true).await;
        sleep(7 * SECOND).await;
        for (role, text) in [
            (us, "[2,\"raw-1\",\"ClearCache\","),
            (us, "[2,\"raw-2\",\"ClearCache\",{}]"),
            (us, "[3,\"nobody\",{}]"),
            (them, "[2,\"raw-3\",\"Heartbeat\",{"),
            (them, "[2,\"raw-4\",\"Heartbeat\",{}]"),
            (them, "[2,\"raw-5\",\"MakeCoffee\",{\"sugar\":2}]"),
            (
                them,
                "[2,\"raw-6\",\"StatusNotification\",{\"connectorId\":1,\"status\":\"Exhausted\",\"errorCode\":\"NoError\"}]",
            ),
            (them, "[3,\"nobody\",{\"status\":\"Accepted\"}]"),
            (them, "it's nothing"),
        ] {
            recording.order(role, "CP1", LinkCommand::Raw(text.to_owned()));
            sleep(SECOND).await;
        }
        recording.saved(folder.path(), "raw", "cp:CP1").await
    });
    passes(&file, &virtually());
}

#[test]
fn links_are_closed_and_reopened() {
    let folder = tempfile::tempdir().unwrap();
    let file = recorded(async |recording| {
        let (us, them) = (Role::CentralSystem, Role::ChargePoint);
        recording.start("CP1", Version::V1_6, true).await;
        sleep(7 * SECOND).await;
        for (role, deed) in
            [(us, LinkCommand::Disconnect), (them, LinkCommand::Disconnect), (us, LinkCommand::Drop), (them, LinkCommand::Drop)]
        {
            recording.order(role, "CP1", deed);
            sleep(7 * SECOND).await;
            if role == them {
                recording.order(them, "CP1", LinkCommand::Connect);
            }
            sleep(7 * SECOND).await;
            recording.call(us, "CP1", "ClearCache", json!({})).await;
        }
        recording.saved(folder.path(), "down", "cp:CP1").await
    });
    passes(&file, &virtually());
}

#[test]
fn the_older_version_over_both_transports() {
    let folder = tempfile::tempdir().unwrap();
    for soap in [false, true] {
        let file = recorded(async |recording| {
            let us = Role::CentralSystem;
            let mut options = charge_point(recording.port, "OLD", Version::V1_5, true);
            if soap {
                options.url = format!("http://127.0.0.1:{}/", recording.port);
                options.soap = Some(SoapOptions::default());
            }
            recording.hub.start_charge_point(options).unwrap();
            recording.up("OLD").await;
            sleep(7 * SECOND).await;
            recording.call(us, "OLD", "RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1})).await;
            sleep(400 * SECOND).await;
            let id = 1;
            recording.call(us, "OLD", "RemoteStopTransaction", json!({"transactionId": id})).await;
            sleep(30 * SECOND).await;
            recording.call(us, "OLD", "RemoteStopTransaction", json!({"transactionId": 77})).await;
            recording.saved(folder.path(), if soap { "soap" } else { "websocket" }, "cp:OLD").await
        });
        passes(&file, &virtually());
    }
}

/// The other end of the link: a simulated charge point, and a central system with a user.
#[test]
fn a_saved_session_of_a_charge_point_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let limits = LinkSettings { call_timeout: 5 * SECOND, ..LinkSettings::default() };
    let file = recorded_with(limits, async |recording| {
        let (us, them) = (Role::ChargePoint, Role::CentralSystem);
        recording.start("CP1", Version::V1_6, false).await;
        let boot = json!({"chargePointVendor": "Acme", "chargePointModel": "X"});
        recording.call(us, "CP1", "BootNotification", boot).await;
        recording.line("answer remote_getconfiguration error=NotSupported --once").await;
        recording.call(them, "CP1", "GetConfiguration", json!({})).await;
        recording.line("answer authorize idTagInfo.status=Blocked --once").await;
        recording.call(us, "CP1", "Authorize", json!({"idTag": "BAD"})).await;
        let expiry = (now().wall + 3600 * SECOND).to_string();
        let reserved = json!({"connectorId": 1, "expiryDate": expiry, "idTag": "TAG", "reservationId": 9});
        recording.call(them, "CP1", "ReserveNow", reserved).await;
        recording.call(them, "CP1", "CancelReservation", json!({"reservationId": 9})).await;
        recording.call(them, "CP1", "RemoteStartTransaction", json!({"connectorId": 1, "idTag": "TAG"})).await;
        let at = now().wall.to_string();
        let started = json!({"connectorId": 1, "idTag": "TAG", "meterStart": 5, "timestamp": at});
        recording.call(us, "CP1", "StartTransaction", started).await;
        let transaction = transaction(&recording.hub);
        for reading in 0..50 {
            sleep(60 * SECOND).await;
            let sampled = json!([{"timestamp": now().wall.to_string(), "sampledValue": [{"value": reading.to_string()}]}]);
            let values = json!({"connectorId": 1, "transactionId": transaction, "meterValue": sampled});
            recording.call(us, "CP1", "MeterValues", values).await;
        }
        recording.call(them, "CP1", "RemoteStopTransaction", json!({"transactionId": transaction})).await;
        let at = now().wall.to_string();
        let stopped = json!({"transactionId": transaction, "meterStop": 99, "timestamp": at, "reason": "Remote"});
        recording.call(us, "CP1", "StopTransaction", stopped).await;
        recording.line("answer heartbeat none --once").await;
        recording.call(us, "CP1", "Heartbeat", json!({})).await;
        for (role, deed) in [(us, LinkCommand::Disconnect), (us, LinkCommand::Connect), (them, LinkCommand::Disconnect)] {
            recording.order(role, "CP1", deed);
            sleep(7 * SECOND).await;
        }
        recording.call(us, "CP1", "Heartbeat", json!({})).await;
        recording.saved(folder.path(), "ours", "role:cp").await
    });
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("This was sent 50 times"));
    passes(&file, &virtually());
    let remote = statement(&text, "'Let the central system send RemoteStopTransaction");
    fails_with(&file, &virtually(), &[(remote, "")]);
    fails_with(&file, &virtually(), &[("status: 'Accepted'", "status: 'Pending'")]);
}

#[test]
fn several_stations_in_one_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let file = recorded(async |recording| {
        for identity in ["A", "B"] {
            recording.start(identity, Version::V1_6, true).await;
        }
        sleep(7 * SECOND).await;
        for identity in ["B", "A"] {
            recording.call(Role::CentralSystem, identity, "ClearCache", json!({})).await;
            recording.call(Role::ChargePoint, identity, "Authorize", json!({"idTag": identity})).await;
        }
        recording.saved(folder.path(), "two", "cp:A or cp:B").await
    });
    passes(&file, &virtually());
    passes(&file, &really());
}

/// Another program is the peer: its session runs beside the one that plays.
#[test]
fn a_foreign_central_system_passes_and_fails_after_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (recording, file) = runtime.block_on(async {
        let recording = Recording::new(hub()).await;
        let us = Role::ChargePoint;
        recording.start("CP1", Version::V1_6, false).await;
        let boot = json!({"chargePointVendor": "Acme", "chargePointModel": "X"});
        recording.call(us, "CP1", "BootNotification", boot).await;
        recording.call(us, "CP1", "Authorize", json!({"idTag": "TAG"})).await;
        let at = now().wall.to_string();
        let started = json!({"connectorId": 1, "idTag": "TAG", "meterStart": 5, "timestamp": at});
        recording.call(us, "CP1", "StartTransaction", started).await;
        let (transaction, at) = (transaction(&recording.hub), now().wall.to_string());
        let stopped = json!({"transactionId": transaction, "meterStop": 99, "timestamp": at});
        recording.call(us, "CP1", "StopTransaction", stopped).await;
        let file = recording.saved(folder.path(), "foreign", "role:cp").await;
        recording.order(us, "CP1", LinkCommand::Disconnect);
        (recording, file)
    });
    let url = Some(format!("ws://127.0.0.1:{}", recording.port));
    let against = ScenarioOptions { url, ..really() };
    passes(&file, &against);
    passes(&file, &really());
    runtime.block_on(recording.line("answer authorize idTagInfo.status=Blocked"));
    fails_with(&file, &against, &[]);
    runtime.block_on(recording.hub.end());
}

#[test]
fn a_foreign_charge_point_passes_and_fails_after_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let port = free_port();
    let (other, file) = runtime.block_on(async {
        let recording = Recording::new(hub()).await;
        recording.start("CP1", Version::V1_6, true).await;
        recording.call(Role::CentralSystem, "CP1", "ClearCache", json!({})).await;
        let keys = json!({"key": ["HeartbeatInterval"]});
        recording.call(Role::CentralSystem, "CP1", "GetConfiguration", keys).await;
        let chosen = "(action:BootNotification or action:ClearCache or action:GetConfiguration)";
        let file = recording.saved(folder.path(), "foreign", chosen).await;
        recording.hub.end().await;
        let other = Recording::new(hub()).await;
        other.hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
        (other, file)
    });
    let listen = ListenPort { host: Some("127.0.0.1".into()), port, endpoint: "/".into() };
    let against = ScenarioOptions { listen: Some(listen), ..really() };
    passes(&file, &against);
    runtime.block_on(async {
        // It boots only once, so the next session needs a new one.
        other.hub.end().await;
        let other = Recording::new(hub()).await;
        other.line("answer remote_clearcache status=Rejected").await;
        other.hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
        tokio::task::block_in_place(|| fails_with(&file, &against, &[]));
        other.hub.end().await;
    });
}

/// A demonstration of everything else that a charge point does when it is asked, with names of files that hold the time.
#[test]
fn reports_of_a_charge_point_are_awaited() {
    let folder = tempfile::tempdir().unwrap();
    let file = recorded(async |recording| {
        let us = Role::CentralSystem;
        recording.start("CP1", Version::V1_6, true).await;
        sleep(7 * SECOND).await;
        recording.call(us, "CP1", "TriggerMessage", json!({"requestedMessage": "Heartbeat"})).await;
        recording.call(us, "CP1", "GetDiagnostics", json!({"location": "ftp://example.com/"})).await;
        sleep(60 * SECOND).await;
        recording.call(us, "CP1", "ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"})).await;
        sleep(7 * SECOND).await;
        recording.call(us, "CP1", "Reset", json!({"type": "Hard"})).await;
        sleep(60 * SECOND).await;
        let keys = json!({"key": "HeartbeatInterval", "value": "600"});
        recording.call(us, "CP1", "ChangeConfiguration", keys).await;
        sleep(1500 * SECOND).await;
        recording.saved(folder.path(), "work", "cp:CP1").await
    });
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("fileName: any.string") && text.contains("This came 2 times"), "{text}");
    assert!(!text.contains("operator"), "the charge point does all of this by itself: {text}");
    passes(&file, &virtually());
}
