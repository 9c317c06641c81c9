//! Requests that concern the machine: reset, availability, unlocking, triggers, files, and an answer to every action.

use super::*;
use crate::ocpp::ErrorCode;

fn charging(version: Version) -> World {
    let mut world = World::accepted(version);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.live(5);
    world
}

#[test]
fn a_reset_stops_transactions_and_boots_again() {
    for (kind, reason) in [("Soft", "SoftReset"), ("Hard", "HardReset")] {
        let mut world = charging(Version::V1_6);
        world.ask("ChangeAvailability", json!({"connectorId": 2, "type": "Inoperative"}));
        world.serve();
        assert_eq!(world.ask_status("Reset", json!({"type": kind})), "Accepted");
        let stop = format!("StopTransaction 42 TAG {reason}");
        let expected = [
            &stop,
            "StatusNotification 1 Finishing",
            "BootNotification",
            "StatusNotification 0 Available",
            "StatusNotification 1 Available",
            "StatusNotification 2 Unavailable",
        ];
        assert_eq!(world.live(10), expected);
    }
}

#[test]
fn availability_changes_at_once_or_when_the_transaction_is_over() {
    let mut world = charging(Version::V1_6);
    let inoperative = json!({"connectorId": 0, "type": "Inoperative"});
    assert_eq!(world.ask_status("ChangeAvailability", inoperative), "Scheduled");
    assert_eq!(world.serve(), ["StatusNotification 0 Unavailable", "StatusNotification 2 Unavailable"]);
    world.ask("RemoteStopTransaction", json!({"transactionId": 42}));
    assert_eq!(world.live(5).last().unwrap(), "StatusNotification 1 Unavailable");
    assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 1, "type": "Operative"})), "Accepted");
    assert_eq!(world.serve(), ["StatusNotification 1 Available"]);
    assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 1, "type": "Operative"})), "Accepted");
    assert_eq!(world.ask_status("ChangeAvailability", json!({"connectorId": 9, "type": "Operative"})), "Rejected");
    assert!(world.take_sent().is_empty());
}

#[test]
fn unlocking_finishes_the_transaction() {
    for (version, unlocked, unknown) in [(Version::V1_6, "Unlocked", "NotSupported"), (Version::V1_5, "Accepted", "Rejected")] {
        let mut world = charging(version);
        assert_eq!(world.ask_status("UnlockConnector", json!({"connectorId": 7})), unknown);
        assert_eq!(world.ask_status("UnlockConnector", json!({"connectorId": 1})), unlocked);
        let reason = if matches!(version, Version::V1_6) { " UnlockCommand" } else { "" };
        assert!(world.live(5).contains(&format!("StopTransaction 42 TAG{reason}")));
    }
}

#[test]
fn triggered_messages_follow_the_answer() {
    for (payload, status, expected) in [
        (json!({"requestedMessage": "Heartbeat"}), "Accepted", vec!["Heartbeat"]),
        (json!({"requestedMessage": "BootNotification"}), "Rejected", vec![]),
        (
            json!({"requestedMessage": "StatusNotification", "connectorId": 2}),
            "Accepted",
            vec!["StatusNotification 2 Available"],
        ),
        (
            json!({"requestedMessage": "StatusNotification"}),
            "Accepted",
            vec!["StatusNotification 0 Available", "StatusNotification 1 Charging", "StatusNotification 2 Available"],
        ),
        (json!({"requestedMessage": "MeterValues"}), "Accepted", vec!["MeterValues 1 42", "MeterValues 2"]),
        (json!({"requestedMessage": "MeterValues", "connectorId": 0}), "Accepted", vec!["MeterValues 0"]),
        (json!({"requestedMessage": "DiagnosticsStatusNotification"}), "Accepted", vec!["DiagnosticsStatusNotification Idle"]),
        (json!({"requestedMessage": "FirmwareStatusNotification"}), "Accepted", vec!["FirmwareStatusNotification Idle"]),
        (json!({"requestedMessage": "Heartbeat", "connectorId": 5}), "Rejected", vec![]),
        (json!({"requestedMessage": "Weather"}), "NotImplemented", vec![]),
    ] {
        let mut world = charging(Version::V1_6);
        assert_eq!(world.ask_status("TriggerMessage", payload.clone()), status, "{payload}");
        assert_eq!(world.serve(), expected, "{payload}");
    }
}

