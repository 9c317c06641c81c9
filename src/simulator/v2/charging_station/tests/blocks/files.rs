//! Firmware, its publication, and logs.

use super::*;
use crate::behaviour::{FailingStep, FailureTimes, PhysicalAction};
use crate::ocpp::certificates::CERTIFICATE;

const FIRMWARE: &str = "FirmwareStatusNotification";
const PUBLICATION: &str = "PublishFirmwareStatusNotification";
const CHECKSUM: &str = "d41d8cd98f00b204e9800998ecf8427e";

fn update(location: &str, signed: bool) -> Value {
    let mut firmware = json!({"location": location, "retrieveDateTime": "2024-05-01T12:00:00Z"});
    if signed {
        firmware["signingCertificate"] = CERTIFICATE.into();
        firmware["signature"] = "c2lnbmF0dXJl".into();
    }
    json!({"requestId": 7, "firmware": firmware})
}

fn log(location: &str, id: i32) -> Value {
    json!({"log": {"remoteLocation": location}, "logType": "DiagnosticsLog", "requestId": id})
}

fn fail(world: &mut StationWorld, step: FailingStep) {
    world.acts(&PhysicalAction::Fail { step, times: FailureTimes::Next });
}

#[test]
fn firmware_is_installed_and_each_step_reported() {
    for version in VERSIONS {
        let mut world = StationWorld::accepted(version);
        assert_eq!(world.ask_status("UpdateFirmware", update("https://host/x", true)), "Accepted");
        let expected = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"];
        assert_eq!(statuses(&mut world, 90, FIRMWARE), expected.map(|status| format!("{status} 7")));
    }
}

#[test]
fn firmware_without_a_signature_is_not_verified() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    world.ask("UpdateFirmware", update("ftp://host/x", false));
    let all = world.live(90);
    assert!(all.contains(&"BootNotification FirmwareUpdate".to_owned()), "{all:?}");
    assert!(all.contains(&"SecurityEventNotification FirmwareUpdated".to_owned()), "{all:?}");
}

#[test]
fn times_in_the_future_are_waited_for() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let mut payload = update("https://host/x", true);
    payload["firmware"]["retrieveDateTime"] = "2024-05-01T12:01:00Z".into();
    payload["firmware"]["installDateTime"] = "2024-05-01T12:03:00Z".into();
    world.ask("UpdateFirmware", payload);
    assert_eq!(statuses(&mut world, 50, FIRMWARE), ["DownloadScheduled 7"]);
    let next = ["Downloading 7", "Downloaded 7", "SignatureVerified 7", "InstallScheduled 7"];
    assert_eq!(statuses(&mut world, 60, FIRMWARE), next);
    assert_eq!(statuses(&mut world, 120, FIRMWARE), ["Installing 7", "InstallRebooting 7", "Installed 7"]);
}

#[test]
fn each_step_of_an_update_can_fail() {
    for (step, end) in [
        (FailingStep::Download, "DownloadFailed"),
        (FailingStep::Signature, "InvalidSignature"),
        (FailingStep::Verify, "InstallVerificationFailed"),
        (FailingStep::Install, "InstallationFailed"),
    ] {
        let mut world = StationWorld::accepted(Version::V2_0_1);
        fail(&mut world, step);
        world.ask("UpdateFirmware", update("https://host/x", true));
        let reported = statuses(&mut world, 90, FIRMWARE);
        assert_eq!(reported.last(), Some(&format!("{end} 7")), "{reported:?}");
        let trigger = json!({"requestedMessage": FIRMWARE});
        assert_eq!(world.ask_status("TriggerMessage", trigger), "Accepted");
        assert_eq!(statuses(&mut world, 0, FIRMWARE), [format!("{end} 7")]);
    }
}

#[test]
fn an_invalid_signature_is_a_security_event() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    fail(&mut world, FailingStep::Signature);
    world.ask("UpdateFirmware", update("https://host/x", true));
    let events = sent_within(&mut world, 90, "SecurityEventNotification");
    assert_eq!(events[0].payload["type"], "InvalidFirmwareSignature");
    let mut wrong = update("https://host/x", true);
    wrong["firmware"]["signingCertificate"] = "text".into();
    assert_eq!(world.ask_status("UpdateFirmware", wrong), "InvalidCertificate InvalidCertificate");
    let events = sent_within(&mut world, 0, "SecurityEventNotification");
    assert_eq!(events[0].payload["type"], "InvalidFirmwareSigningCertificate");
}

