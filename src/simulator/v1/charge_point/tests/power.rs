//! The power switch and the network, and cards while the central system cannot be asked.

use super::hands::{card, configure, plug, quiet, unplug};
use super::*;
use crate::behaviour::{FailingStep, FailureTimes, PowerLossStop};

fn charging() -> World {
    let mut world = quiet(Version::V1_6);
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    world
}

#[test]
fn a_power_loss_stops_transactions_after_the_boot() {
    let mut world = charging();
    world.pass_seconds(10);
    assert!(world.acts(&PhysicalAction::PowerOff { stop: PowerLossStop::After }).is_empty());
    assert_eq!(world.act(&card("TAG", 1)), Err(PhysicalActionError::NoPower));
    assert!(world.live(3600).is_empty());
    world.act(&PhysicalAction::PowerOn).unwrap();
    let boot = world.expect("BootNotification");
    world.result(&boot, boot_result(Version::V1_6, "Accepted", 300));
    let stop = world.sent.iter().find(|call| call.action == "StopTransaction").unwrap();
    assert_eq!(stop.payload["timestamp"], "2024-05-01T12:00:10.000Z", "when it happened");
    let sent = world.serve();
    assert!(sent.contains(&"StopTransaction 42 TAG PowerLoss".to_owned()), "{sent:?}");
    assert!(sent.contains(&"StatusNotification 1 Finishing".to_owned()), "the car is still there: {sent:?}");
}

#[test]
fn a_reserve_of_power_lasts_for_the_messages() {
    let mut world = charging();
    let sent = world.acts(&PhysicalAction::PowerOff { stop: PowerLossStop::Before });
    assert_eq!(sent, ["StopTransaction 42 TAG PowerLoss", "StatusNotification 1 Finishing"]);
    assert!(world.live(60).is_empty());
    world.acts(&unplug(1));
    let sent = world.acts(&PhysicalAction::PowerOn);
    assert_eq!(sent[0], "BootNotification");
    assert!(sent.contains(&"StatusNotification 1 Available".to_owned()), "{sent:?}");
    assert!(!sent.iter().any(|call| call.starts_with("StopTransaction")), "{sent:?}");
}

#[test]
fn a_transaction_can_go_on_after_a_power_loss() {
    let mut world = charging();
    world.acts(&PhysicalAction::PowerOff { stop: PowerLossStop::Never });
    world.pass_seconds(100);
    let sent = world.acts(&PhysicalAction::PowerOn);
    assert!(sent.contains(&"StatusNotification 1 Charging".to_owned()), "{sent:?}");
    assert_eq!(world.acts(&card("TAG", 1))[0], "StopTransaction 42 TAG Local");
}

#[test]
fn availability_outlasts_a_power_loss() {
    let mut world = quiet(Version::V1_6);
    world.ask("ChangeAvailability", json!({"connectorId": 2, "type": "Inoperative"}));
    world.serve();
    world.acts(&PhysicalAction::PowerOff { stop: PowerLossStop::After });
    let sent = world.acts(&PhysicalAction::PowerOn);
    assert!(sent.contains(&"StatusNotification 2 Unavailable".to_owned()), "{sent:?}");
}

#[test]
fn a_whole_session_offline_is_reported_afterwards() {
    let mut world = quiet(Version::V1_6);
    world.ask(
        "SendLocalList",
        json!({"updateType": "Full", "listVersion": 1, "localAuthorizationList":
        [{"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}, {"idTag": "BAD", "idTagInfo": {"status": "Blocked"}}]}),
    );
    world.acts(&PhysicalAction::Offline);
    world.acts(&plug(1));
    assert_eq!(world.act(&card("UNKNOWN", 1)), Err(PhysicalActionError::NotAccepted("UNKNOWN".to_owned())));
    assert!(world.acts(&card("TAG", 1)).is_empty());
    world.pass_seconds(30);
    world.acts(&card("TAG", 1));
    world.acts(&unplug(1));
    assert_eq!(world.acts(&PhysicalAction::Online), ["StartTransaction 1 TAG", "StopTransaction 42 TAG Local"]);
}

#[test]
fn unknown_cards_charge_offline_where_that_is_allowed_and_refused_ones_never() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "AllowOfflineTxForUnknownId", "true");
    world.ask(
        "SendLocalList",
        json!({"updateType": "Full", "listVersion": 1, "localAuthorizationList":
        [{"idTag": "BAD", "idTagInfo": {"status": "Blocked"}}]}),
    );
    world.acts(&PhysicalAction::Offline);
    world.acts(&plug(1));
    assert_eq!(world.act(&card("BAD", 1)), Err(PhysicalActionError::NotAccepted("BAD".to_owned())));
    world.act(&card("NEW", 1)).unwrap();
    world.act(&PhysicalAction::Online).unwrap();
    let sent = world.take_sent();
    let start = sent.iter().find(|call| call.action == "StartTransaction").unwrap();
    world.result(start, json!({"transactionId": 9, "idTagInfo": {"status": "Invalid"}}));
    assert_eq!(world.serve(), ["StopTransaction 9 NEW DeAuthorized", "StatusNotification 1 Finishing"]);
}

#[test]
fn a_known_card_charges_offline_unless_that_is_forbidden() {
    for allowed in ["true", "false"] {
        let mut world = quiet(Version::V1_6);
        configure(&mut world, "LocalAuthorizeOffline", allowed);
        world.acts(&card("TAG", 2));
        world.acts(&card("TAG", 2));
        world.acts(&PhysicalAction::Offline);
        world.acts(&plug(1));
        assert_eq!(world.act(&card("TAG", 1)).is_ok(), allowed == "true");
    }
}

#[test]
fn a_card_that_is_not_accepted_may_get_a_rest_of_energy() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "StopTransactionOnInvalidId", "false");
    configure(&mut world, "MaxEnergyOnInvalidId", "1000");
    configure(&mut world, "MeterValueSampleInterval", "0");
    configure(&mut world, "HeartbeatInterval", "0");
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.result(&authorize, json!({"idTagInfo": {"status": "Accepted"}}));
    let start = world.expect("StartTransaction");
    world.result(&start, json!({"transactionId": 42, "idTagInfo": {"status": "Blocked"}}));
    assert_eq!(world.live(450), ["StatusNotification 1 Charging"]);
    assert_eq!(world.live(100), ["StatusNotification 1 SuspendedEVSE"]);
}

