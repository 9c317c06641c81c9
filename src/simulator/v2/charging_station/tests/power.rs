//! Power loss and resets with transactions (OCPP 2.0.1 part 2, B11, B12; 2.1, E17).

use super::hands::{card, plug, unplug};
use super::offline::charging;
use super::*;
use crate::behaviour::PowerLossStop;

#[test]
fn an_immediate_reset_ends_transactions() {
    let mut world = charging(Version::V2_0_1);
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate"})), "Accepted");
    let sent = world.live(4);
    assert_eq!(sent[0], "TransactionEvent Ended ResetCommand EVConnected ImmediateReset");
    assert_eq!(sent[1], "BootNotification RemoteReset");
    assert_eq!(world.ask_status("Reset", json!({"type": "ImmediateAndResume"})), "Rejected UnsupportedParam");
}

#[test]
fn a_reset_on_idle_waits_for_the_end() {
    for (evse, restarted) in [(None, "BootNotification RemoteReset"), (Some(1), "StatusNotification 1 Unavailable")] {
        let mut world = charging(Version::V2_0_1);
        let mut reset = json!({"type": "OnIdle"});
        if let Some(evse) = evse {
            reset["evseId"] = evse.into();
        }
        assert_eq!(world.ask_status("Reset", reset), "Scheduled");
        assert!(!world.live(50).contains(&restarted.to_owned()));
        world.acts(&card("TAG", 1)).into_iter().chain(world.live(5)).find(|sent| sent == restarted).unwrap();
    }
}

#[test]
fn a_reset_of_an_evse_leaves_the_other_alone() {
    let mut world = charging(Version::V2_0_1);
    assert_eq!(world.ask_status("Reset", json!({"type": "Immediate", "evseId": 2})), "Accepted");
    assert_eq!(world.live(5), ["StatusNotification 2 Unavailable", "StatusNotification 2 Available"]);
    assert!(world.machine.is_in_use(1));
}

#[test]
fn a_transaction_goes_on_after_a_reset_of_2_1() {
    let mut world = charging(Version::V2_1);
    assert_eq!(world.ask_status("Reset", json!({"type": "ImmediateAndResume"})), "Accepted");
    let sent = world.live(5);
    assert_eq!(sent[0], "BootNotification RemoteReset");
    let resumed = ["TransactionEvent Updated TxResumed EVConnected", "TransactionEvent Updated ChargingStateChanged Charging"];
    assert_eq!(sent[sent.len() - 2..], resumed, "{sent:?}");
}

#[test]
fn a_power_loss_does_with_transactions_as_it_is_told() {
    let off = |stop| PhysicalAction::PowerOff { stop };
    let ended = "TransactionEvent Ended AbnormalCondition EVConnected PowerLoss";
    let mut world = charging(Version::V2_0_1);
    assert_eq!(world.acts(&off(PowerLossStop::Before)), [ended]);
    assert_eq!(world.act(&card("B", 1)), Err(PhysicalActionError::NoPower));
    assert_eq!(world.acts(&PhysicalAction::PowerOn)[0], "BootNotification PowerUp");
    let mut world = charging(Version::V2_0_1);
    assert!(world.acts(&off(PowerLossStop::After)).is_empty());
    assert_eq!(world.acts(&PhysicalAction::PowerOn).last().unwrap(), ended);
    let mut world = charging(Version::V2_0_1);
    assert!(world.acts(&off(PowerLossStop::Never)).is_empty());
    let sent = world.acts(&PhysicalAction::PowerOn);
    assert_eq!(sent.last().unwrap(), "TransactionEvent Updated ChargingStateChanged Charging");
    let mut world = charging(Version::V2_0_1);
    world.acts(&off(PowerLossStop::Never));
    world.acts(&unplug(1));
    let sent = world.acts(&PhysicalAction::PowerOn);
    assert_eq!(sent.last().unwrap(), "TransactionEvent Ended EVCommunicationLost Idle EVDisconnected");
}

#[test]
fn a_transaction_delays_what_makes_its_evse_unavailable() {
    let mut world = charging(Version::V2_0_1);
    let inoperative = json!({"operationalStatus": "Inoperative", "evse": {"id": 1}});
    assert_eq!(world.ask_status("ChangeAvailability", inoperative), "Scheduled");
    assert!(world.serve().is_empty());
    let ended = ["TransactionEvent Ended StopAuthorized EVConnected Local TAG", "StatusNotification 1 Unavailable"];
    assert_eq!(world.acts(&card("TAG", 1)), ended);
    assert_eq!(world.act(&card("TAG", 1)), Err(PhysicalActionError::Unavailable(1)));
    world.acts(&plug(2));
    let operative = json!({"operationalStatus": "Operative"});
    assert_eq!(world.ask_status("ChangeAvailability", operative), "Accepted");
}