#[test]
fn diagnostics_report_each_step() {
    for (version, location, expected) in [
        (Version::V1_6, "ftp://host/x", vec!["Uploading", "Uploaded"]),
        (Version::V1_6, "nowhere", vec!["Uploading", "UploadFailed"]),
        (Version::V1_5, "https://host/x", vec!["Uploaded"]),
        (Version::V1_2, "carrier-pigeon://x", vec!["UploadFailed"]),
    ] {
        let mut world = World::accepted(version);
        let Answer::Result(result) = world.ask("GetDiagnostics", json!({"location": location})) else { panic!() };
        assert_eq!(result["fileName"], "diagnostics-CP1-2024-05-01T12-00-00.000Z.log");
        let sent = world.live(20);
        let expected: Vec<_> = expected.iter().map(|it| format!("DiagnosticsStatusNotification {it}")).collect();
        assert_eq!(sent, expected, "{version}");
    }
}

#[test]
fn firmware_is_installed_when_its_time_has_come_and_no_connector_charges() {
    let mut world = charging(Version::V1_6);
    world.ask("UpdateFirmware", json!({"location": "ftp://host/x", "retrieveDate": "2024-05-01T12:00:40Z"}));
    assert!(world.live(30).is_empty());
    let downloaded = ["FirmwareStatusNotification Downloading", "FirmwareStatusNotification Downloaded"];
    assert_eq!(world.live(15), downloaded);
    world.ask("RemoteStopTransaction", json!({"transactionId": 42}));
    let sent = world.live(60);
    let reports: Vec<_> = sent.iter().filter(|it| it.starts_with("Firmware") || it.starts_with("Boot")).collect();
    assert_eq!(reports, ["FirmwareStatusNotification Installing", "BootNotification", "FirmwareStatusNotification Installed"]);
}

#[test]
fn firmware_from_nowhere_is_not_downloaded() {
    let mut world = World::accepted(Version::V1_5);
    world.ask("UpdateFirmware", json!({"location": "nowhere", "retrieveDate": "2024-05-01T11:00:00Z"}));
    assert_eq!(world.live(20), ["FirmwareStatusNotification DownloadFailed"]);
}

#[test]
fn the_cache_is_cleared_unless_there_is_none() {
    let mut world = World::accepted(Version::V1_6);
    assert_eq!(world.ask_status("ClearCache", json!({})), "Accepted");
    world.ask("ChangeConfiguration", json!({"key": "AuthorizationCacheEnabled", "value": "false"}));
    assert_eq!(world.ask_status("ClearCache", json!({})), "Rejected");
}

#[test]
fn the_local_list_of_1_5_has_its_own_field_and_hash() {
    let mut world = World::accepted(Version::V1_5);
    let list = json!({"updateType": "Full", "listVersion": 4, "hash": "abc", "localAuthorisationList":
        [{"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}]});
    assert_eq!(world.ask("SendLocalList", list), Answer::result(json!({"status": "Accepted", "hash": "abc"})));
    assert_eq!(world.ask("GetLocalListVersion", json!({})), Answer::result(json!({"listVersion": 4})));
    assert!(world.machine.local_list.find("tag").is_some());
}

#[test]
fn without_a_local_list_there_is_no_version_of_it() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("ChangeConfiguration", json!({"key": "LocalAuthListEnabled", "value": "false"}));
    assert_eq!(world.ask("GetLocalListVersion", json!({})), Answer::result(json!({"listVersion": -1})));
    let list = json!({"updateType": "Full", "listVersion": 4});
    assert_eq!(world.ask_status("SendLocalList", list), "NotSupported");
}

#[test]
fn every_action_of_a_central_system_is_answered_and_every_other_is_not_supported() {
    let oldest = "ChangeAvailability ChangeConfiguration ClearCache GetDiagnostics RemoteStartTransaction \
                  RemoteStopTransaction Reset UnlockConnector UpdateFirmware";
    let since_1_5 = "CancelReservation DataTransfer GetConfiguration GetLocalListVersion ReserveNow SendLocalList";
    let since_1_6 = "ClearChargingProfile GetCompositeSchedule TriggerMessage CertificateSigned DeleteCertificate \
                     ExtendedTriggerMessage GetInstalledCertificateIds GetLog InstallCertificate SignedUpdateFirmware";
    for (version, known, unknown) in [
        (Version::V1_2, vec![oldest], vec![since_1_5, since_1_6]),
        (Version::V1_5, vec![oldest, since_1_5], vec![since_1_6]),
        (Version::V1_6, vec![oldest, since_1_5, since_1_6], vec!["Nonsense SignCertificate Heartbeat"]),
    ] {
        for autonomous in [true, false] {
            let mut world = World::new(version, autonomous);
            world.connect();
            for action in known.iter().flat_map(|it| it.split_whitespace()) {
                let answer = world.ask(action, json!({}));
                assert!(matches!(answer, Answer::Result(_)), "{version} {action}: {answer:?}");
            }
            for action in unknown.iter().flat_map(|it| it.split_whitespace()) {
                let answer = world.ask(action, json!({}));
                assert!(matches!(answer, Answer::Error { code: ErrorCode::NotSupported, .. }), "{version} {action}");
            }
        }
    }
}