#[test]
fn a_reset_that_fails_is_tried_again_and_then_reported() {
    let mut world = quiet(Version::V1_6);
    configure(&mut world, "ResetRetries", "1");
    let fail = |times| PhysicalAction::Fail { step: FailingStep::Reset, times };
    world.acts(&fail(FailureTimes::Next));
    world.ask("Reset", json!({"type": "Soft"}));
    assert_eq!(world.live(20)[0], "BootNotification", "the second attempt succeeds");
    world.acts(&fail(FailureTimes::Always));
    world.ask("Reset", json!({"type": "Soft"}));
    world.pass_seconds(30);
    assert_eq!(world.expect("StatusNotification").payload["errorCode"], "ResetFailure");
}

#[test]
fn transfers_fail_on_request() {
    let update = json!({"location": "ftp://host/x", "retrieveDate": "2024-05-01T12:00:00Z"});
    for (version, step, expected) in [
        (Version::V1_6, FailingStep::Download, vec!["Downloading", "DownloadFailed"]),
        (Version::V1_6, FailingStep::Install, vec!["Downloading", "Downloaded", "Installing", "InstallationFailed"]),
        (Version::V1_5, FailingStep::Download, vec!["DownloadFailed"]),
        (Version::V1_5, FailingStep::Install, vec!["Downloaded", "InstallationFailed"]),
    ] {
        let mut world = quiet(version);
        world.acts(&PhysicalAction::Fail { step, times: FailureTimes::Next });
        world.ask("UpdateFirmware", update.clone());
        let expected: Vec<_> = expected.iter().map(|it| format!("FirmwareStatusNotification {it}")).collect();
        assert_eq!(world.live(30), expected, "{version} {step:?}");
        world.ask("UpdateFirmware", update.clone());
        assert!(world.live(40).contains(&"FirmwareStatusNotification Installed".to_owned()), "the next one succeeds");
    }
    let mut world = quiet(Version::V1_6);
    world.acts(&PhysicalAction::Fail { step: FailingStep::Upload, times: FailureTimes::Always });
    for _ in 0..2 {
        world.ask("GetDiagnostics", json!({"location": "ftp://host/x"}));
        assert_eq!(world.live(20).last().unwrap(), "DiagnosticsStatusNotification UploadFailed");
    }
}

#[test]
fn a_reserve_of_power_waits_for_a_slow_answer_and_not_longer() {
    let mut world = charging();
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::Before }).unwrap();
    let sent = world.take_sent();
    let [stop, status] = &sent[..] else { panic!("{sent:?}") };
    world.result(status, json!({}));
    world.pass_seconds(20);
    assert!(world.machine.power.is_on(), "the answer may still come");
    assert_eq!(world.act(&card("TAG", 1)), Err(PhysicalActionError::NoPower), "the reserve is not for cards");
    world.result(stop, json!({}));
    assert!(!world.machine.power.is_on());
}

#[test]
fn a_reserve_of_power_ends_with_the_time_of_a_call() {
    let mut world = charging();
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::Before }).unwrap();
    world.take_sent();
    world.pass_seconds(31);
    assert!(!world.machine.power.is_on());
    let sent = world.acts(&PhysicalAction::PowerOn);
    assert!(sent.contains(&"StopTransaction 42 TAG PowerLoss".to_owned()), "it is sent again: {sent:?}");
}

#[test]
fn a_reserve_of_power_is_not_used_where_nothing_can_be_sent() {
    let mut world = quiet(Version::V1_6);
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::Before }).unwrap();
    assert!(!world.machine.power.is_on(), "no transaction");
    let mut world = charging();
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::Before }).unwrap();
    let sent = world.take_sent();
    world.end(&sent[0], CallOutcome::Error { code: "InternalError", description: "" });
    assert!(!world.machine.power.is_on(), "an error is no reason to wait");
    let mut world = charging();
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::Before }).unwrap();
    world.disconnect();
    world.pass_seconds(1);
    assert!(!world.machine.power.is_on(), "the link is lost");
}

#[test]
fn power_that_comes_back_in_time_is_no_power_loss() {
    let mut world = charging();
    world.act(&PhysicalAction::PowerOff { stop: PowerLossStop::Before }).unwrap();
    world.act(&PhysicalAction::PowerOn).unwrap();
    world.serve();
    assert!(world.machine.power.is_on());
}