#[test]
fn a_failed_download_is_repeated_as_often_as_wanted() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    let mut payload = update("nowhere", false);
    payload["retries"] = 1.into();
    payload["retryInterval"] = 20.into();
    world.ask("UpdateFirmware", payload);
    let expected = ["Downloading 7", "DownloadPaused 7", "Downloading 7", "DownloadFailed 7"];
    assert_eq!(statuses(&mut world, 60, FIRMWARE), expected);
    let mut again = update("https://host/x", false);
    again["requestId"] = 8.into();
    assert_eq!(world.ask_status("UpdateFirmware", again.clone()), "Accepted");
    assert_eq!(world.ask_status("UpdateFirmware", again), "AcceptedCanceled");
}

#[test]
fn firmware_is_published_and_withdrawn() {
    for version in VERSIONS {
        let mut world = StationWorld::accepted(version);
        let publish = |checksum: &str| json!({"location": "https://host/x", "checksum": checksum, "requestId": 4});
        let withdraw = || json!({"checksum": CHECKSUM});
        assert_eq!(world.ask_status("UnpublishFirmware", withdraw()), "NoFirmware");
        assert_eq!(world.ask_status("PublishFirmware", publish(CHECKSUM)), "Accepted");
        assert_eq!(world.ask_status("PublishFirmware", publish(CHECKSUM)), "Rejected FwUpdateInProgress");
        assert_eq!(world.ask_status("UnpublishFirmware", withdraw()), "DownloadOngoing");
        let sent = sent_within(&mut world, 30, PUBLICATION);
        let reported: Vec<_> = sent.iter().map(|call| call.payload["status"].as_str().unwrap()).collect();
        assert_eq!(reported, ["Downloading", "Downloaded", "ChecksumVerified", "Published"]);
        let places = sent[3].payload["location"].as_array().unwrap();
        assert_eq!(places[2], json!(format!("http://controller.local/firmware/{CHECKSUM}")));
        assert_eq!(world.ask_status("UnpublishFirmware", withdraw()), "Unpublished");
        assert_eq!(world.ask_status("UnpublishFirmware", withdraw()), "NoFirmware");
        world.ask("PublishFirmware", publish("text"));
        assert_eq!(statuses(&mut world, 30, PUBLICATION).last(), Some(&"InvalidChecksum 4".to_owned()));
        fail(&mut world, FailingStep::Install);
        world.ask("PublishFirmware", publish(CHECKSUM));
        assert_eq!(statuses(&mut world, 30, PUBLICATION).last(), Some(&"PublishFailed 4".to_owned()));
    }
}

#[test]
fn a_log_upload_reports_each_step_with_its_request() {
    for (location, end) in [("ftp://host/x", "Uploaded 3"), ("nowhere", "UploadFailure 3")] {
        let mut world = StationWorld::accepted(Version::V2_0_1);
        let result = world.ask_result("GetLog", log(location, 3));
        assert_eq!(result, json!({"status": "Accepted", "filename": "diagnostics-CP1-2024-05-01T12-00-00.000Z.log"}));
        assert_eq!(statuses(&mut world, 20, "LogStatusNotification"), ["Uploading 3", end]);
    }
}

#[test]
fn a_new_log_upload_cancels_the_running_one() {
    let mut world = StationWorld::accepted(Version::V2_0_1);
    world.ask("GetLog", log("ftp://host/x", 1));
    assert_eq!(statuses(&mut world, 4, "LogStatusNotification"), ["Uploading 1"]);
    assert_eq!(world.ask_status("GetLog", log("ftp://host/x", 2)), "AcceptedCanceled");
    let expected = ["AcceptedCanceled 1", "Uploading 2", "Uploaded 2"];
    assert_eq!(statuses(&mut world, 20, "LogStatusNotification"), expected);
    let mut future = log("ftp://host/x", 3);
    future["log"]["oldestTimestamp"] = "2030-01-01T00:00:00Z".into();
    assert_eq!(world.ask_status("GetLog", future), "Rejected NotFound");
    world.ask("TriggerMessage", json!({"requestedMessage": "LogStatusNotification"}));
    assert_eq!(statuses(&mut world, 0, "LogStatusNotification"), ["Idle"]);
}
